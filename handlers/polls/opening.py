"""Opening a poll: who may vote is written down at this moment, and they are told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.proxies.holding import tell_holders
from storage.queries import audiences, groups, meetings, polls
from storage.queries.polls import Option, PollRow
from storage.tables import Priority
from storage.unit import Unit
from town.audience import MEETING, TOWN, parse
from town.facts import NotFound
from town.polls import boxes_for
from town.reminders import cannot_wait
from town.settings import TownSettings
from town.week import week_of


@dataclass(frozen=True, slots=True)
class NewPoll:
    """A poll as somebody asks it; as the columns of `storage.tables.Poll`. `closes_at` None: closed by hand."""

    question: str
    kind: str
    options: tuple[Option, ...]
    audience: str
    closes_at: datetime | None
    opens_at: datetime | None = None
    about: str = ""
    words: str = "{}"
    secret: bool = False
    hidden: bool = False
    points: int = 0
    most: int = 0
    benefits_only: bool = False
    quorum: int = 0
    quorum_people: bool = False
    threshold: str = "simple"
    of_electorate: bool = False
    proxies: bool = True
    project_id: int | None = None
    meeting_id: int | None = None
    subject: str = ""


YES_NO = (Option("Yes", {}), Option("No", {}))
"""The options of a yes/no question: every language has its own words for them (`handlers.kit.poll_words`)."""


async def make(unit: Unit, *, by: int, new: NewPoll, town: TownSettings, now: datetime) -> int:
    """Write a poll, and open it at once unless it is to open later; its id. Who may do so was checked before."""
    opens_at = max(new.opens_at or now, now)
    may_have_proxies = new.proxies and town.proxies_most > 0 and (not new.secret or town.secret_proxies == "yes")
    poll_id = await polls.make(
        unit,
        question=new.question,
        about=new.about,
        words=new.words,
        options=json.dumps([_kept(option) for option in new.options], ensure_ascii=False),
        kind=new.kind,
        secret=new.secret,
        hidden=new.hidden or new.secret,
        points=new.points,
        most=new.most,
        audience=new.audience,
        benefits_only=new.benefits_only,
        quorum=new.quorum,
        quorum_people=new.quorum_people,
        threshold=new.threshold,
        of_electorate=new.of_electorate,
        proxies=may_have_proxies,
        project_id=new.project_id,
        meeting_id=new.meeting_id,
        subject=new.subject,
        made_by=by,
        made_at=now,
        opens_at=opens_at,
        closes_at=new.closes_at,
    )
    if opens_at <= now:
        await open_poll(unit, poll_id, town=town, now=now)
    return poll_id


async def open_poll(unit: Unit, poll_id: int, *, town: TownSettings, now: datetime) -> int:
    """Freeze a poll's electorate and tell it; how many may vote. Raises NotFound. One that is open stays as it is.

    Of a poll in which nobody could vote any more after the quiet hours, people are told within them.
    """
    poll = await polls.get(unit, poll_id, lock=True)
    if poll is None:
        raise NotFound(what="poll")
    if poll.opened_at is not None or poll.cancelled_at is not None:
        return poll.electorate
    without = await _left_out(unit, poll, town=town, now=now)
    electorate = await polls.freeze(unit, poll_id, parse(poll.audience), now=now, without=without)
    boxes = boxes_for(electorate) if poll.secret else 0
    if boxes:
        await polls.make_boxes(unit, poll_id, boxes)
    await polls.change(unit, poll_id, opened_at=now, electorate=electorate, boxes=boxes)
    opened = poll._replace(opened_at=now, electorate=electorate, boxes=boxes)
    ends, quiet = poll.closes_at, (town.tz, town.quiet_from, town.quiet_until)
    priority = Priority.URGENT if ends is not None and cannot_wait(ends, now, *quiet) else Priority.PERSONAL
    await polls.tell(unit, opened, "poll.opened", said(opened), now=now, priority=priority, expires_at=poll.closes_at)
    await tell_holders(unit, opened, said(opened), now=now, priority=priority)
    if poll.audience == TOWN and not poll.benefits_only:
        await groups.follow(unit, poll_id, now=now)
    return electorate


async def _left_out(unit: Unit, poll: PollRow, *, town: TownSettings, now: datetime) -> list[int]:
    """Who has no vote although they are of the audience: without the benefits, or a guest at a meeting of others."""
    without = await audiences.without_benefits(unit, week_of(now, town.tz), town) if poll.benefits_only else []
    audience = parse(poll.audience)
    meeting = await meetings.get(unit, audience.id) if audience.kind == MEETING else None
    if meeting is not None:
        without += await audiences.only_looking_on(unit, meeting.id, parse(meeting.audience), now=now)
    return without


def said(poll: PollRow) -> dict[str, Any]:
    """A poll as its notices tell of it: nothing that could change while it is open, and nothing of any vote."""
    return {
        "poll": poll.id,
        "question": poll.question,
        "about": poll.about,
        "words": poll.words,
        "options": poll.options,
        "kind": poll.kind,
        "secret": poll.secret,
        "points": poll.points,
        "closes_at": None if poll.closes_at is None else poll.closes_at.isoformat(),
        "electorate": poll.electorate,
    }


def _kept(option: Option) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": option.name}
    return kept | ({"names": option.names} if option.names else {}) | ({"at": option.at} if option.at else {})
