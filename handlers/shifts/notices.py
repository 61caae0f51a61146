"""What the shifts room says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen
from handlers.kit.taps import DeskTap, ListTap, ShiftTap
from handlers.kit.topics import topic_name
from locales import _, a_moment, a_span, ngettext
from storage.queries.topics import SKILL, Named
from town.settings import TownSettings


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, project, place, starts_at, ends_at, lead (minutes)."""
    text = _(
        "A reminder of your shift:\n\n<b>{title}</b>\n{project}\n{when}\n{place}\n\nAre you coming?",
        title=fields["title"],
        project=fields["project"],
        when=_span(fields, town),
        place=fields["place"] or fields["project"],
    )
    tap = fields["shift"]
    return Screen(
        text,
        (
            (
                Choice(_("Coming"), ShiftTap(do="coming", shift=tap).pack()),
                Choice(_("Can't come"), ShiftTap(do="cant", shift=tap).pack()),
            ),
            (anew(Choice(_("The shift's page"), ShiftTap(do="open", shift=tap).pack())), anew(home())),
        ),
    )


def released(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, name, starts_at, ends_at, free (places), called, passed_on, unled ([skill, learners])."""
    said = _(
        "{name} can't come after all and gave back a place on <b>{title}</b>, {when}.",
        name=fields["name"],
        title=fields["title"],
        when=_span(fields, town),
    )
    if fields.get("passed_on"):
        then = _("It is offered to the next on the waiting list.")
    else:
        then = ngettext("{n} place is free now.", "{n} places are free now.", fields["free"])
        if fields.get("called"):
            then = Markup("{} {}").format(then, _("I am asking others whether they can step in."))
    for skill, learners in fields.get("unled", ()):
        alone = ngettext(
            "{n} learner of {skill} has no master beside them now.",
            "{n} learners of {skill} have no master beside them now.",
            learners,
            skill=topic_name(Named(0, SKILL, skill)),
        )
        then = Markup("{}\n{}").format(then, alone)
    desk = Choice(_("The shift at the desk"), DeskTap(do="shift", id=fields["shift"]).pack())
    return Screen(Markup("{}\n{}").format(said, then), ((anew(desk), anew(home())),))


def offer(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, project, place, starts_at, ends_at, until."""
    text = _(
        "A place is free for you:\n\n<b>{title}</b>\n{project}\n{when}\n{place}\n\n"
        "I keep it for you until {until}. Do you take it?",
        title=fields["title"],
        project=fields["project"],
        when=_span(fields, town),
        place=fields["place"] or fields["project"],
        until=a_moment(datetime.fromisoformat(fields["until"]), town.tz),
    )
    return Screen(
        text,
        (
            (
                Choice(_("Yes, I take it"), ShiftTap(do="accept", shift=fields["shift"]).pack()),
                Choice(_("No, thank you"), ShiftTap(do="decline", shift=fields["shift"]).pack()),
            ),
            (_page(fields), anew(home())),
        ),
    )


def line_changed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, place, starts_at, ends_at, offered (a place is kept for the reader; else they wait)."""
    if fields["offered"]:
        head = _("<b>{title}</b>, where a place is kept for you, has changed.", title=fields["title"])
        ask = _("Do you take it as it is now?")
        ways = [
            Choice(_("Yes, I take it"), ShiftTap(do="accept", shift=fields["shift"]).pack()),
            Choice(_("No, thank you"), ShiftTap(do="decline", shift=fields["shift"]).pack()),
        ]
    else:
        head = _("<b>{title}</b>, which you wait for, has changed.", title=fields["title"])
        ask = _("You keep your turn. If it does not suit you any more, you can leave the waiting list.")
        ways = [Choice(_("Leave the waiting list"), ShiftTap(do="unwait", shift=fields["shift"]).pack())]
    about = Markup("\n").join(
        [head, _("When: {new}", new=_span(fields, town)), _("Where: {new}", new=fields["place"] or fields["project"])]
    )
    return Screen(Markup("{}\n\n{}").format(about, ask), (tuple(ways), (_page(fields), anew(home()))))


def lapsed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, starts_at, ends_at."""
    text = _(
        "The place on <b>{title}</b>, {when}, was kept for you until now and has passed on. "
        "You can wait for another one, or look at other shifts.",
        title=fields["title"],
        when=_span(fields, town),
    )
    return Screen(text, ((_page(fields),), (anew(Choice(_("Other shifts"), ListTap(by="").pack())), anew(home()))))


def line_ended(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, starts_at, ends_at."""
    text = _(
        "No place on <b>{title}</b>, {when}, came free in time, so the waiting list ends. Thank you for waiting! "
        "Perhaps another shift suits you.",
        title=fields["title"],
        when=_span(fields, town),
    )
    return Screen(text, ((anew(Choice(_("Other shifts"), ListTap(by="").pack())), anew(home())),))


def _page(fields: Fields) -> Choice:
    return anew(Choice(_("The shift's page"), ShiftTap(do="open", shift=fields["shift"]).pack()))


def _span(fields: Fields, town: TownSettings) -> str:
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    return a_span(starts, ends, town.tz)


NOTICES = (
    Notice(key="shift.reminder", render=reminder, once=True),
    Notice(key="signup.released", render=released),
    Notice(key="waiting.offer", render=offer),
    Notice(key="waiting.changed", render=line_changed),
    Notice(key="waiting.lapsed", render=lapsed),
    Notice(key="waiting.ended", render=line_ended),
)
