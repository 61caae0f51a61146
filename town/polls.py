"""Polls: the kinds of questions, what a ballot may say, and what a receipt is.

A ballot's choice is a short text. "" abstains, in every kind: it counts for the quorum and for nothing else.

    yesno     "1" is yes, "2" no
    single    the number of one option: "3"
    approval  numbers in their order: "1,3"
    ranked    numbers in the voter's order, the best first: "3>1"; what is left out is not ranked
    points    number and points of each option that gets some: "1:4,3:6"; all points are shared out
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from town.facts import BadBallot, BadOptions, BadQuorum, TextEmpty, TextTooLong
from town.text import clean

ABSTAIN = ""
YES, NO = 1, 2
MOST_OPTIONS = 12
MOST_POINTS = 35
"""So that one sign (base 36) of a button's data says what an option has."""
LEAST_OPTIONS = 2
MOST_NAME = 80
"""UTF-16 units of an option's name."""

_SECRET = 10
"""Bytes that a voter's own key has: 80 bits, which nobody guesses in the days that a poll is open."""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet (https://www.crockford.com/base32.html): nobody mistakes one letter for another."""
KEY_LETTERS = 16
RECEIPT_LETTERS = 12
PLACES = 32**4
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{4}[ -]?){2,3}[0-9A-Za-z]{4}(?![0-9A-Za-z])")


class Kind(StrEnum):
    YESNO = "yesno"
    SINGLE = "single"
    APPROVAL = "approval"
    RANKED = "ranked"
    POINTS = "points"


class Threshold(StrEnum):
    SIMPLE = "simple"
    TWO_THIRDS = "two_thirds"
    ABSOLUTE = "absolute"


class Result(StrEnum):
    """What a poll came to. Only `PASSED` and `CHOSEN` decide something.

    Passed and failed are of yes/no; chosen names an option. `SHORT`: nobody voted, or the best option does not
    reach the threshold; `TIE`: several are equal; `NO_QUORUM`: too few voted; `CANCELLED`: it was called off.
    """

    PASSED = "passed"
    FAILED = "failed"
    CHOSEN = "chosen"
    SHARED = "shared"
    SHORT = "short"
    TIE = "tie"
    NO_QUORUM = "no_quorum"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Question:
    """How a poll is asked and decided: what `town.counting` needs of it, and the file that is published.

    `options` is how many there are; `points` are shared out (points), `most` options approved of (approval, 0: any).
    `quorum` is a percentage of the electorate, or a number of people where `quorum_people`; 0 asks for none.
    `of_electorate`: the threshold is a share of the whole electorate, not of the votes.
    """

    kind: Kind
    options: int
    points: int = 0
    most: int = 0
    quorum: int = 0
    quorum_people: bool = False
    threshold: Threshold = Threshold.SIMPLE
    of_electorate: bool = False


def read_choice(question: Question, text: str) -> str:
    """A choice in its one form. Raises BadBallot for what this question does not take."""
    if text == ABSTAIN:
        return ABSTAIN
    if len(text) > 80 or not re.fullmatch(r"[0-9]{1,3}([,>:][0-9]{1,3})*", text):
        raise _bad(question)
    if question.kind is Kind.POINTS:
        return _points(question, text)
    numbers = [int(part) for part in re.split("[,>]", text) if ":" not in part]
    if ":" in text or len(set(numbers)) != len(numbers) or not all(1 <= one <= question.options for one in numbers):
        raise _bad(question)
    if question.kind is Kind.RANKED:
        if "," in text:
            raise _bad(question)
        return ">".join(map(str, numbers))
    if ">" in text or (question.kind is not Kind.APPROVAL and len(numbers) != 1):
        raise _bad(question)
    if question.kind is Kind.APPROVAL and question.most and len(numbers) > question.most:
        raise _bad(question)
    return ",".join(map(str, sorted(numbers)))


def _points(question: Question, text: str) -> str:
    given: dict[int, int] = {}
    for part in text.split(","):
        number, colon, points = part.partition(":")
        if not colon or not number.isdecimal() or not points.isdecimal() or int(number) in given:
            raise _bad(question)
        given[int(number)] = int(points)
    if not all(1 <= one <= question.options for one in given) or sum(given.values()) != question.points:
        raise _bad(question)
    return ",".join(f"{number}:{points}" for number, points in sorted(given.items()) if points)


def numbers_of(choice: str) -> list[int]:
    """The options that a choice (of any kind but points) names, in its order."""
    return [int(part) for part in re.split("[,>]", choice)] if choice else []


def points_of(choice: str) -> dict[int, int]:
    """The points that a choice gives, by option."""
    return {int(number): int(points) for number, points in (part.split(":") for part in choice.split(",") if part)}


def _bad(question: Question) -> BadBallot:
    return BadBallot(kind=question.kind.value, options=question.options, points=question.points, most=question.most)


# -- receipts of secret ballots ----------------------------------------------------------------------------------------


def new_key() -> str:
    """The key of one ballot paper: only its voter has it, and with it alone the ballot can be changed."""
    return _encoded(secrets.token_bytes(_SECRET), KEY_LETTERS)


def key_in(text: str) -> str | None:
    """The key that somebody typed ("7KQ2-M9XA-3DTV-8HPC"), or that a tap carries; None if it is none."""
    return _code(text, KEY_LETTERS)


def receipt_in(text: str) -> str | None:
    """The receipt that somebody typed ("7KQ2-M9XA-3DTV"), or None."""
    return _code(text, RECEIPT_LETTERS)


def code_before(text: str) -> tuple[str, str] | None:
    """The key or receipt that a text begins with, as it was typed, and what comes after it; None if there is none."""
    text = text.strip()
    found = _CODE.match(text)
    return (found[0], text[found.end() :].strip(" ,:;\n")) if found is not None and _is_code(found[0]) else None


def has_code(text: str) -> bool:
    """Whether a key or a receipt stands somewhere in a text."""
    return any(_is_code(found[0]) for found in _CODE.finditer(text))


def _is_code(word: str) -> bool:
    """Four letters, four letters, … may be plain words: a code has dashes, a digit, or nothing but capitals."""
    return "-" in word or any(char.isdigit() for char in word) or word == word.upper()


def _code(text: str, length: int) -> str | None:
    letters = re.sub(r"[\s-]", "", text).upper().translate(_LOOKALIKES)
    return letters if len(letters) == length and set(letters) <= set(_LETTERS) else None


def receipt_of(poll_id: int, key: str) -> str:
    """What stands beside a ballot in the box and in the published file. No key follows from a receipt."""
    return _encoded(hashlib.sha256(f"townbell ballot {poll_id} {key}".encode()).digest(), RECEIPT_LETTERS)


def in_groups(letters: str) -> str:
    """A key or a receipt as people read it: "7KQ2-M9XA-3DTV"."""
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def box_of(receipt: str, boxes: int) -> int:
    """Which box a ballot lies in: boxes are in the order of their receipts."""
    return place_of(receipt) * boxes // PLACES


def place_of(receipt: str) -> int:
    """Where a receipt stands among all that there may be: from 0 to below `PLACES`."""
    return _number(receipt[:4])


def boxes_for(electorate: int) -> int:
    """How many boxes a secret poll has: about sixteen ballots in each, so that few voters meet at one."""
    return max(1, min(65_536, electorate // 16))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 32 + _LETTERS.index(letter)
    return number


def _encoded(raw: bytes, letters: int) -> str:
    number = int.from_bytes(raw, "big")
    found = []
    for _step in range(letters):
        number, digit = divmod(number, 32)
        found.append(_LETTERS[digit])
    return "".join(found)


def named(options: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """The names of some options by their numbers."""
    return [options[number - 1] for number in numbers if 1 <= number <= len(options)]


# -- asking ------------------------------------------------------------------------------------------------------------


def read_options(text: str, before: Sequence[str] = (), *, least: int = 1) -> list[str]:
    """The options that somebody wrote, a line each, after those they had before. Raises BadOptions.

    `least` is how many there have to be by now.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        names = [*before, *(clean(line, MOST_NAME) for line in lines[: MOST_OPTIONS + 1])]
    except (TextEmpty, TextTooLong):
        names = []
    different = len({name.casefold() for name in names}) == len(names)
    if not (max(least, 1) <= len(names) <= MOST_OPTIONS and different):
        raise BadOptions(least=LEAST_OPTIONS, most=MOST_OPTIONS, longest=MOST_NAME)
    return names


_PERCENT = "%|pct|per ?cent|persent|por ?ciento|(?:ama|i)?phesenti"
"""As people write it in the languages of the towns: 50 percent are not 50 people."""
_QUORUM = re.compile(rf"\s*([0-9]{{1,6}})\s*(?:({_PERCENT})|[^\W\d_ ]*)\s*", re.IGNORECASE)


def read_quorum(text: str) -> tuple[int, bool]:
    """A quorum as somebody wrote it: "50 %" or "50 percent" is (50, False), "20" or "20 people" (20, True).

    Raises BadQuorum.
    """
    found = _QUORUM.fullmatch(text)
    if found is None:
        raise BadQuorum(given=text)
    share = found[2] is not None
    if share and not 1 <= int(found[1]) <= 100:
        raise BadQuorum(given=text)
    return int(found[1]), not share
