"""Everybody of a crash test, and what the tables must hold in the end whatever happened to the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Generic, NamedTuple

from storage.queries import topics
from storage.unit import Unit
from tests.faults.child import rows
from tests.faults.ground import Ground
from tests.faults.script import H, Resident, S, Script, Stranger

SCARCE_PLACES = 5


class Size(NamedTuple):
    """How many there are of each."""

    updates: int
    residents: int
    strangers: int
    projects: int


@dataclass
class Cast(Generic[H, S]):
    """The people, the shifts they may join, and the order in which they act: `size.updates` in all.

    `meet` makes somebody with a screen to tap on, and tells their address.
    """

    file: Path
    channel: str
    size: Size
    meet: Callable[[str], tuple[H, S, str]]
    residents: list[Resident[H, S]] = field(default_factory=list)
    strangers: list[Stranger[H, S]] = field(default_factory=list)
    coordinators: list[H] = field(default_factory=list)
    far: list[int] = field(default_factory=list)
    soon: list[int] = field(default_factory=list)
    scarce: list[int] = field(default_factory=list)
    order: list[Script[H, S]] = field(default_factory=list)

    @property
    def scripts(self) -> list[Script[H, S]]:
        return [*self.residents, *self.strangers]

    async def prepare(self, folder: Path, chance: Random) -> None:
        """The town and its people, and what each of them is going to do."""
        ground = await Ground.prepare(f"sqlite+aiosqlite:///{self.file}", folder)
        async with ground.database.unit() as unit:
            await self._settle(ground, unit)
            skills, interests = [
                [topic.id for topic in await topics.listed(unit, kind)][:5] for kind in (topics.SKILL, topics.INTEREST)
            ]
        await ground.close()
        for number in range(self.size.strangers):
            stranger = Stranger(*self._named(f"New Neighbour {number}"), street=f"River Street {number}")
            stranger.plan(chance, skills=skills, interests=interests)
            self.strangers.append(stranger)
        self._plan_the_rest(chance)

    async def _settle(self, ground: Ground, unit: Unit) -> None:
        projects = [await ground.project(unit, f"Project {number}") for number in range(self.size.projects)]
        for number, project in enumerate(projects):
            name = f"Coordinator {number}"
            person, _screen, address = self.meet(name)
            resident_id = await ground.resident(unit, name, address, channel=self.channel)
            await ground.coordinator(unit, resident_id, project)
            self.coordinators.append(person)
            after = timedelta(hours=2 + 3 * number)
            self.soon.append(await ground.shift(unit, f"Soon {number}", after=after, places=200, project_id=project))
            after += timedelta(hours=30)
            self.far.append(await ground.shift(unit, f"Far {number}", after=after, places=200, project_id=project))
        for number in range(2):
            after = timedelta(hours=80 + 3 * number)
            self.scarce.append(await ground.shift(unit, f"Scarce {number}", after=after, places=SCARCE_PLACES))
        for number in range(self.size.residents):
            resident = Resident(*self._named(f"Resident {number}"))
            await ground.resident(unit, resident.name, resident.address, channel=self.channel)
            self.residents.append(resident)

    def _named(self, name: str) -> tuple[H, S, str, str]:
        person, screen, address = self.meet(name)
        return person, screen, name, address

    def _plan_the_rest(self, chance: Random) -> None:
        left = self.size.updates - sum(len(stranger.steps) for stranger in self.strangers)
        count = self.size.residents
        for number, resident in enumerate(self.residents):
            share = left // count + (number < left % count)
            resident.plan(chance, share, far=self.far, soon=self.soon, scarce=self.scarce)
        self.order = [script for script in self.scripts for _ in script.steps]
        chance.shuffle(self.order)

    @property
    def told(self) -> int:
        """How often a coordinator must have been told that a place was given back."""
        return sum(resident.told for resident in self.residents)

    # -- in the end --------------------------------------------------------------------------------------------------

    def every_effect_is_there_once(self) -> None:
        """The tables are as if nothing had happened to the process."""
        self._places()
        for stranger in self.strangers:
            self._signed_up(stranger)
        everybody = 1 + self.size.projects + self.size.residents + self.size.strangers
        assert rows(self.file, "SELECT count(*) FROM residents") == [(everybody,)]
        assert rows(self.file, "SELECT count(*) FROM accounts") == [(everybody - 1,)]
        assert rows(self.file, "PRAGMA integrity_check") == [("ok",)]

    def _places(self) -> None:
        held = set(
            rows(
                self.file,
                "SELECT accounts.address, signups.shift_id, signups.coming_at IS NOT NULL "
                "FROM signups JOIN accounts USING (resident_id) WHERE signups.state = 'held'",
            )
        )
        scarce = {entry for entry in held if entry[1] in self.scarce}
        assert held - scarce == {
            (one.address, shift, int(coming)) for one in self.residents for shift, coming in one.held.items()
        }
        for shift in self.scarce:
            wanted = {one.address for one in self.residents if shift in one.wanted}
            holders = {address for address, held_shift, _ in scarce if held_shift == shift}
            assert holders <= wanted
            assert len(holders) == min(SCARCE_PLACES, len(wanted))
        taken = dict(rows(self.file, "SELECT id, taken FROM shifts"))
        assert taken == dict.fromkeys(taken, 0) | Counter(shift for _, shift, _ in held)

    def _signed_up(self, stranger: Stranger[H, S]) -> None:
        found = rows(
            self.file,
            "SELECT residents.id, residents.name, street, residents.state, free_times, accounts.state FROM residents "
            "JOIN accounts ON accounts.resident_id = residents.id WHERE accounts.address = ?",
            stranger.address,
        )
        assert [row[1:] for row in found] == [(stranger.name, stranger.street, "resident", stranger.free_times, None)]
        chosen = rows(self.file, "SELECT topic_id FROM resident_topics WHERE resident_id = ?", found[0][0])
        assert sorted(topic for (topic,) in chosen) == sorted(stranger.skills + stranger.interests)
