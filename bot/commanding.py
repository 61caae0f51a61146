"""What the commands of the command line share: settings, work with a sentence where it fails, findings as a table."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.console import give_up

if TYPE_CHECKING:
    from bot.doctor import Finding
    from bot.settings import Settings

T = TypeVar("T")


def settings_or_exit() -> Settings:
    """The settings, with logging set up by them; those that cannot be used end the command with a sentence."""
    from bot import logs
    from bot.settings import BadSettings, load

    try:
        settings = load()
    except BadSettings as bad:
        give_up(str(bad))
    secrets = (
        settings.telegram_token,
        settings.telegram_webhook_secret,
        settings.whatsapp_token,
        settings.whatsapp_app_secret,
        settings.whatsapp_verify_token,
    )
    logs.hide(*(secret.get_secret_value() for secret in secrets if secret is not None))
    logs.set_up(settings.log_level)
    return settings


def complete_or_exit(work: Coroutine[Any, Any, T], settings: Settings) -> T:
    """Run to the end; what the operator can mend becomes one sentence and exit code 2."""
    from bot.problems import sentence
    from bot.running import complete

    try:
        return complete(work)
    except Exception as error:
        text = sentence(error, settings)
        if text is None:
            raise
        give_up(text)


def show_findings(findings: Iterable[Finding], out: Console) -> None:
    """What was looked at, and how to mend what is wrong."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("What")
    table.add_column("Found", overflow="fold")
    for finding in findings:
        mark = {True: "[green]✓", False: "[red]✗", None: "[dim]·"}[finding.ok]
        text = Text(finding.sentence)
        if finding.mend:
            text.append(f"\n→ {finding.mend}", style="yellow")
        table.add_row(mark, finding.name, text)
    out.print(table)
