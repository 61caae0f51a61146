"""Logging never tells a secret: not in messages, not in their arguments, not in tracebacks."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator

import pytest

from bot import logs

KEY = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
TOKEN = f"123456789:{KEY}"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a program that has set its logging up at DEBUG writes."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, {name: logging.getLogger(name).level for name in logs.OURS})
    stream = io.StringIO()
    logs.set_up("DEBUG", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], level, levels = before
    root.setLevel(level)
    for name, ours in levels.items():
        logging.getLogger(name).setLevel(ours)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"token {TOKEN}", "token 123456789:•••"),
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", "POST https://api.telegram.org/bot123456789:•••/getMe"),
        (f"/bot{TOKEN.replace(':', '%3A')}/x", "/bot123456789:•••/x"),
        ("postgresql+asyncpg://ann:p@ss/w:x@db:5432/town", "postgresql+asyncpg://ann:•••@db:5432/town"),
        ("postgresql://ann@db/town?password=hunter2&ssl=on", "postgresql://ann@db/town?password=•••&ssl=on"),
        ("Cookie: a=b; townbell=abcdef", "Cookie: •••"),
        ("Set-Cookie: townbell_session=abcdef; Path=/", "Set-Cookie: •••"),
        ("townbell_session=abcdefgh; Path=/", "townbell_session=•••; Path=/"),
        ("the join code is RIVER-42.", "the join code is •••"),
        ("join_code='RIVER-42' zone='UTC'", "join_code='•••' zone='UTC'"),
        ("GET /join?code=RIVER-42&x=1", "GET /join?code=•••&x=1"),
        ("{'X-Telegram-Bot-Api-Secret-Token': 'abc'}", "{'X-Telegram-Bot-Api-Secret-Token': '•••'}"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer •••"),
    ],
)
def test_secrets_of_known_shapes_are_hidden(said: str, told: str) -> None:
    assert logs.redact(said) == told


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-21 09:30:45 update 123456:7 took 12:30",
        "sqlite+aiosqlite:///data/townbell.db",
        "http://127.0.0.1:8080/static/bell.svg",
        "status_code: 200, code=5, session=<Session>",
        "write to ann@example.org",
    ],
)
def test_everything_else_is_left_alone(said: str) -> None:
    assert logs.redact(said) == said


def test_arguments_are_redacted(written: io.StringIO) -> None:
    logging.getLogger("bot.intake").info("calling %s with %r", f"https://h/bot{TOKEN}", {"token": TOKEN})
    assert KEY not in written.getvalue()
    assert "INFO    bot.intake: calling https://h/bot123456789:•••" in written.getvalue()


def _fail(url: str) -> None:
    raise ConnectionError(f"cannot reach {url}")


def test_tracebacks_are_redacted_with_their_causes(written: io.StringIO) -> None:
    try:
        try:
            _fail(f"https://h/bot{TOKEN}/getMe")
        except ConnectionError as cause:
            raise RuntimeError("postgresql://ann:hunter2@db/town") from cause
    except RuntimeError:
        logging.getLogger("bot").exception("it failed")
    text = written.getvalue()
    assert "Traceback" in text
    assert "in _fail" in text
    assert KEY not in text
    assert "hunter2" not in text


def test_another_handler_finds_no_secret_in_the_formatted_exception(written: io.StringIO) -> None:
    try:
        _fail(TOKEN)
    except ConnectionError as error:
        record = logging.LogRecord("bot", logging.ERROR, "", 1, "no", None, (type(error), error, error.__traceback__))
    logs.Redacting().format(record)
    assert record.exc_text is not None
    assert KEY not in record.exc_text


def test_values_told_to_hide_are_hidden_whatever_they_look_like(
    monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    monkeypatch.setattr(logs, "_known", set())
    logs.hide("sunflower", None, "", "abc")
    logging.getLogger("bot").warning("somebody wrote sunflower: abc")
    assert written.getvalue().endswith("WARNING bot: somebody wrote •••: abc\n")


def test_libraries_are_quiet_below_warning(written: io.StringIO) -> None:
    for name in ("aiohttp.access", "aiogram.event", "sqlalchemy.engine", "apscheduler"):
        logging.getLogger(name).info("chatter")
    logging.getLogger("aiogram").warning("worth knowing")
    logging.getLogger("handlers.shifts").debug("ours")
    lines = written.getvalue().splitlines()
    assert [line.split(": ")[-1] for line in lines] == ["worth knowing", "ours"]


def test_warnings_are_logged_in_the_same_form(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.set_up("WARNING", written)
        warnings.warn(f"old {TOKEN}", stacklevel=1)
    assert "py.warnings" in written.getvalue()
    assert KEY not in written.getvalue()
