"""What a figure is, and how two ways of doing something are compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

Run = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `at_most`: the goal is an upper bound; otherwise a lower one. `detail` says what it is made of."""

    name: str
    value: float
    unit: str
    goal: float
    detail: str = ""
    at_most: bool = True

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal


@dataclass(frozen=True, slots=True)
class Compared:
    """Two ways side by side: medians in seconds a run, and the median of the rounds' ratios."""

    floor: float
    ours: float
    ratio: float


async def compare(floor: Run, ours: Run, *, rounds: int, runs: int, warm: int = 30) -> Compared:
    """Run both alternately, `runs` of each a round, and compare them round by round.

    What else the machine does weighs on both sides of a round, and the median leaves out rounds it disturbed.
    """
    for run in (floor, ours):
        for _ in range(warm):
            await run()
    floors, times = [], []
    for _ in range(rounds):
        gc.collect()
        floors.append(await _timed(floor, runs))
        times.append(await _timed(ours, runs))
    ratios = [mine / least for mine, least in zip(times, floors, strict=True)]
    return Compared(median(floors), median(times), median(ratios))


async def _timed(run: Run, runs: int) -> float:
    started = time.perf_counter()
    for _ in range(runs):
        await run()
    return (time.perf_counter() - started) / runs
