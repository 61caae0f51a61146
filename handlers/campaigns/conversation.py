"""The room of campaigns: the rounds, their steps, the press text; and posters, which newcomers scan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.campaigns import actions, asking, asking_more, more_taps, posting, step_views, steps, views
from handlers.campaigns.asking import CAMPAIGN, ROUND, STEP_ID
from handlers.kit.filters import Doing, Tapped, not_yet_resident, residents_only
from handlers.kit.links import poster_in
from handlers.kit.news_taps import CampaignTap
from handlers.kit.reply import Event, Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Wizard
from storage.unit import Unit
from town.week import local


def router() -> Router:
    newcomers = Router(name="campaigns.newcomers")
    newcomers.message.filter(not_yet_resident)
    newcomers.message.register(
        on_poster, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.func(poster_in))
    )
    room = Router(name="campaigns.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("round:"), residents_only)
    room.message.register(on_campaigns, Command("campaigns", ignore_mention=True))
    for do, handler in (TAPS | more_taps.TAPS).items():
        room.callback_query.register(handler, Doing(CampaignTap, do))
    parent = Router(name="campaigns")
    wizards = (*asking.WIZARDS, *asking_more.WIZARDS)
    parent.include_routers(*(wizard.router() for wizard in wizards), newcomers, room)
    return parent


async def on_poster(message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime) -> Reply:
    """Somebody came by a poster: that is noted, and the sign-up greets them as it greets everybody."""
    await posting.visited(unit, who=who, payload=poster_in(command.args or "") or "", now=now)
    raise SkipHandler


def _today(who: Who, now: datetime) -> date:
    return local(now, who.zone).date()


# -- the rounds --------------------------------------------------------------------------------------------------------


async def on_campaigns(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _rounds(message, who, unit, now)


async def on_list(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _rounds(tap, who, unit, now)


async def _rounds(event: Event, who: Who, unit: Unit, now: datetime) -> Reply:
    """The rounds for who leads them; for anybody else, the steps that are theirs."""
    if not await actions.leads(unit, who) and (mine := await actions.mine(unit, who=who)):
        return show(event, step_views.mine(mine, 0, _today(who, now), leads=False))
    return show(event, views.rounds(await actions.overview(unit, who=who, now=now)))


async def on_past(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.overview(unit, who=who, now=now)
    return show(tap, views.past(found.ended, callback_data.page))


async def on_plan(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.plan(await actions.plan(unit, who=who, of_round=_round(callback_data))))


async def on_start(
    tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    of_round = await actions.plan(unit, who=who, of_round=_round(callback_data))
    return await asking.START.begin(tap, Scene(who, unit, now, seat), {ROUND: of_round}, afresh=True)


def _round(tap: CampaignTap) -> int:
    """The round in a tap's key; 0 for a forged one."""
    return int(tap.key) if tap.key in ("1", "2", "3") else 0


async def on_one(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await actions.progress(unit, who=who, campaign_id=callback_data.id, now=now)
    return show(tap, views.campaign(seen, _today(who, now)))


async def on_stop(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    campaign_id, state = callback_data.id, callback_data.key
    if state:
        return show(tap, views.ended(await actions.end(unit, who=who, campaign_id=campaign_id, state=state, now=now)))
    await actions.running(unit, who=who, campaign_id=campaign_id)
    return show(tap, views.ask_end(await actions.progress(unit, who=who, campaign_id=campaign_id, now=now)))


# -- steps -------------------------------------------------------------------------------------------------------------


async def on_steps(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    campaign, found = await steps.of_campaign(unit, who=who, campaign_id=callback_data.id)
    return show(tap, step_views.listed(campaign, found, callback_data.page, _today(who, now)))


async def on_mine(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found, leads = await actions.mine(unit, who=who), await actions.leads(unit, who)
    return show(tap, step_views.mine(found, callback_data.page, _today(who, now), leads=leads))


async def on_step(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit) -> Reply:
    return show(tap, step_views.step(await steps.page(unit, who=who, step_id=callback_data.id), who.town))


async def on_done(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    step = await steps.settle(unit, who=who, step_id=callback_data.id, state="done", now=now)
    return show(tap, step_views.done(step, leads=await actions.leads(unit, who)))


async def on_skip(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    step = await steps.settle(unit, who=who, step_id=callback_data.id, state="skipped", now=now)
    return show(tap, step_views.skipped(step))


async def on_reopen(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, step_views.reopened(await steps.reopen(unit, who=who, step_id=callback_data.id, now=now)))


async def on_ours(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit) -> Reply:
    return show(tap, step_views.ours_again(await steps.reword(unit, who=who, step_id=callback_data.id, text="")))


def _asks(wizard: Wizard, *, still_open: bool) -> Callable[..., Awaitable[Reply]]:
    """What begins a wizard about one step."""

    async def on_ask(
        tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        step = await steps.to_change(unit, who=who, step_id=callback_data.id)
        if still_open:
            steps.must_be_open(step)
        return await wizard.begin(tap, Scene(who, unit, now, seat), {STEP_ID: step.id}, afresh=True)

    return on_ask


async def on_add(
    tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    campaign = await actions.running(unit, who=who, campaign_id=callback_data.id)
    return await asking.NEW.begin(tap, Scene(who, unit, now, seat), {CAMPAIGN: campaign.id})


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "past": on_past,
    "plan": on_plan,
    "start": on_start,
    "one": on_one,
    "stop": on_stop,
    "steps": on_steps,
    "mine": on_mine,
    "step": on_step,
    "done": on_done,
    "skip": on_skip,
    "reopen": on_reopen,
    "ours": on_ours,
    "text": _asks(asking.WORDS, still_open=False),
    "title": _asks(asking.TITLE, still_open=False),
    "owner": _asks(asking.OWNER, still_open=True),
    "due": _asks(asking.DUE, still_open=True),
    "add": on_add,
}
