"""What the delivery asks of a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outgoing
from storage.addresses import Address
from storage.dispatch import Taken
from storage.queries.statuses import Failure
from town.settings import TownSettings


class Sender(Protocol):
    """Sends to one channel. `idempotent`: the channel shows a key once, however often it is sent.

    One that is not awaits `leaving` just before the message leaves, when it has waited for its turn.
    """

    idempotent: bool

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered: ...


@dataclass(frozen=True, slots=True)
class Post:
    """One notice on its way to one account, for a channel that has to know more of it than its words.

    `name` is whom it is for. `failure` is how an earlier try at this account failed after the channel had taken it.
    `outgoing_in` renders the notice in a language.
    """

    row: Taken
    account: Address
    town: TownSettings
    name: str
    failure: Failure | None
    outgoing_in: Callable[[str], Awaitable[Outgoing]]


@runtime_checkable
class Carrier(Protocol):
    """A channel that takes not everything at any time, and tells later what became of what it took.

    `carrying` gives what sends this one notice; `begin` is told when this process takes the delivery up.
    """

    def carrying(self, post: Post) -> Sender: ...

    def begin(self) -> None: ...
