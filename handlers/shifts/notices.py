"""What the shifts room says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen
from handlers.kit.taps import ShiftTap
from locales import _, a_span, ngettext
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
    """Fields: shift, title, name, starts_at, ends_at, free (places)."""
    said = _(
        "{name} can't come after all and gave back a place on <b>{title}</b>, {when}.",
        name=fields["name"],
        title=fields["title"],
        when=_span(fields, town),
    )
    free = ngettext("{n} place is free now.", "{n} places are free now.", fields["free"])
    page = Choice(_("The shift's page"), ShiftTap(do="open", shift=fields["shift"]).pack())
    return Screen(Markup("{}\n{}").format(said, free), ((anew(page), anew(home())),))


def _span(fields: Fields, town: TownSettings) -> str:
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    return a_span(starts, ends, town.tz)


NOTICES = (
    Notice(key="shift.reminder", render=reminder, once=True),
    Notice(key="signup.released", render=released),
)
