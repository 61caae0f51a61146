"""Audiences: whom a composed one means in SQL is whom it means when everybody is looked at one by one."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from storage.engine import Database
from storage.queries import audiences, residents, saved_audiences
from storage.queries.audience_kinds import LOOKS_BACK
from storage.sql import select
from storage.tables import (
    Account,
    Exemption,
    HoursEntry,
    HoursReport,
    Meeting,
    MeetingPerson,
    Mute,
    Project,
    Resident,
    ResidentState,
    ResidentTopic,
    RoleGrant,
    Shift,
    Signup,
    Topic,
    WeekClose,
    WeekStanding,
    table_of,
)
from storage.unit import Unit
from town.audience import MOST_STEPS, Audience, Chosen, How, area_of, parse_chosen
from town.settings import TownSettings
from town.week import week_of

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TOWN = TownSettings(zone="Africa/Johannesburg")
WEEK = week_of(NOW, TOWN.tz)
LAST = WEEK - timedelta(days=7)
STREETS = ("1 Mill Lane", "2 mill lane", "Hill Road 7", "Río Seco 3", "")
ROLES = ("mayor", "coordinator", "treasurer", "council")
STANDINGS = ("participating", "short", "exempt", "welcome")
PEOPLE, THINGS = 24, 3


@dataclass
class Someone:
    """A resident as plain sets tell of them."""

    id: int
    here: bool
    joined: datetime
    area: str
    muted: bool
    languages: set[str] = field(default_factory=set)
    of: set[tuple[str, int]] = field(default_factory=set)
    words: set[tuple[str, str]] = field(default_factory=set)
    minutes: int = 0
    carried: int = 0
    exempt: bool = False

    def owes(self) -> int:
        """`town.standing`, said once more: what is missing of the week's hours as the ledger stands."""
        if self.exempt or self.joined >= datetime.combine(LAST, datetime.min.time(), TOWN.tz):
            return 0
        carried = 0 if self.joined >= datetime.combine(WEEK, datetime.min.time(), TOWN.tz) else self.carried
        return max(0, TOWN.required_minutes - self.minutes - carried)


@dataclass
class Ground:
    people: list[Someone]
    saved: dict[int, Chosen]

    def of(self, one: Audience) -> set[int]:
        """Who belongs to one kind of people."""
        return {person.id for person in self.people if person.here and self._is(person, one)}

    def _is(self, person: Someone, one: Audience) -> bool:
        match one.kind:
            case "town":
                return True
            case "owes":
                return person.owes() >= one.id
            case "street":
                return person.area == one.word
            case "language":
                return one.word in person.languages
            case "saved":
                return one.id in self.saved and person.id in self.whole(self.saved[one.id])
            case "role" | "standing":
                return (one.kind, one.word) in person.words
        return (one.kind, one.id) in person.of

    def whole(self, chosen: Chosen) -> set[int]:
        """Who belongs to a composed audience: each step takes what was before as a whole."""
        found = self.of(chosen.first)
        for how, one in chosen.then:
            some = self.of(one)
            found = {How.ALSO: found | some, How.ONLY: found & some, How.NOT: found - some}[how]
        return found


async def _write(unit: Unit, model: SQLModel) -> int:
    """Write a row; its id, 0 where it has none."""
    return int(getattr(await unit.add(model), "id", 0) or 0)


async def _resident(unit: Unit, *, street: str, state: str, joined: datetime) -> int:
    return await residents.make(
        unit,
        name="Somebody",
        street=street,
        state=state,
        free_times=0,
        reminder_early=None,
        reminder_late=None,
        joined_at=joined,
        consent_at=joined,
        consent_version=1,
    )


async def a_person(unit: Unit, dice: random.Random) -> Someone:
    here, street = dice.random() < 0.9, dice.choice(STREETS)
    joined = dice.choice([NOW - timedelta(days=days) for days in (0, 2, 5, 9, 12, 200)])
    state = ResidentState.RESIDENT if here else ResidentState.LEFT
    made = await _resident(unit, street=street, state=state, joined=joined)
    one = Someone(made, here, joined, area_of(street), dice.random() < 0.3)
    for number in range(dice.randint(0, 2)):
        language, address = dice.choice(["en", "es", "zu"]), f"{made}.{number}"
        await _write(unit, Account(channel="web", address=address, resident_id=made, language=language, created_at=NOW))
        one.languages.add(language)
    if one.muted:
        await _write(unit, Mute(resident_id=made, topic="goods", how="me", at=NOW))
    return one


@dataclass
class Things:
    """What people can belong to; shifts with their project, and whether they count for it."""

    projects: list[int]
    topics: list[tuple[str, int]]
    meetings: list[int]
    shifts: list[tuple[int, int, bool]]


async def _things(unit: Unit, dice: random.Random, clerk: int) -> Things:
    numbers = range(THINGS)
    projects = [await _write(unit, Project(name=f"Project {number}", place="", created_at=NOW)) for number in numbers]
    topics = [
        (kind, await _write(unit, Topic(kind=kind, name=f"Something {number}")))
        for kind in ("skill", "interest")
        for number in numbers
    ]
    meetings = [
        await _write(
            unit, Meeting(title="Talk", place="", starts_at=NOW, length=60, audience="town", made_by=clerk, made_at=NOW)
        )
        for _ in numbers
    ]
    shifts = []
    for project in projects:
        for days in (-200, -3, 4):
            starts, off = NOW + timedelta(days=days), dice.random() < 0.2
            shift = Shift(
                project_id=project,
                title="Work",
                place="",
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
                week=week_of(starts, TOWN.tz),
                places=99,
                made_by=clerk,
                made_at=NOW,
                cancelled_at=NOW if off else None,
            )
            shifts.append((await _write(unit, shift), project, not off and starts >= NOW - LOOKS_BACK))
    return Things(projects, topics, meetings, shifts)


async def _hours(unit: Unit, dice: random.Random, one: Someone, clerk: int) -> None:
    """What they gave and carry in, what excuses them, and how the last week was closed for them."""
    if dice.random() < 0.2:
        excused: dict[str, Any] = {"kind": "care", "from_week": LAST, "until_week": WEEK, "state": "approved"}
        await _write(unit, Exemption(resident_id=one.id, asked_at=NOW, **excused))
        one.exempt = True
    closed = dice.choice([*STANDINGS, None])
    one.words.add(("standing", closed or "welcome"))  # who came since the last week was closed is welcome
    if closed is not None:
        one.carried = dice.choice([0, 0, 100, 400])
        figures: dict[str, Any] = {"minutes": 0, "carried_in": 0, "carried_out": one.carried, "missing": 0}
        await _write(unit, WeekStanding(week=LAST, resident_id=one.id, standing=closed, **figures))
    one.minutes = dice.choice([0, 0, 60, 165, 180, 300])
    if one.minutes:
        line: dict[str, Any] = {"key": f"a:{one.id}", "week": WEEK, "minutes": one.minutes, "kind": "shift"}
        await _write(unit, HoursEntry(resident_id=one.id, confirmed_by=clerk, confirmed_at=NOW, **line))


async def _ties(unit: Unit, dice: random.Random, one: Someone, things: Things) -> None:
    """Their roles, what they can do and like, where they were, what they work for."""
    if dice.random() < 0.6:
        role, project, over = dice.choice(ROLES), dice.choice([None, *things.projects]), dice.random() < 0.3
        ended = NOW if over else None
        await _write(unit, RoleGrant(resident_id=one.id, role=role, project_id=project, granted_at=NOW, ended_at=ended))
        one.words |= set() if over else {("role", role)}
        one.of |= {("project", project)} if project is not None and role == "coordinator" and not over else set()
    for kind, topic in things.topics:
        if dice.random() < 0.3:
            await _write(unit, ResidentTopic(resident_id=one.id, topic_id=topic))
            one.of.add((kind, topic))
    for meeting in things.meetings:
        if dice.random() < 0.5:
            here_at = dice.choice([NOW, None])
            await _write(unit, MeetingPerson(meeting_id=meeting, resident_id=one.id, here_at=here_at))
            one.of |= {("meeting", meeting)} if here_at else set()
    for shift, project, counts in things.shifts:
        if dice.random() < 0.2:
            state = dice.choice(["held", "attended", "released", "missed", "waiting"])
            await _write(unit, Signup(shift_id=shift, resident_id=one.id, state=state, joined_at=NOW))
            there = state in ("held", "attended")
            one.of |= {("shift", shift)} if there else set()
            one.of |= {("project", project)} if there and counts else set()
    if dice.random() < 0.2:
        state, project = dice.choice(["confirmed", "waiting"]), dice.choice(things.projects)
        told: dict[str, Any] = {
            "day": date(2026, 11, 20),
            "week": LAST,
            "minutes": 60,
            "what": "",
            "state": state,
            "made_at": NOW,
        }
        decided = NOW if state == "confirmed" else None
        await _write(unit, HoursReport(resident_id=one.id, project_id=project, decided_at=decided, **told))
        one.of |= {("project", project)} if decided else set()


async def a_town(unit: Unit, dice: random.Random) -> Ground:
    clerk = await _resident(unit, street="", state=ResidentState.LEFT, joined=NOW)
    await _write(unit, WeekClose(week=LAST, closed_at=NOW, residents=0))
    things, people = await _things(unit, dice, clerk), [await a_person(unit, dice) for _ in range(PEOPLE)]
    for one in people:
        await _hours(unit, dice, one, clerk)
        await _ties(unit, dice, one, things)
    ground = Ground(people, {})
    for number in range(THINGS):
        chosen = composed(dice, ground, number)
        made = await saved_audiences.keep(unit, name=f"Name {number}", audience=str(chosen), by=clerk, now=NOW)
        assert made is not None
        ground.saved[made] = chosen
    return ground


def kinds_of(ground: Ground, *, saved: bool) -> list[Audience]:
    """Everything that an audience of this town can be made of, and some that is nobody."""
    of = {pair for person in ground.people for pair in person.of}
    found = [Audience("town"), Audience("project", 999_999), Audience("street", word="nowhere at all")]
    found += [Audience(kind, number) for kind, number in sorted(of)]
    found += [Audience("owes", minutes) for minutes in (1, 15, 60, 180)]
    found += [Audience("role", word=word) for word in ROLES] + [Audience("standing", word=word) for word in STANDINGS]
    found += [Audience("language", word=word) for word in ("en", "es", "af")]
    found += [Audience("street", word=area_of(street)) for street in STREETS if street]
    return found + ([Audience("saved", one) for one in (*ground.saved, 999_999)] if saved else [])


def composed(dice: random.Random, ground: Ground, steps: int, *, saved: bool = False) -> Chosen:
    every = kinds_of(ground, saved=saved)
    chosen = Chosen(dice.choice(every))
    for _ in range(steps):
        chosen = chosen.and_then(dice.choice(list(How)), dice.choice(every))
    return chosen


async def means(unit: Unit, chosen: Chosen) -> set[int]:
    whole = await audiences.whole(unit, chosen)
    statement = select(table_of(Resident).c.id).where(audiences.is_of(whole))
    given = audiences.params_of(whole, now=NOW, town=TOWN)
    return {row.id for row in await unit.rows(statement, **given)}


async def test_what_the_database_finds_is_who_is_meant(database_url: str) -> None:
    database = Database(database_url)
    dice = random.Random(20261126)
    async with database.unit() as unit:
        ground = await a_town(unit, dice)
    async with database.reading() as unit:
        everything = [Chosen(one) for one in kinds_of(ground, saved=True)]
        everything += [composed(dice, ground, dice.randint(1, MOST_STEPS - 1), saved=True) for _ in range(60)]
        sizes = set()
        for chosen in everything:
            assert parse_chosen(str(chosen)) == chosen
            wanted = ground.whole(chosen)
            assert await means(unit, chosen) == wanted, str(chosen)
            sizes.add(len(wanted))
        assert len(sizes) > 8, "audiences of many sizes, or nothing was tried"
    await database.close()


async def test_who_would_hear(database_url: str) -> None:
    """A look counts all but who tells it, and of them those who have turned the topic off; it names only others."""
    database = Database(database_url)
    dice = random.Random(7)
    async with database.unit() as unit:
        ground = await a_town(unit, dice)
    by_id = {person.id: person for person in ground.people}
    async with database.reading() as unit:
        for _ in range(15):
            chosen, teller = composed(dice, ground, dice.randint(0, 3), saved=True), dice.choice(ground.people).id
            wanted = ground.whole(chosen) - {teller}
            whole = await audiences.whole(unit, chosen)
            seen = await audiences.look(unit, whole, topic="goods", without=teller, now=NOW, town=TOWN)
            assert (seen.people, seen.muted) == (len(wanted), sum(by_id[one].muted for one in wanted)), str(chosen)
            assert len(seen.names) == min(3, seen.hearing)
            every = await audiences.look(unit, whole, topic="shifts", without=teller, now=NOW, town=TOWN)
            assert every.muted == 0
    await database.close()
