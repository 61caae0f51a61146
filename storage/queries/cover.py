"""Cover calls: which are open, who was asked and what they said. Whoever changes a call holds its shift's row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, update

from storage.queries.shifts import shifts
from storage.sql import bindparam, insert, select
from storage.tables import CoverAsk, CoverCall, table_of
from storage.unit import Unit

calls, asks = table_of(CoverCall), table_of(CoverAsk)


class Outcome(StrEnum):
    """How a call ended: all places taken; the shift is cancelled or begun; everybody was asked, or time was up; the
    shift has another time, for which people are asked anew."""

    FILLED = "filled"
    GONE = "gone"
    NOBODY = "nobody"
    MOVED = "moved"


class Answer(StrEnum):
    """What somebody said who was asked; `LATE`: the place was gone."""

    NONE = ""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LATE = "late"


class Call(NamedTuple):
    """A cover call; see `storage.tables.CoverCall`."""

    id: int
    shift_id: int
    wanted: int
    rounds: int
    next_at: datetime
    closed_at: datetime | None
    outcome: str = ""


class Asked(NamedTuple):
    """A cover call, and what one person said in it: None when they were never asked."""

    call: Call
    answer: str | None


class Told(NamedTuple):
    """How many were asked in a call, and how many of them declined."""

    asked: int
    declined: int


_columns = tuple(calls.c[name] for name in Call._fields)
_OPEN = calls.c.closed_at.is_(None)
_open_of = select(*_columns).where(calls.c.shift_id == bindparam("shift_id"), _OPEN)
_open_of_many = select(calls.c.shift_id).where(
    calls.c.shift_id.in_(bindparam("shifts", expanding=True)), _OPEN, calls.c.rounds > 0
)
_asked = (
    select(*_columns, asks.c.answer)
    .select_from(calls.outerjoin(asks, and_(asks.c.call_id == calls.c.id, asks.c.resident_id == bindparam("me"))))
    .where(calls.c.id == bindparam("call_id"))
)
_begin = insert(calls).returning(calls.c.id)
_this = calls.c.id == bindparam("b_call")
_set_wanted = update(calls).where(_this, _OPEN).values(wanted=bindparam("b_wanted"))
_put_off = update(calls).where(_this, _OPEN).values(next_at=bindparam("b_at"))
_next_round = _put_off.values(rounds=calls.c.rounds + 1)
_close = update(calls).where(_this, _OPEN).values(closed_at=bindparam("b_now"), outcome=bindparam("b_outcome"))
_filled = case((calls.c.wanted <= 1, bindparam("b_now", type_=calls.c.closed_at.type)))
_taken = (
    update(calls)
    .where(_this, _OPEN)
    .values(
        wanted=case((calls.c.wanted <= 1, 0), else_=calls.c.wanted - 1),
        closed_at=_filled,
        outcome=case((calls.c.wanted <= 1, Outcome.FILLED.value), else_=""),
    )
    .returning(calls.c.wanted)
)
_mine = (asks.c.call_id == bindparam("b_call"), asks.c.resident_id == bindparam("b_me"))
_answer = (
    update(asks)
    .where(*_mine, asks.c.answer != Answer.ACCEPTED)
    .values(answer=bindparam("b_answer"), answered_at=bindparam("b_now"))
)
_silent = (
    select(func.count())
    .select_from(asks)
    .where(asks.c.call_id == bindparam("call_id"), asks.c.round == bindparam("round"), asks.c.answer == Answer.NONE)
)
_told = (
    select(func.count(), func.coalesce(func.sum(case((asks.c.answer == Answer.DECLINED, 1), else_=0)), 0))
    .select_from(asks)
    .where(asks.c.call_id == bindparam("call_id"))
)
_due = (
    select(*_columns)
    .select_from(calls.join(shifts, shifts.c.id == calls.c.shift_id))
    .where(
        _OPEN,
        or_(
            calls.c.next_at <= bindparam("now"),
            shifts.c.taken >= shifts.c.places,
            shifts.c.cancelled_at.is_not(None),
            shifts.c.starts_at <= bindparam("last"),
        ),
    )
    .order_by(calls.c.next_at, calls.c.id)
    .limit(bindparam("most"))
)
_next_due = (
    select(func.min(calls.c.next_at), func.min(shifts.c.starts_at))
    .select_from(calls.join(shifts, shifts.c.id == calls.c.shift_id))
    .where(_OPEN)
)


def subject(call_id: int) -> str:
    """What the asks of a call are filed under, so that they can be withdrawn."""
    return f"cover:{call_id}"


async def open_of(unit: Unit, shift_id: int) -> Call | None:
    """The open call of a shift; there is at most one."""
    row = await unit.first(_open_of, shift_id=shift_id)
    return None if row is None else Call(*row)


async def asking_for(unit: Unit, shift_ids: Collection[int]) -> frozenset[int]:
    """Those of some shifts for which people have been asked and the call is still open."""
    if not shift_ids:
        return frozenset()
    return frozenset(row[0] for row in await unit.rows(_open_of_many, shifts=sorted(shift_ids)))


async def asked(unit: Unit, call_id: int, resident_id: int) -> Asked | None:
    """A call, open or not, and what somebody said in it."""
    row = await unit.first(_asked, call_id=call_id, me=resident_id)
    return None if row is None else Asked(Call(*row[:-1]), row[-1])


async def begin(unit: Unit, shift_id: int, *, wanted: int, now: datetime, next_at: datetime) -> Call:
    """Open a call for a shift that has none."""
    values = {"shift_id": shift_id, "wanted": wanted, "rounds": 0, "opened_at": now, "next_at": next_at, "outcome": ""}
    call_id = int(await unit.value(_begin, **values))
    return Call(call_id, shift_id, wanted, 0, next_at, None)


async def want(unit: Unit, call: Call, wanted: int) -> Call:
    """Look for so many people in an open call."""
    if wanted != call.wanted:
        await unit.run(_set_wanted, b_call=call.id, b_wanted=wanted)
    return call._replace(wanted=wanted)


async def put_off(unit: Unit, call: Call, at: datetime) -> Call:
    """Ask the next people at another moment."""
    await unit.run(_put_off, b_call=call.id, b_at=at)
    return call._replace(next_at=at)


async def ask(unit: Unit, call: Call, residents: Collection[int], *, now: datetime, next_at: datetime) -> Call:
    """Write down who is asked in the next round, and when the one after it is due."""
    number = call.rounds + 1
    await unit.execute(
        insert(asks),
        [
            {"call_id": call.id, "resident_id": one, "round": number, "asked_at": now, "answer": Answer.NONE.value}
            for one in sorted(residents)
        ],
    )
    await unit.run(_next_round, b_call=call.id, b_at=next_at)
    return call._replace(rounds=number, next_at=next_at)


async def answer(unit: Unit, call_id: int, resident_id: int, said: Answer, now: datetime) -> bool:
    """Write down what somebody said. False when they were not asked, or have accepted before."""
    return await unit.run(_answer, b_call=call_id, b_me=resident_id, b_answer=said.value, b_now=now) == 1


async def silent(unit: Unit, call: Call) -> int:
    """How many of those asked last have not answered yet."""
    return int(await unit.value(_silent, call_id=call.id, round=call.rounds))


async def told(unit: Unit, call_id: int) -> Told:
    """How many were asked, and declined."""
    row = await unit.first(_told, call_id=call_id)
    return Told(0, 0) if row is None else Told(int(row[0]), int(row[1]))


async def taken(unit: Unit, call_id: int, now: datetime) -> int | None:
    """One place of an open call is taken: how many it still looks for. With none left it is closed; None if it was."""
    found: int | None = await unit.value(_taken, b_call=call_id, b_now=now)
    return found


async def close(unit: Unit, call_id: int, outcome: Outcome, now: datetime) -> bool:
    """End a call. False when it was ended before."""
    return await unit.run(_close, b_call=call_id, b_outcome=outcome.value, b_now=now) == 1


async def due(unit: Unit, now: datetime, last_call: timedelta, most: int) -> list[Call]:
    """The open calls that have something to be done: by the clock, or because of what became of their shift."""
    rows = await unit.rows(_due, now=now, last=now + last_call, most=most)
    return [Call(*row) for row in rows]


async def next_due(unit: Unit, last_call: timedelta) -> datetime | None:
    """When an open call next has something to be done by the clock."""
    row = await unit.first(_next_due)
    if row is None or row[0] is None:
        return None
    soonest: datetime = min(row[0], row[1] - last_call)
    return soonest
