"""Who voted on paper, and which tellers answer for it, as a file."""

from __future__ import annotations

from collections.abc import Sequence

from storage.queries.papers import Entry
from storage.queries.polls import PollRow
from town.sheets import as_csv

HEADER = ("name", "state", "entered_by", "confirmed_by")


def of_poll(poll: PollRow, entries: Sequence[Entry]) -> tuple[str, str]:
    """The file's name and text: no choices, which would count the poll before its close."""
    rows = [
        (one.name, "waiting" if one.unconfirmed else "confirmed", one.entered or "", one.confirmed or "")
        for one in entries
    ]
    return f"paper-votes-{poll.id}.csv", as_csv(HEADER, rows)
