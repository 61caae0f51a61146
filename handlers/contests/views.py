"""What the room of contests says: its questions, the list of what waits, and one contest."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.contests.actions import Contestable, Opened, about, reason_then
from handlers.contests.words import keep_way, story, to, uphold_way, when
from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import DeskTap
from handlers.ledger.works import Work
from locales import _, a_day, a_length, a_moment, a_span, listed, short_day
from storage.queries.contests import ContestRow
from town.hours import ContestState

LABEL = 40


def head(of: Contestable, zone: ZoneInfo) -> Markup:
    """What was decided."""
    work = of.work
    if work.starts_at and work.ends_at:
        span = a_span(work.starts_at, work.ends_at, zone)
    else:
        span = a_day(work.day) if work.day else ""
    lines = [Markup("<b>{}</b>\n{}").format(work.title, span)]
    if work.written:
        lines.append(_("{name} wrote down {length}.", name=of.decision.name, length=a_length(work.written)))
    else:
        lines.append(_("{name} decided that nothing counts.", name=of.decision.name))
    return Markup("\n").join(lines)


def how_long(of: Contestable, zone: ZoneInfo) -> Markup:
    question = _(
        "How long were you there? Choose, or write it like “2 h” or “90 min”, up to {most}.",
        most=a_length(of.work.most),
    )
    return paragraphs(head(of, zone), question)


def lengths(of: Contestable) -> list[tuple[str, str]]:
    """(minutes, label) of the lengths that are offered."""
    full = of.work.length
    offered = {full: _("All of it: {length}", length=a_length(full))}
    offered.setdefault(full // 2, _("Half of it: {length}", length=a_length(full // 2)))
    return [(str(one), label.unescape()) for one, label in offered.items() if one and one != of.work.written]


def what_happened(of: Contestable, zone: ZoneInfo) -> Markup:
    question = _("What happened? Write a few words for whoever decides: for example who saw you there.")
    return paragraphs(head(of, zone), question)


def sure(of: Contestable, minutes: int, note: str, zone: ZoneInfo) -> Markup:
    question = _(
        "You say: {length}. “{note}”\n\nShall I ask somebody else to decide it, not {name}?",
        length=a_length(minutes),
        note=note,
        name=of.decision.name,
    )
    return paragraphs(head(of, zone), question)


def opened(done: Opened, zone: ZoneInfo) -> Screen:
    if done.asked:
        text = _(
            "I asked {names} to look at it. You hear from me by {until}: "
            "then somebody has decided, or I ask the mayor.",
            names=listed(done.asked),
            until=a_moment(done.contest.due_at, zone),
        )
    else:
        text = _(
            "I wrote it down. There is nobody yet who may decide it, because {name} decided first. As soon as there is "
            "somebody I ask them, and you hear from me. The mayor can appoint somebody.",
            name=done.contest.first,
        )
    return Screen(text, ((home(),),))


def waiting(found: Sequence[ContestRow], page: int) -> Screen:
    """The contests that wait for whoever looks."""
    ways = (back(DeskTap(do="more").pack()), home())
    if not found:
        return Screen(_("No hours wait to be looked at again by you."), (ways,))
    shown, page = page_of(found, page)
    lines = [_("These people do not agree with how their hours were decided:")]
    lines += [
        Markup("{}. {}, {}, {}").format(number, one.name, one.project, one.about) for number, one in enumerate(shown, 1)
    ]
    rows = tuple(
        (Choice(cut(f"{number}. {one.name}: {one.about}", LABEL), to("see", one.id)),)
        for number, one in enumerate(shown, 1)
    )
    return Screen(Markup("\n").join(lines), (*rows, *pager(len(found), page, lambda at: to("list", page=at)), ways))


def page(contest: ContestRow, work: Work, zone: ZoneInfo, *, me: int) -> Screen:
    """One contest, with what its reader can do."""
    told = story(about(contest), zone, written=work.written, reason_then=reason_then(work))
    if not contest.is_open:
        told = Markup("<b>{}</b>\n{}, {}").format(contest.about, contest.project, when(about(contest), zone))
    may = contest.is_open and me not in (contest.resident_id, contest.first_by)
    rows: list[Row] = [(uphold_way(contest.id, contest.minutes),), (keep_way(contest.id),)] if may else []
    up = (home(),) if contest.resident_id == me else (back(to("list")), home())
    return Screen(paragraphs(told, outcome(contest, zone, me=me)), (*rows, up))


def outcome(contest: ContestRow, zone: ZoneInfo, *, me: int) -> Markup:
    """How far it is."""
    if contest.is_open:
        if contest.first_by == me:
            return _("You decided this the first time, so somebody else decides now.")
        if contest.escalated_at is not None:
            return _("Nobody has answered in time: now it is with the mayor.")
        return _("It is open until {until}.", until=a_moment(contest.due_at, zone))
    given = {
        "name": contest.decider or "",
        "who": contest.name,
        "day": short_day(contest.decided_at.astimezone(zone).date()) if contest.decided_at else "",
        "reason": in_words(contest.reason),
        "length": a_length(contest.minutes),
    }
    if contest.state == ContestState.UPHELD:
        return _("{name} agreed with {who} ({day}): {length}. “{reason}”", **given)
    return _("{name} left it as it was ({day}). “{reason}”", **given)


def why(contest: ContestRow, work: Work, zone: ZoneInfo, *, upheld: bool) -> Markup:
    told = story(about(contest), zone, written=work.written, reason_then=reason_then(work))
    if upheld:
        question = _(
            "{name} will have {length}. Why? Choose one of these, or write it in your own words.",
            name=contest.name,
            length=a_length(min(contest.minutes, work.most)),
        )
    else:
        question = _(
            "It stays as it is. Why? {name} reads what you write. Choose one of these, or write it in your own words.",
            name=contest.name,
        )
    return paragraphs(told, question)


def decided(contest: ContestRow, *, upheld: bool, more: int) -> Screen:
    if upheld:
        said = _("Done: the ledger is corrected, and {name} is being told.", name=contest.name)
    else:
        said = _("Done: it stays as it is, and {name} is being told why.", name=contest.name)
    others = ((Choice(_("What else waits"), to("list")),),) if more else ()
    return Screen(said, (*others, (home(),)))
