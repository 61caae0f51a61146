"""The reminders before a pick-up window ends, to those who have not come and whom they asked to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, update

from storage import fanout
from storage.queries.batches import WINDOW, Window, windows
from storage.queries.claims import claims
from storage.queries.pickup import HELPED, helpers
from storage.sql import bindparam, select
from storage.tables import ClaimState, Priority
from storage.unit import Unit

REMINDER, HELPER_REMINDER = "pickup.reminder", "pickup.remindhelper"

_unreminded = (
    select(*WINDOW)
    .where(windows.c.settled_at.is_(None), windows.c.reminded_at.is_(None), windows.c.ends_at > bindparam("now"))
    .order_by(windows.c.ends_at, windows.c.id)
)
_begun = _unreminded.where(windows.c.starts_at <= bindparam("now"))
_mark = (
    update(windows)
    .where(
        windows.c.id == bindparam("b_window"),
        windows.c.reminded_at.is_(None),
        windows.c.starts_at == bindparam("b_starts"),
        windows.c.ends_at == bindparam("b_ends"),
    )
    .values(reminded_at=bindparam("b_now"))
)
_to_remind = (claims.c.window_id == bindparam("window"), claims.c.state == ClaimState.HELD)
_numbers = {
    "claim": claims.c.id,
    "amount": claims.c.amount - claims.c.handed,
    "price": func.coalesce(claims.c.price, 0),
}
_remind = fanout.notice_to(claims.c.resident_id, claims, *_to_remind, numbers=_numbers)
_remind_helpers = fanout.notice_to(helpers.c.id, claims.join(helpers, HELPED), *_to_remind, numbers=_numbers)


async def unreminded(unit: Unit, now: datetime, *, begun: bool = True) -> list[Window]:
    """Windows that are not over and of which nobody was reminded; those that have `begun`, or all."""
    return [Window(*row) for row in await unit.rows(_begun if begun else _unreminded, now=now)]


async def remind(unit: Unit, window: Window, *, subject: str, fields: dict[str, Any], now: datetime) -> int:
    """Remind those who have not collected in a window, and their helpers, once; how many were.

    Nobody, where it has another time by now than the one that was found: that one is in time for its own reminder.
    """
    if not await unit.run(_mark, b_window=window.id, b_starts=window.starts_at, b_ends=window.ends_at, b_now=now):
        return 0
    written = 0
    for statement, notice in ((_remind, REMINDER), (_remind_helpers, HELPER_REMINDER)):
        written += await fanout.send(
            unit,
            statement,
            notice=notice,
            key=(f"{notice}:{window.id}:{window.ends_at.isoformat()}:", ""),
            fields=fields,
            now=now,
            subject=subject,
            priority=Priority.REMINDER,
            expires_at=window.ends_at,
            window=window.id,
        )
    return written
