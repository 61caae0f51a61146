"""What the hours room says: rosters, one person's line, and what a confirmation left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.hours.actions import Settled, Sheet
from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import HoursTap, LedgerTap
from locales import _, a_length, a_span, a_time, listed, ngettext, number, short_day
from storage.queries.settling import Line, Roster
from storage.queries.shifts import ShiftRow
from storage.tables import SignupState
from town.hours import LONGER_BY

NAME = 32
"""Characters of a name on a button."""


def rosters(found: Sequence[Roster], page: int, zone: ZoneInfo) -> Screen:
    """The rosters that wait for somebody."""
    if not found:
        return Screen(_("All hours are confirmed. Nothing waits for you here."), ((home(),),))
    shown, page = page_of(found, page)
    rows = tuple((_roster_button(number, one, zone),) for number, one in enumerate(shown, 1))
    text = _("These shifts are over, and somebody waits for their hours. The number is how many.")
    return Screen(text, (*rows, *pager(len(found), page, lambda to: _tap("list", page=to)), (home(),)))


def sheet(of: Sheet, me: int, zone: ZoneInfo) -> Screen:
    """A shift's roster as a whole: how far it is, and the ways to go on."""
    others = [line for line in of.lines if line.open and line.resident_id != me]
    rows: list[Row] = []
    if len(others) > 1:
        rows.append((Choice(_("All came"), _tap("all", of.shift.id)),))
    if any(line.since is not None for line in others):
        rows.append((Choice(_("Confirm those who checked in"), _tap("here", of.shift.id)),))
    if of.lines:
        rows.append((Choice(_("One by one"), _tap("people", of.shift.id)),))
    return Screen(paragraphs(_head(of.shift, zone), _how_far(of)), (*rows, (back(_tap("list")), home())))


def people(of: Sheet, page: int, me: int, zone: ZoneInfo, *, said: str = "") -> Screen:
    """Everybody on a roster, with what is written of them."""
    shown, page = page_of(of.lines, page)
    rows = tuple((_person_button(number, line, of.shift, page),) for number, line in enumerate(shown, 1))
    text = paragraphs(
        said,
        _head(of.shift, zone),
        _how_far(of),
        Markup("\n").join(_entry(number, line, me, zone) for number, line in enumerate(shown, 1)),
    )
    turn = pager(len(of.lines), page, lambda to: _tap("people", of.shift.id, page=to))
    return Screen(text, (*rows, *turn, (back(_tap("open", of.shift.id)), home())))


def person(of: Sheet, line: Line, page: int, me: int, zone: ZoneInfo) -> Screen:
    """One person's line: what was written, or what there is to choose from."""
    shift = of.shift
    up = (back(_tap("people", shift.id, page=page)), home())
    head = paragraphs(_head(shift, zone), bold(line.name))
    if not line.open:
        correct = LedgerTap(do="correct", key=str(shift.id), id=line.resident_id).pack()
        ways = () if line.resident_id == me else ((Choice(_("Correct it"), correct),),)
        return Screen(paragraphs(head, _state(line)), (*ways, up))
    if line.resident_id == me:
        return Screen(paragraphs(head, _("Nobody confirms their own hours: somebody else has to do this.")), (up,))
    full, half = shift.minutes, shift.minutes // 2
    choices = (
        Choice(_("All of it: {length}", length=a_length(full)), _tap("came", shift.id, line.resident_id, full, page)),
        Choice(_("Half of it: {length}", length=a_length(half)), _tap("came", shift.id, line.resident_id, half, page)),
        Choice(_("Another length"), _tap("typed", shift.id, line.resident_id)),
        Choice(_("Did not come"), _tap("missed", shift.id, line.resident_id, page=page)),
    )
    question = _("How long was {name} there?", name=line.name)
    return Screen(paragraphs(head, _arrival(line, zone), question), (*((choice,) for choice in choices), up))


def how_long(name: str, shift_minutes: int) -> Screen:
    """Asked for minutes that are no button."""
    return Screen(
        _(
            "How long was {name} there? Write it like “2 h” or “90 min”, up to {most}.",
            name=name,
            most=a_length(shift_minutes + LONGER_BY),
        )
    )


def settled(done: Settled, zone: ZoneInfo) -> Screen:
    """What “all came” did."""
    said = ngettext(
        "Done: {length} is written down for one person, and they are being told.",
        "Done: {length} is written down for {n} people each, and they are being told.",
        done.confirmed,
        length=a_length(done.shift.minutes),
    )
    see = Choice(_("See the roster"), _tap("people", done.shift.id))
    more = Choice(_("Other rosters"), _tap("list"))
    left = ngettext("{n} person still waits.", "{n} people still wait.", done.open) if done.open else ""
    return Screen(paragraphs(_head(done.shift, zone), said, own_line(done) or left), ((see,), (more, home())))


def own_line(done: Settled) -> Markup:
    """What becomes of the confirmer's own line, or of those for whom they speak, if that is what is left."""
    if done.helped and not done.own_open:
        return _helped_lines(done)
    if not done.own_open:
        return Markup()
    if done.asked:
        return _(
            "Your own line stays open, since nobody confirms their own hours. I asked {names} to do it.",
            names=listed([one.name for one in done.asked]),
        )
    return _(
        "Your own line stays open, since nobody confirms their own hours, and nobody else may do it yet. "
        "The mayor can appoint somebody."
    )


def _helped_lines(done: Settled) -> Markup:
    names = listed(done.helped)
    if done.asked:
        return _(
            "You speak for {names}, so somebody else confirms their hours. I asked {asked} to do it.",
            names=names,
            asked=listed([one.name for one in done.asked]),
        )
    return _(
        "You speak for {names}, so somebody else confirms their hours, and nobody else may do it yet. The mayor can "
        "appoint somebody.",
        names=names,
    )


def written(line: Line, done: Settled) -> Markup:
    """What was just written of one person."""
    said = Markup("{}: {}").format(line.name, _state(line))
    return paragraphs(said, own_line(done))


def later() -> Screen:
    return Screen(
        _("Very well. You find all open rosters with /rosters, and I will remind you."),
        ((Choice(_("Open rosters"), _tap("list")), home()),),
    )


# -- parts -----------------------------------------------------------------------------------------------------------


def _head(shift: ShiftRow, zone: ZoneInfo) -> Markup:
    return Markup("<b>{}</b>\n{}").format(shift.title, a_span(shift.starts_at, shift.ends_at, zone))


def _how_far(of: Sheet) -> Markup:
    if not of.lines:
        return _("Nobody held a place on it.")
    still, here = sum(line.open for line in of.lines), sum(line.since is not None for line in of.lines)
    if not still:
        return _("All of it is settled.")
    waits = ngettext("{n} person still waits.", "{n} people still wait.", still)
    if not here:
        return waits
    came = ngettext(
        "{here} of {n} person checked in.", "{here} of {n} people checked in.", len(of.lines), here=number(here)
    )
    return Markup("{} {}").format(waits, came)


def _entry(number: int, line: Line, me: int, zone: ZoneInfo) -> Markup:
    name = _("{name} (you)", name=line.name) if line.resident_id == me else line.name
    state = Markup(", ").join(part for part in (_state(line), _arrival(line, zone)) if part)
    return Markup("{}. {}: {}").format(number, name, state)


def _arrival(line: Line, zone: ZoneInfo) -> Markup:
    """When somebody checked in of whom nothing else is written yet."""
    if not line.open or line.since is None:
        return Markup()
    return _("checked in at {time}", time=a_time(line.since, zone))


def _state(line: Line) -> Markup:
    if line.minutes is not None:
        return _("{length} confirmed", length=a_length(line.minutes))
    return _("did not come") if line.state == SignupState.MISSED else _("still waits")


def _mark(line: Line) -> str:
    if line.open:
        return "•"
    return "✗" if line.state == SignupState.MISSED else "✓"


def _person_button(number: int, line: Line, shift: ShiftRow, page: int) -> Choice:
    return Choice(
        f"{number}. {_mark(line)} {cut(line.name, NAME)}", _tap("person", shift.id, line.resident_id, page=page)
    )


def _roster_button(number: int, one: Roster, zone: ZoneInfo) -> Choice:
    day: datetime = one.shift.starts_at.astimezone(zone)
    label = cut(f"{number}. {short_day(day.date())} {one.shift.title}", 40)
    return Choice(f"{label} ({one.open})", _tap("open", one.shift.id))


def _tap(do: str, shift: int = 0, resident: int = 0, minutes: int = 0, page: int = 0) -> str:
    return HoursTap(do=do, shift=shift, resident=resident, minutes=minutes, page=page).pack()
