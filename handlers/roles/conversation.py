"""The mayor's desk, and the code that makes the first mayor."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.kit.facts import sentence
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import TownTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.roles import actions, appointing, setting_questions, setting_views, town_actions, views
from handlers.roles.codes import LooksLikeCode, code_in
from storage.queries import roles, topics
from storage.queries import town as town_row
from storage.unit import Unit
from town.facts import AlreadyRole, CodeUsed, CodeWrong, NotFound, TooManyTries


def router() -> Router:
    room = Router(name="roles")
    wizards = (appointing.WIZARD, setting_questions.SETTING, setting_questions.TOPIC)
    room.include_routers(_codes(), *(wizard.router() for wizard in wizards), _taps())
    return room


# -- setup codes -------------------------------------------------------------------------------------------------------


def _codes() -> Router:
    codes = Router(name="roles.codes")

    @codes.message(CommandStart(deep_link=True, ignore_mention=True, magic=F.args.func(code_in)))
    async def on_link(
        message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        if who.has_to_sign_up:
            raise SkipHandler  # the sign-up keeps the code, and uses it at its end
        return await _claim(message, command.args or "", Scene(who, unit, now, seat))

    @codes.message(Command("setup", ignore_mention=True))
    async def on_command(
        message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        if not command.args:
            return show(message, views.ask_code())
        if not code_in(command.args):
            return show(message, views.code_trouble(sentence(CodeWrong(), who.zone)))
        if who.has_to_sign_up:
            raise SkipHandler  # as above
        return await _claim(message, command.args, Scene(who, unit, now, seat))

    @codes.message(LooksLikeCode())
    async def on_words(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        if who.has_to_sign_up:
            raise SkipHandler  # as above
        return await _claim(message, message.text or "", Scene(who, unit, now, seat))

    return codes


async def _claim(message: Message, code: str, scene: Scene) -> Reply:
    """Take a code. A wrong one is counted, so it is answered here: a fact that is raised would undo the counting."""
    who, seat, text = scene.who, scene.seat, message.text or ""
    try:
        await actions.try_setup_code(scene.unit, seat=seat, code=code, now=scene.now)
        await actions.claim_setup_code(scene.unit, who=who, code=code, now=scene.now)
    except (CodeWrong, CodeUsed, AlreadyRole, TooManyTries) as fact:
        if seat.state is not None and not text.startswith("/"):
            raise SkipHandler from None  # an answer to some question that only looks like a code
        return show(message, views.code_trouble(sentence(fact, who.zone)))
    seat.state = None
    return show(message, views.is_mayor(who.name))


# -- the mayor's desk --------------------------------------------------------------------------------------------------


async def _home(unit: Unit, who: Who) -> Screen:
    await actions.must_be_mayor(unit, who)
    return views.town_home(who.town.name, await roles.count_applicants(unit))


def _taps() -> Router:
    taps = Router(name="roles.taps")
    taps.message.filter(residents_only)
    taps.callback_query.filter(Tapped("town:"), residents_only)

    @taps.message(Command("town", ignore_mention=True))
    async def on_command(message: Message, who: Who, unit: Unit, seat: Seat) -> Reply:
        seat.state = None
        return show(message, await _home(unit, who))

    @taps.callback_query(Doing(TownTap, "home"))
    async def on_home(tap: CallbackQuery, who: Who, unit: Unit, seat: Seat) -> Reply:
        seat.state = None
        return show(tap, await _home(unit, who))

    _roles(taps)
    _joining(taps)
    _settings(taps)
    _topics(taps)
    return taps


def _roles(taps: Router) -> None:
    @taps.callback_query(Doing(TownTap, "roles"))
    async def on_roles(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        await actions.must_be_mayor(unit, who)
        return show(tap, views.roles(await roles.current(unit), callback_data.page))

    @taps.callback_query(Doing(TownTap, "role"))
    async def on_role(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        return show(tap, views.role(await _grant(unit, who, callback_data.id)))

    @taps.callback_query(Doing(TownTap, "end"))
    async def on_end(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        grant = await _grant(unit, who, callback_data.id)
        return show(tap, views.sure_to_end(grant, own=grant.resident_id == who.me))

    @taps.callback_query(Doing(TownTap, "ended"))
    async def on_sure(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit, now: datetime) -> Reply:
        grant = await _grant(unit, who, callback_data.id)
        await actions.take_back(
            unit, who=who, resident_id=grant.resident_id, role=grant.role, project_id=grant.project_id, now=now
        )
        return show(tap, views.ended(grant, still_mayor=(await actions.duties_of(unit, who.me)).mayor))

    @taps.callback_query(Doing(TownTap, "appoint"))
    async def on_appoint(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        return await appointing.WIZARD.begin(tap, Scene(who, unit, now, seat), afresh=True)


async def _grant(unit: Unit, who: Who, grant_id: int) -> roles.Grant:
    await actions.must_be_mayor(unit, who)
    grant = await roles.grant(unit, grant_id)
    if grant is None:
        raise NotFound(what="role")
    return grant


def _joining(taps: Router) -> None:
    @taps.callback_query(Doing(TownTap, "waiting"))
    async def on_waiting(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        duties = await actions.must_coordinate_town(unit, who)
        return show(tap, views.waiting(await roles.applicants(unit), callback_data.page, mayor=duties.mayor))

    @taps.callback_query(Doing(TownTap, "applicant"))
    async def on_applicant(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        return show(tap, views.applicant(await _applicant(unit, who, callback_data.id)))

    @taps.callback_query(Doing(TownTap, "letin", "turnaway"))
    async def on_answer(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit, now: datetime) -> Reply:
        person = await _applicant(unit, who, callback_data.id)
        joined = callback_data.do == "letin"
        answer = town_actions.let_in if joined else town_actions.turn_away
        await answer(unit, who=who, resident_id=person.id, now=now)
        return show(tap, views.answered(person.name, joined=joined))


async def _applicant(unit: Unit, who: Who, resident_id: int) -> roles.Person:
    await actions.must_coordinate_town(unit, who)
    person = await roles.applicant(unit, resident_id)
    if person is None:
        raise NotFound(what="applicant")
    return person


def _settings(taps: Router) -> None:
    @taps.callback_query(Doing(TownTap, "settings"))
    async def on_settings(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        await actions.must_be_mayor(unit, who)
        return show(tap, setting_views.settings(await town_row.settings(unit), callback_data.page))

    @taps.callback_query(Doing(TownTap, "setting"))
    async def on_setting(
        tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        draft = {setting_questions.KEY: setting_questions.spec_of(callback_data.key).key}
        return await setting_questions.SETTING.begin(tap, Scene(who, unit, now, seat), draft, afresh=True)


def _topics(taps: Router) -> None:
    @taps.callback_query(Doing(TownTap, "topics"))
    async def on_topics(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        return show(tap, await _topic_list(unit, who, callback_data.key, callback_data.page))

    @taps.callback_query(Doing(TownTap, "topic"))
    async def on_topic(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        await actions.must_be_mayor(unit, who)
        known = await topics.listed(unit, callback_data.key)
        topic = next((one for one in known if one.id == callback_data.id), None)
        if topic is None:
            raise NotFound(what="topic")
        return show(tap, setting_views.topic(topic, callback_data.page))

    @taps.callback_query(Doing(TownTap, "retire"))
    async def on_retire(tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit) -> Reply:
        await town_actions.retire_topic(unit, who=who, topic_id=callback_data.id)
        screen = await _topic_list(unit, who, callback_data.key, 0)
        return show(tap, screen, toast=setting_views.taken_off())

    @taps.callback_query(Doing(TownTap, "addtopic"))
    async def on_add(
        tap: CallbackQuery, callback_data: TownTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        if callback_data.key not in (topics.SKILL, topics.INTEREST):
            raise NotFound(what="topic")
        draft = {setting_questions.KIND: callback_data.key}
        return await setting_questions.TOPIC.begin(tap, Scene(who, unit, now, seat), draft, afresh=True)


async def _topic_list(unit: Unit, who: Who, kind: str, page: int) -> Screen:
    await actions.must_be_mayor(unit, who)
    if kind not in (topics.SKILL, topics.INTEREST):
        raise NotFound(what="topic")
    return setting_views.topics(kind, await topics.listed(unit, kind), page)
