"""The one way by which something goes to many: who has to approve it, when it begins, and how it is held or ended.

    proposed ──enough say yes──► scheduled ──its time──► sending ◄──► paused ──► sent
        └──► declined, cancelled     └──► cancelled         └────────────┴──► stopped

Whoever calls these has asked whether they may say this to that audience; who may approve is asked here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.broadcasts.approvers import APPROVERS, approvers, enough_approvers, yes_that_count
from handlers.kit.who import Who
from storage import outbox
from storage.queries import audiences, broadcasts, residents, roles, saved_audiences
from storage.queries.broadcasts import BroadcastRow
from storage.tables import BroadcastKind, BroadcastState, Priority
from storage.unit import Unit
from town.audience import parse_chosen
from town.facts import ApprovedAlready, NobodyHears, NotAllowed, NotFound, NotWaiting
from town.settings import TownSettings

FULL, GONE, ASKED, LATE = "full", "gone", "asked", "late"
"""Why a broadcast ended early: nobody is needed any more; what it was about is gone; somebody stopped it; nobody
approved it in time."""


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """A broadcast as somebody makes it; as the columns of `storage.tables.Broadcast`. `due_at` None: at once."""

    kind: BroadcastKind
    topic: str
    audience: str
    language: str
    text: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    picture_id: int | None = None
    shift_id: int | None = None
    project_id: int | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None


async def needed_for(unit: Unit, *, kind: str, audience: str, hearing: int, town: TownSettings) -> int:
    """How many people must say yes to a broadcast that `hearing` residents would get, who makes it among them."""
    if kind == BroadcastKind.UPDATE:
        return 1  # the mayor's own voice, every week
    if kind == BroadcastKind.EMERGENCY:
        return town.emergency_approvers
    if town.second_approver == "never":
        return 1
    everybody = await residents.count(unit)
    is_wide = parse_chosen(audience).is_town or hearing * 100 >= everybody * town.wide_percent
    return 2 if town.second_approver == "always" or is_wide else 1


async def propose(unit: Unit, *, by: int, new: NewBroadcast, town: TownSettings, now: datetime) -> int:
    """Write a broadcast; its id. It begins at once where nobody else has to approve it and it is to go out now.

    Raises NobodyHears, NoApprover, and NotFound for a named audience that was forgotten.
    """
    chosen = parse_chosen(new.audience)
    if not await saved_audiences.hold(unit, chosen):
        raise NotFound(what="topic")
    everybody = await audiences.whole(unit, chosen)
    seen = await audiences.look(unit, everybody, topic=new.topic, without=by, now=now, town=town)
    if not seen.hearing:
        raise NobodyHears(muted=seen.muted)
    needed = await needed_for(unit, kind=new.kind, audience=new.audience, hearing=seen.hearing, town=town)
    others = await enough_approvers(unit, by=by, needed=needed)
    due_at = max(new.due_at or now, now)
    broadcast_id = await broadcasts.make(
        unit,
        kind=new.kind.value,
        topic=new.topic,
        text=new.text,
        language=new.language,
        texts=json.dumps(dict(new.texts), ensure_ascii=False),
        picture_id=new.picture_id,
        audience=new.audience,
        shift_id=new.shift_id,
        project_id=new.project_id,
        made_by=by,
        made_at=now,
        state=BroadcastState.PROPOSED.value,
        needed=needed,
        due_at=due_at,
        expires_at=new.expires_at or due_at + timedelta(days=town.broadcast_days),
    )
    await broadcasts.log(unit, broadcast_id, "proposed", by=by, now=now)
    await broadcasts.log(unit, broadcast_id, "approved", by=by, now=now)
    if needed == 1:
        await _approved(unit, broadcast_id, town=town, now=now)
    else:
        await _ask(unit, broadcast_id, others, new.kind, now=now, due_at=due_at)
    return broadcast_id


async def _ask(
    unit: Unit, broadcast_id: int, whom: list[int], kind: str, *, now: datetime, due_at: datetime, again: str = ""
) -> None:
    """Ask those who may approve a broadcast, who may have been asked before (`again`).

    What cannot wait is asked in the quiet hours too.
    """
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="broadcast.approve",
                resident_id=resident_id,
                dedupe_key=f"broadcast.approve:{broadcast_id}:{resident_id}{again}",
                now=now,
                subject=asking(broadcast_id),
                priority=Priority.URGENT if kind == BroadcastKind.EMERGENCY else Priority.PERSONAL,
                expires_at=max(due_at, now) + broadcasts.KEPT_WAITING,
                broadcast=broadcast_id,
            )
            for resident_id in whom
        ],
    )


def asking(broadcast_id: int) -> str:
    """What asks for approvals of a broadcast is filed under this."""
    return f"broadcast.approve:{broadcast_id}"


async def _approved(unit: Unit, broadcast_id: int, *, town: TownSettings, now: datetime) -> BroadcastRow:
    """Enough have said yes: it waits for its time, or begins."""
    await outbox.withdraw(unit, asking(broadcast_id))
    await broadcasts.change(unit, broadcast_id, state=BroadcastState.SCHEDULED.value)
    await broadcasts.log(unit, broadcast_id, "scheduled", by=None, now=now)
    one = await found(unit, broadcast_id)
    return await _begin(unit, one, town=town, now=now) if one.due_at <= now else one


async def _begin(unit: Unit, one: BroadcastRow, *, town: TownSettings, now: datetime) -> BroadcastRow:
    """Write the recipients. Words that begin later than they were to, since nobody had approved them or nobody ran the
    town, are of use for as long as they would have been."""
    if one.kind in (BroadcastKind.MESSAGE, BroadcastKind.EMERGENCY) and one.due_at < now:
        await broadcasts.change(unit, one.id, expires_at=now + timedelta(days=town.broadcast_days))
        one = await found(unit, one.id)
    await broadcasts.begin(unit, one, town=town, now=now)
    return await found(unit, one.id)


async def begin_due(unit: Unit, *, broadcast_id: int, town: TownSettings, now: datetime) -> bool:
    """Begin a broadcast whose time has come; False where somebody called it off, or began it, meanwhile.

    Where too few of those who said yes may still say so, the others are asked, and it waits for them.
    """
    one = await broadcasts.get(unit, broadcast_id, lock=True)
    if one is None or one.state != BroadcastState.SCHEDULED or one.due_at > now:
        return False
    yes = await yes_that_count(unit, one.id)
    if len(yes) >= one.needed or one.kind == BroadcastKind.UPDATE:
        await _begin(unit, one, town=town, now=now)
        return True
    await broadcasts.change(unit, one.id, state=BroadcastState.PROPOSED.value)
    await broadcasts.log(unit, one.id, "asked", by=None, now=now)
    whom = sorted(frozenset(await approvers(unit, without=one.made_by)) - yes)
    await _ask(unit, one.id, whom, one.kind, now=now, due_at=one.due_at, again=f":{now.isoformat()}")
    return True


async def send_now(unit: Unit, *, by: int, broadcast_id: int, town: TownSettings, now: datetime) -> BroadcastRow:
    """Begin at once what was to go out later. Raises NotFound, NotWaiting."""
    one = await found(unit, broadcast_id, lock=True)
    if one.state != BroadcastState.SCHEDULED:
        raise NotWaiting(state=one.state)
    if one.due_at > now:
        await broadcasts.change(unit, broadcast_id, due_at=now)
    await broadcasts.log(unit, broadcast_id, "scheduled", by=by, now=now, detail="now")
    return await _begin(unit, await found(unit, broadcast_id), town=town, now=now)


async def end_over(unit: Unit, *, broadcast_id: int, now: datetime) -> BroadcastRow | None:
    """Note that nothing of a broadcast waits any more; None where that is not so, or somebody ended it meanwhile."""
    one = await broadcasts.get(unit, broadcast_id, lock=True)
    if one is None or one.id not in await broadcasts.over(unit):
        return None
    await broadcasts.change(unit, broadcast_id, state=BroadcastState.SENT.value, ended_at=now)
    await broadcasts.log(unit, broadcast_id, "ended", by=None, now=now)
    return await found(unit, broadcast_id)


def waits_until(one: BroadcastRow) -> datetime:
    """Until when a proposed broadcast waits for who approves it."""
    return max(one.due_at, one.made_at) + broadcasts.KEPT_WAITING


async def expire(unit: Unit, *, broadcast_id: int, now: datetime) -> BroadcastRow | None:
    """Call off what nobody has approved in time; None where somebody has, or said no, meanwhile."""
    one = await broadcasts.get(unit, broadcast_id, lock=True)
    if one is None or one.state != BroadcastState.PROPOSED or waits_until(one) > now:
        return None
    return await _end(unit, one, BroadcastState.CANCELLED, "cancelled", by=None, now=now, why=LATE)


async def found(unit: Unit, broadcast_id: int, *, lock: bool = False) -> BroadcastRow:
    """A broadcast. Raises NotFound."""
    one = await broadcasts.get(unit, broadcast_id, lock=lock)
    if one is None:
        raise NotFound(what="broadcast")
    return one


async def approve(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Say yes to a broadcast of somebody else. Raises NotFound, NotAllowed, NotWaiting, ApprovedAlready."""
    await _must_approve(unit, who)
    one = await found(unit, broadcast_id, lock=True)
    if one.state != BroadcastState.PROPOSED:
        raise NotWaiting(state=one.state)
    if one.kind == BroadcastKind.TASK and one.expires_at is not None and one.expires_at <= now:
        raise NotWaiting(state=LATE)  # the next tick ends it
    if not await broadcasts.log(unit, broadcast_id, "approved", by=who.me, now=now):
        raise ApprovedAlready
    if len(await yes_that_count(unit, broadcast_id)) < one.needed:
        return one
    return await _approved(unit, broadcast_id, town=who.town, now=now)


async def decline(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Say no to a broadcast of somebody else, which ends it. Raises NotFound, NotAllowed, NotWaiting."""
    await _must_approve(unit, who)
    one = await found(unit, broadcast_id, lock=True)
    if one.state != BroadcastState.PROPOSED:
        raise NotWaiting(state=one.state)
    return await _end(unit, one, BroadcastState.DECLINED, "declined", by=who.me, now=now)


async def _must_approve(unit: Unit, who: Who) -> None:
    held = await roles.held_by(unit, who.me) if who.is_resident else frozenset()
    if not any(grant.role in APPROVERS for grant in held):
        raise NotAllowed(needed="a coordinator")


# -- what can be done with one; whoever may is asked by the caller -----------------------------------------------------


async def cancel(unit: Unit, *, by: int | None, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Call off a broadcast that has not begun. Raises NotFound, NotWaiting."""
    one = await found(unit, broadcast_id, lock=True)
    if one.state not in broadcasts.NOT_YET:
        raise NotWaiting(state=one.state)
    return await _end(unit, one, BroadcastState.CANCELLED, "cancelled", by=by, now=now)


async def pause(unit: Unit, *, by: int, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Hold a broadcast: what has not left stays. Raises NotFound, NotWaiting."""
    one = await found(unit, broadcast_id, lock=True)
    if one.state != BroadcastState.SENDING:
        raise NotWaiting(state=one.state)
    await broadcasts.change(unit, broadcast_id, state=BroadcastState.PAUSED.value)
    held = await outbox.pause(unit, broadcast_id)
    await broadcasts.log(unit, broadcast_id, "paused", by=by, now=now, detail=str(held))
    return await found(unit, broadcast_id)


async def resume(unit: Unit, *, by: int, broadcast_id: int, now: datetime) -> BroadcastRow:
    """Go on with a broadcast that was held. Raises NotFound, NotWaiting."""
    one = await found(unit, broadcast_id, lock=True)
    if one.state != BroadcastState.PAUSED:
        raise NotWaiting(state=one.state)
    await broadcasts.change(unit, broadcast_id, state=BroadcastState.SENDING.value)
    left = await outbox.resume(unit, broadcast_id, now)
    await broadcasts.log(unit, broadcast_id, "resumed", by=by, now=now, detail=str(left))
    return await found(unit, broadcast_id)


async def stop(unit: Unit, *, by: int | None, broadcast_id: int, why: str, now: datetime) -> BroadcastRow:
    """End a broadcast that is on its way, or held: whoever has not got it does not get it any more. `why`: as above.

    Raises NotFound, NotWaiting.
    """
    one = await found(unit, broadcast_id, lock=True)
    if one.state not in broadcasts.ON_ITS_WAY:
        raise NotWaiting(state=one.state)
    return await _end(unit, one, BroadcastState.STOPPED, "stopped", by=by, now=now, why=why)


async def _end(
    unit: Unit, one: BroadcastRow, state: BroadcastState, event: str, *, by: int | None, now: datetime, why: str = ""
) -> BroadcastRow:
    await broadcasts.change(unit, one.id, state=state.value, ended_at=now, why=why)
    spared = await outbox.stop(unit, one.id, why or event) if one.started_at is not None else 0
    await outbox.withdraw(unit, asking(one.id))
    await broadcasts.log(unit, one.id, event, by=by, now=now, detail=why or str(spared or ""))
    return await found(unit, one.id)
