"""The questions that only batches which come again have: what, how much, when, where, how it is shared."""

from __future__ import annotations

from typing import Any

from handlers.desk import shift_steps
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step
from handlers.repeats import words
from handlers.repeats.actions import LONGEST
from handlers.series.steps import When, always
from handlers.stock.actions import MOST_PLACE
from handlers.stock.words import sharing_name
from storage.queries import items, projects, stock_lists
from storage.queries.items import ItemRow
from town.amounts import read_amount
from town.facts import NotFound
from town.text import clean

PROJECT, ITEM = "@project", "@item"
"""Of a draft: the project it is for; the item, where it is known from the beginning."""

MOST_OFFERED = 4


async def item_in(scene: Scene) -> ItemRow:
    """The item of a draft. Raises NotFound."""
    found = await items.get(scene.unit, scene.draft.get(ITEM) or scene.draft["item"])
    if found is None:
        raise NotFound(what="item")
    return found


def item() -> Step:
    async def ask(scene: Scene) -> Screen:
        known = await items.listed(scene.unit)
        listed = [(item_name(one.name, one.names), str(one.id)) for one in known]
        return Screen(words.which_item() if known else words.no_items(), pages(scene, listed))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        found = await items.get(scene.unit, id_in(value, "item"))
        if found is None or found.retired_at is not None:
            raise NotFound(what="item")
        return found.id

    return Step("item", ask, tapped=tapped, free=False, when=lambda scene: ITEM not in scene.draft)


def quantity(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        one = await item_in(scene)
        usual = (await stock_lists.usual(scene.unit, one.id)).quantities[:MOST_OFFERED]
        offered = [pick(scene, str(amount), an_amount(amount, one.unit)) for amount in sorted(usual)]
        return Screen(words.how_much(one), in_rows(offered, 2))

    async def typed(scene: Scene, text: str) -> Any:
        one = await item_in(scene)
        return read_amount(text, one.unit, one.step)

    async def tapped(scene: Scene, value: str) -> Any:
        one, amount = await item_in(scene), id_in(value, "item")
        if amount <= 0 or amount % one.step:
            raise NotFound(what="item")
        return amount

    return Step("quantity", ask, typed=typed, tapped=tapped, when=when)


def length(when: When = always) -> Step:
    return shift_steps.length(when, question=words.length, longest=lambda scene: LONGEST)


def place(when: When = always) -> Step:
    async def usual(scene: Scene) -> str:
        project = await projects.get(scene.unit, scene.draft[PROJECT])
        return project.place if project is not None else ""

    async def ask(scene: Scene) -> Screen:
        there = await usual(scene)
        return Screen(words.place(), pages(scene, [(there, "usual")] if there else []))

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, MOST_PLACE)

    async def tapped(scene: Scene, value: str) -> Any:
        return clean(await usual(scene), MOST_PLACE)

    return Step("place", ask, typed=typed, tapped=tapped, counted=True, when=when)


def sharing(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        offered = [pick(scene, way, sharing_name(way).capitalize()) for way in words.SHARINGS]
        return Screen(words.sharing(), in_rows(offered))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in words.SHARINGS:
            raise NotFound(what="sharing")
        return value

    return Step("sharing", ask, tapped=tapped, free=False, when=when)
