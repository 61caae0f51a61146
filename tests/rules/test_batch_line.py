"""A batch in one line, as it is typed in each language."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.stock.line_words import line_words
from locales.words import LANGUAGES
from town.amounts import UNITS
from town.batch_line import BatchLine, best_line, read_line
from town.batch_times import When, read_when
from town.facts import BadDate, DateInPast
from town.item_names import Known, best_fit

NOW = datetime(2026, 11, 24, 9, 30)  # a Tuesday
BREAD, TOMATOES, BROWN, WHITE, MILK = range(1, 6)
ITEMS = [
    Known(BREAD, ("Bread", "Pan", "Brood", "Isinkwa"), "loaf"),
    Known(TOMATOES, ("Tomatoes", "Tomates", "Tamaties", "Utamatisi"), "kg"),
    Known(BROWN, ("Brown eggs", "Huevos", "Eiers", "Amaqanda"), "piece"),
    Known(WHITE, ("White eggs",), "piece"),
    Known(MILK, ("Milk", "Leche", "Melk", "Ubisi"), "litre"),
]
PROJECTS = [Known(1, ("Bakery",)), Known(2, ("Farm",)), Known(3, ("Community kitchen",))]
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)
FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, day) for day in (27, 28, 29))
AFTERNOON, MORNING, LATE_MORNING = (960, 1080), (540, 690), (600, 720)


def read(text: str, language: str = "en") -> BatchLine:
    return read_line(text, items=ITEMS, projects=PROJECTS, words=line_words(language), now_local=NOW)


SIXTY = [
    ("en", "60 loaves, today 16–18, bakery"),
    ("en", "60 bread today 16-18 bakery"),
    ("en", "bread: 60, bakery, today from 4 to 6 pm"),
    ("en", "BAKERY 60 LOAVES OF BREAD TODAY 16:00-18:00"),
    ("en", "60 loaves of bread 4-6pm today at the bakery"),
    ("es", "60 panes, hoy de 16 a 18, bakery"),
    ("es", "60 hogazas hoy entre las 16 y las 18, Bakery"),
    ("es", "60 barras de pan, hoy de 4 a 6 de la tarde, en Bakery"),
    ("af", "60 brode, vandag 16 tot 18, Bakery"),
    ("af", "60 brood vandag tussen 16 en 18 by Bakery"),
    ("zu", "izinkwa ezingu-60 namhlanje 16-18, Bakery"),
    ("zu", "60 izinkwa namhlanje 16 kuya ku-18, Bakery"),
]


@pytest.mark.parametrize(("language", "text"), SIXTY)
def test_sixty_loaves(language: str, text: str) -> None:
    line = read(text, language)
    assert (line.number, line.items, line.project, line.place) == ("60", (BREAD,), 1, "")
    assert line.when == When(windows=((TODAY, *AFTERNOON),))


TWO_WINDOWS = [
    ("en", "12,5 kg tomatoes tomorrow 9:00-11:30 and sat 10-12, Mill Lane 2-4"),
    ("es", "12,5 kg de tomates mañana de 9:00 a 11:30 y el sábado 10-12, Mill Lane 2-4"),
    ("af", "12,5 kg tamaties môre 9:00-11:30 en Saterdag 10 tot 12, Mill Lane 2-4"),
    ("zu", "amakhilogremu angu-12,5 otamatisi kusasa 9:00-11:30, ngoMgqibelo 10 kuya ku-12, Mill Lane 2-4"),
]


@pytest.mark.parametrize(("language", "text"), TWO_WINDOWS)
def test_two_windows_and_a_place_with_a_number(language: str, text: str) -> None:
    line = read(text, language)
    assert (line.number, line.unit, line.items, line.place) == ("12,5", "kg", (TOMATOES,), "Mill Lane 2-4")
    assert line.when == When(windows=((TOMORROW, *MORNING), (SATURDAY, *LATE_MORNING)))


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("60 bread 16-18 today and 10-12 sat", ((TODAY, *AFTERNOON), (SATURDAY, *LATE_MORNING))),
        ("60 bread today and tomorrow 16-18", ((TODAY, *AFTERNOON), (TOMORROW, *AFTERNOON))),
        ("60 bread tomorrow 10-12, 16-18", ((TOMORROW, *LATE_MORNING), (TOMORROW, *AFTERNOON))),
        ("60 bread tomorrow 10-2", ((TOMORROW, 600, 840),)),
        ("60 bread tomorrow 10 am to 2 pm", ((TOMORROW, 600, 840),)),
        ("60 bread tomorrow 22-2", ((TOMORROW, 1320, 1560),)),
        ("60 bread tue 8-9", ((date(2026, 12, 1), 480, 540),)),
        ("60 bread today 4-6", ((TODAY, *AFTERNOON),)),
        ("60 bread 24/12 10-12", ((date(2026, 12, 24), *LATE_MORNING),)),
        ("60 bread 28 Nov 10-12", ((SATURDAY, *LATE_MORNING),)),
    ],
)
def test_times(text: str, windows: tuple[object, ...]) -> None:
    line = read(text)
    assert (line.number, line.items, line.place) == ("60", (BREAD,), "")
    assert line.when.windows == windows


@pytest.mark.parametrize(
    ("text", "number", "items", "unknown"),
    [
        ("30 eggs", "30", (BROWN, WHITE), ""),
        ("brown eggs 30", "30", (BROWN,), ""),
        ("30 white egg", "30", (WHITE,), ""),
        ("60 loaves", "60", (BREAD,), ""),
        ("60 pieces", "60", (BROWN, WHITE), ""),
        ("½ kg tomatoes", "1/2", (TOMATOES,), ""),
        ("1 1/2 kg tom", "1 1/2", (TOMATOES,), ""),
        ("1,000 loaves", "1,000", (BREAD,), ""),
        ("10 l milk", "10", (MILK,), ""),
        ("20 rye loaves tomorrow 8-10", "20", (), "rye"),
        ("xyz", "", (), "xyz"),
        ("bread", "", (BREAD,), ""),
    ],
)
def test_amounts_and_items(text: str, number: str, items: tuple[int, ...], unknown: str) -> None:
    line = read(text)
    assert (line.number, line.items, line.unknown) == (number, items, unknown)


@pytest.mark.parametrize(
    ("language", "text", "number", "windows"),
    [
        ("en", "60 loaves tonight 6-8", "60", ((TODAY, 1080, 1200),)),
        ("en", "60 loaves this afternoon, 4-6", "60", ((TODAY, *AFTERNOON),)),
        ("en", "60 loaves Friday evening from 6 to 8", "60", ((FRIDAY, 1080, 1200),)),
        ("es", "60 panes esta tarde de 4 a 6", "60", ((TODAY, *AFTERNOON),)),
        ("es", "60 panes mañana por la mañana de 9 a 11:30", "60", ((TOMORROW, *MORNING),)),
        ("af", "60 brode vanmiddag 4-6", "60", ((TODAY, *AFTERNOON),)),
        ("zu", "izinkwa ezingu-60 namhlanje ngo-16 kuya ku-18", "60", ((TODAY, *AFTERNOON),)),
        ("zu", "amaqanda angu-24 namhlanje ntambama 4-6", "24", ((TODAY, *AFTERNOON),)),
        ("en", "60 loaves tomorrow 4-6", "60", ((TOMORROW, *AFTERNOON),)),
        ("en", "60 loaves tomorrow 04-06", "60", ((TOMORROW, 240, 360),)),
        ("en", "60 loaves tomorrow 4-6 am", "60", ((TOMORROW, 240, 360),)),
        ("en", "40 milk tomorrow noon to 2", "40", ((TOMORROW, 720, 840),)),
        ("en", "60 loaves now till 6pm", "60", ((TODAY, 570, 1080),)),
        ("es", "60 panes hoy hasta las 6 de la tarde", "60", ((TODAY, 570, 1080),)),
        ("en", "60 loaves 16-18 fri-sun", "60", tuple((day, *AFTERNOON) for day in (FRIDAY, SATURDAY, SUNDAY))),
        ("es", "60 panes de viernes a domingo 16-18", "60", tuple((d, *AFTERNOON) for d in (FRIDAY, SATURDAY, SUNDAY))),
        ("en", "2 dozen brown eggs today 16-18", "24", ((TODAY, *AFTERNOON),)),
        ("es", "media docena de huevos hoy 16-18", "6", ((TODAY, *AFTERNOON),)),
        ("af", "2 dosyn eiers vandag 16-18", "24", ((TODAY, *AFTERNOON),)),
        ("en", "eggs 24 today 16-18", "24", ((TODAY, *AFTERNOON),)),
        ("en", "bread x60 today 16-18", "60", ((TODAY, *AFTERNOON),)),
        ("en", "60 loaves today 18-16", "60", ()),
    ],
)
def test_as_people_really_type(language: str, text: str, number: str, windows: tuple[object, ...]) -> None:
    line = read(text, language)
    assert (line.number, line.when.windows, line.place) == (number, windows, "")


def test_when_it_begins_is_not_where() -> None:
    for text in ("60 loaves today at 4", "60 loaves today after 4", "60 loaves, today from 16:00"):
        assert read(text) == BatchLine("60", "loaf", (BREAD,), when=When(days=(TODAY,), start=960))
    assert read("60 loaves today at 12 Main Road").place == "12 Main Road"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3 kg tomatoes today 16-18, 12 Main Road", "12 Main Road"),
        ("60 loaves at 12 Main Road today 16-18", "12 Main Road"),
        ("60 loaves today 9-11 pm, Morning Star", "Morning Star"),
        ("12 small tubs of milk today 16-18", ""),
        ("60 loaves today 25-26", ""),
    ],
)
def test_places(text: str, place: str) -> None:
    assert (read(text).place, read(text).unknown) == (place, "")


def test_best_before_is_no_time_to_collect_it() -> None:
    for text in ("60 loaves best before friday, today 16-18", "60 loaves, bb 27/11, 16-18 today"):
        line = read(text)
        assert (line.best, line.when.windows, line.place) == (FRIDAY, ((TODAY, *AFTERNOON),), "")


def test_one_batch_a_line() -> None:
    line = read("60 bread and 20 milk, today 16-18, bakery")
    assert (line.number, line.items, line.more, line.place) == ("60", (BREAD,), "20 milk", "")


def test_parts_alone() -> None:
    assert read("bread today 16:00").when == When(days=(TODAY,), start=960)
    assert read("bread 16-18").when == When(spans=(AFTERNOON,))
    assert read("bread tomorrow, Farm, back door") == BatchLine(
        items=(BREAD,), when=When(days=(TOMORROW,)), project=2, place="back door"
    )
    assert read("40 milk at the Community Kitchen tomorrow 7-9").project == 3


def test_what_is_over() -> None:
    with pytest.raises(DateInPast):
        read("60 bread today 7-8 am")
    with pytest.raises(DateInPast):
        read("60 bread 2025-01-01 16-18")


def test_the_language_that_understands_most() -> None:
    text = "60 brode, môre 16 tot 18"
    assert best_line([read(text, code) for code in LANGUAGES]) == read(text, "af")


@pytest.mark.parametrize(("language", "text"), SIXTY)
def test_what_is_understood_wholly_is_not_read_in_other_languages(language: str, text: str) -> None:
    assert read(text, language).whole
    assert not read(f"{text}, back door", language).whole


def test_a_time_alone() -> None:
    words = line_words("en")
    assert read_when("tomorrow 16-18", words.dates, words.times, NOW) == When(windows=((TOMORROW, *AFTERNOON),))
    assert read_when("from 16 to 18", words.dates, words.times, NOW) == When(spans=(AFTERNOON,))
    for wrong in ("", "soon", "16", "tomorrow at the mill 16-18", "25-26", "16-18 99"):
        with pytest.raises(BadDate):
            read_when(wrong, words.dates, words.times, NOW)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("loaves", "Loaf"),
        ("tomato", "Tomatoes"),
        ("berries", "Berry"),
        ("panes", "Pan"),
        ("brode", "Brood"),
        ("izinkwa", "Isinkwa"),
        ("iqanda", "Amaqanda"),
    ],
)
def test_one_noun_in_its_forms(typed: str, name: str) -> None:
    fit = best_fit(typed, [Known(1, (name,)), Known(2, ("Carrots",))])
    assert fit is not None
    assert fit.full
    assert fit.ids == (1,)


def test_every_unit_has_its_words() -> None:
    known = set(line_words("en").units.values())
    assert known == set(UNITS) | {small for unit in UNITS.values() for small, _count in unit.smaller}


@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_anything_can_be_typed(text: str, language: str) -> None:
    try:
        line = read(text, language)
    except DateInPast:
        return
    assert all(start < end for _day, start, end in line.when.windows)


@given(
    st.lists(
        st.sampled_from(
            [
                "60",
                "12,5",
                "kg",
                "bread",
                "today",
                "16-18",
                "4-6pm",
                ",",
                "sat",
                "24/12",
                "1/2",
                "and",
                "to",
                "Bakery",
                "Mill",
                "9:00",
            ]
        )
    )
)
def test_parts_in_any_order(parts: list[str]) -> None:
    try:
        line = read(" ".join(parts))
    except DateInPast:
        return
    assert len(line.items) <= 1
    assert ("Bakery" in parts) == (line.project == 1)
