"""Making one of two residents who are one person, and making them two again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.goods import passing
from handlers.helping.actions import must_not_help
from handlers.kit.who import Who
from handlers.linking.actions import tell
from handlers.roles.actions import must_coordinate
from handlers.shifts.passing_on import pass_on
from storage import outbox
from storage.queries import (
    batches,
    links,
    merging,
    merging_again,
    merging_goods,
    merging_hours,
    merging_people,
    merging_places,
    merging_polls,
    places,
    polls,
)
from storage.queries import town as town_queries
from storage.queries.merging import MergeRow, PersonRow
from storage.queries.merging_goods import Spare
from storage.queries.merging_hours import Hours
from storage.queries.merging_places import Freed
from storage.queries.merging_rows import Journal, Special, Thing, forget, go_back, things
from storage.tables import ResidentState, StockKind
from storage.unit import Unit
from town.facts import Fact, HelpsThem, MergedSince, MergeOver, MergeOwn, MergeWaits, NotFound, OtherBusy
from town.merging import Candidate, kept_first
from town.settings import TownSettings

LISTED = timedelta(days=30)
"""How far back merges are shown at the desk, or as long as they can be undone, if that is longer."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What making one of two residents would do: `kept` stays, `gone` becomes part of them.

    `places` and `goods` are how many of the other's are on their way, `roles` those they hold (role, project or None).
    """

    kept_id: int
    gone_id: int
    kept: str
    gone: str
    kept_joined: datetime
    hours: Hours
    places: int
    goods: int
    roles: tuple[tuple[str, int | None], ...]
    shifts_twice: tuple[merging_places.Both, ...]
    overlaps: tuple[merging_places.Overlap, ...]
    goods_twice: tuple[merging_goods.Both, ...]
    polls_twice: tuple[merging_polls.Both, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Two residents who are one now."""

    merge_id: int
    kept_id: int
    gone_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Undone:
    """Two residents who are two again. `stayed`: how many things changed since, and are the kept one's."""

    merge: MergeRow
    stayed: int


async def preview(unit: Unit, *, first_id: int, second_id: int, now: datetime) -> Preview:
    """What making one of two residents would do. Raises NotFound, or MergeWaits while a secret poll has both votes."""
    kept, gone = await _in_order(unit, first_id, second_id)
    two = {"kept": kept.id, "gone": gone.id}
    polls_twice = await merging_polls.both(unit, **two)
    for one in polls_twice:
        if one.waits:
            raise MergeWaits(question=one.question)
    return Preview(
        kept_id=kept.id,
        gone_id=gone.id,
        kept=kept.name,
        gone=gone.name,
        kept_joined=kept.joined_at,
        hours=await merging_hours.hours(unit, **two),
        places=await merging_places.count(unit, gone.id, now),
        goods=await merging_goods.count(unit, gone.id),
        roles=tuple(await merging_people.roles_of(unit, gone.id)),
        shifts_twice=tuple(await merging_places.both(unit, **two)),
        overlaps=tuple(await merging_places.overlaps(unit, **two, now=now)),
        goods_twice=tuple(await merging_goods.both(unit, **two)),
        polls_twice=tuple(polls_twice),
    )


async def merge(unit: Unit, *, kept_id: int, gone_id: int, account_id: int, now: datetime) -> Merged:
    """Make one of two residents, who have both said that they are; `account_id` is where the last yes came from.

    Which of them is kept, the rule says (`town.merging.kept_first`), whoever is named first. Raises NotFound,
    OtherBusy, or MergeWaits while a secret poll has both votes.
    """
    if not await merging.lock_both(unit, kept_id, gone_id):
        raise OtherBusy
    kept, gone = await _in_order(unit, kept_id, gone_id)
    town = await town_queries.settings(unit)
    open_polls = await merging_polls.close_doors(unit, gone.id)
    await merging_goods.lock_batches(unit, gone.id)
    await merging_places.lock_shifts(unit, gone.id)
    merge_id = await merging.make(unit, kept=kept.id, gone=gone.id, account_id=account_id, now=now)
    journal = Journal(unit, merge_id=merge_id, kept=kept.id, gone=gone.id, now=now)
    await merging_polls.make_one(journal, open_polls)
    spare = await merging_goods.make_one(journal)
    freed = await merging_places.make_one(journal)
    await merging_hours.make_one(journal)
    await merging_people.make_one(journal)
    await _give_back(unit, spare, now)
    await _pass_on(unit, freed, town, now)
    days, until = town.merge_undo_days, now + timedelta(days=town.merge_undo_days)
    fields: dict[str, Any] = {"name": kept.name, "other": gone.name, "days": days}
    await _tell(unit, "merging.done", merge_id, kept.id, now, **fields)
    return Merged(merge_id, kept.id, gone.id, until)


async def listed(unit: Unit, *, who: Who, now: datetime) -> list[MergeRow]:
    """The merges of late, the latest first. Raises NotAllowed."""
    await must_coordinate(unit, who)
    return await merging.since(unit, now - max(LISTED, timedelta(days=who.town.merge_undo_days)))


async def page(unit: Unit, *, who: Who, merge_id: int) -> MergeRow:
    """One merge. Raises NotAllowed or NotFound."""
    await must_coordinate(unit, who)
    found = await merging.get(unit, merge_id)
    if found is None:
        raise NotFound(what="merge")
    return found


async def what_forbids(unit: Unit, one: MergeRow, *, who: Who, now: datetime) -> Fact | None:
    """Why somebody may not undo a merge now, as far as can be told before it is tried; None if they may."""
    try:
        await check_undo(unit, one, who=who, now=now)
    except (MergeOwn, MergeOver, HelpsThem) as fact:
        return fact
    return None


async def check_undo(unit: Unit, one: MergeRow, *, who: Who, now: datetime) -> None:
    """Whether somebody may undo a merge now. Raises MergeOver, MergeOwn, or HelpsThem for who spoke for one of the two
    when they were made one, or does since."""
    days = who.town.merge_undo_days
    if one.undone_at is not None or now >= one.at + timedelta(days=days):
        raise MergeOver(days=days)
    if who.me in (one.kept_id, one.gone_id):
        raise MergeOwn
    for resident_id, name in ((one.kept_id, one.kept), (one.gone_id, one.gone)):
        await must_not_help(unit, who, resident_id, name, since=one.at)


async def undo(unit: Unit, *, who: Who, merge_id: int, now: datetime) -> Undone:
    """Make two again of one: what is as the merge left it goes back, what has happened since stays with the kept one.

    Of several merges of one person the latest is undone first. Raises NotAllowed, NotFound, MergeOwn, MergeOver,
    HelpsThem, MergedSince or OtherBusy.
    """
    one = await page(unit, who=who, merge_id=merge_id)
    await check_undo(unit, one, who=who, now=now)
    if not await merging.lock_both(unit, one.kept_id, one.gone_id):
        raise OtherBusy
    later = await merging.later(unit, one)
    if later is not None:
        raise MergedSince(name=later)
    if not await merging.end(unit, merge_id, by=who.me, now=now):
        raise MergeOver(days=who.town.merge_undo_days)
    changed = await things(unit, merge_id)
    if not changed:  # forgotten, when it could be undone for fewer days than now
        raise MergeOver(days=who.town.merge_undo_days)
    await _lock(unit, changed)
    stayed = [thing for thing in changed if not await go_back(unit, thing, SPECIAL.get(thing.kind), now)]
    for thing in stayed:
        if thing.kind == "poll":
            await merging_polls.new_elector(unit, thing)
    await forget(unit, [merge_id])
    await links.end_codes(unit, one.kept_id, one.gone_id, now=now)  # one may have been shown to the other
    unit.announce(outbox.TOPIC)
    for resident_id in (one.kept_id, one.gone_id):
        await _tell(unit, "merging.undone", merge_id, resident_id, now, name=one.kept, other=one.gone)
    return Undone(one, len(stayed))


SPECIAL: dict[str, Special] = {
    "shift": merging_again.work_again,
    "report": merging_again.work_again,
    "hours": merging_again.work_again,
    "poll": merging_polls.vote_again,
    "batch": merging_goods.claimed_again,
    "meeting": merging_polls.invited_again,
}
"""By the kind of a thing: what is done before its rows go back."""


# -- parts -------------------------------------------------------------------------------------------------------------


async def _in_order(unit: Unit, first_id: int, second_id: int) -> tuple[PersonRow, PersonRow]:
    """The one who is kept, and the one who is gone. Raises NotFound for who is no resident and does not wait to be."""
    found: dict[int, PersonRow] = {}
    for one in (first_id, second_id):
        person = await merging.person(unit, one)
        if person is None or person.state not in (ResidentState.RESIDENT, ResidentState.APPLICANT):
            raise NotFound(what="resident")
        found[one] = person
    if first_id == second_id:
        raise NotFound(what="resident")
    kept, gone = kept_first(*(_candidate(person) for person in found.values()))
    return found[kept.id], found[gone.id]


def _candidate(person: PersonRow) -> Candidate:
    return Candidate(person.id, person.state == ResidentState.APPLICANT, person.joined_at)


async def _lock(unit: Unit, changed: list[Thing]) -> None:
    """Lock what the things are about, in the order in which everybody does."""
    ids = {kind: sorted({thing.id for thing in changed if thing.kind == kind}) for kind in ("poll", "batch", "shift")}
    for poll_id in ids["poll"]:
        await polls.close_door(unit, poll_id)
        await polls.get(unit, poll_id, lock=True)
    for batch_id in ids["batch"]:
        await batches.lock(unit, batch_id)
    for shift_id in ids["shift"]:
        await places.lock_shift(unit, shift_id)


async def _give_back(unit: Unit, spare: list[Spare], now: datetime) -> None:
    for one in spare:
        await batches.move(unit, one.batch_id, StockKind.GIVEN_BACK, free=one.amount, now=now, claim_id=one.claim_id)
        batch = await batches.lock(unit, one.batch_id)
        if batch is not None:
            await passing.pass_on(unit, batch, now=now)


async def _pass_on(unit: Unit, freed: list[Freed], town: TownSettings, now: datetime) -> None:
    for one in freed:
        shift = await places.lock_shift(unit, one.shift_id)
        if shift is not None:
            await pass_on(unit, shift, one.kind, town=town, now=now)


async def _tell(unit: Unit, notice: str, merge_id: int, resident_id: int, now: datetime, **fields: Any) -> None:
    """Each chat of theirs is told, for one of them may be somebody else's; who has none hears of it another way."""
    chats = await links.chats(unit, resident_id)
    await tell(unit, notice, chats, now=now, **fields)
    if not chats:
        key = f"{notice}:{merge_id}:{resident_id}"
        await outbox.put(
            unit, [outbox.new_row(notice=notice, resident_id=resident_id, dedupe_key=key, now=now, **fields)]
        )
