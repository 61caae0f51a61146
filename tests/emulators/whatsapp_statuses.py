"""Statuses: in which order, how late and how often the town hears what became of its messages."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from tests.emulators.whatsapp_errors import GraphError
from tests.emulators.whatsapp_world import Json, Message

Order = Literal["in order", "shuffled", "read before delivered", "read without delivered"]
Contacts = Literal["real", "always", "never"]
Item = TypeVar("Item")


@dataclass(slots=True)
class Statuses:
    """How statuses come.

    `order`: with the last two, people read at once. `contacts`: Meta's way is with all but failed ones. `duplicates`
    is how often each comes again, `delay` seconds late; `early` puts them before the answer of the send, for as long
    as the town takes them, at most `early_seconds`. `reads_at_once`: everybody reads what arrives. `muted`: none.
    """

    order: Order = "in order"
    contacts: Contacts = "real"
    duplicates: int = 0
    delay: float = 0.0
    early: bool = False
    early_seconds: float = 0.5
    reads_at_once: bool = False
    muted: bool = False
    seed: int = 0
    _chance: random.Random | None = field(default=None)

    def with_contacts(self, status: str) -> bool:
        """Whether a status comes with `contacts`."""
        return self.contacts == "always" or (self.contacts == "real" and status != "failed")

    def of_arrival(self, kind: str) -> list[str]:
        """The statuses of a message that arrives, in the order in which they come."""
        if self.muted:
            return []
        if kind == "reaction":
            return self.repeated(["sent"])  # Meta reports nothing more of a reaction
        if self.order == "read before delivered":
            return self.repeated(["sent", "read", "delivered"])
        if self.order == "read without delivered":
            return self.repeated(["sent", "read"])
        return self.repeated(["sent", "delivered", "read"] if self.reads_at_once else ["sent", "delivered"])

    def repeated(self, items: list[Item]) -> list[Item]:
        """`items` as often and in the order in which they come."""
        coming = items * (1 + self.duplicates)
        if self.order == "shuffled":
            self._chance = self._chance or random.Random(self.seed)
            self._chance.shuffle(coming)
        return coming


def status_of(message: Message, status: str, timestamp: str, identity: Json, error: GraphError | None = None) -> Json:
    """An entry in `statuses`.

    `identity` is what the town may know of the reader. A failed status to a phone does not name the user id, and no
    status to a user id names a phone that is hidden.
    """
    entry: Json = {"id": message.wamid, "status": status, "timestamp": timestamp}
    if phone := message.to_phone or identity.get("wa_id"):
        entry["recipient_id"] = phone
    if "user_id" in identity and not (error is not None and message.to_phone):
        entry["recipient_user_id"] = identity["user_id"]
    if message.opaque is not None:
        entry["biz_opaque_callback_data"] = message.opaque
    if status == "delivered":
        free = message.category == "service"
        entry["pricing"] = {
            "billable": not free,
            "pricing_model": "PMP",
            "type": "free_customer_service" if free else "regular",
            "category": message.category,
        }
    if error is not None:
        entry["errors"] = [error.as_status()]
    return entry
