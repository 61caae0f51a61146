"""What the goods desk says again and again: amounts, times, how a batch is shared."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_taps import StockTap
from handlers.kit.goods_words import an_amount, item_name, unit_name
from locales import N_, _, a_day, a_time, money, short_day
from storage.queries.batches import BatchRow, Window
from storage.tables import Sharing
from town.week import local

SPOIL_REASONS = (N_("It went off"), N_("It was damaged"), N_("It was kept too warm"))
CORRECT_REASONS = (N_("It was counted wrong"), N_("Less was made than planned"), N_("More was made than planned"))
OFF_REASONS = (N_("It could not be made"), N_("Nobody can hand it over"), N_("It was put up by mistake"))
AWAY_REASONS = (N_("The school kitchen had it"), N_("It went to the animals"), N_("It was sold outside the town"))
SERIES_REASON = N_("Its series was changed")
OURS = frozenset((SERIES_REASON, *SPOIL_REASONS, *CORRECT_REASONS, *OFF_REASONS, *AWAY_REASONS))


def to(do: str, id: int = 0, n: int = 0, page: int = 0, key: str = "") -> str:
    """The data of a choice of this room."""
    return StockTap(do=do, id=id, n=n, page=page, key=key).pack()


def reason_in_words(reason: str) -> str:
    """A reason as its reader sees it."""
    return _(reason).unescape() if reason in OURS else reason


def so_many(amount: int, batch: BatchRow) -> Markup:
    """An amount of a batch's item: "60 loaves of Bread"; what is counted by the piece has no unit to name."""
    return of_item(amount, batch.unit, item_name(batch.item, batch.names))


def of_item(amount: int, unit: str, item: str) -> Markup:
    return _("{amount} of {item}", amount=an_amount(amount, unit), item=item)


def day_name(day: date, today: date) -> str:
    """A day as one says it: "today", "tomorrow", "Saturday 28 November"."""
    if day == today:
        return _("today").unescape()
    return _("tomorrow").unescape() if (day - today).days == 1 else a_day(day)


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo, now: datetime) -> Markup:
    """A pick-up time: "today 16:00–18:00"."""
    day = local(starts_at, zone).date()
    return Markup("{} {}–{}").format(
        day_name(day, local(now, zone).date()), a_time(starts_at, zone), a_time(ends_at, zone)
    )


def short_span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """The same on a button: "Sat 28 Nov 16:00"."""
    return f"{short_day(local(starts_at, zone).date())} {a_time(starts_at, zone)}–{a_time(ends_at, zone)}"


def spans(windows: list[Window], zone: ZoneInfo, now: datetime) -> Markup:
    """A batch's pick-up times in a row, without the one for late comers."""
    return Markup(", ").join(span(one.starts_at, one.ends_at, zone, now) for one in windows if not one.late)


def sharing_name(sharing: str) -> Markup:
    """How goods are shared: short."""
    return {
        Sharing.FIRST.value: _("first come"),
        Sharing.DRAW.value: _("drawn by lot"),
        Sharing.LEAST.value: _("least served first"),
    }[sharing]


def limits(unit: str, allowance: int | None, home: int | None) -> Markup:
    """What one person and one home may have in a week."""
    if allowance is None and home is None:
        return _("as much as anybody likes")
    parts = []
    if allowance is not None:
        parts.append(_("at most {amount} a week each", amount=an_amount(allowance, unit)))
    if home is not None:
        parts.append(_("at most {amount} a week for each home", amount=an_amount(home, unit)))
    return Markup(", ").join(parts)


def price_line(price: int | None, unit: str, currency: str) -> Markup:
    """What it costs those without the benefits."""
    if price is None:
        return _("not sold")
    return _("{price} for one {unit} without the benefits", price=money(price, currency), unit=unit_name(unit))
