"""A town of any size in which everybody is on Telegram, and something to tell them all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

from storage import fanout
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import town
from storage.sql import insert
from storage.tables import Account, Priority, Resident, table_of
from storage.unit import Unit
from town.settings import TownSettings

residents, accounts = table_of(Resident), table_of(Account)
_everybody = fanout.notice_to(residents.c.id, residents, residents.c.id > 0)
NOTICE = "join.accepted"


async def a_crowd(url: str, addresses: Sequence[int]) -> Database:
    """A founded town where no hour is quiet, with one resident for each chat id; resident 1 has the first."""
    await upgrade(url)
    database = Database(url)
    now = datetime.now(UTC)
    someone = Resident(name="", street="Mill Lane", joined_at=now, consent_at=now, consent_version=1)
    account = Account(channel="telegram", address="", resident_id=0, language="en", created_at=now)
    person, at = someone.model_dump(exclude={"id"}), account.model_dump(exclude={"id"})
    async with database.unit() as unit:
        await town.found(unit, TownSettings(quiet_from=time(0), quiet_until=time(0)), is_sample=False)
        people = [person | {"id": number, "name": f"Person {number}"} for number, _ in enumerate(addresses, 1)]
        await unit.execute(insert(residents), people)
        rows = [at | {"address": str(chat), "resident_id": number} for number, chat in enumerate(addresses, 1)]
        await unit.execute(insert(accounts), rows)
    return database


async def a_group(unit: Unit, chat: int) -> int:
    """A group that the town may write into; its account's id."""
    made = await unit.add(Account(channel="telegram", address=str(chat), language="en", created_at=datetime.now(UTC)))
    return int(made.id)


async def tell_everybody(unit: Unit, key: str = "all") -> int:
    """Write a notice to all, in bulk; returns how many."""
    return await fanout.send(
        unit, _everybody, notice=NOTICE, key=(f"{key}:", ""), fields={"town": "Riverbend"}, now=datetime.now(UTC),
        priority=Priority.BULK,
    )  # fmt: skip
