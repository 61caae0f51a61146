"""Counting: against counts that are written in another way, against a library, and against published elections."""

from __future__ import annotations

import random
from collections import Counter as Votes
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import pyrankvote
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from town.counting import Counter, Decided, Round, Tally, count, decide, eliminated
from town.polls import MOST_OPTIONS, Kind, Question, Result, Threshold, numbers_of, points_of, read_choice

Ballots = list[tuple[str, int]]


def ranked(options: int) -> Question:
    return Question(Kind.RANKED, options)


def choices(kind: Kind, options: int, points: int) -> st.SearchStrategy[str]:
    """A ballot that somebody may cast, in its one form."""
    numbers = list(range(1, options + 1))
    if kind is Kind.POINTS:
        shares = st.lists(st.sampled_from(numbers), min_size=points, max_size=points).map(Votes)
        some = shares.map(lambda got: ",".join(f"{number}:{many}" for number, many in sorted(got.items())))
    elif kind is Kind.APPROVAL:
        some = st.sets(st.sampled_from(numbers), min_size=1).map(lambda all_: ",".join(map(str, sorted(all_))))
    elif kind is Kind.RANKED:
        some = st.permutations(numbers).flatmap(
            lambda order: st.integers(1, options).map(lambda many: ">".join(map(str, order[:many])))
        )
    else:
        some = st.sampled_from(numbers).map(str)
    return st.one_of(st.just(""), some, some, some)


@st.composite
def polls(draw: st.DrawFn, kinds: Sequence[Kind] = tuple(Kind)) -> tuple[Question, Ballots]:
    kind = draw(st.sampled_from(kinds))
    options = 2 if kind is Kind.YESNO else draw(st.integers(2, MOST_OPTIONS))
    points = draw(st.integers(1, 20)) if kind is Kind.POINTS else 0
    ballot = st.tuples(choices(kind, options, points), st.integers(1, 9))
    return Question(kind, options, points=points), draw(st.lists(ballot, max_size=30))


# -- against a count that is written in another way --------------------------------------------------------------------


def run_off(options: int, ballots: Ballots) -> list[Round]:
    """An instant run-off by piles, as on a table: each ballot lies on its pile, and is carried to the next."""
    piles: dict[int, list[list[int]]] = {number: [] for number in range(1, options + 1)}
    aside, rounds = 0, list[Round]()
    for choice, many in ballots:
        for _ in range(many if choice else 0):
            order = numbers_of(choice)
            piles[order[0]].append(order)
    while True:
        heights = {number: len(pile) for number, pile in piles.items()}
        votes = tuple(heights.get(number, 0) for number in range(1, options + 1))
        lowest = [number for number in heights if heights[number] == min(heights.values())]
        for earlier in reversed(rounds):
            fewest = min(earlier.votes[number - 1] for number in lowest)
            lowest = [number for number in lowest if earlier.votes[number - 1] == fewest]
        if any(height * 2 > sum(votes) for height in votes) or len(set(heights.values())) == 1:
            return [*rounds, Round(votes, aside, ())]
        rounds.append(Round(votes, aside, tuple(sorted(lowest))))
        carried = [ballot for number in lowest for ballot in piles.pop(number)]
        for ballot in carried:
            place = next((number for number in ballot if number in piles), None)
            if place is None:
                aside += 1
            else:
                piles[place].append(ballot)


def naive(question: Question, ballots: Ballots) -> Tally:
    """Every ballot by itself, option by option."""
    each = [choice for choice, many in ballots for _ in range(many)]
    totals = []
    for number in range(1, question.options + 1):
        if question.kind is Kind.POINTS:
            totals.append(sum(points_of(choice).get(number, 0) for choice in each))
        elif question.kind is Kind.RANKED:
            totals.append(sum(numbers_of(choice)[:1] == [number] for choice in each))
        else:
            totals.append(sum(number in numbers_of(choice) for choice in each))
    rounds = run_off(question.options, ballots) if question.kind is Kind.RANKED else []
    return Tally(len(each), each.count(""), tuple(totals), tuple(rounds))


@settings(max_examples=150, deadline=None)
@given(polls(), st.randoms(use_true_random=False))
def test_every_kind_against_another_count(poll: tuple[Question, Ballots], chance: random.Random) -> None:
    question, ballots = poll
    assert all(read_choice(question, choice) == choice for choice, _many in ballots)
    tally = count(question, ballots)
    assert tally == naive(question, ballots)
    each = [(choice, 1) for choice, many in ballots for _ in range(many)]
    chance.shuffle(each)
    assert count(question, each) == tally  # in any order, grouped or not


@settings(max_examples=100, deadline=None)
@given(polls())
def test_totals_equal_ballots(poll: tuple[Question, Ballots]) -> None:
    question, ballots = poll
    tally = count(question, ballots)
    valid = tally.ballots - tally.blank
    assert tally.ballots == sum(many for _choice, many in ballots)
    if question.kind in (Kind.YESNO, Kind.SINGLE, Kind.RANKED):
        assert sum(tally.totals) == valid
    elif question.kind is Kind.POINTS:
        assert sum(tally.totals) == valid * question.points
    else:
        assert valid <= sum(tally.totals) <= valid * question.options
    for one in tally.rounds:
        assert sum(one.votes) + one.exhausted == valid


def test_a_count_takes_three_passes_at_most_and_keeps_little() -> None:
    """Of 12 options, whatever is voted: every ballot is another ranking of all of them."""
    chance, counter, passes, kept = random.Random(1), Counter(ranked(12)), 0, 0
    ballots = [(">".join(map(str, chance.sample(range(1, 13), 12))), 1) for _ in range(3000)]
    while counter.wants_more:
        counter.take(ballots)
        kept = max(kept, len(counter._rankings))
        counter.end_pass()
        passes += 1
    assert passes == 3
    assert kept <= 13_345
    assert list(counter.tally().rounds) == run_off(12, ballots)


# -- against a library -------------------------------------------------------------------------------------------------


def has_no_tie(rounds: Sequence[Round]) -> bool:
    """Whether no round asks for a rule about equals: none is equal to another, and nobody has exactly half."""
    out: set[int] = set()
    for one in rounds:
        left = [votes for number, votes in enumerate(one.votes, 1) if number not in out]
        if len(set(left)) < len(left) or any(votes * 2 == sum(left) for votes in left):
            return False
        out |= set(one.out)
    return True


def test_run_offs_against_pyrankvote() -> None:
    """pyrankvote 2.0 (https://github.com/jontingvold/pyrankvote) draws lots among equals, elects with exactly half, and
    drops several at once where that changes nothing: so what is compared is the first round and who wins, in run-offs
    without equals."""
    chance, compared = random.Random(5), 0
    for _ in range(300):
        options = chance.randint(2, 7)
        named = [pyrankvote.Candidate(str(number)) for number in range(1, options + 1)]
        orders = [chance.sample(range(options), chance.randint(1, options)) for _ in range(chance.randint(1, 60))]
        tally = count(ranked(options), [(">".join(str(at + 1) for at in order), 1) for order in orders])
        if not has_no_tie(tally.rounds):
            continue
        compared += 1
        ballots = [pyrankvote.Ballot([named[at] for at in order]) for order in orders]
        result = pyrankvote.instant_runoff_voting(named, ballots)
        (winner,) = result.get_winners()
        decided = decide(ranked(options), tally, 100)
        assert (decided.result, decided.winners) == (Result.CHOSEN, (int(winner.name),))
        first = {int(one.candidate.name): one.number_of_votes for one in result.rounds[0].candidate_results}
        assert [first[number] for number in sorted(first)] == list(tally.totals)
    assert compared > 60


# -- against published elections ---------------------------------------------------------------------------------------


def of(ballots: Mapping[str, int], names: str) -> Ballots:
    """Ballots written with letters: {"ABC": 6} ranks A, then B, then C."""
    return [(">".join(str(names.index(one) + 1) for one in order), many) for order, many in ballots.items()]


def test_burlington_2009() -> None:
    """The mayoral election of Burlington, Vermont, on 3 March 2009: 8,980 ballots, of which 4 ranked nobody.

    Source: the city's "2009 Burlington Mayor Detail Report" (burlingtonvotes.org, in the Internet Archive), also at
    https://en.wikipedia.org/wiki/2009_Burlington_mayoral_election. First Wright 2,951, Kiss 2,585, Montroll 2,063,
    Smith 1,306, write-ins 36, Simpson 35; the last three out, Wright 3,294, Kiss 2,981, Montroll 2,554; at last
    Kiss 4,313, Wright 4,061. The report drops those three in one round, since even together they could not win, so it
    does not tell whose ballots went where: here they are shared out among the three so that its sums come out.
    """
    ballots = of(
        {
            **{"W": 2951, "K": 2585, "MK": 841, "MW": 767, "M": 455},
            **{"SW": 323, "SK": 376, "SMK": 471, "S": 136},
            **{"IW": 10, "IK": 10, "IMK": 10, "I": 6},
            **{"JW": 10, "JK": 10, "JMK": 10, "J": 5},
        },
        "WKMSIJ",
    )
    tally = count(ranked(6), [*ballots, ("", 4)])
    assert (tally.ballots, tally.blank) == (8980, 4)
    assert tally.totals == (2951, 2585, 2063, 1306, 36, 35)
    assert [one.out for one in tally.rounds] == [(6,), (5,), (4,), (3,), ()]
    assert tally.rounds[3][:2] == ((3294, 2981, 2554, 0, 0, 0), 151 - 4)
    assert tally.rounds[4][:2] == ((4061, 4313, 0, 0, 0, 0), 606 - 4)
    assert decide(ranked(6), tally, 33_200)[:2] == (Result.CHOSEN, (2,))


def test_the_capital_of_tennessee() -> None:
    """A hundred voters who want the capital near: the textbook example in which the run-off takes Knoxville.

    Source: https://electowiki.org/wiki/Effects_of_different_voting_systems_under_similar_circumstances, and
    https://en.wikipedia.org/wiki/Instant-runoff_voting.
    """
    tally = count(ranked(4), of({"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}, "MNCK"))
    assert tally.rounds == (
        Round((42, 26, 15, 17), 0, (3,)),
        Round((42, 26, 0, 32), 0, (2,)),
        Round((42, 0, 0, 58), 0, ()),
    )
    assert decide(ranked(4), tally, 100)[:2] == (Result.CHOSEN, (4,))


def test_more_votes_can_harm() -> None:
    """Straffin's 17 voters: A wins, and loses when two of them put A before B.

    Source: Philip D. Straffin, Topics in the Theory of Voting (Birkhäuser, 1980), as quoted at
    https://www.mail-archive.com/election-methods-list@eskimo.com/msg07601.html. It is known of every instant run-off.
    """
    before = count(ranked(3), of({"ABC": 6, "BAC": 2, "BCA": 4, "CAB": 5}, "ABC"))
    after = count(ranked(3), of({"ABC": 8, "BCA": 4, "CAB": 5}, "ABC"))
    assert [one.votes for one in before.rounds] == [(6, 6, 5), (11, 6, 0)]
    assert [one.votes for one in after.rounds] == [(8, 4, 5), (8, 0, 9)]
    assert decide(ranked(3), before, 17).winners == (1,)
    assert decide(ranked(3), after, 17).winners == (3,)


# -- run-offs among equals ---------------------------------------------------------------------------------------------


def test_of_equals_goes_who_had_fewer_before() -> None:
    """B and C have 4 each in the second round; in the first one C had fewer."""
    tally = count(ranked(4), of({"A": 5, "B": 4, "C": 3, "DC": 1}, "ABCD"))
    assert [one.out for one in tally.rounds] == [(4,), (3,), ()]
    assert tally.rounds[1].votes == (5, 4, 4, 0)
    assert tally.rounds[2] == Round((5, 4, 0, 0), 4, ())


def test_equals_in_every_round_go_together() -> None:
    """As in Robert's Rules of Order, § 45 (10th edition): no lot decides which of them is carried on."""
    tally = count(ranked(3), of({"A": 4, "BC": 3, "CB": 3}, "ABC"))
    assert tally.rounds == (Round((4, 3, 3), 0, (2, 3)), Round((4, 0, 0), 6, ()))
    assert decide(ranked(3), tally, 10)[:2] == (Result.CHOSEN, (1,))
    absolute = Question(Kind.RANKED, 3, threshold=Threshold.ABSOLUTE)
    assert decide(absolute, tally, 10) == Decided(Result.SHORT, (1,), 6, 0)


def test_equals_at_the_end_are_a_tie() -> None:
    tally = count(ranked(3), of({"AB": 5, "BA": 5, "C": 1}, "ABC"))
    assert decide(ranked(3), tally, 11)[:2] == (Result.TIE, (1, 2))
    every = count(ranked(3), of({"A": 1, "B": 1, "C": 1}, "ABC"))
    assert every.rounds == (Round((1, 1, 1), 0, ()),)
    assert decide(ranked(3), every, 3)[:2] == (Result.TIE, (1, 2, 3))


@settings(max_examples=150, deadline=None)
@given(polls([Kind.RANKED]))
def test_somebody_is_out_until_the_run_off_is_decided(poll: tuple[Question, Ballots]) -> None:
    question, ballots = poll
    rounds = count(question, ballots).rounds
    left = set(range(1, question.options + 1))
    for one in rounds[:-1]:
        assert one.out
        assert set(one.out) < left
        left -= set(one.out)
    assert rounds[-1].out == ()
    last = [rounds[-1].votes[number - 1] for number in left]
    assert max(last) * 2 > sum(last) or len(set(last)) == 1


def test_who_is_out_does_not_hang_on_the_numbers() -> None:
    """Options that are numbered in another way go out in the same rounds."""
    ballots = of({"ABCD": 5, "BADC": 4, "CD": 3, "DBC": 3, "D": 1}, "ABCD")
    expected = count(ranked(4), ballots)
    for order in permutations(range(1, 5)):
        moved = [(">".join(str(order[number - 1]) for number in numbers_of(choice)), many) for choice, many in ballots]
        rounds = count(ranked(4), moved).rounds
        assert [{order[number - 1] for number in one.out} for one in expected.rounds] == [
            set(one.out) for one in rounds
        ]


def test_nobody_is_out_where_nothing_is_left_to_decide() -> None:
    assert eliminated((0, 0, 0), frozenset({1, 2, 3}), []) == frozenset()
    assert eliminated((0, 5, 0), frozenset({2}), []) == frozenset()
    assert eliminated((3, 2, 2), frozenset({1, 2, 3}), [Round((3, 1, 2), 0, ())]) == frozenset({2})


# -- what a count means ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "yes", "no", "blank", "electorate", "result", "needed", "quorum"),
    [
        ({}, 61, 33, 0, 200, "passed", 34, 0),
        ({}, 33, 33, 5, 200, "failed", 34, 0),  # as many: not more than any other
        ({}, 0, 0, 5, 200, "failed", 1, 0),  # everybody abstains
        ({}, 0, 0, 0, 0, "short", 1, 0),  # nobody was asked
        ({"of_electorate": True}, 0, 0, 0, 94, "short", 48, 0),  # nobody voted: that is no refusal
        ({"quorum": 50}, 1, 0, 0, 3, "no_quorum", 1, 2),  # half of three people is two
        ({"quorum": 50}, 1, 0, 1, 3, "passed", 1, 2),  # whoever abstains counts for it
        ({"quorum": 50}, 20, 11, 0, 94, "no_quorum", 12, 47),
        ({"quorum": 34}, 34, 0, 0, 100, "passed", 1, 34),
        ({"quorum": 1}, 1, 0, 0, 101, "no_quorum", 1, 2),
        ({"quorum": 100}, 3, 0, 0, 3, "passed", 1, 3),
        ({"quorum": 5, "quorum_people": True}, 4, 0, 0, 4, "no_quorum", 1, 5),
        ({"threshold": "two_thirds"}, 66, 34, 0, 300, "failed", 67, 0),
        ({"threshold": "two_thirds"}, 2, 1, 50, 300, "passed", 2, 0),
        ({"threshold": "two_thirds"}, 0, 0, 3, 300, "failed", 1, 0),
        ({"threshold": "two_thirds", "of_electorate": True}, 199, 0, 0, 300, "failed", 200, 0),
        ({"threshold": "two_thirds", "of_electorate": True}, 200, 0, 0, 300, "passed", 200, 0),
        ({"threshold": "absolute"}, 50, 40, 10, 300, "failed", 51, 0),  # half is not more than half
        ({"threshold": "absolute"}, 51, 39, 10, 300, "passed", 51, 0),
        ({"threshold": "absolute", "of_electorate": True}, 150, 0, 0, 300, "failed", 151, 0),
        ({"threshold": "absolute", "of_electorate": True}, 1, 0, 0, 1, "passed", 1, 0),
        ({"of_electorate": True}, 151, 149, 0, 300, "passed", 151, 0),
    ],
)
def test_thresholds_and_quorums(
    asked: dict[str, Any],
    yes: int,
    no: int,
    blank: int,
    electorate: int,
    result: str,
    needed: int,
    quorum: int,
) -> None:
    question = Question(Kind.YESNO, 2, **(asked | {"threshold": Threshold(asked.get("threshold", "simple"))}))
    tally = count(question, [("1", yes), ("2", no), ("", blank)])
    winners = (1,) if result == "passed" else ()
    assert decide(question, tally, electorate) == Decided(Result(result), winners, needed, quorum)


@pytest.mark.parametrize(
    ("threshold", "votes", "result", "winners"),
    [
        ("simple", {"1": 4, "2": 3, "3": 3}, "chosen", (1,)),
        ("simple", {"1": 4, "2": 4, "3": 1}, "tie", (1, 2)),
        ("simple", {"": 9}, "short", ()),
        ("simple", {}, "short", ()),
        ("absolute", {"1": 5, "2": 3, "3": 2}, "short", (1,)),
        ("absolute", {"1": 6, "2": 3, "3": 1}, "chosen", (1,)),
        ("two_thirds", {"3": 2, "2": 1, "": 7}, "chosen", (3,)),
        ("two_thirds", {"3": 5, "2": 3}, "short", (3,)),
    ],
)
def test_a_choice_of_one(threshold: str, votes: dict[str, int], result: str, winners: tuple[int, ...]) -> None:
    question = Question(Kind.SINGLE, 3, threshold=Threshold(threshold))
    assert decide(question, count(question, votes.items()), 20)[:2] == (Result(result), winners)


def test_approvals_are_held_against_ballots() -> None:
    """An option is approved of by ballots, not by marks: 6 of 10 ballots are more than half, whatever else they say."""
    question = Question(Kind.APPROVAL, 3, threshold=Threshold.ABSOLUTE)
    tally = count(question, [("1,2,3", 4), ("2", 2), ("3", 1), ("", 3)])
    assert tally.totals == (4, 6, 5)
    assert decide(question, tally, 50) == Decided(Result.CHOSEN, (2,), 6, 0)


def test_points_are_shared_out_as_they_are() -> None:
    question = Question(Kind.POINTS, 3, points=10, quorum=10)
    tally = count(question, [("1:4,3:6", 2), ("3:10", 1), ("", 1)])
    assert tally == Tally(4, 1, (8, 0, 22))
    assert decide(question, tally, 40) == Decided(Result.SHARED, (1, 3), 0, 4)
    assert decide(question, count(question, [("", 4)]), 40).result is Result.SHORT
    assert decide(question, tally, 41).result is Result.NO_QUORUM


@settings(max_examples=100, deadline=None)
@given(polls(), st.sampled_from(tuple(Threshold)), st.booleans(), st.integers(0, 100), st.integers(0, 50))
def test_a_decision_needs_its_quorum_and_its_threshold(
    poll: tuple[Question, Ballots], threshold: Threshold, of_electorate: bool, quorum: int, absent: int
) -> None:
    asked, ballots = poll
    question = Question(
        asked.kind, asked.options, asked.points, threshold=threshold, of_electorate=of_electorate, quorum=quorum
    )
    tally = count(question, ballots)
    electorate = tally.ballots + absent
    decided = decide(question, tally, electorate)
    assert (decided.result is Result.NO_QUORUM) == (tally.ballots * 100 < quorum * electorate)
    if not tally.ballots:
        assert decided.result in (Result.NO_QUORUM, Result.SHORT), "nobody voted: that decides nothing"
    scores = tally.rounds[-1].votes if tally.rounds else tally.totals
    if decided.result is Result.CHOSEN:
        (winner,) = decided.winners
        assert all(scores[winner - 1] > score for number, score in enumerate(scores, 1) if number != winner)
        whole = electorate if of_electorate else tally.ballots
        if threshold is Threshold.ABSOLUTE or (of_electorate and threshold is Threshold.SIMPLE):
            assert scores[winner - 1] * 2 > whole
        elif threshold is Threshold.TWO_THIRDS:
            assert scores[winner - 1] * 3 >= 2 * (electorate if of_electorate else tally.ballots - tally.blank)
    if decided.result is Result.TIE:
        assert len({scores[number - 1] for number in decided.winners}) == 1
