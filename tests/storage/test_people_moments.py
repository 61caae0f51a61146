"""Who somebody is, where they live and what they may do, at the very moment in which somebody else decides about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handlers.kit.who import Who
from handlers.merging import actions as merging
from handlers.power import actions as power
from handlers.reports import actions as reports_room
from handlers.roles import actions as roles_room
from handlers.roles import town_actions
from handlers.signup import actions as signup
from handlers.skills import actions as skills_room
from handlers.standing.jobs import close_weeks
from storage.queries import hours, learning, meters, places, roles, topics
from storage.sql import select
from storage.tables import (
    Level,
    Resident,
    ResidentState,
    Role,
    Shift,
    table_of,
)
from storage.unit import Unit
from tests.storage.moments import at_once, does, done_or_waits, somebody
from tests.storage.test_contention import NOW, Ground, ground, only_postgres  # noqa: F401 - a fixture
from tests.storage.test_hours_moments import moves
from town.facts import NotAllowed, NotFound, NothingChanged, OtherBusy

MONDAY = date(2026, 11, 23)
NEXT_MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


# -- who somebody is ---------------------------------------------------------------------------------------------------


async def _applies_with_a_code(ground: Ground, who: Who) -> tuple[str, Callable[[Unit], Awaitable[Any]]]:  # noqa: F811
    people = table_of(Resident)
    async with ground.database.unit() as unit:
        await unit.run(update(people).where(people.c.id == who.me).values(state="applicant"))
        code = await roles_room.make_setup_code(unit, now=NOW)
    applies = replace(who, resident_state=ResidentState.APPLICANT)
    return code, lambda unit: roles_room.claim_setup_code(unit, who=applies, code=code, now=NOW)


@only_postgres
async def test_who_is_turned_away_at_that_moment_is_no_mayor(ground: Ground) -> None:  # noqa: F811
    [anna] = await somebody(ground, 1)
    code, claims = await _applies_with_a_code(ground, anna)
    with pytest.raises(NotAllowed):
        await at_once(
            ground.database,
            lambda unit: town_actions.turn_away(unit, who=ground.mayor, resident_id=anna.me, now=NOW),
            does(ground, claims),
        )
    async with ground.database.reading() as unit:
        assert await roles.held_by(unit, anna.me) == frozenset()
        await roles_room.check_setup_code(unit, code=code, now=NOW)


@only_postgres
async def test_who_is_let_in_at_that_moment_is_the_mayor_all_the_same(ground: Ground) -> None:  # noqa: F811
    [anna] = await somebody(ground, 1)
    _code, claims = await _applies_with_a_code(ground, anna)
    await at_once(
        ground.database,
        lambda unit: town_actions.let_in(unit, who=ground.mayor, resident_id=anna.me, now=NOW),
        does(ground, claims),
    )
    async with ground.database.reading() as unit:
        assert (await roles_room.duties_of(unit, anna.me)).mayor


@only_postgres
async def test_a_role_is_given_as_two_are_made_one(ground: Ground) -> None:  # noqa: F811
    """It is the one's who stays, or the mayor is told to try again; nobody answers for nothing."""
    kept, gone = await somebody(ground, 2)
    appoints = does(
        ground,
        lambda unit: roles_room.appoint(
            unit, who=ground.mayor, resident_id=gone.me, role=Role.TREASURER, project_id=None, now=NOW
        ),
    )
    with pytest.raises(OtherBusy):
        await at_once(ground.database, _made_one(kept, gone), appoints)


# -- homes, and the town's clocks --------------------------------------------------------------------------------------


@only_postgres
async def test_the_last_two_leave_a_home_at_once_and_its_meter_is_free(ground: Ground) -> None:  # noqa: F811
    anna, ben, carl = await somebody(ground, 3)
    home = await does(ground, lambda unit: power.register(unit, who=anna, meter="MILL-1234", now=NOW))
    await does(ground, lambda unit: power.join(unit, who=ben, home_id=home.home.id))
    await at_once(
        ground.database,
        lambda unit: power.leave(unit, who=anna),
        does(ground, lambda unit: power.leave(unit, who=ben)),
    )
    theirs = await does(ground, lambda unit: power.register(unit, who=carl, meter="MILL-1234", now=NOW))
    assert theirs.home.id != home.home.id


@only_postgres
async def test_who_joins_a_home_as_the_last_one_leaves_it_is_told_that_it_is_gone(ground: Ground) -> None:  # noqa: F811
    anna, ben = await somebody(ground, 2)
    home = await does(ground, lambda unit: power.register(unit, who=anna, meter="MILL-1234", now=NOW))
    joins = does(ground, lambda unit: power.join(unit, who=ben, home_id=home.home.id))
    with pytest.raises(NotFound):
        await at_once(ground.database, lambda unit: power.leave(unit, who=anna), joins)


@only_postgres
async def test_the_last_one_leaves_a_home_as_somebody_joins_it(ground: Ground) -> None:  # noqa: F811
    anna, ben = await somebody(ground, 2)
    home = await does(ground, lambda unit: power.register(unit, who=anna, meter="MILL-1234", now=NOW))
    await at_once(
        ground.database,
        lambda unit: power.join(unit, who=ben, home_id=home.home.id),
        does(ground, lambda unit: power.leave(unit, who=anna)),
    )
    there = await does(ground, lambda unit: power.my_home(unit, who=ben))
    assert there is not None
    assert [one.resident_id for one in there.people] == [ben.me]


@only_postgres
async def test_a_shift_that_is_moved_as_the_clocks_change_is_of_the_week_it_is_in_now(ground: Ground) -> None:  # noqa: F811
    shift = await ground.shift(await ground.project(), places=1)
    sunday = (NEXT_MONDAY - NOW).total_seconds() / 3600 - 3.5  # in Tokyo it is Monday
    clocks = does(
        ground, lambda unit: town_actions.change_setting(unit, who=ground.mayor, key="zone", typed="Asia/Tokyo")
    )
    await at_once(ground.database, moves(ground, shift, sunday), clocks)
    assert await ground.rows(select(table_of(Shift).c.week)) == [(MONDAY + timedelta(days=7),)]


@only_postgres
async def test_what_is_otherwise_now_is_told_to_the_utility_once(
    ground: Ground,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two coordinators ask for it, and the one is done between the other's looking and writing."""
    anna, ben = await somebody(ground, 2)
    week, now = NEXT_MONDAY.date(), NEXT_MONDAY + timedelta(hours=12)
    await does(ground, lambda unit: close_weeks(unit, now, anna.town))
    await does(ground, lambda unit: power.register(unit, who=anna, meter="MILL-1234", now=now))
    await does(ground, lambda unit: power.file_week(unit, who=ground.mayor, town=anna.town, week=week, now=now))
    await does(ground, lambda unit: power.register(unit, who=ben, meter="MILL-5678", now=now))
    others: list[asyncio.Future[object]] = []
    keep = meters.keep

    async def tells(unit: Unit) -> object:
        return await power.adjust(unit, who=ground.mayor, town=anna.town, week=week, now=now)

    async def a_little_later(*args: Any, **kwargs: Any) -> int | None:
        if not others:
            others.append(asyncio.ensure_future(does(ground, tells)))
            await done_or_waits(ground.database, others[0])
        return await keep(*args, **kwargs)

    monkeypatch.setattr(meters, "keep", a_little_later)
    async with ground.database.unit() as unit:
        await tells(unit)
    with pytest.raises(NothingChanged):
        await others[0]
    async with ground.database.reading() as unit:
        assert [(one.number, one.lines) for one in await meters.filed(unit)] == [(1, 1), (0, 1)]


# -- two are made one --------------------------------------------------------------------------------------------------


def _made_one(kept: Who, gone: Who) -> Callable[[Unit], Awaitable[Any]]:
    return lambda unit: merging.merge(unit, kept_id=kept.me, gone_id=gone.me, account_id=kept.account_id, now=NOW)


@only_postgres
async def test_a_report_is_confirmed_as_two_are_made_one(ground: Ground) -> None:  # noqa: F811
    """The hours are the one's who stays, or one of the two has to wait."""
    project, [kept, gone] = await ground.project(), await somebody(ground, 2)
    sent = await does(
        ground,
        lambda unit: reports_room.send(
            unit, who=gone, project_id=project, day=NOW.date(), minutes=60, what="Mending", witness_id=None, now=NOW
        ),
    )
    with suppress(OtherBusy):
        await at_once(
            ground.database,
            lambda unit: reports_room.confirm(unit, who=ground.mayor, report_id=sent.report.id, now=NOW),
            does(ground, _made_one(kept, gone)),
        )
    people = table_of(Resident)
    [(state,)] = await ground.rows(select(people.c.state).where(people.c.id == gone.me))
    whose = gone.me if state == ResidentState.RESIDENT else kept.me
    async with ground.database.reading() as unit:
        assert await hours.by_week(unit, whose) == {MONDAY: 60}


@only_postgres
async def test_a_master_is_appointed_as_two_are_made_one(ground: Ground) -> None:  # noqa: F811
    kept, gone = await somebody(ground, 2)
    async with ground.database.unit() as unit:
        [skill, *_] = await topics.listed(unit, topics.SKILL)
    appoints = does(
        ground,
        lambda unit: skills_room.appoint_master(
            unit, who=ground.mayor, skill_id=skill.id, resident_id=gone.me, now=NOW
        ),
    )
    with pytest.raises(OtherBusy):
        await at_once(ground.database, _made_one(kept, gone), appoints)


@only_postgres
async def test_a_skill_that_is_given_up_at_that_moment_is_not_signed_off(ground: Ground) -> None:  # noqa: F811
    anna, ben = await somebody(ground, 2)
    async with ground.database.unit() as unit:
        [skill, *_] = await topics.listed(unit, topics.SKILL)
        await topics.replace(unit, anna.me, topics.SKILL, [skill.id])
        await learning.raise_to(unit, ben.me, skill.id, Level.MASTER, by=anna.me, now=NOW)
    signs = does(
        ground,
        lambda unit: skills_room.sign_off(unit, who=ben, skill_id=skill.id, resident_id=anna.me, now=NOW),
    )

    async def gives_up(unit: Unit) -> None:
        await places.lock(unit, anna.me)  # as her update does when it is opened
        await signup.change_answer(unit, who=anna, answer="skills", value=[], now=NOW)

    with pytest.raises(OtherBusy):
        await at_once(ground.database, gives_up, signs)
    async with ground.database.reading() as unit:
        assert await learning.level(unit, anna.me, skill.id) is None
