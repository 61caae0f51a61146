"""The town itself: one row."""

from sqlalchemy import CheckConstraint, Column, Text
from sqlmodel import Field, SQLModel


class Town(SQLModel, table=True):
    """The one row of the town's settings.

    `settings` is JSON (see `town.settings`). `clock_offset` is in seconds: how far the sample town's clock was moved.
    """

    __table_args__ = (CheckConstraint("id = 1", name="one_town"),)

    id: int = Field(default=1, primary_key=True)
    settings: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    clock_offset: int = 0
    is_sample: bool = False
