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
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update

from bot.clock import Clock
from bot.intake.arrival import Arrival
from bot.intake.frozen import Replies, flatten, freeze, thaw
from bot.intake.typed import from_words, led_away
from handlers.kit.confiding import Confided
from handlers.kit.facts import apology, sorry
from handlers.kit.seat import Seat, current_seat
from handlers.kit.who import Who
from locales import speaking
from storage import inbox
from storage.engine import TROUBLE, Database
from storage.inbox import Opened
from storage.unit import Unit
from town import settings as town_settings
from town.facts import Fact

log = logging.getLogger(__name__)

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
        who = _who(opened, arrival)
        if not opened.reachable and isinstance(event, Update) and (event.message or event.callback_query):
            # Whoever writes can be written to, whatever an earlier delivery met.
            await inbox.set_reachable(unit, channel=arrival.channel, address=arrival.address, now=now)
        update = event
        if isinstance(event, Update) and not isinstance(handler, _Say):
            update = led_away(await from_words(unit, event, seat, who.town))
        data |= {"unit": unit, "now": now, "seat": seat, "who": who, "picture": arrival.picture}
        result = await handler(update, data)
        replies = flatten(result)
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


def _who(opened: Opened, arrival: Arrival) -> Who:
    return Who(
        account_id=opened.account_id,
        channel=arrival.channel,
        address=arrival.address,
        language=opened.language,
        resident_id=opened.resident_id,
        name=opened.name or "",
        resident_state=opened.resident_state,
        town=town_settings.parse(opened.settings),
    )


class _Say:
    """A handler that only answers, for the second transaction of an update whose first one was undone.

    It takes the update as it came: what words stand for was read the first time, and may be what went wrong.
    """

    def __init__(self, answer: Callable[[Update, Who, Seat], Any]) -> None:
        self.answer = answer

    async def __call__(self, event: TelegramObject, data: dict[str, Any]) -> Any:
        return self.answer(event, data["who"], data["seat"]) if isinstance(event, Update) else None
