"""How many messages may have reached Telegram within a moving period, whatever travels how long."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass

REMEMBERED = 2.0
"""Seconds for which at least the quickest way there and back is remembered; before, any may have taken no time."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A message that was let go: when, and from when it counts. None: it is on its way, and may arrive now."""

    granted_at: float
    counts_from: float | None = None


class Window:
    """At most `most` messages that may have been received within any `period` (seconds).

    When a message was received is not known, only when it was let go and when its answer came. But no way is quicker
    than the quickest one seen, so that it was received no later than that before its answer: it counts from there. One
    that is on its way counts as if it came in this moment, for `longest` seconds at most. So a stall of the process, of
    the network or of Telegram never makes two bursts meet, and nothing has to be left free in case of one.
    """

    def __init__(self, most: int, period: float, *, longest: float) -> None:
        self.most = most
        self.period = period
        self.longest = longest
        self._landed: list[float] = []
        self._flying: dict[Ticket, None] = {}
        self._quickest, self._quickest_before = float("inf"), 0.0
        self._quickest_since: float | None = None

    def grant(self, now: float) -> Ticket:
        """Let one go."""
        ticket = Ticket(now)
        self._flying[ticket] = None
        return ticket

    def landed(self, ticket: Ticket, now: float) -> None:
        """Its answer came, or it failed."""
        if ticket not in self._flying:
            return  # it was given back, or has counted for as long as any
        del self._flying[ticket]
        self._note(now - ticket.granted_at, now)
        quickest = min(self._quickest, self._quickest_before)
        ticket.counts_from = min(max(now - quickest, ticket.granted_at), ticket.granted_at + self.longest)
        insort(self._landed, ticket.counts_from)

    def give_back(self, ticket: Ticket) -> None:
        """It was not sent."""
        self._flying.pop(ticket, None)

    def room_at(self, now: float) -> float:
        """When the next may go: minus infinity for at once."""
        self._forget(now)
        over = len(self._landed) + len(self._flying) - self.most
        if over < 0:
            return float("-inf")
        if over < len(self._landed):
            return self._landed[over] + self.period
        return next(iter(self._flying)).granted_at + self.longest + self.period  # or when the next one lands

    def _forget(self, now: float) -> None:
        del self._landed[: bisect_right(self._landed, now - self.period)]
        for ticket in list(self._flying):
            if ticket.granted_at + self.longest > now - self.period:
                break
            del self._flying[ticket]

    def _note(self, took: float, now: float) -> None:
        if self._quickest_since is None:
            self._quickest_since = now
        elif now - self._quickest_since > REMEMBERED:
            self._quickest_before, self._quickest = self._quickest, float("inf")
            self._quickest_since = now
        self._quickest = min(self._quickest, took)
