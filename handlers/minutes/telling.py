"""Minutes in full, as they are read in the chat and on paper: the same sections, in pages or in one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit import paper
from handlers.kit.who import Who
from handlers.minutes.content import Minutes
from handlers.minutes.words import bullets, dated, decision_line, in_words, vote_line
from locales import _, a_day, a_time, language, number
from storage.queries.meetings import MeetingRow
from town.text import utf16_units
from town.week import local

MOST_PAGE = 3400
"""UTF-16 units of a page in the chat: the channels take 4,096, and a line may be put before it."""

MOST_PIECE = 1500
_MARK = re.compile("<[^>]*>")

Section = list[Markup]
"""Lines below each other, none of them longer than `MOST_PIECE` and a heading."""


def sections(of: Minutes, zone: ZoneInfo) -> list[Section]:
    """The minutes, section by section; a long text is parted where a line or a word ends."""
    found = [_head(of, zone), noted(Markup(""), of.meeting.minutes, of.meeting.changed_at, zone)]
    found += [item(of, one.item.id, zone) for one in of.agenda]
    if rest := [decision_line(one) for one in of.decided(None)]:
        found.append([_("<b>Decided besides</b>"), *bullets(rest)])
    if todo := [in_words(one, zone) for one in of.to_do(None)]:
        found.append([_("<b>To be done besides</b>"), *bullets(todo)])
    for correction in of.corrections:
        said = _("<b>Correction of {day}</b> ({name})", day=dated(correction.at, zone), name=correction.name)
        found.append(_parted(said, correction.text))
    return [section for section in found if section]


def pages(told: Iterable[Section]) -> list[Markup]:
    """Sections put together in pages, none of them longer than the chat can show."""
    found: list[Markup] = [Markup("")]
    for section in told:
        for at, line in enumerate(section):
            between = "\n" if at else "\n\n"
            if found[-1] and _units(found[-1]) + _units(line) + 2 > MOST_PAGE:
                found.append(line)
            else:
                found[-1] = Markup("{}{}{}").format(found[-1], between, line) if found[-1] else line
    return found


def item(of: Minutes, item_id: int, zone: ZoneInfo) -> Section:
    """An item of the agenda: its note, its vote, what was decided by voice, and what is to be done."""
    at = of.number_of(item_id)
    one = of.agenda[at - 1]
    heading = Markup("<b>{}. {}</b>").format(number(at), one.item.title)
    found = noted(heading, one.item.notes, one.item.changed_at, zone) or [heading]
    found += [vote_line(one.poll)] if one.poll is not None else []
    found += [decision_line(each) for each in of.decided(item_id) if each.poll_id is None]
    if todo := of.to_do(item_id):
        found += [_("To be done:"), *bullets([in_words(each, zone) for each in todo])]
    return found


def noted(above: Markup, text: str, changed_at: datetime | None, zone: ZoneInfo) -> Section:
    """A note below its heading, and that it was changed since; nothing where nothing was written."""
    if not text and changed_at is None:
        return []
    found = _parted(above, text)
    if changed_at is not None:
        found.append(Markup("<i>{}</i>").format(_("(changed on {day})", day=dated(changed_at, zone))))
    return found


def page_of(of: Minutes, who: Who) -> paper.Page:
    """The minutes on paper."""
    title = _("Minutes: {title}", title=of.meeting.title).unescape()
    head, *told = sections(of, who.zone)
    parts = [_plain(Markup("\n").join(section)) for section in (head[1:], *told)]  # the title stands above already
    return paper.Page(title, [*parts, _signed()], foot=who.town.name, language=language())


def file_name(meeting: MeetingRow, zone: ZoneInfo) -> str:
    """The name of the file."""
    day = local(meeting.starts_at or meeting.made_at, zone).date()
    return f"minutes-{day.isoformat()}-{meeting.id}.pdf"


def state_line(meeting: MeetingRow, zone: ZoneInfo) -> Markup:
    """Whether the minutes are published and approved."""
    if meeting.approved_at is not None:
        return _("Approved on {day}.", day=dated(meeting.approved_at, zone))
    if meeting.published_at is not None:
        return _("Published on {day}, not approved yet.", day=dated(meeting.published_at, zone))
    return _("A draft: only those who run the meeting see it.")


def _head(of: Minutes, zone: ZoneInfo) -> Section:
    meeting = of.meeting
    lines = [_("<b>Minutes: {title}</b>", title=meeting.title)]
    if meeting.starts_at is not None:
        ends_at = meeting.closed_at or meeting.starts_at + timedelta(minutes=meeting.length)
        day = a_day(local(meeting.starts_at, zone).date(), year=True)
        lines.append(Markup("{}, {}–{}").format(day, a_time(meeting.starts_at, zone), a_time(ends_at, zone)))
    where = [part for part in (meeting.place, meeting.link) if part]
    if where:
        lines.append(Markup(" · ").join(where))
    lines.append(_("Called by {name}.", name=of.people.caller))
    if of.people.secretary:
        lines.append(_("Minutes: {name}.", name=of.people.secretary))
    return [*lines, _presence(of), state_line(meeting, zone)]


def _presence(of: Minutes) -> Markup:
    there = of.presence
    said = _("{here} of {invited} who were invited were there.", here=number(there.here), invited=number(there.invited))
    if not there.quorum:
        return said
    quorum = number(there.quorum)
    reached = (
        _("The quorum of {quorum} was reached.", quorum=quorum)
        if there.reached
        else _("The quorum of {quorum} was not reached.", quorum=quorum)
    )
    return Markup("{} {}").format(said, reached)


def _parted(above: Markup, text: str) -> Section:
    pieces = [Markup.escape(piece) for piece in _pieces(text)]
    if not above:
        return pieces
    return [Markup("{}\n{}").format(above, pieces[0]), *pieces[1:]] if pieces else [above]


def _pieces(text: str) -> list[str]:
    """A text in pieces of at most `MOST_PIECE` characters, cut where a line or a word ends."""
    found = []
    while len(text) > MOST_PIECE:
        head = text[:MOST_PIECE]
        at = max(head.rfind("\n"), head.rfind(" "))
        at = at if at > MOST_PIECE // 2 else MOST_PIECE
        found.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*found, text] if text else found


def _signed() -> str:
    """Room for the names below printed minutes."""
    secretary, chair = _("Secretary").unescape(), _("Chair").unescape()
    return f"\n\n{secretary}: ______________________     {chair}: ______________________"


def _plain(html: Markup) -> str:
    return unescape(_MARK.sub("", html))


def _units(html: Markup) -> int:
    return utf16_units(_plain(html))
