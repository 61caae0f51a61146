"""Riverbend, the sample town: people, projects and shifts to try everything with, and a clock one can put forward.

It is made by the same actions that a real town's people use, played from three weeks ago, so whatever it shows is as it
would be.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aiogram import Bot
from aiogram.types import Update

from bot import sample_chats, sample_depth, sample_goods, sample_meetings, sample_news, sample_votes
from bot.advance import advance
from bot.clock import Clock, MovingClock
from bot.delivery.worker import DeliveryWorker
from bot.intake import made
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake
from bot.planner import Planner
from bot.sample_depth import Riverbend
from bot.sample_people import NEWCOMERS, PEOPLE, PROJECTS, SHIFTS, SamplePerson
from bot.ticker import Ticker
from handlers.desk.actions import make_project, publish_shift
from handlers.hours.actions import confirm_all
from handlers.kit.topics import INTERESTS, SKILLS
from handlers.kit.who import Who
from handlers.shifts.actions import join_shift
from handlers.signup.actions import sign_up
from locales import _
from storage import outbox
from storage.engine import Database
from storage.queries import residents, roles, topics, town, week
from storage.tables import ResidentState, Role
from storage.unit import Unit
from town.facts import Fact
from town.settings import TownSettings
from town.shifts import ALWAYS_FREE
from town.week import at_local, local, next_monday, week_of

CHANNEL = "web"
SETTINGS = TownSettings(name="Riverbend", zone="Africa/Johannesburg", join_policy="open", currency="ZAR")
OPENING = time(9, 30)  # of a Tuesday: Monday's shift waits for its hours, the week lies ahead


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the town's people as the sample page lists them."""

    account_id: int
    name: str
    role: str
    label: str


class SampleTown:
    """What the sample page needs of the town: its people, and its clock."""

    def __init__(
        self, database: Database, clock: Clock, ticker: Ticker, delivery: DeliveryWorker, planner: Planner
    ) -> None:
        self.database = database
        self.clock = clock
        self.ticker = ticker
        self.delivery = delivery
        self.planner = planner
        self._moving = asyncio.Lock()

    @staticmethod
    async def found(database: Database, clock: Clock) -> None:
        """Found Riverbend, unless it was founded before."""
        async with database.unit() as unit:
            if await town.is_founded(unit):
                return
            opening = _opening(clock.now())
            await town.found(unit, SETTINGS, is_sample=True)
            if isinstance(clock, MovingClock):
                clock.move_to(opening)
                await town.keep_clock_offset(unit, clock.offset)
            await _Founding(unit, opening).play()
        database.engine.clear_compiled_cache()  # most of what founds a town is never said again

    def welcome(self) -> list[tuple[str, str]]:
        """The three people to try."""
        return [(person.name, person.title) for person in PEOPLE if person.phone]

    async def greet(self, intake: Intake, bot: Bot) -> None:
        """Let everybody's chat begin with their own screen: once, however often this is called."""
        async with self.database.reading() as unit:
            by_address = {row.address: row for row in await residents.on_channel(unit, CHANNEL)}
        for person in PEOPLE:
            for number, command in enumerate(person.opens_with):
                address = str(person.address)
                if address in by_address:
                    arrival = Arrival(CHANNEL, f"greet:{address}:{number}", address, person.language)
                    await intake.take(bot, arrival, _said(command, person, self.clock.now(), bot))

    # -- the page ------------------------------------------------------------------------------------------------

    async def people(self, unit: Unit) -> list[Shown]:
        """Everybody who can be chosen for a phone, and one newcomer who has not signed up."""
        settings = await town.settings(unit)
        minutes = await week.of_everybody(unit, week_of(self.clock.now(), settings.tz))
        shown = []
        newcomer = None
        for row in await residents.on_channel(unit, CHANNEL):
            if row.resident_id is None:
                newcomer = newcomer or Shown(
                    row.id, _("A newcomer").unescape(), "", _("Has not signed up yet").unescape()
                )
                continue
            role = await _role(unit, row.resident_id)
            done, asked = minutes.get(row.resident_id, 0), settings.required_minutes
            label = _("{role} · {done} of {required} min", role=role, done=done, required=asked)
            shown.append(Shown(row.id, row.name or "", role, label.unescape()))
        return [*shown, newcomer] if newcomer is not None else shown

    async def phones(self, unit: Unit) -> tuple[int, int, int]:
        """The accounts that the three phones begin with: a resident, the bakery's coordinator, the mayor."""
        by_address = {row.address: row.id for row in await residents.on_channel(unit, CHANNEL)}
        first, second, third = (by_address[str(person.address)] for person in PEOPLE if person.phone)
        return first, second, third

    # -- the clock -----------------------------------------------------------------------------------------------

    async def move(self, by: str) -> None:
        """Put the clock forward by an "hour", a "day" or to next "monday"; what falls due on the way happens."""
        async with self._moving:
            async with self.database.reading() as unit:
                settings = await town.settings(unit)
            now = self.clock.now()
            target = {
                "hour": lambda: now + timedelta(hours=1),
                "day": lambda: at_local(
                    local(now, settings.tz).date() + timedelta(days=1), local(now, settings.tz).time(), settings.tz
                ),
                "monday": lambda: next_monday(now, settings.tz),
            }[by]()
            assert isinstance(self.clock, MovingClock)
            await advance(self.clock, self.ticker, self.delivery, self.planner, target, self._keep)

    async def _keep(self) -> None:
        """Keep how far the clock was put, so that a restart goes on from there."""
        assert isinstance(self.clock, MovingClock)
        async with self.database.unit() as unit:
            await town.keep_clock_offset(unit, self.clock.offset)


def _opening(now: datetime) -> datetime:
    """The coming Tuesday morning in Riverbend."""
    there = local(now, SETTINGS.tz).date()
    tuesday = there + timedelta(days=(1 - there.weekday()) % 7 or 7)
    return at_local(tuesday, OPENING, SETTINGS.tz)


async def _role(unit: Unit, resident_id: int) -> str:
    held = await roles.held_by(unit, resident_id)
    if any(grant.role == Role.MAYOR for grant in held):
        return _("Mayor").unescape()
    coordinates = any(grant.role == Role.COORDINATOR for grant in held)
    return (_("Coordinator") if coordinates else _("Resident")).unescape()


def _said(text: str, person: SamplePerson, now: datetime, bot: Bot) -> Update:
    author = made.person(person.address, name=person.name)
    return made.saying(made.message(0, now, chat=person.address, author=author, text=text), bot)


class _Founding:
    """Plays Riverbend's last week and announces this one and the next, in one transaction."""

    def __init__(self, unit: Unit, opening: datetime) -> None:
        self.unit = unit
        self.opening = opening
        self.monday = week_of(opening, SETTINGS.tz)
        self.start = at_local(self.monday - timedelta(days=21), OPENING, SETTINGS.tz)
        self.people: dict[str, Who] = {}
        self.projects: dict[str, int] = {}

    async def play(self) -> None:
        for kind, names in ((topics.SKILL, SKILLS), (topics.INTEREST, INTERESTS)):
            for name in names:
                await topics.add(self.unit, kind, name)
        self.topics = {
            topic.name: topic.id
            for kind in (topics.SKILL, topics.INTEREST)
            for topic in await topics.listed(self.unit, kind)
        }
        for person in PEOPLE:
            await self._sign_up(person)
        for address in NEWCOMERS:
            await residents.make_account(
                self.unit, channel=CHANNEL, address=str(address), language="en", now=self.start
            )
        await self._projects()
        for weeks in (-1, 0, 1):
            await self._week(self.monday + timedelta(weeks=weeks))
        town = Riverbend(self.unit, SETTINGS, self.opening, self.monday, self.people, self.projects, self.topics)
        await sample_depth.play(town)
        await sample_goods.play(town)
        await sample_votes.play(town)
        await sample_meetings.play(town)
        await sample_news.play(town)
        await sample_chats.play(town)
        await outbox.drop_all(self.unit, "before the sample began")

    async def _sign_up(self, person: SamplePerson) -> None:
        account = await residents.make_account(
            self.unit, channel=CHANNEL, address=str(person.address), language=person.language, now=self.start
        )
        stranger = Who(account, CHANNEL, str(person.address), person.language, None, "", None, SETTINGS)
        await sign_up(
            self.unit,
            who=stranger,
            name=person.name,
            street=person.street,
            skills=[self.topics[name] for name in person.skills],
            interests=[self.topics[name] for name in person.interests],
            free_times=person.free_times or ALWAYS_FREE,
            consent=True,
            join_code=None,
            setup_code=None,
            now=self.start,
        )
        resident_id = await residents.of_account(self.unit, account)
        self.people[person.name] = Who(
            account,
            CHANNEL,
            str(person.address),
            person.language,
            resident_id,
            person.name,
            ResidentState.RESIDENT,
            SETTINGS,
        )

    async def _projects(self) -> None:
        mayor = next(self.people[person.name] for person in PEOPLE if person.role == "mayor")
        await roles.give(self.unit, resident_id=mayor.me, role=Role.MAYOR, project_id=None, by=None, now=self.start)
        for project in PROJECTS:
            made = await make_project(
                self.unit,
                who=mayor,
                name=project.name,
                place=project.place,
                interest_id=self.topics[project.interest],
                now=self.start,
            )
            self.projects[project.name] = made
            await roles.give(
                self.unit,
                resident_id=self.people[project.coordinator].me,
                role=Role.COORDINATOR,
                project_id=made,
                by=mayor.me,
                now=self.start,
            )

    async def _week(self, monday: date) -> None:
        for number, shift in enumerate(SHIFTS):
            project = next(one for one in PROJECTS if one.name == shift.project)
            starts_at = at_local(monday + timedelta(days=shift.weekday), shift.starts, SETTINGS.tz)
            coordinator = self.people[project.coordinator]
            made = await publish_shift(
                self.unit,
                who=coordinator,
                project_id=self.projects[project.name],
                title=shift.title,
                starts_at=starts_at,
                length=shift.minutes,
                place=project.place,
                places=shift.places,
                skills=[self.topics[name] for name in shift.skills],
                now=self.start,
            )
            await self._people_join(made, starts_at, number)
            ended = starts_at + timedelta(minutes=shift.minutes)
            if ended < at_local(self.monday, time(0), SETTINGS.tz):
                mayor = next(self.people[person.name] for person in PEOPLE if person.role == "mayor")
                await confirm_all(self.unit, who=mayor, shift_id=made, now=ended + timedelta(hours=1))

    async def _people_join(self, shift_id: int, starts_at: datetime, number: int) -> None:
        """Some of the town take a place, the same ones each time.

        The three on the phones have the weeks to themselves, but for Thandi on Monday's bread: once Pieter confirms it,
        her week is full.
        """
        joined_at = min(self.opening, starts_at) - timedelta(days=3)
        for place, person in enumerate(PEOPLE):
            waits_for_hours = place == 0 and number == 0 and self._is_this_week(starts_at)
            if not waits_for_hours and (person.phone or (place * 5 + number * 3) % 7 >= 2):
                continue
            try:
                await join_shift(self.unit, who=self.people[person.name], shift_id=shift_id, now=joined_at)
            except Fact:
                continue  # full, or at the same time as another: as it goes

    def _is_this_week(self, instant: datetime) -> bool:
        return week_of(instant, SETTINGS.tz) == self.monday
