"""What a resident sees of their standing sign-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import ListTap, SeriesTap, ShiftTap
from handlers.series import words
from handlers.series.standing import MINE, Every
from locales import _, a_moment, a_span, a_time, ngettext, short_day
from storage.queries.series import SeriesRow
from storage.queries.shifts import ShiftRow
from storage.queries.standing_signups import Standing, Week
from storage.tables import SignupState
from town.series import pattern_of
from town.week import local

WEEKS_PAGE = 5  # with two to page and three other ways: ten choices
LIST_PAGE = 5


def _to(do: str, id: int = 0, page: int = 0) -> str:
    return SeriesTap(do=do, id=id, page=page).pack()


def ask(found: Every, zone: ZoneInfo) -> Screen:
    """Before somebody takes a place every time: what that means, and the next dates."""
    text = words.lines(
        _about(found.series),
        "",
        _(
            "Shall I keep a place for you every time? I take one in each shift of this series, as it is made, wherever "
            "the rules allow, and tell you when a week does not work. You can skip a week or stop at any time."
        ),
        _("The next dates: {dates}", dates=words.dates([_day(week, zone) for week in found.weeks[:WEEKS_PAGE]]))
        if found.weeks
        else "",
    )
    choices = [
        Choice(_("Yes, every time"), _to("hold", found.series.id)),
        Choice(_("Other shifts"), ListTap(by="").pack()),
        home(),
    ]
    return Screen(text, in_rows(choices))


def weeks(found: Every, page: int, zone: ZoneInfo, said: str = "") -> Screen:
    """A standing sign-up with its next weeks, each of which can be skipped. `said` is what has just happened."""
    shown, page = page_of(found.weeks, page, WEEKS_PAGE)
    one = found.series
    lines = [_week_line(week, found.missed, zone) for week in shown]
    text = words.lines(
        said,
        _about(one),
        _("You have a place every time, wherever the rules allow:") if found.standing else "",
        *lines,
        "" if found.weeks else _("The next shifts are not made yet."),
    )
    then = [back(_to("mine")), home()]
    if found.standing:
        then.insert(0, Choice(_("Stop it"), _to("stop", one.id)))
    rows = menu(
        [_week_choice(week, zone) for week in shown],
        pages=pager(len(found.weeks), page, lambda to: _to("every", one.id, to), WEEKS_PAGE),
        then=then,
    )
    return Screen(text, rows)


def _week_choice(week: Week, zone: ZoneInfo) -> tuple[str, str]:
    day = short_day(_day(week, zone))
    if week.state in MINE:
        return _("Skip {day}", day=day).unescape(), _to("skip", week.shift.id)
    return day, ShiftTap(do="open", shift=week.shift.id).pack()


def _week_line(week: Week, missed: Mapping[int, Markup], zone: ZoneInfo) -> Markup:
    when = f"{short_day(_day(week, zone))} {a_time(week.shift.starts_at, zone)}"
    if week.state == SignupState.HELD:
        return _("✓ {when}: you have a place", when=when)
    if week.state == SignupState.WAITING:
        return _("… {when}: full, you are on the waiting list", when=when)
    if week.state == SignupState.OFFERED:
        return _("? {when}: a place is offered to you", when=when)
    if week.shift.id in missed:
        return Markup("– {}: {}").format(when, missed[week.shift.id])
    return _("– {when}: without you", when=when)


def _about(one: SeriesRow) -> Markup:
    return words.lines(
        _("<b>{title}</b> ({project})", title=one.title, project=one.project),
        words.when(one),
        Markup.escape(one.place),
        words.lasts(one.first_day, one.last_day) if one.last_day is not None else "",
    )


def _day(week: Week, zone: ZoneInfo) -> date:
    return local(week.shift.starts_at, zone).date()


def begun(found: Every, zone: ZoneInfo) -> Screen:
    return weeks(found, 0, zone, _("Thank you! From now on you come every time, until you stop it."))


def skipped(found: Every, zone: ZoneInfo) -> Screen:
    return weeks(found, 0, zone, _("All right, not that week. The others stay as they are."))


def really_skip(one: SeriesRow, shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """Asked before a place is given back that others count on soon."""
    text = words.lines(
        _("<b>{title}</b> ({project})", title=shift.title, project=shift.project),
        Markup.escape(a_span(shift.starts_at, shift.ends_at, zone)),
        _("It starts soon and the others count on you. Shall I give your place back? I will tell the coordinator."),
    )
    choices = [
        Choice(_("Yes, give it back"), _to("skipped", shift.id)),
        Choice(_("No, I keep it"), _to("every", one.id)),
    ]
    return Screen(text, in_rows(choices))


def sure_to_stop(found: Every) -> Screen:
    one = found.series
    held = sum(week.state == SignupState.HELD for week in found.weeks)
    if not held:
        text = _("Shall I stop keeping a place for you on “{title}”?", title=one.title)
        choices = [Choice(_("Yes, stop it"), _to("leave", one.id))]
    else:
        text = ngettext(
            "I stop keeping a place for you on “{title}”. You have a place in {n} coming shift: what about that?",
            "I stop keeping a place for you on “{title}”. You have a place in {n} coming shifts: what about those?",
            held,
            title=one.title,
        )
        choices = [
            Choice(_("Stop, but keep them"), _to("keep", one.id)),
            Choice(_("Stop, give them back"), _to("leave", one.id)),
        ]
    return Screen(text, in_rows([*choices, Choice(_("Go on as it is"), _to("every", one.id))]))


def stopped(one: SeriesRow, given_back: int) -> Screen:
    text = words.lines(
        _("I no longer keep a place for you on “{title}”. Thank you for all you did!", title=one.title),
        ngettext("{n} place is given back.", "{n} places are given back.", given_back) if given_back else "",
    )
    choices = [
        Choice(_("My shifts"), ListTap(by="mine").pack()),
        Choice(_("Other shifts"), ListTap(by="").pack()),
        home(),
    ]
    return Screen(text, in_rows(choices))


def mine(found: Sequence[Standing], page: int, zone: ZoneInfo) -> Screen:
    """Somebody's standing sign-ups with their next dates."""
    shown, page = page_of(found, page, LIST_PAGE)
    text = words.lines(
        _("<b>Where you come every time</b>"),
        *(_standing_line(one, zone) for one in shown),
        "" if found else _("Nowhere yet. On the page of a shift that comes again, tap “Every week”."),
    )
    rows = menu(
        [(one.title, _to("every", one.series_id)) for one in shown],
        pages=pager(len(found), page, lambda to: _to("mine", page=to), LIST_PAGE),
        then=[Choice(_("Find a shift"), ListTap(by="").pack()), back(ListTap(by="mine").pack()), home()],
    )
    return Screen(text, rows)


def _standing_line(one: Standing, zone: ZoneInfo) -> Markup:
    when = Markup("{}, {}").format(words.every(pattern_of(one.pattern)), words.hours(one.start, one.length))
    return words.lines(Markup("<b>{}</b>").format(one.title), when, _next(one.next_at, zone))


def _next(next_at: datetime | None, zone: ZoneInfo) -> Markup:
    if next_at is None:
        return _("No place is held yet.")
    return _("Next: {when}", when=a_moment(next_at, zone))
