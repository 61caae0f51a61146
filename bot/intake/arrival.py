"""An arrival: where an update came from and what makes it the same update when it comes again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """`key` is unique in its channel; `address` is the account's; `language` is the channel's guess."""

    channel: str
    key: str
    address: str
    language: str
