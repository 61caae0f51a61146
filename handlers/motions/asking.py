"""The questions of the room: what somebody proposes, new words for an item, why one is declined."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from handlers.kit import reasons
from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.meetings.running import found
from handlers.motions import actions, ordering, running, views
from handlers.motions.actions import MOST_ABOUT, MOST_TITLE, MOTION, TOPIC
from handlers.motions.words import kind_name
from locales import _
from town.facts import NotFound
from town.text import clean

MEETING, ITEM = "@meeting", "@item"
"""Of a draft: the meeting something is proposed for; the item that is changed or declined."""

NOTHING = "nothing"


async def _ask_kind(scene: Scene) -> Screen:
    meeting = await found(scene.unit, scene.draft[MEETING])
    choices = [pick(scene, kind, kind_name(kind).unescape()) for kind in (MOTION, TOPIC)]
    return Screen(views.which_kind(meeting.title), in_rows(choices, 2))


async def _take_kind(scene: Scene, value: str) -> str:
    if value not in (MOTION, TOPIC):
        raise NotFound(what="question")
    return value


async def _ask_title(scene: Scene) -> Screen:
    kind = scene.draft.get("kind")
    if kind is None:
        kind = (await running.item(scene.unit, scene.draft[ITEM])).kind
    return Screen(views.what_title(motion=kind == MOTION))


async def _type_title(scene: Scene, text: str) -> str:
    return clean(text, MOST_TITLE)


async def _ask_about(scene: Scene) -> Screen:
    return Screen(views.what_about(), in_rows([pick(scene, NOTHING, _("Nothing to add").unescape())]))


async def _type_about(scene: Scene, text: str) -> str:
    return clean(text, MOST_ABOUT, lines=True)


async def _no_about(scene: Scene, value: str) -> str:
    return ""


async def _propose(scene: Scene) -> Screen:
    draft = scene.draft
    item = await actions.propose(
        scene.unit,
        who=scene.who,
        meeting_id=draft[MEETING],
        kind=draft["kind"],
        title=draft["title"],
        about=draft["about"],
        now=scene.now,
    )
    meeting = await found(scene.unit, item.meeting_id)
    return views.proposed(item, running.needed(meeting, scene.who.town))


def _words() -> list[Step]:
    return [
        Step("title", _ask_title, typed=_type_title),
        Step("about", _ask_about, typed=_type_about, tapped=_no_about, counted=True),
    ]


PROPOSE = Wizard("propose", [Step("kind", _ask_kind, tapped=_take_kind, free=False), *_words()], _propose)


async def begin_propose(event: Event, scene: Scene, meeting_id: int) -> Reply:
    """Ask what somebody proposes. Raises what `actions.may_propose` raises."""
    await actions.may_propose(scene.unit, who=scene.who, meeting_id=meeting_id, now=scene.now)
    return await PROPOSE.begin(event, scene, {MEETING: meeting_id})


async def _change(scene: Scene) -> Screen:
    draft = scene.draft
    item = await ordering.change(
        scene.unit,
        who=scene.who,
        item_id=draft[ITEM],
        title=draft.get("title"),
        explained=draft.get("about"),
        now=scene.now,
    )
    return views.changed(item)


CHANGE = Wizard("changeitem", _words(), _change)


async def begin_change(event: Event, scene: Scene, item_id: int, what: str) -> Reply:
    """Ask for new words, "title" or "about". Raises what `ordering.on_agenda` raises."""
    await ordering.on_agenda(scene.unit, who=scene.who, item_id=item_id, now=scene.now)
    return await CHANGE.begin_at(event, scene, what, {ITEM: item_id})


async def _ask_why(scene: Scene) -> Markup:
    item = await running.item(scene.unit, scene.draft[ITEM])
    return views.why_decline(item.title, item.name)


async def _decline(scene: Scene) -> Screen:
    draft: dict[str, Any] = scene.draft
    item = await ordering.decline(scene.unit, who=scene.who, item_id=draft[ITEM], reason=draft["reason"], now=scene.now)
    return views.declined(item)


DECLINE = Wizard("declineitem", [reasons.reason_step(_ask_why, lambda scene: reasons.DECLINE)], _decline)


async def begin_decline(event: Event, scene: Scene, item_id: int) -> Reply:
    """Ask why an item is declined, or taken off. Raises what `ordering.may_decline` raises."""
    await ordering.may_decline(scene.unit, who=scene.who, item_id=item_id, now=scene.now)
    return await DECLINE.begin_at(event, scene, "reason", {ITEM: item_id})
