"""Reasons: a few short ones to choose from, and any other in one's own words.

The short ones are kept as their message ids, so that everybody reads them in their own language.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import id_in, pick
from handlers.kit.goods_words import RECALL
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step
from locales import N_, _
from town.facts import NotFound
from town.text import clean

MOST = 200
"""UTF-16 units of a reason."""

REJECT = (
    N_("I know nothing of this work"),
    N_("It is more time than it took"),
    N_("These hours are written down already"),
)
UPHOLD = (
    N_("They were there, as they say"),
    N_("Others saw them there"),
    N_("The roster was mistaken"),
)
KEEP = (
    N_("Nobody saw them there"),
    N_("The roster is right"),
    N_("They were there for less time"),
)
CORRECT = (
    N_("I mistook the length"),
    N_("I mistook the person"),
    N_("They were there after all"),
)
REFUND = (
    N_("It was not good any more"),
    N_("It was recalled"),
    N_("It was brought back"),
)
MISTAKE = (
    N_("It was not paid"),
    N_("The amount was mistaken"),
    N_("It was somebody else's"),
)
DECLINE = (
    N_("This meeting cannot decide it"),
    N_("It is on the agenda already"),
    N_("There is no time for it this time"),
)
POLL_OFF = (
    N_("It was asked by mistake"),
    N_("The question has changed"),
    N_("It is not needed any more"),
)
_OURS = frozenset((*POLL_OFF, *DECLINE, *REJECT, *UPHOLD, *KEEP, *CORRECT, *RECALL, *REFUND, *MISTAKE))


def in_words(reason: str) -> str:
    """A reason as its reader sees it."""
    return _(reason).unescape() if reason in _OURS else reason


def reason_step(ask: Callable[[Scene], Awaitable[Markup]], offered: Callable[[Scene], Sequence[str]]) -> Step:
    """The step "reason" of a wizard: `ask` gives the question, `offered` the short reasons."""

    async def show(scene: Scene) -> Screen:
        choices = [pick(scene, str(number), in_words(reason)) for number, reason in enumerate(offered(scene))]
        return Screen(await ask(scene), in_rows(choices))

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, MOST)

    async def tapped(scene: Scene, value: str) -> Any:
        number, known = id_in(value, "reason"), offered(scene)
        if number >= len(known):
            raise NotFound(what="reason")
        return known[number]

    return Step("reason", show, typed=typed, tapped=tapped, counted=True)
