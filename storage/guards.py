"""What the database itself refuses: a ledger is append-only, whoever holds the pen.

Each string is one statement, for a migration to run in order; `*_DROP` undoes them.
"""

from __future__ import annotations


def _refusal(ledger: str) -> str:
    return f"the {ledger} ledger is append-only"


def _sqlite(table: str, ledger: str, same: str) -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_refusal(ledger)}'); END"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}\n    {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}\n    {refuse}",
        # INSERT OR REPLACE deletes without asking the trigger above.
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}\n"
        f"    WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})\n    {refuse}",
    )


def _sqlite_drop(table: str) -> tuple[str, ...]:
    return tuple(f"DROP TRIGGER IF EXISTS {table}_no_{what}" for what in ("replace", "delete", "update"))


def _postgresql(table: str, ledger: str) -> tuple[str, ...]:
    return (
        f"""CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_refusal(ledger)}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_refuse()""",
        f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()""",
    )


def _postgresql_drop(table: str) -> tuple[str, ...]:
    return (
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_refuse()",
    )


REFUSAL = _refusal("hours")
_BY_KEY = 'id = NEW.id OR "key" = NEW."key"'

SQLITE = _sqlite("hours_entries", "hours", _BY_KEY)
SQLITE_DROP = _sqlite_drop("hours_entries")
POSTGRESQL = _postgresql("hours_entries", "hours")
POSTGRESQL_DROP = _postgresql_drop("hours_entries")

GOODS_SQLITE = (
    *_sqlite("stock_entries", "stock", "id = NEW.id"),
    *_sqlite("money_accounts", "money", "id = NEW.id OR (kind = NEW.kind AND project_id = NEW.project_id)"),
    *_sqlite("money_entries", "money", _BY_KEY),
    *_sqlite("receipts", "receipts", "number = NEW.number OR entry_id = NEW.entry_id"),
)
GOODS_SQLITE_DROP = (
    *_sqlite_drop("receipts"),
    *_sqlite_drop("money_entries"),
    *_sqlite_drop("money_accounts"),
    *_sqlite_drop("stock_entries"),
)
GOODS_POSTGRESQL = (
    *_postgresql("stock_entries", "stock"),
    *_postgresql("money_accounts", "money"),
    *_postgresql("money_entries", "money"),
    *_postgresql("receipts", "receipts"),
)
GOODS_POSTGRESQL_DROP = (
    *_postgresql_drop("receipts"),
    *_postgresql_drop("money_entries"),
    *_postgresql_drop("money_accounts"),
    *_postgresql_drop("stock_entries"),
)
