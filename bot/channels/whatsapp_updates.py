"""From WhatsApp's webhooks to what they tell: messages and taps, changed people, wishes, and statuses.

A webhook may carry many of each, of many people, and some without the parts that others have: so each is taken by
itself, and one in an unknown shape costs no other its hearing. Shapes:
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from aiogram import Bot
from aiogram.types import PhotoSize, Update

from bot.channels.whatsapp_parts import (
    LARGEST,
    Json,
    code_of,
    list_of,
    moment_of,
    part_of,
    phone_of,
    text_of,
    tree_of,
    user_id_of,
    wamid_of,
    words_of,
)
from bot.delivery.whatsapp_forms import data_of, number_of
from bot.delivery.whatsapp_trackers import Trackers
from bot.intake import made
from handlers.kit.reply import TYPED
from storage.queries import statuses
from storage.queries.statuses import StatusReport
from storage.queries.whatsapp import CHANNEL, Change, Preference

log = logging.getLogger(__name__)

__all__ = ["CHANNEL", "Heard", "Said", "heard_in"]

UNANSWERED = {"reaction", "edit", "revoke", "system", "ephemeral"}
"""What people do that asks for no answer, as far as it is not a change of who they are."""

CHANGES = {"user_changed_number", "user_changed_user_id", "customer_changed_number"}
STATUSES = {statuses.SENT, statuses.DELIVERED, statuses.READ, statuses.FAILED}

LONG_AGO = datetime.min.replace(tzinfo=UTC)

LONGEST_DATA = 256
"""Characters: no button of WhatsApp carries more."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message or a tap: who it is from, as far as that is told, and the message itself, as it came."""

    wamid: str
    user_id: str | None
    phone: str | None
    name: str
    at: datetime | None
    message: Json

    @property
    def key(self) -> str:
        return key_of(self.wamid)

    @property
    def author(self) -> str:
        """Who it is from, by what is told: one of both is."""
        return self.user_id or self.phone or ""

    def update(self, bot: Bot, address: str, now: datetime) -> Update:
        """The same as the update that a conversation takes."""
        chat = number_of(address)
        author = made.person(chat, name=self.name)
        words, data, photo = _content(self.message)
        content: Json = {"text": words, "photo": photo}
        if words is None and photo is not None:
            content["caption"] = words_of(part_of(self.message, "image").get("caption"))
        number = number_of(self.wamid)  # aiogram keeps what it found out of an update by its number
        said = made.message(number, self.at or now, chat=chat, author=author, **content)
        if data is None:
            return made.saying(said, bot, number=number)
        return made.tapping(said, bot, key=TYPED, author=author, data=data, number=number)


class Heard(NamedTuple):
    """What one webhook tells, in its order: what people said, and who they are now; and what became of messages."""

    events: list[Said | Change | Preference]
    reports: list[StatusReport]


def key_of(what: str) -> str:
    """What a message is remembered by: not its id, which has the person's phone number in it, for whoever can read it.

    Ids are random enough that nobody finds them by trying, so the digest needs no secret, and stays when one changes.
    """
    return sha256(what.encode()).hexdigest()[:32]


def heard_in(body: Any, phone_id: str, trackers: Trackers, oldest: datetime = LONG_AGO) -> Heard:
    """All that a webhook tells of the number with this id; what is malformed is logged by its id alone, and skipped.

    What people said before `oldest` is passed over: WhatsApp repeats nothing for so long, so somebody else does.
    """
    heard = Heard([], [])
    authors: dict[str, str] = {}
    for value in _values(body, phone_id):
        people = list_of(value.get("contacts"))
        for message in _fresh(value.get("messages"), oldest):
            event = _message(message, people)
            if event is not None:
                heard.events.append(_told_apart(event, authors))
        for preference in _fresh(value.get("user_preferences"), oldest):
            wish = _preference(preference)
            if wish is not None:
                heard.events.append(wish)
        for status in list_of(value.get("statuses")):
            report = _report(status, trackers)
            if report is not None:
                heard.reports.append(report)
    return heard


def _told_apart(event: Said | Change, authors: dict[str, str]) -> Said | Change:
    """A message as it is, unless somebody else's had the same id: then neither is taken for the other."""
    if isinstance(event, Change):
        return event
    if authors.setdefault(event.wamid, event.author) == event.author:
        return event
    return replace(event, wamid=f"{event.wamid} of {event.author}")


def _fresh(told: Any, oldest: datetime) -> list[Json]:
    """Those that were not said before `oldest`, as far as they tell when."""
    events = list_of(told)
    fresh = [event for event in events if (moment_of(event.get("timestamp")) or oldest) >= oldest]
    if len(fresh) < len(events):
        log.warning("messages of before %s were passed over: an old webhook, or a clock that is wrong", oldest.date())
    return fresh


def _values(body: Any, phone_id: str) -> Iterator[Json]:
    """The values of all changes that are about our number."""
    for entry in list_of(tree_of(body).get("entry")):
        for change in list_of(entry.get("changes")):
            value = part_of(change, "value")
            told = part_of(value, "metadata").get("phone_number_id")
            if told is None and "messages" not in value and "statuses" not in value and "user_preferences" not in value:
                continue  # about the account, its templates, its quality: nothing that somebody says
            if str(told) == phone_id:
                yield value


# --- messages -------------------------------------------------------------------------------------------------------


def _message(message: Json, people: list[Json]) -> Said | Change | None:
    wamid, kind = wamid_of(message.get("id")), text_of(message.get("type"))
    if wamid is None:
        log.warning("a message without an id was skipped")
        return None
    if kind == "system":
        return _change(wamid, message)
    if kind in UNANSWERED:
        return None
    user_id, phone = user_id_of(message.get("from_user_id")), phone_of(message.get("from"))
    contact = _contact(people, user_id, phone)
    user_id, phone = user_id or user_id_of(contact.get("user_id")), phone or phone_of(contact.get("wa_id"))
    if user_id is None and phone is None:
        log.warning("message %s is from nobody and was skipped", _shown(wamid))
        return None
    name = words_of(part_of(contact, "profile").get("name")) or ""
    return Said(wamid, user_id, phone, name[:200], moment_of(message.get("timestamp")), message)


def _contact(people: list[Json], user_id: str | None, phone: str | None) -> Json:
    """The entry of a message's author: a webhook may name several people."""
    for one in people:
        if user_id is not None and one.get("user_id") == user_id:
            return one
    for one in people:
        if phone is not None and phone_of(one.get("wa_id")) == phone:
            return one
    return people[0] if len(people) == 1 and user_id is None and phone is None else {}


def _content(message: Json) -> tuple[str | None, str | None, list[PhotoSize] | None]:
    """The words of a message, the data of a tap, and the photo: whatever else it is has none, and is answered so."""
    kind = text_of(message.get("type")) or ""
    part = part_of(message, kind)
    if kind == "text":
        return words_of(part.get("body")), None, None
    if kind == "interactive":
        reply = part_of(part, text_of(part.get("type")) or "")
        return _tap(words_of(reply.get("title")), data_of(text_of(reply.get("id")) or ""))
    if kind == "button":
        return _tap(words_of(part.get("text")), text_of(part.get("payload")))
    if kind == "request_welcome":
        return "/start", None, None
    if kind == "image" and text_of(part.get("id")):
        photo = PhotoSize.model_construct(file_id=part["id"], file_unique_id=part["id"], width=0, height=0)
        return None, None, [photo]
    return None, None, None


def _tap(title: str | None, data: str | None) -> tuple[str | None, str | None, None]:
    """What was tapped; its title where it carries nothing, or nothing that a button of ours has."""
    is_ours = data and len(data) <= LONGEST_DATA and data.isprintable()
    return (None, data, None) if is_ours else (title, None, None)


# --- people ---------------------------------------------------------------------------------------------------------


def _change(wamid: str, message: Json) -> Change | None:
    """Who is known by something else now; None for what else WhatsApp tells of people (a new device)."""
    system = part_of(message, "system")
    if text_of(system.get("type")) not in CHANGES:
        return None
    change = Change(
        key_of(wamid),
        old_id=user_id_of(system.get("previous_user_id")),
        new_id=user_id_of(system.get("user_id")),
        old_phone=phone_of(message.get("from")) or phone_of(system.get("customer")),
        new_phone=phone_of(system.get("wa_id")) or phone_of(system.get("new_wa_id")),
    )
    if (change.old_id is None and change.old_phone is None) or (change.new_id is None and change.new_phone is None):
        log.warning("the change %s does not say who becomes whom and was skipped", _shown(wamid))
        return None
    return change


def _preference(told: Json) -> Preference | None:
    user_id, phone, value = user_id_of(told.get("user_id")), phone_of(told.get("wa_id")), text_of(told.get("value"))
    if told.get("category") != "marketing_messages" or value not in ("stop", "resume"):
        return None
    if user_id is None and phone is None:
        return None
    key = key_of(f"preference:{user_id or phone}:{moment_of(told.get('timestamp'))}:{value}")
    return Preference(key, user_id, phone, value == "stop")


# --- statuses -------------------------------------------------------------------------------------------------------


def _report(status: Json, trackers: Trackers) -> StatusReport | None:
    """What became of a notice; None for what is not one: replies carry no row's number."""
    wamid, what = wamid_of(status.get("id")), text_of(status.get("status"))
    error = next(iter(list_of(status.get("errors"))), {})
    code = code_of(error.get("code"))
    named = trackers.read(text_of(status.get("biz_opaque_callback_data")) or "")
    if what not in STATUSES or wamid is None:
        return None
    if named is None or named.row_id > LARGEST:
        if what == statuses.FAILED:
            log.info("a reply did not arrive: WhatsApp says %s", code)
        return None
    at = moment_of(status.get("timestamp")) or datetime.now(UTC)
    details = text_of(part_of(error, "error_data").get("details")) or text_of(error.get("message")) or ""
    return StatusReport(wamid, what, named.row_id, at, code, details, is_ours=named.is_ours)


def _shown(wamid: str) -> str:
    """A message's id for the log, by which it can be asked for at WhatsApp; a digest, for the id tells a number."""
    return key_of(wamid)
