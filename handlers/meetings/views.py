"""What the meetings room shows to those who come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.poll_taps import MeetTap, MinutesTap, MotionTap, PollTap
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.meetings import words
from handlers.meetings.actions import Page
from handlers.meetings.checking import Arrived
from handlers.meetings.question_words import of_us
from handlers.meetings.run_views import code, desk, early, people, sure_to_end, ticked, what_to_change
from handlers.series.words import lines
from locales import _, a_moment, a_time, ngettext, short_day
from storage.queries.guests import Guest
from storage.queries.meetings import Listed, MeetingRow
from town.meetings import has_begun, is_open, is_over

__all__ = ["code", "desk", "early", "people", "sure_to_end", "ticked", "what_to_change"]
"""Those for who runs a meeting, from a module of their own."""

LIST_PAGE = 5


def to(do: str, meeting_id: int = 0, n: int = 0, page: int = 0) -> str:
    return MeetTap(do=do, id=meeting_id, n=n, page=page).pack()


# -- lists -------------------------------------------------------------------------------------------------------------


def coming(found: Sequence[Listed], page: int, zone: ZoneInfo, *, may_call: bool) -> Screen:
    """The meetings that are not over."""
    shown, page = page_of(found, page, LIST_PAGE)
    text = paragraphs(
        _("<b>Meetings</b>"),
        *(_entry(number, one, zone) for number, one in enumerate(shown, 1)),
        "" if shown else _("No meeting is coming up."),
    )
    call = [Choice(_("Call a meeting"), to("new"))] if may_call else []
    rows = menu(
        [(_label(one.meeting, zone), to("page", one.meeting.id)) for one in shown],
        pages=pager(len(found), page, lambda turn: to("coming", page=turn), LIST_PAGE),
        then=[*call, Choice(_("Past meetings"), to("past")), home()],
    )
    return Screen(text, rows)


def past(found: Sequence[Listed], page: int, zone: ZoneInfo) -> Screen:
    """The meetings that are over."""
    shown, page = page_of(found, page, LIST_PAGE)
    text = paragraphs(
        _("<b>Past meetings</b>"),
        *(_entry(number, one, zone) for number, one in enumerate(shown, 1)),
        "" if shown else _("There was no meeting yet."),
    )
    rows = menu(
        [(_label(one.meeting, zone), to("page", one.meeting.id)) for one in shown],
        pages=pager(len(found), page, lambda turn: to("past", page=turn), LIST_PAGE),
        then=[back(to("coming")), home()],
    )
    return Screen(text, rows)


def _entry(number: int, one: Listed, zone: ZoneInfo) -> Markup:
    answer = {"yes": _("you come"), "maybe": _("you may come"), "no": _("you do not come")}.get(one.coming or "", "")
    where = one.meeting.place or (_("online") if one.meeting.link else "")
    told = Markup(" · ").join(part for part in (words.span(one.meeting, zone), where, answer) if part)
    return Markup("{}. <b>{}</b>\n{}").format(number, one.meeting.title, told)


def _label(meeting: MeetingRow, zone: ZoneInfo) -> str:
    if meeting.starts_at is None:
        return meeting.title
    return f"{short_day(meeting.starts_at.astimezone(zone).date())} {meeting.title}"


# -- one meeting -------------------------------------------------------------------------------------------------------


def page(of: Page, now: datetime, zone: ZoneInfo) -> Screen:
    """Everything about a meeting, and what can be done there."""
    text = paragraphs(_about(of, zone), Markup.escape(of.meeting.about), _state(of, now, zone), _mine(of, now))
    return Screen(text, (*_answers(of, now), *_ways(of, now), (back(to("coming")), home())))


def _about(of: Page, zone: ZoneInfo) -> Markup:
    one = of.meeting
    quorum = words.quorum(one.quorum, people=one.quorum_people)
    return lines(
        Markup("<b>{}</b>").format(one.title),
        _("When: {when}", when=words.span(one, zone)),
        _("Where: {place}", place=one.place) if one.place else "",
        _("Online: {link}", link=one.link) if one.link and (of.may_come or of.running) else "",
        ngettext("{who}: {n} person invited", "{who}: {n} people invited", one.invited, who=_whom(of)),
        _("Called by {name}", name=of.caller) if of.caller else "",
        _("Minutes: {name}", name=of.secretary) if of.secretary else "",
        _("Quorum: {quorum}", quorum=quorum) if one.quorum else "",
    )


def _whom(of: Page) -> Markup:
    whom = words.audience(of.meeting.audience, of.project)
    return _("{who} with the benefits", who=whom) if of.meeting.benefits_only else whom


def _state(of: Page, now: datetime, zone: ZoneInfo) -> Markup:
    one = of.meeting
    if one.cancelled_at is not None:
        return _("It was called off.")
    if is_over(one, now):
        return lines(_("It is over."), words.presence(of.presence))
    if one.opened_at is not None:
        return lines(_("It has begun at {time}.", time=a_time(one.opened_at, zone)), words.presence(of.presence))
    if is_open(one, now):
        return lines(words.who_comes(of.numbers), words.presence(of.presence))
    return words.who_comes(of.numbers) if one.starts_at is not None else Markup("")


def _mine(of: Page, now: datetime) -> Markup:
    one = of.meeting
    if one.cancelled_at is not None or is_over(one, now):
        return _("You were there.") if of.mine is not None and of.mine.here_at is not None else Markup("")
    if of.mine is not None and of.mine.here_at is not None:
        return _("You are here.")
    if not of.may_come:
        return _("This meeting is for others. You can read its agenda and its minutes.")
    if one.starts_at is None:
        return _("You will be asked whether you come when there is a date.")
    return words.mine(of.mine or Guest("", 1, None))


def _answers(of: Page, now: datetime) -> tuple[Row, ...]:
    """What somebody can answer or do at this moment."""
    one = of.meeting
    if not of.may_come or one.cancelled_at is not None or is_over(one, now):
        return ()
    if one.starts_at is None:
        return ((Choice(_("Vote on the date"), PollTap(do="page", id=of.poll).pack()),),) if of.poll else ()
    rows: list[Row] = []
    if is_open(one, now) and (of.mine is None or of.mine.here_at is None):
        rows.append((Choice(_("I am here"), to("in", one.id)),))
    if not has_begun(one, now):
        rows.append(yes_maybe_no(one.id, of.mine.coming if of.mine is not None else ""))
        if of.mine is not None and of.mine.coming in ("yes", "maybe"):
            rows.append((Choice(_("How many we are"), to("many", one.id)),))
    return tuple(rows)


def yes_maybe_no(meeting_id: int, answered: str = "") -> Row:
    """The three answers; the one that was given is marked."""
    labels = {"yes": _("Yes"), "maybe": _("Maybe"), "no": _("No")}
    return tuple(
        Choice(f"✓ {label.unescape()}" if do == answered else label, to(do, meeting_id)) for do, label in labels.items()
    )


def _ways(of: Page, now: datetime) -> tuple[Row, ...]:
    one = of.meeting
    reads: list[Choice] = [Choice(_("Agenda"), MotionTap(do="list", id=one.id).pack())]
    if one.opened_at is not None or is_over(one, now):
        reads.append(Choice(_("Minutes"), MinutesTap(do="read", id=one.id).pack()))
    elif one.starts_at is not None:
        reads.append(Choice(_("Calendar file"), to("ics", one.id)))
    rows: list[Row] = [tuple(reads)]
    if of.running and one.cancelled_at is None:
        rows.append((Choice(_("Run the meeting"), to("desk", one.id)),))
    return tuple(rows)


def answered(of: Page, zone: ZoneInfo) -> Screen:
    """Under an answer: what was answered, how many they are, and the ways to change it."""
    one, mine = of.meeting, of.mine or Guest("", 1, None)
    thanks = {
        "yes": _("Good to know: see you there!"),
        "maybe": _("Good to know. Tell me as soon as you are sure."),
        "no": _("Thank you for telling me. You get no reminders of it."),
    }[mine.coming or "maybe"]
    text = paragraphs(lines(Markup("<b>{}</b>").format(one.title), words.span(one, zone)), words.mine(mine), thanks)
    rows: list[Row] = [yes_maybe_no(one.id, mine.coming)]
    if mine.coming != "no":
        rows.append(tuple(Choice(_chosen(many, mine.people), to("people", one.id, many)) for many in (1, 2, 3)))
        rows.append((Choice(_("Another number"), to("many", one.id)), Choice(_("Calendar file"), to("ics", one.id))))
    return Screen(text, (*rows, (_page(one), home())))


def _chosen(many: int, people: int) -> str:
    return f"✓ {of_us(many)}" if many == people else of_us(many)


def _page(meeting: MeetingRow) -> Choice:
    return Choice(_("The meeting"), to("page", meeting.id))


# -- calling, changing, calling off ------------------------------------------------------------------------------------


def called(of: Page, zone: ZoneInfo) -> Screen:
    one = of.meeting
    if one.starts_at is None:
        said = ngettext(
            "I ask {n} person for a date, and tell you when there is one.",
            "I ask {n} people for a date, and tell you when there is one.",
            one.invited,
        )
    else:
        said = ngettext("{n} person is invited.", "{n} people are invited.", one.invited)
    text = lines(_("<b>{title}</b> is called.", title=one.title), words.span(one, zone), said)
    return Screen(text, ((_page(one),), (Choice(_("Agenda"), MotionTap(do="list", id=one.id).pack()),), (home(),)))


def changed(of: Page, told: int, zone: ZoneInfo) -> Screen:
    heard = ngettext("{n} person hears of it.", "{n} people hear of it.", told) if told else ""
    return Screen(
        paragraphs(lines(_("Done. It is like this now:"), _about(of, zone)), heard),
        ((_page(of.meeting), Choice(_("Run the meeting"), to("desk", of.meeting.id))), (home(),)),
    )


def called_off(meeting: MeetingRow, told: int) -> Screen:
    text = lines(
        _("“{title}” is called off.", title=meeting.title),
        ngettext("{n} person hears of it.", "{n} people hear of it.", told) if told else "",
    )
    return Screen(text, ((Choice(_("Meetings"), to("coming")), home()),))


# -- who is there ------------------------------------------------------------------------------------------------------


def arrived(one: Arrived, zone: ZoneInfo) -> Screen:
    """Somebody is there, just now or since before."""
    time = a_time(one.since, zone)
    if one.first:
        said = _("You are checked in at {time}. Welcome!", time=time)
    else:
        said = _("You are checked in since {time}: all is well.", time=time)
    text = paragraphs(said, Markup("<b>{}</b>").format(one.meeting.title), words.presence(one.presence))
    agenda = Choice(_("Agenda"), MotionTap(do="list", id=one.meeting.id).pack())
    return Screen(text, ((agenda, _page(one.meeting)), (home(),)))


def wrong(why: str) -> Screen:
    """A code that is not right, or one too many."""
    return Screen(why, ((Choice(_("Meetings"), to("coming")), home()),))


def file_caption(meeting: MeetingRow, zone: ZoneInfo) -> Markup:
    """Under a meeting's calendar file."""
    if meeting.cancelled_at is not None or meeting.starts_at is None:
        return _("<b>{title}</b> was called off. Open this file and your calendar strikes it out.", title=meeting.title)
    return _(
        "<b>{title}</b>, {when}: open the file to add it to your calendar.",
        title=meeting.title,
        when=a_moment(meeting.starts_at, zone),
    )
