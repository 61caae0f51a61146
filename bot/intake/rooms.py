"""The rooms of the house as aiogram's routers, and the shortest way of a tap to its room.

aiogram asks router after router, each of which makes wrappers and checks filters: 10 µs for each of eighty. A tap says
which room it is for, so the others need not be asked. What else passes goes from room to room, in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.kit.filters import Tapped
from handlers.kit.who import Who
from town.facts import NotForStewards

TAP = "callback_query"
Ears = tuple[Tapped, ...]
"""What a tap has to pass on its way to some handlers, as far as its data decides."""


class Rooms(Router):
    """The rooms in order."""

    def __init__(self) -> None:
        super().__init__(name="rooms")
        self._ears: list[tuple[Router, list[Ears]]] = []
        self._by_steward: set[Router] = set()
        self._own_commands: set[str] = set()

    def add(self, room: Router, *, by_steward: bool = False, commands: Iterable[str] = ()) -> None:
        """Let a room in, without the observers of what it does not listen to.

        `by_steward`: somebody's steward may come here for them too. Else the room, and its commands, are theirs alone.
        """
        _trim(room)
        self._ears.append((room, list(_ears(room, ()))))
        if by_steward:
            self._by_steward.add(room)
        else:
            self._own_commands.update(commands)
        self.include_router(room)

    async def _propagate_event(
        self, observer: TelegramEventObserver | None, update_type: str, event: TelegramObject, **kwargs: Any
    ) -> Any:
        who: Who | None = kwargs.get("who")
        if who is not None and who.steward_id is not None:
            return await self._for_steward(who, update_type, event, kwargs)
        if update_type != TAP or not isinstance(event, CallbackQuery):
            return await super()._propagate_event(observer, update_type, event, **kwargs)
        for room in self.hearing(event.data or ""):
            response = await room.propagate_event(update_type=update_type, event=event, **kwargs)
            if response is not UNHANDLED:
                return response
        return UNHANDLED

    async def _for_steward(self, who: Who, update_type: str, event: TelegramObject, kwargs: dict[str, Any]) -> Any:
        """What somebody's steward says for them. Raises NotForStewards for what is theirs alone."""
        rooms = [room for room, _ears in self._ears]
        if isinstance(event, CallbackQuery):
            rooms = list(self.hearing(event.data or ""))
            if rooms and rooms[0] not in self._by_steward:
                raise NotForStewards(name=who.name)
        elif isinstance(event, Message) and _command_in(event) in self._own_commands:
            raise NotForStewards(name=who.name)
        for room in rooms:
            if room in self._by_steward:
                response = await room.propagate_event(update_type=update_type, event=event, **kwargs)
                if response is not UNHANDLED:
                    return response
        return UNHANDLED

    def hearing(self, data: str) -> Iterator[Router]:
        """The rooms, in order, that have handlers for taps with this data, as far as it decides."""
        for room, ways in self._ears:
            if any(all(ear.hears(data) for ear in way) for way in ways):
                yield room


def _command_in(message: Message) -> str:
    text = message.text or ""
    return text[1:].partition(" ")[0].partition("@")[0] if text.startswith("/") else ""


def _ears(router: Router, passed: Ears) -> Iterator[Ears]:
    """Of each router with handlers for taps, in and below this one, the filters on the way to them."""
    observer = router.observers.get(TAP)
    if observer is not None:
        own = (one.callback for one in observer._handler.filters or ())
        passed = (*passed, *(one for one in own if isinstance(one, Tapped)))
        if observer.handlers:
            yield passed
    for below in router.sub_routers:
        yield from _ears(below, passed)


def _trim(room: Router) -> None:
    """aiogram makes 27 observers for each router, 36 kB."""
    for router in room.chain_tail:
        for kind, observer in list(router.observers.items()):
            holds = (observer.handlers, observer._handler.filters, observer.middleware, observer.outer_middleware)
            if not any(holds):  # a filter without handlers still guards the routers below
                del router.observers[kind]
                vars(router).pop(kind)
