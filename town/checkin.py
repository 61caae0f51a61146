"""Checking in at a shift or a meeting: a code that changes every minute, and the page at the place that shows it.

A code is made from a secret key and the minute, so that every process makes the same one and none is kept. Minutes
are counted on no clock of a town, so that they pass when its clocks change as they do at any other time.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from town.week import at_local, local

LETTERS = "BCDFGHJKLMNPQRSTVWXZ3479"
"""No vowels, so that no word is taken for a code, and no digit that looks like one of these letters."""

LENGTH = 6
OPENS_BEFORE = timedelta(hours=1)
"""How long before its start one can check in at a shift."""

LASTS = timedelta(minutes=2)
"""A code is good for the minute that shows it and for the next, so that nobody types too slowly."""

_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
SHIFT, MEETING = "in", "at"
"""What the payload of a shift's check-in begins with, and that of a meeting's."""

_PAYLOAD = re.compile(r"(in|at)_([0-9]{1,10})_([A-Za-z0-9]{1,20})")
_MOST_ID = 2**31 - 1
_SPACES = str.maketrans(dict.fromkeys("-‐‑‒–— \t\u00a0", ""))
_READ_AS = str.maketrans("12568", "LZSGB")
"""Digits that no code has, and the letters that they were read from."""


def new_key() -> str:
    """A secret for a shift: 256 random bits."""
    return secrets.token_urlsafe(32)


def minute_of(now: datetime) -> int:
    """The minute of an aware instant, counted from 1970. Raises ValueError for a naive one."""
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return int(now.timestamp()) // 60


def code_at(key: str, of_id: int, minute: int) -> str:
    """The six letters that the screen of a shift, or of a meeting, shows in a minute."""
    number = int.from_bytes(_mac(key, f"code:{of_id}:{minute}")[:8], "big")
    letters = []
    for _place in range(LENGTH):
        number, at = divmod(number, len(LETTERS))
        letters.append(LETTERS[at])
    return "".join(letters)


def code_now(key: str, of_id: int, now: datetime) -> str:
    """The code of this minute."""
    return code_at(key, of_id, minute_of(now))


def good_until(now: datetime) -> datetime:
    """The first instant (UTC) at which the code of this minute is good no more."""
    return datetime.fromtimestamp(minute_of(now) * 60, UTC) + LASTS


def changes_in(now: datetime) -> timedelta:
    """How long it takes until there is another code; more than nothing, at most a minute."""
    return timedelta(minutes=1) - (now.astimezone(UTC) - datetime.fromtimestamp(minute_of(now) * 60, UTC))


def is_right(key: str, of_id: int, code: str, now: datetime) -> bool:
    """Whether this is the code of this minute or of the one before."""
    minute = minute_of(now)
    right = [hmac.compare_digest(code_at(key, of_id, one).encode(), code.encode()) for one in (minute, minute - 1)]
    return any(right)


def shown(code: str) -> str:
    """A code as people read it: "KMP 4R7"."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"


def code_in(text: str) -> str | None:
    """The six letters of what looks like a code, in any case, with or without spaces; None for anything else."""
    if len(text) > 20:
        return None
    letters = unicodedata.normalize("NFKC", text).upper().translate(_SPACES).strip().translate(_READ_AS)
    return letters if _CODE.fullmatch(letters) else None


def payload(of_id: int, code: str, kind: str = SHIFT) -> str:
    """What a link or a QR code brings along: the shift, or the meeting, and its code."""
    return f"{kind}_{of_id}_{code}"


def in_payload(text: str, kind: str = SHIFT) -> tuple[int, str] | None:
    """The shift, or the meeting, and the code in a link's payload; the code is "" where it cannot be one.

    None for any other payload.
    """
    found = _PAYLOAD.fullmatch(text.strip())
    if found is None or found[1] != kind or int(found[2]) > _MOST_ID:
        return None
    return int(found[2]), code_in(found[3]) or ""


def opens_at(starts_at: datetime) -> datetime:
    """When one can first check in at a shift."""
    return starts_at - OPENS_BEFORE


def is_open(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether one can check in: from an hour before the start, until the end."""
    return opens_at(starts_at) <= now < ends_at


def screen_token(key: str, of_id: int, day: date) -> str:
    """The secret in the address of the page that shows the code, for what starts on this day."""
    return base64.urlsafe_b64encode(_mac(key, f"screen:{of_id}:{day.isoformat()}")[:24]).decode()


def may_show(
    key: str, of_id: int, token: str, *, starts_at: datetime, ends_at: datetime, now: datetime, zone: ZoneInfo
) -> bool:
    """Whether an address leads to the page now: on the day it is for, and to the end where that is the next day."""
    day = local(starts_at, zone).date()
    begins, ends = at_local(day, time(), zone), at_local(day + timedelta(days=1), time(), zone)
    right = hmac.compare_digest(screen_token(key, of_id, day).encode(), token.encode("utf-8", "replace"))
    # A shift soon after midnight opens the evening before.
    return right and min(begins, opens_at(starts_at)) <= now < max(ends, ends_at)


def _mac(key: str, words: str) -> bytes:
    return hmac.new(key.encode(), words.encode(), sha256).digest()
