"""The room of ballots: a paper is taken, marked, put in, and changed; a receipt is looked up.

Nothing that is kept tells what is on a secret paper: neither its key nor its marks are in the account's data, and its
screens are `Confided`. An account only knows which paper is in hand (`AT`), so that words can be a vote.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.ballots import actions, marking, receipt_views, views, ways
from handlers.ballots.actions import Taken
from handlers.ballots.reading import read
from handlers.ballots.views import Paper
from handlers.kit.confiding import Confided, confide, confided, told
from handlers.kit.filters import Doing, NoCommand, Tapped, Words, residents_only
from handlers.kit.poll_taps import VoteTap
from handlers.kit.poll_words import names_in
from handlers.kit.reply import TYPED, Event, Reply, say, show
from handlers.kit.seat import Seat
from handlers.kit.typed import is_number
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from storage.unit import Unit
from town.facts import BadBallot
from town.polls import ABSTAIN, code_before, has_code, key_in, new_key, receipt_in

IN_HAND = "ballot:paper"
"""An account's state while words may be a vote."""

RECEIPT = "ballot:receipt"
"""An account's state while a receipt is waited for."""

AT = "@ballot"
"""In an account's data: the paper in hand, as the poll's id and whose proxy it is for (0: one's own)."""


def _is_told_of_a_ballot(text: str) -> bool:
    """Whether words name a ballot: they are never kept, wherever they are written."""
    return has_code(text) or text.strip().casefold().startswith("/receipt ")


confide(
    IN_HAND,
    on=("vote:anew:", "vote:mark:", "vote:less:", "vote:full:", "vote:cast:"),
    words=_is_told_of_a_ballot,
    brief=True,
)
confide(RECEIPT, on=("vote:check:",), brief=True)

Said = Reply | Confided


class At(Filter):
    """Passes what somebody writes in one of these states."""

    def __init__(self, *states: str | None) -> None:
        self.states = states

    async def __call__(self, event: TelegramObject, seat: Seat) -> bool:
        return seat.state in self.states


class LooksLikeCode(Filter):
    """Passes what begins with the code of a ballot paper."""

    async def __call__(self, message: Message) -> bool:
        found = code_before(message.text or "")
        return found is not None and key_in(found[0]) is not None


def router() -> Router:
    room = Router(name="ballots")
    room.callback_query.filter(Tapped("vote:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_receipt, Command("receipt", ignore_mention=True))
    room.message.register(on_receipt_words, At(RECEIPT), NoCommand())
    room.message.register(on_code, At(None, IN_HAND), LooksLikeCode(), NoCommand())
    room.message.register(on_words, At(IN_HAND), NoCommand())
    room.message.register(on_too_soon, At(None), NoCommand(), Words())
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(VoteTap, do))
    return room


# -- on the paper ------------------------------------------------------------------------------------------------------


async def on_take(tap: CallbackQuery, callback_data: VoteTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    """A paper, as a message of its own: what it was asked for on stays."""
    taken = await actions.take(unit, who=who, poll_id=callback_data.id, giver=callback_data.who, now=now)
    return _hand_out(tap, taken, who, seat)


def _hand_out(event: Event, taken: Taken, who: Who, seat: Seat) -> Said:
    poll, whose = taken.poll, taken.whose
    if poll.secret and taken.how:
        return say(event, views.already_in(poll, whose, taken.by))
    _hold(seat, poll.id, whose.giver)
    if poll.secret:
        paper = Paper(poll, whose, new_key())
        return confided(event, views.paper(paper, who.zone), views.was_here(paper), anew=True)
    draft = marking.draft_of(poll.asked, taken.choice or ABSTAIN)
    return say(event, views.paper(Paper(poll, whose, draft=draft, inside=taken.choice, by=taken.by), who.zone))


async def on_mark(tap: CallbackQuery, callback_data: VoteTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    """A mark is made, or a page is turned: nothing is kept of it."""
    of = callback_data
    key = actions.key_on(of.key)
    taken = await actions.look(unit, who=who, poll_id=of.id, giver=of.who, key=key, now=now)
    poll = taken.poll
    if (text := _words_of(tap)) and (choice := read(poll.asked, names_in(poll), text)) is not None:
        return await _cast(tap, Scene(who, unit, now, seat), of, choice)  # an option's own name says more than a tap
    try:
        draft = marking.checked(poll.asked, of.draft)
    except BadBallot:  # forged, or from a paper of long ago
        said = told(tap, ways.too_much(poll.asked))
        if not said:
            raise
        return Confided(said, trace=False)
    toast = ways.too_much(poll.asked) if of.do == "full" else ""
    _hold_too(seat, of.id, of.who)
    paper = Paper(poll, taken.whose, draft=draft, page=of.page, less=of.do == "less", inside=taken.choice)
    if poll.secret:
        paper = replace(paper, key=key or new_key())
    elif tap.id == TYPED:
        return show(tap, views.paper(paper, who.zone), toast=toast)
    return confided(tap, views.paper(paper, who.zone), views.was_here(paper), toast=toast, trace=False)


async def on_cast(tap: CallbackQuery, callback_data: VoteTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    choice = await actions.choice_from(unit, poll_id=callback_data.id, draft=callback_data.draft)
    return await _cast(tap, Scene(who, unit, now, seat), callback_data, choice)


async def _cast(event: Event, scene: Scene, of: VoteTap, choice: str) -> Said:
    """Put a vote in, and say so: what it says is shown on the paper alone if it is a secret one."""
    who, key = scene.who, actions.key_on(of.key)
    cast, whose = await actions.put_in(
        scene.unit, who=who, poll_id=of.id, giver=of.who, choice=choice, key=key, now=scene.now
    )
    draft = marking.draft_of(cast.poll.asked, cast.choice)
    paper = Paper(cast.poll, whose, cast.key, draft, inside=cast.choice)
    if cast.poll.secret:
        _hold_too(scene.seat, of.id, of.who)
        screen = views.paper(paper, who.zone)
        if not key:  # in words: they have a paper of their own
            screen = screen.before(views.takes_its_place())
        return confided(event, screen, views.was_cast(paper), toast=views.in_box())
    if scene.seat.state == IN_HAND:
        scene.seat.state = None
    return show(event, views.cast_open(paper, who.zone))


def _words_of(tap: CallbackQuery) -> str:
    """What was typed, where a tap was typed."""
    return (tap.message.text or "") if tap.id == TYPED and isinstance(tap.message, Message) else ""


# -- in words ----------------------------------------------------------------------------------------------------------


async def on_words(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    """A vote in words, while a paper is in hand."""
    poll_id, giver = _in_hand(seat)
    taken = await actions.take(unit, who=who, poll_id=poll_id, giver=giver, now=now)
    if taken.poll.secret and taken.how:
        return show(message, views.already_in(taken.poll, taken.whose, taken.by))
    choice = read(taken.poll.asked, names_in(taken.poll), message.text or "")
    if choice is None:
        return show(message, views.not_read(taken.poll, taken.whose))
    at = VoteTap(do="cast", id=poll_id, who=taken.whose.giver)
    return await _cast(message, Scene(who, unit, now, seat), at, choice)


async def on_too_soon(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    """Words that would be a vote in a secret poll, if its paper were out: here it is."""
    text = message.text or ""
    for poll in [] if is_number(text) else await actions.secret_ones(unit, who=who, now=now):
        if read(poll.asked, names_in(poll), text) is not None:
            return _hand_out(message, await actions.take(unit, who=who, poll_id=poll.id, giver=0, now=now), who, seat)
    raise SkipHandler


async def on_code(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    """The code of a paper brings the paper back; with a choice after it, it changes the vote."""
    code, rest = code_before(message.text or "") or ("", "")
    found = await actions.by_key(unit, who=who, code=code, at=_in_hand(seat), now=now)
    if found is None:
        return show(message, views.no_such_code())
    poll, key = found.poll, actions.key_on(code) or ""
    at = VoteTap(do="cast", id=poll.id, key=key, who=found.giver)
    choice = read(poll.asked, names_in(poll), rest) if rest else None
    if choice is not None:
        return await _cast(message, Scene(who, unit, now, seat), at, choice)
    taken = await actions.take(unit, who=who, poll_id=poll.id, giver=found.giver, now=now)
    _hold(seat, poll.id, found.giver)
    draft = marking.draft_of(poll.asked, found.choice)
    paper = Paper(poll, taken.whose, key, draft, inside=found.choice)
    screen = views.paper(paper, who.zone)
    return confided(message, screen.before(ways.as_written(poll.asked)) if rest else screen, views.was_here(paper))


# -- receipts ----------------------------------------------------------------------------------------------------------


async def on_receipt(message: Message, command: CommandObject, who: Who, unit: Unit, seat: Seat) -> Said:
    if command.args:
        return await _look_up(message, who, unit, seat, command.args)
    seat.state = RECEIPT
    return show(message, receipt_views.ask_receipt())


async def on_check(tap: CallbackQuery, seat: Seat) -> Said:
    seat.state = RECEIPT
    return say(tap, receipt_views.ask_receipt())


async def on_receipt_words(message: Message, who: Who, unit: Unit, seat: Seat) -> Said:
    return await _look_up(message, who, unit, seat, message.text or "")


async def _look_up(message: Message, who: Who, unit: Unit, seat: Seat, text: str) -> Said:
    """The answer is for who asks alone, whether there is such a ballot or not."""
    receipt = receipt_in(text)
    if receipt is None:
        seat.state = RECEIPT
        return show(message, receipt_views.no_receipt())
    seat.state = None
    found = await actions.counted(unit, who=who, receipt=receipt)
    screen = receipt_views.not_found(receipt) if found is None else receipt_views.found(found[0], receipt, found[1])
    return confided(message, screen, receipt_views.looked_up())


# -- which paper is in hand --------------------------------------------------------------------------------------------


def _hold(seat: Seat, poll_id: int, giver: int) -> None:
    """Take what is written from now on for a vote in this poll."""
    seat.state = IN_HAND
    _hold_too(seat, poll_id, giver)


def _hold_too(seat: Seat, poll_id: int, giver: int) -> None:
    """If words may be a vote just now, let them be one in this poll."""
    if seat.state == IN_HAND and _in_hand(seat) != (poll_id, giver):
        seat.data = {**seat.data, AT: [poll_id, giver]}


def _in_hand(seat: Seat) -> tuple[int, int]:
    poll_id, giver = seat.data.get(AT) or (0, 0)
    return int(poll_id), int(giver)


TAPS: dict[str, Callable[..., Awaitable[Said]]] = {
    "take": on_take,
    "anew": on_take,
    "mark": on_mark,
    "less": on_mark,
    "full": on_mark,
    "cast": on_cast,
    "check": on_check,
}
