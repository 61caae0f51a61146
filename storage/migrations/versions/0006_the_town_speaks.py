"""The town speaks: broadcasts and their reports, the weekly update, boards, campaigns, posters, who wants to hear."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OF_BROADCAST = sa.text("broadcast_id IS NOT NULL")
FAILED = sa.text("state = 'failed'")
TO_ONE = "(resident_id IS NULL) <> (group_id IS NULL)"


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("press", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'done', 'stopped')", name="ck_campaigns_state"),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name="ck_campaigns_round"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_campaigns_made_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_index(
        "uq_campaigns_running",
        "campaigns",
        ["round"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "mutes",
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("topic", sqltypes.AutoString(), nullable=False),
        sa.Column("how", sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_mutes_resident_id_residents"),
        sa.PrimaryKeyConstraint("resident_id", "topic", name="pk_mutes"),
    )
    op.create_table(
        "saved_audiences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_saved_audiences_made_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_audiences"),
        sa.UniqueConstraint("name", name="uq_saved_audiences_name"),
    )
    op.create_table(
        "boards",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("updates", sa.Boolean(), nullable=False),
        sa.Column("added_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("switched_by", sa.Integer(), nullable=True),
        sa.Column("switched_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("gone_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('group', 'channel')", name="ck_boards_kind"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_boards_account_id_accounts"),
        sa.ForeignKeyConstraint(["switched_by"], ["residents.id"], name="fk_boards_switched_by_residents"),
        sa.PrimaryKeyConstraint("account_id", name="pk_boards"),
    )
    op.create_table(
        "campaign_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("done_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'skipped')", name="ck_campaign_steps_state"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_steps_campaign_id_campaigns"),
        sa.ForeignKeyConstraint(["done_by"], ["residents.id"], name="fk_campaign_steps_done_by_residents"),
        sa.ForeignKeyConstraint(["owner_id"], ["residents.id"], name="fk_campaign_steps_owner_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_steps"),
    )
    op.create_index("ix_campaign_steps_campaign_id", "campaign_steps", ["campaign_id", "position"], unique=False)
    op.create_index(
        "ix_campaign_steps_due",
        "campaign_steps",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_campaign_steps_owner_id", "campaign_steps", ["owner_id"], unique=False)
    op.create_table(
        "posters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("code", sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("headline", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("gone_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_posters_campaign_id_campaigns"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_posters_made_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_posters"),
        sa.UniqueConstraint("code", name="uq_posters_code"),
    )
    op.create_index("ix_posters_campaign_id", "posters", ["campaign_id"], unique=False)
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("topic", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sqltypes.AutoString(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("due_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("started_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("why", sqltypes.AutoString(), nullable=False),
        sa.Column("card_said", sqltypes.AutoString(), nullable=False),
        sa.Column("card_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('message', 'task', 'update', 'emergency')", name="ck_broadcasts_kind"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_broadcasts_made_by_residents"),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name="fk_broadcasts_picture_id_pictures"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_broadcasts_project_id_projects"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_broadcasts_shift_id_shifts"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
    )
    op.create_index("ix_broadcasts_made_by", "broadcasts", ["made_by"], unique=False)
    op.create_index("ix_broadcasts_shift_id", "broadcasts", ["shift_id"], unique=False)
    op.create_index("ix_broadcasts_state_due_at", "broadcasts", ["state", "due_at"], unique=False)
    op.create_table(
        "poster_visits",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("poster_id", sa.Integer(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_poster_visits_account_id_accounts"),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name="fk_poster_visits_poster_id_posters"),
        sa.PrimaryKeyConstraint("account_id", name="pk_poster_visits"),
    )
    op.create_index("ix_poster_visits_poster_id", "poster_visits", ["poster_id"], unique=False)
    op.create_table(
        "broadcast_answers",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("answer", sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("answer IN ('come', 'no')", name="ck_broadcast_answers_answer"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_answers_broadcast_id_broadcasts"
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_broadcast_answers_resident_id_residents"),
        sa.PrimaryKeyConstraint("broadcast_id", "resident_id", name="pk_broadcast_answers"),
    )
    op.create_index("ix_broadcast_answers_resident_id", "broadcast_answers", ["resident_id"], unique=False)
    op.create_table(
        "broadcast_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("detail", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_events_broadcast_id_broadcasts"
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_broadcast_events_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_events"),
    )
    op.create_index("ix_broadcast_events_broadcast_id", "broadcast_events", ["broadcast_id"], unique=False)
    op.create_index(
        "uq_broadcast_events_approved",
        "broadcast_events",
        ["broadcast_id", "resident_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'approved'"),
        postgresql_where=sa.text("kind = 'approved'"),
    )
    op.create_table(
        "updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("video", sqltypes.AutoString(), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("numbers_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("ready_by", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("sent_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("broadcast_id", sa.Integer(), nullable=True),
        sa.Column("corrections", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'ready', 'sent', 'skipped')", name="ck_updates_state"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_updates_broadcast_id_broadcasts"),
        sa.ForeignKeyConstraint(["edited_by"], ["residents.id"], name="fk_updates_edited_by_residents"),
        sa.ForeignKeyConstraint(["ready_by"], ["residents.id"], name="fk_updates_ready_by_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_updates"),
        sa.UniqueConstraint("broadcast_id", name="uq_updates_broadcast_id"),
        sa.UniqueConstraint("week", name="uq_updates_week"),
    )
    op.create_index("ix_updates_state_due_at", "updates", ["state", "due_at"], unique=False)
    op.create_table(
        "update_pictures",
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name="fk_update_pictures_picture_id_pictures"),
        sa.ForeignKeyConstraint(["update_id"], ["updates.id"], name="fk_update_pictures_update_id_updates"),
        sa.PrimaryKeyConstraint("update_id", "picture_id", name="pk_update_pictures"),
    )
    op.create_index("ix_update_pictures_picture_id", "update_pictures", ["picture_id"], unique=False)
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("broadcast_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("read_at", sqltypes.UTCDateTime(), nullable=True))
        batch_op.alter_column("resident_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_index("ix_outbox_account_id", ["account_id", "sent_at"], unique=False)
        batch_op.create_index(
            "ix_outbox_broadcast_id",
            ["broadcast_id", "state"],
            unique=False,
            sqlite_where=OF_BROADCAST,
            postgresql_where=OF_BROADCAST,
        )
        batch_op.create_index(
            "ix_outbox_failed", ["made_at"], unique=False, sqlite_where=FAILED, postgresql_where=FAILED
        )
        batch_op.create_foreign_key("fk_outbox_broadcast_id_broadcasts", "broadcasts", ["broadcast_id"], ["id"])
        batch_op.create_foreign_key("fk_outbox_group_id_accounts", "accounts", ["group_id"], ["id"])
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.create_check_constraint(op.f("ck_outbox_to_one"), TO_ONE)
    with op.batch_alter_table("residents") as batch_op:
        batch_op.add_column(sa.Column("area", sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.create_index("ix_residents_area", ["area"], unique=False)
    with op.batch_alter_table("residents") as batch_op:
        batch_op.alter_column("area", server_default=None)
    _fill_areas()
    _list_groups()


def _fill_areas() -> None:
    """The street without its number and accents, as `town.audience.area_of` had it at this revision."""
    residents = sa.table("residents", sa.column("id"), sa.column("street"), sa.column("area"))
    found = op.get_bind().execute(sa.select(residents.c.id, residents.c.street).where(residents.c.street != "")).all()
    rows = [{"b_id": row.id, "b_area": _area_of(row.street)} for row in found]
    if rows:
        fill = sa.update(residents).where(residents.c.id == sa.bindparam("b_id")).values(area=sa.bindparam("b_area"))
        op.get_bind().execute(fill, rows)


def _list_groups() -> None:
    """The groups that the bot is in already; what they are called is known once they have something to say."""
    op.execute(
        "INSERT INTO boards (account_id, title, kind, updates, added_at) "
        "SELECT id, '', 'group', false, created_at FROM accounts "
        "WHERE channel = 'telegram' AND address LIKE '-%' AND reachable"
    )


def _area_of(street: str) -> str:
    plain = unicodedata.normalize("NFKD", street.casefold())
    kept = "".join(" " if sign in ",;" else sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(word for word in kept.split() if not any(sign.isdigit() for sign in word))


def downgrade() -> None:
    with op.batch_alter_table("residents") as batch_op:
        batch_op.drop_index("ix_residents_area")
        batch_op.drop_column("area")
    op.execute("DELETE FROM outbox WHERE resident_id IS NULL")
    op.execute("UPDATE outbox SET state = 'dropped', detail = 'withdrawn' WHERE state = 'paused'")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_to_one"), type_="check")
        batch_op.drop_constraint("fk_outbox_group_id_accounts", type_="foreignkey")
        batch_op.drop_constraint("fk_outbox_broadcast_id_broadcasts", type_="foreignkey")
        batch_op.drop_index("ix_outbox_failed", sqlite_where=FAILED, postgresql_where=FAILED)
        batch_op.drop_index("ix_outbox_broadcast_id", sqlite_where=OF_BROADCAST, postgresql_where=OF_BROADCAST)
        batch_op.drop_index("ix_outbox_account_id")
        batch_op.alter_column("resident_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("read_at")
        batch_op.drop_column("delivered_at")
        batch_op.drop_column("broadcast_id")
        batch_op.drop_column("group_id")
    op.drop_table("update_pictures")
    op.drop_table("updates")
    op.drop_table("broadcast_events")
    op.drop_table("broadcast_answers")
    op.drop_table("poster_visits")
    op.drop_table("broadcasts")
    op.drop_table("posters")
    op.drop_table("campaign_steps")
    op.drop_table("boards")
    op.drop_table("saved_audiences")
    op.drop_table("mutes")
    op.drop_table("campaigns")
