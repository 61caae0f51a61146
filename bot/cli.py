"""The command line: `run`, `doctor`, `migrate`, `setup-code`, `export`, `whatsapp`, `draw` and `poll`.

Each command imports what it needs when it is called, so that `--help` answers at once.
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot import verifying, whatsapp_cli
from bot.commanding import complete_or_exit, settings_or_exit, show_findings
from bot.console import err, give_up, out

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings

app = typer.Typer(
    help="Townbell: a town and its residents, talking in the chats they already use.",
    epilog="Settings are TOWNBELL_* variables, or lines of a .env file: .env.example explains each of them.",
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, and those can be secret
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _start_here(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def run(
    fresh: Annotated[bool, typer.Option("--fresh", metavar="", help="Start the sample town over; asks first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", metavar="", help="With --fresh: do not ask.")] = False,
) -> None:
    """Start the town. With nothing set up, that is the sample town, Riverbend."""
    from bot.running import serve

    settings = settings_or_exit()
    if fresh:
        _start_over(settings, yes=yes)
    complete_or_exit(serve(settings, _announce), settings)


@app.command()
def doctor() -> None:
    """Look at the settings, the database and the bots; say what to mend, and how."""
    from bot import logs
    from bot.doctor import diagnose
    from bot.running import complete

    logs.set_up("ERROR")
    findings = complete(diagnose())
    show_findings(findings, out)
    wrong = sum(finding.ok is False for finding in findings)
    if wrong:
        out.print("\nOne thing to mend." if wrong == 1 else f"\n{wrong} things to mend.", style="bold red")
        raise typer.Exit(1)
    out.print("\nAll is well.", style="bold green")


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date. `run` does so by itself."""
    settings = settings_or_exit()
    complete_or_exit(_upgrade(settings), settings)
    out.print(f"{settings.sqlite_file or settings.safe_database_url} is up to date.", soft_wrap=True, markup=False)


@app.command("setup-code")
def setup_code() -> None:
    """Print a one-time code: the first to send it to the town is its mayor."""
    settings = settings_or_exit()
    code = complete_or_exit(_make_setup_code(settings), settings)
    err.print("Send this to the town as a message. It works once, and makes its sender the mayor:", soft_wrap=True)
    out.print(code, style="bold", markup=False)


export = typer.Typer(help="Take files out of the town.", no_args_is_help=True)
app.add_typer(export, name="export")


@export.command("electricity")
def export_electricity(
    week: Annotated[str | None, typer.Argument(help="Such as 2026-W48; the running week without it.")] = None,
    adjustments: Annotated[
        bool, typer.Option("--adjustments", metavar="", help="What is otherwise now than the utility was told.")
    ] = False,
) -> None:
    """Print which meters have their electricity free, as CSV. A week's file is made once, and given again as it was."""
    from bot.export import electricity

    settings = settings_or_exit()
    _make_room(settings)
    out.file.write(complete_or_exit(electricity(settings, week, adjustments=adjustments), settings))


@export.command("takings")
def export_takings(
    first: Annotated[str | None, typer.Option("--from", help="The first day, such as 2026-11-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day; both count.")] = None,
) -> None:
    """Print what was paid and given back, line by line, as CSV: for whoever does the town's accounts."""
    from bot.export import takings

    settings = settings_or_exit()
    _make_room(settings)
    out.file.write(complete_or_exit(takings(settings, first, last), settings))


@export.command("goods")
def export_goods() -> None:
    """Print every batch of goods and what became of it, as CSV."""
    from bot.export import goods

    settings = settings_or_exit()
    _make_room(settings)
    out.file.write(complete_or_exit(goods(settings), settings))


app.add_typer(whatsapp_cli.whatsapp, name="whatsapp")
app.add_typer(verifying.draw, name="draw")
app.add_typer(verifying.poll, name="poll")


def main() -> None:
    """What `bot.py` calls. Anything unforeseen ends in a traceback without secrets and exit code 1."""
    try:
        app(prog_name="bot.py")
    except Exception:
        import traceback

        from bot.logs import redact

        sys.stderr.write(redact(traceback.format_exc()))
        sys.stderr.write("\nThat is a mistake in Townbell itself. `python bot.py doctor` may tell more.\n")
        sys.exit(1)


def _announce(town: "App") -> None:
    people = town.welcome()
    if not people:
        out.print(f"The town is at {town.address}", soft_wrap=True)
        return
    rows = Table.grid(padding=(0, 2))
    for name, role in people:
        rows.add_row(Text(name, style="bold"), Text(role))
    out.print(Panel.fit(rows, title=f"[bold]{town.address}", title_align="left", padding=(1, 2), border_style="green"))
    out.print("Ctrl-C stops the town; everything is kept.", style="dim")


def _start_over(settings: "Settings", *, yes: bool) -> None:
    if not settings.is_sample:
        give_up("--fresh is for the sample town only: it would delete what real residents have given the town.")
    if settings.sqlite_file is None:
        give_up("--fresh only deletes a database file: empty this database with its own tools instead.")
    from bot.fresh import database_files, holds_a_real_town, is_in_use

    doomed = database_files(settings.sqlite_file)
    if not doomed:
        return
    if is_in_use(settings.sqlite_file):
        give_up(f"A town is running on {settings.sqlite_file}: stop it first.")
    if holds_a_real_town(settings.sqlite_file):
        give_up(f"{settings.sqlite_file} holds a real town, and --fresh is for the sample town only.")
    if not yes:
        out.print("This deletes the sample town and everything said in it:")
        for file in doomed:
            out.print(f"  {file}", markup=False, soft_wrap=True)
        if not _agrees("Start over?"):
            out.print("Nothing was deleted.")
            raise typer.Exit
    for file in doomed:
        try:
            file.unlink()
        except OSError as error:
            give_up(f"{file} cannot be deleted ({error.strerror}): make it yours, or delete it by hand.")


def _agrees(question: str) -> bool:
    """Ask; no answer at all is a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        out.print()
        return False


def _make_room(settings: "Settings") -> None:
    if settings.sqlite_file is not None:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)


async def _upgrade(settings: "Settings") -> None:
    from storage.migrate import upgrade

    _make_room(settings)
    await upgrade(settings.database_url)


async def _make_setup_code(settings: "Settings") -> str:
    from bot.clock import MovingClock
    from handlers.roles.actions import make_setup_code
    from storage.engine import Database
    from storage.queries.town import clock_offset

    await _upgrade(settings)
    database = Database(settings.database_url)
    try:
        async with database.unit() as unit:
            clock = MovingClock(await clock_offset(unit))  # the sample town's may have been put forward
            return await make_setup_code(unit, now=clock.now())
    finally:
        await database.close()
