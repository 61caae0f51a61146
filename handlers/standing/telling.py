"""When a line of the ledger, or an exemption, changes how somebody stands: the closed weeks are revised, and whoever
gains or loses the benefits in the middle of a week hears it at once, once for each change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from storage import outbox
from storage.queries import standing, warnings
from storage.queries.standing import WEEK
from storage.queries.warnings import BACK, ENDED, Now
from storage.unit import Unit
from town.settings import TownSettings
from town.standing import Standing, keeps
from town.week import bounds, week_of


async def reckon_anew(unit: Unit, since: Mapping[int, date], town: TownSettings, now: datetime) -> int:
    """Reckon some residents anew, each from a week on, and tell those whose benefits ended or are back.

    Returns how many rows and people that concerned. For whoever writes what standing is made of and does not want to
    wait for the next tick.
    """
    if not since:
        return 0
    await standing.lock(unit)
    closed = await standing.last_close(unit)
    if closed is None:
        return 0
    late: defaultdict[date, list[int]] = defaultdict(list)
    for resident_id, week in since.items():
        if week <= closed.week:
            late[week].append(resident_id)
    changed: set[int] = set()
    for week, residents in late.items():
        changed |= await standing.revise(unit, residents, since=week, last=closed.week, town=town, now=now)
    told = 0
    for some in standing.batched(sorted(since), standing.AT_ONCE):
        told += await _tell(unit, some, town, now)
    return len(changed) + told


async def _tell(unit: Unit, residents: Collection[int], town: TownSettings, now: datetime) -> int:
    """Say to each what is not as they heard it last. Whoever heard nothing of the kind has had the benefits so far."""
    monday = week_of(now, town.tz)
    told, rows = await warnings.told_of(unit, residents, now), []
    for one in await warnings.how_they_stand(unit, residents, week=monday, town=town):
        said = told.get(one.resident_id, ())
        heard = [notice for notice, dropped in said if not dropped]
        has = one.current == Standing.PARTICIPATING or keeps(Standing(one.before), warned=one.warned)
        if has == (not heard or heard[-1] == BACK):
            continue
        if await outbox.withdraw(unit, warnings.subject(monday), resident_id=one.resident_id):
            continue  # the contrary was not sent yet: what they heard before it is so again
        number = len(said) + 1
        rows.append(_row(one, number, has=has, monday=monday, town=town, now=now))
    await outbox.put(unit, rows)
    return len(rows)


def _row(one: Now, number: int, *, has: bool, monday: date, town: TownSettings, now: datetime) -> dict[str, object]:
    notice, week = (BACK if has else ENDED), (monday - WEEK).isoformat()
    return outbox.new_row(
        notice=notice,
        resident_id=one.resident_id,
        dedupe_key=f"{notice}:{week}:{one.resident_id}:{number}",
        now=now,
        subject=warnings.subject(monday),
        expires_at=bounds(monday, town.tz)[1],
        week=week,
        required=town.required_minutes,
        minutes=one.before_minutes,
        carried=one.before_carried,
        missing=one.before_missing,
        corrected=not has,
        current=one.minutes,
    )


async def tell_of_close(unit: Unit, week: date, town: TownSettings, now: datetime, *, closed: int) -> int:
    """Tell what the week before the running one means, when it was closed; `closed` weeks were at once."""
    earlier = [week - number * WEEK for number in range(1, closed + 1)]
    ends = bounds(week + WEEK, town.tz)[1]
    return await warnings.tell_of_close(unit, week, town, earlier=earlier, now=now, expires_at=ends)
