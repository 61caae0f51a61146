"""How many different people WhatsApp lets the town write to first, within any 24 hours.

Whom the town writes to inside their window counts for nothing, and who was counted already costs nothing more. The
last of the budget is kept for what may come meanwhile: what goes to everybody leaves a fifth of it, what is for one
person a twentieth, and what is urgent may use it all.
https://developers.facebook.com/documentation/business-messaging/whatsapp/messaging-limits
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bot.delivery.lanes import Lane

PERIOD = timedelta(hours=24)
FEWEST = 250
"""What every number may, while WhatsApp has not told how many."""

KEPT_BACK: Mapping[Lane, int] = {Lane.URGENT: 0, Lane.PERSONAL: 5, Lane.REMINDER: 5, Lane.BULK: 20}
"""Percent of the budget that a lane leaves to others."""

_TIER = re.compile(r"TIER_(\d+)(K?)")


def limit_of(number: Mapping[str, Any]) -> int | None:
    """How many people a day, by what WhatsApp tells of a number; None for any number of them."""
    tier = str(number.get("whatsapp_business_manager_messaging_limit") or number.get("messaging_limit_tier") or "")
    if tier == "TIER_UNLIMITED":
        return None
    known = _TIER.fullmatch(tier)
    return int(known[1]) * (1000 if known[2] else 1) if known else FEWEST


class Budget:
    """Who was written to first within the period, by account; `limit` is how many that may be, None for all."""

    def __init__(self, limit: int | None = FEWEST) -> None:
        self.limit = limit
        self._people: OrderedDict[int, datetime] = OrderedDict()
        self._new: set[int] = set()
        self._lowered: tuple[int, datetime] | None = None

    def load(self, written: Iterable[tuple[int, datetime]]) -> None:
        """Begin with these accounts, by when they were written to; what is on its way stays counted."""
        on_their_way = {account: self._people[account] for account in self._new}
        self._people = OrderedDict(sorted((dict(written) | on_their_way).items(), key=lambda one: one[1]))

    def admit(self, account: int, lane: Lane, now: datetime) -> datetime | None:
        """Count a person: None where they may be written to now, else when there will be room, nobody being counted.

        Whoever was admitted is settled with `sent` or `give_back`.
        """
        self._forget(now)
        if account in self._people:
            return None
        limit = self._limit(now)
        if limit is not None:
            over = len(self._people) - (limit - limit * KEPT_BACK[lane] // 100)
            if over >= 0:
                return self._falls_out(over, now)
        self._people[account] = now
        self._new.add(account)
        return None

    def sent(self, account: int, now: datetime) -> None:
        """They were written to: they count from now."""
        self._new.discard(account)
        self._people[account] = now
        self._people.move_to_end(account)

    def give_back(self, account: int) -> None:
        """They were not written to after all."""
        if account in self._new:
            self._new.remove(account)
            del self._people[account]

    def lower(self, now: datetime) -> None:
        """WhatsApp lets us write to fewer people than we thought: to no more than we have, for a day."""
        self._forget(now)
        self._lowered = (max(1, len(self._people) - len(self._new)), now + PERIOD)

    def _limit(self, now: datetime) -> int | None:
        if self._lowered is not None and now < self._lowered[1]:
            return self._lowered[0] if self.limit is None else min(self.limit, self._lowered[0])
        return self.limit

    def _falls_out(self, over: int, now: datetime) -> datetime:
        """When one more than `over` of those who are counted will not be any more."""
        at = next(islice(self._people.values(), over, None), now)
        return max(at, now - PERIOD) + PERIOD

    def _forget(self, now: datetime) -> None:
        while self._people:
            account, at = next(iter(self._people.items()))
            if at > now - PERIOD:
                return
            del self._people[account]
            self._new.discard(account)
