"""Posters: making and taking down, what each brought, and noting who came by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.campaigns.actions import found
from handlers.kit.links import POSTER, Links
from handlers.kit.placard import Placard
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate_town
from locales import LANGUAGES
from storage.queries import posters
from storage.queries.posters import PosterRow
from storage.unit import Unit
from town.campaigns import new_code, poster_code
from town.facts import NotFound, PosterGone
from town.sheets import as_csv
from town.text import clean
from town.week import local

MOST_PLACE, MOST_HEADLINE, MOST_LINES = 60, 50, 210
"""UTF-16 units: of where it hangs, its headline, and its lines together."""

LINES = 3
"""So many lines stand on a poster."""

HEADER = ("place", "headline", "language", "code", "hung_up", "taken_down", "visits", "sign_ups")
TRIES = 5


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a poster leads: Telegram, the town's own page, WhatsApp; None where there is none."""

    telegram: str | None
    web: str | None
    whatsapp: str | None = None

    @property
    def all(self) -> list[str]:
        return [link for link in (self.telegram, self.web, self.whatsapp) if link is not None]


def ways_of(poster: PosterRow, links: Links) -> Ways:
    """The links of a poster."""
    chats = {way.channel: way.url for way in links.ways(f"{POSTER}{poster.code}")}
    return Ways(chats.get("telegram"), links.page(f"/join?poster={poster.code}"), chats.get("whatsapp"))


async def listed(unit: Unit, *, who: Who) -> list[PosterRow]:
    """All posters, the best first. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    return await posters.listed(unit)


async def get(unit: Unit, *, who: Who, poster_id: int) -> PosterRow:
    """A poster. Raises NotAllowed or NotFound."""
    await must_coordinate_town(unit, who)
    one = await posters.get(unit, poster_id)
    if one is None:
        raise NotFound(what="poster")
    return one


def read_lines(text: str) -> str:
    """What stands below a headline, three lines of it at most. Raises TextEmpty or TextTooLong."""
    lines = [line.strip() for line in clean(text, MOST_LINES, lines=True).split("\n") if line.strip()]
    return "\n".join([*lines[: LINES - 1], " ".join(lines[LINES - 1 :])]) if len(lines) > LINES else "\n".join(lines)


async def make(
    unit: Unit,
    *,
    who: Who,
    campaign_id: int | None,
    place: str,
    headline: str,
    text: str,
    language: str,
    now: datetime,
) -> PosterRow:
    """Make a poster with a code of its own. Raises NotAllowed, NotFound, TextEmpty or TextTooLong."""
    await must_coordinate_town(unit, who)
    if campaign_id is not None:
        await found(unit, campaign_id)
    if language not in LANGUAGES:
        raise NotFound(what="language")
    made = None
    for _try in range(TRIES):  # of 387 million codes another may have just this one
        made = await posters.make(
            unit,
            campaign_id=campaign_id,
            code=new_code(),
            place=clean(place, MOST_PLACE),
            headline=clean(headline, MOST_HEADLINE),
            text=read_lines(text),
            language=language,
            made_by=who.me,
            made_at=now,
        )
        if made is not None:
            break
    return await get(unit, who=who, poster_id=made or 0)


async def take_down(unit: Unit, *, who: Who, poster_id: int, now: datetime) -> PosterRow:
    """Note that a poster hangs no more: its code counts nobody from now on.

    Raises NotAllowed, NotFound or PosterGone.
    """
    one = await get(unit, who=who, poster_id=poster_id)
    if not await posters.take_down(unit, one.id, now):
        raise PosterGone
    return await get(unit, who=who, poster_id=poster_id)


def paper_of(poster: PosterRow, town: str, links: Links) -> Placard | None:
    """The poster on paper; None in a town to which no link leads."""
    ways = ways_of(poster, links).all
    if not ways:
        return None
    shown = [link.partition("://")[2] for link in ways]
    return Placard(poster.headline, poster.text.split("\n"), ways[0], shown, town, poster.language)


def csv_of(found: Sequence[PosterRow], zone: ZoneInfo) -> str:
    """The posters as CSV (RFC 4180), the best first."""
    return as_csv(HEADER, (_cells(one, zone) for one in found))


def _cells(one: PosterRow, zone: ZoneInfo) -> tuple[object, ...]:
    gone = "" if one.gone_at is None else f"{local(one.gone_at, zone):%Y-%m-%d %H:%M}"
    hung = f"{local(one.made_at, zone):%Y-%m-%d %H:%M}"
    return (one.place, one.headline, one.language, one.code, hung, gone, one.visits, one.joined)


async def visited(unit: Unit, *, who: Who, payload: str, now: datetime) -> None:
    """Note that a newcomer came by a poster, the first one only. Codes that are wrong, or of the past, note nothing."""
    code = poster_code(payload)
    if code is not None and who.has_to_sign_up:
        await posters.visit(unit, code=code, account_id=who.account_id, now=now)
