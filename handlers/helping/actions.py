"""Residents without a phone, and the coordinator who speaks for each, as they agreed.

Who speaks for somebody is as good as them where hours are claimed: they decide nothing of what they asked for on their
behalf (`must_not_help`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.kit.who import Who
from handlers.linking.actions import code_for, must_answer_for
from handlers.roles.actions import Duties, duties_here, must_be_mayor, must_coordinate
from handlers.signup import actions as signup
from storage import outbox
from storage.queries import helping, places, speakers
from storage.queries.helping import Did, Helped
from storage.unit import Unit
from town.facts import BadDate, HasAccounts, HasSteward, HelpsThem, NotAllowed, NotFound, NotTheirVoice, OtherBusy
from town.week import at_local, local

SPOKEN, WRITTEN = "spoken", "written"
SHOWN = timedelta(weeks=4)
MOST_DEEDS = 60


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody without a phone. `mine`: whoever asks speaks for them; `sees`: and may see what was done for them."""

    one: Helped
    mine: bool
    sees: bool
    has_own: bool


async def listed(unit: Unit, *, who: Who) -> tuple[list[Helped], Duties]:
    """Everybody without a phone, and the duties of whoever asks. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    return await helping.everybody(unit), duties


async def may_register(unit: Unit, *, who: Who) -> None:
    """Raises NotAllowed: where the town lets people in by approval, those who do that register them."""
    duties = await must_coordinate(unit, who)
    if who.town.join_policy == "approval" and not duties.everywhere:
        raise NotAllowed(needed="town coordinator")


async def register(
    unit: Unit,
    *,
    who: Who,
    name: str,
    street: str,
    skills: Collection[int],
    born: date | None,
    consent: str,
    consent_on: date,
    now: datetime,
) -> int:
    """Make a resident of somebody without a phone, for whom whoever registers them speaks; the resident's id.

    They agreed to the privacy notice and to the help on `consent_on`, in speech or in writing. Raises NotAllowed,
    NotFound, BadDate, TextEmpty, TextTooLong.
    """
    await may_register(unit, who=who)
    consent_at = _moment_of(who, consent_on, now)
    resident_id = await signup.register(
        unit, who=who, name=name, street=street, skills=skills, born=born, consent_at=consent_at, now=now
    )
    await _begin(unit, who, resident_id, consent, consent_at, now)
    return resident_id


async def page(unit: Unit, *, who: Who, resident_id: int) -> Page:
    """Raises NotAllowed, NotFound."""
    duties = await must_coordinate(unit, who)
    one = await helping.one(unit, resident_id)
    if one is None:
        raise NotFound(what="resident")
    mine = one.steward_id == who.me
    return Page(one, mine, mine or duties.everywhere, await helping.has_own_account(unit, resident_id))


async def to_take(unit: Unit, *, who: Who, resident_id: int) -> tuple[str, Helped | None]:
    """The name of somebody without a chat of their own, for whom one may begin to speak, and who does now.

    Raises NotAllowed, NotFound, HasAccounts, or HasSteward where it is oneself.
    """
    await must_coordinate(unit, who)
    name = await helping.name_of(unit, resident_id)
    if name is None or resident_id == who.me:
        raise NotFound(what="resident")
    if await helping.has_own_account(unit, resident_id):
        raise HasAccounts(name=name)
    now = await helping.one(unit, resident_id)
    if now is not None and now.steward_id == who.me:
        raise HasSteward(name=who.name)
    return name, now


async def take(unit: Unit, *, who: Who, resident_id: int, consent: str, consent_on: date, now: datetime) -> None:
    """Begin to speak for somebody, who agreed to it; whoever did until now is told, and they
    themself where a phone of their home reaches them. Raises as `to_take` does, and OtherBusy: they may be linking a
    chat of their own, or be made one with somebody, at this moment.
    """
    if not await places.try_lock(unit, resident_id):
        raise OtherBusy()
    name, before = await to_take(unit, who=who, resident_id=resident_id)
    if before is not None and before.steward_id is not None:
        await helping.end(unit, resident_id=resident_id, steward_id=before.steward_id, by=who.me, now=now)
    await _begin(unit, who, resident_id, consent, _moment_of(who, consent_on, now), now)
    if before is not None and before.steward_id is not None:
        await _tell(unit, "helping.taken", before.steward_id, resident_id, now, name=name, by=who.name)
    if await helping.shares_a_phone(unit, resident_id):  # they can see for themself whether it is as they agreed
        await _tell(unit, "helping.begun", resident_id, resident_id, now, name=name, by=who.name)


async def others(unit: Unit, *, who: Who, resident_id: int) -> tuple[Helped, list[tuple[int, str]]]:
    """Somebody for whom one speaks, and the coordinators who could in one's place. Raises NotAllowed, NotFound."""
    one = await _mine(unit, who, resident_id)
    found = await helping.coordinators(unit)
    return one, [(id, name) for id, name in found if id not in (who.me, resident_id)]


async def pass_on(unit: Unit, *, who: Who, resident_id: int, to_id: int, now: datetime) -> tuple[Helped, str]:
    """Ask another coordinator to speak for somebody: they ask the person again. Until then nothing changes.

    Raises NotAllowed, NotFound.
    """
    one, people = await others(unit, who=who, resident_id=resident_id)
    name = dict(people).get(to_id)
    if name is None:
        raise NotFound(what="resident")
    await _tell(unit, "helping.passed", to_id, resident_id, now, name=one.name, by=who.name)
    return one, name


async def code(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> tuple[Helped, str]:
    """A code with which somebody links the phone that they have now; that it was asked for is written down.

    Raises NotAllowed (also for a steward of somebody who may do more than they), NotFound, HasAccounts, OtherBusy, and
    NotTheirVoice when their part ends at this moment.
    """
    one = await _mine(unit, who, resident_id)
    await must_answer_for(unit, await duties_here(unit, who), resident_id)
    await must_hold(unit, resident_id=resident_id, steward_id=who.me)
    if await helping.has_own_account(unit, resident_id):
        raise HasAccounts(name=one.name)
    await speakers.note_deed(unit, resident_id=resident_id, steward_id=who.me, what=f"aid:code:{resident_id}", now=now)
    return one, await code_for(unit, resident_id=resident_id, account_id=who.account_id, now=now)


async def end(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> Helped:
    """Speak for somebody no more: they do not agree any longer. Those who let people in may end it too.

    Raises NotAllowed, NotFound.
    """
    seen = await page(unit, who=who, resident_id=resident_id)
    if seen.one.steward_id is None:
        raise NotFound(what="resident")
    if not seen.sees:
        raise NotAllowed(needed="town coordinator")
    if not await helping.end(unit, resident_id=resident_id, steward_id=seen.one.steward_id, by=who.me, now=now):
        raise NotFound(what="resident")
    if not seen.mine:
        await _tell(unit, "helping.ended", seen.one.steward_id, resident_id, now, name=seen.one.name, by=who.name)
    return seen.one


async def done_for(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> tuple[Helped, list[Did]]:
    """What was done for somebody in the last weeks, the newest first. Raises NotAllowed, NotFound."""
    seen = await page(unit, who=who, resident_id=resident_id)
    if not seen.sees:
        raise NotAllowed(needed="town coordinator")
    return seen.one, await helping.did(unit, since=now - SHOWN, most=MOST_DEEDS, resident_id=resident_id)


async def all_done(unit: Unit, *, who: Who, now: datetime) -> Sequence[Did]:
    """What all stewards did in the last weeks, for the mayor. Raises NotAllowed."""
    await must_be_mayor(unit, who)
    return await helping.did(unit, since=now - SHOWN, most=MOST_DEEDS)


async def must_not_help(unit: Unit, who: Who, resident_id: int, name: str, *, since: datetime | None = None) -> None:
    """Whether somebody is free to decide what a resident asked for since then.

    Raises HelpsThem for who speaks for them, or did at some time `since`.
    """
    if resident_id in await helping.spoken_for(unit, who.me, since=since):
        raise HelpsThem(name=name)


async def thank(unit: Unit, *, steward_id: int, resident_id: int, name: str, now: datetime) -> None:
    """Tell who spoke for somebody that they speak for themself now."""
    await _tell(unit, "helping.own", steward_id, resident_id, now, name=name, by="")


async def must_hold(unit: Unit, *, resident_id: int, steward_id: int) -> None:
    """Have somebody speak for a resident until this is over. Raises NotTheirVoice for who does not (any more)."""
    if not await helping.hold(unit, resident_id=resident_id, steward_id=steward_id):
        raise NotTheirVoice()


# -- parts -------------------------------------------------------------------------------------------------------------


async def _mine(unit: Unit, who: Who, resident_id: int) -> Helped:
    await must_coordinate(unit, who)
    one = await helping.one(unit, resident_id)
    if one is None or one.steward_id != who.me:
        raise NotFound(what="resident")
    return one


async def _begin(unit: Unit, who: Who, resident_id: int, consent: str, consent_at: datetime, now: datetime) -> None:
    if consent not in (SPOKEN, WRITTEN):
        raise NotFound(what="answer")
    begun = await helping.begin(
        unit, resident_id=resident_id, steward_id=who.me, consent=consent, consent_at=consent_at, now=now
    )
    if not begun:
        one = await helping.one(unit, resident_id)
        raise HasSteward(name=(one.steward if one is not None else None) or "")
    await outbox.withdraw(unit, subject(resident_id))


def _moment_of(who: Who, day: date, now: datetime) -> datetime:
    """When somebody agreed: now, or at noon of an earlier day. Raises BadDate for a later one."""
    today = local(now, who.zone).date()
    if day > today:
        raise BadDate(given=day.isoformat())
    return now if day == today else at_local(day, time(12), who.town.tz)


def subject(resident_id: int) -> str:
    """What is filed about who is to speak for somebody, so that it can be withdrawn once somebody does."""
    return f"aid:{resident_id}"


async def _tell(unit: Unit, notice: str, to_id: int, resident_id: int, now: datetime, *, name: str, by: str) -> None:
    row = outbox.new_row(
        notice=notice,
        resident_id=to_id,
        dedupe_key=f"{notice}:{resident_id}:{to_id}:{now.isoformat()}",
        subject=subject(resident_id),
        now=now,
        name=name,
        by=by,
        resident=resident_id,
    )
    await outbox.put(unit, [row])
