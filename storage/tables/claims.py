"""Claims: who has a right to what of a batch, the stock's append-only ledger, draws and recalls.

Quantities are thousandths of an item's unit, prices minor units of the town's money for one unit.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class ClaimState(StrEnum):
    """`entered`: in a draw that is still to be made; `waiting`: in line for what is given back.

    `ended`: waited in vain until the batch was over, or left the line.
    """

    ENTERED = "entered"
    WAITING = "waiting"
    HELD = "held"
    COLLECTED = "collected"
    GIVEN_BACK = "given_back"
    LAPSED = "lapsed"
    ENDED = "ended"
    RECALLED = "recalled"


class StockKind(StrEnum):
    """What a line of the stock ledger says; `sold` is what was sold at the desk to somebody without a claim."""

    MADE = "made"
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    LAPSED = "lapsed"
    HANDED_OVER = "handed_over"
    SOLD = "sold"
    SPOILED = "spoiled"
    CORRECTED = "corrected"
    RECALLED = "recalled"


class Claim(SQLModel, table=True):
    """A resident's right to part of a batch, or with a `price` their order of it. One for each batch and resident.

    `amount` is what is theirs, `handed` of it was handed over; `wanted` is what they entered a draw or wait in line
    for, 0 when they do neither. `item_id`, `week` and `household_id` (at the time) are what allowances are reckoned by.
    `code` is shown at the desk and is another one after each handing over; None when nothing is to be collected.
    `number` is that of their entry in the draw, `lost` how many draws of the item they have lost in a row.
    """

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("batch_id", "resident_id"),
        CheckConstraint("handed >= 0 AND handed <= amount", name="handed"),
        CheckConstraint("wanted >= 0", name="wanted"),
        CheckConstraint(
            "(state = 'held') = (code IS NOT NULL) AND (state IN ('entered', 'waiting')) = (wanted > 0)", name="state"
        ),
        CheckConstraint("state = 'held' OR amount = handed", name="amount"),
        Index("ix_claims_resident_id_item_id_week", "resident_id", "item_id", "week", "amount"),
        Index("ix_claims_household_id_item_id_week", "household_id", "item_id", "week", "amount"),
        Index("ix_claims_batch_id_state", "batch_id", "state"),
        Index("ix_claims_window_id", "window_id"),
        Index("ix_claims_helper_id", "helper_id"),
        Index(
            "uq_claims_code",
            "code",
            unique=True,
            sqlite_where=text("code IS NOT NULL"),
            postgresql_where=text("code IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="batches.id")
    resident_id: int = Field(foreign_key="residents.id")
    household_id: int | None = Field(default=None, foreign_key="households.id", ondelete="SET NULL")
    item_id: int = Field(foreign_key="items.id")
    week: date
    window_id: int | None = Field(default=None, foreign_key="pickup_windows.id")
    state: str
    amount: int = 0
    handed: int = 0
    wanted: int = 0
    price: int | None = None
    code: str | None = None
    helper_id: int | None = Field(default=None, foreign_key="residents.id")
    number: int | None = None
    lost: int = 0
    waiting_since: datetime | None = None
    made_at: datetime
    changed_at: datetime


class StockEntry(SQLModel, table=True):
    """One line of the append-only stock ledger: how `free` and `shelf` of a batch moved, and why.

    `by_id` wrote it (None: the town itself, by its rules); `to_id` took the goods away with them, or brought them back.
    """

    __tablename__ = "stock_entries"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('made', 'claimed', 'given_back', 'lapsed', 'handed_over', 'sold', 'spoiled', 'corrected', "
            "'recalled')",
            name="kind",
        ),
        Index("ix_stock_entries_batch_id", "batch_id"),
        Index("ix_stock_entries_claim_id", "claim_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="batches.id")
    claim_id: int | None = Field(default=None, foreign_key="claims.id")
    kind: str
    free: int
    shelf: int
    reason: str = ""
    by_id: int | None = Field(default=None, foreign_key="residents.id")
    to_id: int | None = Field(default=None, foreign_key="residents.id")
    at: datetime


class Recall(SQLModel, table=True):
    """A batch was recalled, and with `cleared_at` it was said later that this was a mistake. `reason` in words."""

    __tablename__ = "recalls"
    __table_args__ = (
        Index(
            "uq_recalls_standing",
            "batch_id",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_recalls_batch_id", "batch_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="batches.id")
    reason: str
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    cleared_by: int | None = Field(default=None, foreign_key="residents.id")
    cleared_at: datetime | None = None


class RecallPerson(SQLModel, table=True):
    """Somebody who is told of a recall: `handed` of the batch was handed over as theirs, `carried` to them for others.

    `read_at`: they said that they have read it, or `told_by` told them in person.
    """

    __tablename__ = "recall_people"

    recall_id: int = Field(foreign_key="recalls.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True, index=True)
    handed: int
    carried: int
    read_at: datetime | None = None
    told_by: int | None = Field(default=None, foreign_key="residents.id")


class Draw(SQLModel, table=True):
    """A draw as it was published: `document` is the file that anybody can check it with (`town.draw`)."""

    __tablename__ = "draws"

    batch_id: int = Field(foreign_key="batches.id", primary_key=True)
    document: str = Field(sa_column=Column(Text, nullable=False))
    drawn_at: datetime
