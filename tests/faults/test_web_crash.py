"""The web chat while its process is killed: a post that is sent again until it is answered counts once."""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientConnectorError, ClientSession, CookieJar

from bot.channels.web.body import MINE
from storage.queries import residents
from storage.sql import select
from storage.tables import Account, table_of
from tests.faults.child import Child, Launcher, environment, free_port, launcher, rows, until
from tests.faults.ground import Ground

PEOPLE, POSTS, KILLS = 5, 20, 8
WORDS = "/week"
OPEN = "The town is at"


@dataclass
class Browser:
    """A page that keeps what was typed or tapped, with its id, and sends it until the town has answered."""

    base: str
    http: ClientSession
    address: str = ""
    greeting: int = 0
    sent: list[tuple[str, str]] = field(default_factory=list)
    """What was posted: the id and the words or data, in order."""
    cut_off: int = 0
    """How often a kill came between a post and its answer."""
    held: bool = False

    async def join(self) -> None:
        page = await (await self.http.get(f"{self.base}/join")).text()
        found = re.search(r'name="csrf"[^>]*value="([^"]+)"', page)
        assert found is not None, page
        form = {"csrf": found[1], "code": ""}
        async with self.http.post(f"{self.base}/join", data=form, headers={"Origin": self.base}) as answer:
            assert answer.status == 200, await answer.text()
        async with self.http.get(f"{self.base}/chat/me/messages") as answer:
            self.greeting = (await answer.json())["messages"][-1]["id"]

    async def post(self, chance: random.Random, shift: int) -> None:
        """Say or tap something; a tap joins or leaves, by turns."""
        body: dict[str, object] = {"id": str(uuid.uuid4())}
        if chance.random() < 0.5:
            data = f"shift:{'release' if self.held else 'join'}:{shift}"
            self.held = not self.held
            self.sent.append((str(body["id"]), data))
            await self._until_answered("taps", body | {"message": self.greeting, "data": data})
        else:
            self.sent.append((str(body["id"]), WORDS))
            await self._until_answered("messages", body | {"text": WORDS})

    async def _until_answered(self, what: str, body: dict[str, object]) -> None:
        headers = {"X-Townbell": "1", "Origin": self.base}
        while True:
            try:
                async with self.http.post(f"{self.base}/chat/me/{what}", json=body, headers=headers) as answer:
                    if answer.status == 200:
                        return
                    assert answer.status in {429, 503}, (answer.status, await answer.text())
                    await asyncio.sleep(float(answer.headers.get("Retry-After", 0.1)))
            except ClientConnectionError as error:
                self.cut_off += not isinstance(error, ClientConnectorError)
                await asyncio.sleep(0.02)


async def settle_in(browsers: list[Browser], ground: Ground) -> int:
    """Make everybody who has joined a resident, while no town runs; returns a shift's id."""
    accounts = table_of(Account)
    async with ground.database.unit() as unit:
        shift = await ground.shift(unit, "Bread", after=timedelta(hours=80), places=PEOPLE)
        found = await unit.rows(select(accounts.c.id, accounts.c.address).order_by(accounts.c.id))
        for browser, (account_id, address) in zip(browsers, found, strict=True):
            browser.address = address
            assert await residents.link(unit, account_id, await ground.person(unit, f"Resident {address}"))
    return shift


@pytest.mark.kills
@pytest.mark.timeout(180)
async def test_posts_are_answered_and_count_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance, file, port = random.Random(), tmp_path / "townbell.db", free_port()
    url, base = f"sqlite+aiosqlite:///{file}", f"http://127.0.0.1:{port}"
    ground = await Ground.prepare(url, tmp_path)
    browsers = [Browser(base, ClientSession(cookie_jar=CookieJar(unsafe=True))) for _ in range(PEOPLE)]
    async with launcher(tmp_path, environment(tmp_path, url, web_port=port)) as town:
        child = await open_town(town)
        for browser in browsers:
            await browser.join()
        assert await child.stop() == 0
        shift = await settle_in(browsers, ground)
        await ground.close()

        async def live(browser: Browser) -> None:
            for _ in range(POSTS):
                await browser.post(chance, shift)

        lives = [asyncio.create_task(live(browser)) for browser in browsers]
        for _ in range(KILLS):
            child = await open_town(town)
            await asyncio.sleep(chance.uniform(0.0, 0.08))
            await child.kill()
        child = await town.start()
        await asyncio.gather(*lives)
        assert await child.stop() == 0
        assert "Traceback" not in town.words(), town.words()
    for browser in browsers:
        await browser.http.close()
    cut_off = sum(browser.cut_off for browser in browsers)
    with capsys.disabled():
        print(f"\n  {KILLS} kills cut off {cut_off} posts")
    assert cut_off >= KILLS // 2, "too few kills met any work"
    nothing_is_there_twice(file, browsers)


async def open_town(town: Launcher) -> Child:
    """Start the town and wait until it has said where it is."""
    before = town.words().count(OPEN)
    child = await town.start()
    await until(lambda: town.words().count(OPEN) > before, "the town is open")
    return child


def nothing_is_there_twice(file: Path, browsers: list[Browser]) -> None:
    """Each post has one inbox row, one line of its own in the history if it was typed, and one answer."""
    assert rows(file, "SELECT count(*) FROM inbox") == [(PEOPLE * (1 + POSTS),)]  # with the greeting of each
    assert rows(file, "SELECT count(*) FROM web_messages WHERE mine") == [(_typed(browsers),)]
    told = rows(file, "SELECT count(*) FROM web_messages WHERE NOT mine")
    assert told == [(PEOPLE + _typed(browsers),)], "a tap changes its screen; all else is one new message each"
    for browser in browsers:
        mine = rows(
            file,
            "SELECT web_messages.key FROM web_messages JOIN accounts ON accounts.id = account_id "
            "WHERE mine AND address = ? ORDER BY web_messages.id",
            browser.address,
        )
        assert [key for (key,) in mine] == [MINE + one for one, words in browser.sent if words == WORDS]
        held = rows(
            file,
            "SELECT count(*) FROM signups JOIN accounts USING (resident_id) "
            "WHERE signups.state = 'held' AND address = ?",
            browser.address,
        )
        assert held == [(int(browser.held),)]
    assert rows(file, "SELECT taken FROM shifts") == [(sum(browser.held for browser in browsers),)]
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]


def _typed(browsers: list[Browser]) -> int:
    return sum(words == WORDS for browser in browsers for _, words in browser.sent)
