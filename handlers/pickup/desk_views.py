"""The words of the pick-up desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.goods.words import amount_of, name_of, when
from handlers.kit.goods_taps import ClaimTap, OrderTap
from handlers.kit.nav import home, menu, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import DeskTap
from handlers.pickup.actions import EARLY, Card, Done, OnPaper
from locales import _, a_moment, a_span, a_time, listed, money, ngettext, short_day
from storage.queries.pickup import AtHand, Held, Somebody
from town.week import local

PAGE = 5
"""Entries a page: with two to page, the ways on and the way to leave, a screen stays within ten choices."""

FOUND_PAGE = 6


def tap(do: str, id: int = 0, n: int = 0, page: int = 0) -> str:
    return ClaimTap(do=do, id=id, n=n, page=page).pack()


def _desk(batch_id: int = 0) -> Choice:
    return Choice(_("Back to the desk"), tap("desk", batch_id))


# -- the desk ----------------------------------------------------------------------------------------------------------


def desk(there: Sequence[AtHand], page: int, zone: ZoneInfo, today: date, *, said: str, then: Row) -> Screen:
    """All that somebody hands over; a code or a name can be typed.

    `said` is what has just been done, `then` what can be done about that.
    """
    if not there:
        text = _("There is nothing to hand over at the moment.")
        return Screen(
            paragraphs(said, bold(_("Pick-up desk")), text),
            (*_row(then), (Choice(_("Desk"), DeskTap(do="home").pack()), home())),
        )
    size = PAGE + 1 - len(then)
    shown, page = page_of(there, page, size)
    lines = [_at_hand(number, one, zone) for number, one in enumerate(shown, page * size + 1)]
    text = paragraphs(said, bold(_("Pick-up desk")), _prompt(), Markup("\n").join(lines))
    entries = [
        (_label(number, one, zone, today), tap("desk", one.batch.id))
        for number, one in enumerate(shown, page * size + 1)
    ]
    pages = pager(len(there), page, lambda to: tap("desk", 0, 0, to), size)
    takings = Choice(_("Takings"), OrderTap(do="takings").pack())
    return Screen(text, (*_row(then), *menu(entries, pages=pages, then=[takings])))


def of_batch(one: AtHand, zone: ZoneInfo, *, said: str, then: Row) -> Screen:
    """One batch at the desk; a code or a name can be typed."""
    guest = Choice(_("Sell to a guest"), OrderTap(do="sell", id=one.batch.id).pack())
    ways = (
        *_row((guest,) if one.batch.price is not None else ()),
        (Choice(_("Who is to come"), tap("list", one.batch.id)),),
        (Choice(_("List to print"), tap("print", one.batch.id)), Choice(_("As a table"), tap("csv", one.batch.id))),
        (Choice(_("All at the desk"), tap("desk")),),
    )
    head = Markup("<b>{}</b>\n{}\n{}").format(
        name_of(one.batch), a_span(one.starts_at, one.ends_at, zone), _to_come(one.claims)
    )
    return Screen(paragraphs(said, head, _prompt()), (*_row(then), *ways))


def _prompt() -> Markup:
    return _("Type the code that you are shown, or scan its picture. No phone? Type the name.")


def _row(choices: Row) -> tuple[Row, ...]:
    return (choices,) if choices else ()


def _at_hand(number: int, one: AtHand, zone: ZoneInfo) -> Markup:
    return Markup("{}. <b>{}</b> · {} · {}").format(
        number, name_of(one.batch), a_span(one.starts_at, one.ends_at, zone), _to_come(one.claims)
    )


def _to_come(claims: int) -> Markup:
    if not claims:
        return _("nothing left to collect")
    return ngettext("{n} still to be collected", "{n} still to be collected", claims)


def _label(number: int, one: AtHand, zone: ZoneInfo, today: date) -> str:
    day = local(one.starts_at, zone).date()
    time = a_time(one.starts_at, zone) if day <= today else short_day(day)
    return f"{number}. {time} {name_of(one.batch)}"


# -- names -------------------------------------------------------------------------------------------------------------


def found(typed: str, held: Sequence[Held], page: int, batch_id: int, zone: ZoneInfo) -> Screen:
    """Whose name has what was typed in it."""
    if not held:
        said = _("I find nobody called “{typed}” who has something to collect here.", typed=typed)
        return Screen(paragraphs(said, _prompt()), ((_desk(batch_id),),))
    shown, page = page_of(held, page, FOUND_PAGE)
    lines = [_held_line(number, one) for number, one in enumerate(shown, page * FOUND_PAGE + 1)]
    rows = menu(
        _entries(shown, page * FOUND_PAGE),
        pages=pager(len(held), page, lambda to: tap("found", batch_id, 0, to), FOUND_PAGE),
        then=(_desk(batch_id),),
    )
    return Screen(paragraphs(_("For whom is it?"), Markup("\n").join(lines)), rows)


def to_come(batch_id: int, title: str, held: Sequence[Held], page: int) -> Screen:
    """All that is still to be collected of a batch."""
    if not held:
        return Screen(
            paragraphs(bold(title), _("Everything that was claimed has been collected.")), ((_desk(batch_id), home()),)
        )
    shown, page = page_of(held, page, FOUND_PAGE)
    lines = [_held_line(number, one) for number, one in enumerate(shown, page * FOUND_PAGE + 1)]
    rows = menu(
        _entries(shown, page * FOUND_PAGE),
        pages=pager(len(held), page, lambda to: tap("list", batch_id, 0, to), FOUND_PAGE),
        then=(_desk(batch_id), home()),
    )
    return Screen(paragraphs(bold(title), Markup("\n").join(lines)), rows)


def title_of(batch_name: str, claims: int) -> str:
    return f"{batch_name}: {_to_come(claims).unescape()}"


def _held_line(number: int, one: Held) -> Markup:
    what = Markup("{}, {}").format(name_of(one.batch), amount_of(one.claim.left, one.batch))
    who = f"{one.name}, {one.street}" if one.street else one.name
    return Markup("{}. <b>{}</b>: {}").format(number, who, what)


def _entries(shown: Sequence[Held], before: int) -> list[tuple[str, str]]:
    return [(f"{number}. {one.name}", tap("card", one.claim.id)) for number, one in enumerate(shown, before + 1)]


# -- one claim ---------------------------------------------------------------------------------------------------------


def card(one: Card, amount: int | None, page: int, batch_id: int, zone: ZoneInfo, currency: str) -> Screen:
    """A claim, and to whom it can be handed over. `amount`: that part of it, else all that is left."""
    held = one.held
    claim, batch = held.claim, held.batch
    part, total = claim.left if amount is None else amount, one.due(amount)
    lines = [Markup("<b>{}</b>, {}").format(held.name, held.street) if held.street else bold(held.name), _what(held)]
    if part < claim.left:
        lines.append(_("Now: {amount}", amount=amount_of(part, batch)))
    lines.append(_("To pay: <b>{price}</b>", price=money(total, currency)) if total else _("Free: nothing to pay"))
    if held.window is not None:
        lines.append(when(held.window, zone))
    text = paragraphs(Markup("\n").join(lines), _may_collect(one))
    if one.opens_at is not None:
        early = _(
            "The pick-up begins {when}. From {time} on you can hand it over.",
            when=a_moment(one.opens_at + EARLY, zone),
            time=a_moment(one.opens_at, zone),
        )
        return Screen(paragraphs(text, early), ((_desk(batch_id),),))
    shown, page = page_of(one.people, page, PAGE)
    question = _("Who takes it? A tap says that it is paid, and handed over.") if total else _("Who takes it?")
    rows = menu(
        [(_takes(person, total, currency), tap("hand", claim.id, person.id, page)) for person in shown],
        pages=pager(len(one.people), page, lambda to: tap("card", claim.id, 0, to), PAGE),
        then=[*_to_part(one), _desk(batch_id)],
    )
    return Screen(paragraphs(text, question), rows)


def _what(held: Held) -> Markup:
    claim, batch = held.claim, held.batch
    if not claim.handed:
        return Markup("{}: {}").format(name_of(batch), amount_of(claim.left, batch))
    return _(
        "{item}: {left} left of {amount}",
        item=name_of(batch),
        left=amount_of(claim.left, batch),
        amount=amount_of(claim.amount, batch),
    )


def _may_collect(one: Card) -> Markup:
    others = [person.name for person in one.people[1:]]
    if not others:
        return _("Only {name} may collect it.", name=one.people[0].name)
    return _("May collect it: {names}.", names=listed([person.name for person in one.people]))


def _takes(person: Somebody, total: int, currency: str) -> str:
    return f"{cut(person.name, 12)}, {money(total, currency)}" if total else person.name


def _to_part(one: Card) -> list[Choice]:
    if one.held.claim.left <= one.held.batch.step:
        return []
    return [Choice(_("Only a part"), tap("part", one.held.claim.id))]


def ask_part(held: Held) -> Markup:
    return paragraphs(
        Markup("<b>{}</b>\n{}").format(held.name, _what(held)), _("How much is handed over now? Type the amount.")
    )


def to_card(claim_id: int) -> Choice:
    return Choice(_("All of it"), tap("card", claim_id))


# -- what was done -----------------------------------------------------------------------------------------------------


def done(of: Done, currency: str) -> str:
    """What was handed over, as plain text above the desk."""
    handed = of.handed
    said = _(
        "✓ {amount} of {item} handed over to {name}.",
        amount=amount_of(handed.amount, handed.batch),
        item=name_of(handed.batch),
        name=of.to.name,
    )
    if of.number is not None:
        paid = _("Paid: {price}. Receipt {number}.", price=money(of.total, currency), number=of.number)
        said = Markup("{}\n{}").format(said, paid)
    if handed.claim.left:
        left = amount_of(handed.claim.left, handed.batch)
        said = Markup("{}\n{}").format(said, _("{left} are still kept, under a new code.", left=left))
    return said.unescape()


def undo(claim_id: int, line_id: int) -> Row:
    return (Choice(_("Undo"), tap("undo", claim_id, line_id)),)


def receipt(number: int) -> Row:
    return (Choice(_("Receipt"), OrderTap(do="receipt", id=number).pack()),)


def taken_back(held: Held) -> str:
    return _(
        "Taken back: {amount} of {item} are kept for {name} again, under a new code.",
        amount=amount_of(held.claim.left, held.batch),
        item=name_of(held.batch),
        name=held.name,
    ).unescape()


def caption(of: OnPaper) -> Markup:
    return _("{item}: who is to come, and what they pay. Please keep it at the desk.", item=name_of(of.batch))
