"""What came as a short word, or waited, in full: tapped on it, or asked for in its button's words."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from handlers.kit.files import show_photo
from handlers.kit.filters import Tapped, residents_only
from handlers.kit.mail_taps import MailTap
from handlers.kit.reply import Event, Reply, say
from handlers.kit.seat import Seat
from handlers.kit.template_words import SHOW
from handlers.kit.typed import plain
from handlers.kit.who import Who
from handlers.mail import actions, views
from handlers.mail.actions import Opened
from locales import LANGUAGES, _, speaking
from storage.unit import Unit

log = logging.getLogger(__name__)


class AsksToSee(Filter):
    """Passes the words of the templates' button, in any language, from somebody who is not being asked something."""

    async def __call__(self, message: Message, seat: Seat) -> bool:
        return seat.state is None and message.text is not None and plain(message.text) in _asking()


@lru_cache(maxsize=1)
def _asking() -> frozenset[str]:
    words = set()
    for code in LANGUAGES:
        with speaking(code):
            words.add(plain(_(SHOW).unescape()))
    return frozenset(words)


def router() -> Router:
    room = Router(name="mail")
    room.callback_query.filter(Tapped("mail:"))
    room.callback_query.register(on_open, MailTap.filter())
    room.message.register(on_asked, AsksToSee(), residents_only)
    return room


async def on_open(tap: CallbackQuery, callback_data: MailTap, who: Who, unit: Unit, now: datetime) -> Reply:
    opened = await actions.open_letter(unit, who=who, row_id=callback_data.row, now=now)
    return await _shown(tap, opened, who) if opened is not None else say(tap, views.over())


async def on_asked(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    opened = await actions.open_last(unit, who=who, now=now)
    return await _shown(message, opened, who) if opened is not None else say(message, views.nothing())


async def _shown(event: Event, opened: Opened, who: Who) -> Reply:
    """A notice as it would have come by itself; a picture that cannot be drawn does not keep the words back."""
    screen = views.whole(opened.notice, opened.fields, who.town)
    photo = None
    if opened.notice.picture is not None and screen.fits_a_picture:
        try:
            photo = await opened.notice.picture(opened.fields, who.town)
        except Exception:
            log.exception("the picture of the notice %r cannot be drawn", opened.notice.key)
    return say(event, screen) if photo is None else show_photo(event, photo, "notice.png", screen)
