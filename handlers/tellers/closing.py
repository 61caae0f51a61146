"""What becomes of votes on paper when a poll closes."""

from __future__ import annotations

from datetime import datetime

from storage.queries import papers
from storage.queries.polls import PollRow
from storage.unit import Unit


async def before_count(unit: Unit, poll: PollRow, now: datetime) -> int:
    """Strike what no second teller has confirmed: it does not count, and whose it is has not voted; how many names.

    For whoever closes a poll or calls it off, after the door is shut and before the count.
    """
    return await papers.strike_all(unit, poll.id)
