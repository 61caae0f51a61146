"""Projects, shifts, sign-ups and the hours ledger."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel


class SignupState(StrEnum):
    HELD = "held"
    RELEASED = "released"
    ATTENDED = "attended"
    MISSED = "missed"


class Project(SQLModel, table=True):
    """A community undertaking. `interest_id` is the interest it answers to."""

    __tablename__ = "projects"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    place: str = ""
    interest_id: int | None = Field(default=None, foreign_key="topics.id")
    archived_at: datetime | None = None
    created_at: datetime


class Shift(SQLModel, table=True):
    """A piece of work at a time and place with a number of places.

    `taken` counts held places; it moves only together with a sign-up, in one transaction, and never passes `places`.
    `asked_at`: its coordinator was asked for the roster; `closed_at`: the roster is settled. `week` is its Monday.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= places", name="taken"),
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_shifts_starts_at", "starts_at"),
        Index("ix_shifts_ends_at", "ends_at"),
        Index("ix_shifts_project_id_starts_at", "project_id", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="projects.id")
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    week: date
    places: int
    taken: int = 0
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    cancelled_at: datetime | None = None
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    closed_at: datetime | None = None


class ShiftSkill(SQLModel, table=True):
    """A skill that a shift needs."""

    __tablename__ = "shift_skills"

    shift_id: int = Field(foreign_key="shifts.id", primary_key=True)
    topic_id: int = Field(foreign_key="topics.id", primary_key=True)


class Signup(SQLModel, table=True):
    """A resident's hold on a place of a shift."""

    __tablename__ = "signups"
    __table_args__ = (Index("ix_signups_resident_id_state", "resident_id", "state"),)

    shift_id: int = Field(foreign_key="shifts.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    state: str = SignupState.HELD
    joined_at: datetime
    coming_at: datetime | None = None


class HoursEntry(SQLModel, table=True):
    """One line of the append-only hours ledger, in minutes.

    The database refuses to change or delete a line, and a line that its own resident confirmed. `key` makes it unique:
    one line a shift and resident, one reversal a line.
    """

    __tablename__ = "hours_entries"
    __table_args__ = (
        CheckConstraint("confirmed_by <> resident_id", name="confirmed_by_another"),
        CheckConstraint("kind IN ('shift', 'reversal')", name="kind"),
        Index("ix_hours_entries_resident_id_week", "resident_id", "week"),
        Index("ix_hours_entries_week", "week"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    resident_id: int = Field(foreign_key="residents.id")
    week: date
    minutes: int
    kind: str
    shift_id: int | None = Field(default=None, foreign_key="shifts.id")
    reverses_id: int | None = Field(default=None, foreign_key="hours_entries.id")
    reason: str = ""
    confirmed_by: int = Field(foreign_key="residents.id")
    confirmed_at: datetime
