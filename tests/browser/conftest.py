"""Chromium, and towns for it to visit.

Every module of these tests is marked to have one event loop for all: they share a browser, which takes longer to start
than most of them last.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.visit import RunningTown
from tests.faults.child import a_nursery

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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_chromium(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(QUIETLY))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(running_chromium: Browser) -> AsyncIterator[Browser]:
    """A browser in which nobody has been: each context has cookies, storage and a cache of its own."""
    yield running_chromium
    for context in running_chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery(chromium: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Where towns start from. Needs Chromium before it takes the trouble."""
    async with a_nursery() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def riverbend(nursery: asyncio.subprocess.Process, tmp_path: Path) -> AsyncIterator[RunningTown]:
    """The sample town, just founded."""
    town = RunningTown(nursery, tmp_path, sample="true")
    try:
        await town.start()
        yield town
    finally:  # the nursery waits for it, and others for the nursery
        await town.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def millbrook(nursery: asyncio.subprocess.Process, tmp_path: Path) -> AsyncIterator[RunningTown]:
    """A real town without anybody in it yet."""
    given = {"sample": "false", "town_name": "Millbrook", "town_zone": "Africa/Johannesburg"}
    town = RunningTown(nursery, tmp_path, **given)
    try:
        await town.start()
        yield town
    finally:
        await town.stop()
