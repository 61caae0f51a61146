"""What goes wrong, told in the form the asker understands: JSON to a script, a page with a way back to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot.channels.web.chats import TROUBLE, NoChat
from bot.channels.web.looks import Looks, language_of
from bot.channels.web.security import Guard, Handler
from bot.intake.intake import Unavailable
from bot.settings import Settings
from locales import N_, _, speaking

log = logging.getLogger(__name__)

FOR_SCRIPTS = ("/chat/", "/sample/")
_WORDS = {
    400: (N_("I could not read that"), N_("Please go back to the chat and try again from there.")),
    403: (N_("That did not come from this page"), N_("Please go back to the chat and try again from there.")),
    404: (N_("There is nothing here"), N_("The page may have moved. The chat is still where it was.")),
    413: (N_("That is too much at once"), N_("Please go back and send it in smaller parts.")),
    429: (N_("One moment, please"), N_("That was a little fast. Please wait a minute, then try again.")),
    503: (N_("The town is busy just now"), N_("Please try again in a moment. Nothing you sent is lost.")),
    500: (N_("Something went wrong on our side"), N_("Please go back to the chat and try again in a moment.")),
}


class Problems:
    """The middleware around every route of ours. Routes that others lent us answer for themselves."""

    def __init__(self, settings: Settings, looks: Looks, guard: Guard, is_ours: Callable[[web.Request], bool]) -> None:
        self._settings = settings
        self._looks = looks
        self._guard = guard
        self._is_ours = is_ours

    def middleware(self) -> Any:
        """aiohttp's middleware."""

        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_ours(request):
                return await handler(request)
            return await self._answer(request, handler)

        return answer

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._guard.check_host(request)
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return self._told(request, error.status, error.headers.get("Retry-After"), error.headers.get("Allow"))
        except NoChat:
            return self._told(request, 404)
        except web.RequestPayloadError:
            return self._told(request, 400)
        except (Unavailable, *TROUBLE) as error:
            log.warning("%s %s could not be served now: %s", request.method, request.path, _reason(error))
            return self._told(request, 503, "2")
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return self._told(request, 500)

    def _told(
        self, request: web.Request, status: int, retry_after: str | None = None, allow: str | None = None
    ) -> web.Response:
        if request.path.startswith(FOR_SCRIPTS):
            answer: web.Response = web.json_response({"error": status}, status=status)
        else:
            answer = self._page(request, status)
        if retry_after is not None:
            answer.headers["Retry-After"] = retry_after
        if allow is not None:
            answer.headers["Allow"] = allow
        return answer

    def _page(self, request: web.Request, status: int) -> web.Response:
        language = language_of(request, self._settings.town_language)
        title, text = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
        with speaking(language):
            words = {"title": _(title).unescape(), "text": _(text).unescape()}
        # The database may be what is wrong, so the name is the configured one.
        return self._looks.page(
            "problem.html", language=language, town=self._settings.town_name, status=status, **words
        )


def _reason(error: BaseException) -> str:
    """Why something cannot be served now, without the statement that failed: it may hold a resident's words."""
    cause = error.__cause__ if isinstance(error, Unavailable) and error.__cause__ is not None else error
    if isinstance(cause, DBAPIError):
        return f"{type(cause).__name__} ({type(cause.orig).__name__})"
    return f"{type(cause).__name__} {cause}".rstrip()
