"""Children of a process that has imported the whole house already, so that fifty of them start in seconds.

Run as a program: each line on standard input, a JSON object, starts one `bot.py run` by a fork: in its `folder`, with
its words in the `log`, with `environ` as its environment. Its process id goes to standard output at once, its exit code
when it has ended. A fork of a warmed process is a process like any other: it can be killed at
any instruction, and the system takes back its sockets, its locks and its memory.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Mapping
from typing import NoReturn


def main() -> None:
    _warm_up()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(**order)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _warm_up() -> None:
    """What `run` imports or makes ready late is here already, once for all children."""
    import asyncpg  # noqa: F401
    import uvloop  # noqa: F401

    from bot import app, cli, running  # noqa: F401
    from bot.channels import telegram, whatsapp  # noqa: F401
    from handlers import catalogue
    from tests.quick import keep_rooms, keep_signatures

    catalogue.command_for("help")  # compiles every language
    keep_signatures()
    keep_rooms()
    app.make_rooms()  # each imports its conversation when its router is made
    gc.freeze()


def _live(*, folder: str, log: str, environ: Mapping[str, str]) -> NoReturn:
    """What `python bot.py run` does, with its words in the log."""
    from bot.cli import main as run

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    nothing, words = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for here, there in ((nothing, 0), (words, 1), (words, 2)):
        os.dup2(here, there)
    sys.argv = ["bot.py", "run"]
    code = 0
    try:
        run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    os._exit(code)


if __name__ == "__main__":
    main()
