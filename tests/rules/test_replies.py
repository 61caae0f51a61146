"""Whatever is said to a tap is said to somebody, whether there is a button that shows it or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage
from aiogram.types import CallbackQuery, Chat, InlineKeyboardMarkup, Message, User
from markupsafe import Markup, escape

from handlers.kit.confiding import Confided, confided
from handlers.kit.reply import MOST_TOAST, TYPED, answer, is_tapped, show
from handlers.kit.screens import Screen

PERSON = User(id=7, is_bot=False, first_name="Thandi")
ON = Message(message_id=3, date=datetime(2026, 11, 24, tzinfo=UTC), chat=Chat(id=7, type="private"), text="Bread")
WORDS = "It is <full> & closed"


def a_tap(key: str = "123") -> CallbackQuery:
    return CallbackQuery(id=key, from_user=PERSON, chat_instance=key, message=ON, data="shift:join:1")


def test_who_waits_at_a_button_and_who_does_not() -> None:
    assert is_tapped(a_tap())
    assert not is_tapped(a_tap(TYPED))
    assert not is_tapped(ON)


@pytest.mark.parametrize("words", [WORDS, escape(WORDS)], ids=["plain", "escaped"])
def test_a_button_shows_words_and_a_message_says_them_to_who_typed(words: str) -> None:
    said = answer(a_tap(), words, alert=True)
    assert isinstance(said, AnswerCallbackQuery)
    assert (said.text, said.show_alert) == (WORDS, True)
    written = answer(a_tap(TYPED), words)
    assert isinstance(written, SendMessage)
    assert (written.chat_id, written.text) == (7, escape(WORDS))
    assert isinstance(written.reply_markup, InlineKeyboardMarkup), "and there is a way on"


def test_only_a_button_cuts_words() -> None:
    long = "word " * 100
    said, written = answer(a_tap(), long), answer(a_tap(TYPED), long)
    assert isinstance(said, AnswerCallbackQuery)
    assert isinstance(written, SendMessage)
    assert len(said.text or "") == MOST_TOAST
    assert written.text == long


def test_nothing_to_say_is_no_message() -> None:
    assert isinstance(answer(a_tap(TYPED)), AnswerCallbackQuery)


def test_words_about_a_tap_stand_before_the_screen_for_who_typed() -> None:
    screen = Screen(Markup("<b>Bread</b>"))
    shown = show(a_tap(), screen, toast=WORDS)
    assert isinstance(shown, list)
    assert [type(one) for one in shown] == [EditMessageText, AnswerCallbackQuery]
    shown = show(a_tap(TYPED), screen, toast=WORDS)
    assert isinstance(shown, list)
    [message] = shown
    assert isinstance(message, SendMessage)
    assert message.text == f"{escape(WORDS)}\n\n<b>Bread</b>"


def test_what_is_confided_says_what_has_happened_too() -> None:
    screen, kept = Screen(Markup("<b>Your paper</b>")), Screen(Markup("A paper was here."))
    said = confided(a_tap(TYPED), screen, kept, toast=WORDS)
    assert isinstance(said, Confided)
    [aside] = said.asides
    assert isinstance(aside.told, SendMessage)
    assert isinstance(aside.kept, SendMessage)
    assert aside.told.text == f"{escape(WORDS)}\n\n<b>Your paper</b>"
    assert aside.kept.text == "A paper was here."
    tapped = confided(a_tap(), screen, kept, toast=WORDS)
    assert [type(one.told) for one in tapped.asides] == [EditMessageText, AnswerCallbackQuery]
