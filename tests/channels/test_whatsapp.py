"""The WhatsApp channel against the emulator: who is answered what, once, and in which order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile

from bot import logs
from bot.channels.whatsapp_session import Correspondent, answering
from bot.channels.whatsapp_updates import key_of
from bot.delivery.whatsapp_forms import number_of
from bot.intake import intake
from bot.problems import StartupProblem
from tests.channels.telegram_town import until
from tests.channels.whatsapp_town import WhatsAppTown, a_town
from tests.emulators.whatsapp import Person


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[WhatsAppTown]:
    async with a_town(tmp_path) as town:
        yield town


def heard(person: Person) -> list[str]:
    return [message.text for message in person.messages]


# --- conversations --------------------------------------------------------------------------------------------------


async def test_somebody_writes_and_taps(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        thandi.says("/count")
        thandi.says("/ask")
        await town.wa.settled()
        thandi.taps(None, "Yes")
        await town.wa.settled()
    assert heard(thandi) == ["1", "Shall we?", "Done\n\nYes, 2"]
    assert [choice.title for choice in thandi.messages[1].choices] == ["Yes"]
    (account,) = await town.accounts()
    assert (account.address, account.phone, account.language) == (thandi.user_id, thandi.phone, "en")
    assert account.heard_at is not None


async def test_a_choice_can_be_typed(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        for words in ("/ask", "1", "/ask", "yes"):
            thandi.says(words)
            await town.wa.settled()
    assert [text for text in heard(thandi) if text.startswith("Done")] == ["Done\n\nYes, 1", "Done\n\nYes, 2"]


async def test_a_template_reply_is_a_tap(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        thandi.says("/ask")
        await town.wa.settled()
        thandi.taps_raw(thandi.last, "yes", kind="button")
        thandi.taps_raw("wamid.nowhere", "yes", kind="list_reply")
        await town.wa.settled()
    assert heard(thandi)[1:] == ["Done\n\nYes, 1", "Done\n\nYes, 2"]


async def test_whoever_hides_their_phone_is_answered_by_id(town: WhatsAppTown) -> None:
    anna = town.wa.person("Anna", hides_phone=True)
    async with town.running():
        anna.says("/say hello")
        await town.wa.settled()
    assert heard(anna) == ["hello"]
    assert [(account.address, account.phone) for account in await town.accounts()] == [(anna.user_id, None)]
    assert town.wa.called("/messages")[-1].json["recipient"] == anna.user_id


async def test_where_ids_are_not_taken_the_phone_is(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        town.wa.fail_next(code=131062)
        thandi.says("/say hello")
        await town.wa.settled()
    assert heard(thandi) == ["hello"]
    assert town.wa.called("/messages")[-1].json["to"] == thandi.phone


async def test_a_stranger_is_spoken_to_in_the_towns_language(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running(town_language="zu"):
        thandi.says("/count")
        await town.wa.settled()
    assert [account.language for account in await town.accounts()] == ["zu"]


async def test_one_persons_messages_are_handled_in_order(town: WhatsAppTown) -> None:
    thandi, sipho = town.wa.person("Thandi"), town.wa.person("Sipho")
    async with town.running():
        with town.wa.batching(per_value=3, per_entry=2):
            for number in range(10):
                thandi.says(f"/say t{number}")
                sipho.says(f"/say s{number}")
        await town.wa.settled()
    assert heard(thandi) == [f"t{number}" for number in range(10)]
    assert heard(sipho) == [f"s{number}" for number in range(10)]
    assert await town.effects() == 20


# --- once -----------------------------------------------------------------------------------------------------------


async def test_webhooks_that_come_again_change_nothing(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        thandi.says("/count")
        thandi.says("/say bread")
        await town.wa.settled()
        assert await town.wa.replays(50) == [200] * len(town.wa.hooks.past)
        await town.wa.settled()
    assert heard(thandi) == ["1", "bread"]  # what was answered is not answered again
    assert await town.effects() == 2


async def test_after_a_restart_an_update_that_comes_again_is_only_answered_again(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    town.wa.statuses.muted = True
    async with town.running():
        wamid = thandi.says("/count")
        await town.wa.settled()
    async with town.running():
        assert await town.wa.replays(1) == [200]
        await town.wa.settled()
    assert heard(thandi) == ["1", "1"]
    assert await town.effects() == 1
    assert await town.handled() == [key_of(wamid)]


async def test_what_is_remembered_of_a_message_tells_no_number(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        wamid = thandi.says("/count")
        await town.wa.settled()
    (key,) = await town.handled()
    assert wamid not in key
    assert len(key) == 32


async def test_a_reply_that_fails_halfway_goes_on_where_it_was(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        thandi.says("/say " + "word " * 790)
        await town.wa.settled()
        town.wa.fail_next(code=131000, times=1)
        thandi.says("/ask")
        await town.wa.settled()
    assert heard(thandi)[-1] == "Shall we?"
    assert heard(thandi).count("Shall we?") == 1


async def test_what_whatsapp_refuses_holds_nobody(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        town.wa.fail_next(code=131026)
        town.wa.fail_next(code=131009)
        thandi.says("/count")
        thandi.says("/count")
        thandi.says("/count")
        await town.wa.settled()
    assert heard(thandi) == ["3"]


async def test_a_file_that_whatsapp_does_not_take_is_missed_in_words(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    thandi.contact.wrote_at = town.wa.now()
    file = SendDocument(
        chat_id=number_of(thandi.user_id), document=BufferedInputFile(b"{}", filename="me.json"), caption="Here it is."
    )
    async with town.running() as channel:
        with answering(Correspondent(thandi.user_id, thandi.phone)):
            for call in ("upload", "messages"):
                town.wa.fail_next(code=131053, call=call)
                await channel.bot(file)
            await channel.bot(file)
    sorry = "Here it is.\n\nThe file could not be sent. Please ask for it again later."
    assert heard(thandi) == [sorry, sorry, "Here it is."]


async def test_too_many_messages_to_one_person_wait(town: WhatsAppTown) -> None:
    thandi, sipho = town.wa.person("Thandi"), town.wa.person("Sipho")
    async with town.running():
        town.wa.fail_next(code=131056, to=thandi, retry_after=0.2)
        thandi.says("/count")
        sipho.says("/say hello")
        await until(lambda: heard(sipho) == ["hello"])
        assert heard(thandi) == []
        await town.wa.settled(15)
    assert heard(thandi) == ["1"] or heard(thandi) == ["2"]


async def test_a_flood_halts_the_number(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running() as channel:
        town.wa.fail_next(code=130429)
        thandi.says("/count")
        await until(lambda: channel.client.pace.halted_for() > 0)
        await town.wa.settled(10)
    assert heard(thandi) == ["1"]


async def test_while_whatsapp_is_away_the_answer_waits(town: WhatsAppTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PATIENCE", (0.0, 0.0))
    thandi = town.wa.person("Thandi")
    async with town.running():
        town.wa.fail_next(kind="503", times=4)
        town.wa.fail_next(code=190, times=4)
        thandi.says("/count")
        await town.wa.settled()
    assert heard(thandi) == ["1"]
    assert await town.effects() == 1


# --- start and stop -------------------------------------------------------------------------------------------------


async def test_the_number_is_known_from_the_start(town: WhatsAppTown) -> None:
    async with town.running() as channel:
        assert channel.links.whatsapp_number == town.wa.display_number
        link = channel.links.start("shift_7")
    assert link == f"https://wa.me/{town.wa.display_number}?text=%2Fstart%20shift_7"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"whatsapp_token": "made-up"}, "TOWNBELL_WHATSAPP_TOKEN"),
        ({"whatsapp_phone_id": "123456"}, "TOWNBELL_WHATSAPP_PHONE_ID"),
    ],
)
async def test_what_whatsapp_refuses_is_told_at_once(town: WhatsAppTown, changes: dict[str, Any], names: str) -> None:
    channel = town.channel(**changes)
    with pytest.raises(StartupProblem, match=names) as problem:
        await channel.start()
    await channel.stop()
    assert "made-up" not in str(problem.value)


async def test_without_whatsapp_the_town_starts_and_goes_on_trying(town: WhatsAppTown) -> None:
    town.wa.fail_next(kind="503", call="number", times=2)
    thandi = town.wa.person("Thandi")
    async with town.running() as channel:
        assert channel.links.whatsapp_number is None
        thandi.says("/say hello")
        await town.wa.settled()
        await until(lambda: channel.links.whatsapp_number is not None)
    assert heard(thandi) == ["hello"]


async def test_a_stop_in_the_middle_loses_nothing(town: WhatsAppTown) -> None:
    people = [town.wa.person(name) for name in "abcdef"]
    town.wa.latency = 0.05
    async with town.running():
        for person in people:
            person.says("/count")
            person.says("/count")
        await asyncio.sleep(0.08)
    async with town.running():
        await town.wa.settled()
    assert await town.effects() == 12
    assert all(len(person.messages) >= 2 for person in people)


async def test_photos_that_nobody_waits_for_are_not_fetched(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        thandi.sends_photo(b"\xff\xd8\xff not much of a picture", caption="us")
        await town.wa.settled()
    assert not [call for call in town.wa.calls if call.method == "GET" and "attachments" in call.path]


# --- people ---------------------------------------------------------------------------------------------------------


async def test_whoever_was_known_by_phone_alone_stays_who_they_are(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    async with town.running():
        town.wa.contacts_without_user_id = True
        thandi.says("/count")
        await town.wa.settled()
        assert [account.address for account in await town.accounts()] == [thandi.phone]
        town.wa.contacts_without_user_id = False
        thandi.says("/count")
        await town.wa.settled()
        town.wa.contacts_without_user_id = True
        thandi.says("/count")
        await town.wa.settled()
    assert [(account.address, account.phone) for account in await town.accounts()] == [(thandi.user_id, thandi.phone)]
    assert heard(thandi) == ["1", "2", "3"]


@pytest.mark.parametrize("shape", ["both", "phone alone", "id alone", "hidden"])
async def test_whoever_changes_their_phone_or_id_stays_who_they_are(town: WhatsAppTown, shape: str) -> None:
    thandi = town.wa.person("Thandi", hides_phone=shape == "hidden")
    town.wa.contacts_without_user_id = shape == "phone alone"
    async with town.running():
        thandi.says("/count")
        await town.wa.settled()
        before = thandi.phone
        if shape == "id alone":
            thandi.changes_user_id()
        else:
            thandi.changes_phone("27831112222")
        thandi.says("/count")
        await town.wa.settled()
        assert await town.wa.replays(50)
        old = town.wa.person("Somebody else", phone=before) if shape != "id alone" else None
        if old is not None:
            old.says("/count")
            await town.wa.settled()
    first, *others = await town.accounts()
    assert len(others) == (0 if old is None else 1)
    assert first.address == (thandi.phone if shape == "phone alone" else thandi.user_id)
    assert first.reachable
    assert heard(thandi) == ["1", "2"]


async def test_a_number_that_was_given_to_somebody_else_is_theirs(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi", phone="27820009999", user_id="ZA.11")
    async with town.running():
        thandi.says("/count")
        await town.wa.settled()
        town.wa.state.rename(thandi.contact, "27820008888", "ZA.11")
        sipho = town.wa.person("Sipho", phone="27820009999", user_id="ZA.22")
        sipho.says("/count")
        await town.wa.settled()
        assert [(one.address, one.phone) for one in await town.accounts()] == [("ZA.11", None), ("ZA.22", sipho.phone)]
        thandi.says("/count")
        await town.wa.settled()
    assert [one.phone for one in await town.accounts()] == [thandi.phone, sipho.phone]


async def test_wishes_about_advertising_are_kept(town: WhatsAppTown) -> None:
    thandi = town.wa.person("Thandi")
    now = datetime.now(UTC).timestamp()
    async with town.running():
        thandi.says("/count")
        await town.wa.settled()
        for hours, tell, kept in ((1, thandi.stops_marketing, True), (2, thandi.resumes_marketing, False)):
            town.wa.now = lambda hours=hours: now + hours * 3600  # type: ignore[misc]
            tell()
            await town.wa.settled()
            assert [account.marketing_off for account in await town.accounts()] == [kept]
        await town.wa.replays(50)
        assert [account.marketing_off for account in await town.accounts()] == [False]
        stranger = town.wa.person("Nobody yet")
        stranger.stops_marketing()
        await town.wa.settled()
    assert len(await town.accounts()) == 1


# --- secrets --------------------------------------------------------------------------------------------------------


async def test_nothing_secret_and_nobodys_words_are_logged(
    town: WhatsAppTown, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PATIENCE", (0.0,))
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.set_up("DEBUG")
    try:
        thandi = town.wa.person("Thandi Nomvula")
        async with town.running():
            for trouble in ({"code": 131009}, {"code": 131026}, {"kind": "garbage"}, {"kind": "drop"}, {"code": 100}):
                town.wa.fail_next(**trouble)
                thandi.says("/say sourdough")
                await town.wa.settled()
            thandi.sends_unsupported()
            await town.wa.settled()
            await town.wa.posts_raw(b'{"sourdough', signature="sha256=00")
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
    written = capsys.readouterr().err
    assert "a reply was refused" in written
    for secret in ("sourdough", "Nomvula", thandi.phone, thandi.user_id, town.wa.token, town.wa.app_secret):
        assert secret not in written
