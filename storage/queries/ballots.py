"""Ballots: putting one in, taking its place with another, and giving all of them to whoever counts.

An open poll keeps a row for each voter. A secret one keeps boxes: a ballot lies in one beside its receipt, and nothing
tells whose it is (`docs/decisions/0031-secret-ballots.md`).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, delete, exists, func, or_, update

from storage.lease import POLLS
from storage.queries.polls import COLUMNS, PollRow, boxes, electors, polls
from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import Ballot, How, PaperBallot, table_of
from storage.unit import Unit
from town.polls import PLACES, Kind, box_of, place_of

ballots, papers = table_of(Ballot), table_of(PaperBallot)

PAGE, SORTED, BOXES = 4096, 65_536, 256
"""Residents whose ballots of an open poll are read at a time, and whose ballots the database sorts by what they say;
boxes of a secret poll that are read at a time. So much memory does a count take."""


class ToVote(NamedTuple):
    """A poll as somebody votes in it: `how` their vote came in before, None when they are not of its electorate.

    `choice` is what they voted in an open poll, None if they have not.
    """

    poll: PollRow
    how: str | None
    by: int | None
    unconfirmed: bool
    choice: str | None


_to_vote = (
    select(*COLUMNS, electors.c.how, electors.c.by, electors.c.unconfirmed, ballots.c.choice)
    .select_from(
        polls.outerjoin(
            electors, and_(electors.c.poll_id == polls.c.id, electors.c.resident_id == bindparam("resident_id"))
        ).outerjoin(ballots, and_(ballots.c.poll_id == polls.c.id, ballots.c.resident_id == bindparam("resident_id")))
    )
    .where(polls.c.id == bindparam("poll_id"))
)
# Counting waits for whoever holds this, and they for the counting (`polls.close_door`).
_to_vote_at_door = _to_vote.add_columns(func.pg_advisory_xact_lock_shared(POLLS, polls.c.id))
_b_poll, _b_resident = bindparam("b_poll", type_=polls.c.id.type), bindparam("b_resident", type_=polls.c.id.type)
TAKES_VOTES = exists().where(
    polls.c.id == _b_poll,
    polls.c.opened_at.is_not(None),
    polls.c.closed_at.is_(None),
    polls.c.cancelled_at.is_(None),
    or_(polls.c.closes_at.is_(None), polls.c.closes_at > bindparam("b_now", type_=polls.c.closes_at.type)),
)
_tick = (
    update(electors)
    .where(
        electors.c.poll_id == _b_poll,
        electors.c.resident_id == _b_resident,
        electors.c.how.in_(bindparam("b_over", expanding=True)),
        TAKES_VOTES,
    )
    .values(how=bindparam("b_how"), by=bindparam("b_by"), unconfirmed=bindparam("b_unconfirmed"))
)
_put = insert(ballots)
_put = _put.on_conflict_do_update(
    index_elements=["poll_id", "resident_id"],
    set_={name: _put.excluded[name] for name in ("choice", "cast_at")},
)
_ticked = _tick.returning(electors.c.poll_id, electors.c.resident_id).cte("ticked")
_into = insert(ballots).from_select(
    ["poll_id", "resident_id", "choice", "cast_at"],
    select(
        _ticked.c.poll_id,
        _ticked.c.resident_id,
        bindparam("b_choice", type_=ballots.c.choice.type),
        bindparam("b_now", type_=ballots.c.cast_at.type),
    ),
)
_tick_and_put = _into.on_conflict_do_update(
    index_elements=["poll_id", "resident_id"],
    set_={name: _into.excluded[name] for name in ("choice", "cast_at")},
)
_drop = delete(ballots).where(ballots.c.poll_id == _b_poll, ballots.c.resident_id == _b_resident)
_throw_boxes = delete(boxes).where(boxes.c.poll_id == _b_poll)
_throw_papers = delete(papers).where(papers.c.poll_id == _b_poll)
_box = select(boxes.c.ballots).where(boxes.c.poll_id == bindparam("poll_id"), boxes.c.number == bindparam("number"))
_box_locked = _box.with_for_update()
_write_box = (
    update(boxes).where(boxes.c.poll_id == _b_poll, boxes.c.number == bindparam("b_number")).values(
        ballots=bindparam("b_ballots")
    )
)  # fmt: skip


async def to_vote(unit: Unit, poll_id: int, resident_id: int, *, enter: bool = False) -> ToVote | None:
    """A poll and somebody's part in it. With `enter` their vote begins: it counts, or finds the poll closed."""
    statement = _to_vote if unit.is_sqlite or not enter else _to_vote_at_door
    row = await unit.first(statement, poll_id=poll_id, resident_id=resident_id)
    if row is None:
        return None
    size = len(PollRow._fields)
    return ToVote(PollRow(*row[:size]), *row[size : size + 4])


async def tick_off(
    unit: Unit,
    poll_id: int,
    resident_id: int,
    how: How,
    *,
    now: datetime,
    by: int | None = None,
    over: tuple[How, ...] = (How.NOT,),
    unconfirmed: bool = False,
    choice: str | None = None,
) -> bool:
    """Note that somebody's vote is in. One statement decides, so that nobody's counts twice.

    `over` is how it may have come in before. With a `choice` their ballot goes into an open poll at one go, in place of
    one that is there. False when the poll takes no votes any more, or the vote had come in otherwise.
    """
    given: dict[str, Any] = {"b_poll": poll_id, "b_resident": resident_id, "b_now": now, "b_by": by}
    given |= {"b_how": how.value, "b_unconfirmed": unconfirmed, "b_over": [one.value for one in over]}
    if choice is not None and not unit.is_sqlite:
        return await unit.run(_tick_and_put, b_choice=choice, **given) == 1
    ticked = await unit.run(_tick, **given) == 1
    if ticked and choice is not None:
        await put_open(unit, poll_id, resident_id, choice, now=now)
    return ticked


async def put_open(unit: Unit, poll_id: int, resident_id: int, choice: str, *, now: datetime) -> None:
    """Put somebody's ballot into an open poll, in place of one that is there."""
    await unit.run(_put, poll_id=poll_id, resident_id=resident_id, choice=choice, cast_at=now)


async def drop_open(unit: Unit, poll_id: int, resident_id: int) -> None:
    """Take somebody's ballot out of an open poll."""
    await unit.run(_drop, b_poll=poll_id, b_resident=resident_id)


async def put_secret(unit: Unit, poll: PollRow, receipt: str, choice: str, *, new: bool) -> bool:
    """Put a ballot into its box; `new`: there must be none with this receipt, else there must be one.

    The whole box is written again, in the order of the receipts, so that it keeps no order of arrival.
    """
    number = box_of(receipt, poll.boxes)
    text = await unit.value(_box if unit.is_sqlite else _box_locked, poll_id=poll.id, number=number)
    kept: list[list[str]] = json.loads(text)
    at = bisect_left(kept, receipt, key=lambda one: one[0])
    there = at < len(kept) and kept[at][0] == receipt
    if there == new:
        return False
    kept[at : at + (0 if new else 1)] = [[receipt, choice]]
    written = json.dumps(kept, separators=(",", ":"))
    await unit.run(_write_box, b_poll=poll.id, b_number=number, b_ballots=written)
    return True


async def throw_away(unit: Unit, poll_id: int) -> None:
    """Throw away the boxes of a secret poll, and the papers that wait for a second teller: nobody will count them."""
    await unit.run(_throw_boxes, b_poll=poll_id)
    await unit.run(_throw_papers, b_poll=poll_id)


async def in_box(unit: Unit, poll: PollRow, receipt: str) -> str | None:
    """What the ballot with this receipt says; None when there is none in its box."""
    text = await unit.value(_box, poll_id=poll.id, number=box_of(receipt, poll.boxes))
    return next((choice for kept, choice in json.loads(text) if kept == receipt), None)


_closed_boxes = (
    select(boxes.c.poll_id, boxes.c.ballots)
    .join(polls, polls.c.id == boxes.c.poll_id)
    .where(
        polls.c.closed_at.is_not(None),
        boxes.c.number == bindparam("place", type_=BigInteger) * polls.c.boxes // PLACES,
    )
    .order_by(boxes.c.poll_id.desc())
)


async def with_receipt(unit: Unit, receipt: str) -> list[tuple[int, str]]:
    """The ballots with this receipt in polls that are closed: (poll's id, choice)."""
    rows = await unit.rows(_closed_boxes, place=place_of(receipt))
    return [(row.poll_id, choice) for row in rows for kept, choice in json.loads(row.ballots) if kept == receipt]


# -- for whoever counts ------------------------------------------------------------------------------------------------

_grouped = (
    select(ballots.c.choice, func.count())
    .where(ballots.c.poll_id == bindparam("poll_id"))
    .group_by(ballots.c.choice)
    .order_by(ballots.c.choice)
)
_last = select(func.max(ballots.c.resident_id)).where(ballots.c.poll_id == bindparam("poll_id"))
_some = (
    ballots.c.poll_id == bindparam("poll_id"),
    ballots.c.resident_id > bindparam("after"),
    ballots.c.resident_id <= bindparam("until"),
)
_grouped_some = select(ballots.c.choice, func.count()).where(*_some).group_by(ballots.c.choice)
_joined_some = select(func.aggregate_strings(ballots.c.choice, "\n")).where(*_some)
_contents = (
    select(boxes.c.number, boxes.c.ballots)
    .where(boxes.c.poll_id == bindparam("poll_id"), boxes.c.number > bindparam("after"))
    .order_by(boxes.c.number)
    .limit(BOXES)
)
_who = (
    select(residents.c.name, ballots.c.choice)
    .join(residents, residents.c.id == ballots.c.resident_id)
    .where(ballots.c.poll_id == bindparam("poll_id"))
    .order_by(residents.c.name, residents.c.id)
)
FEW = frozenset({Kind.YESNO, Kind.SINGLE, Kind.APPROVAL})
"""Kinds of polls in which few different ballots are possible (4,096 at most), so that the database sorts them."""


async def secret_pages(unit: Unit, poll_id: int) -> AsyncIterator[list[list[str]]]:
    """The ballots of a secret poll, [receipt, choice] in the order of the receipts, some boxes at a time."""
    after = -1
    while rows := await unit.rows(_contents, poll_id=poll_id, after=after):
        # boxes are written as compact lists: they are read all at once, which is twice as fast as one by one
        yield json.loads(f"[{','.join([kept[1:-1] for _number, kept in rows if kept != '[]'])}]")
        after = rows[-1].number


async def secret(unit: Unit, poll_id: int) -> AsyncIterator[tuple[str, str]]:
    """The same one by one, (receipt, choice)."""
    async for page in secret_pages(unit, poll_id):
        for receipt, choice in page:
            yield receipt, choice


async def grouped(unit: Unit, poll_id: int) -> list[tuple[str, int]]:
    """The different ballots of an open poll, and how many say each, in the order of the choices as text."""
    return [(choice, many) for choice, many in await unit.rows(_grouped, poll_id=poll_id)]


async def choices(unit: Unit, poll: PollRow) -> AsyncIterator[list[tuple[str, int]]]:
    """What is counted, in pages: (choice, how many ballots say it). The same choice may come several times."""
    if poll.secret:
        async for page in secret_pages(unit, poll.id):
            yield [(choice, 1) for _receipt, choice in page]
        return
    last = await unit.value(_last, poll_id=poll.id) or 0
    if poll.kind in FEW:
        for after in range(0, last, SORTED):
            found = await unit.rows(_grouped_some, poll_id=poll.id, after=after, until=after + SORTED)
            yield [(choice, many) for choice, many in found]
        return
    for after in range(0, last, PAGE):  # as one text each, which is read in a third of the time that rows take
        joined = await unit.value(_joined_some, poll_id=poll.id, after=after, until=after + PAGE)
        if joined is not None:
            yield [(choice, 1) for choice in joined.split("\n")]


async def who_said_what(unit: Unit, poll_id: int) -> list[tuple[str, str]]:
    """The ballots of an open poll, (name, choice) in the order of the names."""
    return [(name, choice) for name, choice in await unit.rows(_who, poll_id=poll_id)]
