"""Agenda items and votes on them in a few words, for screens and notices."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.poll_taps import MeetTap, MotionTap
from handlers.kit.poll_words import names_in
from handlers.kit.screens import Choice
from handlers.motions.actions import MINUTES, MOTION
from handlers.motions.voting import Asked
from locales import _, a_length, a_moment, listed, ngettext, number, percent
from storage.queries.agenda_items import ItemRow
from storage.queries.meetings import MeetingRow
from storage.queries.polls import PollRow
from storage.tables import ItemState
from town.polls import Kind, Result, Threshold, named

Majority = tuple[str, bool]
"""A threshold, and whether it is a share of all who may vote."""

MAJORITIES: tuple[Majority, ...] = (
    (Threshold.SIMPLE, False),
    (Threshold.TWO_THIRDS, False),
    (Threshold.ABSOLUTE, False),
    (Threshold.SIMPLE, True),
    (Threshold.TWO_THIRDS, True),
)


def kind_name(kind: str) -> Markup:
    """What kind of item it is."""
    if kind == MOTION:
        return _("Motion")
    return _("Minutes to approve") if kind == MINUTES else _("Topic")


def heading(meeting: MeetingRow, zone: ZoneInfo) -> Markup:
    """A meeting by its title and date."""
    if meeting.starts_at is None:
        return Markup("{}").format(meeting.title)
    return _("{title}, {when}", title=meeting.title, when=a_moment(meeting.starts_at, zone))


def second_words(item: ItemRow, needed: int) -> Markup:
    """How far a proposal is: "2 of 3 neighbours second it"."""
    return ngettext(
        "{n} of {needed} neighbours seconds it",
        "{n} of {needed} neighbours second it",
        item.seconds,
        needed=number(needed),
    )


def turnout_words(turnout: int, electorate: int) -> Markup:
    """How many have voted: "18 of 41 have voted"."""
    return ngettext("{n} of {all} has voted", "{n} of {all} have voted", turnout, all=number(electorate))


def outcome(vote: PollRow) -> Markup:
    """What became of a vote, in brief."""
    if vote.cancelled_at is not None:
        return _("the vote was called off")
    if vote.closed_at is None:
        return _("the vote is open")
    tally = json.loads(vote.tally)
    if vote.outcome in (Result.PASSED, Result.FAILED):
        counted = {"yes": number(tally["totals"][0]), "no": number(tally["totals"][1])}
        if vote.outcome == Result.PASSED:
            return _("passed: {yes} for, {no} against", **counted)
        return _("not passed: {yes} for, {no} against", **counted)
    if vote.outcome == Result.CHOSEN:
        return _("decided: {name}", name=listed(named(names_in(vote), vote.winning)))
    if vote.outcome == Result.NO_QUORUM:
        return ngettext(
            "no decision: {n} person voted, and the quorum is {quorum}",
            "no decision: {n} people voted, and the quorum is {quorum}",
            tally["ballots"],
            quorum=number(tally["quorum"]),
        )
    if not tally["ballots"]:
        return _("no decision: nobody voted")
    return _("no decision: a tie") if vote.outcome == Result.TIE else _("no decision: too few votes for any option")


def state(item: ItemRow, vote: PollRow | None, needed: int) -> Markup:
    """Where an item stands, in brief; empty where there is nothing to say."""
    if item.state == ItemState.PROPOSED:
        return second_words(item, needed)
    return outcome(vote) if vote is not None else Markup("")


# -- how a motion is put to the vote -----------------------------------------------------------------------------------


def kind_words(asked: Asked) -> Markup:
    """What can be answered."""
    if asked.kind == Kind.YESNO:
        return _("Answer: yes or no")
    if asked.kind == Kind.SINGLE:
        return _("Answer: one of {options}", options=listed(asked.options))
    return _("Answer: {options}, the best first", options=listed(asked.options))


def kind_label(kind: str) -> str:
    if kind == Kind.YESNO:
        return _("Yes or no").unescape()
    return (_("One of several options") if kind == Kind.SINGLE else _("Options put in order")).unescape()


def majority_label(majority: Majority) -> str:
    threshold, of_electorate = majority
    if of_electorate:
        two_thirds = _("Two thirds of all who may vote")
        return (_("More than half of all who may vote") if threshold == Threshold.SIMPLE else two_thirds).unescape()
    if threshold == Threshold.TWO_THIRDS:
        return _("Two thirds of the votes").unescape()
    return (_("Simple majority") if threshold == Threshold.SIMPLE else _("Absolute majority")).unescape()


def majority_words(majority: Majority, kind: str) -> Markup:
    """What it takes to pass."""
    threshold, of_electorate = majority
    if threshold == Threshold.TWO_THIRDS:
        if of_electorate:
            return _("It takes two thirds of all who may vote.")
        return _("It takes two thirds of the votes, those that abstain not counted.")
    if of_electorate:
        return _("It takes more than half of all who may vote.")
    if threshold == Threshold.ABSOLUTE:
        return _("It takes more than half of the votes, those that abstain counted.")
    return _("It passes with more yes than no.") if kind == Kind.YESNO else _("What has the most votes is decided.")


def quorum_words(quorum: int, people: bool) -> Markup:
    """How many must vote."""
    if not quorum:
        return _("Quorum: none")
    if people:
        return ngettext("Quorum: {n} person must vote", "Quorum: {n} people must vote", quorum)
    return _("Quorum: {share} of those who may vote", share=percent(quorum))


def too_few_words() -> Markup:
    """That the quorum cannot be reached, before anybody is asked."""
    return _("Fewer people are asked than must vote: like this it cannot come to a decision.")


def closing_words(minutes: int) -> Markup:
    """When the vote ends."""
    if not minutes:
        return _("It closes when you say so.")
    return _("It closes after {length}, or when you say so.", length=a_length(minutes))


# -- ways --------------------------------------------------------------------------------------------------------------


def to(do: str, what: int = 0, page: int = 0) -> str:
    return MotionTap(do=do, id=what, page=page).pack()


def to_item(item_id: int) -> Choice:
    return Choice(_("To the agenda item"), to("page", item_id))


def to_agenda(meeting_id: int) -> Choice:
    return Choice(_("The agenda"), to("list", meeting_id))


def to_meeting(meeting_id: int) -> str:
    return MeetTap(do="page", id=meeting_id).pack()
