"""Standings of whole weeks, reckoned where the ledger lies: the rules of `town.standing`, once more, as SQL.

A week is closed by one INSERT … SELECT from its lines of the ledger, what the week before left, the exemptions, and who
lived here. Lines that come later revise the rows of those whom they concern, from that week on, by the same SELECT.
`tests/storage/test_week_close.py` holds that both tell the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, func, literal, null, or_, update
from sqlalchemy.dialects.postgresql import Insert

from storage.lease import STANDINGS
from storage.queries.exemptions import APPROVED, exemptions
from storage.queries.hours import entries
from storage.sql import bindparam, insert, select
from storage.tables import Resident, ResidentState, WeekClose, WeekStanding, table_of
from storage.unit import Unit
from town.settings import TownSettings
from town.standing import Standing
from town.week import bounds

residents = table_of(Resident)
standings, closes = table_of(WeekStanding), table_of(WeekClose)

WEEK = timedelta(days=7)
AT_ONCE = 500
"""Residents whose weeks are revised by one statement."""

_WRITTEN = ("week", "resident_id", "standing", "minutes", "carried_in", "carried_out", "missing", "revised_at")
_week, _before = bindparam("b_week", type_=Date()), bindparam("b_before", type_=Date())
_starts, _ends, _welcome = (
    bindparam(name, type_=residents.c.joined_at.type) for name in ("b_starts", "b_ends", "b_welcome")
)
_required, _cap = bindparam("b_required", type_=Integer()), bindparam("b_cap", type_=Integer())
_chosen = residents.c.id.in_(bindparam("b_residents", expanding=True))


_ELSEWHERE = [state for state in ResidentState if state != ResidentState.RESIDENT]
"""Who is none of these lives here. Said like this, no index by state and name leads the statement away from the order
of ids, in which it reads the ledger's index and writes the standings."""


def _gather() -> Select[*tuple[Any, ...]]:
    """Of each resident of the week: own minutes, those carried in, and what excuses them, if anything does."""
    before = standings.alias("before")
    own = func.sum(entries.c.minutes)
    carried = func.coalesce(func.max(before.c.carried_out), 0)  # there is one at most
    exempt = select(exemptions.c.resident_id).where(
        exemptions.c.state == APPROVED, exemptions.c.from_week <= _week, exemptions.c.until_week >= _week
    )
    return (
        select(
            residents.c.id.label("resident_id"),
            case((own > 0, own), else_=0).label("minutes"),
            # Whoever left and came back begins anew with the week of their sign-up.
            case((residents.c.joined_at >= _starts, 0), else_=carried).label("carried"),
            case(
                (residents.c.id.in_(exempt), literal(Standing.EXEMPT.value)),
                (residents.c.joined_at >= _welcome, literal(Standing.WELCOME.value)),
            ).label("excuse"),
        )
        .select_from(
            residents.outerjoin(
                before, and_(before.c.week == _before, before.c.resident_id == residents.c.id)
            ).outerjoin(entries, and_(entries.c.week == _week, entries.c.resident_id == residents.c.id))
        )
        .where(residents.c.state.not_in(_ELSEWHERE), residents.c.joined_at < _ends)
        .group_by(residents.c.id)
    )


def _reckoned(gathered: Select[*tuple[Any, ...]], *more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """`town.standing` week by week: the columns of `_WRITTEN` up to `missing`, and `more`."""
    of = gathered.subquery("gathered").c
    together = of.minutes + of.carried
    reached, enough, asked = of.minutes >= _required, together >= _required, of.excuse.is_(None)
    kept = case((of.carried >= _cap, of.carried), (together - _required > _cap, _cap), else_=together - _required)
    return select(
        _week.label("week"),
        of.resident_id,
        case(
            (reached, literal(Standing.PARTICIPATING.value)),
            (of.excuse.is_not(None), of.excuse),
            (enough, literal(Standing.PARTICIPATING.value)),
            else_=literal(Standing.SHORT.value),
        ).label("standing"),
        of.minutes,
        of.carried.label("carried_in"),
        case((reached, kept), (and_(asked, enough), together - _required), else_=of.carried).label("carried_out"),
        case((and_(asked, together < _required), _required - together), else_=0).label("missing"),
        *more,
    ).where(of.minutes >= 0)  # a WHERE, without which SQLite would take ON CONFLICT for a join's


def _as_rows(gathered: Select[*tuple[Any, ...]], revised_at: ColumnElement[Any]) -> Insert:
    return insert(standings).from_select(list(_WRITTEN), _reckoned(gathered, revised_at))


_gathered = _gather()
_close = _as_rows(_gathered, null())
_again = _as_rows(_gathered.where(_chosen), bindparam("b_now", type_=standings.c.revised_at.type))
_FIGURES = _WRITTEN[2:-1]
_revise = _again.on_conflict_do_update(
    index_elements=["week", "resident_id"],
    set_={name: _again.excluded[name] for name in (*_FIGURES, "revised_at")},
    where=or_(*(standings.c[name] != _again.excluded[name] for name in _FIGURES)),
).returning(standings.c.resident_id)
_lock = select(func.pg_advisory_xact_lock(STANDINGS, 0))
_mark = insert(closes).on_conflict_do_nothing(index_elements=["week"])
_count = update(closes).where(closes.c.week == bindparam("b_week")).values(residents=bindparam("b_residents"))
_last_close = select(closes.c.week, closes.c.closed_at).order_by(closes.c.week.desc()).limit(1)
_first_joined = select(func.min(residents.c.joined_at)).where(residents.c.state == ResidentState.RESIDENT)
_row = select(standings).where(
    standings.c.week == bindparam("week"), standings.c.resident_id == bindparam("resident_id")
)
_newest = select(func.max(entries.c.id))
_newest_before = (
    select(entries.c.id).where(entries.c.confirmed_at < bindparam("moment")).order_by(entries.c.id.desc()).limit(1)
)
_written_since = (
    select(entries.c.resident_id, func.min(entries.c.week))
    .where(entries.c.id > bindparam("after"))
    .group_by(entries.c.resident_id)
)


def each_reckoned(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The standings of a week, made as it would be closed now, of the residents under some conditions; for `params`."""
    return _reckoned(_gathered.where(*conditions))


class Closed(NamedTuple):
    """A week whose standings were reckoned, and when."""

    week: date
    closed_at: datetime


async def lock(unit: Unit) -> None:
    """Have whoever closes a week, reckons one anew, or tells the utility of one wait for each other.

    What changes standings otherwise than by a line of the ledger is written before this: a week that is closed at that
    moment either knows of it, or is known to be closed.
    """
    if not unit.is_sqlite:
        await unit.execute(_lock)


async def last_close(unit: Unit) -> Closed | None:
    """The latest week that is closed."""
    row = await unit.first(_last_close)
    return None if row is None else Closed(*row)


async def first_joined(unit: Unit) -> datetime | None:
    """When the first of those who live here signed up."""
    found: datetime | None = await unit.value(_first_joined)
    return found


async def close(unit: Unit, week: date, town: TownSettings, now: datetime) -> int | None:
    """Write the standing of every resident in a week that is over. How many that were; None if it was closed before.

    The week before must have been closed, unless this is the first one.
    """
    await lock(unit)
    if not await unit.run(_mark, week=week, closed_at=now, residents=0):
        return None
    count = await unit.run(_close, **params(week, town))
    await unit.run(_count, b_week=week, b_residents=count)
    return count


async def revise(
    unit: Unit, resident_ids: Collection[int], *, since: date, last: date, town: TownSettings, now: datetime
) -> set[int]:
    """Reckon the closed weeks from `since` to `last` of some residents anew, and write what has changed.

    Returns the residents of whom something has.
    """
    changed: set[int] = set()
    for chosen in batched(sorted(resident_ids), AT_ONCE):
        week = since
        while week <= last:
            rows = await unit.rows(_revise, **params(week, town), b_residents=chosen, b_now=now)
            changed.update(row.resident_id for row in rows)
            week += WEEK
    return changed


async def newest_line(unit: Unit) -> int:
    """The id of the ledger's newest line, 0 without one."""
    return int(await unit.value(_newest) or 0)


async def newest_line_before(unit: Unit, moment: datetime) -> int:
    """The id of the newest line that was confirmed before a moment, 0 without one."""
    return int(await unit.value(_newest_before, moment=moment) or 0)


async def written_since(unit: Unit, line_id: int) -> dict[int, date]:
    """Whose lines are newer than one, each with the earliest week that these are of."""
    return {row[0]: row[1] for row in await unit.rows(_written_since, after=line_id)}


def params(week: date, town: TownSettings) -> dict[str, Any]:
    """What the statements about a week are given."""
    starts, ends = bounds(week, town.tz)
    return {
        "b_week": week,
        "b_before": week - WEEK,
        "b_starts": starts,
        "b_ends": ends,
        "b_welcome": bounds(week - WEEK, town.tz)[0],
        "b_required": town.required_minutes,
        "b_cap": town.carry_cap_minutes,
    }


def batched(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """`ids` in lists of at most so many."""
    return (ids[at : at + size] for at in range(0, len(ids), size))
