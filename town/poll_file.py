"""The file that a poll is published as, and how it is counted again: it needs nothing but itself (`docs/polls.md`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from town.counting import Decided, Tally, count, decide
from town.facts import BadBallot
from town.polls import MOST_OPTIONS, Kind, Question, Result, Threshold, in_groups, read_choice, receipt_in
from town.published import Document, Wrong, digest_of, is_count, is_digest, read

KIND, VERSION = "townbell poll", 1

_TEXTS = ("kind", "town", "question", "question_kind", "threshold", "opened_at", "closed_at")
_DIGESTS = ("ballots_digest", "digest")
_COUNTS = ("version", "poll", "points", "most", "quorum", "invited", "voted")
_FLAGS = ("secret", "quorum_people", "of_electorate")
_OTHERS = ("options", "ballots", "result")
_RESULT = ("ballots", "blank", "totals", "rounds", "outcome", "winners", "needed", "quorum")
_ROUND = ("votes", "exhausted", "out")


class NotAPoll(ValueError):
    """A text that is no file of a poll; its words say why, for whoever wrote the file."""


PARTS = ("digest", "ballots_digest", "voted", "invited", "receipts", "voters", "choices", *_RESULT)


def document(
    *,
    town: str,
    poll: int,
    text: str,
    options: Sequence[str],
    question: Question,
    secret: bool,
    opened_at: datetime,
    closed_at: datetime,
    invited: int,
    voted: int,
    ballots: Iterable[tuple[str, str]],
    result: Document,
) -> Document:
    """A poll as it is published; `result` is what `result_of` makes of it.

    `voted` is how many were ticked off. In a secret poll that may be more than there are ballots: whoever is given a
    paper in the hall need not put it into the box.

    `ballots` are (receipt, choice) in the order of the receipts; of an open poll the first is "", and they are in the
    order of the choices, so that nothing tells whose any is.
    """
    listed = _listed(ballots, secret=secret)
    made: Document = {
        "kind": KIND,
        "version": VERSION,
        "town": town,
        "poll": poll,
        "question": text,
        "options": list(options),
        "question_kind": question.kind.value,
        "points": question.points,
        "most": question.most,
        "quorum": question.quorum,
        "quorum_people": question.quorum_people,
        "threshold": question.threshold.value,
        "of_electorate": question.of_electorate,
        "secret": secret,
        "opened_at": opened_at.isoformat(),
        "closed_at": closed_at.isoformat(),
        "invited": invited,
        "voted": voted,
        "ballots": listed,
        "ballots_digest": ballots_digest(listed),
        "result": result,
    }
    return made | {"digest": digest_of(made)}


def _listed(ballots: Iterable[tuple[str, str]], *, secret: bool) -> list[Document]:
    if secret:
        return [{"receipt": receipt, "choice": choice} for receipt, choice in ballots]
    return [{"voter": number, "choice": choice} for number, (_none, choice) in enumerate(ballots, 1)]


def result_of(tally: Tally, decided: Decided) -> Document:
    """What was counted and what it means, as the file has it, and `storage.tables.Poll.tally`."""
    return {
        "ballots": tally.ballots,
        "blank": tally.blank,
        "totals": list(tally.totals),
        "rounds": [
            {"votes": list(one.votes), "exhausted": one.exhausted, "out": list(one.out)} for one in tally.rounds
        ],
        "outcome": decided.result.value,
        "winners": list(decided.winners),
        "needed": decided.needed,
        "quorum": decided.quorum,
    }


def ballots_digest(listed: Iterable[Document]) -> str:
    """The SHA-256 of the ballots, a line each: the receipt (or the voter's number), a space, the choice."""
    found = hashlib.sha256()
    for one in listed:
        found.update(f"{one['receipt'] if 'receipt' in one else one['voter']} {one['choice']}\n".encode())
    return found.hexdigest()


def load(text: str) -> Document:
    """Read a document. Raises NotAPoll for whatever is not formed like one."""
    made = read(text, what="poll", version=VERSION, refusal=NotAPoll)
    _check_form(made)
    return made


def question_of(made: Document) -> Question:
    """How the poll of a document was asked and decided."""
    return Question(
        Kind(made["question_kind"]),
        len(made["options"]),
        points=made["points"],
        most=made["most"],
        quorum=made["quorum"],
        quorum_people=made["quorum_people"],
        threshold=Threshold(made["threshold"]),
        of_electorate=made["of_electorate"],
    )


def ballot_with(made: Document, receipt: str) -> str | None:
    """What the ballot with a receipt says; None when there is none. Raises ValueError for what is no receipt."""
    letters = receipt_in(receipt)
    if letters is None:
        raise ValueError(receipt)
    return next((one["choice"] for one in made["ballots"] if one.get("receipt") == letters), None)


def verify(made: Document) -> list[Wrong]:
    """Count a poll again from its document alone; what does not match, nothing if all is well."""
    return list(_look(made))


def _look(made: Document) -> Iterator[Wrong]:
    listed, question = made["ballots"], question_of(made)
    yield from _differ("digest", made["digest"], digest_of(made))
    yield from _differ("ballots_digest", made["ballots_digest"], ballots_digest(listed))
    if len(listed) > made["voted"] or (len(listed) < made["voted"] and not made["secret"]):
        yield Wrong("voted", str(made["voted"]), str(len(listed)))
    if made["voted"] > made["invited"]:
        yield Wrong("invited", str(made["invited"]), f"{made['voted']} or more")
    yield from _look_at_names(made)
    bad = next((one["choice"] for one in listed if not _may_say(question, one["choice"])), None)
    if bad is not None:
        yield Wrong("choices", repr(bad), f"a choice among {question.options} options")
        return  # nothing can be counted
    tally = count(question, ((one["choice"], 1) for one in listed))
    again = result_of(tally, decide(question, tally, made["invited"]))
    for part, value in again.items():
        yield from _differ(part, made["result"][part], value)


def _look_at_names(made: Document) -> Iterator[Wrong]:
    """The receipts, or the running numbers of the voters; at most one."""
    listed = made["ballots"]
    if not made["secret"]:
        order = [(one["choice"], one["voter"]) for one in listed]
        if order != sorted(order) or [number for _choice, number in order] != list(range(1, len(order) + 1)):
            yield Wrong("voters", "numbers out of their order", "1, 2, 3 … in the order of the choices")
        return
    before = ""
    for one in listed:
        receipt = one["receipt"]
        if receipt_in(receipt) != receipt or receipt <= before:
            yield Wrong("receipts", in_groups(receipt) or "none", f"a receipt after {in_groups(before) or 'none'}")
            return
        before = receipt


def _may_say(question: Question, choice: str) -> bool:
    try:
        return read_choice(question, choice) == choice
    except BadBallot:
        return False


def _differ(part: str, said: Any, right: Any) -> Iterator[Wrong]:
    """At most one: where two lists differ for the first time, or all of anything else."""
    if said == right:
        return
    if isinstance(said, list) and len(said) == len(right):
        at = next(at for at, both in enumerate(zip(said, right, strict=True)) if both[0] != both[1])
        yield Wrong(part, f"{at + 1}: {_plain(said[at])}", f"{at + 1}: {_plain(right[at])}")
    else:
        yield Wrong(part, _plain(said), _plain(right))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


# -- what a document is formed like ------------------------------------------------------------------------------------


def _check_form(made: Document) -> None:
    _need(made.keys() == {*_TEXTS, *_DIGESTS, *_COUNTS, *_FLAGS, *_OTHERS}, "its parts")
    for name in _TEXTS:
        _need(isinstance(made[name], str), name)
    for name in _DIGESTS:
        _need(is_digest(made[name]), name)
    for name in _COUNTS:
        _need(is_count(made[name]), name)
    for name in _FLAGS:
        _need(isinstance(made[name], bool), name)
    _need(made["question_kind"] in {*Kind}, "question_kind")
    _need(made["threshold"] in {*Threshold}, "threshold")
    options = made["options"]
    _need(isinstance(options, list) and 1 <= len(options) <= MOST_OPTIONS, "options")
    _need(all(isinstance(one, str) for one in options), "options")
    _need(made["question_kind"] != Kind.YESNO or len(options) == 2, "options")
    _check_ballots(made)
    _check_result(made["result"], len(options))


def _check_ballots(made: Document) -> None:
    name, listed = "receipt" if made["secret"] else "voter", made["ballots"]
    _need(isinstance(listed, list), "ballots")
    for one in listed:
        _need(isinstance(one, dict) and one.keys() == {name, "choice"} and isinstance(one["choice"], str), "ballots")
        _need(isinstance(one[name], str) if made["secret"] else is_count(one[name]), "ballots")


def _check_result(result: Any, options: int) -> None:
    _need(isinstance(result, dict) and result.keys() == set(_RESULT), "result")
    _need(isinstance(result["outcome"], str) and result["outcome"] in {*Result}, "result")
    _need(all(is_count(result[name]) for name in ("ballots", "blank", "needed", "quorum")), "result")
    _need(_are_counts(result["totals"]) and len(result["totals"]) == options, "result")
    _need(_are_counts(result["winners"]) and isinstance(result["rounds"], list), "result")
    for one in result["rounds"]:
        _need(isinstance(one, dict) and one.keys() == set(_ROUND), "result")
        _need(_are_counts(one["votes"]) and _are_counts(one["out"]) and is_count(one["exhausted"]), "result")


def _are_counts(values: Any) -> bool:
    return isinstance(values, list) and all(map(is_count, values))


def _need(well: bool, what: str) -> None:
    if not well:
        raise NotAPoll(f"its “{what}” is not formed as a poll's")
