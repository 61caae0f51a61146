"""The questions about campaigns and their steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from handlers.campaigns import actions, step_views, steps, views
from handlers.desk.asking import day_label
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.minutes.assigning import check_day
from locales import _, language
from locales.words import vocabulary
from storage.queries import campaigns, roles
from storage.queries.campaigns import StepRow
from town.dates import parse_day
from town.facts import BadDate, NotFound
from town.text import clean
from town.week import local

ROUND, CAMPAIGN, STEP_ID = "@round", "@campaign", "@of"
"""Of a draft: what it is about."""

DAYS_AHEAD = 60
NOBODY, MYSELF, NOTHING = "0", "me", "none"


async def step_in(scene: Scene) -> StepRow:
    """The step that a draft is about. Raises NotFound."""
    step = await campaigns.step(scene.unit, scene.draft[STEP_ID])
    if step is None:
        raise NotFound(what="campaign step")
    return step


def day_step(name: str, words: str) -> Step:
    """Which day: chosen or typed."""

    async def ask(scene: Scene) -> Screen:
        today = local(scene.now, scene.who.zone).date()
        days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
        entries = [(day_label(day, today), day.isoformat()) for day in days]
        return Screen(views.ask_day(words), pages(scene, entries))

    async def typed(scene: Scene, text: str) -> Any:
        wall = local(scene.now, scene.who.zone).replace(tzinfo=None)
        return _checked(scene, parse_day(text, vocabulary=vocabulary(language()), now_local=wall))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        try:
            return _checked(scene, date.fromisoformat(value))
        except ValueError:
            raise BadDate(given=value) from None

    return Step(name, ask, typed=typed, tapped=tapped)


def _checked(scene: Scene, day: date) -> str:
    return check_day(day, town=scene.who.town, now=scene.now).isoformat()


async def _begin(scene: Scene) -> Screen:
    begun = await actions.begin(
        scene.unit,
        who=scene.who,
        of_round=scene.draft[ROUND],
        starts_on=date.fromisoformat(scene.draft["day"]),
        now=scene.now,
    )
    seen = await actions.progress(scene.unit, who=scene.who, campaign_id=begun.id, now=scene.now)
    return views.campaign(seen, local(scene.now, scene.who.zone).date(), said=views.begun(begun))


START = Wizard("campaign", [day_step("day", "start")], _begin)


# -- a step's words ----------------------------------------------------------------------------------------------------


async def _ask_words(scene: Scene) -> Screen:
    return Screen(step_views.ask_words(await step_in(scene), scene.who.town))


async def _type_words(scene: Scene, text: str) -> str:
    return clean(text, steps.MOST_WORDS, lines=True)


async def _reword(scene: Scene) -> Screen:
    draft = scene.draft
    step = await steps.reword(scene.unit, who=scene.who, step_id=draft[STEP_ID], text=draft["words"])
    return step_views.changed(step, step_views.reworded())


WORDS = Wizard("campaignwords", [Step("words", _ask_words, typed=_type_words)], _reword)


async def _ask_title(scene: Scene) -> Screen:
    return Screen(step_views.ask_title(await step_in(scene)))


async def _type_title(scene: Scene, text: str) -> str:
    return clean(text, steps.MOST_TITLE)


async def _rename(scene: Scene) -> Screen:
    draft = scene.draft
    step = await steps.rename(scene.unit, who=scene.who, step_id=draft[STEP_ID], title=draft["title"])
    return step_views.changed(step, step_views.renamed())


TITLE = Wizard("campaigntitle", [Step("title", _ask_title, typed=_type_title)], _rename)


# -- whose, and when ---------------------------------------------------------------------------------------------------


async def _ask_owner(scene: Scene) -> Screen:
    step = await step_in(scene)
    ours = [pick(scene, MYSELF, _("I do it myself").unescape())]
    ours += [pick(scene, NOBODY, _("Nobody yet").unescape())] if step.owner_id is not None else []
    if scene.draft.get(TYPED) is None:
        return Screen(step_views.ask_owner(step), in_rows(ours, 2))
    people = await those_found(scene, but=(scene.who.me,))
    return Screen(found_line(scene.draft[TYPED], people), pages(scene, told_apart(people), also=ours, size=4))


async def _type_owner(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


async def _tap_owner(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    if value == MYSELF:
        return scene.who.me
    chosen = id_in(value, "resident")
    if chosen and await roles.resident(scene.unit, chosen) is None:
        raise NotFound(what="resident")
    return chosen


async def _give(scene: Scene) -> Screen:
    owner_id = scene.draft["owner"] or None
    step = await steps.give(scene.unit, who=scene.who, step_id=scene.draft[STEP_ID], owner_id=owner_id, now=scene.now)
    return step_views.changed(step, step_views.given(step, me=scene.who.me))


OWNER = Wizard("campaignowner", [Step("owner", _ask_owner, typed=_type_owner, tapped=_tap_owner, counted=True)], _give)


async def _put_off(scene: Scene) -> Screen:
    due = date.fromisoformat(scene.draft["due"])
    step = await steps.put_off(scene.unit, who=scene.who, step_id=scene.draft[STEP_ID], due=due, now=scene.now)
    return step_views.changed(step, step_views.dated(step))


DUE = Wizard("campaigndue", [day_step("due", "due")], _put_off)


# -- a step of one's own -----------------------------------------------------------------------------------------------


async def _ask_what(scene: Scene) -> Screen:
    return Screen(step_views.ask_what())


async def _ask_text(scene: Scene) -> Screen:
    return Screen(step_views.ask_text(), ((pick(scene, NOTHING, _("No words yet").unescape()),),))


async def _tap_text(scene: Scene, value: str) -> str:
    if value != NOTHING:
        raise NotFound(what="question")
    return ""


async def _add(scene: Scene) -> Screen:
    draft = scene.draft
    step = await steps.add(
        scene.unit,
        who=scene.who,
        campaign_id=draft[CAMPAIGN],
        title=draft["what"],
        text=draft["words"],
        due=date.fromisoformat(draft["due"]),
        now=scene.now,
    )
    return step_views.changed(step, step_views.added())


NEW = Wizard(
    "campaignstep",
    [
        Step("what", _ask_what, typed=_type_title),
        Step("words", _ask_text, typed=_type_words, tapped=_tap_text),
        day_step("due", "due"),
    ],
    _add,
)

WIZARDS = (START, WORDS, TITLE, OWNER, DUE, NEW)
