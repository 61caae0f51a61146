"""Two residents who are one person: which of them is kept, and what becomes of everything that names the other.

`RULES` names every column that refers to a resident. The words of a rule are these:

- MOVES: what somebody has or is to hear becomes the kept one's.
- OPEN: it moves while something is still to be done about it; once that is over it stays as it was.
- STAYS: what was done stays with whoever did it then. Both keep their names on it.
- ONE: a person has one of these at most, so where both have one the rule says which of them it is.
- ANEW: a ledger forgets nothing: each line is taken back where it stands, and written anew for the kept one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """What becomes of what names the resident who is gone."""

    MOVES = "moves"
    OPEN = "open"
    STAYS = "stays"
    ONE = "one"
    ANEW = "anew"


_MOVES = {
    "accounts.resident_id": "all chats are the kept one's; of two that are preferred, the kept one's stays so",
    "claims.helper_id": "what they fetch for others; what one fetches for oneself needs no helper",
    "deeds.resident_id": "what a steward did for them is shown to them",
    "exemptions.resident_id": "weeks excused count together; one that they granted themself is asked for again",
    "hours_reports.resident_id": "but for one that they confirmed themself: it stays, and does not count",
    "link_codes.resident_id": "a code that was asked for links to whoever asked",
    "saved_audiences.made_by": "a name that was given to an audience is kept up by who gave it",
}
_OPEN = {
    "agenda_items.made_by": "until its meeting is over: only its proposer may withdraw it",
    "batch_series.made_by": "while it goes on",
    "broadcasts.made_by": "until it is over: nobody approves their own",
    "campaign_steps.owner_id": "while it is open",
    "contests.first_by": "while it is open: who decided first never decides again",
    "follow_ups.owner_id": "while it is open",
    "hours_reports.witness_id": "while it waits; nobody is their own witness",
    "items.made_by": "until it is retired",
    "meetings.made_by": "until its minutes are approved",
    "meetings.secretary_id": "until its minutes are approved",
    "outbox.resident_id": "what was not sent yet; what both would be told goes out once",
    "paper_ballots.entered_by": "until another teller confirms it: the same person is no other teller",
    "polls.made_by": "until it is closed",
    "series.made_by": "while it goes on",
    "shifts.made_by": "until its hours are settled",
    "swaps.from_id": "while it is asked; one between the two is withdrawn",
    "swaps.to_id": "while it is asked; one between the two is withdrawn",
}
_ONE = {
    "accounts.speaking_id": "nobody speaks for themself on a chat of their own",
    "agenda_seconds.resident_id": "of an item that is proposed, one second a person, and none for one's own",
    "ballots.resident_id": "in a poll that is open the earlier ballot counts, the later one is withdrawn",
    "broadcast_answers.resident_id": "the kept one's answer stands",
    "claims.resident_id": "of two on one batch the one that has goods; what the other has is given back and passes on",
    "contests.resident_id": "of two about one shift the kept one's; the other is closed",
    "cover_asks.resident_id": "what the kept one was asked stands",
    "stewards.steward_id": "helping goes on, but nobody helps themself",
    "stewards.resident_id": "a steward's part ends, for whoever has a chat of their own speaks for themself",
    "meeting_people.resident_id": "one invitation: the kept one's answer, else the other's; there is who was there",
    "mutes.resident_id": "what either has turned off is off",
    "needs.resident_id": "the kept one's answers, unless there are none",
    "paper_ballots.resident_id": "with the ballot that counts",
    "plan_lines.resident_id": "a plan proposes a place once",
    "poll_electors.resident_id": "in a poll that is open one vote remains, that which is in; closed ones stay",
    "poll_proxies.giver_id": "of two for the same polls the kept one's; what they gave each other ends",
    "poll_proxies.holder_id": "all that was given to either, but none of their own",
    "poll_tellers.resident_id": "a teller of either is a teller",
    "recall_people.resident_id": "told once, of all that either has had",
    "resident_topics.resident_id": "each skill and interest of either, at the higher level",
    "role_grants.resident_id": "every role of either, each once",
    "signups.resident_id": "of two places on one shift one stays; the other is given back and passes on",
    "speakers.resident_id": "nobody shares a chat with themself",
    "standing_signups.resident_id": "one for each series",
}
_STAYS = {
    "batch_series_exceptions.made_by": "done",
    "batches.made_by": "done",
    "batches.recalled_by": "done",
    "boards.switched_by": "done",
    "broadcast_events.resident_id": "a log; only those who have the role now count as having approved",
    "campaigns.made_by": "done",
    "campaign_steps.done_by": "done",
    "contests.decided_by": "done",
    "decisions.made_by": "done",
    "deeds.steward_id": "done",
    "exemptions.decided_by": "done",
    "follow_ups.done_by": "done",
    "follow_ups.made_by": "done",
    "stewards.ended_by": "done",
    "hours_entries.confirmed_by": "a line names who confirmed it; one's own hours do not count",
    "hours_reports.decided_by": "done",
    "meeting_people.noted_by": "done",
    "merges.gone_id": "what was made one, and can be undone",
    "merges.kept_id": "what was made one, and can be undone",
    "merges.undone_by": "done",
    "meter_files.made_by": "done",
    "meter_members.resident_id": "the utility was told so",
    "money_entries.made_by": "a ledger",
    "pictures.made_by": "done",
    "plans.wanted_by": "done",
    "poll_electors.by": "done",
    "poll_electors.confirmed_by": "done",
    "poll_proxies.ended_by": "done",
    "poll_tellers.named_by": "done",
    "posters.made_by": "done",
    "recall_people.told_by": "done",
    "recalls.cleared_by": "done",
    "recalls.made_by": "done",
    "resident_topics.signed_by": "done; a level that one gave oneself counts as told",
    "role_grants.ended_by": "done",
    "role_grants.granted_by": "done",
    "series_exceptions.made_by": "done",
    "stock_entries.by_id": "a ledger",
    "stock_entries.to_id": "a ledger",
    "updates.edited_by": "done",
    "updates.ready_by": "done",
    "week_standings.resident_id": "as it was told; the kept one's weeks are reckoned anew from the ledger",
}
_ANEW = {"hours_entries.resident_id": "in the same week, for the same work; one shift counts once"}

RULES: Mapping[Rule, Mapping[str, str]] = {
    Rule.MOVES: _MOVES,
    Rule.OPEN: _OPEN,
    Rule.ONE: _ONE,
    Rule.STAYS: _STAYS,
    Rule.ANEW: _ANEW,
}
"""By rule, each column that refers to residents ("table.column"), and what the rule means there."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of two residents who are one person."""

    id: int
    waits: bool
    joined_at: datetime


def kept_first(first: Candidate, second: Candidate) -> tuple[Candidate, Candidate]:
    """The one who is kept, then the one who is gone: who joined first stays; who still waits to join is never kept
    before a resident."""
    kept, gone = sorted((first, second), key=lambda one: (one.waits, one.joined_at, one.id))
    return kept, gone


_PLACES = ("released", "missed", "waiting", "offered", "held", "attended")
_LEVELS = ("told", "signed_off", "master")


def better_place(kept: str, gone: str) -> bool:
    """Whether, of two sign-ups for one shift, that of the one who is gone stands: it has come further."""
    return _PLACES.index(gone) > _PLACES.index(kept)


def better_level(kept: str, gone: str) -> bool:
    """Whether the one who is gone knows a skill better."""
    return _LEVELS.index(gone) > _LEVELS.index(kept)


def earlier_stays(kept_at: datetime | None, gone_at: datetime | None) -> bool:
    """Whether, of two ballots of an open poll, the kept one's counts: the earlier, or the only one that lies there."""
    if kept_at is None or gone_at is None:
        return gone_at is None
    return kept_at <= gone_at
