"""The web chat: sessions, and the history of each chat."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class WebSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its cookie is kept."""

    __tablename__ = "web_sessions"

    digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    created_at: datetime
    seen_at: datetime


class WebChat(SQLModel, table=True):
    """The revision of one chat: every new or changed message takes the next number, under this row's lock."""

    __tablename__ = "web_chats"

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    rev: int = 0


class WebMessage(SQLModel, table=True):
    """One message of a chat. `key` is unique in the chat, so nothing is shown twice; `body` is JSON."""

    __tablename__ = "web_messages"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_web_messages_account_id_rev", "account_id", "rev"),
        Index("ix_web_messages_account_id_id", "account_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="accounts.id")
    rev: int
    key: str
    mine: bool
    body: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime
    edited_at: datetime | None = None
    gone: bool = False


class WebFile(SQLModel, table=True):
    """A photo or document that was sent into a chat; served to that chat alone.

    `shared` is the digest of its content where that is kept beside it, once for all chats that were sent the same;
    `content` is empty then.
    """

    __tablename__ = "web_files"
    __table_args__ = (
        Index(
            "ix_web_files_shared",
            "shared",
            sqlite_where=text("shared IS NOT NULL"),
            postgresql_where=text("shared IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    name: str
    media_type: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime
    shared: str | None = None


class WebContent(SQLModel, table=True):
    """What files have in them that many chats may be sent: the picture of a result goes to thousands.

    `digest` is its SHA-256, in hex.
    """

    __tablename__ = "web_contents"

    digest: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime
