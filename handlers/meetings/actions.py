"""A meeting as people see it, whether they come, and what those who run it do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.kit.who import Who
from handlers.meetings import calling, present, running
from handlers.meetings.calling import NewMeeting
from handlers.meetings.present import Presence
from handlers.meetings.running import found, must_be_on
from handlers.polls.entitled import must_call, sits_on_council
from handlers.roles.actions import duties_here, must_be_resident
from storage import outbox
from storage.queries import audiences, guests, meetings, projects, roles
from storage.queries.guests import Guest, Numbers
from storage.queries.meetings import Listed, MeetingRow
from storage.unit import Unit
from town.audience import PROJECT, TOWN, parse
from town.facts import (
    BadCompany,
    MeetingBegun,
    MeetingOver,
    MeetingUndated,
    NotFound,
    NotInvited,
)
from town.meetings import MOST_PEOPLE, has_begun, is_over

YES, MAYBE, NO = "yes", "maybe", "no"


@dataclass(frozen=True, slots=True)
class Page:
    """A meeting as somebody sees it: `mine` is None for who was not invited; `secretary` and `project` are names.

    `running`: they run it; `may_come`: they may answer and check in; `poll` looks for a date.
    """

    meeting: MeetingRow
    mine: Guest | None
    numbers: Numbers
    presence: Presence
    caller: str
    secretary: str
    project: str
    running: bool
    may_come: bool
    poll: int | None


# -- for everybody -----------------------------------------------------------------------------------------------------


async def coming(unit: Unit, *, who: Who) -> list[Listed]:
    """The meetings that are not over. Raises NotAllowed."""
    return await meetings.coming(unit, must_be_resident(who))


async def past(unit: Unit, *, who: Who) -> list[Listed]:
    """The meetings that are over. Raises NotAllowed."""
    return await meetings.past(unit, must_be_resident(who))


async def page(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> Page:
    """All there is to know of a meeting: any resident may. Raises NotAllowed or NotFound."""
    me = must_be_resident(who)
    meeting = await found(unit, meeting_id)
    mine, numbers = await guests.mine(unit, meeting_id, me), await guests.numbers(unit, meeting_id)
    waiting = await meetings.date_polls(unit, meeting_id) if meeting.starts_at is None else []
    return Page(
        meeting,
        mine,
        numbers,
        present.against(meeting, numbers.here),
        await _name(unit, meeting.made_by),
        "" if meeting.secretary_id is None else await _name(unit, meeting.secretary_id),
        "" if meeting.project_id is None else await projects.name_of(unit, meeting.project_id),
        await running.may_run(unit, who, meeting),
        mine is not None or await audiences.belongs(unit, parse(meeting.audience), me, now=now),
        waiting[0] if waiting else None,
    )


async def _name(unit: Unit, resident_id: int) -> str:
    person = await roles.resident(unit, resident_id)
    return "" if person is None else person.name


async def must_be_invited(unit: Unit, meeting: MeetingRow, resident_id: int, now: datetime) -> Guest | None:
    """What is known of somebody who is invited, or belongs to the audience since. Raises NotInvited."""
    mine = await guests.mine(unit, meeting.id, resident_id)
    if mine is None and not await audiences.belongs(unit, parse(meeting.audience), resident_id, now=now):
        raise NotInvited(title=meeting.title)
    return mine


async def answer(
    unit: Unit, *, who: Who, meeting_id: int, coming: str, people: int | None = None, now: datetime
) -> MeetingRow:
    """Say whether one comes, and how many people that makes (None: as many as before); until the meeting begins.

    Raises NotAllowed, NotFound, MeetingOff, MeetingOver, MeetingBegun, MeetingUndated, NotInvited or BadCompany.
    """
    me = must_be_resident(who)
    # Whoever calls it off, moves it or writes its reminders sees this answer, or is seen by it.
    meeting = await meetings.stays(unit, meeting_id)
    if meeting is None:
        raise NotFound(what="meeting")
    must_be_on(meeting)
    if meeting.starts_at is None:
        raise MeetingUndated(title=meeting.title)
    if is_over(meeting, now):
        raise MeetingOver(title=meeting.title)
    if has_begun(meeting, now):
        raise MeetingBegun(title=meeting.title)
    mine = await must_be_invited(unit, meeting, me, now)
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        raise BadCompany(most=MOST_PEOPLE)
    many = people or (mine.people if mine is not None else 1)
    await guests.answer(unit, meeting_id, me, coming=coming, people=1 if coming == NO else many, now=now)
    if coming == NO:
        await outbox.withdraw(unit, guests.reminders(meeting_id), resident_id=me)
    return meeting


# -- for who calls one -------------------------------------------------------------------------------------------------


async def call(unit: Unit, *, who: Who, new: NewMeeting, now: datetime) -> MeetingRow:
    """Call a meeting. Raises NotAllowed, NotFound (secretary)."""
    await must_call(unit, who, parse(new.audience), new.project_id)
    await must_live_here(unit, new.secretary_id)
    meeting_id = await calling.call(unit, by=who.me, new=new, town=who.town, now=now)
    return await found(unit, meeting_id)


async def must_live_here(unit: Unit, resident_id: int | None) -> None:
    """Raises NotFound for somebody who is no resident (None: it is about nobody)."""
    if resident_id is not None and await roles.resident(unit, resident_id) is None:
        raise NotFound(what="resident")


async def callable_audiences(unit: Unit, *, who: Who, now: datetime) -> list[tuple[str, int | None, str]]:
    """Whom somebody may call to a meeting: (audience, project, name of the project). Raises NotAllowed for nobody."""
    must_be_resident(who)
    duties = await duties_here(unit, who)
    allowed: list[tuple[str, int | None, str]] = []
    if duties.everywhere:
        allowed += [(TOWN, None, "")]
        allowed += [(f"role:{role}", None, "") for role in ("council", "coordinator")]
    elif await sits_on_council(unit, who):
        allowed += [("role:council", None, "")]
    for project in await projects.listed(unit):
        if duties.covers(project.id):
            allowed.append((f"{PROJECT}:{project.id}", project.id, project.name))
    if not allowed:
        await must_call(unit, who, parse(TOWN))
    return allowed
