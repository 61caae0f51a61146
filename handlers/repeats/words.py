"""Batches that come again in a few words, for this room's screens and questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.series.words import dates, every, hours, lasts, lines
from handlers.stock.words import of_item, sharing_name
from locales import _, a_length, ngettext
from storage.queries.batch_series import SeriesRow
from storage.queries.items import ItemRow
from town.series import Pattern, pattern_of

SHARINGS = ("first", "draw", "least")


def name(one: SeriesRow) -> str:
    return item_name(one.item, one.names)


def what(one: SeriesRow) -> Markup:
    """How much of what: "60 loaves of Bread"."""
    return of_item(one.quantity, one.unit, name(one))


def when(one: SeriesRow) -> Markup:
    """On which days, from when to when: "Every Tuesday and Friday, 16:00–18:00"."""
    return Markup("{}, {}").format(every(pattern_of(one.pattern)), hours(one.start, one.length))


def about(one: SeriesRow) -> Markup:
    """All there is to know of a series."""
    return lines(
        _("<b>{what}</b> ({project})", what=what(one), project=one.project),
        when(one),
        Markup.escape(one.place),
        _("Shared: {way}", way=sharing_name(one.sharing)),
        lasts(one.first_day, one.last_day),
    )


# -- questions ---------------------------------------------------------------------------------------------------------


def which_item() -> Markup:
    return _("What comes again? Choose an item.")


def no_items() -> Markup:
    return _("There is no item yet. Put up a first batch at the goods desk: its item is on the list then.")


def how_much(item: ItemRow) -> Markup:
    return _(
        "How much of “{item}” is there each time? Write it, for example “60” or “12.5”. It is counted in: {unit}.",
        item=item_name(item.name, item.names),
        unit=unit_name(item.unit),
    )


def start() -> Markup:
    return _("When does the pick-up begin? Choose, or write it: “9”, “14:30”.")


def length(longest: int) -> Markup:
    return _("How long is the pick-up? Choose, or write it: “3 h”, “90 min”. At most {most}.", most=a_length(longest))


def place() -> Markup:
    return _("Where is it picked up? Choose, or write another place.")


def sharing() -> Markup:
    return _("How is it shared when there is not enough for everybody?")


def preview(draft: dict[str, Any], item: ItemRow, project: str, pattern: Pattern) -> Markup:
    """`draft` has quantity, start, length, place and sharing."""
    return lines(
        _("<b>Shall this come again and again?</b>"),
        of_item(draft["quantity"], item.unit, item_name(item.name, item.names)),
        _("Project: {name}", name=project),
        _("Pick-up: {span}", span=Markup("{}, {}").format(every(pattern), hours(draft["start"], draft["length"]))),
        _("Where: {place}", place=draft["place"]),
        _("Shared: {way}", way=sharing_name(draft["sharing"])),
    )


def first_dates(first_day: date, last_day: date | None, days: Sequence[date]) -> Markup:
    """How long it lasts, and its first few days."""
    if not days:
        return _("On no day at all would it come. Please choose other days, or a later end.")
    return lines(lasts(first_day, last_day), _("The first dates: {dates}", dates=dates(days)))


def preview_choices() -> dict[str, str]:
    """What can be changed from the preview, by step."""
    labels = {
        "quantity": _("How much"),
        "weekdays": _("Other days or weeks"),
        "first": _("First and last day"),
        "start": _("Time and length"),
        "place": _("Another place"),
        "sharing": _("How it is shared"),
    }
    return {step: label.unescape() for step, label in labels.items()}


def put_up() -> str:
    return _("Yes, put it up").unescape()


def change_it() -> str:
    return _("Change it").unescape()


def change_label(what: str) -> str:
    """What can be changed of a series, by the word that a tap carries."""
    labels = {
        "quantity": _("How much"),
        "start": _("Time of day"),
        "length": _("Length"),
        "place": _("Place"),
        "sharing": _("How it is shared"),
        "last": _("Last day"),
    }
    return labels[what].unescape()


def new_value(one: SeriesRow, what: str, value: Any) -> str:
    """The answer to what a series shall be like, as it is read."""
    if what == "quantity":
        return an_amount(value, one.unit)
    if what == "length":
        return a_length(value)
    if what == "start":
        return f"{value // 60:02}:{value % 60:02}"
    return sharing_name(value) if what == "sharing" else str(value)


def touches(changing: int, staying: int) -> Markup:
    """How many batches that are up change with it, and how many do not."""
    if not changing and not staying:
        return _("No batch of it is up yet: all that come are like this.")
    return lines(
        ngettext(
            "{n} batch that is up already changes, and all that come.",
            "{n} batches that are up already change, and all that come.",
            changing,
        )
        if changing
        else _("All batches that come are like this."),
        stays(staying),
    )


def calls_off(changing: int, staying: int) -> Markup:
    """How many batches that are up are called off with it, and how many are not."""
    return lines(
        ngettext(
            "{n} batch that is up already is called off.", "{n} batches that are up already are called off.", changing
        )
        if changing
        else "",
        stays(staying),
    )


def stays(staying: int) -> Markup | str:
    if not staying:
        return ""
    return ngettext(
        "{n} stays as it is: somebody has asked for some of it, or changed it by hand.",
        "{n} stay as they are: somebody has asked for some of them, or changed them by hand.",
        staying,
    )
