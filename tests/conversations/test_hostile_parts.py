"""The parts that stand between what anybody sends and what is shown, each on its own."""

from __future__ import annotations

from typing import Any

import pytest
from aiogram import Bot
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from markupsafe import Markup

from bot.channels.telegram_updates import translate
from bot.channels.web.limits import check_text
from handlers.kit.screens import SURVIVES, Choice, Screen, distinct, in_rows
from handlers.kit.topics import topic_name
from storage.queries.topics import Named
from tests.emulators.telegram_html import parse

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
people = st.fixed_dictionaries(
    {"id": st.integers() | anything, "is_bot": st.booleans() | anything, "first_name": st.text() | anything}
)
chats = st.fixed_dictionaries(
    {"id": st.integers() | anything, "type": st.sampled_from(["private", "group"]) | anything}
)
messages = st.fixed_dictionaries(
    {"message_id": st.integers(), "date": st.integers() | anything, "chat": chats, "from": people},
    optional={"text": st.text() | anything, "migrate_to_chat_id": anything, "photo": anything},
)
updates = st.fixed_dictionaries(
    {"update_id": st.integers(min_value=0)},
    optional={"message": messages | anything, "callback_query": anything, "my_chat_member": anything},
)


@given(updates)
@effort(deadline=None, max_examples=60)
def test_any_json_is_an_update_or_none(update: Any) -> None:
    bot = Bot("1:no-token-at-all-is-needed-for-this")
    arrived = translate(update, bot, "riverbend_bot")
    assert arrived is None or arrived.arrival.address.lstrip("-").isdecimal()


@given(st.lists(st.text(min_size=1, max_size=30).filter(str.strip), max_size=8), st.sampled_from([SURVIVES, 28, 40]))
@effort(deadline=None, max_examples=150)
def test_any_labels_are_told_apart(labels: list[str], most: int) -> None:
    told = distinct([*labels, *labels[:2]][:8], most, besides=["Back", "Leave it"])
    Screen("x", in_rows([Choice(label, "x") for label in [*told, "Back", "Leave it"]]))
    assert all(len(label) <= most for label in told)


@given(st.text(max_size=60))
def test_a_towns_own_topic_is_shown_as_it_was_written(name: str) -> None:
    assert topic_name(Named(1, "skill", name)) == name
    shown = str(Markup("<b>{}</b>.").format(name))
    check_text(shown)
    assert parse(shown).text


def test_a_screen_is_as_long_as_it_looks() -> None:
    Screen("&lt;" * 3900)
    Screen("<b>x</b>" * 3900)
    with pytest.raises(ValueError, match="4001"):
        Screen("x" * 4001)
    with pytest.raises(ValueError, match="text of"):
        Screen("👍" * 2001)
