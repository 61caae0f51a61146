"""The public pages in a browser: without signing in, on a phone and on a desk, in the dark, and without JavaScript."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from storage.engine import Database
from storage.queries import pictures
from storage.tables import Resident, TownUpdate, UpdatePicture
from tests.browser.test_the_week import NARROW, RATIO
from tests.browser.visit import RunningTown, Visit
from tests.channels.test_news_pages import NUMBERS

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEEK = date(2025, 11, 17)
"""Long gone, so that the town's own draft is of another week."""

DESK: ViewportSize = {"width": 1280, "height": 900}
ALL_THERE = "() => [...document.images].every((image) => image.complete && image.naturalWidth > 0)"
FITS = """() => [...document.querySelectorAll(".masthead, main, main > *, .foot")].every((part) => {
  const { left, right } = part.getBoundingClientRect();
  return left >= 15 && right <= innerWidth - 15;
})"""
SPANISH = "Queridos vecinos: el horno nuevo ya calienta, y esta semana salieron de él 420 panes para todos."
WORDS = (
    "Dear neighbours,\n\nthe new oven is warm at last, and this week it gave 420 loaves of bread to everybody who "
    "wanted one. Thank you, Thandi, Sipho and all the others who carried the bricks in the rain.\n\nOn Saturday we "
    "need six people in the greenhouse. The plan is at https://town.example/plans/greenhouse, and questions are "
    "welcome in the chat.\n\nYours, Naledi"
)


def a_picture() -> bytes:
    """A loaf on a table, as far as rectangles go."""
    image = Image.new("RGB", (1024, 680), (214, 196, 160))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 460, 1024, 680), fill=(120, 82, 50))
    pen.ellipse((260, 240, 780, 560), fill=(176, 112, 48))
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


async def the_mayor_wrote(folder: Path) -> int:
    """Two updates of a town that runs in a folder, the newer one with a photo; its id."""
    database = Database(f"sqlite+aiosqlite:///{folder}/data/townbell.db")
    first = datetime(2025, 11, 1, tzinfo=UTC)
    async with database.unit() as unit:
        mayor = Resident(name="Naledi Mokoena", joined_at=first, consent_at=first, consent_version=1)
        by = (await unit.add(mayor)).id
        for week in (WEEK - timedelta(weeks=1), WEEK):
            at = datetime(week.year, week.month, week.day, 15, tzinfo=UTC) + timedelta(days=6)
            numbers: dict[str, Any] = NUMBERS | {"week": week.isoformat(), "hours": [[week.isoformat(), 740_400]]}
            newer = {"video": "https://video.example/week-47", "texts": json.dumps({"es": SPANISH})}
            when = {"numbers_at": at, "made_at": at, "due_at": at, "sent_at": at}
            said: dict[str, Any] = {"text": WORDS, "language": "en"} | (newer if week == WEEK else {}) | when
            one = TownUpdate(week=week, state="sent", numbers=json.dumps(numbers), **said)
            update_id: int = (await unit.add(one)).id
        picture = await pictures.keep(unit, a_picture(), media_type="image/jpeg", by=by, now=first)
        await unit.add(UpdatePicture(update_id=update_id, picture_id=picture, position=1))
    await database.close()
    return update_id


async def at(context: BrowserContext, town: RunningTown, path: str) -> Visit:
    visit = await Visit.open(context, town, path)
    await visit.page.wait_for_load_state("networkidle")
    return visit


async def fits(page: Page) -> bool:
    """Whether nothing hangs over the side, and every picture that was scrolled to is there."""
    await page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    await page.wait_for_function(ALL_THERE)
    return bool(await page.evaluate(FITS))


async def shot(page: Page, name: str) -> None:
    """A picture of the whole page for who asks for it: TOWNBELL_SHOTS names a folder."""
    if folder := os.environ.get("TOWNBELL_SHOTS"):
        await page.screenshot(path=f"{folder}/shots_news_{name}.png", full_page=True)


async def test_the_news_are_there_for_everybody(millbrook: RunningTown, browser: Browser, tmp_path: Path) -> None:
    update_id = await the_mayor_wrote(tmp_path)
    desk = await browser.new_context(locale="en-GB", viewport=DESK, reduced_motion="reduce")
    visit = await at(desk, millbrook, "/join")
    await visit.page.get_by_test_id("news").click()
    await expect(visit.page.locator(".cards .card")).to_have_count(2)
    assert await fits(visit.page)
    await shot(visit.page, "list_1280")
    await visit.page.get_by_role("link", name="News of the week from Monday 17 November").click()
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("News of the week from Monday 17 November")
    await expect(visit.page.get_by_role("row")).to_have_count(6)
    assert await fits(visit.page)
    await shot(visit.page, "one_1280")
    await desk.grant_permissions(["clipboard-read", "clipboard-write"])
    await visit.page.get_by_test_id("copy").click()
    await expect(visit.page.get_by_test_id("copy")).to_have_text("Copied")
    copied = await visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{millbrook.url}/news/{update_id}"
    await visit.page.get_by_role("link", name="Español").click()
    await expect(visit.page.locator(".words")).to_contain_text("el horno nuevo")
    assert await visit.page.locator("html").get_attribute("lang") == "es"
    assert visit.has_no_complaints()


async def test_the_news_fit_a_phone_in_the_dark_and_without_scripts(
    millbrook: RunningTown, browser: Browser, tmp_path: Path
) -> None:
    update_id = await the_mayor_wrote(tmp_path)
    phone = await browser.new_context(
        locale="zu-ZA", viewport=NARROW, color_scheme="dark", java_script_enabled=False, device_scale_factor=2
    )
    for path, name in (("/news", "list_390_dark"), (f"/news/{update_id}", "one_390_dark")):
        visit = await at(phone, millbrook, path)
        await expect(visit.page.get_by_test_id("copy")).to_have_count(0 if path == "/news" else 1)
        await expect(visit.page.get_by_test_id("copy").or_(visit.page.locator(".nowhere"))).to_be_hidden()
        await shot(visit.page, name)
    await expect(visit.page.get_by_test_id("address")).to_have_value(f"{millbrook.url}/news/{update_id}")
    await expect(visit.page.locator(".mark")).to_contain_text("English")
    day = await browser.new_context(locale="en-GB", viewport=NARROW)
    for path, name in (("/news", "list_390"), (f"/news/{update_id}", "one_390")):
        visit = await at(day, millbrook, path)
        assert await fits(visit.page)
        for part in (".when", ".name", "main a", ".foot a"):
            assert await visit.page.locator(part).first.evaluate(RATIO) >= 4.5, part
        await shot(visit.page, name)
        assert visit.has_no_complaints()
