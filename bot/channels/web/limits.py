"""What a message may be: the Bot API's own limits, so that a screen which the web chat takes, Telegram takes as well.

The numbers and the HTML are those of https://core.telegram.org/bots/api.
"""

from __future__ import annotations

import re
from html import unescape

from aiogram.types import InlineKeyboardMarkup

from town.text import utf16_units

MOST_TEXT = 4096  # UTF-16 units, once the tags are gone
MOST_CAPTION = 1024
MOST_DATA = 64  # bytes
MOST_BUTTONS = 100
MOST_IN_ROW = 8
MOST_ANSWER = 200
LARGEST_PHOTO = 10 * 2**20
LARGEST_SENT = 2 * 2**20
"""Bytes of a photo that somebody sends: the page makes it far smaller before."""
LARGEST_DOCUMENT = 50 * 2**20
LINKS = ("https://", "http://", "tg://")

TAGS = frozenset(
    ("a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "tg-emoji", "code", "pre")
) | {"blockquote"}
_TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*)>"""
    r"""|&(?:lt|gt|amp|quot|\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6});"""
    r"""|(?P<stray>[<&])""",
)
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


class BadContent(ValueError):
    """A message that the Bot API would refuse; `str()` is its sentence."""


def plain_of(html: str) -> str:
    """The text of a message without its tags, white space cut from both ends. Raises BadContent for other HTML."""
    out: list[str] = []
    open_tags: list[str] = []
    done = 0
    for token in _TOKEN.finditer(html):
        out.append(html[done : token.start()])
        done = token.end()
        if token["stray"]:
            raise BadContent(f"can't parse entities: unexpected {token['stray']!r} at character {token.start()}")
        if token["tag"] is None:
            out.append(unescape(token.group()))
        elif token["end"]:
            if not open_tags or open_tags.pop() != token["tag"].lower() or token["rest"].strip():
                raise BadContent(f"can't parse entities: unexpected end tag at character {token.start()}")
        elif token["tag"].lower() in TAGS:
            open_tags.append(token["tag"].lower())
        else:
            raise BadContent(f'can\'t parse entities: unsupported start tag "{token["tag"]}"')
    if open_tags:
        raise BadContent(f"can't parse entities: can't find end tag corresponding to start tag \"{open_tags[-1]}\"")
    out.append(html[done:])
    return "".join(out).strip()


def check_text(html: str) -> None:
    """Raises BadContent unless this is 1 to 4096 UTF-16 units of well-formed HTML."""
    plain = plain_of(html)
    if not plain:
        raise BadContent("message text is empty")
    if utf16_units(plain) > MOST_TEXT:
        raise BadContent("message is too long")


def check_caption(html: str) -> None:
    """Raises BadContent for a caption of more than 1024 UTF-16 units, or malformed HTML."""
    if utf16_units(plain_of(html)) > MOST_CAPTION:
        raise BadContent("message caption is too long")


def check_keyboard(markup: InlineKeyboardMarkup) -> None:
    """Raises BadContent for a keyboard too large, a button without words, or one that leads nowhere."""
    rows = markup.inline_keyboard
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_ROW for row in rows):
        raise BadContent("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not button.text.strip():
            raise BadContent("inline keyboard button text must be non-empty")
        if button.url:
            if not button.url.startswith(LINKS):
                raise BadContent(f"inline keyboard button URL {button.url!r} is invalid")
        elif not button.callback_data or len(button.callback_data.encode()) > MOST_DATA:
            raise BadContent("BUTTON_DATA_INVALID")


def picture_type(content: bytes) -> str:
    """The media type of a picture, by its first bytes. Raises BadContent for anything else, or more than 10 MB."""
    if len(content) > LARGEST_PHOTO:
        raise BadContent("file is too big for a photo")
    for start, media_type in _PICTURES:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise BadContent("IMAGE_PROCESS_FAILED")


def check_document(content: bytes) -> None:
    """Raises BadContent for an empty file or one of more than 50 MB."""
    if not content:
        raise BadContent("file must be non-empty")
    if len(content) > LARGEST_DOCUMENT:
        raise BadContent("file is too big")
