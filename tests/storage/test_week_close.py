"""Closing weeks: SQL and `town.standing` tell the same, whatever happened, and so does what people were told."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from handlers.standing.jobs import close_weeks, look_at_lines, warn
from handlers.standing.telling import reckon_anew
from storage.engine import Database
from storage.outbox import outbox
from storage.queries import exemptions, residents, standing, warnings
from storage.queries import town as town_queries
from storage.queries.exemptions import exemptions as spans
from storage.queries.standing import closes, standings
from storage.queries.warnings import BACK, ENDED
from storage.sql import insert, select
from storage.tables import HoursEntry, OutboxState, Resident, table_of
from tests.conftest import fresh_postgres
from town.settings import TownSettings
from town.standing import Standing, WeekResult, exempt_weeks, has_benefits, note_at, reckon
from town.week import bounds, week_of

TOWN = TownSettings(zone="America/New_York")
"""Its clocks change on Sunday, 1 November 2026: one of the weeks has 169 hours."""

FIRST = date(2026, 10, 12)
WEEK = timedelta(days=7)
PEOPLE = 4

entries = table_of(HoursEntry)
Fresh = Callable[[], str]


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Fresh:
    """Makes a migrated database of its own, as often as one likes."""
    if kind == "postgresql":
        folder = request.getfixturevalue("postgres_folder")
        template = request.getfixturevalue("postgres_template")
        return lambda: asyncio.run(fresh_postgres(folder, template))
    numbers = iter(range(1_000_000))
    template_file = request.getfixturevalue("sqlite_template")

    def copy() -> str:
        file = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(template_file, file)
        return f"sqlite+aiosqlite:///{file}"

    return copy


@dataclass
class Play:
    """A small town whose weeks go by."""

    database: Database
    now: datetime
    lines: list[tuple[int, int, date, int]] = field(default_factory=list)
    """Id, resident, week and minutes of lines that were not taken back."""

    written: int = 0
    people: list[int] = field(default_factory=list)

    async def join(self) -> None:
        async with self.database.unit() as unit:
            person = await unit.add(
                Resident(name=f"R{len(self.people)}", joined_at=self.now, consent_at=self.now, consent_version=1)
            )
        self.people.append(person.id)

    async def line(self, resident: int, week: date, minutes: int, *, reverses: int | None = None) -> None:
        self.written += 1
        async with self.database.unit() as unit:
            await unit.run(
                insert(entries),
                key=f"k{self.written}",
                resident_id=resident,
                week=week,
                minutes=minutes,
                kind="shift" if reverses is None else "reversal",
                reverses_id=reverses,
                reason="",
                confirmed_by=next(person for person in (*self.people, 0) if person != resident),
                confirmed_at=self.now,
            )
        if reverses is None:
            self.lines.append((self.written, resident, week, minutes))

    async def exempt(self, resident: int, first: date, last: date) -> None:
        async with self.database.unit() as unit:
            given = await exemptions.ask(
                unit, resident_id=resident, kind="care", from_week=first, until_week=last, now=self.now
            )
            await exemptions.decide(unit, given, state="approved", until_week=last, by=resident, now=self.now)
            await reckon_anew(unit, {resident: first}, TOWN, self.now)

    async def tick(self) -> None:
        for job in (look_at_lines, close_weeks, warn):
            async with self.database.unit() as unit:
                await job(unit, self.now, TOWN)

    async def delivers(self) -> None:
        """Everything that waits is sent, but for what has expired."""
        async with self.database.unit() as unit:
            waiting = outbox.c.state == OutboxState.WAITING
            await unit.run(update(outbox).where(waiting, outbox.c.expires_at <= self.now).values(state="dropped"))
            await unit.run(update(outbox).where(waiting).values(state="sent", sent_at=self.now))

    async def moves(self, moment: datetime, *, up: bool) -> None:
        """Time goes on; `up`: the town runs, and its notes are written on the way."""
        while up and self.now < moment:
            due = note_at(week_of(self.now, TOWN.tz), TOWN)
            ends = bounds(week_of(self.now, TOWN.tz), TOWN.tz)[1]
            self.now = min(moment, due if due > self.now else ends)
            await self.tick()
            await self.delivers()
        self.now = max(self.now, moment)

    # -- what must hold ------------------------------------------------------------------------------------------

    async def check(self) -> None:
        monday = week_of(self.now, TOWN.tz)
        async with self.database.reading() as unit:
            last = await standing.last_close(unit)
            assert last is not None
            assert last.week == monday - WEEK
            stored: defaultdict[int, list[WeekResult]] = defaultdict(list)
            for row in await unit.rows(select(standings).order_by(standings.c.week)):
                stored[row.resident_id].append(
                    WeekResult(
                        row.week, row.minutes, row.carried_in, row.carried_out, Standing(row.standing), row.missing
                    )
                )
            entitled = {one.resident_id: one for one in await warnings.entitlements(unit, monday, TOWN)}
            told = await warnings.told_of(unit, self.people, self.now)
            for person in self.people:
                results = await self._reckoned(unit, person, monday)
                assert tuple(stored[person]) == results[:-1], "the closed weeks are what the ledger says"
                _conserves(results)
                warned = await warnings.weeks_warned(unit, person)
                has = has_benefits(results, monday, warned=warned)
                assert entitled[person].has_benefits == has, "one by one, and all at once"
                heard = [notice for notice, dropped in told.get(person, ()) if not dropped]
                if len(results) > 1:
                    assert (not heard or heard[-1] == BACK) == has, "what they were told is so"
                changes = pairwise(told.get(person, ()))
                assert all(one[0] != other[0] or one[1] for one, other in changes), "once for each change"
            await _losses_follow_warnings(unit)

    async def _reckoned(self, unit: Any, person: int, monday: date) -> tuple[WeekResult, ...]:
        by_week: defaultdict[date, int] = defaultdict(int)
        for row in await unit.rows(select(entries.c.week, entries.c.minutes).where(entries.c.resident_id == person)):
            by_week[row.week] += row.minutes
        covered = await unit.rows(
            select(spans.c.from_week, spans.c.until_week).where(
                spans.c.resident_id == person, spans.c.state == "approved"
            )
        )
        joined = (await residents.profile(unit, person)).joined_at
        return reckon(
            by_week,
            joined=week_of(joined, TOWN.tz),
            upto=monday,
            required=TOWN.required_minutes,
            cap=TOWN.carry_cap_minutes,
            exempt=exempt_weeks((row.from_week, row.until_week) for row in covered),
        )


def _conserves(results: tuple[WeekResult, ...]) -> None:
    """What is carried in and given equals what is asked, carried out, and lost above the cap."""
    before = 0
    for one in results:
        assert one.carried_in == before
        before = one.carried_out
        if one.standing is Standing.PARTICIPATING:
            lost = one.carried_in + one.minutes - TOWN.required_minutes - one.carried_out
            assert lost >= 0
            assert lost == 0 or one.carried_out == TOWN.carry_cap_minutes
        else:
            assert one.carried_out == one.carried_in


async def _losses_follow_warnings(unit: Any) -> None:
    rows = await unit.rows(
        select(outbox.c.resident_id, outbox.c.dedupe_key, outbox.c.made_at).where(outbox.c.notice == ENDED)
    )
    for row in rows:
        week = date.fromisoformat(row.dedupe_key.split(":")[1])
        key = warnings.note_key(week, row.resident_id)
        note = await unit.first(select(outbox.c.sent_at).where(outbox.c.dedupe_key == key))
        assert note is not None
        assert note.sent_at is not None
        assert note.sent_at < row.made_at


PERSON = st.integers(0, PEOPLE - 1)
BACK_BY = st.integers(0, 4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("line"), PERSON, BACK_BY, st.sampled_from([30, 60, 90, 180, 240, 500, 900])),
        st.tuples(st.just("line"), PERSON, st.integers(0, 1), st.just(180)),
        st.tuples(st.just("reverse"), st.integers(0, 50), st.just(0), st.just(0)),
        st.tuples(st.just("exempt"), PERSON, st.integers(-2, 2), st.integers(0, 3)),
        st.tuples(st.just("week"), st.integers(0, 5), st.just(0), st.just(0)),
        st.tuples(st.just("hours"), st.integers(1, 70), st.just(0), st.just(0)),
        st.tuples(st.just("tick"), st.just(0), st.just(0), st.just(0)),
    ),
    min_size=10,
    max_size=50,
)


EXPIRED_UNSENT = [
    ("line", 1, 1, 180),
    ("line", 1, 1, 180),
    ("line", 0, 1, 90),
    ("reverse", 36, 0, 0),
    ("line", 1, 3, 500),
    ("line", 1, 1, 180),
    ("line", 2, 0, 180),
    ("week", 0, 0, 0),
    ("line", 1, 0, 180),
    ("week", 1, 0, 0),
    ("week", 3, 0, 0),
    ("line", 1, 0, 180),
    ("exempt", 1, 0, 3),
    ("week", 0, 0, 0),
    ("line", 0, 1, 180),
    ("line", 2, 0, 180),
]
"""The benefits are back, but the town stands still until it is too late to say so: the close has to say it instead."""


async def play(url: str, steps: list[tuple[str, int, int, int]]) -> None:
    database = Database(url)
    town = Play(database, bounds(FIRST, TOWN.tz)[0] + timedelta(hours=30))
    try:
        async with database.unit() as unit:
            await town_queries.found(unit, TOWN, is_sample=False)
        await town.join()
        await town.join()
        for step in steps:
            await _does(town, *step)
        await town.moves(town.now + WEEK, up=True)
        await town.tick()
        await town.delivers()
        await town.check()
        before = await _rows(database)
        await town.tick()
        assert await _rows(database) == before, "looking again changes nothing"
    finally:
        await database.close()


async def _does(town: Play, do: str, one: int, other: int, more: int) -> None:
    monday = week_of(town.now, TOWN.tz)
    if do == "line" and one < len(town.people):
        await town.line(town.people[one], monday - other * WEEK, more)
    elif do == "line" and len(town.people) < PEOPLE:
        await town.join()
    elif do == "reverse" and town.lines:
        line, resident, week, minutes = town.lines.pop(one % len(town.lines))
        await town.line(resident, week, -minutes, reverses=line)
    elif do == "exempt" and one < len(town.people):
        await town.exempt(town.people[one], monday + other * WEEK, monday + (other + more) * WEEK)
    elif do == "week":
        await town.moves(bounds(monday, TOWN.tz)[1] + timedelta(hours=10), up=one > 0)
    elif do == "hours":
        await town.moves(town.now + timedelta(hours=one), up=True)
    elif do == "tick":
        await town.tick()
        await town.delivers()


async def _rows(database: Database) -> list[Any]:
    async with database.reading() as unit:
        kept = [list(await unit.rows(select(table).order_by(*table.primary_key))) for table in (standings, closes)]
        return [*kept, list(await unit.rows(select(outbox.c.dedupe_key, outbox.c.state).order_by(outbox.c.id)))]


@pytest.mark.parametrize("kind", ["sqlite"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=EXPIRED_UNSENT)
def test_whatever_happens_the_weeks_are_what_the_ledger_says(
    fresh: Fresh, steps: list[tuple[str, int, int, int]]
) -> None:
    asyncio.run(play(fresh(), steps))


@pytest.mark.parametrize("kind", ["postgresql"])
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_and_so_they_are_on_postgresql(fresh: Fresh, steps: list[tuple[str, int, int, int]]) -> None:
    asyncio.run(play(fresh(), steps))
