"""My week: what is missing, what waits, and what would fit."""

from __future__ import annotations

from tests.people import Town
from tests.variants import once

pytestmark = once


async def test_this_week_comes_first_and_next_week_fills_nothing_of_it(town: Town) -> None:
    anna = await town.resident()
    await town.moves(days=16)  # a Thursday, when newcomers are none any more
    await town.shift("Bread", day=5, minutes=180)
    await town.shift("Weeding", project="Farm", day=2, minutes=60)
    await town.shift("Later", project="Farm", day=12, minutes=180)
    await anna.says("/week")
    anna.sees("Still missing: 3 h.")
    this_week, next_week = anna.last.text.split("Next week:")
    assert "These would fit you:" in this_week
    assert "Weeding" in this_week
    assert "1 h of what is missing" in this_week
    assert "Bread" in next_week
    assert "2 h of that week's hours" not in this_week
    assert "3 h of that week's hours" in next_week
    assert "of what is missing" not in next_week
    assert "Later" not in anna.last.text
    assert len(anna.last.labels) <= 10
    await anna.taps(anna.last.labels[0])
    anna.sees("Weeding")


async def test_without_a_shift_this_week_the_next_one_is_offered_as_such(town: Town) -> None:
    anna = await town.resident()
    await town.moves(days=16)
    await town.shift("Bread", day=5)
    await anna.says("/week")
    anna.sees("Next week:\n• Bread")
    assert "These would fit you" not in anna.last.text


async def test_work_that_waits_to_be_confirmed_is_said(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    anna = await town.resident()
    await town.moves(days=14)
    shift = await town.shift("Bread", day=0, at="12:00", minutes=120)
    await anna.joins(shift)
    await anna.says("/week")
    assert "wait to be confirmed" not in anna.last.text
    await town.moves(hours=5)
    await anna.says("/week")
    anna.sees("0 of 180 min\n2 h wait to be confirmed")
    anna.sees("Still missing: 3 h, of which 2 h wait to be confirmed.")
    await pieter.forges(f"hours:all:{shift}:0:0:0", on=await pieter.says("/rosters"))
    await anna.says("/week")
    anna.sees("120 of 180 min")
    anna.sees("Still missing: 1 h.")
    assert "wait to be confirmed" not in anna.last.text


async def test_only_work_of_this_week_waits_for_it(town: Town) -> None:
    anna = await town.resident()
    await town.moves(days=19)  # a Sunday
    await anna.joins(await town.shift("Bread", day=0, at="12:00"))
    await town.moves(days=1)
    await anna.says("/week")
    anna.sees("Still missing: 3 h.")
    assert "wait to be confirmed" not in anna.last.text


async def test_a_newcomer_reads_that_their_work_waits(town: Town) -> None:
    anna = await town.resident()
    await anna.joins(await town.shift("Bread", day=0, at="12:00", minutes=90))
    await town.moves(hours=5)
    await anna.says("/week")
    anna.sees("1 h 30 min wait to be confirmed")
    anna.sees("You are newly here")
