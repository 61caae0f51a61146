"""Starting the sample town over: which files that takes away, and whether somebody still uses them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def database_files(database: Path) -> list[Path]:
    """The database and what SQLite keeps beside it, the database last, so that a failure half-way can be repeated."""
    beside = (database.with_name(database.name + ending) for ending in ("-wal", "-shm", "-journal"))
    return [file for file in (*beside, database) if file.exists()]


def holds_a_real_town(database: Path) -> bool:
    """Whether real residents have given this database anything. A broken or empty one holds nobody's town."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT is_sample FROM town").fetchone()
    except sqlite3.DatabaseError:
        return False
    return row is not None and not row[0]


def is_in_use(database: Path) -> bool:
    """Whether another program has the database open, even if it is idle. A broken or missing file is not in use."""
    try:
        connection = sqlite3.connect(
            f"{database.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0
        )
    except sqlite3.OperationalError:
        return False
    try:
        # In WAL mode this lock is only to be had while nobody else is connected.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    finally:
        connection.close()
    return False
