"""The questions about a meeting: asked of a new one, and one at a time of one that changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from handlers.desk import shift_steps
from handlers.desk.shift_steps import FARTHEST
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import RETURN, GoTo, Scene, Step
from handlers.meetings import actions, words
from handlers.meetings import question_words as say
from locales import language
from locales.words import vocabulary
from storage.queries import audiences, roles
from town.audience import PROJECT, TOWN, parse
from town.dates import parse_when
from town.facts import BadDate, BadDates, NobodyThere, NotFound
from town.meetings import (
    ABOUT_MOST,
    LONGEST,
    MOST_DATES,
    PLACE_MOST,
    TITLE_MOST,
    read_link,
)
from town.polls import read_quorum
from town.text import clean
from town.week import at_local, local, week_of

When = Callable[[Scene], bool]

NONE, MYSELF = "none", "me"
QUORUMS = (0, 25, 50)


def always(scene: Scene) -> bool:
    return True


def title(asked: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(say.title())

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, TITLE_MOST)

    return Step("title", ask, typed=typed, when=asked)


def about(asked: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(say.about(), ((pick(scene, NONE, say.nothing()),),))

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, ABOUT_MOST, lines=True)

    async def tapped(scene: Scene, value: str) -> Any:
        return ""

    return Step("about", ask, typed=typed, tapped=tapped, when=asked)


def dates_in(scene: Scene, text: str) -> list[datetime]:
    """The dates that somebody wrote, one a line, in their order of time. Raises BadDate, DateInPast or BadDates."""
    given = [line for line in re.split(r"[\n;]", text) if line.strip()]
    if len(given) > MOST_DATES:
        raise BadDates(most=MOST_DATES)
    wall = local(scene.now, scene.who.zone).replace(tzinfo=None)
    found = set()
    for line in given or [text]:
        at = parse_when(line, vocabulary=vocabulary(language()), now_local=wall)
        if at > wall + FARTHEST:
            raise BadDate(given=line)
        found.add(at_local(at.date(), at.time(), scene.who.zone))
    if len(found) != max(1, len(given)):
        raise BadDates(most=MOST_DATES)
    return sorted(found)


def when(asked: When = always, *, one: bool = False) -> Step:
    """Instants (ISO): one, or those of a date poll. From the last look, the length is asked for after it."""

    async def ask(scene: Scene) -> Screen:
        return Screen(say.when(one=one))

    async def typed(scene: Scene, text: str) -> Any:
        found = [date.isoformat() for date in dates_in(scene, text)]
        if one and len(found) > 1:
            raise BadDate(given=text)
        scene.draft["when"] = found
        return GoTo("length", come_back=False) if RETURN in scene.draft else found

    return Step("when", ask, typed=typed, when=asked)


def length(asked: When = always) -> Step:
    return shift_steps.length(asked, question=say.length, longest=lambda scene: LONGEST)


def place(asked: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(say.place(), ((pick(scene, NONE, say.online_only()),),))

    async def typed(scene: Scene, text: str) -> Any:
        return _then_link(scene, clean(text, PLACE_MOST))

    async def tapped(scene: Scene, value: str) -> Any:
        return _then_link(scene, "")

    return Step("place", ask, typed=typed, tapped=tapped, when=asked)


def _then_link(scene: Scene, where: str) -> Any:
    scene.draft["place"] = where
    return GoTo("link", come_back=False) if RETURN in scene.draft else where


def link(asked: When = always, *, may_lack: When | None = None) -> Step:
    """A link; none at all only where there is a place to go to."""

    def lacks(scene: Scene) -> bool:
        return may_lack(scene) if may_lack is not None else bool(scene.draft.get("place"))

    async def ask(scene: Scene) -> Screen:
        return Screen(say.link(), ((pick(scene, NONE, say.no_link()),),) if lacks(scene) else ())

    async def typed(scene: Scene, text: str) -> Any:
        return read_link(text)

    async def tapped(scene: Scene, value: str) -> Any:
        if not lacks(scene):
            raise NotFound(what="question")
        return ""

    return Step("link", ask, typed=typed, tapped=tapped, when=asked)


# -- who is invited ----------------------------------------------------------------------------------------------------


async def project_of(scene: Scene, audience: str) -> tuple[int | None, str]:
    """The project that an audience takes part in, and its name."""
    for one, project_id, name in await actions.callable_audiences(scene.unit, who=scene.who, now=scene.now):
        if one == audience:
            return project_id, name
    raise NotFound(what="question")


async def how_many(scene: Scene, audience: str, *, benefits: bool) -> int:
    """How many people would be invited now."""
    without = await _without_benefits(scene) if benefits else []
    return await audiences.count(scene.unit, parse(audience), now=scene.now, without=without)


async def _without_benefits(scene: Scene) -> list[int]:
    week = week_of(scene.now, scene.who.zone)
    return await audiences.without_benefits(scene.unit, week, scene.who.town)


def whom() -> Step:
    async def ask(scene: Scene) -> Screen:
        known = await actions.callable_audiences(scene.unit, who=scene.who, now=scene.now)
        listed = [(name or words.audience(audience).unescape(), audience) for audience, _id, name in known]
        return Screen(say.whom(), pages(scene, listed))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        await project_of(scene, value)
        if not await how_many(scene, value, benefits=False):
            raise NobodyThere
        scene.draft |= {"whom": value, "benefits": False}
        return GoTo("benefits", come_back=False) if RETURN in scene.draft and _many_kinds(scene) else value

    return Step("whom", ask, tapped=tapped, free=False)


def _many_kinds(scene: Scene) -> bool:
    """Whether some of those who are invited may be without the benefits, and it makes sense to leave them out."""
    return parse(scene.draft.get("whom", TOWN)).kind in (TOWN, PROJECT)


def benefits() -> Step:
    async def ask(scene: Scene) -> Screen:
        counts = [await how_many(scene, scene.draft["whom"], benefits=only) for only in (False, True)]
        choices = [pick(scene, value, label) for value, label in say.benefits_labels().items()]
        return Screen(say.benefits(*counts), in_rows(choices))

    async def tapped(scene: Scene, value: str) -> Any:
        if value == "some" and not await how_many(scene, scene.draft["whom"], benefits=True):
            raise NobodyThere
        return value == "some"

    return Step("benefits", ask, tapped=tapped, free=False, when=_many_kinds)


# -- quorum and secretary ----------------------------------------------------------------------------------------------


def quorum(asked: When = always) -> Step:
    """[share, whether it counts people]."""

    async def ask(scene: Scene) -> Screen:
        choices = [pick(scene, str(share), say.quorum_label(share)) for share in QUORUMS]
        return Screen(say.quorum(), in_rows(choices))

    async def typed(scene: Scene, text: str) -> Any:
        return [*read_quorum(text)]

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in {str(share) for share in QUORUMS}:
            raise NotFound(what="question")
        return [int(value), False]

    return Step("quorum", ask, typed=typed, tapped=tapped, counted=True, when=asked)


def secretary(asked: When = always) -> Step:
    """Somebody's id."""

    async def ask(scene: Scene) -> Screen:
        people, typed = await those_found(scene), scene.draft.get(TYPED)
        also = [pick(scene, MYSELF, say.myself())]
        text = say.secretary() if typed is None else found_line(typed, people)
        return Screen(text, pages(scene, told_apart(people), also=also))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        chosen = scene.who.me if value == MYSELF else id_in(value, "resident")
        if await roles.resident(scene.unit, chosen) is None:
            raise NotFound(what="resident")
        scene.draft.pop(TYPED, None)
        return chosen

    async def typed(scene: Scene, text: str) -> Any:
        return look_for(scene, text)

    return Step("secretary", ask, typed=typed, tapped=tapped, counted=True, when=asked)
