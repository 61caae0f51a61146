"""What people are told about votes on paper."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.tellers.words import asked, to, to_home, to_poll
from locales import _, a_moment, ngettext
from town.settings import TownSettings


def named(fields: Fields, town: TownSettings) -> Screen:
    """Fields: poll, question, words, secret, by."""
    text = paragraphs(
        _("{name} asks you to be a teller of “{question}”.", name=fields["by"], question=_question(fields)),
        _("Tellers enter the votes of those who vote on paper, and confirm what others have entered. Thank you!"),
    )
    return _ways(text, [to_home(fields["poll"]), to_poll(fields["poll"])])


def dropped(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `named`."""
    text = _(
        "{name} has others count the papers of “{question}” now: you are a teller of it no more. Thank you for your "
        "help.",
        name=fields["by"],
        question=_question(fields),
    )
    return _ways(text, [to_poll(fields["poll"])])


def waiting(fields: Fields, town: TownSettings) -> Screen:
    """Fields: poll, question, words, secret, closes_at, names, papers (0 in an open poll)."""
    if fields["secret"]:
        lines = [
            ngettext("{n} name waits to be confirmed.", "{n} names wait to be confirmed.", fields["names"]),
            ngettext("{n} paper waits to be confirmed.", "{n} papers wait to be confirmed.", fields["papers"]),
        ]
    else:
        lines = [ngettext("{n} vote waits to be confirmed.", "{n} votes wait to be confirmed.", fields["names"])]
    head = _(
        "“{question}” closes on {when}, and what no second teller has confirmed by then does not count.",
        question=_question(fields),
        when=a_moment(datetime.fromisoformat(fields["closes_at"]), town.tz),
    )
    return _ways(paragraphs(head, *lines), [to_home(fields["poll"])])


def confirmed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: poll, question, words, secret, entered, confirmed (names)."""
    text = paragraphs(
        _(
            "Your vote on “{question}” was entered on paper by {entered} and confirmed by {confirmed}.",
            question=_question(fields),
            entered=fields["entered"],
            confirmed=fields["confirmed"],
        ),
        _("It counts. If you did not vote on paper, please tell me now."),
    )
    return _ways(text, [Choice(_("It was not me"), to("object", fields["poll"])), to_poll(fields["poll"])])


def objected(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `confirmed`, name, and out: whether the vote was taken out."""
    what = _(
        "{name} says that they have not voted on paper on “{question}”: {entered} entered it, and {confirmed} "
        "confirmed it.",
        name=fields["name"],
        question=_question(fields),
        entered=fields["entered"],
        confirmed=fields["confirmed"],
    )
    if fields["out"]:
        then = _("The vote was taken out, and they can vote themself. Please talk with the three of them.")
    elif fields["secret"]:
        then = _("The paper is in the box, where nobody can find it. Please talk with the three of them.")
    else:
        then = _("The poll is closed, and the vote was counted. Please talk with the three of them.")
    return _ways(paragraphs(what, then), [to_home(fields["poll"]), to_poll(fields["poll"])])


def _question(fields: Fields) -> str:
    return asked(fields["question"], fields["words"])


def _ways(text: str, choices: list[Choice]) -> Screen:
    return Screen(text, in_rows([*map(anew, choices), anew(home())]))


NOTICES = (
    Notice("teller.named", named),
    Notice("teller.dropped", dropped),
    Notice("teller.waiting", waiting),
    Notice("paper.confirmed", confirmed),
    Notice("paper.objected", objected),
)
