"""Boards: the groups and channels in which the weekly update is posted, once the mayor says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from handlers.boards.posting import gather, post_update, render
from handlers.kit.links import Links, leading
from handlers.kit.news_taps import BoardTap
from handlers.news import chart
from storage import inbox
from storage.queries import accounts, boards
from storage.queries import town as town_queries
from storage.tables import Account, TownUpdate
from tests.channels.test_news_pages import NUMBERS
from tests.conversations.test_groups import on_each_database, on_telegram, tg
from tests.emulators.telegram import Channel, Group
from tests.people import Person, Town
from tests.variants import crosswise, once

ASKED = "Post the weekly update there?"


@pytest.fixture(autouse=True)
def hardly_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pictures look like is looked at in the room of news."""
    out = BytesIO()
    Image.new("RGB", (640, 480), "brown").save(out, "JPEG")

    async def drawn(_picture: chart.Picture, _photos: Sequence[chart.Photo]) -> bytes:
        return out.getvalue()

    monkeypatch.setattr(chart, "drawn", drawn)


async def an_update(town: Town, text: str = "Dear all", **columns: Any) -> int:
    """An update that has just gone out; its id."""
    now = town.clock.now()
    given: dict[str, Any] = {"week": date(2026, 11, 16), "state": "sent", "sent_at": now, "language": "en"} | columns
    numbers = json.dumps(NUMBERS)
    row = TownUpdate(text=text, numbers=numbers, numbers_at=now, made_at=now, due_at=now, **given)
    async with town.app.database.unit() as unit:
        update_id: int = (await unit.add(row)).id
    return update_id


async def posts(town: Town, update_id: int) -> int:
    async with town.app.database.unit() as unit:
        many = await post_update(unit, update_id=update_id, now=town.clock.now())
    await town.settles()
    return many


async def a_board(town: Town, title: str = "Neighbours", *, kind: str = boards.GROUP) -> int:
    """A group that the bot is in, as far as the tables know; the id of its account."""
    async with town.app.database.unit() as unit:
        address = f"-{100 + len(await boards.there(unit))}"
        group = Account(channel="telegram", address=address, language="en", created_at=town.clock.now())
        account_id: int = (await unit.add(group)).id
        await boards.keep(unit, account_id, title=title, kind=kind, now=town.clock.now())
    return account_id


def to(do: str, account_id: int = 0) -> str:
    return BoardTap(do=do, id=account_id).pack()


def a_group(town: Town, *people: Person, title: str = "Neighbours") -> Group:
    assert town.tg is not None
    return town.tg.group(title, *(tg(person).person for person in people))


def a_channel(town: Town, title: str = "Riverbend news") -> Channel:
    assert town.tg is not None
    return town.tg.channel(title)


async def settled(town: Town, person: Person | None = None) -> None:
    """All that Telegram has told is dealt with, and delivered; somebody looks at their chat."""
    assert town.tg is not None
    await town.tg.settled()
    await town.settles()
    if person is not None:
        await person.looks()


async def there(town: Town) -> list[tuple[str, str, bool]]:
    """The boards, as the tables know them."""
    async with town.app.database.reading() as unit:
        return [(one.title, one.kind, one.updates) for one in await boards.there(unit)]


# -- being let in, and put out -----------------------------------------------------------------------------------------


@on_each_database
async def test_the_mayor_is_asked_once_and_until_then_nothing_is_posted(town: Town) -> None:
    mayor, somebody = await town.mayor(), await town.resident("Sipho")
    group, channel = a_group(town, mayor, somebody), a_channel(town)
    group.lets_bot_in(tg(somebody).person)
    await settled(town)
    asked = await mayor.looks()
    assert "added to the group “Neighbours”" in asked[-1].text
    assert "It was Sipho who did it." in asked[-1].text
    channel.lets_bot_in(tg(mayor).person)
    group.lets_bot_in(tg(somebody).person)  # made an administrator, or told again
    await settled(town)
    asked = await mayor.looks()
    assert [ASKED in shown.text for shown in asked[-2:]] == [True, True]
    assert sum(ASKED in shown.text for shown in asked) == 2
    assert "administrator of the channel “Riverbend news”" in asked[-1].text
    assert await there(town) == [("Neighbours", "group", False), ("Riverbend news", "channel", False)]
    assert await posts(town, await an_update(town)) == 0
    assert not group.messages
    assert not channel.messages


@on_telegram
async def test_yes_has_the_update_posted_with_ways_that_a_channel_can_tap(town: Town) -> None:
    town.app.links.web_url = "https://riverbend.example"
    mayor = await town.mayor()
    channel = a_channel(town)
    channel.lets_bot_in(tg(mayor).person)
    await settled(town, mayor)
    await mayor.taps("Yes, post it")
    assert mayor.sees("The weekly update is posted there, as soon as it goes out.")
    assert await there(town) == [("Riverbend news", "channel", True)]
    update_id = await an_update(town, "Bread & <b>roses</b>. " + "We go on. " * 300)
    assert await posts(town, update_id) == 1
    assert await posts(town, update_id) == 1, "asked for again"
    [posted] = channel.messages
    assert "News of the week from Monday 16 November" in posted.text
    assert "Bread & <b>roses</b>. We go on." in posted.text
    assert "12,340 of the 15,000" in posted.text
    assert posted.photo is not None
    assert [(button.text, button.url, button.data) for row in posted.buttons for button in row] == [
        ("Read it all", f"https://riverbend.example/news/{update_id}", None),
        ("Join the town", f"https://t.me/{town.app.links.telegram_username}", None),
    ]


@on_telegram
async def test_no_posts_nothing_and_is_not_asked_about_again(town: Town) -> None:
    mayor = await town.mayor()
    group = a_group(town, mayor)
    group.lets_bot_in(tg(mayor).person)
    await settled(town, mayor)
    await mayor.taps("No")
    assert mayor.sees("Nothing is posted there.")
    group.removes_bot(tg(mayor).person)
    group.lets_bot_in(tg(mayor).person)
    await settled(town)
    assert sum(ASKED in shown.text for shown in await mayor.looks()) == 1
    assert await posts(town, await an_update(town)) == 0


@on_telegram
async def test_a_board_that_the_town_was_put_out_of_is_left_alone_and_known_again(town: Town) -> None:
    mayor = await town.mayor()
    group = a_group(town, mayor)
    group.lets_bot_in(tg(mayor).person)
    await settled(town, mayor)
    await mayor.taps("Yes, post it")
    group.removes_bot(tg(mayor).person)
    await settled(town)
    assert await there(town) == []
    await mayor.says("/boards")
    assert mayor.sees("The town is in no group and no channel yet")
    update_id = await an_update(town)
    assert await posts(town, update_id) == 0
    group.lets_bot_in(tg(mayor).person)
    await settled(town)
    assert await there(town) == [("Neighbours", "group", True)], "what the mayor said still holds"
    assert await posts(town, update_id) == 1
    assert len(group.messages) == 1


@on_telegram
async def test_a_channel_in_which_the_bot_may_not_write_is_no_board(town: Town) -> None:
    mayor = await town.mayor()
    channel = a_channel(town)
    channel.lets_bot_in(tg(mayor).person, can_post_messages=False)
    await settled(town)
    assert await there(town) == []
    assert ASKED not in mayor.last.text
    channel.lets_bot_in(tg(mayor).person)
    await settled(town)
    assert await there(town) == [("Riverbend news", "channel", False)]
    channel.lets_bot_in(tg(mayor).person, can_post_messages=False)
    await settled(town)
    assert await there(town) == []


@on_telegram
async def test_a_strangers_channels_are_asked_about_only_so_often(town: Town) -> None:
    mayor, stranger = await town.mayor(), await town.stranger("Mallory")
    for number in range(8):
        a_channel(town, f"Spam {number} <b>").lets_bot_in(tg(stranger).person)
    await settled(town)
    questions = [shown for shown in await mayor.looks() if ASKED in shown.text]
    assert len(questions) == 5
    assert "I do not know who did it." in questions[0].text
    assert "Mallory" not in questions[0].text
    assert len(await there(town)) == 8, "they are on the list all the same"
    assert await posts(town, await an_update(town)) == 0


@on_telegram
async def test_what_is_written_in_a_channel_is_not_for_us(town: Town) -> None:
    assert town.tg is not None
    mayor = await town.mayor()
    channel = a_channel(town)
    channel.lets_bot_in(tg(mayor).person)
    await settled(town)
    before = len(town.tg.calls)
    channel.posts("/start@riverbend_bot")
    town.tg.raw_update({"channel_post": channel.messages[-1].json()})  # from a server that sends it all the same
    await settled(town)
    assert not [call for call in town.tg.calls[before:] if call.method.startswith("send")]


@on_telegram
async def test_a_right_that_the_server_does_not_know_yet_is_not_granted(town: Town) -> None:
    mayor = await town.mayor()
    a_channel(town).lets_bot_in(tg(mayor).person, can_do_what_comes_in_2030=True)
    await settled(town)
    assert len(await there(town)) == 1


# -- groups that move, and are called something else -------------------------------------------------------------------


@on_telegram
async def test_a_group_that_moves_is_posted_in_where_it_is_now(town: Town) -> None:
    mayor = await town.mayor()
    group = a_group(town, mayor)
    group.lets_bot_in(tg(mayor).person)
    await settled(town, mayor)
    await mayor.taps("Yes, post it")
    old = group.chat
    group.migrates(by=tg(mayor).person)
    await settled(town)
    assert await there(town) == [("Neighbours", "group", True)]
    assert await posts(town, await an_update(town)) == 1
    assert [message.from_bot for message in group.messages if message.text] == [True]
    assert not [message for message in old.messages if message.from_bot]


@pytest.mark.parametrize("known", ["old", "new", "both"])
@on_each_database
async def test_two_accounts_of_one_group_come_to_one_board(town: Town, known: str) -> None:
    ids = [await a_board(town, title) for title in ("Old", "New")]
    mayor = await town.mayor()
    async with town.app.database.unit() as unit:
        await boards.switch(unit, ids[0], on=True, by=mayor.resident_id, now=town.clock.now())
        await boards.gone(unit, ids[0], now=town.clock.now())  # Telegram may say so of the old group
        for account_id, name in zip(ids, ("old", "new"), strict=True):
            if known not in (name, "both"):
                await unit.run(boards._forget, b_id=account_id)
        await accounts.move(unit, channel="telegram", address="-100", to="-101")
    async with town.app.database.reading() as unit:
        [board] = await boards.there(unit)
    assert (board.account_id, board.title, board.updates) == (
        ids[0],
        *(("New", False) if known == "new" else ("Old", True)),
    )


@on_telegram
async def test_a_groups_new_title_is_known(town: Town) -> None:
    mayor = await town.mayor()
    group = a_group(town, mayor)
    group.lets_bot_in(tg(mayor).person)
    await settled(town)
    group.is_called("Better neighbours", by=tg(mayor).person)
    await settled(town)
    assert await there(town) == [("Better neighbours", "group", False)]
    assert not [message for message in group.messages if message.from_bot]


@on_telegram
async def test_a_group_of_before_there_were_boards_is_listed_and_known_by_name_once_it_speaks(town: Town) -> None:
    mayor = await town.mayor()
    group = a_group(town, mayor, title="Old friends <b>")
    group.lets_bot_in(tg(mayor).person)
    await settled(town)
    async with town.app.database.unit() as unit:  # as it was before, and as the migration makes it
        [board] = await boards.there(unit)
        await unit.run(boards._forget, b_id=board.account_id)
        await boards.keep(unit, board.account_id, title="", kind=boards.GROUP, now=town.clock.now())
    await mayor.says("/boards")
    assert mayor.sees("1. – name not known yet (group)")
    bot = town.app.links.telegram_username
    for known in (True, False):
        if not known:
            async with town.app.database.unit() as unit:
                await unit.run(boards._forget, b_id=board.account_id)
        tg(mayor).person.says(f"/help@{bot}", chat=group.chat)
        await settled(town)
        assert await there(town) == [("Old friends <b>", "group", False)]
    await mayor.says("/boards")
    await mayor.taps("1. –")
    await mayor.taps("Take it off the list")
    await mayor.taps("Yes, take it off")
    tg(mayor).person.says(f"/help@{bot}", chat=group.chat)
    await settled(town)
    assert await there(town) == [], "what the mayor took off the list stays off it"


# -- the mayor's list --------------------------------------------------------------------------------------------------


@crosswise
async def test_the_mayor_switches_boards_on_and_off(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/boards")
    assert mayor.sees("The town is in no group and no channel yet")
    group = await a_board(town, "Neighbours")
    await a_board(town, "Riverbend news <b>", kind=boards.CHANNEL)
    await mayor.says("where it is posted")
    assert mayor.sees("1. – Neighbours (group)\n2. – Riverbend news <b> (channel)")
    await mayor.says("2")
    assert mayor.sees("Nothing is posted there.")
    await mayor.taps("Post the update there")
    assert mayor.sees("The weekly update is posted there")
    await mayor.taps("Back")
    assert mayor.sees("1. ✓ Riverbend news <b> (channel)\n2. – Neighbours (group)")
    await mayor.forges(to("on", group))
    assert (await there(town))[0][2:] == (await there(town))[1][2:] == (True,)
    await mayor.forges(to("on", group))
    async with town.app.database.unit() as unit:
        await inbox.set_unreachable(unit, channel="telegram", address="-100")
    await mayor.taps("Back")
    await mayor.taps("1. ⚠ Neighbours")
    assert mayor.sees("I may not write there now")
    await mayor.taps("Stop posting there")
    await mayor.taps("Take it off the list")
    await mayor.taps("No, leave it")
    await mayor.taps("Take it off the list")
    old = await mayor.taps("Yes, take it off")
    assert mayor.has_not_seen("Something went wrong")
    assert await there(town) == [("Riverbend news <b>", "channel", True)]
    for do in ("one", "on", "off", "sure", "drop"):
        await mayor.forges(to(do, group), on=old)
        assert "I am not in that group or channel any more." in (mayor.toast or mayor.last.text)


@once
async def test_the_list_is_reached_from_the_towns_affairs_and_turns_pages(town: Town) -> None:
    mayor = await town.mayor()
    for number in range(7):
        await a_board(town, f"Neighbours of the street number {number}")
    await mayor.says("/town")
    await mayor.taps("Groups and channels")
    assert mayor.sees("5. – Neighbours of the street number 4 (group)")
    await mayor.taps("More")
    assert mayor.sees("7. – Neighbours of the street number 6 (group)")
    await mayor.taps("7. –")
    assert mayor.sees("Neighbours of the street number 6")


@once
async def test_only_the_mayor_says_where_it_is_posted(town: Town) -> None:
    await town.mayor()
    coordinator, board = await town.coordinator("Bakery"), await a_board(town)
    await coordinator.says("/boards")
    assert coordinator.sees("Only the mayor can do that.")
    for do in ("list", "one", "on", "off", "sure", "drop"):
        await coordinator.forges(to(do, board))
        assert "Only the mayor can do that." in (coordinator.toast or coordinator.last.text), do
    assert await there(town) == [("Neighbours", "group", False)]


# -- what is posted ----------------------------------------------------------------------------------------------------


async def posted(town: Town, update_id: int, links: Links) -> Any:
    """What is posted of an update; None for nothing."""
    async with town.app.database.reading() as unit:
        with leading(links):
            fields = await gather(unit, {"update": update_id})
        return None if fields is None else render(fields, await town.settings())


@once
async def test_a_post_is_in_the_towns_language_and_marks_another(town: Town) -> None:
    nowhere = Links()
    one = await an_update(town, texts='{"es": "Queridos vecinos"}')
    screen = await posted(town, one, nowhere)
    assert "Dear all" in screen.html
    assert not screen.rows, "there is no page, and no bot"
    async with town.app.database.unit() as unit:
        await town_queries.keep(unit, replace(await town_queries.settings(unit), language="es"))
    assert "Queridos vecinos" in (await posted(town, one, nowhere)).html
    other = await an_update(town, week=date(2026, 11, 9))
    assert "(en English)" in (screen := await posted(town, other, nowhere)).html or "English" in screen.html


@once
async def test_a_post_is_whole_where_no_page_is_and_short_where_one_is(town: Town) -> None:
    text = "We baked 🍞 bread. " * 120
    one = await an_update(town, text.strip())
    assert text.strip() in (await posted(town, one, Links())).html
    short = await posted(town, one, Links(web_url="https://riverbend.example/"))
    assert short.fits_a_picture
    assert "…" in short.html
    assert [choice.url for choice in short.choices] == [
        f"https://riverbend.example/news/{one}",
        "https://riverbend.example/join",
    ]


@once
async def test_what_has_not_gone_out_is_not_posted(town: Town) -> None:
    for number, state in enumerate(("draft", "ready", "skipped")):
        week = date(2026, 11, 2) - timedelta(weeks=number)
        assert await posted(town, await an_update(town, week=week, state=state, sent_at=None), Links()) is None
    assert await posted(town, 999, Links()) is None


@on_telegram
async def test_a_post_waits_out_the_quiet_hours_and_is_taken_back_when_switched_off(town: Town) -> None:
    mayor = await town.mayor()
    group, channel = a_group(town, mayor), a_channel(town)
    for board in (group, channel):
        board.lets_bot_in(tg(mayor).person)
    await settled(town)
    async with town.app.database.unit() as unit:
        for one in await boards.there(unit):
            await boards.switch(unit, one.account_id, on=True, by=mayor.resident_id, now=town.clock.now())
    town.clock.move_to(datetime(2026, 11, 24, 21, 0, tzinfo=UTC))  # 23:00 in the town
    assert await posts(town, await an_update(town)) == 2
    assert not group.messages
    await mayor.says("/boards")
    await mayor.taps("1. ✓ Neighbours")
    await mayor.taps("Stop posting there")
    await town.moves(hours=9)
    assert not group.messages
    assert len(channel.messages) == 1
