"""The weekly update as it is posted in the town's groups and channels."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.boards.actions import posted_in
from handlers.boards.post_words import post
from handlers.kit.capability import Fields, Notice
from handlers.kit.links import links_now
from handlers.kit.screens import Screen
from handlers.news import telling
from locales import speaking
from storage import outbox
from storage.queries import boards, public_news
from storage.queries import town as town_row
from storage.tables import Priority
from storage.unit import Unit
from town.settings import TownSettings

NOTICE = "news.post"


async def post_update(unit: Unit, *, update_id: int, now: datetime) -> int:
    """Have an update that has gone out posted in every board that is switched on; how many there are.

    Done again, it posts nothing twice.
    """
    town = await town_row.settings(unit)
    there = await boards.posting(unit)
    rows = [
        outbox.new_row(
            notice=NOTICE,
            group_id=account_id,
            dedupe_key=f"{NOTICE}:{update_id}:{account_id}",
            now=now,
            subject=posted_in(account_id),
            priority=Priority.BULK,
            expires_at=now + timedelta(days=town.broadcast_days),
            update=update_id,
        )
        for account_id in there
    ]
    await outbox.put(unit, rows)
    return len(rows)


async def gather(unit: Unit, fields: Fields) -> Fields | None:
    """Field `update`: an update's id. All that it is shown from, and the ways to read on and to join."""
    one = await public_news.sent(unit, int(fields["update"]))
    if one is None:
        return None
    links = links_now()
    return {**await telling.fields_of(unit, one), "page": links.public(f"/news/{one.id}"), "join": links.bot()}


def render(fields: Fields, town: TownSettings) -> Screen:
    """In the town's language, whoever brought the bot: everybody in the group reads it."""
    with speaking(town.language):
        return post(fields, town, page=fields["page"], join=fields["join"])


async def picture(fields: Fields, town: TownSettings) -> bytes:
    """The same that residents get: the mayor's photos, and the week as a chart."""
    with speaking(town.language):
        return await telling.picture(fields, town)


# Quiet hours hold it too: a group has none of its own, and what is posted rings in the same pockets.
POST = Notice(key=NOTICE, render=render, gather=gather, picture=picture)
