"""The words of the mayor's desk: roles, and who is let in."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.goods_taps import OrderTap
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.news_taps import BoardTap
from handlers.kit.poll_taps import PollTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap, TownTap
from locales import N_, _, ngettext
from storage.queries.projects import ProjectRow
from storage.queries.roles import Grant, Person
from storage.tables import Role

COMMANDS = (Command("town", N_("The town's affairs: roles, settings, joining"), N_("town|the town"), role="mayor"),)


def to(do: str, id: int = 0, page: int = 0, key: str = "") -> str:
    return TownTap(do=do, id=id, page=page, key=key).pack()


def town_way() -> Choice:
    return Choice(_("The town"), to("home"))


def town_home(name: str, applicants: int) -> Screen:
    lines = [_("<b>{town}</b>: the town's affairs", town=name)]
    if applicants:
        lines.append(ngettext("{n} person waits to join.", "{n} people wait to join.", applicants))
    choices = [
        Choice(_("Roles"), to("roles")),
        Choice(_("Waiting to join"), to("waiting")),
        Choice(_("Settings"), to("settings")),
        Choice(_("Skills"), to("topics", key="skill")),
        Choice(_("Interests"), to("topics", key="interest")),
        Choice(_("Projects and shifts"), DeskTap(do="home").pack()),
        Choice(_("Takings"), OrderTap(do="takings").pack()),
        Choice(_("Polls"), PollTap(do="open").pack()),
        Choice(_("Groups and channels"), BoardTap(do="list").pack()),
        home(),
    ]
    return Screen(Markup("\n").join(lines), in_rows(choices))


# -- roles -----------------------------------------------------------------------------------------------------------


def role_name(role: str, project: str | None) -> Markup:
    if role == Role.MAYOR:
        return _("mayor")
    if role == Role.TREASURER:
        return _("treasurer")
    if role == Role.COUNCIL:
        return _("council member")
    if project:
        return _("coordinator of {project}", project=project)
    return _("coordinator of the whole town")


def roles(held: Sequence[Grant], page: int) -> Screen:
    shown, page = page_of(held, page)
    lines = [_("<b>Roles</b>")]
    lines += [_("{name}: {role}", name=grant.name, role=role_name(grant.role, grant.project)) for grant in shown]
    rows = menu(
        [(grant.name, to("role", grant.id)) for grant in shown],
        pages=pager(len(held), page, lambda turned: to("roles", page=turned)),
        then=[Choice(_("Appoint somebody"), to("appoint")), back(to("home"))],
    )
    return Screen(Markup("\n").join(lines), rows)


def role(grant: Grant) -> Screen:
    text = _("{name} is {role}.", name=grant.name, role=role_name(grant.role, grant.project))
    choices = [Choice(_("Take the role back"), to("end", grant.id)), back(to("roles")), home()]
    return Screen(text, in_rows(choices))


def sure_to_end(grant: Grant, *, own: bool) -> Screen:
    role = role_name(grant.role, grant.project)
    if own:
        text = _("Give up your own role, {role}? Somebody else would have to give it back to you.", role=role)
    else:
        text = _("Take back {name}'s role, {role}? I tell them.", name=grant.name, role=role)
    choices = [Choice(_("Yes, take it back"), to("ended", grant.id)), Choice(_("No, leave it"), to("role", grant.id))]
    return Screen(text, in_rows(choices))


def ended(grant: Grant, *, still_mayor: bool) -> Screen:
    text = _("{name} is no longer {role}.", name=grant.name, role=role_name(grant.role, grant.project))
    ways = [Choice(_("Roles"), to("roles")), town_way()] if still_mayor else []
    return Screen(text, in_rows([*ways, home()]))


def ask_person() -> Markup:
    return _("Whom shall we appoint? Write a name, or part of it.")


def found(typed: str, people: Sequence[Person]) -> Markup:
    if not people:
        return _("I find no resident called “{typed}”. Please write it another way.", typed=typed)
    lines = [_("Whom do you mean? If none of these, write the name again.")]
    lines += [_("{name}, {street}", name=person.name, street=person.street) for person in people]
    return Markup("\n").join(lines)


def ask_role(name: str) -> Markup:
    return _("What shall {name} be?", name=name)


def role_labels() -> dict[str, str]:
    labels = {
        "project": _("Coordinator of a project"),
        "town": _("Town coordinator"),
        "treasurer": _("Treasurer"),
        "council": _("Council member"),
        "mayor": _("Mayor"),
    }
    return {role: label.unescape() for role, label in labels.items()}


def ask_project(name: str) -> Markup:
    return _("Which project shall {name} coordinate?", name=name)


def no_project() -> Markup:
    return _("There is no project yet. Begin one at the desk first: /desk")


def sure_to_appoint(name: str, role: str, project: ProjectRow | None) -> Markup:
    called = role_name(role, project.name if project is not None else None)
    return _("Make {name} {role}? I tell them.", name=name, role=called)


def appoint_label() -> str:
    return _("Yes, appoint").unescape()


def appointed(name: str, role: str, project: ProjectRow | None) -> Screen:
    called = role_name(role, project.name if project is not None else None)
    text = _("{name} is {role} now, and is being told.", name=name, role=called)
    return Screen(text, in_rows([Choice(_("Roles"), to("roles")), town_way(), home()]))


# -- joining ---------------------------------------------------------------------------------------------------------


def waiting(people: Sequence[Person], page: int, *, mayor: bool) -> Screen:
    shown, page = page_of(people, page)
    lines = [_("<b>Waiting to join</b>")]
    lines += [_("{name}, {street}", name=person.name, street=person.street) for person in shown]
    if not people:
        lines.append(_("Nobody waits."))
    way = back(to("home") if mayor else DeskTap(do="home").pack())
    rows = menu(
        [(person.name, to("applicant", person.id)) for person in shown],
        pages=pager(len(people), page, lambda turned: to("waiting", page=turned)),
        then=[way, home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def applicant(person: Person) -> Screen:
    text = _("{name}, {street}, would like to join.", name=person.name, street=person.street)
    choices = [
        Choice(_("Let them in"), to("letin", person.id)),
        Choice(_("Not now"), to("turnaway", person.id)),
        back(to("waiting")),
        home(),
    ]
    return Screen(text, in_rows(choices))


def answered(name: str, *, joined: bool) -> Screen:
    if joined:
        text = _("{name} is a resident now, and is being told.", name=name)
    else:
        text = _("{name} is told that it can't be now.", name=name)
    return Screen(text, in_rows([Choice(_("All who wait"), to("waiting")), home()]))


# -- setup codes -----------------------------------------------------------------------------------------------------


def ask_code() -> Screen:
    text = _("Send me the setup code, for example /setup KMPT-4R7X. Whoever runs the town's program can make one.")
    return Screen(text, in_rows([home()]))


def is_mayor(name: str) -> Screen:
    text = _(
        "<b>{name}, you are the mayor now.</b> The town's affairs are under /town: appoint coordinators first, then "
        "the projects begin under /desk.",
        name=name,
    )
    return Screen(text, in_rows([town_way(), Choice(_("The desk"), DeskTap(do="home").pack()), home()]))


def code_trouble(sentence: Markup) -> Screen:
    return Screen(sentence, in_rows([home()]))
