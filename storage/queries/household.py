"""A phone that a home shares: an account through which others speak besides its own resident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, and_, delete, exists, func, null, or_, update

from storage.queries.speakers import COORDINATES
from storage.sql import bindparam, insert, select
from storage.tables import Account, Resident, ResidentState, Speaker, Steward, table_of
from storage.unit import Unit

accounts, residents, speakers, stewards = (table_of(model) for model in (Account, Resident, Speaker, Steward))

_here: BindParameter[int] = bindparam("account_id")
_this: BindParameter[int] = bindparam("resident_id")
_other = accounts.alias("other_accounts")
_share = insert(speakers).on_conflict_do_nothing(index_elements=["account_id", "resident_id"])
_take_off = delete(speakers).where(
    speakers.c.account_id == bindparam("b_account"), speakers.c.resident_id == bindparam("b_resident")
)
_not_speaking = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_account"), accounts.c.speaking_id == bindparam("b_resident"))
    .values(speaking_id=null())
)
_count = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_account"))
    .values(shared=exists().where(speakers.c.account_id == accounts.c.id))
)
_begin = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_account"), accounts.c.heard_at.is_(None))
    .values(heard_at=bindparam("b_now"))
)
_how_many = select(func.count()).select_from(speakers).where(speakers.c.account_id == _here)
_owner = select(accounts.c.resident_id).where(accounts.c.id == _here)
_owner_locked = _owner.with_for_update()
_elsewhere = select(
    or_(
        exists().where(_other.c.resident_id == _this, _other.c.reachable, _other.c.id != _here),
        exists().where(
            speakers.c.resident_id == _this,
            speakers.c.account_id == _other.c.id,
            _other.c.reachable,
            _other.c.id != _here,
        ),
        exists().where(
            and_(stewards.c.resident_id == _this, stewards.c.ended_at.is_(None), COORDINATES),
            and_(_other.c.resident_id == stewards.c.steward_id, _other.c.reachable),
        ),
    )
)
_name = select(residents.c.name).where(residents.c.id == _this, residents.c.state == ResidentState.RESIDENT)


async def share(unit: Unit, *, account_id: int, resident_id: int, now: datetime) -> bool:
    """Let somebody speak through an account. False when they do already."""
    row = {"account_id": account_id, "resident_id": resident_id, "made_at": now}
    is_new = await unit.run(_share, **row) == 1
    await unit.run(_begin, b_account=account_id, b_now=now)  # whoever holds it has just said who they are
    await recount(unit, account_id)
    return is_new


async def take_off(unit: Unit, *, account_id: int, resident_id: int) -> bool:
    """Let somebody not speak through an account any more. False when they did not."""
    was_there = await unit.run(_take_off, b_account=account_id, b_resident=resident_id) == 1
    await unit.run(_not_speaking, b_account=account_id, b_resident=resident_id)
    await recount(unit, account_id)
    return was_there


async def recount(unit: Unit, account_id: int) -> None:
    """Keep in an account whether anybody shares it: after whatever changes who does."""
    await unit.run(_count, b_account=account_id)


async def how_many(unit: Unit, account_id: int) -> int:
    """How many speak through an account besides its own resident."""
    return int(await unit.value(_how_many, account_id=account_id))


async def owner(unit: Unit, account_id: int) -> int | None:
    """The account's own resident, the account held for this transaction: of two who join it, one comes after the other.

    None for an account that is nobody's.
    """
    found: int | None = await unit.value(_owner if unit.is_sqlite else _owner_locked, account_id=account_id)
    return found


async def is_reached_elsewhere(unit: Unit, *, resident_id: int, account_id: int) -> bool:
    """Whether somebody could still be reached without this account: on another one, or through who speaks for them."""
    return bool(await unit.value(_elsewhere, resident_id=resident_id, account_id=account_id))


async def name_of(unit: Unit, resident_id: int) -> str | None:
    """The name of somebody who is a resident now."""
    found: str | None = await unit.value(_name, resident_id=resident_id)
    return found
