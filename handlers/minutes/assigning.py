"""Giving somebody what is to be done, and hearing what became of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from handlers.desk import actions as desk
from handlers.kit.who import Who
from handlers.meetings import running
from handlers.minutes.actions import keeper_of
from handlers.minutes.following import found
from handlers.roles.actions import must_be_resident
from storage import outbox
from storage.queries import decisions, follow_ups, minutes, roles
from storage.queries.follow_ups import FollowUpRow
from storage.unit import Unit
from town.facts import BadDate, DateInPast, FollowUpOver, NotAllowed, NotFound
from town.settings import TownSettings
from town.skills import Skills
from town.text import clean
from town.week import local

MOST_WHAT = 200
"""UTF-16 units of what is to be done, and of what somebody says of it."""

FARTHEST = timedelta(days=2 * 366)


def check_day(day: date, *, town: TownSettings, now: datetime) -> date:
    """A day until which something can be done. Raises DateInPast or BadDate."""
    today = local(now, town.tz).date()
    if day < today:
        raise DateInPast(given=day.isoformat())
    if day > today + FARTHEST:
        raise BadDate(given=day.isoformat())
    return day


async def make(
    unit: Unit,
    *,
    who: Who,
    meeting_id: int,
    item_id: int | None,
    decision_id: int | None,
    text: str,
    owner_id: int | None,
    due: date | None,
    now: datetime,
) -> int:
    """Write down what is to be done, and tell whose it is; the follow-up's id.

    Raises NotFound, NotAllowed, MeetingOff, TextEmpty, TextTooLong, DateInPast or BadDate.
    """
    meeting = await running.must_run(unit, who, meeting_id, lock=True)  # nobody strikes the decision meanwhile
    running.must_be_on(meeting)
    if owner_id is not None and await roles.resident(unit, owner_id) is None:
        raise NotFound(what="resident")
    if item_id is not None:
        item = await minutes.item(unit, item_id)
        if item is None or item.meeting_id != meeting_id:
            raise NotFound(what="agenda item")
    if decision_id is not None:
        decision = await decisions.get(unit, decision_id)
        if decision is None or decision.meeting_id != meeting_id:
            raise NotFound(what="decision")
    follow_id = await follow_ups.make(
        unit,
        meeting_id=meeting_id,
        item_id=item_id,
        decision_id=decision_id,
        text=clean(text, MOST_WHAT),
        owner_id=owner_id,
        due=None if due is None else check_day(due, town=who.town, now=now),
        made_by=who.me,
        made_at=now,
        reminded_at=_as_reminded(due, who.town, now),
    )
    await _tell_owner(unit, who, follow_id, now)
    return follow_id


async def give(unit: Unit, *, who: Who, follow_id: int, owner_id: int, now: datetime) -> FollowUpRow:
    """Give it to somebody, and tell them, and who had it before. Raises NotFound, NotAllowed or FollowUpOver."""
    one = await to_run(unit, who=who, follow_id=follow_id, lock=True)
    if await roles.resident(unit, owner_id) is None:
        raise NotFound(what="resident")
    await outbox.withdraw(unit, subject(follow_id))
    if one.owner_id != owner_id:
        await _relieve(unit, who, one, now)
    await follow_ups.change(unit, follow_id, owner_id=owner_id, reminded_at=_as_reminded(one.due, who.town, now))
    return await _tell_owner(unit, who, follow_id, now)


async def put_off(unit: Unit, *, who: Who, follow_id: int, due: date, now: datetime) -> FollowUpRow:
    """Say until when it is to be done, and tell whose it is. Raises NotFound, NotAllowed, FollowUpOver, DateInPast."""
    await to_run(unit, who=who, follow_id=follow_id, lock=True)
    day = check_day(due, town=who.town, now=now)
    await outbox.withdraw(unit, subject(follow_id))
    await follow_ups.change(unit, follow_id, due=day, reminded_at=_as_reminded(day, who.town, now))
    return await _tell_owner(unit, who, follow_id, now)


async def to_run(unit: Unit, *, who: Who, follow_id: int, lock: bool = False) -> FollowUpRow:
    """An open follow-up of a meeting that somebody runs. Raises NotFound, NotAllowed or FollowUpOver."""
    one, meeting = await found(unit, follow_id, lock=lock)
    await running.must_run(unit, who, meeting.id)
    _must_be_open(one)
    return one


async def done(unit: Unit, *, who: Who, follow_id: int, note: str, now: datetime) -> FollowUpRow:
    """Say that it is done: whose it is, or who runs the meeting.

    Raises NotFound, NotAllowed, FollowUpOver or TextTooLong.
    """
    one = await to_settle(unit, who=who, follow_id=follow_id, lock=True)
    await _settle(unit, one, "done", clean(note, MOST_WHAT) if note else "", who, now)
    return one


async def drop(unit: Unit, *, who: Who, follow_id: int, now: datetime) -> FollowUpRow:
    """Say that nobody has to do it any more. Raises NotFound, NotAllowed or FollowUpOver."""
    one = await to_run(unit, who=who, follow_id=follow_id, lock=True)
    await _settle(unit, one, "dropped", "", who, now)
    await _relieve(unit, who, one, now)
    return one


async def _settle(unit: Unit, one: FollowUpRow, state: str, note: str, who: Who, now: datetime) -> None:
    if not await follow_ups.settle(unit, one.id, state, note=note, by=who.me, now=now):
        raise FollowUpOver(text=one.text)
    await outbox.withdraw(unit, subject(one.id))


async def to_settle(unit: Unit, *, who: Who, follow_id: int, lock: bool = False) -> FollowUpRow:
    """An open follow-up of which somebody may say that it is done. Raises NotFound, NotAllowed or FollowUpOver."""
    one, meeting = await found(unit, follow_id, lock=lock)
    if one.owner_id != must_be_resident(who) and not await running.may_run(unit, who, meeting):
        raise NotAllowed(needed="caller")
    _must_be_open(one)
    return one


async def to_refuse(unit: Unit, *, who: Who, follow_id: int, lock: bool = False) -> FollowUpRow:
    """One's own open follow-up. Raises NotFound, NotAllowed or FollowUpOver."""
    one, _meeting = await found(unit, follow_id, lock=lock)
    if one.owner_id != must_be_resident(who):
        raise NotAllowed(needed="caller")
    _must_be_open(one)
    return one


async def cannot(unit: Unit, *, who: Who, follow_id: int, why: str, now: datetime) -> FollowUpRow:
    """Hand back what one cannot do, and tell the secretary. Raises NotFound, NotAllowed, FollowUpOver, TextTooLong."""
    one = await to_refuse(unit, who=who, follow_id=follow_id, lock=True)
    meeting = await running.found(unit, one.meeting_id)
    await follow_ups.change(unit, follow_id, owner_id=None)
    await outbox.withdraw(unit, subject(follow_id))
    await _put(unit, "followup.cannot", one, keeper_of(meeting), now, name=who.name, why=clean(why, MOST_WHAT))
    return one


async def publish_shift(
    unit: Unit,
    *,
    who: Who,
    follow_id: int,
    project_id: int,
    title: str,
    starts_at: datetime,
    length: int,
    place: str,
    places: int,
    skills: Skills,
    now: datetime,
) -> int:
    """Make a shift of it; the shift's id. Raises what `to_shift` and the desk's `publish_shift` raise."""
    await to_shift(unit, who=who, follow_id=follow_id, lock=True)
    shift_id = await desk.publish_shift(
        unit,
        who=who,
        project_id=project_id,
        title=title,
        starts_at=starts_at,
        length=length,
        place=place,
        places=places,
        skills=skills,
        now=now,
    )
    await outbox.withdraw(unit, subject(follow_id))
    await follow_ups.change(unit, follow_id, shift_id=shift_id)
    return shift_id


async def to_shift(unit: Unit, *, who: Who, follow_id: int, lock: bool = False) -> FollowUpRow:
    """An open follow-up of which somebody can make a shift. Raises NotFound, NotAllowed or FollowUpOver."""
    one = await to_settle(unit, who=who, follow_id=follow_id, lock=lock)
    if one.shift_id is not None and one.shift_cancelled is None:
        raise FollowUpOver(text=one.text)
    await desk.my_projects(unit, who=who)
    return one


# -- telling -----------------------------------------------------------------------------------------------------------


def subject(follow_id: int) -> str:
    """What is said of a follow-up is filed under this, so that it can be withdrawn."""
    return f"followup:{follow_id}"


def fields_of(one: FollowUpRow) -> dict[str, Any]:
    """A follow-up as its notices tell of it."""
    return {
        "follow": one.id,
        "text": one.text,
        "meeting": one.meeting_id,
        "title": one.meeting,
        "due": None if one.due is None else one.due.isoformat(),
    }


async def remind(unit: Unit, one: FollowUpRow, *, overdue: bool, now: datetime) -> None:
    """Remind whose it is, once a day before it is due and once when it is overdue."""
    if one.owner_id is None or one.due is None:
        return
    await follow_ups.change(unit, one.id, reminded_at=now)
    await _put(unit, "followup.overdue" if overdue else "followup.reminder", one, one.owner_id, now)


async def _tell_owner(unit: Unit, who: Who, follow_id: int, now: datetime) -> FollowUpRow:
    """Tell whose it is now, unless they gave it to themself."""
    one, _meeting = await found(unit, follow_id)
    if one.owner_id is not None and one.owner_id != who.me:
        await _put(unit, "followup.given", one, one.owner_id, now, by=who.name)
    return one


async def _relieve(unit: Unit, who: Who, one: FollowUpRow, now: datetime) -> None:
    """Tell whose it was that they need not do it any more, unless they said so themself."""
    if one.owner_id is not None and one.owner_id != who.me:
        await _put(unit, "followup.off", one, one.owner_id, now, under="", by=who.name)  # whatever becomes of it later


async def _put(
    unit: Unit, notice: str, one: FollowUpRow, to: int, now: datetime, *, under: str | None = None, **more: Any
) -> None:
    row = outbox.new_row(
        notice=notice,
        resident_id=to,
        dedupe_key=f"{notice}:{one.id}:{to}:{now.isoformat()}",
        now=now,
        subject=subject(one.id) if under is None else under,
        **(fields_of(one) | more),
    )
    await outbox.put(unit, [row])


def _as_reminded(due: date | None, town: TownSettings, now: datetime) -> datetime | None:
    """Whoever is told of it now needs no reminder of a day on which it is due at once."""
    soon = due is not None and due <= local(now, town.tz).date() + timedelta(days=1)
    return now if soon else None


def _must_be_open(one: FollowUpRow) -> None:
    if not one.is_open:
        raise FollowUpOver(text=one.text)
