"""Not agreeing with what was decided of one's hours: somebody else decides again, once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from handlers.contests import actions as contests
from handlers.hours.actions import confirm_one
from handlers.kit.who import Who
from handlers.ledger import actions as ledger
from handlers.reports import actions as reports
from storage.queries import contests as contest_queries
from storage.queries import hours, settling
from storage.queries.in_charge import grants
from storage.sql import select
from storage.tables import HoursEntry, Role, SignupState, table_of
from tests.people import Person, Town
from tests.variants import once
from town.facts import ContestDecided, Fact

MONDAY = date(2026, 11, 23)
entries = table_of(HoursEntry)


async def test_missed_contested_and_upheld_by_another(town: Town) -> None:
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Bakery", "Thandi")
    anna, shift = await missed(town, pieter)
    await anna.looks()
    anna.sees("You were not seen on Bread baking")
    await anna.taps("That is not right")
    anna.sees("Pieter decided that nothing counts.")
    await anna.says("4 h")
    anna.sees("anything from 0 to 3 h")
    await anna.says("0 min")
    anna.sees("I could not read “0 min”")
    await anna.taps("All of it: 2 h")
    anna.sees("What happened?")
    await anna.says("I was at the <oven>; Ben saw me.")
    anna.sees("Shall I ask somebody else to decide it, not Pieter?")
    await anna.taps("Ask somebody else")
    anna.sees("I asked Thandi to look at it. You hear from me by Tuesday 1 December")
    await anna.forges(f"contest:open:shift:{shift}:0")
    anna.sees("You said so already, and somebody else is looking at it.")
    await town.settles()
    await pieter.looks()
    pieter.has_not_seen("does not agree")
    for do in ("uphold", "keep"):
        await pieter.forges(f"contest:{do}::1:0")
        pieter.sees("You decided this the first time, so somebody else decides now.")
        await anna.forges(f"contest:{do}::1:0")
        anna.sees("Nobody confirms their own hours")
    await pieter.forges(f"ledger:correct:{shift}:{anna.resident_id}:0")
    pieter.sees("Anna does not agree with these hours, and somebody else decides about that first.")
    await thandi.looks()
    thandi.sees("Anna does not agree with how their hours were decided.")
    thandi.sees("Pieter decided that nothing counts for Anna.")
    thandi.sees("Anna says: 2 h. “I was at the <oven>; Ben saw me.”")
    await thandi.taps("Right: 2 h")
    thandi.sees("Anna will have 2 h. Why?")
    await thandi.taps("Others saw them there")
    thandi.sees("Done: the ledger is corrected, and Anna is being told.")
    await thandi.forges("contest:keep::1:0")
    thandi.sees("You decided this before.")
    await town.settles()
    await anna.looks()
    anna.sees("You were right, says Thandi: your hours on Bread baking (Tuesday 24 November, 10:00–12:00) are 2 h now.")
    anna.sees("The reason: “Others saw them there”.")
    await anna.forges(f"contest:open:shift:{shift}:0")
    anna.sees("This was looked at again before, and it stays as it was decided then.")
    assert await written(town, anna) == [(0, "shift"), (0, "reversal"), (120, "correction")]
    async with town.app.database.reading() as unit:
        line = next(line for line in await settling.lines(unit, shift) if line.resident_id == anna.resident_id)
    assert (line.state, line.minutes) == ("attended", 120)


async def test_a_rejected_report_that_stays_rejected(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    anna = await town.resident("Anna")
    async with town.app.database.unit() as unit:
        await send(unit, await town.who(anna), 1, town)
        await reports.reject(
            unit, who=await town.who(pieter), report_id=1, reason="It is more time than it took", now=town.clock.now()
        )
    await only_these_lead(town, pieter, mayor)
    await town.settles()
    await anna.looks()
    await anna.taps("That is not right")
    anna.sees("What happened?")  # the minutes are those of the report
    await anna.says("It took two trips")
    anna.sees("You say: 1 h. “It took two trips”")
    await anna.taps("Ask somebody else")
    anna.sees("I asked Naledi to look at it.")
    await town.settles()
    await mayor.looks()
    await mayor.forges("contest:list::0:0")
    mayor.sees("1. Anna, Bakery, Fetched flour")
    await mayor.taps("1.")
    mayor.sees("Pieter decided that nothing counts for Anna: “It is more time than it took”")
    await mayor.taps("Keep it as it is")
    await mayor.says("Two trips were not asked for")
    mayor.sees("Done: it stays as it is, and Anna is being told why.")
    await mayor.forges("contest:list::0:0")
    mayor.sees("No hours wait to be looked at again by you.")
    await town.settles()
    await anna.looks()
    anna.sees("Naledi looked at your hours on Fetched flour (Monday 23 November), and nothing counts.")
    anna.sees("The reason: “Two trips were not asked for”.")
    assert await written(town, anna) == []
    await pieter.looks()
    await pieter.forges("contest:see::1:0")
    pieter.sees("Naledi left it as it was")
    await anna.forges("contest:see::1:0")
    anna.sees("Naledi left it as it was")
    ben = await town.resident("Ben")
    await ben.forges("contest:see::1:0")
    ben.sees("Only a coordinator of this project can do that.")
    await ben.forges("contest:list::0:0")
    ben.sees("Only coordinators can do that.")


@once
async def test_unanswered_it_goes_to_the_mayor(town: Town) -> None:
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Bakery", "Thandi")
    mayor = await town.mayor("Naledi")
    anna, _shift = await missed(town, pieter)
    await only_these_lead(town, pieter, thandi, mayor)
    await contest(anna)
    anna.sees("I asked Thandi")
    await town.moves(days=6)
    await mayor.looks()
    mayor.has_not_seen("has no answer yet")
    await town.moves(days=2)
    await mayor.looks()
    mayor.has_seen("Anna does not agree with how their hours were decided, and has no answer yet.", times=1)
    mayor.has_seen("I asked Thandi. You can decide it now.", times=1)
    await anna.looks()
    anna.has_seen("Nobody has answered yet about your hours on Bread baking", times=1)
    anna.has_seen("Now I have asked Naledi.", times=1)
    await mayor.taps("Right")
    await mayor.taps("The roster was mistaken")
    assert await minutes(town, anna) == 120
    await thandi.looks()
    await thandi.taps("Keep it as it is")
    thandi.sees("Naledi decided this before: the hours were corrected.")
    await town.moves(days=10)
    await mayor.looks()
    mayor.has_open("has no answer yet", times=0)  # that message became what she answered, and came no second time


@once
async def test_where_nobody_else_may_it_waits_for_somebody(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, _shift = await missed(town, pieter)
    await only_these_lead(town, pieter)
    await contest(anna)
    anna.sees("There is nobody yet who may decide it, because Pieter decided first.")
    await town.moves(days=3)
    thandi = await town.coordinator("Bakery", "Thandi")
    await town.moves(days=1.2)
    await thandi.looks()
    thandi.has_seen("Anna does not agree", times=1)
    await anna.looks()
    anna.has_seen("now there is somebody to ask. I have asked Thandi.", times=1)
    await town.moves(days=8)  # there is no mayor to whom it could go
    await thandi.looks()
    thandi.has_seen("Anna does not agree", times=1)
    await thandi.taps("Keep it as it is")
    await thandi.taps("The roster is right")
    assert await minutes(town, anna) == 0


@once
async def test_a_mayor_who_was_asked_first_is_asked_once_more(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    anna, _shift = await missed(town, pieter)
    await only_these_lead(town, pieter, mayor)
    await contest(anna)
    anna.sees("I asked Naledi")
    await town.moves(days=8)
    await mayor.looks()
    mayor.has_seen("has no answer yet", times=1)
    mayor.has_not_seen("I asked Naledi")
    await anna.looks()
    anna.has_seen("I have asked Naledi once more.", times=1)


@once
async def test_too_late_nothing_decided_and_forged(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, shift = await missed(town, pieter)
    ben = await town.resident("Ben")
    await ben.forges(f"contest:open:shift:{shift}:0")
    ben.sees("I can't find that person any more.")
    await ben.forges("contest:open:shift:4711:0")
    ben.sees("That shift is no longer there.")
    await ben.forges("contest:open:report:4711:0")
    ben.sees("I find no such report.")
    await ben.forges("contest:open:mischief:1:0")
    ben.sees("That shift is no longer there.")
    await ben.forges("contest:keep::4711:0")
    ben.sees("I find nothing of that kind")
    other = await town.shift("Kneading", day=0, at="15:00", minutes=60)
    await anna.joins(other)
    await town.moves(hours=4)
    await anna.forges(f"contest:open:shift:{other}:0")
    anna.sees("Nobody has said yet how it was with “Kneading”.")
    await anna.forges(f"contest:open:shift:{shift}:0")
    await anna.says("1 h")
    await town.moves(days=15)
    await anna.says("I was there")
    anna.sees("That was decided more than 14 days ago, so it stays as it is.")
    await anna.forges(f"contest:open:shift:{shift}:0")
    anna.sees("That was decided more than 14 days ago, so it stays as it is.")


@once
async def test_missed_before_it_was_written_who_said_so(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    shift = await town.shift("Bread baking", day=0, at="10:00", minutes=120)
    await anna.joins(shift)
    await town.moves(hours=4)
    async with town.app.database.unit() as unit:
        await settling.settle_one(unit, shift, anna.resident_id, SignupState.MISSED)
    await anna.forges(f"contest:open:shift:{shift}:0")
    anna.sees("Please talk to the coordinator: they can still correct it.")
    await pieter.says("/desk")
    await pieter.forges(f"ledger:correct:{shift}:{anna.resident_id}:0")
    await pieter.taps("Half of it: 1 h")
    await pieter.says("She was in the cellar")
    await pieter.taps("Write it")
    pieter.sees("Anna has 1 h now")
    assert await written(town, anna) == [(60, "correction")]
    await town.settles()
    await anna.looks()
    await anna.taps("That is not right")
    anna.sees("Pieter wrote down 1 h.")


@once
async def test_nobody_is_asked_about_what_was_decided_in_the_same_moment(town: Town) -> None:
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Bakery", "Thandi")
    mayor = await town.mayor()
    anna, _shift = await missed(town, pieter)
    await contest(anna)
    later = town.clock.now() + timedelta(days=30)
    async with town.app.database.unit() as unit:
        due = await contest_queries.due(unit, later)  # as the job reads it
        who = await town.who(thandi)
        await contests.decide(unit, who=who, contest_id=due[0].id, upheld=False, reason="so", now=town.clock.now())
        await contests.pass_on(unit, due[0], town=who.town, now=later)
    await town.settles()
    await mayor.looks()
    mayor.has_not_seen("has no answer yet")
    await anna.looks()
    anna.has_not_seen("Nobody has answered yet")


@once
async def test_two_who_decide_at_once_decide_it_once(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    others = [await town.who(await town.coordinator("Bakery", name)) for name in ("Thandi", "Sipho")]
    for number in range(1, 4):
        anna, _shift = await missed(town, pieter, name=f"Anna {number}")
        await contest(anna)

        async def decide(who: Who, contest_id: int, *, upheld: bool) -> Fact | None:
            now = town.clock.now()
            try:
                async with town.app.database.unit() as unit:
                    await contests.decide(unit, who=who, contest_id=contest_id, upheld=upheld, reason="so", now=now)
            except Fact as fact:
                return fact
            return None

        answers = await asyncio.gather(*(decide(who, number, upheld=yes) for who in others for yes in (True, False)))
        assert [type(found) for found in answers if found is not None] == [ContestDecided] * 3
        lines = await written(town, anna)
        assert lines in ([(0, "shift")], [(0, "shift"), (0, "reversal"), (120, "correction")])


class Play:
    """Confirmations, corrections, reports, rejections and contests at random; `model` is what each work comes to."""

    def __init__(self, town: Town, who: list[Who], shifts: list[int], seed: int) -> None:
        self.town, self.who, self.shifts, self.chance = town, who, shifts, random.Random(seed)
        self.model: dict[tuple[str, int, int], int] = {}
        self.reported: dict[int, int] = {}
        self.contested: list[int] = []

    async def step(self, unit: Any) -> None:
        """Do something, which a Fact may refuse."""
        chance, now = self.chance, self.town.clock.now()
        by, of, shift = chance.choice(self.who), chance.choice(self.who), chance.choice(self.shifts)
        minutes, report = chance.choice([0, 15, 30, 60, 120]), chance.choice([0, *self.reported])
        work: dict[str, Any] = {"id": shift, "resident_id": of.me, "minutes": minutes}
        match chance.randrange(8):
            case 0 | 1:
                await confirm_one(unit, who=by, shift_id=shift, resident_id=of.me, minutes=minutes, now=now)
                self.model["shift", shift, of.me] = minutes
            case 2:
                await ledger.correct(unit, who=by, kind="shift", **work, reason="so", now=now)
                self.model["shift", shift, of.me] = minutes
            case 3:
                self.reported[(await send(unit, by, 1, self.town)).report.id] = by.me
            case 4:
                await reports.confirm(unit, who=by, report_id=report, now=now)
                self.model["report", report, self.reported[report]] = 60
            case 5:
                await reports.reject(unit, who=by, report_id=report, reason="no", now=now)
            case 6:
                kind, id = chance.choice([("shift", shift), ("report", report)])
                opened = await contests.open_one(
                    unit, who=by, kind=kind, id=id, minutes=minutes, note="I was there", now=now
                )
                self.contested.append(opened.contest.id)
            case _:
                await self._decide(unit, by)

    async def _decide(self, unit: Any, by: Who) -> None:
        which, upheld = self.chance.choice([0, *self.contested]), self.chance.random() < 0.5
        now = self.town.clock.now()
        one = await contests.decide(unit, who=by, contest_id=which, upheld=upheld, reason="so", now=now)
        kind, id = ("shift", one.shift_id) if one.shift_id is not None else ("report", one.report_id or 0)
        if upheld:
            self.model[kind, id, one.resident_id] = one.minutes


@once
async def test_any_sequence_comes_to_what_it_should(town: Town) -> None:
    people = [await town.coordinator("Bakery", name) for name in ("Pieter", "Thandi", "Sipho")]
    people.append(await town.resident("Anna"))
    shifts = [await town.shift(day=0, at=at, minutes=60) for at in ("10:00", "11:00")]
    for person in people:
        for shift in shifts:
            await person.joins(shift)
    await town.moves(hours=3)
    play, done = Play(town, [await town.who(person) for person in people], shifts, seed=1), 0
    for _ in range(200):
        with suppress(Fact):
            async with town.app.database.unit() as unit:
                await play.step(unit)
            done += 1
    assert done > 25
    await _holds(town, play.model)


async def _holds(town: Town, model: dict[tuple[str, int, int], int]) -> None:
    async with town.app.database.reading() as unit:
        lines = await unit.rows(select(entries))
    sums: Counter[tuple[int, date]] = Counter()
    nets: Counter[tuple[str, int, int]] = Counter()
    for line in lines:
        sums[line.resident_id, line.week] += line.minutes
        kind, id = ("shift", line.shift_id) if line.shift_id is not None else ("report", line.report_id)
        nets[kind, id, line.resident_id] += line.minutes
        assert line.confirmed_by != line.resident_id
    wanted: Counter[tuple[int, date]] = Counter()
    for (_kind, _id, resident), minutes_of in model.items():
        wanted[resident, MONDAY] += minutes_of
    assert +sums == +wanted
    assert all(total >= 0 for total in nets.values())
    reversed_ids = [line.reverses_id for line in lines if line.reverses_id is not None]
    assert len(set(reversed_ids)) == len(reversed_ids) > 0


# -- helpers ---------------------------------------------------------------------------------------------------------


async def missed(town: Town, by: Person, *, name: str = "Anna") -> tuple[Person, int]:
    """Somebody whom a coordinator did not see on a shift of today; the first one is at 10:00."""
    anna = await town.resident(name)
    shift = await town.shift(day=0 if town.clock.now().hour < 8 else 1, at="10:00")
    await anna.joins(shift)
    await town.moves(hours=3 if town.clock.now().hour < 8 else 27)
    async with town.app.database.unit() as unit:
        who, now = await town.who(by), town.clock.now()
        await confirm_one(unit, who=who, shift_id=shift, resident_id=anna.resident_id, minutes=0, now=now)
    await town.settles()
    return anna, shift


async def contest(person: Person) -> None:
    """Say of the last shift that one was there all the time."""
    await person.looks()
    await person.taps("That is not right")
    await person.taps("All of it")
    await person.says("I was there")
    await person.taps("Ask somebody else")


async def send(unit: Any, who: Who, project_id: int, town: Town) -> reports.Sent:
    """Report an hour of yesterday."""
    day = town.clock.now().date() - timedelta(days=1)
    return await reports.send(
        unit,
        who=who,
        project_id=project_id,
        day=day,
        minutes=60,
        what="Fetched flour",
        witness_id=None,
        now=town.clock.now(),
    )


async def minutes(town: Town, person: Person) -> int:
    """Confirmed minutes in the week of the tests."""
    async with town.app.database.reading() as unit:
        return (await hours.by_week(unit, person.resident_id)).get(MONDAY, 0)


async def written(town: Town, person: Person) -> list[tuple[int, str]]:
    """The minutes and kinds of somebody's lines, in order."""
    async with town.app.database.reading() as unit:
        rows = await unit.rows(
            select(entries.c.minutes, entries.c.kind)
            .where(entries.c.resident_id == person.resident_id)
            .order_by(entries.c.id)
        )
    return [(row.minutes, row.kind) for row in rows]


async def only_these_lead(town: Town, *people: Person) -> None:
    """End every other role."""
    async with town.app.database.unit() as unit:
        await unit.run(
            update(grants)
            .where(grants.c.resident_id.not_in([person.resident_id for person in people]))
            .where(grants.c.role.in_([Role.MAYOR, Role.COORDINATOR]))
            .values(ended_at=town.clock.now())
        )
