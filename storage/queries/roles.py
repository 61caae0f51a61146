"""Roles: who holds which now, who waits to be let in, and the codes that make the first mayor."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, update

from storage.sql import bindparam, insert, select
from storage.tables import Account, Project, Resident, ResidentState, Role, RoleGrant, SetupCode, table_of
from storage.unit import Unit
from town.dates import fold

grants, residents, projects = table_of(RoleGrant), table_of(Resident), table_of(Project)
accounts, codes = table_of(Account), table_of(SetupCode)

_held = select(grants.c.role, grants.c.project_id).where(
    grants.c.resident_id == bindparam("resident_id"), grants.c.ended_at.is_(None)
)


class Held(NamedTuple):
    """A role held now; `project_id` None is the whole town."""

    role: str
    project_id: int | None


async def held_by(unit: Unit, resident_id: int) -> frozenset[Held]:
    """The roles of a resident."""
    return frozenset(Held(*row) for row in await unit.rows(_held, resident_id=resident_id))


class Grant(NamedTuple):
    """One role of one resident; `project` is its name, None for the whole town."""

    id: int
    resident_id: int
    name: str
    role: str
    project_id: int | None
    project: str | None


_RANK = case(
    (grants.c.role == Role.MAYOR, 0),
    (grants.c.role == Role.TREASURER, 1),
    (grants.c.role == Role.COUNCIL, 3),
    else_=2,
)
_grants = (
    select(
        grants.c.id,
        grants.c.resident_id,
        residents.c.name,
        grants.c.role,
        grants.c.project_id,
        projects.c.name.label("project"),
    )
    .join(residents, residents.c.id == grants.c.resident_id)
    .outerjoin(projects, projects.c.id == grants.c.project_id)
    .where(grants.c.ended_at.is_(None))
    # The mayor first, then the treasurer, coordinators of the whole town, then by project, and the council last.
    .order_by(_RANK, func.coalesce(projects.c.name, ""), residents.c.name, grants.c.id)
)
_grant = _grants.where(grants.c.id == bindparam("grant_id"))
_mayors = (
    select(grants.c.resident_id)
    .join(residents, residents.c.id == grants.c.resident_id)
    .where(grants.c.role == Role.MAYOR, grants.c.ended_at.is_(None), residents.c.state == ResidentState.RESIDENT)
    .order_by(grants.c.id)
)
_mayors_locked = _mayors.with_for_update(of=grants)
_who_let_in = (
    select(grants.c.resident_id)
    .join(residents, residents.c.id == grants.c.resident_id)
    .where(
        or_(grants.c.role == Role.MAYOR, and_(grants.c.role == Role.COORDINATOR, grants.c.project_id.is_(None))),
        grants.c.ended_at.is_(None),
        residents.c.state == ResidentState.RESIDENT,
    )
    .distinct()
    .order_by(grants.c.resident_id)
)
_give = insert(grants).on_conflict_do_nothing().returning(grants.c.id)
_end = (
    update(grants)
    .where(
        grants.c.resident_id == bindparam("b_resident"),
        grants.c.role == bindparam("b_role"),
        func.coalesce(grants.c.project_id, 0) == bindparam("b_project"),
        grants.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("b_now"), ended_by=bindparam("b_by"))
    .returning(grants.c.id)
)


async def current(unit: Unit) -> list[Grant]:
    """Every role that is held now."""
    return [Grant(*row) for row in await unit.rows(_grants)]


async def grant(unit: Unit, grant_id: int) -> Grant | None:
    """One role that is held now."""
    row = await unit.first(_grant, grant_id=grant_id)
    return Grant(*row) if row is not None else None


async def mayors(unit: Unit, *, lock: bool = False) -> list[int]:
    """The ids of the mayors.

    `lock`: nobody else ends their roles until this transaction is over, so that the last one is seen as the last.
    """
    statement = _mayors_locked if lock and not unit.is_sqlite else _mayors
    return [row.resident_id for row in await unit.rows(statement)]


async def who_let_in(unit: Unit) -> list[int]:
    """The ids of those who may let people in: the mayors, and the coordinators of the whole town."""
    return [row.resident_id for row in await unit.rows(_who_let_in)]


async def give(
    unit: Unit, *, resident_id: int, role: str, project_id: int | None, by: int | None, now: datetime
) -> int | None:
    """Write a role; None when they hold it already, else the grant's id."""
    found = await unit.value(
        _give, resident_id=resident_id, role=role, project_id=project_id, granted_by=by, granted_at=now
    )
    return None if found is None else int(found)


async def end(unit: Unit, *, resident_id: int, role: str, project_id: int | None, by: int, now: datetime) -> int | None:
    """End a role; None when they do not hold it, else the grant's id."""
    found = await unit.value(_end, b_resident=resident_id, b_role=role, b_project=project_id or 0, b_now=now, b_by=by)
    return None if found is None else int(found)


# -- residents and applicants ------------------------------------------------------------------------------------------


class Person(NamedTuple):
    """A resident or applicant as a list shows them."""

    id: int
    name: str
    street: str


_people = (
    select(residents.c.id, residents.c.name, residents.c.street)
    .where(residents.c.state == bindparam("state"))
    .order_by(residents.c.name, residents.c.id)
)
_person = select(residents.c.id, residents.c.name, residents.c.street).where(
    residents.c.id == bindparam("resident_id"), residents.c.state == bindparam("state")
)
_move = (
    update(residents)
    .where(residents.c.id == bindparam("b_id"), residents.c.state == bindparam("b_from"))
    .values(state=bindparam("b_to"))
)
_move_in = _move.values(joined_at=bindparam("b_now"))
_count_in = select(func.count()).select_from(residents).where(residents.c.state == bindparam("state"))


async def find_residents(unit: Unit, text: str, *, most: int = 24) -> list[Person]:
    """Residents whose name has every word of `text` in it, without regard to case and accents; by name.

    Compared here, not in SQL: SQLite folds the case of ASCII only, and neither database drops accents by itself.
    """
    words = fold(text).split()
    everybody = await unit.rows(_people, state=ResidentState.RESIDENT)
    found = (Person(*row) for row in everybody if all(word in fold(row.name) for word in words))
    return [person for person, _ in zip(found, range(most), strict=False)] if words else []


async def resident(unit: Unit, resident_id: int) -> Person | None:
    """Somebody who is a resident now."""
    row = await unit.first(_person, resident_id=resident_id, state=ResidentState.RESIDENT)
    return Person(*row) if row is not None else None


async def applicants(unit: Unit) -> list[Person]:
    """Those who wait to be let in."""
    return [Person(*row) for row in await unit.rows(_people, state=ResidentState.APPLICANT)]


async def applicant(unit: Unit, resident_id: int) -> Person | None:
    row = await unit.first(_person, resident_id=resident_id, state=ResidentState.APPLICANT)
    return Person(*row) if row is not None else None


async def count_applicants(unit: Unit) -> int:
    return int(await unit.value(_count_in, state=ResidentState.APPLICANT))


async def admit(unit: Unit, resident_id: int, now: datetime) -> bool:
    """Make an applicant a resident from now on. False when that was answered before."""
    params = {"b_id": resident_id, "b_from": ResidentState.APPLICANT, "b_to": ResidentState.RESIDENT, "b_now": now}
    return await unit.run(_move_in, **params) == 1


async def decline(unit: Unit, resident_id: int) -> bool:
    """Put an applicant aside. False when that was answered before."""
    params = {"b_id": resident_id, "b_from": ResidentState.APPLICANT, "b_to": ResidentState.LEFT}
    return await unit.run(_move, **params) == 1


# -- setup codes -------------------------------------------------------------------------------------------------------

_end_codes = (
    update(codes)
    .where(and_(codes.c.used_at.is_(None), codes.c.expires_at > bindparam("b_now")))
    .values(expires_at=bindparam("b_now"))
)
_make_code = insert(codes)
_use_code = (
    update(codes)
    .where(codes.c.digest == bindparam("b_digest"), codes.c.used_at.is_(None), codes.c.expires_at > bindparam("b_now"))
    .values(used_at=bindparam("b_now"), used_by=bindparam("b_account"))
)
_code = select(codes.c.used_at, codes.c.expires_at).where(codes.c.digest == bindparam("digest"))


async def make_code(unit: Unit, *, digest: str, now: datetime, expires_at: datetime) -> None:
    """Write a setup code; older ones that were not used end."""
    await unit.run(_end_codes, b_now=now)
    await unit.run(_make_code, digest=digest, expires_at=expires_at)


async def use_code(unit: Unit, *, digest: str, account_id: int, now: datetime) -> bool:
    """Use a code up: True for exactly one of all who try."""
    return await unit.run(_use_code, b_digest=digest, b_account=account_id, b_now=now) == 1


async def code_is_good(unit: Unit, *, digest: str, now: datetime) -> bool | None:
    """Whether a code can still be used; None when there never was such a code."""
    row = await unit.first(_code, digest=digest)
    return None if row is None else row.used_at is None and row.expires_at > now
