"""Which templates the town may use: what WhatsApp tells of the account, asked again now and then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.delivery.outcome import Outgoing
from bot.delivery.whatsapp import WhatsAppClient, WhatsAppRefused
from bot.delivery.whatsapp_budget import FEWEST, limit_of
from handlers.kit.templates import MARKETING, FilledTemplate, Template, in_account, templates_for, usable
from locales import speaking

log = logging.getLogger(__name__)

FRESH_FOR = timedelta(hours=1)
PAUSE = timedelta(minutes=1)
"""Between two times that WhatsApp is asked, whatever makes us ask."""


class Approved:
    """The account's templates, and how many people the number may write to first. Stale after an hour."""

    def __init__(self, client: WhatsAppClient) -> None:
        self._client = client
        self._templates: list[dict[str, Any]] | None = None
        self._limit: int | None = FEWEST
        self._spoilt: set[tuple[str, str]] = set()
        self._stale_at: datetime | None = None
        self._asking = asyncio.Lock()

    @property
    def is_known(self) -> bool:
        """Whether WhatsApp has told yet."""
        return self._templates is not None

    @property
    def limit(self) -> int | None:
        """How many people the number may write to first within a day; None for any number."""
        return self._limit

    async def look(self, now: datetime) -> None:
        """Ask WhatsApp, where what is known is old. Without an answer the old is good for another while."""
        async with self._asking:
            if self._stale_at is not None and now < self._stale_at:
                return
            self._stale_at = now + PAUSE
            try:
                templates, number = await self._client.templates(), await self._client.number()
            except WhatsAppRefused as refused:
                log.warning("WhatsApp does not tell the account's templates: %s", refused)
                return
            self._templates, self._limit = templates, limit_of(number)
            self._spoilt.clear()
            self._stale_at = now + FRESH_FOR

    def spoil(self, template: FilledTemplate, now: datetime) -> None:
        """WhatsApp does not take one: it is not used before it was asked again, which it is soon."""
        log.warning("WhatsApp does not take the template %s (%s)", template.name, template.language)
        self._spoilt.add((template.name, template.language))
        if self._stale_at is not None:
            self._stale_at = min(self._stale_at, now + PAUSE)

    def usable(self, notice: str, outgoing: Outgoing, language: str) -> Iterator[Template]:
        """The templates as which a notice can be sent in a language, the best first."""
        if outgoing.screen is None or self._templates is None:
            return
        with speaking(language):
            try:
                fitting = templates_for(notice, outgoing.screen)
            except KeyError:
                log.error("the notice %r has no template", notice)
                return
        for template in fitting:
            one = in_account(self._templates, template.name, language)
            if one is None or (template.name, str(one.get("language"))) in self._spoilt:
                continue
            if usable(self._templates, template, language):
                yield template

    def is_marketing(self, template: Template, language: str) -> bool:
        """Whether a template counts as advertising: Meta may think so of what we do not."""
        one: Mapping[str, Any] = in_account(self._templates or (), template.name, language) or {}
        return MARKETING in (template.category, one.get("category"))
