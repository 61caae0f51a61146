"""Holding a proxy: for whom somebody may vote, and who hears of it. Whoever takes ballots asks here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage import outbox
from storage.queries import proxies, roles
from storage.queries.polls import PollRow
from storage.queries.proxies import Giver
from storage.tables import Priority
from storage.unit import Unit


async def may_vote_for(unit: Unit, *, holder: int, giver: int, poll: PollRow, lock: bool = False) -> bool:
    """Whether somebody may vote for somebody else in a poll: with their proxy, which is never passed on.

    The poll takes proxies, and asks both of them; a proxy for this very poll goes before one for every poll.
    With `lock` it is not taken back before the vote is in: for whoever has entered the poll.
    """
    return poll.proxies and await proxies.may_vote(unit, holder=holder, giver=giver, poll_id=poll.id, lock=lock)


async def may_vote_for_whom(unit: Unit, *, holder: int, poll: PollRow) -> Sequence[Giver]:
    """For whom somebody may vote in a poll, by name, and how the vote of each has come in so far."""
    return await proxies.givers_in(unit, holder=holder, poll_id=poll.id) if poll.proxies else ()


async def tell_holders(
    unit: Unit, poll: PollRow, fields: dict[str, Any], *, now: datetime, priority: Priority = Priority.PERSONAL
) -> None:
    """A poll has opened: whoever may vote for others is told so, and for how many, in one statement."""
    if poll.proxies:
        await proxies.ask_holders(unit, poll, fields, now=now, priority=priority)


async def tell_giver(
    unit: Unit, poll: PollRow, fields: dict[str, Any], *, giver: int, holder: int, choice: str, now: datetime
) -> None:
    """A proxy has voted: who gave it is told, and what was voted; of a secret vote only that it is in, and once."""
    person = await roles.resident(unit, holder)
    about = f"proxy.voted:{poll.id}:{giver}"
    said = fields | {"holder": "" if person is None else person.name}
    if not poll.secret:
        await outbox.withdraw(unit, about, resident_id=giver)
        said["choice"] = choice
    row = outbox.new_row(
        notice="proxy.voted",
        resident_id=giver,
        dedupe_key=about if poll.secret else f"{about}:{now.isoformat()}",
        subject=about,
        now=now,
        **said,
    )
    await outbox.put(unit, [row])
