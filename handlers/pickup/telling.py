"""Who hears of a handing over, and of being asked to collect for somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.goods.handing import Handed
from handlers.goods.telling import about, fields_of, row
from handlers.shifts import in_charge
from storage import outbox
from storage.queries.pickup import Held
from storage.unit import Unit


async def tell_handed(unit: Unit, handed: Handed, *, to_id: int, to: str, now: datetime) -> None:
    """Tell whose goods they are, unless they took all of it themselves: then they were there, and know it."""
    batch, claim = handed.batch, handed.claim
    if not claim.left:
        await outbox.withdraw(unit, about(batch.id), resident_id=claim.resident_id)  # nothing waits for them any more
    if to_id == claim.resident_id and not claim.left:
        return
    told = row(
        "pickup.handed",
        claim,
        batch,
        now=now,
        amount=handed.amount,
        left=claim.left,
        code=claim.code or "",
        mine=to_id == claim.resident_id,
        to=to,
        at=now.isoformat(),
    )
    await outbox.put(unit, [told])


async def tell_taken_back(unit: Unit, held: Held, *, amount: int, now: datetime) -> None:
    """Tell whose goods they are that they were written down as handed over by mistake, and the new code."""
    claim, batch = held.claim, held.batch
    told = row(
        "pickup.undone", claim, batch, now=now, window=held.window, amount=amount, left=claim.left, code=claim.code
    )
    await outbox.put(unit, [told])


async def tell_helper(unit: Unit, held: Held, helper_id: int, *, now: datetime) -> None:
    """Tell somebody that they are asked to collect something."""
    expires_at = held.window.ends_at if held.window is not None else None
    await outbox.put(
        unit, [_to_helper("pickup.helper", held, helper_id, now=now, expires_at=expires_at, amount=held.claim.left)]
    )


async def tell_not_needed(unit: Unit, held: Held, helper_id: int, *, now: datetime) -> None:
    """Tell them that they need not come, if they have heard of it."""
    if not await outbox.withdraw(unit, _asked(held, helper_id)):
        await outbox.put(unit, [_to_helper("pickup.nohelper", held, helper_id, now=now)])


async def tell_not_right(unit: Unit, held: Held, *, amount: int, to: str, at: datetime, now: datetime) -> list[str]:
    """Tell those who answer for the project that somebody's goods went to the wrong one; the names of who is told."""
    people = await in_charge.of_project(unit, held.batch.project_id, but=[held.claim.resident_id])
    rows = [
        outbox.new_row(
            notice="pickup.notright",
            resident_id=one.resident_id,
            dedupe_key=f"pickup.notright:{held.claim.id}:{int(at.timestamp() * 1_000_000)}:{one.resident_id}",
            now=now,
            claim=held.claim.id,
            name=held.name,
            amount=amount,
            to=to,
            at=at.isoformat(),
            **fields_of(held.batch),
        )
        for one in people
    ]
    await outbox.put(unit, rows)
    return [one.name for one in people]


def _asked(held: Held, helper_id: int) -> str:
    return f"pickup.helper:{held.claim.id}:{helper_id}"


def _to_helper(
    notice: str, held: Held, helper_id: int, *, now: datetime, expires_at: datetime | None = None, **fields: Any
) -> dict[str, Any]:
    return outbox.new_row(
        notice=notice,
        resident_id=helper_id,
        dedupe_key=f"{notice}:{held.claim.id}:{helper_id}:{int(now.timestamp() * 1_000_000)}",
        now=now,
        subject=_asked(held, helper_id),
        expires_at=expires_at,
        claim=held.claim.id,
        name=held.name,
        **fields_of(held.batch, held.window),
        **fields,
    )
