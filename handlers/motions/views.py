"""What the room of motions says."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.poll_taps import MeetTap, MinutesTap, PollTap, VoteTap
from handlers.kit.screens import Choice, Row, Screen, cut, in_rows
from handlers.kit.shift_words import bold, paragraphs
from handlers.minutes.words import open_lines
from handlers.motions import words
from handlers.motions.actions import MINUTES, TOPIC, Agenda, Page
from handlers.motions.words import to
from locales import _, number
from storage.queries.agenda_items import ItemRow
from storage.queries.polls import PollRow
from storage.tables import ItemState

PAGE = 5
LABEL = 40


def agenda(seen: Agenda, page: int, zone: ZoneInfo) -> Screen:
    """A meeting's agenda, and what is proposed for it."""
    meeting = seen.meeting
    shown, page = page_of(seen.items, page, PAGE)
    lines = [_("<b>The agenda</b>: {meeting}", meeting=words.heading(meeting, zone))]
    if not seen.items:
        lines.append(_("There is nothing on it yet."))
    for at, item in enumerate(shown, page * PAGE + 1):
        before = shown[at - page * PAGE - 2] if at - page * PAGE > 1 else None
        if item.state == ItemState.PROPOSED and (before is None or before.state != ItemState.PROPOSED):
            lines.append(Markup("\n{}").format(_("<b>Proposed</b>")))
        lines.append(_line(at, item, seen))
    if seen.to_do and page == 0:
        lines += [Markup(""), *open_lines(seen.to_do, zone)]
    if seen.may_propose and not seen.runs:
        lines.append(Markup("\n{}").format(_how(seen.needed)))
    entries = [(f"{at}. {item.title}", to("page", item.id)) for at, item in enumerate(shown, page * PAGE + 1)]
    propose = Choice(_("Add to the agenda") if seen.runs else _("Propose something"), to("propose", meeting.id))
    then = [*([propose] if seen.may_propose else []), back(words.to_meeting(meeting.id)), home()]
    turn = pager(len(seen.items), page, lambda at: to("list", meeting.id, at), PAGE)
    return Screen(Markup("\n").join(lines), menu(entries, pages=turn, then=then))


def no_meeting() -> Screen:
    text = _("No meeting that you are invited to is on or coming up. I tell you when there is one.")
    return Screen(text, ((Choice(_("Meetings"), MeetTap(do="coming").pack()),), (home(),)))


def _line(at: int, item: ItemRow, seen: Agenda) -> Markup:
    vote = seen.votes.get(item.poll_id) if item.poll_id is not None else None
    stands = words.state(item, vote, seen.needed)
    line = Markup("{}. <b>{}</b> · {}").format(number(at), cut(item.title, 80), words.kind_name(item.kind))
    return Markup("{}\n   {}").format(line, stands) if stands else line


def _how(needed: int) -> Markup:
    if not needed:
        return _("What you propose is on the agenda at once.")
    return _("Second a proposal that you would like to be on the agenda, or propose something yourself.")


def page(of: Page, zone: ZoneInfo) -> Screen:
    """One item: what it is about, where it stands, and what its reader can do."""
    item, vote = of.item, of.vote
    head = Markup("{}\n{}").format(
        bold(item.title),
        _("{kind} · {meeting}", kind=words.kind_name(item.kind), meeting=words.heading(of.meeting, zone)),
    )
    parts = [head, Markup.escape(item.about), _proposer(of), _stands(of), _part(of)]
    rows: list[Row] = [(choice,) for choice in (*_to_vote(of), *_to_second(of))]
    if item.kind == MINUTES and item.minutes_of is not None:
        rows.append((Choice(_("Read the minutes"), MinutesTap(do="read", id=item.minutes_of).pack()),))
    if of.runs:
        rows += in_rows(_to_run(of), 2)
    if vote is not None and vote.closed_at is not None:
        rows.append((Choice(_("What came of the vote"), PollTap(do="result", id=vote.id).pack()),))
    return Screen(paragraphs(*parts), (*rows, (back(to("list", of.meeting.id)), home())))


def _proposer(of: Page) -> Markup:
    if of.mine:
        return _("You proposed it.")
    return _("Proposed by {name}.", name=of.item.name) if of.item.kind != MINUTES else Markup("")


def _stands(of: Page) -> Markup:
    item, vote = of.item, of.vote
    if item.state == ItemState.PROPOSED:
        seconds = words.second_words(item, of.needed)
        if of.on or of.over:
            return _("Proposed: {seconds}. That was not enough before the meeting began.", seconds=seconds)
        return _("Proposed: {seconds}. With enough of them it is on the agenda.", seconds=seconds)
    if item.state == ItemState.WITHDRAWN:
        return _("It was taken back.")
    if item.state == ItemState.DECLINED:
        return _("It is not on the agenda: whoever runs the meeting declined it.")
    place = _("Number {n} of {all} on the agenda.", n=number(of.place), all=number(of.many))
    if vote is None:
        return place
    if vote.closed_at is None and vote.cancelled_at is None and of.part is not None:
        turnout = words.turnout_words(of.part.turnout, vote.electorate)
        return paragraphs(place, _("<b>The vote is open</b>: {turnout}.", turnout=turnout))
    said = words.outcome(vote)
    result = Markup("<b>{}</b>").format(said[:1].upper() + said[1:])
    again = "" if item.settled_at is not None or of.over else _("It can be put to the vote again.")
    return paragraphs(place, result, again)


def _part(of: Page) -> Markup:
    """Why somebody has no vote, or that theirs is in."""
    vote, part = of.vote, of.part
    if vote is None or part is None or vote.closed_at is not None or vote.cancelled_at is not None:
        return Markup("")
    if part.voted:
        return _("Your vote is in.")
    if part.elector:
        return Markup("")
    if of.here:
        return _(
            "You came after this vote had begun, and who votes was written down at that moment. From the next vote on "
            "you are in."
        )
    return _("This vote asks others: who votes was written down when it began.")


def _to_vote(of: Page) -> list[Choice]:
    vote, part = of.vote, of.part
    if vote is None or vote.closed_at is not None or vote.cancelled_at is not None:
        return []
    choices = []
    if part is not None and part.elector:
        label = _("Change my vote") if part.voted else _("Vote now")
        choices.append(Choice(label, VoteTap(do="take", id=vote.id).pack()))
    choices.append(Choice(_("Look again"), to("page", of.item.id)))
    return choices


def _to_second(of: Page) -> list[Choice]:
    if of.mine and of.item.state == ItemState.PROPOSED and not of.over:
        return [Choice(_("Take it back"), to("withdraw", of.item.id))]
    if not of.may_second:
        return []
    if of.seconded:
        return [Choice(_("Second it no more"), to("unsecond", of.item.id))]
    return [Choice(_("I second it"), to("second", of.item.id))]


def _to_run(of: Page) -> list[Choice]:
    """For whoever runs the meeting."""
    item, vote = of.item, of.vote
    open_now = vote is not None and vote.closed_at is None and vote.cancelled_at is None
    close = [Choice(_("Close the vote now"), to("closevote", item.id))] if open_now else []
    if of.over:
        return close  # a vote may go on when the meeting does not
    decline = Choice(_("Decline it"), to("decline", item.id))
    if item.state == ItemState.PROPOSED:
        return [Choice(_("Put it on the agenda"), to("take", item.id)), *([] if of.mine else [decline])]
    if item.state != ItemState.ON:
        return []
    moves = [Choice(_("Move it up"), to("up", item.id))] if of.place > 1 else []
    moves += [Choice(_("Move it down"), to("down", item.id))] if of.place < of.many else []
    if close:
        return [*close, *moves]
    if item.settled_at is not None:
        return moves
    put = [Choice(_("Put it to the vote"), to("vote", item.id))] if of.on and item.kind != TOPIC else []
    if put and item.kind == MINUTES:  # nobody may object: then there is no vote
        put = [Choice(_("Approve"), MinutesTap(do="approval", id=item.id).pack())]
    title, text = (
        Choice(_("Change the title"), to("title", item.id)),
        Choice(_("Change the text"), to("about", item.id)),
    )
    return [*put, *moves, title, text, Choice(_("Take it off"), to("decline", item.id))]


def proposed(item: ItemRow, needed: int) -> Screen:
    """Something was proposed, or put on the agenda."""
    if item.state == ItemState.ON:
        text = _("“{title}” is on the agenda.", title=item.title)
    else:
        text = _(
            "Proposed: “{title}”. It is on the agenda as soon as {needed} others second it, and I tell you then.",
            title=item.title,
            needed=number(needed),
        )
    return Screen(text, ((words.to_item(item.id),), (words.to_agenda(item.meeting_id), home())))


def withdrawn(item: ItemRow) -> Screen:
    text = _("Taken back: “{title}” is not proposed any more.", title=item.title)
    return Screen(text, ((words.to_agenda(item.meeting_id), home()),))


def declined(item: ItemRow) -> Screen:
    text = _("Done: “{title}” is not on the agenda, and whoever wanted it there is told why.", title=item.title)
    return Screen(text, ((words.to_agenda(item.meeting_id), home()),))


def changed(item: ItemRow) -> Screen:
    text = _("Changed. It reads: “{title}”.", title=item.title)
    return Screen(paragraphs(text, item.about), ((words.to_item(item.id),), (words.to_agenda(item.meeting_id), home())))


def put(item_id: int, meeting_id: int, vote: PollRow, *, may_vote: bool) -> Screen:
    """The vote is on: what whoever runs the meeting sees while it is."""
    text = _(
        "The vote on “{title}” is on. I have told everybody who may vote: {n} in all. Who comes now is not among them.",
        title=vote.question,
        n=number(vote.electorate),
    )
    close = Choice(_("Close the vote now"), to("closevote", item_id))
    own = ((Choice(_("Vote now"), VoteTap(do="take", id=vote.id).pack()),),) if may_vote else ()
    return Screen(
        paragraphs(text, Markup("{}.").format(words.turnout_words(0, vote.electorate))),
        (
            *own,
            (Choice(_("Look again"), to("page", item_id)), close),
            (words.to_agenda(meeting_id), home()),
        ),
    )


# -- questions ---------------------------------------------------------------------------------------------------------


def which_kind(meeting: str) -> Markup:
    return _(
        "What would you like to bring to “{meeting}”? A motion is put to the vote; a topic is talked about.",
        meeting=meeting,
    )


def what_title(*, motion: bool) -> Markup:
    if motion:
        return _(
            "What is the motion? Best a question that is answered with yes or no, like “Shall we dig a second well?”"
        )
    return _("What is the topic? A few words, like “Noise in Mill Lane”.")


def what_about() -> Markup:
    return _("Is there anything to explain? Write it in a few sentences.")


def why_decline(title: str, name: str) -> Markup:
    return _(
        "Why is “{title}” not to be on the agenda? {name} reads what you write. Choose one of these, or write it in "
        "your own words.",
        title=title,
        name=name,
    )


def how_many(here: int, audience: int) -> Markup:
    return _(
        "How many must vote, so that it counts? Choose, or write it: “50 %”, “20 people”. {here} people are here, and "
        "{all} are invited.",
        here=number(here),
        all=number(audience),
    )


def what_majority() -> Markup:
    return _("How many votes does it take?")


def what_answers() -> Markup:
    return _("What can be answered?")


def what_options() -> Markup:
    return _("Which options are there? Write each on a line of its own.")


def when_closed() -> Markup:
    return _("When does the vote close? Choose, or write the minutes.")


def how(title: str, lines: Sequence[str]) -> Markup:
    return paragraphs(_("<b>To the vote: {title}</b>", title=title), Markup("\n").join(lines))
