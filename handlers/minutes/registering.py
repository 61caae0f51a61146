"""The register of decisions: what votes outside of meetings enter there, and how it is searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.kit.nav import PAGE
from handlers.kit.who import Who
from handlers.meetings import running
from handlers.roles.actions import must_be_resident
from storage.queries import decisions, follow_ups, meetings, polls
from storage.queries.decisions import DecisionRow
from storage.queries.follow_ups import FollowUpRow
from storage.queries.polls import PollRow
from storage.unit import Unit
from town.dates import fold
from town.facts import NotFound
from town.polls import Result, named
from town.settings import TownSettings

MOST_KEY = 36
"""Bytes that the words of a search have in the buttons that turn its pages."""


async def after_poll(unit: Unit, poll: PollRow, *, town: TownSettings, now: datetime) -> None:
    """Enter what a poll of nobody else's (subject "") decided: it passed, or it chose."""
    if poll.outcome not in (Result.PASSED, Result.CHOSEN):
        return
    chosen = "" if poll.outcome == Result.PASSED else ", ".join(named([one.name for one in poll.choices], poll.winning))
    await decisions.enter(
        unit,
        title=poll.question,
        text="\n".join(part for part in (chosen, poll.about) if part),
        passed=True,
        meeting_id=poll.meeting_id,
        item_id=None,
        poll_id=poll.id,
        project_id=poll.project_id,
        by=poll.made_by,
        now=now,
    )


def words_in(text: str) -> tuple[str, ...]:
    """The words of a search, folded, as many as its buttons can carry (`MOST_KEY`)."""
    kept: list[str] = []
    for word in fold(text).replace(":", " ").split():
        room = MOST_KEY - len(" ".join([*kept, ""]).encode())
        if len(word.encode()) > room:
            if not kept:
                kept.append(word.encode()[:room].decode(errors="ignore"))
            break
        kept.append(word)
    return tuple(dict.fromkeys(kept))


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the register: what was searched for, how many there are, and those of the page."""

    words: tuple[str, ...]
    total: int
    page: int
    listed: Sequence[DecisionRow]


async def search(unit: Unit, *, who: Who, text: str, page: int) -> Found:
    """A page of the decisions that have all these words in them. Raises NotAllowed for who is no resident."""
    must_be_resident(who)
    words = words_in(text)
    total = await decisions.count(unit, words)
    page = min(page, max(0, (total - 1) // PAGE))
    return Found(words, total, page, await decisions.search(unit, words, most=PAGE, skip=page * PAGE))


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision, its vote and what is to be done about it.

    `published`: the minutes of its meeting are. `may_add`: whoever looks runs the meeting; `may_strike`: and can take
    it out of the register, because it was entered by hand and no approved minutes name it.
    """

    decision: DecisionRow
    poll: PollRow | None
    follow_ups: Sequence[FollowUpRow]
    published: bool
    may_add: bool
    may_strike: bool


async def entry(unit: Unit, *, who: Who, decision_id: int) -> Entry:
    """One decision. Raises NotAllowed or NotFound."""
    must_be_resident(who)
    found = await decisions.get(unit, decision_id)
    if found is None:
        raise NotFound(what="decision")
    meeting = await meetings.get(unit, found.meeting_id) if found.meeting_id is not None else None
    runs = meeting is not None and await running.may_run(unit, who, meeting)
    return Entry(
        found,
        await polls.get(unit, found.poll_id) if found.poll_id is not None else None,
        await follow_ups.of_decision(unit, decision_id),
        published=meeting is not None and meeting.published_at is not None,
        may_add=runs,
        may_strike=runs and found.poll_id is None and meeting is not None and meeting.approved_at is None,
    )
