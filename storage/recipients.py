"""Where the rows of the outbox may go: the accounts that reach a resident, and what they have turned off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Text, case, cast, literal, null, union_all

from storage.addresses import COLUMNS, USED_AT, Address
from storage.dispatch_rows import Taken
from storage.outbox import accounts
from storage.reaching import speakers, stewards
from storage.sql import bindparam, select
from storage.tables import Mute, Resident, table_of
from storage.unit import Unit

mutes, residents = table_of(Mute), table_of(Resident)


@dataclass(slots=True)
class Recipient:
    """Where a row may go, to whom (`name`; nobody's is a group's), and the topics turned off.

    `addresses` can be reached: the resident's own, the one they prefer first and then the most recently used; then the
    phones of their home that they share, and last their steward's (`Address.owner_id` tells whose each is).
    """

    addresses: list[Address] = field(default_factory=list)
    muted: set[str] = field(default_factory=set)
    name: str = ""


async def recipients(unit: Unit, taken: Sequence[Taken]) -> list[Recipient]:
    """The recipient of each of these rows, in one query."""
    residents = {row.resident_id: Recipient() for row in taken if row.resident_id is not None}
    groups = {row.group_id: Recipient() for row in taken if row.group_id is not None}
    for row in await unit.rows(_recipients, residents=[*residents], groups=[*groups]):
        whose = groups[row.id] if row.whose is None else residents[row.whose]
        if row.topic is not None:
            whose.muted.add(row.topic)
        elif row.id is None:
            whose.name = row.for_name
        else:
            whose.addresses.append(Address(*row[1 : 1 + len(Address._fields)]))
    return [residents[row.resident_id] if row.group_id is None else groups[row.group_id] for row in taken]  # type: ignore[index]  # to one of them


_NOBODY = tuple(cast(null(), column.type) for column in COLUMNS)
_NO_NAME = cast(null(), Text).label("for_name")
_NAME_IF_SHARED = (
    select(residents.c.name)
    .where(residents.c.id == accounts.c.resident_id, accounts.c.shared)
    .correlate(accounts)
    .scalar_subquery()
    .label("for_name")
)
"""On a phone of the home a notice says for whom it is, even to whom the phone belongs."""
_NO_TOPIC = cast(null(), Text).label("topic")
_these = bindparam("residents", expanding=True, type_=Integer())
_OWN, _OF_HOME, _OF_STEWARD = 1, 2, 3


def _addressed(whose: ColumnElement[int], name: Any, rank: Any, source: FromClause, *conditions: Any) -> Any:
    """Accounts that reach these residents; the lower the rank, the sooner they are tried."""
    chosen = select(whose.label("whose"), *COLUMNS, name, _NO_TOPIC, rank.label("rank"), USED_AT.label("used"))
    return chosen.select_from(source).where(whose.in_(_these), accounts.c.reachable, *conditions)


_recipients = union_all(
    _addressed(accounts.c.resident_id, _NAME_IF_SHARED, case((accounts.c.preferred, 0), else_=_OWN), accounts),
    _addressed(
        speakers.c.resident_id,
        residents.c.name,
        literal(_OF_HOME),
        speakers.join(accounts, accounts.c.id == speakers.c.account_id).join(
            residents, residents.c.id == speakers.c.resident_id
        ),
    ),
    _addressed(
        stewards.c.resident_id,
        residents.c.name,
        literal(_OF_STEWARD),
        stewards.join(accounts, accounts.c.resident_id == stewards.c.steward_id).join(
            residents, residents.c.id == stewards.c.resident_id
        ),
        stewards.c.ended_at.is_(None),
    ),
    select(cast(null(), Integer), *COLUMNS, _NO_NAME, _NO_TOPIC, literal(_OWN), accounts.c.created_at).where(
        accounts.c.id.in_(bindparam("groups", expanding=True, type_=Integer())),
        accounts.c.reachable,
    ),
    select(mutes.c.resident_id, *_NOBODY, _NO_NAME, mutes.c.topic, literal(_OWN), mutes.c.at).where(
        mutes.c.resident_id.in_(_these)
    ),
    select(residents.c.id, *_NOBODY, residents.c.name, _NO_TOPIC, literal(_OWN), residents.c.joined_at).where(
        residents.c.id.in_(_these)
    ),
)
_order = _recipients.selected_columns
_recipients = _recipients.order_by(_order.rank, _order.used.desc(), _order.id)
