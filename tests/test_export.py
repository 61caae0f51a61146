"""`python bot.py export`: the utility's file made once and given again as it was, the books, the goods."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import founding
from bot.export import electricity, goods, takings
from bot.problems import StartupProblem
from handlers.orders.selling import sell
from storage.engine import Database
from storage.queries import homes, residents, standing
from storage.queries import town as town_queries
from storage.tables import ResidentState
from storage.unit import Unit
from tests.conftest import settings_for
from tests.people import Town
from town.week import week_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _resident(unit: Unit, name: str, joined_at: datetime) -> int:
    return await residents.make(
        unit,
        name=name,
        street="Mill Lane",
        state=ResidentState.RESIDENT,
        free_times=0,
        reminder_early=None,
        reminder_late=None,
        joined_at=joined_at,
        consent_at=joined_at,
        consent_version=1,
    )


async def test_a_weeks_file_is_made_once(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    with pytest.raises(StartupProblem, match="There is no town yet"):
        await electricity(settings, None, adjustments=False)
    database = Database(database_url)
    await founding.found(database, settings)
    with pytest.raises(StartupProblem, match="is not a week"):
        await electricity(settings, "next week", adjustments=False)
    with pytest.raises(StartupProblem, match="when the week before is closed"):
        await electricity(settings, None, adjustments=False)
    now = datetime.now(UTC)
    async with database.unit() as unit:
        town = await town_queries.settings(unit)
        monday = week_of(now, town.tz)
        new = await _resident(unit, "Newcomer", now - timedelta(days=7))
        home = await homes.make(unit, street="Mill Lane", meter="ZA-1", code="BREAD7", now=now)
        assert home is not None
        await homes.move_in(unit, new, home)
        assert await standing.close(unit, monday - timedelta(weeks=1), town, now) == 1
    made = await electricity(settings, None, adjustments=False)
    year, week, _day = monday.isocalendar()
    assert made.splitlines() == ["week,meter,entitled,reason", f"{year}-W{week:02},ZA-1,yes,all"]  # welcome
    with pytest.raises(StartupProblem, match="The town did not count hours yet in that week"):
        await electricity(settings, "2016-W48", adjustments=False)
    with pytest.raises(StartupProblem, match="Nothing has changed"):
        await electricity(settings, None, adjustments=True)
    async with database.unit() as unit:
        await homes.move_out(unit, new, home)
    assert await electricity(settings, f"{year}-W{week:02}", adjustments=False) == made, "given again as it was"
    adjusted = await electricity(settings, None, adjustments=True)
    assert adjusted.splitlines()[1:] == [f"{year}-W{week:02},ZA-1,no,none"]
    await database.close()


async def test_the_books_and_the_goods_are_taken_out(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    with pytest.raises(StartupProblem, match="There is no town yet"):
        await takings(settings, None, None)
    town = await Town.open(settings, "web", None, currency="ZAR")
    batch = await town.batch("Tomatoes, =red", 10, project="Farm", unit="kg", price=1250)
    await town.batch("Bread", 4)
    who = await town.who(await town.coordinator("Farm"))
    for name in ("Hotel Rio", "=1+1"):
        async with town.app.database.unit() as unit:
            await sell(unit, who=who, batch_id=batch, amount=1500, customer=name, now=town.clock.now())
    await town.close()
    every = list(csv.DictReader(io.StringIO(await takings(settings, None, None), newline="")))
    assert [(line["customer"], line["cash"], line["item"]) for line in every] == [
        ("Hotel Rio", "18.75", "Tomatoes, =red"),
        ("'=1+1", "18.75", "Tomatoes, =red"),
    ]
    assert await takings(settings, "2026-11-24", "2026-11-24") == await takings(settings, None, None)
    for first, last in (("2026-11-25", None), (None, "2026-11-23")):
        assert (await takings(settings, first, last)).count("\n") == 1, "only the header"
    with pytest.raises(StartupProblem, match="“last month” is not a day: write it as 2026-11-01"):
        await takings(settings, "last month", None)
    with pytest.raises(StartupProblem, match="2026-11-25 is after 2026-11-24"):
        await takings(settings, "2026-11-25", "2026-11-24")
    tomatoes, bread = csv.DictReader(io.StringIO(await goods(settings), newline=""))
    wanted = {"project": "Farm", "price": "12.50", "made": "10.000", "sold": "-3.000", "free": "7.000"}
    assert {name: tomatoes[name] for name in wanted} == wanted
    assert (bread["price"], bread["made"], bread["sold"], bread["shelf"]) == ("", "4.000", "0.000", "4.000")
