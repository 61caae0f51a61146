"""Chromium, and towns for it to visit."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.visit import RunningTown

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIETLY = (
    "--no-sandbox",  # whoever runs the tests in a container is root there
    "--disable-gpu",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed, and CI tests in a real browser: apt install chromium")
        pytest.skip("NOT TESTED: the web chat in a real browser, because Chromium is not installed")
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(QUIETLY))
        yield browser
        await browser.close()


@pytest.fixture
async def riverbend(chromium: str, tmp_path: Path) -> AsyncIterator[RunningTown]:
    """The sample town, just founded. Needs Chromium before it takes the trouble to start."""
    town = RunningTown(tmp_path, sample="true")
    await town.start()
    yield town
    await town.stop()


@pytest.fixture
async def millbrook(chromium: str, tmp_path: Path) -> AsyncIterator[RunningTown]:
    """A real town without anybody in it yet."""
    town = RunningTown(tmp_path, sample="false", town_name="Millbrook", town_zone="Africa/Johannesburg")
    await town.start()
    yield town
    await town.stop()
