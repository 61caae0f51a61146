"""Files that the town publishes for anybody to check: canonical JSON with a digest, read with suspicion."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NamedTuple

Document = dict[str, Any]

_HEX = re.compile("[0-9a-f]{64}")
_MOST = 2**53 - 1
"""The largest number that every language reads out of JSON as it is."""


class Wrong(NamedTuple):
    """One thing that does not match: which part of the file, what it says there and what is right."""

    part: str
    said: str
    right: str


def dump(made: Document) -> str:
    """A document as canonical JSON: keys sorted, no spaces, letters as they are."""
    return json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(made: Document) -> str:
    """The SHA-256 of a document without its digest, in hex: two files with the same one say the same."""
    return hashlib.sha256(dump({key: made[key] for key in made if key != "digest"}).encode()).hexdigest()


def read(text: str, *, what: str, version: int, refusal: type[ValueError]) -> Document:
    """A document of kind "townbell `what`" and this version; raises `refusal`, with why, for anything else."""
    try:
        made = json.loads(text, object_pairs_hook=_once)
        dump(made).encode()  # half a sign, escaped, has no bytes that a digest could be of
    except (ValueError, RecursionError) as bad:
        raise refusal("it is no JSON text") from bad
    if not isinstance(made, dict) or made.get("kind") != f"townbell {what}":
        raise refusal(f"it is no {what} of Townbell")
    if made.get("version") != version:
        raise refusal(f"it is of a version other than {version}")
    return made


def is_digest(value: Any) -> bool:
    """Whether it is a SHA-256 in hex."""
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def is_number(value: Any) -> bool:
    """Whether it is a whole number that every reader reads alike."""
    return type(value) is int and abs(value) <= _MOST


def is_count(value: Any) -> bool:
    """The same, and not below nothing."""
    return is_number(value) and value >= 0


def _once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice: two readers could read two things")
    return found
