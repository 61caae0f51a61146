"""What each of WhatsApp's errors comes to, whether it is told at once or later."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.lanes import Lane
from bot.delivery.outcome import Outcome, Outgoing
from storage import outbox
from storage.outbox import PUT_OFF, TROUBLE
from storage.tables import Priority
from tests.delivery.whatsapp_town import FAILED, NOON, SENT, WAITING, WhatsAppTown, a_town

HOUR, YESTERDAY = timedelta(hours=1), timedelta(hours=30)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WhatsAppTown]:
    town = await a_town(database_url)
    yield town
    await town.database.close()


async def meets(line: WhatsAppTown, code: int, *, later: bool, person: int, **more: Any) -> int:
    """A notice that WhatsApp refuses at once, or takes and tells `later` that it failed."""
    if not later:
        line.client.refuses(code)
    row_id = await line.tells(person, **more)
    await line.settles()
    if later:
        sent = line.client.sent.pop()
        await line.told((sent, "sent"), (sent, "failed", code))
        await line.settles()
    return row_id


at_once_or_later = pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])


@at_once_or_later
async def test_131047_goes_on_as_a_template_and_shuts_the_window(line: WhatsAppTown, later: bool) -> None:
    thandi = await line.person(heard=HOUR)
    row_id = await meets(line, 131047, later=later, person=thandi)
    assert line.kinds == ["template"]
    assert (await line.row(row_id)).template == "townbell_account/en"
    assert (await line.account(thandi)).heard_at is None
    await line.tells(thandi, "next")
    await line.settles()
    assert line.kinds == ["template", "template"]  # nobody tries in vain


@at_once_or_later
async def test_131047_without_a_template_goes_to_the_other_account(line: WhatsAppTown, later: bool) -> None:
    line.client.account = []
    thandi = await line.person(heard=HOUR, telegram=True)
    row_id = await meets(line, 131047, later=later, person=thandi)
    assert (line.client.sent, line.elsewhere.sent) == ([], [str(thandi)])
    assert (await line.state(row_id))[0] == SENT


@at_once_or_later
async def test_131047_without_either_is_held(line: WhatsAppTown, later: bool) -> None:
    line.client.account = []
    thandi = await line.person(heard=HOUR)
    row_id = await meets(line, 131047, later=later, person=thandi)
    assert await line.state(row_id) == (FAILED, outbox.HELD)
    await line.writes(thandi)
    await line.settles()
    assert line.kinds == ["interactive"]


async def test_131047_for_a_template_ends_there(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person())
    await line.settles()
    await line.told((line.client.sent[0], "failed", 131047))
    await line.settles()
    assert (await line.state(row_id), len(line.client.sent)) == ((FAILED, outbox.HELD), 1)


async def test_131047_later_leaves_the_window_open_for_who_wrote_meanwhile(line: WhatsAppTown) -> None:
    thandi = await line.person(heard=HOUR)
    row_id = await line.tells(thandi)
    await line.settles()
    sent = line.client.sent.pop()
    await line.writes(thandi)
    await line.told((sent, "failed", 131047))
    await line.settles()
    assert line.kinds == ["interactive"]
    assert (await line.state(row_id))[0] == SENT
    assert (await line.account(thandi)).heard_at is not None


async def test_131047_for_a_reminder_that_must_not_come_twice(line: WhatsAppTown) -> None:
    """It did not arrive, so it may be tried otherwise."""
    row_id = await line.reminds(await line.person(heard=HOUR))
    await line.settles()
    sent = line.client.sent.pop()
    await line.told((sent, "failed", 131047))
    await line.settles()
    assert line.kinds == ["template"]
    assert (await line.state(row_id))[0] == SENT


@at_once_or_later
async def test_131056_lets_this_person_alone_for_a_while(line: WhatsAppTown, later: bool) -> None:
    thandi, sipho = await line.person(heard=HOUR, telegram=True), await line.person(heard=HOUR)
    row_id = await meets(line, 131056, later=later, person=thandi)
    row = await line.row(row_id)
    assert row.state == WAITING
    assert row.due_at >= NOON + timedelta(seconds=6)
    assert not line.elsewhere.sent  # that is no reason to write to them elsewhere
    await line.tells(sipho)
    await line.settles()
    assert [sent.address for sent in line.client.sent] == [f"ZA.{sipho}"]
    await line.settles(seconds=7)
    assert (await line.state(row_id))[0] == SENT


async def test_131056_again_and_again_waits_for_longer(line: WhatsAppTown) -> None:
    row_id = await line.tells(await line.person(heard=HOUR))
    await line.settles()
    waits = []
    for _time in range(4):
        await line.told((line.client.sent[-1], "failed", 131056))
        await line.settles()
        waits.append(((await line.row(row_id)).due_at - line.clock.now()).total_seconds())
        await line.settles(seconds=waits[-1] + 1)
    assert [round(wait) for wait in waits] == [6, 12, 24, 48]


async def test_130429_waits_a_moment_and_costs_no_try(line: WhatsAppTown) -> None:
    line.client.refuses(130429, times=20, retry_after=4.0)
    row_id = await line.tells(await line.person(heard=HOUR, telegram=True))
    await line.settles()
    row = await line.row(row_id)
    assert (row.state, row.attempts) == (WAITING, 0)
    assert 3 < (row.due_at - line.clock.now()).total_seconds() <= 4
    for _time in range(20):
        await line.settles(seconds=5)
    assert (await line.state(row_id))[0] == SENT
    assert not line.elsewhere.sent


@at_once_or_later
async def test_a_number_that_is_held_back_speaks_to_single_people_first(line: WhatsAppTown, later: bool) -> None:
    people = [await line.person(heard=HOUR) for _ in range(3)]
    bulk = await meets(line, 131048, later=later, person=people[0], priority=Priority.BULK)
    assert (await line.state(bulk))[1].startswith(PUT_OFF)
    other = await line.tells(people[1], priority=Priority.BULK)
    urgent = await line.tells(people[2], priority=Priority.URGENT)
    await line.settles(seconds=40)
    assert ((await line.state(other))[0], (await line.state(urgent))[0]) == (WAITING, SENT)
    assert len(line.client.sent) == 1
    await line.settles(minutes=11)
    assert {(await line.state(row))[0] for row in (bulk, other)} == {SENT}


@at_once_or_later
async def test_who_whatsapp_spares_is_left_alone_for_a_day(line: WhatsAppTown, later: bool) -> None:
    line.client.account = [one | {"category": "MARKETING"} for one in line.client.account]
    thandi = await line.person(heard=YESTERDAY)
    row_id = await meets(line, 131049, later=later, person=thandi)
    assert await line.state(row_id) == (FAILED, outbox.HELD)
    await line.tells(thandi, "2")
    await line.settles(hours=20)
    assert not line.client.sent
    await line.tells(thandi, "3")
    await line.settles(hours=5)
    assert line.kinds == ["template"]


@at_once_or_later
@pytest.mark.parametrize("code", [131049, 130472])
async def test_who_whatsapp_spares_is_spared_after_a_restart_too(line: WhatsAppTown, later: bool, code: int) -> None:
    line.client.account = [one | {"category": "MARKETING"} for one in line.client.account]
    thandi, sipho = await line.person(heard=YESTERDAY), await line.person(heard=YESTERDAY)
    await meets(line, code, later=later, person=thandi)
    line.restarts()
    held = await line.tells(thandi, "2")
    await line.tells(sipho)
    await line.settles(hours=20)
    assert [sent.address for sent in line.client.sent] == [f"ZA.{sipho}"]
    assert await line.state(held) == (FAILED, outbox.HELD)
    await line.tells(thandi, "3")
    await line.settles(hours=5)
    assert [sent.address for sent in line.client.sent] == [f"ZA.{sipho}", f"ZA.{thandi}"]


async def test_a_shut_window_and_who_is_spared_are_both_remembered(line: WhatsAppTown) -> None:
    """Both may be learned on the way of one notice."""
    line.client.account = [one | {"category": "MARKETING"} for one in line.client.account]
    thandi = await line.person(heard=HOUR)
    line.client.refuses(131047, kind="interactive")
    line.client.refuses(131049, kind="template")
    row_id = await line.tells(thandi)
    await line.settles()
    assert await line.state(row_id) == (FAILED, outbox.HELD)
    account = await line.account(thandi)
    assert account.heard_at is None
    assert timedelta(hours=23) < account.spared_until - line.clock.now() <= timedelta(days=1)


@at_once_or_later
async def test_131050_is_remembered_and_kept_to(line: WhatsAppTown, later: bool) -> None:
    kept = [one for one in line.client.account if one["name"] != "townbell_account"]
    line.client.account = kept + [
        one | {"category": "MARKETING"} for one in line.client.account if one["name"] == "townbell_account"
    ]
    thandi = await line.person(heard=YESTERDAY)
    row_id = await meets(line, 131050, later=later, person=thandi)
    assert await line.state(row_id) == (FAILED, outbox.HELD)
    assert (await line.account(thandi)).marketing_off
    line.restarts()
    await line.tells(thandi, "2")
    await line.settles(days=2)
    assert not line.client.sent
    reminder = await line.reminds(thandi, "3")
    await line.settles()
    assert (await line.state(reminder)) == (SENT, "")
    assert [sent.name for sent in line.client.sent] == ["townbell_shift_reminder/en"]  # no advertising


@at_once_or_later
async def test_who_is_gone_from_there_is_written_to_elsewhere(line: WhatsAppTown, later: bool) -> None:
    thandi = await line.person(heard=HOUR, telegram=True)
    row_id = await meets(line, 131026, later=later, person=thandi)
    assert (line.elsewhere.sent, (await line.state(row_id))[0]) == ([str(thandi)], SENT)
    assert not (await line.account(thandi)).reachable
    alone = await line.person(heard=HOUR)
    lost = await meets(line, 131026, later=later, person=alone)
    assert await line.state(lost) == (FAILED, outbox.UNREACHED)
    await line.writes(alone)
    await line.settles()
    assert (await line.state(lost))[0] == SENT


async def test_the_towns_own_trouble_is_waited_out(line: WhatsAppTown, caplog: pytest.LogCaptureFixture) -> None:
    people = [await line.person(heard=HOUR) for _ in range(5)]
    line.client.refuses(190, times=1_000)
    with caplog.at_level(logging.ERROR):
        rows = [await line.tells(person) for person in people]
        for _time in range(12):
            await line.settles(hours=2)
    assert {(await line.state(row))[1] for row in rows} == {f"{TROUBLE}190 no"}
    assert sum("takes nothing from the town" in record.message for record in caplog.records) == 1
    line.client._fails.clear()
    line.restarts()
    await line.worker._take_up()  # whoever mends it starts the town again: nothing waits for its hour
    await line.settles()
    assert len(line.client.sent) == 5


@at_once_or_later
async def test_in_trouble_with_whatsapp_other_channels_go_on(line: WhatsAppTown, later: bool) -> None:
    thandi = await line.person(heard=HOUR, telegram=True)
    row_id = await meets(line, 131042, later=later, person=thandi)
    assert await line.state(row_id) == (WAITING, f"{TROUBLE}131042 no")  # a minute first
    await line.settles(minutes=1, seconds=1)
    await line.settles()
    assert (await line.state(row_id))[0] == SENT


@at_once_or_later
async def test_who_is_not_on_a_test_numbers_list_gets_it_when_they_write(
    line: WhatsAppTown, later: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """It can never go well before somebody puts them on the list, so it is not tried until then."""
    thandi, sipho = await line.person(heard=HOUR), await line.person(heard=HOUR)
    row_id = await meets(line, 131030, later=later, person=thandi)
    assert await line.state(row_id) == (FAILED, outbox.HELD)
    await line.tells(sipho)
    await line.settles(hours=20)
    assert [sent.address for sent in line.client.sent] == [f"ZA.{sipho}"]
    line.client.refuses(131030, times=3)
    again = await line.tells(thandi, "again")
    await line.settles()
    assert await line.state(again) == (FAILED, outbox.HELD)
    await line.writes(thandi)  # and is not on the list yet
    await line.settles()
    assert (len(line.client.sent), line.client.refused) == (1, 3 + (not later))
    assert sum("on its list" in record.message for record in caplog.records) == 1  # the operator's one line
    await line.writes(thandi)
    await line.settles()
    assert {(await line.state(row))[0] for row in (row_id, again)} == {SENT}


@at_once_or_later
async def test_who_is_not_on_the_list_is_told_elsewhere(line: WhatsAppTown, later: bool) -> None:
    thandi = await line.person(heard=HOUR, telegram=True)
    row_id = await meets(line, 131030, later=later, person=thandi)
    assert (line.elsewhere.sent, (await line.state(row_id))[0]) == ([str(thandi)], SENT)
    assert (await line.account(thandi)).reachable


@at_once_or_later
async def test_a_template_that_is_not_taken_gives_way_to_another(line: WhatsAppTown, later: bool) -> None:
    sipho = await line.person(language="zu")
    row_id = await meets(line, 132015, later=later, person=sipho)
    assert [sent.name for sent in line.client.sent] == ["townbell_account/en"]
    assert (await line.state(row_id))[0] == SENT
    await line.tells(sipho, "2")
    await line.settles()
    assert line.client.sent[-1].name == "townbell_account/en"
    assert line.client.asked == 1
    await line.tells(sipho, "3")
    await line.settles(minutes=2)
    assert line.client.sent[-1].name == "townbell_account/zu"  # WhatsApp was asked again
    assert line.client.asked == 2


async def test_without_another_template_it_is_held(line: WhatsAppTown) -> None:
    line.client.refuses(132015, times=10)
    row_id = await line.tells(await line.person())
    await line.settles()
    assert await line.state(row_id) == (FAILED, outbox.HELD)


async def test_a_file_that_does_not_get_through_leaves_its_words(line: WhatsAppTown) -> None:
    poster = Outgoing("The <b>mayor</b>", ((("Ok", "ok"),),), photo=b"\xff\xd8\xff" + bytes(40))
    line.client.refuses(131053)
    sent = await line.sender.send("ZA.1", poster, lane=Lane.BULK, key="a")
    (only,) = line.client.sent
    assert (sent.outcome, sent.reference) == (Outcome.SENT, only.wamid)
    assert "header" not in only.content


@at_once_or_later
async def test_trouble_that_passes_is_tried_again(line: WhatsAppTown, later: bool) -> None:
    row_id = await meets(line, 131000, later=later, person=await line.person(heard=HOUR))
    row = await line.row(row_id)
    assert (row.state, row.due_at > line.clock.now()) == (WAITING, True)
    await line.settles(minutes=1)
    assert (await line.state(row_id))[0] == SENT
    assert line.kinds == ["interactive"]


@at_once_or_later
async def test_a_wrong_message_is_not_tried_again(line: WhatsAppTown, later: bool) -> None:
    row_id = await meets(line, 131009, later=later, person=await line.person(heard=HOUR))
    assert await line.state(row_id) == (FAILED, "131009 no")
    await line.settles(hours=5)
    assert not line.client.sent


async def test_while_the_templates_are_not_known_it_waits(line: WhatsAppTown) -> None:
    line.client.away = True
    row_id = await line.tells(await line.person())
    await line.settles()
    assert (await line.state(row_id))[1].startswith(PUT_OFF)
    line.client.away = False
    await line.settles(minutes=2)
    assert line.kinds == ["template"]


async def test_who_writes_while_it_is_put_off_gets_it_at_once(line: WhatsAppTown) -> None:
    line.client.away = True
    thandi = await line.person()
    row_id = await line.tells(thandi)
    await line.settles()
    await line.writes(thandi)
    await line.settles()
    assert ((await line.state(row_id))[0], line.kinds) == (SENT, ["interactive"])


async def test_a_message_of_no_row_says_what_became_of_it(line: WhatsAppTown) -> None:
    """What the progress of a broadcast is told with."""
    hello = Outgoing("Half of it is done")
    assert (await line.sender.send("ZA.1", hello, lane=Lane.PERSONAL, key="a")).outcome is Outcome.SENT
    line.client.refuses(131047)
    assert (await line.sender.send("ZA.1", hello, lane=Lane.PERSONAL, key="b")).outcome is Outcome.CLOSED
    line.client.refuses(190)
    for key in ("c", "d"):
        assert (await line.sender.send("ZA.1", hello, lane=Lane.PERSONAL, key=key)).outcome is Outcome.LATER
    assert [sent.tracker for sent in line.client.sent] == [""]
