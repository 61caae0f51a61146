"""The questions of a call for hands: whom, and a last look at what they get, with a line of one's own if need be."""

from __future__ import annotations

from typing import Any

from handlers.kit.audience_steps import AUDIENCE, SO_FAR, AudienceSteps
from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import STEP, GoTo, Scene, Stay, Step, Wizard
from handlers.tasks import actions, views
from handlers.tasks.whom import Whom, usual, who_can_come
from locales import language
from storage.queries import skills
from town.audience import Chosen, parse_chosen
from town.facts import NobodyHears, NotFound
from town.text import clean
from town.topics import SHIFTS

SHIFT, HANDS, LINE, LOOK = "@shift", "hands", "line", "look"
"""Of a draft: the shift; whom ("choose": an audience of the caller's own), the caller's line, the last look."""

CHOOSE, SEND, WITHOUT = "choose", "send", "without"


async def _chosen(scene: Scene) -> Chosen:
    """Whom the draft means: those of them who could come."""
    shift_id, hands = scene.draft[SHIFT], scene.draft[HANDS]
    if hands == CHOOSE:
        return who_can_come(parse_chosen(scene.draft[AUDIENCE]), shift_id)
    shift = await actions.to_call_for(scene.unit, who=scene.who, shift_id=shift_id, now=scene.now)
    chosen = usual(shift, await skills.of_shift(scene.unit, shift_id)).get(Whom(hands))
    if chosen is None:  # the shift asked for a skill, and does not any more
        raise NobodyHears(muted=0)
    return chosen


async def _ask_hands(scene: Scene) -> Screen:
    who, unit = scene.who, scene.unit
    shift = await actions.to_call_for(unit, who=who, shift_id=scene.draft[SHIFT], now=scene.now)
    ways = await actions.ways(unit, who=who, shift=shift, now=scene.now)
    labels = [*((whom.value, views.whom_label(whom)) for whom in ways), (CHOOSE, views.choose_label())]
    return Screen(views.whom(shift, ways, who.zone), in_rows([pick(scene, value, label) for value, label in labels]))


async def _take_hands(scene: Scene, value: str) -> Any:
    if value not in (*Whom, CHOOSE):
        raise NotFound(what="question")
    scene.draft.pop(SO_FAR, None)
    return value


async def _ask_line(scene: Scene) -> Screen:
    ways = [pick(scene, WITHOUT, views.without_line())] if scene.draft.get(LINE) else []
    return Screen(views.line(), in_rows(ways))


async def _type_line(scene: Scene, text: str) -> Any:
    return clean(text, actions.MOST_LINE)


async def _take_line(scene: Scene, value: str) -> Any:
    if value != WITHOUT:
        raise NotFound(what="question")
    return ""


async def _look(scene: Scene) -> Screen:
    who = scene.who
    found = await actions.draft(
        scene.unit,
        who=who,
        shift_id=scene.draft[SHIFT],
        chosen=await _chosen(scene),
        line=scene.draft.get(LINE, ""),
        language=language(),
        now=scene.now,
    )
    send = [pick(scene, SEND, views.send_label())] if found.way.seen.hearing else []
    add = pick(scene, LINE, views.line_label(bool(scene.draft.get(LINE))))
    return Screen(views.preview(found, who.town), in_rows([*send, add]))


async def _take_look(scene: Scene, value: str) -> Any:
    if value == LINE:
        return GoTo(LINE)
    return True if value == SEND else Stay()


async def _call(scene: Scene) -> Screen:
    called = await actions.call(
        scene.unit,
        who=scene.who,
        shift_id=scene.draft[SHIFT],
        chosen=await _chosen(scene),
        line=scene.draft.get(LINE, ""),
        language=language(),
        now=scene.now,
    )
    return views.called(called, scene.who.zone)


async def _anybody(scene: Scene) -> None:
    """For a shift of their own project a coordinator may ask anybody."""


_OWN = AudienceSteps(_anybody, lambda scene: SHIFTS, asked=lambda scene: scene.draft.get(HANDS) == CHOOSE)
CALLING = Wizard(
    "call",
    [
        Step(HANDS, _ask_hands, tapped=_take_hands, free=False),
        *_OWN.steps(),
        Step(LINE, _ask_line, typed=_type_line, tapped=_take_line, when=lambda scene: scene.draft.get(STEP) == LINE),
        Step(LOOK, _look, tapped=_take_look, free=False),
    ],
    _call,
)


async def begin(event: Event, scene: Scene, shift_id: int) -> Reply:
    """Ask whom to call for a shift; where people are being called already, say how that stands.

    Raises NotAllowed, NotFound, ShiftCancelled, ShiftStarted or ShiftFull.
    """
    shift = await actions.to_call_for(scene.unit, who=scene.who, shift_id=shift_id, now=scene.now)
    already = await actions.going_on(scene.unit, shift)
    if already is not None:
        return show(event, views.called(already, scene.who.zone))
    return await CALLING.begin(event, scene, {SHIFT: shift_id}, afresh=True)
