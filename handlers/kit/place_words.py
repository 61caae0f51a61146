"""The places of a shift for each of its skills, in words."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.topics import topic_name
from locales import _, ngettext
from storage.queries.skills import KindRow


def kinds_line(kinds: Sequence[KindRow]) -> Markup:
    """A line for each skill that has places of its own; nothing for mere wishes.

    "Baking: 1 of 2 places free · 2 of 2 learners' places free"
    """
    return Markup("\n").join(_of_skill(kind) for kind in kinds if kind.places or kind.learners)


def _of_skill(kind: KindRow) -> Markup:
    parts = []
    if kind.places:
        free = kind.places - kind.taken
        parts.append(ngettext("{free} of {n} place free", "{free} of {n} places free", kind.places, free=free))
    if kind.learners:
        free = kind.learners - kind.learning
        said = ngettext(
            "{free} of {n} learner's place free", "{free} of {n} learners' places free", kind.learners, free=free
        )
        parts.append(said)
        if free and not kind.master_there:
            parts.append(_("learners can join once a master has a place"))
    return Markup("{}: {}").format(topic_name(kind.topic), Markup(" · ").join(parts))
