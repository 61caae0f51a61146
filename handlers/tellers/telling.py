"""Who hears of votes on paper: whose they are, the tellers, and who runs the poll."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storage import outbox
from storage.queries import papers, roles
from storage.queries.papers import Entry, Numbers
from storage.queries.polls import PollRow
from storage.unit import Unit


def _about(poll: PollRow) -> dict[str, Any]:
    return {"poll": poll.id, "question": poll.question, "words": poll.words, "secret": poll.secret}


def _of(poll: PollRow, resident_id: int) -> str:
    return f"paper:{poll.id}:{resident_id}"


async def named(unit: Unit, poll: PollRow, resident_id: int, *, by: str, now: datetime) -> None:
    """Somebody is a teller now."""
    await _tell(unit, "teller.named", poll, resident_id, now=now, by=by)


async def dropped(unit: Unit, poll: PollRow, resident_id: int, *, by: str, now: datetime) -> None:
    """Somebody is a teller no more."""
    await _tell(unit, "teller.dropped", poll, resident_id, now=now, by=by)


async def _tell(unit: Unit, notice: str, poll: PollRow, resident_id: int, *, now: datetime, **fields: Any) -> None:
    key, about = f"{notice}:{poll.id}:{resident_id}:{now.isoformat()}", f"teller:{poll.id}"
    await outbox.withdraw(unit, about, resident_id=resident_id)
    row = outbox.new_row(
        notice=notice, resident_id=resident_id, dedupe_key=key, subject=about, now=now, **_about(poll), **fields
    )
    await outbox.put(unit, [row])


async def confirmed(
    unit: Unit, poll: PollRow, resident_id: int, *, entered: str, confirmed: str, now: datetime
) -> None:
    """Somebody's vote on paper is in: they are told by whom, so that they can say that it is not theirs."""
    row = outbox.new_row(
        notice="paper.confirmed",
        resident_id=resident_id,
        dedupe_key=f"paper.confirmed:{poll.id}:{resident_id}:{now.isoformat()}",
        subject=_of(poll, resident_id),
        now=now,
        entered=entered,
        confirmed=confirmed,
        **_about(poll),
    )
    await outbox.put(unit, [row])


async def objected(unit: Unit, poll: PollRow, entry: Entry, *, out: bool, now: datetime) -> None:
    """Somebody says that they have not voted on paper: who made the poll and the mayors hear of it.

    `out`: the vote was taken out, so that another one may be entered, and objected to.
    """
    await outbox.withdraw(unit, _of(poll, entry.id))
    again = f":{now.isoformat()}" if out else ""
    rows = [
        outbox.new_row(
            notice="paper.objected",
            resident_id=one,
            dedupe_key=f"paper.objected:{poll.id}:{entry.id}:{one}{again}",
            now=now,
            name=entry.name,
            entered=entry.entered or "",
            confirmed=entry.confirmed or "",
            out=out,
            **_about(poll),
        )
        for one in sorted({poll.made_by, *await roles.mayors(unit)} - {entry.id})
    ]
    await outbox.put(unit, rows)


async def remind(unit: Unit, poll: PollRow, numbers: Numbers, *, now: datetime) -> int:
    """A poll closes soon, and something waits for a second teller: its tellers are told once; how many they are."""
    waiting = {"names": numbers.names_waiting, "papers": numbers.papers_waiting if poll.secret else 0}
    closes = {"closes_at": None if poll.closes_at is None else poll.closes_at.isoformat()}
    return await papers.remind(unit, poll, _about(poll) | waiting | closes, now=now)
