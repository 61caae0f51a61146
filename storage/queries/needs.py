"""The needs survey: a home's answer, the sums of all of them, and what was made of each item.

An answer is for the home somebody lived in when they gave it. Whoever had none then is counted with the home they have
since, and without any for a home of their own. Of several answers for a home the newest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, case, delete, func, or_

from storage.queries.batches import batches, stock
from storage.queries.residents import residents
from storage.sql import bindparam, insert, select
from storage.tables import Need, NeedLine, ResidentState, StockKind, table_of
from storage.unit import Unit
from town.needs import Answers
from town.week import monday_of

needs, lines = table_of(Need), table_of(NeedLine)


class Answer(NamedTuple):
    """An answer to the survey. `household_id` is the home it counts for, None for one of their own."""

    resident_id: int
    name: str
    household_id: int | None
    people: int
    answered_at: datetime


class Whole(NamedTuple):
    """All that was answered: homes, and the people who live in them, of whom `covered` are residents; and how many
    residents the town has.
    """

    homes: int
    people: int
    covered: int
    residents: int


class Made(NamedTuple):
    """What was made of an item in a week (its Monday), and how much of that has spoiled since."""

    item_id: int
    week: date
    made: int
    spoiled: int


_home = func.coalesce(needs.c.household_id, residents.c.household_id)
_answers = (
    select(needs.c.resident_id, residents.c.name, _home.label("home"), needs.c.people, needs.c.answered_at)
    .select_from(needs.join(residents, residents.c.id == needs.c.resident_id))
    .where(residents.c.state == ResidentState.RESIDENT)
)
_of_resident = _answers.where(needs.c.resident_id == bindparam("resident_id"))
_of_home = (
    _answers.where(
        or_(
            needs.c.household_id == bindparam("home_id"),
            residents.c.household_id == bindparam("home_id"),
        ),
        _home == bindparam("home_id"),
    )
    .order_by(needs.c.answered_at.desc(), needs.c.resident_id.desc())
    .limit(1)
)
_lines = select(lines.c.item_id, lines.c.amount).where(lines.c.resident_id == bindparam("resident_id"))
_place = func.row_number().over(
    partition_by=func.coalesce(_home, -needs.c.resident_id),
    order_by=(needs.c.answered_at.desc(), needs.c.resident_id.desc()),
)
_ranked = (
    select(needs.c.resident_id, needs.c.people, _home.label("home"), _place.label("place"))
    .select_from(needs.join(residents, residents.c.id == needs.c.resident_id))
    .where(residents.c.state == ResidentState.RESIDENT)
    .subquery("ranked")
)
_newest = select(_ranked.c.resident_id, _ranked.c.people, _ranked.c.home).where(_ranked.c.place == 1).cte("newest")
_sums = (
    select(
        lines.c.item_id,
        func.count(),
        func.sum(case((lines.c.amount > 0, 1), else_=0)),
        func.sum(_newest.c.people),
        func.sum(lines.c.amount),
    )
    .select_from(lines.join(_newest, _newest.c.resident_id == lines.c.resident_id))
    .group_by(lines.c.item_id)
)
_everybody = select(func.count()).select_from(residents).where(residents.c.state == ResidentState.RESIDENT)
_at_home = _everybody.where(residents.c.household_id.in_(select(_newest.c.home).correlate(None)))
_whole = select(
    func.count(),
    func.coalesce(func.sum(_newest.c.people), 0),
    _at_home.correlate(None).scalar_subquery() + func.count(case((_newest.c.home.is_(None), 1))),
    _everybody.correlate(None).scalar_subquery(),
).select_from(_newest)

_first, _until = bindparam("first", type_=Date()), bindparam("until", type_=Date())
_made = (
    select(
        batches.c.item_id,
        batches.c.made_on,
        func.sum(batches.c.quantity),
        func.sum(
            select(func.coalesce(func.sum(stock.c.shelf), 0))
            .where(
                stock.c.batch_id == batches.c.id,
                stock.c.kind == StockKind.CORRECTED,
                stock.c.at == batches.c.closed_at,
            )
            .scalar_subquery()
        ),
        func.sum(
            select(func.coalesce(-func.sum(stock.c.shelf), 0))
            .where(stock.c.batch_id == batches.c.id, stock.c.kind == StockKind.SPOILED)
            .scalar_subquery()
        ),
    )
    .where(
        batches.c.ends_at >= bindparam("since"),
        batches.c.made_on >= _first,
        batches.c.made_on < _until,
        batches.c.recalled_at.is_(None),
    )
    .group_by(batches.c.item_id, batches.c.made_on)
)
_put = insert(needs)
_keep = _put.on_conflict_do_update(
    index_elements=["resident_id"],
    set_={name: _put.excluded[name] for name in ("household_id", "people", "answered_at")},
)
_add_line = insert(lines)
_drop_lines = delete(lines).where(lines.c.resident_id == bindparam("b_id"))
_drop = delete(needs).where(needs.c.resident_id == bindparam("b_id"))


async def of_resident(unit: Unit, resident_id: int) -> Answer | None:
    """The answer that somebody gave, for whichever home."""
    row = await unit.first(_of_resident, resident_id=resident_id)
    return None if row is None else Answer(*row)


async def of_home(unit: Unit, home_id: int) -> Answer | None:
    """The answer that counts for a home."""
    row = await unit.first(_of_home, home_id=home_id)
    return None if row is None else Answer(*row)


async def lines_of(unit: Unit, resident_id: int) -> dict[int, int]:
    """How much of each item (its id) somebody's answer asks for in a week; 0: none of it."""
    return {int(row[0]): int(row[1]) for row in await unit.rows(_lines, resident_id=resident_id)}


async def keep(
    unit: Unit, resident_id: int, *, home_id: int | None, people: int, amounts: Mapping[int, int], now: datetime
) -> None:
    """Write somebody's answer in place of the one they gave before; `amounts` by item."""
    await unit.run(_keep, resident_id=resident_id, household_id=home_id, people=people, answered_at=now)
    await unit.run(_drop_lines, b_id=resident_id)
    if amounts:
        rows: list[dict[str, Any]] = [
            {"resident_id": resident_id, "item_id": item_id, "amount": amount} for item_id, amount in amounts.items()
        ]
        await unit.execute(_add_line, rows)


async def withdraw(unit: Unit, resident_id: int) -> bool:
    """Forget somebody's answer. False when there is none."""
    await unit.run(_drop_lines, b_id=resident_id)
    return await unit.run(_drop, b_id=resident_id) == 1


async def sums(unit: Unit) -> dict[int, Answers]:
    """What the newest answers of all homes come to, by item."""
    return {int(row[0]): Answers(*map(int, row[1:])) for row in await unit.rows(_sums)}


async def whole(unit: Unit) -> Whole:
    """How many homes have answered, with how many people and residents, and how many residents there are."""
    row = await unit.first(_whole)
    return Whole(0, 0, 0, 0) if row is None else Whole(*map(int, row))


async def made(unit: Unit, first: date, until: date, *, since: datetime) -> list[Made]:
    """What was made of each item in the weeks from the Monday `first` to before the Monday `until`.

    A batch counts in the week of the day on which it was made, with the quantity that the stock ledger was put right
    to; not what was left of it when it was called off, and not at all while it is recalled. `since` is an instant not
    after the end of the pick-up of any of these batches.
    """
    found: dict[tuple[int, date], tuple[int, int]] = {}
    for item_id, day, quantity, off, spoiled in await unit.rows(_made, first=first, until=until, since=since):
        of = (int(item_id), monday_of(day))
        before = found.get(of, (0, 0))
        found[of] = before[0] + int(quantity) + int(off), before[1] + int(spoiled)
    return [Made(*of, *amounts) for of, amounts in sorted(found.items())]
