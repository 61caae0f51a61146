"""A date poll in words: its question and its dates, in every language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from locales import LANGUAGES, _, a_moment, speaking
from storage.queries.meetings import MeetingRow
from town.settings import TownSettings


def date_question(meeting: MeetingRow, town: TownSettings) -> tuple[str, dict[str, dict[str, str]]]:
    """The question in the town's language, and in every language where it is another."""
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = _("“{title}”: on which of these dates could you come?", title=meeting.title).unescape()
    first = said[town.language]
    return first, {code: {"question": text} for code, text in said.items() if text != first}


def date_names(dates: Sequence[datetime], town: TownSettings) -> tuple[list[str], list[dict[str, str]]]:
    """What the dates are called in the town's language; and in the others, by language."""
    said: dict[str, list[str]] = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = [a_moment(date, town.tz) for date in dates]
    first = said[town.language]
    others = [{code: names[at] for code, names in said.items() if names[at] != name} for at, name in enumerate(first)]
    return first, others
