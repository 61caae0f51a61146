"""What those on a shift are told of it: as it is now, as they knew it, and what it clashes with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from handlers.shifts import passing_on
from storage import outbox
from storage.queries import changes, lines, waiting
from storage.queries.changes import Clash
from storage.queries.shifts import ShiftRow
from storage.tables import SignupState
from storage.unit import Unit
from town.reminders import after_quiet, cannot_wait
from town.settings import TownSettings

KNOWN = ("title", "place", "starts_at", "ends_at")
"""What those on a shift have to know of it."""


def fields_of(shift: ShiftRow) -> dict[str, Any]:
    """A shift as a notice keeps it."""
    return {
        "shift": shift.id,
        "project": shift.project,
        "title": shift.title,
        "place": shift.place,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
    }


def urgent(starts_at: datetime, town: TownSettings, now: datetime) -> bool:
    """Whether a notice that waited for the end of the quiet hours would come after the start, or just before it."""
    return cannot_wait(starts_at, now, town.tz, town.quiet_from, town.quiet_until)


async def tell_of_change(
    unit: Unit, old: ShiftRow, new: ShiftRow, clashing: Collection[Clash], *, town: TownSettings, now: datetime
) -> int:
    """Tell everybody on a shift how it has changed since they last heard of it; returns how many there are.

    A change that still waits to be told becomes a part of this one; whoever finds all as they knew it hears nothing.
    """
    earlier = await changes.unheard(unit, new.id)
    is_now, was = fields_of(new), {f"old_{name}": value for name, value in fields_of(old).items() if name != "shift"}
    knew: list[tuple[str | None, Mapping[str, Any]]] = [(one.kept, one.fields) for one in earlier]
    at_once = urgent(min(old.starts_at, new.starts_at), town, now)
    # Not before it may be read: what nobody has in hand yet can become a part of the next change.
    due_at = now if at_once else after_quiet(now, town.tz, town.quiet_from, town.quiet_until)
    told = 0
    for instead_of, before in [*knew, (None, was)]:
        if all(before[f"old_{name}"] == is_now[name] for name in KNOWN):
            continue
        then = {name: before[name] for name in was}
        for other, clash in [*_others(clashing).items(), (0, {})]:
            told += await changes.tell(
                unit,
                new.id,
                cause=f"shift.changed:{new.id}:{now.isoformat()}",
                fields=is_now | then | clash,
                upto=max((one.newest for one in earlier), default=0),
                instead_of=instead_of,
                other=other,
                urgent=at_once,
                due_at=due_at,
                now=now,
            )
    await changes.withdraw(unit, new.id, earlier)
    return told


async def tell_line(unit: Unit, old: ShiftRow, new: ShiftRow, *, town: TownSettings, now: datetime) -> int:
    """Tell those who wait for a shift, or have a place offered, how it is now; returns how many there are.

    They keep their turn and their offers; no offer outlasts the waiting list, or where that is over, the start. What
    of it was not heard yet was of the shift as it has been, so it is withdrawn.
    """
    line_ends = passing_on.line_ends(new, town)
    subject, last = passing_on.offers(new.id), line_ends if now < line_ends else new.starts_at
    await waiting.shorten(unit, new.id, last)
    await outbox.withdraw(unit, subject)
    at_once = urgent(min(old.starts_at, new.starts_at), town, now)
    told = 0
    for state in (SignupState.OFFERED, *((SignupState.WAITING,) if now < line_ends else ())):
        told += await lines.tell_of_change(
            unit, new.id, state, subject=subject, fields=fields_of(new), urgent=at_once, expires_at=last, now=now
        )
    return told


def _others(clashing: Collection[Clash]) -> dict[int, dict[str, Any]]:
    """The shifts that clash, as a notice keeps them: the one that starts first is named to whoever holds several."""
    return {
        clash.shift_id: {
            "other": clash.shift_id,
            "other_title": clash.title,
            "other_starts_at": clash.starts_at.isoformat(),
            "other_ends_at": clash.ends_at.isoformat(),
        }
        for clash in clashing
    }
