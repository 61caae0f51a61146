"""Shifts in depth: series, waiting lists, cover calls, swaps, plans, kinds of places; households."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


SPECIAL = {
    "ck_shifts_special": "special >= 0 AND special <= reserved",
    "ck_shifts_general": "taken - special >= 0 AND taken - special <= places - reserved",
}
SHIFT_SKILLS = {
    "ck_shift_skills_taken": "taken >= 0 AND taken <= places",
    "ck_shift_skills_learning": "learning >= 0 AND learning <= learners",
}


def upgrade() -> None:
    op.create_table(
        "households",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("street", sqltypes.AutoString(), nullable=False),
        sa.Column("meter", sqltypes.AutoString(), nullable=True),
        sa.Column("code", sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_households"),
        sa.UniqueConstraint("code", name="uq_households_code"),
        sa.UniqueConstraint("meter", name="uq_households_meter"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("wanted_by", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("sent_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("detail", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_plans_project_id_projects"),
        sa.ForeignKeyConstraint(["wanted_by"], ["residents.id"], name="fk_plans_wanted_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_project_id_week", "plans", ["project_id", "week"], unique=False)
    op.create_index("ix_plans_state", "plans", ["state"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("pattern", sqltypes.AutoString(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("made_until", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_series_made_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_series_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
    )
    op.create_index("ix_series_project_id", "series", ["project_id"], unique=False)
    op.create_table(
        "series_exceptions",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_series_exceptions_made_by_residents"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_series_exceptions_series_id_series"),
        sa.PrimaryKeyConstraint("series_id", "day", name="pk_series_exceptions"),
    )
    op.create_table(
        "series_skills",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_series_skills_series_id_series"),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_series_skills_topic_id_topics"),
        sa.PrimaryKeyConstraint("series_id", "topic_id", name="pk_series_skills"),
    )
    op.create_table(
        "standing_signups",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("since", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_standing_signups_resident_id_residents"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_standing_signups_series_id_series"),
        sa.PrimaryKeyConstraint("series_id", "resident_id", name="pk_standing_signups"),
    )
    op.create_index("ix_standing_signups_resident_id", "standing_signups", ["resident_id"], unique=False)
    op.create_table(
        "cover_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("opened_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("next_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("outcome", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_cover_calls_shift_id_shifts"),
        sa.PrimaryKeyConstraint("id", name="pk_cover_calls"),
    )
    op.create_index("ix_cover_calls_shift_id", "cover_calls", ["shift_id"], unique=False)
    op.create_index(
        "uq_cover_calls_open",
        "cover_calls",
        ["shift_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "plan_lines",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=True),
        sa.Column("learner", sa.Boolean(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_lines_plan_id_plans"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_plan_lines_resident_id_residents"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_plan_lines_shift_id_shifts"),
        sa.ForeignKeyConstraint(["skill_id"], ["topics.id"], name="fk_plan_lines_skill_id_topics"),
        sa.PrimaryKeyConstraint("plan_id", "shift_id", "resident_id", name="pk_plan_lines"),
    )
    op.create_index("ix_plan_lines_shift_id_resident_id", "plan_lines", ["shift_id", "resident_id"], unique=False)
    op.create_table(
        "swaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("give_shift_id", sa.Integer(), nullable=False),
        sa.Column("take_shift_id", sa.Integer(), nullable=True),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answered_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name="ck_swaps_two_people"),
        sa.ForeignKeyConstraint(["from_id"], ["residents.id"], name="fk_swaps_from_id_residents"),
        sa.ForeignKeyConstraint(["give_shift_id"], ["shifts.id"], name="fk_swaps_give_shift_id_shifts"),
        sa.ForeignKeyConstraint(["take_shift_id"], ["shifts.id"], name="fk_swaps_take_shift_id_shifts"),
        sa.ForeignKeyConstraint(["to_id"], ["residents.id"], name="fk_swaps_to_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_swaps"),
    )
    op.create_index("ix_swaps_from_id_state", "swaps", ["from_id", "state"], unique=False)
    op.create_index("ix_swaps_give_shift_id", "swaps", ["give_shift_id"], unique=False)
    op.create_index("ix_swaps_take_shift_id", "swaps", ["take_shift_id"], unique=False)
    op.create_index("ix_swaps_to_id_state", "swaps", ["to_id", "state"], unique=False)
    op.create_index(
        "uq_swaps_asked",
        "swaps",
        ["give_shift_id", "from_id", "to_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "cover_asks",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answer", sqltypes.AutoString(), nullable=False),
        sa.Column("answered_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["cover_calls.id"], name="fk_cover_asks_call_id_cover_calls"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_cover_asks_resident_id_residents"),
        sa.PrimaryKeyConstraint("call_id", "resident_id", name="pk_cover_asks"),
    )
    op.create_index("ix_cover_asks_resident_id", "cover_asks", ["resident_id"], unique=False)
    with op.batch_alter_table("resident_topics") as batch_op:
        batch_op.add_column(sa.Column("level", sqltypes.AutoString(), nullable=False, server_default="told"))
        batch_op.add_column(sa.Column("signed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("signed_at", sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_foreign_key("fk_resident_topics_signed_by_residents", "residents", ["signed_by"], ["id"])
    with op.batch_alter_table("resident_topics") as batch_op:
        batch_op.alter_column("level", server_default=None)
    with op.batch_alter_table("residents") as batch_op:
        batch_op.add_column(sa.Column("born", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("household_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("calendar_key", sqltypes.AutoString(), nullable=True))
        batch_op.create_index("ix_residents_household_id", ["household_id"], unique=False)
        batch_op.create_unique_constraint("uq_residents_calendar_key", ["calendar_key"])
        batch_op.create_foreign_key("fk_residents_household_id_households", "households", ["household_id"], ["id"])
    with op.batch_alter_table("shift_skills") as batch_op:
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("taken", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("learners", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("learning", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("shift_skills") as batch_op:
        for name, check in SHIFT_SKILLS.items():
            batch_op.create_check_constraint(op.f(name), check)
        batch_op.alter_column("places", server_default=None)
        batch_op.alter_column("taken", server_default=None)
        batch_op.alter_column("learners", server_default=None)
        batch_op.alter_column("learning", server_default=None)
    with op.batch_alter_table("shifts") as batch_op:
        batch_op.add_column(sa.Column("reserved", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("special", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("series_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("checkin_key", sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(
            "ix_shifts_open",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.create_index("ix_shifts_week", ["week"], unique=False)
        batch_op.create_unique_constraint("uq_shifts_series_id_series_day", ["series_id", "series_day"])
        batch_op.create_foreign_key("fk_shifts_series_id_series", "series", ["series_id"], ["id"])
    with op.batch_alter_table("shifts") as batch_op:
        for name, check in SPECIAL.items():
            batch_op.create_check_constraint(op.f(name), check)
        batch_op.alter_column("reserved", server_default=None)
        batch_op.alter_column("special", server_default=None)
    with op.batch_alter_table("signups") as batch_op:
        batch_op.add_column(sa.Column("skill_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("learner", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("waiting_since", sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("offer", sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("offer_until", sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("checked_in_at", sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(
            "ix_signups_offer_until",
            ["offer_until"],
            unique=False,
            sqlite_where=sa.text("offer_until IS NOT NULL"),
            postgresql_where=sa.text("offer_until IS NOT NULL"),
        )
        batch_op.create_foreign_key("fk_signups_skill_id_topics", "topics", ["skill_id"], ["id"])
    with op.batch_alter_table("signups") as batch_op:
        batch_op.alter_column("learner", server_default=None)
        batch_op.alter_column("offer", server_default=None)


def downgrade() -> None:
    # A place that is only offered is nobody's yet, and nobody waited before.
    op.execute(
        "UPDATE shifts SET taken = (SELECT count(*) FROM signups WHERE shift_id = shifts.id AND state = 'held') "
        "WHERE closed_at IS NULL AND id IN (SELECT shift_id FROM signups WHERE state = 'offered')"
    )
    op.execute("DELETE FROM signups WHERE state IN ('waiting', 'offered')")
    for table, checks in (("shifts", SPECIAL), ("shift_skills", SHIFT_SKILLS)):
        with op.batch_alter_table(table) as batch_op:
            for name in checks:
                batch_op.drop_constraint(op.f(name), type_="check")
    with op.batch_alter_table("signups") as batch_op:
        batch_op.drop_constraint("fk_signups_skill_id_topics", type_="foreignkey")
        batch_op.drop_index(
            "ix_signups_offer_until",
            sqlite_where=sa.text("offer_until IS NOT NULL"),
            postgresql_where=sa.text("offer_until IS NOT NULL"),
        )
        batch_op.drop_column("checked_in_at")
        batch_op.drop_column("offer_until")
        batch_op.drop_column("offer")
        batch_op.drop_column("waiting_since")
        batch_op.drop_column("learner")
        batch_op.drop_column("skill_id")
    with op.batch_alter_table("shifts") as batch_op:
        batch_op.drop_constraint("fk_shifts_series_id_series", type_="foreignkey")
        batch_op.drop_constraint("uq_shifts_series_id_series_day", type_="unique")
        batch_op.drop_index("ix_shifts_week")
        batch_op.drop_index(
            "ix_shifts_open",
            sqlite_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.drop_column("warned_at")
        batch_op.drop_column("checkin_key")
        batch_op.drop_column("series_day")
        batch_op.drop_column("series_id")
        batch_op.drop_column("special")
        batch_op.drop_column("reserved")
    with op.batch_alter_table("shift_skills") as batch_op:
        batch_op.drop_column("learning")
        batch_op.drop_column("learners")
        batch_op.drop_column("taken")
        batch_op.drop_column("places")
    with op.batch_alter_table("residents") as batch_op:
        batch_op.drop_constraint("fk_residents_household_id_households", type_="foreignkey")
        batch_op.drop_constraint("uq_residents_calendar_key", type_="unique")
        batch_op.drop_index("ix_residents_household_id")
        batch_op.drop_column("calendar_key")
        batch_op.drop_column("household_id")
        batch_op.drop_column("born")
    with op.batch_alter_table("resident_topics") as batch_op:
        batch_op.drop_constraint("fk_resident_topics_signed_by_residents", type_="foreignkey")
        batch_op.drop_column("signed_at")
        batch_op.drop_column("signed_by")
        batch_op.drop_column("level")
    op.drop_table("cover_asks")
    op.drop_table("swaps")
    op.drop_table("plan_lines")
    op.drop_table("cover_calls")
    op.drop_table("standing_signups")
    op.drop_table("series_skills")
    op.drop_table("series_exceptions")
    op.drop_table("series")
    op.drop_table("plans")
    op.drop_table("households")
