"""A new message: what it says, whom it is for, and a last look at just what they get; and what cannot wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiogram.methods import TelegramMethod

from handlers.broadcasts import actions, asking, notices, steps, views
from handlers.broadcasts.approvers import enough_approvers
from handlers.broadcasts.entitled import must_address, must_warn, must_write
from handlers.broadcasts.sending import NewBroadcast
from handlers.broadcasts.telling import said
from handlers.kit.audience_steps import AudienceSteps
from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply, chat_of
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from locales import language
from storage.tables import BroadcastKind
from town.audience import TOWN, parse_chosen
from town.facts import NotFound
from town.reminders import after_quiet

SEND = "send"


def _is_urgent(scene: Scene) -> bool:
    return (scene.seat.state or "").startswith(f"{URGENT.name}:")


def new_in(scene: Scene) -> NewBroadcast:
    """The message that a draft describes."""
    draft, urgent = scene.draft, _is_urgent(scene)
    return NewBroadcast(
        kind=BroadcastKind.EMERGENCY if urgent else BroadcastKind.MESSAGE,
        topic="" if urgent else draft["topic"],
        audience=draft.get("audience", TOWN),
        language=steps.spoken(draft),
        text=draft["words"],
        texts=steps.texts_in(draft),
        picture_id=draft.get("photo") or None,
        due_at=steps.due_in(draft),
    )


async def _as_read(scene: Scene, event: Event) -> Sequence[TelegramMethod[Any]]:
    """The message itself, as its readers get it; its buttons only say that they are there."""
    new = new_in(scene)
    project = None if new.kind == BroadcastKind.EMERGENCY else await _project(scene, new)
    fields = await said(
        scene.unit,
        text=new.text,
        language=new.language,
        texts=new.texts,
        made_by=scene.who.me,
        project_id=project,
        picture_id=new.picture_id,
        topic=new.topic,
    )
    render = notices.emergency if new.kind == BroadcastKind.EMERGENCY else notices.message
    return [views.as_read(chat_of(event), render(fields, scene.who.town), fields["photo"])]


async def _project(scene: Scene, new: NewBroadcast) -> int | None:
    return await must_address(scene.unit, scene.who, parse_chosen(new.audience))


async def _ask_preview(scene: Scene) -> Screen:
    new, who = new_in(scene), scene.who
    made = await actions.preview(scene.unit, who=who, new=new, now=scene.now)
    starts = max(new.due_at or scene.now, scene.now)
    free = after_quiet(starts, who.town.tz, who.town.quiet_from, who.town.quiet_until)
    urgent = new.kind == BroadcastKind.EMERGENCY
    text = asking.confirm(
        made,
        parse_chosen(new.audience),
        topic=new.topic,
        due_at=new.due_at,
        held_until=free if free > starts and not urgent else None,
        languages=sorted(new.texts),
        zone=who.zone,
    )
    changes = [pick(scene, step, label) for step, label in asking.changes(urgent=urgent).items()]
    sends = [pick(scene, SEND, asking.send_it(asks=made.needed > 1))] if made.seen.hearing else []
    return Screen(text, (*in_rows(sends), *in_rows(changes, 2)))


async def _take_preview(scene: Scene, value: str) -> Any:
    if value == SEND:
        return True
    if value not in asking.changes(urgent=_is_urgent(scene)):
        raise NotFound(what="question")
    return GoTo(value)


async def _finish(scene: Scene) -> Screen:
    made = await actions.write(scene.unit, who=scene.who, new=new_in(scene), now=scene.now)
    seen = await actions.page(scene.unit, who=scene.who, broadcast_id=made, now=scene.now)
    return views.page(seen, scene.now, scene.who.zone)


_PREVIEW = Step("preview", _ask_preview, tapped=_take_preview, free=False, shows=_as_read)
_whom = AudienceSteps(steps.mine, lambda scene: str(scene.draft.get("topic", "")))
_whom_urgent = AudienceSteps(steps.mine, lambda scene: "", asked=lambda scene: False)

MESSAGE = Wizard("cast", [*steps.of_a_message(), *_whom.steps(), _PREVIEW], _finish)
URGENT = Wizard("urgent", [*steps.of_an_emergency(), *_whom_urgent.steps(), _PREVIEW], _finish)


def _given(words: str) -> dict[str, Any]:
    """What is known of a message whose words came with the command."""
    if not words:
        return {}
    return {"words": steps.read_words(words), steps.GIVEN: True, steps.SPOKEN: language()}


async def begin(event: Event, scene: Scene, words: str = "") -> Reply:
    """Ask for a message; `words` came with the command. Raises NotAllowed, TextTooLong."""
    await must_write(scene.unit, scene.who)
    return await MESSAGE.begin(event, scene, _given(words), afresh=bool(words))


async def begin_urgent(event: Event, scene: Scene, words: str = "") -> Reply:
    """Ask for what cannot wait; it is for everybody, unless that is changed.

    Raises NotAllowed, NoApprover (before anybody has written a word in vain), TextTooLong.
    """
    await must_warn(scene.unit, scene.who)
    await enough_approvers(scene.unit, by=scene.who.me, needed=scene.who.town.emergency_approvers)
    return await URGENT.begin(event, scene, _given(words), afresh=bool(words))
