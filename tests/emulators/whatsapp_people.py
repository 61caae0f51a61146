"""The people at the other end: a test's hands and eyes on a WhatsApp chat with the town."""

from __future__ import annotations

from tests.emulators.whatsapp_checks import LONGEST_TEXT
from tests.emulators.whatsapp_methods import offered
from tests.emulators.whatsapp_state import State, new_user_id, new_wamid
from tests.emulators.whatsapp_statuses import status_of
from tests.emulators.whatsapp_world import Choice, Contact, Json, Message


class Person:
    """Somebody with WhatsApp. Everything happens at once; the town learns of it by webhook. What is sent returns its
    wamid."""

    def __init__(self, state: State, contact: Contact) -> None:
        self._state = state
        self.contact = contact

    def __repr__(self) -> str:
        return f"Person({self.contact.name!r}, {self.contact.user_id})"

    @property
    def name(self) -> str:
        """The name in the person's profile."""
        return self.contact.name

    @property
    def user_id(self) -> str:
        """The business-scoped user id."""
        return self.contact.user_id

    @property
    def phone(self) -> str:
        """The phone number in digits, whether it is shown or not."""
        return self.contact.phone

    @property
    def messages(self) -> list[Message]:
        """What the town has sent and was delivered, oldest first."""
        return self.contact.messages

    @property
    def last(self) -> Message:
        """The latest of the town's messages. Raises IndexError when there is none."""
        return self.contact.messages[-1]

    def was_told(self, text: str) -> Message:
        """Something that the town told this person long ago: no call is made for it. They wrote just now."""
        now = self._state.now()
        wamid = new_wamid(self.contact.phone)
        message = Message(next(self.contact.ids), wamid, "text", int(now), {"body": text}, text=text)
        self.contact.messages.append(message)
        self.contact.wrote_at = now
        return message

    # --- writing ----------------------------------------------------------------------------------------------------

    def says(self, text: str, *, quoting: Message | None = None) -> str:
        """Type and send a text. One that is too long goes in several messages, as from an app; returns the last id."""
        parts = [text[at : at + LONGEST_TEXT] for at in range(0, len(text.strip() and text), LONGEST_TEXT)]
        if not parts:
            raise ValueError("an app sends no empty message")
        context = {"context": self._quote(quoting.wamid)} if quoting is not None else {}
        return [self.sends("text", {"body": part}, **context) for part in parts][-1]

    def sends(self, type: str, content: object, **rest: object) -> str:
        """Send something of a type: `content` is what the message has under the type's name, `rest` comes beside it."""
        return self.sends_raw({"type": type, type: content, **rest})

    def sends_raw(self, message: Json, *, contacts: bool = True) -> str:
        """Send any message, of an unknown type or malformed. Sender, id and time are added unless given."""
        if self.contact.blocked:
            raise ValueError("nobody writes to a number that they block")
        next(self.contact.ids)
        return self._state.hears(self.contact, message, contacts=contacts)

    def sends_photo(self, content: bytes, caption: str = "", mime: str = "image/jpeg") -> str:
        """Send a photo."""
        return self.sends("image", self._file(content, mime, caption=caption))

    def sends_document(
        self, content: bytes, name: str = "letter.pdf", mime: str = "application/pdf", caption: str = ""
    ) -> str:
        """Send a document."""
        return self.sends("document", self._file(content, mime, caption=caption, filename=name))

    def sends_video(self, content: bytes = b"\0\0\0\x18ftypmp42", caption: str = "") -> str:
        """Send a video."""
        return self.sends("video", self._file(content, "video/mp4", caption=caption))

    def sends_audio(self, content: bytes = b"OggS", *, voice: bool = True) -> str:
        """Send a voice note, or an audio file."""
        return self.sends("audio", self._file(content, "audio/ogg; codecs=opus") | {"voice": voice})

    def sends_sticker(self, content: bytes = b"RIFF\0\0\0\0WEBP") -> str:
        """Send a sticker."""
        return self.sends("sticker", self._file(content, "image/webp") | {"animated": False})

    def sends_location(self, latitude: float, longitude: float, name: str = "", address: str = "") -> str:
        """Send a place."""
        named = {key: value for key, value in (("name", name), ("address", address)) if value}
        return self.sends("location", {"latitude": latitude, "longitude": longitude} | named)

    def sends_contacts(self, name: str, phone: str) -> str:
        """Send somebody's contact card."""
        card = {
            "name": {"first_name": name, "formatted_name": name},
            "phones": [{"phone": f"+{phone}", "wa_id": phone, "type": "CELL"}],
        }
        return self.sends("contacts", [card])

    def sends_reaction(self, message: Message | str, emoji: str = "👍") -> str:
        """React to a message; an empty `emoji` takes the reaction back, and then Meta leaves it out."""
        wamid = message if isinstance(message, str) else message.wamid
        return self.sends("reaction", {"message_id": wamid} | ({"emoji": emoji} if emoji else {}))

    def sends_unsupported(self, kind: str = "poll_creation") -> str:
        """Send something that the Cloud API does not hand on: it only says that there was something."""
        error = {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
        return self.sends_raw({"type": "unsupported", "unsupported": {"type": kind}, "errors": [error]})

    def _file(self, content: bytes, mime: str, **words: str) -> Json:
        media = self._state.library.keep(content, words.get("filename", ""), mime)
        shown: Json = {key: value for key, value in words.items() if value}
        return shown | {
            "mime_type": mime,
            "sha256": media.sha256,
            "id": media.id,
            "url": self._state.library.address(media),
        }

    # --- tapping ----------------------------------------------------------------------------------------------------

    def taps(self, message: Message | None, what: str) -> str:
        """Tap a reply button, a row of a list or a template's quick reply, on `message` or the newest that has it.

        `what` is its title, its id, or a part of its words if only one has it. Raises ValueError, naming the choices
        in view, when there is none.
        """
        place, choice = offered(self.contact, what, message)
        return self._tap(place, choice)

    def taps_template(self, message: Message, index: int = 0) -> str:
        """Tap a template's quick reply by its place. Raises IndexError."""
        return self._tap(message, message.choices[index])

    def taps_raw(self, message: Message | str | int, data: str, *, title: str = "…", kind: str = "") -> str:
        """Send a tap with data that may never have been offered, as a forged client can; the message may be gone.

        `kind` is "button_reply", "list_reply" or "button" (of a template); without it the message's own.
        """
        found = message if isinstance(message, Message) else self.contact.find(message)
        wamid = found.wamid if found is not None else str(message)
        return self._reply(wamid, Choice(title, data), kind or (_kind(found) if found else "button_reply"))

    def _tap(self, message: Message, choice: Choice) -> str:
        return self._reply(message.wamid, choice, _kind(message), message.descriptions.get(choice.id, ""))

    def _reply(self, wamid: str, choice: Choice, kind: str, description: str = "") -> str:
        context = self._quote(wamid)
        if kind == "button":
            return self.sends("button", {"payload": choice.id, "text": choice.title}, context=context)
        reply = {"id": choice.id, "title": choice.title}
        if description:
            reply["description"] = description
        return self.sends("interactive", {"type": kind, kind: reply}, context=context)

    def _quote(self, wamid: str) -> Json:
        return {"from": self._state.account.display_number, "id": wamid}

    # --- what else people do ----------------------------------------------------------------------------------------

    def reads(self, message: Message | None = None) -> None:
        """Read a message, or all that were not read: the town is told."""
        for unread in [message] if message is not None else [m for m in self.messages if "read" not in m.statuses]:
            entry = status_of(unread, "read", self._state.today, self._state.identity(self.contact))
            self._state.report(self.contact, unread, entry)

    def blocks(self) -> None:
        """Block the town: what it sends fails from now on."""
        self.contact.blocked = True

    def unblocks(self) -> None:
        """Let the town write again."""
        self.contact.blocked = False

    def stops_marketing(self) -> None:
        """Ask for no more marketing messages: the town is told, and its marketing templates fail."""
        self._prefers("stop")

    def resumes_marketing(self) -> None:
        """Take marketing messages again."""
        self._prefers("resume")

    def _prefers(self, value: str) -> None:
        self.contact.stopped_marketing = value == "stop"
        identity = self._state.identity(self.contact)
        preference = identity | {
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(self._state.now()),
        }
        change = self._state.change({"contacts": [self._state.contact(self.contact)], "user_preferences": [preference]},
                                    "user_preferences")  # fmt: skip
        self._state.hooks.send(change, self.contact.lane)

    def changes_phone(self, phone: str) -> str:
        """Move to another number, which also gives another user id: a system message tells the town.

        Who hides the phone is known by the new user id only.
        """
        contact, old_phone, old_id = self.contact, self.phone, self.user_id
        if contact.hides_phone:
            self._state.rename(contact, phone, old_id)
            return self.changes_user_id()
        self._state.rename(contact, phone, new_user_id(phone))
        system: Json = {
            "body": f"User {contact.name} changed from {old_phone} to {phone}",
            "wa_id": phone,
            "type": "user_changed_number",
        }
        if self._state.shows_user_id(contact):
            system |= {"user_id": contact.user_id, "previous_user_id": old_id}
        return self._state.tells(contact, {"from": old_phone, "system": system})

    def changes_user_id(self, user_id: str | None = None) -> str:
        """Get another user id: a system message names the old and the new one, and no phone."""
        old = self.user_id
        self._state.rename(self.contact, self.phone, user_id or new_user_id(self.phone))
        system = {
            "body": f"User changed from {old} to {self.contact.user_id}",
            "user_id": self.contact.user_id,
            "previous_user_id": old,
            "type": "user_changed_user_id",
        }
        return self._state.tells(self.contact, {"system": system})


def _kind(message: Message) -> str:
    if message.template is not None:
        return "button"
    return "list_reply" if message.is_list else "button_reply"
