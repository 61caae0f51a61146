"""An arrival: where an update came from and what makes it the same update when it comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from town.facts import Fact


@dataclass(frozen=True, slots=True)
class Arrival:
    """`key` is unique in its channel; `address` is the account's; `language` is the channel's guess.

    `picture`: the photo that came with the update, made fit to be shown (`bot.intake.pictures`), or why there is none;
    None where no photo came, or none was asked for. `said_at` is when the person said it by the channel's clock, and
    `phone` their number, where the channel has to know the one and tells the other.
    """

    channel: str
    key: str
    address: str
    language: str
    picture: bytes | Fact | None = None
    said_at: datetime | None = None
    phone: str | None = None
