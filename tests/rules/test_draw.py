"""Draws: the same from the file alone, fair over many seeds, within what there is and what everybody may have."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from town import draw
from town.draw import Entry, decide, hash_of, homes_shared, lot, new_seed, turns
from town.draw_file import NotADraw, document, load, verify
from town.published import Document, digest_of, dump

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "draws.md"
FEW, MANY = range(40), range(200)


def seed_of(chance: random.Random) -> str:
    return chance.randbytes(32).hex()


def made_up(number: int) -> Document:
    """A draw of many people as the town would publish it, another one for each number."""
    chance = random.Random(number)
    step = chance.choice((1000, 100, 250))
    shared = {home: step * chance.randint(0, 12) for home in range(1, chance.randint(1, 4))}
    sharing, precedence = chance.choice((("draw", False), ("draw", True), ("least", False)))
    entries, taken = list[Entry](), 0
    for _ in range(chance.randint(0, 25)):
        taken += chance.choice((1, 1, 1, 2))  # somebody between left
        before = {"draw": -chance.randint(0, 2) if precedence else 0, "least": chance.randint(0, 3)}[sharing]
        own = chance.choice((None, step * chance.randint(0, 5), chance.randint(0, 5000)))
        home = chance.choice((None, *shared))
        entries.append(Entry(taken, step * chance.randint(1, 6), own, home, before))
    homes = {home: left for home, left in shared.items() if any(one.home == home for one in entries)}
    seed, batch = seed_of(chance), chance.randint(1, 500)
    amount = chance.randint(0, 30) * step + chance.choice((0, 0, 1))
    return document(
        town="Riverbend",
        batch=batch,
        item="Süße Brote",
        unit="loaf",
        amount=amount,
        step=step,
        sharing=sharing,
        precedence=precedence,
        opened_at=NOW - timedelta(days=2),
        closed_at=NOW,
        drawn_at=NOW + timedelta(seconds=7),
        seed=seed,
        numbers=taken + chance.choice((0, 1)),
        entries=entries,
        homes=homes,
        outcome=decide(seed, batch, amount=amount, step=step, entries=entries, homes=homes),
    )


# -- the seed and the lots ---------------------------------------------------------------------------------------------


def test_a_seed_is_secret_and_its_hash_is_not() -> None:
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) == 50
    assert all(re.fullmatch("[0-9a-f]{64}", seed) for seed in seeds)
    assert hash_of("00" * 32) == hashlib.sha256(bytes(32)).hexdigest()


def test_a_lot_is_of_one_number_in_one_batch() -> None:
    seed = "0f" * 32
    assert lot(seed, 3, 12) == hmac.digest(bytes.fromhex(seed), b"3:12", "sha256").hex()
    assert len({lot(seed, batch, number) for batch in range(1, 20) for number in range(1, 20)}) == 19 * 19


def test_nobody_changes_the_order_of_others() -> None:
    """Whoever enters as well, or leaves, comes between others or goes: these stay in the order they were in."""
    chance = random.Random(7)
    seed = seed_of(chance)
    entries = [Entry(number, 1000) for number in range(1, 60)]
    whole = decide(seed, 9, amount=5000, step=1000, entries=entries, homes={}).order
    for _ in range(20):
        some = chance.sample(entries, 20)
        chance.shuffle(some)  # nor does it matter in which order they come
        fewer = decide(seed, 9, amount=5000, step=1000, entries=some, homes={}).order
        assert list(fewer) == [number for number in whole if number in fewer]


# -- who gets what -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", FEW)
def test_never_more_than_there_is_nor_than_anybody_may_have(number: int) -> None:
    made = made_up(number)
    entries = {one["number"]: one for one in made["entries"]}
    homes = {one["home"]: one["left"] for one in made["homes"]}
    given = {one["number"]: one["amount"] for one in made["result"]["given"]}
    assert sum(given.values()) <= made["amount"]
    at_home = dict.fromkeys(homes, 0)
    for one, amount in given.items():
        entry = entries[one]
        assert 0 < amount <= entry["wanted"]
        assert amount % made["step"] == 0
        assert entry["own"] is None or amount <= entry["own"]
        if entry["home"] is not None:
            at_home[entry["home"]] += amount
    assert all(used <= homes[home] for home, used in at_home.items())
    result = made["result"]
    assert sorted(result["order"]) == sorted(entries)
    assert sorted([*given, *result["line"]]) == sorted(entries)
    assert [one for one in result["order"] if one in given] == [one["number"] for one in result["given"]]
    assert [one for one in result["order"] if one not in given] == result["line"]
    assert set(result["full"]) <= set(result["line"])


@pytest.mark.parametrize("number", FEW)
def test_nobody_is_left_out_while_something_is_left_for_them(number: int) -> None:
    made = made_up(number)
    left = made["amount"] - sum(one["amount"] for one in made["result"]["given"])
    entries = {one["number"]: one for one in made["entries"]}
    homes = {one["home"]: one["left"] for one in made["homes"]}
    for one in made["result"]["given"]:
        if entries[one["number"]]["home"] is not None:
            homes[entries[one["number"]]["home"]] -= one["amount"]
    for number_of, entry in entries.items():
        if number_of in made["result"]["line"] and left >= made["step"]:
            caps = [cap for cap in (entry["own"], homes.get(entry["home"])) if cap is not None]
            assert caps
            assert min(caps) < made["step"]
            assert number_of in made["result"]["full"]


def test_the_last_gets_what_is_left_in_whole_steps() -> None:
    entries = [Entry(number, 2000) for number in (1, 2, 3)]
    got = decide("ab" * 32, 1, amount=3500, step=1000, entries=entries, homes={})
    assert [amount for _number, amount in got.given] == [2000, 1000]
    assert len(got.line) == 1
    assert got.full == ()


def test_a_home_shares_what_it_may_have() -> None:
    entries = [Entry(number, 2000, own=2000, home=1) for number in (1, 2, 3)] + [Entry(4, 1000)]
    got = decide("cd" * 32, 1, amount=9000, step=1000, entries=entries, homes={1: 3000})
    assert sorted(amount for number, amount in got.given if number < 4) == [1000, 2000]
    assert got.line == got.full  # the third of them lost nothing: their home has all that it may have
    assert dict(got.given)[4] == 1000


def test_precedence_comes_before_the_lot_and_the_lot_decides_among_equals() -> None:
    chance = random.Random(1)
    for _ in range(30):
        entries = [Entry(number, 1000, before=-chance.randint(0, 3)) for number in range(1, 30)]
        seed = seed_of(chance)
        order = decide(seed, 4, amount=0, step=1000, entries=entries, homes={}).order
        before = {one.number: one.before for one in entries}
        for one, other in pairwise(order):
            assert (before[one], lot(seed, 4, one)) < (before[other], lot(seed, 4, other))


def test_turns_go_to_who_was_served_longest_ago() -> None:
    day = date(2026, 11, 24)
    served = {1: day, 2: None, 3: day - timedelta(days=30), 4: day, 5: None, 6: day - timedelta(days=1)}
    assert turns(served) == {2: 0, 5: 0, 3: 1, 6: 2, 1: 3, 4: 3}


def test_homes_are_counted_only_where_several_of_one_entered() -> None:
    assert homes_shared([70, None, 50, 70, 8, 50, None]) == [1, None, 2, 1, None, 2, None]


# -- uniform over many seeds -------------------------------------------------------------------------------------------

ENTRANTS, WINNERS, SEEDS = 20, 6, 4000
BOUND = 43.82
"""Of the chi-square distribution with 19 degrees of freedom, one in a thousand lies above (NIST, e-Handbook 1.3.6.7.4).
"""


def chi_square(order: Callable[[str], tuple[int, ...]]) -> float:
    """How far the winners of many draws are from all being as frequent; the seeds are always the same ones."""
    chance = random.Random(20261124)
    won = dict.fromkeys(range(1, ENTRANTS + 1), 0)
    for _ in range(SEEDS):
        for number in order(seed_of(chance))[:WINNERS]:
            won[number] += 1
    expected = SEEDS * WINNERS / ENTRANTS
    # Winners are drawn without putting them back, which narrows the spread by (n - k) / (n - 1).
    narrower = (ENTRANTS - WINNERS) / (ENTRANTS - 1)
    return sum((count - expected) ** 2 / expected for count in won.values()) / narrower


def by_decide(seed: str) -> tuple[int, ...]:
    entries = [Entry(number, 1000) for number in range(1, ENTRANTS + 1)]
    return decide(seed, 77, amount=WINNERS * 1000, step=1000, entries=entries, homes={}).order


def test_everybody_wins_as_often_over_many_seeds() -> None:
    assert chi_square(by_decide) < BOUND


def test_every_place_is_as_likely_for_everybody() -> None:
    """Not only who wins: also who stands where in line."""
    chance = random.Random(5)
    seen = {(number, place): 0 for number in range(1, 9) for place in range(8)}
    entries = [Entry(number, 1000) for number in range(1, 9)]
    for _ in range(SEEDS):
        order = decide(seed_of(chance), 3, amount=0, step=1000, entries=entries, homes={}).order
        for place, number in enumerate(order):
            seen[number, place] += 1
    expected = SEEDS / 8
    # A doubly stochastic table: (8 - 1) * (8 - 1) = 49 degrees of freedom, spread wider by 8 / 7; one in a thousand.
    assert sum((count - expected) ** 2 / expected for count in seen.values()) * 7 / 8 < 85.35


def _a_little_sooner(seed: str, batch: int, number: int) -> str:
    """Lots of which the first three are the better of two."""
    first = lot(seed, batch, number)
    return min(first, lot(seed, batch, 1000 + number)) if number <= 3 else first


def _first_come(seed: str, batch: int, number: int) -> str:
    return f"{number:04}"


def _four_bits(seed: str, batch: int, number: int) -> str:
    """Lots so coarse that the number decides too often."""
    return lot(seed, batch, number)[:1]


@pytest.mark.parametrize("biased", [_a_little_sooner, _first_come, _four_bits])
def test_a_biased_order_would_be_noticed(biased: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "lot", biased)
    assert chi_square(by_decide) > BOUND


# -- the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", FEW)
def test_a_draw_is_redone_from_its_file_alone(number: int) -> None:
    assert verify(load(dump(made_up(number)))) == []


def test_a_file_names_nobody_and_says_the_same_twice() -> None:
    text = dump(made_up(11))
    assert dump(load(text)) == text
    assert "Süße" in text
    assert set(load(text)["entries"][0]) == {"number", "wanted", "own", "home", "before"}


def changes(made: Document) -> Iterator[tuple[str, Document]]:
    """One file for each value in it, with another value there, its digest made to fit as a forger would."""
    flat = json.dumps(made)
    for path in list(_paths(made)):
        other = json.loads(flat)
        at = other
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = _another(at[path[-1]])
        yield ".".join(map(str, path)), other


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _paths(inner, (*path, at))
    else:
        yield path


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return 0
    return value[:-1] + ("0" if value[-1] != "0" else "1")


@pytest.mark.parametrize("number", range(8))
def test_any_value_that_was_changed_is_noticed(number: int) -> None:
    for path, other in changes(made_up(number)):
        assert _is_noticed(dump(other)), path


def _is_noticed(text: str) -> bool:
    try:
        return bool(verify(load(text)))
    except NotADraw:
        return True


def test_any_byte_that_was_changed_is_noticed() -> None:
    text = dump(made_up(3)).encode()
    chance = random.Random(3)
    for at in range(len(text)):
        other = bytearray(text)
        other[at] ^= 1 << chance.randrange(7)
        try:
            changed = other.decode()
        except UnicodeDecodeError:
            continue
        assert _is_noticed(changed), (at, changed[max(0, at - 20) : at + 20])


def forged(made: Document, **changed: Any) -> Document:
    """A file that was changed by somebody who knows how to make its digest fit."""
    other = {**made, **changed}
    return {**other, "digest": digest_of(other)}


def parts(made: Document) -> list[str]:
    return [wrong.part for wrong in verify(load(dump(made)))]


def test_a_forger_who_mends_the_digest_is_found_out() -> None:
    made = next(one for one in map(made_up, MANY) if len(one["entries"]) > 8 and len(one["result"]["given"]) > 3)
    result = made["result"]
    assert parts(made) == []
    assert "seed_hash" in parts(forged(made, seed="00" * 32))
    assert "seed_hash" in parts(forged(made, seed_hash="00" * 32))
    assert "order" in parts(forged(made, result={**result, "order": result["order"][::-1]}))
    fewer = {**result, "given": result["given"][:-1], "line": [result["given"][-1]["number"], *result["line"]]}
    assert parts(forged(made, result=fewer)) == ["given", "line"]
    assert parts(forged(made, result={**result, "line": result["line"][::-1]})) == ["line"]
    assert parts(forged(made, result={**result, "full": [*result["full"], 999]})) == ["full"]
    assert "entries" in parts(forged(made, entries=[*made["entries"], made["entries"][-1]]))
    assert "entries" in parts(forged(made, numbers=made["entries"][-1]["number"] - 1))
    assert "homes" in parts(forged(made, homes=[*made["homes"], {"home": 99, "left": 1}]))
    assert "order" in parts(forged(made, batch=made["batch"] + 1))


def test_nobody_comes_before_others_where_all_are_equal() -> None:
    made = next(
        one for one in map(made_up, MANY) if one["sharing"] == "draw" and not one["precedence"] and one["entries"]
    )
    first = {**made["entries"][0], "before": -1}
    assert "before" in parts(forged(made, entries=[first, *made["entries"][1:]]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        "{}",
        '{"kind": "townbell draw"}',
        '{"kind": "townbell draw", "version": 2}',
        '{"kind": "townbell draw", "version": 1}',
        "[" * 100_000,
        "9" * 5000,
        '"\ud800"',
        '{"kind": "townbell draw", "kind": "townbell draw"}',
    ],
)
def test_what_is_no_draw_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotADraw):
        load(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", True),
        ("batch", "3"),
        ("batch", -1),
        ("step", 0),
        ("amount", 1.5),
        ("amount", 2**60),
        ("seed", "00"),
        ("seed", "G" * 64),
        ("sharing", "first"),
        ("precedence", 1),
        ("entries", {}),
        ("entries", [{}]),
        ("entries", [{"number": 1, "wanted": None, "own": None, "home": None, "before": 0}]),
        ("homes", [{"home": 1, "left": None}]),
        ("result", []),
        ("result", {"order": [True], "given": [], "line": [], "full": []}),
        ("town", None),
        ("more", 1),
    ],
)
def test_what_is_not_formed_like_a_draw_is_none(name: str, value: Any) -> None:
    with pytest.raises(NotADraw):
        load(json.dumps({**made_up(1), name: value}))


def test_an_entry_of_a_home_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        decide("00" * 32, 1, amount=1000, step=1000, entries=[Entry(1, 1000, home=7)], homes={})


# -- the page about it -------------------------------------------------------------------------------------------------


def test_the_few_lines_of_the_page_redo_every_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/draws.md shows the whole algorithm as a short programme: it decides as the town does."""
    (text,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len([line for line in text.splitlines() if line.strip()]) <= 18
    programme, file = compile(text, "docs/draws.md", "exec"), tmp_path / "draw.json"
    monkeypatch.setattr(sys, "argv", ["redo.py", str(file)])
    for number in MANY:
        file.write_text(dump(made_up(number)), encoding="utf-8")
        exec(programme, {})
        assert capsys.readouterr().out == "True True\n", number


def test_the_worked_example_of_the_page_is_right() -> None:
    page = DOCS.read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL)
    made = load(example)
    assert verify(made) == []
    assert made["seed_hash"] in page.replace(example, "")
    rows = re.findall(r"^\| (\d+) \| (-?\d+) \| `([0-9a-f]{8})…` \| (.*?) \|$", page, flags=re.MULTILINE)
    assert [int(row[0]) for row in rows] == made["result"]["order"]
    given = {one["number"]: one["amount"] for one in made["result"]["given"]}
    entries = {one["number"]: one for one in made["entries"]}
    for number, before, shown, gets in rows:
        assert entries[int(number)]["before"] == int(before)
        assert lot(made["seed"], made["batch"], int(number)).startswith(shown)
        assert gets.startswith(str(given.get(int(number), "waits")))
