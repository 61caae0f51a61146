"""`draw verify`: what it says of a file that is right, of a forged one, and of none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot import cli, draw, verifying
from tests.rules.test_draw import made_up
from town.draw_file import load
from town.draw_file import verify as redo
from town.published import digest_of, dump

ROOT = Path(__file__).parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a draw that is right, of several entries."""
    made = next(one for one in map(made_up, range(200)) if len(one["result"]["line"]) > 2 and one["result"]["given"])
    assert redo(made) == []
    (tmp_path / "draw.json").write_text(dump(made), encoding="utf-8")
    return tmp_path / "draw.json"


def verify(file: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    for name, is_error in (("out", False), ("err", True)):
        monkeypatch.setattr(verifying, name, Console(stderr=is_error, highlight=False, width=80))
    return CliRunner().invoke(cli.app, ["draw", "verify", str(file)])


def forge(file: Path, **changed: Any) -> None:
    made = {**load(file.read_text(encoding="utf-8")), **changed}
    file.write_text(json.dumps({**made, "digest": digest_of(made)}), encoding="utf-8")


def test_a_draw_that_is_right(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, made = verify(file, monkeypatch), load(file.read_text(encoding="utf-8"))
    assert told.exit_code == 0, told.output
    assert told.stderr == ""
    for text in ("Süße Brote", f"batch {made['batch']} of Riverbend", made["seed_hash"], "✓ All of it matches"):
        assert text in told.stdout


def test_it_needs_no_settings_and_no_database(file: Path, tmp_path: Path) -> None:
    """Not even right ones: a file is checked anywhere."""
    there = {**os.environ, "TOWNBELL_DATABASE_URL": "nonsense", "TOWNBELL_WEB_PORT": "none", "PYTHONUTF8": "1"}
    look = (
        "import sys; sys.argv = ['bot.py', 'draw', 'verify', sys.argv[1]]\n"
        "from bot.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'aiogram', 'sqlalchemy', 'bot.settings'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", look, str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
        env=there,
        encoding="utf-8",
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.rstrip().endswith("[]")
    assert [one.name for one in tmp_path.iterdir()] == ["draw.json"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("seed", "The seed is not the one that was sealed"),
        ("seed_hash", "The seed is not the one that was sealed"),
        ("result", "The line of those who wait is not in the order of the draw."),
    ],
)
def test_a_forged_draw_is_named(file: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    result = load(file.read_text(encoding="utf-8"))["result"]
    forge(file, **{name: {**result, "line": result["line"][::-1]} if name == "result" else "ab" * 32})
    told = verify(file, monkeypatch)
    assert told.exit_code == 1
    assert said in told.stderr
    assert "the file says" in told.stderr
    assert "✓" not in told.stdout


def test_a_file_that_was_touched_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("Riverbend", "Riverband"), encoding="utf-8")
    told = verify(file, monkeypatch)
    assert told.exit_code == 1
    assert "The file was changed after it was written" in told.stderr


def test_a_file_that_was_laid_out_anew_says_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(json.dumps(load(file.read_text(encoding="utf-8")), indent=2), encoding="utf-8")
    assert verify(file, monkeypatch).exit_code == 0


def test_what_is_no_draw_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "MOST", 1000)
    for name, content in (("a", b"{}"), ("b", b"\xff\xfe"), ("c", b"no json"), ("d", b" " * 1001)):
        (tmp_path / name).write_bytes(content)
    for name in ("a", "b", "c", "d", "nowhere", "."):
        told = verify(tmp_path / name, monkeypatch)
        assert told.exit_code == 2, name
        assert "is no file of a draw: " in told.stderr
        assert "Traceback" not in told.output


def test_every_part_that_can_be_wrong_has_its_sentence() -> None:
    from town.draw_file import PARTS

    assert set(draw._WRONG) == set(PARTS)
