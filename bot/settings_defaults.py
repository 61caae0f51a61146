"""What settings are where they are not given, as far as that follows from others."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

from pydantic import SecretStr


def database_in(values: dict[str, Any]) -> str:
    """A file of its own for the sample town, so that nobody's real town ever begins among made-up people."""
    is_alone = values.get("telegram_token") is None and values.get("whatsapp_token") is None
    sample = is_alone if values.get("sample") is None else values["sample"]
    name = "sample.db" if sample else "townbell.db"
    return f"sqlite+aiosqlite:///{values.get('data_dir', Path('data')).as_posix()}/{name}"


def secret_from_token(values: dict[str, Any]) -> SecretStr | None:
    """What Telegram's calls prove themselves with: the same in every process of one bot."""
    return _derived(values.get("telegram_token"), b"townbell: telegram webhook secret", 64)


def word_from_app_secret(values: dict[str, Any]) -> SecretStr | None:
    """What WhatsApp shows once, when the webhook is set up."""
    return _derived(values.get("whatsapp_app_secret"), b"townbell: whatsapp verify token", 32)


def _derived(secret: SecretStr | None, purpose: bytes, length: int) -> SecretStr | None:
    if secret is None:
        return None
    return SecretStr(hmac.new(secret.get_secret_value().encode(), purpose, hashlib.sha256).hexdigest()[:length])
