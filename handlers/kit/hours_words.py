"""Facts about hours in words: reports, contests, corrections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from locales import _, a_day, a_length, ngettext
from town import facts
from town.facts import Fact
from town.hours import ContestState, ReportState

HOURS: dict[type[Fact], Callable[[Any, ZoneInfo], Markup]] = {
    facts.DayOutside: lambda fact, zone: _(
        "I can write down days from {first} to {last}. Which day was it?",
        first=a_day(fact.first),
        last=a_day(fact.last),
    ),
    facts.OwnWitness: lambda fact, zone: _("Nobody is their own witness. Who else saw it?"),
    facts.ReportDecided: lambda fact, zone: _report(fact),
    facts.SameMinutes: lambda fact, zone: _("{length} is what is written down already.", length=a_length(fact.minutes)),
    facts.NothingDecided: lambda fact, zone: _(
        "Nobody has said yet how it was with “{title}”. I ask again and again.", title=fact.title
    ),
    facts.DecidedUnsigned: lambda fact, zone: _(
        "“{title}” was settled before I noted by whom, so I cannot ask somebody else. Please talk to the coordinator: "
        "they can still correct it.",
        title=fact.title,
    ),
    facts.TooLateToContest: lambda fact, zone: ngettext(
        "That was decided more than {n} day ago, so it stays as it is. You can still talk to the coordinator.",
        "That was decided more than {n} days ago, so it stays as it is. You can still talk to the coordinator.",
        fact.days,
    ),
    facts.AlreadyContested: lambda fact, zone: _contested(fact.state),
    facts.ContestOpen: lambda fact, zone: _(
        "{name} does not agree with these hours, and somebody else decides about that first.", name=fact.name
    ),
    facts.ContestDecided: lambda fact, zone: _decided(fact),
    facts.DecidedFirst: lambda fact, zone: _("You decided this the first time, so somebody else decides now."),
}


def _report(fact: Any) -> Markup:
    if fact.state == ReportState.WITHDRAWN:
        return _("{name} has withdrawn this report. Nothing is left to do.", name=fact.name)
    if fact.state == ReportState.CONFIRMED:
        if fact.mine:
            return _("You confirmed this before. Its hours are written down once.")
        return _("{name} confirmed this before. Its hours are written down once.", name=fact.name)
    if fact.mine:
        return _("You answered this before: it was not confirmed.")
    return _("{name} answered this before: it was not confirmed.", name=fact.name)


def _contested(state: str) -> Markup:
    if state == ContestState.OPEN:
        return _("You said so already, and somebody else is looking at it. I write to you as soon as it is decided.")
    return _("This was looked at again before, and it stays as it was decided then.")


def _decided(fact: Any) -> Markup:
    if fact.mine:
        return _("You decided this before.")
    if fact.upheld:
        return _("{name} decided this before: the hours were corrected.", name=fact.name)
    return _("{name} decided this before: it stays as it was.", name=fact.name)
