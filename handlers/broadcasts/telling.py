"""What a message is made of when it is shown, before it goes out as after it; and what its author hears of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers import catalogue
from handlers.kit.audience_names import names_of
from handlers.kit.capability import Fields
from storage import outbox
from storage.queries import audiences, broadcasts, pictures, projects, roles, town
from storage.queries.broadcasts import BroadcastRow
from storage.tables import BroadcastKind, BroadcastState, Priority
from storage.unit import Unit
from town.audience import parse_chosen

OURS = (BroadcastKind.MESSAGE, BroadcastKind.EMERGENCY)
"""The kinds whose words are written here."""

_NOT_SAID = (BroadcastState.STOPPED, BroadcastState.CANCELLED, BroadcastState.DECLINED)
MOST_NAMED = 60


async def said(
    unit: Unit,
    *,
    text: str,
    language: str,
    texts: Mapping[str, str],
    made_by: int,
    project_id: int | None,
    picture_id: int | None,
    topic: str,
) -> dict[str, Any]:
    """The fields of "broadcast.message" and "broadcast.emergency". `photo` is a JPEG's bytes."""
    author = await roles.resident(unit, made_by)
    found = None if picture_id is None else await pictures.content(unit, picture_id)
    return {
        "text": text,
        "language": language,
        "texts": dict(texts),
        "name": author.name if author is not None else "–",
        "project": "" if project_id is None else await projects.name_of(unit, project_id),
        "photo": None if found is None else found[0],
        "topic": topic,
    }


async def fields_of(unit: Unit, one: BroadcastRow) -> dict[str, Any]:
    """The fields of a message that is kept."""
    fields = await said(
        unit,
        text=one.text,
        language=one.language,
        texts=json.loads(one.texts),
        made_by=one.made_by,
        project_id=one.project_id,
        picture_id=one.picture_id,
        topic=one.topic,
    )
    return {"broadcast": one.id, **fields}


async def gather(unit: Unit, fields: Fields) -> Fields | None:
    """The same by its id; None once it is not to be said any more."""
    one = await broadcasts.get(unit, fields["broadcast"])
    return None if one is None or one.state in _NOT_SAID else await fields_of(unit, one)


async def gather_asking(unit: Unit, fields: Fields) -> Fields | None:
    """What an approver is shown: the message as its readers get it, whom it is for, and who wrote it."""
    one = await broadcasts.get(unit, fields["broadcast"])
    if one is None or one.state != BroadcastState.PROPOSED:
        return None
    inner = await message_of(unit, one)
    if inner is None:
        return None
    settings, author = await town.settings(unit), await roles.resident(unit, one.made_by)
    chosen = parse_chosen(one.audience)
    now = one.made_at
    seen = await audiences.look(
        unit, await audiences.whole(unit, chosen), topic=one.topic, without=one.made_by, now=now, town=settings
    )
    again = any(event.kind == "asked" for event in await broadcasts.history(unit, one.id))  # when its time had come
    return {
        "broadcast": one.id,
        "kind": one.kind,
        "message": inner,
        "audience": one.audience,
        "names": await names_of(unit, chosen, settings),
        "people": seen.hearing,
        "name": author.name if author is not None else "–",
        "due_at": one.due_at,
        "at_once": one.due_at <= one.made_at or again,
    }


async def message_of(unit: Unit, one: BroadcastRow) -> Fields | None:
    """The fields that a broadcast's own notice is rendered from, of whatever kind it is; None where it is of no use."""
    if one.kind in OURS:
        return await fields_of(unit, one)
    gathers = catalogue.notices()[broadcasts.NOTICES[BroadcastKind(one.kind)]].gather
    return await gathers(unit, {"broadcast": one.id}) if gathers is not None else {"broadcast": one.id}


# -- what its author hears ---------------------------------------------------------------------------------------------


async def tell_author(unit: Unit, one: BroadcastRow, notice: str, *, now: datetime, **fields: Any) -> None:
    """Tell who made a broadcast what became of it."""
    text = " ".join(one.text.split())
    row = outbox.new_row(
        notice=notice,
        resident_id=one.made_by,
        dedupe_key=f"{notice}:{one.id}:{now.timestamp()}",
        now=now,
        subject=f"{broadcasts.subject(one.id)}:author",
        priority=Priority.URGENT if one.kind == BroadcastKind.EMERGENCY else Priority.PERSONAL,
        broadcast=one.id,
        text=text if len(text) <= MOST_NAMED else text[: MOST_NAMED - 1] + "…",
        **fields,
    )
    await outbox.put(unit, [row])
