"""The delivery: takes due notices from the outbox and sends each through its resident's channel.

    waiting ──take──► sending ──► sent
       ▲                 │  └───► failed (nobody to reach, refused)
       └── retry, quiet ─┘  └───► dropped (too late, withdrawn, may have left before a crash)

A notice that must not come twice (`Notice.once`) is marked before it leaves; after a crash a marked one is not sent
again, unless the channel itself knows what it has shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from handlers import catalogue
from handlers.kit.capability import Notice
from handlers.kit.screens import Screen
from locales import speaking
from storage import inbox, outbox
from storage.engine import TROUBLE, Database
from storage.lease import Lease
from storage.outbox import Address, Taken
from storage.queries import accounts, town
from storage.tables import OutboxState, Priority
from storage.unit import Unit
from town.reminders import after_quiet
from town.settings import TownSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 32
MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
DATABASE_PAUSE = 0.5
"""Seconds between tries while the database is away."""

LOOK_AGAIN = 10.0
"""Seconds after which the outbox is looked into even when nobody said so."""


class Sender(Protocol):
    """Sends to one channel. `idempotent`: the channel shows a key once, however often it is sent.

    One that is not awaits `leaving` just before the message leaves, when it has waited for its turn.
    """

    idempotent: bool

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered: ...


class DeliveryWorker:
    """Delivers the outbox, while it holds the delivery's lease."""

    def __init__(self, database: Database, clock: Clock, senders: Mapping[str, Sender]) -> None:
        self.database = database
        self.clock = clock
        self.senders = senders
        self._stopping = False
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._unsubscribe = database.subscribe(self._hear)

    def _hear(self, topic: str) -> None:
        if topic == outbox.TOPIC:
            self._woken.set()

    async def run(self) -> None:
        """Deliver until stopped, whenever this process holds the delivery's lease."""
        while not self._stopping:
            try:
                async with self.database.lease("delivery") as lease:
                    await self._while_held(lease)
            except TROUBLE as error:
                log.warning("the delivery waits for the database: %s", type(error).__name__)
                await asyncio.sleep(1)
            except Exception:
                log.exception("the delivery stumbled; it goes on in a moment")
                await asyncio.sleep(1)

    async def _while_held(self, lease: Lease) -> None:
        async with self._one_at_a_time, self.database.unit() as unit:
            await outbox.reclaim(unit)  # whatever is being sent was left half done by a worker that is no more
        while not self._stopping:
            self._woken.clear()
            await lease.check()
            await self.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_AGAIN)

    async def stop(self) -> None:
        """Take no more; what is being sent is finished, and its end written down."""
        self._stopping = True
        self._woken.set()
        self._unsubscribe()
        async with self._one_at_a_time:
            return

    async def drain(self) -> int:
        """Deliver all that is due now; returns how many rows were handled."""
        handled = 0
        async with self._one_at_a_time:
            while not self._stopping:
                async with self.database.unit() as unit:
                    taken = await outbox.take(unit, now=self.clock.now(), most=BATCH)
                if not taken:
                    return handled
                async with asyncio.TaskGroup() as group:
                    for row in taken:
                        group.create_task(self._deliver(row))
                handled += len(taken)
        return handled

    async def _deliver(self, row: Taken) -> None:
        """Deliver one row. One that breaks on the way is a failure of its own: the others go on."""
        try:
            await self._attempt(row)
        except Exception as error:
            if self._stopping and isinstance(error, TROUBLE):
                raise  # the row is reclaimed at the next start
            log.exception("the notice %r in row %d cannot be delivered", row.notice, row.id)
            await self._settle(row, OutboxState.FAILED, f"broken: {type(error).__name__}")

    async def _attempt(self, row: Taken) -> None:
        now = self.clock.now()
        settings, addresses = await self._insist(self.database.reading, partial(_recipient, row))
        notice = catalogue.notices().get(row.notice)
        if notice is None:
            log.error("no capability knows the notice %r", row.notice)
            await self._settle(row, OutboxState.FAILED, "unknown notice")
        elif (reason := _too_late(row, now)) is not None:
            await self._settle(row, OutboxState.DROPPED, reason)
        elif (later := _quiet_until(row, notice, settings, now)) is not None:
            await self._put_off(row, later)
        else:
            await self._send(row, notice, settings, addresses)

    async def _send(self, row: Taken, notice: Notice, settings: TownSettings, addresses: list[Address]) -> None:
        """Try the resident's accounts in order until one is reached."""
        last = Delivered(Outcome.BLOCKED, detail="no account, or none that is reachable")
        for account in addresses:
            sender = self.senders.get(account.channel)
            if sender is None:
                continue
            if notice.once and not sender.idempotent and row.may_have_left:
                await self._settle(row, OutboxState.DROPPED, "may have been sent before a stop")
                return
            last = await self._to(sender, account, row, notice, settings)
            if last.outcome is Outcome.SENT:
                await self._settle(row, OutboxState.SENT, "", account_id=account.id, reference=last.reference or "")
                return
            if last.outcome is not Outcome.BLOCKED:
                break
            await self._note(inbox.set_unreachable, channel=account.channel, address=account.address)
        if last.outcome is Outcome.BLOCKED and any(account.channel not in self.senders for account in addresses):
            last = _channel_away(row)
        if notice.once and last.may_have_arrived:
            await self._settle(row, OutboxState.DROPPED, f"may have arrived: {last.detail}")
        else:
            await self._not_sent(row, last)

    async def _to(
        self, sender: Sender, account: Address, row: Taken, notice: Notice, settings: TownSettings
    ) -> Delivered:
        with speaking(account.language):
            outgoing = await _outgoing(row, notice, settings)
        key = f"outbox:{row.id}"
        lane = Lane.PERSONAL if row.priority <= Priority.PERSONAL else Lane.BULK
        leaving = partial(self._note, outbox.mark_in_flight, row.id) if notice.once else None
        delivered = await sender.send(account.address, outgoing, lane=lane, key=key, leaving=leaving)
        if delivered.outcome is not Outcome.MOVED or not delivered.moved_to:
            return delivered
        await self._note(accounts.move, channel=account.channel, address=account.address, to=str(delivered.moved_to))
        return await sender.send(str(delivered.moved_to), outgoing, lane=lane, key=key, leaving=leaving)

    async def _not_sent(self, row: Taken, last: Delivered) -> None:
        if last.outcome is Outcome.BLOCKED:
            log.info("nobody was reached by the notice %r in row %d: %s", row.notice, row.id, last.detail)
            await self._settle(row, OutboxState.FAILED, outbox.UNREACHED)
        elif last.outcome is not Outcome.RETRY:
            await self._settle(row, OutboxState.FAILED, last.detail)
        elif row.attempts >= MOST_TRIES:
            await self._settle(row, OutboxState.FAILED, f"given up: {last.detail}")
        else:
            pause = min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
            if last.retry_after:
                pause = max(pause, timedelta(seconds=last.retry_after))
            await self._note(outbox.put_back, row.id, due_at=self.clock.now() + pause, detail=last.detail)

    async def _put_off(self, row: Taken, until: datetime) -> None:
        await self._note(outbox.put_back, row.id, due_at=until, detail=row.detail, count=False)

    async def _settle(
        self, row: Taken, state: OutboxState, detail: str, *, account_id: int | None = None, reference: str = ""
    ) -> None:
        now = self.clock.now()
        await self._note(
            outbox.settle, row.id, state, now=now, account_id=account_id, reference=reference, detail=detail
        )

    async def _note(self, write: Callable[..., Awaitable[object]], *args: Any, **values: Any) -> None:
        """Write something down: what has left must not leave again for want of a note."""
        await self._insist(self.database.unit, lambda unit: write(unit, *args, **values))

    async def _insist(
        self, transaction: Callable[[], AbstractAsyncContextManager[Unit]], work: Callable[[Unit], Awaitable[T]]
    ) -> T:
        """Do something in the database, as often as it takes. Raises TROUBLE only when we are stopping."""
        while True:
            try:
                async with transaction() as unit:
                    done = await work(unit)
                break  # only now it is committed
            except TROUBLE as error:
                if self._stopping:
                    raise
                log.warning("the delivery waits for the database: %s", type(error).__name__)
                await asyncio.sleep(DATABASE_PAUSE)
        return done


async def _recipient(row: Taken, unit: Unit) -> tuple[TownSettings, list[Address]]:
    return await town.settings(unit), await outbox.addresses(unit, row.resident_id)


def _too_late(row: Taken, now: datetime) -> str | None:
    return "too late" if row.expires_at is not None and now >= row.expires_at else None


def _channel_away(row: Taken) -> Delivered:
    """An account may be reached, but by a channel that is not open here now: looked at again for about five days."""
    pause = LONGEST_PAUSE * 2 ** (row.attempts - 1)
    detail = row.detail if row.may_have_left else "the channel is not open"
    return Delivered(Outcome.RETRY, detail=detail, retry_after=pause.total_seconds())


def _quiet_until(row: Taken, notice: Notice, settings: TownSettings, now: datetime) -> datetime | None:
    """When the quiet hours end, if they hold this notice back now."""
    if not notice.quiet or row.priority == Priority.URGENT:
        return None
    free = after_quiet(now, settings.tz, settings.quiet_from, settings.quiet_until)
    return free if free > now else None


async def _outgoing(row: Taken, notice: Notice, settings: TownSettings) -> Outgoing:
    """A row's message in the current language. A picture that cannot be drawn does not keep the words back."""
    screen, photo = notice.render(row.fields, settings), None
    if notice.picture is not None and screen.fits_a_picture:
        try:
            photo = await notice.picture(row.fields, settings)
        except Exception:
            log.exception("the picture of the notice %r in row %d cannot be drawn", row.notice, row.id)
    return outgoing_of(screen, photo)


def outgoing_of(screen: Screen, photo: bytes | None = None) -> Outgoing:
    """A screen as the senders take it."""
    return Outgoing(
        html=str(screen.html),
        buttons=tuple(tuple((choice.label, choice.data or choice.url) for choice in row) for row in screen.rows),
        photo=photo,
    )
