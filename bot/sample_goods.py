"""What Riverbend makes: bread, milk, tomatoes, and honey by lot; a week that was shared out, and this one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sample_depth import Riverbend
from handlers.goods import claiming, handing, settling
from handlers.goods.putting_up import put_up
from handlers.needs import actions as needs
from handlers.orders import selling
from handlers.repeats import actions as repeats
from storage.queries import batches, items, roles
from storage.tables import Role, Sharing, StockKind
from town.amounts import WHOLE
from town.series import Pattern

LAST_WEEK = -7
WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class SampleItem:
    """A kind of goods: allowances in thousandths, the price in cents; its names in es, af and zu."""

    name: str
    names: tuple[str, str, str]
    unit: str
    step: int
    allowance: int
    home_allowance: int
    price: int | None
    sharing: Sharing = Sharing.FIRST


ITEMS = (
    SampleItem("Bread", ("Pan", "Brood", "Isinkwa"), "loaf", WHOLE, 2 * WHOLE, 4 * WHOLE, 1400),
    SampleItem("Tomatoes", ("Tomates", "Tamaties", "Utamatisi"), "kg", 250, 1500, 4 * WHOLE, 2250),
    SampleItem("Milk", ("Leche", "Melk", "Ubisi"), "litre", 500, 3 * WHOLE, 8 * WHOLE, 1600),
    SampleItem("Honey", ("Miel", "Heuning", "Uju"), "jar", WHOLE, WHOLE, WHOLE, None, Sharing.DRAW),
)
NEEDS = (
    ("Thandi Nkosi", 3, (6, 2, 5, 1)),
    ("James Carter", 2, (4, 1.5, 4, 0)),
    ("Grace Adams", 4, (8, 3, 8, 1)),
    ("Mateo Ruiz", 5, (10, 4, 9, 1)),
    ("Willem Smit", 1, (2, 1, 2, 0)),
)
"""Who has answered the survey: how many live there, and what they need a week of each item, in units."""


async def play(town: Riverbend) -> None:
    """Some days before the opening, in the order in which it happened."""
    ids = await _items(town)
    await _last_week(town, ids)
    await _this_week(town, ids)
    for name, people, amounts in NEEDS:
        wanted = {ids[item.name]: round(amount * WHOLE) for item, amount in zip(ITEMS, amounts, strict=True)}
        await needs.keep(town.unit, who=town.people[name], people=people, amounts=wanted, now=town.at(0, 20))
    mayor, grace = town.people["Naledi Mokoena"], town.people["Grace Adams"]
    await roles.give(
        town.unit, resident_id=grace.me, role=Role.TREASURER, project_id=None, by=mayor.me, now=town.at(0, 8)
    )


async def _items(town: Riverbend) -> dict[str, int]:
    made = {}
    for item in ITEMS:
        columns = {
            "name": item.name,
            "names": json.dumps(dict(zip(("es", "af", "zu"), item.names, strict=True))),
            "unit": item.unit,
            "step": item.step,
            "allowance": item.allowance,
            "home_allowance": item.home_allowance,
            "price": item.price,
            "sharing": item.sharing.value,
        }
        by = town.people["Naledi Mokoena"].me
        made[item.name] = await items.make(town.unit, columns, by=by, now=town.at(LAST_WEEK, 8)) or 0
    return made


async def _last_week(town: Riverbend, ids: dict[str, int]) -> None:
    """Everybody came for theirs but for Tom; the hotel bought some of the bread that nobody had claimed."""
    bread = await _put_up(town, ids["Bread"], "Bakery", 48, LAST_WEEK + 3, 16)
    await selling.sell(
        town.unit,
        who=town.people["Pieter van Wyk"],
        batch_id=bread,
        amount=12 * WHOLE,
        customer="Riverside Hotel",
        now=town.at(LAST_WEEK + 3, 17),
    )
    await _shared(town, bread, "Bakery", 2, ("Sofía Herrera", "Zanele Moyo", "Tom Fisher", "Ayesha Patel"))
    milk = await _put_up(town, ids["Milk"], "Farm", 40, LAST_WEEK + 4, 9)
    await _shared(town, milk, "Farm", 2, ("Anna Botha", "Lindiwe Zulu", "Mateo Ruiz"))
    tomatoes = await _put_up(town, ids["Tomatoes"], "Farm", 30, LAST_WEEK + 5, 10)
    await _shared(town, tomatoes, "Farm", 1.5, ("Mateo Ruiz", "Grace Adams", "Willem Smit"))


async def _this_week(town: Riverbend, ids: dict[str, int]) -> None:
    """Bread on each workday, tomatoes tomorrow, and eight jars of honey for whoever is drawn on Friday."""
    pieter, monday = town.people["Pieter van Wyk"], town.at(0, 9)
    await repeats.publish(
        town.unit,
        who=pieter,
        project_id=town.projects["Bakery"],
        item_id=ids["Bread"],
        quantity=60 * WHOLE,
        every=Pattern(WORKDAYS),
        first_day=town.opening.date(),
        last_day=None,
        start=16 * 60,
        length=120,
        place="Mill Lane 2",
        now=monday,
    )
    tomatoes = await _put_up(town, ids["Tomatoes"], "Farm", 12.5, 2, 9, now=monday)
    honey = await _put_up(town, ids["Honey"], "Farm", 3, 4, 15, now=monday)
    asking = [
        (tomatoes, 1.5, ("James Carter", "Zanele Moyo", "Ayesha Patel")),
        (honey, 1, ("Zanele Moyo", "Tom Fisher", "Mateo Ruiz", "Lindiwe Zulu", "Grace Adams")),
    ]
    for batch, amount, names in asking:
        for name in names:
            await _ask(town, batch, amount, name, monday)


async def _put_up(
    town: Riverbend, item_id: int, project: str, amount: float, day: int, hour: int, *, now: datetime | None = None
) -> int:
    """Goods of a project, to be collected for two hours on a day counted from this week's Monday."""
    item, starts = await items.get(town.unit, item_id), town.at(day, hour)
    if item is None:
        raise LookupError(item_id)
    made = await put_up(
        town.unit,
        by=town.people["Sipho Dlamini" if project == "Farm" else "Pieter van Wyk"].me,
        item=item,
        project_id=town.projects[project],
        quantity=round(amount * WHOLE),
        windows=[(starts, starts + timedelta(hours=2))],
        place="River Field" if project == "Farm" else "Mill Lane 2",
        town=town.settings,
        now=now or starts - timedelta(hours=7),
    )
    return made or 0


async def _ask(town: Riverbend, batch: int, amount: float, name: str, now: datetime) -> claiming.Got:
    return await claiming.ask(town.unit, who=town.people[name], batch_id=batch, amount=round(amount * WHOLE), now=now)


async def _shared(town: Riverbend, batch: int, project: str, amount: float, names: Iterable[str]) -> None:
    """Some people claim of a batch, and all but Tom come for it; what is left then is given to the school."""
    windows = (await batches.windows_of(town.unit, [batch]))[batch]
    desk = town.people["Sipho Dlamini" if project == "Farm" else "Pieter van Wyk"]
    for name in names:
        got = await _ask(town, batch, amount, name, windows[0].starts_at - timedelta(hours=2))
        if name != "Tom Fisher":
            await handing.hand_over(
                town.unit,
                who=desk,
                claim_id=got.claim_id,
                code=got.code,
                amount=None,
                to_id=town.people[name].me,
                now=windows[0].starts_at + timedelta(minutes=30),
            )
    for window in windows:
        await settling.settle_window(town.unit, batch, window.id, now=window.ends_at)
    over = await batches.get(town.unit, batch)
    if over is not None and over.free:
        await batches.move(
            town.unit,
            batch,
            StockKind.CORRECTED,
            free=-over.free,
            shelf=-over.free,
            now=windows[-1].ends_at + timedelta(minutes=5),
            by=desk.me,
            reason="Given to the school",
        )
