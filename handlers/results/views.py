"""The screens of results, and what is drawn into their picture."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import home, page_of, pager
from handlers.kit.poll_taps import MinutesTap, PollTap
from handlers.kit.poll_words import choice_words, names_in, question_in
from handlers.kit.screens import MOST_TEXT, Choice, Row, Screen, cut, in_rows
from handlers.kit.shift_words import bold, paragraphs
from handlers.polls.words import closes_line, opens_line
from handlers.results import words
from handlers.results.actions import File, Seen, Vote
from handlers.results.chart import Bar, Picture
from handlers.results.words import Came
from locales import _, a_moment, ngettext, number
from storage.queries.polls import PollRow
from town.polls import Kind
from town.text import utf16_units

PAGE = 20
"""Votes on a page."""
MOST_QUESTION = 300
MOST_CHOICE = 90


def to(do: str, poll_id: int, page: int = 0) -> str:
    return PollTap(do=do, id=poll_id, page=page).pack()


def to_result(poll_id: int) -> Choice:
    return Choice(_("The whole result"), to("result", poll_id))


def to_chart(poll_id: int) -> Choice:
    return Choice(_("As a picture"), to("chart", poll_id))


def _all_polls() -> Choice:
    return Choice(_("All polls"), to("over", 0))


def not_yet(poll: PollRow, zone: ZoneInfo) -> Screen:
    """Before the close nobody is told anything of the count."""
    if poll.cancelled_at is not None:
        state = _("It was called off on {when}: nothing was counted.", when=a_moment(poll.cancelled_at, zone))
    elif poll.opened_at is None:
        state = opens_line(poll.opens_at, zone)
    else:
        state = closes_line(poll.closes_at, zone)
    wait = _("What came of it stands here as soon as it is closed.") if poll.cancelled_at is None else ""
    text = paragraphs(bold(question_in(poll)), state, wait)
    the_poll = Choice(_("The poll"), to("page", poll.id))
    return Screen(text, ((the_poll,), (_all_polls(), home())))


# -- a result ----------------------------------------------------------------------------------------------------------


def result(seen: Seen, zone: ZoneInfo) -> Screen:
    """All there is to know of what came of a poll, and the ways to look behind it."""
    poll, came = seen.poll, words.of_poll(seen.poll)
    closed = "" if poll.closed_at is None else _("Closed on {when}.", when=a_moment(poll.closed_at, zone))
    parts = [
        bold(cut(came.question, MOST_QUESTION)),
        bold(words.outcome_line(came)),
        words.number_lines(came),
        words.round_lines(came),
        paragraph(words.turnout_line(came), closed),
        words.digest_line(came),
    ]
    if utf16_units(Markup("\n\n").join(parts).unescape()) > MOST_TEXT:  # many rounds among options with long names
        parts[3] = _("Every round stands in the file.")
    text = paragraphs(*parts)
    ways = [to_chart(poll.id), Choice(_("The file, to check it"), to("file", poll.id))]
    if not poll.secret:
        ways.append(Choice(_("Who voted how"), to("votes", poll.id)))
    if seen.may_roll:
        ways.append(Choice(_("Who has voted"), to("roll", poll.id)))
    ways.append(Choice(_("All decisions"), MinutesTap(do="list").pack()))
    return Screen(text, (*in_rows(ways, 2), (_all_polls(), home())))


def paragraph(*lines: str | Markup) -> Markup:
    return Markup("\n").join(line for line in lines if line)


def below_picture(came: Came) -> Screen:
    """The words below the picture: short enough, whatever the options are called."""
    rows: tuple[Row, ...] = ((to_result(came.poll),), (home(),))
    text = paragraphs(bold(came.question), words.outcome_line(came), words.number_lines(came))
    screen = Screen(text, rows)
    if screen.fits_a_picture:
        return screen
    return Screen(paragraphs(bold(cut(came.question, MOST_QUESTION)), words.turnout_line(came)), rows)


def picture(came: Came) -> Picture:
    """What is drawn: the options in their order, the first one first."""
    bars = []
    for at in words.order_of(came):
        had = words.had(came, at)
        said = number(had.all)
        if had.out:
            said = _("{n}, out in round {round}", n=said, round=number(had.out)).unescape()
        elif had.all > had.first:
            said = f"{said} ({number(had.first)} + {number(had.all - had.first)})"
        bars.append(Bar(came.name(at), had.first, had.all - had.first, said, at in came.winners, bool(had.out)))
    some_over = any(bar.over for bar in bars)
    needed = came.tally["needed"] if came.strict and came.kind != Kind.POINTS else 0
    return Picture(
        title=came.question,
        bars=tuple(bars),
        needed=needed,
        legend=(
            _("first choices").unescape() if some_over else "",
            _("came over").unescape() if some_over else "",
            _("{n} needed", n=number(needed)).unescape() if needed else "",
        ),
        foot=_foot(came).unescape(),
    )


def _foot(came: Came) -> Markup:
    said = words.turnout_line(came)
    blank = came.tally["blank"]
    if not blank:
        return said
    return Markup("{} {}.").format(said, ngettext("{n} person abstained", "{n} people abstained", blank))


# -- looking behind it -------------------------------------------------------------------------------------------------


def votes(poll: PollRow, every: Sequence[Vote], page: int) -> Screen:
    """Who voted how in an open poll."""
    shown, page = page_of(every, page, PAGE)
    names = names_in(poll)
    lines = [
        Markup("{}: {}").format(
            one.name or "–", cut(choice_words(poll.kind, names, one.choice).unescape(), MOST_CHOICE)
        )
        for one in shown
    ]
    head = _("<b>Who voted how</b>\n{question}", question=cut(question_in(poll), MOST_QUESTION))
    text = paragraphs(head, Markup("\n").join(lines) if lines else _("Nobody voted."))
    turn = pager(len(every), page, lambda at: to("votes", poll.id, at), PAGE)
    return Screen(text, (*turn, (Choice(_("What came of it"), to("result", poll.id)), home())))


def caption(file: File) -> Markup:
    """What is said with the published file."""
    question = cut(question_in(file.poll), MOST_QUESTION)
    if file.poll.secret:
        return _(
            "“{question}”: every ballot beside its receipt, and no names. Anybody with a computer can count it again; "
            "Townbell's page docs/polls.md says how.",
            question=question,
        )
    return _(
        "“{question}”: every ballot, and no names. Anybody with a computer can count it again; Townbell's page "
        "docs/polls.md says how.",
        question=question,
    )


def below_file(file: File) -> Screen:
    text = paragraphs(_("Here is the file of the poll."), words.digest_line(words.of_poll(file.poll)))
    return _then(file.poll.id, text)


def roll_caption(poll: PollRow) -> Markup:
    return _(
        "“{question}”: who was asked and who has voted, never what. Their numbers must be those of the published file. "
        "Please keep it to yourself and to whoever checks the poll.",
        question=cut(question_in(poll), MOST_QUESTION),
    )


def below_roll(poll: PollRow, invited: int, voted: int) -> Screen:
    text = _("{voted} of {invited} voted.", voted=number(voted), invited=number(invited))
    return _then(poll.id, text)


def roll_header() -> list[str]:
    return [_("Name").unescape(), _("Has voted").unescape(), _("How").unescape()]


def roll_row(name: str, how: str, *, counts: bool) -> list[str]:
    """A line of the list of voters: the way that a vote came in, never what it says."""
    ways = {"chat": _("in the chat"), "proxy": _("by a proxy"), "paper": _("on paper")}
    said = (_("yes") if counts else _("paper not confirmed")) if how else _("no")
    return [name, said.unescape(), ways[how].unescape() if how else ""]


def _then(poll_id: int, text: str | Markup) -> Screen:
    return Screen(text, ((Choice(_("What came of it"), to("result", poll_id)),), (_all_polls(), home())))
