"""What people type, made fit to keep and show: visible, bounded, in one normal form."""

from __future__ import annotations

import re
import unicodedata

from town.facts import TextEmpty, TextTooLong

_JOINERS = "\u200c\u200d"

# Invisible although Unicode calls them letters or marks: a name of these alone would be no name.
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")

# Format characters (Cf) that are drawn: the number and verse signs of Arabic, Syriac and Kaithi.
_DRAWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")

# Scripts whose letters change shape at a joiner: Arabic to Mongolian and their extensions.
_JOINING_SCRIPTS = (
    *((0x0600, 0x10FF), (0x1780, 0x1CFF), (0xA800, 0xABFF)),
    *((0xFB50, 0xFDFF), (0xFE70, 0xFEFC), (0x10A00, 0x11FFF)),
)

_LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")


def clean(text: str, most: int, *, lines: bool = False) -> str:
    """The `text` in NFC, without what cannot be seen, its white space folded to single spaces.

    Control characters, zero-width ones and those that override the direction go; right-to-left text itself stays, and
    so do the joiners that scripts and emoji need inside a word. With `lines`, line breaks stay, at most two together.
    `most` counts UTF-16 units, as Telegram does. Cleaning twice changes nothing more.

    Raises TextEmpty when nothing is left, TextTooLong when too much is.
    """
    if text.isascii() and text.isprintable():
        kept = " ".join(text.split())
    else:
        kept = _fold_space(_normal(_LINE_BREAK.sub("\n", text)), lines)
    if not kept:
        raise TextEmpty()
    if utf16_units(kept) > most:
        raise TextTooLong(most=most)
    return kept


def utf16_units(text: str) -> int:
    """Its length as Telegram and browsers count it: characters beyond U+FFFF count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def _normal(text: str) -> str:
    # Composed first, so that a joiner is judged by the neighbours it will have; again after, since what was
    # removed may have kept a letter and its accent apart.
    seen = [_space_or(character) for character in unicodedata.normalize("NFC", text) if not _dropped(character)]
    kept: list[str] = []
    for index, character in enumerate(seen):
        before = kept[-1] if kept else " "
        after = seen[index + 1] if index + 1 < len(seen) else " "
        if character in _JOINERS and not _joins(character, before, after):
            continue
        if _is_selector(character) and (before.isspace() or _is_selector(before) or before in _JOINERS):
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _fold_space(text: str, lines: bool) -> str:
    if not lines:
        return " ".join(text.split())
    folded = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", folded).strip()


def _space_or(character: str) -> str:
    if character == "\n":
        return character
    return " " if character.isspace() or character == "\u2800" else character  # U+2800: the empty Braille pattern


def _dropped(character: str) -> bool:
    if character.isspace() or character in _JOINERS:
        return False
    if character in _BLANK_LETTERS:
        return True
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in _DRAWN_FORMATS
    # Unassigned code points stay: this Unicode table may be older than the emoji. The noncharacters go.
    return category in ("Cc", "Cs") or (category == "Cn" and _is_noncharacter(ord(character)))


def _is_noncharacter(point: int) -> bool:
    return 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE or 0xE0000 <= point <= 0xE0FFF


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _joins(joiner: str, before: str, after: str) -> bool:
    if _is_joining_letter(before) and _is_joining_letter(after):
        return True
    return joiner == "\u200d" and (_is_pictured(before) or before == "\ufe0f") and _is_pictured(after)


def _is_joining_letter(character: str) -> bool:
    point = ord(character)
    within = any(low <= point <= high for low, high in _JOINING_SCRIPTS)
    return within and unicodedata.category(character)[0] in "LM"


def _is_pictured(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk") or "\U0001f000" <= character <= "\U0001faff"
