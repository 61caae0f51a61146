"""Changing a setting of the town, and adding to its list of skills and interests."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import pick
from handlers.kit.lengths import read_length
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.roles import setting_views as views
from handlers.roles import town_actions
from handlers.roles.actions import must_be_mayor
from locales import language
from locales.words import vocabulary
from storage.queries import town as town_row
from town.dates import parse_time
from town.facts import BadDate, BadLength, BadSetting, NotFound
from town.settings import SPECS, Kind, Spec

KEY, KIND = "@key", "@kind"
NOTHING = "nothing"

_SPECS = {spec.key: spec for spec in SPECS}


def spec_of(key: str) -> Spec:
    """Raises BadSetting."""
    if key not in _SPECS:
        raise BadSetting(key=key, low=None, high=None)
    return _SPECS[key]


async def _ask(scene: Scene) -> Screen:
    await must_be_mayor(scene.unit, scene.who)
    spec = spec_of(scene.draft.get(KEY, ""))
    kept = await town_row.settings(scene.unit)
    choices = [pick(scene, value, views.choice_label(spec.key, value)) for value in spec.choices]
    if spec.key == "join_code" and kept.join_policy != "code":
        choices = [pick(scene, NOTHING, views.without_code())]
    return Screen(views.ask_setting(spec, getattr(kept, spec.key)), in_rows(choices))


async def _typed(scene: Scene, text: str) -> Any:
    spec = spec_of(scene.draft.get(KEY, ""))
    value = _plain(spec, text)
    await town_actions.changed_to(scene.unit, spec.key, value)  # refuses what does not fit
    return value


def _plain(spec: Spec, text: str) -> str:
    """What was typed, in the form that the settings take: lengths in minutes, times as HH:MM."""
    try:
        if spec.kind is Kind.MINUTES and text.strip() != "0":
            return str(read_length(text))
        if spec.kind is Kind.TIME:
            return f"{parse_time(text, vocabulary=vocabulary(language())):%H:%M}"
    except (BadDate, BadLength):
        raise BadSetting(key=spec.key, low=None, high=None) from None
    return text


async def _tapped(scene: Scene, value: str) -> Any:
    return await _typed(scene, "" if value == NOTHING else value)


async def _finish(scene: Scene) -> Screen:
    key = scene.draft[KEY]
    old = getattr(await town_row.settings(scene.unit), key)
    changed = await town_actions.change_setting(scene.unit, who=scene.who, key=key, typed=scene.draft["value"])
    code = changed.join_code if key == "join_policy" and changed.join_policy == "code" else ""
    return views.setting_kept(key, old, getattr(changed, key), join_code=code)


SETTING = Wizard("setting", [Step("value", _ask, typed=_typed, tapped=_tapped)], _finish)


async def _ask_topic(scene: Scene) -> Screen:
    await must_be_mayor(scene.unit, scene.who)
    return Screen(views.ask_topic(scene.draft.get(KIND, "")))


async def _take_topic(scene: Scene, text: str) -> Any:
    return text


async def _add_topic(scene: Scene) -> Screen:
    kind = scene.draft.get(KIND)
    if kind is None:
        raise NotFound(what="topic")
    name = await town_actions.add_topic(scene.unit, who=scene.who, kind=kind, name=scene.draft["name"])
    return views.topic_kept(kind, name)


TOPIC = Wizard("topic", [Step("name", _ask_topic, typed=_take_topic)], _add_topic)
