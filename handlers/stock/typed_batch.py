"""What a coordinator types at the goods desk, read into the draft of a new batch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from handlers.kit.wizard import Scene
from handlers.stock import actions, item_actions, when_steps
from handlers.stock.line_words import line_words
from handlers.stock.when_steps import wall
from locales import LANGUAGES, language
from storage.queries import items, projects
from storage.queries.items import ItemRow
from storage.queries.projects import ProjectRow
from town.amounts import UNITS, read_amount
from town.batch_line import BatchLine, best_line, read_line
from town.facts import AmountStep, BadAmount, DateInPast, NotFound
from town.item_names import Known
from town.text import clean
from town.vocabulary import fold

KNOWN, GUESSES, UNKNOWN, TYPED, LEFT_OUT = "@known", "@guesses", "@unknown", "@typed", "@left_out"
"""Of a draft: questions that were answered before they were asked; items that may be meant; what stands where no item
is known; the number and unit that wait for an item; what a line named besides its batch."""


def know(scene: Scene, step: str, answer: Any) -> None:
    scene.draft[step] = answer
    scene.draft[KNOWN] = [*scene.draft.get(KNOWN, ()), step]


async def item_in(scene: Scene) -> ItemRow:
    item = await items.get(scene.unit, scene.draft.get("item") or 0)
    if item is None:
        raise NotFound(what="item")
    return item


async def read(scene: Scene, text: str) -> BatchLine:
    """What a line says, in their language or in another one if more is understood so. Raises DateInPast."""
    known = [
        Known(one.id, (*item_actions.names_of(one).values(), one.name), one.unit)
        for one in await items.listed(scene.unit)
    ]
    places = [Known(one.id, (one.name,)) for one in await projects.listed(scene.unit)]
    lines, past = [], None
    for code in dict.fromkeys((language(), *LANGUAGES)):
        try:
            lines.append(read_line(text, items=known, projects=places, words=line_words(code), now_local=wall(scene)))
        except DateInPast as fact:
            past = past or fact
        if lines and lines[-1].whole:
            break
    if not lines and past is not None:
        raise past
    line = best_line(lines)
    if past is not None and not line.when.windows:
        raise past
    return line


async def take_in(scene: Scene, line: BatchLine) -> None:
    """Put into the draft what a line says."""
    if len(line.items) == 1:
        know(scene, "item", line.items[0])
        scene.draft.pop(GUESSES, None)
    elif line.items:
        scene.draft[GUESSES] = list(line.items)
    if line.unknown:
        scene.draft[UNKNOWN] = line.unknown
    if line.number:
        scene.draft[TYPED] = [line.number, line.unit]
    when_steps.keep(scene, line.when)
    if line.when.windows or line.when.days:
        know(scene, "day", scene.draft["day"])
    mine = {one.id: one for one in await actions.my_projects(scene.unit, who=scene.who)}
    place = line.place
    if line.project is None and (called := _called(place, mine.values())):
        know(scene, "project", called.id)
        place = called.place
    elif line.project in mine:
        know(scene, "project", line.project)
        place = place or mine[line.project].place
    elif line.project is not None:
        other = await projects.get(scene.unit, line.project)
        place = place or (other.place if other is not None else "")
    if place:
        know(scene, "place", clean(place, actions.MOST_PLACE))
    if line.best is not None:
        scene.draft["best"] = line.best.isoformat()
    if line.more:
        scene.draft[LEFT_OUT] = line.more
    await measure(scene)


def _called(place: str, mine: Iterable[ProjectRow]) -> ProjectRow | None:
    """The only one of some projects that is meant by a part of its name: "bakery" for "Mill Lane Bakery"."""
    said = set(re.findall(r"\w+", fold(place)))
    found = [one for one in mine if said and said <= set(re.findall(r"\w+", fold(one.name)))]
    return found[0] if len(found) == 1 else None


async def measure(scene: Scene) -> None:
    """The amount that was typed, once the item is known by which it is measured; asked for where it does not fit."""
    typed = scene.draft.pop(TYPED, None) if "item" in scene.draft else None
    if typed is None:
        return
    item, (number, unit) = await item_in(scene), typed
    smaller = dict(UNITS[item.unit].smaller)
    if unit and unit != item.unit and unit not in smaller:
        return
    try:
        know(scene, "amount", read_amount(f"{number} {unit if unit in smaller else ''}", item.unit, item.step))
    except (BadAmount, AmountStep):
        return
