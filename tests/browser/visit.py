"""A town that runs as its operator starts it, and somebody's browser before it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, WebSocket, expect

from tests.faults.child import Child, Launcher, inherited

ROOT = Path(__file__).resolve().parents[2]
READY = 60  # seconds a start may take while other tests share the machine
ANSWER = 15_000  # ms within which a screen appears

expect.set_options(timeout=ANSWER)

_TELL_OF_CSP = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by the page's policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class RunningTown:
    """`bot.py run` as a process of its own, in a folder of its own; it can be stopped and started again.

    It comes from a nursery, where the house is imported already: that takes longer than most of what is done in it.
    """

    def __init__(self, nursery: asyncio.subprocess.Process, folder: Path, **settings: str) -> None:
        self._nursery = nursery
        self._folder = folder
        self._settings = {"web_port": "0"} | settings
        self._child: Child | None = None
        self._ended: asyncio.Task[int] | None = None
        self.url = ""

    async def start(self) -> None:
        """Start it and wait for its address; a second start takes the same port again."""
        assert self._ended is None
        town = Launcher(self._nursery, self._folder, self._environ)
        so_far = len(town.words())
        self._child = await town.start()
        self._ended = asyncio.create_task(self._child.ended())
        async with asyncio.timeout(READY):
            while (found := re.search(r"http://127\.0\.0\.1:\d+", town.words()[so_far:])) is None:
                assert not self._ended.done(), town.words()
                await asyncio.sleep(0.05)
        self.url = found[0]
        self._settings["web_port"] = str(urlsplit(self.url).port)

    async def stop(self) -> None:
        """Stop it as Ctrl-C does; it ends by itself, without an error."""
        if self._child is None or self._ended is None:
            return
        child, ended, self._child, self._ended = self._child, self._ended, None, None
        if not ended.done():
            os.kill(child.pid, signal.SIGINT)
        try:
            async with asyncio.timeout(READY):
                assert await asyncio.shield(ended) == 0
        finally:
            if not ended.done():
                os.kill(child.pid, signal.SIGKILL)
                await ended

    async def setup_code(self) -> str:
        """The one-time code that makes its sender the mayor."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "bot.py"), "setup-code",
            cwd=self._folder, env=self._environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        output, _errors = await process.communicate()
        assert process.returncode == 0
        return output.decode().strip()

    @property
    def _environ(self) -> dict[str, str]:
        ours = {"data_dir": str(self._folder / "data")} | self._settings  # in a folder where no .env of anybody's lies
        return inherited() | {f"TOWNBELL_{name.upper()}": value for name, value in ours.items()}


class Visit:
    """One browser's page of a town. Whatever goes wrong in it, unseen by its reader, is kept as a complaint."""

    def __init__(self, page: Page, town: RunningTown) -> None:
        self.page = page
        self.town = town
        self.complaints: list[str] = []
        self._is_away = False
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"an error of the page: {error}"))
        page.on("request", self._see)
        page.on("websocket", self._see)

    @classmethod
    async def open(cls, context: BrowserContext, town: RunningTown, path: str = "/") -> Visit:
        context.set_default_timeout(ANSWER)
        await context.add_init_script(_TELL_OF_CSP)
        visit = cls(await context.new_page(), town)
        await visit.page.goto(town.url + path)
        return visit

    @property
    def chat(self) -> Chat:
        """The chat of a resident in a real town."""
        return Chat(self.page, self.page.locator(".phone"))

    def phone(self, slot: int) -> Chat:
        """One of the sample page's three, from 0."""
        return Chat(self.page, self.page.locator(f'.phone[data-slot="{slot}"]'))

    @contextmanager
    def while_away(self) -> Iterator[None]:
        """The server is away: what the browser's console says about that is no complaint."""
        self._is_away = True
        yield
        self._is_away = False

    def has_no_complaints(self) -> bool:
        assert not self.complaints, self.complaints
        return True

    async def clock(self, by: str) -> None:
        """Press a button of the sample town's clock, and wait until all that fell due has happened."""
        await self.page.get_by_test_id(f"clock-{by}").click()
        await expect(self.page.get_by_test_id("clock-status")).to_contain_text("It is now", timeout=60_000)
        await expect(self.page.locator('[data-testid=clock][aria-busy="true"]')).to_have_count(0, timeout=60_000)

    def _hear(self, message: ConsoleMessage) -> None:
        is_network = "ERR_CONNECTION" in message.text or "WebSocket" in message.text
        if message.type in ("error", "warning") and not (self._is_away and is_network):
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, request: Request | WebSocket) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.town.url).netloc:
            self.complaints.append(f"fetched from elsewhere: {request.url}")


class Chat:
    """One phone as its reader uses it."""

    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.log = root.get_by_role("log")
        self.box = root.get_by_role("textbox")
        self.messages = root.get_by_test_id("message")
        self.pending = root.get_by_test_id("pending")
        self.toast = root.get_by_test_id("toast")

    def message(self, words: str | re.Pattern[str]) -> Locator:
        """The newest message of the town that has these words."""
        return self.root.locator(".message.town").filter(has_text=words).last

    def mine(self, words: str) -> Locator:
        """Every message of its reader that is just these words, whether the server has it or not."""
        return self.root.locator(".message.me .text").filter(has_text=re.compile(f"^{re.escape(words)}$"))

    def key(self, label: str, *, on: str | re.Pattern[str]) -> Locator:
        """The button whose label begins so, under the newest message that has the words `on`."""
        name = re.compile(rf"^(\d+\. )?(✓ )?{re.escape(label)}")
        return self.message(on).get_by_role("button", name=name).first

    async def sees(self, words: str | re.Pattern[str]) -> None:
        await expect(self.message(words)).to_be_visible()

    async def taps(self, label: str, *, on: str | re.Pattern[str]) -> None:
        """Tap a button of the screen with the words `on`, and wait until the tap is answered."""
        await self._tap(self.key(label, on=on))

    async def taps_data(self, start: str, *, on: str | re.Pattern[str]) -> None:
        """The same by what a button sends: for labels that are a date, or that may be put another way."""
        await self._tap(self.message(on).locator(f'[data-data^="{start}"]').first)

    async def _tap(self, key: Locator) -> None:
        await self.root.page.bring_to_front()  # a page behind another one is drawn once in a while only
        await key.click()
        await self.is_quiet()

    async def writes(self, words: str) -> None:
        """Write and send with Enter, and wait until it is answered."""
        await self.box.fill(words)
        await self.box.press("Enter")
        await self.is_quiet()
        await expect(self.messages.last).to_have_class(re.compile(r"\btown\b"))  # the answer has a frame of its own

    async def is_quiet(self) -> None:
        """Nothing of this phone's is on its way."""
        await expect(self.root.locator(".key.pressed")).to_have_count(0)
        await expect(self.pending).to_have_count(0)

    async def belongs_to(self, name: str) -> None:
        """Give this phone of the sample page to somebody."""
        people = self.root.get_by_test_id("people")
        option = people.locator("option").filter(has_text=name).first
        await people.select_option(await option.get_attribute("value"))
        await expect(self.root.locator(".who-name")).to_have_text(name)

    async def signs_up(self, name: str, street: str) -> None:
        """Answer the sign-up's questions by tapping and typing; the chat has asked for the language."""
        await self.taps("English", on="language")
        await self.sees("What is your name?")
        await self.writes(name)
        await self.sees(re.compile("street", re.I))
        await self.writes(street)
        await self.taps("Baking", on="What can you do?")
        await self.sees("Chosen: Baking")
        await self.taps("Done", on="Chosen: Baking")
        await self.taps_data("w:signup:interests:done", on="What do you like?")
        await self.taps("Weekday mornings", on="When are you usually free?")
        await expect(self.key("Weekday mornings", on="When are you usually free?")).to_have_class("key chosen")
        await self.taps("Done", on="When are you usually free?")
        await self.taps("Yes", on="or older?")
        await self.taps("I agree", on="Do you agree?")
        await self.sees(f"Welcome, {name}!")
