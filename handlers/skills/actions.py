"""Learning records, and who judges whom: masters sign skills off, the town's coordinators appoint masters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit.who import Who
from handlers.roles.actions import duties_here, must_coordinate_town
from handlers.shifts.placing import lock_other
from storage import outbox
from storage.queries import learning, roles, skills, waiting
from storage.queries.learning import Judged, Known, Mastered
from storage.queries.skills import ToLearn
from storage.queries.topics import Named
from storage.tables import Level
from storage.unit import Unit
from town.dates import fold
from town.facts import NotAllowed, NotFound, OwnSkill
from town.places import MASTER
from town.skills import check_judge

AHEAD = timedelta(days=28)
"""How far ahead learners' places are looked for."""

MOST_TO_LEARN = 3
MOST_FOUND = 24


@dataclass(frozen=True, slots=True)
class Record:
    """What a resident knows and learns, where they could learn next, and the skills they are a master of."""

    known: tuple[Known, ...]
    ahead: tuple[ToLearn, ...]
    mastered: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """What somebody may do about a skill: sign it off as its `master`; at the `desk`, appoint masters."""

    master: bool
    desk: bool


@dataclass(frozen=True, slots=True)
class Judging:
    """A person and a skill, as somebody sees them who may judge. `known` is None for who never spoke of it."""

    skill: Named
    resident_id: int
    name: str
    known: Known | None
    judge: Judge
    own: bool

    @property
    def level(self) -> str | None:
        return self.known.level if self.known is not None else None

    @property
    def may_sign(self) -> bool:
        return self.judge.master and not self.own and self.level in (None, Level.TOLD)

    @property
    def may_take_back(self) -> bool:
        return not self.own and self.level == Level.SIGNED_OFF

    @property
    def may_appoint(self) -> bool:
        return self.judge.desk and not self.own and self.level != Level.MASTER

    @property
    def may_end(self) -> bool:
        return self.judge.desk and self.level == Level.MASTER


# -- looking -----------------------------------------------------------------------------------------------------------


async def my_record(unit: Unit, *, who: Who, now: datetime) -> Record:
    """A resident's own learning record."""
    ahead = await skills.to_learn(
        unit,
        who.me,
        levels=waiting.levels(who.town.skill_proof),
        now=now,
        until=now + AHEAD,
        most=MOST_TO_LEARN,
    )
    known = await learning.record(unit, who.me)
    mastered = [one.topic for one in known if one.level == Level.MASTER]
    return Record(tuple(known), tuple(ahead), tuple(mastered))


async def all_skills(unit: Unit, *, who: Who) -> list[Mastered]:
    """The town's skills with their masters. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    return await learning.masters(unit)


async def must_judge(unit: Unit, who: Who, skill_id: int) -> tuple[Named, Judge]:
    """A skill, and what somebody may do about it: its masters, the mayor, coordinators of the whole town.

    Raises NotFound, NotAllowed.
    """
    skill = await learning.skill(unit, skill_id)
    if skill is None:
        raise NotFound(what="topic")
    level = await _level(unit, who, skill_id)
    duties = await duties_here(unit, who)
    if level != MASTER and not duties.everywhere:
        raise NotAllowed(needed="master")
    return skill, Judge(master=level == MASTER, desk=duties.everywhere)


async def people(unit: Unit, *, who: Who, skill_id: int) -> tuple[Named, Judge, list[Judged]]:
    """Who knows a skill or learns it, for somebody who may judge. Raises NotFound, NotAllowed."""
    skill, judge = await must_judge(unit, who, skill_id)
    return skill, judge, await learning.people(unit, skill_id)


async def find(unit: Unit, *, who: Who, skill_id: int, name: str) -> list[tuple[int, str]]:
    """People with this in their name: at the desk any resident, for a master who knows the skill or learns it.

    Raises NotFound, NotAllowed.
    """
    _skill, judge = await must_judge(unit, who, skill_id)
    if judge.desk:
        found = await roles.find_residents(unit, name, most=MOST_FOUND)
        return [(one.id, f"{one.name}, {one.street}") for one in found]
    words = fold(name).split()
    theirs = [one for one in await learning.people(unit, skill_id) if all(word in fold(one.name) for word in words)]
    return [(one.resident_id, one.name) for one in theirs[:MOST_FOUND]] if words else []


async def judging(unit: Unit, *, who: Who, skill_id: int, resident_id: int) -> Judging:
    """One person and a skill, for somebody who may judge. Raises NotFound, NotAllowed.

    A master sees who told of the skill, or learned some of it, and nobody else.
    """
    skill, judge = await must_judge(unit, who, skill_id)
    person = await roles.resident(unit, resident_id)
    if person is None:
        raise NotFound(what="resident")
    known = await learning.known(unit, resident_id, skill_id)
    if known is None and not judge.desk:
        raise NotFound(what="resident")
    return Judging(skill, person.id, person.name, known, judge, own=resident_id == who.me)


# -- judging -----------------------------------------------------------------------------------------------------------


async def sign_off(unit: Unit, *, who: Who, skill_id: int, resident_id: int, now: datetime) -> bool:
    """Sign a skill off for somebody who told of it, or learned some of it; they are told.

    False when it is signed off already. Raises NotFound, NotAllowed, OwnSkill, or OtherBusy when they are changing
    something at this moment.
    """
    check_judge(await _level(unit, who, skill_id), own=resident_id == who.me)
    await lock_other(unit, resident_id)
    one = await judging(unit, who=who, skill_id=skill_id, resident_id=resident_id)
    if one.known is None:
        raise NotFound(what="resident")
    done = await learning.raise_to(unit, resident_id, skill_id, Level.SIGNED_OFF, by=who.me, now=now)
    return done and await _tell(unit, "skill.signed_off", one, who=who, now=now)


async def take_back(unit: Unit, *, who: Who, skill_id: int, resident_id: int, now: datetime) -> bool:
    """Take a signature back: a master of the skill may, and the desk; they are told. False when there is none.

    Raises NotFound, NotAllowed, OwnSkill.
    """
    one = await judging(unit, who=who, skill_id=skill_id, resident_id=resident_id)
    if one.own:
        raise OwnSkill
    return await learning.unsign(unit, resident_id, skill_id) and await _tell(
        unit, "skill.taken_back", one, who=who, now=now
    )


async def appoint_master(unit: Unit, *, who: Who, skill_id: int, resident_id: int, now: datetime) -> bool:
    """Make somebody a master of a skill; they are told. False when they are that already.

    Raises NotFound, NotAllowed, OwnSkill, or OtherBusy when they are changing something at this moment.
    """
    await must_coordinate_town(unit, who)
    await lock_other(unit, resident_id)
    one = await judging(unit, who=who, skill_id=skill_id, resident_id=resident_id)
    if one.own:
        raise OwnSkill
    done = await learning.raise_to(unit, resident_id, skill_id, Level.MASTER, by=who.me, now=now)
    return done and await _tell(unit, "skill.master", one, who=who, now=now)


async def end_master(unit: Unit, *, who: Who, skill_id: int, resident_id: int, now: datetime) -> bool:
    """End a master's office; the skill stays signed off, and they are told. False when they have none.

    Raises NotFound, NotAllowed.
    """
    await must_coordinate_town(unit, who)
    one = await judging(unit, who=who, skill_id=skill_id, resident_id=resident_id)
    return await learning.end_master(unit, resident_id, skill_id) and await _tell(
        unit, "skill.master_ended", one, who=who, now=now
    )


async def _level(unit: Unit, who: Who, skill_id: int) -> str | None:
    """How well somebody who judges knows a skill; a steward judges for nobody."""
    if not who.is_resident or who.steward_id is not None:
        return None
    return await learning.level(unit, who.me, skill_id)


async def _tell(unit: Unit, notice: str, one: Judging, *, who: Who, now: datetime) -> bool:
    """Tell somebody what was found of their skill; of two findings at once, only the last is true on delivery."""
    if one.own:
        return True
    subject = f"skill:{one.skill.id}:{one.resident_id}"
    await outbox.withdraw(unit, subject)
    row = outbox.new_row(
        notice=notice,
        resident_id=one.resident_id,
        dedupe_key=f"{subject}:{int(now.timestamp() * 1_000_000)}",
        subject=subject,
        now=now,
        skill=one.skill.name,
        by=who.name,
    )
    await outbox.put(unit, [row])
    return True
