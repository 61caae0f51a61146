"""Votes, meetings and minutes at the very moment in which something else becomes of them.

On PostgreSQL whoever waited for somebody else finds what they had read before to be another way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from handlers.ballots.actions import put_in
from handlers.kit.who import Who
from handlers.meetings import actions as coming
from handlers.meetings import jobs as meeting_jobs
from handlers.meetings import steering
from handlers.minutes import actions as writing
from handlers.minutes import approving, assigning
from handlers.minutes import jobs as minute_jobs
from handlers.motions import actions as proposing
from handlers.motions import ordering, running, voting
from handlers.motions.voting import Asked
from handlers.polls import actions as asking
from handlers.polls import closing
from handlers.polls import jobs as poll_jobs
from handlers.polls.opening import YES_NO, NewPoll, make
from handlers.proxies import actions as giving
from handlers.tellers import actions as telling
from handlers.tellers import jobs as teller_jobs
from storage.dispatch import put_back, settle, take
from storage.dispatch_rows import Back, End
from storage.queries import follow_ups, guests, meetings, minutes, polls
from storage.queries.follow_ups import FollowUpRow
from storage.queries.meetings import MeetingRow
from storage.queries.polls import PollRow
from storage.sql import select
from storage.tables import AgendaItem, Outbox, OutboxState, Priority, table_of
from storage.unit import Unit
from tests.storage.moments import at_once, does, done_or_waits, meanwhile, somebody, told, while_it_waits
from tests.storage.test_contention import NOW, Ground, ground, only_postgres  # noqa: F401 - a fixture
from tests.storage.test_meeting_contention import called
from town.facts import MeetingOff, NotFound, NotOnAgenda, VoteIsOn, VoteWasTaken

outbox, items = table_of(Outbox), table_of(AgendaItem)
SOON = NOW + timedelta(minutes=10)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE = Asked(here=True, quorum=0, quorum_people=True)

T = TypeVar("T")
Do = Callable[[Unit], Awaitable[T]]


async def _of(ground: Ground, meeting_id: int) -> MeetingRow:  # noqa: F811
    async with ground.database.reading() as unit:
        found = await meetings.get(unit, meeting_id)
    assert found is not None
    return found


# -- polls -------------------------------------------------------------------------------------------------------------


async def _poll(ground: Ground, **more: Any) -> int:  # noqa: F811
    new = NewPoll("Shall we?", "yesno", YES_NO, "town", **({"closes_at": NOW + DAY} | more))
    async with ground.database.unit() as unit:
        return await make(unit, by=ground.mayor.me, new=new, town=ground.mayor.town, now=NOW)


async def _as_it_is(ground: Ground, poll_id: int) -> PollRow:  # noqa: F811
    async with ground.database.reading() as unit:
        found = await polls.get(unit, poll_id)
    assert found is not None
    return found


@only_postgres
async def test_a_poll_that_opens_late_keeps_the_time_it_is_given_at_that_moment(ground: Ground) -> None:  # noqa: F811
    """Nobody ran the town when it was to open; the mayor has just promised everybody the whole of tomorrow."""
    poll_id = await _poll(ground, opens_at=NOW + HOUR, closes_at=NOW + 2 * HOUR)
    late, promised = NOW + 3 * HOUR, NOW + 30 * HOUR

    async def prolongs(unit: Unit) -> None:
        await asking.close_later(unit, who=ground.mayor, poll_id=poll_id, closes_at=promised, now=late)

    opens = does(ground, lambda unit: poll_jobs.turn(unit, late, ground.mayor.town))
    assert await meanwhile(ground.database, prolongs, opens) == 1
    poll = await _as_it_is(ground, poll_id)
    assert (poll.opened_at, poll.closes_at) == (late, promised)


@only_postgres
async def test_a_poll_that_is_called_off_as_it_opens_is_not_opened(ground: Ground) -> None:  # noqa: F811
    await ground.people(2)
    poll_id = await _poll(ground, opens_at=NOW + HOUR, closes_at=NOW + 2 * HOUR)

    async def calls_off(unit: Unit) -> None:
        await asking.call_off(unit, who=ground.mayor, poll_id=poll_id, reason="The river rose", now=NOW + HOUR)

    opens = does(ground, lambda unit: poll_jobs.turn(unit, NOW + HOUR, ground.mayor.town))
    assert await meanwhile(ground.database, calls_off, opens) == 0
    assert (await _as_it_is(ground, poll_id)).opened_at is None
    assert await told(ground, "poll.opened") == []


@only_postgres
async def test_a_proxy_that_is_taken_back_while_its_holder_waits_votes_no_more(ground: Ground) -> None:  # noqa: F811
    giver, holder = await somebody(ground, 2)
    poll_id = await _poll(ground)
    proxy = await does(
        ground, lambda unit: giving.give(unit, who=giver, holder_id=holder.me, poll_id=None, now=NOW), at=0
    )

    async def votes(unit: Unit) -> None:
        await put_in(unit, who=holder, poll_id=poll_id, giver=giver.me, choice="1", key=None, now=NOW)

    async def takes_back() -> None:
        await does(ground, lambda unit: giving.end(unit, who=giver, proxy_id=proxy.id, now=NOW), at=2)

    with pytest.raises(NotFound):
        await while_it_waits(
            ground.database, lambda unit: polls.close_door(unit, poll_id), does(ground, votes), takes_back()
        )
    async with ground.database.reading() as unit:
        assert await polls.turnout(unit, poll_id) == 0


@only_postgres
async def test_a_proxy_is_taken_back_as_its_holder_votes(ground: Ground) -> None:  # noqa: F811
    """Whoever takes it back waits for the vote: what they hear of it is so."""
    giver, holder = await somebody(ground, 2)
    poll_id = await _poll(ground)
    proxy = await does(
        ground, lambda unit: giving.give(unit, who=giver, holder_id=holder.me, poll_id=poll_id, now=NOW), at=0
    )

    async def votes(unit: Unit) -> None:
        await put_in(unit, who=holder, poll_id=poll_id, giver=giver.me, choice="1", key=None, now=NOW)

    ended = does(ground, lambda unit: giving.end(unit, who=giver, proxy_id=proxy.id, now=NOW))
    assert (await meanwhile(ground.database, votes, ended)).id == proxy.id
    async with ground.database.reading() as unit:
        assert await polls.turnout(unit, poll_id) == 1


@only_postgres
async def test_tellers_are_not_sent_to_a_poll_that_closes_at_that_moment(ground: Ground) -> None:  # noqa: F811
    teller, voter = await somebody(ground, 2)
    poll_id = await _poll(ground, closes_at=NOW + 2 * HOUR)
    async with ground.database.unit() as unit:
        await telling.name_teller(unit, who=ground.mayor, poll_id=poll_id, resident_id=teller.me, now=NOW)
        await telling.enter(unit, who=teller, poll_id=poll_id, voter_id=voter.me, choice="1", now=NOW)

    async def reminds(unit: Unit) -> None:
        assert await teller_jobs.remind(unit, NOW, ground.mayor.town) == 2

    closed = does(ground, lambda unit: asking.close_now(unit, who=ground.mayor, poll_id=poll_id, now=NOW))
    assert (await at_once(ground.database, reminds, closed)).closed_at == NOW
    assert await told(ground, "teller.waiting") == []


async def _wait(ground: Ground, count: int) -> None:  # noqa: F811
    """Until so many transactions wait for others."""
    async with asyncio.timeout(10), ground.database.reading() as unit:
        while (await unit.value(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@only_postgres
async def test_more_time_and_the_delivery_of_what_was_said_before_do_not_wait_in_a_circle(
    ground: Ground,  # noqa: F811
) -> None:
    """The delivery writes what became of its notices in the order in which they ended."""
    await ground.people(1)
    poll_id = await _poll(ground)
    rows = sorted(await does(ground, lambda unit: take(unit, now=NOW, most=10, priorities=list(Priority))))
    ends = [End(row.id, OutboxState.SENT, NOW) for row in reversed(rows)]
    assert len(ends) == 2

    async def prolongs(unit: Unit) -> None:
        await asking.close_later(unit, who=ground.mayor, poll_id=poll_id, closes_at=NOW + 2 * DAY, now=NOW)

    async with ground.database.unit() as unit:
        await unit.rows(select(outbox.c.id).where(outbox.c.id == rows[0].id).with_for_update())
        longer = asyncio.ensure_future(does(ground, prolongs))
        await done_or_waits(ground.database, longer)
        written = asyncio.ensure_future(does(ground, lambda unit: settle(unit, ends), at=2))
        await _wait(ground, 1 if longer.done() else 2)
    await asyncio.gather(longer, written)
    assert (await _as_it_is(ground, poll_id)).closes_at == NOW + 2 * DAY


# -- meetings ----------------------------------------------------------------------------------------------------------


async def _newcomer(ground: Ground) -> Who:  # noqa: F811
    """Somebody who lives here since the meeting was called: they may come, and have not been invited."""
    (new,) = await somebody(ground, 1)
    return new


@only_postgres
async def test_whoever_says_they_come_as_a_meeting_is_called_off_hears_of_it(ground: Ground) -> None:  # noqa: F811
    """They were not invited, so that nobody else would tell them."""
    meeting = await called(ground, starts_at=NOW + DAY)
    new = await _newcomer(ground)

    async def answers(unit: Unit) -> None:
        await coming.answer(unit, who=new, meeting_id=meeting.id, coming=coming.YES, now=NOW)

    off = does(
        ground, lambda unit: steering.call_off(unit, who=ground.mayor, meeting_id=meeting.id, reason="Snow", now=NOW)
    )
    await at_once(ground.database, answers, off)
    assert await told(ground, "meeting.off") == sorted([ground.mayor.me, new.me])


@only_postgres
async def test_nobody_says_they_come_to_what_was_called_off_at_that_moment(ground: Ground) -> None:  # noqa: F811
    meeting = await called(ground, starts_at=NOW + DAY)
    new = await _newcomer(ground)

    async def calls_off(unit: Unit) -> None:
        await steering.call_off(unit, who=ground.mayor, meeting_id=meeting.id, reason="Snow", now=NOW)

    said = does(ground, lambda unit: coming.answer(unit, who=new, meeting_id=meeting.id, coming=coming.YES, now=NOW))
    with pytest.raises(MeetingOff):
        await at_once(ground.database, calls_off, said)


@only_postgres
async def test_who_declines_as_the_reminders_are_written_is_not_reminded(ground: Ground) -> None:  # noqa: F811
    anna, ben = await somebody(ground, 2)
    begins = NOW + 3 * DAY
    meeting = await called(ground, starts_at=begins)
    now = begins - timedelta(minutes=ground.mayor.town.meeting_early_minutes)

    async def declines(unit: Unit) -> None:
        await coming.answer(unit, who=anna, meeting_id=meeting.id, coming=coming.NO, now=now)

    written = does(ground, lambda unit: meeting_jobs.remind(unit, now, ground.mayor.town))
    assert await at_once(ground.database, declines, written) == 2
    assert await told(ground, "meeting.reminder") == sorted([ground.mayor.me, ben.me])


@only_postgres
async def test_a_meeting_that_is_made_longer_does_not_end_by_itself_at_that_moment(ground: Ground) -> None:  # noqa: F811
    meeting = await called(ground, starts_at=SOON)
    over = SOON + 7 * HOUR  # six hours after the one it was to take
    async with ground.database.unit() as unit:
        await steering.begin(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW)

    async def goes_on(unit: Unit) -> None:
        await steering.change(unit, who=ground.mayor, meeting_id=meeting.id, length=600, now=over - MINUTE)

    ended = does(ground, lambda unit: meeting_jobs.end(unit, over, ground.mayor.town))
    assert await meanwhile(ground.database, goes_on, ended) == 0
    assert (await _of(ground, meeting.id)).closed_at is None


async def test_an_invitation_in_the_hands_of_the_delivery_says_how_it_is_when_it_goes_out(
    ground: Ground,  # noqa: F811
) -> None:
    """It was taken, the meeting is moved, and it is put back for the quiet hours."""
    meeting = await called(ground, starts_at=NOW + DAY)
    moved = NOW + 2 * DAY
    taken = await does(ground, lambda unit: take(unit, now=NOW, most=10, priorities=list(Priority)))
    assert [row.notice for row in taken] == ["meeting.invited"]
    await does(
        ground, lambda unit: steering.change(unit, who=ground.mayor, meeting_id=meeting.id, starts_at=moved, now=NOW)
    )
    await does(ground, lambda unit: put_back(unit, [Back(taken[0].id, NOW + HOUR, tried=False)]))
    rows = await ground.rows(select(outbox.c.fields).where(outbox.c.state == "waiting"))
    assert {json.loads(row.fields)["starts_at"] for row in rows} == {moved.isoformat()}


# -- agendas -----------------------------------------------------------------------------------------------------------


async def _motion(ground: Ground) -> tuple[int, int]:  # noqa: F811
    """A motion that is put to the vote at a meeting: the item and the poll."""
    meeting = await called(ground, starts_at=SOON)
    async with ground.database.unit() as unit:
        await guests.arrive(unit, meeting.id, ground.mayor.me, by=None, now=NOW)
        await steering.begin(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW)
        item = await proposing.propose(
            unit, who=ground.mayor, meeting_id=meeting.id, kind="motion", title="Benches", about="", now=NOW
        )
        poll = await voting.put(unit, who=ground.mayor, item_id=item.id, asked=HERE, now=NOW)
        await put_in(unit, who=ground.mayor, poll_id=poll.id, giver=0, choice="1", key=None, now=NOW)
    return item.id, poll.id


@only_postgres
async def test_a_motion_that_passes_as_somebody_looks_at_it_stays_as_it_was_voted_on(ground: Ground) -> None:  # noqa: F811
    """They had found the vote open, or nothing decided: it is not put again, declined or given other words."""
    item_id, poll_id = await _motion(ground)
    async with ground.database.unit() as unit:
        item, _meeting = await running.item_at_door(unit, item_id, NOW)
        await does(ground, lambda other: closing.close(other, poll_id, town=ground.mayor.town, now=NOW))
        with pytest.raises(VoteWasTaken):
            await ordering.check_no_vote(unit, item)


async def _published(ground: Ground) -> MeetingRow:  # noqa: F811
    """A meeting that is over, and whose minutes are published."""
    meeting = await called(ground, starts_at=SOON)
    async with ground.database.unit() as unit:
        await steering.begin(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW)
        await steering.end(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW)
        await writing.publish(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW)
    return meeting


async def _with_minutes(ground: Ground, *minutes_of: MeetingRow, later: timedelta = MINUTE) -> tuple[int, list[int]]:  # noqa: F811
    """A meeting that is on, with these minutes on its agenda: its id, and those of the items."""
    meeting, put = await called(ground, starts_at=SOON + later), []
    async with ground.database.unit() as unit:
        for one in minutes_of:
            put.append(
                (await approving.put(unit, who=ground.mayor, minutes_of=one.id, meeting_id=meeting.id, now=NOW))[1]
            )
        await guests.arrive(unit, meeting.id, ground.mayor.me, by=None, now=NOW)
    return meeting.id, put


def _approves(ground: Ground, item: int) -> Do[object]:  # noqa: F811
    """The chair says that nobody objects to these minutes."""
    return lambda unit: approving.approve(unit, who=ground.mayor, item_id=item, now=NOW)


async def _begins(ground: Ground, *meeting_ids: int) -> None:  # noqa: F811
    async with ground.database.unit() as unit:
        for meeting_id in meeting_ids:
            await steering.begin(unit, who=ground.mayor, meeting_id=meeting_id, now=NOW)


@only_postgres
async def test_minutes_that_are_put_to_the_vote_are_not_approved_by_voice_at_that_moment(ground: Ground) -> None:  # noqa: F811
    """The secretary opens the vote as the chair says that nobody objects."""
    held = await _published(ground)
    there, [item] = await _with_minutes(ground, held)
    await _begins(ground, there)

    async def puts(unit: Unit) -> None:
        await voting.put(unit, who=ground.mayor, item_id=item, asked=HERE, now=NOW)

    approved = does(ground, _approves(ground, item))
    with pytest.raises(VoteIsOn):
        await meanwhile(ground.database, puts, approved)
    assert (await _of(ground, held.id)).approved_at is None


@only_postgres
async def test_minutes_that_are_approved_by_voice_are_not_put_to_the_vote_at_that_moment(ground: Ground) -> None:  # noqa: F811
    held = await _published(ground)
    there, [item] = await _with_minutes(ground, held)
    await _begins(ground, there)

    put = does(ground, lambda unit: voting.put(unit, who=ground.mayor, item_id=item, asked=HERE, now=NOW))
    with pytest.raises(VoteWasTaken):
        await meanwhile(ground.database, _approves(ground, item), put)


@only_postgres
async def test_minutes_approved_at_one_meeting_are_not_put_to_the_vote_at_another(ground: Ground) -> None:  # noqa: F811
    """Two meetings are on that have them on their agendas; nobody is asked to vote on what is approved."""
    held = await _published(ground)
    here, [item] = await _with_minutes(ground, held)
    there, [other] = await _with_minutes(ground, held, later=2 * MINUTE)
    await _begins(ground, here, there)

    put = does(ground, lambda unit: voting.put(unit, who=ground.mayor, item_id=other, asked=HERE, now=NOW))
    with pytest.raises(NotOnAgenda):
        await at_once(ground.database, _approves(ground, item), put)


@only_postgres
async def test_minutes_approved_at_that_moment_do_not_come_on_the_next_agenda(ground: Ground) -> None:  # noqa: F811
    """The meeting ended without approving them; as the ticker puts them on the next, the chair approves them still."""
    held = await _published(ground)
    here, [item] = await _with_minutes(ground, held)
    await _begins(ground, here)
    async with ground.database.unit() as unit:
        await steering.end(unit, who=ground.mayor, meeting_id=here, now=NOW)
    following = await called(ground, starts_at=NOW + DAY)

    proposed = does(ground, lambda unit: approving.propose_everywhere(unit, NOW))
    assert await at_once(ground.database, _approves(ground, item), proposed) == 0
    assert await ground.rows(select(items.c.id).where(items.c.meeting_id == following.id)) == []


@only_postgres
async def test_minutes_that_come_on_the_next_agenda_are_taken_off_by_an_approval_at_that_moment(
    ground: Ground,  # noqa: F811
) -> None:
    held = await _published(ground)
    here, [item] = await _with_minutes(ground, held)
    await _begins(ground, here)
    async with ground.database.unit() as unit:
        await steering.end(unit, who=ground.mayor, meeting_id=here, now=NOW)
    following = await called(ground, starts_at=NOW + DAY)

    async def proposes(unit: Unit) -> None:
        assert await approving.propose_everywhere(unit, NOW) == 1

    approved = does(ground, _approves(ground, item))
    await at_once(ground.database, proposes, approved)
    rows = await ground.rows(select(items.c.state).where(items.c.meeting_id == following.id))
    assert [row.state for row in rows] == ["withdrawn"]


# -- what was written, and what is to be done --------------------------------------------------------------------------


@only_postgres
async def test_of_two_who_write_below_the_same_item_at_once_both_are_read(ground: Ground) -> None:  # noqa: F811
    item_id, _poll = await _motion(ground)

    async def writes(unit: Unit, text: str) -> None:
        await writing.write(unit, who=ground.mayor, meeting_id=0, item_id=item_id, text=text, over=False, now=NOW)

    await meanwhile(
        ground.database,
        lambda unit: writes(unit, "Anna asks."),
        does(ground, lambda unit: writes(unit, "Ben answers.")),
    )
    async with ground.database.reading() as unit:
        item = await minutes.item(unit, item_id)
    assert item is not None
    assert item.notes == "Anna asks.\nBen answers."


async def _decided(ground: Ground) -> tuple[int, int]:  # noqa: F811
    """A decision that was entered by hand, and its meeting."""
    item_id, _poll = await _motion(ground)
    async with ground.database.unit() as unit:
        decision = await writing.decide(
            unit, who=ground.mayor, item_id=item_id, text="Two of them", passed=True, now=NOW
        )
        item = await minutes.item(unit, item_id)
    assert item is not None
    return decision, item.meeting_id


def _to_do(who: Who, meeting_id: int, decision: int | None = None, **more: Any) -> Do[int]:
    given: dict[str, Any] = {"item_id": None, "text": "Buy wood", "owner_id": None, "due": None, "now": NOW} | more
    return lambda unit: assigning.make(unit, who=who, meeting_id=meeting_id, decision_id=decision, **given)


@only_postgres
async def test_nothing_is_to_be_done_about_a_decision_that_is_struck_at_that_moment(ground: Ground) -> None:  # noqa: F811
    decision, meeting_id = await _decided(ground)

    async def strikes(unit: Unit) -> None:
        await writing.strike(unit, who=ground.mayor, decision_id=decision, now=NOW)

    with pytest.raises(NotFound):
        await meanwhile(ground.database, strikes, does(ground, _to_do(ground.mayor, meeting_id, decision)))


@only_postgres
async def test_a_decision_is_struck_as_somebody_writes_what_is_to_be_done_about_it(ground: Ground) -> None:  # noqa: F811
    """What is to be done stays with the meeting."""
    decision, meeting_id = await _decided(ground)
    struck = does(ground, lambda unit: writing.strike(unit, who=ground.mayor, decision_id=decision, now=NOW))
    await meanwhile(ground.database, _to_do(ground.mayor, meeting_id, decision), struck)
    async with ground.database.reading() as unit:
        [left] = await follow_ups.of_meeting(unit, meeting_id)
    assert (left.text, left.decision_id) == ("Buy wood", None)


async def _due_tomorrow(ground: Ground, owner: Who) -> tuple[int, datetime]:  # noqa: F811
    """What somebody has to do, and when they are to be reminded of it."""
    meeting = await _published(ground)
    due: date = (NOW + 5 * DAY).date()
    made = _to_do(ground.mayor, meeting.id, owner_id=owner.me, due=due)
    return await does(ground, made, at=0), NOW + 4 * DAY


async def _one(ground: Ground, follow_id: int) -> FollowUpRow:  # noqa: F811
    async with ground.database.reading() as unit:
        found = await follow_ups.get(unit, follow_id)
    assert found is not None
    return found


@only_postgres
async def test_what_is_given_to_another_at_that_moment_is_what_they_are_reminded_of(ground: Ground) -> None:  # noqa: F811
    """Whoever had it is not; and the other is at the next tick."""
    anna, ben = await somebody(ground, 2)
    follow, now = await _due_tomorrow(ground, anna)

    async def gives(unit: Unit) -> None:
        await assigning.give(unit, who=ground.mayor, follow_id=follow, owner_id=ben.me, now=NOW)

    reminded = does(ground, lambda unit: minute_jobs.remind(unit, now, ground.mayor.town))
    assert await meanwhile(ground.database, gives, reminded) == 0
    assert await told(ground, "followup.reminder") == []
    assert await does(ground, lambda unit: minute_jobs.remind(unit, now, ground.mayor.town)) == 1
    assert await told(ground, "followup.reminder") == [ben.me]


@only_postgres
async def test_nobody_is_reminded_of_what_is_done_at_that_moment(ground: Ground) -> None:  # noqa: F811
    (anna,) = await somebody(ground, 1)
    follow, now = await _due_tomorrow(ground, anna)

    async def settles(unit: Unit) -> None:
        await assigning.done(unit, who=anna, follow_id=follow, note="", now=now)

    reminded = does(ground, lambda unit: minute_jobs.remind(unit, now, ground.mayor.town))
    assert await meanwhile(ground.database, settles, reminded) == 0
    assert await told(ground, "followup.reminder") == []
    assert (await _one(ground, follow)).state == "done"
