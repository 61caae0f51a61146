"""Checking the file of a published draw, in plain words: without a database, and without any settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.published import Checked, Unreadable, read
from town.draw_file import NotADraw, load, verify
from town.published import Wrong

__all__ = ["Checked", "NotADraw", "Unreadable", "check"]

MOST = 64 * 1024 * 1024
"""Bytes: a draw among a million people would be as large."""

_WRONG = {
    "digest": "The file was changed after it was written: its digest is not that of what it says.",
    "seed_hash": "The seed is not the one that was sealed: its SHA-256 is another.",
    "entries": "The entries are not numbered as they must be: in order, each once, no more than were given out.",
    "before": "Somebody comes before others where all are equal.",
    "homes": "The homes that the entries name are not those whose rest is told.",
    "order": "The order is not the one that the lots make.",
    "given": "Not everybody gets what the order and the limits make.",
    "line": "The line of those who wait is not in the order of the draw.",
    "full": "Those whose allowance left nothing are others.",
}


def check(file: Path) -> Checked:
    """Redo a draw from its file. Raises Unreadable, or NotADraw for a file of something else."""
    made = load(read(file, MOST, "any draw"))
    wrong = verify(made)
    return Checked(tuple(_about(made)), tuple(_said(one) for one in wrong))


def _about(made: dict[str, Any]) -> list[str]:
    result, gone = made["result"], made["numbers"] - len(made["entries"])
    given = sum(one["amount"] for one in result["given"])
    return [
        f"{made['item']}, batch {made['batch']} of {made['town']}, drawn at {made['drawn_at']}",
        f"sealed as {made['seed_hash']}",
        f"{_many(len(made['entries']), 'entry', 'entries')}; {_many(gone, 'number', 'numbers')} left before the draw",
        f"{_amount(given)} of {_amount(made['amount'])} ({made['unit']}) given to {len(result['given'])}, "
        f"{len(result['line'])} in line",
        f"digest {made['digest']}",
    ]


def _said(wrong: Wrong) -> str:
    return f"{_WRONG[wrong.part]}\n  the file says  {wrong.said}\n  it should be   {wrong.right}"


def _amount(thousandths: int) -> str:
    return f"{thousandths / 1000:g}"


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
