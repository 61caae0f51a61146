"""Who is invited to a meeting, who comes and who is there, and what all of them are told in one statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, update

from storage import fanout
from storage.outbox import UNSENT, in_hand, in_order, outbox
from storage.queries import audiences
from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import Ballot, MeetingPerson, OutboxState, Priority, table_of
from storage.unit import Unit
from town.audience import Audience

guests, ballots = table_of(MeetingPerson), table_of(Ballot)

INVITED, DATED, CHANGED = "meeting.invited", "meeting.dated", "meeting.changed"
"""What people hear of a meeting: the first of it, by either of two; and what is another way since."""


class Guest(NamedTuple):
    """What somebody answered ("" for nothing yet), how many come with them, and since when they are there."""

    coming: str
    people: int
    here_at: datetime | None


class Numbers(NamedTuple):
    """How many people come and may come, those they bring included; how many said no; how many residents are there."""

    yes: int
    maybe: int
    no: int
    here: int


class Expected(NamedTuple):
    """Somebody who said that they come, or who is there since `here_at`."""

    resident_id: int
    name: str
    here_at: datetime | None


_b_meeting: ColumnElement[Any] = bindparam("b_meeting", type_=guests.c.meeting_id.type)
_of = guests.c.meeting_id == _b_meeting
_one = and_(_of, guests.c.resident_id == bindparam("b_resident", type_=guests.c.resident_id.type))
_INVITE = {
    kind: insert(guests).from_select(
        ["meeting_id", "resident_id", "coming", "people"],
        select(_b_meeting, audiences.people(kind).c.id, literal(""), literal(1)),
    )
    for kind in ("town", "project", "role", "meeting")
}
_mine = select(guests.c.coming, guests.c.people, guests.c.here_at).where(_one)


def _sum(answer: str) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((guests.c.coming == answer, guests.c.people), else_=0)), 0)


_numbers = select(
    _sum("yes"), _sum("maybe"), func.count(case((guests.c.coming == "no", 1))), func.count(guests.c.here_at)
).where(_of)
_here = select(func.count(guests.c.here_at)).where(_of)
_new = insert(guests)
_answer = _new.on_conflict_do_update(
    index_elements=["meeting_id", "resident_id"],
    set_={name: _new.excluded[name] for name in ("coming", "people", "answered_at")},
)
_arrive = _new.on_conflict_do_update(
    index_elements=["meeting_id", "resident_id"],
    set_={name: _new.excluded[name] for name in ("here_at", "noted_by")},
    where=guests.c.here_at.is_(None),
)
_gone = update(guests).where(_one).values(here_at=None, noted_by=None)
_expected = and_(_of, or_(guests.c.coming == "yes", guests.c.here_at.is_not(None)))
_list = (
    select(guests.c.resident_id, residents.c.name, guests.c.here_at)
    .join(residents, residents.c.id == guests.c.resident_id)
    .where(_expected)
    .order_by(guests.c.here_at.is_not(None), residents.c.name, residents.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_count = select(func.count()).select_from(guests).where(_expected)
_note_yes = (
    update(guests)
    .where(
        _of,
        guests.c.coming == "",
        guests.c.resident_id.in_(
            select(ballots.c.resident_id).where(
                ballots.c.poll_id == bindparam("b_poll"),
                (literal(",") + ballots.c.choice + ",").contains(bindparam("b_number")),
            )
        ),
    )
    .values(coming="yes", answered_at=bindparam("b_now"))
)


# -- who is invited, who comes -----------------------------------------------------------------------------------------


async def invite(
    unit: Unit, meeting_id: int, audience: Audience, *, now: datetime, without: Collection[int] = ()
) -> int:
    """Write down who is invited: everybody who belongs to the audience at this moment; how many they are."""
    given = audiences.params(audience, now=now, without=without)
    return await unit.run(_INVITE[audience.kind], b_meeting=meeting_id, **given)


async def mine(unit: Unit, meeting_id: int, resident_id: int) -> Guest | None:
    """What is known of somebody at a meeting; None for who was not invited."""
    row = await unit.first(_mine, b_meeting=meeting_id, b_resident=resident_id)
    return None if row is None else Guest(*row)


async def numbers(unit: Unit, meeting_id: int) -> Numbers:
    """Who comes, and who is there."""
    return Numbers(*(int(value) for value in (await unit.rows(_numbers, b_meeting=meeting_id))[0]))


async def here(unit: Unit, meeting_id: int) -> int:
    """How many residents are there."""
    return int(await unit.value(_here, b_meeting=meeting_id))


async def answer(unit: Unit, meeting_id: int, resident_id: int, *, coming: str, people: int, now: datetime) -> None:
    """Write down whether somebody comes, and with how many; who was not invited is from now on."""
    await unit.execute(
        _answer,
        {
            "meeting_id": meeting_id,
            "resident_id": resident_id,
            "coming": coming,
            "people": people,
            "answered_at": now,
        },
    )


async def note_voters(unit: Unit, meeting_id: int, poll_id: int, number: int, now: datetime) -> int:
    """Note that those come who approved of a date (an option's number) in an open poll; how many they are."""
    return await unit.run(_note_yes, b_meeting=meeting_id, b_poll=poll_id, b_number=f",{number},", b_now=now)


# -- who is there ------------------------------------------------------------------------------------------------------


async def arrive(unit: Unit, meeting_id: int, resident_id: int, *, by: int | None, now: datetime) -> bool:
    """Note that somebody is there; False when that was noted before. `by` ticked them."""
    given = {"meeting_id": meeting_id, "resident_id": resident_id, "here_at": now, "noted_by": by}
    return await unit.run(_arrive, coming="", people=1, **given) == 1


async def gone(unit: Unit, meeting_id: int, resident_id: int) -> bool:
    """Take it back; False for somebody who was never invited."""
    return await unit.run(_gone, b_meeting=meeting_id, b_resident=resident_id) == 1


async def expected(unit: Unit, meeting_id: int, *, skip: int, most: int) -> tuple[list[Expected], int]:
    """Some of those who said that they come or are there, who is not there yet first; and how many there are."""
    rows = await unit.rows(_list, b_meeting=meeting_id, skip=skip, most=most)
    return [Expected(*row) for row in rows], int(await unit.value(_count, b_meeting=meeting_id))


# -- telling them ------------------------------------------------------------------------------------------------------

# One list, not a look for each of them: of thousands whose notices wait, that would be millions of rows.
_wait_for_invitation = select(outbox.c.resident_id).where(
    outbox.c.subject == bindparam("b_subject"), UNSENT, outbox.c.notice.in_([INVITED, DATED])
)
_lives_here = guests.c.resident_id.in_(select(residents.c.id).where(residents.c.state == "resident"))
_open = and_(_of, guests.c.coming != "no", _lives_here)
_noted = case((guests.c.coming == "yes", 1), else_=0)
_OWN = {"noted": _noted}
ALL, HEARD, NOTED = "all", "heard", "noted"
"""Whom a notice is for: all; who has not declined, of them those who have been invited already; who has not declined.
Its field `noted` is 1 to those who are down as coming."""

_TELL = {
    ALL: fanout.notice_to(guests.c.resident_id, guests, _of, _lives_here, numbers=_OWN),
    HEARD: fanout.notice_to(
        guests.c.resident_id, guests, _open, guests.c.resident_id.not_in(_wait_for_invitation), numbers=_OWN
    ),
    NOTED: fanout.notice_to(guests.c.resident_id, guests, _open, numbers=_OWN),
}
_invited = (outbox.c.subject == bindparam("b_subject"), outbox.c.notice.in_([INVITED, DATED]))
_anew = update(outbox).values(fields=bindparam("b_fields"), expires_at=bindparam("b_expires_at"))
_rewrite, _rewrite_in_hand = _anew.where(in_order(*_invited, UNSENT)), _anew.where(in_hand(*_invited))
_unheard = and_(outbox.c.subject == bindparam("b_subject"), UNSENT, outbox.c.notice == CHANGED)
_changes = select(outbox.c.fields).where(_unheard).distinct()
_take_back = update(outbox).where(_unheard).values(state=OutboxState.DROPPED, detail="withdrawn")


def subject(meeting_id: int) -> str:
    """What is said of a meeting is filed under this, so that it can be withdrawn."""
    return f"meeting:{meeting_id}"


def reminders(meeting_id: int) -> str:
    """The same for its reminders."""
    return f"meeting-reminders:{meeting_id}"


async def tell(
    unit: Unit,
    meeting_id: int,
    notice: str,
    fields: Mapping[str, Any],
    *,
    whom: str = ALL,
    cause: str = "",
    reminder: bool = False,
    now: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    urgent: bool = False,
) -> int:
    """Write a notice to those of a meeting whom it is for; how many they are. A `cause` is told to nobody twice."""
    given: dict[str, Any] = {"b_subject": subject(meeting_id)} if whom == HEARD else {}
    return await fanout.send(
        unit,
        _TELL[whom],
        notice=notice,
        key=(f"{notice}:{meeting_id}:{cause}:", ""),
        fields=fields,
        now=now,
        subject=reminders(meeting_id) if reminder else subject(meeting_id),
        priority=Priority.REMINDER if reminder else Priority.URGENT if urgent else Priority.PERSONAL,
        due_at=due_at,
        expires_at=expires_at,
        b_meeting=meeting_id,
        **given,
    )


async def rewrite_invitations(unit: Unit, meeting_id: int, fields: Mapping[str, Any], expires_at: datetime) -> int:
    """Let the invitations that have not gone out yet say how it is now; how many there are.

    Those in the hands of the delivery say so too if they are put back, but most of them are leaving: they do not count.
    """
    kept = json.dumps(fields, ensure_ascii=False)
    given: dict[str, Any] = {"b_subject": subject(meeting_id), "b_fields": kept, "b_expires_at": expires_at}
    await unit.run(_rewrite_in_hand, **given)
    return await unit.run(_rewrite, **given)


async def take_back_changes(unit: Unit, meeting_id: int) -> set[str]:
    """Withdraw what some have not heard yet of earlier changes; what it was that changed (`what` of the notices)."""
    rows = await unit.rows(_changes, b_subject=subject(meeting_id))
    if rows:
        await unit.run(_take_back, b_subject=subject(meeting_id))
    return {name for row in rows for name in json.loads(row.fields)["what"]}
