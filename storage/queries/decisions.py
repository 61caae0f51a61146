"""The register of decisions: what was decided, when, by which vote, and how it is found again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, update

from storage.sql import bindparam, insert, select
from storage.tables import Decision, FollowUp, Meeting, table_of
from storage.unit import Unit
from town.dates import fold

decisions, meetings, follow_ups = table_of(Decision), table_of(Meeting), table_of(FollowUp)


class DecisionRow(NamedTuple):
    """A decision, as `storage.tables.Decision`; `meeting` is the title of its meeting, None outside of meetings."""

    id: int
    title: str
    text: str
    passed: bool
    meeting_id: int | None
    item_id: int | None
    poll_id: int | None
    project_id: int | None
    made_by: int
    decided_at: datetime
    meeting: str | None


_COLUMNS = (
    *(decisions.c[name] for name in DecisionRow._fields[:-1]),
    meetings.c.title.label("meeting"),
)
_listed = (
    select(*_COLUMNS)
    .select_from(decisions.outerjoin(meetings, meetings.c.id == decisions.c.meeting_id))
    .order_by(decisions.c.decided_at.desc(), decisions.c.id.desc())
)
_one = _listed.where(decisions.c.id == bindparam("decision_id"))
_of_meeting = _listed.where(decisions.c.meeting_id == bindparam("meeting_id"))
_enter = insert(decisions).on_conflict_do_nothing(index_elements=["poll_id"]).returning(decisions.c.id)
_of_poll = select(decisions.c.id).where(decisions.c.poll_id == bindparam("poll_id"))
_let_go = (
    update(follow_ups)
    .where(follow_ups.c.decision_id == bindparam("b_decision"))
    .values(decision_id=bindparam("b_none"))
)
_strike = delete(decisions).where(decisions.c.id == bindparam("b_decision"), decisions.c.poll_id.is_(None))


async def enter(
    unit: Unit,
    *,
    title: str,
    text: str,
    passed: bool,
    meeting_id: int | None,
    item_id: int | None,
    poll_id: int | None,
    project_id: int | None,
    by: int,
    now: datetime,
) -> int:
    """Enter a decision in the register; its id. The decision of a poll that is in it already stays as it is.

    `passed`: it was adopted. `by` entered it, `now` is when it was taken.
    """
    written = await unit.value(
        _enter,
        title=title,
        text=text,
        folded=fold(f"{title}\n{text}"),
        passed=passed,
        meeting_id=meeting_id,
        item_id=item_id,
        poll_id=poll_id,
        project_id=project_id,
        made_by=by,
        decided_at=now,
    )
    return int(written if written is not None else await unit.value(_of_poll, poll_id=poll_id))


async def strike(unit: Unit, decision_id: int) -> bool:
    """Take out a decision that no poll took; what is to be done about it stays with its meeting."""
    await unit.run(_let_go, b_decision=decision_id, b_none=None)
    return await unit.run(_strike, b_decision=decision_id) == 1


async def get(unit: Unit, decision_id: int) -> DecisionRow | None:
    """One decision."""
    row = await unit.first(_one, decision_id=decision_id)
    return None if row is None else DecisionRow(*row)


async def of_meeting(unit: Unit, meeting_id: int) -> list[DecisionRow]:
    """What a meeting decided, in the order in which it did."""
    return [DecisionRow(*row) for row in reversed(await unit.rows(_of_meeting, meeting_id=meeting_id))]


async def search(unit: Unit, words: Sequence[str], *, most: int, skip: int = 0) -> list[DecisionRow]:
    """Decisions that have all these folded words in them, the latest first; without words, all of them."""
    statement = _with(_listed, words).limit(most).offset(skip)
    return [DecisionRow(*row) for row in await unit.rows(statement)]


async def count(unit: Unit, words: Sequence[str]) -> int:
    """How many decisions have all these folded words in them."""
    return int(await unit.value(_with(select(func.count()).select_from(decisions), words)))


def _with(statement: Select[Any], words: Sequence[str]) -> Select[Any]:
    return statement.where(*(decisions.c.folded.contains(word, autoescape=True) for word in words))
