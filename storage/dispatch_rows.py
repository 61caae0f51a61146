"""The outbox's rows as the delivery holds them: taken, ended, or put back."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from storage.outbox import IN_FLIGHT
from storage.tables import OutboxState


class Taken(NamedTuple):
    """A row in the worker's hands; `fields` is JSON text. It is for a resident or, with `group_id`, for a group.

    `account_id`, `sent_at` and `template` are of an earlier try that failed only after the channel had taken it.
    """

    id: int
    resident_id: int | None
    group_id: int | None
    broadcast_id: int | None
    notice: str
    fields: str
    priority: int
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    detail: str
    account_id: int | None
    sent_at: datetime | None
    template: str

    @property
    def may_have_left(self) -> bool:
        """Whether a worker was stopped in the middle of sending this."""
        return self.detail == IN_FLIGHT


class End(NamedTuple):
    """How the delivery of a row ended. `reference` is the message's id where it was sent, `template` the text it has.

    `is_told`: its channel tells later what became of it, or has done so already (`storage.queries.statuses`).
    """

    row_id: int
    state: OutboxState
    at: datetime
    detail: str = ""
    account_id: int | None = None
    reference: str = ""
    template: str = ""
    is_told: bool = False


class Back(NamedTuple):
    """A row to be tried again later. `tried` False: that was no failed attempt, only not the time."""

    row_id: int
    due_at: datetime
    detail: str = ""
    tried: bool = True
