"""Whatever anybody sends: nothing fails inside, nothing happens that they may not do, and there is always an answer."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

import pytest

from handlers import catalogue
from handlers.roles.actions import make_setup_code
from storage.queries import topics
from storage.sql import select
from storage.tables import Account, Project, Resident, ResidentTopic, RoleGrant, Shift, ShiftSkill, Signup, table_of
from tests.conversations.walker import COMMANDS, EVERYTHING, NASTY, NOT_A_RESIDENTS, WIZARDS, Walker, Watch, dump
from tests.lines import WebLine
from tests.people import Person, Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

on_web = pytest.mark.parametrize("channel", ["web"], indirect=True)
on_telegram = pytest.mark.parametrize("channel", ["telegram"], indirect=True)


def walks(*seeds: int) -> pytest.MarkDecorator:
    """Random walks, the first of them on the web and the second on Telegram: each is another one anyway."""
    return pytest.mark.parametrize(
        ("channel", "seed"), list(zip(("web", "telegram"), seeds, strict=True)), indirect=["channel"]
    )


TAKEN = ("shifts.taken",)


async def lively(town: Town) -> dict[str, Person]:
    """A town in the middle of its week: a shift that is over, one to come, one of another project, one cancelled."""
    people = {
        "mayor": await town.mayor(),
        "coordinator": await town.coordinator("Bakery", "Pieter"),
        "other": await town.coordinator("Farm", "Lindiwe"),
        "resident": await town.resident("Thandi", skills=["Baking"]),
        "neighbour": await town.resident("Anna <b>"),
    }
    over = await town.shift(day=0, at="10:00", minutes=60)
    elsewhere = await town.shift("Planting & weeding", project="Farm", day=0, at="10:00", minutes=60)
    cancelled = await town.shift("Cancelled", day=2)
    await people["neighbour"].joins(over)
    await people["resident"].joins(elsewhere)
    await people["neighbour"].joins(cancelled)
    await people["coordinator"].forges(f"desk:cancelled:{cancelled}:0")
    await town.moves(hours=3)
    await people["neighbour"].joins(await town.shift("Bread <i>", day=2, at="14:00"))
    await town.shift("Bread & butter", day=2, at="14:00")
    await town.shift("Weeding", project="Farm", day=3)
    await town.batch("Bread & <b>", 5, allowance=2000, price=1250, day=1)
    await town.batch("Honey", 6, unit="jar", sharing="draw", day=1)
    for person in people.values():
        await person.looks()
    return people


# -- at random ---------------------------------------------------------------------------------------------------------


@walks(1, 2)
async def test_a_stranger_at_random(town: Town, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    await lively(town)
    stranger = await town.stranger()
    before = await dump(town, *EVERYTHING)
    await Walker(town, stranger, caplog).walks(80, random.Random(seed))
    after = await dump(town, *EVERYTHING)
    for table, rows in before.items():  # they may have signed up, and then do what residents do
        if table not in ("residents", "resident_topics", "signups", "shifts"):
            assert after[table] == rows, table
        assert table == "shifts" or set(rows) <= set(after[table]), table


@walks(3, 4)
async def test_a_resident_at_random(town: Town, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    people = await lively(town)
    before = await dump(town, *NOT_A_RESIDENTS, but=TAKEN)
    others = await _others(town, people["resident"])
    await Walker(town, people["resident"], caplog).walks(100, random.Random(seed))
    assert await dump(town, *NOT_A_RESIDENTS, but=TAKEN) == before
    assert await _others(town, people["resident"]) == others
    await _sound(town)


@walks(5, 6)
async def test_a_coordinator_at_random(town: Town, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    people = await lively(town)
    before = await dump(
        town,
        *(
            model
            for model in NOT_A_RESIDENTS
            if model.__tablename__ in ("role_grants", "topics", "town", "setup_codes")
        ),
    )
    farm = await _of_project(town, await town.project("Farm"))
    await Walker(town, people["coordinator"], caplog).walks(100, random.Random(seed))
    assert await dump(town, *(model for model in NOT_A_RESIDENTS if model.__tablename__ in before)) == before
    assert await _of_project(town, await town.project("Farm")) == farm
    await _sound(town)


@walks(7, 8)
async def test_a_mayor_at_random(town: Town, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    people = await lively(town)
    await Walker(town, people["mayor"], caplog).walks(120, random.Random(seed))
    await _sound(town)
    await Watch(town, people["neighbour"], caplog).goes_on()
    await town.settles()


async def _others(town: Town, person: Person) -> list[str]:
    """What is somebody else's: their answers, and their places."""
    found: list[Any] = []
    async with town.app.database.reading() as unit:
        for model, column in ((Resident, "id"), (ResidentTopic, "resident_id"), (Signup, "resident_id")):
            table = table_of(model)
            found += await unit.rows(select(table).where(table.c[column] != person.resident_id))
    return sorted(map(repr, found))


async def _of_project(town: Town, project: int) -> list[str]:
    """A project with its shifts, apart from how many places are taken."""
    shifts, projects, skills = table_of(Shift), table_of(Project), table_of(ShiftSkill)
    columns = [column for column in shifts.c if column.name != "taken"]
    async with town.app.database.reading() as unit:
        found = [*await unit.rows(select(projects).where(projects.c.id == project))]
        found += await unit.rows(select(*columns).where(shifts.c.project_id == project))
        found += await unit.rows(select(skills).join(shifts).where(shifts.c.project_id == project))
    return sorted(map(repr, found))


async def _sound(town: Town) -> None:
    """Each shift counts just the places that are held, and the town has a mayor."""
    shifts, signups, grants = table_of(Shift), table_of(Signup), table_of(RoleGrant)
    async with town.app.database.reading() as unit:
        taken = {row.id: row.taken for row in await unit.rows(select(shifts.c.id, shifts.c.taken))}
        for row in await unit.rows(select(signups.c.shift_id).where(signups.c.state != "released")):
            taken[row.shift_id] -= 1
        mayors = await unit.rows(select(grants).where(grants.c.role == "mayor", grants.c.ended_at.is_(None)))
    assert not any(taken.values()), taken
    assert mayors


# -- forged by hand ----------------------------------------------------------------------------------------------------


@on_web
async def test_a_residents_forged_taps_change_nothing(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    people = await lively(town)
    watch = Watch(town, people["resident"], caplog)
    before = await dump(town, *EVERYTHING)
    for number in range(1, 7):
        for do in (
            "rename",
            "move",
            "interest",
            "title",
            "when",
            "places",
            "skills",
            "cancel",
            "cancelled",
            "new",
            "roster",
        ):
            await watch.taps(f"desk:{do}:{number}:0")
        for do in ("open", "all", "people", "typed"):
            await watch.taps(f"hours:{do}:{number}:5:60:0")
        await watch.taps(f"hours:came:{number}:5:60:0")
        await watch.taps(f"hours:missed:{number}:5:0:0")
        for do in ("role", "end", "ended", "applicant", "letin", "turnaway"):
            await watch.taps(f"town:{do}:{number}:0:")
        await watch.taps(f"town:retire:{number}:0:skill")
    for data in ("town:home:0:0:", "town:appoint:0:0:", "town:setting:0:0:join_policy", "town:addtopic:0:0:skill"):
        await watch.taps(data)
    await watch.says("open")
    assert await dump(town, *EVERYTHING) == before
    await watch.goes_on()


@on_web
async def test_a_coordinators_reach_ends_at_their_project(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    people = await lively(town)
    farm, watch = await town.project("Farm"), Watch(town, people["coordinator"], caplog)
    before = await dump(town, *EVERYTHING)
    async with town.app.database.reading() as unit:
        shifts = table_of(Shift)
        theirs = [row.id for row in await unit.rows(select(shifts.c.id).where(shifts.c.project_id == farm))]
    for do in ("project", "past", "particulars", "rename", "move", "interest", "new"):
        await watch.taps(f"desk:{do}:{farm}:0")
    for shift in theirs:
        for do in ("shift", "roster", "title", "when", "length", "place", "places", "skills", "cancel", "cancelled"):
            await watch.taps(f"desk:{do}:{shift}:0")
        for do in ("open", "all", "people", "person", "came", "missed", "typed"):
            await watch.taps(f"hours:{do}:{shift}:{people['resident'].resident_id}:60:0")
    assert await dump(town, *EVERYTHING) == before


@on_web
async def test_a_wizards_foreign_steps_and_values(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Each wizard is sent all its own steps, and every other one's while it is begun, or while none is.

    Whichever is begun, the others are not, and all answer alike: each of them is met from one that is, and from home.
    """
    people = await lively(town)
    begin = {"me": "me:name:0", "newshift": "desk:new:0:0", "project": "desk:newproject:0:0"}
    begin |= {"changeshift": "desk:when:4:0", "appoint": "town:appoint:0:0:", "setting": "town:setting:0:0:join_policy"}
    watch, values = Watch(town, people["mayor"], caplog), ("@resume", "@back", "pX", "½")
    for number, (other, steps) in enumerate(WIZARDS.items()):
        await watch.taps(f"w:{other}:{steps[0]}:{values[number % 4]}")
        await watch.taps(f"w:{other}:-:{values[(number + 1) % 4]}")
    for number, (wizard, first) in enumerate(begin.items()):
        await watch.taps(first)
        for step in (*WIZARDS[wizard], "-"):
            for value in values[1:]:
                await watch.taps(f"w:{wizard}:{step}:{value}")
        for at, (other, steps) in enumerate(list(WIZARDS.items())[number :: len(begin)]):
            if other != wizard:
                await watch.taps(f"w:{other}:{steps[-1]}:{values[at % 4]}")
        await watch.taps("leave")
    await watch.goes_on()


# -- names and places --------------------------------------------------------------------------------------------------


async def test_any_name_anywhere(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Everything that is typed in its field, then each screen on which it is shown.

    What looks like markup is written on each channel, the rest on one or the other.
    """
    mayor = await town.mayor()
    watch = Watch(town, mayor, caplog)
    for number, text in enumerate((*NASTY[:6], *NASTY[6 + (town.channel == "web") : 23 : 2])):
        await watch.taps("desk:newproject:0:0")
        await watch.says(f"{text[:20]}{number}")
        await watch.says(text)
        await watch.taps("w:project:interest:none")
        await watch.taps("me:name:0")
        await watch.says(text)
        await watch.taps("me:street:0")
        await watch.says(text)
        await watch.taps("town:addtopic:0:0:skill")
        await watch.says(text)
        await watch.taps("town:setting:0:0:name")
        await watch.says(text)
        await watch.taps("town:setting:0:0:join_code")
        await watch.says(text)
        project = await _newest_project(town)
        await _puts_up(watch, project, text)
        for data in ("me:open:0", "me:skills:0", "desk:home:0:0", f"desk:project:{project}:0", "town:home:0:0:"):
            await watch.taps(data)
    await _looks_around(town, watch)


async def _newest_project(town: Town) -> int:
    projects = table_of(Project)
    async with town.app.database.reading() as unit:
        return int(await unit.value(select(projects.c.id).order_by(projects.c.id.desc()).limit(1)))


async def _puts_up(watch: Watch, project: int, text: str) -> None:
    await watch.taps(f"desk:new:{project}:0")
    await watch.taps("w:newshift:-:@afresh")
    for words in (text, "tomorrow 14:30", text, "2 h", text, "0", "3"):
        await watch.says(words)
    await watch.taps("w:newshift:skills:1")
    await watch.taps("w:newshift:skills:done")
    for count in (text, "1", "1"):
        await watch.says(count)
    await watch.taps("w:newshift:preview:publish")
    await watch.taps("leave")


async def _looks_around(town: Town, watch: Watch) -> None:
    shifts = table_of(Shift)
    async with town.app.database.reading() as unit:
        ids = [row.id for row in await unit.rows(select(shifts.c.id).order_by(shifts.c.id))]
    assert len(ids) > 10
    for shift in ids:
        for data in (
            f"shift:open:{shift}",
            f"desk:shift:{shift}:0",
            f"desk:roster:{shift}:0",
            f"desk:cancel:{shift}:0",
        ):
            await watch.taps(data)
    await watch.taps(f"shift:join:{ids[0]}")
    for page in range(6):
        for data in (f"list:day::{page}", f"list:project::{page}", f"list:suits::{page}", f"list:mine::{page}"):
            await watch.taps(data)
        for data in (f"desk:home:0:{page}", f"town:topics:0:{page}:skill", f"town:settings:0:{page}:"):
            await watch.taps(data)
    await town.moves(hours=30)
    for data in (f"hours:open:{ids[0]}:0:0:0", f"hours:people:{ids[0]}:0:0:0", "town:roles:0:0:", "hours:list:0:0:0:0"):
        await watch.taps(data)
    await watch.goes_on()


@on_web
async def test_shifts_whose_names_begin_alike(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    person = await town.resident()
    for title in ("Bread baking for Saturday", "Bread baking for Sunday", "Bread baking (2)"):
        await town.shift(title)
    await Watch(town, person, caplog).goes_on()


@on_web
async def test_an_endless_list_of_skills(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    mayor = await town.mayor()
    async with town.app.database.unit() as unit:
        for number in range(150):
            await topics.add(unit, topics.SKILL, f"{number} {'<&>' * 11}")
        every = [topic.id for topic in await topics.listed(unit, topics.SKILL)]
        await topics.replace(unit, mayor.resident_id, topics.SKILL, every)
    watch = Watch(town, mayor, caplog)
    await watch.taps("me:open:0")
    await watch.taps("me:skills:0")
    await mayor.looks()
    mayor.has_seen("149 more")


async def test_a_name_of_ten_thousand_letters(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    stranger = await town.stranger()
    await stranger.taps("English")
    if isinstance(stranger.line, WebLine):
        status = await _post(stranger.line, "messages", json.dumps({"id": str(uuid.uuid4()), "text": "x" * 10_000}))
        assert status == 413
    else:
        await stranger.says("x" * 10_000)
        stranger.sees("60 characters at most")
    await stranger.says("x" * 3_900)
    stranger.sees("60 characters at most")
    await stranger.says("👍" * 31)
    stranger.sees("60 characters at most")
    await stranger.says("👍" * 30)
    stranger.sees("Good to meet you")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


# -- every command in every state --------------------------------------------------------------------------------------


@on_web
async def test_every_command_in_every_question(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    people = await lively(town)
    watch = Watch(town, people["mayor"], caplog)
    into = [
        "me:name:0",
        "me:language:0",
        "me:skills:0",
        "me:free_times:0",
        "me:reminder_early:0",
        "desk:newproject:0:0",
    ]
    into += ["desk:rename:1:0", "desk:interest:1:0", "desk:title:4:0", "desk:when:4:0", "desk:length:4:0"]
    into += [
        "desk:places:4:0",
        "desk:skills:4:0",
        "town:appoint:0:0:",
        "town:setting:0:0:zone",
        "town:addtopic:0:0:skill",
    ]
    into += [f"hours:typed:1:{people['neighbour'].resident_id}:0:0"]
    for number, data in enumerate(into):
        for command in catalogue.commands()[number % 4 :: 4]:  # each command in four questions or more
            await watch.taps(data)
            before = await _state(town, people["mayor"])
            assert before, data
            await watch.says(f"/{command.name}")
            await people["mayor"].looks()
            assert people["mayor"].last.buttons
            if command.name in ("week", "start", "desk", "town", "cancel"):
                assert await _state(town, people["mayor"]) is None, (data, command.name)
    await watch.goes_on()


async def _state(town: Town, person: Person) -> str | None:
    accounts = table_of(Account)
    async with town.app.database.reading() as unit:
        found: str | None = await unit.value(select(accounts.c.state).where(accounts.c.id == person.account_id))
    return found


@on_telegram
@pytest.mark.town(join_policy="code", join_code="BREAD7")
async def test_every_command_in_every_question_of_the_sign_up(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    stranger = await town.stranger()
    watch = Watch(town, stranger, caplog)
    answers = ("1", "BREAD7", "Thandi", "Mill Lane", "none of these", "none of these", "none of these", "yes")
    for number, answer in enumerate(answers):
        asked = (await stranger.looks())[-1].text
        for command in COMMANDS[number % 2 :: 2]:
            if command.startswith("/") and not command.startswith("/start "):  # wrong codes are counted
                await watch.says(command)
        await watch.says("/start")
        assert (await stranger.looks())[-1].text.endswith(asked[-40:])
        await watch.says(answer)
    await watch.says("i agree")
    assert "Welcome, Thandi!" in (await stranger.looks())[-1].text


@on_web
async def test_a_command_is_never_an_answer(town: Town) -> None:
    """Words with a slash are a command, in whatever way they are written; never a name or a title."""
    mayor = await town.mayor()
    await mayor.forges("me:name:0")
    await mayor.says("/Shifts")
    mayor.sees("shift")
    await mayor.says("/nonsense")
    mayor.sees("I did not understand that")
    await mayor.says("/my week")
    mayor.sees("My week")
    await mayor.says("/me")
    mayor.sees("Naledi Mokoena")


@on_web
async def test_a_draft_waits_while_one_is_at_home(town: Town) -> None:
    pieter = await town.coordinator()
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.says("Bake bread")
    pieter.sees("Which day?")
    await pieter.says("/week")
    pieter.sees("My week")
    await pieter.says("tomorrow 9:00")
    pieter.sees("I did not understand")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    pieter.sees("Shall we go on where you were?")
    await pieter.taps("Go on")
    pieter.sees("Which day?")
    await pieter.says("tomorrow 9:00")
    pieter.sees("How long is it?")


@on_web
async def test_help_before_the_sign_up(town: Town) -> None:
    stranger = await town.stranger()
    await stranger.taps("English")
    await stranger.says("Thandi")
    await stranger.says("/help")
    stranger.sees("Residents find work that suits them here")
    await stranger.taps("Go on")
    stranger.sees("Good to meet you, Thandi")
    await stranger.says("/start")
    stranger.sees("Good to meet you, Thandi")


@on_web
@pytest.mark.town(join_policy="approval")
async def test_whoever_was_turned_away_may_ask_again(town: Town) -> None:
    mayor = await town.mayor()
    person = await town.stranger()
    answers = ("english", "Thandi", "Mill Lane", "none of these", "none of these", "none of these", "yes", "i agree")
    for words in answers:
        await person.says(words)
    await town.settles()
    await mayor.looks()
    await mayor.taps("Not now")
    await town.settles()
    await person.looks()
    person.sees("can't let you in just now")
    await person.taps("My week")
    person.sees("could not let you in")
    await person.taps("Ask again")
    for words in ("english", "Thandi Nkosi", *answers[2:]):
        await person.says(words)
    person.sees("lets people in")
    await town.settles()
    await mayor.looks()
    mayor.sees("Thandi Nkosi would like to join")
    await mayor.taps("Let them in")
    await person.says("/week")
    person.sees("My week")
    assert len(await dump_names(town)) == 2


async def dump_names(town: Town) -> list[str]:
    residents = table_of(Resident)
    async with town.app.database.reading() as unit:
        return [row.name for row in await unit.rows(select(residents.c.name))]


@on_web
async def test_wrong_setup_codes_by_link_are_counted(town: Town) -> None:
    stranger = await town.stranger()
    for _ in range(5):
        await stranger.says("/start KKKK-3333")
    async with town.app.database.unit() as unit:
        code = await make_setup_code(unit, now=town.clock.now())
    await stranger.says(f"/start {code}")
    await stranger.says(f"/setup {code}")
    stranger.sees("Please wait an hour")
    await town.moves(hours=1.1)
    await stranger.says(f"/setup {code}")
    stranger.sees("makes you the mayor as soon as these questions are answered")


@on_telegram
@pytest.mark.town(join_policy="code", join_code="BREAD7")
async def test_a_setup_code_that_somebody_else_used_meanwhile(town: Town) -> None:
    async with town.app.database.unit() as unit:
        code = await make_setup_code(unit, now=town.clock.now())
    stranger, naledi = await town.stranger(), await town.resident()
    await stranger.says(f"/start {code}")
    for words in ("english", "Thandi", "Mill Lane", "none of these", "none of these", "none of these", "yes"):
        await stranger.says(words)
    await naledi.says(code)
    await stranger.taps("I agree")
    stranger.sees("used before")
    await stranger.taps("I agree")
    stranger.sees("What is the join code")
    await stranger.says("BREAD7")
    await stranger.taps("I agree")
    stranger.sees("Welcome, Thandi!")
    assert "mayor" not in stranger.last.text


# -- what is no message at all -----------------------------------------------------------------------------------------


@on_telegram
async def test_malformed_updates(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    assert town.tg is not None
    person = await town.resident()
    me = {"id": int(person.line.address), "is_bot": False, "first_name": "x"}
    chat = {"id": me["id"], "type": "private"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": me}
    tap = {"id": "1", "from": me, "chat_instance": "1"}
    malformed: list[dict[str, Any]] = [
        {}, {"message": None}, {"message": []}, {"message": "text"}, {"message": {}}, {"message": {"text": 7}},
        {"message": {**message, "text": ["/week"]}}, {"message": {**message, "text": {"a": {}}}},
        {"message": {**message, "date": 10**30, "text": "x"}}, {"message": {**message, "date": -1, "text": "x"}},
        {"message": {**message, "chat": {"id": "me", "type": "private"}, "text": "x"}},
        {"message": {**message, "chat": {"id": -5, "type": "nothing"}, "text": "x"}},
        {"message": {**message, "from": None, "text": "/week"}}, {"message": {**message, "text": ""}},
        {"message": {**message, "text": "\u0000\u0001"}}, {"message": {**message, "text": "/week\u0000"}},
        {"message": {**message, "entities": [{"type": "x", "offset": 10**9, "length": -1}], "text": "x"}},
        {"callback_query": {}}, {"callback_query": tap}, {"callback_query": {**tap, "data": ""}},
        {"callback_query": {**tap, "data": "home"}}, {"callback_query": {**tap, "data": "x" * 5000}},
        {"callback_query": {**tap, "data": "home\u0000"}}, {"callback_query": {**tap, "data": {"a": 1}}},
        {"callback_query": {**tap, "data": "home", "message": {"message_id": 1, "date": 0, "chat": chat}}},
        {"callback_query": {**tap, "game_short_name": "x"}}, {"callback_query": {**tap, "inline_message_id": "x"}},
        {"my_chat_member": {}}, {"my_chat_member": {"chat": chat, "from": me, "date": 0}},
        {"edited_message": {**message, "text": "x"}}, {"poll": {}}, {"nonsense": {"deep": [[[[[]]]]]}},
    ]  # fmt: skip
    for update in malformed:
        town.tg.raw_update(update)
    await town.tg.settled(20)
    await Watch(town, person, caplog).goes_on()


@on_telegram
async def test_other_things_than_words(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    assert town.tg is not None
    resident, stranger = await town.resident(), await town.stranger()
    things: list[dict[str, Any]] = [
        {"location": {"latitude": 1.5, "longitude": 2.5}},
        {"contact": {"phone_number": "123", "first_name": "x"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 1}},
        {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]},
        {"sticker": {"file_id": "a", "file_unique_id": "a", "type": "regular", "width": 1, "height": 1}
         | {"is_animated": False, "is_video": False}},
        {"document": {"file_id": "a", "file_unique_id": "a"}},
    ]  # fmt: skip
    await resident.forges("me:name:0")
    for person in (resident, stranger):
        for thing in things:
            before = len(await person.looks())
            person.line.person.sends(**thing)  # type: ignore[attr-defined]  # a Telegram line
            await town.tg.settled()
            assert len(await person.looks()) > before, thing
            assert person.last.buttons
    resident.sees("Please write it in words")
    stranger.sees("Please choose one of these")
    await Watch(town, resident, caplog).goes_on()


async def _post(line: WebLine, what: str, body: Any, **headers: str) -> int:
    given = {"X-Townbell": "1", "Origin": line.base, "Content-Type": "application/json"} | headers
    async with line.http.post(f"{line.base}/chat/me/{what}", data=body, headers=given) as answer:
        return answer.status


@on_web
async def test_malformed_posts(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    person = await town.resident()
    assert isinstance(person.line, WebLine)
    before = len(await person.looks())
    good = str(uuid.uuid4())
    bodies: list[Any] = [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "7",
        "{}",
        "\ufeff{}",
        "[" * 100_000,
        b"\xff\xfe\x00",
        "{" * 5000,
    ]
    for fields in (
        {"id": good}, {"id": good, "text": None}, {"id": good, "text": 7}, {"id": good, "text": ["x"]},
        {"id": 7, "text": "x"}, {"id": "x", "text": "x"}, {"id": good, "text": ""}, {"id": good, "text": " \n"},
        {"id": good, "text": "\u0000"}, {"id": good, "data": "home"}, {"id": good, "data": "home", "message": "1"},
        {"id": good, "data": "home", "message": True}, {"id": good, "data": "home", "message": 10**40},
        {"id": good, "data": "home", "message": -1}, {"id": good, "data": "x" * 65, "message": 1},
        {"id": good, "data": "\ud800", "message": 1}, {"id": good, "data": None, "message": 1},
    ):  # fmt: skip
        bodies.append(json.dumps(fields))
    for body in bodies:
        for what in ("messages", "taps"):
            assert 400 <= await _post(person.line, what, body) < 500, (what, body)
    assert 400 <= await _post(person.line, "messages", '{"id": "x"}', Origin="https://elsewhere.example") < 500
    assert len(await person.looks()) == before
    assert await _post(person.line, "messages", json.dumps({"id": str(uuid.uuid4()), "text": "\ud800 half"})) == 200
    await Watch(town, person, caplog).goes_on()
