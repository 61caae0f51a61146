"""Broadcasts that several people and processes lay hands on at once, on both databases: one of them wins, all hear how
it is, and nobody gets a message twice or one that was held.

On PostgreSQL several processes serve at once; here they are several `Database` engines, which share nothing but the
server.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update

from handlers.broadcasts import actions, jobs, sending
from handlers.broadcasts.sending import NewBroadcast
from handlers.kit.who import Who
from storage import outbox
from storage.outbox import outbox as rows
from storage.queries import broadcasts, roles, undelivered
from storage.queries.broadcasts import BroadcastRow
from storage.sql import select
from storage.tables import Account, BroadcastKind, BroadcastState, OutboxState, Role, table_of
from storage.unit import Unit
from tests.storage.test_contention import NOW, Ground, ground  # noqa: F401 - a fixture
from town.facts import ApprovedAlready, Fact, NotWaiting

accounts = table_of(Account)
PEOPLE = 40


async def council(ground: Ground, count: int) -> list[Who]:  # noqa: F811
    """So many members of the council."""
    addresses = [one for (one,) in await ground.people(count)]
    found = await ground.rows(select(accounts.c.address, accounts.c.resident_id))
    by_address = {row.address: row.resident_id for row in found}
    members = [by_address[str(address)] for address in addresses]
    async with ground.database.unit() as unit:
        for one in members:
            await roles.give(unit, resident_id=one, role=Role.COUNCIL, project_id=None, by=None, now=NOW)
    mayor = ground.mayor
    return [Who(0, "test", "", "en", one, f"Member {one}", mayor.resident_state, mayor.town) for one in members]


async def a_broadcast(
    ground: Ground,  # noqa: F811
    *,
    due_at: datetime | None = None,
    audience: str = "role:council",
) -> int:
    new = NewBroadcast(BroadcastKind.MESSAGE, "appeals", audience, "en", text="The river is high.", due_at=due_at)
    async with ground.database.unit() as unit:
        return await sending.propose(unit, by=ground.mayor.me, new=new, town=ground.mayor.town, now=NOW)


async def at_once(ground: Ground, *does: Callable[[Unit], Awaitable[Any]]) -> list[Any]:  # noqa: F811
    """Do these things in different processes at the same moment; what each came to, or the fact that kept it out."""

    async def one(at: int, do: Callable[[Unit], Awaitable[Any]]) -> Any:
        try:
            async with ground.any_process(at).database.unit() as unit:
                return await do(unit)
        except Fact as fact:
            return fact

    return list(await asyncio.gather(*(one(at, do) for at, do in enumerate(does))))


async def as_it_is(ground: Ground, broadcast_id: int) -> tuple[BroadcastRow, Counter[str], list[str]]:  # noqa: F811
    """The broadcast, its rows by state, its log."""
    async with ground.database.reading() as unit:
        one = await broadcasts.get(unit, broadcast_id)
        log = [event.kind for event in await broadcasts.history(unit, broadcast_id)]
        counted = await unit.rows(
            select(rows.c.state, func.count()).where(rows.c.broadcast_id == broadcast_id).group_by(rows.c.state)
        )
    assert one is not None
    return one, Counter({str(state): many for state, many in counted}), log


async def test_two_say_yes_at_once_and_it_begins_once(ground: Ground) -> None:  # noqa: F811
    members = await council(ground, 5)
    await ground.people(PEOPLE)
    one = await a_broadcast(ground, audience="town")
    said = await at_once(
        ground,
        *(lambda unit, who=who: actions.approve(unit, who=who, broadcast_id=one, now=NOW) for who in members),
        *(lambda unit, who=who: actions.approve(unit, who=who, broadcast_id=one, now=NOW) for who in members),
    )
    facts = [fact for fact in said if isinstance(fact, Fact)]
    assert len(facts) == len(said) - 1
    assert all(isinstance(fact, (NotWaiting, ApprovedAlready)) for fact in facts)
    kept, states, log = await as_it_is(ground, one)
    assert (kept.state, kept.people) == (BroadcastState.SENDING, PEOPLE + len(members))
    assert states.total() == PEOPLE + len(members)
    assert log.count("started") == 1
    told = await ground.rows(select(func.count()).where(rows.c.notice == "broadcast.approved"))
    assert told[0][0] == 1


async def test_three_are_needed_and_two_come_at_once(ground: Ground) -> None:  # noqa: F811
    """Neither of the last two says yes without knowing of the other: it begins, and once."""
    members = await council(ground, 2)
    strict = replace(ground.mayor.town, emergency_approvers=3)
    new = NewBroadcast(BroadcastKind.EMERGENCY, "", "town", "en", text="The dam is breaking.")
    async with ground.database.unit() as unit:
        one = await sending.propose(unit, by=ground.mayor.me, new=new, town=strict, now=NOW)
    await at_once(
        ground, *(lambda unit, who=who: actions.approve(unit, who=who, broadcast_id=one, now=NOW) for who in members)
    )
    kept, states, log = await as_it_is(ground, one)
    assert kept.state == BroadcastState.SENDING
    assert (log.count("approved"), log.count("started"), states.total()) == (3, 1, 2)


async def test_yes_and_no_at_once(ground: Ground) -> None:  # noqa: F811
    first, second = await council(ground, 2)
    one = await a_broadcast(ground, audience="town")
    said = await at_once(
        ground,
        lambda unit: actions.approve(unit, who=first, broadcast_id=one, now=NOW),
        lambda unit: actions.decline(unit, who=second, broadcast_id=one, now=NOW),
    )
    assert sum(isinstance(fact, NotWaiting) for fact in said) == 1
    kept, states, log = await as_it_is(ground, one)
    assert (kept.state == BroadcastState.SENDING) == bool(states) == ("started" in log)
    assert ("declined" in log) != ("started" in log)


async def test_many_ticks_begin_it_once_while_it_is_called_off(ground: Ground) -> None:  # noqa: F811
    await council(ground, 3)
    await ground.people(PEOPLE)
    due = NOW + timedelta(hours=1)
    one = await a_broadcast(ground, due_at=due)

    async def tick(unit: Unit) -> int:
        return await jobs.begin(unit, due, ground.mayor.town)

    said = await at_once(
        ground,
        tick,
        lambda unit: actions.cancel(unit, who=ground.mayor, broadcast_id=one, now=due),
        tick,
        lambda unit: actions.send_now(unit, who=ground.mayor, broadcast_id=one, now=due),
        tick,
    )
    kept, states, log = await as_it_is(ground, one)
    assert log.count("started") + log.count("cancelled") == 1
    assert kept.state == (BroadcastState.SENDING if "started" in log else BroadcastState.CANCELLED)
    assert states.total() == (3 if "started" in log else 0)
    assert sum(isinstance(fact, Fact) for fact in said) >= 1


async def test_holding_races_the_beginning(ground: Ground) -> None:  # noqa: F811
    """Whoever heard that it is held can rely on it: nothing of it waits to be sent."""
    await council(ground, 3)
    await ground.people(9)
    due = NOW + timedelta(hours=1)
    one = await a_broadcast(ground, due_at=due)
    _begun, held = await at_once(
        ground,
        lambda unit: jobs.begin(unit, due, ground.mayor.town),
        lambda unit: actions.pause(unit, who=ground.mayor, broadcast_id=one, now=due),
    )
    kept, states, _log = await as_it_is(ground, one)
    if isinstance(held, Fact):
        assert (kept.state, states) == (BroadcastState.SENDING, {OutboxState.WAITING: 3})
    else:
        assert (kept.state, states) == (BroadcastState.PAUSED, {OutboxState.PAUSED: 3})


async def test_stopping_races_the_end(ground: Ground) -> None:  # noqa: F811
    """It has either gone out or was stopped, never both; and its author, who sees no card, hears of the end once."""
    await council(ground, 3)
    await ground.people(9)
    one = await a_broadcast(ground)
    async with ground.database.unit() as unit:
        await unit.run(update(rows).where(rows.c.broadcast_id == one).values(state=OutboxState.SENT, sent_at=NOW))
        card = rows.c.dedupe_key == broadcasts.card_key(one)
        await unit.run(update(rows).where(card).values(state=OutboxState.FAILED))

    async def ends(unit: Unit) -> int:
        return await jobs.end(unit, NOW, ground.mayor.town)

    said = await at_once(
        ground, ends, lambda unit: actions.stop(unit, who=ground.mayor, broadcast_id=one, now=NOW), ends, ends
    )
    kept, states, log = await as_it_is(ground, one)
    assert states == {OutboxState.SENT: 3}
    assert log.count("ended") + log.count("stopped") == 1
    assert kept.state == (BroadcastState.SENT if "ended" in log else BroadcastState.STOPPED)
    assert isinstance(said[1], NotWaiting) == ("ended" in log)
    told = await ground.rows(select(func.count()).where(rows.c.notice == "broadcast.ended"))
    assert told[0][0] == log.count("ended")


async def test_two_hold_and_let_go_at_once(ground: Ground) -> None:  # noqa: F811
    await council(ground, 3)
    await ground.people(9)
    one = await a_broadcast(ground)
    for _ in range(5):
        await at_once(
            ground,
            lambda unit: actions.pause(unit, who=ground.mayor, broadcast_id=one, now=NOW),
            lambda unit: actions.resume(unit, who=ground.mayor, broadcast_id=one, now=NOW),
            lambda unit: actions.pause(unit, who=ground.mayor, broadcast_id=one, now=NOW),
        )
        kept, states, _log = await as_it_is(ground, one)
        held = kept.state == BroadcastState.PAUSED
        assert states == {OutboxState.PAUSED if held else OutboxState.WAITING: 3}
        async with ground.database.reading() as unit:
            assert (await outbox.progress(unit, one)).waiting == 3


async def test_silence_and_a_late_yes_at_once(ground: Ground) -> None:  # noqa: F811
    (first,) = await council(ground, 1)
    one = await a_broadcast(ground, audience="town")
    late = NOW + broadcasts.KEPT_WAITING
    await at_once(
        ground,
        lambda unit: jobs.expire(unit, late, ground.mayor.town),
        lambda unit: actions.approve(unit, who=first, broadcast_id=one, now=late),
    )
    kept, states, log = await as_it_is(ground, one)
    assert ("started" in log) != ("cancelled" in log)
    assert states.total() == (1 if "started" in log else 0)
    if "started" in log:
        assert kept.expires_at is not None
        assert kept.expires_at > late, "words that waited for a yes are of use for as long as others"


async def test_what_failed_is_tried_again_while_its_broadcast_is_stopped(ground: Ground) -> None:  # noqa: F811
    """Whoever stopped it can rely on it, also of the rows that had failed: nothing of it goes out any more."""
    await council(ground, 3)
    await ground.people(9)
    one = await a_broadcast(ground)
    async with ground.database.unit() as unit:
        mine = rows.c.broadcast_id == one
        await unit.run(update(rows).where(mine).values(state=OutboxState.FAILED, detail=outbox.UNREACHED))
        failed = [row.id for row in await unit.rows(select(rows.c.id).where(mine))]

    async def again(at: int) -> int:
        async with ground.any_process(at).database.unit() as unit:
            return await undelivered.retry(unit, failed, NOW)

    assert await again(1) == 3
    async with ground.database.unit() as unit:
        await unit.run(update(rows).where(mine).values(state=OutboxState.FAILED, detail=outbox.UNREACHED))
    async with ground.database.unit() as unit:
        await actions.stop(unit, who=ground.mayor, broadcast_id=one, now=NOW)
        racing = asyncio.create_task(again(1))
        await asyncio.sleep(0.2)  # it is under way by now, and knows of no stop
    assert await asyncio.wait_for(racing, 10) == 0
    kept, states, _log = await as_it_is(ground, one)
    assert (kept.state, states) == (BroadcastState.STOPPED, {OutboxState.FAILED: 3})
