"""SQL that both databases speak."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

__all__ = ["bindparam", "insert", "select"]

# PostgreSQL's `insert` knows ON CONFLICT and RETURNING, and compiles to the same words on SQLite: one serves both.
