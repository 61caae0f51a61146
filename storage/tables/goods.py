"""Free goods: items, the batches that are made of them and when they are collected, and what homes need of them.

Quantities are thousandths of an item's unit, prices minor units of the town's money for one unit.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Sharing(StrEnum):
    """How a batch is shared: first come, by a published draw, or to whoever was served longest ago."""

    FIRST = "first"
    DRAW = "draw"
    LEAST = "least"


class Picture(SQLModel, table=True):
    """A picture that somebody sent in, as it is shown; `digest` is the SHA-256 of its content, in hex."""

    __tablename__ = "pictures"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    media_type: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_by: int | None = Field(default=None, foreign_key="residents.id")
    made_at: datetime


class Item(SQLModel, table=True):
    """A kind of goods. `names` is JSON: its name by language, where it differs from `name`.

    `unit` is one of `town.amounts.UNITS`; `step` the smallest amount of it. `allowance` and `home_allowance` are what
    one resident and one household may claim in a week, None without a limit; `price` is for one unit, None when it is
    not sold. `sharing` is how its batches are shared unless they say otherwise.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("step > 0", name="step"),
        CheckConstraint("allowance > 0 AND home_allowance > 0", name="allowances"),
        CheckConstraint("price >= 0", name="price"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    names: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    unit: str
    step: int
    allowance: int | None = None
    home_allowance: int | None = None
    price: int | None = None
    sharing: str = Sharing.FIRST
    picture_id: int | None = Field(default=None, foreign_key="pictures.id")
    retired_at: datetime | None = None
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime


class BatchSeries(SQLModel, table=True):
    """A batch that comes again: `pattern` is an RFC 5545 rule, from `first_day` on, as of a series of shifts.

    `start` is when its pick-up begins, minutes after midnight on the town's clocks, and `length` how many it lasts.
    Batches are made up to and including `made_until`.
    """

    __tablename__ = "batch_series"
    __table_args__ = (Index("ix_batch_series_project_id", "project_id"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="items.id")
    project_id: int = Field(foreign_key="projects.id")
    quantity: int
    place: str
    sharing: str
    pattern: str
    start: int
    length: int
    first_day: date
    last_day: date | None = None
    made_until: date | None = None
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    ended_at: datetime | None = None


class BatchSeriesException(SQLModel, table=True):
    """A day on which a series of batches has none."""

    __tablename__ = "batch_series_exceptions"

    series_id: int = Field(foreign_key="batch_series.id", primary_key=True)
    day: date = Field(primary_key=True)
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime


class Batch(SQLModel, table=True):
    """A quantity of an item that a project makes available.

    `free` can be claimed; `shelf` is what has not been handed over: what is free, and what is claimed. Both are the sum
    of the stock ledger's lines and move only together with one. `week` is the Monday of the week in which its pick-up
    begins; `ends_at` is when the last of its windows ends.

    Shared by draw or to the least served: `draw_at` ends the entries, `seed_hash` is shown from the beginning, `seed`
    (hex) not before `drawn_at`. `precedence`: who lost the item's draws before comes first. `closed_at`: nothing of it
    is to be had any more; `rest_at`: its coordinators were asked what becomes of what was left.
    """

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("free >= 0 AND free <= shelf", name="free"),
        UniqueConstraint("series_id", "series_day"),
        Index("ix_batches_ends_at", "ends_at"),
        Index("ix_batches_item_id_ends_at", "item_id", "ends_at"),
        Index("ix_batches_project_id_ends_at", "project_id", "ends_at"),
        Index(
            "ix_batches_draw_at",
            "draw_at",
            sqlite_where=text("draw_at IS NOT NULL"),
            postgresql_where=text("draw_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="items.id")
    project_id: int = Field(foreign_key="projects.id")
    quantity: int
    free: int
    shelf: int
    made_on: date
    best_before: date | None = None
    place: str
    week: date
    ends_at: datetime
    sharing: str
    precedence: bool = False
    draw_at: datetime | None = None
    seed_hash: str = ""
    seed: str = ""
    drawn_at: datetime | None = None
    series_id: int | None = Field(default=None, foreign_key="batch_series.id")
    series_day: date | None = None
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    recalled_at: datetime | None = None
    recalled_by: int | None = Field(default=None, foreign_key="residents.id")
    recall_reason: str = ""
    closed_at: datetime | None = None
    rest_at: datetime | None = None


class PickupWindow(SQLModel, table=True):
    """A time in which a batch is handed over at its place.

    `late`: the time kept after the last window for those to whom uncollected goods pass on. `settled_at`: what was not
    collected has passed on; `reminded_at`: those who had not come by then were reminded.
    """

    __tablename__ = "pickup_windows"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_pickup_windows_batch_id", "batch_id"),
        Index(
            "ix_pickup_windows_open",
            "ends_at",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="batches.id")
    starts_at: datetime
    ends_at: datetime
    late: bool = False
    reminded_at: datetime | None = None
    settled_at: datetime | None = None


class Need(SQLModel, table=True):
    """Somebody's answer to the needs survey: `people` eat and live in the home they answered for."""

    __tablename__ = "needs"
    __table_args__ = (CheckConstraint("people > 0", name="people"), Index("ix_needs_household_id", "household_id"))

    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    household_id: int | None = Field(default=None, foreign_key="households.id", ondelete="SET NULL")
    people: int
    answered_at: datetime


class NeedLine(SQLModel, table=True):
    """How much of an item somebody's home needs in a week."""

    __tablename__ = "need_lines"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"), Index("ix_need_lines_item_id", "item_id"))

    resident_id: int = Field(foreign_key="needs.resident_id", primary_key=True)
    item_id: int = Field(foreign_key="items.id", primary_key=True)
    amount: int
