"""The emulator's memory and the few things every part does with it: find a chat, add a message, open a query."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram_errors import bad_request, forbidden, upgraded
from tests.emulators.telegram_params import Params
from tests.emulators.telegram_updates import Updates
from tests.emulators.telegram_world import Chat, ChatType, Json, Message, Toast, Upload

FIRST_PERSON_ID = 5_100_000_001  # beyond 32 bits, as real ids are
FIRST_GROUP_ID = -4_000_000_001
FIRST_SUPERGROUP_ID = -1_002_000_000_001
FIRST_CHANNEL_ID = -1_003_000_000_001


@dataclass(slots=True)
class Query:
    """A tap that waits for its answer. `at` is Unix seconds."""

    id: str
    chat: Chat
    person_id: int
    at: float
    answered: bool = False


@dataclass(slots=True)
class State:
    """Everything the emulated service knows about one bot. `now` gives Unix seconds.

    Without `keeps_messages` no chat remembers what was sent: for those who send a hundred thousand.
    """

    token: str
    bot: Json
    updates: Updates
    strict_html: bool
    query_lifetime: float
    now: Callable[[], float] = time.time
    keeps_messages: bool = True
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[int, Json] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    toasts: dict[int, list[Toast]] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    polls: dict[str, Message] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    actions: list[tuple[int, str]] = field(default_factory=list)
    _numbers: dict[str, itertools.count[int]] = field(default_factory=dict)

    def number(self, series: str, first: int = 1, step: int = 1) -> int:
        """The next number of a series."""
        return next(self._numbers.setdefault(series, itertools.count(first, step)))

    @property
    def today(self) -> int:
        """Now, as the whole Unix seconds that Telegram dates things with."""
        return int(self.now())

    def add_chat(self, kind: ChatType, title: str, chat_id: int | None = None, language: str = "") -> Chat:
        """A new chat; its id is made up unless given. Raises ValueError when the id is taken."""
        if chat_id is None:
            series: dict[ChatType, tuple[str, int, int]] = {
                "private": ("people", FIRST_PERSON_ID, 1),
                "group": ("groups", FIRST_GROUP_ID, -1),
                "supergroup": ("supergroups", FIRST_SUPERGROUP_ID, -1),
                "channel": ("channels", FIRST_CHANNEL_ID, -1),
            }
            chat_id = self.number(*series[kind])
        if chat_id in self.chats:
            raise ValueError(f"chat {chat_id} exists already")
        self.chats[chat_id] = chat = Chat(chat_id, kind, title, language_code=language)
        return chat

    def chat(self, params: Params, *, to_send: bool = True) -> Chat:
        """The chat that `chat_id` names. Raises Refusal when there is none or, `to_send`, the bot may not write."""
        raw = params.text("chat_id").strip()
        if not raw:
            raise bad_request("chat_id is empty")
        chat = self._named(raw)
        if chat is None:
            raise bad_request("chat not found")
        if to_send:
            if chat.migrated_to is not None:
                raise upgraded(chat.migrated_to)
            if chat.closed and chat.type == "private":
                raise forbidden("bot was blocked by the user")
            if chat.closed:
                raise forbidden(f"bot was kicked from the {chat.type} chat")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
        return chat

    def _named(self, raw: str) -> Chat | None:
        if raw.startswith("@"):
            return next((c for c in self.chats.values() if c.username == raw[1:] and c.type != "private"), None)
        try:
            return self.chats.get(int(raw))
        except ValueError:
            return None

    def add_message(self, chat: Chat, sender: Json, **content: Any) -> Message:
        """A new message in `chat`. Supergroups and channels count their own; all others of a bot share one count."""
        series = f"messages of {chat.id}" if chat.type in ("supergroup", "channel") else "messages"
        message = Message(id=self.number(series), chat=chat, sender=sender, date=self.today, **content)
        if self.keeps_messages:
            chat.messages.append(message)
        return message

    def open_query(self, chat: Chat, person_id: int) -> Query:
        """A new callback query, waiting for its answer."""
        query = Query(str(self.number("queries", 4_382_000_000_000_000_001, 7_919)), chat, person_id, self.now())
        self.queries[query.id] = query
        return query

    def close_query(self, query_id: str) -> Query:
        """Mark a query answered. Raises Refusal for an unknown, answered or old one."""
        query = self.queries.get(query_id)
        if query is None or query.answered or self.now() - query.at > self.query_lifetime:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        query.answered = True
        return query

    def keep(self, name: str, data: bytes, mime: str) -> Upload:
        """Store a file and give it an id by which it can be sent again."""
        upload = Upload(name, data, mime, f"BQACAgQAAxk{self.number('files'):012d}")
        self.uploads[upload.file_id] = upload
        return upload

    def path_of(self, upload: Upload) -> str:
        """Where a file can be fetched from, below `/file/bot<token>/`."""
        return f"photos/file_{upload.file_id[-12:]}.jpg"

    def at_path(self, path: str) -> Upload | None:
        """The file of a path."""
        return next((upload for upload in self.uploads.values() if self.path_of(upload) == path), None)
