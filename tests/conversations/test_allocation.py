"""Who could take the open places: proposed to the coordinator, thinned out, sent, answered, proposed again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.allocation.puzzle import dump_found, load
from bot.allocation.solve import solve
from bot.planner import Planner, Unsolved, solve_apart
from handlers.allocation import actions
from storage.queries import plans
from storage.sql import select
from storage.tables import Plan, PlanLine, Signup, table_of
from tests.people import Person, Town
from tests.variants import once
from town.facts import Fact, PlanSent

AHEAD = 8
"""Days from the opening (a Tuesday) to next week's Wednesday."""


@pytest.fixture(autouse=True)
def _solved_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve in a thread: a process of its own takes half a second to start. One test below has it do so."""
    monkeypatch.setattr("bot.planner.solve_apart", solve_here)


async def solve_here(puzzle: bytes) -> bytes:
    return await asyncio.to_thread(lambda: dump_found(solve(load(puzzle))))


async def test_a_week_is_proposed_thinned_out_sent_and_answered(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    await town.shift("Early bread", day=AHEAD, places=2)
    await town.shift("Late bread", day=AHEAD, at="10:00", places=2)
    await pieter.says("/desk")
    await pieter.forges(f"plan:open:{await town.project()}:0:0:0")
    pieter.sees("Next week, from Monday 30 November: 4 places are open")
    await pieter.taps("Suggest: next week")
    pieter.sees("I am looking for people")
    await town.settles()
    await pieter.looks()
    # Both shifts overlap, so that nobody can be on both.
    pieter.sees("is ready: people for 4 of 4 open places")
    await pieter.taps("See the proposal")
    pieter.sees("2 people proposed")
    await pieter.taps("1. Wed 2 Dec 09:00")
    pieter.sees("usually free then")
    first = pieter.last
    [name, data] = next(pair for pair in first.buttons if "Without" in pair[0] and "Pieter" not in pair[0])
    out = next(person for person in (anna, ben, cleo) if person.name in name)
    await pieter.taps(name)
    pieter.sees(f"{out.name} is not in the proposal any more")
    await pieter.forges(data)
    pieter.sees("They are not in this proposal any more")
    assert await lines(town) == {"proposed": 3, "removed": 1}
    await pieter.taps("Back")
    await pieter.taps("Send the offers")
    pieter.sees("3 offers are on their way")
    assert await lines(town) == {"offered": 3, "removed": 1}
    await town.settles()
    asked = [person for person in (anna, ben, cleo) if person is not out]
    await out.looks()
    out.has_not_seen("Could you help here?")
    for person in (*asked, pieter):
        await person.looks()
        person.has_seen("Could you help here? There is a place for you", times=1)
    await asked[0].taps("Yes, I take it")
    asked[0].sees("bread")
    await pieter.taps("Yes, I take it")
    await asked[1].taps("No, thank you")
    await town.settles()
    assert (await lines(town))["accepted"] == 2
    await pieter.looks()
    pieter.has_seen("Not every offer was taken: in Bakery, week from Monday 30 November, 2 places are open", times=1)
    pieter.has_seen("I have found other people for 2 of them", times=1)
    refused = {pair for pair, state in (await proposals(town)).items() if state in ("removed", "declined")}
    assert len(refused) == 2
    assert len(await proposals(town)) == 6, "nobody is proposed again for what they declined or were taken out of"
    await pieter.taps("See the proposal")
    await pieter.taps("Send the offers")
    pieter.sees("2 offers are on their way")


async def test_what_changed_since_is_looked_at_again(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    gone = await town.shift("Cancelled bread", day=AHEAD, places=1)
    kept = await town.shift("Steady bread", day=AHEAD + 1, places=2)
    await made(town, pieter)
    await pieter.taps("See the proposal")
    old = pieter.last
    assert await lines(town) == {"proposed": 3}
    proposed = await on_shift(town, kept)
    busy = next((one for one in (anna, ben, mayor, pieter) if one.resident_id in proposed), None)
    assert busy is not None
    other = await town.shift("Clinic", project="Clinic", day=AHEAD + 1, at="10:00")
    await busy.joins(other)
    await mayor.forges(f"desk:cancelled:{gone}:0")
    await town.settles()
    await pieter.taps("Send the offers", on=old)
    pieter.sees("One offer is on its way")
    pieter.sees("Left out, since they have other work by now or a limit is reached")
    pieter.sees("Left out, since the shift or the person is no longer there")
    await mayor.forges(old.buttons[-3][1])
    mayor.sees("This proposal was sent already")
    await pieter.taps("Send the offers", on=old)
    pieter.sees("This proposal was sent already")
    await town.settles()
    # The one offer lapses in the end: the coordinator hears of it once, the resident is not asked again.
    await town.moves(days=3)
    await pieter.looks()
    pieter.has_seen("Not every offer was taken", times=1)
    assert (await lines(town))["lapsed"] == 3


async def test_who_may_not_and_old_buttons(town: Town) -> None:
    pieter, lindiwe = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Farm", "Lindiwe")
    anna, mayor = await town.resident("Anna"), await town.mayor("Naledi")
    bakery = await town.project()
    for data in (f"plan:open:{bakery}:0:0:0", f"plan:make:{bakery}:1:0:0"):
        for person in (anna, lindiwe):
            await person.forges(data)
            assert "coordinator" in person.last.text + person.toast
    await pieter.forges(f"plan:make:{bakery}:1:0:0")
    pieter.sees("There are no open places in that week")
    await pieter.forges("plan:town:0:0:0:0")
    pieter.sees("coordinator")
    await town.shift("Bread", day=AHEAD, places=1)
    await town.shift("Weeding", project="Farm", day=AHEAD, places=1)
    await mayor.forges("plan:town:0:0:0:0")
    mayor.sees("1. Bakery")
    await mayor.taps("Suggest: next week")
    mayor.sees("a proposal is being made")
    await town.settles()
    await mayor.looks()
    mayor.has_seen("is ready: people for 1 of 1 open place", times=2)
    assert len(set(await everybody(town))) == 2, "made together: nobody is proposed twice at one time"
    first = mayor.last
    await pieter.forges(f"plan:make:{bakery}:1:0:0")
    await town.settles()
    await mayor.forges(first.buttons[0][1])
    await mayor.forges("plan:send:1:0:0:0")
    mayor.sees("This proposal is out of date")
    for data in ("plan:see:999:0:0:0", "plan:send:2:0:0:0", "plan:drop:2:1:0:1", "plan:shift:2:77:0:0"):
        await anna.forges(data)
        assert "Could you help" not in anna.last.text
    assert "offered" not in await lines(town)
    await town.moves(days=14)
    await pieter.forges("plan:see:3:0:0:0")
    pieter.sees("This proposal is out of date")


@once
async def test_learners_are_asked_when_the_master_has_accepted(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    master, ben = await town.master("Baking", "Grace"), await town.resident("Ben")
    shift = await town.shift("Sourdough", day=AHEAD, places=2, kinds={"Baking": (1, 1)})
    await made(town, pieter)
    await pieter.taps("See the proposal")
    await pieter.taps("1. Wed")
    pieter.sees("can: Baking")
    pieter.sees("would learn: Baking")
    await pieter.taps("Back")
    await pieter.taps("Send the offers")
    pieter.sees("One offer is on its way")
    pieter.sees("One more goes out by itself")
    proposed = await on_shift(town, shift)
    learner = next(one for one in (ben, pieter) if one.resident_id in proposed)
    await town.settles()
    await learner.looks()
    learner.has_not_seen("Could you help here?")
    await master.looks()
    await master.taps("Yes, I take it")
    await town.settles()
    await learner.looks()
    learner.has_seen("You would learn there, beside a master", times=1)
    await learner.taps("Yes, I take it")
    await town.settles()
    assert await lines(town) == {"accepted": 2}
    await town.shift("Welding frames", day=AHEAD, at="14:00", places=1, kinds={"Welding": (1, 0)})
    await made(town, pieter)
    pieter.sees("people for 0 of 1 open place")
    await pieter.taps("See the proposal")
    await pieter.taps("1. Wed")
    pieter.sees("Open: 1 place for Welding. There is nobody whom it is for.")


@once
async def test_two_coordinators_send_once(town: Town) -> None:
    coordinators = [await town.coordinator("Bakery", name) for name in ("Pieter", "Thandi")]
    await town.residents(3)
    await town.shift("Bread", day=AHEAD, places=4)
    await made(town, coordinators[0])

    async def send(person: Person) -> Fact | None:
        who, now = await town.who(person), town.clock.now()
        try:
            async with town.app.database.unit() as unit:
                await actions.send(unit, who=who, plan_id=1, now=now)
        except Fact as fact:
            return fact
        return None

    results = await asyncio.gather(*(send(person) for person in coordinators * 2))
    assert sum(result is None for result in results) == 1
    assert {type(result) for result in results if result is not None} == {PlanSent}
    signups = table_of(Signup)
    async with town.app.database.reading() as unit:
        assert len(await unit.rows(select(signups.c.resident_id).where(signups.c.state == "offered"))) == 4


@once
async def test_a_stop_in_the_middle_makes_the_plan_again_and_a_failure_is_told(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.shift("Bread", day=AHEAD, places=1)
    begun = asyncio.Event()

    async def never(puzzle: bytes) -> bytes:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError("it was to be stopped")

    await town.app.planner.stop()
    stopped = Planner(town.app.database, town.clock, never)
    stopped.start()
    await pieter.forges(f"plan:make:{await town.project()}:1:0:0")
    await asyncio.wait_for(begun.wait(), 5)
    await stopped.stop()
    assert await states(town) == ["wanted"]

    async def breaks(puzzle: bytes) -> bytes:
        raise Unsolved("time")

    after = Planner(town.app.database, town.clock, breaks)
    assert await after.drain() == 1
    assert await states(town) == ["failed"]
    await town.app.delivery.drain()
    await pieter.looks()
    pieter.sees("I could not make the proposal for Bakery")
    await pieter.taps("Try again")
    pieter.sees("no proposal could be made, please try again")
    await pieter.taps("Suggest: next week")
    assert await Planner(town.app.database, town.clock).drain() == 1
    assert await states(town) == ["dropped", "ready"]


@once
async def test_solved_in_a_process_of_its_own(town: Town) -> None:
    town.app.planner.solver = solve_apart
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.shift("Bread", day=AHEAD, places=1)
    await made(town, pieter)
    pieter.sees("people for 1 of 1 open place")


# -- helpers -----------------------------------------------------------------------------------------------------------


async def made(town: Town, coordinator: Person) -> None:
    """Have next week's plan of the bakery made."""
    await coordinator.forges(f"plan:make:{await town.project()}:1:0:0")
    await town.settles()
    await coordinator.looks()


async def lines(town: Town) -> dict[str, int]:
    """How many lines of all plans that count are in each state."""
    table, of = table_of(PlanLine), table_of(Plan)
    found: dict[str, int] = {}
    async with town.app.database.reading() as unit:
        where = of.c.state.in_([plans.READY, plans.SENT])
        for (state,) in await unit.rows(select(table.c.state).join(of, of.c.id == table.c.plan_id).where(where)):
            found[state] = found.get(state, 0) + 1
    return found


async def on_shift(town: Town, shift_id: int) -> list[int]:
    """Who is proposed for a shift, or asked."""
    table = table_of(PlanLine)
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(table.c.resident_id).where(table.c.shift_id == shift_id))
    return [row[0] for row in rows]


async def proposals(town: Town) -> dict[tuple[int, int], str]:
    """(shift, resident) of all lines of all plans, with their states."""
    table = table_of(PlanLine)
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(table.c.shift_id, table.c.resident_id, table.c.state))
    assert len(rows) == len({(row[0], row[1]) for row in rows})
    return {(row[0], row[1]): row[2] for row in rows}


async def everybody(town: Town) -> list[Any]:
    table = table_of(PlanLine)
    async with town.app.database.reading() as unit:
        return [row[0] for row in await unit.rows(select(table.c.resident_id))]


async def states(town: Town) -> list[str]:
    """The states of all plans, the first one first."""
    table = table_of(Plan)
    async with town.app.database.reading() as unit:
        return [row[0] for row in await unit.rows(select(table.c.state).order_by(table.c.id))]
