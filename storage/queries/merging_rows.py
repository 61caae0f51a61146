"""The journal of a merge: each row that it changes, takes away or adds is written down, so that it can go back.

A row goes back when it is still as the merge left it. Rows about one thing ("shift:12", "poll:3") go back together or
stay together, so that no ballot is left without its elector.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Table, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.sql import bindparam, insert, select
from storage.tables import MergeChange, metadata, table_of
from storage.unit import Unit

changes = table_of(MergeChange)

Values = dict[str, Any]


class Journal:
    """Writes for a merge, and writes down how everything was."""

    def __init__(self, unit: Unit, *, merge_id: int, kept: int, gone: int, now: datetime) -> None:
        self.unit = unit
        self.merge_id = merge_id
        self.kept = kept
        self.gone = gone
        self.now = now

    @property
    def both(self) -> tuple[int, int]:
        return self.kept, self.gone

    async def rows(self, table: Table, *conditions: ColumnElement[bool]) -> list[Values]:
        """The rows under some conditions, locked one after the other in the order of their keys."""
        statement = select(table).where(*conditions).order_by(*table.primary_key.columns)
        found = await self.unit.rows(statement if self.unit.is_sqlite else statement.with_for_update(of=table))
        return [dict(row._mapping) for row in found]

    async def pairs(self, table: Table, column: str, other: str, *conditions: ColumnElement[bool]) -> list[Pair]:
        """What either of the two has, by another column that is unique for each of them, in its order."""
        found = await self.rows(table, table.c[column].in_(self.both), *conditions)
        keys = sorted({row[other] for row in found if row[column] == self.gone})
        return [Pair(key, *(_of(found, column, who, other, key) for who in self.both)) for key in keys]

    async def change(
        self, table: Table, rows: Sequence[Values], *, thing: str = "", watch: Collection[str] = (), **columns: Any
    ) -> None:
        """Write the same into some rows. `watch`: the columns that must be as left for it to go back; else all."""
        await self.each(table, [(row, columns) for row in rows], thing=thing, watch=watch)

    async def move(self, table: Table, column: str, *conditions: ColumnElement[bool], kind: str = "") -> None:
        """Make the kept one's what is the other's in this column. `kind` and the id of a row name its thing."""
        for row in await self.rows(table, table.c[column] == self.gone, *conditions):
            thing = f"{kind}:{row['id']}" if kind else ""
            moved: Values = {column: self.kept}
            await self.change(table, [row], thing=thing, **moved)

    async def each(
        self, table: Table, pairs: Iterable[tuple[Values, Values]], *, thing: str = "", watch: Collection[str] = ()
    ) -> None:
        """Write some columns into each row, which are the same ones for all."""
        given = list(pairs)
        if not given:
            return
        keys = [column.name for column in table.primary_key.columns]
        names = sorted(given[0][1])
        statement = (
            update(table)
            .where(*(table.c[key] == bindparam(f"k_{key}") for key in keys))
            .values({name: bindparam(f"b_{name}", type_=table.c[name].type) for name in names})
        )
        rows = [
            {f"k_{key}": row[key] for key in keys} | {f"b_{name}": new[name] for name in names} for row, new in given
        ]
        await self.unit.execute(statement, rows)
        notes = []
        for row, new in given:
            left = row | new
            left = {name: left[name] for name in {*watch, *keys}} if watch else left
            notes.append(self._note(table, row, {name: row[name] for name in names}, left, thing))
        await self.unit.execute(insert(changes), notes)

    async def take(self, table: Table, rows: Sequence[Values], *, thing: str = "") -> None:
        """Take rows away."""
        for row in rows:
            await self.unit.execute(delete(table).where(*_is(table, row)))
        if rows:
            await self.unit.execute(insert(changes), [self._note(table, row, row, None, thing) for row in rows])

    async def add(self, table: Table, row: Values, *, thing: str = "") -> None:
        """Write a row that was not there."""
        await self.unit.execute(insert(table), row)
        await self.unit.execute(insert(changes), [self._note(table, row, None, row, thing)])

    async def write_down(self, table: Table, row: Values, told: Values, *, thing: str) -> None:
        """Write down what no row can tell: `told` is for whoever makes it undone (see `Special`)."""
        note = {"merge_id": self.merge_id, "table_name": table.name, "what": thing}
        key = {"row_key": json.dumps({"id": row["id"]}), "before": json.dumps({"told": told})}
        await self.unit.execute(insert(changes), [note | key])

    def _note(self, table: Table, row: Values, was: Values | None, left: Values | None, thing: str) -> Values:
        key = {column.name: row[column.name] for column in table.primary_key.columns}
        return {
            "merge_id": self.merge_id,
            "table_name": table.name,
            "what": thing,
            "row_key": json.dumps(_plain(key)),
            "before": json.dumps({"was": _plain(was), "left": _plain(left)}, ensure_ascii=False),
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """What the two have of one thing: the kept one's row, None without one, and that of the one who is gone."""

    key: Any
    kept: Values | None
    gone: Values | None

    @property
    def mine(self) -> Values:
        """The row of the one who is gone, which `Journal.pairs` always finds."""
        if self.gone is None:
            raise LookupError(f"nothing of the one who is gone for {self.key}")
        return self.gone


def _of(rows: Sequence[Values], column: str, who: int, other: str, key: Any) -> Values | None:
    return next((row for row in rows if row[column] == who and row[other] == key), None)


# -- going back --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a merge did to one row: `was` and `left` are columns before and after; None where there was no row.

    `told` is what `Journal.write_down` was given, where it is none of a row's own.
    """

    table: Table
    key: Values
    was: Values | None
    left: Values | None
    told: Values | None

    @property
    def key_left(self) -> Values:
        """The key of the row as the merge left it."""
        names = [column.name for column in self.table.primary_key.columns]
        return {name: (self.left or {}).get(name, self.key[name]) for name in names}


@dataclass(frozen=True, slots=True)
class Thing:
    """Changes that go back together, the latest first. `kind` and `id` are of "shift:12"; "" and 0 for a row alone."""

    kind: str
    id: int
    changes: tuple[Change, ...]


Special = Callable[[Unit, Thing, datetime], Awaitable[bool]]
"""Does, before the rows of a thing go back, what is counted elsewhere. False: it cannot, and all of it stays."""

_of_merge = select(changes).where(changes.c.merge_id == bindparam("merge_id")).order_by(changes.c.id.desc())
_forget = delete(changes).where(changes.c.merge_id.in_(bindparam("b_merges", expanding=True)))


async def things(unit: Unit, merge_id: int) -> list[Thing]:
    """What a merge has changed, by thing, the latest first."""
    by_name: dict[str, list[Change]] = {}
    for row in await unit.rows(_of_merge, merge_id=merge_id):
        table, told = metadata.tables[row.table_name], json.loads(row.before)
        change = Change(
            table=table,
            key=_real(table, json.loads(row.row_key)) or {},
            was=_real(table, told.get("was")),
            left=_real(table, told.get("left")),
            told=told.get("told"),
        )
        by_name.setdefault(row.what or f"{row.table_name} {row.row_key}", []).append(change)
    return [_thing(name, found) for name, found in by_name.items()]


def _thing(name: str, found: Sequence[Change]) -> Thing:
    kind, colon, number = name.partition(":")
    is_named = bool(colon) and number.isdecimal()
    return Thing(kind if is_named else "", int(number) if is_named else 0, tuple(found))


async def go_back(unit: Unit, thing: Thing, special: Special | None, now: datetime) -> bool:
    """Make a thing undone. False, and all of it stays: a row is not as the merge left it, or another is in its way.

    The latter is what a unique key says: a proxy that was ended by the merge, say, and given to somebody else since.
    """
    rows = [change for change in thing.changes if change.told is None]
    if not await _all_as_left(unit, rows):
        return False
    try:
        async with unit.connection.begin_nested():
            if special is not None and not await special(unit, thing, now):
                return False
            for change in rows:
                await _put_back(unit, change)
    except IntegrityError:
        return False
    return True


async def _all_as_left(unit: Unit, rows: Sequence[Change]) -> bool:
    """Whether each row is as the merge left it; one that it changed several times, after the last of them."""
    seen: dict[str, Values | None] = {}
    for change in rows:
        name = _name(change.table, change.key_left)
        current = seen[name] if name in seen else await _current(unit, change.table, change.key_left)
        if not _is_as_left(change, current):
            return False
        seen[name] = None
        before = None if change.was is None else (current or {}) | change.was
        seen[_name(change.table, change.key)] = before
    return True


def _is_as_left(change: Change, current: Values | None) -> bool:
    if change.left is None or current is None:
        return change.left is None and current is None
    return all(current[name] == value for name, value in change.left.items())


async def _current(unit: Unit, table: Table, key: Values) -> Values | None:
    statement = select(table).where(*_is(table, key))
    row = await unit.first(statement if unit.is_sqlite else statement.with_for_update(of=table))
    return None if row is None else dict(row._mapping)


async def _put_back(unit: Unit, change: Change) -> None:
    at = _is(change.table, change.key_left)
    if change.was is None:
        await unit.execute(delete(change.table).where(*at))
    elif change.left is None:
        await unit.execute(insert(change.table), change.was)
    else:
        await unit.execute(update(change.table).where(*at).values(change.was))


async def forget(unit: Unit, merge_ids: Collection[int]) -> int:
    """Forget what some merges changed; how many rows that were."""
    return await unit.run(_forget, b_merges=sorted(merge_ids)) if merge_ids else 0


# -- parts -------------------------------------------------------------------------------------------------------------


def _is(table: Table, row: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [column == row[column.name] for column in table.primary_key.columns]


def _name(table: Table, key: Mapping[str, Any]) -> str:
    return f"{table.name} {json.dumps(_plain(dict(key)), sort_keys=True)}"


def _plain(values: Mapping[str, Any] | None) -> Values | None:
    """Columns as JSON keeps them."""
    if values is None:
        return None
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in values.items()}


def _real(table: Table, values: Mapping[str, Any] | None) -> Values | None:
    """Columns as the database gives them."""
    return None if values is None else {name: _read(table.c[name], one) for name, one in values.items()}


def _read(column: Column[Any], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
