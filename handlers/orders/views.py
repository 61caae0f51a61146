"""What the room of orders says to customers and at the desk: orders, receipts, refunds, sales."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.goods_taps import ClaimTap, GoodsTap, OrderTap, RecallTap, StockTap
from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.orders.actions import Mine
from handlers.orders.papers import title_of
from handlers.orders.selling import AtDesk
from locales import N_, _, a_span, money, ngettext, short_day
from storage.queries.batches import BatchRow
from storage.queries.orders import OpenOrder
from storage.queries.takings import EntryRow
from town.amounts import choices as amounts
from town.money import due
from town.week import local

COMMANDS = (
    Command("orders", N_("Your orders and receipts"), N_("orders|my orders|receipts|my receipts|what I paid")),
    Command("takings", N_("What the town takes in"), N_("takings|the takings|cash|the books"), role="treasurer"),
)
PAGE = 5
SALES = 4
"""With two to page, two other ways and two back: ten choices."""


def to(do: str, id: int = 0, page: int = 0, key: str = "") -> str:
    return OrderTap(do=do, id=id, page=page, key=key).pack()


def _lines(*lines: str) -> Markup:
    return Markup("\n").join(lines)


# -- one's own ---------------------------------------------------------------------------------------------------------


def mine(found: Mine, page: int, currency: str, zone: ZoneInfo) -> Screen:
    """Orders that are kept, then the papers; `currency` is the town's."""
    everything: list[OpenOrder | EntryRow] = [*found.open, *found.papers]
    shown, page = page_of(everything, page, PAGE)
    lines = [_("<b>Orders and receipts</b>")]
    if not everything:
        lines.append(_("You have ordered nothing so far."))
    if found.open or not everything:
        lines.append(
            _(
                "What has a price under /goods can be ordered. You pay in cash when you collect it, and can give it "
                "back until then."
            )
        )
    entries = []
    for one in shown:
        if isinstance(one, OpenOrder):
            lines.append(_order(one, currency, zone))
            entries.append((item_name(one.item, one.names), GoodsTap(do="one", id=one.batch_id).pack()))
        else:
            lines.append(_paper_line(one, zone))
            entries.append((title_of(one.kind, one.number), to("receipt", one.number)))
    rows = menu(
        entries,
        pages=pager(len(everything), page, lambda turned: to("mine", page=turned), PAGE),
        then=[Choice(_("All goods"), GoodsTap(do="open").pack()), home()],
    )
    return Screen(_lines(*lines), rows)


def _order(one: OpenOrder, currency: str, zone: ZoneInfo) -> Markup:
    about = _(
        "• {item}: {amount} for {total}",
        item=item_name(one.item, one.names),
        amount=an_amount(one.left, one.unit),
        total=money(due(one.price, one.left), currency),
    )
    if one.starts_at is None or one.ends_at is None:
        return about
    return Markup("{}, {}").format(about, a_span(one.starts_at, one.ends_at, zone))


def _paper_line(one: EntryRow, zone: ZoneInfo) -> Markup:
    return _(
        "• {paper}, {day}: {item}, {amount}, {total}",
        paper=title_of(one.kind, one.number),
        day=short_day(local(one.at, zone).date()),
        item=item_name(one.item, one.names),
        amount=an_amount(one.quantity, one.unit),
        total=money(one.amount, one.currency),
    )


def below_paper(one: EntryRow, *, own: bool, zone: ZoneInfo) -> Screen:
    """What stands under a document that was asked for."""
    ways = [Choice(_("My orders"), to("mine"))] if own else [back(to("entry", one.id))]
    return Screen(_paper_line(one, zone), in_rows([*ways, home()]))


# -- refunds -----------------------------------------------------------------------------------------------------------


def paid(batch: BatchRow, sales: Sequence[EntryRow], page: int, *, me: int) -> Screen:
    """What was paid for a batch, each with the way to give it back."""
    shown, page = page_of(sales, page, SALES)
    lines = [_("<b>{item}</b>: what was paid", item=item_name(batch.item, batch.names))]
    lines += [_sale(one) for one in shown]
    lines.append(_("Tap on somebody to give their money back.") if sales else _("Nothing was paid for it."))
    lines.append(_("All that came in is under /takings."))
    entries = [
        (customer(one), to("refund" if one.back_number is None and one.resident_id != me else "entry", one.id))
        for one in shown
    ]
    left = [one for one in sales if one.back_number is None and one.resident_id != me]
    then = [Choice(_("Give everything back"), to("refundall", batch.id))] if len(left) > 1 else []
    if batch.recalled_at is not None:
        way = RecallTap(do="open", id=batch.id).pack()
    else:
        way = StockTap(do="batch", id=batch.id).pack()
        if batch.closed_at is None and batch.price is not None:
            then.append(Choice(_("Sell to a guest"), to("sell", batch.id)))
    rows = menu(
        entries,
        pages=pager(len(sales), page, lambda turned: to("paid", batch.id, turned), SALES),
        then=[*then, back(way), home()],
    )
    return Screen(_lines(*lines), rows)


def customer(one: EntryRow) -> str:
    """Who paid."""
    return one.resident or one.customer or _("Somebody without a name").unescape()


def _sale(one: EntryRow) -> Markup:
    line = _(
        "• {name}: {amount}, {total}",
        name=customer(one),
        amount=an_amount(one.quantity, one.unit),
        total=money(one.amount, one.currency),
    )
    if one.back_number is None:
        return line
    return _("{line} (given back, number {number})", line=line, number=one.back_number)


def why_refund(sale: EntryRow) -> Markup:
    return _("Why do you give {total} back to {name}? I tell them.", total=_total(sale), name=customer(sale))


def why_refund_all(batch: BatchRow, sales: Sequence[EntryRow]) -> Markup:
    return ngettext(
        "Why do you give back what {n} person paid for {item}? I tell them.",
        "Why do you give back what {n} people paid for {item}? I tell them.",
        len(sales),
        item=item_name(batch.item, batch.names),
    )


def why_correct(entry: EntryRow) -> Markup:
    return _(
        "{paper} ({name}, {total}): what was the mistake? I tell them.",
        paper=title_of(entry.kind, entry.number),
        name=customer(entry),
        total=_total(entry),
    )


def sure(total: str, reason: str) -> Markup:
    return _(
        "Give back {total} in cash? Reason: {reason}\nThe books forget nothing: it stands in them from then on.",
        total=total,
        reason=reason,
    )


def sure_to_correct(entry: EntryRow, reason: str) -> Markup:
    return _(
        "Shall {paper} ({total}) not count? Reason: {reason}\n"
        "The books forget nothing: it stands in them from then on.",
        paper=title_of(entry.kind, entry.number),
        total=_total(entry),
        reason=reason,
    )


def sums(sales: Sequence[EntryRow]) -> str:
    """What some lines come to, in each currency."""
    found: dict[str, int] = {}
    for one in sales:
        found[one.currency] = found.get(one.currency, 0) + one.amount
    return ", ".join(money(total, currency) for currency, total in sorted(found.items()))


def refunded(sale: EntryRow, number: int) -> Screen:
    text = _("{name} gets {total} back, and is being told.", name=customer(sale), total=_total(sale))
    if sale.resident_id is None:
        text = _("{name} gets {total} back.", name=customer(sale), total=_total(sale))
    choices = [Choice(_("The refund's paper"), to("receipt", number))]
    if sale.batch_id is not None:
        choices.append(Choice(_("What was paid"), to("paid", sale.batch_id)))
    return Screen(text, in_rows([*choices, home()]))


def refunded_all(batch: BatchRow, sales: Sequence[EntryRow]) -> Screen:
    text = ngettext(
        "{n} person gets {total} back in all, and is being told.",
        "{n} people get {total} back in all, and are being told.",
        len(sales),
        total=sums(sales),
    )
    return Screen(text, in_rows([Choice(_("What was paid"), to("paid", batch.id)), home()]))


def corrected(entry: EntryRow, number: int) -> Screen:
    text = _("Done: {paper} does not count any more.", paper=title_of(entry.kind, entry.number))
    choices = [
        Choice(_("The correction's paper"), to("receipt", number)),
        Choice(_("The day"), to("day", entry.project_id, key=entry.day.isoformat())),
        home(),
    ]
    return Screen(text, in_rows(choices))


def _total(one: EntryRow) -> str:
    return money(one.amount, one.currency)


# -- selling at the desk -----------------------------------------------------------------------------------------------


def ask_amount(batch: BatchRow, currency: str) -> Markup:
    return _(
        "<b>{item}</b>, {price} for one {unit}: {free} can be sold. How much shall it be?",
        item=item_name(batch.item, batch.names),
        price=money(batch.price or 0, currency),
        unit=unit_name(batch.unit),
        free=an_amount(batch.free, batch.unit),
    )


def offered(batch: BatchRow) -> list[tuple[str, str]]:
    """(amount, label) of what is offered."""
    return [(str(one), an_amount(one, batch.unit).unescape()) for one in amounts(batch.free, batch.step)]


def ask_name() -> Markup:
    return _("Who buys it? Write a name for the receipt, or leave it out.")


def sure_to_sell(batch: BatchRow, amount: int, name: str, currency: str) -> Markup:
    lines = [
        _(
            "{item}: {amount} for <b>{total}</b>, in cash.",
            item=item_name(batch.item, batch.names),
            amount=an_amount(amount, batch.unit),
            total=money(due(batch.price or 0, amount), currency),
        )
    ]
    if name:
        lines.append(_("For {customer}", customer=name))
    return _lines(*lines)


def sold(done: AtDesk, currency: str) -> Screen:
    text = _(
        "Sold: {amount} for {total}. {free} are left to sell.",
        amount=an_amount(done.amount, done.batch.unit),
        total=money(done.total, currency),
        free=an_amount(done.batch.free, done.batch.unit),
    )
    choices = [
        Choice(_("Sell more"), to("sell", done.batch.id)),
        Choice(_("The pick-up desk"), ClaimTap(do="desk", id=done.batch.id).pack()),
        home(),
    ]
    return Screen(text, in_rows(choices))
