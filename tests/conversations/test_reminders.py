"""Reminders: once for each person and lead time, at the right time or not at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from handlers.shifts.jobs import next_reminder, remind
from storage.outbox import outbox
from storage.queries import residents, shifts
from storage.sql import select
from tests.people import Person, Town
from tests.variants import once

ASKED = "A reminder of your shift"


async def test_a_day_and_two_hours_before(town: Town) -> None:
    """It is Tuesday, 09:30; the shift is on Thursday at 09:30."""
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await anna.joins(await town.shift(day=2, at="09:30", minutes=180))
    await town.moves(hours=23)
    await anna.looks()
    anna.has_not_seen(ASKED)
    await town.moves(hours=1.5)
    await anna.looks()
    anna.has_seen(ASKED, times=1)
    anna.sees("Bread baking\nBakery\nThursday 26 November, 09:30–12:30\nMill Lane 2\n\nAre you coming?")
    await anna.taps("Coming")
    anna.sees("Thank you, see you there!")
    await anna.forges("shift:coming:1")
    anna.sees("I had noted that already: you are coming.")
    await town.moves(hours=24)
    await anna.looks()
    anna.has_open(ASKED, times=1)  # the first one was answered in its place
    anna.sees(ASKED)
    assert await reminders(town, anna) == [(1440, "sent"), (120, "sent")]
    await town.moves(days=3)
    await ben.looks()
    ben.has_not_seen(ASKED)
    assert len(await reminders(town, anna)) == 2


async def test_cannot_come_frees_the_place_and_offers_others(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna = await town.resident("Anna")
    shift = await town.shift(day=1, at="12:00")
    await town.shift("Weeding", project="Farm", day=2)
    await anna.joins(shift)
    await town.moves(hours=3)
    await anna.looks()
    await anna.taps("Can't come")
    anna.sees("Your place on “Bread baking” is free again, and I ask others whether they can step in.")
    anna.sees("Perhaps another one suits you:")
    anna.sees("1. Weeding")
    await anna.forges(f"shift:cant:{shift}")
    anna.sees("You hold no place on “Bread baking”.")
    await anna.forges(f"shift:coming:{shift}")
    anna.sees("You hold no place on “Bread baking”.")
    await town.moves(days=1)
    await anna.looks()
    anna.has_open(ASKED, times=0)
    await pieter.looks()
    pieter.has_seen("Anna can't come after all", times=1)
    async with town.app.database.reading() as unit:
        row = await shifts.get(unit, shift)
        assert row is not None
        assert row.taken == 0


@once
async def test_own_lead_times(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await leads(town, anna, 2880, None)
    await leads(town, ben, None, 0)
    shift = await town.shift(day=3, at="09:30")
    await anna.joins(shift)
    await ben.joins(shift)
    await town.moves(hours=23)
    assert await reminders(town, anna) == []
    await town.moves(hours=1)
    assert await reminders(town, anna) == [(2880, "sent")]
    await town.moves(days=2)
    assert await reminders(town, anna) == [(2880, "sent")]
    assert await reminders(town, ben) == []


@once
async def test_who_joins_later_than_the_lead_gets_only_the_later_one(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.joins(await town.shift(day=0, at="15:00"))
    await town.moves(hours=5)
    assert await reminders(town, anna) == [(120, "sent")]


@once
async def test_one_lead_twice_is_one_reminder(town: Town) -> None:
    anna = await town.resident("Anna")
    await leads(town, anna, 120, 120)
    await anna.joins(await town.shift(day=0, at="15:00"))
    await town.moves(hours=5)
    assert await reminders(town, anna) == [(120, "sent")]


@once
async def test_quiet_hours_hold_one_back_and_a_stale_one_is_dropped(town: Town) -> None:
    """A shift at 06:00: due at 06:00 the day before and at 04:00, both at night."""
    anna = await town.resident("Anna")
    await anna.joins(await town.shift(day=2, at="06:00"))
    await town.moves(hours=20.75)  # Wednesday, 06:15
    assert await reminders(town, anna) == [(1440, "waiting")]
    await town.moves(hours=1)
    assert await reminders(town, anna) == [(1440, "sent")]
    await town.moves(hours=25)
    assert await reminders(town, anna) == [(1440, "sent"), (120, "dropped")]
    await anna.looks()
    anna.has_seen(ASKED, times=1)


@once
async def test_after_a_long_standstill_nothing_stale_is_said(town: Town) -> None:
    """Nobody ticked from before the lead until its half had passed."""
    anna = await town.resident("Anna")
    await anna.joins(await town.shift(day=1, at="12:00"))
    town.clock.move_to(town.clock.now() + timedelta(hours=15))
    await town.settles()
    assert await reminders(town, anna) == []


@once
async def test_who_said_so_already_is_only_asked_once_more(town: Town) -> None:
    anna = await town.resident("Anna")
    shift = await town.shift(day=2, at="09:30")
    await anna.joins(shift)
    await anna.forges(f"shift:coming:{shift}")
    await town.moves(days=2)
    assert await reminders(town, anna) == [(120, "sent")]


@once
async def test_ticks_that_meet_write_each_reminder_once(town: Town) -> None:
    everybody = await town.residents(3)
    shift = await town.shift(day=2, at="09:30")
    for person in everybody:
        await person.joins(shift)
    now, settings = town.clock.now() + timedelta(days=1), await town.settings()

    async def tick() -> int:
        async with town.app.database.unit() as unit:
            return await remind(unit, now, settings)

    assert sum(await asyncio.gather(*(tick() for _ in range(5)))) == 3
    for person in everybody:
        assert [lead for lead, _ in await reminders(town, person)] == [1440]


@once
async def test_a_moved_shift_is_reminded_of_anew(town: Town) -> None:
    anna = await town.resident("Anna")
    shift = await town.shift(day=1, at="12:00")
    await anna.joins(shift)
    await town.moves(hours=3)
    assert [lead for lead, _ in await reminders(town, anna)] == [1440]
    async with town.app.database.unit() as unit:
        row = await shifts.get(unit, shift)
        assert row is not None
        later = {"starts_at": row.starts_at + timedelta(days=3), "ends_at": row.ends_at + timedelta(days=3)}
        await unit.run(update(shifts.shifts).where(shifts.shifts.c.id == shift).values(**later))
    await town.moves(days=4)
    assert [lead for lead, _ in await reminders(town, anna)] == [1440, 1440, 120]


@once
async def test_the_next_reminder_is_always_ahead(town: Town) -> None:
    anna = await town.resident("Anna")
    settings = await town.settings()
    async with town.app.database.reading() as unit:
        assert await next_reminder(unit, town.clock.now(), settings) is None
    await anna.joins(await town.shift(day=2, at="09:30"))
    start = town.clock.now().replace(hour=7, minute=30, microsecond=0) + timedelta(days=2)
    stops = []
    now = town.clock.now()
    for _ in range(3):
        async with town.app.database.unit() as unit:
            coming = await next_reminder(unit, now, settings)
            if coming is None:
                break
            assert coming > now
            assert await remind(unit, coming, settings) == 1
            stops.append(start - coming)
            now = coming
    assert stops == [timedelta(days=1), timedelta(hours=2)]


# -- helpers ---------------------------------------------------------------------------------------------------------


async def reminders(town: Town, person: Person) -> list[tuple[int, str]]:
    """Lead and state of every reminder that was ever written for somebody, in order."""
    async with town.app.database.reading() as unit:
        rows: Any = await unit.rows(
            select(outbox.c.dedupe_key, outbox.c.state)
            .where(outbox.c.resident_id == person.resident_id, outbox.c.notice == "shift.reminder")
            .order_by(outbox.c.id)
        )
    return [(int(key.split(":")[3]), str(state)) for key, state in rows]


async def leads(town: Town, person: Person, early: int | None, late: int | None) -> None:
    async with town.app.database.unit() as unit:
        await residents.change(unit, person.resident_id, reminder_early=early, reminder_late=late)
