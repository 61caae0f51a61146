"""What closing a week costs: standing for everybody, beside what SQL alone takes to sum the same rows and keep that.

The floor reads what the close has to read to give everybody a row (who lives here, and the week's lines of the ledger)
and keeps one row each under the same key. What the close does besides is the rest: what was carried in, exemptions, the
welcome, and the rules.
"""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from sqlalchemy import TextClause, text

from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import standing, town
from town.settings import TownSettings

ZONE = "Africa/Johannesburg"
MONDAY = date(2026, 11, 9)
"""The week that is closed; those before it are in the ledger too, and the last of them is closed already."""

WEEKS = 4
PIECES = 3
"""Pieces of work a week: an hour each, as the town asks; two in three people do all of theirs, or more."""

CLOSED_AT = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)

_TABLES = {
    "bench_kept": "(week DATE NOT NULL, resident_id INTEGER NOT NULL REFERENCES residents (id), "
    "minutes INTEGER NOT NULL, PRIMARY KEY (week, resident_id))",
    "bench_plain": "(resident_id INTEGER, minutes INTEGER)",
}
_KEPT = text(
    "INSERT INTO bench_kept (week, resident_id, minutes) SELECT :week, r.id, coalesce(sum(e.minutes), 0) "
    "FROM residents r LEFT JOIN hours_entries e ON e.week = :week AND e.resident_id = r.id "
    "WHERE r.state NOT IN ('applicant', 'left') GROUP BY r.id"
)
_SUMS = "SELECT resident_id, sum(minutes) FROM hours_entries WHERE week = :week GROUP BY resident_id"
_PLAIN = text(f"INSERT INTO bench_plain (resident_id, minutes) {_SUMS}")
_BARE = text(f"SELECT count(*) FROM ({_SUMS}) AS sums")


@dataclass(frozen=True, slots=True)
class Closing:
    """Medians in seconds: of the close; of its floor; of the ledger's sums, kept in a table without a key; of those
    sums alone, not kept. `ratio` is the median of the rounds' own."""

    people: int
    ours: float
    floor: float
    plain: float
    bare: float
    ratio: float

    @property
    def detail(self) -> str:
        return (
            f"{self.people:,} residents: floor {self.floor:.3f} s, ours {self.ours:.3f} s; ours is "
            f"{self.ours / self.plain:.1f} × the week's sums in a table without a key ({self.plain:.3f} s) and "
            f"{self.ours / self.bare:.1f} × the same sums not kept at all ({self.bare:.3f} s)"
        )


async def closing(url: str, people: int, *, rounds: int) -> Closing:
    """Close a week of a town with so many residents, again and again, each time beside its floor."""
    async with _town(url, people) as database:
        steps: dict[str, Callable[[], Awaitable[None]]] = {
            "floor": lambda: _run(database, _KEPT),
            "ours": lambda: _close(database, people),
            "plain": lambda: _run(database, _PLAIN),
            "bare": lambda: _run(database, _BARE),
        }
        took: dict[str, list[float]] = {name: [] for name in steps}
        for number in range(rounds + 1):
            for name, step in steps.items():
                gc.collect()
                started = time.perf_counter()
                await step()
                if number:  # the first round warms up
                    took[name].append(time.perf_counter() - started)
                await _clear(database)
    ratios = [mine / least for mine, least in zip(took["ours"], took["floor"], strict=True)]
    return Closing(people, **{name: median(found) for name, found in took.items()}, ratio=median(ratios))


async def _run(database: Database, statement: TextClause) -> None:
    async with database.unit() as unit:
        await unit.execute(statement, {"week": _day(database, MONDAY)})


async def _close(database: Database, people: int) -> None:
    async with database.unit() as unit:
        closed = await standing.close(unit, MONDAY, TownSettings(zone=ZONE), CLOSED_AT)
    if closed != people:
        raise RuntimeError(f"{closed} standings for {people} residents")


async def _clear(database: Database) -> None:
    async with database.unit() as unit:
        for table in ("week_standings", "week_closes", "bench_kept"):
            await unit.execute(text(f"DELETE FROM {table} WHERE week = :week"), {"week": _day(database, MONDAY)})
        await unit.execute(text("DELETE FROM bench_plain"))
    if not database.is_sqlite:
        async with database.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            for table in ("week_standings", *_TABLES):
                await connection.execute(text(f"VACUUM {table}"))


def _day(database: Database, day: date) -> date | str:
    """A date as plain SQL takes it."""
    return day.isoformat() if database.is_sqlite else day


@asynccontextmanager
async def _town(url: str, people: int) -> AsyncIterator[Database]:
    """A town of so many, with some weeks of work, made by a few statements."""
    await upgrade(url)
    database = Database(url)
    try:
        async with database.unit() as unit:
            await town.found(unit, TownSettings(zone=ZONE), is_sample=False)
            for statement in _founding(people, sqlite=database.is_sqlite):
                await unit.execute(text(statement))
        async with database.unit() as unit:
            for table, columns in _TABLES.items():
                await unit.execute(text(f"CREATE TABLE {table} {columns}"))
            before = MONDAY - timedelta(days=7)
            await standing.close(unit, before, TownSettings(zone=ZONE), CLOSED_AT - timedelta(days=7))
        if not database.is_sqlite:
            async with database.unit() as unit:
                await unit.execute(text("ANALYZE"))
        yield database
    finally:
        await database.close()


def _founding(people: int, *, sqlite: bool) -> list[str]:
    """Most have been here for long, a few are new; one in thirty is exempt, one in ten did nothing in a week."""
    zone, a_date = ("", "") if sqlite else ("+00", "DATE ")
    if sqlite:
        numbers = (
            f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people}) SELECT i FROM n)"
        )
    else:
        numbers = f"(SELECT generate_series(1, {people}) AS i)"
    moment = "'2026-{month}-07 06:00:00.000000" + zone + "'"
    joined = f"CASE WHEN i % 50 = 0 THEN {moment.format(month='11')} ELSE {moment.format(month='01')} END"
    if not sqlite:
        joined = f"CAST({joined} AS TIMESTAMPTZ)"
    statements = [
        "INSERT INTO residents (id, name, street, area, state, free_times, reminder_early, reminder_late, joined_at, "
        "consent_at, consent_version) SELECT i, 'Resident ' || i, 'Mill Lane', 'mill lane', 'resident', 2097151, "
        f"1440, 120, {joined}, {joined}, 1 FROM {numbers} AS numbers ORDER BY i",
        "INSERT INTO exemptions (resident_id, kind, from_week, until_week, state, asked_at) SELECT id, 'care', "
        f"{a_date}'2026-10-05', {a_date}'2026-12-28', 'approved', joined_at FROM residents WHERE id % 30 = 0",
    ]
    for back in range(WEEKS - 1, -1, -1):
        week = MONDAY - timedelta(days=7 * back)
        for piece in range(PIECES):
            statements.append(
                "INSERT INTO hours_entries (key, resident_id, week, minutes, kind, reason, confirmed_by, confirmed_at) "
                f"SELECT '{week}:{piece}:' || id, id, {a_date}'{week}', 30 + 15 * ((id * 7 + {piece} + {back}) % 5), "
                f"'shift', '', id % {people} + 1, joined_at FROM residents WHERE (id + {back}) % 10 > 0 ORDER BY id"
            )
    return statements
