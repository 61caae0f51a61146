"""What the room of minutes says: minutes as they are read and written, and how they are approved."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.poll_taps import MeetTap, MotionTap
from handlers.kit.screens import Choice, Row, Screen, cut, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.minutes import telling
from handlers.minutes.actions import MOST_NOTE, Written
from handlers.minutes.content import Minutes
from handlers.minutes.words import to
from locales import _, ngettext, number, short_day
from storage.queries.meetings import MeetingRow
from storage.queries.minutes import ItemRow
from town.week import local

ITEMS = 5
"""Entries of the agenda that a screen lists: there are other ways on below them."""

TAIL = 200
"""Characters of what was written last that are shown again."""


def meeting_way(meeting_id: int) -> Choice:
    return Choice(_("The meeting"), MeetTap(do="page", id=meeting_id).pack())


def read_way(meeting_id: int) -> Choice:
    return Choice(_("Read the minutes"), to("read", meeting_id))


def write_way(meeting_id: int) -> Choice:
    return Choice(_("Write"), to("write", meeting_id))


def read(of: Minutes, page: int, zone: ZoneInfo) -> Screen:
    """The minutes, page by page."""
    meeting, told = of.meeting, telling.pages(telling.sections(of, zone))
    page = min(page, len(told) - 1)
    turn = pager(len(told), page, lambda at: to("read", meeting.id, page=at), size=1)
    ways = [Choice(_("As a PDF"), to("pdf", meeting.id)), Choice(_("To be done"), to("of", meeting.id))]
    ways += _ways_to_act(of)
    return Screen(told[page], (*turn, *in_rows(ways, 2), (meeting_way(meeting.id), home())))


def _ways_to_act(of: Minutes) -> list[Choice]:
    meeting, ways = of.meeting, []
    if of.may_write and meeting.approved_at is None:
        ways.append(write_way(meeting.id))
        if meeting.published_at is None:
            ways.append(Choice(_("Publish them"), to("publish", meeting.id)))
        else:
            ways.append(Choice(_("Have them approved"), to("propose", meeting.id)))
    if of.may_write and meeting.approved_at is not None:
        ways.append(Choice(_("Add a correction"), to("correct", meeting.id)))
    if of.was_here and meeting.published_at is not None and meeting.approved_at is None:
        ways.append(Choice(_("That is not right"), to("object", meeting.id)))
    return ways


def caption(meeting: MeetingRow, zone: ZoneInfo) -> Markup:
    """The line about the file."""
    return Markup("{}\n{}").format(_("<b>Minutes: {title}</b>", title=meeting.title), telling.state_line(meeting, zone))


def after_file(meeting: MeetingRow) -> Screen:
    return Screen(_("Anything else?"), ((read_way(meeting.id),), (meeting_way(meeting.id), home())))


# -- writing -----------------------------------------------------------------------------------------------------------


def contents(of: Minutes, page: int, zone: ZoneInfo) -> Screen:
    """What can be written: a note for each item of the agenda, and a general text."""
    meeting = of.meeting
    entries = [(_ticked(_("General text").unescape(), meeting.minutes), to("general", meeting.id))]
    entries += [
        (_ticked(f"{at}. {one.item.title}", one.item.notes), to("item", one.item.id))
        for at, one in enumerate(of.agenda, 1)
    ]
    shown, page = page_of(entries, page, ITEMS)
    turn = pager(len(entries), page, lambda at: to("write", meeting.id, page=at), ITEMS)
    lines = [
        _("<b>Minutes: {title}</b>", title=meeting.title),
        telling.state_line(meeting, zone),
        _(
            "Choose what to write about. The rest is in the minutes by itself: when and where it was, how many were "
            "there, each vote and each decision."
        ),
    ]
    ways = (read_way(meeting.id), back(MeetTap(do="page", id=meeting.id).pack()), home())
    return Screen(Markup("\n").join(lines), menu(shown, pages=turn, then=ways))


def _ticked(label: str, text: str) -> str:
    return f"✓ {label}" if text else label


def general(of: Minutes, page: int, zone: ZoneInfo) -> Screen:
    """The general text, and the ways to write it."""
    meeting = of.meeting
    heading = _("<b>General text: {title}</b>", title=meeting.title)
    note = telling.noted(heading, meeting.minutes, meeting.changed_at, zone)
    told = telling.pages([note or [heading, _("Nothing is written here yet.")]])
    page = min(page, len(told) - 1)
    turn = pager(len(told), page, lambda at: to("general", meeting.id, page=at), size=1)
    ways = _note_ways("gnote", meeting.id, meeting.minutes)
    return Screen(told[page], (*turn, *in_rows(ways, 2), *_on_from_general(of), _out(meeting)))


def _on_from_general(of: Minutes) -> tuple[Row, ...]:
    return ((_next(of.agenda[0].item),),) if of.agenda else ()


def item(of: Minutes, item_id: int, page: int, zone: ZoneInfo) -> Screen:
    """An item's note, and the ways to write it, to enter what was decided and what is to be done."""
    meeting, at = of.meeting, of.number_of(item_id)
    one = of.agenda[at - 1]
    section = telling.item(of, item_id, zone) + ([] if one.item.notes else [_("Nothing is written here yet.")])
    told = telling.pages([section])
    page = min(page, len(told) - 1)
    turn = pager(len(told), page, lambda to_page: to("item", item_id, page=to_page), size=1)
    ways = _note_ways("note", item_id, one.item.notes)
    ways += [
        Choice(_("A decision"), to("decide", item_id)),
        Choice(_("To be done by …"), to("follow", meeting.id, item_id)),
    ]
    if one.item.minutes_of is not None and one.item.settled_at is None:
        ways.append(Choice(_("Approve"), to("approval", item_id)))
    following = ((_next(of.agenda[at].item),),) if at < len(of.agenda) else ()
    return Screen(told[page], (*turn, *in_rows(ways, 2), *following, _out(meeting)))


def _note_ways(do: str, of: int, text: str) -> list[Choice]:
    if not text:
        return [Choice(_("Write"), to(do, of))]
    return [Choice(_("Write more"), to(do, of)), Choice(_("Write it anew"), to(do, of, 1))]


def _next(one: ItemRow) -> Choice:
    return Choice(cut(_("Next: {title}", title=one.title).unescape(), 40), to("item", one.id))


def _out(meeting: MeetingRow) -> Row:
    return (Choice(_("All points"), to("write", meeting.id)), home())


def ask_note(at: Written, so_far: str, *, over: bool) -> Markup:
    """Asked for the words of a note; `so_far` is what was sent and not put away yet."""
    name = at.meeting.title if at.item is None else at.item.title
    asked = _("Write what the minutes are to say about “{name}”.", name=name)
    if over and at.text:
        asked = Markup("{} {}").format(asked, _("It takes the place of what stands there."))
    if not so_far:
        return paragraphs(asked, _("It may be long, and come in several messages. Then choose “Done”."))
    many = ngettext("{n} character so far", "{n} characters so far", len(so_far))
    last = so_far if len(so_far) <= TAIL else f"… {so_far[-TAIL:]}"
    go_on = _("Write on, or choose “Done”. There is room for {most} in all.", most=number(MOST_NOTE))
    return paragraphs(asked, Markup("{}:\n“{}”").format(many, last), go_on)


def done_label() -> str:
    return _("Done").unescape()


# -- publishing, objecting, correcting ---------------------------------------------------------------------------------


def ask_publish(meeting: MeetingRow) -> Screen:
    text = _(
        "Shall I publish the minutes of “{title}”? Everybody who was invited is told, and every resident can read "
        "them. What you change later is marked.",
        title=meeting.title,
    )
    yes = Choice(_("Publish them"), to("published", meeting.id))
    return Screen(text, ((yes,), (back(to("read", meeting.id)), home())))


def published(meeting: MeetingRow, told: int) -> Screen:
    said = _("The minutes of “{title}” are published.", title=meeting.title)
    many = ngettext("{n} person is being told.", "{n} people are being told.", told)
    return Screen(paragraphs(said, many), ((read_way(meeting.id),), (home(),)))


def ask_objection(meeting: MeetingRow) -> Markup:
    return _(
        "What is not right in the minutes of “{title}”, and what should stand there? The secretary reads what you "
        "write.",
        title=meeting.title,
    )


def objected(meeting: MeetingRow) -> Screen:
    text = _("Thank you. The secretary gets it, and can still change the minutes until they are approved.")
    return Screen(text, ((read_way(meeting.id),), (home(),)))


def ask_correction(meeting: MeetingRow) -> Markup:
    return _(
        "The minutes of “{title}” are approved and stay as they are. What is to be said below them?",
        title=meeting.title,
    )


def corrected(meeting: MeetingRow) -> Screen:
    text = _("The correction stands below the minutes of “{title}”, with the date and your name.", title=meeting.title)
    return Screen(text, ((read_way(meeting.id),), (home(),)))


# -- approving ---------------------------------------------------------------------------------------------------------


def choose_meeting(meeting: MeetingRow, coming: Sequence[MeetingRow], page: int, zone: ZoneInfo) -> Screen:
    """At which coming meeting minutes are to be approved."""
    ways = (back(to("read", meeting.id)), home())
    if not coming:
        text = _(
            "No coming meeting is called yet at which “{title}” could be approved. As soon as one of the same people "
            "is, the minutes are on its agenda by themselves.",
            title=meeting.title,
        )
        return Screen(text, (ways,))
    shown, page = page_of(coming, page)
    turn = pager(len(coming), page, lambda at: to("propose", meeting.id, page=at))
    text = _("At which meeting are the minutes of “{title}” to be approved?", title=meeting.title)
    entries = [(_named(one, zone), to("put", meeting.id, one.id)) for one in shown]
    return Screen(text, menu(entries, pages=turn, then=ways))


def _named(meeting: MeetingRow, zone: ZoneInfo) -> str:
    if meeting.starts_at is None:
        return meeting.title
    return f"{short_day(local(meeting.starts_at, zone).date())} {meeting.title}"


def put(target: MeetingRow) -> Screen:
    text = _("It is on top of the agenda of “{title}”.", title=target.title)
    agenda = Choice(_("The agenda"), MotionTap(do="list", id=target.id).pack())
    return Screen(text, ((agenda,), (home(),)))


def ask_approval(found: ItemRow, meeting: MeetingRow) -> Screen:
    """Whether anybody objects to minutes."""
    text = _(
        "The minutes of “{title}”: does anybody object? If nobody does, they are approved as they stand. Otherwise "
        "put them to the vote.",
        title=meeting.title,
    )
    rows = (
        (Choice(_("Nobody objects"), to("approved", found.id)),),
        (Choice(_("Put it to the vote"), MotionTap(do="vote", id=found.id).pack()),),
        (read_way(meeting.id),),
        (Choice(_("The agenda"), MotionTap(do="list", id=found.meeting_id).pack()), home()),
    )
    return Screen(text, rows)


def approved(found: ItemRow, meeting: MeetingRow) -> Screen:
    text = _("The minutes of “{title}” are approved: from now on they stay as they are.", title=meeting.title)
    agenda = Choice(_("The agenda"), MotionTap(do="list", id=found.meeting_id).pack())
    return Screen(text, ((read_way(meeting.id),), (agenda, home())))


# -- decisions by voice ------------------------------------------------------------------------------------------------


def ask_decision(title: str) -> Markup:
    return _("What was decided about “{title}”? One or two sentences.", title=title)


def ask_passed() -> Markup:
    return _("And how was it decided?")


def passed_labels() -> tuple[str, str]:
    """It was adopted, or turned down."""
    return _("Adopted").unescape(), _("Turned down").unescape()
