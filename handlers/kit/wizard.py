"""Wizards: a few questions one after the other, with a way back at each and a draft that is never lost.

The draft lives in the account's row, so a restart, a lost phone or a command in the middle costs nothing: whoever
begins again goes on where they were. Keys of a draft that start with "@" are the wizard's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiogram import Router
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Message

from handlers.kit.expecting import expect
from handlers.kit.facts import sentence
from handlers.kit.filters import InWizard, NoCommand, Tapped
from handlers.kit.nav import home, leave
from handlers.kit.reply import Event, Reply, say, show
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from locales import _
from storage.unit import Unit
from town.facts import Fact, PictureLost

STEP, RETURN, ONCE, ANEW = "@step", "@return", "@once", "@anew"
BACK, RESUME, AFRESH = "@back", "@resume", "@afresh"


@dataclass(slots=True)
class Scene:
    """Where a wizard stands, for its steps: the person, the transaction, the time, and the draft of the answers."""

    who: Who
    unit: Unit
    now: datetime
    seat: Seat
    draft: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GoTo:
    """A tap that leads to another step; when `come_back`, this one follows again after it."""

    step: str
    come_back: bool = True


@dataclass(frozen=True, slots=True)
class Stay:
    """A tap that changed the draft and shows the same step again."""

    toast: str = ""


Ask = Callable[[Scene], Awaitable[Screen]]
Finish = Callable[[Scene], Awaitable[Screen | Callable[[Event], Reply]]]
Take = Callable[[Scene, str], Awaitable[Any]]
See = Callable[[Scene, bytes], Awaitable[Any]]
Show = Callable[[Scene, Event], Awaitable[Sequence[TelegramMethod[Any]]]]


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `typed` and `tapped` give the answer to keep (a JSON value), a GoTo or a Stay.

    They only read: they write nothing, so that a Fact they raise can be said above the question, which is asked again.
    `pictured` does the same for a photo, which it gets as a JPEG; it may keep it, and answer with the picture's id.

    `free`: typed words are the answer as they are, so that a number is not taken for a choice; unless `counted`, where
    no answer is a number. `when` says whether the question is asked at all.

    `shows` gives messages of their own that come before the question, when it is arrived at: it is about them.
    """

    name: str
    ask: Ask
    typed: Take | None = None
    tapped: Take | None = None
    pictured: See | None = None
    free: bool = True
    counted: bool = False
    when: Callable[[Scene], bool] = lambda scene: True
    shows: Show | None = None


def option(wizard: str, step: str, value: str, label: str) -> Choice:
    """A choice that answers a step."""
    return Choice(label, f"w:{wizard}:{step}:{value}")


def _not_so(step: Step) -> str:
    """What to say to an answer of another kind than a question takes."""
    if step.pictured is not None:
        return _("I am waiting for a photo. Please send one, or choose one of these.")
    if step.typed is not None:
        return _("Please write it in words.")
    return _("Please choose one of these, or type its number.")


def _seen(pictured: See, picture: bytes | Fact | None) -> Take:
    """What a step makes of a photo: why it could not be had is told as any other wrong answer is."""

    async def take(scene: Scene, _given: str) -> Any:
        if isinstance(picture, Fact):
            raise picture
        if picture is None:  # the question was asked after the photo had been sent
            raise PictureLost
        return await pictured(scene, picture)

    return take


class Wizard:
    """Questions in order, then `finish`, whose screen is shown, or reply made, after the draft is put away."""

    def __init__(self, name: str, steps: Sequence[Step], finish: Finish) -> None:
        self.name = name
        self.steps = {step.name: step for step in steps}
        self.order = [step.name for step in steps]
        self.finish = finish
        expect(
            words=[f"{name}:{step.name}" for step in steps if step.free and step.typed],
            counted=[f"{name}:{step.name}" for step in steps if step.counted],
            pictured=[f"{name}:{step.name}" for step in steps if step.pictured],
        )

    def router(self) -> Router:
        """The wizard's own router: it goes before the rooms that answer anything."""
        router = Router(name=f"wizard.{self.name}")
        router.callback_query.filter(Tapped(f"w:{self.name}:"))
        router.callback_query.register(self._on_tap)
        router.message.register(self._on_words, InWizard(self.name), NoCommand())
        return router

    # -- beginning -----------------------------------------------------------------------------------------------

    async def begin(
        self, event: Event, scene: Scene, draft: dict[str, Any] | None = None, *, afresh: bool = False
    ) -> Reply:
        """Ask the first question, or whether to go on with a draft that was left (unless `afresh`).

        `draft` is what is known already; keys of it that start with "@" do not count as something begun.
        """
        kept, anew = self.kept(scene.seat), draft or {}
        if not afresh and kept is not None and any(not key.startswith("@") for key in kept):
            scene.seat.data = {**scene.seat.data, self.name: {**kept, ANEW: anew}}
            return show(event, self._resume_screen())
        scene.draft = {**anew, ANEW: anew}
        return await self._go(event, scene, self._first(scene))

    async def begin_at(self, event: Event, scene: Scene, step: str, draft: dict[str, Any]) -> Reply:
        """Ask one question alone; its answer goes to `finish` at once."""
        anew = {**draft, ONCE: step}
        scene.draft = {**anew, ANEW: anew}
        return await self._go(event, scene, step)

    async def resume(self, event: Event, scene: Scene, also: dict[str, Any] | None = None, *, toast: str = "") -> Reply:
        """Ask again where the draft stands; `also` is put into it."""
        scene.draft = {**(self.kept(scene.seat) or {}), **(also or {})}
        at, asked = str(scene.draft.get(STEP)), self._asked(scene)
        if at in self.steps and at not in asked:  # what was to be asked is known by now
            at = self._after(scene, at) or at
        return await self._go(event, scene, at if at in self.steps else asked[0], toast=toast)

    def kept(self, seat: Seat) -> dict[str, Any] | None:
        """The draft that an account has of this wizard."""
        kept = seat.data.get(self.name)
        return dict(kept) if isinstance(kept, dict) else None

    def _resume_screen(self) -> Screen:
        return Screen(
            _("You began this before, and I kept what you wrote. Shall we go on where you were?"),
            in_rows(
                [
                    option(self.name, "-", RESUME, _("Go on")),
                    option(self.name, "-", AFRESH, _("Start afresh")),
                    leave(),
                ]
            ),
        )

    # -- answers -------------------------------------------------------------------------------------------------

    async def _on_words(
        self, message: Message, who: Who, unit: Unit, now: datetime, seat: Seat, picture: bytes | Fact | None = None
    ) -> Reply:
        scene = Scene(who, unit, now, seat, self.kept(seat) or {})
        step = self.steps.get((seat.state or "").partition(":")[2])
        if step is None:
            return await self.resume(message, scene)
        if message.photo and step.pictured is not None:
            return await self._taken(message, scene, step, _seen(step.pictured, picture), "")
        if message.text is None or step.typed is None:
            return await self._go(message, scene, step.name, toast=_not_so(step))
        return await self._taken(message, scene, step, step.typed, message.text)

    async def _on_tap(self, tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        scene = Scene(who, unit, now, seat, self.kept(seat) or {})
        name, _colon, value = (tap.data or "").removeprefix(f"w:{self.name}:").partition(":")
        if value in (RESUME, AFRESH) and self.kept(seat) is not None:
            if value == AFRESH:
                anew = scene.draft.get(ANEW, {})
                scene.draft = {**anew, ANEW: anew}
                return await self._go(tap, scene, anew.get(ONCE) or self._first(scene))
            return await self.resume(tap, scene)
        at = (seat.state or "").partition(":")[2] if (seat.state or "").startswith(f"{self.name}:") else ""
        if at == "":
            return await self._not_here(tap, scene)
        if name != at or name not in self.steps:
            return await self._go(tap, scene, at if at in self.steps else self._first(scene))
        if value == BACK:
            return await self._go(tap, scene, self._before(scene, name))
        step = self.steps[name]
        if step.tapped is None:
            return await self._go(tap, scene, name)
        return await self._taken(tap, scene, step, step.tapped, value)

    async def _taken(self, event: Event, scene: Scene, step: Step, take: Take, given: str) -> Reply:
        """Go on with what was given; where it is no answer, say why and ask again.

        A step only reads what it is given, so nothing has to be undone for that but what it put into the draft.
        """
        before = deepcopy(scene.draft)
        try:
            answer = await take(scene, given)
        except Fact as fact:
            scene.draft = before
            return await self._go(event, scene, step.name, toast=sentence(fact, scene.who.zone))
        return await self._answered(event, scene, step, answer)

    async def _not_here(self, tap: CallbackQuery, scene: Scene) -> Reply:
        """A button of a wizard that was left or finished."""
        if self.kept(scene.seat) is not None:
            return show(tap, self._resume_screen())
        return show(tap, Screen(_("This was finished already: nothing to do here any more."), ((home(),),)))

    async def _answered(self, event: Event, scene: Scene, step: Step, answer: Any) -> Reply:
        if isinstance(answer, Stay):
            return await self._go(event, scene, step.name, toast=answer.toast)
        if isinstance(answer, GoTo):
            if answer.come_back:
                scene.draft[RETURN] = step.name
            return await self._go(event, scene, answer.step)
        scene.draft[step.name] = answer
        following = scene.draft.pop(RETURN, None) or self._after(scene, step.name)
        if following is None or scene.draft.get(ONCE) == step.name:
            return await self._finish(event, scene)
        return await self._go(event, scene, following)

    async def _finish(self, event: Event, scene: Scene) -> Reply:
        done = await self.finish(scene)
        self._put_away(scene.seat)
        return show(event, done) if isinstance(done, Screen) else done(event)

    # -- steps ---------------------------------------------------------------------------------------------------

    async def _go(self, event: Event, scene: Scene, name: str, *, toast: str = "") -> Reply:
        scene.draft[STEP] = name
        scene.seat.state = f"{self.name}:{name}"
        scene.seat.data = {**scene.seat.data, self.name: scene.draft}
        step = self.steps[name]
        screen = await step.ask(scene)
        first = (name == self._first(scene) and RETURN not in scene.draft) or ONCE in scene.draft
        ways = (leave(),) if first else (option(self.name, name, BACK, _("Back")), leave())
        asked = Screen(screen.html, (*screen.rows, ways))
        if step.shows is None or toast:
            return show(event, asked, toast=toast)
        below = say(event, asked)
        return [*await step.shows(scene, event), *(below if isinstance(below, list) else [below])]

    def _asked(self, scene: Scene) -> list[str]:
        return [name for name in self.order if self.steps[name].when(scene)]

    def _first(self, scene: Scene) -> str:
        return self._asked(scene)[0]

    def _after(self, scene: Scene, name: str) -> str | None:
        later = [other for other in self._asked(scene) if self.order.index(other) > self.order.index(name)]
        return later[0] if later else None

    def _before(self, scene: Scene, name: str) -> str:
        if (returning := scene.draft.pop(RETURN, None)) in self.steps:
            return str(returning)
        earlier = [other for other in self._asked(scene) if self.order.index(other) < self.order.index(name)]
        return earlier[-1] if earlier else name

    def _put_away(self, seat: Seat) -> None:
        seat.state = None
        seat.data = {key: value for key, value in seat.data.items() if key != self.name}
