"""Looking at what came of a poll, and behind it: the file that anybody can count again, who voted, and how."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import NamedTuple

from handlers.kit.who import Who
from handlers.polls.entitled import may_run
from handlers.roles.actions import must_be_resident
from storage.queries import ballots, polls, rolls, tellers
from storage.queries.polls import PollRow
from storage.queries.rolls import Elector
from storage.unit import Unit
from town.facts import NotAllowed, NotFound
from town.poll_file import document
from town.published import dump

MOST_NAME = 40


class Seen(NamedTuple):
    """A poll as somebody looks for its result; `may_roll`: they may see who has voted."""

    poll: PollRow
    may_roll: bool


class File(NamedTuple):
    """The published file of a poll."""

    poll: PollRow
    name: str
    text: str


class Vote(NamedTuple):
    """Somebody's vote in an open poll."""

    name: str
    choice: str


class Roll(NamedTuple):
    """Who was invited, and who has voted."""

    poll: PollRow
    name: str
    electors: list[Elector]

    @property
    def voted(self) -> int:
        return sum(one.counts for one in self.electors)


async def one(unit: Unit, *, who: Who, poll_id: int) -> Seen:
    """A poll, closed or not. Raises NotAllowed or NotFound."""
    poll = await _get(unit, who, poll_id)
    return Seen(poll, await _may_roll(unit, who, poll))


async def file_of(unit: Unit, *, who: Who, poll_id: int) -> File:
    """The published file of a poll. Raises NotAllowed, or NotFound until it is closed."""
    poll = _must_be_closed(await _get(unit, who, poll_id))
    assert poll.opened_at is not None
    assert poll.closed_at is not None
    result = json.loads(poll.tally)
    made = document(
        town=who.town.name,
        poll=poll.id,
        text=poll.question,
        options=[option.name for option in poll.choices],
        question=poll.asked,
        secret=poll.secret,
        opened_at=poll.opened_at,
        closed_at=poll.closed_at,
        invited=poll.electorate,
        voted=result.pop("voted"),
        ballots=await _listed(unit, poll),
        result=result,
    )
    return File(poll, f"poll-{poll_id}-{plain(poll.question)}.json", dump(made))


async def votes_of(unit: Unit, *, who: Who, poll_id: int) -> list[Vote]:
    """Who voted how in an open poll, by name. Raises NotAllowed; NotFound until it is closed, and for a secret one."""
    poll = _must_be_closed(await _get(unit, who, poll_id))
    if poll.secret:
        raise NotFound(what="poll")
    return [Vote(name, choice) for name, choice in await ballots.who_said_what(unit, poll_id)]


async def roll_of(unit: Unit, *, who: Who, poll_id: int) -> Roll:
    """Who was invited and who has voted, for who runs the poll and for its tellers: never what was voted.

    Raises NotAllowed, or NotFound until the poll is closed: a list of who has not voted is no means to press anybody.
    """
    poll = await _get(unit, who, poll_id)
    if not await _may_roll(unit, who, poll):
        raise NotAllowed(needed="teller")
    _must_be_closed(poll)
    return Roll(poll, f"poll-{poll_id}-voters.csv", await rolls.of_poll(unit, poll_id))


def plain(name: str) -> str:
    """A question as part of a file's name: small letters of every keyboard, and hyphens."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:MOST_NAME].strip("-") or "question"


async def _get(unit: Unit, who: Who, poll_id: int) -> PollRow:
    must_be_resident(who)
    poll = await polls.get(unit, poll_id)
    if poll is None:
        raise NotFound(what="poll")
    return poll


def _must_be_closed(poll: PollRow) -> PollRow:
    if poll.closed_at is None:
        raise NotFound(what="poll")
    return poll


async def _may_roll(unit: Unit, who: Who, poll: PollRow) -> bool:
    return await may_run(unit, who, poll) or await tellers.is_teller(unit, poll.id, who.me)


async def _listed(unit: Unit, poll: PollRow) -> list[tuple[str, str]]:
    """The ballots as the file has them: by their receipts, or those of an open poll by what they say."""
    if poll.secret:
        return [one async for one in ballots.secret(unit, poll.id)]
    return [("", choice) for choice, many in sorted(await ballots.grouped(unit, poll.id)) for _ in range(many)]
