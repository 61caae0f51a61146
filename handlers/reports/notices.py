"""What the room of reports says unasked."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ContestTap
from handlers.reports.words import beside_lines, confirm_way, details_way, mine_way, reject_way, told
from locales import _, a_day, a_length, a_moment, listed
from storage.queries.reports import Beside
from town.settings import TownSettings


def asked(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, seen (its reader is the witness), beside."""
    return Screen(paragraphs(*_story(fields, town), _("Was it so?")), _ways(fields))


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same."""
    question = _("{name} still waits for an answer. Was it so?", name=fields["name"])
    return Screen(paragraphs(*_story(fields, town), question), _ways(fields))


def overdue(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same, and names (of those who were asked)."""
    parts = _story(fields, town)
    if fields["names"]:
        parts.append(_("Nobody has answered this. I asked {names}.", names=listed(fields["names"])))
    else:
        parts.append(_("Nobody has answered this."))
    return Screen(paragraphs(*parts, _("Was it so?")), _ways(fields))


def confirmed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, by."""
    text = _(
        "{by} confirmed your work: “{what}”, {day}, {length}. It is written down. Thank you!",
        by=fields["by"],
        what=fields["what"],
        day=a_day(date.fromisoformat(fields["day"])),
        length=a_length(fields["minutes"]),
    )
    return Screen(text, ((anew(home()),),))


def rejected(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, by, reason, until."""
    text = _(
        "{by} did not confirm “{what}” ({day}, {length}). The reason: “{reason}”.",
        by=fields["by"],
        what=fields["what"],
        day=a_day(date.fromisoformat(fields["day"])),
        length=a_length(fields["minutes"]),
        reason=in_words(fields["reason"]),
    )
    way = _(
        "If that is not right, say so until {until}: somebody else then looks at it.",
        until=a_moment(datetime.fromisoformat(fields["until"]), town.tz),
    )
    contest = Choice(_("That is not right"), ContestTap(do="open", kind="report", id=fields["report"]).pack())
    return Screen(paragraphs(text, way), ((anew(contest),), (anew(mine_way()),), (anew(home()),)))


def _story(fields: Fields, town: TownSettings) -> list[Markup]:
    others = [
        Beside(
            one["title"],
            datetime.fromisoformat(one["starts_at"]) if one["starts_at"] else None,
            datetime.fromisoformat(one["ends_at"]) if one["ends_at"] else None,
            one["minutes"],
        )
        for one in fields["beside"]
    ]
    story = told(
        name=fields["name"],
        project=fields["project"],
        day=date.fromisoformat(fields["day"]),
        minutes=fields["minutes"],
        what=fields["what"],
        witness=fields["witness"],
        seen=fields["seen"],
    )
    return [story, beside_lines(others, town.tz)]


def _ways(fields: Fields) -> tuple[Row, ...]:
    report = fields["report"]
    return (
        (confirm_way(report, fields["minutes"]),),
        (reject_way(report),),
        (anew(details_way(report)),),
        (anew(home()),),
    )


NOTICES = (
    Notice(key="report.asked", render=asked),
    Notice(key="report.reminder", render=reminder),
    Notice(key="report.overdue", render=overdue),
    Notice(key="report.confirmed", render=confirmed),
    Notice(key="report.rejected", render=rejected),
)
