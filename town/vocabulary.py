"""The words for days and times in one language, and the pieces of a typed date with all that each may mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Reading = Mapping[str, int]
"""What a piece of text may mean: some of weekday, offset, next, day, month, year, hour, minute, half, mark."""

MOST_CHARACTERS = 80

AM, PM, NIGHT = range(3)

_PIECE = re.compile(
    r"(?P<year>\d{4})(?P<s>[-/.])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})(?!\d)t?"
    r"|(?P<d>\d{1,2})(?P<s2>[-/.])(?P<m>\d{1,2})(?P=s2)(?P<y>\d{4}|\d{2})(?!\d)"
    r"|(?P<slash>\d{1,2}/\d{1,2})(?!\d)"
    r"|(?P<dotted>\d{1,2}\.\d{1,2})(?!\d)\.?"
    r"|(?P<clock>\d{1,2}:\d{2})(?::00)?(?!\d)"
    r"|(?P<number>\d{1,4})(?!\d)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<gap>[\s.,'\u2019@()]+|-(?!\s*\d)|(?<=[^\W\d_])-|(?<=[^\W\d_] )-)"  # 9-12 is a span of time, not one moment
)


def fold(text: str) -> str:
    """`text` in lower case, without accents, in compatibility form (full-width digits and narrow spaces made plain)."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parted if not unicodedata.combining(character))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of one language. Phrases of several words are allowed everywhere but in `prefixes` and `ordinals`.

    `days` counts from today (tomorrow is 1), `weekdays` from Monday (0), `months` from January (1). `night` words mean
    the evening from 6 and the morning before. `joiners` ("at", "de") say nothing; `prefixes` are joiners written in one
    with the next word (isiZulu "ngoLwesine"), `ordinals` follow a day in one word ("24th").
    """

    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    am: frozenset[str] = frozenset({"am", "a m"})
    pm: frozenset[str] = frozenset({"pm", "p m"})
    night: frozenset[str] = frozenset()
    next_words: frozenset[str] = frozenset()
    joiners: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    ordinals: frozenset[str] = frozenset()
    hours: frozenset[str] = frozenset({"h"})
    minutes: frozenset[str] = frozenset({"m", "min"})
    index: Mapping[str, tuple[Reading, ...]] = field(init=False, repr=False)
    """Folded phrase → its readings; none for a joiner."""

    def __post_init__(self) -> None:
        index: dict[str, list[Reading]] = {}
        for role, words in (("offset", self.days), ("weekday", self.weekdays), ("month", self.months)):
            for word, value in words.items():
                _enter(index, word, {role: value})
        for role, value, phrases in (
            ("half", AM, self.am),
            ("half", PM, self.pm),
            ("half", NIGHT, self.night),
            ("next", 1, self.next_words),
            ("mark", 1, self.hours),
        ):
            for phrase in phrases:
                _enter(index, phrase, {role: value})
        for joiner in self.joiners:
            index.setdefault(phrase_of(joiner), [])
        object.__setattr__(self, "index", {phrase: tuple(readings) for phrase, readings in index.items()})

    def look_up(self, word: str) -> tuple[Reading, ...] | None:
        """The readings of one folded word: as it is, as the beginning of one weekday or month, or after a prefix."""
        if word in self.index:
            return self.index[word]
        begun: list[Reading] = []
        for name, readings in self.index.items():
            if len(word) > 1 and name.startswith(word):
                begun += [one for one in readings if ("weekday" in one or "month" in one) and one not in begun]
        if len(begun) == 1:
            return (begun[0],)
        for prefix in sorted(self.prefixes, key=len, reverse=True):
            if word.startswith(prefix) and len(word) - len(prefix) > 2:
                return self.look_up(word.removeprefix(prefix))
        return None


def pieces_of(text: str, vocabulary: Vocabulary) -> list[list[Reading]] | None:
    """The pieces of `text` in order, joiners left out, each with its readings; None if one has none."""
    folded = fold(text)
    if len(folded) > MOST_CHARACTERS:
        return None
    matches = [match for match in matches_of(_PIECE, folded) if match is None or not match["gap"]]
    pieces: list[list[Reading]] = []
    while matches:
        match = matches.pop(0)
        if match is None:
            return None
        readings: Iterable[Reading] | None
        if match["word"]:
            words = [match["word"]]
            for other in matches:
                if other is None or not other["word"]:
                    break
                words.append(other["word"])
            readings, used = _longest(words, vocabulary)
            del matches[: used - 1]
        elif match["number"] and matches and _is_ordinal(match, matches[0], vocabulary):
            del matches[0]
            readings = ({"day": int(match["number"])},)
        else:
            readings = _numeric(match)
        if readings is None:
            return None
        if readings:
            pieces.append(list(readings))
    return pieces


def matches_of(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str] | None]:
    """The pieces of `text` in order; None, and the end, where none fits."""
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        yield match
        if match is None:
            return
        at = match.end()


def _longest(words: list[str], vocabulary: Vocabulary) -> tuple[tuple[Reading, ...] | None, int]:
    for count in range(min(len(words), 5), 1, -1):
        phrase = " ".join(words[:count])
        if phrase in vocabulary.index:
            return vocabulary.index[phrase], count
    return vocabulary.look_up(words[0]), 1


def _is_ordinal(number: re.Match[str], word: re.Match[str] | None, vocabulary: Vocabulary) -> bool:
    return word is not None and word["word"] in vocabulary.ordinals and word.start() == number.end()


def _numeric(match: re.Match[str]) -> tuple[Reading, ...]:
    if match["year"]:
        return ({"day": int(match["day"]), "month": int(match["month"]), "year": int(match["year"])},)
    if match["d"]:
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
        return ({"day": int(match["d"]), "month": int(match["m"]), "year": year},)
    if match["slash"] or match["dotted"]:
        first, second = re.split("[/.]", match["slash"] or match["dotted"])
        on: Reading = {"day": int(first), "month": int(second)}
        at: Reading = {"hour": int(first), "minute": int(second)}
        return (on, at) if match["dotted"] and len(second) == 2 else (on,)
    if match["clock"]:
        hour, minute = match["clock"].split(":")
        return ({"hour": int(hour), "minute": int(minute)},)
    number = int(match["number"])
    if len(match["number"]) == 4:
        return {"year": number}, {"hour": number // 100, "minute": number % 100}
    minute_first: tuple[Reading, ...] = ({"minute": number},) if len(match["number"]) == 2 else ()
    return *minute_first, {"day": number}, {"hour": number}


def phrase_of(text: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", fold(text)))


def _enter(index: dict[str, list[Reading]], phrase: str, reading: Reading) -> None:
    readings = index.setdefault(phrase_of(phrase), [])
    if reading not in readings:
        readings.append(reading)
