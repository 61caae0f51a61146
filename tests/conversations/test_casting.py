"""The way of a vote into the ballots, before any screen: who may, once, and until when."""

from __future__ import annotations

import json

import pytest

from handlers.polls.casting import cast
from handlers.polls.closing import close
from storage.queries import ballots, polls
from tests.people import Town
from town.facts import NotElector, OtherPaper, PollOver
from town.polls import new_key, receipt_of


async def test_a_vote_counts_once_and_can_be_changed(town: Town) -> None:
    people = await town.residents(3)
    poll_id = await town.poll()
    async with town.app.database.unit() as unit:
        for person, choice in zip(people, ("1", "2", ""), strict=True):
            await cast(unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=None, now=town.clock.now())
        again = await cast(
            unit, voter=people[1].resident_id, poll_id=poll_id, choice="1", key=None, now=town.clock.now()
        )
        assert not again.first
    async with town.app.database.unit() as unit:
        closed = await close(unit, poll_id, town=await town.settings(), now=town.clock.now())
        assert closed is not None
        assert (closed.outcome, json.loads(closed.tally)["totals"]) == ("passed", [2, 0])
    late = await town.resident()
    async with town.app.database.unit() as unit:
        with pytest.raises(PollOver):
            await cast(unit, voter=late.resident_id, poll_id=poll_id, choice="1", key=None, now=town.clock.now())


async def test_a_secret_vote_is_changed_with_its_own_paper_alone(town: Town) -> None:
    [voter] = await town.residents(1)
    poll_id = await town.poll("Who leads?", ["Anna", "Ben"], secret=True)
    late = await town.resident()
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        first = await cast(unit, voter=voter.resident_id, poll_id=poll_id, choice="1", key=None, now=now)
        changed = await cast(unit, voter=voter.resident_id, poll_id=poll_id, choice="2", key=first.key, now=now)
        assert (first.first, changed.first) == (True, False)
        with pytest.raises(OtherPaper):
            await cast(unit, voter=voter.resident_id, poll_id=poll_id, choice="1", key=new_key(), now=now)
        with pytest.raises(NotElector):
            await cast(unit, voter=late.resident_id, poll_id=poll_id, choice="1", key=None, now=now)
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        kept = [one async for one in ballots.secret(unit, poll_id)]
        assert kept == [(receipt_of(poll_id, first.key), "2")]
        assert await polls.turnout(unit, poll_id) == 1
