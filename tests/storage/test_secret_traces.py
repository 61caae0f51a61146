"""A full dump after a secret poll, and the joins that an insider would try: none leads from a voter to a choice.

The poll is played through the real channels. Everything that is stored is taken: every row of every table, the
database's own files where they can be read, and the log at its most talkative.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import DateTime, Integer, Table, text

from bot.logs import OURS
from handlers.kit.poll_taps import VoteTap
from handlers.polls.closing import close
from handlers.proxies.actions import give
from storage.sql import select
from storage.tables import BallotBox, PollElector, Resident, metadata, table_of
from tests.people import Person, Town
from town.polls import in_groups, receipt_of

OPTIONS = ("Anna", "Ben", "Cora")
WAYS = ("taps", "changes", "types")
SECRETS = re.compile(r"vote:[a-z]+:[0-9]+:([0-9A-Z]{16}):")
Dump = dict[Table, list[dict[str, Any]]]


async def votes(person: Person, poll_id: int, way: str, choice: str) -> tuple[set[str], set[str]]:
    """One person's way through the poll: the key that they voted with, and all keys that they were shown."""
    await person.says(f"/start vote_{poll_id}")
    await person.taps("Vote")
    shown = keys_on(person)
    if way == "types":
        await person.says(choice)
    else:
        other = OPTIONS[OPTIONS.index(choice) - 1]
        await person.taps(other if way == "changes" else choice)
        if way == "changes":
            await person.taps(choice)
    used = keys_on(person)
    return used, shown | used


def keys_on(person: Person) -> set[str]:
    """The keys that the last message carries."""
    return {key for _label, data in person.last.buttons for key in SECRETS.findall(data)}


async def dump(town: Town) -> Dump:
    """Every row of every table, in the order in which the database gives them."""
    found: Dump = {}
    async with town.app.database.reading() as unit:
        for table in metadata.sorted_tables:
            found[table] = [dict(row._mapping) for row in await unit.rows(select(*table.c))]
    return found


def of_person(everything: Dump, person: Person) -> Iterator[str]:
    """All rows that name somebody, without what differs between any two people: names, numbers, times, keys."""
    names = re.compile("|".join(re.escape(row["name"]) for row in everything[table_of(Resident)]))
    for table, rows in everything.items():
        for column in table.c:
            targets = {key.target_fullname for key in column.foreign_keys}
            who = person.resident_id if "residents.id" in targets else person.account_id
            if not targets & {"residents.id", "accounts.id"}:
                continue
            for row in rows:
                if row[column.name] == who:
                    yield f"{table.name} {names.sub('@', _alike(table, row))}"


def _alike(table: Table, row: dict[str, Any]) -> str:
    kept = {
        name: value
        for name, value in row.items()
        if not isinstance(table.c[name].type, DateTime | Integer)
        and "key" not in name
        and name not in ("name", "digest")
    }
    if "rev" in row:  # how often a chat was written to
        kept["rev"] = "|" * row["rev"]
    told = str(kept).replace("has voted", "have voted")  # of one person, whoever asked first
    return re.sub(r"[0-9a-f-]{36}|(?<=['\"])[A-Za-z0-9_-]{22}(?=['\"])|[0-9]+", "#", told)


async def played(town: Town, *, secret: bool) -> tuple[int, list[tuple[Person, str, str]], set[str], set[str]]:
    """A poll with every choice in every way, closed and settled: who voted how, the keys of it, and all there were."""
    people = await town.residents(len(WAYS) * len(OPTIONS))
    poll_id = await town.poll("Who leads?", OPTIONS, secret=secret)
    await town.settles()
    done, keys, shown = [], set(), set()
    for at, person in enumerate(people):
        way, choice = WAYS[at // len(OPTIONS)], OPTIONS[at % len(OPTIONS)]
        used, seen = await votes(person, poll_id, way, choice)
        keys |= used
        shown |= seen
        done.append((person, way, choice))
    async with town.app.database.unit() as unit:
        assert await close(unit, poll_id, town=await town.settings(), now=town.clock.now()) is not None
    await town.settles()
    return poll_id, done, keys, shown


def told_apart(everything: Dump, done: list[tuple[Person, str, str]]) -> set[str]:
    """The ways of voting in which what is stored of people differs between those who chose differently."""
    traces: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for person, way, _choice in done:
        traces[way].add(tuple(sorted(of_person(everything, person))))
    return {way for way, different in traces.items() if len(different) > 1}


@pytest.mark.parametrize("channel", ["web", "telegram"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_leads_from_a_voter_to_a_choice(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    poll_id, done, keys, shown = await played(town, secret=True)
    receipts = {key: receipt_of(poll_id, key) for key in keys}
    everything = await dump(town)
    # Rows of people who chose differently are the same, as far as those of any two people are.
    assert told_apart(everything, done) == set()
    # No key is anywhere; a receipt is with its ballot alone.
    boxes = table_of(BallotBox)
    ballots = " ".join(row["ballots"] for row in everything[boxes])
    others = str({table.name: rows for table, rows in everything.items() if table is not boxes}) + caplog.text
    plain = others.upper().replace("-", "")
    assert len(keys) == len(done) < len(shown)
    assert [receipt for receipt in receipts.values() if ballots.count(receipt) != 1 or receipt in plain] == []
    assert [key for key in shown if key in plain or key in ballots] == []
    # Neither list has a time, and ballots lie in the order of their receipts, which is no order of arrival.
    assert {column.name for column in boxes.c} == {"poll_id", "number", "ballots"}
    assert not [column for column in table_of(PollElector).c if isinstance(column.type, DateTime)]
    found = re.findall(r'\["([0-9A-Z]{12})"', ballots)
    assert found == sorted(found)
    assert len(found) == len(done)
    # The files beneath the tables keep no more than the tables.
    path = Path(town.app.database.engine.url.database or "")
    files = b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
    assert [files.count(receipt.encode()) for receipt in receipts.values()] == [1] * len(receipts)
    assert [key for key in shown if key.encode() in files] == []


POINTS = 3
MARKED = {
    "approval": ("Anna", "Anna, Ben, Cora"),
    "ranked": ("Cora", "Ben, Anna, Cora"),
    "points": (f"Anna {POINTS}", "Ben 1, Cora 2"),
}
"""Kinds of which a paper takes several marks: two ballots, that take a different number of taps where they can."""


async def marks(person: Person, said: str) -> None:
    """The taps that put a ballot in."""
    for name, _space, points in (part.partition(" ") for part in said.split(", ")):
        for _tap in range(int(points or 1)):
            await person.taps(next(label for label in person.last.labels if label.endswith(name)))
    await person.taps("Put it in")


async def takes_paper(person: Person, poll_id: int, giver: int = 0) -> set[str]:
    await person.forges(VoteTap(do="take", id=poll_id, who=giver).pack())
    return keys_on(person)


async def in_many_ways(poll_id: int, people: dict[str, Person], mine: str, other: str) -> tuple[set[str], set[str]]:
    """The ballots of some people, each cast in a way of its own: the keys of them, and all keys that were shown."""
    shown, used = set[str](), set[str]()
    for way, person in people.items():
        if way == "giver":
            continue
        if way == "early":
            await person.says("/cancel")  # no paper is in hand
            await person.says(mine)
        giver = people["giver"].resident_id if way == "holder" else 0
        shown |= keys_on(person) if way == "early" else await takes_paper(person, poll_id, giver)
        if way == "words":
            await person.says(mine)
        else:
            await marks(person, other if way == "code" else mine)
        [key] = keys_on(person)
        if way == "code":
            await person.says(f"{in_groups(key)} {mine}")
        used.add(key)
    return used, shown | used


@pytest.mark.town(secret_proxies="yes")
@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nor_do_many_marks_codes_proxies_and_receipts(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    for name in OURS:
        caplog.set_level(logging.DEBUG, logger=name)
    ways = ("marks", "words", "code", "early", "holder", "giver")
    sides = [dict(zip(ways, await town.residents(len(ways)), strict=True)) for _side in range(2)]
    for side in sides:
        async with town.app.database.unit() as unit:
            to, now = side["holder"].resident_id, town.clock.now()
            await give(unit, who=await town.who(side["giver"]), holder_id=to, poll_id=None, now=now)
    keys: dict[str, int] = {}
    shown: set[str] = set()
    for kind, said in MARKED.items():
        points = POINTS if kind == "points" else 0
        poll_id = await town.poll(f"Which in {kind}?", OPTIONS, kind=kind, secret=True, points=points)
        await town.settles()
        for side, mine in zip(sides, said, strict=True):
            used, seen = await in_many_ways(poll_id, side, mine, said[mine == said[0]])
            keys |= dict.fromkeys(used, poll_id)
            shown |= seen
        async with town.app.database.unit() as unit:
            assert await close(unit, poll_id, town=await town.settings(), now=town.clock.now()) is not None
        await town.settles()
    receipts = {key: receipt_of(poll_id, key) for key, poll_id in keys.items()}
    for side, receipt in zip(sides, receipts.values(), strict=False):
        await side["words"].says(f"/receipt {receipt}")
        side["words"].sees("was counted")
    everything = await dump(town)
    done = [(person, way, "") for side in sides for way, person in side.items()]
    assert told_apart(everything, done) == set()
    boxes = table_of(BallotBox)
    ballots = " ".join(row["ballots"] for row in everything[boxes])
    plain = (str({table.name: rows for table, rows in everything.items() if table is not boxes}) + caplog.text).upper()
    assert len(keys) == 2 * len(MARKED) * (len(ways) - 1)
    assert {ballots.count(receipt) for receipt in receipts.values()} == {1}
    assert [code for code in shown | set(receipts.values()) if code in plain.replace("-", "")] == []
    assert [text for said in MARKED.values() for text in said if " " in text and text.upper() in plain] == []


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nor_do_the_row_versions_of_postgresql(town: Town) -> None:
    _poll_id, done, _keys, _shown = await played(town, secret=True)
    assert told_apart(await dump(town), done) == set()
    async with town.app.database.reading() as unit:
        wrote = {row.xmin for row in await unit.rows(text("SELECT DISTINCT xmin::text AS xmin FROM ballot_boxes"))}
        tables = ("inbox", "outbox", "accounts", "poll_electors", "web_messages", "web_chats")
        for table in tables:
            theirs = {row.xmin for row in await unit.rows(text(f"SELECT DISTINCT xmin::text AS xmin FROM {table}"))}
            assert not wrote & theirs, table
        places = await unit.rows(text("SELECT number FROM ballot_boxes ORDER BY ctid"))
        assert [row.number for row in places] == sorted(row.number for row in places)


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_open_poll_does_tell(town: Town) -> None:
    """The same joins find every choice where none is hidden: the test above can fail."""
    _poll_id, done, _keys, _shown = await played(town, secret=False)
    assert told_apart(await dump(town), done) == set(WAYS)
