"""The rows of a broadcast: held, let go, dropped, sent again, counted; in whoever's hands they are meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage import dispatch, outbox
from storage.dispatch import Back, End
from storage.engine import Database
from storage.outbox import Progress
from storage.queries import town
from storage.sql import insert
from storage.tables import Account, Broadcast, BroadcastState, Mute, OutboxState, Priority, Resident, table_of
from town.settings import TownSettings

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
broadcasts, mutes = table_of(Broadcast), table_of(Mute)
BULK = (Priority.BULK,)


class Sent:
    """A broadcast to six people."""

    def __init__(self, database: Database, broadcast: int, accounts: list[int]) -> None:
        self.database = database
        self.id = broadcast
        self.accounts = accounts

    async def states(self) -> list[str]:
        async with self.database.reading() as unit:
            rows = await unit.rows(select(outbox.outbox.c.state).order_by(outbox.outbox.c.id))
        return [row.state for row in rows]

    async def becomes(self, state: BroadcastState) -> None:
        async with self.database.unit() as unit:
            await unit.run(update(broadcasts).values(state=state))
            if state is BroadcastState.PAUSED:
                await outbox.pause(unit, self.id)
            if state in outbox.ENDED:
                await outbox.stop(unit, self.id, "asked")
            if state is BroadcastState.SENDING:
                await outbox.resume(unit, self.id, LATER)

    async def take(self, most: int, now: datetime = NOW) -> list[int]:
        async with self.database.unit() as unit:
            return [row.id for row in await dispatch.take(unit, now=now, most=most, priorities=BULK)]

    async def ends(self, *ends: End) -> None:
        async with self.database.unit() as unit:
            await dispatch.settle(unit, ends)

    async def progress(self) -> Progress:
        async with self.database.reading() as unit:
            return await outbox.progress(unit, self.id)


@pytest.fixture
async def sent(database_url: str) -> AsyncIterator[Sent]:
    database = Database(database_url)
    async with database.unit() as unit:
        await town.found(unit, TownSettings(), is_sample=False)
        people, accounts = [], []
        for number in range(6):
            one = await unit.add(
                Resident(name=f"P{number}", street="Mill Lane", joined_at=NOW, consent_at=NOW, consent_version=1)
            )
            people.append(int(one.id))
            made = Account(channel="web", address=f"{number}", resident_id=one.id, language="en", created_at=NOW)
            accounts.append(int((await unit.add(made)).id))
        message = Broadcast(
            kind="message", language="en", audience="{}", made_by=people[0], made_at=NOW, due_at=NOW,
            state=BroadcastState.SENDING,
        )  # fmt: skip
        broadcast = int((await unit.add(message)).id)
        rows = [
            outbox.new_row(
                notice="broadcast", resident_id=person, dedupe_key=f"b:{person}", now=NOW, broadcast_id=broadcast,
                priority=Priority.BULK, broadcast=broadcast,
            )
            for person in people
        ]  # fmt: skip
        await outbox.put(unit, rows)
    yield Sent(database, broadcast, accounts)
    await database.close()


async def test_what_is_in_hand_is_held_or_dropped_when_it_comes_back(sent: Sent) -> None:
    first, second, third = await sent.take(3)
    await sent.becomes(BroadcastState.PAUSED)
    assert await sent.states() == ["sending"] * 3 + ["paused"] * 3
    assert await sent.take(9) == []
    async with sent.database.unit() as unit:
        await dispatch.put_back(unit, [Back(first, LATER, "502"), Back(second, LATER, "502", tried=False)])
    assert await sent.states() == ["paused"] * 2 + ["sending"] + ["paused"] * 3
    async with sent.database.unit() as unit:
        assert await dispatch.reclaim(unit) == 1  # after a crash
    assert await sent.states() == ["paused"] * 6
    await sent.becomes(BroadcastState.SENDING)
    assert await sent.take(9) == [], "they go on behind what fell due meanwhile"
    assert await sent.take(2, LATER) == [first, second]
    await sent.becomes(BroadcastState.STOPPED)
    async with sent.database.unit() as unit:
        await dispatch.put_back(unit, [Back(first, LATER), Back(second, LATER)])
        found = await unit.rows(select(outbox.outbox.c.detail).order_by(outbox.outbox.c.id))
    assert await sent.states() == ["dropped"] * 6
    assert [row.detail for row in found] == [outbox.WITHDRAWN] * 2 + ["asked"] * 4
    assert third


async def test_a_row_that_was_settled_is_not_put_back(sent: Sent) -> None:
    [one] = await sent.take(1)
    await sent.ends(End(one, OutboxState.SENT, NOW))
    async with sent.database.unit() as unit:
        await dispatch.put_back(unit, [Back(one, NOW)])
    assert (await sent.states())[0] == "sent"


async def test_its_progress_and_what_failed_again(sent: Sent) -> None:
    a, b, c, d, e = await sent.take(5)
    await sent.ends(
        End(a, OutboxState.SENT, NOW, account_id=sent.accounts[0], reference="9"),
        End(b, OutboxState.SENT, NOW, account_id=sent.accounts[1], reference="10"),
        End(c, OutboxState.FAILED, NOW, "Bad Request: \0\ud800" + "x" * 600),
        End(d, OutboxState.DROPPED, NOW, outbox.MUTED),
        End(e, OutboxState.DROPPED, NOW, "too late"),
    )
    assert await sent.progress() == Progress(1, 2, 0, 0, 1, 1, 1)
    async with sent.database.unit() as unit:
        assert await outbox.read_until(unit, sent.accounts[1], 9, NOW) == 0, "10 is more than 9, as a number"
        assert await outbox.read_until(unit, sent.accounts[1], 10, NOW) == 1
        assert await outbox.read_until(unit, sent.accounts[1], 11, LATER) == 0, "it was read before"
        assert await outbox.read_until(unit, sent.accounts[0], 100, NOW) == 1
        assert await outbox.send_failed_again(unit, sent.id, NOW) == 1
        assert "outbox" in unit.announced
    assert await sent.progress() == Progress(2, 2, 2, 2, 0, 1, 1)
    await sent.becomes(BroadcastState.PAUSED)
    async with sent.database.unit() as unit:
        assert await outbox.withdraw(unit, "") == 2, "what is held can be withdrawn"
    assert await sent.progress() == Progress(0, 2, 2, 2, 0, 1, 3)


async def test_recipients_of_a_batch(sent: Sent) -> None:
    async with sent.database.unit() as unit:
        group = int((await unit.add(Account(channel="telegram", address="-7", language="en", created_at=NOW))).id)
        gone = Account(channel="telegram", address="-8", language="en", created_at=NOW, reachable=False)
        left = int((await unit.add(gone)).id)
        await unit.execute(insert(mutes), {"resident_id": 2, "topic": "goods", "how": "me", "at": NOW})
        second = Account(channel="telegram", address="2", resident_id=2, language="zu", created_at=LATER)
        await unit.add(second)
        rows = [
            outbox.new_row(notice="update", group_id=one, dedupe_key=f"g:{one}", now=NOW, priority=Priority.BULK)
            for one in (group, left)
        ]
        await outbox.put(unit, rows)
        taken = await dispatch.take(unit, now=NOW, most=20, priorities=BULK)
        found = await dispatch.recipients(unit, taken)
    assert [row.group_id for row in taken] == [None] * 6 + [group, left]
    assert [[one.address for one in recipient.addresses] for recipient in found] == [
        ["0"], ["2", "1"], ["2"], ["3"], ["4"], ["5"], ["-7"], [],
    ]  # fmt: skip
    assert [recipient.muted for recipient in found] == [set(), {"goods"}] + [set()] * 6


async def test_what_presses_and_what_does_not_are_taken_apart(sent: Sent) -> None:
    async with sent.database.unit() as unit:
        row = outbox.new_row(notice="x", resident_id=1, dedupe_key="now", now=NOW, priority=Priority.REMINDER)
        await outbox.put(unit, [row])
        pressing = (Priority.URGENT, Priority.PERSONAL, Priority.REMINDER)
        [one] = await dispatch.take(unit, now=NOW, most=20, priorities=pressing)
    assert one.notice == "x"
    assert len(await sent.take(20)) == 6


def test_a_notice_goes_to_one() -> None:
    for resident, group in ((None, None), (1, 2)):
        with pytest.raises(ValueError, match="a resident or to a group"):
            outbox.new_row(notice="x", resident_id=resident, group_id=group, dedupe_key="x", now=NOW)
