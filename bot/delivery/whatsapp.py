"""WhatsApp's Cloud API by pywa, at a pace that WhatsApp accepts.

Everything that leaves for WhatsApp, replies and notices alike, leaves through one `WhatsAppClient`, which knows how
fast a number may talk and to whom it may not just now. Limits:
https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from typing import Any

import httpx
from pywa.errors import WhatsAppError

from bot.delivery.outcome import Departure, Leaving
from bot.delivery.pace import Lane, Limits, Pace
from bot.delivery.uploads import Uploads
from bot.delivery.whatsapp_forms import Content, Form, number_of
from bot.delivery.whatsapp_http import META, VERSION, Broken, Graph, OverAiohttp
from bot.delivery.whatsapp_refused import WhatsAppRefused, naming_nobody

__all__ = ["NUMBER_RATE", "PAIR_RATE", "WhatsAppClient", "WhatsAppRefused", "is_phone", "limits"]

log = logging.getLogger(__name__)

CONNECTIONS = 64
PATIENCE = 30.0
"""Seconds for one answer."""

PAIR_SPACING, PAIR_BURST = 6.0, 40
"""One message in six seconds to one person, of which 45 may come at once after a silence: we stop a little short.
https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput#pair-rate-limits"""

PAIR_RATE, NUMBER_RATE, NO_USER_IDS = 131056, 130429, 131062
UNKNOWN_FILE = (100, 131009, 131053)
LONGEST_REST, LONGEST_HALT = 300.0, 60.0
FIRST_HALT = 2.0
PAGE = 100
NUMBER_FIELDS = (
    "display_phone_number", "verified_name", "quality_rating", "platform_type",
    "whatsapp_business_manager_messaging_limit", "account_mode",
)  # fmt: skip
TEMPLATE_FIELDS = (
    "id", "name", "language", "status", "category", "components", "parameter_format", "rejected_reason",
)  # fmt: skip


def limits(messages_per_second: int) -> Limits:
    """The pace of one number."""
    return Limits(chat_spacing=PAIR_SPACING, chat_burst=PAIR_BURST, overall=messages_per_second)


def is_phone(address: str) -> bool:
    """Whether an address is a phone's digits, and no business-scoped user id ("ZA.1349…")."""
    return address.isdecimal()


class WhatsAppClient:
    """One business number. All of it raises WhatsAppRefused, and nothing else that WhatsApp or the network may do."""

    def __init__(self, token: str, phone_id: str, business_id: str | None, api_base: str | None, pace: Pace) -> None:
        base = f"{(api_base or META).rstrip('/')}/v{VERSION}"
        self._api = Graph(token, base, OverAiohttp(CONNECTIONS, patience=PATIENCE))
        self._phone_id = phone_id
        self._business_id = business_id
        self.pace = pace
        self._files = Uploads()
        self._resting: dict[int, tuple[float, int]] = {}  # by person: until when (the loop's time), and how often
        self._halts = 0

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    # --- messages ---------------------------------------------------------------------------------------------------

    async def send(
        self,
        address: str,
        form: Form,
        *,
        phone: str | None = None,
        lane: Lane = Lane.PERSONAL,
        tracker: str = "",
        leaving: Leaving | None = None,
    ) -> str:
        """Send one message to a user id or a phone's digits; returns its id (wamid).

        `phone` is the number behind a user id, if it is known. `tracker` comes back with the message's statuses.
        `leaving` is awaited when its turn has come; what it raises, this raises, and nothing is sent.
        """
        number = number_of(address)
        self._check_rest(number)
        known = form.upload is not None and self._files.get(form.upload.content) is not None
        content = await self._complete(form)
        to = address if is_phone(address) else None
        for _again in range(3):
            try:
                wamid = await self._send_in_turn(number, address, to, form.kind, content, lane, tracker, leaving)
            except WhatsAppRefused as refused:
                if refused.code == NO_USER_IDS and to is None and phone:
                    to = phone
                elif known and form.upload is not None and _lost_file(refused):
                    self._files.forget(form.upload.content)
                    known, content = False, await self._complete(form)
                else:
                    raise
                if isinstance(leaving, Departure):
                    leaving.refused()
            else:
                self._resting.pop(number, None)
                self._halts = 0
                return wamid
        raise AssertionError("unreachable")

    async def _send_in_turn(
        self,
        number: int,
        address: str,
        to: str | None,
        kind: str,
        content: Content,
        lane: Lane,
        tracker: str,
        leaving: Leaving | None,
    ) -> str:
        async with self.pace.turn(number, lane):
            if leaving is not None:
                await leaving()
            try:
                answer = await self._call(
                    self._api.send_message(
                        self._phone_id, to, None if to else address, "individual", kind, content,
                        biz_opaque_callback_data=tracker or None,
                    )
                )  # fmt: skip
            except WhatsAppRefused as refused:
                self._slow_down(number, refused)
                raise
        try:
            return str(answer["messages"][0]["id"])
        except (LookupError, TypeError) as error:
            raise WhatsAppRefused(0, "the answer has an unknown shape", may_have_arrived=True) from error

    def _check_rest(self, number: int) -> None:
        """Whoever was written to too often is left alone for a while. Raises WhatsAppRefused."""
        until, _times = self._resting.get(number, (0.0, 0))
        left = until - asyncio.get_running_loop().time()
        if left > 0:
            raise WhatsAppRefused(PAIR_RATE, "too much was sent to this person just now", retry_after=left)

    def _slow_down(self, number: int, refused: WhatsAppRefused) -> None:
        """Leave one person, or everybody, alone for a while, and for longer each time. Notes for how long."""
        if refused.code == PAIR_RATE:
            times = self._resting.get(number, (0.0, 0))[1]
            rest = max(refused.retry_after or 0.0, min(PAIR_SPACING * 2.0**times, LONGEST_REST))
            now = asyncio.get_running_loop().time()
            for other in [key for key, (until, _times) in self._resting.items() if until < now - LONGEST_REST]:
                del self._resting[other]
            self._resting[number] = (now + rest, min(times + 1, 10))
            refused.retry_after = rest
        elif refused.code == NUMBER_RATE:
            halt = max(refused.retry_after or 0.0, min(FIRST_HALT * 2.0**self._halts, LONGEST_HALT))
            self._halts = min(self._halts + 1, 10)
            self.pace.halt(halt)
            refused.retry_after = halt
            log.warning("WhatsApp asks for %.0f s of silence", halt)

    # --- files ------------------------------------------------------------------------------------------------------

    async def _complete(self, form: Form) -> Content:
        """The form's content, with its file uploaded if WhatsApp does not have it yet."""
        upload = form.upload
        if upload is None:
            return form.content
        file_id = self._files.get(upload.content)
        if file_id is None:
            file_id = await self.upload(upload.content, upload.media_type, upload.name)
            self._files.keep(upload.content, file_id)
        return form.with_file(file_id)

    async def upload(self, content: bytes, media_type: str, name: str) -> str:
        """Give WhatsApp a file; returns its id, which holds for 30 days."""
        answer = await self._call(self._api.upload_media(self._phone_id, content, media_type, name))
        if not isinstance(answer, dict) or not answer.get("id"):
            raise WhatsAppRefused(0, "the answer has an unknown shape")
        return str(answer["id"])

    async def download(self, media_id: str, most: int) -> bytes | None:
        """The bytes of a file that somebody sent; None when there are more than `most`."""
        told = await self._call(self._api.get_media_url(media_id))
        if not isinstance(told, dict) or not isinstance(told.get("url"), str):
            raise WhatsAppRefused(0, "the answer has an unknown shape")
        size = told.get("file_size")
        if isinstance(size, int | str) and str(size).isdecimal() and int(size) > most:
            return None
        content = bytearray()
        try:
            async with self._api.stream_media_bytes(told["url"]) as answer:
                if answer.status_code != 200:
                    raise WhatsAppRefused(answer.status_code, "the file is not to be had")
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > most:
                        return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Its text may hold the address of somebody's photo: it goes no further.
            raise WhatsAppRefused(0, type(error).__name__) from None
        return bytes(content)

    # --- what WhatsApp knows of us ----------------------------------------------------------------------------------

    async def templates(self) -> list[dict[str, Any]]:
        """All templates of the account, as the API tells them. Empty where no business account is set."""
        if self._business_id is None:
            return []
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = {"limit": str(PAGE)} | ({"after": after} if after else {})
            answer = await self._told(
                self._api.get_templates(self._business_id, fields=TEMPLATE_FIELDS, pagination=page)
            )
            found += answer.get("data", [])
            paging = answer.get("paging") or {}
            following = (paging.get("cursors") or {}).get("after")
            if not paging.get("next") or not following or following == after:
                return found
            after = following

    async def number(self) -> dict[str, Any]:
        """What WhatsApp tells of our number: `NUMBER_FIELDS`, as far as it has them."""
        return await self._told(self._api.get_business_phone_number(self._phone_id, NUMBER_FIELDS))

    async def _told(self, call: Any) -> dict[str, Any]:
        """The answer to a call that asks for something. Raises WhatsAppRefused."""
        answer = await self._call(call)
        if not isinstance(answer, dict):
            raise WhatsAppRefused(0, "the answer has an unknown shape")
        return answer

    async def _call(self, call: Any) -> Any:
        """The answer to a call of pywa's. Raises WhatsAppRefused."""
        try:
            return await call
        except WhatsAppError as error:
            raise _refused(error) from None
        except Broken as error:
            raise WhatsAppRefused(0, str(error), may_have_arrived=error.left) from None
        except httpx.HTTPError as error:
            raise WhatsAppRefused(0, type(error).__name__, may_have_arrived=True) from None
        except (ValueError, LookupError, TypeError, AttributeError):
            # What pywa meets in answers of an unknown shape. Their text goes no further: it may be residents' words.
            raise WhatsAppRefused(0, "the answer has an unknown shape", may_have_arrived=True) from None


def _lost_file(refused: WhatsAppRefused) -> bool:
    return refused.code in UNKNOWN_FILE and "media" in refused.details.lower()


def _refused(error: WhatsAppError) -> WhatsAppRefused:
    details = naming_nobody(error.message, error.details or "")
    response = error.raw_response
    retry_after = None
    if response is not None:
        with suppress(ValueError, OverflowError):
            seconds = float(response.headers.get("retry-after", ""))
            retry_after = seconds if math.isfinite(seconds) and seconds >= 0 else None
    left = response is not None and response.status_code >= 500
    return WhatsAppRefused(error.code, details, retry_after=retry_after, may_have_arrived=left)
