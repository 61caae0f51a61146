"""What people do in the room of messages: writing, looking, approving, and running what goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from handlers.broadcasts import sending
from handlers.broadcasts.approvers import yes_that_count
from handlers.broadcasts.entitled import approves, may_run, must_address, must_run, must_see, must_warn, must_write
from handlers.broadcasts.sending import NewBroadcast, found
from handlers.broadcasts.telling import tell_author
from handlers.kit.audience_names import names_of
from handlers.kit.audience_words import Names
from handlers.kit.who import Who
from handlers.roles.actions import duties_of, must_be_resident
from storage import outbox
from storage.outbox import Progress
from storage.queries import audiences, broadcasts, roles, saved_audiences
from storage.queries.audiences import Look
from storage.queries.broadcasts import BroadcastRow, Event
from storage.queries.saved_audiences import SavedRow
from storage.tables import BroadcastKind, BroadcastState
from storage.unit import Unit
from town.audience import Chosen, parse_chosen
from town.facts import AudienceWaitedFor, NotAllowed, NotFound, OwnMessage
from town.text import utf16_units

MOST_WORDS = 3500
"""UTF-16 units of a message: what fits a channel's 4,096 with the lines above and below it."""
MOST_WITH_PHOTO = 700
"""The same below a photo, where there is room for 1,024 in all."""

MOST_LISTED = 200


class Seen(NamedTuple):
    """A broadcast as somebody looks at it. `author` is a name, `progress` None before it has begun.

    `runs`: they may hold it, stop it or call it off; `asked`: their yes is awaited. `yes`: how many have said it who
    may.
    """

    one: BroadcastRow
    author: str
    names: Names
    progress: Progress | None
    runs: bool
    asked: bool
    yes: int

    @property
    def chosen(self) -> Chosen:
        return parse_chosen(self.one.audience)


class Preview(NamedTuple):
    """A message before it goes out: who gets it, whose names, and how many have to say yes, its author among them."""

    seen: Look
    names: Names
    needed: int


def room(*, photo: bool) -> int:
    """How long the words may be, in UTF-16 units."""
    return MOST_WITH_PHOTO if photo else MOST_WORDS


def longest(text: str, texts: dict[str, str]) -> int:
    """The length of the longest of a message's texts, in UTF-16 units."""
    return max(utf16_units(one) for one in (text, *texts.values()))


# -- writing -----------------------------------------------------------------------------------------------------------


async def preview(unit: Unit, *, who: Who, new: NewBroadcast, now: datetime) -> Preview:
    """What would become of a message. Raises NotAllowed."""
    await _must_say(unit, who, new)
    chosen = parse_chosen(new.audience)
    whole = await audiences.whole(unit, chosen)
    seen = await audiences.look(unit, whole, topic=new.topic, without=who.me, now=now, town=who.town)
    needed = await sending.needed_for(unit, kind=new.kind, audience=new.audience, hearing=seen.hearing, town=who.town)
    return Preview(seen, await names_of(unit, chosen, who.town), needed)


async def write(unit: Unit, *, who: Who, new: NewBroadcast, now: datetime) -> int:
    """Write a message, or what cannot wait, to many; its id. Raises NotAllowed, NobodyHears, NoApprover."""
    project = await _must_say(unit, who, new)
    return await sending.propose(unit, by=who.me, new=replace(new, project_id=project), town=who.town, now=now)


async def _must_say(unit: Unit, who: Who, new: NewBroadcast) -> int | None:
    if new.kind == BroadcastKind.EMERGENCY:
        await must_warn(unit, who)
        return None
    if new.kind != BroadcastKind.MESSAGE:
        raise NotAllowed(needed="caller")
    return await must_address(unit, who, parse_chosen(new.audience))


# -- looking -----------------------------------------------------------------------------------------------------------


async def listed(unit: Unit, *, who: Who) -> list[BroadcastRow]:
    """What waits for a yes of somebody, then what they wrote or may run, the newest first. Raises NotAllowed."""
    must_be_resident(who)
    duties, may_approve = await duties_of(unit, who.me), await approves(unit, who)
    if not may_approve:
        await must_write(unit, who)
    waiting = await broadcasts.proposed(unit) if may_approve else []
    asked = [one for one in waiting if one.made_by != who.me]
    rest = await broadcasts.listed(
        unit, me=who.me, everything=duties.everywhere, most=MOST_LISTED, projects=duties.projects
    )
    first = {one.id for one in asked}
    return [*asked, *(one for one in rest if one.id not in first)]


async def page(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> Seen:
    """A broadcast as somebody looks at it. Raises NotFound, NotAllowed."""
    one = await found(unit, broadcast_id)
    await must_see(unit, who, one)
    author = await roles.resident(unit, one.made_by)
    log = await broadcasts.history(unit, one.id)
    said_yes = {event.resident_id for event in log if event.kind == "approved"}
    yes = await yes_that_count(unit, one.id) if one.state == BroadcastState.PROPOSED else said_yes
    asked = one.state == BroadcastState.PROPOSED and who.me not in said_yes and await approves(unit, who)
    return Seen(
        one,
        author.name if author is not None else "",
        await names_of(unit, parse_chosen(one.audience), who.town),
        await outbox.progress(unit, one.id) if one.started_at is not None else None,
        await may_run(unit, who, one),
        asked,
        len(yes),
    )


async def history(unit: Unit, *, who: Who, broadcast_id: int) -> tuple[BroadcastRow, Sequence[Event]]:
    """The log of a broadcast. Raises NotFound, NotAllowed."""
    one = await found(unit, broadcast_id)
    await must_see(unit, who, one)
    return one, await broadcasts.history(unit, one.id)


# -- approving ---------------------------------------------------------------------------------------------------------


async def approve(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Say yes to what somebody else wrote, who is told once it is enough.

    Raises NotFound, NotAllowed, NotWaiting, ApprovedAlready.
    """
    one = await sending.approve(unit, who=who, broadcast_id=broadcast_id, now=now)
    if one.state != BroadcastState.PROPOSED:
        due = "" if one.started_at is not None else one.due_at.isoformat()
        await tell_author(unit, one, "broadcast.approved", now=now, name=who.name, goes_at=due)
    return one


async def decline(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Say no to what somebody else wrote, who is told. Raises NotFound, NotAllowed, NotWaiting, OwnMessage."""
    if who.is_resident and (await found(unit, broadcast_id)).made_by == who.me:
        raise OwnMessage
    one = await sending.decline(unit, who=who, broadcast_id=broadcast_id, now=now)
    await tell_author(unit, one, "broadcast.declined", now=now, name=who.name)
    return one


# -- running -----------------------------------------------------------------------------------------------------------


async def runnable(unit: Unit, *, who: Who, broadcast_id: int) -> BroadcastRow:
    """A broadcast, for whoever may run it. Raises NotFound, NotAllowed."""
    one = await found(unit, broadcast_id)
    await must_run(unit, who, one)
    return one


async def cancel(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Call off what has not begun; who wrote it is told. Raises NotFound, NotAllowed, NotWaiting."""
    await runnable(unit, who=who, broadcast_id=broadcast_id)
    one = await sending.cancel(unit, by=who.me, broadcast_id=broadcast_id, now=now)
    if one.made_by != who.me:
        await tell_author(unit, one, "broadcast.declined", now=now, name=who.name)
    return one


async def send_now(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Send now what was to go out later. Raises NotFound, NotAllowed, NotWaiting."""
    await runnable(unit, who=who, broadcast_id=broadcast_id)
    return await sending.send_now(unit, by=who.me, broadcast_id=broadcast_id, town=who.town, now=now)


async def pause(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Hold what is on its way. Raises NotFound, NotAllowed, NotWaiting."""
    await runnable(unit, who=who, broadcast_id=broadcast_id)
    return await sending.pause(unit, by=who.me, broadcast_id=broadcast_id, now=now)


async def resume(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Go on with what is held. Raises NotFound, NotAllowed, NotWaiting."""
    await runnable(unit, who=who, broadcast_id=broadcast_id)
    return await sending.resume(unit, by=who.me, broadcast_id=broadcast_id, now=now)


async def stop(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """End what is on its way, or held. Raises NotFound, NotAllowed, NotWaiting."""
    await runnable(unit, who=who, broadcast_id=broadcast_id)
    return await sending.stop(unit, by=who.me, broadcast_id=broadcast_id, why=sending.ASKED, now=now)


# -- audiences that have a name ----------------------------------------------------------------------------------------


async def named(unit: Unit, *, who: Who) -> list[SavedRow]:
    """The audiences that were given a name. Raises NotAllowed."""
    await must_write(unit, who)
    return await saved_audiences.listed(unit)


async def one_named(unit: Unit, *, who: Who, saved_id: int, now: datetime) -> tuple[SavedRow, Look, Names, bool]:
    """One of them, who belongs to it, and whether somebody may forget its name. Raises NotFound, NotAllowed."""
    duties = await must_write(unit, who)
    kept = await saved_audiences.get(unit, saved_id)
    if kept is None:
        raise NotFound(what="topic")
    chosen = parse_chosen(kept.audience)
    seen = await audiences.look(unit, await audiences.whole(unit, chosen), topic="", without=0, now=now, town=who.town)
    return kept, seen, await names_of(unit, chosen, who.town), duties.everywhere or kept.made_by == who.me


async def forget(unit: Unit, *, who: Who, saved_id: int, now: datetime) -> SavedRow:
    """Forget the name of an audience; what was sent to it stays. Raises NotFound, NotAllowed, AudienceWaitedFor."""
    kept, _seen, _names, may = await one_named(unit, who=who, saved_id=saved_id, now=now)
    if not may:
        raise NotAllowed(needed="caller")
    if await saved_audiences.get(unit, saved_id, lock=True) is None:
        raise NotFound(what="topic")
    if await saved_audiences.is_waited_for(unit, saved_id):
        raise AudienceWaitedFor
    await saved_audiences.drop(unit, saved_id)
    return kept
