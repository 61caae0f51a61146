"""Checking in: a code at the place that changes every minute, scanned or typed."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession

from bot.channels.web.limits import check_caption, check_text
from handlers.checkin import pictures, views
from handlers.checkin.actions import Checked, OnScreen, check_in
from handlers.checkin.page_words import how_many, note
from handlers.kit.links import parted
from locales import LANGUAGES, speaking
from storage.queries import checkin, shifts
from storage.queries.checkin import Guest
from storage.queries.shifts import ShiftRow
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.checkin import code_at, code_in, minute_of, new_key, payload, shown


async def key_of(town: Town, shift: int) -> str:
    """The secret of a shift, as the first look at its code makes it."""
    async with town.app.database.unit() as unit:
        return await checkin.key_of(unit, shift, new_key())


async def code_of(town: Town, shift: int, *, minutes_ago: int = 0) -> str:
    """The code of a shift as it is now, or as it was."""
    return code_at(await key_of(town, shift), shift, minute_of(town.clock.instant) - minutes_ago)


async def since(town: Town, person: Person, shift: int) -> datetime | None:
    async with town.app.database.reading() as unit:
        return await checkin.since(unit, shift, person.resident_id)


@crosswise
async def test_a_coordinator_shows_the_code_and_people_type_it(town: Town) -> None:
    pieter, anna, ben = (
        await town.coordinator("Bakery", "Pieter"),
        await town.resident("Anna"),
        await town.resident("Ben"),
    )
    shift = await town.shift(day=0, at="11:00", minutes=120)
    for person in (anna, ben):
        await person.joins(shift)
    await pieter.forges(f"desk:shift:{shift}:0")
    await pieter.taps("Check-in code")
    pieter.sees("Checking in begins: Tuesday 24 November, 10:00")

    await town.moves(hours=1)  # 10:30
    await pieter.looks()
    await pieter.forges(f"check:code:{shift}:0:0")
    picture = pieter.last
    check_caption(picture.html)
    said = re.search(r"The code: (\S{3} \S{3})", picture.text)
    assert said is not None, picture.text
    code = await code_of(town, shift)
    assert code_in(said[1]) == code
    leads_to = town.app.links.start(payload(shift, code)) or shown(code)
    assert await pieter.line.picture() == pictures.png(leads_to)
    assert "It works until 10:32" in picture.text
    assert "0 of 2 people are here." in picture.text

    await anna.says(said[1].lower())
    anna.sees("You are checked in at 10:30.")
    await anna.says(said[1])
    anna.sees("You are checked in since 10:30: all is well.")
    await ben.forges(f"shift:open:{shift}")
    await ben.taps("I am here")
    ben.sees("Your coordinator's screen shows a code of six letters.")
    await ben.says("let me in")
    ben.sees("it changes every minute")
    await town.moves(hours=1 / 60)  # the code of the last minute still works
    await ben.says(said[1].replace(" ", ""))
    ben.sees("You are checked in at 10:31.")
    await ben.forges(f"check:in:{shift}:0:0")
    ben.sees("You are checked in since 10:31")
    await ben.forges(f"shift:open:{shift}")
    ben.sees("You are here since 10:31.")

    await pieter.taps("New code", on=picture)
    pieter.sees("It works until 10:33")
    await pieter.taps("Who is here")
    pieter.sees("2 of 2 people are here.")
    pieter.sees("1. Anna: here since 10:30")
    pieter.sees("2. Ben: here since 10:31")


@crosswise
async def test_scanning(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    shift, other = await town.shift(day=0, at="10:00"), await town.shift("Weeding", day=0, at="10:00")
    await anna.joins(shift)
    old = await code_of(town, shift)
    await town.moves(hours=1 / 60)
    await anna.says(f"/start {payload(shift, await code_of(town, other))}")
    anna.sees("That is not the code of this minute")
    await town.moves(hours=1)  # a screenshot, forwarded
    await anna.says(f"/start {payload(shift, old)}")
    anna.sees("That is not the code of this minute")
    assert await since(town, anna, shift) is None
    for _scan in range(2):
        await anna.says(f"/start {payload(shift, await code_of(town, shift, minutes_ago=1))}")
    anna.sees("You are checked in since 10:31")
    checked = await since(town, anna, shift)
    await pieter.forges(f"check:code:{shift}:0:0")
    assert await since(town, anna, shift) == checked


@crosswise
async def test_who_comes_without_a_place(town: Town) -> None:
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    shift, clashing = await town.shift(day=0, at="10:00", places=1), await town.shift("Weeding", day=0, at="10:30")
    await ben.joins(clashing)
    await ben.says(f"/start {payload(shift, await code_of(town, shift))}")
    ben.sees("You hold a place on “Weeding” at that time")
    ben.sees("Please talk to the coordinator beside you.")

    await anna.forges(f"check:join:{shift}:0:0")  # nobody joins there without the code
    anna.sees("That is not the code of this minute")
    await anna.says(shown(await code_of(town, shift)))
    anna.sees("You hold no place on this shift yet. Shall I give you one and check you in?")
    async with town.app.database.reading() as unit:
        found = await shifts.get(unit, shift)
        assert found is not None
        assert found.taken == 0
    await town.moves(hours=5 / 60)  # time to think it over
    await anna.taps("Yes, I join")
    anna.sees("You are checked in at 09:35.")
    assert await since(town, anna, shift) is not None

    await cleo.says(await code_of(town, shift))
    cleo.sees("All places on “Bread baking” are taken now.")
    await town.moves(hours=1)  # it has started
    await cleo.says(await code_of(town, clashing))
    cleo.sees("“Weeding” has already started.")
    await cleo.forges(f"check:join:{clashing}:0:0")
    cleo.sees("That is not the code of this minute")


@once
async def test_wrong_codes_are_counted(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    shift = await town.shift(day=0, at="10:00")
    await anna.joins(shift)
    await anna.says("BCDFGH")  # nobody has asked for a code yet: these are just letters
    anna.sees("did not understand")
    right = await code_of(town, shift)
    wrong = next(one for one in ("BCDFGH", "HGFDCB") if one != right)
    await anna.forges(f"check:in:{shift}:0:0")
    await anna.says("a word")  # no try
    for _try in range(2):
        await anna.says(wrong)
        anna.sees("That is not the code of this minute")
    await anna.taps("Leave it")
    for _try in range(2):
        await anna.says(wrong)
        anna.sees("That is not the code of this minute")
    await anna.says(f"/start in_{shift}_AEIOU")
    anna.sees("That is not the code of this minute")
    for sent in (await code_of(town, shift), f"/start {payload(shift, await code_of(town, shift))}"):
        await anna.says(sent)
        anna.sees("Those were many codes in a short time.")
    assert await since(town, anna, shift) is None
    await ben.says(await code_of(town, shift))
    ben.sees("Shall I give you one")
    await town.moves(hours=1, days=0)
    await anna.says(await code_of(town, shift))
    anna.sees("You are checked in at 10:30.")


@once
async def test_when_and_who(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    shift = await town.shift(day=0, at="14:00", minutes=60)
    await anna.forges(f"check:in:{shift}:0:0")
    anna.sees("checking in at “Bread baking” begins at Tuesday 24 November, 13:00")
    await anna.joins(shift)
    await anna.says(await code_of(town, shift))
    assert await since(town, anna, shift) is None, "it was too early"
    for do in ("code", "here", "tick", "untick"):
        await anna.forges(f"check:{do}:{shift}:{anna.resident_id}:0")
        anna.sees("Only a coordinator of this project can do that.")
        await pieter.forges(f"check:{do}:9999:0:0")
        pieter.sees("That shift is no longer there.")
    await town.moves(hours=4)  # 13:30
    farm = await town.coordinator("Farm", "Fezile")
    await farm.forges(f"check:code:{shift}:0:0")
    farm.sees("Only a coordinator of this project can do that.")

    await pieter.forges(f"check:here:{shift}:0:0")
    await pieter.taps("1. • Anna")
    pieter.sees("Anna is here.")
    pieter.sees("1. Anna: here since 13:30")
    await pieter.taps("1. ✓ Anna")
    pieter.sees("Anna is not here yet.")
    await pieter.forges(f"check:tick:{shift}:{farm.resident_id}:0")
    pieter.sees("I can't find that person any more.")
    await farm.forges(f"check:in:{shift}:0:0")
    farm.sees("You hold no place on “Bread baking”.")
    await town.moves(hours=2)
    for do in ("code", "tick"):
        await pieter.forges(f"check:{do}:{shift}:{anna.resident_id}:0")
        pieter.sees("“Bread baking” is over.")
    await anna.forges(f"check:in:{shift}:0:0")
    anna.sees("“Bread baking” is over.")


@once
async def test_of_two_shifts_the_code_finds_its_own(town: Town) -> None:
    anna = await town.resident("Anna")
    first, second = (
        await town.shift(day=0, at="10:00", minutes=60),
        await town.shift("Cakes", day=0, at="11:00", minutes=60),
    )
    for shift in (first, second):
        await anna.joins(shift)
    await town.moves(hours=1)  # 10:30: one runs, the other is soon
    await anna.says(await code_of(town, second))
    anna.sees("Cakes")
    assert await since(town, anna, first) is None
    assert await since(town, anna, second) is not None
    await anna.forges(f"check:in:{second}:0:0")
    await anna.forges(f"check:in:{first}:0:0")
    await anna.says(await code_of(town, first))
    assert await since(town, anna, first) is not None


@once
async def test_an_answer_that_looks_like_a_code_is_an_answer(town: Town) -> None:
    anna = await town.resident("Anna")
    shift = await town.shift(day=0, at="10:00")
    await anna.joins(shift)
    right = await code_of(town, shift)
    await anna.forges("me:name:0")
    await anna.says(next(one for one in ("Tsztng", "Krksng") if code_in(one) not in (None, right)))
    anna.sees("Kept.")
    assert await since(town, anna, shift) is None


@once
async def test_two_phones_at_once_and_two_processes(town: Town) -> None:
    """A person with two phones checks in once; of two coordinators who ask first, both are shown the same code."""
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    shift = await town.shift(day=0, at="10:00")
    await anna.joins(shift)
    keys = await asyncio.gather(*(key_of(town, shift) for _process in range(8)))
    assert len(set(keys)) == 1
    who = await town.who(anna)

    async def scan() -> bool:
        async with town.app.database.unit() as unit:
            row = await shifts.get(unit, shift)
            assert row is not None
            return (await check_in(unit, who=who, shift=row, now=town.clock.now())).first

    assert sum(await asyncio.gather(*(scan() for _phone in range(8)))) == 1
    await pieter.forges(f"check:here:{shift}:0:0")
    pieter.sees("1 of 1 person is here.")


@crosswise
async def test_the_roster_knows_who_checked_in(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    shift = await town.shift(day=0, at="10:00", minutes=60)
    for person in (anna, ben, cleo, pieter):
        await person.joins(shift)
    code = await code_of(town, shift)
    for person in (anna, ben, pieter):
        await person.says(code)
        person.sees("You are checked in at 09:30.")
    await town.moves(hours=2)
    await pieter.looks()
    await pieter.forges(f"hours:open:{shift}:0:0:0")
    pieter.sees("4 people still wait. 3 of 4 people checked in.")
    await pieter.taps("One by one")
    pieter.sees("1. Anna: still waits, checked in at 09:30")
    pieter.sees("3. Cleo: still waits")
    await pieter.taps("Back")
    await pieter.taps("Confirm those who checked in")
    pieter.sees("Done: 1 h is written down for 2 people each")
    pieter.sees("2 people still wait.")
    await pieter.forges(f"hours:here:{shift}:0:0:0")
    pieter.sees("Of those who checked in on “Bread baking”, nobody waits for their hours.")
    await town.settles()
    for person, count in ((anna, 1), (ben, 1), (cleo, 0)):
        await person.looks()
        person.has_seen("Your hours on Bread baking are confirmed", times=count)
    await pieter.forges(f"hours:people:{shift}:0:0:0")
    pieter.sees("1. Anna: 1 h confirmed")
    pieter.sees("3. Cleo: still waits")
    await anna.forges(f"hours:here:{shift}:0:0:0")
    anna.sees("Only a coordinator of this project can do that.")


@once
async def test_a_restart_in_the_middle(town: Town) -> None:
    """The code on a photo, the question that is open and the place that was offered: all of them are still good."""
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    shift = await town.shift(day=0, at="10:00")
    await anna.joins(shift)
    code = await code_of(town, shift)
    await anna.forges(f"check:in:{shift}:0:0")
    await ben.says(code)
    await town.restarts()
    await anna.says(code)
    anna.sees("You are checked in at 09:30.")
    await ben.taps("Yes, I join")
    ben.sees("You are checked in at 09:30.")


@once
async def test_a_stranger_who_scans_signs_up_first(town: Town) -> None:
    shift = await town.shift(day=0, at="10:00")
    person = await town.stranger("Dora")
    await person.says(f"/start {payload(shift, await code_of(town, shift))}")
    assert "code is not right" not in person.last.text
    await person.says("/cancel")
    assert parted(payload(shift, "BCDFGH")) == ("", f"shift_{shift}")
    assert parted(f"BREAD7 {payload(shift, 'BCDFGH')}") == ("BREAD7", f"shift_{shift}")
    assert parted("in_x_BCDFGH") == ("in_x_BCDFGH", None)
    assert parted("in_99999999999_BCDFGH") == ("in_99999999999_BCDFGH", None)


@once
@pytest.mark.town(language="es")
async def test_the_page_at_the_place(wide_town: Town) -> None:
    """It shows the code and how many are there, in the town's language and without a name, on one day only."""
    town = wide_town
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    shift = await town.shift("Bread & <b>", day=0, at="11:00", minutes=60)
    await anna.joins(shift)
    town.app.links.web_url = "https://riverbend.example/"
    await pieter.forges(f"check:code:{shift}:0:0")
    address = dict(pieter.last.buttons)["On a big screen"]
    path = address.removeprefix("https://riverbend.example")
    assert re.fullmatch(rf"/checkin/{shift}/[\w-]{{32}}", path)
    assert town.app.web is not None
    base = town.app.web.address.rstrip("/")

    async def ask(path: str) -> tuple[int, str, Any]:
        async with ClientSession() as stranger, stranger.get(base + path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            kept = await answer.json() if answer.content_type == "application/json" else None
            return answer.status, await answer.text(), kept

    status, page, _none = await ask(path)
    assert (status, "early" in page, "Bread &amp; &lt;b&gt;" in page, 'lang="es"' in page) == (200, True, True, True)
    await town.moves(hours=1)  # 10:30
    code = await code_of(town, shift)
    status, page, _none = await ask(path)
    assert shown(code) in page
    assert "Anna" not in page
    assert "<script>" not in page
    assert "style=" not in page
    *_rest, shows = await ask(f"{path}/now")
    assert (shows["state"], shows["code"]) == ("open", shown(code))
    assert shows["qr"] == pictures.svg(town.app.links.start(payload(shift, code)) or "")
    assert 0 < shows["changes_in"] <= 60_000
    with speaking("es"):
        assert shows["count"] == how_many(0, 1).unescape()
        await anna.says(code)
        assert (await ask(f"{path}/now"))[2]["count"] == how_many(1, 1).unescape()
    await town.moves(hours=1 / 60)
    assert (await ask(f"{path}/now"))[2]["code"] == shown(await code_of(town, shift)) != shown(code)

    for wrong in (f"/checkin/{shift + 1}/{path[-32:]}", path[:-1] + "é", f"/checkin/{'9' * 12}/x", "/checkin/x/y"):
        assert [(await ask(one))[0] for one in (wrong, f"{wrong}/now")] == [404, 404]
    await town.moves(hours=2)
    assert (await ask(f"{path}/now"))[2]["state"] == "over"
    await town.moves(hours=12)
    assert (await ask(path))[0] == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_in_every_language(language: str) -> None:
    """Within what every channel can show, however long the words and however many people come."""
    starts = datetime(2026, 11, 24, 8, tzinfo=UTC)
    ends, zone = starts + timedelta(hours=3), ZoneInfo("Africa/Johannesburg")
    about = (1, 2, "Bakery <3", None, "Bread & " * 7, "Mill Lane", starts, ends, date(2026, 11, 23), 500, 400, 1)
    shift = ShiftRow(*about, cancelled_at=None, closed_at=None)
    people = [Guest(one, "<Anna> " * 8, starts if one % 2 else None) for one in range(400)]
    with speaking(language):
        for state in ("early", "over", "cancelled"):
            assert note(OnScreen(shift, 0, 0, state), zone)
        check_text(views.early(OnScreen(shift, 0, 400, "early"), "https://riverbend.example/checkin", zone).html)
        shows = OnScreen(shift, 123, 400, "open", "BCDFGH", "BCDFGH", starts)
        check_caption(views.code(shows, "https://riverbend.example/checkin", zone).html)
        assert note(shows, zone)
        for page in (0, 30, 99):
            check_text(views.people(shift, people, page, zone, said=views.ticked(people[page])).html)
        check_text(views.people(shift, [], 0, zone).html)
        for first in (True, False):
            check_text(views.here(Checked(shift, starts, first), zone).html)
        check_text(views.may_join(shift, zone).html)
        check_text(views.no_place(shift, "no <place>", zone).html)
        check_text(views.ask_code(shift.title).html)
        check_text(views.wrong("no").html)
