"""One Townbell a database file: a lock that the system takes back by itself when the process ends, however it ends."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Self

from bot.problems import StartupProblem

try:
    import fcntl
except ImportError:  # Windows locks an open SQLite database well enough by itself
    fcntl = None  # type: ignore[assignment]


class LockFile:
    """A file beside the database, locked while the town runs."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file

    @classmethod
    def take(cls, database: Path | None) -> Self:
        """Lock the database's file, if it is one. Raises StartupProblem, OSError for an unwritable folder."""
        if database is None:
            return cls(None)
        database.parent.mkdir(parents=True, exist_ok=True)
        file = database.with_name(database.name + ".lock").open("w")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise StartupProblem(
                f"Another Townbell is running on {database}. Stop that one first, or give this one a database of its "
                "own with TOWNBELL_DATABASE_URL."
            ) from error
        return cls(file)

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
