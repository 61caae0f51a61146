"""Reminding those who have not come for their goods, and sparing whoever was asked to fetch what is gone."""

from __future__ import annotations

from datetime import datetime

from handlers.goods.telling import about, fields_of
from handlers.kit.capability import Job
from handlers.pickup import telling
from storage.queries import batches, pickup, pickup_reminders
from storage.queries.batches import Window
from storage.unit import Unit
from town.pickup import remind_at
from town.settings import TownSettings


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind those who have not collected in the windows that end soon; how many were."""
    reminded = 0
    for window in sorted(await pickup_reminders.unreminded(unit, now), key=lambda one: one.batch_id):
        at = _at(window, town)
        batch = None if at is None or at > now else await batches.lock(unit, window.batch_id)
        if batch is not None and batch.closed_at is None:  # a recall or an end is decided before it or after it
            reminded += await pickup_reminders.remind(
                unit, window, subject=about(batch.id), fields=fields_of(batch, window), now=now
            )
    return reminded


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    moments = [_at(window, town) for window in await pickup_reminders.unreminded(unit, now, begun=False)]
    return min((moment for moment in moments if moment is not None), default=None)


def _at(window: Window, town: TownSettings) -> datetime | None:
    return remind_at(window.starts_at, window.ends_at, town.goods_remind_minutes, late=window.late)


async def spare_helpers(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Tell those who were asked to collect what was given back, or has passed on, that they need not; how many were."""
    spared = 0
    for held in sorted(await pickup.needless_helpers(unit), key=lambda one: one.claim.id):
        helper_id = held.claim.helper_id
        if helper_id is not None and await pickup.drop_helper(unit, held.claim.id, helper_id):
            await telling.tell_not_needed(unit, held, helper_id, now=now)
            spared += 1
    return spared


async def next_needless(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return now if await pickup.needless_helpers(unit, most=1) else None


JOBS = (
    Job("pickup.remind", remind, next_reminder),
    Job("pickup.spare", spare_helpers, next_needless),
)
