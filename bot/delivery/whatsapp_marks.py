"""From the Bot API's HTML to WhatsApp's marks: *bold*, _italic_, ~struck~, `code`, ```a block``` and "> " for a quote.

WhatsApp has no escapes: whatever looks like a mark is one. So signs in people's words that could be taken for marks get
an invisible neighbour, and a mark of ours that would not be taken for one (in the middle of a word, or around spaces)
is left out or moved. The words themselves are never changed.
https://faq.whatsapp.com/539178204879377
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

UNSEEN = "\u200c"  # a zero-width non-joiner: no space, but part of a word, and marks stand at words' edges
SIGNS = {"b": "*", "strong": "*", "i": "_", "em": "_", "s": "~", "strike": "~", "del": "~", "code": "`"}
BLOCK = "```"

_TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>[^>]*)>|(?P<text>[^<]+|<)")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_NEEDS_CARE = re.compile(r"[<>&*_~`]")
_LINK = re.compile(r"(https?://\S+)")
_SIGN = re.compile(r"`{3,}|(?<![^\W_])[*_~`]+|[*_~`]+(?![^\W_])")
_QUOTING = re.compile(r"^(?=>)", re.MULTILINE)
_ALNUM = re.compile(r"[^\W_]")


@dataclass(slots=True)
class _Span:
    """Words with their marks, and without."""

    marked: str
    bare: str


Piece = str | _Span


@dataclass(slots=True)
class _Open:
    """A tag that is not closed yet, and what stands in it so far."""

    tag: str = ""
    href: str = ""
    pieces: list[Piece] = field(default_factory=list)


def marked(html: str) -> str:
    """The text as WhatsApp shows it."""
    if not _NEEDS_CARE.search(html):
        return html
    stack = [_Open()]
    for token in _TOKEN.finditer(html):
        tag = (token["tag"] or "").lower()
        if not tag:
            stack[-1].pieces.append(_as_said(token["text"], is_code=any(one.tag in ("code", "pre") for one in stack)))
        elif not token["end"]:
            stack.append(_Open(tag, _href(token["rest"])))
        elif any(one.tag == tag for one in stack[1:]):
            while _close(stack) != tag:  # what was left open within it ends with it
                pass
    while len(stack) > 1:
        _close(stack)
    return _joined(stack[0].pieces)


def guarded(text: str) -> str:
    """Plain words with an invisible neighbour at each sign that could be taken for a mark; links stay as they are."""
    if not _NEEDS_CARE.search(text):
        return text
    parts = _LINK.split(text)
    parts[::2] = [_QUOTING.sub(UNSEEN, _SIGN.sub(_hemmed, part)) for part in parts[::2]]
    return "".join(parts)


def _hemmed(found: re.Match[str]) -> str:
    return UNSEEN + UNSEEN.join(found[0]) + UNSEEN


def _as_said(text: str, *, is_code: bool) -> str:
    words = unescape(text)
    return words.replace("`", f"`{UNSEEN}") if is_code else guarded(words)


def _href(rest: str) -> str:
    found = _HREF.search(rest)
    return unescape(next(group for group in found.groups() if group is not None)) if found else ""


def _close(stack: list[_Open]) -> str:
    """Put the innermost open tag, with its marks, into the one around it; returns its name."""
    closed, around = stack.pop(), stack[-1]
    inner = _joined(closed.pieces)
    if closed.tag == "pre":
        around.pieces.append(f"{BLOCK}{inner}{BLOCK}" if inner.strip() else inner)
    elif closed.tag == "code" and any(one.tag == "pre" for one in stack):
        around.pieces.append(inner)
    elif closed.tag == "blockquote":
        around.pieces.append(_quoted(inner, at_start=not around.pieces or _ends_line(around.pieces)))
    elif closed.tag == "a" and closed.href.startswith(("https://", "http://")) and closed.href not in inner:
        around.pieces.append(f"{inner} ({closed.href})")
    elif closed.tag in SIGNS:
        around.pieces.append(_Span("\n".join(_hugged(line, SIGNS[closed.tag]) for line in inner.split("\n")), inner))
    else:
        around.pieces.append(inner)
    return closed.tag


def _hugged(line: str, sign: str) -> str:
    """A line between two signs, which stand close to its words: WhatsApp sees no mark beside a space."""
    core = line.strip()
    if not core:
        return line
    start = line.index(core)
    return f"{line[:start]}{sign}{core}{sign}{line[start + len(core) :]}"


def _quoted(inner: str, *, at_start: bool) -> str:
    lines = "\n".join(f"> {line}" for line in inner.strip("\n").split("\n"))
    return f"{lines}\n" if at_start else f"\n{lines}\n"


def _ends_line(pieces: list[Piece]) -> bool:
    last = pieces[-1]
    return (last if isinstance(last, str) else last.marked).endswith("\n")


def _joined(pieces: list[Piece]) -> str:
    """The pieces after each other; marks in the middle of a word are left out, for they would be shown as signs."""
    out = ""
    for number, piece in enumerate(pieces):
        if isinstance(piece, str):
            out += piece
            continue
        after = pieces[number + 1] if number + 1 < len(pieces) else ""
        follows = after if isinstance(after, str) else after.bare
        before = "" if piece.bare[:1].isspace() else out[-1:]
        behind = "" if piece.bare[-1:].isspace() else follows[:1]
        out += piece.bare if _ALNUM.match(before) or _ALNUM.match(behind) else piece.marked
    return out
