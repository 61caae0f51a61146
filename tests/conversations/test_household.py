"""A phone that a home shares: each of them counts for themself, whoever holds it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from handlers.household import actions
from storage.queries import household, speakers
from storage.queries import town as town_queries
from storage.tables import Account, Signup, SignupState, table_of
from tests.people import Person, Town
from town.facts import PhoneFull

signups, accounts = table_of(Signup), table_of(Account)


async def held_by(town: Town, shift_id: int) -> set[int]:
    async with town.app.database.reading() as unit:
        rows = await unit.rows(
            select(signups.c.resident_id).where(signups.c.shift_id == shift_id, signups.c.state == SignupState.HELD)
        )
    return {row[0] for row in rows}


async def ids_on(town: Town, phone: Person) -> dict[str, int]:
    async with town.app.database.reading() as unit:
        people = await speakers.of_home(unit, account_id=phone.account_id, owner_id=phone.resident_id)
    return {one.name: one.resident_id for one in people}


async def joined_by(town: Town, phone: Person, name: str) -> int:
    """Somebody of the home signs up on its phone; their id."""
    await phone.says("/phone")
    await phone.taps("Add somebody")
    await phone.taps("New to the town")
    await phone.says(name)
    await phone.taps("The same street")
    await phone.taps("Yes")
    await phone.taps("I agree")
    assert phone.sees(f"Welcome, {name}!")
    return (await ids_on(town, phone))[name]


async def test_somebody_of_the_home_signs_up_on_its_phone(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/me")
    await anna.taps("More about me")
    await anna.taps("Others on this phone")
    assert anna.sees("This phone is yours alone.")
    ben = await joined_by(town, anna, "Ben")
    shift = await town.shift("Bread baking", places=2)
    await anna.joins(shift)
    assert await held_by(town, shift) == {anna.resident_id}
    await anna.taps("Go on as Ben")
    await anna.says("/phone")
    assert anna.sees("You are Ben now.")
    await anna.says(f"/start shift_{shift}")
    await anna.taps("Join")
    assert await held_by(town, shift) == {anna.resident_id, ben}
    await town.settles()
    await anna.looks()
    assert anna.has_not_seen("speaks through your phone")  # she was there


async def test_a_button_of_one_tapped_while_another_speaks(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    first, second = await town.shift("Bread baking"), await town.shift("Weeding", at="14:00")
    annas = await anna.says(f"/start shift_{first}")
    await anna.taps("Go on as Ben")
    bens = await anna.says(f"/start shift_{second}")
    await anna.taps("Join", on=annas)
    assert await held_by(town, first) == {anna.resident_id}
    await anna.taps("Join", on=bens)
    assert await held_by(town, second) == {ben}
    assert (await anna.says("/phone")).text.find("You are Ben now.") >= 0


async def test_it_asks_who_speaks_after_a_silence_and_carries_out_what_was_said(town: Town) -> None:
    anna = await town.resident("Anna")
    await joined_by(town, anna, "Ben")
    await anna.says("/week")
    await town.moves(hours=1.5)
    await anna.says("shifts")
    assert anna.sees("Who is speaking?")
    assert anna.last.labels == ["Anna", "Ben"]
    await anna.says("I do not know")
    assert anna.sees("Who is speaking?")
    await anna.taps("Ben")
    assert anna.sees("How would you like to look for a shift?")
    await anna.says("/phone")
    assert anna.sees("You are Ben now.")
    # A name that is typed will do, and a number too.
    await town.moves(hours=1.5)
    await anna.says("/phone")
    assert anna.sees("Who is speaking?")
    await anna.says("1")
    assert anna.sees("You are Anna now.")


async def test_what_is_typed_at_a_screen_of_another_is_asked_about(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    shift = await town.shift("Bread baking")
    await anna.says(f"/start shift_{shift}")
    await town.moves(hours=2)
    await anna.says("join")
    assert anna.sees("Who is speaking?")
    assert await held_by(town, shift) == set()
    await anna.taps("Ben")
    assert await held_by(town, shift) == {ben}


async def test_the_wizard_of_one_is_not_continued_by_another_and_waits_for_them(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    await anna.says("/me")
    await anna.taps("Name")
    assert anna.sees("What is your name?")
    await anna.forges(f"as:{ben}:home")
    await anna.says("Bernard")
    assert anna.sees("I did not understand that.")
    names = await ids_on(town, anna)
    assert sorted(names) == ["Anna", "Ben"]
    await anna.forges(f"as:{anna.resident_id}:me:open:0")
    await anna.taps("Name")
    await anna.forges(f"as:{ben}:me:name:0")
    await anna.says("Benjamin")
    assert sorted(await ids_on(town, anna)) == ["Anna", "Benjamin"]
    # What Anna was asked is asked yet.
    await anna.forges(f"as:{anna.resident_id}:meant")
    await town.moves(hours=2)
    await anna.says("/cancel")
    await anna.taps("Anna")
    assert sorted(await ids_on(town, anna)) == ["Anna", "Benjamin"]


async def test_a_draft_is_kept_over_the_question_who_speaks(town: Town) -> None:
    anna = await town.resident("Anna")
    await joined_by(town, anna, "Ben")
    await anna.says("/me")
    await anna.taps("Name")
    await town.moves(hours=2)
    await anna.says("Annabel")
    assert anna.sees("Who is speaking?")
    await anna.taps("Anna")
    assert anna.sees("Annabel")
    assert sorted(await ids_on(town, anna)) == ["Annabel", "Ben"]


async def test_nobody_speaks_for_strangers(town: Town) -> None:
    anna, other = await town.resident("Anna"), await town.resident("Carl")
    shift = await town.shift("Bread baking")
    for forged in (
        f"as:{other.resident_id}:shift:join:{shift}",
        f"as:999999:shift:join:{shift}",
        f"as:99999999999:shift:join:{shift}",
        f"as:{anna.resident_id}:as:{other.resident_id}:shift:join:{shift}",
        f"as:-1:shift:join:{shift}",
        f"as::shift:join:{shift}",
    ):
        await anna.forges(forged)
        assert await held_by(town, shift) == set()
    ben = await joined_by(town, anna, "Ben")
    await other.forges(f"as:{ben}:shift:join:{shift}")
    assert other.sees("somebody whom I do not know on this phone")
    await anna.forges(f"as:{other.resident_id}:shift:join:{shift}")
    assert await held_by(town, shift) == set()
    stranger = await town.stranger("Dora")
    await stranger.forges(f"as:{anna.resident_id}:shift:join:{shift}")
    assert await held_by(town, shift) == set()


async def test_an_answer_that_was_refused_is_still_theirs(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    shift, other = await town.shift("Bread baking", places=1), await town.resident("Carl")
    await other.joins(shift)
    await anna.forges(f"as:{ben}:shift:leave:{shift}")
    assert anna.sees("You hold no place")
    await anna.says("/phone")
    assert anna.sees("You are Ben now.")


async def test_a_notice_says_for_whom_it_is(town: Town) -> None:
    anna = await town.resident("Anna")
    ben = await joined_by(town, anna, "Ben")
    shift = await town.shift("Bread baking", day=2)
    await anna.forges(f"as:{ben}:shift:join:{shift}")
    await anna.forges(f"as:{anna.resident_id}:shift:join:{shift}")
    await town.moves(hours=30)
    await anna.looks()
    assert anna.has_seen("For Ben:")
    assert anna.has_seen("For Anna:")
    reminder = next(one for one in reversed(anna.shown) if one.text.startswith("For Ben:"))
    await anna.taps("I'm coming" if "I'm coming" in reminder.labels else reminder.labels[0], on=reminder)
    await anna.says("/phone")
    assert anna.sees("You are Ben now.")


async def test_taking_somebody_off(town: Town) -> None:
    anna, carl, mayor = await town.resident("Anna"), await town.resident("Carl"), await town.mayor()
    ben = await joined_by(town, anna, "Ben")
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        assert await actions.join(unit, account_id=anna.account_id, resident_id=carl.resident_id, now=now)
        assert not await actions.join(unit, account_id=anna.account_id, resident_id=carl.resident_id, now=now)
    await town.settles()
    await carl.looks()
    assert carl.has_seen("You can speak through Anna’s phone")
    # Ben has no other phone: a coordinator is asked.
    await anna.forges(f"as:{anna.resident_id}:phone:off:0")
    await anna.taps("Ben")
    assert anna.sees("Ben has no other phone")
    await anna.taps("Ask a coordinator")
    await anna.forges(f"as:{anna.resident_id}:phone:dropped:{ben}")
    assert "Ben" in await ids_on(town, anna)
    await town.settles()
    await mayor.looks()
    assert mayor.has_seen("Anna would like Ben to leave")
    # Ben takes off nobody else, and not himself.
    await anna.forges(f"as:{ben}:phone:dropped:{carl.resident_id}")
    await anna.forges(f"as:{ben}:phone:dropped:{ben}")
    assert sorted(await ids_on(town, anna)) == ["Anna", "Ben", "Carl"]
    # Carl goes himself: he has another.
    await anna.forges(f"as:{carl.resident_id}:phone:off:0")
    await anna.taps("Myself")
    await anna.taps("Yes, take me off")
    assert anna.sees("You are off this phone.")
    assert sorted(await ids_on(town, anna)) == ["Anna", "Ben"]
    await anna.forges(f"as:{carl.resident_id}:home")
    assert anna.sees("do not know on this phone")


async def test_no_more_than_nine(town: Town) -> None:
    anna, others = await town.resident("Anna"), await town.residents(9)
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        for other in others[:8]:
            assert await actions.join(unit, account_id=anna.account_id, resident_id=other.resident_id, now=now)
        with pytest.raises(PhoneFull):
            await actions.join(unit, account_id=anna.account_id, resident_id=others[8].resident_id, now=now)
    await town.moves(hours=2)
    await anna.says("/phone")
    assert len(anna.last.buttons) == 9
    await anna.taps("Anna")
    assert "Add somebody of the home" not in anna.last.labels
    await anna.forges(f"as:{anna.resident_id}:phone:new:0")
    assert anna.sees("At most 9 people")


async def test_the_phone_passes_on_when_its_own_resident_leaves_it(town: Town) -> None:
    anna, carl = await town.resident("Anna"), await town.resident("Carl")
    ben = await joined_by(town, anna, "Ben")
    async with town.app.database.unit() as unit:  # Anna has another way now
        await household.share(unit, account_id=carl.account_id, resident_id=anna.resident_id, now=town.clock.now())
    await anna.forges(f"as:{anna.resident_id}:phone:off:0")
    await anna.taps("Myself")
    await anna.taps("Yes, take me off")
    async with town.app.database.reading() as unit:
        row = await unit.first(select(accounts).where(accounts.c.id == anna.account_id))
    assert row is not None
    assert (row.resident_id, row.shared, row.speaking_id) == (ben, False, None)
    await anna.forges(f"as:{anna.resident_id}:home")
    assert anna.sees("do not know on this phone")
    await anna.says("/phone")
    assert anna.sees("yours alone")


async def test_an_applicant_at_home_waits_to_be_let_in(town: Town) -> None:
    anna, mayor = await town.resident("Anna"), await town.mayor()
    await mayor.says("/town")
    async with town.app.database.unit() as unit:
        settings = await town_queries.settings(unit)
        await town_queries.keep(unit, replace(settings, join_policy="approval"))
    await anna.says("/phone")
    await anna.taps("Add somebody")
    await anna.taps("New to the town")
    await anna.says("Ben")
    await anna.says("Hill Road")
    await anna.taps("Yes")
    await anna.taps("I agree")
    assert anna.sees("lets people in")
    ben = (await ids_on(town, anna))["Ben"]
    shift = await town.shift("Bread baking")
    await anna.forges(f"as:{ben}:shift:join:{shift}")
    assert await held_by(town, shift) == set()
    await mayor.forges(f"town:letin:{ben}:0:")
    await town.settles()
    await anna.looks()
    assert anna.has_seen("For Ben:")
    await anna.forges(f"as:{ben}:shift:join:{shift}")
    assert await held_by(town, shift) == {ben}
