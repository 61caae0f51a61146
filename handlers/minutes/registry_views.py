"""What the room says of the register of decisions, and of what is to be done after meetings."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import PAGE, back, home, menu, page_of, pager
from handlers.kit.poll_taps import MeetTap, PollTap
from handlers.kit.screens import Choice, Row, Screen, cut, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ShiftTap
from handlers.minutes.following import Page, first_due
from handlers.minutes.registering import Entry, Found
from handlers.minutes.words import became, bullets, dated, in_words, to, vote_line
from locales import _, ngettext, number
from storage.queries.decisions import DecisionRow
from storage.queries.follow_ups import FollowUpRow
from storage.queries.meetings import MeetingRow

LINE = 120
"""Characters of a title in a list."""

MOST_TODO = 5
"""So many follow-ups stand below a decision; the others are a tap away."""


def register_way() -> Choice:
    return Choice(_("All decisions"), to("list"))


def mine_way() -> Choice:
    return Choice(_("What I have to do"), to("mine"))


# -- the register ------------------------------------------------------------------------------------------------------


def register(found: Found, zone: ZoneInfo) -> Screen:
    """A page of the register, the latest first."""
    key = " ".join(found.words)
    ways = [Choice(_("Find"), to("find"))] + ([register_way()] if key else [])
    if not found.listed:
        text = (
            _("No decision has “{words}” in it.", words=key)
            if key
            else _("Nothing has been decided yet: what meetings and votes decide stands here.")
        )
        return Screen(text, (*in_rows(ways if key else [], 2), (home(),)))
    head = (
        ngettext("{n} decision with “{words}”:", "{n} decisions with “{words}”:", found.total, words=key)
        if key
        else _("<b>What the town has decided</b>")
    )
    lines = [
        Markup("{}. {}: {} ({})").format(number(at), dated(one.decided_at, zone), cut(one.title, LINE), _short(one))
        for at, one in enumerate(found.listed, found.page * PAGE + 1)
    ]
    entries = [(f"{at}. {one.title}", to("one", one.id)) for at, one in enumerate(found.listed, found.page * PAGE + 1)]
    turn = pager(found.total, found.page, lambda at: to("list", page=at, key=key))
    rows = menu(entries, pages=turn)
    return Screen(Markup("\n").join([head, *lines]), (*rows, (*ways[-1:], home())))


def _short(one: DecisionRow) -> Markup:
    return _("adopted") if one.passed else _("turned down")


def ask_words() -> Markup:
    return _("What are you looking for? One or more words of it, for example “well”.")


def entry(of: Entry, zone: ZoneInfo) -> Screen:
    """One decision: what, when, with which votes, and what became of it."""
    one = of.decision
    how = _("Adopted on {day}.", day=dated(one.decided_at, zone)) if one.passed else None
    lines = [how or _("Turned down on {day}.", day=dated(one.decided_at, zone))]
    lines += [_("Meeting: {title}", title=one.meeting)] if one.meeting is not None else []
    lines += [vote_line(of.poll)] if of.poll is not None else []
    parts = [Markup("<b>{}</b>").format(one.title), Markup.escape(one.text), Markup("\n").join(lines)]
    if of.follow_ups:
        todo = bullets([in_words(each, zone) for each in first_due(of.follow_ups)[:MOST_TODO]])
        parts.append(Markup("\n").join([_("To be done:"), *todo]))
    ways = []
    if one.meeting_id is not None:
        ways.append(Choice(_("The meeting"), MeetTap(do="page", id=one.meeting_id).pack()))
        ways += [Choice(_("Read the minutes"), to("read", one.meeting_id))] if of.published or of.may_add else []
    if one.poll_id is not None:
        ways.append(Choice(_("The vote"), PollTap(do="result", id=one.poll_id).pack()))
    ways += [Choice(_("To be done by …"), to("followd", one.id))] if of.may_add else []
    ways += [Choice(_("Strike it out"), to("strike", one.id))] if of.may_strike else []
    return Screen(paragraphs(*parts), (*in_rows(ways, 2), (back(to("list")), home())))


def ask_strike(one: DecisionRow) -> Screen:
    text = _(
        "Shall I strike out “{title}”? It is then no decision any more. What is to be done stays with the meeting.",
        title=one.title,
    )
    return Screen(text, ((Choice(_("Strike it out"), to("struck", one.id)),), (back(to("one", one.id)), home())))


def struck(one: DecisionRow) -> Screen:
    text = _("“{title}” is struck out of the register.", title=one.title)
    return Screen(text, ((register_way(),), (home(),)))


def decided(title: str, decision_id: int, item_id: int) -> Screen:
    """A decision by voice is entered."""
    text = _("It stands in the register of decisions: “{title}”.", title=title)
    ways = [
        Choice(_("To be done by …"), to("followd", decision_id)),
        Choice(_("Look at it"), to("one", decision_id)),
        Choice(_("On with the minutes"), to("item", item_id)),
    ]
    return Screen(text, (*in_rows(ways), (home(),)))


# -- follow-ups --------------------------------------------------------------------------------------------------------


def follow_ups_of(meeting: MeetingRow, found: Sequence[FollowUpRow], page: int, runs: bool, zone: ZoneInfo) -> Screen:
    """What is to be done after a meeting, and what became of it."""
    add = [Choice(_("To be done by …"), to("follow", meeting.id))] if runs and meeting.cancelled_at is None else []
    ways = [*add, back(to("read", meeting.id)), home()]
    if not found:
        return Screen(_("Nothing is to be done after “{title}”.", title=meeting.title), (*in_rows(ways, 2),))
    return _listed(_("<b>To be done: {title}</b>", title=meeting.title), found, page, ("of", meeting.id), ways, zone)


def mine(found: Sequence[FollowUpRow], page: int, *, runs: bool, zone: ZoneInfo) -> Screen:
    """What somebody has to do; who runs meetings finds there what is open of them."""
    ways = [Choice(_("All open ones"), to("all"))] if runs else []
    if not found:
        return Screen(_("You have taken nothing on after a meeting. All is well."), (*in_rows(ways), (home(),)))
    return _listed(_("<b>What you took on</b>"), found, page, ("mine", 0), [*ways, home()], zone)


def all_open(found: Sequence[FollowUpRow], page: int, zone: ZoneInfo) -> Screen:
    """What is open of the meetings that somebody runs."""
    if not found:
        return Screen(_("Nothing is open of the meetings you run."), ((mine_way(), home()),))
    return _listed(_("<b>Still to be done</b>"), found, page, ("all", 0), [mine_way(), home()], zone)


def _listed(
    head: Markup, found: Sequence[FollowUpRow], page: int, here: tuple[str, int], ways: list[Choice], zone: ZoneInfo
) -> Screen:
    size = PAGE - 1 if len(ways) > 2 else PAGE
    shown, page = page_of(found, page, size)
    lines = [Markup("{}. {}").format(number(at), in_words(one, zone)) for at, one in enumerate(shown, page * size + 1)]
    entries = [(f"{at}. {one.text}", to("todo", one.id)) for at, one in enumerate(shown, page * size + 1)]
    do, of = here
    turn = pager(len(found), page, lambda at: to(do, of, page=at), size)
    return Screen(Markup("\n").join([head, *lines]), (*menu(entries, pages=turn), *in_rows(ways, 2)))


def follow_up(of: Page, zone: ZoneInfo) -> Screen:
    """One follow-up, and what its reader can do with it."""
    one = of.one
    parts = [
        Markup("<b>{}</b>").format(one.text),
        Markup("\n").join([_("After: {title}", title=one.meeting), became(one, zone)]),
    ]
    ways: list[Choice] = []
    if one.is_open:
        ways += [Choice(_("It is done"), to("done", one.id))] if of.mine or of.runs else []
        ways += [Choice(_("I can’t do it"), to("cant", one.id))] if of.mine else []
        ways += [Choice(_("Make it a shift"), to("shift", one.id))] if of.may_shift else []
    if one.is_open and of.runs:
        ways += [
            Choice(_("Give it to somebody"), to("give", one.id)),
            Choice(_("Another date"), to("when", one.id)),
            Choice(_("Drop it"), to("drop", one.id)),
        ]
    if one.shift_id is not None:
        ways.append(Choice(_("The shift"), ShiftTap(do="open", shift=one.shift_id).pack()))
    last = (back(to("of", one.meeting_id) if of.runs else to("mine")), home())
    return Screen(paragraphs(*parts), (*in_rows(ways, 2), last))


def made(one: FollowUpRow, *, shift: bool, decision_id: int | None, item_id: int | None, zone: ZoneInfo) -> Screen:
    """A follow-up is written down."""
    parts = [_("Written down: {what}", what=in_words(one, zone))]
    if one.owner and one.owner_id != one.made_by:
        parts.append(_("{name} hears of it.", name=one.owner))
    rows: list[Row] = [(Choice(_("Make it a shift"), to("shift", one.id)),)] if shift and not one.owner else []
    rows.append((Choice(_("Look at it"), to("todo", one.id)),))
    if decision_id is not None:
        rows.append((Choice(_("The decision"), to("one", decision_id)),))
    elif item_id is not None:
        rows.append((Choice(_("On with the minutes"), to("item", item_id)),))
    else:
        rows.append((Choice(_("All of the meeting"), to("of", one.meeting_id)),))
    return Screen(paragraphs(*parts), (*rows, (home(),)))


def changed(one: FollowUpRow, zone: ZoneInfo) -> Screen:
    """It is somebody else's, or has another date."""
    return _settled(_("Changed: {what}", what=in_words(one, zone)), one)


def done(one: FollowUpRow) -> Screen:
    return _settled(_("Thank you! “{what}” is done, and the minutes say so.", what=one.text), one)


def refused(one: FollowUpRow) -> Screen:
    text = _("That is all right. The secretary knows, and looks for somebody else for “{what}”.", what=one.text)
    return Screen(text, ((mine_way(), home()),))


def ask_drop(one: FollowUpRow) -> Screen:
    text = _("Shall “{what}” be dropped? Nobody has to do it any more; the minutes say so.", what=one.text)
    return Screen(text, ((Choice(_("Drop it"), to("dropped", one.id)),), (back(to("todo", one.id)), home())))


def dropped(one: FollowUpRow) -> Screen:
    return _settled(_("“{what}” is dropped.", what=one.text), one)


def shift_up(one: FollowUpRow, shift_id: int, zone: ZoneInfo) -> Screen:
    """A shift was made of it."""
    text = _("The shift is up: {what}", what=in_words(one, zone))
    return Screen(text, ((Choice(_("The shift"), ShiftTap(do="open", shift=shift_id).pack()),), (mine_way(), home())))


def _settled(text: Markup, one: FollowUpRow) -> Screen:
    return Screen(text, ((Choice(_("Look at it"), to("todo", one.id)),), (mine_way(), home())))


# -- the questions -----------------------------------------------------------------------------------------------------


def ask_what(title: str) -> Markup:
    return _("What is to be done after “{title}”? A few words, for example “Ask three firms for a price”.", title=title)


def ask_owner() -> Markup:
    return _("Who does it? Write a name: they are told, and reminded the day before it is due.")


def ask_due() -> Markup:
    return _("Until when? Choose a day, or write it: “tomorrow”, “Thu”, “24/11”.")


def ask_done(text: str) -> Markup:
    return _("“{text}” is done? Write a word about it if you like: the minutes show it.", text=text)


def ask_why(text: str) -> Markup:
    return _("What stands in the way of “{text}”? The secretary reads what you write.", text=text)
