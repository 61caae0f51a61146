"""Contests of what was decided about hours: somebody who did not decide it the first time decides it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.helping.actions import must_not_help
from handlers.kit.who import Who
from handlers.ledger.works import REPORT, SHIFT, Decision, Work, contest_of, work_of, write
from handlers.roles.actions import duties_here, must_be_resident, must_coordinate
from handlers.shifts import in_charge
from storage import outbox
from storage.queries import contests, helping
from storage.queries.contests import ContestRow
from storage.queries.in_charge import Answers
from storage.unit import Unit
from town.facts import AlreadyContested, ContestDecided, DecidedFirst, DecidedUnsigned, NotAllowed, NotFound, OwnHours
from town.hours import ContestState, check_claim, check_contest
from town.settings import TownSettings
from town.text import clean

MOST_NOTE = 300
"""UTF-16 units of what somebody says in their contest."""

LOOK_AGAIN = timedelta(days=1)
"""How often it is looked for somebody who may decide, while there is nobody."""


@dataclass(frozen=True, slots=True)
class Contestable:
    """Work that its resident does not agree about yet, and what was decided of it."""

    work: Work
    decision: Decision


@dataclass(frozen=True, slots=True)
class Opened:
    """A contest that has begun, and who was asked to decide: nobody, when there is nobody else who may."""

    contest: ContestRow
    asked: tuple[str, ...]


async def to_contest(unit: Unit, *, who: Who, kind: str, id: int, now: datetime, lock: bool = False) -> Contestable:
    """One's own work as it was decided, while one can still contest that.

    Raises NotAllowed, NotFound, NothingDecided, DecidedUnsigned, AlreadyContested, TooLateToContest, or SameMinutes for
    a report that counts whole.
    """
    work = await work_of(unit, kind, id, must_be_resident(who), lock=lock)
    before = await contest_of(unit, work)
    if before is not None:
        raise AlreadyContested(state=before.state)
    if work.decision is None:
        raise DecidedUnsigned(title=work.title)
    if work.kind == REPORT:
        check_claim(work.length, written=work.written, shift_minutes=work.length)
    check_contest(decided_at=work.decision.at, now=now, days=who.town.contest_days)
    return Contestable(work, work.decision)


def check_minutes(of: Contestable, minutes: int) -> int:
    """Minutes that somebody says they worked. Raises BadMinutes or SameMinutes."""
    return check_claim(minutes, written=of.work.written, shift_minutes=of.work.length)


async def open_one(unit: Unit, *, who: Who, kind: str, id: int, minutes: int, note: str, now: datetime) -> Opened:
    """Begin a contest and ask somebody else to decide. Raises what `to_contest` and `check_minutes` raise, TextEmpty
    or TextTooLong. Of a report the minutes are always those that were reported.
    """
    of = await to_contest(unit, who=who, kind=kind, id=id, now=now, lock=True)
    work, decision = of.work, of.decision
    claimed = work.length if kind == REPORT else minutes
    helped_by = await helping.stewards_of(unit, who.me, since=work.began(who.zone))
    people = await who_decides(unit, work.project_id, not_these=(who.me, decision.by, *helped_by))
    contest_id = await contests.make(
        unit,
        resident_id=who.me,
        project_id=work.project_id,
        shift_id=work.shift_id,
        report_id=work.report_id,
        minutes=check_minutes(of, claimed),
        note=clean(note, MOST_NOTE),
        first_by=decision.by,
        opened_at=now,
        due_at=now + (timedelta(days=who.town.contest_answer_days) if people else LOOK_AGAIN),
    )
    if contest_id is None:
        raise AlreadyContested(state=ContestState.OPEN.value)
    contest = await _contest(unit, contest_id)
    await ask(unit, "contest.asked", contest, people, work=work, now=now)
    return Opened(contest, tuple(one.name for one in people))


async def who_decides(unit: Unit, project_id: int, *, not_these: Collection[int]) -> list[Answers]:
    """Another coordinator of the project; else one of the whole town; else the mayor."""
    return await in_charge.of_project(unit, project_id, but=not_these)


async def ask(
    unit: Unit,
    notice: str,
    contest: ContestRow,
    people: Collection[Answers],
    *,
    work: Work,
    now: datetime,
    **more: Any,
) -> None:
    """Ask these people to decide, each of them once."""
    rows = [
        outbox.new_row(
            notice=notice,
            resident_id=person.resident_id,
            dedupe_key=f"{notice}:{contest.id}:{person.resident_id}",
            now=now,
            subject=subject(contest.id),
            **about(contest),
            written=work.written,
            reason_then=reason_then(work),
            **more,
        )
        for person in people
    ]
    await outbox.put(unit, rows)


async def tell(unit: Unit, notice: str, contest: ContestRow, now: datetime, **more: Any) -> None:
    """Tell whoever contested how it goes on, once."""
    row = outbox.new_row(
        notice=notice,
        resident_id=contest.resident_id,
        dedupe_key=f"{notice}:{contest.id}",
        now=now,
        subject=f"{subject(contest.id)}:told",
        **about(contest),
        **more,
    )
    await outbox.put(unit, [row])


async def waiting(unit: Unit, *, who: Who) -> list[ContestRow]:
    """The open contests that somebody may decide, the oldest first. Raises NotAllowed for who coordinates nothing."""
    duties = await must_coordinate(unit, who)
    return await contests.waiting_for(unit, who.me, None if duties.everywhere else duties.projects)


async def page(unit: Unit, *, who: Who, contest_id: int) -> tuple[ContestRow, Work]:
    """A contest and the work it is about, for those who answer for the project and for whose it is.

    Raises NotFound or NotAllowed.
    """
    contest = await _contest(unit, contest_id)
    if contest.resident_id != must_be_resident(who):
        await _must_know(unit, who, contest)
    return contest, await _work(unit, contest)


async def to_decide(unit: Unit, *, who: Who, contest_id: int) -> tuple[ContestRow, Work]:
    """An open contest that somebody may decide, and its work.

    Raises NotFound, NotAllowed, OwnHours, HelpsThem, DecidedFirst or ContestDecided.
    """
    contest = await _contest(unit, contest_id)
    if contest.resident_id == must_be_resident(who):
        raise OwnHours
    await _must_know(unit, who, contest)
    work = await _work(unit, contest)
    await must_not_help(unit, who, contest.resident_id, contest.name, since=work.began(who.zone))
    if contest.first_by == who.me:
        raise DecidedFirst
    if not contest.is_open:
        raise _decided(contest, who)
    return contest, work


async def decide(unit: Unit, *, who: Who, contest_id: int, upheld: bool, reason: str, now: datetime) -> ContestRow:
    """Decide a contest; when the resident is right, the ledger is corrected to what they say. They are told.

    Exactly one of all who try does it. Raises what `to_decide` raises.
    """
    contest, _known = await to_decide(unit, who=who, contest_id=contest_id)
    work = await _work(unit, contest, lock=True)
    contest = await _contest(unit, contest_id)  # its resident may have become one with another meanwhile
    state = ContestState.UPHELD if upheld else ContestState.DISMISSED
    if not await contests.decide(unit, contest_id, state, by=who.me, reason=reason, now=now):
        raise _decided(await _contest(unit, contest_id), who)
    if upheld:
        await write(unit, work, min(contest.minutes, work.most), reason=reason, by=who.me, now=now)
    await outbox.withdraw(unit, subject(contest_id))
    written = min(contest.minutes, work.most) if upheld else work.written
    await tell(unit, "contest.decided", contest, now, upheld=upheld, by=who.name, reason=reason, written=written)
    return contest


async def pass_on(unit: Unit, contest: ContestRow, *, town: TownSettings, now: datetime) -> None:
    """A contest that nobody answered goes to the mayors; where nobody has been asked yet, to whoever may decide now.

    While there is nobody, it waits for somebody.
    """
    work = await _work(unit, contest)
    helped_by = await helping.stewards_of(unit, contest.resident_id, since=work.began(town.tz))
    not_these = (contest.resident_id, contest.first_by, *helped_by)
    asked = await contests.was_asked(unit, subject(contest.id), "contest.asked")
    nearest = await who_decides(unit, contest.project_id, not_these=not_these)
    if not asked and nearest:
        if not await contests.put_off(unit, contest.id, now + timedelta(days=town.contest_answer_days)):
            return  # somebody decided it in this very moment
        await ask(unit, "contest.asked", contest, nearest, work=work, now=now)
        await tell(unit, "contest.passed_on", contest, now, names=_names(nearest), late=False, again=False)
        return
    mayors = await in_charge.mayors_over(unit, contest.project_id, but=not_these)
    if not mayors:
        await contests.put_off(unit, contest.id, now + LOOK_AGAIN)
        return
    if not await contests.escalate(unit, contest.id, now):
        return
    others = [one for one in nearest if one.resident_id not in {mayor.resident_id for mayor in mayors}]
    await ask(unit, "contest.overdue", contest, mayors, work=work, now=now, names=_names(others))
    again = not others
    await tell(unit, "contest.passed_on", contest, now, names=_names(mayors), late=True, again=again)


def subject(contest_id: int) -> str:
    """What the notices about a contest are filed under, so that they can be withdrawn once it is decided."""
    return f"contest:{contest_id}"


def about(contest: ContestRow) -> dict[str, Any]:
    """A contest as a notice's fields."""
    return {
        "contest": contest.id,
        "name": contest.name,
        "project": contest.project,
        "title": contest.about,
        "starts_at": contest.starts_at.isoformat() if contest.starts_at else None,
        "ends_at": contest.ends_at.isoformat() if contest.ends_at else None,
        "day": contest.day.isoformat() if contest.day else None,
        "minutes": contest.minutes,
        "note": contest.note,
        "first": contest.first,
        "checked_in_at": contest.checked_in_at.isoformat() if contest.checked_in_at else None,
    }


def reason_then(work: Work) -> str:
    """Why it was decided as it was, where a reason was given."""
    return work.entries[-1].reason if work.entries else work.rejected_because


def _names(people: Sequence[Answers]) -> list[str]:
    return [one.name for one in people]


async def _contest(unit: Unit, contest_id: int) -> ContestRow:
    contest = await contests.get(unit, contest_id)
    if contest is None:
        raise NotFound(what="contest")
    return contest


async def _work(unit: Unit, contest: ContestRow, *, lock: bool = False) -> Work:
    kind, id = (SHIFT, contest.shift_id) if contest.shift_id is not None else (REPORT, contest.report_id or 0)
    return await work_of(unit, kind, id, contest.resident_id, lock=lock)


async def _must_know(unit: Unit, who: Who, contest: ContestRow) -> None:
    if not (await duties_here(unit, who)).covers(contest.project_id):
        raise NotAllowed(needed="coordinator")


def _decided(contest: ContestRow, who: Who) -> ContestDecided:
    upheld = contest.state == ContestState.UPHELD
    return ContestDecided(upheld=upheld, name=contest.decider or "", mine=contest.decided_by == who.me)
