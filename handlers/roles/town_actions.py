"""The town's own affairs: who is let in, the settings, and the list of skills and interests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.kit.who import Who
from handlers.roles.actions import must_be_mayor, must_coordinate_town
from handlers.roles.codes import new_join_code
from storage import outbox
from storage.queries import orders, roles, topics, weeks
from storage.queries import town as town_row
from storage.unit import Unit
from town import settings
from town.dates import fold
from town.facts import MoneyInUse, NotFound
from town.settings import TownSettings
from town.text import clean

MOST_TOPIC = 40


async def let_in(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> None:
    """Make an applicant a resident and tell them. Raises NotAllowed, NotFound (answered before)."""
    await must_coordinate_town(unit, who)
    if not await roles.admit(unit, resident_id, now):
        raise NotFound(what="applicant")
    await _answer(unit, "join.accepted", resident_id, who, now)


async def turn_away(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> None:
    """Put an applicant aside and tell them. Raises NotAllowed, NotFound (answered before)."""
    await must_coordinate_town(unit, who)
    if not await roles.decline(unit, resident_id):
        raise NotFound(what="applicant")
    await _answer(unit, "join.declined", resident_id, who, now)


async def _answer(unit: Unit, notice: str, resident_id: int, who: Who, now: datetime) -> None:
    await outbox.withdraw(unit, f"join:{resident_id}")  # nobody needs to be asked any more
    row = outbox.new_row(
        notice=notice,
        resident_id=resident_id,
        dedupe_key=f"{notice}:{resident_id}:{now.isoformat()}",
        now=now,
        town=who.town.name,
    )
    await outbox.put(unit, [row])


async def change_setting(unit: Unit, *, who: Who, key: str, typed: str) -> TownSettings:
    """Change one setting of the town to what was typed; returns the settings as they are now.

    Joining that begins to need a code gets one, where the town has none.
    Raises NotAllowed, BadSetting or MoneyInUse.
    """
    await must_be_mayor(unit, who)
    changed = await changed_to(unit, key, typed, lock=True)
    if settings.lacks_join_code(changed):
        changed = replace(changed, join_code=new_join_code())
    await town_row.keep(unit, changed)
    if key == "zone":
        await weeks.reckon_anew(unit, changed.tz)
    unit.announce("town")
    return changed


async def changed_to(unit: Unit, key: str, typed: str, *, lock: bool = False) -> TownSettings:
    """The town's settings with one of them as it was typed. Raises BadSetting or MoneyInUse.

    Prices are numbers without a currency of their own: the money changes only where there are none.
    """
    kept = await town_row.settings(unit, lock=lock)
    changed = settings.changed(kept, key, typed)
    if changed.currency != kept.currency:
        priced = await orders.priced(unit)
        if priced.items or priced.orders:
            raise MoneyInUse(currency=kept.currency, **priced._asdict())
    return changed


async def add_topic(unit: Unit, *, who: Who, kind: str, name: str) -> str:
    """Add a skill or an interest to the town's list, or bring a retired one back; returns the name as it is kept.

    One that is listed already in another spelling stays as it is. Raises NotAllowed, TextEmpty, TextTooLong.
    """
    await must_be_mayor(unit, who)
    if kind not in (topics.SKILL, topics.INTEREST):
        raise NotFound(what="topic")
    name = clean(name, MOST_TOPIC)
    for topic in await topics.listed(unit, kind):
        if fold(topic.name) == fold(name):
            return topic.name
    await topics.add(unit, kind, name)
    return name


async def retire_topic(unit: Unit, *, who: Who, topic_id: int) -> None:
    """Take a skill or an interest off the list; whoever has it keeps it. Raises NotAllowed, NotFound."""
    await must_be_mayor(unit, who)
    if not await topics.retire(unit, topic_id):
        raise NotFound(what="topic")
