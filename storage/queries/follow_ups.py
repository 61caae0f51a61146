"""Follow-ups: what is to be done after a meeting, by whom and until when, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Update, and_, exists, func, null, or_, update

from storage.queries.shifts import residents, shifts
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import FollowUp, Meeting, table_of
from storage.unit import Unit

follow_ups, meetings = table_of(FollowUp), table_of(Meeting)
owners, doers = residents.alias("owners"), residents.alias("doers")


class FollowUpRow(NamedTuple):
    """A follow-up, as `storage.tables.FollowUp`, with its meeting's title and audience.

    `owner` and `doer` are the names of whose it is and of who did it, "" for nobody. `shift_starts` to
    `shift_cancelled` are of the shift that was made of it.
    """

    id: int
    meeting_id: int
    item_id: int | None
    decision_id: int | None
    text: str
    owner_id: int | None
    due: date | None
    shift_id: int | None
    state: str
    note: str
    made_by: int
    made_at: datetime
    reminded_at: datetime | None
    done_at: datetime | None
    done_by: int | None
    owner: str
    doer: str
    meeting: str
    audience: str
    shift_starts: datetime | None
    places: int | None
    taken: int | None
    shift_cancelled: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


_COLUMNS = (
    *(follow_ups.c[name] for name in FollowUpRow._fields[:15]),
    func.coalesce(owners.c.name, ""),
    func.coalesce(doers.c.name, ""),
    meetings.c.title,
    meetings.c.audience,
    shifts.c.starts_at,
    shifts.c.places,
    shifts.c.taken,
    shifts.c.cancelled_at,
)
_listed = (
    select(*_COLUMNS)
    .select_from(
        follow_ups.join(meetings, meetings.c.id == follow_ups.c.meeting_id)
        .outerjoin(owners, owners.c.id == follow_ups.c.owner_id)
        .outerjoin(doers, doers.c.id == follow_ups.c.done_by)
        .outerjoin(shifts, shifts.c.id == follow_ups.c.shift_id)
    )
    .order_by(follow_ups.c.due.is_(None), follow_ups.c.due, follow_ups.c.id)
)
_open = _listed.where(follow_ups.c.state == "open")
_one = _listed.where(follow_ups.c.id == bindparam("follow_id"))
_locked = _one.with_for_update(of=follow_ups)
_of_meeting = _listed.where(follow_ups.c.meeting_id == bindparam("meeting_id")).order_by(None).order_by(follow_ups.c.id)
_of_decision = _listed.where(follow_ups.c.decision_id == bindparam("decision_id"))
_of_owner = _open.where(follow_ups.c.owner_id == bindparam("resident_id"))
_of_audience = _open.where(meetings.c.audience == bindparam("audience"), meetings.c.published_at.is_not(None))
_of_runner = _open.where(
    or_(
        meetings.c.made_by == bindparam("resident_id"),
        meetings.c.secretary_id == bindparam("resident_id"),
        meetings.c.project_id.in_(bindparam("projects", expanding=True)),
    )
)
_make = insert(follow_ups).returning(follow_ups.c.id)
_settle = (
    update(follow_ups)
    .where(follow_ups.c.id == bindparam("b_follow"), follow_ups.c.state == "open")
    .values(state=bindparam("b_state"), note=bindparam("b_note"), done_at=bindparam("b_now"), done_by=bindparam("b_by"))
)
_b_day, _b_now = bindparam("b_day", type_=follow_ups.c.due.type), bindparam("b_now", type_=follow_ups.c.made_at.type)
_theirs = _open.where(follow_ups.c.owner_id.is_not(None), follow_ups.c.shift_id.is_(None))
_to_remind = _theirs.where(follow_ups.c.due <= bindparam("tomorrow"))
_next_due = select(func.min(follow_ups.c.due)).where(
    follow_ups.c.state == "open",
    follow_ups.c.owner_id.is_not(None),
    follow_ups.c.shift_id.is_(None),
    follow_ups.c.due >= bindparam("day"),
)


def _over(*, worked: bool) -> Update:
    """Of what is open: what became a shift that is over, and that somebody signed up for, or nobody."""
    over = exists().where(
        shifts.c.id == follow_ups.c.shift_id,
        shifts.c.ends_at <= _b_now,
        shifts.c.cancelled_at.is_(None),
        shifts.c.taken > 0 if worked else shifts.c.taken == 0,
    )
    return update(follow_ups).where(follow_ups.c.state == "open", over)


_worked = _over(worked=True).values(state="done", done_at=_b_now)
_not_worked = _over(worked=False).values(shift_id=null())
_next_worked = (
    select(func.min(shifts.c.ends_at))
    .select_from(follow_ups.join(shifts, shifts.c.id == follow_ups.c.shift_id))
    .where(and_(follow_ups.c.state == "open", shifts.c.cancelled_at.is_(None)))
)


async def make(unit: Unit, **columns: Any) -> int:
    """Write a follow-up; its id."""
    return int(await unit.value(_make, **({"state": "open", "note": ""} | columns)))


async def get(unit: Unit, follow_id: int, *, lock: bool = False) -> FollowUpRow | None:
    """One follow-up; locked, nobody else changes it until this transaction ends."""
    row = await unit.first(_locked if lock and not unit.is_sqlite else _one, follow_id=follow_id)
    return None if row is None else FollowUpRow(*row)


async def change(unit: Unit, follow_id: int, **columns: Any) -> None:
    """Change some columns of a follow-up."""
    await change_row(unit, follow_ups, follow_id, **columns)


async def settle(unit: Unit, follow_id: int, state: str, *, note: str, by: int, now: datetime) -> bool:
    """Say that it is done, or dropped. False when it was not open any more."""
    return await unit.run(_settle, b_follow=follow_id, b_state=state, b_note=note, b_by=by, b_now=now) == 1


async def of_meeting(unit: Unit, meeting_id: int) -> list[FollowUpRow]:
    """Everything that is to be done after a meeting, in the order in which it was written down."""
    return [FollowUpRow(*row) for row in await unit.rows(_of_meeting, meeting_id=meeting_id)]


async def of_decision(unit: Unit, decision_id: int) -> list[FollowUpRow]:
    """What is to be done about a decision, what is due first first."""
    return [FollowUpRow(*row) for row in await unit.rows(_of_decision, decision_id=decision_id)]


async def of_owner(unit: Unit, resident_id: int) -> list[FollowUpRow]:
    """What somebody has to do, what is due first first."""
    return [FollowUpRow(*row) for row in await unit.rows(_of_owner, resident_id=resident_id)]


async def of_audience(unit: Unit, audience: str) -> list[FollowUpRow]:
    """What is open of all meetings of an audience whose minutes are published, what is due first first."""
    return [FollowUpRow(*row) for row in await unit.rows(_of_audience, audience=audience)]


async def everything(unit: Unit) -> list[FollowUpRow]:
    """What is open of all meetings, what is due first first."""
    return [FollowUpRow(*row) for row in await unit.rows(_open)]


async def of_runner(unit: Unit, resident_id: int, projects: Collection[int]) -> list[FollowUpRow]:
    """What is open of the meetings that somebody called or writes the minutes of, and of those of some projects."""
    rows = await unit.rows(_of_runner, resident_id=resident_id, projects=list(projects))
    return [FollowUpRow(*row) for row in rows]


async def to_remind(unit: Unit, tomorrow: date) -> list[FollowUpRow]:
    """What is open, has an owner, and is due by that day, or was."""
    return [FollowUpRow(*row) for row in await unit.rows(_to_remind, tomorrow=tomorrow)]


async def next_day(unit: Unit, day: date) -> date | None:
    """The first day from `day` on at which something with an owner is due."""
    found: date | None = await unit.value(_next_due, day=day)
    return found


async def close_worked(unit: Unit, now: datetime) -> int:
    """What became a shift is done when the shift is over, or still to be done if nobody came; how many there were."""
    return await unit.run(_worked, b_now=now) + await unit.run(_not_worked, b_now=now)


async def next_worked(unit: Unit) -> datetime | None:
    """When the next shift that was made of a follow-up is over."""
    found: datetime | None = await unit.value(_next_worked)
    return found
