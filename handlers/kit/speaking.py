"""For whom a screen is, where several speak through one account.

The taps of a screen that is for somebody else than the account's own resident carry for whom they are: a button pressed
tomorrow, when somebody else holds the phone, still means whoever it was shown to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiogram.methods import (
    EditMessageReplyMarkup,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.kit.screens import MARKED, MOST_DATA, Choice, Screen
from handlers.kit.seat import Seat
from storage.queries.speakers import OTHERS

AS, SHORT = MARKED
MEANT = "meant"
"""What somebody taps who has said who they are: what they said before that is carried out."""

OF_THE_CHAT = frozenset({"codes", "links", "pickupcodes"})
"""What stays in a conversation's data whoever speaks: when wrong codes were sent. They count for the chat."""

_TAP = re.compile(rf"{AS}([0-9]{{1,10}}):(.+)", re.DOTALL)
_SHORT_TAP = re.compile(rf"{SHORT}([0-9a-z]{{1,7}}):(.+)", re.DOTALL)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_ID = 2**31 - 1

Method = TelegramMethod[Any]
_WITH_BUTTONS = (SendMessage, EditMessageText, EditMessageReplyMarkup, SendPhoto, SendDocument)


def as_one(resident_id: int, data: str) -> str:
    """A tap's data, for one resident: "as:7:home"; the id in base 36 behind a "~" where that would be too long.

    Raises ValueError when it still is: a screen's own data has at most `screens.MOST_OWN_DATA`, ids seven digits.
    """
    for marked in (f"{AS}{resident_id}:{data}", f"{SHORT}{_in_36(resident_id)}:{data}"):
        if len(marked.encode()) <= MOST_DATA:
            return marked
    raise ValueError(f"no room to say for whom: {data!r}")


def _in_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def parted(data: str) -> tuple[int | None, str]:
    """For whom a tap is, None for the account's own resident, and what it asks for."""
    for form, base in ((_TAP, 10), (_SHORT_TAP, 36)):
        found = form.fullmatch(data)
        if found is not None and int(found[1], base) <= MOST_ID:
            return int(found[1], base), found[2]
    return None, data


def screen_for(screen: Screen, resident_id: int, line: str) -> Screen:
    """A screen for somebody who shares an account: their `line` ("For Anna:") comes first, its taps are theirs."""
    rows = tuple(
        tuple(
            choice
            if choice.url or choice.data.startswith(MARKED)
            else replace(choice, data=as_one(resident_id, choice.data))
            for choice in row
        )
        for row in screen.rows
    )
    return Screen(screen.html, rows).before(line)


def mark(methods: Sequence[Method], resident_id: int) -> None:
    """Make the taps of replies those of one resident, in place."""
    for method in methods:
        markup = getattr(method, "reply_markup", None)
        if isinstance(method, _WITH_BUTTONS) and isinstance(markup, InlineKeyboardMarkup):
            method.reply_markup = _marked(markup, resident_id)


def _marked(markup: InlineKeyboardMarkup, resident_id: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[_button(button, resident_id) for button in row] for row in markup.inline_keyboard]
    )


def _button(button: InlineKeyboardButton, resident_id: int) -> InlineKeyboardButton:
    data = button.callback_data
    if data is None or data.startswith(MARKED):
        return button
    return InlineKeyboardButton(text=button.text, callback_data=as_one(resident_id, data))


def choice_as(label: str, resident_id: int, data: str) -> Choice:
    """A choice by which somebody says that they speak now."""
    return Choice(label, as_one(resident_id, data))


# -- where each stands -------------------------------------------------------------------------------------------------


def put_aside(seat: Seat, resident_id: int | None) -> None:
    """Keep where somebody stands in the conversation until they speak again."""
    data = seat.data
    others: dict[str, Any] = dict(data.pop(OTHERS, {}))
    shared, mine = _of_the_chat(data), {key: value for key, value in data.items() if key not in OF_THE_CHAT}
    if seat.state is not None or mine:
        others[str(resident_id)] = [seat.state, mine]
    seat.state, seat.data = None, {**shared, **({OTHERS: others} if others else {})}


def take_up(seat: Seat, resident_id: int | None) -> None:
    """Go on where somebody stood."""
    data = seat.data
    others: dict[str, Any] = dict(data.pop(OTHERS, {}))
    state, mine = others.pop(str(resident_id), (None, {}))
    seat.state, seat.data = state, {**data, **mine, **({OTHERS: others} if others else {})}


def leave(seat: Seat, resident_id: int, *, spoke: bool, then: int | None) -> None:
    """Forget where somebody stood who speaks here no more; if they `spoke` until now, `then` does from here on."""
    data = seat.data
    others: dict[str, Any] = dict(data.pop(OTHERS, {}))
    others.pop(str(resident_id), None)
    if not spoke:
        seat.data = {**data, **({OTHERS: others} if others else {})}
        return
    seat.state, seat.data = None, {**_of_the_chat(data), **({OTHERS: others} if others else {})}
    take_up(seat, then)


def _of_the_chat(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key in OF_THE_CHAT}
