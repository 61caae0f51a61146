"""What a vote on a motion means for it."""

from __future__ import annotations

from datetime import datetime

from handlers.motions.actions import MOTION
from storage.queries import agenda_items, decisions
from storage.queries.polls import PollRow
from storage.unit import Unit
from town.polls import Result, named
from town.settings import TownSettings

DECIDED = (Result.PASSED, Result.FAILED, Result.CHOSEN)
"""What settles a motion. Anything else is no decision: it is not in the register, and the motion can be put again."""


async def after_motion(unit: Unit, poll: PollRow, *, town: TownSettings, now: datetime) -> None:
    """Enter what became of a motion (subject "motion:<agenda item>") in the register of decisions.

    Of a choice between options the register's text begins with the one that was chosen. Below the quorum, of a tie, or
    where no option reaches the threshold there is no decision.
    """
    if poll.outcome not in DECIDED:
        return
    item_id = int(poll.subject.removeprefix(f"{MOTION}:"))
    chosen = named([option.name for option in poll.choices], poll.winning) if poll.outcome == Result.CHOSEN else []
    await agenda_items.settle(unit, poll.id, now)
    await decisions.enter(
        unit,
        title=poll.question,
        text="\n\n".join(part for part in (*chosen, poll.about) if part),
        passed=poll.outcome != Result.FAILED,
        meeting_id=poll.meeting_id,
        item_id=item_id,
        poll_id=poll.id,
        project_id=poll.project_id,
        by=poll.made_by,
        now=now,
    )
