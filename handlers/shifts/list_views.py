"""What the shifts room says: lists of shifts, by day, by project, what suits, one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import Fitting, bold, buttons, line, open_buttons, paragraphs, suited
from handlers.kit.taps import ListTap
from locales import _, a_day, a_moment, an_ordinal, short_day
from storage.queries.shifts import Counted, ShiftRow
from storage.queries.waiting import InLine

FIRST = 3
"""Shifts that suit, on the first screen."""


def lists(best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    """The first screen: what suits best, and the ways to look further."""
    text = _("These would suit you best:") if best else _("How would you like to look for a shift?")
    ways = (
        *(((Choice(_("More that suits me"), _list("suits")),),) if best else ()),
        (Choice(_("By day"), _list("day")), Choice(_("By project"), _list("project"))),
        (Choice(_("My shifts"), _list("mine")), home()),
    )
    return Screen(paragraphs(text, *suited(best, zone)), (*open_buttons(best, zone), *ways))


def days(starts: Sequence[datetime], page: int, zone: ZoneInfo) -> Screen:
    """The days that have shifts with free places."""
    counts = sorted(Counter(start.astimezone(zone).date() for start in starts).items())
    if not counts:
        return _nothing(_none_coming())
    shown, page = page_of(counts, page)
    rows = tuple((_day_button(day, count),) for day, count in shown)
    return Screen(
        _("Which day suits you? The number is how many shifts have free places."),
        (*rows, *pager(len(counts), page, lambda to: _list("day", page=to)), _ways()),
    )


def day(on: date, shifts: Sequence[ShiftRow], page: int, zone: ZoneInfo) -> Screen:
    """The shifts of one day, full ones too."""
    up = _list("day")
    if not shifts:
        return _nothing(_("There are no shifts on {day}.", day=a_day(on)), up)
    return _shifts(bold(a_day(on)), shifts, page, zone, ("day", on.isoformat()), up, dated=False)


def projects(found: Sequence[Counted], page: int) -> Screen:
    """The projects that have shifts with free places."""
    if not found:
        return _nothing(_none_coming())
    shown, page = page_of(found, page)
    rows = tuple(
        (Choice(cut(f"{number}. {one.name}", 36) + f" ({one.shifts})", _list("project", str(one.project_id))),)
        for number, one in enumerate(shown, 1)
    )
    return Screen(
        _("Which project? The number is how many of its shifts have free places."),
        (*rows, *pager(len(found), page, lambda to: _list("project", page=to)), _ways()),
    )


def project(key: str, shifts: Sequence[ShiftRow], page: int, zone: ZoneInfo) -> Screen:
    """The coming shifts of one project, full ones too."""
    up = _list("project")
    if not shifts:
        return _nothing(_("This project has no shifts in the coming two weeks."), up)
    head = bold(shifts[0].project)
    return _shifts(head, shifts, page, zone, ("project", key), up)


def suits(found: Sequence[Fitting], page: int, zone: ZoneInfo) -> Screen:
    """All that suits somebody, the best first."""
    if not found:
        return _nothing(
            _(
                "I found nothing in the coming two weeks that suits what you told me about yourself. "
                "Have a look by day, or change your answers with /me."
            )
        )
    shown, page = page_of(found, page)
    turn = pager(len(found), page, lambda to: _list("suits", page=to))
    return Screen(
        paragraphs(_("These suit you, the best first:"), *suited(shown, zone)),
        (*open_buttons(shown, zone), *turn, _ways()),
    )


def mine(held: Sequence[ShiftRow], in_line: Sequence[InLine], page: int, now: datetime, zone: ZoneInfo) -> Screen:
    """The shifts somebody holds a place on, those that wait to be confirmed, and those that they wait for."""
    if not held and not in_line:
        return _nothing(_("You hold no place on any shift at the moment."))
    notes = {one.shift.id: _in_line(one, zone) for one in in_line}
    every = sorted((*held, *(one.shift for one in in_line)), key=lambda shift: (shift.starts_at, shift.id))
    shown, page = page_of(every, page)
    lines = []
    for number, shift in enumerate(shown, 1):
        note = notes.get(shift.id) or (_("waits to be confirmed") if shift.ends_at <= now else "")
        about = line(number, shift, zone)
        lines.append(Markup("{}\n<i>{}</i>").format(about, note) if note else about)
    return Screen(
        paragraphs(_("Your shifts:"), *lines),
        (*buttons(shown, zone), *pager(len(every), page, lambda to: _list("mine", page=to)), _ways()),
    )


def _in_line(one: InLine, zone: ZoneInfo) -> Markup:
    if one.offer_until is not None:
        return _("a place is kept for you until {when}", when=a_moment(one.offer_until, zone))
    return _("you are {nth} on the waiting list", nth=an_ordinal(one.position))


# -- parts -----------------------------------------------------------------------------------------------------------


def _shifts(
    head: Markup,
    shifts: Sequence[ShiftRow],
    page: int,
    zone: ZoneInfo,
    here: tuple[str, str],
    up: str,
    *,
    dated: bool = True,
) -> Screen:
    shown, page = page_of(shifts, page)
    lines = [line(number, shift, zone, day=dated) for number, shift in enumerate(shown, 1)]
    turn = pager(len(shifts), page, lambda to: _list(*here, page=to))
    return Screen(paragraphs(head, *lines), (*buttons(shown, zone, day=dated), *turn, _ways(up)))


def _day_button(day: date, count: int) -> Choice:
    return Choice(f"{short_day(day)} ({count})", _list("day", day.isoformat()))


def _nothing(text: Markup, up: str = "") -> Screen:
    return Screen(text, (_ways(up),))


def _ways(up: str = "") -> Row:
    return back(up or _list("")), home()


def _list(by: str, key: str = "", page: int = 0) -> str:
    return ListTap(by=by, key=key, page=page).pack()


def _none_coming() -> Markup:
    return _("There are no shifts with free places in the coming two weeks. New ones appear all the time.")
