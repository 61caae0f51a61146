"""What came of a poll, in plain sentences, the same wherever it is told: as a notice, on its page, in a group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from handlers.kit.poll_words import option_names
from handlers.kit.screens import cut
from handlers.polls.closing import result_fields
from locales import _, language, listed, ngettext, number
from storage.queries.polls import Option, PollRow
from town.polls import Kind, Result

SHORT_NAME = 24
"""Characters of an option's name where many of them stand in a line."""
MOST_DIGEST = 8
"""Letters of the ballots' fingerprint that people compare."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a poll, with its words in the current language.

    `tally` is `town.poll_file.result_of`, and how many `voted`; `names` are those of the options.
    """

    poll: int
    question: str
    names: tuple[str, ...]
    kind: str
    secret: bool
    outcome: str
    winners: tuple[int, ...]
    tally: Mapping[str, Any]
    electorate: int
    strict: bool
    digest: str

    @property
    def scores(self) -> list[int]:
        """What is compared: votes, approvals, points, or the votes of the last round."""
        last = self.tally["rounds"][-1]["votes"] if self.tally["rounds"] else self.tally["totals"]
        return [int(score) for score in last]

    @property
    def whole(self) -> int:
        """Of how many: all who voted; in a run-off, those whose ballots still counted."""
        return sum(self.scores) if self.kind == Kind.RANKED else int(self.tally["ballots"])

    def name(self, at: int) -> str:
        return self.names[at - 1]


def came_of(fields: Mapping[str, Any]) -> Came:
    """Fields: those of `handlers.polls.closing.result_fields`."""
    options = [Option(one["name"], one.get("names", {}), one.get("at", "")) for one in json.loads(fields["options"])]
    said = json.loads(fields["words"]).get(language(), {})
    return Came(
        poll=fields["poll"],
        question=said.get("question", fields["question"]),
        names=tuple(option_names(fields["kind"], options)),
        kind=fields["kind"],
        secret=fields["secret"],
        outcome=fields["outcome"],
        winners=tuple(fields["winners"]),
        tally=fields["tally"],
        electorate=fields["electorate"],
        strict=fields["of_electorate"] or fields["threshold"] != "simple",
        digest=fields["digest"],
    )


def of_poll(poll: PollRow) -> Came:
    """A closed poll."""
    return came_of(result_fields(poll))


# -- the outcome in a line ---------------------------------------------------------------------------------------------


def outcome_line(came: Came) -> Markup:
    """ "Passed: 61 of 94 for, quorum 50 reached."."""
    quorum = came.tally["quorum"]
    if came.outcome == Result.NO_QUORUM:
        return _(
            "No decision: {voted} of {invited} voted, {quorum} would have been needed.",
            voted=number(came.tally["ballots"]),
            invited=number(came.electorate),
            quorum=number(quorum),
        )
    said = _came_to(came)
    return _("{outcome}, quorum {n} reached.", outcome=said, n=number(quorum)) if quorum else Markup("{}.").format(said)


def _came_to(came: Came) -> Markup:
    """The outcome without its full stop."""
    said = {
        "votes": number(came.scores[0] if came.kind == Kind.YESNO else max(came.scores)),
        "all": number(came.whole),
        "needed": number(came.tally["needed"]),
    }
    if came.outcome == Result.PASSED:
        return _("Passed: {votes} of {all} for", **said)
    if came.outcome == Result.FAILED:
        return _("Not passed: {votes} of {all} for, {needed} would have been needed", **said)
    if came.outcome == Result.CHOSEN:
        return _chosen(came, said)
    if came.outcome == Result.SHARED:
        return _("The points are shared out: {n} in all", n=number(sum(came.tally["totals"])))
    if not came.tally["ballots"]:
        return _("No decision: nobody voted")
    names = listed(Markup("{}").format(came.name(at)) for at in came.winners)
    if came.outcome == Result.TIE:
        return _("No decision: {names} are equal, with {votes} each", names=names, **said)
    if came.winners:
        return _(
            "No decision: {name} comes first with {votes} of {all}, and {needed} would have been needed",
            name=names,
            **said | {"all": number(came.tally["ballots"])},  # of which the threshold is a share, in a run-off too
        )
    return _("No decision: nobody chose any of it") if came.tally["ballots"] else _("No decision: nobody voted")


def _chosen(came: Came, said: Mapping[str, str]) -> Markup:
    (winner,) = came.winners
    name = came.name(winner)
    if came.kind != Kind.RANKED:
        return _("Chosen: {name}, with {votes} of {all}", name=name, **said)
    rounds = len(came.tally["rounds"])
    if rounds == 1:
        return _("{name} won in the first round: {votes} of {all}", name=name, **said)
    return _("{name} won in round {n}: {votes} of {all}", name=name, n=number(rounds), **said)


# -- the numbers -------------------------------------------------------------------------------------------------------


def order_of(came: Came) -> list[int]:
    """The options in the order in which they are told: the first comes first; yes before no."""
    numbers = list(range(1, len(came.names) + 1))
    if came.kind == Kind.YESNO:
        return numbers
    rounds = came.tally["rounds"] or [{"votes": came.tally["totals"]}]
    return sorted(numbers, key=lambda at: [-one["votes"][at - 1] for one in reversed(rounds)])


class Had(NamedTuple):
    """What an option had in the end: `first` by itself, `all` with what came over; `out`: in which round it was out."""

    first: int
    all: int
    out: int


def had(came: Came, at: int) -> Had:
    """What an option had: of a run-off in its last round, or in the one that it was out after."""
    rounds, first = came.tally["rounds"], came.tally["totals"][at - 1]
    out = next((place for place, one in enumerate(rounds, 1) if at in one["out"]), 0)
    return Had(first, rounds[out - 1]["votes"][at - 1] if rounds else first, out)


def number_lines(came: Came) -> Markup:
    """What each option has, the first one first, and how many abstained."""
    said = [_number_line(came.name(at), had(came, at)) for at in order_of(came)]
    if came.tally["blank"]:
        said.append(ngettext("{n} person abstained", "{n} people abstained", came.tally["blank"]))
    return Markup("\n").join(said)


def _number_line(name: str, of: Had) -> Markup:
    said = {"name": name, "n": number(of.all)}
    if of.out:
        return _("{name}: {n}, out in round {round}", round=number(of.out), **said)
    if of.all > of.first:
        return _("{name}: {n}, of them {first} first choices", first=number(of.first), **said)
    return _("{name}: {n}", **said)


def turnout_line(came: Came) -> Markup:
    return _("{voted} of {invited} voted.", voted=number(came.tally["ballots"]), invited=number(came.electorate))


def round_lines(came: Came) -> Markup:
    """A run-off round by round, "" where there was none."""
    rounds = came.tally["rounds"]
    if len(rounds) < 2:
        return Markup("")
    gone, lines = set[int](), []
    for place, one in enumerate(rounds, 1):
        left = [at for at in order_of(came) if at not in gone]
        votes = Markup(", ").join(Markup("{} {}").format(_short(came, at), number(one["votes"][at - 1])) for at in left)
        line = _("Round {n}: {votes}.", n=number(place), votes=votes)
        if one["out"]:
            line = _("{round} Out: {names}.", round=line, names=listed(_short(came, at) for at in one["out"]))
        lines.append(line)
        gone |= set(one["out"])
    ran_out = rounds[-1]["exhausted"]
    if ran_out:
        lines.append(
            ngettext(
                "{n} ballot named nothing that was left in the last round.",
                "{n} ballots named nothing that was left in the last round.",
                ran_out,
            )
        )
    return Markup("\n").join(lines)


def digest_line(came: Came) -> Markup:
    """The beginning of a secret poll's fingerprint, "" for an open one."""
    if not came.secret or not came.digest:
        return Markup("")
    return _(
        "The fingerprint of its ballots begins with <code>{digest}</code>: it is the same for everybody.",
        digest=came.digest[:MOST_DIGEST],
    )


def _short(came: Came, at: int) -> str:
    return cut(came.name(at), SHORT_NAME)
