"""Whom a swap concerns, and what they are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.shifts import in_charge
from storage import outbox
from storage.queries import shifts, swaps
from storage.queries.in_charge import Answers
from storage.queries.swaps import Part, SwapRow
from storage.tables import Priority
from storage.unit import Unit
from town.reminders import cannot_wait
from town.settings import TownSettings


def fields_of(swap: SwapRow, *, name: str) -> dict[str, Any]:
    """A request as notices keep it; `name` is the other one's, for whoever reads it."""
    found: dict[str, Any] = {"swap": swap.id, "name": name, "until": swap.expires_at.isoformat()}
    found |= {f"give_{key}": value for key, value in _part(swap.give).items()}
    return found if swap.take is None else found | {f"take_{key}": value for key, value in _part(swap.take).items()}


async def tell(
    unit: Unit,
    notice: str,
    swap: SwapRow,
    resident_id: int,
    *,
    name: str,
    town: TownSettings,
    now: datetime,
    key: str = "",
    expires_at: datetime | None = None,
    subject: str = "",
    **more: Any,
) -> None:
    """Write one notice about a request to one resident, once."""
    starts = min(part.starts_at for part in swap.parts)
    urgent = cannot_wait(starts, now, town.tz, town.quiet_from, town.quiet_until)
    row = outbox.new_row(
        notice=notice,
        resident_id=resident_id,
        dedupe_key=key or f"{notice}:{swap.id}:{resident_id}",
        now=now,
        subject=subject or f"swap.news:{swap.id}",
        priority=Priority.URGENT if urgent else Priority.PERSONAL,
        expires_at=expires_at,
        **fields_of(swap, name=name),
        **more,
    )
    await outbox.put(unit, [row])


async def tell_done(unit: Unit, swap: SwapRow, *, town: TownSettings, now: datetime) -> list[Answers]:
    """Tell the one who asked, and those who answer for the shifts; these are returned."""
    await tell(unit, "swap.done", swap, swap.from_id, name=swap.to_name, town=town, now=now)
    people: list[Answers] = []
    for part in swap.parts:
        if (shift := await shifts.get(unit, part.id)) is not None:
            people += await in_charge.of_shift(unit, shift, but=(swap.from_id, swap.to_id))
    told = in_charge.once_each(people)
    for person in told:
        await tell(
            unit, "swap.told", swap, person.resident_id, name=swap.to_name, town=town, now=now, giver=swap.from_name
        )
    return told


async def tell_over(
    unit: Unit,
    swap: SwapRow,
    *,
    why: str,
    town: TownSettings,
    now: datetime,
    asker: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> None:
    """Tell that a request is over: with `asker` the one who asked; with `asked` the other, if they have heard of it.

    `why`: withdrawn, settled (somebody else has the place), expired, refused or lapsed; with the two last, the fields
    "rule", "title" and "person" say what stood in the way: see `handlers.kit.rule_words`.
    """
    unheard = await outbox.withdraw(unit, swaps.subject(swap.id))
    if asker is not None:
        await tell(unit, "swap.over", swap, swap.from_id, name=swap.to_name, town=town, now=now, why=why, mine=True,
                   **asker)  # fmt: skip
    if asked is not None and not unheard:
        await tell(unit, "swap.over", swap, swap.to_id, name=swap.from_name, town=town, now=now, why=why, mine=False,
                   **asked)  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    return {
        "shift": part.id,
        "title": part.title,
        "project": part.project,
        "place": part.place,
        "starts_at": part.starts_at.isoformat(),
        "ends_at": part.ends_at.isoformat(),
    }
