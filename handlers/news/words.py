"""The week in words: the numbers of an update, in as many lines as there is something to say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.screens import cut
from locales import LANGUAGES, _, a_day, a_moment, language, listed, locale, ngettext, number, percent, short_day
from storage.queries.week_numbers import Numbers
from town.week import local

NAME, TITLE = 30, 50
"""Characters of what people wrote, in a line of several."""


def headline(week: date) -> Markup:
    """What an update is called."""
    return _("News of the week from {day}", day=a_day(week))


def mark(code: str) -> Markup:
    """What stands beside words that are in a language which is not the reader's; nothing beside the others."""
    return Markup("") if code == language() else _("<i>(in {language})</i>", language=LANGUAGES[code])


def hours_line(of: Numbers) -> Markup:
    """The hours that were given, against what the town asks for (T1)."""
    given = number(of.minutes // 60)
    if not of.asked:
        return _("Hours given: {given}.", given=given)
    share = percent(of.minutes * 100 // of.asked)
    return _(
        "Hours given: {given} of the {asked} that the town asks for ({share}).",
        given=given,
        asked=number(of.asked // 60),
        share=share,
    )


def number_lines(of: Numbers, zone: ZoneInfo) -> list[Markup]:
    """All of the numbers, the hours first and up to when they count last."""
    lines = [
        hours_line(of),
        _people(of),
        _goods(of),
        _decided(of),
        *_needed(of, zone),
        _meetings(of, zone),
        _("(As of {when}.)", when=a_moment(datetime.fromisoformat(of.until), zone)),
    ]
    return [Markup.escape(line) for line in lines if line]


def _people(of: Numbers) -> Markup:
    took = ngettext("{n} person took part.", "{n} people took part.", of.people)
    if not of.newcomers:
        return took
    came = ngettext("{n} person is new in town: welcome!", "{n} people are new in town: welcome!", of.newcomers)
    return Markup(" ").join([took, came])


def _goods(of: Numbers) -> Markup | str:
    if not of.goods:
        return ""
    named = [
        Markup("{} ({})").format(cut(item_name(one["name"], one["names"]), NAME), an_amount(one["amount"], one["unit"]))
        for one in of.goods
    ]
    return _("Given out: {goods}.", goods=_with_more(named, of.kinds))


def _decided(of: Numbers) -> Markup:
    votes = ngettext("{n} question was voted on.", "{n} questions were voted on.", of.votes) if of.votes else Markup("")
    if not of.decided:
        return votes
    named = [
        _("“{title}”", title=cut(one["title"], TITLE))
        if one["passed"]
        else _("“{title}” (turned down)", title=cut(one["title"], TITLE))
        for one in of.decided
    ]
    decided = _("Decided: {decisions}.", decisions=_with_more(named, of.decisions))
    return Markup(" ").join(line for line in (decided, votes) if line)


def _needed(of: Numbers, zone: ZoneInfo) -> list[Markup]:
    if not of.needed:
        return []
    places = ngettext(
        "In the week from {day}, {n} place is still open.",
        "In the week from {day}, {n} places are still open.",
        of.places,
        day=a_day(date.fromisoformat(of.ahead)),
    )
    most = [
        Markup("{} {} ({})").format(cut(one["title"], NAME), short_day(_moment(one, zone).date()), number(one["open"]))
        for one in of.needed
    ]
    return [places, _("Most needed: {shifts}.", shifts=_with_more(most, of.shifts))]


def _meetings(of: Numbers, zone: ZoneInfo) -> Markup | str:
    if not of.meetings:
        return ""
    named = [
        Markup("{} ({})").format(cut(one["title"], NAME), a_moment(datetime.fromisoformat(one["starts_at"]), zone))
        for one in of.meetings
    ]
    return _("Meetings: {meetings}.", meetings=_with_more(named, of.gatherings))


def _moment(one: dict[str, Any], zone: ZoneInfo) -> datetime:
    return local(datetime.fromisoformat(one["starts_at"]), zone)


def _with_more(named: list[Markup], all_of_them: int) -> Markup:
    more = all_of_them - len(named)
    return listed([*named, ngettext("{n} more", "{n} more", more)] if more > 0 else named)


def short_week(week: date) -> str:
    """A Monday without its weekday: "23 Nov"."""
    return str(format_skeleton("MMMd", datetime(week.year, week.month, week.day), locale=locale()))
