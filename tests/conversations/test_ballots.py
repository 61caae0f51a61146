"""Ballot papers: each kind of question, open and secret, tapped and written; and nothing kept of a secret one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.channels.web.limits import check_text
from handlers.ballots import marking, receipt_views, views
from handlers.ballots.actions import ForWhom
from handlers.kit.poll_taps import VoteTap
from handlers.polls.casting import cast
from handlers.polls.closing import close
from locales import LANGUAGES, speaking
from storage.queries import ballots, polls, residents
from storage.queries.polls import PollRow
from storage.sql import select
from storage.tables import table_of
from storage.tables.polls import PollProxy
from tests.lines import Shown
from tests.people import OPENING, Person, Town
from tests.variants import crosswise, once
from town.facts import VotedOnPaper
from town.polls import MOST_OPTIONS, MOST_POINTS, Kind, key_in, new_key, receipt_in, receipt_of

ZONE = ZoneInfo("Africa/Johannesburg")
CODE = r"(?:[0-9A-Z]{4}-){%d}[0-9A-Z]{4}"


async def takes(person: Person, poll_id: int, *, who: int = 0) -> Shown:
    """Ask for a ballot paper, as a button of any screen does; the notice of the poll has come before."""
    await person.town.settles()
    await person.looks()
    return await person.forges(VoteTap(do="take", id=poll_id, who=who).pack())


def receipt_on(shown: Shown) -> str:
    found = re.search(f"Receipt: ({CODE % 2})", shown.text)
    assert found is not None, shown.text
    return found[1]


def code_on(shown: Shown) -> str:
    found = re.search(f"({CODE % 3})", shown.text)
    assert found is not None, shown.text
    return found[1]


async def open_votes(town: Town, poll_id: int) -> list[str]:
    async with town.app.database.reading() as unit:
        of_poll = text("SELECT choice FROM ballots WHERE poll_id = :id ORDER BY resident_id")
        return [row.choice for row in await unit.rows(of_poll, id=poll_id)]


async def in_the_box(town: Town, poll_id: int) -> dict[str, str]:
    async with town.app.database.reading() as unit:
        return dict([one async for one in ballots.secret(unit, poll_id)])


async def closes(town: Town, poll_id: int) -> None:
    async with town.app.database.unit() as unit:
        await close(unit, poll_id, town=await town.settings(), now=town.clock.now())


async def everything(town: Town, *, but: tuple[str, ...] = ()) -> str:
    """All that is stored, as one text."""
    async with town.app.database.reading() as unit:
        if unit.is_sqlite:
            names = await unit.rows(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        else:
            names = await unit.rows(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        found = [(name, await unit.rows(text(f'SELECT * FROM "{name}"'))) for (name,) in names if name not in but]
    return "\n".join(f"{name} {row}" for name, rows in found for row in rows)


@crosswise
async def test_an_open_question_is_answered_and_changed(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Shall we build a well?", about="By the mill.")
    paper = await takes(anna, poll_id)
    assert anna.before[-1] in anna.shown  # what it was asked for on stays
    assert paper.id > anna.before[-1].id
    anna.sees("Shall we build a well?")
    anna.sees("By the mill.")
    assert paper.labels[:3] == ["Yes", "No", "Abstain"]
    await anna.taps("Yes")
    anna.sees("Your vote on “Shall we build a well?”: Yes")
    anna.sees("You can change it until")
    again = await anna.taps("Change")
    assert again.labels[:3] == ["✓ Yes", "No", "Abstain"]
    await anna.says("well")
    anna.sees("Please write “yes”, “no” or “abstain”.")
    anna.sees("/cancel")
    await anna.says("2")
    anna.sees("Your vote on “Shall we build a well?”: No")
    assert await open_votes(town, poll_id) == ["2"]
    await anna.says("Change")
    await anna.says("Abstain")
    assert await open_votes(town, poll_id) == [""]
    await anna.says("/cancel")
    anna.sees("nothing")


@crosswise
async def test_a_secret_ballot_leaves_nothing_behind(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    paper = await takes(anna, poll_id)
    anna.sees("Only you see this paper")
    assert paper.labels[:3] == ["Quentin", "Roxanne", "Abstain"]
    receipt = receipt_on(paper)
    voted = await anna.taps("Roxanne")
    anna.has_become(paper, voted)
    assert anna.toast == "Your vote is in the box."
    anna.sees("In the box now: Roxanne")
    code = code_on(voted)
    assert receipt_of(poll_id, key_in(code) or "") == receipt_in(receipt)
    assert await in_the_box(town, poll_id) == {receipt_in(receipt): "2"}
    await anna.taps("Quentin", on=voted)
    assert await in_the_box(town, poll_id) == {receipt_in(receipt): "1"}
    await ben.looks()
    other = await takes(ben, poll_id)
    await ben.says("roxanne")
    ben.sees("In the box now: Roxanne")
    written, his = code_on(ben.last), receipt_on(ben.last)
    assert receipt_on(other) != his
    await ben.says("Quentin")
    ben.sees("Only the paper that it was cast with can change it")
    await ben.says(f"{written.lower()} abstain")
    ben.sees("In the box now: Abstain")
    await ben.says("/week")
    await ben.says(f"{written} roxanne")
    ben.sees("In the box now: Roxanne")
    await ben.says(written)
    ben.sees("In the box now: Roxanne")
    await ben.says("ABCD-1234-ABCD-1234 1")
    ben.sees("no ballot with that code")
    assert await in_the_box(town, poll_id) == {receipt_in(receipt): "1", receipt_in(his): "2"}
    kept = await everything(town, but=("ballot_boxes",))
    for secret in (code, written, receipt, his):
        assert secret not in kept
        assert secret.replace("-", "") not in kept
    for line in kept.casefold().splitlines():  # an option is named where all are: in the question, and its notice
        assert ("roxanne" in line) == ("quentin" in line), line
        assert "abstain" not in line, line


@crosswise
async def test_words_that_come_before_the_paper_bring_it(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Shall Quentin lead?", secret=True)
    await town.settles()
    await anna.says("good morning")
    anna.sees("I did not understand that.")
    await anna.says("Yes!")
    anna.sees("Only you see this paper")
    assert await in_the_box(town, poll_id) == {}
    await anna.says("Yes!")
    anna.sees("This is a new paper, with your words on it. The one above is void.")
    anna.sees("In the box now: Yes")
    assert "Yes!" not in await everything(town)


@once
async def test_what_is_kept_is_the_same_whatever_was_chosen(town: Town) -> None:
    people = await town.residents(3)
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    kept = []
    for person, way in zip(people, ("Quentin", "Roxanne", "Abstain"), strict=True):
        await takes(person, poll_id)
        await person.taps(way)
        async with town.app.database.reading() as unit:
            rows = await unit.rows(
                text("SELECT replies FROM inbox WHERE account_id = :id ORDER BY at"), id=person.account_id
            )
            state = await unit.first(text("SELECT state, data FROM accounts WHERE id = :id"), id=person.account_id)
        replies = [
            [{**reply, "chat_id": 0, "callback_query_id": ""} for reply in json.loads(row.replies)] for row in rows[-2:]
        ]
        kept.append((replies, state))
    assert kept[0] == kept[1] == kept[2]


@once
async def test_marks_are_kept_nowhere(town: Town) -> None:
    anna = await town.resident("Anna")
    before_id = await town.poll("Which crops?", ["Maize", "Beans", "Kale"], kind="approval", secret=True)
    secret = await takes(anna, before_id)
    before = await everything(town)
    await anna.taps("Maize", on=secret)
    await anna.taps("Kale")
    assert anna.last.labels[:4] == ["✓ Maize", "Beans", "✓ Kale", "Put it in"]
    await anna.taps("Maize")
    assert anna.last.labels[:4] == ["Maize", "Beans", "✓ Kale", "Put it in"]
    assert await everything(town) == before
    await anna.taps("Put it in")
    assert list((await in_the_box(town, before_id)).values()) == ["3"]
    anna.sees("In the box now: Kale")
    assert "Put it in" not in anna.last.labels
    await anna.taps("Beans")
    await anna.taps("Put it in")
    assert list((await in_the_box(town, before_id)).values()) == ["2,3"]


@crosswise
async def test_approval_with_a_limit(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Which crops?", ["Maize", "Beans", "Kale"], kind="approval", most=2)
    await takes(anna, poll_id)
    await anna.taps("Maize")
    await anna.taps("Beans")
    await anna.taps("Kale")
    assert "2 of them at most" in anna.toast
    assert anna.last.labels[:3] == ["✓ Maize", "✓ Beans", "Kale"]
    await anna.taps("Put it in")
    anna.sees("Maize, Beans")
    await anna.taps("Change")
    await anna.says("1, 2, 3")
    anna.sees("at most 2 options")
    await anna.says("kale; 1")
    anna.sees("Maize, Kale")
    assert await open_votes(town, poll_id) == ["1,3"]


@once
async def test_a_ranked_paper_of_two_pages(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    names = [f"Street {letter}" for letter in "ABCDEFGHIJKL"]
    poll_id = await town.poll("Which street first?", names, kind="ranked")
    await takes(anna, poll_id)
    await anna.taps("More")
    await anna.taps("Street L")
    assert anna.last.labels[5] == "1. Street L"
    await anna.taps("Earlier")
    await anna.taps("Street A")
    await anna.taps("Street B")
    anna.sees("So far: 1. Street L, 2. Street A, 3. Street B")
    await anna.taps("2. Street A")
    anna.sees("So far: 1. Street L, 2. Street B")
    assert len(anna.last.labels) <= 10
    await anna.taps("Put it in")
    anna.sees("1. Street L, 2. Street B")
    await anna.taps("Change")
    await anna.taps("Start afresh")
    await anna.taps("Street C")
    await anna.taps("Put it in")
    await takes(ben, poll_id)
    await ben.says("3 > Street A, 2, 2")
    ben.sees("Please write the numbers in your order")
    await ben.says("3 > Street A, 2")
    ben.sees("1. Street C, 2. Street A, 3. Street B")
    assert await open_votes(town, poll_id) == ["3", "3>1>2"]


@once
async def test_points_are_shared_out(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    poll_id = await town.poll("What gets the money?", ["Well", "Road", "School"], kind="points", points=4, secret=True)
    await takes(anna, poll_id)
    anna.sees("4 points to share out")
    for label in ("Well", "1 · Well", "2 · Well", "Road"):
        assert "Put it in" not in anna.last.labels
        await anna.taps(label)
    assert anna.last.labels[:4] == ["3 · Well", "1 · Road", "School", "Put it in"]
    await anna.taps("School")
    assert "Take one away first" in anna.toast
    await anna.taps("Take points away")
    await anna.taps("3 · Well")
    anna.sees("1 point to share out")
    await anna.taps("Give points")
    await anna.taps("School")
    await anna.taps("Put it in")
    anna.sees("Well: 2, Road: 1, School: 1")
    await takes(ben, poll_id)
    await ben.says("4 1 0")
    ben.sees("Please share out 4 points")
    await ben.says("4 0 0")
    ben.sees("Well: 4")
    await ben.says(f"{code_on(ben.last)} school 3, 1:1")
    ben.sees("Well: 1, School: 3")
    assert sorted((await in_the_box(town, poll_id)).values()) == ["1:1,3:3", "1:2,2:1,3:1"]


@once
async def test_every_old_button_is_answered_truthfully(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    late = await town.resident("Late")
    phone = await town.stranger("Anna's telephone")  # another account of hers
    async with town.app.database.unit() as unit:
        newest = max(await residents.on_channel(unit, town.channel), key=lambda one: one.id)
        assert await residents.link(unit, newest.id, anna.resident_id)
    first = await takes(anna, poll_id)
    second = await takes(phone, poll_id)
    await anna.taps("Quentin", on=first)
    await anna.taps("Quentin", on=first)  # twice, as people do
    await phone.taps("Roxanne", on=second)
    assert "Only the ballot paper that you voted with can change it" in phone.toast
    await takes(phone, poll_id)
    phone.sees("there is no new paper")
    assert list((await in_the_box(town, poll_id)).values()) == ["1"]
    for forged in (
        VoteTap(do="cast", id=poll_id, key="short", draft="1"),
        VoteTap(do="cast", id=poll_id, draft="9"),
        VoteTap(do="cast", id=poll_id, draft="-"),
        VoteTap(do="cast", id=poll_id, draft="12"),
        VoteTap(do="mark", id=poll_id, key="short", draft="1"),
    ):
        await ben.forges(forged.pack())
        assert "I could not read that as a vote" in ben.toast
    await ben.forges(VoteTap(do="cast", id=99, draft="1").pack())
    assert "no such poll" in ben.toast
    await late.forges(VoteTap(do="take", id=poll_id).pack())
    assert "asks other people" in late.toast
    await ben.forges(VoteTap(do="take", id=poll_id, who=anna.resident_id).pack())
    assert "no such proxy" in ben.toast
    paper = await takes(ben, poll_id)
    await closes(town, poll_id)
    await ben.taps("Roxanne", on=paper)
    assert "is closed" in ben.toast
    await ben.says("Roxanne")
    ben.sees("is closed")
    await anna.taps("Roxanne", on=first)
    assert "is closed" in anna.toast
    assert list((await in_the_box(town, poll_id)).values()) == ["1"]


@once
async def test_a_forged_key_takes_nobodys_place(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    tap = VoteTap(do="cast", id=poll_id, key="0" * 16, draft="1")
    await anna.forges(tap.pack())
    await ben.forges(tap.model_copy(update={"draft": "2"}).pack())
    assert sorted((await in_the_box(town, poll_id)).values()) == ["1", "2"]


@once
async def test_a_number_belongs_to_the_screen_in_sight(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    await takes(anna, poll_id)
    await anna.forges("list:::0")
    await anna.says("1")
    assert await in_the_box(town, poll_id) == {}
    await takes(anna, poll_id)
    await anna.says("/week")
    await anna.says("Quentin")
    assert await in_the_box(town, poll_id) == {}


@crosswise
async def test_a_receipt_is_found_in_the_count(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll("Who leads?", ["Quentin", "Roxanne"], secret=True)
    await takes(anna, poll_id)
    receipt = receipt_on(await anna.taps("Roxanne"))
    await anna.says(f"/receipt {receipt}")
    anna.sees("No ballot with the receipt")
    await closes(town, poll_id)
    await anna.says(f"/receipt {receipt.lower()}")
    anna.sees(f"The ballot with the receipt {receipt} was counted in “Who leads?”. It says: Roxanne.")
    await anna.says("/receipt")
    anna.sees("Please write the receipt")
    await anna.says("lost it")
    anna.sees("That is no receipt")
    await anna.says(receipt.replace("-", ""))
    anna.sees("It says: Roxanne")
    await anna.forges(VoteTap(do="check").pack())
    await anna.says("2B3X-4C3M-PE8K")
    anna.sees("No ballot with the receipt")
    kept = await everything(town, but=("ballot_boxes",))
    for said in (receipt, receipt.lower(), receipt.replace("-", ""), "It says"):
        assert said not in kept


@once
async def test_a_proxy_votes_on_a_paper_of_the_giver(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    poll_id = await town.poll("Shall we build a well?")
    async with town.app.database.unit() as unit:
        given: dict[str, Any] = {"giver_id": anna.resident_id, "holder_id": ben.resident_id, "slot": 1}
        await unit.add(PollProxy(**given, made_at=town.clock.now()))
    await takes(ben, poll_id, who=anna.resident_id)
    ben.sees("You vote for Anna")
    await ben.says("no")
    ben.sees("The vote of Anna on “Shall we build a well?”: No")
    await takes(anna, poll_id)
    anna.sees("Ben put it in for you")
    await anna.taps("Yes")
    await takes(ben, poll_id, who=anna.resident_id)
    assert "Their own vote" in ben.toast
    async with town.app.database.reading() as unit:
        found = await unit.rows(select(table_of(PollProxy).c.ended_at))
        assert [row.ended_at for row in found] == [None]
        assert await polls.turnout(unit, poll_id) == 1
    assert await open_votes(town, poll_id) == ["1"]


@once
async def test_a_vote_on_paper_stands(town: Town) -> None:
    anna = await town.resident("Anna")
    poll_id = await town.poll()
    await takes(anna, poll_id)
    async with town.app.database.unit() as unit:
        sql = "UPDATE poll_electors SET how = 'paper' WHERE poll_id = :poll AND resident_id = :who"
        await unit.execute(text(sql), {"poll": poll_id, "who": anna.resident_id})
        with pytest.raises(VotedOnPaper):
            await cast(unit, voter=anna.resident_id, poll_id=poll_id, choice="1", key=None, now=town.clock.now())
    await anna.taps("Yes")
    assert "was given on paper" in anna.toast
    await anna.says("yes")
    anna.sees("was given on paper")


def a_poll(kind: Kind, *, secret: bool, most: int = 0) -> PollRow:
    """The largest poll of its kind."""
    options = [{"name": f"The street that leads to the mill and on to house {at} " * 3} for at in range(MOST_OPTIONS)]
    asked: dict[str, Any] = dict.fromkeys(PollRow._fields)
    asked |= {"id": 9_999_999, "question": "Which <street> & when? " * 8, "about": "Because <b> & so. " * 90}
    asked |= {"words": "{}", "kind": kind.value, "secret": secret, "points": MOST_POINTS, "most": most}
    asked |= {"options": json.dumps(options[:2] if kind is Kind.YESNO else options), "threshold": "simple"}
    return PollRow(**asked | {"closes_at": OPENING, "quorum": 0, "quorum_people": False, "of_electorate": False})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_the_largest_papers_in_every_language(language: str, kind: Kind) -> None:
    """Each fits the weakest channel: `Screen` and `Choice` refuse what does not."""
    with speaking(language):
        for secret in (False, True):
            poll, key = a_poll(kind, secret=secret, most=3 if secret else 0), new_key() if secret else ""
            whole = {Kind.POINTS: f"1:{MOST_POINTS}", Kind.RANKED: "12>3"}.get(kind, "2")
            draft = marking.draft_of(poll.asked, whole)
            for page, less, inside in product((0, 1), (False, True), (None, "", whole)):
                paper = views.Paper(poll, ForWhom(9_999_999, "Anna <b>"), key, draft, page, less, inside, "Ben <b>")
                for shown in (paper, replace(paper, draft="")):
                    check_text(views.paper(shown, ZONE).html)
            for screen in (views.was_here(paper), views.was_cast(paper), views.cast_open(paper, ZONE)):
                check_text(screen.html)
            for screen in (views.already_in(poll, paper.whose, ""), views.already_in(poll, paper.whose, "Ben <b>")):
                check_text(screen.html)
            for screen in (views.not_read(poll, paper.whose), receipt_views.found(poll, "2B3X4C3MPE8K", whole)):
                check_text(screen.html)
        for screen in (receipt_views.not_found("2B3X4C3MPE8K"), receipt_views.ask_receipt(), views.no_such_code()):
            check_text(screen.html)
