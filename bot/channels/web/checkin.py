"""The page at the place: the check-in code of a shift or a meeting and its QR code, in large, new every minute."""

from __future__ import annotations

import math
import re
from typing import Any

from aiohttp import web

from bot.channels.web.buckets import Buckets, Pace
from bot.channels.web.looks import Looks
from bot.channels.web.security import Guard
from bot.clock import Clock
from handlers.checkin import board as shift_board
from handlers.checkin import pictures
from handlers.kit.boards import Board
from handlers.kit.links import MOST_ID, Links
from handlers.meetings import board as meeting_board
from storage.engine import Database
from storage.queries import web as queries
from town import settings as town_settings
from town.checkin import changes_in
from town.settings import TownSettings

PATH = "/checkin/{of}/{token}"
OF = re.compile("(m?)([0-9]{1,10})")
"""A shift's id, or a meeting's behind an "m"."""

BOARDS = {"": shift_board.board, "m": meeting_board.board}


class CheckInPages:
    """The page and what it asks for every few seconds. Its address is the secret, good for the day of what it is for.

    It shows nobody's name: it hangs where everybody sees it. The time that counts is the server's.
    """

    def __init__(
        self, database: Database, clock: Clock, guard: Guard, looks: Looks, links: Links, wrong_keys: Pace
    ) -> None:
        self._database = database
        self._clock = clock
        self._guard = guard
        self._looks = looks
        self._links = links
        self._wrong_keys = Buckets(wrong_keys)

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.page), web.get(PATH + "/now", self.now)]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page as it is now; from then on it renews itself. In the town's language, since everybody reads it."""
        board, town = await self._found(request)
        answer = self._looks.page(
            "checkin.html",
            language=town.language,
            town=town.name,
            title=board.title,
            when=board.when,
            place=board.place,
            source=f"{request.path}/now",
            shows=_shows(board),
        )
        return _secret(answer)

    async def now(self, request: web.Request) -> web.StreamResponse:
        """`{"state", "code", "qr", "note", "count", "changes_in": ms}`, in the town's words."""
        board, _town = await self._found(request)
        left = math.ceil(changes_in(self._clock.now()).total_seconds() * 1000)
        return _secret(web.json_response(_shows(board) | {"changes_in": left}))

    async def _found(self, request: web.Request) -> tuple[Board, TownSettings]:
        """What is to be shown. Raises HTTPNotFound for a wrong or old address, HTTPTooManyRequests after many."""
        caller = self._guard.caller(request)
        if wait := self._wrong_keys.take(caller):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})
        of, token = OF.fullmatch(request.match_info["of"]), request.match_info["token"]
        if of is None or int(of[2]) > MOST_ID:
            raise web.HTTPNotFound
        async with self._database.reading() as unit:
            town = town_settings.parse(await queries.town_settings(unit))
            board = await BOARDS[of[1]](
                unit, of_id=int(of[2]), token=token, town=town, links=self._links, now=self._clock.now()
            )
        if board is None:
            raise web.HTTPNotFound
        self._wrong_keys.give_back(caller)
        return board, town


def _shows(board: Board) -> dict[str, Any]:
    return {
        "state": board.state,
        "code": board.code,
        "qr": pictures.svg(board.scan) if board.scan else "",
        "note": board.note,
        "count": board.count,
    }


def _secret(answer: web.Response) -> web.Response:
    """No search engine keeps it, and no page that it leads to hears of it."""
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
