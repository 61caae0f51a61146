"""The phone's API: history, posts, files and the live socket, under `/chat/me` or, in the sample town, `/chat/<id>`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from bot.channels.web.body import expected, shown
from bot.channels.web.buckets import Buckets, Pace
from bot.channels.web.cookies import Sessions, digest_of
from bot.channels.web.doorway import Doorway
from bot.channels.web.limits import LARGEST_SENT, MOST_DATA, MOST_TEXT
from bot.channels.web.live import Live
from bot.channels.web.security import Guard, body_of
from bot.channels.web.session import Aside, Toast, hearing_asides
from storage.engine import Database
from storage.queries import web as queries
from storage.queries.web import Phone
from storage.unit import Unit
from town.text import utf16_units

MOST_ID = 2**31 - 1
PHOTO = "image/jpeg"
"""What a page sends, whatever its reader chose."""

LOOKS = Pace(10, 0.5)
"""How often one page may tell what it has shown: it waits longer than this by itself."""

PAGE = 50
MOST_PAGE = 200


class Phones:
    """Whose chat a request is about."""

    def __init__(self, sessions: Sessions, *, is_sample: bool) -> None:
        self._sessions = sessions
        self.is_sample = is_sample
        self.path = "/chat/{account:[0-9]{1,9}}" if is_sample else "/chat/me"

    async def find(self, unit: Unit, request: web.Request) -> Phone:
        """Raises HTTPUnauthorized without a session; in the sample town HTTPNotFound for an unknown account."""
        if self.is_sample:
            phone = await queries.of_account(unit, int(request.match_info["account"]))
            if phone is None:
                raise web.HTTPNotFound
            return phone
        phone = await self._sessions.phone(unit, request)
        if phone is None:
            raise web.HTTPUnauthorized
        return phone

    def base(self, request: web.Request) -> str:
        return f"/chat/{int(request.match_info['account'])}" if self.is_sample else "/chat/me"


class Api:
    """The routes of one phone."""

    def __init__(
        self, database: Database, phones: Phones, doorway: Doorway, live: Live, guard: Guard, posts: Buckets
    ) -> None:
        self._database = database
        self._phones = phones
        self._doorway = doorway
        self._live = live
        self._guard = guard
        self._posts = posts
        self._looks = Buckets(LOOKS)

    def routes(self) -> list[web.RouteDef]:
        path = self._phones.path
        return [
            web.get(f"{path}/messages", self.history),
            web.post(f"{path}/messages", self.say),
            web.post(f"{path}/taps", self.tap),
            web.post(f"{path}/pictures", self.picture),
            web.post(f"{path}/seen", self.seen),
            web.get(f"{path}/live", self.live, allow_head=False),
            web.get(f"{path}/files/{{file:[A-Za-z0-9_-]{{22}}}}", self.file),
        ]

    async def history(self, request: web.Request) -> web.StreamResponse:
        """`?before=<id>&limit=50` → `{"messages": [oldest first], "rev", "more", "expects": "photo" | null}`."""
        before = _number(request, "before", None)
        most = min(_number(request, "limit", PAGE) or 1, MOST_PAGE)
        async with self._database.reading() as unit:
            phone = await self._phones.find(unit, request)
            newest = await queries.history(unit, phone.account_id, before=before, most=most + 1)
        messages = shown(newest[:most][::-1], phone, self._phones.base(request))
        found = {"messages": messages, "rev": phone.rev, "more": len(newest) > most}
        return web.json_response(found | expected(phone))

    async def say(self, request: web.Request) -> web.StreamResponse:
        """`{"id": uuid, "text": str}` → `{"toast": null, "asides"}`, once it is committed and answered.

        `asides` is what this page alone is shown in place of what the chat keeps: `[{"message", "html", "buttons"}]`.
        """
        self._guard.check_post(request)
        async with self._database.reading() as unit:
            phone = await self._phones.find(unit, request)
        self._pace(request, phone)
        fields = await _fields(request)
        client_id, text = _uuid(fields), _text(fields)
        with hearing_asides() as asides:
            await self._doorway.say(phone, client_id, text)
        return _answer(None, asides)

    async def tap(self, request: web.Request) -> web.StreamResponse:
        """`{"id": uuid, "message": id, "data": str}` → `{"toast": {"text", "alert"} | null, "asides"}`, as above."""
        self._guard.check_post(request)
        async with self._database.reading() as unit:
            phone = await self._phones.find(unit, request)
            self._pace(request, phone)
            fields = await _fields(request)
            client_id, data, message_id = _uuid(fields), _data(fields), fields.get("message")
            if type(message_id) is not int:
                raise web.HTTPBadRequest
            known = 0 < message_id <= MOST_ID
            tapped = await queries.message(unit, phone.account_id, message_id) if known else None
        if tapped is None or tapped.mine:
            raise web.HTTPNotFound
        with hearing_asides() as asides:
            toast = await self._doorway.tap(phone, client_id, tapped, data)
        return _answer(toast, asides)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """`?id=<uuid>` and a photo as the body → `{"toast": null}`, once it is committed and answered."""
        self._guard.check_post(request, PHOTO)
        async with self._database.reading() as unit:
            phone = await self._phones.find(unit, request)
        self._pace(request, phone)
        client_id = _uuid(dict(request.query))
        await self._doorway.show(phone, client_id, await body_of(request, LARGEST_SENT))
        return _answer(None)

    async def seen(self, request: web.Request) -> web.StreamResponse:
        """`{"message": id}` → `{}`: up to this message the page has shown what is there to somebody."""
        self._guard.check_post(request)
        async with self._database.reading() as unit:
            phone = await self._phones.find(unit, request)
        self._pace(request, phone, self._looks)
        message_id = (await _fields(request)).get("message")
        if type(message_id) is not int or not 0 < message_id <= MOST_ID:
            raise web.HTTPBadRequest
        await self._doorway.seen(phone, message_id)
        return web.json_response({})

    async def live(self, request: web.Request) -> web.StreamResponse:
        """`?after=<rev>`: a WebSocket of what is new, changed and gone after a revision."""
        self._guard.check_origin(request)
        return await self._live.serve(request, self._phones.base(request), _number(request, "after", 0) or 0)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A photo, or a document to keep, that was sent into this chat."""
        async with self._database.reading() as unit:
            phone = await self._phones.find(unit, request)
            file = await queries.file(unit, phone.account_id, request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        attachment = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return web.Response(
            body=file.content,
            content_type=file.media_type,
            headers={
                "Content-Disposition": attachment if file.name else "inline",
                "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
                "Cache-Control": "private, no-store",
            },
        )

    def _pace(self, request: web.Request, phone: Phone, buckets: Buckets | None = None) -> None:
        wait = (buckets or self._posts).take(phone.account_id if self._phones.is_sample else digest_of(request))
        if wait:
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})


def _answer(toast: Toast | None, asides: Sequence[Aside] = ()) -> web.Response:
    said = {"text": toast.text, "alert": toast.alert} if toast is not None and toast.text else None
    return web.json_response({"toast": said, "asides": list(asides)})


async def _fields(request: web.Request) -> dict[str, Any]:
    try:
        fields = json.loads(await body_of(request))
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(fields, dict):
        raise web.HTTPBadRequest
    return fields


def _uuid(fields: dict[str, Any]) -> UUID:
    try:
        return UUID(fields["id"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise web.HTTPBadRequest from error


def _text(fields: dict[str, Any]) -> str:
    """What was typed, as text that every database keeps: no NUL, no half of a surrogate pair."""
    text = fields.get("text")
    if not isinstance(text, str):
        raise web.HTTPBadRequest
    if utf16_units(text) > MOST_TEXT:
        raise web.HTTPRequestEntityTooLarge(MOST_TEXT, utf16_units(text))
    text = text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if not text.strip():
        raise web.HTTPBadRequest
    return text


def _data(fields: dict[str, Any]) -> str:
    data = fields.get("data")
    if not isinstance(data, str) or not 1 <= len(data.encode("utf-8", "replace")) <= MOST_DATA:
        raise web.HTTPBadRequest
    if any("\ud800" <= char <= "\udfff" or char == "\0" for char in data):
        raise web.HTTPBadRequest
    return data


def _number(request: web.Request, name: str, default: int | None) -> int | None:
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise web.HTTPBadRequest
    return min(int(text), MOST_ID)
