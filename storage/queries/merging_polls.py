"""Of two residents who are one: polls that are open have one vote of them; what is closed stays as it was counted."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, delete, exists, update

from storage.queries import polls as poll_queries
from storage.queries.agenda_items import items as agenda_items
from storage.queries.agenda_items import seconds
from storage.queries.ballots import ballots
from storage.queries.meetings import guests, meetings
from storage.queries.merging_rows import Journal, Pair, Thing, Values
from storage.queries.papers import papers
from storage.queries.polls import OPEN, electors, polls
from storage.queries.proxies import proxies
from storage.queries.tellers import tellers
from storage.sql import bindparam, insert, select
from storage.tables import How, ItemState, Merge, Resident, ResidentState, table_of
from storage.unit import Unit
from town.facts import MergeWaits
from town.merging import earlier_stays

merges, residents = table_of(Merge), table_of(Resident)


class Both(NamedTuple):
    """An open poll whose electorate has both, and how the vote of each has come in."""

    id: int
    question: str
    secret: bool
    kept: str
    gone: str

    @property
    def waits(self) -> bool:
        """Nobody can tell which of two secret ballots is whose."""
        return self.secret and How.NOT not in (self.kept, self.gone)


_mine, _theirs = electors.alias("mine"), electors.alias("theirs")
_both = (
    select(polls.c.id, polls.c.question, polls.c.secret, _mine.c.how, _theirs.c.how)
    .select_from(
        polls.join(_mine, and_(_mine.c.poll_id == polls.c.id, _mine.c.resident_id == bindparam("kept_id"))).join(
            _theirs, and_(_theirs.c.poll_id == polls.c.id, _theirs.c.resident_id == bindparam("gone_id"))
        )
    )
    .where(OPEN)
    .order_by(polls.c.id)
)
_of_gone = (
    select(polls.c.id)
    .join(electors, electors.c.poll_id == polls.c.id)
    .where(OPEN, electors.c.resident_id == bindparam("gone_id"))
    .order_by(polls.c.id)
)
_fewer = (
    update(polls)
    .where(polls.c.id == bindparam("b_poll"))
    .values(electorate=polls.c.electorate + bindparam("b_more", type_=polls.c.electorate.type))
)
_fewer_invited = (
    update(meetings)
    .where(meetings.c.id == bindparam("b_meeting"))
    .values(invited=meetings.c.invited + bindparam("b_more", type_=meetings.c.invited.type))
)


async def both(unit: Unit, *, kept: int, gone: int) -> list[Both]:
    """The open polls that ask both."""
    return [Both(*row) for row in await unit.rows(_both, kept_id=kept, gone_id=gone)]


async def close_doors(unit: Unit, gone: int) -> list[int]:
    """Have the open polls that ask somebody wait, one after the other; which they are."""
    found = [row.id for row in await unit.rows(_of_gone, gone_id=gone)]
    for poll_id in found:
        await poll_queries.close_door(unit, poll_id)
        await poll_queries.get(unit, poll_id, lock=True)
    return [row.id for row in await unit.rows(_of_gone, gone_id=gone) if row.id in found]


async def make_one(journal: Journal, open_polls: list[int]) -> None:
    """Leave one vote of the two in each of these polls. Raises MergeWaits."""
    for one in await both(journal.unit, kept=journal.kept, gone=journal.gone):
        if one.waits:
            raise MergeWaits(question=one.question)
    for pair in await journal.pairs(electors, "resident_id", "poll_id", electors.c.poll_id.in_(open_polls)):
        if pair.kept is None:
            await journal.change(electors, [pair.mine], thing=f"poll:{pair.key}", resident_id=journal.kept)
            await _votes_move(journal, pair.key)
        else:
            await _one_elector(journal, pair, pair.kept)
    for pair in await journal.pairs(tellers, "resident_id", "poll_id"):
        if pair.kept is None:
            await journal.change(tellers, [pair.mine], resident_id=journal.kept)
    await journal.move(papers, "entered_by")
    await _proxies(journal)
    await journal.move(polls, "made_by", polls.c.closed_at.is_(None), polls.c.cancelled_at.is_(None))
    await _meetings(journal)


async def _one_elector(journal: Journal, pair: Pair, kept: Values) -> None:
    """Of two electors one remains, with the vote that is in; of two votes in an open poll with the earlier one."""
    thing, mine = f"poll:{pair.key}", pair.mine
    kept_stays = mine["how"] == How.NOT
    if not kept_stays and kept["how"] != How.NOT:
        cast = [await journal.rows(ballots, ballots.c.poll_id == pair.key, ballots.c.resident_id == who)
                for who in journal.both]  # fmt: skip
        kept_stays = earlier_stays(*(rows[0]["cast_at"] if rows else None for rows in cast))
    loser = journal.gone if kept_stays else journal.kept
    for table in (ballots, papers):
        rows = await journal.rows(table, table.c.poll_id == pair.key, table.c.resident_id == loser)
        await journal.take(table, rows, thing=thing)
    if not kept_stays:
        vote = {name: mine[name] for name in ("how", "by", "unconfirmed", "confirmed_by")}
        await journal.change(electors, [kept], thing=thing, **vote)
        await _votes_move(journal, pair.key)
    await journal.take(electors, [mine], thing=thing)
    await journal.unit.run(_fewer, b_poll=pair.key, b_more=-1)


async def _votes_move(journal: Journal, poll_id: int) -> None:
    for table in (ballots, papers):
        rows = await journal.rows(table, table.c.poll_id == poll_id, table.c.resident_id == journal.gone)
        await journal.change(table, rows, thing=f"poll:{poll_id}", resident_id=journal.kept)


async def _proxies(journal: Journal) -> None:
    """One proxy given for the same polls; all that either holds, each in a slot of its own; none for oneself."""
    kept, gone, current = journal.kept, journal.gone, proxies.c.ended_at.is_(None)
    held = await journal.rows(proxies, current, proxies.c.holder_id == kept)
    given = await journal.rows(proxies, current, proxies.c.giver_id == kept)
    scopes, slot = {row["poll_id"] for row in given}, max((row["slot"] for row in held), default=0)
    ended: Values = {"ended_at": journal.now}
    between = [row for row in given if row["holder_id"] == gone]
    await journal.change(proxies, between, **ended)
    for row in await journal.rows(proxies, current, proxies.c.giver_id == gone):
        if row["holder_id"] == kept or row["poll_id"] in scopes - {one["poll_id"] for one in between}:
            await journal.change(proxies, [row], **ended)
        else:
            await journal.change(proxies, [row], giver_id=kept)
    for row in await journal.rows(proxies, current, proxies.c.holder_id == gone):
        slot += 1
        await journal.change(proxies, [row], holder_id=kept, slot=slot)


async def _meetings(journal: Journal) -> None:
    running = and_(meetings.c.approved_at.is_(None), meetings.c.cancelled_at.is_(None))
    for column in ("made_by", "secretary_id"):
        for row in await journal.rows(meetings, meetings.c[column] == journal.gone, running):
            moved: Values = {column: journal.kept}
            await journal.change(meetings, [row], watch=(column,), **moved)
    coming = select(meetings.c.id).where(meetings.c.closed_at.is_(None), meetings.c.cancelled_at.is_(None))
    open_meetings = {row.id for row in await journal.unit.rows(coming)}
    for pair in await journal.pairs(guests, "resident_id", "meeting_id"):
        if pair.kept is None:
            await journal.change(guests, [pair.mine], thing=f"meeting:{pair.key}", resident_id=journal.kept)
        elif pair.key in open_meetings:
            await _one_guest(journal, pair, pair.kept)
    proposed = (agenda_items.c.state.in_([ItemState.PROPOSED, ItemState.ON]), agenda_items.c.meeting_id.in_(coming))
    await journal.move(agenda_items, "made_by", *proposed)
    for pair in await journal.pairs(seconds, "resident_id", "item_id"):
        [item] = await journal.rows(agenda_items, agenda_items.c.id == pair.key)
        if item["state"] != ItemState.PROPOSED:
            continue
        if pair.kept is None and item["made_by"] != journal.kept:
            await journal.change(seconds, [pair.mine], resident_id=journal.kept)
        else:
            await journal.take(seconds, [pair.mine])


async def _one_guest(journal: Journal, pair: Pair, kept: Values) -> None:
    thing, mine = f"meeting:{pair.key}", pair.mine
    answered = kept if kept["coming"] or not mine["coming"] else mine
    there = kept if kept["here_at"] is not None or mine["here_at"] is None else mine
    said = {name: answered[name] for name in ("coming", "people", "answered_at")}
    await journal.change(guests, [kept], thing=thing, **said, **{n: there[n] for n in ("here_at", "noted_by")})
    await journal.take(guests, [mine], thing=thing)
    await journal.unit.run(_fewer_invited, b_meeting=pair.key, b_more=-1)


# -- who was asked in the very moment of a merge -----------------------------------------------------------------------

_blank = and_(electors.c.how == How.NOT, electors.c.resident_id == residents.c.id)
_strays = (
    select(electors.c.poll_id, electors.c.resident_id, merges.c.kept_id)
    .select_from(
        electors.join(polls, polls.c.id == electors.c.poll_id)
        .join(residents, and_(_blank, residents.c.state == ResidentState.MERGED))
        .join(merges, and_(merges.c.gone_id == residents.c.id, merges.c.undone_at.is_(None)))
    )
    .where(OPEN)
    .order_by(electors.c.poll_id, electors.c.resident_id)
)
_stray = and_(electors.c.poll_id == bindparam("b_poll"), electors.c.resident_id == bindparam("b_gone"))
_other = electors.alias("other")
_pass_over = (
    update(electors)
    .where(_stray, ~exists().where(_other.c.poll_id == electors.c.poll_id, _other.c.resident_id == bindparam("b_kept")))
    .values(resident_id=bindparam("b_kept"))
)
_take_off = delete(electors).where(_stray)


async def has_strays(unit: Unit) -> bool:
    """Whether an open poll asks somebody who is gone: it was opened while they were made one with another."""
    return await unit.value(_strays.limit(1)) is not None


async def no_strays(unit: Unit) -> int:
    """Have each open poll ask the kept one, and once; how many electors that were."""
    found = await unit.rows(_strays)
    if not found:
        return 0
    for poll_id in sorted({row.poll_id for row in found}):
        await poll_queries.close_door(unit, poll_id)
        await poll_queries.get(unit, poll_id, lock=True)
    known = {row.poll_id for row in found}
    strays = [row for row in await unit.rows(_strays) if row.poll_id in known]
    for row in strays:
        if not await unit.run(_pass_over, b_poll=row.poll_id, b_gone=row.resident_id, b_kept=row.kept_id):
            await unit.run(_take_off, b_poll=row.poll_id, b_gone=row.resident_id)
            await unit.run(_fewer, b_poll=row.poll_id, b_more=-1)
    return len(strays)


# -- going back --------------------------------------------------------------------------------------------------------

_is_open = select(polls.c.id).where(polls.c.id == bindparam("poll_id"), OPEN)
_is_coming = select(meetings.c.id).where(
    meetings.c.id == bindparam("meeting_id"), meetings.c.closed_at.is_(None), meetings.c.cancelled_at.is_(None)
)


async def vote_again(unit: Unit, thing: Thing, now: datetime) -> bool:
    """Let both be of a poll's electorate again, while it is open. What was counted meanwhile stays counted."""
    if await unit.value(_is_open, poll_id=thing.id) is None:
        return False
    if _taken(thing, electors):
        await unit.run(_fewer, b_poll=thing.id, b_more=1)
    return True


async def new_elector(unit: Unit, thing: Thing) -> None:
    """Whoever is made two again can vote, though the vote that was in has been changed since and stays."""
    lost = _taken(thing, electors)
    if lost is not None and await unit.value(_is_open, poll_id=thing.id) is not None:
        blank: Values = {"how": How.NOT.value, "by": None, "unconfirmed": False, "confirmed_by": None}
        await unit.execute(insert(electors), lost | blank)
        await unit.run(_fewer, b_poll=thing.id, b_more=1)


async def invited_again(unit: Unit, thing: Thing, now: datetime) -> bool:
    """Invite both again, before a meeting is closed."""
    if _taken(thing, guests) is not None:
        if await unit.value(_is_coming, meeting_id=thing.id) is None:
            return False
        await unit.run(_fewer_invited, b_meeting=thing.id, b_more=1)
    return True


def _taken(thing: Thing, table: object) -> Values | None:
    """The row of a table that the merge took away of a thing."""
    return next((one.was for one in thing.changes if one.table is table and one.left is None), None)
