"""People on WhatsApp: their numbers and ids change, and numbers go to others, but nobody becomes somebody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.channels.whatsapp_people import People
from storage import inbox
from storage.engine import Database
from storage.queries import town, whatsapp
from storage.queries.whatsapp import Change, Preference
from storage.sql import select
from storage.tables import Account, table_of
from town.settings import TownSettings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
accounts = table_of(Account)


class House:
    """A database, and who is known in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people = People(database)

    async def hears(self, user_id: str | None, phone: str | None, key: str) -> str:
        """A message comes in and is handled; returns the address of the account that it is from."""
        address = await self.people.address_of(user_id, phone, key=key)
        async with self.database.unit() as unit:
            opened = await inbox.open_update(unit, channel="whatsapp", address=address, key=key, language="en", now=NOW)
            if opened.replies is None:
                await inbox.write_heard(unit, account_id=opened.account_id, at=NOW, phone=phone)
                await inbox.close_update(
                    unit, channel="whatsapp", key=key, account_id=opened.account_id, replies="[]", now=NOW
                )
        return address

    async def accounts(self) -> list[tuple[str, str | None]]:
        async with self.database.reading() as unit:
            rows = await unit.rows(select(accounts.c.address, accounts.c.phone).order_by(accounts.c.id))
        return [(row.address, row.phone) for row in rows]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    database = Database(database_url)
    async with database.unit() as unit:
        await town.found(unit, TownSettings(), is_sample=False)
    yield House(database)
    await database.close()


async def test_somebody_known_by_phone_gets_their_id_and_keeps_their_account(house: House) -> None:
    assert await house.hears(None, "2782", "a") == "2782"
    assert await house.hears("ZA.1", "2782", "b") == "ZA.1"
    assert await house.hears(None, "2782", "c") == "ZA.1"
    assert await house.hears("ZA.1", None, "d") == "ZA.1"
    assert await house.accounts() == [("ZA.1", "2782")]


async def test_a_number_that_goes_to_somebody_else_is_taken_from_who_had_it(house: House) -> None:
    await house.hears("ZA.1", "2782", "a")
    assert await house.hears("ZA.2", "2782", "b") == "ZA.2"
    assert await house.accounts() == [("ZA.1", None), ("ZA.2", "2782")]
    assert await house.hears(None, "2782", "c") == "ZA.2"


async def test_a_number_known_alone_does_not_give_somebody_another_account(house: House) -> None:
    """Sipho was only ever known by a number, which is Anna's now: she stays who she is, and his waits for him."""
    await house.hears("ZA.1", "2799", "a")
    await house.hears(None, "2782", "b")
    assert await house.hears("ZA.1", "2782", "c") == "ZA.1"
    (anna, sipho) = await house.accounts()
    assert anna == ("ZA.1", "2782")
    assert sipho[0].startswith("2782, left")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Change("k", "ZA.1", "ZA.2", "2782", "2783"), ("ZA.2", "2783")),
        (Change("k", "ZA.1", "ZA.2", None, None), ("ZA.2", "2782")),
        (Change("k", None, None, "2782", "2783"), ("ZA.1", "2783")),
        (Change("k", None, "ZA.2", "2782", None), ("ZA.2", "2782")),
        (Change("k", "ZA.9", "ZA.2", None, None), ("ZA.1", "2782")),
        (Change("k", None, None, "2799", "2783"), ("ZA.1", "2782")),
    ],
)
async def test_changes_keep_the_account(house: House, told: Change, expected: tuple[str, str]) -> None:
    await house.hears("ZA.1", "2782", "a")
    for _again in range(2):
        await house.people.hear(told, NOW)
    assert await house.accounts() == [expected]


async def test_a_change_that_comes_again_later_does_not_move_who_has_the_number_now(house: House) -> None:
    await house.hears("ZA.1", "2782", "a")
    told = Change("k", None, None, "2782", "2783")
    await house.people.hear(told, NOW)
    await house.hears("ZA.2", "2782", "b")
    await house.people.hear(told, NOW)
    assert await house.accounts() == [("ZA.1", "2783"), ("ZA.2", "2782")]


async def test_whoever_wrote_before_the_change_was_told_has_one_account_in_the_end(house: House) -> None:
    await house.hears("ZA.1", "2782", "a")
    await house.hears("ZA.2", "2783", "b")
    await house.people.hear(Change("k", "ZA.1", "ZA.2", "2782", "2783"), NOW)
    first, aside = await house.accounts()
    assert first == ("ZA.2", "2783")
    assert aside == ("ZA.1", None)


async def test_an_old_message_that_comes_again_is_still_its_authors(house: House) -> None:
    await house.hears("ZA.1", "2782", "a")
    await house.hears(None, "2790", "b")
    await house.people.hear(Change("k", "ZA.1", "ZA.2", "2782", "2783"), NOW)
    await house.people.hear(Change("l", None, None, "2790", "2791"), NOW)
    await house.hears("ZA.3", "2782", "c")
    await house.hears("ZA.4", "2790", "d")
    elsewhere = House(house.database)
    for one in (house, elsewhere):
        assert await one.hears("ZA.1", "2782", "a") == "ZA.2"
        assert await one.hears(None, "2790", "b") == "2791"
    assert await house.accounts() == [("ZA.2", "2783"), ("2791", None), ("ZA.3", "2782"), ("ZA.4", "2790")]


async def test_wishes_by_id_and_by_phone(house: House) -> None:
    await house.hears("ZA.1", "2782", "a")
    await house.people.hear(Preference("p", "ZA.1", "2782", True), NOW)
    await house.people.hear(Preference("q", "ZA.7", "2782", False), NOW)  # somebody else's number by now
    async with house.database.reading() as unit:
        assert [row.marketing_off for row in await unit.rows(select(accounts.c.marketing_off))] == [True]
        assert await whatsapp.language_of(unit, "ZA.1") == "en"
        assert await whatsapp.language_of(unit, "ZA.2") is None
    await house.people.hear(Preference("r", None, "2782", False), NOW)
    async with house.database.reading() as unit:
        assert [row.marketing_off for row in await unit.rows(select(accounts.c.marketing_off))] == [False]


async def test_a_message_from_nobody_is_a_mistake(house: House) -> None:
    with pytest.raises(ValueError, match="nobody"):
        await house.people.address_of(None, None, key="a")
