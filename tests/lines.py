"""The ends of the channels at which the town's people sit: Telegram, the web chat, WhatsApp."""

from __future__ import annotations

import re
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any, ClassVar

from aiohttp import ClientSession

from bot.delivery.whatsapp_marks import UNSEEN
from locales import LANGUAGES, _, speaking
from tests.emulators.telegram import Person as TelegramPerson
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import Message as WhatsAppMessage
from tests.emulators.whatsapp import WhatsAppEmulator


@dataclass(frozen=True)
class Shown:
    """One message as its reader sees it: plain text and the labels of its buttons, with what each carries."""

    id: int
    text: str
    html: str
    buttons: tuple[tuple[str, str], ...]
    document: str | None = None

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.buttons]


class Line(ABC):
    """One person's end of one channel."""

    changes_in_place: ClassVar[bool] = True
    """Whether a message can become another. Where it cannot, its answer comes below it."""

    @abstractmethod
    async def say(self, text: str) -> None: ...

    @abstractmethod
    async def tap(self, message_id: int, data: str) -> None: ...

    @abstractmethod
    async def show(self, photo: bytes) -> None:
        """Send a photo, or whatever these bytes are."""

    @abstractmethod
    async def messages(self) -> list[Shown]:
        """What the town has written, oldest first."""

    @abstractmethod
    async def picture(self) -> bytes:
        """The picture of the newest message."""

    @abstractmethod
    async def document(self) -> bytes:
        """The newest document."""

    @abstractmethod
    def toast(self) -> str:
        """The answer to the last tap, if it had words."""

    @property
    @abstractmethod
    def address(self) -> str: ...


class TelegramLine(Line):
    def __init__(self, tg: TelegramEmulator, name: str, language: str) -> None:
        self.tg = tg
        self.person: TelegramPerson = tg.person(name, language_code=language)

    @property
    def address(self) -> str:
        return str(self.person.id)

    async def say(self, text: str) -> None:
        self.person.says(text)
        await self.tg.settled(10)

    async def tap(self, message_id: int, data: str) -> None:
        self.person.taps_raw(message_id, data)
        await self.tg.settled(10)

    async def show(self, photo: bytes) -> None:
        self.person.sends_photo(photo)
        await self.tg.settled(10)

    async def messages(self) -> list[Shown]:
        return [
            Shown(
                message.id,
                message.text or "",
                message.html or "",
                tuple((button.text, button.data or button.url or "") for row in message.buttons for button in row),
                message.document.name if message.document else None,
            )
            for message in self.person.messages
            if message.from_bot
        ]

    async def picture(self) -> bytes:
        photo = self.person.last.photo
        assert photo is not None, self.person.last
        return photo.data

    async def document(self) -> bytes:
        return [one.document for one in self.person.messages if one.document][-1].data

    def toast(self) -> str:
        return (self.person.toasts[-1].text or "") if self.person.toasts else ""


class WebLine(Line):
    """A browser without a screen: it keeps its cookie, posts, and reads its history."""

    def __init__(self, base: str, http: ClientSession, language: str) -> None:
        self.base = base
        self.http = http
        self.language = language
        self.account = 0
        self._address = ""
        self._toast = ""
        self._asides: dict[int, tuple[dict[str, Any], int | None]] = {}

    @property
    def address(self) -> str:
        return self._address

    async def open(self, code: str) -> None:
        page = await (await self.http.get(f"{self.base}/join", headers={"Accept-Language": self.language})).text()
        found = re.search(r'name="csrf"[^>]*value="([^"]+)"', page)
        assert found is not None, page
        answer = await self.http.post(
            f"{self.base}/join", data={"csrf": found[1], "code": code}, headers={"Origin": self.base}
        )
        assert answer.status == 200, await answer.text()

    async def _post(self, what: str, body: dict[str, Any]) -> None:
        async with self.http.post(
            f"{self.base}/chat/me/{what}",
            json={"id": str(uuid.uuid4()), **body},
            headers={"X-Townbell": "1", "Origin": self.base},
        ) as answer:
            assert answer.status == 200, (answer.status, await answer.text())
            said = await answer.json()
            self._toast = said["toast"]["text"] if said["toast"] else ""
            self._asides |= {one["message"]: (one, None) for one in said["asides"]}  # as a page keeps them

    async def say(self, text: str) -> None:
        await self._post("messages", {"text": text})

    async def tap(self, message_id: int, data: str) -> None:
        await self._post("taps", {"message": message_id, "data": data})

    async def show(self, photo: bytes) -> None:
        async with self.http.post(
            f"{self.base}/chat/me/pictures?id={uuid.uuid4()}",
            data=photo,
            headers={"X-Townbell": "1", "Origin": self.base, "Content-Type": "image/jpeg"},
        ) as answer:
            assert answer.status == 200, (answer.status, await answer.text())

    async def messages(self) -> list[Shown]:
        kept = [self._aside_of(message) for message in await self._history()]
        return [
            Shown(
                message["id"],
                unescape(re.sub(r"<[^>]+>", "", message["html"])),
                message["html"],
                tuple((b["text"], b.get("data") or b.get("url")) for row in message["buttons"] for b in row),
                message["document"]["name"] if message.get("document") else None,
            )
            for message in kept
            if message["from"] == "town"
        ]

    async def picture(self) -> bytes:
        return await self._file((await self._history())[-1]["photo"]["url"])

    async def document(self) -> bytes:
        return await self._file([one["document"]["url"] for one in await self._history() if one.get("document")][-1])

    async def _history(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.base}/chat/me/messages?limit=50") as answer:
            found: list[dict[str, Any]] = (await answer.json())["messages"]
        return found

    async def _file(self, url: str) -> bytes:
        async with self.http.get(self.base + url) as answer:
            assert answer.status == 200, url
            return await answer.read()

    def _aside_of(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message, or what this page was shown in its place until the message itself is changed."""
        aside, rev = self._asides.get(message["id"], ({}, None))
        if rev not in (None, message["rev"]):
            del self._asides[message["id"]]
            return message
        if aside:
            self._asides[message["id"]] = (aside, message["rev"])
        return message | aside

    def toast(self) -> str:
        return self._toast


class WhatsAppLine(Line):
    """Somebody's WhatsApp. After a day of silence the town comes as a short word: who gets one taps it to read on."""

    changes_in_place = False

    def __init__(self, wa: WhatsAppEmulator, name: str) -> None:
        self.wa = wa
        self.person = wa.person(name)
        self.person.contact.on_message = self._read_on
        self.tapped: set[int] = set()
        self._opened: set[str] = set()
        self._before_tap = 0
        self._shown: list[Shown] = []
        self._so_far = 0

    @property
    def address(self) -> str:
        return self.person.user_id

    async def say(self, text: str) -> None:
        self.person.says(text)
        await self.wa.settled(10)

    async def tap(self, message_id: int, data: str) -> None:
        self.tapped.add(message_id)
        self._before_tap = len(self.person.messages)
        offered = {choice.id: choice.title for message in self.person.messages for choice in message.choices}
        self.person.taps_raw(message_id, data, title=offered.get(data, "…"))
        await self.wa.settled(10)

    async def show(self, photo: bytes) -> None:
        self.person.sends_photo(photo)
        await self.wa.settled(10)

    async def messages(self) -> list[Shown]:
        await self.wa.settled(10)
        for message in self.person.messages[self._so_far :]:
            if message.wamid not in self._opened:
                shown = _as_read(message)
                goes_on = bool(self._shown) and _goes_on(self._shown[-1], shown)
                self._shown.append(_with(self._shown.pop(), shown) if goes_on else shown)
        self._so_far = len(self.person.messages)
        return list(self._shown)

    def reads_on_later(self) -> None:
        """Leave the short words unopened from now on."""
        self.person.contact.on_message = None

    def _read_on(self, word: WhatsAppMessage) -> None:
        """Tap "Show me" below a short word that has it."""
        if word.template is None:
            return
        index = next((i for i, one in enumerate(word.choices) if "mail" in one.id.split(":")), None)
        if index is not None:
            self._opened.add(word.wamid)
            self.person.taps_template(word, index)

    async def picture(self) -> bytes:
        photos = [one.photo for one in self.person.messages[-2:] if one.photo is not None]  # or just above its choices
        assert photos, self.person.last
        return photos[-1]

    async def document(self) -> bytes:
        return [one.document for one in self.person.messages if one.document is not None][-1][1]

    def toast(self) -> str:
        """What the answer to the last tap begins with: its words about the tap itself stand there."""
        came = self.person.messages[self._before_tap :] if self.tapped else []
        answer = next((one.text for one in came if one.opaque is None), "")  # a notice carries its number
        return as_plain(answer).partition("\n\n")[0]


_NUMBERED = re.compile(r"^([0-9]+)\. (.+)$", re.MULTILINE)
_LINKED = re.compile(r"^(.+): (https?://\S+)$", re.MULTILINE)
_HEMMED = re.compile(f"{UNSEEN}(?:[*_~`]{UNSEEN})+|`{UNSEEN}")
_MARKS = [
    *(rf"(?<![\w{sign}]){sign}(\S(?:[^\n]*?\S)?){sign}(?![\w{sign}])" for sign in (r"\*", "_", "~")),
    r"(?s)```(.*?)```",
    r"`([^`\n]+)`",
    r"(?m)^> ()",
]
_SET_ASIDE = {ord(sign): chr(0xE000 + place) for place, sign in enumerate("*_~`")}


def _goes_on(shown: Shown, rest: Shown) -> bool:
    """Whether a message that came in two goes on: a file without words, and choices that found no room below theirs."""
    return not shown.text or rest.text.partition("\n")[0] in _sayings_of_the_rest()


@cache
def _sayings_of_the_rest() -> set[str]:
    """What the choices of a message stand below that was too long to have them itself, in every language."""
    found: set[str] = set()
    for language in LANGUAGES:
        with speaking(language):
            found |= {_("What next?").unescape(), _("There is more to choose from.").unescape()}
    return found


def _with(shown: Shown, rest: Shown) -> Shown:
    """A message that came in two, as one."""
    text, document = f"{shown.text}\n\n{rest.text}".lstrip("\n"), rest.document or shown.document
    return Shown(rest.id, text, text, (*shown.buttons, *rest.buttons), document)


def _as_read(message: WhatsAppMessage) -> Shown:
    """A message as its reader takes it in: labels that were cut stand whole in the text, or below a row of the list."""
    text = as_plain(message.text)
    whole = {int(found[1]): found[2] for found in _NUMBERED.finditer(text)}
    buttons = [
        (_whole(choice.title, [message.descriptions.get(choice.id, ""), whole.get(place, "")]), choice.id)
        for place, choice in enumerate(message.choices, 1)
    ]
    buttons += [*message.links, *((found[1], found[2]) for found in _LINKED.finditer(text))]
    document = message.document[0] if message.document is not None else None
    return Shown(message.id, text, text, tuple(buttons), document)


def _whole(title: str, candidates: list[str]) -> str:
    """The whole label of which a title is what survived."""
    stem = title.removesuffix("…").rstrip()
    return next((one for one in candidates if title.endswith("…") and one.startswith(stem)), title)


def as_plain(text: str) -> str:
    """A text without WhatsApp's marks. What people wrote keeps its own, for those have an invisible neighbour."""
    text = _HEMMED.sub(lambda found: found[0].replace(UNSEEN, "").translate(_SET_ASIDE), text)
    for mark in _MARKS:
        text = re.sub(mark, r"\1", text)
    text = text.translate({ord(aside): sign for sign, aside in _SET_ASIDE.items()})
    return re.sub(f"(?m)^{UNSEEN}(?=>)", "", text)
