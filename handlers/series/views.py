"""What a coordinator sees of series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.desk.asking import kind
from handlers.kit.facts import sentence
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap, SeriesTap
from handlers.kit.topics import topic_name
from handlers.series import asking, words
from handlers.series.actions import Changed, Page
from locales import _, a_day, a_length, a_time, ngettext, number, short_day
from storage.queries.projects import ProjectRow
from storage.queries.series import Coming, SeriesRow
from town.skills import Wanted
from town.week import local

LIST_PAGE = 5
SHIFTS_PAGE = 3  # with two to page and five other ways: ten choices
DAYS_PAGE = 5


def _to(do: str, id: int = 0, page: int = 0, key: str = "") -> str:
    return SeriesTap(do=do, id=id, page=page, key=key).pack()


def change_label(what: str) -> str:
    """What can be changed of a series, by the word that a tap carries."""
    labels = {
        "title": _("Title"),
        "start": _("Time of day"),
        "length": _("Length"),
        "place": _("Place"),
        "places": _("Number of places"),
        "skills": _("Skills needed"),
        "last": _("Last day"),
    }
    return labels[what].unescape()


def of_project(one: ProjectRow, found: Sequence[SeriesRow], page: int) -> Screen:
    shown, page = page_of(found, page, LIST_PAGE)
    listed = [Markup("<b>{}</b>\n{}").format(each.title, words.when(each)) for each in shown]
    text = words.lines(
        _("<b>{name}: shifts that come again</b>", name=one.name),
        *listed,
        "" if found else _("There is none yet. A series makes its shifts by itself, some weeks ahead."),
    )
    rows = menu(
        [(each.title, _to("open", each.id)) for each in shown],
        pages=pager(len(found), page, lambda to: _to("project", one.id, to), LIST_PAGE),
        then=[
            Choice(_("New series"), _to("new", one.id)),
            back(DeskTap(do="project", id=one.id).pack()),
            home(),
        ],
    )
    return Screen(text, rows)


def series(found: Page, page: int, zone: ZoneInfo) -> Screen:
    """A series with its shifts to come, and what can be done with it."""
    one = found.series
    shown, page = page_of(found.coming, page, SHIFTS_PAGE)
    then = []
    if one.ended_at is None:
        then = [
            Choice(_("Change it"), _to("changes", one.id)),
            Choice(_("Leave out days"), _to("out", one.id)),
            Choice(_("End the series"), _to("end", one.id)),
        ]
    text = words.lines(
        about(found),
        _("It has ended.") if one.ended_at is not None else "",
        _("<b>Coming shifts</b>") if found.coming else "",
        *(_shift_line(each, zone) for each in shown),
        *(_("{day}: left out", day=short_day(day)) for day in found.left_out[:DAYS_PAGE]),
    )
    rows = menu(
        [(_day_label(each, zone), DeskTap(do="shift", id=each.shift.id).pack()) for each in shown],
        pages=pager(len(found.coming), page, lambda to: _to("open", one.id, to), SHIFTS_PAGE),
        then=[*then, back(_to("project", one.project_id)), home()],
    )
    return Screen(text, rows)


def about(found: Page) -> Markup:
    """All there is to know of a series."""
    one = found.series
    names = [kind(topic_name(row.topic), Wanted(row.places, row.learners)) for row in found.skills]
    every_time = ""
    if found.standing:
        every_time = ngettext("{n} person comes every time.", "{n} people come every time.", found.standing)
    return words.lines(
        _("<b>{title}</b> ({project})", title=one.title, project=one.project),
        Markup("{} ({})").format(words.when(one), a_length(one.length)),
        Markup.escape(one.place),
        words.lasts(one.first_day, one.last_day),
        _("Places: {n}", n=number(one.places)),
        words.skills(found.skills, names) if names else "",
        every_time,
    )


def _shift_line(each: Coming, zone: ZoneInfo) -> Markup:
    return _(
        "{day} {start}: {taken} of {places} places taken",
        day=_day_label(each, zone),
        start=a_time(each.shift.starts_at, zone),
        taken=each.shift.taken,
        places=each.shift.places,
    )


def _day_label(each: Coming, zone: ZoneInfo) -> str:
    return short_day(local(each.shift.starts_at, zone).date())


def published(found: Page, zone: ZoneInfo) -> Screen:
    one = found.series
    made = ngettext(
        "{n} shift is up already; I make the later ones by myself.",
        "{n} shifts are up already; I make the later ones by myself.",
        len(found.coming),
    )
    choices = [
        Choice(_("The series"), _to("open", one.id)),
        Choice(_("Another series"), _to("new", one.project_id)),
        Choice(_("The project"), DeskTap(do="project", id=one.project_id).pack()),
        home(),
    ]
    return Screen(words.lines(_("This series is up:"), about(found), made), in_rows(choices))


def changes(found: Page) -> Screen:
    one = found.series
    choices = [
        Choice(change_label(what), _to(what, one.id))
        for what in ("title", "start", "length", "place", "places", "skills", "last")
    ]
    text = words.lines(
        about(found),
        _("What shall we change? I ask from which shift on. A single shift is changed on its own page."),
    )
    return Screen(text, in_rows([*choices, back(_to("open", one.id)), home()], 2))


def changed(done: Changed, zone: ZoneInfo) -> Screen:
    stayed = [
        Markup("{}: {}").format(_day_label(each, zone), sentence(fact, zone)) for each, fact in done.stayed[:DAYS_PAGE]
    ]
    text = words.lines(
        _("“{title}” is changed, and all shifts of it that are made from now on.", title=done.series.title),
        ngettext("{n} shift that was made is changed.", "{n} shifts that were made are changed.", done.shifts)
        if done.shifts
        else "",
        _told(done.told) if done.told else "",
        _("These stay as they were:") if stayed else "",
        *stayed,
    )
    return Screen(text, _onward(done.series))


def last_day_set(done: Changed) -> Screen:
    one = done.series
    text = words.lines(
        _("“{title}”: {lasts}.", title=one.title, lasts=words.lasts(one.first_day, one.last_day)),
        _cancelled(done) if done.shifts else "",
    )
    return Screen(text, _onward(one))


def _onward(one: SeriesRow) -> tuple[tuple[Choice, ...], ...]:
    choices = [
        Choice(_("The series"), _to("open", one.id)),
        Choice(_("The project"), DeskTap(do="project", id=one.project_id).pack()),
        home(),
    ]
    return in_rows(choices)


def _cancelled(done: Changed) -> Markup:
    said = ngettext("{n} shift is cancelled.", "{n} shifts are cancelled.", done.shifts)
    return words.lines(said, _told(done.told))


def _told(people: int) -> Markup:
    if not people:
        return _("Nobody had to be told.")
    return ngettext("{n} message goes out.", "{n} messages go out.", people)


def days_left_out(one: SeriesRow, days: Sequence[date], page: int) -> Screen:
    shown, page = page_of(days, page, DAYS_PAGE)
    text = words.lines(
        _("<b>{title}</b>: days without a shift", title=one.title),
        *(Markup.escape(a_day(day, year=True)) for day in shown),
        _("Tap a day to have its shift again.") if days else _("No day is left out."),
    )
    rows = menu(
        [(short_day(day), _to("again", one.id, key=day.isoformat())) for day in shown],
        pages=pager(len(days), page, lambda to: _to("out", one.id, to), DAYS_PAGE),
        then=[Choice(_("Leave out a day"), _to("without", one.id)), back(_to("open", one.id)), home()],
    )
    return Screen(text, rows)


def left_out(series_id: int, day: date, told: int | None) -> Screen:
    """`told` people hear that its shift is cancelled; None when it was not made yet."""
    text = words.lines(
        _("There is no shift on {day}.", day=a_day(day, year=True)), _told(told) if told is not None else ""
    )
    choices = [
        Choice(_("Days left out"), _to("out", series_id)),
        Choice(_("The series"), _to("open", series_id)),
        home(),
    ]
    return Screen(text, in_rows(choices))


def brought_back(one: SeriesRow, day: date) -> Screen:
    text = _("“{title}” has a shift on {day} again.", title=one.title, day=a_day(day, year=True))
    return Screen(text, _onward(one))


def sure_to_end(found: Page) -> Screen:
    one = found.series
    text = words.lines(
        _("End “{title}”?", title=one.title),
        asking.cancels(len(found.coming), sum(each.shift.taken for each in found.coming)),
        _("To let it run until a day, choose “Last day” under “Change it”."),
    )
    choices = [Choice(_("Yes, end it"), _to("ended", one.id)), Choice(_("No, keep it"), _to("open", one.id))]
    return Screen(text, in_rows(choices))


def ended(done: Changed) -> Screen:
    text = words.lines(_("“{title}” has ended.", title=done.series.title), _cancelled(done) if done.shifts else "")
    choices = [
        Choice(_("The project"), DeskTap(do="project", id=done.series.project_id).pack()),
        Choice(_("The desk"), DeskTap(do="home").pack()),
        home(),
    ]
    return Screen(text, in_rows(choices))
