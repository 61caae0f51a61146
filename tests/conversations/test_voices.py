"""Several who speak through one account: old words, lost drafts, ends of help, a switch at the same time."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from handlers import catalogue
from handlers.agenda import actions as agenda
from handlers.helping import actions as helping_actions
from handlers.helping import deed_words
from handlers.kit.filters import Doing
from handlers.kit.screens import MOST_TEXT, Screen
from handlers.kit.speaking import OF_THE_CHAT, screen_for
from handlers.kit.speaking_words import notice_for
from handlers.kit.who import Who
from handlers.linking import actions as linking
from handlers.pickup import guesses
from handlers.roles.codes import TRIES
from handlers.standing import actions as standing
from storage import inbox
from storage.queries import exemptions, helping, household, residents, roles, speakers
from storage.tables import Account, Mute, Resident, ResidentState, table_of
from tests.conversations.test_helping import registered
from tests.conversations.test_household import joined_by
from tests.people import Person, Town
from town.exemptions import ExemptionKind
from town.facts import HelpsThem, NotForStewards
from town.topics import TOPICS
from town.week import week_of

accounts, mutes, people = (table_of(model) for model in (Account, Mute, Resident))


async def muted(town: Town, resident_id: int) -> int:
    async with town.app.database.reading() as unit:
        return len(await unit.rows(select(mutes.c.topic).where(mutes.c.resident_id == resident_id)))


async def kept(town: Town, person: Person) -> Any:
    """What an account's row keeps of its conversation."""
    async with town.app.database.reading() as unit:
        return json.loads(await unit.value(select(accounts.c.data).where(accounts.c.id == person.account_id)))


async def as_them(town: Town, person: Person, resident_id: int) -> None:
    await person.forges(f"as:{resident_id}:home")


# -- a phone of the home -----------------------------------------------------------------------------------------------


async def test_stop_is_of_one_of_them_and_says_whose(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    await as_them(town, anna, ben)
    await anna.says("STOP")
    anna.sees("Ben")
    anna.sees("the others on this phone")
    assert (await muted(town, ben), await muted(town, anna.resident_id)) == (len(TOPICS), 0)
    await anna.says("START")
    assert await muted(town, ben) == 0
    # After a silence nobody knows whose word it is: they say so, and then it holds.
    await town.moves(hours=2)
    await anna.says("stop")
    assert anna.sees("Who is speaking?")
    await anna.taps("Anna")
    anna.sees("Anna")
    assert (await muted(town, ben), await muted(town, anna.resident_id)) == (0, len(TOPICS))


async def test_a_stop_on_ones_own_phone_names_nobody(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("STOP")
    assert "others on this phone" not in anna.last.text


async def test_who_takes_the_phone_over_is_asked_again_what_they_were_asked(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    await anna.forges(f"as:{ben}:me:street:0")
    await as_them(town, anna, anna.resident_id)
    await anna.says("/phone")
    await anna.taps("Somebody else speaks")
    await anna.taps("Ben")
    anna.sees("Which street")
    await anna.says("Long Lane 4")
    async with town.app.database.reading() as unit:
        assert (await residents.profile(unit, ben)).street == "Long Lane 4"
        assert (await residents.profile(unit, anna.resident_id)).street != "Long Lane 4"


def test_all_wrong_codes_are_of_the_chat() -> None:
    assert {TRIES, linking.TRIES, guesses.WRONG} == OF_THE_CHAT


async def test_wrong_codes_count_for_the_phone_whoever_sends_them(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    tries = [town.clock.now().timestamp()] * 5
    async with town.app.database.unit() as unit:
        await unit.run(update(accounts).where(accounts.c.id == anna.account_id).values(data=json.dumps({TRIES: tries})))
    await as_them(town, anna, ben)
    assert (await kept(town, anna))[TRIES] == tries
    await as_them(town, anna, anna.resident_id)
    assert (await kept(town, anna))[TRIES] == tries


async def test_a_vote_in_hand_is_not_kept_while_it_is_asked_who_speaks(town: Town) -> None:
    anna = await town.resident("Anna")
    await joined_by(town, anna, "Ben")
    async with town.app.database.unit() as unit:
        await unit.run(update(accounts).where(accounts.c.id == anna.account_id).values(state="ballot:paper"))
    await town.moves(hours=2)
    await anna.says("Against the bakery")
    assert anna.sees("Who is speaking?")
    assert "bakery" not in json.dumps(await kept(town, anna))


async def test_who_was_not_let_in_does_not_hold_the_phone(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    await as_them(town, anna, ben)
    async with town.app.database.unit() as unit:
        await unit.run(update(people).where(people.c.id == ben).values(state=ResidentState.LEFT))
    await anna.says("/phone")
    anna.sees("yours alone")


async def test_everybodys_data_is_without_the_others_drafts(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    await anna.forges(f"as:{ben}:phone:new:0")
    await anna.says("Secret Newcomer")
    await as_them(town, anna, anna.resident_id)
    async with town.app.database.reading() as unit:
        everything = await residents.everything(unit, anna.resident_id)
    [row] = everything["accounts"]
    assert "Secret Newcomer" not in str(row)


async def test_two_at_once_the_second_finds_who_speaks_since_the_first(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    await as_them(town, anna, anna.resident_id)
    database, now = town.app.database, town.clock.now()
    async with database.reading() as unit:
        row = await unit.first(select(accounts.c.channel, accounts.c.address).where(accounts.c.id == anna.account_id))
    assert row is not None
    where = {"channel": row.channel, "address": row.address, "language": "en", "now": now}

    async def second() -> inbox.Opened:
        async with database.unit() as unit:
            return await inbox.open_update(unit, key="second", **where)

    async with database.unit() as unit:
        await inbox.open_update(unit, key="first", **where)
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await speakers.choose(unit, account_id=anna.account_id, speaking_id=ben)
    opened = await waiting
    assert (opened.resident_id, opened.name, opened.resident_state) == (ben, "Ben", ResidentState.RESIDENT)


def test_the_longest_notice_finds_room_to_say_for_whom() -> None:
    screen = screen_for(Screen("x" * MOST_TEXT), 7, notice_for("😀" * 60))
    assert screen.html.startswith("<b>For 😀")


# -- somebody without a phone ------------------------------------------------------------------------------------------


async def test_the_way_back_to_oneself_can_be_typed_anywhere(town: Town) -> None:
    pieter = await town.coordinator()
    gogo = await registered(town, pieter)
    await as_them(town, pieter, gogo)
    await pieter.says("/me")
    await pieter.says("speak for myself")
    assert "You speak for" not in pieter.last.text
    await pieter.says("/phone")
    assert "This is for" not in pieter.last.text
    # In the middle of a question too: no name of theirs is changed.
    await pieter.forges(f"as:{gogo}:me:name:0")
    await pieter.says("Speak for myself")
    assert "You speak for" not in pieter.last.text
    async with town.app.database.reading() as unit:
        assert (await residents.profile(unit, gogo)).name == "Gogo Dlamini"


async def test_a_steward_is_given_no_address_of_their_calendar(town: Town) -> None:
    pieter = await town.coordinator()
    gogo = await registered(town, pieter)
    for do in ("feed", "off"):
        await pieter.forges(f"as:{gogo}:ics:{do}:0")
        pieter.sees("This is for Gogo Dlamini alone")
    await as_them(town, pieter, gogo)
    await pieter.says("/calendar")
    pieter.sees("This is for Gogo Dlamini alone")
    who = replace(await town.who(pieter), resident_id=gogo, steward_id=pieter.resident_id)
    async with town.app.database.unit() as unit:
        for change in (agenda.switch_on, agenda.renew):
            with pytest.raises(NotForStewards):
                await change(unit, who=who)


async def test_who_ended_the_help_does_not_decide_what_they_asked_for(town: Town) -> None:
    mayor = await town.mayor()
    gogo = await registered(town, mayor)
    now = town.clock.now()
    who: Who = await town.who(mayor)
    async with town.app.database.unit() as unit:
        exemption = await exemptions.ask(
            unit,
            resident_id=gogo,
            kind=ExemptionKind.CARE.value,
            from_week=week_of(now, who.zone),
            until_week=week_of(now + timedelta(weeks=2), who.zone),
            now=now,
        )
    await town.moves(hours=1)
    await mayor.forges(f"aid:ended:{gogo}:0")
    other = await town.mayor("Sipho")
    async with town.app.database.unit() as unit:
        with pytest.raises(HelpsThem):
            await standing.to_decide(unit, who=who, exemption_id=exemption)
        await standing.to_decide(unit, who=await town.who(other), exemption_id=exemption)


async def test_who_speaks_for_somebody_is_not_asked_to_decide_for_them(town: Town) -> None:
    mayor, other = await town.mayor(), await town.mayor("Sipho")
    gogo = await registered(town, mayor)
    who = replace(await town.who(mayor), resident_id=gogo, name="Gogo Dlamini", steward_id=mayor.resident_id)
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        first = week_of(now, who.zone)
        asked = await standing.ask(unit, who=who, kind=ExemptionKind.CARE, first=first, last=first, now=now)
    assert asked.deciders == 1
    await town.settles()
    await other.looks()
    await mayor.looks()
    other.has_seen("Gogo Dlamini")
    mayor.has_not_seen("would like to be exempt")


async def test_what_was_said_and_refused_is_not_said_again_by_another(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    for name, other in (("Ben", anna.resident_id), ("Anna", ben)):
        await town.moves(hours=2)
        await anna.says("/desk")
        await anna.taps(name)
        anna.sees("Only coordinators can do that.")
        await anna.says("hm")
        anna.sees("I did not understand that.")
        await anna.forges(f"as:{other}:me:privacy:0")
        await anna.says("hm")
        anna.sees("I did not understand that.")
        await anna.says("/phone")
        assert f"You are {name} now." not in anna.last.text


def test_every_deed_that_has_words_of_its_own_can_be_done() -> None:
    done: set[tuple[str, ...]] = set()
    for capability in catalogue.capabilities():
        for router in capability.router().chain_tail:
            for handler in router.callback_query.handlers:
                for one in handler.filters or ():
                    if isinstance(one.callback, Doing):
                        done.update(tuple(start.split(":")[:2]) for start in one.callback.starts)
    assert set(deed_words.acts()) <= done, set(deed_words.acts()) - done


async def test_an_account_that_nobody_shares_asks_nothing_of_who_speaks(town: Town) -> None:
    anna, shift = await town.resident("Anna"), await town.shift("Bread baking")
    await anna.says(f"/start shift_{shift}")
    said: list[str] = []
    engine = town.app.database.engine.sync_engine

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        await anna.taps("Join")
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert any("signups" in statement for statement in said)
    asked = [one for one in said if re.search(r"FROM (speakers|stewards)|INTO deeds", one) and "outbox" not in one]
    assert asked == []


async def test_who_shares_a_phone_is_told_who_speaks_for_them(town: Town) -> None:
    anna, pieter = await town.resident("Anna"), await town.coordinator()
    ben = await joined_by(town, anna, "Ben")
    await pieter.forges(f"aid:take:{ben}:0")
    await pieter.taps("They said yes")
    await pieter.taps("Today")
    pieter.sees("You speak for Ben now.")
    await town.settles()
    await anna.looks()
    anna.has_seen("For Ben:")
    anna.has_seen("Pieter van Wyk speaks for you with the town from now on")
    # On the phone of the home Ben is himself, as before.
    await as_them(town, anna, ben)
    await anna.says("/phone")
    anna.sees("You are Ben now.")


async def test_of_two_who_take_it_over_at_once_one_does(town: Town) -> None:
    pieter, naledi, sipho = [await town.coordinator(name=name) for name in ("Pieter", "Naledi", "Sipho")]
    gogo = await registered(town, pieter)
    who, now = [await town.who(one) for one in (naledi, sipho)], town.clock.now()

    async def takes(one: Who) -> None:
        async with town.app.database.unit() as unit:
            await helping_actions.to_take(unit, who=one, resident_id=gogo)
            await asyncio.sleep(0.1)
            await helping_actions.take(
                unit, who=one, resident_id=gogo, consent=helping_actions.SPOKEN, consent_on=now.date(), now=now
            )

    await asyncio.gather(*(takes(one) for one in who), return_exceptions=True)
    async with town.app.database.reading() as unit:
        after = await helping.of(unit, gogo)
    assert after in (naledi.resident_id, sipho.resident_id)
    async with town.app.database.unit() as unit:  # who was seen there before does not speak for them any more
        assert not await helping.end(unit, resident_id=gogo, steward_id=pieter.resident_id, by=None, now=now)
        assert await helping.of(unit, gogo) == after


async def test_a_code_for_their_phone_is_written_down(town: Town) -> None:
    pieter, mayor = await town.coordinator(), await town.mayor()
    gogo = await registered(town, pieter)
    await pieter.forges(f"aid:code:{gogo}:0")
    await mayor.says("/helping")
    await mayor.taps("What was done")
    mayor.sees("asked for a code for their own phone")


async def test_a_steward_who_is_no_coordinator_any_more_is_no_other_way(town: Town) -> None:
    anna, pieter = await town.resident("Anna"), await town.coordinator()
    ben = await joined_by(town, anna, "Ben")
    await pieter.forges(f"aid:take:{ben}:0")
    await pieter.taps("They said yes")
    await pieter.taps("Today")
    where = {"resident_id": ben, "account_id": anna.account_id}
    async with town.app.database.unit() as unit:
        assert await household.is_reached_elsewhere(unit, **where)
        [held] = [one for one in await roles.current(unit) if one.resident_id == pieter.resident_id]
        await roles.end(
            unit,
            resident_id=held.resident_id,
            role=held.role,
            project_id=held.project_id,
            by=anna.resident_id,
            now=town.clock.now(),
        )
        assert not await household.is_reached_elsewhere(unit, **where)
