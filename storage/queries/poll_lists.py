"""Lists of polls, as a resident sees them: what is open, what is coming, what is over."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_

from storage.queries.polls import COLUMNS, OPEN, UNOPENED, PollRow, electors, polls
from storage.sql import bindparam, select
from storage.tables import How
from storage.unit import Unit

_mine = (
    select(*COLUMNS, electors.c.how)
    .select_from(
        polls.outerjoin(
            electors, and_(electors.c.poll_id == polls.c.id, electors.c.resident_id == bindparam("resident_id"))
        )
    )
    .where(polls.c.cancelled_at.is_(None))
)
_running_now = _mine.where(OPEN).order_by(electors.c.how != How.NOT, polls.c.closes_at, polls.c.id)
_coming = _mine.where(UNOPENED).order_by(polls.c.opens_at, polls.c.id)
_over = _mine.where(polls.c.closed_at.is_not(None)).order_by(polls.c.closed_at.desc(), polls.c.id.desc())


class Listed(NamedTuple):
    """A poll, and how somebody's vote came in: None when they have none there."""

    poll: PollRow
    how: str | None


async def running(unit: Unit, resident_id: int) -> list[Listed]:
    """The polls that are open, those that wait for somebody first."""
    return [Listed(PollRow(*row[:-1]), row[-1]) for row in await unit.rows(_running_now, resident_id=resident_id)]


async def coming(unit: Unit, resident_id: int) -> list[Listed]:
    """The polls that are not open yet."""
    return [Listed(PollRow(*row[:-1]), row[-1]) for row in await unit.rows(_coming, resident_id=resident_id)]


async def over(unit: Unit, resident_id: int, most: int = 100) -> list[Listed]:
    """The polls that are closed, the latest first."""
    rows = await unit.rows(_over.limit(most), resident_id=resident_id)
    return [Listed(PollRow(*row[:-1]), row[-1]) for row in rows]
