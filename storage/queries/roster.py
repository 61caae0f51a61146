"""Shifts as their coordinator sees them: making, changing and cancelling them, and who is on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, update

from storage import fanout
from storage.outbox import UNSENT, outbox
from storage.queries import reminders
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, needs, residents, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import Priority, SignupState
from storage.unit import Unit
from town.skills import Wanted, kept


class OnRoster(NamedTuple):
    """Somebody on a shift, or in line for it.

    `coming_at` is when they last confirmed that they come, `checked_in_at` when they did.
    """

    resident_id: int
    name: str
    state: str
    coming_at: datetime | None
    checked_in_at: datetime | None = None


_select = select(*COLUMNS).select_from(WITH_PROJECT)
_get = _select.where(shifts.c.id == bindparam("shift_id"))
_get_locked = _get.with_for_update(of=shifts)
_not_over = _select.where(
    shifts.c.project_id == bindparam("project_id"),
    shifts.c.ends_at > bindparam("now"),
    shifts.c.cancelled_at.is_(None),
).order_by(shifts.c.starts_at, shifts.c.id)
_awaiting = _select.where(
    shifts.c.ends_at <= bindparam("now"),
    shifts.c.cancelled_at.is_(None),
    shifts.c.closed_at.is_(None),
    shifts.c.taken > 0,
).order_by(shifts.c.ends_at, shifts.c.id)
_roster = (
    select(residents.c.id, residents.c.name, signups.c.state, signups.c.coming_at, signups.c.checked_in_at)
    .join(signups, residents.c.id == signups.c.resident_id)
    .where(signups.c.shift_id == bindparam("shift_id"), signups.c.state != SignupState.RELEASED)
    .order_by(signups.c.waiting_since.is_not(None), signups.c.waiting_since, residents.c.name, residents.c.id)
)
_make = insert(shifts).returning(shifts.c.id)
_new_skill = insert(needs)
_put_skill = _new_skill.on_conflict_do_update(
    index_elements=["shift_id", "topic_id"],
    set_={name: _new_skill.excluded[name] for name in ("places", "learners")},
)
_drop_skills = delete(needs).where(
    needs.c.shift_id == bindparam("b_shift"), needs.c.topic_id.not_in(bindparam("b_kept", expanding=True))
)
_reserve = update(shifts).where(shifts.c.id == bindparam("b_id")).values(reserved=bindparam("b_reserved"))
_change = (
    update(shifts)
    .where(
        shifts.c.id == bindparam("b_id"),
        shifts.c.taken - shifts.c.special <= bindparam("b_places") - shifts.c.reserved,
    )
    .values(
        title=bindparam("b_title"),
        place=bindparam("b_place"),
        starts_at=bindparam("b_starts_at"),
        ends_at=bindparam("b_ends_at"),
        week=bindparam("b_week"),
        places=bindparam("b_places"),
    )
)
_cancel = (
    update(shifts)
    .where(shifts.c.id == bindparam("b_id"), shifts.c.cancelled_at.is_(None), shifts.c.starts_at > bindparam("b_now"))
    .values(cancelled_at=bindparam("b_now"))
)
_tell = fanout.notice_to(
    signups.c.resident_id,
    signups,
    signups.c.shift_id == bindparam("of_shift"),
    signups.c.state.in_([SignupState.HELD, SignupState.OFFERED, SignupState.WAITING]),
)
_unconfirm = (
    update(signups).where(signups.c.shift_id == bindparam("b_shift")).values(coming_at=None, checked_in_at=None)
)
_forget = delete(outbox).where(outbox.c.subject == bindparam("b_subject"), UNSENT)


async def get(unit: Unit, shift_id: int, *, lock: bool = False) -> ShiftRow | None:
    """One shift; `lock`: it stays as it is until this transaction is over."""
    row = await unit.first(_get_locked if lock and not unit.is_sqlite else _get, shift_id=shift_id)
    return ShiftRow(*row) if row is not None else None


async def not_over(unit: Unit, project_id: int, now: datetime) -> list[ShiftRow]:
    """A project's shifts that are still to come or going on, the next one first."""
    return [ShiftRow(*row) for row in await unit.rows(_not_over, project_id=project_id, now=now)]


async def awaiting_hours(unit: Unit, now: datetime) -> list[ShiftRow]:
    """Shifts of all projects that are over and whose hours were not settled, the oldest first."""
    return [ShiftRow(*row) for row in await unit.rows(_awaiting, now=now)]


async def on_roster(unit: Unit, shift_id: int) -> list[OnRoster]:
    """Everybody who holds a place or held one to the end, by name; then who is offered one or waits, in their order."""
    return [OnRoster(*row) for row in await unit.rows(_roster, shift_id=shift_id)]


async def make(
    unit: Unit,
    *,
    project_id: int,
    title: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    week: date,
    places: int,
    made_by: int,
    now: datetime,
) -> int:
    """Write a shift; returns its id."""
    row = {
        "project_id": project_id,
        "title": title,
        "place": place,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "week": week,
        "places": places,
        "taken": 0,
        "made_by": made_by,
        "made_at": now,
    }
    return int(await unit.value(_make, **row))


async def set_skills(unit: Unit, shift_id: int, kinds: Mapping[int, Wanted]) -> None:
    """Set the skills a shift needs, and the places of each, to just these.

    The shift's row is locked, and `town.skills.check_used` allows it: places of a kind that are taken stay.
    """
    await unit.run(_drop_skills, b_shift=shift_id, b_kept=sorted(kinds))
    if kinds:
        rows = [
            {
                "shift_id": shift_id,
                "topic_id": skill_id,
                "places": wanted.places,
                "taken": 0,
                "learners": wanted.learners,
                "learning": 0,
            }
            for skill_id, wanted in sorted(kinds.items())
        ]
        await unit.execute(_put_skill, rows)
    await unit.run(_reserve, b_id=shift_id, b_reserved=kept(kinds))


async def change(unit: Unit, changed: ShiftRow) -> bool:
    """Write a shift's title, times, place and places. False when more places are taken than it would have."""
    written = await unit.run(
        _change,
        b_id=changed.id,
        b_title=changed.title,
        b_place=changed.place,
        b_starts_at=changed.starts_at,
        b_ends_at=changed.ends_at,
        b_week=changed.week,
        b_places=changed.places,
    )
    return written == 1


async def cancel(unit: Unit, shift_id: int, now: datetime) -> bool:
    """Cancel a shift. False when it was cancelled before or has started."""
    return await unit.run(_cancel, b_id=shift_id, b_now=now) == 1


async def unconfirm(unit: Unit, shift_id: int) -> None:
    """Forget who said that they are coming, or checked in: it was about another time."""
    await unit.run(_unconfirm, b_shift=shift_id)


async def forget_reminders(unit: Unit, shift_id: int) -> None:
    """Unmake the reminders that were not sent yet: those still due are made again, as the shift is then."""
    await unit.run(_forget, b_subject=reminders.subject(shift_id))


async def tell_everybody(
    unit: Unit, shift_id: int, *, notice: str, cause: str, fields: Mapping[str, Any], urgent: bool, now: datetime
) -> int:
    """Write one notice to each who holds a place, is offered one or waits for one, in one statement; returns how many.

    `cause` makes the notice unique for each of them; `fields` are JSON values, the same for all.
    """
    return await fanout.send(
        unit,
        _tell,
        notice=notice,
        key=(f"{cause}:", ""),
        fields=fields,
        now=now,
        subject=f"shift:{shift_id}",
        priority=Priority.URGENT if urgent else Priority.PERSONAL,
        of_shift=shift_id,
    )
