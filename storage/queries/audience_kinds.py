"""One kind of people (`town.audience`), as a condition on residents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, exists, func, or_, true, union

from storage.queries import standing
from storage.queries.able import could_come
from storage.queries.shifts import residents, shifts, signups
from storage.sql import bindparam, select
from storage.tables import (
    Account,
    HoursReport,
    MeetingPerson,
    ResidentTopic,
    Role,
    RoleGrant,
    SignupState,
    WeekClose,
    WeekStanding,
    table_of,
)
from town.audience import CAN, INTEREST, LANGUAGE, MEETING, OWES, PROJECT, ROLE, SHIFT, SKILL, STANDING, STREET
from town.standing import Standing

grants, guests, reports = table_of(RoleGrant), table_of(MeetingPerson), table_of(HoursReport)
accounts, skills = table_of(Account), table_of(ResidentTopic)
standings, closes = table_of(WeekStanding), table_of(WeekClose)

LOOKS_BACK = timedelta(weeks=13)
"""Whoever worked for a project in this time, or holds a place on one of its shifts, takes part in it."""

_SINCE: ColumnElement[Any] = bindparam("a_since", type_=shifts.c.starts_at.type)
_OF_WEEK = standings.c.week == select(func.max(closes.c.week)).scalar_subquery()
_owing = standing.each_reckoned(true()).subquery("owing")


def _in(chosen: Any) -> ColumnElement[bool]:
    return residents.c.id.in_(chosen)


def _of_project(of: ColumnElement[Any]) -> ColumnElement[bool]:
    coordinates = select(grants.c.resident_id).where(
        grants.c.role == Role.COORDINATOR, grants.c.project_id == of, grants.c.ended_at.is_(None)
    )
    works = (
        select(signups.c.resident_id)
        .join(shifts, shifts.c.id == signups.c.shift_id)
        .where(
            shifts.c.project_id == of,
            shifts.c.starts_at >= _SINCE,
            shifts.c.cancelled_at.is_(None),
            signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
        )
    )
    reported = select(reports.c.resident_id).where(
        reports.c.project_id == of, reports.c.decided_at >= _SINCE, reports.c.state == "confirmed"
    )
    return _in(union(coordinates, works, reported))


def _of_shift(of: ColumnElement[Any]) -> ColumnElement[bool]:
    there = signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED])
    return _in(select(signups.c.resident_id).where(signups.c.shift_id == of, there))


def _of_standing(word: ColumnElement[Any]) -> ColumnElement[bool]:
    of_week = select(standings.c.resident_id).where(_OF_WEEK)
    # Whoever came since the last week was closed is welcome.
    came = and_(word == Standing.WELCOME.value, residents.c.id.not_in(of_week))
    return or_(_in(of_week.where(standings.c.standing == word)), came)


def of_kind(kind: str, at: int) -> ColumnElement[bool]:
    """Whether a resident is of the kind of people at place `at` of a chosen audience; its parameters carry that."""
    of: ColumnElement[Any] = bindparam(f"a{at}_id", type_=Integer())
    word: ColumnElement[Any] = bindparam(f"a{at}_word", type_=Text())
    match kind:
        case "town":
            return true()
        case "project":
            return _of_project(of)
        case "role":
            return _in(select(grants.c.resident_id).where(grants.c.role == word, grants.c.ended_at.is_(None)))
        case "meeting":
            return _in(select(guests.c.resident_id).where(guests.c.meeting_id == of, guests.c.here_at.is_not(None)))
        case "shift":
            return _of_shift(of)
        case "skill" | "interest":
            return _in(select(skills.c.resident_id).where(skills.c.topic_id == of))
        case "standing":
            return _of_standing(word)
        case "owes":
            return _in(select(_owing.c.resident_id).where(_owing.c.missing >= of))
        case "language":
            return exists().where(accounts.c.resident_id == residents.c.id, accounts.c.language == word)
        case "street":
            return residents.c.area == word
        case "can":
            return could_come(of)
    raise ValueError(f"no statement for {kind!r}")


BY_ID = frozenset({PROJECT, MEETING, SHIFT, SKILL, INTEREST, OWES, CAN})
BY_WORD = frozenset({ROLE, STANDING, LANGUAGE, STREET})
"""Those that are told apart by a number, and by a word."""
