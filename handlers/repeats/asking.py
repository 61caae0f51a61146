"""Beginning a series of batches, and changing one thing of it: the questions in order, and a last look."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.desk.actions import project_of
from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from handlers.repeats import actions, ending, steps, views, words
from handlers.repeats.making import is_as_made
from handlers.repeats.steps import ITEM, PROJECT, item_in
from handlers.roles.actions import must_coordinate
from handlers.series import pattern
from handlers.series import steps as of_series
from handlers.series.asking import changes_to
from handlers.series.steps import When, every_in, first_and_last
from handlers.series.words import lines
from storage.queries.batch_series import Coming
from town.facts import NotFound

SERIES, WHAT = "@series", "@what"
"""Of a draft: the series, and what of it changes."""

YES = "yes"
DATES = 5
"""How many of its dates the preview names."""

CHANGES = ("quantity", "start", "length", "place", "sharing", "last")


# -- a new one ---------------------------------------------------------------------------------------------------------


async def _preview(scene: Scene) -> Screen:
    draft, item, every = scene.draft, await item_in(scene), every_in(scene.draft)
    project = await project_of(scene.unit, draft[PROJECT])
    first, last = first_and_last(scene)
    days = pattern.next_days(every.rule, first, last, since=first, most=DATES)
    text = lines(words.preview(draft, item, project.name, every), words.first_dates(first, last, days))
    ready = [pick(scene, YES, words.put_up())] if days else []
    changes = [pick(scene, step, label) for step, label in words.preview_choices().items()]
    return Screen(text, in_rows([*ready, *changes], 2))


async def _chosen(scene: Scene, value: str) -> Any:
    if value == YES:
        return True
    if value not in words.preview_choices():
        raise NotFound(what="question")
    return GoTo(value)


async def _publish(scene: Scene) -> Screen:
    draft, unit, who, now = scene.draft, scene.unit, scene.who, scene.now
    first, last = first_and_last(scene)
    series_id = await actions.publish(
        unit,
        who=who,
        project_id=draft[PROJECT],
        item_id=(await item_in(scene)).id,
        quantity=draft["quantity"],
        every=every_in(draft),
        first_day=first,
        last_day=last,
        start=draft["start"],
        length=draft["length"],
        place=draft["place"],
        sharing=draft["sharing"],
        now=now,
    )
    return views.published(await actions.page(unit, who=who, series_id=series_id, now=now), who.zone)


NEW = Wizard(
    "newrepeat",
    [
        steps.item(),
        steps.quantity(),
        of_series.weekdays(),
        of_series.weeks(),
        of_series.first(),
        of_series.last(),
        of_series.start(question=words.start),
        steps.length(),
        steps.place(),
        steps.sharing(),
        Step("preview", _preview, tapped=_chosen, free=False),
    ],
    _publish,
)


async def begin(event: Event, scene: Scene, project_id: int) -> Reply:
    """Ask what comes again. Raises NotAllowed or NotFound."""
    await must_coordinate(scene.unit, scene.who, project_id)
    await project_of(scene.unit, project_id)
    return await NEW.begin(event, scene, {PROJECT: project_id})


# -- a change ----------------------------------------------------------------------------------------------------------


def _only(what: str) -> When:
    return lambda scene: scene.draft.get(WHAT) == what


def _touched(draft: dict[str, Any], coming: list[Coming]) -> list[Coming]:
    """The batches that are up and that the answer is about."""
    if draft[WHAT] != "last":
        return coming
    return [each for each in coming if draft["last"] and each.day > date.fromisoformat(draft["last"])]


async def _sure(scene: Scene) -> Screen:
    draft = scene.draft
    found = await actions.page(scene.unit, who=scene.who, series_id=draft[SERIES], now=scene.now)
    touched = _touched(draft, list(found.coming))
    changing = sum(is_as_made(found.series, each, scene.who.zone) for each in touched)
    staying = len(touched) - changing
    what = draft[WHAT]
    if what == "last":
        text = views.sure_last(date.fromisoformat(draft["last"]) if draft["last"] else None, changing, staying)
    else:
        said = changes_to(words.change_label(what), words.new_value(found.series, what, draft[what]))
        text = lines(said, words.touches(changing, staying))
    return Screen(text, in_rows([pick(scene, YES, words.change_it())]))


async def _yes(scene: Scene, value: str) -> Any:
    if value != YES:
        raise NotFound(what="question")
    return True


async def _change(scene: Scene) -> Screen:
    draft, what, unit, who, now = scene.draft, scene.draft[WHAT], scene.unit, scene.who, scene.now
    series_id: int = draft[SERIES]
    if what == "last":
        last = date.fromisoformat(draft["last"]) if draft["last"] else None
        done = await ending.set_last_day(unit, who=who, series_id=series_id, last_day=last, now=now)
    else:
        done = await actions.change(unit, who=who, series_id=series_id, now=now, **{what: draft[what]})
    return views.changed(done, who.zone, off=what == "last")


CHANGE = Wizard(
    "changerepeat",
    [
        steps.quantity(_only("quantity")),
        of_series.start(_only("start"), words.start),
        steps.length(_only("length")),
        steps.place(_only("place")),
        steps.sharing(_only("sharing")),
        of_series.last(_only("last")),
        Step("sure", _sure, tapped=_yes, free=False),
    ],
    _change,
)


async def begin_change(event: Event, scene: Scene, series_id: int, what: str) -> Reply:
    """Ask for the one thing that changes. Raises NotFound, NotAllowed or NoMoreRepeats."""
    one = await actions.going_on(scene.unit, scene.who, series_id)
    draft = {SERIES: one.id, WHAT: what, ITEM: one.item_id, PROJECT: one.project_id}
    return await CHANGE.begin(event, scene, {**draft, "first": one.first_day.isoformat()}, afresh=True)
