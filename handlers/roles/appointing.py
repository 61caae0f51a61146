"""Appointing somebody: find them by name, choose the role, look once more, done."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import from_the_first, id_in, pages, pick, turned
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.roles import actions, views
from storage.queries import projects, roles
from storage.queries.projects import ProjectRow
from storage.tables import Role
from town.facts import NotFound
from town.text import clean

TYPED = "@typed"
"""Of a draft: the name that was looked for."""

MOST_FOUND = 24
ROLES = {"mayor": Role.MAYOR, "treasurer": Role.TREASURER, "council": Role.COUNCIL}
"""The choices that are not a coordinator."""


async def _ask_person(scene: Scene) -> Screen:
    await actions.must_be_mayor(scene.unit, scene.who)
    typed = scene.draft.get(TYPED)
    if typed is None:
        return Screen(views.ask_person())
    people = await roles.find_residents(scene.unit, typed, most=MOST_FOUND)
    return Screen(views.found(typed, people), pages(scene, [(person.name, str(person.id)) for person in people]))


async def _search(scene: Scene, text: str) -> Any:
    scene.draft[TYPED] = clean(text, 60)
    from_the_first(scene)
    return Stay()


async def _take_person(scene: Scene, value: str) -> Any:
    return turned(scene, value) or (await _resident(scene, id_in(value, "resident"))).id


async def _resident(scene: Scene, resident_id: int) -> roles.Person:
    known = await roles.resident(scene.unit, resident_id)
    if known is None:
        raise NotFound(what="resident")
    return known


async def _ask_role(scene: Scene) -> Screen:
    person = await _resident(scene, scene.draft["person"])
    choices = [pick(scene, role, label) for role, label in views.role_labels().items()]
    return Screen(views.ask_role(person.name), in_rows(choices))


async def _take_role(scene: Scene, value: str) -> Any:
    if value not in views.role_labels():
        raise NotFound(what="role")
    return value


async def _ask_project(scene: Scene) -> Screen:
    person = await _resident(scene, scene.draft["person"])
    known = await projects.listed(scene.unit)
    if not known:
        return Screen(views.no_project())
    return Screen(views.ask_project(person.name), pages(scene, [(one.name, str(one.id)) for one in known]))


async def _take_project(scene: Scene, value: str) -> Any:
    return turned(scene, value) or id_in(value, "project")


async def _choice(scene: Scene) -> tuple[roles.Person, Role, ProjectRow | None]:
    person = await _resident(scene, scene.draft["person"])
    chosen = scene.draft["role"]
    project = await projects.get(scene.unit, scene.draft["project"]) if chosen == "project" else None
    if chosen == "project" and project is None:
        raise NotFound(what="project")
    return person, ROLES.get(chosen, Role.COORDINATOR), project


async def _sure(scene: Scene) -> Screen:
    person, role, project = await _choice(scene)
    choices = [pick(scene, "yes", views.appoint_label())]
    return Screen(views.sure_to_appoint(person.name, role, project), in_rows(choices))


async def _yes(scene: Scene, value: str) -> Any:
    return True


async def _finish(scene: Scene) -> Screen:
    person, role, project = await _choice(scene)
    await actions.appoint(
        scene.unit,
        who=scene.who,
        resident_id=person.id,
        role=role,
        project_id=project.id if project is not None else None,
        now=scene.now,
    )
    return views.appointed(person.name, role, project)


WIZARD = Wizard(
    "appoint",
    [
        Step("person", _ask_person, typed=_search, tapped=_take_person, free=False),
        Step("role", _ask_role, tapped=_take_role, free=False),
        Step(
            "project",
            _ask_project,
            tapped=_take_project,
            free=False,
            when=lambda scene: scene.draft.get("role") == "project",
        ),
        Step("sure", _sure, tapped=_yes, free=False),
    ],
    _finish,
)
