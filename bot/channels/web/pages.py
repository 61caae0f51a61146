"""The pages of a real town: the chat, the way in and the way out."""

from __future__ import annotations

import logging
import math
import re
from datetime import timedelta
from hmac import compare_digest
from urllib.parse import parse_qs
from uuid import uuid4

from aiohttp import web

from bot.channels.web.buckets import Buckets, Paces
from bot.channels.web.cookies import LASTS, Sessions
from bot.channels.web.doorway import Doorway
from bot.channels.web.looks import Looks, chips, language_of
from bot.channels.web.security import CSRF, Guard, body_of, csrf_token, is_csrf_right
from bot.clock import Clock
from bot.intake.intake import Unavailable
from handlers.kit.links import POSTER, parted, poster_in
from handlers.roles.actions import check_setup_code
from locales import _, speaking
from storage.engine import Database
from storage.queries import residents, roles
from storage.queries import web as queries
from storage.queries.web import Phone
from town import settings as town_settings
from town.facts import CodeUsed, CodeWrong
from town.settings import TownSettings

log = logging.getLogger(__name__)

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
LINK = "townbell_start"
"""The cookie that keeps a link's payload while its visitor signs in."""

LINK_LASTS = timedelta(hours=1)
MOST_CODE = 64
MOST_PAYLOAD = 2 * MOST_CODE  # a code and a link's payload


class Pages:
    """The routes of somebody with a browser and no session yet, or with one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        doorway: Doorway,
        sessions: Sessions,
        guard: Guard,
        looks: Looks,
        paces: Paces,
    ) -> None:
        self._database = database
        self._clock = clock
        self._doorway = doorway
        self._sessions = sessions
        self._guard = guard
        self._looks = looks
        self._wrong_codes = Buckets(paces.wrong_codes)
        self._new_sessions = Buckets(paces.new_sessions)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.chat),
            web.get("/join", self.ask),
            web.post("/join", self.join),
            web.post("/leave", self.leave),
        ]

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """A resident's chat. A link's payload (`?start=`) goes in as the message it stands for, once."""
        payload = request.query.get("start", "")
        payload = payload if PAYLOAD.fullmatch(payload) else ""
        phone = await self._phone(request)
        if phone is None:
            to_join = _go("/join")
            if payload:
                self._sessions.set(to_join, LINK, payload, LINK_LASTS)
            return to_join
        if payload:
            if _is_visit(request):
                await self._doorway.begin(phone, f"link:{uuid4()}", payload)
            return _go("/")
        town = town_settings.parse(phone.settings)
        token = csrf_token(request)
        page = self._looks.page(
            "chat.html",
            language=phone.language,
            town=town.name,
            account=phone.account_id,
            chips=chips(phone.language, await self._roles(phone)),
            csrf=token,
        )
        self._sessions.set(page, CSRF, token, LASTS)
        await self._sessions.keep(request, page, phone)
        return page

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """The sign-in form; somebody who is in goes straight to the chat."""
        if await self._phone(request) is not None:
            return _go("/")
        kept = request.cookies.get(LINK, "")
        page = self._form(request, await self._town(), code=parted(kept)[0][:MOST_CODE])
        poster = request.query.get("poster", "")
        if poster and PAYLOAD.fullmatch(POSTER + poster):
            self._sessions.set(page, LINK, _with_poster(kept, poster), LINK_LASTS)
        return page

    async def join(self, request: web.Request) -> web.StreamResponse:
        """Sign in: a new account with a session, whose chat greets by itself."""
        self._guard.check_origin(request)
        sent = await _form_of(request)
        town, code, caller = await self._town(), sent.get("code", "").strip()[:MOST_CODE], self._guard.caller(request)
        language = language_of(request, town.language)
        if await self._phone(request) is not None:
            return _go("/")
        if not is_csrf_right(request, sent.get("csrf", "")):
            with speaking(language):
                return self._form(request, town, code=code, status=403, error=_("Please try once more."))
        if town.join_policy == "code":
            if wait := self._wrong_codes.take(caller):
                return self._slow(request, town, code, wait)
            if not await self._lets_in(town, code):
                with speaking(language):
                    wrong = _("That code is not right. Please look at it again, letter by letter.")
                return self._form(request, town, code=code, status=403, error=wrong)
            self._wrong_codes.give_back(caller)
        if wait := self._new_sessions.take(caller):
            return self._slow(request, town, code, wait)
        link = request.cookies.get(LINK, "")
        if town.join_policy == "code":  # the code as it was typed; of the link, the page that it leads to
            page, poster = parted(link)[1], poster_in(link)
            page = page if poster is None else POSTER + poster
            link = code if page is None else f"{code} {page}"
        return await self._welcome(language, link)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Sign out: the session ends, the cookie goes."""
        self._guard.check_origin(request)
        if not is_csrf_right(request, (await _form_of(request)).get("csrf", "")):
            raise web.HTTPForbidden
        await self._sessions.close(request)
        to_join = _go("/join")
        self._sessions.take_back(to_join)
        return to_join

    async def _welcome(self, language: str, payload: str) -> web.StreamResponse:
        token, phone = await self._sessions.open(language)
        try:
            await self._doorway.begin(phone, "start", payload if len(payload) <= MOST_PAYLOAD else "")
        except Unavailable:
            log.warning("a new chat could not be greeted now; it offers to start by itself")
        to_chat = _go("/")
        self._sessions.hand_out(to_chat, token)
        self._sessions.take_back(to_chat, LINK)
        return to_chat

    async def _lets_in(self, town: TownSettings, code: str) -> bool:
        """Whether this is the town's join code, or a setup code: the first mayor knows no other."""
        wanted = town.join_code.strip().casefold()
        if wanted and compare_digest(code.casefold().encode("utf-8", "replace"), wanted.encode()):
            return True
        async with self._database.reading() as unit:
            try:
                await check_setup_code(unit, code=code, now=self._clock.now())
            except (CodeWrong, CodeUsed):
                return False
        return True

    def _form(
        self, request: web.Request, town: TownSettings, *, code: str, status: int = 200, error: str = ""
    ) -> web.Response:
        token = csrf_token(request)
        page = self._looks.page(
            "join.html",
            language=language_of(request, town.language),
            town=town.name,
            status=status,
            needs_code=town.join_policy == "code",
            csrf=token,
            error=error,
            code=code,
        )
        self._sessions.set(page, CSRF, token, LASTS)
        return page

    def _slow(self, request: web.Request, town: TownSettings, code: str, wait: float) -> web.Response:
        with speaking(language_of(request, town.language)):
            error = _("That was a little fast. Please wait a minute, then try again.")
        page = self._form(request, town, code=code, status=429, error=error)
        page.headers["Retry-After"] = str(math.ceil(wait))
        return page

    async def _phone(self, request: web.Request) -> Phone | None:
        async with self._database.reading() as unit:
            return await self._sessions.phone(unit, request)

    async def _roles(self, phone: Phone) -> frozenset[str]:
        async with self._database.reading() as unit:
            resident_id = await residents.of_account(unit, phone.account_id)
            held = await roles.held_by(unit, resident_id) if resident_id is not None else ()
        return frozenset(grant.role for grant in held)

    async def _town(self) -> TownSettings:
        async with self._database.reading() as unit:
            return town_settings.parse(await queries.town_settings(unit))


def _with_poster(kept: str, poster: str) -> str:
    """A link's payload with the poster that was scanned now; a code to join with that came before stays."""
    code, page = parted(kept)
    return kept if page is not None else f"{code} {POSTER}{poster}".strip()


def _go(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def _is_visit(request: web.Request) -> bool:
    """Whether somebody followed a link: not a picture's address, nor a page fetched ahead."""
    is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return request.method == "GET" and is_page and "Sec-Purpose" not in request.headers


async def _form_of(request: web.Request) -> dict[str, str]:
    """A sent form's fields. Raises HTTPBadRequest, HTTPRequestEntityTooLarge."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPBadRequest
    try:
        fields = parse_qs((await body_of(request)).decode(), max_num_fields=10, strict_parsing=False)
    except ValueError as error:
        raise web.HTTPBadRequest from error
    return {name: values[-1].replace("\0", "") for name, values in fields.items()}
