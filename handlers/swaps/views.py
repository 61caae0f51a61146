"""What the swap room says: choosing a person or a shift, a request, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.facts import sentence
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.rule_words import in_the_way, rule_of
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import LABEL, bold, paragraphs
from handlers.kit.taps import ListTap, ShiftTap, SwapTap
from handlers.swaps.actions import Answered, Deal, Obstacle
from locales import _, a_moment, a_span, a_time, listed, ngettext, short_day
from storage.queries.roles import Person
from storage.queries.shifts import ShiftRow
from storage.queries.swaps import Part, SwapRow
from town.facts import SwapOver
from town.swaps import SwapState

PAGE = 5

# -- asking ------------------------------------------------------------------------------------------------------------


def start(give: ShiftRow, zone: ZoneInfo) -> Screen:
    """The two ways of passing a place on."""
    text = _(
        "You can swap this shift for one of somebody else, or hand your place over to somebody. It stays yours until "
        "they have said yes."
    )
    return Screen(
        paragraphs(_shift(give, zone), text),
        (
            (Choice(_("Swap with somebody"), _tap("swap", give.id)),),
            (Choice(_("Hand it over"), _tap("hand", give.id)),),
            (Choice(_("My requests"), _tap("mine")),),
            (_shift_page(give.id), home()),
        ),
    )


def hand_over(give: ShiftRow, people: Sequence[Person], zone: ZoneInfo) -> Screen:
    """People who could take it over."""
    question = _("Whom shall I ask? These people could do it then, as far as I know.")
    if not people:
        question = _("I know of nobody who is sure to have time then. But you can write the name of whom you think of.")
    rows = menu(
        [(name, _tap("sure", give.id, who=one.id)) for name, one in zip(names(people), people, strict=True)],
        then=(Choice(_("Somebody else: by name"), _tap("name", give.id)), back(_tap("open", give.id)), home()),
    )
    return Screen(paragraphs(_shift(give, zone), question), rows)


def ask_name(give: ShiftRow, zone: ZoneInfo) -> Markup:
    return paragraphs(_shift(give, zone), _("Who could take it over? Write the name, or a part of it."))


def found(give: ShiftRow, typed: str, people: Sequence[Person], zone: ZoneInfo) -> Markup:
    """Above the people whose name was looked for."""
    if not people:
        said = _("I know nobody called “{name}” here. Try another part of the name.", name=typed)
    else:
        said = ngettext(
            "{n} person fits “{name}”. Choose them, or write another name.",
            "{n} people fit “{name}”. Choose one, or write another name.",
            len(people),
            name=typed,
        )
    return paragraphs(_shift(give, zone), said)


def names(people: Sequence[Person]) -> list[str]:
    """Names as they are, and where two are the same with the street."""
    every = [person.name.casefold() for person in people]
    return [
        f"{person.name}, {person.street}" if every.count(person.name.casefold()) > 1 and person.street else person.name
        for person in people
    ]


def other_shifts(give: ShiftRow, there: Sequence[ShiftRow], page: int, zone: ZoneInfo) -> Screen:
    """Shifts of others to take for it."""
    if not there:
        said = _("There is no shift in the coming three weeks that you could take for it. Shall somebody take it over?")
        over = Choice(_("Hand it over"), _tap("hand", give.id))
        return Screen(paragraphs(_shift(give, zone), said), ((over,), (back(_tap("open", give.id)), home())))
    shown, page = page_of(there, page, PAGE)
    entries = [
        Markup("{}. <b>{}</b> · {}\n{}").format(
            number, shift.title, shift.project, a_span(shift.starts_at, shift.ends_at, zone)
        )
        for number, shift in enumerate(shown, 1)
    ]
    rows = tuple(
        (Choice(_dated(f"{number}. ", shift, zone), _tap("people", give.id, shift.id)),)
        for number, shift in enumerate(shown, 1)
    )
    turn = pager(len(there), page, lambda to: _tap("swap", give.id, page=to), PAGE)
    question = _("Which shift would you take for it?")
    return Screen(
        paragraphs(_shift(give, zone), question, *entries), (*rows, *turn, (back(_tap("open", give.id)), home()))
    )


def people(give: ShiftRow, take: ShiftRow, there: Sequence[Person], page: int, zone: ZoneInfo) -> Screen:
    """Who holds a place on the other shift."""
    head = paragraphs(_exchange(give, take, zone))
    ways = (back(_tap("swap", give.id)), home())
    if not there:
        said = _("Nobody on that shift has time for yours. Please choose another one.")
        return Screen(paragraphs(head, said), (ways,))
    shown, page = page_of(there, page, PAGE)
    rows = menu(
        [(name, _tap("sure", give.id, take.id, who=one.id)) for name, one in zip(names(shown), shown, strict=True)],
        pages=pager(len(there), page, lambda to: _tap("people", give.id, take.id, page=to), PAGE),
        then=ways,
    )
    return Screen(paragraphs(head, _("With whom shall it be?")), rows)


def sure(deal: Deal, zone: ZoneInfo) -> Screen:
    """Once more, before somebody is asked."""
    question = _(
        "Shall I ask {name}? They have until {until}, and nothing changes before they say yes.",
        name=deal.taker.name,
        until=a_moment(deal.until, zone),
    )
    take = deal.take.id if deal.take is not None else 0
    yes = Choice(_("Yes, ask them"), _tap("ask", deal.give.id, take, who=deal.taker.id))
    to = _tap("hand", deal.give.id) if deal.take is None else _tap("people", deal.give.id, take)
    return Screen(paragraphs(_exchange(deal.give, deal.take, zone), question), ((yes,), (back(to), home())))


def asked(swap: SwapRow, zone: ZoneInfo) -> Screen:
    """Somebody has been asked."""
    said = _(
        "I have asked {name}, who has until {until}. Your place stays yours until they say yes, and I write to you "
        "either way.",
        name=swap.to_name,
        until=a_moment(swap.expires_at, zone),
    )
    mine = Choice(_("My requests"), _tap("mine"))
    return Screen(
        paragraphs(_exchange(swap.give, swap.take, zone), said), ((mine,), (_shift_page(swap.give.id), home()))
    )


# -- requests ----------------------------------------------------------------------------------------------------------


def requests(open_ones: Sequence[SwapRow], me: int, page: int, zone: ZoneInfo) -> Screen:
    """What waits for an answer: one's own, and others'."""
    ways = (_my_shifts(), home())
    if not open_ones:
        said = _("You have no open requests. To swap a shift or hand it over, open its page.")
        return Screen(said, (ways,))
    shown, page = page_of(open_ones, page, PAGE)
    entries = [_entry(number, swap, me, zone) for number, swap in enumerate(shown, 1)]
    rows = tuple(
        (Choice(_dated(f"{number}. ", swap.give, zone), _tap("one", other=swap.id)),)
        for number, swap in enumerate(shown, 1)
    )
    turn = pager(len(open_ones), page, lambda to: _tap("mine", page=to), PAGE)
    return Screen(paragraphs(bold(_("Open requests")), *entries), (*rows, *turn, ways))


def request(swap: SwapRow, me: int, zone: ZoneInfo) -> Screen:
    """One request, with what one can do about it."""
    last: Row = (Choice(_("My requests"), _tap("mine")), home())
    if swap.state != SwapState.ASKED:
        return Screen(paragraphs(_terms(swap, me, zone), sentence(SwapOver(state=swap.state), zone)), (last,))
    until = a_moment(swap.expires_at, zone)
    if swap.from_id == me:
        said = _("{name} has until {until} to answer.", name=swap.to_name, until=until)
        rows: tuple[Row, ...] = ((Choice(_("Take the request back"), _tap("withdraw", other=swap.id)),),)
    else:
        said = _("You have until {until} to answer.", until=until)
        rows = answers(swap.id, swap.give.id, None if swap.take is None else swap.take.id)
    return Screen(paragraphs(_terms(swap, me, zone), said), (*rows, last))


def answers(swap_id: int, give: int, take: int | None) -> tuple[Row, ...]:
    """What somebody who is asked can do."""
    pages = [Choice(_("The shift offered"), ShiftTap(do="open", shift=give).pack())]
    if take is not None:
        pages.append(Choice(_("My shift"), ShiftTap(do="open", shift=take).pack()))
    return (
        (
            Choice(_("Accept"), _tap("accept", other=swap_id)),
            Choice(_("No, thank you"), _tap("decline", other=swap_id)),
        ),
        tuple(pages),
    )


def accepted(done: Answered, zone: ZoneInfo) -> Screen:
    """The places have changed hands, or the rule that was in the way."""
    swap = done.swap
    if done.obstacle is not None:
        return _refused(swap, done.obstacle, zone)
    said = _("Done: from now on “{title}” is yours. {name} knows.", title=swap.give.title, name=swap.from_name)
    if swap.take is not None:
        said = _(
            "Done: from now on “{title}” is yours, and {name} has your place on “{other}”. They know.",
            title=swap.give.title,
            name=swap.from_name,
            other=swap.take.title,
        )
    names_told = _("I told {names} as well.", names=listed([one.name for one in done.told])) if done.told else ""
    return Screen(paragraphs(said, names_told, _shift(swap.give, zone)), ((_shift_page(swap.give.id), home()),))


def _refused(swap: SwapRow, obstacle: Obstacle, zone: ZoneInfo) -> Screen:
    if obstacle.resident_id == swap.to_id:
        why = sentence(obstacle.fact, zone)
    else:
        title = str(obstacle.fact.fields.get("title", swap.give.title))
        why = in_the_way(rule_of(obstacle.fact), title, swap.from_name)
    said = _("I could not do it. Everybody keeps the places they had, and {name} knows.", name=swap.from_name)
    return Screen(paragraphs(why, said), ((_my_shifts(), home()),))


def declined(swap: SwapRow) -> Screen:
    said = _("Very well: nothing changes for you, and I told {name}.", name=swap.from_name)
    return Screen(said, ((_my_shifts(), home()),))


def withdrawn(swap: SwapRow) -> Screen:
    said = _("Done: the request to {name} is taken back. “{title}” is yours as before.", name=swap.to_name,
             title=swap.give.title)  # fmt: skip
    return Screen(said, ((_shift_page(swap.give.id), Choice(_("My requests"), _tap("mine"))), (home(),)))


# -- parts -------------------------------------------------------------------------------------------------------------


def _shift(shift: ShiftRow | Part, zone: ZoneInfo) -> Markup:
    return Markup("<b>{}</b> · {}\n{}").format(shift.title, shift.project, a_span(shift.starts_at, shift.ends_at, zone))


def _exchange(give: ShiftRow | Part, take: ShiftRow | Part | None, zone: ZoneInfo) -> Markup:
    """What the one who asks gives, and what they get for it."""
    gives = paragraphs(_("You give:"), _shift(give, zone))
    return gives if take is None else paragraphs(gives, _("You take:"), _shift(take, zone))


def _terms(swap: SwapRow, me: int, zone: ZoneInfo) -> Markup:
    if swap.from_id == me:
        return paragraphs(_("You asked {name}.", name=swap.to_name), _exchange(swap.give, swap.take, zone))
    asks = _("{name} asks you to take over a shift:", name=swap.from_name)
    if swap.take is None:
        return paragraphs(asks, _shift(swap.give, zone))
    asks = _("{name} asks you to swap shifts. You would take:", name=swap.from_name)
    return paragraphs(asks, _shift(swap.give, zone), _("And you would give:"), _shift(swap.take, zone))


def _entry(number: int, swap: SwapRow, me: int, zone: ZoneInfo) -> Markup:
    who = (
        _("You asked {name}.", name=swap.to_name) if swap.from_id == me else _("{name} asks you.", name=swap.from_name)
    )
    until = _("Until {until}", until=a_moment(swap.expires_at, zone))
    return Markup("{}. <b>{}</b>\n{} {}").format(number, swap.give.title, who, until)


def _dated(before: str, shift: ShiftRow | Part, zone: ZoneInfo) -> str:
    there = shift.starts_at.astimezone(zone)
    return cut(f"{before}{short_day(there.date())} {a_time(shift.starts_at, zone)} {shift.title}", LABEL)


def _shift_page(shift_id: int) -> Choice:
    return Choice(_("The shift's page"), ShiftTap(do="open", shift=shift_id).pack())


def _my_shifts() -> Choice:
    return Choice(_("My shifts"), ListTap(by="mine").pack())


def _tap(do: str, shift: int = 0, other: int = 0, *, page: int = 0, who: int = 0) -> str:
    return SwapTap(do=do, shift=shift, other=other, page=page, who=who).pack()
