"""What can be wrong with goods: claims, batches, draws, pick-up, orders. Amounts are thousandths of `unit`."""

from __future__ import annotations

from datetime import date, datetime

from town.facts.base import Fact


class BadAmount(Fact):
    """What was typed is no amount."""

    given: str


class AmountStep(Fact):
    """The amount is not a multiple of `step`."""

    step: int
    unit: str


class NothingLeft(Fact):
    """Of `item` only `free` are left, fewer than were asked for."""

    item: str
    free: int
    unit: str


class OverAllowance(Fact):
    """An allowance of `most` a week leaves only `left` of `item`; `home`: it is that of the whole household."""

    item: str
    most: int
    left: int
    unit: str
    home: bool


class NoBenefits(Fact):
    """Free goods are for those who have the benefits, and `item` is not sold."""

    item: str


class BatchOver(Fact):
    """Nothing of this batch of `item` is to be had any more."""

    item: str


class BatchRecalled(Fact):
    """The batch of `item` was recalled for `reason`."""

    item: str
    reason: str


class WindowOver(Fact):
    """That pick-up time of `item` is over."""

    item: str


class DrawClosed(Fact):
    """The draw of `item` takes no more entries: it is made at `draw_at`."""

    item: str
    draw_at: datetime


class NoClaim(Fact):
    """The resident has nothing of this batch of `item` that this could be done with."""

    item: str


class AlreadyEntered(Fact):
    """The resident is in the draw, or the line, for `item` already."""

    item: str


class LessThanHanded(Fact):
    """`handed` of `item` were handed over already, so the claim cannot be for less."""

    item: str
    handed: int
    unit: str


class PickupCodeWrong(Fact):
    """No claim has this code now: it was never given, or it was used."""


class NotCollectedYet(Fact):
    """The pick-up of `item` begins at `starts_at`."""

    item: str
    starts_at: datetime


class MoreThanClaimed(Fact):
    """Only `left` of `item` are still to be handed over."""

    item: str
    left: int
    unit: str


class ItemTaken(Fact):
    """There is an item called `name` already."""

    name: str


class TooFew(Fact):
    """The stock of `item` cannot be `given`: `free` of it are free."""

    item: str
    free: int
    unit: str


class NotOnShelf(Fact):
    """Of the batch of `item` only `left` are still there: the rest was handed over, or is gone."""

    item: str
    left: int
    unit: str


class BestBeforePast(Fact):
    """The goods would be past their best before `day` when they are picked up."""

    day: date


class BadPrice(Fact):
    """What was typed is no price."""

    given: str


class NotSold(Fact):
    """`item` has no price, so it is not sold."""

    item: str


class PictureBad(Fact):
    """What was sent is no picture that can be shown: it is too large (more than `most` bytes), or no picture at all."""

    most: int


class PictureLost(Fact):
    """A photo was sent, and could not be fetched from where it was sent to."""


class Undecided(Fact):
    """The draw of `item` is still to be made, at `draw_at`: nothing is anybody's yet."""

    item: str
    draw_at: datetime


class MustPay(Fact):
    """`item` is not free for the resident now; it costs `price` (minor units of `currency`) for one `unit`."""

    item: str
    price: int
    unit: str
    currency: str


class MixedClaim(Fact):
    """What is kept for the resident of `item` is free and this would not be, or the other way round."""

    item: str


class RecallTooOld(Fact):
    """The batch of `item` is over for more than `days` days, so that nobody is told of it any more."""

    item: str
    days: int


class NotRecalled(Fact):
    """The batch of `item` is not recalled, or it was said already that this was a mistake."""

    item: str


class TakenBack(Fact):
    """The payment was refunded or corrected already: paper `number` says so."""

    number: int


class OwnPurchase(Fact):
    """It is about what the resident bought themself, so somebody else has to decide it."""


class PeopleWait(Fact):
    """`waiting` people are in line for the batch of `item`: what is free of it is for them first."""

    item: str
    waiting: int


class NothingToRefund(Fact):
    """All that was paid for this batch of `item` was given back, or nothing ever was paid that one may give back."""

    item: str


class CannotTakeBack(Fact):
    """A handing over of `item` cannot be taken back here: it is too long ago, was paid, or more happened since."""

    item: str


class MoneyInUse(Fact):
    """The town's money stays `currency`: so many `items` have a price in it, and `orders` are to be paid in it."""

    currency: str
    items: int
    orders: int


class PriceChanged(Fact):
    """The price of `item` is another one since it was shown."""

    item: str


class NoMoreRepeats(Fact):
    """Batches of `item` do not come again any more: their series has ended."""

    item: str


class NoBatchThen(Fact):
    """The series has no batch on the day `given` that is still to come."""

    given: str


class BadPeople(Fact):
    """`given` is not how many people live in a home: 1 to `most`."""

    given: str
    most: int


class NeedTooMuch(Fact):
    """More than `most` of an item is no home's need for a week."""

    most: int
    unit: str


class UnknownItem(Fact):
    """No item of the town is called like `given`."""

    given: str
