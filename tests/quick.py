"""What every town of a test process would make anew, though it comes out the same: made once, and kept.

Nothing here (but `run_sqlite_here` and `close_at_once`) changes what is done, only how often. A town in service makes
each of these once.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import ssl
from collections.abc import Callable
from functools import cache
from types import CodeType, FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from aiohttp import web_app
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

if TYPE_CHECKING:
    from bot.intake.rooms import Rooms


def keep_certificates() -> None:
    """Telegram's clients read the same file of certificates, 30 ms each, for connections that never use them."""
    make = ssl.create_default_context

    @cache
    def of_file(cafile: str) -> ssl.SSLContext:
        return make(cafile=cafile)

    def once(*args: Any, cafile: str | None = None, **more: Any) -> ssl.SSLContext:
        if args or more or cafile is None:
            return make(*args, cafile=cafile, **more)
        return of_file(cafile)

    ssl.create_default_context = once  # type: ignore[assignment]  # its own type names each kind of path


def keep_signatures() -> None:
    """aiogram asks for the signatures of 2,400 functions a dispatcher, of which most are one lambda of its own.

    It looks at the parameters' names and kinds, which are the same wherever the code is.
    """
    from aiogram.dispatcher.event import handler

    import handlers  # noqa: F401 - first: it imports aiogram lightly

    known: dict[CodeType, inspect.Signature] = {}

    def signature(callback: Callable[..., Any], **how: Any) -> inspect.Signature:
        if not isinstance(callback, FunctionType) or vars(callback):  # it may carry a signature of its own
            return inspect.signature(callback, **how)
        if callback.__code__ not in known:
            known[callback.__code__] = inspect.signature(callback, **how)
        return known[callback.__code__]

    vars(handler)["inspect"] = SimpleNamespace(**vars(inspect) | {"signature": signature})


def keep_answers() -> None:
    """pydantic forgets the model of an answer as soon as nobody holds it, and makes it again in milliseconds."""
    from aiogram.methods import Response

    make = Response.__class_getitem__
    Response.__class_getitem__ = staticmethod(cache(make))  # type: ignore[method-assign, assignment]


def keep_rooms() -> None:
    """The rooms' routers know nothing of a town, and are most of what it takes to build one."""
    from bot import app

    make = cache(app.make_rooms)

    def once() -> Rooms:
        rooms = make()
        rooms._parent_router = None  # it moves from the town before to this one
        return rooms

    app.make_rooms = once


def keep_statements() -> None:
    """Each engine compiles every statement anew, though two of one dialect come to the same SQL."""
    from sqlalchemy.ext.asyncio import engine

    kept: dict[type[Dialect], LRUCache[Any, Any]] = {}
    make = vars(engine)["_create_engine"]

    def sharing(*args: Any, **more: Any) -> Engine:
        made: Engine = make(*args, **more)
        made._compiled_cache = kept.setdefault(type(made.dialect), LRUCache(5000))
        return made

    def same(self: object, other: object) -> bool:
        return type(self) is type(other)

    def by_type(self: object) -> int:
        return hash(type(self))

    vars(engine)["_create_engine"] = sharing
    DefaultDialect.__eq__ = same  # type: ignore[method-assign]  # a compiled statement is kept for its dialect
    DefaultDialect.__hash__ = by_type  # type: ignore[method-assign]


def run_sqlite_here() -> None:
    """aiosqlite hands each statement to a thread, and its answer back: twice the work of a statement of ours.

    A town that stands still while nobody speaks needs no second thread. Others get their turn at each statement all
    the same, so that what happens at one moment interleaves as it does in service. A `Database` that is opened by
    itself (contention, outages, measures) has its threads.
    """
    from bot import app
    from storage.engine import Database

    class Here(Database):
        def __init__(self, url: str) -> None:
            super().__init__(url)
            if self.is_sqlite:
                for engine in (self.engine, self.readers):
                    event.listen(engine.sync_engine, "connect", _without_thread)

    vars(app)["Database"] = Here


def _without_thread(adapted: Any, _record: Any) -> None:
    async def here(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        await asyncio.sleep(0)
        return function(*given, **named)

    vars(adapted.driver_connection)["_execute"] = here


def close_at_once() -> None:
    """aiogram gives connections a quarter of a second to end their TLS: on loopback there is none."""
    from aiogram.client.session.aiohttp import AiohttpSession

    async def close(self: AiohttpSession) -> None:
        if self._session is not None:
            await self._session.close()

    AiohttpSession.close = close  # type: ignore[method-assign]


def keep_all() -> None:
    keep_certificates()
    keep_signatures()
    keep_answers()
    keep_rooms()
    keep_statements()
    run_sqlite_here()
    close_at_once()


def keep_what_lives() -> None:
    """What was imported or built for good stays: garbage need not be looked for among it again and again."""
    gc.collect()
    gc.freeze()


def forget_towns() -> None:
    """Two caches that are bounded in service hold whole towns in tests: aiohttp's last 1,024 handlers, aiogram's last
    128 updates, each with all that hangs on them."""
    from aiogram.types import Update

    web_app._cached_build_middleware.cache_clear()
    Update.event_type.fget.cache_clear()  # type: ignore[attr-defined]  # a property around a cached function
