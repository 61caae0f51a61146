"""What people put shortly in a line about a batch, written out: "this afternoon", "now", "noon", "2 dozen", "x60".

It is the first step of reading a line; what comes out is read like anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from town.vocabulary import AM, PM, Vocabulary, fold


@dataclass(frozen=True)
class Shorthand:
    """One language's words. `parts` of the day mean AM or PM; those `of_today` name the day as well.

    `instead`: words for others. `now`: this moment; `until`: what stands between today and the end of a time that has
    begun. `dozens` count twelve, `half` and `one` of them. `best` stands before the last day of something good.
    """

    instead: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    of_today: Mapping[str, int] = field(default_factory=dict)
    now: frozenset[str] = frozenset()
    until: frozenset[str] = frozenset()
    dozens: frozenset[str] = frozenset()
    half: frozenset[str] = frozenset()
    one: frozenset[str] = frozenset()
    best: frozenset[str] = frozenset()


def written_out(text: str, words: Shorthand, dates: Vocabulary, now_local: datetime) -> tuple[str, int | None]:
    """A line in longer words, and the part of the day it speaks of: AM, PM, or None for neither or both."""
    today = next(word for word, ahead in dates.days.items() if ahead == 0)
    moment = f"{today} {now_local:%H:%M}"
    text = re.sub(r"(?i)(?<!\w)(?<!\d\s)x\s?(?=\d)", " ", text)
    for phrase, instead in words.instead.items():
        text = _replaced(text, _words([phrase]), instead)
    text = _replaced(text, _dozens(words), _twelve_each)
    text, parts = _without_parts(text, words, dates, today)
    text = _replaced(text, _words(words.now), moment)
    text = _replaced(text, rf"{_words([today])}(?=\s+{_words(words.until)}[\s-]*\d)", moment)
    return text, parts.pop() if len(parts) == 1 else None


def before_best(words: Shorthand) -> re.Pattern[str]:
    """What stands in a folded text before the day until which something is at its best."""
    return re.compile(rf"{_words(words.best)}[\s:]*")


def _words(phrases: Iterable[str]) -> str:
    """A pattern for whole phrases in a text that is folded."""
    longest = sorted(map(fold, phrases), key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest)
    return rf"(?<!\w)(?:{either or '(?!)'})(?!\w)"


def _replaced(text: str, pattern: str, instead: str | Callable[[re.Match[str]], str]) -> str:
    for match in reversed(list(re.finditer(pattern, _alike(text)))):
        put = instead if isinstance(instead, str) else instead(match)
        text = text[: match.start()] + put + text[match.end() :]
    return text


def _alike(text: str) -> str:
    """A text without case and accents, but letter by letter as long as before."""
    return "".join(fold(letter)[:1] or letter for letter in text)


def _dozens(words: Shorthand) -> str:
    count = rf"(?:(?P<count>(?<![\w.,/])\d{{1,5}})|(?P<half>{_words(words.half)})|{_words(words.one)})"
    return rf"(?:{count}\s+)?{_words(words.dozens)}(?:\s+(?:of|de)(?!\w))?"


def _twelve_each(match: re.Match[str]) -> str:
    return str(6 if match["half"] else 12 * int(match["count"] or 1))


def _without_parts(text: str, words: Shorthand, dates: Vocabulary, today: str) -> tuple[str, set[int]]:
    """A text without its parts of the day, but for those that stand right behind a time ("4 pm"): and which they are.

    A word such as "morning" only counts beside a day or a time: it may as well be part of a name.
    """
    said = {**dict.fromkeys(dates.am, AM), **dict.fromkeys((*dates.pm, *dates.night), PM)}
    behind_time = frozenset(map(fold, said))
    said = {fold(phrase): half for phrase, half in (said | dict(words.parts) | dict(words.of_today)).items()}
    of_today = frozenset(map(fold, words.of_today))
    found: set[int] = set()
    for match in reversed(list(re.finditer(_words(said), _alike(text)))):
        phrase = " ".join(match[0].split())
        before, after = _alike(text[: match.start()]), _alike(text[match.end() :])
        timed = re.search(rf"\d[\s(]*(?:(?:{'|'.join(map(re.escape, map(fold, dates.hours)))})\s*)?$", before)
        if phrase not in of_today and (
            phrase in behind_time if timed else not _is_day(before, dates) and not _has_time(after, dates)
        ):
            continue
        if timed and phrase not in of_today and after.strip()[:1] not in ("", ",", ";", ")"):
            continue
        found.add(said[phrase])
        text = text[: match.start()] + (today if phrase in of_today else "") + text[match.end() :]
    return text, found


def _is_day(before: str, dates: Vocabulary) -> bool:
    """Whether a text ends in a word for a day."""
    word = re.search(r"([^\W\d_]+)[\s(,]*$", before)
    readings = dates.look_up(word[1]) if word else None
    return any("offset" in one or "weekday" in one for one in readings or ())


def _has_time(after: str, dates: Vocabulary) -> bool:
    """Whether a text begins with a time, after a small word perhaps."""
    match = re.match(r"[\s,]*(?:([^\W\d_]+)[\s-]+)?\d", after)
    return match is not None and (match[1] is None or dates.index.get(match[1]) == ())
