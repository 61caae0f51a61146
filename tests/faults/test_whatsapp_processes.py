"""Two processes of one town behind one WhatsApp number: whichever is called, and if both are, all counts once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import text

from storage.engine import Database
from tests.conftest import fresh_postgres
from tests.emulators.whatsapp import Person, WhatsAppEmulator
from tests.emulators.whatsapp_hooks import SIGNATURE
from tests.faults.child import a_program, environment, free_port, hook_at, until, whatsapp_settings
from tests.faults.ground import Ground

PEOPLE, PLACES, TOGETHER, TIMES = 30, 5, 5, 3


async def prepare(url: str, folder: Path, people: Sequence[Person]) -> tuple[int, int]:
    """A town of these people; a shift for some of them, and one for all."""
    ground = await Ground.prepare(url, folder)
    async with ground.database.unit() as unit:
        scarce = await ground.shift(unit, "Bread", after=timedelta(hours=30), places=PLACES)
        wide = await ground.shift(unit, "Weeding", after=timedelta(hours=60), places=PEOPLE)
        for person in people:
            await ground.resident(unit, person.name, person.user_id, channel="whatsapp")
    await ground.close()
    return scarce, wide


async def post(http: ClientSession, wa: WhatsAppEmulator, body: bytes, hook: str) -> int:
    """Post a body until it is answered 200, as WhatsApp does; returns how often that took."""
    for times in range(1, 50):
        async with http.post(hook, data=body, headers={SIGNATURE: wa.hooks.sign(body)}) as answer:
            if answer.status == 200:
                return times
            assert answer.status == 503
        await asyncio.sleep(0.05)
    raise AssertionError("it was never answered 200")


async def opened(wa: WhatsAppEmulator, hook: str) -> None:
    """Wait until a process listens at its webhook."""
    while True:
        try:
            await wa.subscribe(hook)
            return
        except OSError:
            await asyncio.sleep(0.05)


async def turns(wa: WhatsAppEmulator, hooks: Sequence[str]) -> None:
    """The number's webhook is set to one process and the other by turns."""
    while True:
        for hook in hooks:
            wa.hook = hook
            await asyncio.sleep(0.01)


@pytest.mark.kills
async def test_two_processes_behind_one_number(tmp_path: Path, postgres_folder: Path) -> None:
    url, ports = await fresh_postgres(postgres_folder), (free_port(), free_port())
    hooks = [hook_at(port) for port in ports]
    async with WhatsAppEmulator(latency=0.005) as wa, ClientSession() as http:
        people = [wa.person(f"Resident {number}") for number in range(PEOPLE)]
        scarce, wide = await prepare(url, tmp_path, people)
        first, second = (environment(tmp_path, url, **whatsapp_settings(wa, port)) for port in ports)
        async with a_program(tmp_path, first) as one, a_program(tmp_path, second) as other:
            async with asyncio.timeout(60):
                await asyncio.gather(*(opened(wa, hook) for hook in hooks))
            wa.hook = ""
            wamids = all_tap(wa, people, scarce, wide)
            bodies = list(wa.hooks.past)
            switching = asyncio.create_task(turns(wa, hooks))
            # While the number calls one or the other, each body comes several more times, at both at once.
            await asyncio.gather(*(post(http, wa, body, hook) for body in bodies for hook in hooks * TIMES))
            await wa.settled(60)
            switching.cancel()
            await until(lambda: all(len(person.messages) >= 2 for person in people), "everybody was answered")
            assert await one.stop() == await other.stop() == 0
        assert "Traceback" not in (tmp_path / "log.txt").read_text(), (tmp_path / "log.txt").read_text()
        answers = Counter(len(person.messages) for person in people)
    assert max(answers) <= 2 * len(hooks), "one process answered the same message twice"
    await look(url, scarce, wide, len(wamids))


def all_tap(wa: WhatsAppEmulator, people: Sequence[Person], scarce: int, wide: int) -> list[str]:
    """Everybody wants both shifts, in webhooks of several people each; the ids of their messages."""
    wamids = []
    for begin in range(0, len(people), TOGETHER):
        with wa.batching(per_value=2, per_entry=2):
            for person in people[begin : begin + TOGETHER]:
                person.contact.wrote_at = wa.now()
                wamids += [person.taps_raw("wamid.nowhere", f"shift:join:{shift}") for shift in (scarce, wide)]
    return wamids


async def look(url: str, scarce: int, wide: int, messages: int) -> None:
    """Each tap took effect once."""
    database = Database(url)
    async with database.reading() as unit:
        taken = {row.id: row.taken for row in await unit.rows(text("SELECT id, taken FROM shifts"))}
        held: dict[Any, int] = dict(
            Counter((row.shift_id, row.state) for row in await unit.rows(text("SELECT shift_id, state FROM signups")))
        )
        [twice] = await unit.rows(text("SELECT count(*) - count(DISTINCT (shift_id, resident_id)) FROM signups"))
        handled = await unit.value(text("SELECT count(*) FROM inbox"))
        known = await unit.value(text("SELECT count(*) FROM accounts"))
    await database.close()
    assert taken == {scarce: PLACES, wide: PEOPLE}
    assert held == {(scarce, "held"): PLACES, (scarce, "waiting"): PEOPLE - PLACES, (wide, "held"): PEOPLE}
    assert (twice[0], handled, known) == (0, messages, PEOPLE)
