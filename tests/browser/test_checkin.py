"""The check-in page in a browser, as it stands at the place: it renews itself, and counts who comes."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.test_the_week import NARROW, RATIO, WIDE, visit
from tests.browser.visit import Chat, RunningTown, Visit
from town.checkin import code_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Morning rolls"


async def puts_up_a_shift(coordinator: Chat) -> None:
    """One for two people, in three quarters of an hour."""
    await coordinator.writes("/desk")
    await coordinator.taps("New shift", on="Your desk")
    await coordinator.sees("What is to be done?")
    await coordinator.writes(TITLE)
    await coordinator.sees("Which day?")
    await coordinator.writes("today 10:15")
    await coordinator.sees("How long is it?")
    await coordinator.writes("3 h")
    await coordinator.taps_data("w:newshift:place:", on="Where do people meet?")
    await coordinator.sees("How many people are needed?")
    await coordinator.writes("2")
    await coordinator.taps_data("w:newshift:skills:done", on="Which skills does it need?")
    await coordinator.taps("Publish", on="Shall I put this up?")
    await coordinator.sees(f"{TITLE} is up")


async def opens_the_page(browser: Browser, town: RunningTown, coordinator: Chat) -> Visit:
    """The coordinator's way to it: from the shift at the desk, over the picture, to a window of its own."""
    await coordinator.taps("The shift", on=f"{TITLE} is up")
    await coordinator.taps("Check-in code", on=f"{TITLE} (Bakery)")
    link = coordinator.message("The code:").get_by_role("link", name="On a big screen")
    address = await link.get_attribute("href")
    assert address is not None
    assert address.startswith(f"{town.url}/checkin/")
    context = await browser.new_context(locale="es-ES", reduced_motion="reduce")
    return await Visit.open(context, town, address.removeprefix(town.url))


async def shown_code(code: Locator) -> str:
    found = code_in(await code.inner_text())
    assert found is not None
    return found


FITS = """([wide, high]) => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const { width, height } = document.querySelector(".qr").getBoundingClientRect();
  return innerWidth === wide && scrollWidth <= wide && scrollHeight <= high
    && Math.abs(width - height) <= 1 && width > 0.4 * Math.min(wide, high);
}"""
"""Whether all of the page is on a screen of a size, with a QR code that is large there."""


async def test_the_page_at_the_place(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend)
    coordinator, anna = week.phone(1), week.phone(0)
    await coordinator.belongs_to("Pieter van Wyk")
    await puts_up_a_shift(coordinator)
    screen = await opens_the_page(browser, riverbend, coordinator)
    page, code = screen.page, screen.page.get_by_test_id("code")
    await page.evaluate("window.loadedOnce = true")
    await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    await expect(page.get_by_test_id("count")).to_have_text("Nobody has joined yet.")
    await expect(page.get_by_test_id("qr")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en", "the town's language, whoever looks"
    for size in (NARROW, WIDE):
        await page.set_viewport_size(size)
        await page.wait_for_function(FITS, arg=[size["width"], size["height"]])
    for part in (".code", ".note", ".count", ".when", ".town"):
        assert await page.locator(part).evaluate(RATIO) >= 4.5, part

    await anna.writes(await shown_code(code))
    await anna.taps("Yes, I join", on="You hold no place on this shift yet")
    await anna.sees("You are checked in at")
    await expect(page.get_by_test_id("count")).to_have_text("1 of 1 person is here.")

    before = await shown_code(code)
    await week.clock("hour")
    await expect(code).not_to_have_text(re.compile(rf"^{before[:3]} {before[3:]}$"))
    second = week.phone(2)
    await second.writes(before)
    await second.sees("That is not the code of this minute")
    assert await page.evaluate("window.loadedOnce"), "it renews itself without a reload"

    with screen.while_away(), week.while_away():
        await page.clock.install()
        await riverbend.stop()
        await page.clock.run_for(70_000)
        await expect(page.get_by_role("status")).to_contain_text("does not answer")
        await expect(code).to_be_hidden()
        await riverbend.start()
        await page.clock.run_for(10_000)
        await expect(code).to_be_visible()
    assert screen.has_no_complaints()
