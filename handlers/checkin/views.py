"""What the check-in says, to those who come and to those who show the code."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.checkin.actions import Checked, OnScreen
from handlers.checkin.page_words import how_many
from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import CheckTap, DeskTap, ListTap, ShiftTap
from locales import _, a_moment, a_span, a_time
from storage.queries.checkin import Guest
from storage.queries.shifts import ShiftRow
from town.checkin import opens_at, shown

NAME = 32
"""Characters of a name on a button."""


# -- for who comes -----------------------------------------------------------------------------------------------------


def ask_code(title: str) -> Screen:
    return Screen(
        _(
            "Welcome to <b>{title}</b>! Your coordinator's screen shows a code of six letters. Please type it here, or "
            "scan the picture beside it.",
            title=title,
        )
    )


def here(checked: Checked, zone: ZoneInfo) -> Screen:
    """Somebody is checked in, just now or before."""
    time = a_time(checked.since, zone)
    if checked.first:
        said = _("You are checked in at {time}. Have a good time!", time=time)
    else:
        said = _("You are checked in since {time}: all is well.", time=time)
    return Screen(paragraphs(said, _about(checked.shift, zone)), (_page(checked.shift), (home(),)))


def may_join(shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """The code is right, but whoever sent it holds no place: there is one for them."""
    said = _("How good that you are here! You hold no place on this shift yet. Shall I give you one and check you in?")
    return Screen(
        paragraphs(said, _about(shift, zone)),
        ((Choice(_("Yes, I join"), _tap("join", shift.id)),), (*_page(shift), home())),
    )


def no_place(shift: ShiftRow, why: str, zone: ZoneInfo) -> Screen:
    """The code is right, but there is no place for them; `why` says the reason."""
    said = _("You hold no place on this shift, and I can't give you one. Please talk to the coordinator beside you.")
    others = Choice(_("Other shifts"), ListTap(by="").pack())
    return Screen(paragraphs(_about(shift, zone), why, said), (_page(shift), (others, home())))


def wrong(why: str) -> Screen:
    """A code that is not right, or one too many."""
    return Screen(why, ((Choice(_("My shifts"), ListTap(by="mine").pack()), home()),))


# -- for who shows the code --------------------------------------------------------------------------------------------


def code(of: OnScreen, page: str | None, zone: ZoneInfo) -> Screen:
    """The code of this minute, as words under its picture."""
    assert of.until is not None  # only what is open has a code
    text = paragraphs(
        _about(of.shift, zone),
        _("The code: {code}", code=Markup("<b><code>{}</code></b>").format(shown(of.code))),
        _("It works until {time}. People scan the picture, or type the code to me.", time=a_time(of.until, zone)),
        how_many(of.here, of.expected),
    )
    return Screen(text, (*_big(page), (Choice(_("New code"), _tap("code", of.shift.id)),), *_to_people(of.shift)))


def early(of: OnScreen, page: str | None, zone: ZoneInfo) -> Screen:
    """The code is asked for before anybody can use it."""
    text = paragraphs(
        _about(of.shift, zone),
        _("Checking in begins: {time}. Open this again then.", time=a_moment(opens_at(of.shift.starts_at), zone)),
        _("The page on a big screen can be opened now: it begins by itself.") if page else "",
    )
    return Screen(text, (*_big(page), *_to_people(of.shift)))


def people(shift: ShiftRow, guests: Sequence[Guest], page: int, zone: ZoneInfo, *, said: Markup | str = "") -> Screen:
    """Who is there and who is not; a tap on somebody tells it by hand."""
    shown_now, page = page_of(guests, page)
    lines = [_line(number, guest, zone) for number, guest in enumerate(shown_now, 1)]
    present = sum(guest.since is not None for guest in guests)
    text = paragraphs(
        said,
        _about(shift, zone),
        how_many(present, len(guests)) if guests else _("Nobody has joined yet."),
        Markup("\n").join(lines),
        _("Tap somebody whom you see there, or who was ticked by mistake.") if guests else "",
    )
    rows = tuple((_button(number, guest, shift, page),) for number, guest in enumerate(shown_now, 1))
    turn = pager(len(guests), page, lambda to: _tap("here", shift.id, page=to))
    return Screen(text, (*rows, *turn, (Choice(_("New code"), _tap("code", shift.id)), _desk(shift))))


def ticked(guest: Guest) -> Markup:
    if guest.since is not None:
        return _("{name} is here.", name=bold(guest.name))
    return _("{name} is not here yet.", name=bold(guest.name))


# -- parts -------------------------------------------------------------------------------------------------------------


def _about(shift: ShiftRow, zone: ZoneInfo) -> Markup:
    return Markup("<b>{}</b>\n{}").format(shift.title, a_span(shift.starts_at, shift.ends_at, zone))


def _page(shift: ShiftRow) -> Row:
    return (Choice(_("The shift's page"), ShiftTap(do="open", shift=shift.id).pack()),)


def _big(page: str | None) -> tuple[Row, ...]:
    return ((Choice(_("On a big screen"), url=page),),) if page else ()


def _to_people(shift: ShiftRow) -> tuple[Row, ...]:
    return ((Choice(_("Who is here"), _tap("here", shift.id)),), (_desk(shift), home()))


def _desk(shift: ShiftRow) -> Choice:
    return back(DeskTap(do="shift", id=shift.id).pack())


def _line(number: int, guest: Guest, zone: ZoneInfo) -> Markup:
    if guest.since is None:
        return _("{n}. {name}: not here yet", n=number, name=guest.name)
    return _("{n}. {name}: here since {time}", n=number, name=guest.name, time=a_time(guest.since, zone))


def _button(number: int, guest: Guest, shift: ShiftRow, page: int) -> Choice:
    mark, do = ("✓", "untick") if guest.since is not None else ("•", "tick")
    return Choice(f"{number}. {mark} {cut(guest.name, NAME)}", _tap(do, shift.id, guest.resident_id, page))


def _tap(do: str, shift: int, resident: int = 0, page: int = 0) -> str:
    return CheckTap(do=do, shift=shift, resident=resident, page=page).pack()
