"""Polls in plain sentences, the same on every screen that tells of one: whom it asks, and what decides it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.polls.opening import NewPoll
from locales import _, a_moment, ngettext, percent
from storage.queries.polls import PollRow
from town.audience import MEETING, PROJECT, ROLE, Audience
from town.polls import Kind, Threshold

Asked = NewPoll | PollRow
"""A poll as somebody is about to ask it, or as it was asked."""


def people_words(audience: Audience, name: str) -> Markup:
    """Whom an audience has, as part of a sentence; `name` is that of the project or the meeting."""
    if audience.kind == PROJECT:
        return _("everybody who takes part in {project}", project=name or "–")
    if audience.kind == MEETING:
        return _("everybody who is there at “{meeting}”", meeting=name or "–")
    if audience.kind == ROLE:
        return {
            "council": _("the council"),
            "coordinator": _("all coordinators"),
            "treasurer": _("the treasurers"),
            "mayor": _("the mayor"),
        }[audience.word]
    return _("all residents")


def who_line(audience: Audience, name: str, people: int | None, *, benefits_only: bool) -> Markup:
    """Who may vote; `people` is how many they are, None where that is not known yet."""
    who = people_words(audience, name)
    if benefits_only:
        who = _("{people}, of them those who have the benefits", people=who)
    if people is None:
        return _("May vote: {people}. They are written down when it opens.", people=who)
    return ngettext("May vote: {people}, {n} person.", "May vote: {people}, {n} people.", people, people=who)


def kind_line(kind: str, *, points: int = 0, most: int = 0) -> Markup:
    """What a voter does; nothing to say of yes and no."""
    if kind == Kind.SINGLE:
        return _("Everybody chooses one of these.")
    if kind == Kind.APPROVAL:
        if most:
            return ngettext("Everybody chooses {n} of these at most.", "Everybody chooses {n} of these at most.", most)
        return _("Everybody chooses as many of these as they like.")
    if kind == Kind.RANKED:
        return _("Everybody puts these in their own order, the best first.")
    if kind == Kind.POINTS:
        return ngettext(
            "Everybody shares out {n} point over these.", "Everybody shares out {n} points over these.", points
        )
    return Markup("")


def secret_line(poll: Asked) -> Markup:
    """What secret or open means for a voter."""
    if poll.secret:
        return _("Secret: the town keeps who has voted, and what was voted, but nothing that joins the two.")
    if poll.hidden:
        return _(
            "Open: each vote is kept with its name, and can be looked up after the close. Until then no count is shown."
        )
    return _("Open: each vote is kept with its name, and can be looked up after the close.")


def quorum_line(poll: Asked, electorate: int | None) -> Markup:
    """How many have to vote."""
    if not poll.quorum:
        return _("It counts however many vote.")
    if poll.quorum_people:
        return ngettext(
            "It decides something only if at least {n} person votes.",
            "It decides something only if at least {n} people vote.",
            poll.quorum,
        )
    if not electorate:
        return _("It decides something only if at least {share} of them vote.", share=percent(poll.quorum))
    needed = -(-poll.quorum * electorate // 100)
    return ngettext(
        "It decides something only if at least {share} of them vote: {n} person.",
        "It decides something only if at least {share} of them vote: {n} people.",
        needed,
        share=percent(poll.quorum),
    )


def threshold_line(poll: Asked) -> Markup:
    """What it takes to pass, or to be chosen."""
    if poll.kind == Kind.YESNO:
        return _to_pass(poll)
    return Markup("") if poll.kind == Kind.POINTS else _to_be_chosen(poll)


def _to_pass(poll: Asked) -> Markup:
    if poll.threshold == Threshold.TWO_THIRDS:
        if poll.of_electorate:
            return _("It passes if at least two thirds of all who may vote say yes.")
        return _("It passes if at least two thirds of those who say yes or no say yes.")
    if poll.of_electorate:
        return _("It passes if more than half of all who may vote say yes.")
    if poll.threshold == Threshold.ABSOLUTE:
        return _("It passes if more than half of all who vote say yes, those who abstain counted in.")
    return _("It passes with more yes than no.")


def _to_be_chosen(poll: Asked) -> Markup:
    ranked = poll.kind == Kind.RANKED
    if poll.threshold == Threshold.TWO_THIRDS:
        if poll.of_electorate:
            return _("The best is chosen if at least two thirds of all who may vote are for it.")
        return _("The best is chosen if at least two thirds of those who do not abstain are for it.")
    if poll.of_electorate:
        return _("The best is chosen if more than half of all who may vote are for it.")
    if poll.threshold == Threshold.ABSOLUTE:
        return _("The best is chosen if more than half of all who vote are for it, those who abstain counted in.")
    if ranked:
        return _("The weakest drops out, round by round, until one has more than half of the votes that still count.")
    return _("Whatever has the most votes is chosen.")


def opens_line(opens_at: datetime | None, zone: ZoneInfo) -> Markup:
    """When it opens; None: at once."""
    return _("Opens: at once") if opens_at is None else _("Opens: {when}", when=a_moment(opens_at, zone))


def closes_line(closes_at: datetime | None, zone: ZoneInfo) -> Markup:
    """Until when it is open; None: until somebody closes it."""
    if closes_at is None:
        return _("Open until it is closed by hand.")
    return _("Open until {when}.", when=a_moment(closes_at, zone))


def turnout_line(voted: int, electorate: int) -> Markup:
    """How many have voted."""
    return ngettext("{n} of {all} has voted.", "{n} of {all} have voted.", voted, all=electorate)
