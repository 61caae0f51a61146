"""What the meetings room shows to who runs a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, pager
from handlers.kit.poll_taps import MeetTap, MinutesTap, MotionTap
from handlers.kit.screens import Choice, Row, Screen, cut, in_rows
from handlers.kit.shift_words import bold, paragraphs
from handlers.meetings import words
from handlers.meetings.actions import Page
from handlers.meetings.checking import RoomScreen
from handlers.meetings.present import Presence
from handlers.meetings.question_words import change_labels
from handlers.series.words import lines
from locales import _, a_moment, a_time
from storage.queries.guests import Expected
from storage.queries.meetings import MeetingRow
from town.checkin import shown
from town.meetings import is_open, is_over, opens_at

NAME = 32
"""Characters of a name on a button."""


def desk(of: Page, now: datetime, zone: ZoneInfo, *, said: str = "") -> Screen:
    """What can be done with a meeting now."""
    one = of.meeting
    comes = words.who_comes(of.numbers) if not is_over(one, now) else ""
    text = paragraphs(
        said,
        lines(bold(one.title), words.span(one, zone)),
        lines(comes, words.presence(of.presence)),
        _so_far(one, now, zone),
    )
    return Screen(text, (*in_rows(_doable(of, now), 2), (back(_to("page", one.id)), home())))


def _so_far(one: MeetingRow, now: datetime, zone: ZoneInfo) -> Markup:
    if one.cancelled_at is not None:
        return _("It was called off.")
    if is_over(one, now):
        return _("It is over. The minutes can be written and published.")
    if one.opened_at is not None:
        return _("It has begun at {time}.", time=a_time(one.opened_at, zone))
    if one.starts_at is None:
        return _("It has no date yet. To set one by hand, change the day and time: the vote on it ends then.")
    if is_open(one, now):
        return _("It can begin.")
    return _("Checking in begins: {time}.", time=a_moment(opens_at(one.starts_at), zone))


def _doable(of: Page, now: datetime) -> list[Choice]:
    one = of.meeting
    if one.cancelled_at is not None:
        return []
    found: list[Choice] = []
    if not is_over(one, now):
        if is_open(one, now) and one.opened_at is None:
            found.append(Choice(_("Begin"), _to("begin", one.id)))
        if one.opened_at is not None:
            found.append(Choice(_("End the meeting"), _to("end", one.id)))
        if one.starts_at is not None:
            found += [Choice(_("Room code"), _to("code", one.id)), Choice(_("Who is here"), _to("here", one.id))]
        found.append(Choice(_("Change it"), _to("change", one.id)))
        if one.opened_at is None:
            found.append(Choice(_("Call it off"), _to("off", one.id)))
    found.append(Choice(_("Agenda"), MotionTap(do="list", id=one.id).pack()))
    if one.opened_at is not None or is_over(one, now):
        found.append(Choice(_("Minutes"), MinutesTap(do="read", id=one.id).pack()))
    return found


def sure_to_end(of: Page) -> Screen:
    text = paragraphs(
        _(
            "End “{title}”? Votes that wait for your word are counted then; those with a time of their own go on.",
            title=of.meeting.title,
        ),
        words.presence(of.presence),
    )
    ways = (Choice(_("Yes, end it"), _to("ended", of.meeting.id)), Choice(_("Not yet"), _to("desk", of.meeting.id)))
    return Screen(text, (ways, (home(),)))


def what_to_change(meeting: MeetingRow) -> Screen:
    """`do` "set" with the number of what changes."""
    choices = [
        Choice(label, _to("set", meeting.id, number)) for number, label in enumerate(change_labels().values(), 1)
    ]
    text = _("What shall change about “{title}”?", title=meeting.title)
    return Screen(text, (*in_rows(choices, 2), (back(_to("desk", meeting.id)), home())))


# -- the room's code ---------------------------------------------------------------------------------------------------


def code(of: RoomScreen, page: str | None, zone: ZoneInfo) -> Screen:
    """The code of this minute, as words under its picture."""
    assert of.until is not None  # only what is open has a code
    text = paragraphs(
        bold(of.meeting.title),
        _("The code: {code}", code=Markup("<b><code>{}</code></b>").format(shown(of.code))),
        _("It works until {time}. People scan the picture, or type the code to me.", time=a_time(of.until, zone)),
        words.presence(of.presence),
    )
    again = Choice(_("New code"), _to("code", of.meeting.id))
    return Screen(text, ((again,), *_big(page), *_to_people(of.meeting)))


def early(of: RoomScreen, page: str | None, zone: ZoneInfo) -> Screen:
    """The code is asked for before anybody can use it."""
    text = paragraphs(
        lines(bold(of.meeting.title), words.span(of.meeting, zone)),
        words.room_note(of, zone),
        _("The page on a big screen can be opened now: it begins by itself.") if page else "",
    )
    return Screen(text, (*_big(page), *_to_people(of.meeting)))


def _big(page: str | None) -> tuple[Row, ...]:
    return ((Choice(_("On a big screen"), url=page),),) if page else ()


def _to_people(meeting: MeetingRow) -> tuple[Row, ...]:
    return ((Choice(_("Who is here"), _to("here", meeting.id)),), (back(_to("desk", meeting.id)), home()))


# -- who is there ------------------------------------------------------------------------------------------------------


def people(
    meeting: MeetingRow,
    there: Presence,
    shown_now: Sequence[Expected],
    total: int,
    page: int,
    size: int,
    zone: ZoneInfo,
    *,
    said: Markup | str = "",
) -> Screen:
    """Who comes and who is there; a tap on somebody tells it by hand."""
    listed = [_line(number, one, zone) for number, one in enumerate(shown_now, 1)]
    text = paragraphs(
        said,
        bold(meeting.title),
        words.presence(there),
        Markup("\n").join(listed) if listed else _("Nobody has said yet that they come."),
        _("Tap somebody whom you see there, or who was ticked by mistake.") if listed else "",
    )
    rows = tuple((_button(number, one, meeting.id, page),) for number, one in enumerate(shown_now, 1))
    turn = pager(total, page, lambda to: _to("here", meeting.id, page=to), size)
    other = Choice(_("Somebody else"), _to("find", meeting.id))
    return Screen(text, (*rows, *turn, (other, back(_to("desk", meeting.id)), home())))


def ticked(name: str, *, here: bool) -> Markup:
    if here:
        return _("{name} is here.", name=bold(name))
    return _("{name} is not here.", name=bold(name))


def _line(number: int, one: Expected, zone: ZoneInfo) -> Markup:
    if one.here_at is None:
        return _("{n}. {name}: not here yet", n=number, name=one.name)
    return _("{n}. {name}: here since {time}", n=number, name=one.name, time=a_time(one.here_at, zone))


def _button(number: int, one: Expected, meeting_id: int, page: int) -> Choice:
    mark, do = ("✓", "untick") if one.here_at is not None else ("•", "tick")
    return Choice(f"{number}. {mark} {cut(one.name, NAME)}", _to(do, meeting_id, one.resident_id, page))


def _to(do: str, meeting_id: int, n: int = 0, page: int = 0) -> str:
    return MeetTap(do=do, id=meeting_id, n=n, page=page).pack()
