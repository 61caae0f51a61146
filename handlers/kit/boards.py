"""What a big screen at a place shows, in words already: whatever one checks in at there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Board:
    """A check-in page. `state` is early, open, over or cancelled; when it is open, it shows a `code` as people read it,
    and `scan` is what the QR code holds. `note` says what there is to do, `count` how many are there."""

    title: str
    when: str
    place: str
    state: str
    code: str
    scan: str
    note: str
    count: str
