"""What the room of polls says unasked. Fields: those of `opening.said`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.facts import moment
from handlers.kit.nav import anew, home
from handlers.kit.poll_taps import PollTap, VoteTap
from handlers.kit.poll_words import option_names, written_in
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen, cut, distinct
from handlers.kit.shift_words import paragraphs
from handlers.polls.words import closes_line, kind_line
from locales import _, language
from storage.queries.polls import Option
from town.polls import Kind
from town.settings import TownSettings
from town.topics import MEETINGS

MOST_AT_ONCE = 5
"""With so many options, or fewer, one can vote right under the notice."""
MOST_ABOUT = 300
"""Characters of an explanation in a notice; the poll's page has all of it."""


def opened(fields: Fields, town: TownSettings) -> Screen:
    return _asks(_("You are asked:"), fields, town)


def reminder(fields: Fields, town: TownSettings) -> Screen:
    return _asks(_("Your vote is still awaited:"), fields, town)


def cancelled(fields: Fields, town: TownSettings) -> Screen:
    """Besides: the `reason` why."""
    text = paragraphs(
        _("“{question}” was called off: nothing is counted.", question=_text(fields)[0]),
        _("Why: {reason}", reason=in_words(fields["reason"])),
    )
    all_polls = Choice(_("All polls"), PollTap(do="open").pack())
    return Screen(text, ((anew(all_polls),), (anew(home()),)))


def _asks(head: Markup, fields: Fields, town: TownSettings) -> Screen:
    question, about = _text(fields)
    names = option_names(fields["kind"], _options(fields))
    other = written_in(fields["words"])
    at_once = not fields["secret"] and fields["kind"] in (Kind.YESNO, Kind.SINGLE) and len(names) <= MOST_AT_ONCE
    listed = [] if fields["kind"] == Kind.YESNO else [Markup("{}. {}").format(at, n) for at, n in enumerate(names, 1)]
    text = paragraphs(
        head,
        Markup("<b>{}</b>").format(question),
        _("(It was asked in {language} only.)", language=other) if other else "",
        cut(about, MOST_ABOUT),
        Markup("\n").join(line for line in (kind_line(fields["kind"], points=fields["points"]), *listed) if line),
        _("It is a secret ballot.") if fields["secret"] else _("Everybody can see afterwards who voted how."),
        closes_line(moment(fields["closes_at"]) if fields["closes_at"] else None, town.tz),
    )
    rows = _at_once(fields, names) if at_once else ((_vote(fields),),)
    more = Choice(_("More about it"), PollTap(do="page", id=fields["poll"]).pack())
    return Screen(text, (*rows, (anew(more), anew(home()))))


def _vote(fields: Fields) -> Choice:
    return anew(Choice(_("Vote"), VoteTap(do="take", id=fields["poll"]).pack()))


def _at_once(fields: Fields, names: Sequence[str]) -> tuple[Row, ...]:
    """The options themselves: a tap on one is the vote."""
    labels = distinct(names, 40, besides=[_("More about it").unescape(), home().label])
    choices = [
        anew(Choice(label, VoteTap(do="cast", id=fields["poll"], draft=str(at)).pack()))
        for at, label in enumerate(labels, 1)
    ]
    return (tuple(choices),) if fields["kind"] == Kind.YESNO else tuple((choice,) for choice in choices)


def _text(fields: Fields) -> tuple[str, str]:
    """The question and its explanation in the reader's language."""
    said = json.loads(fields["words"]).get(language(), {})
    return said.get("question", fields["question"]), said.get("about", fields.get("about", ""))


def _options(fields: Fields) -> list[Option]:
    return [Option(one["name"], one.get("names", {}), one.get("at", "")) for one in json.loads(fields["options"])]


NOTICES = (
    Notice(key="poll.opened", render=opened, topic=MEETINGS),
    Notice(key="poll.reminder", render=reminder, topic=MEETINGS),
    Notice(key="poll.cancelled", render=cancelled, topic=MEETINGS),
)
