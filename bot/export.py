"""What the operator can take out of the town: the utility's files."""

from __future__ import annotations

from datetime import date

from bot.clock import MovingClock
from bot.problems import StartupProblem
from bot.settings import Settings
from handlers.kit.facts import sentence
from handlers.power import actions
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import meters, town
from storage.unit import Unit
from town.electricity import as_csv, week_named
from town.facts import Fact
from town.settings import TownSettings
from town.week import week_of


async def electricity(settings: Settings, week: str | None, *, adjustments: bool) -> str:
    """The file of a week ("2026-W48", the running one without a name), or the adjustments since, as CSV.

    A week's file is made once: asked for again, it is given as it was. Raises StartupProblem.
    """
    monday = week_named(week) if week is not None else None
    if week is not None and monday is None:
        raise StartupProblem(f"“{week}” is not a week: write it as 2026-W48.")
    await upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        async with database.unit() as unit:
            return await _electricity(unit, monday, adjustments=adjustments)
    finally:
        await database.close()


async def _electricity(unit: Unit, monday: date | None, *, adjustments: bool) -> str:
    if not await town.is_founded(unit):
        raise StartupProblem("There is no town yet: start it first.")
    of_town = await town.settings(unit)
    now = MovingClock(await town.clock_offset(unit)).now()  # the sample town's may have been put forward
    running = week_of(now, of_town.tz)
    try:
        if adjustments:
            made = await actions.adjust(unit, who=None, town=of_town, week=running, now=now)
            return as_csv([]) + "".join(one.text.removeprefix(as_csv([])) for one in made)
        for filed in await meters.of_week(unit, monday or running):
            if not filed.number:
                return await _as_it_was(unit, filed.id)
        return (await actions.file_week(unit, who=None, town=of_town, week=monday or running, now=now)).text
    except Fact as fact:
        raise StartupProblem(_plain(fact, of_town)) from fact


async def _as_it_was(unit: Unit, file_id: int) -> str:
    found = await meters.content(unit, file_id)
    return "" if found is None else found[1]


def _plain(fact: Fact, of_town: TownSettings) -> str:
    return sentence(fact, of_town.tz).unescape()
