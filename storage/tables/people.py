"""Residents, their accounts on the channels, what they can do and like, and their roles."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class ResidentState(StrEnum):
    APPLICANT = "applicant"
    RESIDENT = "resident"
    LEFT = "left"


class Role(StrEnum):
    MAYOR = "mayor"
    COORDINATOR = "coordinator"


class Resident(SQLModel, table=True):
    """A person of the town. Reminder leads are in minutes, None is off; `free_times` is `town.shifts.FreeTimes`."""

    __tablename__ = "residents"
    __table_args__ = (Index("ix_residents_state_name", "state", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    street: str = ""
    state: str = ResidentState.RESIDENT
    free_times: int = 0
    reminder_early: int | None = 1440
    reminder_late: int | None = 120
    joined_at: datetime
    consent_at: datetime
    consent_version: int


class Account(SQLModel, table=True):
    """One address of a resident on one channel.

    `state` and `data` (JSON) are the conversation's place: they are written with the update's other effects.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    resident_id: int | None = Field(default=None, foreign_key="residents.id", index=True)
    language: str
    state: str | None = None
    data: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    reachable: bool = True
    created_at: datetime


class Topic(SQLModel, table=True):
    """A skill or an interest from the town's list. The town's own wording, or one of ours that is translated."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("kind", "name"), CheckConstraint("kind IN ('skill', 'interest')", name="kind"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    retired: bool = False


class ResidentTopic(SQLModel, table=True):
    """What a resident can do (skills) and likes (interests)."""

    __tablename__ = "resident_topics"

    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    topic_id: int = Field(foreign_key="topics.id", primary_key=True, index=True)


class RoleGrant(SQLModel, table=True):
    """A role a resident holds, or held: `ended_at` ends it. `project_id` None is the whole town."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_current",
            "resident_id",
            "role",
            text("coalesce(project_id, 0)"),
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", index=True)
    role: str
    project_id: int | None = Field(default=None, foreign_key="projects.id")
    granted_by: int | None = Field(default=None, foreign_key="residents.id")
    granted_at: datetime
    ended_by: int | None = Field(default=None, foreign_key="residents.id")
    ended_at: datetime | None = None


class SetupCode(SQLModel, table=True):
    """A one-time code that makes its first sender mayor. Only its SHA-256 is kept."""

    __tablename__ = "setup_codes"

    digest: str = Field(primary_key=True)
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = Field(default=None, foreign_key="accounts.id")
