"""Delivery to the web chat: the notice is written into the history, and open pages show it at once."""

from __future__ import annotations

from bot.channels.web.body import Rows
from bot.channels.web.chats import TROUBLE, Chats, NoChat, NoMessage, NoText, NotModified, Upload
from bot.channels.web.limits import LINKS, BadContent
from bot.delivery.outcome import Choice, Delivered, Leaving, Outcome, Outgoing
from bot.delivery.pace import Lane


class WebSender:
    """Writes rendered messages and says what became of each. A message with the same key is written once."""

    idempotent = True

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        """Write `outgoing` into the chat at `address`; the history needs no pace, so `lane` is not asked.

        Nor is `leaving`: what is written once by its key need not be known to have left.
        """
        try:
            written = await self._chats.say(address, outgoing.html, _rows(outgoing), key=key, upload=_upload(outgoing))
        except NoChat:
            return Delivered(Outcome.BLOCKED, "no such web account")
        except BadContent as error:
            return Delivered(Outcome.REFUSED, str(error))
        except TROUBLE as error:
            return Delivered(Outcome.RETRY, type(error).__name__)
        return Delivered(Outcome.SENT, reference=str(written.id))

    async def edit(
        self,
        address: str,
        message: int,
        outgoing: Outgoing,
        *,
        key: str,
        lane: Lane = Lane.BULK,
        leaving: Leaving | None = None,
    ) -> Delivered:
        """Change the words and buttons of a message that was written before; `lane` and `leaving` as above.

        SENT too for one that says so already, REFUSED for one that is not there any more.
        """
        try:
            await self._chats.change(address, message, _rows(outgoing), html=outgoing.html)
        except NotModified:
            return Delivered(Outcome.SENT, reference=str(message))
        except NoChat:
            return Delivered(Outcome.BLOCKED, "no such web account")
        except (NoMessage, NoText, BadContent) as error:
            return Delivered(Outcome.REFUSED, f"{type(error).__name__}: {error}")
        except TROUBLE as error:
            return Delivered(Outcome.RETRY, type(error).__name__)
        return Delivered(Outcome.SENT, reference=str(message))


def _rows(outgoing: Outgoing) -> Rows:
    return [[_button(choice) for choice in row] for row in outgoing.buttons]


def _button(choice: Choice) -> dict[str, str]:
    label, carried = choice
    return {"text": label, "url" if carried.startswith(LINKS) else "data": carried}


def _upload(outgoing: Outgoing) -> Upload | None:
    if outgoing.photo is not None:
        return Upload("photo", outgoing.photo, is_photo=True)
    if outgoing.document is not None:
        return Upload(*outgoing.document, is_photo=False)
    return None
