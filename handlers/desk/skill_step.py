"""The questions about the skills that a shift needs, and how many of its places are kept for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from markupsafe import Markup

from handlers.desk import actions, asking
from handlers.desk.kinds import check_fewest, kinds_now
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.screens import Screen, in_rows
from handlers.kit.topics import topic_name
from handlers.kit.wizard import RETURN, GoTo, Scene, Stay, Step
from storage.queries import learning, roster, topics
from town.facts import KindsTooMany, NotFound, PlacesTaken, ShiftGone
from town.skills import Used, Wanted, check_used, kept

SHIFT, SO_FAR = "@shift", "@kinds"
"""Of a draft: the shift that changes; what was said so far of the places for each skill."""

COUNTS = 4
"""Numbers of places to tap; others are typed."""

When = Callable[[Scene], bool]


class Question(NamedTuple):
    """The next thing to ask: of a skill's own places, or of its learners'; so many places are `left` to be kept."""

    skill_id: int
    learners: bool
    left: int

    @property
    def key(self) -> str:
        """What a button of this question carries, so that a late tap does not answer the next one."""
        return f"{self.skill_id}{'l' if self.learners else 'p'}"


def needed_skills(when: When = lambda scene: True) -> Step:
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
            scene.draft.pop(SO_FAR, None)
            # Somebody who changes the skills is asked for their places as well, before they come back to the preview.
            return GoTo("kinds", come_back=False) if chosen and RETURN in scene.draft else chosen
        if turn := turned(scene, value):
            return turn
        skill = id_in(value, "topic")
        scene.draft["skills"] = [one for one in chosen if one != skill] if skill in chosen else [*chosen, skill]
        return Stay()

    return Step("skills", ask, tapped=tapped, free=False, when=when)


def kinds(when: When = lambda scene: True) -> Step:
    """For each skill, how many of the places are for those who know it, and how many for learners beside a master."""

    async def ask(scene: Scene) -> Screen:
        places, question = await _next(scene)
        if question is None:  # the shift has other places than when this was begun
            scene.draft.pop(SO_FAR, None)
            places, question = await _next(scene)
        if question is None:
            raise NotFound(what="topic")
        name = await _name(scene, question.skill_id)
        now = scene.draft.get("kinds", {}).get(str(question.skill_id))
        choices = [
            pick(scene, f"{question.key}{count}", asking.kind_label(count, question.left, learners=question.learners))
            for count in _offered(question, alone=len(scene.draft["skills"]) == 1)
        ]
        said = asking.kind_learners if question.learners else asking.kind_places
        return Screen(said(name, places, question.left, Wanted(*now) if now else None), in_rows(choices, 2))

    async def typed(scene: Scene, text: str) -> Any:
        _places, question = await _next(scene)
        return Stay() if question is None else await _answered(scene, question, actions.read_places(text))

    async def tapped(scene: Scene, value: str) -> Any:
        _places, question = await _next(scene)
        if question is None or not value.startswith(question.key):
            return Stay()
        return await _answered(scene, question, actions.read_places(value.removeprefix(question.key)))

    return Step("kinds", ask, typed=typed, tapped=tapped, when=lambda scene: when(scene) and bool(_chosen(scene)))


def kinds_in(draft: dict[str, Any]) -> dict[int, Wanted]:
    """The skills in a draft with the places of each; a skill of which nothing was said is a wish."""
    known = draft.get("kinds", {})
    return {skill: Wanted(*known.get(str(skill), ())) for skill in sorted(set(draft.get("skills", [])))}


async def kinds_in_words(scene: Scene) -> list[Markup]:
    """The skills in the draft with the places of each."""
    wanted = kinds_in(scene.draft)
    return [
        asking.kind(topic_name(one), wanted[one.id])
        for one in await topics.listed(scene.unit, topics.SKILL)
        if one.id in wanted
    ]


def _offered(question: Question, *, alone: bool) -> list[int]:
    """The numbers to tap; where there is one skill alone, that all places are for it comes first."""
    few = list(range(1, min(COUNTS, question.left - 1) + 1))
    if question.learners:
        return [0, *range(1, min(COUNTS, question.left) + 1)]
    return [question.left, *few, 0] if alone else [0, *few, question.left]


async def _next(scene: Scene) -> tuple[int, Question | None]:
    """The places of the shift, and what is to be asked next; None when all is known."""
    places = await _places(scene)
    so_far = scene.draft.get(SO_FAR, {})
    left = places - sum(sum(answers) for answers in so_far.values())
    for skill in _chosen(scene):
        answers = so_far.get(str(skill), [])
        if len(answers) < 2 and left > 0:
            return places, Question(skill, bool(answers), left)
    return places, None


async def _answered(scene: Scene, question: Question, count: int) -> Any:
    """Keep an answer: the whole of them after the last. Raises KindsTooMany, PlacesTaken, OpenPlacesTaken."""
    places = await _places(scene)
    if count > question.left:
        raise KindsTooMany(kept=places - question.left + count, most=places)
    used = await _used(scene)
    now = used.get(question.skill_id, Used())
    if count < now[question.learners]:
        raise PlacesTaken(taken=now[question.learners])
    so_far = scene.draft.setdefault(SO_FAR, {})
    so_far.setdefault(str(question.skill_id), []).append(count)
    _all, following = await _next(scene)
    if following is not None:
        return Stay()
    answers = {str(skill): [*so_far.get(str(skill), []), 0, 0][:2] for skill in _chosen(scene)}
    await _check(scene, {int(skill): Wanted(*answer) for skill, answer in answers.items()}, used)
    scene.draft.pop(SO_FAR)
    return answers


async def _check(scene: Scene, wanted: dict[int, Wanted], used: dict[int, Used]) -> None:
    if SHIFT in scene.draft:
        shift = await roster.get(scene.unit, scene.draft[SHIFT])
        if shift is not None:
            check_used(wanted, used, places=shift.places, open_taken=shift.taken - shift.special)


async def _used(scene: Scene) -> dict[int, Used]:
    return (await kinds_now(scene.unit, scene.draft[SHIFT]))[1] if SHIFT in scene.draft else {}


async def _places(scene: Scene) -> int:
    if SHIFT not in scene.draft:
        return int(scene.draft["places"])
    shift = await roster.get(scene.unit, scene.draft[SHIFT])
    if shift is None:
        raise ShiftGone(title="")
    return shift.places


async def check_places(scene: Scene, count: int) -> None:
    """Whether the places that are kept for skills fit into so many. Raises PlacesTaken, FewestPlaces, KindsTooMany."""
    if SHIFT in scene.draft:
        shift = await roster.get(scene.unit, scene.draft[SHIFT])
        if shift is not None:
            check_fewest(shift, count)
    elif (now := kept(kinds_in(scene.draft))) > count:
        raise KindsTooMany(kept=now, most=count)


def _chosen(scene: Scene) -> list[int]:
    return sorted(set(scene.draft.get("skills", [])))


async def _name(scene: Scene, skill_id: int) -> str:
    skill = await learning.skill(scene.unit, skill_id)
    if skill is None:
        raise NotFound(what="topic")
    return topic_name(skill)
