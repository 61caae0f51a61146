"""Series: shifts that come again, changed and left out at the desk; residents who come every time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers.series import actions
from handlers.series.jobs import make
from handlers.series.making import give_places
from handlers.shifts import placing
from locales import LANGUAGES
from storage.queries import series as series_queries
from storage.queries.places import ToJoin
from storage.queries.standing_signups import Pending
from storage.sql import select
from storage.tables import OfferKind, Series, Shift, Signup, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.places import GENERAL
from town.series import Pattern

shifts, signups, series = table_of(Shift), table_of(Signup), table_of(Series)

THURSDAY = Pattern((3,))


async def a_series(town: Town, title: str = "Bread", **given: Any) -> int:
    """A series of the bakery: Thursdays at nine, two hours, two places; returns its id."""
    project = await town.project("Bakery")
    who = await town._somebody()
    values: dict[str, Any] = {
        "every": THURSDAY,
        "first_day": date(2026, 11, 26),
        "last_day": None,
        "start": 540,
        "length": 120,
        "place": "Mill Lane 2",
        "places": 2,
        "skills": (),
    }
    async with town.app.database.unit() as unit:
        return await actions.publish(
            unit, who=who, project_id=project, title=title, now=town.clock.now(), **(values | given)
        )


async def made(town: Town, series_id: int) -> list[Any]:
    """The shifts of a series, in order: (id, starts_at on the town's clocks, cancelled)."""
    zone = ZoneInfo("Africa/Johannesburg")
    async with town.app.database.reading() as unit:
        rows = await unit.rows(
            select(shifts.c.id, shifts.c.starts_at, shifts.c.cancelled_at)
            .where(shifts.c.series_id == series_id)
            .order_by(shifts.c.starts_at, shifts.c.id)
        )
    return [(row[0], row[1].astimezone(zone).strftime("%m-%d %H:%M"), row[2] is not None) for row in rows]


async def states(town: Town, person: Person) -> list[str]:
    """How somebody's sign-ups stand, by the shifts' starts."""
    async with town.app.database.reading() as unit:
        rows = await unit.rows(
            select(signups.c.state)
            .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
            .where(signups.c.resident_id == person.resident_id, shifts.c.cancelled_at.is_(None))
            .order_by(shifts.c.starts_at)
        )
    return [row[0] for row in rows]


@once
async def test_a_series_is_put_up_and_makes_its_shifts(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await pieter.says("/desk")
    await pieter.taps("Bakery")
    await pieter.taps("More of the project")
    await pieter.taps("Shifts that come again")
    pieter.sees("There is none yet")
    await pieter.taps("New series")
    await pieter.says("Bake bread")
    pieter.sees("On which days")
    await pieter.taps("Tuesday")
    await pieter.says("Thursday")
    await pieter.taps("Done")
    await pieter.says("every so often")
    pieter.sees("How often does it come?")
    await pieter.taps("Every second week")
    await pieter.says("yesterday or so")
    pieter.sees("could not read")
    await pieter.says("Wed")
    pieter.sees("Until which day?")
    await pieter.says("25 November")
    pieter.sees("On no day at all")
    await pieter.says("31 January")
    await pieter.says("half past never")
    await pieter.says("8:30")
    await pieter.taps("2 h")
    await pieter.taps("Mill")
    await pieter.says("3")
    await pieter.taps("Baking")
    await pieter.taps("Done")
    await pieter.taps("1")
    await pieter.taps("None")
    pieter.sees("Every second week: Tuesday and Thursday, 08:30–10:30")
    pieter.sees("The first dates: Thu 26 Nov · Tue 8 Dec · Thu 10 Dec · Tue 22 Dec · Thu 24 Dec")
    pieter.sees("Baking (1 place)")
    await pieter.taps("Other days")
    await pieter.taps("Tuesday")
    await pieter.taps("Done")
    await pieter.taps("Every week")
    pieter.sees("Every Thursday, 08:30–10:30")
    await pieter.taps("Publish")
    pieter.sees("4 shifts are up already")
    await pieter.forges("w:newseries:preview:publish")
    pieter.sees("finished already")
    await pieter.forges("series:open:1:0:")
    pieter.sees("Thu 26 Nov 08:30: 0 of 3 places taken")
    assert [when for _, when, _ in await made(town, 1)] == ["11-26 08:30", "12-03 08:30", "12-10 08:30", "12-17 08:30"]
    await town.moves(days=7)
    assert len(await made(town, 1)) == 5
    anna = await town.resident("Anna", skills=["Baking"])
    await anna.joins(2)
    anna.sees("You have a place")
    await anna.forges("series:open:1:0:")
    anna.sees("coordinator")
    await anna.forges("series:ended:1:0:")
    anna.sees("coordinator")


@crosswise
async def test_somebody_comes_every_time_skips_a_week_and_stops(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    series_id = await a_series(town)
    anna = await town.resident("Anna")
    await anna.says("/start shift_1")
    await anna.taps("Every week")
    anna.sees("Shall I keep a place for you every time?")
    anna.sees("Every Thursday, 09:00–11:00")
    await anna.taps("Yes, every time")
    anna.sees("✓ Thu 26 Nov 09:00: you have a place")
    await anna.forges(f"series:hold:{series_id}:0:")
    assert await states(town, anna) == ["held"] * 4
    await anna.taps("Skip Thu 3 Dec")
    anna.sees("not that week")
    anna.sees("– Thu 3 Dec 09:00: without you")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("gave back a place on Bread, Thursday 3 December", times=1)
    await anna.forges("series:skip:2:0:")
    anna.sees("You hold no place")
    assert await states(town, anna) == ["held", "released", "held", "held"]
    await town.moves(days=7)  # the first is over, and a fifth is made
    assert await states(town, anna) == ["held", "released", "held", "held", "held"]
    await anna.says("every week")
    anna.sees("Where you come every time")
    anna.sees("Next: Thursday 10 December, 09:00")
    await anna.taps("Bread")
    await anna.taps("Stop it")
    anna.sees("You have a place in 3 coming shifts")
    await anna.taps("Stop, give them back")
    anna.sees("3 places are given back")
    await town.settles()
    await pieter.looks()  # hears of all three at once
    pieter.has_seen("Anna no longer comes to Bread every time, and gave back these places", times=1)
    pieter.has_seen("– Thursday 10 December, 09:00–11:00: 2 places are free now.")
    pieter.has_seen("gave back a place on Bread", times=1)
    await anna.forges(f"series:leave:{series_id}:0:")
    assert (await states(town, anna))[2:] == ["released"] * 3
    await town.moves(days=7)
    assert len(await made(town, series_id)) == 6
    assert len(await states(town, anna)) == 5
    await anna.forges(f"series:every:{series_id}:0:")
    await anna.taps("Yes, every time")
    await anna.taps("Stop it")
    await anna.taps("Stop, but keep them")
    assert (await states(town, anna))[2:] == ["held"] * 4


@once
async def test_a_week_that_does_not_work_is_told_once_with_the_reason(town: Town) -> None:
    series_id = await a_series(town, places=1)
    other = await a_series(town, "Cake", start=600, places=1)
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await anna.forges(f"series:hold:{series_id}:0:")
    await anna.forges(f"series:hold:{other}:0:")
    anna.sees("You hold a place on “Bread” at that time")
    await ben.forges(f"series:hold:{series_id}:0:")
    ben.sees("… Thu 26 Nov 09:00: full, you are on the waiting list")
    for _week in range(2):
        await town.moves(days=3.5)
    await town.settles()
    await anna.looks()
    anna.has_seen("I keep a place for you on Cake every time, but one week did not work", times=1)
    anna.has_seen("Thursday 24 December, 10:00–12:00: You hold a place on “Bread” at that time (09:00–11:00)")
    await anna.taps("Where I come")
    anna.sees("– Thu 24 Dec 10:00: without you")
    await ben.looks()
    ben.has_seen("all places are taken; you are 1st on the waiting list", times=1)
    assert (await states(town, ben))[1:] == ["waiting"] * 4
    # A place that falls free is offered to who waits, in that week as in any.
    await anna.forges(f"series:every:{series_id}:0:")
    await anna.taps("Skip Thu 3 Dec")
    await town.settles()
    await ben.looks()
    ben.sees("A place is free for you")


@once
async def test_a_series_whose_first_time_has_passed_begins_the_next_week(town: Town) -> None:
    series_id = await a_series(town, every=Pattern((1,), 2), first_day=date(2026, 11, 24))  # today, half an hour ago
    assert [when for _, when, _ in await made(town, series_id)] == ["12-01 09:00", "12-15 09:00"]


@once
async def test_places_go_to_who_came_first_however_often_it_is_tried(town: Town) -> None:
    series_id = await a_series(town, places=1)
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    for person in (ben, anna):
        await person.forges(f"series:hold:{series_id}:0:")
    for _twice in range(2):
        await town.moves(days=14)
        await town.settles()
    assert len(await made(town, series_id)) == 8
    assert await states(town, ben) == ["held"] * 8
    async with town.app.database.unit() as unit:
        await unit.run(series.update().values(made_until=None))  # as after a crash in the middle
        settings = await town.settings()
        assert await make(unit, town.clock.now(), settings) == 0
        await unit.run(series.update().values(made_until=date(2026, 12, 31)))
        assert await make(unit, town.clock.now(), settings) == 0
    assert len(await made(town, series_id)) == 8
    async with town.app.database.reading() as unit:
        one = await series_queries.get(unit, series_id)
    assert one is not None
    assert one.made_until == date(2027, 1, 19)


@once
async def test_a_place_that_was_offered_meanwhile_is_counted_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    series_id, anna = await a_series(town), await town.resident("Anna")
    now, look = town.clock.now(), placing.may_take

    async def a_moment_before(*given: Any, **named: Any) -> ToJoin:
        return (await look(*given, **named))._replace(state=None)

    monkeypatch.setattr(placing, "may_take", a_moment_before)
    async with town.app.database.unit() as unit:
        until = now + timedelta(hours=2)
        assert await placing.offer(
            unit, anna.resident_id, 1, GENERAL, kind_of_offer=OfferKind.PLAN, until=until, now=now
        )
        wanted = [Pending(series_id, 1, anna.resident_id)]
        assert await give_places(unit, wanted, town=await town.settings(), now=now) == set()
        assert await unit.value(select(shifts.c.taken).where(shifts.c.id == 1)) == 1


@once
async def test_it_changes_from_one_shift_on(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    series_id = await a_series(town)
    anna = await town.resident("Anna")
    await anna.forges(f"series:hold:{series_id}:0:")
    await pieter.forges(f"series:open:{series_id}:0:")
    pieter.sees("1 person comes every time")
    await pieter.taps("Change it")
    await pieter.taps("Time of day")
    pieter.sees("From which shift on?")
    await pieter.says("1 March")
    pieter.sees("no coming shift of this series on “1 March”")
    await pieter.says("4 December")
    await pieter.says("14:30")
    pieter.sees("2 shifts that are made already change, and all later ones")
    pieter.sees("2 places on them are taken: I tell everybody who holds one")
    await pieter.taps("Change it")
    pieter.sees("2 shifts that were made are changed")
    await town.moves(days=7)
    assert [when for _, when, _ in await made(town, series_id)] == [
        *("11-26 09:00", "12-03 09:00", "12-10 14:30", "12-17 14:30", "12-24 14:30"),
    ]
    await anna.looks()
    anna.has_seen("Thursday 10 December, 14:30–16:30 (it was Thursday 10 December, 09:00–11:00)", times=1)
    ben = await town.resident("Ben")
    await ben.joins(3)
    await pieter.forges(f"series:places:{series_id}:0:")
    await pieter.taps("Thu 10 Dec")
    await pieter.says("1")
    await pieter.taps("Change it")
    pieter.sees("Thu 10 Dec: 2 places are taken already, so there cannot be fewer")
    for what, answer, said in (
        ("title", "Bake <rolls>", "“Bake <rolls>” is changed"),
        ("length", "3 h", "3 shifts that were made are changed"),
        ("place", "The barn", "3 shifts that were made are changed"),
        ("places", "5", "3 shifts that were made are changed"),
    ):
        await pieter.forges(f"series:{what}:{series_id}:0:")
        await pieter.taps("Thu 10 Dec")
        await pieter.says(answer)
        await pieter.taps("Change it")
        pieter.sees(said)
    await pieter.forges(f"series:skills:{series_id}:0:")
    await pieter.taps("Thu 17 Dec")
    await pieter.taps("Baking")
    await pieter.taps("Done")
    await pieter.taps("4")
    await pieter.taps("None")
    await pieter.taps("Change it")
    pieter.sees("2 shifts that were made are changed")
    await pieter.forges(f"series:places:{series_id}:0:")
    await pieter.taps("Thu 10 Dec")
    await pieter.says("2")
    pieter.sees("would keep 4 places for skills")
    await pieter.forges(f"series:open:{series_id}:0:")
    pieter.sees("14:30–17:30 (3 h)")
    pieter.sees("Baking (4 places)")
    await town.moves(days=7)
    async with town.app.database.reading() as unit:
        last = (await unit.rows(select(shifts.c.title, shifts.c.places, shifts.c.reserved).order_by(shifts.c.id)))[-1]
    assert tuple(last) == ("Bake <rolls>", 5, 4)


@once
async def test_a_day_is_left_out_and_brought_back(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    series_id = await a_series(town)
    anna = await town.resident("Anna")
    await anna.forges(f"series:hold:{series_id}:0:")
    await pieter.forges(f"series:out:{series_id}:0:")
    pieter.sees("No day is left out")
    await pieter.taps("Leave out a day")
    await pieter.says("25 December")
    pieter.sees("no coming shift of this series on “25 December”")
    await pieter.says("24 December")
    pieter.sees("There is no shift on Thursday, 24 December 2026")
    await pieter.forges(f"series:without:{series_id}:0:")
    await pieter.taps("Thu 3 Dec")
    pieter.sees("1 place is taken: I tell whoever holds it")
    await pieter.taps("Leave it out")
    pieter.sees("1 message goes out")
    await town.settles()
    await anna.looks()
    anna.sees("“Bread” (Bakery) is cancelled")
    await pieter.taps("Days left out")
    await pieter.forges(f"series:again:{series_id}:0:tomorrow")
    pieter.sees("no coming shift")
    await pieter.forges(f"series:again:{series_id}:0:2026-12-03")
    pieter.sees("has a shift on Thursday, 3 December 2026 again")
    await town.settles()
    assert await states(town, anna) == ["held"] * 4
    await town.moves(days=14)
    days = [when[:5] for _, when, cancelled in await made(town, series_id) if not cancelled]
    assert days == ["11-26", "12-03", "12-10", "12-17", "12-31"]
    # A day that the series does not reach any more is none that it leaves out, nor one to bring back.
    await pieter.forges(f"series:last:{series_id}:0:")
    await pieter.says("18 December")
    await pieter.taps("Change it")
    await pieter.forges(f"series:again:{series_id}:0:2026-12-24")
    pieter.sees("no coming shift")
    await pieter.forges(f"series:out:{series_id}:0:")
    pieter.sees("No day is left out")


@once
async def test_it_ends_on_its_last_day_or_at_once(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    series_id = await a_series(town)
    anna = await town.resident("Anna")
    await anna.forges(f"series:hold:{series_id}:0:")
    await pieter.forges(f"series:last:{series_id}:0:")
    await pieter.says("11 December")
    pieter.sees("1 shift is cancelled")
    await pieter.taps("Change it")
    pieter.sees("until Friday, 11 December 2026")
    await town.moves(days=1)
    assert [gone for _, _, gone in await made(town, series_id)] == [False, False, False, True]
    await anna.looks()
    anna.has_seen("“Bread” (Bakery) is cancelled", times=1)
    await pieter.forges(f"series:last:{series_id}:0:")
    await pieter.taps("With no end")
    await pieter.taps("Change it")
    pieter.sees("with no end")
    await town.settles()  # the one that was cancelled is made anew, and she has a place again
    assert [when[:5] for _, when, gone in await made(town, series_id) if not gone][-2:] == ["12-10", "12-17"]
    assert await states(town, anna) == ["held"] * 4
    far = await a_series(town, "Pruning", first_day=date(2027, 3, 4))
    await pieter.forges(f"series:last:{far}:0:")
    await pieter.says("1 January")
    pieter.sees("On no day at all would there be a shift")
    await pieter.forges(f"series:end:{series_id}:0:")
    pieter.sees("4 shifts are cancelled")
    await pieter.taps("Yes, end it")
    pieter.sees("has ended")
    pieter.sees("4 shifts are cancelled")
    pieter.sees("1 message goes out")
    await pieter.forges(f"series:ended:{series_id}:0:")
    pieter.sees("does not come again any more")
    await town.settles()
    await anna.looks()
    anna.has_seen("(Bakery, Every Thursday) has come to its end", times=1)
    anna.has_seen("“Bread” (Bakery) is cancelled on these days", times=1)
    anna.has_seen("“Bread” (Bakery) is cancelled", times=2)  # the one after the last day there was to be, and these
    anna.has_seen("– Thursday 10 December, 09:00–11:00\n– Thursday 17 December, 09:00–11:00")
    await anna.forges(f"series:hold:{series_id}:0:")
    anna.sees("does not come again any more")
    await town.moves(days=14)
    assert len(await made(town, series_id)) == 5
    assert await states(town, anna) == []


@once
async def test_every_screen_in_every_language(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    mayor = await town.mayor()
    for language in LANGUAGES:
        first = await a_series(town, "Bread & <butter> for everybody in the town")
        daily = Pattern((0, 1, 2, 3, 4, 5, 6))
        second = await a_series(town, "Bread & <butter> for everybody in the tower", every=daily, start=840)
        third = await a_series(town, "Cake", every=Pattern((3,), 3), last_day=date(2026, 12, 31))
        await mayor.speaks(language)
        for data in (
            *(f"series:{do}:{id}:0:" for do in SCREENS for id in (first, second)),
            *(f"series:open:{third}:1:", f"series:ended:{second}:0:", f"series:open:{second}:0:"),
        ):
            await mayor.line.tap(mayor.last.id, data)  # without reading the chat each time
            assert not [record for record in caplog.records if record.levelname == "ERROR"], (language, data)
        await mayor.line.tap(mayor.last.id, "series:new:1:0:")
        await mayor.line.say("Bread")
        for step in ("weekdays:3", "weekdays:done", "weeks:2", "first:p1", "first:2026-11-26", "last:never"):
            await mayor.line.tap(mayor.last.id, f"w:newseries:{step}")
        for answer in ("9", "2 h", "Mill Lane", "4"):
            await mayor.line.say(answer)
        await mayor.looks()
        await mayor.forges("w:newseries:skills:done")
        mayor.sees("09:00–11:00")
        await mayor.forges("w:newseries:preview:publish")
        assert not [record for record in caplog.records if record.levelname == "ERROR"], language
        assert len(await made(town, third + 1)) == 2


SCREENS = (
    *("project", "new", "open", "changes", "title", "start", "length", "place", "places", "skills", "last", "out"),
    *("without", "end", "mine", "every", "hold", "every", "mine", "skip", "stop", "keep", "hold", "leave", "nothing"),
)
