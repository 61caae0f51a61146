"""The town's money: an append-only ledger in double entry, in minor units of the town's currency."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class MoneyKind(StrEnum):
    """What an account of the ledger holds: money at a project's desk, or what it earned by selling goods."""

    CASH = "cash"
    SALES = "sales"


class MoneyEntryKind(StrEnum):
    """What a line of the ledger says: goods were sold, the money was given back, or the line was a mistake."""

    SALE = "sale"
    REFUND = "refund"
    CORRECTION = "correction"


class MoneyAccount(SQLModel, table=True):
    """One account of the money ledger. Its balance is what was debited to it less what was credited."""

    __tablename__ = "money_accounts"
    __table_args__ = (UniqueConstraint("kind", "project_id"), CheckConstraint("kind IN ('cash', 'sales')", name="kind"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    project_id: int = Field(foreign_key="projects.id")


class MoneyEntry(SQLModel, table=True):
    """One line of the money ledger: `amount` goes from the account it is credited to into the one it is debited to.

    So every line balances. `key` is unique, so that nothing is entered twice; `day` is the town's. `reverses_id` is
    the line that a refund or correction takes back.
    """

    __tablename__ = "money_entries"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        CheckConstraint("kind IN ('sale', 'refund', 'correction')", name="kind"),
        Index("ix_money_entries_day", "day"),
        Index("ix_money_entries_batch_id", "batch_id"),
        Index("ix_money_entries_claim_id", "claim_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    day: date
    at: datetime
    debit_id: int = Field(foreign_key="money_accounts.id")
    credit_id: int = Field(foreign_key="money_accounts.id")
    amount: int
    currency: str
    batch_id: int | None = Field(default=None, foreign_key="batches.id")
    claim_id: int | None = Field(default=None, foreign_key="claims.id")
    quantity: int = 0
    customer: str = ""
    reverses_id: int | None = Field(default=None, unique=True, foreign_key="money_entries.id")
    reason: str = ""
    made_by: int = Field(foreign_key="residents.id")


class Receipt(SQLModel, table=True):
    """A receipt as it was given; `document` is its text as JSON, so that it can be given again word by word."""

    __tablename__ = "receipts"

    number: int = Field(primary_key=True)
    entry_id: int = Field(foreign_key="money_entries.id", unique=True)
    document: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime
