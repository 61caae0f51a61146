"""What stands between the town and WhatsApp as a whole just now: its own trouble, or a number that is held back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Outcome
from storage.outbox import PUT_OFF, TROUBLE

log = logging.getLogger(__name__)

FIRST_TROUBLE, LONGEST_TROUBLE = timedelta(minutes=1), timedelta(hours=1)
FIRST_SPAM, LONGEST_SPAM = timedelta(minutes=10), timedelta(hours=2)
A_WHILE = timedelta(seconds=30)
"""After WhatsApp holds the number back, until what is for one person is tried again."""


class Standing:
    """How the town stands with WhatsApp. While something is wrong it is tried again after longer and longer times."""

    def __init__(self) -> None:
        self._trouble: tuple[datetime, str] | None = None
        self._troubles = 0
        self._said: str | None = None
        self._is_list_said = False
        self._bulk_from: datetime | None = None
        self._all_from: datetime | None = None
        self._spams = 0

    def closed(self, lane: Lane, now: datetime) -> Delivered | None:
        """Why nothing of this lane goes out now; None where it may."""
        if self._trouble is not None and now < self._trouble[0]:
            return later(self._trouble[0] - now, self._trouble[1], is_trouble=True)
        until = self._bulk_from if lane is Lane.BULK else self._all_from
        return later(until - now, "the number is held back") if until is not None and now < until else None

    def in_trouble(self, code: int, detail: str, now: datetime) -> Delivered:
        """WhatsApp takes nothing from us, for a reason of ours. It is said loudly, once."""
        if self._said != detail:
            self._said = detail
            log.error("WhatsApp takes nothing from the town (%d: %s): the notices wait", code, detail)
        if self._trouble is None or now >= self._trouble[0]:  # others were on their way when it began
            self._trouble = (now + min(FIRST_TROUBLE * 2**self._troubles, LONGEST_TROUBLE), f"{code} {detail}")
            self._troubles = min(self._troubles + 1, 10)
        return later(self._trouble[0] - now, self._trouble[1], is_trouble=True)

    def held_back(self, detail: str, lane: Lane, now: datetime) -> Delivered:
        """WhatsApp holds the number back: what is for many waits for long, what is for one for a moment."""
        if self._bulk_from is None or now >= self._bulk_from:
            self._bulk_from = now + min(FIRST_SPAM * 2**self._spams, LONGEST_SPAM)
            self._spams = min(self._spams + 1, 10)
            log.warning("WhatsApp holds the number back: what is for many waits until %s", self._bulk_from)
        self._all_from = now + A_WHILE
        return later((self._bulk_from if lane is Lane.BULK else self._all_from) - now, detail)

    def unlisted(self, detail: str) -> None:
        """WhatsApp does not let the number write to somebody. It is said once: the list is the operator's."""
        if self._is_list_said:
            return
        self._is_list_said = True
        log.warning(
            "WhatsApp lets this number write to the people on its list alone (%s): put them there, as docs/whatsapp.md "
            "tells, or what is for them waits until they write",
            detail,
        )

    def well(self, lane: Lane) -> None:
        """Something was taken."""
        if self._said is not None:
            log.warning("WhatsApp takes messages again")
        self._trouble, self._troubles, self._said = None, 0, None
        if lane is Lane.BULK:
            self._spams = 0


def later(wait: timedelta, detail: str, *, is_trouble: bool = False) -> Delivered:
    """A delivery that is not tried now. `is_trouble`: the town's own."""
    seconds = max(1.0, wait.total_seconds())
    return Delivered(Outcome.LATER, f"{TROUBLE if is_trouble else PUT_OFF}{detail}", retry_after=seconds)
