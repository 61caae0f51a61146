"""Accounts of one resident in the tables: a code is used once, the last chat stays, a shared phone has an owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.linking import actions, chats
from handlers.merging import actions as merging
from storage import inbox, outbox
from storage.engine import Database
from storage.queries import links, residents, roles, town
from storage.sql import insert, select
from storage.tables import Account, Outbox, OutboxState, ResidentState, Speaker, table_of
from tests.people import OPENING
from town.facts import ChatGone, CodeUsed, LastAccount
from town.settings import TownSettings

accounts, rows = table_of(Account), table_of(Outbox)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.unit() as unit:
        await town.found(unit, TownSettings(), is_sample=False)
    yield made
    await made.close()


async def _account(database: Database, channel: str, address: str, resident_id: int | None = None) -> int:
    async with database.unit() as unit:
        account_id = await residents.make_account(unit, channel=channel, address=address, language="en", now=OPENING)
        if resident_id is not None:
            assert await residents.link(unit, account_id, resident_id)
        return account_id


async def _resident(database: Database, name: str) -> int:
    async with database.unit() as unit:
        return await residents.make(
            unit, name=name, street="Mill Lane", joined_at=OPENING, consent_at=OPENING, consent_version=4,
            state=ResidentState.RESIDENT, free_times=0,
        )  # fmt: skip


def _who(account_id: int, channel: str, address: str, resident_id: int | None = None) -> Who:
    state = None if resident_id is None else ResidentState.RESIDENT
    return Who(account_id, channel, address, "en", resident_id, "", state, TownSettings())


async def _confirm(database: Database, account_id: int, code: str) -> bool:
    seat = Seat(account_id=account_id, state=None, data="{}", language="en")
    try:
        async with database.unit() as unit:
            await actions.look(unit, who=_who(account_id, "whatsapp", "ZA.1"), seat=seat, code=code, now=OPENING)
        async with database.unit() as unit:
            await actions.link(unit, who=_who(account_id, "whatsapp", "ZA.1"), seat=seat, now=OPENING)
    except CodeUsed:
        return False
    return True


async def test_of_many_who_confirm_a_code_at_once_one_does(database: Database) -> None:
    anna = await _resident(database, "Anna")
    first = await _account(database, "telegram", "1", anna)
    async with database.unit() as unit:
        code = await actions.code_for(unit, resident_id=anna, account_id=first, now=OPENING)
    others = [await _account(database, "whatsapp", f"ZA.{n}") for n in range(8)]
    done = await asyncio.gather(*(_confirm(database, one, code.replace("-", "")) for one in others))
    assert sorted(done) == [False] * 7 + [True]
    async with database.reading() as unit:
        chats = await links.chats(unit, anna)
    assert [chat.id for chat in chats] == [first, others[done.index(True)]]
    assert [chat.channel for chat in chats] == ["telegram", "whatsapp"]
    assert [chat.preferred for chat in chats] == [True, False]


async def test_of_two_chats_that_let_each_other_go_one_stays(database: Database) -> None:
    """As two updates at once would, from both chats."""
    anna = await _resident(database, "Anna")
    phones = [("telegram", "1"), ("whatsapp", "ZA.1")]
    both = [await _account(database, channel, address, anna) for channel, address in phones]

    async def let_go(here: int) -> bool:
        channel, address = phones[here]
        async with database.unit() as unit:
            opened = await inbox.open_update(
                unit, channel=channel, address=address, key="7", language="en", now=OPENING
            )
            who = _who(opened.account_id, channel, address, opened.resident_id)
            if not who.is_resident:
                return False
            await chats.let_go(unit, who=who, account_id=both[1 - here], now=OPENING)
            return True

    done = await asyncio.gather(let_go(0), let_go(1))
    assert sorted(done) == [False, True]
    async with database.unit() as unit:
        [left] = await links.chats(unit, anna)
        assert left.id == both[done.index(True)]
        with pytest.raises(LastAccount):
            await chats.let_go(unit, who=_who(left.id, left.channel, "", anna), account_id=left.id, now=OPENING)


async def test_a_shared_phone_that_is_let_go_is_whose_it_was_next(database: Database) -> None:
    anna, ben, cor = [await _resident(database, name) for name in ("Anna", "Ben", "Cor")]
    phone = await _account(database, "whatsapp", "ZA.1", anna)
    async with database.unit() as unit:
        await unit.execute(
            insert(table_of(Speaker)),
            [
                {"account_id": phone, "resident_id": one, "made_at": OPENING + timedelta(hours=n)}
                for n, one in enumerate((cor, ben))
            ],
        )
        await unit.execute(accounts.update().values(shared=True, speaking_id=ben, state="x:y", data='{"x": {}}'))
        assert await links.let_go(unit, account_id=phone, resident_id=anna, now=OPENING)
        assert not await links.let_go(unit, account_id=phone, resident_id=anna, now=OPENING)
        row = await unit.first(select(accounts))
        assert row is not None
        assert (row.resident_id, row.shared, row.speaking_id, row.state, row.data) == (cor, True, None, None, "{}")
        assert await links.let_go(unit, account_id=phone, resident_id=cor, now=OPENING)
        row = await unit.first(select(accounts))
        assert row is not None
        assert (row.resident_id, row.shared) == (ben, False)


async def test_a_code_ends_with_the_chat_it_was_asked_for_in(database: Database) -> None:
    anna = await _resident(database, "Anna")
    first, second = await _account(database, "telegram", "1", anna), await _account(database, "web", "2", anna)
    async with database.unit() as unit:
        code = await actions.code_for(unit, resident_id=anna, account_id=first, now=OPENING)
        assert await links.let_go(unit, account_id=first, resident_id=anna, now=OPENING)
    assert not await _confirm(database, await _account(database, "whatsapp", "ZA.2"), code.replace("-", ""))
    async with database.reading() as unit:
        assert [chat.id for chat in await links.chats(unit, anna)] == [second]


async def test_what_is_said_of_a_chat_that_is_gone_is_not_said(database: Database) -> None:
    anna = await _resident(database, "Anna")
    first = await _account(database, "telegram", "1", anna)
    async with database.unit() as unit:
        code = await actions.code_for(unit, resident_id=anna, account_id=first, now=OPENING)
    other = await _account(database, "whatsapp", "ZA.1")
    assert await _confirm(database, other, code.replace("-", ""))
    async with database.unit() as unit:
        assert await outbox.withdraw(unit, actions.about(other)) == 1
        told = await unit.rows(select(rows.c.notice, rows.c.group_id, rows.c.state))
    assert [tuple(row) for row in told] == [("linking.linked", first, OutboxState.DROPPED)]


async def _merged_while(database: Database, confirm: Coroutine[Any, Any, bool], kept: int, gone: int) -> bool:
    """What becomes of something that begins while two are being made one."""
    async with database.unit() as unit:
        await merging.merge(unit, kept_id=kept, gone_id=gone, account_id=1, now=OPENING)
        begun = asyncio.create_task(confirm)
        await asyncio.sleep(0.2)  # it waits for this by now
        assert not begun.done()
    return await begun


async def test_no_chat_becomes_that_of_who_is_made_one_with_another_meanwhile(database: Database) -> None:
    ben, anna = await _resident(database, "Ben"), await _resident(database, "Anna")
    await _account(database, "telegram", "1", ben)
    first = await _account(database, "telegram", "2", anna)
    new = await _account(database, "whatsapp", "ZA.1")
    async with database.unit() as unit:
        code = await actions.code_for(unit, resident_id=anna, account_id=first, now=OPENING)
    seat = Seat(account_id=new, state=None, data="{}", language="en")
    async with database.unit() as unit:
        await actions.look(unit, who=_who(new, "whatsapp", "ZA.1"), seat=seat, code=code.replace("-", ""), now=OPENING)

    async def confirm() -> bool:
        try:
            async with database.unit() as unit:
                await actions.link(unit, who=_who(new, "whatsapp", "ZA.1"), seat=seat, now=OPENING)
        except CodeUsed:
            return False
        return True

    await _merged_while(database, confirm(), ben, anna)
    async with database.reading() as unit:
        assert await links.holder(unit, new) in [(None, None), (ben, ResidentState.RESIDENT)]
        assert await links.chats(unit, anna) == []


async def test_who_was_let_in_meanwhile_keeps_their_chat(database: Database) -> None:
    """An applicant says yes to a code of Anna's while a coordinator lets them in."""
    anna, ben = await _resident(database, "Anna"), await _resident(database, "Ben")
    first, second = await _account(database, "telegram", "1", anna), await _account(database, "whatsapp", "ZA.1", ben)
    who = replace(_who(second, "whatsapp", "ZA.1", ben), resident_state=ResidentState.APPLICANT)
    seat = Seat(account_id=second, state=None, data="{}", language="en")
    async with database.unit() as unit:
        await residents.change(unit, ben, state=ResidentState.APPLICANT)
        code = await actions.code_for(unit, resident_id=anna, account_id=first, now=OPENING)
        looked = await actions.look(unit, who=who, seat=seat, code=code.replace("-", ""), now=OPENING)
    assert not looked.other

    async def confirm() -> None:
        async with database.unit() as unit:
            await actions.link(unit, who=who, seat=seat, now=OPENING)

    async with database.unit() as unit:
        assert await roles.admit(unit, ben, OPENING)
        begun = asyncio.create_task(confirm())
        await asyncio.sleep(0.2)
    with pytest.raises(ChatGone):
        await begun
    async with database.reading() as unit:
        assert await links.holder(unit, second) == (ben, ResidentState.RESIDENT)
