"""What reached nobody: notices of the last weeks that no account of their resident could be sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Integer, Select, Text, and_, func, literal_column, or_, update

from storage.dispatch_locks import hold_broadcasts
from storage.outbox import ENDED, FATE, IN_INDEX, TOPIC, TROUBLE, WAITS_AGAIN, broadcasts, outbox
from storage.queries.reach import WHY
from storage.queries.shifts import residents
from storage.sql import bindparam, select
from storage.tables import OutboxState, ResidentState
from storage.unit import Unit

LOOKS_BACK = timedelta(days=30)
"""For so long it is listed."""

LET_GO = "let go"
"""The detail of a row that somebody at the desk gave up."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see of it: everything, or else what they, or these projects, sent to many."""

    me: int
    everything: bool
    projects: Collection[int]

    def params(self, now: datetime) -> dict[str, Any]:
        """The parameters of the statements below."""
        return {
            "u_me": self.me,
            "u_everything": self.everything,
            "u_projects": sorted(self.projects),
            "u_since": now - LOOKS_BACK,
        }


class Missed(NamedTuple):
    """Somebody whom something did not reach: how much that is, and why (the last in the alphabet of several)."""

    resident_id: int
    name: str
    many: int
    why: str


class Lost(NamedTuple):
    """A notice that reached nobody. `expires_at`: later it is of no use any more."""

    id: int
    resident_id: int
    name: str
    notice: str
    broadcast_id: int | None
    made_at: datetime
    expires_at: datetime | None
    why: str


class Stuck(NamedTuple):
    """How many notices wait for somebody of the town to mend its account at a channel, and the channel's own words."""

    many: int
    words: str


_stuck = select(func.count(), func.max(outbox.c.detail)).where(
    IN_INDEX, outbox.c.state == OutboxState.WAITING, outbox.c.detail.startswith(TROUBLE, autoescape=True)
)

# In the words of the partial index `ix_outbox_failed`: SQLite takes that index only for who repeats its condition.
_FAILED = outbox.c.state == literal_column("'failed'")
_theirs = select(broadcasts.c.id).where(
    or_(
        broadcasts.c.made_by == bindparam("u_me", type_=Integer()),
        broadcasts.c.project_id.in_(bindparam("u_projects", expanding=True, type_=Integer())),
    )
)
_SEEN = and_(
    _FAILED,
    outbox.c.made_at > bindparam("u_since", type_=outbox.c.made_at.type),
    or_(bindparam("u_everything", type_=Boolean()), outbox.c.broadcast_id.in_(_theirs)),
    residents.c.state.not_in([ResidentState.LEFT, ResidentState.MERGED]),
)
_NAMED = outbox.join(residents, residents.c.id == outbox.c.resident_id)
_for_why = or_(bindparam("why", type_=Text()) == "", bindparam("why", type_=Text()) == WHY)
_count = select(func.count(), func.count(outbox.c.resident_id.distinct())).select_from(_NAMED).where(_SEEN)
_whys = select(WHY.label("why"), func.count()).select_from(_NAMED).where(_SEEN).group_by("why").order_by("why")
_people = (
    select(residents.c.id, residents.c.name, func.count().label("many"), func.max(WHY))
    .select_from(_NAMED)
    .where(_SEEN, _for_why)
    .group_by(residents.c.id, residents.c.name)
    .order_by(func.count().desc(), residents.c.name, residents.c.id)
)
_number = select(func.count()).select_from(_people.order_by(None).subquery())
_page = _people.limit(bindparam("most")).offset(bindparam("skip"))
_lost = (
    select(
        outbox.c.id,
        outbox.c.resident_id,
        residents.c.name,
        outbox.c.notice,
        outbox.c.broadcast_id,
        outbox.c.made_at,
        outbox.c.expires_at,
        WHY.label("why"),
    )
    .select_from(_NAMED)
    .where(_SEEN)
    .order_by(outbox.c.made_at.desc(), outbox.c.id.desc())
)
_of_person = _lost.where(outbox.c.resident_id == bindparam("resident_id"))
_one = _lost.where(outbox.c.id == bindparam("row_id"))
_these = outbox.c.id.in_(bindparam("b_rows", expanding=True, type_=Integer()))
_retry = (
    update(outbox)
    .where(
        _these,
        _FAILED,
        or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > bindparam("b_now")),
        or_(FATE.is_(None), FATE.not_in(ENDED)),
    )
    .values(state=WAITS_AGAIN, due_at=bindparam("b_now"), attempts=0, detail="")
)
_let_go = update(outbox).where(_these, _FAILED).values(state=OutboxState.DROPPED, detail=LET_GO)


async def stuck(unit: Unit) -> Stuck | None:
    """What waits since a channel takes nothing of the town, and why; None where there is no such trouble."""
    row = await unit.first(_stuck)
    if row is None or not row[0]:
        return None
    return Stuck(row[0], str(row[1]).removeprefix(TROUBLE))


async def count(unit: Unit, sight: Sight, now: datetime) -> tuple[int, int]:
    """How many notices reached nobody, and how many people that is."""
    row = await unit.first(_count, **sight.params(now))
    return (0, 0) if row is None else (row[0], row[1])


async def reasons(unit: Unit, sight: Sight, now: datetime) -> dict[str, int]:
    """How many reached nobody, by why (`storage.queries.reach.Why`)."""
    return {row[0]: row[1] for row in await unit.rows(_whys, **sight.params(now))}


async def people(
    unit: Unit, sight: Sight, now: datetime, *, why: str = "", most: int, skip: int = 0
) -> tuple[list[Missed], int]:
    """A page of those who were not reached, for one reason or for any (""), who missed most first; and their number."""
    given = sight.params(now) | {"why": why}
    found = [Missed(*row) for row in await unit.rows(_page, **given, most=most, skip=skip)]
    return found, int(await unit.value(_number, **given))


async def of_person(unit: Unit, sight: Sight, resident_id: int, now: datetime) -> list[Lost]:
    """What did not reach somebody, the newest first."""
    return await _read(unit, _of_person, **sight.params(now), resident_id=resident_id)


async def one(unit: Unit, sight: Sight, row_id: int, now: datetime) -> Lost | None:
    """One of these notices."""
    found = await _read(unit, _one, **sight.params(now), row_id=row_id)
    return found[0] if found else None


async def _read(unit: Unit, statement: Select[Any], **params: Any) -> list[Lost]:
    return [Lost(*row) for row in await unit.rows(statement, **params)]


async def retry(unit: Unit, row_ids: Collection[int], now: datetime) -> int:
    """Send notices once more, as far as they are of use yet; returns how many.

    Their broadcasts are held meanwhile: of one that is being stopped at this moment nothing goes out.
    """
    await hold_broadcasts(unit, outbox.c.id.in_(list(row_ids)))
    again = await unit.run(_retry, b_rows=list(row_ids), b_now=now)
    if again:
        unit.announce(TOPIC)
    return again


async def let_go(unit: Unit, row_ids: Collection[int]) -> int:
    """Give notices up; returns how many."""
    return await unit.run(_let_go, b_rows=list(row_ids))
