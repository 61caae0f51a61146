"""Taking a ballot paper, putting a vote in, and finding a ballot by its code or its receipt."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from handlers.ballots import marking
from handlers.kit.who import Who
from handlers.polls import casting
from handlers.polls.casting import Cast
from handlers.proxies.holding import may_vote_for
from storage.queries import ballots, poll_lists, polls, roles
from storage.queries.polls import PollRow
from storage.tables import How
from storage.unit import Unit
from town.facts import BadBallot, NotAllowed, NotFound, OtherPaper
from town.polls import ABSTAIN, key_in, receipt_of


class ForWhom(NamedTuple):
    """Whose vote it is: `giver` is 0 for one's own, else `name` gave a proxy."""

    giver: int = 0
    name: str = ""


class Taken(NamedTuple):
    """A poll as somebody is about to vote: `how` the vote has come in before ("" if not), and `by` whom (a name).

    `choice` is what it was, as far as that can be known.
    """

    poll: PollRow
    whose: ForWhom
    how: str
    by: str
    choice: str | None


async def take(unit: Unit, *, who: Who, poll_id: int, giver: int, now: datetime) -> Taken:
    """What a ballot paper needs to know. Raises what `casting.to_vote` raises, and NotFound without a proxy."""
    whose = await _whose(unit, who, poll_id, giver)
    voter, by = (whose.giver, who.me) if whose.giver else (who.me, None)
    found = await casting.to_vote(unit, poll_id, voter, now=now, by=by)
    return Taken(found.poll, whose, found.how or "", await _name(unit, found.by), found.choice)


async def look(unit: Unit, *, who: Who, poll_id: int, giver: int, key: str | None, now: datetime) -> Taken:
    """The same for a paper that is out: what it has put in already is its `choice`, in a secret poll too.

    Raises what `take` raises, and OtherPaper when the vote was cast with another one.
    """
    taken = await take(unit, who=who, poll_id=poll_id, giver=giver, now=now)
    if not taken.poll.secret or not taken.how:
        return taken
    choice = None if key is None else await ballots.in_box(unit, taken.poll, receipt_of(poll_id, key))
    if choice is None:
        raise OtherPaper(question=taken.poll.question)
    return taken._replace(choice=choice, by="")


async def put_in(
    unit: Unit, *, who: Who, poll_id: int, giver: int, choice: str, key: str | None, now: datetime
) -> tuple[Cast, ForWhom]:
    """Put a vote in, one's own or that of whoever gave a proxy, or change it.

    Raises what `casting.cast` raises, and NotFound without a proxy.
    """
    whose = await _whose(unit, who, poll_id, giver)
    voter, by = (whose.giver, who.me) if whose.giver else (who.me, None)
    cast = await casting.cast(unit, voter=voter, poll_id=poll_id, choice=choice, key=key, now=now, by=by)
    return cast, whose


async def _whose(unit: Unit, who: Who, poll_id: int, giver: int) -> ForWhom:
    """For whom a paper is. Whoever holds no proxy learns nothing of whether somebody may vote, or has."""
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    if not giver or giver == who.me:
        return ForWhom()
    poll = await polls.get(unit, poll_id)
    if poll is None or not await may_vote_for(unit, holder=who.me, giver=giver, poll=poll):
        raise NotFound(what="proxy")
    return ForWhom(giver, await _name(unit, giver))


async def _name(unit: Unit, resident_id: int | None) -> str:
    person = None if resident_id is None else await roles.resident(unit, resident_id)
    return "" if person is None else person.name


def key_on(key: str) -> str | None:
    """The key that a tap carries; None where there is none. Raises BadBallot for a forged one."""
    found = key_in(key) if key else None
    if key and found is None:
        raise BadBallot(kind="", options=0, points=0, most=0)
    return found


async def choice_from(unit: Unit, *, poll_id: int, draft: str) -> str:
    """The choice that the marks of a paper come to. Raises BadBallot or NotFound."""
    if draft == ABSTAIN:
        return ABSTAIN
    if len(draft) == 1:  # one mark is the same in every kind
        return str(marking.SIGNS.find(draft))
    poll = await polls.get(unit, poll_id)
    if poll is None:
        raise NotFound(what="poll")
    return marking.choice_of(poll.asked, draft)


async def secret_ones(unit: Unit, *, who: Who, now: datetime) -> list[PollRow]:
    """The secret polls that wait for somebody's vote."""
    listed = await poll_lists.running(unit, who.me)
    return [one.poll for one in listed if one.poll.secret and one.how == How.NOT and one.poll.running(now)]


class Found(NamedTuple):
    """A ballot that its code has found in an open poll: `giver` as in `ForWhom`."""

    poll: PollRow
    giver: int
    choice: str


async def by_key(unit: Unit, *, who: Who, code: str, at: tuple[int, int], now: datetime) -> Found | None:
    """The ballot with this code in an open poll; None where there is none.

    It is looked for in the poll `at` hand (its id and the giver of a proxy, or zeros), and in those one has voted in.
    """
    key = key_in(code)
    if key is None:
        return None
    near, giver = at
    here = await polls.get(unit, near) if near else None
    mine = [(one.poll, 0) for one in await poll_lists.running(unit, who.me) if one.how in (How.CHAT, How.PROXY)]
    for poll, whose in ([] if here is None else [(here, giver)]) + mine:
        if poll.secret and poll.running(now):
            choice = await ballots.in_box(unit, poll, receipt_of(poll.id, key))
            if choice is not None:
                return Found(poll, whose, choice)
    return None


async def counted(unit: Unit, *, who: Who, receipt: str) -> tuple[PollRow, str] | None:
    """The closed poll in which a ballot with this receipt was counted, and what it says; None where there is none."""
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    for poll_id, choice in await ballots.with_receipt(unit, receipt):
        poll = await polls.get(unit, poll_id)
        if poll is not None:
            return poll, choice
    return None
