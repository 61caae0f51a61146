"""What the room of contests says unasked."""

from __future__ import annotations

from handlers.contests.words import keep_way, story, to, uphold_way, when
from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from locales import _, a_length, listed
from town.settings import TownSettings


def asked(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, written (minutes in the ledger), reason_then."""
    head = _("{name} does not agree with how their hours were decided. Could you look at it?", name=fields["name"])
    return Screen(paragraphs(head, _story(fields, town)), _ways(fields))


def overdue(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same, and names (of those who were to decide)."""
    head = _("{name} does not agree with how their hours were decided, and has no answer yet.", name=fields["name"])
    asked = _("I asked {names}. You can decide it now.", names=listed(fields["names"]))
    alone = _("You can decide it now.")
    return Screen(paragraphs(head, _story(fields, town), asked if fields["names"] else alone), _ways(fields))


def passed_on(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, names (of who was asked now), late (others were before), again (they were)."""
    given = {"title": fields["title"], "when": when(fields, town.tz), "names": listed(fields["names"])}
    if fields["again"]:
        text = _(
            "Nobody has answered yet about your hours on <b>{title}</b> ({when}). I have asked {names} once more.",
            **given,
        )
    elif fields["late"]:
        text = _(
            "Nobody has answered yet about your hours on <b>{title}</b> ({when}). Now I have asked {names}.", **given
        )
    else:
        text = _("Your hours on <b>{title}</b> ({when}): now there is somebody to ask. I have asked {names}.", **given)
    return Screen(text, ((anew(home()),),))


def decided(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`, upheld, by, reason, written (minutes in the ledger now)."""
    given = {
        "by": fields["by"],
        "title": fields["title"],
        "when": when(fields, town.tz),
        "length": a_length(fields["written"]),
        "reason": in_words(fields["reason"]),
    }
    if fields["upheld"]:
        text = _(
            "You were right, says {by}: your hours on <b>{title}</b> ({when}) are {length} now. "
            "The reason: “{reason}”.",
            **given,
        )
    elif fields["written"]:
        text = _(
            "{by} looked at your hours on <b>{title}</b> ({when}) and left them at {length}. The reason: “{reason}”.",
            **given,
        )
    else:
        text = _(
            "{by} looked at your hours on <b>{title}</b> ({when}), and nothing counts. The reason: “{reason}”.", **given
        )
    return Screen(text, ((anew(home()),),))


def _story(fields: Fields, town: TownSettings) -> str:
    return story(fields, town.tz, written=fields["written"], reason_then=fields["reason_then"])


def _ways(fields: Fields) -> tuple[Row, ...]:
    contest = fields["contest"]
    details = Choice(_("Details"), to("see", contest))
    return ((uphold_way(contest, fields["minutes"]),), (keep_way(contest),), (anew(details),), (anew(home()),))


NOTICES = (
    Notice(key="contest.asked", render=asked),
    Notice(key="contest.overdue", render=overdue),
    Notice(key="contest.passed_on", render=passed_on),
    Notice(key="contest.decided", render=decided),
)
