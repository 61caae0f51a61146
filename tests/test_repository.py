"""The tree itself: nothing in it that belongs to one machine, everything pinned, every setting explained."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.settings import Settings, names
from tests.checks.pin import MARKER, pins

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(
        (r"pypi\." + "org", "python" + "hosted", "npm" + r"js\.(org|com)", r"crates\." + "io", r"deb\." + "debian")
    )
)
MACHINES = re.compile("|".join(("/wor" + "k/", "/tmp/" + "venv", "/roo" + "t/", "/hom" + r"e/\w", "/User" + r"s/\w")))
TOKENS = re.compile(r"(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")
KEYS = re.compile(
    "BEGIN [A-Z ]*PRIVATE" + r" KEY|\bgh[pousr]_[A-Za-z0-9]{36}|\bAKIA[0-9A-Z]{16}\b|\bEAA[A-Za-z0-9]{60}"
)


def _files() -> list[Path]:
    """What git keeps or would keep; in an unpacked archive, everything but the environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    left_out = {".venv", "data", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not left_out & set(path.relative_to(ROOT).parts)]


def _texts() -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in _files():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[path.relative_to(ROOT).as_posix()] = content.decode("utf-8")
    return texts


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of the tree, by path."""
    found = _texts()
    assert "pyproject.toml" in found
    return found


def _holding(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return sorted(f"{path}: {match.group()}" for path, text in texts.items() if (match := pattern.search(text)))


def test_no_registry_is_named(texts: dict[str, str]) -> None:
    assert _holding(texts, REGISTRIES) == []


def test_no_machine_shows(texts: dict[str, str]) -> None:
    assert _holding(texts, MACHINES) == []


def test_no_secret_is_kept(texts: dict[str, str]) -> None:
    shipped = {path: text for path, text in texts.items() if not path.startswith("tests/")}  # theirs are made up
    assert _holding(shipped, TOKENS) == []
    assert _holding(texts, KEYS) == []
    assert ".env" not in texts


def test_what_is_looked_for_would_be_found() -> None:
    found = {
        "a": "https://py" + "pi.org/simple",
        "b": "/wor" + "k/x",
        "c": "123456789:" + "A" * 35,
        "d": "AKIA" + "B" * 16,
    }
    assert [len(_holding(found, pattern)) for pattern in (REGISTRIES, MACHINES, TOKENS, KEYS)] == [1, 1, 1, 1]


def test_texts_end_in_one_newline_without_carriage_returns(texts: dict[str, str]) -> None:
    wrong = [path for path, text in texts.items() if text and (not text.endswith("\n") or "\r" in text)]
    assert wrong == []


def test_constraints_hold_names_versions_and_hashes_only() -> None:
    pin = re.compile(r"[a-z0-9-]+==[\w.]+( ; [\w =!<>\"'.]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not (pin.fullmatch(line) or digest.fullmatch(line) or line == MARKER)] == []
    assert lines.count(MARKER) == 1


def _needed(requirements: list[str]) -> dict[str, str]:
    """Everything that the requirements bring on this machine, with the versions installed."""
    waiting, seen, found = [(Requirement(text), "") for text in requirements], set[tuple[str, str]](), dict[str, str]()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        installed = distribution(name)
        found[name] = installed.version
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting.extend((Requirement(text), wanted) for text in installed.requires or ())
    return found


def _pinned(text: str) -> dict[str, str]:
    return {name: lines.split("==")[1].split()[0] for name, lines in pins(text).items()}


def test_whatever_runs_is_pinned_in_the_first_part_and_installed_as_pinned() -> None:
    running = _pinned((ROOT / "constraints.txt").read_text(encoding="utf-8").partition(MARKER)[0])
    needed = _needed(PROJECT["dependencies"])
    assert needed == {name: running.get(name) for name in needed}


def test_whatever_tests_and_checks_need_is_pinned_too() -> None:
    everything = _pinned((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    extras = PROJECT["optional-dependencies"]
    needed: dict[str, str] = {}
    for group in extras.values():
        try:
            needed |= _needed(group)
        except PackageNotFoundError as missing:
            pytest.fail(f"{missing.name} is not installed: run make test")
    assert needed == {name: everything.get(name) for name in needed}


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text(encoding="utf-8").lower()
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    missing = [
        name for group in groups for name in (Requirement(text).name for text in group) if not _told(reasons, name)
    ]
    assert missing == []


def _told(reasons: str, name: str) -> bool:
    return re.search(rf"^\|[^|]*(?<![\w-]){re.escape(name)}(?![\w-])", reasons, re.MULTILINE) is not None


def test_the_example_explains_every_setting_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = re.findall(r"^# (TOWNBELL_[A-Z_]+)=(.*)$", text, re.MULTILINE)
    assert {name for name, _ in lines} == set(names().values())
    # Whoever takes the # away from all of them still has settings that can be read.
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(re.sub(r"^# (TOWNBELL_(?!TELEGRAM_WEBHOOK_URL))", r"\1", text, flags=re.MULTILINE))
    assert Settings().web_public_url == "https://chat.example.org"
