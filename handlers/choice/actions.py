"""Turning topics off and on, one by one or all at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from storage.queries import mutes, reach
from storage.queries.mutes import CHOSEN, STOPPED, Off
from storage.unit import Unit
from town.facts import NotFound
from town.topics import TOPICS

ALL = "all"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What somebody has turned off, and which topics have just been turned on or off."""

    off: tuple[Off, ...]
    changed: tuple[str, ...] = ()

    @property
    def topics_off(self) -> tuple[str, ...]:
        gone = {one.topic for one in self.off}
        return tuple(topic for topic in TOPICS if topic in gone)

    @property
    def is_deaf(self) -> bool:
        """Whether everything is off."""
        return len(self.topics_off) == len(TOPICS)


async def hearing(unit: Unit, *, who: Who, changed: Collection[str] = ()) -> Hearing:
    """What somebody hears of. Raises NotAllowed."""
    off = await mutes.of(unit, must_be_resident(who))
    return Hearing(tuple(off), tuple(topic for topic in TOPICS if topic in changed))


async def switch(unit: Unit, *, who: Who, key: str, on: bool, now: datetime) -> Hearing:
    """Turn a topic, or "all" of them, on or off; harmless a second time. Raises NotAllowed, NotFound."""
    before = await hearing(unit, who=who)
    if key != ALL and key not in TOPICS:
        raise NotFound(what="topic")
    wanted = TOPICS if key == ALL else (key,)
    changed = [topic for topic in wanted if (topic in before.topics_off) == on]
    if on:
        await mutes.turn_on(unit, who.me, changed)
    else:
        await mutes.turn_off(unit, who.me, changed, how=CHOSEN, now=now)
    return await hearing(unit, who=who, changed=changed)


async def stop(unit: Unit, *, who: Who, now: datetime) -> Hearing:
    """Turn everything off that was still on, because they wrote so. Raises NotAllowed.

    What waits already of these topics is dropped when its turn comes.
    """
    before = await hearing(unit, who=who)
    changed = [topic for topic in TOPICS if topic not in before.topics_off]
    await mutes.turn_off(unit, who.me, changed, how=STOPPED, now=now)
    return await hearing(unit, who=who, changed=changed)


async def come_back(unit: Unit, *, who: Who) -> Hearing:
    """Turn on again what was on before they wrote STOP; or everything, where they had turned off all by hand.

    Raises NotAllowed.
    """
    before = await hearing(unit, who=who)
    stopped = [one.topic for one in before.off if one.how == STOPPED]
    changed = stopped or (list(TOPICS) if before.is_deaf else [])
    await mutes.turn_on(unit, who.me, changed)
    return await hearing(unit, who=who, changed=changed)


async def looked(unit: Unit, *, who: Who, message_id: int | None, now: datetime) -> Hearing:
    """What somebody hears of; where they came from one of the town's messages, they have read that one.

    Raises NotAllowed.
    """
    found = await hearing(unit, who=who)
    if message_id is not None:
        await reach.note_read(unit, who.account_id, message_id, now=now)
    return found
