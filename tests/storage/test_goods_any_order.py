"""Whatever people do with goods, in whatever order: nothing is oversold, nobody has more than their allowance.

Hypothesis makes up the days of a small town: claiming, entering draws, waiting, giving back, handing over; amounts put
right, spoiled, called off, put up again or recalled; times moved; and time that passes with its jobs. After each step
the tables are looked at, and the ledger is added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import founding
from bot.clock import StoppedClock
from bot.ticker import Ticker
from handlers.desk.actions import make_project
from handlers.goods import claiming, giving, handing
from handlers.goods.putting_up import put_up
from handlers.kit.who import Who
from handlers.recalls import actions as recalls
from handlers.stock import correcting, moving
from storage.engine import Database
from storage.queries import batches, claim_changes, homes, items, residents, roles
from storage.queries import town as town_queries
from storage.sql import select
from storage.tables import (
    Batch,
    Claim,
    ClaimState,
    ResidentState,
    Role,
    Sharing,
    StockEntry,
    table_of,
)
from storage.unit import Unit
from tests.conftest import settings_for
from tests.storage.playing import played
from town.facts import Fact

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
PEOPLE, BATCHES = 5, 3
ALLOWANCE, HOME_ALLOWANCE = 3000, 4000
every_batch, every_claim, lines = (table_of(model) for model in (Batch, Claim, StockEntry))

person, batch = st.integers(0, PEOPLE - 1), st.integers(0, BATCHES - 1)
amount = st.integers(1, 4).map(lambda n: n * 1000)
hours = st.integers(1, 9)
step = st.one_of(
    st.tuples(st.just("claim"), person, batch, amount),
    st.tuples(st.just("wait in line"), person, batch, amount),
    st.tuples(st.just("give back"), person, batch),
    st.tuples(st.just("keep"), person, batch, amount),
    st.tuples(st.just("leave"), person, batch),
    st.tuples(st.just("hand over"), person, batch, st.one_of(st.none(), amount)),
    st.tuples(st.just("spoil"), person, batch, amount),
    st.tuples(st.just("correct"), person, batch, st.integers(0, 8).map(lambda n: n * 1000)),
    st.tuples(st.just("give away"), person, batch),
    st.tuples(st.just("put up again"), person, batch, hours),
    st.tuples(st.just("move"), person, batch, hours),
    st.tuples(st.just("one more time"), person, batch, hours),
    st.tuples(st.just("time"), st.sampled_from([0.5, 2.0, 7.0])),
)
the_end = st.tuples(st.sampled_from(["call off", "recall"]), person, batch)
days = st.builds(
    lambda before, end, after: [*before, end, *after],
    st.lists(step, min_size=12, max_size=35),
    the_end,
    st.lists(step, max_size=8),
)


class SmallTown:
    """Five people, of whom the first two share a home, and bread today, tomorrow, and by lot."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.database = database
        self.clock = clock
        self.ticker = Ticker(database, clock)
        self.people: list[Who] = []
        self.batches: list[int] = []

    async def begin(self, folder: Path) -> None:
        await founding.found(self.database, settings_for(f"sqlite+aiosqlite:///{folder}/t.db", folder))
        async with self.database.unit() as unit:
            town = replace(await town_queries.settings(unit), join_policy="open", required_minutes=0)
            await town_queries.keep(unit, town)
            home = await homes.make(unit, street="Mill Lane", meter="1", code="HOME22", now=NOW)
            for number in range(PEOPLE + 1):
                made = await residents.make(
                    unit,
                    name=f"Person {number}",
                    street="",
                    state=ResidentState.RESIDENT,
                    free_times=0,
                    reminder_early=1440,
                    reminder_late=120,
                    joined_at=NOW - timedelta(days=10),
                    consent_at=NOW,
                    consent_version=1,
                )
                if number < 2:
                    await residents.change(unit, made, household_id=home)
                self.people.append(Who(0, "test", "", "en", made, f"Person {number}", ResidentState.RESIDENT, town))
            self.mayor = self.people.pop()
            await roles.give(unit, resident_id=self.mayor.me, role=Role.MAYOR, project_id=None, by=None, now=NOW)
            await self._goods(unit)

    async def _goods(self, unit: Unit) -> None:
        project = await make_project(unit, who=self.mayor, name="Bakery", place="Hall", interest_id=None, now=NOW)
        bread = {
            **{"name": "Bread", "names": "{}", "unit": "loaf", "step": 1000, "sharing": Sharing.FIRST},
            **{"allowance": ALLOWANCE, "home_allowance": HOME_ALLOWANCE},
        }
        item = await items.get(unit, await items.make(unit, bread, by=self.mayor.me, now=NOW) or 0)
        assert item is not None
        for hours, quantity, sharing in [(8, 4000, "first"), (30, 6000, "first"), (9, 5000, "draw")]:
            starts = NOW + timedelta(hours=hours)
            made = await put_up(
                unit,
                by=self.mayor.me,
                item=item,
                project_id=project,
                quantity=quantity,
                windows=[(starts, starts + timedelta(hours=2))],
                place="Hall",
                town=self.mayor.town,
                now=NOW,
                sharing=sharing,
            )
            assert made is not None
            self.batches.append(made)

    async def do(self, what: tuple[Any, ...]) -> None:
        if what[0] == "time":
            self.clock.instant += timedelta(hours=what[1])
            await self.ticker.tick()
            return
        try:
            async with self.database.unit() as unit:
                await self._act(unit, what, self.clock.now())
        except Fact:
            return  # a rule stood in the way, and the transaction was undone

    async def _act(self, unit: Unit, what: tuple[Any, ...], now: datetime) -> None:
        who, batch_id = self.people[what[1]], self.batches[what[2]]
        match what[0]:
            case "claim" | "wait in line":
                wait = what[0] != "claim"
                await claiming.ask(unit, who=who, batch_id=batch_id, amount=what[3], now=now, wait=wait)
            case "give back":
                await giving.give_back(unit, who=who, batch_id=batch_id, now=now)
            case "keep":
                await giving.give_back(unit, who=who, batch_id=batch_id, now=now, keep=what[3])
            case "leave":
                await giving.leave(unit, who=who, batch_id=batch_id, now=now)
            case "hand over":
                held = [
                    one
                    for one in await claim_changes.of_batch(unit, batch_id, [ClaimState.HELD])
                    if one.resident_id == who.me
                ]
                for one in held:
                    given = {"claim_id": one.id, "code": one.code or "", "amount": what[3], "to_id": who.me}
                    await handing.hand_over(unit, who=self.mayor, now=now, **given)
            case _:
                await self._put_right(unit, what, batch_id, now)

    async def _put_right(self, unit: Unit, what: tuple[Any, ...], batch_id: int, now: datetime) -> None:
        """What a coordinator does about a batch."""
        given: dict[str, Any] = {"who": self.mayor, "batch_id": batch_id, "now": now}
        starts = now + timedelta(hours=what[3] if len(what) > 3 else 1)
        span = (starts, starts + timedelta(hours=2))
        match what[0]:
            case "spoil":
                await correcting.spoil(unit, amount=what[3], reason="mould", **given)
            case "correct":
                await correcting.correct(unit, quantity=what[3], reason="counted", **given)
            case "give away":
                await correcting.give_away(unit, reason="the school had it", **given)
            case "call off":
                await correcting.call_off(unit, reason="no flour", **given)
            case "recall":
                await recalls.recall(unit, reason="glass", **given)
            case "put up again":
                await moving.put_up_again(unit, span=span, **given)
            case "one more time":
                await moving.add_window(unit, span=span, **given)
            case "move":
                windows = (await batches.windows_of(unit, [batch_id]))[batch_id]
                await moving.move_time(unit, window_id=windows[0].id, span=span, **given)
            case other:
                raise AssertionError(other)

    async def look(self) -> None:
        """All that must always be so."""
        async with self.database.reading() as unit:
            stock = await unit.rows(select(*lines.c).order_by(lines.c.id))
            found = await unit.rows(select(*every_batch.c))
            claims = await unit.rows(select(*every_claim.c))
        free: defaultdict[int, int] = defaultdict(int)
        shelf: defaultdict[int, int] = defaultdict(int)
        for line in stock:
            free[line.batch_id] += line.free
            shelf[line.batch_id] += line.shelf
            assert 0 <= free[line.batch_id] <= shelf[line.batch_id], "the ledger's sum is never negative"
        for one in found:
            assert (one.free, one.shelf) == (free[one.id], shelf[one.id]), "the stock is the sum of its ledger"
            mine = [claim for claim in claims if claim.batch_id == one.id]
            assert one.shelf - one.free == sum(claim.amount - claim.handed for claim in mine)
            assert one.quantity >= one.shelf + sum(claim.handed for claim in mine), "no more is gone than was made"
            line_up = [claim.waiting_since for claim in mine if claim.state == ClaimState.WAITING]
            assert None not in line_up
            assert len(set(line_up)) == len(line_up), "everybody in line has a place of their own"
            if one.closed_at is None and one.free and self.clock.now() < one.ends_at:
                self._nobody_waits_in_vain(one, claims)
            if one.closed_at is not None:
                assert not {claim.state for claim in mine} & {"held", "waiting", "entered"}, "nothing is left open"
        for who in self.people:
            assert sum(claim.amount for claim in claims if claim.resident_id == who.me) <= ALLOWANCE
        assert sum(claim.amount for claim in claims if claim.household_id is not None) <= HOME_ALLOWANCE

    def _nobody_waits_in_vain(self, one: Any, claims: Sequence[Any]) -> None:
        for claim in claims:
            if claim.batch_id == one.id and claim.state == ClaimState.WAITING:
                own = sum(other.amount for other in claims if other.resident_id == claim.resident_id)
                home = sum(
                    other.amount
                    for other in claims
                    if claim.household_id is not None and other.household_id == claim.household_id
                )
                assert own >= ALLOWANCE or home >= HOME_ALLOWANCE, "it should have passed on"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=days)
def test_goods_are_never_oversold(sqlite_template: Path, steps: list[tuple[Any, ...]]) -> None:
    played(sqlite_template, SmallTown, NOW, steps)
