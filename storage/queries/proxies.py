"""Proxies: who votes for whom, in one poll or in every one, and how many one person may hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, update

from storage import fanout
from storage.queries.polls import COLUMNS, PollRow, electors, polls, subject
from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import How, PollProxy, Priority, ResidentState, table_of
from storage.unit import Unit

proxies = table_of(PollProxy)
others, givers, holders = proxies.alias("others"), residents.alias("givers"), residents.alias("holders")
asked_too = electors.alias("asked_too")
"""The holder's own place in the electorate."""

_b_now = bindparam("b_now", type_=proxies.c.ended_at.type)
_over = polls.alias("over")
_of_over = exists().where(
    _over.c.id == proxies.c.poll_id, or_(_over.c.closed_at.is_not(None), _over.c.cancelled_at.is_not(None))
)
_CURRENT = and_(proxies.c.ended_at.is_(None), ~_of_over)
"""A proxy for a poll that is over is one no more, whether anybody has noted it or not."""


class ProxyRow(NamedTuple):
    """A proxy: `poll_id` None is for every poll; `poll_question` and `poll_words` are the poll's, None without one."""

    id: int
    giver_id: int
    giver: str
    holder_id: int
    holder: str
    poll_id: int | None
    slot: int
    poll_question: str | None
    poll_words: str | None


_rows = (
    select(
        proxies.c.id,
        proxies.c.giver_id,
        givers.c.name.label("giver"),
        proxies.c.holder_id,
        holders.c.name.label("holder"),
        proxies.c.poll_id,
        proxies.c.slot,
        polls.c.question,
        polls.c.words,
    )
    .select_from(
        proxies.join(givers, givers.c.id == proxies.c.giver_id)
        .join(holders, holders.c.id == proxies.c.holder_id)
        .outerjoin(polls, polls.c.id == proxies.c.poll_id)
    )
    .where(_CURRENT)
    .order_by(func.coalesce(proxies.c.poll_id, 0), proxies.c.id)
)
_one = _rows.where(proxies.c.id == bindparam("proxy_id"))
_given = _rows.where(proxies.c.giver_id == bindparam("resident_id"))
_held = _rows.where(proxies.c.holder_id == bindparam("resident_id"))


async def get(unit: Unit, proxy_id: int) -> ProxyRow | None:
    """A proxy that is current."""
    row = await unit.first(_one, proxy_id=proxy_id)
    return None if row is None else ProxyRow(*row)


async def given_by(unit: Unit, resident_id: int) -> list[ProxyRow]:
    """The proxies that somebody has given: the one for every poll first."""
    return [ProxyRow(*row) for row in await unit.rows(_given, resident_id=resident_id)]


async def held_by(unit: Unit, resident_id: int) -> list[ProxyRow]:
    """The proxies that somebody holds."""
    return [ProxyRow(*row) for row in await unit.rows(_held, resident_id=resident_id)]


# -- giving and ending -------------------------------------------------------------------------------------------------

_end_over = (
    update(proxies)
    .where(proxies.c.holder_id == bindparam("b_holder"), proxies.c.ended_at.is_(None), _of_over)
    .values(ended_at=_b_now)
)
_slots = select(proxies.c.slot).where(proxies.c.holder_id == bindparam("holder_id"), proxies.c.ended_at.is_(None))
_of_giver = select(proxies.c.id).where(
    proxies.c.giver_id == bindparam("giver_id"),
    func.coalesce(proxies.c.poll_id, 0) == bindparam("scope"),
    proxies.c.ended_at.is_(None),
)
_give = insert(proxies).on_conflict_do_nothing().returning(proxies.c.id)
_end = (
    update(proxies)
    .where(
        proxies.c.id == bindparam("b_id"),
        or_(proxies.c.giver_id == bindparam("b_by"), proxies.c.holder_id == bindparam("b_by")),
        proxies.c.ended_at.is_(None),
    )
    .values(ended_at=_b_now, ended_by=bindparam("b_by"))
)


class Full(Exception):
    """The holder holds as many proxies as one person may."""


class Given(Exception):
    """The giver has given this proxy already."""


async def give(unit: Unit, *, giver: int, holder: int, poll_id: int | None, most: int, now: datetime) -> int:
    """Write a proxy into the first slot of its holder that is free; its id. Raises Full or Given.

    The unique indexes decide between several who give at once: whoever finds a slot taken meanwhile takes the next, and
    after `most` of them there is none.
    """
    await unit.run(_end_over, b_holder=holder, b_now=now)
    for _try in range(most + 1):
        taken = {row.slot for row in await unit.rows(_slots, holder_id=holder)}
        slot = next((one for one in range(1, most + 1) if one not in taken), None)
        if slot is None:
            raise Full
        made = await unit.value(_give, giver_id=giver, holder_id=holder, poll_id=poll_id, slot=slot, made_at=now)
        if made is not None:
            return int(made)
        if await unit.value(_of_giver, giver_id=giver, scope=poll_id or 0) is not None:
            raise Given
    raise Full


async def end(unit: Unit, proxy_id: int, *, by: int, now: datetime) -> bool:
    """End a proxy, whichever of the two does so. False when it was ended before, or is not theirs."""
    return await unit.run(_end, b_id=proxy_id, b_by=by, b_now=now) == 1


# -- voting ------------------------------------------------------------------------------------------------------------

_TAKES: ColumnElement[bool] = and_(
    polls.c.proxies.is_(True),
    or_(
        proxies.c.poll_id == polls.c.id,
        and_(
            proxies.c.poll_id.is_(None),
            ~exists().where(
                others.c.giver_id == proxies.c.giver_id, others.c.poll_id == polls.c.id, others.c.ended_at.is_(None)
            ),
        ),
    ),
)
"""A proxy is good in a poll: one for this very poll goes before one for every poll."""


def _for_holder(*columns: ColumnElement[Any]) -> Select[Any]:
    """What current proxies let their holders vote on: polls that take proxies, and ask both of the two."""
    return (
        select(*columns)
        .select_from(
            proxies.join(polls, _TAKES)
            .join(electors, and_(electors.c.poll_id == polls.c.id, electors.c.resident_id == proxies.c.giver_id))
            .join(asked_too, and_(asked_too.c.poll_id == polls.c.id, asked_too.c.resident_id == proxies.c.holder_id))
            .join(givers, givers.c.id == proxies.c.giver_id)
            .join(holders, holders.c.id == proxies.c.holder_id)
        )
        .where(
            proxies.c.ended_at.is_(None),
            givers.c.state == ResidentState.RESIDENT,
            holders.c.state == ResidentState.RESIDENT,
        )
    )


_may_vote = _for_holder(proxies.c.id).where(
    proxies.c.holder_id == bindparam("holder_id"),
    proxies.c.giver_id == bindparam("giver_id"),
    polls.c.id == bindparam("poll_id"),
)
_may_vote_still = _may_vote.with_for_update(read=True, of=proxies)
_in_poll = (
    _for_holder(givers.c.id, givers.c.name, electors.c.how)
    .where(proxies.c.holder_id == bindparam("holder_id"), polls.c.id == bindparam("poll_id"))
    .order_by(givers.c.name, givers.c.id)
)
_running = (
    _for_holder(givers.c.id, givers.c.name, electors.c.how, *COLUMNS)
    .where(
        proxies.c.holder_id == bindparam("holder_id"),
        electors.c.how.in_([How.NOT, How.PROXY]),
        polls.c.opened_at.is_not(None),
        polls.c.closed_at.is_(None),
        polls.c.cancelled_at.is_(None),
        or_(polls.c.closes_at.is_(None), polls.c.closes_at > bindparam("now", type_=polls.c.closes_at.type)),
    )
    .order_by(electors.c.how != How.NOT, polls.c.closes_at, polls.c.id, givers.c.name, givers.c.id)
)


class Giver(NamedTuple):
    """Somebody for whom one may vote in a poll, and how their vote has come in so far."""

    id: int
    name: str
    how: str


class Task(NamedTuple):
    """A vote that one may put in for somebody, or change."""

    giver: Giver
    poll: PollRow


async def may_vote(unit: Unit, *, holder: int, giver: int, poll_id: int, lock: bool = False) -> bool:
    """Whether somebody holds somebody's proxy in a poll that asks both of them.

    With `lock` it is not ended before this transaction is. The poll's door is entered before, as whoever makes two
    residents one does.
    """
    statement = _may_vote_still if lock and not unit.is_sqlite else _may_vote
    return await unit.value(statement, holder_id=holder, giver_id=giver, poll_id=poll_id) is not None


async def givers_in(unit: Unit, *, holder: int, poll_id: int) -> Sequence[Giver]:
    """For whom somebody may vote in a poll, by name, those included who have voted."""
    return [Giver(*row) for row in await unit.rows(_in_poll, holder_id=holder, poll_id=poll_id)]


async def tasks(unit: Unit, *, holder: int, now: datetime) -> list[Task]:
    """The votes in open polls that are somebody's to put in for others: those not in yet first."""
    rows = await unit.rows(_running, holder_id=holder, now=now)
    return [Task(Giver(*row[:3]), PollRow(*row[3:])) for row in rows]


_many = (
    _for_holder(proxies.c.holder_id, func.count().label("many"))
    .where(polls.c.id == bindparam("b_poll"), electors.c.how == How.NOT)
    .group_by(proxies.c.holder_id)
    .subquery("asked")
)
_ask = fanout.notice_to(_many.c.holder_id, _many, _many.c.many > 0, numbers={"many": _many.c.many})


async def ask_holders(
    unit: Unit, poll: PollRow, fields: dict[str, Any], *, now: datetime, priority: Priority = Priority.PERSONAL
) -> int:
    """Write to everybody who may vote for others in a poll that they do, and for how many; how many they are."""
    return await fanout.send(
        unit,
        _ask,
        notice="proxy.asked",
        key=(f"proxy.asked:{poll.id}:", ""),
        fields=fields,
        now=now,
        subject=subject(poll.id),
        priority=priority,
        expires_at=poll.closes_at,
        b_poll=poll.id,
    )
