"""The Telegram channel by long polling, over real HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.channels.telegram import Patience
from bot.delivery.outcome import Outcome, Outgoing
from bot.delivery.pace import Lane
from bot.intake import intake
from bot.problems import StartupProblem
from tests.channels.telegram_town import QUICK, TelegramTown, a_town, until
from tests.emulators.telegram import Person
from tests.emulators.telegram_faults import FaultKind


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with a_town(tmp_path) as town:
        yield town


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """An intake that soon leaves an update for later."""
    monkeypatch.setattr(intake, "PATIENCE", (0.01,))


def texts(person: Person) -> list[str]:
    """What the bot has said to somebody."""
    return [message.text for message in person.messages if message.from_bot]


# --- the ordinary way -----------------------------------------------------------------------------------------------


async def test_somebody_writes_and_taps(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi", language_code="zu")
    async with town.running() as channel:
        assert channel.username == town.telegram.username
        assert channel.links.telegram_username == town.telegram.username
        thandi.says("/ask")
        await town.telegram.settled()
        thandi.taps("Yes")
        await town.telegram.settled()
    assert texts(thandi) == ["Yes, 1"]
    assert [toast.text for toast in thandi.toasts] == ["Done"]
    account = await town.account(thandi.id)
    assert account.language == "zu"
    assert await town.handled() == town.keys(814_000_001, 814_000_002)


async def test_one_persons_updates_are_answered_in_order(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    for number in range(12):
        thandi.says(f"/say {number}")
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == [str(number) for number in range(12)]


async def test_different_people_are_served_at_the_same_time(town: TelegramTown) -> None:
    town.telegram.latency = 0.2
    people = [town.telegram.person(f"Person {number}") for number in range(20)]
    for person in people:
        person.says("/count")
    started = asyncio.get_running_loop().time()
    async with town.running():
        await town.telegram.settled()
        took = asyncio.get_running_loop().time() - started
    assert took < 20 * 0.2 / 2  # one after the other it is more than four seconds
    assert sorted(int(texts(person)[0]) for person in people) == list(range(1, 21))


async def test_a_slow_person_keeps_nobody_waiting(town: TelegramTown) -> None:
    slow, quick = town.telegram.person("Slow"), town.telegram.person("Quick")
    town.telegram.fail_next("sendMessage", kind="timeout", chat_id=slow.id)
    slow_id = slow.says("/say slow").update_id
    async with town.running(patience=Patience(poll=5, stop=0.2, retry=0.05)):
        await until(lambda: bool(town.telegram.called("sendMessage")) or bool(town.telegram.called("getUpdates")))
        await asyncio.sleep(0.1)
        for number in range(3):
            quick.says(f"/say {number}")
            await until(lambda: len(texts(quick)) > number)  # noqa: B023 - called at once
        assert texts(slow) == []
    # Nothing from the slow one on was acknowledged; all of it comes again, and counts once.
    assert town.telegram.pending == 4
    async with town.running():
        await town.telegram.settled()
    assert texts(slow) == ["slow"]
    assert await town.effects() == 4
    assert await town.handled() == town.keys(*range(slow_id, slow_id + 4))


# --- exactly once ---------------------------------------------------------------------------------------------------


async def test_an_update_that_comes_again_gets_the_same_answer_and_no_second_effect(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    update_id = thandi.says("/count").update_id
    async with town.running():
        await town.telegram.settled()
        thandi.says("/count")
        await town.telegram.settled()
        town.telegram.redeliver(update_id)
        await town.telegram.settled()
    assert texts(thandi) == ["1", "2", "1"]
    assert await town.effects() == 2


@pytest.mark.usefixtures("hasty")
async def test_a_stop_between_commit_and_reply_loses_neither(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    town.telegram.fail_next("sendMessage", kind="500", times=2)
    thandi.says("/count")
    async with town.running(patience=Patience(poll=5, retry=60)):  # the next try would be long after the stop
        await until(lambda: len(town.telegram.called("sendMessage")) == 2)
        await asyncio.sleep(0.1)
        assert await town.effects() == 1
        assert town.telegram.pending == 1  # committed, but not answered: so not acknowledged
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == ["1"]
    assert await town.effects() == 1


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", ["500", "502_html", "reset"])
async def test_a_reply_is_tried_until_telegram_takes_it(town: TelegramTown, kind: FaultKind) -> None:
    thandi = town.telegram.person("Thandi")
    town.telegram.fail_next("sendMessage", kind=kind, times=5)
    thandi.says("/count")
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == ["1"]
    assert await town.effects() == 1


async def test_a_clean_stop_leaves_nothing_to_be_said_again(town: TelegramTown) -> None:
    town.telegram.latency = 0.3
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    async with town.running():
        await until(lambda: bool(town.telegram.called("getUpdates")))
        await asyncio.sleep(0.1)  # the reply is on its way when the stop comes
    assert town.telegram.pending == 0
    assert texts(thandi) == ["1"]
    async with town.running():
        await asyncio.sleep(0.5)
    assert texts(thandi) == ["1"]


async def test_a_clean_stop_finishes_what_is_older_than_something_finished(town: TelegramTown) -> None:
    thandi, sipho = town.telegram.person("Thandi"), town.telegram.person("Sipho")
    town.telegram.fail_next("sendMessage", kind="500", times=3, chat_id=thandi.id)  # her first answer takes a while
    for person, word in ((thandi, "1"), (thandi, "2"), (sipho, "3"), (thandi, "4")):
        person.says(f"/say {word}")
    async with town.running(patience=Patience(poll=5, stop=5, retry=0.05)):
        await until(lambda: texts(sipho) == ["3"])
        assert texts(thandi) == []
    assert texts(thandi) == ["1", "2"]  # or "3" would come again; nothing has overtaken "4", which can wait
    assert town.telegram.pending == 1
    async with town.running():
        await town.telegram.settled()
    assert (texts(thandi), texts(sipho)) == (["1", "2", "4"], ["3"])
    assert await town.effects() == 4


@pytest.mark.usefixtures("hasty")
async def test_a_stop_amid_trouble_puts_nobodys_words_out_of_order(town: TelegramTown) -> None:
    thandi, sipho = town.telegram.person("Thandi"), town.telegram.person("Sipho")
    town.telegram.fail_next("sendMessage", kind="500", times=2, chat_id=thandi.id)
    for person, word in ((thandi, "1"), (thandi, "2"), (sipho, "3")):
        person.says(f"/say {word}")
    async with town.running(patience=Patience(poll=5, retry=60)):  # her next try would be long after the stop
        await until(lambda: len(town.telegram.called("sendMessage")) == 3 and texts(sipho) == ["3"])
        await asyncio.sleep(0.1)
    assert texts(thandi) == []  # "2" was not begun, although "3" is beyond it
    assert town.telegram.pending == 3
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == ["1", "2"]
    assert await town.effects() == 3


async def test_an_update_that_fails_while_others_go_through_does_not_hold_the_town(
    town: TelegramTown, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PATIENCE", ())
    poisoned, thandi = town.telegram.person("Poisoned"), town.telegram.person("Thandi")
    number = poisoned.says("/break").update_id
    thandi.says("/count")
    async with town.running(patience=Patience(poll=5, retry=0.001)):
        await town.telegram.settled()
    assert texts(thandi) == ["1"]
    assert f"{town.keys(number)[0]} was let go" in caplog.text


async def test_while_nothing_goes_through_nothing_is_let_go(
    town: TelegramTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PATIENCE", ())
    town.telegram.person("Thandi").says("/break")
    async with town.running(patience=Patience(poll=5, retry=0.001, stop=0.5)):
        await asyncio.sleep(0.7)  # far more than the tries after which one is let go
    assert town.telegram.pending == 1
    assert await town.handled() == []


# --- what cannot be read --------------------------------------------------------------------------------------------


async def test_malformed_updates_spoil_no_others(town: TelegramTown, caplog: pytest.LogCaptureFixture) -> None:
    thandi = town.telegram.person("Thandi")
    thandi.says("/say before")
    town.telegram.raw_update({"message": {"text": "a secret that was malformed"}})
    town.telegram.raw_update({"callback_query": 17})
    town.telegram.raw_update({"update_id": 10**30, "message": None} | {"update_id": 814_000_004})
    town.telegram.raw_update({"something_new": {"from": "next year"}})
    thandi.says("/say after")
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == ["before", "after"]
    assert caplog.text.count("is malformed and was skipped") == 2
    assert "a secret" not in caplog.text


async def test_something_without_a_number_is_passed_over(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    town.telegram.raw_update("nonsense")
    thandi.says("/say hello")
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == ["hello"]


async def test_other_bots_are_not_answered(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    thandi.user["is_bot"] = True
    thandi.says("/count")
    async with town.running():
        await town.telegram.settled()
    assert town.telegram.called("sendMessage") == []
    assert await town.account(thandi.id) is None


# --- Telegram in trouble --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "502", "502_html", "reset", "reset_after", "400"])
async def test_polling_goes_on_after_trouble(
    town: TelegramTown, kind: FaultKind, caplog: pytest.LogCaptureFixture
) -> None:
    thandi = town.telegram.person("Thandi")
    town.telegram.fail_next("getUpdates", kind=kind, times=3)
    thandi.says("/count")
    async with town.running():
        await town.telegram.settled()
        thandi.says("/count")
        await town.telegram.settled()
    assert texts(thandi) == ["1", "2"]
    assert caplog.text.count("trying again until it does") == 1  # three failures, one line
    assert town.telegram.token not in caplog.text


async def test_polling_waits_as_long_as_telegram_asks(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    town.telegram.fail_next("getUpdates", kind="429", retry_after=1)
    started = asyncio.get_running_loop().time()
    async with town.running():
        await town.telegram.settled()
    assert asyncio.get_running_loop().time() - started >= 1
    assert town.pace.halted_for() == 0  # sending was never in question


async def test_another_poller_is_told_of_once_and_outlived(
    town: TelegramTown, caplog: pytest.LogCaptureFixture
) -> None:
    thandi = town.telegram.person("Thandi")
    async with town.running(), aiohttp.ClientSession() as other:
        for _time in range(2):
            await asyncio.sleep(0.3)  # ours is waiting for updates by now
            async with other.get(f"{town.telegram.url}/bot{town.telegram.token}/getUpdates") as answer:
                assert answer.status == 200
        await until(lambda: "another program takes this bot's updates" in caplog.text)
        thandi.says("/count")
        await town.telegram.settled()
    assert texts(thandi) == ["1"]


async def test_a_429_halts_all_replies_for_as_long_as_it_says(town: TelegramTown) -> None:
    thandi, sipho = town.telegram.person("Thandi"), town.telegram.person("Sipho")
    town.telegram.fail_next("sendMessage", kind="429", retry_after=1)
    thandi.says("/count")
    async with town.running():
        await until(lambda: town.pace.halted_for() > 0)
        sipho.says("/count")
        await town.telegram.settled()
    first, *others = town.telegram.called("sendMessage")
    assert len(others) == 2
    assert all(call.at - first.at >= 0.9 for call in others)


async def test_a_webhook_left_behind_is_taken_away(town: TelegramTown) -> None:
    async with town.running() as channel:
        await channel.bot.set_webhook("http://127.0.0.1:9/old")
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    async with town.running():
        await town.telegram.settled()
    assert texts(thandi) == ["1"]


async def test_a_wrong_token_is_a_startup_problem(town: TelegramTown) -> None:
    wrong = SecretStr(f"{town.telegram.bot_id}:AAThisIsNotTheTokenThatTheEmulatorHas")
    channel = town.channel(telegram_token=wrong)
    with pytest.raises(StartupProblem, match="copy it again from @BotFather") as problem:
        await channel.start()
    await channel.stop()
    assert wrong.get_secret_value() not in str(problem.value)


async def test_a_town_starts_without_telegram_and_finds_it_later(
    town: TelegramTown, caplog: pytest.LogCaptureFixture
) -> None:
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    town.telegram.fail_next("getMe", kind="500", times=3)
    channel = town.channel()
    await channel.start()
    names = [channel.username]
    assert "trying again until it does" in caplog.text
    await town.telegram.settled()
    names.append(channel.username)
    await channel.stop()
    assert names == [None, town.telegram.username]
    assert texts(thandi) == ["1"]


async def test_a_silent_telegram_holds_the_start_only_briefly(town: TelegramTown) -> None:
    town.telegram.fail_next("getMe", kind="timeout")
    channel = town.channel(patience=Patience(poll=5, start=0.2, retry=0.05))
    async with asyncio.timeout(1):
        await channel.start()
    await until(lambda: channel.username is not None)
    await channel.stop()


# --- presence -------------------------------------------------------------------------------------------------------


async def test_who_blocks_the_bot_is_left_alone_until_they_come_back(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    async with town.running():
        thandi.says("/count")
        await town.telegram.settled()
        thandi.blocks_bot()
        await town.telegram.settled()
        assert not (await town.account(thandi.id)).reachable
        thandi.unblocks_bot()
        await town.telegram.settled()
        assert (await town.account(thandi.id)).reachable
    assert texts(thandi) == ["1"]
    assert len(town.telegram.called("sendMessage")) == 1


async def test_the_sender_delivers_and_stops_politely(town: TelegramTown, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    hello = Outgoing("<b>Hello</b>", (((("Go", "yes")),),))
    async with town.running(patience=QUICK) as channel:
        await town.telegram.settled()
        sent = await channel.sender.send(str(thandi.id), hello, lane=Lane.BULK, key="outbox:1")
        town.telegram.latency = 0.2
        late = asyncio.create_task(channel.sender.send(str(thandi.id), hello, lane=Lane.BULK, key="outbox:2"))
        await asyncio.sleep(0.05)
    assert sent.outcome is Outcome.SENT
    assert (await late).outcome is Outcome.SENT  # what was on its way arrived
    after = await channel.sender.send(str(thandi.id), hello, lane=Lane.BULK, key="outbox:3")
    assert after.outcome is Outcome.RETRY
    assert texts(thandi) == ["1", "Hello", "Hello"]
