"""Warnings, and what follows from them: who has the benefits, who was told that they ended, and that they are back.

A warning is the note of a week, as the outbox keeps it: one that was sent, or that nobody could be reached with. One
that came too late and was dropped is none; nor is one that WhatsApp held back until its reader writes: whoever has done
nothing but be silent for a day is not to lose by that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Insert, Integer, Text, and_, cast, exists, func, or_, true

from storage import fanout
from storage.outbox import UNREACHED, outbox
from storage.queries.hours import entries
from storage.queries.standing import WEEK, each_reckoned, params, residents, standings
from storage.sql import bindparam, select
from storage.tables import OutboxState
from storage.unit import Unit
from town.settings import TownSettings
from town.standing import Standing

NOTE, ENDED, SPARED, BACK = "standing.note", "standing.ended", "standing.spared", "standing.back"

IS_WARNING = or_(
    outbox.c.state == OutboxState.SENT,
    and_(outbox.c.state == OutboxState.FAILED, outbox.c.detail == UNREACHED),
)
"""Of a note: it is a warning."""


def note_key(week: date, resident_id: int | str) -> str:
    """The dedupe key of a week's note."""
    return f"{NOTE}:{week}:{resident_id}"


def _warned(resident: ColumnElement[int], prefix: str) -> ColumnElement[bool]:
    """Whether somebody was warned in the week that the parameter `prefix` names (`note_key` without a resident)."""
    key = bindparam(prefix, type_=Text()) + cast(resident, Text())
    return exists().where(outbox.c.dedupe_key == key, IS_WARNING).correlate_except(outbox)


# -- one resident ------------------------------------------------------------------------------------------------------

_noted = select(outbox.c.dedupe_key).where(
    outbox.c.resident_id == bindparam("resident_id"), outbox.c.notice == NOTE, IS_WARNING
)


async def weeks_warned(unit: Unit, resident_id: int) -> frozenset[date]:
    """The Mondays of the weeks in which somebody was warned, as far back as notices are kept."""
    rows = await unit.rows(_noted, resident_id=resident_id)
    return frozenset(date.fromisoformat(row.dedupe_key.split(":")[1]) for row in rows)


# -- when a week is closed ---------------------------------------------------------------------------------------------

_week, _before = bindparam("b_week", type_=Date()), bindparam("b_before", type_=Date())
_earlier = standings.alias("earlier")
_too_late = and_(
    outbox.c.state == OutboxState.WAITING, outbox.c.expires_at <= bindparam("b_now", type_=outbox.c.expires_at.type)
)
"""Of a notice: it is not sent any more, though delivery has not come by to drop it."""

_last_told = (
    select(outbox.c.notice)
    .where(
        outbox.c.resident_id == standings.c.resident_id,
        outbox.c.notice.in_([ENDED, BACK]),
        outbox.c.state != OutboxState.DROPPED,
        func.coalesce(~_too_late, true()),
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_knows_of_none = func.coalesce(_last_told, BACK) == ENDED
"""Whether the last that somebody heard of their benefits is that they ended."""

_since_then = (
    select(func.coalesce(func.sum(entries.c.minutes), 0))
    .where(entries.c.week == bindparam("b_next", type_=Date()), entries.c.resident_id == standings.c.resident_id)
    .scalar_subquery()
)
# The benefits of the week that has begun may have been earned already, when a week is closed late.
_earned = _since_then + standings.c.carried_out >= bindparam("b_required", type_=Integer())
_was_short = and_(standings.c.week == _week, standings.c.standing == Standing.SHORT)
_was_warned = _warned(standings.c.resident_id, "b_noted")
_was_short_before = exists().where(
    _earlier.c.week.in_(bindparam("b_earlier", expanding=True)),
    _earlier.c.resident_id == standings.c.resident_id,
    or_(_earlier.c.standing == Standing.SHORT, _earlier.c.revised_at.is_not(None)),
)
_NUMBERS = {"minutes": standings.c.minutes, "missing": standings.c.missing, "carried": standings.c.carried_in}


def _tell(*conditions: ColumnElement[bool]) -> Insert:
    return fanout.notice_to(standings.c.resident_id, standings, *conditions, numbers=_NUMBERS)


_tell_at_close = {
    ENDED: _tell(_was_short, _was_warned, ~_earned, ~_knows_of_none),
    SPARED: _tell(_was_short, ~_was_warned, ~_earned, ~_knows_of_none),
    # Only those can have been without who were short in a week before, perhaps until it was revised.
    BACK: _tell(
        standings.c.week == _week,
        _was_short_before,
        or_(standings.c.standing != Standing.SHORT, ~_was_warned, _earned),
        _knows_of_none,
    ),
}


def subject(monday: date) -> str:
    """What is said of the benefits in a week is filed under this, so that it can be withdrawn."""
    return f"benefits:{monday}"


async def tell_of_close(
    unit: Unit, week: date, town: TownSettings, *, earlier: Sequence[date], now: datetime, expires_at: datetime
) -> int:
    """Tell what a closed week means for the next one; how many are told.

    Whose benefits end hears so, and to whom they come back; and who was short, but not warned, that they keep them.
    `earlier` are the weeks from the last one that was told of to the one before `week`.
    """
    given: dict[str, Any] = {
        "b_week": week,
        "b_next": week + WEEK,
        "b_required": town.required_minutes,
        "b_noted": note_key(week, ""),
        "b_now": now,
    }
    told = 0
    for notice, statement in _tell_at_close.items():
        more: dict[str, Any] = {"b_earlier": list(earlier)} if notice == BACK else {}
        told += await fanout.send(
            unit,
            statement,
            notice=notice,
            key=(f"{notice}:{week}:", ":1"),
            fields={"week": week.isoformat(), "required": town.required_minutes},
            now=now,
            subject="" if notice == SPARED else subject(week + WEEK),
            expires_at=expires_at,
            **given,
            **more,
        )
    return told


# -- in the middle of a week -------------------------------------------------------------------------------------------


class Now(NamedTuple):
    """How somebody stands: the week that was closed last, and the running one so far."""

    resident_id: int
    before: str
    before_minutes: int
    before_missing: int
    before_carried: int
    warned: bool
    current: str
    minutes: int
    missing: int


_running = each_reckoned(residents.c.id.in_(bindparam("b_residents", expanding=True))).subquery("running")
_how = (
    select(
        standings.c.resident_id,
        standings.c.standing,
        standings.c.minutes,
        standings.c.missing,
        standings.c.carried_in,
        _warned(standings.c.resident_id, "b_noted"),
        _running.c.standing,
        _running.c.minutes,
        _running.c.missing,
    )
    .select_from(standings.join(_running, _running.c.resident_id == standings.c.resident_id))
    .where(standings.c.week == _before)
)
_told = (
    select(outbox.c.resident_id, outbox.c.notice, or_(outbox.c.state == OutboxState.DROPPED, _too_late).label("late"))
    .where(
        outbox.c.resident_id.in_(bindparam("b_residents", expanding=True)),
        outbox.c.notice.in_([ENDED, BACK]),
    )
    .order_by(outbox.c.id)
)


async def how_they_stand(unit: Unit, resident_ids: Collection[int], *, week: date, town: TownSettings) -> list[Now]:
    """How some residents stand in the running week and stood in the one before it, if that is closed."""
    given = {**params(week, town), "b_noted": note_key(week - WEEK, ""), "b_residents": sorted(resident_ids)}
    return [Now(*row) for row in await unit.rows(_how, **given)]


async def told_of(unit: Unit, resident_ids: Collection[int], now: datetime) -> dict[int, list[tuple[str, bool]]]:
    """What was written to some residents of their benefits: that they ended, that they are back; the oldest first.

    Each with whether it was dropped before it was sent, or will be, since it has expired.
    """
    told: dict[int, list[tuple[str, bool]]] = {}
    for row in await unit.rows(_told, b_residents=sorted(resident_ids), b_now=now):
        told.setdefault(row.resident_id, []).append((row.notice, bool(row.late)))
    return told


# -- the note ----------------------------------------------------------------------------------------------------------

_short_now = each_reckoned(true()).subquery("short_now")
_short = (
    select(_short_now.c.resident_id, _short_now.c.minutes, _short_now.c.carried_in, _short_now.c.missing)
    .where(
        _short_now.c.standing == Standing.SHORT,
        ~exists().where(
            outbox.c.dedupe_key == bindparam("b_noted", type_=Text()) + cast(_short_now.c.resident_id, Text())
        ),
    )
    .order_by(_short_now.c.resident_id)
    .limit(bindparam("b_most"))
)


class Short(NamedTuple):
    """Somebody who is short of hours in the running week, as far as the ledger knows; minutes."""

    resident_id: int
    minutes: int
    carried_in: int
    missing: int


async def short_of_hours(unit: Unit, week: date, town: TownSettings, *, most: int) -> list[Short]:
    """Those who are short in the running week and got no note of it, at most so many."""
    given = {**params(week, town), "b_noted": note_key(week, ""), "b_most": most}
    return [Short(*row) for row in await unit.rows(_short, **given)]


# -- everybody ---------------------------------------------------------------------------------------------------------


class Entitled(NamedTuple):
    """Whether a resident has the benefits in a week; `before` and `current` are standings, None where there is none."""

    resident_id: int
    before: str | None
    warned: bool
    current: str | None

    @property
    def has_benefits(self) -> bool:
        """As `town.standing.has_benefits`."""
        if self.current == Standing.PARTICIPATING:
            return True
        return self.before is not None and not (self.before == Standing.SHORT and self.warned)


_all_running = each_reckoned(true()).subquery("running")
_everybody = (
    select(
        _all_running.c.resident_id,
        standings.c.standing,
        _warned(_all_running.c.resident_id, "b_noted"),
        _all_running.c.standing.label("current"),
    )
    .select_from(
        _all_running.outerjoin(
            standings, and_(standings.c.week == _before, standings.c.resident_id == _all_running.c.resident_id)
        )
    )
    .order_by(_all_running.c.resident_id)
)


_same = and_(_earlier.c.week == _before, _earlier.c.resident_id == standings.c.resident_id)
_closed = (
    select(standings.c.resident_id, _earlier.c.standing, _was_warned, standings.c.standing.label("current"))
    .select_from(standings.outerjoin(_earlier, _same))
    .where(standings.c.week == _week)
    .order_by(standings.c.resident_id)
)


async def entitlements(unit: Unit, week: date, town: TownSettings) -> list[Entitled]:
    """Who of the residents of a week has the benefits in it, as the ledger is now; the week before must be closed."""
    given = {**params(week, town), "b_noted": note_key(week - WEEK, "")}
    return [Entitled(*row) for row in await unit.rows(_everybody, **given)]


async def entitlements_then(unit: Unit, week: date) -> list[Entitled]:
    """The same of a closed week: as it was closed, by the rules of then, or revised since."""
    given = {"b_week": week, "b_before": week - WEEK, "b_noted": note_key(week - WEEK, "")}
    return [Entitled(*row) for row in await unit.rows(_closed, **given)]
