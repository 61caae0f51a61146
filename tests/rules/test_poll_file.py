"""The published file of a poll: right as the town writes it, and every forgery of it is named."""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from town import poll_file
from town.counting import count, decide
from town.poll_file import PARTS, NotAPoll, ballot_with, ballots_digest, document, load, result_of, verify
from town.polls import Kind, Question, Threshold, in_groups, new_key, receipt_of
from town.published import Document, digest_of, dump

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "polls.md"
MANY = range(120)


def a_choice(chance: random.Random, question: Question) -> str:
    """A ballot that somebody may cast."""
    if chance.random() < 0.1:
        return ""
    numbers = chance.sample(range(1, question.options + 1), chance.randint(1, question.options))
    if question.kind is Kind.RANKED:
        return ">".join(map(str, numbers))
    if question.kind is Kind.APPROVAL:
        return ",".join(map(str, sorted(numbers)))
    if question.kind is Kind.POINTS:
        first, second = sorted((numbers * 2)[:2])
        few = chance.randint(1, question.points - 1)
        return f"{first}:{question.points}" if first == second else f"{first}:{few},{second}:{question.points - few}"
    return str(numbers[0])


def made_up(number: int, *, secret: bool | None = None, kind: Kind | None = None) -> Document:
    """A poll as the town would publish it, another one for each number."""
    chance = random.Random(number)
    kind = kind or chance.choice(list(Kind))
    question = Question(
        kind,
        2 if kind is Kind.YESNO else chance.randint(2, 12),
        points=chance.randint(2, 10) if kind is Kind.POINTS else 0,
        quorum=chance.choice((0, 0, 30, 60)),
        quorum_people=chance.random() < 0.2,
        threshold=chance.choice(list(Threshold)),
        of_electorate=chance.random() < 0.3,
    )
    secret = chance.random() < 0.5 if secret is None else secret
    choices = [a_choice(chance, question) for _ in range(chance.randint(0, 40))]
    ballots = sorted((receipt_of(number, new_key()) if secret else "", choice) for choice in choices)
    invited = len(choices) + chance.randint(0, 30)
    tally = count(question, ((choice, 1) for choice in choices))
    return document(
        town="Riverbend",
        poll=number,
        text="Süße Brote?",
        options=[f"Number {at}" for at in range(1, question.options + 1)],
        question=question,
        secret=secret,
        opened_at=NOW - timedelta(days=2),
        closed_at=NOW,
        invited=invited,
        voted=len(choices) + (1 if secret and invited > len(choices) and number % 3 == 0 else 0),
        ballots=ballots,
        result=result_of(tally, decide(question, tally, invited)),
    )


def of_many(**asked: Any) -> Document:
    """A made-up poll with enough ballots to forge."""
    return next(made for made in (made_up(number, **asked) for number in MANY) if len(made["ballots"]) > 9)


def sealed(made: Document, **changed: Any) -> Document:
    """A document with something changed in it, and digests that say it was never otherwise."""
    made = json.loads(json.dumps({**made, **changed}))
    made["ballots_digest"] = changed.get("ballots_digest", ballots_digest(made["ballots"]))
    return made | {"digest": digest_of(made)}


@pytest.mark.parametrize("number", MANY)
def test_what_the_town_writes_is_right(number: int) -> None:
    made = made_up(number)
    assert verify(made) == []
    assert load(dump(made)) == made
    assert verify(load(json.dumps(made, indent=1))) == []


def test_the_digest_of_a_secret_poll_is_of_its_lines() -> None:
    made = of_many(secret=True)
    lines = "".join(f"{one['receipt']} {one['choice']}\n" for one in made["ballots"])
    assert made["ballots_digest"] == hashlib.sha256(lines.encode()).hexdigest()


def without_last(made: Document) -> Document:
    return sealed(made, ballots=made["ballots"][:-1])


def one_twice(made: Document) -> Document:
    return sealed(made, ballots=[*made["ballots"], made["ballots"][-1]])


def with_choice(choice: str) -> Callable[[Document], Document]:
    return lambda made: sealed(made, ballots=[{**made["ballots"][0], "choice": choice}, *made["ballots"][1:]])


def with_result(**changed: Any) -> Callable[[Document], Document]:
    return lambda made: sealed(made, result={**made["result"], **changed})


def with_receipt(receipt: str) -> Callable[[Document], Document]:
    return lambda made: sealed(made, ballots=[{**made["ballots"][0], "receipt": receipt}, *made["ballots"][1:]])


FORGED: dict[str, tuple[Callable[[Document], Document], set[str]]] = {
    "another town": (lambda made: {**made, "town": "Riverband"}, {"digest"}),
    "a ballot changed": (with_choice("2"), {"totals"}),
    "a ballot changed, and not its digest": (
        lambda made: sealed(made, ballots=with_choice("2")(made)["ballots"], ballots_digest=made["ballots_digest"]),
        {"ballots_digest"},
    ),
    "a ballot that nobody can cast": (with_choice("3"), {"choices"}),
    "a ballot that is written in another way": (with_choice("01"), {"choices"}),
    "a ballot put in twice": (one_twice, {"receipts", "voted"}),
    "a ballot taken out": (without_last, {"ballots"}),
    "fewer voted": (lambda made: sealed(made, voted=made["voted"] - 3), {"voted"}),
    "fewer were invited": (lambda made: sealed(made, invited=made["voted"] - 1), {"invited"}),
    "a receipt of small letters": (with_receipt("0000aaaabbbb"), {"receipts"}),
    "a receipt that is too short": (with_receipt("0000"), {"receipts"}),
    "receipts out of order": (lambda made: sealed(made, ballots=made["ballots"][::-1]), {"receipts"}),
    "another sum": (with_result(totals=[99, 0]), {"totals"}),
    "another number of blank ones": (with_result(blank=9), {"blank"}),
    "another outcome": (with_result(outcome="tie"), {"outcome"}),
    "other winners": (with_result(winners=[2]), {"winners"}),
    "another threshold": (with_result(needed=77), {"needed"}),
    "another quorum": (with_result(quorum=77), {"quorum"}),
    "a round that never was": (with_result(rounds=[{"votes": [1, 1], "exhausted": 0, "out": []}]), {"rounds"}),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_is_named(name: str) -> None:
    forge, parts = FORGED[name]
    made = next(
        made
        for made in (made_up(number, secret=True, kind=Kind.YESNO) for number in MANY)
        if len(made["ballots"]) > 9 and made["ballots"][0]["choice"] == "1" and made["voted"] == len(made["ballots"])
    )
    found = verify(load(dump(forge(made))))
    assert parts <= {wrong.part for wrong in found}, found
    assert all(wrong.part in PARTS and wrong.said != wrong.right for wrong in found)


def test_open_ballots_are_numbered_in_their_order() -> None:
    made = of_many(secret=False, kind=Kind.RANKED)
    moved = sealed(made, ballots=made["ballots"][::-1])
    assert {"voters"} <= {wrong.part for wrong in verify(moved)}
    assert {wrong.part for wrong in verify(sealed(made, voted=made["voted"] + 1, invited=999))} >= {"voted"}


def test_a_ballot_is_found_by_its_receipt() -> None:
    made = of_many(secret=True)
    one = made["ballots"][3]
    assert ballot_with(made, in_groups(one["receipt"]).lower()) == one["choice"]
    assert ballot_with(made, "0000-0000-0000") is None
    with pytest.raises(ValueError, match="nonsense"):
        ballot_with(made, "nonsense")


BAD: dict[str, Any] = {
    "options": [],
    "question_kind": "coin",
    "threshold": "some",
    "invited": -1,
    "voted": True,
    "secret": 1,
    "ballots": [{"receipt": "0", "choice": "1", "name": "Anna"}],
    "digest": "ab",
    "version": 2,
    "kind": "townbell draw",
    "result": {"outcome": "passed"},
    "town": None,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_formed_like_a_poll_is_refused(name: str) -> None:
    with pytest.raises(NotAPoll):
        load(json.dumps({**of_many(secret=True), name: BAD[name]}))


@pytest.mark.parametrize("changed", [{"result": {"outcome": []}}, {"result": {"outcome": {}}}, {"town": "\ud800"}])
def test_what_no_reader_could_take_is_refused(changed: dict[str, Any]) -> None:
    """A list where there must be a word; half a sign, which JSON can escape and no bytes can say."""
    made = of_many(secret=True)
    again = {name: {**made[name], **value} if isinstance(value, dict) else value for name, value in changed.items()}
    with pytest.raises(NotAPoll):
        load(json.dumps({**made, **again}))


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "nul", "[" * 100_000, '{"kind": "townbell poll", "kind": "x"}', "\ud800"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(NotAPoll):
        load(text)


def test_a_forged_file_never_breaks_the_count() -> None:
    """Whatever stands in a well-formed file: it is counted, or what is wrong is said."""
    chance = random.Random(3)
    for number in MANY:
        made = made_up(number)
        for _ in range(5):
            part = chance.choice(("points", "most", "quorum", "invited", "voted", "options", "question_kind"))
            value = {"options": ["a"] * chance.randint(2, 12), "question_kind": chance.choice(list(Kind)).value}
            forged = sealed(made, **{part: value.get(part, chance.choice((0, 1, 2**53 - 1)))})
            try:
                verify(load(dump(forged)))
            except NotAPoll:
                continue


def test_the_lines_in_the_docs_count_as_we_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The few lines of docs/polls.md do what anybody would do with them: they say whether a file adds up."""
    text = DOCS.read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    said: list[tuple[object, ...]] = []
    for number in range(12):
        made = made_up(number, kind=list(Kind)[number % 5])
        (tmp_path / "poll.json").write_text(dump(made), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["count.py", str(tmp_path / "poll.json")])
        exec(lines, {"print": lambda *words: said.append(words)})
        assert said.pop() == (True, True), (number, made["question_kind"])


def test_the_example_in_the_docs_is_right() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.S)
    assert poll_file.verify(load(example)) == []
