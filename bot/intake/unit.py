"""The Unit middleware: an update's transaction, from its inbox row to its replies.

open the account and the inbox ── seen before? ──► the stored replies again
            │
    handler (one transaction: its effects, the account's state, the inbox row with the replies)
            │
         commit ──► the replies leave
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update

from bot.clock import Clock
from bot.intake.arrival import Arrival
from bot.intake.frozen import Replies, flatten, freeze, thaw
from bot.intake.speaking import Moment, as_meant, deed_of, note_heard, still
from bot.intake.typed import from_words, led_away
from bot.intake.voicing import for_speaker, who_speaks
from handlers.kit.confiding import Confided
from handlers.kit.facts import apology, sorry
from handlers.kit.seat import Seat, current_seat
from handlers.kit.who import Who
from locales import speaking
from storage import inbox
from storage.coming_back import send_again
from storage.engine import TROUBLE, Database
from storage.inbox import Opened
from storage.queries import speakers
from storage.unit import Unit
from town import settings as town_settings
from town.facts import Fact
from town.settings import TownSettings

log = logging.getLogger(__name__)

ALMOST_A_DAY = timedelta(hours=23)
"""Silence after which a channel may have held something back until its person writes again."""

SPOKE = "spoke"
"""In the data of an update: the resident it was found to be from, for the answer should its effects be undone."""

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class UnitMiddleware(BaseMiddleware):
    """Runs each update in one transaction and returns its replies, already committed.

    A `Fact` raised inside undoes everything and becomes a sentence; anything unforeseen is logged with the update's key
    and answered politely. Trouble of the database itself is raised: the update must come again.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Replies:
        arrival: Arrival = data["arrival"]
        now = self.clock.now()
        try:
            return await self._in_unit(handler, event, data, now)
        except TROUBLE:
            raise
        except Fact as fact:
            said = fact
            return await self._in_unit(
                _Say(lambda update, who, seat: apology(update, said, seat, who.zone)), event, data, now
            )
        except Exception:
            log.exception("update %s of %s failed", arrival.key, arrival.channel)
            return await self._in_unit(_Say(lambda update, who, seat: sorry(update, seat)), event, data, now)

    async def _in_unit(self, handler: Handler, event: TelegramObject, data: dict[str, Any], now: datetime) -> Replies:
        arrival: Arrival = data["arrival"]
        async with self.database.unit() as unit:
            opened = await inbox.open_update(
                unit,
                channel=arrival.channel,
                address=arrival.address,
                key=arrival.key,
                language=arrival.language,
                now=now,
            )
            if opened.replies is not None:
                return thaw(opened.replies)
            with speaking(opened.language):
                return await self._handle(handler, event, data, unit, opened, now)

    async def _handle(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any], unit: Unit, opened: Opened, now: datetime
    ) -> Replies:
        arrival: Arrival = data["arrival"]
        seat = Seat(account_id=opened.account_id, state=opened.state, data=opened.data, language=opened.language)
        current_seat.set(seat)
        at = Moment(now, arrival.said_at, town_settings.parse(opened.settings))
        if isinstance(event, Update) and (event.message or event.callback_query):
            await _note(unit, opened, arrival, at)
        if isinstance(event, Update) and not isinstance(handler, _Say):
            who, result = await self._answer(handler, event, data, unit, opened, seat, at)
        else:
            opened, steward_id = await still(unit, opened, data.get(SPOKE), seat, at)
            who = _who(opened, arrival, at.town, steward_id)
            result = await handler(event, data | {"unit": unit, "now": now, "seat": seat, "who": who})
        replies = for_speaker(flatten(result), who)
        if isinstance(result, Confided) and not result.trace and not seat.changed:
            return replies  # it only turned a page that nobody keeps
        if seat.changed:
            await inbox.write_state(
                unit, account_id=seat.account_id, state=seat.state, data=seat.raw, language=seat.language
            )
        await inbox.close_update(
            unit,
            channel=arrival.channel,
            key=arrival.key,
            account_id=opened.account_id,
            replies=freeze(replies),
            now=now,
        )
        return replies

    async def _answer(
        self,
        handler: Handler,
        event: Update,
        data: dict[str, Any],
        unit: Unit,
        opened: Opened,
        seat: Seat,
        at: Moment,
    ) -> tuple[Who, Any]:
        """What is returned to whoever speaks, once it is known who that is."""
        arrival: Arrival = data["arrival"]
        update = await from_words(unit, event, seat, at.town)
        spoken = await as_meant(unit, event, update, opened, seat, at)
        data[SPOKE] = spoken.opened.resident_id
        if spoken.repeats:
            spoken.update = await from_words(unit, spoken.update, seat, at.town, sees=False)
        who = _who(spoken.opened, arrival, at.town, spoken.steward_id)
        if spoken.ask:
            return who, who_speaks(spoken.update, spoken.ask)
        update, state = led_away(spoken.update), seat.state
        result = await handler(
            update, data | {"unit": unit, "now": at.now, "seat": seat, "who": who, "picture": arrival.picture}
        )
        if who.steward_id is not None:
            what = deed_of(update, state)
            await speakers.note_deed(unit, resident_id=who.me, steward_id=who.steward_id, what=what, now=at.now)
        return who, result


async def _note(unit: Unit, opened: Opened, arrival: Arrival, at: Moment) -> None:
    """Whoever writes can be written to, whatever an earlier delivery met: what was held for them goes out."""
    now = at.now
    await note_heard(unit, opened, at=at, phone=arrival.phone)
    was_silent = opened.heard_at is None or now - opened.heard_at >= ALMOST_A_DAY
    if not opened.reachable:
        await inbox.set_reachable(unit, channel=arrival.channel, address=arrival.address, now=now)
    elif arrival.said_at is not None and was_silent:
        await send_again(unit, channel=arrival.channel, address=arrival.address, now=now)


def _who(opened: Opened, arrival: Arrival, town: TownSettings, steward_id: int | None = None) -> Who:
    return Who(
        account_id=opened.account_id,
        channel=arrival.channel,
        address=arrival.address,
        language=opened.language,
        resident_id=opened.resident_id,
        name=opened.name or "",
        resident_state=opened.resident_state,
        town=town,
        owner_id=opened.owner_id,
        steward_id=steward_id,
        shared=opened.shared,
    )


class _Say:
    """A handler that only answers, for the second transaction of an update whose first one was undone.

    It takes the update as it came: what words stand for was read the first time, and may be what went wrong.
    """

    def __init__(self, answer: Callable[[Update, Who, Seat], Any]) -> None:
        self.answer = answer

    async def __call__(self, event: TelegramObject, data: dict[str, Any]) -> Any:
        return self.answer(event, data["who"], data["seat"]) if isinstance(event, Update) else None
