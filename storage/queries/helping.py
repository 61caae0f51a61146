"""Residents without a phone: who speaks for them, and what was done on their behalf."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, update

from storage.queries.speakers import COORDINATES
from storage.sql import bindparam, insert, select
from storage.tables import (
    Account,
    Deed,
    LinkCode,
    Resident,
    ResidentState,
    Role,
    RoleGrant,
    Shift,
    Speaker,
    Steward,
    table_of,
)
from storage.unit import Unit

accounts, residents, stewards = table_of(Account), table_of(Resident), table_of(Steward)
deeds, grants, speakers, shifts = (table_of(model) for model in (Deed, RoleGrant, Speaker, Shift))
codes = table_of(LinkCode)
_who = residents.alias("who_helps")


class Helped(NamedTuple):
    """Somebody for whom a coordinator speaks, or for whom nobody does any more: `steward_id` and `steward` are None.

    `consent` is how they agreed to it, and `consent_at` when.
    """

    resident_id: int
    name: str
    street: str
    steward_id: int | None
    steward: str | None
    consent: str
    consent_at: datetime


class Did(NamedTuple):
    """Something that a steward asked for on somebody's behalf: `what` is a tap's data, a command, or "answer: …"."""

    resident_id: int
    name: str
    steward: str
    what: str
    at: datetime


_stands = stewards.c.ended_at.is_(None)
_has_own = exists().where(accounts.c.resident_id == residents.c.id)
_has_phone = or_(_has_own, exists().where(speakers.c.resident_id == residents.c.id))
_each = stewards.alias("each_steward")
_latest = select(func.max(_each.c.id)).where(_each.c.resident_id == residents.c.id).scalar_subquery()
_list = (
    select(
        residents.c.id,
        residents.c.name,
        residents.c.street,
        _who.c.id.label("steward_id"),
        _who.c.name.label("steward"),
        stewards.c.consent,
        stewards.c.consent_at,
    )
    .select_from(
        stewards.join(residents, residents.c.id == stewards.c.resident_id).outerjoin(
            _who, (_who.c.id == stewards.c.steward_id) & _stands
        )
    )
    .where(
        stewards.c.id == _latest,
        residents.c.state == ResidentState.RESIDENT,
        or_(_stands, ~_has_phone),
    )
    .order_by(residents.c.name, residents.c.id)
)
_one = _list.where(residents.c.id == bindparam("resident_id"))
_make = insert(stewards).on_conflict_do_nothing().returning(stewards.c.id)
_end = (
    update(stewards)
    .where(stewards.c.resident_id == bindparam("b_resident"), stewards.c.steward_id == bindparam("b_steward"), _stands)
    .values(ended_at=bindparam("b_now"), ended_by=bindparam("b_by"))
)
_end_codes = (
    update(codes)
    .where(
        codes.c.resident_id == bindparam("b_resident"),
        codes.c.account_id.in_(select(accounts.c.id).where(accounts.c.resident_id == bindparam("b_steward"))),
        codes.c.expires_at > bindparam("b_now"),
    )
    .values(expires_at=bindparam("b_now"))
)
_holds = select(stewards.c.id).where(
    stewards.c.resident_id == bindparam("resident_id"),
    stewards.c.steward_id == bindparam("steward_id"),
    _stands,
    COORDINATES,
)
_holds_locked = _holds.with_for_update(of=stewards)
_name = select(residents.c.name).where(
    residents.c.id == bindparam("resident_id"), residents.c.state == ResidentState.RESIDENT
)
_owns = select(exists().where(accounts.c.resident_id == bindparam("resident_id")))
_shares = select(exists().where(speakers.c.resident_id == bindparam("resident_id")))
_did = (
    select(deeds.c.resident_id, residents.c.name, _who.c.name.label("steward"), deeds.c.what, deeds.c.at)
    .select_from(
        deeds.join(residents, residents.c.id == deeds.c.resident_id).join(_who, _who.c.id == deeds.c.steward_id)
    )
    .where(deeds.c.at >= bindparam("since"))
    .order_by(deeds.c.at.desc(), deeds.c.id.desc())
    .limit(bindparam("most"))
)
_did_for = _did.where(deeds.c.resident_id == bindparam("resident_id"))
_speaks = select(stewards.c.resident_id).where(stewards.c.steward_id == bindparam("steward_id"), _stands)
_spoke = (
    select(stewards.c.resident_id)
    .where(stewards.c.steward_id == bindparam("steward_id"), or_(_stands, stewards.c.ended_at >= bindparam("since")))
    .distinct()
)
_of = select(stewards.c.steward_id).where(stewards.c.resident_id == bindparam("resident_id"), _stands)
_of_locked = _of.with_for_update()
_spoke_for = select(stewards.c.steward_id).where(
    stewards.c.resident_id == bindparam("resident_id"), or_(_stands, stewards.c.ended_at >= bindparam("since"))
)
_to_end = (
    select(stewards.c.resident_id, residents.c.name, _who.c.id, _who.c.name, _has_own)
    .select_from(
        stewards.join(residents, residents.c.id == stewards.c.resident_id).join(
            _who, _who.c.id == stewards.c.steward_id
        )
    )
    .where(
        _stands,
        or_(
            ~COORDINATES,
            _who.c.state != ResidentState.RESIDENT,
            residents.c.state != ResidentState.RESIDENT,
            _has_own,
        ),
    )
    .order_by(stewards.c.id)
)
_coordinators = (
    select(residents.c.id, residents.c.name)
    .where(
        residents.c.state == ResidentState.RESIDENT,
        exists().where(
            grants.c.resident_id == residents.c.id,
            grants.c.role.in_([Role.COORDINATOR, Role.MAYOR]),
            grants.c.ended_at.is_(None),
        ),
    )
    .order_by(residents.c.name, residents.c.id)
)


async def everybody(unit: Unit) -> list[Helped]:
    """All for whom somebody speaks, and those for whom nobody does any more though they have no phone; by name."""
    return [Helped(*row) for row in await unit.rows(_list)]


async def one(unit: Unit, resident_id: int) -> Helped | None:
    row = await unit.first(_one, resident_id=resident_id)
    return None if row is None else Helped(*row)


async def begin(
    unit: Unit, *, resident_id: int, steward_id: int, consent: str, consent_at: datetime, now: datetime
) -> bool:
    """Let somebody speak for a resident. False when somebody does already."""
    made = await unit.value(
        _make, resident_id=resident_id, steward_id=steward_id, consent=consent, consent_at=consent_at, made_at=now
    )
    return made is not None


async def end(unit: Unit, *, resident_id: int, steward_id: int, by: int | None, now: datetime) -> bool:
    """This steward speaks for a resident no more; `by` None: it follows from another thing. False when they did not."""
    if not await unit.run(_end, b_resident=resident_id, b_steward=steward_id, b_by=by, b_now=now):
        return False
    await end_codes(unit, resident_id=resident_id, steward_id=steward_id, now=now)
    return True


async def end_codes(unit: Unit, *, resident_id: int, steward_id: int, now: datetime) -> None:
    """Let no code of a resident's be good any more that this steward asked for, and no question that came of one."""
    await unit.run(_end_codes, b_resident=resident_id, b_steward=steward_id, b_now=now)


async def hold(unit: Unit, *, resident_id: int, steward_id: int) -> bool:
    """Have this steward go on speaking for a resident until this transaction is over. False when they do not."""
    statement = _holds if unit.is_sqlite else _holds_locked
    return await unit.value(statement, resident_id=resident_id, steward_id=steward_id) is not None


async def name_of(unit: Unit, resident_id: int) -> str | None:
    """The name of somebody who is a resident now."""
    found: str | None = await unit.value(_name, resident_id=resident_id)
    return found


async def has_own_account(unit: Unit, resident_id: int) -> bool:
    return bool(await unit.value(_owns, resident_id=resident_id))


async def shares_a_phone(unit: Unit, resident_id: int) -> bool:
    """Whether somebody speaks through a phone of their home."""
    return bool(await unit.value(_shares, resident_id=resident_id))


async def did(unit: Unit, *, since: datetime, most: int, resident_id: int | None = None) -> list[Did]:
    """What stewards did, for one resident or (None) for all, the newest first."""
    if resident_id is None:
        return [Did(*row) for row in await unit.rows(_did, since=since, most=most)]
    return [Did(*row) for row in await unit.rows(_did_for, since=since, most=most, resident_id=resident_id)]


async def of(unit: Unit, resident_id: int, *, lock: bool = False) -> int | None:
    """Who speaks for a resident; locked, nobody ends that before this transaction is over."""
    statement = _of_locked if lock and not unit.is_sqlite else _of
    found: int | None = await unit.value(statement, resident_id=resident_id)
    return found


async def spoken_for(unit: Unit, steward_id: int, *, since: datetime | None = None) -> frozenset[int]:
    """The residents for whom somebody speaks now, or did at some time since then."""
    if since is None:
        return frozenset(row[0] for row in await unit.rows(_speaks, steward_id=steward_id))
    return frozenset(row[0] for row in await unit.rows(_spoke, steward_id=steward_id, since=since))


async def stewards_of(unit: Unit, resident_id: int, *, since: datetime) -> frozenset[int]:
    """Who speaks for a resident now, or did at some time since then: they are not asked what is so of it."""
    return frozenset(row[0] for row in await unit.rows(_spoke_for, resident_id=resident_id, since=since))


def spoken_for_by(
    resident: ColumnElement[int], steward: ColumnElement[int], shift: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether somebody speaks for a resident, or did when a shift began or later: their hours of it are not theirs to
    confirm."""
    began = select(shifts.c.starts_at).where(shifts.c.id == shift).scalar_subquery()
    return exists().where(
        stewards.c.steward_id == steward,
        stewards.c.resident_id == resident,
        or_(_stands, stewards.c.ended_at >= began),
    )


class Over(NamedTuple):
    """Somebody for whom `steward` cannot speak any more; `has_own`: because they have an account of their own."""

    resident_id: int
    name: str
    steward_id: int
    steward: str
    has_own: bool


async def to_end(unit: Unit) -> list[Over]:
    """Those whose steward is no coordinator any more, and those who speak for themselves by now."""
    return [Over(*row) for row in await unit.rows(_to_end)]


async def coordinators(unit: Unit) -> list[tuple[int, str]]:
    """Everybody who may speak for somebody: the mayors and coordinators, by name."""
    return [(row[0], row[1]) for row in await unit.rows(_coordinators)]
