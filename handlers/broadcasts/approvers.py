"""Whose yes counts: who may approve what goes to many, and whether there are enough of them."""

from __future__ import annotations

from storage.queries import broadcasts, roles
from storage.tables import Role
from storage.unit import Unit
from town.facts import NoApprover

APPROVERS = frozenset({Role.MAYOR, Role.COUNCIL, Role.COORDINATOR})
"""Whose yes counts: of those who hold one of these roles."""


async def approvers(unit: Unit, *, without: int) -> list[int]:
    """The residents who may approve a broadcast, but for who made it; their ids."""
    held = {grant.resident_id for grant in await roles.current(unit) if grant.role in APPROVERS}
    return sorted(held - {without})


async def enough_approvers(unit: Unit, *, by: int, needed: int) -> list[int]:
    """Those who may approve what somebody makes. Raises NoApprover where they are too few for it ever to go out."""
    others = await approvers(unit, without=by)
    if needed - 1 > len(others):
        raise NoApprover(needed=needed, there=len(others) + 1)
    return others


async def yes_that_count(unit: Unit, broadcast_id: int) -> frozenset[int]:
    """Who has said yes to a broadcast, and may still say so: whoever has lost their role since answers for nothing."""
    return await broadcasts.approved_by(unit, broadcast_id) & frozenset(await approvers(unit, without=0))
