"""The weekly updates as everybody may read them: those that have gone out, and nothing of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func

from storage.queries import updates as kept
from storage.queries.pictures import pictures
from storage.queries.updates import SENT, UpdateRow, photos, updates
from storage.sql import bindparam, select
from storage.unit import Unit

_WEEK = select(updates.c.id, updates.c.week).where(updates.c.state == SENT)
_before = _WEEK.where(updates.c.week < bindparam("week")).order_by(updates.c.week.desc()).limit(1)
_after = _WEEK.where(updates.c.week > bindparam("week")).order_by(updates.c.week).limit(1)
_photo = (
    select(pictures.c.digest, pictures.c.media_type, pictures.c.content)
    .select_from(
        photos.join(pictures, pictures.c.id == photos.c.picture_id).join(updates, updates.c.id == photos.c.update_id)
    )
    .where(photos.c.update_id == bindparam("update_id"), updates.c.state == SENT)
    .order_by(photos.c.position, photos.c.picture_id)
    .limit(1)
    .offset(bindparam("skip"))
)
_counts = (
    select(photos.c.update_id, func.count())
    .where(photos.c.update_id.in_(bindparam("ids", expanding=True)))
    .group_by(photos.c.update_id)
)


class Neighbour(NamedTuple):
    """The update before or after another."""

    id: int
    week: date


class Photo(NamedTuple):
    """A photo, and the SHA-256 of its content as hex."""

    digest: str
    media_type: str
    content: bytes


async def sent(unit: Unit, update_id: int) -> UpdateRow | None:
    """An update that has gone out; None for one that has not, as for one that never was."""
    found = await kept.get(unit, update_id)
    return found if found is not None and found.state == SENT and found.sent_at is not None else None


async def beside(unit: Unit, week: date) -> tuple[Neighbour | None, Neighbour | None]:
    """The updates of the nearest weeks before and after that have gone out."""
    before, after = await unit.first(_before, week=week), await unit.first(_after, week=week)
    return (None if before is None else Neighbour(*before)), (None if after is None else Neighbour(*after))


async def photo(unit: Unit, update_id: int, number: int) -> Photo | None:
    """A photo of an update that has gone out, counted from 1."""
    row = await unit.first(_photo, update_id=update_id, skip=number - 1)
    return None if row is None else Photo(row[0], row[1], bytes(row[2]))


async def photo_counts(unit: Unit, ids: Sequence[int]) -> dict[int, int]:
    """How many photos updates have; those without any are left out."""
    return {row[0]: row[1] for row in await unit.rows(_counts, ids=list(ids))}
