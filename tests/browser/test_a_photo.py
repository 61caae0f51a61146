"""A photo from a phone's browser: the way to it is there while the town waits for one, and no longer."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, expect

from tests.browser.test_the_week import NARROW, visit
from tests.browser.visit import RunningTown

pytestmark = pytest.mark.asyncio(loop_scope="session")

ITEM = "Blue plates"
WAITING = f"Send me a photo of {ITEM}"


def large_photo(folder: Path) -> Path:
    """A PNG of several megapixels, as large as the server would never take it."""
    noise = Image.effect_noise((3000, 2000), 60).convert("RGB")
    file = folder / "plates.png"
    noise.save(file, compress_level=1)
    assert file.stat().st_size > 2 * 2**20
    return file


async def is_within(part: Locator, width: int) -> bool:
    box = await part.bounding_box()
    assert box is not None
    return box["x"] >= 0 and box["x"] + box["width"] <= width


async def test_a_photo_of_an_item(riverbend: RunningTown, browser: Browser, tmp_path: Path) -> None:
    week = await visit(browser, riverbend)
    await week.page.set_viewport_size(NARROW)
    await week.page.locator(".tab").nth(1).click()
    pieter = week.phone(1)
    snap, file = pieter.root.get_by_test_id("snap"), pieter.root.get_by_test_id("file")
    await expect(snap).to_be_hidden()
    await pieter.writes("/stock")
    await pieter.taps_data("stock:items", on="The goods desk")
    await pieter.taps_data("stock:newitem", on="Items")
    await pieter.sees("What is it called?")
    await pieter.writes(ITEM)
    await pieter.taps_data("w:item:unit:piece", on="What is it counted or measured in?")
    await pieter.taps_data("w:item:allowance:none", on="How much may one resident have")
    await pieter.taps_data("w:item:home_allowance:none", on="And one home")
    await pieter.taps_data("w:item:price:none", on="cost those who do not have")
    await pieter.taps_data("w:item:sharing:first", on="shared?")
    await pieter.taps("Picture", on="It is on the list now")
    await pieter.sees(WAITING)
    await expect(snap).to_be_visible()
    assert await is_within(snap, NARROW["width"])
    assert await is_within(pieter.root.get_by_test_id("send"), NARROW["width"])

    (tmp_path / "letter.jpg").write_text("dear town")
    await file.set_input_files(tmp_path / "letter.jpg")
    await expect(pieter.toast).to_have_text("I can't read that as a photo. Please choose another one.")

    async with week.page.expect_file_chooser() as choosing:
        await snap.click()
    await (await choosing.value).set_files(large_photo(tmp_path))
    await pieter.sees("Everybody can see the picture now.")
    await pieter.is_quiet()
    await expect(snap).to_be_hidden()
    mine = pieter.root.locator(".message.me img")
    await expect(mine).to_have_count(1)
    await expect(mine).to_have_js_property("complete", True)
    url = await mine.get_attribute("src")
    answer = await week.page.request.get(str(url))
    assert Image.open(BytesIO(await answer.body())).size == (1024, 682)

    await week.page.reload()
    await week.page.locator(".tab").nth(1).click()
    await expect(mine).to_have_count(1)
    await expect(snap).to_be_hidden()
    await pieter.taps("Picture", on="Everybody can see the picture now.")
    await expect(pieter.message("This is how people see").locator("img")).to_be_visible()
    assert week.has_no_complaints()
