"""The room code of a meeting: who shows it, who sends it, and who is ticked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit.links import Links
from handlers.kit.who import Who
from handlers.meetings import present
from handlers.meetings.actions import must_be_invited
from handlers.meetings.present import Presence
from handlers.meetings.running import found, must_be_on, must_run
from handlers.roles.actions import must_be_resident
from storage.queries import guests, meetings, roles
from storage.queries.guests import Expected
from storage.queries.meetings import MeetingRow
from storage.unit import Unit
from town import checkin as codes
from town.checkin import MEETING
from town.facts import CheckInEarly, CheckInWrong, MeetingOver, MeetingUndated, NotFound
from town.meetings import OPENS_BEFORE, ends_at, is_open, is_over, opens_at
from town.settings import TownSettings


@dataclass(frozen=True, slots=True)
class RoomScreen:
    """What the screen in the room shows. `state`: early, open, over or cancelled.

    When it is open, `code` is that of this minute, good until `until`, and `scan` is what the QR code holds.
    """

    meeting: MeetingRow
    presence: Presence
    state: str
    code: str = ""
    scan: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who is there; `first`: they have just checked in."""

    meeting: MeetingRow
    since: datetime
    first: bool
    presence: Presence


# -- who comes ---------------------------------------------------------------------------------------------------------


async def rooms(unit: Unit, now: datetime) -> list[MeetingRow]:
    """The meetings at which one can check in now with a code that somebody has asked for."""
    near = await meetings.around(unit, now, OPENS_BEFORE)
    return [one for one in near if one.checkin_key is not None and is_open(one, now)]


def which(open_now: Sequence[MeetingRow], code: str, now: datetime) -> MeetingRow:
    """The meeting whose screen shows this code. Raises CheckInWrong."""
    for one in open_now:
        if one.checkin_key is not None and codes.is_right(one.checkin_key, one.id, code, now):
            return one
    raise CheckInWrong


async def scanned(unit: Unit, *, meeting_id: int, code: str, now: datetime) -> MeetingRow:
    """The meeting of a scanned code. Raises CheckInWrong, also where one cannot check in there now."""
    return which([one for one in await rooms(unit, now) if one.id == meeting_id], code, now)


async def may_send_code(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> MeetingRow | Arrived:
    """The meeting somebody is to send the code of, or since when they are there.

    Raises NotAllowed, NotFound, MeetingOff, MeetingUndated, MeetingOver, CheckInEarly or NotInvited.
    """
    me = must_be_resident(who)
    meeting = await found(unit, meeting_id)
    _check_open(meeting, now)
    mine = await must_be_invited(unit, meeting, me, now)
    if mine is None or mine.here_at is None:
        return meeting
    return Arrived(meeting, mine.here_at, False, await present.presence(unit, meeting_id))


async def check_in(unit: Unit, *, who: Who, meeting: MeetingRow, now: datetime) -> Arrived:
    """Note that somebody who has sent the right code is there. Raises NotAllowed or NotInvited."""
    me = must_be_resident(who)
    await must_be_invited(unit, meeting, me, now)
    first = await guests.arrive(unit, meeting.id, me, by=None, now=now)
    mine = await guests.mine(unit, meeting.id, me)
    since = now if mine is None or mine.here_at is None else mine.here_at
    return Arrived(meeting, since, first, await present.presence(unit, meeting.id))


# -- who shows the code ------------------------------------------------------------------------------------------------


async def show_code(
    unit: Unit, *, who: Who, meeting_id: int, links: Links, now: datetime
) -> tuple[RoomScreen, str | None]:
    """What the screen in the room shows now, and the address of the page that goes on showing it, where there is one.

    Raises NotFound, NotAllowed, MeetingOff, MeetingOver or MeetingUndated.
    """
    meeting = await must_run(unit, who, meeting_id)
    must_be_on(meeting)
    starts_at = _dated(meeting, now)
    key = meeting.checkin_key or await meetings.make_key(unit, meeting_id, codes.new_key())
    token = codes.screen_token(key, meeting_id, starts_at.astimezone(who.zone).date())
    return await _on_screen(unit, meeting, key, links, now), links.page(f"/checkin/m{meeting_id}/{token}")


async def on_page(
    unit: Unit, *, meeting_id: int, token: str, town: TownSettings, links: Links, now: datetime
) -> RoomScreen | None:
    """What the page with this address shows now; None where the address is not right, or was of another day."""
    meeting = await meetings.get(unit, meeting_id)
    if meeting is None or meeting.checkin_key is None or meeting.starts_at is None:
        return None
    last = ends_at(meeting) or meeting.starts_at
    if meeting.opened_at is not None and not is_over(meeting, now):
        last = now + timedelta(minutes=1)  # it goes on for longer than was planned
    good = codes.may_show(
        meeting.checkin_key, meeting_id, token, starts_at=meeting.starts_at, ends_at=last, now=now, zone=town.tz
    )
    return await _on_screen(unit, meeting, meeting.checkin_key, links, now) if good else None


async def who_is_here(
    unit: Unit, *, who: Who, meeting_id: int, page: int, size: int
) -> tuple[MeetingRow, Presence, list[Expected], int]:
    """Who said that they come, and who is there, a page of them; with how many there are in all.

    Raises NotFound or NotAllowed.
    """
    meeting = await must_run(unit, who, meeting_id)
    shown, total = await guests.expected(unit, meeting_id, skip=page * size, most=size)
    return meeting, await present.presence(unit, meeting_id), shown, total


async def may_tick(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> MeetingRow:
    """A meeting at which somebody may note who is there. Raises as `tick` does."""
    meeting = await must_run(unit, who, meeting_id)
    _check_open(meeting, now)
    return meeting


async def tick(unit: Unit, *, who: Who, meeting_id: int, resident_id: int, here: bool, now: datetime) -> str:
    """Note by hand that somebody is there, or is not; their name. Who was noted before keeps their time.

    Raises NotFound, NotAllowed, MeetingOff, MeetingUndated, MeetingOver, CheckInEarly or NotInvited.
    """
    meeting = await may_tick(unit, who=who, meeting_id=meeting_id, now=now)
    person = await roles.resident(unit, resident_id)
    if person is None:
        raise NotFound(what="resident")
    if not here:
        await guests.gone(unit, meeting_id, resident_id)
    else:
        await must_be_invited(unit, meeting, resident_id, now)
        await guests.arrive(unit, meeting_id, resident_id, by=who.me, now=now)
    return person.name


# -- parts -------------------------------------------------------------------------------------------------------------


async def _on_screen(unit: Unit, meeting: MeetingRow, key: str, links: Links, now: datetime) -> RoomScreen:
    there = await present.presence(unit, meeting.id)
    if meeting.cancelled_at is not None:
        return RoomScreen(meeting, there, "cancelled")
    if not is_open(meeting, now):
        return RoomScreen(meeting, there, "over" if is_over(meeting, now) else "early")
    code = codes.code_now(key, meeting.id, now)
    scan = links.start(codes.payload(meeting.id, code, MEETING)) or codes.shown(code)
    return RoomScreen(meeting, there, "open", code, scan, codes.good_until(now))


def _dated(meeting: MeetingRow, now: datetime) -> datetime:
    if meeting.starts_at is None:
        raise MeetingUndated(title=meeting.title)
    if is_over(meeting, now):
        raise MeetingOver(title=meeting.title)
    return meeting.starts_at


def _check_open(meeting: MeetingRow, now: datetime) -> None:
    must_be_on(meeting)
    starts_at = _dated(meeting, now)
    if not is_open(meeting, now):
        raise CheckInEarly(title=meeting.title, opens_at=opens_at(starts_at))
