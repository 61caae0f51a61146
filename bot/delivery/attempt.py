"""One row on its way: whether it is still to be said, to which accounts, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.notes import Leaves, Moved, Notes, Unreachable
from bot.delivery.outcome import Delivered, Departure, Leaving, Outcome, Outgoing
from bot.delivery.press import Press
from handlers import catalogue
from handlers.kit.capability import Fields, Notice
from storage import outbox
from storage.addresses import Address
from storage.dispatch import Back, End, Recipient, Taken
from storage.engine import TROUBLE
from storage.tables import OutboxState, Priority
from town.settings import TownSettings

log = logging.getLogger(__name__)

MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
LANES = {
    Priority.URGENT: Lane.URGENT,
    Priority.PERSONAL: Lane.PERSONAL,
    Priority.REMINDER: Lane.REMINDER,
    Priority.BULK: Lane.BULK,
}


class Sender(Protocol):
    """Sends to one channel. `idempotent`: the channel shows a key once, however often it is sent.

    One that is not awaits `leaving` just before the message leaves, when it has waited for its turn.
    """

    idempotent: bool

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered: ...


@dataclass(slots=True)
class Desk:
    """What every attempt works with."""

    clock: Clock
    senders: Mapping[str, Sender]
    notes: Notes
    press: Press


class Attempt:
    """One row's way. Cancelling it while it `can_be_called_back` leaves the row as it was taken."""

    def __init__(self, desk: Desk, row: Taken, recipient: Recipient, town: TownSettings) -> None:
        self.desk = desk
        self.row = row
        self.recipient = recipient
        self.town = town
        self._departure = Departure()

    @property
    def can_be_called_back(self) -> bool:
        """Whether nothing of it is on its way."""
        return not self._departure.left

    async def run(self) -> None:
        """Deliver the row. One that breaks on the way is a failure of its own: the others go on."""
        row = self.row
        try:
            await self._run()
        except Exception as error:
            if self.desk.notes.giving_up and isinstance(error, TROUBLE):
                log.warning("what became of row %d could not be noted; it is looked at again at the next start", row.id)
                return
            log.exception("the notice %r in row %d cannot be delivered", row.notice, row.id)
            await self._settle(OutboxState.FAILED, f"broken: {type(error).__name__}")

    async def _run(self) -> None:
        row, now = self.row, self.desk.clock.now()
        notice = catalogue.notices().get(row.notice)
        if notice is None:
            log.error("no capability knows the notice %r", row.notice)
            await self._settle(OutboxState.FAILED, "unknown notice")
        elif row.expires_at is not None and now >= row.expires_at:
            await self._settle(OutboxState.DROPPED, "too late")
        elif (fields := await self.desk.press.fields(row, notice)) is None:
            await self._settle(OutboxState.DROPPED, outbox.WITHDRAWN)
        elif row.priority > Priority.URGENT and _topic(notice, fields) in self.recipient.muted:
            await self._settle(OutboxState.DROPPED, outbox.MUTED)
        else:
            await self._send(notice, fields)

    async def _send(self, notice: Notice, fields: Fields) -> None:
        """Try the recipient's accounts in order until one is reached."""
        row, senders, addresses = self.row, self.desk.senders, self.recipient.addresses
        last = Delivered(Outcome.BLOCKED, detail="no account, or none that is reachable")
        for account in addresses:
            sender = senders.get(account.channel)
            if sender is None:
                continue
            if notice.once and not sender.idempotent and row.may_have_left:
                await self._settle(OutboxState.DROPPED, "may have been sent before a stop")
                return
            outgoing = await self.desk.press.outgoing(row, notice, fields, account.language, self.town)
            last = await self._to(sender, account, outgoing, once=notice.once)
            if last.outcome is Outcome.SENT:
                await self._settle(OutboxState.SENT, account_id=account.id, reference=last.reference or "")
                return
            if last.outcome is not Outcome.BLOCKED:
                break
            await self.desk.notes.write(Unreachable(account.channel, last.moved_to or account.address))
        if last.outcome is Outcome.BLOCKED and any(account.channel not in senders for account in addresses):
            last = _channel_away(row)
        if notice.once and last.may_have_arrived:
            await self._settle(OutboxState.DROPPED, f"may have arrived: {last.detail}")
        else:
            await self._not_sent(last)

    async def _to(self, sender: Sender, account: Address, outgoing: Outgoing, *, once: bool) -> Delivered:
        """Send to one account, wherever its chat is now."""
        delivered = await self._leave(sender, account.address, outgoing, once=once)
        if delivered.outcome is not Outcome.MOVED or not delivered.moved_to:
            return delivered
        moved_to = delivered.moved_to
        await self.desk.notes.write(Moved(account.channel, account.address, moved_to))
        again = await self._leave(sender, moved_to, outgoing, once=once)
        return Delivered(
            again.outcome, again.detail, again.retry_after, again.moved_to or moved_to, again.reference,
            again.may_have_arrived,
        )  # fmt: skip

    async def _leave(self, sender: Sender, address: str, outgoing: Outgoing, *, once: bool) -> Delivered:
        mark = partial(self.desk.notes.write, Leaves(self.row.id)) if once else None
        self._departure = Departure(mark)
        self._departure.left = sender.idempotent  # it awaits no turn: it is written, or will be at the next try
        lane = LANES[Priority(self.row.priority)]
        return await sender.send(address, outgoing, lane=lane, key=f"outbox:{self.row.id}", leaving=self._departure)

    async def _not_sent(self, last: Delivered) -> None:
        row = self.row
        if last.outcome is Outcome.BLOCKED:
            log.info("nobody was reached by the notice %r in row %d: %s", row.notice, row.id, last.detail)
            await self._settle(OutboxState.FAILED, outbox.UNREACHED)
        elif last.outcome is not Outcome.RETRY:
            await self._settle(OutboxState.FAILED, last.detail)
        elif row.attempts >= MOST_TRIES:
            await self._settle(OutboxState.FAILED, f"given up: {last.detail}")
        else:
            pause = min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
            if last.retry_after:
                pause = max(pause, timedelta(seconds=last.retry_after))
            await self.desk.notes.write(Back(row.id, self.desk.clock.now() + pause, last.detail))

    async def _settle(
        self, state: OutboxState, detail: str = "", *, account_id: int | None = None, reference: str = ""
    ) -> None:
        now = self.desk.clock.now()
        await self.desk.notes.write(End(self.row.id, state, now, detail, account_id, reference))


def _topic(notice: Notice, fields: Fields) -> str:
    return notice.topic if isinstance(notice.topic, str) else notice.topic(fields)


def _channel_away(row: Taken) -> Delivered:
    """An account may be reached, but by a channel that is not open here now: looked at again for about five days."""
    pause = LONGEST_PAUSE * 2 ** (row.attempts - 1)
    detail = row.detail if row.may_have_left else "the channel is not open"
    return Delivered(Outcome.RETRY, detail=detail, retry_after=pause.total_seconds())
