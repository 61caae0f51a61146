"""What the questions about a meeting say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.screens import cut
from handlers.meetings import words
from handlers.series.words import lines
from locales import _, a_length, a_moment, a_span, ngettext, number
from storage.queries.meetings import MeetingRow
from town.meetings import MOST_DATES, MOST_PEOPLE

STARTS_AT, LENGTH, PLACE, LINK = "starts_at", "length", "place", "link"


def title() -> Markup:
    return _("What is the meeting called? For example “Spring meeting”.")


def about() -> Markup:
    return _("What is it about? Write it for those who are invited; the agenda comes later.")


def nothing() -> str:
    return _("Nothing to add").unescape()


def when(*, one: bool) -> Markup:
    if one:
        return _("When is it? Write day and time, like “Thu 18:00” or “24/11 18:00”.")
    return _(
        "When is it? Write day and time, like “Thu 18:00” or “24/11 18:00”.\n\nOr let people choose: write several "
        "dates, each on a line of its own, up to {n}. I ask everybody, and the date that suits most is taken.",
        n=number(MOST_DATES),
    )


def length(longest: int) -> Markup:
    return _("How long is it? Choose, or write it: “2 h”, “90 min”. At most {most}.", most=a_length(longest))


def place() -> Markup:
    return _("Where is it? Write the place, for example “Town hall, first floor”.")


def online_only() -> str:
    return _("Online only").unescape()


def link() -> Markup:
    return _("Can people join online? Write the link, which begins with https:// – only those invited see it.")


def no_link() -> str:
    return _("No link").unescape()


def whom() -> Markup:
    return _("Whom do you invite?")


def benefits(everybody: int, some: int) -> Markup:
    return lines(
        _("Everybody of them, or only those who have the benefits this week?"),
        ngettext("Everybody: {n} person", "Everybody: {n} people", everybody),
        ngettext("With the benefits: {n} person", "With the benefits: {n} people", some),
    )


def benefits_labels() -> dict[str, str]:
    return {"all": _("Everybody").unescape(), "some": _("With the benefits").unescape()}


def quorum() -> Markup:
    return _(
        "How many have to be there for the meeting to decide something? Choose, or write it: “30 %” of those invited, "
        "“20 people”."
    )


def quorum_label(share: int) -> str:
    return words.quorum(share, people=False).unescape() if share else _("No quorum").unescape()


def secretary() -> Markup:
    return _("Who writes the minutes? Choose, or write the name of a resident.")


def myself() -> str:
    return _("I do").unescape()


def look(
    draft: dict[str, Any], dates: Sequence[datetime], project: str, names: dict[str, str], zone: ZoneInfo
) -> Markup:
    """The last look: `names` has those of the secretary, and how many are invited, in words already."""
    length_of = draft["length"]
    if len(dates) == 1:
        time = _("When: {when}", when=a_span(dates[0], dates[0] + timedelta(minutes=length_of), zone))
    else:
        shown = [Markup("– {}").format(a_moment(date, zone)) for date in dates]
        time = lines(_("These dates are voted on, for {length} each:", length=a_length(length_of)), *shown)
    return lines(
        _("<b>Shall I send this?</b>"),
        Markup("<b>{}</b>").format(draft["title"]),
        Markup.escape(draft["about"]),
        time,
        _("Where: {place}", place=draft["place"]) if draft["place"] else "",
        _("Online: {link}", link=draft["link"]) if draft["link"] else "",
        _("Invited: {who} ({count})", who=words.audience(draft["whom"], project), count=names["count"]),
        _("Quorum: {quorum}", quorum=words.quorum(draft["quorum"][0], people=draft["quorum"][1])),
        _("Minutes: {name}", name=names["secretary"]),
    )


def invited(many: int) -> str:
    return ngettext("{n} person", "{n} people", many).unescape()


def send(*, poll: bool) -> str:
    return _("Yes, ask for a date").unescape() if poll else _("Yes, invite them").unescape()


def look_choices() -> dict[str, str]:
    """What can be changed from the last look, by step."""
    labels = {
        "title": _("Title"),
        "about": _("What it is about"),
        "when": _("Date and length"),
        "place": _("Place and link"),
        "whom": _("Who is invited"),
        "quorum": _("Quorum"),
        "secretary": _("Secretary"),
    }
    return {step: label.unescape() for step, label in labels.items()}


# -- changing one ------------------------------------------------------------------------------------------------------


def change_labels() -> dict[str, str]:
    """What can be changed of a meeting, by the word that a tap carries."""
    labels = {
        "title": _("Title"),
        "about": _("What it is about"),
        "when": _("Day and time"),
        "length": _("Length"),
        "place": _("Place"),
        "link": _("Link"),
        "quorum": _("Quorum"),
        "secretary": _("Secretary"),
    }
    return {step: label.unescape() for step, label in labels.items()}


def sure_to_change(meeting: MeetingRow, what: str, value: Any, hear: int, zone: ZoneInfo) -> Markup:
    """`value` is the new one: an instant for "when"."""
    if what == "when":
        new = _("When: {when}", when=a_span(value, value + timedelta(minutes=meeting.length), zone))
    elif what == "length":
        new = _("Length: {length}", length=a_length(value))
    elif what == "place":
        new = _("Where: {place}", place=value or online_only())
    else:
        new = _("Online: {link}", link=value or no_link())
    return lines(
        Markup("<b>{}</b>").format(meeting.title),
        new,
        ngettext("{n} person who has not declined hears of it.", "{n} people who have not declined hear of it.", hear),
    )


def change_it() -> str:
    return _("Yes, change it").unescape()


def reason(meeting: MeetingRow) -> Markup:
    return _("Why is “{title}” called off? Everybody who was invited reads it.", title=meeting.title)


def sure_off(meeting: MeetingRow, why: str, hear: int) -> Markup:
    return lines(
        _("Call off “{title}”?", title=meeting.title),
        _("Because: {reason}", reason=why),
        ngettext("{n} person hears of it.", "{n} people hear of it.", hear),
    )


def call_it_off() -> str:
    return _("Yes, call it off").unescape()


# -- who comes, who is there -------------------------------------------------------------------------------------------


def how_many(meeting_title: str) -> Markup:
    return _(
        "How many of you come to “{title}”, you included? Choose, or write a number up to {most}.",
        title=meeting_title,
        most=number(MOST_PEOPLE),
    )


def of_us(many: int) -> str:
    if many == 1:
        return _("Just me").unescape()
    return ngettext("{n} of us", "{n} of us", many).unescape()


def room_code(meeting_title: str) -> Markup:
    return _(
        "Welcome to <b>{title}</b>! The screen in the room shows a code of six letters. Please type it here, or scan "
        "the picture beside it.",
        title=meeting_title,
    )


def whom_you_see(meeting_title: str) -> Markup:
    return _("Whom do you see at “{title}”? Write a name.", title=cut(meeting_title, 60))
