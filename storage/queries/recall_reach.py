"""Who has heard of a recall, who could not be reached, and the batches that a coordinator could recall."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, case, cast, exists, func, update

from storage.outbox import outbox
from storage.queries.batches import COLUMNS, SOURCE, BatchRow, batch_of, batches, windows
from storage.queries.claims import claims, residents
from storage.queries.recalls import URGENT, RecallRow, people, recalls
from storage.sql import bindparam, select
from storage.tables import OutboxState
from storage.unit import Unit


class Reach(NamedTuple):
    """How many people a recall is told to, by how far it has come.

    `unknown`: the notices themselves were forgotten, as they are after a year.
    """

    missed: int = 0
    unknown: int = 0
    coming: int = 0
    reached: int = 0
    read: int = 0

    @property
    def all(self) -> int:
        return sum(self)


class Told(NamedTuple):
    """Somebody a recall is told to: `reach` is a field of `Reach`, amounts thousandths; `by` told them in person."""

    resident_id: int
    name: str
    street: str
    handed: int
    carried: int
    price: int | None
    reach: str
    sent_at: datetime | None
    read_at: datetime | None
    by: str | None


_makers, _tellers = residents.alias("makers"), residents.alias("tellers")
_latest = (
    select(recalls.c.id, recalls.c.batch_id, recalls.c.reason, _makers.c.name, recalls.c.made_at, recalls.c.cleared_at)
    .join(_makers, _makers.c.id == recalls.c.made_by)
    .where(recalls.c.batch_id == bindparam("batch_id"))
    .order_by(recalls.c.id.desc())
    .limit(1)
)
_reach = case(
    (people.c.read_at.is_not(None), "read"),
    (outbox.c.state == OutboxState.SENT, "reached"),
    (outbox.c.state.in_([OutboxState.WAITING, OutboxState.SENDING]), "coming"),
    (outbox.c.state.in_([OutboxState.FAILED, OutboxState.DROPPED]), "missed"),
    else_="unknown",
)
_rank = case({name: at for at, name in enumerate(Reach._fields)}, value=_reach)
_with_notice = people.outerjoin(
    outbox, outbox.c.dedupe_key == bindparam("key", type_=Text()) + cast(people.c.resident_id, Text())
)
_of_recall = people.c.recall_id == bindparam("recall_id")
_counts = select(_reach, func.count()).select_from(_with_notice).where(_of_recall).group_by(_reach)
_told = (
    select(
        people.c.resident_id,
        residents.c.name,
        residents.c.street,
        people.c.handed,
        people.c.carried,
        claims.c.price,
        _reach.label("reach"),
        outbox.c.sent_at,
        people.c.read_at,
        _tellers.c.name.label("by"),
    )
    .select_from(
        _with_notice.join(residents, residents.c.id == people.c.resident_id)
        .join(recalls, recalls.c.id == people.c.recall_id)
        .outerjoin(claims, and_(claims.c.batch_id == recalls.c.batch_id, claims.c.resident_id == people.c.resident_id))
        .outerjoin(_tellers, _tellers.c.id == people.c.told_by)
    )
    .where(_of_recall)
    .order_by(_rank, residents.c.name, residents.c.id)
)
_told_page = _told.limit(bindparam("most")).offset(bindparam("skip"))
_one_told = _told.where(people.c.resident_id == bindparam("resident_id"))
_read = (
    update(people)
    .where(
        people.c.recall_id == bindparam("b_recall"),
        people.c.resident_id == bindparam("b_resident"),
        people.c.read_at.is_(None),
    )
    .values(read_at=bindparam("b_now"), told_by=bindparam("b_by"))
)


def _key(recall_id: int) -> str:
    return f"{URGENT}:{recall_id}:"


async def latest(unit: Unit, batch_id: int) -> RecallRow | None:
    """The last recall of a batch, also one that was a mistake."""
    row = await unit.first(_latest, batch_id=batch_id)
    return None if row is None else RecallRow(*row)


async def reach(unit: Unit, recall_id: int) -> Reach:
    """How many people have heard of a recall."""
    rows = await unit.rows(_counts, recall_id=recall_id, key=_key(recall_id))
    return Reach(**{row[0]: int(row[1]) for row in rows})


async def told(unit: Unit, recall_id: int, *, most: int | None = None, skip: int = 0) -> list[Told]:
    """Whom a recall is told to, those who could not be reached first."""
    given: dict[str, Any] = {"recall_id": recall_id, "key": _key(recall_id)}
    if most is None:
        return [Told(*row) for row in await unit.rows(_told, **given)]
    return [Told(*row) for row in await unit.rows(_told_page, most=most, skip=skip, **given)]


async def one_told(unit: Unit, recall_id: int, resident_id: int) -> Told | None:
    """One of them."""
    row = await unit.first(_one_told, recall_id=recall_id, resident_id=resident_id, key=_key(recall_id))
    return None if row is None else Told(*row)


async def note_read(unit: Unit, recall_id: int, resident_id: int, *, by: int | None = None, now: datetime) -> bool:
    """Note that somebody has read a recall, or was told of it in person by `by`. False if that was noted before."""
    return await unit.run(_read, b_recall=recall_id, b_resident=resident_id, b_by=by, b_now=now) == 1


# -- what could be recalled --------------------------------------------------------------------------------------------

_recent_of = (batches.c.ends_at > bindparam("since"),)
_in_projects = batches.c.project_id.in_(bindparam("projects", expanding=True))
_begun = exists().where(windows.c.batch_id == batches.c.id, windows.c.starts_at <= bindparam("now"))
_recent = (
    select(*COLUMNS)
    .select_from(SOURCE)
    .where(*_recent_of)
    .order_by(case((_begun, 0), else_=1), batches.c.ends_at.desc(), batches.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_how_many = select(func.count()).select_from(batches).where(*_recent_of)


async def recent(
    unit: Unit, project_ids: Collection[int] | None, *, since: datetime, now: datetime, most: int, skip: int
) -> tuple[list[BatchRow], int]:
    """A page of the batches that ended after `since`, of some projects or (None) of all, and how many there are.

    Those whose pick-up has begun come first, the latest before the earlier ones.
    """
    given: dict[str, Any] = {"since": since}
    listed, counted = _recent, _how_many
    if project_ids is not None:
        given["projects"] = sorted(project_ids)
        listed, counted = listed.where(_in_projects), counted.where(_in_projects)
    rows = await unit.rows(listed, now=now, most=most, skip=skip, **given)
    return [batch_of(row) for row in rows], int(await unit.value(counted, **given))
