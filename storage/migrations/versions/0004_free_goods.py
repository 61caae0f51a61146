"""Free goods: items, batches, claims, the stock and money ledgers, draws, the needs survey."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

from storage import guards

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "money_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('cash', 'sales')", name="ck_money_accounts_kind"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_money_accounts_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_money_accounts"),
        sa.UniqueConstraint("kind", "project_id", name="uq_money_accounts_kind_project_id"),
    )
    op.create_table(
        "needs",
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("answered_at", sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("people > 0", name="ck_needs_people"),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_needs_household_id_households", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_needs_resident_id_residents"),
        sa.PrimaryKeyConstraint("resident_id", name="pk_needs"),
    )
    op.create_index("ix_needs_household_id", "needs", ["household_id"], unique=False)
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sqltypes.AutoString(), nullable=False),
        sa.Column("media_type", sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_pictures_made_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
        sa.UniqueConstraint("digest", name="uq_pictures_digest"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("unit", sqltypes.AutoString(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("allowance", sa.Integer(), nullable=True),
        sa.Column("home_allowance", sa.Integer(), nullable=True),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("sharing", sqltypes.AutoString(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("allowance > 0 AND home_allowance > 0", name="ck_items_allowances"),
        sa.CheckConstraint("price >= 0", name="ck_items_price"),
        sa.CheckConstraint("step > 0", name="ck_items_step"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_items_made_by_residents"),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name="fk_items_picture_id_pictures"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("name", name="uq_items_name"),
    )
    op.create_table(
        "batch_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("sharing", sqltypes.AutoString(), nullable=False),
        sa.Column("pattern", sqltypes.AutoString(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("made_until", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_batch_series_item_id_items"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_batch_series_made_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_batch_series_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_series"),
    )
    op.create_index("ix_batch_series_project_id", "batch_series", ["project_id"], unique=False)
    op.create_table(
        "batch_series_exceptions",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_batch_series_exceptions_made_by_residents"),
        sa.ForeignKeyConstraint(
            ["series_id"], ["batch_series.id"], name="fk_batch_series_exceptions_series_id_batch_series"
        ),
        sa.PrimaryKeyConstraint("series_id", "day", name="pk_batch_series_exceptions"),
    )
    op.create_table(
        "need_lines",
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name="ck_need_lines_amount"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_need_lines_item_id_items"),
        sa.ForeignKeyConstraint(["resident_id"], ["needs.resident_id"], name="fk_need_lines_resident_id_needs"),
        sa.PrimaryKeyConstraint("resident_id", "item_id", name="pk_need_lines"),
    )
    op.create_index("ix_need_lines_item_id", "need_lines", ["item_id"], unique=False)
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("ends_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sharing", sqltypes.AutoString(), nullable=False),
        sa.Column("precedence", sa.Boolean(), nullable=False),
        sa.Column("draw_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("seed_hash", sqltypes.AutoString(), nullable=False),
        sa.Column("seed", sqltypes.AutoString(), nullable=False),
        sa.Column("drawn_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("series_day", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("recalled_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("recalled_by", sa.Integer(), nullable=True),
        sa.Column("recall_reason", sqltypes.AutoString(), nullable=False),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("rest_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("free >= 0 AND free <= shelf", name="ck_batches_free"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_batches_item_id_items"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_batches_made_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_batches_project_id_projects"),
        sa.ForeignKeyConstraint(["recalled_by"], ["residents.id"], name="fk_batches_recalled_by_residents"),
        sa.ForeignKeyConstraint(["series_id"], ["batch_series.id"], name="fk_batches_series_id_batch_series"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("series_id", "series_day", name="uq_batches_series_id_series_day"),
    )
    op.create_index(
        "ix_batches_draw_at",
        "batches",
        ["draw_at"],
        unique=False,
        sqlite_where=sa.text("draw_at IS NOT NULL"),
        postgresql_where=sa.text("draw_at IS NOT NULL"),
    )
    op.create_index("ix_batches_ends_at", "batches", ["ends_at"], unique=False)
    op.create_index("ix_batches_item_id_ends_at", "batches", ["item_id", "ends_at"], unique=False)
    op.create_index("ix_batches_project_id_ends_at", "batches", ["project_id", "ends_at"], unique=False)
    op.create_table(
        "draws",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("drawn_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_draws_batch_id_batches"),
        sa.PrimaryKeyConstraint("batch_id", name="pk_draws"),
    )
    op.create_table(
        "pickup_windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name="ck_pickup_windows_span"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_pickup_windows_batch_id_batches"),
        sa.PrimaryKeyConstraint("id", name="pk_pickup_windows"),
    )
    op.create_index("ix_pickup_windows_batch_id", "pickup_windows", ["batch_id"], unique=False)
    op.create_index(
        "ix_pickup_windows_open",
        "pickup_windows",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("code", sqltypes.AutoString(), nullable=True),
        sa.Column("helper_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("waiting_since", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("changed_at", sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'held') = (code IS NOT NULL) AND (state IN ('entered', 'waiting')) = (wanted > 0)",
            name="ck_claims_state",
        ),
        sa.CheckConstraint("state = 'held' OR amount = handed", name="ck_claims_amount"),
        sa.CheckConstraint("handed >= 0 AND handed <= amount", name="ck_claims_handed"),
        sa.CheckConstraint("wanted >= 0", name="ck_claims_wanted"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_claims_batch_id_batches"),
        sa.ForeignKeyConstraint(["helper_id"], ["residents.id"], name="fk_claims_helper_id_residents"),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_claims_household_id_households", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_claims_item_id_items"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_claims_resident_id_residents"),
        sa.ForeignKeyConstraint(["window_id"], ["pickup_windows.id"], name="fk_claims_window_id_pickup_windows"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.UniqueConstraint("batch_id", "resident_id", name="uq_claims_batch_id_resident_id"),
    )
    op.create_index("ix_claims_batch_id_state", "claims", ["batch_id", "state"], unique=False)
    op.create_index("ix_claims_helper_id", "claims", ["helper_id"], unique=False)
    op.create_index(
        "ix_claims_household_id_item_id_week", "claims", ["household_id", "item_id", "week", "amount"], unique=False
    )
    op.create_index(
        "ix_claims_resident_id_item_id_week", "claims", ["resident_id", "item_id", "week", "amount"], unique=False
    )
    op.create_index("ix_claims_window_id", "claims", ["window_id"], unique=False)
    op.create_index(
        "uq_claims_code",
        "claims",
        ["code"],
        unique=True,
        sqlite_where=sa.text("code IS NOT NULL"),
        postgresql_where=sa.text("code IS NOT NULL"),
    )
    op.create_table(
        "money_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("debit_id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sqltypes.AutoString(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("customer", sqltypes.AutoString(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('sale', 'refund', 'correction')", name="ck_money_entries_kind"),
        sa.CheckConstraint("amount > 0", name="ck_money_entries_amount"),
        sa.CheckConstraint("debit_id <> credit_id", name="ck_money_entries_two_accounts"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_money_entries_batch_id_batches"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_money_entries_claim_id_claims"),
        sa.ForeignKeyConstraint(["credit_id"], ["money_accounts.id"], name="fk_money_entries_credit_id_money_accounts"),
        sa.ForeignKeyConstraint(["debit_id"], ["money_accounts.id"], name="fk_money_entries_debit_id_money_accounts"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_money_entries_made_by_residents"),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["money_entries.id"], name="fk_money_entries_reverses_id_money_entries"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_money_entries"),
        sa.UniqueConstraint("key", name="uq_money_entries_key"),
        sa.UniqueConstraint("reverses_id", name="uq_money_entries_reverses_id"),
    )
    op.create_index("ix_money_entries_batch_id", "money_entries", ["batch_id"], unique=False)
    op.create_index("ix_money_entries_claim_id", "money_entries", ["claim_id"], unique=False)
    op.create_index("ix_money_entries_day", "money_entries", ["day"], unique=False)
    op.create_table(
        "stock_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.Integer(), nullable=False),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('made', 'claimed', 'given_back', 'lapsed', 'handed_over', 'sold', 'spoiled', 'corrected', "
            "'recalled')",
            name="ck_stock_entries_kind",
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_stock_entries_batch_id_batches"),
        sa.ForeignKeyConstraint(["by_id"], ["residents.id"], name="fk_stock_entries_by_id_residents"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_stock_entries_claim_id_claims"),
        sa.ForeignKeyConstraint(["to_id"], ["residents.id"], name="fk_stock_entries_to_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_entries"),
    )
    op.create_index("ix_stock_entries_batch_id", "stock_entries", ["batch_id"], unique=False)
    op.create_index("ix_stock_entries_claim_id", "stock_entries", ["claim_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["money_entries.id"], name="fk_receipts_entry_id_money_entries"),
        sa.PrimaryKeyConstraint("number", name="pk_receipts"),
        sa.UniqueConstraint("entry_id", name="uq_receipts_entry_id"),
    )
    op.create_table(
        "recalls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("cleared_by", sa.Integer(), nullable=True),
        sa.Column("cleared_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_recalls_batch_id_batches"),
        sa.ForeignKeyConstraint(["cleared_by"], ["residents.id"], name="fk_recalls_cleared_by_residents"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_recalls_made_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_recalls"),
    )
    op.create_index("ix_recalls_batch_id", "recalls", ["batch_id"], unique=False)
    op.create_index(
        "uq_recalls_standing",
        "recalls",
        ["batch_id"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "recall_people",
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.Column("read_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name="fk_recall_people_recall_id_recalls"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_recall_people_resident_id_residents"),
        sa.ForeignKeyConstraint(["told_by"], ["residents.id"], name="fk_recall_people_told_by_residents"),
        sa.PrimaryKeyConstraint("recall_id", "resident_id", name="pk_recall_people"),
    )
    op.create_index("ix_recall_people_resident_id", "recall_people", ["resident_id"], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in guards.GOODS_SQLITE if is_sqlite else guards.GOODS_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in guards.GOODS_SQLITE_DROP if is_sqlite else guards.GOODS_POSTGRESQL_DROP:
        op.execute(statement)
    op.execute("UPDATE role_grants SET ended_at = granted_at WHERE role = 'treasurer' AND ended_at IS NULL")
    op.drop_table("recall_people")
    op.drop_table("recalls")
    op.drop_table("receipts")
    op.drop_table("stock_entries")
    op.drop_table("money_entries")
    op.drop_table("claims")
    op.drop_table("pickup_windows")
    op.drop_table("draws")
    op.drop_table("batches")
    op.drop_table("need_lines")
    op.drop_table("batch_series_exceptions")
    op.drop_table("batch_series")
    op.drop_table("items")
    op.drop_table("pictures")
    op.drop_table("needs")
    op.drop_table("money_accounts")
