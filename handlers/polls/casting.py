"""Casting a vote: the one way in which a ballot of the chat gets into an open poll or into a secret poll's boxes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from handlers.polls.opening import said
from handlers.proxies.holding import may_vote_for, tell_giver
from storage.queries import ballots
from storage.queries.ballots import ToVote
from storage.queries.polls import PollRow
from storage.tables import How
from storage.unit import Unit
from town.facts import NotElector, NotFound, OtherPaper, PollNotOpen, PollOver, VotedOnPaper, VotedThemself
from town.polls import new_key, read_choice, receipt_of

OWN_OVER = (How.NOT, How.CHAT, How.PROXY)
"""What one's own vote may take the place of: also of what a proxy has cast."""
PROXY_OVER = (How.NOT, How.PROXY)


class Cast(NamedTuple):
    """A vote that is in: `key` is that of a secret ballot's paper, "" in an open poll; `first`: it is no change."""

    poll: PollRow
    choice: str
    key: str
    first: bool


async def to_vote(
    unit: Unit, poll_id: int, resident_id: int, *, now: datetime, enter: bool = False, by: int | None = None
) -> ToVote:
    """A poll that somebody may vote in now, or that their proxy (`by`) may vote in for them.

    Raises NotFound, PollNotOpen, PollOver, NotElector or VotedOnPaper; of a proxy VotedThemself.
    """
    found = await ballots.to_vote(unit, poll_id, resident_id, enter=enter)
    if found is None:
        raise NotFound(what="poll")
    check_open(found.poll, now)
    if found.how is None:
        raise NotElector(question=found.poll.question)
    if by is not None and found.how not in PROXY_OVER:
        raise VotedThemself(question=found.poll.question)
    if found.how == How.PAPER:
        raise VotedOnPaper(question=found.poll.question)
    return found


def check_open(poll: PollRow, now: datetime) -> None:
    """Raises PollNotOpen or PollOver."""
    if poll.closed_at is None and poll.cancelled_at is None and poll.opened_at is None:
        raise PollNotOpen(question=poll.question, opens_at=poll.opens_at)
    if not poll.running(now):
        raise PollOver(question=poll.question)


async def cast(
    unit: Unit, *, voter: int, poll_id: int, choice: str, key: str | None, now: datetime, by: int | None = None
) -> Cast:
    """Put somebody's vote in, or change it; `by` is the proxy who does so for them, None when they do it themself.

    `key` is that of the secret ballot's paper: a new one is made for somebody who has none, and who votes first. A
    ballot that is in a secret box can be changed with the key it was cast with, and with no other.

    Raises what `to_vote` raises, NotFound without a proxy, BadBallot, and OtherPaper.
    """
    found = await to_vote(unit, poll_id, voter, now=now, enter=True, by=by)
    poll, first = found.poll, found.how == How.NOT
    if by is not None and not await may_vote_for(unit, holder=by, giver=voter, poll=poll, lock=True):
        raise NotFound(what="proxy")  # it was taken back since they looked
    choice = read_choice(poll.asked, choice)
    over: tuple[How, ...] = OWN_OVER if by is None else PROXY_OVER
    if poll.secret:
        over = (How.NOT,) if first else (How.CHAT, How.PROXY)
    how = How.CHAT if by is None else How.PROXY
    open_choice = None if poll.secret else choice
    if not await ballots.tick_off(unit, poll_id, voter, how, now=now, by=by, over=over, choice=open_choice):
        await _say_why(unit, poll_id, voter, now, by)
    if by is not None:
        await tell_giver(unit, poll, said(poll), giver=voter, holder=by, choice=choice, now=now)
    if not poll.secret:
        return Cast(poll, choice, "", first)
    key = key or new_key()
    while not await ballots.put_secret(unit, poll, receipt_of(poll_id, key), choice, new=first):
        if not first:
            raise OtherPaper(question=poll.question)
        key = new_key()  # somebody else has voted with this one, which was forged
    return Cast(poll, choice, key, first)


async def _say_why(unit: Unit, poll_id: int, voter: int, now: datetime, by: int | None) -> None:
    """Why a vote was not taken: it was closed, or they have voted in another way, in this very moment."""
    found = await to_vote(unit, poll_id, voter, now=now, by=by)
    raise OtherPaper(question=found.poll.question)
