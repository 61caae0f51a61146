"""What making one of two residents does, in words, for every room that asks whether to."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.merging.actions import Preview
from locales import _, a_date_stamp, a_length, a_moment, ngettext
from storage.tables import ClaimState, How
from town.merging import better_place

MOST = 4
"""Clashes of a kind that are named; there is room for no more on a screen."""


def told(seen: Preview, zone: ZoneInfo) -> Markup:
    """What would become of the two."""
    lines = [
        _(
            "<b>{kept}</b> stays, who joined on {day}; <b>{gone}</b> becomes part of them. All chats are theirs then.",
            kept=seen.kept,
            gone=seen.gone,
            day=a_date_stamp(seen.kept_joined, zone),
        ),
        *(Markup("• {}").format(line) for line in _moved(seen)),
        *(Markup("• {}").format(line) for line in _clashes(seen, zone)),
        _("What was done stays written as it was. A coordinator can undo this for a while."),
    ]
    return Markup("\n").join(lines)


def _moved(seen: Preview) -> Iterator[Markup]:
    if seen.hours.moved:
        yield _("{hours} more count for them.", hours=a_length(seen.hours.moved))
    if seen.hours.dropped > 0:
        yield _(
            "{hours} stop counting: the same work twice, or confirmed by oneself.", hours=a_length(seen.hours.dropped)
        )
    if seen.places:
        yield ngettext("{n} coming shift moves.", "{n} coming shifts move.", seen.places)
    if seen.goods:
        yield ngettext("What is claimed of {n} batch moves.", "What is claimed of {n} batches moves.", seen.goods)
    if seen.roles:
        yield ngettext("{n} role moves.", "{n} roles move.", len(seen.roles))


def _clashes(seen: Preview, zone: ZoneInfo) -> Iterator[Markup]:
    for shift in seen.shifts_twice[:MOST]:
        when = a_moment(shift.starts_at, zone)
        if shift.kept == shift.gone == "attended":
            yield _("{title}, {when}: it counts once.", title=shift.title, when=when)
        elif better_place(shift.kept, shift.gone) or shift.gone in ("held", "offered"):
            yield _("{title}, {when}: one place stays, the other is given back.", title=shift.title, when=when)
        else:
            yield _("{title}, {when}: the place stays, the line is left.", title=shift.title, when=when)
    for both in seen.overlaps[:MOST]:
        when = a_moment(both.starts_at, zone)
        yield _(
            "{one} and {other} are at one time ({when}): both stay, please give one back.",
            one=both.kept,
            other=both.gone,
            when=when,
        )
    for goods in seen.goods_twice[:MOST]:
        if goods.gone == ClaimState.HELD:
            yield _("{item}: one part stays, the other is given back.", item=goods.item)
        else:
            yield _("{item}: asked for twice, one of the two is withdrawn.", item=goods.item)
    for poll in seen.polls_twice[:MOST]:
        if How.NOT in (poll.kept, poll.gone):
            yield _("“{question}”: one vote.", question=poll.question)
        else:
            yield _("“{question}”: one vote. The earlier one counts, the later is withdrawn.", question=poll.question)
