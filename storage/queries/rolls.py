"""The list of a poll's voters: who was invited, who has voted and in which way, and never what."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func

from storage.queries.polls import electors
from storage.queries.shifts import residents
from storage.sql import bindparam, select
from storage.tables import How
from storage.unit import Unit

_roll = (
    select(residents.c.name, electors.c.how, electors.c.unconfirmed)
    .join(residents, residents.c.id == electors.c.resident_id)
    .where(electors.c.poll_id == bindparam("poll_id"))
    .order_by(residents.c.name, residents.c.id)
)
_voted = select(func.count()).where(
    electors.c.poll_id == bindparam("poll_id"), electors.c.how != How.NOT, electors.c.unconfirmed.is_(False)
)


class Elector(NamedTuple):
    """Somebody of a poll's electorate; `how` their vote came in, "" if it has not.

    `unconfirmed`: on paper, and no second teller confirmed it, so that it does not count.
    """

    name: str
    how: str
    unconfirmed: bool

    @property
    def counts(self) -> bool:
        return self.how != How.NOT and not self.unconfirmed


async def of_poll(unit: Unit, poll_id: int) -> list[Elector]:
    """Who was invited to vote, by name, and who has."""
    return [Elector(*row) for row in await unit.rows(_roll, poll_id=poll_id)]


async def voted(unit: Unit, poll_id: int) -> int:
    """How many have a vote that counts."""
    return int(await unit.value(_voted, poll_id=poll_id))
