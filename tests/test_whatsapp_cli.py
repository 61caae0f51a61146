"""`whatsapp templates` and `whatsapp check`, against the emulated account: what they look at, say and hand in."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from rich.console import Console
from typer.testing import CliRunner, Result

from bot import cli, logs, whatsapp_cli
from bot.delivery.whatsapp import WhatsAppRefused
from bot.settings import Settings
from bot.whatsapp_check import examine, trouble
from bot.whatsapp_templates import State, advice, standings
from handlers.kit import templates
from handlers.kit.templates import TEMPLATES
from locales import LANGUAGES
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.emulators.whatsapp_submissions import broken_rules, takes_submissions

EVERY = len(TEMPLATES) * len(LANGUAGES)
GOODS = "townbell_goods"
Say = Callable[..., Result]


class Meta:
    """An emulated account that is served from a thread of its own: commands bring a loop of their own."""

    def __init__(self) -> None:
        self.wa = WhatsAppEmulator()
        self.posted = takes_submissions(self.wa)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Meta:
        self._thread.start()
        self._run(self.wa.__aenter__())
        return self

    def __exit__(self, *_error: object) -> None:
        self._run(self.wa.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def approve_all(self) -> None:
        for one in templates.submissions():
            self.wa.templates.approve(**one)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("TOWNBELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "set_up", lambda level: None)


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meta]:
    with Meta() as account:
        wa = account.wa
        given = {
            "TOKEN": wa.token,
            "PHONE_ID": wa.phone_number_id,
            "BUSINESS_ID": wa.waba_id,
            "APP_SECRET": wa.app_secret,
            "API_BASE": wa.url,
        }
        for name, value in given.items():
            monkeypatch.setenv(f"TOWNBELL_WHATSAPP_{name}", value)
        yield account


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """What `python bot.py whatsapp WORDS…` prints, and with what it exits."""

    def run(*words: str, types: str = "") -> Result:
        for name, is_error in (("out", False), ("err", True)):
            wide = Console(stderr=is_error, highlight=False, width=200)
            monkeypatch.setattr(whatsapp_cli, name, wide)
            monkeypatch.setattr(f"bot.console.{name}", wide)
        return CliRunner().invoke(cli.app, ["whatsapp", *words], input=types)

    return run


# -- templates ---------------------------------------------------------------------------------------------------------


def test_without_a_number_it_says_what_to_set(say: Say) -> None:
    for words in (["templates"], ["check"], ["register"]):
        told = say(*words)
        assert told.exit_code == 2
        assert "TOWNBELL_WHATSAPP_TOKEN" in told.output


def test_without_the_accounts_id_it_says_so(say: Say, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOWNBELL_WHATSAPP_BUSINESS_ID")
    told = say("templates")
    assert told.exit_code == 2
    assert "TOWNBELL_WHATSAPP_BUSINESS_ID" in told.output
    told = say("check")
    assert told.exit_code == 1
    assert "TOWNBELL_WHATSAPP_BUSINESS_ID" in told.output


def test_what_to_hand_in_can_be_printed_before_there_is_a_number(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_TOWN_NAME", "Riverbend")
    told = say("templates", "--print")
    assert told.exit_code == 0
    assert told.stdout.count("\nButton (quick reply): ") >= EVERY
    assert "townbell_goods · English (en) · Utility" in told.stdout
    assert "townbell_news · isiZulu (zu) · Marketing" in told.stdout
    assert "Hello {{name}}, this is {{town}}." in told.stdout
    assert "Sample for {{town}}: Riverbend" in told.stdout


def test_as_json_it_is_what_the_api_takes(say: Say) -> None:
    told = say("templates", "--json")
    handed_in = json.loads(told.stdout)
    assert len(handed_in) == EVERY
    assert [broken_rules(one) for one in handed_in] == [[]] * EVERY


def test_a_new_account_lacks_all_of_them(say: Say, meta: Meta) -> None:
    told = say("templates")
    assert told.exit_code == 0
    assert told.stdout.count("· missing") == EVERY
    assert f"{EVERY} are missing: `python bot.py whatsapp templates --submit`" in told.stdout


def test_submit_hands_in_what_is_missing_and_nothing_else(say: Say, meta: Meta) -> None:
    by_name = {(one["name"], one["language"]): one for one in templates.submissions()}
    meta.wa.templates.approve(**by_name[GOODS, "en"])
    meta.wa.templates.approve(**by_name[GOODS, "es"])
    meta.wa.templates.reject(GOODS, "es")
    told = say("templates", "--submit")
    assert told.exit_code == 0, told.output
    assert f"{EVERY - 2} templates were handed in." in told.stdout
    assert told.stdout.count("… pending") == EVERY - 2
    assert len(meta.posted) == EVERY - 2
    again = say("templates", "--submit")
    assert "0 templates were handed in." in again.stdout
    assert len(meta.posted) == EVERY - 2
    assert all(call.method == "GET" for call in meta.wa.calls), "nothing is deleted or changed"


def test_one_that_is_not_taken_does_not_keep_the_others_back(
    say: Say, meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.emulators.whatsapp_submissions.LANGUAGES", frozenset({"en", "es", "af"}))
    told = say("templates", "--submit")
    assert told.exit_code == 1
    assert f"{EVERY - len(TEMPLATES)} templates were handed in." in told.stdout
    assert "townbell_goods (zu) was not taken" in told.output
    assert told.stdout.count("… pending") == EVERY - len(TEMPLATES)


def test_when_all_are_approved_it_says_so(say: Say, meta: Meta) -> None:
    meta.approve_all()
    told = say("templates")
    assert f"All {EVERY} are approved" in told.stdout
    assert "→" not in told.stdout


def test_each_state_and_what_to_do_about_it(say: Say, meta: Meta) -> None:
    meta.approve_all()
    account = meta.wa.templates
    account.reject(GOODS, "en")
    account.pause(GOODS, "es")
    account.disable(GOODS, "af")
    account.forget(GOODS, "zu")
    [hours] = account.matching(name="townbell_hours", language="en")
    hours.state = "PENDING"
    [votes] = account.matching(name="townbell_votes", language="en")
    votes.buttons = []
    [desk] = account.matching(name="townbell_desk", language="en")
    desk.category = "MARKETING"
    desk.body = "Dear {{name}}, {{town}} would be glad if you looked at this soon: {{text}} Thank you."
    told = say("templates").stdout
    for mark in ("✗ rejected", "✗ paused", "✗ stopped", "· missing", "… pending", "✗ different"):
        assert told.count(mark) == 1, mark
    assert "Meta rejected townbell_goods (en)." in told
    assert "townbell_goods (es): paused" in told
    assert "townbell_votes (en): not used" in told
    assert "townbell_desk (en): Meta counts it as marketing" in told
    assert "townbell_desk (en): used, in other words than ours." in told
    assert f"{EVERY - 6} of {EVERY} can be used." in told


def test_metas_reason_is_told() -> None:
    listed = [{"name": GOODS, "language": "en", "status": "REJECTED", "rejected_reason": "TAG_CONTENT_MISMATCH"}]
    found = standings(listed)
    assert sum(one.state is State.REJECTED for one in found) == 1
    assert any("townbell_goods (en) (TAG_CONTENT_MISMATCH)" in line for line in advice(found))


def test_a_token_that_is_not_known(say: Say, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WHATSAPP_TOKEN", "EAAG0123456789")
    for words in (["templates"], ["check"]):
        told = say(*words)
        assert told.exit_code in (1, 2)
        assert "does not take the token" in told.output
        assert "EAAG0123456789" not in told.output


def test_an_account_that_there_is_not(say: Say, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WHATSAPP_BUSINESS_ID", "12345678901")
    told = say("templates")
    assert told.exit_code == 2
    assert "TOWNBELL_WHATSAPP_BUSINESS_ID" in told.output


def test_nobody_answers(say: Say, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WHATSAPP_API_BASE", "http://127.0.0.1:9")
    told = say("templates")
    assert told.exit_code == 2
    assert "WhatsApp does not answer" in told.output


# -- register ----------------------------------------------------------------------------------------------------------


def test_a_number_is_put_into_service_by_its_pin(say: Say, meta: Meta) -> None:
    meta.wa.account.is_registered = False
    told = say("check")
    assert told.exit_code == 1
    assert "is not in service yet" in told.stdout
    assert "python bot.py whatsapp register" in told.stdout
    wrong = say("register", types="000000\n")
    assert wrong.exit_code == 2
    assert "That is not the number's PIN." in wrong.output
    assert "000000" not in wrong.output
    assert say("register", types="27-18\n").exit_code == 2
    right = say("register", types=f"{meta.wa.account.pin}\n")
    assert right.exit_code == 0, right.output
    assert "The number is in service." in right.stdout
    assert meta.wa.account.pin not in right.output
    assert "is not in service" not in say("check").stdout


@pytest.mark.parametrize(
    ("code", "means"),
    [
        (133006, "not confirmed yet"),
        (133008, "Wait for a while"),
        (133016, "Wait for three days"),
        (133010, "register"),
    ],
)
def test_what_registering_may_meet(code: int, means: str) -> None:
    assert means in " ".join(trouble(WhatsAppRefused(code, "no")))


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_tells_what_to_paste(say: Say, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNBELL_WEB_PUBLIC_URL", "https://riverbend.invalid")
    told = say("check")
    assert told.exit_code == 1, "nothing answers there"
    assert meta.wa.account.verified_name in told.stdout
    assert "Callback URL  https://riverbend.invalid/whatsapp" in told.stdout
    made = Settings(_env_file=None).whatsapp_verify_token  # type: ignore[call-arg]  # pydantic-settings' own
    assert made is not None
    assert f"Verify token  {made.get_secret_value()}" in told.stdout
    assert "messages and user_preferences" in told.stdout
    for secret in (meta.wa.token, meta.wa.app_secret):
        assert secret not in told.output


def test_check_tells_that_a_test_number_has_a_list(say: Say, meta: Meta) -> None:
    assert "test number" not in say("check").stdout
    meta.wa.account.listed = set()
    told = " ".join(say("check").stdout.split())
    assert "It is a test number: it writes to the people on its list alone" in told
    assert "Put their numbers on its list" in told


def test_check_can_subscribe_the_app(say: Say, meta: Meta) -> None:
    say("check")
    assert not [call for call in meta.wa.called("/subscribed_apps") if call.method == "POST"]
    say("check", "--subscribe")
    assert [call for call in meta.wa.called("/subscribed_apps") if call.method == "POST"]


@asynccontextmanager
async def webhook(answers: Callable[[web.Request], str]) -> AsyncIterator[str]:
    """A page on loopback; gives its address."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=answers(request))

    app = web.Application()
    app.router.add_get("/whatsapp", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("echoes", "ok"), [(True, True), (False, False)])
async def test_the_webhook_is_called_as_meta_will(echoes: bool, ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "is_secure", True)  # loopback has no certificate

    def answers(request: web.Request) -> str:
        assert request.query["hub.verify_token"] == "between-us"
        return request.query["hub.challenge"] if echoes else "hello"

    async with WhatsAppEmulator() as wa, webhook(answers) as address:
        settings = Settings(
            whatsapp_token=SecretStr(wa.token),
            whatsapp_phone_id=wa.phone_number_id,
            whatsapp_business_id=wa.waba_id,
            whatsapp_app_secret=SecretStr(wa.app_secret),
            whatsapp_verify_token=SecretStr("between-us"),
            whatsapp_api_base=wa.url,
            web_public_url=address,
        )
        found = {one.name: one for one in await examine(settings, subscribe=False)}
    assert found["Webhook"].ok is ok
    assert found["Number"].ok is True
    assert found["Messages"].ok is True
    assert found["Templates"].ok is False, "none is there"
