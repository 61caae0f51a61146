"""Polls: as they are asked, whom they ask, and how many have voted."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, update

from storage import fanout
from storage.lease import POLLS
from storage.outbox import UNSENT, in_hand, in_order, outbox
from storage.queries import audiences
from storage.queries.meetings import guests, meetings
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import BallotBox, How, Poll, PollElector, Priority, table_of
from storage.unit import Unit
from town.audience import Audience
from town.polls import Kind, Question, Threshold

polls, electors, boxes = table_of(Poll), table_of(PollElector), table_of(BallotBox)


class Option(NamedTuple):
    """An option: its name, its names by language, and the date it stands for (ISO, "" for none)."""

    name: str
    names: dict[str, str]
    at: str = ""

    def called(self, language: str) -> str:
        """Its name in a language."""
        return self.names.get(language, self.name)


class PollRow(NamedTuple):
    """A poll, as `storage.tables.Poll`."""

    id: int
    question: str
    about: str
    words: str
    options: str
    kind: str
    secret: bool
    hidden: bool
    points: int
    most: int
    audience: str
    benefits_only: bool
    quorum: int
    quorum_people: bool
    threshold: str
    of_electorate: bool
    proxies: bool
    project_id: int | None
    meeting_id: int | None
    subject: str
    made_by: int
    made_at: datetime
    opens_at: datetime
    closes_at: datetime | None
    opened_at: datetime | None
    reminded_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    electorate: int
    boxes: int
    outcome: str
    winners: str
    tally: str
    digest: str
    scrubbed_at: datetime | None

    @property
    def choices(self) -> tuple[Option, ...]:
        """Its options, in their order."""
        return options_of(self.options)

    @property
    def asked(self) -> Question:
        """How it is asked and decided."""
        return Question(
            Kind(self.kind),
            len(self.choices),
            points=self.points,
            most=self.most,
            quorum=self.quorum,
            quorum_people=self.quorum_people,
            threshold=Threshold(self.threshold),
            of_electorate=self.of_electorate,
        )

    @property
    def winning(self) -> tuple[int, ...]:
        """The numbers of the options that won."""
        return tuple(int(number) for number in self.winners.split(",") if number)

    def running(self, now: datetime) -> bool:
        """Whether it takes votes at a moment."""
        over = self.closed_at is not None or self.cancelled_at is not None
        return self.opened_at is not None and not over and (self.closes_at is None or now < self.closes_at)

    def text(self, language: str) -> tuple[str, str]:
        """The question and its explanation in a language."""
        said = _words(self.words).get(language, {})
        return said.get("question", self.question), said.get("about", self.about)


@lru_cache(maxsize=256)
def options_of(text: str) -> tuple[Option, ...]:
    """The options of a poll, as `storage.tables.Poll.options` keeps them."""
    return tuple(Option(one["name"], one.get("names", {}), one.get("at", "")) for one in json.loads(text))


@lru_cache(maxsize=256)
def _words(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


COLUMNS = tuple(polls.c[name] for name in PollRow._fields)
_b_poll = bindparam("b_poll", type_=polls.c.id.type)
_get = select(*COLUMNS).where(polls.c.id == bindparam("poll_id"))
_locked = _get.with_for_update()
_make = insert(polls).returning(polls.c.id)
OPEN = and_(polls.c.opened_at.is_not(None), polls.c.closed_at.is_(None), polls.c.cancelled_at.is_(None))
UNOPENED = and_(polls.c.opened_at.is_(None), polls.c.closed_at.is_(None), polls.c.cancelled_at.is_(None))
_to_open = select(*COLUMNS).where(UNOPENED, polls.c.opens_at <= bindparam("now")).order_by(polls.c.id)
_to_close = select(polls.c.id).where(OPEN, polls.c.closes_at <= bindparam("now")).order_by(polls.c.id)
_next_open = select(func.min(polls.c.opens_at)).where(UNOPENED)
_next_close = select(func.min(polls.c.closes_at)).where(OPEN)
_turnout = select(func.count()).where(electors.c.poll_id == bindparam("poll_id"), electors.c.how != How.NOT)
_to_remind = select(*COLUMNS).where(OPEN, polls.c.closes_at.is_not(None), polls.c.reminded_at.is_(None))
_close_door = select(func.pg_advisory_xact_lock(POLLS, bindparam("poll_id")))


async def get(unit: Unit, poll_id: int, *, lock: bool = False) -> PollRow | None:
    """A poll; locked, nobody else changes it until this transaction ends."""
    row = await unit.first(_locked if lock and not unit.is_sqlite else _get, poll_id=poll_id)
    return None if row is None else PollRow(*row)


async def make(unit: Unit, **columns: Any) -> int:
    """Write a poll that is not open yet; its id."""
    empty = {"words": "{}", "tally": "{}", "outcome": "", "winners": "", "digest": ""}
    none_yet = {"electorate": 0, "boxes": 0, "papers": 0}
    return int(await unit.value(_make, **(empty | none_yet | columns)))


async def change(unit: Unit, poll_id: int, **columns: Any) -> None:
    """Change some columns of a poll."""
    await change_row(unit, polls, poll_id, **columns)


async def to_open(unit: Unit, now: datetime) -> list[PollRow]:
    """The polls whose time to open has come."""
    return [PollRow(*row) for row in await unit.rows(_to_open, now=now)]


async def to_close(unit: Unit, now: datetime) -> list[int]:
    """The ids of the polls whose time to close has come."""
    return [row.id for row in await unit.rows(_to_close, now=now)]


async def to_remind(unit: Unit) -> list[PollRow]:
    """The open polls that close by themselves and of which nobody was reminded yet, in the order of their ids."""
    return [PollRow(*row) for row in await unit.rows(_to_remind.order_by(polls.c.id))]


async def next_due(unit: Unit) -> datetime | None:
    """When a poll next opens or closes."""
    found = [await unit.value(_next_open), await unit.value(_next_close)]
    return min((moment for moment in found if moment is not None), default=None)


async def close_door(unit: Unit, poll_id: int) -> None:
    """Wait until every vote that has begun is in, and let none begin: for whoever is about to count."""
    if not unit.is_sqlite:
        await unit.execute(_close_door, {"poll_id": poll_id})


async def turnout(unit: Unit, poll_id: int) -> int:
    """How many have voted."""
    return int(await unit.value(_turnout, poll_id=poll_id))


# -- the electorate ----------------------------------------------------------------------------------------------------

_FREEZE = {
    kind: insert(electors).from_select(
        ["poll_id", "resident_id", "how", "unconfirmed"],
        select(_b_poll, audiences.people(kind).c.id, bindparam("b_how"), bindparam("b_unconfirmed")),
    )
    for kind in ("town", "project", "role", "meeting")
}
_make_boxes = insert(boxes)


async def freeze(unit: Unit, poll_id: int, audience: Audience, *, now: datetime, without: Collection[int] = ()) -> int:
    """Write down who may vote: everybody who belongs to the audience at this moment; how many they are."""
    given = audiences.params(audience, now=now, without=without)
    statement = _FREEZE[audience.kind]
    return await unit.run(statement, b_poll=poll_id, b_how=How.NOT.value, b_unconfirmed=False, **given)


async def make_boxes(unit: Unit, poll_id: int, many: int) -> None:
    """Set up the empty boxes of a secret poll, numbered from 0."""
    await unit.execute(_make_boxes, [{"poll_id": poll_id, "number": at, "ballots": "[]"} for at in range(many)])


# -- telling the electorate --------------------------------------------------------------------------------------------

_everybody = fanout.notice_to(electors.c.resident_id, electors, electors.c.poll_id == _b_poll)
_not_voted = fanout.notice_to(
    electors.c.resident_id, electors, electors.c.poll_id == _b_poll, electors.c.how == How.NOT
)
_in_the_room = fanout.notice_to(
    electors.c.resident_id,
    electors.join(guests, guests.c.resident_id == electors.c.resident_id).join(
        meetings, meetings.c.id == guests.c.meeting_id
    ),
    electors.c.poll_id == _b_poll,
    guests.c.meeting_id == bindparam("b_meeting"),
    guests.c.here_at.is_not(None),
    # What is counted as the meeting ends is heard by those who are still sitting there.
    or_(meetings.c.closed_at.is_(None), meetings.c.closed_at >= bindparam("b_now", type_=meetings.c.closed_at.type)),
)


async def tell(
    unit: Unit,
    poll: PollRow,
    notice: str,
    fields: dict[str, Any],
    *,
    now: datetime,
    waiting: bool = False,
    priority: Priority = Priority.PERSONAL,
    expires_at: datetime | None = None,
) -> int:
    """Write a notice to a poll's electorate, or to those whose vote is `waiting`; how many it goes to.

    Whoever sits in the poll's meeting while it is on is told at once, in quiet hours too: a meeting waits for nobody.
    """
    send = partial(
        fanout.send,
        unit,
        notice=notice,
        key=(f"{notice}:{poll.id}:", ""),
        fields=fields,
        now=now,
        subject=subject(poll.id),
        expires_at=expires_at,
        b_poll=poll.id,
    )
    there = 0
    if poll.meeting_id is not None and not waiting:  # the keys are the same: the others are those who are not there
        there = await send(_in_the_room, priority=Priority.URGENT, b_meeting=poll.meeting_id, b_now=now)
    return there + await send(_not_voted if waiting else _everybody, priority=priority)


_said = (outbox.c.subject == bindparam("b_subject"), outbox.c.notice.in_(["poll.opened", "poll.reminder"]))
_anew = update(outbox).values(fields=bindparam("b_fields"), expires_at=bindparam("b_expires_at"))
_correct, _correct_in_hand = _anew.where(in_order(*_said, UNSENT)), _anew.where(in_hand(*_said))


async def correct_told(unit: Unit, poll: PollRow, fields: dict[str, Any]) -> int:
    """Put other fields into what was not sent yet of an open poll, which is of use until it closes; how many it was."""
    kept = json.dumps(fields, ensure_ascii=False)
    given = {"b_subject": subject(poll.id), "b_fields": kept, "b_expires_at": poll.closes_at}
    return await unit.run(_correct_in_hand, **given) + await unit.run(_correct, **given)


def subject(poll_id: int) -> str:
    """What is said of a poll is filed under this, so that it can be withdrawn."""
    return f"poll:{poll_id}"
