"""What the town's operator can set: `TOWNBELL_*` variables, from the environment or from a `.env` beside `bot.py`."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.logs import redact
from bot.settings_defaults import database_in, secret_from_token, word_from_app_secret
from locales import LANGUAGES

PREFIX = "TOWNBELL_"
ENV_FILE = ".env"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


class BadSettings(Exception):
    """Settings that cannot be used. `str()` is one sentence per mistake, without any value that may be secret."""


class Settings(BaseSettings):
    """Every setting of one running Townbell. Empty variables count as unset.

    `database_url` always names an asynchronous driver, whichever form it was given in. `telegram_webhook_secret` is
    derived from the token where none is given, so that every process of one bot has the same; and
    `whatsapp_verify_token` from the app secret. `whatsapp_people_per_day` is how many people WhatsApp lets the number
    write to first within 24 hours, asked of WhatsApp where it is not given.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    sample: bool | None = None
    telegram_token: SecretStr | None = None
    whatsapp_token: SecretStr | None = None
    data_dir: Path = Path("data")
    database_url: str = Field(default_factory=database_in, repr=False)
    web_enabled: bool = True
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    web_public_url: str | None = None
    telegram_api_base: str | None = None
    telegram_messages_per_second: int = 30
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = Field(default_factory=secret_from_token)
    whatsapp_phone_id: str | None = None
    whatsapp_business_id: str | None = None
    whatsapp_app_secret: SecretStr | None = None
    whatsapp_verify_token: SecretStr | None = Field(default_factory=word_from_app_secret)
    whatsapp_path: str = "/whatsapp"
    whatsapp_api_base: str | None = None
    whatsapp_messages_per_second: int = 60
    whatsapp_people_per_day: int | None = None
    town_name: str = Field(default="Our Town", max_length=60)
    town_zone: str = "UTC"
    town_language: str = "en"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "WARNING"

    @property
    def is_sample(self) -> bool:
        """Whether the sample town runs: when asked for, or when no channel to real residents is configured."""
        return self.telegram_token is None and self.whatsapp_token is None if self.sample is None else self.sample

    @property
    def safe_database_url(self) -> str:
        """The database's address without its password, fit to be shown."""
        return redact(self.database_url)

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, or None where the database is not a file."""
        scheme, _, rest = self.database_url.partition("://")
        path = rest.removeprefix("/").partition("?")[0]
        return Path(path) if scheme.startswith("sqlite") and path not in ("", ":memory:") else None

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the web chat over TLS, so that cookies can be kept to it."""
        return self.web_public_url is not None and self.web_public_url.startswith("https://")

    @field_validator("database_url")
    @classmethod
    def _asynchronous(cls, url: str) -> str:
        scheme, separator, rest = url.strip().partition("://")
        driver = _DRIVERS.get(scheme.lower())
        if not separator or driver is None:
            raise ValueError("must start with sqlite:/// or postgresql://")
        if driver.startswith("sqlite") and rest.removeprefix("/").partition("?")[0] in ("", ":memory:"):
            raise ValueError("must name a file, such as sqlite:///data/townbell.db")
        if driver.startswith("postgresql"):
            rest = rest.replace("sslmode=", "ssl=")  # libpq's word; asyncpg's is shorter, the values are the same
        return f"{driver}://{rest}"

    @field_validator("web_port")
    @classmethod
    def _port(cls, port: int) -> int:
        if not 0 <= port <= 65535:
            raise ValueError("must be between 1 and 65535 (or 0 for any free port)")
        return port

    @field_validator("telegram_messages_per_second")
    @classmethod
    def _messages(cls, number: int) -> int:
        # 30 for every bot, and up to 1,000 for one that pays for it (https://core.telegram.org/bots/faq)
        if not 1 <= number <= 1000:
            raise ValueError("must be between 1 and 1000")
        return number

    @field_validator("whatsapp_messages_per_second")
    @classmethod
    def _pace(cls, number: int) -> int:
        # 80 in and out together, up to 1,000 for a number that WhatsApp has raised (Cloud API overview, throughput)
        if not 1 <= number <= 1000:
            raise ValueError("must be between 1 and 1000")
        return number

    @field_validator("whatsapp_people_per_day")
    @classmethod
    def _people(cls, number: int | None) -> int | None:
        if number is not None and number < 1:
            raise ValueError("must be 1 or more")
        return number

    @field_validator("whatsapp_phone_id", "whatsapp_business_id")
    @classmethod
    def _number(cls, number: str | None) -> str | None:
        if number is not None and not re.fullmatch(r"[0-9]{5,20}", number.strip()):
            raise ValueError("must be the number that Meta shows (digits only, and not the phone number itself)")
        return number.strip() if number is not None else None

    @field_validator("whatsapp_path")
    @classmethod
    def _path(cls, path: str) -> str:
        if not re.fullmatch(r"/[A-Za-z0-9_/-]{1,100}", path):
            raise ValueError("must be a path such as /whatsapp")
        return path

    @field_validator("web_public_url", "telegram_api_base", "telegram_webhook_url", "whatsapp_api_base")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be a web address that starts with https:// or http://")
        return url.rstrip("/")

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None:
            return None
        number, _, key = token.get_secret_value().strip().partition(":")
        if not number.isdecimal() or not key or any(character.isspace() for character in key):
            raise ValueError("does not look like a token from @BotFather (digits, a colon, then letters)")
        return SecretStr(f"{number}:{key}")

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        # the Bot API's setWebhook allows no others
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("may have up to 256 letters, digits, _ and - only")
        return secret

    @field_validator("town_zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError("must be a time zone such as Africa/Johannesburg or Europe/Madrid") from unknown
        return zone

    @field_validator("town_language")
    @classmethod
    def _language(cls, language: str) -> str:
        if language not in LANGUAGES:
            raise ValueError("must be one of " + ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items()))
        return language

    @field_validator("log_level", mode="before")
    @classmethod
    def _level(cls, level: Any) -> Any:
        return level.upper() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.is_sample and self.web_enabled and not _is_loopback(self.web_host):
            raise ValueError(
                "The sample town lets anybody speak as anybody, so it stays on this computer: leave TOWNBELL_WEB_HOST "
                "at 127.0.0.1, or set TOWNBELL_SAMPLE=false for a real town."
            )
        if self.telegram_webhook_url and self.telegram_token is None:
            raise ValueError("TOWNBELL_TELEGRAM_WEBHOOK_URL needs TOWNBELL_TELEGRAM_TOKEN.")
        needed = ("whatsapp_phone_id", "whatsapp_app_secret")
        missing = [f"{PREFIX}{field.upper()}" for field in needed if getattr(self, field) is None]
        if self.whatsapp_token is not None and missing:
            raise ValueError(f"TOWNBELL_WHATSAPP_TOKEN needs {' and '.join(missing)}.")
        if not self.web_enabled and self.telegram_token is None and self.whatsapp_token is None:
            raise ValueError(
                "No channel is left: set TOWNBELL_TELEGRAM_TOKEN, TOWNBELL_WHATSAPP_TOKEN, "
                "or TOWNBELL_WEB_ENABLED=true."
            )
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load(**overrides: Any) -> Settings:
    """The settings in force.

    Raises BadSettings, with a sentence for each mistake.
    """
    try:
        return Settings(**overrides)
    except ValidationError as mistakes:
        # what is derived from a setting that is wrong is no mistake of its own
        own = [error for error in mistakes.errors(include_input=False) if error["type"] != "default_factory_not_called"]
        raise BadSettings("\n".join(map(_sentence, own))) from None
    except (OSError, UnicodeDecodeError) as unreadable:
        raise BadSettings(f"The settings file {ENV_FILE} cannot be read: {unreadable}.") from None


def _sentence(mistake: Any) -> str:
    text = str(mistake["msg"]).removeprefix("Value error, ")
    if not mistake["loc"]:
        return text
    if mistake["type"] != "value_error":
        text = text[:1].lower() + text[1:]
        text = {"bool_parsing": "must be true or false", "int_parsing": "must be a whole number"}.get(
            mistake["type"], text.replace("input should be", "must be")
        )
    return f"{PREFIX}{str(mistake['loc'][0]).upper()} {text}."


def names() -> dict[str, str]:
    """Every setting's variable, by field: `{"web_port": "TOWNBELL_WEB_PORT", …}`."""
    return {field: f"{PREFIX}{field.upper()}" for field in Settings.model_fields}


def unknown_names(environment: Mapping[str, str] | None = None, env_file: str = ENV_FILE) -> dict[str, str | None]:
    """`TOWNBELL_*` variables that are no setting, each with the setting probably meant (None where none is near)."""
    given = set(os.environ if environment is None else environment) | set(dotenv_values(env_file))
    known = {name.removeprefix(PREFIX): name for name in names().values()}
    strays: dict[str, str | None] = {}
    for name in sorted(given):
        word = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and word not in known:
            near = difflib.get_close_matches(word, known, n=1)
            strays[name] = known[near[0]] if near else None
    return strays
