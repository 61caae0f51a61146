"""Whom a message reached, person by person; what reached nobody, at the desk; and what was read."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handlers import catalogue
from handlers.reach import sheet, words
from storage import outbox
from storage.outbox import accounts
from storage.queries import broadcasts, reach
from storage.queries.reach import Reached
from storage.tables import BroadcastKind
from tests.lines import WebLine, WhatsAppLine
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.topics import SHIFTS


async def looks(*people: Person) -> None:
    for person in people:
        await person.looks()


async def unreachable(town: Town, *people: Person, yes: bool = True) -> None:
    """These people blocked the bot; or, without `yes`, have come back."""
    async with town.app.database.unit() as unit:
        ids = [person.account_id for person in people]
        await unit.run(update(accounts).where(accounts.c.id.in_(ids)).values(reachable=not yes))


async def told(town: Town, broadcast: int) -> dict[str, Reached]:
    async with town.app.database.reading() as unit:
        return {one.name: one for one in await reach.everybody(unit, broadcast)}


async def a_message(town: Town, mayor: Person, **columns: Any) -> int:
    """A message that has gone out as far as it can."""
    broadcast = await town.broadcast("Who has a spade?", by=mayor, **columns)
    await town.settles()
    await mayor.looks()
    return broadcast


@crosswise
async def test_a_report_tells_what_became_of_everybody(town: Town) -> None:
    mayor, anna, ben, cleo = [await town.mayor(), *[await town.resident(name) for name in ("Anna", "Ben", "Cleo")]]
    await cleo.says("STOP")
    await unreachable(town, ben)
    broadcast = await a_message(town, mayor)
    await mayor.forges(f"reach:card:{broadcast}:0:")
    mayor.sees("“Who has a spade?”")
    mayor.sees("people in all: 2.")
    sent = "Arrived, not read yet" if town.channel == "whatsapp" else "Sent"  # WhatsApp alone tells it
    mayor.sees(f"{sent}: 1")
    mayor.sees("Not reached: 1")
    mayor.sees("Left out, since they had turned this topic off: 1")
    mayor.sees("their address is gone: 1" if town.channel == "web" else "they blocked the bot")
    await mayor.taps("Not reached")
    mayor.sees("Ben: their address is gone" if town.channel == "web" else "Ben: they blocked the bot")
    await mayor.taps("Back")
    await mayor.taps("Sent")
    mayor.sees("Anna: Tuesday 24 November")
    assert "Ben" not in mayor.last.text
    await mayor.taps("Back")
    await looks(anna)
    await anna.taps("Less of this")  # the only sign of reading there is on Telegram
    if isinstance(anna.line, WhatsAppLine):
        anna.line.person.reads()  # which WhatsApp tells
        await town.settles()
    assert (await told(town, broadcast))["Anna"].fate == "read"
    await mayor.forges(f"reach:card:{broadcast}:0:")
    mayor.sees("Read or answered: 1")
    await mayor.forges(f"reach:list:{broadcast}:9:read")
    mayor.sees("Anna: Tuesday 24 November")
    await mayor.taps("Back")
    assert await _bytes(town, mayor, broadcast) == [
        ["name", "channel", "state", "answer", "reason"],
        ["Anna", town.channel, "read", "", ""],
        ["Ben", "", "failed", "", "gone" if town.channel == "web" else "blocked"],
    ]


async def _bytes(town: Town, person: Person, broadcast: int) -> list[list[str]]:
    """The report as a file, without its times."""
    await person.taps("As a file")
    named = [shown.document for shown in await person.looks() if shown.document]
    assert named[-1].startswith("reached-")
    async with town.app.database.reading() as unit:
        _name, text = sheet.of_broadcast(broadcast, await reach.everybody(unit, broadcast))
    rows = [line.split(",") for line in text.removeprefix(sheet.UTF_8).splitlines()]
    return [[*row[:3], *row[6:]] for row in rows]


def test_a_name_in_the_file_is_a_name_and_nothing_to_reckon_out() -> None:
    names = ("Zoë", "=HYPERLINK(1)", "+27 82", "-1+1", "@SUM(1)", "\t=1", "＝1+1", 'A "B", C')
    nothing: dict[str, Any] = dict.fromkeys(("channel", "sent_at", "delivered_at", "read_at", "answer", "why"))
    people = [Reached(resident_id=1, name=name, fate="sent", **nothing) for name in names]
    _name, text = sheet.of_broadcast(1, people)
    assert text.encode().startswith(b"\xef\xbb\xbf")
    shown = [row[0] for row in csv.reader(io.StringIO(text.removeprefix(sheet.UTF_8)))][1:]
    assert shown == ["Zoë", *(f"'{name}" for name in names[1:-1]), 'A "B", C']


@crosswise
async def test_what_failed_is_sent_again_while_it_is_of_use(town: Town) -> None:
    mayor, ben = await town.mayor(), await town.resident("Ben")
    await unreachable(town, ben)
    broadcast = await a_message(town, mayor)
    await mayor.forges(f"reach:card:{broadcast}:0:")
    card = mayor.last
    await unreachable(town, ben, yes=False)
    await mayor.taps("Send again")
    assert "to 1 person" in mayor.toast
    await town.settles()
    await looks(ben)
    assert ben.has_seen("Who has a spade?", 1)
    async with town.app.database.reading() as unit:
        assert "again" in [event.kind for event in await broadcasts.history(unit, broadcast)]
    await mayor.forges(f"reach:again:{broadcast}:0:", on=card)  # the same button once more
    mayor.sees("There is nothing to send again")
    await town.settles()
    await looks(ben)
    assert ben.has_seen("Who has a spade?", 1)


@once
async def test_nothing_is_sent_again_that_comes_too_late(town: Town) -> None:
    mayor, ben = await town.mayor(), await town.resident("Ben")
    await unreachable(town, ben)
    broadcast = await a_message(town, mayor)
    town.clock.move_to(town.clock.now() + timedelta(days=30))
    await mayor.forges(f"reach:card:{broadcast}:0:")
    assert "Send again" not in mayor.last.labels
    await mayor.forges(f"reach:again:{broadcast}:0:")
    mayor.sees("There is nothing to send again")


@once
async def test_a_call_for_hands_is_not_sent_again_once_nobody_is_needed(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    shift = await town.shift(places=1)
    await unreachable(town, ben)
    call: dict[str, Any] = {"kind": BroadcastKind.TASK, "topic": SHIFTS, "shift_id": shift}
    broadcast = await a_message(town, mayor, audience=f"town\n&can:{shift}", **call)
    await mayor.forges(f"reach:card:{broadcast}:0:")
    assert "Send again" in mayor.last.labels
    await anna.joins(shift)
    await mayor.forges(f"reach:card:{broadcast}:0:")
    assert "Send again" not in mayor.last.labels
    await mayor.forges(f"reach:again:{broadcast}:0:")
    mayor.sees("There is nothing to send again")


@once
async def test_a_report_is_for_who_made_it_and_for_the_town(town: Town) -> None:
    mayor, pieter, anna = await town.mayor(), await town.coordinator("Bakery"), await town.resident("Anna")
    of_mayor, of_pieter = await a_message(town, mayor), await a_message(town, pieter)
    await looks(mayor, pieter, anna)
    for do in ("card", "list", "file", "again"):
        for person, broadcast in ((pieter, of_mayor), (anna, of_mayor), (anna, of_pieter)):
            await person.forges(f"reach:{do}:{broadcast}:0:sent")
            person.sees("Only coordinators can do that" if person is anna else "Only the mayor or a coordinator")
    await pieter.forges(f"reach:card:{of_pieter}:0:")
    pieter.sees("Whom it reached")
    await mayor.forges(f"reach:card:{of_pieter}:0:")
    mayor.sees("Whom it reached")
    await mayor.forges("reach:list:1:0:nonsense")
    mayor.sees("I find nothing of that kind")
    await mayor.forges("reach:card:999:0:")
    mayor.sees("That is not on the list any more.")


# -- what reached nobody -----------------------------------------------------------------------------------------------


async def lost(town: Town, person: Person, notice: str = "role.given", **fields: Any) -> None:
    """A notice that reaches nobody."""
    async with town.app.database.unit() as unit:
        given = {"role": "council", "project": "", "by": "Naledi"} | fields
        key = f"lost:{person.resident_id}:{json.dumps(given)}"
        now = town.clock.now()
        row = outbox.new_row(notice=notice, resident_id=person.resident_id, dedupe_key=key, now=now, **given)
        await outbox.put(unit, [row])
    await town.settles()


@crosswise
async def test_what_reached_nobody_is_listed_at_the_desk(town: Town) -> None:
    mayor, ben, cleo = await town.mayor(), await town.resident("Ben"), await town.resident("Cleo")
    await mayor.says("/undelivered")
    mayor.sees("Everything of the last 30 days has reached somebody.")
    await mayor.says("/desk")
    assert "Not delivered" not in mayor.last.labels
    await unreachable(town, ben, cleo)
    await lost(town, ben)
    await lost(town, ben, again=1)
    await lost(town, cleo)
    await mayor.says("/desk")
    mayor.sees("3 notices reached nobody.")
    await mayor.taps("Not delivered")
    mayor.sees("3 notices, to 2 people.")
    mayor.sees("Ben: 2 notices")
    await mayor.taps("By reason")
    await mayor.taps("Address gone" if town.channel == "web" else "Blocked the bot")
    mayor.sees("Only these:")
    await mayor.says("Ben")
    mayor.sees("About a role or joining")
    assert "council" not in mayor.last.text  # what it said is for Ben alone
    await mayor.taps("Send all again")
    assert "2 notices once more" in mayor.toast
    await town.settles()
    await mayor.says("/undelivered")
    mayor.sees("Ben: 2 notices")  # still not to be reached
    await unreachable(town, ben, yes=False)
    await mayor.taps("Ben")
    await mayor.taps("About a role")
    await mayor.taps("Send again")
    await town.settles()
    await looks(ben)
    assert ben.has_seen("council", 1)
    await mayor.says("/undelivered")
    mayor.sees("2 notices, to 2 people.")


@once
async def test_what_is_let_go_is_not_sent_any_more(town: Town) -> None:
    mayor, ben = await town.mayor(), await town.resident("Ben")
    await unreachable(town, ben)
    for number in range(6):
        await lost(town, ben, again=number)
    await mayor.says("/undelivered")
    await mayor.taps("Ben")
    await mayor.taps("More")
    await mayor.taps("About a role")
    row = mayor.last
    await mayor.taps("Let it go")
    assert "1 notice is let go" in mayor.toast
    mayor.sees("Ben: 5 notices")
    drop = next(data for label, data in row.buttons if label == "Let it go")
    await mayor.forges(drop)  # the same button once more
    mayor.sees("I find nothing of that kind that did not arrive.")
    await mayor.says("/undelivered")
    await mayor.taps("Ben")
    await mayor.taps("Let all of it go")
    mayor.sees("Shall I let go of all that did not reach Ben: 5 notices?")
    await mayor.taps("Yes, let it go")
    mayor.sees("Everything of the last 30 days has reached somebody.")
    await unreachable(town, ben, yes=False)
    await town.settles()
    await looks(ben)
    assert ben.has_not_seen("council")


@once
async def test_a_project_s_coordinator_sees_what_was_sent_to_many_of_theirs(town: Town) -> None:
    pieter, ben, mayor = await town.coordinator("Bakery"), await town.resident("Ben"), await town.mayor()
    await unreachable(town, ben)
    await lost(town, ben)
    await a_message(town, mayor)
    await pieter.says("/undelivered")
    pieter.sees("Everything of the last 30 days has reached somebody.")
    await pieter.forges(f"reach:person:{ben.resident_id}:0:")
    pieter.sees("I find nothing of that kind that did not arrive.")
    for do in ("row", "retry", "drop"):
        await pieter.forges(f"reach:{do}:1:0:")
        pieter.sees("I find nothing of that kind that did not arrive.")
    await a_message(town, pieter)
    await pieter.says("/undelivered")
    pieter.sees("Ben: 1 notice")  # of two that did not reach him
    await ben.says("/undelivered")
    ben.has_seen("Only coordinators can do that", times=1)  # and what did not reach him before may stand below
    await ben.forges("reach:undelivered:0:0:")
    ben.sees("Only coordinators can do that")
    await pieter.forges("reach:undelivered:0:0:nonsense")
    pieter.sees("I find nothing of that kind")


@once
async def test_every_notice_has_a_title(town: Town) -> None:
    plain = [key for key in catalogue.notices() if words.title(key) == "Something from the town"]
    assert plain == []


# -- read: WhatsApp tells it itself, and Telegram never does; the web chat's page posts what was in view

on_web = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "web")], indirect=True)


@on_web
async def test_the_web_chat_tells_what_was_in_view(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    broadcast = await a_message(town, mayor)
    newest = (await anna.looks())[-1].id
    assert await seen(anna, newest - 1) == 200
    assert (await told(town, broadcast))["Anna"].fate == "sent"
    assert await seen(anna, newest) == 200
    assert await seen(anna, newest) == 200
    found = (await told(town, broadcast))["Anna"]
    assert (found.fate, found.delivered_at) == ("read", found.read_at)
    for wrong in (None, 0, -1, True, "1", 2**40):
        assert await seen(anna, wrong) == 400
    async with town.app.database.reading() as unit:
        assert (await outbox.progress(unit, broadcast)).read == 1


async def seen(person: Person, message: object) -> int:
    """What the page posts; the status of the answer."""
    line = person.line
    assert isinstance(line, WebLine)
    headers = {"X-Townbell": "1", "Origin": line.base}
    async with line.http.post(f"{line.base}/chat/me/seen", json={"message": message}, headers=headers) as answer:
        assert answer.content_type in ("application/json", "text/html", "text/plain")
        return answer.status
