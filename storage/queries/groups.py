"""Groups: who speaks in them, the cards of polls that stand in them, and what else may be shown there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Update, and_, case, exists, func, or_, update

from storage.queries import meetings as called
from storage.queries.meetings import MeetingRow, meetings
from storage.queries.polls import COLUMNS, PollRow, electors, polls
from storage.sql import bindparam, insert, select
from storage.tables import Account, How, PollCard, Resident, table_of
from storage.unit import Unit
from town.audience import PROJECT, TOWN

cards, accounts, residents = table_of(PollCard), table_of(Account), table_of(Resident)

TOPIC = "cards"
CHANNEL = "telegram"
"""The one channel that has groups."""

IN_FLIGHT = "?"
"""What a card's `message` is from just before it leaves until the channel has told its id."""

LOST = timedelta(minutes=1)
"""A card that has been in flight for longer was lost in a stop: it may be asked for again."""

MOST_LOOKED_AT = 50


# -- who speaks --------------------------------------------------------------------------------------------------------


class Speaker(NamedTuple):
    """The account behind somebody who wrote in a group, and its resident: None and "" where there is none."""

    account_id: int
    language: str
    resident_id: int | None
    name: str
    state: str | None


_speaker = (
    select(
        accounts.c.id,
        accounts.c.language,
        accounts.c.resident_id,
        func.coalesce(residents.c.name, ""),
        residents.c.state,
    )
    .select_from(accounts.outerjoin(residents, residents.c.id == accounts.c.resident_id))
    .where(accounts.c.channel == CHANNEL, accounts.c.address == bindparam("address"))
)


async def speaker(unit: Unit, address: str) -> Speaker | None:
    """Who talks with the town in private from an address."""
    row = await unit.first(_speaker, address=address)
    return None if row is None else Speaker(*row)


# -- what may be shown -------------------------------------------------------------------------------------------------

_FOR_MANY = (polls.c.audience == TOWN) | polls.c.audience.startswith(f"{PROJECT}:", autoescape=True)
_running = (
    select(*COLUMNS)
    .where(
        _FOR_MANY,
        polls.c.opened_at.is_not(None),
        polls.c.closed_at.is_(None),
        polls.c.cancelled_at.is_(None),
        or_(polls.c.closes_at.is_(None), polls.c.closes_at > bindparam("now")),
    )
    .order_by(polls.c.opened_at.desc(), polls.c.id.desc())
    .limit(MOST_LOOKED_AT)
)
_coming = (
    select(*called.COLUMNS)
    .where(
        or_(meetings.c.audience == TOWN, meetings.c.audience.startswith(f"{PROJECT}:", autoescape=True)),
        meetings.c.called_at.is_not(None),
        meetings.c.cancelled_at.is_(None),
        meetings.c.closed_at.is_(None),
        meetings.c.starts_at > bindparam("now"),
    )
    .order_by(meetings.c.starts_at, meetings.c.id)
    .limit(MOST_LOOKED_AT)
)


async def running_polls(unit: Unit, now: datetime) -> list[PollRow]:
    """The polls of the whole town and of projects that take votes now, the newest first."""
    return [PollRow(*row) for row in await unit.rows(_running, now=now)]


async def coming_meetings(unit: Unit, now: datetime) -> list[MeetingRow]:
    """The meetings of the whole town and of projects that are to begin, the next first."""
    return [MeetingRow(*row) for row in await unit.rows(_coming, now=now)]


# -- cards -------------------------------------------------------------------------------------------------------------


class Card(NamedTuple):
    """A card that is to be looked after: its group's address, what it says of the turnout, and how it is now."""

    id: int
    account_id: int
    address: str
    message: str
    voted: int
    turnout: int
    poll: PollRow

    @property
    def message_id(self) -> str:
        """The id of its message; "" where it is in none of the group as it is now, since groups move."""
        chat, _slash, number = self.message.rpartition("/")
        return number if chat == self.address else ""


_voted = (
    select(func.count())
    .select_from(electors)
    .where(electors.c.poll_id == polls.c.id, electors.c.how != How.NOT)
    .correlate(polls)
    .scalar_subquery()
)
_due = (
    select(cards.c.id, cards.c.account_id, accounts.c.address, cards.c.message, cards.c.voted, _voted, *COLUMNS)
    .select_from(cards.join(polls, polls.c.id == cards.c.poll_id).join(accounts, accounts.c.id == cards.c.account_id))
    .where(
        cards.c.done_at.is_(None),
        accounts.c.reachable,
        or_(cards.c.message == "", cards.c.changed_at <= bindparam("before")),
    )
    .order_by(cards.c.account_id, cards.c.id)
)
_new = insert(cards)
_begun_anew = {"message": "", "voted": 0, "done_at": None, "changed_at": _new.excluded.changed_at}
_put = _new.on_conflict_do_update(
    index_elements=["poll_id", "account_id"],
    set_=_begun_anew,
    where=or_(
        cards.c.done_at.is_not(None),
        and_(cards.c.message == IN_FLIGHT, cards.c.changed_at <= bindparam("b_lost", type_=cards.c.changed_at.type)),
    ),
).returning(cards.c.id)
_given = {
    name: bindparam(f"b_{name}", type_=cards.c[name].type)
    for name in ("poll_id", "message", "voted", "made_at", "changed_at")
}
_follow = insert(cards).from_select(
    ["account_id", *_given],
    select(accounts.c.id, *_given.values()).where(
        accounts.c.channel == CHANNEL, accounts.c.reachable, exists().where(cards.c.account_id == accounts.c.id)
    ),
)
_refresh = (
    update(cards)
    .where(cards.c.poll_id == bindparam("b_poll"), cards.c.done_at.is_(None), cards.c.message != "")
    .values(voted=case((cards.c.voted < 0, cards.c.voted - 1), else_=-1))
)


def _written(name: str) -> ColumnElement[Any]:
    """What a column becomes. A card that was to say something anew meanwhile is to say it yet."""
    given = bindparam(f"b_{name}", type_=cards.c[name].type)
    return given if name != "voted" else case((cards.c.voted == bindparam("b_was"), given), else_=cards.c.voted)


_write: dict[tuple[str, ...], Update] = {
    names: update(cards).where(cards.c.id == bindparam("b_id")).values({name: _written(name) for name in names})
    for names in (
        ("changed_at",),
        ("changed_at", "done_at"),
        ("changed_at", "message"),
        ("message",),
        ("message", "voted"),
        ("voted",),
    )
}


async def put_card(unit: Unit, poll_id: int, account_id: int, *, now: datetime) -> bool:
    """Have a poll's card posted in a group; False when it stands there already, or is on its way."""
    new = {"poll_id": poll_id, "account_id": account_id, "message": "", "voted": 0, "made_at": now, "changed_at": now}
    made = await unit.value(_put, **new, b_lost=now - LOST)
    if made is not None:
        unit.announce(TOPIC)
    return made is not None


async def follow(unit: Unit, poll_id: int, *, now: datetime) -> int:
    """Have a new poll's card posted in every group that has had one; how many there are."""
    many = await unit.run(_follow, b_poll_id=poll_id, b_message="", b_voted=0, b_made_at=now, b_changed_at=now)
    if many:
        unit.announce(TOPIC)
    return many


async def refresh(unit: Unit, poll_id: int) -> None:
    """Have the cards of a poll say anew what they say: something else than its turnout has changed."""
    if await unit.run(_refresh, b_poll=poll_id):  # to what is no turnout, and was not there before
        unit.announce(TOPIC)


async def due_cards(unit: Unit, *, before: datetime) -> list[Card]:
    """The cards of groups that can be written to which are not posted yet, or were last changed by then."""
    rows = await unit.rows(_due, before=before)
    return [Card._make((*row[:6], PollRow(*row[6:]))) for row in rows]


async def change_card(unit: Unit, card: Card, **columns: object) -> None:
    """Write some columns of a card as it was read: one of the sets that `_write` has."""
    given = {f"b_{name}": value for name, value in columns.items()}
    if "voted" in columns:
        given["b_was"] = card.voted
    await unit.run(_write[tuple(sorted(columns))], b_id=card.id, **given)
