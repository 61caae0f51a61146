"""The sums of the needs survey and of what was made: SQL and a plain reckoning tell the same, whatever was answered."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor

from sqlalchemy import delete

from handlers.needs.production import overview
from storage.queries import needs, residents
from storage.queries.needs import Made
from storage.sql import insert
from storage.tables import Batch, Household, Need, NeedLine, ResidentState, StockEntry, table_of
from storage.unit import Unit
from tests.people import OPENING, Town
from tests.variants import crosswise
from town.needs import Answers

MONDAY = date(2026, 11, 23)
PEOPLE, HOMES, ITEMS = 30, 8, 4
WRITTEN = (NeedLine, Need)


@dataclass
class Survey:
    """Who lives where, and what they said: the same in Python as in the tables."""

    homes: dict[int, int | None] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    said: dict[int, tuple[int | None, int, datetime, dict[int, int]]] = field(default_factory=dict)

    def newest(self) -> dict[tuple[str, int], int]:
        """Who gave the newest answer of each home, or of themselves alone."""
        newest: dict[tuple[str, int], tuple[datetime, int]] = {}
        for person, (answered_for, _people, at, _amounts) in self.said.items():
            home = answered_for if answered_for is not None else self.homes[person]
            key = ("alone", person) if home is None else ("home", home)
            if person not in self.gone:
                newest[key] = max(newest.get(key, (at, person)), (at, person))
        return {key: person for key, (_at, person) in newest.items()}

    def counts(self) -> list[tuple[int, dict[int, int]]]:
        """People and amounts of those answers."""
        return [(self.said[person][1], self.said[person][3]) for person in self.newest().values()]

    def covered(self) -> int:
        """How many residents live in the homes that were answered for."""
        homes = {of for kind, of in self.newest() if kind == "home"}
        alone = sum(kind == "alone" for kind, _of in self.newest())
        return alone + sum(home in homes for person, home in self.homes.items() if person not in self.gone)

    def sums(self) -> dict[int, Answers]:
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for people, amounts in self.counts():
            for item, amount in amounts.items():
                found[item].append((people, amount))
        return {
            item: Answers(
                homes=len(all_),
                needing=sum(amount > 0 for _people, amount in all_),
                people=sum(people for people, _amount in all_),
                amount=sum(amount for _people, amount in all_),
            )
            for item, all_ in found.items()
        }


async def _made_up(unit: Unit, chance: random.Random, people: list[int], homes: list[int], items: list[int]) -> Survey:
    """A survey at random: some live alone, some moved since, some have left the town."""
    survey = Survey()
    for model in WRITTEN:
        await unit.execute(delete(table_of(model)))
    for person in people:
        home = chance.choice((None, *homes))
        survey.homes[person] = home
        state = ResidentState.LEFT if chance.random() < 0.1 else ResidentState.RESIDENT
        if state == ResidentState.LEFT:
            survey.gone.add(person)
        await residents.change(unit, person, household_id=home, state=state)
        if chance.random() < 0.7:
            answered_for = home if chance.random() < 0.7 else chance.choice((None, *homes))
            amounts = {item: chance.choice((0, 500, 1000, 7300)) for item in items if chance.random() < 0.7}
            at = OPENING + timedelta(seconds=chance.randint(0, 5))  # some at the same moment
            number = chance.randint(1, 9)
            await needs.keep(unit, person, home_id=answered_for, people=number, amounts=amounts, now=at)
            survey.said[person] = (answered_for, number, at, amounts)
    return survey


@crosswise
async def test_sums_are_those_of_a_plain_reckoning(town: Town) -> None:
    mayor = await town.mayor()
    people = [(await town.resident()).resident_id for _ in range(PEOPLE)]
    items = [await town.item(f"Item {number}", unit="kg") for number in range(ITEMS)]
    homes = list(range(1, HOMES + 1))
    who = await town.who(mayor)
    async with town.app.database.unit() as unit:
        rows = [{"id": home, "street": "", "code": f"HOME{home}", "made_at": OPENING} for home in homes]
        await unit.execute(insert(table_of(Household)), rows)
    for seed in range(25):
        async with town.app.database.unit() as unit:
            survey = await _made_up(unit, random.Random(seed), people, homes, items)
        async with town.app.database.reading() as unit:
            sums, whole = await needs.sums(unit), await needs.whole(unit)
            every = await overview(unit, who=who, now=town.clock.now())
        assert sums == survey.sums(), seed
        counted = survey.counts()
        assert (whole.homes, whole.people) == (len(counted), sum(people for people, _amounts in counted))
        assert whole.covered == survey.covered()
        # As many people live with each resident who was not answered for as with those who were.
        alike = Fraction(whole.residents * whole.people, whole.covered or 1)
        of_town = floor(max(alike, Fraction(whole.people)) + Fraction(1, 2))
        for one in every.items:
            answers = survey.sums().get(one.item.id, Answers())
            if answers.homes < 3 or answers.needing in (1, 2):
                assert one.need is None
                continue
            exact = Fraction(answers.amount * of_town, answers.people)
            assert one.need is not None
            assert abs(one.need - exact) <= Fraction(1, 2)


@crosswise
async def test_what_was_made_is_that_of_a_plain_reckoning(town: Town) -> None:
    project = await town.project()
    items = [await town.item(f"Item {number}", unit="kg") for number in range(ITEMS)]
    chance, first = random.Random(7), MONDAY - timedelta(weeks=8)
    expected: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0])
    batches, lines = [], []
    for number in range(1, 200):
        made_on = MONDAY - timedelta(days=chance.randint(-5, 70))
        item, quantity, spoiled = chance.choice(items), chance.randint(1, 90) * 100, chance.choice((0, 0, 100))
        recalled, off = chance.random() < 0.1, chance.choice((0, 0, 0, quantity // 2))
        ended = datetime.combine(made_on, datetime.min.time(), OPENING.tzinfo) + timedelta(days=1)
        batches.append(_batch(number, item, project, made_on, quantity, ended, recalled=recalled))
        moved = [("made", quantity, ended - timedelta(days=2)), ("spoiled", -spoiled, ended)]
        moved += [("corrected", -off, ended), ("corrected", -7, ended + timedelta(hours=1))]  # then: what was left
        lines += [
            {"batch_id": number, "kind": kind, "free": 0, "shelf": shelf, "reason": "", "at": at}
            for kind, shelf, at in moved
        ]
        if first <= made_on < MONDAY and not recalled:
            of = expected[item, made_on - timedelta(days=made_on.weekday())]
            of[0] += quantity - off
            of[1] += spoiled
    async with town.app.database.unit() as unit:
        await unit.execute(insert(table_of(Batch)), batches)
        await unit.execute(insert(table_of(StockEntry)), lines)
        since = datetime.combine(first, datetime.min.time(), OPENING.tzinfo)
        found = await needs.made(unit, first, MONDAY, since=since)
    assert found == sorted(Made(*of, *amounts) for of, amounts in expected.items())


def _batch(
    number: int, item: int, project: int, made_on: date, quantity: int, ended: datetime, *, recalled: bool
) -> dict[str, object]:
    return {
        "id": number,
        "item_id": item,
        "project_id": project,
        "quantity": quantity,
        "free": 0,
        "shelf": 0,
        "made_on": made_on,
        "place": "",
        "week": made_on,
        "ends_at": ended,
        "closed_at": ended,
        "recalled_at": ended if recalled else None,
        "sharing": "first",
        "made_by": 1,
        "made_at": ended,
    }
