"""Trouble on demand: answers and statuses that fail, connections that break, and WhatsApp's rate limits."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.emulators.whatsapp_errors import GraphError
from tests.emulators.whatsapp_world import DAY_SECONDS, Contact

FaultKind = Literal[
    "error", "status", "500", "502", "503", "garbage", "garbage_after", "drop", "drop_after", "timeout",
    "timeout_after",
]  # fmt: skip
# An answer of these kinds never reaches the caller whole; "_after" means that the effect took place.
BROKEN_CONNECTION = {"drop", "drop_after", "timeout", "timeout_after"}


@dataclass(slots=True)
class Fault:
    """One kind of trouble for the next `times` matching calls. `to` is whom the message goes to, None for anybody."""

    kind: FaultKind
    code: int = 131000
    http: int = 0
    times: int = 1
    retry_after: float | None = None
    to: Contact | None = None
    call: str = "messages"
    contacts: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(get_args(FaultKind))}")

    def matches(self, call: str, to: Contact | None) -> bool:
        """Whether this call is to fail."""
        return self.times > 0 and self.call == call and (self.to is None or self.to is to)

    def error(self) -> GraphError | None:
        """The answer for a fault that has one."""
        if self.kind == "error":
            return GraphError(self.code, http=self.http, retry_after=self.retry_after)
        if self.kind in {"500", "502", "503"}:
            return GraphError(2 if self.kind == "503" else 1, http=int(self.kind), retry_after=self.retry_after)
        return None


@dataclass(slots=True)
class Faults:
    """Faults waiting for their call, first come first served."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, call: str, to: Contact | None) -> Fault | None:
        """The fault for this call, used up by one; None for a call that goes well."""
        for fault in self.waiting:
            if fault.matches(call, to):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None


@dataclass(slots=True)
class Mishaps:
    """Trouble at random: which shares of the messages meet the pair limit (131056), a 500, a broken connection, an
    answer lost after the effect, or a failed status (131000). `met` counts them by kind."""

    too_many: float = 0.0
    failing: float = 0.0
    drop: float = 0.0
    lost: float = 0.0
    undelivered: float = 0.0
    seed: int = 0
    met: dict[str, int] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def take(self) -> Fault | None:
        """The fault that a message meets, if any."""
        drawn = self._chance.random()
        shares: tuple[tuple[float, FaultKind, int], ...] = (
            (self.too_many, "error", 131056), (self.failing, "500", 1), (self.drop, "drop", 0),
            (self.lost, "drop_after", 0), (self.undelivered, "status", 131000),
        )  # fmt: skip
        for share, kind, code in shares:
            if drawn < share:
                self.met[kind] = self.met.get(kind, 0) + 1
                return Fault(kind, code)
            drawn -= share
        return None


@dataclass(frozen=True, slots=True)
class Limits:
    """WhatsApp's pace: one message in six seconds to a person, of which `burst` may come at once and are then made up
    for; 80 in a second from a number.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform. `scale` multiplies
    all periods (0.1 = ten times as fast). Periods are shorter than the rule by `tolerance` (a share), for requests do
    not travel equally long.
    """

    pair_seconds: float = 6.0
    burst: int = 45
    per_second: int = 80
    scale: float = 1.0
    tolerance: float = 0.1


@dataclass(slots=True)
class Gate:
    """Counts what was sent and refuses what comes too fast; `refused` is how often.

    `stood_still` says for how many seconds it has lately not looked: what came meanwhile came less fast than it seems.
    """

    limits: Limits
    refused: int = 0
    stood_still: Callable[[], float] = float
    _sent: deque[float] = field(default_factory=deque)
    _due: dict[str, float] = field(default_factory=dict)  # when a person's next would come without bursts

    def check(self, user: str, now: float) -> None:
        """Count a message to `user` at `now` seconds. Raises GraphError 131056 or 130429, and then counts nothing."""
        limits, scale = self.limits, self.limits.scale * (1 - self.limits.tolerance)
        spacing = limits.pair_seconds * scale
        due = max(self._due.get(user, now), now)
        still = self.stood_still()
        while self._sent and self._sent[0] <= now - scale:
            self._sent.popleft()
        if due - (limits.burst - 1) * spacing - still > now:
            self._refuse(131056)
        if len(self._sent) >= limits.per_second and self._sent[-limits.per_second] + scale - still > now:
            self._refuse(130429)
        self._due[user] = due + spacing
        self._sent.append(now)

    def _refuse(self, code: int) -> None:
        self.refused += 1
        raise GraphError(code)


@dataclass(slots=True)
class Tier:
    """How many different people may be written to in 24 hours outside their window: `most`, None for any number."""

    most: int | None = None
    _met: dict[str, float] = field(default_factory=dict)

    def check(self, user: str, now: float) -> None:
        """Count `user` at Unix time `now`. Raises GraphError 131048 for one too many, and then counts nothing."""
        if now - self._met.get(user, now - DAY_SECONDS) < DAY_SECONDS:
            return
        if self.most is not None and len(self._met) >= self.most:
            self._met = {who: at for who, at in self._met.items() if now - at < DAY_SECONDS}
            if len(self._met) >= self.most:
                raise GraphError(131048)
        self._met[user] = now

    @property
    def name(self) -> str:
        """The limit as Graph names it."""
        if self.most is None:
            return "TIER_UNLIMITED"
        return f"TIER_{self.most // 1000}K" if self.most >= 1000 else f"TIER_{self.most}"
