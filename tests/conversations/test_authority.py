"""Who may do what: every privileged action, called directly by every kind of person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from handlers.ballots import actions as papers
from handlers.boards import actions as boards
from handlers.broadcasts import actions as casts
from handlers.broadcasts.sending import NewBroadcast
from handlers.campaigns import actions as rounds
from handlers.campaigns import posting, pressing
from handlers.campaigns import steps as round_steps
from handlers.choice import actions as choice
from handlers.contests import actions as contests
from handlers.desk import actions as desk
from handlers.draws import actions as draws
from handlers.goods import actions as goods
from handlers.goods import claiming, giving
from handlers.helping import actions as helping
from handlers.hours import actions as hours
from handlers.kit.links import Links
from handlers.kit.who import Who
from handlers.ledger import actions as ledger
from handlers.linking import chats
from handlers.meetings import actions as gatherings
from handlers.meetings import checking, steering
from handlers.meetings.calling import NewMeeting
from handlers.merging import actions as merging
from handlers.minutes import actions as minutes
from handlers.minutes import approving, assigning, following, registering
from handlers.motions import actions as motions
from handlers.needs import actions as needs
from handlers.needs import production
from handlers.news import actions as news
from handlers.news import reading as weekly
from handlers.orders import actions as orders
from handlers.pickup import actions as pickup
from handlers.pickup import collecting
from handlers.polls import actions as polls
from handlers.polls.opening import YES_NO, NewPoll
from handlers.power import actions as power
from handlers.proxies import actions as proxies
from handlers.reach import actions as reach
from handlers.recalls import actions as recalls
from handlers.repeats import actions as repeats
from handlers.reports import actions as reports
from handlers.results import actions as results
from handlers.roles import actions as roles
from handlers.roles import town_actions
from handlers.shifts import actions as shifts
from handlers.stock import actions as stock
from handlers.stock import item_actions
from handlers.tasks import actions as tasks
from handlers.tellers import actions as tellers
from handlers.tellers import secret as secret_papers
from storage.queries import meetings, residents
from storage.queries import roles as role_queries
from storage.tables import BroadcastKind, ResidentState, Role
from storage.unit import Unit
from tests.conversations.walker import EVERYTHING, dump
from tests.people import Person, Town
from town.audience import Audience, Chosen
from town.facts import ChatGone, NotAllowed, NotFound, NothingChanged, NotWaiting, WasNotThere
from town.series import Pattern
from town.week import week_of

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("channel", ["web"], indirect=True),
]

PEOPLE = (
    "stranger",
    "applicant",
    "left",
    "resident",
    "other coordinator",
    "former coordinator",
    "coordinator",
    "town coordinator",
    "treasurer",
    "former mayor",
    "mayor",
)
RESIDENTS = set(PEOPLE) - {"stranger", "applicant", "left"}
ANY_COORDINATOR = {"other coordinator", "coordinator", "town coordinator", "mayor"}
OF_THE_PROJECT = {"coordinator", "town coordinator", "mayor"}
OF_THE_TOWN = {"town coordinator", "mayor"}
THE_MAYOR = {"mayor"}
THE_BOOKS = {"treasurer", "mayor"}


@dataclass(frozen=True)
class Ground:
    """What the actions are about; ids."""

    project: int
    coming: int
    held: int
    over: int
    anna: int
    applicant: int
    coordinator: int
    report: int
    settled: int
    ben: int
    contest: int
    poll: int
    gathering: int
    running: int
    meeting: int
    published: int
    cast: int
    proposed: int


Call = Callable[[Unit, Who, Ground, datetime], Awaitable[Any]]


async def found(call: Awaitable[Any]) -> Any:
    """Whoever may do it is told that there is nothing to be done it with."""
    try:
        return await call
    except (ChatGone, NotFound, NothingChanged, NotWaiting):
        return None


NO_POLL = 2**31 - 1


def a_message(audience: str, kind: BroadcastKind = BroadcastKind.MESSAGE) -> NewBroadcast:
    """Words to an audience."""
    return NewBroadcast(kind=kind, topic="appeals", audience=audience, language="en", text="x")


def a_poll(now: datetime, *, audience: str = "town") -> NewPoll:
    """A poll that would be open for a day."""
    return NewPoll(question="x", kind="yesno", options=YES_NO, audience=audience, closes_at=now + timedelta(days=1))


async def not_there(unit: Unit, who: Who, ground: Ground, now: datetime) -> None:
    """Every resident is told that only those who were there can object."""
    with pytest.raises(WasNotThere):
        await minutes.object_to(unit, who=who, meeting_id=ground.published, text="x", now=now)


ACTIONS: dict[str, tuple[set[str], Call]] = {
    "what reaches me": (RESIDENTS, lambda u, w, g, now: choice.hearing(u, who=w)),
    "turn a topic off": (RESIDENTS, lambda u, w, g, now: choice.switch(u, who=w, key="goods", on=False, now=now)),
    "STOP": (RESIDENTS, lambda u, w, g, now: choice.stop(u, who=w, now=now)),
    "START": (RESIDENTS, lambda u, w, g, now: choice.come_back(u, who=w)),
    "whom it reached": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(reach.report(u, who=w, broadcast_id=999, now=now)),
    ),
    "who was reached": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(reach.people(u, who=w, broadcast_id=999, group="sent", page=0, now=now)),
    ),
    "whom it reached, as a file": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(reach.everybody(u, who=w, broadcast_id=999, now=now)),
    ),
    "send again": (ANY_COORDINATOR, lambda u, w, g, now: found(reach.again(u, who=w, broadcast_id=999, now=now))),
    "what reached nobody": (ANY_COORDINATOR, lambda u, w, g, now: reach.missing(u, who=w, page=0, now=now)),
    "what did not reach somebody": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(reach.of_person(u, who=w, resident_id=g.anna, now=now)),
    ),
    "a notice that reached nobody": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(reach.lost(u, who=w, row_id=999, now=now)),
    ),
    "take_paper": (
        RESIDENTS,
        lambda u, w, g, now: found(papers.take(u, who=w, poll_id=NO_POLL, giver=0, now=now)),
    ),
    "put_in_for_another": (
        RESIDENTS,
        lambda u, w, g, now: found(
            papers.put_in(u, who=w, poll_id=NO_POLL, giver=g.anna, choice="1", key=None, now=now)
        ),
    ),
    "find_receipt": (RESIDENTS, lambda u, w, g, now: papers.counted(u, who=w, receipt="2B3X4C3MPE8K")),
    "chats of somebody": (OF_THE_TOWN, lambda u, w, g, now: chats.theirs(u, who=w, resident_id=g.anna)),
    "let go of somebody's chat": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(chats.let_go_for(u, who=w, resident_id=g.anna, account_id=999, now=now)),
    ),
    "people made one": (ANY_COORDINATOR, lambda u, w, g, now: merging.listed(u, who=w, now=now)),
    "make them two again": (ANY_COORDINATOR, lambda u, w, g, now: found(merging.undo(u, who=w, merge_id=999, now=now))),
    "people without a phone": (ANY_COORDINATOR, lambda u, w, g, now: helping.listed(u, who=w)),
    "register somebody without a phone": (ANY_COORDINATOR, lambda u, w, g, now: helping.may_register(u, who=w)),
    "speak for somebody": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(
            helping.take(u, who=w, resident_id=999, consent="spoken", consent_on=now.date(), now=now)
        ),
    ),
    "what was done for all": (THE_MAYOR, lambda u, w, g, now: helping.all_done(u, who=w, now=now)),
    "join_shift": (RESIDENTS, lambda u, w, g, now: shifts.join_shift(u, who=w, shift_id=g.coming, now=now)),
    "open_shift": (RESIDENTS, lambda u, w, g, now: shifts.open_shift(u, who=w, shift_id=g.coming, now=now)),
    "my_projects": (ANY_COORDINATOR, lambda u, w, g, now: desk.my_projects(u, who=w)),
    "make_project": (
        OF_THE_TOWN,
        lambda u, w, g, now: desk.make_project(u, who=w, name="Clinic", place="x", interest_id=None, now=now),
    ),
    "rename_project": (
        OF_THE_PROJECT,
        lambda u, w, g, now: desk.rename_project(u, who=w, project_id=g.project, name="Ovens"),
    ),
    "move_project": (
        OF_THE_PROJECT,
        lambda u, w, g, now: desk.move_project(u, who=w, project_id=g.project, place="Elsewhere"),
    ),
    "set_project_interest": (
        OF_THE_PROJECT,
        lambda u, w, g, now: desk.set_project_interest(u, who=w, project_id=g.project, interest_id=None),
    ),
    "publish_shift": (
        OF_THE_PROJECT,
        lambda u, w, g, now: desk.publish_shift(
            u,
            who=w,
            project_id=g.project,
            title="Cakes",
            starts_at=now + timedelta(days=3),
            length=60,
            place="x",
            places=3,
            skills=(),
            now=now,
        ),
    ),
    "change_shift": (
        OF_THE_PROJECT,
        lambda u, w, g, now: desk.change_shift(u, who=w, shift_id=g.held, now=now, title="Cakes", places=9),
    ),
    "cancel_shift": (OF_THE_PROJECT, lambda u, w, g, now: desk.cancel_shift(u, who=w, shift_id=g.held, now=now)),
    "shift_at_desk": (OF_THE_PROJECT, lambda u, w, g, now: desk.shift_at_desk(u, who=w, shift_id=g.held)),
    "open_rosters": (ANY_COORDINATOR, lambda u, w, g, now: hours.open_rosters(u, who=w, now=now)),
    "open_sheet": (OF_THE_PROJECT, lambda u, w, g, now: hours.open_sheet(u, who=w, shift_id=g.over, now=now)),
    "to_confirm": (
        OF_THE_PROJECT,
        lambda u, w, g, now: hours.to_confirm(u, who=w, shift_id=g.over, resident_id=g.anna, now=now),
    ),
    "confirm_all": (OF_THE_PROJECT, lambda u, w, g, now: hours.confirm_all(u, who=w, shift_id=g.over, now=now)),
    "confirm_one": (
        OF_THE_PROJECT,
        lambda u, w, g, now: hours.confirm_one(u, who=w, shift_id=g.over, resident_id=g.anna, minutes=30, now=now),
    ),
    "miss_one": (
        OF_THE_PROJECT,
        lambda u, w, g, now: hours.confirm_one(u, who=w, shift_id=g.over, resident_id=g.anna, minutes=0, now=now),
    ),
    "all_homes": (OF_THE_TOWN, lambda u, w, g, now: power.all_homes(u, who=w)),
    "overview": (OF_THE_TOWN, lambda u, w, g, now: power.overview(u, who=w, week=week_of(now, w.zone))),
    "document": (OF_THE_TOWN, lambda u, w, g, now: found(power.document(u, who=w, file_id=999))),
    "adjust": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(power.adjust(u, who=w, town=w.town, week=week_of(now, w.zone), now=now)),
    ),
    "send a report": (
        RESIDENTS,
        lambda u, w, g, now: reports.send(
            u, who=w, project_id=g.project, day=now.date(), minutes=60, what="x", witness_id=None, now=now
        ),
    ),
    "my reports": (RESIDENTS, lambda u, w, g, now: reports.mine(u, who=w)),
    "reports waiting": (RESIDENTS, lambda u, w, g, now: reports.waiting(u, who=w)),
    "see a report": (OF_THE_PROJECT, lambda u, w, g, now: reports.page(u, who=w, report_id=g.report)),
    "withdraw a report": (set(), lambda u, w, g, now: reports.withdraw(u, who=w, report_id=g.report, now=now)),
    "confirm a report": (OF_THE_PROJECT, lambda u, w, g, now: reports.confirm(u, who=w, report_id=g.report, now=now)),
    "reject a report": (
        OF_THE_PROJECT,
        lambda u, w, g, now: reports.reject(u, who=w, report_id=g.report, reason="x", now=now),
    ),
    "correct hours": (
        OF_THE_PROJECT,
        lambda u, w, g, now: ledger.correct(
            u, who=w, kind="shift", id=g.settled, resident_id=g.ben, minutes=30, reason="x", now=now
        ),
    ),
    "my week": (RESIDENTS, lambda u, w, g, now: ledger.week(u, who=w, monday=now.date(), now=now)),
    "contests waiting": (ANY_COORDINATOR, lambda u, w, g, now: contests.waiting(u, who=w)),
    "see a contest": (OF_THE_PROJECT, lambda u, w, g, now: contests.page(u, who=w, contest_id=g.contest)),
    "decide a contest": (
        OF_THE_PROJECT,
        lambda u, w, g, now: contests.decide(u, who=w, contest_id=g.contest, upheld=True, reason="x", now=now),
    ),
    "appoint": (
        THE_MAYOR,
        lambda u, w, g, now: roles.appoint(
            u, who=w, resident_id=g.anna, role=Role.COORDINATOR, project_id=g.project, now=now
        ),
    ),
    "appoint a mayor": (
        THE_MAYOR,
        lambda u, w, g, now: roles.appoint(u, who=w, resident_id=g.anna, role=Role.MAYOR, project_id=None, now=now),
    ),
    "take_back": (
        THE_MAYOR,
        lambda u, w, g, now: roles.take_back(
            u, who=w, resident_id=g.coordinator, role=Role.COORDINATOR, project_id=g.project, now=now
        ),
    ),
    "let_in": (OF_THE_TOWN, lambda u, w, g, now: town_actions.let_in(u, who=w, resident_id=g.applicant, now=now)),
    "turn_away": (OF_THE_TOWN, lambda u, w, g, now: town_actions.turn_away(u, who=w, resident_id=g.applicant, now=now)),
    "change_setting": (
        THE_MAYOR,
        lambda u, w, g, now: town_actions.change_setting(u, who=w, key="join_policy", typed="code"),
    ),
    "add_topic": (THE_MAYOR, lambda u, w, g, now: town_actions.add_topic(u, who=w, kind="skill", name="Beekeeping")),
    "retire_topic": (THE_MAYOR, lambda u, w, g, now: town_actions.retire_topic(u, who=w, topic_id=1)),
    "appoint a treasurer": (
        THE_MAYOR,
        lambda u, w, g, now: roles.appoint(u, who=w, resident_id=g.anna, role=Role.TREASURER, project_id=None, now=now),
    ),
    "my orders": (RESIDENTS, lambda u, w, g, now: orders.mine(u, who=w)),
    "see a receipt": (RESIDENTS, lambda u, w, g, now: found(orders.receipt(u, who=w, number=999))),
    "takings": (ANY_COORDINATOR | THE_BOOKS, lambda u, w, g, now: orders.week(u, who=w, day=now.date())),
    "takings of a day": (
        OF_THE_PROJECT | THE_BOOKS,
        lambda u, w, g, now: orders.of_day(u, who=w, project_id=g.project, day=now.date()),
    ),
    "the books": (ANY_COORDINATOR | THE_BOOKS, lambda u, w, g, now: orders.lines(u, who=w)),
    "correct the books": (
        THE_BOOKS,
        lambda u, w, g, now: found(orders.correct(u, who=w, entry_id=999, reason="x", now=now)),
    ),
    "what is at the pick-up desk": (ANY_COORDINATOR, lambda u, w, g, now: pickup.at_hand(u, who=w, now=now)),
    "a card at the desk": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(pickup.card(u, who=w, claim_id=999, now=now)),
    ),
    "who is to come": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(pickup.on_paper(u, who=w, batch_id=999, now=now)),
    ),
    "hand over": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(
            pickup.hand(u, who=w, claim_id=999, code="KMP4R7X", amount=None, to_id=g.anna, now=now)
        ),
    ),
    "take a handing over back": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(pickup.take_back(u, who=w, claim_id=999, line_id=1, now=now)),
    ),
    "a code of mine": (RESIDENTS, lambda u, w, g, now: found(collecting.mine(u, who=w, claim_id=999))),
    "ask a helper": (
        RESIDENTS,
        lambda u, w, g, now: found(collecting.name_helper(u, who=w, claim_id=999, helper_id=g.ben, now=now)),
    ),
    "the goods desk": (ANY_COORDINATOR, lambda u, w, g, now: stock.desk(u, who=w, project_id=0, page=0, now=now)),
    "a project's goods": (
        OF_THE_PROJECT,
        lambda u, w, g, now: stock.desk(u, who=w, project_id=g.project, page=0, now=now),
    ),
    "put up goods": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(
            stock.put_up_batch(
                u,
                who=w,
                item_id=999,
                project_id=g.project,
                quantity=1000,
                windows=[(now, now + timedelta(hours=1))],
                place="x",
                now=now,
            )
        ),
    ),
    "make an item": (
        ANY_COORDINATOR,
        lambda u, w, g, now: item_actions.make(u, who=w, given={"name": f"By {w.resident_id}", "unit": "kg"}, now=now),
    ),
    "see an item's picture": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(item_actions.picture(u, who=w, item_id=999)),
    ),
    "keep a picture": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(item_actions.keep_picture(u, who=w, item_id=999, content=b"", now=now)),
    ),
    "give an item a picture": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(item_actions.set_picture(u, who=w, item_id=999, picture_id=None)),
    ),
    "see items": (ANY_COORDINATOR, lambda u, w, g, now: item_actions.listed(u, who=w)),
    "goods there are": (RESIDENTS, lambda u, w, g, now: goods.shelves(u, who=w, now=now)),
    "goods of mine": (RESIDENTS, lambda u, w, g, now: goods.mine(u, who=w)),
    "why no goods": (RESIDENTS, lambda u, w, g, now: goods.standing_of(u, who=w, now=now)),
    "see goods": (RESIDENTS, lambda u, w, g, now: found(goods.open_batch(u, who=w, batch_id=999, now=now))),
    "see their picture": (RESIDENTS, lambda u, w, g, now: found(goods.picture_of(u, who=w, batch_id=999))),
    "claim": (RESIDENTS, lambda u, w, g, now: found(claiming.ask(u, who=w, batch_id=999, amount=1000, now=now))),
    "change a claim": (
        RESIDENTS,
        lambda u, w, g, now: found(goods.change_to(u, who=w, batch_id=999, amount=1000, now=now)),
    ),
    "read an agenda": (RESIDENTS, lambda u, w, g, now: found(motions.agenda(u, who=w, meeting_id=999, now=now))),
    "read an item of one": (RESIDENTS, lambda u, w, g, now: found(motions.page(u, who=w, item_id=999, now=now))),
    "propose something": (
        RESIDENTS,
        lambda u, w, g, now: found(
            motions.propose(u, who=w, meeting_id=999, kind="topic", title="x", about="", now=now)
        ),
    ),
    "second a proposal": (RESIDENTS, lambda u, w, g, now: found(motions.second(u, who=w, item_id=999, now=now))),
    "second it no more": (RESIDENTS, lambda u, w, g, now: found(motions.unsecond(u, who=w, item_id=999, now=now))),
    "take a proposal back": (RESIDENTS, lambda u, w, g, now: found(motions.withdraw(u, who=w, item_id=999, now=now))),
    "draws there are": (RESIDENTS, lambda u, w, g, now: draws.every(u, who=w)),
    "see a draw": (RESIDENTS, lambda u, w, g, now: found(draws.one(u, who=w, batch_id=999))),
    "a draw's file": (RESIDENTS, lambda u, w, g, now: found(draws.file_of(u, who=w, batch_id=999))),
    "what could be recalled": (ANY_COORDINATOR, lambda u, w, g, now: recalls.recent(u, who=w, page=0, now=now)),
    "a recall of what I have": (RESIDENTS, lambda u, w, g, now: found(recalls.mine(u, who=w, batch_id=999))),
    "I have read it": (RESIDENTS, lambda u, w, g, now: found(recalls.read(u, who=w, batch_id=999, now=now))),
    "goods that come again": (ANY_COORDINATOR, lambda u, w, g, now: repeats.mine(u, who=w, now=now)),
    "those of a project": (
        OF_THE_PROJECT,
        lambda u, w, g, now: repeats.of_project(u, who=w, project_id=g.project, now=now),
    ),
    "have goods come again": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(
            repeats.publish(
                u,
                who=w,
                project_id=g.project,
                item_id=999,
                quantity=1000,
                every=Pattern((1,)),
                first_day=now.date(),
                last_day=None,
                start=600,
                length=60,
                place="x",
                now=now,
            )
        ),
    ),
    "what my home needs": (RESIDENTS, lambda u, w, g, now: needs.mine(u, who=w)),
    "say what it needs": (RESIDENTS, lambda u, w, g, now: needs.keep(u, who=w, people=2, amounts={}, now=now)),
    "withdraw what it needs": (RESIDENTS, lambda u, w, g, now: needs.withdraw(u, who=w)),
    "made and needed": (ANY_COORDINATOR, lambda u, w, g, now: production.overview(u, who=w, now=now)),
    "one item's production": (
        ANY_COORDINATOR,
        lambda u, w, g, now: found(production.of_item(u, who=w, item_id=999, now=now)),
    ),
    "production as a file": (ANY_COORDINATOR, lambda u, w, g, now: production.as_file(u, who=w, now=now)),
    "where it is posted": (THE_MAYOR, lambda u, w, g, now: boards.listed(u, who=w)),
    "post it there": (
        THE_MAYOR,
        lambda u, w, g, now: found(boards.switch(u, who=w, account_id=999, on=True, now=now)),
    ),
    "take a group off the list": (
        THE_MAYOR,
        lambda u, w, g, now: found(boards.drop(u, who=w, account_id=999, now=now)),
    ),
    "look at a group": (THE_MAYOR, lambda u, w, g, now: found(boards.one(u, who=w, account_id=999))),
    "shifts to call hands for": (ANY_COORDINATOR, lambda u, w, g, now: tasks.open_shifts(u, who=w, now=now)),
    "call hands for a shift": (
        OF_THE_PROJECT,
        lambda u, w, g, now: tasks.call(
            u, who=w, shift_id=g.held, chosen=Chosen(Audience("town")), line="", language="en", now=now
        ),
    ),
    "look at a call for hands": (
        OF_THE_PROJECT,
        lambda u, w, g, now: tasks.draft(
            u, who=w, shift_id=g.held, chosen=Chosen(Audience("town")), line="x", language="en", now=now
        ),
    ),
    "come when called": (RESIDENTS, lambda u, w, g, now: found(tasks.come(u, who=w, broadcast_id=999, now=now))),
    "not this time, when called": (
        RESIDENTS,
        lambda u, w, g, now: found(tasks.not_this_time(u, who=w, broadcast_id=999, now=now)),
    ),
    "write to the town": (OF_THE_TOWN, lambda u, w, g, now: casts.preview(u, who=w, new=a_message("town"), now=now)),
    "write to a project": (
        OF_THE_PROJECT,
        lambda u, w, g, now: casts.preview(u, who=w, new=a_message(f"project:{g.project}\n-role:mayor"), now=now),
    ),
    "write to a shift": (
        OF_THE_PROJECT,
        lambda u, w, g, now: casts.preview(u, who=w, new=a_message(f"shift:{g.held}\n&language:en"), now=now),
    ),
    "write to a project and more": (
        OF_THE_TOWN,
        lambda u, w, g, now: casts.preview(u, who=w, new=a_message(f"project:{g.project}\n+role:mayor"), now=now),
    ),
    "warn everybody": (
        OF_THE_TOWN,
        lambda u, w, g, now: casts.preview(u, who=w, new=a_message("town", BroadcastKind.EMERGENCY), now=now),
    ),
    "send the update in the mayor's name": (
        set(),
        lambda u, w, g, now: casts.write(u, who=w, new=a_message("town", BroadcastKind.UPDATE), now=now),
    ),
    "look at messages": (ANY_COORDINATOR, lambda u, w, g, now: casts.listed(u, who=w)),
    "look at one message": (OF_THE_PROJECT, lambda u, w, g, now: casts.page(u, who=w, broadcast_id=g.cast, now=now)),
    "the log of a message": (OF_THE_PROJECT, lambda u, w, g, now: casts.history(u, who=w, broadcast_id=g.cast)),
    "look at what waits for a yes": (
        ANY_COORDINATOR,
        lambda u, w, g, now: casts.page(u, who=w, broadcast_id=g.proposed, now=now),
    ),
    "say yes to a message": (
        ANY_COORDINATOR,
        lambda u, w, g, now: casts.approve(u, who=w, broadcast_id=g.proposed, now=now),
    ),
    "say no to a message": (
        ANY_COORDINATOR,
        lambda u, w, g, now: casts.decline(u, who=w, broadcast_id=g.proposed, now=now),
    ),
    "hold a message": (OF_THE_PROJECT, lambda u, w, g, now: found(casts.pause(u, who=w, broadcast_id=g.cast, now=now))),
    "stop a message": (OF_THE_PROJECT, lambda u, w, g, now: found(casts.stop(u, who=w, broadcast_id=g.cast, now=now))),
    "call off a message": (OF_THE_TOWN, lambda u, w, g, now: casts.cancel(u, who=w, broadcast_id=g.proposed, now=now)),
    "named audiences": (ANY_COORDINATOR, lambda u, w, g, now: casts.named(u, who=w)),
    "ask the town": (OF_THE_TOWN, lambda u, w, g, now: polls.ask(u, who=w, new=a_poll(now), now=now)),
    "ask a project": (
        OF_THE_PROJECT,
        lambda u, w, g, now: polls.ask(u, who=w, new=a_poll(now, audience=f"project:{g.project}"), now=now),
    ),
    "whom one may ask": (ANY_COORDINATOR, lambda u, w, g, now: polls.must_ask(u, who=w)),
    "look at one's proxies": (RESIDENTS, lambda u, w, g, now: proxies.mine(u, who=w, now=now)),
    "look at a proxy": (RESIDENTS, lambda u, w, g, now: found(proxies.one(u, who=w, proxy_id=999))),
    "for whom one votes": (RESIDENTS, lambda u, w, g, now: proxies.in_poll(u, who=w, poll_id=g.poll)),
    "where one may give a proxy": (RESIDENTS, lambda u, w, g, now: proxies.polls_to_give(u, who=w, now=now)),
    "give a proxy": (
        RESIDENTS,
        lambda u, w, g, now: proxies.give(u, who=w, holder_id=g.anna, poll_id=None, now=now),
    ),
    "take a proxy back": (RESIDENTS, lambda u, w, g, now: found(proxies.end(u, who=w, proxy_id=999, now=now))),
    "hand a proxy back": (RESIDENTS, lambda u, w, g, now: found(proxies.decline(u, who=w, proxy_id=999, now=now))),
    "the tellers' page": (OF_THE_PROJECT, lambda u, w, g, now: tellers.desk(u, who=w, poll_id=g.poll)),
    "who voted on paper": (OF_THE_PROJECT, lambda u, w, g, now: tellers.everybody(u, who=w, poll_id=g.poll)),
    "what waits on paper": (OF_THE_PROJECT, lambda u, w, g, now: tellers.waiting(u, who=w, poll_id=g.poll)),
    "name a teller": (
        OF_THE_PROJECT,
        lambda u, w, g, now: tellers.name_teller(u, who=w, poll_id=g.poll, resident_id=g.ben, now=now),
    ),
    "drop a teller": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(tellers.drop_teller(u, who=w, poll_id=g.poll, resident_id=g.ben, now=now)),
    ),
    "enter a vote on paper": (
        OF_THE_PROJECT,
        lambda u, w, g, now: tellers.enter(u, who=w, poll_id=g.poll, voter_id=g.anna, choice="1", now=now),
    ),
    "tick a name off": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(tellers.tick_name(u, who=w, poll_id=g.poll, voter_id=g.anna, now=now)),
    ),
    "confirm a vote on paper": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(tellers.confirm(u, who=w, poll_id=g.poll, voter_id=g.anna, now=now)),
    ),
    "strike a vote on paper": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(tellers.strike(u, who=w, poll_id=g.poll, voter_id=g.anna, now=now)),
    ),
    "enter a secret paper": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(secret_papers.enter_secret(u, who=w, poll_id=g.poll, choice="1", now=now)),
    ),
    "see secret papers": (
        OF_THE_PROJECT,
        lambda u, w, g, now: secret_papers.secret_papers(u, who=w, poll_id=g.poll),
    ),
    "confirm a secret paper": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(secret_papers.confirm_secret(u, who=w, poll_id=g.poll, paper_id=9, now=now)),
    ),
    "throw a secret paper away": (
        OF_THE_PROJECT,
        lambda u, w, g, now: found(secret_papers.strike_secret(u, who=w, poll_id=g.poll, paper_id=9, now=now)),
    ),
    "object to a vote on paper": (
        RESIDENTS,
        lambda u, w, g, now: found(tellers.object_to(u, who=w, poll_id=g.poll, now=now)),
    ),
    "look at polls": (RESIDENTS, lambda u, w, g, now: polls.current(u, who=w, now=now)),
    "look at past polls": (RESIDENTS, lambda u, w, g, now: polls.past(u, who=w)),
    "look at a poll": (RESIDENTS, lambda u, w, g, now: polls.page(u, who=w, poll_id=g.poll, now=now)),
    "look at a result": (RESIDENTS, lambda u, w, g, now: results.one(u, who=w, poll_id=g.poll)),
    "a poll's file": (RESIDENTS, lambda u, w, g, now: found(results.file_of(u, who=w, poll_id=g.poll))),
    "who voted how": (RESIDENTS, lambda u, w, g, now: found(results.votes_of(u, who=w, poll_id=g.poll))),
    "who has voted": (OF_THE_PROJECT, lambda u, w, g, now: found(results.roll_of(u, who=w, poll_id=g.poll))),
    "remind of a poll": (OF_THE_PROJECT, lambda u, w, g, now: polls.remind(u, who=w, poll_id=g.poll, now=now)),
    "close a poll": (OF_THE_PROJECT, lambda u, w, g, now: polls.close_now(u, who=w, poll_id=g.poll, now=now)),
    "close a poll later": (
        OF_THE_PROJECT,
        lambda u, w, g, now: polls.close_later(u, who=w, poll_id=g.poll, closes_at=now + timedelta(days=9), now=now),
    ),
    "call the town to a meeting": (
        OF_THE_TOWN,
        lambda u, w, g, now: gatherings.call(u, who=w, new=NewMeeting("x", "town", 60), now=now),
    ),
    "call a project to one": (
        OF_THE_PROJECT,
        lambda u, w, g, now: gatherings.call(
            u, who=w, new=NewMeeting("x", f"project:{g.project}", 60, project_id=g.project), now=now
        ),
    ),
    "call the council to one": (
        OF_THE_TOWN,
        lambda u, w, g, now: gatherings.call(u, who=w, new=NewMeeting("x", "role:council", 60), now=now),
    ),
    "whom one may call": (ANY_COORDINATOR, lambda u, w, g, now: gatherings.callable_audiences(u, who=w, now=now)),
    "look at meetings": (RESIDENTS, lambda u, w, g, now: gatherings.coming(u, who=w)),
    "look at past ones": (RESIDENTS, lambda u, w, g, now: gatherings.past(u, who=w)),
    "look at a meeting": (RESIDENTS, lambda u, w, g, now: gatherings.page(u, who=w, meeting_id=g.gathering, now=now)),
    "answer an invitation": (
        RESIDENTS,
        lambda u, w, g, now: gatherings.answer(u, who=w, meeting_id=g.gathering, coming="yes", people=2, now=now),
    ),
    "put a meeting elsewhere": (
        OF_THE_PROJECT,
        lambda u, w, g, now: steering.change(u, who=w, meeting_id=g.gathering, place="y", now=now),
    ),
    "call off a meeting": (
        OF_THE_PROJECT,
        lambda u, w, g, now: steering.call_off(u, who=w, meeting_id=g.gathering, reason="x", now=now),
    ),
    "begin a meeting": (
        OF_THE_PROJECT,
        lambda u, w, g, now: steering.begin(u, who=w, meeting_id=g.running, now=now),
    ),
    "end a meeting": (OF_THE_PROJECT, lambda u, w, g, now: steering.end(u, who=w, meeting_id=g.running, now=now)),
    "show a room's code": (
        OF_THE_PROJECT,
        lambda u, w, g, now: checking.show_code(u, who=w, meeting_id=g.running, links=Links(), now=now),
    ),
    "see who is there": (
        OF_THE_PROJECT,
        lambda u, w, g, now: checking.who_is_here(u, who=w, meeting_id=g.running, page=0, size=5),
    ),
    "tick somebody there": (
        OF_THE_PROJECT,
        lambda u, w, g, now: checking.tick(u, who=w, meeting_id=g.running, resident_id=g.anna, here=True, now=now),
    ),
    "send a room's code": (
        RESIDENTS,
        lambda u, w, g, now: checking.may_send_code(u, who=w, meeting_id=g.running, now=now),
    ),
    "call off a poll": (
        OF_THE_PROJECT,
        lambda u, w, g, now: polls.call_off(u, who=w, poll_id=g.poll, reason="x", now=now),
    ),
    "what was decided": (RESIDENTS, lambda u, w, g, now: registering.search(u, who=w, text="well", page=0)),
    "one decision": (RESIDENTS, lambda u, w, g, now: found(registering.entry(u, who=w, decision_id=999))),
    "what I took on": (RESIDENTS, lambda u, w, g, now: following.mine(u, who=w)),
    "what is still to be done": (RESIDENTS, lambda u, w, g, now: following.all_open(u, who=w)),
    "write minutes": (
        OF_THE_PROJECT,
        lambda u, w, g, now: minutes.write(u, who=w, meeting_id=g.meeting, item_id=0, text="x", over=False, now=now),
    ),
    "publish minutes": (OF_THE_PROJECT, lambda u, w, g, now: minutes.publish(u, who=w, meeting_id=g.running, now=now)),
    "have minutes approved": (
        OF_THE_PROJECT,
        lambda u, w, g, now: approving.choose(u, who=w, minutes_of=g.published, now=now),
    ),
    "say what is to be done": (
        OF_THE_PROJECT,
        lambda u, w, g, now: assigning.make(
            u,
            who=w,
            meeting_id=g.meeting,
            item_id=None,
            decision_id=None,
            text="x",
            owner_id=g.anna,
            due=None,
            now=now,
        ),
    ),
    "object to minutes": (RESIDENTS, lambda u, w, g, now: not_there(u, w, g, now)),
    "look at past updates": (RESIDENTS, lambda u, w, g, now: weekly.search(u, who=w, text="", page=0)),
    "read an update": (RESIDENTS, lambda u, w, g, now: found(weekly.one(u, who=w, update_id=999))),
    "begin the weekly update": ({"mayor"}, lambda u, w, g, now: news.current(u, who=w, language="en", now=now)),
    "look at a draft": ({"mayor"}, lambda u, w, g, now: found(news.one(u, who=w, update_id=999))),
    "say it in words": (
        {"mayor"},
        lambda u, w, g, now: found(news.set_words(u, who=w, update_id=999, text="x", language="en")),
    ),
    "say it in another language": (
        {"mayor"},
        lambda u, w, g, now: found(news.set_other(u, who=w, update_id=999, text="x", language="es")),
    ),
    "say which language it is": (
        {"mayor"},
        lambda u, w, g, now: found(news.set_language(u, who=w, update_id=999, language="es")),
    ),
    "lead to a video": ({"mayor"}, lambda u, w, g, now: found(news.set_video(u, who=w, update_id=999, video="x.y"))),
    "keep a photo for it": (
        {"mayor"},
        lambda u, w, g, now: found(news.keep_photo(u, who=w, update_id=999, content=b"x", now=now)),
    ),
    "add photos to it": ({"mayor"}, lambda u, w, g, now: found(news.add_photos(u, who=w, update_id=999, photos=[1]))),
    "take a photo out": (
        {"mayor"},
        lambda u, w, g, now: found(news.drop_photo(u, who=w, update_id=999, picture_id=1)),
    ),
    "count the week anew": ({"mayor"}, lambda u, w, g, now: found(news.count_anew(u, who=w, update_id=999, now=now))),
    "say that it is ready": (
        {"mayor"},
        lambda u, w, g, now: found(news.ready(u, who=w, update_id=999, stamp="", now=now)),
    ),
    "have it wait": ({"mayor"}, lambda u, w, g, now: found(news.wait(u, who=w, update_id=999))),
    "send it before its time": ({"mayor"}, lambda u, w, g, now: found(news.go_now(u, who=w, update_id=999, now=now))),
    "leave it out": ({"mayor"}, lambda u, w, g, now: found(news.skip(u, who=w, update_id=999))),
    "take it up again": ({"mayor"}, lambda u, w, g, now: found(news.wake(u, who=w, update_id=999, now=now))),
    "put an update right": (
        {"mayor"},
        lambda u, w, g, now: found(news.correct(u, who=w, update_id=999, text="x", language="en", now=now)),
    ),
    "look at the rounds": (OF_THE_TOWN, lambda u, w, g, now: rounds.overview(u, who=w, now=now)),
    "begin a round": (
        OF_THE_TOWN,
        lambda u, w, g, now: rounds.begin(u, who=w, of_round=1, starts_on=now.date(), now=now),
    ),
    "look at a round": (OF_THE_TOWN, lambda u, w, g, now: found(rounds.progress(u, who=w, campaign_id=999, now=now))),
    "end a round": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(rounds.end(u, who=w, campaign_id=999, state="done", now=now)),
    ),
    "my steps of a round": (RESIDENTS, lambda u, w, g, now: rounds.mine(u, who=w)),
    "the steps of a round": (OF_THE_TOWN, lambda u, w, g, now: found(round_steps.of_campaign(u, who=w, campaign_id=9))),
    "look at a step": (OF_THE_TOWN, lambda u, w, g, now: found(round_steps.page(u, who=w, step_id=999))),
    "do a step": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(round_steps.settle(u, who=w, step_id=999, state="done", now=now)),
    ),
    "leave a step out": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(round_steps.settle(u, who=w, step_id=999, state="skipped", now=now)),
    ),
    "open a step again": (OF_THE_TOWN, lambda u, w, g, now: found(round_steps.reopen(u, who=w, step_id=9, now=now))),
    "give a step away": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(round_steps.give(u, who=w, step_id=999, owner_id=g.anna, now=now)),
    ),
    "put a step off": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(round_steps.put_off(u, who=w, step_id=999, due=now.date(), now=now)),
    ),
    "word a step": (OF_THE_TOWN, lambda u, w, g, now: found(round_steps.reword(u, who=w, step_id=999, text="x"))),
    "rename a step": (OF_THE_TOWN, lambda u, w, g, now: found(round_steps.rename(u, who=w, step_id=999, title="x"))),
    "add a step": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(
            round_steps.add(u, who=w, campaign_id=999, title="x", text="", due=now.date(), now=now)
        ),
    ),
    "read the press text": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(pressing.press(u, who=w, campaign_id=999, links=Links(), now=now)),
    ),
    "pictures for the press": (OF_THE_TOWN, lambda u, w, g, now: pressing.pictures(u, who=w, now=now)),
    "word the press text": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(pressing.write(u, who=w, campaign_id=999, part="lead", text="x")),
    ),
    "say something to the press": (
        THE_MAYOR,
        lambda u, w, g, now: found(pressing.write(u, who=w, campaign_id=999, part="quote", text="x")),
    ),
    "look at the posters": (OF_THE_TOWN, lambda u, w, g, now: posting.listed(u, who=w)),
    "look at a poster": (OF_THE_TOWN, lambda u, w, g, now: found(posting.get(u, who=w, poster_id=999))),
    "make a poster": (
        OF_THE_TOWN,
        lambda u, w, g, now: posting.make(
            u, who=w, campaign_id=None, place="x", headline="x", text="x", language="en", now=now
        ),
    ),
    "take a poster down": (
        OF_THE_TOWN,
        lambda u, w, g, now: found(posting.take_down(u, who=w, poster_id=999, now=now)),
    ),
    "give back": (RESIDENTS, lambda u, w, g, now: found(giving.give_back(u, who=w, batch_id=999, now=now))),
    "leave a line": (RESIDENTS, lambda u, w, g, now: found(giving.leave(u, who=w, batch_id=999, now=now))),
    "collect later": (
        RESIDENTS,
        lambda u, w, g, now: found(giving.collect_at(u, who=w, batch_id=999, window_id=1, now=now)),
    ),
}
"""Of each action, who may, and how it is called."""


async def _everybody(town: Town, project: int, farm: int) -> dict[str, Who]:
    """One of each kind. Those who hold no role any more held it until a moment ago."""
    found = {}
    held: dict[str, tuple[Role, int | None]] = {
        "other coordinator": (Role.COORDINATOR, farm),
        "former coordinator": (Role.COORDINATOR, project),
        "coordinator": (Role.COORDINATOR, project),
        "town coordinator": (Role.COORDINATOR, None),
        "treasurer": (Role.TREASURER, None),
        "former mayor": (Role.MAYOR, None),
        "mayor": (Role.MAYOR, None),
    }
    now, settings = town.clock.now(), await town.settings()
    async with town.app.database.unit() as unit:
        for number, kind in enumerate(PEOPLE):
            state = {"applicant": ResidentState.APPLICANT, "left": ResidentState.LEFT}.get(kind, ResidentState.RESIDENT)
            if kind == "stranger":
                found[kind] = Who(900, "web", "900", "en", None, "", None, settings)
                continue
            me = await residents.make(
                unit,
                name=kind,
                street="",
                state=state,
                free_times=0,
                reminder_early=None,
                reminder_late=None,
                joined_at=now,
                consent_at=now,
                consent_version=1,
            )
            if kind in ("applicant", "left"):  # the state decides, not what was forgotten
                for role in Role:
                    await role_queries.give(unit, resident_id=me, role=role, project_id=None, by=None, now=now)
            if kind in held:
                role, of = held[kind]
                await role_queries.give(unit, resident_id=me, role=role, project_id=of, by=None, now=now)
                if kind.startswith("former"):
                    await role_queries.end(unit, resident_id=me, role=role, project_id=of, by=me, now=now)
            found[kind] = Who(901 + number, "web", str(901 + number), "en", me, kind, state, settings)
    return found


async def _disagreement(town: Town, project: int, anna: Person) -> dict[str, int]:
    """Two people on a shift that is settled, one of whom contests it, and a report."""
    pieter, ben = await town.coordinator("Bakery"), await town.resident("Ben")
    settled = await town.shift(day=0, at="14:00", minutes=60)
    await anna.joins(settled)
    await ben.joins(settled)
    await town.moves(hours=3)
    by, me, now = await town.who(pieter), await town.who(anna), town.clock.now()
    async with town.app.database.unit() as unit:
        for person, length in ((anna, 0), (ben, 60)):
            await hours.confirm_one(
                unit, who=by, shift_id=settled, resident_id=person.resident_id, minutes=length, now=now
            )
        claim: dict[str, Any] = {"kind": "shift", "id": settled, "minutes": 60, "note": "x"}
        opened = await contests.open_one(unit, who=me, now=now, **claim)
        sent = await reports.send(
            unit, who=me, project_id=project, day=now.date(), minutes=60, what="x", witness_id=None, now=now
        )
    return {
        "report": sent.report.id,
        "settled": settled,
        "ben": ben.resident_id,
        "contest": opened.contest.id,
    }


async def test_who_may_do_what(town: Town) -> None:
    project, farm = await town.project("Bakery"), await town.project("Farm")
    anna = await town.resident("Anna")
    over, held = await town.shift(day=0, at="10:00", minutes=60), await town.shift(day=2)
    await anna.joins(over)
    await anna.joins(held)
    coming = await town.shift(day=3)
    await town.moves(hours=3)
    people = await _everybody(town, project, farm)
    ground = Ground(
        project=project,
        coming=coming,
        held=held,
        over=over,
        anna=anna.resident_id,
        applicant=people["applicant"].me,
        coordinator=people["coordinator"].me,
        poll=await town.poll(audience=f"project:{project}", project_id=project),
        gathering=await town.meeting(project_id=project),
        running=await _begun(town, await town.meeting(project_id=project, day=0, at="12:45")),
        meeting=await town.meeting(audience=f"project:{project}", project_id=project),
        published=await town.meeting(audience=f"project:{project}", project_id=project),
        cast=await town.broadcast(project_id=project),
        proposed=await _proposed(town),
        **await _disagreement(town, project, anna),
    )
    async with town.app.database.unit() as unit:
        await meetings.change(unit, ground.published, published_at=town.clock.now())
    before = await dump(town, *EVERYTHING)
    for name, (allowed, call) in ACTIONS.items():
        for kind, who in people.items():
            may = await _may(town, call, who, ground)
            assert may == (kind in allowed), f"{name} by {kind}: {'allowed' if may else 'refused'}"
        assert await dump(town, *EVERYTHING) == before, name


async def _proposed(town: Town) -> int:
    """A message of a mayor to everybody, which waits for somebody else's yes."""
    by = await town.mayor()
    async with town.app.database.unit() as unit:
        return await casts.write(unit, who=await town.who(by), new=a_message("town"), now=town.clock.now())


async def _begun(town: Town, meeting_id: int) -> int:
    async with town.app.database.unit() as unit:
        await meetings.change(unit, meeting_id, opened_at=town.clock.now())
    return meeting_id


class _UndoneError(Exception):
    """Ends a transaction without a trace."""


async def _may(town: Town, call: Call, who: Who, ground: Ground) -> bool:
    """Whether the action is allowed; it is tried, and undone. A refusal has written nothing, notices included."""
    refused = False
    try:
        async with town.app.database.unit() as unit:
            written = await _changes(unit)
            try:
                await call(unit, who, ground, town.clock.now())
            except NotAllowed:
                refused = True
                assert await _changes(unit) == written
            raise _UndoneError
    except _UndoneError:
        return not refused


async def _changes(unit: Unit) -> int:
    """How many rows this connection has ever changed."""
    return int(await unit.value(text("SELECT total_changes()")))
