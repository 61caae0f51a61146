"""What WhatsApp's webhooks tell, in every shape that it has: recorded ones, old ones, and ones that nobody knows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import CallbackQuery, Message

from bot.channels.whatsapp_updates import Heard, Said, heard_in, key_of
from bot.delivery.whatsapp_forms import number_of
from bot.delivery.whatsapp_trackers import Trackers
from handlers.kit.reply import TYPED
from storage.queries.statuses import StatusReport
from storage.queries.whatsapp import Change, Preference
from tests.lines import WhatsAppLine
from tests.people import Town

BOT = Bot("42:whatsapp")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PHONE_ID = "106540352242922"
TRACKERS = Trackers("a secret")
METADATA = {"display_phone_number": "15550783881", "phone_number_id": PHONE_ID}
CONTACT = {"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234", "user_id": "US.13491208655302741918"}
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="


def body(**value: Any) -> dict[str, Any]:
    """A webhook in the shape of Meta's reference."""
    whole = {"messaging_product": "whatsapp", "metadata": METADATA} | value
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"value": whole, "field": "messages"}]}],
    }


def told(**value: Any) -> Heard:
    """What such a webhook tells."""
    return heard_in(body(**value), PHONE_ID, TRACKERS)


def a_message(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {
        "from": "16505551234",
        "from_user_id": CONTACT["user_id"],
        "id": WAMID,
        "timestamp": "1749416383",
        "type": kind,
        kind: content,
    } | more


def said_by(message: dict[str, Any], **value: Any) -> Said:
    heard = told(**({"contacts": [CONTACT], "messages": [message]} | value))
    (said,) = heard.events
    assert isinstance(said, Said)
    return said


def message_of(message: dict[str, Any]) -> Message:
    update = said_by(message).update(BOT, "US.1", NOW)
    assert update.message is not None
    return update.message


def tap_of(message: dict[str, Any]) -> CallbackQuery:
    update = said_by(message).update(BOT, "US.1", NOW)
    assert update.callback_query is not None
    return update.callback_query


# --- messages -------------------------------------------------------------------------------------------------------


def test_text() -> None:
    said = said_by(a_message("text", {"body": "Does it come in another color?"}))
    assert (said.user_id, said.phone, said.name) == (CONTACT["user_id"], "16505551234", "Sheena Nelson")
    assert said.at == datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)
    message = message_of(said.message)
    assert message.text == "Does it come in another color?"
    assert message.chat.type == "private"
    assert message.chat.id == number_of("US.1")
    assert message.from_user is not None
    assert message.from_user.id == message.chat.id
    assert message.bot is BOT


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_a_tap_is_what_a_typed_choice_becomes(kind: str) -> None:
    reply = {"id": "shift:7:join", "title": "Join", "description": "at nine"}
    tap = tap_of(
        a_message("interactive", {"type": kind, kind: reply}, context={"from": "15550783881", "id": "wamid.x"})
    )
    assert (tap.id, tap.data) == (TYPED, "shift:7:join")
    assert isinstance(tap.message, Message)
    assert tap.message.text is None, "what stands on a button is no word of theirs"
    assert tap.message.chat.id == tap.from_user.id


def test_a_template_reply_is_a_tap() -> None:
    tap = tap_of(a_message("button", {"payload": "mail:7", "text": "Read it"}))
    assert (tap.id, tap.data) == (TYPED, "mail:7")


def test_a_tap_without_data_is_its_words() -> None:
    assert message_of(a_message("button", {"text": "Read it"})).text == "Read it"
    assert (
        message_of(a_message("interactive", {"type": "button_reply", "button_reply": {"title": "Yes"}})).text == "Yes"
    )


def test_a_photo_is_known_by_its_id() -> None:
    image = {"mime_type": "image/jpeg", "sha256": "x", "id": "1003383421387256", "caption": "Our bread"}
    message = message_of(a_message("image", image))
    assert message.photo is not None
    assert (message.photo[0].file_id, message.caption, message.text) == ("1003383421387256", "Our bread", None)


def test_opening_the_chat_is_a_start() -> None:
    assert message_of(a_message("request_welcome", {})).text == "/start"


OTHERS: dict[str, Any] = {
    "document": {"filename": "a.pdf", "mime_type": "application/pdf", "sha256": "x", "id": "1"},
    "video": {"mime_type": "video/mp4", "sha256": "x", "id": "1"},
    "audio": {"mime_type": "audio/ogg; codecs=opus", "sha256": "x", "id": "1", "voice": True},
    "sticker": {"mime_type": "image/webp", "sha256": "x", "id": "1", "animated": False},
    "location": {"latitude": 38.9, "longitude": -77.05, "name": "Mill", "address": "Mill Lane"},
    "contacts": [{"name": {"formatted_name": "B", "first_name": "B"}, "phones": [{"phone": "+1 555"}]}],
    "order": {"catalog_id": "1", "text": "", "product_items": []},
    "unsupported": {"type": "poll_creation"},
    "unknown": {},
    "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}", "body": "Sent", "name": "flow"}},
    "hologram": {"depth": 3},
}


@pytest.mark.parametrize("kind", OTHERS)
def test_whatever_else_is_sent_is_a_message_without_words(kind: str) -> None:
    message = message_of(a_message(kind, OTHERS[kind], errors=[{"code": 131051}], referral={"source_type": "ad"}))
    assert (message.text, message.photo) == (None, None)


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke"])
def test_what_asks_for_no_answer(kind: str) -> None:
    heard = told(contacts=[CONTACT], messages=[a_message(kind, {"message_id": "w", "emoji": "👍"})])
    assert heard == ([], [])


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "contacts", "expected"),
    [
        ({"from": "1650555", "from_user_id": "US.1"}, [], ("US.1", "1650555", "")),
        ({"from": "1650555"}, [{"wa_id": "1650555", "user_id": "US.1"}], ("US.1", "1650555", "")),
        ({"from_user_id": "US.1"}, [{"user_id": "US.1", "profile": {"name": "A"}}], ("US.1", None, "A")),
        ({"from": "1650555"}, [{"wa_id": "1650555", "profile": {}}], (None, "1650555", "")),
        ({"from": "1650555"}, [{"wa_id": "1999999", "user_id": "US.2"}], (None, "1650555", "")),
        ({}, [{"user_id": "US.1"}], ("US.1", None, "")),
        (
            {"from_user_id": "US.2"},
            [{"user_id": "US.1"}, {"user_id": "US.2", "wa_id": "1650555"}],
            ("US.2", "1650555", ""),
        ),
        ({"from_user_id": "US.ENT.77"}, [], ("US.ENT.77", None, "")),
    ],
)
def test_who_it_is_from(message: dict[str, Any], contacts: list[Any], expected: tuple[Any, ...]) -> None:
    one = {"id": WAMID, "type": "text", "text": {"body": "hi"}, "timestamp": "7"} | message
    (said,) = told(contacts=contacts, messages=[one]).events
    assert isinstance(said, Said)
    assert (said.user_id, said.phone, said.name) == expected


def test_from_nobody_or_of_a_group_of_strangers() -> None:
    one = {"id": WAMID, "type": "text", "text": {"body": "hi"}, "timestamp": "7"}
    assert told(messages=[one]).events == []
    assert told(contacts=[{"user_id": "US.1"}, {"user_id": "US.2"}], messages=[one]).events == []


def test_changes_of_who_somebody_is() -> None:
    moved = {
        "body": "User A changed from 1650555 to 1650777", "wa_id": "1650777", "type": "user_changed_number",
        "user_id": "US.2", "previous_user_id": "US.1",
    }  # fmt: skip
    older = {"body": "…", "new_wa_id": "1650777", "type": "user_changed_number"}
    renamed = {"body": "…", "user_id": "US.2", "previous_user_id": "US.1", "type": "user_changed_user_id"}
    same = {"body": "…", "identity": "x", "wa_id": "1650555", "type": "customer_identity_changed"}
    broken = {"body": "…", "type": "user_changed_number"}
    messages = [
        a_message("system", moved, **{"from": "1650555"}),
        {"id": WAMID, "type": "system", "timestamp": "7", "from": "1650555", "system": older},
        {"id": WAMID, "type": "system", "timestamp": "7", "system": renamed},
        a_message("system", same),
        {"id": WAMID, "type": "system", "timestamp": "7", "system": broken},
    ]
    assert told(messages=messages).events == [
        Change(key_of(WAMID), "US.1", "US.2", "1650555", "1650777"),
        Change(key_of(WAMID), None, None, "1650555", "1650777"),
        Change(key_of(WAMID), "US.1", "US.2", None, None),
    ]


def test_wishes_about_advertising() -> None:
    wish = {"wa_id": "1650555", "user_id": "US.1", "category": "marketing_messages", "timestamp": 1731705721}
    wishes = [wish | {"value": "stop"}, wish | {"value": "resume"}, wish | {"value": "later"}, {"value": "stop"}]
    first, second = told(contacts=[CONTACT], user_preferences=wishes).events
    assert isinstance(first, Preference)
    assert isinstance(second, Preference)
    assert (first.marketing_off, second.marketing_off) == (True, False)
    assert first.key != second.key


# --- statuses -------------------------------------------------------------------------------------------------------


def test_statuses_with_and_without_contacts() -> None:
    status = {"id": WAMID, "timestamp": "1750030073", "recipient_id": "16505551234",
              "biz_opaque_callback_data": TRACKERS.of(12, 1)}  # fmt: skip
    pricing = {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}
    error = {"code": 131047, "title": "Re-engagement message", "message": "Re-engagement message",
             "error_data": {"details": "More than 24 hours have passed."}, "href": "https://…"}  # fmt: skip
    statuses = [
        status | {"status": "delivered", "pricing": pricing, "conversation": {"id": "x"}},
        status | {"status": "failed", "errors": [error]},
        status | {"status": "played"},
        status | {"status": "sent", "biz_opaque_callback_data": "poll"},
        status | {"status": "read", "biz_opaque_callback_data": "12:1"},
        {"id": WAMID, "status": "read", "timestamp": "1750030073", "recipient_id": "16505551234"},
    ]
    at = datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC)
    expected = [
        StatusReport(WAMID, "delivered", 12, at),
        StatusReport(WAMID, "failed", 12, at, 131047, "More than 24 hours have passed."),
        StatusReport(WAMID, "read", 12, at, is_ours=False),
    ]
    for more in ({}, {"contacts": [CONTACT]}, {"contacts": [{"user_id": "US.1"}]}):
        assert told(statuses=statuses, **more) == ([], expected)


# --- the whole town -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "whatsapp")], indirect=True)
async def test_the_rooms_answer_what_they_cannot_read(town: Town) -> None:
    assert town.wa is not None
    anna = await town.resident("Anna")
    assert isinstance(anna.line, WhatsAppLine)
    on_phone = anna.line.person
    before = len(on_phone.messages)
    on_phone.sends_reaction(on_phone.messages[0])
    await town.wa.settled()
    assert len(on_phone.messages) == before
    for kind, content in OTHERS.items():
        on_phone.sends(kind, content)
    await town.wa.settled()
    answers = [message.text for message in on_phone.messages[before:]]
    assert len(answers) == len(OTHERS)
    assert len(set(answers)) == 1
    on_phone.says("/start shift_999")
    await town.wa.settled()
    assert on_phone.last.text not in answers
