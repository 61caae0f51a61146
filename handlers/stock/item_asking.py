"""The words of the questions about an item, and of what there is to know of one."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.stock.asking import unit_in
from handlers.stock.words import limits, price_line, sharing_name
from locales import _
from storage.queries.items import ItemRow


def name() -> Markup:
    return _("What is it called? In the plural or as one asks for it, for example “Bread” or “Tomatoes”.")


def picture(name: str) -> Markup:
    return _(
        "Send me a photo of {item}, with the camera or the paper clip beside the box you write in. People see it "
        "before they take some.",
        item=name,
    )


def translated(tongue: str) -> Markup:
    return _("What is it called in {language}?", language=tongue)


def no_own_name() -> str:
    return _("No name of its own").unescape()


def unit() -> Markup:
    return _("What is it counted or measured in?")


def step() -> Markup:
    return _("What is the smallest amount that is given out? Choose, or write it.")


def allowance(unit: str) -> Markup:
    return _(
        "How much may one resident have in a week, in {unit}? Choose, or write it. “No limit”: as much as there is.",
        unit=unit_in(unit),
    )


def home_allowance(unit: str) -> Markup:
    return _(
        "And one home, however many live there, in {unit}? “No limit”: only what each of them may have.",
        unit=unit_in(unit),
    )


def price(unit: str) -> Markup:
    return _(
        "What does one {unit} cost those who do not have the benefits? Write it, such as “12.50”.", unit=unit_name(unit)
    )


def not_sold() -> str:
    return _("It is not sold").unescape()


def about_item(item: ItemRow, currency: str) -> Markup:
    """What there is to know of an item, in a few lines."""
    head = Markup("<b>{}</b>").format(item_name(item.name, item.names))
    lines = [
        head,
        _("Counted in: {unit}", unit=unit_in(item.unit)),
        _("Given out by: {amount}", amount=an_amount(item.step, item.unit)),
        _("Allowance: {limits}", limits=limits(item.unit, item.allowance, item.home_allowance)),
        _("Price: {price}", price=price_line(item.price, item.unit, currency)),
        _("Shared: {way}", way=sharing_name(item.sharing)),
    ]
    if item.retired_at is not None:
        lines.append(_("It is not made any more."))
    return Markup("\n").join(lines)
