"""Counting the file of a published poll again, in plain words: without a database, and without any settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.published import Checked, Unreadable, read
from town.poll_file import NotAPoll, ballot_with, load, verify
from town.polls import ABSTAIN, Kind, in_groups, numbers_of, points_of, receipt_in
from town.published import Wrong

__all__ = ["Checked", "NoReceipt", "NotAPoll", "Unreadable", "check"]

MOST = 128 * 1024 * 1024
"""Bytes: a poll among a million people would be half as large."""

_WRONG = {
    "digest": "The file was changed after it was written: its digest is not that of what it says.",
    "ballots_digest": "The ballots are not those that were counted: their digest is another.",
    "voted": "The number of ballots does not go with the number of people who voted.",
    "invited": "More people voted than were invited to.",
    "receipts": "The receipts are not as they must be: well formed, in their order, each once.",
    "voters": "The ballots of an open poll are not numbered as they must be.",
    "choices": "A ballot says what cannot be said in this poll.",
    "ballots": "The number of ballots that were counted is another.",
    "blank": "The number of those who abstained is another.",
    "totals": "What an option has is another number.",
    "rounds": "A round of the run-off comes to something else.",
    "outcome": "What the poll came to is something else.",
    "winners": "The options that won are others.",
    "needed": "What the threshold asks for is another number.",
    "quorum": "What the quorum asks for is another number.",
}
_OUTCOMES = {
    "passed": "passed",
    "failed": "not passed",
    "chosen": "chosen",
    "shared": "shared out",
    "short": "no decision: the threshold was not reached",
    "tie": "no decision: a tie",
    "no_quorum": "no decision: the quorum was not reached",
    "cancelled": "called off",
}


class NoReceipt(ValueError):
    """What was given as a receipt is none."""


def check(file: Path, receipt: str = "") -> Checked:
    """Count a poll again from its file, and look for the ballot with a receipt, if one is given.

    Raises Unreadable, NotAPoll for a file of something else, or NoReceipt.
    """
    made = load(read(file, MOST, "any poll"))
    wrong = [_said(one) for one in verify(made)]
    lines = list(_about(made))
    if receipt:
        letters = receipt_in(receipt)
        if letters is None:
            raise NoReceipt(receipt)
        choice = ballot_with(made, letters)
        if choice is None:
            wrong.append(f"There is no ballot with the receipt {in_groups(letters)}.")
        else:
            lines.append(f"the ballot {in_groups(letters)} is in it, and says: {_in_words(made, choice)}")
    return Checked(tuple(lines), tuple(wrong))


def _about(made: dict[str, Any]) -> Iterator[str]:
    result, secret = made["result"], "secret" if made["secret"] else "open"
    yield f"“{made['question']}”, poll {made['poll']} of {made['town']}, {secret}, closed at {made['closed_at']}"
    yield f"{made['invited']} invited, {made['voted']} voted, {result['blank']} of them abstained"
    missing = made["voted"] - len(made["ballots"])
    if missing > 0:
        yield f"{missing} of those ticked off put no paper into the box"
    for name, total in zip(made["options"], result["totals"], strict=True):
        yield f"  {total:>7}  {name}"
    if len(result["rounds"]) > 1:
        yield from _rounds(made["options"], result["rounds"])
    won = ", ".join(_name(made, number) for number in result["winners"])
    yield f"{_OUTCOMES[result['outcome']]}{f': {won}' if won and made['question_kind'] != Kind.YESNO else ''}"
    yield f"threshold: {result['needed']}; quorum: {result['quorum']}"
    yield f"ballots {made['ballots_digest']}"
    yield f"digest  {made['digest']}"


def _rounds(names: list[str], rounds: list[dict[str, Any]]) -> Iterator[str]:
    gone: set[int] = set()
    for at, one in enumerate(rounds, 1):
        had = [f"{name} {votes}" for number, (name, votes) in enumerate(zip(names, one["votes"], strict=False), 1)
               if number not in gone]  # fmt: skip
        yield f"  round {at}: {', '.join(had)}; {one['exhausted']} ran out"
        gone |= set(one["out"])


def _in_words(made: dict[str, Any], choice: str) -> str:
    if choice == ABSTAIN:
        return "abstains"
    try:
        if made["question_kind"] == Kind.POINTS:
            return ", ".join(f"{_name(made, number)} {points}" for number, points in points_of(choice).items())
        mark = " > " if made["question_kind"] == Kind.RANKED else ", "
        return mark.join(_name(made, number) for number in numbers_of(choice))
    except ValueError:
        return repr(choice)  # no choice at all: that is said besides


def _name(made: dict[str, Any], number: int) -> str:
    options = made["options"]
    return str(options[number - 1]) if 1 <= number <= len(options) else f"option {number}"


def _said(wrong: Wrong) -> str:
    return f"{_WRONG[wrong.part]}\n  the file says  {wrong.said}\n  it should be   {wrong.right}"
