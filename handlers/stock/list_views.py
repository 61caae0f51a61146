"""The lists of one batch at the goods desk: who claimed it, and its ledger line by line."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import back, home, menu, pager
from handlers.kit.screens import Choice, Screen
from handlers.stock.actions import LINES_PAGE, PEOPLE_PAGE, Document
from handlers.stock.views import lines, paragraphs
from handlers.stock.words import reason_in_words, to
from locales import _, a_date_stamp, listed
from storage.queries.batches import BatchRow
from storage.queries.stock_lists import Line, Named
from storage.tables import ClaimState, StockKind


def claims(one: BatchRow, shown: Sequence[Named], total: int, page: int) -> Screen:
    """Who has some of a batch or wants it."""
    head = _("<b>{item}: who claimed it</b>", item=item_name(one.item, one.names))
    body = lines(*(_person(claim, one) for claim in shown)) if shown else _("Nobody yet.")
    rows = menu(
        [],
        pages=pager(total, page, lambda turned: to("claims", one.id, page=turned), PEOPLE_PAGE),
        then=[Choice(_("As a file"), to("claimsfile", one.id)), back(to("batch", one.id)), home()],
    )
    return Screen(paragraphs(head, body), rows)


def _person(one: Named, of: BatchRow) -> Markup:
    claim = one.claim
    if claim.state == ClaimState.ENTERED:
        said = _("in the draw for {amount}", amount=an_amount(claim.wanted, of.unit))
    elif claim.state == ClaimState.WAITING:
        said = _("waits for {amount}", amount=an_amount(claim.wanted, of.unit))
    elif claim.state == ClaimState.COLLECTED:
        said = _("{amount}, collected", amount=an_amount(claim.amount, of.unit))
    elif claim.handed:
        said = _(
            "{amount}, of that {handed} collected",
            amount=an_amount(claim.amount, of.unit),
            handed=an_amount(claim.handed, of.unit),
        )
    else:
        said = an_amount(claim.amount, of.unit)
    paid = _("pays for it") if claim.price is not None else None
    return Markup(" · ").join(part for part in (Markup.escape(one.name), said, paid) if part)


def ledger(one: BatchRow, shown: Sequence[Line], total: int, page: int, zone: ZoneInfo) -> Screen:
    """A page of the stock ledger."""
    head = _("<b>{item}: the ledger</b>", item=item_name(one.item, one.names))
    rows = menu(
        [],
        pages=pager(total, page, lambda turned: to("ledger", one.id, page=turned), LINES_PAGE),
        then=[Choice(_("As a file"), to("ledgerfile", one.id)), back(to("batch", one.id)), home()],
    )
    return Screen(paragraphs(head, lines(*(_entry(line, one, zone) for line in shown))), rows)


def _entry(line: Line, of: BatchRow, zone: ZoneInfo) -> Markup:
    """A line of the ledger: when, how much, what, who, why."""
    moved = line.shelf or line.free
    sign = "−" if moved < 0 else "+"
    people = listed(dict.fromkeys(name for name in (line.of, line.to, line.by) if name))
    parts = [
        Markup.escape(a_date_stamp(line.at, zone)),
        Markup("<b>{}{}</b> {}").format(sign, an_amount(abs(moved), of.unit), _what(line)),
        people or _("by the town's rules"),
        Markup("“{}”").format(reason_in_words(line.reason)) if line.reason else None,
    ]
    return Markup(" · ").join(part for part in parts if part)


def _what(line: Line) -> Markup:
    """What a line says; what is corrected of a claim was taken back from whoever held it."""
    return _("taken back") if line.kind == StockKind.CORRECTED and line.of else kind_name(line.kind)


def kind_name(kind: str) -> Markup:
    """What a line of the ledger says."""
    return {
        StockKind.MADE.value: _("made"),
        StockKind.CLAIMED.value: _("claimed"),
        StockKind.GIVEN_BACK.value: _("given back"),
        StockKind.LAPSED.value: _("not collected"),
        StockKind.HANDED_OVER.value: _("handed over"),
        StockKind.SOLD.value: _("sold at the desk"),
        StockKind.SPOILED.value: _("spoiled"),
        StockKind.CORRECTED.value: _("corrected"),
        StockKind.RECALLED.value: _("recalled"),
    }[kind]


def caption(document: Document) -> Markup:
    return _("Of {item}, for a spreadsheet.", item=item_name(document.batch.item, document.batch.names))
