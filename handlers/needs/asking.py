"""The questions of the needs survey: who lives in the home, then a list to tap or write into, in any order.

After an item's amount comes the next one without an answer, so that a list is gone through with a tap for each.
"""

from __future__ import annotations

from typing import Any

from handlers.kit.goods_words import item_name
from handlers.kit.screens import Screen
from handlers.kit.wizard import GoTo, Scene, Stay, Step, Wizard
from handlers.needs import actions, survey_views
from handlers.needs.reading import needed
from storage.queries import items
from storage.queries.items import ItemRow
from town.facts import NotFound
from town.needs import MOST_NEED, read_need, read_people

NAME = "needs"
PEOPLE, LINES = "@people", "@lines"
"""What was known before: an answer that is changed."""

ITEM, PAGE, OPEN = "@item", "@page", "@open"
"""The item that is asked about, the page of the list, and how many items have no answer."""


def draft_of(mine: actions.Mine) -> dict[str, Any]:
    """What the survey starts from."""
    if mine.answer is None:
        return {}
    amounts = {str(item_id): amount for item_id, amount in mine.amounts.items()}
    return {PEOPLE: mine.answer.people, LINES: amounts}


def _amounts(scene: Scene) -> dict[int, int]:
    """The answers so far, by item."""
    kept = scene.draft.get("lines", scene.draft.get(LINES, {}))
    return {int(item_id): amount for item_id, amount in kept.items()}


def _put(scene: Scene, amounts: dict[int, int]) -> None:
    scene.draft["lines"] = {str(item_id): amount for item_id, amount in (_amounts(scene) | amounts).items()}


def _people(scene: Scene) -> int:
    return int(scene.draft.get("people", scene.draft.get(PEOPLE, 1)))


async def _open(scene: Scene) -> list[ItemRow]:
    """The items without an answer."""
    amounts = _amounts(scene)
    return [item for item in await items.listed(scene.unit) if item.id not in amounts]


# -- who lives there ---------------------------------------------------------------------------------------------------


async def _ask_people(scene: Scene) -> Screen:
    known = scene.draft.get("people", scene.draft.get(PEOPLE))
    return survey_views.ask_people(NAME, known)


async def _read_people(scene: Scene, text: str) -> int:
    return read_people(text)


# -- the list ----------------------------------------------------------------------------------------------------------


async def _ask_items(scene: Scene) -> Screen:
    listed = await items.listed(scene.unit)
    people = _people(scene) if PEOPLE in scene.draft else None  # asked a moment ago: "Back" leads there
    return survey_views.ask_items(NAME, listed, _amounts(scene), scene.draft.get(PAGE, 0), people=people)


async def _tap_items(scene: Scene, value: str) -> Any:
    kind, number = value[:1], value[1:]
    if value == "done":
        return await _done(scene)
    if value == "people":
        return GoTo("people")
    if kind == "p" and number.isdecimal():
        scene.draft[PAGE] = min(int(number[:6]), 10_000)
    elif kind == "i" and number.isdecimal():
        wanted = next((item for item in await items.listed(scene.unit) if str(item.id) == number), None)
        if wanted is not None:
            scene.draft[ITEM] = wanted.id
            return GoTo("amount", come_back=False)
    return Stay()


async def _type_items(scene: Scene, text: str) -> Any:
    found = needed(text, await items.listed(scene.unit))
    amounts = {item.id: amount for item, amount in found if amount is not None}
    if amounts:
        _put(scene, amounts)
    asked = next((item for item, amount in found if amount is None), None)
    if asked is not None:
        scene.draft[ITEM] = asked.id
        return GoTo("amount", come_back=False)
    return Stay(survey_views.noted([(item, amounts[item.id]) for item, _amount in found]))


async def _done(scene: Scene) -> bool:
    scene.draft.pop(ITEM, None)
    scene.draft[OPEN] = len(await _open(scene))
    return True


# -- one item ----------------------------------------------------------------------------------------------------------


async def _ask_amount(scene: Scene) -> Screen:
    item, listed = await _item(scene), await items.listed(scene.unit)
    amounts = _amounts(scene)
    answered = sum(one.id in amounts for one in listed)
    return survey_views.ask_amount(NAME, item, amounts.get(item.id), answered, len(listed))


async def _item(scene: Scene) -> ItemRow:
    item = await items.get(scene.unit, scene.draft[ITEM])
    if item is None:
        raise NotFound(what="item")
    return item


async def _tap_amount(scene: Scene, value: str) -> Any:
    item = await _item(scene)
    if value == "done":
        return await _done(scene)
    if value == "next":
        return await _next(scene, item, "")
    amount = int(value[:9]) if value.isdecimal() else -1
    if not 0 <= amount <= MOST_NEED or amount % item.step:
        return Stay()
    return await _answered(scene, item, amount)


async def _type_amount(scene: Scene, text: str) -> Any:
    item = await _item(scene)
    return await _answered(scene, item, read_need(text, item.unit, item.step))


async def _answered(scene: Scene, item: ItemRow, amount: int) -> Any:
    _put(scene, {item.id: amount})
    return await _next(scene, item, survey_views.noted([(item, amount)]))


async def _next(scene: Scene, item: ItemRow, toast: str) -> Any:
    """On to the first item after this one that has no answer, or back to the list."""
    listed, amounts = await items.listed(scene.unit), _amounts(scene)
    at = next((place for place, one in enumerate(listed) if one.id == item.id), len(listed))
    later = next((one for one in listed[at + 1 :] if one.id not in amounts), None)
    if later is not None:
        scene.draft[ITEM] = later.id
        return Stay(toast)
    scene.draft.pop(ITEM, None)
    return GoTo("items", come_back=False)


# -- what was left open ------------------------------------------------------------------------------------------------


async def _ask_rest(scene: Scene) -> Screen:
    return survey_views.ask_rest(NAME, [item_name(item.name, item.names) for item in await _open(scene)])


async def _tap_rest(scene: Scene, value: str) -> Any:
    if value == "none":
        _put(scene, {item.id: 0 for item in await _open(scene)})
    return value if value in ("none", "open") else Stay()


async def _finish(scene: Scene) -> Screen:
    kept = await actions.keep(scene.unit, who=scene.who, people=_people(scene), amounts=_amounts(scene), now=scene.now)
    return survey_views.thanks(kept)


SURVEY = Wizard(
    NAME,
    [
        Step(
            "people", _ask_people, typed=_read_people, tapped=_read_people, when=lambda scene: PEOPLE not in scene.draft
        ),
        Step("items", _ask_items, typed=_type_items, tapped=_tap_items, counted=True),
        Step("amount", _ask_amount, typed=_type_amount, tapped=_tap_amount, when=lambda at: ITEM in at.draft),
        Step("rest", _ask_rest, tapped=_tap_rest, when=lambda at: bool(at.draft.get(OPEN))),
    ],
    _finish,
)
