"""The command line: what it prints, what it refuses in one sentence, and how it stops."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot import cli, doctor, fresh, logs, problems, running
from bot.settings import Settings, load

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


class FakeApp:
    """A town that starts, says where it is, and notes what was asked of it."""

    address = "http://127.0.0.1:8080"

    def __init__(self, *, error: BaseException | None = None, interrupt: signal.Signals | None = None) -> None:
        self.error = error
        self.interrupt = interrupt
        self.calls: list[str] = []
        self.people = [("Maya", "resident"), ("Bram", "the bakery's coordinator"), ("Thandi", "mayor")]

    async def start(self) -> None:
        self.calls.append("start")
        if self.error is not None:
            raise self.error
        if self.interrupt is not None:
            os.kill(os.getpid(), self.interrupt)

    async def stop(self) -> None:
        self.calls.append("stop")

    def welcome(self) -> list[tuple[str, str]]:
        return self.people


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in [name for name in os.environ if name.upper().startswith("TOWNBELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "set_up", lambda level: None)
    before = {received: signal.getsignal(received) for received in (signal.SIGINT, signal.SIGTERM)}
    yield
    for received, handler in before.items():
        signal.signal(received, handler)


def _town(monkeypatch: pytest.MonkeyPatch, app: FakeApp) -> FakeApp:
    async def build(settings: Settings, **_overrides: Any) -> FakeApp:
        return app

    _module(monkeypatch, "bot.app", build=build)
    return app


def _module(monkeypatch: pytest.MonkeyPatch, name: str, **contents: Any) -> None:
    module = ModuleType(name)
    vars(module).update(contents)
    monkeypatch.setitem(sys.modules, name, module)


def _say(monkeypatch: pytest.MonkeyPatch, *words: str, answer: str | None = None) -> Result:
    """What `python bot.py WORDS…` prints and with what it exits."""
    runner = CliRunner()
    for name, is_error in (("out", False), ("err", True)):
        monkeypatch.setattr(cli, name, Console(stderr=is_error, highlight=False, width=120))
    return runner.invoke(cli.app, list(words), input=answer)


def test_help_names_the_commands() -> None:
    told = subprocess.run(
        [sys.executable, ROOT / "bot.py", "--help"], capture_output=True, text=True, check=True, cwd=ROOT, timeout=30
    ).stdout
    for word in ("run", "doctor", "migrate", "setup-code", ".env.example"):
        assert word in told


def test_no_command_shows_the_help(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _say(monkeypatch)
    assert told.exit_code == 0
    assert "setup-code" in told.stdout


def test_help_waits_for_no_library() -> None:
    look = "import bot.cli, sys; print(*{'aiogram', 'aiohttp', 'sqlalchemy', 'pydantic', 'babel'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT, timeout=30
    ).stdout
    assert told.strip() == ""


@pytest.mark.parametrize("received", [signal.SIGINT, signal.SIGTERM])
def test_run_tells_where_the_town_is_and_stops_cleanly(
    monkeypatch: pytest.MonkeyPatch, received: signal.Signals
) -> None:
    town = _town(monkeypatch, FakeApp(interrupt=received))
    told = _say(monkeypatch, "run")
    assert told.exit_code == 0, told.output
    assert town.calls == ["start", "stop"]
    assert told.stderr == ""


def test_the_address_and_the_people_are_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "out", Console(width=100))
    cli._announce(cast(Any, FakeApp()))
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8080" in told
    for line in ("Maya", "the bakery's coordinator", "Thandi"):
        assert line in told


def _taken_port() -> OSError:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        first.listen()
        with pytest.raises(OSError, match="in use") as taken:
            second.bind(first.getsockname())
    return taken.value


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_taken_port, "Port 8080 is taken by another program: stop that one, or choose another port with"),
        (lambda: PermissionError(errno.EACCES, "no", "data/sample.db"), "The data folder data cannot be written"),
        (lambda: OSError(errno.EADDRNOTAVAIL, "no"), "This computer has no address 127.0.0.1"),
        (lambda: OSError(errno.ENOSPC, "no"), "The disk is full"),
        (lambda: FileExistsError(errno.EEXIST, "no", "data"), "The data folder data is not a folder"),
        (lambda: problems.StartupProblem("Another Townbell is running here."), "Another Townbell is running here."),
        (
            lambda: ExceptionGroup("many", [ValueError(), OSError(errno.EADDRINUSE, "no")]),
            "Port 8080 is taken by another program",
        ),
    ],
)
def test_what_can_be_mended_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], BaseException], sentence: str
) -> None:
    town = _town(monkeypatch, FakeApp(error=make()))
    told = _say(monkeypatch, "run")
    assert told.exit_code == 2
    assert told.stderr.startswith(sentence)
    assert len(told.stderr.splitlines()) == 1
    assert town.calls == ["start", "stop"]


async def _error_of(url: str) -> BaseException:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - each driver has its own; the sentence is what is tested
        await doctor.revision_of(url)
    return raised.value


async def test_a_broken_database_file_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("broken.db").write_bytes(b"no database " * 1000)
    monkeypatch.setenv("TOWNBELL_DATABASE_URL", "sqlite:///broken.db")
    settings = load()
    told = problems.sentence(await _error_of(settings.database_url), settings)
    assert told is not None
    assert told.startswith("The database file broken.db is damaged, or no database at all: ")


async def test_a_database_file_in_no_folder_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_DATABASE_URL", "sqlite:///nowhere/town.db")
    settings = load()
    told = problems.sentence(await _error_of(settings.database_url), settings)
    assert told is not None
    assert told.startswith("The database file nowhere/town.db cannot be opened")


async def test_an_unreachable_postgres_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_DATABASE_URL", "postgresql://ann:hunter2@127.0.0.1:9/town")
    settings = load()
    told = problems.sentence(await _error_of(settings.database_url), settings)
    assert told is not None
    assert told.startswith("The database postgresql+asyncpg://ann:•••@127.0.0.1:9/town does not answer")


def test_no_sentence_of_ours_is_taken_for_a_secret() -> None:
    sentences = [text for _, text in problems._SAYINGS]
    assert [logs.redact(text) for text in sentences] == sentences


def test_bad_settings_end_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WEB_HOST", "0.0.0.0")
    told = _say(monkeypatch, "run")
    assert told.exit_code == 2
    assert "stays on this computer" in told.stderr


def test_the_unforeseen_is_a_traceback_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _town(monkeypatch, FakeApp(error=RuntimeError(f"no such method: https://h/bot{TOKEN}/x")))
    monkeypatch.setattr(sys, "argv", ["bot.py", "run"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert "RuntimeError: no such method: https://h/bot123456789:•••/x" in told
    assert TOKEN not in told


async def test_a_signal_during_the_start_calls_it_off() -> None:
    class SlowApp(FakeApp):
        async def start(self) -> None:
            self.calls.append("start")
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)

    town = SlowApp()
    told: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        _town(patch, town)
        await asyncio.wait_for(running.serve(load(), told.append), 5)
    assert town.calls == ["start", "stop"]
    assert told == []


def _sample_files() -> list[Path]:
    Path("data").mkdir()
    with sqlite3.connect("data/sample.db") as connection:
        connection.execute("CREATE TABLE shifts (id)")
    connection.close()
    Path("data/sample.db-wal").touch()
    Path("data/notes.txt").write_text("mine")
    return [Path("data/sample.db"), Path("data/sample.db-wal")]


def test_fresh_asks_and_keeps_everything_on_no(monkeypatch: pytest.MonkeyPatch) -> None:
    files = _sample_files()
    told = _say(monkeypatch, "run", "--fresh", answer="n\n")
    assert told.exit_code == 0
    assert "Nothing was deleted." in told.stdout
    for file in files:
        assert str(file) in told.stdout
        assert file.exists()


@pytest.mark.parametrize(("words", "answer"), [(("run", "--fresh"), "y\n"), (("run", "--fresh", "--yes"), None)])
def test_fresh_deletes_the_sample_town_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], answer: str | None
) -> None:
    files = _sample_files()
    town = _town(monkeypatch, FakeApp(interrupt=signal.SIGINT))
    told = _say(monkeypatch, *words, answer=answer)
    assert told.exit_code == 0, told.output
    assert not any(file.exists() for file in files)
    assert Path("data/notes.txt").read_text() == "mine"
    assert town.calls == ["start", "stop"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TOWNBELL_SAMPLE", "false", "--fresh is for the sample town only"),
        ("TOWNBELL_DATABASE_URL", "postgresql://127.0.0.1:9/town", "--fresh only deletes a database file"),
    ],
)
def test_fresh_is_refused_elsewhere(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    files = _sample_files()
    monkeypatch.setenv(name, value)
    told = _say(monkeypatch, "run", "--fresh", "--yes")
    assert told.exit_code == 2
    assert sentence in told.stderr
    assert all(file.exists() for file in files)


def test_fresh_is_refused_while_a_town_runs_on_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("data").mkdir()
    file = Path("data/sample.db")
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE shifts (id)")
        assert fresh.is_in_use(file)
        told = _say(monkeypatch, "run", "--fresh", "--yes")
    finally:
        other.close()
    assert told.exit_code == 2
    assert "stop it first" in told.stderr
    assert file.exists()
    assert not fresh.is_in_use(file)


def test_migrate_makes_the_folder_and_upgrades(monkeypatch: pytest.MonkeyPatch) -> None:
    upgraded: list[str] = []

    async def upgrade(url: str, revision: str = "head") -> None:
        assert Path("data").is_dir()
        upgraded.append(url)

    _module(monkeypatch, "storage.migrate", upgrade=upgrade)
    told = _say(monkeypatch, "migrate")
    assert told.exit_code == 0, told.output
    assert upgraded == ["sqlite+aiosqlite:///data/sample.db"]
    assert told.stdout == "data/sample.db is up to date.\n"


def test_setup_code_prints_a_code_that_works_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _say(monkeypatch, "setup-code")
    assert told.exit_code == 0, told.output
    code = told.stdout.strip()
    digest = hashlib.sha256(code.replace("-", "").encode()).hexdigest()
    connection = sqlite3.connect("data/sample.db")
    kept = connection.execute("SELECT digest, used_at FROM setup_codes").fetchall()
    connection.close()
    assert len(code) >= 8
    assert kept == [(digest, None)]
    assert "makes its sender the mayor" in told.stderr


def test_doctor_ends_with_1_when_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WEB_PORT", "0")
    assert _say(monkeypatch, "doctor").exit_code == 0
    monkeypatch.setenv("TOWNBELL_WEB_PROT", "1")
    told = _say(monkeypatch, "doctor")
    assert told.exit_code == 1
    assert "Did you mean TOWNBELL_WEB_PORT?" in told.stdout
    assert "One thing to mend." in told.stdout


def test_doctor_tells_every_bad_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WEB_PORT", "many")
    monkeypatch.setenv("TOWNBELL_TOWN_ZONE", "Mars")
    told = _say(monkeypatch, "doctor")
    assert told.exit_code == 1
    assert "2 things to mend." in told.stdout


def test_doctor_sees_a_taken_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TOWNBELL_WEB_PORT", str(other.getsockname()[1]))
        told = _say(monkeypatch, "doctor")
    assert told.exit_code == 1
    assert "is taken by another program." in told.stdout
