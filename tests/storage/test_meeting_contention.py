"""A meeting whose date is found by a vote and set by hand in the same moment, and one that ends amid votes, on both
databases: there is one date, everybody hears of it once, and nobody waits for ever.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress
from datetime import timedelta

from handlers.meetings import checking, steering
from handlers.meetings.calling import NewMeeting, call
from handlers.motions import actions, voting
from handlers.motions.voting import Asked
from handlers.polls import casting, closing
from storage.queries import decisions, guests, meetings, polls
from storage.queries.meetings import MeetingRow
from storage.sql import select
from storage.tables import Outbox, table_of
from tests.storage.test_contention import NOW, Ground, ground, only_postgres  # noqa: F401 - a fixture
from tests.storage.test_voting_contention import ids_of
from town.facts import MeetingOver

outbox = table_of(Outbox)
DATES = (NOW + timedelta(days=3), NOW + timedelta(days=4))
BY_HAND = NOW + timedelta(days=5)
ROUNDS = 6


async def called(ground: Ground, **more: object) -> MeetingRow:  # noqa: F811
    new = NewMeeting("Spring meeting", "town", 60, **more)  # type: ignore[arg-type]  # its own fields
    async with ground.database.unit() as unit:
        meeting_id = await call(unit, by=ground.mayor.me, new=new, town=ground.mayor.town, now=NOW)
        found = await meetings.get(unit, meeting_id)
    assert found is not None
    return found


async def told(ground: Ground, meeting_id: int, poll_id: int) -> Counter[tuple[str, str | None]]:  # noqa: F811
    """The notices about a meeting and its date poll that will go out, by their kinds and the dates they tell."""
    about = outbox.c.subject.in_([guests.subject(meeting_id), polls.subject(poll_id)])
    rows = await ground.rows(select(outbox.c.notice, outbox.c.fields).where(about, outbox.c.state == "waiting"))
    return Counter((row.notice, json.loads(row.fields).get("starts_at")) for row in rows)


async def test_the_vote_on_a_date_ends_while_somebody_sets_it(ground: Ground) -> None:  # noqa: F811
    people = await ids_of(ground, await ground.people(5))
    everybody = len(people) + 1
    for turn in range(ROUNDS):
        meeting = await called(ground, dates=DATES)
        async with ground.database.unit() as unit:
            [poll_id] = await meetings.date_polls(unit, meeting.id)
            await casting.cast(unit, voter=people[0], poll_id=poll_id, choice="2", key=None, now=NOW)

        async def ends(poll_id: int = poll_id, first: bool = bool(turn % 2)) -> bool:
            await asyncio.sleep(0 if first else 0.004)
            async with ground.any_process(1).database.unit() as unit:
                return await closing.close(unit, poll_id, town=ground.mayor.town, now=NOW) is not None

        async def sets(meeting_id: int = meeting.id, first: bool = not turn % 2) -> None:
            await asyncio.sleep(0 if first else 0.004)
            async with ground.any_process(2).database.unit() as unit:
                await steering.change(unit, who=ground.mayor, meeting_id=meeting_id, starts_at=BY_HAND, now=NOW)

        async with asyncio.timeout(20):
            counted, _set = await asyncio.gather(ends(), sets())
        async with ground.database.reading() as unit:
            after, poll = await meetings.get(unit, meeting.id), await polls.get(unit, poll_id)
        assert after is not None
        assert poll is not None
        assert after.starts_at == BY_HAND  # whoever came last: the hand, or a vote that was called off
        assert (poll.closed_at is not None, poll.cancelled_at is None) == (counted, counted)
        # Nobody had heard of the date that won: what waits to be sent says how it is now.
        assert await told(ground, meeting.id, poll_id) == {("meeting.dated", BY_HAND.isoformat()): everybody}


async def test_a_meeting_ends_while_its_vote_is_closed_and_people_arrive(ground: Ground) -> None:  # noqa: F811
    people = await ids_of(ground, await ground.people(6))
    here = Asked(here=True, quorum=0, quorum_people=True)
    for _turn in range(ROUNDS):
        meeting = await called(ground, starts_at=NOW + timedelta(minutes=10))
        async with ground.database.unit() as unit:
            for person in people[:3]:
                await guests.arrive(unit, meeting.id, person, by=None, now=NOW)
            await steering.begin(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW)
            item = await actions.propose(
                unit, who=ground.mayor, meeting_id=meeting.id, kind="motion", title="Benches", about="", now=NOW
            )
            poll = await voting.put(unit, who=ground.mayor, item_id=item.id, asked=here, now=NOW)
            await casting.cast(unit, voter=people[0], poll_id=poll.id, choice="1", key=None, now=NOW)

        async def arrives(at: int, of: int = meeting.id) -> None:
            who, of_them = ground.mayor, people[at]
            with suppress(MeetingOver):
                async with ground.any_process(at).database.unit() as unit:
                    await checking.tick(unit, who=who, meeting_id=of, resident_id=of_them, here=True, now=NOW)

        async def is_closed(item_id: int = item.id) -> None:
            async with ground.any_process(1).database.unit() as unit:
                await voting.close(unit, who=ground.mayor, item_id=item_id, now=NOW)

        async def ends(of: int = meeting.id) -> None:
            async with ground.any_process(2).database.unit() as unit:
                await steering.end(unit, who=ground.mayor, meeting_id=of, now=NOW)

        async with asyncio.timeout(20):
            await asyncio.gather(arrives(3), is_closed(), ends(), arrives(4))
        async with ground.database.reading() as unit:
            after, vote = await meetings.get(unit, meeting.id), await polls.get(unit, poll.id)
            entered = await decisions.of_meeting(unit, meeting.id)
        assert after is not None
        assert vote is not None
        assert after.closed_at == vote.closed_at == NOW
        assert [(one.poll_id, one.passed) for one in entered] == [(poll.id, True)]


@only_postgres
async def test_nobody_waits_for_a_meeting_that_somebody_changes(ground: Ground) -> None:  # noqa: F811
    """A line of who is there only points at the meeting: it does not wait for whoever holds it."""
    meeting = await called(ground, starts_at=NOW + timedelta(minutes=10))
    [person] = await ids_of(ground, await ground.people(1))  # moved in since, so that theirs is a new line
    async with ground.any_process(1).database.unit() as unit:
        await steering.may_change(unit, who=ground.mayor, meeting_id=meeting.id, now=NOW, lock=True)
        async with asyncio.timeout(5), ground.any_process(2).database.unit() as other:
            assert await guests.arrive(other, meeting.id, person, by=None, now=NOW)
