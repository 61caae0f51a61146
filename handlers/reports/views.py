"""What the room of reports says: lists, one report, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ContestTap, DeskTap, LedgerTap
from handlers.reports.actions import Page, Sent
from handlers.reports.words import beside_lines, confirm_way, mine_way, new_way, reject_way, to, told
from locales import _, a_day, a_length, a_moment, listed, short_day
from storage.queries.reports import ReportRow
from town.hours import ReportState

LABEL = 40


def sent(done: Sent) -> Screen:
    """A report is on its way."""
    said = _(
        "Sent: {length} for {project} on {day}.",
        length=a_length(done.report.minutes),
        project=done.report.project,
        day=a_day(done.report.day),
    )
    if done.asked:
        way = _(
            "I asked {names} whether it was so. Your hours count as soon as one of them says yes, and I will tell you.",
            names=listed(done.asked),
        )
    else:
        way = _(
            "There is nobody yet who may confirm it: nobody confirms their own hours. I will ask again in a few days; "
            "the mayor can appoint somebody."
        )
    return Screen(paragraphs(said, way), ((mine_way(),), (home(),)))


def mine(found: Sequence[ReportRow], page: int) -> Screen:
    """One's own reports."""
    if not found:
        text = _("You have reported no hours outside a shift.")
        return Screen(text, ((new_way(),), (home(),)))
    shown, page = page_of(found, page)
    lines = [_("<b>My reports</b>")]
    lines += [
        Markup("{}. {}, {}, {}: {}").format(
            number, short_day(one.day), a_length(one.minutes), cut(one.what, LABEL), _state(one)
        )
        for number, one in enumerate(shown, 1)
    ]
    rows = tuple((_button(number, one, one.what),) for number, one in enumerate(shown, 1))
    turn = pager(len(found), page, lambda at: to("mine", page=at))
    return Screen(Markup("\n").join(lines), (*rows, *turn, (new_way(), home())))


def waiting(found: Sequence[ReportRow], page: int) -> Screen:
    """The reports that wait for whoever looks."""
    ways = (back(DeskTap(do="more").pack()), home())
    if not found:
        return Screen(_("No report of hours waits for you."), (ways,))
    shown, page = page_of(found, page)
    lines = [_("These people say that they worked outside a shift. Was it so?")]
    lines += [
        Markup("{}. {}, {}, {}, {}").format(number, one.name, one.project, short_day(one.day), a_length(one.minutes))
        for number, one in enumerate(shown, 1)
    ]
    rows = tuple((_button(number, one, one.name),) for number, one in enumerate(shown, 1))
    turn = pager(len(found), page, lambda at: to("list", page=at))
    return Screen(Markup("\n").join(lines), (*rows, *turn, ways))


def page(of: Page, zone: ZoneInfo, *, me: int, contest_until: datetime | None) -> Screen:
    """One report: what was said, what became of it, and what its reader can do. `contest_until`: while they may."""
    report = of.report
    story = told(
        name=report.name,
        project=report.project,
        day=report.day,
        minutes=report.minutes,
        what=report.what,
        witness=report.witness or "",
        seen=report.witness_id == me,
    )
    parts = [story, beside_lines(of.beside, zone) if of.may_decide else Markup(""), outcome(report, zone)]
    rows: list[Row] = []
    if of.may_decide:
        rows += [(confirm_way(report.id, report.minutes),), (reject_way(report.id),)]
    if of.may_correct:
        correct = LedgerTap(do="correct", key=f"report-{report.id}", id=report.resident_id).pack()
        rows.append((Choice(_("Correct it"), correct),))
    if of.mine and report.waits:
        rows.append((Choice(_("Withdraw it"), to("withdraw", report.id)),))
    if contest_until is not None:
        parts.append(_contest_line(contest_until, zone))
        contest = ContestTap(do="open", kind="report", id=report.id).pack()
        rows.append((Choice(_("That is not right"), contest),))
    return Screen(paragraphs(*parts), (*rows, (back(to("mine" if of.mine else "list")), home())))


def outcome(report: ReportRow, zone: ZoneInfo) -> Markup:
    """What became of a report."""
    if report.state == ReportState.WAITING:
        return _("It waits for somebody to confirm it.")
    if report.state == ReportState.WITHDRAWN:
        return _("It was withdrawn.")
    when = a_moment(report.decided_at, zone) if report.decided_at else ""
    if report.state == ReportState.CONFIRMED and not report.reason:
        return _("{name} confirmed it ({when}).", name=report.decider or "", when=when)
    rejected = _(
        "{name} did not confirm it ({when}): “{reason}”.",
        name=report.decider or "",
        when=when,
        reason=in_words(report.reason),
    )
    if report.state == ReportState.REJECTED:
        return rejected
    return Markup("{}\n{}").format(rejected, _("Somebody else looked again, and it counts."))


def withdrawn(report: ReportRow) -> Screen:
    text = _("Withdrawn: “{what}”. Nobody is asked about it any more.", what=report.what)
    return Screen(text, ((mine_way(),), (home(),)))


def decided(report: ReportRow, *, confirmed: bool, more: int) -> Screen:
    """What a decision did; `more` reports wait."""
    if confirmed:
        said = _(
            "Done: {length} is written down for {name}, and they are being told.",
            length=a_length(report.minutes),
            name=report.name,
        )
    else:
        said = _("Done: nothing is written down, and {name} is being told why.", name=report.name)
    others = ((Choice(_("Other reports"), to("list")),),) if more else ()
    return Screen(said, (*others, (home(),)))


def no_project() -> Screen:
    return Screen(_("The town has no project yet that hours could be for."), ((home(),),))


def why_not(report_name: str, what: str) -> Markup:
    """Asked for the reason of a rejection."""
    return _(
        "Why was “{what}” not so? {name} reads what you write. Choose one of these, or write it in your own words.",
        what=what,
        name=report_name,
    )


def _contest_line(until: datetime, zone: ZoneInfo) -> Markup:
    return _("If that is not right, say so until {until}: somebody else then looks at it.", until=a_moment(until, zone))


def _state(report: ReportRow) -> Markup:
    match report.state:
        case ReportState.CONFIRMED:
            return _("confirmed")
        case ReportState.REJECTED:
            return _("not confirmed")
        case ReportState.WITHDRAWN:
            return _("withdrawn")
    return _("still waits")


def _button(number: int, one: ReportRow, label: str) -> Choice:
    return Choice(cut(f"{number}. {short_day(one.day)} {label}", LABEL), to("open", one.id))
