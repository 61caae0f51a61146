"""What closing a poll costs: counting its ballots and telling everybody, for each kind of poll, open and secret.

Every poll is as hard as it can be: twelve options, and each ballot made up by itself, so that hardly two rankings are
the same. The database is prepared here; a process of its own closes the poll, so that its memory is its own as well.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench.weeks import ZONE
from handlers.polls.closing import close
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import polls, town
from town.polls import RECEIPT_LETTERS, Kind, box_of, boxes_for
from town.settings import TownSettings

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENT = "2026-01-07 06:00:00.000000"
OPTIONS, POINTS = 12, 10
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Closing:
    """One poll that was closed: seconds, and the most megabytes that its process had."""

    kind: str
    secret: bool
    seconds: float
    megabytes: float

    @property
    def name(self) -> str:
        return f"{self.kind}, {'secret' if self.secret else 'open'}"


@lru_cache(maxsize=4)
def closings(people: int) -> tuple[Closing, ...]:
    """A poll of every kind among so many people, all of whom vote, open and secret. Raises CalledProcessError."""
    with TemporaryDirectory() as folder:
        town_file, file = Path(folder, "town.db"), Path(folder, "poll.db")
        asyncio.run(_town(f"sqlite+aiosqlite:///{town_file}", people))
        with closing(sqlite3.connect(town_file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return tuple(_closing(town_file, file, people, kind, secret) for kind in Kind for secret in (False, True))


def _closing(town_file: Path, file: Path, people: int, kind: Kind, secret: bool) -> Closing:
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    shutil.copy(town_file, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        _fill(connection, people, kind, secret=secret)
    command = [sys.executable, "-m", "bench.polls", f"sqlite+aiosqlite:///{file}"]
    closed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return Closing(kind.value, secret, **json.loads(closed.stdout))


async def _town(url: str, people: int) -> None:
    """A town with one poll, whose electorate is everybody."""
    numbers = f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people}) SELECT i FROM n)"
    await upgrade(url)
    database = Database(url)
    try:
        async with database.unit() as unit:
            await town.found(unit, TownSettings(zone=ZONE), is_sample=False)
            await unit.execute(
                text(
                    "INSERT INTO residents (id, name, street, area, state, free_times, reminder_early, reminder_late, "
                    "joined_at, consent_at, consent_version) SELECT i, 'Resident ' || i, 'Mill Lane', 'mill lane', "
                    f"'resident', 2097151, 1440, 120, '{MOMENT}', '{MOMENT}', 1 FROM {numbers} AS numbers ORDER BY i"
                )
            )
            poll_id = await polls.make(
                unit,
                **{"question": "What shall we do?", "about": "", "kind": "single", "audience": "town", "made_by": 1},
                **{"secret": False, "hidden": False, "points": 0, "most": 0, "benefits_only": False, "quorum": 50},
                **{"quorum_people": False, "threshold": "simple", "of_electorate": False, "proxies": True},
                options=json.dumps([{"name": f"Number {number}"} for number in range(1, OPTIONS + 1)]),
                subject="",
                made_at=NOW,
                opens_at=NOW,
            )
            await unit.execute(
                text(
                    "INSERT INTO poll_electors (poll_id, resident_id, how, unconfirmed) "
                    f"SELECT {poll_id}, id, 'chat', 0 FROM residents"
                )
            )
            await polls.change(unit, poll_id, opened_at=NOW, closes_at=NOW + timedelta(days=2), electorate=people)
    finally:
        await database.close()


def _fill(connection: sqlite3.Connection, people: int, kind: Kind, *, secret: bool) -> None:
    """Make the poll one of this kind, with a ballot from everybody."""
    names = ["Yes", "No"] if kind is Kind.YESNO else [f"Number {number}" for number in range(1, OPTIONS + 1)]
    chance, many = random.Random(people), boxes_for(people)
    connection.execute(
        "UPDATE polls SET kind = ?, options = ?, secret = ?, points = ?, boxes = ?",
        (
            kind.value,
            json.dumps([{"name": name} for name in names]),
            secret,
            POINTS if kind is Kind.POINTS else 0,
            many if secret else 0,
        ),
    )
    if secret:
        rows = _boxes(chance, kind, people, many)
        connection.executemany("INSERT INTO ballot_boxes (poll_id, number, ballots) VALUES (1, ?, ?)", rows)
    else:
        given = ((number, _choice(chance, kind)) for number in range(1, people + 1))
        insert = f"INSERT INTO ballots (poll_id, resident_id, choice, cast_at) VALUES (1, ?, ?, '{MOMENT}')"
        connection.executemany(insert, given)


def _boxes(chance: random.Random, kind: Kind, people: int, many: int) -> Iterator[tuple[int, str]]:
    kept: list[list[list[str]]] = [[] for _ in range(many)]
    for _ in range(people):
        receipt = "".join(chance.choices(LETTERS, k=RECEIPT_LETTERS))
        kept[box_of(receipt, many)].append([receipt, _choice(chance, kind)])
    for number, found in enumerate(kept):
        yield number, json.dumps(sorted(found), separators=(",", ":"))


def _choice(chance: random.Random, kind: Kind) -> str:
    numbers = range(1, OPTIONS + 1)
    if kind is Kind.YESNO:
        return chance.choice("12")
    if kind is Kind.SINGLE:
        return str(chance.choice(numbers))
    if kind is Kind.RANKED:
        return ">".join(map(str, chance.sample(numbers, OPTIONS)))
    some = sorted(chance.sample(numbers, 4))
    if kind is Kind.APPROVAL:
        return ",".join(map(str, some))
    return ",".join(f"{number}:{points}" for number, points in zip(some, (1, 2, 3, 4), strict=True))


async def _close(url: str) -> dict[str, float]:
    """Close the poll, in this process; what it took."""
    database = Database(url)
    try:
        started = time.perf_counter()
        async with database.unit() as unit:
            closed = await close(unit, 1, town=TownSettings(zone=ZONE), now=NOW)
        seconds = time.perf_counter() - started
    finally:
        await database.close()
    if closed is None or json.loads(closed.tally)["ballots"] != closed.electorate:
        raise RuntimeError("not every ballot was counted")
    return {"seconds": seconds, "megabytes": _peak()}


def _peak() -> float:
    """Megabytes of memory that this process had at its most. Linux's own: `getrusage` counts the parent's as well."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_close(sys.argv[1]))))
