"""A new poll in the town's other languages: one after the other, and as many as somebody likes."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import pick
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Stay, Step
from handlers.polls import actions, asking
from handlers.polls.steps import kind_in, only_changed
from locales import LANGUAGES, language
from town.facts import BadOptions
from town.polls import MOST_NAME, MOST_OPTIONS, Kind, read_options
from town.text import clean

SAID, AT = "@said", "@at"
"""Of a draft: what was written so far ({language: {part: text}}), and the language and part that are asked for."""


def _parts(draft: dict[str, Any]) -> list[str]:
    parts = ["question"]
    parts += ["about"] if draft.get("about") else []
    return parts if kind_in(draft) == Kind.YESNO else [*parts, "options"]


def _others() -> list[str]:
    return [code for code in LANGUAGES if code != language()]


def _at(draft: dict[str, Any]) -> tuple[str, str]:
    code, part = draft.get(AT) or (_others()[0], "question")
    return str(code), str(part)


async def _ask(scene: Scene) -> Screen:
    code, part = _at(scene.draft)
    kept = scene.draft["options"] if part == "options" else scene.draft[part]
    choices = [pick(scene, "without", asking.without(code)), pick(scene, "enough", asking.enough())]
    text = asking.translated(part, code, "\n".join(kept) if part == "options" else kept)
    return Screen(text, in_rows(choices))


async def _typed(scene: Scene, text: str) -> Any:
    code, part = _at(scene.draft)
    said = dict(scene.draft.get(SAID, {}))
    said[code] = said.get(code, {}) | {part: _read(scene, part, text)}
    scene.draft[SAID] = said
    parts = _parts(scene.draft)
    following = parts.index(part) + 1
    if following < len(parts):
        scene.draft[AT] = [code, parts[following]]
        return Stay()
    return _next(scene, code)


def _read(scene: Scene, part: str, text: str) -> Any:
    if part == "options":
        names, wanted = read_options(text), len(scene.draft["options"])
        if len(names) != wanted:
            raise BadOptions(least=wanted, most=min(wanted, MOST_OPTIONS), longest=MOST_NAME)
        return names
    if part == "about":
        return clean(text, actions.MOST_ABOUT, lines=True)
    return clean(text, actions.MOST_QUESTION)


async def _tapped(scene: Scene, value: str) -> Any:
    code, _part = _at(scene.draft)
    scene.draft[SAID] = {other: text for other, text in scene.draft.get(SAID, {}).items() if other != code}
    return _whole(scene) if value == "enough" else _next(scene, code)


def _next(scene: Scene, code: str) -> Any:
    others = _others()
    following = others.index(code) + 1 if code in others else len(others)
    if following == len(others):
        return _whole(scene)
    scene.draft[AT] = [others[following], "question"]
    return Stay()


def _whole(scene: Scene) -> dict[str, Any]:
    """What was written, of the languages that have all of it: the answer. What was on the way is put away."""
    parts = set(_parts(scene.draft))
    said = scene.draft.pop(SAID, {})
    scene.draft.pop(AT, None)
    return {code: text for code, text in said.items() if set(text) == parts}


def in_languages() -> Step:
    return Step("words", _ask, typed=_typed, tapped=_tapped, when=only_changed("words"))
