"""Where a message stands, and what happened to it, in a line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from locales import _, a_moment, ngettext
from storage.queries.broadcasts import BroadcastRow, Event
from storage.tables import BroadcastState


def state_line(one: BroadcastRow, zone: ZoneInfo, *, yes: int | None = None) -> Markup:
    """Where it stands; `yes`: how many have said it, where that is known."""
    match one.state:
        case BroadcastState.PROPOSED:
            if yes is None:
                return _("⏳ Waits for a yes.")
            return ngettext(
                "⏳ Waits for the yes of {n} more.", "⏳ Waits for the yes of {n} more.", max(1, one.needed - yes)
            )
        case BroadcastState.SCHEDULED:
            return _("🕗 Goes out {when}.", when=a_moment(one.due_at, zone))
        case BroadcastState.SENDING:
            return ngettext("📨 On its way to {n} person.", "📨 On its way to {n} people.", one.people)
        case BroadcastState.PAUSED:
            return ngettext("⏸ Held, on its way to {n} person.", "⏸ Held, on its way to {n} people.", one.people)
        case BroadcastState.SENT:
            return _("✅ Has gone out.")
        case BroadcastState.STOPPED:
            return _("⏹ Stopped: {why}", why=_why(one.why))
        case BroadcastState.DECLINED:
            return _("🚫 Declined: it does not go out.")
    return _("🚫 Nobody said yes in time.") if one.why == "late" else _("🚫 Called off.")


def _why(why: str) -> Markup:
    said = {
        "full": _("nobody more is needed."),
        "gone": _("what it was about is gone."),
    }
    return said.get(why) or _("somebody ended it.")


def event_line(event: Event, zone: ZoneInfo) -> Markup:
    """A line of its log: when, and who did what."""
    return Markup("{}: {}").format(a_moment(event.at, zone), _event(event))


def _event(event: Event) -> Markup:
    name = event.name or "–"
    happened = {
        "proposed": _("{name} wrote it.", name=name),
        "approved": _("{name} says yes.", name=name),
        "asked": _("It waits for another yes: one that it had does not count any more, as the role has ended."),
        "declined": _("{name} says no.", name=name),
        "scheduled": _("It may go out.") if event.resident_id is None else _("{name} sends it now.", name=name),
        "started": _started(event),
        "paused": _("{name} holds it.", name=name),
        "resumed": _("{name} lets it go on.", name=name),
        "stopped": _("It is stopped.") if event.resident_id is None else _("{name} stops it.", name=name),
        "cancelled": _("Nobody said yes in time.")
        if event.resident_id is None
        else _("{name} calls it off.", name=name),
        "again": _("What had not arrived is sent once more."),
        "ended": _("It has gone out."),
    }
    return happened[event.kind]


def _started(event: Event) -> Markup:
    people = int(event.detail) if event.detail.isdecimal() else 0
    return ngettext("It begins, to {n} person.", "It begins, to {n} people.", people)
