"""The first town."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

from storage import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "residents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("street", sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("free_times", sa.Integer(), nullable=False),
        sa.Column("reminder_early", sa.Integer(), nullable=True),
        sa.Column("reminder_late", sa.Integer(), nullable=True),
        sa.Column("joined_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("consent_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_residents"),
    )
    op.create_index("ix_residents_state_name", "residents", ["state", "name"], unique=False)

    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('skill', 'interest')", name="ck_topics_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("kind", "name", name="uq_topics_kind_name"),
    )
    op.create_table(
        "town",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("clock_offset", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_town_one_town"),
        sa.PrimaryKeyConstraint("id", name="pk_town"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqltypes.AutoString(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("language", sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_accounts_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("channel", "address", name="uq_accounts_channel_address"),
    )
    op.create_index("ix_accounts_resident_id", "accounts", ["resident_id"], unique=False)

    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["interest_id"], ["topics.id"], name="fk_projects_interest_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    op.create_table(
        "resident_topics",
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_resident_topics_resident_id_residents"),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_resident_topics_topic_id_topics"),
        sa.PrimaryKeyConstraint("resident_id", "topic_id", name="pk_resident_topics"),
    )
    op.create_index("ix_resident_topics_topic_id", "resident_topics", ["topic_id"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("channel", sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqltypes.AutoString(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Text(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_inbox_account_id_accounts"),
        sa.PrimaryKeyConstraint("channel", "key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_account_id_at", "inbox", ["account_id", "at"], unique=False)
    op.create_index("ix_inbox_at", "inbox", ["at"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("notice", sqltypes.AutoString(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqltypes.AutoString(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("sent_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reference", sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_outbox_account_id_accounts"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_outbox_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["state", "priority", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("ix_outbox_resident_id", "outbox", ["resident_id"], unique=False)
    op.create_index("ix_outbox_subject", "outbox", ["subject"], unique=False)

    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("role", sqltypes.AutoString(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("granted_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["residents.id"], name="fk_role_grants_ended_by_residents"),
        sa.ForeignKeyConstraint(["granted_by"], ["residents.id"], name="fk_role_grants_granted_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_role_grants_project_id_projects"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_role_grants_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grants"),
    )
    op.create_index("ix_role_grants_resident_id", "role_grants", ["resident_id"], unique=False)

    op.create_table(
        "setup_codes",
        sa.Column("digest", sqltypes.AutoString(), nullable=False),
        sa.Column("expires_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["used_by"], ["accounts.id"], name="fk_setup_codes_used_by_accounts"),
        sa.PrimaryKeyConstraint("digest", name="pk_setup_codes"),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("starts_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("cancelled_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("asked_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("escalated_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name="ck_shifts_span"),
        sa.CheckConstraint("taken >= 0 AND taken <= places", name="ck_shifts_taken"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_shifts_made_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_shifts_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_ends_at", "shifts", ["ends_at"], unique=False)
    op.create_index("ix_shifts_project_id_starts_at", "shifts", ["project_id", "starts_at"], unique=False)
    op.create_index("ix_shifts_starts_at", "shifts", ["starts_at"], unique=False)

    op.create_table(
        "web_chats",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_web_chats_account_id_accounts"),
        sa.PrimaryKeyConstraint("account_id", name="pk_web_chats"),
    )
    op.create_table(
        "web_files",
        sa.Column("id", sqltypes.AutoString(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("media_type", sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_web_files_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_web_files"),
    )
    op.create_index("ix_web_files_account_id", "web_files", ["account_id"], unique=False)

    op.create_table(
        "web_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("key", sqltypes.AutoString(), nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edited_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_web_messages_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_web_messages"),
        sa.UniqueConstraint("account_id", "key", name="uq_web_messages_account_id_key"),
    )
    op.create_index("ix_web_messages_account_id_id", "web_messages", ["account_id", "id"], unique=False)
    op.create_index("ix_web_messages_account_id_rev", "web_messages", ["account_id", "rev"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("digest", sqltypes.AutoString(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_web_sessions_account_id_accounts"),
        sa.PrimaryKeyConstraint("digest", name="pk_web_sessions"),
    )
    op.create_index("ix_web_sessions_account_id", "web_sessions", ["account_id"], unique=False)

    op.create_table(
        "hours_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqltypes.AutoString(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('shift', 'reversal')", name="ck_hours_entries_kind"),
        sa.CheckConstraint("confirmed_by <> resident_id", name="ck_hours_entries_confirmed_by_another"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["residents.id"], name="fk_hours_entries_confirmed_by_residents"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_hours_entries_resident_id_residents"),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["hours_entries.id"], name="fk_hours_entries_reverses_id_hours_entries"
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_hours_entries_shift_id_shifts"),
        sa.PrimaryKeyConstraint("id", name="pk_hours_entries"),
        sa.UniqueConstraint("key", name="uq_hours_entries_key"),
    )
    op.create_index("ix_hours_entries_resident_id_week", "hours_entries", ["resident_id", "week"], unique=False)
    op.create_index("ix_hours_entries_week", "hours_entries", ["week"], unique=False)

    op.create_table(
        "shift_skills",
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_shift_skills_shift_id_shifts"),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_shift_skills_topic_id_topics"),
        sa.PrimaryKeyConstraint("shift_id", "topic_id", name="pk_shift_skills"),
    )
    op.create_table(
        "signups",
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("joined_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("coming_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_signups_resident_id_residents"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_signups_shift_id_shifts"),
        sa.PrimaryKeyConstraint("shift_id", "resident_id", name="pk_signups"),
    )
    op.create_index("ix_signups_resident_id_state", "signups", ["resident_id", "state"], unique=False)

    op.create_index(
        "uq_role_grants_current",
        "role_grants",
        ["resident_id", "role", sa.text("coalesce(project_id, 0)")],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for statement in guards.SQLITE if op.get_bind().dialect.name == "sqlite" else guards.POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    for statement in guards.SQLITE_DROP if op.get_bind().dialect.name == "sqlite" else guards.POSTGRESQL_DROP:
        op.execute(statement)
    op.drop_index("uq_role_grants_current", table_name="role_grants")
    op.drop_index("ix_signups_resident_id_state", table_name="signups")

    op.drop_table("signups")
    op.drop_table("shift_skills")
    op.drop_index("ix_hours_entries_week", table_name="hours_entries")
    op.drop_index("ix_hours_entries_resident_id_week", table_name="hours_entries")

    op.drop_table("hours_entries")
    op.drop_index("ix_web_sessions_account_id", table_name="web_sessions")

    op.drop_table("web_sessions")
    op.drop_index("ix_web_messages_account_id_rev", table_name="web_messages")
    op.drop_index("ix_web_messages_account_id_id", table_name="web_messages")

    op.drop_table("web_messages")
    op.drop_index("ix_web_files_account_id", table_name="web_files")

    op.drop_table("web_files")
    op.drop_table("web_chats")
    op.drop_index("ix_shifts_starts_at", table_name="shifts")
    op.drop_index("ix_shifts_project_id_starts_at", table_name="shifts")
    op.drop_index("ix_shifts_ends_at", table_name="shifts")

    op.drop_table("shifts")
    op.drop_table("setup_codes")
    op.drop_index("ix_role_grants_resident_id", table_name="role_grants")

    op.drop_table("role_grants")
    op.drop_index("ix_outbox_subject", table_name="outbox")
    op.drop_index("ix_outbox_resident_id", table_name="outbox")
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )

    op.drop_table("outbox")
    op.drop_index("ix_inbox_at", table_name="inbox")
    op.drop_index("ix_inbox_account_id_at", table_name="inbox")

    op.drop_table("inbox")
    op.drop_index("ix_resident_topics_topic_id", table_name="resident_topics")

    op.drop_table("resident_topics")
    op.drop_table("projects")
    op.drop_index("ix_accounts_resident_id", table_name="accounts")

    op.drop_table("accounts")
    op.drop_table("town")
    op.drop_table("topics")
    op.drop_index("ix_residents_state_name", table_name="residents")

    op.drop_table("residents")
