"""The catalogue in words: what there is now, what is mine, what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.goods import codes
from handlers.goods.actions import Shelves
from handlers.goods.words import amount_of, name_of, tap, to_pay, when
from handlers.kit.goods_taps import ClaimTap
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen
from handlers.kit.shift_words import paragraphs
from handlers.repeats.actions import Upcoming
from locales import _, a_span, an_ordinal, number
from storage.queries.goods_lists import Offered, ToCollect
from storage.tables import ClaimState

SHORT_PAGE = 5
"""Entries a page where three ways lead on: with two to page, a screen stays within ten choices."""


def open_now(found: Shelves, page: int, zone: ZoneInfo) -> Screen:
    """What can be had today."""
    shown, page = page_of(found.today, page, SHORT_PAGE)
    if shown:
        head = _("<b>Goods: there today</b>")
    elif found.coming:
        head = _("<b>Goods</b>\n\nThere is nothing for today. Look at what is coming: you can ask for it now.")
    else:
        head = _(
            "<b>Goods</b>\n\nThere is nothing at the moment. Whatever the projects make is here as soon as it is there."
        )
    then = [Choice(_("What is mine"), tap("mine"))]
    label = _("Coming ({n})", n=number(len(found.coming))) if found.coming else _("Coming later")
    then.append(Choice(label, tap("coming")))
    return _listed(head, shown, page, len(found.today), SHORT_PAGE, "open", [*then, home()], zone)


def coming(found: Shelves, planned: Sequence[Upcoming], page: int, zone: ZoneInfo) -> Screen:
    """What can be had on later days, for which one can ask already; at the end, what is `planned` for after that."""
    shown, page = page_of(found.coming, page, SHORT_PAGE)
    head = _("<b>Goods: coming</b>") if shown else _("Nothing is announced for the coming days yet.")
    then = [Choice(_("There today"), tap("open")), Choice(_("What is mine"), tap("mine")), home()]
    screen = _listed(head, shown, page, len(found.coming), SHORT_PAGE, "coming", then, zone)
    if not planned or (page + 1) * SHORT_PAGE < len(found.coming):
        return screen
    lines = [Markup("• {}").format(_planned(one, zone)) for one in planned]
    later = Markup("\n").join([_("<b>Planned</b>: you can ask for it later."), *lines])
    return replace(screen, html=paragraphs(screen.html, later))


def _planned(one: Upcoming, zone: ZoneInfo) -> Markup:
    series = one.series
    return _(
        "{item}: {amount}, {when}",
        item=item_name(series.item, series.names),
        amount=an_amount(series.quantity, series.unit),
        when=a_span(one.starts_at, one.ends_at, zone),
    )


def _listed(
    head: Markup,
    shown: Sequence[Offered],
    page: int,
    total: int,
    size: int,
    do: str,
    then: Sequence[Choice],
    zone: ZoneInfo,
) -> Screen:
    lines = [_line(place, one, zone) for place, one in enumerate(shown, page * size + 1)]
    entries = [
        (f"{place}. {name_of(one.batch)}", tap("one", one.batch.id)) for place, one in enumerate(shown, page * size + 1)
    ]
    rows = menu(entries, pages=pager(total, page, lambda to: tap(do, page=to), size), then=then)
    return Screen(paragraphs(head, *lines), rows)


def _line(place: int, one: Offered, zone: ZoneInfo) -> Markup:
    batch = one.batch
    facts = [_left(one), when(one.window, zone), batch.place or batch.project]
    return Markup("{}. <b>{}</b> · {}").format(place, name_of(batch), Markup(" · ").join(facts)) + _mark(one)


def _left(one: Offered) -> Markup:
    batch = one.batch
    if batch.undrawn:
        return _("{amount} to be shared out", amount=amount_of(batch.quantity, batch))
    if batch.free < batch.step:
        return _("all promised")
    return _("{amount} left", amount=amount_of(batch.free, batch))


def _mark(one: Offered) -> Markup:
    """What is theirs of it already, in a line of its own."""
    mine = one.mine
    if mine is None:
        return Markup("")
    said = {
        ClaimState.HELD: lambda: _("yours: {amount}", amount=amount_of(mine.left, one.batch)),
        ClaimState.ENTERED: lambda: _("you are in the draw"),
        ClaimState.WAITING: lambda: _("you wait in line"),
    }
    word = said.get(ClaimState(mine.state))
    return Markup("") if word is None else Markup("\n✓ <i>{}</i>").format(word())


# -- mine --------------------------------------------------------------------------------------------------------------


def mine(found: Sequence[ToCollect], page: int, me: int, zone: ZoneInfo, currency: str) -> Screen:
    """What is kept for somebody, what they wait for, and what they may collect for others."""
    shown, page = page_of(found, page, SHORT_PAGE)
    if not shown:
        return Screen(
            _("<b>What is mine</b>\n\nNothing is kept for you at the moment, and you wait for nothing."),
            ((Choice(_("All goods"), tap("open")),), (home(),)),
        )
    lines, entries = [], []
    for place, one in enumerate(shown, page * SHORT_PAGE + 1):
        own = one.claim.resident_id == me
        lines.append(Markup("{}. {}").format(place, _own(one, zone, currency) if own else _of_others(one, zone)))
        label = name_of(one.batch) if own else f"{one.name}, {name_of(one.batch)}"
        data = tap("one", one.batch.id) if own else ClaimTap(do="code", id=one.claim.id).pack()
        entries.append((f"{place}. {label}", data))
    pages = pager(len(found), page, lambda to: tap("mine", page=to), SHORT_PAGE)
    rows = menu(entries, pages=pages, then=[Choice(_("All goods"), tap("open")), home()])
    return Screen(paragraphs(_("<b>What is mine</b>"), *lines), rows)


def _own(one: ToCollect, zone: ZoneInfo, currency: str) -> Markup:
    claim, batch = one.claim, one.batch
    if claim.state == ClaimState.HELD:
        about = _place_and_code(one, amount_of(claim.left, batch), zone)
        if claim.price is None:
            return about
        price = _("to pay: {price}", price=to_pay(claim.left, claim.price, currency))
        return Markup("{} · {}").format(about, price)
    wanted = amount_of(claim.wanted, batch)
    if claim.state == ClaimState.ENTERED:
        return _(
            "<b>{item}</b>: in the draw for {amount}, with number {n}",
            item=name_of(batch),
            amount=wanted,
            n=number(claim.number or 0),
        )
    return _(
        "<b>{item}</b>: waiting for {amount}, {place} in line",
        item=name_of(batch),
        amount=wanted,
        place=an_ordinal(one.position),
    )


def _of_others(one: ToCollect, zone: ZoneInfo) -> Markup:
    about = _place_and_code(one, amount_of(one.claim.left, one.batch), zone)
    return _("For {name}, you may collect it: {what}", name=one.name, what=about)


def _place_and_code(one: ToCollect, amount: Markup, zone: ZoneInfo) -> Markup:
    time = Markup("") if one.window is None else when(one.window, zone)
    return _(
        "<b>{item}</b>: {amount}, {when}, {place}\ncode <code>{code}</code>",
        item=name_of(one.batch),
        amount=amount,
        when=time,
        place=one.batch.place or one.batch.project,
        code=codes.shown(one.claim.code or ""),
    )
