"""Hours in depth: reports, contests, corrections, exemptions, closed weeks, the utility's files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv
from sqlmodel.sql import sqltypes

from storage import guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


FIRST_NAME = conv("ck_hours_entries_ck_hours_entries_kind")  # 0001 applied the convention to a whole name
OLD_KIND = "kind IN ('shift', 'reversal')"
KIND = "kind IN ('shift', 'report', 'reversal', 'correction')"


def _guard(*, up: bool) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if up:
        statements = guards.SQLITE if is_sqlite else guards.POSTGRESQL
    else:
        statements = guards.SQLITE_DROP if is_sqlite else guards.POSTGRESQL_DROP
    for statement in statements:
        op.execute(statement)


def upgrade() -> None:
    op.create_table(
        "week_closes",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_week_closes"),
    )
    op.create_table(
        "exemptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("from_week", sa.Date(), nullable=False),
        sa.Column("until_week", sa.Date(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('age', 'illness', 'pregnancy', 'care')", name="ck_exemptions_kind"),
        sa.CheckConstraint("state IN ('asked', 'approved', 'declined', 'withdrawn')", name="ck_exemptions_state"),
        sa.CheckConstraint("until_week >= from_week", name="ck_exemptions_span"),
        sa.ForeignKeyConstraint(["decided_by"], ["residents.id"], name="fk_exemptions_decided_by_residents"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_exemptions_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_exemptions"),
    )
    op.create_index("ix_exemptions_resident_id", "exemptions", ["resident_id"], unique=False)
    op.create_index("ix_exemptions_state_until_week", "exemptions", ["state", "until_week"], unique=False)
    op.create_table(
        "hours_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("witness_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("what", sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("escalated_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("decided_by <> resident_id", name="ck_hours_reports_decided_by_another"),
        sa.CheckConstraint("minutes > 0", name="ck_hours_reports_minutes"),
        sa.CheckConstraint("witness_id <> resident_id", name="ck_hours_reports_seen_by_another"),
        sa.ForeignKeyConstraint(["decided_by"], ["residents.id"], name="fk_hours_reports_decided_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_hours_reports_project_id_projects"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_hours_reports_resident_id_residents"),
        sa.ForeignKeyConstraint(["witness_id"], ["residents.id"], name="fk_hours_reports_witness_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_hours_reports"),
    )
    op.create_index("ix_hours_reports_project_id", "hours_reports", ["project_id"], unique=False)
    op.create_index("ix_hours_reports_resident_id", "hours_reports", ["resident_id", "day"], unique=False)
    op.create_index("ix_hours_reports_state_made_at", "hours_reports", ["state", "made_at"], unique=False)
    op.create_table(
        "meter_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_meter_files_made_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_meter_files"),
        sa.UniqueConstraint("week", "number", name="uq_meter_files_week_number"),
    )
    op.create_table(
        "week_standings",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("standing", sqltypes.AutoString(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("carried_in", sa.Integer(), nullable=False),
        sa.Column("carried_out", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("revised_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_week_standings_resident_id_residents"),
        sa.PrimaryKeyConstraint("week", "resident_id", name="pk_week_standings"),
    )
    op.create_table(
        "meter_lines",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("meter", sqltypes.AutoString(), nullable=False),
        sa.Column("entitled", sa.Boolean(), nullable=False),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["meter_files.id"], name="fk_meter_lines_file_id_meter_files"),
        sa.PrimaryKeyConstraint("week", "meter", name="pk_meter_lines"),
    )
    op.create_table(
        "meter_members",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("meter", sqltypes.AutoString(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_meter_members_resident_id_residents"),
        sa.PrimaryKeyConstraint("week", "meter", "resident_id", name="pk_meter_members"),
    )
    op.create_table(
        "contests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sqltypes.AutoString(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("escalated_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("(shift_id IS NULL) <> (report_id IS NULL)", name="ck_contests_of_one"),
        sa.CheckConstraint(
            "decided_by <> resident_id AND decided_by <> first_by", name="ck_contests_decided_by_another"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["residents.id"], name="fk_contests_decided_by_residents"),
        sa.ForeignKeyConstraint(["first_by"], ["residents.id"], name="fk_contests_first_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_contests_project_id_projects"),
        sa.ForeignKeyConstraint(["report_id"], ["hours_reports.id"], name="fk_contests_report_id_hours_reports"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_contests_resident_id_residents"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_contests_shift_id_shifts"),
        sa.PrimaryKeyConstraint("id", name="pk_contests"),
    )
    op.create_index("ix_contests_resident_id", "contests", ["resident_id"], unique=False)
    op.create_index("ix_contests_state_due_at", "contests", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_contests_report",
        "contests",
        ["report_id"],
        unique=True,
        sqlite_where=sa.text("report_id IS NOT NULL"),
        postgresql_where=sa.text("report_id IS NOT NULL"),
    )
    op.create_index(
        "uq_contests_shift",
        "contests",
        ["shift_id", "resident_id"],
        unique=True,
        sqlite_where=sa.text("shift_id IS NOT NULL"),
        postgresql_where=sa.text("shift_id IS NOT NULL"),
    )
    _guard(up=False)
    with op.batch_alter_table("hours_entries") as batch_op:
        batch_op.drop_constraint(FIRST_NAME, type_="check")
        batch_op.create_check_constraint(op.f("ck_hours_entries_kind"), KIND)
        batch_op.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        batch_op.drop_index("ix_hours_entries_week")
        batch_op.create_index("ix_hours_entries_week", ["week", "resident_id", "minutes"], unique=False)
        batch_op.create_foreign_key("fk_hours_entries_report_id_hours_reports", "hours_reports", ["report_id"], ["id"])
    _guard(up=True)


def downgrade() -> None:
    _guard(up=False)
    op.execute("UPDATE hours_entries SET kind = 'shift' WHERE kind IN ('report', 'correction')")
    with op.batch_alter_table("hours_entries") as batch_op:
        batch_op.drop_constraint(op.f("ck_hours_entries_kind"), type_="check")
        batch_op.create_check_constraint(FIRST_NAME, OLD_KIND)
        batch_op.drop_constraint("fk_hours_entries_report_id_hours_reports", type_="foreignkey")
        batch_op.drop_index("ix_hours_entries_week")
        batch_op.create_index("ix_hours_entries_week", ["week"], unique=False)
        batch_op.drop_column("report_id")
    _guard(up=True)
    op.drop_table("contests")
    op.drop_table("meter_lines")
    op.drop_table("meter_members")
    op.drop_table("week_standings")
    op.drop_table("meter_files")
    op.drop_table("hours_reports")
    op.drop_table("exemptions")
    op.drop_table("week_closes")
