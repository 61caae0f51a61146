"""What a call for hands and a progress card are made of, read when they are shown: they are always as things are."""

from __future__ import annotations

from typing import Any

from handlers.kit.capability import Fields
from handlers.shifts import passing_on
from storage.queries import broadcasts, shifts, skills, tasks
from storage.queries.shifts import ShiftRow
from storage.tables import BroadcastState
from storage.unit import Unit

OF_NO_USE = (BroadcastState.STOPPED, BroadcastState.DECLINED, BroadcastState.CANCELLED)


async def call(unit: Unit, fields: Fields) -> Fields | None:
    """What a call says; None once it was stopped, or its shift needs nobody any more. Fields: broadcast."""
    one = await broadcasts.get(unit, fields["broadcast"])
    if one is None or one.shift_id is None or one.state in OF_NO_USE:
        return None
    shift = await shifts.get(unit, one.shift_id)
    if shift is None or shift.cancelled_at is not None or shift.free <= 0:
        return None
    name = await tasks.name_of(unit, one.made_by)
    return await details(unit, shift, broadcast_id=one.id, line=one.text, language=one.language, name=name)


async def details(
    unit: Unit, shift: ShiftRow, *, broadcast_id: int, line: str, language: str, name: str
) -> dict[str, Any]:
    """What a call for this shift says; `line` is what `name` adds to it, in a language of their own."""
    return passing_on.fields_of(shift) | {
        "broadcast": broadcast_id,
        "free": shift.free,
        "minutes": shift.minutes,
        "kinds": tuple(await skills.of_shift(unit, shift.id)),
        "line": line,
        "language": language,
        "name": name,
    }


async def card(unit: Unit, fields: Fields) -> Fields | None:
    """What a progress card says. Fields: broadcast."""
    found = await tasks.card_of(unit, fields["broadcast"])
    return None if found is None else {"broadcast": found.id, "card": found}
