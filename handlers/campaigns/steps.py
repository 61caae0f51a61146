"""What one does with a campaign's steps: read and adapt them, give them away, and say what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from handlers.campaigns import telling
from handlers.campaigns.actions import found, leads, running
from handlers.kit.who import Who
from handlers.minutes.assigning import check_day
from handlers.roles.actions import must_be_resident
from storage import outbox
from storage.queries import campaigns, roles
from storage.queries.campaigns import CampaignRow, StepRow
from storage.unit import Unit
from town.facts import NotAllowed, NotFound, RoundOver, StepSettled
from town.settings import TownSettings
from town.text import clean
from town.week import local

MOST_TITLE = 100
MOST_WORDS = 2000
"""UTF-16 units of what a step is called, and of its text."""


@dataclass(frozen=True, slots=True)
class Page:
    """A step as one person sees it: they lead the campaign (`leads`), it is theirs (`mine`)."""

    step: StepRow
    leads: bool
    mine: bool


async def page(unit: Unit, *, who: Who, step_id: int) -> Page:
    """A step, for who leads campaigns and for whose it is. Raises NotAllowed or NotFound."""
    must_be_resident(who)
    step = await campaigns.step(unit, step_id)
    lead = await leads(unit, who)
    mine = step is not None and step.owner_id == who.me
    if not (lead or mine):
        raise NotAllowed(needed="town coordinator")
    if step is None:
        raise NotFound(what="campaign step")
    return Page(step, lead, mine)


async def of_campaign(unit: Unit, *, who: Who, campaign_id: int) -> tuple[CampaignRow, list[StepRow]]:
    """A campaign and its steps by date, for who leads it. Raises NotAllowed or NotFound."""
    if not await leads(unit, who):
        raise NotAllowed(needed="town coordinator")
    return await found(unit, campaign_id), await campaigns.steps_of(unit, campaign_id)


async def to_change(unit: Unit, *, who: Who, step_id: int, lock: bool = False) -> StepRow:
    """A step of a running campaign, for who leads it. Raises NotAllowed, NotFound or RoundOver."""
    seen = await page(unit, who=who, step_id=step_id)
    if not seen.leads:
        raise NotAllowed(needed="town coordinator")
    return await _still(unit, seen.step, lock=lock)


async def to_do(unit: Unit, *, who: Who, step_id: int, lock: bool = False) -> StepRow:
    """A step of a running campaign, for who leads it or has it. Raises NotAllowed, NotFound or RoundOver."""
    return await _still(unit, (await page(unit, who=who, step_id=step_id)).step, lock=lock)


async def _still(unit: Unit, step: StepRow, *, lock: bool) -> StepRow:
    """The step as it is now, while its campaign runs. Raises RoundOver or NotFound."""
    if lock:
        await found(unit, step.campaign_id, lock=True)
        again = await campaigns.step(unit, step.id)
        if again is None:
            raise NotFound(what="campaign step")
        step = again
    if not step.runs:
        raise RoundOver
    return step


def must_be_open(step: StepRow) -> StepRow:
    """Raises StepSettled."""
    if not step.is_open:
        raise StepSettled(state=step.state)
    return step


async def settle(unit: Unit, *, who: Who, step_id: int, state: str, now: datetime) -> StepRow:
    """Say that a step is done (who leads, or has it) or left out (who leads).

    Raises NotAllowed, NotFound, RoundOver or StepSettled.
    """
    may = to_do if state == "done" else to_change
    step = must_be_open(await may(unit, who=who, step_id=step_id, lock=True))
    await campaigns.settle(unit, step.id, state, by=who.me, now=now)
    if state == "skipped":
        await telling.relieve(unit, step, by=who, now=now)
    else:
        await outbox.withdraw(unit, telling.subject(step.id))
    return await _anew(unit, step_id)


async def reopen(unit: Unit, *, who: Who, step_id: int, now: datetime) -> StepRow:
    """Say that a step is still to be done; whose it is hears of it.

    Raises NotAllowed, NotFound, RoundOver or StepSettled.
    """
    step = await to_change(unit, who=who, step_id=step_id, lock=True)
    if not await campaigns.reopen(unit, step_id):
        raise StepSettled(state=step.state)
    await campaigns.change_step(unit, step_id, reminded_at=_as_reminded(step.due, who.town, now))
    step = await _anew(unit, step_id)
    await telling.tell_owner(unit, step, by=who, now=now)
    return step


async def give(unit: Unit, *, who: Who, step_id: int, owner_id: int | None, now: datetime) -> StepRow:
    """Give a step to somebody (None: to nobody); they are told, and so is who had it.

    Raises NotAllowed, NotFound, RoundOver or StepSettled.
    """
    step = must_be_open(await to_change(unit, who=who, step_id=step_id, lock=True))
    if owner_id is not None and await roles.resident(unit, owner_id) is None:
        raise NotFound(what="resident")
    if step.owner_id == owner_id:
        return step
    await telling.relieve(unit, step, by=who, now=now)
    await campaigns.change_step(unit, step_id, owner_id=owner_id, reminded_at=_as_reminded(step.due, who.town, now))
    step = await _anew(unit, step_id)
    await telling.tell_owner(unit, step, by=who, now=now)
    return step


async def put_off(unit: Unit, *, who: Who, step_id: int, due: date, now: datetime) -> StepRow:
    """Give a step another day, and tell whose it is.

    Raises NotAllowed, NotFound, RoundOver, StepSettled, DateInPast or BadDate.
    """
    step = must_be_open(await to_change(unit, who=who, step_id=step_id, lock=True))
    day = check_day(due, town=who.town, now=now)
    if step.due == day:
        return step
    await outbox.withdraw(unit, telling.subject(step_id))
    await campaigns.change_step(unit, step_id, due=day, reminded_at=_as_reminded(day, who.town, now))
    step = await _anew(unit, step_id)
    await telling.tell_owner(unit, step, by=who, now=now)
    return step


async def reword(unit: Unit, *, who: Who, step_id: int, text: str) -> StepRow:
    """Put the town's own words in place of ours; "" takes ours again.

    Raises NotAllowed, NotFound, RoundOver, TextEmpty or TextTooLong.
    """
    await to_change(unit, who=who, step_id=step_id, lock=True)
    await campaigns.change_step(unit, step_id, text=clean(text, MOST_WORDS, lines=True) if text else "")
    return await _anew(unit, step_id)


async def rename(unit: Unit, *, who: Who, step_id: int, title: str) -> StepRow:
    """Call a step something else. Raises NotAllowed, NotFound, RoundOver, TextEmpty or TextTooLong."""
    await to_change(unit, who=who, step_id=step_id, lock=True)
    await campaigns.change_step(unit, step_id, title=clean(title, MOST_TITLE))
    return await _anew(unit, step_id)


async def add(unit: Unit, *, who: Who, campaign_id: int, title: str, text: str, due: date, now: datetime) -> StepRow:
    """Add a step of the town's own. Raises NotAllowed, NotFound, RoundOver, TextTooLong, DateInPast or BadDate."""
    await running(unit, who=who, campaign_id=campaign_id, lock=True)
    step_id = await campaigns.add_step(
        unit,
        campaign_id,
        title=clean(title, MOST_TITLE),
        text=clean(text, MOST_WORDS, lines=True) if text else "",
        due=check_day(due, town=who.town, now=now),
    )
    return await _anew(unit, step_id)


async def _anew(unit: Unit, step_id: int) -> StepRow:
    step = await campaigns.step(unit, step_id)
    if step is None:
        raise NotFound(what="campaign step")
    return step


def _as_reminded(due: date | None, town: TownSettings, now: datetime) -> datetime | None:
    """Whoever is told of it now needs no reminder on the same day."""
    return now if due is not None and due <= local(now, town.tz).date() else None
