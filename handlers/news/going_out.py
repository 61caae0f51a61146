"""An update goes out: to the residents, to the boards, and from then on it is there for everybody to read."""

from __future__ import annotations

from datetime import datetime

from handlers.boards.posting import post_update
from handlers.broadcasts.sending import NewBroadcast, propose
from handlers.news import telling
from handlers.news.actions import asking, counted
from storage import outbox
from storage.queries import roles, updates
from storage.queries.updates import DRAFT, READY, SENT, UpdateRow
from storage.tables import BroadcastKind
from storage.unit import Unit
from town.audience import TOWN
from town.facts import NobodyHears
from town.news import STALE
from town.settings import TownSettings
from town.topics import UPDATES


async def send(unit: Unit, update_id: int, *, town: TownSettings, now: datetime) -> bool:
    """Send an update whose time has come, if it is ready; False where it does not go out.

    One that is late by more than `STALE`, or whose mayor is mayor no more, waits for a mayor to look at it again.
    """
    update = await updates.get(unit, update_id, lock=True)
    if update is None or update.state != READY or update.due_at > now or update.ready_by is None:
        return False
    if now > update.due_at + STALE or update.ready_by not in await roles.mayors(unit):
        if await updates.take(unit, update_id, DRAFT, of=(READY,)):
            await updates.change(unit, update_id, ready_by=None, reminded_at=None)
        return False
    if not await updates.take(unit, update_id, SENT, of=(READY,)):
        return False
    await updates.count_anew(unit, update_id, await counted(unit, update.week, town=town, now=now), now=now)
    await outbox.withdraw(unit, asking(update_id))
    fresh = await updates.get(unit, update_id)
    assert fresh is not None
    folded = telling.folded(await telling.fields_of(unit, fresh), town.tz)
    broadcast_id = await _to_residents(unit, fresh, by=update.ready_by, town=town, now=now)
    await updates.change(unit, update_id, sent_at=now, folded=folded, broadcast_id=broadcast_id)
    boards = await post_update(unit, update_id=update_id, now=now)
    if broadcast_id is None or boards:  # of one that goes to residents alone, its card tells the mayor all there is
        await outbox.put(unit, [_told(fresh, update.ready_by, broadcast_id, boards, now)])
    unit.announce(updates.TOPIC)
    return True


async def _to_residents(unit: Unit, update: UpdateRow, *, by: int, town: TownSettings, now: datetime) -> int | None:
    """The id of the broadcast; None where there is nobody who wants to hear of updates: they can still read it."""
    new = NewBroadcast(
        kind=BroadcastKind.UPDATE,
        topic=UPDATES,
        audience=TOWN,
        language=update.language,
        text=update.text,
        texts=update.others,
    )
    try:
        return await propose(unit, by=by, new=new, town=town, now=now)
    except NobodyHears:
        return None


def _told(update: UpdateRow, mayor: int, broadcast_id: int | None, boards: int, now: datetime) -> dict[str, object]:
    """What the mayor hears of it, who has seen the update itself already."""
    return outbox.new_row(
        notice="news.sent",
        resident_id=mayor,
        dedupe_key=f"news.sent:{update.id}",
        now=now,
        update=update.id,
        week=update.week.isoformat(),
        broadcast=broadcast_id or 0,
        boards=boards,
    )
