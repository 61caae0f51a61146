"""One notice to many residents in one statement, however many they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Insert, Text, cast, func, literal

from storage.outbox import TOPIC, outbox
from storage.sql import bindparam, insert, select
from storage.tables import OutboxState, Priority
from storage.unit import Unit

_GIVEN = (
    "notice",
    "fields",
    "subject",
    "broadcast_id",
    "priority",
    "made_at",
    "due_at",
    "expires_at",
    "state",
    "attempts",
)
_EMPTY = ("reference", "detail")


def notice_to(
    resident: ColumnElement[int],
    source: FromClause,
    *conditions: ColumnElement[bool],
    numbers: Mapping[str, ColumnElement[int]] | None = None,
) -> Insert:
    """An INSERT … SELECT that writes one notice for each resident of `source` under some conditions; for `send`.

    `numbers` are fields that each resident has their own of, beside those of `send`, which then must not be empty. The
    bind parameters that start with "n_" are `send`'s own.
    """
    given: list[ColumnElement[Any]] = [bindparam(f"n_{name}", type_=outbox.c[name].type) for name in (*_GIVEN, *_EMPTY)]
    for name, number in (numbers or {}).items():
        at = _GIVEN.index("fields")
        given[at] = literal(f'{{"{name}": ') + cast(number, Text()) + ", " + func.substr(given[at], 2)
    before, after = bindparam("n_before", type_=Text()), bindparam("n_after", type_=Text())
    chosen = select(resident, before + cast(resident, Text()) + after, *given).select_from(source).where(*conditions)
    names = ["resident_id", "dedupe_key", *_GIVEN, *_EMPTY]
    return insert(outbox).from_select(names, chosen).on_conflict_do_nothing(index_elements=["dedupe_key"])


async def send(
    unit: Unit,
    statement: Insert,
    *,
    notice: str,
    key: tuple[str, str],
    fields: Mapping[str, Any],
    now: datetime,
    subject: str = "",
    broadcast_id: int | None = None,
    priority: Priority = Priority.PERSONAL,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    **params: Any,
) -> int:
    """Write the notices of a statement made by `notice_to`, with its own `params`; returns how many are new.

    `key` is what stands before and after the resident's id in the dedupe key.
    """
    own = {
        "n_notice": notice,
        "n_fields": json.dumps(fields, ensure_ascii=False),
        "n_before": key[0],
        "n_after": key[1],
        "n_subject": subject,
        "n_broadcast_id": broadcast_id,
        "n_priority": int(priority),
        "n_made_at": now,
        "n_due_at": due_at or now,
        "n_expires_at": expires_at,
        "n_state": OutboxState.WAITING.value,
        "n_attempts": 0,
        "n_reference": "",
        "n_detail": "",
    }
    written = await unit.run(statement, **own, **params)
    if written:
        unit.announce(TOPIC)
    return written
