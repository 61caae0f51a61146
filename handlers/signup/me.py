"""/me: a resident's own answers, each to be changed by the question that asked for it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.lengths import read_length
from handlers.kit.reply import Event, Reply, answer, chat_of, show
from handlers.kit.screens import Screen, in_rows
from handlers.kit.seat import Seat
from handlers.kit.taps import MeTap
from handlers.kit.topics import known_as, topic_name
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard, option
from handlers.signup import actions, me_views, questions
from storage.queries import learning, residents, topics
from storage.unit import Unit
from town.facts import BadLead, BadLength, NotFound
from town.limits import is_minor
from town.week import local

OFF = "0"
LEADS = {"reminder_early": (2880, 1440, 720), "reminder_late": (240, 120, 60)}


def reminder_lead(wizard: str, which: str) -> Step:
    async def ask(scene: Scene) -> Screen:
        options = [option(wizard, which, str(lead), me_views.lead_label(lead)) for lead in LEADS[which]]
        options.append(option(wizard, which, OFF, me_views.off_label()))
        return Screen(me_views.ask_lead(which), in_rows(options))

    async def typed(scene: Scene, text: str) -> Any:
        try:
            minutes = read_length(text)
        except BadLength:
            minutes = 0
        if not 0 < minutes <= actions.MOST_LEAD:
            raise BadLead(given=text.strip(), most=actions.MOST_LEAD)
        return minutes

    async def tapped(scene: Scene, value: str) -> Any:
        if value == OFF:
            return None
        if value not in map(str, LEADS[which]):
            raise NotFound(what="time")
        return int(value)

    return Step(which, ask, typed=typed, tapped=tapped)


async def finish(scene: Scene) -> Screen:
    changed = str(scene.draft["@once"])
    if changed != "language":  # the language is the account's own, and was changed with the tap
        value = scene.draft[changed]
        if changed == "born":
            value = date.fromisoformat(value)
        await actions.change_answer(scene.unit, who=scene.who, answer=changed, value=value, now=scene.now)
    screen = await card(scene.who, scene.unit, scene.seat, scene.now)
    return screen.before(me_views.kept())


WIZARD = Wizard(
    "me",
    [
        questions.language("me"),
        questions.name("me"),
        questions.street("me"),
        questions.chosen_topics("skills", topics.SKILL),
        questions.chosen_topics("interests", topics.INTEREST),
        questions.free_times("me"),
        questions.born("me"),
        reminder_lead("me", "reminder_early"),
        reminder_lead("me", "reminder_late"),
    ],
    finish,
)


async def card(who: Who, unit: Unit, seat: Seat, now: datetime) -> Screen:
    """The resident's answers, with a way to change each."""
    profile = await residents.profile(unit, who.me)
    skills = [known_as(one.topic, one.level) for one in await learning.record(unit, who.me) if one.level is not None]
    named = await topics.of_resident(unit, who.me)
    interests = [topic_name(topic) for topic in named if topic.kind == topics.INTEREST]
    minor = is_minor(profile.born, local(now, who.zone).date(), who.town)
    return me_views.me(
        profile, skills, interests, seat.language, who.zone, adult_age=who.town.adult_age if minor else 0
    )


async def _draft(unit: Unit, who: Who, question: str) -> dict[str, Any]:
    """What the question starts from: the answer as it is now."""
    if question in ("skills", "interests"):
        kind = topics.SKILL if question == "skills" else topics.INTEREST
        return {question: [topic.id for topic in await topics.of_resident(unit, who.me) if topic.kind == kind]}
    if question == "free_times":
        return {question: (await residents.profile(unit, who.me)).free_times}
    return {}


async def _data(event: Event, who: Who, unit: Unit) -> Reply:
    """Everything the town keeps about somebody, as a document."""
    kept = await residents.everything(unit, who.me)
    content = json.dumps(kept, ensure_ascii=False, indent=2, default=str).encode()
    document = SendDocument(
        chat_id=chat_of(event),
        document=BufferedInputFile(content, filename="townbell-my-data.json"),
        caption=str(me_views.my_data_caption()),
        parse_mode="HTML",
    )
    return [document, answer(event)] if isinstance(event, CallbackQuery) and event.id != "typed" else [document]


def router() -> Router:
    taps = Router(name="me.taps")
    taps.callback_query.filter(Tapped("me:"), residents_only)

    @taps.callback_query(Doing(MeTap, "open"))
    async def on_open(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        seat.state = None
        return show(tap, await card(who, unit, seat, now))

    @taps.callback_query(Doing(MeTap, "privacy"))
    async def on_privacy(tap: CallbackQuery, who: Who) -> Reply:
        return show(tap, me_views.privacy_screen(who.town.name, who.town.adult_age))

    @taps.callback_query(Doing(MeTap, "more"))
    async def on_more(tap: CallbackQuery) -> Reply:
        return show(tap, me_views.more_about_me())

    @taps.callback_query(Doing(MeTap, "work"))
    async def on_work(tap: CallbackQuery) -> Reply:
        return show(tap, me_views.my_work())

    @taps.callback_query(Doing(MeTap, "data"))
    async def on_data(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
        return await _data(tap, who, unit)

    @taps.callback_query(Doing(MeTap, "reminders"))
    async def on_reminders(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
        return show(tap, me_views.reminders(await residents.profile(unit, who.me)))

    @taps.callback_query(Doing(MeTap, *WIZARD.steps))
    async def on_question(
        tap: CallbackQuery, callback_data: MeTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        draft = await _draft(unit, who, callback_data.do)
        return await WIZARD.begin_at(tap, Scene(who, unit, now, seat), callback_data.do, draft)

    words = Router(name="me.words")

    @words.message(Command("me", ignore_mention=True), residents_only)
    async def on_me(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        return show(message, await card(who, unit, seat, now))

    parent = Router(name="me")
    parent.include_routers(WIZARD.router(), taps, words)
    return parent
