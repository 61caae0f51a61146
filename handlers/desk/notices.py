"""What the people on a shift are told when it changes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.facts import moment
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import ShiftTap
from locales import _, a_span
from town.settings import TownSettings


def _shift_changed(fields: Fields, town: TownSettings) -> Screen:
    new = _span_of(fields, "", town.tz)
    old = _span_of(fields, "old_", town.tz)
    lines = [_("<b>{title}</b> has changed, and you hold a place on it.", title=fields["title"])]
    if fields["title"] != fields["old_title"]:
        lines.append(_("It was called “{old}” before.", old=fields["old_title"]))
    when = _("When: {new} (it was {old})", new=new, old=old) if new != old else _("When: {new}", new=new)
    lines.append(when)
    if fields["place"] != fields["old_place"]:
        lines.append(_("Where: {new} (it was {old})", new=fields["place"], old=fields["old_place"]))
    else:
        lines.append(_("Where: {new}", new=fields["place"]))
    ways = [anew(_shift(fields)), anew(home())]
    if "other" in fields:
        lines.append(_clash(fields, town.tz))
        ways.insert(1, anew(Choice(_("Your other shift"), ShiftTap(do="open", shift=fields["other"]).pack())))
    else:
        lines.append(_("Your place is still yours. If you can't come now, please leave it to somebody else."))
    return Screen(Markup("\n").join(lines), in_rows(ways))


def _clash(fields: Fields, zone: ZoneInfo) -> Markup:
    """Fields: other_title, other_starts_at, other_ends_at, and other, its shift."""
    return _(
        "It is at the same time as your shift “{other}” now: {when}. Both places are still yours, but you can't be "
        "at both: please keep one, and leave the other to somebody else.",
        other=fields["other_title"],
        when=_span_of(fields, "other_", zone),
    )


def _shift_cancelled(fields: Fields, town: TownSettings) -> Screen:
    lines = [
        _("“{title}” ({project}) is cancelled.", title=fields["title"], project=fields["project"]),
        _("It was to be {when}, {place}.", when=_span_of(fields, "", town.tz), place=fields["place"]),
        _("You need not come. There are other shifts that would be glad of you: /shifts"),
    ]
    return Screen(Markup("\n").join(lines), in_rows([anew(_shift(fields)), anew(home())]))


def _shift(fields: Fields) -> Choice:
    return Choice(_("See the shift"), ShiftTap(do="open", shift=fields["shift"]).pack())


def _span_of(fields: Fields, which: str, zone: ZoneInfo) -> str:
    return a_span(moment(fields[f"{which}starts_at"]), moment(fields[f"{which}ends_at"]), zone)


NOTICES = (Notice("shift.changed", _shift_changed), Notice("shift.cancelled", _shift_cancelled))
