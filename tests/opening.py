"""A town's first minute in a test: the real program, as quick as tests want it, and a clock that stands still."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.app import App, build
from bot.channels.web.buckets import Pace as RequestPace
from bot.channels.web.buckets import Paces
from bot.clock import StoppedClock
from bot.delivery.pace import Limits, Pace
from bot.settings import Settings
from handlers.kit import templates
from storage.queries import town as town_queries
from tests.emulators.whatsapp import WhatsAppEmulator

OPENING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
"""A Tuesday, 09:30 in the town's zone."""


class TownClock(StoppedClock):
    """Stands still but for a microsecond at each look: what happens one after the other keeps its order."""

    def now(self) -> datetime:
        self.instant += timedelta(microseconds=1)
        return self.instant


async def start(settings: Settings, clock: StoppedClock, wa: WhatsAppEmulator | None = None, **changed: Any) -> App:
    """Build and start the program, as quick as tests want it. `changed` are town settings."""
    at_once = RequestPace(1_000_000, 1_000_000.0)
    paces = Paces(posts=at_once, wrong_codes=at_once, new_sessions=at_once)
    quick = Pace(Limits().scaled(0.001))
    whatsapp_pace = quick_on_whatsapp(settings) if wa is not None else None
    app = await build(settings, clock=clock, pace=quick, paces=paces, whatsapp_pace=whatsapp_pace)
    if changed:
        async with app.database.unit() as unit:
            await town_queries.keep(unit, replace(await town_queries.settings(unit), **changed))
    # It looks when a test says so, not besides: the clock stands still anyway.
    app.ticker.start = partial(app.ticker._scheduler.start, paused=True)  # type: ignore[method-assign]
    await app.start()
    if wa is not None:
        wa.hook = whatsapp_hook(app)
    return app


class ReadOn:
    """People read what has come before the clock goes on."""

    def __init__(self, wa: WhatsAppEmulator) -> None:
        self._wa = wa

    async def drain(self) -> None:
        await self._wa.settled(10)


def quick_on_whatsapp(settings: Settings) -> Pace:
    """WhatsApp's pace, a thousand times as fast."""
    from bot.delivery.whatsapp import limits  # pywa: only for the tests that need it

    return Pace(limits(settings.whatsapp_messages_per_second).scaled(0.001))


def whatsapp_hook(app: App) -> str:
    """Where WhatsApp is to call a town."""
    assert app.whatsapp is not None
    base = app.web.address if app.web is not None else f"http://127.0.0.1:{app.whatsapp.port}"
    return f"{base}{app.settings.whatsapp_path}"


def approve_all(wa: WhatsAppEmulator) -> None:
    """Approve every template of the house, in every language."""
    for one in templates.submissions():
        wa.templates.approve(**one)
