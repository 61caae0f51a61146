"""The web chat's doors: who may come in, from which page, under which headers; and the sample town's page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, WSServerHandshakeError, web

from bot.channels.web import looks
from bot.channels.web.buckets import Pace, Paces
from bot.channels.web.cookies import LASTS
from bot.intake.intake import Intake, Unavailable
from handlers.roles.actions import make_setup_code
from storage.sql import select
from storage.tables import Account, WebSession, table_of
from tests.channels.web_town import OPENING, Answers, Browser, WebTown, a_web_town, only_room

sessions, accounts = table_of(WebSession), table_of(Account)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    with only_room(monkeypatch) as found:
        yield found


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/townbell.db"


@pytest.fixture
async def town(url: str, tmp_path: Path, answers: Answers) -> AsyncIterator[WebTown]:
    async with a_web_town(url, tmp_path, answers) as found:
        yield found


@pytest.fixture
async def closed_town(url: str, tmp_path: Path, answers: Answers) -> AsyncIterator[WebTown]:
    """A town that asks for its join code."""
    async with a_web_town(url, tmp_path, answers, join_policy="code", join_code="Corn-42") as found:
        yield found


@pytest.fixture
async def sample_town(url: str, tmp_path: Path, answers: Answers) -> AsyncIterator[WebTown]:
    async with a_web_town(url, tmp_path, answers, is_sample=True) as found:
        yield found


async def _sessions(town: WebTown) -> list[Any]:
    async with town.database.reading() as unit:
        return list(await unit.rows(select(sessions.c.digest, sessions.c.account_id, sessions.c.seen_at)))


def _cookie(answer: ClientResponse, name: str) -> str:
    return next((line for line in answer.headers.getall("Set-Cookie", []) if line.startswith(f"{name}=")), "")


# -- signing in --------------------------------------------------------------------------------------------------------


async def test_a_stranger_is_asked_in(town: WebTown) -> None:
    browser = town.browser()
    first = await browser.get("/")
    assert (first.status, first.headers["Location"]) == (303, "/join")
    form = await (await browser.get("/join")).text()
    assert "Riverbend" in form
    assert 'name="code"' not in form
    joined = await browser.join()
    assert (joined.status, joined.headers["Location"]) == (303, "/")
    chat = await browser.get("/")
    assert chat.status == 200
    text = await chat.text()
    assert 'data-base="/chat/me"' in text
    assert 'data-command="/week"' in text
    assert ">My week<" in text
    assert 'data-command="/desk"' not in text
    assert (await browser.get("/join")).headers["Location"] == "/"


async def test_only_the_cookies_digest_is_kept(town: WebTown) -> None:
    browser = town.browser()
    cookie = _cookie(await browser.join(), "townbell")
    token = re.match(r"townbell=([\w-]{43});", cookie)
    assert token is not None
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert f"Max-Age={180 * 24 * 3600}" in cookie
    assert "Secure" not in cookie
    (kept,) = await _sessions(town)
    assert kept.digest == hashlib.sha256(token[1].encode()).hexdigest()
    async with town.database.reading() as unit:
        account = await unit.first(select(accounts.c.channel, accounts.c.address, accounts.c.language))
    assert account is not None
    assert account.channel == "web"
    assert 0 < int(account.address) < 2**52


async def test_behind_tls_the_cookie_stays_there(url: str, tmp_path: Path, answers: Answers) -> None:
    public = {"web_public_url": "https://chat.example.org"}
    async with a_web_town(url, tmp_path, answers, settings=public) as town:
        browser = town.browser()
        answer = await browser.get("/join")
        cookie = _cookie(answer, "townbell_csrf")
        assert "Secure" in cookie
        token = cookie.partition(";")[0].partition("=")[2]
        given = {"Cookie": f"townbell_csrf={token}", "Origin": "https://chat.example.org"}
        joined = await browser.form("/join", {"csrf": token}, given)
        assert joined.status == 303
        assert "Secure" in _cookie(joined, "townbell")


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 44, "'; DROP TABLE", "é" * 43])
async def test_a_made_up_cookie_opens_nothing(town: WebTown, cookie: str) -> None:
    answer = await town.browser().get("/chat/me/messages", headers={"Cookie": f"townbell={cookie}"})
    assert answer.status == 401
    assert await answer.json() == {"error": 401}


async def test_a_session_lives_on_by_use_and_ends_unused(town: WebTown) -> None:
    browser = await town.visitor()
    made = await _sessions(town)
    assert not _cookie(await browser.get("/"), "townbell")
    assert await _sessions(town) == made
    town.clock.move_to(OPENING + timedelta(hours=25))
    assert f"Max-Age={180 * 24 * 3600}" in _cookie(await browser.get("/"), "townbell")
    (used,) = await _sessions(town)
    assert used.seen_at >= OPENING + timedelta(hours=25)
    town.clock.move_to(used.seen_at + LASTS)
    assert (await browser.get("/chat/me/messages")).status == 401
    await town.visitor()
    assert len(await _sessions(town)) == 1


async def test_leaving_ends_the_session(town: WebTown) -> None:
    browser = await town.visitor()
    refused = await browser.form("/leave", {"csrf": "A" * 43})
    assert refused.status == 403
    assert len(await _sessions(town)) == 1
    left = await browser.form("/leave", {"csrf": await browser.csrf("/")})
    assert (left.status, left.headers["Location"]) == (303, "/join")
    assert await _sessions(town) == []
    assert (await browser.get("/")).headers["Location"] == "/join"


async def test_the_code_is_asked_for(closed_town: WebTown) -> None:
    browser = closed_town.browser()
    form = await (await browser.get("/join")).text()
    assert 'name="code"' in form
    wrong = await browser.join("corn-43")
    assert wrong.status == 403
    text = await wrong.text()
    assert "That code is not right" in text
    assert 'value="corn-43"' in text
    assert await _sessions(closed_town) == []
    assert (await browser.join("")).status == 403
    assert (await browser.join("  CORN-42 ")).status == 303
    assert closed_town.answers.effects == ["start CORN-42"]  # so that the chat does not ask for it again


async def test_a_setup_code_lets_the_first_mayor_in(closed_town: WebTown) -> None:
    async with closed_town.database.unit() as unit:
        code = await make_setup_code(unit, now=OPENING)
    browser = closed_town.browser()
    assert (await browser.join(code)).status == 303
    assert closed_town.answers.effects == [f"start {code}"]


async def test_a_town_without_a_code_lets_nobody_guess_it(url: str, tmp_path: Path, answers: Answers) -> None:
    async with a_web_town(url, tmp_path, answers, join_policy="code") as town:
        assert (await town.browser().join("")).status == 403


async def test_wrong_codes_are_slowed_down_per_address(closed_town: WebTown) -> None:
    browser = closed_town.browser()
    statuses = [(await browser.join(f"guess {number}")).status for number in range(4)]
    assert statuses == [403, 403, 403, 429]
    slow = await browser.join("Corn-42")
    assert slow.status == 429
    assert int(slow.headers["Retry-After"]) > 0
    assert "wait a minute" in await slow.text()


async def test_right_codes_are_not_counted(closed_town: WebTown) -> None:
    for _ in range(5):
        assert (await closed_town.browser().join("corn-42")).status == 303


async def test_a_proxy_on_this_computer_names_the_caller(url: str, tmp_path: Path, answers: Answers) -> None:
    public = {"web_public_url": "https://chat.example.org"}
    paces = Paces(wrong_codes=Pace(1, 0.001))
    closed: dict[str, Any] = {"join_policy": "code", "join_code": "Corn-42"}
    async with a_web_town(url, tmp_path, answers, settings=public, paces=paces, **closed) as town:

        async def guess(caller: str) -> int:
            browser = town.browser()
            token = _cookie(await browser.get("/join"), "townbell_csrf").partition(";")[0].partition("=")[2]
            given = {"Cookie": f"townbell_csrf={token}", "X-Forwarded-For": caller}
            return (await browser.form("/join", {"csrf": token, "code": "x"}, given)).status

        assert await guess("192.0.2.1") == 403
        assert await guess("192.0.2.1") == 429
        assert await guess("9.9.9.9, 192.0.2.1") == 429  # what the caller wrote itself is not believed
        assert await guess("192.0.2.2") == 403
        assert await guess("2001:db8::1") == 403
        assert await guess("2001:db8::2") == 429  # the same home


async def test_without_a_proxy_nobody_names_themselves(closed_town: WebTown) -> None:
    browser = closed_town.browser()
    statuses = []
    for number in range(4):
        statuses.append((await browser.join("x", **{"X-Forwarded-For": f"192.0.2.{number}"})).status)
    assert statuses == [403, 403, 403, 429]


async def test_new_sessions_have_their_pace(url: str, tmp_path: Path, answers: Answers) -> None:
    async with a_web_town(url, tmp_path, answers, paces=Paces(new_sessions=Pace(2, 0.001))) as town:
        assert [(await town.browser().join()).status for _ in range(3)] == [303, 303, 429]


async def test_a_greeting_that_fails_keeps_the_session(town: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_given: object) -> None:
        raise Unavailable("start")

    browser = town.browser()
    with monkeypatch.context() as broken:
        broken.setattr(Intake, "take", away)
        assert (await browser.join()).status == 303
    assert (await browser.history())["messages"] == []
    assert (await browser.say("/start")).status == 200
    assert (await browser.words())[1:] == ["<b>Welcome</b>"]


# -- links -------------------------------------------------------------------------------------------------------------


async def test_a_link_goes_in_after_the_sign_in(town: WebTown) -> None:
    browser = town.browser()
    assert (await browser.get("/?start=shift_12")).headers["Location"] == "/join"
    await browser.join()
    assert town.answers.effects == ["start shift_12"]
    assert await browser.words() == ["<b>Welcome</b> shift_12"]


async def test_a_link_goes_in_once_for_somebody_signed_in(town: WebTown) -> None:
    browser = await town.visitor()
    followed = await browser.get("/?start=shift_12")
    assert (followed.status, followed.headers["Location"]) == (303, "/")
    assert town.answers.effects == ["start", "start shift_12"]
    for headers in ({"Sec-Fetch-Dest": "image"}, {"Sec-Purpose": "prefetch"}):
        await browser.get("/?start=shift_13", headers=headers)
    await browser.http.head(f"{browser.address}/?start=shift_13", allow_redirects=False)
    assert town.answers.effects == ["start", "start shift_12"]


@pytest.mark.parametrize("payload", ["", "a b", "é", "a" * 65, "<b>", "a%0Ab"])
async def test_other_payloads_are_left_aside(town: WebTown, payload: str) -> None:
    browser = town.browser()
    await browser.get(f"/?start={payload}")
    await browser.join()
    assert town.answers.effects == ["start"]


async def test_a_link_with_the_code_fills_it_in(closed_town: WebTown) -> None:
    browser = closed_town.browser()
    await browser.get("/?start=CORN-42")
    assert 'value="CORN-42"' in await (await browser.get("/join")).text()


async def test_a_link_to_a_shift_goes_in_with_the_code(closed_town: WebTown) -> None:
    browser = closed_town.browser()
    await browser.get("/?start=shift_12")
    assert "shift_12" not in await (await browser.get("/join")).text()
    assert (await browser.join("corn-42")).status == 303
    assert closed_town.answers.effects == ["start corn-42 shift_12"]


# -- other sites -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": ""}, 200),  # no browser
        ({"X-Townbell": ""}, 403),
        ({"X-Townbell": "0"}, 403),
        ({"Content-Type": "text/plain"}, 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 400),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "file://"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_posts_come_from_our_own_pages(town: WebTown, headers: dict[str, str], status: int) -> None:
    browser = await town.visitor()
    body = {"id": "6f1d5c0e-7a3f-4b57-9b39-0c5d7c9b5f10", "text": "Hi"}
    assert (await browser.post("/chat/me/messages", body, headers)).status == status
    assert town.answers.effects == ["start", "Hi"] if status == 200 else ["start"]


async def test_forms_come_from_our_own_pages(town: WebTown) -> None:
    browser = town.browser()
    token = await browser.csrf()
    assert (await browser.form("/join", {"csrf": token}, {"Origin": "https://example.org"})).status == 403
    again = await browser.form("/join", {"csrf": "B" * 43})
    assert again.status == 403
    assert "Please try once more" in await again.text()
    assert (await town.browser().form("/join", {"csrf": token})).status == 403  # another browser's token
    assert (await browser.post("/join", {"csrf": token})).status == 400
    assert (await browser.form("/join", {"csrf": token, "code": "x" * 70_000})).status == 413
    assert await _sessions(town) == []
    assert (await browser.form("/join", {"csrf": token})).status == 303


async def test_sockets_come_from_our_own_pages(town: WebTown) -> None:
    browser = await town.visitor()
    for headers in ({"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        with pytest.raises(WSServerHandshakeError, match="403"):
            await browser.live(0, **headers)
    with pytest.raises(WSServerHandshakeError, match="401"):
        await town.browser().live(0)


async def test_one_account_has_so_many_sockets(town: WebTown) -> None:
    browser = await town.visitor()
    sockets = [await browser.live(0) for _ in range(20)]
    with pytest.raises(WSServerHandshakeError, match="429"):
        await browser.live(0)
    for socket in sockets:
        await socket.close()
    assert not (await browser.live(0)).closed


# -- headers, languages, problems --------------------------------------------------------------------------------------

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)


@pytest.mark.parametrize("path", ["/", "/join", "/privacy", "/chat/me/messages", "/nowhere", "/static/chat.js"])
async def test_every_answer_has_strict_headers(town: WebTown, path: str) -> None:
    answer = await town.browser().get(path)
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static/") else "no-store")
    assert "Server" not in answer.headers


async def test_static_files_have_validators(town: WebTown) -> None:
    browser = town.browser()
    first = await browser.get("/static/chat.js")
    assert first.status == 200
    assert "javascript" in first.headers["Content-Type"]
    again = await browser.get("/static/chat.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    for path in ("/static/", "/static/../channel.py", "/static/%2e%2e/channel.py", "/static//etc/passwd"):
        assert (await browser.get(path)).status in (403, 404)


async def test_pages_speak_the_browsers_language(town: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    async def language(wish: str) -> str:
        text = await (await town.browser().get("/join", headers={"Accept-Language": wish})).text()
        found = re.search(r'<html lang="(\w+)" dir="(\w+)">', text)
        assert found is not None
        assert found[2] == "ltr"
        return found[1]

    monkeypatch.setattr("locales.catalogue", lambda _code: NullTranslations())
    assert await language("es-MX,es;q=0.9,en;q=0.8") == "es"
    assert await language("fr, zu;q=0.2, af;q=0.7") == "af"
    assert await language("zu;q=0, fr") == "en"
    assert await language("zu;q=x, *") == "en"
    assert await language("") == "en"


async def test_the_account_begins_in_the_browsers_language(town: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locales.catalogue", lambda _code: NullTranslations())
    browser = town.browser()
    await browser.join(**{"Accept-Language": "af-ZA"})
    assert (await browser.last())["day"] == "Dinsdag 24 November"
    assert '<html lang="af"' in await (await browser.get("/")).text()


async def test_the_privacy_notice(town: WebTown) -> None:
    text = await (await town.browser().get("/privacy")).text()
    assert "Riverbend keeps your name" in text


async def test_nothing_there(town: WebTown) -> None:
    page = await town.browser().get("/nowhere")
    assert page.status == 404
    assert page.content_type == "text/html"
    text = await page.text()
    assert "There is nothing here" in text
    assert 'href="/"' in text
    script = await town.browser().get("/chat/7/messages")
    assert (script.status, await script.json()) == (404, {"error": 404})
    other = await town.browser().form("/privacy", {})
    assert other.status == 405
    assert "GET" in other.headers["Allow"]


async def test_a_failure_shows_no_traceback(
    town: WebTown, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr("bot.channels.web.channel.privacy", broken)
    monkeypatch.setattr("bot.channels.web.api.shown", broken)
    page = await town.browser().get("/privacy")
    assert page.status == 500
    text = await page.text()
    assert "Something went wrong on our side" in text
    assert "secret" not in text
    browser = await town.visitor()
    script = await browser.get("/chat/me/messages")
    assert (script.status, await script.json()) == (500, {"error": 500})
    assert "secret of the house" in caplog.text


async def test_a_database_that_is_away(
    town: WebTown, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_given: object) -> None:
        raise ConnectionRefusedError("no database")

    monkeypatch.setattr(town.database, "reading", away)
    for path in ("/", "/join", "/chat/me/messages"):
        answer = await town.browser().get(path, headers={"Cookie": f"townbell={'A' * 43}"})
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert "ConnectionRefusedError no database" in caplog.text


def test_every_template_is_compiled() -> None:
    environment = looks.TEMPLATES
    assert {"chat.html", "join.html", "privacy.html", "problem.html", "sample.html"} <= set(
        environment.list_templates()
    )
    for name in environment.list_templates():
        environment.get_template(name)


# -- the server --------------------------------------------------------------------------------------------------------


async def test_other_routes_share_the_server(url: str, tmp_path: Path, answers: Answers) -> None:
    async def hook(request: web.Request) -> web.Response:
        return web.Response(text=f"hook {len(await request.read())}")

    async def broken(_request: web.Request) -> web.Response:
        raise web.HTTPUnauthorized(text="not you")

    routes = [web.post("/telegram/hook", hook), web.get("/telegram/{what}", broken)]
    async with a_web_town(url, tmp_path, answers, extra_routes=routes) as town:
        browser = town.browser()
        sent = await browser.http.post(f"{browser.address}/telegram/hook", data=b"x" * 100_000)
        assert await sent.text() == "hook 100000"
        refused = await browser.get("/telegram/me")
        assert (refused.status, await refused.text()) == (401, "not you")
        assert await _sessions(await _joined(town)) != []


async def _joined(town: WebTown) -> WebTown:
    await town.visitor()
    return town


async def test_a_taken_port_is_told(town: WebTown, tmp_path: Path, answers: Answers) -> None:
    port = int(town.channel.address.rpartition(":")[2])
    assert port > 0
    other = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    with pytest.raises(OSError, match="address already in use"):
        async with a_web_town(other, tmp_path, answers, settings={"web_port": port}):
            pass


async def test_stopping_before_starting_and_twice(town: WebTown) -> None:
    await town.channel.stop()
    await town.channel.stop()


# -- the sample town ---------------------------------------------------------------------------------------------------


def _phones(town: WebTown) -> list[Browser]:
    assert town.sample is not None
    return [town.browser(f"/chat/{account}") for account in town.sample.accounts]


async def test_the_sample_town_has_everybodys_phone(sample_town: WebTown) -> None:
    first, second, _third = _phones(sample_town)
    page = await first.get("/")
    assert page.status == 200
    assert 'data-testid="clock"' in await page.text()
    people = await (await first.get("/sample/people")).json()
    assert people["people"][0] == {"account": 1, "name": "Person 1", "role": "resident", "label": "Resident"}
    assert people["phones"] == [1, 2, 3]
    assert (await first.say("/keys")).status == 200
    shown = await first.last()
    assert (await first.tap(shown["id"], "edit")).status == 200
    assert (await second.history())["messages"] == []
    assert (await second.tap(shown["id"], "edit")).status == 404
    await first.say("/files")
    photo = (await first.history())["messages"][-2]["photo"]["url"]
    assert photo.startswith("/chat/1/files/")
    assert (await first.get(photo)).status == 200
    assert (await second.get(photo.replace("/chat/1/", "/chat/2/"))).status == 404


async def test_the_sample_clock(sample_town: WebTown) -> None:
    first, second, _third = _phones(sample_town)
    assert sample_town.sample is not None
    start = {"now": "2026-11-24T09:30:00+02:00", "day": "Tuesday 24 November", "time": "09:30"}
    assert await (await first.get("/sample/clock")).json() == start
    async with await second.live(0) as socket:
        moved = await first.post("/sample/clock", {"by": "hour"})
        later = start | {"now": "2026-11-24T10:30:00+02:00", "time": "10:30"}
        assert await moved.json() == later
        assert await socket.receive_json(timeout=5) == {"type": "clock"} | later
    assert sample_town.sample.moves == ["hour"]
    bodies: tuple[object, ...] = ({"by": "year"}, {}, [], {"by": None}, {"by": ["hour"]})
    for body in bodies:
        assert (await first.post("/sample/clock", body)).status == 400
    assert (await first.post("/sample/clock", {"by": "day"}, {"X-Townbell": ""})).status == 403
    assert (await first.post("/sample/clock", {"by": "day"}, {"Origin": "http://example.org"})).status == 403
    assert sample_town.sample.moves == ["hour"]


@pytest.mark.parametrize("path", ["/", "/sample/people", "/chat/1/messages", "/static/chat.js", "/privacy"])
async def test_the_sample_town_answers_to_this_computers_names_only(sample_town: WebTown, path: str) -> None:
    browser = sample_town.browser()
    for host in ("evil.example.org", "127.0.0.1.example.org:80", "localhost.example.org", "", "0.0.0.0"):
        assert (await browser.get(path, headers={"Host": host})).status in (400, 403)
    for host in ("localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"):
        assert (await browser.get(path, headers={"Host": host})).status == 200


@pytest.mark.parametrize("path", ["/join", "/chat/me/messages", "/chat/99/messages", "/chat/999999999/messages"])
async def test_the_sample_town_has_no_sign_in(sample_town: WebTown, path: str) -> None:
    assert (await sample_town.browser().get(path)).status == 404


@pytest.mark.parametrize("path", ["/sample/people", "/sample/clock", "/chat/1/messages", "/chat/1/live"])
async def test_a_real_town_has_no_sample(town: WebTown, path: str) -> None:
    browser = await town.visitor()
    assert (await browser.get(path)).status == 404
