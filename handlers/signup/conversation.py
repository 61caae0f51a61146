"""Signing up: in under a minute, resumable at every step. Everything a non-resident says ends here."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Tapped, not_yet_resident
from handlers.kit.nav import LEAVE
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Wizard
from handlers.roles import actions as roles
from handlers.roles.codes import code_in
from handlers.signup import actions, me, questions, views
from storage.queries import topics
from storage.tables import ResidentState
from storage.unit import Unit
from town.facts import CodeUsed, CodeWrong, TooManyTries


async def finish(scene: Scene) -> Screen:
    draft = scene.draft
    state = await actions.sign_up(
        scene.unit,
        who=scene.who,
        name=draft["name"],
        street=draft["street"],
        skills=draft.get("skills", []),
        interests=draft.get("interests", []),
        free_times=draft.get("free_times", 0),
        consent=draft.get("consent", False),
        join_code=draft.get("code") or draft.get("let_in"),
        setup_code=draft.get("setup"),
        now=scene.now,
    )
    return views.state_screen(state, name=draft["name"], who=scene.who, mayor=bool(draft.get("setup")))


WIZARD = Wizard(
    "signup",
    [
        questions.language("signup"),
        questions.code("signup"),
        questions.name("signup"),
        questions.street("signup"),
        questions.chosen_topics("skills", topics.SKILL),
        questions.chosen_topics("interests", topics.INTEREST),
        questions.free_times("signup"),
        questions.consent("signup"),
    ],
    finish,
)


def router() -> Router:
    strangers = Router(name="signup.strangers")
    strangers.message.filter(not_yet_resident)
    strangers.callback_query.filter(not_yet_resident)

    @strangers.message(CommandStart(ignore_mention=True))
    async def on_start(
        message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        return await _greet(message, Scene(who, unit, now, seat), payload=command.args or "")

    @strangers.message(Command("help", ignore_mention=True))
    async def on_help(message: Message, who: Who) -> Reply:
        return show(message, views.about(who.town.name))

    @strangers.callback_query(Tapped(views.AGAIN))
    async def on_again(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        if who.resident_state == ResidentState.APPLICANT:
            return show(tap, views.still_waiting())
        return await WIZARD.begin(tap, Scene(who, unit, now, seat))

    @strangers.message(Command("cancel", ignore_mention=True))
    @strangers.callback_query(Tapped(LEAVE))
    async def on_leave(event: Event, seat: Seat) -> Reply:
        seat.state = None
        return show(event, views.left())

    @strangers.message()
    async def on_anything(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        return await _greet(message, Scene(who, unit, now, seat), payload="")

    @strangers.callback_query()
    async def on_any_tap(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        return await _greet(tap, Scene(who, unit, now, seat), payload="")

    parent = Router(name="signup")
    parent.include_routers(WIZARD.router(), me.router(), strangers)
    return parent


async def _greet(event: Event, scene: Scene, *, payload: str) -> Reply:
    """Begin the sign-up, or go on with it; a code that came along is kept for its step."""
    if scene.who.resident_state == ResidentState.APPLICANT:
        return show(event, views.still_waiting())
    codes = await _codes(scene, payload)
    if scene.who.resident_state == ResidentState.LEFT and WIZARD.kept(scene.seat) is None and not codes:
        return show(event, views.turned_away(scene.who.town.name))
    return await WIZARD.resume(event, scene, also=codes)


async def _codes(scene: Scene, payload: str) -> dict[str, str]:
    """What a deep link's payload is good for here: the town's join code, or a setup code.

    Only what looks like a setup code is looked at as one, and of those only so many an hour.
    """
    if not payload:
        return {}
    try:
        return {"let_in": actions.check_join_code(scene.who, payload)}
    except CodeWrong:
        pass
    if code_in(payload) is None:
        return {}
    try:
        await roles.try_setup_code(scene.unit, seat=scene.seat, code=payload, now=scene.now)
    except (CodeWrong, CodeUsed, TooManyTries):
        return {}
    return {"let_in": payload, "setup": payload}
