"""Work that one process at a time goes on with: it holds a lease, is woken, and looks by itself from time to time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from storage.engine import TROUBLE, Database

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds after trouble."""


async def go_on(
    database: Database,
    name: str,
    work: Callable[[], Awaitable[object]],
    *,
    woken: asyncio.Event,
    every: float | Callable[[], float],
    stopping: Callable[[], bool],
) -> None:
    """Do `work` whenever `woken`, or `every` so many seconds, while this process holds the lease `name`.

    Whatever goes wrong is logged, and tried again; it ends when `stopping` says so.
    """
    while not stopping():
        try:
            async with database.lease(name) as lease:
                while not stopping():
                    woken.clear()
                    await lease.check()
                    await work()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(woken.wait(), every() if callable(every) else every)
        except TROUBLE as error:
            log.warning("the %s waits for the database: %s", name, type(error).__name__)
            await asyncio.sleep(PAUSE)
        except Exception:
            log.exception("the %s stumbled; it goes on in a moment", name)
            await asyncio.sleep(PAUSE)
