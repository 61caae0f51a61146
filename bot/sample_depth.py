"""What Riverbend has beyond shifts and hours: a series, a waiting list, a master and learners, homes, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.desk.actions import publish_shift
from handlers.kit.who import Who
from handlers.power import actions as power
from handlers.reports import actions as reports
from handlers.series import actions as series
from handlers.series import standing
from handlers.shifts.actions import join_shift
from handlers.skills.actions import appoint_master
from handlers.standing import actions as exempt
from handlers.standing.jobs import close_weeks
from storage.queries import homes, shifts
from storage.unit import Unit
from town.facts import Fact
from town.series import Pattern
from town.settings import TownSettings
from town.skills import Wanted
from town.week import at_local

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Riverbend:
    """The town as it has been played so far; `monday` is this week's."""

    unit: Unit
    settings: TownSettings
    opening: datetime
    monday: date
    people: Mapping[str, Who]
    projects: Mapping[str, int]
    topics: Mapping[str, int]

    def at(self, weekday: int, hour: int) -> datetime:
        """A moment of this week."""
        return at_local(self.monday + timedelta(days=weekday), time(hour), self.settings.tz)


async def play(town: Riverbend) -> None:
    """Some days before the opening, in the order in which it happened."""
    await _master_and_learners(town)
    await _series(town)
    await _waiting_list(town)
    await _homes(town)
    await _what_waits(town)
    await close_weeks(town.unit, town.opening, town.settings)


async def _master_and_learners(town: Riverbend) -> None:
    """Pieter teaches baking on Friday: one place is the master's, two are for who learns it."""
    pieter, before = town.people["Pieter van Wyk"], town.at(0, 9)
    baking = town.topics["Baking"]
    await appoint_master(
        town.unit, who=town.people["Naledi Mokoena"], skill_id=baking, resident_id=pieter.me, now=before
    )
    school = await publish_shift(
        town.unit,
        who=pieter,
        project_id=town.projects["Bakery"],
        title="Bread school",
        starts_at=town.at(4, 15),
        length=120,
        place="Mill Lane 2",
        places=5,
        skills={baking: Wanted(1, 2)},
        now=before,
    )
    for name in ("Pieter van Wyk", "Tom Fisher"):
        await join_shift(town.unit, who=town.people[name], shift_id=school, now=before)


async def _series(town: Riverbend) -> None:
    """An evening every Thursday, to which two people come every time."""
    pieter, before = town.people["Pieter van Wyk"], town.at(0, 10)
    kitchen = await series.publish(
        town.unit,
        who=pieter,
        project_id=town.projects["Bakery"],
        title="Evening kitchen",
        every=Pattern((3,)),
        first_day=town.monday,
        last_day=None,
        start=17 * 60,
        length=90,
        place="Mill Lane 2",
        places=4,
        skills={},
        now=before,
    )
    for name in ("Ayesha Patel", "Grace Adams"):
        await standing.begin(town.unit, who=town.people[name], series_id=kitchen, now=before)


async def _waiting_list(town: Riverbend) -> None:
    """More people than places for the animals on Saturday."""
    before = town.at(0, 11)
    starts, ends = town.at(SATURDAY, 15), town.at(SATURDAY, 18)
    for shift in await shifts.between(town.unit, starts, ends):
        if shift.title != "Feeding the animals":
            continue
        for name in ("Willem Smit", "Mateo Ruiz", "Lindiwe Zulu"):
            try:
                await join_shift(town.unit, who=town.people[name], shift_id=shift.id, now=before)
            except Fact:
                continue  # at the same time as another, or there already


async def _homes(town: Riverbend) -> None:
    """Thandi and Zanele share a home, James has one of his own."""
    before = town.at(0, 12)
    shared = await power.register(town.unit, who=town.people["Thandi Nkosi"], meter="RB-2041-7", now=before)
    await homes.move_in(town.unit, town.people["Zanele Moyo"].me, shared.home.id)
    await power.register(town.unit, who=town.people["James Carter"], meter="RB-1187-2", now=before)


async def _what_waits(town: Riverbend) -> None:
    """A report that Pieter may confirm, and an exemption that the mayor decides on."""
    await reports.send(
        town.unit,
        who=town.people["Tom Fisher"],
        project_id=town.projects["Bakery"],
        day=town.monday,
        minutes=60,
        what="Fetched flour from the mill",
        witness_id=town.people["Pieter van Wyk"].me,
        now=town.at(0, 18),
    )
    await exempt.ask(
        town.unit,
        who=town.people["Grace Adams"],
        kind="care",
        first=town.monday + timedelta(weeks=1),
        last=town.monday + timedelta(weeks=3),
        now=town.at(0, 19),
    )
