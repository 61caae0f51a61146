"""Lives of two residents who are one person, written straight into the tables, and how a town looks as a whole."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, update
from sqlmodel import SQLModel

from storage.sql import insert, select
from storage.tables import (
    Account,
    AgendaItem,
    AgendaSecond,
    Ballot,
    Batch,
    Broadcast,
    BroadcastAnswer,
    Claim,
    Contest,
    CoverAsk,
    CoverCall,
    Deed,
    Exemption,
    FollowUp,
    HoursEntry,
    HoursReport,
    Household,
    Item,
    LinkCode,
    Meeting,
    MeetingPerson,
    Mute,
    Need,
    NeedLine,
    Outbox,
    PaperBallot,
    PickupWindow,
    Plan,
    PlanLine,
    Poll,
    PollElector,
    PollProxy,
    PollTeller,
    Project,
    Recall,
    RecallPerson,
    Resident,
    ResidentTopic,
    RoleGrant,
    SavedAudience,
    Series,
    Shift,
    Signup,
    Speaker,
    StandingSignup,
    Steward,
    StockEntry,
    Swap,
    Topic,
    metadata,
    table_of,
)
from storage.unit import Unit

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
WEEK = date(2026, 11, 16)
KEPT, GONE, THIRD, BOSS = 1, 2, 3, 4
TWO = (KEPT, GONE)
SETTLED, RUNNING, SOON, LATER, ALONGSIDE = 1, 2, 3, 4, 5
SHIFTS = (SETTLED, RUNNING, SOON, LATER, ALONGSIDE)
COMING = (SOON, LATER, ALONGSIDE)
BATCHES, DRAW = (1, 2), 3
OPEN, ALSO_OPEN, SECRET, CLOSED = 1, 2, 3, 4
POLLS = (OPEN, ALSO_OPEN, SECRET, CLOSED)
PLACED = ("held", "offered", "attended", "missed")
PLACES = 6

LINES = table_of(HoursEntry)
STANDS: dict[str, Any] = {"made_by": BOSS, "made_at": NOW}


async def write(unit: Unit, model: type[SQLModel], /, **values: Any) -> bool:
    """Write a row with the model's defaults, unless one stands in its way."""
    row = {name: value for name, value in model(**values).model_dump().items() if name != "id" or value is not None}
    if model is HoursEntry and await unit.value(select(LINES.c.id).where(LINES.c.key == values["key"])) is not None:
        return False  # on SQLite the ledger refuses even to look whether it clashes
    return await unit.run(insert(table_of(model)).values(row).on_conflict_do_nothing()) == 1


async def found(unit: Unit) -> None:
    """A town in which there is something of everything, and nobody has done anything."""
    await write(unit, Household, id=1, street="Mill Lane", code="HOME22", made_at=NOW)
    for number, name in ((KEPT, "Naledi"), (GONE, "N. Mokoena"), (THIRD, "Sipho"), (BOSS, "Pieter")):
        joined = NOW - timedelta(days=40 - number)
        given: dict[str, Any] = {"joined_at": joined, "consent_at": joined, "consent_version": 1}
        await write(unit, Resident, id=number, name=name, **given)
        account = {"channel": "test", "address": str(100 + number), "language": "en", "created_at": joined}
        await write(unit, Account, id=number, resident_id=number, **account)
    await write(unit, RoleGrant, resident_id=BOSS, role="mayor", granted_at=NOW)
    await write(unit, Project, id=1, name="Bakery", created_at=NOW)
    for number, kind in ((1, "skill"), (2, "skill"), (3, "interest")):
        await write(unit, Topic, id=1000 + number, kind=kind, name=f"Topic {number}")
    await _work(unit)
    await _goods(unit)
    await _assemblies(unit)


async def _work(unit: Unit) -> None:
    first = WEEK + timedelta(days=1)
    weekly = {"title": "Bread", "place": "Hall", "pattern": "FREQ=WEEKLY;BYDAY=TU", "start": 540, "length": 120}
    await write(unit, Series, id=1, project_id=1, places=PLACES, first_day=first, **weekly, **STANDS)
    for number, hours in zip(SHIFTS, (-150, -3, 30, 60, 61), strict=True):
        starts = NOW + timedelta(hours=hours)
        given: dict[str, Any] = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "places": PLACES}
        given["closed_at"] = NOW - timedelta(days=5) if number == SETTLED else None
        week = WEEK if number == SETTLED else WEEK + timedelta(days=7)
        await write(
            unit, Shift, id=number, project_id=1, title=f"Work {number}", place="Hall", week=week, **given, **STANDS
        )
    await write(unit, CoverCall, id=1, shift_id=SOON, opened_at=NOW, next_at=NOW + timedelta(days=9))
    await write(unit, Plan, id=1, project_id=1, week=WEEK, wanted_by=BOSS, wanted_at=NOW, state="sent")


async def _goods(unit: Unit) -> None:
    await write(unit, Item, id=1, name="Bread", unit="loaf", step=1000, **STANDS)
    for number in (*BATCHES, DRAW):
        ends = NOW + timedelta(hours=20 + number)
        drawn: dict[str, Any] = {"sharing": "draw", "draw_at": NOW + timedelta(hours=5)} if number == DRAW else {}
        drawn = {"sharing": "first", **drawn, "quantity": 20000, "free": 20000, "shelf": 20000, "ends_at": ends}
        given = {"item_id": 1, "project_id": 1, "made_on": WEEK, "place": "Hall", "week": WEEK + timedelta(days=7)}
        await write(unit, Batch, id=number, **drawn, **given, **STANDS)
        await write(unit, PickupWindow, id=number, batch_id=number, starts_at=ends - timedelta(hours=2), ends_at=ends)
        await write(unit, StockEntry, batch_id=number, kind="made", free=20000, shelf=20000, at=NOW)
    await write(unit, Recall, id=1, batch_id=1, reason="glass", cleared_at=NOW, **STANDS)


async def _assemblies(unit: Unit) -> None:
    for number in POLLS:
        closed = {"closed_at": NOW} if number == CLOSED else {}
        given = {"question": f"Question {number}?", "options": "[]", "kind": "yesno", "audience": "town", **closed}
        times = {"opens_at": NOW - timedelta(days=1), "opened_at": NOW - timedelta(days=1)}
        await write(unit, Poll, id=number, secret=number == SECRET, **given, **times, **STANDS)
    for number, closed_at in ((1, None), (2, NOW)):
        evening = {"title": "Evening", "length": 60, "audience": "town", "starts_at": NOW, "closed_at": closed_at}
        await write(unit, Meeting, id=number, **evening, **STANDS)
        for state, item in (("proposed", 10 * number), ("on", 10 * number + 1)):
            await write(unit, AgendaItem, id=item, meeting_id=number, title="Roads", state=state, **STANDS)
    said = {"text": "Hello", "language": "en", "audience": "town", "due_at": NOW}
    await write(unit, Broadcast, id=1, kind="task", state="sending", shift_id=SOON, **said, **STANDS)


async def do(unit: Unit, what: tuple[Any, ...], at: int) -> None:
    """One thing that somebody did; what cannot be is not done. `at` numbers what was done."""
    kind, who, *rest = what
    when = NOW - timedelta(hours=30) + timedelta(minutes=at)
    match kind:
        case "place":
            await _place(unit, who, *rest, when=when)
        case "report" | "excuse" | "correct":
            await _hours(unit, kind, who, *rest, when=when)
        case "claim":
            await _claim(unit, who, *rest, when=when)
        case "vote" | "paper" | "proxy" | "teller" | "guest" | "second":
            await _assembly(unit, kind, who, *rest, when=when)
        case "notice":
            subject = f"reminder:shift:{rest[0]}"
            row = {"fields": json.dumps({"shift": rest[0]}), "subject": subject, "state": rest[1], "due_at": NOW}
            await write(
                unit,
                Outbox,
                resident_id=who,
                notice="shift.reminder",
                dedupe_key=f"r:{rest[0]}:{who}",
                made_at=when,
                **row,
            )
        case _:
            await _person(unit, kind, who, *rest, when=when)


async def _place(unit: Unit, who: int, shift: int, state: str, by: int, minutes: int, *, when: datetime) -> None:
    if (state in ("attended", "missed")) != (shift == SETTLED) and (
        shift != RUNNING or state in ("waiting", "offered")
    ):
        return
    given: dict[str, Any] = {"joined_at": when}
    if state == "waiting":
        given["waiting_since"] = when
    if state == "offered":
        given |= {"offer": "queue", "offer_until": NOW + timedelta(hours=3)}
        await write(unit, PlanLine, plan_id=1, shift_id=shift, resident_id=who, state="offered")
    if not await write(unit, Signup, shift_id=shift, resident_id=who, state=state, **given):
        return
    if state == "attended" and by != who:
        line: dict[str, Any] = {"week": WEEK, "minutes": minutes, "kind": "shift", "shift_id": shift}
        await write(
            unit, HoursEntry, key=f"shift:{shift}:{who}", resident_id=who, confirmed_by=by, confirmed_at=when, **line
        )
        if minutes == 15:
            contest = {"project_id": 1, "minutes": 60, "note": "No", "first_by": by, "opened_at": when, "due_at": NOW}
            await write(unit, Contest, resident_id=who, shift_id=shift, **contest)


async def _hours(unit: Unit, kind: str, who: int, by: int, minutes: int, *, when: datetime) -> None:
    if kind == "excuse":
        weeks = {"kind": "care", "from_week": WEEK, "until_week": WEEK, "asked_at": when}
        await write(unit, Exemption, resident_id=who, state="approved", decided_by=by, decided_at=when, **weeks)
    elif kind == "report":
        number = int((await unit.value(select(func.coalesce(func.max(table_of(HoursReport).c.id), 0)))) or 0) + 1
        told: dict[str, Any] = {"project_id": 1, "day": WEEK, "week": WEEK, "minutes": minutes, "what": "Weeding"}
        if by == who:
            witness = next(one for one in (*TWO, THIRD) if one != who)
            await write(unit, HoursReport, id=number, resident_id=who, made_at=when, witness_id=witness, **told)
            return
        decided = {"state": "confirmed", "decided_by": by, "decided_at": when}
        await write(unit, HoursReport, id=number, resident_id=who, made_at=when, **told, **decided)
        line: dict[str, Any] = {"week": WEEK, "minutes": minutes, "kind": "report", "report_id": number}
        await write(
            unit, HoursEntry, key=f"report:{number}", resident_id=who, confirmed_by=by, confirmed_at=when, **line
        )
    else:
        first = await unit.first(select(LINES).where(LINES.c.key == f"shift:{SETTLED}:{who}"))
        if first is None or by == who:
            return
        same: dict[str, Any] = {
            "resident_id": who,
            "week": WEEK,
            "shift_id": SETTLED,
            "confirmed_by": by,
            "confirmed_at": when,
        }
        back = {"key": f"reversal:{first.id}", "minutes": -first.minutes, "kind": "reversal", "reverses_id": first.id}
        if await write(unit, HoursEntry, **back, **same):
            await write(unit, HoursEntry, key=f"correction:{first.id}", minutes=minutes, kind="correction", **same)


async def _claim(unit: Unit, who: int, batch: int, state: str, *, when: datetime) -> None:
    if (state == "entered") != (batch == DRAW):
        return
    has = state in ("held", "collected")
    given: dict[str, Any] = {"amount": 2000 if has else 0, "handed": 2000 if state == "collected" else 0}
    given["wanted"] = 1000 if state in ("entered", "waiting") else 0
    given["code"] = f"CODE{who}{batch}" if state == "held" else None
    given["waiting_since"] = when if state == "waiting" else None
    dates = {"made_at": when, "changed_at": when, "week": WEEK + timedelta(days=7)}
    if (
        not await write(unit, Claim, batch_id=batch, resident_id=who, item_id=1, state=state, **given, **dates)
        or not has
    ):
        return
    claims, batches = table_of(Claim), table_of(Batch)
    claim = await unit.value(select(claims.c.id).where(claims.c.batch_id == batch, claims.c.resident_id == who))
    await write(unit, StockEntry, batch_id=batch, claim_id=claim, kind="claimed", free=-2000, shelf=0, at=when)
    await unit.run(update(batches).where(batches.c.id == batch).values(free=batches.c.free - 2000))
    if state == "collected":
        out = {"kind": "handed_over", "free": 0, "shelf": -2000, "by_id": BOSS, "to_id": who}
        await write(unit, StockEntry, batch_id=batch, claim_id=claim, at=when, **out)
        await unit.run(update(batches).where(batches.c.id == batch).values(shelf=batches.c.shelf - 2000))
        await write(unit, RecallPerson, recall_id=1, resident_id=who, handed=2000, carried=0)


async def _assembly(unit: Unit, kind: str, who: int, which: int, answer: str, *, when: datetime) -> None:
    poll = POLLS[which]
    match kind:
        case "vote":
            new = await write(unit, PollElector, poll_id=poll, resident_id=who, how="chat" if answer else "")
            if new and answer and poll != SECRET:
                await write(unit, Ballot, poll_id=poll, resident_id=who, choice=answer, cast_at=when)
        case "paper":
            if poll not in (CLOSED, SECRET) and await write(
                unit, PollElector, poll_id=poll, resident_id=who, how="paper", unconfirmed=True, by=BOSS
            ):
                await write(unit, PaperBallot, poll_id=poll, resident_id=who, choice="yes", entered_by=BOSS)
        case "proxy":
            giver, holder = (who, THIRD) if answer == "yes" else (THIRD, who) if answer else (who, sum(TWO) - who)
            slots = table_of(PollProxy)
            held = await unit.value(select(func.count()).where(slots.c.holder_id == holder))
            given = {"poll_id": poll if which else None, "slot": held + 1, "made_at": when}
            await write(unit, PollProxy, giver_id=giver, holder_id=holder, **given)
        case "teller":
            await write(unit, PollTeller, poll_id=poll, resident_id=who, named_by=BOSS)
        case "guest":
            said = {"coming": answer, "answered_at": when} if answer else {}
            await write(unit, MeetingPerson, meeting_id=1 + which % 2, resident_id=who, **said)
        case _:
            await write(unit, AgendaSecond, item_id=(10, 11, 20, 21)[which], resident_id=who, at=when)


async def _person(unit: Unit, kind: str, who: int, number: int, word: str, *, when: datetime) -> None:
    other = sum(TWO) - who
    match kind:
        case "topic":
            level = ("told", "signed_off", "master")[number % 3]
            signed = {} if level == "told" else {"signed_by": other if word else BOSS, "signed_at": when}
            await write(unit, ResidentTopic, resident_id=who, topic_id=1001 + number % 3, level=level, **signed)
        case "mute":
            await write(unit, Mute, resident_id=who, topic=("news", "tasks")[number % 2], how="me", at=when)
        case "role":
            given = {"role": ("treasurer", "coordinator")[number % 2], "project_id": 1 if word else None}
            await write(unit, RoleGrant, resident_id=who, granted_by=BOSS, granted_at=when, **given)
        case "need":
            if await write(unit, Need, resident_id=who, people=number + 1, answered_at=when):
                await write(unit, NeedLine, resident_id=who, item_id=1, amount=1000 * number)
        case "home":
            await unit.run(update(table_of(Resident)).where(table_of(Resident).c.id == who).values(household_id=1))
        case "standing":
            ended = {"ended_at": when} if word else {}
            await write(unit, StandingSignup, series_id=1, resident_id=who, since=when, **ended)
        case "asked":
            await write(unit, CoverAsk, call_id=1, resident_id=who, round=1, asked_at=when)
        case "swap":
            pair = {"from_id": who, "to_id": other if word else THIRD, "give_shift_id": COMING[number % 3]}
            await write(unit, Swap, asked_at=when, expires_at=NOW + timedelta(hours=9), **pair)
        case "answer":
            await write(unit, BroadcastAnswer, broadcast_id=1, resident_id=who, answer="come", at=when)
        case "steward":
            pair = {"resident_id": who, "steward_id": other} if word else {"resident_id": THIRD, "steward_id": who}
            await write(unit, Steward, consent="spoken", consent_at=when, made_at=when, **pair)
            await write(unit, Deed, what="shift", at=when, **pair)
        case "speaker":
            await write(unit, Speaker, account_id=other if word else THIRD, resident_id=who, made_at=when)
        case _:
            task = {"meeting_id": 1, "text": "Buy flour", "owner_id": who, "made_by": who, "made_at": when}
            await write(unit, FollowUp, state="done" if word else "open", **task)
            await write(unit, SavedAudience, name=f"{kind} {who}", audience="town", made_by=who, made_at=when)
            digest = f"{kind} {who} {number}"
            await write(unit, LinkCode, digest=digest, resident_id=who, account_id=who, expires_at=NOW)


async def count_up(unit: Unit) -> None:
    """Write what is counted elsewhere: places that are taken, electorates, who was invited."""
    signups, shifts = table_of(Signup), table_of(Shift)
    for shift in SHIFTS:
        taken = await unit.value(select(func.count()).where(signups.c.shift_id == shift, signups.c.state.in_(PLACED)))
        await unit.run(update(shifts).where(shifts.c.id == shift).values(taken=taken))
    for table, people, one, column in (
        (table_of(Poll), table_of(PollElector), "poll_id", "electorate"),
        (table_of(Meeting), table_of(MeetingPerson), "meeting_id", "invited"),
    ):
        for row in await unit.rows(select(table.c.id)):
            many = await unit.value(select(func.count()).where(people.c[one] == row.id))
            await unit.run(update(table).where(table.c.id == row.id).values({column: many}))


# -- looking at all of it ----------------------------------------------------------------------------------------------

_LEDGERS = {"hours_entries", "stock_entries"}
_OF_MERGES = {"merges", "merge_changes"}


async def dump(unit: Unit) -> dict[str, list[Any]]:
    """Every row of every table; of ledgers the sums alone, and nothing of the merges themselves."""
    tables = [table for table in metadata.sorted_tables if table.name not in _OF_MERGES]
    whole = {table.name: await _rows(unit, table) for table in tables if table.name not in _LEDGERS}
    whole["outbox"] = [row for row in whole["outbox"] if not dict(row)["notice"].startswith("merging.")]
    whole["hours_entries"] = sorted((await hours_of(unit)).items(), key=str)
    whole["stock_entries"] = sorted((await stock(unit)).items(), key=str)
    return whole


async def _rows(unit: Unit, table: Table) -> list[Any]:
    rows = await unit.rows(select(table).order_by(*table.primary_key.columns))
    return [tuple(row._mapping.items()) for row in rows]


async def hours_of(unit: Unit) -> dict[Any, int]:
    """Minutes by resident, week and work, where there are any."""
    sums = defaultdict[Any, int](int)
    for row in await unit.rows(select(LINES)):
        sums[row.resident_id, row.week, row.shift_id, row.report_id] += row.minutes
    return {key: minutes for key, minutes in sums.items() if minutes}


async def stock(unit: Unit) -> dict[int, tuple[int, int]]:
    """What the stock ledger's lines come to, by batch: (free, shelf)."""
    lines = table_of(StockEntry)
    sums = select(lines.c.batch_id, func.sum(lines.c.free), func.sum(lines.c.shelf)).group_by(lines.c.batch_id)
    return {row[0]: (int(row[1]), int(row[2])) for row in await unit.rows(sums)}


async def is_sound(unit: Unit) -> None:
    """Everything that is counted is as many as there are."""
    signups, shifts = table_of(Signup), table_of(Shift)
    placed = Counter(row[0] for row in await unit.rows(select(signups.c.shift_id).where(signups.c.state.in_(PLACED))))
    for row in await unit.rows(select(shifts)):
        assert row.taken == placed[row.id] <= row.places, row.title
    claims, batches, sums = table_of(Claim), table_of(Batch), await stock(unit)
    kept: Counter[int] = Counter()
    for row in await unit.rows(select(claims).where(claims.c.state == "held")):
        kept[row.batch_id] += row.amount - row.handed
    for row in await unit.rows(select(batches)):
        assert (row.free, row.shelf) == sums[row.id]
        assert row.shelf - row.free == kept[row.id]
    electors, ballots, polls = table_of(PollElector), table_of(Ballot), table_of(Poll)
    asked = [(row.poll_id, row.resident_id) for row in await unit.rows(select(electors))]
    voted = {(row.poll_id, row.resident_id) for row in await unit.rows(select(electors).where(electors.c.how != ""))}
    cast = {(row.poll_id, row.resident_id) for row in await unit.rows(select(ballots))}
    assert cast <= voted
    for row in await unit.rows(select(polls)):
        assert row.electorate == len([one for one in asked if one[0] == row.id])
