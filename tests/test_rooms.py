"""A tap goes only to the rooms that would let it in, and to all of those, in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiogram import Router

from bot.intake.rooms import TAP, Rooms
from handlers import catalogue
from handlers.kit.filters import Tapped, residents_only
from tests.conversations.walker import TAPS


async def _done(event: object) -> None:
    """A handler for the routers below."""


def _room(name: str, *ears: Tapped) -> Router:
    room = Router(name=name)
    if ears:
        room.callback_query.filter(*ears)
    room.callback_query.register(_done)
    return room


def _house(*rooms: Router) -> Rooms:
    house = Rooms()
    for room in rooms:
        house.add(room)
    return house


def _names(house: Rooms, data: str) -> list[str]:
    return [room.name for room in house.hearing(data)]


def test_a_tap_is_for_the_rooms_that_listen_to_its_kind() -> None:
    house = _house(_room("a", Tapped("a:")), _room("any"), _room("home", Tapped("home")), _room("also a", Tapped("a:")))
    assert _names(house, "a:open:1") == ["a", "any", "also a"]
    assert _names(house, "home") == ["any", "home"]
    assert _names(house, "home:1") == ["any"]
    assert _names(house, "") == ["any"]


def test_a_parent_guards_the_routers_below_it() -> None:
    parent, guarded = Router(name="parent"), Router(name="guarded")
    parent.include_routers(_room("wizard", Tapped("w:a:")), _room("taps", Tapped("a:")))
    guarded.callback_query.filter(Tapped("b:"))
    guarded.include_router(_room("everything"))
    house = _house(parent, guarded)
    assert _names(house, "w:a:step:1") == _names(house, "a:open") == ["parent"]
    assert _names(house, "b:open") == ["guarded"]
    assert _names(house, "c:open") == []


def test_other_filters_do_not_decide_here() -> None:
    room = _room("residents", Tapped("a:"))
    room.callback_query.filter(residents_only)
    assert _names(_house(room), "a:open") == ["residents"]


def _all_taps() -> Iterator[str]:
    for prefix, dos in TAPS.items():
        for do in dos:
            yield f"{prefix}:{do}:1"


@pytest.fixture(scope="module")
def house() -> Rooms:
    return _house(*(capability.router() for capability in catalogue.capabilities()))


def test_every_tap_of_ours_finds_just_those_who_would_take_it(house: Rooms) -> None:
    """The same rooms as if each of their routers were asked, one after the other."""
    found = 0
    for data in _all_taps():
        asked = [room for room in house.sub_routers if _would_take(room, data)]
        assert list(house.hearing(data)) == asked, data
        assert any(room.name != "signup" for room in asked), data
        found += len(asked)
    assert found < 4 * sum(map(len, TAPS.values())), "each tap is for few rooms"


def _would_take(router: Router, data: str) -> bool:
    observer = router.observers.get(TAP)
    filters = [one.callback for one in observer._handler.filters or ()] if observer is not None else []
    if not all(one.hears(data) for one in filters if isinstance(one, Tapped)):
        return False
    here = observer is not None and bool(observer.handlers)
    return here or any(_would_take(below, data) for below in router.sub_routers)
