"""Pages: templates filled in, in the visitor's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web
from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handlers import catalogue
from locales import LANGUAGES, _, speaking

HERE = Path(__file__).parent
STATIC = HERE / "static"
HIDDEN_CHIPS = frozenset(("start",))


class Looks:
    """The pages' templates. Words come as plain text and are escaped where they are put in."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )

    def page(self, name: str, *, language: str, town: str, status: int = 200, **context: Any) -> web.Response:
        """A page of the template `name`; the rest of its context is `context`."""
        with speaking(language):
            text = self._environment.get_template(name).render(
                _=_plain, lang=language, dir=Locale.parse(language).text_direction, town=town, **context
            )
        return web.Response(text=text, status=status, content_type="text/html", headers={"Content-Language": language})


def _plain(message: str, **params: object) -> str:
    return _(message, **params).unescape()


def chips(language: str) -> list[tuple[str, str]]:
    """The quick choices under a chat: each command that is for everybody, by the first word for it."""
    with speaking(language):
        found = [
            (f"/{command.name}", _(command.words).unescape().partition("|")[0].strip())
            for command in catalogue.commands()
            if not command.role and command.name not in HIDDEN_CHIPS
        ]
    return [(command, label[:1].upper() + label[1:]) for command, label in found]


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
