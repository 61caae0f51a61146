"""The cards of polls in groups: posted, kept up to date, and followed by the result.

    "" ──post──► "?" ──taken──► "chat/message" ──edit, at most once in ten seconds──► closed, result ──► done

A card is marked before it leaves, and so is a result: after a crash neither is posted a second time. What a card says
of the turnout is read from the tables at every look, so nobody has to tell of a vote: a vote costs nothing more for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Protocol

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.worker import DATABASE_PAUSE, outgoing_of
from bot.leased import go_on
from handlers import catalogue
from handlers.groups import cards as words
from handlers.kit.links import Links
from handlers.polls.closing import result_fields
from locales import speaking
from storage import inbox
from storage.engine import TROUBLE, Database
from storage.queries import accounts, groups, town
from storage.queries.groups import CHANNEL, IN_FLIGHT, TOPIC, Card
from town.settings import TownSettings

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=10)
"""Between two changes of one card."""

LATE = timedelta(days=1)
"""A result that is older is no news to a group that could not be written to before."""

PATIENCE = 5.0
"""Seconds that a stop waits for the card that is being posted."""

LOOK_AGAIN = 5.0
"""Seconds between looks at who has voted."""


class Board(Protocol):
    """Posts in groups, and changes what it has posted. Awaits `leaving` when a message's turn has come."""

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered: ...

    async def edit(
        self, address: str, message: int, outgoing: Outgoing, *, key: str, leaving: Leaving | None = None
    ) -> Delivered: ...


class Cards:
    """Looks after the cards while it holds their lease, once the bot knows its name; without a board there are none."""

    def __init__(self, database: Database, clock: Clock, board: Board | None, links: Links) -> None:
        self.database = database
        self.clock = clock
        self.board = board
        self.links = links
        self._stopping = False
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._unsubscribe = database.subscribe(self._hear)

    def _hear(self, topic: str) -> None:
        if topic == TOPIC:
            self._woken.set()

    async def run(self) -> None:
        """Look after the cards until stopped, whenever this process holds their lease."""
        if self.board is not None:
            await go_on(
                self.database, "cards", self.drain, woken=self._woken, every=LOOK_AGAIN, stopping=lambda: self._stopping
            )

    async def stop(self) -> None:
        """Begin no other card; the one that is being posted is finished, unless it waits for its turn for long."""
        self._stopping = True
        self._woken.set()
        self._unsubscribe()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), self._one_at_a_time:
                return

    async def drain(self) -> int:
        """Bring every card up to date that may be changed now; returns how many there were to look at."""
        board, username = self.board, self.links.telegram_username
        async with self._one_at_a_time:
            if board is None or not username or self._stopping:
                return 0
            async with self.database.reading() as unit:
                due = await groups.due_cards(unit, before=self.clock.now() - PAUSE)
                settings = await town.settings(unit) if due else None
            if settings is None:
                return 0
            async with asyncio.TaskGroup() as tasks:
                for _account, cards in groupby(due, key=lambda card: card.account_id):
                    tasks.create_task(self._look_after(_Desk(self, board, username, settings), list(cards)))
            return len(due)

    async def _look_after(self, desk: _Desk, cards: Sequence[Card]) -> None:
        """The cards of one group, one after the other: the others do not wait for its pace."""
        for card in cards:
            if self._stopping:
                return
            try:
                await desk.bring_up_to_date(card)
            except TROUBLE as error:
                log.warning("the card %d waits for the database: %s", card.id, type(error).__name__)
            except Exception:
                log.exception("the card %d cannot be looked after", card.id)

    async def note(self, card: Card, **columns: object) -> None:
        """Write something of a card down, as often as it takes. Raises TROUBLE only when we are stopping."""
        while True:
            try:
                async with self.database.unit() as unit:
                    await groups.change_card(unit, card, **columns)
                return
            except TROUBLE as error:
                if self._stopping:
                    raise
                log.warning("the cards wait for the database: %s", type(error).__name__)
                await asyncio.sleep(DATABASE_PAUSE)


class _Desk:
    """What one look at the cards works with."""

    def __init__(self, cards: Cards, board: Board, username: str, settings: TownSettings) -> None:
        self.cards = cards
        self.board = board
        self.username = username
        self.settings = settings

    async def bring_up_to_date(self, card: Card) -> None:
        poll = card.poll
        over = poll.closed_at is not None or poll.cancelled_at is not None
        if over:
            await self._end(card)
        elif card.message == IN_FLIGHT:
            return  # whether it was posted is not known, and it must not be posted twice
        elif not card.message_id:
            await self._post(card)
        elif card.turnout != card.voted:
            await self._edit(card)

    async def _post(self, card: Card) -> None:
        note, now = self.cards.note, self.cards.clock.now
        with speaking(self.settings.language):
            outgoing = outgoing_of(words.card(card.poll, card.turnout, self.username, self.settings))

        async def leaving() -> None:
            await note(card, message=IN_FLIGHT, changed_at=now())

        sent = await self._send(card, outgoing, f"card:{card.id}", leaving)
        if sent.outcome is Outcome.SENT:
            await note(card, message=f"{sent.moved_to or card.address}/{sent.reference}", voted=card.turnout)
        elif sent.outcome is Outcome.REFUSED:
            await self._give_up(card, sent)
        elif not sent.may_have_arrived:
            await note(card, message="")

    async def _edit(self, card: Card, *, over: bool = False) -> bool:
        """Change a card to what it has to say now; whether that is settled, one way or another."""
        note, now = self.cards.note, self.cards.clock.now
        with speaking(self.settings.language):
            if over:
                screen = words.closed(card.poll, card.turnout, self.username)
            else:
                screen = words.card(card.poll, card.turnout, self.username, self.settings)

        async def leaving() -> None:
            await note(card, changed_at=now())

        edited = await self.board.edit(
            card.address, int(card.message_id), outgoing_of(screen), key=f"card:{card.id}", leaving=leaving
        )
        if edited.outcome is Outcome.SENT:
            await note(card, voted=card.turnout)
        elif edited.outcome is Outcome.REFUSED:
            await self._give_up(card, edited)
            return False
        elif edited.outcome is Outcome.MOVED:
            await self._follow(card, edited)  # the messages stayed behind: the next look posts the card anew
        elif edited.outcome is Outcome.BLOCKED:
            await self._leave_alone(card.address)
        return edited.outcome in (Outcome.SENT, Outcome.MOVED)

    async def _end(self, card: Card) -> None:
        """The card says that the poll is over, and the result follows it."""
        if card.message_id and not await self._edit(card, over=True):
            return
        note, now = self.cards.note, self.cards.clock.now
        closed_at = card.poll.closed_at
        if closed_at is None or now() - closed_at > LATE:
            await note(card, done_at=now(), changed_at=now())
            return
        outgoing = await self._result(card)

        async def leaving() -> None:
            await note(card, done_at=now(), changed_at=now())

        sent = await self._send(card, outgoing, f"result:{card.id}", leaving)
        if sent.outcome is Outcome.RETRY and not sent.may_have_arrived:
            await note(card, done_at=None, changed_at=now())

    async def _result(self, card: Card) -> Outgoing:
        """What came of a poll, with the picture that residents get, where the words leave room for one."""
        notice = catalogue.notices()["poll.result"]
        with speaking(self.settings.language):
            screen, photo = words.result(card.poll, self.username), None
            if notice.picture is not None and screen.fits_a_picture:
                try:
                    photo = await notice.picture(result_fields(card.poll), self.settings)
                except Exception:
                    log.exception("the picture of the result for the card %d cannot be drawn", card.id)
        return outgoing_of(screen, photo)

    async def _send(self, card: Card, outgoing: Outgoing, key: str, leaving: Leaving) -> Delivered:
        """Send something to a card's group, wherever it is now: `moved_to` of what comes back tells."""
        sent = await self.board.send(card.address, outgoing, lane=Lane.PERSONAL, key=key, leaving=leaving)
        if sent.outcome is Outcome.MOVED and sent.moved_to:
            await self._follow(card, sent)
            moved = sent.moved_to
            sent = await self.board.send(moved, outgoing, lane=Lane.PERSONAL, key=key, leaving=leaving)
            sent = replace(sent, moved_to=moved)
        if sent.outcome is Outcome.BLOCKED:
            await self._leave_alone(sent.moved_to or card.address)
        return sent

    async def _give_up(self, card: Card, why: Delivered) -> None:
        """Somebody has taken the card away, or nothing may be posted there: it is not insisted."""
        log.info("the card %d was given up: %s", card.id, why.detail)
        await self.cards.note(card, done_at=self.cards.clock.now(), changed_at=self.cards.clock.now())

    async def _leave_alone(self, address: str) -> None:
        """The bot was put out of the group: nothing is sent there until it is let in again."""
        async with self.cards.database.unit() as unit:
            await inbox.set_unreachable(unit, channel=CHANNEL, address=address)

    async def _follow(self, card: Card, moved: Delivered) -> None:
        async with self.cards.database.unit() as unit:
            await accounts.move(unit, channel=CHANNEL, address=card.address, to=str(moved.moved_to))
