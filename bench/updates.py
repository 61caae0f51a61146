"""What one update costs, beside the floor of a durable bot: a bare aiogram echo and one SQLModel insert-and-commit."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from aiogram.types import Message, Update
from sqlalchemy import event, func
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bench.figures import Compared, Run, compare
from bot.app import make_dispatcher
from bot.clock import SystemClock
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake
from handlers.kit.links import Links
from storage.engine import Database, set_pragmas
from storage.migrate import upgrade
from storage.queries import residents, topics, town
from storage.sql import insert, select
from storage.tables import HoursEntry, Inbox, Project, ResidentTopic, Shift, table_of
from storage.unit import Unit
from town.settings import TownSettings
from town.shifts import ALWAYS_FREE
from town.week import week_of

TOKEN = "42:AABenchmarkTokenOfNoValueAtAll"
PEOPLE = 4000
ROUNDS, RUNS = 30, 40
Found = Callable[[Unit], Awaitable[None]]


class Nowhere(BaseSession):
    """A session that answers at once: what is measured is the bot, not a network. It counts the screens it is given.

    `wanted` is what each screen has to say: a bot that only apologises is not measured.
    """

    def __init__(self, wanted: str = "") -> None:
        super().__init__()
        self.wanted = wanted
        self.screens = 0

    async def close(self) -> None: ...

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109 - aiogram's signature
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        yield b""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109 - aiogram's
        if isinstance(method, EditMessageText | SendMessage):
            if self.wanted not in (method.text or ""):
                raise RuntimeError(f"not the screen that is measured: {method.text!r}")
            self.screens += 1
        return True


class Echoed(SQLModel, table=True):
    """The floor's one row an update."""

    __tablename__ = "bench_echoed"

    id: int | None = Field(default=None, primary_key=True)
    update_id: int
    text: str


def _user(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "Thandi", "language_code": "en"}


def _message(number: int, text: str) -> dict[str, Any]:
    chat = {"id": number, "type": "private", "first_name": "Thandi"}
    return {"message_id": 7, "date": 1_795_500_000, "chat": chat, "from": _user(number), "text": text}


def tap(update_id: int, number: int, data: str) -> dict[str, Any]:
    bot = {"id": 42, "is_bot": True, "first_name": "Riverbend", "username": "riverbend_bot"}
    tap = {
        "id": str(update_id),
        "from": _user(number),
        "chat_instance": "1",
        "data": data,
        "message": {**_message(number, "A shift"), "from": bot},
    }
    return {"update_id": update_id, "callback_query": tap}


@asynccontextmanager
async def floor(url: str) -> AsyncIterator[Run]:
    """A bare aiogram echo whose handler writes one row with SQLModel and commits it."""
    engine = create_async_engine(url)
    if url.startswith("sqlite"):
        event.listen(engine.sync_engine, "connect", set_pragmas)
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    async with engine.begin() as connection:
        await connection.run_sync(table_of(Echoed).create)
    router = Router()
    bot, numbers = Bot(TOKEN, session=Nowhere()), itertools.count(1)

    @router.message()
    async def echo(message: Message, event_update: Update) -> Any:
        async with sessions() as session:
            session.add(Echoed(update_id=event_update.update_id, text=message.text or ""))
            await session.commit()
        return message.answer(message.text or "")

    dispatcher = Dispatcher()
    dispatcher.include_router(router)

    async def run() -> None:
        raw = {"update_id": next(numbers), "message": _message(1, "hello")}
        method = await dispatcher.feed_update(bot, Update.model_validate(raw, context={"bot": bot}))
        await bot(method)

    yield run
    async with engine.begin() as connection:
        await connection.run_sync(table_of(Echoed).drop)
    await engine.dispose()


@asynccontextmanager
async def ours(url: str, data: Callable[[int], str], wanted: str, found: Found | None = None) -> AsyncIterator[Run]:
    """The house itself: each update a tap of somebody else, through the intake, the rooms and the commit.

    `found` adds to the town what is measured.

    Raises RuntimeError when an update was not answered by the screen it should have.
    """
    await upgrade(url)
    database = Database(url)
    await found_town(database)
    if found is not None:
        async with database.unit() as unit:
            await found(unit)
    session = Nowhere(wanted)
    bot, links = Bot(TOKEN, session=session), Links()
    intake = Intake(make_dispatcher(database, SystemClock(), links))
    numbers = itertools.count(1)

    async def run() -> None:
        number = next(numbers)
        person = (number - 1) % PEOPLE + 1
        update = Update.model_validate(tap(number, person, data(number)), context={"bot": bot})
        await intake.take(bot, Arrival("telegram", f"42:{number}", str(person), "en"), update)

    yield run
    done = next(numbers) - 1
    async with database.reading() as unit:
        kept = await unit.value(select(func.count()).select_from(table_of(Inbox)))
    await database.close()
    if not done == session.screens == kept:
        raise RuntimeError(f"{done} updates, {session.screens} screens, {kept} kept")


async def found_town(database: Database) -> None:
    """A town of some size: people with accounts, a project, and shifts with room for all of them."""
    now = datetime.now(UTC)
    async with database.unit() as unit:
        await town.found(unit, TownSettings(join_policy="open"), is_sample=False)
        await _people(unit, now)
        await _shifts(unit, now)


async def _people(unit: Unit, now: datetime) -> None:
    """Residents for eight weeks, with accounts, skills, and an hour of this week's three."""
    joined = now - timedelta(weeks=8)
    for number in range(1, PEOPLE + 1):
        resident = await residents.make(
            unit,
            name=f"Resident {number}",
            street="Mill Lane",
            state="resident",
            free_times=ALWAYS_FREE,
            reminder_early=1440,
            reminder_late=120,
            joined_at=joined,
            consent_at=joined,
            consent_version=1,
        )
        account = await residents.make_account(unit, channel="telegram", address=str(number), language="en", now=now)
        await residents.link(unit, account, resident)
    for name in ("Baking", "Driving", "Gardening"):
        await topics.add(unit, topics.SKILL, name)
    known = [topic.id for topic in await topics.listed(unit, topics.SKILL)]
    likes = [{"resident_id": person, "topic_id": topic} for person in range(1, PEOPLE + 1) for topic in known]
    await unit.execute(insert(table_of(ResidentTopic)), likes)
    await unit.execute(insert(table_of(HoursEntry)), [_entry(person, now) for person in range(2, PEOPLE + 1)])


async def _shifts(unit: Unit, now: datetime) -> None:
    """A project with twenty coming shifts."""
    project = await unit.value(
        insert(table_of(Project)).returning(table_of(Project).c.id),
        name="Bakery",
        place="Mill Lane",
        created_at=now,
    )
    starts = now + timedelta(days=1)
    rows = [
        {
            "project_id": project,
            "title": f"Bread {number}",
            "place": "Mill Lane 2",
            "made_by": 1,
            "made_at": now,
            "starts_at": starts + timedelta(hours=3 * number),
            "ends_at": starts + timedelta(hours=3 * number + 2),
            "week": week_of(now, TownSettings().tz),  # whatever day it is: each counts for what is missing
            "places": 100_000,
            "taken": 0,
        }
        for number in range(20)
    ]
    await unit.execute(insert(table_of(Shift)), rows)


def _entry(person: int, now: datetime) -> dict[str, Any]:
    """An hour of this week: two are still missing, so that the card looks for shifts that fit."""
    return {
        "key": f"bench:{person}",
        "resident_id": person,
        "week": week_of(now, TownSettings().tz),
        "minutes": 60,
        "kind": "shift",
        "reason": "",
        "confirmed_by": 1,
        "confirmed_at": now,
    }


def join_tap(number: int) -> str:
    return f"shift:join:{(number - 1) // PEOPLE + 1}"


async def join_shift(url: str) -> Compared:
    """A resident takes a place on a shift."""
    async with floor(url) as least, ours(url, join_tap, "You have a place") as mine:
        return await compare(least, mine, rounds=ROUNDS, runs=RUNS)


async def my_week(url: str) -> Compared:
    """A resident looks at *My week*."""
    async with floor(url) as least, ours(url, lambda number: "home", "My week") as mine:
        return await compare(least, mine, rounds=ROUNDS, runs=RUNS)
