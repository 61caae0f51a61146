"""From the browser's words and taps to aiogram updates, and through the intake."""

from __future__ import annotations

from uuid import UUID

from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, Update, User

from bot.channels.web.body import as_message, load
from bot.channels.web.chats import Chats
from bot.channels.web.session import Toast, WebSession
from bot.clock import Clock
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake
from storage.queries.web import CHANNEL, Kept, Phone

TOKEN = "1:the-web-chat-has-no-token"
"""aiogram wants a token of this form; nobody is ever shown it."""


class Doorway:
    """Takes in what one person says or taps: first the history, then the intake."""

    def __init__(self, chats: Chats, intake: Intake, clock: Clock) -> None:
        self.session = WebSession(chats)
        self.bot = Bot(TOKEN, session=self.session)
        self._chats = chats
        self._intake = intake
        self._clock = clock

    async def say(self, phone: Phone, client_id: UUID, text: str) -> None:
        """A message, shown in the chat and answered. The same `client_id` counts once. Raises Unavailable, NoChat."""
        message_id, at = await self._chats.hear(phone.address, text, client_id=str(client_id))
        message = Message(message_id=message_id, date=at, chat=_chat(phone), from_user=_user(phone), text=text)
        await self._take(phone, str(client_id), Update(update_id=_number(client_id), message=message))

    async def begin(self, phone: Phone, key: str, payload: str = "") -> None:
        """What a new session says by itself, so that the chat greets: "/start", with a link's payload if one came.

        It is not shown, since nobody typed it. Raises Unavailable.
        """
        text = f"/start {payload}".rstrip()
        message = Message(message_id=0, date=self._clock.now(), chat=_chat(phone), from_user=_user(phone), text=text)
        await self._take(phone, key, Update(update_id=0, message=message))

    async def tap(self, phone: Phone, client_id: UUID, tapped: Kept, data: str) -> Toast:
        """A tap on a message of this chat, and its answer. The same `client_id` counts once. Raises Unavailable.

        `data` may be forged: the handlers check again.
        """
        key = _key(phone, str(client_id))
        message = as_message(tapped.id, tapped.at, load(tapped.body), int(phone.address)).as_(self.bot)
        tap = CallbackQuery(id=key, from_user=_user(phone), chat_instance=phone.address, message=message, data=data)
        with self.session.waiting(key) as toast:
            await self._take(phone, str(client_id), Update(update_id=_number(client_id), callback_query=tap))
        return toast

    async def _take(self, phone: Phone, key: str, update: Update) -> None:
        arrival = Arrival(CHANNEL, _key(phone, key), phone.address, phone.language)
        await self._intake.take(self.bot, arrival, update)


def _key(phone: Phone, key: str) -> str:
    return f"{phone.account_id}:{key}"


def _number(client_id: UUID) -> int:
    return client_id.int & 0x7FFF_FFFF


def _chat(phone: Phone) -> Chat:
    return Chat(id=int(phone.address), type="private")


def _user(phone: Phone) -> User:
    return User(id=int(phone.address), is_bot=False, first_name="", language_code=phone.language)
