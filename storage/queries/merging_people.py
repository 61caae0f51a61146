"""Of two residents who are one: who they are, their chats and roles, what they can do, and what they hear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table

from storage.outbox import UNSENT, WITHDRAWN, outbox
from storage.queries.batch_series import series as batch_series
from storage.queries.batches import items
from storage.queries.broadcasts import answers, broadcasts
from storage.queries.campaigns import steps
from storage.queries.follow_ups import follow_ups
from storage.queries.merging_rows import Journal, Values
from storage.queries.mutes import mutes
from storage.queries.residents import accounts, residents
from storage.queries.roles import grants
from storage.queries.saved_audiences import saved
from storage.queries.series import series
from storage.queries.shifts import shifts
from storage.queries.speakers import deeds, speakers, stewards
from storage.queries.topics import of_residents
from storage.queries.waiting import offered_by
from storage.sql import bindparam, select
from storage.tables import BroadcastState, Level, LinkCode, OutboxState, ResidentState, table_of
from storage.unit import Unit
from town.merging import better_level

codes = table_of(LinkCode)

_ON_THE_WAY = [
    BroadcastState.PROPOSED,
    BroadcastState.SCHEDULED,
    BroadcastState.SENDING,
    BroadcastState.PAUSED,
]
_roles_of_gone = (
    select(grants.c.role, grants.c.project_id)
    .where(grants.c.resident_id == bindparam("resident_id"), grants.c.ended_at.is_(None))
    .order_by(grants.c.id)
)


async def roles_of(unit: Unit, resident_id: int) -> Sequence[tuple[str, int | None]]:
    """The roles that somebody holds: (role, project or None)."""
    return [(row.role, row.project_id) for row in await unit.rows(_roles_of_gone, resident_id=resident_id)]


async def make_one(journal: Journal) -> None:
    """Make one of two people, but for what has a rule of its own elsewhere. What waits to be said comes last."""
    await _themselves(journal)
    await _chats(journal)
    await _stewards(journal)
    await _abilities(journal)
    await _roles(journal)
    for table in (answers, mutes):
        other = "broadcast_id" if table is answers else "topic"
        for pair in await journal.pairs(table, "resident_id", other):
            if pair.kept is None:
                await journal.change(table, [pair.mine], resident_id=journal.kept)
            elif table is answers:
                await journal.take(table, [pair.mine])
    await _unfinished(journal)
    await _unsent(journal)


async def _themselves(journal: Journal) -> None:
    kept, gone = [(await journal.rows(residents, residents.c.id == one))[0] for one in journal.both]
    if kept["calendar_key"] is None and gone["calendar_key"] is not None:
        await _changed(journal, residents, gone, "calendar", calendar_key=None)
        await _changed(journal, residents, kept, "calendar", calendar_key=gone["calendar_key"])
    if gone["household_id"] is not None:
        await _changed(journal, residents, gone, "home", household_id=None)
        if kept["household_id"] is None:
            home = {name: gone[name] for name in ("household_id", "street", "area")}
            await _changed(journal, residents, kept, "home", **home)
    for name in ("born", "free_times"):
        if not kept[name] and gone[name]:
            await _changed(journal, residents, kept, name, **{name: gone[name]})
    await _changed(journal, residents, gone, "state", state=ResidentState.MERGED.value)


async def _changed(journal: Journal, table: Table, row: Values, thing: str, **columns: Any) -> None:
    """Change columns that go back by themselves, whatever else has changed in the row."""
    await journal.change(table, [row], thing=thing, watch=tuple(columns), **columns)


async def _chats(journal: Journal) -> None:
    """All chats are the kept one's; who shares them with others goes on to. Nobody shares one with themself."""
    kept, gone = journal.kept, journal.gone
    has_preferred = await journal.rows(accounts, accounts.c.resident_id == kept, accounts.c.preferred.is_(True))
    for row in await journal.rows(accounts, accounts.c.resident_id == gone):
        if has_preferred and row["preferred"]:
            await _changed(journal, accounts, row, f"preferred {row['id']}", preferred=False)
        await _changed(journal, accounts, row, f"account:{row['id']}", resident_id=kept)
    for pair in await journal.pairs(speakers, "resident_id", "account_id"):
        [account] = await journal.rows(accounts, accounts.c.id == pair.key)
        if pair.kept is None and account["resident_id"] != kept:
            await journal.change(speakers, [pair.mine], resident_id=kept)
        else:
            await journal.take(speakers, [pair.mine])
    own = select(accounts.c.id).where(accounts.c.resident_id == kept)
    spoke = (speakers.c.resident_id == kept, speakers.c.account_id.in_(own))
    await journal.take(speakers, await journal.rows(speakers, *spoke))
    for row in await journal.rows(accounts, accounts.c.speaking_id.in_(journal.both)):
        speaking = None if row["resident_id"] == kept else kept
        if row["speaking_id"] != speaking:
            await _changed(journal, accounts, row, f"speaking {row['id']}", speaking_id=speaking)
    for row in await journal.rows(accounts, accounts.c.resident_id == kept, accounts.c.shared.is_(True)):
        if not await journal.rows(speakers, speakers.c.account_id == row["id"]):
            await _changed(journal, accounts, row, f"shared {row['id']}", shared=False)
    await journal.change(codes, await journal.rows(codes, codes.c.resident_id == gone), resident_id=kept)


async def _stewards(journal: Journal) -> None:
    """Whoever has a chat speaks for themself; helping others goes on, but for oneself."""
    kept, gone, current = journal.kept, journal.gone, stewards.c.ended_at.is_(None)
    ended: Values = {"ended_at": journal.now}
    has_chat = bool(await journal.rows(accounts, accounts.c.resident_id == kept))
    of_kept = await journal.rows(stewards, current, stewards.c.resident_id == kept)
    for row in of_kept + await journal.rows(stewards, current, stewards.c.resident_id == gone):
        is_second = row["resident_id"] == gone and bool(of_kept)
        if has_chat or is_second or row["steward_id"] in journal.both:
            await journal.change(stewards, [row], **ended)
        elif row["resident_id"] == gone:
            await journal.change(stewards, [row], resident_id=kept)
    await journal.move(stewards, "steward_id", current)
    await journal.move(deeds, "resident_id")


async def _abilities(journal: Journal) -> None:
    """Each skill and interest once, at the higher level; what one of the two signed for the other counts as told."""
    told: Values = {"level": Level.TOLD.value, "signed_by": None, "signed_at": None}
    own = of_residents.c.resident_id.in_(journal.both), of_residents.c.signed_by.in_(journal.both)
    for row in await journal.rows(of_residents, *own):
        if row["signed_by"] != row["resident_id"]:
            await journal.change(of_residents, [row], thing=f"topic:{row['topic_id']}", **told)
    for pair in await journal.pairs(of_residents, "resident_id", "topic_id"):
        thing = f"topic:{pair.key}"
        if pair.kept is None:
            await journal.change(of_residents, [pair.mine], thing=thing, resident_id=journal.kept)
        elif better_level(pair.kept["level"], pair.mine["level"]):
            signed = {name: pair.mine[name] for name in told}
            await journal.change(of_residents, [pair.kept], thing=thing, **signed)


async def _roles(journal: Journal) -> None:
    current = grants.c.ended_at.is_(None)
    mine = await journal.rows(grants, current, grants.c.resident_id == journal.kept)
    held = {(row["role"], row["project_id"]): row for row in mine}
    for row in await journal.rows(grants, current, grants.c.resident_id == journal.gone):
        same = held.get((row["role"], row["project_id"]))
        if same is not None:  # what is taken from the kept one later does not come back to the other
            thing = f"role {row['id']}"
            await journal.change(grants, [row], thing=thing, ended_at=journal.now)
            await journal.change(grants, [same], thing=thing, watch=("ended_at",), ended_at=None)
        else:
            await journal.change(grants, [row], resident_id=journal.kept)


async def _unfinished(journal: Journal) -> None:
    """What is begun and not over is the kept one's to go on with."""
    move = journal.move
    await move(saved, "made_by")
    await move(items, "made_by", items.c.retired_at.is_(None))
    await move(series, "made_by", series.c.ended_at.is_(None))
    await move(batch_series, "made_by", batch_series.c.ended_at.is_(None))
    await move(steps, "owner_id", steps.c.state == "open")
    await move(follow_ups, "owner_id", follow_ups.c.state == "open")
    open_shift = (shifts.c.closed_at.is_(None), shifts.c.cancelled_at.is_(None))
    on_the_way = broadcasts.c.state.in_(_ON_THE_WAY)
    for table, *conditions in ((shifts, *open_shift), (broadcasts, on_the_way)):
        for row in await journal.rows(table, table.c.made_by == journal.gone, *conditions):
            await journal.change(table, [row], watch=("made_by",), made_by=journal.kept)


async def _unsent(journal: Journal) -> None:
    """What waits goes to the kept one; what both would be told goes out once."""
    kept, gone = journal.kept, journal.gone
    theirs = await journal.rows(outbox, outbox.c.resident_id.in_(journal.both), UNSENT)
    names = ("notice", "subject", "fields", "due_at")
    heard = {tuple(row[name] for name in names) for row in theirs if row["resident_id"] == kept}
    mine = [row for row in theirs if row["resident_id"] == gone]
    of_kept = outbox.c.resident_id == kept
    sent = {row["broadcast_id"] for row in mine if row["broadcast_id"] is not None}
    among = await journal.rows(outbox, of_kept, outbox.c.broadcast_id.in_(sent)) if sent else []
    told = {row["broadcast_id"] for row in among if row["state"] != OutboxState.FAILED}
    double = [
        row
        for row in mine
        if row["broadcast_id"] in told or (row["subject"] and tuple(row[name] for name in names) in heard)
    ]
    await journal.change(outbox, double, state=OutboxState.DROPPED.value, detail=WITHDRAWN)
    twice = {row["id"] for row in double}
    await journal.change(outbox, [row for row in mine if row["id"] not in twice], resident_id=kept)
    await _of_shifts_given_up(journal)


async def _of_shifts_given_up(journal: Journal) -> None:
    """Nothing more is said of an offer that was the other's: a place of theirs stands."""
    rows = await journal.rows(outbox, outbox.c.resident_id == journal.kept, UNSENT, outbox.c.subject.like("offer:%"))
    numbers = [int(row["subject"].partition(":")[2]) for row in rows]
    stale = [
        row
        for row, number in zip(rows, numbers, strict=True)
        if not await offered_by(journal.unit, number, journal.kept)
    ]
    await journal.change(outbox, stale, state=OutboxState.DROPPED.value, detail=WITHDRAWN)
