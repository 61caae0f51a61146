"""Whom to ask to step in: the order is total and stable, and nobody is asked who must not be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.cover import Candidate, Opening, last_look, latest_birth, rank, times_of, turn
from town.limits import age_on, check_limits
from town.places import MASTER, SIGNED_OFF, TOLD, SkillPlaces
from town.settings import TownSettings
from town.shifts import ALWAYS_FREE, ShiftFacts, check_can_join, covers
from town.week import at_local, local

ZONES = ("Europe/Berlin", "America/New_York", "Africa/Johannesburg", "Pacific/Apia", "Asia/Kathmandu")
TOWN = TownSettings(zone="Africa/Johannesburg")
NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
BAKING, DRIVING = 1, 2


def shift(number: int = 1, *, hours: float = 24, length: float = 2) -> ShiftFacts:
    starts = NOW + timedelta(hours=hours)
    return ShiftFacts(number, "Bread", starts, starts + timedelta(hours=length), places=4)


def skill(places: int = 0, taken: int = 0, learners: int = 0, *, master_there: bool = False) -> SkillPlaces:
    return SkillPlaces(BAKING, places, taken, learners, 0, None, master_there)


def order(opening: Opening, *people: Candidate) -> list[int]:
    return [one.resident_id for one in rank(opening, people, settings=TOWN, now=NOW, most=100)]


works = st.lists(
    st.builds(shift, st.integers(2, 40), hours=st.integers(-72, 120), length=st.sampled_from([1, 2, 5])), max_size=4
)
people = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 60),
        free_times=st.sampled_from([0, 1, 1 << 6, ALWAYS_FREE]),
        levels=st.dictionaries(st.sampled_from([BAKING, DRIVING]), st.sampled_from([TOLD, SIGNED_OFF, MASTER])),
        likes=st.booleans(),
        owed=st.integers(0, 300),
        work=works.map(tuple),
        asked=st.integers(0, 2),
        born=st.sampled_from([None, date(2009, 1, 1), date(2014, 6, 1)]),
    ),
    unique_by=lambda one: one.resident_id,
    max_size=12,
)
openings = st.builds(
    Opening,
    st.integers(1, 99),
    st.builds(shift, hours=st.integers(1, 60), length=st.sampled_from([1, 2, 4])),
    st.integers(0, 2),
    st.sampled_from([(), (skill(1),), (skill(0, 0, 1),), (skill(1, 1, 1, master_there=True),)]),
    st.sampled_from([frozenset[int](), frozenset([DRIVING])]),
)


@given(openings, people, st.randoms())
def test_the_order_is_total_and_hangs_on_nothing_but_the_people(
    opening: Opening, given: list[Candidate], random: Random
) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)
    ranked = order(opening, *given)
    assert ranked == order(opening, *shuffled)
    assert len(set(ranked)) == len(ranked)
    few = [one.resident_id for one in rank(opening, given, settings=TOWN, now=NOW, most=3)]
    assert few == ranked[:3]
    without_first = [one for one in given if one.resident_id not in ranked[:1]]
    assert order(opening, *without_first) == ranked[1:], "who is left out changes nothing among the others"


@given(openings, people)
def test_nobody_is_proposed_who_must_not_be(opening: Opening, given: list[Candidate]) -> None:
    by_id = {one.resident_id: one for one in given}
    for match in rank(opening, given, settings=TOWN, now=NOW, most=100):
        one = by_id[match.resident_id]
        check_can_join(opening.shift, one.work, NOW)
        check_limits(opening.shift, one.work, born=one.born, settings=TOWN)
        can_bake = BAKING in one.levels
        learns = opening.teaches and not can_bake
        assert opening.general_free or (can_bake and opening.skilled) or learns
        assert 0 <= match.fills <= min(one.owed, opening.shift.minutes)
        assert set(match.skills) <= one.levels.keys()
        starts, ends = (local(at, TOWN.tz) for at in (opening.shift.starts_at, opening.shift.ends_at))
        assert match.free == covers(one.free_times, starts, ends)
        if not (match.free or match.likes or match.skills):
            assert one.free_times == 0 or times_of(opening.shift, TOWN.tz) == 0, "nothing speaks for them"


def test_what_counts_first() -> None:
    """Qualification, free time, minutes owed, interest, how seldom they were asked, rest."""
    opening = Opening(7, shift(), 1, (skill(1),))
    everybody = (
        Candidate(1, levels={BAKING: TOLD}),
        Candidate(2, free_times=ALWAYS_FREE, owed=180),
        Candidate(3, free_times=ALWAYS_FREE, owed=60, likes=True),
        Candidate(4, free_times=ALWAYS_FREE, likes=True),
        Candidate(5, free_times=ALWAYS_FREE),
        Candidate(6, free_times=ALWAYS_FREE, asked=1),
        Candidate(7, free_times=ALWAYS_FREE, asked=2, work=(shift(9, hours=60),)),
        Candidate(8, free_times=ALWAYS_FREE, asked=2, work=(shift(9, hours=48),)),
        Candidate(9),
    )
    assert order(opening, *reversed(everybody)) == list(range(1, 10))


def test_a_master_comes_first_where_learners_wait_for_one() -> None:
    opening = Opening(1, shift(), 1, (skill(1, 0, 1),))
    master, baker = Candidate(1, levels={BAKING: MASTER}), Candidate(2, levels={BAKING: TOLD}, owed=180)
    assert order(opening, baker, master) == [1, 2]
    there = Opening(1, shift(), 1, (skill(1, 0, 1, master_there=True),))
    assert order(there, baker, master) == [2, 1]


def test_only_who_can_take_a_place_is_asked() -> None:
    skilled, other = Candidate(1, levels={BAKING: TOLD}), Candidate(2, free_times=ALWAYS_FREE, likes=True)
    assert order(Opening(1, shift(), 0, (skill(1),)), skilled, other) == [1]
    assert order(Opening(1, shift(), 0, (skill(1, 1, 1, master_there=True),)), skilled, other) == [2]
    assert order(Opening(1, shift(), 0, (skill(1, 1, 1),)), skilled, other) == []
    proof = TownSettings(zone=TOWN.zone, skill_proof="signed_off")
    assert rank(Opening(1, shift(), 0, (skill(1),)), [skilled], settings=proof, now=NOW, most=5) == []


def test_who_is_not_free_then_is_left_in_peace() -> None:
    opening = Opening(1, shift(), 1)
    assert order(opening, Candidate(1, free_times=1), Candidate(2, free_times=1, likes=True), Candidate(3)) == [2, 3]


def test_equals_take_turns() -> None:
    numbers = range(1, 30)
    orders = {tuple(turn(one, call) < turn(one + 1, call) for one in numbers) for call in range(20)}
    assert len(orders) > 10


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_the_latest_birth_agrees_with_the_age(born: date, day: date) -> None:
    for age in (0, 14, 18):
        assert (born <= latest_birth(day, age)) == (age_on(born, day) >= age)


@pytest.mark.parametrize("zone", ZONES)
@given(moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), at=st.times())
def test_each_next_day_is_looked_at_once_also_when_the_clocks_change(zone: str, moment: datetime, at: time) -> None:
    at, there, now = at.replace(microsecond=0), ZoneInfo(zone), moment.replace(tzinfo=UTC)
    due, day = last_look(now, at, there)
    assert due <= now < at_local(day, at, there)
    assert due == at_local(day - timedelta(days=1), at, there)
    assert last_look(due, at, there) == (due, day)
    assert last_look(at_local(day, at, there), at, there)[1] == day + timedelta(days=1)
