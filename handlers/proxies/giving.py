"""The questions of giving a proxy: in which poll, to whom, and a last look."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.people import TYPED, look_for, those_found, told_apart
from handlers.kit.poll_words import question_in
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.proxies import actions, views
from storage.queries.polls import PollRow
from town.facts import NotFound

EVERY = "every"
"""The answer that stands for all polls; of a draft, its poll is 0."""
YES = "yes"
ONLY = "@only"
"""Of a draft: the poll is known, and not asked for."""


async def begin(event: Event, scene: Scene, poll_id: int) -> Reply:
    """Ask to whom, and in which poll where `poll_id` is 0. Raises what `actions.check_poll` raises."""
    if not poll_id:
        await actions.polls_to_give(scene.unit, who=scene.who, now=scene.now)
        return await GIVING.begin(event, scene, afresh=True)
    poll = await actions.check_poll(scene.unit, who=scene.who, poll_id=poll_id, now=scene.now)
    return await GIVING.begin(event, scene, {ONLY: poll.id, "poll": poll.id}, afresh=True)


async def _ask_scope(scene: Scene) -> Screen:
    waiting = await actions.polls_to_give(scene.unit, who=scene.who, now=scene.now)
    choices = [(question_in(poll), str(poll.id)) for poll in waiting]
    return Screen(views.ask_scope(waiting), pages(scene, choices, also=[pick(scene, EVERY, views.every_poll())]))


async def _take_scope(scene: Scene, value: str) -> Any:
    if value == EVERY:
        return 0
    return (
        turned(scene, value)
        or (await actions.check_poll(scene.unit, who=scene.who, poll_id=id_in(value, "poll"), now=scene.now)).id
    )


async def _poll(scene: Scene) -> PollRow | None:
    poll_id = scene.draft["poll"]
    if not poll_id:
        return None
    return await actions.check_poll(scene.unit, who=scene.who, poll_id=poll_id, now=scene.now)


async def _ask_holder(scene: Scene) -> Screen:
    poll, typed = await _poll(scene), scene.draft.get(TYPED)
    if typed is None:
        return Screen(views.ask_holder(poll))
    people = await those_found(scene, but={scene.who.me})
    return Screen(views.found_holders(typed, people), pages(scene, told_apart(people)))


async def _search(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


async def _take_holder(scene: Scene, value: str) -> Any:
    if (stay := turned(scene, value)) is not None:
        return stay
    poll = await _poll(scene)
    found = await actions.check_holder(scene.unit, who=scene.who, holder_id=id_in(value, "resident"), poll=poll)
    return found.id


async def _sure(scene: Scene) -> Screen:
    poll = await _poll(scene)
    person = await actions.check_holder(scene.unit, who=scene.who, holder_id=scene.draft["holder"], poll=poll)
    return Screen(views.sure(person, poll, scene.who.town), ((pick(scene, YES, views.sure_label()),),))


async def _yes(scene: Scene, value: str) -> Any:
    if value != YES:
        raise NotFound(what="question")
    return True


async def _give(scene: Scene) -> Screen:
    draft = scene.draft
    found = await actions.give(
        scene.unit, who=scene.who, holder_id=draft["holder"], poll_id=draft["poll"] or None, now=scene.now
    )
    return views.given(found)


GIVING = Wizard(
    "proxy",
    [
        Step("poll", _ask_scope, tapped=_take_scope, free=False, when=lambda scene: ONLY not in scene.draft),
        Step("holder", _ask_holder, typed=_search, tapped=_take_holder, free=False),
        Step("sure", _sure, tapped=_yes, free=False),
    ],
    _give,
)
