from __future__ import annotations

import copy
import inspect
import pickle
from datetime import UTC, datetime

import pytest

from town import facts
from town.facts import BadMinutes, Fact, ShiftClash, ShiftFull, TooLate

EVERY_FACT = [
    kind for _, kind in inspect.getmembers(facts, inspect.isclass) if issubclass(kind, Fact) and kind is not Fact
]


def test_fields_are_attributes_and_a_dict() -> None:
    starts, ends = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
    clash = ShiftClash(title="Bakery", other="Farm", starts_at=starts, ends_at=ends)
    assert clash.fields == {"title": "Bakery", "other": "Farm", "starts_at": starts, "ends_at": ends}
    assert (clash.title, clash.other, clash.starts_at, clash.ends_at) == ("Bakery", "Farm", starts, ends)


def test_a_fact_shows_itself() -> None:
    assert repr(BadMinutes(most=240)) == str(BadMinutes(most=240)) == "BadMinutes(most=240)"
    assert repr(TooLate()) == "TooLate()"


@pytest.mark.parametrize("fields", [{}, {"titel": "Bakery"}, {"title": "Bakery", "places": 3}])
def test_a_wrong_or_missing_field_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="ShiftFull takes title"):
        ShiftFull(**fields)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("kind", EVERY_FACT)
def test_every_fact_survives_copies(kind: type[Fact]) -> None:
    fact = kind(**dict.fromkeys(kind.names, "x"))
    for twin in (copy.copy(fact), pickle.loads(pickle.dumps(fact))):
        assert type(twin) is kind
        assert twin.fields == fact.fields
