"""The mayor's weekly updates: the one that is being written, and those that were sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, func, update

from storage import rows
from storage.queries.pictures import pictures
from storage.queries.week_numbers import Numbers
from storage.sql import bindparam, insert, select
from storage.tables import Resident, TownUpdate, UpdatePicture, table_of
from storage.unit import Unit

updates, photos = table_of(TownUpdate), table_of(UpdatePicture)
editors = table_of(Resident).alias("editors")

DRAFT, READY, SENT, SKIPPED = "draft", "ready", "sent", "skipped"
OPEN = (DRAFT, READY)

TOPIC = "updates"
"""Announced when an update is sent or corrected: what shows it to everybody may look again."""


class UpdateRow(NamedTuple):
    """An update, as `storage.tables.TownUpdate`; `editor` is the name of who changed it last, "" for nobody."""

    id: int
    week: date
    state: str
    language: str
    text: str
    texts: str
    video: str
    numbers: str
    numbers_at: datetime
    folded: str
    made_at: datetime
    due_at: datetime
    edited_by: int | None
    ready_by: int | None
    reminded_at: datetime | None
    sent_at: datetime | None
    broadcast_id: int | None
    corrections: str
    editor: str

    @property
    def others(self) -> dict[str, str]:
        """The mayor's words in other languages than that of `text`."""
        said: dict[str, str] = json.loads(self.texts)
        return said

    @property
    def counted(self) -> Numbers:
        """The week in numbers, as of `numbers_at`."""
        return Numbers(**json.loads(self.numbers))

    @property
    def corrected(self) -> list[dict[str, str]]:
        """What was put right since it was sent: "text", "language", "name", "at"."""
        noted: list[dict[str, str]] = json.loads(self.corrections)
        return noted

    def words(self, language: str) -> tuple[str, str]:
        """The mayor's words for who reads a language, and the language that they are in."""
        said = self.others.get(language)
        return (self.text, self.language) if said is None else (said, language)


_COLUMNS = (*(updates.c[name] for name in UpdateRow._fields[:-1]), func.coalesce(editors.c.name, ""))
_all = select(*_COLUMNS).select_from(updates.outerjoin(editors, editors.c.id == updates.c.edited_by))
_one = _all.where(updates.c.id == bindparam("update_id"))
_of_week = _all.where(updates.c.week == bindparam("week"))
_of_broadcast = _all.where(updates.c.broadcast_id == bindparam("broadcast_id"))
_open = _all.where(updates.c.state.in_(OPEN)).order_by(updates.c.week.desc())
_sent = _all.where(updates.c.state == SENT).order_by(updates.c.sent_at.desc(), updates.c.id.desc())
_told_at = select(updates.c.numbers_at).where(updates.c.state == SENT, updates.c.week == bindparam("week")).limit(1)
_make = insert(updates).on_conflict_do_nothing(index_elements=["week"]).returning(updates.c.id)
_take = (
    update(updates)
    .where(updates.c.id == bindparam("b_id"), updates.c.state.in_(bindparam("b_from", expanding=True)))
    .values(state=bindparam("b_state"))
)
_photos = (
    select(photos.c.picture_id)
    .where(photos.c.update_id == bindparam("update_id"))
    .order_by(photos.c.position, photos.c.picture_id)
)
_contents = (
    select(photos.c.picture_id, pictures.c.content)
    .select_from(photos.join(pictures, pictures.c.id == photos.c.picture_id))
    .where(photos.c.update_id == bindparam("update_id"))
    .order_by(photos.c.position, photos.c.picture_id)
)
_add_photo = insert(photos).on_conflict_do_nothing(index_elements=["update_id", "picture_id"])
_drop_photo = delete(photos).where(
    photos.c.update_id == bindparam("b_update"), photos.c.picture_id == bindparam("b_id")
)
_past_place = select(func.coalesce(func.max(photos.c.position), 0) + 1).where(
    photos.c.update_id == bindparam("update_id")
)


# -- one update --------------------------------------------------------------------------------------------------------


async def make(
    unit: Unit, week: date, *, language: str, numbers: Numbers, due_at: datetime, now: datetime
) -> int | None:
    """Make the draft of a week's update; its id, or None where the week has one already."""
    made: int | None = await unit.value(
        _make,
        week=week,
        state=DRAFT,
        language=language,
        text="",
        texts="{}",
        video="",
        numbers=_kept(numbers),
        numbers_at=now,
        folded="",
        made_at=now,
        due_at=due_at,
        corrections="[]",
    )
    return made


async def get(unit: Unit, update_id: int, *, lock: bool = False) -> UpdateRow | None:
    """An update; with `lock`, until the end of the transaction nobody else changes it."""
    one = _one.with_for_update(of=updates) if lock and not unit.is_sqlite else _one
    return _row(await unit.first(one, update_id=update_id))


async def of_week(unit: Unit, week: date) -> UpdateRow | None:
    """The update of a week."""
    return _row(await unit.first(_of_week, week=week))


async def of_broadcast(unit: Unit, broadcast_id: int) -> UpdateRow | None:
    """The update that a broadcast carries."""
    return _row(await unit.first(_of_broadcast, broadcast_id=broadcast_id))


async def still_open(unit: Unit) -> list[UpdateRow]:
    """The updates that are drafts or ready, that of the latest week first."""
    return [UpdateRow(*row) for row in await unit.rows(_open)]


async def told_at(unit: Unit, week: date) -> datetime | None:
    """Up to when the update of a week told what happened; None where none was sent."""
    found: datetime | None = await unit.value(_told_at, week=week)
    return found


async def change(unit: Unit, update_id: int, **columns: Any) -> None:
    """Change some columns of an update."""
    await rows.change(unit, updates, update_id, **columns)


async def count_anew(unit: Unit, update_id: int, numbers: Numbers, *, now: datetime) -> None:
    """Keep the week's numbers as they stand now."""
    await change(unit, update_id, numbers=_kept(numbers), numbers_at=now)


async def take(unit: Unit, update_id: int, state: str, *, of: Sequence[str]) -> bool:
    """Put an update that is in one of the states `of` into another; False where it was not: somebody was first."""
    return await unit.run(_take, b_id=update_id, b_state=state, b_from=list(of)) == 1


def _kept(numbers: Numbers) -> str:
    return json.dumps(numbers.kept(), ensure_ascii=False)


def _row(row: Any) -> UpdateRow | None:
    return None if row is None else UpdateRow(*row)


# -- its photos --------------------------------------------------------------------------------------------------------


async def photo_ids(unit: Unit, update_id: int) -> list[int]:
    """The ids of an update's photos, in order."""
    return [row.picture_id for row in await unit.rows(_photos, update_id=update_id)]


async def photo_contents(unit: Unit, update_id: int) -> list[tuple[int, bytes]]:
    """An update's photos in order: ids, and JPEGs."""
    return [(row[0], bytes(row[1])) for row in await unit.rows(_contents, update_id=update_id)]


async def add_photo(unit: Unit, update_id: int, picture_id: int) -> None:
    """Add a photo behind the others; one that is there already stays where it is."""
    place = await unit.value(_past_place, update_id=update_id)
    await unit.run(_add_photo, update_id=update_id, picture_id=picture_id, position=place)


async def drop_photo(unit: Unit, update_id: int, picture_id: int) -> bool:
    """Take a photo out."""
    return await unit.run(_drop_photo, b_update=update_id, b_id=picture_id) == 1


# -- what was sent -----------------------------------------------------------------------------------------------------


async def sent(unit: Unit, words: Sequence[str] = (), *, most: int, skip: int = 0) -> list[UpdateRow]:
    """Updates that were sent, the newest first: those with all of these folded words in them."""
    found = await unit.rows(_with(_sent, words).limit(most).offset(skip))
    return [UpdateRow(*row) for row in found]


async def count_sent(unit: Unit, words: Sequence[str] = ()) -> int:
    """How many of them there are."""
    of = select(func.count()).select_from(updates).where(updates.c.state == SENT)
    return int(await unit.value(_with(of, words)))


def _with(statement: Select[Any], words: Sequence[str]) -> Select[Any]:
    has: list[ColumnElement[bool]] = [updates.c.folded.contains(word, autoescape=True) for word in words]
    return statement.where(*has)
