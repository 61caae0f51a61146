"""Codes: what setup codes and join codes look like, and how many wrong ones an account may send."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from aiogram.filters import Filter
from aiogram.types import Message

from handlers.kit.seat import Seat
from town.facts import CodeWrong, PickupCodeWrong, TooManyTries

LETTERS = "BCDFGHJKLMNPQRSTVWXZ3479"
"""No vowels, so that no word is taken for a code, and no digit that looks like one of these letters."""

JOIN_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another

LASTS = timedelta(hours=24)
MOST_TRIES = 5
TRIES_WITHIN = timedelta(hours=1)
TRIES = "codes"
"""In an account's data: when it sent wrong codes, in seconds since 1970."""

_DASHES = str.maketrans(dict.fromkeys("-‐‑‒–— ", ""))
_CODE = re.compile(f"[{LETTERS}]{{8}}")


def new_code() -> str:
    """Eight letters in two groups, such as "KMPT-4R7X": 36 bits, looked at five times an hour and account."""
    letters = [secrets.choice(LETTERS) for _ in range(8)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def new_join_code() -> str:
    """Six letters for the notice board, such as "BREAD7"."""
    return "".join(secrets.choice(JOIN_LETTERS) for _ in range(6))


def code_in(text: str) -> str | None:
    """The eight letters of what looks like a code, in any case, with or without its hyphen; None for anything else."""
    if len(text) > 20:
        return None
    letters = unicodedata.normalize("NFKC", text).upper().translate(_DASHES).strip()
    return letters if _CODE.fullmatch(letters) and not letters.isdecimal() else None


def digest_of(letters: str) -> str:
    """What is kept of a code: the SHA-256 of its eight letters."""
    return hashlib.sha256(letters.encode()).hexdigest()


def recent(tries: Sequence[float], now: datetime) -> list[float]:
    """Of the moments (seconds since 1970) of wrong tries, those that still count."""
    return [at for at in tries if at > (now - TRIES_WITHIN).timestamp()]


@contextmanager
def counted(seat: Seat, now: datetime, *, most: int = MOST_TRIES, where: str = TRIES) -> Iterator[None]:
    """Looks at a code that somebody sent: a wrong one is counted, and only so many are looked at in an hour.

    Raises TooManyTries instead of looking. Whoever uses this answers CodeWrong, or PickupCodeWrong: a fact that leaves
    the update undoes the counting. `where` in the account's data they are counted.
    """
    tries = recent(seat.data.get(where, []), now)
    if len(tries) >= most:
        raise TooManyTries()
    try:
        yield
    except (CodeWrong, PickupCodeWrong):
        seat.data = {**seat.data, where: [*tries, now.timestamp()]}
        raise


class LooksLikeCode(Filter):
    """Passes a message that is nothing but something like a setup code."""

    async def __call__(self, message: Message) -> bool:
        return bool(code_in(message.text or ""))
