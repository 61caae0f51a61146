"""More facts in words, by what they are about; `handlers.kit.facts` is where they are looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_words import GOODS
from handlers.kit.hours_words import HOURS
from handlers.kit.identity_words import IDENTITY
from handlers.kit.news_words import NEWS
from handlers.kit.poll_words import POLLS
from handlers.kit.rule_words import in_the_way
from locales import _, a_day, a_length, a_moment, ngettext, number
from town import facts
from town.facts import Fact
from town.swaps import SwapState

Sentence = Callable[[Any, ZoneInfo], Markup]

PLACES: dict[type[Fact], Sentence] = {
    facts.RestTooShort: lambda fact, zone: _(
        "Between one day's work and the next the town asks for {rest} of rest, and “{other}” is too near. "
        "So I did not add “{title}”.",
        rest=a_length(fact.rest),
        other=fact.other,
        title=fact.title,
    ),
    facts.TooMuchInADay: lambda fact, zone: _in_a_day(fact),
    facts.TooMuchInAWeek: lambda fact, zone: _in_a_week(fact),
    facts.TooYoung: lambda fact, zone: _(
        "Shifts are for people from {age} years on. We look forward to you!", age=number(fact.age)
    ),
    facts.TooLateForMinor: lambda fact, zone: _(
        "Young people work between 6:00 and {until}, on one day, so “{title}” is not for you yet.",
        until=fact.until,
        title=fact.title,
    ),
    facts.NeedsSkill: lambda fact, zone: _needs_skill(fact),
    facts.NeedsMaster: lambda fact, zone: _(
        "The places still free on “{title}” are for learners, and no master holds a place there yet. "
        "Please look again later.",
        title=fact.title,
    ),
    facts.AlreadyWaiting: lambda fact, zone: _(
        "You are on the waiting list of “{title}” already. I will write as soon as a place is free.", title=fact.title
    ),
    facts.OfferGone: lambda fact, zone: _(
        "That place on “{title}” has passed on to somebody else. There are other shifts that would be glad of you.",
        title=fact.title,
    ),
    facts.OtherBusy: lambda fact, zone: _(
        "The other person is changing something at this very moment. Please tap once more."
    ),
}


def _in_a_day(fact: Any) -> Markup:
    if fact.minor:
        return _(
            "Young people work at most {most} a day, and “{title}” would be more, so I did not add it.",
            most=a_length(fact.most),
            title=fact.title,
        )
    return _(
        "The town asks nobody for more than {most} a day, and with “{title}” it would be more. So I did not add it.",
        most=a_length(fact.most),
        title=fact.title,
    )


def _in_a_week(fact: Any) -> Markup:
    if fact.minor:
        return _(
            "Young people work at most {most} a week, and “{title}” would be more, so I did not add it.",
            most=a_length(fact.most),
            title=fact.title,
        )
    return _(
        "The town asks nobody for more than {most} a week, and with “{title}” it would be more. So I did not add it.",
        most=a_length(fact.most),
        title=fact.title,
    )


def _needs_skill(fact: Any) -> Markup:
    if fact.proof:
        return _(
            "The places still free on “{title}” are for people whose skill a master has signed off.", title=fact.title
        )
    return _(
        "The places still free on “{title}” are kept for people with a skill that you have not told me of. "
        "If you have it, add it under /me.",
        title=fact.title,
    )


SKILLS: dict[type[Fact], Sentence] = {
    facts.KindsTooMany: lambda fact, zone: _(
        "Together that would keep {kept} places for skills, and the shift has {most}. A smaller number, please.",
        kept=number(fact.kept),
        most=number(fact.most),
    ),
    facts.OpenPlacesTaken: lambda fact, zone: ngettext(
        "{n} place that anybody may take is taken already, so at most {most} can be kept for skills.",
        "{n} places that anybody may take are taken already, so at most {most} can be kept for skills.",
        fact.taken,
        most=number(fact.most),
    ),
    facts.FewestPlaces: lambda fact, zone: _(
        "{kept} of its places are kept for skills and others are taken, so it needs {fewest} or more. To keep fewer, "
        "change “Skills needed” first.",
        kept=number(fact.kept),
        fewest=number(fact.fewest),
    ),
    facts.OwnSkill: lambda fact, zone: _("Nobody judges their own skill: somebody else has to do this."),
}

AGE: dict[type[Fact], Sentence] = {
    facts.BadBirthDate: lambda fact, zone: _(
        "I could not read “{given}” as a birth date. Try “3 May 2012” or “3/5/2012”.", given=fact.given[:60]
    ),
    facts.NotUnderAge: lambda fact, zone: _(
        "Whoever was born then is {age} or older, and of grown-ups the town keeps no birth date.", age=number(fact.age)
    ),
}


SWAPS: dict[type[Fact], Sentence] = {
    facts.SwapOver: lambda fact, zone: _swap_over(fact.state),
    facts.SwapAsked: lambda fact, zone: _(
        "You have asked {name} about this shift already. I write to you as soon as there is an answer.", name=fact.name
    ),
    facts.TooManySwaps: lambda fact, zone: ngettext(
        "You have {n} open request already. Take one back first, or wait for the answer.",
        "You have {n} open requests already. Take one back first, or wait for the answers.",
        fact.most,
    ),
    facts.OthersRule: lambda fact, zone: in_the_way(fact.rule, fact.title, fact.name),
}


def _swap_over(state: str) -> Markup:
    if state == SwapState.ACCEPTED:
        return _("That request was accepted, and the places have changed hands.")
    if state == SwapState.DECLINED:
        return _("That request was declined. Everybody kept their places.")
    if state == SwapState.WITHDRAWN:
        return _("That request was taken back. Everybody kept their places.")
    if state == SwapState.EXPIRED:
        return _("The time for that request is over. Everybody kept their places.")
    return _("That request could not be carried out. Everybody kept their places.")


CHECKING_IN: dict[type[Fact], Sentence] = {
    facts.CheckInWrong: lambda fact, zone: _(
        "That is not the code of this minute: it changes every minute. Please type the one on the screen now."
    ),
    facts.CheckInEarly: lambda fact, zone: _(
        "It is early for that: checking in at “{title}” begins at {time}.",
        title=fact.title,
        time=a_moment(fact.opens_at, zone),
    ),
    facts.ShiftOver: lambda fact, zone: _("“{title}” is over.", title=fact.title),
    facts.NobodyChecked: lambda fact, zone: _(
        "Of those who checked in on “{title}”, nobody waits for their hours.", title=fact.title
    ),
}

SERIES: dict[type[Fact], Sentence] = {
    facts.NoDays: lambda fact, zone: _("On no day at all would there be a shift. Please choose one, or a later end."),
    facts.NotItsDay: lambda fact, zone: _(
        "There is no coming shift of this series on “{given}”. Which day is it?", given=fact.given[:60]
    ),
    facts.SeriesEnded: lambda fact, zone: _(
        "“{title}” does not come again any more. There are other shifts that would be glad of you.", title=fact.title
    ),
}

EXEMPTIONS: dict[type[Fact], Sentence] = {
    facts.BadSpan: lambda fact, zone: ngettext(
        "An exemption is for {n} week at most, and begins last week at the earliest. Please choose again.",
        "An exemption is for {n} weeks at most, and begins last week at the earliest. Please choose again.",
        fact.most,
    ),
    facts.AlreadyExempt: lambda fact, zone: _(
        "For some of these weeks you have asked already, or are exempt. See /exempt for what there is."
    ),
    facts.OwnExemption: lambda fact, zone: _(
        "Nobody decides on their own exemption: another coordinator of the town, or the mayor, will."
    ),
    facts.ExemptionDecided: lambda fact, zone: _("That was decided before, or taken back: nothing is left to do here."),
}


POWER: dict[type[Fact], Sentence] = {
    facts.BadMeter: lambda fact, zone: _(
        "“{given}” does not look like the number of a meter. It has figures in it, as on the meter or the bill.",
        given=fact.given,
    ),
    facts.MeterTaken: lambda fact, zone: _(
        "The meter {meter} is registered by another home already. If that is yours, ask them for its code; "
        "if it is a mistake, tell a coordinator.",
        meter=fact.meter,
    ),
    facts.HasHome: lambda fact, zone: _("You belong to a home already. Leave it first, under /home."),
    facts.NoHome: lambda fact, zone: _("You belong to no home at the moment. Register one under /home."),
    facts.WeekNotYet: lambda fact, zone: _(
        "That week's file can be made when the week before is closed, from {day} on.",
        day=a_moment(fact.since, zone),
    ),
    facts.WeekBefore: lambda fact, zone: _(
        "The town did not count hours yet in that week. Its first file is that of the week of {day}.",
        day=a_day(fact.first),
    ),
    facts.AlreadyFiled: lambda fact, zone: _(
        "The utility was told of that week already. What has changed since goes into adjustments."
    ),
    facts.NothingChanged: lambda fact, zone: _("Nothing has changed since the utility was told last. All is well."),
}

PLANS: dict[type[Fact], Sentence] = {
    facts.NoOpenPlaces: lambda fact, zone: _(
        "There are no open places in that week for which there is still time to ask anybody."
    ),
    facts.PlanGone: lambda fact, zone: _(
        "This proposal is out of date: there is a newer one, or its week is over. You find the current one with the "
        "project at the desk."
    ),
    facts.PlanNotReady: lambda fact, zone: _("This proposal is not ready yet. I will write as soon as it is."),
    facts.PlanSent: lambda fact, zone: _(
        "This proposal was sent already, so nothing was changed. I will tell you when places stay open."
    ),
    facts.LineGone: lambda fact, zone: _("They are not in this proposal any more."),
}

MORE: dict[type[Fact], Sentence] = (
    PLANS
    | PLACES
    | SKILLS
    | AGE
    | SWAPS
    | CHECKING_IN
    | SERIES
    | EXEMPTIONS
    | HOURS
    | POWER
    | GOODS
    | POLLS
    | NEWS
    | IDENTITY
)
"""All of them."""
