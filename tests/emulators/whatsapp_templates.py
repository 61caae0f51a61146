"""The account's message templates: listed, approved, paused; filled in for a send, or refused as Meta refuses."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.emulators.whatsapp_checks import items, tree
from tests.emulators.whatsapp_errors import GraphError
from tests.emulators.whatsapp_world import Choice, Json

State = Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]
Category = Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
HOLE = re.compile(r"\{\{([a-z0-9_]+)\}\}")
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
BAD_SPACE = re.compile(r"[\n\t\r]| {5,}")
LONGEST_FILLED = 1024
LONGEST_PAYLOAD = 128


@dataclass(slots=True)
class Template:
    """One template in one language. `buttons` are Graph's button objects."""

    id: str
    name: str
    language: str
    category: Category
    body: str
    header: str = ""
    footer: str = ""
    buttons: list[Json] = field(default_factory=list)
    state: State = "APPROVED"

    @property
    def named(self) -> bool:
        """Whether parameters go by name, not by place."""
        return any(not hole.isdigit() for hole in HOLE.findall(self.header + self.body))

    def json(self) -> Json:
        """The template as Graph lists it."""
        components: list[Json] = []
        if self.header:
            components.append({"type": "HEADER", "format": "TEXT", "text": self.header} | self._examples("header"))
        components.append({"type": "BODY", "text": self.body} | self._examples("body"))
        if self.footer:
            components.append({"type": "FOOTER", "text": self.footer})
        if self.buttons:
            components.append({"type": "BUTTONS", "buttons": self.buttons})
        return {
            "name": self.name,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "components": components,
            "language": self.language,
            "status": self.state,
            "category": self.category,
            "id": self.id,
        }

    def _examples(self, part: Literal["header", "body"]) -> Json:
        """What was given for the parameters at the submission: Meta asks for it."""
        holes = list(dict.fromkeys(HOLE.findall(self.header if part == "header" else self.body)))
        if not holes:
            return {}
        if self.named:
            named = [{"param_name": hole, "example": f"a {hole}"} for hole in holes]
            return {"example": {f"{part}_text_named_params": named}}
        placed = [f"example {hole}" for hole in holes]
        return {"example": {f"{part}_text": [placed] if part == "body" else placed}}


@dataclass(frozen=True, slots=True)
class Filled:
    """A template as its reader sees it."""

    template: Template
    text: str
    choices: list[Choice]
    links: list[tuple[str, str]]


@dataclass(slots=True)
class Templates:
    """All templates of an account, by name and language."""

    _all: dict[tuple[str, str], Template] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(594_425_479_261_001))

    def approve(
        self,
        name: str,
        language: str = "en",
        category: Category = "UTILITY",
        body: str = "",
        buttons: Sequence[str | Json] = (),
        header: str = "",
        footer: str = "",
        state: State = "APPROVED",
    ) -> Template:
        """Add a template, or bring back one that is there when no body is given.

        A button is the words of a quick reply, or a Graph button object. Raises ValueError for a name, language or
        text that no template can have.
        """
        if not body:
            return self._set(name, language, state)
        if not NAME.fullmatch(name) or not LANGUAGE.fullmatch(language):
            raise ValueError(f"no template is called {name!r} in {language!r}")
        if len(body) > LONGEST_FILLED or len(header) > 60 or len(footer) > 60 or len(buttons) > 10:
            raise ValueError(f"template {name!r} is larger than Meta takes")
        given = [{"type": "QUICK_REPLY", "text": b} if isinstance(b, str) else b for b in buttons]
        if any(len(str(button.get("text", ""))) not in range(1, 26) for button in given):
            raise ValueError(f"a button of {name!r} has no text, or more than 25 characters")
        template = Template(str(next(self._ids)), name, language, category, body, header, footer, given, state)
        holes = set(HOLE.findall(body))
        if not template.named and holes != {str(n + 1) for n in range(len(holes))}:
            raise ValueError(f"the parameters of {name!r} are not numbered from 1: {sorted(holes)}")
        self._all[name, language] = template
        return template

    def pause(self, name: str, language: str = "en") -> Template:
        """Paused for low quality: sends fail with 132015. Raises KeyError for one that is not there."""
        return self._set(name, language, "PAUSED")

    def disable(self, name: str, language: str = "en") -> Template:
        """Disabled for good: sends fail with 132016."""
        return self._set(name, language, "DISABLED")

    def reject(self, name: str, language: str = "en") -> Template:
        """Rejected in review: sends fail with 132001."""
        return self._set(name, language, "REJECTED")

    def forget(self, name: str, language: str = "en") -> None:
        """Delete a template. Raises KeyError for one that is not there."""
        del self._all[name, language]

    def _set(self, name: str, language: str, state: State) -> Template:
        template = self._all[name, language]
        template.state = state
        return template

    def matching(self, **wanted: str) -> list[Template]:
        """The templates whose properties (`name`, `language`, `status`, `category`) are as wanted, oldest first."""
        return [t for t in self._all.values() if all(t.json().get(key) == value for key, value in wanted.items())]

    def fill(self, content: Json) -> Filled:
        """The template that a send names, filled in. Raises GraphError as Meta refuses."""
        name, code = content.get("name"), tree(content.get("language"), "template['language']").get("code")
        template = self._usable(str(name), str(code))
        components = items(content.get("components", []), "template['components']")
        header = _filled(template.header, _parameters(components, "header"), template.named)
        body = _filled(template.body, _parameters(components, "body"), template.named)
        if len(body) > LONGEST_FILLED or len(header) > 60:
            raise GraphError(132005, f"body text is too long: {len(body)} characters")
        choices, links = _buttons(template, components)
        text = "\n".join(part for part in (header, body, template.footer) if part)
        return Filled(template, text, choices, links)

    def _usable(self, name: str, language: str) -> Template:
        template = self._all.get((name, language))
        if template is None or template.state in {"PENDING", "REJECTED"}:
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if template.state == "PAUSED":
            raise GraphError(132015, f"template ({name}) is paused")
        if template.state == "DISABLED":
            raise GraphError(132016, f"template ({name}) is disabled")
        return template


def _parameters(components: list[Json], kind: str) -> list[Json]:
    found = [c for c in components if str(c.get("type", "")).lower() == kind]
    if len(found) > 1:
        raise GraphError(132012, f"{kind}: given {len(found)} times")
    return items(found[0].get("parameters", []), f"{kind}['parameters']") if found else []


def _filled(text: str, parameters: list[Json], named: bool) -> str:
    holes = list(dict.fromkeys(HOLE.findall(text)))
    if len(parameters) != len(holes):
        raise GraphError(
            132000,
            f"number of localizable_params ({len(parameters)}) does not match the expected number of params"
            f" ({len(holes)})",
        )
    values: dict[str, str] = {}
    for place, parameter in enumerate(parameters, 1):
        key = parameter.get("parameter_name") if named else str(place)
        if parameter.get("type") != "text" or key not in holes or ("parameter_name" in parameter) != named:
            raise GraphError(132012, f"parameter {place} is not one of {', '.join(holes)} as text")
        values[str(key)] = _value(parameter.get("text"), str(key))
    if len(values) < len(holes):
        raise GraphError(132000, f"parameters are missing: {', '.join(sorted(set(holes) - set(values)))}")
    return HOLE.sub(lambda hole: values[hole[1]], text)


def _value(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise GraphError(131008, f"Parameter of type text is missing text value ({key})")
    if BAD_SPACE.search(value):
        raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return value


def _buttons(template: Template, components: list[Json]) -> tuple[list[Choice], list[tuple[str, str]]]:
    given: dict[str, Json] = {}
    for component in components:
        if str(component.get("type", "")).lower() == "button":
            index = str(component.get("index"))
            if index in given or not index.isdigit() or int(index) >= len(template.buttons):
                raise GraphError(132012, f"Button at index {index} does not exist in the template, or comes twice")
            given[index] = component
    choices: list[Choice] = []
    links: list[tuple[str, str]] = []
    for place, button in enumerate(template.buttons):
        component = given.get(str(place), {})
        kind = str(button["type"])
        if component and str(component.get("sub_type", "")).upper() != kind:
            raise GraphError(132012, f"Button at index {place} is of type {kind}")
        parameters = items(component.get("parameters", []), "button['parameters']")
        if kind == "QUICK_REPLY":
            choices.append(Choice(button["text"], _payload(button, parameters)))
        elif kind == "URL":
            links.append((button["text"], _url(str(button["url"]), parameters, place)))
    return choices, links


def _payload(button: Json, parameters: list[Json]) -> str:
    if not parameters:
        return str(button["text"])
    payload = parameters[0].get("payload")
    if len(parameters) > 1 or parameters[0].get("type") != "payload" or not isinstance(payload, str):
        raise GraphError(132012, "A quick reply takes one parameter of type payload")
    if not 1 <= len(payload) <= LONGEST_PAYLOAD:
        raise GraphError(131009, f"Button payload length invalid. Min length: 1, Max length: {LONGEST_PAYLOAD}")
    return payload


def _url(url: str, parameters: list[Json], place: int) -> str:
    if not HOLE.search(url):
        if parameters:
            raise GraphError(132012, f"Button at index {place} takes no parameter")
        return url
    if len(parameters) != 1:
        raise GraphError(131008, f"Button at index {place} of type Url requires a parameter")
    return HOLE.sub(lambda _: _value(parameters[0].get("text"), "url"), url)
