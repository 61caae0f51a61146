"""The public pages: the mayor's weekly updates, for everybody, without signing in; as a feed too.

Only what has gone out is shown, and no resident is named. Nothing is loaded from elsewhere: a video is a link, and each
way to share a page is one too.
"""

from __future__ import annotations

import hashlib
import math
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web
from markupsafe import Markup

from bot.channels.web import atom
from bot.channels.web.buckets import Buckets, Pace
from bot.channels.web.charts import Charts
from bot.channels.web.looks import TEMPLATES, Looks, language_of
from bot.channels.web.prose import paragraphs
from bot.channels.web.security import Guard
from handlers.boards.page import Page, page_of
from handlers.kit.links import MOST_ID, Links
from locales import LANGUAGES, _, speaking
from storage.engine import Database
from storage.queries import public_news, updates
from storage.queries import town as town_row
from storage.queries.updates import UpdateRow
from storage.unit import Unit
from town.settings import TownSettings

PER_PAGE = 10
IN_FEED = 20
PICTURE_LASTS = 24 * 3600
"""Seconds for which a photo or a chart is not asked for anew."""

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
ONE = "/news/{id:[0-9]{1,10}}"


class NewsPages:
    """The routes of the public pages: the list, each update, its pictures, and the feed."""

    def __init__(self, database: Database, guard: Guard, looks: Looks, links: Links, pace: Pace) -> None:
        self._database = database
        self._guard = guard
        self._looks = looks
        self._links = links
        self._pace = Buckets(pace)
        self._charts = Charts()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/news", self.listed),
            web.get("/news/feed.atom", self.feed),
            web.get(ONE, self.one),
            web.get(ONE + "/picture-{n:[0-9]{1,2}}", self.photo),
            web.get(ONE + "/chart.png", self.chart),
        ]

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """The updates, the newest first, ten a page (`?page=`)."""
        self._slow_down(request)
        async with self._database.reading() as unit:
            town = await town_row.settings(unit)
            last = max(0, (await updates.count_sent(unit) - 1) // PER_PAGE)
            number = min(_number(request.query.get("page", "1")) - 1, last)
            found = await updates.sent(unit, most=PER_PAGE, skip=number * PER_PAGE)
            language = _language(request, town)
            pages = await _pages(unit, found, language, town)
        turn = {"newer": number if number > 0 else None, "older": number + 2 if number < last else None}
        here = "/news" if number == 0 else f"/news?page={number + 1}"
        return self._page(request, "news_list.html", town, language, here, pages=pages, **turn)

    async def one(self, request: web.Request) -> web.StreamResponse:
        """An update: the mayor's words, the numbers, the pictures, and the ways to pass it on."""
        self._slow_down(request)
        async with self._database.reading() as unit:
            town = await town_row.settings(unit)
            update = await self._update(unit, request)
            language = _language(request, town)
            [page] = await _pages(unit, [update], language, town)
            before, after = await public_news.beside(unit, update.week)
        here, base = f"/news/{page.id}", self._base(request)
        return self._page(
            request,
            "news.html",
            town,
            language,
            here,
            page=page,
            before=before,
            after=after,
            share=_share(f"{base}{here}", f"{town.name}: {page.title}"),
        )

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """A photo of an update, from 1."""
        self._slow_down(request)
        async with self._database.reading() as unit:
            found = await public_news.photo(unit, _id(request), max(1, int(request.match_info["n"])))
        if found is None:
            raise web.HTTPNotFound
        answer = _kept(request, found.digest[:32], f"public, max-age={PICTURE_LASTS}")
        if answer.status == 200:
            answer.body, answer.content_type = found.content, found.media_type
        return answer

    async def chart(self, request: web.Request) -> web.StreamResponse:
        """The hours by week as a PNG, in a language (`?lang=`)."""
        self._slow_down(request)
        async with self._database.reading() as unit:
            town = await town_row.settings(unit)
            update = await self._update(unit, request)
        with speaking(_chosen(request) or town.language):
            words = self._charts.words(update)
        answer = _kept(request, self._charts.digest(words), f"public, max-age={PICTURE_LASTS}")
        if answer.status == 200:
            answer.body, answer.content_type = await self._charts.png(words), "image/png"
        return answer

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """The newest updates as Atom, in the town's language or in another (`?lang=`): whoever asks is a machine."""
        self._slow_down(request)
        async with self._database.reading() as unit:
            town = await town_row.settings(unit)
            language = _chosen(request) or town.language
            pages = await _pages(unit, await updates.sent(unit, most=IN_FEED), language, town)
        base = self._base(request)
        with speaking(language):
            content = atom.feed(
                pages,
                town=town.name,
                title=_("{town}: the week's news", town=town.name).unescape(),
                language=language,
                base=base,
                query=_query(request),
                content=lambda page: _entry(page, base, language),
            )
        answer = _kept(request, hashlib.sha256(content).hexdigest()[:32], "no-cache", changed=atom.last_change(pages))
        if answer.status == 200:
            answer.body, answer.content_type, answer.charset = content, atom.MEDIA_TYPE, "utf-8"
        return answer

    # -- what they share -----------------------------------------------------------------------------------------------

    def _slow_down(self, request: web.Request) -> None:
        """Raises HTTPTooManyRequests for who looks too often."""
        if wait := self._pace.take(self._guard.caller(request)):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})

    async def _update(self, unit: Unit, request: web.Request) -> UpdateRow:
        """The update that is asked for. Raises HTTPNotFound, also for one that has not gone out."""
        found = await public_news.sent(unit, _id(request))
        if found is None:
            raise web.HTTPNotFound
        return found

    def _base(self, request: web.Request) -> str:
        """Where these pages are, for who is elsewhere. Raises HTTPBadRequest for a host that is none."""
        if self._links.web_url:
            return self._links.web_url.rstrip("/")
        if not _HOST.fullmatch(request.host):
            raise web.HTTPBadRequest
        return f"{request.scheme}://{request.host}"

    def _page(
        self, request: web.Request, name: str, town: TownSettings, language: str, here: str, **context: Any
    ) -> web.Response:
        """A page in a language, with the ways that all of them have; 304 to a copy that is still right."""
        page = self._looks.page(
            name,
            language=language,
            town=town.name,
            base=self._base(request),
            here=here,
            lang_query=_query(request),
            languages=LANGUAGES,
            paragraphs=paragraphs,
            **context,
        )
        content = page.body
        assert isinstance(content, bytes)
        answer = _kept(request, hashlib.sha256(content).hexdigest()[:32], "no-cache")
        answer.headers["Vary"] = "Accept-Language"
        answer.headers["Content-Language"] = language
        if answer.status == 200:
            answer.body, answer.content_type, answer.charset = content, "text/html", "utf-8"
        return answer


async def _pages(unit: Unit, found: list[UpdateRow], language: str, town: TownSettings) -> list[Page]:
    photos = await public_news.photo_counts(unit, [one.id for one in found]) if found else {}
    with speaking(language):
        return [page_of(one, photos.get(one.id, 0), town) for one in found]


def _entry(page: Page, base: str, language: str) -> Markup:
    """An update as the content of a feed's entry: with whole addresses, and without the page around it."""
    text = TEMPLATES.get_template("_news_entry.html").render(
        _=lambda message, **params: _(message, **params).unescape(),
        page=page,
        base=base,
        lang=language,
        paragraphs=paragraphs,
    )
    return Markup(text)  # noqa: S704 - the template escapes


def _kept(request: web.Request, etag: str, how_long: str, *, changed: datetime | None = None) -> web.Response:
    """An empty answer, 304 where the asker's copy is still right: then it is to be sent as it is.

    A copy that is named is compared by its name alone, as RFC 9110 (13.2.2) asks.
    """
    # Readers on other sites may show it: it is public.
    answer = web.Response(headers={"Cache-Control": how_long, "Cross-Origin-Resource-Policy": "cross-origin"})
    answer.etag = etag
    answer.last_modified = changed
    if (named := request.if_none_match) is not None:
        is_right = any(given.value in (etag, "*") for given in named)
    else:
        since = request.if_modified_since
        is_right = changed is not None and since is not None and changed.replace(microsecond=0) <= since
    if is_right:
        answer.set_status(304)
    return answer


def _share(address: str, words: str) -> dict[str, str]:
    """Links by which a page is passed on: to Telegram, to WhatsApp, and as it is."""
    return {
        "telegram": f"https://t.me/share/url?url={quote(address, safe='')}&text={quote(words, safe='')}",
        "whatsapp": f"https://wa.me/?text={quote(f'{words} {address}', safe='')}",
        "address": address,
    }


def _chosen(request: web.Request) -> str | None:
    """The language that the address asks for, if it is one of the town's."""
    wanted = request.query.get("lang", "")
    return wanted if wanted in LANGUAGES else None


def _language(request: web.Request, town: TownSettings) -> str:
    return _chosen(request) or language_of(request, town.language)


def _query(request: web.Request) -> str:
    """What keeps a chosen language on the way from page to page."""
    chosen = _chosen(request)
    return f"?lang={chosen}" if chosen else ""


def _id(request: web.Request) -> int:
    number = int(request.match_info["id"])
    if number > MOST_ID:
        raise web.HTTPNotFound
    return number


def _number(text: str) -> int:
    """A page's number, 1 for anything that is none."""
    return max(1, int(text)) if re.fullmatch("[0-9]{1,6}", text) else 1
