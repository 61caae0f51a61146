"""Pages: templates filled in, in the visitor's language."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handlers import catalogue
from handlers.kit.capability import shown_to
from locales import LANGUAGES, _, speaking
from storage.tables import Role

HERE = Path(__file__).parent
STATIC = HERE / "static"
HIDDEN_CHIPS = frozenset(("start", "cancel"))
"""Where there is nothing to begin or to leave they would do nothing; where there is, a button stands in the chat."""


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, auto_reload=False
)
"""Compiled once a process, each at its first use."""


class Looks:
    """The pages' templates. Words come as plain text and are escaped where they are put in."""

    def page(self, name: str, *, language: str, town: str, status: int = 200, **context: Any) -> web.Response:
        """A page of the template `name`; the rest of its context is `context`."""
        with speaking(language):
            text = TEMPLATES.get_template(name).render(
                _=_plain, lang=language, dir=Locale.parse(language).text_direction, town=town, **context
            )
        return web.Response(text=text, status=status, content_type="text/html", headers={"Content-Language": language})


def _plain(message: str, **params: object) -> str:
    return _(message, **params).unescape()


class Chip(NamedTuple):
    """A quick choice: `role` is empty where it is for everybody."""

    command: str
    label: str
    role: str


def chips(language: str, roles: Collection[str]) -> list[Chip]:
    """The quick choices under a chat: the commands of everybody and of these roles, by the first word for each.

    Those of a role come first, the mayor's before the others': whoever has one is here for it most often.
    """
    shown = shown_to(roles)
    commands = [one for one in catalogue.commands() if one.role in shown and one.name not in HIDDEN_CHIPS]
    with speaking(language):
        words = [_(one.words).unescape().partition("|")[0].strip() for one in commands]
    found = [
        Chip(f"/{one.name}", word[:1].upper() + word[1:], one.role) for one, word in zip(commands, words, strict=True)
    ]
    order = [*Role, ""]
    return sorted(found, key=lambda chip: order.index(chip.role))


def language_of(request: web.Request, fallback: str) -> str:
    """The language the browser likes best among the town's, or the fallback."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("Accept-Language", "")[:500].split(",")):
        code, _semicolon, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        wishes.append((-weight, place, code.strip().replace("_", "-").split("-")[0].lower()))
    return next((code for weight, _place, code in sorted(wishes) if weight < 0 and code in LANGUAGES), fallback)
