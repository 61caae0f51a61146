"""Residents: making them, their own answers, and finding them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, update
from sqlmodel import SQLModel

from storage.addresses import new_account
from storage.queries import speakers
from storage.sql import bindparam, insert, select
from storage.tables import (
    Account,
    AgendaItem,
    AgendaSecond,
    Ballot,
    Board,
    Broadcast,
    BroadcastEvent,
    CampaignStep,
    Claim,
    Contest,
    CoverAsk,
    Deed,
    Exemption,
    FollowUp,
    HoursEntry,
    HoursReport,
    Household,
    Inbox,
    LinkCode,
    MeetingPerson,
    Merge,
    MeterMember,
    MoneyEntry,
    Mute,
    Need,
    NeedLine,
    Outbox,
    PaperBallot,
    PlanLine,
    PollElector,
    PollProxy,
    PollTeller,
    PosterVisit,
    RecallPerson,
    Resident,
    ResidentState,
    ResidentTopic,
    RoleGrant,
    SavedAudience,
    Signup,
    Speaker,
    StandingSignup,
    Steward,
    StockEntry,
    Swap,
    WebFile,
    WebMessage,
    WebSession,
    WeekStanding,
    table_of,
)
from storage.unit import Unit
from town.audience import area_of

residents, accounts = table_of(Resident), table_of(Account)


class Profile(NamedTuple):
    """A resident's own answers. Leads are minutes before a shift, None is off; `born` is kept of the young alone."""

    id: int
    name: str
    street: str
    state: str
    free_times: int
    reminder_early: int | None
    reminder_late: int | None
    joined_at: datetime
    consent_at: datetime
    born: date | None = None


_profile = select(*(residents.c[name] for name in Profile._fields)).where(residents.c.id == bindparam("resident_id"))
_make = insert(residents).returning(residents.c.id)
_link = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_account"), accounts.c.resident_id.is_(None))
    .values(resident_id=bindparam("b_resident"))
)
_count = select(func.count()).select_from(residents).where(residents.c.state == ResidentState.RESIDENT)


def _with_area(values: dict[str, Any]) -> dict[str, Any]:
    """These columns, with what follows from the street where it is among them."""
    return {**values, "area": area_of(values["street"])} if "street" in values else values


async def make(unit: Unit, **values: Any) -> int:
    """Write a new resident; `values` are the columns of `Resident`. Returns the id."""
    return int(await unit.value(_make, **{"area": "", **_with_area(values)}))


async def link(unit: Unit, account_id: int, resident_id: int) -> bool:
    """Say whose account this is. False when it is somebody's already."""
    return await unit.run(_link, b_account=account_id, b_resident=resident_id) == 1


async def come_back(unit: Unit, resident_id: int, **values: Any) -> bool:
    """Write the answers of somebody who was turned away, or left, and signs up again. False for anybody else."""
    left = and_(residents.c.id == bindparam("b_id"), residents.c.state == ResidentState.LEFT)
    return await unit.run(update(residents).where(left).values(**_with_area(values)), b_id=resident_id) == 1


async def profile(unit: Unit, resident_id: int) -> Profile:
    """Raises LookupError."""
    row = await unit.first(_profile, resident_id=resident_id)
    if row is None:
        raise LookupError(f"resident {resident_id}")
    return Profile(*row)


async def change(unit: Unit, resident_id: int, **values: Any) -> None:
    """Change some columns of a resident."""
    statement = update(residents).where(residents.c.id == bindparam("b_id")).values(**_with_area(values))
    await unit.run(statement, b_id=resident_id)


async def count(unit: Unit) -> int:
    """How many residents the town has."""
    return int(await unit.value(_count))


_OWN: tuple[tuple[type[SQLModel], str, tuple[str, ...]], ...] = (
    (Account, "resident_id", ("id",)),
    (ResidentTopic, "resident_id", ("topic_id",)),
    (RoleGrant, "resident_id", ("id",)),
    (Signup, "resident_id", ("shift_id",)),
    (HoursEntry, "resident_id", ("id",)),
    (HoursReport, "resident_id", ("id",)),
    (Contest, "resident_id", ("id",)),
    (Exemption, "resident_id", ("id",)),
    (WeekStanding, "resident_id", ("week",)),
    (MeterMember, "resident_id", ("week", "meter")),
    (StandingSignup, "resident_id", ("series_id",)),
    (CoverAsk, "resident_id", ("call_id",)),
    (PlanLine, "resident_id", ("plan_id", "shift_id")),
    (Swap, "from_id", ("id",)),
    (Swap, "to_id", ("id",)),
    (Claim, "resident_id", ("id",)),
    (StockEntry, "to_id", ("id",)),
    (RecallPerson, "resident_id", ("recall_id",)),
    (Need, "resident_id", ("resident_id",)),
    (NeedLine, "resident_id", ("item_id",)),
    (PollElector, "resident_id", ("poll_id",)),
    (Ballot, "resident_id", ("poll_id",)),
    (PaperBallot, "resident_id", ("id",)),
    (PollTeller, "resident_id", ("poll_id",)),
    (PollProxy, "giver_id", ("id",)),
    (PollProxy, "holder_id", ("id",)),
    (MeetingPerson, "resident_id", ("meeting_id",)),
    (AgendaItem, "made_by", ("id",)),
    (AgendaSecond, "resident_id", ("item_id",)),
    (FollowUp, "owner_id", ("id",)),
    (Broadcast, "made_by", ("id",)),
    (BroadcastEvent, "resident_id", ("id",)),
    (SavedAudience, "made_by", ("id",)),
    (Board, "switched_by", ("account_id",)),
    (CampaignStep, "owner_id", ("id",)),
    (Mute, "resident_id", ("topic",)),
    (Outbox, "resident_id", ("id",)),
    (LinkCode, "resident_id", ("expires_at", "digest")),
    (Speaker, "resident_id", ("account_id",)),
    (Steward, "resident_id", ("id",)),
    (Steward, "steward_id", ("id",)),
    (Deed, "resident_id", ("id",)),
    (Deed, "steward_id", ("id",)),
    (Merge, "kept_id", ("id",)),
    (Merge, "gone_id", ("id",)),
)
_SECRETS = {"calendar_key", "digest"}
_OF_ACCOUNTS: tuple[tuple[type[SQLModel], tuple[str, ...]], ...] = (
    (WebMessage, ("at", "mine", "body", "edited_at", "gone")),
    (WebFile, ("at", "name", "media_type")),
    (WebSession, ("created_at", "seen_at")),
    (Inbox, ("at", "key")),
    (PosterVisit, ("at", "poster_id")),
)
"""What is kept for each account, and the columns to tell of it: no secrets, and no file's content."""


async def everything(unit: Unit, resident_id: int) -> dict[str, Any]:
    """What the town keeps about a resident, by table: their rows as they are, and those of their accounts."""
    row = await unit.first(select(residents).where(residents.c.id == resident_id))
    own_row = {} if row is None else {name: value for name, value in row._mapping.items() if name not in _SECRETS}
    found: dict[str, Any] = {"resident": own_row}
    home = await unit.first(select(table_of(Household)).where(table_of(Household).c.id == own_row.get("household_id")))
    found["home"] = {} if home is None else dict(home._mapping)
    for model, column, order in _OWN:
        table = table_of(model)
        rows = await unit.rows(
            select(table).where(table.c[column] == resident_id).order_by(*(table.c[name] for name in order))
        )
        told = [{name: value for name, value in row._mapping.items() if name not in _SECRETS} for row in rows]
        found.setdefault(table.name, []).extend(told)
    for row in found[accounts.name]:  # whoever shares it keeps their own answers
        speaks = row["speaking_id"] or resident_id
        row["data"] = speakers.own_part(row["data"], speaks=speaks, resident_id=resident_id)
    found["drafts"] = await speakers.drafts(unit, resident_id)
    bought, mine = table_of(MoneyEntry), table_of(Claim)
    orders = select(mine.c.id).where(mine.c.resident_id == resident_id)
    paid = await unit.rows(select(bought).where(bought.c.claim_id.in_(orders)).order_by(bought.c.id))
    found[bought.name] = [dict(row._mapping) for row in paid]
    own = select(accounts.c.id).where(accounts.c.resident_id == resident_id)
    for model, columns in _OF_ACCOUNTS:
        table = table_of(model)
        known = select(*(table.c[name] for name in columns)).where(table.c.account_id.in_(own))
        found[table.name] = [dict(row._mapping) for row in await unit.rows(known.order_by(table.c[columns[0]]))]
    return found


class OnChannel(NamedTuple):
    """An account and whose it is; `resident_id` and `name` are None before the sign-up is finished."""

    id: int
    address: str
    language: str
    resident_id: int | None
    name: str | None


_on_channel = (
    select(accounts.c.id, accounts.c.address, accounts.c.language, accounts.c.resident_id, residents.c.name)
    .select_from(accounts.outerjoin(residents, residents.c.id == accounts.c.resident_id))
    .where(accounts.c.channel == bindparam("channel"))
    .order_by(accounts.c.id)
)
_make_account = insert(accounts).returning(accounts.c.id)


async def on_channel(unit: Unit, channel: str) -> list[OnChannel]:
    """All accounts of a channel. For the sample town, whose people fit on a page."""
    return [OnChannel(*row) for row in await unit.rows(_on_channel, channel=channel)]


async def make_account(unit: Unit, *, channel: str, address: str, language: str, now: datetime) -> int:
    """Write an account that nobody has written from yet. Returns the id."""
    return int(
        await unit.value(_make_account, **new_account(channel=channel, address=address, language=language, now=now))
    )


async def of_account(unit: Unit, account_id: int) -> int | None:
    """The resident behind an account."""
    found: int | None = await unit.value(select(accounts.c.resident_id).where(accounts.c.id == account_id))
    return found
