"""The words about exemptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap, MeTap
from handlers.standing.actions import Asked, Book
from handlers.standing.words import kind_name, span_words, to
from locales import _, ngettext
from storage.queries.exemptions import ASKED, Span

SIZE = 5
"""Entries a page: with two to page and two ways back, a screen stays within ten choices."""


def _line(number: int, span: Span, *, named: bool) -> Markup:
    about = span_words(span.from_week, span.until_week)
    if named:
        return Markup("{}. <b>{}</b>: {}, {}").format(number, span.name, kind_name(span.kind), about)
    state = _("not decided yet") if span.state == ASKED else _("approved")
    return Markup("{}. {}, {}: {}").format(number, kind_name(span.kind), about, state)


def mine(spans: Sequence[Span], most: int) -> Screen:
    """One's own exemptions, each to be ended, and the way to ask for another."""
    lines = [
        _("<b>Exempt for some weeks</b>"),
        ngettext(
            "Whoever can't give hours, because of age, illness, pregnancy or care, asks for it here, for {n} week at "
            "most. The benefits stay theirs, and nobody asks why beyond that one word.",
            "Whoever can't give hours, because of age, illness, pregnancy or care, asks for it here, for {n} weeks at "
            "most. The benefits stay theirs, and nobody asks why beyond that one word.",
            most,
        ),
    ]
    shown = spans[:SIZE]
    lines += [_line(number, span, named=False) for number, span in enumerate(shown, 1)]
    choices = [Choice(_("{n}. End it early", n=number), to("end", span.id)) for number, span in enumerate(shown, 1)]
    then = [Choice(_("Ask for one"), to("new")), back(MeTap(do="open").pack()), home()]
    return Screen(Markup("\n").join(lines), (*in_rows(choices), (then[0],), tuple(then[1:])))


def sent(asked: Asked) -> Screen:
    span = span_words(asked.span.from_week, asked.span.until_week)
    if asked.deciders:
        after = _("I have passed it on to those who decide, and will write to you as soon as it is decided.")
    else:
        after = _("Nobody else may decide on it now: as soon as the town has another coordinator or mayor, they will.")
    text = _("You asked to be exempt {span}.", span=span)
    return Screen(Markup("{}\n\n{}").format(text, after), ((Choice(_("My exemptions"), to("ask")), home()),))


def really_end(span: Span, *, own: bool, monday: date) -> Screen:
    """Asked once more, since it can't be taken back."""
    about = span_words(span.from_week, span.until_week)
    if span.state == ASKED or span.from_week > monday:
        text = _("Take it back, {span}? The hours of these weeks are asked for then as usual.", span=about)
    else:
        text = _("End it, {span}? This week stays exempt; from Monday on hours are asked for as usual.", span=about)
    named = text if own else Markup("<b>{}</b>\n{}").format(span.name, text)
    return Screen(
        named, ((Choice(_("Yes, end it"), to("ended", span.id)),), (back(to("ask" if own else "exempts")), home()))
    )


def ended(span: Span, *, own: bool) -> Screen:
    if span.state == "withdrawn":
        text = _("It was taken back.")
    else:
        text = _("It ends now: the exemption is {span}.", span=span_words(span.from_week, span.until_week))
    if not own:
        text = Markup("{} {}").format(text, _("{name} hears of it.", name=span.name))
    where = Choice(_("My exemptions"), to("ask")) if own else Choice(_("Exemptions"), to("exempts"))
    return Screen(text, ((where, home()),))


# -- at the desk -----------------------------------------------------------------------------------------------------


def book(found: Book, page: int, me: int) -> Screen:
    """Requests that wait, then exemptions that run."""
    entries = [*found.asked, *found.running]
    shown, page = page_of(entries, page, SIZE)
    lines = [_("<b>Exemptions</b>")]
    if not entries:
        lines.append(_("Nobody has asked for one, and nobody is exempt."))
    if found.asked:
        lines.append(ngettext("{n} request waits for an answer.", "{n} requests wait for an answer.", len(found.asked)))
    first = page * SIZE
    for number, span in enumerate(shown, first + 1):
        state = _("waits") if span.state == ASKED else _("approved")
        lines.append(Markup("{} · {}").format(_line(number, span, named=True), state))
    labels = [
        (f"{number}. {span.name}", to("open" if span.state == ASKED else "end", span.id))
        for number, span in enumerate(shown, first + 1)
        if span.resident_id != me
    ]
    pages = pager(len(entries), page, lambda at: to("exempts", page=at), SIZE)
    return Screen(Markup("\n").join(lines), menu(labels, pages=pages, then=(back(DeskTap(do="more").pack()), home())))


def request(span: Span) -> Screen:
    """A request, to be decided."""
    weeks = ngettext("{n} week", "{n} weeks", span.weeks)
    text = _(
        "<b>{name}</b> asks to be exempt {span}, {weeks} in all. The reason: {kind}.",
        name=span.name,
        span=span_words(span.from_week, span.until_week),
        weeks=weeks,
        kind=kind_name(span.kind),
    )
    choices = [Choice(_("Approve"), to("approve", span.id))]
    if span.weeks > 1:
        choices.append(Choice(_("Approve, but shorter"), to("shorter", span.id)))
    choices.append(Choice(_("Decline"), to("decline", span.id)))
    return Screen(text, (*in_rows(choices), (back(to("exempts")), home())))


def approved(span: Span) -> Screen:
    text = _(
        "{name} is exempt {span}, and hears of it.", name=span.name, span=span_words(span.from_week, span.until_week)
    )
    return Screen(text, _after_deciding())


def declined(span: Span) -> Screen:
    return Screen(_("You declined what {name} asked for, and they hear of it.", name=span.name), _after_deciding())


def _after_deciding() -> tuple[tuple[Choice, ...], ...]:
    return ((Choice(_("Exemptions"), to("exempts")), home()),)
