"""Batches that come again: begun in a few answers, put up by themselves, changed without surprising anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handlers.goods.claiming import ask
from handlers.repeats import actions, ending
from handlers.stock.correcting import call_off, correct
from handlers.stock.moving import move_place
from storage.queries import batch_series, batches, items
from storage.sql import select
from storage.tables import Project, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import NoBatchThen, NoDays, NoMoreRepeats, NotAllowed
from town.series import Pattern

EVERY_DAY = Pattern(tuple(range(7)))


async def a_series(town: Town, by: Person, every: Pattern = EVERY_DAY, item: str = "Bread", **given: Any) -> int:
    """Sixty loaves, 16:00 to 18:00, from tomorrow on."""
    item_id, project = await town.item(item), await town.project("Bakery")
    values: dict[str, Any] = {
        "quantity": 60_000,
        "first_day": date(2026, 11, 25),
        "last_day": None,
        "start": 16 * 60,
        "length": 120,
        "place": "Mill Lane 2",
    }
    async with town.app.database.unit() as unit:
        return await actions.publish(
            unit,
            who=await town.who(by),
            project_id=project,
            item_id=item_id,
            every=every,
            now=town.clock.now(),
            **values | given,
        )


async def up(town: Town, series: int) -> list[tuple[date, float, datetime, str]]:
    """The batches that are up and still to come: day, loaves, begin, place."""
    async with town.app.database.reading() as unit:
        found = await batch_series.coming(unit, series, town.clock.now())
    return [(one.day, one.batch.free / 1000, one.starts_at, one.batch.place) for one in found]


async def claims(town: Town, person: Person, batch: int) -> None:
    async with town.app.database.unit() as unit:
        await ask(unit, who=await town.who(person), batch_id=batch, amount=2000, now=town.clock.now())


async def first_batch(town: Town, series: int) -> int:
    async with town.app.database.reading() as unit:
        return (await batch_series.coming(unit, series, town.clock.now()))[0].batch.id


@crosswise
async def test_begun_in_a_few_answers(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.item("Bread")
    await pieter.says("/repeats")
    pieter.sees("There are none yet.")
    await pieter.taps("New: comes again")
    await pieter.taps("Bakery")
    pieter.sees("What comes again?")
    await pieter.says("cake")
    pieter.sees("What comes again?")
    await pieter.says("bread")
    await pieter.says("a lot")
    pieter.sees("I could not read “a lot” as an amount.")
    await pieter.says("1.5")
    pieter.sees("It is shared out by 1 loaf")
    await pieter.says("60")
    pieter.sees("On which days of the week?")
    await pieter.taps("Tuesday")
    await pieter.taps("Friday")
    await pieter.taps("Done")
    await pieter.taps("Every second week")
    await pieter.says("tomorrow")
    pieter.sees("Until which day?")
    await pieter.says("18 December")
    pieter.sees("When does the pick-up begin?")
    await pieter.says("/week")  # something in between costs nothing
    await pieter.forges(f"repeat:new:{await town.project('Bakery')}:0:")
    await pieter.taps("Go on")
    await pieter.says("16")
    await pieter.says("5 min")
    pieter.sees("I could not read “5 min” as a length")
    await pieter.says("2 h")
    pieter.sees("Where is it picked up?")
    await pieter.says("1")
    pieter.sees("How is it shared")
    await pieter.says("first come")
    pieter.sees("Pick-up: Every second week: Tuesday and Friday, 16:00–18:00")
    pieter.sees("From Friday, 27 November 2026 until Friday, 18 December 2026")
    pieter.sees("The first dates: Fri 27 Nov · Tue 8 Dec · Fri 11 Dec")
    await pieter.taps("How much")
    await pieter.says("50")
    await pieter.taps("Yes, put it up")
    pieter.sees("1 batch is up already")
    pieter.sees("50 loaves of Bread (Bakery)")
    await pieter.forges("w:newrepeat:preview:yes")  # the old button
    pieter.sees("This was finished already")
    await pieter.says("repeats")
    pieter.sees("• 50 loaves of Bread: Every second week: Tuesday and Friday, 16:00–18:00 (Bakery)")
    await pieter.taps("16:00 Bread")
    pieter.sees("Fri 27 Nov 16:00: nobody has asked yet")
    pieter.sees("Then: Tue 8 Dec · Fri 11 Dec")
    await pieter.forges(f"repeat:project:{await town.project('Bakery')}:7:")
    await pieter.taps("16:00 Bread")
    assert "Leave out days" in pieter.last.labels


@once
async def test_put_up_by_itself_once_each(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    series = await a_series(town, pieter)
    assert [day for day, *_ in await up(town, series)] == [date(2026, 11, 25) + timedelta(days=n) for n in range(7)]
    await town.moves(days=3)
    found = await up(town, series)
    assert [day for day, *_ in found] == [date(2026, 11, 28) - timedelta(days=1) + timedelta(days=n) for n in range(8)]
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(batches.batches.c.series_day).where(batches.batches.c.series_id == series))
        assert len(rows) == len({row[0] for row in rows}) == 10
        plan = await actions.coming(unit, town=await town.settings(), now=town.clock.now(), most=5)
        assert [one.day for one in plan] == [date(2026, 12, 5), date(2026, 12, 6)]
        assert plan[0].starts_at == datetime(2026, 12, 5, 14, tzinfo=UTC)
        made = await batches.get(unit, (await batch_series.coming(unit, series, town.clock.now()))[-1].batch.id)
        assert made is not None
        assert made.made_on == date(2026, 12, 4), "what comes again is made on its day"


@once
@pytest.mark.town(zone="Europe/Madrid", goods_ahead_days=10)
async def test_the_clocks_change_and_the_pick_up_does_not(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    there = (await town.settings()).tz
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    for at, change, offsets in (
        (datetime(2026, 10, 20, 8, tzinfo=UTC), autumn, (14, 15)),
        (datetime(2027, 3, 23, 8, tzinfo=UTC), spring, (15, 14)),
    ):
        town.clock.instant = at
        first = change - timedelta(days=2)
        series = await a_series(town, pieter, first_day=first)
        hours = {day: starts_at.astimezone(UTC).hour for day, _n, starts_at, _place in await up(town, series)}
        assert hours[first] == offsets[0]
        assert hours[change] == hours[change + timedelta(days=1)] == offsets[1]
        windows = [starts_at for _day, _n, starts_at, _place in await up(town, series)]
        assert {one.astimezone(there).hour for one in windows} == {16}


@once
async def test_a_change_leaves_what_somebody_asked_for(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    series = await a_series(town, pieter)
    await claims(town, anna, await first_batch(town, series))
    await pieter.forges(f"repeat:changes:{series}:0:")
    await pieter.taps("How much")
    await pieter.says("80")
    pieter.sees("6 batches that are up already change")
    pieter.sees("1 stays as it is: somebody has asked for some of it, or changed it by hand.")
    await pieter.taps("Change it")
    pieter.sees("6 batches that were up are changed.")
    pieter.sees("Wed 25 Nov 16:00: 1 person has asked for some")
    assert [loaves for _day, loaves, *_ in await up(town, series)] == [58, 80, 80, 80, 80, 80, 80]
    await pieter.forges(f"repeat:start:{series}:0:")
    pieter.sees("When does the pick-up begin?")
    await pieter.says("17:30")
    await pieter.taps("Change it")
    await pieter.forges(f"repeat:place:{series}:0:")
    await pieter.says("Town hall")
    await pieter.taps("Change it")
    await pieter.forges(f"repeat:length:{series}:0:")
    await pieter.says("30 min")
    await pieter.taps("Change it")
    pieter.sees("Every day, 17:30–18:00")
    await pieter.forges(f"repeat:sharing:{series}:0:")
    await pieter.says("drawn by lot")
    await pieter.taps("Change it")
    pieter.sees("Shared: drawn by lot")
    found = await up(town, series)
    assert {(at.hour, at.minute, place) for _day, _n, at, place in found[1:]} == {(15, 30, "Town hall")}
    assert (found[0][2].hour, found[0][3]) == (14, "Mill Lane 2")
    async with town.app.database.reading() as unit:
        up_now = [one.batch for one in await batch_series.coming(unit, series, town.clock.now())]
        assert [one.sharing for one in up_now] == ["first"] + ["draw"] * 6
        assert all(one.draw_at and one.seed_hash for one in up_now[1:])
        for one in up_now:
            assert await batches.sums(unit, one.id) == (one.free, one.shelf)
    await town.moves(days=1)
    assert (await up(town, series))[-1][1] == 80, "those that are put up later are like it too"


@once
async def test_days_are_left_out_and_had_again(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    series = await a_series(town, pieter)
    await claims(town, anna, await first_batch(town, series))
    await pieter.forges(f"repeat:days:{series}:0:")
    pieter.sees("Wed 25 Nov: up already")
    await pieter.says("Wed 25 Nov")
    pieter.sees("1 person has asked for some of Wednesday 25 November already")
    assert {"Call it off", "The batch"} <= set(pieter.last.labels)
    await pieter.taps("Back")
    await pieter.says("2")
    pieter.sees("Its batch is up already, and is called off")
    await pieter.taps("Yes, leave it out")
    pieter.sees("Thu 26 Nov: left out")
    await pieter.forges(f"repeat:left:{series}:0:2026-11-26")  # twice
    pieter.sees("Thu 26 Nov: left out")
    assert date(2026, 11, 26) not in [day for day, *_ in await up(town, series)]
    await pieter.forges(f"repeat:left:{series}:0:2026-11-25")
    pieter.sees("so I do not just take it away")
    await pieter.forges(f"repeat:leave:{series}:0:2026-12-10")
    await pieter.taps("Yes, leave it out")
    await town.moves(days=10)
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(batches.batches.c.series_day).where(batches.batches.c.series_id == series))
        assert date(2026, 12, 10) not in {row[0] for row in rows}
    for key in ("2026-11-26", "tomorrow", "", "2026-13-01", "9999-12-31"):
        for do in ("leave", "left", "again"):
            await pieter.forges(f"repeat:{do}:{series}:0:{key}")
            pieter.sees("It does not come on")
    await pieter.forges(f"repeat:again:{series}:0:2026-12-10")
    pieter.sees("It comes on Thursday 10 December again.")
    assert date(2026, 12, 10) in [day for day, *_ in await up(town, series)]
    with pytest.raises(NoBatchThen):
        async with town.app.database.unit() as unit:
            await ending.bring_back(
                unit, who=await town.who(pieter), series_id=series, day=date(2026, 12, 10), now=town.clock.now()
            )


@once
async def test_a_last_day_and_the_end(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    series = await a_series(town, pieter)
    await claims(town, anna, await first_batch(town, series))
    await pieter.forges(f"repeat:last:{series}:0:")
    await pieter.says("27 November")
    pieter.sees("4 batches that are up already are called off.")
    await pieter.taps("Change it")
    pieter.sees("until Friday, 27 November 2026")
    assert len(await up(town, series)) == 3
    await pieter.forges(f"repeat:last:{series}:0:")
    await pieter.taps("With no end")
    pieter.sees("It goes on with no end.")
    await pieter.taps("Change it")
    assert len(await up(town, series)) == 7, "what was called off for the last day comes again"
    who = await town.who(pieter)
    with pytest.raises(NoDays):
        async with town.app.database.unit() as unit:
            await ending.set_last_day(unit, who=who, series_id=series, last_day=date(2026, 11, 1), now=town.clock.now())
    await pieter.forges(f"repeat:end:{series}:0:")
    pieter.sees("6 batches that are up already are called off.\n1 stays as it is")
    await pieter.taps("Yes, end it")
    pieter.sees("“60 loaves of Bread” does not come again any more.")
    assert [day for day, *_ in await up(town, series)] == [date(2026, 11, 25)]
    for do in ("ended", "end", "quantity", "last"):
        await pieter.forges(f"repeat:{do}:{series}:0:")
        pieter.sees("“Bread” does not come again by itself any more.")
    await pieter.forges(f"repeat:open:{series}:0:")
    pieter.sees("It has ended.")
    await town.moves(days=3)
    assert await up(town, series) == []
    with pytest.raises(NoMoreRepeats):
        async with town.app.database.unit() as unit:
            await actions.change(unit, who=who, series_id=series, now=town.clock.now(), quantity=1000)


@once
async def test_who_may_and_what_others_forge(town: Town) -> None:
    pieter, farmer = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Farm", "Fatima")
    anna, *_ = await town.neighbours(1)
    series, project = await a_series(town, pieter), await town.project("Bakery")
    for person in (anna, farmer):
        for do in ("open", "changes", "quantity", "days", "end", "ended"):
            await person.forges(f"repeat:{do}:{series}:0:")
            person.sees("Only a coordinator of this project can do that.")
        for do in ("leave", "left", "again"):
            await person.forges(f"repeat:{do}:{series}:0:2026-11-26")
            person.sees("Only a coordinator of this project can do that.")
        for do in ("project", "new"):
            await person.forges(f"repeat:{do}:{project}:0:")
            person.sees("Only a coordinator of this project can do that.")
        with pytest.raises(NotAllowed):
            await a_series(town, person)
    await farmer.says("/repeats")
    farmer.sees("There are none yet.")
    await anna.forges("repeat:mine:0:0:")
    anna.sees("coordinator")
    await pieter.forges("repeat:open:4711:0:")
    pieter.sees("That series is no longer there.")
    await pieter.forges(f"repeat:new:{project}:0:")
    for forged in ("item:x", "item:4711"):
        await pieter.forges(f"w:newrepeat:{forged}")
        pieter.sees("What comes again?")
    assert len(await up(town, series)) == 7


@once
async def test_an_item_that_is_made_no_more_does_not_come(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    series = await a_series(town, pieter)
    other = await a_series(town, pieter, item="Cake", quantity=7000)
    bread, cake = await town.item("Bread"), await town.item("Cake")
    async with town.app.database.unit() as unit:
        assert await items.change(unit, bread, {"retired_at": town.clock.now()})
        assert await items.change(unit, cake, {"step": 2000})
    await town.moves(days=2)
    assert [day for day, *_ in await up(town, series)][-1] == date(2026, 12, 1)
    found = await up(town, other)
    assert found[-1][:2] == (date(2026, 12, 3), 6), "as many whole steps as there are in it"
    await pieter.says("/repeats")
    assert "Bread" not in pieter.last.text
    table, project = table_of(Project), await town.project("Bakery")
    who, before = await town.who(pieter), await up(town, other)
    async with town.app.database.unit() as unit:
        await unit.execute(update(table).where(table.c.id == project).values(archived_at=town.clock.now()))
        day = before[-1][0]
        await ending.leave_out(unit, who=who, series_id=other, day=day, now=town.clock.now())
        await ending.bring_back(unit, who=who, series_id=other, day=day, now=town.clock.now())
    assert await up(town, other) == before[:-1], "nothing is put up for a project that has ended"


@once
async def test_what_was_put_right_by_hand_stays(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    series = await a_series(town, pieter)
    who = await town.who(pieter)
    async with town.app.database.unit() as unit:
        less, there, *_ = [one.batch.id for one in await batch_series.coming(unit, series, town.clock.now())]
        await correct(unit, who=who, batch_id=less, quantity=40_000, reason="The oven is small", now=town.clock.now())
        await move_place(unit, who=who, batch_id=there, place="School", now=town.clock.now())
    await pieter.forges(f"repeat:quantity:{series}:0:")
    await pieter.says("80")
    pieter.sees("5 batches that are up already change")
    pieter.sees("2 stay as they are: somebody has asked for some of them, or changed them by hand.")
    await pieter.taps("Change it")
    assert [(loaves, place) for _day, loaves, _at, place in await up(town, series)][:3] == [
        (40, "Mill Lane 2"),
        (60, "School"),
        (80, "Mill Lane 2"),
    ]
    await pieter.forges(f"repeat:leave:{series}:0:2026-11-25")
    pieter.sees("The batch of Wednesday 25 November was changed by hand")
    await pieter.forges(f"repeat:end:{series}:0:")
    pieter.sees("5 batches that are up already are called off.\n2 stay as they are")


@once
async def test_a_batch_called_off_by_itself_can_be_had_again(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    series = await a_series(town, pieter)
    async with town.app.database.unit() as unit:
        who, first = await town.who(pieter), (await batch_series.coming(unit, series, town.clock.now()))[0].batch.id
        await call_off(unit, who=who, batch_id=first, reason="No flour", now=town.clock.now())
    await pieter.forges(f"repeat:days:{series}:0:")
    pieter.sees("Wed 25 Nov: called off")
    await pieter.taps("Wed 25 Nov")
    pieter.sees("Wed 25 Nov: up already")
    assert len(await up(town, series)) == 7
    await pieter.forges(f"repeat:again:{series}:0:2026-11-25")
    pieter.sees("It does not come on")


@crosswise
async def test_its_coordinators_are_asked_in_time_whether_there_is_as_much(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    series = await a_series(town, pieter)
    await a_series(town, pieter, item="Cake", first_day=date(2026, 11, 24), start=13 * 60)
    first = await first_batch(town, series)
    await claims(town, anna, first)
    await town.moves(hours=2)
    await pieter.looks()
    pieter.has_not_seen("Is it as much as planned?")  # whoever put it up just now knows how much there is
    await town.moves(hours=24)
    await pieter.looks()
    pieter.has_seen("60 loaves of Cake from Bakery", times=1)
    pieter.has_not_seen("60 loaves of Bread from Bakery")
    await town.moves(hours=1)
    await pieter.looks()
    pieter.sees("Is it as much as planned? 60 loaves of Bread from Bakery, Wednesday 25 November, 16:00–18:00")
    pieter.sees("1 person has asked for some.")
    await pieter.taps("It is not as much")
    await pieter.says("30")
    await pieter.says("1")
    assert (await up(town, series))[0][1] == 28
    await town.moves(hours=0.5)
    await pieter.looks()
    pieter.has_open("Is it as much as planned?", times=1)  # of the cake: the other one became the question


@once
async def test_residents_see_what_is_planned_after_what_is_up(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    await a_series(town, pieter, first_day=date(2026, 12, 8))
    await anna.says("/goods")
    await anna.taps("Coming later")
    anna.sees("Nothing is announced for the coming days yet.")
    anna.sees("Planned: you can ask for it later.\n• Bread: 60 loaves, Tuesday 8 December, 16:00–18:00")
