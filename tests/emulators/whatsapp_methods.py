"""POST /{phone number id}/messages: what it checks, in which order, and what becomes of the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.emulators import whatsapp_checks as checks
from tests.emulators.whatsapp_errors import GraphError, invalid, required
from tests.emulators.whatsapp_hooks import Delivery
from tests.emulators.whatsapp_state import State, new_wamid
from tests.emulators.whatsapp_statuses import status_of
from tests.emulators.whatsapp_world import Choice, Contact, Json, Message

WAYS_TO_MEAN: tuple[Callable[[str, Choice, Message], bool], ...] = (
    lambda what, choice, message: choice.title == what,
    lambda what, choice, message: choice.id == what,
    lambda what, choice, message: what in choice.title or what in message.descriptions.get(choice.id, ""),
)


@dataclass(slots=True)
class Sent:
    """A message that was accepted: the answer, and what is yet to be reported. `failure` is why it never arrives."""

    answer: Json
    message: Message
    person: Contact | None
    phone: str
    user_id: str
    failure: GraphError | None = None


def addressed(state: State, body: Json) -> Contact | None:
    """Whom a call means, as far as that can be told."""
    try:
        phone, user_id = checks.addressee(body)
    except GraphError:
        return None
    return state.find(phone=phone, user_id=user_id)


def accept(state: State, body: Json) -> Sent:
    """Check a message and keep it for its reader. Raises GraphError."""
    kind, content = checks.envelope(body)
    phone, user_id = checks.addressee(body)
    if phone == state.account.display_number:
        raise GraphError(131021)
    person = state.find(phone=phone, user_id=user_id)
    listed = state.account.listed
    if listed is not None and (person is None or person.phone not in listed):
        raise GraphError(131030)
    message = _composed(state, kind, content, person)
    message.opaque = body.get("biz_opaque_callback_data")
    message.to_phone = phone
    message.context = _context(body, person)
    failure = _fate(state, message, person)
    if failure is not None and failure.code == 131047 and state.window_errors == "error":
        raise failure
    reached = {"wa_id": phone} if phone else {"user_id": user_id}
    entry: Json = {"id": message.wamid} | ({"message_status": "accepted"} if kind == "template" else {})
    answer = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": body.get("to") or body.get("recipient")} | reached],
        "messages": [entry],
    }
    return Sent(answer, message, person, phone, user_id, failure)


def _fate(state: State, message: Message, person: Contact | None) -> GraphError | None:
    """Why the message will not arrive, if so."""
    if person is None or person.blocked:
        return GraphError(131026)
    if person.window_open(state.now()):
        return None
    if message.kind != "template":
        return GraphError(131047)
    if message.category == "marketing" and person.stopped_marketing:
        return GraphError(131050)
    try:
        state.tier.check(person.user_id, state.now())
    except GraphError as full:
        return full
    return None


def settle(state: State, sent: Sent, contacts: bool | None = None) -> list[Delivery | None]:
    """Let the message arrive or fail, and report that, with or without `contacts` if that is given."""
    message, person = sent.message, sent.person
    if sent.failure is None and person is not None:
        message.id = next(person.ids)
        if state.keeps_record:
            person.messages.append(message)
        if person.on_message is not None:
            person.on_message(message)
        coming = state.statuses.of_arrival(message.kind)
    else:
        coming = [] if state.statuses.muted else state.statuses.repeated(["failed"])
    identity = state.identity(person) if person is not None else {}
    if sent.user_id and person is None:
        identity = {"user_id": sent.user_id}
    return [
        state.report(person, message, status_of(message, status, state.today, identity, sent.failure), contacts)
        for status in coming
    ]


def _context(body: Json, person: Contact | None) -> str | None:
    if body.get("context") is None:
        return None
    wamid = checks.tree(body["context"], "context").get("message_id")
    if not isinstance(wamid, str):
        raise required("context['message_id']")
    if person is not None and wamid not in person.written and person.find(wamid) is None:
        raise invalid(f"context['message_id'] is no message of this conversation: {wamid}")
    return wamid


def _composed(state: State, kind: str, content: Json, person: Contact | None) -> Message:
    message = Message(0, new_wamid(person.phone if person else "0"), kind, int(state.now()), content)
    if kind == "text":
        message.text = checks.text(content)
    elif kind == "template":
        _template(state, message, content)
    elif kind == "interactive":
        _interactive(state, message, content)
    elif kind in checks.MEDIA:
        _file(state, message, kind, content)
        message.text = checks.caption(content, kind)
    elif kind == "location":
        message.text = checks.location(content)
    elif kind == "reaction":
        _reaction(message, content, person)
    else:
        _cards(message, content)
    return message


def _template(state: State, message: Message, content: Json) -> None:
    filled = state.templates.fill(content)
    message.template = (filled.template.name, filled.template.language)
    message.category = filled.template.category.lower()
    message.text, message.choices, message.links = filled.text, filled.choices, filled.links


def _interactive(state: State, message: Message, content: Json) -> None:
    kind = content.get("type")
    if kind not in checks.LONGEST_BODY:
        raise invalid(f"interactive['type'] must be one of {', '.join(checks.LONGEST_BODY)}, not {kind!r}")
    message.text, file = checks.interactive_words(content, str(kind))
    action = checks.tree(content.get("action"), "interactive['action']")
    if kind in checks.CHOICES:
        message.choices = checks.CHOICES[kind](action)
        message.button, message.descriptions = str(action.get("button", "")), checks.descriptions(action)
    elif kind == "cta_url":
        message.links = [checks.link_button(action)]
    elif action.get("name") != "send_location":
        raise invalid("Action name must be send_location")
    if file is not None:
        (form, part), *_ = file.items()
        _file(state, message, form, part)


def _file(state: State, message: Message, kind: str, part: Json) -> None:
    media_id = checks.media_source(part, kind)
    if media_id is None:
        return
    media = state.library.for_message(media_id, kind)
    if kind == "image":
        message.photo = media.data
    elif kind == "document":
        message.document = (str(part.get("filename") or media.name), media.data)


def _reaction(message: Message, content: Json, person: Contact | None) -> None:
    wamid, emoji = content.get("message_id"), content.get("emoji")
    if not isinstance(emoji, str):
        raise required("reaction['emoji']")
    if person is not None and wamid not in person.written:
        raise invalid(f"reaction['message_id'] is no message of this person: {wamid}")
    message.text = emoji


def _cards(message: Message, content: Json) -> None:
    names: list[str] = []
    for card in content["contacts"]:
        name = checks.tree(card.get("name"), "contacts['name']").get("formatted_name")
        if not isinstance(name, str) or not name:
            raise required("contacts['name']['formatted_name']")
        names.append(name)
    message.text = "\n".join(names)


def mark_read(state: State, body: Json) -> Json:
    """The town has read a person's message, and may show that it is writing. Raises GraphError."""
    wamid = body.get("message_id")
    person = next((contact for contact in state.people if wamid in contact.written), None)
    if body.get("messaging_product") != "whatsapp" or body.get("status") != "read":
        raise required("messaging_product" if "messaging_product" not in body else "status")
    if not isinstance(wamid, str) or person is None:
        raise invalid("message_id is not the id of a message received")
    person.marked_read.append(wamid)
    return {"success": True}


def offered(person: Contact, what: str, on: Message | None) -> tuple[Message, Choice]:
    """The choice that is called `what`, on the newest message that has one.

    `what` is its title, its id, or a part of its title or description if only one has it. Raises ValueError, naming
    the choices in view, when there is none.
    """
    places = [on] if on is not None else list(reversed(person.messages))
    for means in WAYS_TO_MEAN:
        for message in places:
            found = [choice for choice in message.choices if means(what, choice, message)]
            if len(found) == 1:
                return message, found[0]
    shown = [message.labels for message in places if message.labels][:3]
    raise ValueError(f"no one choice {what!r}; the latest messages offer {shown}")
