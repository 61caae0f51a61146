"""Settling the hours of a shift that has ended: who came, and for how long.

Hours enter the ledger here and nowhere else, and only when somebody other than the person themself confirms them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.helping.actions import must_not_help
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from handlers.shifts import in_charge
from storage import outbox
from storage.queries import helping, hours, settling
from storage.queries.in_charge import Answers
from storage.queries.settling import Line, Roster
from storage.queries.shifts import ShiftRow
from storage.tables import SignupState
from storage.unit import Unit
from town.facts import (
    AlreadyConfirmed,
    Fact,
    HelpsThem,
    NobodyChecked,
    NotFound,
    NotYetOver,
    OwnHours,
    ShiftCancelled,
)
from town.hours import check_confirm


@dataclass(frozen=True, slots=True)
class Sheet:
    """A shift that has ended and everybody who held a place to the end."""

    shift: ShiftRow
    lines: tuple[Line, ...]

    def line(self, resident_id: int) -> Line:
        """One person's line. Raises NotFound."""
        for line in self.lines:
            if line.resident_id == resident_id:
                return line
        raise NotFound(what="resident")


@dataclass(frozen=True, slots=True)
class Settled:
    """What a confirmation left: how many lines it wrote, how many are `open`, and whether the confirmer's own one is.

    `helped` are the names of those for whom the confirmer speaks, where only theirs are left. `asked` are those who
    were asked to confirm these; nobody, when there is nobody else who may.
    """

    shift: ShiftRow
    confirmed: int
    own_open: bool = False
    open: int = 0
    asked: tuple[Answers, ...] = ()
    helped: tuple[str, ...] = ()


async def open_rosters(unit: Unit, *, who: Who, now: datetime) -> list[Roster]:
    """The rosters that wait for a coordinator, the oldest first. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    return await settling.waiting(unit, now, None if duties.everywhere else duties.projects)


async def open_sheet(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Sheet:
    """The roster of a shift. Raises NotAllowed, NotFound, ShiftCancelled or NotYetOver."""
    shift = await _ended(unit, who, shift_id, now)
    return Sheet(shift, tuple(await settling.lines(unit, shift_id)))


async def to_confirm(unit: Unit, *, who: Who, shift_id: int, resident_id: int, now: datetime) -> tuple[Line, ShiftRow]:
    """The open line of somebody else, before its length is asked for.

    Raises NotAllowed, NotFound, ShiftCancelled, NotYetOver, OwnHours, HelpsThem or AlreadyConfirmed.
    """
    sheet = await open_sheet(unit, who=who, shift_id=shift_id, now=now)
    line = sheet.line(resident_id)
    if line.resident_id == who.me:
        raise OwnHours
    await must_not_help(unit, who, resident_id, line.name, since=sheet.shift.starts_at)
    if not line.open:
        raise AlreadyConfirmed(title=sheet.shift.title)
    return line, sheet.shift


async def confirm_all(unit: Unit, *, who: Who, shift_id: int, now: datetime, here: bool = False) -> Settled:
    """Confirm the shift's full length for everybody who is open, but for the confirmer and those for whom they speak.

    `here`: of these, only for those who checked in. Raises NotAllowed, NotFound, ShiftCancelled, NotYetOver, OwnHours
    or HelpsThem (nobody else is open), AlreadyConfirmed, or NobodyChecked (others are open).
    """
    shift = await _ended(unit, who, shift_id, now)
    written = await hours.add(unit, shift_id, week=shift.week, minutes=shift.minutes, by=who.me, now=now, here=here)
    if not written:
        raise await _nothing_open(unit, who, shift)
    await hours.tell_all(unit, shift_id, by=who.me, fields=_confirmed(shift, shift.minutes), now=now, here=here)
    await settling.attend_all(unit, shift_id, by=who.me, here=here)
    return await _settled(unit, who, shift, written, now)


async def confirm_one(unit: Unit, *, who: Who, shift_id: int, resident_id: int, minutes: int, now: datetime) -> Settled:
    """Confirm one person's minutes; none means that they were missed.

    Raises NotAllowed, NotFound, ShiftCancelled, NotYetOver, OwnHours, HelpsThem, BadMinutes or AlreadyConfirmed.
    """
    shift = await _ended(unit, who, shift_id, now)
    check_confirm(confirmer=who.me, resident=resident_id, minutes=minutes, shift_minutes=shift.minutes)
    if resident_id in await helping.spoken_for(unit, who.me, since=shift.starts_at):
        raise HelpsThem(name=Sheet(shift, tuple(await settling.lines(unit, shift_id))).line(resident_id).name)
    # A line of no minutes too: who said so, and when, is what a contest begins with.
    await hours.add(unit, shift_id, week=shift.week, minutes=minutes, by=who.me, now=now, resident_id=resident_id)
    state = SignupState.ATTENDED if minutes else SignupState.MISSED
    if not await settling.settle_one(unit, shift_id, resident_id, state):
        Sheet(shift, tuple(await settling.lines(unit, shift_id))).line(resident_id)
        raise AlreadyConfirmed(title=shift.title)
    await _tell_one(unit, who, shift, resident_id, minutes, now)
    return await _settled(unit, who, shift, 1, now)


async def _ended(unit: Unit, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    shift = await settling.lock(unit, shift_id)
    await must_coordinate(unit, who, None if shift is None else shift.project_id)
    if shift is None:
        raise NotFound(what="shift")
    if shift.cancelled_at is not None:
        raise ShiftCancelled(title=shift.title)
    if now < shift.ends_at:
        raise NotYetOver(title=shift.title, ends_at=shift.ends_at)
    return shift


async def _nothing_open(unit: Unit, who: Who, shift: ShiftRow) -> Fact:
    lines = [line for line in await settling.lines(unit, shift.id) if line.open]
    helped = await helping.spoken_for(unit, who.me, since=shift.starts_at)
    if any(line.resident_id not in (who.me, *helped) for line in lines):
        return NobodyChecked(title=shift.title)
    if any(line.resident_id == who.me for line in lines):
        return OwnHours()
    return HelpsThem(name=lines[0].name) if lines else AlreadyConfirmed(title=shift.title)


async def _settled(unit: Unit, who: Who, shift: ShiftRow, confirmed: int, now: datetime) -> Settled:
    """Close the shift if nobody is open; have somebody else asked if only the confirmer is, or whom they speak for."""
    if await settling.close(unit, shift.id, now):
        await outbox.withdraw(unit, subject(shift.id))
        return Settled(shift, confirmed)
    still_open = [line for line in await settling.lines(unit, shift.id) if line.open]
    helped = await helping.spoken_for(unit, who.me, since=shift.starts_at)
    if any(line.resident_id not in (who.me, *helped) for line in still_open):
        return Settled(shift, confirmed, open=len(still_open))
    await outbox.withdraw(unit, subject(shift.id))
    asked = await in_charge.of_shift(unit, shift, but=(who.me,))
    for line in still_open:
        fields = {"resident": line.resident_id, "name": line.name}
        await ask(unit, "hours.own", shift, asked, now, fields, once=str(line.resident_id))
    own = any(line.resident_id == who.me for line in still_open)
    names = tuple(line.name for line in still_open if line.resident_id != who.me)
    return Settled(shift, confirmed, own_open=own, open=len(still_open), asked=tuple(asked), helped=names)


async def ask(
    unit: Unit,
    notice: str,
    shift: ShiftRow,
    people: Collection[Answers],
    now: datetime,
    fields: Mapping[str, Any],
    *,
    once: str = "",
) -> None:
    """Write a notice about a roster to those who answer for it, to each of them once (for each `once`)."""
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice=notice,
                resident_id=person.resident_id,
                dedupe_key=f"{notice}:{shift.id}:{once}:{person.resident_id}",
                now=now,
                subject=subject(shift.id),
                shift=shift.id,
                title=shift.title,
                minutes=shift.minutes,
                starts_at=shift.starts_at.isoformat(),
                ends_at=shift.ends_at.isoformat(),
                **fields,
            )
            for person in people
        ],
    )


def subject(shift_id: int) -> str:
    """What the notices about a roster are filed under, so that they can be withdrawn once it is settled."""
    return f"roster:{shift_id}"


def _confirmed(shift: ShiftRow, minutes: int) -> dict[str, Any]:
    return {"shift": shift.id, "title": shift.title, "minutes": minutes, "week": shift.week.isoformat()}


async def _tell_one(unit: Unit, who: Who, shift: ShiftRow, resident_id: int, minutes: int, now: datetime) -> None:
    notice = "hours.confirmed" if minutes else "hours.missed"
    row = outbox.new_row(
        notice=notice,
        resident_id=resident_id,
        dedupe_key=f"{notice}:{shift.id}:{resident_id}",
        now=now,
        subject=f"shift:{shift.id}",
        **_confirmed(shift, minutes),
        starts_at=shift.starts_at.isoformat(),
        coordinator=who.name,
    )
    await outbox.put(unit, [row])
