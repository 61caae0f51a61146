"""What every town of a test process would make anew, though it comes out the same: made once, and kept.

Nothing here changes what is done, only how often. A town in service makes each of these once anyway.
"""

from __future__ import annotations

import gc
import inspect
import ssl
from collections.abc import Callable
from functools import cache
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

from aiohttp import web_app


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


def keep_all() -> None:
    keep_certificates()
    keep_signatures()
    keep_answers()


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
