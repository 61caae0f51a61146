"""The documents: every link, path and command in them is there, and the settings are those of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from bot import problems
from bot.cli import app
from bot.settings import Settings, names

ROOT = Path(__file__).parent.parent
DECISIONS = ROOT / "docs" / "decisions"
LANGUAGE_OF_COMMANDS = ""
"""A fenced block without a language holds what somebody types, or lines for `.env`."""

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TOP = ("bot", "handlers", "storage", "town", "locales", "tests", "bench", "docs", "changes")
SETTING_ROW = re.compile(r"^\| `(TOWNBELL_[A-Z_]+)` \| ([^|]*) \|", re.MULTILINE)
MADE_ELSEWHERE = {"not set", "`townbell.db` in the data folder; `sample.db` for the sample town", "made from the token"}
MADE_ELSEWHERE |= {"made from the app secret", "asked of Meta"}


def _documents() -> list[Path]:
    return sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md")])


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


documents = pytest.mark.parametrize("document", _documents(), ids=_name)


def _prose(text: str) -> str:
    return FENCE.sub("", text)


def _anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as the forges make them."""
    headings = re.findall(r"^#+ (.+)$", _prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands(text: str) -> Iterator[str]:
    """The lines of the blocks in which somebody types, and every code span."""
    for language, block in FENCE.findall(text):
        if language == LANGUAGE_OF_COMMANDS:
            yield from (line.strip() for line in block.splitlines())
    yield from CODE.findall(_prose(text))


@documents
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.findall(_prose(document.read_text(encoding="utf-8"))):
        address, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        target = (document.parent / address).resolve() if address else document
        missing_anchor = anchor and (target.suffix != ".md" or anchor not in _anchors(target.read_text("utf-8")))
        if not target.exists() or ROOT not in (target, *target.parents) or missing_anchor:
            broken.append(link)
    assert broken == []


@documents
def test_every_path_named_is_there(document: Path) -> None:
    spans = CODE.findall(_prose(document.read_text(encoding="utf-8")))
    paths = [span for span in spans if re.fullmatch(rf"({'|'.join(TOP)})/[\w./-]*", span)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@documents
def test_every_command_is_one(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+|\$\(VENV\)/\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    targets = {target.replace("$(VENV)", ".venv") for target in targets}
    ours = set(get_command(app).commands) | {"--help"}  # type: ignore[attr-defined]  # it is a group
    unknown = []
    for line in _commands(document.read_text(encoding="utf-8")):
        for target in re.findall(r"(?:^|&& |townbell )make ([\w./-]+)(?![\w./=-])", line):
            if target not in targets and target != "python3":
                unknown.append(f"make {target}")
        for command in re.findall(r"bot\.py ([\w-]+)", line):
            if command not in ours:
                unknown.append(f"bot.py {command}")
    assert unknown == []


def test_the_readme_begins_with_the_two_commands() -> None:
    blocks = [block.strip() for _, block in FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))]
    assert blocks[:2] == ["make run", "make test"]


def test_pictures_have_words() -> None:
    pictures = [
        alt for document in _documents() for alt in re.findall(r"!\[([^\]]*)\]\(", document.read_text(encoding="utf-8"))
    ]
    assert pictures
    assert [alt for alt in pictures if len(alt) < 40] == []


def test_the_table_of_settings_is_the_settings() -> None:
    rows = SETTING_ROW.findall((ROOT / "docs" / "running.md").read_text(encoding="utf-8"))
    assert [name for name, _ in rows] == list(names().values())
    for (name, told), field in zip(rows, Settings.model_fields.values(), strict=True):
        if told in MADE_ELSEWHERE:
            assert field.default is None or field.default_factory is not None, name
            continue
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        assert told == f"`{default}`", name


def _sentences() -> set[str]:
    """What the program may end with, word for word, … for what is filled in."""
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if isinstance(node, ast.Call) and called in ("StartupProblem", "_give_up"):
                found.add(_words(node.args[0]))
            elif isinstance(node, ast.Return) and path.name == "problems.py" and node.value is not None:
                found.add(_words(node.value))
    found |= {text for _, text in problems._SAYINGS}
    return {text for text in found if len(text) > 30 and not text[0].islower()}  # a lower letter begins a part of one


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def test_every_sentence_it_can_end_with_is_explained() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8").partition("## When it does not start")[2]
    told = [
        re.compile(".*".join(re.escape(part.strip()) for part in re.split("…", sentence.strip().replace("`", ""))))
        for cell in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
        for sentence in cell.split(" / ")
        if sentence.strip("… -")
    ]
    sentences = _sentences()
    assert len(sentences) > 15
    assert [sentence for sentence in sentences if not any(one.search(sentence) for one in told)] == []


def test_decisions_and_changes_are_numbered_once() -> None:
    for folder in (DECISIONS, ROOT / "changes"):
        files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
        assert [path.name[:4] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]


def test_decisions_are_short_and_say_what_was_decided() -> None:
    for path in sorted(DECISIONS.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.search(r"^\*\*Decided[.:]\*\*|\*\*Decided\.\*\*", text, re.MULTILINE), path.name
        if path.name[:4] != "0001":  # one line for each library
            assert len(text.splitlines()) <= 30, path.name


def test_what_is_named_with_its_file_is_in_it() -> None:
    """`join_shift` (`handlers/shifts/actions.py`): the name is defined or used there."""
    told = re.compile(r"`([A-Za-z_.]+)`\s\(`([\w/]+\.py)`")
    named = [
        (name.rpartition(".")[2], path)
        for document in _documents()
        for name, path in told.findall(_prose(document.read_text(encoding="utf-8")))
    ]
    assert len(named) > 20
    assert [pair for pair in named if not re.search(rf"\b{pair[0]}\b", (ROOT / pair[1]).read_text("utf-8"))] == []


def test_the_example_of_a_room_is_the_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    example = next(block for language, block in FENCE.findall(text) if language == "python" and "# handlers/" in block)
    for path, code in re.findall(r"^# (handlers/\S+\.py)\n(.*?)(?=^# handlers/|\Z)", example, re.MULTILINE | re.DOTALL):
        assert code.strip() in (ROOT / path).read_text(encoding="utf-8"), path
