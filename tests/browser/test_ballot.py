"""A secret ballot paper in a browser: shown by the page that asked for it, after a reload too, and by no other."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from handlers.polls.opening import NewPoll, make
from storage.engine import Database
from storage.queries import town as town_queries
from storage.queries.polls import Option
from tests.browser.test_a_photo import is_within
from tests.browser.test_the_week import NARROW, visit
from tests.browser.visit import RunningTown, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = "Where shall the new well be?"
PLACES = ["Church Square", "The old mill", "Behind the school", "River Street", "The bakery's yard", "The upper farm"]
MARK = "Only on this device"

ASIDES = """async () => {
  const { Asides } = await import("/static/asides.js");
  const words = (account, id, rev) => new Asides(account).over({ id, rev, at: "09:30", html: "kept" }).html;
  const paper = (message) => ({ message, html: `paper ${message}`, buttons: [] });
  new Asides("a").keep([paper(1), paper(2)]);
  const old = { ...paper(1), since: Date.now() - 91 * 86_400_000 };
  localStorage.setItem("townbell:asides:old", JSON.stringify([old, { ...paper(2), since: Date.now() }]));
  const said = [words("a", 1, 5), words("a", 1, 5), words("b", 1, 5), words("a", 1, 6), words("a", 1, 5)];
  said.push(words("old", 1, 5), words("old", 2, 5));
  const many = new Asides("many");
  for (let id = 1; id <= 70; id += 1) many.keep([paper(id)]);
  said.push(words("many", 10, 5), words("many", 11, 5), words("many", 70, 5));
  many.clear();
  return [...said, words("many", 70, 5)];
}"""
"""What is said in place of messages: by account, message and state of the message; not too many, nor for too long."""


async def ask(folder: Path) -> None:
    """A secret poll of the whole town, as if the mayor had asked it."""
    database = Database(f"sqlite+aiosqlite:///{folder}/data/sample.db")
    try:
        async with database.unit() as unit:
            now = datetime.now(UTC) + await town_queries.clock_offset(unit)
            options = tuple(Option(name, {}) for name in PLACES)
            new = NewPoll(QUESTION, "approval", options, "town", now + timedelta(days=2), secret=True)
            await make(unit, by=1, new=new, town=await town_queries.settings(unit), now=now)
    finally:
        await database.close()


async def kept(page: Page) -> dict[str, str]:
    """What the browser keeps of this page."""
    found: dict[str, str] = await page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    return found


async def key_kept(page: Page) -> str:
    """The key of the paper that this device keeps."""
    found = re.search(r"vote:mark:[0-9]+:([0-9A-Z]{16}):", json.dumps(await kept(page)))
    assert found is not None
    return found[1]


async def test_a_secret_paper_is_this_pages_alone(riverbend: RunningTown, browser: Browser, tmp_path: Path) -> None:
    await ask(tmp_path)
    week = await visit(browser, riverbend)
    other = await Visit.open(week.page.context, riverbend)
    thandi, elsewhere = week.phone(0), other.phone(0)
    await expect(elsewhere.messages.first).to_be_visible()

    await thandi.writes("/polls")
    await thandi.taps(QUESTION[:12], on=QUESTION)
    await thandi.taps_data("vote:take:", on=QUESTION)
    await thandi.sees("Receipt:")
    paper = thandi.message("Receipt:")
    await expect(paper.get_by_text(MARK)).to_be_visible()
    await elsewhere.sees("A ballot paper for")
    await expect(elsewhere.root.get_by_text("Receipt:")).to_have_count(0)

    await thandi.taps("The old mill", on="Receipt:")
    await thandi.taps("Put it in", on="Receipt:")
    await thandi.sees("In the box now: The old mill")
    key = await key_kept(week.page)
    await thandi.writes(f"{key} 2, 4")
    await expect(thandi.mine("•••")).to_have_count(1)
    await expect(thandi.root.get_by_text(f"{key} 2, 4")).to_have_count(0)
    await thandi.sees("In the box now: The old mill, River Street")
    held = await kept(week.page)
    assert [name for name in held if "queue" in name] == []
    assert f"{key} 2, 4" not in json.dumps(held)
    assert key not in await elsewhere.page.content()
    answer = await week.page.context.request.get(f"{riverbend.url}/chat/1/messages?limit=200")
    assert key not in await answer.text()
    assert "In the box now" not in await answer.text()

    await week.page.reload()
    await thandi.sees("In the box now: The old mill, River Street")
    await week.page.set_viewport_size(NARROW)
    for part in (paper, *await paper.get_by_role("button").all()):
        assert await is_within(part, NARROW["width"])
    await thandi.taps("The old mill", on="In the box now")
    await thandi.taps("Put it in", on="In the box now")
    await thandi.sees(re.compile(r"In the box now: River Street"))
    assert await key_kept(week.page) == key
    assert week.has_no_complaints()
    assert other.has_no_complaints()
    said = await other.page.evaluate(ASIDES)
    assert said[:5] == ["paper 1", "paper 1", "kept", "kept", "kept"], "what the town said later takes its place back"
    assert said[5:7] == ["kept", "paper 2"], "what is old is forgotten"
    assert said[7:] == ["kept", "paper 11", "paper 70", "kept"]
