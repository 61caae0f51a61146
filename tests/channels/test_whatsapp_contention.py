"""Many on WhatsApp at once, and one webhook many times at once: each place goes to one person, each message counts
once."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from bot.channels.whatsapp_updates import key_of
from storage.sql import select
from storage.tables import Inbox, Shift, Signup, SignupState, table_of
from tests.emulators.whatsapp import Person as OnWhatsApp
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.lines import WhatsAppLine
from tests.people import Person, Town

pytestmark = pytest.mark.parametrize("channel", ["whatsapp"], indirect=True)

PEOPLE, PLACES, TOGETHER = 30, 5, 4
NTH = re.compile(r"You are (\d+)(?:st|nd|rd|th) on the waiting list")

shifts, signups, inbox = table_of(Shift), table_of(Signup), table_of(Inbox)


def number(town: Town) -> WhatsAppEmulator:
    assert town.wa is not None
    return town.wa


def at(person: Person) -> OnWhatsApp:
    assert isinstance(person.line, WhatsAppLine)
    return person.line.person


async def waits(town: Town, people: list[Person], data: str) -> list[str]:
    """Everybody taps at the same time: the webhooks, each of several people, wait for the town, and then all come."""
    wa, hook, wamids = number(town), number(town).hook, []
    wa.hook = ""
    for first in range(0, len(people), TOGETHER):
        with wa.batching(per_value=2, per_entry=1):
            wamids += [at(person).taps_raw("wamid.nowhere", data) for person in people[first : first + TOGETHER]]
    wa.hook = hook
    await wa.settled(30)
    return wamids


async def of_shift(town: Town, shift_id: int) -> tuple[int, dict[int, Any]]:
    """How many places of a shift are taken, and each resident's hold on it."""
    async with town.app.database.reading() as unit:
        taken = await unit.value(select(shifts.c.taken).where(shifts.c.id == shift_id))
        held = await unit.rows(select(signups).where(signups.c.shift_id == shift_id))
    assert len(held) == len({row.resident_id for row in held}), "somebody is there twice"
    return int(taken), {row.resident_id: row for row in held}


async def keys(town: Town) -> list[str]:
    async with town.app.database.reading() as unit:
        return [row.key for row in await unit.rows(select(inbox.c.key).where(inbox.c.channel == "whatsapp"))]


async def test_five_of_thirty_get_a_place_and_the_others_stand_in_line(town: Town) -> None:
    people, shift = await town.residents(PEOPLE), await town.shift(places=PLACES)
    wamids = await waits(town, people, f"shift:join:{shift}")
    taken, found = await of_shift(town, shift)
    holding = {resident for resident, row in found.items() if row.state == SignupState.HELD}
    waiting = [row for row in found.values() if row.state == SignupState.WAITING]
    assert (taken, len(holding), len(waiting)) == (PLACES, PLACES, PEOPLE - PLACES)
    told: dict[int, int] = {}
    for person in people:
        answer = (await person.looks())[-1].text
        if person.resident_id in holding:
            assert "You have a place" in answer
            continue
        nth = NTH.search(answer)
        assert nth is not None, answer
        told[person.resident_id] = int(nth[1])
    in_order = [row.resident_id for row in sorted(waiting, key=lambda row: (row.waiting_since, row.resident_id))]
    assert sorted(told.values()) == list(range(1, PEOPLE - PLACES + 1)), "two were told the same place in the line"
    assert sorted(told, key=lambda resident: told[resident]) == in_order, "the line is not as it was told"
    assert sorted(key_of(wamid) for wamid in wamids) == sorted(set(await keys(town)) & set(map(key_of, wamids)))


async def test_one_webhook_ten_times_at_once_counts_once(town: Town) -> None:
    wa, people, shift = number(town), await town.residents(3), await town.shift(places=2)
    before = {person.resident_id: len(at(person).messages) for person in people}
    known, hook = len(await keys(town)), wa.hook
    wa.hook = ""
    with wa.batching(per_value=3):
        for person in people:
            at(person).taps_raw("wamid.nowhere", f"shift:join:{shift}")
            at(person).says("/week")
    body = wa.hooks.past[-1]
    wa.hook = hook
    assert await asyncio.gather(*(wa.posts_raw(body) for _ in range(10))) == [200] * 10
    await wa.settled()
    assert await wa.posts_raw(body) == 200
    taken, found = await of_shift(town, shift)
    assert (taken, len(found)) == (2, 3)
    assert len(await keys(town)) == known + 6
    assert [len(at(person).messages) - before[person.resident_id] for person in people] == [2, 2, 2]


async def test_join_and_release_at_once_end_as_the_last_of_them(town: Town) -> None:
    """What one person taps keeps its order, though each tap's webhook comes several times and late."""
    wa, shift, thandi = number(town), await town.shift(places=1), await town.resident("Thandi")
    for _ in range(3):
        with wa.batching(per_value=6):
            for do in ("join", "release", "join", "release", "join"):
                at(thandi).taps_raw("wamid.nowhere", f"shift:{do}:{shift}")
        body = wa.hooks.past[-1]
        await asyncio.gather(*(wa.posts_raw(body) for _ in range(3)))
        await wa.settled()
        taken, found = await of_shift(town, shift)
        assert (taken, found[thandi.resident_id].state) == (1, SignupState.HELD)
        at(thandi).taps_raw("wamid.nowhere", f"shift:release:{shift}")
        await wa.settled()
        assert (await of_shift(town, shift))[0] == 0
