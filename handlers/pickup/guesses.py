"""Wrong codes at a desk: more are looked at than anybody mistypes in an hour, and fewer than guessing takes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

from handlers.kit.seat import Seat
from handlers.roles.codes import counted

MOST_WRONG = 60
"""In an hour at one desk; names are looked for all the same."""

WRONG = "pickupcodes"
"""In an account's data: when wrong codes were typed at its desk."""


def counted_there(seat: Seat, now: datetime) -> AbstractContextManager[None]:
    """Looks at a code that was typed or scanned at a desk, as `roles.codes.counted` does."""
    return counted(seat, now, most=MOST_WRONG, where=WRONG)
