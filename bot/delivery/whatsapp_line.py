"""One WhatsApp number as the delivery uses it: messages in parts, the day's budget of people, and what errors mean."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Learned, Leaving, Outcome, Outgoing
from bot.delivery.whatsapp import WhatsAppClient, WhatsAppRefused
from bot.delivery.whatsapp_approved import Approved
from bot.delivery.whatsapp_budget import PERIOD, Budget
from bot.delivery.whatsapp_errors import Meaning, meaning_of
from bot.delivery.whatsapp_forms import forms_of
from bot.delivery.whatsapp_trouble import Standing, later
from storage.engine import Database
from storage.queries import statuses

log = logging.getLogger(__name__)

PAIR_PAUSE = 6.0
"""Seconds between two messages to one person, where there were too many."""

MOST_HALF_SENT = 1000


class WhatsAppLine:
    """The town's number: what may be sent to whom just now, and what WhatsApp's refusals mean for it."""

    def __init__(
        self, client: WhatsAppClient, database: Database, clock: Clock, *, people_per_day: int | None = None
    ) -> None:
        self.client = client
        self.clock = clock
        self.approved = Approved(client)
        self.standing = Standing()
        self.budget = Budget()
        self._database = database
        self._people_per_day = people_per_day
        self._is_counted = False
        self._counting = asyncio.Lock()
        self._went: OrderedDict[str, int] = OrderedDict()

    def count_anew(self) -> None:
        """Another process may have written to people meanwhile."""
        self._is_counted = False

    async def words(
        self,
        address: str,
        outgoing: Outgoing,
        *,
        lane: Lane,
        key: str,
        leaving: Leaving | None,
        phone: str | None = None,
        tracker: str = "",
    ) -> str:
        """Send a message in as many parts as it needs; returns the id of the last, which has the choices.

        A part that went is not sent again when a later one is refused and all of it is tried once more. Raises
        WhatsAppRefused. A file that does not get through is left out.
        """
        forms = forms_of(outgoing)
        first = min(self._went.get(key, 0), len(forms) - 1)
        wamid = ""
        for number, form in enumerate(forms[first:], first):
            is_last = number == len(forms) - 1
            try:
                wamid = await self.client.send(
                    address, form, phone=phone, lane=lane, tracker=tracker if is_last else "",
                    leaving=leaving if number == first else None,
                )  # fmt: skip
            except WhatsAppRefused as refused:
                if meaning_of(refused.code) is not Meaning.MEDIA or form.upload is None:
                    raise
                log.warning("WhatsApp does not take a file, whose words go alone: %s", refused)
                self._went.pop(key, None)
                return await self.words(
                    address, wordy(outgoing), lane=lane, key=key, leaving=leaving, phone=phone, tracker=tracker
                )
            self._half_sent(key, number + 1)
        self._went.pop(key, None)
        self.standing.well(lane)
        return wamid

    def forget_parts(self, key: str) -> None:
        """What went of a message does not count: it is said otherwise."""
        self._went.pop(key, None)

    def _half_sent(self, key: str, parts: int) -> None:
        self._went[key] = parts
        while len(self._went) > MOST_HALF_SENT:
            self._went.popitem(last=False)

    # --- whom may be written to first -------------------------------------------------------------------------------

    async def room_for(self, account_id: int, lane: Lane) -> Delivered | None:
        """Count a person in the day's budget; a report where there is no room for them now."""
        now = self.clock.now()
        async with self._counting:
            if not self._is_counted:
                async with self._database.reading() as unit:
                    written = await statuses.written_to_first(unit, now - PERIOD)
                self.budget.load(written)
                self._is_counted = True
        self.budget.limit = self._people_per_day or self.approved.limit
        until = self.budget.admit(account_id, lane, now)
        return None if until is None else later(until - now, "as many people as a day allows were written to")

    # --- what an error means ----------------------------------------------------------------------------------------

    def judged(self, refused: WhatsAppRefused, lane: Lane) -> Delivered:
        """What becomes of a message that was refused."""
        now, code, wait = self.clock.now(), refused.code, refused.retry_after
        detail = f"{code} {refused.details}" if code else refused.details
        match meaning_of(code):
            case Meaning.WINDOW:
                return Delivered(Outcome.CLOSED, detail, learned=(Learned.WINDOW_SHUT,))
            case Meaning.UNLISTED:
                self.standing.unlisted(detail)
                return Delivered(Outcome.CLOSED, detail, learned=(Learned.NOT_LISTED,))
            case Meaning.STOPPED:
                return Delivered(Outcome.CLOSED, detail, learned=(Learned.NO_MARKETING,))
            case Meaning.REST:
                return Delivered(Outcome.CLOSED, detail, learned=(Learned.SPARED,))
            case Meaning.TEMPLATE:
                return Delivered(Outcome.CLOSED, detail)
            case Meaning.GONE:
                return Delivered(Outcome.BLOCKED, detail)
            case Meaning.PAIR | Meaning.FLOOD:
                return later(timedelta(seconds=wait or PAIR_PAUSE), detail)
            case Meaning.SPAM:
                return self.standing.held_back(detail, lane, now)
            case Meaning.TOWN:
                return self.standing.in_trouble(code, refused.details, now)
            case Meaning.WRONG:
                return Delivered(Outcome.REFUSED, detail)
            case _:
                left = refused.may_have_arrived
                return Delivered(Outcome.RETRY, detail, retry_after=wait, may_have_arrived=left)


def wordy(outgoing: Outgoing) -> Outgoing:
    """A message without its file."""
    return replace(outgoing, photo=None, document=None)
