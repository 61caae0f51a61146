"""What people are told about proxies."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.poll_words import choice_words, option_names
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.proxies.words import asked, scope_of, to, to_mine, to_poll
from locales import _, a_moment, ngettext
from storage.queries.polls import options_of
from town.settings import TownSettings


def given(fields: Fields, town: TownSettings) -> Screen:
    """Fields: proxy, giver, holder, poll, question, words. The reader holds it."""
    text = paragraphs(
        _("{name} trusts you to vote for them {where}.", name=fields["giver"], where=scope_of(fields)),
        _("I tell you when there is something to vote on. You can decline if it does not suit you."),
    )
    choices = [Choice(_("Decline"), to("decline", fields["proxy"])), to_mine()]
    if fields["poll"] is not None:
        choices.insert(0, Choice(_("Vote for them"), to("vote", fields["poll"])))
    return _ways(text, choices)


def declined(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `given`. The reader gave it."""
    text = paragraphs(
        _("{name} does not vote for you {where}.", name=fields["holder"], where=scope_of(fields)),
        _("You can vote yourself, or ask somebody else."),
    )
    first = [] if fields["poll"] is None else [to_poll(fields["poll"])]
    return _ways(text, [*first, to_mine()])


def ended(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `given`. The reader held it."""
    text = _(
        "{name} has taken the proxy back that you held {where}. Thank you for having been there.",
        name=fields["giver"],
        where=scope_of(fields),
    )
    return _ways(text, [to_mine()])


def waiting(fields: Fields, town: TownSettings) -> Screen:
    """Fields: many, and those of `handlers.polls.opening.said`."""
    text = ngettext(
        "In “{question}” you may vote for {n} neighbour too: you hold their proxy.",
        "In “{question}” you may vote for {n} neighbours too: you hold their proxies.",
        fields["many"],
        question=asked(fields["question"], fields["words"]),
    )
    closes = fields["closes_at"]
    until = (
        "" if closes is None else _("It is open until {when}.", when=a_moment(datetime.fromisoformat(closes), town.tz))
    )
    return _ways(
        paragraphs(text, until), [Choice(_("Vote for them"), to("vote", fields["poll"])), to_poll(fields["poll"])]
    )


def voted(fields: Fields, town: TownSettings) -> Screen:
    """Fields: holder, those of `handlers.polls.opening.said`, and choice in an open poll."""
    question = asked(fields["question"], fields["words"])
    if fields["secret"]:
        text = _(
            "{name} has put a vote in for you in the secret poll “{question}”. What they voted nobody can see.",
            name=fields["holder"],
            question=question,
        )
    else:
        names = option_names(fields["kind"], options_of(fields["options"]))
        text = paragraphs(
            _(
                "{name} has voted for you in “{question}”: <b>{choice}</b>.",
                name=fields["holder"],
                question=question,
                choice=choice_words(fields["kind"], names, fields["choice"]),
            ),
            _("If you see it differently, vote yourself while the poll is open: your own vote takes its place."),
        )
    return _ways(text, [to_poll(fields["poll"]), to_mine()])


def _ways(text: str, choices: list[Choice]) -> Screen:
    return Screen(text, in_rows([*map(anew, choices), anew(home())]))


NOTICES = (
    Notice("proxy.given", given),
    Notice("proxy.declined", declined),
    Notice("proxy.ended", ended),
    Notice("proxy.asked", waiting),
    Notice("proxy.voted", voted),
)
