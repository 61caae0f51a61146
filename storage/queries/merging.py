"""Merges of two residents who are one person: who they are, what was made one when, and who is busy meanwhile."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, exists, func, or_, update

from storage.outbox import TOPIC, UNSENT, WITHDRAWN
from storage.queries.draws import lock_holders
from storage.queries.merging_rows import changes, forget
from storage.queries.places import lock, try_lock
from storage.sql import bindparam, insert, select
from storage.tables import Account, Deed, Merge, Outbox, OutboxState, Resident, ResidentState, Speaker, table_of
from storage.unit import Unit

merges, residents, accounts, outbox = (table_of(model) for model in (Merge, Resident, Account, Outbox))
speakers, deeds = table_of(Speaker), table_of(Deed)


class PersonRow(NamedTuple):
    """A resident who may be one person with another."""

    id: int
    name: str
    street: str
    state: str
    joined_at: datetime
    household_id: int | None
    born: date | None
    calendar_key: str | None


class MergeRow(NamedTuple):
    """A merge, with the names of the two and of who undid it. `said_by`: the steward who said yes for one of them."""

    id: int
    kept_id: int
    gone_id: int
    kept: str
    gone: str
    at: datetime
    undone_at: datetime | None
    undone_by: str | None
    said_by: str | None


_kept, _gone, _undoer, _steward = (residents.alias(name) for name in ("kept", "gone", "undoer", "who_said_yes"))
SAID = "forthem:"
"""What the deed begins with by which a steward said for somebody that they are one with another."""

_said_by = (
    select(_steward.c.name)
    .join(deeds, deeds.c.steward_id == _steward.c.id)
    .where(
        deeds.c.resident_id.in_([merges.c.kept_id, merges.c.gone_id]),
        deeds.c.at == merges.c.at,
        deeds.c.what.startswith(SAID, autoescape=True),
    )
    .limit(1)
    .correlate(merges)
    .scalar_subquery()
)
_person = select(*(residents.c[name] for name in PersonRow._fields)).where(residents.c.id == bindparam("resident_id"))
_both: BindParameter[int] = bindparam("both", expanding=True)
_chats = select(accounts.c.id).where(
    or_(
        accounts.c.resident_id.in_(_both),
        accounts.c.speaking_id.in_(_both),
        accounts.c.id.in_(select(speakers.c.account_id).where(speakers.c.resident_id.in_(_both))),
    )
)
_free_chats = _chats.with_for_update(skip_locked=True)
_make = insert(merges).returning(merges.c.id)
_merge = (
    select(
        merges.c.id,
        merges.c.kept_id,
        merges.c.gone_id,
        _kept.c.name,
        _gone.c.name,
        merges.c.at,
        merges.c.undone_at,
        _undoer.c.name,
        _said_by,
    )
    .select_from(
        merges.join(_kept, _kept.c.id == merges.c.kept_id)
        .join(_gone, _gone.c.id == merges.c.gone_id)
        .outerjoin(_undoer, _undoer.c.id == merges.c.undone_by)
    )
    .order_by(merges.c.at.desc(), merges.c.id.desc())
)
_get = _merge.where(merges.c.id == bindparam("merge_id"))
_since = _merge.where(merges.c.at > bindparam("since"))
_later = (
    select(_kept.c.name)
    .select_from(merges.join(_kept, _kept.c.id == merges.c.kept_id))
    .where(
        merges.c.id > bindparam("merge_id"),
        merges.c.undone_at.is_(None),
        or_(merges.c.kept_id.in_(bindparam("both", expanding=True)), merges.c.gone_id.in_(bindparam("both"))),
    )
    .order_by(merges.c.id.desc())
    .limit(1)
)
_end = (
    update(merges)
    .where(merges.c.id == bindparam("b_merge"), merges.c.undone_at.is_(None))
    .values(undone_at=bindparam("b_now"), undone_by=bindparam("b_by"))
)
_stands = and_(merges.c.gone_id == outbox.c.resident_id, merges.c.undone_at.is_(None))
_latest = select(merges.c.kept_id).where(_stands).order_by(merges.c.id.desc()).limit(1)
_now_theirs = _latest.correlate(outbox).scalar_subquery()
_is_gone = outbox.c.resident_id.in_(select(residents.c.id).where(residents.c.state == ResidentState.MERGED))
_waits_for_gone = select(outbox.c.id).where(UNSENT, _is_gone)
_forward = update(outbox).where(
    outbox.c.id.in_(_waits_for_gone.order_by(outbox.c.id).with_for_update(skip_locked=True))
).values(resident_id=func.coalesce(_now_theirs, outbox.c.resident_id))  # fmt: skip
_twin = outbox.alias("twin")
_said = exists().where(
    _twin.c.resident_id == _now_theirs,
    _twin.c.notice == outbox.c.notice,
    _twin.c.state != OutboxState.FAILED,
    or_(
        _twin.c.broadcast_id == outbox.c.broadcast_id,
        and_(
            outbox.c.subject != "",
            *(_twin.c[name] == outbox.c[name] for name in ("subject", "fields", "due_at")),
        ),
    ),
)
_drop_double = (
    update(outbox)
    .where(outbox.c.id.in_(_waits_for_gone.order_by(outbox.c.id).with_for_update(skip_locked=True)), _said)
    .values(state=OutboxState.DROPPED, detail=WITHDRAWN)
)
_has_notes = merges.c.id.in_(select(changes.c.merge_id))
_old_notes = select(merges.c.id).where(_has_notes, merges.c.at <= bindparam("before"))
_next_note = select(func.min(merges.c.at)).where(_has_notes)


async def person(unit: Unit, resident_id: int) -> PersonRow | None:
    """A resident, in whatever state."""
    row = await unit.first(_person, resident_id=resident_id)
    return None if row is None else PersonRow(*row)


async def lock_both(unit: Unit, first: int, second: int) -> bool:
    """Have everything else about two residents wait, the lower id first. False when one of them is busy just now.

    Whoever holds somebody's lock already only tries: the other could wait for them. So it is with chats in the middle
    of an update, those of others too on which either speaks: they are locked, and may wait for what is locked here.
    """
    for one in sorted((first, second)):
        if unit.locked_resident is None:
            await lock(unit, one)
        elif not await try_lock(unit, one):
            return False
    if not unit.is_sqlite:
        both = [first, second]
        if len(await unit.rows(_free_chats, both=both)) < len(await unit.rows(_chats, both=both)):
            return False
    found = [await person(unit, one) for one in (first, second)]
    await lock_holders(unit, {one.household_id or -one.id for one in found if one is not None})
    return True


async def make(unit: Unit, *, kept: int, gone: int, account_id: int, now: datetime) -> int:
    """Write that two are one from here on. Returns the id."""
    return int(await unit.value(_make, kept_id=kept, gone_id=gone, account_id=account_id, at=now))


async def get(unit: Unit, merge_id: int) -> MergeRow | None:
    """One merge."""
    row = await unit.first(_get, merge_id=merge_id)
    return None if row is None else MergeRow(*row)


async def since(unit: Unit, moment: datetime) -> list[MergeRow]:
    """The merges after a moment, the latest first, those included that were undone."""
    return [MergeRow(*row) for row in await unit.rows(_since, since=moment)]


async def later(unit: Unit, one: MergeRow) -> str | None:
    """The name of somebody of the two who was made one with another since, and is so yet; None for nobody."""
    found: str | None = await unit.value(_later, merge_id=one.id, both=[one.kept_id, one.gone_id])
    return found


async def end(unit: Unit, merge_id: int, *, by: int, now: datetime) -> bool:
    """Note that a merge was undone. False when it was before."""
    return await unit.run(_end, b_merge=merge_id, b_by=by, b_now=now) == 1


# -- keeping up --------------------------------------------------------------------------------------------------------


async def forward(unit: Unit) -> int:
    """Let what waits for somebody who is gone go to the kept one: it was on its way when they were made one.

    What the kept one is told anyway is dropped.
    """
    moved = await unit.run(_drop_double) + await unit.run(_forward)
    if moved:
        unit.announce(TOPIC)
    return moved


async def has_to_forward(unit: Unit) -> bool:
    """Whether something waits for somebody who is gone."""
    return await unit.value(_waits_for_gone.limit(1)) is not None


async def forget_old(unit: Unit, before: datetime) -> int:
    """Forget what the merges changed that cannot be undone any more; how many merges."""
    old = [row.id for row in await unit.rows(_old_notes, before=before)]
    await forget(unit, old)
    return len(old)


async def first_noted(unit: Unit) -> datetime | None:
    """When the first merge was of which it is still known what it changed."""
    found: datetime | None = await unit.value(_next_note)
    return found
