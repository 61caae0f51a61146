"""What a coordinator does at the desk: projects, and putting up, changing and cancelling shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.cover.actions import keep_up
from handlers.desk.kinds import change_kinds, check_fewest, of_the_list
from handlers.desk.telling import fields_of, tell_line, tell_of_change, urgent
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate, must_coordinate_town
from handlers.shifts import passing_on
from handlers.tasks import stopping
from storage import outbox
from storage.queries import changes, projects, roster, topics, waiting
from storage.queries.projects import ProjectRow
from storage.queries.shifts import ShiftRow
from storage.unit import Unit
from town.facts import BadPlaces, NameTaken, NotFound, ShiftCancelled, ShiftGone, ShiftStarted
from town.settings import TownSettings
from town.shifts import SHORTEST, TITLE_MOST, check_new
from town.skills import Skills, check_kinds
from town.text import clean
from town.week import week_of

MOST_NAME = 40
MOST_PLACE = 80

# -- projects ----------------------------------------------------------------------------------------------------------


async def project_of(unit: Unit, project_id: int) -> ProjectRow:
    """A project that goes on. Raises NotFound."""
    project = await projects.get(unit, project_id)
    if project is None:
        raise NotFound(what="project")
    return project


async def my_projects(unit: Unit, *, who: Who) -> list[ProjectRow]:
    """The projects that somebody coordinates, by name. Raises NotAllowed for somebody without any duty."""
    duties = await must_coordinate(unit, who)
    return [project for project in await projects.listed(unit) if duties.covers(project.id)]


async def make_project(unit: Unit, *, who: Who, name: str, place: str, interest_id: int | None, now: datetime) -> int:
    """Begin a project; returns its id. Raises NotAllowed, TextEmpty, TextTooLong, NameTaken, NotFound."""
    await must_coordinate_town(unit, who)
    name, place = clean(name, MOST_NAME), clean(place, MOST_PLACE)
    await _check_interest(unit, interest_id)
    project_id = await projects.make(unit, name=name, place=place, interest_id=interest_id, now=now)
    if project_id is None:
        raise NameTaken(name=name)
    return project_id


async def rename_project(unit: Unit, *, who: Who, project_id: int, name: str) -> None:
    """Raises NotAllowed, NotFound, TextEmpty, TextTooLong, NameTaken."""
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    name = clean(name, MOST_NAME)
    if not await projects.rename(unit, project_id, name):
        raise NameTaken(name=name)


async def move_project(unit: Unit, *, who: Who, project_id: int, place: str) -> None:
    """Give a project another place; planned shifts keep theirs. Raises NotAllowed, NotFound, TextEmpty, TextTooLong."""
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    await projects.move(unit, project_id, clean(place, MOST_PLACE))


async def set_project_interest(unit: Unit, *, who: Who, project_id: int, interest_id: int | None) -> None:
    """Raises NotAllowed, NotFound."""
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    await _check_interest(unit, interest_id)
    await projects.set_interest(unit, project_id, interest_id)


async def _check_interest(unit: Unit, interest_id: int | None) -> None:
    listed = {topic.id for topic in await topics.listed(unit, topics.INTEREST)}
    if interest_id is not None and interest_id not in listed:
        raise NotFound(what="topic")


# -- shifts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a change: the shift as it is, how many were told, and how many hold another one at that time."""

    shift: ShiftRow
    told: int = 0
    clashing: int = 0
    same: bool = False


async def publish_shift(
    unit: Unit,
    *,
    who: Who,
    project_id: int,
    title: str,
    starts_at: datetime,
    length: int,
    place: str,
    places: int,
    skills: Skills,
    now: datetime,
) -> int:
    """Put up a shift; returns its id. `length` in minutes; `skills` are of the list, others are left out.

    Raises NotAllowed, NotFound, TextEmpty, TextTooLong, DateInPast, BadLength, BadPlaces, KindsTooMany.
    """
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    check_new(title, starts_at, length, places, now, who.town)
    kinds = await of_the_list(unit, skills)
    check_kinds(kinds, places)
    shift_id = await roster.make(
        unit,
        project_id=project_id,
        title=clean(title, TITLE_MOST),
        place=clean(place, MOST_PLACE),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=length),
        week=week_of(starts_at, who.zone),
        places=places,
        made_by=who.me,
        now=now,
    )
    await roster.set_skills(unit, shift_id, kinds)
    return shift_id


async def change_shift(
    unit: Unit,
    *,
    who: Who,
    shift_id: int,
    now: datetime,
    title: str | None = None,
    starts_at: datetime | None = None,
    length: int | None = None,
    place: str | None = None,
    places: int | None = None,
    skills: Skills | None = None,
) -> Change:
    """Change what is given of a shift that has not started.

    Everybody on it is told of another title, time or place, and of a shift of theirs that it clashes with now; they
    keep their places. Raises NotAllowed, ShiftGone, ShiftCancelled, ShiftStarted, TextEmpty, TextTooLong, DateInPast,
    BadLength, BadPlaces, PlacesTaken, FewestPlaces, KindsTooMany, OpenPlacesTaken.
    """
    shift = await _changeable(unit, who, shift_id, now)
    changed = _changed(
        shift, who.town, now, title=title, starts_at=starts_at, length=length, place=place, places=places
    )
    if not await roster.change(unit, changed):
        check_fewest(shift, changed.places)
    rearranged = skills is not None and await change_kinds(unit, changed, skills)
    if rearranged or changed.places > shift.places:
        await passing_on.fill(unit, shift_id, town=who.town, now=now)
    same = changed == shift and not rearranged
    if fields_of(changed) == fields_of(shift):
        if changed.free <= 0:
            await stopping.shift_full(unit, changed, now=now)
        return Change(changed, same=same)
    await stopping.shift_moved(unit, changed, now=now)
    await roster.forget_reminders(unit, shift_id)
    if (changed.starts_at, changed.ends_at) != (shift.starts_at, shift.ends_at):
        await roster.unconfirm(unit, shift_id)
        await keep_up(unit, changed, town=who.town, now=now)
    clashing = await changes.clashes(unit, shift_id, changed.starts_at, changed.ends_at)
    told = await tell_of_change(unit, shift, changed, clashing, town=who.town, now=now)
    told += await tell_line(unit, shift, changed, town=who.town, now=now)
    return Change(changed, told, clashing=len({clash.resident_id for clash in clashing}))


async def cancel_shift(unit: Unit, *, who: Who, shift_id: int, now: datetime, tell: bool = True) -> int:
    """Cancel a shift that has not started and tell everybody on it or in line for it; returns how many.

    Without `tell` nobody is: whoever cancels many at once tells each person once.
    Raises NotAllowed, ShiftGone, ShiftCancelled, ShiftStarted.
    """
    shift = await _changeable(unit, who, shift_id, now)
    if not await roster.cancel(unit, shift_id, now):
        raise ShiftStarted(title=shift.title)
    await stopping.shift_gone(unit, shift, now=now)
    await roster.forget_reminders(unit, shift_id)
    # What nobody has heard of yet no longer matters.
    await outbox.withdraw(unit, f"shift:{shift_id}")
    for subject in (changes.subject(shift_id), passing_on.offers(shift_id)):
        await outbox.withdraw(unit, subject)
    told = 0
    if tell:
        told = await roster.tell_everybody(
            unit,
            shift_id,
            notice="shift.cancelled",
            cause=f"shift.cancelled:{shift_id}",
            fields=fields_of(shift),
            urgent=urgent(shift.starts_at, who.town, now),
            now=now,
        )
    await waiting.drop(unit, shift_id)
    await keep_up(unit, shift._replace(cancelled_at=now), town=who.town, now=now)
    return told


async def shift_at_desk(unit: Unit, *, who: Who, shift_id: int) -> ShiftRow:
    """A shift for somebody who coordinates its project. Raises ShiftGone, NotAllowed."""
    shift = await roster.get(unit, shift_id)
    if shift is None:
        raise ShiftGone(title="")
    await must_coordinate(unit, who, shift.project_id)
    return shift


async def _changeable(unit: Unit, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    shift = await roster.get(unit, shift_id, lock=True)
    if shift is None:
        raise ShiftGone(title="")
    await must_coordinate(unit, who, shift.project_id)
    check_changeable(shift, now)
    return shift


def check_changeable(shift: ShiftRow, now: datetime) -> None:
    """Raises ShiftCancelled or ShiftStarted."""
    if shift.cancelled_at is not None:
        raise ShiftCancelled(title=shift.title)
    if shift.starts_at <= now:
        raise ShiftStarted(title=shift.title)


def _changed(
    shift: ShiftRow,
    town: TownSettings,
    now: datetime,
    *,
    title: str | None,
    starts_at: datetime | None,
    length: int | None,
    place: str | None,
    places: int | None,
) -> ShiftRow:
    starts = starts_at or shift.starts_at
    # What stays is not judged again: the town may have changed its bounds since.
    check_new(
        shift.title if title is None else title,
        starts,
        SHORTEST if length is None else length,
        1 if places is None else places,
        now,
        town,
    )
    minutes = shift.minutes if length is None else length
    return shift._replace(
        title=shift.title if title is None else clean(title, TITLE_MOST),
        place=shift.place if place is None else clean(place, MOST_PLACE),
        starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes),
        week=week_of(starts, town.tz),
        places=shift.places if places is None else places,
    )


def read_places(text: str) -> int:
    """A number of places as it is typed. Raises BadPlaces."""
    typed = text.strip()
    if not typed.isdecimal() or len(typed) > 6:
        raise BadPlaces(given=typed)
    return int(typed)
