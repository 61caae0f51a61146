"""One run of the program, from the first signal handler to the last."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings

T = TypeVar("T")


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop where there is one, on asyncio's own loop elsewhere."""
    try:
        import uvloop
    except ImportError:
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


async def serve(settings: Settings, ready: Callable[[App], None]) -> None:
    """Start the town, tell `ready`, and serve until the first SIGINT or SIGTERM; what is in flight is then finished.

    A signal during the start calls the start off. A second one while stopping ends at once.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(received: signal.Signals) -> None:
        loop.remove_signal_handler(received)
        stopping.set()

    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stop, wanted)
    app = await _unless(stopping, _start(settings))
    if app is None:
        return
    try:
        ready(app)
        await stopping.wait()
    finally:
        await app.stop()


async def _start(settings: Settings) -> App:
    gc.disable()  # while importing, the collector finds nothing to free, and takes a fifth of the time
    try:
        import handlers  # noqa: F401 - first: it imports aiogram lightly
        from bot.app import build
    finally:
        gc.freeze()  # nor later: what was imported stays, and is passed over from here on
        gc.enable()
    app = await build(settings)
    try:
        await app.start()
    except BaseException:
        await app.stop()
        raise
    return app


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work returns, or None where it was called off."""
    working, called_off = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({working, called_off}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.wait({working})
        if not working.cancelled() and (error := working.exception()) is not None:
            raise error
        # It may have finished all the same, between the signal and now: then it is handed over and stopped as usual.
        return None if working.cancelled() else working.result()
    finally:
        called_off.cancel()
