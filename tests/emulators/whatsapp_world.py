"""What the WhatsApp emulator remembers: the town's number, people, messages, media, calls."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]

DAY_SECONDS = 86_400
DAYS_OF_UPLOAD = 30
DAYS_OF_RECEIVED = 7

_numbers = itertools.count(1)


class Choice(NamedTuple):
    """What can be tapped: a reply button, a row of a list, a template's quick reply (its `id` is the payload)."""

    title: str
    id: str


@dataclass(slots=True)
class Account:
    """One business number: its ids as Meta gives them, and the secrets the town is set up with.

    `listed` are the phones that a test number may write to; None is for a number that may write to anybody.
    """

    phone_number_id: str
    waba_id: str
    token: str
    app_secret: str
    verify_token: str
    display_number: str
    verified_name: str = "Riverbend"
    is_registered: bool = True
    pin: str = "271828"
    listed: set[str] | None = None

    @classmethod
    def new(cls) -> Account:
        """An account unlike any other of this process."""
        number = next(_numbers)
        return cls(
            phone_number_id=str(106_540_000_000_000 + number),
            waba_id=str(102_290_000_000_000 + number),
            token=f"EAAEmulatorTokenOfNoValueAtAll{number:06d}",
            app_secret=hashlib.md5(f"emulator {number}".encode(), usedforsecurity=False).hexdigest(),
            verify_token=f"verify-{number:06d}",
            display_number=str(27_100_000_000 + number),
        )


@dataclass(frozen=True, slots=True)
class Media:
    """A file at Meta: uploaded by the town (kept 30 days) or sent by a person (kept 7); `at` in Unix seconds."""

    id: str
    mime: str
    data: bytes
    name: str
    at: float
    days: int

    @property
    def sha256(self) -> str:
        """The digest as webhooks show it, in base64."""
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()


@dataclass(slots=True, eq=False)
class Message:
    """What the town sent, as its reader sees it.

    `id` rises within the chat; `text` is the whole of header, body and footer, or the caption. `content` is the part of
    the call that the type names, `context` the wamid replied to, `statuses` what was reported, oldest first;
    `descriptions` are those of a list's rows, by their id.
    """

    id: int
    wamid: str
    kind: str
    at: int
    content: Json = field(repr=False)
    text: str = ""
    choices: list[Choice] = field(default_factory=list)
    descriptions: dict[str, str] = field(default_factory=dict)
    button: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    photo: bytes | None = field(default=None, repr=False)
    document: tuple[str, bytes] | None = field(default=None, repr=False)
    template: tuple[str, str] | None = None
    context: str | None = None
    statuses: list[str] = field(default_factory=list)
    opaque: str | None = None
    category: str = "service"
    to_phone: str = ""

    @property
    def urls(self) -> list[str]:
        """Where the message's buttons lead."""
        return [url for _, url in self.links]

    @property
    def labels(self) -> list[str]:
        """What stands on the choices, in reading order."""
        return [choice.title for choice in self.choices]

    @property
    def is_list(self) -> bool:
        """Whether the choices open as a list."""
        return self.kind == "interactive" and self.content.get("type") == "list"


@dataclass(slots=True, eq=False)
class Contact:
    """A person as WhatsApp knows them. `wrote_at` (Unix seconds) opens the 24 hours; None before the first message.

    `on_message` is what they do as soon as a message of the town's arrives.
    """

    name: str
    phone: str
    user_id: str
    lane: str
    hides_phone: bool = False
    username: str = ""
    wrote_at: float | None = None
    blocked: bool = False
    stopped_marketing: bool = False
    messages: list[Message] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    marked_read: list[str] = field(default_factory=list)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    on_message: Callable[[Message], None] | None = None

    def window_open(self, now: float) -> bool:
        """Whether anything may be sent, not only templates."""
        return self.wrote_at is not None and now - self.wrote_at < DAY_SECONDS

    def find(self, wanted: str | int) -> Message | None:
        """The town's message with that wamid or number in this chat."""
        return next((m for m in reversed(self.messages) if wanted in (m.wamid, m.id)), None)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the town. `path` is without host and version, `json` its body or query, `at` the loop's time;
    `code` is Graph's error, 0 when it went well, and `fault` the kind of trouble that befell it, if any."""

    method: str
    path: str
    json: Json
    at: float
    status: int
    code: int = 0
    fault: str = ""
