"""What is said to one person alone: it reaches the page that asked, and nothing that is kept."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage

from bot.channels.web.doorway import HIDDEN
from bot.intake.arrival import Arrival
from bot.intake.frozen import Told, flatten, freeze, thaw
from bot.intake.lately import KEPT, MOST, Lately
from handlers.kit.confiding import Aside, Confided
from handlers.kit.poll_taps import VoteTap
from tests.lines import WebLine
from tests.people import Person, Town
from tests.variants import web_only


def test_the_stand_ins_are_frozen_and_nothing_else() -> None:
    paper, stand_in = SendMessage(chat_id=1, text="the paper"), SendMessage(chat_id=1, text="a paper was here")
    edit = EditMessageText(chat_id=1, message_id=7, text="the paper again")
    toast = AnswerCallbackQuery(callback_query_id="x", text="Done")
    told = flatten(Confided([Aside(paper, stand_in), Aside(edit, None), Aside(toast, toast)]))
    assert isinstance(told, Told)
    assert [aside.told for aside in told] == [paper, edit, toast]
    kept = freeze(told)
    assert "the paper" not in kept
    assert [type(method) for method in thaw(kept)] == [SendMessage, AnswerCallbackQuery]


async def _posts(person: Person, what: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the page of somebody on the web gets for a post."""
    assert isinstance(person.line, WebLine)
    headers = {"X-Townbell": "1", "Origin": person.line.base}
    async with person.line.http.post(f"{person.line.base}/chat/me/{what}", json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        said: dict[str, Any] = await answer.json()
        return said


async def _history(person: Person) -> list[dict[str, Any]]:
    assert isinstance(person.line, WebLine)
    async with person.line.http.get(f"{person.line.base}/chat/me/messages?limit=50") as answer:
        kept: list[dict[str, Any]] = (await answer.json())["messages"]
        return kept


@web_only
async def test_the_page_that_asked_is_shown_the_paper(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    await town.settles()
    before = await anna.looks()
    tap = {"id": str(uuid.uuid4()), "message": anna.last.id, "data": VoteTap(do="take", id=poll_id).pack()}
    said = await _posts(anna, "taps", tap)
    [paper] = said["asides"]
    [receipt] = re.findall("Receipt: <code>([^<]*)</code>", paper["html"])
    kept = (await _history(anna))[-1]
    assert (kept["id"], len(await _history(anna))) == (paper["message"], len(before) + 1)
    assert "A ballot paper for “Who leads?” was here." in kept["html"]
    assert receipt not in json.dumps(kept)
    [choice] = [button["data"] for row in paper["buttons"] for button in row if button["text"] == "Roxanne"]
    cast = {"id": str(uuid.uuid4()), "message": paper["message"], "data": choice}
    said = await _posts(anna, "taps", cast)
    assert "In the box now: <b>Roxanne</b>" in said["asides"][0]["html"]
    assert said["asides"][0]["message"] == paper["message"]
    assert (await _history(anna))[-1] == kept
    # What comes a second time, such as after a lost connection, was done already: it is shown again, and kept no more.
    assert await _posts(anna, "taps", cast) == said
    assert (await _posts(anna, "taps", tap))["asides"] == [paper]
    assert (await _history(anna))[-1] == kept
    # Not so after a restart: nobody knows any more what was said.
    monkeypatch.setattr(town.app.intake, "_lately", Lately())
    again = await _posts(anna, "taps", cast)
    assert (again["toast"], again["asides"]) == (said["toast"], [])
    assert (await _posts(anna, "taps", tap))["asides"] == []
    assert (await _history(anna))[-1] == kept


@web_only
async def test_a_lost_answer_loses_no_key(town: Town) -> None:
    """A vote in words makes its key: whoever lost the answer has it with the next one, and can change the vote."""
    anna = await town.resident("Anna")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    await anna.forges(VoteTap(do="take", id=poll_id).pack())
    words = {"id": str(uuid.uuid4()), "text": "Roxanne"}
    await _posts(anna, "messages", words)
    said = await _posts(anna, "messages", words)
    [paper] = said["asides"]
    assert "In the box now: <b>Roxanne</b>" in paper["html"]
    [choice] = [button["data"] for row in paper["buttons"] for button in row if button["text"] == "Quentin"]
    said = await _posts(anna, "taps", {"id": str(uuid.uuid4()), "message": paper["message"], "data": choice})
    assert "In the box now: <b>Quentin</b>" in said["asides"][0]["html"]


def test_what_was_said_lately_is_forgotten_soon() -> None:
    now, told = [0.0], Told([Aside(SendMessage(chat_id=1, text="the paper"), None)])
    lately = Lately(lambda: now[0])
    first, other = Arrival("web", "7:a", "7", "en"), Arrival("telegram", "7:a", "7", "en")
    assert lately.again(first, told) is told
    assert lately.again(first, []) is told
    assert lately.again(other, []) == []
    now[0] = KEPT
    assert lately.again(first, []) == []
    for number in range(MOST + 2):
        lately.again(Arrival("web", f"7:{number}", "7", "en"), told)
    assert lately.again(Arrival("web", "7:0", "7", "en"), []) == []
    assert lately.again(Arrival("web", f"7:{MOST}", "7", "en"), []) is told


@web_only
async def test_words_about_a_ballot_are_not_kept(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    for words in ("good morning", "here it is: 7kq2-m9xa-3dtv", "/receipt", "lost it", "/cancel", "good evening"):
        await anna.says(words)
    await anna.forges(VoteTap(do="take", id=poll_id).pack())
    for words in ("neither of them", "/week", "good night", "/receipt of mine"):
        await anna.says(words)
    mine = [message["text"] for message in await _history(anna) if message["from"] == "me"]
    assert mine == [
        *("good morning", HIDDEN, "/receipt", HIDDEN, HIDDEN, "good evening"),
        *(HIDDEN, HIDDEN, "good night", HIDDEN),
    ]
