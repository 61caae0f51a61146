"""Handling one update of Telegram to its end, however often that takes."""

from __future__ import annotations

import logging
from typing import Any

from aiogram import Bot

from bot.channels.backoff import Backoff
from bot.channels.taking import STUBBORN, Arrived, Taking
from bot.channels.telegram_photos import TelegramPhotos
from bot.channels.telegram_updates import translate
from bot.intake.intake import Intake, Unavailable

log = logging.getLogger(__name__)


class Taker(Taking):
    """Telegram's: by webhook `once`, by polling `until_done`."""

    def __init__(self, bot: Bot, intake: Intake, photos: TelegramPhotos, *, first_pause: float = 0.5) -> None:
        super().__init__(bot, intake, photos)
        self.username = ""
        self.first_pause = first_pause
        self._furthest = 0  # the highest update_id begun with polling

    # A stop begins nothing more beyond what has begun. With polling, an older update of somebody else may still stand
    # in line behind that. Telegram can only be told of a number up to which all is finished, so that one is begun too
    # (see `until_done`): else whatever is finished beyond it would come again, and be answered twice.

    def translate(self, raw: Any) -> Arrived | None:
        return translate(raw, self.bot, self.username)

    async def until_done(self, raw: Any) -> bool:
        """Handle a raw update in its turn, again after each failure. False when we stopped before it was done.

        One that fails again and again while others go through is at fault itself: it is let go, so that it does not
        hold the town. As long as nothing goes through, nothing is let go.
        """
        arrived = self.translate(raw)
        if arrived is None:
            return True
        number = arrived.update.update_id
        backoff, through = Backoff(self.first_pause), self._gone_through
        async with self.lines.at(arrived.arrival.address):
            while self._may_begin(number):
                try:
                    await self._take(arrived)
                    return True
                except Unavailable as error:
                    log.warning("%s waits: %s", arrived.arrival.key, type(error.__cause__ or error).__name__)
                except Exception:
                    log.exception("update %s failed outside its transaction", arrived.arrival.key)
                if backoff.tries >= STUBBORN - 1 and self._gone_through > through:
                    log.error("update %s was let go: it fails while others go through", arrived.arrival.key)
                    return True
                await self._pause(backoff.next())
                if self.stopping:  # it comes again, and so does all beyond it: nothing more of that is begun
                    self._furthest = min(self._furthest, number - 1)
            return False

    def _may_begin(self, number: int) -> bool:
        """Whether an update is to be handled now: while stopping, only what is older than something begun."""
        if self.stopping:
            return number <= self._furthest
        # Too high once Telegram numbers afresh, from lower: a stop then finishes all that has come, if there is time.
        self._furthest = max(self._furthest, number)
        return True
