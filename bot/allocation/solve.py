"""From a puzzle to a plan: the relaxed model first, with its bound, then whole places.

A small puzzle is solved to the end: no plan is better. In a large one, the relaxed model of all pairs is nearly always
whole by itself; only residents for whom it is not are decided by branching, everybody else keeps what they have.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bot.allocation.model import ALMOST, Limit, Model, TooLong
from bot.allocation.pairs import Bools, Ints, Pairs
from bot.allocation.puzzle import Found, Left, Line, Puzzle
from town.allocation import why

__all__ = ["TooLong", "solve"]

SMALL = 4_000
"""Pairs up to which a puzzle is solved to the end."""

CANDIDATES, AT_LEAST, MORE = 16, 12, 4
"""Pairs the model begins with: so many a resident, so many a kind of places; and how many more a resident at a time."""

TOO_MUCH = 1e-4
"""Minutes."""

ROUNDS, STILL = 60, 0.1
"""Times that the model is solved anew at most; what it has to cost more, for another time to be worth it."""

WORTH = 0.001
"""What new pairs have to bring a resident, in the score, to be looked for; filled places always are."""

EXACTLY, MUCH = 1_000_000, 20_000
"""What a filled place counts: in a small puzzle more than everything else together; in a large one, where the solver
would have trouble with such numbers, more than moving a hundred people about to fill one more."""


def solve(puzzle: Puzzle, *, seconds: float = 50.0) -> Found:
    """Who could take the open places. Raises TooLong."""
    started = time.monotonic()
    pairs = Pairs(puzzle)
    total = int(pairs.free.sum()) if pairs.places else 0
    if not pairs.places or not pairs.seekers:
        return Found((), tuple(_left(pairs, [], np.zeros((0, len(pairs.places)), dtype=bool))), total, 0)
    allowed: Bools = pairs.able & pairs.may[:, pairs.shift_of]
    small = int(allowed.sum()) <= SMALL
    model = Model(pairs, EXACTLY if small else MUCH, started + seconds)
    _begin(model, allowed, everything=small)
    _relax(model, allowed)
    bound = _bound(pairs, model, allowed, small)
    _round(model, small)
    chosen = np.flatnonzero(model.values > 0.5)
    picks = list(zip(model.resident[chosen].tolist(), model.kind[chosen].tolist(), strict=True))
    lines = tuple(sorted((_line(pairs, *pick) for pick in picks), key=lambda line: (line.shift, line.resident)))
    left = tuple(_left(pairs, picks, allowed))
    return Found(lines, left, total, max(bound, len(lines)), seconds=time.monotonic() - started)


# -- the relaxed model -------------------------------------------------------------------------------------------------


def _begin(model: Model, allowed: Bools, *, everything: bool) -> None:
    """The pairs to begin with: all of them, or for each resident and each kind of places the best ones."""
    if everything:
        inside = allowed
    else:
        inside = np.zeros_like(allowed)
        # Among equals, each resident has others: or all would look at the same few shifts.
        spread = np.random.default_rng(0).random(allowed.shape, dtype=np.float32)
        rank = np.where(allowed, model.pairs.score + spread, -np.inf)
        for at, most in ((1, CANDIDATES), (0, AT_LEAST)):
            count = min(most, allowed.shape[at])
            best = np.argpartition(-rank, count - 1, axis=at)
            best = best[:, :count] if at else best[:count]
            np.put_along_axis(inside, best, True, axis=at)
        for beside in model.beside:
            inside[np.ix_(beside.masters, model.pairs.shift_of == beside.shift)] = True  # so that no learner waits
        inside &= allowed
    model.add_columns(*_where(inside))


def _relax(model: Model, allowed: Bools) -> float:
    """Solve with parted places until no pair outside could help, nor a row change what it costs; returns that.

    Rows may be broken then whose mending costs nothing: that is left to the whole places.
    """
    before = math.inf
    looking = True
    for _round_number in range(ROUNDS):
        cost = model.solve()
        broken = _mend(model)
        looking = looking and (model.only_fill or before - cost > model.people * WORTH)
        outside = _price(model, allowed) if looking else 0
        if not outside and (not broken or abs(cost - before) < STILL):
            return cost
        before = cost
    raise TooLong("too many rounds")


def _price(model: Model, allowed: Bools) -> int:
    """Take in the pairs outside that the model's prices call for, the best few of each resident; how many."""
    if model.inside.sum() == allowed.sum():
        return 0
    of_kind, of_person = model.duals[: model.kinds], model.duals[model.kinds : model.kinds + model.people]
    count = min(MORE, model.kinds)
    enough = -0.5 if not model.only_fill else -1e-4
    rows, columns = [], []
    for first in range(0, model.people, 1000):
        part = slice(first, first + 1000)
        outside = allowed[part] & ~model.inside[part]
        people, kinds = np.nonzero(outside)
        saves = np.zeros(outside.shape)
        saves[people, kinds] = model.costs(people + first, kinds) - of_kind[kinds] - of_person[people + first]
        best = np.argpartition(saves, count - 1, axis=1)[:, :count]
        person, at = np.nonzero(np.take_along_axis(saves, best, axis=1) < enough)
        rows.append(person + first)
        columns.append(best[person, at])
    resident, kind = np.concatenate(rows), np.concatenate(columns)
    model.add_columns(resident, kind)
    return len(resident)


def _bound(pairs: Pairs, model: Model, allowed: Bools, small: bool) -> int:
    """The most places that any plan can fill, by the relaxed problem of all pairs."""
    at_most = int(np.minimum(pairs.free, allowed.sum(axis=0)).sum())
    if model.values.sum() > at_most - ALMOST * at_most - ALMOST:
        return at_most
    only = Model(pairs, 1, model.deadline)
    only.fill_alone()
    only.add_columns(model.resident, model.kind)
    for limits in model.limits.values():
        for _row, limit in limits:
            only.add_limit(Limit(limit.resident, dict(limit.weights), limit.most, limit.clique))
    return min(at_most, math.floor(-_relax(only, allowed) + 1e-4))


# -- rows that an answer breaks ----------------------------------------------------------------------------------------


def _mend(model: Model) -> int:
    """Take in the rows that the model's answer breaks; how many."""
    before = model.rows
    model.broken.clear()
    used = np.flatnonzero(model.values > ALMOST)
    sums = np.bincount(model.resident[used], weights=model.values[used], minlength=model.people)
    of: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for column in used[sums[model.resident[used]] > 1 + ALMOST].tolist():
        shift = int(model.pairs.shift_of[model.kind[column]])
        of[int(model.resident[column])][shift] += float(model.values[column])
    for resident, shifts in of.items():
        _mend_cliques(model, resident, shifts)
        _mend_minutes(model, resident, shifts)
    return model.rows - before


def _mend_cliques(model: Model, resident: int, shifts: dict[int, float]) -> None:
    """Shifts of which somebody can work on one only."""
    near = model.pairs.near
    order = sorted(shifts, key=lambda shift: (-shifts[shift], shift))
    seen: set[frozenset[int]] = set()
    for first in order:
        clique = [first]
        for other in order:
            if other != first and near[other, clique].all():
                clique.append(other)
        if sum(shifts[shift] for shift in clique) <= 1 + ALMOST or frozenset(clique) in seen:
            continue
        seen.add(frozenset(clique))
        mine = model.pairs.shift_of[model.kind[model.resident == resident]]
        for other in sorted(set(mine.tolist()) - set(clique)):
            if near[other, clique].all():
                clique.append(other)
        model.add_limit(Limit(resident, dict.fromkeys(clique, 1.0), 1.0, clique=True))


def _mend_minutes(model: Model, resident: int, shifts: dict[int, float]) -> None:
    """The most minutes of a day, and of the week."""
    pairs = model.pairs
    days, week = pairs.room(pairs.seekers[resident])
    worked = {shift: value * float(pairs.minutes[shift]) for shift, value in shifts.items()}
    by_day: dict[date, float] = defaultdict(float)
    for shift, minutes in worked.items():
        by_day[pairs.days[shift]] += minutes
    for day, minutes in by_day.items():
        if minutes > days[day] + TOO_MUCH:
            of_day = [at for at, one in enumerate(pairs.days) if one == day]
            model.add_limit(_most(pairs, resident, of_day, days[day]))
    if sum(worked.values()) > week + TOO_MUCH:
        model.add_limit(_most(pairs, resident, range(len(pairs.openings)), week))


def _most(pairs: Pairs, resident: int, shifts: Iterable[int], most: int) -> Limit:
    return Limit(resident, {shift: float(pairs.minutes[shift]) for shift in shifts}, float(most), clique=False)


# -- whole places ------------------------------------------------------------------------------------------------------


def _round(model: Model, small: bool) -> None:
    """Decide the places that the relaxed model parted."""
    parted = np.abs(model.values - np.round(model.values)) > ALMOST
    if not small and not parted.any() and not model.broken:
        model.values = np.round(model.values)
        return
    if small:
        free: NDArray[np.bool_] = np.ones(len(model.values), dtype=bool)
    else:
        whose = np.zeros(model.people, dtype=bool)
        whose[model.resident[parted]] = True
        whose[sorted(model.broken)] = True
        has = np.bincount(model.resident, weights=model.values, minlength=model.people) > ALMOST
        settled = ~(whose | ~has)[model.resident]
        taken = np.bincount(model.kind[settled], weights=model.values[settled], minlength=model.kinds)
        free = ~settled & (taken < model.pairs.free - ALMOST)[model.kind]
    model.values[~free & parted] = 0.0
    model.whole(free)
    for _round_number in range(ROUNDS):
        model.solve()
        model.values = np.round(model.values)
        if not _mend(model):
            return
    raise TooLong("too many rounds")


# -- in words that are none yet ----------------------------------------------------------------------------------------


def _line(pairs: Pairs, resident: int, at: int) -> Line:
    seeker, one = pairs.seekers[resident], pairs.places[at]
    opening = pairs.openings[one.shift]
    found = asdict(why(seeker, opening, one.kind, pairs.town))
    return Line(opening.id, seeker.id, one.kind, found | {"skills": list(found["skills"])})


def _left(pairs: Pairs, picks: list[tuple[int, int]], allowed: Bools) -> list[Left]:
    """The places that stay open, and why."""
    filled = Counter(at for _resident, at in picks)
    there: dict[int, set[int]] = defaultdict(set)
    for resident, at in picks:
        there[pairs.places[at].shift].add(resident)
    found = []
    for at, one in enumerate(pairs.places):
        still = one.free - filled[at]
        if still > 0:
            found.append(Left(pairs.openings[one.shift].id, one.kind, still, _why_left(pairs, at, there, allowed)))
    return found


def _why_left(pairs: Pairs, at: int, there: dict[int, set[int]], allowed: Bools) -> str:
    one = pairs.places[at]
    skill = one.kind.skill_id
    beside = skill in pairs.openings[one.shift].mastered or any(
        pairs.seekers[resident].masters(skill or 0) for resident in there[one.shift]
    )
    if one.kind.learner and not beside:
        return "master"
    if not pairs.able[:, at].any():
        return "skill"
    return "needed" if allowed[:, at].any() else "busy"


def _where(inside: Bools) -> tuple[Ints, Ints]:
    resident, kind = np.nonzero(inside)
    return resident, kind
