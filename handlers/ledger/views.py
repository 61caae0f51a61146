"""What the ledger says: a resident's week entry by entry, and what a correction asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, pager
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen, distinct
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ContestTap, HoursTap, LedgerTap, ReportTap
from handlers.ledger.actions import Told, Week
from handlers.ledger.works import SHIFT, Work
from locales import _, a_day, a_length, a_span, short_day
from storage.queries.contests import ContestRow
from storage.queries.ledger import Entry
from town.hours import ContestState, EntryKind, ReportState
from town.standing import Standing, WeekResult

MOST_LINES = 8
"""Lines of one piece of work that are shown: the newest."""

MOST_PAGE = 2400
"""Characters of a page's pieces of work; one of them is always shown."""

MOST_CONTESTED = 7
LABEL = 40


def week(of: Week, page: int, zone: ZoneInfo, required: int) -> Screen:
    """A week: what it came to, each piece of work with its lines, and what waits."""
    pages = _pages([_work(number, one, zone) for number, one in enumerate(of.works, 1)])
    page = min(page, len(pages) - 1)
    parts = [_head(of), _sums(of.result, required), *pages[page]]
    if of.waiting and page == len(pages) - 1:
        parts.append(_waiting(of, zone))
    if not of.works and not of.waiting:
        parts.append(_("Nothing is written down in this week."))
    monday = of.monday.isoformat()
    turn = pager(len(pages), page, lambda at: to("week", monday, page=at), 1)
    return Screen(paragraphs(*parts), (*turn, *_turn_weeks(of), *_ways(of), (home(),)))


def to_contest(of: Week, zone: ZoneInfo) -> Screen:
    """Which of a week's pieces of work somebody does not agree with."""
    open_to = contestable(of)
    up = (back(to("week", of.monday.isoformat())), home())
    if not open_to:
        return Screen(_("There is nothing in this week that can be looked at again."), (up,))
    text = _("Which of these is not right? Somebody else then looks at it again.")
    labels = [f"{number}. {_when(one, zone)} {one.title}" for number, one in enumerate(open_to, 1)]
    rows = tuple((Choice(label, _contest(one)),) for label, one in zip(distinct(labels, LABEL), open_to, strict=True))
    return Screen(text, (*rows, up))


def contestable(of: Week) -> list[Told]:
    """The pieces of work of a week that can still be contested, as many as a screen can offer."""
    return [one for one in of.works if one.contest_until is not None][:MOST_CONTESTED]


def _ways(of: Week) -> tuple[Row, ...]:
    rows: list[Row] = []
    open_to = contestable(of)
    if open_to:
        data = _contest(open_to[0]) if len(open_to) == 1 else to("contest", of.monday.isoformat())
        rows.append((Choice(_("That is not right"), data),))
    rows.append((Choice(_("My reports"), ReportTap(do="mine").pack()),))
    return tuple(rows)


def _turn_weeks(of: Week) -> tuple[Row, ...]:
    row = []
    if of.monday > of.first:
        row.append(Choice(_("The week before"), to("week", (of.monday - timedelta(days=7)).isoformat())))
    if of.monday < of.last:
        row.append(Choice(_("The week after"), to("week", (of.monday + timedelta(days=7)).isoformat())))
    return (tuple(row),) if row else ()


def _head(of: Week) -> Markup:
    return _(
        "<b>Your week</b>, {first} – {last}",
        first=short_day(of.monday),
        last=short_day(of.monday + timedelta(days=6)),
    )


def _sums(result: WeekResult, required: int) -> Markup:
    lines = [_("Confirmed: {length}", length=a_length(result.minutes))]
    if result.carried_in:
        lines.append(_("Carried over from before: {length}", length=a_length(result.carried_in)))
    if result.carried_out:
        lines.append(_("Carried over to the next week: {length}", length=a_length(result.carried_out)))
    lines.append(_standing(result, required))
    return Markup("\n").join(lines)


def _standing(result: WeekResult, required: int) -> Markup:
    match result.standing:
        case Standing.PARTICIPATING:
            return _("You take part: the {length} of this week are complete.", length=a_length(required))
        case Standing.WELCOME:
            return _("You are newly here: nothing is asked of you in this week.")
        case Standing.EXEMPT:
            return _("You are exempt: nothing is asked of you in this week.")
    return _("Missing: {missing} of {length}.", missing=a_length(result.missing), length=a_length(required))


def _pages(works: Sequence[Markup]) -> list[list[Markup]]:
    """Pieces of work in pages that fit on a screen; one page at least."""
    pages: list[list[Markup]] = [[]]
    for work in works:
        if pages[-1] and sum(map(len, pages[-1])) + len(work) > MOST_PAGE:
            pages.append([])
        pages[-1].append(work)
    return pages


def _work(number: int, one: Told, zone: ZoneInfo) -> Markup:
    when = a_span(one.at, one.ends_at, zone) if one.at and one.ends_at else a_day(one.day) if one.day else ""
    lines = [Markup("{}. <b>{}</b>\n{}, {}").format(number, one.title, one.project, when)]
    if len(one.entries) > MOST_LINES:
        lines.append(Markup("…"))
    lines += [_line(entry, zone) for entry in one.entries[-MOST_LINES:]]
    if not one.entries and one.report is not None:
        lines.append(_not_written(one, zone))
    if one.contest is not None:
        lines.append(_contested(one.contest))
    return Markup("\n").join(lines)


def _line(entry: Entry, zone: ZoneInfo) -> Markup:
    """One line of the ledger: minutes with their sign, who wrote it and when, and why where that was asked."""
    said = {"name": entry.by, "day": short_day(entry.confirmed_at.astimezone(zone).date())}
    minutes, reason = signed(entry.minutes), in_words(entry.reason)
    if entry.kind == EntryKind.REVERSAL:
        return _("{minutes}: taken back by {name}, {day}: “{reason}”", minutes=minutes, reason=reason, **said)
    if entry.kind == EntryKind.CORRECTION:
        return _("{minutes}: corrected by {name}, {day}: “{reason}”", minutes=minutes, reason=reason, **said)
    if not entry.minutes:
        return _("0 min: you were not there, says {name}, {day}", **said)
    return _("{minutes}: confirmed by {name}, {day}", minutes=minutes, **said)


def signed(minutes: int) -> Markup:
    """A length with its sign."""
    return Markup("{}{}").format("−" if minutes < 0 else "+" if minutes else "", a_length(abs(minutes)))


def _not_written(one: Told, zone: ZoneInfo) -> Markup:
    report = one.report
    if report is not None and report.state == ReportState.REJECTED and report.decided_at is not None:
        return _(
            "{length} reported, not confirmed by {name}, {day}: “{reason}”",
            length=a_length(report.minutes),
            name=report.decider or "",
            day=short_day(report.decided_at.astimezone(zone).date()),
            reason=in_words(report.reason),
        )
    return _("{length} reported, waits to be confirmed", length=a_length(report.minutes if report is not None else 0))


def _contested(contest: ContestRow) -> Markup:
    length = a_length(contest.minutes)
    if contest.state == ContestState.OPEN:
        return _("You said that it was {length}: that waits for somebody else to decide.", length=length)
    given = {"length": length, "name": contest.decider or "", "reason": in_words(contest.reason)}
    if contest.state == ContestState.UPHELD:
        return _("You said that it was {length}, and {name} agreed: “{reason}”", **given)
    return _("You said that it was {length}, and {name} left it as it was: “{reason}”", **given)


def _waiting(of: Week, zone: ZoneInfo) -> Markup:
    lines = [_("These wait for their coordinator:")]
    lines += [
        Markup("• {}, {}").format(shift.title, a_span(shift.starts_at, shift.ends_at, zone)) for shift in of.waiting[:5]
    ]
    return Markup("\n").join(lines)


def _when(one: Told, zone: ZoneInfo) -> str:
    day = one.day or (one.at.astimezone(zone).date() if one.at else None)
    return short_day(day) if day else ""


def _contest(one: Told) -> str:
    return ContestTap(do="open", kind=one.kind, id=one.id).pack()


def to(do: str, key: str = "", id: int = 0, page: int = 0) -> str:
    return LedgerTap(do=do, key=key, id=id, page=page).pack()


# -- corrections -------------------------------------------------------------------------------------------------------


def about(work: Work, zone: ZoneInfo) -> Markup:
    """A piece of work in two lines: what and when, and what is written of whom."""
    when = a_span(work.starts_at, work.ends_at, zone) if work.starts_at and work.ends_at else _on(work.day)
    return Markup("<b>{}</b>\n{}\n{}").format(
        work.title, when, _("{name}: {length} written down", name=work.name, length=a_length(work.written))
    )


def how_long(work: Work, zone: ZoneInfo) -> Markup:
    question = _(
        "How long was it really? Choose, or write it like “2 h” or “90 min”, up to {most}.", most=a_length(work.most)
    )
    return paragraphs(about(work, zone), question)


def lengths(work: Work) -> list[tuple[str, str]]:
    """(minutes, label) of the lengths that are offered: none that is written already."""
    offered = {work.length: _("All of it: {length}", length=a_length(work.length))}
    offered.setdefault(work.length // 2, _("Half of it: {length}", length=a_length(work.length // 2)))
    offered.setdefault(0, _("Not there at all"))
    return [(str(minutes), label.unescape()) for minutes, label in offered.items() if minutes != work.written]


def why(name: str) -> Markup:
    return _(
        "Why is it corrected? {name} reads what you write. Choose one of these, or write it in your own words.",
        name=name,
    )


def sure(work: Work, minutes: int, reason: str, zone: ZoneInfo) -> Markup:
    change = _(
        "Shall I write {new} instead of {old}? Both stay in the ledger, with your name and the reason: “{reason}”.",
        new=a_length(minutes),
        old=a_length(work.written),
        reason=in_words(reason),
    )
    return paragraphs(about(work, zone), change)


def corrected(work: Work, minutes: int) -> Screen:
    text = _(
        "Corrected: {name} has {new} now, instead of {old}. They are being told.",
        name=work.name,
        new=a_length(minutes),
        old=a_length(work.written),
    )
    rows: tuple[Row, ...] = ((home(),),)
    if work.kind == SHIFT:
        roster = HoursTap(do="people", shift=work.id).pack()
        rows = ((Choice(_("See the roster"), roster),), (home(),))
    return Screen(text, rows)


def _on(day: date | None) -> str:
    return a_day(day) if day is not None else ""
