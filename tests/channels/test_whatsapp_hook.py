"""WhatsApp's webhook: what is answered with 200, and what is not."""

import asyncio
import json
import random
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.hook_server import HookServer
from bot.channels.taking import STUBBORN
from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp_hook import LARGEST
from bot.channels.whatsapp_taker import WhatsAppTaker
from bot.delivery.whatsapp_trackers import Trackers
from bot.intake import intake
from bot.intake.intake import Unavailable
from storage.engine import Database
from tests.channels.telegram_town import until
from tests.channels.whatsapp_town import PATH, WhatsAppTown, a_town

NOW = str(int(time.time()))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[WhatsAppTown]:
    async with a_town(tmp_path) as town:
        yield town


async def ask(channel: WhatsAppChannel, **query: str) -> tuple[int, str]:
    """Call the webhook as Meta does when it is set up."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{channel.port}{PATH}", params=query) as answer,
    ):
        return answer.status, await answer.text()


def a_body(town: WhatsAppTown, *messages: dict[str, Any], **value: Any) -> dict[str, Any]:
    """A webhook's body with these messages, for our number."""
    metadata = {"display_phone_number": town.wa.display_number, "phone_number_id": town.wa.phone_number_id}
    whole = {"messaging_product": "whatsapp", "metadata": metadata, "messages": list(messages)} | value
    changes = [{"field": "messages", "value": whole}]
    return {"object": "whatsapp_business_account", "entry": [{"id": town.wa.waba_id, "changes": changes}]}


def a_message(number: int = 1, text: str = "/count", **changes: Any) -> dict[str, Any]:
    """A message of somebody who has written before."""
    who = {"from": "27825550001", "from_user_id": "ZA.1"}
    return who | {"id": f"wamid.{number}", "timestamp": NOW, "type": "text", "text": {"body": text}} | changes


def tracker_of(town: WhatsAppTown, row_id: int) -> str:
    """What our first try at a notice carries."""
    return Trackers(town.wa.app_secret).of(row_id, 1)


# --- the challenge --------------------------------------------------------------------------------------------------


async def test_the_challenge_is_for_whoever_knows_the_token(town: WhatsAppTown) -> None:
    async with town.running() as channel:
        await town.wa.subscribe(f"http://127.0.0.1:{channel.port}{PATH}")
        right = {"hub.mode": "subscribe", "hub.verify_token": town.wa.verify_token, "hub.challenge": "1158201444"}
        assert await ask(channel, **right) == (200, "1158201444")
        for wrong in ({"hub.verify_token": "guess"}, {"hub.verify_token": "ü" * 8}, {"hub.mode": "unsubscribe"}):
            assert await ask(channel, **(right | wrong)) == (403, "")
        assert await ask(channel) == (403, "")
        assert await ask(channel, **(right | {"hub.challenge": "<b>" + "x" * 900})) == (200, "<b>" + "x" * 253)


# --- the signature --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signature", [None, "sha256=", "sha256=" + "0" * 64, "sha1=00", "sha256=ü", "nonsense"])
async def test_a_forged_call_changes_nothing(town: WhatsAppTown, signature: str | None) -> None:
    async with town.running():
        assert await town.wa.posts_raw(a_body(town, a_message()), signature=signature) == 401
    assert (await town.effects(), await town.accounts()) == (0, [])


async def test_the_signature_is_of_the_very_bytes(town: WhatsAppTown) -> None:
    body = json.dumps(a_body(town, a_message(text="/say é")), ensure_ascii=True).encode()
    async with town.running():
        signature = town.wa.hooks.sign(body)
        assert await town.wa.posts_raw(body.replace(b"wamid.1", b"wamid.2"), signature=signature) == 401
        assert await town.wa.posts_raw(json.dumps(json.loads(body)).encode() + b" ", signature=signature) == 401
        assert await town.wa.posts_raw(body, signature=signature) == 200
    assert await town.effects() == 1


# --- what is no update ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b" " * (LARGEST + 1), 413),
        (b"null", 200),
        (b"[]", 200),
        (b'{"object":"page","entry":[{"changes":"no"}]}', 200),
        (b'{"entry":[{"changes":[{"field":"account_update","value":{"event":"VERIFIED_ACCOUNT"}}]}]}', 200),
        (b'{"entry":[{"changes":[{"value":{"metadata":{},"messages":[7,null,{}]}}]}]}', 200),
    ],
)
async def test_what_cannot_be_an_update(town: WhatsAppTown, body: bytes, status: int) -> None:
    async with town.running():
        assert await town.wa.posts_raw(body) == status
    assert await town.effects() == 0


async def test_another_numbers_messages_are_not_ours(town: WhatsAppTown) -> None:
    body = a_body(town, a_message(), metadata={"phone_number_id": "999", "display_phone_number": "1"})
    async with town.running():
        assert await town.wa.posts_raw(body) == 200
    assert await town.effects() == 0


async def test_no_message_of_a_webhook_is_skipped(town: WhatsAppTown) -> None:
    value = a_body(town, a_message(1), a_message(2), {"id": "wamid.x"}, a_message(3, **{"from_user_id": "ZA.2"}))
    more = a_body(town, a_message(4), a_message(1), contacts=[{"wa_id": "27825550001", "user_id": "ZA.1"}])
    body = {"object": "whatsapp_business_account", "entry": [*value["entry"], "no entry", *more["entry"]]}
    async with town.running():
        assert await town.wa.posts_raw(body) == 200
    assert await town.effects() == 4


async def test_messages_without_contacts_or_from_nobody(town: WhatsAppTown) -> None:
    by_phone = {"id": "wamid.1", "timestamp": "x", "type": "text", "text": {"body": "/count"}, "from": "27825550001"}
    nobody = {"id": "wamid.2", "timestamp": NOW, "type": "text", "text": {"body": "/count"}}
    named = {**nobody, "id": "wamid.3"}
    async with town.running():
        assert await town.wa.posts_raw(a_body(town, by_phone)) == 200
        assert await town.wa.posts_raw(a_body(town, nobody)) == 200
        contacts = [{"profile": {"name": "Anna"}, "user_id": "ZA.7"}]
        assert await town.wa.posts_raw(a_body(town, named, contacts=contacts)) == 200
    assert [account.address for account in await town.accounts()] == ["27825550001", "ZA.7"]
    assert await town.effects() == 2


# --- when it cannot be handled --------------------------------------------------------------------------------------


async def test_what_fails_comes_again_and_the_rest_is_handled_once(
    town: WhatsAppTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = WhatsAppTaker._take, 2

    async def take(self: WhatsAppTaker, arrived: Any) -> None:
        nonlocal failures
        if arrived.arrival.address == "ZA.2" and failures:
            failures -= 1
            raise Unavailable("just now") if failures else RuntimeError("not foreseen")
        await real(self, arrived)

    monkeypatch.setattr(WhatsAppTaker, "_take", take)
    body = a_body(town, a_message(1), a_message(2, from_user_id="ZA.2"), a_message(3, from_user_id="ZA.2"))
    async with town.running():
        assert [await town.wa.posts_raw(body) for _ in range(4)] == [503, 503, 200, 200]
    assert await town.effects() == 3


async def test_what_fails_while_others_go_through_is_let_go(
    town: WhatsAppTown, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = WhatsAppTaker._take

    async def take(self: WhatsAppTaker, arrived: Any) -> None:
        if arrived.arrival.address == "ZA.2":
            raise RuntimeError("always")
        await real(self, arrived)

    monkeypatch.setattr(WhatsAppTaker, "_take", take)
    spoilt = a_body(town, a_message(1, from_user_id="ZA.2"))
    async with town.running():
        tries = [await town.wa.posts_raw(spoilt) for _ in range(STUBBORN + 1)]
        assert set(tries) == {503}, "nothing else went through: it may be the town's own trouble"
        assert await town.wa.posts_raw(a_body(town, a_message(2))) == 200
        assert await town.wa.posts_raw(spoilt) == 200
    assert await town.effects() == 1
    assert "was let go" in caplog.text


async def test_statuses_that_cannot_be_kept_are_let_go_too(town: WhatsAppTown, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_given: Any) -> None:
        raise RuntimeError("always")

    monkeypatch.setattr(WhatsAppTaker, "_note", fails)
    status = {"id": "wamid.9", "status": "delivered", "timestamp": "1", "biz_opaque_callback_data": tracker_of(town, 7)}
    async with town.running():
        for number in range(STUBBORN - 1):
            assert await town.wa.posts_raw(a_body(town, a_message(number), statuses=[status])) == 503
        assert await town.wa.posts_raw(a_body(town, a_message(99), statuses=[status])) == 200
    assert await town.effects() == STUBBORN


async def test_what_one_webhook_tells_of_somebody_comes_before_the_next(town: WhatsAppTown) -> None:
    town.wa.latency = 0.02
    thandi = town.wa.person("Thandi")
    thandi.contact.wrote_at = town.wa.now()
    hers: dict[str, Any] = {"from": thandi.phone, "from_user_id": thandi.user_id}
    first = a_body(town, *(a_message(number, f"/say {number}", **hers) for number in range(4)))
    later = a_body(town, a_message(5, "/say later", **hers))
    async with town.running():
        under_way = asyncio.create_task(town.wa.posts_raw(first))
        await until(lambda: town.wa.service.in_air > 0)
        assert await town.wa.posts_raw(later) == 200
        assert await under_way == 200
        await town.wa.settled()
    assert [message.text for message in thandi.messages] == ["0", "1", "2", "3", "later"]


async def test_what_is_older_than_whatsapp_repeats_is_passed_over(town: WhatsAppTown) -> None:
    """Its inbox row is gone by then, so nobody would know that it was handled."""
    days = {days: str(int(NOW) - days * 86_400) for days in (1, 7, 9)}
    messages = [a_message(number, timestamp=when) for number, when in days.items()]
    moved = a_message(
        20, type="system", timestamp=days[9], system={"type": "user_changed_number", "wa_id": "27825550002"}
    )
    stopped = {"category": "marketing_messages", "value": "stop", "timestamp": days[9], "user_id": "ZA.1"}
    async with town.running():
        assert await town.wa.posts_raw(a_body(town, *messages, moved, user_preferences=[stopped])) == 200
    assert await town.effects() == 2
    assert [(one.phone, one.marketing_off) for one in await town.accounts()] == [("27825550001", False)]


async def test_while_the_database_is_away_nothing_is_acknowledged(
    town: WhatsAppTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PATIENCE", (0.0,))
    real = Database.unit

    def away(self: Database) -> Any:
        raise OSError("no database")

    async with town.running():
        monkeypatch.setattr(Database, "unit", away)
        assert await town.wa.posts_raw(a_body(town, a_message())) == 503
        monkeypatch.setattr(Database, "unit", real)
        assert await town.wa.posts_raw(a_body(town, a_message())) == 200
    assert await town.effects() == 1


async def test_while_it_stops_nothing_is_begun(town: WhatsAppTown) -> None:
    town.wa.latency = 0.3
    async with town.running() as channel:
        under_way = asyncio.create_task(town.wa.posts_raw(a_body(town, a_message(1), a_message(2))))
        await until(lambda: bool(town.wa.called("/messages")) or town.wa.service.in_air > 0)
        stopping = asyncio.create_task(channel.stop())
        await asyncio.sleep(0)
        assert await town.wa.posts_raw(a_body(town, a_message(3))) in (0, 503)
        assert await under_way == 503  # its second message was not begun
        await stopping
    assert await town.effects() == 1


async def test_random_shapes_are_taken_in_stride(town: WhatsAppTown) -> None:
    chance = random.Random(7)
    odd: list[Any] = [None, 7, "x", [], {}, [{}], True, 1e400, "ü" * 20, {"id": 1}]

    def spoilt(value: Any) -> Any:
        if chance.random() < 0.12:
            return chance.choice(odd)
        if isinstance(value, dict):
            return {key: spoilt(part) for key, part in value.items()}
        return [spoilt(part) for part in value] if isinstance(value, list) else value

    status = {"id": "wamid.9", "status": "delivered", "timestamp": "1", "biz_opaque_callback_data": tracker_of(town, 7)}
    whole = a_body(
        town,
        a_message(1, "/say hello"),
        a_message(2, type="image", image={"id": "77", "caption": "c"}),
        a_message(3, type="interactive", interactive={"type": "list_reply", "list_reply": {"id": "a", "title": "b"}}),
        a_message(4, type="button", button={"payload": "p", "text": "t"}),
        a_message(5, type="system", system={"type": "user_changed_number", "wa_id": "27825550002"}),
        contacts=[{"profile": {"name": "T"}, "wa_id": "27825550001", "user_id": "ZA.1"}],
        statuses=[status | {"errors": [{"code": 1, "error_data": {"details": "d"}}]}],
        user_preferences=[{"user_id": "ZA.1", "category": "marketing_messages", "value": "stop"}],
    )
    async with town.running():
        for _ in range(150):
            assert await town.wa.posts_raw(spoilt(whole)) == 200


# --- the server -----------------------------------------------------------------------------------------------------


async def test_one_server_serves_all_hooks_and_closes_with_the_last() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    server = HookServer("127.0.0.1", port)
    await server.open()
    await server.open()
    assert server.port == port
    await server.close()
    assert server.port == port
    await server.close()
    assert server.port is None
