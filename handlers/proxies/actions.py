"""Proxies: giving somebody one's vote, taking it back, and handing back what one was given.

A proxy is for the vote of whoever gave it and for no other, so that none is ever passed on: who has given theirs away
may hold others', and whoever holds theirs does not vote for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.kit.who import Who
from handlers.proxies.holding import may_vote_for_whom
from handlers.roles.actions import must_be_resident
from storage import outbox
from storage.queries import ballots, poll_lists, polls, proxies, roles
from storage.queries.polls import PollRow
from storage.queries.proxies import Giver, ProxyRow, Task
from storage.queries.roles import Person
from storage.tables import How
from storage.unit import Unit
from town.facts import NoProxies, NotAsked, NotElector, NotFound, PollOver, ProxiesFull, ProxyGiven, VotedThemself


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody's proxies: given, held, and the votes in open polls that are theirs to put in for others."""

    given: Sequence[ProxyRow]
    held: Sequence[ProxyRow]
    tasks: Sequence[Task]


async def mine(unit: Unit, *, who: Who, now: datetime) -> Mine:
    """Raises NotAllowed."""
    me = must_be_resident(who)
    given, held = await proxies.given_by(unit, me), await proxies.held_by(unit, me)
    return Mine(given, held, await proxies.tasks(unit, holder=me, now=now) if held else ())


async def in_poll(unit: Unit, *, who: Who, poll_id: int) -> tuple[PollRow, Sequence[Giver]]:
    """For whom somebody may vote in a poll. Raises NotAllowed, NotFound."""
    me, poll = must_be_resident(who), await polls.get(unit, poll_id)
    if poll is None:
        raise NotFound(what="poll")
    return poll, await may_vote_for_whom(unit, holder=me, poll=poll)


async def one(unit: Unit, *, who: Who, proxy_id: int) -> ProxyRow:
    """A proxy that somebody has given or holds. Raises NotAllowed, NotFound."""
    me, found = must_be_resident(who), await proxies.get(unit, proxy_id)
    if found is None or me not in (found.giver_id, found.holder_id):
        raise NotFound(what="proxy")
    return found


# -- giving ------------------------------------------------------------------------------------------------------------


async def polls_to_give(unit: Unit, *, who: Who, now: datetime) -> list[PollRow]:
    """The open polls that take proxies and wait for somebody's vote. Raises NotAllowed, NoProxies."""
    must_be_resident(who)
    if not who.town.proxies_most:
        raise NoProxies(question="")
    return [one.poll for one in await poll_lists.running(unit, who.me) if _to_give(one.poll, one.how, now)]


def _to_give(poll: PollRow, how: str | None, now: datetime) -> bool:
    return poll.proxies and how == How.NOT and poll.running(now)


async def check_poll(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> PollRow:
    """A poll for which somebody may give their proxy. Raises NotFound, NoProxies, PollOver, NotElector, NotAllowed."""
    found = await ballots.to_vote(unit, poll_id, must_be_resident(who))
    if found is None:
        raise NotFound(what="poll")
    poll = found.poll
    if not poll.proxies or not who.town.proxies_most:
        raise NoProxies(question=poll.question if who.town.proxies_most else "")
    if not poll.running(now):
        raise PollOver(question=poll.question)
    if found.how is None:
        raise NotElector(question=poll.question)
    return poll


async def check_holder(unit: Unit, *, who: Who, holder_id: int, poll: PollRow | None) -> Person:
    """Somebody who may hold one's proxy, in a poll or in every one. Raises NotAllowed, NotFound, NotAsked."""
    me, person = must_be_resident(who), await roles.resident(unit, holder_id)
    if person is None or person.id == me:
        raise NotFound(what="resident")
    if poll is not None:
        theirs = await ballots.to_vote(unit, poll.id, person.id)
        if theirs is None or theirs.how is None:
            raise NotAsked(name=person.name, question=poll.question)
    return person


async def give(unit: Unit, *, who: Who, holder_id: int, poll_id: int | None, now: datetime) -> ProxyRow:
    """Let somebody vote for oneself, in one poll or with None in every one; they are told.

    Raises what `check_poll` and `check_holder` raise, VotedThemself, ProxiesFull and ProxyGiven.
    """
    most = who.town.proxies_most
    if not most:
        raise NoProxies(question="")
    poll = None if poll_id is None else await check_poll(unit, who=who, poll_id=poll_id, now=now)
    person = await check_holder(unit, who=who, holder_id=holder_id, poll=poll)
    if poll is not None and not await _waits(unit, poll, who.me):
        raise VotedThemself(question=poll.question)
    try:
        made = await proxies.give(unit, giver=who.me, holder=person.id, poll_id=poll_id, most=most, now=now)
    except proxies.Full:
        raise ProxiesFull(name=person.name, most=most) from None
    except proxies.Given:
        there = [one for one in await proxies.given_by(unit, who.me) if one.poll_id == poll_id]
        raise ProxyGiven(
            name=there[0].holder if there else person.name, question="" if poll is None else poll.question
        ) from None
    found = await one(unit, who=who, proxy_id=made)
    await _tell(unit, "proxy.given", found, found.holder_id, now=now)
    return found


async def _waits(unit: Unit, poll: PollRow, resident_id: int) -> bool:
    found = await ballots.to_vote(unit, poll.id, resident_id)
    return found is not None and found.how in (How.NOT, How.PROXY)


# -- ending ------------------------------------------------------------------------------------------------------------


async def end(unit: Unit, *, who: Who, proxy_id: int, now: datetime) -> ProxyRow:
    """Take a proxy back that one has given; its holder is told. Raises NotAllowed, NotFound."""
    found = await one(unit, who=who, proxy_id=proxy_id)
    if found.giver_id != who.me or not await proxies.end(unit, proxy_id, by=who.me, now=now):
        raise NotFound(what="proxy")
    await _tell(unit, "proxy.ended", found, found.holder_id, now=now)
    return found


async def decline(unit: Unit, *, who: Who, proxy_id: int, now: datetime) -> ProxyRow:
    """Hand a proxy back that one holds; whoever gave it is told. Raises NotAllowed, NotFound."""
    found = await one(unit, who=who, proxy_id=proxy_id)
    if found.holder_id != who.me or not await proxies.end(unit, proxy_id, by=who.me, now=now):
        raise NotFound(what="proxy")
    await _tell(unit, "proxy.declined", found, found.giver_id, now=now)
    return found


async def _tell(unit: Unit, notice: str, found: ProxyRow, resident_id: int, *, now: datetime) -> None:
    subject = f"proxy:{found.id}"
    if await outbox.withdraw(unit, subject, resident_id=resident_id):
        return  # it was given and taken back before they heard of it
    fields: dict[str, Any] = {
        "proxy": found.id,
        "giver": found.giver,
        "holder": found.holder,
        "poll": found.poll_id,
        "question": found.poll_question,
        "words": found.poll_words,
    }
    row = outbox.new_row(
        notice=notice, resident_id=resident_id, dedupe_key=f"{notice}:{found.id}", subject=subject, now=now, **fields
    )
    await outbox.put(unit, [row])
