"""The words of an update on its public page, in the current language. Names of residents are in none of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import unescape

from handlers.boards.figures import Figure, figures
from handlers.kit.screens import cut
from handlers.news import words
from locales import LANGUAGES, _, a_day, a_moment, a_time, language
from storage.queries.updates import UpdateRow
from town.settings import TownSettings

MOST_EXCERPT = 280


@dataclass(frozen=True, slots=True)
class Correction:
    """What was put right after an update went out: when, what, the language that it is said in, and a mark of that."""

    when: str
    text: str
    language: str
    mark: str


@dataclass(frozen=True, slots=True)
class Page:
    """An update for everybody; its words are plain text.

    `text` is the mayor's, in the language `said_in`; `mark` says which that is, where it is not the reader's. `as_of`
    is up to when its `figures` count. `chart_says` is what the chart shows, for who cannot see it.
    """

    id: int
    title: str
    sent_at: datetime
    updated_at: datetime
    sent: str
    text: str
    said_in: str
    mark: str
    figures: tuple[Figure, ...]
    as_of: str
    chart_says: str
    video: str
    photos: int
    corrections: tuple[Correction, ...]

    @property
    def excerpt(self) -> str:
        """The beginning of the mayor's words, or of what the numbers say."""
        return cut(" ".join((self.text or self.chart_says).split()), MOST_EXCERPT)


def page_of(update: UpdateRow, photos: int, town: TownSettings) -> Page:
    """An update that has gone out, as everybody may read it."""
    assert update.sent_at is not None
    text, said_in = update.words(language())
    notes = [(datetime.fromisoformat(one["at"]), one) for one in update.corrected]
    sent = _("{day}, {time}", day=_dated(update.sent_at, town), time=a_time(update.sent_at, town.tz))
    return Page(
        id=update.id,
        title=unescape(words.headline(update.week)),
        sent_at=update.sent_at,
        updated_at=max([update.sent_at, *(at for at, _one in notes)]),
        sent=unescape(sent),
        text=text,
        said_in=said_in,
        mark=_mark(said_in) if text else "",
        figures=tuple(figures(update.counted, town.tz)),
        as_of=unescape(_("As of {when}.", when=a_moment(datetime.fromisoformat(update.counted.until), town.tz))),
        chart_says=unescape(words.hours_line(update.counted)),
        video=update.video,
        photos=photos,
        corrections=tuple(
            Correction(_dated(at, town), one["text"], one["language"], _mark(one["language"])) for at, one in notes
        ),
    )


def _mark(code: str) -> str:
    """Which language words are in, where it is not the reader's."""
    return "" if code == language() else unescape(_("In {language}", language=LANGUAGES[code]))


def _dated(moment: datetime, town: TownSettings) -> str:
    return a_day(moment.astimezone(town.tz).date(), year=True)
