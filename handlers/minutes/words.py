"""Votes, decisions and follow-ups in a line or two, as minutes, lists and notices tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.poll_taps import MinutesTap
from handlers.results.words import number_lines, of_poll, outcome_line
from locales import _, a_date, a_day, a_moment, ngettext, number
from storage.queries.decisions import DecisionRow
from storage.queries.follow_ups import FollowUpRow
from storage.queries.polls import PollRow
from town.week import local

MOST = 5
"""So many follow-ups stand on an agenda."""


def to(do: str, of: int = 0, n: int = 0, page: int = 0, key: str = "") -> str:
    return MinutesTap(do=do, id=of, n=n, page=page, key=key).pack()


def dated(instant: datetime, zone: ZoneInfo) -> str:
    """The day of an instant, with its year, as minutes keep it."""
    return a_date(local(instant, zone).date())


def vote_line(poll: PollRow) -> Markup:
    """What a vote came to: "Passed: 61 of 94 for, quorum 50 reached. Yes: 61 · No: 30 · 3 people abstained"."""
    if poll.cancelled_at is not None:
        return _("The vote was called off.")
    if poll.closed_at is None:
        return _("The vote is not closed yet.")
    came = of_poll(poll)
    numbers = Markup(" · ").join(number_lines(came).split("\n"))
    return Markup("{} {}").format(outcome_line(came), numbers)


def decision_line(one: DecisionRow) -> Markup:
    """What was decided by voice: "Adopted: …"."""
    what = one.text or one.title
    return _("Adopted: {what}", what=what) if one.passed else _("Turned down: {what}", what=what)


def in_words(one: FollowUpRow, zone: ZoneInfo) -> Markup:
    """What is to be done, whose it is, and what became of it."""
    return Markup("{} – {}").format(one.text, became(one, zone))


def became(one: FollowUpRow, zone: ZoneInfo) -> Markup:
    """What became of a follow-up, or whose it is and until when."""
    if one.state == "dropped":
        return _("dropped")
    if one.shift_starts is not None and one.shift_cancelled is None:
        return _of_shift(one, one.shift_starts, zone)
    if one.done_at is not None:
        done = _done(one, dated(one.done_at, zone))
        return Markup("{}: “{}”").format(done, one.note) if one.note else done
    called_off = _("its shift was called off") if one.shift_cancelled is not None else None
    said = _open(one)
    return Markup("{}; {}").format(said, called_off) if called_off is not None else said


def _of_shift(one: FollowUpRow, starts_at: datetime, zone: ZoneInfo) -> Markup:
    when = a_moment(starts_at, zone)
    if one.is_open:
        return _(
            "shift on {when}: {taken} of {places} places taken",
            when=when,
            taken=number(one.taken or 0),
            places=number(one.places or 0),
        )
    return _("done at the shift on {when}", when=when)


def _done(one: FollowUpRow, day: str) -> Markup:
    return _("done on {day} by {name}", day=day, name=one.doer) if one.doer else _("done on {day}", day=day)


def _open(one: FollowUpRow) -> Markup:
    if one.owner and one.due is not None:
        return _("{name}, open until {day}", name=one.owner, day=a_day(one.due))
    if one.owner:
        return _("{name}, open", name=one.owner)
    if one.due is not None:
        return _("nobody’s yet, open until {day}", day=a_day(one.due))
    return _("nobody’s yet, open")


def bullets(lines: Sequence[Markup]) -> list[Markup]:
    return [Markup("• {}").format(line) for line in lines]


def open_lines(found: Sequence[FollowUpRow], zone: ZoneInfo) -> list[Markup]:
    """What is still to be done after earlier meetings, as an agenda lists it: what is due first."""
    lines = [
        _("<b>Still to be done from earlier meetings</b>"),
        *bullets([in_words(one, zone) for one in found[:MOST]]),
    ]
    if len(found) > MOST:
        lines.append(ngettext("and {n} more", "and {n} more", len(found) - MOST))
    return lines
