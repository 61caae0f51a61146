"""The words in which people type days that are over: "yesterday", "last Friday", "24/11"."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from locales.words import vocabulary
from town.dates import Vocabulary

_DAYS: dict[str, dict[str, int]] = {
    "en": {"yesterday": -1, "day before yesterday": -2, "ereyesterday": -2},
    "es": {"ayer": -1, "antes de ayer": -2, "anteayer": -2, "antier": -2, "antes de anoche": -2, "anoche": -1},
    "af": {"gister": -1, "eergister": -2, "gisteraand": -1},
    "zu": {"izolo": -1, "kuthangi": -2},
}
_LAST: dict[str, set[str]] = {
    "en": {"last", "past"},
    "es": {"pasado", "pasada", "último", "última"},
    "af": {"verlede", "laas", "afgelope", "laaste"},
    "zu": {"odlule", "edlule", "olwedlule", "eledlule", "oludlule"},
}


@lru_cache
def past_vocabulary(language: str) -> Vocabulary:
    """The words for days in `language`, those for days that are over among them; those of English for any other."""
    if language not in _DAYS:
        return past_vocabulary("en")
    words = vocabulary(language)
    return replace(
        words, days={**words.days, **_DAYS[language]}, joiners=words.joiners | _LAST[language], next_words=frozenset()
    )
