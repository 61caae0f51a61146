"""A week of the sample town, lived in a browser: what a newcomer to Townbell does first."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from locales import _, speaking
from tests.browser.visit import Chat, RunningTown, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
TITLE = "Cake & coffee for all"

RATIO = """element => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let ground = element;
  while ((parse(getComputedStyle(ground).backgroundColor)[3] ?? 1) < 1) ground = ground.parentElement;
  const ink = light(parse(getComputedStyle(element).color));
  const paper = light(parse(getComputedStyle(ground).backgroundColor));
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""
"""The contrast of an element's text, as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""


async def visit(
    browser: Browser, town: RunningTown, size: ViewportSize = WIDE, *, dark: bool = False, language: str = "en-GB"
) -> Visit:
    context = await browser.new_context(
        viewport=size, color_scheme="dark" if dark else "light", locale=language, reduced_motion="reduce"
    )
    opened = await Visit.open(context, town)
    await expect(opened.page.locator(".who-name").first).to_have_text("Thandi Nkosi")
    return opened


async def puts_up_a_shift(coordinator: Chat) -> None:
    """The wizard, by typing and tapping: two places tomorrow afternoon, at the project's place."""
    await coordinator.writes("/desk")
    await coordinator.taps("New shift", on="Your desk")
    await coordinator.sees("What is to be done?")
    await coordinator.writes(TITLE)
    await coordinator.sees("Which day?")
    await coordinator.writes("tomorrow 14:30")
    await coordinator.sees("How long is it?")
    await coordinator.writes("90 min")
    await coordinator.taps_data("w:newshift:place:", on="Where do people meet?")
    await coordinator.sees("How many people are needed?")
    await coordinator.writes("2")
    await coordinator.taps_data("w:newshift:skills:done", on="Which skills does it need?")
    preview = coordinator.message("Shall I put this up?")
    for answer in ("Bakery", TITLE, "14:30–16:00", "Mill Lane 2", "Places: 2"):
        await expect(preview).to_contain_text(answer)
    await coordinator.taps("Publish", on="Shall I put this up?")
    await coordinator.sees(re.compile(f"{re.escape(TITLE)} is up"))


async def test_the_towns_week(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend)
    newcomer, coordinator, mayor = (week.phone(slot) for slot in range(3))

    await newcomer.belongs_to("A newcomer")
    await newcomer.root.get_by_role("button", name="Start").click()
    await newcomer.signs_up("Nomsa Khumalo", "River Street")
    await expect(newcomer.root.locator(".who-name")).to_have_text("Nomsa Khumalo")
    await newcomer.taps("My week", on="Welcome, Nomsa Khumalo!")
    await expect(newcomer.message("My week")).to_contain_text("0 of 180 min")

    await puts_up_a_shift(coordinator)
    for one in (newcomer, mayor):
        await one.writes("/shifts")
        await one.taps_data("list:project:", on=re.compile("suit|look for a shift"))
        await one.taps("Bakery", on="Which project?")
        await one.taps_data(f"shift:open:{await shift_id(coordinator)}", on=TITLE)
        await one.taps("Join", on="of 2 places")
        await one.sees("You have a place")

    await week.clock("day")  # 09:30 tomorrow: the reminder of a day before came at 14:30
    reminder = re.compile(rf"reminder of your shift.*{re.escape(TITLE)}", re.S)
    await expect(newcomer.root.locator(".message.town").filter(has_text=reminder)).to_have_count(1)
    await expect(newcomer.key("Can't come", on=reminder)).to_be_visible()
    await newcomer.taps("Coming", on=reminder)
    await newcomer.sees(re.compile("see you there", re.I))

    await week.clock("day")  # past the second reminder and the shift's end
    roster = re.compile(rf"{re.escape(TITLE)} is over")
    await expect(coordinator.message(roster)).to_contain_text("2 people held a place")
    await coordinator.taps("All came", on=roster)
    await coordinator.sees("1 h 30 min is written down for 2 people")
    for one in (newcomer, mayor):
        await one.sees(re.compile(rf"Your hours on {re.escape(TITLE)} are confirmed: 1 h 30 min"))
    await newcomer.writes("/week")
    await expect(newcomer.message("My week").locator(".text")).to_contain_text("90 of 180 min")

    await mayor.writes("/town")
    await mayor.taps("Roles", on="the town's affairs")
    await expect(mayor.message("Roles")).to_contain_text("Pieter van Wyk: coordinator of Bakery")
    assert week.has_no_complaints()


async def shift_id(coordinator: Chat) -> str:
    """The number of the shift that was just put up, from the button that leads to it."""
    data = await coordinator.key("The shift", on=re.compile(f"{re.escape(TITLE)} is up")).get_attribute("data-data")
    assert data is not None
    return data.split(":")[2]


async def test_the_keyboard_alone(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend)
    thandi = week.phone(0)
    await thandi.sees("My week")
    await tab_to(week.page, thandi.box)
    await week.page.keyboard.type("/me")
    await week.page.keyboard.press("Enter")
    await thandi.sees("Thandi Nkosi, Mill Lane")
    await thandi.is_quiet()

    skills = thandi.key("Skills", on="Thandi Nkosi, Mill Lane")
    await tab_to(week.page, skills, back=True)
    assert await skills.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
    await week.page.keyboard.press("Enter")
    await thandi.sees("What can you do?")
    await thandi.is_quiet()
    assert await thandi.message("What can you do?").evaluate("element => element.contains(document.activeElement)")
    await week.page.keyboard.press("Escape")
    await expect(thandi.box).to_be_focused()
    assert week.has_no_complaints()


async def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    for _press in range(60):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("sixty presses of Tab do not lead there")


async def test_a_reload_keeps_the_people_and_what_was_said(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend)
    second = week.phone(1)
    await second.belongs_to("Grace Adams")
    await second.writes("hello there")
    await second.sees("did not understand")
    await second.box.fill("and half a sentence")
    count = await second.messages.count()
    await week.page.reload()
    await expect(second.root.locator(".who-name")).to_have_text("Grace Adams")
    await expect(second.messages).to_have_count(count)
    await expect(second.mine("hello there")).to_have_count(1)
    assert week.has_no_complaints()


async def test_a_restart_loses_nothing_that_was_written(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend)
    thandi = week.phone(0)
    await thandi.sees("My week")
    with week.while_away():
        await riverbend.stop()
        await expect(thandi.root.get_by_test_id("line")).to_contain_text("Reconnecting")
        await thandi.box.fill("/me")
        await thandi.box.press("Enter")
        await expect(thandi.pending).to_contain_text("waiting for the line")
        await riverbend.start()
        await thandi.sees("Thandi Nkosi, Mill Lane")
        await expect(thandi.pending).to_have_count(0)
        await expect(thandi.root.get_by_test_id("line").locator("span")).to_be_hidden()
    await expect(thandi.mine("/me")).to_have_count(1)
    await expect(thandi.root.locator(".message.town").filter(has_text="Thandi Nkosi, Mill Lane")).to_have_count(1)

    await thandi.writes("/week")  # and the line is live again
    await expect(thandi.mine("/week")).to_have_count(1)
    assert week.has_no_complaints()


async def test_a_narrow_screen_shows_one_phone_at_a_time(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend, NARROW)
    phones = [week.phone(slot) for slot in range(3)]
    tabs = week.page.get_by_test_id("tab")
    await expect(tabs).to_have_count(3)
    await only_is_shown(phones, 0)

    await tabs.nth(2).click()
    await expect(tabs.nth(2)).to_have_attribute("aria-pressed", "true")
    await only_is_shown(phones, 2)
    await phones[2].writes("/week")
    await phones[2].sees("My week")

    await week.clock("day")  # Thandi hears nothing, Pieter is asked about a roster
    await expect(tabs.nth(1).locator(".unread")).to_be_visible()
    await tabs.nth(1).click()
    await expect(tabs.nth(1).locator(".unread")).to_be_hidden()
    await phones[1].sees("is over")
    assert await week.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert week.has_no_complaints()


async def only_is_shown(phones: list[Chat], slot: int) -> None:
    for number, phone in enumerate(phones):
        await expect(phone.root.get_by_test_id("composer")).to_be_visible(visible=number == slot)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_all_text_is_easy_to_read(riverbend: RunningTown, browser: Browser, dark: bool) -> None:
    week = await visit(browser, riverbend, dark=dark)
    thandi = week.phone(0)
    await thandi.writes("/me")
    await thandi.taps("Skills", on="Thandi Nkosi, Mill Lane")
    await thandi.sees("Chosen: Baking")
    parts = (".text", ".foot", ".key", ".key.chosen", ".chip", ".who-name", ".who-label", ".day", ".me .foot")
    for part in parts:
        assert await thandi.root.locator(part).first.evaluate(RATIO) >= 4.5, part
    for part in (".town-bar p", "[data-part=time]", "[data-part=day]", "[data-by=hour]"):
        assert await week.page.locator(part).first.evaluate(RATIO) >= 4.5, part
    paper = await week.page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(paper) < 64) if dark else (min(paper) > 192)
    assert week.has_no_complaints()


async def test_everything_has_a_name(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend)
    page = week.page
    await week.phone(0).sees("My week")
    await expect(page.get_by_role("log", name="Chat of Thandi Nkosi")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Write as Thandi Nkosi")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Whose phone is this?")).to_have_count(3)
    await expect(page.get_by_role("button", name="Send")).to_have_count(3)
    await expect(page.get_by_role("group", name="The town's clock")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Riverbend")
    tree = await page.locator("body").aria_snapshot()
    assert not re.findall(r"- (?:button|link|textbox|combobox)(?:$| *\[|:\s)", tree, re.M), tree
    assert not re.search("[▓░]", tree), "a bar is read out block by block"
    assert week.has_no_complaints()


async def test_the_page_speaks_the_visitors_language(riverbend: RunningTown, browser: Browser) -> None:
    week = await visit(browser, riverbend, language="es-ES")
    assert await week.page.locator("html").get_attribute("lang") == "es"
    await expect(week.page.get_by_test_id("clock-now")).to_contain_text("martes")
    with speaking("es"):
        chat = _("Chat of {name}", name="Thandi Nkosi").unescape()
    await expect(week.page.get_by_role("log", name=chat)).to_be_visible()
    assert week.has_no_complaints()
