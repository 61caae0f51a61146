"""The town as a process of its own, to be killed at any moment."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from tests.conftest import channels
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import WhatsAppEmulator

ROOT = Path(__file__).parents[2]


def environment(folder: Path, database_url: str, **settings: object) -> dict[str, str]:
    """The environment of a real town: `settings` as TOWNBELL_* variables, and nothing of the tests' own."""
    given = {"sample": "false", "data_dir": folder, "database_url": database_url, "town_name": "Riverbend"} | settings
    return inherited() | {f"TOWNBELL_{name.upper()}": str(value) for name, value in given.items()}


def inherited() -> dict[str, str]:
    """The environment of the tests but for towns of their own; what is compiled is kept, for the next to start."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("TOWNBELL_") and name != "PYTHONDONTWRITEBYTECODE"
    }


def telegram_settings(tg: TelegramEmulator) -> dict[str, object]:
    """A town that is on Telegram alone, at the emulator."""
    return {"web_enabled": "false", "telegram_token": tg.token, "telegram_api_base": tg.url}


def whatsapp_settings(wa: WhatsAppEmulator, port: int) -> dict[str, object]:
    """A town that is on WhatsApp alone, at the emulator; its webhook is at `port`."""
    return {"web_enabled": "false", "web_port": port} | channels(wa=wa)


def hook_at(port: int) -> str:
    """Where WhatsApp calls a town whose webhook is at `port`."""
    return f"http://127.0.0.1:{port}/whatsapp"


class Child:
    """One running `bot.py run`."""

    def __init__(self, pid: int, ended: Callable[[], Awaitable[int]]) -> None:
        self.pid = pid
        self._ended = ended

    async def ended(self) -> int:
        """Wait until it has; returns its exit code."""
        return await self._ended()

    async def kill(self) -> None:
        """`kill -9`: it learns nothing of it."""
        os.kill(self.pid, signal.SIGKILL)
        assert await self._ended() == -signal.SIGKILL, "it had ended before it was killed; see the log"

    async def stop(self, patience: float = 20) -> int:
        """Ask it to end; returns its exit code. Raises TimeoutError."""
        os.kill(self.pid, signal.SIGTERM)
        async with asyncio.timeout(patience):
            return await self._ended()


class Launcher:
    """Starts children one after the other, in a folder, with an environment: each when the one before has ended."""

    def __init__(self, nursery: asyncio.subprocess.Process, folder: Path, environ: dict[str, str]) -> None:
        self._nursery = nursery
        self._log = folder / "log.txt"
        self._order = {"folder": str(folder), "log": str(self._log), "environ": environ}
        self._running: Child | None = None

    async def start(self) -> Child:
        assert self._running is None
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(json.dumps(self._order).encode() + b"\n")
        self._running = Child(await self._number(), self._ended)
        return self._running

    async def _ended(self) -> int:
        code = await self._number()
        self._running = None
        return code

    async def _number(self) -> int:
        assert self._nursery.stdout is not None
        line = await self._nursery.stdout.readline()
        assert line, f"the nursery has ended:\n{self.words()}"
        return int(line)

    def words(self) -> str:
        """All that the children have logged."""
        return self._log.read_text() if self._log.exists() else ""

    async def close(self) -> None:
        if self._running is not None:
            await self._running.kill()


@asynccontextmanager
async def a_nursery() -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has imported the house, for launchers: one at a time, on the loop on which it was made."""
    nursery = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "tests.faults.nursery",
        cwd=ROOT, env=inherited(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert nursery.stdout is not None
    assert nursery.stdin is not None
    assert await nursery.stdout.readline() == b"ready\n"
    try:
        yield nursery
    finally:
        nursery.stdin.close()
        await nursery.wait()


@asynccontextmanager
async def launcher(folder: Path, environ: dict[str, str]) -> AsyncIterator[Launcher]:
    """Starts children with this environment, in this folder; a child that is left is killed in the end."""
    async with a_nursery() as nursery:
        starts = Launcher(nursery, folder, environ)
        try:
            yield starts
        finally:
            await starts.close()


@asynccontextmanager
async def a_program(folder: Path, environ: dict[str, str]) -> AsyncIterator[Child]:
    """`python bot.py run`, as an operator types it; killed in the end if it still runs."""
    with (folder / "log.txt").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "bot.py"), "run", cwd=folder, env=environ, stdout=log, stderr=log
        )
    try:
        yield Child(process.pid, process.wait)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(happened: Callable[[], bool], what: str, patience: float = 30) -> None:
    """Wait until something has happened. Raises TimeoutError that says what did not."""
    try:
        async with asyncio.timeout(patience):
            while not happened():  # noqa: ASYNC110 - what happens is in another process and sets no event here
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise TimeoutError(f"in {patience:.0f} s not: {what}") from None


async def at_work(tg: TelegramEmulator, calls_before: int) -> None:
    """Wait until a child asks for updates that was started after `calls_before` calls."""
    await until(
        lambda: tg.polled or any(call.method == "getUpdates" for call in tg.calls[calls_before:]),
        "the town asks Telegram for updates",
    )


async def on_whatsapp(wa: WhatsAppEmulator, calls_before: int) -> None:
    """Wait until a child listens at its webhook that was started after `calls_before` calls."""
    await until(
        lambda: any(call.path.endswith(wa.phone_number_id) for call in wa.calls[calls_before:]),
        "the town asks WhatsApp for its number",
    )


def rows(file: Path, statement: str, *params: object) -> list[Any]:
    """Look into a SQLite file as it was left, without changing anything: recovery is the next child's work."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(statement, params).fetchall()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
