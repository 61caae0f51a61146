"""The delivery worker: what breaks, who cannot be reached, and who comes back."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.presence.actions import note_presence
from storage import outbox
from storage.tables import OutboxState, Priority
from tests.people import Person, Town

on_web = pytest.mark.parametrize("channel", ["web"], indirect=True)

TWO_DAYS = timedelta(days=2)


async def write(
    town: Town,
    person: Person,
    key: str,
    *,
    lasts: timedelta | None = None,
    priority: Priority = Priority.URGENT,
    **fields: Any,
) -> None:
    """A notice that something of theirs was confirmed; `fields` are its own, which may be wrong."""
    now = town.clock.now()
    row = outbox.new_row(
        notice="hours.confirmed",
        resident_id=person.resident_id,
        dedupe_key=key,
        now=now,
        priority=priority,
        expires_at=now + lasts if lasts else None,
        **fields,
    )
    async with town.app.database.unit() as unit:
        await outbox.put(unit, [row])


GOOD: dict[str, Any] = {"shift": 1, "title": "Bread", "minutes": 60, "week": "2026-11-23"}


async def states(town: Town) -> dict[str, tuple[str, str]]:
    """State and detail of each notice, by its key."""
    table = outbox.outbox.c
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(table.dedupe_key, table.state, table.detail))
    return {row.dedupe_key: (row.state, row.detail) for row in rows}


async def goes_away(town: Town, person: Person, *, back: bool = False) -> None:
    async with town.app.database.unit() as unit:
        address = await unit.value(select(outbox.accounts.c.address).filter_by(id=person.account_id))
        who = replace(await town.who(person), address=address)
        await note_presence(unit, who=who, reachable=back, now=town.clock.now())


@on_web
async def test_one_that_breaks_holds_nobody_up(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    anna, ben = await town.residents(2)
    await write(town, anna, "bad", shift="no title")
    await write(town, ben, "good", **GOOD)
    with caplog.at_level(logging.ERROR):
        await town.settles()
    await ben.looks()
    ben.sees("Your hours on Bread are confirmed: 1 h.")
    found = await states(town)
    assert found["bad"] == (OutboxState.FAILED, "broken: KeyError")
    assert found["good"][0] == OutboxState.SENT
    assert "the notice 'hours.confirmed' in row 1 cannot be delivered" in caplog.text
    assert await town.app.delivery.drain() == 0


async def test_who_comes_back_hears_what_is_of_use_yet(town: Town) -> None:
    anna = await town.resident("Anna")
    await goes_away(town, anna)
    await write(town, anna, "old", **GOOD | {"title": "An old one"})
    await town.settles()
    await town.moves(days=6)
    await write(town, anna, "late", lasts=TWO_DAYS, **GOOD | {"title": "Too late"})
    await write(town, anna, "good", **GOOD)
    await write(town, anna, "gone", **GOOD | {"title": "Withdrawn"})
    await town.settles()
    assert set((await states(town)).values()) == {(OutboxState.FAILED, outbox.UNREACHED)}
    async with town.app.database.unit() as unit:
        assert await unit.run(outbox.outbox.update().where(outbox.outbox.c.dedupe_key == "gone").values(subject="x"))
        assert await outbox.withdraw(unit, "x") == 1
    await town.moves(days=3)
    await anna.says("/me")  # whoever writes can be written to
    await town.settles()
    await anna.looks()
    anna.sees("Your hours on Bread are confirmed")
    for title in ("An old one", "Too late", "Withdrawn"):
        anna.has_not_seen(title)
    await goes_away(town, anna, back=True)
    await town.settles()
    await anna.looks()
    anna.has_seen("Your hours on Bread are confirmed", times=1)


@on_web
async def test_a_channel_that_is_not_open_here_is_waited_for(town: Town) -> None:
    anna = await town.resident("Anna")
    desk = town.app.delivery.desk
    kept, desk.senders = desk.senders, {}
    await write(town, anna, "good", **GOOD)
    await town.settles()
    assert (await states(town))["good"] == (OutboxState.WAITING, "the channel is not open")
    await town.moves(days=2)
    desk.senders = kept
    await town.moves(days=2)
    await anna.looks()
    anna.sees("Your hours on Bread are confirmed")
