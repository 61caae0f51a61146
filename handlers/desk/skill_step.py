"""The question about the skills that a shift needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.desk import asking
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.screens import Screen
from handlers.kit.topics import topic_name
from handlers.kit.wizard import Scene, Stay, Step
from storage.queries import topics


def needed_skills(when: Callable[[Scene], bool] = lambda scene: True) -> Step:
    """Several of the town's skills, or none."""

    async def ask(scene: Scene) -> Screen:
        chosen = set(scene.draft.get("skills", []))
        known = await topics.listed(scene.unit, topics.SKILL)
        entries = [(f"✓ {topic_name(one)}" if one.id in chosen else topic_name(one), str(one.id)) for one in known]
        done = pick(scene, "done", asking.skills_done(len(chosen)))
        text = asking.skills([topic_name(one) for one in known if one.id in chosen])
        return Screen(text, pages(scene, entries, also=[done]))

    async def tapped(scene: Scene, value: str) -> Any:
        chosen = list(scene.draft.get("skills", []))
        if value == "done":
            return chosen
        if turn := turned(scene, value):
            return turn
        skill = id_in(value, "topic")
        scene.draft["skills"] = [one for one in chosen if one != skill] if skill in chosen else [*chosen, skill]
        return Stay()

    return Step("skills", ask, tapped=tapped, free=False, when=when)


async def skill_names(scene: Scene) -> list[str]:
    """The names of the skills in the draft that are on the list."""
    chosen = set(scene.draft.get("skills", []))
    return [topic_name(one) for one in await topics.listed(scene.unit, topics.SKILL) if one.id in chosen]
