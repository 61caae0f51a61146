"""Questions that ask for a name: a teller to be named, and whose vote is on paper."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import id_in, pages, turned
from handlers.kit.people import TYPED, look_for, those_found, told_apart
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.tellers import actions, paper_views, views
from handlers.tellers.hand import take_in_hand
from handlers.tellers.paper_views import Reading

POLL = "@poll"
"""Of a draft: the poll."""


async def _search(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


# -- naming a teller ---------------------------------------------------------------------------------------------------


async def _ask_teller(scene: Scene) -> Screen:
    poll = await actions.to_name(scene.unit, who=scene.who, poll_id=scene.draft[POLL])
    if TYPED not in scene.draft:
        return Screen(views.ask_teller(poll))
    found = await those_found(scene)
    return Screen(views.found_people(scene.draft[TYPED], found), pages(scene, told_apart(found)))


async def _take_teller(scene: Scene, value: str) -> Any:
    return turned(scene, value) or id_in(value, "resident")


async def _name(scene: Scene) -> Screen:
    person = await actions.name_teller(
        scene.unit, who=scene.who, poll_id=scene.draft[POLL], resident_id=scene.draft["person"], now=scene.now
    )
    return views.named(await actions.to_name(scene.unit, who=scene.who, poll_id=scene.draft[POLL]), person)


NAMING = Wizard("teller", [Step("person", _ask_teller, typed=_search, tapped=_take_teller, free=False)], _name)


# -- whose vote it is --------------------------------------------------------------------------------------------------


async def _ask_voter(scene: Scene) -> Screen:
    poll = await actions.must_tell(scene.unit, scene.who, scene.draft[POLL])
    if TYPED not in scene.draft:
        return Screen(views.ask_voter(poll))
    found = await those_found(scene)
    return Screen(views.found_people(scene.draft[TYPED], found), pages(scene, told_apart(found)))


async def _take_voter(scene: Scene, value: str) -> Any:
    if (stay := turned(scene, value)) is not None:
        return stay
    _poll, found = await actions.voter(
        scene.unit, who=scene.who, poll_id=scene.draft[POLL], voter_id=id_in(value, "resident"), now=scene.now
    )
    return found.id


async def _go_on(scene: Scene) -> Any:
    """In a secret poll the name is ticked off; in an open one their paper is read."""
    poll_id, voter_id = scene.draft[POLL], scene.draft["person"]
    poll, found = await actions.voter(scene.unit, who=scene.who, poll_id=poll_id, voter_id=voter_id, now=scene.now)
    if poll.secret:
        await actions.tick_name(scene.unit, who=scene.who, poll_id=poll_id, voter_id=voter_id, now=scene.now)
        return views.ticked(poll, found.name)
    reading = Reading(poll, found.id, found.name)

    def read(event: Event) -> Reply:
        take_in_hand(scene.seat, reading)
        return show(event, paper_views.mark(reading))

    return read


FINDING = Wizard("papername", [Step("person", _ask_voter, typed=_search, tapped=_take_voter, free=False)], _go_on)
