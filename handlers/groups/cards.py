"""The card of a poll in a group, and what is said there of its result. A group is spoken to in the town's language."""

from __future__ import annotations

from markupsafe import Markup

from handlers.groups.views import private
from handlers.kit.links import VOTE
from handlers.kit.poll_words import names_in, question_in
from handlers.kit.screens import Choice, Screen, cut
from handlers.polls.words import closes_line, turnout_line
from handlers.results import words
from locales import _, language, number
from storage.queries.polls import PollRow
from town.polls import Kind
from town.settings import TownSettings

MOST_ABOUT = 500
MOST_NAME = 80


def card(poll: PollRow, voted: int, username: str, town: TownSettings) -> Screen:
    """A poll that is open: what it asks, until when, and how many have voted: never what they voted."""
    until = closes_line(poll.closes_at, town.tz)
    secret = [_("The ballot is secret: nobody can see who voted what.")] if poll.secret else []
    parts = [_asked(poll), Markup("\n").join([until, *secret]), _turnout(poll, voted)]
    return Screen(Markup("\n\n").join(parts), _to(poll, _("Vote"), username))


def closed(poll: PollRow, voted: int, username: str) -> Screen:
    """The same card when the poll is over."""
    if poll.cancelled_at is not None:
        return Screen(Markup("\n\n").join([_asked(poll), _("This poll was called off.")]))
    said = Markup("\n").join([_("This poll is closed."), _turnout(poll, voted)])
    return Screen(Markup("\n\n").join([_asked(poll), said]), _to(poll, _("The result"), username))


def _turnout(poll: PollRow, voted: int) -> Markup:
    return Markup("<b>{}</b>").format(turnout_line(voted, poll.electorate))


def _asked(poll: PollRow) -> Markup:
    question, about = question_in(poll), poll.text(language())[1]
    parts = [_("🗳 <b>{question}</b>", question=question)]
    if about:
        parts.append(Markup("{}").format(cut(about, MOST_ABOUT)))
    if poll.kind != Kind.YESNO:
        options = [
            _("{n}. {name}", n=number(at), name=cut(name, MOST_NAME)) for at, name in enumerate(names_in(poll), 1)
        ]
        parts.append(Markup("\n").join(options))
    return Markup("\n\n").join(parts)


def _to(poll: PollRow, label: str, username: str) -> tuple[tuple[Choice, ...], ...]:
    return ((Choice(label, url=private(username, f"{VOTE}{poll.id}")),),)


def result(poll: PollRow, username: str) -> Screen:
    """What came of a poll, as a message of its own: the outcome, and the numbers."""
    came = words.of_poll(poll)
    parts = [
        _("🗳 <b>{question}</b>", question=came.question),
        Markup("<b>{}</b>").format(words.outcome_line(came)),
        words.number_lines(came),
        words.turnout_line(came),
        words.digest_line(came),
    ]
    return Screen(Markup("\n\n").join(part for part in parts if part), _to(poll, _("The result"), username))
