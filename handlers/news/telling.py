"""An update as people read it: below its picture, on a page of its own, and in every language for the search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.screens import MOST_CAPTION, cut
from handlers.kit.shift_words import bold, paragraphs
from handlers.news import chart, words
from handlers.news.chart import Photo, Picture
from locales import LANGUAGES, _, a_date_stamp, language, number, speaking
from storage.queries import updates
from storage.queries.updates import UpdateRow
from storage.queries.week_numbers import Numbers
from storage.unit import Unit
from town.dates import fold
from town.settings import TownSettings
from town.text import utf16_units

_MARK = re.compile("<[^>]*>")


async def fields_of(unit: Unit, update: UpdateRow) -> dict[str, Any]:
    """All that an update is shown from: its columns, and its photos as `Photo`s."""
    photos = await updates.photo_contents(unit, update.id)
    return {
        "update": update.id,
        "week": update.week.isoformat(),
        "language": update.language,
        "text": update.text,
        "texts": update.others,
        "video": update.video,
        "numbers": update.counted.kept(),
        "corrections": update.corrected,
        "photos": photos,
    }


def numbers_in(fields: Mapping[str, Any]) -> Numbers:
    """The numbers among these fields."""
    return Numbers(**fields["numbers"])


def headline(fields: Mapping[str, Any]) -> Markup:
    """What the update is called."""
    return words.headline(date.fromisoformat(fields["week"]))


def said(fields: Mapping[str, Any]) -> tuple[str, Markup]:
    """The mayor's words for who reads the current language, and a mark where they are in another one."""
    if not fields["text"]:
        return "", Markup("")
    text = fields["texts"].get(language())
    return (fields["text"], words.mark(fields["language"])) if text is None else (text, Markup(""))


def below_picture(fields: Mapping[str, Any], zone: ZoneInfo) -> Markup:
    """As much of an update as can stand below a picture, and where the rest is if that is not all of it.

    The mayor's words come first: before they are shortened, the numbers are, whose picture stands above them.
    """
    of, (text, mark) = numbers_in(fields), said(fields)
    head, lines = bold(headline(fields)), Markup("\n").join(words.number_lines(of, zone))
    whole = paragraphs(head, mark, text, lines)
    if fits(whole):
        return whole
    rest = Markup("\n").join([words.hours_line(of), _("There is more: tap “Read on”.")])
    short = paragraphs(head, mark, text, rest)
    if fits(short):
        return short
    room = MOST_CAPTION - _units(paragraphs(head, mark, "-", rest))
    return paragraphs(head, mark, shortened(text, room), rest)


def is_whole(fields: Mapping[str, Any], zone: ZoneInfo) -> bool:
    """Whether all of an update, in the current language, stands below its picture."""
    return fits(in_full({**fields, "corrections": []}, zone))


def shortened(text: str, most: int) -> str:
    """A text of at most so many UTF-16 units, cut at a word, with an ellipsis."""
    room = most
    while utf16_units(short := cut(text, room)) > most:
        room -= max(1, utf16_units(short) - most)
    return short


def fits(text: Markup) -> bool:
    """Whether a text can stand below a picture on every channel."""
    return _units(text) <= MOST_CAPTION


def _units(html: Markup) -> int:
    return utf16_units(unescape(_MARK.sub("", html)))


def in_full(fields: Mapping[str, Any], zone: ZoneInfo) -> Markup:
    """All of an update in words, with what was put right since."""
    text, mark = said(fields)
    lines = Markup("\n").join(words.number_lines(numbers_in(fields), zone))
    corrections = (_correction(one, zone) for one in fields["corrections"])
    return paragraphs(bold(headline(fields)), mark, text, lines, *corrections)


def _correction(one: Mapping[str, str], zone: ZoneInfo) -> Markup:
    said = _(
        "<b>Put right on {when}</b> ({name}): {text}",
        when=a_date_stamp(datetime.fromisoformat(one["at"]), zone),
        name=one["name"],
        text=one["text"],
    )
    return Markup(" ").join(part for part in (said, words.mark(one["language"])) if part)


def folded(fields: Mapping[str, Any], zone: ZoneInfo) -> str:
    """All that anybody can read in an update, in every language, as it is searched for."""
    texts = [fields["text"], *fields["texts"].values(), fields["video"]]
    for code in LANGUAGES:
        with speaking(code):
            texts.append(unescape(_MARK.sub("", in_full(fields, zone))))
    return fold("\n".join(texts))


# -- the picture -------------------------------------------------------------------------------------------------------


def picture_words(fields: Mapping[str, Any]) -> Picture:
    """What is drawn of an update, in the current language."""
    of = numbers_in(fields)
    by_week = {date.fromisoformat(week): minutes // 60 for week, minutes in of.hours}
    last = date.fromisoformat(of.week)
    first = min(by_week, default=last)
    weeks = [first + timedelta(weeks=at) for at in range((last - first).days // 7 + 1)]
    hours = tuple(by_week.get(week, 0) for week in weeks)
    asked = of.asked // 60
    return Picture(
        title=_("Hours of work, week by week").unescape(),
        weeks=tuple(map(words.short_week, weeks)),
        hours=hours,
        said=tuple(map(number, hours)),
        given=_("given").unescape(),
        asked=asked,
        asked_said=_("asked for: {hours}", hours=number(asked)).unescape(),
    )


async def picture(fields: Mapping[str, Any], town: TownSettings) -> bytes:
    """The picture of an update, in the current language."""
    photos: Sequence[Photo] = fields["photos"]
    return await chart.drawn(picture_words(fields), photos)
