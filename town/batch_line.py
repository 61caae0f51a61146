"""A batch of goods in one line, as a coordinator types it: "60 loaves, today 16–18, bakery".

The parts may come in nearly any order, with commas or without. What is not understood is left out of the result rather
than guessed at: whoever asks shows what was understood, and asks for the rest. Everything is wall time of the town.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from town.batch_days import Found, day_at
from town.batch_shorthand import before_best, written_out
from town.batch_times import Times, When, lone_start, times_in
from town.item_names import Fit, Known, best_fit
from town.vocabulary import Vocabulary, fold

MOST_CHARACTERS = 200

_NUMBER = re.compile(
    r"(?<![\w/.,:])(?<!\d-)(?:\d{1,3}(?: \d{3})+|\d{1,7}(?:[.,]\d{1,6})?)(?:\s+\d{1,2}/\d{1,2}(?!\d))?(?![\d/:]|[.,]\d)"
    r"|(?<![\w/.,:-])\d{1,2}/\d{1,2}(?![\d/])"
)
_COUNTS = re.compile(r"(?:(?:ez|en|az|ay|ey|ang|eng|ng|am)[a-z]{0,7})[\s-]*$")
"""How isiZulu ties a number to its noun: "ezingu-60"."""

_TIES = re.compile(r"\s*(?:x|of|de|van|:)?\s*")
_HIDDEN = "\x00"


@dataclass(frozen=True)
class Words:
    """The words of one language, for lines. `units` gives each word's unit (a key of `town.amounts.UNITS`, or "g"),
    `small` are of no weight at either end of a part, and those of `where` ("at") begin a place."""

    dates: Vocabulary
    units: Mapping[str, str]
    times: Times
    small: frozenset[str] = frozenset()
    where: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What a line says. `number` is as it was typed, `unit` that of the word after it, "" without one.

    `items` are all that may be meant, `unknown` what stands where one is named that is not known. `when`: windows, days
    without a time, times without a day, or only when it begins. `best`: until which day it is at its best.
    `more`: another amount of something, for which a line has no room.
    """

    number: str = ""
    unit: str = ""
    items: tuple[int, ...] = ()
    unknown: str = ""
    when: When = field(default_factory=When)
    project: int | None = None
    place: str = ""
    best: date | None = None
    more: str = ""

    @property
    def whole(self) -> bool:
        """Whether all of it was understood, and all is said: then no other reading is better."""
        said = bool(self.number and len(self.items) == 1 and self.when.windows)
        return said and not (self.unknown or self.place or self.more)

    @property
    def score(self) -> tuple[int, int]:
        """How much was understood, and how little was left over."""
        known = (self.number, len(self.items) == 1, self.items, self.when.windows, self.when.days, self.when.spans)
        return sum(map(bool, known)) + len(self.when.windows), -len(self.unknown) - len(self.place)


def read_line(
    text: str, *, items: Sequence[Known], projects: Sequence[Known], words: Words, now_local: datetime
) -> BatchLine:
    """What `text` says of a batch. Raises DateInPast for a day or time that is over."""
    text, part = written_out(text[:MOST_CHARACTERS], words.times.short, words.dates, now_local)
    view = _View(text)
    best = _best_before(view, words, now_local)
    fit = best_fit(view.text, items)
    if fit is not None and fit.full:
        view.hide(fit.start, fit.end)
    units = frozenset(words.units)
    when, places = times_in(view.text, words.dates, words.times, now_local, units=units, part=part)
    for place in places:
        view.hide(place.start, place.end)
    mine, project = _project(view, projects)
    if fit is None or not fit.full:
        blocked = [*_units_in(view, words), *mine]
        fit = best_fit(view.text, items, blocked=blocked)
        if fit is not None:
            view.hide(fit.start, fit.end)
    for start, end in mine:
        view.hide(start, end)
    line = _amount(view, words, fit)
    begins, found = lone_start(view.text, words.dates, words.times)
    if found is not None:
        view.hide(found.start, found.end)
        when = replace(when, start=begins)
    line = replace(line, when=when, project=project, items=fit.ids if fit is not None else (), best=best)
    between = (min(view.number[1], fit.end), max(view.number[0], fit.start)) if fit and view.number else (0, 0)
    return _rest(view, line, words, items, places, between)


def best_line(lines: Iterable[BatchLine]) -> BatchLine:
    """The reading that understands most; of equal ones the first."""
    return max(lines, key=lambda line: line.score)


class _View:
    """A text without case and accents, in which what was understood is hidden, and the way back to what was typed."""

    def __init__(self, text: str) -> None:
        given = re.sub("(?=[½⅓⅔¼¾⅛])", " ", text)
        self.given = given
        folded = [(letter, at) for at, one in enumerate(given) for letter in fold(one).replace("\u2044", "/")]
        self.text = "".join(letter for letter, _at in folded)
        self.at = [at for _letter, at in folded] + [len(given)]
        self.number: tuple[int, int] | None = None

    def hide(self, start: int, end: int) -> None:
        self.text = self.text[:start] + _HIDDEN * (end - start) + self.text[end:]

    def typed(self, start: int, end: int) -> str:
        return self.given[self.at[start] : self.at[end - 1] + 1].strip()


def _best_before(view: _View, words: Words, now_local: datetime) -> date | None:
    """The day until which it is at its best, where a line says so."""
    for match in before_best(words.times.short).finditer(view.text):
        found = day_at(view.text, match.end(), words.dates, now_local)
        if found is not None:
            view.hide(match.start(), found.end)
            return found.day
    return None


def _project(view: _View, projects: Sequence[Known]) -> tuple[list[tuple[int, int]], int | None]:
    """Where a project is named by its whole name, and which; nothing where two are named as well as each other."""
    fit = best_fit(view.text, projects)
    if fit is None or not fit.full or len(fit.ids) > 1:
        return [], None
    return [(fit.start, fit.end)], fit.ids[0]


def _units_in(view: _View, words: Words) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^\W\d_]+", view.text) if match[0] in words.units]


def _amount(view: _View, words: Words, fit: Fit | None) -> BatchLine:
    """The amount with its unit: the number nearest to a unit or the item, or the one that the line begins with."""
    ranked: list[tuple[int, int, int, int, str]] = []
    for match in _NUMBER.finditer(view.text):
        after = re.compile(r"\s*([^\W\d_]+)").match(view.text, match.end())
        before = re.search(r"([^\W\d_]+)\W*$", _uncounted(view.text[: match.start()]))
        start = len(_uncounted(view.text[: match.start()]))
        tied = _TIES.match(view.text, match.end())
        tail = tied.end() if tied else match.end()
        if after is not None and after[1] in words.units:
            ranked.append((0, match.start(), start, after.end(), words.units[after[1]]))
        elif before is not None and before[1] in words.units and not before[0].strip(before[1]).strip():
            ranked.append((1, match.start(), before.start(), match.end(), words.units[before[1]]))
        elif fit is not None and tail == fit.start:
            ranked.append((2, match.start(), start, tail, ""))
        elif fit is not None and start >= fit.end and not view.text[fit.end : start].strip(" :,-x"):
            ranked.append((3, match.start(), start, match.end(), ""))
        elif not view.text[:start].strip(" \x00,.-"):
            ranked.append((4, match.start(), start, match.end(), ""))
    if not ranked:
        return BatchLine(unit=_lone_unit(view, words))
    _rank, at, start, end, unit = min(ranked)
    number = _NUMBER.match(view.text, at)
    typed = number[0] if number else ""
    view.hide(start, end)
    view.number = (start, end)
    return BatchLine(number=typed, unit=unit or _lone_unit(view, words))


def _uncounted(before: str) -> str:
    """What stands before a number, without what ties it to its noun."""
    if before.endswith("-") or before.endswith(" "):
        tie = _COUNTS.search(before)
        if tie is not None and (tie.start() == 0 or not before[tie.start() - 1].isalpha()):
            return before[: tie.start()]
    return before


def _lone_unit(view: _View, words: Words) -> str:
    """The unit that is named apart from the number, as in "60 good loaves"."""
    found = _units_in(view, words)
    if not found:
        return ""
    start, end = found[0]
    unit = words.units[view.text[start:end]]
    view.hide(start, end)
    return unit


def _rest(
    view: _View,
    line: BatchLine,
    words: Words,
    items: Sequence[Known],
    times: Sequence[Found],
    between: tuple[int, int],
) -> BatchLine:
    """What is left: an item that is not known, where one would be named, and the place.

    A place has letters, and does not lie `between` the amount and the item ("12 small tubs of honey").
    """
    runs: list[tuple[int, str]] = []
    more: list[str] = []
    nowhere = len(view.text)
    for match in re.finditer(f"[^{_HIDDEN},;\n]+", view.text):
        start, end = _trimmed(view.text, *match.span(), words)
        if any(sign.isalpha() for sign in view.text[start:end]) and not between[0] <= start < end <= between[1]:
            if not words.where.isdisjoint(view.text[match.start() : start].split()):
                nowhere = min(nowhere, start)
            counted = line.items and re.search(r"\d", view.text[start:end])
            other = best_fit(view.text[start:end], items) if counted else None
            if other is not None and other.full:
                more.append(view.typed(start, end))
            else:
                runs.append((start, view.typed(start, end)))
    unknown = ""
    first_time = min((*(one.start for one in times), nowhere))
    if not line.items and runs and runs[0][0] < first_time and not re.search(r"[,;]", view.text[: runs[0][0]]):
        unknown = runs.pop(0)[1]
    of_unit = tuple(item.id for item in items if item.unit == line.unit) if line.unit and not line.items else ()
    return replace(
        line,
        unknown=unknown,
        items=line.items or (() if unknown else of_unit),
        place=", ".join(text for _at, text in runs),
        more=", ".join(more),
    )


def _trimmed(text: str, start: int, end: int, words: Words) -> tuple[int, int]:
    """A stretch without the small words and signs at both of its ends."""
    while True:
        piece = text[start:end]
        ahead = re.match(r"[^\w]+|[^\W\d_]+(?![\w])", piece)
        if ahead is not None and ahead.end() and _small(ahead[0], words):
            start += ahead.end()
            continue
        behind = re.search(r"(?:[^\w()]+|(?<![\w])[^\W\d_]+)$", piece)
        if behind is not None and behind[0] and _small(behind[0], words):
            end -= len(behind[0])
            continue
        return start, end


def _small(piece: str, words: Words) -> bool:
    word = piece.strip()
    if not any(sign.isalnum() for sign in word) or words.dates.index.get(word) == ():
        return True
    return word in words.small or word in words.times.until or word in words.times.since
