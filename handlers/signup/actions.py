"""Signing up, and changing one's own answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from hmac import compare_digest
from typing import Any

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.roles import actions as roles
from handlers.roles.codes import counted
from handlers.signup import consent as consent_notice
from locales import language
from locales.words import vocabulary
from storage import outbox
from storage.queries import household, residents, topics
from storage.queries import roles as role_queries
from storage.tables import ResidentState
from storage.unit import Unit
from town.dates import parse_birth_date
from town.facts import BadBirthDate, BadDate, BadMinutes, CodeWrong, LeadsCross, NeedConsent, NotAllowed
from town.limits import check_born, is_minor
from town.text import clean
from town.week import local

MOST_NAME = 60
MOST_STREET = 80
MOST_LEAD = 14 * 24 * 60


def clean_name(text: str) -> str:
    """Raises TextEmpty, TextTooLong."""
    return clean(text, MOST_NAME)


def clean_street(text: str) -> str:
    """Raises TextEmpty, TextTooLong."""
    return clean(text, MOST_STREET)


def check_join_code(who: Who, typed: str) -> str:
    """The town's join code as it was typed. Raises CodeWrong."""
    wanted = who.town.join_code.strip().casefold()
    if not wanted or not compare_digest(typed.strip().casefold().encode(), wanted.encode()):
        raise CodeWrong()
    return typed.strip()


def read_born(who: Who, typed: str, now: datetime) -> date:
    """A birth date as somebody under age types it. Raises BadBirthDate, NotUnderAge."""
    try:
        born = parse_birth_date(typed, vocabulary=vocabulary(language()))
    except BadDate as bad:
        raise BadBirthDate(given=bad.given) from bad
    check_born(born, local(now, who.zone).date(), who.town)
    return born


def _born(who: Who, born: date | None, now: datetime) -> date | None:
    """What is kept of a birth date: of grown-ups, none."""
    return born if is_minor(born, local(now, who.zone).date(), who.town) else None


async def take_code(unit: Unit, *, who: Who, seat: Seat, code: str, now: datetime) -> dict[str, str]:
    """What a code that a stranger sent is to the sign-up: "let_in", and "setup" when it also makes them mayor.

    Wrong ones are counted, whichever they were meant for. Raises CodeWrong, CodeUsed or TooManyTries: whoever calls
    this answers them, as for `roles.try_setup_code`.
    """
    with counted(seat, now):
        try:
            return {"let_in": check_join_code(who, code)}
        except CodeWrong:
            await roles.check_setup_code(unit, code=code, now=now)
    return {"let_in": code, "setup": code}


async def sign_up(
    unit: Unit,
    *,
    who: Who,
    name: str,
    street: str,
    skills: Collection[int],
    interests: Collection[int],
    free_times: int,
    consent: bool,
    join_code: str | None,
    setup_code: str | None,
    now: datetime,
    born: date | None = None,
) -> ResidentState:
    """Make the person behind this account a resident, or an applicant where a coordinator lets people in.

    A valid setup code makes them mayor and lets them in at once. `born` is kept of somebody under age alone. Raises
    CodeWrong, NeedConsent, TextEmpty, TextTooLong, NotAllowed when the account is somebody's already.
    """
    if not consent:
        raise NeedConsent()
    state = _let_in(who, join_code, setup_code)
    answers = _answers(who, name=name, street=street, free_times=free_times, born=born, state=state, now=now)
    resident_id = await _keep(unit, who, answers)
    await topics.replace(unit, resident_id, topics.SKILL, skills)
    await topics.replace(unit, resident_id, topics.INTEREST, interests)
    await _after(unit, who, resident_id, answers, setup_code, now)
    return state


async def sign_up_at_home(
    unit: Unit,
    *,
    who: Who,
    name: str,
    street: str,
    consent: bool,
    join_code: str | None,
    setup_code: str | None,
    now: datetime,
    born: date | None = None,
) -> tuple[int, ResidentState]:
    """Make somebody who shares the account of `who` a resident or an applicant, as `sign_up` does; their id, and which.

    Raises CodeWrong, NeedConsent, TextEmpty, TextTooLong.
    """
    if not consent:
        raise NeedConsent()
    state = _let_in(who, join_code, setup_code)
    answers = _answers(who, name=name, street=street, free_times=0, born=born, state=state, now=now)
    resident_id = await residents.make(unit, **answers)
    await household.share(unit, account_id=who.account_id, resident_id=resident_id, now=now)
    await _after(unit, who, resident_id, answers, setup_code, now)
    return resident_id, state


async def register(
    unit: Unit,
    *,
    who: Who,
    name: str,
    street: str,
    skills: Collection[int],
    consent_at: datetime,
    now: datetime,
    born: date | None = None,
) -> int:
    """Make a resident of somebody who has no account; `consent_at` is when they agreed to the privacy notice.

    Whoever calls this has looked whether `who` may let people in. Raises TextEmpty, TextTooLong.
    """
    state = ResidentState.RESIDENT
    answers = _answers(who, name=name, street=street, free_times=0, born=born, state=state, now=now)
    resident_id = await residents.make(unit, **answers | {"consent_at": consent_at})
    await topics.replace(unit, resident_id, topics.SKILL, skills)
    return resident_id


def _let_in(who: Who, join_code: str | None, setup_code: str | None) -> ResidentState:
    """What somebody who signs up becomes. Raises CodeWrong."""
    if who.town.join_policy == "code" and setup_code is None:
        check_join_code(who, join_code or "")
    waits = who.town.join_policy == "approval" and setup_code is None
    return ResidentState.APPLICANT if waits else ResidentState.RESIDENT


def _answers(
    who: Who, *, name: str, street: str, free_times: int, born: date | None, state: ResidentState, now: datetime
) -> dict[str, Any]:
    """A new resident's row. Raises TextEmpty, TextTooLong."""
    return {
        "name": clean_name(name),
        "street": clean_street(street),
        "state": state,
        "free_times": free_times,
        "reminder_early": who.town.reminder_early_minutes or None,
        "reminder_late": who.town.reminder_late_minutes or None,
        "joined_at": now,
        "consent_at": now,
        "consent_version": consent_notice.VERSION,
        "born": _born(who, born, now),
    }


async def _after(
    unit: Unit, who: Who, resident_id: int, answers: dict[str, Any], setup_code: str | None, now: datetime
) -> None:
    """What follows from a sign-up: the first mayor's role, or asking those who let people in."""
    if setup_code is not None:
        await roles.use_setup_code(unit, resident_id=resident_id, account_id=who.account_id, code=setup_code, now=now)
    if answers["state"] == ResidentState.APPLICANT:
        await _ask_who_lets_in(unit, resident_id, answers["name"], now)


async def _keep(unit: Unit, who: Who, answers: dict[str, Any]) -> int:
    """Write the resident; somebody who was turned away before stays the same one. Raises NotAllowed."""
    if who.resident_id is not None:
        if not await residents.come_back(unit, who.resident_id, **answers):
            raise NotAllowed(needed="new account")
        return who.resident_id
    resident_id = await residents.make(unit, **answers)
    if not await residents.link(unit, who.account_id, resident_id):
        raise NotAllowed(needed="new account")
    return resident_id


async def _ask_who_lets_in(unit: Unit, resident_id: int, name: str, now: datetime) -> None:
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="join.asked",
                resident_id=asked,
                dedupe_key=f"join:{resident_id}:{now.isoformat()}:{asked}",
                subject=f"join:{resident_id}",
                now=now,
                name=name,
                applicant=resident_id,
            )
            for asked in await role_queries.who_let_in(unit)
        ],
    )


async def change_answer(unit: Unit, *, who: Who, answer: str, value: Any, now: datetime) -> None:
    """Change one of a resident's own answers: name, street, skills, interests, free_times, born or a reminder lead.

    How well they know a skill that they keep stays (see `topics.replace`). Raises TextEmpty, TextTooLong, BadMinutes,
    LeadsCross.
    """
    if answer == "born":
        value = _born(who, value, now)
    if answer in ("skills", "interests"):
        kind = topics.SKILL if answer == "skills" else topics.INTEREST
        await topics.replace(unit, who.me, kind, value)
        return
    if answer in ("reminder_early", "reminder_late") and value is not None:
        await _check_lead(unit, who, answer, value)
    check = {"name": clean_name, "street": clean_street}.get(answer)
    await residents.change(unit, who.me, **{answer: check(value) if check else value})


async def _check_lead(unit: Unit, who: Who, which: str, minutes: int) -> None:
    """The early reminder comes before the late one. Raises BadMinutes, LeadsCross."""
    if not 0 < minutes <= MOST_LEAD:
        raise BadMinutes(most=MOST_LEAD)
    profile = await residents.profile(unit, who.me)
    other = profile.reminder_late if which == "reminder_early" else profile.reminder_early
    if other and (minutes <= other if which == "reminder_early" else minutes >= other):
        raise LeadsCross(which=which, minutes=other)
