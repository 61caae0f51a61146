"""Projects: the list, one of them, making and changing them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, update

from storage.sql import bindparam, insert, select
from storage.tables import Project, Topic, table_of
from storage.unit import Unit

projects, topics = table_of(Project), table_of(Topic)
others = projects.alias("others")


class ProjectRow(NamedTuple):
    """A project; `interest` is the name of the interest it answers to, None without one."""

    id: int
    name: str
    place: str
    interest_id: int | None
    interest: str | None


_listed = (
    select(projects.c.id, projects.c.name, projects.c.place, projects.c.interest_id, topics.c.name.label("interest"))
    .outerjoin(topics, topics.c.id == projects.c.interest_id)
    .where(projects.c.archived_at.is_(None))
    .order_by(projects.c.name, projects.c.id)
)
_one = _listed.where(projects.c.id == bindparam("project_id"))
_name = select(projects.c.name).where(projects.c.id == bindparam("project_id"))
_make = insert(projects).on_conflict_do_nothing(index_elements=["name"]).returning(projects.c.id)
_rename = (
    update(projects)
    .where(
        projects.c.id == bindparam("b_id"),
        ~exists().where(others.c.name == bindparam("b_name"), others.c.id != bindparam("b_id")),
    )
    .values(name=bindparam("b_name"))
)
_move = update(projects).where(projects.c.id == bindparam("b_id")).values(place=bindparam("b_place"))
_interest = update(projects).where(projects.c.id == bindparam("b_id")).values(interest_id=bindparam("b_interest"))


async def listed(unit: Unit) -> list[ProjectRow]:
    """Every project that goes on, by name."""
    return [ProjectRow(*row) for row in await unit.rows(_listed)]


async def get(unit: Unit, project_id: int) -> ProjectRow | None:
    """A project that goes on."""
    row = await unit.first(_one, project_id=project_id)
    return ProjectRow(*row) if row is not None else None


async def name_of(unit: Unit, project_id: int) -> str:
    """The name of a project, also of one that has ended; empty when there is none."""
    return str(await unit.value(_name, project_id=project_id) or "")


async def make(unit: Unit, *, name: str, place: str, interest_id: int | None, now: datetime) -> int | None:
    """Write a project; None when the name is taken, else its id."""
    found = await unit.value(_make, name=name, place=place, interest_id=interest_id, created_at=now)
    return None if found is None else int(found)


async def rename(unit: Unit, project_id: int, name: str) -> bool:
    """False when the name is taken."""
    return await unit.run(_rename, b_id=project_id, b_name=name) == 1


async def move(unit: Unit, project_id: int, place: str) -> None:
    """Give a project another place; shifts that are planned keep theirs."""
    await unit.run(_move, b_id=project_id, b_place=place)


async def set_interest(unit: Unit, project_id: int, interest_id: int | None) -> None:
    await unit.run(_interest, b_id=project_id, b_interest=interest_id)
