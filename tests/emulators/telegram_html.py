"""Telegram's HTML: text with tags in, plain text and entities out, or the refusal Telegram gives.

The grammar is that of https://core.telegram.org/bots/api#html-style. One thing is stricter: Telegram shows an
unknown entity (`&nbsp;`) or a bare `&` as it stands, but its manual forbids both, and in our texts either one means
that something was not escaped; so both are refused unless `strict=False`.
Offsets in refusals count UTF-8 bytes, offsets in entities UTF-16 units, as on the real service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram_errors import Refusal, bad_request

ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(?P<dec>[0-9]{1,8})|#[xX](?P<hex>[0-9a-fA-F]{1,8})|(?P<name>[A-Za-z][A-Za-z0-9]*));?")
ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<token>[A-Za-z0-9.-]+)(?=[\s>])))?"""
)
MOST_ENTITIES = 100


def utf16(text: str) -> int:
    """Length of `text` in UTF-16 units, the unit of all of Telegram's text limits."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text and its entities: Bot API `MessageEntity` objects, offsets in UTF-16 units."""

    text: str
    entities: list[dict[str, Any]]


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int


def _bad(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")


class _Parser:
    def __init__(self, source: str, strict: bool) -> None:
        self.source = source
        self.strict = strict
        self.plain: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[dict[str, Any]] = []

    def parse(self) -> Formatted:
        at = 0
        while at < len(self.source):
            character = self.source[at]
            if character == "&":
                at = self._reference(at)
            elif character != "<":
                self._put(character)
                at += 1
            elif self.source.startswith("</", at):
                at = self._end_tag(at)
            else:
                at = self._start_tag(at)
        if self.open:
            raise _bad(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        entities = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        return Formatted("".join(self.plain), entities)

    def _put(self, text: str) -> None:
        self.plain.append(text)
        self.length += utf16(text)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def _reference(self, at: int) -> int:
        found = REFERENCE.match(self.source, at)
        text = decoded(found) if found else None
        if found is None or text is None:
            if self.strict:
                name = found.group() if found else "&"
                raise _bad(f'Unsupported HTML entity "{name}" at byte offset {self._byte(at)}')
            self._put("&")
            return at + 1
        self._put(text)
        return found.end()

    def _start_tag(self, begin: int) -> int:
        name = re.compile(r"[^\s>]*").match(self.source, begin + 1)
        end = name.end() if name else begin + 1
        if end >= len(self.source):
            raise _bad(f"Unclosed start tag at byte offset {self._byte(begin)}")
        tag = self.source[begin + 1 : end].lower()
        if tag not in ENTITY_OF_TAG:
            raise _bad(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        attributes, end = self._attributes(tag, begin, end)
        argument = self._argument(tag, attributes)
        if tag == "span" and argument != "spoiler":
            raise _bad(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.open.append(_Open(tag, argument, self.length))
        return end

    def _attributes(self, tag: str, begin: int, at: int) -> tuple[dict[str, str], int]:
        attributes: dict[str, str] = {}
        while True:
            rest = self.source[at:].lstrip()
            at = len(self.source) - len(rest)
            if not rest:
                raise _bad(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')
            if rest[0] == ">":
                return attributes, at + 1
            found = ATTRIBUTE.match(self.source, at)
            if found is None:
                raise _bad(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
            if self.source[found.end() :].lstrip().startswith("=") and not _has_value(found):
                raise _bad(f"Unexpected end of name token at byte offset {self._byte(found.end())}")
            value = found["double"] or found["single"] or (found["token"] or "").lower()
            attributes.setdefault(found["name"].lower(), self._unescaped(value))
            at = found.end()

    @staticmethod
    def _unescaped(value: str) -> str:
        return REFERENCE.sub(lambda found: decoded(found) or found.group(), value)

    @staticmethod
    def _argument(tag: str, attributes: dict[str, str]) -> str:
        if tag == "a":
            return attributes.get("href", "")
        if tag == "tg-emoji":
            return attributes.get("emoji-id", "")
        if tag == "span":
            return attributes.get("class", "").removeprefix("tg-")
        if tag == "blockquote":
            return "expandable" if "expandable" in attributes else ""
        return ""

    def _end_tag(self, begin: int) -> int:
        if not self.open:
            raise _bad(f"Unexpected end tag at byte offset {self._byte(begin)}")
        found = re.compile(r"</([^\s>]*)\s*").match(self.source, begin)
        if found is None or not self.source.startswith(">", found.end()):
            raise _bad(f"Unclosed end tag at byte offset {self._byte(begin)}")
        opened = self.open.pop()
        name = found[1].lower()
        if name and name != opened.tag:
            raise _bad(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{opened.tag}>", found "</{name}>"'
            )
        self._close(opened)
        return found.end() + 1

    def _close(self, opened: _Open) -> None:
        kind = ENTITY_OF_TAG[opened.tag]
        entity: dict[str, Any] = {"type": kind, "offset": opened.offset, "length": self.length - opened.offset}
        if kind == "text_link":
            if not opened.argument:
                return  # Telegram takes the visible text as the address; ours always name one
            entity["url"] = opened.argument
        elif kind == "custom_emoji":
            if not opened.argument.isdecimal():
                raise _bad(f"Invalid custom emoji identifier specified: {opened.argument!r}")
            entity["custom_emoji_id"] = opened.argument
        elif kind == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        if entity["length"] > 0:
            self.entities.append(entity)


def _has_value(found: re.Match[str]) -> bool:
    return any(found[group] is not None for group in ("double", "single", "token"))


def decoded(found: re.Match[str]) -> str | None:
    """The character a reference stands for; None when Telegram does not know it."""
    if found["name"] is not None:
        return CHARACTERS.get(found["name"])
    code = int(found["dec"]) if found["dec"] else int(found["hex"], 16)
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def parse(source: str, *, strict: bool = True) -> Formatted:
    """Plain text and entities of `source`.

    Raises Refusal 400 "can't parse entities: …" for unsupported, unclosed or badly nested tags and a bare `<`.
    """
    formatted = _Parser(source, strict).parse()
    return trimmed(Formatted(formatted.text, formatted.entities[:MOST_ENTITIES]))


def trimmed(formatted: Formatted) -> Formatted:
    """`formatted` without the white space that Telegram cuts from both ends, entities moved along."""
    body = formatted.text.strip()
    if body == formatted.text:
        return formatted
    lead = utf16(formatted.text[: len(formatted.text) - len(formatted.text.lstrip())])
    size = utf16(body)
    entities: list[dict[str, Any]] = []
    for entity in formatted.entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, size)
        if end > start:
            entities.append({**entity, "offset": start, "length": end - start})
    return Formatted(body, entities)
