"""From the browser's words and taps to aiogram updates, and through the intake."""

from __future__ import annotations

from uuid import UUID

from aiogram import Bot
from aiogram.types import PhotoSize, Update, User

from bot.channels.web.body import as_message, load
from bot.channels.web.chats import Chats
from bot.channels.web.session import Toast, WebSession, said_aside
from bot.clock import Clock
from bot.intake import made, pictures
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake
from handlers.kit.expecting import confides, expects_picture
from locales import _, speaking
from storage.queries.web import CHANNEL, Kept, Phone
from town.facts import Fact

TOKEN = "1:the-web-chat-has-no-token"
"""aiogram wants a token of this form; nobody is ever shown it."""

HIDDEN = "•••"
"""What stands in the chat for words that are not kept."""


class Doorway:
    """Takes in what one person says or taps: first the history, then the intake."""

    def __init__(self, chats: Chats, intake: Intake, clock: Clock) -> None:
        self.session = WebSession(chats)
        self.bot = Bot(TOKEN, session=self.session)
        self._chats = chats
        self._intake = intake
        self._clock = clock

    async def say(self, phone: Phone, client_id: UUID, text: str) -> None:
        """A message, shown in the chat and answered. The same `client_id` counts once. Raises Unavailable, NoChat.

        What is said to a conversation that keeps no words is answered, and a mark stands in its place. So it is with
        words that turn out to be such when they are answered: with a ballot paper, before its reader had one.
        """
        shown = HIDDEN if confides(phone.state, text) else text
        message_id, at = await self._chats.hear(phone.address, shown, client_id=str(client_id))
        said = made.message(message_id, at, chat=int(phone.address), author=_user(phone), text=text)
        await self._take(phone, str(client_id), made.saying(said, self.bot, number=_number(client_id)))
        if shown != HIDDEN and said_aside():
            await self._chats.unsay(phone.address, message_id, HIDDEN)

    async def show(self, phone: Phone, client_id: UUID, content: bytes) -> None:
        """A photo, shown in the chat and answered. The same `client_id` counts once. Raises Unavailable, NoChat.

        Where none is waited for, nobody looks at it: it is answered, and not kept.
        """
        picture = await pictures.fit(content) if await self._is_expected(phone, client_id) else None
        shown = picture if isinstance(picture, bytes) else None
        with speaking(phone.language):
            words = _("Photo").unescape()
        message_id, at = await self._chats.hear(phone.address, words, client_id=str(client_id), photo=shown)
        size = PhotoSize.model_construct(file_id=str(client_id), file_unique_id=str(client_id), width=0, height=0)
        said = made.message(message_id, at, chat=int(phone.address), author=_user(phone), photo=[size])
        update = made.saying(said, self.bot, number=_number(client_id))
        await self._take(phone, str(client_id), update, picture)

    async def _is_expected(self, phone: Phone, client_id: UUID) -> bool:
        state = await self._chats.state_before(phone.address, _key(phone, str(client_id)))
        return expects_picture(state)

    async def begin(self, phone: Phone, key: str, payload: str = "") -> None:
        """What a new session says by itself, so that the chat greets: "/start", with a link's payload if one came.

        It is not shown, since nobody typed it. Raises Unavailable.
        """
        text = f"/start {payload}".rstrip()
        said = made.message(0, self._clock.now(), chat=int(phone.address), author=_user(phone), text=text)
        await self._take(phone, key, made.saying(said, self.bot))

    async def seen(self, phone: Phone, message_id: int) -> None:
        """The page has shown the messages up to this one to somebody. No update: nothing is answered."""
        await self._chats.seen(phone.account_id, message_id)

    async def tap(self, phone: Phone, client_id: UUID, tapped: Kept, data: str) -> Toast:
        """A tap on a message of this chat, and its answer. The same `client_id` counts once. Raises Unavailable.

        `data` may be forged: the handlers check again.
        """
        key = _key(phone, str(client_id))
        message = as_message(tapped.id, tapped.at, load(tapped.body), int(phone.address))
        tap = made.tapping(message, self.bot, key=key, author=_user(phone), data=data, number=_number(client_id))
        with self.session.waiting(key) as toast:
            await self._take(phone, str(client_id), tap)
        return toast

    async def _take(self, phone: Phone, key: str, update: Update, picture: bytes | Fact | None = None) -> None:
        arrival = Arrival(CHANNEL, _key(phone, key), phone.address, phone.language, picture)
        await self._intake.take(self.bot, arrival, update)


def _key(phone: Phone, key: str) -> str:
    return f"{phone.account_id}:{key}"


def _number(client_id: UUID) -> int:
    return client_id.int & 0x7FFF_FFFF


def _user(phone: Phone) -> User:
    return made.person(int(phone.address), language=phone.language)
