"""The words of the goods desk's questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.stock.words import day_name, limits, sharing_name
from locales import _, a_date, a_day, ngettext, short_day
from storage.queries.batches import BatchRow
from storage.queries.items import ItemRow
from storage.tables import Sharing
from town.batch_times import Window, clock

# -- a batch -----------------------------------------------------------------------------------------------------------


def nothing_read() -> str:
    return _(
        "I could not read a batch in that. Try it as in: “60 loaves, today 16–18, bakery”, or tap “New batch”."
    ).unescape()


def item(*, some: bool, guesses: bool) -> Markup:
    if not some:
        return _("There is no item yet: make the first one, such as Bread or Milk.")
    if guesses:
        return _("Which of these is it?")
    return _("What is it? Choose, or write the whole batch in one line: “60 loaves, today 16–18, bakery”.")


def item_unknown(typed: str) -> Markup:
    return _("I know no item called “{typed}”. Choose one, or make it first.", typed=typed[:60])


def amount_label(amount: int, unit: str) -> str:
    return an_amount(amount, unit).unescape()


def new_item() -> str:
    return _("New item").unescape()


def amount(name: str, unit: str) -> Markup:
    return _("How much of {item} is there, in {unit}? Choose, or write it.", item=name, unit=unit_in(unit))


def unit_in(unit: str) -> Markup:
    """A unit as one counts in it: "loaves", "kg"."""
    return {
        "piece": _("pieces"),
        "loaf": _("loaves"),
        "bunch": _("bunches"),
        "bag": _("bags"),
        "box": _("boxes"),
        "jar": _("jars"),
        "bottle": _("bottles"),
        "portion": _("portions"),
    }.get(unit) or unit_name(unit)


def project() -> Markup:
    return _("Which project is it from?")


def day() -> Markup:
    return _("Which day can it be collected? Choose, or write it, with the time if you like: “tomorrow 16–18”.")


def day_label(day: date, today: date) -> str:
    if (day - today).days < 2:
        return (_("Today") if day == today else _("Tomorrow")).unescape()
    return short_day(day)


def time(day: date) -> Markup:
    return _("{day}: from when until when? Choose, or write it: “16–18”, “9:00–11:30”.", day=a_day(day))


def span_label(start: int, end: int) -> str:
    return f"{clock(start)}–{clock(end)}"


def place() -> Markup:
    return _("Where is it collected? Choose, or write another place.")


def sharing(name: str) -> Markup:
    return _(
        "How is {item} shared?\n\n<b>First come</b>: whoever asks first.\n<b>Drawn by lot</b>: everybody can enter "
        "until the draw, which anybody can check.\n<b>Least served first</b>: whoever was served longest ago.",
        item=name,
    )


def sharing_labels() -> dict[str, str]:
    return {
        Sharing.FIRST.value: _("First come").unescape(),
        Sharing.DRAW.value: _("Drawn by lot").unescape(),
        Sharing.LEAST.value: _("Least served first").unescape(),
    }


def best_before() -> Markup:
    return _("Until which day is it at its best? Choose, or write the day.")


def no_limit() -> str:
    return _("No limit").unescape()


def no_best_before() -> str:
    return _("No such day").unescape()


def card(draft: dict[str, Any], item: ItemRow, project: str, windows: Sequence[Window], today: date) -> Markup:
    """Exactly what will be put up."""
    when = Markup(", ").join(
        Markup("{} {}").format(day_name(day, today), span_label(start, end)) for day, start, end in windows
    )
    what = _(
        "<b>{amount} of {item}</b>, {when}, {project}, {place}",
        amount=an_amount(draft["amount"], item.unit),
        item=item_name(item.name, item.names),
        when=when,
        project=project,
        place=draft["place"],
    )
    way = sharing_name(draft.get("sharing") or item.sharing)
    terms = Markup("; ").join([way, limits(item.unit, item.allowance, item.home_allowance)])
    lines = [_("Shall I put this up?"), Markup(""), what, terms]
    if draft.get("best"):
        lines.append(_("Best before {day}", day=a_date(date.fromisoformat(draft["best"]))))
    return Markup("\n").join(lines)


def left_out(more: str) -> Markup:
    return _("One batch at a time: “{more}” is not part of this one. Write it when this one is up.", more=more[:60])


def put_it_up() -> str:
    return _("Put it up").unescape()


def change() -> str:
    return _("Change…").unescape()


def what_changes() -> Markup:
    return _("What shall be otherwise?")


def change_labels(*, several_projects: bool) -> dict[str, str]:
    """What can be changed from the card, by what it does."""
    labels = {
        "amount": _("How much"),
        "item": _("Another item"),
        "day": _("Another time"),
        "also": _("One more time"),
        "place": _("Another place"),
        "sharing": _("How it is shared"),
        "best": _("Best before"),
    }
    if several_projects:
        labels["project"] = _("Another project")
    return {step: label.unescape() for step, label in labels.items()}


# -- a batch that is up ------------------------------------------------------------------------------------------------


def real_amount(one: BatchRow) -> Markup:
    if gone := one.quantity - one.shelf:
        return _(
            "How much of {item} is there really, in all? It says {amount} now. {gone} of that are gone already, handed "
            "over or spoiled: they count too.",
            item=item_name(one.item, one.names),
            amount=an_amount(one.quantity, one.unit),
            gone=an_amount(gone, one.unit),
        )
    return _(
        "How much of {item} is there really, in all? It says {amount} now.",
        item=item_name(one.item, one.names),
        amount=an_amount(one.quantity, one.unit),
    )


def spoiled(one: BatchRow) -> Markup:
    return _(
        "How much of {item} has spoiled? Still there: {amount}.",
        item=item_name(one.item, one.names),
        amount=an_amount(one.shelf, one.unit),
    )


def all_of_it(amount: int, unit: str) -> str:
    return _("All: {amount}", amount=an_amount(amount, unit)).unescape()


def why_corrected() -> Markup:
    return _("What is the reason? It stands in the ledger, and those concerned read it.")


def why_off() -> Markup:
    return _("Why is it called off? Everybody who asked for some of it reads the reason.")


def where_to() -> Markup:
    return _("Where did it go? It stands in the ledger.")


def sure_fewer(one: BatchRow, short: int) -> Markup:
    return _(
        "{amount} that people have claimed would be missing. I take it back from those who claimed last, and tell them "
        "at once; they stand first in line. Shall I?",
        amount=an_amount(short, one.unit),
    )


def sure_off(one: BatchRow, people: int) -> Markup:
    text = _("Call off {item}? Nothing of it can be collected any more.", item=item_name(one.item, one.names))
    if not people:
        return text
    told = ngettext("I tell {n} person who asked for some.", "I tell {n} people who asked for some.", people)
    return Markup("{}\n\n{}").format(text, told)


def yes() -> str:
    return _("Yes, do it").unescape()
