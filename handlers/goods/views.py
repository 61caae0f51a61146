"""A batch's page in words, and what comes of asking for some of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.goods.actions import Page
from handlers.goods.claiming import Got
from handlers.goods.offers import offer, totals
from handlers.goods.page_words import lines_of
from handlers.goods.words import (
    all_goods,
    amount_of,
    code_line,
    name_of,
    paired,
    tap,
    to_page,
    to_pay,
    ways_on,
    ways_to_collect,
    when,
)
from handlers.kit.goods_taps import DrawTap, RecallTap
from handlers.kit.nav import back, home, menu
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ListTap, StandingTap
from handlers.kit.who import Who
from locales import _, a_moment, an_ordinal, number
from storage.queries.batches import BatchRow
from storage.tables import ClaimState
from town.amounts import WHOLE

_CONCERNED = (ClaimState.RECALLED, ClaimState.COLLECTED)
"""Of a recalled batch: those who had some of it."""


def page(found: Page, who: Who) -> Screen:
    """All there is to say about a batch, and what its reader can do."""
    asking = offer(found)
    parts = lines_of(found, who)
    amounts = []
    if asking is not None:
        parts.append(asking.question)
        amounts = _amounts(
            found.batch, asking.amounts, asking.do, None if found.free_for_me else found.batch.price, who
        )
        amounts.append((_("Another amount"), tap("get", found.batch.id)))
    ways = [*_of_mine(found), *_about(found)]
    rows = menu(amounts, then=[], across=2)
    return Screen(paragraphs(*parts), (*rows, *paired(ways), (all_goods(), home())))


def _amounts(batch: BatchRow, amounts: Sequence[int], do: str, price: int | None, who: Who) -> list[tuple[str, str]]:
    """Amounts to tap, each with what it costs where it does."""
    labels = []
    for amount in amounts:
        label = amount_of(amount, batch)
        if price is not None:
            label = Markup("{}, {}").format(label, to_pay(amount, price, who.town.currency))
        labels.append((label.unescape(), tap(do, batch.id, amount)))
    return labels


def _of_mine(found: Page) -> list[Choice]:
    """What can be done with what is theirs."""
    batch, mine = found.batch, found.mine
    if mine is None or not found.open:
        return []
    if mine.left:
        choices = [
            Choice(_("More or less"), tap("change", batch.id)),
            Choice(_("Give it back"), tap("back", batch.id)),
            *ways_to_collect(mine.id),
        ]
        return [*choices, Choice(_("Another time"), tap("when", batch.id))] if found.others else choices
    if mine.state == ClaimState.WAITING:
        return [
            Choice(_("More or less"), tap("change", batch.id)),
            Choice(_("Leave the line"), tap("unwait", batch.id)),
        ]
    if mine.state == ClaimState.ENTERED and found.entries_open:
        return [
            Choice(_("More or less"), tap("change", batch.id)),
            Choice(_("Leave the draw"), tap("unwait", batch.id)),
        ]
    return []


def _about(found: Page) -> list[Choice]:
    """Where else the page leads."""
    batch = found.batch
    choices = []
    holds = found.mine is not None and found.mine.left > 0
    if not found.free_for_me and batch.price is None and found.open and not holds:
        choices += _why()
    if batch.seed_hash:
        choices.append(
            Choice(_("How it is drawn"), DrawTap(do="about", id=batch.id).pack())
            if batch.undrawn
            else Choice(_("How it was drawn"), DrawTap(do="one", id=batch.id).pack())
        )
    if batch.recalled_at is not None and found.mine is not None and found.mine.state in _CONCERNED:
        choices.append(Choice(_("About the recall"), RecallTap(do="one", id=batch.id).pack()))
    if batch.picture_id is not None:
        choices.append(Choice(_("What it looks like"), tap("pic", batch.id)))
    return choices


def _why() -> list[Choice]:
    return [
        Choice(_("Why is that?"), StandingTap(do="why").pack()),
        Choice(_("Shifts that suit me"), ListTap(by="suits").pack()),
    ]


# -- what became of it -------------------------------------------------------------------------------------------------


def got(made: Got, who: Who) -> Screen:
    """What asking came to, of a claim that is held, entered or waiting."""
    if made.state == ClaimState.HELD:
        return _theirs(made, who)
    if made.state == ClaimState.ENTERED:
        return _entered(made, who.zone)
    return _waits(made)


def _theirs(made: Got, who: Who) -> Screen:
    batch = made.batch
    amount, item = amount_of(made.amount, batch), name_of(batch)
    parts = [
        _("<b>{amount} of {item}: yours!</b>", amount=amount, item=item)
        if made.price is None
        else _("<b>{amount} of {item}: ordered!</b>", amount=amount, item=item),
        Markup("\n").join(
            [
                _("Collect it: {when}", when=when(made.window, who.zone)),
                _("Where: {place}", place=batch.place or batch.project),
                code_line(made.code or None),
            ]
        ),
    ]
    if made.price is not None:
        price = to_pay(made.amount, made.price, who.town.currency)
        parts.append(_("Please bring {price}: you pay when you collect it.", price=price))
    parts.append(_("Say the code when you come. Somebody of your home may come with it, too, or somebody you name."))
    return Screen(paragraphs(*parts), (*paired(ways_to_collect(made.claim_id)), *ways_on(to_page(batch.id))))


def _entered(made: Got, zone: ZoneInfo) -> Screen:
    batch = made.batch
    text = _(
        "<b>You are in the draw for {amount} of {item}.</b>\nYour number: {n}\n\n"
        "It is made {when}, and I will tell you what became of it. Nobody can bend it: the fingerprint of its seed is "
        "published already.",
        amount=amount_of(made.wanted, batch),
        item=name_of(batch),
        n=number(made.number),
        when=_at(batch.draw_at, zone),
    )
    about = Choice(_("How it is drawn"), DrawTap(do="about", id=batch.id).pack())
    return Screen(text, ways_on(about, to_page(batch.id)))


def _waits(made: Got) -> Screen:
    text = _(
        "You wait for {amount} of {item}: you are {place} in line. As soon as something is given back and it is your "
        "turn, it is yours and I write to you.",
        amount=amount_of(made.wanted, made.batch),
        item=name_of(made.batch),
        place=an_ordinal(made.position),
    )
    leave_it = Choice(_("Leave the line"), tap("unwait", made.batch.id))
    return Screen(text, ways_on(leave_it, to_page(made.batch.id)))


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else a_moment(moment, zone)


# -- changing ----------------------------------------------------------------------------------------------------------


def change(found: Page) -> Screen:
    """How much it is to be in all."""
    batch = found.batch
    text = _(
        "<b>{item}</b>: it is {amount} now. How much is it to be, in all?",
        item=name_of(batch),
        amount=amount_of(found.in_all, batch),
    )
    entries = _amounts_only(batch, totals(found))
    entries.append((_("Another amount"), tap("get", batch.id)))
    return Screen(text, menu(entries, then=[back(tap("one", batch.id)), home()], across=2))


def _amounts_only(batch: BatchRow, amounts: Sequence[int]) -> list[tuple[str, str]]:
    return [(amount_of(amount, batch).unescape(), tap("changed", batch.id, amount)) for amount in amounts]


def how_much(found: Page) -> Markup:
    """The question after an amount that is typed."""
    batch = found.batch
    if found.in_all:
        ask = _(
            "How much of {item} is it to be, in all? It is {amount} now.",
            item=name_of(batch),
            amount=amount_of(found.in_all, batch),
        )
    else:
        ask = _("How much of {item} would you like?", item=name_of(batch))
    hints = []
    if found.most is not None:
        hints.append(_("You can have up to {most} now.", most=amount_of(found.most, batch)))
    if batch.step == WHOLE:
        hints.append(_("Write a number, such as 2."))
    else:
        hints.append(_("Write an amount; it is shared out by {step}.", step=amount_of(batch.step, batch)))
    return paragraphs(ask, Markup("\n").join(hints))


def really_give_back(found: Page) -> Screen:
    """Giving back shortly before the pick-up, or during it."""
    batch, mine = found.batch, found.mine
    text = _(
        "The pick-up of {item} is near, so there is little time for somebody else to come. Shall I give back your "
        "{amount}? Somebody of your home, or somebody you name, could collect it for you.",
        item=name_of(batch),
        amount=amount_of(0 if mine is None else mine.left, batch),
    )
    choices = [Choice(_("Yes, give it back"), tap("gaveback", batch.id))]
    choices += ways_to_collect(mine.id)[1:] if mine is not None else []
    return Screen(text, (*in_rows([*choices, Choice(_("No, I keep it"), tap("one", batch.id))]), (home(),)))


def times(found: Page, zone: ZoneInfo) -> Screen:
    """When else it could be collected."""
    batch = found.batch
    lines = [f"{place}. {when(one, zone)}" for place, one in enumerate(found.others, 1)]
    text = _("<b>{item}</b>: when would you rather collect it?", item=name_of(batch))
    entries = [(line, tap("when", batch.id, one.id)) for line, one in zip(lines[:6], found.others, strict=False)]
    return Screen(paragraphs(text, "\n".join(lines)), menu(entries, then=[back(tap("one", batch.id)), home()]))


# -- short answers -----------------------------------------------------------------------------------------------------


def gave_back() -> Markup:
    return _("Given back, thank you. It is there for others now.")


def left(was: str) -> Markup:
    return _("Done: you are in the draw no more.") if was == ClaimState.ENTERED else _("Done: you wait no more.")


def time_changed() -> Markup:
    return _("Done: you collect it at that time.")


def picture(batch: BatchRow) -> Screen:
    return Screen(
        Markup("<b>{}</b> · {}").format(name_of(batch), batch.project), ((to_page(batch.id),), (all_goods(), home()))
    )
