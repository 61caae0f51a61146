"""Polls: questions that are open for votes, who may vote, the ballots, and who votes for whom.

How a question is asked, and what a ballot's `choice` looks like, is in `town.polls`.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class How(StrEnum):
    """How somebody's vote came in; NOT: it has not."""

    NOT = ""
    CHAT = "chat"
    PROXY = "proxy"
    PAPER = "paper"


class Poll(SQLModel, table=True):
    """A question. `words` is JSON: {language: {"question", "about"}}, where they differ from these; nothing under
    a language's code: it was asked in that one. `options` is JSON:
    [{"name", "names": {language: name}, "at": the date it stands for}, …], the last two where there are any.

    `audience` is a `town.audience.Audience` as text; `benefits_only`: of them, who has the benefits. `subject` is what
    it is about in another room ("motion:12", "date:3", "minutes:4"), "" for a question of its own.

    `points` are to be shared out (kind "points"), `most` options may be approved of (0: any number). `quorum` is how
    many must vote: percent of the electorate, or people where `quorum_people`. `proxies`: proxies may vote.

    From `opened_at` on the electorate is frozen: `electorate` people; `boxes` is how many ballot boxes a secret poll
    has, and `papers` how many of its ballots came on paper. `closes_at` None: it closes when somebody says so. Closed,
    `outcome` is one of `town.polls.Result`, `winners` the numbers of options (comma-separated), `tally` JSON
    (`town.poll_file.result_of`, with `voted`), `digest` the SHA-256 of a secret poll's ballots, in hex; `scrubbed_at`:
    the traces that its ballots left in the database's own files are gone.
    """

    __tablename__ = "polls"
    __table_args__ = (
        CheckConstraint("kind IN ('yesno', 'single', 'approval', 'ranked', 'points')", name="kind"),
        CheckConstraint("threshold IN ('simple', 'two_thirds', 'absolute')", name="threshold"),
        CheckConstraint("quorum >= 0", name="quorum"),
        Index("ix_polls_project_id", "project_id"),
        Index("ix_polls_meeting_id", "meeting_id"),
        Index("ix_polls_closed_at", "closed_at"),
        Index(
            "ix_polls_running",
            "closes_at",
            sqlite_where=text("closed_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("closed_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    question: str
    about: str = Field(default="", sa_column=Column(Text, nullable=False))
    words: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    options: str = Field(sa_column=Column(Text, nullable=False))
    kind: str
    secret: bool = False
    hidden: bool = False
    points: int = 0
    most: int = 0
    audience: str
    benefits_only: bool = False
    quorum: int = 0
    quorum_people: bool = False
    threshold: str = "simple"
    of_electorate: bool = False
    proxies: bool = True
    project_id: int | None = Field(default=None, foreign_key="projects.id")
    meeting_id: int | None = Field(default=None, foreign_key="meetings.id")
    subject: str = ""
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    opens_at: datetime
    closes_at: datetime | None = None
    opened_at: datetime | None = None
    reminded_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    electorate: int = 0
    boxes: int = 0
    papers: int = 0
    outcome: str = ""
    winners: str = ""
    tally: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    digest: str = ""
    scrubbed_at: datetime | None = None


class PollElector(SQLModel, table=True):
    """Somebody of a poll's frozen electorate, and whether their vote has come in: never when, nor what it was.

    `by` cast it for them: their proxy, or a teller. `unconfirmed`: on paper, and no second teller has confirmed it;
    `confirmed_by` did.
    """

    __tablename__ = "poll_electors"
    __table_args__ = (Index("ix_poll_electors_resident_id", "resident_id"),)

    poll_id: int = Field(foreign_key="polls.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    how: str = How.NOT
    by: int | None = Field(default=None, foreign_key="residents.id")
    unconfirmed: bool = False
    confirmed_by: int | None = Field(default=None, foreign_key="residents.id")


class Ballot(SQLModel, table=True):
    """Somebody's vote in an open poll. `choice` as in `town.polls`."""

    __tablename__ = "ballots"

    poll_id: int = Field(foreign_key="polls.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    choice: str
    cast_at: datetime


class BallotBox(SQLModel, table=True):
    """One of the boxes of a secret poll: `ballots` is JSON, [[receipt, choice], …] in the order of the receipts.

    A receipt's own letters say which box its ballot lies in. No box knows whose its ballots are, when they came, or in
    which order.
    """

    __tablename__ = "ballot_boxes"
    poll_id: int = Field(foreign_key="polls.id", primary_key=True)
    number: int = Field(primary_key=True)
    ballots: str = Field(default="[]", sa_column=Column(Text, nullable=False))


class PaperBallot(SQLModel, table=True):
    """A vote on paper that one teller has entered, until a second one confirms it.

    `resident_id` is whose it is in an open poll; None in a secret one, where names are ticked off apart from papers.
    """

    __tablename__ = "paper_ballots"
    __table_args__ = (Index("ix_paper_ballots_poll_id", "poll_id"),)

    id: int | None = Field(default=None, primary_key=True)
    poll_id: int = Field(foreign_key="polls.id")
    resident_id: int | None = Field(default=None, foreign_key="residents.id")
    choice: str
    entered_by: int = Field(foreign_key="residents.id")


class PollTeller(SQLModel, table=True):
    """Somebody who may enter votes on paper, besides those who run the poll."""

    __tablename__ = "poll_tellers"

    poll_id: int = Field(foreign_key="polls.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    named_by: int = Field(foreign_key="residents.id")


class PollProxy(SQLModel, table=True):
    """Somebody (`holder_id`) who may vote for somebody else (`giver_id`): in one poll, or with None in every one.

    `slot` counts what a holder holds from 1, so that no two can take the last one. `ended_at` ends it.
    """

    __tablename__ = "poll_proxies"
    __table_args__ = (
        CheckConstraint("giver_id <> holder_id", name="other"),
        Index(
            "uq_poll_proxies_given",
            "giver_id",
            text("coalesce(poll_id, 0)"),
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_poll_proxies_slot",
            "holder_id",
            "slot",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    giver_id: int = Field(foreign_key="residents.id")
    holder_id: int = Field(foreign_key="residents.id")
    poll_id: int | None = Field(default=None, foreign_key="polls.id")
    slot: int
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="residents.id")


class PollCard(SQLModel, table=True):
    """A poll's card in a group: the message, what it says of the turnout, and when it was last changed.

    `message` is chat and message ("-1001234/56"): "" until it is posted, "?" from when it leaves until the channel has
    taken it. `done_at`: it says the result, or was given up, and is not changed any more.
    """

    __tablename__ = "poll_cards"
    __table_args__ = (
        Index("uq_poll_cards_poll_id_account_id", "poll_id", "account_id", unique=True),
        Index(
            "ix_poll_cards_open",
            "poll_id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    poll_id: int = Field(foreign_key="polls.id")
    account_id: int = Field(foreign_key="accounts.id")
    message: str = ""
    voted: int = 0
    made_at: datetime
    changed_at: datetime
    done_at: datetime | None = None
