"""Who may speak through an account besides its own resident: others of the home, and those its resident helps."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, update

from storage.lease import RESIDENTS
from storage.sql import bindparam, insert, select
from storage.tables import Account, Deed, Resident, ResidentState, Role, RoleGrant, Speaker, Steward, table_of
from storage.unit import Unit

accounts, residents = table_of(Account), table_of(Resident)
speakers, stewards, deeds, grants = (table_of(model) for model in (Speaker, Steward, Deed, RoleGrant))


OTHERS = "@others"
"""In a conversation's data: where those stand who do not speak just now, as {resident's id: [state, data]}."""


class Voice(NamedTuple):
    """Somebody who may speak through an account. `helped`: its own resident speaks for them."""

    resident_id: int
    name: str
    state: str
    helped: bool


_of_home = exists().where(speakers.c.account_id == bindparam("account_id"), speakers.c.resident_id == residents.c.id)
COORDINATES = exists().where(
    grants.c.resident_id == stewards.c.steward_id,
    grants.c.role.in_([Role.COORDINATOR, Role.MAYOR]),
    grants.c.ended_at.is_(None),
)
"""Whether a steward still is a coordinator or the mayor: who is not any more speaks for nobody, at once."""

_helped = (
    exists()
    .where(
        stewards.c.resident_id == residents.c.id,
        stewards.c.steward_id == bindparam("owner_id"),
        stewards.c.ended_at.is_(None),
    )
    .where(COORDINATES)
)
_columns = (residents.c.id, residents.c.name, residents.c.state, and_(_helped, residents.c.id != bindparam("owner_id")))
_may = or_(residents.c.id == bindparam("owner_id"), _of_home, _helped)
_voice = select(*_columns).where(residents.c.id == bindparam("resident_id"), _may)
_locked = _voice.add_columns(func.pg_advisory_xact_lock(RESIDENTS, bindparam("resident_id")))
_at_home = (
    select(*_columns)
    .where(
        or_(residents.c.id == bindparam("owner_id"), _of_home),
        residents.c.state.in_([ResidentState.RESIDENT, ResidentState.APPLICANT]),
    )
    .order_by(residents.c.name, residents.c.id)
)
_where = (
    select(accounts.c.data, accounts.c.speaking_id, accounts.c.resident_id)
    .join(speakers, speakers.c.account_id == accounts.c.id)
    .where(speakers.c.resident_id == bindparam("resident_id"))
    .order_by(accounts.c.id)
)
_choose = update(accounts).where(accounts.c.id == bindparam("b_id")).values(speaking_id=bindparam("b_speaking"))


async def voice(unit: Unit, *, account_id: int, owner_id: int | None, resident_id: int) -> Voice | None:
    """A resident who may speak through this account, locked for this transaction; None for anybody else."""
    statement = _voice if unit.is_sqlite else _locked
    row = await unit.first(statement, account_id=account_id, owner_id=owner_id, resident_id=resident_id)
    if row is None:
        return None
    unit.locked_resident = resident_id
    return Voice(*row[: len(Voice._fields)])


async def of_home(unit: Unit, *, account_id: int, owner_id: int | None) -> list[Voice]:
    """Everybody who shares an account, its own resident among them, by name."""
    return [Voice(*row) for row in await unit.rows(_at_home, account_id=account_id, owner_id=owner_id)]


def own_part(data: str, *, speaks: int | None, resident_id: int) -> Any:
    """Of a conversation's data what is one resident's: `speaks` is who does now."""
    parts = json.loads(data)
    others = parts.pop(OTHERS, {})
    return parts if speaks == resident_id else others.get(str(resident_id), [None, {}])[1]


async def drafts(unit: Unit, resident_id: int) -> list[Any]:
    """What is kept of somebody's conversations on the phones of others that they share."""
    rows = await unit.rows(_where, resident_id=resident_id)
    return [own_part(row[0], speaks=row[1] or row[2], resident_id=resident_id) for row in rows]


async def choose(unit: Unit, *, account_id: int, speaking_id: int | None) -> None:
    """Write who speaks through an account from here on; None for its own resident."""
    await unit.run(_choose, b_id=account_id, b_speaking=speaking_id)


async def note_deed(unit: Unit, *, resident_id: int, steward_id: int, what: str, now: datetime) -> None:
    """Write down what a steward asked for on somebody's behalf."""
    await unit.execute(insert(deeds), {"resident_id": resident_id, "steward_id": steward_id, "what": what, "at": now})
