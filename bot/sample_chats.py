"""Whom Riverbend knows by another's chat: somebody without a phone, and two sisters with one."""

from __future__ import annotations

from dataclasses import replace

from bot.sample_depth import Riverbend
from handlers.helping import actions as helping
from handlers.household import actions as household
from handlers.shifts import actions as shifts
from storage.queries.shifts import between

WITHOUT_A_PHONE = "Jan Booysen"
AT_HOME = "Nomvula Zulu"


async def play(town: Riverbend) -> None:
    """In the order in which it happened."""
    await _somebody_without_a_phone(town)
    await _one_phone_for_two(town)


async def _somebody_without_a_phone(town: Riverbend) -> None:
    """An old man of Station Road came to the bakery's desk; its coordinator speaks for him, and found him a shift."""
    pieter, came = town.people["Pieter van Wyk"], town.at(-5, 10)
    jan = await helping.register(
        town.unit,
        who=pieter,
        name=WITHOUT_A_PHONE,
        street="Station Road",
        skills=(),
        born=None,
        consent="spoken",
        consent_on=came.date(),
        now=came,
    )
    speaking = replace(pieter, resident_id=jan, name=WITHOUT_A_PHONE, owner_id=pieter.me, steward_id=pieter.me)
    market = next(
        one for one in await between(town.unit, town.at(5, 0), town.at(6, 0)) if one.title == "Saturday market"
    )
    await shifts.join_shift(town.unit, who=speaking, shift_id=market.id, now=town.at(-5, 11))


async def _one_phone_for_two(town: Riverbend) -> None:
    """Lindiwe's sister has no phone of her own: she signed up on Lindiwe's."""
    lindiwe = town.people["Lindiwe Zulu"]
    await household.add_new(
        town.unit,
        who=replace(lindiwe, owner_id=lindiwe.me),
        name=AT_HOME,
        street="River Street",
        consent=True,
        join_code=lindiwe.town.join_code,
        setup_code=None,
        born=None,
        now=town.at(-4, 18),
    )
