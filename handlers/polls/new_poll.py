"""A new poll: the question, whom it asks, a last look in which everything usual can be changed, and asking it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from handlers.kit.choosing import pages, pick, turned
from handlers.kit.screens import Screen
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from handlers.polls import actions, asking, steps, views
from handlers.polls.opening import YES_NO, NewPoll
from handlers.polls.translating import in_languages
from locales import language
from storage.queries.polls import Option
from town.audience import PROJECT, parse
from town.facts import NotFound
from town.polls import Kind

ASK = "ask"


def new_in(scene: Scene) -> NewPoll:
    """The poll that a draft describes: what was not changed is as usual."""
    draft = scene.draft
    kind, audience, said = draft["kind"], parse(draft["audience"]), draft.get("words", {})
    quorum, by_people = draft.get("quorum", [0, False])
    takes = draft.get("takes", "simple") if kind != Kind.POINTS else "simple"
    secret = draft.get("secret") == "yes"
    opens_at = _moment(draft.get("opens"))
    return NewPoll(
        question=draft["question"],
        about=draft.get("about", ""),
        words=json.dumps(_words(said), ensure_ascii=False),
        kind=kind,
        options=YES_NO if kind == Kind.YESNO else _options(draft["options"], said),
        points=draft.get("points", 0) if kind == Kind.POINTS else 0,
        most=draft.get("most", 0) if kind == Kind.APPROVAL else 0,
        audience=str(audience),
        benefits_only=draft.get("benefits") == "yes",
        secret=secret,
        hidden=secret or draft.get("hidden") == "yes",
        quorum=quorum,
        quorum_people=by_people,
        threshold=takes.removesuffix("_all"),
        of_electorate=takes.endswith("_all"),
        proxies=draft.get("proxies") != "no",
        project_id=audience.id if audience.kind == PROJECT else None,
        opens_at=opens_at,
        closes_at=_closes(draft.get("closes"), opens_at or scene.now, scene.who.town.poll_minutes),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _closes(closes: str | int | None, opens_at: datetime, usual: int) -> datetime:
    if isinstance(closes, str):
        return datetime.fromisoformat(closes)
    return opens_at + timedelta(minutes=closes or usual)


def _words(said: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The texts by language, and nothing under the language that it was asked in."""
    others = {code: {part: text[part] for part in ("question", "about") if part in text} for code, text in said.items()}
    return {language(): {}} | others


def _options(names: list[str], said: dict[str, Any]) -> tuple[Option, ...]:
    return tuple(
        Option(name, {code: text["options"][at] for code, text in said.items()}) for at, name in enumerate(names)
    )


async def _preview(scene: Scene) -> Screen:
    new = new_in(scene)
    audience = parse(new.audience)
    people = await actions.how_many(
        scene.unit, who=scene.who, audience=audience, benefits_only=new.benefits_only, now=scene.now
    )
    name = await actions.name_of(scene.unit, audience)
    text = asking.preview(new, name, people, sorted(scene.draft.get("words", {})), scene.who.zone)
    changes = pages(scene, [(label, step) for step, label in _changes(scene).items()])
    return Screen(text, ((pick(scene, ASK, asking.ask_it()),), *changes))


def _changes(scene: Scene) -> dict[str, str]:
    """What can be changed of this one."""
    draft, town = scene.draft, scene.who.town
    kind, secret = draft["kind"], draft.get("secret") == "yes"
    kept = {
        "options": kind != Kind.YESNO,
        "points": kind == Kind.POINTS,
        "most": kind == Kind.APPROVAL,
        "takes": kind != Kind.POINTS,
        "hidden": not secret,
        "proxies": town.proxies_most > 0 and (not secret or town.secret_proxies == "yes"),
    }
    return {step: label for step, label in asking.preview_choices().items() if kept.get(step, True)}


async def _chosen(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    if value == ASK:
        return True
    if value not in _changes(scene):
        raise NotFound(what="question")
    return GoTo(value)


async def _finish(scene: Scene) -> Screen:
    poll_id = await actions.ask(scene.unit, who=scene.who, new=new_in(scene), now=scene.now)
    seen = await actions.page(scene.unit, who=scene.who, poll_id=poll_id, now=scene.now)
    return views.published(seen, scene.now, scene.who.zone)


WIZARD = Wizard(
    "poll",
    [
        *steps.of_the_question(),
        *steps.of_the_rules(),
        in_languages(),
        Step("preview", _preview, tapped=_chosen, free=False),
    ],
    _finish,
)
