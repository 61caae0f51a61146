"""Handling what a webhook of WhatsApp tells: each message once, each person's in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from datetime import datetime

from aiogram import Bot

from bot.channels.lines import Lines
from bot.channels.photos import Photos
from bot.channels.taking import Arrived, Failing, Taking
from bot.channels.whatsapp_people import People
from bot.channels.whatsapp_session import Correspondent, answering
from bot.channels.whatsapp_updates import CHANNEL, Heard, Said, key_of
from bot.clock import Clock
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake, Unavailable
from storage.engine import TROUBLE, Database
from storage.inbox import KEPT
from storage.queries import statuses
from storage.queries.statuses import StatusReport
from storage.queries.whatsapp import Change, Preference

log = logging.getLogger(__name__)

COUNTERS = 256
"""How many people are served at the same time: an answer may have to wait for seconds, since one person is written to
once in six, and whoever writes all the time holds up nobody else."""


class WhatsAppTaker(Taking):
    """Hands messages to the intake, and writes down what else WhatsApp tells."""

    def __init__(
        self, bot: Bot, intake: Intake, photos: Photos, database: Database, clock: Clock, people: People, language: str
    ) -> None:
        super().__init__(bot, intake, photos)
        self.lines = Lines(COUNTERS)
        self._database = database
        self._clock = clock
        self._people = people
        self._language = language
        self._doors = Lines()
        self._failing = Failing()

    @property
    def oldest(self) -> datetime:
        """What was said before is not known any more to have been handled, so it is not taken."""
        return self._clock.now() - KEPT

    async def take(self, heard: Heard) -> bool:
        """Handle all of it, in its order as far as one person is concerned. False when we stopped before the end.

        Raises Unavailable when some of it could not be handled, after all the rest was.
        """
        troubles: list[BaseException] = []
        done = True
        for part in _in_parts(heard.events):
            if isinstance(part, Change | Preference):
                done = done and not self.stopping
                if not self.stopping:
                    await self._guarded(part.key, self._people.hear(part, self._clock.now()), troubles)
                continue
            people = [self._one_person(messages) for messages in _by_person(part)]
            for result in await asyncio.gather(*people, return_exceptions=True):
                if isinstance(result, BaseException):
                    troubles.append(result)
                else:
                    done = done and result
        if heard.reports:
            key = "/".join(f"{report.reference} {report.status}" for report in heard.reports)
            await self._guarded(key_of(key), self._note(heard.reports), troubles)
        if troubles:
            raise _as_unavailable(troubles)
        return done

    async def _one_person(self, messages: Sequence[Said]) -> bool:
        """What one person said, one after the other: what comes after a failure waits with it.

        They stand in line before it is known whose account it is, and leave it after the last: what a later webhook
        tells of them comes after all of this one.
        """
        async with self._doors.at(messages[0].author):
            for said in messages:
                if not await self._one(said):
                    return False
        return True

    async def _one(self, said: Said) -> bool:
        try:
            done = await self._as_account(said)
        except Exception as error:
            if not self._is_let_go(said.key, error):
                raise
            return True
        self._failing.went_well(said.key)
        return done

    def _is_let_go(self, key: str, error: Exception) -> bool:
        """Whether what failed is not to come again: else Meta repeats it for a week, and its whole webhook with it."""
        if not self._failing.is_at_fault(key, self._gone_through):
            return False
        why = type(error.__cause__ or error).__name__  # its text may name somebody
        log.error("%s of %s was let go, for it fails while others go through: %s", key, CHANNEL, why)
        return True

    async def _as_account(self, said: Said) -> bool:
        try:
            address = await self._people.address_of(said.user_id, said.phone, key=said.key)
        except TROUBLE as error:
            raise Unavailable(f"update {said.key} of {CHANNEL}") from error
        arrival = Arrival(CHANNEL, said.key, address, self._language, said_at=said.at, phone=said.phone)
        arrived = Arrived(arrival, said.update(self.bot, address, self._clock.now()))
        with answering(Correspondent(address, said.phone)):
            return await self.once(arrived)

    async def _guarded(self, key: str, work: Awaitable[None], troubles: list[BaseException]) -> None:
        """Do something whose failure keeps nothing else from being done."""
        try:
            await work
        except Exception as error:
            if not self._is_let_go(key, error):
                troubles.append(error)
        else:
            self._failing.went_well(key)

    async def _note(self, reports: list[StatusReport]) -> None:
        async with self._database.unit() as unit:
            await statuses.take(unit, reports)


def _in_parts(events: Sequence[Said | Change | Preference]) -> Iterator[list[Said] | Change | Preference]:
    """Messages that may be handled at the same time, and what changes who they are from, each where it stands."""
    together: list[Said] = []
    for event in events:
        if isinstance(event, Said):
            together.append(event)
            continue
        if together:
            yield together
            together = []
        yield event
    if together:
        yield together


def _by_person(messages: Sequence[Said]) -> list[list[Said]]:
    people: dict[str, list[Said]] = {}
    for said in messages:
        people.setdefault(said.author, []).append(said)
    return list(people.values())


def _as_unavailable(troubles: Sequence[BaseException]) -> Unavailable:
    """What went wrong, as one error: the webhook comes again. What nobody foresaw is logged."""
    for trouble in troubles:
        if not isinstance(trouble, (Unavailable, *TROUBLE)):
            log.error("a webhook of WhatsApp failed outside its transactions", exc_info=trouble)
    found = Unavailable("a webhook of WhatsApp")
    found.__cause__ = troubles[0].__cause__ or troubles[0]
    return found
