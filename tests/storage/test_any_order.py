"""Whatever people do, in whatever order: places are never oversold, nobody is in two places, nothing is miscounted.

Hypothesis makes up the week of a small town: joining, leaving, accepting, declining, waiting, handing on, cancelling,
changing places, and time that passes with its jobs. After each step the tables are looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import founding
from bot.clock import StoppedClock
from bot.ticker import Ticker
from handlers.desk.actions import cancel_shift, change_shift, make_project, publish_shift
from handlers.kit.who import Who
from handlers.shifts import actions, placing
from handlers.shifts.passing_on import line_ends
from storage.engine import Database
from storage.queries import residents, roles, roster, topics
from storage.queries import town as town_queries
from storage.sql import insert, select
from storage.tables import Level, ResidentState, ResidentTopic, Role, Shift, ShiftSkill, Signup, SignupState, table_of
from storage.unit import Unit
from tests.conftest import settings_for
from tests.storage.playing import played
from town.facts import Fact
from town.places import choose
from town.shifts import overlap

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
PEOPLE, SHIFTS = 4, 3
shifts, signups, needs = (table_of(model) for model in (Shift, Signup, ShiftSkill))

person, shift = st.integers(0, PEOPLE - 1), st.integers(0, SHIFTS - 1)
step = st.one_of(
    st.tuples(st.just("join"), person, shift),
    st.tuples(st.just("join"), person, shift),  # twice as often: a town where nobody joins is a dull one
    st.tuples(st.just("leave"), person, shift),
    st.tuples(st.just("accept"), person, shift),
    st.tuples(st.just("decline"), person, shift),
    st.tuples(st.just("unwait"), person, shift),
    st.tuples(st.just("move"), person, shift, person),
    st.tuples(st.just("places"), st.integers(1, 4), shift),
    st.tuples(st.just("cancel"), person, shift),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 2.1, 9.0])),
)


class SmallTown:
    """Four people and three shifts: two at the same time, of which one has places for a skill and its learners."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.database = database
        self.clock = clock
        self.ticker = Ticker(database, clock)
        self.people: list[Who] = []
        self.shifts: list[int] = []

    async def begin(self, folder: Path) -> None:
        await founding.found(self.database, settings_for(f"sqlite+aiosqlite:///{folder}/t.db", folder))
        async with self.database.unit() as unit:
            town = replace(await town_queries.settings(unit), join_policy="open")
            await town_queries.keep(unit, town)
            for number in range(PEOPLE + 1):
                made = await residents.make(
                    unit,
                    name=f"Person {number}",
                    street="",
                    state=ResidentState.RESIDENT,
                    free_times=0,
                    reminder_early=1440,
                    reminder_late=120,
                    joined_at=NOW,
                    consent_at=NOW,
                    consent_version=1,
                )
                self.people.append(Who(0, "test", "", "en", made, f"Person {number}", ResidentState.RESIDENT, town))
            self.mayor = self.people.pop()
            await roles.give(unit, resident_id=self.mayor.me, role=Role.MAYOR, project_id=None, by=None, now=NOW)
            await self._work(unit)

    async def _work(self, unit: Unit) -> None:
        await topics.add(unit, topics.SKILL, "Baking")
        skill = (await topics.listed(unit, topics.SKILL))[0].id
        levels = {0: Level.MASTER, 1: Level.TOLD, 2: Level.SIGNED_OFF}
        rows = [
            {"resident_id": self.people[number].me, "topic_id": skill, "level": level}
            for number, level in levels.items()
        ]
        await unit.execute(insert(table_of(ResidentTopic)), rows)
        project = await make_project(unit, who=self.mayor, name="Bakery", place="Hall", interest_id=None, now=NOW)
        for number, (hours, minutes, places) in enumerate([(31, 120, 1), (30, 120, 3), (5, 60, 2)]):
            made = await publish_shift(
                unit,
                who=self.mayor,
                project_id=project,
                title=f"Shift {number}",
                starts_at=NOW + timedelta(hours=hours),
                length=minutes,
                place="Hall",
                places=places,
                skills=(),
                now=NOW,
            )
            self.shifts.append(made)
        special = {"shift_id": self.shifts[1], "topic_id": skill, "places": 1, "learners": 1, "taken": 0, "learning": 0}
        await unit.execute(insert(needs), [special])
        await unit.execute(shifts.update().where(shifts.c.id == self.shifts[1]).values(reserved=2))

    async def do(self, what: tuple[Any, ...]) -> None:
        if what[0] == "wait":
            self.clock.instant += timedelta(hours=what[1])
            await self.ticker.tick()
            return
        try:
            async with self.database.unit() as unit:
                await self._act(unit, what, self.clock.now())
        except Fact:
            return  # a rule stood in the way, and the transaction was undone

    async def _act(self, unit: Unit, what: tuple[Any, ...], now: datetime) -> None:
        of, shift_id = what[1], self.shifts[what[2]]
        match what[0]:
            case "join":
                await actions.join_shift(unit, who=self.people[of], shift_id=shift_id, now=now)
            case "leave":
                await actions.leave_shift(unit, who=self.people[of], shift_id=shift_id, now=now)
            case "accept":
                await actions.accept_place(unit, who=self.people[of], shift_id=shift_id, now=now)
            case "decline":
                await actions.decline_place(unit, who=self.people[of], shift_id=shift_id, now=now)
            case "unwait":
                await actions.leave_line(unit, who=self.people[of], shift_id=shift_id)
            case "move":
                taker = self.people[what[3]]
                await placing.may_take(unit, taker.me, shift_id, town=taker.town, now=now)
                await placing.move(unit, shift_id, self.people[of].me, taker.me, town=taker.town, now=now)
            case "places":
                await change_shift(unit, who=self.mayor, shift_id=shift_id, now=now, places=of)
            case "cancel":
                await cancel_shift(unit, who=self.mayor, shift_id=shift_id, now=now)

    async def look(self) -> None:
        """All that must always be so."""
        async with self.database.reading() as unit:
            rows = await unit.rows(select(*signups.c))
            found = {one.id: one for one in await unit.rows(select(*shifts.c))}
            kinds = await unit.rows(select(*needs.c))
            facts = {id: known.facts for id in found if (known := await roster.get(unit, id)) is not None}
            await self._nobody_waits_in_vain(unit, [row for row in rows if row.state == SignupState.WAITING])
        for id, one in found.items():
            taking = [
                row for row in rows if row.shift_id == id and row.state in (SignupState.HELD, SignupState.OFFERED)
            ]
            if one.cancelled_at is None:
                assert len(taking) == one.taken <= one.places
                assert sum(row.skill_id is not None for row in taking) == one.special <= one.reserved
            for kind in kinds:
                if kind.shift_id == id and one.cancelled_at is None:
                    learning = Counter(row.learner for row in taking if row.skill_id == kind.topic_id)
                    assert (learning[False], learning[True]) == (kind.taken, kind.learning)
                    assert kind.taken <= kind.places
                    assert kind.learning <= kind.learners
            line = [row.waiting_since for row in rows if row.shift_id == id and row.state == SignupState.WAITING]
            assert None not in line
            assert len(set(line)) == len(line), "everybody in line has a place of their own"
            assert all(row.offer_until is not None for row in taking if row.state == SignupState.OFFERED)
        for who in self.people:
            held = [facts[row.shift_id] for row in rows if row.resident_id == who.me and row.state == SignupState.HELD]
            held = [one for one in held if not one.cancelled]
            assert not any(overlap(a, b) for a in held for b in held if a.id < b.id), "nobody is in two places"

    async def _nobody_waits_in_vain(self, unit: Unit, in_line: list[Any]) -> None:
        """No place is free for all that somebody in line may take."""
        town = self.mayor.town
        for row in in_line:
            one = await roster.get(unit, row.shift_id)
            assert one is not None
            wanted = await placing.skills_of(unit, one, row.resident_id)
            if one.cancelled_at is None and self.clock.now() < line_ends(one, town):
                assert not choose(one.general_free, wanted, town.skill_proof), "it should have been offered"


@pytest.fixture(scope="module")
def template(sqlite_template: Path) -> Path:
    return sqlite_template


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(step, min_size=15, max_size=40))
def test_places_are_never_oversold(template: Path, steps: list[tuple[Any, ...]]) -> None:
    played(template, SmallTown, NOW, steps)
