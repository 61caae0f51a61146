"""What residents do in the room of polls: looking, asking, and running what they have asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from handlers.kit.who import Who
from handlers.polls import closing, opening
from handlers.polls.casting import check_open
from handlers.polls.entitled import may_run, must_call, must_run, sits_on_council
from handlers.polls.opening import NewPoll
from handlers.roles.actions import duties_of, must_be_resident
from storage.queries import audiences, ballots, groups, meetings, poll_lists, polls, projects, roles, tellers
from storage.queries.poll_lists import Listed
from storage.queries.polls import PollRow
from storage.tables import How, Priority, Role
from storage.unit import Unit
from town.audience import MEETING, PROJECT, ROLE, TOWN, Audience, parse
from town.counting import count
from town.facts import AlreadyReminded, AskedElsewhere, MustBeLater, NobodyThere, NotAllowed, NotFound, PollOver
from town.text import clean
from town.week import week_of

MOST_QUESTION, MOST_ABOUT, MOST_REASON = 200, 800, 200
"""UTF-16 units."""

LEAST_OPEN = timedelta(minutes=5)
"""For so long a poll is open at least."""

MOST_COUNTED = 20_000
"""In larger electorates nobody is shown the count so far: a page is looked at often, and it counts all votes anew."""


class Lists(NamedTuple):
    """The polls that are open or coming, those that wait for one's vote first; whether there are past ones."""

    current: Sequence[Listed]
    any_over: bool
    may_ask: bool


class Seen(NamedTuple):
    """A poll as somebody looks at it.

    `name` is that of the project or the meeting it asks, `people` how many it asks. `how` their vote came in, None when
    they are not asked, `by` whom it was cast for them; `unconfirmed`: on paper, and no second teller has confirmed it.
    `choice` is their vote in an open poll. `totals` is the count so far, where it is theirs to see.
    `tells`: they may enter votes on paper, as who runs it or as one of its tellers.
    """

    poll: PollRow
    name: str
    people: int
    how: str | None
    by: str
    unconfirmed: bool
    choice: str | None
    voted: int
    totals: tuple[int, ...] | None
    runs: bool
    tells: bool
    proxies: bool

    @property
    def audience(self) -> Audience:
        return parse(self.poll.audience)


# -- looking -----------------------------------------------------------------------------------------------------------


async def current(unit: Unit, *, who: Who, now: datetime) -> Lists:
    """The polls that are open and those that are coming. Raises NotAllowed."""
    me = must_be_resident(who)
    running = sorted(await poll_lists.running(unit, me), key=lambda one: _place(one, now))
    found = [*running, *await poll_lists.coming(unit, me)]
    return Lists(found, bool(await poll_lists.over(unit, me, most=1)), bool(await may_ask(unit, who=who)))


def _place(one: Listed, now: datetime) -> tuple[int, float, int]:
    """What waits for a vote comes first, then what one has voted on, then what asks others; the soonest close first."""
    rank = {How.NOT.value: 0, None: 2}.get(one.how, 1) if one.poll.running(now) else 3
    closes_at = one.poll.closes_at
    return rank, closes_at.timestamp() if closes_at is not None else 0.0, one.poll.id


async def past(unit: Unit, *, who: Who) -> list[Listed]:
    """The polls that are closed, the latest first. Raises NotAllowed."""
    return await poll_lists.over(unit, must_be_resident(who))


async def page(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> Seen:
    """A poll, as every resident may look at it. Raises NotAllowed, NotFound."""
    found = await ballots.to_vote(unit, poll_id, must_be_resident(who))
    if found is None:
        raise NotFound(what="poll")
    poll = found.poll
    caster = await roles.resident(unit, found.by) if found.by is not None else None
    opened, runs = poll.opened_at is not None, await may_run(unit, who, poll)
    return Seen(
        poll=poll,
        name=await name_of(unit, parse(poll.audience)),
        people=poll.electorate,
        how=found.how,
        by=caster.name if caster is not None else "",
        unconfirmed=found.how == How.PAPER and found.unconfirmed,
        choice=found.choice,
        voted=await polls.turnout(unit, poll_id) if opened else 0,
        totals=await _so_far(unit, poll) if found.how is not None and poll.running(now) else None,
        runs=runs,
        tells=runs or await tellers.is_teller(unit, poll_id, who.me),
        proxies=poll.proxies and who.town.proxies_most > 0,
    )


async def _so_far(unit: Unit, poll: PollRow) -> tuple[int, ...] | None:
    """What the options have now; None where nobody is to know, or there are too many votes to count them for a page."""
    if poll.secret or poll.hidden or poll.electorate > MOST_COUNTED:
        return None
    return count(poll.asked, await ballots.grouped(unit, poll.id)).totals


async def name_of(unit: Unit, audience: Audience) -> str:
    """The name of the project or the meeting of an audience, "" for any other."""
    if audience.kind == PROJECT:
        return await projects.name_of(unit, audience.id)
    meeting = await meetings.get(unit, audience.id) if audience.kind == MEETING else None
    return meeting.title if meeting is not None else ""


# -- asking ------------------------------------------------------------------------------------------------------------


async def may_ask(unit: Unit, *, who: Who) -> list[tuple[Audience, str]]:
    """Whom somebody may ask, each with its name where it is a project; nobody for most residents."""
    duties = await duties_of(unit, who.resident_id if who.is_resident else None)
    council = Audience(ROLE, word=Role.COUNCIL)
    found: list[tuple[Audience, str]] = []
    if duties.everywhere:
        found += [(Audience(TOWN), ""), (council, ""), (Audience(ROLE, word=Role.COORDINATOR), "")]
    elif await sits_on_council(unit, who):
        found.append((council, ""))
    if duties.any:
        listed = await projects.listed(unit)
        found += [(Audience(PROJECT, one.id), one.name) for one in listed if duties.covers(one.id)]
    return found


async def must_ask(unit: Unit, *, who: Who) -> list[tuple[Audience, str]]:
    """The same. Raises NotAllowed for somebody who may ask nobody."""
    found = await may_ask(unit, who=who)
    if not found:
        raise NotAllowed(needed="caller")
    return found


async def how_many(unit: Unit, *, who: Who, audience: Audience, benefits_only: bool, now: datetime) -> int:
    """How many people would be asked now."""
    town = who.town
    without = await audiences.without_benefits(unit, week_of(now, town.tz), town) if benefits_only else []
    return await audiences.count(unit, audience, now=now, without=without)


async def ask(unit: Unit, *, who: Who, new: NewPoll, now: datetime) -> int:
    """Ask a question: the poll's id. It opens at once, unless it is to open later.

    Raises NotAllowed, NotFound, NobodyThere, MustBeLater.
    """
    audience = parse(new.audience)
    await must_call(unit, who, audience)
    if audience.kind == PROJECT and await projects.get(unit, audience.id) is None:
        raise NotFound(what="project")
    opens_at = max(new.opens_at or now, now)
    if new.closes_at is not None and new.closes_at < opens_at + LEAST_OPEN:
        raise MustBeLater(since=opens_at + LEAST_OPEN)
    if not await how_many(unit, who=who, audience=audience, benefits_only=new.benefits_only, now=now):
        raise NobodyThere
    return await opening.make(unit, by=who.me, new=new, town=who.town, now=now)


# -- running -----------------------------------------------------------------------------------------------------------


async def of_ones_own(unit: Unit, *, who: Who, poll_id: int, lock: bool = False) -> PollRow:
    """A poll for somebody who runs it. Raises NotFound, NotAllowed."""
    poll = await polls.get(unit, poll_id, lock=lock)
    if poll is None:
        raise NotFound(what="poll")
    await must_run(unit, who, poll)
    return poll


async def remind(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> int:
    """Remind those whose vote is not in, once; how many. Raises NotFound, NotAllowed, AlreadyReminded, PollOver."""
    poll = await of_ones_own(unit, who=who, poll_id=poll_id, lock=True)
    check_open(poll, now)
    if poll.reminded_at is not None:
        raise AlreadyReminded(question=poll.question)
    return await write_reminders(unit, poll, now)


async def write_reminders(unit: Unit, poll: PollRow, now: datetime) -> int:
    """Write a poll's only reminder, to those whose vote is not in; how many."""
    await polls.change(unit, poll.id, reminded_at=now)
    return await polls.tell(
        unit,
        poll,
        "poll.reminder",
        opening.said(poll),
        now=now,
        waiting=True,
        priority=Priority.REMINDER,
        expires_at=poll.closes_at,
    )


async def may_close_now(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> PollRow:
    """A poll that is open, for somebody who runs it. Raises NotFound, NotAllowed, PollNotOpen, PollOver."""
    poll = await of_ones_own(unit, who=who, poll_id=poll_id)
    check_open(poll, now)
    return poll


async def close_now(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> PollRow:
    """Close a poll before its time, and count it. Raises NotFound, NotAllowed, PollNotOpen, PollOver."""
    poll = await may_close_now(unit, who=who, poll_id=poll_id, now=now)
    closed = await closing.close(unit, poll_id, town=who.town, now=now)
    if closed is None:
        raise PollOver(question=poll.question)
    return closed


async def may_close_later(unit: Unit, *, who: Who, poll_id: int, now: datetime, lock: bool = False) -> PollRow:
    """A poll that can be given more time, for somebody who runs it. Raises NotFound, NotAllowed, PollOver."""
    poll = await of_ones_own(unit, who=who, poll_id=poll_id, lock=lock)
    if poll.opened_at is not None or poll.cancelled_at is not None:
        check_open(poll, now)
    if poll.closes_at is None:
        raise NotFound(what="question")
    return poll


async def close_later(unit: Unit, *, who: Who, poll_id: int, closes_at: datetime, now: datetime) -> PollRow:
    """Give a poll more time, never less: people rely on it. Raises NotFound, NotAllowed, PollOver, MustBeLater."""
    poll = await may_close_later(unit, who=who, poll_id=poll_id, now=now, lock=True)
    if poll.closes_at is None or closes_at <= poll.closes_at:
        raise MustBeLater(since=poll.closes_at or now)
    await polls.change(unit, poll_id, closes_at=closes_at)
    later = poll._replace(closes_at=closes_at)
    await polls.correct_told(unit, later, opening.said(later))
    await groups.refresh(unit, poll_id)
    return later


async def may_call_off(unit: Unit, *, who: Who, poll_id: int, now: datetime) -> PollRow:
    """A poll that can be called off here, for somebody who runs it: not one whose time is up, counted yet or not.

    Raises NotFound, NotAllowed, PollOver, AskedElsewhere.
    """
    poll = await of_ones_own(unit, who=who, poll_id=poll_id)
    if poll.opened_at is not None or poll.cancelled_at is not None:
        check_open(poll, now)
    if poll.subject:
        raise AskedElsewhere(question=poll.question)
    return poll


async def call_off(unit: Unit, *, who: Who, poll_id: int, reason: str, now: datetime) -> PollRow:
    """Call a poll off; its electorate is told why. Raises what `may_call_off` raises, TextEmpty and TextTooLong."""
    poll = await may_call_off(unit, who=who, poll_id=poll_id, now=now)
    if not await closing.cancel(unit, poll, reason=clean(reason, MOST_REASON), now=now):
        raise PollOver(question=poll.question)
    return poll
