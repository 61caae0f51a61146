"""A report in words, as screens and notices tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.screens import Choice
from handlers.kit.taps import ReportTap
from locales import _, a_day, a_length, a_span
from storage.queries.reports import Beside

MOST_BESIDE = 5


def told(*, name: str, project: str, day: date, minutes: int, what: str, witness: str, seen: bool) -> Markup:
    """Who says that they did what, and who saw it (`seen`: whoever reads this)."""
    story = _(
        "<b>{name}</b> reports {length} of work for {project} on {day}:\n“{what}”",
        name=name,
        length=a_length(minutes),
        project=project,
        day=a_day(day),
        what=what,
    )
    if seen:
        return Markup("{}\n{}").format(story, _("{name} says that you saw it.", name=name))
    if witness:
        return Markup("{}\n{}").format(story, _("{witness} saw it, says {name}.", witness=witness, name=name))
    return Markup("{}\n{}").format(story, _("Nobody saw it, says {name}.", name=name))


def beside_lines(others: Sequence[Beside], zone: ZoneInfo) -> Markup:
    """A warning of what else is known of that day; empty when nothing is."""
    if not others:
        return Markup("")
    lines = [_("Please look twice: of that day I also know")]
    lines += [Markup("• {}").format(_other(one, zone)) for one in others[:MOST_BESIDE]]
    return Markup("\n").join(lines)


def confirm_way(report_id: int, minutes: int) -> Choice:
    return Choice(_("Confirm {length}", length=a_length(minutes)), to("yes", report_id))


def reject_way(report_id: int) -> Choice:
    return Choice(_("It was not so"), to("no", report_id))


def details_way(report_id: int) -> Choice:
    return Choice(_("Details"), to("open", report_id))


def mine_way() -> Choice:
    return Choice(_("My reports"), to("mine"))


def new_way() -> Choice:
    return Choice(_("Report hours"), to("new"))


def to(do: str, report_id: int = 0, page: int = 0) -> str:
    return ReportTap(do=do, id=report_id, page=page).pack()


def _other(one: Beside, zone: ZoneInfo) -> Markup:
    if one.starts_at is None or one.ends_at is None:
        return _("the report “{what}”: {length}", what=one.title, length=a_length(one.minutes))
    return _("the shift “{title}”: {span}", title=one.title, span=a_span(one.starts_at, one.ends_at, zone))
