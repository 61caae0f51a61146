"""A request's parameters, whichever of Telegram's encodings they came in: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from tests.emulators.telegram_errors import bad_request


@dataclass(frozen=True, slots=True)
class Attachment:
    """One uploaded part: its file name, bytes and MIME type."""

    name: str
    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Params:
    """Named values, all as they were sent, with typed readers that refuse as Telegram does."""

    values: dict[str, Any]
    files: dict[str, Attachment] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as text; empty when absent."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """The value as an integer. Raises Refusal for anything else."""
        raw = self.text(name).strip()
        if not raw:
            return default
        try:
            return int(raw)
        except ValueError:
            raise bad_request(f"invalid parameter {name} specified: must be a number") from None

    def flag(self, name: str, default: bool = False) -> bool:
        """The value as a truth value, by Telegram's reading (`true`, `yes`, `1`, in any case)."""
        raw = self.text(name).strip().lower()
        return raw in {"true", "yes", "1"} if raw else default

    def tree(self, name: str, default: Any = None) -> Any:
        """The value as JSON: already decoded, or as text to decode. Raises Refusal when it is not JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return default if value is None else value
        if not value:
            return default
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str) -> Attachment | None:
        """The file that `name` carries or points to with `attach://`; None when it carries none."""
        if name in self.files:
            return self.files[name]
        value = self.text(name)
        if not value.startswith("attach://"):
            return None
        part = self.files.get(value.removeprefix("attach://"))
        if part is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return part

    def shown(self, secret: str) -> dict[str, Any]:
        """The values for a record: JSON decoded, files named, the bot's token and webhook secret replaced."""
        shown: dict[str, Any] = {name: f"<{f.name}, {len(f.data)} bytes>" for name, f in self.files.items()}
        for name, value in self.values.items():
            decoded = value
            if isinstance(value, str):
                decoded = value.replace(secret, "<token>")
                if decoded[:1] in {"{", "["} and name not in {"text", "caption"}:
                    decoded = self.tree(name)
            shown[name] = "<secret>" if name == "secret_token" else decoded
        return shown


async def read(request: web.Request) -> Params:
    """All parameters of `request`. Raises Refusal 400 when the body is not what its type says."""
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Attachment] = {}
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = await request.json()
        except ValueError:
            raise bad_request("can't parse the request's JSON") from None
        if not isinstance(body, dict):
            raise bad_request("object expected")
        return Params(values | body)
    for name, value in (await request.post()).items():
        if isinstance(value, FileField):
            files[name] = Attachment(value.filename, value.file.read(), value.content_type)
        elif isinstance(value, str):
            values[name] = value
        else:
            files[name] = Attachment(name, bytes(value), "application/octet-stream")
    return Params(values, files)
