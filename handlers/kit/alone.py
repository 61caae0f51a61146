"""One of the many things that a job looks after, by itself."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from storage.unit import Unit

log = logging.getLogger(__name__)


async def alone(unit: Unit, what: str, do: Callable[[], Awaitable[int]]) -> int:
    """Do something with one of them ("poll 7"); what `do` says, or 0 where it failed.

    What fails there is logged, is undone by itself and undoes nothing of the others; the next tick tries it again.
    """
    try:
        async with unit.connection.begin_nested():
            return await do()
    except Exception:
        log.exception("what was due for %s could not be done; it is tried at the next tick", what)
        return 0
