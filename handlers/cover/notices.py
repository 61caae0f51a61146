"""What the cover room says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import Reasons, because, paragraphs
from handlers.kit.taps import CoverTap, DeskTap, ShiftTap
from handlers.kit.topics import topic_name
from locales import _, a_day, a_span, ngettext
from storage.queries.topics import SKILL, Named
from town.settings import TownSettings
from town.topics import SHIFTS

MOST_BUTTONS = 4
"""Shifts of a notice that have buttons: two each, and two more to leave it."""

MOST_NAMED = 20
"""Shifts that a notice names."""


def ask(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, project, place, starts_at, ends_at, call; likes, skills, is_free, gives, later: why them.

    Nobody is named who gave the place back: that is nobody else's affair.
    """
    text = _(
        "Could you step in? Help is needed, and a place is free:\n\n<b>{title}</b>\n{project}\n{when}\n{place}",
        title=fields["title"],
        project=fields["project"],
        when=_span(fields, town),
        place=fields["place"] or fields["project"],
    )
    reasons = because(
        Reasons(
            likes=_topic(fields["likes"]) if fields["likes"] else "",
            skills=tuple(_topic(name) for name in fields["skills"]),
            free=fields["is_free"],
            gives=fields["gives"],
            later=fields["later"],
        )
    )
    why = _("Why I ask you: {reasons}", reasons=reasons) if reasons else ""
    no_duty = _("It is a question, not a duty: whoever says yes first has the place.")
    return Screen(
        paragraphs(text, why, no_duty),
        (
            (
                Choice(_("I'll come"), CoverTap(do="take", id=fields["call"]).pack()),
                Choice(_("Not this time"), CoverTap(do="no", id=fields["call"]).pack()),
            ),
            (anew(Choice(_("The shift's page"), ShiftTap(do="open", shift=fields["shift"]).pack())), anew(home())),
        ),
    )


def came(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, starts_at, ends_at, name, free (places)."""
    said = _(
        "{name} steps in on <b>{title}</b>, {when}.",
        name=fields["name"],
        title=fields["title"],
        when=_span(fields, town),
    )
    return Screen(Markup("{}\n{}").format(said, _still_free(fields["free"])), ((_desk(fields), anew(home())),))


def nobody(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, starts_at, ends_at, asked, declined (people), free (places)."""
    title, when = fields["title"], _span(fields, town)
    if not fields["asked"]:
        said = _("I found nobody whom I could ask to step in on <b>{title}</b>, {when}.", title=title, when=when)
    else:
        said = ngettext(
            "I asked {n} person to step in on <b>{title}</b>, {when}, and nobody has said yes so far.",
            "I asked {n} people to step in on <b>{title}</b>, {when}, and nobody has said yes so far.",
            fields["asked"],
            title=title,
            when=when,
        )
    then = _("Perhaps you know somebody, or it can be done with fewer people.")
    return Screen(Markup("{} {}\n{}").format(said, _still_free(fields["free"]), then), ((_desk(fields), anew(home())),))


def short(fields: Fields, town: TownSettings) -> Screen:
    """Fields: day (YYYY-MM-DD), shifts, more (of them).

    Each shift has shift, title, project, starts_at, ends_at, free, asking.
    """
    shifts = fields["shifts"]
    total = len(shifts) + fields["more"]
    head = ngettext(
        "This shift on {day} is short of people:",
        "These {n} shifts on {day} are short of people:",
        total,
        day=a_day(date.fromisoformat(fields["day"])),
    )
    lines = [_short_line(number, one, town) for number, one in enumerate(shifts, 1)]
    if fields["more"]:
        lines.append(ngettext("… and {n} more.", "… and {n} more.", fields["more"]))
    return Screen(paragraphs(head, *lines), (*_short_rows(shifts, total), (anew(home()),)))


def _short_line(number: int, one: Fields, town: TownSettings) -> Markup:
    free = ngettext("{n} place free", "{n} places free", one["free"])
    if one["asking"]:
        free = Markup("{} · {}").format(free, _("I am asking around"))
    return Markup("{}. <b>{}</b> · {}\n{} · {}").format(number, one["title"], one["project"], _span(one, town), free)


def _short_rows(shifts: list[Fields], total: int) -> tuple[Row, ...]:
    if total == 1:
        ask_around = Choice(_("Ask around"), CoverTap(do="ask", id=shifts[0]["shift"]).pack())
        return ((anew(ask_around),), (_desk(shifts[0]),))
    rows: list[Row] = []
    for number, one in enumerate(shifts[:MOST_BUTTONS], 1):
        desk = Choice(_("{n}. At the desk", n=number), DeskTap(do="shift", id=one["shift"]).pack())
        ask_around = Choice(_("{n}. Ask around", n=number), CoverTap(do="ask", id=one["shift"]).pack())
        rows.append((anew(ask_around), anew(desk)))
    if total > MOST_BUTTONS:
        rows.append((anew(Choice(_("All of them"), CoverTap(do="short").pack())),))
    return tuple(rows)


def _still_free(free: int) -> Markup:
    if free <= 0:
        return _("All places are taken now.")
    return ngettext("{n} place is free now.", "{n} places are free now.", free)


def _desk(fields: Fields) -> Choice:
    return anew(Choice(_("The shift at the desk"), DeskTap(do="shift", id=fields["shift"]).pack()))


def _topic(name: str) -> str:
    return topic_name(Named(0, SKILL, name))


def _span(fields: Fields, town: TownSettings) -> str:
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    return a_span(starts, ends, town.tz)


NOTICES = (
    Notice(key="cover.ask", render=ask, topic=SHIFTS),
    Notice(key="cover.came", render=came),
    Notice(key="cover.nobody", render=nobody),
    Notice(key="cover.short", render=short),
)
