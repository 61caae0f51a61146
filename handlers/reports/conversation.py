"""The room of reports: writing one, and saying of another's whether it was so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from handlers.kit import reasons
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import ReportTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Wizard
from handlers.reports import actions, views
from handlers.reports.asking import FROM, REPORT
from storage.queries import contests, projects
from storage.unit import Unit
from town.hours import ReportState, contest_until


async def _ask_why(scene: Scene) -> Markup:
    report = await actions.to_decide(scene.unit, who=scene.who, report_id=scene.draft["report"])
    return views.why_not(report.name, report.what)


async def _reject(scene: Scene) -> Screen:
    draft = scene.draft
    report = await actions.reject(
        scene.unit, who=scene.who, report_id=draft["report"], reason=draft["reason"], now=scene.now
    )
    return views.decided(report, confirmed=False, more=len(await actions.waiting(scene.unit, who=scene.who)))


REJECT = Wizard("rejectreport", [reasons.reason_step(_ask_why, lambda scene: reasons.REJECT)], _reject)


def router() -> Router:
    room = Router(name="reports.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("report:"), residents_only)
    room.message.register(on_report, Command("report", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(ReportTap, do))
    parent = Router(name="reports")
    parent.include_routers(REPORT.router(), REJECT.router(), room)
    return parent


async def _begin(event: Event, scene: Scene) -> Reply:
    known = await projects.listed(scene.unit)
    if not known:
        return show(event, views.no_project())
    return await REPORT.begin(event, scene, {FROM: known[0].id} if len(known) == 1 else {})


async def on_report(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await _begin(message, Scene(who, unit, now, seat))


async def on_new(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await _begin(tap, Scene(who, unit, now, seat))


async def on_mine(tap: CallbackQuery, callback_data: ReportTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.mine(await actions.mine(unit, who=who), callback_data.page))


async def on_list(tap: CallbackQuery, callback_data: ReportTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.waiting(await actions.waiting(unit, who=who), callback_data.page))


async def on_open(tap: CallbackQuery, callback_data: ReportTap, who: Who, unit: Unit, now: datetime) -> Reply:
    page = await actions.page(unit, who=who, report_id=callback_data.id)
    report, until = page.report, None
    if page.mine and report.state == ReportState.REJECTED and report.decided_at is not None:
        ends = contest_until(report.decided_at, who.town.contest_days)
        until = ends if now <= ends and await contests.of_report(unit, report.id) is None else None
    return show(tap, views.page(page, who.zone, me=who.me, contest_until=until))


async def on_withdraw(tap: CallbackQuery, callback_data: ReportTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.withdrawn(await actions.withdraw(unit, who=who, report_id=callback_data.id, now=now)))


async def on_yes(tap: CallbackQuery, callback_data: ReportTap, who: Who, unit: Unit, now: datetime) -> Reply:
    report = await actions.confirm(unit, who=who, report_id=callback_data.id, now=now)
    return show(tap, views.decided(report, confirmed=True, more=len(await actions.waiting(unit, who=who))))


async def on_no(tap: CallbackQuery, callback_data: ReportTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    report = await actions.to_decide(unit, who=who, report_id=callback_data.id)
    return await REJECT.begin_at(tap, Scene(who, unit, now, seat), "reason", {"report": report.id})


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "new": on_new,
    "mine": on_mine,
    "list": on_list,
    "open": on_open,
    "withdraw": on_withdraw,
    "yes": on_yes,
    "no": on_no,
}
