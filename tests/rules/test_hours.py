from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.facts import BadMinutes, OwnHours
from town.hours import EntryKind, check_confirm


@given(st.integers(1, 720), st.data())
def test_up_to_an_hour_over_is_fine(length: int, data: st.DataObject) -> None:
    minutes = data.draw(st.integers(0, length + 60))
    check_confirm(confirmer=1, resident=2, minutes=minutes, shift_minutes=length)


@pytest.mark.parametrize("minutes", [-1, 241, 10**9])
def test_other_minutes_are_refused(minutes: int) -> None:
    with pytest.raises(BadMinutes) as refused:
        check_confirm(confirmer=1, resident=2, minutes=minutes, shift_minutes=180)
    assert refused.value.most == 240


def test_nobody_confirms_their_own() -> None:
    with pytest.raises(OwnHours):
        check_confirm(confirmer=1, resident=1, minutes=-5, shift_minutes=180)


def test_kinds_are_kept_as_words() -> None:
    assert [kind.value for kind in EntryKind] == ["shift", "reversal"]
