"""Published draws: how scarce goods are shared by lot, so that anybody can check it afterwards (`docs/draws.md`).

Quantities are thousandths of the item's unit.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")


class Entry(NamedTuple):
    """One entry of a draw: somebody's number and nothing else of them.

    `wanted` is what they asked for; `own` what their allowance leaves of it, None without a limit. `home` is the
    number of the home whose rest they share with others in this draw, None where nobody else of it entered. `before`
    orders the entries ahead of their lots: the smaller, the sooner.
    """

    number: int
    wanted: int
    own: int | None = None
    home: int | None = None
    before: int = 0


class Outcome(NamedTuple):
    """What a draw decides, all of it numbers of entries in the order of the draw.

    `order` is everybody, `given` those who get something, with how much, and `line` the others, who wait. `full` are
    those of the line to whom the allowances left nothing, so that they cannot be said to have lost.
    """

    order: tuple[int, ...]
    given: tuple[tuple[int, int], ...]
    line: tuple[int, ...]
    full: tuple[int, ...]


def new_seed() -> str:
    """A seed of 256 bits, in hex: kept secret until the draw is made."""
    return secrets.token_hex(32)


def hash_of(seed: str) -> str:
    """What is published of a seed before the draw: the SHA-256 of its bytes, in hex."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def lot(seed: str, batch: int, number: int) -> str:
    """The lot of an entry, in hex. It hangs on its own number alone: nobody else's entry can change it."""
    return hmac.new(bytes.fromhex(seed), f"{batch}:{number}".encode("ascii"), hashlib.sha256).hexdigest()


def decide(
    seed: str, batch: int, *, amount: int, step: int, entries: Iterable[Entry], homes: Mapping[int, int]
) -> Outcome:
    """Draw: put the entries in order, and give each in turn what they asked for, as far as it and the allowances go.

    `amount` is there to be given, in whole steps; `homes` is what the allowance of each home leaves it. Raises KeyError
    for an entry of a home that is not among them.
    """
    order = sorted(entries, key=lambda one: (one.before, lot(seed, batch, one.number), one.number))
    rest, left = dict(homes), amount
    given, line, full = list[tuple[int, int]](), list[int](), list[int]()
    for one in order:
        limits = [one.wanted] if one.own is None else [one.wanted, one.own]
        if one.home is not None:
            limits.append(rest[one.home])
        allowed = _whole(min(limits), step)
        part = _whole(min(allowed, left), step)
        if not part:
            line.append(one.number)
            if not allowed:
                full.append(one.number)
            continue
        given.append((one.number, part))
        left -= part
        if one.home is not None:
            rest[one.home] -= part
    return Outcome(tuple(one.number for one in order), tuple(given), tuple(line), tuple(full))


def turns(served: Mapping[Key, date | None]) -> dict[Key, int]:
    """Whose turn it is by when each was last served: 0 for never, then 1 for the day that is the longest ago, and on.

    Those of one day have the same turn: the lot decides among them, not who was first at the desk.
    """
    days = sorted({day for day in served.values() if day is not None})
    turn = {day: at for at, day in enumerate(days, 1)}
    return {key: 0 if day is None else turn[day] for key, day in served.items()}


def homes_shared(households: Sequence[int | None]) -> list[int | None]:
    """For each entry the number of its home within the draw, counted from 1; None where nobody else of it entered."""
    entered: dict[int, int] = {}
    for household in households:
        if household is not None:
            entered[household] = entered.get(household, 0) + 1
    shared = {household: at for at, household in enumerate((one for one, many in entered.items() if many > 1), 1)}
    return [None if household is None else shared.get(household) for household in households]


def _whole(amount: int, step: int) -> int:
    return max(0, amount - amount % step)
