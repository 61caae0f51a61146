"""Meetings in a few words, for this room's screens, questions, notices and pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.meetings.checking import RoomScreen
from handlers.meetings.present import Presence
from handlers.series.words import lines
from locales import _, a_moment, a_span, a_time, ngettext, number, percent
from storage.queries.guests import Guest, Numbers
from storage.queries.meetings import MeetingRow
from storage.tables import Role
from town.audience import PROJECT, ROLE, TOWN, parse
from town.meetings import ends_at, opens_at


def span(meeting: MeetingRow, zone: ZoneInfo) -> str:
    """From when to when; that there is no date yet, where there is none."""
    ends = ends_at(meeting)
    if meeting.starts_at is None or ends is None:
        return _("The date is being looked for").unescape()
    return a_span(meeting.starts_at, ends, zone)


def audience(text: str, project: str = "") -> Markup:
    """Whom a meeting is for."""
    one = parse(text)
    if one.kind == TOWN:
        return _("Everybody in town")
    if one.kind == PROJECT:
        return _("Everybody who takes part in {project}", project=project)
    if one.kind == ROLE and one.word == Role.COUNCIL:
        return _("The council")
    if one.kind == ROLE and one.word == Role.COORDINATOR:
        return _("The coordinators")
    return _("Those who were invited")


def quorum(share: int, *, people: bool) -> Markup:
    """How many must be there."""
    if not share:
        return _("none")
    if people:
        return ngettext("{n} person", "{n} people", share)
    return _("{percent} of those invited", percent=percent(share))


def presence(there: Presence) -> Markup:
    """ "41 of 94 here, quorum 47: not yet." """
    if not there.quorum:
        return _("{here} of {invited} here", here=number(there.here), invited=number(there.invited))
    if there.reached:
        return _(
            "{here} of {invited} here, quorum {quorum}: reached",
            here=number(there.here),
            invited=number(there.invited),
            quorum=number(there.quorum),
        )
    return _(
        "{here} of {invited} here, quorum {quorum}: not yet",
        here=number(there.here),
        invited=number(there.invited),
        quorum=number(there.quorum),
    )


def who_comes(found: Numbers) -> Markup:
    """ "34 people come, 5 maybe." """
    come = ngettext("{n} person comes", "{n} people come", found.yes) if found.yes else _("Nobody has said yes yet")
    if not found.maybe:
        return come
    return Markup("{}, {}").format(come, ngettext("{n} maybe", "{n} maybe", found.maybe))


def mine(guest: Guest) -> Markup:
    """What somebody has answered."""
    if guest.coming == "yes" and guest.people > 1:
        return ngettext("You come, {n} person in all.", "You come, {n} people in all.", guest.people)
    if guest.coming == "yes":
        return _("You come.")
    if guest.coming == "maybe" and guest.people > 1:
        return ngettext("You may come, {n} person in all.", "You may come, {n} people in all.", guest.people)
    if guest.coming == "maybe":
        return _("You may come.")
    if guest.coming == "no":
        return _("You do not come.")
    return _("You have not answered yet.")


def of_notice(fields: Mapping[str, Any], zone: ZoneInfo) -> Markup:
    """A meeting as its notices tell of it: fields of `calling.said`."""
    return lines(
        Markup("<b>{}</b>").format(fields["title"]),
        _("When: {when}", when=span_of(fields, zone)) if fields["starts_at"] else "",
        _("Where: {place}", place=fields["place"]) if fields["place"] else "",
        _("Online: {link}", link=fields["link"]) if fields["link"] else "",
    )


def span_of(fields: Mapping[str, Any], zone: ZoneInfo) -> str:
    starts = datetime.fromisoformat(fields["starts_at"])
    return a_span(starts, starts + timedelta(minutes=fields["length"]), zone)


def room_note(of: RoomScreen, zone: ZoneInfo) -> str:
    """What there is to do at the screen in the room now; plain text."""
    if of.until is not None:
        return _(
            "Scan this, or write the code to the town. It works until {time}; a new one comes every minute.",
            time=a_time(of.until, zone),
        ).unescape()
    if of.state == "early" and of.meeting.starts_at is not None:
        return _("Checking in begins: {time}.", time=a_moment(opens_at(of.meeting.starts_at), zone)).unescape()
    if of.state == "cancelled":
        return _("This meeting was called off.").unescape()
    return _("This meeting is over. Thank you all!").unescape()
