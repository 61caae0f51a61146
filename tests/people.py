"""The town's people, for tests that read as conversations.

    async def test_the_eleventh_finds_it_full(town: Town) -> None:
        shift = await town.shift("Bread", places=10)
        people = await town.residents(11)
        for person in people:
            await person.joins(shift)
        assert people[10].sees("All places")

Each person sits at a real channel: Telegram is our emulator over HTTP, the web chat is the running server. The same
test runs on every channel (fixture `channel`) and on both databases (fixture `database_url`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar

from aiohttp import ClientSession, CookieJar, TCPConnector
from yarl import URL

from bot.advance import Drainable, advance
from bot.app import App, build
from bot.channels.web.buckets import Pace as RequestPace
from bot.channels.web.buckets import Paces
from bot.channels.web.chats import Chats
from bot.channels.web.cookies import COOKIE, Sessions
from bot.clock import StoppedClock
from bot.delivery.pace import Limits, Pace
from bot.settings import Settings
from handlers.broadcasts.sending import NewBroadcast, propose
from handlers.desk.actions import make_project, publish_shift
from handlers.goods.putting_up import put_up
from handlers.kit import templates
from handlers.kit.who import Who
from handlers.meetings.calling import NewMeeting
from handlers.meetings.calling import call as call_meeting
from handlers.polls.opening import YES_NO, NewPoll
from handlers.polls.opening import make as make_poll
from handlers.signup.actions import sign_up
from handlers.skills.actions import appoint_master
from storage import inbox, outbox
from storage.queries import homes, items, residents, roles, topics, warnings
from storage.queries import town as town_queries
from storage.queries.polls import Option
from storage.tables import BroadcastKind, OutboxState, Resident, ResidentState, Role, Sharing
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.lines import Line, Shown, TelegramLine, WebLine, WhatsAppLine
from tests.quick import forget_towns, keep_all, keep_what_lives
from town.amounts import UNITS
from town.shifts import ALWAYS_FREE
from town.skills import Wanted
from town.week import at_local, local, week_of

keep_all()

OPENING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
"""A Tuesday, 09:30 in the town's zone."""

ZONE = "Africa/Johannesburg"

GREETING = "Good day."
"""What a resident was told long ago."""


class TownClock(StoppedClock):
    """Stands still but for a microsecond at each look: what happens one after the other keeps its order."""

    def now(self) -> datetime:
        self.instant += timedelta(microseconds=1)
        return self.instant


@dataclass
class Person:
    """Somebody of the town. `sees` looks at the last message (and a toast that came with it), `has_seen` at all."""

    town: Town
    name: str
    line: Line
    shown: list[Shown] = field(default_factory=list)
    before: list[Shown] = field(default_factory=list)
    resident_id: int = 0
    account_id: int = 0

    async def looks(self) -> list[Shown]:
        """Read the chat anew: what came unasked is there too."""
        self.before = self.shown
        self.shown = await self.line.messages()
        return self.shown

    async def says(self, text: str) -> Shown:
        """Write something; returns the last message of the town after it."""
        await self.line.say(text)
        return (await self.looks())[-1]

    async def sends_photo(self, photo: bytes) -> Shown:
        """Send a photo, or something that says it is one; returns the last message of the town after it."""
        await self.line.show(photo)
        return (await self.looks())[-1]

    async def taps(self, label: str, *, on: Shown | None = None) -> Shown:
        """Tap the button that begins with `label` (a mark before it does not count), on the newest message with it."""
        message, data = self.button(label, on)
        await self.line.tap(message.id, data)
        return (await self.looks())[-1]

    async def forges(self, data: str, *, on: Shown | None = None) -> Shown:
        """Tap a button that was never shown."""
        await self.line.tap((on or self.last).id, data)
        return (await self.looks())[-1]

    def button(self, label: str, on: Shown | None = None) -> tuple[Shown, str]:
        for message in [on] if on is not None else reversed(self.shown):
            for text, data in message.buttons:
                if text.removeprefix("✓ ").casefold().startswith(label.casefold()):
                    return message, data
        raise AssertionError(f"{self.name} sees no button {label!r}; the last message:\n{self.last}")

    async def joins(self, shift_id: int) -> Shown:
        """Open a shift by its share link and take a place."""
        await self.says(f"/start shift_{shift_id}")
        return await self.forges(f"shift:join:{shift_id}")

    async def speaks(self, language: str) -> None:
        """Change the language with /me, in whatever language it is now."""
        await self.says("/me")
        await self.forges("me:language:0")
        await self.forges(f"w:me:language:{language}")

    @property
    def last(self) -> Shown:
        assert self.shown, f"{self.name} has seen nothing yet"
        return self.shown[-1]

    @property
    def toast(self) -> str:
        return self.line.toast()

    def sees(self, text: str) -> bool:
        """Whether the last message, or the toast of the last tap, has this text.

        A notice may come right behind an answer: the message before it, if no older than the last look, will do too.
        """
        came = [one for one in self.shown[-2:] if one is self.last or one not in self.before]
        found = any(text in one.text for one in came) or text in self.toast
        assert found, f"{self.name} sees:\n{self.last.text}\n{self.last.labels}\ntoast: {self.toast!r}\nnot: {text!r}"
        return found

    def has_seen(self, text: str, times: int | None = None) -> bool:
        """Whether any message of the town has this text; with `times`, just so many."""
        count = sum(text in message.text for message in self.shown)
        wanted = count > 0 if times is None else count == times
        every = "\n---\n".join(message.text for message in self.shown)
        assert wanted, f"{self.name} has seen {text!r} {count} times in:\n{every}"
        return wanted

    def has_not_seen(self, text: str) -> bool:
        return self.has_seen(text, times=0)

    def has_open(self, text: str, times: int) -> bool:
        """Whether just so many messages with this text are unanswered: a message that was tapped becomes its answer.

        On WhatsApp it stays where it is, and its answer comes below.
        """
        answered = self.line.tapped if isinstance(self.line, WhatsAppLine) else set()
        open_ones = [message.text for message in self.shown if text in message.text and message.id not in answered]
        assert len(open_ones) == times, f"{self.name} has {len(open_ones)} with {text!r}:\n" + "\n---\n".join(open_ones)
        return True

    def has_become(self, before: Shown, after: Shown) -> bool:
        """Whether a message became another: the same one, or on WhatsApp the next below it."""
        newer = [message for message in self.shown if message.id > before.id]
        assert before.id == after.id if self.line.changes_in_place else newer == [after], (before, newer, after)
        return True


class Town:
    """A running town with a clock that stands still until it is moved."""

    _opened: ClassVar[set[str]] = set()
    """On which channels there has been a town in this process."""

    def __init__(
        self,
        app: App,
        clock: StoppedClock,
        channel: str,
        tg: TelegramEmulator | None = None,
        wa: WhatsAppEmulator | None = None,
    ) -> None:
        self.app = app
        self.clock = clock
        self.channel = channel
        self.tg = tg
        self.wa = wa
        self._projects: dict[str, int] = {}
        self._memory = 0
        self._browsers: list[ClientSession] = []
        self._web_lines: list[WebLine] = []
        self._connections: TCPConnector | None = None
        self._names = iter(f"{name} {letter}." for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for name in _NAMES)

    @classmethod
    async def open(
        cls,
        settings: Settings,
        channel: str,
        tg: TelegramEmulator | None = None,
        wa: WhatsAppEmulator | None = None,
        **changed: Any,
    ) -> Town:
        """Build and start the real thing. `changed` are town settings, such as `join_policy`.

        `channel` is where its people sit, unless a test says otherwise of somebody.
        """
        clock = TownClock(OPENING)
        if wa is not None:
            wa.now = lambda: clock.instant.timestamp()
            approve_all(wa)
        app = await start(settings, clock, wa, **({"join_policy": "open"} | changed))
        if channel not in cls._opened:  # the first one builds aiogram's models, and more that stays
            cls._opened.add(channel)
            keep_what_lives()
        return cls(app, clock, channel, tg, wa)

    async def restarts(self) -> None:
        """The program stops and starts anew; its people go on where they were."""
        settings = self.app.settings
        await self.app.stop()
        self.app = await start(settings, self.clock, self.wa)
        for line in self._web_lines:
            assert self.app.web is not None
            line.base = self.app.web.address.rstrip("/")

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.close()
        if self._connections is not None:
            await self._connections.close()
        await self.app.stop()
        forget_towns()

    # -- people --------------------------------------------------------------------------------------------------

    async def stranger(self, name: str = "", *, language: str = "en", code: str = "", channel: str = "") -> Person:
        """Somebody who has just opened the chat, and been greeted."""
        name = name or next(self._names)
        line = self._line(name, language, channel)
        person = Person(self, name, line)
        if isinstance(line, WebLine):
            await line.open(code)
            await person.looks()
            return person
        await person.says(f"/start {code}".strip())
        if isinstance(line, WhatsAppLine) and language != "en":  # WhatsApp tells nobody's language
            await person.forges(f"w:signup:language:{language}")
        return person

    def _line(self, name: str, language: str, channel: str = "") -> Line:
        """Somebody's end of a channel, at which nothing was said yet."""
        channel = channel or self.channel
        if channel == "telegram":
            assert self.tg is not None
            return TelegramLine(self.tg, name, language)
        if channel == "whatsapp":
            assert self.wa is not None
            return WhatsAppLine(self.wa, name)
        return self._browser(language)

    def _browser(self, language: str) -> WebLine:
        """Somebody's browser, which has not been here. They share the connections, not the cookies."""
        assert self.app.web is not None
        self._connections = self._connections or TCPConnector(limit=0)
        jar = CookieJar(unsafe=True)  # cookies of an address, not a name
        browser = ClientSession(cookie_jar=jar, connector=self._connections, connector_owner=False)
        self._browsers.append(browser)
        self._web_lines.append(WebLine(self.app.web.address.rstrip("/"), browser, language))
        return self._web_lines[-1]

    async def _greeted(self, name: str, language: str) -> Person:
        """Somebody who has an account and one message of the town's, without the way to them: others test that."""
        if self.channel == "telegram":
            assert self.tg is not None
            on_phone = TelegramLine(self.tg, name, language)
            chat, state = on_phone.person.chat, self.tg.state
            chat.started = True
            hello = state.add_message(chat, state.bot, text=GREETING, html=GREETING).id
            async with self.app.database.unit() as unit:
                known = await inbox.open_update(
                    unit,
                    channel=self.channel,
                    address=on_phone.address,
                    key="",
                    language=language,
                    now=self.clock.now(),
                )
            return Person(self, name, on_phone, [Shown(hello, GREETING, GREETING, ())], account_id=known.account_id)
        if self.channel == "whatsapp":
            return await self._greeted_on_whatsapp(name, language)
        line = self._browser(language)
        token, phone = await Sessions(self.app.database, self.clock, is_secure=False).open(language)
        line.http.cookie_jar.update_cookies({COOKIE: token}, URL(line.base))
        hello = (await Chats(self.app.database, self.clock).say(phone.address, GREETING, [], key="hello")).id
        return Person(self, name, line, [Shown(hello, GREETING, GREETING, ())], account_id=phone.account_id)

    async def _greeted_on_whatsapp(self, name: str, language: str) -> Person:
        assert self.wa is not None
        line, now = WhatsAppLine(self.wa, name), self.clock.now()
        hello = line.person.was_told(GREETING)
        async with self.app.database.unit() as unit:
            known = await inbox.open_update(
                unit, channel=self.channel, address=line.address, key="", language=language, now=now
            )
            await inbox.write_heard(unit, account_id=known.account_id, at=now, phone=line.person.phone)
        return Person(self, name, line, [Shown(hello.id, GREETING, GREETING, ())], account_id=known.account_id)

    async def resident(
        self, name: str = "", *, skills: Sequence[str] = (), interests: Sequence[str] = (), language: str = "en"
    ) -> Person:
        """Somebody who has signed up: by the same action as the conversation's last step."""
        person = await self._greeted(name or next(self._names), language)
        async with self.app.database.unit() as unit:
            settings = await town_queries.settings(unit)
            who = Who(person.account_id, self.channel, person.line.address, language, None, "", None, settings)
            await sign_up(
                unit,
                who=who,
                name=person.name,
                street="Mill Lane",
                skills=await self._topics(unit, topics.SKILL, skills),
                interests=await self._topics(unit, topics.INTEREST, interests),
                free_times=ALWAYS_FREE,
                consent=True,
                join_code=settings.join_code,
                setup_code=None,
                now=self.clock.now(),
            )
            await inbox.write_state(unit, account_id=person.account_id, state=None, data="{}", language=language)
            person.resident_id = await residents.of_account(unit, person.account_id) or 0
            await residents.change(unit, person.resident_id, state=ResidentState.RESIDENT)
        return person

    async def _topics(self, unit: Any, kind: str, names: Sequence[str]) -> list[int]:
        listed = {topic.name: topic.id for topic in await topics.listed(unit, kind)} if names else {}
        return [listed[name] for name in names]

    async def residents(self, count: int) -> list[Person]:
        return [await self.resident() for _ in range(count)]

    async def neighbours(self, count: int, *, short: int = 0, home: bool = False) -> list[Person]:
        """Residents for ten days, who have the benefits; the last `short` of them are without, being short of hours.

        With `home` the first of them share one.
        """
        people, now = await self.residents(count), self.clock.now()
        week = week_of(now, (await self.settings()).tz)
        async with self.app.database.unit() as unit:
            home_id = None
            if home:
                home_id = await homes.make(unit, street="Mill Lane", meter="4711", code="BREAD7", now=now)
            for at, person in enumerate(people):
                is_short = at >= count - short
                joined = now - timedelta(days=24 if is_short else 10)
                mine = {} if is_short or home_id is None else {"household_id": home_id}
                await residents.change(unit, person.resident_id, joined_at=joined, **mine)
                if is_short:
                    await self._warned(unit, person.resident_id, week - timedelta(days=7))
        return people

    async def _warned(self, unit: Any, resident_id: int, week: date) -> None:
        """The note of a week, as if it had been delivered: whoever is short of hours then loses the benefits."""
        key = warnings.note_key(week, resident_id)
        noted = outbox.new_row(notice=warnings.NOTE, resident_id=resident_id, dedupe_key=key, now=self.clock.now())
        await outbox.put(unit, [{**noted, "state": OutboxState.SENT}])

    async def mayor(self, name: str = "Naledi Mokoena") -> Person:
        person = await self.resident(name)
        await self._give(person, Role.MAYOR, None)
        return person

    async def coordinator(self, project: str = "Bakery", name: str = "Pieter van Wyk") -> Person:
        """The coordinator of a project, which is made if there is none."""
        person = await self.resident(name)
        await self._give(person, Role.COORDINATOR, await self.project(project))
        return person

    async def _give(self, person: Person, role: Role, project_id: int | None) -> None:
        async with self.app.database.unit() as unit:
            await roles.give(
                unit, resident_id=person.resident_id, role=role, project_id=project_id, by=None, now=self.clock.now()
            )

    async def master(self, skill: str, name: str = "") -> Person:
        """Somebody whom the town's memory has made a master of a skill."""
        person = await self.resident(name)
        somebody = await self._somebody()
        async with self.app.database.unit() as unit:
            [skill_id] = await self._topics(unit, topics.SKILL, [skill])
            await appoint_master(
                unit, who=somebody, skill_id=skill_id, resident_id=person.resident_id, now=self.clock.now()
            )
        await self.settles()
        await person.looks()
        return person

    async def who(self, person: Person) -> Who:
        """A person as actions know them."""
        async with self.app.database.reading() as unit:
            settings = await town_queries.settings(unit)
        return Who(
            person.account_id,
            self.channel,
            person.line.address,
            "en",
            person.resident_id,
            person.name,
            ResidentState.RESIDENT,
            settings,
        )

    # -- work ----------------------------------------------------------------------------------------------------

    async def project(self, name: str = "Bakery") -> int:
        """A project by name, made if there is none."""
        if name not in self._projects:
            mayor = await self._somebody()
            async with self.app.database.unit() as unit:
                self._projects[name] = await make_project(
                    unit, who=mayor, name=name, place="Mill Lane 2", interest_id=None, now=self.clock.now()
                )
        return self._projects[name]

    async def _somebody(self) -> Who:
        """A mayor on no channel at all, for what has to be there before a test begins."""
        async with self.app.database.unit() as unit:
            settings = await town_queries.settings(unit)
            if not self._memory:
                now = self.clock.now()
                memory = Resident(name="The town's memory", joined_at=now, consent_at=now, consent_version=1)
                self._memory = (await unit.add(memory)).id or 0
                await roles.give(unit, resident_id=self._memory, role=Role.MAYOR, project_id=None, by=None, now=now)
        return Who(0, self.channel, "", "en", self._memory, "The town's memory", ResidentState.RESIDENT, settings)

    async def shift(
        self,
        title: str = "Bread baking",
        *,
        project: str = "Bakery",
        places: int = 10,
        day: int = 1,
        at: str = "09:00",
        minutes: int = 120,
        skills: Sequence[str] = (),
        kinds: Mapping[str, tuple[int, int]] | None = None,
    ) -> int:
        """A shift `day` days from now, at a local time; returns its id.

        `skills` are wishes; `kinds` keeps places: {"Baking": (2, 1)} is two for bakers and one for a learner of it.
        """
        there = local(self.clock.now(), (await self.settings()).tz)
        hour, minute = map(int, at.split(":"))
        when = there.replace(hour=hour, minute=minute, second=0, microsecond=0).time()
        project_id = await self.project(project)
        who = await self._somebody()
        async with self.app.database.unit() as unit:
            return await publish_shift(
                unit,
                who=who,
                project_id=project_id,
                title=title,
                starts_at=at_local(there.date() + timedelta(days=day), when, who.zone),
                length=minutes,
                place="Mill Lane 2",
                places=places,
                skills={
                    skill: Wanted(*kept)
                    for name, kept in (dict.fromkeys(skills, (0, 0)) | dict(kinds or {})).items()
                    for skill in await self._topics(unit, topics.SKILL, [name])
                },
                now=self.clock.now(),
            )

    async def item(self, name: str = "Bread", *, unit: str = "loaf", **columns: Any) -> int:
        """A kind of goods, made if it is not there; its id. Allowances and steps in thousandths, prices in cents."""
        who = await self._somebody()
        async with self.app.database.unit() as db:
            for one in await items.listed(db):
                if one.name == name:
                    return one.id
            given = {"names": "{}", "step": UNITS[unit].step, "sharing": Sharing.FIRST.value} | columns
            made = await items.make(db, {"name": name, "unit": unit, **given}, by=who.me, now=self.clock.now())
        assert made is not None
        return made

    async def batch(
        self,
        item: str = "Bread",
        amount: float = 10,
        *,
        project: str = "Bakery",
        day: int = 0,
        at: str = "16:00",
        hours: float = 2,
        sharing: str = "",
        **of_item: Any,
    ) -> int:
        """Goods put up, to be collected `day` days from now, at a local time, for some hours; the batch's id."""
        item_id, project_id = await self.item(item, **of_item), await self.project(project)
        town, now = await self.settings(), self.clock.now()
        there = local(now, town.tz)
        hour, minute = map(int, at.split(":"))
        starts_at = at_local(there.date() + timedelta(days=day), time(hour, minute), town.tz)
        who = await self._somebody()
        async with self.app.database.unit() as unit:
            kept = await items.get(unit, item_id)
            assert kept is not None
            made = await put_up(
                unit,
                by=who.me,
                item=kept,
                project_id=project_id,
                quantity=round(amount * 1000),
                windows=[(starts_at, starts_at + timedelta(hours=hours))],
                place="Mill Lane 2",
                town=town,
                now=now,
                sharing=sharing,
            )
        assert made is not None
        return made

    async def poll(
        self,
        question: str = "Shall we build a well?",
        options: Sequence[str] = (),
        *,
        by: Person | None = None,
        audience: str = "town",
        hours: float | None = 48,
        **asked: Any,
    ) -> int:
        """A poll, open to its audience for some hours (None: until somebody closes it); its id.

        Without options it asks for yes or no; `asked` are more fields of `handlers.polls.opening.NewPoll`.
        """
        by_id, now = (await self._somebody()).me if by is None else by.resident_id, self.clock.now()
        new = NewPoll(
            question=question,
            kind=asked.pop("kind", "single" if options else "yesno"),
            options=tuple(Option(name, {}) for name in options) or YES_NO,
            audience=audience,
            closes_at=None if hours is None else now + timedelta(hours=hours),
            **asked,
        )
        async with self.app.database.unit() as unit:
            return await make_poll(unit, by=by_id, new=new, town=await town_queries.settings(unit), now=now)

    async def meeting(
        self,
        title: str = "Spring meeting",
        *,
        by: Person | None = None,
        audience: str = "town",
        day: int | None = 2,
        at: str = "18:00",
        minutes: int = 120,
        **columns: Any,
    ) -> int:
        """A meeting that its audience is invited to, `day` days from now at a local time; its id."""
        town, by_id = await self.settings(), (await self._somebody()).me if by is None else by.resident_id
        hour, minute = map(int, at.split(":"))
        there = local(self.clock.now(), town.tz)
        starts = None if day is None else at_local(there.date() + timedelta(days=day), time(hour, minute), town.tz)
        new = NewMeeting(title=title, audience=audience, starts_at=starts, length=minutes, place="Town hall", **columns)
        async with self.app.database.unit() as unit:
            return await call_meeting(unit, by=by_id, new=new, town=town, now=self.clock.now())

    async def broadcast(
        self,
        text: str = "The river is high.",
        *,
        by: Person | None = None,
        audience: str = "town",
        **columns: Any,
    ) -> int:
        """A message to an audience, which begins at once; its id. `columns` are of `NewBroadcast`, such as `due_at`."""
        by_id = (await self._somebody()).me if by is None else by.resident_id
        given: dict[str, Any] = {"kind": BroadcastKind.MESSAGE, "topic": "appeals", "language": "en"} | columns
        new = NewBroadcast(audience=audience, text=text, **given)
        async with self.app.database.unit() as unit:
            town = replace(await town_queries.settings(unit), second_approver="never")
            return await propose(unit, by=by_id, new=new, town=town, now=self.clock.now())

    async def settings(self) -> Any:
        async with self.app.database.reading() as unit:
            return await town_queries.settings(unit)

    # -- time ----------------------------------------------------------------------------------------------------

    async def moves(self, *, hours: float = 0, days: float = 0) -> None:
        """Put the clock forward; everything due on the way happens."""
        target = self.clock.now() + timedelta(hours=hours, days=days)
        app = self.app
        cards: list[Drainable] = [app.cards, app.progress, *([_ReadOn(self.wa)] if self.wa is not None else [])]
        await advance(self.clock, app.ticker, app.delivery, app.planner, target, cards=cards)

    async def settles(self) -> None:
        """Let everything that is due now be done and delivered, what waits already first: jobs may follow from that."""
        await self.app.delivery.drain()
        await self.app.ticker.tick()
        await self.app.planner.drain()
        await self.app.delivery.drain()
        await self.app.cards.drain()
        await self.app.progress.drain()
        if self.wa is not None:
            await self.wa.settled(10)
        await asyncio.sleep(0)


async def start(settings: Settings, clock: StoppedClock, wa: WhatsAppEmulator | None = None, **changed: Any) -> App:
    """Build and start the program, as quick as tests want it. `changed` are town settings."""
    at_once = RequestPace(1_000_000, 1_000_000.0)
    paces = Paces(posts=at_once, wrong_codes=at_once, new_sessions=at_once)
    quick = Pace(Limits().scaled(0.001))
    whatsapp_pace = quick_on_whatsapp(settings) if wa is not None else None
    app = await build(settings, clock=clock, pace=quick, paces=paces, whatsapp_pace=whatsapp_pace)
    if changed:
        async with app.database.unit() as unit:
            await town_queries.keep(unit, replace(await town_queries.settings(unit), **changed))
    # It looks when a test says so, not besides: the clock stands still anyway.
    app.ticker.start = partial(app.ticker._scheduler.start, paused=True)  # type: ignore[method-assign]
    await app.start()
    if wa is not None:
        wa.hook = whatsapp_hook(app)
    return app


class _ReadOn:
    """People read what has come before the clock goes on."""

    def __init__(self, wa: WhatsAppEmulator) -> None:
        self._wa = wa

    async def drain(self) -> None:
        await self._wa.settled(10)


def quick_on_whatsapp(settings: Settings) -> Pace:
    """WhatsApp's pace, a thousand times as fast."""
    from bot.delivery.whatsapp import limits  # pywa: only for the tests that need it

    return Pace(limits(settings.whatsapp_messages_per_second).scaled(0.001))


def whatsapp_hook(app: App) -> str:
    """Where WhatsApp is to call a town."""
    assert app.whatsapp is not None
    base = app.web.address if app.web is not None else f"http://127.0.0.1:{app.whatsapp.port}"
    return f"{base}{app.settings.whatsapp_path}"


def approve_all(wa: WhatsAppEmulator) -> None:
    """Approve every template of the house, in every language."""
    for one in templates.submissions():
        wa.templates.approve(**one)


_NAMES = ("Thandi", "Sipho", "Sofía", "James", "Anna", "Lindiwe", "Mateo", "Grace", "Willem", "Ayesha", "Tom", "Zanele")
