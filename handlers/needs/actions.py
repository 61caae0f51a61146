"""The needs survey: what a home needs in a week, told once for all who live there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from storage.queries import homes, items, needs
from storage.queries.items import ItemRow
from storage.queries.needs import Answer
from storage.unit import Unit
from town.facts import BadAmount, BadPeople
from town.needs import MOST_NEED, MOST_PEOPLE


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody is shown of the survey.

    `answer` is the one that counts for their home, or their own from before they lived there; None without any.
    `amounts` are its, by item; `own`: they gave an answer themselves, which they can withdraw. `moved`: the answer is
    for a home that they have left.
    """

    items: tuple[ItemRow, ...]
    answer: Answer | None
    amounts: Mapping[int, int]
    own: bool
    moved: bool


async def mine(unit: Unit, *, who: Who) -> Mine:
    """What was answered for somebody's home. Raises NotAllowed for who is no resident."""
    me = must_be_resident(who)
    home, own = await homes.of_resident(unit, me), await needs.of_resident(unit, me)
    counts = None if home is None else await needs.of_home(unit, home.id)
    answer = counts or own
    return Mine(
        items=tuple(await items.listed(unit)),
        answer=answer,
        amounts={} if answer is None else await needs.lines_of(unit, answer.resident_id),
        own=own is not None,
        moved=answer is not None and answer.household_id != (None if home is None else home.id),
    )


async def keep(unit: Unit, *, who: Who, people: int, amounts: Mapping[int, int], now: datetime) -> Mine:
    """Keep an answer for the home that somebody lives in; what is not on the town's list any more is left out.

    Raises NotAllowed, BadPeople or BadAmount.
    """
    me = must_be_resident(who)
    if not 0 < people <= MOST_PEOPLE:
        raise BadPeople(given=str(people), most=MOST_PEOPLE)
    steps = {item.id: item.step for item in await items.listed(unit)}
    kept = {item_id: amount for item_id, amount in amounts.items() if item_id in steps}
    for amount in kept.values():
        if not 0 <= amount <= MOST_NEED:
            raise BadAmount(given=str(amount))
    home = await homes.of_resident(unit, me)
    await needs.keep(unit, me, home_id=None if home is None else home.id, people=people, amounts=kept, now=now)
    return await mine(unit, who=who)


async def withdraw(unit: Unit, *, who: Who) -> Mine:
    """Forget the answer that somebody gave, if they did; what is shown after that. Raises NotAllowed."""
    await needs.withdraw(unit, must_be_resident(who))
    return await mine(unit, who=who)
