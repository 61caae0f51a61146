"""The progress cards of broadcasts: one message in the sender's chat, which says how far it has come.

    the notice "broadcast.card" ──delivered──► stands ──changed, at most once in three seconds──► over

What a card says is read from the tables at every look, in one query for all that move, so nobody has to tell of a
message that arrived or of a place that was taken. What it said last is kept beside the broadcast: after a restart the
next look goes on from there. A channel that cannot change what stands there is told twice more: halfway, and at the
end.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from bot.clock import Clock
from bot.delivery.attempt import Sender
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.press import outgoing_of
from bot.leased import go_on
from handlers.tasks import cards as words
from locales import speaking
from storage import inbox
from storage.engine import TROUBLE, Database
from storage.queries import tasks, town
from storage.queries.broadcasts import TOPIC
from storage.queries.tasks import PostedCard
from town.settings import TownSettings

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=3)
"""Between two changes of one card."""

LOOK_AGAIN, AT_REST = 3.0, 30.0
"""Seconds between looks; and while nothing is on its way, when whatever begins, ends or is answered wakes it."""

PATIENCE = 5.0
"""Seconds that a stop waits for the cards that are being changed."""

BEGUN, HALF, OVER = 0, 1, 2
"""How far a broadcast has come, for channels that cannot change a card."""


@runtime_checkable
class Editor(Protocol):
    """Changes what it has sent. Awaits `leaving` when the change's turn has come, where it waits for one."""

    async def edit(
        self, address: str, message: int, outgoing: Outgoing, *, key: str, lane: Lane, leaving: Leaving | None = None
    ) -> Delivered: ...


class Progress:
    """Looks after the cards while it holds their lease."""

    def __init__(self, database: Database, clock: Clock, senders: Mapping[str, Sender]) -> None:
        self.database = database
        self.clock = clock
        self.senders = senders
        self._stopping = False
        self._woken = asyncio.Event()
        self._moves, self._heard = True, False
        self._one_at_a_time = asyncio.Lock()
        self._unsubscribe = database.subscribe(self._hear)

    def _hear(self, topic: str) -> None:
        if topic == TOPIC:
            self._heard = True
            if not self._moves:  # else it looks soon, however much is told meanwhile
                self._woken.set()

    def until_next(self) -> float:
        """Seconds until it looks again by itself."""
        return LOOK_AGAIN if self._moves else AT_REST

    async def run(self) -> None:
        """Look after the cards until stopped, whenever this process holds their lease."""
        await go_on(
            self.database,
            "progress",
            self.drain,
            woken=self._woken,
            every=self.until_next,
            stopping=lambda: self._stopping,
        )

    async def stop(self) -> None:
        """Begin no other change; those that are on their way are finished, unless they wait for their turn for long."""
        self._stopping = True
        self._woken.set()
        self._unsubscribe()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), self._one_at_a_time:
                return

    async def drain(self) -> int:
        """Bring every card up to date that may be changed now; returns how many were changed."""
        async with self._one_at_a_time:
            if self._stopping:
                return 0
            heard, self._heard = self._heard, False
            changed, is_on_its_way = await self._look()
            # What was heard of may not be told before the pause is over, so that one more look follows.
            self._moves = bool(heard or self._heard or changed or is_on_its_way)
            return changed

    async def _look(self) -> tuple[int, bool]:
        """Change what may be changed; how many cards that were, and whether any broadcast is on its way."""
        now = self.clock.now()
        async with self.database.reading() as unit:
            is_on_its_way = await tasks.any_on_its_way(unit)
            posted = await tasks.posted_cards(unit, now=now, said_until=now - PAUSE)
            settings = await town.settings(unit) if posted else None
        if settings is None:
            return 0, is_on_its_way
        async with asyncio.TaskGroup() as group:
            changes = [group.create_task(self._look_after(one, settings)) for one in posted]
        return sum(change.result() for change in changes), is_on_its_way

    async def _look_after(self, posted: PostedCard, settings: TownSettings) -> bool:
        """Change one card if it says what is not so any more; whether it was changed. One's trouble is its own."""
        figures = posted.card.figures(self.clock.now())
        said = json.loads(posted.card.card_said or "{}")
        sender = self.senders.get(posted.channel)
        if said == figures or sender is None:
            return False
        try:
            if isinstance(sender, Editor):
                return await self._edit(sender, posted, figures, settings)
            return await self._tell(sender, posted, said, figures, settings)
        except TROUBLE as error:
            log.warning("the card of broadcast %d waits for the database: %s", posted.card.id, type(error).__name__)
        except Exception:
            log.exception("the card of broadcast %d cannot be looked after", posted.card.id)
        return False

    async def _edit(
        self, sender: Editor, posted: PostedCard, figures: Mapping[str, Any], settings: TownSettings
    ) -> bool:
        before = json.loads(posted.card.card_said or "{}")

        async def leaving() -> None:
            await self._note(posted, before)  # the pause counts from the try, whatever becomes of it

        edited = await sender.edit(
            posted.address,
            int(posted.reference),
            _outgoing(posted, settings),
            key=_key(posted),
            lane=Lane.PERSONAL,  # an emergency to all would keep it back for as long as that takes
            leaving=leaving,
        )
        if edited.outcome is Outcome.SENT:
            await self._note(posted, figures)
            return True
        if edited.outcome is Outcome.RETRY:
            await self._note(posted, before)
        elif edited.outcome is Outcome.BLOCKED:
            await self._leave_alone(posted)
        else:  # somebody has taken the card away: it is not insisted
            log.info("the card of broadcast %d was given up: %s", posted.card.id, edited.detail)
            await self._note(posted, {**figures, "over": True})
        return False

    async def _tell(
        self,
        sender: Sender,
        posted: PostedCard,
        said: Mapping[str, Any],
        figures: Mapping[str, Any],
        settings: TownSettings,
    ) -> bool:
        """Say how it stands in a message of its own, where it has come half of the way, or is over."""
        stage = _stage(posted)
        if stage <= said.get("stage", BEGUN):
            return False
        now_says = {**figures, "stage": stage}
        key = f"{_key(posted)}:{stage}"

        async def leaving() -> None:
            await self._note(posted, now_says)  # after a crash it is not said a second time

        sent = await sender.send(
            posted.address, _outgoing(posted, settings), lane=Lane.PERSONAL, key=key, leaving=leaving
        )
        retry = sent.outcome in (Outcome.RETRY, Outcome.LATER) and not sent.may_have_arrived
        await self._note(posted, said if retry else now_says)
        if sent.outcome is Outcome.BLOCKED:
            await self._leave_alone(posted)
        return sent.outcome is Outcome.SENT

    async def _leave_alone(self, posted: PostedCard) -> None:
        """Its reader has blocked the bot: the card goes on once they are back."""
        async with self.database.unit() as unit:
            await inbox.set_unreachable(unit, channel=posted.channel, address=posted.address)

    async def _note(self, posted: PostedCard, figures: Mapping[str, Any]) -> None:
        async with self.database.unit() as unit:
            await tasks.card_says(unit, posted.card.id, figures, self.clock.now())


def _key(posted: PostedCard) -> str:
    """What the messages of a card are known by."""
    return f"progress:{posted.card.id}"


def _stage(posted: PostedCard) -> int:
    card = posted.card
    if not card.waiting:
        return OVER
    return HALF if (card.people - card.waiting) * 2 >= card.people else BEGUN


def _outgoing(posted: PostedCard, settings: TownSettings) -> Outgoing:
    with speaking(posted.language):
        return outgoing_of(words.card(posted.card, settings))
