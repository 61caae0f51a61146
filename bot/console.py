"""What the command line prints with. It imports little, so that `--help` answers at once."""

import unicodedata
from typing import NoReturn

import typer
from rich.console import Console

CANNOT = 2  # the exit code of everything that the operator can mend

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def harmless(line: str) -> str:
    """A line with words of a file in it, which anybody may have written: none of its signs steers the terminal."""
    return "".join("�" if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in line)


def give_up(sentence: str) -> NoReturn:
    """Say why it cannot be done, and end with `CANNOT`."""
    err.print(sentence, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(CANNOT)
