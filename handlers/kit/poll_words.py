"""Polls in words: options and questions in the reader's language, and what can be wrong with a vote."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.screens import cut
from locales import LANGUAGES, _, a_moment, language, ngettext, number
from storage.queries.polls import Option, PollRow
from town import facts
from town.facts import Fact
from town.polls import ABSTAIN, Kind, numbers_of, points_of


def option_names(kind: str, options: Sequence[Option]) -> list[str]:
    """What the options are called in the current language."""
    if kind == Kind.YESNO:
        return [_("Yes").unescape(), _("No").unescape()]
    return [option.called(language()) for option in options]


def names_in(poll: PollRow) -> list[str]:
    """What a poll's options are called in the current language."""
    return option_names(poll.kind, poll.choices)


def question_in(poll: PollRow) -> str:
    """A poll's question in the current language."""
    return poll.text(language())[0]


def written_in(words: str) -> str:
    """The language, by its own name, that a poll was asked in, where it has no text in the current one; else "".

    `words` are a poll's: the language it was asked in has nothing under its code, for it needs no other words.
    """
    said = json.loads(words)
    first = next((code for code, text in said.items() if "question" not in text), None)
    return "" if first is None or language() in said else LANGUAGES.get(first, "")


def choice_words(kind: str, names: Sequence[str], choice: str) -> Markup:
    """A ballot in words: "Yes", "1. Bakery, 2. Mill", "Bakery 4, Mill 6"."""
    if choice == ABSTAIN:
        return _("Abstain")
    if kind == Kind.POINTS:
        parts = [_("{name}: {n}", name=names[at - 1], n=number(points)) for at, points in points_of(choice).items()]
    elif kind == Kind.RANKED:
        parts = [
            _("{n}. {name}", n=number(place), name=names[at - 1]) for place, at in enumerate(numbers_of(choice), 1)
        ]
    else:
        parts = [Markup("{}").format(names[at - 1]) for at in numbers_of(choice)]
    return Markup(", ").join(parts)


POLLS: dict[type[Fact], Callable[[Any, ZoneInfo], Markup]] = {
    facts.BadBallot: lambda fact, zone: _bad_ballot(fact),
    facts.PollOver: lambda fact, zone: _(
        "“{question}” is closed: no vote can be put in or changed any more.", question=fact.question
    ),
    facts.PollNotOpen: lambda fact, zone: _(
        "“{question}” opens on {when}.", question=fact.question, when=a_moment(fact.opens_at, zone)
    ),
    facts.NotElector: lambda fact, zone: _(
        "“{question}” asks other people: who may vote was written down when it opened. "
        "You will see here what comes of it.",
        question=fact.question,
    ),
    facts.OtherPaper: lambda fact, zone: _(
        "You have voted on “{question}” already, and it counts. "
        "Only the ballot paper that you voted with can change it.",
        question=cut(fact.question, 60),
    ),
    facts.VotedOnPaper: lambda fact, zone: _(
        "Your vote on “{question}” was given on paper, so it cannot be given here as well. If that is not so, please "
        "tell a teller.",
        question=fact.question,
    ),
    facts.VotedInChat: lambda fact, zone: _(
        "{name} has voted on “{question}” in the chat already, so no paper is taken beside it.",
        name=fact.name,
        question=fact.question,
    ),
    facts.VotedThemself: lambda fact, zone: _(
        "Their own vote on “{question}” is in, and it goes before yours. There is nothing left to do for you.",
        question=fact.question,
    ),
    facts.NoProxies: lambda fact, zone: _no_proxies(fact),
    facts.ProxiesFull: lambda fact, zone: ngettext(
        "{name} votes for {n} other person already, and nobody may for more. Please ask somebody else.",
        "{name} votes for {n} other people already, and nobody may for more. Please ask somebody else.",
        fact.most,
        name=fact.name,
    ),
    facts.ProxyGiven: lambda fact, zone: _proxy_given(fact),
    facts.NotAsked: lambda fact, zone: _(
        "{name} is not among those whom “{question}” asks.", name=fact.name, question=fact.question
    ),
    facts.PaperEntered: lambda fact, zone: _(
        "{name}'s vote on “{question}” on paper has been entered already.", name=fact.name, question=fact.question
    ),
    facts.OwnPaper: lambda fact, zone: _(
        "Nobody enters or confirms a vote of their own on paper: please leave it to the other tellers, or vote here."
    ),
    facts.OwnEntry: lambda fact, zone: _("You entered this yourself: a second teller has to confirm it."),
    facts.MorePapers: lambda fact, zone: ngettext(
        "Only {n} name is ticked off and confirmed, and there are as many papers already. Confirm a name first.",
        "Only {n} names are ticked off and confirmed, and there are as many papers already. Confirm a name first.",
        fact.ticked,
    ),
    facts.BadCompany: lambda fact, zone: _(
        "I need a number of people for that, you included: from 1 to {most}.", most=number(fact.most)
    ),
    facts.BadLink: lambda fact, zone: _("I need a whole link for that, one that begins with https://"),
    facts.BadDates: lambda fact, zone: _(
        "I need from 2 to {most} different dates, each on a line of its own, like “Tue 18:00”.", most=number(fact.most)
    ),
    facts.BadQuorum: lambda fact, zone: _(
        "I could not read “{given}” as a quorum. Try “50 %”, or “20 people”.", given=fact.given[:60]
    ),
    facts.NobodyThere: lambda fact, zone: _("There is nobody to invite there. Please choose others."),
    facts.MeetingUndated: lambda fact, zone: _(
        "“{title}” has no date yet. You will hear of it here.", title=fact.title
    ),
    facts.MeetingBegun: lambda fact, zone: _("“{title}” has begun already.", title=fact.title),
    facts.MeetingNotBegun: lambda fact, zone: _("“{title}” has not begun yet.", title=fact.title),
    facts.MeetingOver: lambda fact, zone: _("“{title}” is over.", title=fact.title),
    facts.MeetingOff: lambda fact, zone: _("“{title}” was called off.", title=fact.title),
    facts.NotInvited: lambda fact, zone: _(
        "“{title}” is for other people. You can read here what they decide.", title=fact.title
    ),
    facts.TooManyProposals: lambda fact, zone: ngettext(
        "{n} proposal of yours waits for seconders already. Let others second it first, or take it back.",
        "{n} proposals of yours wait for seconders already. Let others second them first, or take one back.",
        fact.most,
    ),
    facts.OwnProposal: lambda fact, zone: _("It is your own proposal: others second it."),
    facts.NotProposed: lambda fact, zone: _("“{title}” waits for seconders no more.", title=fact.title),
    facts.NotOnAgenda: lambda fact, zone: _("“{title}” is not on the agenda.", title=fact.title),
    facts.VoteIsOn: lambda fact, zone: _("The vote on “{title}” is on. Close it first.", title=fact.title),
    facts.VoteWasTaken: lambda fact, zone: _("“{title}” was put to the vote and decided.", title=fact.title),
    facts.NotForVote: lambda fact, zone: _(
        "“{title}” is a topic to talk about: only motions are put to the vote.", title=fact.title
    ),
    facts.NobodyHere: lambda fact, zone: _(
        "Nobody is checked in at “{title}” yet who could vote. Check people in first, or ask everybody invited.",
        title=fact.title,
    ),
    facts.MinutesUnpublished: lambda fact, zone: _(
        "The minutes of “{title}” are not published yet. You will hear of it here.", title=fact.title
    ),
    facts.MinutesArePublished: lambda fact, zone: _(
        "The minutes of “{title}” are published already.", title=fact.title
    ),
    facts.MinutesApproved: lambda fact, zone: _(
        "The minutes of “{title}” are approved, so they stay as they are. A correction can be added to them.",
        title=fact.title,
    ),
    facts.MinutesNotApproved: lambda fact, zone: _(
        "The minutes of “{title}” are not approved yet: they can simply be changed.", title=fact.title
    ),
    facts.WasNotThere: lambda fact, zone: _("That is for those who were there at “{title}”.", title=fact.title),
    facts.FollowUpOver: lambda fact, zone: _("“{text}” is settled already. Nothing is to be done.", text=fact.text),
    facts.BadOptions: lambda fact, zone: _(
        "I need from {least} to {most} different options, each on a line of its own and not too long.",
        least=number(fact.least),
        most=number(fact.most),
    ),
    facts.MustBeLater: lambda fact, zone: _(
        "That is not late enough. Please name a moment after {when}.", when=a_moment(fact.since, zone)
    ),
    facts.BadPoints: lambda fact, zone: _(
        "I need a number of points for that: from 2 to {most}.", most=number(fact.most)
    ),
    facts.AlreadyReminded: lambda fact, zone: _(
        "Those who have not voted on “{question}” were reminded already. Once is enough.", question=fact.question
    ),
    facts.AskedElsewhere: lambda fact, zone: _(
        "“{question}” belongs to a meeting: it is called off there.", question=fact.question
    ),
}


def _no_proxies(fact: Any) -> Markup:
    if fact.question:
        return _("In “{question}” everybody votes themself: it takes no proxies.", question=fact.question)
    return _("In this town everybody votes themself: there are no proxies.")


def _proxy_given(fact: Any) -> Markup:
    if fact.question:
        return _(
            "You have given {name} your proxy in “{question}”. End that one first, and then give it to somebody else.",
            name=fact.name,
            question=fact.question,
        )
    return _(
        "You have given {name} your proxy in every poll. End that one first, and then give it to somebody else.",
        name=fact.name,
    )


def _bad_ballot(fact: Any) -> Markup:
    if fact.kind == Kind.POINTS:
        return ngettext(
            "Please share out all points: {n} in all, like “1:2, 3:1”.",
            "Please share out all points: {n} in all, like “1:2, 3:1”.",
            fact.points,
        )
    if fact.kind == Kind.RANKED:
        return _("Please write the numbers in your order, the best first, like “2, 1, 3”.")
    if fact.kind == Kind.APPROVAL and fact.most:
        return ngettext("Please choose {n} of them at most.", "Please choose {n} of them at most.", fact.most)
    return _("I could not read that as a vote. Please tap one of the choices, or write its number.")
