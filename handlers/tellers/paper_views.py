"""A paper that a teller reads: what is on it, tapped or written, and a last look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.poll_words import choice_words, names_in, question_in
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.tellers.marks import BLANK, packed
from handlers.tellers.words import to
from locales import _, ngettext
from storage.queries.polls import PollRow
from town.polls import Kind

TAPPED = (Kind.YESNO, Kind.SINGLE)
"""The kinds whose papers are one tap; the others are written."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper in a teller's hand: whose it is (id 0 and no name in a secret poll)."""

    poll: PollRow
    voter: int = 0
    name: str = ""


def mark(reading: Reading, page: int = 0, *, wrong: str = "") -> Screen:
    """What does the paper say?"""
    poll, names = reading.poll, names_in(reading.poll)
    numbered = Markup("\n").join(_("{n}. {name}", n=at, name=name) for at, name in enumerate(names, 1))
    blank = Choice(_("Nothing: it abstains"), to("sure", poll.id, reading.voter, key=BLANK))
    ways = [blank, back(to("home", poll.id)), home()]
    if poll.kind not in TAPPED:
        text = paragraphs(wrong, _whose(reading), numbered, _written(poll, names))
        return Screen(text, menu([], then=ways))
    options = [(name, packed(poll.asked, str(at))) for at, name in enumerate(names, 1)]
    shown, page = page_of(options, page)
    rows = menu(
        [(name, to("sure", poll.id, reading.voter, key=key)) for name, key in shown],
        pages=pager(len(options), page, lambda turned: to("mark", poll.id, reading.voter, turned)),
        then=ways,
    )
    return Screen(paragraphs(wrong, _whose(reading), numbered, _("Tap it, or write its number.")), rows)


def _whose(reading: Reading) -> Markup:
    question = question_in(reading.poll)
    if not reading.voter:
        return _("<b>{question}</b>\nWhat does the paper say?", question=question)
    return _("<b>{question}</b>\nWhat does {name}'s paper say?", question=question, name=reading.name)


def _written(poll: PollRow, names: Sequence[str]) -> Markup:
    if poll.kind == Kind.RANKED:
        return _("Write the numbers in the order of the paper, the best first: “2, 1”. What has no place is left out.")
    if poll.kind == Kind.POINTS:
        example = f"1:{poll.points - poll.points // 3}, 2:{poll.points // 3}"
        return ngettext(
            "Write the number and the points of each, {n} in all: “{example}”.",
            "Write the number and the points of each, {n} in all: “{example}”.",
            poll.points,
            example=example,
        )
    if poll.most:
        return ngettext(
            "Write the numbers that are ticked, {n} at most: “1, 2”.",
            "Write the numbers that are ticked, {n} at most: “1, 2”.",
            poll.most,
        )
    return _("Write the numbers that are ticked: “1, 2”.")


def sure(reading: Reading, choice: str) -> Screen:
    """A last look at what is on the paper."""
    poll = reading.poll
    said = Markup("<b>{}</b>").format(choice_words(poll.kind, names_in(poll), choice))
    head = _("The paper says:") if not reading.voter else _("{name}'s paper says:", name=reading.name)
    rows = in_rows(
        [
            Choice(_("Yes, enter it"), to("put", poll.id, reading.voter, key=packed(poll.asked, choice))),
            Choice(_("No, read it again"), to("mark", poll.id, reading.voter)),
            back(to("home", poll.id)),
            home(),
        ]
    )
    return Screen(paragraphs(head, said, _("Is it so?")), rows)


def was_here(reading: Reading) -> Screen:
    """What is kept in place of a paper of a secret poll."""
    text = _("<b>{question}</b>\nA paper was read here. What it says is not kept.", question=question_in(reading.poll))
    ways = [Choice(_("Enter a paper"), to("enter", reading.poll.id)), back(to("home", reading.poll.id)), home()]
    return Screen(text, in_rows(ways))
