"""Meetings and polls: questions, electorates, ballots and their boxes, proxies; agendas, minutes, decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("place", sqltypes.AutoString(), nullable=False),
        sa.Column("link", sqltypes.AutoString(), nullable=False),
        sa.Column("starts_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("audience", sqltypes.AutoString(), nullable=False),
        sa.Column("benefits_only", sa.Boolean(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("quorum_people", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("secretary_id", sa.Integer(), nullable=True),
        sa.Column("checkin_key", sqltypes.AutoString(), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("called_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("early_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("late_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("published_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("approved_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("changed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("corrections", sa.Text(), nullable=False),
        sa.CheckConstraint("length > 0", name="ck_meetings_length"),
        sa.CheckConstraint("quorum >= 0", name="ck_meetings_quorum"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_meetings_made_by_residents"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_meetings_project_id_projects"),
        sa.ForeignKeyConstraint(["secretary_id"], ["residents.id"], name="fk_meetings_secretary_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
    )
    op.create_index("ix_meetings_project_id", "meetings", ["project_id"], unique=False)
    op.create_index("ix_meetings_starts_at", "meetings", ["starts_at"], unique=False)
    op.create_table(
        "meeting_people",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("coming", sqltypes.AutoString(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("answered_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("here_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("coming IN ('', 'yes', 'no', 'maybe')", name="ck_meeting_people_coming"),
        sa.CheckConstraint("people > 0", name="ck_meeting_people_people"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_meeting_people_meeting_id_meetings"),
        sa.ForeignKeyConstraint(["noted_by"], ["residents.id"], name="fk_meeting_people_noted_by_residents"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_meeting_people_resident_id_residents"),
        sa.PrimaryKeyConstraint("meeting_id", "resident_id", name="pk_meeting_people"),
    )
    op.create_index("ix_meeting_people_resident_id", "meeting_people", ["resident_id"], unique=False)
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sqltypes.AutoString(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("audience", sqltypes.AutoString(), nullable=False),
        sa.Column("benefits_only", sa.Boolean(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("quorum_people", sa.Boolean(), nullable=False),
        sa.Column("threshold", sqltypes.AutoString(), nullable=False),
        sa.Column("of_electorate", sa.Boolean(), nullable=False),
        sa.Column("proxies", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("subject", sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("opens_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("closes_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("electorate", sa.Integer(), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("outcome", sqltypes.AutoString(), nullable=False),
        sa.Column("winners", sqltypes.AutoString(), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.Column("digest", sqltypes.AutoString(), nullable=False),
        sa.Column("scrubbed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('yesno', 'single', 'approval', 'ranked', 'points')", name="ck_polls_kind"),
        sa.CheckConstraint("threshold IN ('simple', 'two_thirds', 'absolute')", name="ck_polls_threshold"),
        sa.CheckConstraint("quorum >= 0", name="ck_polls_quorum"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_polls_made_by_residents"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_polls_meeting_id_meetings"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_polls_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
    )
    op.create_index("ix_polls_closed_at", "polls", ["closed_at"], unique=False)
    op.create_index("ix_polls_meeting_id", "polls", ["meeting_id"], unique=False)
    op.create_index("ix_polls_project_id", "polls", ["project_id"], unique=False)
    op.create_index(
        "ix_polls_running",
        "polls",
        ["closes_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "agenda_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=True),
        sa.Column("minutes_of", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("changed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("settled_at", sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('topic', 'motion', 'minutes')", name="ck_agenda_items_kind"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_agenda_items_made_by_residents"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_agenda_items_meeting_id_meetings"),
        sa.ForeignKeyConstraint(["minutes_of"], ["meetings.id"], name="fk_agenda_items_minutes_of_meetings"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_agenda_items_poll_id_polls"),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_items"),
    )
    op.create_index("ix_agenda_items_meeting_id", "agenda_items", ["meeting_id"], unique=False)
    op.create_table(
        "ballot_boxes",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_ballot_boxes_poll_id_polls"),
        sa.PrimaryKeyConstraint("poll_id", "number", name="pk_ballot_boxes"),
    )
    if op.get_bind().dialect.name == "postgresql":  # or the planner's statistics would keep boxes as they once were
        op.execute("ALTER TABLE ballot_boxes ALTER COLUMN ballots SET STATISTICS 0")
    op.create_table(
        "ballots",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("choice", sqltypes.AutoString(), nullable=False),
        sa.Column("cast_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_ballots_poll_id_polls"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_ballots_resident_id_residents"),
        sa.PrimaryKeyConstraint("poll_id", "resident_id", name="pk_ballots"),
    )
    op.create_table(
        "paper_ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("choice", sqltypes.AutoString(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["residents.id"], name="fk_paper_ballots_entered_by_residents"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_paper_ballots_poll_id_polls"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_paper_ballots_resident_id_residents"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_ballots"),
    )
    op.create_index("ix_paper_ballots_poll_id", "paper_ballots", ["poll_id"], unique=False)
    op.create_table(
        "poll_cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("message", sqltypes.AutoString(), nullable=False),
        sa.Column("voted", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("changed_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("done_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_poll_cards_account_id_accounts"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_cards_poll_id_polls"),
        sa.PrimaryKeyConstraint("id", name="pk_poll_cards"),
    )
    op.create_index(
        "ix_poll_cards_open",
        "poll_cards",
        ["poll_id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("uq_poll_cards_poll_id_account_id", "poll_cards", ["poll_id", "account_id"], unique=True)
    op.create_table(
        "poll_electors",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("how", sqltypes.AutoString(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["residents.id"], name="fk_poll_electors_by_residents"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["residents.id"], name="fk_poll_electors_confirmed_by_residents"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_electors_poll_id_polls"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_poll_electors_resident_id_residents"),
        sa.PrimaryKeyConstraint("poll_id", "resident_id", name="pk_poll_electors"),
    )
    op.create_index("ix_poll_electors_resident_id", "poll_electors", ["resident_id"], unique=False)
    op.create_table(
        "poll_proxies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=True),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("giver_id <> holder_id", name="ck_poll_proxies_other"),
        sa.ForeignKeyConstraint(["ended_by"], ["residents.id"], name="fk_poll_proxies_ended_by_residents"),
        sa.ForeignKeyConstraint(["giver_id"], ["residents.id"], name="fk_poll_proxies_giver_id_residents"),
        sa.ForeignKeyConstraint(["holder_id"], ["residents.id"], name="fk_poll_proxies_holder_id_residents"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_proxies_poll_id_polls"),
        sa.PrimaryKeyConstraint("id", name="pk_poll_proxies"),
    )
    op.create_index(
        "uq_poll_proxies_given",
        "poll_proxies",
        ["giver_id", sa.text("coalesce(poll_id, 0)")],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_poll_proxies_slot",
        "poll_proxies",
        ["holder_id", "slot"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "poll_tellers",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["named_by"], ["residents.id"], name="fk_poll_tellers_named_by_residents"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_tellers_poll_id_polls"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_poll_tellers_resident_id_residents"),
        sa.PrimaryKeyConstraint("poll_id", "resident_id", name="pk_poll_tellers"),
    )
    op.create_table(
        "agenda_seconds",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name="fk_agenda_seconds_item_id_agenda_items"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_agenda_seconds_resident_id_residents"),
        sa.PrimaryKeyConstraint("item_id", "resident_id", name="pk_agenda_seconds"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("poll_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name="fk_decisions_item_id_agenda_items"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_decisions_made_by_residents"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_decisions_meeting_id_meetings"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_decisions_poll_id_polls"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_decisions_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("poll_id", name="uq_decisions_poll_id"),
    )
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"], unique=False)
    op.create_index("ix_decisions_meeting_id", "decisions", ["meeting_id"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("text", sqltypes.AutoString(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reminded_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("done_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name="ck_follow_ups_state"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_follow_ups_decision_id_decisions"),
        sa.ForeignKeyConstraint(["done_by"], ["residents.id"], name="fk_follow_ups_done_by_residents"),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name="fk_follow_ups_item_id_agenda_items"),
        sa.ForeignKeyConstraint(["made_by"], ["residents.id"], name="fk_follow_ups_made_by_residents"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_follow_ups_meeting_id_meetings"),
        sa.ForeignKeyConstraint(["owner_id"], ["residents.id"], name="fk_follow_ups_owner_id_residents"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_follow_ups_shift_id_shifts"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    op.create_index(
        "ix_follow_ups_due",
        "follow_ups",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_follow_ups_meeting_id", "follow_ups", ["meeting_id"], unique=False)
    op.create_index("ix_follow_ups_owner_id", "follow_ups", ["owner_id"], unique=False)
    op.create_table(
        "web_contents",
        sa.Column("digest", sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_web_contents"),
    )
    op.add_column("web_files", sa.Column("shared", sqltypes.AutoString(), nullable=True))
    op.create_index(
        "ix_web_files_shared",
        "web_files",
        ["shared"],
        unique=False,
        sqlite_where=sa.text("shared IS NOT NULL"),
        postgresql_where=sa.text("shared IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute(
        "UPDATE web_files SET content = (SELECT content FROM web_contents WHERE digest = shared) "
        "WHERE shared IN (SELECT digest FROM web_contents)"
    )
    op.drop_index("ix_web_files_shared", table_name="web_files")
    op.drop_column("web_files", "shared")
    op.drop_table("web_contents")
    op.execute("UPDATE role_grants SET ended_at = granted_at WHERE role = 'council' AND ended_at IS NULL")
    op.drop_table("follow_ups")
    op.drop_table("decisions")
    op.drop_table("agenda_seconds")
    op.drop_table("poll_tellers")
    op.drop_table("poll_proxies")
    op.drop_table("poll_electors")
    op.drop_table("poll_cards")
    op.drop_table("paper_ballots")
    op.drop_table("ballots")
    op.drop_table("ballot_boxes")
    op.drop_table("agenda_items")
    op.drop_table("polls")
    op.drop_table("meeting_people")
    op.drop_table("meetings")
