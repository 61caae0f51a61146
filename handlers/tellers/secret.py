"""Papers of a secret poll: each is entered as nobody's, and goes into the boxes when a second teller has confirmed it.

Its receipt is one that nobody has, and what it said is kept nowhere else.
"""

from __future__ import annotations

from datetime import datetime

from handlers.kit.who import Who
from handlers.tellers.actions import at_work, must_tell
from storage.queries import ballots, papers
from storage.queries.papers import Paper
from storage.queries.polls import PollRow
from storage.unit import Unit
from town.facts import MorePapers, NotFound, OwnEntry
from town.polls import new_key, read_choice, receipt_of


async def enter_secret(unit: Unit, *, who: Who, poll_id: int, choice: str, now: datetime) -> None:
    """Enter a paper of a secret poll, which is nobody's. Raises NotFound, NotAllowed, PollOver, BadBallot."""
    poll = await at_work(unit, who, poll_id, now, secret=True)
    await papers.put(unit, poll_id, None, read_choice(poll.asked, choice), by=who.me)


async def secret_papers(unit: Unit, *, who: Who, poll_id: int) -> tuple[PollRow, list[Paper]]:
    """The papers of a secret poll that wait for a second teller. Raises NotFound, NotAllowed."""
    return await must_tell(unit, who, poll_id), await papers.secret_ones(unit, poll_id)


async def secret_paper(unit: Unit, *, who: Who, poll_id: int, paper_id: int) -> tuple[PollRow, Paper]:
    """One of them. Raises NotFound, NotAllowed."""
    poll, found = await must_tell(unit, who, poll_id), await papers.secret_one(unit, poll_id, paper_id)
    if found is None:
        raise NotFound(what="paper")
    return poll, found


async def confirm_secret(unit: Unit, *, who: Who, poll_id: int, paper_id: int, now: datetime) -> None:
    """Put a paper of a secret poll into the boxes, under a receipt that nobody has.

    Raises NotFound, NotAllowed, PollOver, OwnEntry, and MorePapers where there are not enough confirmed names.
    """
    poll = await at_work(unit, who, poll_id, now, secret=True)
    found = await papers.secret_one(unit, poll_id, paper_id)
    if found is not None and found.entered_by == who.me:
        raise OwnEntry()
    choice = await papers.take_secret(unit, poll_id, paper_id, by=who.me)
    if choice is None:
        raise NotFound(what="paper")
    if not await papers.count_in(unit, poll_id, now=now):
        raise MorePapers(ticked=(await papers.numbers(unit, poll_id)).names)
    if not await ballots.put_secret(unit, poll, receipt_of(poll_id, new_key()), choice, new=True):
        raise RuntimeError("two keys of 80 bits with the same receipt")


async def strike_secret(unit: Unit, *, who: Who, poll_id: int, paper_id: int, now: datetime) -> None:
    """Throw away a paper of a secret poll that waits. Raises NotFound, NotAllowed, PollOver."""
    await at_work(unit, who, poll_id, now, secret=True)
    if not await papers.throw_away(unit, poll_id, paper_id):
        raise NotFound(what="paper")
