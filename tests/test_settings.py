"""Settings: what is understood, what is refused, and that nothing secret is ever shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot import doctor
from bot.settings import BadSettings, Settings, load, names, unknown_names

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the developer's, no .env of theirs."""
    for name in [name for name in os.environ if name.upper().startswith("TOWNBELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"TOWNBELL_{name}", value)
    return load()


def _refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(BadSettings) as refused:
        _given(monkeypatch, **values)
    return str(refused.value)


def test_nothing_configured_is_the_sample_town_on_this_computer() -> None:
    settings = load()
    assert settings.is_sample
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 8080)
    assert settings.database_url == "sqlite+aiosqlite:///data/sample.db"
    assert settings.sqlite_file == Path("data/sample.db")
    assert not settings.is_secure


def test_a_token_makes_it_a_real_town(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _given(monkeypatch, TELEGRAM_TOKEN=TOKEN).is_sample


def test_a_real_town_can_live_on_the_web_chat_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _given(monkeypatch, SAMPLE="false", WEB_HOST="0.0.0.0", WEB_PUBLIC_URL="https://chat.example.org/")
    assert not settings.is_sample
    assert settings.web_public_url == "https://chat.example.org"
    assert settings.is_secure


def test_the_database_follows_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _given(monkeypatch, DATA_DIR="/srv/town")
    assert settings.sqlite_file == Path("/srv/town/sample.db")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///a/b.db", "sqlite+aiosqlite:///a/b.db"),
        ("postgres://ann:pw@db/town", "postgresql+asyncpg://ann:pw@db/town"),
        ("postgresql://db/town?sslmode=require", "postgresql+asyncpg://db/town?ssl=require"),
        ("postgresql+asyncpg://db/town", "postgresql+asyncpg://db/town"),
    ],
)
def test_a_database_may_be_named_in_any_usual_form(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    assert _given(monkeypatch, DATABASE_URL=given).database_url == used


def test_empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _given(monkeypatch, TELEGRAM_TOKEN="", WEB_PORT="", DATABASE_URL="")
    assert settings.telegram_token is None
    assert settings.web_port == 8080
    assert settings.is_sample


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TOWNBELL_WEB_PORT=9000\nTOWNBELL_TOWN_NAME=Hillside\n")
    assert load().web_port == 9000
    settings = _given(monkeypatch, WEB_PORT="9001")
    assert (settings.web_port, settings.town_name) == (9001, "Hillside")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_the_sample_town_stays_on_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert _given(monkeypatch, WEB_HOST=host).is_sample


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "town.example.org", "127.0.0.1.example.org"])
def test_the_sample_town_refuses_any_other_address(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert "stays on this computer" in _refusal(monkeypatch, WEB_HOST=host)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WEB_PORT", "70000", "TOWNBELL_WEB_PORT must be between 1 and 65535 (or 0 for any free port)."),
        ("WEB_PORT", "eighty", "TOWNBELL_WEB_PORT must be a whole number."),
        ("SAMPLE", "perhaps", "TOWNBELL_SAMPLE must be true or false."),
        ("DATABASE_URL", "mysql://h/d", "TOWNBELL_DATABASE_URL must start with sqlite:/// or postgresql://."),
        ("DATABASE_URL", "townbell.db", "TOWNBELL_DATABASE_URL must start with sqlite:/// or postgresql://."),
        ("WEB_PUBLIC_URL", "chat.example.org", "must be a web address that starts with https:// or http://."),
        ("TOWN_ZONE", "Mars/Olympus", "must be a time zone such as Africa/Johannesburg or Europe/Madrid."),
        ("TOWN_ZONE", "../../etc/passwd", "must be a time zone such as Africa/Johannesburg or Europe/Madrid."),
        ("TOWN_LANGUAGE", "tlh", "TOWNBELL_TOWN_LANGUAGE must be one of en (English), es (Español)"),
        ("LOG_LEVEL", "LOUD", "TOWNBELL_LOG_LEVEL must be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'."),
        ("TELEGRAM_WEBHOOK_URL", "https://a.example/x", "needs TOWNBELL_TELEGRAM_TOKEN."),
        ("TELEGRAM_WEBHOOK_SECRET", "señal", "may have up to 256 letters, digits, _ and - only."),
        ("WEB_ENABLED", "false", "No channel is left"),
    ],
)
def test_mistakes_are_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    assert sentence in _refusal(monkeypatch, **{name: value})


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_refusal(monkeypatch, WEB_PORT="x", TOWN_ZONE="y").splitlines()) == 2


def test_a_refused_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _refusal(
        monkeypatch, TELEGRAM_TOKEN="my secret token", DATABASE_URL="oracle://ann:hunter2@db", TOWN_NAME="x" * 61
    )
    assert len(told.splitlines()) == 3
    assert "secret token" not in told
    assert "hunter2" not in told


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _given(monkeypatch, TELEGRAM_TOKEN=TOKEN, DATABASE_URL="postgresql://ann:hun:t@er2@db:5432/town")
    shown = f"{settings!r} {settings} {settings.safe_database_url}"
    assert "AAHdq" not in shown
    assert "er2" not in shown
    assert settings.safe_database_url == "postgresql+asyncpg://ann:•••@db:5432/town"
    assert settings.telegram_webhook_secret is not None
    assert settings.telegram_webhook_secret.get_secret_value() not in shown


def test_the_webhook_secret_is_made_from_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _given(monkeypatch, TELEGRAM_TOKEN=TOKEN).telegram_webhook_secret
    again = _given(monkeypatch, TELEGRAM_TOKEN=f" {TOKEN} ").telegram_webhook_secret
    other = _given(monkeypatch, TELEGRAM_TOKEN=TOKEN.replace("1", "2")).telegram_webhook_secret
    chosen = _given(monkeypatch, TELEGRAM_WEBHOOK_SECRET="my-own").telegram_webhook_secret
    assert made is not None
    assert made == again
    assert made != other
    assert len(made.get_secret_value()) == 64
    assert chosen is not None
    assert chosen.get_secret_value() == "my-own"


def test_names_that_are_no_setting_are_found_with_what_was_meant(tmp_path: Path) -> None:
    Path(".env").write_text("TOWNBELL_TELEGRAM_TOKKEN=x\nOTHER=1\n")
    given = {"TOWNBELL_WEB_PROT": "1", "townbell_web_port": "2", "TOWNBELL_COLOUR_SCHEME_XYZ": "3", "PATH": "/"}
    assert unknown_names(given) == {
        "TOWNBELL_COLOUR_SCHEME_XYZ": None,
        "TOWNBELL_TELEGRAM_TOKKEN": "TOWNBELL_TELEGRAM_TOKEN",
        "TOWNBELL_WEB_PROT": "TOWNBELL_WEB_PORT",
    }


async def test_the_doctor_names_every_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _given(
        monkeypatch,
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_BASE="http://127.0.0.1:9",
        DATABASE_URL="sqlite:///town.db",
        WEB_PORT="0",
    )
    findings = await doctor.examine(settings)
    assert set(names().values()) <= {finding.name for finding in findings}
    told = "\n".join(f"{finding.name} {finding.sentence} {finding.mend}" for finding in findings)
    assert "AAHdq" not in told
    assert "TOWNBELL_TELEGRAM_TOKEN set" in told
    assert "TOWNBELL_TELEGRAM_WEBHOOK_SECRET made from the token" in told


async def test_whatever_the_doctor_finds_wrong_it_says_how_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("not a folder")
    Path("broken.db").write_bytes(b"this is no database at all" * 100)
    settings = _given(
        monkeypatch,
        DATA_DIR="file",
        DATABASE_URL="sqlite:///broken.db",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_BASE="http://127.0.0.1:9",
        WEB_PORT="0",
    )
    wrong = {finding.name: finding for finding in await doctor.examine(settings) if finding.ok is False}
    assert set(wrong) == {"Data folder", "Database", "Telegram bot"}
    assert all(finding.mend for finding in wrong.values())
    assert wrong["Database"].sentence == "The database file broken.db is damaged, or no database at all."
    assert Path("broken.db").read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://chat.example.org/t", "Telegram only calls https:// addresses."),
        ("https://chat.example.org:9443/t", "Telegram does not call port 9443."),
    ],
)
async def test_the_doctor_knows_which_webhooks_telegram_calls(
    monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    async def answers(_settings: Settings) -> doctor.Finding:
        return doctor.Finding("Telegram bot", True, "@riverbend answers.")

    monkeypatch.setattr(doctor, "_telegram_bot", answers)
    settings = _given(monkeypatch, TELEGRAM_TOKEN=TOKEN, TELEGRAM_WEBHOOK_URL=url, WEB_PORT="0")
    (webhook,) = [finding for finding in await doctor.examine(settings) if finding.name == "Telegram webhook"]
    assert (webhook.ok, webhook.sentence) == (False, sentence)
    assert "TOWNBELL_TELEGRAM_WEBHOOK_URL" in webhook.mend
