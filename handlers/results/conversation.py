"""The room of results."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.kit import drawing
from handlers.kit.files import hand_out, show_photo
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.poll_taps import PollTap
from handlers.kit.reply import Reply, show
from handlers.kit.who import Who
from handlers.results import actions, chart, views, words
from storage.unit import Unit
from town.sheets import as_csv


def router() -> Router:
    room = Router(name="results")
    room.callback_query.filter(Tapped("poll:"), residents_only)
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(PollTap, do))
    return room


async def on_result(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit) -> Reply:
    seen = await actions.one(unit, who=who, poll_id=callback_data.id)
    if seen.poll.closed_at is None:
        return show(tap, views.not_yet(seen.poll, who.zone))
    drawing.warm()
    return show(tap, views.result(seen, who.zone))


async def on_chart(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit) -> Reply:
    seen = await actions.one(unit, who=who, poll_id=callback_data.id)
    if seen.poll.closed_at is None:
        return show(tap, views.not_yet(seen.poll, who.zone))
    came = words.of_poll(seen.poll)
    return show_photo(tap, await chart.png(views.picture(came)), "poll.png", views.below_picture(came))


async def on_file(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit) -> Reply:
    seen = await actions.one(unit, who=who, poll_id=callback_data.id)
    if seen.poll.closed_at is None:
        return show(tap, views.not_yet(seen.poll, who.zone))
    file = await actions.file_of(unit, who=who, poll_id=callback_data.id)
    return hand_out(tap, file.name, file.text, views.caption(file), views.below_file(file))


async def on_votes(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit) -> Reply:
    seen = await actions.one(unit, who=who, poll_id=callback_data.id)
    if seen.poll.closed_at is None:
        return show(tap, views.not_yet(seen.poll, who.zone))
    if seen.poll.secret:
        return show(tap, views.result(seen, who.zone))
    every = await actions.votes_of(unit, who=who, poll_id=callback_data.id)
    return show(tap, views.votes(seen.poll, every, callback_data.page))


async def on_roll(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit) -> Reply:
    seen = await actions.one(unit, who=who, poll_id=callback_data.id)
    if seen.poll.closed_at is None:
        return show(tap, views.not_yet(seen.poll, who.zone))
    roll = await actions.roll_of(unit, who=who, poll_id=callback_data.id)
    rows = [views.roll_row(one.name, one.how, counts=one.counts) for one in roll.electors]
    text = as_csv(views.roll_header(), rows)
    below = views.below_roll(roll.poll, len(roll.electors), roll.voted)
    return hand_out(tap, roll.name, text, views.roll_caption(roll.poll), below)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "result": on_result,
    "chart": on_chart,
    "file": on_file,
    "votes": on_votes,
    "roll": on_roll,
}
