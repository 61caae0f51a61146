"""What the operator can take out of the town: the utility's files, the books, the goods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from bot.clock import MovingClock
from bot.problems import StartupProblem
from bot.settings import Settings
from handlers.kit.facts import sentence
from handlers.orders import actions as orders
from handlers.orders.sheet import csv_of
from handlers.power import actions
from locales import minor_digits
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import meters, stock_sums, town
from storage.tables import StockKind
from storage.unit import Unit
from town.electricity import as_csv as electricity_csv
from town.electricity import week_named
from town.facts import Fact
from town.money import plainly
from town.settings import TownSettings
from town.sheets import as_csv
from town.week import week_of


async def electricity(settings: Settings, week: str | None, *, adjustments: bool) -> str:
    """The file of a week ("2026-W48", the running one without a name), or the adjustments since, as CSV.

    A week's file is made once: asked for again, it is given as it was. Raises StartupProblem.
    """
    monday = week_named(week) if week is not None else None
    if week is not None and monday is None:
        raise StartupProblem(f"“{week}” is not a week: write it as 2026-W48.")
    return await _of_town(settings, lambda unit: _electricity(unit, monday, adjustments=adjustments))


async def takings(settings: Settings, first: str | None, last: str | None) -> str:
    """The lines of the money ledger from one day ("2026-11-01") to another, both counted, as CSV.

    Without days, from the first line or to the last. Raises StartupProblem.
    """
    since, until = _day(first) or orders.EVER[0], _day(last) or orders.EVER[1]
    if since > until:
        raise StartupProblem(f"{since} is after {until}: write the earlier day first.")
    return await _of_town(settings, lambda unit: _takings(unit, since, until))


async def goods(settings: Settings) -> str:
    """Every batch that was ever made, and what became of it, as CSV. Raises StartupProblem."""
    return await _of_town(settings, _goods)


async def _of_town(settings: Settings, work: Callable[[Unit], Awaitable[str]]) -> str:
    """Do it in a transaction on the town's database. Raises StartupProblem where there is no town."""
    await upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        async with database.unit() as unit:
            if not await town.is_founded(unit):
                raise StartupProblem("There is no town yet: start it first.")
            return await work(unit)
    finally:
        await database.close()


async def _takings(unit: Unit, first: date, last: date) -> str:
    lines = await orders.lines(unit, who=None, first=first, last=last)
    return csv_of(lines, (await town.settings(unit)).tz)


async def _goods(unit: Unit) -> str:
    moved = [kind.value for kind in StockKind]
    header = ("batch", "made_on", "item", "unit", "project", "price", "currency", *moved, "free", "shelf", "recalled")
    currency = (await town.settings(unit)).currency
    rows = [
        (
            *(one.id, one.made_on.isoformat(), one.item, one.unit, one.project),
            "" if one.price is None else plainly(one.price, minor_digits(currency)),
            "" if one.price is None else currency,
            *(plainly(one.moved.get(kind, 0), 3) for kind in moved),
            *(plainly(one.free, 3), plainly(one.shelf, 3), one.recall_reason),
        )
        for one in await stock_sums.every_batch(unit)
    ]
    return as_csv(header, rows)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise StartupProblem(f"“{text}” is not a day: write it as 2026-11-01.") from None


async def _electricity(unit: Unit, monday: date | None, *, adjustments: bool) -> str:
    of_town = await town.settings(unit)
    now = MovingClock(await town.clock_offset(unit)).now()  # the sample town's may have been put forward
    running = week_of(now, of_town.tz)
    try:
        if adjustments:
            made = await actions.adjust(unit, who=None, town=of_town, week=running, now=now)
            return electricity_csv([]) + "".join(one.text.removeprefix(electricity_csv([])) for one in made)
        for filed in await meters.of_week(unit, monday or running):
            if not filed.number:
                return await _as_it_was(unit, filed.id)
        return (await actions.file_week(unit, who=None, town=of_town, week=monday or running, now=now)).text
    except Fact as fact:
        raise StartupProblem(_plain(fact, of_town)) from fact


async def _as_it_was(unit: Unit, file_id: int) -> str:
    found = await meters.content(unit, file_id)
    return "" if found is None else found[1]


def _plain(fact: Fact, of_town: TownSettings) -> str:
    return sentence(fact, of_town.tz).unescape()
