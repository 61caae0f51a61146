"""The questions about somebody without a phone: who they are, and that they agree to somebody speaking for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from handlers.helping import actions, views
from handlers.kit.choosing import id_in, pages, turned
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard, option
from handlers.signup import questions
from locales import language
from locales.past_words import past_vocabulary
from storage.queries import topics
from town.dates import parse_past_day
from town.facts import BadDate, NotFound
from town.week import local

REGISTERS, TAKES, PASSES = "nophone", "aidtake", "aidpass"
TODAY = "today"


def _name(scene: Scene) -> str:
    return str(scene.draft.get("@name") or scene.draft.get("name") or "")


async def _ask_name(scene: Scene) -> Screen:
    return Screen(views.ask_name())


async def _ask_street(scene: Scene) -> Screen:
    return Screen(views.ask_street(_name(scene)))


async def _ask_adult(scene: Scene) -> Screen:
    labels = views.yes_or_no()
    options = [option(REGISTERS, "adult", value, label) for value, label in labels.items()]
    return Screen(views.ask_adult(_name(scene), scene.who.town.adult_age), in_rows(options, 2))


async def _ask_born(scene: Scene) -> Screen:
    return Screen(views.ask_born(_name(scene), scene.who.town.adult_age))


def _consent(wizard: str) -> Step:
    """How they agreed: to the privacy notice, which is read to them, and to who speaks for them."""

    async def ask(scene: Scene) -> Screen:
        text = views.ask_consent(_name(scene), scene.who.town.name, before=scene.draft.get("@before"))
        return Screen(text, in_rows([option(wizard, "consent", key, said) for key, said in views.consents().items()]))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in views.consents():
            raise NotFound(what="answer")
        return value

    return Step("consent", ask, tapped=tapped, free=False)


def _day(wizard: str) -> Step:
    """When they agreed."""

    async def ask(scene: Scene) -> Screen:
        return Screen(views.ask_day(_name(scene)), ((option(wizard, "day", TODAY, views.today()),),))

    async def typed(scene: Scene, text: str) -> Any:
        today = local(scene.now, scene.who.zone).date()
        day = parse_past_day(text, vocabulary=past_vocabulary(language()), today=today)
        if day > today:
            raise BadDate(given=text)
        return day.isoformat()

    async def tapped(scene: Scene, value: str) -> Any:
        if value != TODAY:
            raise NotFound(what="answer")
        return local(scene.now, scene.who.zone).date().isoformat()

    return Step("day", ask, typed=typed, tapped=tapped)


async def _register(scene: Scene) -> Screen:
    draft = scene.draft
    resident_id = await actions.register(
        scene.unit,
        who=scene.who,
        name=draft["name"],
        street=draft["street"],
        skills=draft.get("skills", []),
        born=date.fromisoformat(draft["born"]) if draft.get("adult") is False else None,
        consent=draft["consent"],
        consent_on=date.fromisoformat(draft["day"]),
        now=scene.now,
    )
    return views.registered(resident_id, draft["name"])


async def _take(scene: Scene) -> Screen:
    draft = scene.draft
    await actions.take(
        scene.unit,
        who=scene.who,
        resident_id=draft["@id"],
        consent=draft["consent"],
        consent_on=date.fromisoformat(draft["day"]),
        now=scene.now,
    )
    return views.taken(draft["@id"], draft["@name"])


async def _ask_whom(scene: Scene) -> Screen:
    one, people = await actions.others(scene.unit, who=scene.who, resident_id=scene.draft["@id"])
    return Screen(views.ask_whom(one), pages(scene, [(name, str(id)) for id, name in people]))


async def _take_whom(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    return id_in(value, "resident")


async def _pass(scene: Scene) -> Screen:
    one, name = await actions.pass_on(
        scene.unit, who=scene.who, resident_id=scene.draft["@id"], to_id=scene.draft["to"], now=scene.now
    )
    return views.passed(one, name)


REGISTER = Wizard(
    REGISTERS,
    [
        replace(questions.name(REGISTERS), ask=_ask_name),
        replace(questions.street(REGISTERS), ask=_ask_street),
        questions.chosen_topics("skills", topics.SKILL, views.ask_skills),
        replace(questions.adult(REGISTERS), ask=_ask_adult),
        replace(questions.born(REGISTERS, lambda scene: scene.draft.get("adult") is False), ask=_ask_born),
        _consent(REGISTERS),
        _day(REGISTERS),
    ],
    _register,
)
TAKE = Wizard(TAKES, [_consent(TAKES), _day(TAKES)], _take)
PASS = Wizard(PASSES, [Step("to", _ask_whom, tapped=_take_whom, free=False)], _pass)
