"""The WhatsApp emulator, driven over HTTP by pywa's client, and its webhooks, parsed by pywa's types."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import httpx
import pytest
from pywa_async import errors
from pywa_async.client import WhatsApp
from pywa_async.types.callback import (
    Button,
    CallbackButton,
    CallbackSelection,
    Section,
    SectionList,
    SectionRow,
    URLButton,
)
from pywa_async.types.message import Message
from pywa_async.types.message_status import MessageStatus
from pywa_async.types.system import PhoneNumberChange
from pywa_async.types.user_preferences import UserMarketingPreferences

from tests.emulators.whatsapp import Person, WhatsAppEmulator
from tests.emulators.whatsapp_listener import JPEG, PNG, Listener, client_of, code_of, post, template
from tests.emulators.whatsapp_world import Json


def buttons(*labels: str, body: str = "Join?", **rest: Any) -> Json:
    offered = [{"type": "reply", "reply": {"id": f"id:{n}", "title": label}} for n, label in enumerate(labels)]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": offered}} | rest


def rows(count: int, *, sections: int = 1, body: str = "Choose", button: str = "Open", title: str = "Day") -> Json:
    each = [{"id": f"row:{n}", "title": f"Row {n}", "description": f"Number {n}"} for n in range(count)]
    parts = [{"rows": each[n::sections]} | ({"title": title} if title else {}) for n in range(sections)]
    return {"type": "list", "body": {"text": body}, "action": {"button": button, "sections": parts}}


# --- talking --------------------------------------------------------------------------------------------------------


async def test_a_conversation_with_pywa(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    await wa.settled()
    update = Message.from_update(client, listener.bodies[0])
    assert (update.text, update.from_user.bsuid, update.from_user.wa_id) == ("hello", thandi.user_id, thandi.phone)
    sent = await client.send_message(
        thandi.phone, "Bakery, Monday", header="Riverbend", footer="or type a number",
        buttons=[Button("Join", "shift:1"), Button("Back", "home")], tracker="row 7",
    )  # fmt: skip
    assert (sent.id, thandi.last.wamid) == (thandi.last.wamid, sent.id)
    assert thandi.last.text == "Riverbend\nBakery, Monday\nor type a number"
    assert thandi.last.choices == [("Join", "shift:1"), ("Back", "home")]
    await wa.settled()
    assert [(s["status"], s["biz_opaque_callback_data"]) for s in listener.statuses] == [
        ("sent", "row 7"), ("delivered", "row 7"),
    ]  # fmt: skip
    status = MessageStatus.from_update(client, listener.bodies[-1])
    assert (status.id, status.status, status.from_user.bsuid) == (sent.id, "delivered", thandi.user_id)

    thandi.taps(None, "Join")
    await wa.settled()
    tap = CallbackButton.from_update(client, listener.bodies[-1])
    assert (tap.data, tap.title, tap.reply_to_message and tap.reply_to_message.id) == (
        "shift:1", "Join", sent.id,
    )  # fmt: skip
    assert [message.id for message in thandi.messages] == [2]


async def test_a_list_is_read_and_tapped(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    section = Section("Shifts", [SectionRow("Bakery", "shift:1", "Monday 6:00")])
    await client.send_message(thandi.user_id, "Which?", buttons=SectionList("Shifts", [section]))
    assert (thandi.last.button, thandi.last.labels, thandi.last.is_list) == ("Shifts", ["Bakery"], True)
    thandi.taps(thandi.last, "Monday")
    await wa.settled()
    chosen = CallbackSelection.from_update(client, listener.bodies[-1])
    assert (chosen.data, chosen.title, chosen.description) == ("shift:1", "Bakery", "Monday 6:00")
    with pytest.raises(ValueError, match=r"\[\['Bakery'\]\]"):
        thandi.taps(None, "Kitchen")


async def test_a_forged_tap_carries_any_data(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    thandi.taps_raw("wamid.gone", "coordinator:1", title="Mine")
    thandi.taps_raw("wamid.gone", "coordinator:1", kind="list_reply")
    await wa.settled()
    assert listener.messages[-2]["interactive"]["button_reply"] == {"id": "coordinator:1", "title": "Mine"}
    assert listener.messages[-1]["interactive"]["type"] == "list_reply"
    assert listener.messages[-1]["context"] == {"from": wa.display_number, "id": "wamid.gone"}


async def test_who_hides_the_phone_is_known_by_user_id(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp
) -> None:
    sipho = wa.person("Sipho", hides_phone=True, username="sipho.m")
    sipho.says("hello")
    await wa.settled()
    (value,) = listener.values
    assert value["contacts"] == [{"profile": {"name": "Sipho", "username": "sipho.m"}, "user_id": sipho.user_id}]
    assert "from" not in value["messages"][0]
    sent = await client.send_message(sipho.user_id, "Hello Sipho")
    assert sent.chat.id == sipho.user_id
    await wa.settled()
    assert {"recipient_id" in status for status in listener.statuses} == {False}
    assert {status["recipient_user_id"] for status in listener.statuses} == {sipho.user_id}


async def test_shapes_of_old(wa: WhatsAppEmulator, listener: Listener) -> None:
    wa.contacts_without_user_id = True
    person = wa.person("Thandi", phone="27821234567")
    person.says("hello")
    await wa.settled()
    assert listener.values[0]["contacts"] == [{"profile": {"name": "Thandi"}, "wa_id": "27821234567"}]
    assert "from_user_id" not in listener.messages[0]


async def test_everything_people_send_is_parsed_by_pywa(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    thandi.sends_photo(JPEG, "Bread")
    thandi.sends_document(b"%PDF-1.7 roster", "roster.pdf")
    thandi.sends_video()
    thandi.sends_audio()
    thandi.sends_sticker()
    thandi.sends_location(-33.9, 18.4, "Bakery", "1 Mill Road")
    thandi.sends_contacts("Sipho", "27821110000")
    thandi.sends_reaction("wamid.of-the-town", "🙏")
    thandi.sends_reaction("wamid.of-the-town", "")
    thandi.sends_unsupported()
    thandi.sends("order", {"catalog_id": "1", "product_items": [
        {"product_retailer_id": "a", "quantity": 1, "item_price": 1.0, "currency": "ZAR"}]})  # fmt: skip
    await wa.settled()
    parsed = [Message.from_update(client, body) for body in listener.bodies[1:]]
    assert [message.type for message in parsed] == [
        "image", "document", "video", "audio", "sticker", "location", "contacts", "reaction", "reaction",
        "unsupported", "order",
    ]  # fmt: skip
    assert (parsed[0].caption, parsed[5].location and parsed[5].location.name) == ("Bread", "Bakery")
    assert "emoji" not in listener.messages[9]["reaction"]
    image = parsed[0].image
    assert image is not None
    assert await client.get_media_bytes(url=(await client.get_media_url(image.id)).url) == JPEG


async def test_an_unknown_message_type_goes_as_it_is(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    wamid = thandi.sends_raw({"type": "hologram", "hologram": 3, "from": "0"}, contacts=False)
    await wa.settled()
    assert listener.messages[-1] == {
        "from": "0", "from_user_id": thandi.user_id, "id": wamid, "timestamp": listener.messages[-1]["timestamp"],
        "type": "hologram", "hologram": 3,
    }  # fmt: skip
    assert "contacts" not in listener.values[-1]


async def test_a_changed_phone_and_a_changed_user_id(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    old_phone, old_id = thandi.phone, thandi.user_id
    thandi.changes_phone("27829999999")
    await wa.settled()
    change = PhoneNumberChange.from_update(client, listener.bodies[-1])
    assert (change.old_wa_id, change.new_wa_id, change.new_user_id) == (old_phone, "27829999999", thandi.user_id)
    assert listener.messages[-1]["system"]["previous_user_id"] == old_id != thandi.user_id
    thandi.changes_user_id("MX.77")
    await wa.settled()
    assert "from" not in listener.messages[-1]
    assert listener.messages[-1]["system"]["user_id"] == "MX.77"
    assert await code_of(wa, thandi, text={"body": "hi"}) == 0
    await client.send_message(old_phone, "are you there?")
    await wa.settled()
    assert listener.statuses[-1]["errors"][0]["code"] == 131026


async def test_hidden_phones_change_unseen_and_nobody_takes_anothers(
    wa: WhatsAppEmulator, listener: Listener, thandi: Person
) -> None:
    sipho = wa.person("Sipho", hides_phone=True)
    old = sipho.user_id
    sipho.changes_phone("27828888888")
    await wa.settled()
    message = listener.messages[-1]
    assert (message["system"]["type"], message["system"]["previous_user_id"]) == ("user_changed_user_id", old)
    assert "27828888888" not in str(message)
    with pytest.raises(ValueError, match="somebody else's"):
        sipho.changes_phone(thandi.phone)
    with pytest.raises(ValueError, match="somebody else's"):
        wa.person("Lerato", user_id=thandi.user_id)


async def test_marketing_preferences(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    wa.templates.approve("fair", "en", "MARKETING", "Come to the fair!")
    thandi.stops_marketing()
    await wa.settled()
    told = UserMarketingPreferences.from_update(client, listener.bodies[-1])
    assert (told.value, told.from_user.bsuid) == ("stop", thandi.user_id)
    wa.now = lambda: time.time() + 2 * 86_400
    template = {"name": "fair", "language": {"code": "en"}}
    assert await code_of(wa, thandi, type="template", template=template) == 0
    await wa.settled()
    assert listener.statuses[-1]["errors"][0]["code"] == 131050
    thandi.resumes_marketing()
    assert await code_of(wa, thandi, type="template", template=template) == 0
    assert thandi.last.text == "Come to the fair!"


# --- refusals -------------------------------------------------------------------------------------------------------


async def test_the_token_the_number_and_the_envelope(wa: WhatsAppEmulator, thandi: Person) -> None:
    right = {"messaging_product": "whatsapp", "to": thandi.phone, "type": "text", "text": {"body": "hi"}}
    assert await post(wa, right, token="EAAwrong") == (401, {"error": {
        "message": "Invalid OAuth access token - Cannot parse access token", "type": "OAuthException", "code": 190,
        "fbtrace_id": "A190EmulatorTrace"}})  # fmt: skip
    status, body = await post(wa, right, path="123/messages")
    assert (status, body["error"]["code"], body["error"]["error_subcode"]) == (400, 100, 33)
    async with aiohttp.ClientSession() as session:
        twice = [("Authorization", f"Bearer {wa.token}"), ("Authorization", f"Bearer {wa.token}")]
        async with session.post(f"{wa.url}/v25.0/{wa.phone_number_id}/messages", json=right, headers=twice) as answer:
            assert answer.status == 401
        headers = {"Authorization": f"Bearer {wa.token}", "Content-Type": "application/json"}
        async with session.post(
            f"{wa.url}/v25.0/{wa.phone_number_id}/messages", data=b"{no", headers=headers
        ) as answer:
            assert answer.status == 400
    assert await code_of(wa, thandi, messaging_product="telegram", text={"body": "hi"}) == 100
    assert await code_of(wa, thandi, type="poll", poll={}) == 100
    assert await code_of(wa, thandi, to="Thandi", text={"body": "hi"}) == 131009
    assert await code_of(wa, thandi, to=None, text={"body": "hi"}) == 100
    assert await code_of(wa, thandi, to=None, recipient="thandi", text={"body": "hi"}) == 131009
    assert await code_of(wa, thandi, to=wa.display_number, text={"body": "hi"}) == 131021
    assert await code_of(wa, thandi, text={"body": "hi"}, biz_opaque_callback_data="x" * 513) == 100
    assert await code_of(wa, thandi, text={"body": "hi"}, context={"message_id": "wamid.none"}) == 131009
    assert thandi.messages == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"text": {"body": "x" * 4096}}, 0),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"text": {"body": "  "}}, 100),
        ({"interactive": buttons("A", "B", "C")}, 0),
        ({"interactive": buttons("A", "B", "C", "D")}, 131009),
        ({"interactive": buttons()}, 131009),
        ({"interactive": buttons("A", "A")}, 131009),
        ({"interactive": buttons("A" * 20)}, 0),
        ({"interactive": buttons("A" * 21)}, 131009),
        ({"interactive": buttons("")}, 131009),
        ({"interactive": buttons("A", body="x" * 1025)}, 131009),
        ({"interactive": buttons("A", body="")}, 131009),
        ({"interactive": buttons("A", header={"type": "text", "text": "x" * 61})}, 131009),
        ({"interactive": buttons("A", footer={"text": "x" * 61})}, 131009),
        ({"interactive": rows(10)}, 0),
        ({"interactive": rows(11)}, 131009),
        ({"interactive": rows(10, sections=10)}, 0),
        ({"interactive": rows(2, sections=2, title="")}, 131009),
        ({"interactive": rows(1, title="")}, 0),
        ({"interactive": rows(0)}, 131009),
        ({"interactive": rows(1, body="x" * 4096)}, 0),
        ({"interactive": rows(1, body="x" * 4097)}, 131009),
        ({"interactive": rows(1, button="x" * 21)}, 131009),
        ({"interactive": rows(1) | {"header": {"type": "image", "image": {"id": "1"}}}}, 131009),
        ({"interactive": {"type": "poll", "body": {"text": "?"}, "action": {}}}, 131009),
        ({"location": {"latitude": -33.9, "longitude": 18.4, "name": "Bakery"}}, 0),
        ({"location": {"latitude": 99, "longitude": 18.4}}, 131009),
        ({"location": {"latitude": 9}}, 100),
        ({"image": {"link": "https://example.org/a.jpg", "caption": "x" * 1024}}, 0),
        ({"image": {"link": "https://example.org/a.jpg", "caption": "x" * 1025}}, 100),
        ({"image": {"id": "1", "link": "https://example.org/a.jpg"}}, 131009),
        ({"image": {"id": "404"}}, 131009),
        ({"contacts": [{"name": {"formatted_name": "Sipho", "first_name": "Sipho"}}]}, 0),
        ({"contacts": [{}]}, 100),
        ({"reaction": {"message_id": "wamid.none", "emoji": "👍"}}, 131009),
    ],
)
async def test_limits_of_content(wa: WhatsAppEmulator, thandi: Person, content: Json, code: int) -> None:
    (kind,) = content
    assert await code_of(wa, thandi, type=kind, **content) == code
    assert len(thandi.messages) == (0 if code else 1)


@pytest.mark.parametrize(("part", "most"), [("id", 200), ("title", 24), ("description", 72)])
async def test_limits_of_a_row(wa: WhatsAppEmulator, thandi: Person, part: str, most: int) -> None:
    for length, code in ((most, 0), (most + 1, 131009)):
        content = rows(1)
        content["action"]["sections"][0]["rows"][0][part] = "x" * length
        assert await code_of(wa, thandi, type="interactive", interactive=content) == code


async def test_ids_of_buttons_and_rows_differ(wa: WhatsAppEmulator, thandi: Person) -> None:
    content = buttons("A", "B")
    content["action"]["buttons"][1]["reply"]["id"] = "id:0"
    assert await code_of(wa, thandi, type="interactive", interactive=content) == 131009
    content["action"]["buttons"][1]["reply"]["id"] = "x" * 257
    assert await code_of(wa, thandi, type="interactive", interactive=content) == 131009
    listed = rows(2)
    listed["action"]["sections"][0]["rows"][1]["id"] = "row:0"
    assert await code_of(wa, thandi, type="interactive", interactive=listed) == 131009


async def test_a_link_button(wa: WhatsAppEmulator, client: WhatsApp, thandi: Person) -> None:
    await client.send_message(thandi.phone, "The page", buttons=URLButton("Open", "https://example.org/a"))
    assert (thandi.last.urls, thandi.last.links) == (["https://example.org/a"], [("Open", "https://example.org/a")])
    with pytest.raises(errors.InvalidParameter):
        await client.send_message(thandi.phone, "The page", buttons=URLButton("Open", "no address"))
    with pytest.raises(errors.InvalidParameter):
        await client.send_message(thandi.phone, "The page", buttons=URLButton("O" * 21, "https://example.org/a"))


# --- media ----------------------------------------------------------------------------------------------------------


async def test_media_is_uploaded_sent_and_fetched(wa: WhatsAppEmulator, client: WhatsApp, thandi: Person) -> None:
    await client.send_image(thandi.phone, PNG, mime_type="image/png", caption="A map")
    assert (thandi.last.photo, thandi.last.text) == (PNG, "A map")
    await client.send_document(thandi.phone, b"name,hours", filename="hours.csv", mime_type="text/plain")
    assert thandi.last.document == ("hours.csv", b"name,hours")
    await client.send_image(thandi.phone, PNG, "Join?", mime_type="image/png", buttons=[Button("Yes", "y")])
    assert (thandi.last.photo, thandi.last.text, thandi.last.choices) == (PNG, "Join?", [("Yes", "y")])
    media = await client.upload_media(JPEG, mime_type="image/jpeg", filename="a.jpg")
    found = await client.get_media_url(media.id)
    assert await client.get_media_bytes(url=found.url) == JPEG
    wa.now = lambda: time.time() + 301
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        await client.get_media_bytes(url=found.url)
    wa.now = lambda: time.time() + 30 * 86_400
    with pytest.raises(errors.WhatsAppError):
        await client.get_media_url(media.id)


async def test_media_that_meta_does_not_take(wa: WhatsAppEmulator, client: WhatsApp, thandi: Person) -> None:
    for data, mime in ((b"BEGIN:VCALENDAR", "text/calendar"), (PNG, "image/gif")):
        with pytest.raises(errors.WhatsAppError) as refused:
            await client.upload_media(data, mime_type=mime, filename="a")
        assert refused.value.code == 100
    for data, mime in ((PNG, "image/jpeg"), (JPEG + bytes(5 * 2**20), "image/jpeg"), (b"", "text/plain")):
        with pytest.raises(errors.MediaUploadError):
            await client.upload_media(data, mime_type=mime, filename="a")
    media = await client.upload_media(b"notes", mime_type="text/plain", filename="a.txt")
    assert await code_of(wa, thandi, type="image", image={"id": media.id}) == 131053
    await client.delete_media(media.id)
    assert await code_of(wa, thandi, type="document", document={"id": media.id}) == 131009
    with pytest.raises(errors.WhatsAppError) as stranger:
        await client_of(wa, token="EAAwrong").get_media_url(media.id)
    assert stranger.value.status_code == 401


async def test_read_marks_and_typing(wa: WhatsAppEmulator, client: WhatsApp, thandi: Person) -> None:
    wamid = thandi.says("are you there?")
    await client.mark_message_as_read(wamid)
    await client.indicate_typing(wamid)
    assert thandi.contact.marked_read == [wamid, wamid]
    with pytest.raises(errors.InvalidParameter):
        await client.mark_message_as_read("wamid.none")
    await client.send_message(thandi.phone, "Here", reply_to_message_id=wamid)
    assert thandi.last.context == wamid
    await client.send_reaction(thandi.phone, "👍", wamid)
    await wa.settled()
    assert (thandi.last.kind, thandi.last.statuses) == ("reaction", ["sent"])


# --- templates ------------------------------------------------------------------------------------------------------


async def test_a_template_is_filled_in_and_its_reply_tapped(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp
) -> None:
    wa.templates.approve("reminder", "en", "UTILITY", "{{1}} starts at {{2}}.", buttons=["I come", "I cannot"],
                         header="Riverbend", footer="STOP ends this")  # fmt: skip
    sipho = wa.person("Sipho")
    content = template("reminder", "Bakery", "6:00")
    content["components"].append({"type": "button", "sub_type": "quick_reply", "index": "1",
                                  "parameters": [{"type": "payload", "payload": "shift:1:no"}]})  # fmt: skip
    status, body = await post(wa, {"messaging_product": "whatsapp", "recipient": sipho.user_id, "type": "template",
                                   "template": content})  # fmt: skip
    assert (status, body["contacts"]) == (200, [{"input": sipho.user_id, "user_id": sipho.user_id}])
    assert body["messages"][0]["message_status"] == "accepted"
    assert sipho.last.text == "Riverbend\nBakery starts at 6:00.\nSTOP ends this"
    assert sipho.last.template == ("reminder", "en")
    assert sipho.last.choices == [("I come", "I come"), ("I cannot", "shift:1:no")]
    sipho.taps_template(sipho.last, 1)
    await wa.settled()
    tap = CallbackButton.from_update(client, listener.bodies[-1])
    assert (tap.is_quick_reply, tap.data, tap.title) == (True, "shift:1:no", "I cannot")
    assert listener.statuses[-1]["pricing"]["category"] == "utility"


async def test_templates_that_cannot_be_sent(wa: WhatsAppEmulator, thandi: Person) -> None:
    wa.templates.approve("reminder", "en", body="{{1}} starts at {{2}}.", buttons=["Yes"])
    wa.templates.approve("named", "en", body="{{shift}} starts.")
    refused = {
        "no such": (template("nothing"), 132001),
        "language": (template("reminder", "a", "b", language="zu"), 132001),
        "too few": (template("reminder", "a"), 132000),
        "too many": (template("reminder", "a", "b", "c"), 132000),
        "named": (template("reminder", first="a", second="b"), 132012),
        "not named": (template("named", "a"), 132012),
        "other name": (template("named", place="a"), 132012),
        "a line": (template("reminder", "a\nb", "c"), 132018),
        "a tab": (template("reminder", "a\tb", "c"), 132018),
        "spaces": (template("reminder", "a     b", "c"), 132018),
        "empty": (template("reminder", "", "c"), 131008),
        "long": (template("reminder", "x" * 1020, "c"), 132005),
    }
    for why, (content, code) in refused.items():
        assert await code_of(wa, thandi, type="template", template=content) == code, why
    sent = template("reminder", "a", "b    c")
    assert await code_of(wa, thandi, type="template", template=sent) == 0
    wa.templates.pause("reminder")
    assert await code_of(wa, thandi, type="template", template=sent) == 132015
    wa.templates.disable("reminder")
    assert await code_of(wa, thandi, type="template", template=sent) == 132016
    wa.templates.reject("reminder")
    assert await code_of(wa, thandi, type="template", template=sent) == 132001
    wa.templates.approve("reminder")
    assert await code_of(wa, thandi, type="template", template=sent) == 0
    wa.templates.forget("reminder")
    assert await code_of(wa, thandi, type="template", template=sent) == 132001
    assert await code_of(wa, thandi, type="template", template=template("named", shift="Bakery")) == 0
    assert thandi.last.text == "Bakery starts."


async def test_buttons_of_templates(wa: WhatsAppEmulator, thandi: Person) -> None:
    link = {"type": "URL", "text": "Open", "url": "https://example.org/{{1}}"}
    wa.templates.approve("page", body="Your page", buttons=[link])
    for parameters, code in (([], 131008), ([{"type": "text", "text": "r/7"}], 0)):
        content = template("page")
        content["components"] = [{"type": "button", "sub_type": "url", "index": "0", "parameters": parameters}]
        assert await code_of(wa, thandi, type="template", template=content) == code
    assert thandi.last.links == [("Open", "https://example.org/r/7")]
    content["components"][0]["index"] = "3"
    assert await code_of(wa, thandi, type="template", template=content) == 132012
    content["components"][0] |= {"index": "0", "sub_type": "quick_reply"}
    assert await code_of(wa, thandi, type="template", template=content) == 132012


async def test_templates_are_listed_page_by_page(wa: WhatsAppEmulator, client: WhatsApp) -> None:
    for number in range(30):
        wa.templates.approve(f"notice_{number}", "es_ES", body="Hola {{1}}", buttons=["Sí"], footer="STOP")
    wa.templates.reject("notice_3", "es_ES")
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {wa.token}"}) as session:
        names, url = [], f"{wa.url}/v25.0/{wa.waba_id}/message_templates?fields=name,status"
        while url:
            async with session.get(url) as answer:
                page = await answer.json()
            names += [entry["name"] for entry in page["data"]]
            assert set(page["data"][0]) == {"name", "status", "id"}
            url = page["paging"].get("next", "")
        async with session.get(f"{wa.url}/v25.0/{wa.waba_id}/message_templates?status=REJECTED") as answer:
            (rejected,) = (await answer.json())["data"]
    assert names == [f"notice_{number}" for number in range(30)]
    assert (rejected["name"], rejected["parameter_format"]) == ("notice_3", "POSITIONAL")
    found = await client.get_templates(name="notice_4")
    assert [(t.name, t.status, t.language) for t in found] == [("notice_4", "APPROVED", "es_ES")]
    assert (await client.get_business_phone_number()).verified_name == "Riverbend"


async def test_the_number_tells_about_itself(wa: WhatsAppEmulator) -> None:
    wa.tier = 2000
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {wa.token}"}) as session:
        fields = "display_phone_number,verified_name,quality_rating,whatsapp_business_manager_messaging_limit"
        async with session.get(f"{wa.url}/v25.0/{wa.phone_number_id}?fields={fields}") as answer:
            told = await answer.json()
        async with session.get(f"{wa.url}/v25.0/{wa.phone_number_id}?fields=mood") as answer:
            assert answer.status == 400
    assert told["whatsapp_business_manager_messaging_limit"] == "TIER_2K"
    assert (told["verified_name"], told["quality_rating"]) == ("Riverbend", "GREEN")
    assert told["display_phone_number"].replace(" ", "") == f"+{wa.display_number}"
