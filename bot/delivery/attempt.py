"""One row on its way: whether it is still to be said, to which accounts, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.notes import Leaves, Moved, Notes, Taught, Unreachable
from bot.delivery.outage import Outages
from bot.delivery.outcome import Delivered, Departure, Outcome, Outgoing
from bot.delivery.press import Press
from bot.delivery.senders import Carrier, Post, Sender
from handlers import catalogue
from handlers.kit.capability import Fields, Notice
from storage import outbox
from storage.addresses import Address
from storage.dispatch import Back, End, Recipient, Taken
from storage.engine import TROUBLE
from storage.queries.statuses import failure_of
from storage.tables import OutboxState, Priority
from town.settings import TownSettings

log = logging.getLogger(__name__)

__all__ = ["Attempt", "Desk", "Sender"]

MOST_TRIES = 12
"""Tries of one message while its channel answers: for about two and a half hours."""

MOST_PATIENT = 60.0
"""Seconds that are waited for one account rather than that another is tried."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
MOST_AWAY = timedelta(hours=16)
LANES = {
    Priority.URGENT: Lane.URGENT,
    Priority.PERSONAL: Lane.PERSONAL,
    Priority.REMINDER: Lane.REMINDER,
    Priority.BULK: Lane.BULK,
}


@dataclass(slots=True)
class Desk:
    """What every attempt works with."""

    clock: Clock
    senders: Mapping[str, Sender]
    notes: Notes
    press: Press
    outages: Outages = field(init=False)

    def __post_init__(self) -> None:
        self.outages = Outages(self.clock)


class Attempt:
    """One row's way. Cancelling it while it `can_be_called_back` leaves the row as it was taken."""

    def __init__(self, desk: Desk, row: Taken, recipient: Recipient, town: TownSettings) -> None:
        self.desk = desk
        self.row = row
        self.recipient = recipient
        self.town = town
        self._departure = Departure()
        self._is_told = False

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
        """Try the recipient's accounts in order until one is reached, or is worth waiting for."""
        row, senders, addresses = self.row, self.desk.senders, self.recipient.addresses
        met: list[Delivered] = []
        for account in addresses:
            sender = senders.get(account.channel)
            if sender is None:
                continue
            if notice.once and not sender.idempotent and row.may_have_left:
                await self._settle(OutboxState.DROPPED, "may have been sent before a stop")
                return
            last = await self._while_there(sender, account, notice, fields)
            if last.outcome is Outcome.SENT:
                await self._sent(account, last)
                return
            met.append(last)
            if last.outcome is Outcome.BLOCKED:
                await self.desk.notes.write(Unreachable(account.channel, last.moved_to or account.address))
            elif not self._goes_on_after(last):
                break
        outcome = _summed_up(met)
        if outcome.outcome in (Outcome.BLOCKED, Outcome.CLOSED) and any(
            one.channel not in senders for one in addresses
        ):
            outcome = _channel_away(row)
        if notice.once and outcome.may_have_arrived:
            await self._settle(OutboxState.DROPPED, f"may have arrived: {outcome.detail}")
        else:
            await self._not_sent(outcome)

    def _goes_on_after(self, last: Delivered) -> bool:
        """Whether the next account is tried: not where this one only wants a moment."""
        if last.outcome is Outcome.LATER:
            wait = last.retry_after if last.away_for is None else last.away_for
            return self.row.priority == Priority.URGENT or (wait or 0.0) > MOST_PATIENT
        return last.outcome is Outcome.CLOSED

    async def _sent(self, account: Address, last: Delivered) -> None:
        await self._settle(
            OutboxState.SENT, account_id=account.id, reference=last.reference or "", template=last.template
        )

    async def _while_there(self, sender: Sender, account: Address, notice: Notice, fields: Fields) -> Delivered:
        """Send to one account, unless its channel as a whole is away. What fails since it is was not tried.

        What may have arrived all the same was: its channel may yet tell so.
        """
        outage, lane = self.desk.outages.of(account.channel, sender), LANES[Priority(self.row.priority)]
        if outage is None:
            return await self._to_account(sender, account, notice, fields)
        away = await outage.closed(lane)
        if away is not None:
            return away
        delivered = await self._to_account(sender, account, notice, fields)
        if delivered.outcome is Outcome.RETRY and not delivered.may_have_arrived:
            self._departure.refused()  # a stop need not wait for what the channel answers
        if not await outage.blamed(delivered):
            return delivered
        waits = outage.waits(lane)
        if not delivered.may_have_arrived:
            return waits
        detail = delivered.detail if notice.once else waits.detail
        return replace(delivered, detail=detail, retry_after=waits.retry_after, away_for=waits.away_for)

    async def _to_account(self, sender: Sender, account: Address, notice: Notice, fields: Fields) -> Delivered:
        """Send to one account, in its language, and remember what that has taught of it."""

        async def outgoing_in(language: str) -> Outgoing:
            return await self.desk.press.outgoing(self.row, notice, fields, language, self.town, account.for_name)

        if isinstance(sender, Carrier):
            self._is_told = True
            row = self.row
            failure = failure_of(row.detail) if row.account_id == account.id else None
            name = account.for_name or self.recipient.name
            sender = sender.carrying(Post(row, account, self.town, name, failure, outgoing_in))
        delivered = await self._to(sender, account, await outgoing_in(account.language), once=notice.once)
        for learned in delivered.learned:
            await self.desk.notes.write(Taught(account.id, learned, account.heard_at, self.desk.clock.now()))
        return delivered

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
        elif last.outcome is Outcome.CLOSED:
            log.info("the notice %r in row %d waits until they write: %s", row.notice, row.id, last.detail)
            await self._settle(OutboxState.FAILED, outbox.HELD)
        elif last.outcome is Outcome.LATER or last.away_for is not None:
            due = self.desk.clock.now() + timedelta(seconds=last.retry_after or FIRST_PAUSE.total_seconds())
            await self.desk.notes.write(Back(row.id, due, last.detail, tried=last.may_have_arrived))
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
        self,
        state: OutboxState,
        detail: str = "",
        *,
        account_id: int | None = None,
        reference: str = "",
        template: str = "",
    ) -> None:
        now = self.desk.clock.now()
        end = End(self.row.id, state, now, detail, account_id, reference, template, self._is_told)
        await self.desk.notes.write(end)


def _summed_up(met: Sequence[Delivered]) -> Delivered:
    """What several accounts came to, none of which was reached: what may go well yet counts first."""
    if not met:
        return Delivered(Outcome.BLOCKED, detail="no account, or none that is reachable")
    if met[-1].outcome in (Outcome.RETRY, Outcome.REFUSED):
        return met[-1]
    for outcome in (Outcome.LATER, Outcome.CLOSED):
        some = [one for one in met if one.outcome is outcome]
        if some:
            return min(some, key=lambda one: one.retry_after or 0.0)
    return met[-1]


def _topic(notice: Notice, fields: Fields) -> str:
    return notice.topic if isinstance(notice.topic, str) else notice.topic(fields)


def _channel_away(row: Taken) -> Delivered:
    """An account may be reached, but by a channel that is not open here now: looked at again for about five days."""
    pause = min(LONGEST_PAUSE * 2 ** (row.attempts - 1), MOST_AWAY)
    detail = row.detail if row.may_have_left else "the channel is not open"
    return Delivered(Outcome.RETRY, detail=detail, retry_after=pause.total_seconds())
