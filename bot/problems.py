"""What can keep Townbell from starting, each as one sentence that says how to mend it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

from bot.logs import redact
from bot.settings import BadSettings, Settings


class StartupProblem(Exception):
    """Something the operator has to mend before Townbell can run. `str()` is a sentence for them."""


def sentence(error: BaseException, settings: Settings) -> str | None:
    """What to tell the operator about an error, or None for one that is ours to explain: a bug.

    Looks through the chain of causes, since drivers wrap what the operating system said.
    """
    for cause in _chain(error):
        if isinstance(cause, StartupProblem | BadSettings):
            return redact(str(cause))
        text = _database(cause, settings) or _system(cause, settings)
        if text is not None:
            return redact(text)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting.extend(cause.exceptions)
        waiting.extend(next_ for next_ in (getattr(cause, "orig", None), cause.__cause__, cause.__context__) if next_)


def _system(error: BaseException, settings: Settings) -> str | None:
    if not isinstance(error, OSError):
        return None
    where = f" ({error.filename})" if error.filename else ""
    listening = "bind" in str(error) or error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.web_port} is taken by another program: stop that one, or choose another port with "
                f"TOWNBELL_WEB_PORT={_another(settings.web_port)}."
            )
        case errno.EADDRNOTAVAIL:
            return f"This computer has no address {settings.web_host}: set TOWNBELL_WEB_HOST to one of its own."
        case errno.EACCES if listening:
            return f"Port {settings.web_port} is reserved for the system: set TOWNBELL_WEB_PORT to one above 1023."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"The data folder {settings.data_dir} cannot be written{where}: {_own_it(settings)}"
        case errno.ENOENT | errno.ELOOP | errno.ENAMETOOLONG if settings.sqlite_file is not None:
            return f"The data folder {settings.data_dir} cannot be made{where}: {_own_it(settings)}"
        case errno.ENOSPC:
            return f"The disk is full{where}: make room, then start again."
        case errno.ENOTDIR | errno.EEXIST:
            return f"The data folder {settings.data_dir} is not a folder: move that file, or set TOWNBELL_DATA_DIR."
    if isinstance(error, socket.gaierror):
        if settings.sqlite_file is not None:
            return f"The address {settings.web_host} is not known: set TOWNBELL_WEB_HOST to one of this computer's."
        return _unreachable(settings)
    if isinstance(error, ConnectionError | TimeoutError) and settings.sqlite_file is None:
        return _unreachable(settings)
    return None


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8080


def _own_it(settings: Settings) -> str:
    return f"make {settings.data_dir} a folder of yours, or choose another with TOWNBELL_DATA_DIR."


def _unreachable(settings: Settings) -> str:
    return (
        f"The database {settings.safe_database_url} does not answer: start it, or put its right address in "
        "TOWNBELL_DATABASE_URL."
    )


# What SQLite, PostgreSQL and Alembic say, in the order in which they are looked for.
_SAYINGS = (
    (
        ("file is not a database", "database disk image is malformed", "malformed database schema"),
        "The database file {file} is damaged, or no database at all: put a backup in its place, or move it away and "
        "Townbell makes a new one.",
    ),
    (
        ("unable to open database file", "readonly database"),
        "The database file {file} cannot be opened for writing: make the file and its folder yours, or choose another "
        "folder with TOWNBELL_DATA_DIR.",
    ),
    (("database is locked",), "Another program holds the database file {file}: close it, then start again."),
    (("disk is full",), "The disk is full: make room, then start again."),
    (
        ("Can't locate revision",),
        "The database {file} was made by a newer Townbell: use that version, or another database.",
    ),
    (
        ("InvalidPasswordError", "InvalidAuthorizationSpecificationError", "password authentication failed"),
        "The database {file} refuses this password or name: correct them in TOWNBELL_DATABASE_URL.",
    ),
    (
        ("InvalidCatalogNameError",),
        "The database server has no database of that name ({file}): create it, or correct TOWNBELL_DATABASE_URL.",
    ),
    (
        ("InsufficientPrivilegeError",),
        "The database {file} lets this name in, but not make tables: grant it that, or use another.",
    ),
    (
        ("CannotConnectNowError", "TooManyConnectionsError", "ConnectionDoesNotExistError"),
        "The database {file} is busy or still starting: try again in a moment.",
    ),
)


def _database(error: BaseException, settings: Settings) -> str | None:
    module = type(error).__module__.partition(".")[0]
    if module not in ("sqlalchemy", "sqlite3", "asyncpg", "alembic"):
        return None
    file = settings.sqlite_file or settings.safe_database_url
    said = f"{type(error).__name__} {error}"
    for marks, text in _SAYINGS:
        if any(mark in said for mark in marks):
            return text.format(file=file)
    return None
