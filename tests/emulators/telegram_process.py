"""The emulator as a process of its own: what is measured beside it has a processor to itself.

    async with a_process(people=20_000, limits=Limits(overall=300)) as tg:
        ...  # tg.url, tg.token, tg.people
        report = await tg.report()

Nothing of what was said is remembered there, only who was sent something when.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_faults import Limits, Mishaps

ROOT = Path(__file__).parents[2]
LONGEST_ANSWER = 2**28


@dataclass(frozen=True)
class Report:
    """What was received so far: `receipts` are chat ids with the machine's monotonic time, `mishaps` counts by kind,
    `flooded` how many messages flood control refused, `stalled` for how many seconds the emulator once stood still."""

    receipts: list[tuple[int, float]]
    flooded: int
    mishaps: dict[str, int]
    stalled: float

    @cached_property
    def by_chat(self) -> Counter[int]:
        return Counter(chat for chat, _at in self.receipts)

    def first_to(self, chat: int) -> float:
        """When a chat received its first message. Raises StopIteration where it has none."""
        return next(at for one, at in self.receipts if one == chat)


class Remote:
    """The other end of a running emulator. `people` are the ids of those who have started the bot, `blocked` of those
    among them who have stopped it since, `groups` of the groups that it is in."""

    def __init__(self, process: asyncio.subprocess.Process, introduced: dict[str, Any]) -> None:
        self._process = process
        self.url: str = introduced["url"]
        self.token: str = introduced["token"]
        self.people: list[int] = introduced["people"]
        self.blocked: list[int] = introduced["blocked"]
        self.groups: list[int] = introduced["groups"]

    async def report(self) -> Report:
        """What was received until now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"report\n")
        told = json.loads(await self._process.stdout.readline())
        receipts = [(int(chat), at) for chat, at in told.pop("receipts")]
        return Report(receipts, **told)


class Watch:
    """Notices when this process stood still because the machine did something else; its own work does not count.

    `longest` and `total` are seconds since it began to watch, `lately` those of the last second.
    """

    TICK = 0.005
    HARDLY = 0.005

    def __init__(self) -> None:
        self.longest = self.total = 0.0
        self._recent: deque[tuple[float, float]] = deque()

    @property
    def lately(self) -> float:
        while self._recent and self._recent[0][0] < time.monotonic() - 1:
            self._recent.popleft()
        return sum(lost for _at, lost in self._recent)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            began, worked = time.monotonic(), time.process_time()
            await asyncio.sleep(self.TICK)
            ended = time.monotonic()
            lost = ended - began - self.TICK - (time.process_time() - worked)
            if lost > self.HARDLY:
                self.longest, self.total = max(self.longest, lost), self.total + lost
                self._recent.append((ended, lost))

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Watch]:
        """Watch for the block."""
        task = asyncio.create_task(self.run())
        try:
            yield self
        finally:
            task.cancel()


@asynccontextmanager
async def a_process(
    *,
    people: int = 0,
    blocked: int = 0,
    groups: int = 0,
    latency: float = 0.0,
    limits: Limits | None = None,
    mishaps: Mishaps | None = None,
) -> AsyncIterator[Remote]:
    """An emulator with so many people, of whom the last few have blocked the bot; ended with the block."""
    shares = {name: value for name, value in asdict(mishaps or Mishaps()).items() if name not in ("met", "_chance")}
    given = {
        "people": people, "blocked": blocked, "groups": groups, "latency": latency,
        "limits": asdict(limits) if limits else None, "mishaps": shares,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.telegram_process", json.dumps(given),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_ANSWER,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        introduced = await process.stdout.readline()
        assert introduced, "the emulator did not start"
        yield Remote(process, json.loads(introduced))
    finally:
        process.stdin.close()
        await process.wait()


async def _serve(given: dict[str, Any]) -> None:
    with suppress(PermissionError):
        os.nice(-10)  # Telegram's clock does not stand still because this machine is busy
    limits = Limits(**given["limits"]) if given["limits"] else None
    mishaps = Mishaps(**given["mishaps"])
    async with TelegramEmulator(
        latency=given["latency"], enforce_limits=limits, mishaps=mishaps, keeps_record=False
    ) as tg:
        people = [tg.person(f"Person {number}") for number in range(given["people"])]
        for person in people:
            person.chat.started = True
        closed = people[len(people) - given["blocked"] :]
        for person in closed:
            person.chat.closed = True
        groups = [tg.group(f"Group {number}") for number in range(given["groups"])]
        gc.freeze()
        ids = {"people": [one.id for one in people], "blocked": [one.id for one in closed]}
        _tell({"url": tg.url, "token": tg.token, **ids, "groups": [group.id for group in groups]})
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        async with Watch().watching() as watch:
            tg.forgive(lambda: watch.lately)
            while await lines.readline():
                told = {"receipts": tg.receipts, "flooded": tg.flooded, "mishaps": mishaps.met}
                _tell({**told, "stalled": watch.longest})


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(json.loads(sys.argv[1])))
    else:
        uvloop.run(_serve(json.loads(sys.argv[1])))
