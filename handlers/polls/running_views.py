"""The screens of whoever asks and runs polls: what became of what they did."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.links import VOTE
from handlers.kit.nav import home
from handlers.kit.poll_words import question_in
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.polls import words
from handlers.polls.actions import Seen
from handlers.polls.ways import all_polls, its_page, to
from locales import _, a_moment, ngettext
from storage.queries.polls import PollRow


def not_entitled() -> Screen:
    """For somebody who may ask nobody."""
    text = _(
        "Questions are put to the vote by the mayor, by coordinators for their projects, and by the council for "
        "itself. Tell one of them what you would like to ask: they can do it in a minute."
    )
    return Screen(text, ((all_polls(),), (home(),)))


def share(poll_id: int, link: str | None) -> Screen:
    """`link` is None in a town that nothing leads to from outside."""
    ways = ((its_page(poll_id),), (home(),))
    if link is None:
        text = _("Whoever writes this to me sees the poll: <code>/start {payload}</code>", payload=f"{VOTE}{poll_id}")
        return Screen(text, ways)
    return Screen(_("This link opens the poll. Pass it on to anybody:\n{link}", link=link), ways)


def sure_to_close(seen: Seen) -> Screen:
    text = paragraphs(
        _("Close “{question}” now?", question=question_in(seen.poll)),
        words.turnout_line(seen.voted, seen.people),
        _("The votes are counted at once, and nobody can vote after that."),
    )
    yes = Choice(_("Yes, close it now"), to("closed", seen.poll.id))
    return Screen(text, in_rows([yes, Choice(_("No, leave it open"), to("page", seen.poll.id)), home()]))


def closed(one: PollRow) -> Screen:
    text = _("“{question}” is closed and counted. Everybody hears what came of it.", question=question_in(one))
    return Screen(text, in_rows([Choice(_("What came of it"), to("result", one.id)), all_polls(), home()]))


def reminded(many: int) -> Markup:
    """A short line."""
    if not many:
        return _("All have voted: there is nobody to remind.")
    return ngettext("I remind {n} person.", "I remind {n} people.", many)


def later(one: PollRow, zone: ZoneInfo) -> Screen:
    when = a_moment(one.closes_at, zone) if one.closes_at is not None else "–"
    text = _("“{question}” is open until {when} now.", question=question_in(one), when=when)
    return Screen(text, in_rows([its_page(one.id), all_polls(), home()]))


def called_off(one: PollRow) -> Screen:
    text = _("“{question}” is called off. Whoever was asked hears why.", question=question_in(one))
    return Screen(text, in_rows([all_polls(), home()]))
