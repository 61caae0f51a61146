"""The words of the needs survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from handlers.kit.goods_taps import GoodsTap, NeedTap
from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import MeTap
from handlers.kit.wizard import option
from handlers.needs.actions import Mine
from locales import _, a_day, listed, ngettext, number
from storage.queries.items import ItemRow
from town.needs import LEAST_HOMES, usual
from town.week import local

PAGE = 5
"""Items of the list on a page: with two to page, one to finish and two to leave, ten choices."""

NAMED = 12
"""Items that are named in one sentence, at most."""

SHOWN = 25
"""Items of an answer that are shown, at most."""


def to(do: str, item_id: int = 0, page: int = 0) -> str:
    return NeedTap(do=do, id=item_id, page=page).pack()


# -- questions ---------------------------------------------------------------------------------------------------------


def ask_people(wizard: str, known: int | None) -> Screen:
    """`known`: how many were said before."""
    text = paragraphs(
        bold(_("What your home needs")),
        _(
            "If the projects know what the town needs, they can make enough of it. Say it once for your home, as much "
            "as you like; you can change it or take it back at any time. Coordinators see only the sums of all homes, "
            "and those from {least} homes on.",
            least=number(LEAST_HOMES),
        ),
        _("How many people live in your home? Tap it, or write the number when you are more."),
        _("So far: {n}", n=number(known)) if known else "",
    )
    return Screen(text, in_rows([option(wizard, "people", str(n), number(n)) for n in range(1, 7)], 3))


def ask_items(
    wizard: str, items: Sequence[ItemRow], amounts: Mapping[int, int], page: int, *, people: int | None
) -> Screen:
    """The list with the answers so far; `people`: how many live there, where that can be changed from here."""
    shown, page = page_of(items, page, PAGE)
    first = page * PAGE + 1
    lines = [
        Markup("{}. {}: {}").format(number(at), escape(_name(item)), _said(item, amounts.get(item.id)))
        for at, item in enumerate(shown, first)
    ]
    answered = sum(item.id in amounts for item in items)
    text = paragraphs(
        bold(_("What does your home need in a week?")),
        Markup("\n").join(lines) or _("There is nothing on the town's list at the moment."),
        _(
            "Tap something and say how much, or write several: “{name} 2, …”. When you have had enough, tap “Done”. "
            "{answered} of {n} have an answer.",
            name=_name(shown[0]),
            answered=number(answered),
            n=number(len(items)),
        )
        if shown
        else "",
    )
    then = [option(wizard, "items", "done", _("Done"))]
    if people is not None:
        then.append(option(wizard, "items", "people", ngettext("{n} person at home", "{n} people at home", people)))
    labels = [(("✓ " if item.id in amounts else "") + _name(item), f"w:{wizard}:items:i{item.id}") for item in shown]
    turn = pager(len(items), page, lambda at: f"w:{wizard}:items:p{at}", PAGE)
    return Screen(text, menu(labels, pages=turn, then=then))


def ask_amount(wizard: str, item: ItemRow, known: int | None, answered: int, total: int) -> Screen:
    """`known`: the answer so far; so many of all items have one."""
    text = paragraphs(
        _("<b>{item}</b>: how much does your home need in a week?", item=_name(item)),
        _("Tap it, or write it in your own words, counted in: {unit}.", unit=unit_name(item.unit)),
        _("So far: {n}", n=_said(item, known)) if known is not None else "",
        _("{answered} of {n} have an answer.", answered=number(answered), n=number(total)),
    )
    amounts = [option(wizard, "amount", str(one), an_amount(one, item.unit)) for one in usual(item.unit, item.step)]
    rest = [
        option(wizard, "amount", "0", _("None of it")),
        option(wizard, "amount", "next", _("Skip it")),
        option(wizard, "amount", "done", _("Done")),
    ]
    return Screen(text, (*in_rows(amounts, 2), *in_rows(rest, 3)))


def ask_rest(wizard: str, names: Sequence[str]) -> Screen:
    text = ngettext(
        "You said nothing of {n} thing: {names}. Does your home need none of it? It helps to know.",
        "You said nothing of {n} things: {names}. Does your home need none of them? It helps to know.",
        len(names),
        names=_names(names),
    )
    choices = [option(wizard, "rest", "none", _("We need none")), option(wizard, "rest", "open", _("Leave it open"))]
    return Screen(text, in_rows(choices))


def noted(answers: Sequence[tuple[ItemRow, int]]) -> str:
    """What was just understood."""
    parts = [Markup("{}: {}").format(_name(item), _said(item, amount)) for item, amount in answers]
    return Markup(", ").join(parts).unescape()


# -- an answer ---------------------------------------------------------------------------------------------------------


def thanks(mine: Mine) -> Screen:
    return Screen(
        paragraphs(_("Thank you! It is kept, and the projects can plan with it."), _answer(mine)), _ways(mine)
    )


def mine(found: Mine, me: int, zone: ZoneInfo) -> Screen:
    """The answer that counts for somebody's home."""
    assert found.answer is not None
    day = a_day(local(found.answer.answered_at, zone).date())
    if found.answer.resident_id != me:
        said = _(
            "{name} said this for your home on {day}. Change it if it is otherwise.", name=found.answer.name, day=day
        )
    elif found.moved:
        said = _(
            "You said this on {day} for the home where you lived then. Change it, and it is for yours now.", day=day
        )
    else:
        said = _("You said this on {day}. You can change it at any time.", day=day)
    return Screen(paragraphs(bold(_("What your home needs")), said, _answer(found)), _ways(found))


def no_items() -> Screen:
    return Screen(
        _("The projects have nothing on their list yet. As soon as they have, you can say here what your home needs."),
        ((_goods(),), (home(),)),
    )


def sure_to_withdraw() -> Screen:
    return Screen(
        _("Shall I forget what you said your home needs? The projects then plan without it."),
        in_rows([Choice(_("Yes, forget it"), to("withdrawn")), back(to("open")), home()]),
    )


def withdrawn() -> str:
    return _("It is forgotten.").unescape()


def none_now() -> Screen:
    return Screen(
        _("What you said is forgotten. You can say anew what your home needs whenever you like."),
        in_rows([Choice(_("Say what we need"), to("change")), _goods(), home()]),
    )


def _answer(found: Mine) -> Markup:
    assert found.answer is not None
    people = ngettext("{n} person lives in your home.", "{n} people live in your home.", found.answer.people)
    needed = [item for item in found.items if found.amounts.get(item.id)]
    none = [_name(item) for item in found.items if found.amounts.get(item.id) == 0]
    open_ = [_name(item) for item in found.items if item.id not in found.amounts]
    lines = [
        _("{item}: {amount} a week", item=_name(item), amount=an_amount(found.amounts[item.id], item.unit))
        for item in needed[:SHOWN]
    ]
    if len(needed) > SHOWN:
        lines.append(_("… and {n} more", n=number(len(needed) - SHOWN)))
    return paragraphs(
        people,
        Markup("\n").join(lines),
        _("None of: {names}", names=_names(none)) if none else "",
        _("Not said yet: {names}", names=_names(open_)) if open_ else "",
    )


def _ways(found: Mine) -> tuple[tuple[Choice, ...], ...]:
    choices = [Choice(_("Change it"), to("change"))]
    if found.own:
        choices.append(Choice(_("Withdraw my answer"), to("withdraw")))
    return (*in_rows([*choices, _goods()]), (back(MeTap(do="more").pack()), home()))


# -- parts -------------------------------------------------------------------------------------------------------------


def _goods() -> Choice:
    return Choice(_("Free goods"), GoodsTap(do="open").pack())


def _name(item: ItemRow) -> str:
    return item_name(item.name, item.names)


def _said(item: ItemRow, amount: int | None) -> Markup:
    if amount is None:
        return Markup("–")
    return an_amount(amount, item.unit) if amount else _("none")


def _names(names: Sequence[str]) -> Markup:
    if len(names) <= NAMED:
        return listed(names)
    return listed([*names[: NAMED - 1], _("{n} more", n=number(len(names) - NAMED + 1))])
