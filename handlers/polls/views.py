"""The screens of polls: the lists, the page of one, and what became of what somebody did with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import home, menu, page_of, pager
from handlers.kit.poll_taps import ProxyTap, TellerTap, VoteTap
from handlers.kit.poll_words import choice_words, names_in, question_in, written_in
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.polls import words
from handlers.polls.actions import Lists, Seen
from handlers.polls.ways import all_polls, to
from locales import N_, _, a_moment, language, ngettext, number, short_day
from storage.queries.poll_lists import Listed
from storage.queries.polls import PollRow
from storage.tables import How
from town.polls import Kind

COMMANDS = (
    Command("polls", N_("What is put to the vote"), N_("polls|votes|vote|voting|ballots")),
    Command(
        "poll", N_("Put a question to the vote"), N_("poll|new poll|ask the town|put to the vote"), role="coordinator"
    ),
)
PAGE = 5


def _lines(*parts: str) -> Markup:
    return Markup("\n").join(part for part in parts if part)


# -- lists -------------------------------------------------------------------------------------------------------------


def current(lists: Lists, page: int, now: datetime, zone: ZoneInfo) -> Screen:
    """What is open, what waits for one's vote first, and what is coming."""
    shown, page = page_of(lists.current, page, PAGE)
    parts, before = [_("<b>Polls</b>")], ""
    if not lists.current:
        parts.append(_("Nothing is put to the vote at the moment. I write to you when something is."))
    for place, one in enumerate(shown, page * PAGE + 1):
        heading = _heading(one, now)
        if heading != before:
            parts.append(Markup("<i>{}</i>").format(heading))
            before = heading
        parts.append(_entry(place, one, now, zone))
    then = [home()]
    if lists.any_over:
        then.insert(0, Choice(_("Past polls"), to("over")))
    if lists.may_ask:
        then.insert(0, Choice(_("Ask a question"), to("new")))
    return _list(parts, shown, page, len(lists.current), "open", then)


def over(past: Sequence[Listed], page: int, now: datetime, zone: ZoneInfo) -> Screen:
    """What is closed, the latest first."""
    shown, page = page_of(past, page, PAGE)
    parts = [_("<b>Past polls</b>")]
    if not past:
        parts.append(_("None is closed yet."))
    parts += [_entry(place, one, now, zone) for place, one in enumerate(shown, page * PAGE + 1)]
    return _list(parts, shown, page, len(past), "over", [all_polls(), home()])


def _list(
    parts: Sequence[Markup], shown: Sequence[Listed], page: int, total: int, do: str, then: Sequence[Choice]
) -> Screen:
    entries = [
        (f"{place}. {question_in(one.poll)}", to("page", one.poll.id))
        for place, one in enumerate(shown, page * PAGE + 1)
    ]
    rows = menu(entries, pages=pager(total, page, lambda at: to(do, page=at), PAGE), then=then)
    return Screen(paragraphs(*parts), rows)


def _heading(one: Listed, now: datetime) -> Markup:
    if one.poll.opened_at is None:
        return _("Coming")
    if not one.poll.running(now):
        return _("Closed this minute")
    return _("Waiting for your vote") if one.how == How.NOT else _("Open now")


def _entry(place: int, one: Listed, now: datetime, zone: ZoneInfo) -> Markup:
    poll = one.poll
    if poll.closed_at is not None:
        when = _("closed on {day}", day=short_day(poll.closed_at.astimezone(zone).date()))
    elif poll.opened_at is None:
        when = _("opens on {when}", when=a_moment(poll.opens_at, zone))
    elif not poll.running(now):
        when = _("the votes are being counted")
    elif poll.closes_at is None:
        when = _("open until it is closed by hand")
    else:
        when = _("open until {when}", when=a_moment(poll.closes_at, zone))
    mine = _("; your vote is in") if one.how and poll.running(now) else Markup("")
    return Markup("{}. <b>{}</b>\n{}{}").format(place, question_in(poll), when, mine)


# -- the page of one ---------------------------------------------------------------------------------------------------


def poll(seen: Seen, now: datetime, zone: ZoneInfo) -> Screen:
    """All there is to know of a poll before its result."""
    one = seen.poll
    people = seen.people if one.opened_at is not None else None
    text = paragraphs(
        about(one, seen.totals),
        _lines(
            words.who_line(seen.audience, seen.name, people, benefits_only=one.benefits_only),
            words.secret_line(one),
            words.quorum_line(one, people),
            words.threshold_line(one),
        ),
        _state(seen, now, zone),
        _mine(seen, now),
    )
    return Screen(text, in_rows([*_ways(seen, now), all_polls(), home()], 2))


def about(one: PollRow, totals: Sequence[int] | None = None) -> Markup:
    """The question, its explanation and its options, with their count where there is one to show."""
    question, explained = one.text(language())
    other = written_in(one.words)
    heading = Markup("<b>{}</b>").format(question)
    if other:
        heading = _lines(heading, _("(It was asked in {language} only.)", language=other))
    names = names_in(one)
    if one.kind == Kind.YESNO:
        return paragraphs(heading, explained, _("So far: {counts}", counts=_counts(names, totals)) if totals else "")
    listed = [_option(place, name, totals) for place, name in enumerate(names, 1)]
    so_far = ""
    if totals is not None:
        so_far = _("The numbers are first choices so far.") if one.kind == Kind.RANKED else _("The numbers are so far.")
    return paragraphs(
        heading,
        explained,
        _lines(words.kind_line(one.kind, points=one.points, most=one.most), *listed, so_far),
    )


def _option(place: int, name: str, totals: Sequence[int] | None) -> Markup:
    if totals is None:
        return Markup("{}. {}").format(place, name)
    return Markup("{}. {}: {}").format(place, name, number(totals[place - 1]))


def _counts(names: Sequence[str], totals: Sequence[int]) -> Markup:
    parts = [Markup("{} {}").format(name, number(many)) for name, many in zip(names, totals, strict=True)]
    return Markup(", ").join(parts)


def _state(seen: Seen, now: datetime, zone: ZoneInfo) -> Markup:
    one = seen.poll
    if one.cancelled_at is not None:
        return _("It was called off on {when}: nothing was counted.", when=a_moment(one.cancelled_at, zone))
    if one.closed_at is not None:
        when = _("It was closed on {when}.", when=a_moment(one.closed_at, zone))
        return _lines(when, words.turnout_line(seen.voted, one.electorate))
    if one.opened_at is None:
        return _lines(words.opens_line(one.opens_at, zone), words.closes_line(one.closes_at, zone))
    if not one.running(now):
        return _lines(_("It is closed, and the votes are being counted."), words.turnout_line(seen.voted, seen.people))
    return _lines(words.closes_line(one.closes_at, zone), words.turnout_line(seen.voted, seen.people))


def _mine(seen: Seen, now: datetime) -> Markup:
    one = seen.poll
    if one.opened_at is None or one.cancelled_at is not None:
        return Markup("")
    if seen.how is None:
        if not one.running(now):
            return Markup("")
        return _("This one asks others; you see here what comes of it.")
    if seen.how == How.NOT:
        return _("Your vote is not in yet.") if one.running(now) else _("You did not vote.")
    said = _in_by(seen)
    if seen.choice is None:
        return said
    voted = choice_words(one.kind, names_in(one), seen.choice)
    return _lines(said, _("Your vote: <b>{choice}</b>", choice=voted))


def _in_by(seen: Seen) -> Markup:
    if seen.unconfirmed:
        return _("Your vote was given on paper. A second teller still has to confirm it.")
    if seen.how == How.PAPER:
        return _("Your vote was given on paper.")
    if seen.how == How.PROXY and seen.by:
        return _("{name} has voted for you.", name=seen.by)
    return _("Your vote is in.")


def _ways(seen: Seen, now: datetime) -> list[Choice]:
    """What one can do: vote, and for who runs it, run it."""
    one, ways = seen.poll, list[Choice]()
    if one.closed_at is not None:
        return [Choice(_("What came of it"), to("result", one.id)), _share(one)]
    if one.cancelled_at is not None:
        return []
    running = one.running(now)
    if running and seen.how is not None and seen.how != How.PAPER:
        label = _("Vote") if seen.how == How.NOT else _("Change my vote")
        ways.append(Choice(label, VoteTap(do="take", id=one.id).pack()))
    if seen.proxies and seen.how is not None and running:
        ways.append(Choice(_("Proxies"), ProxyTap(do="mine").pack()))
    if seen.tells and running:
        ways.append(Choice(_("Tellers and paper"), TellerTap(do="home", id=one.id).pack()))
    if seen.runs:
        ways += _running(one, running=running)
    return [*ways, _share(one)]


def _running(one: PollRow, *, running: bool) -> list[Choice]:
    ways = []
    if running and one.reminded_at is None:
        ways.append(Choice(_("Remind who has not"), to("remind", one.id)))
    if running:
        ways.append(Choice(_("Close it now"), to("close", one.id)))
    if one.closes_at is not None and (running or one.opened_at is None):
        ways.append(Choice(_("Close it later"), to("later", one.id)))
    if not one.subject and (running or one.opened_at is None):
        ways.append(Choice(_("Call it off"), to("off", one.id)))
    return ways


def _share(one: PollRow) -> Choice:
    return Choice(_("A link to it"), to("share", one.id))


# -- right after it was asked ------------------------------------------------------------------------------------------


def published(seen: Seen, now: datetime, zone: ZoneInfo) -> Screen:
    """Right after it was asked."""
    one = seen.poll
    if one.opened_at is None:
        said = _("It is set down: it opens on {when}.", when=a_moment(one.opens_at, zone))
    else:
        said = ngettext("It is open: I tell {n} person.", "It is open: I tell {n} people.", one.electorate)
    return poll(seen, now, zone).before(said)
