"""Two residents who are one person: what is asked before, what becomes of it, and a coordinator who undoes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.merging import actions, words
from handlers.merging.actions import Merged, Preview
from storage import outbox
from storage.queries import ballots, ledger, merging, roles, speakers
from storage.sql import select
from storage.tables import (
    HoursEntry,
    How,
    LinkCode,
    MergeChange,
    Outbox,
    OutboxState,
    Resident,
    ResidentState,
    Role,
    table_of,
)
from tests.people import Person, Town
from tests.variants import once
from town.facts import MergeWaits, NotFound
from town.hours import EntryKind
from town.week import week_of

entries, notices, changes = table_of(HoursEntry), table_of(Outbox), table_of(MergeChange)
codes = table_of(LinkCode)


async def preview(town: Town, first: Person, second: Person) -> Preview:
    async with town.app.database.reading() as unit:
        ids = {"first_id": first.resident_id, "second_id": second.resident_id}
        return await actions.preview(unit, **ids, now=town.clock.now())


async def merge(town: Town, first: Person, second: Person) -> Merged:
    """As the linking room does it once both have said yes."""
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        ids = {"kept_id": first.resident_id, "gone_id": second.resident_id}
        made = await actions.merge(unit, **ids, account_id=second.account_id, now=now)
    await town.settles()
    return made


async def twice(town: Town) -> tuple[Person, Person]:
    """Somebody who is in the town twice; they joined first as Naledi."""
    return await town.resident("Naledi Dube"), await town.resident("N. Dube")


async def worked(town: Town, person: Person, by: Person, minutes: int) -> None:
    """Confirmed hours of this week."""
    now = town.clock.now()
    week = week_of(now, (await town.settings()).tz)
    async with town.app.database.unit() as unit:
        key, kind = f"test:{person.resident_id}:{now.isoformat()}", EntryKind.SHIFT.value
        line: dict[str, Any] = {"week": week, "minutes": minutes, "kind": kind, "by": by.resident_id, "now": now}
        assert await ledger.add(unit, key=key, resident_id=person.resident_id, **line)


async def test_two_become_one_and_both_chats_are_theirs(town: Town) -> None:
    first, second = await twice(town)
    shift, other = await town.shift("Bread baking"), await town.shift("Weeding", day=2)
    await first.joins(shift)
    await second.joins(shift)
    await second.joins(other)
    made = await merge(town, second, first)
    assert (made.kept_id, made.gone_id) == (first.resident_id, second.resident_id)
    await second.looks()
    await first.looks()
    for chat in (first, second):
        assert chat.has_seen("one resident now", times=1), "each chat is told: a yes may have been somebody else's"
    await first.forges("list:mine::0")
    assert first.sees("Bread baking")
    assert first.sees("Weeding")
    await second.forges("list:mine::0")
    assert second.sees("Bread baking")
    assert second.sees("Weeding")


async def test_a_coordinator_makes_them_two_again(town: Town) -> None:
    first, second = await twice(town)
    mayor, other = await town.mayor(), await town.shift("Weeding", day=2)
    await second.joins(other)
    await merge(town, first, second)
    await mayor.says("/desk")
    await mayor.taps("More at the desk")
    await mayor.taps("People made one")
    assert mayor.sees("• Naledi Dube and N. Dube · Tuesday 24 November, 09:30")
    await mayor.taps("N. Dube")
    assert mayor.sees("It can be undone until")
    await mayor.taps("Make them two again")
    assert mayor.sees("What has happened since stays with Naledi Dube")
    await mayor.taps("Yes, two again")
    assert mayor.sees("two residents again")
    await town.settles()
    for person in (first, second):
        await person.looks()
        assert person.has_seen("A coordinator has made")
    await first.forges("list:mine::0")
    assert "Weeding" not in first.last.text
    await second.forges("list:mine::0")
    assert second.sees("Weeding")
    await mayor.says("/merged")
    assert mayor.sees("• Two again: Naledi Dube")
    await mayor.taps("N. Dube")
    assert mayor.sees("made them two again")
    assert "Make them two again" not in mayor.last.labels


@once
async def test_hours_of_both_count_together_and_go_back(town: Town) -> None:
    first, second = await twice(town)
    mayor = await town.mayor()
    await worked(town, first, mayor, 60)
    await worked(town, second, mayor, 120)
    await worked(town, second, first, 30)
    seen = await preview(town, second, first)
    assert (seen.hours.moved, seen.hours.dropped) == (120, 30)
    made = await merge(town, first, second)
    assert await _minutes(town) == {first.resident_id: 180, second.resident_id: 0}
    async with town.app.database.unit() as unit:
        await actions.undo(unit, who=await town.who(mayor), merge_id=made.merge_id, now=town.clock.now())
    assert await _minutes(town) == {first.resident_id: 60, second.resident_id: 150}


async def _minutes(town: Town) -> dict[int, int]:
    sums: dict[int, int] = {}
    async with town.app.database.reading() as unit:
        for row in await unit.rows(select(entries.c.resident_id, entries.c.minutes)):
            sums[row.resident_id] = sums.get(row.resident_id, 0) + row.minutes
    return sums


@once
async def test_what_would_become_of_it_is_told_before(town: Town) -> None:
    first, second = await twice(town)
    mayor, shift = await town.mayor(), await town.shift("Bread baking")
    await town.poll("Shall we?")
    for person in (first, second):
        await person.joins(shift)
    told = words.told(await preview(town, first, second), (await town.who(mayor)).zone)
    assert "one place stays, the other is given back" in told
    assert "“Shall we?”: one vote." in told
    assert "Naledi Dube" in told


async def test_only_another_coordinator_undoes_it_and_in_time(town: Town) -> None:
    first, second = await twice(town)
    mayor, stranger = await town.mayor(), await town.coordinator("Bakery")
    nobody = await town.resident()
    made = await merge(town, first, second)
    await nobody.says("/merged")
    assert nobody.sees("coordinator")
    await nobody.forges(f"merge:undo:{made.merge_id}:0")
    assert await _gone(town) == {second.resident_id}
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        await roles.give(unit, resident_id=first.resident_id, role=Role.MAYOR, project_id=None, by=None, now=now)
    await second.forges(f"merge:undo:{made.merge_id}:0")
    assert second.sees("about yourself")
    await mayor.forges("merge:undo:999:0")
    assert await _gone(town) == {second.resident_id}
    town.clock.instant += timedelta(days=31)
    await stranger.forges(f"merge:undo:{made.merge_id}:0")
    assert stranger.sees("cannot be undone any more")
    await stranger.forges(f"merge:open:{made.merge_id}:0")
    assert stranger.sees("cannot be undone any more")
    assert await _gone(town) == {second.resident_id}


@once
async def test_a_merge_is_undone_once_and_the_latest_first(town: Town) -> None:
    first, second = await twice(town)
    third, mayor = await town.resident("Naledi D."), await town.mayor()
    one = await merge(town, first, second)
    two = await merge(town, third, first)
    assert two.gone_id == third.resident_id
    await mayor.forges(f"merge:undo:{one.merge_id}:0")
    assert mayor.sees("Undo that one first")
    for made in (two, one):
        await mayor.forges(f"merge:undo:{made.merge_id}:0")
        assert mayor.sees("two residents again")
    await mayor.forges(f"merge:undo:{one.merge_id}:0")
    assert mayor.sees("only once")
    assert await _gone(town) == set()


async def _gone(town: Town) -> set[int]:
    residents = table_of(Resident)
    async with town.app.database.reading() as unit:
        found = await unit.rows(select(residents.c.id).where(residents.c.state == ResidentState.MERGED))
    return {row.id for row in found}


@once
async def test_who_is_gone_cannot_be_made_one_again(town: Town) -> None:
    first, second = await twice(town)
    third = await town.resident()
    await merge(town, first, second)
    with pytest.raises(NotFound):
        await merge(town, second, third)
    with pytest.raises(NotFound):
        await merge(town, first, first)


@once
async def test_two_secret_votes_wait_for_the_end_of_the_poll(town: Town) -> None:
    first, second = await twice(town)
    poll = await town.poll("Shall we?", secret=True)
    async with town.app.database.unit() as unit:
        for person in (first, second):
            assert await ballots.tick_off(unit, poll, person.resident_id, How.CHAT, now=town.clock.now())
    with pytest.raises(MergeWaits):
        await preview(town, first, second)
    with pytest.raises(MergeWaits):
        await merge(town, first, second)
    assert await _gone(town) == set()


@once
async def test_what_was_on_its_way_to_who_is_gone_reaches_the_other(town: Town) -> None:
    first, second = await twice(town)
    made = await merge(town, first, second)
    async with town.app.database.unit() as unit:
        row = outbox.new_row(
            notice="merging.done",
            resident_id=second.resident_id,
            dedupe_key="late",
            now=town.clock.now(),
            name="A",
            other="B",
            days=30,
        )
        await outbox.put(unit, [row])
    async with town.app.database.unit() as unit:
        said: dict[str, Any] = {
            "notice": "news",
            "subject": "shift:7",
            "now": town.clock.now(),
            "due_at": town.clock.now(),
        }
        for one, key in ((first, "told"), (second, "twice")):
            told = outbox.new_row(resident_id=one.resident_id, dedupe_key=key, **said)
            await outbox.put(unit, [told | {"state": OutboxState.SENT} if one is first else told])
        assert await merging.has_to_forward(unit)
        assert await merging.forward(unit) == 2
    await town.settles()
    async with town.app.database.reading() as unit:
        found = await unit.first(select(notices).where(notices.c.dedupe_key == "late"))
        assert found is not None
        assert (found.resident_id, found.state) == (first.resident_id, OutboxState.SENT)
        double = await unit.first(select(notices).where(notices.c.dedupe_key == "twice"))
        assert double is not None
        assert double.state == OutboxState.DROPPED, "what the other one was told already is not said twice"
        assert await unit.rows(select(changes).where(changes.c.merge_id == made.merge_id))
    await town.moves(days=31)
    async with town.app.database.reading() as unit:
        assert not await unit.rows(select(changes)), "what cannot be undone needs no memory"
        assert await speakers.of_home(unit, account_id=second.account_id, owner_id=first.resident_id)


@once
async def test_a_role_that_was_ended_since_does_not_come_back(town: Town) -> None:
    """Both coordinated; the mayor ended that after the merge, for the one person that they were."""
    mayor, (first, second) = await town.mayor(), await twice(town)
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        for one in (first, second):
            role: dict[str, Any] = {"role": Role.COORDINATOR, "project_id": None, "by": None, "now": now}
            await roles.give(unit, resident_id=one.resident_id, **role)
    made = await merge(town, first, second)
    async with town.app.database.unit() as unit:
        ended: dict[str, Any] = {"role": Role.COORDINATOR, "project_id": None, "by": mayor.resident_id, "now": now}
        assert await roles.end(unit, resident_id=first.resident_id, **ended)
    await mayor.forges(f"merge:undo:{made.merge_id}:0")
    mayor.sees("are two residents again")
    async with town.app.database.reading() as unit:
        for one in (first, second):
            assert await roles.held_by(unit, one.resident_id) == frozenset()


@once
async def test_no_code_of_the_kept_one_outlives_the_undoing(town: Town) -> None:
    """Two who were made one by mistake: what one of them saw in that time opens nothing afterwards."""
    mayor, (first, second) = await town.mayor(), await twice(town)
    made = await merge(town, first, second)
    await second.says("/link")
    async with town.app.database.reading() as unit:
        [code] = await unit.rows(select(codes))
    assert (code.resident_id, code.account_id) == (first.resident_id, second.account_id)
    await mayor.forges(f"merge:undo:{made.merge_id}:0")
    mayor.sees("A chat that was linked since stays with Naledi Dube")
    async with town.app.database.reading() as unit:
        [code] = await unit.rows(select(codes))
    assert code.expires_at <= town.clock.now()
    await town.settles()
    for chat in (first, second):
        await chat.looks()
        chat.sees("two residents again")
        chat.sees("is each of them yours?")


@once
async def test_what_was_forgotten_cannot_be_undone(town: Town) -> None:
    """The days were made fewer, and more again: what the merge changed is not known any more."""
    mayor, (first, second) = await town.mayor(), await twice(town)
    made = await merge(town, first, second)
    async with town.app.database.unit() as unit:
        assert await merging.forget_old(unit, town.clock.now() + timedelta(days=1)) == 1
    await mayor.forges(f"merge:undo:{made.merge_id}:0")
    mayor.sees("cannot be undone")
    assert await _gone(town) == {second.resident_id}


@once
async def test_who_came_twice_to_one_shift_is_on_its_list_once(town: Town) -> None:
    """Nobody corrects the hours of somebody who is gone: they would be nobody's."""
    mayor, (first, second) = await town.mayor(), await twice(town)
    shift = await town.shift("Bread baking")
    for person in (first, second):
        await person.joins(shift)
    await town.moves(hours=30)
    await mayor.forges(f"hours:all:{shift}:0:0:0")
    made = await merge(town, first, second)
    await mayor.forges(f"hours:open:{shift}:0:0:0")
    assert "N. Dube" not in mayor.last.text
    await mayor.forges(f"ledger:correct:{shift}:{second.resident_id}:0")
    mayor.sees("can't find that person")
    before = await _minutes(town)
    assert before[second.resident_id] == 0
    async with town.app.database.unit() as unit:
        await actions.undo(unit, who=await town.who(mayor), merge_id=made.merge_id, now=town.clock.now())
    assert await _minutes(town) == {first.resident_id: 120, second.resident_id: 120}
    await mayor.forges(f"ledger:correct:{shift}:{second.resident_id}:0")
    mayor.sees("N. Dube")
