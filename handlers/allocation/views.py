"""What coordinators see of plans: how far they are, who is proposed and why, what stays open and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.allocation.actions import InWeek, OfProject, OfShift, Plan
from handlers.allocation.offering import Offered
from handlers.allocation.words import because, counted, how_far, left_out, still_open
from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import DeskTap, PlanTap
from locales import _, a_day, a_span, a_time, ngettext, short_day
from storage.queries import plans
from storage.queries.plan_lines import LineRow
from storage.queries.plans import PlanRow

PAGE = 5
"""Entries a page: with two to page, one more of ours and two to leave, a screen stays within ten choices."""

LABEL = 40


def to(do: str, id: int = 0, line: int = 0, page: int = 0, who: int = 0) -> str:
    return PlanTap(do=do, id=id, line=line, page=page, who=who).pack()


# -- a project, and the town -------------------------------------------------------------------------------------------


def project(of: OfProject) -> Screen:
    """Where a project's plans stand, this week and the next."""
    this, following = of.weeks
    text = paragraphs(
        _("<b>{project}</b>: who could take the open places", project=of.project.name),
        *(_week_line(one, is_next=one is following) for one in (following, this)),
    )
    rows: list[Row] = []
    for one, is_next in ((following, True), (this, False)):
        rows += [(choice,) for choice in _week_choices(of, one, is_next=is_next)]
    if any(one.plan is not None and one.plan.state == plans.WANTED for one in of.weeks):
        rows.append((Choice(_("Look again"), to("open", of.project.id)),))
    if of.everywhere:
        rows.append((Choice(_("The whole town"), to("town")),))
    return Screen(text, (*rows, (back(DeskTap(do="project", id=of.project.id).pack()), home())))


def town(all_of: Sequence[OfProject], page: int) -> Screen:
    """Where the plans of all projects stand."""
    having = [of for of in all_of if any(one.open or one.plan for one in of.weeks)]
    shown, page = page_of(having, page, PAGE - 1)
    entries = [
        Markup("{}. <b>{}</b>\n{}").format(
            number,
            of.project.name,
            Markup("\n").join(_week_line(one, is_next=at == 1) for at, one in enumerate(of.weeks)),
        )
        for number, of in enumerate(shown, 1)
    ]
    text = paragraphs(
        _("Who could take the town's open places? I propose for all projects together, so that nobody is asked twice."),
        *(entries or [_("There are no open places in this week or the next.")]),
    )
    opening = tuple(
        (Choice(cut(f"{number}. {of.project.name}", LABEL), to("open", of.project.id)),)
        for number, of in enumerate(shown, 1)
    )
    turn = pager(len(having), page, lambda at: to("town", page=at), PAGE - 1)
    making = (Choice(_("Suggest: next week"), to("all", 1)), Choice(_("Suggest: this week"), to("all")))
    return Screen(text, (*opening, *turn, making, (back(DeskTap(do="home").pack()), home())))


def _week_line(one: InWeek, *, is_next: bool) -> Markup:
    when = (
        _("Next week, from {day}", day=a_day(one.week)) if is_next else _("This week, from {day}", day=a_day(one.week))
    )
    return Markup("{}: {}").format(when, _state(one))


def _state(one: InWeek) -> Markup:
    free = ngettext("{n} place is open", "{n} places are open", one.open)
    if one.plan is None:
        return free
    if one.plan.state == plans.WANTED:
        return _("{free}; a proposal is being made", free=free)
    if one.plan.state == plans.FAILED:
        return _("{free}; no proposal could be made, please try again", free=free)
    if one.plan.state == plans.READY:
        count = one.lines[plans.PROPOSED]
        return ngettext(
            "{free}; {n} of them has somebody in a proposal that is not sent yet",
            "{free}; {n} of them have somebody in a proposal that is not sent yet",
            count,
            free=free,
        )
    return _("{free}; the proposal is sent: {how_far}", free=free, how_far=how_far(one.lines))


def _week_choices(of: OfProject, one: InWeek, *, is_next: bool) -> Iterable[Choice]:
    if one.plan is not None and one.plan.state in (plans.READY, plans.SENT):
        yield Choice(_("See: next week") if is_next else _("See: this week"), to("see", one.plan.id))
    if one.open and (one.plan is None or one.plan.state != plans.WANTED):
        yield Choice(
            _("Suggest: next week") if is_next else _("Suggest: this week"),
            to("make", of.project.id, 1 if is_next else 0),
        )


def being_made(of: OfProject) -> Screen:
    """A plan was asked for."""
    screen = project(of)
    return screen.before(_("I am looking for people. That may take a minute; I will write as soon as it is done."))


# -- one plan ----------------------------------------------------------------------------------------------------------


def plan(of: Plan, page: int, zone: ZoneInfo, *, said: str = "") -> Screen:
    """A plan, shift by shift."""
    shown, page = page_of(of.shifts, page, PAGE)
    entries = [
        Markup("{}. <b>{}</b>\n{}\n{}").format(
            number, one.shift.title, a_span(one.shift.starts_at, one.shift.ends_at, zone), _of_places(one)
        )
        for number, one in enumerate(shown, 1)
    ]
    text = paragraphs(said, _head(of.row), _summary(of), *entries)
    rows: list[Row] = [(_shift_button(number, one, of.row, zone),) for number, one in enumerate(shown, 1)]
    rows += pager(len(of.shifts), page, lambda at: to("see", of.row.id, page=at), PAGE)
    if of.row.state == plans.READY and of.lines:
        rows.append((Choice(_("Send the offers"), to("send", of.row.id)),))
    return Screen(text, (*rows, (back(to("open", of.row.project_id)), home())))


def shift(of: Plan, one: OfShift, page: int, zone: ZoneInfo, *, said: str = "") -> Screen:
    """One shift of a plan: who, and why."""
    shown, page = page_of(one.lines, page, PAGE)
    entries = [
        Markup("{}. <b>{}</b>{}\n<i>{}</i>").format(number, line.name, _answer(of.row, line), because(line, of.topics))
        for number, line in enumerate(shown, 1)
    ]
    text = paragraphs(
        said,
        Markup("<b>{}</b>\n{}").format(one.shift.title, a_span(one.shift.starts_at, one.shift.ends_at, zone)),
        "" if one.shift.cancelled_at is None else _("This shift was cancelled."),
        _of_places(one),
        *(entries or [_("Nobody is proposed for this shift.")]),
        *(still_open(skill, learner, places, why, of.topics) for skill, learner, places, why in one.left),
    )
    rows: list[Row] = []
    if of.row.state == plans.READY:
        rows += [
            (
                Choice(
                    cut(_("{n}. Without {name}", n=number, name=line.name).unescape(), LABEL),
                    to("drop", of.row.id, one.shift.id, page, line.resident_id),
                ),
            )
            for number, line in enumerate(shown, 1)
            if line.state == plans.PROPOSED
        ]
    rows += pager(len(one.lines), page, lambda at: to("shift", of.row.id, one.shift.id, at), PAGE)
    return Screen(text, (*rows, (back(to("see", of.row.id)), home())))


def removed(line: LineRow) -> Markup:
    """Somebody was taken out of a plan."""
    return _("{name} is not in the proposal any more, and hears nothing of it.", name=line.name)


def sent(row: PlanRow, done: Offered) -> Screen:
    """What sending a plan came to."""
    lines = [
        ngettext(
            "One offer is on its way. I will tell you when its place stays open.",
            "{n} offers are on their way. I will tell you when places stay open.",
            done.offered,
        )
        if done.offered
        else _("No offer went out.")
    ]
    if done.later:
        lines.append(
            ngettext(
                "One more goes out by itself, in a moment or when the master beside them has accepted.",
                "{n} more go out by themselves, in a moment or when the master beside them has accepted.",
                done.later,
            )
        )
    reasons: dict[str, list[str]] = {}
    for line, reason in done.left_out:
        reasons.setdefault(reason, []).append(line.name)
    lines += [left_out(reason, names) for reason, names in reasons.items()]
    see = Choice(_("See what becomes of it"), to("see", row.id))
    return Screen(paragraphs(_head(row), *lines), ((see,), (back(to("open", row.project_id)), home())))


# -- parts -------------------------------------------------------------------------------------------------------------


def _head(row: PlanRow) -> Markup:
    return _("<b>{project}</b>: proposal for the week from {day}", project=row.project, day=a_day(row.week))


def _summary(of: Plan) -> Markup:
    if of.row.state == plans.SENT:
        return _("Sent: {how_far}.", how_far=how_far(counted(of.lines)))
    placed, places = len(of.lines), of.row.found.get("places", 0)
    if not placed:
        return _("I found nobody for these places. Each shift's page says why.")
    return ngettext(
        "I found people for {placed} of {n} open place. Nothing is sent before you say so.",
        "I found people for {placed} of {n} open places. Nothing is sent before you say so.",
        places,
        placed=placed,
    )


def _of_places(one: OfShift) -> Markup:
    still = sum(places for _skill, _learner, places, _why in one.left)
    people = ngettext("{n} person proposed", "{n} people proposed", len(one.lines))
    if not still:
        return people
    return Markup("{}, {}").format(people, ngettext("{n} place stays open", "{n} places stay open", still))


def _answer(row: PlanRow, line: LineRow) -> Markup:
    """What became of a line, where the plan was sent."""
    if row.state != plans.SENT:
        return Markup()
    said = {
        plans.PROPOSED: _("their offer goes out later"),
        plans.OFFERED: _("has not answered yet"),
        plans.ACCEPTED: _("accepted"),
        plans.DECLINED: _("declined"),
        plans.LAPSED: _("came to nothing"),
    }[line.state]
    return Markup(": {}").format(said)


def _shift_button(number: int, one: OfShift, row: PlanRow, zone: ZoneInfo) -> Choice:
    day: date = one.shift.starts_at.astimezone(zone).date()
    label = cut(f"{number}. {short_day(day)} {a_time(one.shift.starts_at, zone)} {one.shift.title}", LABEL)
    return Choice(label, to("shift", row.id, one.shift.id))
