"""The questions of a recall: why, and a last look at whom it is told to."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import pick
from handlers.kit.goods_words import RECALL
from handlers.kit.reasons import reason_step
from handlers.kit.screens import Screen
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.recalls import actions, views
from handlers.stock.actions import theirs
from storage.queries import recalls
from town.facts import NotFound

BATCH, YES = "@batch", "yes"
"""Of a draft: the batch; and the answer to the last question."""


async def _ask_why(scene: Scene) -> Markup:
    return views.ask_why(await theirs(scene.unit, who=scene.who, batch_id=scene.draft[BATCH]))


async def _sure(scene: Scene) -> Screen:
    batch = await theirs(scene.unit, who=scene.who, batch_id=scene.draft[BATCH])
    concerned = await recalls.concerned(scene.unit, batch.id)
    sold = await recalls.customers(scene.unit, batch.id)
    text = views.sure(batch, scene.draft["reason"], concerned, sold)
    return Screen(text, ((pick(scene, YES, views.recall_now()),),))


async def _taken(scene: Scene, value: str) -> Any:
    if value != YES:
        raise NotFound(what="question")
    return True


async def _recall(scene: Scene) -> Screen:
    draft = scene.draft
    found = await actions.recall(
        scene.unit, who=scene.who, batch_id=draft[BATCH], reason=draft["reason"], now=scene.now
    )
    return views.done(found, scene.who.zone)


RECALLING = Wizard(
    "recall",
    [reason_step(_ask_why, lambda scene: RECALL), Step("sure", _sure, tapped=_taken, free=False)],
    _recall,
)
