"""Replies to whoever speaks through an account that is another's too: whose they are, and for whom they are said."""

from __future__ import annotations

from collections.abc import Sequence

from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.intake.frozen import Method, Replies
from handlers.kit.confiding import Aside
from handlers.kit.nav import HOME
from handlers.kit.reply import Reply, show
from handlers.kit.screens import MOST_CHOICES
from handlers.kit.speaking import as_one, mark
from handlers.kit.speaking_words import myself_again, on_behalf_of, who_is_it
from handlers.kit.who import Who
from storage.queries.speakers import Voice


def who_speaks(update: Update, people: Sequence[Voice]) -> Reply:
    """The question who it is, for whoever has just said something: in words, so that it is a message of its own."""
    event = update.message or update.callback_query
    assert event is not None  # nothing else is asked for
    return show(event, who_is_it([(one.resident_id, one.name) for one in people]))


def for_speaker(replies: Replies, who: Who) -> Replies:
    """Replies whose taps say for whom they are, wherever more than one resident speaks through the account."""
    if who.resident_id is None or who.owner_id is None or (who.resident_id == who.owner_id and not who.shared):
        return replies
    methods: list[Method] = []
    each: Sequence[Method | Aside] = replies
    for reply in each:
        methods += (
            [reply.told, *([reply.kept] if reply.kept is not None else [])] if isinstance(reply, Aside) else [reply]
        )
    mark(methods, who.resident_id)
    if who.steward_id is not None:
        for method in methods:
            _say_for_whom(method, who)
    return replies


def _say_for_whom(method: Method, who: Who) -> None:
    """A steward reads on each screen for whom they speak, and has a way back to themself."""
    if not isinstance(method, SendMessage | EditMessageText):
        return
    method.text = f"{on_behalf_of(who.name)}\n\n{method.text}"
    markup = method.reply_markup
    rows = list(markup.inline_keyboard) if isinstance(markup, InlineKeyboardMarkup) else []
    if rows and sum(map(len, rows)) < MOST_CHOICES and who.owner_id is not None:
        back = InlineKeyboardButton(text=myself_again().unescape(), callback_data=as_one(who.owner_id, HOME))
        method.reply_markup = InlineKeyboardMarkup(inline_keyboard=[*rows, [back]])
