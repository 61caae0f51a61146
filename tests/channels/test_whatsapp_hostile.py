"""Whatever reaches the webhook: nothing forged is believed, nothing malformed holds anybody up, all that can be
understood is answered."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels.whatsapp_hook import LARGEST
from bot.delivery.whatsapp_trackers import Trackers
from storage import outbox
from storage.sql import select
from storage.tables import Account, Deed, Inbox, Outbox, OutboxState, Steward, metadata, table_of
from tests.channels.whatsapp_bodies import (
    ANSWERED,
    KINDS,
    ODD,
    STATUS,
    body_of,
    deep,
    everything,
    paths,
    saying,
    spoilt,
)
from tests.emulators.whatsapp import Person as OnWhatsApp
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.emulators.whatsapp_hooks import SIGNATURE
from tests.emulators.whatsapp_world import Json
from tests.lines import WhatsAppLine
from tests.people import OPENING, Person, Town

BIGGEST = 2**31 - 1
TIMES: tuple[Any, ...] = (
    "9999999999",
    "253402300799",
    str(10**20),
    "0",
    "-1",
    "-62135596800",
    "1e9",
    "NaN",
    "",
    None,
    1e308,
    [],
    True,
)

LONG_PAST = ("0", "-1", "-62135596800", True)

pytestmark = pytest.mark.parametrize("channel", ["whatsapp"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

rows, accounts, inbox, deeds = (table_of(model) for model in (Outbox, Account, Inbox, Deed))


# -- hands and eyes ----------------------------------------------------------------------------------------------------


def at(person: Person) -> OnWhatsApp:
    """Somebody's WhatsApp."""
    assert isinstance(person.line, WhatsAppLine)
    return person.line.person


def number(town: Town) -> WhatsAppEmulator:
    assert town.wa is not None
    return town.wa


async def dump(town: Town, *but: str) -> dict[str, list[str]]:
    """All rows of all tables, but of those in `but`."""
    async with town.app.database.reading() as unit:
        return {
            name: sorted(map(repr, await unit.rows(select(table))))
            for name, table in metadata.tables.items()
            if name not in but
        }


async def posts(town: Town, *values: Json) -> int:
    """Post one webhook with these values, rightly signed; the HTTP status."""
    status = await number(town).posts_raw(body_of(number(town), *values))
    await number(town).settled()
    return status


def tapping(data: str) -> Json:
    """A tap that may never have been offered."""
    reply = {"type": "button_reply", "button_reply": {"id": data, "title": "…"}}
    return {"type": "interactive", "interactive": reply}


async def account(town: Town, person: Person) -> Any:
    async with town.app.database.reading() as unit:
        return await unit.first(select(accounts).where(accounts.c.id == person.account_id))


async def notice(town: Town, person: Person, **columns: Any) -> int:
    """A notice to somebody, which waits; its row."""
    row = outbox.new_row(
        notice="join.accepted", resident_id=person.resident_id, dedupe_key=f"to {person.resident_id}", town="Riverbend",
        now=town.clock.now(),
    )  # fmt: skip
    async with town.app.database.unit() as unit:
        await outbox.put(unit, [row | columns])
        return int(await unit.value(select(rows.c.id).where(rows.c.dedupe_key == row["dedupe_key"])))


async def row_of(town: Town, row_id: int) -> Any:
    async with town.app.database.reading() as unit:
        return await unit.first(select(rows).where(rows.c.id == row_id))


@pytest.fixture(autouse=True)
async def nothing_fails_inside(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    yield
    failed = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not failed, f"{failed[0].getMessage()}\n{failed[0].exc_text}"


# -- whose words they are ----------------------------------------------------------------------------------------------


@on_sqlite
async def test_what_is_not_signed_changes_nothing(town: Town) -> None:
    wa, thandi, shift = number(town), await town.resident("Thandi"), await town.shift()
    tap = {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": f"shift:join:{shift}", "title": "I join"}},
    }
    body = json.dumps(body_of(wa, saying(wa, at(thandi), tap))).encode()
    right = wa.hooks.sign(body)
    digest = right.removeprefix("sha256=")
    before = await dump(town)
    for signature in (
        None, " ", "sha256=", "sha256=" + "0" * 64, f"sha1={digest}", f"SHA256={digest}", f"sha256={digest}0",
        f"sha256={digest[:-1]}", f"sha256= {digest}", f"sha256={digest},sha256={digest}", "sha256=ü" + digest[1:],
        "sha256=" + "९" * 64, wa.hooks.sign(body + b" "), wa.hooks.sign(b""), "x" * 7000,
    ):  # fmt: skip
        assert await wa.posts_raw(body, signature=signature) == 401, signature
    assert await wa.posts_raw(body.replace(b"join", b"open"), signature=right) == 401
    assert await wa.posts_raw(body[:-1], signature=right) == 401
    assert await wa.posts_raw(b"", signature=right) == 401
    assert await dump(town) == before
    assert await wa.posts_raw(body) == 200
    assert await dump(town) != before


@on_sqlite
async def test_a_second_signature_does_not_make_a_forged_one_right(town: Town) -> None:
    wa, thandi = number(town), await town.resident("Thandi")
    body = json.dumps(body_of(wa, saying(wa, at(thandi), KINDS["text"]))).encode()
    before = await dump(town)
    headers = [(SIGNATURE, "sha256=" + "0" * 64), (SIGNATURE, wa.hooks.sign(body))]
    async with aiohttp.ClientSession() as session, session.post(wa.hook, data=body, headers=headers) as answer:
        assert answer.status == 401
    assert await dump(town) == before


@on_sqlite
async def test_rightly_signed_garbage_changes_nothing(town: Town) -> None:
    wa, thandi = number(town), await town.resident("Thandi")
    good = body_of(wa, saying(wa, at(thandi), KINDS["text"]))
    ids: tuple[Any, ...] = ("1" + wa.phone_number_id, None, "", 7, [])
    others: list[Json] = [{"metadata": {"phone_number_id": one}} for one in ids]
    before = await dump(town)
    for body in (b"", b"{", b"nonsense", b"\xff\xfe", b"\x1f\x8b\x08", b"[" * 100_000, b'{"a":' * 50_000, b"1" * 9000):
        assert await wa.posts_raw(body) in (200, 400), body[:20]
    assert await wa.posts_raw(b" " * (LARGEST + 1)) == 413
    assert await wa.posts_raw(json.dumps({"x": "y" * 2_000_000}).encode()) == 200
    for value in (*others, {"metadata": {}}, {"metadata": [wa.phone_number_id]}):
        assert await posts(town, saying(wa, at(thandi), KINDS["text"]) | value) == 200
    for odd in (*ODD, deep()):
        for path in ((), ("entry",), ("entry", 0), ("entry", 0, "changes"), ("entry", 0, "changes", 0, "value")):
            assert await wa.posts_raw(json.dumps(spoilt(good, path, odd)).encode()) in (200, 400), (path, odd)
    assert await dump(town) == before


# -- shapes ------------------------------------------------------------------------------------------------------------


async def test_no_shape_holds_up_the_others(town: Town) -> None:
    """One malformed part costs no other message of its webhook its answer, on either database."""
    wa, thandi, sipho = number(town), await town.resident("Thandi"), await town.resident("Sipho")
    row_id = await notice(town, thandi)
    odd_ones = itertools.cycle(
        (None, True, 10**40, float("nan"), "a\0b", "\ud800", "9" * 5000, [None], {"id": 1}, deep())
    )
    posted = 0
    for change in everything(wa, at(thandi), row=row_id)["entry"][0]["changes"]:
        ill = body_of(wa, change["value"])
        for path in paths(ill):
            if len(path) > 5:
                well = body_of(wa, saying(wa, at(sipho), KINDS["text"] | {"id": f"wamid.{posted}"}))
                both = {**ill, "entry": [*spoilt(ill, path, next(odd_ones))["entry"], *well["entry"]]}
                assert await wa.posts_raw(both) == 200, path
                posted += 1
    async with town.app.database.reading() as unit:
        answered = await unit.rows(select(inbox.c.replies).where(inbox.c.account_id == sipho.account_id))
    assert len(answered) == posted
    assert all(replies != "[]" for (replies,) in answered)


async def answered(town: Town, person: OnWhatsApp, message: Json, **of_contact: Any) -> None:
    """Somebody says this, in one webhook, and hears something."""
    value, before = saying(number(town), person, message), len(person.messages)
    value["contacts"][0] |= of_contact
    assert await posts(town, value) == 200
    assert len(person.messages) > before, str(message)[:200]


async def test_whatever_somebody_says_is_answered(town: Town) -> None:
    thandi = await town.resident("Thandi")
    for kind in ANSWERED:
        await answered(town, at(thandi), KINDS[kind])
        await answered(town, number(town).person("Somebody new"), KINDS[kind])


@on_sqlite
async def test_what_asks_for_no_answer_gets_none(town: Town) -> None:
    wa, thandi = number(town), await town.resident("Thandi")
    before = await dump(town)
    silent = [KINDS[kind] for kind in KINDS if kind not in ANSWERED and kind != "system"]
    assert await posts(town, saying(wa, at(thandi), *silent), {"statuses": [STATUS | {"id": "wamid.nobodys"}]}) == 200
    assert len(at(thandi).messages) == 1
    after = await dump(town, "message_statuses")
    assert {name: before[name] for name in after} == after


async def test_whatever_somebody_is_called(town: Town) -> None:
    names: tuple[Any, ...] = (
        "",
        "a\0b",
        "\ud800",
        "\u202eevil\u202c",
        "<b>",
        "{name} %s",
        "*_~`",
        "x" * 5000,
        "\n\n",
        7,
    )
    for name in (*names, None, {}):
        new = number(town).person("Somebody")
        for message in (KINDS["text"], tapping("w:signup:language:en"), {"type": "text", "text": {"body": "Thandi"}}):
            await answered(town, new, message, profile={"name": name, "username": name})


async def test_whatever_somebody_writes(town: Town) -> None:
    thandi, stranger = await town.resident("Thandi"), number(town).person("Somebody new")
    for text in ("", "\0", "a\0b", "\ud800", "\u202e" * 50, "x" * 70_000, "9" * 10_000, "/" * 4096, "\n" * 4096):
        await thandi.forges("me:name:0")
        for person in (at(thandi), at(thandi), stranger):
            await answered(town, person, {"type": "text", "text": {"body": text}})


# -- taps that nobody was offered --------------------------------------------------------------------------------------


async def test_forged_taps_reach_nobody_elses_things(town: Town) -> None:
    thandi, sipho = await town.resident("Thandi"), await town.resident("Sipho")
    shift, row_id = await town.shift(), await notice(town, thandi)
    await thandi.joins(shift)
    await thandi.forges(f"goods:get:{await town.batch('Bread', 5, allowance=2000)}:0:0")
    stranger = await town.stranger("Mateo")
    before = await dump(town, "accounts", "inbox")
    me, claim = thandi.resident_id, 1
    for person in (sipho, stranger):
        for data in (
            f"as:{me}:shift:release:{shift}", f"as:{me}:home", f"as:{me}:as:{me}:home", f"as:{me}:", "as::home",
            f"as:0:shift:release:{shift}", f"as:-1:shift:release:{shift}", f"as:{10**30}:home", "as:", "as:x:home",
            f"as:{me}", f"as:{me}:me:open:0", f"as:{me}:mail:{row_id}", f"mail:{row_id}", "mail:0", f"mail:{10**30}",
            "mail:-1", "mail:x", f"shift:release:{shift}", f"shift:unwait:{shift}", f"claim:code:{claim}:0:0",
            f"claim:hand:{claim}:1:0", f"goods:gaveback:{claim}:0:0", f"goods:changed:{claim}:0:0", "x" * 200,
            "shift:join:" + "9" * 10_000, "home\0", "\0", "\ud800", "\u202ehome", "home\n", " home", "HOME", "[]",
            "9" * 256, "é" * 100, "w:", "w:signup:consent:yes",
        ):  # fmt: skip
            for kind in ("button_reply", "list_reply", "button"):
                had = len(at(person).messages)
                at(person).taps_raw("wamid.nowhere", data, kind=kind)
                await number(town).settled()
                assert len(at(person).messages) > had, data
                assert "Welcome to Riverbend, Thandi" not in at(person).last.text
    assert await dump(town, "accounts", "inbox") == before
    assert len((await account(town, sipho)).data) < 2000


@on_sqlite
async def test_somebody_elses_notice_is_not_shown(town: Town) -> None:
    """What a template's button sends back names a row: it opens for its own resident alone."""
    thandi, sipho = await town.resident("Thandi"), await town.resident("Sipho")
    row_id = await notice(town, thandi)
    await town.settles()
    told = at(thandi).last.text
    for message in ("wamid.nowhere", at(thandi).last.wamid):
        at(sipho).taps_raw(message, f"mail:{row_id}", kind="button")
        await number(town).settled()
        assert at(sipho).last.text not in (told, "")
    assert (await row_of(town, row_id)).read_at is None
    at(thandi).taps_raw("wamid.nowhere", f"mail:{row_id}", kind="button")
    await number(town).settled()
    assert at(thandi).last.text == told


# -- statuses ----------------------------------------------------------------------------------------------------------


async def test_a_status_settles_no_row_but_its_own(town: Town) -> None:
    """A tracker is no secret to whoever else sends by the same number, and its own statuses come here too."""
    thandi, sipho = await town.resident("Thandi"), await town.resident("Sipho")
    sent, waiting = await notice(town, sipho), await notice(town, thandi, due_at=OPENING + timedelta(hours=5))
    await town.app.delivery.drain()
    await number(town).settled()
    before = [await row_of(town, row) for row in (sent, waiting)]
    assert [row.state for row in before] == [OutboxState.SENT, OutboxState.WAITING]
    trackers = Trackers(number(town).app_secret)
    sealed = [trackers.of(row, 1) for row in (sent, waiting, 0, 77, BIGGEST, BIGGEST + 1, 10**18, -1)]
    for tracker in (*sealed, *(one.rpartition(":")[0] for one in sealed), "x:1", "", "::", "\ud800"):
        for what in ("sent", "delivered", "read", "failed", "deleted", "\ud800"):
            of_another = {"biz_opaque_callback_data": tracker, "id": f"wamid.another.{tracker[:30]}", "status": what}
            assert await posts(town, {"statuses": [STATUS | of_another]}) == 200
    assert [await row_of(town, row) for row in (sent, waiting)] == before
    await town.moves(hours=5)
    assert (await row_of(town, waiting)).state == OutboxState.SENT
    assert (await row_of(town, waiting)).reference == at(thandi).last.wamid


async def a_row_that_was_tried(town: Town) -> int:
    """A notice that WhatsApp did not take, and that waits to be tried again."""
    thandi = await town.resident("Thandi")
    row_id = await notice(town, thandi)
    number(town).fail_next(code=131000)
    await town.app.delivery.drain()
    row = await row_of(town, row_id)
    assert (row.state, row.attempts) == (OutboxState.WAITING, 1)
    return row_id


async def test_a_forged_tracker_makes_no_message_of_another_ours(town: Town) -> None:
    """Whoever else sends by the same number can have any status told to us, but cannot seal its tracker."""
    row_id = await a_row_that_was_tried(town)
    before, trackers = await row_of(town, row_id), Trackers(number(town).app_secret)
    right = trackers.of(row_id, 1)
    seal = right.rpartition(":")[2]
    forged = (
        f"{row_id}:1", f"{row_id}:1:", f"{row_id}:1:{'0' * len(seal)}", f"{row_id}:1:{seal[:-1]}", f"{right}0",
        f"{row_id}:2:{seal}", f"0{right}", right.upper(), f" {right}", Trackers("another").of(row_id, 1),
        f"{row_id}:1:{trackers.of(row_id + 1, 1).rpartition(':')[2]}",
    )  # fmt: skip
    told = [
        STATUS | {"biz_opaque_callback_data": tracker, "id": f"wamid.another.{count}", "status": what}
        for count, tracker in enumerate(forged)
        for what in ("sent", "delivered", "read", "failed")
        if tracker != right
    ]
    assert await posts(town, *({"statuses": [status]} for status in told)) == 200
    assert await row_of(town, row_id) == before
    of_ours = {"biz_opaque_callback_data": right, "id": "wamid.ours", "status": "delivered"}
    assert await posts(town, {"statuses": [STATUS | of_ours]}) == 200
    row = await row_of(town, row_id)
    assert (row.state, row.reference) == (OutboxState.SENT, "wamid.ours")
    assert row.delivered_at is not None


@pytest.mark.parametrize("tracker", ["unsealed", "of another secret"])
async def test_of_a_message_that_the_row_knows_a_status_needs_no_seal(town: Town, tracker: str) -> None:
    """As when the app's secret was changed since it was sent."""
    thandi = await town.resident("Thandi")
    row_id = await notice(town, thandi)
    await town.settles()
    await number(town).settled()
    row = await row_of(town, row_id)
    assert row.read_at is None
    told = {
        "biz_opaque_callback_data": f"{row_id}:1" if tracker == "unsealed" else Trackers("older").of(row_id, 1),
        "id": row.reference,
        "status": "read",
    }
    assert await posts(town, {"statuses": [STATUS | told]}) == 200
    assert (await row_of(town, row_id)).read_at is not None


async def test_a_status_of_any_time_is_kept_or_not_but_harms_nothing(town: Town) -> None:
    thandi = await town.resident("Thandi")
    row_id = await notice(town, thandi)
    await town.settles()
    await number(town).settled()
    row = await row_of(town, row_id)
    for count, when in enumerate(TIMES):
        sealed = Trackers(number(town).app_secret).of(row_id, 1)
        tracker = {"id": f"{row.reference}{count}", "biz_opaque_callback_data": sealed}
        status = STATUS | tracker | {"timestamp": when}
        assert await posts(town, {"statuses": [status]}) == 200
    assert await row_of(town, row_id) == row
    await town.settles()


# -- time --------------------------------------------------------------------------------------------------------------


async def test_no_timestamp_keeps_the_window_open(town: Town) -> None:
    times = [when for when in TIMES if when not in LONG_PAST]  # what is so old is passed over
    people = {repr(when): await town.resident() for when in times}
    for when, person in zip(times, people.values(), strict=True):
        await answered(town, at(person), KINDS["text"] | {"timestamp": when})
        await answered(town, number(town).person("Somebody new"), KINDS["text"] | {"timestamp": when})
        assert (await account(town, person)).heard_at <= town.clock.now(), when
    await town.moves(hours=25)
    heard = {told: len(at(person).messages) for told, person in people.items()}
    for person in people.values():
        await notice(town, person)
    await town.settles()
    for told, person in people.items():
        first = at(person).messages[heard[told]]
        assert first.template is not None, f"free words after the window of {told}"


@on_sqlite
async def test_what_was_said_yesterday_opens_no_window_today(town: Town) -> None:
    """Bodies that come again, with their old signatures, change nothing; nor do their words count as new."""
    wa, thandi, shift = number(town), await town.resident("Thandi"), await town.shift(day=4)
    with wa.batching():
        at(thandi).says("/week")
        at(thandi).taps_raw("wamid.nowhere", f"shift:join:{shift}")
    await wa.settled()
    await thandi.forges(f"shift:release:{shift}")
    await town.moves(hours=25)
    await thandi.looks()
    before, heard_at = await dump(town, "message_statuses"), (await account(town, thandi)).heard_at
    past = list(wa.hooks.past)
    assert set(await asyncio.gather(*(wa.posts_raw(body) for body in past))) == {200}
    await wa.settled()
    assert await dump(town, "message_statuses") == before
    assert (await account(town, thandi)).heard_at == heard_at <= town.clock.now() - timedelta(hours=24)


# -- who is who --------------------------------------------------------------------------------------------------------


@on_sqlite
async def test_nobody_is_somebody_else_by_a_name_of_theirs(town: Town) -> None:
    """An id that is another's phone, a phone that is another's id: each is answered as themselves, or not at all."""
    wa, thandi, sipho = number(town), await town.resident("Thandi"), await town.resident("Sipho")
    await thandi.joins(await town.shift())
    thandi_s, sipho_s = at(thandi), at(sipho)
    for author in (
        {"from_user_id": thandi_s.phone}, {"from_user_id": f"ZA.{thandi_s.phone}"},
        {"from_user_id": thandi_s.user_id.lower()}, {"from_user_id": f" {thandi_s.user_id}"},
        {"from_user_id": f"{thandi_s.user_id}\n"}, {"from": thandi_s.user_id},
        {"from": f"{thandi_s.phone}, left 1"}, {"from_user_id": f"{thandi_s.user_id}."},
    ):  # fmt: skip
        before, heard = await account(town, thandi), len(thandi_s.messages)
        value = saying(wa, sipho_s, KINDS["text"] | author)
        assert await posts(town, value) == 200
        assert len(thandi_s.messages) == heard, author
        assert await account(town, thandi) == before


@on_sqlite
async def test_one_message_id_of_two_people_is_not_one_message(town: Town) -> None:
    """Neither hears what was said to the other."""
    wa, thandi, sipho = number(town), await town.resident("Thandi"), await town.resident("Sipho")
    shift = await town.shift("Bread for Thandi alone")
    same = {"id": "wamid.same"}
    first = saying(wa, at(thandi), tapping(f"shift:join:{shift}") | same)
    second = saying(wa, at(sipho), KINDS["text"] | same)
    both = {"contacts": first["contacts"] + second["contacts"], "messages": first["messages"] + second["messages"]}
    for _ in range(2):
        assert await posts(town, both) == 200
    assert "Bread for Thandi alone" in at(thandi).last.text
    assert all("Bread for Thandi alone" not in message.text for message in at(sipho).messages)
    assert len(at(sipho).messages) == 2, "Sipho was answered once, after the greeting"


@on_sqlite
async def test_a_change_that_was_told_of_others_moves_nobody(town: Town) -> None:
    """Who becomes whom is believed of the account that it names; nobody else's goes with it."""
    wa, thandi, sipho = number(town), await town.resident("Thandi"), await town.resident("Sipho")
    before = await dump(town, "inbox")
    for system in (
        {"type": "user_changed_number"}, {"type": "user_changed_number", "wa_id": "x"},
        {"type": "user_changed_user_id"},
        {"type": "user_changed_user_id", "previous_user_id": "ZA.404", "user_id": at(thandi).user_id},
        {"type": "user_changed_user_id", "previous_user_id": at(sipho).user_id, "user_id": "no id"},
        {"type": "hijack", "previous_user_id": at(sipho).user_id, "user_id": at(thandi).user_id},
    ):  # fmt: skip
        told = {
            "id": f"wamid.{json.dumps(system)[-9:-2].strip()}",
            "type": "system",
            "timestamp": wa.state.today,
            "system": system,
        }
        assert await posts(town, {"messages": [told]}) == 200
    assert await dump(town, "inbox") == before


async def test_what_a_helper_taps_is_noted_whatever_it_is(town: Town) -> None:
    """The note of what somebody did for another holds the tap's data, which may be anything."""
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.resident("Thandi")
    helps = Steward(
        resident_id=thandi.resident_id, steward_id=pieter.resident_id, consent="spoken", consent_at=OPENING,
        made_at=OPENING,
    )  # fmt: skip
    async with town.app.database.unit() as unit:
        await unit.add(helps)
    me = f"as:{thandi.resident_id}:"
    for data in (
        "home",
        "home\0",
        "\0",
        "\ud800",
        "shift:join:" + "9" * 10_000,
        "é" * 500,
        "\u202ehome",
        "",
        "/week\0",
    ):
        await answered(town, at(pieter), tapping(me + data))
    for words in ("/week\0\0", "/\ud800", "\0", "/" + "9" * 10_000):
        await answered(town, at(pieter), {"type": "text", "text": {"body": words}})
    async with town.app.database.reading() as unit:
        noted = [row.what for row in await unit.rows(select(deeds.c.what))]
    assert len(noted) > 5
    assert max(map(len, noted)) <= 256
