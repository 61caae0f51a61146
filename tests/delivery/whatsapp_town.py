"""A town whose residents are on WhatsApp, at a WhatsApp that does as it is told: for the delivery's own tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.clock import StoppedClock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.senders import Sender
from bot.delivery.whatsapp import WhatsAppRefused
from bot.delivery.whatsapp_forms import Form
from bot.delivery.whatsapp_sender import WhatsAppSender
from bot.delivery.whatsapp_trackers import Trackers
from bot.delivery.worker import DeliveryWorker
from handlers.kit.templates import TEMPLATES, submission
from locales import LANGUAGES
from storage import inbox, outbox
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import statuses, town
from storage.queries.statuses import StatusReport
from storage.sql import insert
from storage.tables import Account, OutboxState, Priority, Resident, table_of
from town.settings import TownSettings

TRACKERS = Trackers("a secret")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REMINDER: Mapping[str, Any] = {
    "shift": 1, "title": "Bread", "project": "Bakery", "place": "", "lead": 1440, "joined": False,
    "starts_at": "2026-11-24T12:00:00+00:00", "ends_at": "2026-11-24T14:00:00+00:00",
}  # fmt: skip


@dataclass
class Sent:
    """One message that the fake WhatsApp took."""

    address: str
    kind: str
    content: dict[str, Any]
    tracker: str
    wamid: str
    lane: Lane

    @property
    def name(self) -> str:
        """The template's name, and its language."""
        return f"{self.content['name']}/{self.content['language']['code']}" if self.kind == "template" else ""


@dataclass
class Fails:
    """What is to be refused: any message, or those of a kind."""

    refused: WhatsAppRefused
    times: int
    kind: str
    arrives: bool


def approved(*languages: str) -> list[dict[str, Any]]:
    """All our templates as Graph lists them, approved in these languages."""
    found = [submission(one, language, "Riverbend") for one in TEMPLATES for language in languages or LANGUAGES]
    return [one | {"status": "APPROVED", "id": str(number)} for number, one in enumerate(found)]


@dataclass
class FakeWhatsApp:
    """A client that takes what it is given, and refuses on demand."""

    account: list[dict[str, Any]] = field(default_factory=approved)
    tier: str = "TIER_UNLIMITED"
    sent: list[Sent] = field(default_factory=list)
    refused: int = 0
    asked: int = 0
    away: bool = False
    on_send: Callable[[Sent], None] | None = None
    _fails: list[Fails] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def refuses(
        self,
        code: int,
        *,
        times: int = 1,
        kind: str = "",
        retry_after: float | None = None,
        may_have_arrived: bool = False,
        arrives: bool = False,
    ) -> None:
        """Refuse the next `times` messages, of a kind if given; `arrives`: though they do."""
        refused = WhatsAppRefused(code, "no", retry_after=retry_after, may_have_arrived=may_have_arrived)
        self._fails.append(Fails(refused, times, kind, arrives))

    async def send(
        self,
        address: str,
        form: Form,
        *,
        phone: str | None = None,
        lane: Lane = Lane.PERSONAL,
        tracker: str = "",
        leaving: Leaving | None = None,
    ) -> str:
        if leaving is not None:
            await leaving()
        wamid = f"wamid.{next(self._numbers)}"
        sent = Sent(address, form.kind, form.content, tracker, wamid, lane)
        if self.on_send is not None:
            self.on_send(sent)
        for fails in self._fails:
            if fails.times and fails.kind in ("", form.kind):
                fails.times -= 1
                self.refused += 1
                if fails.arrives:
                    self.sent.append(sent)
                raise fails.refused
        self.sent.append(sent)
        return wamid

    async def templates(self) -> list[dict[str, Any]]:
        self.asked += 1
        if self.away:
            raise WhatsAppRefused(0, "TimeoutError")
        return self.account

    async def number(self) -> dict[str, Any]:
        if self.away:
            raise WhatsAppRefused(0, "TimeoutError")
        return {"whatsapp_business_manager_messaging_limit": self.tier}


@dataclass
class Elsewhere:
    """Another channel, which takes everything until it is told otherwise."""

    outcome: Outcome = Outcome.SENT
    idempotent: bool = False
    sent: list[str] = field(default_factory=list)

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        if self.outcome is Outcome.SENT:
            self.sent.append(address)
        return Delivered(self.outcome, reference=str(len(self.sent)))


class WhatsAppTown:
    """The delivery between a database and the fake WhatsApp."""

    def __init__(self, database: Database, client: FakeWhatsApp) -> None:
        self.database = database
        self.clock = StoppedClock(NOON)
        self.client = client
        self.elsewhere = Elsewhere()
        self.people_per_day: int | None = None
        self.senders: dict[str, Sender] = {}
        self.restarts()

    def allows(self, people_per_day: int) -> None:
        """So many people may be written to first within a day."""
        self.people_per_day = people_per_day
        self.restarts()

    def restarts(self) -> None:
        """Nothing is left of what was kept in memory."""
        client: Any = self.client
        self.sender = WhatsAppSender(client, self.database, self.clock, TRACKERS, people_per_day=self.people_per_day)
        self.senders = {"whatsapp": self.sender, "telegram": self.elsewhere}
        self.worker = DeliveryWorker(self.database, self.clock, self.senders)

    async def person(self, *, heard: timedelta | None = None, language: str = "en", telegram: bool = False) -> int:
        """A resident whose account, of the same number, is on WhatsApp; `heard`: so long ago."""
        now = self.clock.now()
        async with self.database.unit() as unit:
            one = Resident(name="Thandi", street="Mill Lane", joined_at=NOON, consent_at=NOON, consent_version=1)
            number = int((await unit.add(one)).id)
            account: dict[str, Any] = {"resident_id": number, "language": language, "created_at": NOON, "data": "{}"}
            account |= {"reachable": True, "preferred": True, "marketing_off": False, "shared": False}
            on_whatsapp = {"channel": "whatsapp", "address": f"ZA.{number}"}
            heard_at = None if heard is None else now - heard
            await unit.execute(insert(accounts), account | on_whatsapp | {"id": 10 * number, "heard_at": heard_at})
            if telegram:
                other = {"channel": "telegram", "address": str(number), "id": 10 * number + 1, "preferred": False}
                await unit.execute(insert(accounts), account | other)
        return number

    async def writes(self, person: int) -> None:
        """They say something, as the intake keeps it."""
        now, address = self.clock.now(), f"ZA.{person}"
        async with self.database.unit() as unit:
            await inbox.write_heard(unit, account_id=10 * person, at=now)
            await inbox.set_reachable(unit, channel="whatsapp", address=address, now=now)

    async def tells(self, person: int, key: str = "1", **more: Any) -> int:
        """A notice to somebody; its row."""
        given: dict[str, Any] = {"notice": "join.accepted", "town": "Riverbend"} | more
        row = outbox.new_row(resident_id=person, dedupe_key=f"{person}:{key}", now=self.clock.now(), **given)
        async with self.database.unit() as unit:
            await outbox.put(unit, [row])
            return int(await unit.value(select(rows.c.id).where(rows.c.dedupe_key == row["dedupe_key"])))

    async def reminds(self, person: int, key: str = "1") -> int:
        """A reminder, which is never sent twice."""
        return await self.tells(person, key, **{**REMINDER, "notice": "shift.reminder", "priority": Priority.REMINDER})

    async def settles(self, **later: float) -> None:
        """All that is due is delivered, after some time."""
        self.clock.move_to(self.clock.now() + timedelta(**later))
        await self.worker.drain()

    async def told(self, *reports: tuple[Sent, str] | tuple[Sent, str, int]) -> int:
        """WhatsApp tells of messages; `failed` with a code."""
        given = []
        for sent, status, *code in reports:
            named, (error, words) = TRACKERS.read(sent.tracker), (code[0], "no") if code else (None, "")
            assert named is not None
            given.append(StatusReport(sent.wamid, status, named.row_id, self.clock.now(), error, words, named.is_ours))
        async with self.database.unit() as unit:
            return await statuses.take(unit, given)

    async def row(self, row_id: int) -> Any:
        async with self.database.reading() as unit:
            return await unit.first(select(rows).where(rows.c.id == row_id))

    async def account(self, person: int) -> Any:
        async with self.database.reading() as unit:
            return await unit.first(select(accounts).where(accounts.c.id == 10 * person))

    async def state(self, row_id: int) -> tuple[str, str]:
        row = await self.row(row_id)
        return row.state, row.detail

    @property
    def kinds(self) -> Sequence[str]:
        """What WhatsApp has taken."""
        return [sent.kind for sent in self.client.sent]


rows, accounts = outbox.outbox, table_of(Account)
SENT, WAITING, FAILED, DROPPED = (
    OutboxState.SENT.value, OutboxState.WAITING.value, OutboxState.FAILED.value, OutboxState.DROPPED.value,
)  # fmt: skip


async def a_town(url: str) -> WhatsAppTown:
    """A founded town where no hour is quiet."""
    await upgrade(url)
    database = Database(url)
    async with database.unit() as unit:
        settings = TownSettings(name="Riverbend", quiet_from=time(0), quiet_until=time(0))
        await town.found(unit, settings, is_sample=False)
    return WhatsAppTown(database, FakeWhatsApp())
