"""The web chat over HTTP: what is said, tapped and answered, each once, on both databases."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    GetMe,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiohttp import WSMsgType
from sqlalchemy.exc import OperationalError

from bot.channels.own_session import NotOurs
from bot.channels.web.buckets import Buckets, Pace, Paces
from bot.channels.web.chats import Chats
from bot.delivery.outcome import Outcome, Outgoing
from bot.delivery.pace import Lane
from storage.sql import select
from storage.tables import Account, table_of
from tests.channels.web_town import PNG, Answers, WebTown, a_web_town, keyboard, only_room


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    with only_room(monkeypatch) as found:
        yield found


@pytest.fixture
async def web(database_url: str, tmp_path: Path, answers: Answers) -> AsyncIterator[WebTown]:
    async with a_web_town(database_url, tmp_path, answers) as town:
        yield town


async def _chat_id(web: WebTown, number: int = 0) -> int:
    accounts = table_of(Account)
    async with web.database.reading() as unit:
        rows = await unit.rows(select(accounts.c.address).order_by(accounts.c.id))
    return int(rows[number].address)


async def test_a_new_chat_greets_by_itself(web: WebTown) -> None:
    browser = await web.visitor()
    history = await browser.history()
    assert [message["html"] for message in history["messages"]] == ["<b>Welcome</b>"]
    assert web.answers.effects == ["start"]
    assert history["rev"] == 1
    assert history["more"] is False


async def test_a_message_is_shown_and_answered(web: WebTown) -> None:
    browser = await web.visitor()
    client_id = str(uuid.uuid4())
    answer = await browser.say("Hi <you> & 👋🏽", client_id)
    assert answer.status == 200
    assert await answer.json() == {"toast": None, "asides": []}
    mine, towns = (await browser.history())["messages"][-2:]
    assert towns.pop("id") > mine.pop("id")
    assert towns.pop("rev") > mine.pop("rev")
    shared: dict[str, Any] = {
        "at": "2026-11-24T09:30:00+02:00",
        "time": "09:30",
        "day": "Tuesday 24 November",
        "photo": None,
        "document": None,
        "buttons": [],
        "edited": False,
    }
    assert mine == shared | {"from": "me", "client_id": client_id, "text": "Hi <you> & 👋🏽"}
    assert towns == shared | {"from": "town", "client_id": None, "html": "You said: Hi &lt;you&gt; &amp; 👋🏽"}


async def test_the_same_message_counts_once(web: WebTown) -> None:
    browser = await web.visitor()
    client_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(browser.say("Once", client_id) for _ in range(5)))
    assert {answer.status for answer in answers} == {200}
    assert (await browser.say("Once, said otherwise", client_id.upper())).status == 200
    assert web.answers.effects == ["start", "Once"]
    assert await browser.words() == ["<b>Welcome</b>", "Once", "You said: Once"]


async def test_another_person_may_have_the_same_id(web: WebTown) -> None:
    client_id = str(uuid.uuid4())
    for _ in range(2):
        browser = await web.visitor()
        await browser.say("Salut", client_id)
        assert await browser.words() == ["<b>Welcome</b>", "Salut", "You said: Salut"]


async def test_a_failed_reply_is_tried_again_with_the_same_id(web: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await web.visitor()
    monkeypatch.setattr("bot.intake.intake.PATIENCE", (0.001,))
    monkeypatch.setattr(Chats, "say", _away)
    client_id = str(uuid.uuid4())
    refused = await browser.say("Still there?", client_id)
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    monkeypatch.undo()
    assert (await browser.say("Still there?", client_id)).status == 200
    assert web.answers.effects.count("Still there?") == 1
    assert await browser.words() == ["<b>Welcome</b>", "Still there?", "You said: Still there?"]


async def _away(*_given: object, **_named: object) -> Any:
    raise OperationalError("SELECT 1", {}, Exception("the database is away"))


async def test_a_message_that_cannot_be_kept_is_not_acknowledged(web: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await web.visitor()
    with monkeypatch.context() as broken:
        broken.setattr(Chats, "hear", _away)
        assert (await browser.say("Lost?")).status == 503
    assert web.answers.effects == ["start"]
    assert (await browser.say("Not lost")).status == 200


async def test_a_reply_sent_again_shows_once(web: WebTown) -> None:
    browser = await web.visitor()
    client_id = str(uuid.uuid4())
    for _ in range(3):
        await browser.say("/files", client_id)
    shown = (await browser.history())["messages"][1:]
    assert [bool(message["photo"]) for message in shown] == [False, True, False]
    assert [bool(message["document"]) for message in shown] == [False, False, True]


@pytest.mark.parametrize(
    "text",
    [None, 5, "", "  \n ", "\x00", ["a"], {"a": 1}],
)
async def test_what_is_no_message_is_refused(web: WebTown, text: object) -> None:
    browser = await web.visitor()
    assert (await browser.say(text)).status == 400
    assert web.answers.effects == ["start"]


@pytest.mark.parametrize("client_id", ["", "7", "not-a-uuid", 7, None, "x" * 400])
async def test_an_id_is_a_uuid(web: WebTown, client_id: object) -> None:
    browser = await web.visitor()
    assert (await browser.post("/chat/me/messages", {"id": client_id, "text": "Hi"})).status == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 60_000, b"\xff\xfe", b'{"id": NaN}', b"9" * 5000])
async def test_what_is_no_json_object_is_refused(web: WebTown, body: bytes) -> None:
    browser = await web.visitor()
    for path in ("/chat/me/messages", "/chat/me/taps"):
        assert (await browser.post(path, body)).status == 400


async def test_halves_of_characters_and_nuls_are_mended(web: WebTown) -> None:
    browser = await web.visitor()
    body = b'{"id": "%s", "text": "a\\ud800b\\u0000c"}' % str(uuid.uuid4()).encode()
    assert (await browser.post("/chat/me/messages", body)).status == 200
    assert (await browser.words())[1] == "a\ufffdbc"


async def test_the_longest_message(web: WebTown) -> None:
    browser = await web.visitor()
    assert (await browser.say("👋" * 2049)).status == 413
    assert (await browser.say("a" * 4086)).status == 200
    assert (await browser.last())["html"] == "You said: " + "a" * 4086
    huge = b'{"id": "%s", "text": "%s"}' % (str(uuid.uuid4()).encode(), b"a" * 70_000)
    assert (await browser.post("/chat/me/messages", huge)).status == 413


async def test_a_tap_edits_its_message_and_answers(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    before = await browser.last()
    assert before["buttons"][0] == [{"text": "Edit", "data": "edit"}]
    answer = await browser.tap(before["id"], "edit")
    assert await answer.json() == {"toast": {"text": "You tapped edit", "alert": False}, "asides": []}
    after = await browser.last()
    assert after["id"] == before["id"]
    assert after["rev"] > before["rev"]
    assert after["html"] == "Tapped: 1"
    assert after["edited"] is True
    assert after["buttons"] == [[{"text": "More", "data": "more"}]]
    alert = await browser.tap(before["id"], "alert")
    assert await alert.json() == {"toast": {"text": "You tapped alert", "alert": True}, "asides": []}


async def test_the_handler_sees_the_message_that_was_tapped(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    shown = await browser.last()
    await browser.tap(shown["id"], "edit")
    tapped = web.answers.taps[0].message
    assert isinstance(tapped, Message)
    assert tapped.message_id == shown["id"]
    assert tapped.text == "Which?"
    assert tapped.reply_markup is not None
    assert [row[0].callback_data for row in tapped.reply_markup.inline_keyboard] == ["edit", "alert", "same"]


async def test_the_same_tap_counts_once_and_answers_again(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    shown = await browser.last()
    client_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(browser.tap(shown["id"], "edit", client_id) for _ in range(4)))
    said = {"toast": {"text": "You tapped edit", "alert": False}, "asides": []}
    assert [await answer.json() for answer in answers] == [said] * 4
    assert web.answers.effects == ["start", "tap edit"]
    assert (await browser.last())["html"] == "Tapped: 1"


async def test_a_screen_that_stays_the_same_is_no_edit(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    shown = await browser.last()
    answer = await browser.tap(shown["id"], "same")
    assert await answer.json() == {"toast": None, "asides": []}
    assert await browser.last() == shown


async def test_a_tap_on_anothers_message_finds_nothing(web: WebTown) -> None:
    owner, stranger = await web.visitor(), await web.visitor()
    await owner.say("/keys")
    shown = await owner.last()
    assert (await stranger.tap(shown["id"], "edit")).status == 404
    assert (await owner.last())["html"] == "Which?"
    assert web.answers.taps == []


@pytest.mark.parametrize("message", [0, -1, 2**31, 2**70, 999_999])
async def test_a_tap_on_no_message_finds_nothing(web: WebTown, message: int) -> None:
    browser = await web.visitor()
    assert (await browser.tap(message, "edit")).status == 404


@pytest.mark.parametrize("message", [None, "1", 1.5, True, []])
async def test_a_message_is_named_by_its_number(web: WebTown, message: object) -> None:
    browser = await web.visitor()
    assert (await browser.tap(message, "edit")).status == 400


@pytest.mark.parametrize("data", [None, "", 4, "é" * 33, "a\x00b", "\ud800"])
async def test_data_is_as_long_as_telegram_allows(web: WebTown, data: object) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    assert (await browser.tap((await browser.last())["id"], data)).status == 400


async def test_ones_own_message_has_nothing_to_tap(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("Hi")
    mine = (await browser.history())["messages"][-2]
    assert mine["from"] == "me"
    assert (await browser.tap(mine["id"], "edit")).status == 404


async def test_forged_data_reaches_the_handler(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    await browser.tap((await browser.last())["id"], "shift:join:999")
    assert web.answers.taps[0].data == "shift:join:999"


async def test_history_goes_back_in_stretches(web: WebTown) -> None:
    browser = await web.visitor()
    for number in range(4):
        await browser.say(f"{number}")
    newest = await browser.history("?limit=4")
    assert [message.get("text") for message in newest["messages"]] == ["2", None, "3", None]
    assert newest["more"] is True
    rest = await browser.history(f"?limit=50&before={newest['messages'][0]['id']}")
    assert [message.get("text") for message in rest["messages"]] == [None, "0", None, "1", None]
    assert rest["more"] is False


@pytest.mark.parametrize("query", ["?before=x", "?limit=-1", "?limit=1.5", "?before=9999999999999", "?before=²"])
async def test_a_garbled_stretch_is_refused(web: WebTown, query: str) -> None:
    browser = await web.visitor()
    assert (await browser.get(f"/chat/me/messages{query}")).status == 400


async def test_photos_and_documents(web: WebTown) -> None:
    browser, stranger = await web.visitor(), await web.visitor()
    await browser.say("/files")
    photo, document = (await browser.history())["messages"][-2:]
    assert photo["html"] == "A <i>bell</i>\nin town"
    assert photo["photo"]["alt"] == "A bell"
    picture = await browser.get(photo["photo"]["url"])
    assert await picture.read() == PNG
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Content-Disposition"] == "inline"
    assert document["document"]["name"] == "hours <1>.csv"
    assert document["document"]["size"] == 5
    file = await browser.get(document["document"]["url"])
    assert await file.read() == "a,ä\n".encode()
    assert file.headers["Content-Disposition"] == "attachment; filename*=UTF-8''hours%20%3C1%3E.csv"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert (await stranger.get(photo["photo"]["url"])).status == 404
    assert (await web.browser().get(photo["photo"]["url"])).status == 401
    assert (await browser.get("/chat/me/files/" + "A" * 22)).status == 404


async def test_the_live_socket_brings_what_is_new(web: WebTown) -> None:
    browser = await web.visitor()
    async with await browser.live(after=0) as socket:
        first = await socket.receive_json(timeout=5)
        assert first["type"] == "messages"
        assert [message["html"] for message in first["messages"]] == ["<b>Welcome</b>"]
        await browser.say("/keys")
        seen: list[dict[str, Any]] = []
        while len(seen) < 2:
            seen += (await socket.receive_json(timeout=5))["messages"]
        assert [message.get("html") or message.get("text") for message in seen] == ["/keys", "Which?"]
        await browser.tap(seen[1]["id"], "edit")
        edited = await socket.receive_json(timeout=5)
        assert [message["html"] for message in edited["messages"]] == ["Tapped: 1"]
        assert edited["rev"] == (await browser.history())["rev"]


async def test_a_socket_goes_on_from_where_it_was(web: WebTown) -> None:
    browser = await web.visitor()
    rev = (await browser.history())["rev"]
    for number in range(120):
        await web.channel.bot(SendMessage(chat_id=await _chat_id(web), text=f"Number {number}"))
    async with await browser.live(after=rev) as socket:
        missed: list[str] = []
        while len(missed) < 120:
            missed += [message["html"] for message in (await socket.receive_json(timeout=5))["messages"]]
    assert missed == [f"Number {number}" for number in range(120)]
    async with await browser.live(after=rev + 120) as socket:
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.2)


async def test_what_is_taken_away_is_gone(web: WebTown) -> None:
    browser = await web.visitor()
    await browser.say("/keys")
    shown = await browser.last()
    chat = await _chat_id(web)
    async with await browser.live(after=shown["rev"]) as socket:
        assert await web.channel.bot(DeleteMessage(chat_id=chat, message_id=shown["id"])) is True
        assert await socket.receive_json(timeout=5) == {"type": "gone", "rev": shown["rev"] + 1, "ids": [shown["id"]]}
    assert shown["id"] not in [message["id"] for message in (await browser.history())["messages"]]
    assert (await browser.tap(shown["id"], "edit")).status == 404
    with pytest.raises(TelegramBadRequest, match="not found"):
        await web.channel.bot(DeleteMessage(chat_id=chat, message_id=shown["id"]))


async def test_a_socket_brings_gone_and_new_together(web: WebTown) -> None:
    browser = await web.visitor()
    welcome = await browser.last()
    await browser.say("Hi")
    await web.channel.bot(DeleteMessage(chat_id=await _chat_id(web), message_id=welcome["id"]))
    async with await browser.live(after=1) as socket:
        gone = await socket.receive_json(timeout=5)
        news = await socket.receive_json(timeout=5)
    assert gone == {"type": "gone", "rev": 1, "ids": [welcome["id"]]}
    assert news["rev"] == (await browser.history())["rev"]
    assert len(news["messages"]) == 2


async def test_signing_out_hangs_up(web: WebTown) -> None:
    browser = await web.visitor()
    async with await browser.live(after=1) as socket:
        await browser.form("/leave", {"csrf": await browser.csrf("/")})
        closed = await socket.receive(timeout=5)
        assert closed.type is WSMsgType.CLOSE
        assert closed.data == 4401
    assert (await browser.get("/chat/me/messages")).status == 401


async def test_stopping_hangs_up_and_finishes(web: WebTown) -> None:
    browser = await web.visitor()
    async with await browser.live(after=1) as socket:
        stopping = asyncio.create_task(web.channel.stop())
        closed = await socket.receive(timeout=5)
        assert closed.type is WSMsgType.CLOSE
        assert closed.data == 1001
        await asyncio.wait_for(stopping, 5)


async def test_what_is_in_flight_is_finished(web: WebTown) -> None:
    browser = await web.visitor()
    said = asyncio.create_task(browser.say("/slow"))
    await asyncio.wait_for(web.answers.busy.wait(), 5)
    stopping = asyncio.create_task(web.channel.stop())
    await asyncio.sleep(0.1)
    assert not stopping.done()
    web.answers.go_on.set()
    assert (await said).status == 200
    await asyncio.wait_for(stopping, 5)
    assert web.answers.effects[-1] == "slow"


async def test_a_session_has_its_pace(database_url: str, tmp_path: Path, answers: Answers) -> None:
    async with a_web_town(database_url, tmp_path, answers, paces=Paces(posts=Pace(3, 0.5))) as web:
        hasty, calm = await web.visitor(), await web.visitor()
        statuses = [(await hasty.say(f"{number}")).status for number in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert 1 <= int((await hasty.say("again")).headers["Retry-After"]) <= 2
        assert (await calm.say("hello")).status == 200
        assert [effect for effect in answers.effects if effect.isdecimal()] == ["0", "1", "2"]


def test_a_bucket_fills_again_and_forgets_the_oldest() -> None:
    now = 0.0
    buckets = Buckets(Pace(2, 0.5), most=2, timer=lambda: now)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 2]
    now = 1.0
    assert buckets.take("a") == 1
    now = 2.0
    assert buckets.take("a") == 0
    buckets.give_back("a")
    assert buckets.take("a") == 0
    assert buckets.take("b") == 0
    assert buckets.take("c") == 0
    assert buckets.take("a") == 0  # forgotten, so full


async def test_the_session_returns_what_aiogram_expects(web: WebTown) -> None:
    await web.visitor()
    chat = await _chat_id(web)
    sent = await web.channel.bot.send_message(chat, "A <b>bell</b> &amp; more", parse_mode="HTML")
    assert isinstance(sent, Message)
    assert sent.text == "A bell & more"
    assert sent.chat.id == chat
    assert sent.bot is web.channel.bot
    edited = await web.channel.bot(
        EditMessageReplyMarkup(chat_id=chat, message_id=sent.message_id, reply_markup=keyboard(("Go", "go")))
    )
    assert isinstance(edited, Message)
    assert edited.message_id == sent.message_id
    plain = await web.channel.bot.send_message(chat, "5 < 6")
    assert plain.text == "5 < 6"
    assert await web.channel.bot(SendChatAction(chat_id=chat, action="typing")) is True
    file = BufferedInputFile(b"x", filename="a.txt")
    document = await web.channel.bot(SendDocument(chat_id=chat, document=file, caption="c"))
    assert document.document is not None
    assert document.document.file_name == "a.txt"
    assert document.caption == "c"


BIG = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="b", callback_data="é" * 33)]])
NAMELESS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=" ", callback_data="b")]])
WIDE = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="b", callback_data="b")] * 9])
ODD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="b", url="javascript:alert(1)")]])
PICTURE = BufferedInputFile(PNG, filename="p.png")


@pytest.mark.parametrize(
    ("method", "refusal"),
    [
        (SendMessage(chat_id=0, text="a" * 4097), "too long"),
        (SendMessage(chat_id=0, text="👋" * 2049), "too long"),
        (SendMessage(chat_id=0, text=" "), "empty"),
        (SendMessage(chat_id=0, text="<b> </b>", parse_mode="HTML"), "empty"),
        (SendMessage(chat_id=0, text="<script>x</script>", parse_mode="HTML"), "parse entities"),
        (SendMessage(chat_id=0, text="<b>x", parse_mode="HTML"), "parse entities"),
        (SendMessage(chat_id=0, text="<b><i>x</b></i>", parse_mode="HTML"), "parse entities"),
        (SendMessage(chat_id=0, text="x</b>", parse_mode="HTML"), "parse entities"),
        (SendMessage(chat_id=0, text="a < b", parse_mode="HTML"), "parse entities"),
        (SendMessage(chat_id=0, text="a & b", parse_mode="HTML"), "parse entities"),
        (SendMessage(chat_id=0, text="*x*", parse_mode="MarkdownV2"), "parse_mode"),
        (SendMessage(chat_id=0, text="x", reply_markup=BIG), "BUTTON_DATA_INVALID"),
        (SendMessage(chat_id=0, text="x", reply_markup=NAMELESS), "non-empty"),
        (SendMessage(chat_id=0, text="x", reply_markup=WIDE), "too long"),
        (SendMessage(chat_id=0, text="x", reply_markup=ODD), "invalid"),
        (SendPhoto(chat_id=0, photo=PICTURE, caption="a" * 1025), "caption is too long"),
        (SendPhoto(chat_id=0, photo=BufferedInputFile(b"<svg/>", filename="p.svg")), "IMAGE_PROCESS_FAILED"),
        (SendDocument(chat_id=0, document=BufferedInputFile(b"", filename="p.txt")), "non-empty"),
        (EditMessageText(chat_id=0, message_id=99_999, text="x"), "message to edit not found"),
        (EditMessageReplyMarkup(chat_id=0, message_id=99_999), "message to edit not found"),
        (EditMessageText(inline_message_id="7", text="x"), "message to edit not found"),
        (AnswerCallbackQuery(callback_query_id="1:x", text="late"), "query is too old"),
        (AnswerCallbackQuery(callback_query_id="1:x", text="a" * 201), "MESSAGE_TOO_LONG"),
    ],
)
async def test_what_telegram_refuses_is_refused(web: WebTown, method: Any, refusal: str) -> None:
    browser = await web.visitor()
    if getattr(method, "chat_id", None) == 0:
        method = method.model_copy(update={"chat_id": await _chat_id(web)})
    with pytest.raises(TelegramBadRequest, match=refusal):
        await web.channel.bot(method)
    assert await browser.words() == ["<b>Welcome</b>"]


async def test_refusals_that_need_a_message(web: WebTown) -> None:
    await web.visitor()
    bot, chat = web.channel.bot, await _chat_id(web)
    sent = await bot.send_message(chat, "x", reply_markup=keyboard(("Go", "go")))
    with pytest.raises(TelegramBadRequest, match="not modified"):
        await bot.edit_message_text("x", chat_id=chat, message_id=sent.message_id, reply_markup=keyboard(("Go", "go")))
    with pytest.raises(TelegramBadRequest, match="not modified"):
        await bot.edit_message_reply_markup(
            chat_id=chat, message_id=sent.message_id, reply_markup=keyboard(("Go", "go"))
        )
    photo = await bot.send_photo(chat, PICTURE)
    with pytest.raises(TelegramBadRequest, match="no text"):
        await bot.edit_message_text("y", chat_id=chat, message_id=photo.message_id)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(12345, "x")
    await web.visitor()
    with pytest.raises(TelegramBadRequest, match="not found"):
        await bot.edit_message_text("y", chat_id=await _chat_id(web, 1), message_id=sent.message_id)


async def test_other_methods_have_no_place(web: WebTown) -> None:
    with pytest.raises(NotOurs, match="GetMe"):
        await web.channel.bot(GetMe())
    with pytest.raises(NotOurs):
        web.channel.bot.session.stream_content("http://127.0.0.1/")


async def test_a_database_that_is_away_is_a_network_error(web: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chats, "say", _away)
    with pytest.raises(TelegramNetworkError):
        await web.channel.bot.send_message(1, "x")


async def test_notices_are_written_once(web: WebTown) -> None:
    browser = await web.visitor()
    address = str(await _chat_id(web))
    outgoing = Outgoing("Your shift is <b>tomorrow</b>", ((("Coming", "yes"), ("Map", "https://example.org/")),))
    first = await web.channel.sender.send(address, outgoing, lane=Lane.BULK, key="outbox:7")
    again = await web.channel.sender.send(address, outgoing, lane=Lane.BULK, key="outbox:7")
    assert first.outcome is Outcome.SENT
    assert first == again
    shown = await browser.last()
    assert first.reference == str(shown["id"])
    assert shown["buttons"] == [[{"text": "Coming", "data": "yes"}, {"text": "Map", "url": "https://example.org/"}]]
    assert len(await browser.words()) == 2


async def test_what_became_of_other_notices(web: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await web.visitor()
    address = str(await _chat_id(web))

    async def outcome(to: str, outgoing: Outgoing, key: str) -> Outcome:
        return (await web.channel.sender.send(to, outgoing, lane=Lane.BULK, key=key)).outcome

    assert await outcome("1", Outgoing("x"), "outbox:1") is Outcome.BLOCKED
    assert await outcome(address, Outgoing("<b>x"), "outbox:2") is Outcome.REFUSED
    assert await outcome(address, Outgoing("", photo=PNG), "outbox:3") is Outcome.SENT
    assert await outcome(address, Outgoing("", document=("a.csv", b"1")), "outbox:4") is Outcome.SENT
    photo, document = (await browser.history())["messages"][-2:]
    assert photo["photo"]["alt"] == ""
    assert document["document"]["name"] == "a.csv"
    monkeypatch.setattr(Chats, "say", _away)
    assert await outcome(address, Outgoing("x"), "outbox:5") is Outcome.RETRY
