"""The rules that keep somebody from working on a shift, in words for others: no more of them than the others need."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from locales import _
from town import facts
from town.facts import Fact
from town.swaps import Rule

_RULES: dict[type[Fact], Rule] = {
    facts.NotFound: Rule.GONE,
    facts.ShiftCancelled: Rule.CANCELLED,
    facts.ShiftStarted: Rule.STARTED,
    facts.TooLate: Rule.STARTED,
    facts.NotHeld: Rule.NOT_HELD,
    facts.AlreadyHeld: Rule.HELD,
    facts.ShiftClash: Rule.CLASH,
    facts.RestTooShort: Rule.REST,
    facts.TooMuchInADay: Rule.DAY,
    facts.TooMuchInAWeek: Rule.WEEK,
    facts.TooYoung: Rule.YOUNG,
    facts.TooLateForMinor: Rule.YOUNG,
    facts.NeedsSkill: Rule.SKILL,
    facts.NeedsMaster: Rule.MASTER,
}

BREAKS = tuple(_RULES)
"""The facts that are a rule in somebody's way."""

_OURS: dict[Rule, Callable[[str], Markup]] = {
    Rule.GONE: lambda title: _("That shift is no longer there."),
    Rule.CANCELLED: lambda title: _("“{title}” was cancelled.", title=title),
    Rule.STARTED: lambda title: _("“{title}” has already started.", title=title),
    Rule.CHANGED: lambda title: _("The time of “{title}”, or of the shift for it, has been changed.", title=title),
}
"""Those that are nobody's in particular."""

_OF_YOU: dict[Rule, Callable[[str], Markup]] = {
    Rule.NOT_HELD: lambda title: _("You hold no place on “{title}” any more.", title=title),
    Rule.HELD: lambda title: _("You hold a place on “{title}” already.", title=title),
    Rule.CLASH: lambda title: _("You hold a place on another shift at the time of “{title}”.", title=title),
    Rule.REST: lambda title: _("With “{title}” your rest between two days' work would be too short.", title=title),
    Rule.DAY: lambda title: _("With “{title}” you would work more in a day than the town allows.", title=title),
    Rule.WEEK: lambda title: _("With “{title}” you would work more in a week than the town allows.", title=title),
    Rule.YOUNG: lambda title: _("The town's limits for young people keep you from “{title}”.", title=title),
    Rule.SKILL: lambda title: _("The place on “{title}” asks for a skill that you do not have yet.", title=title),
    Rule.MASTER: lambda title: _(
        "The place on “{title}” is for somebody who learns there, beside a master.", title=title
    ),
}
_OF_OTHERS: dict[Rule, Callable[[str, str], Markup]] = {
    Rule.NOT_HELD: lambda title, name: _("{name} holds no place on “{title}” any more.", name=name, title=title),
    Rule.HELD: lambda title, name: _("{name} holds a place on “{title}” already.", name=name, title=title),
    Rule.CLASH: lambda title, name: _(
        "{name} holds a place on another shift at the time of “{title}”.", name=name, title=title
    ),
    Rule.REST: lambda title, name: _(
        "With “{title}” the rest of {name} between two days' work would be too short.", name=name, title=title
    ),
    Rule.DAY: lambda title, name: _(
        "With “{title}” {name} would work more in a day than the town allows.", name=name, title=title
    ),
    Rule.WEEK: lambda title, name: _(
        "With “{title}” {name} would work more in a week than the town allows.", name=name, title=title
    ),
    Rule.YOUNG: lambda title, name: _("The town's limits keep {name} from “{title}”.", name=name, title=title),
    Rule.SKILL: lambda title, name: _(
        "The place on “{title}” asks for a skill that {name} does not have yet.", name=name, title=title
    ),
    Rule.MASTER: lambda title, name: _(
        "The place on “{title}” is for somebody who learns there, beside a master.", name=name, title=title
    ),
}


def rule_of(fact: Fact) -> Rule:
    """The rule that a fact of `BREAKS`, or an OthersRule, is about."""
    if isinstance(fact, facts.OthersRule):
        return Rule(fact.rule)
    return _RULES[type(fact)]


def in_the_way(rule: str, title: str, name: str = "") -> Markup:
    """What keeps somebody from working on a shift, or the reader where there is no name."""
    kind = Rule(rule)
    if kind in _OURS:
        return _OURS[kind](title)
    return _OF_OTHERS[kind](title, name) if name else _OF_YOU[kind](title)
