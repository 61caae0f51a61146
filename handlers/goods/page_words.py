"""The paragraphs of a batch's page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.goods.actions import Page
from handlers.goods.words import amount_of, best_before, code_line, name_of, to_pay, when
from handlers.kit.goods_words import recall_reason, unit_name
from handlers.kit.who import Who
from locales import _, a_moment, a_time, an_ordinal, decimal, money, ngettext, number
from storage.queries.claims import ClaimRow
from storage.tables import ClaimState, Sharing


def lines_of(found: Page, who: Who) -> list[Markup]:
    """What there is, what is theirs of it, how it is shared, where and when, and on what terms."""
    batch = found.batch
    head = Markup("<b>{}</b> · {}").format(name_of(batch), batch.project)
    if batch.recalled_at is not None:
        return [
            head,
            _("This was recalled: {reason}. Please do not use it.", reason=recall_reason(batch.recall_reason)),
        ]
    if not found.open:
        return [head, _mine(found, who), _("This is over: there is nothing of it any more.")]
    return [
        head,
        _mine(found, who),
        Markup("\n").join(line for line in (_stock(found), _sharing(found, who.zone)) if line),
        Markup("\n").join(line for line in (*_where(found, who.zone), best_before(batch.best_before)) if line),
        Markup("\n").join(line for line in (*_allowances(found), _terms(found, who)) if line),
    ]


def _stock(found: Page) -> Markup:
    batch, waiting = found.batch, found.counts.waiting
    whole = amount_of(batch.quantity, batch)
    if batch.undrawn:
        said = _("{whole} to be shared out.", whole=whole)
        entered = found.counts.entered
        if not entered:
            return said
        return Markup("{} {}").format(said, ngettext("{n} has entered so far.", "{n} have entered so far.", entered))
    if batch.free >= batch.step:
        said = _("{free} of {whole} left.", free=decimal(batch.free), whole=whole)
    else:
        said = _("All of it ({whole}) is promised to somebody.", whole=whole)
    if not waiting:
        return said
    line = ngettext("{n} waits in line.", "{n} wait in line.", waiting)
    return Markup("{} {}").format(said, line)


def _sharing(found: Page, zone: ZoneInfo) -> Markup:
    batch = found.batch
    if not batch.undrawn and batch.free < batch.step:
        return _("What is given back goes to those who wait, in order.")
    if batch.sharing == Sharing.FIRST:
        return _("Whoever asks first gets it.")
    if not batch.undrawn or batch.draw_at is None:
        return _("It was shared out in a published draw. What is left goes to whoever asks first.")
    if not found.entries_open:
        return _("Its draw is being made at this moment.")
    moment = a_moment(batch.draw_at, zone)
    if batch.sharing == Sharing.LEAST:
        return _(
            "It goes to those who were served longest ago; among equals a published draw decides, {when}.", when=moment
        )
    return _("It is shared out in a published draw, {when}.", when=moment)


def _where(found: Page, zone: ZoneInfo) -> list[Markup]:
    batch = found.batch
    lines = [_("Where: {place}", place=batch.place or batch.project)]
    lines += [_("When: {when}", when=when(one, zone)) for one in found.windows if not one.late]
    if found.windows and all(one.late for one in found.windows):
        end = found.windows[-1].ends_at
        lines.append(_("What was not collected is there until {time}.", time=a_time(end, zone)))
    return lines


def _allowances(found: Page) -> list[Markup]:
    batch = found.batch
    lines = []
    if batch.allowance is not None:
        lines.append(
            _(
                "You can have {most} a week. Left for you: {left}.",
                most=amount_of(batch.allowance, batch),
                left=amount_of(found.own_left, batch),
            )
        )
    if batch.home_allowance is not None and found.home_counts:
        lines.append(
            _(
                "Your home can have {most} a week. Left for it: {left}.",
                most=amount_of(batch.home_allowance, batch),
                left=amount_of(found.home_left, batch),
            )
        )
    return lines


def _terms(found: Page, who: Who) -> Markup:
    """What it costs them, and what it costs others."""
    batch = found.batch
    if batch.price is None:
        return _("Free for you.") if found.free_for_me else _("It is for those who have the benefits this week.")
    price, unit = money(batch.price, who.town.currency), unit_name(batch.unit)
    if found.free_for_me:
        return _("Free for you; without the benefits, {price} for one {unit}.", price=price, unit=unit)
    if batch.undrawn:
        return _(
            "Those who have the benefits share it in the draw. What is left after it you can order: {price} for one "
            "{unit}.",
            price=price,
            unit=unit,
        )
    return _("For you: {price} for one {unit}, paid when you collect it.", price=price, unit=unit)


def _mine(found: Page, who: Who) -> Markup:
    """What is theirs of it."""
    mine = found.mine
    if mine is None:
        return Markup("")
    said = _state(found, mine, who)
    if not mine.handed:
        return said
    handed = _("You have collected {amount}.", amount=amount_of(mine.handed, found.batch))
    return Markup("\n").join(line for line in (said, handed) if line)


def _state(found: Page, mine: ClaimRow, who: Who) -> Markup:
    batch = found.batch
    match mine.state:
        case ClaimState.HELD:
            return _held(found, mine, who)
        case ClaimState.ENTERED:
            return _(
                "✓ You are in the draw for {amount}, with number {n}.",
                amount=amount_of(mine.wanted, batch),
                n=number(mine.number or 0),
            )
        case ClaimState.WAITING:
            waits = _(
                "✓ You wait for {amount}: you are {place} in line.",
                amount=amount_of(mine.wanted, batch),
                place=an_ordinal(found.position),
            )
            if found.allowed >= batch.step:
                return waits
            passed = _(
                "What you can have of it that week is used up: it passes you by for now, and you keep your place."
            )
            return Markup("{} {}").format(waits, passed)
        case ClaimState.LAPSED:
            return _("What was kept for you was not collected in time, so it has passed on.")
        case _:
            return Markup("")


def _held(found: Page, mine: ClaimRow, who: Who) -> Markup:
    amount = amount_of(mine.left, found.batch)
    lines = [_("✓ <b>Yours: {amount}</b>", amount=amount)]
    if found.window is not None:
        lines.append(_("Collect it: {when}", when=when(found.window, who.zone)))
    lines.append(code_line(mine.code))
    if mine.price is not None:
        price = to_pay(mine.left, mine.price, who.town.currency)
        lines.append(_("Please bring {price}: you pay when you collect it.", price=price))
    return Markup("\n").join(line for line in lines if line)
