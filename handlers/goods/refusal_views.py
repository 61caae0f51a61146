"""Why somebody cannot have what they asked for, and what they can do instead."""

from __future__ import annotations

from datetime import timedelta

from markupsafe import Markup

from handlers.goods import views
from handlers.goods.actions import Page
from handlers.goods.claiming import over_allowance
from handlers.goods.words import amount_of, name_of, tap, to_page, to_pay, ways_on
from handlers.kit.facts import sentence
from handlers.kit.screens import Choice, Screen
from handlers.kit.shift_words import because, open_buttons, paragraphs
from handlers.kit.taps import ListTap, StandingTap
from handlers.kit.who import Who
from handlers.week.actions import MyWeek
from locales import _, a_day, a_length, a_moment
from storage.tables import ClaimState
from town.facts import Fact, MustPay, NoBenefits, NothingLeft, OverAllowance
from town.standing import Standing


def refused(fact: Fact, found: Page, amount: int, week: MyWeek | None, who: Who) -> Screen:
    """What is said to somebody who asked for `amount` in all (0 where that is not so); `week` where it matters."""
    if "item" in fact.fields:
        fact = type(fact)(**fact.fields | {"item": name_of(found.batch)})
    if isinstance(fact, NoBenefits) and week is not None:
        return _no_benefits(fact, found, week, who)
    if isinstance(fact, MustPay) and week is not None:
        return _must_pay(fact, found, amount, week, who)
    if isinstance(fact, OverAllowance):
        return _over_allowance(fact, found, who)
    if isinstance(fact, NothingLeft) and amount:
        # Whether there is enough was asked first, as it costs nothing; what an allowance forbids matters more.
        over = over_allowance(found.batch, found.used, amount - found.had)
        if over is not None:
            return refused(over, found, amount, week, who)
        return _nothing_left(fact, found, amount, who)
    return views.page(found, who).before(sentence(fact, who.zone))


def _newcomer(week: MyWeek) -> bool:
    return week.result.standing is Standing.WELCOME and not week.benefits


def _no_benefits(fact: NoBenefits, found: Page, week: MyWeek, who: Who) -> Screen:
    item = name_of(found.batch)
    why = Choice(_("Why is that?"), StandingTap(do="why", key=week.monday.isoformat()).pack())
    if _newcomer(week):
        text = _(
            "“{item}” is free for you from {day} on: whoever is newly here has the benefits from the Monday after they "
            "came. Welcome!",
            item=item,
            day=a_day(week.monday + timedelta(days=7)),
        )
        return Screen(text, ways_on(why, Choice(_("Find a shift"), ListTap(by="").pack()), to_page(found.batch.id)))
    parts = [sentence(fact, who.zone), *_what_helps(week, who)]
    return Screen(paragraphs(*parts), (*open_buttons(week.fitting, who.zone), *ways_on(why, to_page(found.batch.id))))


def _what_helps(week: MyWeek, who: Who) -> list[Markup]:
    """What is missing, and shifts that would fill it."""
    if not week.result.missing:
        return []
    said = [_("Still missing this week: {length}.", length=a_length(week.result.missing))]
    if week.fitting:
        lines = [
            Markup("{}. <b>{}</b> · {}\n<i>{}</i>").format(
                place, one.shift.title, a_moment(one.shift.starts_at, who.zone), because(one.reasons)
            )
            for place, one in enumerate(week.fitting, 1)
        ]
        said.append(Markup("\n").join([_("These would fit you:"), *lines]))
    return said


def _must_pay(fact: MustPay, found: Page, amount: int, week: MyWeek, who: Who) -> Screen:
    batch = found.batch
    price = to_pay(amount - found.had, fact.price, fact.currency)
    parts = [sentence(fact, who.zone)]
    if _newcomer(week):
        parts.append(_("From {day} on it is free for you, too.", day=a_day(week.monday + timedelta(days=7))))
    elif week.result.missing:
        parts.append(
            _(
                "With {length} more of confirmed hours it is free for you again, at once.",
                length=a_length(week.result.missing),
            )
        )
    choices = []
    if amount and not batch.undrawn:
        parts.append(_("If you order it, you pay when you collect it."))
        choices.append(Choice(_("Order for {price}", price=price), tap("order", batch.id, amount)))
    choices += [
        Choice(_("Why do I pay?"), StandingTap(do="why", key=week.monday.isoformat()).pack()),
        Choice(_("Shifts that suit me"), ListTap(by="suits").pack()),
        to_page(batch.id),
    ]
    return Screen(paragraphs(*parts), ways_on(*choices))


def _over_allowance(fact: OverAllowance, found: Page, who: Who) -> Screen:
    batch = found.batch
    can_take = min(found.room, fact.left) // batch.step * batch.step
    enters = found.batch.undrawn or found.state == ClaimState.WAITING
    most = fact.left // batch.step * batch.step if enters else can_take
    choices = []
    if most > 0:
        do = "changed" if found.in_all else "got"
        choices.append(
            Choice(_("{amount} then", amount=amount_of(found.had + most, batch)), tap(do, batch.id, found.had + most))
        )
    elif fact.left >= batch.step and not (found.mine is not None and found.mine.left):
        all_of_it = found.had + fact.left // batch.step * batch.step
        do = "wait" if found.free_for_me else "waitpay"
        choices.append(Choice(_("Wait for {amount}", amount=amount_of(all_of_it, batch)), tap(do, batch.id, all_of_it)))
    return Screen(sentence(fact, who.zone), ways_on(*choices, to_page(batch.id)))


def _nothing_left(fact: NothingLeft, found: Page, amount: int, who: Who) -> Screen:
    batch = found.batch
    pays = not found.free_for_me
    choices = []
    rest = found.room // batch.step * batch.step
    if rest and rest < amount - found.had:
        do = "order" if pays else "got"
        choices.append(
            Choice(_("{amount} then", amount=amount_of(found.had + rest, batch)), tap(do, batch.id, found.had + rest))
        )
    if found.mine is None or not found.mine.left:
        choices.append(Choice(_("Wait in line"), tap("waitpay" if pays else "wait", batch.id, amount)))
    return Screen(sentence(fact, who.zone), ways_on(*choices, to_page(batch.id)))
