"""What the emulator remembers: chats, people, messages, buttons, calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

ChatType = Literal["private", "group", "supergroup", "channel"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: `data` for a callback, `url` for a link."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file the bot sent."""

    name: str
    data: bytes
    mime: str
    file_id: str


@dataclass(frozen=True, slots=True)
class Toast:
    """One answered callback: the words shown, and whether as a dialog."""

    text: str
    show_alert: bool
    query_id: str
    url: str = ""


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now. `text` is plain (or the caption), `html` as the bot sent it, `date` Unix seconds."""

    id: int
    chat: Chat = field(repr=False)
    sender: Json
    date: int
    text: str = ""
    html: str = ""
    entities: list[Json] = field(default_factory=list)
    markup: Json | None = None
    document: Upload | None = None
    photo: Upload | None = None
    size: tuple[int, int] = (0, 0)
    sizes: list[Json] = field(default_factory=list)
    poll: Json | None = None
    edited: bool = False
    edit_date: int = 0
    deleted: bool = False
    service: Json = field(default_factory=dict)
    reply_to: Message | None = None
    update_id: int = 0

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def buttons(self) -> list[list[Button]]:
        """The inline keyboard, row by row; empty when there is none."""
        rows: list[list[Json]] = (self.markup or {}).get("inline_keyboard", [])
        return [[Button(b["text"], b.get("callback_data"), b.get("url")) for b in row] for row in rows]

    @property
    def labels(self) -> list[str]:
        """The words on all buttons, in reading order."""
        return [button.text for row in self.buttons for button in row]

    def json(self) -> Json:
        """The Bot API `Message` object."""
        body: Json = {"message_id": self.id, "from": self.sender, "chat": self.chat.json(), "date": self.date}
        if self.edit_date:
            body["edit_date"] = self.edit_date
        if self.reply_to is not None:
            body["reply_to_message"] = {k: v for k, v in self.reply_to.json().items() if k != "reply_to_message"}
        body |= self._content() | self.service
        if self.markup and self.markup.get("inline_keyboard"):
            body["reply_markup"] = self.markup
        return body

    def _content(self) -> Json:
        if self.poll is not None:
            return {"poll": self.poll}
        words, marks = ("caption", "caption_entities") if self.has_file else ("text", "entities")
        content: Json = {words: self.text} if self.text else {}
        if self.entities:
            content[marks] = self.entities
        if self.document is not None:
            content["document"] = file_json(self.document) | {
                "file_name": self.document.name,
                "mime_type": self.document.mime,
            }
        if self.photo is not None:
            width, height = self.size
            content["photo"] = self.sizes or [file_json(self.photo) | {"width": width, "height": height}]
        return content

    @property
    def has_file(self) -> bool:
        return self.document is not None or self.photo is not None


def file_json(upload: Upload) -> Json:
    """What every kind of Bot API file has."""
    return {
        "file_id": upload.file_id,
        "file_unique_id": f"u{upload.file_id[-12:]}",
        "file_size": len(upload.data),
    }


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation. `started` means that the person wrote first; `closed` that the bot was blocked or removed."""

    id: int
    type: ChatType
    title: str
    language_code: str = ""
    username: str = ""
    started: bool = False
    closed: bool = False
    migrated_to: int | None = None
    messages: list[Message] = field(default_factory=list)

    def json(self) -> Json:
        """The Bot API `Chat` object."""
        if self.type == "private":
            body: Json = {"id": self.id, "first_name": self.title, "type": "private"}
        else:
            body = {"id": self.id, "title": self.title, "type": self.type}
        if self.username:
            body["username"] = self.username
        return body

    def live(self) -> list[Message]:
        """Messages that were not deleted, oldest first."""
        return [message for message in self.messages if not message.deleted]

    def find(self, message_id: int) -> Message | None:
        """The message with that id, unless it was deleted."""
        return next((m for m in reversed(self.messages) if m.id == message_id and not m.deleted), None)

    def newest_first(self) -> Iterator[Message]:
        """From the latest message back to the first."""
        return reversed(self.live())


@dataclass(frozen=True, slots=True)
class Call:
    """One request the bot made: values decoded, secrets replaced, files named; `at` is the loop's time."""

    method: str
    params: Json
    at: float
    ok: bool
    error: str = ""
