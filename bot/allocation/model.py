"""The linear model of a puzzle, solved by HiGHS.

A column is a pair of a resident and a kind of places, 1 when they are proposed for one. Rows keep each kind within its
free places, and count how many places each resident has: the second and every further one costs (`strain`). Other rows
(`Rows`) come in only where an answer breaks them, and columns only where they could make it better: of millions of
pairs and conflicts, a few matter.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from bot.allocation.pairs import Bools, Ints, Pairs
from town.allocation import STEP, STEPS

Floats = NDArray[np.float64]

ALMOST = 1e-6


class TooLong(Exception):
    """There was no answer in time."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A row of one resident: `weights` by shift, summed over what they are proposed, are at most `most`."""

    resident: int
    weights: dict[int, float]
    most: float
    clique: bool
    """Of any two of its shifts they can work on one at most; a further shift belongs to it if that holds of it too."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A row of places for learners: as many as there are (`most`) where a master is proposed on the shift, or none."""

    row: int
    shift: int
    kind: int
    most: int
    masters: Bools


class Model:
    """Columns and rows so far.

    `fill` is what a filled place counts beside how well places are filled: more than what may hang on it elsewhere.
    `deadline` is on `time.monotonic`'s clock. `broken` are the residents whose rows came in last.
    """

    def __init__(self, pairs: Pairs, fill: int, deadline: float) -> None:
        self.pairs = pairs
        self.fill = fill
        self.broken: set[int] = set()
        self.deadline = deadline
        self.people = len(pairs.seekers)
        self.kinds = len(pairs.places)
        self.resident: Ints = np.empty(0, dtype=np.int64)
        self.kind: Ints = np.empty(0, dtype=np.int64)
        self.inside = np.zeros((self.people, self.kinds), dtype=bool)
        self.limits: dict[int, list[tuple[int, Limit]]] = defaultdict(list)
        self.rows = self.kinds + self.people
        self.values: Floats = np.empty(0)
        self.duals: Floats = np.empty(0)
        self.only_fill = False
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
            self._highs.setOptionValue(name, value)
        self._begin()
        self.beside = self._begin_learners()

    # -- columns and rows -------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Rows for the kinds and the residents, and the columns of further places."""
        upper = np.concatenate([self.pairs.free.astype(float), np.ones(self.people)])
        none = np.empty(0, dtype=np.int32)
        lower = np.full(self.rows, -highspy.kHighsInf)
        self._highs.addRows(self.rows, lower, upper, 0, none, none, np.empty(0))
        self.extras = STEPS * self.people
        starts = np.arange(self.extras, dtype=np.int32)
        index = (self.kinds + np.repeat(np.arange(self.people), STEPS)).astype(np.int32)
        most = np.tile([1.0] * (STEPS - 1) + [float(len(self.pairs.openings))], self.people)
        nothing, one = np.zeros(self.extras), np.ones(self.extras)
        self._highs.addCols(self.extras, self._extra_costs(), nothing, most, self.extras, starts, index, -one)

    def _begin_learners(self) -> list[Beside]:
        """Rows for learners' places where no master is yet. Masters there are all inside from the beginning."""
        found = []
        none = np.empty(0, dtype=np.int32)
        for at, one in enumerate(self.pairs.places):
            skill = one.kind.skill_id
            if one.kind.learner and skill is not None and skill not in self.pairs.openings[one.shift].mastered:
                found.append(Beside(self.rows, one.shift, at, one.free, self.pairs.masters(skill)))
                self._highs.addRow(-highspy.kHighsInf, 0.0, 0, none, np.empty(0))
                self.rows += 1
        return found

    def _extra_costs(self) -> Floats:
        return np.tile(STEP * np.arange(1.0, STEPS + 1), self.people)

    def costs(self, resident: Ints, kind: Ints) -> Floats:
        """What pairs cost: the less the better."""
        if self.only_fill:
            return np.full(len(resident), -1.0)
        asked = np.where(self.pairs.owes[resident], 0, STEP)
        found: Floats = asked - self.fill - self.pairs.score[resident, kind].astype(float)
        return found

    def fill_alone(self) -> None:
        """From now on nothing counts but how many places are filled."""
        self.only_fill = True
        every = np.arange(self.extras + len(self.resident), dtype=np.int32)
        costs = np.concatenate([np.zeros(self.extras), self.costs(self.resident, self.kind)])
        self._highs.changeColsCost(len(every), every, costs)

    def add_columns(self, resident: Ints, kind: Ints) -> None:
        """Take in pairs that are not inside yet."""
        if not len(resident):
            return
        starts, index, value = [0], [], []
        beside = defaultdict(list)
        for row in self.beside:
            beside[row.shift].append(row)
        for one, of in zip(resident.tolist(), kind.tolist(), strict=True):
            index += [of, self.kinds + one]
            value += [1.0, 1.0]
            shift = int(self.pairs.shift_of[of])
            weights = self._in_limits(one, shift)
            weights += [(row.row, 1.0) for row in beside[shift] if row.kind == of]
            weights += [(row.row, -float(row.most)) for row in beside[shift] if row.masters[one]]
            index += [row for row, _weight in weights]
            value += [weight for _row, weight in weights]
            starts.append(len(index))
        count = len(resident)
        self._highs.addCols(
            count,
            self.costs(resident, kind),
            np.zeros(count),
            np.ones(count),
            len(index),
            np.array(starts[:-1], dtype=np.int32),
            np.array(index, dtype=np.int32),
            np.array(value),
        )
        self.resident = np.concatenate([self.resident, resident])
        self.kind = np.concatenate([self.kind, kind])
        self.inside[resident, kind] = True

    def _in_limits(self, resident: int, shift: int) -> list[tuple[int, float]]:
        """The rows of a resident that another shift belongs to, and its weight there."""
        found = []
        for row, limit in self.limits.get(resident, ()):
            if limit.clique and shift not in limit.weights and all(self.pairs.near[shift, list(limit.weights)]):
                limit.weights[shift] = 1.0
            if shift in limit.weights:
                found.append((row, limit.weights[shift]))
        return found

    def add_limit(self, limit: Limit) -> None:
        """Take in a row of one resident."""
        mine = np.flatnonzero(self.resident == limit.resident)
        shifts = self.pairs.shift_of[self.kind[mine]]
        weights = np.array([limit.weights.get(shift, 0.0) for shift in shifts.tolist()])
        self.limits[limit.resident].append((self.rows, limit))
        self.broken.add(limit.resident)
        index = (mine[weights > 0] + self.extras).astype(np.int32)
        self._highs.addRow(-highspy.kHighsInf, limit.most, len(index), index, weights[weights > 0])
        self.rows += 1

    # -- solving ----------------------------------------------------------------------------------------------------

    def whole(self, free: NDArray[np.bool_]) -> None:
        """From now on places are not parted: columns that are not `free` keep the (whole) values that they have."""
        fixed, open_ = np.flatnonzero(~free), np.flatnonzero(free)
        kept = np.round(self.values[fixed])
        self._highs.changeColsBounds(len(fixed), (fixed + self.extras).astype(np.int32), kept, kept)
        kinds = np.full(len(open_), highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        self._highs.changeColsIntegrality(len(open_), (open_ + self.extras).astype(np.int32), kinds)

    def solve(self) -> float:
        """Solve as it is; returns what it costs. Raises TooLong."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TooLong
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)  # its clock runs on
        self._highs.run()
        status = self._highs.getModelStatus()
        solution = self._highs.getSolution()
        if status != highspy.HighsModelStatus.kOptimal and not (
            status == highspy.HighsModelStatus.kTimeLimit and self._highs.getInfo().primal_solution_status == 2
        ):
            raise TooLong(self._highs.modelStatusToString(status))
        self.values = np.array(solution.col_value)[self.extras :]
        self.duals = np.array(solution.row_dual)
        return float(self._highs.getInfo().objective_function_value)
