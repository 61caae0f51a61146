"""A real town in a browser: the way in, a chat of one's own, the way out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from tests.browser.visit import RunningTown, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOIN_CODE = "BELLTOWER"


async def knock(browser: Browser, town: RunningTown, *, code: str) -> Visit:
    """Somebody with a browser of their own signs in with a code."""
    visit = await Visit.open(await browser.new_context(locale="en-GB", reduced_motion="reduce"), town)
    await visit.page.wait_for_url("**/join")
    await visit.page.get_by_label("join code").fill(code)
    await visit.page.get_by_role("button", name="Open the chat").click()
    return visit


async def mayor_of(browser: Browser, town: RunningTown) -> Visit:
    """The first mayor, who comes with a setup code and makes a join code for the others."""
    mayor = await knock(browser, town, code=await town.setup_code())
    await mayor.chat.signs_up("Naledi Mokoena", "Church Square")
    await mayor.chat.writes("/town")
    await mayor.chat.taps("Settings", on="the town's affairs")
    await mayor.chat.taps("Join code", on="Settings")
    await mayor.chat.sees("What a newcomer writes to join")
    await mayor.chat.writes(JOIN_CODE)
    await mayor.chat.sees(f"Join code: {JOIN_CODE}")
    return mayor


async def test_the_way_in_the_chat_and_the_way_out(millbrook: RunningTown, browser: Browser) -> None:
    mayor = await mayor_of(browser, millbrook)

    visit = await knock(browser, millbrook, code="no such code")
    await expect(visit.page.get_by_role("alert")).to_contain_text("That code is not right")
    field = visit.page.get_by_label("join code")
    await expect(field).to_have_value("no such code")
    await expect(field).to_have_attribute("aria-invalid", "true")
    visit.complaints.clear()  # the console tells of the 403
    assert not [one for one in await visit.page.context.cookies() if one.get("name") == "townbell"]

    await field.fill(JOIN_CODE.lower())
    await field.press("Enter")
    await visit.page.wait_for_url(re.compile(r":\d+/$"))
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Millbrook")
    (cookie,) = [one for one in await visit.page.context.cookies() if one.get("name") == "townbell"]
    assert (cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("secure")) == (True, "Lax", False)
    assert cookie.get("domain") == urlsplit(millbrook.url).hostname
    assert "townbell" not in await visit.page.evaluate("document.cookie")

    await visit.chat.signs_up("Sipho Dlamini", "River Street")
    await visit.chat.taps("My week", on="Welcome, Sipho Dlamini!")
    await visit.chat.sees("0 of 180 min")
    async with visit.page.expect_response("**/chat/me/seen") as told:  # what is in view counts as read
        await visit.page.reload()
        await visit.chat.sees("0 of 180 min")
    assert (await told.value).status == 200

    await visit.page.get_by_test_id("menu").click()
    await visit.page.get_by_role("button", name="Sign out").click()
    await visit.page.wait_for_url("**/join")
    assert not [one for one in await visit.page.context.cookies() if one.get("name") == "townbell"]
    await visit.page.goto(millbrook.url)
    assert urlsplit(visit.page.url).path == "/join"
    assert mayor.has_no_complaints()
    assert visit.has_no_complaints()


async def test_nobody_sees_anothers_chat(millbrook: RunningTown, browser: Browser) -> None:
    mayor = await mayor_of(browser, millbrook)
    visit = await knock(browser, millbrook, code=JOIN_CODE)
    await visit.chat.signs_up("Sipho Dlamini", "River Street")
    await mayor.chat.writes("my secret plan")
    await mayor.chat.sees("did not understand")
    await visit.page.reload()
    await visit.chat.sees("Welcome, Sipho Dlamini!")
    await expect(visit.page.get_by_text("my secret plan")).to_have_count(0)
    await expect(mayor.page.get_by_text("Sipho Dlamini")).to_have_count(0)

    account = await mayor.page.locator(".phone").get_attribute("data-phone")
    for path in (f"/chat/{account}/messages", "/sample/people", "/sample/clock"):
        answer = await visit.page.context.request.get(millbrook.url + path)
        assert answer.status == 404, path
    stranger = await browser.new_context()
    answer = await stranger.request.get(millbrook.url + "/chat/me/messages")
    assert answer.status == 401
    assert visit.has_no_complaints()


async def test_the_chips_of_a_role_are_for_its_holder(millbrook: RunningTown, browser: Browser) -> None:
    mayor = await mayor_of(browser, millbrook)
    visit = await knock(browser, millbrook, code=JOIN_CODE)
    await visit.chat.signs_up("Sipho Dlamini", "River Street")
    for one in (mayor, visit):
        await one.page.reload()
        await expect(one.chat.root.locator('.chip[data-command="/week"]')).to_be_visible()
    await expect(mayor.chat.root.locator('.chip[data-command="/town"]')).to_be_visible()
    await expect(visit.chat.root.locator('.chip[data-command="/town"]')).to_have_count(0)


async def test_pages_beside_the_chat(millbrook: RunningTown, browser: Browser) -> None:
    visit = await Visit.open(await browser.new_context(locale="en-GB"), millbrook, "/privacy")
    await expect(visit.page.get_by_role("heading", level=1)).to_contain_text("What the town keeps about you")
    await visit.page.get_by_role("link", name="Back", exact=True).click()
    await visit.page.wait_for_url("**/join")
    assert visit.has_no_complaints()

    answer = await visit.page.goto(millbrook.url + "/no/such/page")
    assert answer is not None
    assert answer.status == 404
    await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
    await visit.page.get_by_role("link").click()
    await visit.page.wait_for_url("**/join")
