"""What came in and what goes out unasked."""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class Inbox(SQLModel, table=True):
    """An update that was handled, with the replies it gave (JSON): a redelivered one gets the same replies again."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_at", "at"), Index("ix_inbox_account_id_at", "account_id", "at"))

    channel: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="accounts.id")
    replies: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime


class Priority(IntEnum):
    URGENT = 0
    PERSONAL = 1
    REMINDER = 2
    BULK = 3


class OutboxState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
    PAUSED = "paused"


class Outbox(SQLModel, table=True):
    """One notice to one resident: a key and its fields (JSON), never prose; rendered when it is delivered.

    `group_id` in place of a resident is the account of a group or channel. `subject` names what it is about
    ("shift:12"), so that it can be withdrawn; `broadcast_id` the broadcast that it is part of. `expires_at`: dropped
    when later. `taken_at` is when a worker took it; `reference` is the message's id where it was sent. `delivered_at`
    and `read_at` are what the channel told of it since; not every channel tells. `template` is the approved text that
    it was sent as, where the channel wanted one.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "state",
            "priority",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_outbox_subject", "subject"),
        Index("ix_outbox_resident_id", "resident_id"),
        Index("ix_outbox_account_id", "account_id", "sent_at"),
        Index(
            "ix_outbox_broadcast_id",
            "broadcast_id",
            "state",
            sqlite_where=text("broadcast_id IS NOT NULL"),
            postgresql_where=text("broadcast_id IS NOT NULL"),
        ),
        Index(
            "ix_outbox_failed",
            "made_at",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
        Index(
            "ix_outbox_template",
            "sent_at",
            "account_id",
            sqlite_where=text("template <> ''"),
            postgresql_where=text("template <> ''"),
        ),
        CheckConstraint("(resident_id IS NULL) <> (group_id IS NULL)", name="to_one"),
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int | None = Field(default=None, foreign_key="residents.id")
    group_id: int | None = Field(default=None, foreign_key="accounts.id")
    notice: str
    fields: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    dedupe_key: str = Field(unique=True)
    subject: str = ""
    broadcast_id: int | None = Field(default=None, foreign_key="broadcasts.id")
    priority: int = Priority.PERSONAL
    made_at: datetime
    due_at: datetime
    expires_at: datetime | None = None
    state: str = OutboxState.WAITING
    attempts: int = 0
    taken_at: datetime | None = None
    sent_at: datetime | None = None
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    reference: str = ""
    detail: str = ""
    template: str = ""
    delivered_at: datetime | None = None
    read_at: datetime | None = None
