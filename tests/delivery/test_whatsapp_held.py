"""Who writes lets out what was held for them, and for whom they speak: on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.sql import insert
from storage.tables import Speaker, Steward, table_of
from tests.delivery.whatsapp_town import NOON, SENT, WhatsAppTown, a_town, accounts

YESTERDAY = timedelta(hours=30)


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WhatsAppTown]:
    town = await a_town(database_url)
    yield town
    await town.database.close()


async def test_who_writes_while_it_is_being_held_gets_it_after_all(line: WhatsAppTown) -> None:
    """Their words came between the look at the window and the note that it is shut."""
    thandi = await line.person(heard=YESTERDAY)
    row_id = await line.tells(thandi)
    line.client.account = []
    notes = line.worker.notes
    write = notes.write

    async def writing(note: object) -> None:
        notes.write = write  # type: ignore[method-assign]
        await line.writes(thandi)
        await write(note)  # type: ignore[arg-type]

    notes.write = writing  # type: ignore[method-assign]
    await line.settles()
    await line.settles()
    assert (await line.state(row_id))[0] == SENT
    assert line.kinds == ["interactive"]


async def test_a_home_that_shares_a_phone_and_a_steward_let_it_out(line: WhatsAppTown) -> None:
    line.client.account = []
    anna, ben, cleo = [await line.person(heard=YESTERDAY) for _ in range(3)]
    async with line.database.unit() as unit:
        await unit.run(accounts.delete().where(accounts.c.resident_id.in_([ben, cleo])))
        shares = {"account_id": 10 * anna, "resident_id": ben, "made_at": NOON}
        await unit.execute(insert(table_of(Speaker)), shares)
        helps = {"resident_id": cleo, "steward_id": anna, "consent": "spoken", "consent_at": NOON, "made_at": NOON}
        await unit.execute(insert(table_of(Steward)), helps)
    for person in (anna, ben, cleo):
        await line.tells(person)
    await line.settles()
    assert not line.client.sent
    await line.writes(anna)
    await line.settles()
    assert [sent.address for sent in line.client.sent] == [f"ZA.{anna}"] * 3
    assert sum("For Thandi" in str(sent.content) for sent in line.client.sent) == 2
