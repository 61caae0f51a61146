"""What the database itself refuses: the hours ledger is append-only, whoever holds the pen.

Each string is one statement, for a migration to run in order; `*_DROP` undoes them.
"""

from __future__ import annotations

REFUSAL = "the hours ledger is append-only"

SQLITE: tuple[str, ...] = (
    f"""CREATE TRIGGER hours_entries_no_update BEFORE UPDATE ON hours_entries
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER hours_entries_no_delete BEFORE DELETE ON hours_entries
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    f"""CREATE TRIGGER hours_entries_no_replace BEFORE INSERT ON hours_entries
    WHEN EXISTS (SELECT 1 FROM hours_entries WHERE id = NEW.id OR "key" = NEW."key")
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
SQLITE_DROP: tuple[str, ...] = (
    "DROP TRIGGER IF EXISTS hours_entries_no_replace",
    "DROP TRIGGER IF EXISTS hours_entries_no_delete",
    "DROP TRIGGER IF EXISTS hours_entries_no_update",
)

POSTGRESQL: tuple[str, ...] = (
    f"""CREATE FUNCTION hours_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER hours_entries_no_change BEFORE UPDATE OR DELETE ON hours_entries
    FOR EACH ROW EXECUTE FUNCTION hours_entries_refuse()""",
    """CREATE TRIGGER hours_entries_no_truncate BEFORE TRUNCATE ON hours_entries
    FOR EACH STATEMENT EXECUTE FUNCTION hours_entries_refuse()""",
)
POSTGRESQL_DROP: tuple[str, ...] = (
    "DROP TRIGGER IF EXISTS hours_entries_no_truncate ON hours_entries",
    "DROP TRIGGER IF EXISTS hours_entries_no_change ON hours_entries",
    "DROP FUNCTION IF EXISTS hours_entries_refuse()",
)
