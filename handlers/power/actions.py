"""Homes and their meters, and the files that tell the utility which of them have their electricity free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.power import reckoning
from handlers.roles.actions import must_coordinate_town
from handlers.roles.codes import counted, new_join_code
from handlers.shifts.placing import lock_other
from storage.queries import homes, meters, residents, standing
from storage.queries.homes import Home, Living
from storage.queries.meters import AtMeter, Filed
from storage.unit import Unit
from town.electricity import Line, as_csv, read_meter, week_name
from town.facts import (
    AlreadyFiled,
    CodeWrong,
    HasHome,
    MeterTaken,
    NoHome,
    NotFound,
    NothingChanged,
    WeekBefore,
    WeekNotYet,
)
from town.settings import TownSettings
from town.week import bounds


@dataclass(frozen=True, slots=True)
class AtHome:
    """A home and who lives there."""

    home: Home
    people: tuple[Living, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file for the utility."""

    filed: Filed
    name: str
    text: str


# -- homes -------------------------------------------------------------------------------------------------------------


async def my_home(unit: Unit, *, who: Who) -> AtHome | None:
    """The home somebody belongs to, None without one."""
    home = await homes.of_resident(unit, who.me)
    return None if home is None else AtHome(home, tuple(await homes.living(unit, home.id)))


async def register(unit: Unit, *, who: Who, meter: str, now: datetime) -> AtHome:
    """Make a home with this meter, and have somebody belong to it. Raises BadMeter, MeterTaken or HasHome."""
    number = read_meter(meter)
    profile = await residents.profile(unit, who.me)
    made = await homes.make(unit, street=profile.street, meter=number, code=new_join_code(), now=now)
    if made is None:
        raise MeterTaken(meter=number)
    return await _moved_in(unit, who, made)


async def home_of_code(unit: Unit, *, seat: Seat, code: str, now: datetime) -> int:
    """The home that a code is of.

    Raises CodeWrong or TooManyTries, which whoever calls this answers (see `roles.codes.counted`).
    """
    with counted(seat, now):
        home = await homes.by_code(unit, "".join(code.upper().split())[:20])
        if home is None:
            raise CodeWrong
    return home.id


async def join(unit: Unit, *, who: Who, home_id: int) -> AtHome:
    """Belong to a home, whose code somebody knew. Raises NotFound or HasHome."""
    if await homes.get(unit, home_id, lock=True) is None:
        raise NotFound(what="home")
    return await _moved_in(unit, who, home_id)


async def leave(unit: Unit, *, who: Who) -> None:
    """Belong to one's home no more. Raises NoHome."""
    home = await homes.of_resident(unit, who.me)
    if home is None:
        raise NoHome
    await homes.move_out(unit, who.me, home.id)


async def change_meter(unit: Unit, *, who: Who, home_id: int, meter: str) -> AtHome:
    """Give a home another meter, for who lives there or for the town.

    Raises NotFound, NotAllowed, BadMeter or MeterTaken.
    """
    home = await _changeable(unit, who, home_id)
    number = read_meter(meter)
    if not await homes.set_meter(unit, home.id, number):
        raise MeterTaken(meter=number)
    return await _at_home(unit, home.id)


async def all_homes(unit: Unit, *, who: Who) -> list[Home]:
    """Every home, for the town's coordinators. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    return await homes.listed(unit)


async def one_home(unit: Unit, *, who: Who, home_id: int) -> AtHome:
    """A home, for the town's coordinators. Raises NotAllowed or NotFound."""
    await must_coordinate_town(unit, who)
    return await _at_home(unit, home_id)


async def take_out(unit: Unit, *, who: Who, home_id: int, resident_id: int) -> AtHome | None:
    """Have somebody belong to a home no more; None when nobody is left there.

    Raises NotAllowed, NotFound, or OtherBusy when they are changing something at this moment.
    """
    await must_coordinate_town(unit, who)
    await lock_other(unit, resident_id)
    if not await homes.move_out(unit, resident_id, home_id):
        raise NotFound(what="resident")
    home = await homes.get(unit, home_id)
    return None if home is None else AtHome(home, tuple(await homes.living(unit, home_id)))


async def _changeable(unit: Unit, who: Who, home_id: int) -> Home:
    own = await homes.of_resident(unit, who.me)
    if own is not None and own.id == home_id:
        return own
    await must_coordinate_town(unit, who)
    home = await homes.get(unit, home_id)
    if home is None:
        raise NotFound(what="home")
    return home


async def _moved_in(unit: Unit, who: Who, home_id: int) -> AtHome:
    if not await homes.move_in(unit, who.me, home_id):
        raise HasHome
    return await _at_home(unit, home_id)


async def _at_home(unit: Unit, home_id: int) -> AtHome:
    home = await homes.get(unit, home_id)
    if home is None:
        raise NotFound(what="home")
    return AtHome(home, tuple(await homes.living(unit, home_id)))


# -- the utility's files -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """What the desk shows: homes with a meter, residents without a home, the running week, the files that were made.

    `changes` are the meters of weeks told before that are otherwise now; `filed_now` whether the week was told of.
    """

    homes: int
    without_home: int
    week: date
    filed_now: bool
    changes: int
    files: tuple[Filed, ...]


async def overview(unit: Unit, *, who: Who, week: date) -> Overview:
    """What there is to tell the utility. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    every = await homes.listed(unit)
    return Overview(
        homes=sum(home.meter is not None for home in every),
        without_home=await homes.without_home(unit),
        week=week,
        filed_now=bool(await meters.of_week(unit, week)),
        changes=sum(len(lines) for lines in (await reckoning.changes(unit, who.town, week)).values()),
        files=tuple(await meters.filed(unit)),
    )


async def file_week(unit: Unit, *, who: Who | None, town: TownSettings, week: date, now: datetime) -> Document:
    """Make the file of a week; `who` is None for the operator.

    Raises NotAllowed, WeekNotYet, WeekBefore or AlreadyFiled.

    It can be made as soon as the week before is closed, and is made once: what changes later goes into adjustments.
    """
    if who is not None:
        await must_coordinate_town(unit, who)
    await standing.lock(unit)
    closed, first = await standing.last_close(unit), await meters.first_week(unit)
    if closed is None or first is None or closed.week < week - timedelta(weeks=1):
        raise WeekNotYet(since=bounds(week, town.tz)[0])
    if week < first:
        raise WeekBefore(first=first)
    if await meters.of_week(unit, week):
        raise AlreadyFiled
    people = await meters.behind_now(unit)
    lines = await reckoning.lines(unit, town, week, people, closed=week <= closed.week)
    return await _keep(unit, who, week, lines, people, first=True, now=now)


async def adjust(unit: Unit, *, who: Who | None, town: TownSettings, week: date, now: datetime) -> list[Document]:
    """Make the adjustments of all weeks that are otherwise now than the utility was told; `week` is the running one.

    Raises NotAllowed or NothingChanged.
    """
    if who is not None:
        await must_coordinate_town(unit, who)
    await standing.lock(unit)  # of two who look at once, the second finds nothing changed
    made = []
    for of, lines in (await reckoning.changes(unit, town, week)).items():
        people = await meters.behind_now(unit) if of == week else None
        made.append(await _keep(unit, who, of, lines, people, first=False, now=now))
    if not made:
        raise NothingChanged
    return made


async def filed(unit: Unit, *, who: Who) -> list[Filed]:
    """The files that were made, the latest first. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    return await meters.filed(unit)


async def document(unit: Unit, *, who: Who, file_id: int) -> Document:
    """A file as it was handed out. Raises NotAllowed or NotFound."""
    await must_coordinate_town(unit, who)
    found = await meters.content(unit, file_id)
    if found is None:
        raise NotFound(what="file")
    return Document(found[0], _name(found[0]), found[1])


async def _keep(
    unit: Unit,
    who: Who | None,
    week: date,
    lines: list[Line],
    people: Iterable[AtMeter] | None,
    *,
    first: bool,
    now: datetime,
) -> Document:
    text = as_csv(lines)
    by = None if who is None else who.me
    kept = await meters.keep(unit, week, first=first, lines=lines, people=people, text=text, by=by, now=now)
    found = None if kept is None else await meters.content(unit, kept)
    if found is None:
        raise AlreadyFiled
    return Document(found[0], _name(found[0]), text)


def _name(filed: Filed) -> str:
    ending = f"-adjustments-{filed.number}" if filed.number else ""
    return f"electricity-{week_name(filed.week)}{ending}.csv"
