"""Projects, shifts and who is on them: sign-ups, series, cover calls, swaps."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class SignupState(StrEnum):
    """`offered`: a place is kept for them until `Signup.offer_until`."""

    HELD = "held"
    WAITING = "waiting"
    OFFERED = "offered"
    RELEASED = "released"
    ATTENDED = "attended"
    MISSED = "missed"


class OfferKind(StrEnum):
    """Why a place is offered: its turn has come on the waiting list, or a coordinator's plan proposes it."""

    QUEUE = "queue"
    PLAN = "plan"


class Project(SQLModel, table=True):
    """A community undertaking. `interest_id` is the interest it answers to."""

    __tablename__ = "projects"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    place: str = ""
    interest_id: int | None = Field(default=None, foreign_key="topics.id")
    archived_at: datetime | None = None
    created_at: datetime


class Series(SQLModel, table=True):
    """A shift that comes again: `pattern` is an RFC 5545 rule such as ``FREQ=WEEKLY;BYDAY=TU``, from `first_day` on.

    `start` is minutes after midnight on the town's clocks. Its shifts are made up to and including `made_until`.
    """

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_project_id", "project_id"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="projects.id")
    title: str
    place: str
    pattern: str
    start: int
    length: int
    places: int
    first_day: date
    last_day: date | None = None
    made_until: date | None = None
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    ended_at: datetime | None = None


class SeriesSkill(SQLModel, table=True):
    """A skill that each shift of a series needs; as `ShiftSkill`."""

    __tablename__ = "series_skills"

    series_id: int = Field(foreign_key="series.id", primary_key=True)
    topic_id: int = Field(foreign_key="topics.id", primary_key=True)
    places: int = 0
    learners: int = 0


class SeriesException(SQLModel, table=True):
    """A day on which a series has no shift, though its pattern says so."""

    __tablename__ = "series_exceptions"

    series_id: int = Field(foreign_key="series.id", primary_key=True)
    day: date = Field(primary_key=True)
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime


class StandingSignup(SQLModel, table=True):
    """A resident's hold on a place of every shift of a series."""

    __tablename__ = "standing_signups"

    series_id: int = Field(foreign_key="series.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True, index=True)
    since: datetime
    ended_at: datetime | None = None


class Shift(SQLModel, table=True):
    """A piece of work at a time and place with a number of places.

    `taken` counts held and offered places; it moves only together with a sign-up, in one transaction, and never passes
    `places`. Of the places, `reserved` are for a skill (`ShiftSkill`), and `special` of those are taken; anybody may
    take the others. `asked_at`: its coordinator was asked for the roster; `closed_at`: the roster is settled;
    `warned_at`: its coordinator was told that it is short of people. `week` is its Monday. `checkin_key` is the secret
    that its check-in codes are made from. `series_day` is the day of its series that it stands for.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= places", name="taken"),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("special >= 0 AND special <= reserved", name="special"),
        CheckConstraint("taken - special >= 0 AND taken - special <= places - reserved", name="general"),
        UniqueConstraint("series_id", "series_day"),
        Index("ix_shifts_starts_at", "starts_at"),
        Index("ix_shifts_ends_at", "ends_at"),
        Index(
            "ix_shifts_open",
            "ends_at",
            sqlite_where=text("closed_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("closed_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index("ix_shifts_project_id_starts_at", "project_id", "starts_at"),
        Index("ix_shifts_week", "week"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="projects.id")
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    week: date
    places: int
    taken: int = 0
    reserved: int = 0
    special: int = 0
    series_id: int | None = Field(default=None, foreign_key="series.id")
    series_day: date | None = None
    checkin_key: str | None = None
    made_by: int = Field(foreign_key="residents.id")
    made_at: datetime
    cancelled_at: datetime | None = None
    warned_at: datetime | None = None
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    closed_at: datetime | None = None


class ShiftSkill(SQLModel, table=True):
    """A skill that a shift asks for.

    `places` of the shift are for those who have it, and `learners` more for people who learn it beside a master who
    holds a place; with neither, the skill is a wish. `taken` and `learning` of them are held or offered.
    """

    __tablename__ = "shift_skills"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= places", name="taken"),
        CheckConstraint("learning >= 0 AND learning <= learners", name="learning"),
    )

    shift_id: int = Field(foreign_key="shifts.id", primary_key=True)
    topic_id: int = Field(foreign_key="topics.id", primary_key=True)
    places: int = 0
    taken: int = 0
    learners: int = 0
    learning: int = 0


class Signup(SQLModel, table=True):
    """A resident's sign-up for a shift.

    Held or offered: `skill_id` is the skill their place is for (None: anybody's place), `learner` whether they learn it
    there. Waiting: in the order of `waiting_since`. Offered: `offer` says why, `offer_until` when it passes on.
    """

    __tablename__ = "signups"
    __table_args__ = (
        Index("ix_signups_resident_id_state", "resident_id", "state"),
        Index(
            "ix_signups_offer_until",
            "offer_until",
            # Not by `state`: SQLite would plan every statement that asks for one anew, each time it is run.
            sqlite_where=text("offer_until IS NOT NULL"),
            postgresql_where=text("offer_until IS NOT NULL"),
        ),
    )

    shift_id: int = Field(foreign_key="shifts.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    state: str = SignupState.HELD
    skill_id: int | None = Field(default=None, foreign_key="topics.id")
    learner: bool = False
    joined_at: datetime
    coming_at: datetime | None = None
    waiting_since: datetime | None = None
    offer: str = ""
    offer_until: datetime | None = None
    checked_in_at: datetime | None = None


class CoverCall(SQLModel, table=True):
    """People are asked, a few at a time, to take a place that was given back.

    `wanted` places are still to be filled; the next few are asked at `next_at`. `outcome`: filled, gone (it started or
    was cancelled), nobody (everybody was asked), moved (to another time, for which people are asked anew).
    """

    __tablename__ = "cover_calls"
    __table_args__ = (
        Index(
            "uq_cover_calls_open",
            "shift_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    shift_id: int = Field(foreign_key="shifts.id", index=True)
    wanted: int = 1
    rounds: int = 0
    opened_at: datetime
    next_at: datetime
    closed_at: datetime | None = None
    outcome: str = ""


class CoverAsk(SQLModel, table=True):
    """One person asked in a cover call. `answer`: "" (none yet), accepted, declined, late (the place was gone)."""

    __tablename__ = "cover_asks"

    call_id: int = Field(foreign_key="cover_calls.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True, index=True)
    round: int
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None


class Swap(SQLModel, table=True):
    """One resident asks another to take their place on a shift, for theirs on another (`take_shift_id`) or for nothing.

    `state`: asked, accepted, declined, withdrawn, expired, failed (a rule stood in the way).
    """

    __tablename__ = "swaps"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_people"),
        Index("ix_swaps_to_id_state", "to_id", "state"),
        Index("ix_swaps_from_id_state", "from_id", "state"),
        Index(
            "uq_swaps_asked",
            "give_shift_id",
            "from_id",
            "to_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    from_id: int = Field(foreign_key="residents.id")
    to_id: int = Field(foreign_key="residents.id")
    give_shift_id: int = Field(foreign_key="shifts.id", index=True)
    take_shift_id: int | None = Field(default=None, foreign_key="shifts.id", index=True)
    state: str = "asked"
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None


class Plan(SQLModel, table=True):
    """A proposal of who could take a project's open places in a week.

    `state`: wanted (the planner has not looked yet), ready, sent, dropped, failed (`detail` says why). `found` is the
    planner's summary as JSON.
    """

    __tablename__ = "plans"
    __table_args__ = (Index("ix_plans_state", "state"), Index("ix_plans_project_id_week", "project_id", "week"))

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="projects.id")
    week: date
    state: str = "wanted"
    wanted_by: int = Field(foreign_key="residents.id")
    wanted_at: datetime
    made_at: datetime | None = None
    sent_at: datetime | None = None
    found: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    detail: str = ""


class PlanLine(SQLModel, table=True):
    """One proposed place. `state`: proposed, removed, offered, accepted, declined, lapsed. `why` is JSON, no prose."""

    __tablename__ = "plan_lines"
    __table_args__ = (Index("ix_plan_lines_shift_id_resident_id", "shift_id", "resident_id"),)

    plan_id: int = Field(foreign_key="plans.id", primary_key=True)
    shift_id: int = Field(foreign_key="shifts.id", primary_key=True)
    resident_id: int = Field(foreign_key="residents.id", primary_key=True)
    skill_id: int | None = Field(default=None, foreign_key="topics.id")
    learner: bool = False
    state: str = "proposed"
    why: str = Field(default="{}", sa_column=Column(Text, nullable=False))
