"""The delivery, the channel and a strict WhatsApp together: windows, templates, budgets and statuses over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import outbox
from storage.outbox import accounts
from storage.tables import OutboxState, Priority
from tests.emulators.whatsapp import Person as OnWhatsApp
from tests.emulators.whatsapp import Statuses, WhatsAppEmulator
from tests.lines import WhatsAppLine
from tests.people import Person, Town

pytestmark = [
    pytest.mark.parametrize("channel", ["whatsapp"], indirect=True),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
GOOD: dict[str, Any] = {"shift": 1, "title": "Bread", "minutes": 60, "week": "2026-11-23"}


def whatsapp(town: Town) -> WhatsAppEmulator:
    assert town.wa is not None
    return town.wa


def phone(person: Person) -> OnWhatsApp:
    assert isinstance(person.line, WhatsAppLine)
    return person.line.person


async def resident(town: Town, name: str = "", language: str = "en") -> Person:
    """Somebody who does not tap "Show me" as soon as it comes, as people of other tests do."""
    person = await town.resident(name, language=language)
    phone(person).contact.on_message = None
    return person


async def writes(person: Person) -> None:
    """They say something, so that their window is open."""
    phone(person).messages.clear()
    await person.says("/me")


async def tell(town: Town, person: Person, key: str = "1", priority: Priority = Priority.PERSONAL) -> int:
    """A notice that their hours are confirmed; its row."""
    row = outbox.new_row(
        notice="hours.confirmed", resident_id=person.resident_id, dedupe_key=f"{person.resident_id}:{key}",
        now=town.clock.now(), priority=priority, **GOOD,
    )  # fmt: skip
    async with town.app.database.unit() as unit:
        await outbox.put(unit, [row])
        return int(await unit.value(select(outbox.outbox.c.id).where(outbox.outbox.c.dedupe_key == row["dedupe_key"])))


async def settles(town: Town) -> None:
    """All that is due is delivered, and all that is told of it is taken in, and what follows from that too."""
    for _time in range(3):
        await town.app.delivery.drain()
        await whatsapp(town).settled()


async def row(town: Town, row_id: int) -> Any:
    async with town.app.database.reading() as unit:
        return await unit.first(select(outbox.outbox).where(outbox.outbox.c.id == row_id))


def confirmed(person: Person) -> list[str]:
    """How the notices came that their hours are confirmed, as far as they arrived."""
    told = [message for message in phone(person).messages if "Bread" in message.text]
    return [message.kind for message in told if "delivered" in message.statuses]


async def thinks_it_open(town: Town, person: Person) -> None:
    """The town takes their window for open, though WhatsApp does not."""
    async with town.app.database.unit() as unit:
        heard = update(accounts).where(accounts.c.id == person.account_id)
        await unit.execute(heard.values(heard_at=town.clock.now() - timedelta(hours=1)))


@pytest.mark.parametrize(
    "policy",
    [
        Statuses(order="shuffled", duplicates=1, reads_at_once=True),
        Statuses(order="read before delivered"),
        Statuses(order="read without delivered", contacts="never"),
        Statuses(early=True, reads_at_once=True, contacts="always"),
        Statuses(delay=0.02, duplicates=2, reads_at_once=True),
    ],
    ids=["shuffled", "read first", "read only", "before the answer", "late"],
)
async def test_it_is_known_who_read_it(town: Town, policy: Statuses) -> None:
    anna = await resident(town, "Anna")
    await writes(anna)
    whatsapp(town).statuses = policy
    row_id = await tell(town, anna)
    await settles(town)
    message = phone(anna).messages[-1]
    found = await row(town, row_id)
    assert (found.state, found.reference, found.template) == (OutboxState.SENT, message.wamid, "")
    assert None not in (found.delivered_at, found.read_at)


@pytest.mark.parametrize("how", ["status", "error"])
async def test_outside_the_window_it_goes_as_a_template_however_whatsapp_says_so(town: Town, how: Any) -> None:
    anna = await resident(town, "Anna")
    await writes(anna)
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    await thinks_it_open(town, anna)
    whatsapp(town).window_errors = how
    row_id = await tell(town, anna)
    await settles(town)
    message = phone(anna).messages[-1]
    assert message.template == ("townbell_hours", "en")
    assert "Your hours on Bread are confirmed: 1 h." in message.text
    found = await row(town, row_id)
    assert (found.state, found.template, found.reference) == (OutboxState.SENT, "townbell_hours/en", message.wamid)
    assert found.delivered_at is not None
    phone(anna).taps_template(message, 0)
    await whatsapp(town).settled()
    assert phone(anna).messages[-1].kind == "interactive"
    assert phone(anna).messages[-1].text.startswith("Your hours on *Bread* are confirmed")


async def test_a_template_that_is_paused_meanwhile_is_not_insisted_on(town: Town) -> None:
    anna = await resident(town, "Anna", language="es")
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    await tell(town, anna)
    await settles(town)
    whatsapp(town).templates.pause("townbell_hours", "es")
    await tell(town, anna, "2")
    await settles(town)
    whatsapp(town).templates.pause("townbell_hours", "en")
    held = await tell(town, anna, "3")
    await settles(town)
    languages = [message.template[1] for message in phone(anna).messages if message.template]
    assert languages == ["es", "en"]
    assert (await row(town, held)).detail == outbox.HELD
    await writes(anna)
    await settles(town)
    assert confirmed(anna) == ["interactive"]
    assert (await row(town, held)).state == OutboxState.SENT


async def test_no_more_people_than_the_tier_allows_and_nobody_is_refused(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    people = [await resident(town) for _ in range(7)]
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    whatsapp(town).tier = 5
    for place, person in enumerate(people):
        await tell(town, person, priority=Priority.URGENT if place % 2 else Priority.BULK)
    await settles(town)
    assert sum(confirmed(person) == ["template"] for person in people) in (4, 5)  # the urgent may have the last place
    town.clock.move_to(town.clock.now() + timedelta(hours=25))
    await settles(town)
    assert [confirmed(person) for person in people] == [["template"]] * 7
    assert "holds the number back" not in caplog.text


async def test_who_has_blocked_the_town_hears_it_when_they_come_back(town: Town) -> None:
    anna = await resident(town, "Anna")
    await writes(anna)
    phone(anna).blocks()
    row_id = await tell(town, anna)
    await settles(town)
    assert (await row(town, row_id)).detail == outbox.UNREACHED
    phone(anna).unblocks()
    await writes(anna)
    await settles(town)
    assert (await row(town, row_id)).state == OutboxState.SENT
    assert confirmed(anna) == ["interactive"]


async def test_the_desk_hears_of_the_towns_own_trouble(town: Town) -> None:
    mayor, anna = await town.mayor(), await resident(town, "Anna")
    await writes(anna)
    whatsapp(town).fail_next(code=131042, to=phone(anna), times=5)
    row_id = await tell(town, anna)
    await settles(town)
    assert (await row(town, row_id)).state == OutboxState.WAITING
    await mayor.says("/undelivered")
    mayor.sees("1 notice waits: WhatsApp takes nothing from the town just now")
    mayor.sees("131042")


async def test_who_a_test_number_may_not_write_to_gets_it_once_they_are_on_its_list(town: Town) -> None:
    anna, ben = await resident(town, "Anna"), await resident(town, "Ben")
    await writes(anna)
    await writes(ben)
    whatsapp(town).account.listed = {phone(ben).phone}
    held, _other = await tell(town, anna), await tell(town, ben)
    await settles(town)
    assert ((await row(town, held)).state, (await row(town, held)).detail) == (OutboxState.FAILED, outbox.HELD)
    assert "Bread" in phone(ben).last.text
    tried = len(whatsapp(town).called("/messages"))
    town.clock.move_to(town.clock.now() + timedelta(hours=8))
    await settles(town)
    assert len(whatsapp(town).called("/messages")) == tried
    whatsapp(town).account.listed = {phone(ben).phone, phone(anna).phone}
    await writes(anna)
    await settles(town)
    assert (await row(town, held)).state == OutboxState.SENT
    assert any("Bread" in message.text for message in phone(anna).messages)


async def test_the_report_of_a_broadcast_says_who_got_it_in_short(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await resident(town, "Anna"), await resident(town, "Ben")
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    await writes(mayor)
    await writes(ben)
    broadcast = await town.broadcast("Who has a spade?", by=mayor)
    await settles(town)
    phone(ben).reads(phone(ben).messages[-1])
    await whatsapp(town).settled()
    await mayor.forges(f"reach:list:{broadcast}:0:sent")
    mayor.sees("Anna:")
    mayor.sees("WhatsApp, in short")
    await mayor.forges(f"reach:list:{broadcast}:0:read")
    mayor.sees("Ben:")
    assert "in short" not in mayor.last.text
    assert phone(anna).messages[-1].template == ("townbell_news", "en")


async def test_the_report_of_a_broadcast_says_who_has_to_write_first(town: Town) -> None:
    mayor, anna = await town.mayor(), await resident(town, "Anna")
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    await writes(mayor)
    phone(anna).stops_marketing()
    await whatsapp(town).settled()
    broadcast = await town.broadcast("Who has a spade?", by=mayor)
    await settles(town)
    await mayor.forges(f"reach:list:{broadcast}:0:failed")
    mayor.sees("Anna: WhatsApp lets it through only once they write; then they get it")
