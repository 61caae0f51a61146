"""A sample town stays one, and a real town never becomes one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import build
from bot.cli import app as command_line
from bot.fresh import holds_a_real_town
from bot.problems import StartupProblem
from bot.settings import Settings


def _settings(folder: Path, **more: object) -> Settings:
    url = f"sqlite:///{folder}/town.db"
    given = {"database_url": url, "data_dir": folder, "web_port": 0} | more
    return Settings(_env_file=None, **given)  # type: ignore[arg-type, call-arg]  # pydantic-settings takes it


async def _founded(folder: Path, *, sample: bool) -> None:
    app = await build(_settings(folder, sample=sample))
    await app.stop()


async def test_a_real_town_does_not_begin_among_made_up_people(tmp_path: Path) -> None:
    await _founded(tmp_path, sample=True)
    with pytest.raises(StartupProblem, match="whose people are made up"):
        await build(_settings(tmp_path, sample=False))
    await _founded(tmp_path, sample=True)  # the lock was given back, and nothing was changed


async def test_the_sample_does_not_open_a_real_town(tmp_path: Path) -> None:
    await _founded(tmp_path, sample=False)
    with pytest.raises(StartupProblem, match="holds a real town"):
        await build(_settings(tmp_path, sample=True))
    with sqlite3.connect(tmp_path / "town.db") as connection:
        assert connection.execute("SELECT clock_offset FROM town").fetchall() == [(0,)]


async def test_each_has_a_file_of_its_own(tmp_path: Path) -> None:
    names = {sample: _own_file(tmp_path, sample=sample) for sample in (True, False)}
    assert names == {True: tmp_path / "sample.db", False: tmp_path / "townbell.db"}


def _own_file(folder: Path, *, sample: bool) -> Path | None:
    return Settings(_env_file=None, data_dir=folder, sample=sample).sqlite_file  # type: ignore[call-arg]


async def test_fresh_never_deletes_a_real_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await _founded(tmp_path, sample=False)
    file = tmp_path / "town.db"
    assert holds_a_real_town(file)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOWNBELL_SAMPLE", "true")
    monkeypatch.setenv("TOWNBELL_DATABASE_URL", f"sqlite:///{file}")
    told = CliRunner().invoke(command_line, ["run", "--fresh", "--yes"])
    assert told.exit_code == 2
    assert "holds a real town" in told.stderr
    assert file.exists()
