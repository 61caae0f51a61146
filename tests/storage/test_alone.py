"""A job looks after many: one of them that cannot be done is undone by itself, said in the log, and tried again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from handlers.goods import jobs
from handlers.goods.settling import settle_window
from handlers.meetings import steering
from storage.sql import select
from storage.tables import Claim, Meeting, table_of
from storage.unit import Unit
from tests.people import Town

on_web = pytest.mark.parametrize("channel", ["web"], indirect=True)
called, claims = table_of(Meeting), table_of(Claim)


def breaks_for(one: int, does: Callable[..., Any], at: int) -> Callable[..., Any]:
    """What does as before, and then breaks for one of them (its id is the argument at this place)."""

    async def broken(unit: Unit, *ids: Any, **more: Any) -> Any:
        done = await does(unit, *ids, **more)
        if ids[at] == one:
            raise RuntimeError("broken on purpose")
        return done

    return broken


async def passes(town: Town, *, days: float = 0) -> None:
    """Time passes in one leap: what cannot be done is due at every step."""
    town.clock.move_to(town.clock.now() + timedelta(days=days, seconds=1))
    await town.app.ticker.tick()


@on_web
async def test_one_meeting_that_cannot_be_ended(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await town.mayor()
    broken, other = await town.meeting("Water"), await town.meeting("Bread")
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(steering, "close_by_itself", breaks_for(broken, steering.close_by_itself, 0))
        await passes(town, days=10)
    assert f"what was due for meeting {broken} could not be done" in caplog.text
    assert await _ended(town) == {broken: False, other: True}
    await passes(town)
    assert await _ended(town) == {broken: True, other: True}


async def _ended(town: Town) -> dict[int, bool]:
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(called.c.id, called.c.closed_at))
    return {row.id: row.closed_at is not None for row in rows}


@on_web
async def test_one_batch_that_cannot_be_settled(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [anna] = await town.neighbours(1)
    broken, other = await town.batch(), await town.batch()
    for batch in (broken, other):
        await anna.says("/goods")
        await anna.forges(f"goods:got:{batch}:1000:0")
    assert set((await _claims(town)).values()) == {"held"}
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr("handlers.goods.jobs.settle_window", breaks_for(broken, settle_window, 0))
        await passes(town, days=3)
    assert f"of batch {broken} could not be done" in caplog.text
    assert await _claims(town) == {broken: "held", other: "lapsed"}
    await passes(town)
    assert set((await _claims(town)).values()) == {"lapsed"}


@on_web
async def test_one_batch_that_cannot_be_passed_on(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Ben waits for a loaf of each; as Anna gives them back he is busy, and passed over."""
    anna, ben = await town.neighbours(2)
    broken, other = await town.batch(amount=1), await town.batch(amount=1)
    with monkeypatch.context() as patch:
        patch.setattr("handlers.goods.passing.try_lock_holder", AsyncMock(return_value=False))
        for person, do in ((anna, "got"), (ben, "wait"), (anna, "gaveback")):
            await person.says("/goods")
            for batch in (broken, other):
                await person.forges(f"goods:{do}:{batch}:{0 if do == 'gaveback' else 1000}:0")
    assert await _held(town) == set()
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(jobs, "_pass_on", breaks_for(broken, jobs._pass_on, 0))
        await passes(town)
    assert f"what was due for the line of batch {broken} could not be done" in caplog.text
    assert await _held(town) == {other}
    await passes(town)
    assert await _held(town) == {broken, other}


async def _held(town: Town) -> set[int]:
    async with town.app.database.reading() as unit:
        return {row.batch_id for row in await unit.rows(select(claims.c.batch_id).where(claims.c.state == "held"))}


async def _claims(town: Town) -> dict[int, str]:
    async with town.app.database.reading() as unit:
        return {row.batch_id: row.state for row in await unit.rows(select(claims.c.batch_id, claims.c.state))}
