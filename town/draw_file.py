"""The file that a draw is published as, and how it is checked: it needs nothing but itself (`docs/draws.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from town.draw import Entry, Outcome, decide, hash_of
from town.published import Document, Wrong, digest_of, is_count, is_digest, is_number, read

KIND, VERSION = "townbell draw", 1
SHARINGS = ("draw", "least")

_TEXTS = ("kind", "town", "item", "unit", "sharing", "opened_at", "closed_at", "drawn_at")
_SECRETS = ("seed_hash", "seed", "digest")
_COUNTS = ("version", "batch", "amount", "step", "numbers")
_OTHERS = ("precedence", "entries", "homes", "result")


class NotADraw(ValueError):
    """A text that is no file of a draw; its words say why, for whoever wrote the file."""


PARTS = ("digest", "seed_hash", "entries", "before", "homes", "order", "given", "line", "full")


def document(
    *,
    town: str,
    batch: int,
    item: str,
    unit: str,
    amount: int,
    step: int,
    sharing: str,
    precedence: bool,
    opened_at: datetime,
    closed_at: datetime,
    drawn_at: datetime,
    seed: str,
    numbers: int,
    entries: list[Entry],
    homes: Mapping[int, int],
    outcome: Outcome,
) -> Document:
    """A draw as it is published. `numbers` is how many were given out: those that are not among the entries left."""
    made: Document = {
        "kind": KIND,
        "version": VERSION,
        "town": town,
        "batch": batch,
        "item": item,
        "unit": unit,
        "amount": amount,
        "step": step,
        "sharing": sharing,
        "precedence": precedence,
        "opened_at": opened_at.isoformat(),
        "closed_at": closed_at.isoformat(),
        "drawn_at": drawn_at.isoformat(),
        "seed_hash": hash_of(seed),
        "seed": seed,
        "numbers": numbers,
        "entries": [one._asdict() for one in entries],
        "homes": [{"home": home, "left": left} for home, left in sorted(homes.items())],
        "result": _result(outcome),
    }
    return made | {"digest": digest_of(made)}


def load(text: str) -> Document:
    """Read a document. Raises NotADraw for whatever is not formed like one."""
    made = read(text, what="draw", version=VERSION, refusal=NotADraw)
    _check_form(made)
    return made


def verify(made: Document) -> list[Wrong]:
    """Redo a draw from its document alone; what does not match, nothing if all is well."""
    return list(_look(made))


def _look(made: Document) -> Iterator[Wrong]:
    entries = [Entry(**one) for one in made["entries"]]
    homes = {one["home"]: one["left"] for one in made["homes"]}
    yield from _differ("digest", made["digest"], digest_of(made))
    yield from _differ("seed_hash", made["seed_hash"], hash_of(made["seed"]))
    numbers = [one.number for one in entries]
    right = sorted({number for number in numbers if 1 <= number <= made["numbers"]})
    yield from _differ("entries", numbers, right)
    for one in entries:
        if not _may_be_before(one.before, made["sharing"], precedence=made["precedence"]):
            yield Wrong("before", f"{one.number}: {one.before}", f"{one.number}: 0")
    named = sorted({one.home for one in entries if one.home is not None})
    if [one["home"] for one in made["homes"]] != named:
        yield Wrong("homes", str([one["home"] for one in made["homes"]]), str(named))
        return  # without them nothing can be given
    again = decide(made["seed"], made["batch"], amount=made["amount"], step=made["step"], entries=entries, homes=homes)
    for part, value in _result(again).items():
        yield from _differ(part, made["result"][part], value)


def _may_be_before(before: int, sharing: str, *, precedence: bool) -> bool:
    if sharing == "least":
        return before >= 0
    return before <= 0 if precedence else before == 0


def _differ(part: str, said: Any, right: Any) -> Iterator[Wrong]:
    """At most one: where two lists differ for the first time, or all of anything else."""
    if said == right:
        return
    if isinstance(said, list):
        at = next((at for at, both in enumerate(zip(said, right, strict=False)) if both[0] != both[1]), None)
        at = min(len(said), len(right)) if at is None else at
        yield Wrong(part, _at(said, at), _at(right, at))
    else:
        yield Wrong(part, str(said), str(right))


def _at(values: list[Any], at: int) -> str:
    if at >= len(values):
        return f"place {at + 1}: nobody"
    value = values[at]
    said = f"number {value['number']} gets {value['amount']}" if isinstance(value, dict) else f"number {value}"
    return f"place {at + 1}: {said}"


def _result(outcome: Outcome) -> Document:
    return {
        "order": list(outcome.order),
        "given": [{"number": number, "amount": amount} for number, amount in outcome.given],
        "line": list(outcome.line),
        "full": list(outcome.full),
    }


# -- what a document is formed like ------------------------------------------------------------------------------------


def _check_form(made: Document) -> None:
    _need(made.keys() == {*_TEXTS, *_SECRETS, *_COUNTS, *_OTHERS}, "its parts")
    for name in _TEXTS:
        _need(isinstance(made[name], str), name)
    for name in _SECRETS:
        _need(is_digest(made[name]), name)
    for name in _COUNTS:
        _need(is_count(made[name]), name)
    _need(made["step"] > 0, "step")
    _need(made["sharing"] in SHARINGS, "sharing")
    _need(isinstance(made["precedence"], bool), "precedence")
    _check_rows(made["entries"], Entry._fields, "entries")
    for one in made["entries"]:
        _need(one["number"] is not None and one["wanted"] is not None and one["before"] is not None, "entries")
    _check_rows(made["homes"], ("home", "left"), "homes")
    result = made["result"]
    _need(isinstance(result, dict) and result.keys() == {"order", "given", "line", "full"}, "result")
    for name in ("order", "line", "full"):
        _need(isinstance(result[name], list) and all(map(is_count, result[name])), name)
    _check_rows(result["given"], ("number", "amount"), "given")
    for one in (*made["homes"], *result["given"]):
        _need(None not in one.values(), "result")


def _check_rows(rows: Any, names: tuple[str, ...], what: str) -> None:
    _need(isinstance(rows, list), what)
    for row in rows:
        _need(isinstance(row, dict) and row.keys() == set(names), what)
        for name, value in row.items():
            _need(value is None or (is_number(value) if name == "before" else is_count(value)), what)


def _need(well: bool, what: str) -> None:
    if not well:
        raise NotADraw(f"its “{what}” is not formed as a draw's")
