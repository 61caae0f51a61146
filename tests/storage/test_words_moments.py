"""What is said to many at the very moment in which something else becomes of it, on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from handlers.boards import actions as having_posted
from handlers.boards.posting import post_update
from handlers.broadcasts import actions as telling
from handlers.broadcasts import sending
from handlers.broadcasts.sending import NewBroadcast
from handlers.campaigns import actions as leading
from handlers.campaigns import jobs as campaign_jobs
from handlers.campaigns import steps
from handlers.desk import actions as desk
from handlers.kit.who import Who
from handlers.news import actions as writing
from handlers.news import jobs as news_jobs
from handlers.tasks import actions as calling
from storage.coming_back import send_again
from storage.dispatch import settle, take
from storage.dispatch_rows import End
from storage.outbox import UNREACHED
from storage.queries import boards, broadcasts, campaigns, saved_audiences, shifts
from storage.queries.campaigns import StepRow
from storage.sql import select
from storage.tables import Account, BroadcastKind, Outbox, OutboxState, Priority, table_of
from storage.unit import Unit
from tests.storage.moments import at_once, does, meanwhile, somebody, told
from tests.storage.test_contention import CHANNEL, NOW, Ground, ground, only_postgres  # noqa: F401 - a fixture
from town.audience import parse_chosen
from town.facts import AudienceWaitedFor
from town.news import draft_of, due_of, week_at
from town.week import local

outbox, accounts = table_of(Outbox), table_of(Account)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

T = TypeVar("T")


# -- the weekly update -------------------------------------------------------------------------------------------------


async def _an_update(ground: Ground, *, ready: bool) -> int:  # noqa: F811
    """The one that the mayor has begun."""
    async with ground.database.unit() as unit:
        seen = await writing.current(unit, who=ground.mayor, language="en", now=NOW)
        seen = await writing.set_words(unit, who=ground.mayor, update_id=seen.update.id, text="Hello", language="en")
    if ready:
        await does(ground, lambda unit: _makes_ready(unit, ground, seen.update.id))
    return seen.update.id


async def _makes_ready(unit: Unit, ground: Ground, update_id: int) -> None:  # noqa: F811
    seen = await writing.one(unit, who=ground.mayor, update_id=update_id)
    assert await writing.ready(unit, who=ground.mayor, update_id=update_id, stamp=seen.stamp, now=NOW)


@only_postgres
async def test_an_update_that_is_to_go_out_now_is_not_put_off_at_that_moment(ground: Ground) -> None:  # noqa: F811
    """The town has just chosen another day for its updates, to which the ticker moves this one as well."""
    update_id = await _an_update(ground, ready=True)
    town = replace(
        ground.mayor.town, update_at=(due_of(week_at(NOW, ground.mayor.town), ground.mayor.town) + HOUR).time()
    )

    async def goes(unit: Unit) -> None:
        await writing.go_now(unit, who=ground.mayor, update_id=update_id, now=NOW)

    await meanwhile(ground.database, goes, does(ground, lambda unit: news_jobs.draft(unit, NOW, town)))
    assert await does(ground, lambda unit: news_jobs.send(unit, NOW, town)) == 1


@only_postgres
async def test_a_mayor_whose_update_is_ready_at_that_moment_is_not_reminded_of_it(ground: Ground) -> None:  # noqa: F811
    update_id = await _an_update(ground, ready=False)
    town = ground.mayor.town
    soon = due_of(week_at(NOW, town), town) - 2 * HOUR
    reminded = does(ground, lambda unit: news_jobs.remind(unit, soon, town))
    assert await meanwhile(ground.database, lambda unit: _makes_ready(unit, ground, update_id), reminded) == 0
    assert await told(ground, "news.remind") == []


@only_postgres
async def test_a_mayor_whose_update_is_ready_at_that_moment_is_asked_for_no_draft(ground: Ground) -> None:  # noqa: F811
    update_id = await _an_update(ground, ready=False)
    town = ground.mayor.town
    then = draft_of(week_at(NOW, town), town)
    asked = does(ground, lambda unit: news_jobs.draft(unit, then, town))
    assert await meanwhile(ground.database, lambda unit: _makes_ready(unit, ground, update_id), asked) == 0
    assert await told(ground, "news.draft") == []


@only_postgres
async def test_a_board_in_which_nothing_is_to_be_posted_any_more_is_left_alone(ground: Ground) -> None:  # noqa: F811
    """The mayor switches it off as the update goes out, and is told that nothing more is posted there."""
    async with ground.database.unit() as unit:
        board: int = (await unit.add(Account(channel=CHANNEL, address="-1", language="en", created_at=NOW))).id
        await boards.keep(unit, board, title="Neighbours", kind=boards.GROUP, now=NOW)
        await boards.switch(unit, board, on=True, by=ground.mayor.me, now=NOW)
    update_id = await _an_update(ground, ready=False)

    async def posts(unit: Unit) -> None:
        assert await post_update(unit, update_id=update_id, now=NOW) == 1

    switched = does(
        ground, lambda unit: having_posted.switch(unit, who=ground.mayor, account_id=board, on=False, now=NOW)
    )
    assert not (await at_once(ground.database, posts, switched)).updates
    assert await told(ground, "news.post") == []


# -- campaigns ---------------------------------------------------------------------------------------------------------


async def _a_step(ground: Ground, owner: Who) -> StepRow:  # noqa: F811
    """The first step of a round, which is somebody's and due tomorrow."""
    tomorrow = local(NOW, ground.mayor.zone).date() + DAY
    async with ground.database.unit() as unit:
        begun = await leading.begin(unit, who=ground.mayor, of_round=1, starts_on=tomorrow, now=NOW)
        first = (await campaigns.steps_of(unit, begun.id))[0]
        return await steps.give(unit, who=ground.mayor, step_id=first.id, owner_id=owner.me, now=NOW)


@only_postgres
async def test_a_step_that_is_given_to_another_at_that_moment_is_theirs_to_be_reminded_of(
    ground: Ground,  # noqa: F811
) -> None:
    anna, ben = await somebody(ground, 2)
    step, now = await _a_step(ground, anna), NOW + DAY

    async def gives(unit: Unit) -> None:
        await steps.give(unit, who=ground.mayor, step_id=step.id, owner_id=ben.me, now=NOW)

    reminded = does(ground, lambda unit: campaign_jobs.remind(unit, now, ground.mayor.town))
    await meanwhile(ground.database, gives, reminded)
    assert anna.me not in await told(ground, "campaign.due")
    await does(ground, lambda unit: campaign_jobs.remind(unit, now, ground.mayor.town))
    assert await told(ground, "campaign.due") == [ben.me]


@only_postgres
async def test_nobody_is_reminded_of_a_step_that_is_done_at_that_moment(ground: Ground) -> None:  # noqa: F811
    (anna,) = await somebody(ground, 1)
    step = await _a_step(ground, anna)

    async def settles(unit: Unit) -> None:
        await steps.settle(unit, who=anna, step_id=step.id, state="done", now=NOW)

    reminded = does(ground, lambda unit: campaign_jobs.remind(unit, NOW + DAY, ground.mayor.town))
    await meanwhile(ground.database, settles, reminded)
    assert await told(ground, "campaign.due") == []


# -- messages to many --------------------------------------------------------------------------------------------------


async def _call(ground: Ground, shift: int) -> int:  # noqa: F811
    """A call for hands to everybody, that is on its way."""
    town = replace(ground.mayor.town, second_approver="never")
    async with ground.database.unit() as unit:
        called = await calling.call(
            unit,
            who=replace(ground.mayor, town=town),
            shift_id=shift,
            chosen=parse_chosen("town"),
            line="",
            language="en",
            now=NOW,
        )
    return called.broadcast.id


@only_postgres
async def test_whoever_comes_to_a_shift_that_is_moved_at_that_moment_is_asked_anew(ground: Ground) -> None:  # noqa: F811
    """They said yes to the day that they had read of."""
    (anna,) = await somebody(ground, 1)
    shift = await ground.shift(await ground.project(), places=3, hours=48)
    call = await _call(ground, shift)

    async def moves(unit: Unit) -> None:
        await desk.change_shift(unit, who=ground.mayor, shift_id=shift, starts_at=NOW + 4 * DAY, now=NOW)

    came = does(ground, lambda unit: calling.come(unit, who=anna, broadcast_id=call, now=NOW))
    assert isinstance(await meanwhile(ground.database, moves, came), calling.Moved)
    async with ground.database.reading() as unit:
        now_is = await shifts.get(unit, shift)
    assert now_is is not None
    assert now_is.taken == 0


async def _message(unit: Unit, ground: Ground, audience: str, *, later: bool = False) -> int:  # noqa: F811
    new = NewBroadcast(
        BroadcastKind.MESSAGE, "appeals", audience, "en", text="The river.", due_at=NOW + DAY if later else None
    )
    town = replace(ground.mayor.town, second_approver="never")
    return await sending.propose(unit, by=ground.mayor.me, new=new, town=town, now=NOW)


@only_postgres
async def test_a_named_audience_to_which_somebody_writes_at_that_moment_is_not_forgotten(ground: Ground) -> None:  # noqa: F811
    """Without it, what was to go to all but them would go to them as well."""
    await ground.people(3)
    async with ground.database.unit() as unit:
        saved = await saved_audiences.keep(unit, name="Mill", audience="street:Nowhere", by=ground.mayor.me, now=NOW)
    forgotten = does(ground, lambda unit: telling.forget(unit, who=ground.mayor, saved_id=saved or 0, now=NOW))
    with pytest.raises(AudienceWaitedFor):
        await at_once(
            ground.database, lambda unit: _message(unit, ground, f"town\n-saved:{saved}", later=True), forgotten
        )


@only_postgres
@pytest.mark.parametrize("held", [False, True], ids=["stopped", "held"])
async def test_whoever_comes_back_as_a_message_ends_does_not_get_it(ground: Ground, held: bool) -> None:  # noqa: F811
    """It had not reached them; the mayor stops it, or holds it, as they write again."""
    (anna,) = await somebody(ground, 1)
    message = await does(ground, lambda unit: _message(unit, ground, "town"))
    taken = await does(ground, lambda unit: take(unit, now=NOW, most=10, priorities=[Priority.BULK]))
    lost = [End(row.id, OutboxState.FAILED, NOW, UNREACHED) for row in taken]
    rows = await ground.rows(select(accounts.c.id, accounts.c.address).where(accounts.c.resident_id == anna.me))
    address: str = rows[0].address
    async with ground.database.unit() as unit:
        await unit.run(accounts.update().where(accounts.c.id == rows[0].id).values(reachable=False))
        await settle(unit, lost)

    async def ends(unit: Unit) -> None:
        if held:
            await sending.pause(unit, by=ground.mayor.me, broadcast_id=message, now=NOW)
        else:
            await sending.stop(unit, by=ground.mayor.me, broadcast_id=message, why=sending.ASKED, now=NOW)

    back = does(ground, lambda unit: send_again(unit, channel=CHANNEL, address=address, now=NOW))
    await at_once(ground.database, ends, back)
    assert await told(ground, broadcasts.NOTICES[BroadcastKind.MESSAGE]) == []
