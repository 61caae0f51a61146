"""The words of recalls, for their coordinators and for whom they concern."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_taps import OrderTap, RecallTap, StockTap
from handlers.kit.goods_words import an_amount, item_name, recall_reason
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.recalls.actions import PAGE, Mine, Page
from handlers.recalls.words import cleared, concerned
from locales import _, a_day, a_moment, ngettext, number, short_day
from storage.queries.batches import BatchRow
from storage.queries.recall_reach import Reach, Told
from storage.queries.recalls import Concerned, Sold
from town.week import local


def _to(do: str, batch: int = 0, page: int = 0, who: int = 0) -> str:
    return RecallTap(do=do, id=batch, page=page, who=who).pack()


def _lines(*parts: str) -> Markup:
    return Markup("\n").join(part for part in parts if part)


def _name(batch: BatchRow) -> str:
    return item_name(batch.item, batch.names)


def _which(batch: BatchRow) -> Markup:
    """A batch in a line: "60 loaves · Bakery · Tuesday 24 November"."""
    return Markup(" · ").join([an_amount(batch.quantity, batch.unit), Markup.escape(batch.project), _made(batch)])


def _made(batch: BatchRow) -> Markup:
    return Markup.escape(a_day(batch.made_on))


# -- recalling ---------------------------------------------------------------------------------------------------------


def recent(batches: Sequence[BatchRow], page: int, total: int) -> Screen:
    """The page of batches that is meant, and how many there are in all."""
    if not batches:
        text = _("There are no goods that could be recalled. Whatever is put up can be, for a year.")
        return Screen(text, ((home(),),))
    lines = [_("<b>Recall goods</b>\nWhich is it? Nobody is told anything yet.")]
    entries = []
    for at, batch in enumerate(batches, page * PAGE + 1):
        what = _("{name}, {about}", name=_name(batch), about=_which(batch))
        lines.append(Markup("{}. {}{}").format(number(at), what, _recalled(batch)))
        entries.append((f"{number(at)}. {short_day(batch.made_on)} {_name(batch)}", _to("open", batch.id)))
    rows = menu(entries, pages=pager(total, page, lambda to: _to("list", page=to), PAGE), then=[home()])
    return Screen(paragraphs(*lines), rows)


def _recalled(batch: BatchRow) -> Markup:
    return Markup(" · {}").format(_("<b>recalled</b>")) if batch.recalled_at is not None else Markup("")


def ask_why(batch: BatchRow) -> Markup:
    return paragraphs(
        _("Why is “{item}” recalled?", item=_name(batch)),
        _which(batch),
        _("Everybody who has some reads this. Choose, or write it in your own words. I ask again before I tell them."),
    )


def sure(batch: BatchRow, reason: str, told: Concerned, sold: Sequence[Sold]) -> Markup:
    people = ngettext(
        "{n} person has some of it, or has it kept: I tell them at once, at any hour.",
        "{n} people have some of it, or have it kept: I tell them all at once, at any hour.",
        told.people,
    )
    line = ngettext(
        "{n} more waits for some of it, and hears that it is off.",
        "{n} more wait for some of it, and hear that it is off.",
        told.in_line,
    )
    return paragraphs(
        _("<b>Recall “{item}”?</b>", item=_name(batch)),
        _which(batch),
        _("Why: <b>{reason}</b>", reason=recall_reason(reason)),
        _lines(
            people if told.people else _("Nobody has any of it yet."),
            line if told.in_line else "",
            _phone(len(sold)),
        ),
        _("Nothing more of it is handed out then, and what is left comes off the shelf."),
    )


def _phone(count: int) -> Markup:
    if not count:
        return Markup("")
    return ngettext(
        "{n} buyer without a claim cannot be written to: please phone them and put up a notice. I show you the name.",
        "{n} buyers without a claim cannot be written to: please phone them and put up a notice. I show you the names.",
        count,
    )


def recall_now() -> str:
    return _("Yes, recall it now").unescape()


def done(found: Page, zone: ZoneInfo) -> Screen:
    return page(found, zone).before(_("Done: I am telling everybody now."))


# -- how far it has come -----------------------------------------------------------------------------------------------


def page(found: Page, zone: ZoneInfo) -> Screen:
    batch, recall = found.batch, found.recall
    by = _("By {name}, {when}", name=recall.by, when=a_moment(recall.made_at, zone))
    why = _("Why: {reason}", reason=recall_reason(recall.reason))
    choices = [Choice(_("Who has heard of it"), _to("people", batch.id))] if found.reach.all else []
    if found.customers:
        choices.append(Choice(_("Sold without a claim"), _to("customers", batch.id)))
    if found.reach.all:
        choices.append(Choice(_("List as a file"), _to("file", batch.id)))
    if batch.price is not None:
        choices.append(Choice(_("What was paid"), OrderTap(do="paid", id=batch.id).pack()))
    if found.stands:
        head = _("<b>“{item}” is recalled</b>", item=_name(batch))
        body = [_reach(found.reach), _doors(found.reach), _phone(len(found.customers))]
        choices.append(Choice(_("It was a mistake"), _to("clear", batch.id)))
    else:
        head = _("<b>The recall of “{item}” was a mistake</b>", item=_name(batch))
        body = [_("I told so everybody who had been told of it. The goods stay closed.")]
        choices.append(Choice(_("Recall it again"), _to("again", batch.id)))
    choices.append(Choice(_("The goods"), StockTap(do="batch", id=batch.id).pack()))
    text = paragraphs(head, _lines(_which(batch), why, by), *body)
    return Screen(text, (*in_rows(choices), (back(_to("list")), home())))


def _reach(reach: Reach) -> Markup:
    if not reach.all:
        return _("Nobody had any of it: there was nobody to warn.")
    lines = [ngettext("{n} person is told:", "{n} people are told:", reach.all)]
    lines += [
        Markup("• {}: {}").format(_how_far(name), number(count)) for name, count in reach._asdict().items() if count
    ]
    return _lines(*lines)


def _doors(reach: Reach) -> Markup:
    if not reach.missed:
        return Markup("")
    return ngettext(
        "Please knock on the door of the {n} I could not reach: they come first under “Who has heard of it”.",
        "Please knock on the doors of the {n} I could not reach: they come first under “Who has heard of it”.",
        reach.missed,
    )


def _how_far(reach: str) -> Markup:
    said = {
        "missed": _("could not be reached"),
        "unknown": _("not known any more"),
        "coming": _("on the way"),
        "reached": _("has it"),
        "read": _("has read it"),
    }
    return said[reach]


def people(found: Page, told: Sequence[Told], page_number: int) -> Screen:
    batch, entries = found.batch, []
    lines = [_("<b>Who has heard of it: “{item}”</b>", item=_name(batch))]
    if not told:
        lines.append(_("Nobody had any of it: there was nobody to warn."))
    for at, one in enumerate(told, page_number * PAGE + 1):
        lines.append(Markup("{}. {}: {}").format(number(at), _who(one), _how_far(one.reach)))
        entries.append((f"{number(at)}. {one.name}", _to("person", batch.id, page_number, one.resident_id)))
    rows = menu(
        entries,
        pages=pager(found.reach.all, page_number, lambda to: _to("people", batch.id, to), PAGE),
        then=[back(_to("open", batch.id)), home()],
    )
    return Screen(_lines(*lines), rows)


def _who(one: Told) -> Markup:
    if not one.street:
        return Markup.escape(one.name)
    return _("{name}, {street}", name=one.name, street=one.street)


def person(found: Mine, page_number: int, zone: ZoneInfo) -> Screen:
    batch, one = found.batch, found.told
    taken = []
    if one.handed > 0:
        taken.append(_("Collected: {amount}", amount=an_amount(one.handed, batch.unit)))
    if one.carried > 0:
        taken.append(_("Took along for others: {amount}", amount=an_amount(one.carried, batch.unit)))
    if not taken:
        taken.append(_("Collected nothing of it."))
    text = paragraphs(Markup("<b>{}</b>").format(_who(one)), _lines(*taken), _heard(one, zone))
    choices = []
    if one.read_at is None and found.recall.cleared_at is None:
        choices.append(Choice(_("I have told them"), _to("told", batch.id, page_number, one.resident_id)))
    return Screen(text, (*in_rows(choices), (back(_to("people", batch.id, page_number)), home())))


def _heard(one: Told, zone: ZoneInfo) -> Markup:
    if one.read_at is not None and one.by is not None:
        return _("{name} told them in person, {when}.", name=one.by, when=a_moment(one.read_at, zone))
    if one.read_at is not None:
        return _("They have read it, {when}.", when=a_moment(one.read_at, zone))
    if one.reach == "reached" and one.sent_at is not None:
        return _("The message arrived {when}. They have not said that they read it.", when=a_moment(one.sent_at, zone))
    if one.reach == "missed":
        return _("I could not reach them. Please knock on their door, and tell me then.")
    return _("The message is on its way.") if one.reach == "coming" else _how_far(one.reach)


def noted() -> str:
    return _("Noted. Thank you for going there!")


def customers(found: Page, page_number: int, zone: ZoneInfo) -> Screen:
    shown, page_number = page_of(found.customers, page_number)
    lines = [_("<b>Sold without a claim: “{item}”</b>", item=_name(found.batch))]
    lines += [
        _(
            "• {name}: {amount}, {day}",
            name=one.customer or _("Somebody without a name"),
            amount=an_amount(one.quantity, found.batch.unit),
            day=a_day(local(one.at, zone).date()),
        )
        for one in shown
    ]
    lines.append(
        _("I cannot write to them. Please phone them, or ask who knows them, and put up a notice there.")
        if shown
        else _("Nothing of it was sold without a claim.")
    )
    rows = menu(
        [],
        pages=pager(len(found.customers), page_number, lambda to: _to("customers", found.batch.id, to)),
        then=[back(_to("open", found.batch.id)), home()],
    )
    return Screen(_lines(*lines), rows)


def caption(found: Page) -> Markup:
    return _(
        "Who has heard of the recall of “{item}”. It holds names and streets: keep it safe.", item=_name(found.batch)
    )


# -- a mistake ---------------------------------------------------------------------------------------------------------


def sure_to_clear(found: Page) -> Screen:
    text = paragraphs(
        _("Was the recall of “{item}” a mistake?", item=_name(found.batch)),
        ngettext(
            "I tell the {n} person who was told that it is good after all.",
            "I tell all {n} people who were told that it is good after all.",
            found.reach.all,
        ),
        _("The goods stay closed: put up new ones if there are some."),
    )
    choices = [
        Choice(_("Yes, all clear"), _to("cleared", found.batch.id)),
        Choice(_("No, it stays recalled"), _to("open", found.batch.id)),
    ]
    return Screen(text, in_rows(choices))


# -- for whom it concerns ----------------------------------------------------------------------------------------------


def mine(found: Mine) -> Screen:
    batch, told = found.batch, found.told
    fields = {name: getattr(batch, name) for name in ("item", "names", "unit", "project", "place")}
    fields |= {"made_on": batch.made_on.isoformat(), "reason": found.recall.reason, "paid": found.paid}
    fields |= {"handed": told.handed, "carried": told.carried}
    if found.recall.cleared_at is not None:
        return Screen(cleared(fields), ((home(),),))
    screen = Screen(concerned(fields), ((home(),),))
    if told.read_at is not None:
        return screen.before(_("Thank you: {project} knows that you have read this.", project=batch.project))
    return Screen(screen.html, ((Choice(_("I have read it"), _to("read", batch.id)),), (home(),)))
