"""Exemptions: asking for one, deciding it, ending it early. What changes by it is reckoned, and said, at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handlers.helping.actions import must_not_help
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate_town
from handlers.standing.telling import reckon_anew
from storage import outbox
from storage.queries import exemptions, helping, roles
from storage.queries.exemptions import Span
from storage.unit import Unit
from town.exemptions import ExemptionKind, check_span, ended_early, overlap
from town.facts import AlreadyExempt, ExemptionDecided, NotAllowed, OwnExemption
from town.week import week_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, and how many people may decide on it."""

    span: Span
    deciders: int


def subject(exemption_id: int) -> str:
    """What the notices about a request are filed under, so that they can be withdrawn once it is decided."""
    return f"exemption:{exemption_id}"


# -- one's own -------------------------------------------------------------------------------------------------------


async def check_request(unit: Unit, *, who: Who, first: date, last: date, now: datetime) -> None:
    """Whether somebody may ask for these weeks. Raises BadSpan or AlreadyExempt."""
    monday = week_of(now, who.zone)
    check_span(first, last, monday=monday, most=who.town.longest_exemption_weeks)
    for other in await exemptions.of_resident(unit, who.me):
        if overlap(first, last, other.from_week, other.until_week):
            raise AlreadyExempt()


async def ask(unit: Unit, *, who: Who, kind: str, first: date, last: date, now: datetime) -> Asked:
    """Ask for an exemption; those who may decide on it hear of it. Raises NotAllowed, BadSpan or AlreadyExempt."""
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    await check_request(unit, who=who, first=first, last=last, now=now)
    span_id = await exemptions.ask(
        unit, resident_id=who.me, kind=ExemptionKind(kind).value, from_week=first, until_week=last, now=now
    )
    span = await _span(unit, span_id)
    not_these = {who.me, *await helping.stewards_of(unit, who.me, since=now)}
    deciders = [resident for resident in await roles.who_let_in(unit) if resident not in not_these]
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="exempt.asked",
                resident_id=resident,
                dedupe_key=f"exempt.asked:{span_id}:{resident}",
                now=now,
                subject=subject(span_id),
                exemption=span_id,
                name=who.name,
                **_fields(span),
            )
            for resident in deciders
        ],
    )
    return Asked(span, len(deciders))


async def mine(unit: Unit, *, who: Who, now: datetime) -> list[Span]:
    """One's own exemptions and requests that are not over."""
    monday = week_of(now, who.zone)
    return [span for span in await exemptions.of_resident(unit, who.me) if span.until_week >= monday]


async def to_end(unit: Unit, *, who: Who, exemption_id: int, now: datetime) -> Span:
    """An exemption that somebody may end: their own, or any of another for those who decide on them.

    Raises ExemptionDecided when it is over or was taken back, NotAllowed.
    """
    span = await exemptions.get(unit, exemption_id, lock=True)
    if span is None or span.resident_id != who.me:
        await must_coordinate_town(unit, who)
    if span is None or span.state not in (exemptions.ASKED, exemptions.APPROVED):
        raise ExemptionDecided()
    if span.until_week < week_of(now, who.zone):
        raise ExemptionDecided()
    return span


async def end(unit: Unit, *, who: Who, exemption_id: int, now: datetime) -> Span:
    """End an exemption after this week, or take it back whole if it has not begun or was not approved yet.

    As it is then. Its resident is told, unless they did it. Raises ExemptionDecided or NotAllowed.
    """
    span = await to_end(unit, who=who, exemption_id=exemption_id, now=now)
    last = ended_early(span.from_week, week_of(now, who.zone))
    if span.state == exemptions.APPROVED and last is not None:
        await exemptions.shorten(unit, span.id, min(last, span.until_week))
    else:
        await exemptions.withdraw(unit, span.id)
    await outbox.withdraw(unit, subject(span.id))
    ended = await _span(unit, span.id)
    if span.resident_id != who.me:
        await _tell(unit, "exempt.ended", ended, who, now)
    return ended


# -- deciding ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Book:
    """Every request that waits, and the exemptions that run or are to come."""

    asked: Sequence[Span]
    running: Sequence[Span]


async def book(unit: Unit, *, who: Who, now: datetime) -> Book:
    """What there is to decide. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    return Book(await exemptions.asked(unit), await exemptions.running(unit, week_of(now, who.zone)))


async def to_decide(unit: Unit, *, who: Who, exemption_id: int) -> Span:
    """A request of somebody else that waits. Raises NotAllowed, ExemptionDecided, OwnExemption or HelpsThem."""
    await must_coordinate_town(unit, who)
    span = await exemptions.get(unit, exemption_id, lock=True)
    if span is None or span.state != exemptions.ASKED:
        raise ExemptionDecided()
    if span.resident_id == who.me:
        raise OwnExemption()
    await must_not_help(unit, who, span.resident_id, span.name, since=span.asked_at)
    return span


async def approve(unit: Unit, *, who: Who, exemption_id: int, last: date | None, now: datetime) -> Span:
    """Give an exemption, up to the week `last` where it is to end earlier than was asked for. They are told.

    Raises NotAllowed, ExemptionDecided, OwnExemption, or BadSpan for an end that is no earlier one.
    """
    span = await to_decide(unit, who=who, exemption_id=exemption_id)
    until = span.until_week if last is None else last
    check_span(span.from_week, until, monday=span.from_week, most=span.weeks)
    await _decide(unit, who, span, exemptions.APPROVED, until, now)
    given = span._replace(until_week=until, state=exemptions.APPROVED)
    await _tell(unit, "exempt.approved", given, who, now)
    await reckon_anew(unit, {span.resident_id: span.from_week}, who.town, now)
    return given


async def decline(unit: Unit, *, who: Who, exemption_id: int, now: datetime) -> Span:
    """Decline a request; they are told. Raises NotAllowed, ExemptionDecided or OwnExemption."""
    span = await to_decide(unit, who=who, exemption_id=exemption_id)
    await _decide(unit, who, span, exemptions.DECLINED, span.until_week, now)
    await _tell(unit, "exempt.declined", span, who, now)
    return span


async def _decide(unit: Unit, who: Who, span: Span, state: str, until: date, now: datetime) -> None:
    if not await exemptions.decide(unit, span.id, state=state, until_week=until, by=who.me, now=now):
        raise ExemptionDecided()
    await outbox.withdraw(unit, subject(span.id))


async def _span(unit: Unit, exemption_id: int) -> Span:
    span = await exemptions.get(unit, exemption_id)
    if span is None:
        raise ExemptionDecided()
    return span


async def _tell(unit: Unit, notice: str, span: Span, who: Who, now: datetime) -> None:
    row = outbox.new_row(
        notice=notice,
        resident_id=span.resident_id,
        dedupe_key=f"{notice}:{span.id}",
        now=now,
        subject=subject(span.id),
        by=who.name,
        **_fields(span),
    )
    await outbox.put(unit, [row])


def _fields(span: Span) -> dict[str, Any]:
    return {
        "kind": span.kind,
        "first": span.from_week.isoformat(),
        "last": span.until_week.isoformat(),
        "state": span.state,
    }
