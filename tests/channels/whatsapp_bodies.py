"""Webhooks' bodies as WhatsApp makes them, and as nobody should."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from bot.delivery.whatsapp_trackers import Trackers
from tests.emulators.whatsapp import Person, WhatsAppEmulator
from tests.emulators.whatsapp_world import Json

KINDS: dict[str, Json] = {
    "text": {"type": "text", "text": {"body": "/week"}},
    "button_reply": {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": "home", "title": "My week"}},
        "context": {"from": "27100000000", "id": "wamid.before"},
    },
    "list_reply": {
        "type": "interactive",
        "interactive": {"type": "list_reply", "list_reply": {"id": "home", "title": "My week", "description": "now"}},
    },
    "button": {"type": "button", "button": {"payload": "home", "text": "My week"}},
    "image": {"type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "sha256": "x", "caption": "us"}},
    "location": {"type": "location", "location": {"latitude": -33.9, "longitude": 18.4, "name": "Mill Lane"}},
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.before", "emoji": "👍"}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Anna"}, "phones": []}]},
    "system": {"type": "system", "system": {"type": "user_changed_number", "wa_id": "27829990001", "body": "x"}},
    "system_id": {
        "type": "system",
        "system": {"type": "user_changed_user_id", "previous_user_id": "ZA.1", "user_id": "ZA.2", "body": "x"},
    },
    "unsupported": {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
    "unknown": {"type": "hologram", "hologram": {"light": [1, 2, 3]}},
}
"""A message of each kind, without its author, id and time."""

ANSWERED = [kind for kind in KINDS if kind not in ("reaction", "system", "system_id")]
"""What somebody says who waits for an answer."""

STATUS: Json = {
    "id": "wamid.sent",
    "status": "failed",
    "timestamp": "1795500000",
    "recipient_id": "27820000000",
    "recipient_user_id": "ZA.1",
    "biz_opaque_callback_data": "1:1",
    "errors": [{"code": 131026, "title": "no", "message": "no", "error_data": {"details": "gone"}}],
}
PREFERENCE: Json = {"category": "marketing_messages", "value": "stop", "timestamp": 1795500000, "detail": "no more"}

ODD: tuple[Any, ...] = (
    None,
    True,
    7,
    -1,
    10**40,
    1e300,
    float("inf"),
    float("nan"),
    "",
    "x",
    "7",
    "\0",
    "a\0b",
    "\ud800",
    "\u202eevil",
    "9" * 10_000,
    "ü" * 70_000,
    [],
    [[]],
    [None],
    {},
    {"id": 1},
    {"": None},
)
"""What stands where something else should."""


def deep(levels: int = 300) -> Any:
    """A list in a list in a list."""
    found: Any = []
    for _ in range(levels):
        found = [found]
    return found


def body_of(wa: WhatsAppEmulator, *values: Json) -> Json:
    """A webhook with these values, each in a change of its own."""
    changes = [wa.state.change(value) for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": wa.waba_id, "changes": changes}]}


def saying(wa: WhatsAppEmulator, person: Person, *messages: Json, **more: Any) -> Json:
    """A value in which somebody says this now; author, id and time are added unless given."""
    person.contact.wrote_at = wa.now()
    shown = [wa.state.message(person.contact, message) for message in messages]
    return {"contacts": [wa.state.contact(person.contact)], "messages": shown} | more


def everything(wa: WhatsAppEmulator, person: Person, *, row: int = 1) -> Json:
    """A webhook with one of each: every kind of message, a status that names an outbox row, a preference."""
    return body_of(
        wa,
        *(saying(wa, person, message) for kind, message in KINDS.items() if kind in ANSWERED),
        {"statuses": [STATUS | {"biz_opaque_callback_data": Trackers(wa.app_secret).of(row, 1)}]},
        {"user_preferences": [PREFERENCE | wa.state.identity(person.contact)]},
    )


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part of a JSON value, the whole first."""
    yield so_far
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from paths(part, (*so_far, name))


def spoilt(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The same with something odd at the end of a path."""
    if not path:
        return odd
    whole = copy.deepcopy(value)
    part = whole
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = odd
    return whole
