"""Shifts in people's own calendars: files, and a private address that keeps a calendar up to date."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import make_mocked_request
from icalendar import Calendar

from bot.channels.web.buckets import Pace
from bot.channels.web.feeds import Feeds
from bot.channels.web.security import Guard
from bot.logs import redact
from handlers.agenda.files import Words, calendar_file, sequence, uid
from handlers.desk.actions import cancel_shift, change_shift
from storage.queries import agenda, residents
from storage.queries.agenda import Entry
from storage.queries.shifts import ShiftRow
from storage.tables import ResidentState
from tests.people import OPENING, Person, Town
from tests.variants import crosswise, once
from town.week import at_local


def events(content: bytes) -> list[Any]:
    """A calendar file, read back: it is whole, and has all that a calendar must have."""
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert not calendar.errors
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return list(calendar.events)


def link_of(person: Person) -> str:
    found = re.search(r"http\S+/calendar/[\w-]{43}\.ics", person.last.text)
    assert found is not None, person.last.text
    return found[0]


async def get(url: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    async with ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


@crosswise
async def test_a_shift_and_all_shifts_as_files(town: Town) -> None:
    anna = await town.resident("Anna")
    bread, weeds = await town.shift("Bread, & <butter>"), await town.shift("Weeding", project="Farm", day=3)
    await anna.looks()
    await anna.forges(f"ics:shift:{bread}")
    anna.sees("You hold no place on “Bread, & <butter>”")
    await anna.forges("ics:shift:999")
    anna.sees("That shift is no longer there")
    await anna.forges("ics:all:0")
    anna.sees("You hold no place on a coming shift")
    for shift in (bread, weeds):
        await anna.joins(shift)
    await anna.forges(f"ics:shift:{bread}")
    assert anna.last.document == f"shift-{bread}.ics"
    anna.sees("Bread, & <butter> for your calendar")
    (event,) = events(await anna.line.document())
    assert event["SUMMARY"] == "Bread, & <butter>"
    assert event["LOCATION"] == "Mill Lane 2"
    assert event["STATUS"] == "CONFIRMED"
    assert event.start == datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert event.end - event.start == timedelta(hours=2)
    assert "Bakery" in event["DESCRIPTION"]
    assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [timedelta(hours=-24), timedelta(hours=-2)]
    await anna.forges("ics:all:0")
    anna.sees("Your 2 shifts for your calendar")
    assert [one["SUMMARY"] for one in events(await anna.line.document())] == ["Bread, & <butter>", "Weeding"]
    who = await town.who(await town.coordinator())
    await town.moves(hours=1)
    async with town.app.database.unit() as unit:
        await cancel_shift(unit, who=who, shift_id=bread, now=town.clock.now())
    await town.settles()
    await anna.forges(f"ics:shift:{bread}")
    anna.sees("strikes it out")
    (struck,) = events(await anna.line.document())
    assert (struck["STATUS"], struck["UID"], struck.walk("VALARM")) == ("CANCELLED", event["UID"], [])
    assert struck["SEQUENCE"] > event["SEQUENCE"]


@once
async def test_without_a_web_address_there_are_files(town: Town) -> None:
    anna = await town.resident("Anna")
    assert town.app.links.web_url is None
    await anna.says("calendar")
    anna.sees("this town has none")
    for do in ("on", "renew", "off"):
        await anna.forges(f"ics:{do}:0")
        anna.sees("this town has none")
    async with town.app.database.reading() as unit:
        assert (await agenda.owner(unit, anna.resident_id)).key is None
    await anna.joins(await town.shift())
    await anna.says("/calendar")
    await anna.taps("All my shifts as a file")
    assert anna.last.document == "my-shifts.ics"


@once
async def test_a_private_address_is_shown_renewed_and_switched_off(
    wide_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town = wide_town  # its pages are there for everybody
    caplog.set_level(logging.DEBUG, "bot")
    assert town.app.web is not None
    town.app.links.web_url = town.app.web.address
    anna = await town.resident("Anna", language="es")
    bread, gone = await town.shift("Pan"), await town.shift("Gone", day=2)
    for shift in (bread, gone):
        await anna.joins(shift)
    await anna.forges("ics:feed:0")
    assert "/calendar/" not in anna.last.text  # nobody has an address who did not ask for one
    await anna.forges("ics:on:0")
    first = link_of(anna)
    anna.sees("webcal://")
    await anna.forges("ics:feed:0")
    assert link_of(anna) == first
    await anna.forges("ics:on:0")
    assert link_of(anna) == first
    status, content, headers = await get(first)
    assert (status, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert [one["SUMMARY"] for one in events(content)] == ["Pan", "Gone"]
    assert (await get(first, **{"If-None-Match": headers["ETag"]}))[:2] == (304, b"")
    await anna.forges(f"shift:release:{gone}")
    status, content, later = await get(first, **{"If-None-Match": headers["ETag"]})
    assert (status, [one["SUMMARY"] for one in events(content)]) == (200, ["Pan"])
    assert later["ETag"] != headers["ETag"]
    await anna.forges("ics:renew:0")
    second = link_of(anna)
    assert second != first
    assert [(await get(url))[0] for url in (first, second)] == [404, 200]
    async with town.app.database.unit() as unit:
        await residents.change(unit, anna.resident_id, state=ResidentState.LEFT)
    assert (await get(second))[0] == 404
    async with town.app.database.unit() as unit:
        await residents.change(unit, anna.resident_id, state=ResidentState.RESIDENT)
    await anna.forges("ics:off:0")
    assert (await get(second))[0] == 404
    key = first.rpartition("/")[2]
    assert not any(key[:20] in record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert key[:20] not in redact(f"GET /calendar/{key} could not be served now")


@once
async def test_a_wrong_address_is_not_found_and_many_are_too_many(wide_town: Town) -> None:
    town = wide_town
    assert town.app.web is not None
    base = town.app.web.address
    wrong = ("A" * 43, "A" * 42, "-" * 43, "%00" * 14 + "A", "é" * 43, "' OR 1=1 --", "A" * 2000)
    answers = [await get(f"{base}/calendar/{key}.ics") for key in wrong]
    assert {status for status, _, _ in answers} == {404}
    assert len({body for _, body, _ in answers}) == 1
    too_many = Feeds(
        town.app.database, town.clock, Guard(town.app.settings, loopback_only=False), town.app.links, Pace(3, 0.01)
    )
    for status in (404, 404, 404, 429):
        request = make_mocked_request("GET", f"/calendar/{wrong[0]}.ics", match_info={"key": wrong[0]})
        with pytest.raises(web.HTTPException) as refused:
            await too_many.calendar(request)
        assert refused.value.status == status
    assert int(refused.value.headers["Retry-After"]) > 1


@once
@pytest.mark.town(zone="America/New_York")
async def test_what_changes_reaches_the_calendar(town: Town) -> None:
    anna, coordinator = await town.resident("Anna"), await town.coordinator()
    bread, old = await town.shift(day=2, at="09:00"), await town.shift("Old", day=1)
    for shift in (bread, old):
        await anna.joins(shift)

    async def entries() -> dict[str, Entry]:
        async with town.app.database.reading() as unit:
            found = await agenda.since(unit, anna.resident_id, town.clock.now() - timedelta(weeks=4))
        return {one.shift.title: one for one in found}

    before = (await entries())["Bread baking"]
    await town.moves(hours=1)
    who = await town.who(coordinator)
    starts = at_local(before.shift.starts_at.date(), time(14, 30), who.zone)
    async with town.app.database.unit() as unit:
        await change_shift(unit, who=who, shift_id=bread, now=town.clock.now(), starts_at=starts)
    after = (await entries())["Bread baking"]
    assert (uid(before), before.shift.starts_at) != (uid(after), after.shift.starts_at)
    assert uid(before) == uid(after)
    assert sequence(before) < sequence(after)
    await town.moves(days=28)
    assert set(await entries()) == {"Bread baking", "Old"}
    await town.moves(days=3)
    assert set(await entries()) == set()


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", "2026-10-25"),
        ("America/New_York", "2026-11-01"),
        ("Pacific/Apia", "2011-12-31"),
        ("Asia/Kathmandu", "2026-11-24"),
        ("Africa/Johannesburg", "2026-11-24"),
    ],
)
def test_every_hour_of_a_clock_change_is_its_own(zone: str, day: str) -> None:
    """What a calendar reads is the instant that was meant, also in an hour that comes twice."""
    midnight = at_local(datetime.fromisoformat(day).date(), time(), ZoneInfo(zone))
    made = [entry(number, midnight + timedelta(minutes=30 * number)) for number in range(-4, 12)]
    words = Words("Riverbend", {one.shift.id: "x" for one in made})
    content = calendar_file(made, words=words, zone=zone, leads=(60, None, 0), urls={})
    read = events(content)
    assert [one.start for one in read] == [one.shift.starts_at for one in made]
    assert len({one["UID"] for one in read}) == len(made)
    assert content == calendar_file(made, words=words, zone=zone, leads=(60, None, 0), urls={})


def entry(number: int, starts: datetime, **changed: Any) -> Entry:
    values: dict[str, Any] = dict.fromkeys(ShiftRow._fields, 0) | {
        "id": 100 + number, "project": "Bakery", "title": "Bread", "place": "", "starts_at": starts,
        "ends_at": starts + timedelta(minutes=30), "cancelled_at": None, "closed_at": None,
    }  # fmt: skip
    return Entry(ShiftRow(**(values | changed)), "held", OPENING, OPENING)
