"""The questions of the sign-up; /me asks the same ones again, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.facts import sentence
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.topics import topic_name
from handlers.kit.wizard import GoTo, Scene, Stay, Step, option
from handlers.roles import actions as roles
from handlers.signup import actions, views
from locales import LANGUAGES, best
from storage.queries import learning, topics
from storage.queries import roles as role_queries
from storage.tables import Level
from town.facts import CodeUsed, CodeWrong, Fact, NotFound, TooManyTries
from town.shifts import DAYS, PARTS, Part, bit

DONE = "done"


def language(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        options = [option(wizard, "language", code, name) for code, name in LANGUAGES.items()]
        return Screen(views.ask_language(scene.who), in_rows(options, 2))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in LANGUAGES:
            raise NotFound(what="language")
        scene.seat.language = value
        if scene.who.resident_id is not None:
            scene.unit.announce(f"roles:{scene.who.resident_id}")  # the menus in Telegram are in their language
        return best(value)

    return Step("language", ask, tapped=tapped, free=False)


def code(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(views.ask_code(scene.who, has_mayor=bool(await role_queries.mayors(scene.unit))))

    async def typed(scene: Scene, text: str) -> Any:
        try:
            known = await actions.take_code(scene.unit, who=scene.who, seat=scene.seat, code=text, now=scene.now)
        except (CodeWrong, CodeUsed, TooManyTries) as fact:  # answered here: raised, it would undo the counting
            return Stay(toast=sentence(fact, scene.who.zone))
        if "setup" in known:
            scene.draft["setup"] = known["setup"]
        return known["let_in"]

    def when(scene: Scene) -> bool:
        return scene.who.town.join_policy == "code" and not scene.draft.get("let_in")

    return Step("code", ask, typed=typed, when=when)


def name(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(views.ask_name())

    async def typed(scene: Scene, text: str) -> Any:
        return actions.clean_name(text)

    return Step("name", ask, typed=typed)


def street(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(views.ask_street(scene.draft.get("name", "")))

    async def typed(scene: Scene, text: str) -> Any:
        return actions.clean_street(text)

    return Step("street", ask, typed=typed)


def chosen_topics(step: str, kind: str, of_another: Callable[[Sequence[str]], Markup] | None = None) -> Step:
    """Several of the town's list, a page at a time; what is chosen carries a mark.

    `of_another` puts the question about somebody else, with the names that are chosen already.
    """

    async def ask(scene: Scene) -> Screen:
        listed = await topics.listed(scene.unit, kind)
        chosen = _chosen(scene, step)
        names = [topic_name(topic) for topic in listed if topic.id in chosen]
        entries = [(f"✓ {topic_name(one)}" if one.id in chosen else topic_name(one), str(one.id)) for one in listed]
        done = pick(scene, DONE, views.done_label(len(names)))
        if of_another is not None:
            text = of_another(names)
        else:
            text = views.ask_topics(kind, names, await _to_lose(scene, chosen) if kind == topics.SKILL else [])
        return Screen(text, pages(scene, entries, also=[done]))

    async def tapped(scene: Scene, value: str) -> Any:
        if value == DONE:
            return _chosen(scene, step)
        if turn := turned(scene, value):
            return turn
        topic = id_in(value, "topic")
        if topic not in {one.id for one in await topics.listed(scene.unit, kind)}:
            raise NotFound(what="topic")
        scene.draft[step] = sorted(set(_chosen(scene, step)) ^ {topic})
        return Stay()

    return Step(step, ask, tapped=tapped, free=False)


def _chosen(scene: Scene, step: str) -> list[int]:
    return list(scene.draft.get(step, []))


async def _to_lose(scene: Scene, chosen: Collection[int]) -> list[str]:
    """The skills that somebody else found they know, and that are not chosen now."""
    if not scene.who.is_resident:
        return []
    found = await learning.record(scene.unit, scene.who.me)
    signed = [one.topic for one in found if one.level in (Level.SIGNED_OFF, Level.MASTER)]
    return [topic_name(topic) for topic in signed if topic.id not in chosen]


def free_times(wizard: str) -> Step:
    """When somebody is usually free: working days and week-ends by part of the day."""
    spans = {f"{days}{part}": (days, part) for days in ("week", "end") for part in PARTS}

    def mask(days: str, part: Part) -> int:
        return sum(bit(day, part) for day in (DAYS[:5] if days == "week" else DAYS[5:]))

    async def ask(scene: Scene) -> Screen:
        free = int(scene.draft.get("free_times", 0))
        options: list[Choice] = []
        for key, (days, part) in spans.items():
            label = views.span_label(days, part)
            on = free & mask(days, part) == mask(days, part)
            options.append(option(wizard, "free_times", key, f"✓ {label}" if on else label))
        options.append(option(wizard, "free_times", DONE, views.done_label(int(free != 0))))
        return Screen(views.ask_free_times(), in_rows(options))

    async def tapped(scene: Scene, value: str) -> Any:
        free = int(scene.draft.get("free_times", 0))
        if value == DONE:
            return free
        if value not in spans:
            raise NotFound(what="time")
        span = mask(*spans[value])
        scene.draft["free_times"] = free & ~span if free & span == span else free | span
        return Stay()

    return Step("free_times", ask, tapped=tapped, free=False)


def adult(wizard: str) -> Step:
    """Whether somebody is of age; skipped where the town has no such limit."""

    async def ask(scene: Scene) -> Screen:
        options = [option(wizard, "adult", value, label) for value, label in views.yes_or_no().items()]
        return Screen(views.ask_adult(scene.who.town.adult_age), in_rows(options, 2))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in views.yes_or_no():
            raise NotFound(what="answer")
        return value == "yes"

    return Step("adult", ask, tapped=tapped, free=False, when=lambda scene: scene.who.town.adult_age > 0)


def born(wizard: str, when: Callable[[Scene], bool] = lambda scene: True) -> Step:
    """The birth date of somebody under age."""

    async def ask(scene: Scene) -> Screen:
        return Screen(views.ask_born(scene.who.town.adult_age))

    async def typed(scene: Scene, text: str) -> Any:
        return actions.read_born(scene.who, text, scene.now).isoformat()

    def asked(scene: Scene) -> bool:
        return scene.who.town.adult_age > 0 and when(scene)

    return Step("born", ask, typed=typed, when=asked)


def consent(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(
            views.ask_consent(scene.who.town.name), ((option(wizard, "consent", "yes", views.agree_label()),),)
        )

    async def tapped(scene: Scene, value: str) -> Any:
        if why := await _setup_code_gone(scene):
            return Stay(toast=views.code_gone(sentence(why, scene.who.zone)))
        if not _may_join(scene):
            return GoTo("code")
        return value == "yes"

    return Step("consent", ask, tapped=tapped, free=False)


async def _setup_code_gone(scene: Scene) -> Fact | None:
    """Why the setup code in the draft is good no more; it is taken out, so that the sign-up can go on without it."""
    if "setup" not in scene.draft:
        return None
    try:
        await roles.check_setup_code(scene.unit, code=scene.draft["setup"], now=scene.now)
    except (CodeWrong, CodeUsed) as fact:
        del scene.draft["setup"]
        return fact
    return None


def _may_join(scene: Scene) -> bool:
    """Whether the draft has what the town asks for now; a join code that is good no more is taken out."""
    if scene.who.town.join_policy != "code" or "setup" in scene.draft:
        return True
    try:
        actions.check_join_code(scene.who, scene.draft.get("code") or scene.draft.get("let_in") or "")
    except CodeWrong:
        for key in ("code", "let_in"):
            scene.draft.pop(key, None)
        return False
    return True
