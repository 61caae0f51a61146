"""Campaigns: the town's three PR rounds as plans of steps (`seeds/000`, 5, 13 and 19), and the codes of posters.

Round 1 tells the plan, calls for participation and introduces the electricity; round 2 shows the projects and what they
bring; round 3 invites investors and businesses.
"""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class Owner(StrEnum):
    """Who a step is suggested to."""

    MAYOR = "mayor"
    COORDINATOR = "coordinator"
    PROJECTS = "projects"
    TREASURER = "treasurer"
    ANYBODY = "anybody"


class Kind(StrEnum):
    """What a step's text is made for."""

    CHAT = "chat"
    NOTICE = "notice"
    TALK = "talk"
    LETTER = "letter"
    RADIO = "radio"
    PAPER = "paper"
    OWN = "own"


class Template(NamedTuple):
    """A step of a round: `key` names its words, `after` is days from the first."""

    key: str
    after: int
    owner: Owner
    kind: Kind


ROUNDS: dict[int, tuple[Template, ...]] = {
    1: (
        Template("1.council", 0, Owner.MAYOR, Kind.TALK),
        Template("1.chat", 2, Owner.MAYOR, Kind.CHAT),
        Template("1.paper", 3, Owner.MAYOR, Kind.PAPER),
        Template("1.posters", 4, Owner.COORDINATOR, Kind.NOTICE),
        Template("1.radio", 6, Owner.MAYOR, Kind.RADIO),
        Template("1.power", 8, Owner.COORDINATOR, Kind.CHAT),
        Template("1.meeting", 14, Owner.MAYOR, Kind.TALK),
        Template("1.thanks", 21, Owner.MAYOR, Kind.CHAT),
    ),
    2: (
        Template("2.choose", 0, Owner.COORDINATOR, Kind.TALK),
        Template("2.chat", 3, Owner.MAYOR, Kind.CHAT),
        Template("2.notice", 4, Owner.PROJECTS, Kind.NOTICE),
        Template("2.stories", 6, Owner.ANYBODY, Kind.LETTER),
        Template("2.paper", 8, Owner.MAYOR, Kind.PAPER),
        Template("2.radio", 10, Owner.MAYOR, Kind.RADIO),
        Template("2.visit", 14, Owner.PROJECTS, Kind.CHAT),
        Template("2.meeting", 18, Owner.MAYOR, Kind.TALK),
    ),
    3: (
        Template("3.figures", 0, Owner.TREASURER, Kind.TALK),
        Template("3.shops", 3, Owner.MAYOR, Kind.LETTER),
        Template("3.investors", 5, Owner.MAYOR, Kind.LETTER),
        Template("3.paper", 7, Owner.MAYOR, Kind.PAPER),
        Template("3.notice", 8, Owner.COORDINATOR, Kind.NOTICE),
        Template("3.makers", 10, Owner.ANYBODY, Kind.LETTER),
        Template("3.visit", 18, Owner.PROJECTS, Kind.TALK),
        Template("3.answers", 24, Owner.MAYOR, Kind.LETTER),
    ),
}

_BY_KEY = {template.key: template for plan in ROUNDS.values() for template in plan}


def template_of(key: str) -> Template | None:
    """The template of a step; None for one of the town's own."""
    return _BY_KEY.get(key)


def dated(of_round: int, starts_on: date) -> list[tuple[Template, date]]:
    """The steps of a round with their days. Raises KeyError for a round that there is not."""
    return [(template, starts_on + timedelta(days=template.after)) for template in ROUNDS[of_round]]


# -- posters -----------------------------------------------------------------------------------------------------------

LETTERS = "23456789bcdfghjkmnpqrstvwxz"
"""Nothing that is mistaken for another, and no vowels, so that no code is a word."""

CODE_LENGTH = 6
"""27 to the 6th is 387 million: nobody counts for a poster by guessing."""

_CODE = re.compile(f"[{LETTERS}]{{{CODE_LENGTH}}}")


def new_code() -> str:
    """A poster's code, such as "k7m2qx"."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def poster_code(text: str) -> str | None:
    """The code that somebody's link brought, in whatever case; None for anything else."""
    code = text.strip().lower()
    return code if _CODE.fullmatch(code) else None
