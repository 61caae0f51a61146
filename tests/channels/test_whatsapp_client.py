"""The client of the Cloud API: what it sends, whom it leaves alone for a while, and what it makes of answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.delivery.outcome import Departure, Outgoing
from bot.delivery.pace import Lane, Limits, Pace
from bot.delivery.whatsapp import LONGEST_REST, PAIR_BURST, PAIR_SPACING, WhatsAppClient, WhatsAppRefused, limits
from bot.delivery.whatsapp_forms import Form, forms_of
from bot.delivery.whatsapp_refused import naming_nobody
from handlers.kit.links import Links, Way
from tests.emulators.whatsapp import Person, WhatsAppEmulator

JPEG = b"\xff\xd8\xff" + b"bread" * 10
HELLO = Form("text", {"body": "hello"})


@pytest.fixture
async def wa() -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator() as wa:
        wa.statuses.muted = True
        yield wa


@pytest.fixture
async def client(wa: WhatsAppEmulator) -> AsyncIterator[WhatsAppClient]:
    pace = Pace(Limits().scaled(0.001))
    client = WhatsAppClient(wa.token, wa.phone_number_id, wa.waba_id, wa.url, pace)
    yield client
    await client.close()


def somebody(wa: WhatsAppEmulator) -> Person:
    """Somebody who has written just now."""
    person = wa.person("Thandi")
    person.contact.wrote_at = wa.now()
    return person


async def test_a_message_says_who_when_and_what_it_is(wa: WhatsAppEmulator, client: WhatsAppClient) -> None:
    thandi, departure = somebody(wa), Departure()
    wamid = await client.send(
        thandi.user_id, HELLO, phone=thandi.phone, lane=Lane.BULK, tracker="7:1", leaving=departure
    )
    assert (thandi.last.text, thandi.last.wamid, departure.left) == ("hello", wamid, True)
    assert wa.called("/messages")[-1].json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "type": "text",
        "recipient": thandi.user_id,
        "biz_opaque_callback_data": "7:1",
        "text": {"body": "hello"},
    }
    await client.send(thandi.phone, HELLO)
    assert wa.called("/messages")[-1].json["to"] == thandi.phone
    assert "biz_opaque_callback_data" not in wa.called("/messages")[-1].json


async def test_a_picture_is_uploaded_once_and_again_when_it_is_lost(
    wa: WhatsAppEmulator, client: WhatsAppClient
) -> None:
    thandi = somebody(wa)
    (form,) = forms_of(Outgoing("Look", ((("Yes", "yes"),),), photo=JPEG))
    for _again in range(2):
        await client.send(thandi.user_id, form)
    assert len(wa.called("/media")) == 1
    wa.state.library.forget(wa.called("/messages")[-1].json["interactive"]["header"]["image"]["id"])
    await client.send(thandi.user_id, form)
    assert len(wa.called("/media")) == 2
    assert [message.photo for message in thandi.messages] == [JPEG] * 3


async def test_files_are_fetched_up_to_a_size(wa: WhatsAppEmulator, client: WhatsAppClient) -> None:
    media = wa.state.library.keep(b"x" * 1000, "", "image/jpeg")
    assert await client.download(media.id, 1000) == b"x" * 1000
    assert await client.download(media.id, 999) is None
    with pytest.raises(WhatsAppRefused):
        await client.download("404", 999)
    wa.fail_next(kind="503", call="download")
    with pytest.raises(WhatsAppRefused) as refused:
        await client.download(media.id, 1000)
    assert refused.value.code == 503


async def test_who_was_written_to_too_often_is_left_alone_longer_each_time(
    wa: WhatsAppEmulator, client: WhatsAppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    thandi, sipho = somebody(wa), somebody(wa)
    rests: list[float] = []
    for _time in range(8):
        wa.fail_next(code=131056, to=thandi)
        with pytest.raises(WhatsAppRefused) as refused:
            await client.send(thandi.user_id, HELLO)
        assert refused.value.retry_after is not None
        rests.append(refused.value.retry_after)
        calls = len(wa.calls)
        with pytest.raises(WhatsAppRefused, match="131056"):
            await client.send(thandi.user_id, HELLO)
        assert len(wa.calls) == calls  # nothing is asked of WhatsApp before the time is over
        await client.send(sipho.user_id, HELLO)
        ((number, (_until, times)),) = client._resting.items()
        client._resting[number] = (0.0, times)
    assert rests == [min(PAIR_SPACING * 2**n, LONGEST_REST) for n in range(8)]
    await client.send(thandi.user_id, HELLO)
    assert client._resting == {}


async def test_a_flood_halts_everybody(wa: WhatsAppEmulator, client: WhatsAppClient) -> None:
    thandi = somebody(wa)
    wa.fail_next(code=130429, retry_after=7)
    with pytest.raises(WhatsAppRefused) as refused:
        await client.send(thandi.user_id, HELLO)
    assert refused.value.retry_after == 7
    assert 6 < client.pace.halted_for() <= 7


@pytest.mark.parametrize(
    ("trouble", "code", "may_have_arrived"),
    [
        ({"code": 131026}, 131026, False),
        ({"code": 131000}, 131000, True),
        ({"code": 190}, 190, False),
        ({"kind": "502"}, 1, True),
        ({"kind": "garbage"}, 0, True),
        ({"kind": "drop"}, 0, True),
    ],
)
async def test_errors(
    wa: WhatsAppEmulator, client: WhatsAppClient, trouble: dict[str, Any], code: int, may_have_arrived: bool
) -> None:
    thandi = somebody(wa)
    wa.fail_next(**trouble)
    with pytest.raises(WhatsAppRefused) as refused:
        await client.send(thandi.user_id, HELLO)
    assert (refused.value.code, refused.value.may_have_arrived) == (code, may_have_arrived)


@asynccontextmanager
async def answering_always(answer: Callable[[], web.Response]) -> AsyncIterator[WhatsAppClient]:
    """A client of something that answers whatever it is asked with the same."""

    async def handle(_request: web.Request) -> web.Response:
        return answer()

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", handle)
    async with TestServer(app) as server:
        client = WhatsAppClient("token", "1", "2", str(server.make_url("")), Pace())
        yield client
        await client.close()


@pytest.mark.parametrize(
    ("status", "code", "may_have_arrived"),
    [(429, 130429, False), (403, 0, False), (401, 190, False), (413, 131053, False), (502, 0, True)],
)
@pytest.mark.parametrize("body", ["<html>27820001234 is not welcome</html>", "[]", '{"error": {"code": "no"}}', ""])
async def test_an_answer_without_an_error_of_whatsapps(
    status: int, code: int, may_have_arrived: bool, body: str
) -> None:
    async with answering_always(lambda: web.Response(status=status, text=body)) as client:
        for call in (client.number, client.templates, partial(client.send, "ZA.1", HELLO)):
            with pytest.raises(WhatsAppRefused) as refused:
                await call()
            assert (refused.value.code, refused.value.may_have_arrived) == (code, may_have_arrived)
            assert refused.value.details == f"HTTP {status}"
        assert (client.pace.halted_for() > 0) is (status == 429)


async def test_an_answer_may_be_anything() -> None:
    async with answering_always(lambda: web.json_response(["no", "such", "thing"])) as client:
        for call in (
            client.number, client.templates, partial(client.send, "ZA.1", HELLO),
            partial(client.upload, b"x", "text/plain", "x.txt"), partial(client.download, "7", 100),
        ):  # fmt: skip
            with pytest.raises(WhatsAppRefused):
                await call()


async def test_without_a_server_nothing_has_arrived(wa: WhatsAppEmulator) -> None:
    client = WhatsAppClient("token", "1", None, "http://127.0.0.1:9", Pace())
    with pytest.raises(WhatsAppRefused) as refused:
        await client.send("ZA.1", HELLO)
    assert (refused.value.code, refused.value.may_have_arrived) == (0, False)
    assert await client.templates() == []
    await client.close()


async def test_all_pages_of_templates(wa: WhatsAppEmulator, client: WhatsAppClient) -> None:
    for number in range(230):
        wa.templates.approve(f"one_{number}", "en", category="UTILITY", body="Hello")
    found = await client.templates()
    assert len({one["name"] for one in found}) == 230
    assert (await client.number())["display_phone_number"].startswith("+")


def test_what_whatsapp_says_names_nobody() -> None:
    said = naming_nobody("(#100) Invalid parameter", "Recipient +27 82 000 1234 (ZA.1349120865530274) is not", "")
    assert said == "(#100) Invalid parameter: Recipient … (…) is not"
    assert len(naming_nobody("x" * 900)) == 200


def test_the_pace_of_a_number() -> None:
    pace = limits(60)
    assert (pace.overall, pace.chat_spacing, pace.chat_burst) == (60, 6.0, PAIR_BURST)
    assert PAIR_BURST < 45


def test_every_way_into_the_town() -> None:
    links = Links("riverbend_bot", "https://riverbend.example/", "27821234567")
    assert links.ways("in_7_AB") == [
        Way("telegram", "https://t.me/riverbend_bot?start=in_7_AB"),
        Way("web", "https://riverbend.example/?start=in_7_AB"),
        Way("whatsapp", "https://wa.me/27821234567?text=%2Fstart%20in_7_AB"),
    ]
    assert links.start("x") == "https://t.me/riverbend_bot?start=x"
    assert Links(whatsapp_number="27").bot() == "https://wa.me/27"
    assert (Links().start("x"), Links().bot(), Links().ways("x")) == (None, None, [])
