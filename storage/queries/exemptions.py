"""Exemptions: asked for, decided, ended early. No reason is kept beyond the kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, update

from storage.sql import bindparam, insert, select
from storage.tables import Exemption, Resident, ResidentState, table_of
from storage.unit import Unit

exemptions, residents = table_of(Exemption), table_of(Resident)

ASKED, APPROVED, DECLINED, WITHDRAWN = "asked", "approved", "declined", "withdrawn"


class Span(NamedTuple):
    """An exemption, with whose it is. Both weeks are Mondays, and included."""

    id: int
    resident_id: int
    name: str
    kind: str
    from_week: date
    until_week: date
    state: str
    asked_at: datetime

    @property
    def weeks(self) -> int:
        return (self.until_week - self.from_week).days // 7 + 1


_listed = (
    select(
        exemptions.c.id,
        exemptions.c.resident_id,
        residents.c.name,
        exemptions.c.kind,
        exemptions.c.from_week,
        exemptions.c.until_week,
        exemptions.c.state,
        exemptions.c.asked_at,
    )
    .select_from(exemptions.join(residents, residents.c.id == exemptions.c.resident_id))
    .where(residents.c.state == ResidentState.RESIDENT)
)
_one = _listed.where(exemptions.c.id == bindparam("id"))
_one_locked = _one.with_for_update(of=exemptions)
_of_resident = _listed.where(
    exemptions.c.resident_id == bindparam("resident_id"), exemptions.c.state.in_([ASKED, APPROVED])
).order_by(exemptions.c.from_week, exemptions.c.id)
_asked = _listed.where(exemptions.c.state == ASKED).order_by(exemptions.c.asked_at, exemptions.c.id)
_running = _listed.where(exemptions.c.state == APPROVED, exemptions.c.until_week >= bindparam("week")).order_by(
    exemptions.c.until_week, exemptions.c.id
)
_ask = insert(exemptions).returning(exemptions.c.id)
_decide = (
    update(exemptions)
    .where(exemptions.c.id == bindparam("b_id"), exemptions.c.state == ASKED)
    .values(
        state=bindparam("b_state"),
        until_week=bindparam("b_until"),
        decided_by=bindparam("b_by"),
        decided_at=bindparam("b_now"),
    )
)
_end = update(exemptions).where(exemptions.c.id == bindparam("b_id"), exemptions.c.state.in_([ASKED, APPROVED]))
_shorten = _end.values(until_week=bindparam("b_until"))
_withdraw = _end.values(state=WITHDRAWN)


async def ask(unit: Unit, *, resident_id: int, kind: str, from_week: date, until_week: date, now: datetime) -> int:
    """Write what somebody asks for; returns its id."""
    return int(
        await unit.value(
            _ask,
            resident_id=resident_id,
            kind=kind,
            from_week=from_week,
            until_week=until_week,
            state=ASKED,
            asked_at=now,
        )
    )


async def get(unit: Unit, exemption_id: int, *, lock: bool = False) -> Span | None:
    """One exemption; `lock`: whoever else decides it waits."""
    row = await unit.first(_one_locked if lock and not unit.is_sqlite else _one, id=exemption_id)
    return None if row is None else Span(*row)


async def of_resident(unit: Unit, resident_id: int) -> list[Span]:
    """Those that somebody asked for or has, the earliest first; past ones too."""
    return await _spans(unit, _of_resident, resident_id=resident_id)


async def asked(unit: Unit) -> list[Span]:
    """Those that wait for an answer, the oldest first."""
    return await _spans(unit, _asked)


async def running(unit: Unit, week: date) -> list[Span]:
    """Those that were approved and are not over in a week, the soonest to end first."""
    return await _spans(unit, _running, week=week)


async def decide(unit: Unit, exemption_id: int, *, state: str, until_week: date, by: int, now: datetime) -> bool:
    """Approve or decline. False when that was decided before."""
    given = {"b_id": exemption_id, "b_state": state, "b_until": until_week, "b_by": by, "b_now": now}
    return await unit.run(_decide, **given) == 1


async def shorten(unit: Unit, exemption_id: int, until_week: date) -> None:
    """Let it end with an earlier week."""
    await unit.run(_shorten, b_id=exemption_id, b_until=until_week)


async def withdraw(unit: Unit, exemption_id: int) -> None:
    """Take it back whole: it never began."""
    await unit.run(_withdraw, b_id=exemption_id)


async def _spans(unit: Unit, statement: Select[*tuple[Any, ...]], **given: Any) -> list[Span]:
    rows: Sequence[Any] = await unit.rows(statement, **given)
    return [Span(*row) for row in rows]
