"""What the Cloud API refuses in a message. Each check raises GraphError or returns what the reader sees of it.

Limits are those of https://developers.facebook.com/documentation/business-messaging/whatsapp/messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.emulators.whatsapp_errors import GraphError, invalid, required
from tests.emulators.whatsapp_world import Choice, Json

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_BODY = {"button": 1024, "cta_url": 1024, "location_request_message": 1024, "list": 4096}
LONGEST_HEADER = LONGEST_FOOTER = 60
LONGEST_OPAQUE = 512
MOST_BUTTONS = 3
MOST_ROWS = MOST_SECTIONS = 10
PHONE = re.compile(r"\+?[1-9][0-9]{6,14}")
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
LINK = re.compile(r"https?://[^\s/]+\S*")
TYPES = {
    "audio", "contacts", "document", "image", "interactive", "location", "reaction", "sticker", "template", "text",
    "video",
}  # fmt: skip
MEDIA = {"audio", "document", "image", "sticker", "video"}


def within(value: Any, what: str, most: int, least: int = 1) -> str:
    """`value` as a text of `least` to `most` characters."""
    if not isinstance(value, str) or not least <= len(value) <= most or (least and not value.strip()):
        raise invalid(f"{what} length invalid. Min length: {least}, Max length: {most}")
    return value


def tree(value: Any, name: str) -> Json:
    """`value` as an object."""
    if not isinstance(value, dict):
        raise required(name)
    return value


def items(value: Any, name: str) -> list[Json]:
    """`value` as a list of objects."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise required(name)
    return value


def envelope(body: Json) -> tuple[str, Json]:
    """What every message has: the type, and its content."""
    if body.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(100, "Param recipient_type must be one of {INDIVIDUAL}.")
    opaque = body.get("biz_opaque_callback_data")
    if opaque is not None and (not isinstance(opaque, str) or len(opaque) > LONGEST_OPAQUE):
        raise GraphError(100, f"Param biz_opaque_callback_data must be at most {LONGEST_OPAQUE} characters long.")
    kind = body.get("type", "text")
    if kind not in TYPES:
        raise GraphError(100, f'Param type must be one of {{{", ".join(sorted(TYPES)).upper()}}} - got "{kind}".')
    if kind == "contacts":
        return kind, {"contacts": items(body.get("contacts"), "contacts")}
    return kind, tree(body.get(kind), kind)


def addressee(body: Json) -> tuple[str, str]:
    """The phone (digits) and the business-scoped user id that a message goes to: one of them is empty.

    A phone takes precedence. Raises GraphError when neither is there, or one is not what it should be.
    """
    to, recipient = body.get("to"), body.get("recipient")
    if to is not None:
        if not isinstance(to, str) or not PHONE.fullmatch(re.sub(r"[ ()-]", "", to)):
            raise invalid("Recipient phone number is not valid")
        return re.sub(r"\D", "", to), ""
    if recipient is None:
        raise required("to")
    if not isinstance(recipient, str) or not USER_ID.fullmatch(recipient):
        raise invalid("Recipient is not a valid business-scoped user ID")
    return "", recipient


def text(content: Json) -> str:
    """The body of a text message."""
    body = content.get("body")
    if not isinstance(body, str) or not body.strip():
        raise required("text['body']")
    if len(body) > LONGEST_TEXT:
        raise GraphError(100, f"Param text['body'] must be at most {LONGEST_TEXT} characters long.")
    return body


def media_source(content: Json, kind: str) -> str | None:
    """The id of the file that a part names; None when it gives a link instead."""
    media_id, link = content.get("id"), content.get("link")
    if (media_id is None) == (link is None):
        raise invalid(f"Exactly one of {kind}['id'] and {kind}['link'] must be given")
    if link is not None:
        if not isinstance(link, str) or not LINK.fullmatch(link):
            raise invalid(f"{kind}['link'] is not a valid URL")
        return None
    if not isinstance(media_id, str):
        raise invalid(f"{kind}['id'] is not a string")
    return media_id


def caption(content: Json, kind: str) -> str:
    """The words under a file."""
    if "caption" not in content:
        return ""
    if kind in {"audio", "sticker"}:
        raise GraphError(100, f'Unexpected key "caption" on param "{kind}".')
    words = content["caption"]
    if not isinstance(words, str) or len(words) > LONGEST_CAPTION:
        raise GraphError(100, f"Param {kind}['caption'] must be at most {LONGEST_CAPTION} characters long.")
    return words


def location(content: Json) -> str:
    """The name and address of a place."""
    for name, most in (("latitude", 90), ("longitude", 180)):
        try:
            degrees = float(content[name])
        except (KeyError, TypeError, ValueError):
            raise required(f"location['{name}']") from None
        if not -most <= degrees <= most:
            raise invalid(f"{name} must be between -{most} and {most}")
    return "\n".join(str(content[key]) for key in ("name", "address") if content.get(key))


def interactive_words(content: Json, kind: str) -> tuple[str, Json | None]:
    """Header, body and footer as one text, and the header's file part if it has one."""
    parts: list[str] = []
    file: Json | None = None
    if (header := content.get("header")) is not None:
        form = tree(header, "interactive['header']").get("type")
        if form == "text":
            parts.append(within(header.get("text"), "Header text", LONGEST_HEADER))
        elif form in {"image", "video", "document"} and kind in {"button", "cta_url"}:
            file = {form: tree(header.get(form), f"header['{form}']")}
        else:
            raise invalid(f"Header type {form!r} is not allowed in an interactive message of type {kind}")
    body = tree(content.get("body"), "interactive['body']")
    parts.append(within(body.get("text"), "Body text", LONGEST_BODY[kind]))
    if (footer := content.get("footer")) is not None:
        words = tree(footer, "interactive['footer']").get("text")
        parts.append(within(words, "Footer text", LONGEST_FOOTER))
    return "\n".join(parts), file


def buttons(action: Json) -> list[Choice]:
    """The reply buttons of an interactive message."""
    given = items(action.get("buttons"), "interactive['action']['buttons']")
    if not 1 <= len(given) <= MOST_BUTTONS:
        raise invalid(f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {MOST_BUTTONS}")
    found: list[Choice] = []
    for button in given:
        if button.get("type") != "reply":
            raise invalid("Button type must be reply")
        reply = tree(button.get("reply"), "button['reply']")
        found.append(
            Choice(within(reply.get("title"), "Button title", 20), within(reply.get("id"), "Button reply id", 256))
        )
    unique([choice.title for choice in found], "Duplicated title is not allowed")
    unique([choice.id for choice in found], "Duplicated reply id is not allowed")
    return found


def rows(action: Json) -> list[Choice]:
    """The rows of a list, over all its sections."""
    within(action.get("button"), "Button label", 20)
    sections = items(action.get("sections"), "interactive['action']['sections']")
    if not 1 <= len(sections) <= MOST_SECTIONS:
        raise invalid(f"Invalid sections count. Min allowed sections: 1, Max allowed sections: {MOST_SECTIONS}")
    found: list[Choice] = []
    for section in sections:
        if len(sections) > 1 or "title" in section:
            within(section.get("title"), "Section title", 24)
        given = items(section.get("rows"), "section['rows']")
        if not given:
            raise invalid("Section rows count invalid. Min allowed rows: 1")
        found += [_row(row) for row in given]
    if len(found) > MOST_ROWS:
        raise invalid(f"Total row count exceed max allowed count: {MOST_ROWS}")
    unique([choice.id for choice in found], "Duplicated row id is not allowed")
    return found


def _row(row: Json) -> Choice:
    if "description" in row:
        within(row["description"], "Row description", 72, least=0)
    return Choice(within(row.get("title"), "Row title", 24), within(row.get("id"), "Row id", 200))


def descriptions(action: Json) -> dict[str, str]:
    """What the rows of a list say below their titles, by id: for an action that `rows` has passed."""
    given = (row for section in action.get("sections", ()) for row in section["rows"])
    return {row["id"]: row["description"] for row in given if row.get("description")}


def link_button(action: Json) -> tuple[str, str]:
    """The words and the address of a call-to-action button."""
    if action.get("name") != "cta_url":
        raise invalid("Action name must be cta_url")
    given = tree(action.get("parameters"), "interactive['action']['parameters']")
    url = given.get("url")
    if not isinstance(url, str) or not LINK.fullmatch(url):
        raise invalid("The url of a cta_url button is not valid")
    return within(given.get("display_text"), "Button display text", 20), url


def unique(values: list[str], complaint: str) -> None:
    """Refuse values that repeat."""
    if len(set(values)) < len(values):
        raise invalid(complaint)


CHOICES: dict[str, Callable[[Json], list[Choice]]] = {"button": buttons, "list": rows}
