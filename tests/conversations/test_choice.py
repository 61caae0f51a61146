"""What somebody wants to hear of: topics one by one, STOP and START in every language, and what comes all the same."""

from __future__ import annotations

from handlers.broadcasts import sending
from storage import outbox
from storage.queries import mutes, residents
from storage.queries.cover import asks
from storage.sql import select
from storage.tables import BroadcastKind, ResidentState
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.topics import APPEALS, GOODS, MEETINGS, TOPICS


async def off(town: Town, person: Person) -> dict[str, str]:
    """What somebody has turned off, and how."""
    async with town.app.database.reading() as unit:
        return {one.topic: one.how for one in await mutes.of(unit, person.resident_id)}


@crosswise
async def test_a_topic_is_turned_off_and_on(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/me")
    await anna.taps("What reaches me")
    anna.sees("✓ Goods: what there is to have")
    await anna.taps("Goods")
    anna.sees("✗ Goods (off)")
    anna.sees("What always comes")
    assert await off(town, anna) == {GOODS: "me"}
    await anna.says("goods")  # typed instead of tapped, whatever stands before it
    assert await off(town, anna) == {}
    await anna.taps("Everything off")
    assert set(await off(town, anna)) == set(TOPICS)
    assert "Everything off" not in anna.last.labels
    await anna.taps("Everything on")
    assert await off(town, anna) == {}


@crosswise
async def test_what_waits_of_a_topic_is_not_sent_and_the_rest_is(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    await town.moves(hours=13)  # into the quiet hours: it waits for the morning
    await town.broadcast("Who has a spade?", by=mayor)
    await town.settles()
    await anna.says("STOP")
    anna.sees("It is off from now on: Shifts, Goods, Meetings, The week’s news and Appeals.")
    anna.sees("What always comes")
    await town.moves(hours=12)
    await anna.looks()
    await ben.looks()
    assert anna.has_not_seen("spade")
    assert ben.has_seen("spade")
    async with town.app.database.unit() as unit:
        row = outbox.new_row(
            notice="role.given",
            resident_id=anna.resident_id,
            dedupe_key="r",
            now=town.clock.now(),
            role="council",
            project="",
            by="Naledi",
        )
        await outbox.put(unit, [row])
    await town.settles()
    await anna.looks()
    assert anna.has_seen("council")


@once
async def test_who_has_turned_it_off_is_left_out_from_the_beginning(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    await anna.says("/topics")
    await anna.taps("Appeals")
    broadcast = await town.broadcast("Who has a spade?", by=mayor, topic=APPEALS)
    await town.settles()
    await anna.looks()
    await ben.looks()
    assert anna.has_not_seen("spade")
    assert ben.has_seen("spade")
    async with town.app.database.reading() as unit:
        assert (await outbox.progress(unit, broadcast)).sent == 1


@crosswise
async def test_start_brings_back_what_was_on_before(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/topics")
    await anna.taps("Goods")
    await anna.says("Stop.")
    assert await off(town, anna) == {GOODS: "me"} | dict.fromkeys(set(TOPICS) - {GOODS}, "stop")
    await anna.says("START")
    anna.sees("Welcome back. It is on again: Shifts, Meetings, The week’s news and Appeals.")
    anna.sees("You had turned this off before: Goods.")
    assert await off(town, anna) == {GOODS: "me"}


@once
async def test_start_without_a_stop(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("start")  # as somebody greets who has stopped nothing
    anna.sees("My week")
    await anna.says("resume")
    anna.sees("All of it is on: nothing was turned off.")
    await anna.taps("Goods")
    await anna.says("resume")
    anna.sees("Nothing was stopped. You had turned this off before: Goods.")
    await anna.says("/topics")
    await anna.taps("Everything off")
    await anna.says("subscribe")
    anna.sees("Welcome back.")
    assert await off(town, anna) == {}


@once
async def test_the_words_of_every_language_are_heard(town: Town) -> None:
    anna = await town.resident("Anna")
    stops = ("STOP", " stop! ", "/stop", "Unsubscribe", "Baja", "PARAR", "¡No más!", "Opsê", "hou op", "Yeka", "misa.")
    starts = (
        "start",
        "ALTA",
        "begin",
        "Qala!",
        "/resume",
        "teken in",
        "opt-in",
        "Hervat",
        "qalisa",
        "empezar",
        "unstop",
    )
    for stop, start in zip(stops, starts, strict=True):
        await anna.says(stop)
        anna.sees("It is off from now on")
        await anna.says(start)
        anna.sees("Welcome back")
    await anna.says("Please stop the bus at the mill, and no more than that")  # no whole message
    await anna.says("starting")
    maria = await town.resident("Maria", language="es")
    await maria.says("Misa")  # Zulu for stop, and to her a service in church
    assert await off(town, anna) == await off(town, maria) == {}


@crosswise
async def test_whoever_only_meant_to_leave_a_question_is_one_tap_away(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/poll")
    asked = mayor.last.html
    await mayor.says("hou op")
    mayor.sees("It is off from now on")
    mayor.sees("If you only wanted to leave the question, write START, or tap “Turn it on again”.")
    mayor.sees("I have kept what you wrote")
    assert set(await off(town, mayor)) == set(TOPICS)
    stopped = mayor.last
    await mayor.taps("Turn it on again")
    mayor.sees("Welcome back")
    assert await off(town, mayor) == {}
    await mayor.taps("Back to where I was", on=stopped)
    assert mayor.last.html == asked
    await mayor.says("stop")
    await mayor.says("back to where I was")  # typed; what was stopped stays so
    assert mayor.last.html == asked
    assert set(await off(town, mayor)) == set(TOPICS)
    await mayor.says("stop")
    mayor.sees("If you want it again, write START")  # it was off already: they meant the question
    mayor.sees("you can go back to it")
    await mayor.says("alta")
    await mayor.says("/poll")
    assert mayor.last.html == asked or "Shall we go on where you were?" in mayor.last.html


@once
async def test_start_is_an_answer_where_words_are_asked_for(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("stop")
    await anna.says("/me")
    await anna.taps("Name")
    await anna.says("Alta")
    anna.sees("Alta, Mill Lane")
    assert set(await off(town, anna)) == set(TOPICS)


@crosswise
async def test_telegram_s_start_turns_nothing_on_by_itself(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/start")
    assert anna.has_not_seen("You wrote STOP")
    await anna.says("STOP")
    await anna.says("/start")
    assert anna.has_seen("My week")
    anna.sees("You wrote STOP on Tuesday 24 November")
    assert set(await off(town, anna)) == set(TOPICS)
    await anna.taps("Turn it on again")
    assert await off(town, anna) == {}


@once
async def test_stop_twice_old_buttons_and_forged_ones(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("stop")
    first = anna.last
    await anna.says("stop")
    anna.sees("All of it was off already")
    await anna.taps("Turn it on again", on=first)
    await anna.forges("hear:back:")  # the same button once more
    anna.sees("All of it is on")
    await anna.forges("hear:off:nonsense")
    anna.sees("not on the list")
    await anna.forges("hear:off:")
    anna.sees("not on the list")
    await anna.forges("hear:on:shifts")
    assert await off(town, anna) == {}


@crosswise
async def test_who_is_no_resident_gets_a_kind_answer_and_goes_on(town: Town) -> None:
    stranger = await town.stranger("Zoe")
    await stranger.says("stop")
    stranger.sees("You have not joined, so nothing comes to you by itself.")
    await stranger.taps("Go on")
    assert stranger.has_not_seen("You have not joined, so nothing comes to you by itself.\n\nYou")
    anna = await town.resident("Anna")
    async with town.app.database.unit() as unit:
        await residents.change(unit, anna.resident_id, state=ResidentState.APPLICANT)
    await anna.says("unsubscribe")
    anna.sees("whether you are let in")
    assert await off(town, anna) == {}


# -- the notices that were there before --------------------------------------------------------------------------------


@once
async def test_whoever_wants_no_shifts_is_not_asked_to_step_in(town: Town) -> None:
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    shift = await town.shift(places=1, day=1, at="14:00")
    await ben.says("/topics")
    await ben.taps("Shifts")
    await anna.joins(shift)
    await anna.says("I can't come")
    await anna.taps("Yes, give it back")
    await town.settles()
    await ben.looks()
    await cleo.looks()
    assert ben.has_not_seen("Could you step in?")
    assert cleo.has_seen("Could you step in?")
    async with town.app.database.reading() as unit:
        asked = await unit.rows(select(asks.c.resident_id))
    assert [row.resident_id for row in asked] == [cleo.resident_id]


@once
async def test_who_comes_to_a_meeting_hears_of_it_though_they_turned_meetings_off(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    meeting = await town.meeting("Spring meeting", by=mayor, day=5)
    await town.settles()
    await anna.looks()
    await anna.taps("Yes")
    for person in (anna, ben):
        await person.says("/topics")
        await person.taps("Meetings")
    assert await off(town, ben) == {MEETINGS: "me"}
    await town.moves(days=4, hours=12)
    await anna.looks()
    await ben.looks()
    assert anna.has_seen("A reminder of a meeting")
    assert ben.has_not_seen("A reminder of a meeting")
    assert meeting


@once
async def test_an_emergency_passes_everything(town: Town) -> None:
    mayor, pieter, anna = await town.mayor(), await town.coordinator("Bakery"), await town.resident("Anna")
    await anna.says("STOP")
    broadcast = await town.broadcast("The dam has broken.", by=mayor, kind=BroadcastKind.EMERGENCY, topic="")
    async with town.app.database.unit() as unit:
        await sending.approve(unit, who=await town.who(pieter), broadcast_id=broadcast, now=town.clock.now())
    await town.settles()
    await anna.looks()
    assert anna.has_seen("The dam has broken.")
