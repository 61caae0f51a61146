from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from babel.dates import format_date, format_datetime, format_time
from hypothesis import given
from hypothesis import strategies as st

from locales.past_words import past_vocabulary
from locales.words import LANGUAGES, vocabulary
from town.dates import Vocabulary, fold, parse_day, parse_length, parse_past_day, parse_time, parse_when
from town.facts import BadDate, BadLength, DateInPast

NOW = datetime(2026, 11, 21, 10, 0)  # a Saturday


def when(text: str, language: str = "en", now: datetime = NOW) -> str:
    return f"{parse_when(text, vocabulary=vocabulary(language), now_local=now):%a %Y-%m-%d %H:%M}"


ENGLISH = {
    "Thu 9": "Thu 2026-11-26 09:00",
    "thursday 14:30": "Thu 2026-11-26 14:30",
    "next thu 9": "Thu 2026-11-26 09:00",
    "tomorrow 14:30": "Sun 2026-11-22 14:30",
    "today 18h": "Sat 2026-11-21 18:00",
    "24/11 9:00": "Tue 2026-11-24 09:00",
    "24.11. 9h": "Tue 2026-11-24 09:00",
    "24.11 9.30": "Tue 2026-11-24 09:30",
    "9.30 24.11": "Tue 2026-11-24 09:30",
    "9.10 24.11": "Tue 2026-11-24 09:10",
    "24 Nov 9": "Tue 2026-11-24 09:00",
    "9:00 24 Nov": "Tue 2026-11-24 09:00",
    "November 24 at 9am": "Tue 2026-11-24 09:00",
    "Tuesday 24 November 2026, 9 a.m.": "Tue 2026-11-24 09:00",
    "2026-11-24 09:00": "Tue 2026-11-24 09:00",
    "2026-11-24T09:00": "Tue 2026-11-24 09:00",
    "2026/11/24 9": "Tue 2026-11-24 09:00",
    "24/11/26 9": "Tue 2026-11-24 09:00",
    "9am tomorrow": "Sun 2026-11-22 09:00",
    "Thu 14h30": "Thu 2026-11-26 14:30",
    "Thu 14 h 30": "Thu 2026-11-26 14:30",
    "18h 24 nov": "Tue 2026-11-24 18:00",
    "Thu 9.30": "Thu 2026-11-26 09:30",
    "Thu 1430": "Thu 2026-11-26 14:30",
    "Thu 2030": "Thu 2026-11-26 20:30",
    "Thu 26 14:30": "Thu 2026-11-26 14:30",
    "the 24th at 9": "Tue 2026-11-24 09:00",
    "24th November 9 pm": "Tue 2026-11-24 21:00",
    "the day after tomorrow at 9 in the morning": "Mon 2026-11-23 09:00",
    "Thu 9 in the evening": "Thu 2026-11-26 21:00",
    "Thu 12 pm": "Thu 2026-11-26 12:00",
    "Thu 12am": "Thu 2026-11-26 00:00",
    "Thu 14:30 pm": "Thu 2026-11-26 14:30",
    "Thu 9 at night": "Thu 2026-11-26 21:00",
    "Thu 2 at night": "Thu 2026-11-26 02:00",
    "9 o'clock tomorrow": "Sun 2026-11-22 09:00",
    "THURS @ 9": "Thu 2026-11-26 09:00",
    "th 9": "Thu 2026-11-26 09:00",
    "\uff12\uff14/11 9:00": "Tue 2026-11-24 09:00",
    "1 jan 9": "Fri 2027-01-01 09:00",
    "feb 29 9": "Tue 2028-02-29 09:00",
    "31 9:00": "Thu 2026-12-31 09:00",
}
SPANISH = {
    "mañana 14:30": "Sun 2026-11-22 14:30",
    "MANANA 14.30": "Sun 2026-11-22 14:30",
    "jue 9": "Thu 2026-11-26 09:00",
    "el jueves a las 9": "Thu 2026-11-26 09:00",
    "3 de diciembre 9:00": "Thu 2026-12-03 09:00",
    "el 1º de diciembre a las 9": "Tue 2026-12-01 09:00",
    "mar 9": "Tue 2026-11-24 09:00",
    "24 mar 9": "Wed 2027-03-24 09:00",
    "miercoles 9 h": "Wed 2026-11-25 09:00",
    "pasado mañana a las 9 de la mañana": "Mon 2026-11-23 09:00",
    "mañana por la mañana a las 9": "Sun 2026-11-22 09:00",
    "mañana a las 9 de la noche": "Sun 2026-11-22 21:00",
    "mañana 2:30 p. m.": "Sun 2026-11-22 14:30",
    "hoy a las 3 de la tarde": "Sat 2026-11-21 15:00",
    "el próximo jueves a las 9": "Thu 2026-11-26 09:00",
    "el jueves que viene 9h": "Thu 2026-11-26 09:00",
    "sabado 9": "Sat 2026-11-28 09:00",
}
AFRIKAANS = {
    "môre 14:30": "Sun 2026-11-22 14:30",
    "more 9 uur": "Sun 2026-11-22 09:00",
    "oormôre 9vm": "Mon 2026-11-23 09:00",
    "Do 9": "Thu 2026-11-26 09:00",
    "Do. 9 nm.": "Thu 2026-11-26 21:00",
    "Donderdag om 9": "Thu 2026-11-26 09:00",
    "volgende Do 9": "Thu 2026-11-26 09:00",
    "Donderdag om 9 in die oggend": "Thu 2026-11-26 09:00",
    "3de Desember 9:00": "Thu 2026-12-03 09:00",
    "24ste November 9": "Tue 2026-11-24 09:00",
    "vandag 18h": "Sat 2026-11-21 18:00",
    "Wo 14h30": "Wed 2026-11-25 14:30",
}
ZULU = {
    "kusasa 14:30": "Sun 2026-11-22 14:30",
    "kusasa ekuseni ngo-9": "Sun 2026-11-22 09:00",
    "ngomhlomunye ngo-9": "Mon 2026-11-23 09:00",
    "namhlanje 18h": "Sat 2026-11-21 18:00",
    "ngoLwesine ngo-9": "Thu 2026-11-26 09:00",
    "ngo-Lwesine ngo 9": "Thu 2026-11-26 09:00",
    "Lwesine 9": "Thu 2026-11-26 09:00",
    "ULwesine ngo-14:30": "Thu 2026-11-26 14:30",
    "Sin 9": "Thu 2026-11-26 09:00",
    "ngoLwesine olandelayo ngo-9": "Thu 2026-11-26 09:00",
    "ngoMsombuluko ngo-3 ntambama": "Mon 2026-11-23 15:00",
    "ngeSonto ngo-10": "Sun 2026-11-22 10:00",
    "ngoMgqibelo ngo-9": "Sat 2026-11-28 09:00",
    "ngomhlaka 24 kuNovemba ngo-9": "Tue 2026-11-24 09:00",
    "mhla ka-24 Novemba 9:00": "Tue 2026-11-24 09:00",
    "ngoLwesine ngo-8 ebusuku": "Thu 2026-11-26 20:00",
}
EXAMPLES = [
    pytest.param(language, text, wanted, id=f"{language} {text}")
    for language, examples in (("en", ENGLISH), ("es", SPANISH), ("af", AFRIKAANS), ("zu", ZULU))
    for text, wanted in examples.items()
]


@pytest.mark.parametrize(("language", "text", "wanted"), EXAMPLES)
def test_what_people_type(language: str, text: str, wanted: str) -> None:
    assert when(text, language) == wanted
    assert when(f"  {text.upper()}  ", language) == wanted


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-11-26 08:59", "Thu 2026-11-26 09:00"),
        ("2026-11-26 09:00", "Thu 2026-12-03 09:00"),
        ("2026-11-26 09:01", "Thu 2026-12-03 09:00"),
        ("2026-11-27 08:00", "Thu 2026-12-03 09:00"),
    ],
)
def test_a_weekday_is_today_while_its_time_is_ahead(now: str, wanted: str) -> None:
    assert when("Thu 9", now=datetime.fromisoformat(now)) == wanted


def test_next_rules_today_out() -> None:
    thursday = datetime(2026, 11, 26, 8)
    assert when("thu 9", now=thursday) == "Thu 2026-11-26 09:00"
    assert when("next thu 9", now=thursday) == "Thu 2026-12-03 09:00"


@pytest.mark.parametrize("text", ["today 9", "today 10:00", "21/11 9:00", "2026-11-20 9:00", "24/11/2025 9", "21 9:00"])
def test_what_has_passed(text: str) -> None:
    with pytest.raises(DateInPast) as passed:
        when(f" {text} ")
    assert passed.value.given == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "9", "14:30", "thu", "tomorrow", "next 9", "soon", "thu soon", "at", "24 Nov", "Nov 9:00"),
        *("thu 24:00", "thu 9:60", "thu 25", "thu 13 am", "31/4 9:00", "30 feb 9", "29/2/2027 9:00", "11/24 9:00"),
        *("Thu 27 14:30", "tomorrow Thu 9", "thu fri 9", "thu 9 9:30 10", "thu 9-12", "thu 9 - 12", "14:30-16:00 thu"),
        *("ma 9", "ju 9", "t 9", "thu 12 at night", "thu 9 am pm", "thu 9 h h", "9999-99-99 9:00", "0000-01-01 9:00"),
        *("1 1 1 1 1 1 1 1 1", "9 " * 200, "thu " + "9" * 5000, "thu 9 <b>", "thu 9; drop", "Thu\x009", "next 24/11 9"),
        *("\u0661" * 5 + " thu", "thu 9 \U0001f950", "2026-11-24-9:00", "nov 9:00 24", "24 9:00 nov"),
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(BadDate) as bad:
        when(text)
    assert bad.value.given == text.strip()[:40]


def test_a_weekday_that_disagrees_is_not_taken_for_another() -> None:
    with pytest.raises(BadDate):
        when("mar 24 mar 9:00", "es")  # 24 March 2027 is a Wednesday


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("today", "en", date(2026, 11, 21)),
        ("Sat", "en", date(2026, 11, 21)),
        ("next sat", "en", date(2026, 11, 28)),
        ("24/11", "en", date(2026, 11, 24)),
        ("24.11.", "en", date(2026, 11, 24)),
        ("24.11", "en", date(2026, 11, 24)),
        ("20 Nov", "en", date(2027, 11, 20)),
        ("the 20th", "en", date(2026, 12, 20)),
        ("24", "en", date(2026, 11, 24)),
        ("pasado mañana", "es", date(2026, 11, 23)),
        ("oormôre", "af", date(2026, 11, 23)),
        ("ngoLwesine", "zu", date(2026, 11, 26)),
    ],
)
def test_days(text: str, language: str, wanted: date) -> None:
    assert parse_day(text, vocabulary=vocabulary(language), now_local=NOW) == wanted


@pytest.mark.parametrize(
    ("text", "fact"), [("9:00", BadDate), ("thu 9:00", BadDate), ("9 pm", BadDate), ("20/11/2026", DateInPast)]
)
def test_no_days(text: str, fact: type[Exception]) -> None:
    with pytest.raises(fact):
        parse_day(text, vocabulary=vocabulary("en"), now_local=NOW)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(("9", time(9)), ("09:30", time(9, 30)), ("9.30", time(9, 30)), ("21h", time(21)), ("21h30", time(21, 30))),
        *(("9pm", time(21)), ("9:15 p.m.", time(21, 15)), ("0930", time(9, 30)), ("0", time(0)), ("12 AM", time(0))),
    ],
)
def test_times(text: str, wanted: time) -> None:
    assert parse_time(text) == wanted


@pytest.mark.parametrize("text", ["", "24", "9:60", "24/11", "thu", "a las 9", "9 10", "-9:00:30", "13 am"])
def test_no_times(text: str) -> None:
    with pytest.raises(BadDate):
        parse_time(text)


def test_times_in_words_of_a_language() -> None:
    assert parse_time("a las 9 de la noche", vocabulary=vocabulary("es")) == time(21)
    assert parse_time("ngo-3 ntambama", vocabulary=vocabulary("zu")) == time(15)


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        *(("3h", "en", 180), ("2:30", "en", 150), ("90 min", "en", 90), ("1 h 30", "en", 90), ("2,5 h", "en", 150)),
        *(("3", "en", 180), ("12", "en", 720), ("13", "en", 13), ("90", "en", 90), ("1.5", "en", 90)),
        *(("2.25h", "en", 135), ("2.30", "en", 150), ("0:45", "en", 45), ("1h30m", "en", 90), ("90m", "en", 90)),
        *(("1 hour and 30 minutes", "en", 90), ("3 HRS", "en", 180), ("1 hora y 30 minutos", "es", 90)),
        *(("3 horas", "es", 180), ("1 uur en 30 minute", "af", 90), ("2,5 ure", "af", 150)),
        *(("amahora ama-3", "zu", 180), ("imizuzu engu-90", "zu", 90), ("ihora eli-1", "zu", 60)),
    ],
)
def test_lengths(text: str, language: str, wanted: int) -> None:
    assert parse_length(text, vocabulary(language)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "h",
            "0",
            "0 min",
            "0:00",
            "long",
            "2.9",
            "2:60",
            "2:5",
            "1h 70",
            "1h 2h",
            "30 min 1 h",
            "1 2",
            "1,5 min",
        ),
        *("3 thu", "99999", "1" * 5000, "3h" * 100, "½", "\x00", "min 3 h", "3 apples"),
    ],
)
def test_no_lengths(text: str) -> None:
    with pytest.raises(BadLength):
        parse_length(text, vocabulary("en"))


@given(st.integers(1, 24 * 60 - 1), st.sampled_from(LANGUAGES))
def test_lengths_written_in_many_ways(minutes: int, language: str) -> None:
    words = vocabulary(language)
    hours, rest = divmod(minutes, 60)
    written = [f"{hours}:{rest:02}", f"{minutes} min", f"{hours}h{rest:02}", f"{hours} h {rest} min"]
    if rest == 30:
        written += [f"{hours}.5", f"{hours},5 h"]
    if rest == 0:
        written += [f"{hours}h", *(f"{hours} {word}" for word in words.hours)]
    if minutes > 12:
        written.append(str(minutes))
    for text in written:
        assert parse_length(text, words) == minutes, text


PATTERNS = (
    *("EEEE d MMMM y HH:mm", "EEE d MMM y, H:mm", "d MMMM HH:mm", "d MMM H'h'mm", "MMMM d HH:mm", "MMM d, y H.mm"),
    *("yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "dd/MM HH:mm", "d/M/y H:mm", "dd.MM. HH:mm", "d.M.yy HH:mm"),
    *("dd.MM.yyyy H.mm", "HH:mm d MMMM", "HH:mm EEEE d MMMM y", "d MMMM h:mm a", "EEE d MMM h:mm a", "d LLLL y HH:mm"),
)
# Afrikaans and isiZulu join with words of their own; CLDR's "EEEE d MMMM" stands for the rest.
AS_SAID = {
    "en": ("EEEE, MMMM d 'at' h:mm a", "EEE 'the' d'th' 'of' MMMM 'at' HH:mm"),
    "es": ("EEEE, d 'de' MMMM 'de' y 'a las' H:mm", "'el' EEEE d 'de' MMMM 'a las' HH:mm", "d 'de' LLLL H 'h' mm"),
    "af": ("EEEE d MMMM 'om' H:mm", "'op' EEEE 'die' d'ste' MMMM 'om' H'h'mm"),
    "zu": ("'ngomhla ka' d MMMM 'ngo-'HH:mm", "EEEE 'mhla ka-'d 'ku'MMMM 'ngo-'H:mm"),
}
NOWS = st.datetimes(datetime(2025, 1, 1), datetime(2032, 12, 31))


@pytest.mark.parametrize("language", LANGUAGES)
@given(now=NOWS, minutes=st.integers(24 * 60, 364 * 24 * 60))
def test_any_moment_of_the_coming_year_written_in_many_ways_is_read_back(
    language: str, now: datetime, minutes: int
) -> None:
    moment = now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    words = vocabulary(language)
    written = [format_datetime(moment, pattern, locale=language) for pattern in PATTERNS + AS_SAID[language]]
    for style in ("medium", "long", "full"):
        written.append(f"{format_date(moment, style, locale=language)} {format_time(moment, 'short', locale=language)}")
    for text in written:
        for typed in (text, text.upper(), fold(text)):
            assert parse_when(typed, vocabulary=words, now_local=now) == moment, typed


@pytest.mark.parametrize("language", LANGUAGES)
@given(now=NOWS, days=st.integers(0, 6), at=st.times())
def test_any_weekday_is_its_next_one(language: str, now: datetime, days: int, at: time) -> None:
    at = at.replace(second=0, microsecond=0)
    moment = datetime.combine(now.date() + timedelta(days=days), at)
    if moment <= now:
        moment += timedelta(days=7)
    for pattern in ("EEEE HH:mm", "EEE HH:mm", "HH:mm cccc", "EEEEEE H'h'mm", "EEE h:mm a"):
        text = format_datetime(moment, pattern, locale=language)
        assert parse_when(text, vocabulary=vocabulary(language), now_local=now) == moment, text


@pytest.mark.parametrize("language", LANGUAGES)
@given(now=NOWS, at=st.times())
def test_the_words_for_days(language: str, now: datetime, at: time) -> None:
    at = at.replace(second=0, microsecond=0)
    words = vocabulary(language)
    assert set(words.days.values()) == {0, 1, 2}
    for word, days in words.days.items():
        moment = datetime.combine(now.date() + timedelta(days=days), at)
        for text in (f"{word} {at:%H:%M}", f"{at:%Hh%M} {word}", f"{word.upper()}, {at:%H.%M}"):
            if moment > now:
                assert parse_when(text, vocabulary=words, now_local=now) == moment
            else:
                with pytest.raises(DateInPast):
                    parse_when(text, vocabulary=words, now_local=now)


PIECES = st.sampled_from(
    [
        *("thu", "mar", "24", "9", "2026", "11.12", "9:30", "h", "pm", "at night", "next", "tomorrow", "-", "24/11"),
        *(
            "a las",
            "de",
            "ngo",
            "th",
            "nov",
            "hoy",
            "2026-11-24",
            "\u0665",
            "²",
            "ß",
            "İ",
            "\ud800",
            "/",
            ":",
            "99",
            "0",
        ),
    ]
)


@given(st.text(max_size=90) | st.lists(PIECES, max_size=14).map(" ".join), st.sampled_from(LANGUAGES), NOWS)
def test_any_text_is_a_moment_ahead_or_a_fact(text: str, language: str, now: datetime) -> None:
    words = vocabulary(language)
    with suppress(BadDate, DateInPast):
        assert parse_when(text, vocabulary=words, now_local=now) > now
    with suppress(BadDate, DateInPast):
        assert parse_day(text, vocabulary=words, now_local=now) >= now.date()
    with suppress(BadLength):
        assert parse_length(text, words) > 0


def test_the_vocabulary_is_made_once() -> None:
    assert vocabulary("es") is vocabulary("es")
    assert vocabulary("tlh") is vocabulary("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_means_itself(language: str) -> None:
    words = vocabulary(language)
    for role, names in (("weekday", words.weekdays), ("month", words.months), ("offset", words.days)):
        for name, value in names.items():
            assert {role: value} in words.index[" ".join(fold(name).replace(".", " ").split())]
    assert set(words.weekdays.values()) == set(range(7))
    assert set(words.months.values()) == set(range(1, 13))


def test_a_vocabulary_of_ones_own() -> None:
    own = Vocabulary(days={"demain": 1}, weekdays={"jeudi": 3}, months={"août": 8}, joiners=frozenset({"à"}))
    assert parse_when("jeudi à 9h", vocabulary=own, now_local=NOW) == datetime(2026, 11, 26, 9)
    assert parse_when("3 aout 9h30", vocabulary=own, now_local=NOW) == datetime(2027, 8, 3, 9, 30)


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "yesterday", "2026-11-23"),
        ("en", "the day before yesterday", "2026-11-22"),
        ("en", "last friday", "2026-11-20"),
        ("en", "Tue", "2026-11-24"),
        ("en", "Wed", "2026-11-18"),
        ("en", "Fri 20", "2026-11-20"),
        ("en", "24/11", "2026-11-24"),
        ("en", "25", "2026-10-25"),
        ("en", "29/2", "2024-02-29"),
        ("en", "31", "2026-10-31"),
        ("en", "tomorrow", "2026-11-25"),
        ("es", "ayer", "2026-11-23"),
        ("es", "el viernes pasado", "2026-11-20"),
        ("es", "pasado mañana", "2026-11-26"),
        ("af", "verlede Vrydag", "2026-11-20"),
        ("af", "eergister", "2026-11-22"),
        ("zu", "izolo", "2026-11-23"),
        ("zu", "ngoLwesihlanu", "2026-11-20"),
        ("xx", "yesterday", "2026-11-23"),
    ],
)
def test_days_that_are_over(language: str, text: str, wanted: str) -> None:
    found = parse_past_day(text, vocabulary=past_vocabulary(language), today=date(2026, 11, 24))
    assert found.isoformat() == wanted


@pytest.mark.parametrize("text", ["9:00", "Thu 20", "32", "31/2", "", "last", "next friday", "yesterday 9 am"])
def test_no_day_that_is_over(text: str) -> None:
    with pytest.raises(BadDate):
        parse_past_day(text, vocabulary=past_vocabulary("en"), today=date(2026, 11, 24))
