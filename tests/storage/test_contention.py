"""Many at once: a place, a code, a roster and a notice go to just as many as there are, on both databases.

Everybody comes through the real intake, with updates of their own. On PostgreSQL several processes serve at once; here
they are several `Database` engines, which share nothing but the server.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage, TelegramMethod
from aiogram.types import CallbackQuery, Chat, Message, Update, User
from sqlalchemy import func

from bot import founding
from bot.app import make_dispatcher
from bot.clock import StoppedClock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.worker import DeliveryWorker
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake
from bot.ticker import Ticker
from handlers.desk.actions import make_project, publish_shift
from handlers.kit.links import Links
from handlers.kit.who import Who
from handlers.roles.actions import make_setup_code
from storage import outbox
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import residents, roles
from storage.queries import town as town_queries
from storage.sql import select
from storage.tables import (
    HoursEntry,
    Inbox,
    Outbox,
    OutboxState,
    ResidentState,
    Role,
    Shift,
    Signup,
    SignupState,
    table_of,
)
from tests.conftest import settings_for

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
CHANNEL = "test"
PROCESSES = 4

shifts, signups, entries, notices = (table_of(model) for model in (Shift, Signup, HoursEntry, Outbox))


class Ear(BaseSession):
    """A channel that only listens: what each address was told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[int, list[str]] = {}

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109 - aiogram's own name
        match method:
            case SendMessage() | EditMessageText():
                self.heard.setdefault(int(method.chat_id or 0), []).append(method.text or "")
            case AnswerCallbackQuery():
                address = int(method.callback_query_id.partition(":")[0])
                if method.text:
                    self.heard.setdefault(address, []).append(method.text)
            case _:
                raise AssertionError(f"nobody here says {type(method).__name__}")
        return True

    async def close(self) -> None:
        """Nothing is open."""

    def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("nobody here reads files")


@dataclass
class Process:
    """One process of the town: a database engine and an intake of its own."""

    database: Database
    clock: StoppedClock
    ear: Ear = field(default_factory=Ear)

    def __post_init__(self) -> None:
        self.intake = Intake(make_dispatcher(self.database, self.clock, Links()))
        self.bot = Bot("1:the-ear-has-no-token-of-its-own", session=self.ear)

    async def tap(self, address: int, data: str, *, key: str = "") -> None:
        user, chat = _user(address), Chat(id=address, type="private")
        message = Message(message_id=1, date=NOW, chat=chat, text="…")
        tap_id = f"{address}:{key or data}"
        tap = CallbackQuery(id=tap_id, from_user=user, chat_instance="1", message=message, data=data)
        await self._take(address, tap_id, Update(update_id=1, callback_query=tap))

    async def say(self, address: int, text: str, *, key: str = "") -> None:
        message = Message(
            message_id=1, date=NOW, chat=Chat(id=address, type="private"), from_user=_user(address), text=text
        )
        await self._take(address, f"{address}:{key or text}", Update(update_id=1, message=message))

    async def _take(self, address: int, key: str, update: Update) -> None:
        await self.intake.take(self.bot, Arrival(CHANNEL, key, str(address), "en"), update)


def _user(address: int) -> User:
    return User(id=address, is_bot=False, first_name="", language_code="en")


@dataclass
class Ground:
    """A town with a mayor (1), coordinators and residents, none of whom has said anything yet."""

    processes: Sequence[Process]
    clock: StoppedClock
    mayor: Who

    @property
    def database(self) -> Database:
        return self.processes[0].database

    def any_process(self, number: int) -> Process:
        return self.processes[number % len(self.processes)]

    async def people(self, count: int, *, accounts: int = 1) -> list[tuple[int, ...]]:
        """So many residents; the addresses of each."""
        async with self.database.unit() as unit:
            made = [await _resident(unit, f"Person {number}", accounts) for number in range(count)]
        return [addresses for _, addresses in made]

    async def coordinator(self, project: int) -> int:
        """Somebody who coordinates a project; their address."""
        async with self.database.unit() as unit:
            resident, (address,) = await _resident(unit, "Coordinator", 1)
            await roles.give(unit, resident_id=resident, role=Role.COORDINATOR, project_id=project, by=None, now=NOW)
        return address

    async def project(self) -> int:
        async with self.database.unit() as unit:
            return await make_project(unit, who=self.mayor, name="Bakery", place="Mill Lane", interest_id=None, now=NOW)

    async def shift(self, project: int, *, places: int, hours: float = 30, title: str = "Bread") -> int:
        """A shift of two hours that starts so many hours from now."""
        async with self.database.unit() as unit:
            return await publish_shift(
                unit,
                who=self.mayor,
                project_id=project,
                title=title,
                starts_at=NOW + timedelta(hours=hours),
                length=120,
                place="Mill Lane",
                places=places,
                skills=(),
                now=NOW,
            )

    async def rows(self, statement: Any) -> list[Any]:
        async with self.database.reading() as unit:
            return list(await unit.rows(statement))

    def heard(self) -> dict[int, list[str]]:
        together: dict[int, list[str]] = {}
        for process in self.processes:
            for address, texts in process.ear.heard.items():
                together.setdefault(address, []).extend(texts)
        return together

    async def states(self, shift: int) -> Counter[str]:
        """How many hold a place, are offered one, wait …; checked against the shift's own count."""
        found = await self.rows(
            select(signups.c.state, func.count()).where(signups.c.shift_id == shift).group_by(signups.c.state)
        )
        states = Counter({str(state): int(count) for state, count in found})
        ((taken, places),) = await self.rows(select(shifts.c.taken, shifts.c.places).where(shifts.c.id == shift))
        assert states[SignupState.HELD] + states[SignupState.OFFERED] == taken <= places
        return states

    async def held(self, shift: int) -> int:
        """How many hold a place."""
        return (await self.states(shift))[SignupState.HELD]


_addresses = iter(range(1_000, 10_000_000))


async def _resident(unit: Any, name: str, accounts: int) -> tuple[int, tuple[int, ...]]:
    made = await residents.make(
        unit,
        name=name,
        street="Mill Lane",
        state=ResidentState.RESIDENT,
        free_times=0,
        reminder_early=1440,
        reminder_late=120,
        joined_at=NOW,
        consent_at=NOW,
        consent_version=1,
    )
    addresses = tuple(next(_addresses) for _ in range(accounts))
    for address in addresses:
        account = await residents.make_account(unit, channel=CHANNEL, address=str(address), language="en", now=NOW)
        assert await residents.link(unit, account, made)
    return made, addresses


@asynccontextmanager
async def _ground(database_url: str, tmp_path: Any, processes: int) -> AsyncIterator[Ground]:
    await upgrade(database_url)
    clock = StoppedClock(NOW)
    async with AsyncExitStack() as stack:
        running = []
        for _ in range(processes):
            database = Database(database_url)
            stack.push_async_callback(database.close)
            running.append(Process(database, clock))
        first = running[0].database
        await founding.found(first, settings_for(database_url, tmp_path))
        async with first.unit() as unit:
            mayor, _ = await _resident(unit, "Mayor", 1)
            await roles.give(unit, resident_id=mayor, role=Role.MAYOR, project_id=None, by=None, now=NOW)
            settings = await town_queries.settings(unit)
        who = Who(0, CHANNEL, "", "en", mayor, "Mayor", ResidentState.RESIDENT, settings)
        yield Ground(running, clock, who)


@pytest.fixture
async def ground(database_url: str, tmp_path: Any) -> AsyncIterator[Ground]:
    """On SQLite one process, which is all there may be; on PostgreSQL several."""
    count = 1 if database_url.startswith("sqlite") else PROCESSES
    async with _ground(database_url, tmp_path, count) as ground:
        yield ground


only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_two_hundred_join_at_once_for_ten_places(ground: Ground) -> None:
    """Ten hold a place, and the others stand in line, each at a position of their own."""
    shift = await ground.shift(await ground.project(), places=10)
    people = await ground.people(200)
    await asyncio.gather(
        *(ground.any_process(n).tap(address, f"shift:join:{shift}") for n, (address,) in enumerate(people))
    )
    assert await ground.states(shift) == {"held": 10, "waiting": 190}
    heard = ground.heard()
    assert all(len(texts) == 1 for texts in heard.values())
    assert sum("You have a place" in texts[0] for texts in heard.values()) == 10
    told = Counter(match[1] for texts in heard.values() if (match := re.search("You are ([0-9]+)[a-z]+ on", texts[0])))
    assert told == Counter(str(position) for position in range(1, 191))


async def test_two_hundred_join_while_others_leave(ground: Ground) -> None:
    """A freed place goes to the longest waiting, in order, until somebody takes it; nobody slips in before them."""
    shift = await ground.shift(await ground.project(), places=10, hours=48)
    holders, comers = await ground.people(10), await ground.people(190)
    for (address,) in holders:
        await ground.any_process(0).tap(address, f"shift:join:{shift}")
    tries = [(address, "join") for (address,) in comers]
    for at, (address,) in enumerate(holders[:6]):
        tries.insert(at * 25, (address, "release"))
    await asyncio.gather(
        *(ground.any_process(n).tap(address, f"shift:{do}:{shift}") for n, (address, do) in enumerate(tries))
    )
    states = await ground.states(shift)
    assert states[SignupState.HELD] + states[SignupState.OFFERED] == 10
    assert states[SignupState.WAITING] == 190 - (states[SignupState.HELD] - 4) - states[SignupState.OFFERED]
    for _ in range(3):  # nobody answers: each place passes on
        ground.clock.instant += timedelta(hours=2, seconds=1)
        await asyncio.gather(*(Ticker(process.database, ground.clock).tick() for process in ground.processes))
        await ground.states(shift)
    line = signups.c.waiting_since
    waiting = await ground.rows(select(func.min(line)).where(signups.c.state == SignupState.WAITING))
    offered = await ground.rows(select(func.max(line)).where(signups.c.state == SignupState.OFFERED))
    assert offered[0][0] is not None
    assert offered[0][0] < waiting[0][0], "those who are offered a place stood before those who still wait"


async def test_one_person_with_two_accounts_is_in_one_place_at_a_time(ground: Ground) -> None:
    project = await ground.project()
    clashing = [await ground.shift(project, places=20, title="Bread"), await ground.shift(project, places=20, hours=31)]
    people = await ground.people(10, accounts=2)
    await asyncio.gather(
        *(
            ground.any_process(n + which).tap(address, f"shift:join:{clashing[which]}")
            for n, addresses in enumerate(people)
            for which, address in enumerate(addresses)
        )
    )
    assert await ground.held(clashing[0]) + await ground.held(clashing[1]) == 10
    for one, other in people:
        said = ground.heard()[one] + ground.heard()[other]
        assert sorted("at that time" in text for text in said) == [False, True]


async def test_one_update_delivered_fifty_times_at_once(ground: Ground) -> None:
    shift = await ground.shift(await ground.project(), places=10)
    ((address,),) = await ground.people(1)
    await asyncio.gather(*(ground.any_process(n).tap(address, f"shift:join:{shift}") for n in range(50)))
    assert await ground.held(shift) == 1
    assert len(set(ground.heard()[address])) == 1
    assert len(ground.heard()[address]) == 50
    inbox = table_of(Inbox)
    assert (await ground.rows(select(func.count()).select_from(inbox)))[0][0] == 1


async def test_leaving_races_joining(ground: Ground) -> None:
    shift = await ground.shift(await ground.project(), places=5, hours=48)
    holders, comers = await ground.people(5), await ground.people(20)
    for (address,) in holders:
        await ground.any_process(0).tap(address, f"shift:join:{shift}")
    tries = [(address, "release") for (address,) in holders] + [(address, "join") for (address,) in comers]
    await asyncio.gather(
        *(ground.any_process(n).tap(address, f"shift:{do}:{shift}") for n, (address, do) in enumerate(tries))
    )
    heard = ground.heard()
    joined = sum("You have a place" in heard[address][-1] for (address,) in comers)
    states = await ground.states(shift)
    assert states[SignupState.HELD] == joined
    assert states[SignupState.HELD] + states[SignupState.OFFERED] == 5
    assert all("Your place on" in heard[address][-1] for (address,) in holders)


async def test_one_person_joins_and_leaves_on_two_accounts_at_once(ground: Ground) -> None:
    shift = await ground.shift(await ground.project(), places=5, hours=48)
    people = await ground.people(10, accounts=2)
    for turn in range(3):
        await asyncio.gather(
            *(
                ground.any_process(n + turn).tap(address, f"shift:{do}:{shift}", key=f"{turn}{do}")
                for n, pair in enumerate(people)
                for do, address in zip(("join", "release"), pair, strict=True)
            )
        )
        assert await ground.held(shift) <= 5


async def test_two_coordinators_confirm_the_same_roster_at_once(ground: Ground) -> None:
    project = await ground.project()
    shift = await ground.shift(project, places=12)
    people = await ground.people(12)
    for (address,) in people:
        await ground.any_process(0).tap(address, f"shift:join:{shift}")
    coordinators = [await ground.coordinator(project) for _ in range(2)]
    ground.clock.instant = NOW + timedelta(hours=40)
    await asyncio.gather(
        *(
            ground.any_process(n).tap(address, f"hours:all:{shift}:0:0:0", key=f"{n}")
            for n, address in enumerate(coordinators * 3)
        )
    )
    written = await ground.rows(select(entries.c.resident_id, entries.c.minutes))
    assert sorted(minutes for _, minutes in written) == [120] * 12
    assert len({resident for resident, _ in written}) == 12
    told = await ground.rows(select(notices.c.resident_id).where(notices.c.notice == "hours.confirmed"))
    assert sorted(resident for (resident,) in told) == sorted(resident for resident, _ in written)
    said = [text for address in coordinators for text in ground.heard()[address]]
    assert sum("written down for 12 people" in text for text in said) == 1
    assert sum("are confirmed already" in text for text in said) == 5


async def test_one_by_one_and_all_at_once(ground: Ground) -> None:
    """Each line is written once: by whoever came first to it, with what they said."""
    project = await ground.project()
    shift = await ground.shift(project, places=6)
    for (address,) in await ground.people(6):
        await ground.any_process(0).tap(address, f"shift:join:{shift}")
    everybody = await ground.rows(select(signups.c.resident_id).where(signups.c.shift_id == shift))
    one, other = [await ground.coordinator(project) for _ in range(2)]
    ground.clock.instant = NOW + timedelta(hours=40)
    singly = [
        ground.any_process(n).tap(one, f"hours:{do}:{shift}:{resident}:{minutes}:0")
        for n, (resident,) in enumerate(everybody)
        for do, minutes in (("came", 60), ("missed", 0))
    ]
    await asyncio.gather(*singly, ground.any_process(1).tap(other, f"hours:all:{shift}:0:0:0"))
    states = dict(await ground.rows(select(signups.c.resident_id, signups.c.state).where(signups.c.shift_id == shift)))
    written = await ground.rows(select(entries.c.resident_id, entries.c.minutes))
    came = {resident for resident, state in states.items() if state == SignupState.ATTENDED}
    assert Counter(resident for resident, _minutes in written) == Counter(states.keys()), "one line each"
    assert {resident for resident, minutes in written if minutes} == came, "none of any minutes for who was missed"
    assert set(states.values()) <= {SignupState.ATTENDED, SignupState.MISSED}
    told = Counter(resident for (resident,) in await ground.rows(
        select(notices.c.resident_id).where(notices.c.notice.in_(("hours.confirmed", "hours.missed")))
    ))  # fmt: skip
    assert told == Counter(states.keys())


async def test_one_setup_code_and_twenty_who_send_it(ground: Ground) -> None:
    async with ground.database.unit() as unit:
        code = await make_setup_code(unit, now=NOW)
    people = await ground.people(20)
    await asyncio.gather(*(ground.any_process(n).say(address, code) for n, (address,) in enumerate(people)))
    said = [texts[0] for texts in ground.heard().values()]
    assert sum("you are the mayor now" in text for text in said) == 1
    assert sum("used before" in text for text in said) == 19
    async with ground.database.reading() as unit:
        assert len(await roles.mayors(unit)) == 2  # with the one who was there


async def test_two_mayors_take_each_others_role_at_once(ground: Ground) -> None:
    async with ground.database.unit() as unit:
        first = await _resident(unit, "First", 1)
        second = await _resident(unit, "Second", 1)
        grants = {}
        for resident, (address,) in (first, second):
            grants[address] = await roles.give(
                unit, resident_id=resident, role=Role.MAYOR, project_id=None, by=None, now=NOW
            )
        await roles.end(unit, resident_id=ground.mayor.me, role=Role.MAYOR, project_id=None, by=first[0], now=NOW)
    one, other = grants
    await asyncio.gather(
        ground.any_process(0).tap(one, f"town:ended:{grants[other]}:0:"),
        ground.any_process(1).tap(other, f"town:ended:{grants[one]}:0:"),
    )
    async with ground.database.reading() as unit:
        assert len(await roles.mayors(unit)) == 1


async def test_places_are_cut_while_people_join(ground: Ground) -> None:
    project = await ground.project()
    shift = await ground.shift(project, places=20)
    coordinator = await ground.coordinator(project)
    people = await ground.people(20)
    await ground.any_process(0).tap(coordinator, f"desk:places:{shift}:0")
    await asyncio.gather(
        *(ground.any_process(n).tap(address, f"shift:join:{shift}") for n, (address,) in enumerate(people[:10])),
        ground.any_process(1).say(coordinator, "5"),
        *(ground.any_process(n).tap(address, f"shift:join:{shift}") for n, (address,) in enumerate(people[10:])),
    )
    ((places, taken),) = await ground.rows(select(shifts.c.places, shifts.c.taken))
    assert await ground.held(shift) == taken <= places
    assert places in (5, 20)
    assert (places == 5) == ("5 places taken" in ground.heard()[coordinator][-1])


# -- several processes -------------------------------------------------------------------------------------------------


async def _with_a_reminder_due(ground: Ground, people: int) -> int:
    shift = await ground.shift(await ground.project(), places=people)
    addresses = await ground.people(people)
    await asyncio.gather(
        *(ground.any_process(n).tap(address, f"shift:join:{shift}") for n, (address,) in enumerate(addresses))
    )
    ground.clock.instant = NOW + timedelta(hours=6, minutes=5)
    return shift


async def test_many_ticks_at_once_remind_each_person_once(ground: Ground) -> None:
    await _with_a_reminder_due(ground, 20)
    tickers = [Ticker(process.database, ground.clock) for process in ground.processes]
    await asyncio.gather(*(ticker.tick() for ticker in tickers * 3))
    due = await ground.rows(select(notices.c.resident_id).where(notices.c.notice == "shift.reminder"))
    assert len(due) == len(set(due)) == 20


class Counting:
    """A sender that takes its time, and counts."""

    idempotent = False

    def __init__(self, sent: Counter[str]) -> None:
        self.sent = sent

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        if leaving is not None:
            await leaving()
        self.sent[key] += 1
        await asyncio.sleep(0.002)
        return Delivered(Outcome.SENT, reference="1")


@only_postgres
async def test_two_deliveries_send_each_notice_once(ground: Ground) -> None:
    await _with_a_reminder_due(ground, 40)
    await Ticker(ground.database, ground.clock).tick()
    sent: Counter[str] = Counter()
    workers = [
        DeliveryWorker(process.database, ground.clock, {CHANNEL: Counting(sent)}) for process in ground.processes[:2]
    ]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    async with asyncio.timeout(20):
        while await ground.rows(select(notices.c.id).where(notices.c.state != OutboxState.SENT)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the rows are another engine's to write
    for worker in workers:
        await worker.stop()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert len(sent) == 40
    assert set(sent.values()) == {1}


@only_postgres
async def test_the_same_notice_from_many_processes_is_written_once(ground: Ground) -> None:
    await ground.people(1)
    row = outbox.new_row(
        notice="join.accepted", resident_id=ground.mayor.me, dedupe_key="once", now=NOW, town="Riverbend"
    )

    async def put(process: Process) -> None:
        async with process.database.unit() as unit:
            await outbox.put(unit, [row])

    await asyncio.gather(*(put(ground.any_process(n)) for n in range(20)))
    assert len(await ground.rows(select(notices.c.id))) == 1
