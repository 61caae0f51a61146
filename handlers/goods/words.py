"""Goods in a line or two, as the room's lists, pages and notices have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.goods.codes import shown
from handlers.kit.goods_taps import ClaimTap, GoodsTap
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import home
from handlers.kit.screens import Choice, Row
from locales import _, a_day, a_span, a_time, money
from storage.queries.batches import BatchRow, Window
from town.money import due


def tap(do: str, batch_id: int = 0, n: int = 0, page: int = 0) -> str:
    return GoodsTap(do=do, id=batch_id, n=n, page=page).pack()


def name_of(batch: BatchRow) -> str:
    return item_name(batch.item, batch.names)


def amount_of(thousandths: int, batch: BatchRow) -> Markup:
    return an_amount(thousandths, batch.unit)


def when(window: Window, zone: ZoneInfo) -> Markup:
    """A pick-up time; of the late one only until when it is."""
    if window.late:
        return _("until {time}", time=a_time(window.ends_at, zone))
    return Markup("{}").format(a_span(window.starts_at, window.ends_at, zone))


def to_pay(thousandths: int, price: int, currency: str) -> str:
    """What an amount costs: "R25.00"."""
    return money(due(price, thousandths), currency)


def best_before(day: date | None) -> Markup:
    return Markup("") if day is None else _("Best before {day}.", day=a_day(day))


def code_line(code: str | None) -> Markup:
    return Markup("") if code is None else _("Code: <code>{code}</code>", code=shown(code))


def ways_to_collect(claim_id: int) -> list[Choice]:
    """Choices about a claim that is still to be collected."""
    return [
        Choice(_("Code as a picture"), ClaimTap(do="code", id=claim_id).pack()),
        Choice(_("Who may collect"), ClaimTap(do="helper", id=claim_id).pack()),
    ]


def to_page(batch_id: int) -> Choice:
    return Choice(_("About these goods"), tap("one", batch_id))


def all_goods() -> Choice:
    return Choice(_("All goods"), tap("open"))


def ways_on(*choices: Choice) -> tuple[Row, ...]:
    """Each choice in a row of its own, and below them the way to all goods and home."""
    return (*((choice,) for choice in choices), (all_goods(), home()))


def paired(choices: Sequence[Choice]) -> tuple[Row, ...]:
    return tuple(tuple(choices[at : at + 2]) for at in range(0, len(choices), 2))
