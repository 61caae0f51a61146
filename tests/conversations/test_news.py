"""The mayor's weekly update: from its draft on Friday to the last resident on Sunday, and to who looks for it later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func

from handlers.goods.claiming import ask
from handlers.goods.handing import hand_over
from handlers.kit.screens import MOST_CAPTION, Screen
from handlers.news import actions, chart, going_out, jobs, telling
from handlers.news.notices import letter
from locales import LANGUAGES, speaking
from storage.queries import decisions, mutes, updates
from storage.queries import roles as role_queries
from storage.queries import town as town_queries
from storage.queries.updates import UpdateRow
from storage.sql import insert, select
from storage.tables import Broadcast, HoursEntry, Outbox, Picture, Role, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import UpdateOver
from town.news import MOST_CORRECTIONS, MOST_PHOTOS, MOST_WORDS
from town.settings import TownSettings, changed
from town.text import utf16_units

WEEK = date(2026, 11, 23)
TO_FRIDAY = 3 * 24 - 0.5
"""Hours from the town's opening to Friday, 09:00; with the next, to Sunday, 17:00."""
TO_SUNDAY = 56

both = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "web"), ("postgresql", "web")], indirect=True)


@pytest.fixture(autouse=True)
def hardly_drawn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test looks at a picture as it is drawn; the others have the same blot in place of each."""
    if "as_it_is_drawn" in request.node.name:
        return
    blot = photo()

    async def drawn(_picture: chart.Picture, _photos: Sequence[chart.Photo]) -> bytes:
        return blot

    monkeypatch.setattr(chart, "drawn", drawn)


def photo(colour: str = "brown") -> bytes:
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


async def the_update(town: Town) -> UpdateRow:
    async with town.app.database.reading() as unit:
        found = await updates.of_week(unit, WEEK)
    assert found is not None
    return found


async def rows_of(town: Town, notice: str) -> int:
    box = table_of(Outbox)
    async with town.app.database.reading() as unit:
        return int(await unit.value(select(func.count()).select_from(box).where(box.c.notice == notice)))


async def writes(mayor: Person, text: str) -> None:
    """Open the draft, and say these words."""
    await mayor.says("/update")
    await mayor.taps("The words")
    await mayor.says(text)


async def ticks(town: Town, now: datetime) -> None:
    """What the ticker does for updates at a moment, while nothing else of the town moves."""
    for job in jobs.JOBS:
        async with town.app.database.unit() as unit:
            await job.run(unit, now, await town.settings())


async def goes_out(town: Town) -> None:
    """The time of the update comes, and it arrives."""
    town.clock.move_to((await the_update(town)).due_at)
    await town.settles()


async def is_ready(mayor: Person) -> None:
    await mayor.taps("See it as it comes")
    await mayor.taps("It is ready")


async def work(town: Town, person: Person, minutes: int, week: date = WEEK, *, by: Person) -> None:
    """Hours that somebody confirmed."""
    line = {"resident_id": person.resident_id, "week": week, "minutes": minutes, "kind": "correction"}
    line |= {"key": f"{person.resident_id}:{week}:{minutes}", "confirmed_by": by.resident_id}
    async with town.app.database.unit() as unit:
        await unit.run(insert(table_of(HoursEntry)), **line, reason="", confirmed_at=town.clock.now())


@crosswise
async def test_from_the_draft_on_friday_to_everybody_on_sunday(town: Town) -> None:
    mayor = await town.mayor()
    anna, deaf = await town.resident("Anna"), await town.resident("Ben")
    sofia = await town.resident("Sofía", language="es")
    async with town.app.database.unit() as unit:
        await mutes.turn_off(unit, deaf.resident_id, ["updates"], how="me", now=town.clock.now())
    await town.moves(hours=TO_FRIDAY + 0.1)
    await mayor.looks()
    assert mayor.sees("News of the week from Monday 23 November")
    assert mayor.sees("It goes out on Sunday 29 November, 17:00, when you have said that it is ready.")
    await mayor.taps("Write the update")
    assert mayor.sees("There are no words of yours in it yet")
    await mayor.taps("The words")
    await mayor.says("Bread for everybody!")
    assert mayor.sees("Your words, 20 of 2,000 characters, in English:")
    await mayor.taps("Photos")
    await mayor.taps("Add photos")
    await mayor.sends_photo(photo())
    assert mayor.sees("I have it.")
    await mayor.sends_photo(photo("green"))
    await mayor.taps("That is all")
    assert mayor.sees("Photos: 2 of 3")
    await mayor.taps("To the update")
    await mayor.taps("A video link")
    await mayor.says("youtu.be/abc")
    assert mayor.sees("Video: https://youtu.be/abc")
    await mayor.taps("Languages")
    await mayor.taps("Español")
    await mayor.says("¡Pan para todos!")
    assert mayor.sees("Your words are in English.")
    await mayor.taps("To the update")
    await mayor.taps("See it as it comes")
    assert mayor.sees("This is how it comes to those who read English.")
    assert any("Bread for everybody!" in one.text for one in mayor.shown[-2:])
    await mayor.taps("In Español")
    assert any("¡Pan para todos!" in one.text for one in mayor.shown[-2:])
    await mayor.taps("It is ready")
    assert mayor.sees("Ready: out on Sunday 29 November, 17:00.")
    await anna.looks()
    anna.has_not_seen("Bread for everybody!")
    await town.moves(hours=TO_SUNDAY)
    for person in (anna, sofia, deaf, mayor):
        await person.looks()
    assert anna.sees("Bread for everybody!")
    assert anna.sees("(As of Sunday 29 November, 17:00.)")
    assert {"Read on", "Watch the video", "Find a shift", "Less of this"} <= set(anna.last.labels)
    assert await anna.line.picture() == photo()
    assert sofia.sees("¡Pan para todos!")
    deaf.has_not_seen("Bread for everybody!")
    mayor.has_seen("The news of the week")  # how it gets on
    await town.moves(hours=1)
    assert await rows_of(town, "news.update") == 2
    await deaf.says("/news")
    await deaf.taps("1. ")
    deaf.has_seen("Bread for everybody!")


async def test_the_picture_as_it_is_drawn() -> None:
    with speaking("es"):
        words = telling.picture_words(full_fields(""))
    drawn = Image.open(BytesIO(await chart.drawn(words, [(1, photo()), (2, photo("green"))])))
    assert (drawn.format, drawn.width) == ("JPEG", 777)
    left, right = drawn.getpixel((100, 100)), drawn.getpixel((600, 100))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 150 > right[0], "brown, and green beside it"


@once
async def test_the_mayor_is_reminded_and_a_late_one_goes_out_at_once(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await town.moves(hours=TO_FRIDAY + TO_SUNDAY - 7.9)
    await mayor.looks()
    mayor.has_seen("It is not ready yet.", times=1)
    await town.moves(hours=6)
    await mayor.looks()
    mayor.has_seen("It is not ready yet.", times=2)
    await town.moves(hours=3)
    await mayor.looks()
    assert mayor.sees("It was to go out now, and nobody has said that it is ready.")
    await anna.looks()
    anna.has_not_seen("News of the week")
    await mayor.taps("Look it over")
    assert mayor.sees("Its time was Sunday 29 November, 17:00.")
    await is_ready(mayor)
    assert mayor.sees("Ready: it goes out in a moment.")
    await town.settles()
    await anna.looks()
    assert anna.sees("News of the week from Monday 23 November")
    assert anna.sees("Hours given: 0 of the 6 that the town asks for (0%).")


@once
async def test_of_two_mayors_nobody_says_what_they_have_not_seen(town: Town) -> None:
    naledi, thabo = await town.mayor(), await town.mayor("Thabo")
    await writes(naledi, "From Naledi")
    await naledi.taps("See it as it comes")
    await writes(thabo, "From Thabo")
    assert thabo.sees("Last changed by Thabo.")
    await naledi.taps("It is ready")
    assert naledi.sees("It was changed since you looked at it. This is how it is now.")
    assert any("From Thabo" in one.text for one in naledi.shown[-2:])
    await naledi.taps("It is ready")
    assert naledi.sees("Ready: out on")
    await thabo.says("/update")
    await thabo.taps("A video link")
    await thabo.says("https://youtu.be/abc")
    assert thabo.sees("It goes out on Sunday 29 November, 17:00, when you have said that it is ready.")
    await is_ready(thabo)
    await thabo.taps("Not yet")
    assert (await the_update(town)).state == updates.DRAFT


@once
async def test_left_out_taken_up_again_and_sent_before_its_time(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await writes(mayor, "Bread")
    await mayor.taps("Leave it out")
    await mayor.taps("Yes, leave it out")
    assert mayor.sees("It is left out this time.")
    await mayor.forges("news:words:1:0:")
    assert mayor.sees("This update was left out.")
    await mayor.says("/update")
    await mayor.taps("Write it after all")
    assert mayor.sees("Bread")
    await is_ready(mayor)
    await mayor.taps("Send it now")
    await mayor.taps("Yes, send it now")
    await mayor.taps("Not yet")
    assert mayor.sees("It goes out on Sunday 29 November, 17:00, when you have said that it is ready.")
    await is_ready(mayor)
    await mayor.taps("Send it now")
    await mayor.taps("Yes, send it now")
    await town.settles()
    await anna.looks()
    assert anna.sees("Bread")
    await mayor.says("/update")
    assert mayor.sees("It went out on Tuesday 24 November")
    for do in ("words", "photos", "language", "numbers", "preview", "wait", "skip", "now"):
        await mayor.forges(f"news:{do}:1:0:sure")
        assert mayor.sees("This update has gone out already"), do
    await town.moves(days=7)
    await anna.looks()
    anna.has_seen("News of the week", times=1)
    await mayor.looks()
    mayor.has_not_seen("I have counted the week")
    await town.moves(days=4)
    await mayor.looks()
    mayor.has_seen("News of the week from Monday 30 November")


@once
async def test_a_week_that_nobody_wrote_for_gives_way_to_the_next(town: Town) -> None:
    await town.mayor()
    friday = town.clock.now() + timedelta(hours=TO_FRIDAY)
    for weeks in range(2):
        await ticks(town, friday + timedelta(weeks=weeks))
    assert (await the_update(town)).state == updates.SKIPPED
    async with town.app.database.reading() as unit:
        [following] = await updates.still_open(unit)
    assert following.week == WEEK + timedelta(weeks=1)
    assert await rows_of(town, "news.draft") == 2


@once
async def test_the_town_changes_its_day(town: Town) -> None:
    mayor = await town.mayor()
    await writes(mayor, "Bread")
    await is_ready(mayor)
    async with town.app.database.unit() as unit:
        await town_queries.keep(unit, changed(await town_queries.settings(unit), "update_day", "saturday"))
    saturday = (await the_update(town)).due_at - timedelta(days=1)
    await ticks(town, saturday - timedelta(seconds=1))
    assert (await the_update(town)).state == updates.READY
    await ticks(town, saturday)
    assert (await the_update(town)).state == updates.SENT


@once
async def test_what_is_ready_waits_again_without_its_mayor_or_when_it_is_stale(town: Town) -> None:
    naledi, thabo = await town.mayor(), await town.mayor("Thabo")
    await writes(naledi, "Bread")
    await is_ready(naledi)
    one = await the_update(town)
    async with town.app.database.unit() as unit:
        late = one.due_at + timedelta(days=2, seconds=1)
        assert not await going_out.send(unit, one.id, town=await town.settings(), now=late)
    assert (await the_update(town)).state == updates.DRAFT
    await naledi.says("/update")
    await is_ready(naledi)
    async with town.app.database.unit() as unit:
        await role_queries.end(
            unit,
            resident_id=naledi.resident_id,
            role=Role.MAYOR,
            project_id=None,
            by=thabo.resident_id,
            now=town.clock.now(),
        )
    for _ in range(2):  # it is found not to be ready, and somebody is told
        await ticks(town, one.due_at)
    assert (await the_update(town)).state == updates.DRAFT
    town.clock.move_to(one.due_at)
    await town.settles()
    await thabo.looks()
    assert thabo.sees("It was to go out now, and nobody has said that it is ready.")


@both
async def test_two_ticks_at_once_send_it_once(town: Town) -> None:
    mayor = await town.mayor()
    people = await town.residents(3)
    await writes(mayor, "Bread")
    await is_ready(mayor)
    one, settings = await the_update(town), await town.settings()

    async def tick() -> int:
        async with town.app.database.unit() as unit:
            return await jobs.send(unit, one.due_at, settings)

    assert sum(await asyncio.gather(*(tick() for _ in range(4)))) == 1
    assert await rows_of(town, "news.update") == len(people)
    casts = table_of(Broadcast)
    async with town.app.database.reading() as unit:
        assert await unit.value(select(func.count()).select_from(casts)) == 1

    async def drafts() -> int:
        async with town.app.database.unit() as unit:
            return await jobs.draft(unit, one.due_at + timedelta(days=5), settings)

    assert sum(await asyncio.gather(*(drafts() for _ in range(4)))) == 1


@once
async def test_a_failing_update_is_tried_again_and_undone_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    mayor, _anna = await town.mayor(), await town.resident("Anna")
    await writes(mayor, "Bread")
    await is_ready(mayor)

    async def breaks(*_given: Any, **_more: Any) -> int:
        raise RuntimeError("the boards are broken")

    one, settings = await the_update(town), await town.settings()
    with monkeypatch.context() as broken:
        broken.setattr(going_out, "post_update", breaks)
        async with town.app.database.unit() as unit:
            assert await jobs.send(unit, one.due_at, settings) == 0
    one = await the_update(town)
    assert (one.state, one.broadcast_id) == (updates.READY, None)
    assert await rows_of(town, "news.update") == 0
    await ticks(town, one.due_at)
    assert await rows_of(town, "news.update") == 1


# -- the numbers -------------------------------------------------------------------------------------------------------


@both
async def test_the_numbers_of_the_week(town: Town) -> None:
    mayor = await town.mayor()
    anna, ben = await town.neighbours(2)
    await work(town, anna, 120, by=ben)
    await work(town, anna, 60, WEEK - timedelta(weeks=1), by=ben)
    await work(town, ben, 90, by=anna)
    await work(town, ben, -90, by=anna)
    bake = await town.shift("Bread baking", places=4, day=6)
    await town.shift("Weeding", project="Farm", places=9, day=8)
    await town.shift("Too far away", places=9, day=20)
    await anna.joins(bake)
    await town.meeting("Spring meeting", day=8)
    await town.meeting("Of the council", audience="role:council", day=8)
    await town.batch("Bread", 10)
    async with town.app.database.unit() as unit:
        for title, passed in (("A well", True), ("A pool", False)):
            await decisions.enter(
                unit, title=title, text="", passed=passed, meeting_id=None, item_id=None, poll_id=None,
                project_id=None, by=mayor.resident_id, now=town.clock.now(),
            )  # fmt: skip
    async with town.app.database.reading() as unit:
        of = await actions.counted(unit, WEEK, town=await town.settings(), now=town.clock.now())
    assert (of.residents, of.asked, of.minutes, of.people, of.newcomers) == (4, 720, 120, 1, 2)
    assert of.hours == [["2026-11-16", 60], ["2026-11-23", 120]]
    assert [(one["title"], one["passed"]) for one in of.decided] == [("A well", True), ("A pool", False)]
    assert [(one["title"], one["open"]) for one in of.needed] == [("Weeding", 9), ("Bread baking", 3)]
    assert (of.places, of.shifts, of.gatherings) == (12, 2, 1)
    assert of.meetings[0]["title"] == "Spring meeting"
    await mayor.says("/update")
    await mayor.taps("The numbers")
    assert mayor.sees("Hours given: 2 of the 12 that the town asks for (16%).")
    assert mayor.sees("1 person took part. 2 people are new in town: welcome!")
    assert mayor.sees("Decided: “A well” and “A pool” (turned down).")
    assert mayor.sees("In the week from Monday 30 November, 12 places are still open.")
    assert mayor.sees("Most needed: Weeding Wed 2 Dec (9) and Bread baking Mon 30 Nov (3).")
    assert mayor.sees("Meetings: Spring meeting (Wednesday 2 December, 18:00).")


@once
async def test_what_was_given_out_for_free_is_counted_by_item(town: Town) -> None:
    mayor, pieter = await town.mayor(), await town.coordinator("Bakery")
    anna, ben = await town.neighbours(2, short=1)
    bread = await town.batch("Bread", 10, at="09:00", price=250)
    by, now = await town.who(pieter), town.clock.now()
    async with town.app.database.unit() as unit:
        for person, order in ((anna, False), (ben, True)):
            who = await town.who(person)
            got = await ask(unit, who=who, batch_id=bread, amount=3000, now=now, order=order)
            await hand_over(
                unit, who=by, claim_id=got.claim_id, code=got.code, amount=2000, to_id=person.resident_id, now=now
            )
    await mayor.says("/update")
    await mayor.taps("The numbers")
    assert mayor.sees("Given out: Bread (2 loaves).")


@once
async def test_what_happens_after_one_went_out_is_told_in_the_next(town: Town) -> None:
    mayor = await town.mayor()
    await town.resident("Anna")
    await writes(mayor, "Bread")
    await is_ready(mayor)
    await goes_out(town)
    sent_at = town.clock.now()
    town.clock.move_to(sent_at + timedelta(hours=1))
    await town.resident("Late on Sunday")
    town.clock.move_to(sent_at + timedelta(days=5))
    async with town.app.database.reading() as unit:
        week = WEEK + timedelta(weeks=1)
        of = await actions.counted(unit, week, town=await town.settings(), now=town.clock.now())
    assert of.newcomers == 1
    assert of.since == (await the_update(town)).counted.until


# -- words, in every length and language -------------------------------------------------------------------------------


@once
async def test_long_words_stand_below_the_picture_as_far_as_they_go_and_are_a_tap_away(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await town.shift("Weeding", day=8)
    middling, long = "word " * 150 + "end.", "word 🌾 " * 240 + "end."
    await writes(mayor, middling)
    await mayor.taps("See it as it comes")
    assert any("end." in one.text and "There is more: tap “Read on”." in one.text for one in mayor.shown[-2:])
    await writes(mayor, long)
    await mayor.taps("See it as it comes")
    assert mayor.sees("Not all of it has room below the picture: “Read on” leads to the rest, and nothing is lost.")
    await mayor.taps("It is ready")
    await goes_out(town)
    await anna.looks()
    assert anna.sees("word…") or anna.sees("🌾…")
    assert anna.sees("There is more: tap “Read on”.")
    assert utf16_units(anna.last.text) <= MOST_CAPTION
    await anna.taps("Read on")
    assert anna.sees("end.")
    assert anna.sees("Most needed: Weeding")
    await anna.taps("Past updates")
    assert anna.sees("The mayor's weekly updates")


FULL: dict[str, Any] = {"title": "W" * 120, "project": "W" * 60, "passed": False, "open": 500, "place": "W" * 100}
FULL |= {"starts_at": "2026-11-25T07:00:00+00:00", "name": "W" * 40, "names": "{}", "unit": "loaf", "amount": 9_999_000}


def full_fields(text: str) -> dict[str, Any]:
    """An update in which everything is as long as it can be."""
    note = {"text": "W" * 200, "language": "en", "name": "W" * 80, "at": "2026-12-01T07:00:00+00:00"}
    many: dict[str, Any] = {
        "goods": [FULL] * 3,
        "kinds": 99,
        "decided": [FULL] * 3,
        "decisions": 99,
        "needed": [FULL] * 3,
    }
    many |= {"shifts": 999, "places": 99_999, "meetings": [FULL] * 3, "gatherings": 99, "votes": 99}
    numbers: dict[str, Any] = {
        "week": "2026-11-23",
        "since": "2026-11-22T15:00:00+00:00",
        "until": "2026-11-29T15:00:00+00:00",
    }
    numbers |= {"ahead": "2026-11-30", "asked": 900_000, "residents": 5000, "newcomers": 999, "people": 5000}
    numbers |= {"hours": [["2026-11-23", 899_940]], **many}
    return {
        "update": 1, "week": "2026-11-23", "language": "en", "text": text, "texts": {}, "video": "", "photos": [],
        "numbers": numbers, "corrections": [note] * MOST_CORRECTIONS,
    }  # fmt: skip


def test_the_fullest_update_fits_in_every_language() -> None:
    town = TownSettings(zone="Africa/Johannesburg")
    for code in LANGUAGES:
        with speaking(code):
            for text in ("", "<b>", "W" * 700, "🌾 W" * 500, "W" * MOST_WORDS):
                fields = full_fields(text)
                assert letter(fields, town).fits_a_picture
                assert Screen(telling.in_full(fields, town.tz)).html


@once
async def test_words_in_other_languages(town: Town) -> None:
    mayor, lerato = await town.mayor(), await town.resident("Lerato", language="zu")
    await mayor.says("/update")
    await mayor.taps("Languages")
    assert mayor.sees("Write the words first.")
    await writes(mayor, "Pan para todos")
    await mayor.taps("Languages")
    await mayor.taps("It is not English")
    await mayor.taps("Español")
    assert mayor.sees("Your words are in Español.")
    await mayor.taps("English")
    await mayor.says("Bread for everybody")
    assert "✓ English" in mayor.last.labels
    await mayor.taps("Afrikaans")
    await mayor.taps("Not in Afrikaans")
    assert "Afrikaans" in mayor.last.labels
    await writes(mayor, "Bread and milk")
    assert mayor.sees("The words in Español stay as they were: see that they still say the same.")
    one = await the_update(town)
    assert (one.language, one.text, one.others) == ("en", "Bread and milk", {"es": "Pan para todos"})
    await mayor.taps("See it as it comes")
    await mayor.taps("It is ready")
    await goes_out(town)
    await lerato.looks()
    assert lerato.sees("Bread and milk")
    assert lerato.sees("English)")
    await mayor.says("/news")
    await mayor.taps("1. ")
    await mayor.taps("Put something right")
    await mayor.says("Milk is on Monday")
    assert "English)" not in mayor.last.text
    await lerato.says("/news")
    assert lerato.sees("English)")
    await lerato.taps("1. ")
    assert lerato.last.text.count("English)") == 2, "of the words, and of what was put right"


# -- wrong input, old buttons, others' hands ---------------------------------------------------------------------------


@once
async def test_what_does_not_fit_is_said_and_asked_again(town: Town) -> None:
    mayor = await town.mayor()
    await writes(mayor, "x" * (MOST_WORDS + 1))
    assert mayor.sees("2,000")
    await mayor.says("Bread")
    await mayor.taps("A video link")
    await mayor.says("http://insecure.example/1")
    assert mayor.sees("I can't send that on as a link.")
    await mayor.says("https://video.example/1")
    await mayor.taps("A video link")
    await mayor.taps("No video this time")
    assert (await the_update(town)).video == ""
    await mayor.taps("Photos")
    await mayor.taps("Add photos")
    await mayor.says("here they are")
    assert mayor.sees("I am waiting for a photo.")
    await mayor.sends_photo(photo())
    await mayor.taps("Not the last one")
    async with town.app.database.reading() as unit:
        assert await unit.value(select(func.count()).select_from(table_of(Picture))) == 0, "it is not kept either"
    for colour in ("red", "green", "blue"):
        await mayor.sends_photo(photo(colour))
    assert mayor.sees("Photos: 3 of 3")
    assert "Add photos" not in mayor.last.labels
    await mayor.forges("news:photo:1:0:")
    await mayor.sends_photo(photo("white"))
    assert mayor.sees(f"There is room for {MOST_PHOTOS} photos. Take one out first.")
    await mayor.taps("Leave it")
    await mayor.forges("news:photos:1:0:")
    await mayor.taps("Take out photo 2")
    assert mayor.sees("Photos: 2 of 3")
    await mayor.forges("news:unphoto:1:0:99")
    assert mayor.sees("That picture is no longer there.")
    await mayor.forges("news:unphoto:1:0:x")
    assert mayor.sees("That picture is no longer there.")
    for forged in ("other:1:0:xx", "other:1:0:en", "preview:1:0:xx", "ready:1:0:", "original:1:0:es"):
        await mayor.forges(f"news:{forged}")
    assert (await the_update(town)).state == updates.DRAFT
    await mayor.forges("news:draft:99:0:")
    assert mayor.sees("I find no such update.")


@once
async def test_only_the_mayor_writes(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await writes(mayor, "Not yet for anybody")
    before = await the_update(town)
    who = await town.who(mayor)
    async with town.app.database.reading() as unit:
        stamp = (await actions.one(unit, who=who, update_id=before.id)).stamp
    every = ("draft", "words", "photo", "video", "other", "photos", "unphoto", "language", "original", "numbers")
    for do in (*every, "preview", "ready", "wait", "now", "skip", "wake"):
        key = {"ready": stamp, "other": "es", "original": "es", "unphoto": "1"}.get(do, "sure")
        await anna.forges(f"news:{do}:1:0:{key}")
    await anna.forges("news:one:1:0:")
    await anna.forges("news:correct:1:0:")
    await anna.says("/update")
    anna.has_not_seen("Not yet for anybody")
    assert await the_update(town) == before


@once
async def test_past_updates_are_found_and_put_right(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await anna.says("/news")
    assert anna.sees("There is no weekly update yet")
    await writes(mayor, "The Bakéry is open <b>")
    await is_ready(mayor)
    await goes_out(town)
    await anna.says("/news bakery asks")
    assert anna.sees("1 update with “bakery asks”:")  # of the words, and of the numbers
    await anna.says("/news")
    await anna.taps("Find")
    await anna.says("nothing like it")
    assert anna.sees("No update has “nothing like it” in it.")
    await anna.taps("Past updates")
    await anna.taps("1. ")
    assert "Put something right" not in anna.last.labels
    await mayor.says("/news")
    await mayor.taps("1. ")
    for at in range(MOST_CORRECTIONS):
        await mayor.taps("Put something right")
        await mayor.says(f"It opens at {at + 7}, not at noon")
        assert mayor.sees(f"It opens at {at + 7}, not at noon")
    assert "Put something right" not in mayor.last.labels
    who = await town.who(mayor)
    with pytest.raises(UpdateOver):
        async with town.app.database.unit() as unit:
            await actions.correct(unit, who=who, update_id=1, text="x", language="en", now=town.clock.now())
    await anna.says("/news noon")
    await anna.taps("1. ")
    assert anna.sees("(Naledi Mokoena): It opens at 7, not at noon")


@once
async def test_many_updates_are_turned_over_by_pages(town: Town) -> None:
    await town.mayor()
    anna = await town.resident("Anna")
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        settings = await town.settings()
        for back in range(1, 9):
            week = WEEK - timedelta(weeks=back)
            made = await actions.make(unit, week, language="en", town=settings, now=now)
            assert made is not None
            sent_at = now - timedelta(weeks=back)
            await updates.change(unit, made, state=updates.SENT, sent_at=sent_at, text=f"Word {back}", folded="word")
    await anna.says("/news word")
    assert anna.sees("8 updates with “word”:")
    await anna.taps("More")
    assert _entries(anna.last.labels) == ["7. 5 Oct: Word 7", "8. 28 Sept: Word 8"]
    await anna.taps("Earlier")
    assert anna.sees("1. 16 Nov: Word 1")


def _entries(labels: Sequence[str]) -> list[str]:
    return [label for label in labels if label[:1].isdecimal()]
