"""Who is told of a campaign's steps: whose it is, whose it was, and the mayor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.kit.who import Who
from storage import outbox
from storage.queries import campaigns, roles
from storage.queries.campaigns import StepRow
from storage.unit import Unit


def subject(step_id: int) -> str:
    """What is said of a step is filed under this, so that it can be withdrawn."""
    return f"campaign.step:{step_id}"


def fields_of(step: StepRow) -> dict[str, Any]:
    """A step as its notices tell of it."""
    return {
        "step": step.id,
        "key": step.key,
        "title": step.title,
        "round": step.round,
        "due": None if step.due is None else step.due.isoformat(),
        "owner": step.owner,
    }


async def tell_owner(unit: Unit, step: StepRow, *, by: Who, now: datetime) -> None:
    """Tell whose it is now, unless they gave it to themself."""
    if step.owner_id is not None and step.owner_id != by.resident_id:
        await _put(unit, "campaign.given", step, [step.owner_id], now, by=by.name)


async def relieve(unit: Unit, step: StepRow, *, by: Who, now: datetime) -> None:
    """Withdraw what was not said yet, and tell whose it was that they need not do it any more."""
    await outbox.withdraw(unit, subject(step.id))
    if step.owner_id is not None and step.owner_id != by.resident_id:
        await _put(unit, "campaign.off", step, [step.owner_id], now, under="", by=by.name)


async def remind(unit: Unit, step: StepRow, *, overdue: bool, now: datetime) -> None:
    """On its day, remind whose it is; when it is overdue, or nobody's, the mayor."""
    await campaigns.change_step(unit, step.id, reminded_at=now)
    if overdue or step.owner_id is None:
        await _put(unit, "campaign.overdue" if overdue else "campaign.nobodys", step, await roles.mayors(unit), now)
    else:
        await _put(unit, "campaign.due", step, [step.owner_id], now)


async def _put(
    unit: Unit, notice: str, step: StepRow, whom: list[int], now: datetime, *, under: str | None = None, **more: Any
) -> None:
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice=notice,
                resident_id=resident_id,
                dedupe_key=f"{notice}:{step.id}:{resident_id}:{now.isoformat()}",
                now=now,
                subject=subject(step.id) if under is None else under,
                **(fields_of(step) | more),
            )
            for resident_id in whom
        ],
    )
