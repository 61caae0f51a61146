"""The doctor against the real things: a Bot API over HTTP, databases of several ages, a port that is taken."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import doctor
from bot.settings import Settings
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import WhatsAppEmulator


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("TOWNBELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator


async def _finding(settings: Settings, name: str) -> doctor.Finding:
    (found,) = [finding for finding in await doctor.examine(settings) if finding.name == name]
    return found


def _settings(telegram: TelegramEmulator, **more: str) -> Settings:
    given = {"telegram_token": telegram.token, "telegram_api_base": telegram.url, "web_port": "0", **more}
    return Settings.model_validate(given)


async def test_a_bot_that_answers_is_named(telegram: TelegramEmulator) -> None:
    found = await _finding(_settings(telegram), "Telegram bot")
    assert (found.ok, found.sentence) == (True, "@riverbend_bot answers.")


@pytest.mark.parametrize("token", ["12345:" + "A" * 35, "12345:short"])
async def test_an_unknown_token_is_told_and_not_shown(telegram: TelegramEmulator, token: str) -> None:
    found = await _finding(_settings(telegram, telegram_token=token), "Telegram bot")
    assert (found.ok, found.sentence) == (False, "Telegram does not know this token.")
    assert "@BotFather" in found.mend
    assert token.partition(":")[2] not in repr(found)


async def test_a_number_on_whatsapp_is_named_or_what_is_wrong_with_it() -> None:
    async with WhatsAppEmulator() as wa:
        given = {
            "whatsapp_token": wa.token,
            "whatsapp_phone_id": wa.phone_number_id,
            "whatsapp_app_secret": wa.app_secret,
            "whatsapp_api_base": wa.url,
            "web_port": "0",
        }
        found = await _finding(Settings.model_validate(given), "WhatsApp number")
        assert found.ok
        assert f"answers; residents see it as “{wa.account.verified_name}”." in found.sentence
        wa.account.is_registered = False
        found = await _finding(Settings.model_validate(given), "WhatsApp number")
        assert (found.ok, found.mend) == (False, "Run `python bot.py whatsapp register`.")
        assert "/whatsapp" in (await _finding(Settings.model_validate(given), "WhatsApp webhook")).sentence
        wrong = Settings.model_validate(given | {"whatsapp_token": "long-out-of-date"})
        found = await _finding(wrong, "WhatsApp number")
        assert found.ok is False
        assert "TOWNBELL_WHATSAPP_TOKEN" in found.mend
        assert "long-out-of-date" not in repr(found)
    away = Settings.model_validate(given | {"whatsapp_api_base": "http://127.0.0.1:9"})
    found = await _finding(away, "WhatsApp number")
    assert found.ok is False


async def test_a_server_that_does_not_answer_is_told(telegram: TelegramEmulator) -> None:
    found = await _finding(_settings(telegram, telegram_api_base="http://127.0.0.1:9"), "Telegram bot")
    assert found.ok is False
    assert found.sentence == "http://127.0.0.1:9 does not answer (TelegramNetworkError)."
    assert "TOWNBELL_TELEGRAM_API_BASE" in found.mend


async def test_a_bot_that_another_server_answers_for_is_told(telegram: TelegramEmulator) -> None:
    settings = _settings(telegram)
    async with doctor.telegram_bot(settings) as bot:
        await bot.set_webhook("https://old.example.org/secret-path")
    found = await _finding(settings, "Telegram bot")
    assert (found.ok, found.sentence) == (False, "@riverbend_bot answers, but its messages go to old.example.org.")
    assert "stop it there" in found.mend
    ours = _settings(telegram, telegram_webhook_url="https://old.example.org/secret-path")
    assert (await _finding(ours, "Telegram bot")).ok is True


def _database(*revisions: str) -> Settings:
    connection = sqlite3.connect("town.db")
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.executemany("INSERT INTO alembic_version VALUES (?)", [(revision,) for revision in revisions])
    connection.commit()
    connection.close()
    return Settings(database_url="sqlite:///town.db", web_port=0)


@pytest.mark.parametrize(
    ("revisions", "ok", "sentence"),
    [
        ((), True, "town.db answers; its tables will be made at the first start."),
        (("0002",), True, "town.db answers and is up to date."),
        (("0001",), False, "town.db is from an older Townbell."),
        (("9999",), False, "town.db was made by a newer Townbell, or by another program."),
    ],
)
async def test_the_age_of_a_database_is_told(
    monkeypatch: pytest.MonkeyPatch, revisions: tuple[str, ...], ok: bool, sentence: str
) -> None:
    monkeypatch.setattr(doctor, "_known_revisions", lambda: ["0001", "0002"])
    found = await _finding(_database(*revisions), "Database")
    assert (found.ok, found.sentence) == (ok, sentence)
    assert bool(found.mend) is not ok


@pytest.mark.parametrize(
    ("page", "ok", "sentence"),
    [
        ("<link rel=icon href=/static/bell.svg>", True, "Townbell is already running at"),
        ("<h1>Something else</h1>", False, "is taken by another program."),
    ],
)
async def test_a_taken_port_is_told_from_one_that_is_ours(page: str, ok: bool, sentence: str) -> None:
    async def home(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    site = web.Application()
    site.router.add_get("/", home)
    async with TestServer(site, host="127.0.0.1") as server:
        found = await _finding(Settings(web_port=server.port or 0), "Web port")
    assert found.ok is ok
    assert sentence in found.sentence


async def test_a_town_open_to_the_network_without_tls_is_warned() -> None:
    found = await _finding(Settings(sample=False, web_host="0.0.0.0", web_port=0), "Web chat")
    assert found.ok is None
    assert "https://" in found.mend
