"""What every table shares: one metadata with a naming convention, so that migrations can name each constraint."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel

SQLModel.model_config["defer_build"] = True  # a table's row is never validated, so its validator is never needed
metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def table_of(model: type[SQLModel]) -> Table:
    """The Core table behind a model, for statements that name columns (and so skip the ORM's loading)."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    return table  # type: ignore[no-any-return]
