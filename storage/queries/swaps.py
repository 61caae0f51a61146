"""Requests to swap shifts or to hand one over.

A request is answered as it was put: the key of its notice has the times of both shifts, so that one whose times have
changed since is found by comparing keys.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Text,
    and_,
    cast,
    exists,
    extract,
    func,
    literal,
    literal_column,
    or_,
    update,
)

from storage.outbox import outbox
from storage.queries.shifts import ShiftRow, projects, residents, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import SignupState, Swap, table_of
from storage.unit import Unit
from town.swaps import Rule, SwapState

swaps = table_of(Swap)


class Part(NamedTuple):
    """One of the shifts of a request. Instants are aware."""

    id: int
    title: str
    project: str
    place: str
    starts_at: datetime
    ends_at: datetime
    project_id: int


class SwapRow(NamedTuple):
    """A request with both names and both shifts; `take` is None where nothing is asked in return."""

    id: int
    from_id: int
    from_name: str
    to_id: int
    to_name: str
    state: str
    asked_at: datetime
    expires_at: datetime
    give: Part
    take: Part | None

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.give,) if self.take is None else (self.give, self.take)

    @property
    def times(self) -> str:
        """When its shifts are, as the key of its notice has it."""
        return times(self.give, self.take)


def times(give: Part | ShiftRow, take: Part | ShiftRow | None) -> str:
    """Start and end of both shifts, in seconds."""
    instants = (give.starts_at, give.ends_at, *((take.starts_at, take.ends_at) if take is not None else ()))
    return ":".join(str(int(instant.timestamp())) for instant in instants)


def asked_key(swap_id: int, of_times: str) -> str:
    """The dedupe key of the notice that asks."""
    return f"swap.asked:{swap_id}:{of_times}"


def subject(swap_id: int) -> str:
    """What the notice that asks is filed under, so that it can be withdrawn."""
    return f"swap:{swap_id}"


_asker, _asked = residents.alias("asker"), residents.alias("asked")
_give, _take = shifts.alias("give"), shifts.alias("take")
_give_project, _take_project = projects.alias("give_project"), projects.alias("take_project")
_giving, _taking = signups.alias("giving"), signups.alias("taking")


def _part(table: Any, project: Any) -> list[Any]:
    return [
        table.c.id,
        table.c.title,
        project.c.name,
        table.c.place,
        table.c.starts_at,
        table.c.ends_at,
        table.c.project_id,
    ]


def _seconds(column: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(cast(extract("epoch", column), BigInteger()), Text())


OPEN = swaps.c.state == literal_column(f"'{SwapState.ASKED.value}'")
"""Of a request that waits for its answer. As a literal, so that the database sees that its index of these serves."""

_columns = [
    swaps.c.id,
    swaps.c.from_id,
    _asker.c.name,
    swaps.c.to_id,
    _asked.c.name,
    swaps.c.state,
    swaps.c.asked_at,
    swaps.c.expires_at,
    *_part(_give, _give_project),
    *_part(_take, _take_project),
]
_source = (
    swaps.join(_asker, _asker.c.id == swaps.c.from_id)
    .join(_asked, _asked.c.id == swaps.c.to_id)
    .join(_give, _give.c.id == swaps.c.give_shift_id)
    .join(_give_project, _give_project.c.id == _give.c.project_id)
    .outerjoin(_take, _take.c.id == swaps.c.take_shift_id)
    .outerjoin(_take_project, _take_project.c.id == _take.c.project_id)
)
_all = select(*_columns).select_from(_source).order_by(swaps.c.id)
_one = _all.where(swaps.c.id == bindparam("swap_id"))
_of_resident = _all.where(
    OPEN,
    swaps.c.expires_at > bindparam("now"),
    or_(swaps.c.from_id == bindparam("resident_id"), swaps.c.to_id == bindparam("resident_id")),
)
_same_place = _all.where(
    OPEN, swaps.c.from_id == bindparam("resident_id"), swaps.c.give_shift_id == bindparam("shift_id")
)
_count = (
    select(func.count())
    .select_from(swaps)
    .where(OPEN, swaps.c.from_id == bindparam("resident_id"), swaps.c.expires_at > bindparam("now"))
)
_ask = insert(swaps).on_conflict_do_nothing().returning(swaps.c.id)
_settle = (
    update(swaps)
    .where(swaps.c.id == bindparam("b_id"), OPEN)
    .values(state=bindparam("b_state"), answered_at=bindparam("b_now"))
)
_key_now = (
    literal("swap.asked:")
    + cast(swaps.c.id, Text())
    + ":"
    + _seconds(_give.c.starts_at)
    + ":"
    + _seconds(_give.c.ends_at)
    + func.coalesce(literal(":") + _seconds(_take.c.starts_at) + ":" + _seconds(_take.c.ends_at), "")
)
_as_asked = exists().where(outbox.c.dedupe_key == _key_now).correlate(swaps, _give, _take)
_lapsed = (
    select(
        *_columns,
        _give.c.cancelled_at,
        _take.c.cancelled_at,
        _giving.c.state,
        _taking.c.state,
        _as_asked,
    )
    .select_from(
        _source.outerjoin(
            _giving, and_(_giving.c.shift_id == swaps.c.give_shift_id, _giving.c.resident_id == swaps.c.from_id)
        ).outerjoin(_taking, and_(_taking.c.shift_id == swaps.c.take_shift_id, _taking.c.resident_id == swaps.c.to_id))
    )
    .where(
        OPEN,
        or_(
            swaps.c.expires_at <= bindparam("now"),
            _give.c.cancelled_at.is_not(None),
            _take.c.cancelled_at.is_not(None),
            func.coalesce(_giving.c.state, "") != SignupState.HELD,
            and_(swaps.c.take_shift_id.is_not(None), func.coalesce(_taking.c.state, "") != SignupState.HELD),
            ~_as_asked,
        ),
    )
)
_lapsed_locked = _lapsed.with_for_update(of=swaps, skip_locked=True)
_was_asked = exists().where(outbox.c.dedupe_key == bindparam("key")).select()
_next_expiry = select(func.min(swaps.c.expires_at)).where(OPEN)


class Lapsed(NamedTuple):
    """A request that can no longer be answered, and why: the rule (None when it ran out) and the shift it is about."""

    swap: SwapRow
    rule: Rule | None
    part: Part


async def ask(
    unit: Unit, *, from_id: int, to_id: int, give: int, take: int | None, now: datetime, expires_at: datetime
) -> int | None:
    """Write a request; its id, or None when these two have one about this shift already."""
    found = await unit.value(
        _ask,
        from_id=from_id,
        to_id=to_id,
        give_shift_id=give,
        take_shift_id=take,
        state=SwapState.ASKED.value,
        asked_at=now,
        expires_at=expires_at,
    )
    return None if found is None else int(found)


async def get(unit: Unit, swap_id: int) -> SwapRow | None:
    row = await unit.first(_one, swap_id=swap_id)
    return None if row is None else _swap(row)


async def open_of(unit: Unit, resident_id: int, now: datetime) -> list[SwapRow]:
    """The open requests by and to a resident, the oldest first."""
    return [_swap(row) for row in await unit.rows(_of_resident, resident_id=resident_id, now=now)]


async def about_place(unit: Unit, resident_id: int, shift_id: int) -> list[SwapRow]:
    """The open requests in which a resident gives this very place."""
    return [_swap(row) for row in await unit.rows(_same_place, resident_id=resident_id, shift_id=shift_id)]


async def count_open(unit: Unit, resident_id: int, now: datetime) -> int:
    """How many requests of a resident are open."""
    return int(await unit.value(_count, resident_id=resident_id, now=now))


async def settle(unit: Unit, swap_id: int, state: SwapState, now: datetime) -> bool:
    """Write what became of an open request. False when it was settled before."""
    return await unit.run(_settle, b_id=swap_id, b_state=state.value, b_now=now) == 1


async def as_asked(unit: Unit, swap: SwapRow) -> bool:
    """Whether both shifts are still at the times that were named when it was asked."""
    return bool(await unit.value(_was_asked, key=asked_key(swap.id, swap.times)))


async def lapsed(unit: Unit, now: datetime) -> list[Lapsed]:
    """The open requests whose time is over, or that are about what is no more so.

    Their rows are locked, but for those that somebody is just answering: these are looked at the next time.
    """
    found = await unit.rows(_lapsed if unit.is_sqlite else _lapsed_locked, now=now)
    there = [_why(_swap(row), *row[len(_columns) :]) for row in found]
    return sorted(there, key=lambda one: one.swap.id)  # here: in the database it would go through all there ever were


async def next_expiry(unit: Unit) -> datetime | None:
    """When the next request runs out."""
    found: datetime | None = await unit.value(_next_expiry)
    return found


def _why(
    swap: SwapRow,
    give_cancelled: datetime | None,
    take_cancelled: datetime | None,
    giving: str | None,
    taking: str | None,
    as_asked: bool,
) -> Lapsed:
    if give_cancelled is not None:
        return Lapsed(swap, Rule.CANCELLED, swap.give)
    if swap.take is not None and take_cancelled is not None:
        return Lapsed(swap, Rule.CANCELLED, swap.take)
    if giving != SignupState.HELD:
        return Lapsed(swap, Rule.NOT_HELD, swap.give)
    if swap.take is not None and taking != SignupState.HELD:
        return Lapsed(swap, Rule.NOT_HELD, swap.take)
    if not as_asked:
        return Lapsed(swap, Rule.CHANGED, swap.give)
    return Lapsed(swap, None, swap.give)


def _swap(row: Row[*tuple[Any, ...]]) -> SwapRow:
    values: tuple[Any, ...] = tuple(row)
    at, width = len(SwapRow._fields) - 2, len(Part._fields)
    give, take = values[at : at + width], values[at + width : at + 2 * width]
    return SwapRow._make([*values[:at], Part(*give), None if take[0] is None else Part(*take)])
