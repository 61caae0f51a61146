"""The words of the coordinator's desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.desk.actions import Change
from handlers.desk.asking import clash
from handlers.kit.capability import Command
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap, HoursTap, ShiftTap, TownTap
from handlers.kit.topics import named, topic_name
from locales import N_, _, a_span, a_time, ngettext, short_day
from storage.queries.projects import ProjectRow
from storage.queries.roster import OnRoster
from storage.queries.shifts import ShiftRow
from storage.queries.topics import INTEREST, Named
from storage.tables import SignupState
from town.week import local

COMMANDS = (
    Command("desk", N_("Your desk: projects, shifts and rosters"), N_("desk|my desk|my projects"), role="coordinator"),
)
ROSTER_PAGE = 25
SHIFTS_PAGE = 4  # with two to page and four other ways: ten choices
PROJECTS_PAGE = 3  # with two to page and five other ways


def _join(lines: Sequence[str]) -> Markup:
    return Markup("\n").join(lines)


def _to(do: str, id: int = 0, page: int = 0) -> str:
    return DeskTap(do=do, id=id, page=page).pack()


def _desk() -> Choice:
    return Choice(_("The desk"), _to("home"))


# -- the desk and its projects ---------------------------------------------------------------------------------------


def desk(projects: Sequence[ProjectRow], page: int, *, everywhere: bool, rosters: int, applicants: int) -> Screen:
    """`rosters` shifts wait for their hours; `applicants` wait to be let in."""
    size = PROJECTS_PAGE if everywhere else PROJECTS_PAGE + 2  # who has no more to do than their projects
    shown, page = page_of(projects, page, size)
    lines = [_("<b>Your desk</b>")]
    if projects:
        lines.append(_("Which project is it about?"))
    else:
        lines.append(_("There is no project yet: begin the first one."))
    if rosters:
        lines.append(ngettext("The hours of {n} shift wait for you.", "The hours of {n} shifts wait for you.", rosters))
    then = []
    if rosters:
        then.append(Choice(_("Confirm hours"), HoursTap(do="list", shift=0).pack()))
    if projects:
        then.append(Choice(_("New shift"), _to("new")))
    if everywhere:
        then.append(Choice(_("New project"), _to("newproject")))
    if applicants:
        lines.append(ngettext("{n} person waits to join.", "{n} people wait to join.", applicants))
        then.append(Choice(_("Waiting to join"), TownTap(do="waiting").pack()))
    rows = menu(
        [(project.name, _to("project", project.id)) for project in shown],
        pages=pager(len(projects), page, lambda to: _to("home", page=to), size),
        then=[*then, home()],
    )
    return Screen(_join(lines), rows)


def project(one: ProjectRow, shifts: Sequence[ShiftRow], page: int, *, awaiting: int, zone: ZoneInfo) -> Screen:
    """A project with its shifts to come; `awaiting` past ones wait for their hours."""
    shown, page = page_of(shifts, page, SHIFTS_PAGE)
    lines = _about(one)
    lines.append(_("<b>Coming shifts</b>") if shifts else _("No shift is planned yet."))
    lines += [_shift_line(shift, zone) for shift in shown]
    then = [Choice(_("New shift"), _to("new", one.id))]
    if awaiting:
        lines.append(
            ngettext("The hours of {n} shift wait for you.", "The hours of {n} shifts wait for you.", awaiting)
        )
        then.append(Choice(_("Confirm hours"), _to("past", one.id)))
    then += [Choice(_("Change the project"), _to("particulars", one.id)), back(_to("home"))]
    rows = menu(
        [(_when_label(shift, zone), _to("shift", shift.id)) for shift in shown],
        pages=pager(len(shifts), page, lambda to: _to("project", one.id, to), SHIFTS_PAGE),
        then=then,
    )
    return Screen(_join(lines), rows)


def particulars(one: ProjectRow) -> Screen:
    choices = [
        Choice(_("Name"), _to("rename", one.id)),
        Choice(_("Place"), _to("move", one.id)),
        Choice(_("Interest"), _to("interest", one.id)),
        back(_to("project", one.id)),
        home(),
    ]
    return Screen(_join([*_about(one), _("What shall we change?")]), in_rows(choices))


def _about(one: ProjectRow) -> list[Markup]:
    lines = [_("<b>{name}</b>, {place}", name=one.name, place=one.place)]
    if one.interest is not None:
        name = topic_name(Named(one.interest_id or 0, INTEREST, one.interest))
        lines.append(_("For people who like: {interest}", interest=name))
    return lines


def past(one: ProjectRow, shifts: Sequence[ShiftRow], page: int, zone: ZoneInfo) -> Screen:
    """The shifts of a project that wait for their hours."""
    shown, page = page_of(shifts, page)
    lines = [_("<b>{name}: hours to confirm</b>", name=one.name)]
    lines += [_shift_line(shift, zone) for shift in shown]
    if not shifts:
        lines.append(_("All hours are confirmed. Thank you!"))
    rows = menu(
        [(_when_label(shift, zone), HoursTap(do="open", shift=shift.id).pack()) for shift in shown],
        pages=pager(len(shifts), page, lambda to: _to("past", one.id, to)),
        then=[back(_to("project", one.id)), home()],
    )
    return Screen(_join(lines), rows)


def _when_label(shift: ShiftRow, zone: ZoneInfo) -> str:
    return f"{short_day(local(shift.starts_at, zone).date())} {a_time(shift.starts_at, zone)}"


def _shift_line(shift: ShiftRow, zone: ZoneInfo) -> Markup:
    return _(
        "{day} {start}–{end}: {title}, {taken} of {places} places taken",
        day=short_day(local(shift.starts_at, zone).date()),
        start=a_time(shift.starts_at, zone),
        end=a_time(shift.ends_at, zone),
        title=shift.title,
        taken=shift.taken,
        places=shift.places,
    )


# -- one shift -------------------------------------------------------------------------------------------------------


def shift(one: ShiftRow, skills: Sequence[Named], *, now: datetime, zone: ZoneInfo) -> Screen:
    """A shift at the desk, with what can still be done with it."""
    lines = [
        _("<b>{title}</b> ({project})", title=one.title, project=one.project),
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        Markup.escape(one.place),
        _("{taken} of {places} places taken", taken=one.taken, places=one.places),
    ]
    if skills:
        lines.append(_("Skills needed: {skills}", skills=named([topic_name(skill) for skill in skills])))
    choices = [Choice(_("Roster"), _to("roster", one.id))]
    if one.cancelled_at is not None:
        lines.append(_("It was cancelled."))
    elif one.ends_at <= now:
        lines.append(_("It is over."))
        choices.append(Choice(_("Hours"), HoursTap(do="open", shift=one.id).pack()))
    elif one.starts_at <= now:
        lines.append(_("It is going on now."))
    else:
        choices += [
            Choice(_("Title"), _to("title", one.id)),
            Choice(_("Day and time"), _to("when", one.id)),
            Choice(_("Length"), _to("length", one.id)),
            Choice(_("Place"), _to("place", one.id)),
            Choice(_("Number of places"), _to("places", one.id)),
            Choice(_("Skills needed"), _to("skills", one.id)),
            Choice(_("Cancel this shift"), _to("cancel", one.id)),
        ]
    public = Choice(_("As residents see it"), ShiftTap(do="open", shift=one.id).pack())
    return Screen(_join(lines), (*in_rows(choices, 2), (back(_to("project", one.project_id)), public)))


def roster(one: ShiftRow, people: Sequence[OnRoster], page: int, zone: ZoneInfo) -> Screen:
    shown, page = page_of(people, page, ROSTER_PAGE)
    lines = [
        _("<b>Roster: {title}</b>", title=one.title),
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        ngettext("{n} person", "{n} people", len(people)) if people else _("Nobody has joined yet."),
    ]
    lines += [_on_roster(person) for person in shown]
    rows = menu(
        [],
        pages=pager(len(people), page, lambda to: _to("roster", one.id, to), ROSTER_PAGE),
        then=[back(_to("shift", one.id)), home()],
    )
    return Screen(_join(lines), rows)


def _on_roster(person: OnRoster) -> Markup:
    if person.state == SignupState.ATTENDED:
        return _("✓ {name} came", name=person.name)
    if person.state == SignupState.MISSED:
        return _("– {name} did not come", name=person.name)
    if person.coming_at is not None:
        return _("✓ {name} is coming", name=person.name)
    return _("· {name} holds a place", name=person.name)


def sure_to_cancel(one: ShiftRow, zone: ZoneInfo) -> Screen:
    lines = [
        _("Cancel “{title}”?", title=one.title),
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        will_tell(one.taken),
    ]
    choices = [Choice(_("Yes, cancel it"), _to("cancelled", one.id)), Choice(_("No, keep it"), _to("shift", one.id))]
    return Screen(_join(lines), in_rows(choices))


def will_tell(people: int) -> Markup:
    if not people:
        return _("Nobody is on it, so nobody needs to be told.")
    return ngettext("I tell the {n} person who is on it.", "I tell all {n} people who are on it.", people)


def told(people: int) -> Markup:
    if not people:
        return _("Nobody had to be told.")
    return ngettext("{n} person is being told.", "{n} people are being told.", people)


def cancelled(one: ShiftRow, people: int) -> Screen:
    lines = [_("“{title}” is cancelled.", title=one.title), told(people)]
    return Screen(_join(lines), in_rows([Choice(_("The project"), _to("project", one.project_id)), _desk(), home()]))


def changed(done: Change, zone: ZoneInfo) -> Screen:
    one = done.shift
    head = _("<b>{title}</b> ({project}) is changed:", title=one.title, project=one.project)
    if done.same:
        head = _("<b>{title}</b> ({project}) stays as it was:", title=one.title, project=one.project)
    lines = [
        head,
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        Markup.escape(one.place),
        _("{taken} of {places} places taken", taken=one.taken, places=one.places),
        told(done.told),
    ]
    if done.clashing:
        lines.append(clash(done.clashing))
    choices = [Choice(_("The shift"), _to("shift", one.id)), Choice(_("The project"), _to("project", one.project_id))]
    return Screen(_join(lines), in_rows([*choices, home()]))


def published(one: ShiftRow, zone: ZoneInfo) -> Screen:
    text = _(
        "<b>{title}</b> is up: {when}, {place}. Residents find it under /shifts.",
        title=one.title,
        when=a_span(one.starts_at, one.ends_at, zone),
        place=one.place,
    )
    choices = [
        Choice(_("The shift"), _to("shift", one.id)),
        Choice(_("Another shift"), _to("new", one.project_id)),
        Choice(_("The project"), _to("project", one.project_id)),
        home(),
    ]
    return Screen(text, in_rows(choices))


def project_kept(one: ProjectRow, *, new: bool) -> Screen:
    if not new:
        return particulars(one)
    text = _("<b>{name}</b> is a project of the town now. What about a first shift?", name=one.name)
    choices = [
        Choice(_("New shift"), _to("new", one.id)),
        Choice(_("The project"), _to("project", one.id)),
        _desk(),
        home(),
    ]
    return Screen(text, in_rows(choices))
