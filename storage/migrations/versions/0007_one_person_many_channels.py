"""One person on many channels: link codes, merges, shared phones and stewards; what WhatsApp tells of its messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WITH_PHONE = sa.text("phone IS NOT NULL")
AS_TEMPLATE = sa.text("template <> ''")


def upgrade() -> None:
    op.create_table(
        "message_statuses",
        sa.Column("reference", sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqltypes.AutoString(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("detail", sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("reference", "status", name="pk_message_statuses"),
    )
    op.create_index("ix_message_statuses_at", "message_statuses", ["at"], unique=False)
    op.create_index("ix_message_statuses_row_id", "message_statuses", ["row_id"], unique=False)
    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("steward_id", sa.Integer(), nullable=False),
        sa.Column("what", sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["steward_id"], ["residents.id"], name="fk_deeds_steward_id_residents"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_deeds_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_deeds"),
    )
    op.create_index("ix_deeds_steward_id", "deeds", ["steward_id"], unique=False)
    op.create_index("ix_deeds_resident_id_at", "deeds", ["resident_id", "at"], unique=False)
    op.create_table(
        "stewards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("steward_id", sa.Integer(), nullable=False),
        sa.Column("consent", sqltypes.AutoString(), nullable=False),
        sa.Column("consent_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("consent IN ('spoken', 'written')", name="ck_stewards_consent"),
        sa.CheckConstraint("steward_id <> resident_id", name="ck_stewards_another"),
        sa.ForeignKeyConstraint(["ended_by"], ["residents.id"], name="fk_stewards_ended_by_residents"),
        sa.ForeignKeyConstraint(["steward_id"], ["residents.id"], name="fk_stewards_steward_id_residents"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_stewards_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_stewards"),
    )
    op.create_index("ix_stewards_steward_id", "stewards", ["steward_id"], unique=False)
    op.create_index(
        "uq_stewards_current",
        "stewards",
        ["resident_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "link_codes",
        sa.Column("digest", sqltypes.AutoString(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_link_codes_account_id_accounts"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_link_codes_resident_id_residents"),
        sa.ForeignKeyConstraint(["used_by"], ["accounts.id"], name="fk_link_codes_used_by_accounts"),
        sa.PrimaryKeyConstraint("digest", name="pk_link_codes"),
    )
    op.create_index("ix_link_codes_resident_id", "link_codes", ["resident_id"], unique=False)
    op.create_table(
        "merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("undone_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("kept_id <> gone_id", name="ck_merges_two"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_merges_account_id_accounts"),
        sa.ForeignKeyConstraint(["gone_id"], ["residents.id"], name="fk_merges_gone_id_residents"),
        sa.ForeignKeyConstraint(["kept_id"], ["residents.id"], name="fk_merges_kept_id_residents"),
        sa.ForeignKeyConstraint(["undone_by"], ["residents.id"], name="fk_merges_undone_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
    )
    op.create_index("ix_merges_gone_id", "merges", ["gone_id"], unique=False)
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"], unique=False)
    op.create_table(
        "speakers",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_speakers_account_id_accounts"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_speakers_resident_id_residents"),
        sa.PrimaryKeyConstraint("account_id", "resident_id", name="pk_speakers"),
    )
    op.create_index("ix_speakers_resident_id", "speakers", ["resident_id"], unique=False)
    op.create_table(
        "merge_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqltypes.AutoString(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["merges.id"], name="fk_merge_changes_merge_id_merges"),
        sa.PrimaryKeyConstraint("id", name="pk_merge_changes"),
    )
    op.create_index("ix_merge_changes_merge_id", "merge_changes", ["merge_id"], unique=False)
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.add_column(sa.Column("phone", sqltypes.AutoString(), nullable=True))
        for moment in ("heard_at", "spared_until"):
            batch_op.add_column(sa.Column(moment, sqltypes.UTCDateTime(), nullable=True))
        for flag in ("preferred", "marketing_off", "shared"):
            batch_op.add_column(sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("speaking_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_accounts_phone",
            ["channel", "phone"],
            unique=False,
            sqlite_where=WITH_PHONE,
            postgresql_where=WITH_PHONE,
        )
        batch_op.create_foreign_key("fk_accounts_speaking_id_residents", "residents", ["speaking_id"], ["id"])
    with op.batch_alter_table("accounts") as batch_op:
        for flag in ("preferred", "marketing_off", "shared"):
            batch_op.alter_column(flag, server_default=None)
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("template", sqltypes.AutoString(), nullable=False, server_default=""))
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.alter_column("template", server_default=None)
        batch_op.create_index(
            "ix_outbox_template",
            ["sent_at", "account_id"],
            unique=False,
            sqlite_where=AS_TEMPLATE,
            postgresql_where=AS_TEMPLATE,
        )


def downgrade() -> None:
    """Whoever went into another stays there, as somebody who left."""
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_index("ix_outbox_template", sqlite_where=AS_TEMPLATE, postgresql_where=AS_TEMPLATE)
        batch_op.drop_column("template")
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.drop_constraint("fk_accounts_speaking_id_residents", type_="foreignkey")
        batch_op.drop_index("ix_accounts_phone", sqlite_where=WITH_PHONE, postgresql_where=WITH_PHONE)
        for column in ("speaking_id", "shared", "marketing_off", "preferred", "spared_until", "heard_at", "phone"):
            batch_op.drop_column(column)
    op.execute("UPDATE residents SET state = 'left' WHERE state = 'merged'")
    op.drop_table("merge_changes")
    op.drop_table("speakers")
    op.drop_table("merges")
    op.drop_table("link_codes")
    op.drop_table("stewards")
    op.drop_table("deeds")
    op.drop_table("message_statuses")
