"""Checking in at a shift, and showing the code for it.

A code says that somebody is there, and nothing else: hours are confirmed by a coordinator as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.kit.links import Links
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from handlers.shifts import placing
from storage.queries import checkin as queries
from storage.queries import shifts
from storage.queries.checkin import Attendance, Door, Guest
from storage.queries.places import lock_shift
from storage.queries.shifts import ShiftRow
from storage.tables import SignupState
from storage.unit import Unit
from town import checkin as rules
from town import places
from town.facts import CheckInEarly, CheckInWrong, NotFound, NotHeld, ShiftCancelled, ShiftOver
from town.settings import TownSettings


@dataclass(frozen=True, slots=True)
class Checked:
    """Somebody who is there `since` then; `first`: they have just checked in."""

    shift: ShiftRow
    since: datetime
    first: bool


@dataclass(frozen=True, slots=True)
class OnScreen:
    """What the coordinator's screen shows. `state`: early, open, over or cancelled.

    When it is open, `code` is that of this minute, good until `until`, and `scan` is what the QR code holds.
    """

    shift: ShiftRow
    here: int
    expected: int
    state: str
    code: str = ""
    scan: str = ""
    until: datetime | None = None


# -- who comes ---------------------------------------------------------------------------------------------------------


async def may_send_code(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Checked | ShiftRow:
    """The shift somebody is to send the code of, or since when they are there already.

    Raises NotFound, ShiftCancelled, NotHeld, CheckInEarly or ShiftOver.
    """
    mine = await shifts.page(unit, shift_id, who.me)
    if mine is None:
        raise NotFound(what="shift")
    _check_open(mine.shift, now)
    if mine.state != SignupState.HELD:
        raise NotHeld(title=mine.shift.title)
    return mine.shift if mine.checked_in_at is None else Checked(mine.shift, mine.checked_in_at, first=False)


async def open_doors(unit: Unit, *, who: Who, now: datetime) -> list[Door]:
    """The shifts of the town whose code may be sent now."""
    return await queries.doors(unit, who.me, now)


async def scanned(unit: Unit, *, who: Who, shift_id: int, code: str, now: datetime) -> Door:
    """The shift of a scanned code. Raises CheckInWrong, also where one cannot check in at that shift now."""
    found = await queries.door(unit, shift_id, who.me, now)
    return which([found] if found is not None else [], code, now)


def which(doors: Sequence[Door], code: str, now: datetime) -> Door:
    """The shift that shows this code: one's own before any other. Raises CheckInWrong."""
    right = [one for one in doors if rules.is_right(one.key, one.shift.id, code, now)]
    if not right:
        raise CheckInWrong
    return min(right, key=lambda one: one.state != SignupState.HELD)


async def check_in(unit: Unit, *, who: Who, shift: ShiftRow, now: datetime) -> Checked:
    """Note that somebody who holds a place, and has sent the right code, is there.

    Raises NotFound, NotHeld, ShiftCancelled, CheckInEarly or ShiftOver.
    """
    shift = await _open(unit, shift.id, now)
    first = await queries.tick(unit, shift.id, who.me, now)
    since = await queries.since(unit, shift.id, who.me)
    if since is None:
        raise NotHeld(title=shift.title)  # given back in this very moment
    return Checked(shift, since, first)


async def may_join(unit: Unit, *, who: Who, shift: ShiftRow, now: datetime) -> ShiftRow:
    """Whether somebody without a place who is there may take one. Raises what `placing.take` raises."""
    found = await placing.may_take(unit, who.me, shift.id, town=who.town, now=now)
    wanted = await placing.skills_of(unit, found.shift, who.me)
    kept_for_them = found.state == SignupState.OFFERED
    if not kept_for_them and not places.choose(found.shift.general_free, wanted, who.town.skill_proof):
        raise places.refusal(shift.title, found.shift.general, wanted, who.town.skill_proof)
    return found.shift


async def join(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Checked:
    """Take a place for somebody who has sent the right code, and check them in. Raises what `placing.take` raises."""
    placed = await placing.take(unit, who.me, shift_id, town=who.town, now=now)
    return await check_in(unit, who=who, shift=placed.shift, now=now)


# -- who shows the code ------------------------------------------------------------------------------------------------


async def show_code(unit: Unit, *, who: Who, shift_id: int, links: Links, now: datetime) -> tuple[OnScreen, str | None]:
    """What the coordinator's screen shows now, and the address of the page that goes on showing it, where there is one.

    Raises NotFound, NotAllowed, ShiftCancelled or ShiftOver.
    """
    found = await _coordinated(unit, who, shift_id)
    shift = found.shift
    _check_not_over(shift, now)
    key = found.key or await queries.key_of(unit, shift_id, rules.new_key())
    token = rules.screen_token(key, shift_id, shift.starts_at.astimezone(who.zone).date())
    return _on_screen(found, key, links, now), links.page(f"/checkin/{shift_id}/{token}")


async def on_page(
    unit: Unit, *, shift_id: int, token: str, town: TownSettings, links: Links, now: datetime
) -> OnScreen | None:
    """What the page with this address shows now; None where the address is not right, or was of another day."""
    found = await queries.attendance(unit, shift_id)
    if found is None or found.key is None:
        return None
    shift = found.shift
    good = rules.may_show(
        found.key, shift_id, token, starts_at=shift.starts_at, ends_at=shift.ends_at, now=now, zone=town.tz
    )
    return _on_screen(found, found.key, links, now) if good else None


async def who_is_here(unit: Unit, *, who: Who, shift_id: int) -> tuple[ShiftRow, list[Guest]]:
    """Everybody who holds a place, and since when they are there. Raises NotFound or NotAllowed."""
    found = await _coordinated(unit, who, shift_id)
    return found.shift, await queries.guests(unit, shift_id)


async def tick(unit: Unit, *, who: Who, shift_id: int, resident_id: int, here: bool, now: datetime) -> Guest:
    """Note by hand that somebody is there, or is not. Who was noted before keeps their time.

    Raises NotFound, NotAllowed, ShiftCancelled, CheckInEarly or ShiftOver.
    """
    await _coordinated(unit, who, shift_id)
    await _open(unit, shift_id, now)
    if here:
        await queries.tick(unit, shift_id, resident_id, now)
    else:
        await queries.untick(unit, shift_id, resident_id)
    for guest in await queries.guests(unit, shift_id):
        if guest.resident_id == resident_id:
            return guest
    raise NotFound(what="resident")


# -- parts -------------------------------------------------------------------------------------------------------------


async def _coordinated(unit: Unit, who: Who, shift_id: int) -> Attendance:
    found = await queries.attendance(unit, shift_id)
    await must_coordinate(unit, who, None if found is None else found.shift.project_id)
    if found is None:
        raise NotFound(what="shift")
    return found


def _on_screen(found: Attendance, key: str, links: Links, now: datetime) -> OnScreen:
    shift = found.shift
    if shift.cancelled_at is not None:
        return OnScreen(shift, found.here, found.expected, "cancelled")
    if not rules.is_open(shift.starts_at, shift.ends_at, now):
        state = "early" if now < shift.starts_at else "over"
        return OnScreen(shift, found.here, found.expected, state)
    code = rules.code_now(key, shift.id, now)
    scan = links.start(rules.payload(shift.id, code)) or rules.shown(code)
    return OnScreen(shift, found.here, found.expected, "open", code, scan, rules.good_until(now))


async def _open(unit: Unit, shift_id: int, now: datetime) -> ShiftRow:
    """A shift at which people come now, locked: nobody moves it, or settles its hours, as it is noted who is there.

    Raises NotFound, ShiftCancelled, CheckInEarly or ShiftOver.
    """
    shift = await lock_shift(unit, shift_id)
    if shift is None:
        raise NotFound(what="shift")
    _check_open(shift, now)
    return shift


def _check_open(shift: ShiftRow, now: datetime) -> None:
    _check_not_over(shift, now)
    if not rules.is_open(shift.starts_at, shift.ends_at, now):
        raise CheckInEarly(title=shift.title, opens_at=rules.opens_at(shift.starts_at))


def _check_not_over(shift: ShiftRow, now: datetime) -> None:
    if shift.cancelled_at is not None:
        raise ShiftCancelled(title=shift.title)
    if now >= shift.ends_at:
        raise ShiftOver(title=shift.title)
