"""The WhatsApp emulator's window, limits and trouble, and how its webhooks come."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, cast

import httpx
import pytest
from pywa_async import errors
from pywa_async.client import WhatsApp
from pywa_async.types.message_status import MessageStatus

from tests.emulators.whatsapp import Limits, Mishaps, Person, Statuses, WhatsAppEmulator
from tests.emulators.whatsapp_listener import JPEG, Listener, code_of, template

# --- the window, limits and trouble ---------------------------------------------------------------------------------


async def test_free_text_outside_the_window_fails(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    stranger = wa.person("Sipho")
    await client.send_message(stranger.phone, "Good day")
    await wa.settled()
    assert stranger.messages == []
    failed = listener.statuses[-1]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert "contacts" not in listener.values[-1]
    assert "recipient_user_id" not in failed
    wa.now = lambda: time.time() + 86_399
    await client.send_message(thandi.phone, "Still in time")
    assert thandi.last.text == "Still in time"
    wa.now = lambda: time.time() + 86_401
    wa.window_errors = "error"
    with pytest.raises(errors.ReEngagementMessage):
        await client.send_message(thandi.phone, "Too late")
    thandi.sends_reaction(thandi.last)
    with pytest.raises(errors.ReEngagementMessage):
        await client.send_message(thandi.phone, "A reaction opens nothing")
    thandi.says("hello")
    await client.send_message(thandi.phone, "Again in time")


async def test_who_blocks_gets_nothing(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    thandi.blocks()
    await client.send_message(thandi.user_id, "Hello?")
    await wa.settled()
    assert listener.statuses[-1]["errors"][0]["code"] == 131026
    assert listener.statuses[-1]["recipient_user_id"] == thandi.user_id
    thandi.unblocks()
    await client.send_message(thandi.phone, "Hello")
    assert len(thandi.messages) == 1


async def test_the_tier_counts_people_outside_their_window(
    wa: WhatsAppEmulator, listener: Listener, thandi: Person
) -> None:
    wa.tier = 2
    wa.templates.approve("notice", body="News")
    people = [thandi, *(wa.person(f"Neighbour {n}") for n in range(3))]
    for person in [*people, people[1]]:
        assert await code_of(wa, person, type="template", template=template("notice")) == 0
    assert [len(person.messages) for person in people] == [1, 2, 1, 0]
    await wa.settled()
    assert [s["errors"][0]["code"] for s in listener.statuses if s["status"] == "failed"] == [131048]
    wa.now = lambda: time.time() + 86_401
    assert await code_of(wa, people[3], type="template", template=template("notice")) == 0
    assert len(people[3].messages) == 1


async def test_rate_limits() -> None:
    async with WhatsAppEmulator(enforce_limits=Limits(burst=2, per_second=4, scale=0.05)) as wa:
        people = [wa.person(f"Neighbour {n}") for n in range(4)]
        for person in people:
            person.says("hello")
        codes = [await code_of(wa, people[0], text={"body": "hi"}) for _ in range(3)]
        assert codes == [0, 0, 131056]
        codes = [await code_of(wa, person, text={"body": "hi"}) for person in people[1:]]
        assert codes == [0, 0, 130429]
        assert wa.flooded == 2
        await asyncio.sleep(0.31)
        assert await code_of(wa, people[0], text={"body": "hi"}) == 0


async def test_faults_on_demand(wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person) -> None:
    sipho = wa.person("Sipho")
    sipho.says("hello")
    wa.fail_next(code=131056, retry_after=3, to=sipho)
    await client.send_message(thandi.phone, "not me")
    with pytest.raises(errors.TooManyMessages) as refused:
        await client.send_message(sipho.phone, "me")
    assert refused.value.raw_response is not None
    assert (refused.value.status_code, refused.value.raw_response.headers["Retry-After"]) == (400, "3")
    assert refused.value.details
    wa.fail_next(kind=500, times=2)
    for _ in range(2):
        with pytest.raises(errors.WhatsAppError) as down:
            await client.send_message(sipho.phone, "me")
        assert down.value.status_code == 500
    wa.fail_next(kind="status", code=131049, contacts=True)
    await client.send_message(sipho.phone, "me")
    await wa.settled()
    assert sipho.messages == []
    failed = MessageStatus.from_update(client, listener.bodies[-1]).error
    assert isinstance(failed, errors.MessageUndeliverableDueToHealthyEcosystemEngagement)
    with pytest.raises(ValueError, match="unknown fault"):
        wa.fail_next(kind="earthquake")  # type: ignore[arg-type]


async def test_broken_connections_before_and_after_the_effect(
    wa: WhatsAppEmulator, client: WhatsApp, thandi: Person
) -> None:
    expected = {"drop": 0, "drop_after": 1, "timeout": 1, "timeout_after": 2, "garbage": 2, "garbage_after": 3}
    for kind, arrived in expected.items():
        wa.fail_next(kind=cast(Any, kind))
        with pytest.raises((httpx.TransportError, json.JSONDecodeError)):
            await client.send_message(thandi.phone, kind)
        assert len(thandi.messages) == arrived, kind
    await wa.settled()
    assert [call.fault for call in wa.calls] == list(expected)


async def test_mishaps_are_met_at_random(wa: WhatsAppEmulator, thandi: Person) -> None:
    wa.mishaps = Mishaps(failing=0.5, seed=3)
    codes = [await code_of(wa, thandi, text={"body": "hi"}) for _ in range(40)]
    assert codes.count(1) == wa.mishaps.met["500"] == 40 - len(thandi.messages)
    assert 5 < codes.count(1) < 35


async def test_other_calls_fail_too(wa: WhatsAppEmulator, client: WhatsApp) -> None:
    wa.fail_next(call="upload", kind="503")
    with pytest.raises(errors.WhatsAppError) as down:
        await client.upload_media(JPEG, mime_type="image/jpeg", filename="a.jpg")
    assert down.value.status_code == 503
    await client.upload_media(JPEG, mime_type="image/jpeg", filename="a.jpg")
    assert [(call.method, call.status) for call in wa.called("/media")] == [("POST", 503), ("POST", 200)]


# --- webhooks -------------------------------------------------------------------------------------------------------


async def test_webhooks_are_signed_and_the_challenge_checked(
    wa: WhatsAppEmulator, listener: Listener, client: WhatsApp, thandi: Person
) -> None:
    await wa.settled()
    body, signature = listener.raw[0]
    assert await client.webhook_update_validator(body, signature) is None
    assert await client.webhook_update_validator(body + b" ", signature) is not None
    listener.verify_token = "another"
    with pytest.raises(ValueError, match="403"):
        await wa.subscribe(listener.url)


async def test_what_was_not_answered_200_comes_again(wa: WhatsAppEmulator, listener: Listener) -> None:
    listener.answers += [500, 202]
    person = wa.person("Thandi")
    person.says("one")
    person.says("two")
    await wa.settled()
    assert [message["text"]["body"] for message in listener.messages] == ["one", "two"]
    assert len(listener.raw) == 4
    assert len({body for body, _ in listener.raw}) == 2


async def test_webhooks_wait_for_a_town_that_is_away(wa: WhatsAppEmulator, listener: Listener) -> None:
    wa.hook = ""
    wa.person("Thandi").says("anybody?")
    with pytest.raises(TimeoutError, match="1 webhooks unanswered"):
        await wa.settled(0.05)
    wa.hook = "http://127.0.0.1:9/whatsapp"  # nobody listens there
    await asyncio.sleep(0.1)
    wa.hook = listener.url
    await wa.settled()
    assert len(listener.messages) == 1


async def test_people_do_not_wait_for_each_other(wa: WhatsAppEmulator, listener: Listener) -> None:
    listener.hold.clear()
    for number in range(5):
        wa.person(f"Neighbour {number}").says("hello")
    for _ in range(200):
        if wa.pending == 5:
            break
        await asyncio.sleep(0.005)
    listener.hold.set()
    await wa.settled()
    assert len(listener.messages) == 5


async def test_a_batch_is_one_body(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    await code_of(wa, thandi, text={"body": "hi"})
    await wa.settled()
    listener.bodies.clear()
    sipho, lerato = wa.person("Sipho"), wa.person("Lerato")
    with wa.batching():
        thandi.says("one")
        sipho.says("two")
        sipho.says("three")
        thandi.reads()
        lerato.says("four")
    await wa.settled()
    (body,) = listener.bodies
    shape = [[[len(c["value"].get(k, ())) for k in ("messages", "statuses", "contacts")] for c in entry["changes"]]
             for entry in body["entry"]]  # fmt: skip
    assert shape == [[[2, 0, 2], [1, 0, 1]], [[0, 1, 1], [1, 0, 1]]]
    assert [message["text"]["body"] for message in listener.messages] == ["one", "two", "three", "four"]


async def test_replays_and_forgeries(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    thandi.says("again")
    await wa.settled()
    assert await wa.replays(2) == [200, 200]
    assert [body for body, _ in listener.raw[:2]] == [body for body, _ in listener.raw[2:]]
    forged = {"object": "whatsapp_business_account", "entry": []}
    assert await wa.posts_raw(forged, signature="sha256=00") == 200
    assert listener.raw[-1][1] == "sha256=00"
    await wa.posts_raw(b"{}", signature=None)
    assert listener.raw[-1] == (b"{}", "")
    await wa.posts_raw(b"{}")
    assert listener.raw[-1][1] == wa.hooks.sign(b"{}")
    wa.hook = "http://127.0.0.1:9/"
    assert await wa.posts_raw(b"{}") == 0


async def test_statuses_in_odd_orders(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    seen: dict[str, list[str]] = {}
    for order in ("in order", "read before delivered", "read without delivered"):
        listener.bodies.clear()
        wa.statuses.order = cast(Any, order)
        await code_of(wa, thandi, text={"body": order})
        await wa.settled()
        seen[order] = [status["status"] for status in listener.statuses]
    assert seen == {
        "in order": ["sent", "delivered"],
        "read before delivered": ["sent", "read", "delivered"],
        "read without delivered": ["sent", "read"],
    }
    listener.bodies.clear()
    wa.statuses = Statuses(order="shuffled", duplicates=2, reads_at_once=True, contacts="never", seed=1)
    await code_of(wa, thandi, text={"body": "shuffled"})
    await wa.settled()
    mixed = [status["status"] for status in listener.statuses]
    assert sorted(mixed) == sorted(["sent", "delivered", "read"] * 3)
    assert mixed != ["sent", "delivered", "read"] * 3
    assert not any("contacts" in value for value in listener.values)
    wa.statuses = Statuses(muted=True)
    listener.bodies.clear()
    await code_of(wa, thandi, text={"body": "quiet"})
    await wa.settled()
    assert listener.bodies == []


async def test_reading_is_reported_once(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    await code_of(wa, thandi, text={"body": "hi"})
    thandi.reads()
    thandi.reads()
    await wa.settled()
    assert [status["status"] for status in listener.statuses] == ["sent", "delivered", "read"]
    assert thandi.last.statuses == ["sent", "delivered", "read"]


async def test_statuses_before_the_answer_of_the_send(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    wa.statuses = Statuses(early=True)
    await code_of(wa, thandi, text={"body": "hi"})
    assert [status["status"] for status in listener.statuses] == ["sent", "delivered"]
    wa.statuses = Statuses(early=True, early_seconds=0.05)
    listener.hold.clear()
    await code_of(wa, thandi, text={"body": "the town is busy with this very send"})
    assert len(listener.statuses) == 2
    listener.hold.set()
    await wa.settled()
    assert len(listener.statuses) == 4


async def test_late_statuses(wa: WhatsAppEmulator, listener: Listener, thandi: Person) -> None:
    wa.statuses.delay = 0.05
    await code_of(wa, thandi, text={"body": "hi"})
    await asyncio.sleep(0.01)
    assert listener.statuses == []
    await wa.settled()
    assert len(listener.statuses) == 2


async def test_without_a_record_only_receipts_are_kept(listener: Listener) -> None:
    async with WhatsAppEmulator(keeps_record=False, latency=0.001) as wa:
        person = wa.person("Thandi")
        person.says("hello")
        assert await code_of(wa, person, text={"body": "hi"}) == 0
        assert (person.messages, wa.calls) == ([], [])
        assert [to for to, _ in wa.receipts] == [person.phone]
