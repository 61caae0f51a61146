"""What the town says to many: broadcasts and what became of them, the weekly update, where it is posted, who hears."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class BroadcastKind(StrEnum):
    """A coordinator's words; a call for hands on a shift; the weekly update; what cannot wait for anything."""

    MESSAGE = "message"
    TASK = "task"
    UPDATE = "update"
    EMERGENCY = "emergency"


class BroadcastState(StrEnum):
    """Waits for who approves it; waits for its time; on its way; held; over; ended early; not approved; called off.

    A broadcast is over ("sent") once nothing of it waits any more.
    """

    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    STOPPED = "stopped"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Broadcast(SQLModel, table=True):
    """One notice to many. Its recipients are the rows of the outbox with its id, written when it begins.

    `audience` is a `town.audience.Chosen` as text; `topic` one of `town.topics.TOPICS`, "" for an emergency. `text` is
    in `language`, `texts` (JSON) what it says in other languages. `due_at`: not before then. `needed` is how many must
    approve it, who made it among them where they may. `people` is how many it went to when it began, `left_out` how
    many of its audience have turned its topic off. `why` says why it ended early: "full", "gone", "asked".

    `card_said` is what the sender's progress card says (JSON, as figures), `card_at` when it was last changed.
    """

    __tablename__ = "broadcasts"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'task', 'update', 'emergency')", name="kind"),
        Index("ix_broadcasts_state_due_at", "state", "due_at"),
        Index("ix_broadcasts_made_by", "made_by"),
        Index("ix_broadcasts_shift_id", "shift_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    topic: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    language: str
    texts: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    picture_id: int | None = Field(default=None, foreign_key="pictures.id")
    audience: str = Field(sa_column=Column(Text, nullable=False))
    shift_id: int | None = Field(default=None, foreign_key="shifts.id")
    project_id: int | None = Field(default=None, foreign_key="projects.id")
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    state: str
    needed: int = 0
    due_at: datetime
    expires_at: datetime | None = None
    started_at: datetime | None = None
    people: int = 0
    left_out: int = 0
    ended_at: datetime | None = None
    why: str = ""
    card_said: str = ""
    card_at: datetime | None = None


class BroadcastEvent(SQLModel, table=True):
    """The log of a broadcast; nothing of it is ever changed.

    kind: proposed, approved, asked (once more, as a yes does not count any more), declined, scheduled, started, paused,
    resumed, stopped, cancelled, again (what had failed is sent once more), ended. `resident_id` is who did it, None
    where it came by itself; each approves once.
    """

    __tablename__ = "broadcast_events"
    __table_args__ = (
        Index("ix_broadcast_events_broadcast_id", "broadcast_id"),
        Index(
            "uq_broadcast_events_approved",
            "broadcast_id",
            "resident_id",
            unique=True,
            sqlite_where=text("kind = 'approved'"),
            postgresql_where=text("kind = 'approved'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    broadcast_id: int = Field(foreign_key="broadcasts.id")
    kind: str
    resident_id: int | None = Field(default=None, foreign_key="residents.id")
    at: datetime
    detail: str = ""


class BroadcastAnswer(SQLModel, table=True):
    """What somebody tapped on a task broadcast: "come" or "no"; whether they have the place, the shift knows."""

    __tablename__ = "broadcast_answers"
    __table_args__ = (
        CheckConstraint("answer IN ('come', 'no')", name="answer"),
        Index("ix_broadcast_answers_resident_id", "resident_id"),
    )

    broadcast_id: int = Field(foreign_key="broadcasts.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    answer: str
    at: datetime


class Mute(SQLModel, table=True):
    """A topic (`town.topics.TOPICS`) that somebody does not want to hear of. `how`: "stop" (they wrote so), "me"."""

    __tablename__ = "mutes"

    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    topic: str = Field(primary_key=True)
    how: str
    at: datetime


class SavedAudience(SQLModel, table=True):
    """An audience that was given a name, such as a neighbourhood made of its streets."""

    __tablename__ = "saved_audiences"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    audience: str = Field(sa_column=Column(Text, nullable=False))
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime


class TownUpdate(SQLModel, table=True):
    """The mayor's update of the week that begins on `week` (a Monday).

    state: draft, ready (it goes out at `due_at`), sent, skipped. `text` is the mayor's in `language`, `texts` (JSON)
    the same in other languages; `numbers` (JSON) the week in numbers as of `numbers_at`. `folded` is all of its text as
    it is searched for (`town.dates.fold`). It is public from `sent_at` on; `corrections` (JSON) is what was put right
    since: [{"text", "language", "name", "at"}].
    """

    __tablename__ = "updates"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'ready', 'sent', 'skipped')", name="state"),
        Index("ix_updates_state_due_at", "state", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    week: date = Field(unique=True)
    state: str = "draft"
    language: str
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    texts: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    video: str = ""
    numbers: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    numbers_at: datetime
    folded: str = Field(default="", sa_column=Column(Text, nullable=False))
    made_at: datetime
    due_at: datetime
    edited_by: int | None = Field(default=None, foreign_key="residents.id")
    ready_by: int | None = Field(default=None, foreign_key="residents.id")
    reminded_at: datetime | None = None
    sent_at: datetime | None = None
    broadcast_id: int | None = Field(default=None, foreign_key="broadcasts.id", unique=True)
    corrections: str = Field(default="[]", sa_column=Column(Text, nullable=False))


class UpdatePicture(SQLModel, table=True):
    """A photo of an update, in the order in which they came."""

    __tablename__ = "update_pictures"

    update_id: int = Field(foreign_key="updates.id", primary_key=True)
    picture_id: int = Field(foreign_key="pictures.id", primary_key=True, index=True)
    position: int


class Board(SQLModel, table=True):
    """A group or channel that the town may write into. kind: "group" or "channel"; `updates`: the update goes there.

    `gone_at`: the town was put out of it.
    """

    __tablename__ = "boards"
    __table_args__ = (CheckConstraint("kind IN ('group', 'channel')", name="kind"),)

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    title: str
    kind: str
    updates: bool = False
    added_at: datetime
    switched_by: int | None = Field(default=None, foreign_key="residents.id")
    switched_at: datetime | None = None
    gone_at: datetime | None = None
