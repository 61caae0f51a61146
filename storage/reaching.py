"""Which accounts reach a resident: their own, the phones of their home that they share, and their steward's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, union

from storage.addresses import accounts
from storage.sql import bindparam, select
from storage.tables import Speaker, Steward, table_of

speakers, stewards = table_of(Speaker), table_of(Steward)

_stands = stewards.c.ended_at.is_(None)
WAYS: tuple[tuple[Select[Any], ColumnElement[int]], ...] = (
    (select(accounts.c.id), accounts.c.resident_id),
    (select(accounts.c.id).join(speakers, speakers.c.account_id == accounts.c.id), speakers.c.resident_id),
    (select(accounts.c.id).join(stewards, stewards.c.steward_id == accounts.c.resident_id).where(_stands),
     stewards.c.resident_id),
)  # fmt: skip
"""Accounts, each with whom it reaches."""


def reaching(resident: ColumnElement[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether this resident has an account that meets the conditions, of their own or to be reached by."""
    return or_(
        *(
            each.where(whose == resident, *conditions).correlate_except(*each.get_final_froms()).exists()
            for each, whose in WAYS
        )
    )


def reaches(
    resident: ColumnElement[int], account: ColumnElement[int], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether an account can be written to that reaches this resident, or else is this one; with these conditions."""
    is_open = (accounts.c.reachable, *conditions)
    own = select(accounts.c.id).where(accounts.c.id == account, *is_open).correlate_except(accounts)
    return or_(reaching(resident, *is_open), own.exists())


_here = (accounts.c.channel == bindparam("b_channel"), accounts.c.address == bindparam("b_address"))
WHO_IS_HERE = union(*(each.with_only_columns(whose).where(*_here) for each, whose in WAYS))
"""The residents whom the account at the parameters `b_channel` and `b_address` reaches."""
