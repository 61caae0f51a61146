"""The words in which people type days and times, per language: for `town.dates`.

The names of weekdays and months are those of CLDR, through Babel. The rest ("tomorrow", "at", "in the morning") is in
the tables below, in every spelling that people use in a chat.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, TypedDict

from babel.dates import get_day_names, get_month_names

from town.dates import Vocabulary


class _Words(TypedDict):
    days: dict[str, int]
    am: set[str]
    pm: set[str]
    night: set[str]
    next_words: set[str]
    joiners: set[str]
    prefixes: set[str]
    ordinals: set[str]
    hours: set[str]
    minutes: set[str]


_WORDS: dict[str, _Words] = {
    "en": {
        "days": {"today": 0, "tomorrow": 1, "tmrw": 1, "day after tomorrow": 2, "overmorrow": 2},
        "am": {"am", "a m", "in the morning"},
        "pm": {"pm", "p m", "in the afternoon", "in the evening"},
        "night": {"at night"},
        "next_words": {"next", "following"},
        "joiners": {"at", "on", "the", "of", "this", "coming", "and", "o clock", "oclock"},
        "prefixes": set(),
        "ordinals": {"st", "nd", "rd", "th"},
        "hours": {"h", "hr", "hrs", "hour", "hours"},
        "minutes": {"m", "min", "mins", "minute", "minutes"},
    },
    "es": {
        "days": {"hoy": 0, "mañana": 1, "pasado mañana": 2},
        "am": {"am", "a m", "de la mañana", "por la mañana", "en la mañana", "de la madrugada"},
        "pm": {"pm", "p m", "de la tarde", "por la tarde", "en la tarde", "del mediodía"},
        "night": {"de la noche", "por la noche", "en la noche"},
        "next_words": {"próximo", "próxima", "siguiente", "que viene"},
        "joiners": {"el", "la", "las", "los", "a", "a las", "a la", "de", "del", "al", "este", "día", "y", "o"},
        "prefixes": set(),
        "ordinals": {"o"},
        "hours": {"h", "hs", "hr", "hrs", "hora", "horas"},
        "minutes": {"m", "min", "mins", "minuto", "minutos"},
    },
    "af": {
        "days": {"vandag": 0, "môre": 1, "oormôre": 2},
        "am": {"vm", "v m", "voormiddag", "die oggend", "in die oggend", "soggens", "die voormiddag"},
        "pm": {"nm", "n m", "namiddag", "die middag", "in die middag", "smiddags", "die namiddag"}
        | {"die aand", "in die aand", "saans"},
        "night": {"die nag", "in die nag", "snags"},
        "next_words": {"volgende", "aanstaande", "eerskomende"},
        "joiners": {"om", "op", "die", "van", "vir", "hierdie", "komende", "en"},
        "prefixes": set(),
        "ordinals": {"ste", "de"},
        "hours": {"h", "u", "uur", "ure"},
        "minutes": {"m", "min", "minuut", "minute"},
    },
    "zu": {
        "days": {"namhlanje": 0, "namuhla": 0, "kusasa": 1, "ngomuso": 1, "ngomhlomunye": 2},
        "am": {"am", "a m", "ekuseni", "entathakusa"},
        "pm": {"pm", "p m", "ntambama", "kusihlwa"},
        "night": {"ebusuku"},
        "next_words": {"olandelayo", "elandelayo", "ozayo", "ezayo"},
        "joiners": {"ngo", "nge", "ngomhla", "ngomhlaka", "mhla", "mhlaka", "umhla", "ka", "ku", "zi", "zingama", "lo"}
        | {"ngehora", "lesi", "lika", "na", "ne", "nama"}
        | {"ama", "angu", "angama", "engu", "engama", "eli", "eyi", "ayi"},
        "prefixes": {"ngo", "nge", "ku", "ka"},
        "ordinals": set(),
        "hours": {"h", "ihora", "amahora", "hora", "ihola"},
        "minutes": {"m", "min", "umzuzu", "imizuzu", "iminithi", "amaminithi"},
    },
}

_WIDTHS: tuple[Literal["wide", "abbreviated", "short"], ...] = ("wide", "abbreviated", "short")
_MONTH_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")

LANGUAGES = tuple(_WORDS)


@lru_cache
def vocabulary(language: str) -> Vocabulary:
    """The words for days and times in `language` ("en", "es", "af", "zu"); those of English for any other."""
    if language not in _WORDS:
        return vocabulary("en")
    words = _WORDS[language]
    return Vocabulary(
        days=words["days"],
        weekdays=dict(_weekdays(language)),
        months=dict(_months(language)),
        am=frozenset(words["am"]),
        pm=frozenset(words["pm"]),
        night=frozenset(words["night"]),
        next_words=frozenset(words["next_words"]),
        joiners=frozenset(words["joiners"]),
        prefixes=frozenset(words["prefixes"]),
        ordinals=frozenset(words["ordinals"]),
        hours=frozenset(words["hours"]),
        minutes=frozenset(words["minutes"]),
    )


def _weekdays(language: str) -> Iterator[tuple[str, int]]:
    for context in _CONTEXTS:
        for width in _WIDTHS:
            for weekday, name in get_day_names(width, context, language).items():
                yield name, weekday
                if language == "zu" and width == "wide":
                    # In a sentence the noun loses its first vowel: ULwesine, ngoLwesine, Lwesine.
                    yield name[1:], weekday


def _months(language: str) -> Iterator[tuple[str, int]]:
    for context in _CONTEXTS:
        for width in _MONTH_WIDTHS:
            for month, name in get_month_names(width, context, language).items():
                yield name, month
