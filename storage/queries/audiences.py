"""Who belongs to an audience (`town.audience`), as a statement that other statements can build on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, Subquery, Text, and_, exists, func, not_, or_

from storage.queries import standing, warnings
from storage.queries.able import CALLED_AGAIN
from storage.queries.audience_kinds import BY_ID, BY_WORD, LOOKS_BACK, of_kind
from storage.queries.shifts import residents
from storage.sql import bindparam, select
from storage.tables import MeetingPerson, Mute, ResidentState, SavedAudience, table_of
from storage.unit import Unit
from town.audience import (
    CAN,
    MEETING,
    OWES,
    PROJECT,
    ROLE,
    SAVED,
    STREET,
    TOWN,
    Audience,
    Chosen,
    How,
    parse_chosen,
)
from town.limits import latest_birth
from town.settings import TownSettings
from town.week import local, week_of

guests, mutes, saved = table_of(MeetingPerson), table_of(Mute), table_of(SavedAudience)
_HERE = residents.c.state == ResidentState.RESIDENT

# -- put together ------------------------------------------------------------------------------------------------------


class Whole(NamedTuple):
    """A chosen audience in which those that have a name stand written out: terms, and how each goes on."""

    terms: tuple[Audience | Whole, ...]
    hows: tuple[How, ...] = ()

    @property
    def leaves(self) -> tuple[Audience, ...]:
        """Its kinds of people, in order."""
        return tuple(leaf for one in self.terms for leaf in (one.leaves if isinstance(one, Whole) else (one,)))


async def whole(unit: Unit, chosen: Chosen) -> Whole:
    """A chosen audience with what its names stand for. A name that is gone stands for nobody."""
    terms = [await _written_out(unit, one) if one.kind == SAVED else one for one in chosen.terms]
    return Whole(tuple(terms), tuple(how for how, _audience in chosen.then))


async def _written_out(unit: Unit, named: Audience) -> Audience | Whole:
    text = await unit.value(_saved_text, saved_id=named.id)
    if text is None:
        return Audience(STREET, word="\n")  # which no street is
    kept = parse_chosen(text)
    return Whole(kept.terms, tuple(how for how, _audience in kept.then))


Shape = tuple[Any, ...]
"""What a statement depends on: the kinds of people, and how they go on from each other."""


def _shape(one: Audience | Whole) -> Shape:
    if isinstance(one, Audience):
        return (one.kind,)
    return (tuple(_shape(term) for term in one.terms), one.hows)


def _condition(shape: Shape, at: int) -> tuple[ColumnElement[bool], int]:
    """Whether a resident is of it, and the place of the next kind of people."""
    if isinstance(shape[0], str):
        return of_kind(shape[0], at), at + 1
    terms, hows = shape
    found, at = _condition(terms[0], at)
    for how, term in zip(hows, terms[1:], strict=True):
        of_term, at = _condition(term, at)
        match how:
            case How.ALSO:
                found = or_(found, of_term)
            case How.ONLY:
                found = and_(found, of_term)
            case How.NOT:
                found = and_(found, not_(of_term))
    return found, at


# Written into the statement: a database takes some 32,000 parameters, and a town may have more who are left out.
_left_out = residents.c.id.not_in(bindparam("a_without", expanding=True, literal_execute=True, type_=Integer()))


@lru_cache(maxsize=256)
def _statement(shape: Shape) -> Select[Any]:
    return select(residents.c.id).where(_HERE, _left_out, _condition(shape, 0)[0])


def is_of(everybody: Whole) -> ColumnElement[bool]:
    """Whether a resident who lives here is of an audience, for a statement over `residents`; see `params_of`."""
    return and_(_HERE, _condition(_shape(everybody), 0)[0])


def params_of(everybody: Whole, *, now: datetime, town: TownSettings) -> dict[str, Any]:
    """The parameters of a statement built on `is_of`."""
    given: dict[str, Any] = {}
    kinds = set()
    for at, leaf in enumerate(everybody.leaves):
        kinds.add(leaf.kind)
        if leaf.kind in BY_ID:
            given[f"a{at}_id"] = leaf.id
        if leaf.kind in BY_WORD:
            given[f"a{at}_word"] = leaf.word
    if PROJECT in kinds:
        given["a_since"] = now - LOOKS_BACK
    if OWES in kinds:
        given |= standing.params(week_of(now, town.tz), town)
    if CAN in kinds:
        given["a_born_by"] = latest_birth(local(now, town.tz).date(), town.least_age)
        given["a_called_since"] = now - CALLED_AGAIN
    return given


# -- who hears of a topic ----------------------------------------------------------------------------------------------

NAMES_SHOWN = 3
_muted = exists().where(mutes.c.resident_id == residents.c.id, mutes.c.topic == bindparam("a_topic", type_=Text()))


class Look(NamedTuple):
    """How many people an audience is, how many of them have turned a topic off, and the names of a few of the rest."""

    people: int
    muted: int
    names: tuple[str, ...]

    @property
    def hearing(self) -> int:
        """How many would hear."""
        return self.people - self.muted


def hears(everybody: Whole) -> ColumnElement[bool]:
    """Whether a resident is of an audience and has not turned the topic "a_topic" off; see `params_of`."""
    return and_(is_of(everybody), not_(_muted))


async def look(unit: Unit, everybody: Whole, *, topic: str, without: int, now: datetime, town: TownSettings) -> Look:
    """Who would hear of a topic if this audience were told, but for one resident who tells it."""
    given = {**params_of(everybody, now=now, town=town), "a_topic": topic, "a_teller": without}
    of, teller = is_of(everybody), residents.c.id != bindparam("a_teller", type_=Integer())
    counts = select(func.count(), func.count().filter(_muted)).select_from(residents).where(of, teller)
    row = await unit.first(counts, **given)
    few = select(residents.c.name).where(of, teller, not_(_muted)).order_by(residents.c.id).limit(NAMES_SHOWN)
    names = [one.name for one in await unit.rows(few, **given)]
    return Look(row[0], row[1], tuple(names)) if row is not None else Look(0, 0, ())


# -- the audiences of polls and meetings, which are of one kind --------------------------------------------------------

_STATEMENTS: dict[str, Select[Any]] = {kind: _statement((kind,)) for kind in (TOWN, PROJECT, ROLE, MEETING)}
_one = {kind: statement.where(residents.c.id == bindparam("a_one")) for kind, statement in _STATEMENTS.items()}
_looks_on = {
    kind: select(guests.c.resident_id).where(
        guests.c.meeting_id == bindparam("b_meeting"),
        guests.c.here_at.is_not(None),
        guests.c.resident_id.not_in(statement),
    )
    for kind, statement in _STATEMENTS.items()
}
_counts = {kind: select(func.count()).select_from(one.subquery()) for kind, one in _STATEMENTS.items()}
_saved_text = select(saved.c.audience).where(saved.c.id == bindparam("saved_id"))


def people(kind: str) -> Subquery:
    """The residents of an audience of this kind (`.c.id`), for another statement; its parameters are of `params`."""
    return _STATEMENTS[kind].subquery("audience")


def params(audience: Audience, *, now: datetime, without: Collection[int] = ()) -> dict[str, Any]:
    """The parameters of a statement built on `people`; `without` are residents to leave out."""
    given: dict[str, Any] = {"a_without": list(without)}
    if audience.kind in BY_ID:
        given["a0_id"] = audience.id
    if audience.kind in BY_WORD:
        given["a0_word"] = audience.word
    if audience.kind == PROJECT:
        given["a_since"] = now - LOOKS_BACK
    return given


async def count(unit: Unit, audience: Audience, *, now: datetime, without: Collection[int] = ()) -> int:
    """How many people an audience is."""
    return int(await unit.value(_counts[audience.kind], **params(audience, now=now, without=without)))


async def belongs(unit: Unit, audience: Audience, resident_id: int, *, now: datetime) -> bool:
    """Whether somebody is of an audience."""
    given = params(audience, now=now) | {"a_one": resident_id}
    return await unit.value(_one[audience.kind], **given) is not None


async def only_looking_on(unit: Unit, meeting_id: int, audience: Audience, *, now: datetime) -> list[int]:
    """Who is there at a meeting although they do not belong to its audience: a guest has no vote."""
    rows = await unit.rows(_looks_on[audience.kind], b_meeting=meeting_id, **params(audience, now=now))
    return [row.resident_id for row in rows]


async def without_benefits(unit: Unit, week: date, town: TownSettings) -> list[int]:
    """The residents who do not have the benefits in a running week."""
    return [one.resident_id for one in await warnings.entitlements(unit, week, town) if not one.has_benefits]
