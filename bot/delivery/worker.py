"""The delivery: takes due notices from the outbox and sends each through its recipient's channel.

    waiting ──take──► sending ──► sent
       ▲                 │  └───► failed (nobody to reach, refused)
       └── retry, quiet ─┘  └───► dropped (too late, withdrawn, turned off, may have left before a crash)

What cannot wait, what presses and what goes out in bulk have a pump each, with a window of rows in hand that is filled
up as they end: no row waits for the slowest of a batch, no reminder for a broadcast to everybody, and an emergency for
nothing. A notice that must not come
twice (`Notice.once`) is marked before it leaves; after a crash a marked one is not sent again, unless the channel
itself knows what it has shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress

from bot.clock import Clock
from bot.delivery import quiet
from bot.delivery.attempt import Attempt, Desk, Sender
from bot.delivery.notes import DATABASE_PAUSE, Notes
from bot.delivery.press import Press, outgoing_of
from bot.delivery.pump import Pump
from bot.delivery.senders import Carrier
from handlers.kit.links import Links
from storage import dispatch, outbox
from storage.dispatch import Back, Taken
from storage.engine import TROUBLE, Database
from storage.lease import Lease
from storage.queries import town
from storage.tables import Priority
from storage.unit import Unit

__all__ = ["DATABASE_PAUSE", "DeliveryWorker", "Sender", "outgoing_of", "window_for"]

log = logging.getLogger(__name__)

PRESSING = (Priority.PERSONAL, Priority.REMINDER)
PRESSING_WINDOW = 32
LOOK_AGAIN = 5.0
"""Seconds after which the outbox is looked into even when nobody said so."""

PATIENCE = 10.0
"""Seconds that a stop waits for what is on its way."""

PAUSE = 1.0
"""Seconds after trouble."""


def window_for(pace: int) -> int:
    """How many rows of a run to everybody are in hand, for a pace of so many a second: for two slow seconds."""
    return min(256, max(32, 2 * pace))


class DeliveryWorker:
    """Delivers the outbox, while it holds the delivery's lease.

    `window` is how many rows of a run to everybody it has in hand, an emergency's and a broadcast's each.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        senders: Mapping[str, Sender],
        *,
        window: int = window_for(30),
        links: Links | None = None,
    ) -> None:
        self.database = database
        self.notes = Notes(database)
        self.desk = Desk(clock, senders, self.notes, Press(database, self.notes, links or Links()))
        self._woken = asyncio.Event()
        self._pumps = tuple(
            Pump(priorities, size, self._woken)
            for priorities, size in (
                ((Priority.URGENT,), window), (PRESSING, PRESSING_WINDOW), ((Priority.BULK,), window),
            )
        )  # fmt: skip
        self._stopping = False
        self._filling = asyncio.Lock()
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
                await asyncio.sleep(PAUSE)
            except Exception:
                log.exception("the delivery stumbled; it goes on in a moment")
                await asyncio.sleep(PAUSE)

    async def _while_held(self, lease: Lease) -> None:
        await self._take_up()
        while not self._stopping:
            self._woken.clear()
            await self._fill(lease)
            self._forget_when_idle()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_AGAIN)

    async def _take_up(self) -> None:
        """Begin with what a worker that is no more has left half done; what this one has in hand comes first."""
        while True:
            await asyncio.gather(*(pump.emptied() for pump in self._pumps))
            async with self._filling:
                if not any(pump.flights for pump in self._pumps):
                    for sender in self.desk.senders.values():
                        if isinstance(sender, Carrier):
                            sender.begin()
                    async with self.database.unit() as unit:
                        await dispatch.reclaim(unit, self.desk.clock.now())
                    return

    async def _fill(self, lease: Lease | None = None) -> int:
        """Take as many rows as the pumps have room for, and send them on their way. Returns how many."""
        async with self._filling:
            wanted = {pump: most for pump in self._pumps if (most := pump.room())}
            if self._stopping or not wanted:
                return 0
            if lease is not None:
                await lease.check()
            async with self.database.unit() as unit:
                taken, attempts = await self._take(unit, wanted)
            for pump, rows in taken.items():
                ours = [attempts[row.id] for row in rows if row.id in attempts]
                pump.launch(ours, more=len(rows) == wanted[pump])
            return sum(map(len, taken.values()))

    async def _take(self, unit: Unit, wanted: Mapping[Pump, int]) -> tuple[dict[Pump, list[Taken]], dict[int, Attempt]]:
        """What each pump is given, and an attempt for each of the rows but those that have to wait for the morning."""
        now = self.desk.clock.now()
        taken = {
            pump: await dispatch.take(unit, now=now, most=most, priorities=pump.priorities)
            for pump, most in wanted.items()
        }
        rows = [row for some in taken.values() for row in some]
        if not rows:
            return taken, {}
        settings = await town.settings(unit)
        held = await quiet.put_off(unit, rows, settings, now)
        rows = [row for row in rows if row.id not in held]
        recipients = await dispatch.recipients(unit, rows)
        return taken, {row.id: Attempt(self.desk, row, to, settings) for row, to in zip(rows, recipients, strict=True)}

    def _forget_when_idle(self) -> None:
        if not any(pump.flights for pump in self._pumps):
            self.desk.press.forget()

    async def drain(self) -> int:
        """Deliver all that is due now; returns how many rows were handled."""
        handled = 0
        while not self._stopping:
            taken = await self._fill()
            handled += taken
            busy = [pump for pump in self._pumps if pump.flights]
            if not busy and not taken:
                break
            for pump in busy:
                await pump.has_room()
        self._forget_when_idle()
        return handled

    async def stop(self) -> None:
        """Take no more; what is on its way is finished, and its end written down. What waits for its turn waits on."""
        if not self._stopping:
            self._unsubscribe()
        self._stopping = True
        self.notes.give_up()
        self._woken.set()
        async with self._filling:  # a take that has begun is finished
            flights = {task: attempt for pump in self._pumps for task, attempt in pump.flights.items()}
        called_back = {task: attempt for task, attempt in flights.items() if attempt.can_be_called_back}
        for task in called_back:
            task.cancel()
        if not flights:
            return
        _ended, unfinished = await asyncio.wait(flights, timeout=PATIENCE)
        for task in unfinished:  # nobody knows what becomes of them: the next start takes them up as after a crash
            task.cancel()
        if unfinished:
            log.warning("%d messages were on their way when the town stopped", len(unfinished))
            await asyncio.wait(unfinished)
        await self._put_back([attempt for task, attempt in called_back.items() if task.cancelled()])

    async def _put_back(self, attempts: list[Attempt]) -> None:
        rows = [attempt.row for attempt in attempts]
        if not rows:
            return
        try:
            async with self.database.unit() as unit:
                await dispatch.put_back(unit, [Back(row.id, row.due_at, row.detail, tried=False) for row in rows])
        except TROUBLE as error:
            log.warning("%d rows are put back at the next start: %s", len(rows), type(error).__name__)
