"""Polls and meetings in a Telegram group: cards that keep up with the turnout, results, and who may ask for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.cards import Cards
from handlers.polls import actions
from handlers.polls.casting import cast
from handlers.polls.closing import cancel, close
from storage.queries import polls
from storage.queries import town as town_queries
from storage.tables import Resident
from tests.emulators.telegram import Group
from tests.emulators.telegram_world import Chat, Message
from tests.lines import TelegramLine
from tests.people import Person, Town

on_telegram = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "telegram")], indirect=True)
on_each_database = pytest.mark.parametrize(
    ("database_url", "channel"), [("sqlite", "telegram"), ("postgresql", "telegram")], indirect=True
)


def tg(person: Person) -> TelegramLine:
    assert isinstance(person.line, TelegramLine)
    return person.line


def a_group(town: Town, *people: Person) -> Group:
    assert town.tg is not None
    return town.tg.group("Neighbours", *(tg(person).person for person in people))


async def asks(town: Town, group: Group, person: Person, command: str) -> list[Message]:
    """Somebody writes a command to the bot in a group; all that the town has said there by then."""
    assert town.tg is not None
    tg(person).person.says(f"/{command}@{town.tg.username}", chat=group.chat)
    await town.tg.settled(10)
    await town.settles()
    return said(group)


def said(group: Group) -> list[Message]:
    return [message for message in group.messages if message.from_bot]


def edits(town: Town) -> int:
    assert town.tg is not None
    return len([call for call in town.tg.called("editMessageText") if int(call.params["chat_id"]) < 0])


async def votes(town: Town, poll_id: int, *people: int, choice: str = "1") -> None:
    """Residents, by their ids, vote."""
    async with town.app.database.unit() as unit:
        for one in people:
            await cast(unit, voter=one, poll_id=poll_id, choice=choice, key=None, now=town.clock.now())


async def many(town: Town, count: int) -> list[int]:
    """The ids of residents who need no chat."""
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        everybody = [
            await unit.add(Resident(name=f"Voter {at}", joined_at=now, consent_at=now, consent_version=1))
            for at in range(count)
        ]
        return [one.id for one in everybody]


async def passes(town: Town, seconds: float) -> None:
    town.clock.move_to(town.clock.now() + timedelta(seconds=seconds))
    await town.settles()


async def closes(town: Town, poll_id: int) -> None:
    async with town.app.database.unit() as unit:
        await close(unit, poll_id, town=await town.settings(), now=town.clock.now())
    await town.settles()


@on_telegram
async def test_a_card_keeps_up_with_fifty_votes_by_few_edits(town: Town) -> None:
    mayor, people = await town.mayor(), await many(town, 50)
    poll_id = await town.poll("Where shall the well be?", ["Square", "Mill"], about="Two places are left.")
    group = a_group(town, mayor)
    [card] = await asks(town, group, mayor, "poll")
    assert "Where shall the well be?" in card.text
    assert "Two places are left." in card.text
    assert "1. Square\n2. Mill" in card.text
    assert "0 of 52 have voted" in card.text
    assert "Open until Thursday 26 November, 09:30." in card.text
    [[button]] = card.buttons
    assert town.tg is not None
    assert button.url == f"https://t.me/{town.tg.username}?start=vote_{poll_id}"
    for at in range(0, 50, 10):
        await votes(town, poll_id, *people[at : at + 10])
        await town.settles()
    assert edits(town) == 0, "within ten seconds of the last change nothing is changed"
    await passes(town, 10)
    assert (edits(town), "50 of 52 have voted" in card.text) == (1, True)
    await passes(town, 60)
    assert edits(town) == 1, "nothing has changed"
    await votes(town, poll_id, people[0], choice="2")
    await passes(town, 60)
    assert edits(town) == 1, "a changed vote is no turnout"
    await votes(town, poll_id, mayor.resident_id)
    await passes(town, 5)
    assert (edits(town), "51 of 52 have voted." in card.text) == (2, True)
    await passes(town, 5)
    async with town.app.database.unit() as unit:
        later = town.clock.now() + timedelta(days=7)
        await actions.close_later(
            unit, who=await town.who(mayor), poll_id=poll_id, closes_at=later, now=town.clock.now()
        )
    await passes(town, 5)
    assert (edits(town), "Open until Tuesday 1 December" in card.text, "51 of 52" in card.text) == (3, True, True)
    await closes(town, poll_id)
    assert edits(town) == 3, "ten seconds are ten seconds, also at the end"
    await passes(town, 10)
    [card, result] = said(group)
    assert "This poll is closed.\n51 of 52 have voted." in card.text
    assert "Where shall the well be?" in result.text
    assert "Chosen: Square, with 50 of 51." in result.text
    assert "Square: 50\nMill: 1" in result.text
    assert result.photo is not None
    await passes(town, 3600)
    assert len(said(group)) == 2


@on_telegram
async def test_a_card_that_is_changed_twice_at_once_says_the_last(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll is kept open for longer at the very moment in which its card is being changed."""
    mayor = await town.mayor()
    poll_id = await town.poll("Where shall the well be?", ["Square", "Mill"])
    group = a_group(town, mayor)
    [card] = await asks(town, group, mayor, "poll")
    board = town.app.cards.board
    assert board is not None
    edit, days = board.edit, [9, 8, 7]

    async def slowly(*args: Any, **how: Any) -> Any:
        if days:
            async with town.app.database.unit() as unit:
                who, now = await town.who(mayor), town.clock.now()
                closes_at = now + timedelta(days=days.pop())
                await actions.close_later(unit, who=who, poll_id=poll_id, closes_at=closes_at, now=now)
        return await edit(*args, **how)

    monkeypatch.setattr(board, "edit", slowly)
    await votes(town, poll_id, mayor.resident_id)
    for _ in range(6):
        await passes(town, 10)
    assert not days
    assert edits(town) == 4
    shown = town.clock.now() + timedelta(days=9)
    assert f"Open until {shown:%A} {shown.day}" in card.text


@on_telegram
async def test_only_those_who_may_ask_the_town_post_its_polls(town: Town) -> None:
    mayor, baker, somebody = await town.mayor(), await town.coordinator("Bakery"), await town.resident()
    bakery, farm = await town.project("Bakery"), await town.project("Farm")
    for question, audience in (
        ("Rye?", f"project:{bakery}"),
        ("Maize?", f"project:{farm}"),
        ("New oath?", "role:council"),
    ):
        await town.poll(question, audience=audience)
    group = a_group(town, mayor, baker, somebody)
    assert town.tg is not None
    [answer] = await asks(town, group, somebody, "poll")
    assert "in a chat of their own" in answer.text
    stranger = town.tg.person("Mallory")
    stranger.says(f"/poll@{town.tg.username}", chat=group.chat)
    stranger.says(f"/meeting@{town.tg.username}", chat=group.chat)
    await town.tg.settled(10)
    await town.settles()
    assert len(said(group)) == 1, "one answer a minute, whoever asks"
    [_answer, card] = await asks(town, group, baker, "polls")
    assert "Rye?" in card.text, "a coordinator shows what concerns their own project"
    await asks(town, group, mayor, "POLL")
    assert ["Maize?" in one.text for one in said(group)] == [False, False, True]
    again = (await asks(town, group, mayor, "poll"))[-1]
    assert "further up in this group" in again.text
    assert again.labels == ["Maize?", "Rye?"]
    assert [one.text for one in said(group) if "New oath?" in one.text] == []


@on_telegram
async def test_a_new_poll_comes_to_the_groups_by_itself(town: Town) -> None:
    mayor = await town.mayor()
    group, other = a_group(town, mayor), a_group(town, mayor)
    assert town.tg is not None
    [answer] = await asks(town, group, mayor, "poll")
    assert "No poll is open at the moment" in answer.text
    [[button]] = answer.buttons
    assert button.url == f"https://t.me/{town.tg.username}?start=poll_new"
    begun = await mayor.says("/start poll_new")
    assert begun.text == (await mayor.says("/poll")).text
    await mayor.says("/week")
    await town.poll("A well?")
    await town.settles()
    assert (len(said(group)), len(said(other))) == (1, 0), "no group is written to that has not had a card"
    await asks(town, group, mayor, "poll")
    await town.poll("A bridge?", secret=True)
    await town.poll("For the council?", audience="role:council")
    await town.poll("For those with benefits?", benefits_only=True)
    await town.settles()
    [_answer, well, bridge] = said(group)
    assert "A well?" in well.text
    assert "A bridge?" in bridge.text
    assert "nobody can see who voted what" in bridge.text
    assert said(other) == []


async def restarted(town: Town) -> None:
    """The program starts anew: nothing but the tables is left of what was going on."""
    await town.app.cards.stop()
    sender = None if town.app.telegram is None else town.app.telegram.sender
    town.app.cards = Cards(town.app.database, town.clock, sender, town.app.links)
    await town.settles()


@on_each_database
async def test_a_stop_in_the_middle_posts_nothing_twice(town: Town) -> None:
    mayor, poll_id = await town.mayor(), await town.poll("A well?")
    group = a_group(town, mayor)
    assert town.tg is not None
    town.tg.fail_next("sendMessage", kind="reset_after", chat_id=group.id)
    [_card] = await asks(town, group, mayor, "poll")  # it arrived, and nobody was told so
    await restarted(town)
    await votes(town, poll_id, mayor.resident_id)
    await passes(town, 30)
    await asks(town, group, mayor, "poll")
    assert len(said(group)) == 2
    assert "further up in this group" in said(group)[-1].text
    await passes(town, 60)
    card = (await asks(town, group, mayor, "poll"))[-1]
    assert (len(said(group)), "1 of 2 has voted" in card.text) == (3, True), "a lost one may be asked for again"
    await restarted(town)
    town.tg.fail_next("sendPhoto", kind="500", chat_id=group.id)
    await passes(town, 10)
    await closes(town, poll_id)
    assert len(said(group)) == 3
    await restarted(town)
    assert len(said(group)) == 3, "what failed is not tried again before its time"
    await passes(town, 10)
    assert len(said(group)) == 4
    await restarted(town)
    await passes(town, 3600)
    assert len(said(group)) == 4


@on_telegram
async def test_a_group_that_moves_takes_its_cards_along(town: Town) -> None:
    mayor, poll_id = await town.mayor(), await town.poll("A well?")
    group = a_group(town, mayor)
    assert town.tg is not None
    [_card] = await asks(town, group, mayor, "poll")
    group.migrates(by=tg(mayor).person)
    await town.tg.settled(10)
    await passes(town, 10)
    [card] = said(group)
    assert "0 of 2 have voted" in card.text
    await votes(town, poll_id, mayor.resident_id)
    await passes(town, 10)
    assert "1 of 2 has voted" in card.text

    other = a_group(town, mayor)
    [_card] = await asks(town, other, mayor, "poll")
    moved = other.chat
    moved.migrated_to = (await moves_unseen(town, other)).id
    await closes(town, poll_id)
    await passes(town, 10)
    [result] = said(other)
    assert "A well?" in result.text, "also when the move is found out by writing to the old group"


async def moves_unseen(town: Town, group: Group) -> Chat:
    """The group moves while nobody tells the bot."""
    assert town.tg is not None
    group.chat = town.tg.state.add_chat("supergroup", "Neighbours")
    group.chat.started = True
    return group.chat


@on_telegram
async def test_what_a_group_does_not_want_is_not_insisted_on(town: Town) -> None:
    mayor, poll_id = await town.mayor(), await town.poll("A well?")
    kicked, tidied, mute = (a_group(town, mayor) for _group in range(3))
    assert town.tg is not None
    town.tg.fail_next("sendMessage", kind="400", chat_id=mute.id)
    for group in (kicked, tidied, mute):
        await asks(town, group, mayor, "poll")
    assert [len(said(group)) for group in (kicked, tidied, mute)] == [1, 1, 0]
    [card] = said(tidied)
    card.deleted = True
    kicked.removes_bot(by=tg(mayor).person)
    await town.tg.settled(10)
    await votes(town, poll_id, mayor.resident_id)
    await passes(town, 10)
    calls = len(town.tg.calls)
    await closes(town, poll_id)
    await passes(town, 60)
    to_groups = [call for call in town.tg.calls[calls:] if str(call.params.get("chat_id", "")).startswith("-")]
    assert to_groups == []


@on_telegram
async def test_a_card_of_a_poll_that_is_called_off_says_so(town: Town) -> None:
    mayor, poll_id = await town.mayor(), await town.poll("A well?", ["Here", "There"], hours=None)
    group = a_group(town, mayor)
    [card] = await asks(town, group, mayor, "poll")
    assert "Open until it is closed by hand." in card.text
    async with town.app.database.unit() as unit:
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        await cancel(unit, poll, reason="Two wells are enough.", now=town.clock.now())
    await passes(town, 10)
    await passes(town, 10)
    assert ("called off" in card.text, card.labels, len(said(group))) == (True, [], 1)
    assert edits(town) == 1


@on_telegram
async def test_the_next_meetings_are_shown_with_the_way_to_answer(town: Town) -> None:
    mayor, baker = await town.mayor(), await town.coordinator("Bakery")
    group = a_group(town, mayor, baker)
    [answer] = await asks(town, group, mayor, "meeting")
    assert "No meeting is called" in answer.text
    begun = await mayor.says("/start meeting_new")
    assert begun.text == (await mayor.says("/meeting")).text
    await mayor.says("/week")
    bakery, farm = await town.project("Bakery"), await town.project("Farm")
    await town.meeting("Harvest plan", audience=f"project:{farm}", day=1)
    await town.meeting("Ovens", audience=f"project:{bakery}", day=3)
    spring = await town.meeting("Spring meeting", day=2)
    await town.meeting("Council sitting", audience="role:council", day=1)
    await town.meeting("Some day", day=None)
    shown = (await asks(town, group, baker, "meeting"))[-1]
    assert shown.labels == ["Spring meeting", "Ovens"]
    assert "Spring meeting\nThursday 26 November, 18:00\nTown hall" in shown.text
    assert town.tg is not None
    assert shown.buttons[0][0].url == f"https://t.me/{town.tg.username}?start=meet_{spring}"
    shown = (await asks(town, group, mayor, "meetings"))[-1]
    assert shown.labels == ["Harvest plan", "Spring meeting", "Ovens"]


@on_telegram
async def test_a_group_is_spoken_to_in_the_towns_language(town: Town) -> None:
    async with town.app.database.unit() as unit:
        await town_queries.keep(unit, replace(await town_queries.settings(unit), language="es"))
    mayor = await town.mayor()
    await town.poll("A well?", words='{"es": {"question": "¿Un pozo?"}}')
    [card] = await asks(town, a_group(town, mayor), mayor, "poll")
    assert "¿Un pozo?" in card.text
