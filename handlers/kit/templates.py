"""WhatsApp's templates: as what each notice is sent to somebody who has not written for a day.

Outside 24 hours after a person's last words WhatsApp takes only texts that Meta has approved before, with parameters.
Each notice has one of these dozen families, and stands in it as the parameter `text`, on one line; a button shows the
whole of it (`handlers.mail`), and where a notice asks a simple question, its answers are buttons too.

The limits are Meta's: "Components" and "Supported languages" of its template reference
(https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from handlers.kit import template_words as words
from handlers.kit.mail_taps import MailTap
from handlers.kit.screens import Choice, Screen, cut
from handlers.kit.speaking import as_one
from handlers.kit.template_families import BY_NAME as BY_NAME
from handlers.kit.template_families import MARKETING as MARKETING
from handlers.kit.template_families import PARAMETERS as PARAMETERS
from handlers.kit.template_families import TEMPLATES as TEMPLATES
from handlers.kit.template_families import UTILITY as UTILITY
from handlers.kit.template_families import Template as Template
from locales import LANGUAGES, _, language, speaking

MOST_FILLED = 1024
"""Characters of a body with its parameters filled in (error 132005 beyond); counted in UTF-16 units, to be safe."""

MOST_FIXED = 300
"""Characters that a body may have besides its parameters. Meta's limit is 550; the rest is the notice's."""

MOST_NAME = 60
APPROVED = "APPROVED"
QUICK_REPLY = "QUICK_REPLY"

LANGUAGE_CODES: Mapping[str, str] = {"en": "en", "es": "es", "af": "af", "zu": "zu"}
"""Our languages as Meta calls them."""

_HOLE = re.compile(r"\{\{([^{}]*)\}\}")
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_MARK = re.compile("<[^>]*>")
_ENDS = (".", "!", "?", ":", "…", ",", ";")


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A template as it is sent: `language` is Meta's code, `buttons` are titles and what they send back."""

    name: str
    language: str
    parameters: Mapping[str, str]
    buttons: tuple[tuple[str, str], ...]


_by_key = {key: template for template in TEMPLATES for key in template.keys}


def template_for(key: str) -> Template:
    """The family of a notice. Raises KeyError for a notice that has none, which a test sees to."""
    return _by_key[key]


def templates_for(key: str, screen: Screen) -> tuple[Template, ...]:
    """The families as which a notice can be sent, the best first: with its answers as buttons, then without."""
    template = template_for(key)
    if not template.plain:
        return (template,)
    plain = BY_NAME[template.plain]
    return (plain,) if _answers(template, screen) is None else (template, plain)


def filled(
    template: Template, screen: Screen, *, row_id: int, town: str, name: str = "", whose: int | None = None
) -> FilledTemplate:
    """A notice in its template, in the current language, which is the screen's too.

    `name` is whom it is for. With `whose`, a resident who shares the account, the taps are theirs, as those of the
    screen are already. Without its answers on the screen, the plain family is filled in instead.
    """
    answers = _answers(template, screen)
    if answers is None:
        return filled(BY_NAME[template.plain], screen, row_id=row_id, town=town, name=name, whose=whose)
    show = MailTap(row=row_id).pack()
    payloads = [show if whose is None else as_one(whose, show), *answers]
    parameters = {"name": _short(name) or _(words.NEIGHBOUR).unescape(), "town": _short(town)}
    room = MOST_FILLED - MOST_FIXED - sum(map(_units, parameters.values()))
    return FilledTemplate(
        name=template.name,
        language=LANGUAGE_CODES[language()],
        parameters=parameters | {"text": _fit(one_line(str(screen.html)), room)},
        buttons=tuple(zip(template.labels(), payloads, strict=True)),
    )


def choices_of(name: str, screen: Screen, *, row_id: int) -> list[Choice]:
    """What somebody who was sent a notice as this template has before them to be tapped, or typed, in its order.

    In the current language. Raises KeyError for a template that there is not.
    """
    template = BY_NAME[name]
    payloads = [MailTap(row=row_id).pack(), *(_answers(template, screen) or ())]
    return [Choice(label, payload) for label, payload in zip(template.labels(), payloads, strict=False)]


def as_message(template: FilledTemplate) -> dict[str, Any]:
    """What the API wants under "template" in a message."""
    named = [{"type": "text", "parameter_name": name, "text": value} for name, value in template.parameters.items()]
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(place),
            "parameters": [{"type": "payload", "payload": payload}],
        }
        for place, (_title, payload) in enumerate(template.buttons)
    ]
    return {
        "name": template.name,
        "language": {"policy": "deterministic", "code": template.language},
        "components": [{"type": "body", "parameters": named}, *buttons],
    }


# -- the account's -----------------------------------------------------------------------------------------------------


def in_account(account_templates: Iterable[Mapping[str, Any]], name: str, language: str) -> Mapping[str, Any] | None:
    """The entry of Graph's list for a template in a language of ours, None where the account has no such."""
    wanted = (name, LANGUAGE_CODES[language])
    return next((one for one in account_templates if (one.get("name"), one.get("language")) == wanted), None)


def usable(account_templates: Iterable[Mapping[str, Any]], template: Template, language: str) -> bool:
    """Whether a template may be sent in a language of ours: approved, and made as it is filled in here.

    Its words around the parameters may differ (Meta's readers may have asked for that); parameters and buttons may not.
    """
    one = in_account(account_templates, template.name, language)
    return one is not None and one.get("status") == APPROVED and fits(one, template, language)


def fits(one: Mapping[str, Any], template: Template, language: str) -> bool:
    """Whether an entry of Graph's list has the parameters and buttons of this template, and room for the notice."""
    with speaking(language):
        labels = template.labels()
    body = body_of(one)
    return (
        sorted(_HOLE.findall(body)) == sorted(PARAMETERS)
        and _units(_HOLE.sub("", body)) <= MOST_FIXED
        and _replies(one) == labels
        and not any(_HOLE.search(str(part.get("text", ""))) for part in _parts(one) if part.get("type") != "BODY")
    )


def body_of(one: Mapping[str, Any]) -> str:
    """The body of an entry of Graph's list."""
    return next((str(part.get("text", "")) for part in _parts(one) if part.get("type") == "BODY"), "")


def _parts(one: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    parts: Sequence[Mapping[str, Any]] = one.get("components") or ()
    return parts


def _replies(one: Mapping[str, Any]) -> list[str]:
    """The words of all buttons; one that is no quick reply stands as "", like none of ours."""
    buttons = [button for part in _parts(one) if part.get("type") == "BUTTONS" for button in part.get("buttons") or ()]
    return [str(button.get("text", "")) if button.get("type") == QUICK_REPLY else "" for button in buttons]


def submission(template: Template, language: str, town: str) -> dict[str, Any]:
    """What is posted to have a template approved in a language of ours; the samples are what Meta's readers see."""
    with speaking(language):
        examples = {"name": "Thandi", "town": town, "text": _(template.sample).unescape()}
        body, labels = template.text(), template.labels()
    named = [{"param_name": name, "example": examples[name]} for name in PARAMETERS]
    return {
        "name": template.name,
        "language": LANGUAGE_CODES[language],
        "category": template.category,
        "parameter_format": "NAMED",
        "components": [
            {"type": "BODY", "text": body, "example": {"body_text_named_params": named}},
            {"type": "BUTTONS", "buttons": [{"type": QUICK_REPLY, "text": label} for label in labels]},
        ],
    }


def submissions() -> list[dict[str, Any]]:
    """Every template in every language, in short: name, language (Meta's), category, body, buttons (their words)."""
    found = []
    for template in TEMPLATES:
        for code in LANGUAGES:
            with speaking(code):
                found.append(
                    {
                        "name": template.name,
                        "language": LANGUAGE_CODES[code],
                        "category": template.category,
                        "body": template.text(),
                        "buttons": template.labels(),
                    }
                )
    return found


# -- the words ---------------------------------------------------------------------------------------------------------


def one_line(html: str) -> str:
    """A screen's text as a parameter may have it: no marks, no line ends, single spaces."""
    plain = unescape(_MARK.sub("", _LINK.sub(_with_address, html)))
    lines = [_tidy(line) for line in plain.splitlines()]
    said = ""
    for line in filter(None, lines):
        said += line if not said else f" {line}" if said.endswith(_ENDS) else f" · {line}"
    return said


def _with_address(link: re.Match[str]) -> str:
    address, label = link[1], link[2]
    return address if label == address else f"{label} ({address})"


def _tidy(line: str) -> str:
    visible = "".join(sign for sign in line if sign.isspace() or unicodedata.category(sign) != "Cc")
    return " ".join(visible.split()).removeprefix("• ").removeprefix("– ")


def _answers(template: Template, screen: Screen) -> list[str] | None:
    """What the template's answers send back, by the screen's own choices; None where one is not there."""
    offered = {choice.label: choice.data for choice in screen.choices if choice.data}
    found = [offered.get(_(answer).unescape()) for answer in template.answers]
    known = [data for data in found if data is not None]
    return known if len(known) == len(found) else None


def _short(text: str) -> str:
    return cut(" ".join(text.split()), MOST_NAME)


def _fit(text: str, room: int) -> str:
    """A text cut to so many UTF-16 units, at a word."""
    most, short = room, cut(text, room)
    while (beyond := _units(short) - room) > 0:
        most -= (beyond + 1) // 2  # a sign has two units at most
        short = cut(text, most)
    return short


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
