"""The codes that link another chat: what they look like, and where in a message one may stand."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from typing import NamedTuple

from handlers import catalogue

MARKS = "2568"
"""Each code has one of these. No setup code has (`handlers.roles.codes`), so it is known which of the two it is."""

LETTERS = "CDFHJKMNPQRTVWX23456789"
"""No vowels, so that no word is taken for a code, and of each pair that look alike (B and 8, S and 5) one."""

LASTS = timedelta(minutes=15)
COMMAND = "link"
PAYLOAD = "link_"
"""What the payload of a link that brings a code begins with; the code follows."""

_DASHES = str.maketrans(dict.fromkeys("-‐‑‒–— ", ""))
_CODE = re.compile(f"[{LETTERS}]{{8}}")
_MOST_TEXT = 60


class Brought(NamedTuple):
    """A code that somebody sent, None where it cannot be one; `alone`: they sent nothing else."""

    code: str | None
    alone: bool


def new_code() -> str:
    """Eight letters and digits, 36 bits, looked at five times an hour and account for a quarter of an hour."""
    while True:
        letters = "".join(secrets.choice(LETTERS) for _ in range(8))
        if code_in(letters):
            return letters


def shown(code: str) -> str:
    """A code as it is easier to read out and to type: "KMPT-4R2X"."""
    return f"{code[:4]}-{code[4:]}"


def code_in(text: str) -> str | None:
    """The eight letters of what looks like a code, in any case, with or without its hyphen; None for anything else."""
    if len(text) > 20:
        return None
    letters = unicodedata.normalize("NFKC", text).upper().translate(_DASHES).strip()
    fits = _CODE.fullmatch(letters) and not letters.isdecimal() and not set(letters).isdisjoint(MARKS)
    return letters if fits else None


def digest_of(code: str) -> str:
    """What is kept of a code: the SHA-256 of its eight letters."""
    return hashlib.sha256(code.encode()).hexdigest()


def brought_by(text: str) -> Brought | None:
    """The code that a message brings: alone, behind /link or its words, or by a link. None where it brings none."""
    if len(text) > _MOST_TEXT:
        return None
    command, _space, rest = text.strip().partition(" ")
    name = command[1:].partition("@")[0].casefold() if command.startswith("/") else ""
    if name == "start":
        last = rest.rpartition(" ")[2]
        return Brought(code_in(last.removeprefix(PAYLOAD)), alone=False) if last.startswith(PAYLOAD) else None
    if name:
        return Brought(code_in(rest), alone=False) if name == COMMAND and rest.strip() else None
    if code := code_in(text):
        return Brought(code, alone=True)
    return _behind_words(text)


def _behind_words(text: str) -> Brought | None:
    """A code behind the words for /link in any language, in one piece or in two."""
    words = text.split()
    for pieces in (1, 2):
        head, tail = " ".join(words[:-pieces]), " ".join(words[-pieces:])
        if head and code_in(tail) and catalogue.command_for(head) == COMMAND:
            return Brought(code_in(tail), alone=False)
    return None
