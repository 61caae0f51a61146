"""The emulator, driven over HTTP by the clients that Townbell uses: aiogram's Bot and python-telegram-bot's ExtBot."""

from __future__ import annotations

import asyncio
import html
import json
import re
import struct
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputPollOption,
    Update,
)
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton as PtbButton
from telegram import InlineKeyboardMarkup as PtbMarkup
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from tests.emulators.telegram import Button, Limits, Person, TelegramEmulator
from tests.emulators.telegram_errors import Refusal
from tests.emulators.telegram_html import parse, utf16

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 40, 30) + b"\x08\x02\x00\x00\x00"


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator


def aiogram_bot(tg: TelegramEmulator, token: str | None = None) -> Bot:
    return Bot(token or tg.token, session=AiohttpSession(api=TelegramAPIServer.from_base(tg.url)))


@pytest.fixture
async def bot(tg: TelegramEmulator) -> AsyncIterator[Bot]:
    async with aiogram_bot(tg) as client:
        yield client


@pytest.fixture
async def ext(tg: TelegramEmulator) -> AsyncIterator[ExtBot[None]]:
    async with ExtBot(tg.token, base_url=tg.url + "/bot", request=HTTPXRequest(read_timeout=1.0)) as client:
        yield client


@pytest.fixture
def thandi(tg: TelegramEmulator) -> Person:
    person = tg.person("Thandi")
    person.says("/start")
    return person


def keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=list(rows))


def button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for something that another process brings about."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


# --- talking --------------------------------------------------------------------------------------------------------


async def test_both_clients_know_the_bot(tg: TelegramEmulator, bot: Bot, ext: ExtBot[None]) -> None:
    assert (await bot.get_me()).id == tg.bot_id
    assert (await ext.get_me()).username == "riverbend_bot"


async def test_a_conversation_with_aiogram(tg: TelegramEmulator, bot: Bot) -> None:
    thandi = tg.person("Thandi", language_code="zu")
    thandi.says("/start hello")
    (update,) = await bot.get_updates(timeout=1)
    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.from_user.id, update.message.from_user.language_code) == (thandi.id, "zu")
    assert [(e.type, e.offset, e.length) for e in update.message.entities or []] == [("bot_command", 0, 6)]

    markup = keyboard([button("Join", "shift:1")], [InlineKeyboardButton(text="Map", url="https://example.org/a")])
    sent = await bot.send_message(thandi.id, "<b>Bread &amp; butter</b>", parse_mode="HTML", reply_markup=markup)
    assert (sent.text, thandi.last.html) == ("Bread & butter", "<b>Bread &amp; butter</b>")
    assert thandi.last.buttons == [[Button("Join", data="shift:1")], [Button("Map", url="https://example.org/a")]]

    query_id = thandi.taps("Join")
    (tap,) = await bot.get_updates(offset=update.update_id + 1, timeout=1)
    assert tap.update_id == update.update_id + 1
    assert tap.callback_query is not None
    assert (tap.callback_query.id, tap.callback_query.data) == (query_id, "shift:1")
    assert tap.callback_query.message is not None
    assert tap.callback_query.message.message_id == sent.message_id

    await bot.answer_callback_query(query_id, "You are in", show_alert=True)
    assert [(toast.text, toast.show_alert) for toast in thandi.toasts] == [("You are in", True)]
    edited = await bot.edit_message_text("<i>Joined</i>", chat_id=thandi.id, message_id=sent.message_id,
                                         parse_mode="HTML")  # fmt: skip
    assert not isinstance(edited, bool)
    assert edited.edit_date
    assert (thandi.last.text, thandi.last.buttons, thandi.last.edited) == ("Joined", [], True)
    assert len(thandi.messages) == 2


async def test_delivery_with_ptb(ext: ExtBot[None], thandi: Person) -> None:
    markup = PtbMarkup([[PtbButton("Coming", callback_data="coming"), PtbButton("Can't", callback_data="no")]])
    sent = await ext.send_message(thandi.id, "<b>Tomorrow</b> 07:00", parse_mode="HTML", reply_markup=markup)
    assert sent.text == "Tomorrow 07:00"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 0, 8)]
    assert thandi.last.labels == ["Coming", "Can't"]
    await ext.edit_message_reply_markup(thandi.id, sent.message_id)
    assert thandi.last.buttons == []
    assert await ext.delete_message(thandi.id, sent.message_id)
    assert thandi.last.text == "/start"


@pytest.mark.parametrize("encoding", ["query", "json", "form", "multipart"])
async def test_every_encoding_says_the_same(tg: TelegramEmulator, thandi: Person, encoding: str) -> None:
    markup = json.dumps({"inline_keyboard": [[{"text": "Ok", "callback_data": "ok"}]]})
    fields = {"chat_id": str(thandi.id), "text": "Sawubona", "reply_markup": markup}
    url = f"{tg.url}/bot{tg.token}/SENDMESSAGE"
    async with aiohttp.ClientSession() as http:
        if encoding == "query":
            answer = await http.get(url, params=fields)
        elif encoding == "json":
            answer = await http.post(url, json={**fields, "chat_id": thandi.id, "reply_markup": json.loads(markup)})
        elif encoding == "form":
            answer = await http.post(url, data=fields)
        else:
            form = aiohttp.FormData(default_to_multipart=True)
            for name, value in fields.items():
                form.add_field(name, value)
            answer = await http.post(url, data=form)
        assert (await answer.json())["ok"] is True
    assert (thandi.last.text, thandi.last.labels) == ("Sawubona", ["Ok"])
    assert tg.calls[-1].method == "sendMessage"
    assert tg.calls[-1].params["reply_markup"] == json.loads(markup)


async def test_files_from_both_clients(bot: Bot, ext: ExtBot[None], thandi: Person) -> None:
    for sent in (
        await bot.send_document(thandi.id, BufferedInputFile(b"a,b\n", "hours.csv"), caption="<b>Hours</b>",
                                parse_mode="HTML"),
        await ext.send_document(thandi.id, b"a,b\n", filename="hours.csv", caption="<b>Hours</b>", parse_mode="HTML"),
    ):  # fmt: skip
        assert sent.document is not None
        assert sent.document.file_name == "hours.csv"
        assert sent.caption == "Hours"
        assert thandi.last.document is not None
        assert (thandi.last.document.data, thandi.last.text) == (b"a,b\n", "Hours")
    for picture in (
        await bot.send_photo(thandi.id, BufferedInputFile(PNG, "poster.png")),
        await ext.send_photo(thandi.id, PNG),
    ):
        assert picture.photo is not None
        assert (picture.photo[-1].width, picture.photo[-1].height) == (40, 30)
        assert thandi.last.photo is not None
        assert thandi.last.photo.data == PNG
        await bot.send_photo(thandi.id, picture.photo[-1].file_id)
        assert thandi.last.photo.data == PNG


async def test_polls(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    sent = await bot.send_poll(thandi.id, "Bake rye?", ["Yes", "No"], is_anonymous=False)
    assert sent.poll is not None
    thandi.votes(thandi.last, 1)
    update = (await bot.get_updates())[-1]
    assert update.poll_answer is not None
    assert (update.poll_answer.poll_id, update.poll_answer.option_ids) == (sent.poll.id, [1])
    refused: list[tuple[str, list[InputPollOption | str]]] = [
        ("", ["a"]), ("q" * 301, ["a"]), ("q", []), ("q", ["a" * 101]), ("q", ["a"] * 13), ("q", ["a", " "]),
    ]  # fmt: skip
    for question, options in refused:
        with pytest.raises(TelegramBadRequest, match="poll"):
            await bot.send_poll(thandi.id, question, options)


async def test_commands_by_scope_and_language(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    await bot.set_my_commands([BotCommand(command="me", description="My week")])
    await bot.set_my_commands([BotCommand(command="me", description="Mi semana")], language_code="es")
    chat = BotCommandScopeChat(chat_id=thandi.id)
    await bot.set_my_commands([BotCommand(command="desk", description="Desk")], scope=chat)
    assert tg.commands(language_code="es") == [{"command": "me", "description": "Mi semana"}]
    assert [c.command for c in await bot.get_my_commands(scope=chat)] == ["desk"]
    await bot.delete_my_commands(scope=chat)
    assert await bot.get_my_commands(scope=chat) == []
    assert await bot.get_my_commands(scope=BotCommandScopeAllPrivateChats()) == []
    refused: list[tuple[list[BotCommand], str, str]] = [
        ([BotCommand(command="Me", description="x")], "", "BOT_COMMAND_INVALID"),
        ([BotCommand(command="m" * 33, description="x")], "", "BOT_COMMAND_INVALID"),
        ([BotCommand(command="me", description="x" * 257)], "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([BotCommand(command=f"c{i}", description="x") for i in range(101)], "", "BOT_COMMANDS_TOO_MUCH"),
        ([BotCommand(command="me", description="x")], "english", "invalid language code"),
    ]
    for commands, language, words in refused:
        with pytest.raises(TelegramBadRequest, match=words):
            await bot.set_my_commands(commands, language_code=language)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.set_my_commands([], scope=BotCommandScopeChat(chat_id=12))


async def test_descriptions_chat_and_action(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    assert await bot.set_my_description("We are Riverbend", language_code="en")
    assert await bot.set_my_short_description("Riverbend")
    with pytest.raises(TelegramBadRequest, match="too long"):
        await bot.set_my_short_description("x" * 121)
    assert (await bot.get_chat(thandi.id)).first_name == "Thandi"
    assert await bot.send_chat_action(thandi.id, "typing")
    with pytest.raises(TelegramBadRequest, match="wrong parameter action"):
        await bot.send_chat_action(thandi.id, "dancing")
    assert tg.state.actions == [(thandi.id, "typing")]


# --- refusals -------------------------------------------------------------------------------------------------------


async def test_tokens(tg: TelegramEmulator) -> None:
    async with aiogram_bot(tg, "12345:" + "A" * 35) as stranger:
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await stranger.get_me()
    async with aiogram_bot(tg, "12345:short") as nonsense:
        with pytest.raises(TelegramNotFound, match="Not Found"):
            await nonsense.get_me()
    async with aiohttp.ClientSession() as http:
        answer = await http.get(f"{tg.url}/bot{tg.token}/sendNothing")
        assert (answer.status, (await answer.json())["description"]) == (404, "Not Found: method not found")
    assert tg.token not in repr(tg.calls)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (" \n ", "text must be non-empty"),
        ("<b> </b>", "text must be non-empty"),
        ("x" * 4097, "message is too long"),
        ("🍞" * 2049, "message is too long"),
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("é <p>x</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("1 < 2 > 0", 'Unsupported start tag "" at byte offset 2'),
        ("5 <", "Unclosed start tag at byte offset 2"),
        ("<a href='x>y</a>", 'Unclosed start tag "a"|Unexpected end of name token'),
        ("<span class='x'>y</span>", 'must have class "tg-spoiler"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("a&nbsp;b", 'Unsupported HTML entity "&nbsp;" at byte offset 1'),
        ("Bread & butter", 'Unsupported HTML entity "&" at byte offset 6'),
    ],
)
async def test_texts_that_telegram_refuses(bot: Bot, thandi: Person, text: str, refusal: str) -> None:
    with pytest.raises(TelegramBadRequest, match=refusal if "|" in refusal else re.escape(refusal)):
        await bot.send_message(thandi.id, text, parse_mode="HTML")
    assert thandi.last.text == "/start"


async def test_a_missing_text_is_empty(ext: ExtBot[None], thandi: Person) -> None:
    with pytest.raises(BadRequest, match="Message text is empty"):
        await ext.send_message(thandi.id, "")


async def test_length_counts_after_parsing(bot: Bot, thandi: Person) -> None:
    text = "<b>" + "&lt;" * 4096 + "</b>"
    await bot.send_message(thandi.id, text, parse_mode="HTML")
    assert thandi.last.text == "<" * 4096
    with pytest.raises(TelegramBadRequest, match="caption is too long"):
        await bot.send_document(thandi.id, BufferedInputFile(b"x", "x"), caption="x" * 1025)


async def test_without_strictness_unknown_entities_stand() -> None:
    assert parse("a &amp; b & &nbsp; &#x1F35E;", strict=False).text == "a & b & &nbsp; 🍞"


async def test_html_becomes_text_and_entities() -> None:
    parsed = parse(
        '  🍞 <b>B<i>I</i></b> <a href="https://e.org/?a=1&amp;b=2">l</a> <blockquote expandable>q</blockquote> '
    )
    assert parsed.text == "🍞 BI l q"
    assert parsed.entities == [
        {"type": "bold", "offset": 3, "length": 2},
        {"type": "italic", "offset": 4, "length": 1},
        {"type": "text_link", "offset": 6, "length": 1, "url": "https://e.org/?a=1&b=2"},
        {"type": "expandable_blockquote", "offset": 8, "length": 1},
    ]
    assert utf16("🍞") == 2


@given(st.text())
def test_escaped_text_comes_out_as_it_was(text: str) -> None:
    assert parse(f"<b>{html.escape(text)}</b>").text == text.strip()


@given(st.text(alphabet="<>/&;ab ='\"#x1é🍞\n"))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parsed = parse(text)
    except Refusal as refusal:
        assert refusal.description.startswith("Bad Request: can't parse entities: ")  # noqa: PT017
    else:
        assert all(e["offset"] + e["length"] <= utf16(parsed.text) for e in parsed.entities)


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([[{"text": "x", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "x", "callback_data": ""}]], "BUTTON_DATA_INVALID"),
        ([[{"text": " ", "callback_data": "x"}]], "text must be non-empty"),
        ([[{"callback_data": "x"}]], 'can\'t find field "text"'),
        ([[{"text": "x"}]], "Text buttons are unallowed"),
        ([[{"text": "x", "url": "ftp://example.org"}]], "Unsupported URL protocol"),
        ([[{"text": "x", "url": "javascript:alert(1)"}]], "Unsupported URL protocol"),
        ([[{"text": "x", "url": "http://localhost/a"}]], "Wrong HTTP URL"),
        ([[{"text": "x", "callback_data": "x"}] * 9], "reply markup is too long"),
        ([[{"text": "x", "callback_data": "x"}]] * 101, "reply markup is too long"),
        ({"text": "x"}, "must be of type Array"),
    ],
)
async def test_keyboards_that_telegram_refuses(tg: TelegramEmulator, thandi: Person, rows: Any, refusal: str) -> None:
    body = {"chat_id": thandi.id, "text": "x", "reply_markup": {"inline_keyboard": rows}}
    async with aiohttp.ClientSession() as http:
        answer = await (await http.post(f"{tg.url}/bot{tg.token}/sendMessage", json=body)).json()
    assert answer["error_code"] == 400
    assert refusal in answer["description"]


async def test_keyboards_at_the_limit(bot: Bot, thandi: Person) -> None:
    rows = [[button("x", "é" * 32)] * 8] * 12 + [[InlineKeyboardButton(text="t", url="tg://user?id=1")]] * 4
    await bot.send_message(thandi.id, "x", reply_markup=keyboard(*rows))
    assert len(thandi.last.labels) == 100


async def test_edits_that_telegram_refuses(bot: Bot, ext: ExtBot[None], thandi: Person) -> None:
    sent = await bot.send_message(thandi.id, "<b>x</b>", parse_mode="HTML", reply_markup=keyboard([button("a", "a")]))
    same = keyboard([button("a", "a")])
    with pytest.raises(TelegramBadRequest, match="message is not modified: specified new message content"):
        await bot.edit_message_text("<strong>x</strong>", chat_id=thandi.id, message_id=sent.message_id,
                                    parse_mode="HTML", reply_markup=same)  # fmt: skip
    with pytest.raises(BadRequest, match="Message is not modified"):
        await ext.edit_message_reply_markup(
            thandi.id, sent.message_id, reply_markup=PtbMarkup([[PtbButton("a", callback_data="a")]])
        )
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("y", chat_id=thandi.id, message_id=999_999)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("y", chat_id=thandi.id, message_id=thandi.messages[0].id)
    picture = await bot.send_photo(thandi.id, BufferedInputFile(PNG, "p.png"))
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await bot.edit_message_text("y", chat_id=thandi.id, message_id=picture.message_id)
    await bot.delete_message(thandi.id, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(thandi.id, sent.message_id)
    assert [message.text for message in thandi.messages] == ["/start", ""]


async def test_queries_are_answered_once_and_in_time(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    sent = await bot.send_message(thandi.id, "x", reply_markup=keyboard([button("a", "a")]))
    once = thandi.taps(thandi.last)
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(once, "x" * 201)
    assert await bot.answer_callback_query(once)
    late = thandi.taps_raw(sent.message_id, "forged")
    tg.expire_queries()
    for query_id in (once, late, "4711"):
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired or query ID is i"):
            await bot.answer_callback_query(query_id)
    assert [toast.query_id for toast in thandi.toasts] == [once]


async def test_files_that_telegram_refuses(bot: Bot, thandi: Person) -> None:
    wide = PNG[:16] + struct.pack(">II", 4000, 100) + PNG[24:]
    for content, words in ((b"", "non-empty"), (b"text", "IMAGE_PROCESS_FAILED"), (wide, "PHOTO_INVALID_DIMENSIONS")):
        with pytest.raises(TelegramBadRequest, match=words):
            await bot.send_photo(thandi.id, BufferedInputFile(content, "p.png"))
    with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
        await bot.send_document(thandi.id, "nothing-sent-before")


async def test_chats_that_cannot_be_written_to(tg: TelegramEmulator, bot: Bot, ext: ExtBot[None]) -> None:
    silent, gone = tg.person("Sam"), tg.person("Gugu")
    gone.says("hello")
    gone.blocks_bot()
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(42, "x")
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(silent.id, "x")
    with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
        await ext.send_message(gone.id, "x")
    with pytest.raises(ValueError, match="blocked"):
        gone.says("hello?")
    gone.unblocks_bot()
    await ext.send_message(gone.id, "welcome back")
    members = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    assert [(m.old_chat_member.status, m.new_chat_member.status) for m in members] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_groups_move_and_put_the_bot_out(tg: TelegramEmulator, bot: Bot, ext: ExtBot[None]) -> None:
    thandi = tg.person("Thandi")
    town = tg.group("Town", thandi)
    await bot.send_message(town.id, "x")
    old = town.id
    new = town.migrates(thandi)
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(old, "x")
    assert moved.value.migrate_to_chat_id == new == town.id
    with pytest.raises(ChatMigrated) as moved_too:
        await ext.send_message(old, "x")
    assert moved_too.value.new_chat_id == new
    notes = [u.message for u in await bot.get_updates() if u.message]
    assert [note.migrate_to_chat_id or note.migrate_from_chat_id for note in notes] == [new, old]
    await bot.send_message(new, "x")
    town.removes_bot(thandi)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(new, "x")


# --- people ---------------------------------------------------------------------------------------------------------


async def test_people_find_their_buttons(bot: Bot, thandi: Person) -> None:
    await bot.send_message(thandi.id, "old", reply_markup=keyboard([button("Join", "join:1"), button("Back", "back")]))
    await bot.send_message(thandi.id, "new", reply_markup=keyboard([button("Join", "join:2"), button("🏠 Home", "h")]))
    old = thandi.messages[1]
    for what, on in (("Join", None), ("Join", old), ("back", None), ("Home", None), (Button("Join", "join:1"), None)):
        thandi.taps(what, on=on)
    taps = [u.callback_query for u in await bot.get_updates() if u.callback_query]
    assert [tap.data for tap in taps] == ["join:2", "join:1", "back", "h", "join:1"]
    assert len({tap.chat_instance for tap in taps}) == 1
    with pytest.raises(ValueError, match=r"no one button 'Leave'; the latest messages offer \[\['Join', '🏠 Home'\]"):
        thandi.taps("Leave")
    with pytest.raises(ValueError, match="no one button"):
        thandi.taps(old)


async def test_forged_taps_and_gone_messages(bot: Bot, thandi: Person) -> None:
    thandi.taps_raw(123_456, "shift:join:99")
    tap = (await bot.get_updates())[-1].callback_query
    assert tap is not None
    assert tap.message is not None
    assert (tap.data, tap.message.message_id, tap.message.date) == ("shift:join:99", 123_456, 0)


async def test_apps_cut_long_texts_and_check_links(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    last = thandi.says("🍞" * 5_000)
    texts = [u.message.text for u in await bot.get_updates() if u.message and u.message.text]
    assert [utf16(text) for text in texts[1:]] == [4096, 4096, 1808]
    assert last.update_id == tg.state.updates.first_id + 3
    thandi.opens_link("shift_12-a")
    assert thandi.last.text == "/start shift_12-a"
    for payload in ("", "a b", "x" * 65, "é"):
        with pytest.raises(ValueError, match="deep link"):
            thandi.opens_link(payload)
    with pytest.raises(ValueError, match="empty"):
        thandi.says("  ")


# --- updates --------------------------------------------------------------------------------------------------------


async def test_offsets_confirm_and_nothing_else_does(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    for word in ("one", "two", "three"):
        thandi.says(word)
    first = await bot.get_updates(limit=2)
    assert len(first) == 2
    assert [u.update_id for u in await bot.get_updates(limit=2)] == [u.update_id for u in first]
    assert tg.pending == 4
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [u.message.text for u in rest if u.message] == ["two", "three"]
    assert tg.pending == 2
    (last,) = await bot.get_updates(offset=-1)
    assert last.update_id == rest[-1].update_id
    assert await bot.get_updates(offset=last.update_id + 1) == []
    await tg.settled(1)
    thandi.says("again")
    with pytest.raises(TimeoutError, match="1 updates unconfirmed"):
        await tg.settled(0.05)


async def test_long_polling_wakes_and_ends(tg: TelegramEmulator, bot: Bot) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert await bot.get_updates(timeout=1) == []
    assert 0.9 < loop.time() - started < 2
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    tg.person("Sam").says("hello")
    assert len(await asyncio.wait_for(waiting, 1)) == 1


async def test_allowed_updates(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    await bot.get_updates(offset=-1, allowed_updates=["callback_query"])
    before = tg.pending
    assert thandi.says("unheard").update_id == 0
    assert tg.pending == before
    thandi.taps_raw(1, "heard")
    assert tg.pending == before + 1


@pytest.mark.parametrize("client", ["aiogram", "ptb"])
async def test_a_second_poller_ends_the_first(tg: TelegramEmulator, bot: Bot, ext: ExtBot[None], client: str) -> None:
    async def poll(seconds: int) -> int:
        if client == "aiogram":
            return len(await bot.get_updates(timeout=seconds))
        return len(await ext.get_updates(timeout=seconds))

    first = asyncio.create_task(poll(30))
    await asyncio.sleep(0.1)
    assert await bot.get_updates() == []
    with pytest.raises((TelegramConflictError, Conflict), match="terminated by other getUpdates request"):
        await first


async def test_a_killed_poller_leaves_no_trace(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    for offset, word in enumerate(("one", "two"), thandi.last.update_id + 1):
        url = f"{tg.url}/bot{tg.token}/getUpdates?timeout=50&offset={offset}"
        script = f"import urllib.request; urllib.request.urlopen({url!r}, timeout=60)"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
        async with asyncio.timeout(20):
            await eventually(lambda: tg.polled)
            process.kill()
            await process.wait()
            await eventually(lambda: not tg.polled)
        thandi.says(word)
        (update,) = await bot.get_updates(offset=offset, timeout=5)
        assert update.message is not None
        assert update.message.text == word
    assert all(call.ok for call in tg.called("getUpdates"))


async def test_redelivery_and_raw_updates(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    hello = thandi.says("hello")
    assert await bot.get_updates(offset=hello.update_id + 1) == []
    tg.redeliver(hello.update_id)
    (again,) = await bot.get_updates(offset=hello.update_id + 1)
    assert again.update_id == hello.update_id
    assert await bot.get_updates(offset=hello.update_id + 1) == []
    assert tg.pending == 0
    with pytest.raises(KeyError):
        tg.redeliver(1)

    tg.raw_update({"message": {"text": 7}})
    tg.raw_update("nonsense")
    async with aiohttp.ClientSession() as http:
        answer = await (await http.get(f"{tg.url}/bot{tg.token}/getUpdates")).json()
    assert answer["result"] == [{"update_id": hello.update_id + 1, "message": {"text": 7}}, "nonsense"]
    with pytest.raises(ClientDecodeError):
        await bot.get_updates()


# --- webhook --------------------------------------------------------------------------------------------------------


class Hook:
    """A webhook that answers with the statuses it was given, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[str | None, int]] = []
        self.answer: dict[str, Any] | None = None
        self.busy = 0
        self.most_busy = 0

    async def take(self, request: web.Request) -> web.Response:
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        update = Update.model_validate(await request.json())
        await asyncio.sleep(0.01)
        self.got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update.update_id))
        self.busy -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.answer, status=status) if self.answer else web.Response(status=status)

    async def serve(self) -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.router.add_post("/hook", self.take)
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"


async def test_webhook_in_order_until_accepted(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    hook = Hook(500, 404)
    runner, url = await hook.serve()
    try:
        await bot.set_webhook(url, secret_token="s3cret_-")
        thandi.says("two")
        thandi.says("three")
        await tg.settled(5)
        first = tg.state.updates.first_id
        assert [number - first for _, number in hook.got] == [0, 0, 0, 1, 2]
        assert {secret for secret, _ in hook.got} == {"s3cret_-"}
        assert hook.most_busy == 1
        info = await bot.get_webhook_info()
        assert info.url == url
        assert info.last_error_message is not None
        assert "404" in info.last_error_message
        with pytest.raises(TelegramConflictError, match="webhook is active"):
            await bot.get_updates()
        hook.answer = {"method": "sendMessage", "chat_id": thandi.id, "text": "by answer"}
        thandi.says("four")
        await tg.settled(5)
        assert thandi.last.text == "by answer"
        await bot.delete_webhook()
        thandi.says("five")
        assert len(await bot.get_updates()) == 1
    finally:
        await runner.cleanup()
    assert tg.called("setWebhook")[0].params["secret_token"] == "<secret>"


async def test_webhooks_that_telegram_refuses(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="An HTTPS URL must be provided"):
        await bot.set_webhook("http://example.org/hook")
    with pytest.raises(TelegramBadRequest, match="unallowed characters"):
        await bot.set_webhook("https://example.org/hook", secret_token="a b")
    with pytest.raises(TelegramBadRequest, match="too long"):
        await bot.set_webhook("https://example.org/hook", secret_token="a" * 257)
    assert (await bot.get_webhook_info()).url == ""


async def test_dropping_what_waits(tg: TelegramEmulator, bot: Bot, thandi: Person) -> None:
    assert tg.pending == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert tg.pending == 0


# --- trouble --------------------------------------------------------------------------------------------------------


async def test_refusing_faults(tg: TelegramEmulator, bot: Bot, ext: ExtBot[None], thandi: Person) -> None:
    tg.fail_next("sendMessage", kind="429", retry_after=7, times=2)
    with pytest.raises(TelegramRetryAfter) as slow:
        await bot.send_message(thandi.id, "x")
    assert slow.value.retry_after == 7
    with pytest.raises(RetryAfter):
        await ext.send_message(thandi.id, "x")
    tg.fail_next(kind="500")
    with pytest.raises(TelegramServerError, match="Internal Server Error"):
        await bot.send_message(thandi.id, "x")
    tg.fail_next(kind="502")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await ext.send_message(thandi.id, "x")
    tg.fail_next(kind="502_html")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(thandi.id, "x")
    tg.fail_next(kind="403", chat_id=thandi.id)
    sam = tg.person("Sam")
    sam.says("hello")
    await bot.send_message(sam.id, "goes well")
    with pytest.raises(TelegramForbiddenError, match="blocked"):
        await bot.send_message(thandi.id, "x")
    assert thandi.last.text == "/start"
    assert [call.ok for call in tg.called("sendMessage")] == [False] * 5 + [True, False]
    with pytest.raises(ValueError, match="unknown fault"):
        tg.fail_next(kind="418")  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "arrives"), [("reset", False), ("reset_after", True)])
async def test_broken_connections(
    tg: TelegramEmulator, bot: Bot, ext: ExtBot[None], thandi: Person, kind: Any, arrives: bool
) -> None:
    tg.fail_next("sendMessage", kind=kind, times=2)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(thandi.id, "from aiogram")
    with pytest.raises(NetworkError):
        await ext.send_message(thandi.id, "from ptb")
    expected = ["from aiogram", "from ptb"] if arrives else []
    assert [message.text for message in thandi.messages[1:]] == expected
    assert tg.called("sendMessage")[0].error == f"connection: {kind}"


@pytest.mark.parametrize(("kind", "arrives"), [("timeout", False), ("timeout_after", True)])
async def test_timeouts(tg: TelegramEmulator, ext: ExtBot[None], thandi: Person, kind: Any, arrives: bool) -> None:
    tg.fail_next("sendMessage", kind=kind)
    with pytest.raises(TimedOut):
        await ext.send_message(thandi.id, "x", read_timeout=0.2)
    assert (thandi.last.text == "x") is arrives


async def test_faults_spare_polling_unless_named(tg: TelegramEmulator, bot: Bot) -> None:
    tg.fail_next(kind="500")
    assert await bot.get_updates() == []
    tg.fail_next("getUpdates", kind="429")
    with pytest.raises(TelegramRetryAfter):
        await bot.get_updates()


async def test_flood_limits() -> None:
    limits = Limits(per_chat=1, overall=3, per_group=2, scale=0.5)
    async with TelegramEmulator(enforce_limits=limits) as tg, aiogram_bot(tg) as bot:
        people = [tg.person(name) for name in "ABCD"]
        for person in people:
            person.says("hi")
        await bot.send_message(people[0].id, "1")
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(people[0].id, "too soon for A")
        await bot.send_message(people[1].id, "2")
        await bot.send_message(people[2].id, "3")
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(people[3].id, "too soon for all")
        await asyncio.sleep(0.5)
        await bot.send_message(people[0].id, "4")
        group = tg.group("Town", people[0])
        for _ in range(2):
            await bot.send_message(group.id, "x")
            await asyncio.sleep(0.5)
        with pytest.raises(TelegramRetryAfter) as slow:
            await bot.send_message(group.id, "third within the minute")
        assert 20 <= slow.value.retry_after <= 30
        assert [m.text for m in people[0].messages] == ["hi", "1", "4"]


async def test_latency() -> None:
    async with TelegramEmulator(latency=0.2) as tg, aiogram_bot(tg) as bot:
        started = asyncio.get_running_loop().time()
        await bot.get_me()
        assert asyncio.get_running_loop().time() - started >= 0.2


# --- photos that people send ----------------------------------------------------------------------------------------


async def test_a_photo_is_fetched_by_its_path(bot: Bot, tg: TelegramEmulator, thandi: Person) -> None:
    thandi.sends_photo(PNG, smaller={320: PNG[:20]}, album="9")
    [*_, update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.media_group_id == "9"
    small, large = update.message.photo or []
    assert [(size.width, size.height, size.file_size) for size in (small, large)] == [
        (320, 240, 20),
        (1280, 960, len(PNG)),
    ]
    fetched = await bot.download(large)
    assert fetched is not None
    assert fetched.read() == PNG
    assert [call.ok for call in tg.called("download")] == [True]


async def test_files_that_cannot_be_had(bot: Bot, tg: TelegramEmulator, thandi: Person) -> None:
    thandi.sends_photo(bytes(20 * 2**20 + 1))
    [*_, update] = await bot.get_updates()
    assert update.message is not None
    [size] = update.message.photo or []
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await bot.get_file(size.file_id)
    with pytest.raises(TelegramBadRequest, match="wrong file_id"):
        await bot.get_file("AgAC")
    with pytest.raises(aiohttp.ClientResponseError, match="404"):
        await bot.download_file("photos/file_9.jpg")
    thandi.sends_photo(PNG)
    [*_, update] = await bot.get_updates()
    assert update.message is not None
    [size] = update.message.photo or []
    tg.fail_next("download")
    with pytest.raises(aiohttp.ClientResponseError, match="500"):
        await bot.download(size)
    tg.fail_next("download", kind="reset")
    with pytest.raises(aiohttp.ClientPayloadError):
        await bot.download(size)
    assert [call.ok for call in tg.called("download")] == [False, False, False]
