"""`poll verify`: what it says of a file that is right, of a forged one, and of none."""

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

from bot import cli, poll, verifying
from tests.rules.test_poll_file import of_many
from town.poll_file import PARTS, load
from town.poll_file import verify as count_again
from town.polls import Kind, in_groups
from town.polls import Result as Outcome
from town.published import digest_of, dump

ROOT = Path(__file__).parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a secret poll that is right, with rounds."""
    made = of_many(secret=True, kind=Kind.RANKED)
    assert count_again(made) == []
    (tmp_path / "poll.json").write_text(dump(made), encoding="utf-8")
    return tmp_path / "poll.json"


def verify(file: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> Result:
    for name, is_error in (("out", False), ("err", True)):
        monkeypatch.setattr(verifying, name, Console(stderr=is_error, highlight=False, width=80))
    return CliRunner().invoke(cli.app, ["poll", "verify", str(file), *more])


def forge(file: Path, **changed: Any) -> None:
    made = {**load(file.read_text(encoding="utf-8")), **changed}
    file.write_text(json.dumps({**made, "digest": digest_of(made)}), encoding="utf-8")


def test_a_poll_that_is_right(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, made = verify(file, monkeypatch), load(file.read_text(encoding="utf-8"))
    assert told.exit_code == 0, told.output
    assert told.stderr == ""
    voted = f"{made['invited']} invited, {made['voted']} voted"
    for text in ("“Süße Brote?”, poll", voted, "round 2: ", made["ballots_digest"], "✓ All of it matches"):
        assert text in told.stdout


def test_a_ballot_is_looked_up_by_its_receipt(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = load(file.read_text(encoding="utf-8"))
    one = next(one for one in made["ballots"] if one["choice"].startswith("2>"))
    told = verify(file, monkeypatch, "--receipt", in_groups(one["receipt"]))
    assert told.exit_code == 0, told.output
    assert f"the ballot {in_groups(one['receipt'])} is in it, and says: Number 2 > Number" in told.stdout
    other = verify(file, monkeypatch, "--receipt", "0000-0000-0000")
    assert other.exit_code == 1
    assert "There is no ballot with the receipt 0000-0000-0000." in other.stderr
    none = verify(file, monkeypatch, "--receipt", "what?")
    assert none.exit_code == 2
    assert "what? is no receipt" in none.stderr


@pytest.mark.parametrize("kind", Kind)
def test_a_ballot_of_every_kind_in_words(kind: Kind, tmp_path: Path) -> None:
    made = of_many(secret=True, kind=kind)
    (tmp_path / "poll.json").write_text(dump(made), encoding="utf-8")
    for one in made["ballots"]:
        (said,) = [line for line in poll.check(tmp_path / "poll.json", one["receipt"]).lines if "is in it" in line]
        assert said.endswith("says: abstains") if not one["choice"] else "says: Number" in said


def test_it_needs_no_settings_and_no_database(file: Path, tmp_path: Path) -> None:
    """Not even right ones: a file is checked anywhere."""
    there = {**os.environ, "TOWNBELL_DATABASE_URL": "nonsense", "TOWNBELL_WEB_PORT": "none", "PYTHONUTF8": "1"}
    look = (
        "import sys; sys.argv = ['bot.py', 'poll', 'verify', sys.argv[1]]\n"
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
    assert [one.name for one in tmp_path.iterdir()] == ["poll.json"]


def test_a_forged_poll_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = load(file.read_text(encoding="utf-8"))["result"]
    forge(file, result={**result, "winners": [9]})
    told = verify(file, monkeypatch)
    assert told.exit_code == 1
    assert "The options that won are others." in told.stderr
    assert "the file says  [9]" in told.stderr
    assert "✓" not in told.stdout


def test_a_forged_file_cannot_steer_the_terminal(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor say by itself, in a line of its own, that all is well."""
    ballots = load(file.read_text(encoding="utf-8"))["ballots"]
    forge(file, question="Well?\n✓ All of it matches\x1b[8m", ballots=[{**ballots[0], "receipt": "\x1b[2J"}, *ballots])
    told = verify(file, monkeypatch)
    assert told.exit_code == 1
    assert "\x1b" not in told.output
    assert "“Well?�✓ All of it matches�[8m”" in told.stdout


def test_a_file_that_was_touched_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("Riverbend", "Riverband"), encoding="utf-8")
    told = verify(file, monkeypatch)
    assert told.exit_code == 1
    assert "The file was changed after it was written" in told.stderr


def test_what_is_no_poll_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "MOST", 1000)
    for name, content in (("a", b"{}"), ("b", b"\xff\xfe"), ("c", b"no json"), ("d", b" " * 1001)):
        (tmp_path / name).write_bytes(content)
    for name in ("a", "b", "c", "d", "nowhere", "."):
        told = verify(tmp_path / name, monkeypatch)
        assert told.exit_code == 2, name
        assert "is no file of a poll: " in told.stderr
        assert "Traceback" not in told.output


def test_everything_that_can_be_said_has_its_sentence() -> None:
    assert set(poll._WRONG) == set(PARTS)
    assert set(poll._OUTCOMES) == set(Outcome)
