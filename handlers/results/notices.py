"""What the room of results says unasked: what came of a poll, with its picture."""

from __future__ import annotations

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Screen
from handlers.kit.shift_words import bold, paragraphs
from handlers.results import chart, views, words
from town.settings import TownSettings
from town.topics import MEETINGS


def result(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `handlers.polls.closing.result_fields`. Too long to stand below the picture, it leads there."""
    came = words.came_of(fields)
    text = paragraphs(
        bold(came.question),
        bold(words.outcome_line(came)),
        words.number_lines(came),
        views.paragraph(words.turnout_line(came), words.digest_line(came)),
    )
    whole = Screen(text, ((anew(views.to_result(came.poll)),), (anew(home()),)))
    if whole.fits_a_picture:
        return whole
    return Screen(text, ((anew(views.to_chart(came.poll)),), *whole.rows))


async def picture(fields: Fields, town: TownSettings) -> bytes:
    """The same as bars, in the current language."""
    return await chart.png(views.picture(words.came_of(fields)))


NOTICES = (Notice(key="poll.result", render=result, picture=picture, topic=MEETINGS),)
