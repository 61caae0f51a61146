"""The words of the coordinator's desk about one shift: its page, its roster, and what became of a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.desk.actions import Change
from handlers.desk.asking import clash
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.news_taps import TaskTap
from handlers.kit.place_words import kinds_line
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import CheckTap, DeskTap, HoursTap, SeriesTap, ShiftTap
from handlers.kit.topics import named, topic_name
from locales import _, a_span, ngettext
from storage.queries.roster import OnRoster
from storage.queries.shifts import ShiftRow
from storage.queries.skills import KindRow
from storage.tables import SignupState

ROSTER_PAGE = 25


def _to(do: str, id: int = 0, page: int = 0) -> str:
    return DeskTap(do=do, id=id, page=page).pack()


def shift(one: ShiftRow, skills: Sequence[KindRow], *, now: datetime, zone: ZoneInfo) -> Screen:
    """A shift at the desk, with what can still be done with it."""
    lines = [
        _("<b>{title}</b> ({project})", title=one.title, project=one.project),
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        Markup.escape(one.place),
        _("{taken} of {places} places taken", taken=one.taken, places=one.places),
    ]
    if skills:
        lines.append(_("Skills needed: {skills}", skills=named([topic_name(skill.topic) for skill in skills])))
        lines += [line for line in (kinds_line(skills),) if line]
    choices = [Choice(_("Roster"), _to("roster", one.id))]
    if one.cancelled_at is not None:
        lines.append(_("It was cancelled."))
    elif one.ends_at <= now:
        lines.append(_("It is over."))
        choices.append(Choice(_("Hours"), HoursTap(do="open", shift=one.id).pack()))
    elif one.starts_at <= now:
        lines.append(_("It is going on now."))
    else:
        if one.free > 0:
            choices.append(Choice(_("Call for hands"), TaskTap(do="ask", id=one.id).pack()))
        choices += [
            Choice(_("Change something"), _to("changes", one.id)),
            Choice(_("Cancel this shift"), _to("cancel", one.id)),
        ]
    if one.cancelled_at is None and now < one.ends_at:
        choices.append(Choice(_("Check-in code"), CheckTap(do="code", shift=one.id).pack()))
    if one.series_id is not None:
        choices.append(Choice(_("Its series"), SeriesTap(do="open", id=one.series_id).pack()))
    public = Choice(_("As residents see it"), ShiftTap(do="open", shift=one.id).pack())
    return Screen(Markup("\n").join(lines), (*in_rows(choices, 2), (back(_to("project", one.project_id)), public)))


def changes(one: ShiftRow, zone: ZoneInfo) -> Screen:
    """What can be changed of a shift that is still to come."""
    lines = [
        _("<b>{title}</b> ({project})", title=one.title, project=one.project),
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        _("What shall we change?"),
    ]
    choices = [
        Choice(_("Title"), _to("title", one.id)),
        Choice(_("Day and time"), _to("when", one.id)),
        Choice(_("Length"), _to("length", one.id)),
        Choice(_("Place"), _to("place", one.id)),
        Choice(_("Number of places"), _to("places", one.id)),
        Choice(_("Skills needed"), _to("skills", one.id)),
        back(_to("shift", one.id)),
        home(),
    ]
    return Screen(Markup("\n").join(lines), in_rows(choices, 2))


def roster(one: ShiftRow, people: Sequence[OnRoster], page: int, zone: ZoneInfo) -> Screen:
    shown, page = page_of(people, page, ROSTER_PAGE)
    coming = sum(person.state not in (SignupState.WAITING, SignupState.OFFERED) for person in people)
    lines = [
        _("<b>Roster: {title}</b>", title=one.title),
        Markup.escape(a_span(one.starts_at, one.ends_at, zone)),
        ngettext("{n} person", "{n} people", coming) if coming else _("Nobody has joined yet."),
    ]
    lines += [_on_roster(person) for person in shown]
    rows = menu(
        [],
        pages=pager(len(people), page, lambda to: _to("roster", one.id, to), ROSTER_PAGE),
        then=[back(_to("shift", one.id)), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def _on_roster(person: OnRoster) -> Markup:
    if person.state == SignupState.ATTENDED:
        return _("✓ {name} came", name=person.name)
    if person.state == SignupState.MISSED:
        return _("– {name} did not come", name=person.name)
    if person.state == SignupState.WAITING:
        return _("… {name} is on the waiting list", name=person.name)
    if person.state == SignupState.OFFERED:
        return _("? {name} has a place offered", name=person.name)
    if person.checked_in_at is not None:
        return _("✓ {name} is here", name=person.name)
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
    return Screen(Markup("\n").join(lines), in_rows(choices))


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
    return Screen(
        Markup("\n").join(lines),
        in_rows([Choice(_("The project"), _to("project", one.project_id)), Choice(_("The desk"), _to("home")), home()]),
    )


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
    return Screen(Markup("\n").join(lines), in_rows([*choices, home()]))


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
