"""Whom a broadcast reached, what reached nobody, and sending that again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.broadcasts.sending import found
from handlers.kit.who import Who
from handlers.roles.actions import Duties, must_coordinate
from storage import outbox
from storage.queries import broadcasts, reach, shifts, undelivered
from storage.queries.broadcasts import BroadcastRow
from storage.queries.reach import Fate, Reached, Why
from storage.queries.undelivered import Lost, Missed, Sight, Stuck
from storage.tables import BroadcastKind, BroadcastState
from storage.unit import Unit
from town.facts import NotAllowed, NotFound, NothingToRepeat

PAGE = 15
"""People a page, of whom there is nothing to tap."""

MISSED_PAGE = 5
"""People, or notices, a page, each of which can be tapped."""

AGAIN = (BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.SENT)
"""Where a broadcast stands so that what failed of it can be sent once more."""

GROUPS: Mapping[str, tuple[Fate, ...]] = {
    "read": (Fate.READ,),
    "sent": (Fate.DELIVERED, Fate.SENT),
    "waiting": (Fate.WAITING, Fate.HELD),
    "failed": (Fate.FAILED, Fate.UNSURE),
    "off": (Fate.MUTED,),
    "spared": (Fate.LATE, Fate.SPARED),
}
"""The lists of a report: whom they name."""


@dataclass(frozen=True, slots=True)
class Report:
    """A broadcast, how many of its people met which fate, and why it did not reach some."""

    one: BroadcastRow
    fates: Mapping[str, int]
    why: Mapping[str, int]
    is_of_use: bool

    def of(self, group: str) -> int:
        """How many a list names."""
        return sum(self.fates.get(fate, 0) for fate in GROUPS[group])

    @property
    def can_repeat(self) -> bool:
        """Whether what failed can be sent once more, and would be of use."""
        return bool(self.fates.get(Fate.FAILED)) and self.one.state in AGAIN and self.is_of_use


async def report(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> Report:
    """What became of a broadcast: for who made it, the mayor and the coordinators of the town.

    Raises NotFound, NotAllowed.
    """
    return await _report(unit, await _theirs(unit, who, broadcast_id), now)


async def _report(unit: Unit, one: BroadcastRow, now: datetime) -> Report:
    counts, why = await reach.counts(unit, one.id), await reach.reasons(unit, one.id)
    return Report(one, counts, why, await _is_of_use(unit, one, now))


async def _is_of_use(unit: Unit, one: BroadcastRow, now: datetime) -> bool:
    """Whether what a broadcast says is still so: a call for hands may be for a shift that is full, or another one now.

    Whoever calls for hands on a shift that has changed does so anew.
    """
    if one.expires_at is not None and one.expires_at <= now:
        return False
    if one.kind != BroadcastKind.TASK or one.shift_id is None:
        return True
    shift = await shifts.get(unit, one.shift_id)
    return one.why == "" and shift is not None and shift.cancelled_at is None and shift.free > 0


async def _theirs(unit: Unit, who: Who, broadcast_id: int, *, lock: bool = False) -> BroadcastRow:
    duties = await must_coordinate(unit, who)
    one = await found(unit, broadcast_id, lock=lock)
    if not duties.everywhere and one.made_by != who.me:
        raise NotAllowed(needed="town coordinator")
    return one


async def people(
    unit: Unit, *, who: Who, broadcast_id: int, group: str, page: int, now: datetime
) -> tuple[Report, Sequence[Reached], int]:
    """A page of those of a broadcast who met the same fate, and which page it is. Raises NotFound, NotAllowed."""
    seen = await report(unit, who=who, broadcast_id=broadcast_id, now=now)
    if group not in GROUPS:
        raise NotFound(what="notice")
    page = min(page, max(0, (seen.of(group) - 1) // PAGE))
    return seen, await reach.some(unit, broadcast_id, GROUPS[group], most=PAGE, skip=page * PAGE), page


async def everybody(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> tuple[Report, list[Reached]]:
    """All people of a broadcast. Raises NotFound, NotAllowed."""
    seen = await report(unit, who=who, broadcast_id=broadcast_id, now=now)
    return seen, await reach.everybody(unit, broadcast_id)


async def again(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> tuple[Report, int]:
    """Send what failed of a broadcast once more; how many that is.

    Raises NotFound, NotAllowed, or NothingToRepeat where nothing failed, or it would be of no use any more.
    """
    one = await _theirs(unit, who, broadcast_id, lock=True)
    if not (await _report(unit, one, now)).can_repeat:
        raise NothingToRepeat
    many = await outbox.send_failed_again(unit, broadcast_id, now)
    if one.state == BroadcastState.SENT:  # it is on its way again, and can be held or stopped
        await broadcasts.change(unit, one.id, state=BroadcastState.SENDING.value, ended_at=None)
    await broadcasts.log(unit, one.id, "again", by=who.me, now=now, detail=str(many))
    return await _report(unit, await found(unit, broadcast_id), now), many


# -- what reached nobody -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """What reached nobody: how many notices, why, and a page of the people, for one reason or any ("").

    `stuck` is what waits since a channel takes nothing of the town, told to those who may see everything.
    """

    notices: int
    people: int
    why: Mapping[str, int]
    shown: Sequence[Missed]
    total: int
    page: int
    reason: str
    stuck: Stuck | None = None


def sight_of(who: Who, duties: Duties) -> Sight:
    """What somebody may see: all of it, or only what they and their projects sent to many."""
    return Sight(who.me, duties.everywhere, duties.projects)


async def how_many(unit: Unit, *, who: Who, duties: Duties, now: datetime) -> int:
    """How many notices that somebody may see reached nobody, or wait for something to be mended: for the desk."""
    seen = sight_of(who, duties)
    stuck = await undelivered.stuck(unit) if seen.everything else None
    return (await undelivered.count(unit, seen, now))[0] + (stuck.many if stuck is not None else 0)


async def sight(unit: Unit, who: Who) -> Sight:
    """What somebody may see of it, for whoever has a desk. Raises NotAllowed."""
    return sight_of(who, await must_coordinate(unit, who))


async def missing(unit: Unit, *, who: Who, reason: str = "", page: int, now: datetime) -> Missing:
    """What reached nobody in the last weeks. Raises NotAllowed, NotFound for an unknown reason."""
    seen = await sight(unit, who)
    if reason and reason not in list(Why):
        raise NotFound(what="notice")
    notices, of_people = await undelivered.count(unit, seen, now)
    why = await undelivered.reasons(unit, seen, now)
    shown, total = await undelivered.people(
        unit, seen, now, why=reason, most=MISSED_PAGE, skip=min(page, 10_000) * MISSED_PAGE
    )
    last = max(0, (total - 1) // MISSED_PAGE)
    if page > last:
        page = last
        shown, total = await undelivered.people(unit, seen, now, why=reason, most=MISSED_PAGE, skip=page * MISSED_PAGE)
    stuck = await undelivered.stuck(unit) if seen.everything else None
    return Missing(notices, of_people, why, shown, total, page, reason, stuck)


async def of_person(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> list[Lost]:
    """What did not reach somebody, the newest first. Raises NotAllowed, NotFound where there is nothing."""
    found_ones = await undelivered.of_person(unit, await sight(unit, who), resident_id, now)
    if not found_ones:
        raise NotFound(what="notice")
    return found_ones


async def lost(unit: Unit, *, who: Who, row_id: int, now: datetime) -> Lost:
    """One notice that reached nobody. Raises NotAllowed, NotFound."""
    one = await undelivered.one(unit, await sight(unit, who), row_id, now)
    if one is None:
        raise NotFound(what="notice")
    return one


async def retry(unit: Unit, *, rows: Sequence[Lost], now: datetime) -> int:
    """Send notices once more that somebody may see, as far as they are of use; how many. Raises NothingToRepeat."""
    many = await undelivered.retry(unit, [one.id for one in rows], now)
    if not many:
        raise NothingToRepeat
    return many


async def let_go(unit: Unit, *, rows: Sequence[Lost]) -> int:
    """Give notices up that somebody may see; how many."""
    return await undelivered.let_go(unit, [one.id for one in rows])
