"""What a coordinator sees of batches that come again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_taps import RepeatTap, StockTap
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap
from handlers.repeats import words
from handlers.repeats.actions import Changed, Page
from handlers.repeats.making import is_as_made
from handlers.series.words import dates, lines
from locales import _, a_day, a_time, ngettext, number, short_day
from storage.queries.batch_series import Coming, SeriesRow
from storage.queries.projects import ProjectRow
from town.series import clock

LIST_PAGE = 5
DAYS_PAGE = 5
BATCHES_PAGE = 3  # with two to page and five other ways: ten choices
CHANGES = ("quantity", "start", "length", "place", "sharing", "last")


def _to(do: str, id: int = 0, page: int = 0, key: str = "") -> str:
    return RepeatTap(do=do, id=id, page=page, key=key).pack()


def _batch(batch_id: int) -> str:
    return StockTap(do="batch", id=batch_id).pack()


def _label(one: SeriesRow) -> str:
    return f"{clock(one.start):%H:%M} {words.name(one)}"


def of_project(project: ProjectRow, found: Sequence[SeriesRow], page: int) -> Screen:
    shown, page = page_of(found, page, LIST_PAGE)
    text = lines(
        _("<b>{name}: goods that come again</b>", name=project.name),
        *(Markup("• {}: {}").format(words.what(one), words.when(one)) for one in shown),
        "" if found else _("There are none yet. Their batches are put up by themselves, some days ahead."),
    )
    rows = menu(
        [(_label(one), _to("open", one.id)) for one in shown],
        pages=pager(len(found), page, lambda to: _to("project", project.id, to), LIST_PAGE),
        then=[
            Choice(_("New: comes again"), _to("new", project.id)),
            back(StockTap(do="home", id=project.id).pack()),
            home(),
        ],
    )
    return Screen(text, rows)


def mine(found: Sequence[SeriesRow], projects: Sequence[ProjectRow], page: int) -> Screen:
    """All that somebody coordinates; `projects` are theirs, to begin something new in where there is one alone."""
    shown, page = page_of(found, page, LIST_PAGE)
    text = lines(
        _("<b>Goods that come again</b>"),
        *(Markup("• {}: {} ({})").format(words.what(one), words.when(one), one.project) for one in shown),
        "" if found else _("There are none yet. Their batches are put up by themselves, some days ahead."),
    )
    new = [Choice(_("New: comes again"), _to("which"))] if projects else []
    rows = menu(
        [(_label(one), _to("open", one.id)) for one in shown],
        pages=pager(len(found), page, lambda to: _to("mine", page=to), LIST_PAGE),
        then=[*new, back(StockTap(do="home").pack()), home()],
    )
    return Screen(text, rows)


def which_project(projects: Sequence[ProjectRow], page: int) -> Screen:
    shown, page = page_of(projects, page, LIST_PAGE)
    rows = menu(
        [(one.name, _to("new", one.id)) for one in shown],
        pages=pager(len(projects), page, lambda to: _to("which", page=to), LIST_PAGE),
        then=[back(_to("mine")), home()],
    )
    return Screen(_("Which project makes it?"), rows)


# -- one series --------------------------------------------------------------------------------------------------------


def series(found: Page, page: int, zone: ZoneInfo) -> Screen:
    """A series with its batches that are up, its next days, and what can be done with it."""
    one = found.series
    shown, page = page_of(found.coming, page, BATCHES_PAGE)
    up = {each.day for each in found.coming}
    later = [day for day in found.days if not (day in up or day in found.left_out or found.called_off(day))][:DAYS_PAGE]
    out = [day for day in found.days if day in found.left_out][:DAYS_PAGE]
    then = []
    if one.ended_at is None:
        then = [
            Choice(_("Change it"), _to("changes", one.id)),
            Choice(_("Leave out days"), _to("days", one.id)),
            Choice(_("End it"), _to("end", one.id)),
        ]
    text = lines(
        words.about(one),
        _("It has ended.") if one.ended_at is not None else "",
        _("<b>Up already</b>") if shown else "",
        *(_batch_line(each, zone) for each in shown),
        _("Then: {dates}", dates=dates(later)) if later else "",
        _("Left out: {dates}", dates=dates(out)) if out else "",
    )
    rows = menu(
        [(short_day(each.day), _batch(each.batch.id)) for each in shown],
        pages=pager(len(found.coming), page, lambda to: _to("open", one.id, to), BATCHES_PAGE),
        then=[*then, back(_to("project", one.project_id)), home()],
    )
    return Screen(text, rows)


def _batch_line(each: Coming, zone: ZoneInfo) -> Markup:
    asked = ngettext("{n} person has asked for some", "{n} people have asked for some", each.asked)
    return _(
        "{day} {start}: {asked}",
        day=short_day(each.day),
        start=a_time(each.starts_at, zone),
        asked=asked if each.asked else _("nobody has asked yet"),
    )


def published(found: Page, zone: ZoneInfo) -> Screen:
    one = found.series
    made = ngettext(
        "{n} batch is up already; I put up the later ones by myself.",
        "{n} batches are up already; I put up the later ones by myself.",
        len(found.coming),
    )
    choices = [
        Choice(_("Look at it"), _to("open", one.id)),
        Choice(_("One more that comes"), _to("new", one.project_id)),
        Choice(_("The goods desk"), StockTap(do="home", id=one.project_id).pack()),
        home(),
    ]
    return Screen(lines(_("It comes again and again now:"), words.about(one), made), in_rows(choices))


def changes(found: Page) -> Screen:
    one = found.series
    choices = [Choice(words.change_label(what), _to(what, one.id)) for what in CHANGES]
    text = lines(
        words.about(one),
        _("What shall change from now on? One batch alone is changed on its own page."),
    )
    return Screen(text, in_rows([*choices, back(_to("open", one.id)), home()], 2))


def sure_last(last_day: date | None, off: int, staying: int) -> Markup:
    if last_day is None:
        return _("It goes on with no end.")
    return lines(_("The last day is {day}.", day=a_day(last_day, year=True)), words.calls_off(off, staying))


def changed(done: Changed, zone: ZoneInfo, *, off: bool = False) -> Screen:
    """`off`: its batches were called off, not changed."""
    one = done.series
    if off:
        count = ngettext("{n} batch is called off.", "{n} batches are called off.", done.batches)
    else:
        count = ngettext("{n} batch that was up is changed.", "{n} batches that were up are changed.", done.batches)
    text = lines(
        _("Done. It is like this from now on:"), words.about(one), count if done.batches else "", _stayed(done, zone)
    )
    return Screen(text, (*_stayed_ways(done), *in_rows([Choice(_("Look at it"), _to("open", one.id)), home()])))


def _stayed(done: Changed, zone: ZoneInfo) -> Markup | str:
    if not done.stayed:
        return ""
    shown = done.stayed[:DAYS_PAGE]
    more = len(done.stayed) - len(shown)
    return lines(
        _("These stay as they were. They can be changed or called off on their own page:"),
        *(_batch_line(each, zone) for each in shown),
        _("and {n} more", n=number(more)) if more else "",
    )


def _stayed_ways(done: Changed) -> tuple[tuple[Choice, ...], ...]:
    return menu([(short_day(each.day), _batch(each.batch.id)) for each in done.stayed[:DAYS_PAGE]])


# -- days left out -----------------------------------------------------------------------------------------------------


def days(found: Page, page: int) -> Screen:
    one = found.series
    shown, page = page_of(found.days, page, DAYS_PAGE)
    listed = []
    for day in shown:
        listed.append(_("{day}: {state}", day=short_day(day), state=_state(found, day)))
    text = lines(
        _("<b>{name}</b>: tap a day to leave it out, or to have it again.", name=words.name(one)),
        *listed,
        "" if shown else _("No day is to come any more."),
    )
    rows = menu(
        [
            (short_day(day), _to("again" if _is_off(found, day) else "leave", one.id, page, key=day.isoformat()))
            for day in shown
        ],
        pages=pager(len(found.days), page, lambda to: _to("days", one.id, to), DAYS_PAGE),
        then=[back(_to("open", one.id)), home()],
    )
    return Screen(text, rows)


def _state(found: Page, day: date) -> Markup:
    if day in found.left_out:
        return _("left out")
    if found.called_off(day):
        return _("called off")
    return _("up already") if found.batch_of(day) else _("planned")


def _is_off(found: Page, day: date) -> bool:
    return day in found.left_out or found.called_off(day)


def sure_to_leave_out(found: Page, day: date, page: int, zone: ZoneInfo) -> Screen:
    one, up = found.series, found.batch_of(day)
    if up is not None and not is_as_made(one, up, zone):
        return asked_for(up, one, page)
    text = lines(
        _("Leave out {day}?", day=a_day(day, year=True)),
        _("Its batch is up already, and is called off; nobody has asked for any of it.") if up is not None else "",
    )
    choices = [
        Choice(_("Yes, leave it out"), _to("left", one.id, page, key=day.isoformat())),
        Choice(_("No, keep it"), _to("days", one.id, page)),
    ]
    return Screen(text, in_rows(choices))


def asked_for(up: Coming, one: SeriesRow, page: int) -> Screen:
    """A day that cannot simply be left out."""
    text = lines(
        ngettext(
            "{n} person has asked for some of {day} already, so I do not just take it away.",
            "{n} people have asked for some of {day} already, so I do not just take it away.",
            up.asked,
            day=a_day(up.day),
        )
        if up.asked
        else _("The batch of {day} was changed by hand, so I do not just take it away.", day=a_day(up.day)),
        _("Call that batch off on its own page: everybody is told then."),
    )
    choices = [
        Choice(_("Call it off"), StockTap(do="off", id=up.batch.id).pack()),
        Choice(_("The batch"), _batch(up.batch.id)),
    ]
    return Screen(text, (*in_rows(choices), (back(_to("days", one.id, page)), home())))


def left_out(one: SeriesRow, day: date) -> str:
    return _("{day} is left out.", day=a_day(day))


def brought_back(one: SeriesRow, day: date) -> str:
    return _("It comes on {day} again.", day=a_day(day))


# -- the end -----------------------------------------------------------------------------------------------------------


def sure_to_end(found: Page, zone: ZoneInfo) -> Screen:
    one = found.series
    off = sum(is_as_made(one, each, zone) for each in found.coming)
    text = lines(
        _("End “{what}”?", what=words.what(one)),
        words.calls_off(off, len(found.coming) - off),
        _("To let it run until a day, choose “Last day” under “Change it”."),
    )
    choices = [Choice(_("Yes, end it"), _to("ended", one.id)), Choice(_("No, keep it"), _to("open", one.id))]
    return Screen(text, in_rows(choices))


def ended(done: Changed, zone: ZoneInfo) -> Screen:
    one = done.series
    text = lines(
        _("“{what}” does not come again any more.", what=words.what(one)),
        ngettext("{n} batch is called off.", "{n} batches are called off.", done.batches) if done.batches else "",
        _stayed(done, zone),
    )
    choices = [
        Choice(_("The others"), _to("project", one.project_id)),
        Choice(_("The project"), DeskTap(do="project", id=one.project_id).pack()),
        home(),
    ]
    return Screen(text, (*_stayed_ways(done), *in_rows(choices)))
