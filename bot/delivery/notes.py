"""What the delivery writes down, at once and together: whatever comes while a transaction runs shares the next one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.delivery.outcome import Learned
from storage import dispatch, inbox
from storage.dispatch import Back, End
from storage.engine import TROUBLE, Database
from storage.queries import accounts, statuses
from storage.unit import Unit

log = logging.getLogger(__name__)

T = TypeVar("T")

DATABASE_PAUSE = 0.5
"""Seconds between tries while the database is away."""

MOST_TOGETHER = 500

SPARED_FOR = timedelta(days=1)
"""How long whoever a channel spares is sent no advertising."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """A row that must not come twice is about to leave."""

    row_id: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An account cannot be written to until its person comes back."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A chat has another address now."""

    channel: str
    address: str
    to: str


@dataclass(frozen=True, slots=True)
class Taught:
    """What a delivery at a time, to an account which was last heard of at another, has taught."""

    account_id: int
    what: Learned
    heard_at: datetime | None
    at: datetime


Note = Leaves | Unreachable | Moved | Taught | End | Back


class Notes:
    """Writes notes in the order in which they came. No note waits for others to come: the writer writes what is there.

    While the database is away a note is tried again until it is written, or until `give_up`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Note, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self.giving_up = False

    async def write(self, note: Note) -> None:
        """Write something down; it is committed when this returns. Raises TROUBLE only after `give_up`."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((note, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        await written

    def give_up(self) -> None:
        """Insist no more when the database is away."""
        self.giving_up = True

    async def _write_all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            error: Exception | None = None
            try:
                await self._insist([note for note, _written in together])
            except Exception as failed:
                error = failed
            for _note, written in together:
                if written.done():
                    continue  # whoever wrote it was called back
                if error is None:
                    written.set_result(None)
                else:
                    written.set_exception(error)
        self._writer = None

    async def _insist(self, notes: list[Note]) -> None:
        await self.insist(self._database.unit, lambda unit: _write(unit, notes))

    async def insist(
        self, transaction: Callable[[], AbstractAsyncContextManager[Unit]], work: Callable[[Unit], Awaitable[T]]
    ) -> T:
        """Do something in the database, as often as it takes. Raises TROUBLE only after `give_up`."""
        while True:
            try:
                async with transaction() as unit:
                    done = await work(unit)
                break  # only now it is committed
            except TROUBLE as error:
                if self.giving_up:
                    raise
                log.warning("the delivery waits for the database: %s", type(error).__name__)
                await asyncio.sleep(DATABASE_PAUSE)
        return done


async def _write(unit: Unit, notes: list[Note]) -> None:
    leaving: list[int] = []
    ends: list[End] = []
    backs: list[Back] = []
    for note in notes:
        match note:
            case Leaves():
                leaving.append(note.row_id)
            case End():
                ends.append(note)
            case Back():
                backs.append(note)
            case Unreachable():
                await inbox.set_unreachable(unit, channel=note.channel, address=note.address)
            case Taught(account_id, Learned.WINDOW_SHUT | Learned.NOT_LISTED, heard_at):
                await statuses.shut_window(unit, account_id=account_id, heard_at=heard_at)
            case Taught(account_id, Learned.NO_MARKETING):
                await statuses.stop_marketing(unit, account_id)
            case Taught(account_id, Learned.SPARED, at=at):
                await statuses.spare(unit, account_id=account_id, until=at + SPARED_FOR)
            case Moved():
                await accounts.move(unit, channel=note.channel, address=note.address, to=note.to)
    # One row has one note at a time: it is marked before it leaves, and ends, or goes back, after it did. To settle is
    # the first of it, for the sake of what is locked before the rows.
    if ends or backs:
        await dispatch.settle(unit, ends, backs)
    if leaving:
        await dispatch.mark_in_flight(unit, leaving)
