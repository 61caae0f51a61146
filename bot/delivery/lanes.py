"""Who waits to be sent to, in which order: the bookkeeping behind `Pace`."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush

from bot.delivery.window import Ticket


class Lane(StrEnum):
    """Who goes first: what cannot wait; answers and personal notices; reminders; what can wait its turn."""

    URGENT = "urgent"
    PERSONAL = "personal"
    REMINDER = "reminder"
    BULK = "bulk"


@dataclass(slots=True, eq=False)
class Chat:
    """What we remember of a chat. `due` is when its next message would come at an even pace, without bursts."""

    group: bool
    due: float = 0.0
    sent: deque[float] = field(default_factory=deque)  # groups only: when their latest messages went
    waiting: dict[Lane, deque[Waiter]] = field(default_factory=lambda: {lane: deque() for lane in Lane})


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody who waits for a turn, and what it takes to give a granted one back."""

    number: int
    chat: Chat
    lane: Lane
    turn: asyncio.Future[None]
    ticket: Ticket = field(default_factory=lambda: Ticket(0.0))
    granted_at: float = 0.0
    due_before: float = 0.0
    even_due_before: float = 0.0


class Queue:
    """One lane: chats with somebody waiting, those that may go now by seniority, the others by when they may.

    An entry stands for whoever waits longest in its chat; once that one has gone, the entry means nothing.
    """

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.ready: list[tuple[int, int, Chat]] = []
        self.later: list[tuple[float, int, int, Chat]] = []
        self._entries = itertools.count()

    def first(self, chat: Chat) -> Waiter | None:
        """Whoever waits longest in a chat."""
        waiting = chat.waiting[self.lane]
        return waiting[0] if waiting else None

    def stands(self, chat: Chat, number: int) -> bool:
        """Whether the entry of waiter `number` still means something."""
        first = self.first(chat)
        return first is not None and first.number == number and not first.turn.done()

    def put(self, chat: Chat, opens_at: float, now: float) -> None:
        """Line up a chat for its longest waiting, if anybody waits."""
        first = self.first(chat)
        if first is None:
            return
        if opens_at <= now:
            heappush(self.ready, (first.number, next(self._entries), chat))
        else:
            heappush(self.later, (opens_at, first.number, next(self._entries), chat))

    def opens_at(self) -> float | None:
        """When its next chat may be written to, as far as the lane goes; None when nobody waits."""
        if self.ready:
            return float("-inf")
        while self.later and not self.stands(self.later[0][3], self.later[0][1]):
            heappop(self.later)
        return self.later[0][0] if self.later else None
