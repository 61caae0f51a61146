"""Authority: who may do what, from the roles in the same transaction (a tap is a request, whoever forged it)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.roles import codes
from storage import outbox
from storage.queries import places, projects, roles
from storage.tables import ResidentState, Role
from storage.unit import Unit
from town.facts import AlreadyRole, CodeUsed, CodeWrong, LastMayor, NotAllowed, NotFound, OtherBusy


@dataclass(frozen=True, slots=True)
class Duties:
    """What a resident answers for. `projects` are ids; `everywhere`: the mayor, or a coordinator of the whole town.

    `books`: the town's money, as its treasurer or the mayor.
    """

    mayor: bool
    everywhere: bool
    projects: frozenset[int]
    books: bool = False

    def covers(self, project_id: int) -> bool:
        return self.everywhere or project_id in self.projects

    @property
    def any(self) -> bool:
        return self.everywhere or bool(self.projects)


async def duties_of(unit: Unit, resident_id: int | None) -> Duties:
    """The duties of a resident now."""
    held = await roles.held_by(unit, resident_id) if resident_id is not None else frozenset()
    mayor = any(grant.role == Role.MAYOR for grant in held)
    return Duties(
        mayor=mayor,
        everywhere=mayor or any(grant.role == Role.COORDINATOR and grant.project_id is None for grant in held),
        projects=frozenset(grant.project_id for grant in held if grant.project_id is not None),
        books=mayor or any(grant.role == Role.TREASURER for grant in held),
    )


async def duties_here(unit: Unit, who: Who) -> Duties:
    """The duties of who speaks now: none for who is no resident, nor for whom a steward speaks, since a role is one's
    own."""
    return await duties_of(unit, who.resident_id if who.is_resident and who.steward_id is None else None)


def must_be_resident(who: Who) -> int:
    """Their id. Raises NotAllowed for who is no resident, or not any more."""
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    return who.me


async def must_be_mayor(unit: Unit, who: Who) -> Duties:
    """Raises NotAllowed."""
    duties = await duties_here(unit, who)
    if not duties.mayor:
        raise NotAllowed(needed="mayor")
    return duties


async def must_coordinate(unit: Unit, who: Who, project_id: int | None = None) -> Duties:
    """The duties of somebody who coordinates this project (or, without one, any). Raises NotAllowed."""
    duties = await duties_here(unit, who)
    if not (duties.any if project_id is None else duties.covers(project_id)):
        raise NotAllowed(needed="a coordinator" if project_id is None else "coordinator")
    return duties


async def must_coordinate_town(unit: Unit, who: Who) -> Duties:
    """The duties of the mayor or a coordinator of the whole town. Raises NotAllowed."""
    duties = await duties_here(unit, who)
    if not duties.everywhere:
        raise NotAllowed(needed="town coordinator")
    return duties


async def must_keep_books(unit: Unit, who: Who) -> Duties:
    """The duties of the treasurer or the mayor. Raises NotAllowed."""
    duties = await duties_here(unit, who)
    if not duties.books:
        raise NotAllowed(needed="treasurer")
    return duties


# -- the first mayor ---------------------------------------------------------------------------------------------------


async def make_setup_code(unit: Unit, *, now: datetime) -> str:
    """A new one-time code ("KMPT-4R7X") whose first sender is the mayor, for 24 hours. It ends older unused ones."""
    code = codes.new_code()
    letters = code.replace("-", "")
    await roles.make_code(unit, digest=codes.digest_of(letters), now=now, expires_at=now + codes.LASTS)
    return code


async def check_setup_code(unit: Unit, *, code: str, now: datetime) -> None:
    """Whether a code could be used now. Raises CodeWrong or CodeUsed."""
    letters = codes.code_in(code)
    good = await roles.code_is_good(unit, digest=codes.digest_of(letters), now=now) if letters else None
    if good is None:
        raise CodeWrong()
    if not good:
        raise CodeUsed()


async def try_setup_code(unit: Unit, *, seat: Seat, code: str, now: datetime) -> None:
    """The same for a code that somebody sent: their wrong ones are counted, and only so many are looked at in an hour.

    Raises CodeWrong, CodeUsed or TooManyTries. Whoever calls this answers them: a fact that leaves the update undoes
    the counting.
    """
    with codes.counted(seat, now):
        await check_setup_code(unit, code=code, now=now)


async def use_setup_code(unit: Unit, *, resident_id: int, account_id: int, code: str, now: datetime) -> None:
    """Make a resident mayor by a code, which is used up. Raises CodeWrong, CodeUsed, AlreadyRole (it stays good)."""
    await check_setup_code(unit, code=code, now=now)
    if (await duties_of(unit, resident_id)).mayor:
        raise AlreadyRole()
    digest = codes.digest_of(codes.code_in(code) or "")
    if not await roles.use_code(unit, digest=digest, account_id=account_id, now=now):
        raise CodeUsed()  # somebody was faster since the check
    await roles.give(unit, resident_id=resident_id, role=Role.MAYOR, project_id=None, by=None, now=now)
    _changed(unit, resident_id)


async def claim_setup_code(unit: Unit, *, who: Who, code: str, now: datetime) -> None:
    """Make the sender of a setup code mayor; an applicant is let in by it, since nobody else might be there to do so.

    Raises CodeWrong, CodeUsed, AlreadyRole, and NotAllowed for somebody who has not signed up: the code stays good.
    """
    await check_setup_code(unit, code=code, now=now)
    if who.resident_id is None or who.has_to_sign_up:
        raise NotAllowed(needed="resident")
    if who.resident_state == ResidentState.APPLICANT:
        admitted = await roles.admit(unit, who.resident_id, now)
        if not admitted and await roles.resident(unit, who.resident_id) is None:  # turned away in this very moment
            raise NotAllowed(needed="resident")
    await use_setup_code(unit, resident_id=who.resident_id, account_id=who.account_id, code=code, now=now)


# -- giving roles and taking them back ---------------------------------------------------------------------------------


async def appoint(unit: Unit, *, who: Who, resident_id: int, role: str, project_id: int | None, now: datetime) -> None:
    """Give a resident a role; they are told. A coordinator's is of a project, or with None of the whole town.

    Raises NotAllowed, NotFound, AlreadyRole, or OtherBusy when they are changing something at this moment.
    """
    await must_be_mayor(unit, who)
    if role not in list(Role) or (role != Role.COORDINATOR and project_id is not None):
        raise NotFound(what="role")
    if not await places.try_lock(unit, resident_id):  # they may be made one with somebody, whose roles it would be
        raise OtherBusy
    if await roles.resident(unit, resident_id) is None:
        raise NotFound(what="resident")
    project = await projects.get(unit, project_id) if project_id is not None else None
    if project_id is not None and project is None:
        raise NotFound(what="project")
    grant_id = await roles.give(unit, resident_id=resident_id, role=role, project_id=project_id, by=who.me, now=now)
    if grant_id is None:
        raise AlreadyRole()
    name = project.name if project is not None else ""
    await _tell(unit, "role.given", grant_id, resident_id, who=who, role=role, project=name, now=now)


async def take_back(
    unit: Unit, *, who: Who, resident_id: int, role: str, project_id: int | None, now: datetime
) -> None:
    """End a role. They are told, unless they gave it up themselves. Raises NotAllowed, NotFound, LastMayor."""
    # Locked before the check, so that of two mayors who end each other's role at once, one remains.
    mayors = await roles.mayors(unit, lock=True)
    await must_be_mayor(unit, who)
    if role == Role.MAYOR and mayors == [resident_id]:
        raise LastMayor()
    grant_id = await roles.end(unit, resident_id=resident_id, role=role, project_id=project_id, by=who.me, now=now)
    if grant_id is None:
        raise NotFound(what="role")
    name = await projects.name_of(unit, project_id) if project_id is not None else ""
    await _tell(unit, "role.ended", grant_id, resident_id, who=who, role=role, project=name, now=now)


async def _tell(
    unit: Unit, notice: str, grant_id: int, resident_id: int, *, who: Who, role: str, project: str, now: datetime
) -> None:
    _changed(unit, resident_id)
    if resident_id == who.resident_id:
        return
    # Of a role given and ended at once, only the end is true when it is delivered.
    await outbox.withdraw(unit, f"role:{grant_id}")
    row = outbox.new_row(
        notice=notice,
        resident_id=resident_id,
        dedupe_key=f"{notice}:{grant_id}",
        subject=f"role:{grant_id}",
        now=now,
        role=role,
        project=project,
        by=who.name,
    )
    await outbox.put(unit, [row])


def _changed(unit: Unit, resident_id: int) -> None:
    """Let the channels know that somebody's menu is another one now."""
    unit.announce(f"roles:{resident_id}")
