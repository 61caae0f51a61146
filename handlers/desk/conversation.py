"""The coordinator's desk: projects, shifts and rosters."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.desk import actions, change_shift, new_shift, project_questions, shift_views, views
from handlers.desk.shift_steps import FROM
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import DeskTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.reach.actions import how_many as how_many_lost
from handlers.roles.actions import must_coordinate, must_coordinate_town
from storage.queries import roles, roster, skills
from storage.unit import Unit


async def _desk(unit: Unit, who: Who, now: datetime, page: int = 0) -> Screen:
    duties = await must_coordinate(unit, who)
    awaiting = [shift for shift in await roster.awaiting_hours(unit, now) if duties.covers(shift.project_id)]
    return views.desk(
        await actions.my_projects(unit, who=who),
        page,
        everywhere=duties.everywhere,
        rosters=len(awaiting),
        applicants=await roles.count_applicants(unit) if duties.everywhere else 0,
        undelivered=await how_many_lost(unit, who=who, duties=duties, now=now),
    )


async def _project(unit: Unit, who: Who, now: datetime, project_id: int, page: int) -> Screen:
    await must_coordinate(unit, who, project_id)
    project = await actions.project_of(unit, project_id)
    awaiting = [shift for shift in await roster.awaiting_hours(unit, now) if shift.project_id == project_id]
    coming = await roster.not_over(unit, project_id, now)
    return views.project(project, coming, page, awaiting=len(awaiting), zone=who.zone)


async def _past(unit: Unit, who: Who, now: datetime, project_id: int, page: int) -> Screen:
    await must_coordinate(unit, who, project_id)
    project = await actions.project_of(unit, project_id)
    awaiting = [shift for shift in await roster.awaiting_hours(unit, now) if shift.project_id == project_id]
    return views.past(project, awaiting, page, who.zone)


async def _begin_shift(event: Event, scene: Scene, project_id: int) -> Reply:
    mine = await actions.my_projects(scene.unit, who=scene.who)
    if not mine:
        return show(event, await _desk(scene.unit, scene.who, scene.now))
    if project_id:
        await must_coordinate(scene.unit, scene.who, project_id)
    from_one = project_id or (mine[0].id if len(mine) == 1 else 0)
    return await new_shift.WIZARD.begin(event, scene, {FROM: from_one} if from_one else {})


def router() -> Router:
    desk = Router(name="desk")
    desk.include_routers(
        new_shift.WIZARD.router(), change_shift.WIZARD.router(), project_questions.WIZARD.router(), _taps()
    )
    return desk


def _taps() -> Router:
    taps = Router(name="desk.taps")
    taps.message.filter(residents_only)
    taps.callback_query.filter(Tapped("desk:"), residents_only)

    @taps.message(Command("desk", ignore_mention=True))
    async def on_command(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        seat.state = None
        return show(message, await _desk(unit, who, now))

    @taps.callback_query(Doing(DeskTap, "home"))
    async def on_home(
        tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        seat.state = None
        return show(tap, await _desk(unit, who, now, callback_data.page))

    @taps.callback_query(Doing(DeskTap, "more"))
    async def on_more(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
        duties = await must_coordinate(unit, who)
        return show(tap, views.more(everywhere=duties.everywhere))

    @taps.callback_query(Doing(DeskTap, "labour"))
    async def on_labour(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
        duties = await must_coordinate(unit, who)
        return show(tap, views.labour(everywhere=duties.everywhere))

    @taps.callback_query(Doing(DeskTap, "speak"))
    async def on_speak(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
        return show(tap, views.speak(await must_coordinate(unit, who)))

    _projects(taps)
    _shifts(taps)
    return taps


def _projects(taps: Router) -> None:
    @taps.callback_query(Doing(DeskTap, "project"))
    async def on_project(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime) -> Reply:
        return show(tap, await _project(unit, who, now, callback_data.id, callback_data.page))

    @taps.callback_query(Doing(DeskTap, "past"))
    async def on_past(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime) -> Reply:
        return show(tap, await _past(unit, who, now, callback_data.id, callback_data.page))

    @taps.callback_query(Doing(DeskTap, "newproject"))
    async def on_new(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        await must_coordinate_town(unit, who)
        return await project_questions.WIZARD.begin(tap, Scene(who, unit, now, seat))

    @taps.callback_query(Doing(DeskTap, "particulars"))
    async def on_particulars(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit) -> Reply:
        await must_coordinate(unit, who, callback_data.id)
        return show(tap, views.particulars(await actions.project_of(unit, callback_data.id)))

    @taps.callback_query(Doing(DeskTap, *project_questions.CHANGES))
    async def on_change(
        tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        await must_coordinate(unit, who, callback_data.id)
        await actions.project_of(unit, callback_data.id)
        step, draft = project_questions.CHANGES[callback_data.do], {project_questions.PROJECT: callback_data.id}
        return await project_questions.WIZARD.begin_at(tap, Scene(who, unit, now, seat), step, draft)


def _shifts(taps: Router) -> None:
    @taps.callback_query(Doing(DeskTap, "new"))
    async def on_new(
        tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        return await _begin_shift(tap, Scene(who, unit, now, seat), callback_data.id)

    @taps.callback_query(Doing(DeskTap, "shift"))
    async def on_shift(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime) -> Reply:
        shift = await actions.shift_at_desk(unit, who=who, shift_id=callback_data.id)
        return show(tap, shift_views.shift(shift, await skills.of_shift(unit, shift.id), now=now, zone=who.zone))

    @taps.callback_query(Doing(DeskTap, "changes"))
    async def on_changes(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime) -> Reply:
        shift = await actions.shift_at_desk(unit, who=who, shift_id=callback_data.id)
        actions.check_changeable(shift, now)
        return show(tap, shift_views.changes(shift, who.zone))

    @taps.callback_query(Doing(DeskTap, "roster"))
    async def on_roster(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit) -> Reply:
        shift = await actions.shift_at_desk(unit, who=who, shift_id=callback_data.id)
        people = await roster.on_roster(unit, shift.id)
        return show(tap, shift_views.roster(shift, people, callback_data.page, who.zone))

    @taps.callback_query(Doing(DeskTap, *change_shift.CHANGES))
    async def on_change(
        tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        return await change_shift.begin(tap, Scene(who, unit, now, seat), callback_data.id, callback_data.do)

    @taps.callback_query(Doing(DeskTap, "cancel"))
    async def on_cancel(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime) -> Reply:
        shift = await actions.shift_at_desk(unit, who=who, shift_id=callback_data.id)
        actions.check_changeable(shift, now)
        return show(tap, shift_views.sure_to_cancel(shift, who.zone))

    @taps.callback_query(Doing(DeskTap, "cancelled"))
    async def on_sure(tap: CallbackQuery, callback_data: DeskTap, who: Who, unit: Unit, now: datetime) -> Reply:
        told = await actions.cancel_shift(unit, who=who, shift_id=callback_data.id, now=now)
        shift = await actions.shift_at_desk(unit, who=who, shift_id=callback_data.id)
        return show(tap, shift_views.cancelled(shift, told))
