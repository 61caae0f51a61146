"""Campaigns: the rounds by which the town invites, their steps, and the posters whose visitors are counted."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class Campaign(SQLModel, table=True):
    """A PR round (1 to 3, `town.campaigns`) that is carried out; of each round one at a time. state: running, done,
    stopped.

    `press` (JSON) is the town's wording of its press text: heading, lead, quote, by (who said that), contact, as far
    as somebody wrote them.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("round BETWEEN 1 AND 3", name="round"),
        CheckConstraint("state IN ('running', 'done', 'stopped')", name="state"),
        Index(
            "uq_campaigns_running",
            "round",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    round: int
    state: str = "running"
    starts_on: date
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    ended_at: datetime | None = None
    press: str = Field(default="{}", sa_column=Column(Text, nullable=False))


class CampaignStep(SQLModel, table=True):
    """A step of a campaign: `key` names its template (`town.campaigns`), "" for one of the town's own.

    `title` and `text` are the town's wording, "" where the template's still stands. state: open, done, skipped.
    """

    __tablename__ = "campaign_steps"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'skipped')", name="state"),
        Index("ix_campaign_steps_campaign_id", "campaign_id", "position"),
        Index("ix_campaign_steps_owner_id", "owner_id"),
        Index(
            "ix_campaign_steps_due",
            "due",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaigns.id")
    position: int
    key: str = ""
    title: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    owner_id: int | None = Field(default=None, foreign_key="residents.id")
    due: date | None = None
    state: str = "open"
    reminded_at: datetime | None = None
    done_by: int | None = Field(default=None, foreign_key="residents.id")
    done_at: datetime | None = None


class Poster(SQLModel, table=True):
    """A poster at a place; `code` is what its link and QR code carry. `gone_at`: it was taken down."""

    __tablename__ = "posters"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaigns.id", index=True)
    code: str = Field(unique=True)
    place: str
    headline: str
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    language: str
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    gone_at: datetime | None = None


class PosterVisit(SQLModel, table=True):
    """By which poster an account came first. It counts as a sign-up once its resident joined after `at`."""

    __tablename__ = "poster_visits"

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    poster_id: int = Field(foreign_key="posters.id", index=True)
    at: datetime
