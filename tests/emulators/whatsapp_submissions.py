"""The part of Graph that takes templates in: by the rules after which Meta's page refuses them at once.

Sources: the template reference
(https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components) for sizes, characters
and samples; the ratio of words to parameters is second-hand: providers found 3 × parameters + 1 by trying.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from tests.emulators import whatsapp_graph as graph
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.emulators.whatsapp_errors import GraphError
from tests.emulators.whatsapp_service import Service
from tests.emulators.whatsapp_state import State

HOLE = re.compile(r"\{\{([^{}]*)\}\}")
NAME = re.compile(r"[a-z0-9_]{1,512}")
PARAMETER = re.compile(r"[a-z][a-z0-9_]*")
LANGUAGES = frozenset({"af", "en", "en_GB", "en_US", "es", "es_AR", "es_ES", "es_MX", "zu"})
"""Those of Meta's list that could be meant here."""

LONGEST_BODY, LONGEST_FIXED, LONGEST_BUTTON, MOST_BUTTONS, MOST_EMOJI = 1024, 550, 25, 10, 10
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")


def broken_rules(submission: dict[str, Any]) -> list[str]:
    """The rules of Meta that a submission breaks, in words; empty for a good one."""
    parts = {part["type"]: part for part in submission["components"]}
    broken = []
    if not NAME.fullmatch(submission["name"]):
        broken.append("name: lower-case letters, digits and _ only")
    if submission["language"] not in LANGUAGES:
        broken.append(f"no such language: {submission['language']}")
    if submission["category"] not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
        broken.append(f"no such category: {submission['category']}")
    return [*broken, *_body(parts["BODY"], submission.get("parameter_format")), *_buttons(parts.get("BUTTONS", {}))]


def _body(part: dict[str, Any], form: str | None) -> list[str]:
    text = str(part["text"])
    holes, fixed = HOLE.findall(text), HOLE.sub("", text)
    examples = {
        one["param_name"] for one in part.get("example", {}).get("body_text_named_params", ()) if one["example"]
    }
    rules = {
        "parameters: named ones have lower-case letters, digits and _": all(map(PARAMETER.fullmatch, holes)),
        "parameters: named, as the format says": form == "NAMED",
        "parameters: each once": len(set(holes)) == len(holes),
        "parameters: each with a sample": examples == set(holes),
        "parameters: none first or last": not re.match(r"\W*\{\{", text) and not re.search(r"\}\}\W*\Z", text),
        "parameters: none beside another": not re.search(r"\}\}\W*\{\{", text),
        "parameters: words enough for each": len(re.findall(r"\w+", fixed)) + len(holes) >= 3 * len(holes) + 1,
        f"body: at most {LONGEST_BODY} characters": 0 < len(text) <= LONGEST_BODY,
        f"body: at most {LONGEST_FIXED} without its parameters": len(fixed) <= LONGEST_FIXED,
        "body: no tab, no more than two line ends or four spaces together": not re.search(r"\t|\n{3}| {5}", text),
        f"body: at most {MOST_EMOJI} emoji": len(EMOJI.findall(text)) <= MOST_EMOJI,
        "body: no lone braces": "{" not in fixed and "}" not in fixed,
    }
    return [rule for rule, kept in rules.items() if not kept]


def _buttons(part: dict[str, Any]) -> list[str]:
    labels = [str(button["text"]) for button in part.get("buttons", ())]
    rules = {
        f"buttons: at most {MOST_BUTTONS}": len(labels) <= MOST_BUTTONS,
        f"buttons: 1 to {LONGEST_BUTTON} characters": all(0 < len(label) <= LONGEST_BUTTON for label in labels),
        "buttons: told apart": len(set(labels)) == len(labels),
        "buttons: no emoji, line end or parameter": not any(EMOJI.search(x) or "\n" in x or "{{" in x for x in labels),
    }
    return [rule for rule, kept in rules.items() if not kept]


class TakesTemplates(Service):
    """Graph with the calls that set a number up: one hands a template in, which is pending from then on, the other
    registers the number. `posted` is all that came."""

    posted: list[dict[str, Any]]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        account = self.state.account
        if request.method == "POST" and request.path.endswith(f"/{account.phone_number_id}/register"):
            return await self._register(request)
        path = f"/{account.waba_id}/message_templates"
        if request.method != "POST" or not request.path.endswith(path):
            return await super().answer(request)
        submission = await request.json()
        self.posted.append(submission)
        try:
            graph.admit(self.state, request.headers.getall("Authorization", []))
            _take(self.state, submission)
        except GraphError as refusal:
            return web.json_response(refusal.body(), status=refusal.http)
        return web.json_response({"id": "1", "status": "PENDING", "category": submission["category"]})

    async def _register(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        try:
            graph.admit(self.state, request.headers.getall("Authorization", []))
            if asked != {"messaging_product": "whatsapp", "pin": self.state.account.pin}:
                raise GraphError(133005, http=400)
        except GraphError as refusal:
            return web.json_response(refusal.body(), status=refusal.http)
        self.state.account.is_registered = True
        return web.json_response({"success": True})


def takes_submissions(wa: WhatsAppEmulator) -> list[dict[str, Any]]:
    """Let an emulator that is not running yet take templates in; returns what is posted, as it comes."""
    service = TakesTemplates(wa.state, None, wa.latency, wa.mishaps)
    service.posted = []
    wa.service, wa.calls, wa.receipts = service, service.calls, service.receipts
    return service.posted


def _take(state: State, submission: dict[str, Any]) -> None:
    if state.templates.matching(name=submission["name"], language=submission["language"]):
        raise GraphError(100, "There is already content in this language for this template.")
    if broken := broken_rules(submission):
        raise GraphError(100, "; ".join(broken))
    body, buttons = submission["components"]
    state.templates.approve(
        submission["name"],
        submission["language"],
        submission["category"],
        body["text"],
        buttons["buttons"],
        state="PENDING",
    )
