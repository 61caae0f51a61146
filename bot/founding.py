"""The first day of a town: its row, its settings, and the list of skills and interests it begins with."""

from __future__ import annotations

from bot import logs
from bot.settings import Settings
from handlers.kit.topics import INTERESTS, SKILLS
from handlers.roles.codes import new_join_code
from storage.engine import Database
from storage.queries import topics, town
from town.settings import TownSettings


async def found(database: Database, settings: Settings) -> None:
    """Found the town that is configured, unless it was founded before. The mayor changes the rest in chat."""
    async with database.unit() as unit:
        if await town.is_founded(unit):
            logs.hide((await town.settings(unit)).join_code)
            return
        first = TownSettings(
            name=settings.town_name,
            zone=settings.town_zone,
            language=settings.town_language,
            join_code=new_join_code(),
        )
        logs.hide(first.join_code)
        await town.found(unit, first, is_sample=False)
        for kind, names in ((topics.SKILL, SKILLS), (topics.INTEREST, INTERESTS)):
            for name in names:
                await topics.add(unit, kind, name)
