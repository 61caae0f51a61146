"""The words of the coordinator's desk."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.helping.taps import AidTap
from handlers.kit.capability import Command
from handlers.kit.goods_taps import ClaimTap, OrderTap, StockTap
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.news_taps import BoardTap, CampaignTap, CastTap, NewsTap, ReachTap, TaskTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import (
    ContestTap,
    DeskTap,
    HoursTap,
    LabourTap,
    PlanTap,
    PowerTap,
    ReportTap,
    SeriesTap,
    SkillTap,
    StandingTap,
    TownTap,
)
from handlers.kit.topics import topic_name
from handlers.merging.taps import MergeTap
from handlers.roles.actions import Duties
from locales import N_, _, a_time, ngettext, short_day
from storage.queries.projects import ProjectRow
from storage.queries.shifts import ShiftRow
from storage.queries.topics import INTEREST, Named
from town.week import local

COMMANDS = (
    Command("desk", N_("Your desk: projects, shifts and rosters"), N_("desk|my desk|my projects"), role="coordinator"),
)
SHIFTS_PAGE = 3  # with two to page and five other ways: ten choices
PROJECTS_PAGE = 3  # with two to page and five other ways


def _join(lines: Sequence[str]) -> Markup:
    return Markup("\n").join(lines)


def _to(do: str, id: int = 0, page: int = 0) -> str:
    return DeskTap(do=do, id=id, page=page).pack()


def _desk() -> Choice:
    return Choice(_("The desk"), _to("home"))


# -- the desk and its projects ---------------------------------------------------------------------------------------


def desk(
    projects: Sequence[ProjectRow], page: int, *, everywhere: bool, rosters: int, applicants: int, undelivered: int
) -> Screen:
    """`rosters` shifts wait for their hours; `applicants` wait to be let in; `undelivered` notices reached nobody."""
    size = PROJECTS_PAGE if everywhere else PROJECTS_PAGE + 1  # who lets nobody in
    if undelivered and rosters and (applicants or not everywhere):  # one choice more than there is room for
        size -= 1
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
    if everywhere and not projects:
        then.append(_new_project())
    if applicants:
        lines.append(ngettext("{n} person waits to join.", "{n} people wait to join.", applicants))
        then.append(Choice(_("Waiting to join"), TownTap(do="waiting").pack()))
    if undelivered:
        lines.append(ngettext("{n} notice reached nobody.", "{n} notices reached nobody.", undelivered))
        then.append(Choice(_("Not delivered"), ReachTap(do="undelivered").pack()))
    rows = menu(
        [(project.name, _to("project", project.id)) for project in shown],
        pages=pager(len(projects), page, lambda to: _to("home", page=to), size),
        then=[*then, Choice(_("More at the desk"), _to("more")), home()],
    )
    return Screen(_join(lines), rows)


def more(*, everywhere: bool) -> Screen:
    """What else there is at the desk; `everywhere`: for somebody with authority over the whole town."""
    of_the_town = [
        _new_project(),
        Choice(_("Skills and masters"), SkillTap(do="desk").pack()),
        Choice(_("Electricity"), PowerTap(do="open").pack()),
        Choice(_("People made one"), MergeTap(do="list").pack()),
    ]
    of_a_project = [
        Choice(_("Pick-up desk"), ClaimTap(do="desk", id=0).pack()),
        Choice(_("Takings"), OrderTap(do="takings").pack()),
    ]
    choices = [
        Choice(_("Speak to people"), _to("speak")),
        Choice(_("Hours and labour"), _to("labour")),
        Choice(_("Goods"), StockTap(do="home").pack()),
        *(of_the_town if everywhere else of_a_project),
        Choice(_("People without a phone"), AidTap(do="list").pack()),
        _desk(),
        home(),
    ]
    return Screen(_("<b>More at the desk</b>"), in_rows(choices, 2))


def labour(*, everywhere: bool) -> Screen:
    """What there is about people's hours."""
    choices = [
        Choice(_("Reported hours"), ReportTap(do="list").pack()),
        Choice(_("Contested hours"), ContestTap(do="list").pack()),
        Choice(_("The town's labour"), LabourTap(do="open").pack()),
        *([Choice(_("Exemptions"), StandingTap(do="exempts").pack())] if everywhere else []),
    ]
    return Screen(_("<b>Hours and labour</b>"), (*in_rows(choices, 2), (back(_to("more")), home())))


def speak(duties: Duties) -> Screen:
    """How one speaks to many people, and what was said."""
    choices = [
        Choice(_("Write to people"), CastTap(do="new").pack()),
        Choice(_("All messages"), CastTap(do="list").pack()),
        Choice(_("Call for hands"), TaskTap(do="which").pack()),
        Choice(_("Not delivered"), ReachTap(do="undelivered").pack()),
    ]
    if duties.everywhere:
        choices += [
            Choice(_("Campaigns"), CampaignTap(do="list").pack()),
            Choice(_("Warn everybody"), CastTap(do="urgent").pack()),
        ]
    if duties.mayor:
        choices += [
            Choice(_("The weekly update"), NewsTap(do="draft").pack()),
            Choice(_("Groups and channels"), BoardTap(do="list").pack()),
        ]
    text = _("Write to everybody or to some, look for hands, and see what became of it.")
    rows = (*in_rows(choices, 2), (back(_to("more")), home()))
    return Screen(Markup("{}\n{}").format(_("<b>Speak to people</b>"), text), rows)


def _new_project() -> Choice:
    return Choice(_("New project"), _to("newproject"))


def project(one: ProjectRow, shifts: Sequence[ShiftRow], page: int, *, awaiting: int, zone: ZoneInfo) -> Screen:
    """A project with its shifts to come; `awaiting` past ones wait for their hours."""
    shown, page = page_of(shifts, page, SHIFTS_PAGE)
    lines = _about(one)
    lines.append(_("<b>Coming shifts</b>") if shifts else _("No shift is planned yet."))
    lines += [_shift_line(shift, zone) for shift in shown]
    then = [
        Choice(_("New shift"), _to("new", one.id)),
        Choice(_("Suggest people"), PlanTap(do="open", id=one.id).pack()),
    ]
    if awaiting:
        lines.append(
            ngettext("The hours of {n} shift wait for you.", "The hours of {n} shifts wait for you.", awaiting)
        )
        then.append(Choice(_("Confirm hours"), _to("past", one.id)))
    then += [Choice(_("More of the project"), _to("particulars", one.id)), back(_to("home"))]
    rows = menu(
        [(_when_label(shift, zone), _to("shift", shift.id)) for shift in shown],
        pages=pager(len(shifts), page, lambda to: _to("project", one.id, to), SHIFTS_PAGE),
        then=then,
    )
    return Screen(_join(lines), rows)


def particulars(one: ProjectRow) -> Screen:
    choices = [
        Choice(_("Shifts that come again"), SeriesTap(do="project", id=one.id).pack()),
        Choice(_("Goods"), StockTap(do="home", id=one.id).pack()),
        Choice(_("Name"), _to("rename", one.id)),
        Choice(_("Place"), _to("move", one.id)),
        Choice(_("Interest"), _to("interest", one.id)),
        back(_to("project", one.id)),
        home(),
    ]
    return Screen(_join([*_about(one), _("What would you like to see or change?")]), in_rows(choices))


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
