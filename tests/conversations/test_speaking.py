"""Whoever holds the phone: what is done is credited to whom it was shown to, and words to whoever says them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.kit.poll_taps import VoteTap
from handlers.kit.screens import MOST_DATA, MOST_OWN_DATA, Choice, ScreenTooBig
from handlers.kit.speaking import MOST_ID, as_one, parted
from handlers.kit.taps import HoursTap, PlanTap, SwapTap
from storage.tables import Account, Signup, SignupState, table_of
from tests.conversations.test_household import joined_by
from tests.people import Town
from town.polls import MOST_OPTIONS, new_key

signups, accounts = table_of(Signup), table_of(Account)
ANY_ID = 9_999_999


@given(st.integers(0, MOST_ID), st.text(min_size=1, max_size=MOST_OWN_DATA).filter(lambda data: data.isascii()))
def test_a_tap_says_for_whom_it_is(resident_id: int, data: str) -> None:
    if resident_id > ANY_ID and len(data) > MOST_OWN_DATA - 2:
        return
    marked = as_one(resident_id, data)
    assert parted(marked) == (resident_id, data)
    assert len(marked.encode()) <= MOST_DATA


@pytest.mark.parametrize(
    "data", ["home", "as:", "as::home", "as:-1:home", "as:7", "as:7:", "as:99999999999:home", "~:home", "~A:home", "~7"]
)
def test_what_is_no_mark(data: str) -> None:
    assert parted(data) == (None, data)


@pytest.mark.parametrize(
    "longest",
    [
        VoteTap(do="mark", id=ANY_ID, key=new_key(), draft="c" * MOST_OPTIONS, page=0, who=ANY_ID),
        HoursTap(do="person", shift=ANY_ID, resident=ANY_ID, minutes=1440, page=99),
        SwapTap(do="withdraw", shift=ANY_ID, other=ANY_ID, page=99, who=ANY_ID),
        PlanTap(do="person", id=ANY_ID, line=ANY_ID, page=99, who=ANY_ID),
    ],
    ids=lambda tap: tap.__prefix__,
)
def test_there_is_room_to_say_for_whom(longest: VoteTap | HoursTap | SwapTap | PlanTap) -> None:
    data = Choice("Long", longest.pack()).data
    assert parted(as_one(ANY_ID, data)) == (ANY_ID, data)


def test_a_tap_without_room_is_refused_where_it_is_built() -> None:
    with pytest.raises(ScreenTooBig):
        Choice("Long", "x" * (MOST_OWN_DATA + 1))


async def _held(town: Town) -> set[tuple[int, int]]:
    async with town.app.database.reading() as unit:
        found = select(signups.c.resident_id, signups.c.shift_id).where(signups.c.state == SignupState.HELD)
        return {(row[0], row[1]) for row in await unit.rows(found)}


@pytest.mark.parametrize("seed", [1, 2])
async def test_whoever_holds_the_phone(town: Town, seed: int) -> None:
    """People of one home press old and new buttons and write words, in any order, with silences between."""
    chance = random.Random(seed)
    anna = await town.resident("Anna")
    shifts = [await town.shift(f"Shift {day}", day=day) for day in range(3, 15)]
    shown = []  # (whom it was shown to, the shift, the message, what its button carries)
    for shift in shifts[:2]:  # before anybody shares the phone
        message = await anna.says(f"/start shift_{shift}")
        shown.append((anna.resident_id, shift, message, anna.button("Join", message)[1]))
    ben = await joined_by(town, anna, "Ben")
    cleo = await joined_by(town, anna, "Cleo")
    names = {anna.resident_id: "Anna", ben: "Ben", cleo: "Cleo"}
    expected: set[tuple[int, int]] = set()
    for _step in range(24):
        who, shift = chance.choice(list(names)), chance.choice(shifts)
        match chance.choice(("look", "look", "press", "press", "silence", "forge")):
            case "look":
                await anna.forges(f"as:{who}:meant")
                message = await anna.says(f"/start shift_{shift}")
                if "Join" in message.labels:
                    shown.append((who, shift, message, anna.button("Join", message)[1]))
            case "press":
                whose, shift, message, data = chance.choice(shown)
                await anna.forges(data, on=message)
                expected.add((whose, shift))
                assert (await anna.says("/phone")).text.count(f"You are {names[whose]} now.") == 1
            case "silence":
                await anna.forges(f"as:{anna.resident_id}:meant")
                message = await anna.says(f"/start shift_{shift}")
                before = town.clock.instant
                await town.moves(hours=1.5)
                assert town.clock.instant > before
                await anna.says("join" if "Join" in message.labels else "/week")
                assert anna.sees("Who is speaking?")
                await anna.taps(names[who])
                if "Join" in message.labels:
                    expected.add((who, shift))
            case "forge":
                await anna.forges(f"as:{who + 50}:shift:join:{shift}")
        assert await _held(town) == expected
