"""Weeks are closed when they are over, later lines of the ledger revise them, and those who are short are warned.

What is due is read from the tables. What a process remembers besides (`_Looked`) only spares it looking again: after a
restart, or in another process, more is looked at than needed, and found to be as it should.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.kit.capability import Job
from handlers.standing.note import write_notes
from handlers.standing.telling import reckon_anew, tell_of_close
from storage.queries import standing
from storage.queries.standing import WEEK
from storage.unit import Unit
from town.settings import TownSettings
from town.standing import next_close, next_note, note_at, note_until
from town.week import week_of

SLACK = timedelta(minutes=10)
"""Longer than any transaction is open: one that began before a look may bring a line with an older id after it."""


@dataclass(slots=True)
class _Looked:
    """How far a process has looked on one database.

    Every line up to `settled` was looked at; `seen` are the newest lines of later looks, which are looked at again
    until `SLACK` has passed. Notes of `noted` are all written.
    """

    settled: int | None = None
    seen: deque[tuple[datetime, int]] = field(default_factory=deque)
    noted: date | None = None


_looked: WeakKeyDictionary[AsyncEngine, _Looked] = WeakKeyDictionary()


def _of(unit: Unit) -> _Looked:
    return _looked.setdefault(unit.connection.engine, _Looked())


async def close_weeks(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Close every week that is over, one after the other; those who were short in the last one hear what it means."""
    monday = week_of(now, town.tz)
    closed = await standing.last_close(unit)
    if closed is not None:
        week = closed.week + WEEK
    else:
        joined = await standing.first_joined(unit)
        week = monday if joined is None else week_of(joined, town.tz)
    done = 0
    while week < monday:
        done += await standing.close(unit, week, town, now) is not None
        week += WEEK
    if done:
        await tell_of_close(unit, monday - WEEK, town, now, closed=done)
    return done


async def look_at_lines(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Find the lines that are new since the last look, and reckon those whose they are anew."""
    looked, newest = _of(unit), await standing.newest_line(unit)
    if looked.settled is None:
        closed = await standing.last_close(unit)
        if closed is None:
            return 0
        looked.settled = await standing.newest_line_before(unit, closed.closed_at - SLACK)
    if newest > (looked.seen[-1][1] if looked.seen else looked.settled):
        looked.seen.append((now, newest))
    if not looked.seen:
        return 0
    done = await reckon_anew(unit, await standing.written_since(unit, looked.settled), town, now)
    while looked.seen and looked.seen[0][0] <= now - SLACK:
        looked.settled = looked.seen.popleft()[1]
    return done


async def warn(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Write the notes of this week, some of them at each tick, for a day from when they are due."""
    monday, looked = week_of(now, town.tz), _of(unit)
    if looked.noted == monday or not note_at(monday, town) <= now < note_until(monday, town):
        return 0
    written = await write_notes(unit, now, town)
    if not written:  # not before a look finds nobody: what was written a moment ago may not have been kept
        looked.noted = monday
    return written


async def close_due(unit: Unit, now: datetime, town: TownSettings) -> datetime:
    return next_close(now, town)


async def lines_due(unit: Unit, now: datetime, town: TownSettings) -> None:
    return None  # they are there when somebody wrote them, and looked at with the next tick


async def note_due(unit: Unit, now: datetime, town: TownSettings) -> datetime:
    return next_note(now, town)


JOBS = (
    Job("standing.lines", look_at_lines, lines_due),
    Job("standing.close", close_weeks, close_due),
    Job("standing.note", warn, note_due),
)
