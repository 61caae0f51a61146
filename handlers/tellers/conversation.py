"""The room of tellers. What papers of a secret poll say is `Confided`: no chat keeps it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.ballots.reading import read
from handlers.kit.confiding import Confided, confided
from handlers.kit.facts import sentence
from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, NoCommand, Tapped, residents_only
from handlers.kit.poll_taps import TellerTap
from handlers.kit.poll_words import names_in
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.tellers import actions, paper_views, secret, sheet, views
from handlers.tellers.finding import FINDING, NAMING, POLL
from handlers.tellers.hand import OPEN, SECRET, in_hand, is_in_hand, put_down, take_in_hand
from handlers.tellers.marks import packed, unpacked
from handlers.tellers.paper_views import Reading
from storage.unit import Unit
from town.facts import BadBallot

Said = Reply | Confided


class Reads(Filter):
    """Passes what a teller writes with a paper in hand."""

    async def __call__(self, event: TelegramObject, seat: Seat) -> bool:
        return seat.state in (OPEN, SECRET)


def router() -> Router:
    room = Router(name="tellers.taps")
    room.callback_query.filter(Tapped("teller:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_words, Reads(), NoCommand())
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(TellerTap, do))
    parent = Router(name="tellers")
    parent.include_routers(NAMING.router(), FINDING.router(), room)
    return parent


async def _desk(unit: Unit, who: Who, poll_id: int, now: datetime) -> Screen:
    found = await actions.desk(unit, who=who, poll_id=poll_id)
    return views.desk(found, running=found.poll.running(now))


async def on_home(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    screen = await _desk(unit, who, callback_data.id, now)
    put_down(seat)
    return show(tap, screen)


async def on_file(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit) -> Reply:
    poll, entries = await actions.everybody(unit, who=who, poll_id=callback_data.id)
    name, content = sheet.of_poll(poll, entries)
    return hand_out(tap, name, content, views.file_line(poll), views.after_file(poll))


# -- tellers -----------------------------------------------------------------------------------------------------------


async def on_people(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.people(await actions.desk(unit, who=who, poll_id=callback_data.id), callback_data.page))


async def on_name(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    poll = await actions.to_name(unit, who=who, poll_id=callback_data.id)
    return await NAMING.begin(tap, Scene(who, unit, now, seat), {POLL: poll.id}, afresh=True)


async def on_drop(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    poll_id = callback_data.id
    await actions.drop_teller(unit, who=who, poll_id=poll_id, resident_id=callback_data.n, now=now)
    found = await actions.desk(unit, who=who, poll_id=poll_id)
    return show(tap, views.people(found, callback_data.page), toast=views.dropped())


# -- entering ----------------------------------------------------------------------------------------------------------


async def on_enter(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Said:
    """In an open poll it is asked whose vote it is; in a secret one a paper is nobody's."""
    poll = await actions.open_desk(unit, who=who, poll_id=callback_data.id, now=now)
    if not poll.secret:
        return await FINDING.begin(tap, Scene(who, unit, now, seat), {POLL: poll.id}, afresh=True)
    take_in_hand(seat, Reading(poll))
    return _shown(tap, Reading(poll), paper_views.mark(Reading(poll)))


async def on_tick(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    poll = await actions.open_desk(unit, who=who, poll_id=callback_data.id, now=now)
    return await FINDING.begin(tap, Scene(who, unit, now, seat), {POLL: poll.id}, afresh=True)


async def _reading(unit: Unit, who: Who, poll_id: int, voter_id: int, now: datetime) -> Reading:
    if not voter_id:
        return Reading(await actions.open_desk(unit, who=who, poll_id=poll_id, now=now, secret=True))
    poll, found = await actions.voter(unit, who=who, poll_id=poll_id, voter_id=voter_id, now=now, secret=False)
    return Reading(poll, found.id, found.name)


def _shown(event: Event, reading: Reading, screen: Screen, *, trace: bool = True) -> Said:
    """A paper on the screen; of a secret poll's nothing is kept."""
    if reading.poll.secret:
        return confided(event, screen, paper_views.was_here(reading), trace=trace)
    return show(event, screen)


async def on_mark(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Said:
    reading = await _reading(unit, who, callback_data.id, callback_data.n, now)
    take_in_hand(seat, reading)
    return _shown(tap, reading, paper_views.mark(reading, callback_data.page), trace=False)


async def on_sure(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Said:
    reading = await _reading(unit, who, callback_data.id, callback_data.n, now)
    take_in_hand(seat, reading)
    choice = unpacked(reading.poll.asked, callback_data.key)
    return _shown(tap, reading, paper_views.sure(reading, choice), trace=False)


async def on_words(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Said:
    """What a paper says, in words."""
    reading = await _reading(unit, who, *in_hand(seat), now)
    poll = reading.poll
    choice = read(poll.asked, names_in(poll), message.text or "")
    if choice is None:
        asked = poll.asked
        wrong = BadBallot(kind=poll.kind, options=asked.options, points=asked.points, most=asked.most)
        return _shown(message, reading, paper_views.mark(reading, wrong=sentence(wrong, who.zone)))
    return _shown(message, reading, paper_views.sure(reading, choice))


async def on_put(
    tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    reading = await _reading(unit, who, callback_data.id, callback_data.n, now)
    poll, choice = reading.poll, unpacked(reading.poll.asked, callback_data.key)
    if poll.secret:
        if not is_in_hand(seat, reading):  # a second tap: it is nobody's paper, so nothing else tells it from another
            return show(tap, await _desk(unit, who, poll.id, now))
        await secret.enter_secret(unit, who=who, poll_id=poll.id, choice=choice, now=now)
        put_down(seat)
        return show(tap, views.entered_secret(poll))
    await actions.enter(unit, who=who, poll_id=poll.id, voter_id=reading.voter, choice=choice, now=now)
    put_down(seat)
    return show(tap, views.entered(poll, reading.name))


# -- what waits --------------------------------------------------------------------------------------------------------


async def on_waiting(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit) -> Reply:
    poll, found = await actions.waiting(unit, who=who, poll_id=callback_data.id)
    return show(tap, views.waiting(poll, found, callback_data.page))


async def on_one(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit) -> Reply:
    poll, found = await actions.one(unit, who=who, poll_id=callback_data.id, voter_id=callback_data.n)
    return show(tap, views.one(poll, found, me=who.me))


async def on_confirm(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    poll_id, voter_id, seen = callback_data.id, callback_data.n, callback_data.key
    poll, entry = await actions.one(unit, who=who, poll_id=poll_id, voter_id=voter_id)
    if seen and entry.choice is not None and packed(poll.asked, entry.choice) != seen:
        return show(tap, views.one(poll, entry, me=who.me), toast=views.entered_anew())
    done = await actions.confirm(unit, who=who, poll_id=poll_id, voter_id=voter_id, now=now, seen=entry.choice)
    poll, found = await actions.waiting(unit, who=who, poll_id=poll_id)
    return show(tap, views.waiting(poll, found, 0), toast=views.confirmed(done.name))


async def on_strike(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    poll_id = callback_data.id
    done = await actions.strike(unit, who=who, poll_id=poll_id, voter_id=callback_data.n, now=now)
    poll, found = await actions.waiting(unit, who=who, poll_id=poll_id)
    return show(tap, views.waiting(poll, found, 0), toast=views.struck(done.name))


async def _papers(
    tap: CallbackQuery, who: Who, unit: Unit, poll_id: int, page: int = 0, *, toast: str = ""
) -> Confided:
    poll, found = await secret.secret_papers(unit, who=who, poll_id=poll_id)
    return confided(tap, views.papers(poll, found, page), views.papers_were_here(poll), toast=toast, trace=bool(toast))


async def on_papers(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit) -> Confided:
    return await _papers(tap, who, unit, callback_data.id, callback_data.page)


async def on_paper(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit) -> Confided:
    poll, found = await secret.secret_paper(unit, who=who, poll_id=callback_data.id, paper_id=callback_data.n)
    return confided(tap, views.paper(poll, found, me=who.me), views.papers_were_here(poll), trace=False)


async def on_good(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Confided:
    poll_id, paper_id, seen = callback_data.id, callback_data.n, callback_data.key
    poll, paper = await secret.secret_paper(unit, who=who, poll_id=poll_id, paper_id=paper_id)
    if seen and packed(poll.asked, paper.choice) != seen:  # another paper, which was given the number of that one
        screen = views.paper(poll, paper, me=who.me)
        return confided(tap, screen, views.papers_were_here(poll), toast=views.entered_anew(), trace=False)
    await secret.confirm_secret(unit, who=who, poll_id=poll_id, paper_id=paper_id, now=now)
    return await _papers(tap, who, unit, poll_id, toast=views.paper_is_in())


async def on_bad(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Confided:
    poll_id = callback_data.id
    await secret.strike_secret(unit, who=who, poll_id=poll_id, paper_id=callback_data.n, now=now)
    return await _papers(tap, who, unit, poll_id, toast=views.thrown_away())


# -- whose vote it is --------------------------------------------------------------------------------------------------


async def on_object(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    poll, found = await actions.entered_for_me(unit, who=who, poll_id=callback_data.id)
    return show(tap, views.sure_to_object(poll, found, running=poll.running(now)))


async def on_objected(tap: CallbackQuery, callback_data: TellerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    poll, out = await actions.object_to(unit, who=who, poll_id=callback_data.id, now=now)
    return show(tap, views.objected(poll, out=out))


TAPS: dict[str, Callable[..., Awaitable[Said]]] = {
    "home": on_home,
    "file": on_file,
    "people": on_people,
    "name": on_name,
    "drop": on_drop,
    "enter": on_enter,
    "tick": on_tick,
    "mark": on_mark,
    "sure": on_sure,
    "put": on_put,
    "waiting": on_waiting,
    "one": on_one,
    "confirm": on_confirm,
    "strike": on_strike,
    "papers": on_papers,
    "paper": on_paper,
    "good": on_good,
    "bad": on_bad,
    "object": on_object,
    "objected": on_objected,
}
