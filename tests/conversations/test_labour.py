"""The labour view: hours offered, filled, confirmed and still open, by project and week."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.channels.web.limits import check_caption
from handlers.labour import actions, chart, views
from handlers.labour.actions import Sums, Weeks
from locales import LANGUAGES, speaking
from tests.people import Town
from tests.variants import crosswise, once

MONDAY = date(2026, 11, 23)


@crosswise
async def test_a_week_by_project(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    mayor, anna, ben = await town.mayor("Naledi"), await town.resident("Anna"), await town.resident("Ben")
    bread = await town.shift(day=0, at="10:00", minutes=120, places=3)
    cakes = await town.shift("Cakes", day=1, at="10:00", minutes=90, places=2)
    weeding = await town.shift("Weeding", project="Farm", day=2, at="10:00", minutes=60, places=10)
    await town.shift("Next week", day=7, at="10:00", minutes=60, places=1)
    cancelled = await town.shift("No bread", day=3, at="10:00", places=50)
    for person in (anna, ben):
        await person.joins(bread)
    await ben.joins(cakes)
    await anna.joins(weeding)
    await pieter.forges(f"desk:cancelled:{cancelled}:0")
    await town.moves(hours=3)
    await pieter.forges(f"hours:all:{bread}:0:0:0")

    await pieter.forges("labour:open::0")
    pieter.sees("This week, from Monday 23 November")
    pieter.sees("9 h offered, 5 h 30 min filled, 4 h confirmed, 1 h 30 min still open")
    assert "Farm" not in pieter.last.text
    assert "The town asks" not in pieter.last.text
    await pieter.taps("The week after")
    pieter.sees("The week from Monday 30 November")
    pieter.sees("1 h offered, 0 min filled, 0 min confirmed, 1 h still open")

    await mayor.forges("labour:open::0")
    mayor.sees("The town asks for 15 h: 3 h from each of 5 residents.")  # the town's memory is one of them
    mayor.sees("19 h offered, 6 h 30 min filled, 4 h confirmed, 10 h 30 min still open")
    mayor.sees("10 h offered, 1 h filled, 0 min confirmed, 9 h still open")
    assert re.search("In all.*Bakery.*Farm", mayor.last.text, re.S)
    await mayor.taps("As a picture")
    assert (await mayor.line.picture()).startswith(b"\x89PNG\r\n\x1a\n")
    check_caption(mayor.last.html)
    mayor.sees("Hours of work, week by week")
    mayor.sees("23 Nov: 19 h offered, 6 h 30 min filled, 4 h confirmed")
    mayor.sees("30 Nov: 1 h offered")
    await mayor.taps("As a card")
    mayor.sees("This week, from Monday 23 November")


@once
async def test_who_may_look_and_forged_weeks(town: Town) -> None:
    anna, pieter = await town.resident("Anna"), await town.coordinator("Bakery", "Pieter")
    for do in ("open", "chart"):
        await anna.forges(f"labour:{do}::0")
        anna.sees("Only coordinators can do that.")
    for key in ("nonsense", "2026-13-45", "", "2026-11-25"):
        await pieter.forges(f"labour:open:{key}:7")
        pieter.sees("This week, from Monday 23 November")
        pieter.sees("No work was put up for this week.")
    for key in ("0001-01-01", "9999-12-31"):
        for do in ("open", "chart"):
            await pieter.forges(f"labour:{do}:{key}:0")
            pieter.sees("2025" if do == "open" and key.startswith("0") else "")
            pieter.has_not_seen("Something went wrong")
    await pieter.forges("labour:open:0001-01-01:0")
    assert "The week before" not in pieter.last.labels


@once
async def test_many_projects_are_paged(town: Town) -> None:
    mayor = await town.mayor("Naledi")
    for number in range(10):
        await town.shift("Work", project=f"Project {number}", day=1, places=1)
    await mayor.forges("labour:open::0")
    mayor.sees("Project 7")
    assert "Project 8" not in mayor.last.text
    await mayor.taps("More")
    mayor.sees("Project 9")
    mayor.sees("20 h offered")
    await mayor.taps("The week before")
    mayor.sees("No work was put up for this week.")


def test_a_sum_of_nothing() -> None:
    assert actions.total([]) == Sums(0, 0, 0, 0)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_picture_in_every_language(language: str) -> None:
    weeks = {MONDAY + actions.WEEK * at: Sums(900_000 + at, 500_000, 400_000 - at, 0) for at in range(-6, 2)}
    of = Weeks(MONDAY, weeks, 900_000)
    with speaking(language):
        check_caption(str(views.picture(of, MONDAY).html))
        words = views.chart_words(of)
    offered, filled, confirmed, _open = zip(*weeks.values(), strict=True)
    drawn = await chart.png(words, offered, filled, confirmed, asked=of.asked)
    width, height = (int.from_bytes(drawn[at : at + 4], "big") for at in (16, 20))
    assert 700 < width < 900
    assert width <= height < 2 * width
    assert len(drawn) < 100_000
