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
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession, CookieJar, TCPConnector
from yarl import URL

from bot.advance import Drainable, advance
from bot.app import App
from bot.channels.web.chats import Chats
from bot.channels.web.cookies import COOKIE, Sessions
from bot.clock import StoppedClock
from bot.settings import Settings
from handlers.kit.who import Who
from handlers.signup.actions import sign_up
from handlers.skills.actions import appoint_master
from storage import inbox, outbox
from storage.queries import homes, residents, roles, topics, warnings
from storage.queries import town as town_queries
from storage.tables import OutboxState, ResidentState, Role
from tests.affairs import Affairs
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.lines import Line, Shown, TelegramLine, WebLine, WhatsAppLine
from tests.opening import OPENING, ReadOn, TownClock, approve_all, start
from tests.person import Person
from tests.quick import forget_towns, keep_all, keep_what_lives
from town.shifts import ALWAYS_FREE
from town.week import week_of

__all__ = ["OPENING", "Person", "Town"]

keep_all()

GREETING = "Good day."
"""What a resident was told long ago."""


class Town(Affairs):
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
        super().__init__(app, clock, channel)
        self.tg = tg
        self.wa = wa
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

    # -- time ----------------------------------------------------------------------------------------------------

    async def moves(self, *, hours: float = 0, days: float = 0) -> None:
        """Put the clock forward; everything due on the way happens."""
        target = self.clock.now() + timedelta(hours=hours, days=days)
        app = self.app
        cards: list[Drainable] = [app.cards, app.progress, *([ReadOn(self.wa)] if self.wa is not None else [])]
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


_NAMES = ("Thandi", "Sipho", "Sofía", "James", "Anna", "Lindiwe", "Mateo", "Grace", "Willem", "Ayesha", "Tom", "Zanele")
