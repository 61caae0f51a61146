"""What a customer is told about what they paid."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_taps import OrderTap
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import anew, home
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.orders.papers import title_of
from locales import _, money
from storage.tables import MoneyEntryKind
from town.settings import TownSettings


def _receipt(fields: Fields, town: TownSettings) -> Screen:
    text = _(
        "Thank you! You paid {total} for {amount}: {item}, from {project}. Here is your receipt.",
        total=money(fields["total"], fields["currency"]),
        amount=an_amount(fields["amount"], fields["unit"]),
        item=item_name(fields["item"], fields["names"]),
        project=fields["project"],
    )
    return Screen(text, in_rows([_paper(MoneyEntryKind.SALE, fields), *_ways()]))


def _refunded(fields: Fields, town: TownSettings) -> Screen:
    lines = [
        _(
            "You get {total} back for {amount}: {item}. {by} has it for you at the desk.",
            total=money(fields["total"], fields["currency"]),
            amount=an_amount(fields["amount"], fields["unit"]),
            item=item_name(fields["item"], fields["names"]),
            by=fields["by"],
        ),
        _("Reason: {reason}", reason=in_words(fields["reason"])),
    ]
    return Screen(Markup("\n").join(lines), in_rows([_paper(MoneyEntryKind.REFUND, fields), *_ways()]))


def _corrected(fields: Fields, town: TownSettings) -> Screen:
    kind = MoneyEntryKind.SALE if fields["back"] else MoneyEntryKind.REFUND
    lines = [
        _(
            "{paper} ({item}, {total}) was written by mistake and does not count.",
            paper=title_of(kind, fields["first"]),
            item=item_name(fields["item"], fields["names"]),
            total=money(fields["total"], fields["currency"]),
        ),
        _("Reason: {reason}", reason=in_words(fields["reason"])),
    ]
    return Screen(Markup("\n").join(lines), in_rows([_paper(MoneyEntryKind.CORRECTION, fields), *_ways()]))


def _paper(kind: MoneyEntryKind, fields: Fields) -> Choice:
    return Choice(title_of(kind, fields["number"]), OrderTap(do="receipt", id=fields["number"]).pack())


def _ways() -> list[Choice]:
    return [anew(Choice(_("My orders"), OrderTap(do="mine").pack())), anew(home())]


NOTICES = (
    Notice("order.receipt", _receipt, quiet=False),  # they stand at the desk
    Notice("order.refunded", _refunded),
    Notice("order.corrected", _corrected),
)
