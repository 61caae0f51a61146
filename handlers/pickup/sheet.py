"""Who is to come for a batch, on paper and as a table: for the day on which the phone is dead.

There are no codes on either, so that whoever sees it cannot collect what is somebody else's; on paper a street stands
only where two people are called alike.
"""

from __future__ import annotations

from collections import Counter

from handlers.goods.words import amount_of, name_of, to_pay
from handlers.kit import paper
from handlers.kit.who import Who
from handlers.pickup.actions import OnPaper
from locales import _, a_span, language, minor_digits
from storage.queries.pickup import Held
from town.money import due, plainly
from town.sheets import as_csv
from town.week import local

HEADER = ("name", "street", "amount", "unit", "handed", "to_pay", "currency", "may_collect", "pickup_until")
WIDTHS = (1, 6, 3, 3, 6)

HELPERS_SHOWN = 4
"""So many names stand beside each; a home of more is told at the desk."""


def name_for(of: OnPaper, who: Who, ending: str) -> str:
    """The name of the file."""
    day = local(of.window[0], who.zone).date() if of.window is not None else of.batch.made_on
    return f"pick-up-{day.isoformat()}-{of.batch.id}.{ending}"


def page_of(of: OnPaper, who: Who) -> paper.Page:
    """The list, with a box to tick for each: A4, by name."""
    batch = of.batch
    where = f"{batch.project}, {batch.place}" if batch.place else batch.project
    when = [a_span(of.window[0], of.window[1], who.zone)] if of.window is not None else []
    head = (paper.BOX, _("Name"), _("Amount"), _("To pay"), _("Or else"))
    called = Counter(one.name for one, _others in of.lines)
    rows = [_row(one, others, who.town.currency, alike=called[one.name] > 1) for one, others in of.lines]
    table = paper.Table([str(cell) for cell in head], rows, WIDTHS, right=(2, 3))
    empty = _("Nothing is left to collect.").unescape()
    return paper.Page(
        _("Pick-up: {item}", item=name_of(batch)).unescape(),
        ["\n".join([where, *when]), table if rows else empty],
        foot=who.town.name,
        language=language(),
    )


def csv_of(of: OnPaper, who: Who) -> str:
    """The list as CSV (RFC 4180); amounts and money in major units."""
    return as_csv(HEADER, (_cells(one, others, who) for one, others in of.lines))


def _row(one: Held, others: tuple[str, ...], currency: str, *, alike: bool) -> tuple[str, ...]:
    claim, batch = one.claim, one.batch
    name = f"{one.name}, {one.street}" if alike and one.street else one.name
    price = to_pay(claim.left, claim.price, currency) if claim.price else _("free").unescape()
    return (paper.BOX, name, amount_of(claim.left, batch).unescape(), price, ", ".join(others[:HELPERS_SHOWN]))


def _cells(one: Held, others: tuple[str, ...], who: Who) -> tuple[object, ...]:
    claim, currency = one.claim, who.town.currency
    return (
        one.name,
        one.street,
        plainly(claim.left, 3),
        one.batch.unit,
        plainly(claim.handed, 3),
        plainly(due(claim.price or 0, claim.left), minor_digits(currency)),
        currency,
        ", ".join(others),
        "" if one.window is None else f"{local(one.window.ends_at, who.zone):%Y-%m-%d %H:%M}",
    )
