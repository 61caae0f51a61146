"""Who answers for a project's shifts."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, or_

from storage.reaching import WAYS
from storage.sql import bindparam, select
from storage.tables import Account, Resident, ResidentState, Role, RoleGrant, table_of
from storage.unit import Unit

grants, residents, accounts = table_of(RoleGrant), table_of(Resident), table_of(Account)


class Answers(NamedTuple):
    """Somebody with authority over a project, by one of their roles; `project_id` None is the whole town.

    `reachable`: they can be written to, on an account of theirs or a phone that they share.
    """

    resident_id: int
    name: str
    role: str
    project_id: int | None
    reachable: bool


_reachable = or_(
    *(each.where(whose == residents.c.id, accounts.c.reachable).correlate(residents).exists() for each, whose in WAYS)
)
_over = (
    select(residents.c.id, residents.c.name, grants.c.role, grants.c.project_id, _reachable, residents.c.state)
    .select_from(grants.join(residents, residents.c.id == grants.c.resident_id))
    .where(
        grants.c.ended_at.is_(None),
        or_(
            grants.c.role == Role.MAYOR,
            and_(
                grants.c.role == Role.COORDINATOR,
                or_(grants.c.project_id == bindparam("project_id"), grants.c.project_id.is_(None)),
            ),
        ),
    )
)


async def over(unit: Unit, project_id: int) -> list[Answers]:
    """Everybody with authority over a project: its coordinators, the town's, the mayors; by name."""
    # What residents are is looked at, and they are ordered, here: asked for it, SQLite would go through all residents.
    rows = await unit.rows(_over, project_id=project_id)
    found = [Answers(*row[:-1]) for row in rows if row[-1] == ResidentState.RESIDENT]
    return sorted(found, key=lambda one: (one.name, one.resident_id))
