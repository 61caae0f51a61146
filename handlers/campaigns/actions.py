"""What one does with campaigns: begin a round, look at it, end it; and what others ask of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from handlers.campaigns import telling
from handlers.campaigns.words import is_late, words_of
from handlers.kit.who import Who
from handlers.minutes.assigning import check_day
from handlers.roles.actions import duties_of, must_be_resident, must_coordinate_town
from storage.queries import campaigns, posters
from storage.queries import town as town_queries
from storage.queries.campaigns import CampaignRow, StepRow
from storage.unit import Unit
from town.campaigns import ROUNDS, dated
from town.facts import NotFound, RoundOver, RoundRuns
from town.week import local

ENDS = ("done", "stopped")

STEP = "step"
"""What the key of a message begins with that is made of a step; the step's id follows."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is. `late` is how many of its steps are overdue, `next` what is to be done first.

    `joined` is how many residents have joined by a poster since it began.
    """

    campaign: CampaignRow
    steps: tuple[StepRow, ...]
    late: int
    next: StepRow | None
    joined: int

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def skipped(self) -> int:
        return sum(step.state == "skipped" for step in self.steps)

    @property
    def whole(self) -> int:
        """How many steps there are to do: those that were left out do not count."""
        return len(self.steps) - self.skipped


@dataclass(frozen=True, slots=True)
class Overview:
    """The rounds: what runs of each, and what has ended, the newest first. `posters` is how many hang."""

    running: dict[int, Progress]
    ended: tuple[CampaignRow, ...]
    posters: int
    mine: int


async def overview(unit: Unit, *, who: Who, now: datetime) -> Overview:
    """All of it. Raises NotAllowed."""
    await must_coordinate_town(unit, who)
    found = await campaigns.listed(unit)
    running = {one.round: await _progress(unit, one, who, now) for one in found if one.runs}
    hanging = sum(one.gone_at is None for one in await posters.listed(unit))
    mine = len(await campaigns.of_owner(unit, who.me))
    return Overview(running, tuple(one for one in found if not one.runs), hanging, mine)


async def leads(unit: Unit, who: Who) -> bool:
    """Whether somebody leads the town's campaigns: the mayor, and the coordinators of the whole town."""
    return who.is_resident and (await duties_of(unit, who.resident_id)).everywhere


async def plan(unit: Unit, *, who: Who, of_round: int) -> int:
    """A round that can be begun. Raises NotAllowed, NotFound or RoundRuns."""
    await must_coordinate_town(unit, who)
    if of_round not in ROUNDS:
        raise NotFound(what="campaign")
    if any(one.runs and one.round == of_round for one in await campaigns.listed(unit)):
        raise RoundRuns
    return of_round


async def begin(unit: Unit, *, who: Who, of_round: int, starts_on: date, now: datetime) -> CampaignRow:
    """Begin a round on a day, with all its steps. Raises NotAllowed, NotFound, RoundRuns, DateInPast or BadDate."""
    await plan(unit, who=who, of_round=of_round)
    check_day(starts_on, town=who.town, now=now)
    campaign_id = await campaigns.make(unit, of_round=of_round, starts_on=starts_on, by=who.me, now=now)
    if campaign_id is None:
        raise RoundRuns  # somebody was faster
    await campaigns.make_steps(unit, campaign_id, [(template.key, day) for template, day in dated(of_round, starts_on)])
    return await found(unit, campaign_id)


async def found(unit: Unit, campaign_id: int, *, lock: bool = False) -> CampaignRow:
    """A campaign. Raises NotFound."""
    one = await campaigns.get(unit, campaign_id, lock=lock)
    if one is None:
        raise NotFound(what="campaign")
    return one


async def running(unit: Unit, *, who: Who, campaign_id: int, lock: bool = False) -> CampaignRow:
    """A campaign that is carried out, for who leads it. Raises NotAllowed, NotFound or RoundOver."""
    await must_coordinate_town(unit, who)
    one = await found(unit, campaign_id, lock=lock)
    if not one.runs:
        raise RoundOver
    return one


async def progress(unit: Unit, *, who: Who, campaign_id: int, now: datetime) -> Progress:
    """How far a campaign is. Raises NotAllowed or NotFound."""
    await must_coordinate_town(unit, who)
    return await _progress(unit, await found(unit, campaign_id), who, now)


async def _progress(unit: Unit, one: CampaignRow, who: Who, now: datetime) -> Progress:
    steps = await campaigns.steps_of(unit, one.id)
    today = local(now, who.zone).date()
    return Progress(
        one,
        tuple(steps),
        late=sum(is_late(step, today) for step in steps) if one.runs else 0,
        next=next((step for step in steps if step.is_open), None) if one.runs else None,
        joined=await posters.joined_since(unit, one.made_at),
    )


async def end(unit: Unit, *, who: Who, campaign_id: int, state: str, now: datetime) -> CampaignRow:
    """End a campaign, "done" or "stopped"; whoever still had a step of it is told that nothing is left to do.

    Raises NotAllowed, NotFound or RoundOver.
    """
    await running(unit, who=who, campaign_id=campaign_id, lock=True)
    if state not in ENDS:
        raise NotFound(what="campaign")
    if not await campaigns.end(unit, campaign_id, state, now):
        raise RoundOver
    for step in await campaigns.steps_of(unit, campaign_id):
        if step.is_open:
            await telling.relieve(unit, step, by=who, now=now)
    return await found(unit, campaign_id)


async def mine(unit: Unit, *, who: Who) -> list[StepRow]:
    """The open steps that somebody has, by date. Raises NotAllowed."""
    return await campaigns.of_owner(unit, must_be_resident(who))


async def text_of(unit: Unit, step_id: int) -> str:
    """A step's text in the current language, for a message that is to be made of it. "" where there is none."""
    step = await campaigns.step(unit, step_id)
    return "" if step is None else words_of(step, await town_queries.settings(unit))


async def words_for(unit: Unit, *, who: Who, key: str) -> str:
    """The words with which a message begins that is made of a step ("step7"); "" for any other key.

    Raises NotAllowed.
    """
    number = key.removeprefix(STEP)
    if number == key or not number.isdecimal() or len(number) > 9:
        return ""
    await must_coordinate_town(unit, who)
    return await text_of(unit, int(number))
