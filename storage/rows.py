"""Changing one row of a table by its id: which columns are changed is only known where it is asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, update

from storage.sql import bindparam
from storage.unit import Unit


async def change(unit: Unit, table: Table, row_id: int, **columns: Any) -> int:
    """Change some columns of the row with this id; how many rows there were. The same columns are one statement."""
    given = {name: bindparam(f"b_{name}", type_=table.c[name].type) for name in sorted(columns)}
    statement = update(table).where(table.c.id == bindparam("b_row")).values(given)
    return await unit.run(statement, b_row=row_id, **{f"b_{name}": value for name, value in columns.items()})
