"""Fixtures of the WhatsApp emulator's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from pywa_async.client import WhatsApp

from tests.emulators.whatsapp import Person, WhatsAppEmulator
from tests.emulators.whatsapp_listener import Listener, client_of


@pytest.fixture
async def wa() -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator() as emulator:
        yield emulator


@pytest.fixture
async def listener(wa: WhatsAppEmulator) -> AsyncIterator[Listener]:
    """A webhook that is set up."""
    served = Listener(wa.verify_token)
    served.hold.set()
    app = web.Application()
    app.router.add_route("*", "/whatsapp", served.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/whatsapp"
    await wa.subscribe(served.url)
    yield served
    await runner.cleanup()


@pytest.fixture
async def client(wa: WhatsAppEmulator) -> AsyncIterator[WhatsApp]:
    made = client_of(wa)
    yield made
    await made.api._session.aclose()


@pytest.fixture
def thandi(wa: WhatsAppEmulator, listener: Listener) -> Person:
    """Somebody who has written."""
    person = wa.person("Thandi")
    person.says("hello")
    return person
