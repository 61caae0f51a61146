"""The questions of the sign-up; /me asks the same ones again, one at a time."""

from __future__ import annotations

from typing import Any

from handlers.kit.nav import page_of, pager
from handlers.kit.screens import Choice, Screen, distinct, in_rows
from handlers.kit.topics import topic_name
from handlers.kit.wizard import Scene, Stay, Step, option
from handlers.signup import actions, views
from locales import LANGUAGES, best
from storage.queries import topics
from town.facts import NotFound
from town.shifts import DAYS, PARTS, Part, bit

TOPICS_PAGE = 5  # with done, two to page and two to leave: ten choices
DONE, PAGE = "done", "page"


def language(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        options = [option(wizard, "language", code, name) for code, name in LANGUAGES.items()]
        return Screen(views.ask_language(scene.who), in_rows(options, 2))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in LANGUAGES:
            raise NotFound(what="language")
        scene.seat.language = value
        return best(value)

    return Step("language", ask, tapped=tapped, free=False)


def code(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(views.ask_code(scene.who))

    async def typed(scene: Scene, text: str) -> Any:
        return actions.check_join_code(scene.who, text)

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


def chosen_topics(wizard: str, step: str, kind: str) -> Step:
    """Several of the town's list, a page at a time; what is chosen carries a mark."""

    async def ask(scene: Scene) -> Screen:
        listed = await topics.listed(scene.unit, kind)
        chosen = _chosen(scene, step)
        shown, page = page_of(listed, int(scene.draft.get("@page", 0)), TOPICS_PAGE)
        labels = distinct([topic_name(topic) for topic in shown], 18)
        options = [
            option(wizard, step, str(topic.id), f"✓ {label}" if topic.id in chosen else label)
            for topic, label in zip(shown, labels, strict=True)
        ]
        names = [topic_name(topic) for topic in listed if topic.id in chosen]
        rows = in_rows(options) + pager(len(listed), page, lambda n: f"w:{wizard}:{step}:{PAGE}{n}", TOPICS_PAGE)
        done = option(wizard, step, DONE, views.done_label(len(names)))
        return Screen(views.ask_topics(kind, names), (*rows, (done,)))

    async def tapped(scene: Scene, value: str) -> Any:
        if value == DONE:
            scene.draft.pop("@page", None)
            return _chosen(scene, step)
        if value.startswith(PAGE):
            scene.draft["@page"] = int(value.removeprefix(PAGE))
            return Stay()
        listed = {topic.id for topic in await topics.listed(scene.unit, kind)}
        if not value.isdecimal() or int(value) not in listed:
            raise NotFound(what="topic")
        scene.draft[step] = sorted(set(_chosen(scene, step)) ^ {int(value)})
        return Stay()

    return Step(step, ask, tapped=tapped, free=False)


def _chosen(scene: Scene, step: str) -> list[int]:
    return list(scene.draft.get(step, []))


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


def consent(wizard: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(
            views.ask_consent(scene.who.town.name), ((option(wizard, "consent", "yes", views.agree_label()),),)
        )

    async def tapped(scene: Scene, value: str) -> Any:
        return value == "yes"

    return Step("consent", ask, tapped=tapped, free=False)
