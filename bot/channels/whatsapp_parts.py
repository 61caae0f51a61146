"""The parts of WhatsApp's webhooks, each as what it should be, or as nothing: any of them may be anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

LARGEST = 2**31 - 1
"""The largest number that any of our databases keeps in a column."""

_WAMID = re.compile(r"[!-~]{1,512}")
_PHONE = re.compile(r"\+?([0-9]{6,15})")
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")


def tree_of(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def part_of(value: Json, name: str) -> Json:
    return tree_of(value.get(name))


def list_of(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def words_of(value: Any) -> str | None:
    """What somebody wrote, as every database takes it."""
    return value.replace("\0", "").encode(errors="replace").decode() if isinstance(value, str) else None


def wamid_of(value: Any) -> str | None:
    """A message's id. What is none would be refused by a database, and its webhook come again for a week."""
    return value if isinstance(value, str) and _WAMID.fullmatch(value) else None


def code_of(value: Any) -> int | None:
    """The number of an error."""
    return value if type(value) is int and 0 <= value <= LARGEST else None


def phone_of(value: Any) -> str | None:
    found = _PHONE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None


def user_id_of(value: Any) -> str | None:
    return value if isinstance(value, str) and _USER_ID.fullmatch(value) else None


def moment_of(value: Any) -> datetime | None:
    """Unix seconds, as a text or a number."""
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
