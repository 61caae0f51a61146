"""The numbers of a week, as the mayor's update tells them: each is one statement, however large the town is.

They are kept as they were at a moment (`gather`), so that everybody reads the same ones.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Date, func

from storage.queries.batches import batches, items, stock
from storage.queries.claims import claims
from storage.queries.decisions import decisions
from storage.queries.hours import entries
from storage.queries.meetings import meetings
from storage.queries.polls import polls
from storage.queries.shifts import projects, residents, shifts
from storage.sql import bindparam, select
from storage.tables import ResidentState, StockKind
from storage.unit import Unit
from town.audience import TOWN
from town.news import next_week
from town.settings import TownSettings

WEEKS = 8
"""Weeks of hours, the one that is told of among them."""

TOP = 3
"""Of what there may be many of, so many are named."""

_since: BindParameter[Any] = bindparam("since")
_until: BindParameter[Any] = bindparam("until")
_week = bindparam("week", type_=Date())
_each = (  # resident's week: what was corrected to nothing is no part in it
    select(entries.c.week, entries.c.resident_id, func.sum(entries.c.minutes).label("minutes"))
    .where(entries.c.week.between(bindparam("first", type_=Date()), _week))
    .group_by(entries.c.week, entries.c.resident_id)
    .subquery("each")
)
_hours = (
    select(_each.c.week, func.sum(_each.c.minutes), func.count())
    .where(_each.c.minutes > 0)
    .group_by(_each.c.week)
    .order_by(_each.c.week)
)
_residents = select(
    func.count(), func.count().filter(residents.c.joined_at >= _since, residents.c.joined_at < _until)
).where(residents.c.state == ResidentState.RESIDENT)
_handed = func.sum(-stock.c.shelf)
_goods = (
    select(items.c.name, items.c.names, items.c.unit, _handed, func.count().over())
    .select_from(
        stock.join(claims, claims.c.id == stock.c.claim_id)
        .join(batches, batches.c.id == stock.c.batch_id)
        .join(items, items.c.id == batches.c.item_id)
    )
    .where(
        stock.c.kind.in_([StockKind.HANDED_OVER, StockKind.CORRECTED]),
        claims.c.price.is_(None),
        stock.c.at >= _since,
        stock.c.at < _until,
    )
    .group_by(items.c.id, items.c.name, items.c.names, items.c.unit)
    .having(_handed > 0)
    .order_by(func.count(stock.c.claim_id.distinct()).desc(), items.c.id)
    .limit(TOP)
)
_decided = (
    select(decisions.c.title, decisions.c.passed, func.count().over())
    .where(decisions.c.decided_at >= _since, decisions.c.decided_at < _until)
    .order_by(decisions.c.passed.desc(), decisions.c.decided_at.desc(), decisions.c.id.desc())
    .limit(TOP)
)
_votes = select(func.count()).where(polls.c.closed_at >= _since, polls.c.closed_at < _until)
_open = shifts.c.places - shifts.c.taken
_needed = (
    select(
        shifts.c.id, shifts.c.title, projects.c.name, shifts.c.starts_at, _open,
        func.sum(_open).over(), func.count().over(),
    )
    .select_from(shifts.join(projects, projects.c.id == shifts.c.project_id))
    .where(
        shifts.c.cancelled_at.is_(None), shifts.c.starts_at >= _since, shifts.c.starts_at < _until,
        shifts.c.taken < shifts.c.places,
    )
    .order_by(_open.desc(), shifts.c.starts_at, shifts.c.id)
    .limit(TOP)
)  # fmt: skip
_meetings = (
    select(meetings.c.id, meetings.c.title, meetings.c.starts_at, meetings.c.place, func.count().over())
    .where(
        meetings.c.audience == TOWN, meetings.c.cancelled_at.is_(None), meetings.c.called_at.is_not(None),
        meetings.c.starts_at >= _since, meetings.c.starts_at < _until,
    )
    .order_by(meetings.c.starts_at, meetings.c.id)
    .limit(TOP)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """The week that begins on `week` in numbers, as they stood at `until`; JSON values alone, as an update keeps them.

    `since` is from when on goods, newcomers, decisions and votes are counted. `hours`: [Monday, confirmed minutes] of
    up to eight weeks, from the first with any. `asked`: minutes that the town asks of all of its `residents` in a week
    (T1). `goods`: {"name", "names", "unit", "amount"} of what was given out for free, `kinds` in all. `decided`:
    {"title", "passed"} of `decisions`. `needed`: {"shift", "title", "project", "starts_at", "open"}, the most open
    places first, of `shifts` with `places` open ones in the week after, which begins on `ahead`. `meetings`:
    {"meeting", "title", "starts_at", "place"} until the end of that week, of `gatherings`.
    """

    week: str
    since: str
    until: str
    ahead: str
    asked: int = 0
    residents: int = 0
    newcomers: int = 0
    people: int = 0
    hours: list[list[Any]] = field(default_factory=list)
    goods: list[dict[str, Any]] = field(default_factory=list)
    kinds: int = 0
    decided: list[dict[str, Any]] = field(default_factory=list)
    decisions: int = 0
    votes: int = 0
    needed: list[dict[str, Any]] = field(default_factory=list)
    shifts: int = 0
    places: int = 0
    meetings: list[dict[str, Any]] = field(default_factory=list)
    gatherings: int = 0

    @property
    def minutes(self) -> int:
        """Confirmed minutes of the week."""
        return next((int(minutes) for week, minutes in self.hours if week == self.week), 0)

    def kept(self) -> dict[str, Any]:
        """As an update keeps it."""
        return asdict(self)


async def gather(unit: Unit, week: date, *, since: datetime, town: TownSettings, now: datetime) -> Numbers:
    """The numbers of a week as they stand now; `since`: what happened before then was told of already."""
    first, told = week - timedelta(weeks=WEEKS - 1), {"since": since, "until": now}
    starts, ends = next_week(week, town.tz)
    ahead = {"since": max(starts, now), "until": ends}
    hours = await unit.rows(_hours, first=first, week=week)
    people = await unit.first(_residents, **told)
    goods = await unit.rows(_goods, **told)
    decided = await unit.rows(_decided, **told)
    needed = await unit.rows(_needed, **ahead)
    coming = await unit.rows(_meetings, since=now, until=ends)
    residents_now, newcomers = (people[0], people[1]) if people is not None else (0, 0)
    return Numbers(
        week=week.isoformat(),
        since=since.isoformat(),
        until=now.isoformat(),
        ahead=(week + timedelta(weeks=1)).isoformat(),
        asked=residents_now * town.required_minutes,
        residents=residents_now,
        newcomers=newcomers,
        people=next((int(row[2]) for row in hours if row[0] == week), 0),
        hours=[[row[0].isoformat(), int(row[1])] for row in hours],
        goods=[{"name": row[0], "names": row[1], "unit": row[2], "amount": int(row[3])} for row in goods],
        kinds=goods[0][4] if goods else 0,
        decided=[{"title": row[0], "passed": bool(row[1])} for row in decided],
        decisions=decided[0][2] if decided else 0,
        votes=int(await unit.value(_votes, **told)),
        needed=[_gap(row) for row in needed],
        places=int(needed[0][5]) if needed else 0,
        shifts=needed[0][6] if needed else 0,
        meetings=[
            {"meeting": row[0], "title": row[1], "starts_at": row[2].isoformat(), "place": row[3]} for row in coming
        ],
        gatherings=coming[0][4] if coming else 0,
    )


def _gap(row: Any) -> dict[str, Any]:
    return {"shift": row[0], "title": row[1], "project": row[2], "starts_at": row[3].isoformat(), "open": row[4]}
