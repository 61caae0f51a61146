"""A contest in words, as screens and notices tell of it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Fields
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice
from handlers.kit.taps import ContestTap
from locales import _, a_day, a_length, a_span, a_time


def when(fields: Fields, zone: ZoneInfo) -> str:
    """When the work was, from the fields of `actions.about`."""
    if fields["starts_at"] and fields["ends_at"]:
        return a_span(datetime.fromisoformat(fields["starts_at"]), datetime.fromisoformat(fields["ends_at"]), zone)
    return a_day(date.fromisoformat(fields["day"])) if fields["day"] else ""


def story(fields: Fields, zone: ZoneInfo, *, written: int, reason_then: str) -> Markup:
    """What was decided, what the resident says, and what else is known."""
    lines = [
        Markup("<b>{}</b>\n{}, {}").format(fields["title"], fields["project"], when(fields, zone)),
        _decided(fields["name"], fields["first"], written, in_words(reason_then)),
        _(
            "{name} says: {length}. “{note}”",
            name=fields["name"],
            length=a_length(fields["minutes"]),
            note=fields["note"],
        ),
    ]
    if fields["checked_in_at"]:
        at = a_time(datetime.fromisoformat(fields["checked_in_at"]), zone)
        lines.append(_("{name} checked in there at {time}.", name=fields["name"], time=at))
    return Markup("\n").join(lines)


def _decided(name: str, first: str, written: int, reason: str) -> Markup:
    given = {"name": name, "first": first, "length": a_length(written)}
    if written:
        if reason:
            return _("{first} decided that {name} was there for {length}: “{reason}”", reason=reason, **given)
        return _("{first} decided that {name} was there for {length}.", **given)
    if reason:
        return _("{first} decided that nothing counts for {name}: “{reason}”", reason=reason, **given)
    return _("{first} decided that nothing counts for {name}.", **given)


def uphold_way(contest_id: int, minutes: int) -> Choice:
    return Choice(_("Right: {length}", length=a_length(minutes)), to("uphold", contest_id))


def keep_way(contest_id: int) -> Choice:
    return Choice(_("Keep it as it is"), to("keep", contest_id))


def to(do: str, contest_id: int = 0, page: int = 0) -> str:
    return ContestTap(do=do, id=contest_id, page=page).pack()
