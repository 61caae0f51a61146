"""The people at the other end: a test's hands and eyes on a chat with the bot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.emulators.telegram_checks import DEEP_LINK, LONGEST_TEXT
from tests.emulators.telegram_html import utf16
from tests.emulators.telegram_state import State
from tests.emulators.telegram_world import Button, Chat, ChatType, Json, Message, Toast, file_json

RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
    *("can_edit_stories", "can_delete_stories"),
)
"""What an administrator's record names in any case; Telegram adds to it now and then."""

COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{4,32})?(?![\w@/])")


def command_entities(text: str) -> list[Json]:
    """The `bot_command` entities that Telegram finds in a typed text."""
    return [
        {"type": "bot_command", "offset": utf16(text[: found.start()]), "length": utf16(found.group())}
        for found in COMMAND.finditer(text)
    ]


def pieces(text: str) -> list[str]:
    """`text` as a person's app sends it: trimmed, and cut where it is longer than a message may be."""
    cut: list[str] = []
    rest = text.strip()
    while rest:
        size = min(len(rest), LONGEST_TEXT)
        while utf16(rest[:size]) > LONGEST_TEXT:
            size -= utf16(rest[:size]) - LONGEST_TEXT + 1 >> 1 or 1
        cut.append(rest[:size])
        rest = rest[size:].strip()
    return cut


class Person:
    """Somebody with a Telegram account. Everything happens at once; the bot learns of it as updates."""

    def __init__(self, state: State, name: str, language_code: str, person_id: int | None) -> None:
        self._state = state
        self.chat = state.add_chat("private", name, person_id, language_code)
        self.user: Json = {"id": self.chat.id, "is_bot": False, "first_name": name}
        if language_code:
            self.user["language_code"] = language_code
        state.people[self.id] = self.user
        self.chat_instance = str(self.chat.id * 7_919)

    def __repr__(self) -> str:
        return f"Person({self.user['first_name']!r}, id={self.id})"

    @property
    def id(self) -> int:
        """The person's id, which is the id of their private chat too."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """The private chat, oldest first, without deleted messages."""
        return self.chat.live()

    @property
    def last(self) -> Message:
        """The latest message. Raises IndexError in an empty chat."""
        return self.messages[-1]

    @property
    def toasts(self) -> list[Toast]:
        """The answers to this person's taps, oldest first."""
        return self._state.toasts.get(self.id, [])

    def says(self, text: str, *, chat: Chat | None = None) -> Message:
        """Type and send a text, here or in a group; one that is too long goes in several messages, as from an app.

        Returns the (last) message; its `update_id` is the update's. Raises ValueError for an empty text, or when the
        bot is blocked.
        """
        where = chat or self.chat
        if where.closed:
            raise ValueError("no writing to a bot that is blocked or gone: unblock it first")
        parts = pieces(text)
        if not parts:
            raise ValueError("an app sends no empty message")
        where.started = True
        return [self._sends(where, part) for part in parts][-1]

    def _sends(self, chat: Chat, text: str) -> Message:
        message = self._state.add_message(chat, self.user, text=text, html=text, entities=command_entities(text))
        message.update_id = self._state.updates.add("message", message.json())
        return message

    def sends(self, **content: Any) -> Message:
        """Send something other than text: `content` is the rest of the Bot API message (`location={…}`)."""
        self.chat.started = True
        message = self._state.add_message(self.chat, self.user, service=content)
        message.update_id = self._state.updates.add("message", message.json())
        return message

    def sends_photo(self, content: bytes, *, smaller: Mapping[int, bytes] | None = None, album: str = "") -> Message:
        """Send a photo. Whatever the bytes are, Telegram says that they are one of 1280 × 960 pixels.

        `smaller`: other sizes of it by their width. `album`: the media group it is a part of.
        """
        self.chat.started = True
        sizes: list[Json] = []
        for width, data in sorted({**(smaller or {}), 1280: content}.items()):
            upload = self._state.keep("", data, "image/jpeg")
            sizes.append(file_json(upload) | {"width": width, "height": width * 3 // 4})
        service: Json = {"media_group_id": album} if album else {}
        message = self._state.add_message(self.chat, self.user, photo=upload, sizes=sizes, service=service)
        message.update_id = self._state.updates.add("message", message.json())
        return message

    def opens_link(self, payload: str) -> Message:
        """Follow t.me/<bot>?start=<payload>. Raises ValueError for a payload that Telegram would drop."""
        if not DEEP_LINK.fullmatch(payload):
            raise ValueError(f"a deep link carries 1-64 of A-Z a-z 0-9 _ -, not {payload!r}")
        return self.says(f"/start {payload}")

    def taps(self, what: str | Button | Message, *, on: Message | None = None, chat: Chat | None = None) -> str:
        """Tap a button on the newest message that has it, or `on` that message, and return the query's id.

        `what` is a button, its label, its data, a part of its label (if only one has it), or a message with a
        single button. Raises ValueError, naming the buttons in view, when there is no such button.
        """
        message, button = self._find(what, on, chat or self.chat)
        if button.data is None:
            raise ValueError(f"{button.text!r} is no callback button, it opens {button.url!r}")
        return self._tap(message.chat, message.json(), button.data)

    def taps_raw(self, message_id: int, data: str, *, chat: Chat | None = None) -> str:
        """Send a tap that no button offers, as a forged client can; the message may be gone."""
        where = chat or self.chat
        message = where.find(message_id)
        gone = {"message_id": message_id, "chat": where.json(), "date": 0}
        return self._tap(where, message.json() if message else gone, data)

    def _tap(self, chat: Chat, message: Json, data: str) -> str:
        if chat.closed:
            raise ValueError("no tapping in a chat with a bot that is blocked or gone")
        query = self._state.open_query(chat, self.id)
        instance = self.chat_instance if chat is self.chat else str(chat.id * 7_919)
        body = {"id": query.id, "from": self.user, "message": message, "chat_instance": instance, "data": data}
        self._state.updates.add("callback_query", body)
        return query.id

    @staticmethod
    def _find(what: str | Button | Message, on: Message | None, chat: Chat) -> tuple[Message, Button]:
        places = [on] if on else [what] if isinstance(what, Message) else list(chat.newest_first())
        for matches in _ways_to_mean(what):
            for message in places:
                found = [b for row in message.buttons for b in row if message.from_bot and matches(b)]
                if len(found) == 1:
                    return message, found[0]
        shown = [message.labels for message in places if message.labels][:3]
        raise ValueError(f"no one button {what!r}; the latest messages offer {shown}")

    def votes(self, message: Message, *options: int) -> None:
        """Choose options of a poll by their index; none takes the vote back. The bot hears unless it is anonymous."""
        poll = message.poll
        if poll is None or poll["is_closed"]:
            raise ValueError("there is no open poll")
        if not poll["is_anonymous"]:
            self._state.updates.add("poll_answer", {
                "poll_id": poll["id"], "user": self.user, "option_ids": list(options),
                "option_persistent_ids": [poll["options"][i]["persistent_id"] for i in options],
            })  # fmt: skip

    def blocks_bot(self) -> None:
        """Stop the bot: sends to this person are refused from now on."""
        self._membership("member", "kicked")

    def unblocks_bot(self) -> None:
        """Let the bot write again."""
        self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> None:
        self.chat.closed = new == "kicked"
        states: list[Json] = [{"user": self._state.bot, "status": status} for status in (old, new)]
        for state in states:
            if state["status"] == "kicked":
                state["until_date"] = 0
        self._state.updates.add("my_chat_member", {
            "chat": self.chat.json(), "from": self.user, "date": self._state.today,
            "old_chat_member": states[0], "new_chat_member": states[1],
        })  # fmt: skip


def _ways_to_mean(what: str | Button | Message) -> list[Any]:
    if isinstance(what, Message):
        return [lambda button: True]
    if isinstance(what, Button):
        return [lambda button: button == what]
    return [
        lambda button: button.text == what,
        lambda button: button.data == what,
        lambda button: what in button.text,
    ]


class Group:
    """A group that the bot is in."""

    kind: ClassVar[ChatType | None] = None

    def __init__(self, state: State, title: str, *people: Person, supergroup: bool = False) -> None:
        self._state = state
        self.people = people
        self.chat = state.add_chat(self.kind or ("supergroup" if supergroup else "group"), title)
        self.chat.started = True

    @property
    def id(self) -> int:
        """The chat's id, below zero."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """The group's messages, oldest first, without deleted ones."""
        return self.chat.live()

    def migrates(self, by: Person) -> int:
        """Become a supergroup: both chats tell the bot, and the old id is refused. Returns the new id."""
        old, new = self.chat, self._state.add_chat("supergroup", self.chat.title)
        new.started = True
        old.migrated_to = new.id
        for chat, service in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            message = self._state.add_message(chat, by.user, service=service)
            message.update_id = self._state.updates.add("message", message.json())
        self.chat = new
        return new.id

    def lets_bot_in(self, by: Person, **rights: bool) -> None:
        """Add the bot, in a channel as an administrator with these rights: the bot is told."""
        self.chat.closed = False
        member: Json = {"user": self._state.bot, "status": "member"}
        if self.chat.type == "channel":
            member |= {"status": "administrator"} | dict.fromkeys(RIGHTS, False) | {"can_post_messages": True} | rights
        self._tell(by, {"user": self._state.bot, "status": "left"}, member)

    def removes_bot(self, by: Person) -> None:
        """Put the bot out: sends to the group are refused from now on."""
        self.chat.closed = True
        out = {"user": self._state.bot, "status": "kicked", "until_date": 0}
        self._tell(by, {"user": self._state.bot, "status": "member"}, out)

    def is_called(self, title: str, by: Person) -> None:
        """Get another title: a group's members see it, a channel's bot does not."""
        self.chat.title = title
        if self.chat.type != "channel":
            message = self._state.add_message(self.chat, by.user, service={"new_chat_title": title})
            message.update_id = self._state.updates.add("message", message.json())

    def _tell(self, by: Person, old: Json, new: Json) -> None:
        self._state.updates.add("my_chat_member", {
            "chat": self.chat.json(), "from": by.user, "date": self._state.today,
            "old_chat_member": old, "new_chat_member": new,
        })  # fmt: skip


class Channel(Group):
    """A channel that the bot may write in as one of its administrators."""

    kind: ClassVar[ChatType | None] = "channel"

    def posts(self, text: str) -> None:
        """Publish something as the channel itself, as its people do: bots hear of it when they ask for such posts."""
        message = self._state.add_message(self.chat, {"id": self.id, "is_bot": False, "first_name": ""}, text=text)
        post = {key: value for key, value in message.json().items() if key != "from"}
        post["sender_chat"] = self.chat.json()
        message.update_id = self._state.updates.add("channel_post", post)
