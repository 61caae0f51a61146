"""Residents, their accounts on the channels, what they can do and like, and their roles."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class ResidentState(StrEnum):
    APPLICANT = "applicant"
    RESIDENT = "resident"
    LEFT = "left"
    MERGED = "merged"


class Role(StrEnum):
    MAYOR = "mayor"
    COORDINATOR = "coordinator"
    TREASURER = "treasurer"
    COUNCIL = "council"


class Resident(SQLModel, table=True):
    """A person of the town. Reminder leads are in minutes, None is off; `free_times` is `town.shifts.FreeTimes`.

    `area` is the street without its number, as it is compared (`town.audience.area_of`).

    `born` is kept of those alone who were under age when they said so. `calendar_key` is the secret part of the address
    of their calendar feed, None until they ask for one.
    """

    __tablename__ = "residents"
    __table_args__ = (
        Index("ix_residents_state_name", "state", "name"),
        Index("ix_residents_household_id", "household_id"),
        Index("ix_residents_area", "area"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    street: str = ""
    area: str = ""
    state: str = ResidentState.RESIDENT
    free_times: int = 0
    reminder_early: int | None = 1440
    reminder_late: int | None = 120
    born: date | None = None
    household_id: int | None = Field(default=None, foreign_key="households.id")
    calendar_key: str | None = Field(default=None, unique=True)
    joined_at: datetime
    consent_at: datetime
    consent_version: int


class Account(SQLModel, table=True):
    """One address of a resident on one channel.

    `state` and `data` (JSON) are the conversation's place: they are written with the update's other effects. `phone` is
    the number behind an address that is none, where the channel tells it. `heard_at` is when its person last said
    something, give or take minutes, kept where somebody asks. `preferred`: the one its resident wants notices on.
    `marketing_off`: its person told the channel, not us, to take no advertising. `spared_until`: before, the channel
    lets no advertising through to them.

    `shared`: others of the home speak through it too (`Speaker`). `speaking_id` is who speaks just now, where that is
    not its own resident.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index(
            "ix_accounts_phone",
            "channel",
            "phone",
            sqlite_where=text("phone IS NOT NULL"),
            postgresql_where=text("phone IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    resident_id: int | None = Field(default=None, foreign_key="residents.id", index=True)
    language: str
    state: str | None = None
    data: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    reachable: bool = True
    created_at: datetime
    phone: str | None = None
    heard_at: datetime | None = None
    preferred: bool = False
    marketing_off: bool = False
    spared_until: datetime | None = None
    shared: bool = False
    speaking_id: int | None = Field(default=None, foreign_key="residents.id")


class Topic(SQLModel, table=True):
    """A skill or an interest from the town's list. The town's own wording, or one of ours that is translated."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("kind", "name"), CheckConstraint("kind IN ('skill', 'interest')", name="kind"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    retired: bool = False


class Level(StrEnum):
    """How well a skill is known: as somebody said of themself, as a master has found, or as one who teaches it."""

    TOLD = "told"
    SIGNED_OFF = "signed_off"
    MASTER = "master"


class ResidentTopic(SQLModel, table=True):
    """What a resident can do (skills) and likes (interests).

    `signed_by` found that they know it, or made them a master of it.
    """

    __tablename__ = "resident_topics"

    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    topic_id: int = Field(foreign_key="topics.id", primary_key=True, index=True)
    level: str = Level.TOLD
    signed_by: int | None = Field(default=None, foreign_key="residents.id")
    signed_at: datetime | None = None


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


class Household(SQLModel, table=True):
    """Residents who share a home, and its electricity meter. `code` is what others of the home join it with."""

    __tablename__ = "households"

    id: int | None = Field(default=None, primary_key=True)
    street: str = ""
    meter: str | None = Field(default=None, unique=True)
    code: str = Field(unique=True)
    made_at: datetime


class Exemption(SQLModel, table=True):
    """Weeks in which nothing is asked of a resident: Mondays, both included. No reason is kept beyond the kind."""

    __tablename__ = "exemptions"
    __table_args__ = (
        CheckConstraint("kind IN ('age', 'illness', 'pregnancy', 'care')", name="kind"),
        CheckConstraint("state IN ('asked', 'approved', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("until_week >= from_week", name="span"),
        Index("ix_exemptions_resident_id", "resident_id"),
        Index("ix_exemptions_state_until_week", "state", "until_week"),
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="residents.id")
    kind: str
    from_week: date
    until_week: date
    state: str = "asked"
    asked_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="residents.id")
    decided_at: datetime | None = None
