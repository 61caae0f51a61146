"""Somebody without a phone gets one: their steward's code links it, or makes one of the two whom the town has twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.kit.seat import Seat
from handlers.linking import actions, chats, meeting
from handlers.merging import actions as merging
from storage.queries import helping, household, residents, roles, speakers
from storage.tables import (
    Account,
    Deed,
    LinkCode,
    Merge,
    Resident,
    ResidentState,
    Role,
    RoleGrant,
    Signup,
    Steward,
    table_of,
)
from storage.unit import Unit
from tests.conversations.test_helping import registered, rows
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import NotForStewards

accounts, deeds, people, merges = (table_of(model) for model in (Account, Deed, Resident, Merge))
signups, stewards, codes, grants = (table_of(model) for model in (Signup, Steward, LinkCode, RoleGrant))


async def asked_for(by: Person, helped: int) -> str:
    """A code for somebody, asked for by who speaks for them and while they do."""
    await by.forges(f"as:{helped}:home")
    shown = await by.says("/link")
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", shown.text)
    assert found is not None, shown.text
    return found[0]


async def twice(town: Town, steward: Person) -> tuple[int, Person]:
    """Gogo, registered by her steward, with a place on a shift; and Gogo on her new phone, with a place on another."""
    gogo = await registered(town, steward)
    await steward.forges(f"as:{gogo}:shift:join:{await town.shift('Bread')}")
    await steward.forges(f"as:{steward.resident_id}:home")
    phone = await town.resident("G. Dlamini")
    await phone.joins(await town.shift("Weeding", day=3))
    return gogo, phone


async def asks(town: Town, steward: Person, gogo: int, phone: Person) -> None:
    """The code is sent from the new phone, and the steward asked."""
    await phone.says(await asked_for(steward, gogo))
    await phone.taps("I am both")
    await phone.taps("Yes, ask them")
    await town.settles()
    await steward.looks()


async def state_of(town: Town, resident_id: int) -> str:
    [(state,)] = await rows(town, select(people.c.state).where(people.c.id == resident_id))
    return str(state)


async def deeds_for(town: Town, resident_id: int) -> list[str]:
    found = await rows(town, select(deeds.c.what).where(deeds.c.resident_id == resident_id).order_by(deeds.c.id))
    return [str(what) for (what,) in found]


async def no_role(town: Town, person: Person) -> None:
    """They are no coordinator any more."""
    async with town.app.database.unit() as unit:
        for held in [one for one in await roles.current(unit) if one.resident_id == person.resident_id]:
            given: dict[str, Any] = {
                "resident_id": held.resident_id,
                "role": held.role,
                "project_id": held.project_id,
            }
            assert await roles.end(unit, **given, by=held.resident_id, now=town.clock.now())


@crosswise
async def test_whoever_has_signed_up_on_their_new_phone_is_one_with_whom_the_town_knew(town: Town) -> None:
    mayor, pieter = await town.mayor(), await town.coordinator()
    gogo, phone = await twice(town, pieter)
    code = await asked_for(pieter, gogo)
    pieter.sees("Let Gogo Dlamini send me this from the new phone")
    pieter.sees("You speak for Gogo Dlamini now.")
    await phone.says(code)
    phone.sees("This code is for Gogo Dlamini. Pieter van Wyk asked for it at")
    await phone.taps("I am both")
    phone.sees("Gogo Dlamini stays, who joined on")
    phone.sees("Pieter van Wyk speaks for them")
    await phone.taps("Yes, ask them")
    phone.sees("I have asked Pieter van Wyk, who speaks for Gogo Dlamini")
    await town.settles()
    await pieter.looks()
    pieter.sees("For Gogo Dlamini:")
    pieter.sees("where I know G. Dlamini")
    await pieter.taps("Yes, that is me")
    pieter.sees("Is G. Dlamini in the other chat Gogo Dlamini too?")
    assert await state_of(town, phone.resident_id) == ResidentState.RESIDENT, "it takes a yes that says how they agreed"
    await pieter.taps("They said yes")
    pieter.sees("Gogo Dlamini is one resident now")
    assert "You speak for" not in pieter.last.text
    assert await state_of(town, phone.resident_id) == ResidentState.MERGED
    await phone.says("/week")
    await phone.taps("My shifts")
    phone.sees("Bread")
    phone.sees("Weeding")
    # Written down: by whom, for whom, how they agreed. The mayor hears of it, and sees it.
    [(steward_id, what)] = await rows(
        town, select(deeds.c.steward_id, deeds.c.what).where(deeds.c.what.startswith("forthem:"))
    )
    assert (steward_id, what) == (
        pieter.resident_id,
        f"forthem:spoken:{gogo}:{phone.account_id}:{phone.resident_id}",
    )
    await town.settles()
    await mayor.looks()
    mayor.has_seen("said for them that G. Dlamini is the same person")
    await mayor.says("/helping")
    await mayor.taps("What was done")
    mayor.sees("said, as they agreed in speech")
    # The steward's part has ended; the phone speaks for itself.
    await pieter.forges(f"as:{gogo}:home")
    pieter.sees("do not know on this phone")
    await phone.looks()
    phone.has_seen("one resident now")


@crosswise
async def test_the_mayor_undoes_it_and_the_steward_speaks_again(town: Town) -> None:
    mayor, pieter = await town.mayor(), await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    await pieter.taps("They signed it")
    await pieter.says("/merged")
    await pieter.taps("G. Dlamini")
    pieter.sees("one of Pieter van Wyk, who spoke for them without a phone")
    pieter.sees("You spoke for Gogo Dlamini, so only another coordinator")
    await pieter.forges("merge:undo:1:0")
    pieter.sees("so this is for somebody else to decide")
    await town.moves(days=29)
    await mayor.says("/merged")
    await mayor.taps("G. Dlamini")
    await mayor.taps("Make them two again")
    await mayor.taps("Yes, two again")
    mayor.sees("are two residents again")
    assert [await state_of(town, one) for one in (gogo, phone.resident_id)] == [ResidentState.RESIDENT] * 2
    async with town.app.database.reading() as unit:
        assert await residents.of_account(unit, phone.account_id) == phone.resident_id
        assert await helping.of(unit, gogo) == pieter.resident_id
    assert any(what.startswith("forthem:written:") for what in await deeds_for(town, gogo))
    await pieter.forges(f"as:{gogo}:list:mine::0")
    pieter.has_seen("Bread")


@once
async def test_who_joined_first_on_a_phone_is_kept_with_what_was_done_for_them(town: Town) -> None:
    """She had signed up long ago, and was registered once more: the deeds of her steward are in her own data then."""
    pieter, phone = await town.coordinator(), await town.resident("G. Dlamini")
    await town.moves(days=1)
    gogo = await registered(town, pieter)
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    await pieter.taps("They said yes")
    pieter.sees("G. Dlamini is one resident now")
    assert await state_of(town, gogo) == ResidentState.MERGED
    assert any(what.startswith("forthem:spoken:") for what in await deeds_for(town, phone.resident_id))
    assert await rows(town, select(stewards.c.id).where(stewards.c.ended_at.is_(None))) == []


@crosswise
async def test_a_chat_that_was_nobodys_becomes_theirs(town: Town) -> None:
    pieter = await town.coordinator()
    gogo = await registered(town, pieter)
    code, phone = await asked_for(pieter, gogo), await town.stranger("Gogo's phone")
    await phone.says(f"link {code.lower()}")
    phone.sees("This code is for Gogo Dlamini. Pieter van Wyk asked for it at")
    await phone.says("yes, link")
    phone.sees("Welcome, Gogo Dlamini!")
    await phone.forges("chat:yes:0:0:0")
    phone.sees("linked already")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("has a chat of their own now")
    await pieter.forges(f"as:{gogo}:home")
    pieter.sees("do not know on this phone")
    [(own,)] = await rows(town, select(func.count()).where(accounts.c.resident_id == gogo))
    assert own == 1


@crosswise
async def test_typed_words_and_a_restart_in_the_middle(town: Town) -> None:
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await phone.says(await asked_for(pieter, gogo))
    await phone.says("i am both: make us one")
    await phone.says("yes, ask them")
    phone.sees("I have asked Pieter van Wyk")
    await town.settles()
    await pieter.looks()
    await town.restarts()
    await pieter.taps("Yes, that is me")
    await town.restarts()
    await pieter.says("they said yes")
    pieter.sees("Gogo Dlamini is one resident now")
    assert await state_of(town, phone.resident_id) == ResidentState.MERGED


@crosswise
async def test_no_from_the_steward_changes_nothing(town: Town) -> None:
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await asks(town, pieter, gogo, phone)
    await pieter.forges(f"as:{gogo}:chat:look:{phone.account_id}:{phone.resident_id}:0")
    await pieter.taps("They are two people")
    pieter.sees("Nothing was changed")
    await town.settles()
    await phone.looks()
    phone.sees("Gogo Dlamini says that you are two different people")
    await pieter.forges(f"forthem:spoken:{gogo}:{phone.account_id}:{phone.resident_id}")
    pieter.sees("used before, or it is too old")
    assert await state_of(town, phone.resident_id) == ResidentState.RESIDENT
    assert "chat:notme" in " ".join(await deeds_for(town, gogo))


@crosswise
async def test_a_second_tap_and_a_late_one(town: Town) -> None:
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    yes = pieter.button("They said yes")[1]
    await town.moves(hours=25)
    await pieter.forges(yes)
    pieter.sees("used before, or it is too old")
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    await pieter.taps("They said yes")
    await pieter.forges(yes)
    pieter.sees("do not know on this phone")
    assert await rows(town, select(merges.c.kept_id, merges.c.gone_id)) == [(gogo, phone.resident_id)]


@once
async def test_forged_taps_make_nobody_one(town: Town) -> None:
    pieter, naledi, anna = await town.coordinator(), await town.coordinator(name="Naledi"), await town.resident("Anna")
    gogo, phone = await twice(town, pieter)
    yes = f"forthem:spoken:{gogo}:{phone.account_id}:{phone.resident_id}"
    await pieter.forges(yes)
    pieter.sees("used before, or it is too old")
    await asks(town, pieter, gogo, phone)
    await anna.forges(yes)
    anna.sees("Only coordinators")
    await naledi.forges(yes)
    naledi.sees("do not know on this phone")
    await phone.forges(yes)
    phone.sees("Only coordinators")
    await pieter.forges(f"as:{gogo}:{yes}")
    pieter.sees("coordinators")
    for other in (f"{anna.account_id}:{anna.resident_id}", f"{phone.account_id}:{anna.resident_id}"):
        await pieter.forges(f"forthem:spoken:{gogo}:{other}")
        pieter.sees("used before, or it is too old")
    await pieter.forges(f"forthem:shouted:{gogo}:{phone.account_id}:{phone.resident_id}")
    for do in ("open", "code", "go", "gone", "prefer", "yes", "twice", "ask", "share", "vouch", "theirs"):
        await pieter.forges(f"as:{gogo}:chat:{do}:{phone.account_id}:{phone.resident_id}:0")
        pieter.sees("This is for Gogo Dlamini alone")
    for words in ("/chats", "/link CDFH-2345", "CDFH2345", "/start link_CDFH2345"):
        await pieter.says(words)
        pieter.sees("This is for Gogo Dlamini alone")
    assert await rows(town, select(merges.c.id)) == []


@once
async def test_nobody_becomes_whom_they_help(town: Town) -> None:
    """The code is for another's phone: on one of the steward's own it neither merges nor shares."""
    pieter = await town.coordinator()
    gogo = await registered(town, pieter)
    other = await town.stranger("Pieter's other phone")
    async with town.app.database.unit() as unit:
        account = await unit.value(select(func.max(accounts.c.id)))
        assert await residents.link(unit, account, pieter.resident_id)
    code = await asked_for(pieter, gogo)
    await pieter.forges(f"as:{pieter.resident_id}:home")
    await other.says(code)
    for label in ("I am both", "We share this phone"):
        await other.taps(label)
        other.sees("You speak for Gogo Dlamini, so this is for somebody else to decide")
    await other.forges("chat:ask:0:0:0")
    other.sees("You speak for Gogo Dlamini")
    async with town.app.database.reading() as unit:
        assert await speakers.of_home(unit, account_id=account, owner_id=pieter.resident_id) == [
            speakers.Voice(pieter.resident_id, pieter.name, ResidentState.RESIDENT, helped=False)
        ]
    assert await rows(town, select(merges.c.id)) == []


@pytest.mark.parametrize("how", ["ended", "taken", "no role"])
@once
async def test_what_a_steward_began_ends_with_their_part(town: Town, how: str) -> None:
    """Neither their code nor their question outlives it: who has it could become whom they helped."""
    pieter, naledi = await town.coordinator(), await town.coordinator(name="Naledi")
    mayor = await town.mayor()
    gogo, phone = await twice(town, pieter)
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    later = await asked_for(pieter, gogo)
    if how == "ended":
        await mayor.forges(f"aid:ended:{gogo}:0")
    elif how == "taken":
        await naledi.forges(f"aid:take:{gogo}:0")
        await naledi.taps("They said yes")
        await naledi.taps("Today")
        naledi.sees("You speak for Gogo Dlamini now")
    else:
        await no_role(town, pieter)
        await town.settles()
    for by in (pieter, naledi):
        await by.forges(f"forthem:spoken:{gogo}:{phone.account_id}:{phone.resident_id}")
        assert "one resident now" not in by.last.text
    await phone.says(later)
    phone.sees("used before, or it is too old")
    assert await state_of(town, phone.resident_id) == ResidentState.RESIDENT
    stranger = await town.stranger()
    await stranger.says(later)
    stranger.sees("used before, or it is too old")


@once
async def test_where_nobody_can_be_asked_that_is_said(town: Town) -> None:
    mayor, pieter = await town.mayor(), await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await mayor.forges(f"aid:ended:{gogo}:0")
    await mayor.forges(f"chat:vouch:0:{gogo}:0")
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mayor.last.text)
    assert found is not None
    await phone.says(found[0])
    await phone.taps("I am both")
    phone.sees("I have nobody to ask")
    await phone.forges("chat:ask:0:0:0")
    phone.sees("I have nobody to ask")
    assert await rows(town, select(codes.c.digest).where(codes.c.used_at.is_not(None))) == []


@once
async def test_on_a_phone_of_their_home_they_answer_themself(town: Town) -> None:
    """Who shares a phone is asked there, not through their steward, and the steward hears what has become of it."""
    anna, pieter = await town.resident("Anna"), await town.coordinator()
    gogo, phone = await twice(town, pieter)
    async with town.app.database.unit() as unit:
        await household.share(unit, account_id=anna.account_id, resident_id=gogo, now=town.clock.now())
    await phone.says(await asked_for(pieter, gogo))
    await phone.taps("I am both")
    await phone.taps("Yes, ask there")
    await town.settles()
    await anna.looks()
    anna.sees("For Gogo Dlamini:")
    await anna.taps("Yes, that is me")
    anna.sees("the two are one now")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("has a chat of their own now")
    assert await rows(town, select(stewards.c.id).where(stewards.c.ended_at.is_(None))) == []


@once
async def test_a_role_that_they_were_given_on_the_new_phone_is_theirs(town: Town) -> None:
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    async with town.app.database.unit() as unit:
        given: dict[str, Any] = {"role": Role.TREASURER, "project_id": None, "by": None, "now": town.clock.now()}
        await roles.give(unit, resident_id=phone.resident_id, **given)
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    pieter.sees("1 role moves")
    await pieter.taps("They said yes")
    held = select(grants.c.resident_id).where(grants.c.role == Role.TREASURER, grants.c.ended_at.is_(None))
    assert await rows(town, held) == [(gogo,)]


@once
async def test_what_is_theirs_alone_is_refused_in_the_action_too(town: Town) -> None:
    """Whatever way a steward's tap took to it."""
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await asks(town, pieter, gogo, phone)
    who = replace(await town.who(pieter), resident_id=gogo, name="Gogo Dlamini", steward_id=pieter.resident_id)
    now, two = town.clock.now(), {"account_id": phone.account_id, "other_id": phone.resident_id}
    seat = Seat(account_id=pieter.account_id, state=None, data="{}", language="en")
    acts: list[Callable[[Unit], Awaitable[object]]] = [
        lambda unit: actions.ask_code(unit, who=who, now=now),
        lambda unit: actions.look(unit, who=who, seat=seat, code="CDFH2345", now=now),
        lambda unit: actions.link(unit, who=who, seat=seat, now=now),
        lambda unit: chats.mine(unit, who=who),
        lambda unit: chats.prefer(unit, who=who, account_id=None),
        lambda unit: chats.elsewhere(unit, who=who),
        lambda unit: meeting.share(unit, who=who, seat=seat, now=now),
        lambda unit: meeting.answer(unit, who=who, **two, same=True, now=now),
    ]
    for act in acts:
        with pytest.raises(NotForStewards):
            async with town.app.database.unit() as unit:
                await act(unit)
    assert await rows(town, select(merges.c.id)) == []


@once
async def test_a_second_tap_on_the_question_says_once_more_who_was_asked(town: Town) -> None:
    """As it is so, they are not sent for a new code."""
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await phone.says(await asked_for(pieter, gogo))
    await phone.taps("I am both")
    await phone.taps("Yes, ask them")
    again = await phone.forges("chat:ask:0:0:0")
    assert "I have asked Pieter van Wyk, who speaks for Gogo Dlamini" in again.text, phone.toast
    assert "used before" not in phone.toast
    await town.settles()
    await pieter.looks()
    pieter.has_seen("where I know G. Dlamini", times=1)
    await pieter.forges(f"as:{gogo}:chat:notme:{phone.account_id}:{phone.resident_id}:0")
    await phone.forges("chat:ask:0:0:0")
    phone.sees("used before, or it is too old")


@once
async def test_a_steward_who_is_made_one_with_another_meanwhile_goes_on(town: Town) -> None:
    """The old question is nobody's any more; the notice is theirs, whoever they are now."""
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    elder = await town.resident("P. van Wyk")
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    old, whose = pieter.button("They said yes")[1], pieter.resident_id
    async with town.app.database.unit() as unit:
        joined = {"joined_at": town.clock.now() - timedelta(days=9)}
        await residents.change(unit, elder.resident_id, **joined)
        await merging.merge(
            unit, kept_id=elder.resident_id, gone_id=whose, account_id=elder.account_id, now=town.clock.now()
        )
    await pieter.forges(f"as:{whose}:{old}")
    pieter.sees("do not know on this phone")
    assert await state_of(town, phone.resident_id) == ResidentState.RESIDENT
    await pieter.forges(f"as:{gogo}:chat:one:{phone.account_id}:{phone.resident_id}:0")
    await pieter.taps("They said yes")
    pieter.sees("Gogo Dlamini is one resident now")
    assert any(what.startswith("forthem:") for what in await deeds_for(town, gogo))


@once
async def test_a_steward_answers_in_words_the_next_morning(town: Town) -> None:
    """They are themself again by then; the question is still the last they read."""
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await asks(town, pieter, gogo, phone)
    await pieter.taps("Yes, that is me")
    await town.moves(hours=12)
    await pieter.says("they signed it")
    pieter.sees("Gogo Dlamini is one resident now")


@once
async def test_a_steward_whom_nothing_reaches_is_asked_when_they_come_back(town: Town) -> None:
    pieter = await town.coordinator()
    gogo, phone = await twice(town, pieter)
    await phone.says(await asked_for(pieter, gogo))
    async with town.app.database.unit() as unit:
        await unit.run(accounts.update().where(accounts.c.resident_id == pieter.resident_id).values(reachable=False))
    await phone.taps("I am both")
    phone.sees("Pieter van Wyk speaks for them")
    await phone.taps("Yes, ask them")
    phone.sees("Tell them that it is you, within a day")
    await town.settles()
    await pieter.says("/week")
    await town.settles()
    await pieter.looks()
    await pieter.taps("Yes, that is me")
    pieter.sees("Is G. Dlamini in the other chat Gogo Dlamini too?")


@once
async def test_a_code_for_who_may_do_more_than_their_steward_is_for_the_mayor_to_make(town: Town) -> None:
    """Whoever has the code could become them, and vote in the council or let people in."""
    mayor, pieter = await town.mayor(), await town.coordinator("Bakery")
    gogo = await registered(town, pieter)
    for role, said in ((Role.COUNCIL, "Only the mayor"), (Role.COORDINATOR, "whole town")):
        async with town.app.database.unit() as unit:
            given: dict[str, Any] = {"role": role, "project_id": None, "now": town.clock.now()}
            await roles.give(unit, resident_id=gogo, by=None, **given)
        await pieter.forges(f"as:{gogo}:home")
        await pieter.says("/link")
        pieter.sees(said)
        await pieter.forges(f"aid:code:{gogo}:0")
        pieter.sees(said)
        async with town.app.database.unit() as unit:
            assert await roles.end(unit, resident_id=gogo, by=gogo, **given)
    assert await rows(town, select(codes.c.digest)) == []
    assert re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", (await mayor.forges(f"chat:vouch:0:{gogo}:0")).text)
