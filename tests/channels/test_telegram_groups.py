"""Groups on Telegram: one answer, one button, and an account that follows the group."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import inbox
from storage.queries import accounts
from tests.channels.telegram_town import TelegramTown, a_town
from tests.emulators.telegram import Group, Person


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with a_town(tmp_path) as town:
        yield town


def added(town: TelegramTown, group: Group, by: Person, status: str = "member") -> dict[str, Any]:
    """What Telegram says when somebody adds the bot to a group."""
    bot = town.telegram.state.bot
    return {
        "my_chat_member": {
            "chat": group.chat.json(),
            "from": by.user,
            "date": 1_700_000_000,
            "old_chat_member": {"user": bot, "status": "left"},
            "new_chat_member": {"user": bot, "status": status},
        }
    }


async def test_a_command_to_the_bot_is_answered_once_with_the_way_to_it(town: TelegramTown) -> None:
    thandi, sipho = town.telegram.person("Thandi"), town.telegram.person("Sipho")
    group = town.telegram.group("Bakers", thandi, sipho)
    async with town.running():
        thandi.says(f"/start@{town.telegram.username.upper()}", chat=group.chat)
        sipho.says(f"/shifts@{town.telegram.username} now", chat=group.chat)
        await town.telegram.settled()
        [answer] = [message for message in group.messages if message.from_bot]
        assert "in a chat of their own" in answer.text
        [[button]] = answer.buttons
        assert button.text == "Talk to me"
        assert (button.url or "").lower() == f"https://t.me/{town.telegram.username}"
        town.clock.move_to(town.clock.now() + timedelta(minutes=1))
        sipho.says(f"/start@{town.telegram.username}", chat=group.chat)
        await town.telegram.settled()
    assert len([message for message in group.messages if message.from_bot]) == 2


async def test_a_groups_own_talk_never_reaches_the_database(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    group = town.telegram.group("Bakers", thandi)
    for words in ("Who brings the flour?", "/count", "/start@another_bot", "/", f"hello @{town.telegram.username}"):
        thandi.says(words, chat=group.chat)
    async with town.running():
        await town.telegram.settled()
    assert await town.handled() == []
    assert await town.account(group.id) is None
    assert town.telegram.called("sendMessage") == []


async def test_the_answer_is_in_the_language_of_whoever_brought_the_bot(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi", language_code="es-MX")
    group = town.telegram.group("Panaderos", thandi)
    town.telegram.raw_update(added(town, group, thandi))
    async with town.running():
        await town.telegram.settled()
    account = await town.account(group.id)
    assert (account.language, account.reachable) == ("es", True)


async def test_a_group_that_moves_keeps_its_account(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    group = town.telegram.group("Bakers", thandi)
    old = group.id
    town.telegram.raw_update(added(town, group, thandi))
    async with town.running():
        await town.telegram.settled()
        account = await town.account(old)
        new = group.migrates(by=thandi)
        moves = [message.update_id for message in town.telegram.state.chats[old].messages + group.messages]
        await town.telegram.settled()
        assert (await town.account(new)).id == account.id
        for update_id in reversed(moves):  # again, and the other way round
            town.telegram.redeliver(update_id)
            await town.telegram.settled()
        thandi.says(f"/start@{town.telegram.username}", chat=group.chat)
        await town.telegram.settled()
    assert (await town.account(new)).id == account.id
    assert group.messages[-1].from_bot


async def test_a_group_that_puts_the_bot_out_is_left_alone(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    group = town.telegram.group("Bakers", thandi)
    town.telegram.raw_update(added(town, group, thandi))
    async with town.running():
        await town.telegram.settled()
        group.removes_bot(by=thandi)
        await town.telegram.settled()
    assert not (await town.account(group.id)).reachable
    assert town.telegram.called("sendMessage") == []


@pytest.mark.parametrize("first", ["old", "new"])
async def test_the_older_account_wins_the_address(town: TelegramTown, first: str) -> None:
    async def write(address: str) -> int:
        key, kind = f"key of {address}", {"channel": "telegram", "language": "en"}
        async with town.database.unit() as unit:
            opened = await inbox.open_update(unit, address=address, key=key, now=town.clock.now(), **kind)
        return opened.account_id

    ids = {address: await write(address) for address in (("-1", "-2") if first == "old" else ("-2", "-1"))}
    for _time in range(2):
        async with town.database.unit() as unit:
            await accounts.move(unit, channel="telegram", address="-1", to="-2")
    older = ids["-1" if first == "old" else "-2"]
    assert (await town.account(-2)).id == older
    assert (await town.account(-2)).reachable
    assert (await town.account(-1)).id != older
