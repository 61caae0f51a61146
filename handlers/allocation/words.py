"""Plans in words: why somebody is proposed, how far offers are, why places stay open or people are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from handlers.kit.topics import topic_name
from locales import _, a_length, listed, ngettext
from storage.queries import plans
from storage.queries.plan_lines import LineRow
from storage.queries.topics import Named

NAMED = 8
"""People who are named in one sentence; of more there is their number."""


def left_out(reason: str, names: Sequence[str]) -> Markup:
    """Why some people got no offer after all."""
    who = listed(names) if len(names) <= NAMED else ngettext("{n} person", "{n} people", len(names))
    return {
        "gone": _("Left out, since the shift or the person is no longer there: {names}.", names=who),
        "late": _("Left out, since there is no time left for an answer: {names}.", names=who),
        "rules": _("Left out, since they have other work by now or a limit is reached: {names}.", names=who),
        "skill": _("Left out, since the place is for another skill: {names}.", names=who),
        "master": _("Left out, since no master will be beside them: {names}.", names=who),
        "taken": _("Left out, since the place is taken by now: {names}.", names=who),
    }[reason]


def because(line: LineRow, topics: dict[int, Named]) -> Markup:
    """What speaks for somebody: "Bread and food · has Baking · usually free then · owes 2 h"."""
    why, parts = line.why, []
    interest = line.shift.interest_id
    if why.get("liked") and interest in topics:
        parts.append(_("likes {topic}", topic=topic_name(topics[interest])))
    if why.get("skills"):
        parts.append(_("can: {skills}", skills=listed(_named(why["skills"], topics))))
    if line.kind.learner:
        parts.append(_("would learn: {skills}", skills=listed(_named([line.kind.skill_id], topics))))
    if why.get("free"):
        parts.append(_("usually free then"))
    if why.get("gives"):
        parts.append(_("still owes {length} of it", length=a_length(why["gives"])))
    return Markup(" · ").join(parts) if parts else _("is free to work then")


def _named(ids: Iterable[int | None], topics: dict[int, Named]) -> list[str]:
    return [topic_name(topics[one]) for one in ids if one is not None and one in topics]


def counted(lines: Iterable[LineRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        found[line.state] = found.get(line.state, 0) + 1
    return found


def how_far(states: Mapping[str, int]) -> Markup:
    """How many lines of a sent plan are in which state."""
    parts = [
        ngettext("{n} accepted", "{n} accepted", states.get(plans.ACCEPTED, 0)),
        ngettext("{n} declined", "{n} declined", states.get(plans.DECLINED, 0)),
    ]
    if waiting := states.get(plans.OFFERED, 0) + states.get(plans.PROPOSED, 0):
        parts.append(ngettext("{n} has not answered yet", "{n} have not answered yet", waiting))
    if lapsed := states.get(plans.LAPSED, 0):
        parts.append(ngettext("{n} came to nothing", "{n} came to nothing", lapsed))
    return Markup(", ").join(parts)


def still_open(skill: int | None, learner: bool, places: int, why: str, topics: dict[int, Named]) -> Markup:
    """Why places stay open."""
    name = topic_name(topics[skill]) if skill in topics else ""
    if learner:
        of = ngettext("{n} place to learn {skill}", "{n} places to learn {skill}", places, skill=name)
    elif name:
        of = ngettext("{n} place for {skill}", "{n} places for {skill}", places, skill=name)
    else:
        of = ngettext("{n} place for anybody", "{n} places for anybody", places)
    return {
        "skill": _("Open: {places}. There is nobody whom it is for.", places=of),
        "master": _("Open: {places}. There is no master beside whom one could learn.", places=of),
        "busy": _("Open: {places}. All who could are busy then, have declined, or have enough work.", places=of),
        "needed": _("Open: {places}. All who could are needed for other places.", places=of),
    }[why]
