"""What WhatsApp does not take, told without a word about whom it was for."""

from __future__ import annotations

import re

MOST_DETAILS = 200

_NUMBERS = re.compile(r"\+?\d[\d -]{5,}\d")
_USER_IDS = re.compile(r"\b[A-Z]{2}\.[A-Za-z0-9.]{6,}")


class WhatsAppRefused(Exception):
    """WhatsApp did not take a call. `code` is its own, 0 where none came; `retry_after` seconds, if known.

    `may_have_arrived`: the call left, and nobody knows whether it was carried out. The text names nobody.
    """

    def __init__(
        self, code: int, details: str, *, retry_after: float | None = None, may_have_arrived: bool = False
    ) -> None:
        super().__init__(f"{details} ({code})" if code else details)
        self.code = code
        self.details = details
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived


def naming_nobody(*parts: object) -> str:
    """What WhatsApp says, without the numbers and ids of people that it may have in it."""
    words = ": ".join(dict.fromkeys(str(part) for part in parts if part))
    return _NUMBERS.sub("…", _USER_IDS.sub("…", words))[:MOST_DETAILS]
