"""What it costs to tell everybody: writing the notices, sending each, and keeping the pace that Telegram allows."""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from telegram.constants import ParseMode
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.clock import SystemClock
from bot.delivery.outcome import Outgoing
from bot.delivery.pace import Limits, Pace
from bot.delivery.press import outgoing_of
from bot.delivery.telegram import TelegramSender, keyboard, make_sender_bot
from bot.delivery.worker import DeliveryWorker, window_for
from handlers import catalogue
from locales import speaking
from storage.engine import Database
from tests.delivery.crowd import NOTICE, a_crowd, tell_everybody
from tests.emulators.telegram_faults import Limits as FloodLimits
from tests.emulators.telegram_process import Remote, a_process
from town.settings import TownSettings

UNHURRIED = Limits(overall=1_000_000)
"""No limit: what a message costs shows when nobody waits for a turn."""

CAP, PACED = 300, 3_000
EACH, ROUNDS = 1_000, 5
MANY, WARM = 100_000, 5_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians in seconds of processor a message, and the median of the rounds' ratios; `ways` is the peer's best."""

    peer: float
    ours: float
    ratio: float
    wall: float
    ways: str


@cache
def fanout(people: int) -> float:
    """Median seconds of the statement that writes a notice to each of so many residents, in a transaction."""
    return asyncio.run(_fanout(people, rounds=15 if people < 50_000 else 3))


async def _fanout(people: int, *, rounds: int) -> float:
    with TemporaryDirectory() as folder:
        database = await a_crowd(f"sqlite+aiosqlite:///{folder}/bench.db", range(1, people + 1))
        taken = []
        for number in range(rounds):
            started = time.perf_counter()
            async with database.unit() as unit:
                written = await tell_everybody(unit, f"{number}")
            taken.append(time.perf_counter() - started)
            if written != people:
                raise RuntimeError(f"{written} of {people} notices were written")
        await database.close()
    return median(taken)


@asynccontextmanager
async def _town(tg: Remote, folder: str, limits: Limits, window: int) -> AsyncIterator[tuple[Database, DeliveryWorker]]:
    catalogue.notices()  # a town has imported its rooms long before
    database = await a_crowd(f"sqlite+aiosqlite:///{folder}/bench.db", tg.people)
    sender = TelegramSender(make_sender_bot(tg.token, tg.url, Pace(limits)))
    worker = DeliveryWorker(database, SystemClock(), {"telegram": sender}, window=window)
    yield database, worker
    await worker.stop()
    await sender.close()
    await database.close()


def _words() -> Outgoing:
    """The message that is sent, rendered once: the peer sends the very same."""
    with speaking("en"):
        return outgoing_of(catalogue.notices()[NOTICE].render({"town": "Riverbend"}, TownSettings()))


async def _peer(tg: Remote, at_once: int) -> Callable[[], Awaitable[None]]:
    """A plain loop over python-telegram-bot's ExtBot with its own client, `at_once` messages at the same time."""
    bot = ExtBot(tg.token, base_url=f"{tg.url}/bot", request=HTTPXRequest(connection_pool_size=max(at_once, 8)))
    words = _words()
    markup = keyboard(words.buttons)

    async def run() -> None:
        people = iter(tg.people)

        async def some() -> None:
            for person in people:
                await bot.send_message(person, words.html, parse_mode=ParseMode.HTML, reply_markup=markup)

        await asyncio.gather(*(some() for _ in range(at_once)))

    return run


async def cost() -> Cost:
    """What a message costs this process from the outbox to its settled row, and what a bare send loop makes of it.

    Processor time: what the emulator does in its own process, and what else the machine does, counts for neither. The
    peer sends one after the other, or several at once, whichever is cheaper.
    """
    with TemporaryDirectory() as folder:
        async with a_process(people=EACH) as tg, _town(tg, folder, UNHURRIED, window_for(30)) as (database, worker):
            peers = {at_once: await _peer(tg, at_once) for at_once in (1, 4)}
            numbers, walls = itertools.count(), list[float]()

            async def ours() -> None:
                async with database.unit() as unit:
                    await tell_everybody(unit, f"{next(numbers)}")
                started = time.perf_counter()
                if await worker.drain() != EACH:
                    raise RuntimeError("not everybody was told")
                walls.append((time.perf_counter() - started) / EACH)

            for run in (ours, *peers.values()):  # warm
                await run()
            found: list[tuple[float, float, int]] = []
            for _ in range(ROUNDS):
                gc.collect()
                mine = await _processor(ours)
                best = min([(await _processor(run), at_once) for at_once, run in peers.items()])
                found.append((mine, *best))
    peer, our = median(one[1] for one in found), median(one[0] for one in found)
    ways = "one after the other" if found[0][2] == 1 else f"{found[0][2]} at once"
    return Cost(peer, our, median(mine / theirs for mine, theirs, _ in found), median(walls), ways)


async def _processor(run: Callable[[], Awaitable[None]]) -> float:
    started = time.process_time()
    await run()
    return (time.process_time() - started) / EACH


async def pace() -> tuple[float, int]:
    """Messages a second as a share of the cap, at an emulator that enforces it; and how many it refused."""
    enforced = FloodLimits(per_chat=10, overall=CAP, per_group=200, burst=4)
    limits = Limits(chat_spacing=0.1, overall=CAP, per_group=200)
    with TemporaryDirectory() as folder:
        async with (
            a_process(people=PACED, limits=enforced, latency=0.03) as tg,
            _town(tg, folder, limits, window_for(CAP)) as (database, worker),
        ):
            catalogue.notices()
            gc.collect()
            gc.freeze()  # as the program does once it has started
            running = asyncio.create_task(worker.run())
            async with database.unit() as unit:
                await tell_everybody(unit)
            while (report := await tg.report()).by_chat.total() < PACED:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.5)
            await worker.stop()
            await running
    times = [at for _chat, at in report.receipts]
    return (len(times) - 1) / (max(times) - min(times)) / CAP, report.flooded


async def memory() -> float:
    """By how many megabytes this process has grown after 100,000 messages, counted from when it was warm."""
    with TemporaryDirectory() as folder:
        async with a_process(people=WARM) as tg, _town(tg, folder, UNHURRIED, window_for(1000)) as (database, worker):
            process, before = psutil.Process(), 0
            for number in range(MANY // WARM + 1):
                async with database.unit() as unit:
                    await tell_everybody(unit, f"{number}")
                await worker.drain()
                if number == 0:
                    gc.collect()
                    before = process.memory_info().rss
            gc.collect()
            return float(process.memory_info().rss - before) / 2**20
