"""The register of decisions: what votes and meetings decide, latest first, and how it is found again."""

from __future__ import annotations

from typing import Any

from handlers.minutes.registering import MOST_KEY, words_in
from handlers.polls.casting import cast
from handlers.polls.closing import close
from storage.queries import agenda_items, decisions
from tests.people import Person, Town
from tests.variants import crosswise, once

NOWHERE: dict[str, Any] = {"meeting_id": None, "item_id": None, "poll_id": None, "project_id": None}


async def _enter(town: Town, by: Person, title: str, text: str = "", **columns: Any) -> int:
    given = NOWHERE | {"passed": True} | columns
    async with town.app.database.unit() as unit:
        return await decisions.enter(unit, title=title, text=text, by=by.resident_id, now=town.clock.now(), **given)


async def _votes(town: Town, poll_id: int, *choices: tuple[Person, str]) -> None:
    """These votes come in, and the poll is closed."""
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        for person, choice in choices:
            await cast(unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=None, now=now)
    async with town.app.database.unit() as unit:
        await close(unit, poll_id, town=await town.settings(), now=now)


@crosswise
async def test_decisions_are_listed_and_found_again(town: Town) -> None:
    naledi = await town.mayor("Naledi")
    await naledi.says("/decisions")
    naledi.sees("Nothing has been decided yet")
    for number in range(1, 8):
        await _enter(town, naledi, f"Bench {number} <b>", passed=number != 3)
    await _enter(town, naledi, "Ein Brünnlein für Ürsel", "100% of it, over_there")
    await naledi.says("/decisions")
    naledi.sees("1. 24 November 2026: Ein Brünnlein für Ürsel (adopted)")
    naledi.sees("6. 24 November 2026: Bench 3 <b> (turned down)")
    await naledi.says("More")
    naledi.sees("8. 24 November 2026: Bench 1 <b> (adopted)")
    for words, found in (
        ("BRUNNLEIN ursel", 1),
        ("100%", 1),
        ("over_th", 1),
        ("over%there", 0),
        ("bench", 7),
        ("BENCH 3", 1),
        ("b_nch", 0),
        ("brunnlein bench", 0),
    ):
        await naledi.says(f"/decisions {words}")
        if found:
            naledi.sees(f"{found} decision")
        else:
            naledi.sees("No decision has “")
    await naledi.says("/decisions bench")
    await naledi.taps("More")
    naledi.sees("7. 24 November 2026: Bench 1 <b>")
    await naledi.says("/decisions")
    await naledi.taps("Find")
    await naledi.says("7")  # what is looked for, and no choice
    naledi.sees("1 decision with “7”")
    await naledi.taps("1. Bench 7")
    naledi.sees("Bench 7 <b>\n\nAdopted on 24 November 2026.")
    await naledi.forges("minutes:one:999:0:0:")
    naledi.sees("I find no such decision.")


@once
async def test_votes_are_entered_once_and_what_is_entered_by_hand_can_be_struck_out(town: Town) -> None:
    naledi = await town.mayor("Naledi")
    anna = await town.resident("Anna")
    well = await town.poll("Shall we build a well?", quorum=2, quorum_people=True)
    await _votes(town, well, (naledi, "1"), (anna, "1"))
    await _votes(town, await town.poll("Shall we sell it?"), (naledi, "2"), (anna, "2"))
    await _votes(town, await town.poll("Which colour?", ["Blue", "Red"]), (naledi, "2"), (anna, ""))
    await _enter(town, naledi, "Again", poll_id=well)
    await town.settles()  # else a result could come behind the list
    await anna.says("/decisions")
    anna.sees("1. 24 November 2026: Which colour? (adopted)\n2. 24 November 2026: Shall we build a well? (adopted)")
    assert "Shall we sell it?" not in anna.last.text
    await anna.taps("2.")
    anna.has_seen("Passed: 2 of 2 for, quorum 2 reached. Yes: 2 · No: 0")
    anna.button("The vote")
    await anna.says("/decisions colour red")
    await anna.taps("1.")
    anna.has_seen("Which colour?\n\nRed\n\nAdopted on 24 November 2026.\nChosen: Red, with 1 of 2. Red: 1 · Blue: 0")

    meeting_id = await town.meeting(by=naledi)
    async with town.app.database.unit() as unit:
        item_id = await agenda_items.make(
            unit, meeting_id=meeting_id, kind="topic", title="A tree", by=naledi.resident_id, now=town.clock.now()
        )
    await town.settles()
    await naledi.says("hello")
    await naledi.forges(f"minutes:decide:{item_id}:0:0:")
    await naledi.says("We plant an oak.")
    await naledi.says("turned down")
    await naledi.taps("Look at it")
    naledi.sees("A tree\n\nWe plant an oak.\n\nTurned down on 24 November 2026.\nMeeting: Spring meeting")
    await naledi.taps("To be done by")
    for answer in ("Tell the forester", "I do it myself", "tomorrow"):
        await naledi.says(answer)
    await naledi.taps("The decision")
    naledi.sees("To be done:\n• Tell the forester – Naledi, open until Wednesday 25 November")
    await anna.forges("minutes:struck:3:0:0:")
    anna.sees("for whoever asked or called")
    await naledi.forges("minutes:strike:1:0:0:")
    naledi.sees("I find no such decision.")
    await naledi.taps("Strike it out")
    await naledi.taps("Strike it out")
    naledi.sees("“A tree” is struck out of the register.")
    await naledi.says("/decisions tree")
    naledi.sees("No decision has “tree” in it.")
    await naledi.forges(f"minutes:of:{meeting_id}:0:0:")
    naledi.sees("Tell the forester")


def test_the_words_of_a_search_fit_its_buttons() -> None:
    assert words_in("  The WELL: the Café ") == ("the", "well", "cafe")
    assert words_in("ж" * 60) == ("ж" * (MOST_KEY // 2),)
    assert len(" ".join(words_in("many words " * 20 + "of them all different")).encode()) <= MOST_KEY
    assert words_in("") == ()
