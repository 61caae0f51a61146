"""Trouble on demand: answers that fail, connections that break, and Telegram's flood limits."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.emulators.telegram_errors import Refusal, bad_request, forbidden, too_many_requests

FaultKind = Literal["429", "400", "403", "500", "502", "502_html", "timeout", "timeout_after", "reset", "reset_after"]
# An answer of these kinds never reaches the caller whole; "_after" means that the effect took place.
BROKEN_CONNECTION = {"timeout", "timeout_after", "reset", "reset_after"}
PACED = {
    "sendMessage", "sendPhoto", "sendDocument", "sendPoll", "editMessageText", "editMessageReplyMarkup",
}  # fmt: skip


@dataclass(slots=True)
class Fault:
    """One kind of trouble for the next `times` matching calls."""

    kind: FaultKind
    method: str | None
    times: int
    retry_after: int
    chat_id: int | None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(get_args(FaultKind))}")

    def matches(self, method: str, chat_id: str) -> bool:
        """Whether this call is to fail. Without a method: any but getUpdates, which is always under way."""
        wanted = method != "getUpdates" if self.method is None else method.lower() == self.method.lower()
        return self.times > 0 and wanted and (self.chat_id is None or str(self.chat_id) == chat_id)

    def refusal(self) -> Refusal | None:
        """The answer for a fault that has one."""
        if self.kind == "429":
            return too_many_requests(self.retry_after)
        if self.kind == "403":
            return forbidden("bot was blocked by the user")
        if self.kind == "400":
            return bad_request("injected by the test")
        if self.kind == "500":
            return Refusal(500, "Internal Server Error")
        if self.kind in {"502", "502_html"}:
            return Refusal(502, "Bad Gateway")
        return None


@dataclass(slots=True)
class Faults:
    """Faults waiting for their call, first come first served."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat_id: str) -> Fault | None:
        """The fault for this call, used up by one; None for a call that goes well."""
        for fault in self.waiting:
            if fault.matches(method, chat_id):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None


@dataclass(slots=True)
class Mishaps:
    """Trouble at random: which shares of the messages meet a 429, a 500, a broken connection, or an answer lost after
    the effect. `met` counts them by kind."""

    too_many: float = 0.0
    failing: float = 0.0
    reset: float = 0.0
    lost: float = 0.0
    seed: int = 0
    met: dict[str, int] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def take(self, method: str) -> Fault | None:
        """The fault that a call meets, if any."""
        if method not in PACED:
            return None
        drawn = self._chance.random()
        shares: tuple[tuple[FaultKind, float], ...] = (
            ("429", self.too_many), ("500", self.failing), ("reset", self.reset), ("reset_after", self.lost),
        )  # fmt: skip
        for kind, share in shares:
            if drawn < share:
                self.met[kind] = self.met.get(kind, 0) + 1
                return Fault(kind, None, 1, 1, None)
            drawn -= share
        return None


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's flood limits: messages per second and chat, per second in all, per minute and group.

    `burst` messages to one chat may come at once. `scale` multiplies all periods (0.1 = ten times as fast).
    Windows are shorter than the rule by `tolerance` (a share), for requests do not travel equally long.
    """

    per_chat: float = 1.0
    overall: int = 30
    per_group: int = 20
    burst: int = 1
    scale: float = 1.0
    tolerance: float = 0.1


@dataclass(slots=True)
class FloodGate:
    """Counts what was sent, in sliding windows, and refuses with 429 what comes too fast; `refused` is how often.

    `stood_still` says for how many seconds it has lately not looked: what came meanwhile came less fast than it seems.
    """

    limits: Limits
    refused: int = 0
    stood_still: Callable[[], float] = float
    _overall: deque[float] = field(default_factory=deque)
    _chats: dict[str, deque[float]] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)  # when a chat's next would come without bursts

    def check(self, method: str, chat_id: str, now: float) -> None:
        """Count a call at `now` seconds. Raises Refusal 429, and then counts nothing."""
        if method not in PACED:
            return
        limits, scale = self.limits, self.limits.scale * (1 - self.limits.tolerance)
        chat = self._chats.setdefault(chat_id, deque())
        spacing = scale / limits.per_chat
        due = max(self._due.get(chat_id, now), now)
        period = max(0.0, scale - self.stood_still())
        waits = [_wait(self._overall, limits.overall, period, now), due - (limits.burst - 1) * spacing - now]
        if chat_id.startswith(("-", "@")):
            waits.append(_wait(chat, limits.per_group, 60 * scale, now))
        if max(waits) > 0:
            self.refused += 1
            raise too_many_requests(max(1, math.ceil(max(waits))))
        self._due[chat_id] = due + spacing
        for sent in (self._overall, chat):
            sent.append(now)
            while sent[0] < now - 60 * scale:
                sent.popleft()


def _wait(sent: deque[float], most: int, period: float, now: float) -> float:
    """Seconds until fewer than `most` of `sent` lie within `period`."""
    if len(sent) < most:
        return 0.0
    return max(0.0, sent[-most] + period - now)
