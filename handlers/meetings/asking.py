"""Calling a meeting, and changing one or calling it off: the questions in order, and a last look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from handlers.meetings import actions, steering, steps, views
from handlers.meetings import question_words as say
from handlers.meetings.calling import NewMeeting
from handlers.meetings.running import found
from storage.queries import guests, roles
from town.facts import DateInPast, NotFound
from town.text import clean

MEETING, WHAT = "@meeting", "@what"
"""Of a draft: the meeting, and what of it changes."""

YES = "yes"
MOST_REASON = 200


# -- a new one ---------------------------------------------------------------------------------------------------------


def _dates(draft: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in draft["when"]]


async def _look(scene: Scene) -> Screen:
    draft, dates = scene.draft, _dates(scene.draft)
    _project_id, project = await steps.project_of(scene, draft["whom"])
    many = await steps.how_many(scene, draft["whom"], benefits=bool(draft.get("benefits")))
    writer = await roles.resident(scene.unit, draft["secretary"])
    names = {"secretary": writer.name if writer is not None else "–", "count": say.invited(many)}
    text = say.look(draft, dates, project, names, scene.who.zone)
    changes = [pick(scene, step, label) for step, label in say.look_choices().items()]
    return Screen(text, ((pick(scene, YES, say.send(poll=len(dates) > 1)),), *in_rows(changes, 2)))


async def _chosen(scene: Scene, value: str) -> Any:
    if value == YES:
        for date in _dates(scene.draft):
            if date <= scene.now:  # the draft has waited for too long
                raise DateInPast(given=date.astimezone(scene.who.zone).strftime("%d/%m %H:%M"))
        return True
    if value not in say.look_choices():
        raise NotFound(what="question")
    return GoTo(value)


async def _call(scene: Scene) -> Screen:
    draft, dates = scene.draft, _dates(scene.draft)
    project_id, _name = await steps.project_of(scene, draft["whom"])
    new = NewMeeting(
        title=draft["title"],
        audience=draft["whom"],
        length=draft["length"],
        starts_at=dates[0] if len(dates) == 1 else None,
        dates=tuple(dates) if len(dates) > 1 else (),
        about=draft["about"],
        place=draft["place"],
        link=draft["link"],
        benefits_only=bool(draft.get("benefits")),
        quorum=draft["quorum"][0],
        quorum_people=draft["quorum"][1],
        project_id=project_id,
        secretary_id=draft["secretary"],
    )
    meeting = await actions.call(scene.unit, who=scene.who, new=new, now=scene.now)
    page = await actions.page(scene.unit, who=scene.who, meeting_id=meeting.id, now=scene.now)
    return views.called(page, scene.who.zone)


NEW = Wizard(
    "newmeeting",
    [
        steps.title(),
        steps.about(),
        steps.when(),
        steps.length(),
        steps.place(),
        steps.link(),
        steps.whom(),
        steps.benefits(),
        steps.quorum(),
        steps.secretary(),
        Step("look", _look, tapped=_chosen, free=False),
    ],
    _call,
)


async def begin(event: Event, scene: Scene) -> Reply:
    """Ask what meeting is called. Raises NotAllowed."""
    await actions.callable_audiences(scene.unit, who=scene.who, now=scene.now)
    return await NEW.begin(event, scene)


# -- a change ----------------------------------------------------------------------------------------------------------

COLUMN = {"when": "starts_at", "secretary": "secretary_id"}
"""The column of a meeting that a step is about, where it has another name."""


def _only(what: str) -> steps.When:
    return lambda scene: scene.draft.get(WHAT) == what


def _value(draft: dict[str, Any]) -> Any:
    given = draft[draft[WHAT]]
    return datetime.fromisoformat(given[0]) if draft[WHAT] == "when" else given


async def _sure(scene: Scene) -> Screen:
    draft = scene.draft
    meeting = await found(scene.unit, draft[MEETING])
    numbers = await guests.numbers(scene.unit, meeting.id)
    hear = meeting.invited - numbers.no if meeting.starts_at is not None or draft[WHAT] == "when" else 0
    text = say.sure_to_change(meeting, draft[WHAT], _value(draft), max(0, hear), scene.who.zone)
    return Screen(text, ((pick(scene, YES, say.change_it()),),))


async def _yes(scene: Scene, value: str) -> Any:
    if value != YES:
        raise NotFound(what="question")
    return True


async def _change(scene: Scene) -> Screen:
    draft, unit, who, now = scene.draft, scene.unit, scene.who, scene.now
    meeting_id: int = draft[MEETING]
    what, value = draft[WHAT], _value(draft)
    given = {"quorum": value[0], "quorum_people": value[1]} if what == "quorum" else {COLUMN.get(what, what): value}
    _meeting, told = await steering.change(unit, who=who, meeting_id=meeting_id, now=now, **given)
    page = await actions.page(unit, who=who, meeting_id=meeting_id, now=now)
    return views.changed(page, told, who.zone)


CHANGE = Wizard(
    "changemeeting",
    [
        steps.title(_only("title")),
        steps.about(_only("about")),
        steps.when(_only("when"), one=True),
        steps.length(_only("length")),
        steps.place(_only("place")),
        steps.link(_only("link"), may_lack=steps.always),
        steps.quorum(_only("quorum")),
        steps.secretary(_only("secretary")),
        Step(
            "sure",
            _sure,
            tapped=_yes,
            free=False,
            when=lambda scene: scene.draft.get(WHAT) in ("when", "length", "place", "link"),
        ),
    ],
    _change,
)


async def begin_change(event: Event, scene: Scene, meeting_id: int, what: str) -> Reply:
    """Ask for the one thing that changes. Raises what `steering.may_change` raises."""
    await steering.may_change(scene.unit, who=scene.who, meeting_id=meeting_id, now=scene.now)
    return await CHANGE.begin(event, scene, {MEETING: meeting_id, WHAT: what}, afresh=True)


# -- calling it off ----------------------------------------------------------------------------------------------------


async def _ask_reason(scene: Scene) -> Screen:
    return Screen(say.reason(await found(scene.unit, scene.draft[MEETING])))


async def _take_reason(scene: Scene, text: str) -> Any:
    return clean(text, MOST_REASON)


async def _sure_off(scene: Scene) -> Screen:
    meeting = await found(scene.unit, scene.draft[MEETING])
    text = say.sure_off(meeting, scene.draft["reason"], meeting.invited)
    return Screen(text, ((pick(scene, YES, say.call_it_off()),),))


async def _off(scene: Scene) -> Screen:
    meeting, told = await steering.call_off(
        scene.unit, who=scene.who, meeting_id=scene.draft[MEETING], reason=scene.draft["reason"], now=scene.now
    )
    return views.called_off(meeting, told)


OFF = Wizard(
    "offmeeting",
    [
        Step("reason", _ask_reason, typed=_take_reason),
        Step("sure", _sure_off, tapped=_yes, free=False),
    ],
    _off,
)


async def begin_off(event: Event, scene: Scene, meeting_id: int) -> Reply:
    """Ask why a meeting is called off. Raises what `steering.may_change` raises."""
    await steering.may_change(scene.unit, who=scene.who, meeting_id=meeting_id, now=scene.now)
    return await OFF.begin(event, scene, {MEETING: meeting_id}, afresh=True)
