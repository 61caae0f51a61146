"""The week's numbers: SQL and a plain reckoning tell the same, on whatever side of a week's edge things happened."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel

from storage.queries import week_numbers
from storage.queries.week_numbers import TOP, WEEKS, Numbers
from storage.sql import insert
from storage.tables import (
    Batch,
    Claim,
    Decision,
    HoursEntry,
    Item,
    Meeting,
    Poll,
    Project,
    Resident,
    ResidentState,
    Shift,
    StockEntry,
    table_of,
)
from storage.unit import Unit
from tests.people import OPENING, Town
from tests.variants import crosswise
from town.settings import TownSettings

PEOPLE, ITEMS, LINES = 12, 5, 40
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FREE_KINDS, OTHER_KINDS = ("handed_over", "corrected"), ("claimed", "sold", "spoiled", "recalled")


@dataclass
class Ground:
    """A town at random: what was written into its tables, by table."""

    chance: random.Random
    town: TownSettings
    week: date
    since: datetime
    now: datetime
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def midnight(self, day: date) -> datetime:
        """The first instant of a day on the town's clocks."""
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.town.zone)).astimezone(UTC)

    def moment(self) -> datetime:
        """Some moment, most of them beside one at which something begins or ends."""
        edges = [self.since, self.now, *(self.midnight(self.week + week * 7 * DAY) for week in (0, 1, 2))]
        near = self.chance.choice(edges) + self.chance.choice((-SECOND, timedelta(), SECOND, DAY, -DAY))
        return near if self.chance.random() < 0.7 else self.now + timedelta(hours=self.chance.randint(-400, 400))

    def maybe(self, value: Any) -> Any:
        return value if self.chance.random() < 0.3 else None

    async def writes(self, unit: Unit, model: type[SQLModel], made: Iterable[dict[str, Any]]) -> None:
        table = table_of(model)
        kept = self.rows[table.name] = list(made)
        blank = {
            name: one.default for name, one in model.model_fields.items() if not one.is_required() and name != "id"
        }
        await unit.connection.execute(insert(table), [blank | row for row in kept])


async def fill(unit: Unit, of: Ground, people: list[int]) -> None:
    """Write a town at random: what counts, and beside it what does not."""
    chance, moment, maybe, by = of.chance, of.moment, of.maybe, people[0]
    n = range(1, LINES + 1)
    told: dict[str, Any] = {"made_by": by, "made_at": OPENING}
    await of.writes(unit, Resident, (
        {"id": one, "name": f"Resident {one}", "joined_at": moment(), "consent_at": OPENING, "consent_version": 1,
         "state": ResidentState.LEFT if maybe(True) else ResidentState.RESIDENT} for one in people
    ))  # fmt: skip
    await of.writes(unit, Project, [{"id": 901, "name": "Mill", "created_at": OPENING}])
    await of.writes(unit, HoursEntry, (
        {"key": f"w{at}", "resident_id": chance.choice(people[1:]), "week": of.week + chance.randint(-9, 1) * 7 * DAY,
         "minutes": chance.choice((60, 90, 240, -60, -90, -240)), "kind": "correction", "confirmed_by": by,
         "confirmed_at": OPENING} for at in range(4 * LINES)
    ))  # fmt: skip
    await of.writes(unit, Shift, (
        {"id": 900 + at, "project_id": 901, "title": f"Shift {at}", "place": "", "starts_at": (starts := moment()),
         "ends_at": starts + DAY / 8, "week": of.week, "places": 6, "taken": chance.randint(0, 6),
         "cancelled_at": maybe(OPENING), **told} for at in n
    ))  # fmt: skip
    await of.writes(unit, Meeting, (
        {"id": 900 + at, "title": f"Meeting {at}", "starts_at": moment(), "length": 60,
         "audience": chance.choice(("town", "town", "role:council")), "cancelled_at": maybe(OPENING),
         "called_at": None if maybe(True) else OPENING, **told} for at in n
    ))  # fmt: skip
    await of.writes(unit, Decision, (
        {"id": 900 + at, "title": f"Decision {at}", "passed": chance.random() < 0.5, "made_by": by,
         "decided_at": moment()} for at in n
    ))  # fmt: skip
    await of.writes(unit, Poll, (
        {"question": "?", "options": "[]", "kind": "yesno", "audience": "town", "opens_at": OPENING,
         "closed_at": None if maybe(True) else moment(), **told} for at in n
    ))  # fmt: skip
    await _goods(unit, of, people, told)


async def _goods(unit: Unit, of: Ground, people: list[int], told: dict[str, Any]) -> None:
    chance, items = of.chance, range(901, 901 + ITEMS)
    await of.writes(unit, Item, ({"id": at, "name": f"Item {at}", "unit": "kg", "step": 1, **told} for at in items))
    await of.writes(unit, Batch, (
        {"id": at, "item_id": at, "project_id": 901, "quantity": 9, "free": 9, "shelf": 9, "made_on": of.week,
         "place": "", "week": of.week, "ends_at": OPENING, "sharing": "first", **told} for at in items
    ))  # fmt: skip
    await of.writes(unit, Claim, (
        {"id": 900 + ITEMS * which + at - 901, "batch_id": at, "resident_id": person, "item_id": at, "week": of.week,
         "state": "held", "amount": 9, "code": f"{person}-{at}", "price": of.maybe(250), "made_at": OPENING,
         "changed_at": OPENING} for which, person in enumerate(people) for at in items
    ))  # fmt: skip
    claims = of.rows["claims"]
    await of.writes(unit, StockEntry, (
        {"batch_id": claim["batch_id"], "claim_id": claim["id"], "kind": chance.choice((*FREE_KINDS * 2, *OTHER_KINDS)),
         "free": 0, "shelf": chance.choice((-2000, -1000, -500, 500)), "at": of.moment()}
        for claim in (chance.choice(claims) for _ in range(4 * LINES))
    ))  # fmt: skip


def reckoned(of: Ground) -> dict[str, Any]:
    """The numbers once more, by counting on the fingers."""

    def told(at: datetime | None) -> bool:
        return at is not None and of.since <= at < of.now

    by_week: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for entry in of.rows["hours_entries"]:
        by_week[entry["week"]][entry["resident_id"]] += entry["minutes"]
    gave = {week: [had for had in each.values() if had > 0] for week, each in by_week.items()}
    weeks = [of.week - back * 7 * DAY for back in reversed(range(WEEKS))]
    begins, ends = of.midnight(of.week + 7 * DAY), of.midnight(of.week + 14 * DAY)
    open_ = [
        one for one in of.rows["shifts"]
        if one["cancelled_at"] is None and max(begins, of.now) <= one["starts_at"] < ends and one["taken"] < 6
    ]  # fmt: skip
    open_.sort(key=lambda one: (one["taken"], one["starts_at"], one["id"]))
    called = [
        one for one in of.rows["meetings"]
        if one["audience"] == "town" and one["cancelled_at"] is None and one["called_at"] is not None
        and of.now <= one["starts_at"] < ends
    ]  # fmt: skip
    called.sort(key=lambda one: (one["starts_at"], one["id"]))
    decided = [one for one in of.rows["decisions"] if told(one["decided_at"])]
    decided.sort(key=lambda one: (one["passed"], one["decided_at"], one["id"]), reverse=True)
    return {
        "hours": [[week.isoformat(), sum(gave[week])] for week in weeks if gave.get(week)],
        "people": len(gave.get(of.week, [])),
        "goods": _given(of, told)[:TOP], "kinds": len(_given(of, told)),
        "decided": [(one["title"], one["passed"]) for one in decided[:TOP]], "decisions": len(decided),
        "votes": sum(told(one["closed_at"]) for one in of.rows["polls"]),
        "needed": [one["id"] for one in open_[:TOP]], "shifts": len(open_),
        "places": sum(6 - one["taken"] for one in open_),
        "meetings": [one["id"] for one in called[:TOP]], "gatherings": len(called),
        "newcomers": sum(told(one["joined_at"]) and one["state"] == "resident" for one in of.rows["residents"]),
    }  # fmt: skip


def _given(of: Ground, told: Any) -> list[tuple[str, int]]:
    free = {one["id"] for one in of.rows["claims"] if one["price"] is None}
    sums: dict[int, int] = defaultdict(int)
    to: dict[int, set[int]] = defaultdict(set)
    for line in of.rows["stock_entries"]:
        if line["kind"] in FREE_KINDS and line["claim_id"] in free and told(line["at"]):
            sums[line["batch_id"]] -= line["shelf"]
            to[line["batch_id"]].add(line["claim_id"])
    there = sorted((item for item in sums if sums[item] > 0), key=lambda item: (-len(to[item]), item))
    return [(f"Item {item}", sums[item]) for item in there]


def said(of: Numbers) -> dict[str, Any]:
    """What SQL says, as it is reckoned."""
    return of.kept() | {
        "goods": [(one["name"], one["amount"]) for one in of.goods],
        "decided": [(one["title"], one["passed"]) for one in of.decided],
        "needed": [one["shift"] for one in of.needed],
        "meetings": [one["meeting"] for one in of.meetings],
    }


@crosswise
async def test_sql_reckons_as_fingers_do(town: Town) -> None:
    chance = random.Random(8)
    zones = ("Europe/Madrid", "Pacific/Auckland", "America/St_Johns", "Africa/Johannesburg")
    weeks = (date(2026, 10, 12), date(2026, 10, 19), date(2026, 11, 23))  # with a change of clocks after, in, and none
    async with town.app.database.unit() as unit:
        for zone, week in product(zones, weeks):
            of = Ground(chance, TownSettings(zone=zone), week, OPENING, OPENING)
            of.since = of.midnight(week) - chance.choice((timedelta(), DAY / 3))
            of.now = of.midnight(week) + chance.choice((6 * DAY + DAY * 17 / 24, 8 * DAY, DAY))
            async with unit.connection.begin_nested() as tried:
                await fill(unit, of, list(range(900, 900 + PEOPLE)))
                got = said(await week_numbers.gather(unit, week, since=of.since, town=of.town, now=of.now))
                want = reckoned(of)
                assert {name: got[name] for name in want} == want, (zone, week)
                await tried.rollback()
