"""Delivery to WhatsApp: free words within 24 hours of a person's last ones, an approved template after that.

    window open ──► the notice as it is ──131047──┐
    window shut ──────────────────────────────────┴─► its template, in their language, the town's or English
                                                          │ none that is usable, or no room in the day's budget
                                                          ▼
                                          another account of theirs, else it is held until they write

Errors mean the same whether they come at once or in a status later (`bot.delivery.whatsapp_errors`): a row that failed
after it was taken comes here once more, with its failure, and goes on from there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Departure, Learned, Leaving, Outcome, Outgoing
from bot.delivery.senders import Post
from bot.delivery.whatsapp import WhatsAppClient, WhatsAppRefused
from bot.delivery.whatsapp_errors import Meaning, meaning_of
from bot.delivery.whatsapp_forms import Form
from bot.delivery.whatsapp_line import PAIR_PAUSE, WhatsAppLine, wordy
from bot.delivery.whatsapp_trackers import Trackers
from bot.delivery.whatsapp_trouble import later
from handlers.kit.templates import FilledTemplate, Template, as_message, filled
from locales import speaking
from storage.engine import Database

WINDOW = timedelta(hours=24)
CARE = timedelta(minutes=5)
"""So long before its end a window counts as shut: a message may wait for its turn."""

LONGEST_PAIR_PAUSE = 3600.0
"""Seconds: so long at most is left between two tries at one person."""

NO_TEMPLATE = "no template that can be used"


class WhatsAppSender:
    """Sends rendered messages and says what became of each; raises nothing that WhatsApp or the network may do.

    `people_per_day`: how many people may be written to first within 24 hours, asked of WhatsApp where it is None.
    """

    idempotent = False  # WhatsApp has no key by which it would know a message again

    def __init__(
        self,
        client: WhatsAppClient,
        database: Database,
        clock: Clock,
        trackers: Trackers,
        *,
        people_per_day: int | None = None,
    ) -> None:
        self.line = WhatsAppLine(client, database, clock, people_per_day=people_per_day)
        self._trackers = trackers

    def begin(self) -> None:
        """Another process may have delivered meanwhile."""
        self.line.count_anew()

    async def why_away(self) -> str | None:
        """Why WhatsApp tells nothing of our number; None while it answers, whatever that is."""
        try:
            await self.line.client.number()
        except WhatsAppRefused as refused:
            return refused.details if meaning_of(refused.code) is Meaning.PASSING else None
        return None

    def carrying(self, post: Post) -> Carried:
        """What sends one notice."""
        return Carried(self.line, post, self._trackers.of(post.row.id, post.row.attempts))

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        """Send a message, in free words, to a user id or a phone's digits. What becomes of it is not told later."""
        closed = self.line.standing.closed(lane, self.line.clock.now())
        if closed is not None:
            return closed
        try:
            wamid = await self.line.words(address, outgoing, lane=lane, key=key, leaving=leaving)
        except WhatsAppRefused as refused:
            return self.line.judged(refused, lane)
        return Delivered(Outcome.SENT, reference=wamid)


class Carried:
    """Sends one notice to one account, in whichever way the account takes it now."""

    idempotent = False

    def __init__(self, line: WhatsAppLine, post: Post, tracker: str) -> None:
        self._line = line
        self._post = post
        self._tracker = tracker
        self._learned: tuple[Learned, ...] = ()

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        """Send it, and say what became of it; with `learned` whatever else became of it."""
        delivered = await self._send(address, outgoing, lane, key, leaving)
        return replace(delivered, learned=(*self._learned, *delivered.learned)) if self._learned else delivered

    async def _send(self, address: str, outgoing: Outgoing, lane: Lane, key: str, leaving: Leaving | None) -> Delivered:
        failed = await self._after_failure(lane, key)
        if failed is not None:
            return failed
        closed = self._line.standing.closed(lane, self._now())
        if closed is not None:
            return closed
        if self._is_open():
            delivered = await self._in_words(address, outgoing, lane, key, leaving)
            if delivered.outcome is not Outcome.CLOSED or Learned.NOT_LISTED in delivered.learned:
                return delivered
            self._learned = delivered.learned
            self._line.forget_parts(key)
        return await self._as_template(address, lane, leaving)

    def _now(self) -> datetime:
        return self._line.clock.now()

    def _is_open(self) -> bool:
        """Whether they wrote within the window, as far as is known."""
        heard_at = self._post.account.heard_at
        if Learned.WINDOW_SHUT in self._learned or heard_at is None:
            return False
        return self._now() - heard_at < WINDOW - CARE

    def _is_spared(self) -> bool:
        """Whether no advertising goes to them: they, or WhatsApp, do not want it."""
        account = self._post.account
        until = account.spared_until
        return account.marketing_off or Learned.SPARED in self._learned or (until is not None and self._now() < until)

    async def _after_failure(self, lane: Lane, key: str) -> Delivered | None:
        """What an earlier try that failed later means for this one; None where there is another way at once."""
        failure, row, account = self._post.failure, self._post.row, self._post.account
        if failure is None:
            return None
        self._line.forget_parts(key)
        refused = WhatsAppRefused(failure.code, failure.words)
        match meaning_of(failure.code):
            case Meaning.WINDOW if not row.template:
                if row.sent_at is None or account.heard_at is None or account.heard_at <= row.sent_at:
                    self._learned = (Learned.WINDOW_SHUT,)  # unless they have written since
                return None
            case Meaning.TEMPLATE:
                name, _slash, language = row.template.partition("/")
                self._line.approved.spoil(FilledTemplate(name, language, {}, ()), self._now())
                return None
            case Meaning.PAIR | Meaning.FLOOD:
                refused.retry_after = min(PAIR_PAUSE * 2.0 ** (row.attempts - 1), LONGEST_PAIR_PAUSE)
                return replace(self._line.judged(refused, lane), outcome=Outcome.RETRY)
            case Meaning.MEDIA:
                return None
            case _:
                return self._line.judged(refused, lane)

    async def _in_words(
        self, address: str, outgoing: Outgoing, lane: Lane, key: str, leaving: Leaving | None
    ) -> Delivered:
        failure, account = self._post.failure, self._post.account
        if failure is not None and meaning_of(failure.code) is Meaning.MEDIA:
            outgoing = wordy(outgoing)
        try:
            with speaking(account.language):
                wamid = await self._line.words(
                    address, outgoing, lane=lane, key=key, leaving=leaving, phone=account.phone, tracker=self._tracker
                )
        except WhatsAppRefused as refused:
            _not_gone(leaving, refused)
            return self._line.judged(refused, lane)
        return Delivered(Outcome.SENT, reference=wamid)

    # --- templates --------------------------------------------------------------------------------------------------

    async def _as_template(self, address: str, lane: Lane, leaving: Leaving | None) -> Delivered:
        """Send it as the first template that WhatsApp takes."""
        approved, account = self._line.approved, self._post.account
        await approved.look(self._now())
        if not approved.is_known:
            return later(timedelta(minutes=1), "WhatsApp does not tell which templates there are")
        last = Delivered(Outcome.CLOSED, NO_TEMPLATE)
        async for template, language, outgoing in self._ways():
            if self._is_spared() and approved.is_marketing(template, language):
                last = Delivered(Outcome.CLOSED, "no advertising to them now")
                continue
            full = await self._line.room_for(account.id, lane)
            if full is not None:
                return full
            last = await self._send_template(address, self._fill(template, language, outgoing), lane, leaving)
            if last.outcome is not Outcome.CLOSED or last.learned:
                break
        return last

    async def _ways(self) -> AsyncIterator[tuple[Template, str, Outgoing]]:
        """The templates that can be used, the best first: in the recipient's language, the town's, English."""
        post = self._post
        for language in dict.fromkeys((post.account.language, post.town.language, "en")):
            outgoing = await post.outgoing_in(language)
            for template in self._line.approved.usable(post.row.notice, outgoing, language):
                yield template, language, outgoing

    def _fill(self, template: Template, language: str, outgoing: Outgoing) -> FilledTemplate:
        post = self._post
        assert outgoing.screen is not None  # or no template could be used
        whose = post.row.resident_id if post.account.for_name is not None else None
        with speaking(language):
            return filled(
                template, outgoing.screen, row_id=post.row.id, town=post.town.name, name=post.name, whose=whose
            )

    async def _send_template(
        self, address: str, template: FilledTemplate, lane: Lane, leaving: Leaving | None
    ) -> Delivered:
        line, account = self._line, self._post.account
        form = Form("template", as_message(template))
        is_sent = False
        try:
            wamid = await line.client.send(
                address, form, phone=account.phone, lane=lane, tracker=self._tracker, leaving=leaving
            )
            is_sent = True
        except WhatsAppRefused as refused:
            _not_gone(leaving, refused)
            meaning, now = meaning_of(refused.code), self._now()
            if meaning is Meaning.TEMPLATE:
                line.approved.spoil(template, now)
            elif meaning is Meaning.SPAM:
                line.budget.lower(now)
            is_sent = refused.may_have_arrived
            return line.judged(refused, lane)
        finally:
            if is_sent:
                line.budget.sent(account.id, self._now())
            else:
                line.budget.give_back(account.id)
        line.standing.well(lane)
        return Delivered(Outcome.SENT, reference=wamid, template=f"{template.name}/{template.language}")


def _not_gone(leaving: Leaving | None, refused: WhatsAppRefused) -> None:
    """It was refused: until it leaves otherwise it can be called back. Not what may be there all the same."""
    if isinstance(leaving, Departure) and not refused.may_have_arrived:
        leaving.refused()
