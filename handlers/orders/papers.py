"""Receipts, refunds and corrections as documents: in the customer's language of that day, kept word by word."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from handlers.kit import paper
from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.kit.reasons import in_words
from locales import _, a_date_stamp, money, speaking
from storage.tables import MoneyEntryKind
from town.settings import TownSettings


@dataclass(frozen=True, slots=True)
class Sold:
    """What a paper is about: `quantity` in thousandths, money in minor units; `price` is for one unit, None unsaid."""

    project: str
    item: str
    names: str
    unit: str
    quantity: int
    price: int | None
    total: int
    currency: str
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in words. `before` and `after` are the lines above and below the one that says what was sold."""

    name: str
    language: str
    title: str
    before: list[str]
    head: list[str]
    row: list[str]
    after: list[str]
    foot: str


def title_of(kind: str, number: int) -> str:
    """What a paper is called."""
    titles = {
        MoneyEntryKind.SALE.value: _("Receipt {number}", number=number),
        MoneyEntryKind.REFUND.value: _("Refund {number}", number=number),
        MoneyEntryKind.CORRECTION.value: _("Correction {number}", number=number),
    }
    return titles[kind].unescape()


def as_json(of: Paper) -> str:
    return json.dumps(asdict(of), ensure_ascii=False)


def from_json(kept: str) -> Paper:
    """A paper as it was kept."""
    return Paper(**json.loads(kept))


def page_of(of: Paper) -> paper.Page:
    """The document as it is handed out."""
    table = paper.Table(of.head, [of.row], (4, *[3] * (len(of.head) - 1)), right=tuple(range(1, len(of.head))))
    parts: list[paper.Part] = ["\n".join(of.before), table, *of.after]
    return paper.Page(of.title, parts, foot=of.foot, language=of.language)


def receipt(number: int, of: Sold, *, town: TownSettings, language: str, now: datetime) -> Paper:
    """The receipt of what was paid at the desk."""
    with speaking(language):
        paid = _("Paid in cash at the desk: {total}", total=money(of.total, of.currency)).unescape()
        title = title_of(MoneyEntryKind.SALE, number)
        return _paper(f"receipt-{number}.pdf", language, title, of, [paid, _thanks()], town, now)


def taken_back(
    number: int,
    kind: MoneyEntryKind,
    of: Sold,
    *,
    first: int,
    reason: str,
    town: TownSettings,
    language: str,
    now: datetime,
) -> Paper:
    """The paper that says that what receipt number `first` is about was paid back, or was a mistake."""
    with speaking(language):
        title = title_of(kind, number)
        why = _("Reason: {reason}", reason=in_words(reason)).unescape()
        if kind is MoneyEntryKind.REFUND:
            what = _("Paid back in cash at the desk: {total}", total=money(of.total, of.currency)).unescape()
            about = _("This is about receipt {first}.", first=first).unescape()
        else:
            what = _("Number {first} was written by mistake and does not count.", first=first).unescape()
            about = _("Amount: {total}", total=money(of.total, of.currency)).unescape()
        return _paper(f"{kind.value}-{number}.pdf", language, title, of, [what, about, why], town, now)


def _paper(
    name: str, language: str, title: str, of: Sold, after: list[str], town: TownSettings, now: datetime
) -> Paper:
    before = [f"{town.name} · {of.project}", a_date_stamp(now, town.tz)]
    if of.customer:
        before.append(_("For {customer}", customer=of.customer).unescape())
    head, row = [_("What"), _("How much")], [item_name(of.item, of.names), an_amount(of.quantity, of.unit).unescape()]
    if of.price is not None:
        head.append(_("Price for one {unit}", unit=unit_name(of.unit)))
        row.append(money(of.price, of.currency))
    head, row = [*head, _("In all")], [*row, money(of.total, of.currency)]
    return Paper(
        name=name,
        language=language,
        title=title,
        before=before,
        head=[one.unescape() for one in head],
        row=row,
        after=after,
        foot=f"{town.name} · {title}",
    )


def _thanks() -> str:
    return _("Thank you!").unescape()
