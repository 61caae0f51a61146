"""The process that solves: a puzzle comes in by the standard input, what was found goes out by the standard output."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from bot.allocation.puzzle import dump_found, load
from bot.allocation.solve import TooLong, solve

TOO_LONG = 3
"""The exit code when there was no answer in time."""


def main() -> int:
    started = time.monotonic()
    try:
        found = solve(load(sys.stdin.buffer.read()))
    except TooLong:
        return TOO_LONG
    found = replace(found, seconds=time.monotonic() - started, megabytes=_megabytes())
    sys.stdout.buffer.write(dump_found(found))
    return 0


def _megabytes() -> float:
    """The most memory that this process ever held; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


if __name__ == "__main__":
    sys.exit(main())
