"""Running a poll: giving it more time, and calling it off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import id_in, pick
from handlers.kit.poll_words import question_in
from handlers.kit.reasons import POLL_OFF, in_words, reason_step
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.polls import actions, asking, running_views
from handlers.polls.moments import read_close
from town.facts import MustBeLater, NotFound

POLL, YES = "@poll", "yes"
"""Of a draft: the poll; and the answer to the last question."""

LONGER = (1440, 3 * 1440, 7 * 1440)


# -- more time ---------------------------------------------------------------------------------------------------------


async def _until(scene: Scene) -> datetime:
    poll = await actions.may_close_later(scene.unit, who=scene.who, poll_id=scene.draft[POLL], now=scene.now)
    return poll.closes_at or scene.now


async def _ask_later(scene: Scene) -> Screen:
    choices = [pick(scene, str(minutes), asking.longer_label(minutes)) for minutes in LONGER]
    return Screen(asking.later(await _until(scene), scene.who.zone), in_rows(choices))


async def _type_later(scene: Scene, text: str) -> Any:
    found, until = read_close(text, scene.who, scene.now), await _until(scene)
    closes_at = found if isinstance(found, datetime) else until + timedelta(minutes=found)
    if closes_at <= until:
        raise MustBeLater(since=until)
    return closes_at.isoformat()


async def _take_later(scene: Scene, value: str) -> Any:
    minutes = id_in(value, "question")
    if minutes not in LONGER:
        raise NotFound(what="question")
    return (await _until(scene) + timedelta(minutes=minutes)).isoformat()


async def _give_time(scene: Scene) -> Screen:
    closes_at = datetime.fromisoformat(scene.draft["later"])
    poll = await actions.close_later(
        scene.unit, who=scene.who, poll_id=scene.draft[POLL], closes_at=closes_at, now=scene.now
    )
    return running_views.later(poll, scene.who.zone)


LATER = Wizard(
    "polllater", [Step("later", _ask_later, typed=_type_later, tapped=_take_later, counted=True)], _give_time
)


async def begin_later(event: Event, scene: Scene, poll_id: int) -> Reply:
    """Ask for the new end of a poll. Raises NotFound, NotAllowed, PollOver."""
    await actions.may_close_later(scene.unit, who=scene.who, poll_id=poll_id, now=scene.now)
    return await LATER.begin(event, scene, {POLL: poll_id}, afresh=True)


# -- calling it off ----------------------------------------------------------------------------------------------------


async def _ask_why(scene: Scene) -> Markup:
    poll = await actions.may_call_off(scene.unit, who=scene.who, poll_id=scene.draft[POLL], now=scene.now)
    return asking.why_off(question_in(poll))


async def _sure(scene: Scene) -> Screen:
    poll = await actions.may_call_off(scene.unit, who=scene.who, poll_id=scene.draft[POLL], now=scene.now)
    reason = in_words(scene.draft["reason"])
    text = asking.sure_off(question_in(poll), reason, opened=poll.opened_at is not None)
    return Screen(text, ((pick(scene, YES, asking.off_label()),),))


async def _yes(scene: Scene, value: str) -> Any:
    if value != YES:
        raise NotFound(what="question")
    return True


async def _call_off(scene: Scene) -> Screen:
    draft = scene.draft
    poll = await actions.call_off(scene.unit, who=scene.who, poll_id=draft[POLL], reason=draft["reason"], now=scene.now)
    return running_views.called_off(poll)


OFF = Wizard(
    "polloff",
    [reason_step(_ask_why, lambda scene: POLL_OFF), Step("sure", _sure, tapped=_yes, free=False)],
    _call_off,
)


async def begin_off(event: Event, scene: Scene, poll_id: int) -> Reply:
    """Ask why a poll is called off. Raises NotFound, NotAllowed, PollOver, AskedElsewhere."""
    await actions.may_call_off(scene.unit, who=scene.who, poll_id=poll_id, now=scene.now)
    return await OFF.begin(event, scene, {POLL: poll_id}, afresh=True)
