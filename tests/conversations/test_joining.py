"""Who gets in, and how: codes of both kinds, links, approval, and what is told about one's data."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.logs import redact
from bot.ticker import Ticker
from handlers.roles.actions import make_setup_code
from handlers.signup.consent import privacy
from storage import outbox
from storage.queries import residents, roles
from storage.queries import web as web_queries
from storage.sql import select
from storage.tables import Outbox, OutboxState, Role, WebFile, WebMessage, table_of
from tests.people import Person, Town
from tests.variants import once

on_telegram = pytest.mark.parametrize("channel", ["telegram"], indirect=True)
"""Where nobody is asked for the code before the chat begins."""

on_web = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "web")], indirect=True)

with_code = pytest.mark.town(join_policy="code", join_code="BREAD7")
by_approval = pytest.mark.town(join_policy="approval")


async def setup_code(town: Town) -> str:
    async with town.app.database.unit() as unit:
        return await make_setup_code(unit, now=town.clock.now())


async def mayors(town: Town) -> int:
    async with town.app.database.reading() as unit:
        return len(await roles.mayors(unit))


async def answers(person: Person) -> None:
    """All questions from the name on."""
    for words in (person.name, "Mill Lane", "none of these", "none of these", "none of these", "yes", "i agree"):
        await person.says(words)


# -- codes -------------------------------------------------------------------------------------------------------------


@on_telegram
@with_code
async def test_the_first_mayor_answers_the_join_code_with_the_setup_code(town: Town) -> None:
    code = await setup_code(town)
    naledi = await town.stranger("Naledi Mokoena")
    await naledi.taps("English")
    naledi.sees("What is the join code")
    naledi.sees("The town has no mayor yet")
    await naledi.says(code.lower())
    naledi.sees("What is your name?")
    await answers(naledi)
    naledi.sees("You are the mayor")
    assert await mayors(town) == 1
    thandi = await town.stranger()
    await thandi.taps("English")
    assert "setup code" not in thandi.last.text


@on_telegram
@with_code
@pytest.mark.parametrize("way", ["{code}", "/setup {code}", "/start {code}"])
async def test_a_setup_code_is_kept_whenever_a_stranger_sends_it(town: Town, way: str) -> None:
    code = await setup_code(town)
    naledi = await town.stranger("Naledi Mokoena")
    await naledi.says(way.format(code=code))
    naledi.sees("makes you the mayor as soon as these questions are answered")
    await naledi.taps("English")
    naledi.sees("What is your name?")  # the join code is not asked for
    await naledi.says(way.format(code=code))
    naledi.sees("What is your name?")
    await answers(naledi)
    assert await mayors(town) == 1


@on_telegram
@with_code
async def test_join_codes_are_looked_at_five_times_an_hour(town: Town) -> None:
    person = await town.stranger(code="BREAD1")
    person.sees("That code is not right")
    await person.taps("English")
    for word in ("BREAD2", "KKKK-3333", "/start BREAD4", "BREAD5"):
        await person.says(word)
        person.sees("That code is not right")
        person.sees("What is the join code")
    for word in ("BREAD7", "/start BREAD7", await setup_code(town)):
        await person.says(word)
        person.sees("Please wait an hour")
    await town.moves(hours=1.1)
    await person.says("bread7")
    person.sees("What is your name?")


@once
async def test_a_name_that_looks_like_a_code_is_a_name(town: Town) -> None:
    person = await town.stranger()
    await person.taps("English")
    await person.says("KRZYWCKX")
    person.sees("Good to meet you, KRZYWCKX")


async def test_a_wrong_code_after_setup_is_called_wrong(town: Town) -> None:
    for person in (await town.resident(), await town.stranger()):
        for wrong in ("AAAA-BBBB", "KKKK-3333"):
            await person.says(f"/setup {wrong}")
            person.sees("That code is not right")


@once
@pytest.mark.town(join_policy="open", join_code="")
async def test_joining_by_code_never_goes_without_one(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.forges("town:setting:0:0:join_policy")
    await mayor.taps("With the join code")
    made = (await town.settings()).join_code
    assert len(made) == 6
    mayor.sees(f"The join code is {made}.")
    await mayor.forges("town:setting:0:0:join_code")
    assert "Without a code" not in mayor.last.labels
    await mayor.forges("w:setting:value:nothing")
    mayor.sees("To do without one, first change who may join")
    await mayor.says("abc")
    mayor.sees("A join code has from 4 to 40 characters")
    await mayor.says("LOAF")
    mayor.sees("Join code: LOAF")
    await mayor.forges("town:setting:0:0:join_policy")
    await mayor.taps("Anybody")
    await mayor.forges("town:setting:0:0:join_code")
    await mayor.taps("Without a code")
    assert (await town.settings()).join_code == ""


# -- links -------------------------------------------------------------------------------------------------------------


async def test_a_shifts_link_leads_a_stranger_to_the_shift(town: Town) -> None:
    shift = await town.shift("Bread baking")
    person = await town.stranger("Thandi")
    await person.says(f"/start shift_{shift}")
    person.sees("which language")
    await person.taps("English")
    await answers(person)
    person.sees("Welcome, Thandi!")
    await person.taps("See the shift")
    person.sees("Bread baking")


@on_telegram
@with_code
async def test_a_shifts_link_comes_with_the_code_from_the_webs_door(town: Town) -> None:
    shift = await town.shift("Bread baking")
    person = await town.stranger("Thandi", code=f"bread7 shift_{shift}")
    await person.taps("English")
    await answers(person)
    await person.taps("See the shift")
    person.sees("Bread baking")


@once
@pytest.mark.parametrize("payload", ["shift_", "shift_x", "shift_99999999999", "shift_-1"])
async def test_a_broken_link_changes_nothing(town: Town, payload: str) -> None:
    person = await town.stranger("Thandi")
    await person.says(f"/start {payload}")
    await person.taps("English")
    await answers(person)
    assert "See the shift" not in person.last.labels


# -- approval ----------------------------------------------------------------------------------------------------------


@by_approval
async def test_a_coordinator_of_the_whole_town_is_asked_too(town: Town) -> None:
    sipho, pieter = await town.resident("Sipho Nkosi"), await town.coordinator("Bakery")
    async with town.app.database.unit() as unit:
        await roles.give(
            unit,
            resident_id=sipho.resident_id,
            role=Role.COORDINATOR,
            project_id=None,
            by=None,
            now=town.clock.now(),
        )
        for mayor in await roles.mayors(unit):
            await roles.end(
                unit, resident_id=mayor, role=Role.MAYOR, project_id=None, by=sipho.resident_id, now=town.clock.now()
            )
    person = await town.stranger("Zanele Khumalo")
    await person.taps("English")
    await answers(person)
    person.sees("they have been asked")
    await town.settles()
    await sipho.looks()
    await sipho.taps("Let them in")
    await pieter.looks()
    pieter.has_not_seen("Zanele Khumalo")
    await person.taps("Am I in?")
    person.has_seen("0 of 180 min")


@by_approval
async def test_nobody_was_asked_where_there_is_nobody_to_ask(town: Town) -> None:
    person = await town.stranger("Zanele Khumalo")
    await person.taps("English")
    await answers(person)
    person.sees("has nobody yet who lets people in")
    assert "asked" not in person.last.text


@by_approval
async def test_whatever_an_applicant_says_they_hear_that_they_wait(town: Town) -> None:
    shift = await town.shift("Bread baking")
    person = await town.stranger("Zanele Khumalo")
    await person.says(f"/start shift_{shift}")
    await person.taps("English")
    await answers(person)
    waiting = person.last
    for words in ("/cancel", "/help", "/start", "hello"):
        await person.says(words)
        person.sees("still has to let you in")
    for data in ("leave", "home"):
        await person.forges(data)
        person.sees("still has to let you in")
    await person.taps("See the shift", on=waiting)
    person.sees("still has to let you in")
    async with town.app.database.unit() as unit:
        (applicant,) = await roles.applicants(unit)
        await roles.admit(unit, applicant.id, town.clock.now())
    await person.taps("See the shift", on=waiting)
    person.sees("Bread baking")


# -- reminders ---------------------------------------------------------------------------------------------------------


@once
async def test_the_early_reminder_stays_before_the_late_one(town: Town) -> None:
    person = await town.resident()
    await person.says("/me")
    await person.forges("me:reminder_early:0")
    await person.says("2 h")
    person.sees("Your late reminder comes 2 h before a shift")
    await person.says("30 h")
    person.sees("Kept.")
    await person.forges("me:reminder_late:0")
    for length in ("30 h", "31 h"):
        await person.says(length)
        person.sees("Your early reminder comes 30 h before a shift")
    await person.says("29 h")
    person.sees("Kept.")


@once
async def test_a_lead_that_cannot_be_is_answered_as_a_lead(town: Town) -> None:
    person = await town.resident()
    await person.says("/me")
    await person.forges("me:reminder_early:0")
    for words in ("15 days", "337 h", "soon"):
        await person.says(words)
        person.sees(f"I can't remind you “{words}” before a shift")
        person.sees("at most 336 h")


# -- data --------------------------------------------------------------------------------------------------------------


def test_the_privacy_notice_says_how_long_things_stay() -> None:
    notice = " ".join(privacy("Riverbend"))
    for words in ("a year", "eight days", "roles", "see your name and street"):
        assert words in notice
    assert web_queries.KEPT == outbox.REMEMBERED == timedelta(days=365)


@on_web  # the town itself keeps what is said there, and its files
async def test_my_data_is_all_of_it_and_nothing_of_others(town: Town) -> None:
    thandi, sipho = await town.residents(2)
    await thandi.says("good morning, bells")
    await sipho.says("something of my own")
    async with town.app.database.unit() as unit:
        picture = web_queries.File("bell.png", "image/png", b"the picture itself")
        await web_queries.put_file(unit, "one", thandi.account_id, picture, town.clock.now())
        kept = await residents.everything(unit, thandi.resident_id)
    assert kept["web_files"] == [{"at": kept["web_files"][0]["at"], "name": "bell.png", "media_type": "image/png"}]
    assert kept["web_sessions"][0].keys() == {"created_at", "seen_at"}
    assert kept["inbox"][0].keys() == {"at", "key"}
    told = json.dumps(kept, default=str)
    assert "good morning, bells" in told
    assert "something of my own" not in told


@once
async def test_my_data_comes_as_a_file(town: Town) -> None:
    thandi, sipho = await town.residents(2)
    await thandi.says("/me")
    await thandi.taps("Privacy")
    await thandi.taps("Send me my data")
    assert thandi.last.document == "townbell-my-data.json"
    sent = (await thandi.line.document()).decode()
    assert thandi.name in sent
    assert sipho.name not in sent
    assert [account["channel"] for account in json.loads(sent)["accounts"]] == [town.channel]


@once
async def test_a_year_later_old_messages_are_forgotten(town: Town) -> None:
    thandi = await town.resident()
    messages, files, notices = (table_of(model) for model in (WebMessage, WebFile, Outbox))
    ticker = Ticker(town.app.database, town.clock)
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        await web_queries.put_file(unit, "old", thandi.account_id, web_queries.File("", "image/png", b"x"), now)
        rows = [
            outbox.new_row(notice="join.accepted", resident_id=thandi.resident_id, dedupe_key=key, now=now)
            for key in ("sent", "dropped", "waiting")
        ]
        rows[0] |= {"state": OutboxState.SENT, "sent_at": now}
        rows[1] |= {"state": OutboxState.DROPPED}
        rows[2] |= {"due_at": now + timedelta(days=800)}
        for row in rows:
            await outbox.put(unit, [row])

    async def left() -> tuple[int, int, set[str]]:
        async with town.app.database.reading() as unit:
            return (
                len(await unit.rows(select(messages.c.id).where(messages.c.at < now + timedelta(hours=1)))),
                len(await unit.rows(select(files.c.id))),
                {row.dedupe_key for row in await unit.rows(select(notices.c.dedupe_key))}
                & {"sent", "dropped", "waiting"},  # a year has other notices of its own
            )

    before = await left()
    assert (before[0] > 0) is (town.channel == "web")  # the other channels keep what they showed
    town.clock.move_to(now + timedelta(days=364))
    await ticker.tick()
    assert await left() == before
    town.clock.move_to(now + timedelta(days=366))
    await ticker.tick()
    assert await left() == (0, 0, {"waiting"})


@once
async def test_a_changed_join_code_is_hidden_from_the_log(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.forges("town:setting:0:0:join_code")
    await mayor.says("quillwort")
    await town.settles()
    assert redact("somebody sent quillwort") == "somebody sent •••"
