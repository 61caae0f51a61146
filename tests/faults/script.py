"""What the people of the crash test do, and what must come of it whatever happens to the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Generic, Protocol, TypeVar

from town.shifts import DAYS, PARTS, bit


class Hand(Protocol):
    """Whatever somebody writes and taps with, on any channel."""

    def says(self, text: str, /) -> object: ...

    def taps_raw(self, message: int, data: str, /) -> object: ...


class Screen(Protocol):
    """A message on which somebody can tap."""

    @property
    def id(self) -> int: ...


H = TypeVar("H", bound=Hand)
S = TypeVar("S", bound=Screen)


@dataclass(frozen=True)
class Step:
    """One update: a tap when `data` is given, else typed words. `said` must be in the answer."""

    words: str = ""
    data: str = ""
    said: str = ""


@dataclass
class Script(Generic[H, S]):
    """One person's updates in their order. `address` is their account's."""

    person: H
    screen: S
    name: str
    address: str
    steps: list[Step] = field(default_factory=list)
    done: int = 0

    def next(self) -> Step:
        """Do the next thing."""
        step = self.steps[self.done]
        self.done += 1
        if step.data:
            self.person.taps_raw(self.screen.id, step.data)
        else:
            self.person.says(step.words)
        return step


@dataclass
class Resident(Script[H, S]):
    """Somebody who joins, leaves, confirms and looks. No choice depends on what other people do."""

    held: dict[int, bool] = field(default_factory=dict)
    """The shifts they hold in the end, and whether they said there that they are coming."""
    told: int = 0
    """How often a coordinator must have been told that they gave a place back."""
    wanted: set[int] = field(default_factory=set)
    """The scarce shifts that they tried to join, each once."""

    def plan(self, chance: Random, count: int, *, far: list[int], soon: list[int], scarce: list[int]) -> None:
        """Make up `count` steps. Shifts: `far` from now, starting `soon`, and `scarce` ones with few places."""
        for _ in range(count):
            shift = chance.choice(far + soon)
            match chance.choices(("join", "leave", "coming", "scarce", "look"), (45, 30, 10, 5, 10))[0]:
                case "join":
                    self.steps.append(self._join(shift))
                case "leave":
                    self.steps.append(self._leave(shift))
                case "coming":
                    self.steps.append(self._coming(shift))
                case "scarce" if left := [one for one in scarce if one not in self.wanted]:
                    self.wanted.add(left[0])
                    self.steps.append(Step(data=f"shift:join:{left[0]}"))
                case _:
                    looks = (Step("/week", said="My week"), Step("my week", said="My week"), Step("/shifts"))
                    self.steps.append(chance.choice((*looks, Step("qx?"))))

    def _join(self, shift: int) -> Step:
        said = "You already hold a place on" if shift in self.held else "You have a place"
        self.held.setdefault(shift, False)
        return Step(data=f"shift:join:{shift}", said=said)

    def _leave(self, shift: int) -> Step:
        if shift not in self.held:
            return Step(data=f"shift:release:{shift}", said="You hold no place on")
        del self.held[shift]
        self.told += 1
        return Step(data=f"shift:release:{shift}", said="Your place on")

    def _coming(self, shift: int) -> Step:
        if shift not in self.held:
            return Step(data=f"shift:coming:{shift}", said="You hold no place on")
        said = "I had noted that already" if self.held[shift] else "see you there!"
        self.held[shift] = True
        return Step(data=f"shift:coming:{shift}", said=said)


@dataclass
class Stranger(Script[H, S]):
    """Somebody who signs up. A step that counted twice would undo a choice, or put an answer to the wrong question."""

    street: str = ""
    skills: tuple[int, ...] = ()
    interests: tuple[int, ...] = ()
    free_times: int = 0

    def plan(self, chance: Random, *, skills: list[int], interests: list[int]) -> None:
        """Make up the whole sign-up, with choices from the first page of each list."""
        self.skills = tuple(sorted(chance.sample(skills, 2)))
        self.interests = tuple(sorted(chance.sample(interests, 1)))
        self.free_times = sum(bit(day, PARTS[1]) for day in DAYS[5:])
        tap = "w:signup:"
        self.steps = [
            Step("/start", said="Welcome to Riverbend"),
            Step(data=f"{tap}language:en", said="What is your name?"),
            Step(self.name, said=f"Good to meet you, {self.name}"),
            Step(self.street, said="What can you do?"),
            *(Step(data=f"{tap}skills:{skill}", said="Chosen:") for skill in self.skills),
            Step(data=f"{tap}skills:done"),
            *(Step(data=f"{tap}interests:{one}", said="Chosen:") for one in self.interests),
            Step(data=f"{tap}interests:done"),
            Step(data=f"{tap}free_times:end{PARTS[1]}"),
            Step(data=f"{tap}free_times:done"),
            Step(data=f"{tap}adult:yes", said="Your data"),
            Step(data=f"{tap}consent:yes", said=f"Welcome, {self.name}!"),
        ]
