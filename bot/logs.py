"""Logging that never tells a secret: one tidy line each, redacted after everything else has been formatted."""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO

HIDDEN = "•••"
OURS = ("bot", "handlers", "storage", "town", "locales")

# Each pattern keeps what it captures as "keep" (and "tail") and hides the rest of the match.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<keep>(?<!\d)\d{3,}):[\w-]{30,}",  # a Telegram bot token, alone or as /bot<token>/method
        r"(?P<keep>(?<!\d)\d{3,})%3A[\w-]{30,}",  # the same inside an encoded address
        r"(?P<keep>\b[a-z][a-z0-9+]*://[^\s:/@'\"]*):[^\s'\"]*(?P<tail>@)",  # user:password@ in an address
        r"(?P<keep>/calendar/)[\w%-]{16,}",  # the secret address of somebody's calendar
        r"(?P<keep>/checkin/m?\d{1,10}/)[\w%-]{16,}",  # the secret address of a check-in page
        r"(?P<keep>[?&](?:password|passfile|code|token|secret|join)=)[^&\s'\"<>]+",  # secrets in a query string
        r"(?P<keep>\b(?:set-)?cookie['\"]?\s*[:=,]\s*['\"]?).+",  # cookie headers, up to the line's end
        r"(?P<keep>\b\w*(?:session|csrf)\w*=)[^\s;,'\"<>]{8,}",  # a session cookie on its own
        r"(?P<keep>\b(?:password|(?:secret|access|join|setup|link)[ _-]?(?:code|token)|webhook[ _-]?secret)"
        r"['\"]?\s*(?:[:=]|\bis\b)\s*['\"]?)[^\s,;&'\")}]+",
        r"(?P<keep>\bx-telegram-bot-api-secret-token['\"]?\s*[:=,]\s*['\"]?)[^\s,;'\")}]+",
        r"(?P<keep>\bauthorization['\"]?\s*[:=,]\s*['\"]?(?:bearer|basic)?\s*)[^\s,;'\")}]+",
    )
)
_known: set[str] = set()


def hide(*secrets: str | None) -> None:
    """Remember values that must never be logged whatever they look like: a join code, the webhook's secret."""
    _known.update(secret for secret in secrets if secret and len(secret) >= 4)


def redact(text: str) -> str:
    """The text without bot tokens, passwords, join codes, session cookies and whatever `hide` was told."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(_hidden, text)
    return text


def _hidden(match: re.Match[str]) -> str:
    groups = match.groupdict()
    keep = groups["keep"]
    separator = ":" if keep[-1].isalnum() or "tail" in groups else ""
    return f"{keep}{separator}{HIDDEN}{groups.get('tail', '')}"


class Redacting(logging.Formatter):
    """Formats a record whole (message, arguments, traceback, stack) and redacts the result."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname:<7} {name}: {message}", "%Y-%m-%d %H:%M:%S", style="{")

    def format(self, record: logging.LogRecord) -> str:
        # The exception's text is cached on the record; a handler of somebody else's must not find it bare.
        text = redact(super().format(record))
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return text


def set_up(level: str = "WARNING", stream: TextIO | None = None) -> None:
    """Send what is logged to `stream` (standard error): ours from `level` up, libraries' from WARNING up.

    So no request, update or statement is written down whatever the level: those are residents' words.
    """
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(Redacting())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level], logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
