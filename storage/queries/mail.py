"""Notices that their residents open: those that came as a short word, and all of which is read now."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, update

from storage.outbox import UNSENT, outbox
from storage.sql import bindparam, select
from storage.tables import OutboxState
from storage.unit import Unit


class Letter(NamedTuple):
    """A notice to one resident; `fields` is JSON text."""

    id: int
    resident_id: int | None
    notice: str
    fields: str
    state: str
    detail: str
    expires_at: datetime | None


async def letter(unit: Unit, row_id: int) -> Letter | None:
    """A notice by its row, whosever it is."""
    row = await unit.first(_letter, b_id=row_id)
    return None if row is None else Letter(*row)


async def last_short(unit: Unit, *, account_id: int, resident_id: int) -> Letter | None:
    """The latest of a resident's notices that this account was sent as a template."""
    row = await unit.first(_last_short, b_account=account_id, b_resident=resident_id)
    return None if row is None else Letter(*row)


async def note_read(unit: Unit, row_id: int, *, account_id: int, now: datetime) -> None:
    """Note that a notice was read, in this account.

    One that was to be sent once more (the channel had said meanwhile that it failed) has arrived by that.
    """
    await unit.run(_note_read, b_id=row_id, b_account=account_id, b_now=now)


_columns = tuple(outbox.c[name] for name in Letter._fields)
_letter = select(*_columns).where(outbox.c.id == bindparam("b_id"))
_last_short = (
    select(*_columns)
    .where(
        outbox.c.account_id == bindparam("b_account"),
        outbox.c.resident_id == bindparam("b_resident"),
        outbox.c.state == OutboxState.SENT,
        outbox.c.template != "",
    )
    .order_by(outbox.c.sent_at.desc(), outbox.c.id.desc())
    .limit(1)
)
_note_read = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), or_(outbox.c.state == OutboxState.SENT, UNSENT))
    .values(
        state=OutboxState.SENT,
        account_id=case((outbox.c.state == OutboxState.SENT, outbox.c.account_id), else_=bindparam("b_account")),
        sent_at=func.coalesce(outbox.c.sent_at, bindparam("b_now")),
        detail="",
        delivered_at=func.coalesce(outbox.c.delivered_at, bindparam("b_now")),
        read_at=func.coalesce(outbox.c.read_at, bindparam("b_now")),
    )
)
