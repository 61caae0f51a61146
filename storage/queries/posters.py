"""Posters, and who came by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, case, distinct, func, update

from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import Account, Poster, PosterVisit, ResidentState, table_of
from storage.unit import Unit

posters, visits, accounts = table_of(Poster), table_of(PosterVisit), table_of(Account)


class PosterRow(NamedTuple):
    """A poster, as `storage.tables.Poster`, and what it drew.

    `visits` are accounts that came first by it, `joined` the residents who joined after such a visit.
    """

    id: int
    campaign_id: int | None
    code: str
    place: str
    headline: str
    text: str
    language: str
    made_by: int
    made_at: datetime
    gone_at: datetime | None
    visits: int
    joined: int


_joined = and_(residents.c.joined_at >= visits.c.at, residents.c.state == ResidentState.RESIDENT.value)
_who_joined = case((_joined, residents.c.id))
_listed = (
    select(
        *(posters.c[name] for name in PosterRow._fields[:10]),
        func.count(distinct(visits.c.account_id)),
        func.count(distinct(_who_joined)),
    )
    .select_from(
        posters.outerjoin(visits, visits.c.poster_id == posters.c.id)
        .outerjoin(accounts, accounts.c.id == visits.c.account_id)
        .outerjoin(residents, residents.c.id == accounts.c.resident_id)
    )
    .group_by(posters.c.id)
    .order_by(func.count(distinct(_who_joined)).desc(), func.count(distinct(visits.c.account_id)).desc(), posters.c.id)
)
_one = _listed.where(posters.c.id == bindparam("poster_id"))
_make = insert(posters).on_conflict_do_nothing(index_elements=["code"]).returning(posters.c.id)
_take_down = (
    update(posters)
    .where(posters.c.id == bindparam("b_poster"), posters.c.gone_at.is_(None))
    .values(gone_at=bindparam("b_now"))
)
_visit = (
    insert(visits)
    .from_select(
        ["account_id", "poster_id", "at"],
        select(
            bindparam("account", type_=visits.c.account_id.type),
            posters.c.id,
            bindparam("now", type_=visits.c.at.type),
        ).where(posters.c.code == bindparam("code"), posters.c.gone_at.is_(None)),
    )
    .on_conflict_do_nothing(index_elements=["account_id"])
)
_since = (
    select(func.count(distinct(residents.c.id)))
    .select_from(
        visits.join(accounts, accounts.c.id == visits.c.account_id).join(
            residents, residents.c.id == accounts.c.resident_id
        )
    )
    .where(_joined, residents.c.joined_at >= bindparam("since"))
)


async def listed(unit: Unit) -> list[PosterRow]:
    """All posters: the one that brought most residents first, then by visits, then the oldest."""
    return [PosterRow(*row) for row in await unit.rows(_listed)]


async def get(unit: Unit, poster_id: int) -> PosterRow | None:
    """One poster."""
    row = await unit.first(_one, poster_id=poster_id)
    return None if row is None else PosterRow(*row)


async def make(unit: Unit, **columns: Any) -> int | None:
    """Write a poster; its id, or None where another has its code."""
    made: int | None = await unit.value(_make, **columns)
    return made


async def take_down(unit: Unit, poster_id: int, now: datetime) -> bool:
    """Note that a poster hangs no more. False when it was down before."""
    return await unit.run(_take_down, b_poster=poster_id, b_now=now) == 1


async def visit(unit: Unit, *, code: str, account_id: int, now: datetime) -> bool:
    """Note by which poster an account came, unless it came by one before. False where nothing was noted."""
    return await unit.run(_visit, code=code, account=account_id, now=now) == 1


async def joined_since(unit: Unit, since: datetime) -> int:
    """How many residents joined since then who had come by a poster."""
    return int(await unit.value(_since, since=since))
