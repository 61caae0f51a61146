"""Shifts, hours and what hangs on them at the very moment in which somebody else decides about the same.

On PostgreSQL whoever waited for a row knows it as it is then; what was read before that may not be so any more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from handlers.allocation import actions as allocation
from handlers.allocation import making
from handlers.allocation.making import Proposed
from handlers.allocation.offering import follow
from handlers.checkin import actions as checkin
from handlers.cover import actions as cover_room
from handlers.cover.actions import Moved
from handlers.desk import actions as desk
from handlers.hours import actions as hours_room
from handlers.hours.jobs import ask_for_rosters, chase
from handlers.kit.who import Who
from handlers.series import ending
from handlers.series import standing as standing_signup
from handlers.shifts import actions, placing
from handlers.shifts.jobs import end_lines, remind
from handlers.standing import actions as standing_room
from handlers.standing.jobs import close_weeks
from storage.queries import cover, hours, places, plans, shifts
from storage.queries import series as series_rows
from storage.sql import select
from storage.tables import (
    Account,
    HoursEntry,
    Outbox,
    Plan,
    Shift,
    Signup,
    WeekStanding,
    table_of,
)
from storage.unit import Unit
from tests.storage.moments import at_once, does, done_or_waits, somebody
from tests.storage.test_contention import NOW, Ground, ground, only_postgres  # noqa: F401 - a fixture
from tests.storage.test_series_contention import a_series
from town.facts import CheckInEarly, ShiftClash
from town.places import GENERAL

accounts, notices, signups, entries, works = (table_of(model) for model in (Account, Outbox, Signup, HoursEntry, Shift))
DAY_BEFORE = NOW + timedelta(hours=6, minutes=5)
MONDAY, LATER = date(2026, 11, 23), date(2026, 12, 7)


def _joins(who: Who, shift: int, *, now: Any = NOW) -> Callable[[Unit], Awaitable[Any]]:
    return lambda unit: actions.join_shift(unit, who=who, shift_id=shift, now=now)


def moves(ground: Ground, shift: int, hours: float, *, now: Any = NOW) -> Callable[[Unit], Awaitable[Any]]:  # noqa: F811
    """The coordinator has it start so many hours from now."""
    starts = NOW + timedelta(hours=hours)
    return lambda unit: desk.change_shift(unit, who=ground.mayor, shift_id=shift, now=now, starts_at=starts)


async def _told(ground: Ground, notice: str) -> list[Any]:  # noqa: F811
    """The notices of a kind that are still to be sent."""
    return await ground.rows(
        select(notices.c.resident_id, notices.c.fields).where(notices.c.notice == notice, notices.c.state == "waiting")
    )


# -- a shift is moved --------------------------------------------------------------------------------------------------


@only_postgres
async def test_who_joins_as_the_shift_is_moved_is_told_of_its_new_time(ground: Ground) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=2), await somebody(ground, 1)
    placed = await at_once(ground.database, moves(ground, shift, 50), does(ground, _joins(anna, shift)))
    assert placed.shift.starts_at == NOW + timedelta(hours=50)


@only_postgres
@pytest.mark.parametrize("places", [1, 2])
async def test_a_shift_that_is_moved_at_that_moment_is_joined_by_the_rules_of_its_new_time(
    ground: Ground,  # noqa: F811
    places: int,
) -> None:
    """Anna works elsewhere then; so it is whether she would have a place or stand in line for one."""
    project, [anna, ben] = await ground.project(), await somebody(ground, 2)
    shift, other = await ground.shift(project, places=places), await ground.shift(project, places=1, hours=50)
    await does(ground, _joins(ben, shift))
    await does(ground, _joins(anna, other))
    with pytest.raises(ShiftClash):
        await at_once(ground.database, moves(ground, shift, 51), does(ground, _joins(anna, shift)))


@only_postgres
async def test_who_joins_as_places_are_added_does_not_have_the_last_one(ground: Ground) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=1), await somebody(ground, 1)

    async def adds(unit: Unit) -> None:
        await desk.change_shift(unit, who=ground.mayor, shift_id=shift, now=NOW, places=3)

    placed = await at_once(ground.database, adds, does(ground, _joins(anna, shift)))
    assert (placed.shift.places, placed.shift.free) == (3, 2)


async def _is_asked(ground: Ground, who: Who, shift: int) -> int:  # noqa: F811
    """Somebody is asked to step in on a shift; the call."""
    async with ground.database.unit() as unit:
        call = await cover.begin(unit, shift, wanted=1, now=NOW, next_at=NOW)
        await cover.ask(unit, call, [who.me], now=NOW, next_at=NOW + timedelta(hours=1))
    return call.id


@only_postgres
async def test_nobody_steps_in_at_another_time_than_they_were_asked_for(ground: Ground) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=2), await somebody(ground, 1)
    call = await _is_asked(ground, anna, shift)
    said = await at_once(
        ground.database,
        moves(ground, shift, 50),
        does(ground, lambda unit: cover_room.step_in(unit, who=anna, call_id=call, now=NOW)),
    )
    assert said == Moved(said.shift)
    assert said.shift.starts_at == NOW + timedelta(hours=50)
    assert await ground.held(shift) == 0


@only_postgres
async def test_nobody_is_reminded_of_a_time_that_is_another_one_now(ground: Ground) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=1), await somebody(ground, 1)
    await does(ground, _joins(anna, shift))
    moved = moves(ground, shift, 50, now=DAY_BEFORE)
    await at_once(ground.database, moved, does(ground, lambda unit: remind(unit, DAY_BEFORE, anna.town)))
    assert await _told(ground, "shift.reminder") == []


@only_postgres
async def test_who_gives_a_place_back_at_that_moment_is_not_reminded_of_it(ground: Ground) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=1), await somebody(ground, 1)
    await does(ground, _joins(anna, shift))
    await at_once(
        ground.database,
        lambda unit: remind(unit, DAY_BEFORE, anna.town),
        does(ground, lambda unit: placing.give_back(unit, anna.me, shift, town=anna.town, now=DAY_BEFORE)),
    )
    assert await _told(ground, "shift.reminder") == []


@only_postgres
async def test_who_says_that_they_come_hears_of_the_new_time(ground: Ground) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=1), await somebody(ground, 1)
    await does(ground, _joins(anna, shift))
    coming = does(ground, lambda unit: actions.coming(unit, who=anna, shift_id=shift, now=NOW))
    told, first = await at_once(ground.database, moves(ground, shift, 50), coming)
    assert (told.starts_at, first) == (NOW + timedelta(hours=50), True)


@only_postgres
@pytest.mark.parametrize("by", ["themself", "coordinator"])
async def test_nobody_is_there_at_a_shift_that_is_another_day_now(ground: Ground, by: str) -> None:  # noqa: F811
    shift, [anna] = await ground.shift(await ground.project(), places=1), await somebody(ground, 1)
    await does(ground, _joins(anna, shift))
    now = NOW + timedelta(hours=29, minutes=50)

    async def here(unit: Unit) -> None:
        row = await shifts.get(unit, shift)
        assert row is not None
        if by == "themself":
            await checkin.check_in(unit, who=anna, shift=row, now=now)
        else:
            await checkin.tick(unit, who=ground.mayor, shift_id=shift, resident_id=anna.me, here=True, now=now)

    with pytest.raises(CheckInEarly):
        await at_once(ground.database, moves(ground, shift, 54, now=now), does(ground, here))
    assert await ground.rows(select(signups.c.checked_in_at).where(signups.c.shift_id == shift)) == [(None,)]


# -- a shift is over ---------------------------------------------------------------------------------------------------


@only_postgres
async def test_who_checks_in_as_the_hours_of_those_who_are_there_are_confirmed(
    ground: Ground,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Either their hours are written down, or they are open still: nobody came for no hours."""
    shift, [anna, ben] = await ground.shift(await ground.project(), places=2), await somebody(ground, 2)
    end = NOW + timedelta(hours=32)

    def here(who: Who) -> Callable[[Unit], Awaitable[object]]:
        async def checks_in(unit: Unit) -> None:
            row = await shifts.get(unit, shift)
            assert row is not None
            await checkin.check_in(unit, who=who, shift=row, now=end - timedelta(milliseconds=1))

        return checks_in

    for who in (anna, ben):
        await does(ground, _joins(who, shift))
    await does(ground, here(ben))
    late: list[asyncio.Future[object]] = []
    tell_all = hours.tell_all

    async def in_the_middle(*args: Any, **kwargs: Any) -> int:
        late.append(asyncio.ensure_future(does(ground, here(anna))))
        await done_or_waits(ground.database, late[0])
        return await tell_all(*args, **kwargs)

    monkeypatch.setattr(hours, "tell_all", in_the_middle)
    async with ground.database.unit() as unit:
        await hours_room.confirm_all(unit, who=ground.mayor, shift_id=shift, now=end, here=True)
    await late[0]
    came = await ground.rows(select(signups.c.resident_id).where(signups.c.state == "attended"))
    assert {row[0] for row in came} == {row[0] for row in await ground.rows(select(entries.c.resident_id))} == {ben.me}


async def _exempt_asked(ground: Ground, who: Who) -> int:  # noqa: F811
    async with ground.database.unit() as unit:
        asked = await standing_room.ask(unit, who=who, kind="care", first=LATER, last=LATER, now=NOW)
    return asked.span.id


@only_postgres
@pytest.mark.parametrize("first", ["approved", "closed"])
async def test_an_exemption_that_is_given_as_the_week_is_closed_counts_in_it(ground: Ground, first: str) -> None:  # noqa: F811
    [anna] = await somebody(ground, 1)
    asked = await _exempt_asked(ground, anna)
    over = NOW + timedelta(days=21)

    async def approve(unit: Unit) -> None:
        await standing_room.approve(unit, who=ground.mayor, exemption_id=asked, last=None, now=over)

    async def close(unit: Unit) -> None:
        assert await close_weeks(unit, over, anna.town) == 3

    act, other = (approve, close) if first == "approved" else (close, approve)
    await at_once(ground.database, act, does(ground, other))
    rows = table_of(WeekStanding)
    of_anna = select(rows.c.standing).where(rows.c.resident_id == anna.me).order_by(rows.c.week)
    assert [row[0] for row in await ground.rows(of_anna)] == ["welcome", "welcome", "exempt"]


# -- a shift of a series -----------------------------------------------------------------------------------------------


@only_postgres
async def test_a_series_ends_as_one_of_its_shifts_is_cancelled(ground: Ground) -> None:  # noqa: F811
    series = await a_series(ground, await ground.project(), places=2)
    made = await _of_series(ground, series)

    async def cancels(unit: Unit) -> None:
        await desk.cancel_shift(unit, who=ground.mayor, shift_id=made[-1], now=NOW)

    ends = does(ground, lambda unit: ending.end(unit, who=ground.mayor, series_id=series, now=NOW))
    assert (await at_once(ground.database, cancels, ends)).shifts == len(made) - 1
    assert await ground.rows(select(works.c.id).where(works.c.cancelled_at.is_(None))) == []


async def _of_series(ground: Ground, series: int) -> list[int]:  # noqa: F811
    async with ground.database.reading() as unit:
        return [one.shift.id for one in await series_rows.coming(unit, series, NOW)]


@only_postgres
async def test_who_stops_with_a_series_as_a_place_falls_free_for_them(ground: Ground) -> None:  # noqa: F811
    """They are in line no more, nor have it offered."""
    holder, anna = await somebody(ground, 2)
    series = await a_series(ground, await ground.project(), places=1)
    for who in (holder, anna):
        await does(ground, _begins(who, series))
    soonest = (await _of_series(ground, series))[0]

    async def gives_back(unit: Unit) -> None:
        freed = await placing.give_back(unit, holder.me, soonest, town=holder.town, now=NOW)
        assert freed.offered_to == anna.me

    await at_once(ground.database, gives_back, does(ground, _stops(anna, series)))
    assert await ground.states(soonest) == {"released": 2}


@only_postgres
async def test_who_stops_with_a_series_as_one_of_its_shifts_is_cancelled(ground: Ground) -> None:  # noqa: F811
    [anna] = await somebody(ground, 1)
    series = await a_series(ground, await ground.project(), places=1)
    await does(ground, _begins(anna, series))
    made = await _of_series(ground, series)

    async def cancels(unit: Unit) -> None:
        await desk.cancel_shift(unit, who=ground.mayor, shift_id=made[1], now=NOW)

    _row, given = await at_once(ground.database, cancels, does(ground, _stops(anna, series)))
    assert given == len(made) - 1
    assert await ground.states(made[0]) == {"released": 1}


@only_postgres
async def test_who_stops_with_a_series_as_one_of_its_lines_ends(ground: Ground) -> None:  # noqa: F811
    holder, anna = await somebody(ground, 2)
    series = await a_series(ground, await ground.project(), places=1)
    for who in (holder, anna):
        await does(ground, _begins(who, series))
    soonest, *others = await _of_series(ground, series)
    [(starts_at,)] = await ground.rows(select(works.c.starts_at).where(works.c.id == soonest))
    now = starts_at - timedelta(minutes=anna.town.offer_stop_minutes)

    async def line_ends(unit: Unit) -> None:
        assert await end_lines(unit, now, anna.town) == 1

    await at_once(ground.database, line_ends, does(ground, _stops(anna, series, now=now)))
    assert [await ground.states(shift) for shift in (soonest, others[0])] == [{"held": 1, "released": 1}] * 2


def _begins(who: Who, series: int) -> Callable[[Unit], Awaitable[Any]]:
    return lambda unit: standing_signup.begin(unit, who=who, series_id=series, now=NOW)


def _stops(who: Who, series: int, *, now: datetime = NOW) -> Callable[[Unit], Awaitable[Any]]:
    return lambda unit: standing_signup.stop(unit, who=who, series_id=series, give_back=True, now=now)


# -- offers of a plan --------------------------------------------------------------------------------------------------


async def _plan(ground: Ground, project: int, shift: int, who: Who) -> int:  # noqa: F811
    """A plan that proposes somebody for a shift, ready to be sent."""
    async with ground.database.unit() as unit:
        plan = await plans.get(unit, await plans.want(unit, project, MONDAY, by=who.me, now=NOW))
        assert plan is not None
        proposed = [Proposed(shift, who.me, GENERAL, {})]
        assert await making.ready(unit, plan, proposed=proposed, left=(), places=1, town=who.town, now=NOW)
    return plan.id


@only_postgres
async def test_a_place_is_offered_at_the_time_at_which_the_shift_is_now(ground: Ground) -> None:  # noqa: F811
    project, [anna] = await ground.project(), await somebody(ground, 1)
    shift = await ground.shift(project, places=1)
    plan = await _plan(ground, project, shift, anna)
    sends = does(ground, lambda unit: allocation.send(unit, who=ground.mayor, plan_id=plan, now=NOW))
    await at_once(ground.database, moves(ground, shift, 50), sends)
    [(resident, fields)] = await _told(ground, "plan.offer")
    assert resident == anna.me
    assert json.loads(fields)["starts_at"] == (NOW + timedelta(hours=50)).isoformat()


@only_postgres
async def test_two_coordinators_ask_for_one_plan(ground: Ground) -> None:  # noqa: F811
    project = await ground.project()
    await ground.shift(project, places=1)

    async def asks(unit: Unit) -> None:
        await allocation.make(unit, who=ground.mayor, project_id=project, ahead=False, now=NOW)

    await at_once(ground.database, asks, does(ground, asks))
    assert [row[0] for row in await ground.rows(select(table_of(Plan).c.state).order_by(table_of(Plan).c.id))] == [
        "dropped",
        "wanted",
    ]


# -- in one order ------------------------------------------------------------------------------------------------------


async def _in_a_circle(ground: Ground, first: int, second: int, job: Callable[[Unit], Awaitable[Any]]) -> Any:  # noqa: F811
    """What a job comes to that wants two shifts which somebody else, a swap maybe, locks in the order of their ids."""
    async with ground.database.unit() as unit:
        await places.lock_shift(unit, first)
        begun = asyncio.ensure_future(does(ground, job))
        await done_or_waits(ground.database, begun)
        await places.lock_shift(unit, second)
    return await begun


@only_postgres
@pytest.mark.parametrize("days", [0, 3])
async def test_whoever_asks_for_hours_waits_for_nobody_in_a_circle(ground: Ground, days: int) -> None:  # noqa: F811
    project, [anna] = await ground.project(), await somebody(ground, 1)
    late, early = await ground.shift(project, places=1, hours=40), await ground.shift(project, places=1, hours=20)
    for shift in (late, early):
        await does(ground, _joins(anna, shift))
    over = NOW + timedelta(hours=43)
    if days:
        await does(ground, lambda unit: ask_for_rosters(unit, over, anna.town))
    job = chase if days else ask_for_rosters
    assert await _in_a_circle(ground, late, early, lambda unit: job(unit, over + timedelta(days=days), anna.town)) == 2


@only_postgres
async def test_offers_of_two_plans_wait_for_nobody_in_a_circle(ground: Ground) -> None:  # noqa: F811
    people = await somebody(ground, 2)
    project, other = await ground.project(), await _second_project(ground)
    first, second = await ground.shift(project, places=1, hours=30), await ground.shift(other, places=1, hours=40)
    for of, shift, who in ((other, second, people[0]), (project, first, people[1])):
        plan = await _plan(ground, of, shift, who)
        async with ground.database.unit() as unit:
            assert await plans.sent(unit, plan, NOW)
    assert await _in_a_circle(ground, first, second, lambda unit: follow(unit, NOW, people[0].town)) == 2


async def _second_project(ground: Ground) -> int:  # noqa: F811
    async with ground.database.unit() as unit:
        return await desk.make_project(unit, who=ground.mayor, name="Mill", place="Mill", interest_id=None, now=NOW)
