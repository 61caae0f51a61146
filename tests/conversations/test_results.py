"""What came of a poll, as everybody hears it and looks it up: words, picture, file, who voted, and how."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func

from bot import poll as checking
from handlers.kit import drawing
from handlers.kit.screens import MOST_CAPTION
from handlers.polls.casting import Cast, cast
from handlers.polls.closing import cancel, close
from handlers.results import actions, chart, views
from handlers.results.chart import Bar, Picture
from locales import LANGUAGES, _, speaking
from storage.queries import polls
from storage.queries.polls import PollRow
from storage.sql import select
from storage.tables import WebContent, WebFile, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.counting import count, decide
from town.poll_file import load, result_of, verify
from town.polls import in_groups, receipt_of
from town.published import Document


async def votes(person: Person, poll_id: int, choice: str) -> Cast:
    town = person.town
    async with town.app.database.unit() as unit:
        return await cast(
            unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=None, now=town.clock.now()
        )


async def closes(town: Town, poll_id: int) -> PollRow:
    async with town.app.database.unit() as unit:
        closed = await close(unit, poll_id, town=await town.settings(), now=town.clock.now())
    assert closed is not None
    await town.settles()
    return closed


async def file_of(person: Person, poll_id: int) -> Document:
    """The published file, which is right."""
    who = await person.town.who(person)
    async with person.town.app.database.reading() as unit:
        text = (await actions.file_of(unit, who=who, poll_id=poll_id)).text
    made = load(text)
    assert verify(made) == []
    return made


def opens(person: Person, do: str, poll_id: int, page: int = 0) -> Any:
    return person.forges(f"poll:{do}:{poll_id}:0:{page}:")


@crosswise
async def test_everybody_hears_what_came_of_it(town: Town) -> None:
    """The notice with its picture, and every way from it."""
    people = await town.neighbours(4)
    mayor = await town.mayor()
    poll_id = await town.poll(quorum=40, by=mayor)
    await town.settles()  # they are asked
    await people[0].looks()
    await opens(people[0], "result", poll_id)
    assert people[0].sees("Open until Thursday 26 November, 09:30.")
    assert people[0].sees("What came of it stands here as soon as it is closed.")
    for do in ("chart", "file", "votes", "roll"):  # taps of a result that is not there yet
        await opens(people[0], do, poll_id)
        assert people[0].sees("What came of it stands here as soon as it is closed.")
    for person, choice in zip(people, ("1", "1", "2"), strict=False):
        await votes(person, poll_id, choice)
    await town.moves(hours=48)

    for person in people:
        await person.looks()
        assert person.has_seen("Passed: 2 of 3 for, quorum 2 reached.", times=1)
    assert people[3].sees("Yes: 2\nNo: 1")
    assert people[3].sees("3 of 5 voted.")
    drawn = await people[3].line.picture()
    assert drawn == await people[0].line.picture()
    with Image.open(BytesIO(drawn)) as image:
        assert image.format == "PNG"

    await people[3].taps("The whole result")
    assert people[3].sees("Closed on Thursday 26 November, 09:30.")
    assert "Who has voted" not in people[3].last.labels
    await people[3].taps("As a picture")
    assert await people[3].line.picture() == drawn
    await people[3].taps("The whole result")
    await people[3].taps("Who voted how")
    assert people[3].sees(f"{people[0].name}: Yes")
    assert people[3].sees(f"{people[2].name}: No")
    assert people[3].has_not_seen(f"{people[3].name}: ")
    await people[3].taps("What came of it")
    await people[3].taps("The file, to check it")
    assert any(shown.document == f"poll-{poll_id}-shall-we-build-a-well.json" for shown in people[3].shown)
    assert [one["choice"] for one in (await file_of(people[3], poll_id))["ballots"]] == ["1", "1", "2"]
    await opens(people[3], "roll", poll_id)
    assert people[3].has_not_seen("who was asked and who has voted")

    await mayor.looks()
    await mayor.taps("The whole result")
    await mayor.taps("Who has voted")
    assert any(shown.document == f"poll-{poll_id}-voters.csv" for shown in mayor.shown)
    assert mayor.sees("3 of 5 voted.")
    await mayor.taps("What came of it")
    await mayor.taps("All decisions")


@once
async def test_a_secret_poll_shows_its_fingerprint_and_no_names(town: Town, tmp_path: Any) -> None:
    people = [await town.mayor(), *await town.neighbours(2)]
    poll_id = await town.poll("Who leads?", ["Anna", "Ben", "Chi"], kind="ranked", secret=True, by=people[0])
    mine = await votes(people[0], poll_id, "1>3")
    for person, choice in zip(people[1:], ("2", "3>1"), strict=True):
        await votes(person, poll_id, choice)
    closed = await closes(town, poll_id)
    await people[1].looks()
    assert people[1].sees("No decision: Anna, Ben and Chi are equal, with 1 each.")
    assert people[1].sees(f"begins with {closed.digest[:8]}")
    await people[1].taps("The whole result")
    assert "Who voted how" not in people[1].last.labels
    await opens(people[1], "votes", poll_id)  # a forged tap shows no more than the result
    assert people[1].sees("No decision: Anna, Ben and Chi are equal")

    made = await file_of(people[1], poll_id)
    assert made["ballots_digest"] == closed.digest
    assert {one["choice"] for one in made["ballots"]} == {"1>3", "2", "3>1"}
    assert not any(person.name in json.dumps(made) for person in people)
    (tmp_path / "poll.json").write_text(json.dumps(made), encoding="utf-8")
    receipt = in_groups(receipt_of(poll_id, mine.key))
    assert any("says: Anna > Chi" in line for line in checking.check(tmp_path / "poll.json", receipt).lines)

    await people[0].looks()
    await people[0].taps("The whole result")
    await people[0].taps("Who has voted")
    roll = await roll_of(people[0], poll_id)
    assert [(one.name, one.how) for one in roll.electors] == [(p.name, "chat") for p in sorted(people, key=name_of)]
    assert roll.voted == made["voted"] == 3
    assert len(roll.electors) == made["invited"]


def name_of(person: Person) -> str:
    return person.name


async def roll_of(person: Person, poll_id: int) -> actions.Roll:
    async with person.town.app.database.reading() as unit:
        return await actions.roll_of(unit, who=await person.town.who(person), poll_id=poll_id)


@once
async def test_the_words_of_every_outcome(town: Town) -> None:
    people = await town.neighbours(4)
    reader = people[3]
    told: list[tuple[dict[str, Any], list[str], str]] = [
        ({"quorum": 100}, ["1", "1"], "No decision: 2 of 4 voted, 4 would have been needed."),
        ({}, ["1", "2", ""], "Not passed: 1 of 3 for, 2 would have been needed."),
        ({"options": ["Mill", "Farm"]}, ["1", "1", "2"], "Chosen: Mill, with 2 of 3."),
        ({"options": ["Mill", "Farm"]}, ["1", "2"], "No decision: Mill and Farm are equal, with 1 each."),
        ({"options": ["Mill", "Farm"]}, ["", ""], "No decision: nobody chose any of it."),
        (
            {"options": ["Mill", "Farm"], "threshold": "absolute", "of_electorate": True},
            ["1", "1"],
            "No decision: Mill comes first with 2 of 2, and 3 would have been needed.",
        ),
        (
            {"options": ["Mill", "Farm", "Shop"], "kind": "ranked"},
            ["1>2", "1>3", "2", "3>2"],
            "Mill won in round 2: 2 of 2.",
        ),
        (
            {"options": ["Mill", "Farm", "Shop"], "kind": "ranked", "threshold": "absolute"},
            ["1", "1", "2", "3"],
            "No decision: Mill comes first with 2 of 4, and 3 would have been needed.",
        ),
        ({"options": ["Mill", "Farm"], "kind": "ranked"}, ["1>2"], "Mill won in the first round: 1 of 1."),
        (
            {"options": ["Mill", "Farm"], "kind": "points", "points": 5},
            ["1:2,2:3", "2:5"],
            "The points are shared out: 10 in all.",
        ),
    ]
    for number, (asked, cast_by, said) in enumerate(told):
        poll_id = await town.poll(f"Question {number}?", asked.pop("options", ()), by=reader, **asked)
        for person, choice in zip(people, cast_by, strict=False):
            await votes(person, poll_id, choice)
        await closes(town, poll_id)
        await reader.looks()
        assert reader.sees(f"Question {number}?")
        assert reader.sees(said)
        await reader.taps("The whole result")
        await reader.taps("As a picture")
        await file_of(reader, poll_id)


@once
async def test_a_long_result_comes_in_words_and_leads_to_its_picture(town: Town) -> None:
    """Telegram takes 1,024 characters below a picture: longer words go without one."""
    [person] = await town.neighbours(1)
    options = [f"{number}: {'a long name of something ' * 4}".strip() for number in range(1, 13)]
    poll_id = await town.poll("What is best?" * 10, options, kind="ranked")
    await votes(person, poll_id, ">".join(map(str, range(12, 0, -1))))
    await closes(town, poll_id)
    await person.looks()
    assert person.sees("won in the first round: 1 of 1.")
    assert len(person.last.text) > MOST_CAPTION
    assert person.last.labels[0] == "As a picture"
    await person.taps("As a picture")
    assert (await person.line.picture()).startswith(b"\x89PNG")
    assert len(person.last.text) <= MOST_CAPTION
    await person.taps("The whole result")
    assert len(person.last.labels) <= 10


@once
async def test_a_long_run_off_leaves_its_rounds_to_the_file(town: Town) -> None:
    """Twelve long names, of which one is out after the other, are more than a message takes."""
    options = [f"{number}:{'Kwanhlanhlasikole' * 5}"[:80] for number in range(1, 13)]
    poll_id = await town.poll("What is best?" * 15, options, kind="ranked", secret=True)
    async with town.app.database.reading() as unit:
        poll = await polls.get(unit, poll_id)
    assert poll is not None
    tally = count(poll.asked, [(">".join(map(str, range(at, 0, -1))), at) for at in range(1, 13)])
    assert len(tally.rounds) == 11
    decided = decide(poll.asked, tally, 100)
    closed = poll._replace(
        closed_at=town.clock.now(),
        outcome=decided.result.value,
        winners="12",
        digest="ab" * 32,
        tally=json.dumps(result_of(tally, decided) | {"voted": tally.ballots}),
    )
    for language in LANGUAGES:
        with speaking(language):
            screen = views.result(actions.Seen(closed, may_roll=True), (await town.settings()).tz)
            assert str(_("Every round stands in the file.")) in screen.html


def test_a_picture_keeps_its_words_within_its_edges() -> None:
    """Whatever is written there: wide letters, no spaces, more than fits, and signs that no font has."""
    wide = "W" * 60
    names = ("WHERE SHALL THE CAPITAL OF THE WHOLE COUNTRY BE? " * 4, wide, "🥖 Bread", "🥖")
    bars = tuple(Bar(name, 3, 1, "4 (3 + 1)", won=at == 1, out=False) for at, name in enumerate(names))
    drawn = asyncio.run(chart.png(Picture(names[0], bars, 5, ("first choices", "came over", "5 needed"), names[0])))
    with Image.open(BytesIO(drawn)) as image:
        right = image.convert("L").crop((image.width - 10, 0, image.width, image.height))
        assert right.getextrema() == (255, 255)
    assert drawing.wrapped("🥖 Bread", 7, 16, 2) == ["Bread"]
    assert drawing.wrapped("🥖", 7, 16, 2) == ["🥖"]
    assert drawing.wrapped("one two", 0.7, 16, 2) == ["one", "two"]
    assert "".join(drawing.wrapped(wide, 4, 16, 9)) == wide
    assert drawing.wrapped("one two three", 0.7, 16, 2)[-1].endswith("…")


def a_png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (640, 360), "green").save(out, "PNG")
    return out.getvalue()


@once
async def test_a_picture_is_drawn_once_and_its_failure_keeps_no_words_back(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = await town.neighbours(5)
    drawn, png = [], a_png()

    def painted(*given: Any) -> bytes:
        drawn.append(given)
        return png

    monkeypatch.setattr(chart, "_kept", {})  # of another test
    monkeypatch.setattr(drawing, "painted", painted)
    poll_id = await town.poll("Is it drawn once?")
    await votes(people[0], poll_id, "1")
    await closes(town, poll_id)
    assert len(drawn) == 1  # for five people
    assert await people[0].line.picture() == await people[4].line.picture()
    if town.channel == "web":  # each chat has a file of its own, and all of them the same content
        async with town.app.database.reading() as unit:
            files = await unit.rows(select(table_of(WebFile).c.shared, table_of(WebFile).c.content))
            assert await unit.value(select(func.count()).select_from(table_of(WebContent))) == 1
        assert len(files) >= 5
        assert {(shared, content) for shared, content in files} == {(files[0].shared, b"")}

    def broken(*given: Any) -> bytes:
        raise RuntimeError("no font")

    monkeypatch.setattr(drawing, "painted", broken)
    poll_id = await town.poll("Does it break?")
    await closes(town, poll_id)
    await people[1].looks()
    assert people[1].sees("No decision: nobody voted.")
    assert "cannot be drawn" in caplog.text
    caplog.clear()


@once
async def test_many_votes_are_paged_and_every_vote_stays_in_reach(town: Town) -> None:
    people = await town.neighbours(23)
    poll_id = await town.poll("Mill or farm?", ["Mill", "Farm"], kind="approval")
    for person in people:
        await votes(person, poll_id, "1,2")
    await closes(town, poll_id)
    reader = people[0]
    await reader.looks()
    await reader.taps("The whole result")
    await reader.taps("Who voted how")
    assert reader.last.text.count("Mill, Farm") == 20
    await reader.taps("More")
    assert reader.last.text.count("Mill, Farm") == 3
    await reader.taps("Earlier")
    assert reader.last.text.count("Mill, Farm") == 20


@once
async def test_nobody_hears_of_a_poll_that_is_not_there(town: Town) -> None:
    [person] = await town.neighbours(1)
    await person.looks()
    for do in ("result", "chart", "file", "votes", "roll"):
        await opens(person, do, 999)
        assert person.sees("I find no such poll.")
    poll_id = await town.poll()
    async with town.app.database.unit() as unit:
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        await cancel(unit, poll, reason="A mistake", now=town.clock.now())
    await town.settles()
    await person.looks()
    await opens(person, "result", poll_id)
    assert person.sees("nothing was counted")
