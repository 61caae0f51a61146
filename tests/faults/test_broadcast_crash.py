"""A notice to 20,000 while the process that delivers it is killed ten times: nobody is left out."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.delivery.worker import PATIENCE
from tests.delivery.crowd import a_crowd, tell_everybody
from tests.emulators.telegram_process import a_process
from tests.faults.child import Launcher, environment, launcher, rows, until

PEOPLE, KILLS = 20_000, 10


def left(file: Path) -> int:
    """How many wait, or are being sent; both are in a small index."""
    [(count,)] = rows(file, "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")
    return int(count)


def in_hand(file: Path) -> Counter[int]:
    """The chats whose notices a kill has caught: taken, and what became of them not written down."""
    found = rows(
        file,
        "SELECT accounts.address FROM outbox JOIN accounts USING (resident_id) "
        "WHERE outbox.state IN ('waiting', 'sending') AND outbox.state = 'sending'",
    )
    return Counter(int(address) for (address,) in found)


async def kill_at(town: Launcher, file: Path, remaining: int) -> Counter[int]:
    """Start, and kill when so many are left; returns whose notices were on their way."""
    child = await town.start()
    await until(lambda: left(file) <= remaining, "more is sent", 60)
    await child.kill()
    return in_hand(file)


@pytest.mark.kills
async def test_nobody_is_left_out_by_ten_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("TOWNBELL_TEST_SEED") or random.randrange(2**32))
    chance, caught, began = random.Random(seed), Counter[int](), time.monotonic()
    file = tmp_path / "townbell.db"
    url = f"sqlite+aiosqlite:///{file}"
    async with a_process(people=PEOPLE) as tg:
        database = await a_crowd(url, tg.people)
        async with database.unit() as unit:
            assert await tell_everybody(unit) == PEOPLE
        await database.close()
        telegram = {"telegram_token": tg.token, "telegram_api_base": tg.url, "telegram_messages_per_second": 1000}
        environ = environment(tmp_path, url, web_enabled="false", **telegram)
        async with launcher(tmp_path, environ) as town:
            for remaining in sorted(chance.sample(range(PEOPLE // 20, PEOPLE), KILLS), reverse=True):
                caught += await kill_at(town, file, remaining)
            last = await town.start()
            await until(lambda: left(file) == 0, "everybody is told", 60)
            assert await last.stop() == 0
            assert "Traceback" not in town.words(), town.words()
        came = (await tg.report()).by_chat
    again = {chat: count - 1 for chat, count in came.items() if count > 1}
    with capsys.disabled():
        print(
            f"\n  TOWNBELL_TEST_SEED={seed}: {PEOPLE} people, {KILLS} kills, {caught.total()} rows in hand, "
            f"{sum(again.values())} came twice, none was lost ({time.monotonic() - began:.0f} s)"
        )
    assert rows(file, "SELECT state, count(*) FROM outbox GROUP BY state") == [("sent", PEOPLE)]
    assert set(came) == set(tg.people)
    assert all(count <= caught[chat] for chat, count in again.items()), "twice, though no kill met it on its way"


@pytest.mark.kills
async def test_a_stop_leaves_nothing_half_done(tmp_path: Path) -> None:
    """An ordinary stop in the middle: everybody is told once, over however many starts."""
    file, people = tmp_path / "townbell.db", 1_000
    url = f"sqlite+aiosqlite:///{file}"
    async with a_process(people=people, latency=0.05) as tg:
        database = await a_crowd(url, tg.people)
        async with database.unit() as unit:
            await tell_everybody(unit)
        await database.close()
        telegram = {"telegram_token": tg.token, "telegram_api_base": tg.url, "telegram_messages_per_second": 300}
        async with launcher(tmp_path, environment(tmp_path, url, web_enabled="false", **telegram)) as town:
            for remaining in (800, 600):
                child = await town.start()
                await until(lambda: left(file) <= remaining, "more is sent", 60)  # noqa: B023 - awaited right here
                assert await child.stop(PATIENCE) == 0
                assert not in_hand(file)
                assert left(file) > remaining // 2, "it went on with what only waited for its turn"
            last = await town.start()
            await until(lambda: left(file) == 0, "everybody is told", 60)
            assert await last.stop() == 0
        came = (await tg.report()).by_chat
    assert came == Counter(tg.people)
