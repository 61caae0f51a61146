"""The small parts of the Telegram channel by themselves."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import AnswerCallbackQuery, GetUpdates, SendMessage, TelegramMethod
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.channels.backoff import Backoff
from bot.channels.lines import Lines
from bot.channels.telegram_session import InTurn
from bot.channels.telegram_updates import key_of, number_of, translate
from bot.delivery.pace import Limits, Pace

BOT = Bot("7000000001:AAEmulatorTokenOfNoValueAtAll-_0001")

FIELDS = ("update_id", "message", "callback_query", "my_chat_member", "chat", "from", "id", "type", "text", "date")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)


@given(anything)
def test_nothing_that_comes_can_stop_the_channel(raw: Any) -> None:
    arrived = translate(raw, BOT, "riverbend_bot")
    assert arrived is None or arrived.arrival.key == key_of(BOT, number_of(raw) or 0)


def test_what_an_update_is_remembered_by_tells_no_number() -> None:
    """The gaps between numbers would count the taps on a secret ballot paper, which leave nothing else behind."""
    keys = [key_of(BOT, number) for number in range(814_000_000, 814_001_000)]
    assert len(set(keys)) == len(keys)
    assert sorted(keys) != keys
    assert not [key for number, key in enumerate(keys, 814_000_000) if str(number) in key]
    other = Bot("7000000001:AEmulatorTokenOfAnotherBotAltogether_1")
    assert key_of(other, 814_000_000) not in keys, "who has the database alone cannot count them out"


def test_an_update_nested_beyond_measure_is_skipped() -> None:
    message: dict[str, Any] = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}
    for _depth in range(5_000):
        message = message | {"reply_to_message": message}
    assert translate({"update_id": 1, "message": message}, BOT, "riverbend_bot") is None


@pytest.mark.parametrize("raw", [None, 7, "update_id", [], {}, {"update_id": True}, {"update_id": "7"}])
def test_what_has_no_number(raw: Any) -> None:
    assert number_of(raw) is None


async def test_a_line_is_served_in_order_and_the_counters_bound_all() -> None:
    lines, served = Lines(counters=3), list[tuple[str, int]]()
    busy = most = 0

    async def visit(name: str, number: int) -> None:
        nonlocal busy, most
        async with lines.at(name), lines.counter:
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.001 * (5 - number))
            served.append((name, number))
            busy -= 1

    names = "abcde"
    await asyncio.gather(*(visit(name, number) for number in range(5) for name in names))
    await lines.emptied()
    assert most == 3
    for name in names:
        assert [number for who, number in served if who == name] == list(range(5))


async def test_somebody_who_leaves_the_line_holds_nobody() -> None:
    lines, head = Lines(), asyncio.Event()

    async def stand() -> str:
        async with lines.at("a"):
            await head.wait()
        return "served"

    first, second, third = (asyncio.create_task(stand()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    head.set()
    assert [await first, await third] == ["served", "served"]
    assert second.cancelled()
    await lines.emptied()


def test_pauses_double_up_to_half_a_minute_and_obey_telegram() -> None:
    backoff = Backoff(first=0.5, most=30)
    pauses = [backoff.next() for _ in range(2_000)]
    for number, pause in enumerate(pauses):
        whole = min(30, 0.5 * 2 ** min(number, 10))
        assert whole / 2 <= pause <= whole
    assert backoff.next(at_least=90) == 90
    backoff.reset()
    assert backoff.next() <= 0.5


class Wire:
    """Stands for the HTTP request: raises what it was given, once."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def __call__(self, bot: Bot, method: TelegramMethod[Any]) -> Any:
        if self.error is not None:
            raise self.error
        return "sent"


def too_fast(method: TelegramMethod[Any]) -> TelegramRetryAfter:
    return TelegramRetryAfter(method=method, message="Too Many Requests", retry_after=5)


async def test_only_messages_halt_the_senders() -> None:
    pace = Pace(Limits().scaled(0.01))
    polling, message = GetUpdates(), SendMessage(chat_id=1, text="hello")
    with pytest.raises(TelegramRetryAfter):
        await InTurn(pace)(Wire(too_fast(polling)), BOT, polling)
    assert pace.halted_for() == 0
    with pytest.raises(TelegramRetryAfter):
        await InTurn(pace)(Wire(too_fast(message)), BOT, message)
    assert 4 < pace.halted_for() <= 5
    answer = asyncio.create_task(InTurn(pace)(Wire(), BOT, AnswerCallbackQuery(callback_query_id="1")))
    assert await InTurn(pace)(Wire(), BOT, polling) == "sent"
    assert not answer.done()
    answer.cancel()


async def test_an_unreadable_answer_tells_no_words() -> None:
    method = SendMessage(chat_id=1, text="hello")
    with pytest.raises(ValidationError) as invalid:
        TypeAdapter(int).validate_python("x")
    for original, kind in ((ValueError("no JSON"), TelegramServerError), (invalid.value, TelegramAPIError)):
        wire = Wire(ClientDecodeError("Failed", original, "somebody's words"))
        with pytest.raises(TelegramAPIError) as raised:
            await InTurn(Pace())(wire, BOT, method)
        assert type(raised.value) is kind
        assert "somebody's words" not in str(raised.value)
