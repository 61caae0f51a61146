"""Who may be asked to step in, as the database finds them: it leaves out just those whom the rules would."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from storage.queries import candidates, cover, places, residents
from storage.queries.candidates import Row, Sought, exemptions
from storage.queries.cover import Answer, Outcome
from storage.queries.shifts import get
from storage.sql import insert
from tests.storage.test_contention import NOW, Ground, ground  # noqa: F401 - the fixture
from town.cover import Opening

accounts = candidates.accounts


async def _found(ground: Ground, shift: int, call: int, looked_at: int = 400) -> set[int]:  # noqa: F811
    async with ground.database.reading() as unit:
        row = await get(unit, shift)
        assert row is not None
        sought = Sought(Opening(call, row.facts, row.general_free), row.interest_id, 0)
        rows: list[Row] = await candidates.find(unit, sought, settings=ground.mayor.town, looked_at=looked_at)
    return {one.id for one in rows}


async def _hold(unit: Any, shift: int, resident: int, now: datetime = NOW) -> None:
    row = await get(unit, shift)
    assert row is not None
    assert await places.claim(unit, row, resident, now) is not None


async def test_who_must_not_be_asked_is_not_found(ground: Ground) -> None:  # noqa: F811
    project = await ground.project()
    shift = await ground.shift(project, places=9, hours=30)
    others = {
        "clash": await ground.shift(project, places=9, hours=31),
        "too little rest": await ground.shift(project, places=9, hours=39),
        "same day": await ground.shift(project, places=9, hours=26),
        "next day": await ground.shift(project, places=9, hours=54),
    }
    await ground.people(16)
    async with ground.database.unit() as unit:
        call = await cover.begin(unit, shift, wanted=1, now=NOW, next_at=NOW)
        people = iter(range(ground.mayor.me + 1, ground.mayor.me + 17))
        who = {name: next(people) for name in (*others, "holds", "gave back", "asked", "declined", "exempt", "away")}
        who |= {name: next(people) for name in ("too young", "young", "left", "exempt later", "asked before", "free")}
        for name, other in others.items():
            await _hold(unit, other, who[name])
        await _hold(unit, shift, who["holds"])
        await _hold(unit, shift, who["gave back"])
        await places.release(unit, shift, who["gave back"])
        await cover.ask(unit, call, [who["asked"]], now=NOW, next_at=NOW)
        await cover.close(unit, call.id, Outcome.NOBODY, NOW)
        earlier, call = call, await cover.begin(unit, shift, wanted=1, now=NOW, next_at=NOW)
        await cover.ask(unit, earlier, [who["declined"], who["asked before"]], now=NOW, next_at=NOW)
        await cover.answer(unit, earlier.id, who["declined"], Answer.DECLINED, NOW)
        await cover.ask(unit, call, [who["asked"]], now=NOW, next_at=NOW)
        monday = date(2026, 11, 23)
        for name, week in (("exempt", monday), ("exempt later", monday + timedelta(weeks=1))):
            values = {"resident_id": who[name], "kind": "care", "from_week": week, "until_week": week}
            await unit.execute(insert(exemptions), [values | {"state": "approved", "asked_at": NOW}])
        await unit.run(update(accounts).where(accounts.c.resident_id == who["away"]).values(reachable=False))
        await residents.change(unit, who["too young"], born=date(2014, 1, 1))
        await residents.change(unit, who["young"], born=date(2010, 1, 1))
        await residents.change(unit, who["left"], state="left")
    may = {who[name] for name in ("same day", "next day", "exempt later", "asked before", "young", "free")}
    assert await _found(ground, shift, call.id) == may | {ground.mayor.me}
    assert len(await _found(ground, shift, call.id, looked_at=1)) <= 1
