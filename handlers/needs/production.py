"""Production against need: what is made in a week of each item, and how far it reaches, for those who coordinate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit.goods_words import item_name
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from storage.queries import items, needs
from storage.queries.items import ItemRow
from storage.queries.needs import Whole
from storage.unit import Unit
from town.electricity import week_name
from town.facts import NotFound
from town.money import plainly
from town.needs import CLOSED_WEEKS, Answers, a_week, population, projected, reached
from town.sheets import as_csv
from town.week import bounds, week_of

WEEKS = 8
"""Weeks that are over, as the item's page and its picture show them."""

_HEADER = (
    *("item", "unit", "homes", "people", "of_people", "need_of_homes", "need_of_town"),
    *("made_a_week", "percent", "goal_percent", "spoiled"),
)


@dataclass(frozen=True, slots=True)
class Production:
    """An item: what homes need of it in a week, what the town does (None where it cannot be shown), what was made.

    `weeks` are the last weeks that are over, the oldest first; `spoiled` is how much of their goods has spoiled.
    `first` is the Monday of the week in which the item came on the list.
    """

    item: ItemRow
    answers: Answers
    need: int | None
    weeks: dict[date, int]
    spoiled: int
    first: date

    @property
    def counted(self) -> list[int]:
        """What was made in the last weeks that are over, since the item came on the list or was first made."""
        first = min([self.first, *(monday for monday, made in self.weeks.items() if made)])
        known = [made for monday, made in self.weeks.items() if monday >= first]
        return known[-CLOSED_WEEKS:] or [0]

    @property
    def made(self) -> int:
        """What is made in a week."""
        return a_week(sum(self.counted), len(self.counted))

    @property
    def percent(self) -> int | None:
        """How far what is made reaches; None without a need that is known."""
        return None if self.need is None else reached(self.made, self.need)


@dataclass(frozen=True, slots=True)
class Overview:
    """All items by name; about so many `people` live in the town, `goal` is in percent of the need."""

    items: tuple[Production, ...]
    whole: Whole
    people: int
    goal: int
    week: date


async def overview(unit: Unit, *, who: Who, now: datetime) -> Overview:
    """Every item that is made at the moment. Raises NotAllowed for who coordinates nothing."""
    await must_coordinate(unit, who)
    week = week_of(now, who.zone)
    mondays = [week - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
    listed, sums, whole = await items.listed(unit), await needs.sums(unit), await needs.whole(unit)
    people = population(whole.residents, whole.covered, whole.people)
    made = {
        (one.item_id, one.week): one
        for one in await needs.made(unit, mondays[0], week, since=bounds(mondays[0], who.zone)[0])
    }
    found = []
    for item in listed:
        answers = sums.get(item.id, Answers())
        of_weeks = {monday: made.get((item.id, monday)) for monday in mondays}
        found.append(
            Production(
                item=item,
                answers=answers,
                need=projected(answers.amount, answers.people, people) if answers.shown else None,
                weeks={monday: 0 if one is None else one.made for monday, one in of_weeks.items()},
                first=week_of(item.made_at, who.zone),
                spoiled=sum(one.spoiled for one in of_weeks.values() if one is not None),
            )
        )
    return Overview(tuple(found), whole, people, who.town.production_goal, week)


async def of_item(unit: Unit, *, who: Who, item_id: int, now: datetime) -> tuple[Production, Overview]:
    """One item, and all of them. Raises NotAllowed or NotFound."""
    every = await overview(unit, who=who, now=now)
    found = next((one for one in every.items if one.item.id == item_id), None)
    if found is None:
        raise NotFound(what="item")
    return found, every


async def as_file(unit: Unit, *, who: Who, now: datetime) -> tuple[str, str]:
    """All of it as a file: its name and its CSV. Raises NotAllowed."""
    every = await overview(unit, who=who, now=now)
    mondays = list(every.items[0].weeks) if every.items else []
    header = (*_HEADER, *(f"made_{week_name(monday)}" for monday in mondays))
    return f"production-{week_name(every.week)}.csv", as_csv(header, (_row(one, every) for one in every.items))


def _row(of: Production, every: Overview) -> tuple[object, ...]:
    """Amounts in whole units with decimals; what a single home could be known by stays blank."""
    answers, shown = of.answers, of.need is not None
    return (
        item_name(of.item.name, of.item.names),
        of.item.unit,
        answers.homes,
        answers.people if shown else "",
        every.people,
        plainly(answers.amount, 3) if shown else "",
        plainly(of.need, 3) if of.need is not None else "",
        plainly(of.made, 3),
        "" if of.percent is None else of.percent,
        every.goal,
        plainly(of.spoiled, 3),
        *(plainly(made, 3) for made in of.weeks.values()),
    )
