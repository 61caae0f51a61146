"""Votes on paper: one teller enters them, a second confirms them, and nobody has a hand in a vote of their own.

In an open poll a vote waits with the name it belongs to. In a secret one names are ticked off apart from papers: a
paper that is confirmed goes into the boxes under a receipt that nobody has, and what it said is kept nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.kit.who import Who
from handlers.polls.casting import check_open
from handlers.polls.entitled import may_run, must_run
from handlers.tellers import telling
from storage.queries import ballots, papers, polls, roles, tellers
from storage.queries.papers import Entry, Numbers
from storage.queries.polls import PollRow
from storage.queries.roles import Person
from storage.queries.tellers import Teller
from storage.tables import How
from storage.unit import Unit
from town.facts import (
    AlreadyRole,
    Fact,
    NotAllowed,
    NotAsked,
    NotFound,
    OwnEntry,
    OwnPaper,
    PaperEntered,
    VotedInChat,
)
from town.polls import read_choice


@dataclass(frozen=True, slots=True)
class Desk:
    """A poll as its tellers see it; `runs`: the reader may name tellers."""

    poll: PollRow
    runs: bool
    numbers: Numbers
    tellers: list[Teller]


async def must_tell(unit: Unit, who: Who, poll_id: int) -> PollRow:
    """A poll whose votes on paper somebody may enter: a teller, or who runs it. Raises NotFound, NotAllowed."""
    poll = await polls.get(unit, poll_id)
    if poll is None:
        raise NotFound(what="poll")
    if not who.is_resident:
        raise NotAllowed(needed="teller")
    if not await tellers.is_teller(unit, poll_id, who.me) and not await may_run(unit, who, poll):
        raise NotAllowed(needed="teller")
    return poll


async def desk(unit: Unit, *, who: Who, poll_id: int) -> Desk:
    """Raises NotFound, NotAllowed."""
    poll = await must_tell(unit, who, poll_id)
    numbers, named = await papers.numbers(unit, poll_id), await tellers.tellers_of(unit, poll_id)
    return Desk(poll, await may_run(unit, who, poll), numbers, named)


async def open_desk(unit: Unit, *, who: Who, poll_id: int, now: datetime, secret: bool | None = None) -> PollRow:
    """A poll in whose papers a teller may have a hand now; with `secret` one of that sort.

    Raises NotFound, NotAllowed, PollNotOpen, PollOver.
    """
    poll = await must_tell(unit, who, poll_id)
    if secret is not None and poll.secret != secret:
        raise NotFound(what="poll")
    check_open(poll, now)
    return poll


async def everybody(unit: Unit, *, who: Who, poll_id: int) -> tuple[PollRow, list[Entry]]:
    """Everybody who is ticked off as having voted on paper. Raises NotFound, NotAllowed."""
    return await must_tell(unit, who, poll_id), await papers.on_paper(unit, poll_id)


async def at_work(unit: Unit, who: Who, poll_id: int, now: datetime, *, secret: bool) -> PollRow:
    """The same for a poll that is open now: whoever counts waits until this is done. `secret` as the poll has to be."""
    await must_tell(unit, who, poll_id)
    await ballots.to_vote(unit, poll_id, who.me, enter=True)
    poll = await polls.get(unit, poll_id)  # anew: it may have been closed while this waited at the door
    if poll is None or poll.secret != secret:
        raise NotFound(what="poll")
    check_open(poll, now)
    return poll


# -- tellers -----------------------------------------------------------------------------------------------------------


async def _run_by(unit: Unit, who: Who, poll_id: int) -> PollRow:
    poll = await polls.get(unit, poll_id)
    if poll is None:
        raise NotFound(what="poll")
    await must_run(unit, who, poll)
    return poll


async def to_name(unit: Unit, *, who: Who, poll_id: int) -> PollRow:
    """A poll for which somebody may name tellers. Raises NotFound, NotAllowed."""
    return await _run_by(unit, who, poll_id)


async def name_teller(unit: Unit, *, who: Who, poll_id: int, resident_id: int, now: datetime) -> Person:
    """Let somebody enter votes on paper; they are told. Raises NotFound, NotAllowed, AlreadyRole."""
    poll, person = await _run_by(unit, who, poll_id), await roles.resident(unit, resident_id)
    if person is None:
        raise NotFound(what="resident")
    if not await tellers.name_teller(unit, poll_id, person.id, by=who.me):
        raise AlreadyRole()
    await telling.named(unit, poll, person.id, by=who.name, now=now)
    return person


async def drop_teller(unit: Unit, *, who: Who, poll_id: int, resident_id: int, now: datetime) -> None:
    """Take that back; they are told. What they have entered and confirmed stays. Raises NotFound, NotAllowed."""
    poll = await _run_by(unit, who, poll_id)
    if not await tellers.drop_teller(unit, poll_id, resident_id):
        raise NotFound(what="role")
    await telling.dropped(unit, poll, resident_id, by=who.name, now=now)


# -- votes and names ---------------------------------------------------------------------------------------------------


async def voter(
    unit: Unit, *, who: Who, poll_id: int, voter_id: int, now: datetime, secret: bool | None = None
) -> tuple[PollRow, Entry]:
    """Somebody whose vote on paper may be entered; with `secret` in a poll of that sort.

    Raises NotFound, NotAllowed, PollNotOpen, PollOver, OwnPaper, NotAsked, VotedInChat, PaperEntered.
    """
    poll = await open_desk(unit, who=who, poll_id=poll_id, now=now, secret=secret)
    return poll, await _voter(unit, who, poll, voter_id)


async def _voter(unit: Unit, who: Who, poll: PollRow, voter_id: int) -> Entry:
    if voter_id == who.me:
        raise OwnPaper()
    found = await papers.entry(unit, poll.id, voter_id)
    if found is None:
        person = await roles.resident(unit, voter_id)
        if person is None:
            raise NotFound(what="resident")
        raise NotAsked(name=person.name, question=poll.question)
    if found.how in (How.CHAT, How.PROXY):
        raise VotedInChat(name=found.name, question=poll.question)
    if found.how == How.PAPER:
        raise PaperEntered(name=found.name, question=poll.question)
    return found


async def _tick(unit: Unit, who: Who, poll: PollRow, voter_id: int, now: datetime) -> Entry:
    found = await _voter(unit, who, poll, voter_id)
    if not await ballots.tick_off(unit, poll.id, voter_id, How.PAPER, now=now, by=who.me, unconfirmed=True):
        return await _too_late(unit, who, poll, voter_id)
    return found


async def _too_late(unit: Unit, who: Who, poll: PollRow, voter_id: int) -> Entry:
    """Their vote came in another way in this very moment, or the poll closed: say so."""
    await _voter(unit, who, poll, voter_id)
    raise NotFound(what="paper")


async def enter(unit: Unit, *, who: Who, poll_id: int, voter_id: int, choice: str, now: datetime) -> Entry:
    """Enter somebody's vote on paper in an open poll; it counts once a second teller has confirmed it.

    Raises what `voter` raises, and BadBallot.
    """
    poll = await at_work(unit, who, poll_id, now, secret=False)
    choice = read_choice(poll.asked, choice)
    found = await _tick(unit, who, poll, voter_id, now)
    await papers.put(unit, poll_id, voter_id, choice, by=who.me)
    return found


async def tick_name(unit: Unit, *, who: Who, poll_id: int, voter_id: int, now: datetime) -> Entry:
    """Tick somebody off in a secret poll as having voted on paper. Raises what `voter` raises."""
    return await _tick(unit, who, await at_work(unit, who, poll_id, now, secret=True), voter_id, now)


async def waiting(unit: Unit, *, who: Who, poll_id: int) -> tuple[PollRow, list[Entry]]:
    """What waits for a second teller: votes in an open poll, names in a secret one. Raises NotFound, NotAllowed."""
    return await must_tell(unit, who, poll_id), await papers.waiting(unit, poll_id)


async def one(unit: Unit, *, who: Who, poll_id: int, voter_id: int) -> tuple[PollRow, Entry]:
    """One of these. Raises NotFound, NotAllowed."""
    poll, found = await must_tell(unit, who, poll_id), await papers.entry(unit, poll_id, voter_id)
    if found is None or not found.unconfirmed:
        raise NotFound(what="paper")
    return poll, found


async def confirm(
    unit: Unit, *, who: Who, poll_id: int, voter_id: int, now: datetime, seen: str | None = None
) -> Entry:
    """Confirm that somebody has voted on paper, and in an open poll what: their ballot is in, and they are told.

    `seen` is the choice that is confirmed, where there is one: another one, entered meanwhile, is not.
    Raises NotFound, NotAllowed, PollOver, OwnPaper, OwnEntry.
    """
    poll = await must_tell(unit, who, poll_id)
    await at_work(unit, who, poll_id, now, secret=poll.secret)
    found = await papers.entry(unit, poll_id, voter_id)
    if found is None or not await papers.confirm(unit, poll_id, voter_id, by=who.me, now=now):
        raise _why_not(who, found)
    if not poll.secret:
        choice = await papers.take(unit, poll_id, voter_id)
        if choice is None or choice != (seen or choice):
            raise NotFound(what="paper")
        await ballots.put_open(unit, poll_id, voter_id, choice, now=now)
    await telling.confirmed(unit, poll, voter_id, entered=found.entered or "", confirmed=who.name, now=now)
    return found


def _why_not(who: Who, found: Entry | None) -> Fact:
    if found is not None and found.unconfirmed and found.id == who.me:
        return OwnPaper()
    if found is not None and found.unconfirmed and found.by == who.me:
        return OwnEntry()
    return NotFound(what="paper")


async def strike(unit: Unit, *, who: Who, poll_id: int, voter_id: int, now: datetime) -> Entry:
    """Take back what waits for a second teller: they have not voted, and may vote in the chat.

    Raises NotFound, NotAllowed, PollOver.
    """
    poll = await must_tell(unit, who, poll_id)
    await at_work(unit, who, poll_id, now, secret=poll.secret)
    found = await papers.entry(unit, poll_id, voter_id)
    if found is None or not await papers.strike(unit, poll_id, voter_id, now=now):
        raise NotFound(what="paper")
    await papers.take(unit, poll_id, voter_id)
    return found


# -- whose vote it is --------------------------------------------------------------------------------------------------


async def entered_for_me(unit: Unit, *, who: Who, poll_id: int) -> tuple[PollRow, Entry]:
    """A poll in which somebody's own vote on paper was entered and confirmed. Raises NotFound, NotAllowed."""
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    poll = await polls.get(unit, poll_id)
    found = await papers.entry(unit, poll_id, who.me)
    if poll is None or found is None or found.how != How.PAPER or found.unconfirmed:
        raise NotFound(what="paper")
    return poll, found


async def object_to(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> tuple[PollRow, bool]:
    """Say that one has not voted on paper: who made the poll and the mayor hear of it; whether the vote is taken out.

    It is as long as an open poll takes votes: one's own vote is one's own to change until then. In a secret one nobody
    can find it. Raises NotFound, NotAllowed.
    """
    poll, found = await entered_for_me(unit, who=who, poll_id=poll_id)
    await ballots.to_vote(unit, poll_id, who.me, enter=True)
    out = not poll.secret and await papers.strike(unit, poll_id, who.me, now=now, confirmed=True)
    if out:
        await ballots.drop_open(unit, poll_id, who.me)
    await telling.objected(unit, poll, found, out=out, now=now)
    return poll, out
