"""How a message looks on WhatsApp: which of its forms it takes, within their limits. Pure; nothing here sends.

Up to three choices are reply buttons, up to ten a list; what does not fit is said in several messages, the last of
which has the choices. Limits: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.delivery.outcome import Choice, Outgoing
from bot.delivery.whatsapp_marks import UNSEEN, guarded, marked
from handlers.kit.screens import cut, distinct
from locales import _
from town.text import utf16_units

Content = dict[str, Any]

MOST_TEXT, MOST_CAPTION, MOST_BODY, MOST_LIST_BODY = 4096, 1024, 1024, 4096
MOST_BUTTONS, MOST_ROWS = 3, 10
BUTTON_TITLE, ROW_TITLE, ROW_DESCRIPTION, LIST_BUTTON = 20, 24, 72, 20
LINKS = ("https://", "http://")
ELSEWHERE = ("tg://",)
"""Links that open another app than WhatsApp or a browser."""

PNG = b"\x89PNG\r\n\x1a\n"
DOCUMENTS = {
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
"""What WhatsApp takes as a document, beside plain text."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that must be with WhatsApp before the message that names it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """One message: `kind` is its type in the API, and `content` what the API takes under that name.

    With an `upload` the file's id is still missing: see `with_file`.
    """

    kind: str
    content: Content
    upload: Upload | None = None

    @property
    def has_choices(self) -> bool:
        """Whether there is something to tap."""
        return self.kind == "interactive"

    def with_file(self, file_id: str) -> Content:
        """The content with the id under which WhatsApp has the upload."""
        if self.upload is None:
            return self.content
        if self.kind != "interactive":
            return {**self.content, "id": file_id}
        header = self.content["header"]
        kind = header["type"]
        return {**self.content, "header": {**header, kind: {**header[kind], "id": file_id}}}


def number_of(address: str) -> int:
    """The whole number that stands for an address, or for a message, where aiogram wants one: 52 bits, always the
    same, and never 0."""
    return int.from_bytes(hashlib.sha256(address.encode()).digest()[:7], "big") >> 4 | 1


def forms_of(outgoing: Outgoing) -> list[Form]:
    """What to send, in this order. Speaks the language of whoever calls it: a few words come with the choices."""
    choices = [choice for row in outgoing.buttons for choice in row]
    taps = [choice for choice in choices if not choice[1].startswith((*LINKS, *ELSEWHERE))]
    links = [choice for choice in choices if choice[1].startswith(LINKS)]
    words, file = marked(outgoing.html).strip("\n"), _upload(outgoing)
    words = words if words.strip() else ""
    if len(links) == 1 and not taps and fits(links[0][0], BUTTON_TITLE) and fits(words, MOST_BODY):
        return [_with_header(_link_button(words, *links[0]), file)]
    if links:
        words = "\n\n".join(part for part in (words, _links(links)) if part)
    if not taps:
        return list(_without_choices(words, file))
    return list(_with_buttons(words, file, taps) if len(taps) <= MOST_BUTTONS else _with_lists(words, file, taps))


def fits(text: str, most: int) -> bool:
    """Whether a text is short enough, however the app counts signs beyond the first plane."""
    return len(text) <= most // 2 or utf16_units(text) <= most


# --- words and files without choices --------------------------------------------------------------------------------


def _without_choices(words: str, file: Upload | None) -> Iterator[Form]:
    """The words, below their file where they fit there."""
    if file is None:
        yield from _texts(words)
    elif fits(words, MOST_CAPTION):
        yield _file_alone(file, words)
    else:
        yield _file_alone(file)
        yield from _texts(words)


def _texts(words: str) -> Iterator[Form]:
    for part in split(words, MOST_TEXT):
        yield Form("text", {"body": part, "preview_url": False})


def _file_alone(file: Upload, caption: str = "") -> Form:
    kind, content = _part(file)
    return Form(kind, {**content, "caption": caption} if caption else content, file)


def _part(file: Upload) -> tuple[str, Content]:
    """A file's kind, and what names it but for its id."""
    return ("image", {}) if file.media_type.startswith("image/") else ("document", {"filename": file.name})


def _upload(outgoing: Outgoing) -> Upload | None:
    if outgoing.photo is not None:
        is_png = outgoing.photo.startswith(PNG)
        return Upload(f"photo.{'png' if is_png else 'jpg'}", f"image/{'png' if is_png else 'jpeg'}", outgoing.photo)
    if outgoing.document is not None:
        name, content = outgoing.document
        guess = mimetypes.guess_type(name)[0]
        return Upload(name, guess if guess in DOCUMENTS else "text/plain", content)
    return None


# --- choices --------------------------------------------------------------------------------------------------------


def _with_buttons(words: str, file: Upload | None, taps: Sequence[Choice]) -> Iterator[Form]:
    """Up to three choices as buttons below the words; words that are too long for that go ahead of them."""
    titles = _titles(taps, BUTTON_TITLE)
    counted = _counted(taps, titles)
    body = _paragraphs(words, counted)
    if not words or not fits(body, MOST_BODY):
        yield from _without_choices(words, file) if words or file is not None else ()
        body, file = _paragraphs(_next(), counted), None
    buttons = [
        {"type": "reply", "reply": {"id": data, "title": title}} for title, data in zip(titles, _ids(taps), strict=True)
    ]
    yield _with_header(
        Form("interactive", {"type": "button", "body": {"text": body}, "action": {"buttons": buttons}}), file
    )


def _with_lists(words: str, file: Upload | None, taps: Sequence[Choice]) -> Iterator[Form]:
    """More choices as a list, which has no room for a file; more than ten as several lists."""
    titles = _titles(taps, ROW_TITLE)
    counted = _counted(taps, titles)
    body = _paragraphs(words, counted)
    if file is not None:
        yield _file_alone(file)
    if not words or not fits(body, MOST_LIST_BODY):
        yield from _texts(words) if words else ()
        body = _paragraphs(_next(), counted)
    rows = [_row(*one) for one in zip(titles, (label for label, _data in taps), _ids(taps), strict=True)]
    for start in range(0, len(rows), MOST_ROWS):
        action = {
            "button": cut(_("Choose").unescape(), LIST_BUTTON),
            "sections": [{"rows": rows[start : start + MOST_ROWS]}],
        }
        yield Form("interactive", {"type": "list", "body": {"text": body}, "action": action})
        body = _("There is more to choose from.").unescape()


def _row(title: str, label: str, data: str) -> Content:
    row = {"id": data, "title": title}
    return row if title == label else {**row, "description": cut(label, _longest(label, ROW_DESCRIPTION))}


def _ids(taps: Sequence[Choice]) -> list[str]:
    """What the taps carry, as WhatsApp wants it: no two alike in a message, however many lead to the same."""
    seen: dict[str, int] = {}
    ids = []
    for _label, data in taps:
        ids.append(data + UNSEEN * seen.get(data, 0))
        seen[data] = seen.get(data, 0) + 1
    return ids


def data_of(tapped: str) -> str:
    """What a tap carries, as it was before `forms_of`."""
    return tapped.rstrip(UNSEEN)


def _link_button(words: str, label: str, url: str) -> Form:
    body = {"text": words or _next()}
    return Form(
        "interactive",
        {
            "type": "cta_url",
            "body": body,
            "action": {"name": "cta_url", "parameters": {"display_text": label, "url": url}},
        },
    )


def _with_header(form: Form, file: Upload | None) -> Form:
    """The same below a file."""
    if file is None:
        return form
    kind, part = _part(file)
    return Form(form.kind, {**form.content, "header": {"type": kind, kind: part}}, file)


def _links(links: Sequence[Choice]) -> str:
    return "\n".join(f"{guarded(label)}: {url}" for label, url in links)


def _titles(taps: Sequence[Choice], most: int) -> list[str]:
    """Labels cut to size, each still another than the rest."""
    titles: list[str] = []
    for label, _data in taps:
        titles += distinct([label], _longest(label, most), besides=titles)
    return titles


def _counted(taps: Sequence[Choice], titles: Sequence[str]) -> str:
    """All labels whole, with the numbers that can be typed for them, where one was cut; else nothing."""
    if all(title == label for title, (label, _data) in zip(titles, taps, strict=True)):
        return ""
    return "\n".join(f"{number}. {guarded(label)}" for number, (label, _data) in enumerate(taps, 1))


def _next() -> str:
    return _("What next?").unescape()


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


# --- long texts -----------------------------------------------------------------------------------------------------


def split(text: str, most: int) -> list[str]:
    """A text in parts that fit: at paragraphs where it can be, else at lines, at words, or anywhere."""
    parts: list[str] = []
    while not fits(text, most):
        head = text[: _longest(text, most)]
        at = next((found for gap in ("\n\n", "\n", " ") if (found := head.rfind(gap)) > len(head) // 4), len(head))
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip("\n ")
    return [part for part in (*parts, text) if part.strip()]


def _longest(text: str, most: int) -> int:
    """How many of the first characters fit, where one may count as two."""
    room = most
    while utf16_units(text[:room]) > most:
        room -= max(1, (utf16_units(text[:room]) - most) // 2)
    return room
