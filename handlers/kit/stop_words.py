"""The words that end, and begin again, what somebody is told unasked: of every language at once, since people mix them.

They are written here, not in the catalogues: a word too many would silence people, one too few would not be heard.
Only a whole message counts, never a part of one.
"""

from __future__ import annotations

from handlers.kit.typed import plain

STOPS = {
    "en": ("stop", "stop all", "stopall", "unsubscribe", "opt out", "opt-out", "optout", "no more", "no more messages"),
    "es": ("baja", "darme de baja", "dame de baja", "dar de baja", "parar", "basta", "no más", "no más mensajes"),
    "af": ("opsê", "hou op", "teken af", "nie meer nie", "geen boodskappe meer nie"),
    "zu": ("yeka", "misa", "ngikhiphe", "ungasangithumeleli", "ayiphele"),
}
STARTS = {
    "en": ("start", "unstop", "resume", "subscribe", "opt in", "opt-in", "optin", "begin"),
    "es": ("alta", "darme de alta", "dame de alta", "reanudar", "empezar"),
    "af": ("begin", "hervat", "teken in", "skryf my in"),
    "zu": ("qala", "qalisa", "qhubeka", "ngifake"),
}

ORDINARY = {"es": frozenset({"misa"})}
"""What is an ordinary word to those who read a language: a mass, in Spanish."""

STOP, RESUME = "stop", "resume"
"""The commands that they stand for."""

_stops = frozenset(plain(word) for words in STOPS.values() for word in words)
_starts = frozenset(plain(word) for words in STARTS.values() for word in words)
_LONGEST = 2 * max(map(len, _stops | _starts))
"""A message that is longer, signs and all, is no such word."""


def says_stop(text: str, language: str = "") -> bool:
    """Whether a message says that no more is to come; "/stop" does too. `language` is the one its writer reads."""
    if len(text) > _LONGEST:
        return False
    word = plain(text)
    return word in _stops and word not in ORDINARY.get(language, ())


def says_start(text: str) -> bool:
    """Whether a message asks for what was stopped. "/start" does not: whoever opens a chat on Telegram sends it."""
    return len(text) <= _LONGEST and plain(text) in _starts and not text.lower().startswith("/start")
