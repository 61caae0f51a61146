"""Votes on paper: which wait for a second teller, and how many are in.

In an open poll a paper is somebody's; in a secret one names are ticked off apart from papers, and there are never more
papers in the boxes than names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, union, update

from storage import fanout
from storage.queries.ballots import TAKES_VOTES
from storage.queries.polls import COLUMNS, PollRow, electors, polls, subject
from storage.queries.shifts import residents
from storage.queries.tellers import tellers
from storage.sql import bindparam, insert, select
from storage.tables import How, PaperBallot, Priority, table_of
from storage.unit import Unit

papers = table_of(PaperBallot)
enterers, confirmers = residents.alias("enterers"), residents.alias("confirmers")

_b_poll = bindparam("b_poll", type_=polls.c.id.type)
_b_resident = bindparam("b_resident", type_=polls.c.id.type)
_b_by = bindparam("b_by", type_=polls.c.id.type)
_b_id = bindparam("b_id", type_=polls.c.id.type)

# -- names and votes ---------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """Somebody of an electorate as tellers see them: `how` their vote came in, who entered it, and who confirmed it.

    `choice` is what their paper says while it waits in an open poll, None otherwise.
    """

    id: int
    name: str
    how: str
    by: int | None
    entered: str | None
    unconfirmed: bool
    confirmed: str | None
    choice: str | None


_entries = (
    select(
        residents.c.id,
        residents.c.name,
        electors.c.how,
        electors.c.by,
        enterers.c.name.label("entered"),
        electors.c.unconfirmed,
        confirmers.c.name.label("confirmed"),
        papers.c.choice,
    )
    .select_from(
        electors.join(residents, residents.c.id == electors.c.resident_id)
        .outerjoin(enterers, enterers.c.id == electors.c.by)
        .outerjoin(confirmers, confirmers.c.id == electors.c.confirmed_by)
        .outerjoin(papers, and_(papers.c.poll_id == electors.c.poll_id, papers.c.resident_id == electors.c.resident_id))
    )
    .where(electors.c.poll_id == bindparam("poll_id"))
    .order_by(residents.c.name, residents.c.id)
)
_entry = _entries.where(electors.c.resident_id == bindparam("resident_id"))
_on_paper = _entries.where(electors.c.how == How.PAPER)
_waiting = _on_paper.where(electors.c.unconfirmed.is_(True))


async def entry(unit: Unit, poll_id: int, resident_id: int) -> Entry | None:
    """Somebody of a poll's electorate; None for anybody else."""
    row = await unit.first(_entry, poll_id=poll_id, resident_id=resident_id)
    return None if row is None else Entry(*row)


async def waiting(unit: Unit, poll_id: int) -> list[Entry]:
    """Who is ticked off as having voted on paper, and waits for a second teller; by name."""
    return [Entry(*row) for row in await unit.rows(_waiting, poll_id=poll_id)]


async def on_paper(unit: Unit, poll_id: int) -> list[Entry]:
    """Everybody who is ticked off as having voted on paper, by name."""
    return [Entry(*row) for row in await unit.rows(_on_paper, poll_id=poll_id)]


_theirs: ColumnElement[bool] = and_(
    electors.c.poll_id == _b_poll, electors.c.resident_id == _b_resident, electors.c.how == How.PAPER
)
_confirm = (
    update(electors)
    .where(
        _theirs,
        electors.c.unconfirmed.is_(True),
        electors.c.by != _b_by,
        electors.c.resident_id != _b_by,
        TAKES_VOTES,
    )
    .values(unconfirmed=False, confirmed_by=_b_by)
)
_NOT_ENTERED = {"how": How.NOT.value, "by": None, "unconfirmed": False, "confirmed_by": None}
_strike = update(electors).where(_theirs, electors.c.unconfirmed.is_(True), TAKES_VOTES).values(**_NOT_ENTERED)
_undo = update(electors).where(_theirs, TAKES_VOTES).values(**_NOT_ENTERED)


async def confirm(unit: Unit, poll_id: int, resident_id: int, *, by: int, now: datetime) -> bool:
    """Confirm that somebody has voted on paper. One statement decides.

    False when nothing waits, when `by` entered it or it is their own, or when the poll takes no votes any more.
    """
    return await unit.run(_confirm, b_poll=poll_id, b_resident=resident_id, b_by=by, b_now=now) == 1


async def strike(unit: Unit, poll_id: int, resident_id: int, *, now: datetime, confirmed: bool = False) -> bool:
    """Note that somebody has not voted after all; with `confirmed` also where a second teller had confirmed it."""
    return await unit.run(_undo if confirmed else _strike, b_poll=poll_id, b_resident=resident_id, b_now=now) == 1


_strike_all = (
    update(electors)
    .where(electors.c.poll_id == _b_poll, electors.c.how == How.PAPER, electors.c.unconfirmed.is_(True))
    .values(**_NOT_ENTERED)
)
_throw_away = delete(papers).where(papers.c.poll_id == _b_poll)


async def strike_all(unit: Unit, poll_id: int) -> int:
    """Strike whatever no second teller has confirmed, names and papers; how many names that were."""
    names = await unit.run(_strike_all, b_poll=poll_id)
    await unit.run(_throw_away, b_poll=poll_id)
    return names


# -- papers ------------------------------------------------------------------------------------------------------------


class Paper(NamedTuple):
    """A paper of a secret poll that waits for a second teller."""

    id: int
    choice: str
    entered_by: int
    entered: str


_put = insert(papers)
_take = (
    delete(papers).where(papers.c.poll_id == _b_poll, papers.c.resident_id == _b_resident).returning(papers.c.choice)
)
_of_nobody: ColumnElement[bool] = and_(
    papers.c.poll_id == _b_poll, papers.c.id == _b_id, papers.c.resident_id.is_(None)
)
_take_secret = delete(papers).where(_of_nobody, papers.c.entered_by != _b_by).returning(papers.c.choice)
_bin = delete(papers).where(_of_nobody)
_secret = (
    select(papers.c.id, papers.c.choice, papers.c.entered_by, residents.c.name)
    .join(residents, residents.c.id == papers.c.entered_by)
    .where(papers.c.poll_id == bindparam("poll_id"), papers.c.resident_id.is_(None))
    .order_by(papers.c.choice, papers.c.id)
)
_one_secret = _secret.where(papers.c.id == bindparam("paper_id"))
_confirmed_names = (
    select(func.count())
    .select_from(electors)
    .where(electors.c.poll_id == _b_poll, electors.c.how == How.PAPER, electors.c.unconfirmed.is_(False))
    .scalar_subquery()
)
_count_in = (
    update(polls)
    .where(
        polls.c.id == _b_poll,
        polls.c.papers < _confirmed_names,
        polls.c.closed_at.is_(None),
        polls.c.cancelled_at.is_(None),
        or_(polls.c.closes_at.is_(None), polls.c.closes_at > bindparam("b_now", type_=polls.c.closes_at.type)),
    )
    .values(papers=polls.c.papers + 1)
)


async def put(unit: Unit, poll_id: int, resident_id: int | None, choice: str, *, by: int) -> None:
    """Keep a paper until it is confirmed; nobody's in a secret poll."""
    await unit.run(_put, poll_id=poll_id, resident_id=resident_id, choice=choice, entered_by=by)


async def take(unit: Unit, poll_id: int, resident_id: int) -> str | None:
    """Take somebody's paper out of those that wait: what it says, None where there is none."""
    found: str | None = await unit.value(_take, b_poll=poll_id, b_resident=resident_id)
    return found


async def secret_ones(unit: Unit, poll_id: int) -> list[Paper]:
    """The papers of a secret poll that wait, by what they say: in no order of time."""
    return [Paper(*row) for row in await unit.rows(_secret, poll_id=poll_id)]


async def secret_one(unit: Unit, poll_id: int, paper_id: int) -> Paper | None:
    """One of them."""
    row = await unit.first(_one_secret, poll_id=poll_id, paper_id=paper_id)
    return None if row is None else Paper(*row)


async def take_secret(unit: Unit, poll_id: int, paper_id: int, *, by: int) -> str | None:
    """Take a paper of a secret poll out of those that wait: what it says; None when it is gone, or `by` entered it."""
    found: str | None = await unit.value(_take_secret, b_poll=poll_id, b_id=paper_id, b_by=by)
    return found


async def throw_away(unit: Unit, poll_id: int, paper_id: int) -> bool:
    """Throw a paper of a secret poll away that waits. False when it is gone."""
    return await unit.run(_bin, b_poll=poll_id, b_id=paper_id) == 1


async def count_in(unit: Unit, poll_id: int, *, now: datetime) -> bool:
    """Count one more paper of a secret poll in. One statement decides that there are not more than confirmed names."""
    return await unit.run(_count_in, b_poll=poll_id, b_now=now) == 1


class Numbers(NamedTuple):
    """How many names are ticked off on paper and confirmed, and wait; how many papers are in, and wait."""

    names: int
    names_waiting: int
    papers: int
    papers_waiting: int


_papers_waiting = (
    select(func.count()).select_from(papers).where(papers.c.poll_id == bindparam("poll_id")).scalar_subquery()
)
_numbers = select(
    func.count().filter(electors.c.unconfirmed.is_(False)),
    func.count().filter(electors.c.unconfirmed.is_(True)),
    select(polls.c.papers).where(polls.c.id == bindparam("poll_id")).scalar_subquery(),
    _papers_waiting,
).where(electors.c.poll_id == bindparam("poll_id"), electors.c.how == How.PAPER)


async def numbers(unit: Unit, poll_id: int) -> Numbers:
    """How far a poll's votes on paper are."""
    row = await unit.first(_numbers, poll_id=poll_id)
    assert row is not None, "an aggregate has a row"
    return Numbers(*row)


# -- before the close --------------------------------------------------------------------------------------------------

_SOMETHING_WAITS = or_(
    exists().where(electors.c.poll_id == polls.c.id, electors.c.unconfirmed.is_(True)),
    exists().where(papers.c.poll_id == polls.c.id),
)
_soon = select(*COLUMNS).where(
    polls.c.opened_at.is_not(None),
    polls.c.closed_at.is_(None),
    polls.c.cancelled_at.is_(None),
    polls.c.closes_at > bindparam("now", type_=polls.c.closes_at.type),
    polls.c.closes_at <= bindparam("until", type_=polls.c.closes_at.type),  # few: what waits is looked for in each
    _SOMETHING_WAITS,
)


async def closing_with_some(unit: Unit, now: datetime, until: datetime) -> list[PollRow]:
    """The open polls that close by then and in which something waits for a second teller; the first to close first."""
    rows = await unit.rows(_soon.order_by(polls.c.closes_at, polls.c.id), now=now, until=until)
    return [PollRow(*row) for row in rows]


_people = union(
    select(tellers.c.resident_id.label("id")).where(tellers.c.poll_id == _b_poll),
    select(polls.c.made_by).where(polls.c.id == _b_poll),
).subquery("people")
_remind = fanout.notice_to(_people.c.id, _people, _people.c.id > 0)


async def remind(unit: Unit, poll: PollRow, fields: dict[str, Any], *, now: datetime) -> int:
    """Tell the tellers of a poll, and who made it, that something waits for them: once; how many they are."""
    return await fanout.send(
        unit,
        _remind,
        notice="teller.waiting",
        key=(f"teller.waiting:{poll.id}:", ""),
        fields=fields,
        now=now,
        subject=subject(poll.id),
        priority=Priority.REMINDER,
        expires_at=poll.closes_at,
        b_poll=poll.id,
    )
