"""The 24 hours of WhatsApp: free words, a template, another account, or held until they write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.outcome import Outcome
from bot.delivery.whatsapp_sender import CARE, WINDOW
from storage import outbox
from tests.delivery.whatsapp_town import (
    DROPPED,
    FAILED,
    NOON,
    SENT,
    TRACKERS,
    WAITING,
    WhatsAppTown,
    a_town,
    approved,
)

HOUR, YESTERDAY = timedelta(hours=1), timedelta(hours=30)
LONG: dict[str, Any] = {
    "notice": "hours.confirmed", "shift": 1, "title": "A" * 1500, "minutes": 60, "week": "2026-11-23",
}  # fmt: skip


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WhatsAppTown]:
    town = await a_town(database_url)
    yield town
    await town.database.close()


# -- the window --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "kind"),
    [
        (HOUR, "interactive"),
        (WINDOW - CARE - timedelta(seconds=1), "interactive"),
        (WINDOW - CARE, "template"),
        (WINDOW + HOUR, "template"),
        (None, "template"),
    ],
)
async def test_free_words_go_within_the_window_only(line: WhatsAppTown, heard: timedelta | None, kind: str) -> None:
    thandi = await line.person(heard=heard)
    row_id = await line.tells(thandi)
    await line.settles()
    (sent,) = line.client.sent
    assert (sent.kind, sent.address, sent.tracker) == (kind, f"ZA.{thandi}", TRACKERS.of(row_id, 1))
    row = await line.row(row_id)
    assert (row.state, row.reference, row.account_id) == (SENT, sent.wamid, 10 * thandi)
    assert row.template == sent.name


async def test_a_template_says_it_in_their_language_else_the_towns_else_english(line: WhatsAppTown) -> None:
    sipho = await line.person(language="zu")
    await line.tells(sipho)
    await line.settles()
    line.client.account = approved("es", "en")
    line.restarts()
    await line.tells(sipho, "2")
    await line.settles()
    line.client.account = approved("es")
    line.restarts()
    held = await line.tells(sipho, "3")
    await line.settles()
    assert [sent.name for sent in line.client.sent] == ["townbell_account/zu", "townbell_account/en"]
    name, *_others = line.client.sent[1].content["components"][0]["parameters"]
    assert name == {"type": "text", "parameter_name": "name", "text": "Thandi"}
    assert await line.state(held) == (FAILED, outbox.HELD)


async def test_a_reminder_carries_its_answers_and_the_way_to_the_whole(line: WhatsAppTown) -> None:
    thandi = await line.person()
    row_id = await line.reminds(thandi)
    await line.settles()
    (sent,) = line.client.sent
    payloads = [part["parameters"][0]["payload"] for part in sent.content["components"] if part["type"] == "button"]
    assert sent.name == "townbell_shift_reminder/en"
    assert payloads[0].endswith(f"{row_id}")
    assert len(payloads) == 3
    assert payloads[1] != payloads[2]


async def test_what_is_held_goes_out_when_they_write(line: WhatsAppTown) -> None:
    line.client.account = []
    thandi = await line.person(heard=YESTERDAY)
    good, late = await line.tells(thandi), await line.tells(thandi, "2", expires_at=NOON + timedelta(hours=2))
    await line.settles()
    assert await line.state(good) == await line.state(late) == (FAILED, outbox.HELD)
    assert not line.client.sent
    line.clock.move_to(NOON + timedelta(hours=3))
    await line.writes(thandi)
    await line.settles()
    assert line.kinds == ["interactive"]
    assert (await line.state(good))[0] == SENT
    assert await line.state(late) == (FAILED, outbox.HELD)


# -- several accounts --------------------------------------------------------------------------------------------------


async def test_without_a_template_the_other_account_is_told_and_only_that(line: WhatsAppTown) -> None:
    line.client.account = []
    thandi = await line.person(heard=YESTERDAY, telegram=True)
    row_id = await line.tells(thandi)
    await line.settles()
    await line.writes(thandi)
    await line.settles()
    assert (line.client.sent, line.elsewhere.sent) == ([], [str(thandi)])
    assert (await line.state(row_id))[0] == SENT


async def test_two_channels_one_message(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR, telegram=True)
    await line.tells(thandi)
    await line.settles()
    assert (len(line.client.sent), line.elsewhere.sent) == (1, [])


async def test_held_if_the_other_account_blocks(line: WhatsAppTown) -> None:
    line.client.account, line.elsewhere.outcome = [], Outcome.BLOCKED
    row_id = await line.tells(await line.person(telegram=True))
    await line.settles()
    assert await line.state(row_id) == (FAILED, outbox.HELD)


async def test_a_channel_that_is_away_is_waited_for_before_it_is_held(line: WhatsAppTown) -> None:
    line.client.account = []
    del line.worker.desk.senders["telegram"]  # type: ignore[attr-defined]
    row_id = await line.tells(await line.person(telegram=True))
    await line.settles()
    assert await line.state(row_id) == (WAITING, "the channel is not open")


# -- long messages -----------------------------------------------------------------------------------------------------


async def test_of_several_parts_the_last_is_the_one_that_is_told_of(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    row_id = await line.tells(thandi, **LONG)
    await line.settles()
    first, last = line.client.sent
    assert (first.kind, first.tracker) == ("text", "")
    assert (last.kind, last.tracker) == ("interactive", TRACKERS.of(row_id, 1))
    assert (await line.row(row_id)).reference == last.wamid


async def test_a_part_that_went_is_not_said_again(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    line.client.refuses(131016, kind="interactive")
    await line.tells(thandi, **LONG)
    await line.settles()
    await line.settles(minutes=5)
    assert line.kinds == ["text", "interactive"]


# -- what must not come twice ------------------------------------------------------------------------------------------


async def test_after_a_crash_between_sending_and_noting_a_reminder_is_not_sent_again(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    row_id = await line.reminds(thandi)

    await _crash_after_sending(line)
    assert len(line.client.sent) == 1
    line.restarts()
    await line.worker._take_up()
    await line.settles()
    assert len(line.client.sent) == 1
    assert await line.state(row_id) == (DROPPED, "may have been sent before a stop")
    await line.told((line.client.sent[0], "delivered"))  # it was
    row = await line.row(row_id)
    assert (row.state, row.detail, row.reference) == (SENT, "", line.client.sent[0].wamid)
    assert row.delivered_at is not None


async def _crash_after_sending(line: WhatsAppTown) -> None:
    """What a worker leaves that dies when WhatsApp has its message."""
    async with line.database.unit() as unit:
        taken = await line.worker._take(unit, dict.fromkeys(line.worker._pumps, 5))
    for attempt in taken[1].values():
        attempt._settle = _dies  # type: ignore[method-assign]
        with pytest.raises(SystemExit):
            await attempt.run()


async def _dies(*_given: object, **_more: object) -> None:
    raise SystemExit


async def test_a_try_whose_answer_was_lost_is_not_made_again_once_its_message_is_told_of(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    line.client.refuses(0, may_have_arrived=True, arrives=True)
    row_id = await line.tells(thandi)
    await line.settles()
    assert (await line.state(row_id))[0] == WAITING
    await line.told((line.client.sent[0], "sent"))
    await line.settles(hours=1)
    assert len(line.client.sent) == 1
    assert (await line.state(row_id))[0] == SENT


async def test_a_reminder_whose_answer_was_lost_is_not_tried_again(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    line.client.refuses(0, may_have_arrived=True, arrives=True)
    row_id = await line.reminds(thandi)
    await line.settles()
    await line.settles(hours=1)
    assert await line.state(row_id) == (DROPPED, "may have arrived: no")
    assert len(line.client.sent) == 1
