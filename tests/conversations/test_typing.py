"""Words in place of taps: which screen they are an answer to."""

from __future__ import annotations

import logging

import pytest

from bot.intake import typed
from storage import outbox
from storage.queries import settling
from storage.tables import OutboxState
from tests.people import Person, Town
from tests.variants import once


async def roster_asked(town: Town) -> tuple[Person, int]:
    """A coordinator whose last notice asks for the hours of two people; and the shift."""
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=0, at="10:00")
    for person in await town.residents(2):
        await person.joins(shift)
    return pieter, shift


async def still_open(town: Town, shift: int) -> int:
    async with town.app.database.reading() as unit:
        return sum(line.open for line in await settling.lines(unit, shift))


async def test_a_number_typed_at_a_roster_notice_opens_it_and_writes_nothing(town: Town) -> None:
    pieter, shift = await roster_asked(town)
    await town.moves(hours=3)
    await pieter.looks()
    pieter.sees("Did they all come?")
    await pieter.says("1")
    pieter.sees("2 people still wait.")
    assert await still_open(town, shift) == 2
    await pieter.says("1")  # on the roster itself, which was asked for
    pieter.sees("is written down for 2 people")
    assert await still_open(town, shift) == 0


@once
async def test_a_label_typed_at_a_notice_is_its_tap(town: Town) -> None:
    pieter, shift = await roster_asked(town)
    await town.moves(hours=3)
    await pieter.says("all came")
    pieter.sees("is written down for 2 people")
    assert await still_open(town, shift) == 0


async def test_within_a_wizard_a_number_is_never_for_a_notice(town: Town) -> None:
    pieter, shift = await roster_asked(town)
    await pieter.says("/me")
    await pieter.taps("Skills")
    options = [data for _label, data in pieter.last.buttons]
    await town.moves(hours=3)
    await pieter.looks()
    pieter.sees("Did they all come?")
    await pieter.says("1")
    assert [data for _label, data in pieter.last.buttons] == options  # the question, with its first option ticked
    assert any(label.startswith("✓") for label in pieter.last.labels)
    await pieter.says("all came")
    pieter.sees("Please choose one of these, or type its number.")
    assert await still_open(town, shift) == 2


@once
async def test_a_number_belongs_to_the_newest_screen_alone(town: Town) -> None:
    anna, pieter = await town.resident("Anna"), await town.coordinator("Bakery", "Pieter")
    await anna.joins(await town.shift(day=0, at="10:00", minutes=60))
    await pieter.says("/me")
    assert len(pieter.last.labels) > 3
    await town.moves(hours=2)
    await pieter.looks()
    assert len(pieter.last.labels) == 3
    await pieter.says("4")
    pieter.sees("I did not understand")


@once
async def test_a_notice_that_cannot_be_shown_again_is_not_in_sight(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed, "_unrenderable", set())  # each is logged once in a process
    anna = await town.resident("Anna")
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        row = outbox.new_row(notice="of.long.ago", resident_id=anna.resident_id, dedupe_key="x", now=now)
        await outbox.put(unit, [row | {"state": OutboxState.SENT, "sent_at": now, "account_id": anna.account_id}])
    with caplog.at_level(logging.WARNING):
        await anna.says("My week")
        anna.sees("My week, Mon 23 Nov")
        await anna.says("something else")
        anna.sees("I did not understand")
    said = [record for record in caplog.records if "'of.long.ago' cannot be shown again" in record.message]
    assert len(said) == 1


@once
async def test_an_answer_that_does_not_fit_is_followed_by_its_question(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.says("Bread")
    buttons = pieter.last.buttons
    await pieter.says("the day the cows come home")
    pieter.sees("I could not read “the day the cows come home” as a day or time.")
    pieter.sees("Which day?")
    assert pieter.last.buttons == buttons
    await pieter.says("32/01/2099 9:00")
    pieter.sees("Which day?")
    await pieter.says("tomorrow")
    pieter.sees("when does it start?")
    await pieter.forges("w:newshift:start:25:99")
    pieter.sees("when does it start?")
