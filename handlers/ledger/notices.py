"""What the ledger says unasked."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ContestTap, LedgerTap
from locales import _, a_day, a_length, a_moment
from town.settings import TownSettings


def corrected(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, old, new (minutes), reason, by, until (None: contested before)."""
    if fields["starts_at"]:
        when = a_moment(datetime.fromisoformat(fields["starts_at"]), town.tz)
    else:
        when = a_day(date.fromisoformat(fields["day"]))
    text = _(
        "{by} corrected your hours on <b>{title}</b> ({when}): {new} instead of {old}. The reason: “{reason}”.",
        by=fields["by"],
        title=fields["title"],
        when=when,
        new=a_length(fields["new"]),
        old=a_length(fields["old"]),
        reason=in_words(fields["reason"]),
    )
    rows: list[Row] = []
    way = Markup("")
    if fields["until"]:
        until = a_moment(datetime.fromisoformat(fields["until"]), town.tz)
        way = _("If that is not right, say so until {until}: somebody else then looks at it.", until=until)
        contest = ContestTap(do="open", kind=fields["kind"], id=fields["of"]).pack()
        rows.append((anew(Choice(_("That is not right"), contest)),))
    rows.append((anew(Choice(_("See that week"), LedgerTap(do="week", key=fields["week"]).pack())),))
    return Screen(paragraphs(text, way), (*rows, (anew(home()),)))


NOTICES = (Notice(key="ledger.corrected", render=corrected),)
