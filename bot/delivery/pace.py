"""How fast we may talk on Telegram, decided in one place for replies and deliveries alike.

Telegram allows about one message a second to a chat (short bursts pass), 30 a second in all and 20 a minute to a group
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Limits hold per bot token, so every
sender of one token shares one `Pace`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from heapq import heappop

from bot.delivery.lanes import Chat, Lane, Queue, Waiter
from bot.delivery.window import Window

__all__ = ["ChatId", "Lane", "Limits", "Pace"]

ChatId = int | str
_FEWEST_TO_SWEEP = 1024
# uvloop's clock counts whole milliseconds and is read once a round: so a window is a little longer than it seems.
_CLOCK_GRAIN = 0.002
FIRST_WARNED = tuple(Lane)
FIRST_ANSWERED = (Lane.PERSONAL, Lane.URGENT, Lane.REMINDER, Lane.BULK)
MADE_UP_FOR = 0.25
"""How much lateness of even turns, as a share of the window, is made up for by turns that follow faster."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The pace of one bot token; all periods in seconds.

    No window of `overall_period` holds more than `overall` messages, no window of `group_period` more than `per_group`
    to one group. A chat gets one message per `chat_spacing`, of which `chat_burst` may come at once after a silence.
    """

    chat_spacing: float = 1.0
    chat_burst: int = 3
    overall: int = 30
    overall_period: float = 1.0
    per_group: int = 20
    group_period: float = 60.0

    def __post_init__(self) -> None:
        if min(self.chat_burst, self.overall, self.per_group) < 1:
            raise ValueError("a pace needs room for at least one message")
        if min(self.chat_spacing, self.overall_period, self.group_period) < 0:
            raise ValueError("a period cannot be negative")

    def scaled(self, factor: float) -> Limits:
        """The same limits with all periods multiplied by `factor` (0.1 is ten times as fast)."""
        return replace(
            self,
            chat_spacing=self.chat_spacing * factor,
            overall_period=self.overall_period * factor,
            group_period=self.group_period * factor,
        )


class Pace:
    """Turns to send, one at a time, within `limits`. Belongs to one event loop.

    The lanes go in their order; within a lane whoever waits longest goes first, except that nobody waits for a chat
    that is not theirs. All turns but those of answers come evenly spread: thirty at once would not arrive as they left,
    and two such bursts could meet within one second at Telegram. While both what is urgent and answers wait, they take
    turns: whoever asks the town something is answered while everybody is warned, and the warning goes out however many
    ask. Memory is bounded by those who wait and the chats written to within a period.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        period = self.limits.overall_period
        self._window = Window(self.limits.overall, period + _CLOCK_GRAIN, longest=period)
        self._chats: dict[ChatId, Chat] = {}
        self._sweep_at = _FEWEST_TO_SWEEP
        self._queues = {lane: Queue(lane) for lane in Lane}
        self._numbers = itertools.count()
        self._halt_until = float("-inf")
        self._even_due = float("-inf")
        self._answered_last = True  # of what is urgent and answers
        self._gap = self.limits.overall_period / self.limits.overall
        self._made_up_for = max(self._gap, MADE_UP_FOR * self.limits.overall_period)
        self._timer: asyncio.Handle | None = None
        self._timer_at: float | None = None  # uvloop's handles for a time that has passed cannot say when they are due

    @property
    def chats_remembered(self) -> int:
        """How many chats take up memory."""
        return len(self._chats)

    def halt(self, seconds: float) -> None:
        """Give no turn for `seconds`, as a 429 demands. Only time lifts a halt; a shorter one changes nothing."""
        self._halt_until = max(self._halt_until, asyncio.get_running_loop().time() + seconds)

    def halted_for(self) -> float:
        """Seconds until turns are given again; 0 when they are."""
        return max(0.0, self._halt_until - asyncio.get_running_loop().time())

    async def resumed(self) -> None:
        """Wait for the end of a halt, without taking a turn: for requests that are no messages."""
        if (seconds := self.halted_for()) > 0:
            await asyncio.sleep(seconds)
            await self.resumed()  # another 429 may have made it longer

    @asynccontextmanager
    async def turn(self, chat_id: ChatId, lane: Lane = Lane.BULK) -> AsyncIterator[None]:
        """Wait until one message may go to `chat_id`; it is sent, and its answer awaited, within the block.

        Cancelling the wait gives the turn back, also when it was granted just then.
        """
        waiter = await self._granted(chat_id, lane)
        try:
            yield
        finally:
            self._window.landed(waiter.ticket, asyncio.get_running_loop().time())
            self._run()

    async def _granted(self, chat_id: ChatId, lane: Lane) -> Waiter:
        loop = asyncio.get_running_loop()
        waiter = Waiter(next(self._numbers), self._chat(chat_id, loop.time()), lane, loop.create_future())
        self._join(waiter, loop.time())
        self._run()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.cancelled():
                self._leave(waiter, loop.time())
            else:
                self._give_back(waiter)
            self._run()
            raise
        return waiter

    def _chat(self, chat_id: ChatId, now: float) -> Chat:
        # Ids below zero are groups; names stand for public groups and channels.
        key = _as_number(chat_id)
        chat = self._chats.get(key)
        if chat is None:
            if len(self._chats) >= self._sweep_at:
                self._forget_idle(now)
            chat = self._chats[key] = Chat(group=isinstance(key, str) or key < 0)
        return chat

    def _forget_idle(self, now: float) -> None:
        for key, chat in list(self._chats.items()):
            fresh_group = chat.sent and chat.sent[-1] > now - self.limits.group_period
            if chat.due <= now and not fresh_group and not any(chat.waiting.values()):
                del self._chats[key]
        self._sweep_at = max(_FEWEST_TO_SWEEP, 2 * len(self._chats))

    def _join(self, waiter: Waiter, now: float) -> None:
        queue, line = self._queues[waiter.lane], waiter.chat.waiting[waiter.lane]
        line.append(waiter)
        if line[0] is waiter:
            queue.put(waiter.chat, self._opens_at(waiter.chat), now)

    def _leave(self, waiter: Waiter, now: float) -> None:
        queue, line = self._queues[waiter.lane], waiter.chat.waiting[waiter.lane]
        was_first = line[0] is waiter
        line.remove(waiter)
        if was_first:
            queue.put(waiter.chat, self._opens_at(waiter.chat), now)

    def _opens_at(self, chat: Chat) -> float:
        """When `chat` may be written to by its own limits."""
        at = chat.due - (self.limits.chat_burst - 1) * self.limits.chat_spacing
        if chat.group and len(chat.sent) >= self.limits.per_group:
            at = max(at, chat.sent[0] + self.limits.group_period)
        return at

    def _all_open_at(self, now: float) -> float:
        """When anybody may be written to: past any halt, with room in the overall window."""
        return max(self._halt_until, self._window.room_at(now))

    def _lane_open_at(self, lane: Lane, all_open_at: float) -> float:
        """When anybody in `lane` may be written to."""
        if lane is Lane.PERSONAL and not (self._answered_last and self._queues[Lane.URGENT].ready):
            return all_open_at
        return max(all_open_at, self._even_due)

    def _run(self) -> None:
        """Give every turn that is due and set the timer for the next."""
        now = asyncio.get_running_loop().time()
        while self._grant_next(now):
            pass
        open_at = self._all_open_at(now)
        waits = [
            max(at, self._lane_open_at(lane, open_at))
            for lane, queue in self._queues.items()
            if (at := queue.opens_at()) is not None
        ]
        self._set_timer(min(waits) if waits else None)

    def _grant_next(self, now: float) -> bool:
        self._settle(self._queues[Lane.URGENT], now)  # answers yield to whoever of these may go
        open_at = self._all_open_at(now)
        for lane in FIRST_WARNED if self._answered_last else FIRST_ANSWERED:
            if self._lane_open_at(lane, open_at) > now:
                continue
            queue = self._queues[lane]
            self._settle(queue, now)
            if queue.ready:
                self._grant(queue, heappop(queue.ready)[2], now)
                return True
        return False

    def _settle(self, queue: Queue, now: float) -> None:
        """Make the top of `ready`, if there is one, a chat that may be written to now."""
        while queue.later and queue.later[0][0] <= now:
            _, number, _, chat = heappop(queue.later)
            if queue.stands(chat, number):
                queue.put(chat, self._opens_at(chat), now)
        while queue.ready:
            number, _, chat = queue.ready[0]
            stands = queue.stands(chat, number)
            if stands and self._opens_at(chat) <= now:
                return
            heappop(queue.ready)
            if stands:  # the other lane has written to this chat meanwhile
                queue.put(chat, self._opens_at(chat), now)

    def _grant(self, queue: Queue, chat: Chat, now: float) -> None:
        waiter = chat.waiting[queue.lane].popleft()
        waiter.granted_at, waiter.due_before, waiter.even_due_before = now, chat.due, self._even_due
        chat.due = self._due_after(chat.due, now)
        if queue.lane in (Lane.URGENT, Lane.PERSONAL):
            self._answered_last = queue.lane is Lane.PERSONAL
        if queue.lane is not Lane.PERSONAL:
            self._even_due = self._even_due_after(self._even_due, now)
        if chat.group:
            chat.sent.append(now)
            if len(chat.sent) > self.limits.per_group:
                chat.sent.popleft()
        waiter.ticket = self._window.grant(now)
        waiter.turn.set_result(None)
        queue.put(chat, self._opens_at(chat), now)

    def _due_after(self, due: float, now: float) -> float:
        return max(due, now) + self.limits.chat_spacing

    def _even_due_after(self, due: float, now: float) -> float:
        # A timer's lateness is made up for, so that it does not slow a long broadcast down; a silence is not.
        return (due if now - due < self._made_up_for else now) + self._gap

    def _give_back(self, waiter: Waiter) -> None:
        """Undo a grant that nobody used, as far as nothing was built on it since."""
        chat = waiter.chat
        self._window.give_back(waiter.ticket)
        if waiter.granted_at in chat.sent:
            chat.sent.remove(waiter.granted_at)
        if chat.due == self._due_after(waiter.due_before, waiter.granted_at):
            chat.due = waiter.due_before
        if waiter.lane is not Lane.PERSONAL:
            even_due = self._even_due_after(waiter.even_due_before, waiter.granted_at)
            if self._even_due == even_due:
                self._even_due = waiter.even_due_before
        for queue in self._queues.values():
            queue.put(chat, self._opens_at(chat), asyncio.get_running_loop().time())

    def _set_timer(self, at: float | None) -> None:
        if self._timer is not None:
            if self._timer_at == at:
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = None if at is None else asyncio.get_running_loop().call_at(at, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._run()


def _as_number(chat_id: ChatId) -> ChatId:
    try:
        return int(chat_id)
    except ValueError:
        return chat_id
