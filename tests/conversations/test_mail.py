"""A notice of which somebody had only a short word: opened in full, by its button or in words, by nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers import catalogue
from handlers.kit.speaking import as_one
from handlers.kit.template_words import SHOW
from locales import _, speaking
from storage import outbox
from storage.outbox import HELD, WITHDRAWN
from storage.sql import insert, select
from storage.tables import Outbox, OutboxState, Speaker, table_of
from tests.conversations.test_languages import BALLOTS, SHIFT, came
from tests.emulators.whatsapp import Person as WhatsAppPerson
from tests.lines import WhatsAppLine
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.polls import Kind

rows = table_of(Outbox)

OVER = "That is over by now"
ROLE = {"role": "coordinator", "project": "Bakery", "by": "Naledi"}


async def notice(
    town: Town, person: Person, key: str = "role.given", *, state: OutboxState = OutboxState.SENT, **more: Any
) -> int:
    """A notice to somebody as if it had gone out as a template; `more` are its columns, its fields one of them."""
    now = town.clock.now()
    fields = more.pop("fields", ROLE)
    row = outbox.new_row(notice=key, resident_id=person.resident_id, dedupe_key=f"{key}:{now}", now=now, **fields)
    sent = {"sent_at": now, "account_id": person.account_id} if state is OutboxState.SENT else {}
    async with town.app.database.unit() as unit:
        await outbox.put(unit, [{**row, "state": state, "template": "townbell_account/en", **sent, **more}])
        return int(await unit.value(select(rows.c.id).where(rows.c.dedupe_key == row["dedupe_key"])))


async def kept(town: Town, row_id: int) -> Any:
    """The row as it is now."""
    async with town.app.database.reading() as unit:
        return await unit.first(select(rows).where(rows.c.id == row_id))


@crosswise
async def test_a_notice_is_shown_in_full_with_its_choices(town: Town) -> None:
    anna = await town.resident("Anna")
    shift = await town.shift(day=2)
    await anna.joins(shift)
    row = await notice(town, anna, "shift.reminder", fields={**SHIFT, "shift": shift, "lead": 120, "joined": True})
    before = len(anna.shown)
    await anna.forges(f"mail:{row}")
    anna.sees("A reminder of your shift")
    anna.sees("Bread & <butter>")
    assert len(anna.shown) == before + 1, "the message that was tapped stays"
    read = await kept(town, row)
    assert read.read_at is not None
    assert read.delivered_at is not None
    await anna.taps("Coming")
    anna.sees("see you there")


@crosswise
async def test_one_can_look_at_it_again(town: Town) -> None:
    anna = await town.resident("Anna")
    row = await notice(town, anna)
    await anna.forges(f"mail:{row}")
    first = (await kept(town, row)).read_at
    await town.moves(hours=1)
    await anna.forges(f"mail:{row}")
    anna.sees("Bakery")
    assert (await kept(town, row)).read_at == first


@crosswise
async def test_nobody_opens_what_is_somebody_elses(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    row = await notice(town, anna)
    for data in (f"mail:{row}", f"mail:{row + 1000}"):
        await ben.forges(data)
        ben.sees(OVER)
        assert "My week" in ben.last.labels
    ben.has_not_seen("Bakery")
    assert (await kept(town, row)).read_at is None
    stranger = await town.stranger()
    await stranger.forges(f"mail:{row}")
    stranger.has_not_seen("Bakery")


@once
async def test_what_is_no_row_is_an_old_button(town: Town) -> None:
    anna = await town.resident("Anna")
    for data in ("mail:", "mail:x", "mail:-1", "mail:99999999999", "mail:1:2"):
        await anna.forges(data)
        anna.sees("That button is from long ago")


@crosswise
async def test_what_is_over_says_so_and_leads_on(town: Town) -> None:
    anna = await town.resident("Anna")
    late = await notice(town, anna, expires_at=town.clock.now() + timedelta(hours=1))
    off = await notice(town, anna, state=OutboxState.DROPPED, detail=WITHDRAWN)
    stopped = await notice(town, anna, "broadcast.message", fields={"broadcast": 4711})
    await town.moves(hours=1)
    for row in (late, off, stopped):
        await anna.forges(f"mail:{row}")
        anna.sees(OVER)
        anna.has_not_seen("coordinator")
        await anna.taps("Shifts")


@once
@pytest.mark.parametrize("draws", [True, False])
async def test_a_picture_comes_along_and_one_that_cannot_be_drawn_does_no_harm(
    town: Town, draws: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if not draws:

        async def fails(_fields: Any, _town: Any) -> bytes:
            raise RuntimeError("no ink")

        known = catalogue.notices()
        monkeypatch.setitem(known, "poll.result", replace(known["poll.result"], picture=fails))
    anna = await town.resident("Anna")
    row = await notice(town, anna, "poll.result", fields=came(Kind.SINGLE, BALLOTS[Kind.SINGLE]))
    await anna.forges(f"mail:{row}")
    anna.sees("A well & <a pump>?")
    assert ("no ink" in caplog.text) is not draws


@crosswise
async def test_what_waited_to_be_sent_once_more_has_come_by_that(town: Town) -> None:
    anna = await town.resident("Anna")
    later = town.clock.now() + timedelta(hours=2)
    held = await notice(town, anna, state=OutboxState.FAILED, detail=HELD)
    waits = await notice(town, anna, state=OutboxState.WAITING, due_at=later)
    failed = await notice(town, anna, state=OutboxState.FAILED, detail="refused")
    for row in (held, waits, failed):
        await anna.forges(f"mail:{row}")
        anna.sees("Bakery")
    for row in (held, waits):
        read = await kept(town, row)
        assert (read.state, read.account_id) == (OutboxState.SENT, anna.account_id)
        assert read.read_at is not None
    assert (await kept(town, failed)).state == OutboxState.FAILED
    seen = len(anna.shown)
    await town.moves(hours=3)
    await anna.looks()
    assert len(anna.shown) == seen, "it is not said twice"


# -- in words ----------------------------------------------------------------------------------------------------------


@crosswise
async def test_the_buttons_words_can_be_typed_in_every_language(town: Town) -> None:
    anna = await town.resident("Anna")
    await notice(town, anna, fields={**ROLE, "project": "Mill"})
    await town.moves(hours=1)
    last = await notice(town, anna)
    for code in ("en", "es", "af", "zu"):
        with speaking(code):
            words = _(SHOW).unescape()
        await anna.says(words.upper())
        anna.sees("Bakery")
    anna.has_not_seen("Mill")
    assert (await kept(town, last)).read_at is not None


@crosswise
async def test_where_nothing_came_as_a_short_word_it_says_so(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await notice(town, ben)
    whole = await notice(town, anna)
    async with town.app.database.unit() as unit:
        await unit.run(rows.update().where(rows.c.id == whole).values(template=""))
    await anna.says("Show me")
    anna.sees("There is nothing that I have not shown you in full")
    await anna.taps("My week")


@once
async def test_in_the_middle_of_a_question_it_is_an_answer(town: Town) -> None:
    anna = await town.resident("Anna")
    await notice(town, anna)
    await anna.forges("me:name:0")
    await anna.says("Show me")
    anna.has_not_seen("Bakery")
    stranger = await town.stranger()
    await stranger.says("Show me")
    stranger.has_not_seen("There is nothing that I have not shown you")


# -- a shared phone ----------------------------------------------------------------------------------------------------


@crosswise
async def test_on_a_shared_phone_it_is_for_whom_it_says(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    async with town.app.database.unit() as unit:
        await unit.execute(
            insert(table_of(Speaker)),
            {"account_id": anna.account_id, "resident_id": ben.resident_id, "made_at": town.clock.now()},
        )
    row = await notice(town, ben, account_id=anna.account_id)
    await anna.forges(f"mail:{row}")
    anna.sees(OVER)
    await anna.forges(as_one(ben.resident_id, f"mail:{row}"))
    anna.sees("Bakery")
    assert all(data.startswith(f"as:{ben.resident_id}:") for _label, data in anna.last.buttons)
    assert (await kept(town, row)).read_at is not None
    await anna.says("Show me")
    anna.sees("Bakery")


# -- on WhatsApp, from the town to the whole notice --------------------------------------------------------------------


on_whatsapp = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "whatsapp")], indirect=True)


async def reminded(town: Town) -> tuple[Person, WhatsAppPerson]:
    """Somebody who is reminded of a shift after days of silence, and who has not opened that yet."""
    anna = await town.resident("Anna")
    assert isinstance(anna.line, WhatsAppLine)
    anna.line.reads_on_later()
    shift = await town.shift(day=4)
    await anna.joins(shift)
    await town.moves(days=3)
    return anna, anna.line.person


@on_whatsapp
async def test_after_a_day_of_silence_a_template_opens_the_whole(town: Town) -> None:
    anna, phone = await reminded(town)
    short = phone.last
    assert short.template == ("townbell_shift_reminder", "en")
    assert short.text.startswith("Hello Anna, this is Riverbend about a shift")
    assert "A reminder of your shift: Bread baking · Bakery · Saturday 28 November" in short.text
    assert [choice.title for choice in short.choices] == ["Show me", "Coming", "Can't come"]
    phone.taps_template(short, 0)
    assert town.wa is not None
    await town.wa.settled(10)
    assert phone.last.template is None
    await anna.looks()
    anna.sees("Are you coming?")
    await anna.taps("Coming")
    anna.sees("see you there")


@on_whatsapp
async def test_a_template_is_answered_at_once(town: Town) -> None:
    _anna, phone = await reminded(town)
    phone.taps_template(phone.last, 1)
    assert town.wa is not None
    await town.wa.settled(10)
    assert "see you there" in phone.last.text


@on_whatsapp
async def test_its_buttons_words_show_the_whole_too(town: Town) -> None:
    _anna, phone = await reminded(town)
    short = phone.last
    phone.says("show me")
    assert town.wa is not None
    await town.wa.settled(10)
    assert phone.last.id > short.id
    assert phone.last.kind == "interactive"
    assert "Are you coming?" in phone.last.text
