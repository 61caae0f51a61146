"""The press text of a round: what it is made of, and the town's own wording of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.campaigns.actions import found, running
from handlers.kit.links import Links
from handlers.kit.who import Who
from handlers.labour.actions import Weeks, of_weeks
from handlers.roles.actions import must_be_mayor, must_coordinate_town
from storage.queries import campaigns, labour, projects, roles
from storage.queries.campaigns import CampaignRow, Photo
from storage.tables import Role
from storage.unit import Unit
from town.facts import NotFound
from town.text import clean
from town.week import local, week_of

HEADING, LEAD, QUOTE, CONTACT = "heading", "lead", "quote", "contact"
MOST = {HEADING: 120, LEAD: 1200, QUOTE: 600, CONTACT: 200}
"""The parts that the town can word, and how long each may be in UTF-16 units."""

PARTS = tuple(MOST)

BY = "by"
"""Who said the quote: the mayor who wrote it."""

MOST_PHOTOS = 3
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The town as of now: its residents, minutes asked of them a week, those confirmed last week, its projects."""

    residents: int
    asked: int
    confirmed: int
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Press:
    """What a press text is made of. `said` is the town's own wording; `link` is where the town is joined."""

    campaign: CampaignRow
    day: date
    numbers: Numbers
    said: Mapping[str, str]
    mayors: tuple[str, ...]
    link: str | None


async def press(unit: Unit, *, who: Who, campaign_id: int, links: Links, now: datetime) -> Press:
    """A round's press text. Raises NotAllowed or NotFound."""
    await must_coordinate_town(unit, who)
    one = await found(unit, campaign_id)
    last_week = week_of(now, who.zone) - A_WEEK
    work = await labour.between(unit, last_week, last_week, projects_of=None, now=now)
    return Press(
        campaign=one,
        day=local(now, who.zone).date(),
        numbers=Numbers(
            residents=work.residents,
            asked=work.residents * who.town.required_minutes,
            confirmed=sum(each.confirmed for each in work.work),
            projects=tuple(project.name for project in await projects.listed(unit)),
        ),
        said=json.loads(one.press),
        mayors=tuple(grant.name for grant in await roles.current(unit) if grant.role == Role.MAYOR),
        link=links.bot(),
    )


async def pictures(unit: Unit, *, who: Who, now: datetime) -> tuple[int | None, list[Photo], Weeks]:
    """What goes with a press text: the latest update's id and photos, and the town's hours of eight weeks.

    Raises NotAllowed.
    """
    await must_coordinate_town(unit, who)
    update_id, photos = await campaigns.newest_photos(unit, MOST_PHOTOS)
    return update_id if photos else None, photos, await of_weeks(unit, who=who, key="", now=now)


async def may_write(unit: Unit, *, who: Who, campaign_id: int, part: str) -> CampaignRow:
    """A campaign of which somebody can word a part of the press text; what the mayor says, only the mayor.

    Raises NotAllowed, NotFound or RoundOver.
    """
    if part not in MOST:
        raise NotFound(what="question")
    if part == QUOTE:
        await must_be_mayor(unit, who)
    return await running(unit, who=who, campaign_id=campaign_id, lock=True)


async def write(unit: Unit, *, who: Who, campaign_id: int, part: str, text: str) -> None:
    """Word a part of it; "" takes our words again (of the quote: none).

    Raises NotAllowed, NotFound, RoundOver, TextEmpty or TextTooLong.
    """
    one = await may_write(unit, who=who, campaign_id=campaign_id, part=part)
    said: dict[str, str] = json.loads(one.press)
    said.pop(part, None)
    if text:
        said[part] = clean(text, MOST[part], lines=part == LEAD)
    if part == QUOTE:
        said.pop(BY, None)
        said |= {BY: who.name} if text else {}
    await campaigns.change(unit, one.id, press=json.dumps(said, ensure_ascii=False))
