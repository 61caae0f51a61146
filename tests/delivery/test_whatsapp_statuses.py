"""What WhatsApp tells of messages: in any order, more than once, before the row is settled; and the day's budget."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.lanes import Lane
from bot.delivery.whatsapp_budget import FEWEST, KEPT_BACK, PERIOD, Budget, limit_of
from storage import outbox
from storage.inbox import KEPT
from storage.outbox import PUT_OFF
from storage.queries import broadcasts, reach, statuses
from storage.queries.statuses import Failure, StatusReport, failure_of
from storage.tables import Broadcast, BroadcastState, Priority
from storage.unit import Unit
from tests.delivery.whatsapp_town import DROPPED, NOON, SENT, TRACKERS, WAITING, Sent, WhatsAppTown, a_town

HOUR, YESTERDAY = timedelta(hours=1), timedelta(hours=30)


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WhatsAppTown]:
    town = await a_town(database_url)
    yield town
    await town.database.close()


async def a_broadcast(unit: Unit, made_by: int) -> int:
    sending = BroadcastState.SENDING
    made = Broadcast(
        kind="message", language="en", audience="{}", made_by=made_by, made_at=NOON, due_at=NOON, state=sending
    )  # fmt: skip
    return int((await unit.add(made)).id)


# -- delivered and read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [*itertools.permutations(["sent", "delivered", "read"]), ("read",)])
async def test_delivered_and_read_in_any_order(line: WhatsAppTown, order: tuple[str, ...]) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    (sent,) = line.client.sent
    for status in order:
        assert await line.told((sent, status)) == 1
    row = await line.row(row_id)
    assert (row.state, row.delivered_at is not None, row.read_at is not None) == (SENT, True, True)
    assert row.delivered_at <= row.read_at
    assert [await line.told((sent, status)) for status in order] == [0] * len(order)
    assert await line.row(row_id) == row


async def test_what_is_told_before_the_answer_counts_when_the_row_is_settled(line: WhatsAppTown) -> None:
    """Statuses may come while the send is still waiting for its own answer."""
    thandi = await line.person(heard=HOUR)
    row_id = await line.tells(thandi)
    client, send = line.client, line.client.send

    async def told_first(address: str, *given: object, **more: object) -> str:
        wamid = await send(address, *given, **more)  # type: ignore[arg-type]
        await line.told((client.sent[-1], "read"), (client.sent[-1], "delivered"))
        return wamid

    client.send = told_first  # type: ignore[method-assign]
    await line.settles()
    row = await line.row(row_id)
    assert (row.state, row.reference, row.account_id) == (SENT, client.sent[0].wamid, 10 * thandi)
    assert None not in (row.delivered_at, row.read_at)


async def test_a_failure_that_is_told_before_the_answer_counts_too(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    client, send = line.client, line.client.send

    async def fails_first(address: str, *given: object, **more: object) -> str:
        client.send = send  # type: ignore[method-assign]
        wamid = await send(address, *given, **more)  # type: ignore[arg-type]
        await line.told((client.sent[-1], "failed", 131047))
        return wamid

    client.send = fails_first  # type: ignore[method-assign]
    await line.settles()
    await line.settles()
    assert line.kinds == ["interactive", "template"]
    assert (await line.row(row_id)).reference == client.sent[1].wamid


async def test_a_failure_that_is_told_twice_is_acted_on_once(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    (sent,) = line.client.sent
    await line.told((sent, "failed", 131047), (sent, "sent"))
    await line.settles()
    for _time in range(3):
        await line.told((sent, "failed", 131047), (sent, "sent"))
        await line.settles()
    assert line.kinds == ["interactive", "template"]
    await line.told((line.client.sent[1], "delivered"))
    row = await line.row(row_id)
    assert (row.state, row.delivered_at is None) == (SENT, False)


async def test_what_was_delivered_did_not_fail(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    (sent,) = line.client.sent
    await line.told((sent, "delivered"))
    await line.told((sent, "failed", 131026))
    await line.settles()
    assert ((await line.state(row_id)), len(line.client.sent)) == ((SENT, ""), 1)


async def test_what_was_delivered_did_not_fail_when_its_statuses_are_forgotten(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    (sent,) = line.client.sent
    await line.told((sent, "delivered"))
    async with line.database.unit() as unit:
        assert await statuses.prune(unit, NOON + 2 * KEPT) >= 1
    await line.told((sent, "failed", 131026))
    await line.settles()
    assert ((await line.state(row_id)), len(line.client.sent)) == ((SENT, ""), 1)


async def test_what_is_told_of_another_message_changes_nothing(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    before = await line.row(row_id)
    other = Sent("ZA.9", "text", {}, TRACKERS.of(row_id, 9), "wamid.other", Lane.PERSONAL)
    await line.told((other, "failed", 131047), (other, "read"))
    nobodys = Sent("ZA.9", "text", {}, TRACKERS.of(999_999, 1), "wamid.nobody", Lane.PERSONAL)
    await line.told((nobodys, "failed", 131026))
    assert await line.row(row_id) == before


async def test_a_message_of_a_broadcast_that_was_stopped_is_not_sent_otherwise(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    async with line.database.unit() as unit:
        number = await a_broadcast(unit, thandi)
    row_id = await line.tells(thandi, broadcast_id=number)
    await line.settles()
    async with line.database.unit() as unit:
        await broadcasts.change(unit, number, state=BroadcastState.STOPPED.value)
    await line.told((line.client.sent[0], "failed", 131047))
    await line.settles()
    assert await line.state(row_id) == (DROPPED, outbox.WITHDRAWN)
    assert len(line.client.sent) == 1


async def test_the_report_of_a_broadcast_knows_who_read_and_who_is_waited_for(line: WhatsAppTown) -> None:
    people = [await line.person(heard=heard) for heard in (HOUR, HOUR, HOUR, None)]
    line.client.account = []
    async with line.database.unit() as unit:
        number = await a_broadcast(unit, people[0])
    for person in people:
        await line.tells(person, broadcast_id=number)
    await line.settles()
    read, delivered, _sent = line.client.sent
    await line.told((read, "read"), (delivered, "delivered"))
    async with line.database.reading() as unit:
        counts, why = await reach.counts(unit, number), await reach.reasons(unit, number)
    assert counts == {"read": 1, "delivered": 1, "sent": 1, "failed": 1}
    assert why == {"silence": 1}


async def test_old_statuses_are_forgotten(line: WhatsAppTown) -> None:
    await line.tells(await line.person(heard=HOUR))
    await line.settles()
    await line.told((line.client.sent[0], "sent"), (line.client.sent[0], "read"))
    async with line.database.unit() as unit:
        assert await statuses.prune(unit, NOON + timedelta(days=7)) == 0
        assert await statuses.prune(unit, NOON + timedelta(days=9)) == 2


async def test_words_of_a_server_that_answers_anything_are_kept(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    words = "\0 \ud800 " + "x" * 5_000
    async with line.database.unit() as unit:
        await statuses.take(
            unit, [StatusReport(line.client.sent[0].wamid, "failed", row_id, NOON, None, words)]
        )  # fmt: skip
    state, detail = await line.state(row_id)
    assert state == WAITING
    assert failure_of(detail) is not None


@pytest.mark.parametrize(
    ("detail", "failure"),
    [
        ("told: 131047 too late", Failure(131047, "too late")),
        ("told: 0 ", Failure(0, "")),
        ("told: x", None),
        ("", None),
        (outbox.HELD, None),
        (outbox.IN_FLIGHT, None),
    ],
)
def test_how_a_failure_is_written_down(detail: str, failure: Failure | None) -> None:
    assert failure_of(detail) == failure


async def test_a_status_and_the_end_of_its_row_at_the_same_moment(line: WhatsAppTown) -> None:
    """Whichever commits first, nothing that was told is lost."""
    told: list[asyncio.Task[int]] = []
    line.client.on_send = lambda sent: told.append(asyncio.create_task(line.told((sent, "read"))))
    rows = [await line.tells(await line.person(heard=HOUR)) for _ in range(10)]
    await line.settles()
    await asyncio.gather(*told)
    for row_id in rows:
        row = await line.row(row_id)
        assert (row.state, row.read_at is None) == (SENT, False)


# -- the budget of people ----------------------------------------------------------------------------------------------


async def test_the_day_has_room_for_so_many_people_and_the_urgent_come_first(line: WhatsAppTown) -> None:
    line.allows(20)
    people = [await line.person() for _ in range(30)]
    bulk = [await line.tells(person, "bulk", priority=Priority.BULK) for person in people[:18]]
    await line.settles()
    assert len(line.client.sent) == 16  # a fifth is kept
    personal = [await line.tells(person, "one") for person in people[18:23]]
    await line.settles()
    assert len(line.client.sent) == 19
    urgent = [await line.tells(person, "now", priority=Priority.URGENT) for person in people[23:26]]
    await line.settles()
    assert len(line.client.sent) == 20
    known = await line.tells(people[0], "again", priority=Priority.BULK)
    await line.settles()
    assert (await line.state(known))[0] == SENT  # they are counted already
    waiting = [row for row in (*bulk, *personal, *urgent) if (await line.state(row))[0] == WAITING]
    assert len(waiting) == 6
    for row_id in waiting:
        row = await line.row(row_id)
        assert (row.attempts, row.detail[: len(PUT_OFF)]) == (0, PUT_OFF)
        assert NOON + PERIOD - HOUR < row.due_at <= line.clock.now() + PERIOD
    await line.settles(hours=24)
    assert {(await line.state(row))[0] for row in waiting} == {SENT}


async def test_what_is_counted_outlives_a_restart(line: WhatsAppTown) -> None:
    line.allows(4)
    people = [await line.person() for _ in range(6)]
    for person in people[:4]:
        await line.tells(person)
    await line.settles()
    line.restarts()
    row_id = await line.tells(people[4], priority=Priority.URGENT)
    await line.settles(hours=20)
    assert ((await line.state(row_id))[0], len(line.client.sent)) == (WAITING, 4)
    await line.settles(hours=5)
    assert (await line.state(row_id))[0] == SENT


async def test_a_full_day_is_no_reason_not_to_write_elsewhere(line: WhatsAppTown) -> None:
    line.allows(1)
    await line.tells(await line.person())
    await line.settles()
    sipho = await line.person(telegram=True)
    await line.tells(sipho)
    await line.settles()
    assert (len(line.client.sent), line.elsewhere.sent) == (1, [str(sipho)])


async def test_who_wrote_costs_nothing_of_the_budget(line: WhatsAppTown) -> None:
    line.allows(1)
    await line.tells(await line.person())
    for _one in range(5):
        await line.tells(await line.person(heard=HOUR))
    await line.settles()
    assert len(line.client.sent) == 6


async def test_131048_for_a_template_lowers_our_idea_of_the_budget(line: WhatsAppTown) -> None:
    people = [await line.person() for _ in range(4)]
    for person in people[:2]:
        await line.tells(person)
        await line.settles()
    line.client.refuses(131048)
    third = await line.tells(people[2])
    await line.settles()
    await line.settles(minutes=5)
    assert (await line.state(third))[0] == WAITING
    assert len(line.client.sent) == 2
    await line.settles(hours=25)
    assert (await line.state(third))[0] == SENT


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ({"whatsapp_business_manager_messaging_limit": "TIER_250"}, 250),
        ({"whatsapp_business_manager_messaging_limit": "TIER_2K"}, 2_000),
        ({"messaging_limit_tier": "TIER_100K"}, 100_000),
        ({"whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED"}, None),
        ({"whatsapp_business_manager_messaging_limit": "SOMETHING"}, FEWEST),
        ({}, FEWEST),
    ],
)
def test_what_a_tier_allows(told: dict[str, str], limit: int | None) -> None:
    assert limit_of(told) == limit


steps = st.lists(
    st.tuples(st.sampled_from(Lane), st.integers(1, 40), st.integers(0, 600), st.booleans(), st.booleans()),
    max_size=120,
)


@given(limit=st.integers(1, 25), steps=steps)
@settings(max_examples=60, deadline=None)
def test_no_24_hours_hold_more_people_than_the_budget(
    limit: int, steps: list[tuple[Lane, int, int, bool, bool]]
) -> None:
    """Nor more for a lane than it is left; and whoever is let wait is told a time at which there is room."""
    budget, now = Budget(limit), datetime(2026, 1, 1, tzinfo=UTC)
    met: list[tuple[datetime, int]] = []
    for lane, person, minutes, goes, restarts in steps:
        now += timedelta(minutes=minutes)
        if restarts:
            budget = Budget(limit)
            latest: dict[int, datetime] = {who: at for at, who in met if at > now - PERIOD}
            budget.load(latest.items())
        people = {who for at, who in met if at > now - PERIOD}
        until = budget.admit(person, lane, now)
        room = limit - limit * KEPT_BACK[lane] // 100
        assert (until is None) == (person in people or len(people) < room)
        if until is not None:
            assert now < until <= now + PERIOD
            last = {who: max(at for at, other in met if other == who) for who in people}
            assert sum(at + PERIOD > until for at in last.values()) < room
        elif goes:
            budget.sent(person, now)
            met.append((now, person))
        else:
            budget.give_back(person)
        assert len({who for at, who in met if at > now - PERIOD}) <= limit


def test_the_budget_of_any_number_of_people() -> None:
    budget = Budget(None)
    assert {budget.admit(person, Lane.BULK, NOON) for person in range(1_000)} == {None}
    for person in range(1_000):
        budget.sent(person, NOON)
    budget.lower(NOON)
    assert budget.admit(5_000, Lane.URGENT, NOON) == NOON + PERIOD
    assert budget.admit(7, Lane.URGENT, NOON) is None
