"""What a plan for a whole town costs, and how good it is: 5,000 residents, 5,000 open places of one week."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.allocation.puzzle import Found, dump, load_found
from storage.queries.planning import Asked
from town.settings import TownSettings
from town.shifts import ALWAYS_FREE
from town.week import at_local

ROOT = Path(__file__).parents[1]
RESIDENTS, OPEN_PLACES = 5_000, 5_000
SKILLS, INTERESTS, PROJECTS = 14, 10, 40
MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
TOWN = TownSettings(name="Bench", zone="Europe/Berlin")


class MadeUp:
    """A town that is made up, the same each time.

    A third of the places are for a skill, with learners beside some; a third of the residents hold work in that week
    or the one before already, some are under age, exempt or new, most have told when they are free, and four in five
    still owe hours.
    """

    def __init__(self, residents: int = RESIDENTS, places: int = OPEN_PLACES, seed: int = 3) -> None:
        self.chance = random.Random(seed)
        self.residents = residents
        self.shifts: list[Any] = []
        self.needs: list[Any] = []
        self._make_shifts(places)

    def _make_shifts(self, places: int) -> None:
        chance, made = self.chance, 0
        while made < places:
            number = len(self.shifts) + 1
            count = min(chance.choice((1, 2, 2, 3, 4, 6, 8, 12, 20)), places - made)
            made += count
            general = count
            if chance.random() < 0.55:
                general = self._need(number, count)
            day = MONDAY + timedelta(days=chance.choice((0, 1, 2, 3, 4, 5, 5, 6)))
            starts = at_local(day, time(chance.choice((6, 7, 8, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19, 22))), TOWN.tz)
            ends = starts + timedelta(minutes=chance.choice((60, 90, 120, 120, 180, 180, 240, 360)))
            project = chance.randint(1, PROJECTS)
            self.shifts.append(_row(
                id=number, project_id=project, starts_at=starts, ends_at=ends,
                interest_id=100 + project % INTERESTS, general_free=general,
            ))  # fmt: skip

    def _need(self, shift: int, count: int) -> int:
        """A skill of a shift; returns how many of its places stay for anybody."""
        chance = self.chance
        skilled = min(count, max(1, count * chance.choice((1, 2, 2, 3)) // 3))
        learners = chance.choice((0, 0, 1)) if skilled < count else 0
        if chance.random() < 0.1:
            skilled = learners = 0  # a wish
        self.needs.append((shift, chance.randint(1, SKILLS), skilled, 0, learners, 0, chance.random() < 0.3))
        return count - skilled - learners

    def asked(self) -> Asked:
        """The rows, as the database would give them."""
        numbers = range(1, self.residents + 1)
        return Asked(
            closed=MONDAY - timedelta(days=14),
            shifts=self.shifts,
            needs=self.needs,
            people=[self._person(number) for number in numbers],
            topics=[row for number in numbers for row in self._topics(number)],
            work=[row for number in numbers for row in self._work(number)],
            done=[_row(resident_id=n, week=MONDAY - timedelta(days=7), minutes=180) for n in numbers if n % 5 < 4],
            carried=[(number, self.chance.choice((60, 120, 180, 400))) for number in numbers if number % 7 == 0],
            exempt=[
                _row(resident_id=number, from_week=MONDAY - timedelta(days=70), until_week=MONDAY + timedelta(days=70))
                for number in numbers
                if number % 25 == 0
            ],
            without=[(self.chance.randint(1, len(self.shifts)), self.chance.choice(numbers)) for _ in range(500)],
            proposed=[],
        )

    def _person(self, number: int) -> Any:
        chance = self.chance
        free_times = sum(1 << part for part in range(21) if chance.random() < 0.4) & ALWAYS_FREE
        return _row(
            id=number,
            born=date(2026 - chance.randint(13, 17), chance.randint(1, 12), 5) if number % 14 == 0 else None,
            free_times=free_times if chance.random() < 0.8 else 0,
            joined_at=NOW - timedelta(days=3 if number % 50 == 0 else 300),
        )

    def _topics(self, number: int) -> list[tuple[int, int, str, str]]:
        chance = self.chance
        skills = chance.sample(range(1, SKILLS + 1), chance.choice((0, 1, 1, 2, 3)))
        levels = {skill: chance.choices(("told", "signed_off", "master"), (6, 3, 1))[0] for skill in skills}
        liked = chance.sample(range(100, 100 + INTERESTS), chance.choice((0, 1, 2, 3)))
        return [(number, skill, "skill", level) for skill, level in levels.items()] + [
            (number, topic, "interest", "told") for topic in liked
        ]

    def _work(self, number: int) -> list[Any]:
        """Work of others' shifts, which are no part of the puzzle."""
        chance = self.chance
        found = []
        for at in range(chance.choice((0, 0, 1, 2))):
            starts = at_local(MONDAY + timedelta(days=chance.randint(-3, 6)), time(chance.randint(6, 18)), TOWN.tz)
            ends = starts + timedelta(minutes=chance.choice((60, 120, 180)))
            shift = 1_000_000 + number * 10 + at
            found.append(_row(resident_id=number, shift_id=shift, state="held", starts_at=starts, ends_at=ends))
        return found


@lru_cache(maxsize=1)
def plan() -> Found:
    """One solve of the whole town, in a process of its own as the planner does it. Raises CalledProcessError."""
    puzzle = dump(MadeUp().asked(), TOWN, MONDAY, NOW)
    solved = subprocess.run(
        [sys.executable, "-m", "bot.allocation"], cwd=ROOT, input=puzzle, stdout=subprocess.PIPE, check=True
    )
    return load_found(solved.stdout)


def _row(**values: Any) -> Any:
    return SimpleNamespace(**values)
