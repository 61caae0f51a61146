"""Goods in words: amounts with their units, items in the reader's language, and what can be wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from locales import FALLBACK, N_, _, a_day, a_moment, decimal, language, money, ngettext, number
from town import facts
from town.amounts import UNITS, WHOLE
from town.facts import Fact

_COUNTED: dict[str, Callable[[int], Markup]] = {
    "piece": lambda n: ngettext("{n} piece", "{n} pieces", n),
    "loaf": lambda n: ngettext("{n} loaf", "{n} loaves", n),
    "bunch": lambda n: ngettext("{n} bunch", "{n} bunches", n),
    "bag": lambda n: ngettext("{n} bag", "{n} bags", n),
    "box": lambda n: ngettext("{n} box", "{n} boxes", n),
    "jar": lambda n: ngettext("{n} jar", "{n} jars", n),
    "bottle": lambda n: ngettext("{n} bottle", "{n} bottles", n),
    "portion": lambda n: ngettext("{n} portion", "{n} portions", n),
}


def an_amount(thousandths: int, unit: str) -> Markup:
    """A quantity with its unit: "2 loaves", "0.5 kg"."""
    if unit in _COUNTED and thousandths % WHOLE == 0:
        return _COUNTED[unit](thousandths // WHOLE)
    if unit == "kg":
        return _("{amount} kg", amount=decimal(thousandths))
    if unit == "litre":
        return _("{amount} l", amount=decimal(thousandths))
    return _("{amount} of {unit}", amount=decimal(thousandths), unit=unit_name(unit))


def unit_name(unit: str) -> Markup:
    """What a unit is called where there is no number: "loaf", "kg"."""
    names = {
        "piece": _("piece"),
        "loaf": _("loaf"),
        "bunch": _("bunch"),
        "bag": _("bag"),
        "box": _("box"),
        "jar": _("jar"),
        "bottle": _("bottle"),
        "portion": _("portion"),
        "kg": _("kg"),
        "litre": _("litre"),
    }
    return names[unit if unit in UNITS else "piece"]


def item_name(name: str, names: str) -> str:
    """An item's name in the current language: `names` is JSON, as `storage.tables.Item` keeps it."""
    if names == "{}":
        return name
    known: dict[str, str] = json.loads(names)
    return known.get(language()) or known.get(FALLBACK) or name


RECALL = (
    N_("It may have gone bad"),
    N_("There may be glass or metal in it"),
    N_("An allergen is missing from its label"),
    N_("It may not be safe to use"),
)
"""Short reasons for a recall: kept as they stand here, and read in everybody's own language."""


def recall_reason(reason: str) -> str:
    """Why a batch was recalled, as its reader sees it."""
    return _(reason).unescape() if reason in RECALL else reason


# -- what can be wrong ------------------------------------------------------------------------------------------------


def _over_allowance(fact: Any) -> Markup:
    most, left = an_amount(fact.most, fact.unit), an_amount(fact.left, fact.unit)
    if fact.home and fact.left > 0:
        return _(
            "Each home can have {most} of {item} a week. Still left for yours: {left}.",
            most=most,
            item=fact.item,
            left=left,
        )
    if fact.home:
        return _(
            "Your home has its {most} of {item} for the week of this pick-up. The week after, there is more for you.",
            most=most,
            item=fact.item,
        )
    if fact.left > 0:
        return _(
            "Everybody can have {most} of {item} a week. Still left for you: {left}.",
            most=most,
            item=fact.item,
            left=left,
        )
    return _(
        "You have your {most} of {item} for the week of this pick-up. The week after, there is more for you.",
        most=most,
        item=fact.item,
    )


def _nothing_left(fact: Any) -> Markup:
    if fact.free <= 0:
        return _("All of “{item}” is promised to somebody now.", item=fact.item)
    return _(
        "Still left of “{item}”: {free}. So I could not keep as much for you.",
        item=fact.item,
        free=_amount(fact.free, fact),
    )


def _amount(thousandths: int, fact: Any) -> Markup:
    return an_amount(thousandths, fact.unit)


GOODS: dict[type[Fact], Callable[[Any, ZoneInfo], Markup]] = {
    facts.BadAmount: lambda fact, zone: _(
        "I could not read “{given}” as an amount. Try “2”, “0.5” or “500 g”.", given=fact.given[:60]
    ),
    facts.AmountStep: lambda fact, zone: _(
        "It is shared out by {step}: please write a multiple of that.", step=_amount(fact.step, fact)
    ),
    facts.NothingLeft: lambda fact, zone: _nothing_left(fact),
    facts.OverAllowance: lambda fact, zone: _over_allowance(fact),
    facts.NoBenefits: lambda fact, zone: _(
        "“{item}” is for those who have the benefits this week, and it is not sold. With the hours that are missing "
        "you have them again at once.",
        item=fact.item,
    ),
    facts.MustPay: lambda fact, zone: _(
        "“{item}” is free for those who have the benefits. At the moment it would cost you {price} for one {unit}.",
        item=fact.item,
        price=money(fact.price, fact.currency),
        unit=unit_name(fact.unit),
    ),
    facts.MixedClaim: lambda fact, zone: _(
        "What is kept for you of “{item}” is under other terms: please collect it, or give it back, before you ask for "
        "more.",
        item=fact.item,
    ),
    facts.BatchOver: lambda fact, zone: _("“{item}” is over: there is nothing of it any more.", item=fact.item),
    facts.BatchRecalled: lambda fact, zone: _(
        "“{item}” was recalled: {reason}. Please do not use it.", item=fact.item, reason=recall_reason(fact.reason)
    ),
    facts.RecallTooOld: lambda fact, zone: ngettext(
        "“{item}” is over for more than {n} day: I could not say who had it.",
        "“{item}” is over for more than {n} days: I could not say who had it.",
        fact.days,
        item=fact.item,
    ),
    facts.NotRecalled: lambda fact, zone: _("“{item}” is not recalled.", item=fact.item),
    facts.NoMoreRepeats: lambda fact, zone: _("“{item}” does not come again by itself any more.", item=fact.item),
    facts.NoBatchThen: lambda fact, zone: _(
        "It does not come on “{given}”, or that day is over. Which day is it?", given=fact.given[:60]
    ),
    facts.WindowOver: lambda fact, zone: _("That pick-up time of “{item}” is over.", item=fact.item),
    facts.DrawClosed: lambda fact, zone: _(
        "The draw of “{item}” is being made, so its entries stay as they are.", item=fact.item
    ),
    facts.Undecided: lambda fact, zone: _(
        "“{item}” is drawn by lot on {when}: until then nothing is anybody's.",
        item=fact.item,
        when=a_moment(fact.draw_at, zone),
    ),
    facts.NoClaim: lambda fact, zone: _("Nothing of “{item}” is kept for you.", item=fact.item),
    facts.AlreadyEntered: lambda fact, zone: _("You are in it for “{item}” already. All is well.", item=fact.item),
    facts.LessThanHanded: lambda fact, zone: _(
        "Of “{item}” this was handed over already: {handed}.", handed=_amount(fact.handed, fact), item=fact.item
    ),
    facts.PickupCodeWrong: lambda fact, zone: _(
        "I know no such code. Perhaps it was used already: each works once. You can also find them by name."
    ),
    facts.NotCollectedYet: lambda fact, zone: _(
        "The pick-up of “{item}” begins {when}.", item=fact.item, when=a_moment(fact.starts_at, zone)
    ),
    facts.MoreThanClaimed: lambda fact, zone: _(
        "Still to be handed over of “{item}”: {left}, not more.", left=_amount(fact.left, fact), item=fact.item
    ),
    facts.CannotTakeBack: lambda fact, zone: _(
        "That handing over of “{item}” can't be taken back here any more. Goods that come back can be put into the "
        "stock again.",
        item=fact.item,
    ),
    facts.ItemTaken: lambda fact, zone: _("There is an item called “{name}” already.", name=fact.name),
    facts.TooFew: lambda fact, zone: _(
        "Nobody's yet of “{item}”: only {free}.", free=_amount(fact.free, fact), item=fact.item
    ),
    facts.NotOnShelf: lambda fact, zone: _(
        "Of “{item}” only this is still there: {left}.",
        item=fact.item,
        left=_amount(fact.left, fact),
    ),
    facts.BestBeforePast: lambda fact, zone: _(
        "It would be past its best before {day} by then. Please look at the days again.", day=a_day(fact.day)
    ),
    facts.BadPrice: lambda fact, zone: _(
        "I could not read “{given}” as a price. Try “12.50”, or “none” when it is not sold.", given=fact.given[:60]
    ),
    facts.BadPeople: lambda fact, zone: _(
        "I could not read “{given}” as a number of people. Please write a whole number from 1 to {most}.",
        given=fact.given[:60],
        most=number(fact.most),
    ),
    facts.NeedTooMuch: lambda fact, zone: _(
        "That is more than {most} a week, which is a lot for one home. Please look at it again.",
        most=_amount(fact.most, fact),
    ),
    facts.UnknownItem: lambda fact, zone: _(
        "I know nothing called “{given}”. Please tap it in the list, or write its name as it stands there.",
        given=fact.given[:60],
    ),
    facts.TakenBack: lambda fact, zone: _(
        "That was given back or put right already: number {number} says so.", number=number(fact.number)
    ),
    facts.OwnPurchase: lambda fact, zone: _("You bought this yourself, so somebody else has to decide it."),
    facts.PeopleWait: lambda fact, zone: ngettext(
        "{n} person is in line for “{item}”. What is there is for them first.",
        "{n} people are in line for “{item}”. What is there is for them first.",
        fact.waiting,
        item=fact.item,
    ),
    facts.NothingToRefund: lambda fact, zone: _("There is nothing to give back for “{item}”.", item=fact.item),
    facts.PriceChanged: lambda fact, zone: _(
        "The price of “{item}” has just been changed. Please look at it once more.", item=fact.item
    ),
    facts.MoneyInUse: lambda fact, zone: _(
        "Prices are in {currency} and are not converted. Before the money can change, no item may have a price (at the "
        "moment: {items}), also of those that are not made any more, and no order may be unpaid ({orders}).",
        currency=fact.currency,
        items=fact.items,
        orders=fact.orders,
    ),
    facts.NotSold: lambda fact, zone: _("“{item}” has no price, so it is not sold.", item=fact.item),
    facts.PictureBad: lambda fact, zone: _(
        "I can't show that as a picture. Please send a photo (JPEG or PNG) of at most {most} MB.",
        most=decimal(fact.most // 1000),
    ),
    facts.PictureLost: lambda fact, zone: _("I could not fetch that photo. Please send it again."),
}
