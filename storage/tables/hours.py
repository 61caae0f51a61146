"""Hours: the ledger, what is reported and contested, and what each week came to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class HoursEntry(SQLModel, table=True):
    """One line of the append-only hours ledger, in minutes.

    The database refuses to change or delete a line, and a line that its own resident confirmed. `key` makes it unique:
    one line a shift and resident (but for corrections), one a report, one reversal a line.
    """

    __tablename__ = "hours_entries"
    __table_args__ = (
        CheckConstraint("confirmed_by <> resident_id", name="confirmed_by_another"),
        CheckConstraint("kind IN ('shift', 'report', 'reversal', 'correction')", name="kind"),
        Index("ix_hours_entries_resident_id_week", "resident_id", "week"),
        Index("ix_hours_entries_week", "week", "resident_id", "minutes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    resident_id: int = Field(foreign_key="residents.id")
    week: date
    minutes: int
    kind: str
    shift_id: int | None = Field(default=None, foreign_key="shifts.id")
    report_id: int | None = Field(default=None, foreign_key="hours_reports.id")
    reverses_id: int | None = Field(default=None, foreign_key="hours_entries.id")
    reason: str = ""
    confirmed_by: int = Field(foreign_key="residents.id")
    confirmed_at: datetime


class HoursReport(SQLModel, table=True):
    """Work outside a shift, as its resident reports it. `witness_id` saw it. `state`: waiting, confirmed, rejected."""

    __tablename__ = "hours_reports"
    __table_args__ = (
        CheckConstraint("decided_by <> resident_id", name="decided_by_another"),
        CheckConstraint("witness_id <> resident_id", name="seen_by_another"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_hours_reports_state_made_at", "state", "made_at"),
        Index("ix_hours_reports_resident_id", "resident_id", "day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="residents.id")
    project_id: int = Field(foreign_key="projects.id", index=True)
    witness_id: int | None = Field(default=None, foreign_key="residents.id")
    day: date
    week: date
    minutes: int
    what: str
    state: str = "waiting"
    made_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="residents.id")
    decided_at: datetime | None = None
    reason: str = ""
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None


class Contest(SQLModel, table=True):
    """A resident does not agree with what was decided of a shift's hours or of a report; somebody else decides again.

    `first_by` decided first and never decides again. `state`: open, upheld (the resident is right), dismissed.
    """

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint("decided_by <> resident_id AND decided_by <> first_by", name="decided_by_another"),
        CheckConstraint("(shift_id IS NULL) <> (report_id IS NULL)", name="of_one"),
        Index("ix_contests_state_due_at", "state", "due_at"),
        Index(
            "uq_contests_shift",
            "shift_id",
            "resident_id",
            unique=True,
            sqlite_where=text("shift_id IS NOT NULL"),
            postgresql_where=text("shift_id IS NOT NULL"),
        ),
        Index(
            "uq_contests_report",
            "report_id",
            unique=True,
            sqlite_where=text("report_id IS NOT NULL"),
            postgresql_where=text("report_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", index=True)
    project_id: int = Field(foreign_key="projects.id")
    shift_id: int | None = Field(default=None, foreign_key="shifts.id")
    report_id: int | None = Field(default=None, foreign_key="hours_reports.id")
    minutes: int
    note: str
    first_by: int = Field(foreign_key="residents.id")
    state: str = "open"
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="residents.id")
    decided_at: datetime | None = None
    reason: str = ""


class WeekStanding(SQLModel, table=True):
    """What a week came to for a resident when it was closed, or since it was corrected: `town.standing.WeekResult`.

    `revised_at` is set when a later entry changed it. Minutes are whole, none below zero.
    """

    __tablename__ = "week_standings"

    week: date = Field(primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    standing: str
    minutes: int
    carried_in: int
    carried_out: int
    missing: int
    revised_at: datetime | None = None


class WeekClose(SQLModel, table=True):
    """A week whose standings were reckoned for everyone. `residents` is how many."""

    __tablename__ = "week_closes"

    week: date = Field(primary_key=True)
    closed_at: datetime
    residents: int


class MeterFile(SQLModel, table=True):
    """A file for the utility: a week's (`number` 0), or its adjustments from 1 on. `content` is what was handed out."""

    __tablename__ = "meter_files"
    __table_args__ = (UniqueConstraint("week", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    week: date
    number: int = 0
    made_at: datetime
    made_by: int | None = Field(default=None, foreign_key="residents.id")
    lines: int
    content: str = Field(sa_column=Column(Text, nullable=False))


class MeterLine(SQLModel, table=True):
    """What the utility was told last of a meter and week."""

    __tablename__ = "meter_lines"

    week: date = Field(primary_key=True)
    meter: str = Field(primary_key=True)
    entitled: bool
    reason: str
    file_id: int = Field(foreign_key="meter_files.id")


class MeterMember(SQLModel, table=True):
    """Who belonged to a meter's home when the utility was told of a week: later corrections look at the same people."""

    __tablename__ = "meter_members"

    week: date = Field(primary_key=True)
    meter: str = Field(primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
