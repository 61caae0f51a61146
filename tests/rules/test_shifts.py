from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.facts import (
    AlreadyHeld,
    BadLength,
    BadPlaces,
    DateInPast,
    Fact,
    ShiftCancelled,
    ShiftClash,
    ShiftStarted,
    TextEmpty,
    TextTooLong,
)
from town.settings import TownSettings
from town.shifts import (
    ALWAYS_FREE,
    DAYS,
    PARTS,
    Part,
    ShiftFacts,
    bit,
    check_can_join,
    check_new,
    covers,
    free_parts,
    overlap,
    suitability,
    toggled,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(days=1)


def shift(id: int, start: int = 0, end: int = 180, *, cancelled: bool = False) -> ShiftFacts:
    """A shift from `start` to `end` minutes after noon."""
    starts, ends = NOON + timedelta(minutes=start), NOON + timedelta(minutes=end)
    return ShiftFacts(id=id, title=f"Shift {id}", starts_at=starts, ends_at=ends, places=10, cancelled=cancelled)


SHIFTS = st.builds(
    lambda id, start, length, cancelled: shift(id, start, start + length, cancelled=cancelled),
    *(st.integers(1, 9), st.integers(-600, 600), st.integers(15, 400), st.booleans()),
)


def test_shifts_that_touch_do_not_clash() -> None:
    check_can_join(shift(1), [shift(2, -180, 0), shift(3, 180, 240)], EARLIER)


@pytest.mark.parametrize(("start", "end"), [(-60, 1), (179, 300), (30, 60), (-60, 300), (0, 180)])
def test_shifts_that_share_a_minute_clash(start: int, end: int) -> None:
    with pytest.raises(ShiftClash) as clash:
        check_can_join(shift(1), [shift(2, start, end)], EARLIER)
    assert clash.value.fields == {
        "title": "Shift 1",
        "other": "Shift 2",
        "starts_at": NOON + timedelta(minutes=start),
        "ends_at": NOON + timedelta(minutes=end),
    }


def test_the_earliest_shift_in_the_way_is_named() -> None:
    with pytest.raises(ShiftClash) as clash:
        check_can_join(shift(1), [shift(2, 60, 90), shift(3, 10, 30)], EARLIER)
    assert clash.value.other == "Shift 3"


def test_a_cancelled_shift_is_in_nobodys_way() -> None:
    check_can_join(shift(1), [shift(2, cancelled=True)], EARLIER)


@pytest.mark.parametrize(
    ("wanted", "held", "now", "fact"),
    [
        (shift(1, cancelled=True), [shift(1)], NOON, ShiftCancelled),
        (shift(1), [shift(1)], EARLIER, AlreadyHeld),
        (shift(1), [shift(2), shift(1)], EARLIER, AlreadyHeld),
        (shift(1), [], NOON, ShiftStarted),
        (shift(1), [shift(2)], NOON + timedelta(minutes=5), ShiftStarted),
    ],
)
def test_why_not(wanted: ShiftFacts, held: Sequence[ShiftFacts], now: datetime, fact: type[Fact]) -> None:
    with pytest.raises(fact):
        check_can_join(wanted, held, now)


def test_the_last_moment_before_the_start_is_in_time() -> None:
    check_can_join(shift(1), [], NOON - timedelta(microseconds=1))


def minutes_of(one: ShiftFacts) -> set[int]:
    start = int((one.starts_at - NOON) / timedelta(minutes=1))
    return set(range(start, start + int((one.ends_at - one.starts_at) / timedelta(minutes=1))))


@given(SHIFTS, SHIFTS)
def test_overlap_is_a_shared_minute(one: ShiftFacts, other: ShiftFacts) -> None:
    assert overlap(one, other) == overlap(other, one) == bool(minutes_of(one) & minutes_of(other))


@given(st.lists(SHIFTS, max_size=12))
def test_whoever_joins_by_the_rules_is_never_in_two_places(offered: list[ShiftFacts]) -> None:
    held: list[ShiftFacts] = []
    for wanted in offered:
        try:
            check_can_join(wanted, iter(held), EARLIER)
        except (ShiftCancelled, ShiftClash, AlreadyHeld):
            continue
        held.append(wanted)
    spent = [minute for one in held for minute in minutes_of(one)]
    assert len(spent) == len(set(spent))
    assert len({one.id for one in held}) == len(held)


NEW = {"title": "Bake", "starts_at": NOON, "length": 180, "places": 10, "now": EARLIER, "settings": TownSettings()}


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"title": " \u200b "}, TextEmpty),
        ({"title": "x" * 61}, TextTooLong),
        ({"now": NOON}, DateInPast),
        ({"length": 0}, BadLength),
        ({"length": 721}, BadLength),
        ({"places": 0}, BadPlaces),
        ({"places": 501}, BadPlaces),
    ],
)
def test_a_new_shift_has_its_bounds(change: dict[str, object], fact: type[Fact]) -> None:
    check_new(**NEW)  # type: ignore[arg-type]  # a table of mixed arguments
    with pytest.raises(fact):
        check_new(**(NEW | change))  # type: ignore[arg-type]  # a table of mixed arguments


def test_a_passed_start_is_told_in_the_towns_time() -> None:
    with pytest.raises(DateInPast) as passed:
        check_new("Bake", NOON, 180, 10, NOON, TownSettings(zone="Africa/Johannesburg"))
    assert passed.value.given == "2026-11-24 14:00"


IDS = st.frozensets(st.integers(1, 6))


@given(IDS, IDS, st.none() | st.integers(1, 6), IDS, st.booleans(), st.integers(-60, 180), st.integers(15, 720))
def test_suitability(
    needs: frozenset[int],
    skills: frozenset[int],
    interest: int | None,
    interests: frozenset[int],
    free: bool,
    owed: int,
    length: int,
) -> None:
    def score(*, skills: frozenset[int] = skills, interests: frozenset[int] = interests, free: bool = free) -> int:
        return suitability(
            needs=needs,
            skills=skills,
            interest=interest,
            interests=interests,
            free=free,
            minutes_owed=owed,
            length=length,
        )

    assert (score() < 0) == bool(needs - skills)
    assert score() <= 100
    assert score(free=True) >= score(free=False)
    assert score(skills=skills | needs) >= score()
    if interest is not None and needs <= skills:
        assert score(interests=interests | {interest}) == score(interests=interests - {interest}) + 40


def test_the_shift_that_fits_what_is_owed_comes_first() -> None:
    nothing: frozenset[int] = frozenset()

    def fit(length: int, owed: int = 180) -> int:
        return suitability(
            needs=nothing,
            skills=nothing,
            interest=None,
            interests=nothing,
            free=False,
            minutes_owed=owed,
            length=length,
        )

    assert fit(180) == 10
    assert fit(180) > fit(120) > fit(30)
    assert fit(180) > fit(300)
    assert fit(180, owed=0) == fit(180, owed=-30) == 0


def test_each_part_of_each_day_has_its_own_bit() -> None:
    masks = [bit(day, part) for day in DAYS for part in PARTS]
    assert masks == [1 << place for place in range(21)]
    assert sum(masks) == ALWAYS_FREE


@pytest.mark.parametrize(("day", "part"), [(7, 0), (-1, 0), (0, 3), (0, -1)])
def test_no_such_part(day: int, part: int) -> None:
    with pytest.raises(ValueError, match=r"weekday|Part"):
        bit(day, part)


@given(st.sets(st.tuples(st.sampled_from(DAYS), st.sampled_from(PARTS))))
def test_marked_parts_are_listed_in_order(parts: set[tuple[int, Part]]) -> None:
    mask = 0
    for day, part in parts:
        mask = toggled(mask, day, part)
    assert list(free_parts(mask)) == sorted(parts)
    for day, part in parts:
        mask = toggled(mask, day, part)
    assert mask == 0


MONDAY = datetime(2026, 11, 23)


@given(st.integers(0, ALWAYS_FREE), st.integers(0, 7 * 96 - 1), st.integers(1, 100))
def test_covered_means_free_in_every_quarter_of_an_hour(mask: int, start: int, quarters: int) -> None:
    step = timedelta(minutes=15)
    starts = MONDAY + start * step
    wanted = True
    for moment in (starts + number * step for number in range(quarters)):
        part = next((part for part in PARTS if part.starts <= moment.time() < part.ends), None)
        wanted = wanted and part is not None and bool(mask & bit(moment.weekday(), part))
    assert covers(mask, starts, starts + quarters * step) == wanted


def test_a_whole_free_evening() -> None:
    thursday = datetime(2026, 11, 26)
    evening = bit(3, Part.EVENING)
    assert covers(evening, thursday.replace(hour=18), thursday.replace(hour=22))
    assert not covers(evening, thursday.replace(hour=17, minute=59), thursday.replace(hour=22))
    assert not covers(evening, thursday.replace(hour=18), thursday.replace(hour=22, minute=1))
    assert not covers(evening, thursday.replace(hour=20), thursday.replace(hour=20))
