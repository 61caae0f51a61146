"""Whatever two residents have done who are one person: nothing is lost, nothing counts twice, and all goes back.

Hypothesis makes up two lives from everything that a resident can have to do with. Once they are one, nothing that is
alive is left with the one who is gone; made two again at once, every table is as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot import founding
from bot.clock import StoppedClock
from handlers.kit.who import Who
from handlers.merging import actions
from storage.engine import Database
from storage.queries import merging
from storage.queries import town as town_queries
from storage.sql import select
from storage.tables import (
    Account,
    Ballot,
    Claim,
    Merge,
    MergeChange,
    Outbox,
    Poll,
    PollElector,
    PollProxy,
    ResidentState,
    RoleGrant,
    Signup,
    metadata,
    table_of,
)
from storage.unit import Unit
from tests.conftest import settings_for
from tests.storage import merging_life as life
from tests.storage.merging_life import BOSS, DRAW, GONE, KEPT, NOW, SECRET, THIRD
from tests.storage.playing import played
from town.facts import MergeWaits
from town.merging import RULES, Candidate, better_place, earlier_stays, kept_first

PERSONAL = ["topic", "mute", "role", "need", "home", "standing"]
PERSONAL += ["asked", "swap", "answer", "steward", "speaker", "owns"]
"""What a life has of everything that is about nobody but oneself, or one other."""

two, somebody, small, yes = st.sampled_from(life.TWO), st.sampled_from([1, 2, 3, 4]), st.integers(0, 3), st.booleans()
minutes, word = st.sampled_from([15, 60, 120]), st.sampled_from(["", "yes"])
place = st.sampled_from(["held", "waiting", "offered", "attended", "missed", "released"])
claimed = st.sampled_from(["held", "waiting", "entered", "collected", "given_back"])
step = st.one_of(
    st.tuples(st.just("place"), st.sampled_from([1, 2, 3]), st.sampled_from(life.SHIFTS), place, somebody, minutes),
    st.tuples(st.sampled_from(["report", "excuse", "correct"]), two, somebody, minutes),
    st.tuples(st.just("claim"), st.sampled_from([1, 2, 3]), st.sampled_from([*life.BATCHES, DRAW]), claimed),
    st.tuples(st.sampled_from(["vote", "paper", "proxy", "teller", "guest", "second"]), two, small, word),
    st.tuples(st.just("notice"), two, small, st.sampled_from(["waiting", "paused", "sent"])),
    st.tuples(
        st.sampled_from(PERSONAL),
        two,
        small,
        word,
    ),
)
lives = st.lists(step, min_size=20, max_size=60)


def nobody_waits(one: tuple[Any, ...]) -> bool:
    """Whoever waits for what the two give back has it then, and keeps it."""
    return not (one[0] in ("place", "claim") and one[1] == THIRD and "waiting" in one)


alone = st.lists(step.filter(nobody_waits), min_size=20, max_size=60)


class SmallTown:
    """A town that two of whose residents are one person."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.database = database
        self.clock = clock
        self.done = 0

    async def begin(self, folder: Path) -> None:
        await founding.found(self.database, settings_for(self.database.url, folder))
        async with self.database.unit() as unit:
            await life.found(unit)
            self.settings = replace(await town_queries.settings(unit), merge_undo_days=30)

    async def do(self, what: tuple[Any, ...]) -> None:
        """The whole of both lives, and what comes after: one step of the play."""
        steps, since = what
        async with self.database.unit() as unit:
            for one in steps:
                self.done += 1
                await life.do(unit, one, self.done)
            await life.count_up(unit)
        async with self.database.unit() as unit:
            before = await life.dump(unit)
            lines = await life.hours_of(unit)
            await life.is_sound(unit)
        try:
            async with self.database.unit() as unit:
                seen = await actions.preview(unit, first_id=GONE, second_id=KEPT, now=NOW)
                made = await actions.merge(unit, kept_id=KEPT, gone_id=GONE, account_id=1, now=NOW)
        except MergeWaits:
            await self._both_voted_in_secret()
            return
        assert (made.kept_id, made.gone_id) == (KEPT, GONE) == (seen.kept_id, seen.gone_id)
        async with self.database.unit() as unit:
            await self.is_one(unit, sum(lines.values()) - seen.hours.dropped)
            if since:
                await self._lives_on(unit, since)
                told = await self._all_ids(unit)
            await actions.undo(unit, who=self.boss, merge_id=made.merge_id, now=NOW + timedelta(minutes=1))
            await life.is_sound(unit)
            if since:
                assert await self._all_ids(unit) >= told
            else:
                after = await life.dump(unit)
                assert [name for name in before if before[name] != after[name]] == [], _differs(before, after)

    async def look(self) -> None:
        async with self.database.unit() as unit:
            await life.is_sound(unit)

    @property
    def boss(self) -> Who:
        return Who(BOSS, "test", "104", "en", BOSS, "Pieter", ResidentState.RESIDENT, self.settings)

    async def is_one(self, unit: Unit, minutes: int) -> None:
        """Nothing that is alive is left with the one who is gone."""
        await life.is_sound(unit)
        hours = await life.hours_of(unit)
        assert sum(hours.values()) == minutes
        assert GONE not in {key[0] for key in hours}
        for model, alive in (
            (Account, ()),
            (Signup, ("held", "waiting", "offered")),
            (Claim, ("held", "waiting", "entered")),
            (Outbox, ("waiting", "paused")),
        ):
            table = table_of(model)
            states = [table.c.state.in_(alive)] if alive else []
            assert not await unit.rows(select(table).where(table.c.resident_id == GONE, *states)), model
        grants, electors, polls = table_of(RoleGrant), table_of(PollElector), table_of(Poll)
        assert not await unit.rows(select(grants).where(grants.c.resident_id == GONE, grants.c.ended_at.is_(None)))
        running = select(polls.c.id).where(polls.c.closed_at.is_(None))
        assert not await unit.rows(
            select(electors).where(electors.c.resident_id == GONE, electors.c.poll_id.in_(running))
        )
        gone = await merging.person(unit, GONE)
        assert gone is not None
        assert (gone.state, gone.household_id) == (ResidentState.MERGED, None)

    async def _both_voted_in_secret(self) -> None:
        electors = table_of(PollElector)
        async with self.database.unit() as unit:
            both = await unit.rows(select(electors).where(electors.c.poll_id == SECRET, electors.c.how != ""))
            assert {row.resident_id for row in both} >= {KEPT, GONE}
            assert not await unit.rows(select(table_of(MergeChange)))

    async def _lives_on(self, unit: Unit, steps: list[tuple[Any, ...]]) -> None:
        """What the kept one does until somebody sees that they are two."""
        for one in steps:
            self.done += 1
            await life.do(unit, (one[0], KEPT, *one[2:]), self.done)
        signups, ballots, claims = table_of(Signup), table_of(Ballot), table_of(Claim)
        mine = signups.c.resident_id == KEPT
        await unit.run(update(signups).where(mine, signups.c.state == "held").values(coming_at=NOW))
        await unit.run(update(ballots).where(ballots.c.resident_id == KEPT).values(choice="no"))
        held = (claims.c.resident_id == KEPT, claims.c.batch_id == 2, claims.c.state == "held")
        await unit.run(update(claims).where(*held).values(code="ANEW"))
        await life.count_up(unit)
        await life.is_sound(unit)

    async def _all_ids(self, unit: Unit) -> set[tuple[Any, ...]]:
        """What there is, whoever of the two it is of."""
        found = set()
        for table in metadata.sorted_tables:
            if table.name in ("merges", "merge_changes", "need_lines", "needs", "speakers"):
                continue
            keys = [column for column in table.primary_key.columns if column.name != "resident_id"]
            for row in await unit.rows(select(*keys) if keys else select(table.c.resident_id)):
                found.add((table.name, *row))
        return found


def _differs(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[Any]:
    return [
        (
            name,
            [row for row in before[name] if row not in after[name]],
            [r for r in after[name] if r not in before[name]],
        )
        for name in before
        if before[name] != after[name]
    ]


@pytest.fixture(scope="session")
def template(sqlite_template: Path) -> Path:
    return sqlite_template


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps=alone)
def test_two_again_at_once_and_all_is_as_it_was(template: Path, steps: list[tuple[Any, ...]]) -> None:
    played(template, SmallTown, NOW, [(steps, [])])


async def test_what_was_worked_counts_where_the_other_place_was_only_held(database_url: str, tmp_path: Path) -> None:
    """The preview says so too: that the place which has come further stays."""
    database = Database(database_url)
    town = SmallTown(database, StoppedClock(NOW))
    worked = [("place", GONE, life.SETTLED, "attended", BOSS, 15), ("place", KEPT, life.SETTLED, "held", GONE, 15)]
    try:
        await town.begin(tmp_path)
        await town.do((worked, []))
        async with database.reading() as unit:
            assert len(await unit.rows(select(table_of(Merge)))) == 1
    finally:
        await database.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps=lives, since=st.lists(step, min_size=3, max_size=15))
def test_two_again_later_and_nothing_is_lost(
    template: Path, steps: list[tuple[Any, ...]], since: list[tuple[Any, ...]]
) -> None:
    played(template, SmallTown, NOW, [(steps, since)])


async def test_a_full_life_on_both_databases(database_url: str, tmp_path: Path) -> None:
    """The same with something of everything: what one of the two has, what both have, and what they did together."""
    database = Database(database_url)
    town = SmallTown(database, StoppedClock(NOW))
    steps: list[tuple[Any, ...]] = []
    places = [("held", "waiting"), ("offered", "held"), ("waiting", "attended"), ("released", "held")]
    goods = {1: ("held", "held"), 2: ("waiting", "held"), DRAW: ("entered", "entered")}
    for at, who in product(range(4), life.TWO):
        state = places[at][who - 1]
        steps.append(("place", who, life.COMING[at % 3], state, BOSS, 60))
        steps.append(("vote", who, at, "yes" if life.POLLS[at] != SECRET or who == GONE else ""))
        steps += [(kind, who, at, word) for kind in ("proxy", "teller", "guest", "second") for word in ("yes", "")]
        steps += [(kind, who, at, word) for kind in PERSONAL for word in ("", "yes")]
        steps.append(("notice", who, at, "waiting"))
    steps += [("place", who, life.SETTLED, "attended", by, 60) for who, by in ((KEPT, GONE), (GONE, BOSS))]
    everybody = list(product(life.TWO, (*life.TWO, BOSS)))
    steps += [(kind, *pair, 60) for kind in ("report", "excuse", "correct") for pair in everybody]
    steps += [("claim", who, batch, states[who - 1]) for batch, states in goods.items() for who in life.TWO]
    try:
        await town.begin(tmp_path)
        await town.do((steps, []))
        async with database.reading() as unit:
            assert len(await unit.rows(select(table_of(Merge)))) == 1
    finally:
        await database.close()


async def test_what_was_given_since_stands_before_what_the_merge_ended(database_url: str, tmp_path: Path) -> None:
    database, proxies = Database(database_url), table_of(PollProxy)
    town = SmallTown(database, StoppedClock(NOW))
    try:
        await town.begin(tmp_path)
        async with database.unit() as unit:
            between = {"giver_id": KEPT, "holder_id": GONE, "slot": 1, "made_at": NOW}
            assert await life.write(unit, PollProxy, id=1, **between)
            made = await actions.merge(unit, kept_id=KEPT, gone_id=GONE, account_id=1, now=NOW)
            assert await life.write(unit, PollProxy, id=2, **{**between, "holder_id": THIRD})
            done = await actions.undo(unit, who=town.boss, merge_id=made.merge_id, now=NOW)
            assert done.stayed == 1
            current = await unit.rows(select(proxies.c.id).where(proxies.c.ended_at.is_(None)))
            assert [row.id for row in current] == [2]
            gone = await merging.person(unit, GONE)
            assert gone is not None
            assert gone.state == ResidentState.RESIDENT
    finally:
        await database.close()


# -- the rules ---------------------------------------------------------------------------------------------------------


def test_every_column_that_names_a_resident_has_one_rule() -> None:
    named = [column for columns in RULES.values() for column in columns]
    assert len(named) == len(set(named))
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "residents" for key in column.foreign_keys)
    }
    assert there == set(named)


def test_who_joined_first_is_kept_but_for_who_still_waits() -> None:
    first, second = Candidate(5, False, NOW), Candidate(3, False, NOW + timedelta(days=1))
    assert kept_first(first, second) == kept_first(second, first) == (first, second)
    waits = Candidate(1, True, NOW - timedelta(days=9))
    assert kept_first(waits, second) == (second, waits)
    assert kept_first(first, replace(second, joined_at=NOW))[0] == replace(second, joined_at=NOW)


def test_of_two_the_one_that_has_come_further_stands() -> None:
    assert better_place("waiting", "held")
    assert not better_place("held", "held")
    assert not better_place("attended", "held")
    assert earlier_stays(NOW, NOW + timedelta(minutes=1))
    assert not earlier_stays(NOW, NOW - timedelta(minutes=1))
    assert earlier_stays(NOW, None)
    assert not earlier_stays(None, NOW)
