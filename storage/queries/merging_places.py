"""Of two residents who are one: their places on shifts, standing sign-ups, and what was asked of them about shifts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_

from storage.queries.contests import contests
from storage.queries.cover import asks
from storage.queries.merging_rows import Journal, Values
from storage.queries.plans import lines
from storage.queries.shifts import shifts, signups
from storage.queries.standing_signups import standing
from storage.queries.swaps import swaps
from storage.sql import bindparam, select
from storage.tables import SignupState
from storage.unit import Unit
from town.hours import ContestState
from town.merging import better_place
from town.places import Kind

COUNTED = (SignupState.HELD, SignupState.OFFERED)
ACTIVE = (*COUNTED, SignupState.WAITING)
PLACED = (*COUNTED, SignupState.ATTENDED, SignupState.MISSED)
"""Who is counted in a shift's `taken`, before it and after."""

LET_GO: Values = {
    "state": SignupState.RELEASED.value,
    "coming_at": None,
    "waiting_since": None,
    "offer": "",
    "offer_until": None,
    "checked_in_at": None,
}
_CONTENT = (
    *("state", "skill_id", "learner", "joined_at", "coming_at", "waiting_since"),
    *("offer", "offer_until", "checked_in_at"),
)


class Freed(NamedTuple):
    """A place that one person had twice: it is counted as taken until it is passed on."""

    shift_id: int
    kind: Kind


class Both(NamedTuple):
    """A shift that both have to do with, and how each stands there."""

    title: str
    starts_at: datetime
    kept: str
    gone: str


class Overlap(NamedTuple):
    """Two shifts at one time, a place on each of which is held by one of the two."""

    kept: str
    gone: str
    starts_at: datetime


_mine, _theirs, _other = signups.alias("mine"), signups.alias("theirs"), shifts.alias("other")
_of_two = (_mine.c.resident_id == bindparam("kept_id"), _theirs.c.resident_id == bindparam("gone_id"))
_both = (
    select(shifts.c.title, shifts.c.starts_at, _mine.c.state, _theirs.c.state)
    .select_from(shifts.join(_mine, _mine.c.shift_id == shifts.c.id).join(_theirs, _theirs.c.shift_id == shifts.c.id))
    .where(
        *_of_two,
        _theirs.c.state.in_([*ACTIVE, SignupState.ATTENDED]),
        _mine.c.state.in_([*ACTIVE, SignupState.ATTENDED]),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_overlaps = (
    select(shifts.c.title, _other.c.title, _other.c.starts_at)
    .select_from(
        _mine.join(shifts, shifts.c.id == _mine.c.shift_id)
        .join(_theirs, _theirs.c.shift_id != _mine.c.shift_id)
        .join(_other, _other.c.id == _theirs.c.shift_id)
    )
    .where(
        *_of_two,
        _mine.c.state == SignupState.HELD,
        _theirs.c.state == SignupState.HELD,
        shifts.c.starts_at < _other.c.ends_at,
        _other.c.starts_at < shifts.c.ends_at,
        shifts.c.ends_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
        _other.c.cancelled_at.is_(None),
    )
    .order_by(_other.c.starts_at, _other.c.id)
)
_of_gone = (
    select(shifts.c.id)
    .where(
        shifts.c.id.in_(
            select(signups.c.shift_id).where(
                signups.c.resident_id == bindparam("gone_id"), signups.c.state != SignupState.RELEASED
            )
        )
    )
    .order_by(shifts.c.id)
    .with_for_update()
)
_coming = (
    select(func.count())
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(
        signups.c.resident_id == bindparam("gone_id"),
        signups.c.state.in_(ACTIVE),
        shifts.c.starts_at > bindparam("now"),
    )
)


async def both(unit: Unit, *, kept: int, gone: int) -> list[Both]:
    """The shifts that both are on, wait for or came to, the earliest first."""
    return [Both(*row) for row in await unit.rows(_both, kept_id=kept, gone_id=gone)]


async def overlaps(unit: Unit, *, kept: int, gone: int, now: datetime) -> list[Overlap]:
    """The coming shifts on which they hold places at one time."""
    return [Overlap(*row) for row in await unit.rows(_overlaps, kept_id=kept, gone_id=gone, now=now)]


async def count(unit: Unit, gone: int, now: datetime) -> int:
    """How many coming shifts somebody is on, or waits for."""
    return int(await unit.value(_coming, gone_id=gone, now=now))


async def lock_shifts(unit: Unit, gone: int) -> None:
    """Have the places and hours of all shifts that somebody has to do with stay as they are."""
    if not unit.is_sqlite:
        await unit.rows(_of_gone, gone_id=gone)


async def make_one(journal: Journal) -> list[Freed]:
    """Give the sign-ups of both to the kept one. The places that are one too many are for the caller to pass on.

    Nothing is left of the other where both were, whatever came of it: hours written down there would be nobody's.
    """
    freed = []
    for pair in await journal.pairs(signups, "resident_id", "shift_id"):
        thing = f"shift:{pair.key}"
        if pair.kept is None:
            await journal.change(signups, [pair.mine], thing=thing, resident_id=journal.kept)
            continue
        spare, holder = pair.mine, pair.mine
        if better_place(pair.kept["state"], pair.mine["state"]):
            spare = pair.kept
            content = {name: pair.mine[name] for name in _CONTENT}
            await journal.change(signups, [pair.kept], thing=thing, **content)
        given_up = {name: spare[name] for name in _CONTENT} | LET_GO
        if any(given_up[name] != holder[name] for name in _CONTENT):
            await journal.change(signups, [holder], thing=thing, **given_up)
        if spare["state"] in PLACED:
            freed.append(Freed(pair.key, Kind(spare["skill_id"], spare["learner"])))
    await _standing(journal)
    await _asked(journal)
    return freed


async def _standing(journal: Journal) -> None:
    for pair in await journal.pairs(standing, "resident_id", "series_id"):
        thing = f"standing:{pair.key}"
        if pair.kept is None:
            await journal.change(standing, [pair.mine], thing=thing, resident_id=journal.kept)
        elif pair.mine["ended_at"] is None:
            if pair.kept["ended_at"] is not None:
                since = pair.mine["since"]
                await journal.change(standing, [pair.kept], thing=thing, since=since, ended_at=None)
            await journal.change(standing, [pair.mine], thing=thing, ended_at=journal.now)


async def _asked(journal: Journal) -> None:
    for pair in await journal.pairs(asks, "resident_id", "call_id"):
        if pair.kept is None:
            await journal.change(asks, [pair.mine], resident_id=journal.kept)
    for row in await journal.rows(lines, lines.c.resident_id == journal.gone):
        same = (lines.c.plan_id == row["plan_id"], lines.c.shift_id == row["shift_id"])
        ended = {"proposed": "removed", "offered": "lapsed"}.get(row["state"])
        if not await journal.rows(lines, *same, lines.c.resident_id == journal.kept):
            await journal.change(lines, [row], thing=f"shift:{row['shift_id']}", resident_id=journal.kept)
        elif ended is not None:
            await journal.change(lines, [row], thing=f"shift:{row['shift_id']}", state=ended)
    await _swaps(journal)
    for row in await journal.rows(contests, contests.c.resident_id == journal.gone):
        await _contest(journal, row)
    await journal.move(contests, "first_by", contests.c.state == ContestState.OPEN)


async def _swaps(journal: Journal) -> None:
    """Requests that are open: nobody asks themself, and nobody asks the same twice."""
    asked = swaps.c.state == "asked"
    kept, gone = journal.kept, journal.gone
    mine = or_(swaps.c.from_id == gone, swaps.c.to_id == gone)
    for row in await journal.rows(swaps, asked, mine):
        from_id, to_id = (kept if row[name] == gone else row[name] for name in ("from_id", "to_id"))
        same = and_(swaps.c.from_id == from_id, swaps.c.to_id == to_id, swaps.c.give_shift_id == row["give_shift_id"])
        if from_id == to_id or await journal.rows(swaps, asked, same):
            await journal.change(swaps, [row], state="withdrawn", answered_at=journal.now)
        else:
            await journal.change(swaps, [row], from_id=from_id, to_id=to_id)


async def _contest(journal: Journal, row: Values) -> None:
    thing = f"shift:{row['shift_id']}" if row["shift_id"] is not None else f"report:{row['report_id']}"
    of_shift = (contests.c.shift_id == row["shift_id"], contests.c.resident_id == journal.kept)
    taken = row["shift_id"] is not None and await journal.rows(contests, *of_shift)
    if not taken and row["decided_by"] != journal.kept:
        await journal.change(contests, [row], thing=thing, resident_id=journal.kept)
    elif row["state"] == ContestState.OPEN:
        ended: Values = {"state": ContestState.DISMISSED.value, "decided_at": journal.now}
        await journal.change(contests, [row], thing=thing, **ended)
