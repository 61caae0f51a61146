"""Names of goods as people type them: singular, plural or with another prefix, whole or in part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from town.vocabulary import fold

_WORD = re.compile(r"[^\W\d_]+")
_PREFIXES = (
    "izin",
    "izim",
    "izi",
    "isi",
    "ama",
    "imi",
    "umu",
    "ili",
    "ulu",
    "ubu",
    "uku",
    "um",
    "in",
    "im",
    "o",
    "u",
    "i",
)
"""How isiZulu begins a noun, in the singular or the plural."""

FULL, PART, BEGUN = 3, 2, 1
"""How well a name fits: all its words, one of them, or the beginning of one."""


@dataclass(frozen=True, slots=True)
class Known:
    """An item (or project) that can be meant, with all its names."""

    id: int
    names: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where in a text some items are named, and how well: `ids` are all that fit as well as any."""

    ids: tuple[int, ...]
    start: int
    end: int
    how: tuple[int, int, int]

    @property
    def full(self) -> bool:
        return self.how[0] == FULL


def best_fit(text: str, items: Sequence[Known], *, blocked: Iterable[tuple[int, int]] = ()) -> Fit | None:
    """The items that a folded text names best; None where it names none.

    Words that lie in a `blocked` stretch are only taken as part of a whole name, never for a part of one.
    """
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    loose = [word for word in words if not any(start < word[2] and word[1] < end for start, end in blocked)]
    found: list[Fit] = []
    for item in items:
        for name in item.names:
            parts = _parts(name)
            found += [_fit(item.id, run, how) for run, how in _whole(text, words, parts)]
            found += [_fit(item.id, [word], how) for word in loose if (how := _in_part(word[0], parts))]
    if not found:
        return None
    top = max(fit.how for fit in found)
    first = min((fit for fit in found if fit.how == top), key=lambda fit: fit.start)
    same = [fit for fit in found if fit.how == top and (fit.start, fit.end) == (first.start, first.end)]
    return Fit(tuple(dict.fromkeys(fit.ids[0] for fit in same)), first.start, first.end, top)


@lru_cache(maxsize=10_000)
def _parts(name: str) -> tuple[str, ...]:
    """The words of a name, folded: names are the same in every line."""
    return tuple(_WORD.findall(fold(name)))


_Word = tuple[str, int, int]


def _fit(item_id: int, run: Sequence[_Word], how: tuple[int, int, int]) -> Fit:
    return Fit((item_id,), run[0][1], run[-1][2], how)


def _whole(
    text: str, words: Sequence[_Word], parts: Sequence[str]
) -> Iterable[tuple[Sequence[_Word], tuple[int, int, int]]]:
    """The runs of words that are all of a name, and how well each is."""
    count = len(parts)
    for at in range(len(words) - count + 1 if count else 0):
        run = words[at : at + count]
        gaps = (text[left[2] : right[1]] for left, right in pairwise(run))
        if all(not gap.strip(" -'\u2019") for gap in gaps) and all(
            _same(word[0], part) for word, part in zip(run, parts, strict=True)
        ):
            exact = sum(word[0] == part for word, part in zip(run, parts, strict=True))
            yield run, (FULL, count, exact)


def _in_part(word: str, parts: Sequence[str]) -> tuple[int, int, int] | None:
    if len(word) < 3 or len(parts) < 1:
        return None
    if any(_same(word, part) for part in parts):
        return (PART, 0, 0)
    return (BEGUN, 0, 0) if any(part.startswith(word) for part in parts) else None


def _same(word: str, other: str) -> bool:
    """Whether two words are forms of one noun, as far as endings and prefixes tell."""
    return word == other or not _stems(word).isdisjoint(_stems(other))


@lru_cache(maxsize=10_000)
def _stems(word: str) -> frozenset[str]:
    stems = {word}
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe"), ("e", ""), ("'s", "")):
        if word.endswith(ending):
            stems.add(word.removesuffix(ending) + instead)
    if doubled := re.fullmatch("(.*[^aeiou])([aeiou])([^aeiou])e", word):  # Afrikaans: brood, brode
        stems.add(doubled[1] + doubled[2] * 2 + doubled[3])
    stems |= {f"-{word.removeprefix(prefix)}" for prefix in _PREFIXES if word.startswith(prefix)}
    return frozenset(stem for stem in stems if len(stem.lstrip("-")) > 2)
