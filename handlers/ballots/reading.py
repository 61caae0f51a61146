"""A ballot in words: "yes", "2", "1, 3", "2 > 1 > 3", "1:4 3:6", "4 0 6", "Bakery 4, Mill 6", names of options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from handlers.kit.typed import plain
from locales import LANGUAGES, _, speaking
from town.facts import BadBallot
from town.polls import ABSTAIN, Kind, Question, read_choice

_POINTS = re.compile(r"(.+?)\s*[:=\s]\s*([0-9]{1,3})")


def read(question: Question, names: Sequence[str], text: str) -> str | None:
    """The choice that somebody wrote; None where it is none. `names` are the options' in the voter's language."""
    ours = _ours()
    if plain(text) in ours[ABSTAIN]:
        return ABSTAIN
    called = {plain(name): number for number, name in reversed(list(enumerate(names, 1))) if plain(name)}
    if question.kind is Kind.YESNO:
        called |= dict.fromkeys(ours["1"], 1) | dict.fromkeys(ours["2"], 2)
    parts = _parts(question, called, text)
    if not parts:
        return None
    found = _points(question, called, parts) if question.kind is Kind.POINTS else _numbers(question, called, parts)
    try:
        return read_choice(question, found) if found else None
    except BadBallot:
        return None


@lru_cache(maxsize=1)
def _ours() -> dict[str, frozenset[str]]:
    """Our own words for choices, in every language: people mix them."""
    found: dict[str, set[str]] = {ABSTAIN: set(), "1": set(), "2": set()}
    for code in LANGUAGES:
        with speaking(code):
            for choice, word in zip(found, (_("Abstain"), _("Yes"), _("No")), strict=True):
                found[choice].add(plain(word.unescape()))
    return {choice: frozenset(words) for choice, words in found.items()}


def _parts(question: Question, called: dict[str, int], text: str) -> list[str]:
    """The text cut where one option ends and the next begins: at spaces only where it is all numbers."""
    if plain(text) in called and question.kind is not Kind.POINTS:
        return [text]
    cut = r"[,;>\s]+" if re.fullmatch(r"[0-9,;:=>\s]+", text) else r"\s*[,;>\n]\s*"
    if question.kind is Kind.POINTS:
        text = re.sub(r"\s*[:=]\s*", ":", text)
    return [part for part in re.split(cut, text.strip()) if part]


def _numbers(question: Question, called: dict[str, int], parts: Sequence[str]) -> str:
    numbers = [_number(called, part) for part in parts]
    if None in numbers:
        return ""
    return (">" if question.kind is Kind.RANKED else ",").join(map(str, numbers))


def _points(question: Question, called: dict[str, int], parts: Sequence[str]) -> str:
    if len(parts) == question.options and all(_is_number(part) for part in parts):
        return ",".join(f"{number}:{int(part)}" for number, part in enumerate(parts, 1))
    given = []
    for part in parts:
        found = _POINTS.fullmatch(part)
        number = _number(called, found[1]) if found is not None else None
        if found is None or number is None:
            return ""
        given.append(f"{number}:{int(found[2])}")
    return ",".join(given)


def _number(called: dict[str, int], part: str) -> int | None:
    """The option that a part of the text means: by its name, else by its number."""
    return called.get(plain(part)) or (int(part) if _is_number(part) else None)


def _is_number(part: str) -> bool:
    return re.fullmatch("[0-9]{1,3}", part) is not None
