"""One person on many channels, several on one phone, and somebody who speaks for another."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class LinkCode(SQLModel, table=True):
    """A code that a resident asked for on one account, to be sent from another. Only its SHA-256 is kept."""

    __tablename__ = "link_codes"

    digest: str = Field(primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", index=True)
    account_id: int = Field(foreign_key="accounts.id")
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = Field(default=None, foreign_key="accounts.id")


class Speaker(SQLModel, table=True):
    """Somebody of the home who speaks through an account that is another's: a household's one phone."""

    __tablename__ = "speakers"

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True, index=True)
    made_at: datetime


class Steward(SQLModel, table=True):
    """A coordinator who speaks for a resident without a phone. `consent` is how the resident agreed to it, and when."""

    __tablename__ = "stewards"
    __table_args__ = (
        CheckConstraint("consent IN ('spoken', 'written')", name="consent"),
        CheckConstraint("steward_id <> resident_id", name="another"),
        Index(
            "uq_stewards_current",
            "resident_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_stewards_steward_id", "steward_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="residents.id")
    steward_id: int = Field(foreign_key="residents.id")
    consent: str
    consent_at: datetime
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="residents.id")


class Deed(SQLModel, table=True):
    """Something that a steward did or asked for a resident: `what` is a tap's data or a command, without answers."""

    __tablename__ = "deeds"
    __table_args__ = (Index("ix_deeds_resident_id_at", "resident_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="residents.id")
    steward_id: int = Field(foreign_key="residents.id", index=True)
    what: str
    at: datetime


class Merge(SQLModel, table=True):
    """Two residents who turned out to be one: `gone_id` became part of `kept_id`. It can be undone for a while."""

    __tablename__ = "merges"
    __table_args__ = (CheckConstraint("kept_id <> gone_id", name="two"),)

    id: int | None = Field(default=None, primary_key=True)
    kept_id: int = Field(foreign_key="residents.id", index=True)
    gone_id: int = Field(foreign_key="residents.id", index=True)
    account_id: int = Field(foreign_key="accounts.id")
    at: datetime
    undone_at: datetime | None = None
    undone_by: int | None = Field(default=None, foreign_key="residents.id")


class MergeChange(SQLModel, table=True):
    """What a merge did to one row, so that it can be undone.

    `table_name` and `row_key` (JSON, its primary key before) name the row; `what` is the thing that it is about
    ("shift:12"), whose rows go back together. `before` (JSON): {"was": columns before, "left": columns as left, or null
    where the row was taken away}; {"told": …} for a line of the hours ledger.
    """

    __tablename__ = "merge_changes"
    __table_args__ = (Index("ix_merge_changes_merge_id", "merge_id"),)

    id: int | None = Field(default=None, primary_key=True)
    merge_id: int = Field(foreign_key="merges.id")
    table_name: str
    what: str
    row_key: str = Field(sa_column=Column(Text, nullable=False))
    before: str = Field(sa_column=Column(Text, nullable=False))


class MessageStatus(SQLModel, table=True):
    """What a channel told of a notice that it had taken: each status of each message once, in whatever order.

    `reference` is the channel's id of the message, `code` and `detail` its error. `row_id` is the outbox row it was;
    None where that is not certain, so that only a row that has its `reference` is it.
    """

    __tablename__ = "message_statuses"
    __table_args__ = (Index("ix_message_statuses_row_id", "row_id"), Index("ix_message_statuses_at", "at"))

    reference: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    row_id: int | None = None
    at: datetime
    code: int | None = None
    detail: str = ""
