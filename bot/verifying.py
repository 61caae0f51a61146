"""`draw verify` and `poll verify`: published files, done again by anybody, without a database and without settings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.console import err, give_up, harmless, out

draw = typer.Typer(help="Check how scarce goods were drawn.", no_args_is_help=True)
poll = typer.Typer(help="Count polls again.", no_args_is_help=True)


@draw.command("verify")
def draw_verify(file: Annotated[Path, typer.Argument(help="A draw's file, as the town hands it out.")]) -> None:
    """Do a published draw again from its file alone. Exit code 1: it does not match; 2: it is no draw's file."""
    from bot.draw import NotADraw, Unreadable, check

    try:
        checked = check(file)
    except (NotADraw, Unreadable) as bad:
        give_up(f"{file} is no file of a draw: {bad}.")
    _tell(checked.lines, checked.wrong)
    out.print("✓ All of it matches: the seal, the order of the lots, who gets how much, and the line.", style="green")


@poll.command("verify")
def poll_verify(
    file: Annotated[Path, typer.Argument(help="A poll's file, as the town hands it out.")],
    receipt: Annotated[str, typer.Option("--receipt", help="Of a secret ballot: whether it is in the file.")] = "",
) -> None:
    """Count a published poll again from its file alone. Exit code 1: it does not match; 2: it is no poll's file."""
    from bot.poll import NoReceipt, NotAPoll, Unreadable, check

    try:
        checked = check(file, receipt)
    except (NotAPoll, Unreadable) as bad:
        give_up(f"{file} is no file of a poll: {bad}.")
    except NoReceipt:
        give_up(f"{receipt} is no receipt: one has twelve letters and digits, like 7KQ2-M9XA-3DTV.")
    _tell(checked.lines, checked.wrong)
    out.print("✓ All of it matches: every ballot, the count, the quorum, the threshold, the outcome.", style="green")


def _tell(lines: Sequence[str], wrong: Sequence[str]) -> None:
    """What was found. Raises typer.Exit when something does not match."""
    for line in lines:
        out.print(harmless(line), soft_wrap=True, markup=False)
    for line in wrong:
        err.print("\n".join(map(harmless, f"✗ {line}".split("\n"))), style="red", soft_wrap=True, markup=False)
    if wrong:
        raise typer.Exit(1)
