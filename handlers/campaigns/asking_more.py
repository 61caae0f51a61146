"""The questions about posters and the press text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.campaigns import poster_views, posting, press_views, pressing
from handlers.campaigns.asking import CAMPAIGN
from handlers.campaigns.pressing import MOST, PARTS
from handlers.campaigns.words import poster_words
from handlers.kit.choosing import pick
from handlers.kit.links import Links
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from locales import LANGUAGES
from storage.queries import campaigns
from town.facts import NotFound
from town.text import clean

LINK = "@link"
"""Of a draft: where the town is joined."""

OURS = "ours"
"""The choice that takes our words."""


# -- a poster ----------------------------------------------------------------------------------------------------------


async def _ours(scene: Scene) -> tuple[str, str]:
    """Our headline and lines for a new poster: those of its round, or of the newest that is carried out."""
    listed = await campaigns.listed(scene.unit)
    wanted = [one for one in listed if one.id == scene.draft[CAMPAIGN]] or [one for one in listed if one.runs]
    return poster_words(wanted[0].round if wanted else 1, scene.draft["language"], scene.who.town)


async def _ask_place(scene: Scene) -> Screen:
    return Screen(poster_views.ask_place())


async def _type_place(scene: Scene, text: str) -> str:
    return clean(text, posting.MOST_PLACE)


async def _ask_language(scene: Scene) -> Screen:
    choices = [pick(scene, code, name) for code, name in LANGUAGES.items()]
    return Screen(poster_views.ask_language(), in_rows(choices, 2))


async def _tap_language(scene: Scene, value: str) -> str:
    if value not in LANGUAGES:
        raise NotFound(what="language")
    return value


async def _ask_headline(scene: Scene) -> Screen:
    headline, _lines = await _ours(scene)
    ours = pick(scene, OURS, poster_views.ours_label().unescape())
    return Screen(poster_views.ask_headline(headline), ((ours,),))


async def _type_headline(scene: Scene, text: str) -> str:
    return clean(text, posting.MOST_HEADLINE)


async def _ask_lines(scene: Scene) -> Screen:
    _headline, lines = await _ours(scene)
    ours = pick(scene, OURS, poster_views.ours_label().unescape())
    return Screen(poster_views.ask_lines(lines), ((ours,),))


async def _type_lines(scene: Scene, text: str) -> str:
    return posting.read_lines(text)


async def _tap_ours(scene: Scene, value: str) -> str:
    if value != OURS:
        raise NotFound(what="question")
    return ""


async def _make(scene: Scene) -> Screen:
    draft = scene.draft
    headline, lines = await _ours(scene)
    made = await posting.make(
        scene.unit,
        who=scene.who,
        campaign_id=draft[CAMPAIGN] or None,
        place=draft["place"],
        headline=draft["headline"] or clean(headline[: posting.MOST_HEADLINE], posting.MOST_HEADLINE),
        text=draft["lines"] or lines,
        language=draft["language"],
        now=scene.now,
    )
    return poster_views.made(made, draft[CAMPAIGN])


POSTER = Wizard(
    "poster",
    [
        Step("place", _ask_place, typed=_type_place),
        Step("language", _ask_language, tapped=_tap_language, free=False),
        Step("headline", _ask_headline, typed=_type_headline, tapped=_tap_ours),
        Step("lines", _ask_lines, typed=_type_lines, tapped=_tap_ours),
    ],
    _make,
)


# -- the press text ----------------------------------------------------------------------------------------------------


def _part(part: str) -> Step:
    """A part of the press text: written anew, or ours again."""

    async def ask(scene: Scene) -> Screen:
        of = await pressing.press(
            scene.unit, who=scene.who, campaign_id=scene.draft[CAMPAIGN], links=Links(), now=scene.now
        )
        of = replace(of, link=scene.draft.get(LINK))
        usual = pick(scene, OURS, press_views.usual(part).unescape())
        return Screen(press_views.ask(part, of, scene.who.town), ((usual,),) if part in of.said else ())

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, MOST[part], lines=part == pressing.LEAD)

    return Step(part, ask, typed=typed, tapped=_tap_ours)


async def _write(scene: Scene) -> Screen:
    part = next(part for part in PARTS if part in scene.draft)
    campaign_id = scene.draft[CAMPAIGN]
    await pressing.write(scene.unit, who=scene.who, campaign_id=campaign_id, part=part, text=scene.draft[part])
    return press_views.written(campaign_id)


PRESS = Wizard("press", [_part(part) for part in PARTS], _write)

WIZARDS = (POSTER, PRESS)
