"""The list of skills and interests a new town begins with; the town adds its own. Shown through `_`."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from locales import N_, _, listed, ngettext
from storage.queries.topics import Named
from storage.tables import Level

SKILLS = (
    N_("Baking"),
    N_("Building"),
    N_("Caring for people"),
    N_("Carpentry"),
    N_("Cooking"),
    N_("Driving"),
    N_("Electrical work"),
    N_("First aid"),
    N_("Gardening"),
    N_("Office work"),
    N_("Plumbing"),
    N_("Sewing"),
    N_("Teaching"),
    N_("Welding"),
)
INTERESTS = (
    N_("Animals"),
    N_("Bread and food"),
    N_("Children and learning"),
    N_("Energy"),
    N_("Farming"),
    N_("Health"),
    N_("Making things"),
    N_("Music and art"),
    N_("Nature"),
    N_("Technology"),
)


_OURS = frozenset((*SKILLS, *INTERESTS))
MOST_NAMED = 15


def topic_name(topic: Named) -> str:
    """A topic's name in the current language, or as the town wrote it."""
    return _(topic.name).unescape() if topic.name in _OURS else topic.name


def known_as(topic: Named, level: str | None) -> Markup:
    """A skill with how well it is known, where somebody else has found that: "Baking (signed off)"."""
    name = topic_name(topic)
    if level == Level.SIGNED_OFF:
        return _("{skill} (signed off)", skill=name)
    return _("{skill} (master)", skill=name) if level == Level.MASTER else Markup.escape(name)


def named(names: Sequence[str]) -> Markup:
    """Names of topics as a list in words. A town's own list has no end, so that of many only the first are named."""
    if len(names) <= MOST_NAMED:
        return listed(names)
    return listed([*names[:MOST_NAMED], ngettext("{n} more", "{n} more", len(names) - MOST_NAMED)])
