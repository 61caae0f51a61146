"""Small towns in which hypothesis makes up what people do: each in a database of its own, looked at after each step."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.clock import StoppedClock
from storage.engine import Database


class SmallTown(Protocol):
    """A town that can be founded, in which a step can be taken, and that can be looked at."""

    async def begin(self, folder: Path) -> None: ...
    async def do(self, what: tuple[Any, ...]) -> None: ...
    async def look(self) -> None: ...


def played(
    template: Path,
    make: Callable[[Database, StoppedClock], SmallTown],
    now: datetime,
    steps: Sequence[tuple[Any, ...]],
) -> None:
    """Take the steps in a town on a copy of the migrated `template`, and look at it after each of them."""

    async def main() -> None:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(template, Path(folder, "t.db"))
            database = Database(f"sqlite+aiosqlite:///{folder}/t.db")
            town = make(database, StoppedClock(now))
            try:
                await town.begin(Path(folder))
                for one in steps:
                    await town.do(one)
                    await town.look()
            finally:
                await database.close()

    asyncio.run(main())
