"""Meetings: who was invited, who comes and who is there, what is on the agenda, and what came of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class ItemState(StrEnum):
    """Of an agenda item: proposed, until it has its seconders; on the agenda; withdrawn; or declined by the caller."""

    PROPOSED = "proposed"
    ON = "on"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class Meeting(SQLModel, table=True):
    """A meeting. `starts_at` is None while a date poll (a poll of subject "date:…") looks for one; `length` in minutes.

    `audience` is a `town.audience.Audience` as text. `quorum`: how many must be there, percent of those invited, or
    people where `quorum_people`; `invited` is how many there were when they were invited. `checkin_key` is the secret
    of its room code. `minutes` is the secretary's text beside the notes of the agenda items; `changed_at`: it was
    changed after they were published. `corrections` is JSON, what was added to approved minutes: [{"text", "name",
    "at"}].

    `called_at`: the invitations are out; `early_at` and `late_at`: the reminders are.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("length > 0", name="length"),
        CheckConstraint("quorum >= 0", name="quorum"),
        Index("ix_meetings_starts_at", "starts_at"),
        Index("ix_meetings_project_id", "project_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str
    about: str = Field(default="", sa_column=Column(Text, nullable=False))
    place: str = ""
    link: str = ""
    starts_at: datetime | None = None
    length: int
    audience: str
    benefits_only: bool = False
    quorum: int = 0
    quorum_people: bool = False
    project_id: int | None = Field(default=None, foreign_key="projects.id")
    secretary_id: int | None = Field(default=None, foreign_key="residents.id")
    checkin_key: str | None = None
    invited: int = 0
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    called_at: datetime | None = None
    early_at: datetime | None = None
    late_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    minutes: str = Field(default="", sa_column=Column(Text, nullable=False))
    published_at: datetime | None = None
    approved_at: datetime | None = None
    changed_at: datetime | None = None
    corrections: str = Field(default="[]", sa_column=Column(Text, nullable=False))


class MeetingPerson(SQLModel, table=True):
    """Somebody who is invited to a meeting: frozen when the invitations go out, and joined by who comes all the same.

    `coming` is "yes", "no", "maybe", or "" before they said; `people` how many come with them, themself included.
    `here_at`: they are there; `noted_by` ticked them, None where they sent the room's code.
    """

    __tablename__ = "meeting_people"
    __table_args__ = (
        CheckConstraint("coming IN ('', 'yes', 'no', 'maybe')", name="coming"),
        CheckConstraint("people > 0", name="people"),
        Index("ix_meeting_people_resident_id", "resident_id"),
    )

    meeting_id: int = Field(foreign_key="meetings.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    coming: str = ""
    people: int = 1
    answered_at: datetime | None = None
    here_at: datetime | None = None
    noted_by: int | None = Field(default=None, foreign_key="residents.id")


class AgendaItem(SQLModel, table=True):
    """A point of a meeting's agenda, at `position` once it is on it. kind: topic, motion, or minutes (to approve).

    A motion's vote is `poll_id`; `minutes_of` is the meeting whose minutes are to be approved. `notes` is what the
    secretary wrote of it; `changed_at`: after the minutes were published.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        CheckConstraint("kind IN ('topic', 'motion', 'minutes')", name="kind"),
        Index("ix_agenda_items_meeting_id", "meeting_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meetings.id")
    position: int = 0
    kind: str = "topic"
    title: str
    about: str = Field(default="", sa_column=Column(Text, nullable=False))
    state: str = ItemState.PROPOSED
    poll_id: int | None = Field(default=None, foreign_key="polls.id")
    minutes_of: int | None = Field(default=None, foreign_key="meetings.id")
    notes: str = Field(default="", sa_column=Column(Text, nullable=False))
    changed_at: datetime | None = None
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    settled_at: datetime | None = None


class AgendaSecond(SQLModel, table=True):
    """Somebody who would like an item to be on the agenda."""

    __tablename__ = "agenda_seconds"

    item_id: int = Field(foreign_key="agenda_items.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    at: datetime


class Decision(SQLModel, table=True):
    """A line of the register of decisions. `folded` is its text as it is searched for (`town.dates.fold`).

    `poll_id` is unique: a vote is entered once. `audience`: whom it concerns.
    """

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_meeting_id", "meeting_id"), Index("ix_decisions_decided_at", "decided_at"))

    id: int | None = Field(default=None, primary_key=True)
    title: str
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    folded: str = Field(default="", sa_column=Column(Text, nullable=False))
    passed: bool = True
    meeting_id: int | None = Field(default=None, foreign_key="meetings.id")
    item_id: int | None = Field(default=None, foreign_key="agenda_items.id")
    poll_id: int | None = Field(default=None, foreign_key="polls.id", unique=True)
    project_id: int | None = Field(default=None, foreign_key="projects.id")
    made_by: int = Field(foreign_key="residents.id")
    decided_at: datetime


class FollowUp(SQLModel, table=True):
    """What is to be done after a meeting: by `owner_id`, until `due`; or a shift that was made of it.

    `state` is open, done or dropped.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
        Index("ix_follow_ups_meeting_id", "meeting_id"),
        Index("ix_follow_ups_owner_id", "owner_id"),
        Index(
            "ix_follow_ups_due",
            "due",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meetings.id")
    item_id: int | None = Field(default=None, foreign_key="agenda_items.id")
    decision_id: int | None = Field(default=None, foreign_key="decisions.id")
    text: str
    owner_id: int | None = Field(default=None, foreign_key="residents.id")
    due: date | None = None
    shift_id: int | None = Field(default=None, foreign_key="shifts.id")
    state: str = "open"
    note: str = ""
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    reminded_at: datetime | None = None
    done_at: datetime | None = None
    done_by: int | None = Field(default=None, foreign_key="residents.id")
