"""What the town says, in the language of whoever it speaks to.

    with speaking("es"):
        _("Hello {name}", name=resident.name)

Catalogues are `<language>/LC_MESSAGES/townbell.po`, compiled when they are first spoken. The result is HTML for a chat:
every parameter is escaped unless it is itself the result of one of these helpers.
"""

from __future__ import annotations

import gettext as stdlib_gettext
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, localedata
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision
from markupsafe import Markup, escape

HERE = Path(__file__).parent
DOMAIN = "townbell"
FALLBACK = "en"
LANGUAGES = {"en": "English", "es": "Español", "af": "Afrikaans", "zu": "isiZulu"}

NEVER_SAID = (
    "compound_unit_patterns",
    "languages",
    "meta_zones",
    "scripts",
    "territories",
    "time_zones",
    "unit_display_names",
    "unit_patterns",
    "variants",
)
"""What is let go of Babel's data: whoever comes to need one of these takes it off this list."""

_language: ContextVar[str] = ContextVar("language", default=FALLBACK)


def catalogue_path(language: str) -> Path:
    return HERE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def catalogue(language: str) -> stdlib_gettext.NullTranslations:
    """The compiled catalogue of a language; the fallback's texts are the message ids themselves."""
    if language == FALLBACK:
        return stdlib_gettext.NullTranslations()
    translations = stdlib_gettext.GNUTranslations(BytesIO(compiled(catalogue_path(language), language)))
    translations.add_fallback(stdlib_gettext.NullTranslations())
    return translations


def compiled(source: Path, language: str) -> bytes:
    """A catalogue as gettext reads it.

    To compile one takes a quarter of a second, so that the result is kept beside it, with the source's own time to know
    it by. Where nothing can be written, or what somebody else has kept cannot be read, it is compiled at every start.
    """
    kept, written_at = source.with_suffix(".mo"), source.stat().st_mtime_ns
    with suppress(OSError):
        if kept.stat().st_mtime_ns == written_at:
            return kept.read_bytes()
    texts = _compile(source, language)
    with suppress(OSError):
        fresh = kept.with_suffix(f".{os.getpid()}.mo")  # several processes may start at once
        fresh.write_bytes(texts)
        os.utime(fresh, ns=(written_at, written_at))
        fresh.replace(kept)
    return texts


def _compile(source: Path, language: str) -> bytes:
    from babel.messages.mofile import write_mo  # seldom needed, and slow to import
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        texts = read_po(file, locale=language)
    result = BytesIO()
    write_mo(result, texts)
    return result.getvalue()


def best(code: str | None) -> str:
    """The town's language nearest to a channel's code ("es-MX"), the fallback for an unknown one."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else FALLBACK


def language() -> str:
    """The language being spoken now."""
    return _language.get()


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Speak a language for as long as the block lasts, in this task only."""
    token = _language.set(best(code))
    try:
        yield
    finally:
        _language.reset(token)


def speak(code: str | None) -> None:
    """Go on in another language from here, within the current task: for somebody who has just chosen it."""
    _language.set(best(code))


def _fill(text: str, params: dict[str, object]) -> Markup:
    safe = {name: escape(value) for name, value in params.items()}
    return Markup(text.format(**safe) if safe else text)  # noqa: S704 - the text is ours, its parameters are escaped


def _(message: str, **params: object) -> Markup:
    """A sentence of ours in the current language."""
    return _fill(catalogue(_language.get()).gettext(message), params)


def ngettext(singular: str, plural: str, n: int, **params: object) -> Markup:
    """A sentence of ours that counts something: `{n}` is the number, formatted."""
    text = catalogue(_language.get()).ngettext(singular, plural, n)
    return _fill(text, {"n": number(n), **params})


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a text for the catalogues; `_` translates it where it is shown."""
    return message


@cache
def _locale(code: str) -> Locale:
    found = Locale.parse("en_GB" if code == "en" else code)
    # Babel keeps what it has loaded, with what that was made of: 3 MB are names which the town never says.
    for name in ("en_GB", "en_001", "en", "root") if code == "en" else (code, "root"):
        loaded = localedata.load(name)
        for section in NEVER_SAID:
            loaded.pop(section, None)
    return found


def locale() -> Locale:
    return _locale(_language.get())


def number(value: int) -> str:
    return _number(_language.get(), value)


@lru_cache(maxsize=4096)
def _number(code: str, value: int) -> str:
    return format_decimal(value, locale=_locale(code))


def decimal(thousandths: int) -> str:
    """A quantity in thousandths as a number: "0.5", "12"."""
    return format_decimal(Decimal(thousandths) / 1000, format="#,##0.###", locale=locale())


def percent(value: int) -> str:
    """A whole percentage: "300%"."""
    return format_percent(Decimal(value) / 100, locale=locale())


def minor_digits(currency: str) -> int:
    """How many digits of a currency's amounts are its minor unit's: 2 for cents, 0 for yen."""
    return get_currency_precision(currency)


def money(minor: int, currency: str) -> str:
    """An amount of money in minor units (cents): "R12.50"."""
    shown = format_currency(Decimal(minor).scaleb(-minor_digits(currency)), currency, locale=locale())
    return shown.replace("ZAR", "R")  # as it is written where rands are paid in, in whatever language


def a_day(day: date, *, year: bool = False) -> str:
    """A day with its weekday: "Saturday 21 November"."""
    return _a_day(_language.get(), day, year)


@lru_cache(maxsize=4096)
def _a_day(code: str, day: date, year: bool) -> str:
    locale = _locale(code)
    if year:
        return format_date(day, "full", locale=locale)
    there = datetime(day.year, day.month, day.day)
    return f"{format_date(day, 'EEEE', locale=locale)} {format_skeleton('MMMMd', there, locale=locale)}"


def short_day(day: date) -> str:
    """A day on a button: "Sat 21 Nov"."""
    return _short_day(_language.get(), day)


@lru_cache(maxsize=4096)
def _short_day(code: str, day: date) -> str:
    return format_skeleton("MMMEd", datetime(day.year, day.month, day.day), locale=_locale(code))


def a_date(day: date) -> str:
    """A day with its year, as for a birth date: "3 May 2012"."""
    return format_date(day, "long", locale=locale())


def an_ordinal(n: int) -> Markup:
    """A place in a line: "1st", "2nd", "11th"."""
    if language() == "en":
        ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
        return Markup("{}{}").format(number(n), ending)
    return _("number {n}", n=number(n))


def a_weekday(day: int) -> str:
    """The name of a day of the week, 0 for Monday, as it stands alone: "Thursday"."""
    return str(locale().days["stand-alone"]["wide"][day])


def a_time(instant: datetime, zone: ZoneInfo) -> str:
    """A time of day in the town's zone: "14:30"."""
    there = instant.astimezone(zone)
    return f"{there.hour:02}:{there.minute:02}"  # the same in all our languages


def a_moment(instant: datetime, zone: ZoneInfo) -> str:
    """A day and time in the town's zone."""
    there = instant.astimezone(zone)
    return f"{a_day(there.date())}, {a_time(instant, zone)}"


def a_span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From when to when, in the town's zone: "Saturday 21 November, 09:00–12:00"."""
    return f"{a_moment(starts_at, zone)}–{a_time(ends_at, zone)}"


def a_date_stamp(instant: datetime, zone: ZoneInfo) -> str:
    """A date and time as kept for the record."""
    there = instant.astimezone(zone)
    return f"{format_date(there, 'medium', locale=locale())}, {a_time(instant, zone)}"


def a_length(minutes: int) -> Markup:
    """A length of work: "3 h", "45 min", "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{n} min", n=number(rest))
    if not rest:
        return _("{n} h", n=number(hours))
    return _("{h} h {m} min", h=number(hours), m=number(rest))


def listed(items: Iterable[object]) -> Markup:
    """A list in words: "bread, milk and eggs"; in isiZulu, whose "and" changes with the next word, only commas."""
    if _language.get() == "zu":
        return Markup(", ").join(escape(item) for item in items)
    return Markup(format_list([str(escape(item)) for item in items], locale=locale()))  # noqa: S704 - escaped above
