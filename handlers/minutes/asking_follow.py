"""The questions of follow-ups: what, who and until when; what became of it; and the shift that is made of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from handlers.desk import asking as of_shifts
from handlers.desk import shift_steps
from handlers.desk.last_look import answers, chosen, preview
from handlers.desk.shift_steps import FROM
from handlers.desk.skill_step import kinds, needed_skills
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.meetings import running
from handlers.minutes import assigning, following, registry_views
from handlers.minutes.assigning import MOST_WHAT
from handlers.roles.actions import duties_of
from locales import _, language
from locales.words import vocabulary
from storage.queries import decisions, follow_ups, roles
from storage.queries.follow_ups import FollowUpRow
from town.dates import parse_day
from town.facts import BadDate, NotFound
from town.shifts import TITLE_MOST
from town.text import clean
from town.week import local

MEETING, ITEM, DECISION, FOLLOW = "@meeting", "@item", "@decision", "@follow"
"""Of a draft: what it is about."""

DAYS_AHEAD = 60
NOBODY, MYSELF, NEVER, NOTHING, PUBLISH = "0", "me", "none", "none", "publish"


async def _one(scene: Scene) -> FollowUpRow:
    one = await follow_ups.get(scene.unit, scene.draft[FOLLOW])
    if one is None:
        raise NotFound(what="follow-up")
    return one


# -- a new one ---------------------------------------------------------------------------------------------------------


async def _ask_what(scene: Scene) -> Screen:
    if scene.draft.get(DECISION):
        found = await decisions.get(scene.unit, scene.draft[DECISION])
        return Screen(registry_views.ask_what("" if found is None else found.title))
    return Screen(registry_views.ask_what((await running.found(scene.unit, scene.draft[MEETING])).title))


async def _type_what(scene: Scene, text: str) -> str:
    return clean(text, MOST_WHAT)


def _owner(*, nobody: bool) -> Step:
    """Whose it is: somebody by name, oneself, or nobody yet."""

    async def ask(scene: Scene) -> Screen:
        ours = [pick(scene, MYSELF, _("I do it myself").unescape())]
        ours += [pick(scene, NOBODY, _("Nobody yet").unescape())] if nobody else []
        if scene.draft.get(TYPED) is None:
            return Screen(registry_views.ask_owner(), in_rows(ours, 2))
        people = await those_found(scene, but=(scene.who.me,))
        return Screen(found_line(scene.draft[TYPED], people), pages(scene, told_apart(people), also=ours, size=4))

    async def typed(scene: Scene, text: str) -> Any:
        return look_for(scene, text)

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        if value == MYSELF:
            return scene.who.me
        chosen = id_in(value, "resident")
        if chosen == int(NOBODY) and nobody:
            return 0
        if await roles.resident(scene.unit, chosen) is None:
            raise NotFound(what="resident")
        return chosen

    return Step("owner", ask, typed=typed, tapped=tapped, counted=True)


def _due(*, never: bool) -> Step:
    """Until when: a day that is chosen or typed, or no day at all."""

    async def ask(scene: Scene) -> Screen:
        today = local(scene.now, scene.who.zone).date()
        days = [today + timedelta(days=ahead) for ahead in range(1, DAYS_AHEAD)]
        entries = [(of_shifts.day_label(day, today), day.isoformat()) for day in days]
        also = [pick(scene, NEVER, _("No date").unescape())] if never else []
        return Screen(registry_views.ask_due(), pages(scene, entries, also=also))

    async def typed(scene: Scene, text: str) -> Any:
        wall = local(scene.now, scene.who.zone).replace(tzinfo=None)
        return _checked(scene, parse_day(text, vocabulary=vocabulary(language()), now_local=wall))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        if value == NEVER and never:
            return ""
        try:
            return _checked(scene, date.fromisoformat(value))
        except ValueError:
            raise BadDate(given=value) from None

    return Step("due", ask, typed=typed, tapped=tapped)


def _checked(scene: Scene, day: date) -> str:
    return assigning.check_day(day, town=scene.who.town, now=scene.now).isoformat()


async def _make(scene: Scene) -> Screen:
    draft, unit, who = scene.draft, scene.unit, scene.who
    follow_id = await assigning.make(
        unit,
        who=who,
        meeting_id=draft[MEETING],
        item_id=draft[ITEM] or None,
        decision_id=draft.get(DECISION) or None,
        text=draft["what"],
        owner_id=draft["owner"] or None,
        due=date.fromisoformat(draft["due"]) if draft["due"] else None,
        now=scene.now,
    )
    page = await following.page(unit, who=who, follow_id=follow_id)
    may = (await duties_of(unit, who.me)).any
    return registry_views.made(
        page.one, shift=may, decision_id=page.one.decision_id, item_id=page.one.item_id, zone=who.zone
    )


NEW = Wizard("followup", [Step("what", _ask_what, typed=_type_what), _owner(nobody=True), _due(never=True)], _make)


# -- changing one ------------------------------------------------------------------------------------------------------


async def _give(scene: Scene) -> Screen:
    one = await assigning.give(
        scene.unit, who=scene.who, follow_id=scene.draft[FOLLOW], owner_id=scene.draft["owner"], now=scene.now
    )
    return registry_views.changed(one, scene.who.zone)


async def _put_off(scene: Scene) -> Screen:
    due = date.fromisoformat(scene.draft["due"])
    one = await assigning.put_off(scene.unit, who=scene.who, follow_id=scene.draft[FOLLOW], due=due, now=scene.now)
    return registry_views.changed(one, scene.who.zone)


GIVE = Wizard("followgive", [_owner(nobody=False)], _give)
WHEN = Wizard("followwhen", [_due(never=False)], _put_off)


async def _ask_done(scene: Scene) -> Screen:
    text = registry_views.ask_done((await _one(scene)).text)
    return Screen(text, ((pick(scene, NOTHING, _("Without a word").unescape()),),))


async def _type_note(scene: Scene, text: str) -> str:
    return clean(text, MOST_WHAT)


async def _tap_nothing(scene: Scene, value: str) -> str:
    if value != NOTHING:
        raise NotFound(what="question")
    return ""


async def _done(scene: Scene) -> Screen:
    one = await assigning.done(
        scene.unit, who=scene.who, follow_id=scene.draft[FOLLOW], note=scene.draft["note"], now=scene.now
    )
    return registry_views.done(one)


async def _ask_why(scene: Scene) -> Screen:
    return Screen(registry_views.ask_why((await _one(scene)).text))


async def _refuse(scene: Scene) -> Screen:
    one = await assigning.cannot(
        scene.unit, who=scene.who, follow_id=scene.draft[FOLLOW], why=scene.draft["why"], now=scene.now
    )
    return registry_views.refused(one)


DONE = Wizard("followdone", [Step("note", _ask_done, typed=_type_note, tapped=_tap_nothing, counted=True)], _done)
REFUSE = Wizard("followcant", [Step("why", _ask_why, typed=_type_what)], _refuse)


# -- a shift of it -----------------------------------------------------------------------------------------------------


def title_of(one: FollowUpRow) -> str:
    """What a shift that is made of it is called at first."""
    return clean(one.text[:TITLE_MOST], 2 * TITLE_MOST)


async def _publish(scene: Scene) -> Screen:
    shift_id = await assigning.publish_shift(
        scene.unit, who=scene.who, follow_id=scene.draft[FOLLOW], now=scene.now, **await answers(scene)
    )
    return registry_views.shift_up(await _one(scene), shift_id, scene.who.zone)


SHIFT = Wizard(
    "followshift",
    [
        shift_steps.project(lambda scene: FROM not in scene.draft),
        shift_steps.title(lambda scene: "title" not in scene.draft),
        shift_steps.day(),
        shift_steps.start(),
        shift_steps.length(),
        shift_steps.place(),
        shift_steps.places(),
        needed_skills(),
        kinds(),
        Step("preview", preview, tapped=chosen, free=False),
    ],
    _publish,
)
