"""Signing up: in under a minute, resumable at every step. Everything a non-resident says ends here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.kit.expecting import expects_words
from handlers.kit.facts import sentence
from handlers.kit.filters import Tapped, not_yet_resident
from handlers.kit.links import parted
from handlers.kit.nav import LEAVE
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Wizard
from handlers.roles.codes import LooksLikeCode, code_in
from handlers.signup import actions, me, questions, views
from storage.queries import roles as role_queries
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
        born=date.fromisoformat(draft["born"]) if draft.get("adult") is False else None,
        now=scene.now,
    )
    return views.state_screen(
        state,
        name=draft["name"],
        who=scene.who,
        mayor=bool(draft.get("setup")),
        asked=bool(await role_queries.who_let_in(scene.unit)),
        came_for=draft.get(CAME_FOR),
    )


CAME_FOR = "@came"
"""In the draft: the page whose link brought them here (`handlers.kit.links.parted`)."""

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
        questions.adult("signup"),
        questions.born("signup", lambda scene: scene.draft.get("adult") is False),
        questions.consent("signup"),
    ],
    finish,
)


def router() -> Router:
    parent = Router(name="signup")
    parent.include_routers(_codes(), WIZARD.router(), me.router(), _strangers())
    return parent


def _codes() -> Router:
    """A setup code that somebody sends before they have signed up: kept for the end, whatever was asked just now."""
    codes = Router(name="signup.codes")
    codes.message.filter(not_yet_resident)

    @codes.message(Command("setup", ignore_mention=True, magic=F.args))
    async def on_command(
        message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        return await _greet(message, Scene(who, unit, now, seat), payload=command.args or "")

    @codes.message(LooksLikeCode())
    async def on_words(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        if seat.state == f"{WIZARD.name}:code":
            raise SkipHandler  # the very question: it looks at the code itself
        scene = Scene(who, unit, now, seat)
        known, said = await _look_at(scene, message.text or "")
        if not known and expects_words(seat.state):
            raise SkipHandler  # an answer that only looks like a code
        return await _go_on(message, scene, known, said)

    return codes


def _strangers() -> Router:
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
        if who.resident_state == ResidentState.APPLICANT:
            return show(message, views.still_waiting())
        return show(message, views.about(who.town.name))

    @strangers.callback_query(Tapped(views.AGAIN))
    async def on_again(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        if who.resident_state == ResidentState.APPLICANT:
            return show(tap, views.still_waiting())
        return await WIZARD.begin(tap, Scene(who, unit, now, seat))

    @strangers.message(Command("cancel", ignore_mention=True))
    @strangers.callback_query(Tapped(LEAVE))
    async def on_leave(event: Event, who: Who, seat: Seat) -> Reply:
        seat.state = None
        if who.resident_state == ResidentState.APPLICANT:
            return show(event, views.still_waiting())
        return show(event, views.left())

    @strangers.message()
    async def on_anything(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        return await _greet(message, Scene(who, unit, now, seat))

    @strangers.callback_query()
    async def on_any_tap(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        return await _greet(tap, Scene(who, unit, now, seat))

    return strangers


async def _greet(event: Event, scene: Scene, *, payload: str = "") -> Reply:
    """Begin the sign-up, or go on with it; what a link brought along is kept: a code for its step, a page for last."""
    code, page = parted(payload)
    known, said = await _look_at(scene, code)
    return await _go_on(event, scene, {**known, CAME_FOR: page} if page is not None else known, said)


async def _go_on(event: Event, scene: Scene, known: dict[str, Any], said: str) -> Reply:
    if scene.who.resident_state == ResidentState.APPLICANT:
        return show(event, views.still_waiting())
    if scene.who.resident_state == ResidentState.LEFT and WIZARD.kept(scene.seat) is None and not known:
        return show(event, views.turned_away(scene.who.town.name))
    return await WIZARD.resume(event, scene, also=known, toast=said)


async def _look_at(scene: Scene, code: str) -> tuple[dict[str, Any], str]:
    """What a code is good for here, and what there is to say about it.

    Where joining needs no code, only what looks like a setup code is looked at.
    """
    if not code or (scene.who.town.join_policy != "code" and code_in(code) is None):
        return {}, ""
    try:
        known = await actions.take_code(scene.unit, who=scene.who, seat=scene.seat, code=code, now=scene.now)
    except (CodeWrong, CodeUsed, TooManyTries) as fact:
        return {}, sentence(fact, scene.who.zone)
    return known, views.code_kept() if "setup" in known else ""
