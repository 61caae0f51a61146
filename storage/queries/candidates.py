"""Who could step in on a shift: found and ordered roughly by the database, so that only a few are looked at closely.

A big town has hundreds of thousands of residents. The cheap conditions choose those who look best; the dear ones (their
own shifts, their accounts) are asked of these alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, cast, desc, exists, extract, func, or_

from storage.queries.cover import Answer, asks, calls
from storage.queries.mutes import NOT_FOR_SHIFTS
from storage.queries.shifts import of_residents, residents, shifts, signups
from storage.queries.waiting import levels
from storage.sql import bindparam, select
from storage.tables import Account, Exemption, ResidentState, SignupState, table_of
from storage.unit import Unit
from town.cover import MASTERS_FIRST, SKILLED, WISHED, Opening, latest_birth, times_of
from town.limits import MINOR_FROM, caps
from town.places import MASTER
from town.settings import TownSettings
from town.week import at_local, bounds, local, monday_of

accounts, exemptions = table_of(Account), table_of(Exemption)

MOST = 100
"""People who are looked at closely."""

# -- the cheap conditions ----------------------------------------------------------------------------------------------


def _with_topic(name: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a resident has one of the topics of a parameter."""
    listed = of_residents.c.topic_id.in_(bindparam(name, expanding=True))
    return residents.c.id.in_(select(of_residents.c.resident_id).where(listed, *conditions))


_mask = bindparam("mask", type_=Integer)
_is_free = and_(_mask != 0, residents.c.free_times.bitwise_and(_mask) == _mask)
_likes = _with_topic("interests")
_is_skilled = _with_topic("skilled", of_residents.c.level.in_(bindparam("levels", expanding=True)))
_is_master = _with_topic("lacks_masters", of_residents.c.level == MASTER)
_is_wished = _with_topic("wishes")
_quality = case((_is_master, MASTERS_FIRST), (_is_skilled, SKILLED), (_is_wished, WISHED), else_=0)
_speaks = or_(_mask == 0, residents.c.free_times == 0, _is_free, _likes, _is_master, _is_skilled, _is_wished)
_could = or_(bindparam("anybody") == 1, _is_skilled)
_turn = (cast(residents.c.id, BigInteger) * 7919 + cast(bindparam("call_id"), BigInteger) * 104729) % 10007
_on_it = select(signups.c.resident_id).where(signups.c.shift_id == bindparam("shift_id"))
_asked = (
    select(asks.c.resident_id)
    .select_from(asks.join(calls, calls.c.id == asks.c.call_id))
    .where(
        calls.c.shift_id == bindparam("shift_id"),
        or_(asks.c.call_id == bindparam("call_id"), asks.c.answer == Answer.DECLINED),
    )
)
_first = (
    select(
        residents.c.id,
        residents.c.born,
        residents.c.free_times,
        residents.c.joined_at,
        _quality.label("quality"),
        case((_is_free, 1), else_=0).label("is_free"),
        case((_likes, 1), else_=0).label("likes"),
        _turn.label("turn"),
    )
    .where(
        residents.c.state == ResidentState.RESIDENT,
        residents.c.id != bindparam("by"),
        _could,
        _speaks,
        residents.c.id.not_in(_on_it),
        residents.c.id.not_in(_asked),
        residents.c.id.not_in(NOT_FOR_SHIFTS),
    )
    .order_by(desc("quality"), desc("is_free"), desc("likes"), "turn", residents.c.id)
    .limit(bindparam("looked_at"))
    .cte("first")
)

# -- the dear ones -----------------------------------------------------------------------------------------------------

_theirs = and_(
    signups.c.resident_id == _first.c.id,
    signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
    shifts.c.cancelled_at.is_(None),
)
_work = signups.join(shifts, shifts.c.id == signups.c.shift_id)
_in_the_way = (
    exists()
    .select_from(_work)
    .where(
        _theirs,
        or_(
            and_(
                shifts.c.starts_at < bindparam("ends"),
                shifts.c.ends_at > bindparam("starts"),
                signups.c.state == SignupState.HELD,
            ),
            and_(
                shifts.c.starts_at < bindparam("rested_after"),
                shifts.c.ends_at > bindparam("rested_before"),
                or_(shifts.c.starts_at < bindparam("day_from"), shifts.c.starts_at >= bindparam("day_until")),
            ),
        ),
    )
    .correlate(_first)
)


def _minutes(begins: str, ends: str) -> ColumnElement[Any]:
    """Minutes of the shifts that somebody holds or came to between two instants."""
    length = (extract("epoch", shifts.c.ends_at) - extract("epoch", shifts.c.starts_at)) / 60
    between = and_(shifts.c.starts_at >= bindparam(begins), shifts.c.starts_at < bindparam(ends))
    return (
        select(func.coalesce(func.sum(length), 0))
        .select_from(_work)
        .where(_theirs, between)
        .correlate(_first)
        .scalar_subquery()
    )


_is_minor = func.coalesce(_first.c.born > bindparam("minors_after"), False)
_is_too_young = func.coalesce(_first.c.born > bindparam("too_young_after"), False)
_day_room = case((_is_minor, bindparam("minor_day", type_=Integer)), else_=bindparam("most_day", type_=Integer))
_week_room = case((_is_minor, bindparam("minor_week", type_=Integer)), else_=bindparam("most_week", type_=Integer))
_reachable = exists().where(accounts.c.resident_id == _first.c.id, accounts.c.reachable).correlate(_first)
_excused = (
    exists()
    .where(
        exemptions.c.resident_id == _first.c.id,
        exemptions.c.state == "approved",
        exemptions.c.from_week <= bindparam("week"),
        exemptions.c.until_week >= bindparam("week"),
    )
    .correlate(_first)
)
_candidates = (
    select(_first.c.id, _first.c.born, _first.c.free_times, _first.c.joined_at)
    .where(
        _reachable,
        ~_excused,
        ~_in_the_way,
        ~_is_too_young,
        or_(~_is_minor, bindparam("minors") == 1),
        _minutes("day_from", "day_until") <= _day_room,
        _minutes("week_from", "week_until") <= _week_room,
    )
    .order_by(_first.c.quality.desc(), _first.c.is_free.desc(), _first.c.likes.desc(), _first.c.turn, _first.c.id)
    .limit(bindparam("most"))
)


class Row(NamedTuple):
    """Somebody who may be asked, as the residents' table has them."""

    id: int
    born: date | None
    free_times: int
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Sought:
    """What people are sought for: the opening, its project's interest, and who gave the place back (0: nobody)."""

    opening: Opening
    interest: int | None
    by: int


async def find(unit: Unit, sought: Sought, *, settings: TownSettings, looked_at: int) -> list[Row]:
    """At most `MOST` people who may be asked, those who look best first, out of so many who look best of all.

    Never anybody who has or had a sign-up for the shift, was asked in this call, declined in an earlier one, gave the
    place back, is exempt in that week, or cannot be reached; nor anybody whom a rule keeps from it.
    """
    rows = await unit.rows(_candidates, **_params(sought, settings), looked_at=looked_at)
    return [Row(*row) for row in rows]


def _params(sought: Sought, settings: TownSettings) -> dict[str, Any]:
    opening, shift = sought.opening, sought.opening.shift
    zone, rest = settings.tz, timedelta(minutes=settings.rest_minutes)
    starts, ends = local(shift.starts_at, zone), local(shift.ends_at, zone)
    day = starts.date()
    week_from, week_until = bounds(monday_of(day), zone)
    grown_up, young = caps(None, day, settings), caps(day, day, settings)
    same_day = ends.date() == day
    minors = same_day and starts.time() >= MINOR_FROM and ends.time() <= settings.minor_until
    return {
        "call_id": opening.id,
        "shift_id": shift.id,
        "by": sought.by,
        "mask": times_of(shift, zone),
        "interests": [] if sought.interest is None else [sought.interest],
        "skilled": sorted(opening.skilled),
        "levels": levels(settings.skill_proof),
        "lacks_masters": sorted(opening.lacks_masters),
        "wishes": sorted(opening.wishes),
        "anybody": int(opening.general_free > 0 or opening.teaches),
        "starts": shift.starts_at,
        "ends": shift.ends_at,
        "rested_before": shift.starts_at - rest,
        "rested_after": shift.ends_at + rest,
        "day_from": at_local(day, time(), zone),
        "day_until": at_local(day + timedelta(days=1), time(), zone),
        "week_from": week_from,
        "week_until": week_until,
        "week": monday_of(day),
        "minors": int(minors),
        "minors_after": latest_birth(day, settings.adult_age),
        "too_young_after": latest_birth(day, settings.least_age),
        "most_day": grown_up.day - shift.minutes,
        "most_week": grown_up.week - shift.minutes,
        "minor_day": young.day - shift.minutes,
        "minor_week": young.week - shift.minutes,
        "most": MOST,
    }
