"""Where each template stands in the account: what Meta has approved, what it has not, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handlers.kit.template_families import TEMPLATES, Template
from handlers.kit.templates import MARKETING, PARAMETERS, body_of, fits, in_account, submission
from locales import LANGUAGES, speaking

SUBMIT, PRINT = "python bot.py whatsapp templates --submit", "python bot.py whatsapp templates --print"
MOST_NAMED = 6


class State(StrEnum):
    """Where a template stands, in a word. Only an approved one is sent."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    STOPPED = "stopped"
    UNFIT = "different"
    MISSING = "missing"


_STATES = {
    "APPROVED": State.APPROVED,
    "PENDING": State.PENDING,
    "IN_APPEAL": State.PENDING,
    "REJECTED": State.REJECTED,
    "PAUSED": State.PAUSED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One template in one language. `reason` is Meta's, for a rejected one; `category` is as the account has it.

    `is_reworded`: it is used, but its words are others than ours.
    """

    template: Template
    language: str
    state: State
    reason: str = ""
    category: str = ""
    is_reworded: bool = False

    @property
    def called(self) -> str:
        return f"{self.template.name} ({self.language})"


def standings(account: Iterable[Mapping[str, Any]]) -> list[Standing]:
    """Every template in every language, beside the account's own list as Graph gives it."""
    listed = list(account)
    return [_standing(listed, template, language) for template in TEMPLATES for language in LANGUAGES]


def _standing(account: Sequence[Mapping[str, Any]], template: Template, language: str) -> Standing:
    one = in_account(account, template.name, language)
    if one is None:
        return Standing(template, language, State.MISSING)
    state = _STATES.get(str(one.get("status")), State.STOPPED)
    if state is State.APPROVED and not fits(one, template, language):
        state = State.UNFIT
    with speaking(language):
        is_reworded = state is State.APPROVED and body_of(one).split() != template.text().split()
    reason = str(one.get("rejected_reason") or "") if state is State.REJECTED else ""
    return Standing(template, language, state, reason, str(one.get("category", "")), is_reworded)


def advice(found: Sequence[Standing]) -> Iterator[str]:
    """What to do next, a sentence for each kind of trouble."""
    by_state = {state: [one for one in found if one.state is state] for state in State}
    if gone := by_state[State.MISSING]:
        yield f"{_count(gone)} missing: `{SUBMIT}` hands them in to Meta, `{PRINT}` shows all to be pasted by hand."
    if waiting := by_state[State.PENDING]:
        yield f"{_count(waiting)} being read by Meta. That mostly takes minutes, and up to a day: look again later."
    for one in by_state[State.REJECTED]:
        why = f" ({one.reason})" if one.reason and one.reason != "NONE" else ""
        yield (
            f"Meta rejected {one.called}{why}. Reword it in WhatsApp Manager and hand it in again: its parameters and "
            "buttons have to stay."
        )
    if resting := by_state[State.PAUSED]:
        yield f"{_names(resting)}: paused, because people blocked or reported it. It comes back by itself in hours."
    if stopped := by_state[State.STOPPED]:
        yield f"{_names(stopped)}: switched off by Meta or deleted. WhatsApp Manager tells why."
    if unfit := by_state[State.UNFIT]:
        yield (
            f"{_names(unfit)}: not used, because the parameters or buttons are others than ours, or its words are too "
            f"many. Edit it in WhatsApp Manager until it has those of `{PRINT}`."
        )
    if dear := [one for one in found if one.category == MARKETING != one.template.category]:
        yield f"{_names(dear)}: Meta counts it as marketing, so whoever stopped marketing does not get it."
    if reworded := [one for one in found if one.is_reworded]:
        yield f"{_names(reworded)}: used, in other words than ours."


def _count(some: Sequence[Standing]) -> str:
    return "1 is" if len(some) == 1 else f"{len(some)} are"


def _names(some: Sequence[Standing]) -> str:
    named = [one.called for one in some[:MOST_NAMED]]
    more = len(some) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def to_paste(town: str) -> Iterator[str]:
    """Each template in each language as text, to be pasted into WhatsApp Manager."""
    for template in TEMPLATES:
        for language in LANGUAGES:
            yield _pasted(template, language, town)


def _pasted(template: Template, language: str, town: str) -> str:
    body, buttons = submission(template, language, town)["components"]
    samples = {one["param_name"]: one["example"] for one in body["example"]["body_text_named_params"]}
    head = f"{template.name} · {LANGUAGES[language]} ({language}) · {template.category.capitalize()}"
    lines = [head, "=" * len(head), body["text"], ""]
    lines += [f"Sample for {{{{{name}}}}}: {samples[name]}" for name in PARAMETERS]
    lines += [f"Button (quick reply): {button['text']}" for button in buttons["buttons"]]
    return "\n".join(lines) + "\n"


def to_submit(town: str, only: Iterable[Standing] | None = None) -> list[dict[str, Any]]:
    """The same as the API takes it: all, or those of `only`."""
    wanted = (
        [(one.template, one.language) for one in only]
        if only is not None
        else [(template, language) for template in TEMPLATES for language in LANGUAGES]
    )
    return [submission(template, language, town) for template, language in wanted]
