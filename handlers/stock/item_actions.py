"""Items: the kinds of goods. Any coordinator makes one; who made it, and the town's coordinators, change it.

An item's allowance and price are the same whoever makes it, so one project must not change them for all the others; but
whoever made it answers for it, and mistakes are put right by them at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.goods.passing import pass_on
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from locales import FALLBACK, LANGUAGES
from storage.queries import batches, items, pictures, stock_lists
from storage.queries.items import ItemRow
from storage.tables import Sharing
from storage.unit import Unit
from town.amounts import MOST, UNITS, WHOLE
from town.facts import AmountStep, BadAmount, BadPrice, ItemTaken, NotAllowed, NotFound
from town.money import MOST_PRICE
from town.text import clean

MOST_NAME = 40

CHANGEABLE = frozenset({"name", "step", "allowance", "home_allowance", "price", "sharing"})
"""What can be changed of an item by itself. Its unit cannot: all that was ever made of it is counted in it."""


async def listed(unit: Unit, *, who: Who, retired: bool = False) -> list[ItemRow]:
    """The items that are made, or those that are made no more, by name. Raises NotAllowed."""
    await must_coordinate(unit, who)
    return await (items.retired(unit) if retired else items.listed(unit))


async def one(unit: Unit, *, who: Who, item_id: int, lock: bool = False) -> tuple[ItemRow, bool]:
    """An item, and whether somebody may change it. Raises NotAllowed or NotFound."""
    duties = await must_coordinate(unit, who)
    item = await items.get(unit, item_id, lock=lock)
    if item is None:
        raise NotFound(what="item")
    return item, duties.everywhere or item.made_by == who.me


async def changeable(unit: Unit, *, who: Who, item_id: int, lock: bool = False) -> ItemRow:
    """An item for whoever may change it; `lock` it for that. Raises NotAllowed or NotFound."""
    item, may = await one(unit, who=who, item_id=item_id, lock=lock)
    if not may:
        raise NotAllowed(needed="item maker")
    return item


async def make(unit: Unit, *, who: Who, given: Mapping[str, Any], now: datetime) -> int:
    """Make an item; its id. `given`: name, unit, and what `CHANGEABLE` names.

    Raises NotAllowed, TextEmpty, TextTooLong, ItemTaken, NotFound, BadAmount, AmountStep or BadPrice.
    """
    await must_coordinate(unit, who)
    if given.get("unit") not in UNITS:
        raise NotFound(what="unit")
    columns = {
        "step": UNITS[given["unit"]].step,
        "allowance": None,
        "home_allowance": None,
        "price": None,
        "sharing": Sharing.FIRST.value,
        **given,
    }
    columns["name"] = clean(str(columns["name"]), MOST_NAME)
    _check(columns["unit"], columns["step"], columns)
    made = await items.make(unit, {**columns, "names": "{}"}, by=who.me, now=now)
    if made is None:
        raise ItemTaken(name=columns["name"])
    return made


async def change(unit: Unit, *, who: Who, item_id: int, now: datetime, **columns: Any) -> ItemRow:
    """Change some of what `CHANGEABLE` names. What is up already keeps how it is shared, and nothing else.

    Whoever waited although there was some, because an allowance left them nothing, may have some now. Raises the same.
    """
    item = await changeable(unit, who=who, item_id=item_id, lock=True)
    if not columns.keys() <= CHANGEABLE:
        raise NotFound(what="item")
    if "name" in columns:
        columns["name"] = clean(columns["name"], MOST_NAME)
    _check(item.unit, columns.get("step", item.step), {**item._asdict(), **columns})
    allowed = not columns.keys().isdisjoint({"step", "allowance", "home_allowance"})
    held_up = [await batches.lock(unit, one) for one in await stock_lists.held_up(unit, item_id)] if allowed else []
    if not await items.change(unit, item_id, columns):
        raise ItemTaken(name=str(columns.get("name", item.name)))
    for batch in held_up:
        if batch is not None:
            await pass_on(unit, batch._replace(step=columns.get("step", batch.step)), now=now)
    return item._replace(**columns)


async def rename(unit: Unit, *, who: Who, item_id: int, language: str, name: str | None) -> ItemRow:
    """Give an item a name in a language, or none of its own. Raises NotAllowed, NotFound, TextEmpty, TextTooLong."""
    item = await changeable(unit, who=who, item_id=item_id, lock=True)
    check_language(language)
    names: dict[str, str] = json.loads(item.names)
    names.pop(language, None)
    if name is not None:
        names[language] = clean(name, MOST_NAME)
    kept = json.dumps({code: names[code] for code in LANGUAGES if code in names}, ensure_ascii=False)
    await items.change(unit, item_id, {"names": kept})
    return item._replace(names=kept)


async def retire(unit: Unit, *, who: Who, item_id: int, now: datetime, back: bool = False) -> ItemRow:
    """Take an item off the list of what is made, or bring it back. What is up of it stays up."""
    item = await changeable(unit, who=who, item_id=item_id, lock=True)
    at = None if back else (item.retired_at or now)
    await items.change(unit, item_id, {"retired_at": at})
    return item._replace(retired_at=at)


async def picture(unit: Unit, *, who: Who, item_id: int) -> tuple[ItemRow, bytes | None]:
    """An item for whoever may change it, and its picture if it has one. Raises NotAllowed or NotFound."""
    item = await changeable(unit, who=who, item_id=item_id)
    found = None if item.picture_id is None else await pictures.content(unit, item.picture_id)
    return item, None if found is None else found[0]


async def keep_picture(unit: Unit, *, who: Who, item_id: int, content: bytes, now: datetime) -> int:
    """Keep a JPEG that is to become an item's picture; its id. Raises NotAllowed or NotFound."""
    await changeable(unit, who=who, item_id=item_id)
    return await pictures.keep(unit, content, media_type="image/jpeg", by=who.me, now=now)


async def set_picture(unit: Unit, *, who: Who, item_id: int, picture_id: int | None) -> ItemRow:
    """Show an item with a picture that is kept, or with none; one that nothing shows any more is forgotten.

    Raises NotAllowed or NotFound.
    """
    item = await changeable(unit, who=who, item_id=item_id, lock=True)
    await items.change(unit, item_id, {"picture_id": picture_id})
    if item.picture_id is not None and item.picture_id != picture_id:
        await pictures.forget(unit, item.picture_id)
    return item._replace(picture_id=picture_id)


def check_language(code: str) -> None:
    """Raises NotFound."""
    if code not in LANGUAGES:
        raise NotFound(what="language")


def names_of(item: ItemRow) -> dict[str, str]:
    """An item's name in each language that it has one of its own in; the fallback's is the name itself, if no other."""
    return {FALLBACK: item.name, **json.loads(item.names)}


def _check(unit: str, step: Any, columns: dict[str, Any]) -> None:
    """Raises BadAmount, AmountStep, BadPrice or NotFound."""
    if columns["sharing"] not in list(Sharing):
        raise NotFound(what="sharing")
    if not isinstance(step, int) or not 0 < step <= MOST:
        raise BadAmount(given=str(step))
    if UNITS[unit].counted and step % WHOLE:
        raise AmountStep(step=WHOLE, unit=unit)
    for key in ("allowance", "home_allowance"):
        most = columns[key]
        if most is not None and not (isinstance(most, int) and 0 < most <= MOST):
            raise BadAmount(given=str(most))
        if most is not None and most % step:
            raise AmountStep(step=step, unit=unit)
    price = columns["price"]
    if price is not None and not (isinstance(price, int) and 0 <= price <= MOST_PRICE):
        raise BadPrice(given=str(price))
