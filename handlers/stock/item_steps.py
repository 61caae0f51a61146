"""An item's questions: all of them for a new one, one of them for a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.stock import asking, item_actions, item_asking, item_views
from locales import LANGUAGES, minor_digits
from storage.queries import items
from storage.tables import Sharing
from town.amounts import UNITS, WHOLE, read_amount
from town.facts import ItemTaken, NotFound
from town.money import read_price
from town.text import clean

ITEM, LANGUAGE, UNIT, STEP = "@item", "@language", "@unit", "@smallest"
"""Of a draft: the item that changes, with its unit and smallest amount; the language that a name is in."""

CHANGES = {
    "name": "name",
    "step": "step",
    "allowance": "allowance",
    "home": "home_allowance",
    "price": "price",
    "sharing": "sharing",
    "picture": "picture",
}
"""What can be changed of an item: the tap, and the question."""


def _unit(scene: Scene) -> str:
    return str(scene.draft.get("unit") or scene.draft[UNIT])


def _step(scene: Scene) -> int:
    unit = UNITS[_unit(scene)]
    return int(scene.draft.get("step") or scene.draft.get(STEP) or unit.step)


async def _ask_name(scene: Scene) -> Screen:
    return Screen(item_asking.name())


async def _type_name(scene: Scene, text: str) -> Any:
    name = clean(text, item_actions.MOST_NAME)
    taken = [*await items.listed(scene.unit), *await item_actions.listed(scene.unit, who=scene.who, retired=True)]
    if any(one.name.casefold() == name.casefold() and one.id != scene.draft.get(ITEM) for one in taken):
        raise ItemTaken(name=name)
    return name


async def _ask_unit(scene: Scene) -> Screen:
    entries = [(asking.unit_in(key).unescape(), key) for key in UNITS]
    return Screen(item_asking.unit(), pages(scene, entries, size=6, across=2))


async def _take_unit(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    if value not in UNITS:
        raise NotFound(what="unit")
    scene.draft.pop("step", None)  # of another unit
    return value


async def _ask_step(scene: Scene) -> Screen:
    offered = (100, 250, 500, 1000) if not UNITS[_unit(scene)].counted else (1000, 2000, 5000, 10000)
    return Screen(item_asking.step(), in_rows([_amount(scene, one) for one in offered], 2))


async def _type_step(scene: Scene, text: str) -> Any:
    return read_amount(text, _unit(scene), WHOLE if UNITS[_unit(scene)].counted else 1)


async def _take_step(scene: Scene, value: str) -> Any:
    return id_in(value, "unit") or _step(scene)


def _amount(scene: Scene, amount: int) -> Any:
    return pick(scene, str(amount), asking.amount_label(amount, _unit(scene)))


def _offered(scene: Scene) -> Sequence[int]:
    step = _step(scene)
    return [many for many in (500, 1000, 2000, 3000, 4000, 6000, 10000) if many % step == 0 and many >= step][:6]


async def _ask_allowance(scene: Scene) -> Screen:
    return _with_none(scene, item_asking.allowance(_unit(scene)))


async def _ask_home(scene: Scene) -> Screen:
    return _with_none(scene, item_asking.home_allowance(_unit(scene)))


def _with_none(scene: Scene, question: Any) -> Screen:
    choices = [*(_amount(scene, one) for one in _offered(scene)), pick(scene, "none", asking.no_limit())]
    return Screen(question, in_rows(choices, 2))


async def _type_amount(scene: Scene, text: str) -> Any:
    return read_amount(text, _unit(scene), _step(scene))


async def _take_amount(scene: Scene, value: str) -> Any:
    return None if value == "none" else id_in(value, "unit") or None


async def _ask_price(scene: Scene) -> Screen:
    return Screen(item_asking.price(_unit(scene)), in_rows([pick(scene, "none", item_asking.not_sold())]))


async def _type_price(scene: Scene, text: str) -> Any:
    return read_price(text, minor_digits(scene.who.town.currency))


async def _take_price(scene: Scene, value: str) -> Any:
    return None


async def _ask_sharing(scene: Scene) -> Screen:
    name = scene.draft.get("name") or item_views.name_of(
        await item_actions.changeable(scene.unit, who=scene.who, item_id=scene.draft[ITEM])
    )
    labels = asking.sharing_labels()
    return Screen(asking.sharing(name), in_rows([pick(scene, way, label) for way, label in labels.items()]))


async def _take_sharing(scene: Scene, value: str) -> Any:
    if value not in list(Sharing):
        raise NotFound(what="sharing")
    return value


async def _ask_translated(scene: Scene) -> Screen:
    choices = [pick(scene, "none", item_asking.no_own_name())]
    return Screen(item_asking.translated(LANGUAGES[scene.draft[LANGUAGE]]), in_rows(choices))


async def _type_translated(scene: Scene, text: str) -> Any:
    return clean(text, item_actions.MOST_NAME)


async def _ask_picture(scene: Scene) -> Screen:
    item = await item_actions.changeable(scene.unit, who=scene.who, item_id=scene.draft[ITEM])
    return Screen(item_asking.picture(item_views.name_of(item)))


async def _see_picture(scene: Scene, content: bytes) -> Any:
    return await item_actions.keep_picture(
        scene.unit, who=scene.who, item_id=scene.draft[ITEM], content=content, now=scene.now
    )


async def _finish(scene: Scene) -> Screen:
    unit, who, draft = scene.unit, scene.who, scene.draft
    if ITEM in draft:
        return await _changed(scene)
    given = {key: draft[key] for key in ("name", "unit", "allowance", "home_allowance", "price", "sharing")}
    if "step" in draft:
        given["step"] = draft["step"]
    made = await item_actions.make(unit, who=who, given=given, now=scene.now)
    item, may = await item_actions.one(unit, who=who, item_id=made)
    return item_views.item(item, who.town.currency, may=may, fresh=True).before(item_views.made())


async def _changed(scene: Scene) -> Screen:
    unit, who, draft = scene.unit, scene.who, scene.draft
    if "translated" in draft:
        item = await item_actions.rename(
            unit, who=who, item_id=draft[ITEM], language=draft[LANGUAGE], name=draft["translated"]
        )
        return item_views.names(item)
    if "picture" in draft:
        item = await item_actions.set_picture(unit, who=who, item_id=draft[ITEM], picture_id=draft["picture"])
        return item_views.item(item, who.town.currency, may=True).before(item_views.has_picture())
    columns = {key: draft[key] for key in item_actions.CHANGEABLE if key in draft}
    item = await item_actions.change(unit, who=who, item_id=draft[ITEM], now=scene.now, **columns)
    return item_views.item(item, who.town.currency, may=True)


def _measured(scene: Scene) -> bool:
    return "unit" in scene.draft and not UNITS[_unit(scene)].counted


def _never(scene: Scene) -> bool:
    return False


WIZARD = Wizard(
    "item",
    [
        Step("name", _ask_name, typed=_type_name),
        Step("unit", _ask_unit, tapped=_take_unit, free=False),
        Step("step", _ask_step, typed=_type_step, tapped=_take_step, when=_measured),
        Step("allowance", _ask_allowance, typed=_type_amount, tapped=_take_amount),
        Step("home_allowance", _ask_home, typed=_type_amount, tapped=_take_amount),
        Step("price", _ask_price, typed=_type_price, tapped=_take_price),
        Step("sharing", _ask_sharing, tapped=_take_sharing, free=False),
        Step("translated", _ask_translated, typed=_type_translated, tapped=_take_price, when=_never),
        Step("picture", _ask_picture, pictured=_see_picture, when=_never),
    ],
    _finish,
)
