"""Birth dates: how they are typed, and of whom one is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import LANGUAGES
from locales.words import vocabulary
from town.dates import parse_birth_date
from town.facts import BadBirthDate, BadDate, NotUnderAge
from town.limits import age_on, check_born, is_minor
from town.settings import TownSettings

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("text", ["3 May 2012", "3/5/2012", "2012-05-03", "03.05.2012", "May 3, 2012", "3 mei 2012"])
def test_a_birth_date_in_every_spelling(text: str) -> None:
    words = vocabulary("af" if "mei" in text else "en")
    assert parse_birth_date(text, vocabulary=words) == date(2012, 5, 3)


@pytest.mark.parametrize(
    "text", ["", "3 May", "2012", "May 2012", "31/2/2012", "tomorrow", "Thu", "3/5/2012 9:00", "x"]
)
def test_what_is_no_birth_date(text: str) -> None:
    with pytest.raises(BadDate):
        parse_birth_date(text, vocabulary=vocabulary("en"))


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(sorted(LANGUAGES)))
def test_a_written_date_is_read_as_it_was_meant(day: date, language: str) -> None:
    words = vocabulary(language)
    assert parse_birth_date(day.isoformat(), vocabulary=words) == day
    assert parse_birth_date(f"{day.day}/{day.month}/{day.year}", vocabulary=words) == day


@given(st.dates(TODAY - timedelta(days=40_000), TODAY + timedelta(days=1_000)), st.integers(0, 30))
def test_only_those_under_age_have_their_birth_date_kept(born: date, adult: int) -> None:
    settings = TownSettings(adult_age=adult)
    if born > TODAY:
        with pytest.raises(BadBirthDate):
            check_born(born, TODAY, settings)
    elif age_on(born, TODAY) >= adult:
        with pytest.raises(NotUnderAge):
            check_born(born, TODAY, settings)
    else:
        check_born(born, TODAY, settings)
        assert is_minor(born, TODAY, settings)
