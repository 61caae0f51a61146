"""Hours: who may confirm how many minutes. The ledger is append-only; a correction is a reversal."""

from __future__ import annotations

from enum import StrEnum

from town.facts import BadMinutes, OwnHours

LONGER_BY = 60
"""Minutes by which confirmed work may exceed the planned length of its shift."""


class EntryKind(StrEnum):
    """What a line of the hours ledger is."""

    SHIFT = "shift"
    REVERSAL = "reversal"


def check_confirm(*, confirmer: int, resident: int, minutes: int, shift_minutes: int) -> None:
    """Whether resident `confirmer` may confirm `minutes` of `resident` on a shift planned for `shift_minutes`.

    Raises OwnHours when they are the same resident, BadMinutes outside 0 … `shift_minutes` + 60.
    """
    if confirmer == resident:
        raise OwnHours()
    most = shift_minutes + LONGER_BY
    if not 0 <= minutes <= most:
        raise BadMinutes(most=most)
