"""Counting: from ballots to what a poll came to.

Ballots are counted in passes, so that a poll of any size takes the same memory: whoever has them gives each choice, and
how many ballots said it, as often as `Counter.wants_more` says. Nothing here is left to chance, and nothing depends on
the order in which ballots come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from town.polls import ABSTAIN, YES, Kind, Question, Result, Threshold

DEPTH = 4
"""How many options of a ranked ballot one pass looks at, of those that are not out yet. Of twelve options there are
13,345 rankings of at most four, and no pass keeps more than that. A ballot lasts until all that was looked at are out,
so four options at least go out in each pass: twelve take three."""

Ranking = tuple[str, ...]
"""The numbers of options, the best first, as a ballot has them."""
_CUT = ""
"""Ends a ranking of which only the beginning was looked at."""


class Round(NamedTuple):
    """One round of an instant run-off: votes of each option (0 for one that is out), and who is out after it.

    `exhausted` are the ballots all of whose options are out; those that abstain never counted here.
    """

    votes: tuple[int, ...]
    exhausted: int
    out: tuple[int, ...]


class Tally(NamedTuple):
    """What was counted: how many ballots, how many of them abstained, and what each option has, by its number - 1.

    `totals` are votes, approvals or points; those of a ranked poll are of the first of its `rounds`.
    """

    ballots: int
    blank: int
    totals: tuple[int, ...]
    rounds: tuple[Round, ...] = ()


class Decided(NamedTuple):
    """What a poll came to: `winners` are numbers of options. `needed` is what the threshold, `quorum` what the quorum
    asks for, in votes: the least whole number that reaches it."""

    result: Result
    winners: tuple[int, ...]
    needed: int
    quorum: int


class Counter:
    """Counts the ballots of one question.

    while counter.wants_more:
        counter.take([(choice, how many), …]), as often as there are more
        counter.end_pass()
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.wants_more = True
        self._ballots = self._blank = 0
        self._first = True
        self._parts: dict[str, int] = {}
        self._rankings: dict[Ranking, int] = {}
        self._rounds: list[Round] = []
        self._left = frozenset(range(1, question.options + 1))
        self._names = frozenset(map(str, self._left))

    def take(self, ballots: Iterable[tuple[str, int]]) -> None:
        """Count some ballots: choices as `town.polls.read_choice` gives them, and how many say each."""
        take = self._rank if self.question.kind is Kind.RANKED else self._add
        for choice, many in ballots:
            if self._first:
                self._ballots += many
                self._blank += many if choice == ABSTAIN else 0
            if choice != ABSTAIN:
                take(choice, many)

    def _add(self, choice: str, many: int) -> None:
        parts = self._parts  # "3", or "3:10" where points are shared out: never more than a thousand of them
        for part in choice.split(","):
            parts[part] = parts.get(part, 0) + many

    def _rank(self, choice: str, many: int) -> None:
        # at first nothing is out, so that the rest need not be looked at
        parts = choice.split(">", DEPTH) if self._first else [one for one in choice.split(">") if one in self._names]
        if len(parts) > DEPTH:
            parts[DEPTH:] = [_CUT]
        ranking = tuple(parts)
        self._rankings[ranking] = self._rankings.get(ranking, 0) + many

    def end_pass(self) -> None:
        """Say that all ballots were given."""
        self._first = False
        self.wants_more = self.question.kind is Kind.RANKED and self._run_off()
        self._rankings = {}

    def _run_off(self) -> bool:
        """Do the rounds that the rankings of this pass can tell; whether the next one needs another pass."""
        while True:
            votes, exhausted = [0] * self.question.options, 0
            for ranking, many in self._rankings.items():
                first = next((part for part in ranking if part in self._names or part == _CUT), None)
                if first == _CUT:
                    return True
                if first is None:
                    exhausted += many
                else:
                    votes[int(first) - 1] += many
            out = eliminated(votes, self._left, self._rounds)
            self._rounds.append(Round(tuple(votes), exhausted, tuple(sorted(out))))
            self._left -= out
            self._names = frozenset(map(str, self._left))
            if not out:
                return False

    def tally(self) -> Tally:
        """What was counted, once no more is wanted."""
        if self.question.kind is Kind.RANKED:
            return Tally(self._ballots, self._blank, self._rounds[0].votes, tuple(self._rounds))
        totals = [0] * self.question.options
        for part, many in self._parts.items():
            number, _colon, points = part.partition(":")
            totals[int(number) - 1] += many * int(points or 1)
        return Tally(self._ballots, self._blank, tuple(totals))


def eliminated(votes: Sequence[int], left: frozenset[int], before: Sequence[Round]) -> frozenset[int]:
    """Who of those left is out after a round; nobody when somebody has more than half of what still counts, or when
    all who are left are equal.

    Whoever has the fewest is out. Of several, those who had the fewest in the round before, then in the one before
    that; where they were equal in every round, they are out together, as Robert's Rules of Order have it (10th edition,
    § 45, preferential voting). No lot is drawn, so that anybody who counts again comes to the same.
    """
    if max(votes) * 2 > sum(votes) or len({votes[number - 1] for number in left}) <= 1:
        return frozenset()
    last, rounds = left, [votes, *(earlier.votes for earlier in reversed(before))]
    for had in rounds:
        least = min(had[number - 1] for number in last)
        last = frozenset(number for number in last if had[number - 1] == least)
    return last


def count(question: Question, ballots: Iterable[tuple[str, int]]) -> Tally:
    """Count ballots that are all at hand: (choice, how many)."""
    kept, counter = list(ballots), Counter(question)
    while counter.wants_more:
        counter.take(kept)
        counter.end_pass()
    return counter.tally()


def decide(question: Question, tally: Tally, electorate: int) -> Decided:
    """What a count means under the question's quorum and threshold.

    Thresholds: simple is more than any other (yes: more than no); two thirds are of the ballots that do not abstain;
    absolute is more than half of all ballots, those that abstain included. With `of_electorate` all of them are shares
    of the whole electorate: simple is then more than half of it. Points have none: they are shared out as they are.
    """
    quorum = question.quorum if question.quorum_people else _at_least(Fraction(question.quorum, 100) * electorate)
    scores = _scores(tally)
    needed = _needed(question, tally, electorate, scores)
    if tally.ballots < quorum:
        return Decided(Result.NO_QUORUM, (), needed, quorum)
    if not tally.ballots:  # also of yes or no: what nobody voted on was not refused
        return Decided(Result.SHORT, (), needed, quorum)
    if question.kind is Kind.POINTS:
        given = tuple(number for number, points in enumerate(tally.totals, 1) if points)
        return Decided(Result.SHARED if given else Result.SHORT, given, needed, quorum)
    if question.kind is Kind.YESNO:
        passed = scores[0] >= needed
        return Decided(Result.PASSED if passed else Result.FAILED, (YES,) if passed else (), needed, quorum)
    best = max(scores)
    first = tuple(number for number, score in enumerate(scores, 1) if score == best)
    if best == 0:
        return Decided(Result.SHORT, (), needed, quorum)
    if len(first) > 1:
        return Decided(Result.TIE, first, needed, quorum)
    return Decided(Result.CHOSEN if best >= needed else Result.SHORT, first, needed, quorum)


def _scores(tally: Tally) -> tuple[int, ...]:
    """What is compared with the threshold: votes, approvals, or the votes of the last round."""
    return tally.rounds[-1].votes if tally.rounds else tally.totals


def _needed(question: Question, tally: Tally, electorate: int, scores: Sequence[int]) -> int:
    """The least number of votes that reaches the threshold; 0 for points, which have none."""
    if question.kind is Kind.POINTS:
        return 0
    whole = electorate if question.of_electorate else tally.ballots
    if question.threshold is Threshold.ABSOLUTE or (question.threshold is Threshold.SIMPLE and question.of_electorate):
        return whole // 2 + 1
    if question.threshold is Threshold.TWO_THIRDS:
        whole = electorate if question.of_electorate else tally.ballots - tally.blank
        return max(1, _at_least(Fraction(2, 3) * whole))
    if question.kind is Kind.YESNO:
        return scores[1] + 1
    return 1


def _at_least(share: Fraction) -> int:
    return -(-share.numerator // share.denominator)
