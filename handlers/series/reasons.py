"""Why somebody got no place in one week: a fact, kept in a notice and put into words when that is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.facts import sentence
from town import facts
from town.facts import Fact

INSTANTS = ("starts_at", "ends_at")


def kept(fact: Fact) -> dict[str, Any]:
    """A fact as JSON values."""
    given = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fact.fields.items()}
    return {"fact": type(fact).__name__, "given": given}


def restored(given: Mapping[str, Any]) -> Fact:
    """The fact that `kept` made such values of."""
    fields = {
        name: datetime.fromisoformat(value) if name in INSTANTS else value for name, value in given["given"].items()
    }
    kind: type[Fact] = getattr(facts, given["fact"])
    return kind(**fields)


def in_words(given: Mapping[str, Any], zone: ZoneInfo) -> Markup:
    """The same in the current language."""
    return sentence(restored(given), zone)
