"""Delivery by python-telegram-bot against the emulator: what each answer of Telegram means for the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.delivery.outage import Outage
from bot.delivery.outcome import Delivered, Departure, Outcome, Outgoing
from bot.delivery.pace import Lane, Limits, Pace
from bot.delivery.telegram import LARGEST_FILE, TOKEN_REFUSED, TelegramSender, make_sender_bot
from tests.emulators.telegram import Button, Person, TelegramEmulator
from tests.emulators.telegram import Limits as FloodLimits

QUICK = Limits().scaled(0.02)
HELLO = Outgoing("Sawubona")


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def pace() -> Pace:
    return Pace(QUICK)


@pytest.fixture
async def sender(tg: TelegramEmulator, pace: Pace) -> AsyncIterator[TelegramSender]:
    sender = TelegramSender(make_sender_bot(tg.token, tg.url, pace, retries=1, read_timeout=0.5))
    yield sender
    await sender.close()


@pytest.fixture
def thandi(tg: TelegramEmulator) -> Person:
    person = tg.person("Thandi")
    person.says("/start")
    return person


async def test_a_notice_arrives(tg: TelegramEmulator, sender: TelegramSender, thandi: Person) -> None:
    buttons = ((("Coming", "shift:7:yes"), ("Can't come", "shift:7:no")), (("Map", "https://example.org/bakery"),))
    sent = await sender.send(str(thandi.id), Outgoing("<b>Bakery</b> at 07:00", buttons), lane=Lane.PERSONAL)
    assert (sent.outcome, sent.reference) == (Outcome.SENT, str(thandi.last.id))
    assert thandi.last.text == "Bakery at 07:00"
    assert tg.called("sendMessage")[-1].params["link_preview_options"] == {"is_disabled": True}
    assert thandi.last.buttons == [
        [Button("Coming", data="shift:7:yes"), Button("Can't come", data="shift:7:no")],
        [Button("Map", url="https://example.org/bakery")],
    ]


async def test_files_arrive_with_their_words(sender: TelegramSender, thandi: Person) -> None:
    report = Outgoing("<i>Hours</i>", ((("Ok", "ok"),),), document=("hours.csv", b"a;b\n"))
    assert (await sender.send(str(thandi.id), report, lane=Lane.BULK)).outcome is Outcome.SENT
    assert thandi.last.document is not None
    assert (thandi.last.document.name, thandi.last.document.data) == ("hours.csv", b"a;b\n")
    assert (thandi.last.text, thandi.last.labels) == ("Hours", ["Ok"])
    poster = Outgoing("The mayor", photo=b"\xff\xd8\xff" + bytes(40))
    assert (await sender.send(str(thandi.id), poster, lane=Lane.BULK)).outcome is Outcome.SENT
    assert thandi.last.photo is not None
    assert (thandi.last.photo.data[:3], thandi.last.text) == (b"\xff\xd8\xff", "The mayor")
    with pytest.raises(ValueError, match="not both"):
        Outgoing("x", document=("a", b"a"), photo=b"b")


async def test_a_picture_is_uploaded_once(tg: TelegramEmulator, sender: TelegramSender, thandi: Person) -> None:
    poster = Outgoing("The mayor", photo=b"\xff\xd8\xff" + bytes(40))
    for _time in range(2):
        assert (await sender.send(str(thandi.id), poster, lane=Lane.BULK)).outcome is Outcome.SENT
    tg.state.uploads.clear()  # Telegram knows the id no more
    assert (await sender.send(str(thandi.id), poster, lane=Lane.BULK)).outcome is Outcome.SENT
    given = [str(call.params["photo"]) for call in tg.called("sendPhoto")]
    uploaded = [one.startswith(("<", "attach://")) for one in given]
    assert uploaded == [True, False, False, True]
    assert given[1] == given[2]
    assert [message.photo.data for message in thandi.messages[1:] if message.photo] == [poster.photo] * 3


async def test_a_picture_that_is_refused_does_not_keep_the_words_back(
    sender: TelegramSender, thandi: Person, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Outgoing("The mayor", ((("Ok", "ok"),),), photo=b"no picture at all")
    sent = await sender.send(str(thandi.id), broken, lane=Lane.BULK)
    assert (sent.outcome, sent.reference) == (Outcome.SENT, str(thandi.last.id))
    assert (thandi.last.text, thandi.last.labels, thandi.last.photo) == ("The mayor", ["Ok"], None)
    assert "IMAGE_PROCESS_FAILED" in caplog.text.upper()
    thandi.blocks_bot()
    assert (await sender.send(str(thandi.id), broken, lane=Lane.BULK)).outcome is Outcome.BLOCKED


async def test_who_waits_out_a_429_can_be_called_back(
    tg: TelegramEmulator, pace: Pace, sender: TelegramSender, thandi: Person
) -> None:
    """What Telegram refused waits for its turn again: it did not leave, and nothing of it arrives."""
    tg.fail_next("sendMessage", kind="429", retry_after=2)
    departure = Departure()
    waiting = asyncio.create_task(sender.send(str(thandi.id), HELLO, lane=Lane.BULK, leaving=departure))
    while not pace.halted_for():  # noqa: ASYNC110 (set by the sender when the answer arrives)
        await asyncio.sleep(0.01)
    assert not departure.left
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await pace.resumed()
    assert [message.text for message in thandi.messages] == ["/start"]


@pytest.mark.parametrize(
    ("kind", "outcome", "words"),
    [
        ("403", Outcome.BLOCKED, "blocked by the user"),
        ("400", Outcome.REFUSED, "Injected by the test"),
        ("500", Outcome.RETRY, "Internal Server Error"),
        ("502", Outcome.RETRY, "Bad Gateway"),
        ("502_html", Outcome.RETRY, "Bad Gateway"),
        ("reset", Outcome.RETRY, "ClientPayloadError"),
        ("timeout", Outcome.RETRY, "Timed out"),
    ],
)
async def test_what_went_wrong(
    tg: TelegramEmulator, sender: TelegramSender, thandi: Person, kind: Any, outcome: Outcome, words: str
) -> None:
    tg.fail_next("sendMessage", kind=kind)
    report = await sender.send(str(thandi.id), HELLO, lane=Lane.BULK)
    assert report.outcome is outcome
    assert words in report.detail
    assert report.reference is None
    assert (await sender.send(str(thandi.id), HELLO, lane=Lane.BULK)).outcome is Outcome.SENT
    assert [message.text for message in thandi.messages] == ["/start", "Sawubona"]


async def test_an_answer_lost_on_the_way_is_retry_though_it_arrived(
    tg: TelegramEmulator, sender: TelegramSender, thandi: Person
) -> None:
    tg.fail_next("sendMessage", kind="reset_after")
    assert (await sender.send(str(thandi.id), HELLO, lane=Lane.BULK)).outcome is Outcome.RETRY
    assert thandi.last.text == "Sawubona"


async def test_people_who_cannot_be_reached(tg: TelegramEmulator, sender: TelegramSender, thandi: Person) -> None:
    silent = tg.person("Sam")
    thandi.blocks_bot()
    for address in (str(thandi.id), str(silent.id), "424242"):
        assert (await sender.send(address, HELLO, lane=Lane.BULK)).outcome is Outcome.BLOCKED
    assert (await sender.send("thandi", HELLO, lane=Lane.BULK)).outcome is Outcome.REFUSED
    assert len(tg.called("sendMessage")) == 3


async def test_a_group_that_moved(tg: TelegramEmulator, sender: TelegramSender, thandi: Person) -> None:
    town = tg.group("Town", thandi)
    old = town.id
    town.migrates(thandi)
    report = await sender.send(str(old), HELLO, lane=Lane.BULK)
    assert (report.outcome, report.moved_to) == (Outcome.MOVED, str(town.id))


async def test_a_message_is_changed_where_it_stands(
    tg: TelegramEmulator, sender: TelegramSender, thandi: Person
) -> None:
    group = tg.group("Bakers", thandi)
    sent = await sender.send(str(group.id), Outgoing("0 of 2", ((("Vote", "https://example.org/"),),)), lane=Lane.BULK)
    number, changed = int(sent.reference or 0), Outgoing("<b>1</b> of 2", ((("Vote", "https://example.org/"),),))
    left: list[str] = []

    async def leaving() -> None:
        left.append("left")

    for _time in range(2):  # the second time it says so already, which is just as well
        edited = await sender.edit(str(group.id), number, changed, leaving=leaving)
        assert (edited.outcome, edited.reference) == (Outcome.SENT, str(number))
    assert (group.messages[-1].text, group.messages[-1].labels, left) == ("1 of 2", ["Vote"], ["left", "left"])
    assert (await sender.edit(str(group.id), number + 99, HELLO)).outcome is Outcome.REFUSED
    tg.fail_next("editMessageText", kind="500")
    assert (await sender.edit(str(group.id), number, HELLO)).outcome is Outcome.RETRY
    old, new = group.id, group.migrates(by=thandi)
    moved = await sender.edit(str(old), number, HELLO)
    assert (moved.outcome, moved.moved_to) == (Outcome.MOVED, str(new))
    group.removes_bot(by=thandi)
    assert (await sender.edit(str(new), number, HELLO)).outcome is Outcome.BLOCKED


async def test_messages_that_telegram_never_takes(tg: TelegramEmulator, sender: TelegramSender, thandi: Person) -> None:
    for screen in (
        Outgoing("<b>open"),
        Outgoing("x" * 4097),
        Outgoing("x", ((("x", "é" * 33),),)),
        Outgoing("x", document=("big", bytes(LARGEST_FILE + 1))),
    ):
        assert (await sender.send(str(thandi.id), screen, lane=Lane.BULK)).outcome is Outcome.REFUSED
    assert not tg.called("sendDocument")


async def test_a_refused_token_keeps_the_message(tg: TelegramEmulator, pace: Pace, thandi: Person) -> None:
    sender = TelegramSender(make_sender_bot("12345:" + "A" * 35, tg.url + "/", pace))
    report = await sender.send(str(thandi.id), HELLO, lane=Lane.BULK)
    assert (report.outcome, report.detail) == (Outcome.RETRY, "Unauthorized")


async def test_a_refused_token_is_said_loudly(
    tg: TelegramEmulator, pace: Pace, caplog: pytest.LogCaptureFixture
) -> None:
    """Where updates come by a webhook nobody else would notice."""
    sender = TelegramSender(make_sender_bot("12345:" + "A" * 35, tg.url, pace))
    assert await Outage("telegram", sender, SystemClock()).blamed(Delivered(Outcome.RETRY, "Unauthorized"))
    await sender.close()
    assert [(one.levelno, TOKEN_REFUSED in one.message) for one in caplog.records] == [(logging.ERROR, True)]


async def test_who_asks_for_silence_is_there(tg: TelegramEmulator, sender: TelegramSender, pace: Pace) -> None:
    """Nor is it asked anything meanwhile."""
    pace.halt(60)
    async with asyncio.timeout(2):
        assert await sender.why_away() is None
    assert not tg.called("getMe")
    await sender.close()


async def test_a_429_is_waited_out_by_everyone(
    tg: TelegramEmulator, pace: Pace, sender: TelegramSender, thandi: Person
) -> None:
    sam = tg.person("Sam")
    sam.says("hi")
    tg.fail_next("sendMessage", kind="429", retry_after=1, chat_id=thandi.id)
    loop = asyncio.get_running_loop()
    began = loop.time()
    slow = asyncio.create_task(sender.send(str(thandi.id), HELLO, lane=Lane.BULK))
    while not pace.halted_for():  # noqa: ASYNC110 (set by the sender when the answer arrives)
        await asyncio.sleep(0.01)
    other = await sender.send(str(sam.id), HELLO, lane=Lane.PERSONAL)
    assert loop.time() - began >= 1
    assert other.outcome is (await slow).outcome is Outcome.SENT
    first, *later = (call.at for call in tg.called("sendMessage"))
    assert min(later) - first >= 0.95


async def test_a_429_that_does_not_end_goes_back_to_the_outbox(
    tg: TelegramEmulator, pace: Pace, sender: TelegramSender, thandi: Person
) -> None:
    tg.fail_next("sendMessage", kind="429", retry_after=1, times=2)
    report = await sender.send(str(thandi.id), HELLO, lane=Lane.BULK)
    assert (report.outcome, report.retry_after) == (Outcome.RETRY, 1)
    assert len(tg.called("sendMessage")) == 2


async def test_a_long_429_is_not_waited_for(
    tg: TelegramEmulator, pace: Pace, sender: TelegramSender, thandi: Person
) -> None:
    tg.fail_next("sendMessage", kind="429", retry_after=600)
    async with asyncio.timeout(2):
        report = await sender.send(str(thandi.id), HELLO, lane=Lane.BULK)
    assert (report.outcome, report.retry_after) == (Outcome.RETRY, 600)
    assert pace.halted_for() > 590


async def test_the_town_is_told_within_telegrams_limits() -> None:
    """Sixty people, a group, replies in between, all at once: flood control never has to speak."""
    async with TelegramEmulator(enforce_limits=FloodLimits(burst=3)) as tg:
        sender = TelegramSender(make_sender_bot(tg.token, tg.url, Pace()))
        people = [tg.person(f"Person {number}") for number in range(60)]
        for person in people:
            person.says("/start")
        town = tg.group("Town", *people[:3])
        bulk = [sender.send(str(chat), HELLO, lane=Lane.BULK) for chat in [p.id for p in people] + [town.id] * 4]
        replies = [sender.send(str(people[0].id), HELLO, lane=Lane.PERSONAL) for _ in range(3)]
        reports = await asyncio.gather(*bulk, *replies)
        await sender.close()
        assert {report.outcome for report in reports} == {Outcome.SENT}
        assert [call.error for call in tg.calls if not call.ok] == []
        assert len(tg.called("sendMessage")) == 67


async def test_only_what_was_on_its_way_may_have_arrived(
    tg: TelegramEmulator, sender: TelegramSender, thandi: Person
) -> None:
    """A reminder is dropped rather than sent twice; but not when Telegram said that it did not take it."""
    tg.fail_next("sendMessage", kind="reset_after")
    assert (await sender.send(str(thandi.id), Outgoing("hello"), lane=Lane.PERSONAL)).may_have_arrived
    tg.fail_next("sendMessage", kind="500")
    refused = await sender.send(str(thandi.id), Outgoing("hello"), lane=Lane.PERSONAL)
    assert refused.outcome is Outcome.RETRY
    assert not refused.may_have_arrived
