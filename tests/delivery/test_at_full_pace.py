"""The delivery at full pace, at an emulator that enforces Telegram's limits ten times faster in its own process."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.delivery import attempt
from bot.delivery.pace import Limits, Pace
from bot.delivery.telegram import TelegramSender, make_sender_bot
from bot.delivery.worker import DeliveryWorker, window_for
from handlers import catalogue
from storage import outbox
from storage.engine import Database
from storage.tables import OutboxState, Priority
from tests.delivery.crowd import NOTICE, a_crowd, a_group, tell_everybody
from tests.emulators.telegram_faults import Limits as FloodLimits
from tests.emulators.telegram_faults import Mishaps
from tests.emulators.telegram_process import Remote, Report, Watch, a_process

CAP = 300
PEOPLE = 2_400
STANDS_STILL = 0.05
MOST_DISTURBED = 3
MOST_FORGIVEN = 0.1
PACE = Limits(chat_spacing=0.1, overall=CAP, per_group=200)
# A chat's limit leaves its messages a hundred milliseconds of different travel; ten times faster, only ten. Hence one
# more in a burst than the pace allows itself.
ENFORCED = FloodLimits(per_chat=10, overall=CAP, per_group=200, burst=4)

pytestmark = pytest.mark.quiet


@asynccontextmanager
async def delivering(tg: Remote, database: Database) -> AsyncIterator[DeliveryWorker]:
    """The delivery as it runs in a town, at the emulator's pace."""
    catalogue.notices()  # a town has imported its rooms long before
    sender = TelegramSender(make_sender_bot(tg.token, tg.url, Pace(PACE)))
    worker = DeliveryWorker(database, SystemClock(), {"telegram": sender}, window=window_for(CAP))
    running = asyncio.create_task(worker.run())
    yield worker
    await worker.stop()
    await running
    await sender.close()


async def states(database: Database) -> Counter[str]:
    async with database.reading() as unit:
        found = await unit.rows(select(outbox.outbox.c.state, func.count()).group_by(outbox.outbox.c.state))
    return Counter({row.state: row[1] for row in found})


async def all_settled(database: Database, patience: float) -> Counter[str]:
    """Wait until nothing waits or is being sent; returns what became of everything."""
    async with asyncio.timeout(patience):
        while (now := await states(database)).keys() & {"waiting", "sending"}:  # noqa: ASYNC110 - rows set no event
            await asyncio.sleep(0.1)
    return now


class Run(NamedTuple):
    """What became of the rows, what the emulator has seen, for how long one of the two processes once stood still, and
    for how long in all the one that sends did: seconds in which the machine did something else."""

    became: Counter[str]
    report: Report
    stalled: float
    lost: float

    @property
    def pace(self) -> float:
        """Messages a second from the first to the last."""
        return (self.report.by_chat.total() - 1) / self.took

    @property
    def took(self) -> float:
        times = [at for _chat, at in self.report.receipts]
        return max(times) - min(times)


async def a_run(
    folder: Path, *, blocked: int = 0, groups: int = 0, mishaps: Mishaps | None = None
) -> tuple[Remote, Run]:
    """Tell everybody, and each group twenty times."""
    async with a_process(
        people=PEOPLE, blocked=blocked, groups=groups, limits=ENFORCED, mishaps=mishaps, latency=0.03
    ) as tg:
        database = await a_crowd(f"sqlite+aiosqlite:///{folder}/{uuid4().hex}.db", tg.people)
        async with delivering(tg, database), Watch().watching() as watch:
            async with database.unit() as unit:
                now, accounts = datetime.now(UTC), [await a_group(unit, chat) for chat in tg.groups]
                rows = [
                    outbox.new_row(
                        notice=NOTICE, group_id=group, dedupe_key=f"{group}:{number}", now=now,
                        priority=Priority.BULK, town="Riverbend",
                    )
                    for group in accounts for number in range(20)
                ]  # fmt: skip
                await outbox.put(unit, rows)  # first: at the end they would go out at the pace of two chats
                await tell_everybody(unit)
            became = await all_settled(database, 90)
        await database.close()
        report = await tg.report()
    return tg, Run(became, report, max(watch.longest, report.stalled), watch.total)


async def undisturbed(run: Callable[[], Awaitable[tuple[Remote, Run]]]) -> tuple[Remote, Run]:
    """A run in which neither process stood still for long; after some that were disturbed the last counts all the same.

    While the machine does something else, the emulator takes for a flood what came in good time, and no pace is kept.
    """
    for _disturbed in range(MOST_DISTURBED):
        tg, found = await run()
        if found.stalled <= STANDS_STILL:
            break
    return tg, found


async def test_a_broadcast_keeps_the_pace_and_never_breaks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tg, run = await undisturbed(lambda: a_run(tmp_path, groups=2))
    with capsys.disabled():
        told = f"{run.report.flooded} refused for flooding, {run.lost:.2f} s lost to others"
        print(f"\n  {run.pace:.1f} messages a second of {CAP} for {run.took:.1f} s, {told}")
    assert run.became == {OutboxState.SENT: PEOPLE + 40}
    assert run.report.by_chat == Counter(tg.people) + Counter(dict.fromkeys(tg.groups, 20))
    assert run.report.flooded == 0
    assert run.pace >= 0.97 * CAP * (1 - min(run.lost / run.took, MOST_FORGIVEN))


async def test_what_goes_wrong_leaves_nobody_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """429s, 5xx and broken connections; a part of the town has blocked the bot."""
    monkeypatch.setattr(attempt, "FIRST_PAUSE", timedelta(seconds=0.5))
    seed = random.randrange(2**32)
    mishaps = Mishaps(too_many=0.001, failing=0.01, reset=0.01, lost=0.01, seed=seed)
    blocked = PEOPLE * 3 // 100
    tg, run = await undisturbed(lambda: a_run(tmp_path, blocked=blocked, mishaps=mishaps))
    came, met = run.report.by_chat, run.report.mishaps
    again = came.total() - len(came)
    with capsys.disabled():
        print(f"\n  seed {seed}: {met} met, {blocked} had blocked the bot, {again} came twice")
    assert set(came) == set(tg.people) - set(tg.blocked)
    assert run.became == {OutboxState.SENT: PEOPLE - blocked, OutboxState.FAILED: blocked}
    assert again <= met.get("reset_after", 0)
    assert len(met) == 4
    assert run.report.flooded == 0


async def test_a_broadcast_delays_nothing_that_presses(tmp_path: Path) -> None:
    async with a_process(people=PEOPLE, limits=ENFORCED, latency=0.1) as tg:
        database = await a_crowd(f"sqlite+aiosqlite:///{tmp_path}/townbell.db", tg.people)
        written: dict[Priority, tuple[int, float]] = {}
        async with delivering(tg, database):
            async with database.unit() as unit:
                await tell_everybody(unit)
            for before, priority in enumerate((Priority.URGENT, Priority.PERSONAL, Priority.REMINDER), start=1):
                await asyncio.sleep(1.2)
                resident = PEOPLE - before  # in the broadcast, their turns would come in its last second
                written[priority] = tg.people[resident - 1], time.monotonic()
                async with database.unit() as unit:
                    row = outbox.new_row(
                        notice=NOTICE, resident_id=resident, dedupe_key=f"pressing {priority}", now=datetime.now(UTC),
                        priority=priority, town="Riverbend",
                    )  # fmt: skip
                    await outbox.put(unit, [row])
            await asyncio.sleep(1.2)
            report = await tg.report()
            waiting = (await states(database))[OutboxState.WAITING]
        await database.close()
    assert waiting > 0, "the broadcast was over"
    for priority, (whom, at) in written.items():
        assert report.first_to(whom) - at <= 1, priority
