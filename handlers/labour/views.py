"""What is said of the town's labour: a week as a card, and the words beside its picture."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_skeleton
from markupsafe import Markup

from handlers.kit.goods_taps import NeedTap
from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.screens import Choice, Screen, bar
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import DeskTap, LabourTap
from handlers.labour.actions import FARTHEST, WEEK, Sums, Week, Weeks
from handlers.labour.chart import Words
from locales import _, a_day, a_length, locale, ngettext, number
from storage.queries.labour import Work

PAGE = 8
"""Projects on a page."""


def card(of: Week, page: int) -> Screen:
    """A week's hours, in all and by project."""
    shown, page = page_of(of.work, page, PAGE)
    several = len(of.work) > 1
    text = paragraphs(
        Markup("{}\n{}").format(bold(_("The town's labour")), _head(of)),
        _asked(of) if of.asked is not None else "",
        _sums(_("In all"), of.sums) if several else "",
        *(_sums(work.project, _of(work)) for work in shown),
        "" if of.work else _("No work was put up for this week."),
    )
    turn = pager(len(of.work), page, lambda to: _tap("open", of.monday, to), PAGE)
    return Screen(
        text,
        (
            *turn,
            _weeks(of),
            (Choice(_("As a picture"), _tap("chart", of.monday)),),
            (Choice(_("Made and needed"), NeedTap(do="list").pack()),),
            (back(DeskTap(do="more").pack()), home()),
        ),
    )


def picture(of: Weeks, monday: date) -> Screen:
    """The same numbers as the picture, week by week, for whoever cannot see it."""
    lines = [
        _(
            "{week}: {offered} offered, {filled} filled, {confirmed} confirmed",
            week=_short(week),
            offered=a_length(sums.offered),
            filled=a_length(sums.filled),
            confirmed=a_length(sums.confirmed),
        )
        for week, sums in of.sums.items()
    ]
    asked = _("The town asks for {length} a week.", length=a_length(of.asked)) if of.asked is not None else ""
    text = paragraphs(bold(_("Hours of work, week by week")), Markup("\n").join(lines), asked)
    return Screen(text, ((Choice(_("As a card"), _tap("open", monday)),), (back(DeskTap(do="more").pack()), home())))


def chart_words(of: Weeks) -> Words:
    """What is written into the picture."""
    return Words(
        title=_("Hours of work, week by week").unescape(),
        offered=_("offered").unescape(),
        filled=_("filled").unescape(),
        confirmed=_("confirmed").unescape(),
        asked=_("asked for").unescape(),
        weeks=tuple(_short(week) for week in of.sums),
        number=number,
    )


# -- parts -------------------------------------------------------------------------------------------------------------


def _head(of: Week) -> Markup:
    if of.monday == of.this_week:
        return _("This week, from {day}", day=a_day(of.monday))
    return _("The week from {day}", day=a_day(of.monday, year=abs(of.monday - of.this_week) > 20 * WEEK))


def _asked(of: Week) -> Markup:
    assert of.asked is not None
    return ngettext(
        "The town asks for {length}: {each} from its one resident.",
        "The town asks for {length}: {each} from each of {n} residents.",
        of.residents,
        length=a_length(of.asked),
        each=a_length(of.asked // max(of.residents, 1)),
    )


def _sums(name: str, sums: Sums) -> Markup:
    return Markup("{} {}\n{}").format(
        bold(name),
        bar(sums.filled, sums.offered) if sums.offered else "",
        _(
            "{offered} offered, {filled} filled, {confirmed} confirmed, {open} still open",
            offered=a_length(sums.offered),
            filled=a_length(sums.filled),
            confirmed=a_length(sums.confirmed),
            open=a_length(sums.open),
        ),
    )


def _of(work: Work) -> Sums:
    return Sums(work.offered, work.filled, work.confirmed, work.open)


def _weeks(of: Week) -> tuple[Choice, ...]:
    """The ways to the week before and the week after."""
    ways = []
    if of.monday - WEEK >= of.this_week - FARTHEST:
        ways.append(Choice(_("The week before"), _tap("open", of.monday - WEEK)))
    if of.monday + WEEK <= of.this_week + FARTHEST:
        ways.append(Choice(_("The week after"), _tap("open", of.monday + WEEK)))
    return tuple(ways)


def _short(week: date) -> str:
    """A Monday without its weekday: "23 Nov"."""
    return str(format_skeleton("MMMd", datetime(week.year, week.month, week.day), locale=locale()))


def _tap(do: str, monday: date, page: int = 0) -> str:
    return LabourTap(do=do, key=monday.isoformat(), page=page).pack()
