"""Looks at every setting and at what it points to, and says in a sentence what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot import problems
from bot.settings import BadSettings, Settings, load, names, unknown_names

if TYPE_CHECKING:
    from aiogram import Bot

PATIENCE = 10.0  # seconds for one answer from a server
WEBHOOK_PORTS = (443, 80, 88, 8443)  # the Bot API's setWebhook allows no others


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `ok` is None for what is only told; `mend` is empty unless something is wrong or risky."""

    name: str
    ok: bool | None
    sentence: str
    mend: str = ""


async def diagnose() -> list[Finding]:
    """Everything there is to say, starting from the settings themselves."""
    strays = list(_strays())
    try:
        settings = load()
    except BadSettings as bad:
        mend = "Correct it in .env or in the environment; .env.example explains each setting."
        return [*strays, *(Finding("Settings", False, line, mend) for line in str(bad).splitlines())]
    return [*strays, *await examine(settings)]


async def examine(settings: Settings) -> list[Finding]:
    """Look at each setting's effective value, the data folder, the database, and each channel."""
    return [
        *_values(settings),
        _data_folder(settings),
        await _database(settings),
        *await _web(settings),
        *await _telegram(settings),
        *await _whatsapp(settings),
    ]


def _strays() -> Iterator[Finding]:
    for name, meant in unknown_names().items():
        mend = f"Did you mean {meant}?" if meant else "Remove it; .env.example names every setting."
        yield Finding(name, False, "There is no such setting, so it does nothing.", mend)


def _values(settings: Settings) -> Iterator[Finding]:
    for field, variable in names().items():
        value = getattr(settings, field)
        given = field in settings.model_fields_set
        if isinstance(value, SecretStr) or field in ("telegram_token", "telegram_webhook_secret"):
            made = "made from the app secret" if field == "whatsapp_verify_token" else "made from the token"
            text = "not set" if value is None else "set" if given else made
        elif field == "database_url":
            text = settings.safe_database_url
        elif field == "sample" and value is None:
            text = "the sample town" if settings.is_sample else "a real town"
        elif isinstance(value, bool):
            text = str(value).lower()
        else:
            text = "not set" if value is None else str(value)
        yield Finding(variable, None, text if given or text == "not set" else f"{text} (default)")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    name = "Data folder"
    mend = f"Make {folder} a folder of yours, or choose another with TOWNBELL_DATA_DIR."
    try:
        if folder.exists():
            with tempfile.TemporaryFile(dir=folder):
                return Finding(name, True, f"{folder} can be written.")
        parent = next(parent for parent in folder.absolute().parents if parent.exists())
        if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
            return Finding(name, True, f"{folder} will be made at the first start.")
    except OSError as error:
        return Finding(name, False, f"{folder} cannot be written ({error.strerror}).", mend)
    return Finding(name, False, f"{folder} is not there, and cannot be made in {parent}.", mend)


async def _database(settings: Settings) -> Finding:
    file = settings.sqlite_file
    shown = str(file or settings.safe_database_url)
    if file is not None and not file.exists():
        return Finding("Database", True, f"{shown} will be made at the first start.")
    try:
        current = await asyncio.wait_for(revision_of(settings.database_url), PATIENCE)
    except TimeoutError:
        return Finding("Database", False, f"{shown} does not answer.", "Start it, or correct TOWNBELL_DATABASE_URL.")
    except Exception as error:
        # Whatever a driver raises is the finding; what has no sentence of ours is told by its kind alone.
        sentence = problems.sentence(error, settings) or f"{shown} cannot be used ({type(error).__name__})."
        what, _, mend = sentence.partition(": ")
        return Finding("Database", False, f"{what.rstrip('.')}.", _capital(mend) or "Correct TOWNBELL_DATABASE_URL.")
    return _age(shown, current)


def _age(shown: str, current: str | None) -> Finding:
    known = _known_revisions()
    if current is None:
        return Finding("Database", True, f"{shown} answers; its tables will be made at the first start.")
    if current == known[-1]:
        return Finding("Database", True, f"{shown} answers and is up to date.")
    if current in known:
        return Finding("Database", False, f"{shown} is from an older Townbell.", "Run `python bot.py migrate`.")
    mend = "Use the version that made it, or another database."
    return Finding("Database", False, f"{shown} was made by a newer Townbell, or by another program.", mend)


async def revision_of(url: str) -> str | None:
    """The revision a database is at, None for an empty one. Raises whatever its driver raises."""
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    from storage.migrate import current

    engine = create_async_engine(url, poolclass=NullPool)  # only looks: a database of ours would set the file up
    try:
        return await current(engine)
    finally:
        await engine.dispose()


def _known_revisions() -> list[str]:
    """Every revision that the migrations know, the newest last: their files are named by them."""
    from storage.migrate import HERE

    return sorted(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*_*.py"))


async def _web(settings: Settings) -> list[Finding]:
    if not settings.web_enabled:
        return [Finding("Web chat", None, "Switched off.")]
    findings = [await _port(settings)]
    if not settings.is_secure and settings.web_host not in ("127.0.0.1", "localhost", "::1"):
        sentence = "Residents' words would travel unencrypted."
        mend = "Put it behind a server with TLS, and set TOWNBELL_WEB_PUBLIC_URL to its https:// address."
        findings.append(Finding("Web chat", None, sentence, mend))
    return findings


async def _port(settings: Settings) -> Finding:
    address = f"{settings.web_host}:{settings.web_port}"
    try:
        family = socket.getaddrinfo(settings.web_host, settings.web_port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((settings.web_host, settings.web_port))
    except OSError as error:
        if await _is_townbell(settings):
            return Finding("Web port", True, f"Townbell is already running at {address}.")
        sentence = problems.sentence(error, settings) or f"{address} cannot be used ({error.strerror})."
        what, _, mend = sentence.partition(": ")
        return Finding("Web port", False, f"{what.rstrip('.')}.", _capital(mend) or "Choose another address.")
    return Finding("Web port", True, f"{address} is free.")


async def _is_townbell(settings: Settings) -> bool:
    """Whether what listens there is a Townbell: its page has our bell."""
    import aiohttp

    host = "127.0.0.1" if settings.web_host in ("", "0.0.0.0") else settings.web_host
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as client,
            client.get(f"http://{host}:{settings.web_port}/") as answer,
        ):
            page = await answer.content.read(4096)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False
    return b"/static/bell.svg" in page


async def _telegram(settings: Settings) -> list[Finding]:
    if settings.telegram_token is None:
        mend = "" if settings.is_sample else "Ask @BotFather for a token and put it in TOWNBELL_TELEGRAM_TOKEN."
        return [Finding("Telegram", None, "Not used: no token is set.", mend)]
    findings = [await _telegram_bot(settings)]
    webhook = urlsplit(settings.telegram_webhook_url or "")
    if webhook.scheme and settings.telegram_api_base is None:  # a Bot API server of one's own takes any address
        if webhook.scheme != "https":
            mend = "Give TOWNBELL_TELEGRAM_WEBHOOK_URL an https:// address, or remove it to use long polling."
            findings.append(Finding("Telegram webhook", False, "Telegram only calls https:// addresses.", mend))
        elif webhook.port not in (None, *WEBHOOK_PORTS):
            mend = "Use one of 443, 80, 88 and 8443 in TOWNBELL_TELEGRAM_WEBHOOK_URL."
            findings.append(Finding("Telegram webhook", False, f"Telegram does not call port {webhook.port}.", mend))
    return findings


@asynccontextmanager
async def telegram_bot(settings: Settings) -> AsyncIterator[Bot]:
    """The town's bot, on Telegram's own server or on the one in the settings.

    Raises TokenValidationError for what cannot be a token.
    """
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import PRODUCTION, TelegramAPIServer

    base = settings.telegram_api_base
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    async with AiohttpSession(
        api=TelegramAPIServer.from_base(base) if base else PRODUCTION, timeout=PATIENCE
    ) as session:
        yield Bot(token, session=session)


async def _telegram_bot(settings: Settings) -> Finding:
    from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError
    from aiogram.utils.token import TokenValidationError

    base = settings.telegram_api_base
    try:
        async with telegram_bot(settings) as bot:
            me, webhook = await bot.get_me(), await bot.get_webhook_info()
    except (TokenValidationError, TelegramUnauthorizedError, TelegramNotFound):
        mend = "Copy it again from @BotFather into TOWNBELL_TELEGRAM_TOKEN, or let it give you a new one."
        return Finding("Telegram bot", False, "Telegram does not know this token.", mend)
    except (AiogramError, OSError, TimeoutError) as error:
        mend = "Look at this computer's connection" + (" and at TOWNBELL_TELEGRAM_API_BASE." if base else ".")
        return Finding("Telegram bot", False, f"{base or 'Telegram'} does not answer ({type(error).__name__}).", mend)
    elsewhere = webhook.url and webhook.url.rstrip("/") != (settings.telegram_webhook_url or "")
    if elsewhere and settings.telegram_webhook_url is None:
        sentence = f"@{me.username} answers, but its messages go to {urlsplit(webhook.url).hostname}."
        mend = "If another server still runs this bot, stop it there: two of them would take each other's messages."
        return Finding("Telegram bot", False, sentence, mend)
    return Finding("Telegram bot", True, f"@{me.username} answers.")


async def _whatsapp(settings: Settings) -> list[Finding]:
    """Whether the number answers; `whatsapp check` looks at all the rest."""
    if settings.whatsapp_token is None:
        return [Finding("WhatsApp", None, "Not used: no token is set.")]
    from bot.delivery.whatsapp import WhatsAppRefused
    from bot.delivery.whatsapp_account import WhatsAppAccount
    from bot.whatsapp_check import number_of, trouble

    account = WhatsAppAccount(settings)
    try:
        async with asyncio.timeout(PATIENCE):
            told = await account.number()
    except (WhatsAppRefused, TimeoutError) as error:
        refused = error if isinstance(error, WhatsAppRefused) else WhatsAppRefused(0, type(error).__name__)
        return [Finding("WhatsApp number", False, *trouble(refused))]
    finally:
        await account.close()
    path = f"It listens at {settings.whatsapp_path}. `python bot.py whatsapp check` looks whether Meta can reach it."
    return [
        number_of(told, "WhatsApp number"),
        Finding("WhatsApp webhook", None, path),
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
