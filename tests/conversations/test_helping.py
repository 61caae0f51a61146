"""Residents without a phone: a coordinator acts for them, as they agreed, and it is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.queries import helping, residents, roles
from storage.tables import Account, Deed, HoursEntry, Resident, ResidentState, Role, Signup, Steward, table_of
from tests.people import Person, Town

accounts, signups, deeds, stewards = (table_of(model) for model in (Account, Signup, Deed, Steward))
people, entries = table_of(Resident), table_of(HoursEntry)


async def rows(town: Town, statement: object) -> list[tuple[object, ...]]:
    async with town.app.database.reading() as unit:
        return [tuple(row) for row in await unit.rows(statement)]  # type: ignore[arg-type]  # any select


async def registered(town: Town, by: Person, name: str = "Gogo Dlamini") -> int:
    """Somebody without a phone, registered by a coordinator; their id."""
    await by.says("/helping")
    await by.taps("Register somebody")
    await by.says(name)
    await by.says("Hill Road 3")
    await by.taps("None of these")
    await by.taps("Yes")
    assert by.sees("Please read this to")
    await by.taps("They said yes")
    await by.taps("Today")
    assert by.sees(f"{name} is a resident now")
    [(found,)] = await rows(town, select(people.c.id).where(people.c.name == name))
    assert isinstance(found, int)
    return found


async def test_a_coordinator_registers_somebody_and_acts_for_them(town: Town) -> None:
    pieter = await town.coordinator()
    await pieter.says("/desk")
    await pieter.taps("More at the desk")
    await pieter.taps("People without a phone")
    assert pieter.sees("Nobody yet")
    gogo = await registered(town, pieter)
    shift = await town.shift("Bread baking")
    await pieter.taps("Speak for them")
    await pieter.says("/shifts")
    assert pieter.sees("You speak for Gogo Dlamini now.")
    await pieter.says(f"/start shift_{shift}")
    await pieter.taps("Join")
    assert await rows(town, select(signups.c.resident_id).where(signups.c.shift_id == shift)) == [(gogo,)]
    assert pieter.sees("You speak for Gogo Dlamini now.")
    await pieter.taps("Speak for myself")
    await pieter.says("/week")
    assert "You speak for" not in pieter.last.text
    # What was done is written down, for the coordinator and the mayor.
    done = [what for (what,) in await rows(town, select(deeds.c.what).where(deeds.c.resident_id == gogo))]
    assert f"shift:join:{shift}" in done
    assert "/shifts" in done
    await pieter.says("/helping")
    await pieter.taps("Gogo")
    assert pieter.sees("They agreed in speech on")
    await pieter.taps("What was done")
    assert pieter.sees("took a place on a shift")
    mayor = await town.mayor()
    await mayor.says("/helping")
    await mayor.taps("What was done")
    assert mayor.sees("Pieter van Wyk for Gogo Dlamini: took a place on a shift")
    # Their notices come to who speaks for them.
    await town.moves(hours=24)
    await pieter.looks()
    assert pieter.has_seen("For Gogo Dlamini:")


async def test_what_is_theirs_alone(town: Town) -> None:
    pieter, mayor = await town.coordinator(), await town.mayor()
    gogo = await registered(town, pieter)
    poll = await town.poll()
    async with town.app.database.unit() as unit:
        await residents.change(unit, gogo, joined_at=town.clock.now())
    for data in (
        f"vote:page:{poll}",
        "proxy:open:0",
        "hours:list:0:0:0:0",
        "desk:home:0:0",
        "town:home:0:0:",
        "chat:open:0:0:0",
        "phone:open:0",
        "aid:list:0:0",
        "cast:new:0:0:",
    ):
        await pieter.forges(f"as:{gogo}:{data}")
        assert pieter.sees("This is for Gogo Dlamini alone"), data
    await pieter.forges(f"as:{gogo}:home")
    for command in ("/desk", "/chats", "/phone", "/polls", "/town", "/helping"):
        await pieter.says(command)
        assert pieter.sees("This is for Gogo Dlamini alone"), command
    # Nobody else speaks for them: not the mayor, and not a resident.
    await mayor.forges(f"as:{gogo}:home")
    assert mayor.sees("do not know on this phone")


async def test_they_do_not_act_with_a_role_of_whom_they_help(town: Town) -> None:
    pieter = await town.coordinator()
    gogo = await registered(town, pieter)
    async with town.app.database.unit() as unit:
        await roles.give(unit, resident_id=gogo, role=Role.MAYOR, project_id=None, by=None, now=town.clock.now())
    await pieter.forges(f"as:{gogo}:news:correct:1:0:")
    await pieter.forges(f"as:{gogo}:news:draft:0:0:")
    assert "mayor" in pieter.last.text + pieter.toast
    await pieter.forges(f"as:{gogo}:stand:exempts::0:0")
    assert "mayor" in pieter.last.text + pieter.toast


async def test_who_speaks_for_somebody_confirms_none_of_their_hours(town: Town) -> None:
    pieter, naledi = await town.coordinator(), await town.coordinator(name="Naledi")
    gogo = await registered(town, pieter)
    shift = await town.shift("Bread baking")
    await pieter.forges(f"as:{gogo}:shift:join:{shift}")
    await pieter.forges(f"as:{pieter.resident_id}:home")
    await town.moves(hours=30)
    await pieter.forges(f"hours:came:{shift}:{gogo}:0:0")
    await pieter.forges(f"hours:all:{shift}:0:0:0")
    assert pieter.sees("You speak for Gogo Dlamini")
    await pieter.forges(f"hours:missed:{shift}:{gogo}:0:0")
    assert await rows(town, select(entries.c.id)) == []
    # Nor by ending the help first.
    await pieter.forges(f"aid:ended:{gogo}:0")
    await pieter.forges(f"hours:all:{shift}:0:0:0")
    assert pieter.sees("You speak for Gogo Dlamini")
    await naledi.forges(f"hours:all:{shift}:0:0:0")
    assert await rows(town, select(entries.c.resident_id)) == [(gogo,)]


async def test_hours_reported_for_somebody_are_confirmed_by_another(town: Town) -> None:
    pieter, naledi = await town.coordinator(), await town.coordinator(name="Naledi")
    gogo = await registered(town, pieter)
    await pieter.taps("Speak for them")
    await pieter.says("/report")
    await pieter.forges(f"as:{gogo}:w:report:day:{town.clock.now().date().isoformat()}")
    await pieter.says("2 h")
    await pieter.says("Peeled potatoes")
    await pieter.taps("Nobody saw it")
    await pieter.taps("Send it")
    await town.settles()
    await naledi.looks()
    assert naledi.has_seen("Peeled potatoes")
    await pieter.forges("report:yes:1:0")
    assert pieter.sees("You speak for Gogo Dlamini")
    await pieter.forges(f"as:{gogo}:report:yes:1:0")
    assert await rows(town, select(entries.c.id)) == []
    await naledi.forges("report:yes:1:0")
    assert await rows(town, select(entries.c.resident_id)) == [(gogo,)]


async def test_the_mode_ends_by_itself(town: Town) -> None:
    pieter = await town.coordinator()
    await registered(town, pieter)
    await pieter.taps("Speak for them")
    await pieter.says("/week")
    assert pieter.sees("You speak for Gogo Dlamini now.")
    await town.moves(hours=1.5)
    await pieter.says("/week")
    assert "You speak for" not in pieter.last.text


@pytest.mark.parametrize("way", ["role", "consent"])
async def test_nobody_goes_on_who_may_not(town: Town, way: str) -> None:
    pieter, mayor = await town.coordinator(), await town.mayor()
    gogo = await registered(town, pieter)
    shift = await town.shift("Bread baking")
    await pieter.taps("Speak for them")
    await pieter.says("/week")
    if way == "role":
        async with town.app.database.unit() as unit:
            [held] = [one for one in await roles.current(unit) if one.resident_id == pieter.resident_id]
            await roles.end(
                unit,
                resident_id=pieter.resident_id,
                role=held.role,
                project_id=held.project_id,
                by=mayor.resident_id,
                now=town.clock.now(),
            )
    else:
        await mayor.says("/helping")
        await mayor.taps("Gogo")
        await mayor.taps("End it")
        await mayor.taps("Yes, end it")
    await pieter.forges(f"as:{gogo}:shift:join:{shift}")
    assert pieter.sees("do not know on this phone")
    await pieter.says("/week")
    assert "You speak for" not in pieter.last.text
    assert await rows(town, select(signups.c.resident_id)) == []
    await town.settles()
    await mayor.looks()
    await pieter.looks()
    if way == "role":
        assert mayor.has_seen("nobody speaks for Gogo Dlamini")
        await mayor.taps("They agree: I speak")
        await mayor.taps("They signed it")
        await mayor.says("yesterday")
        assert mayor.sees("You speak for Gogo Dlamini now.")
        await mayor.forges(f"as:{gogo}:shift:join:{shift}")
        assert await rows(town, select(signups.c.resident_id)) == [(gogo,)]
    else:
        assert pieter.has_seen("has ended that you speak for Gogo Dlamini")


async def test_passing_on_takes_their_consent_anew(town: Town) -> None:
    pieter, naledi = await town.coordinator(), await town.coordinator(name="Naledi")
    gogo = await registered(town, pieter)
    await pieter.says("/helping")
    await pieter.taps("Gogo")
    await pieter.taps("Pass on to another")
    await pieter.taps("Naledi")
    assert pieter.sees("I have asked Naledi")
    await town.settles()
    await naledi.looks()
    assert naledi.has_seen("asks whether you would speak for Gogo Dlamini")
    await naledi.forges(f"as:{gogo}:home")
    assert naledi.sees("do not know on this phone")
    await naledi.taps("They agree: I speak")
    assert naledi.sees("Pieter van Wyk speaks for them until now")
    await naledi.taps("They said yes")
    await naledi.says("24/11/2030")
    assert naledi.sees("24/11/2030")
    await naledi.taps("Today")
    await town.settles()
    await pieter.looks()
    assert pieter.has_seen("Naledi speaks for Gogo Dlamini from now on")
    await pieter.forges(f"as:{gogo}:home")
    assert pieter.sees("do not know on this phone")
    standing = select(stewards.c.steward_id).where(stewards.c.ended_at.is_(None))
    assert await rows(town, standing) == [(naledi.resident_id,)]


async def test_they_have_a_phone_now(town: Town) -> None:
    pieter = await town.coordinator()
    gogo = await registered(town, pieter)
    await pieter.says("/helping")
    await pieter.taps("Gogo")
    await pieter.taps("They have a phone now")
    shown = await pieter.taps("A code for them")
    code = next(word for word in shown.text.split() if "-" in word and word.isupper())
    phone = await town.stranger("Gogo's phone")
    await phone.says(f"/link {code}")
    await phone.taps("Yes")
    own = await rows(town, select(accounts.c.id).where(accounts.c.resident_id == gogo))
    assert len(own) == 1
    await town.settles()
    async with town.app.database.reading() as unit:
        assert await helping.of(unit, gogo) is None
    await pieter.looks()
    assert pieter.has_seen("speaks for themself")
    await pieter.forges(f"as:{gogo}:home")
    assert pieter.sees("do not know on this phone")


async def test_who_may_register(town: Town) -> None:
    resident, pieter = await town.resident(), await town.coordinator()
    await resident.says("/helping")
    assert resident.sees("Only coordinators can do that.")
    await resident.forges("aid:new:0:0")
    assert resident.sees("Only coordinators can do that.")
    gogo = await registered(town, pieter)
    for do in ("person", "take", "pass", "has", "code", "end", "ended", "done", "deeds"):
        await resident.forges(f"aid:{do}:{gogo}:0")
    async with town.app.database.reading() as unit:
        assert await helping.of(unit, gogo) == pieter.resident_id
        assert (await residents.profile(unit, gogo)).state == ResidentState.RESIDENT
    # A resident with a chat of their own speaks for themself.
    await pieter.forges(f"aid:take:{resident.resident_id}:0")
    assert pieter.sees("has a chat of their own")
