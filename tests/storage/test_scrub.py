"""What a secret ballot leaves behind in the database's own files, and that it is gone after the poll."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from handlers.polls.casting import cast
from handlers.polls.closing import cancel, close
from storage.queries import ballots, papers, polls
from tests.people import Person, Town
from town.polls import receipt_of

VOTERS = 24


async def votes(town: Town, poll_id: int, person: Person, choice: str, key: str | None = None) -> str:
    """A vote in a transaction of its own, as everybody's is; the paper's key."""
    async with town.app.database.unit() as unit:
        voted = await cast(
            unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=key, now=town.clock.now()
        )
    return voted.key


async def closes(town: Town, poll_id: int) -> None:
    async with town.app.database.unit() as unit:
        assert await close(unit, poll_id, town=await town.settings(), now=town.clock.now()) is not None


async def a_secret_poll(town: Town) -> tuple[int, list[str]]:
    """A poll in which everybody voted, and a third of them twice; the receipts in the order of arrival."""
    people = await town.residents(VOTERS)
    poll_id = await town.poll("Who leads?", ["Anna", "Ben", "Cora"], secret=True)
    keys = [await votes(town, poll_id, person, str(at % 3 + 1)) for at, person in enumerate(people)]
    for person, key in list(zip(people, keys, strict=True))[::3]:
        await votes(town, poll_id, person, "3", key)
    return poll_id, [receipt_of(poll_id, key) for key in keys]


async def in_files(town: Town, receipts: list[str]) -> list[int]:
    """How often each receipt stands in the files of the table of boxes (or of all of SQLite's)."""
    if town.app.database.is_sqlite:
        path = Path(town.app.database.engine.url.database or "")
        content = b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
    else:
        async with town.app.database.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("CHECKPOINT"))
            where = "current_setting('data_directory') || '/' || pg_relation_filepath('ballot_boxes')"
            content = Path((await connection.execute(text(f"SELECT {where}"))).scalar_one()).read_bytes()
    return [content.count(receipt.encode()) for receipt in receipts]


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_the_files_keep_each_ballot_once_and_in_no_order_of_arrival(town: Town) -> None:
    poll_id, receipts = await a_secret_poll(town)
    await closes(town, poll_id)
    assert max(await in_files(town, receipts)) > 1, "the files of a running poll keep more: this test can fail"
    await town.settles()
    assert await in_files(town, receipts) == [1] * VOTERS
    async with town.app.database.unit() as unit:
        kept = [receipt async for receipt, _choice in ballots.secret(unit, poll_id)]
        assert kept == sorted(receipts)
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        assert poll.scrubbed_at is not None
        assert poll.boxes > 0


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_box_was_written_by_a_voters_transaction(town: Town) -> None:
    poll_id, _receipts = await a_secret_poll(town)
    teller = await town.resident()
    async with town.app.database.unit() as unit:
        await papers.put(unit, poll_id, None, "2", by=teller.resident_id)
    await closes(town, poll_id)
    size = text("SELECT pg_relation_size('paper_ballots')")

    async def joined(unit: object) -> int:
        found = await unit.value(  # type: ignore[attr-defined]
            text(
                "SELECT count(*) FROM ballot_boxes b JOIN poll_electors e ON e.poll_id = b.poll_id AND e.xmin = b.xmin "
                "WHERE b.poll_id = :poll_id"
            ),
            poll_id=poll_id,
        )
        return int(found)

    async with town.app.database.unit() as unit:
        assert await joined(unit) > 0, "the row versions of a running poll tell: this test can fail"
        # What the planner knows of boxes as they were in between, it would know for long.
        await unit.run(text("ANALYZE ballot_boxes"))
        known = await unit.rows(text("SELECT attname FROM pg_stats WHERE tablename = 'ballot_boxes'"))
        assert "ballots" not in {row.attname for row in known}
        assert "number" in {row.attname for row in known}
        assert await unit.value(size) > 0, "of a paper that no teller confirmed its old version is there"
    await town.settles()
    async with town.app.database.unit() as unit:
        assert await joined(unit) == 0
        assert await unit.value(size) == 0


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_the_ballots_of_a_poll_that_was_called_off_are_thrown_away(town: Town) -> None:
    poll_id, receipts = await a_secret_poll(town)
    async with town.app.database.unit() as unit:
        poll = await polls.get(unit, poll_id, lock=True)
        assert poll is not None
        await cancel(unit, poll, reason="Asked too early", now=town.clock.now())
    await town.settles()
    assert await in_files(town, receipts) == [0] * VOTERS


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_a_reader_holds_it_up_and_it_is_done_later(town: Town) -> None:
    poll_id, receipts = await a_secret_poll(town)
    async with town.app.database.reading() as unit:
        await closes(town, poll_id)
        assert [page async for page in ballots.secret_pages(unit, poll_id)]
        # It is given up soon, for whoever votes in another poll would wait behind it.
        await asyncio.wait_for(town.settles(), 5)
        still = await polls.get(unit, poll_id)
        assert still is not None
        assert still.scrubbed_at is None
    await town.settles()
    assert await in_files(town, receipts) == [1] * VOTERS
