"""What claiming goods costs: one claim beside the floor, and a thousand at once beside the same in bare SQL."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, make_url

from bench.figures import Compared, compare
from bench.updates import PEOPLE, ROUNDS, RUNS, floor, ours
from handlers.goods.claiming import ask
from handlers.goods.putting_up import put_up
from handlers.kit.who import Who
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import items
from storage.queries import town as town_queries
from storage.sql import insert, select
from storage.tables import Claim, Project, Resident, ResidentState, Sharing, WeekStanding, table_of
from storage.unit import Unit
from town.facts import NothingLeft
from town.settings import TownSettings
from town.standing import Standing
from town.week import week_of

CLAIMS, LOAVES = 1000, 100
REPEATS = 7
LOAF = 1000
residents, claims, standings = table_of(Resident), table_of(Claim), table_of(WeekStanding)


async def claim(url: str) -> Compared:
    """A resident claims a loaf."""
    async with (
        floor(url) as least,
        ours(url, lambda number: f"goods:got:{(number - 1) // PEOPLE + 1}:{LOAF}:0", "yours!", _shop) as mine,
    ):
        return await compare(least, mine, rounds=ROUNDS, runs=RUNS)


async def _shop(unit: Unit) -> None:
    """Everybody stood well last week, and there is bread for all of them."""
    await _stood_well(unit)
    await _bread(unit, 1, PEOPLE * 2)


async def _stood_well(unit: Unit) -> None:
    week = week_of(datetime.now(UTC), TownSettings().tz) - timedelta(days=7)
    one = {"week": week, "standing": Standing.PARTICIPATING.value, "minutes": 180}
    none = dict.fromkeys(("carried_in", "carried_out", "missing"), 0)
    everybody = await unit.rows(select(residents.c.id))
    await unit.execute(insert(standings), [{"resident_id": row.id, **one, **none} for row in everybody])


async def _bread(unit: Unit, project_id: int, loaves: int) -> int:
    now = datetime.now(UTC)
    found = {item.name: item for item in await items.listed(unit)}.get("Bread")
    if found is None:
        columns = {
            **{"name": "Bread", "names": "{}", "unit": "loaf", "step": LOAF, "sharing": Sharing.FIRST.value},
            **{"allowance": 2 * LOAF, "home_allowance": 4 * LOAF},
        }
        found = await items.get(unit, await items.make(unit, columns, by=1, now=now) or 0)
    if found is None:
        raise RuntimeError("there is no bread")
    starts = now + timedelta(hours=3)
    made = await put_up(
        unit,
        by=1,
        item=found,
        project_id=project_id,
        quantity=loaves * LOAF,
        windows=[(starts, starts + timedelta(hours=2))],
        place="Mill Lane 2",
        town=TownSettings(),
        now=now,
    )
    if made is None:
        raise RuntimeError("the bread was not put up")
    return made


# -- many at once ------------------------------------------------------------------------------------------------------


async def contended(url: str) -> Compared:
    """A thousand residents claim a hundred loaves at once: our action, and bare SQL on the same tables.

    Both write the stock, the claim and the ledger's line of whoever gets one, each in a transaction of its own; bare
    SQL looks at nothing else: no standing, no allowance, no pick-up time.
    """
    await upgrade(url)
    database = Database(url)
    people = await _crowd(database)
    floors, times = [], []
    async with AsyncExitStack() as stack:
        bare = await _bare(url, stack)
        gc.collect()
        gc.freeze()  # as the program does once it has started
        for _ in range(REPEATS):
            floors.append(await _race(database, people, lambda who, batch: bare(who.me, batch)))
            times.append(await _race(database, people, lambda who, batch: _ask(database, who, batch)))
    await database.close()
    ratios = [mine / least for mine, least in zip(times, floors, strict=True)]
    return Compared(median(floors) / CLAIMS, median(times) / CLAIMS, median(ratios))


async def _crowd(database: Database) -> list[Who]:
    now = datetime.now(UTC)
    town = TownSettings(join_policy="open")
    columns = {
        **{"street": "Mill Lane", "state": ResidentState.RESIDENT.value, "free_times": 0, "consent_version": 1},
        **{"reminder_early": 1440, "reminder_late": 120},
        **{"joined_at": now - timedelta(weeks=8), "consent_at": now - timedelta(weeks=8)},
    }
    async with database.unit() as unit:
        await town_queries.found(unit, town, is_sample=False)
        await unit.execute(insert(residents), [{"name": f"Resident {n}", **columns} for n in range(CLAIMS)])
        await unit.execute(insert(table_of(Project)), [{"name": "Bakery", "place": "Mill Lane", "created_at": now}])
        await _stood_well(unit)
        rows = await unit.rows(select(residents.c.id, residents.c.name))
    return [Who(0, "bench", "", "en", row.id, row.name, ResidentState.RESIDENT, town) for row in rows]


async def _race(database: Database, people: list[Who], claimed: Callable[[Who, int], Awaitable[bool]]) -> float:
    """How long it takes until everybody knows; raises RuntimeError when it was not just as many as there are loaves."""
    async with database.unit() as unit:
        # Each race is for an item of its own, as it were: nobody's allowance is used up by the race before.
        await unit.execute(claims.update().values(week=datetime(2000, 1, 3).date()))
        batch = await _bread(unit, 1, LOAVES)
    gc.collect()
    started = time.perf_counter()
    got = await asyncio.gather(*(claimed(who, batch) for who in people))
    took = time.perf_counter() - started
    async with database.reading() as unit:
        held = await unit.value(select(func.count()).where(claims.c.batch_id == batch))
    if not sum(got) == held == LOAVES:
        raise RuntimeError(f"{sum(got)} heard that they have one, {held} have, of {LOAVES}")
    return took


async def _ask(database: Database, who: Who, batch: int) -> bool:
    try:
        async with database.unit() as unit:
            await ask(unit, who=who, batch_id=batch, amount=LOAF, now=datetime.now(UTC))
    except NothingLeft:
        return False
    return True


_CLAIM = (
    "INSERT INTO claims (batch_id, resident_id, item_id, week, state, amount, handed, wanted, code, lost, made_at, "
    "changed_at) VALUES ({}, {}, 1, {}, 'held', 1000, 0, 0, {}, 0, {}, {})"
)
_LINE = (
    "INSERT INTO stock_entries (batch_id, kind, free, shelf, reason, by_id, at) "
    "VALUES ({}, 'claimed', -1000, 0, '', {}, {})"
)
_TAKE = "UPDATE batches SET free = free - 1000 WHERE id = {} AND free >= 1000"


async def _bare(url: str, stack: AsyncExitStack) -> Callable[[int, int], Awaitable[bool]]:
    """The same with nothing between us and the driver."""
    if url.startswith("sqlite"):
        return await _bare_sqlite(url, stack)
    return await _bare_postgresql(url, stack)


async def _bare_sqlite(url: str, stack: AsyncExitStack) -> Callable[[int, int], Awaitable[bool]]:
    import aiosqlite

    from storage.engine import PRAGMAS

    connection = await stack.enter_async_context(aiosqlite.connect(make_url(url).database or "", isolation_level=None))
    for pragma in PRAGMAS:
        await connection.execute(f"PRAGMA {pragma}")
    one_at_a_time = asyncio.Lock()
    take, claim, line = _TAKE.format("?"), _CLAIM.format(*"??????"), _LINE.format(*"???")

    async def claimed(resident: int, batch: int) -> bool:
        now = datetime.now(UTC).isoformat(sep=" ")
        async with one_at_a_time:
            await connection.execute("BEGIN IMMEDIATE")
            taken = await connection.execute(take, (batch,))
            if taken.rowcount:
                values = (batch, resident, "2000-01-03", f"{batch}-{resident}", now, now)
                await connection.execute(claim, values)
                await connection.execute(line, (batch, resident, now))
            await connection.execute("COMMIT")
        return bool(taken.rowcount)

    return claimed


async def _bare_postgresql(url: str, stack: AsyncExitStack) -> Callable[[int, int], Awaitable[bool]]:
    import asyncpg

    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    pool: Any = await stack.enter_async_context(asyncpg.create_pool(dsn, min_size=20, max_size=20))
    take = _TAKE.format("$1") + " RETURNING id"
    claim, line = _CLAIM.format("$1", "$2", "$3", "$4", "$5", "$6"), _LINE.format("$1", "$2", "$3")

    async def claimed(resident: int, batch: int) -> bool:
        now = datetime.now(UTC)
        async with pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(take, batch) is None:
                return False
            long_ago = datetime(2000, 1, 3).date()
            await connection.execute(claim, batch, resident, long_ago, f"{batch}-{resident}", now, now)
            await connection.execute(line, batch, resident, now)
        return True

    return claimed
