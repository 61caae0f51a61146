"""Published files as they are read to be checked: anybody may have written them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Unreadable(Exception):
    """A file that cannot be read; its words say why."""


class Checked(NamedTuple):
    """What was checked, line by line, and what does not match: nothing if all is well."""

    lines: tuple[str, ...]
    wrong: tuple[str, ...]


def read(file: Path, most: int, larger_than: str) -> str:
    """The text of a file of at most `most` bytes. Raises Unreadable."""
    try:
        if file.stat().st_size > most:
            raise Unreadable(f"it is larger than {larger_than}")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as bad:
        raise Unreadable("it is no text") from bad
    except OSError as bad:
        raise Unreadable(bad.strerror or type(bad).__name__) from bad
