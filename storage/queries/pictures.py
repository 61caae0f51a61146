"""Pictures that people sent in: each content once, for as long as something is shown with it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, exists

from storage.queries.batches import items
from storage.sql import bindparam, insert, select
from storage.tables import Broadcast, Picture, UpdatePicture, table_of
from storage.unit import Unit

pictures, of_updates, broadcasts = table_of(Picture), table_of(UpdatePicture), table_of(Broadcast)

_new = insert(pictures)
_keep = _new.on_conflict_do_update(
    index_elements=["digest"],
    set_={"digest": _new.excluded.digest},  # nothing new, but held until we are done
).returning(pictures.c.id)
_content = select(pictures.c.content, pictures.c.media_type).where(pictures.c.id == bindparam("picture_id"))
_forget = delete(pictures).where(
    pictures.c.id == bindparam("b_id"),
    *(
        ~exists().where(shown == pictures.c.id)
        for shown in (items.c.picture_id, of_updates.c.picture_id, broadcasts.c.picture_id)
    ),
)


async def keep(unit: Unit, content: bytes, *, media_type: str, by: int, now: datetime) -> int:
    """Keep a picture; its id, or that of the same one which is kept already."""
    digest = hashlib.sha256(content).hexdigest()
    row = {"digest": digest, "media_type": media_type, "content": content, "made_by": by, "made_at": now}
    return int((await unit.execute(_keep, row)).scalar_one())


async def content(unit: Unit, picture_id: int) -> tuple[bytes, str] | None:
    """A picture, and its media type."""
    row = await unit.first(_content, picture_id=picture_id)
    return None if row is None else (row[0], row[1])


async def forget(unit: Unit, picture_id: int) -> bool:
    """Forget a picture that nothing is shown with any more; says whether it is gone."""
    return await unit.run(_forget, b_id=picture_id) == 1
