"""What the WhatsApp emulator's own tests share: a webhook that keeps what it is told, pywa's client, raw calls."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
import httpx
from aiohttp import web
from pywa_async.client import WhatsApp

from tests.emulators.whatsapp import Person, WhatsAppEmulator
from tests.emulators.whatsapp_world import Json

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff" + bytes(40)


@dataclass
class Listener:
    """A webhook that keeps what it is told, and answers with `answers`, then 200; it waits while `hold` is not set."""

    verify_token: str
    url: str = ""
    bodies: list[Any] = field(default_factory=list)
    raw: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            right = request.query["hub.verify_token"] == self.verify_token and request.query["hub.mode"] == "subscribe"
            return web.Response(text=request.query["hub.challenge"] if right else "no", status=200 if right else 403)
        await self.hold.wait()
        status = self.answers.pop(0) if self.answers else 200
        body = await request.read()
        self.raw.append((body, request.headers.get("X-Hub-Signature-256", "")))
        if status == 200:
            self.bodies.append(json.loads(body))
        return web.Response(status=status)

    @property
    def values(self) -> list[Json]:
        return [change["value"] for body in self.bodies for entry in body["entry"] for change in entry["changes"]]

    @property
    def statuses(self) -> list[Json]:
        return [status for value in self.values for status in value.get("statuses", [])]

    @property
    def messages(self) -> list[Json]:
        return [message for value in self.values for message in value.get("messages", [])]


def client_of(wa: WhatsAppEmulator, token: str | None = None, **kwargs: Any) -> WhatsApp:
    http = httpx.AsyncClient(timeout=1.0)
    client = WhatsApp(phone_id=wa.phone_number_id, token=token or wa.token, waba_id=wa.waba_id, session=http,
                      server=None, app_secret=wa.app_secret, verify_token=wa.verify_token, **kwargs)  # fmt: skip
    http.base_url = httpx.URL(f"{wa.url}/v23.0")
    return client


async def post(wa: WhatsAppEmulator, content: Json, path: str = "", token: str | None = None) -> tuple[int, Json]:
    """POST a message as it stands."""
    headers = {"Authorization": f"Bearer {token or wa.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{wa.url}/v25.0/{path or wa.phone_number_id + '/messages'}"
        async with session.post(url, json=content) as answer:
            return answer.status, cast(Json, await answer.json())


async def code_of(wa: WhatsAppEmulator, person: Person, **content: Any) -> int:
    """The error code that a message to `person` meets, 0 for none."""
    _, body = await post(wa, {"messaging_product": "whatsapp", "to": person.phone} | content)
    return int(body["error"]["code"]) if "error" in body else 0


def template(name: str = "reminder", *values: str, language: str = "en", **named: str) -> Json:
    parameters = [{"type": "text", "text": v} for v in values]
    parameters += [{"type": "text", "parameter_name": k, "text": v} for k, v in named.items()]
    body = [{"type": "body", "parameters": parameters}] if parameters else []
    return {"name": name, "language": {"code": language}, "components": body}
