"""Scrubbing: taking away what the ballots of a secret poll left behind in the database's own files.

The tables never tell whose a ballot is. The files beneath them could, for a while: SQLite's log and PostgreSQL's old
row versions keep what was written together, and so, in one transaction, a voter's update and the box that got their
ballot. After a secret poll the boxes are written anew, all in one transaction, and what was there before is given up.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import delete, or_, text, update
from sqlalchemy.exc import DBAPIError

from storage.engine import Database
from storage.lease import may_run
from storage.queries.polls import boxes, polls
from storage.sql import bindparam, select
from storage.unit import Unit

log = logging.getLogger(__name__)

LOCKED = "55P03"
"""PostgreSQL's code for a lock that was not to be had in time."""

_waiting = (
    select(polls.c.id, polls.c.cancelled_at)
    .where(
        polls.c.secret,
        polls.c.boxes > 0,
        polls.c.scrubbed_at.is_(None),
        or_(polls.c.closed_at.is_not(None), polls.c.cancelled_at.is_not(None)),
    )
    .order_by(polls.c.id)
)
_take_out = text("CREATE TEMPORARY TABLE taken_out AS SELECT number, ballots FROM ballot_boxes WHERE poll_id = :b_poll")
_throw_away = delete(boxes).where(boxes.c.poll_id == bindparam("b_poll"))
_put_back = text("INSERT INTO ballot_boxes SELECT :b_poll, number, ballots FROM taken_out ORDER BY number")
_forget = text("DROP TABLE taken_out")
_done = update(polls).where(polls.c.id == bindparam("b_poll")).values(scrubbed_at=bindparam("b_now"))


async def scrub(database: Database, now: datetime) -> int:
    """Take away the traces of the secret polls that are over; how many polls that were.

    It is done again until it succeeds: on SQLite a long read may hold it up. What others keep of the files (backups,
    copies, a server's archived log) is out of reach.
    """
    async with database.reading() as unit:
        if not await unit.rows(_waiting):
            return 0
    async with database.unit() as unit:
        if not await may_run(unit, "scrub"):
            return 0
        over = await unit.rows(_waiting)
        for poll in over:
            if poll.cancelled_at is None:
                await _write_again(unit, poll.id)
            else:  # its ballots are nobody's business any more
                await unit.run(_throw_away, b_poll=poll.id)
    if not await (database.cut_log() if database.is_sqlite else _vacuum(database)):
        log.info("the traces of a secret poll could not be taken away yet; it is tried again")
        return 0
    async with database.unit() as unit:
        await _note(unit, [poll.id for poll in over], now)
    return len(over)


async def _write_again(unit: Unit, poll_id: int) -> None:
    """Write a poll's boxes anew, in their order: where they lay in the file told which was changed last."""
    await unit.run(_take_out, b_poll=poll_id)
    await unit.run(_throw_away, b_poll=poll_id)
    await unit.run(_put_back, b_poll=poll_id)
    await unit.run(_forget)


async def _note(unit: Unit, ids: list[int], now: datetime) -> None:
    for poll_id in ids:
        await unit.run(_done, b_poll=poll_id, b_now=now)


async def _vacuum(database: Database) -> bool:
    """Have PostgreSQL write the boxes into a new file, without their old versions, and throw the old one away.

    So with the papers that tellers entered. False when somebody who reads them holds it up: whoever votes would wait
    behind it.
    """
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await connection.execute(text("SET lock_timeout = '300ms'"))
            for table in ("ballot_boxes", "paper_ballots"):
                await connection.execute(text(f"VACUUM FULL {table}"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCKED:
                raise
            return False
        finally:
            await connection.execute(text("RESET lock_timeout"))
    return True
