"""Campaigns: the three rounds step by step, the press text, and posters that count who came by them."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from aiogram import Bot
from aiogram.methods import SendDocument

from bot.intake.frozen import freeze, thaw
from handlers.campaigns import actions, posting, press_text, pressing
from handlers.kit import paper, placard
from handlers.kit.files import Printed
from handlers.kit.links import Links
from locales import LANGUAGES, speaking
from storage.queries import campaigns, pictures, posters, roles
from storage.queries import town as town_queries
from storage.sql import select
from storage.tables import Account, PosterVisit, Role, TownUpdate, UpdatePicture, table_of
from tests.conversations.test_pictures import photo
from tests.lines import Shown
from tests.papers import text_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import NotAllowed

accounts = table_of(Account)
OF_NEWCOMER = (
    "1",
    "{name}",
    "River Street",
    "none of these",
    "none of these",
    "weekday mornings",
    "done",
    "yes",
    "i agree",
)


async def _begun(town: Town, mayor: Person, of_round: int = 1) -> int:
    """A round that begins today; its id."""
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        begun = await actions.begin(
            unit, who=await town.who(mayor), of_round=of_round, starts_on=date(2026, 11, 24), now=now
        )
    return begun.id


async def _coordinates_the_town(town: Town, person: Person) -> None:
    async with town.app.database.unit() as unit:
        await roles.give(
            unit,
            resident_id=person.resident_id,
            role=Role.COORDINATOR,
            project_id=None,
            by=None,
            now=town.clock.now(),
        )


async def _step(town: Town, campaign_id: int, key: str) -> int:
    async with town.app.database.reading() as unit:
        return next(one.id for one in await campaigns.steps_of(unit, campaign_id) if one.key == key)


@crosswise
async def test_a_round_from_its_first_day_to_its_last(town: Town) -> None:
    naledi = await town.mayor()
    anna = await town.resident("Anna Botha")
    await naledi.says("/campaigns")
    naledi.sees("three rounds by which the town invites")
    await naledi.taps("1. The plan")
    naledi.sees("Day 1: Win the council over (Talking points; the mayor)")
    await naledi.taps("Begin this round")
    await naledi.says("some day")
    naledi.sees("When does the round begin?")
    await naledi.says("yesterday")
    naledi.sees("When does the round begin?")
    await naledi.says("tomorrow")
    naledi.sees("The round begins on Wednesday 25 November")
    naledi.sees("0 of 8 steps done.")
    naledi.sees("Wed 25 Nov: Win the council over")

    await naledi.taps("Next: Win")
    naledi.sees("Riverbend has people, land and buildings")
    naledi.sees("It suits the mayor.")
    await naledi.taps("Give it away")
    await naledi.says("Anna")
    await naledi.taps("Anna Botha")
    naledi.sees("Anna Botha hears of “Win the council over”")
    await town.settles()
    await anna.looks()
    anna.sees("Naledi Mokoena counts on you for this: Win the council over")
    await anna.taps("Look at it")
    anna.sees("Riverbend has people, land and buildings")
    assert "Give it away" not in anna.last.labels
    await anna.says("/campaigns")
    anna.sees("Your steps in the town’s campaigns")

    await town.moves(days=1)  # Wednesday: Anna is reminded, when the quiet hours are over
    await anna.looks()
    anna.has_seen("This is for today: Win the council over", times=1)
    await naledi.looks()
    naledi.has_not_seen("This was to be done on")
    await town.moves(days=1)
    await naledi.looks()
    naledi.has_seen("This was to be done on Wednesday 25 November: Win the council over", times=1)
    naledi.has_seen("Anna Botha has it.")
    await anna.says("/campaigns")
    await anna.taps("1. ")
    await anna.taps("It is done")
    anna.sees("Thank you! “Win the council over” is done.")
    await anna.forges(f"round:done:{await _step(town, 1, '1.council')}:0:0:")
    anna.sees("This step is done already.")

    await naledi.says("/campaigns")
    await naledi.taps("1. The plan")
    naledi.sees("1 of 8 steps done.")
    await naledi.taps("End it")
    naledi.sees("7 steps are still open")
    await naledi.taps("It is done")
    naledi.sees("Well done!")
    await naledi.says("/campaigns")
    naledi.sees("It is done. It began on Wednesday, 25 November 2026.")
    await naledi.taps("Earlier ones")
    await naledi.taps("1. ")
    naledi.sees("1 of 8 steps done.")
    assert "End it" not in naledi.last.labels


@once
async def test_a_step_is_made_ones_own(town: Town) -> None:
    naledi = await town.mayor()
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    campaign = await _begun(town, naledi)
    step = await _step(town, campaign, "1.radio")
    await naledi.says("hello")
    await naledi.forges(f"round:step:{step}:0:0:")
    naledi.sees("Good morning, Riverbend!")
    await naledi.taps("Change the words")
    naledi.sees("You can copy this one")
    await naledi.says("Good evening, <town>!\n\nJoin in.")
    await naledi.taps("Look at it")
    naledi.sees("Good evening, <town>!")
    async with town.app.database.reading() as unit:
        assert await actions.text_of(unit, step) == "Good evening, <town>!\n\nJoin in."
        assert await actions.text_of(unit, 999) == ""
    await naledi.taps("Send it")  # a message is made of it: whom it is for, and what it is about, is asked there
    async with town.app.database.reading() as unit:
        data = await unit.value(select(accounts.c.data).where(accounts.c.id == naledi.account_id))
    assert json.loads(data)["cast"]["words"] == "Good evening, <town>!\n\nJoin in."
    await naledi.forges("cast:new:0:0:step999")
    await naledi.taps("Leave it")
    await naledi.forges(f"round:step:{step}:0:0:")
    await naledi.taps("Back to our words")
    async with town.app.database.reading() as unit:
        assert "A week has 168 hours" in await actions.text_of(unit, step)
        with speaking("es"):
            assert "Riverbend" in await actions.text_of(unit, step)
    await naledi.taps("Look at it")
    await naledi.taps("Another title")
    await naledi.says("The morning show")
    await naledi.taps("Look at it")
    naledi.sees("The morning show")
    await naledi.taps("Another date")
    await naledi.says("yesterday")
    naledi.sees("On which day is it to be done?")
    await naledi.says("1/12")
    naledi.sees("“The morning show” is to be done on Tuesday 1 December.")

    await naledi.forges(f"round:owner:{step}:0:0:")
    await naledi.taps("I do it myself")
    naledi.sees("“The morning show” is yours.")
    for name in ("Anna", "Ben"):
        await naledi.forges(f"round:owner:{step}:0:0:")
        await naledi.says(name)
        await naledi.taps(name)
    await town.settles()
    await anna.looks()
    anna.sees("has taken this off your list: The morning show")
    await ben.looks()
    ben.sees("counts on you for this: The morning show")
    await naledi.forges(f"round:skip:{step}:0:0:")
    naledi.sees("“The morning show” is left out.")
    await town.settles()
    await ben.looks()
    ben.sees("There is nothing left for you to do about it.")
    await naledi.forges(f"round:owner:{step}:0:0:")
    naledi.sees("This step was skipped.")
    await naledi.forges(f"round:step:{step}:0:0:")
    await naledi.taps("Open it again")
    naledi.sees("is to be done after all")
    await naledi.forges(f"round:reopen:{step}:0:0:")
    naledi.sees("This step is open")

    await naledi.taps("All steps")
    await naledi.taps("More")
    await naledi.taps("Add a step")
    await naledi.says("Ask the choir")
    await naledi.taps("No words yet")
    await naledi.says("29/11")
    naledi.sees("The step is added.")
    await naledi.taps("All steps")
    assert naledi.last.labels[:5] == [
        "1. Win the council…",
        "2. Tell the town…",
        "3. Take it to the…",
        "4. Hang up posters",
        "5. Ask the choir",
    ]


@once
async def test_who_may_and_what_stays_as_it_is(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    pieter = await town.coordinator("Bakery")
    campaign = await _begun(town, naledi)
    step = await _step(town, campaign, "1.chat")
    taps = ("list", "one", "steps", "add", "stop", "press", "posters", "new", "table", "plan", "start", "past")
    for person, tapped in ((anna, taps), (pieter, taps[:3])):
        await person.says("/campaigns")
        person.sees("Only the mayor or a coordinator of the whole town can do that.")
        for tap in (*(f"round:{do}:{campaign}:0:0:1" for do in tapped), f"round:step:{step}:0:0:"):
            await person.forges(tap)
            person.sees("Only the mayor or a coordinator of the whole town can do that.")
    await anna.forges("round:mine:0:0:0:")
    anna.sees("No step of a campaign is yours")
    await naledi.says("hello")
    for tap in ("one:999", "step:999", "poster:999", "word:1:0:0:x", "plan:0:0:0:9", "stop:1:0:0:x"):
        await naledi.forges(f"round:{tap}{':0:0:' if tap.count(':') == 1 else ''}")
        assert naledi.toast, tap
    await naledi.forges("round:start:0:0:0:1")
    naledi.sees("This round is being carried out already.")
    await naledi.forges(f"round:stop:{campaign}:0:0:stopped")
    naledi.sees("is stopped.")
    for tap in (f"stop:{campaign}:0:0:done", f"done:{step}:0:0:", f"text:{step}:0:0:", f"add:{campaign}:0:0:"):
        await naledi.forges(f"round:{tap}")
        naledi.sees("This campaign has ended")
    again = await _begun(town, naledi)
    assert again != campaign
    await town.moves(days=1)
    await naledi.looks()
    naledi.has_seen("This is for today, and nobody has it: Tell the town of the plan", times=0)
    await town.moves(days=1)
    await naledi.looks()
    naledi.has_seen("This is for today, and nobody has it: Tell the town of the plan", times=1)


# -- the press text ----------------------------------------------------------------------------------------------------


@once
async def test_a_press_text_with_the_mayors_own_words(town: Town) -> None:
    naledi = await town.mayor()
    zanele = await town.resident("Zanele")
    await _coordinates_the_town(town, zanele)
    await town.project("Bakery")
    campaign = await _begun(town, naledi)
    await naledi.says("/campaigns")
    await naledi.taps("1. The plan")
    await naledi.taps("Press text")
    naledi.sees("Riverbend asks its people for 3 h a week")
    naledi.sees("Riverbend, 24 November 2026 – Riverbend begins something of its own")
    naledi.sees("people have signed up so far.")
    naledi.sees("The projects: Bakery.")
    naledi.sees("once the mayor has written them")
    await naledi.taps("My words as mayor")
    await naledi.says("We can do <this> *together*.")
    await naledi.taps("Press text")
    naledi.sees("“We can do <this> *together*.”\n– Naledi Mokoena, mayor of Riverbend")
    await naledi.taps("Other heading")
    await naledi.says("A town begins")
    await naledi.taps("Press text")
    naledi.sees("A town begins\n")
    await naledi.taps("Other heading")
    await naledi.taps("Our words")
    await naledi.taps("Press text")
    naledi.sees("Riverbend asks its people")

    await zanele.says("hello")
    await zanele.forges(f"round:word:{campaign}:0:0:quote")
    zanele.sees("Only the mayor can do that.")
    await zanele.forges(f"round:press:{campaign}:0:0:")
    assert "My words as mayor" not in zanele.last.labels
    for key in ("pdf", "md"):
        await zanele.forges(f"round:press:{campaign}:0:0:{key}")
        assert any(one.document == f"press-round-1-2026-11-24.{key}" for one in zanele.shown)
    zanele.sees("Send it to the newspaper")


@once
async def test_the_press_text_as_markdown_and_on_paper(town: Town) -> None:
    naledi = await town.mayor()
    campaign, who, now = await _begun(town, naledi, 2), await town.who(naledi), town.clock.now()
    links = Links("riverbend_bot", "https://riverbend.example")
    async with town.app.database.unit() as unit:
        await pressing.write(unit, who=who, campaign_id=campaign, part="quote", text="All of *us*.")
        none_yet = await pressing.pictures(unit, who=who, now=now)
        of = await pressing.press(unit, who=who, campaign_id=campaign, links=links, now=now)
    assert none_yet[:2] == (None, [])
    text = press_text.markdown(of, who.town, pictures="https://riverbend.example/news/1")
    assert text.startswith("# What the people of Riverbend build together\n\n**Riverbend, 24 November 2026** – In")
    assert "> “All of \\*us\\*.”\n>\n> – Naledi Mokoena, mayor of Riverbend" in text
    assert "**Contact:** the mayor of Riverbend: Naledi Mokoena, <https://t.me/riverbend\\_bot>" not in text
    assert "Naledi Mokoena, <https://t.me/riverbend_bot>" in text
    assert text.endswith("**Pictures:** <https://riverbend.example/news/1>\n")

    update = await _sent_update(town, naledi)
    async with town.app.database.unit() as unit:
        update_id, photos, weeks = await pressing.pictures(unit, who=who, now=now)
    assert update_id == update
    assert [one.media_type for one in photos] == ["image/jpeg"]
    drawn = await press_text.drawn(weeks)
    for content, images in (([photos[0].content], 1), ([drawn, photos[0].content], 2), ([], 0)):
        page = press_text.page_of(of, who.town, content)
        assert paper.Page.from_json(page.as_json()) == page
        pdf = await paper.drawn(page)
        assert len(re.findall(rb"/Subtype /Image\n", pdf)) >= images
        assert bool(images) == (b"/Subtype /Image" in pdf)
        whole = " ".join(text_of(pdf))
        for said in ("What the people of Riverbend build together", "All of *us*.", "Contact", "Riverbend"):
            assert said in whole, whole


async def _sent_update(town: Town, by: Person) -> int:
    """An update that went out, with a photo."""
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        sent = TownUpdate(week=date(2026, 11, 16), state="sent", language="en", numbers_at=now, made_at=now, due_at=now)
        update_id = (await unit.add(sent)).id
        photo_id = await pictures.keep(unit, photo(), media_type="image/jpeg", by=by.resident_id, now=now)
        await unit.add(UpdatePicture(update_id=update_id, picture_id=photo_id, position=0))
    return int(update_id)


# -- posters -----------------------------------------------------------------------------------------------------------


async def _poster(town: Town, by: Person, place: str) -> posters.PosterRow:
    async with town.app.database.unit() as unit:
        return await posting.make(
            unit,
            who=await town.who(by),
            campaign_id=None,
            place=place,
            headline="Join in!",
            text="One\nTwo",
            language="en",
            now=town.clock.now(),
        )


async def _scans(town: Town, code: str, name: str, *, join_code: str = "") -> Person:
    """A newcomer who follows a poster's link: a messenger's, or the town's page."""
    if town.channel != "web":
        return await town.stranger(name, code=f"p_{code}")
    line = town._browser("en")
    async with line.http.get(f"{line.base}/join?poster={code}") as page:
        assert page.status == 200
    await line.open(join_code)
    person = Person(town, name, line)
    await person.looks()
    return person


async def _signs_up(person: Person) -> Shown:
    for words in OF_NEWCOMER:
        await person.says(words.format(name=person.name))
    person.sees(f"Welcome, {person.name}!")
    return person.last


@crosswise
async def test_posters_count_who_came_and_who_joined(town: Town) -> None:
    naledi = await town.mayor()
    bakery, station = await _poster(town, naledi, "Bakery door"), await _poster(town, naledi, "Station")
    sipho = await _scans(town, station.code.upper(), "Sipho")
    sipho.sees("Welcome to Riverbend")
    await _signs_up(sipho)
    thandi = await _scans(town, bakery.code, "Thandi")
    await thandi.says(f"/start p_{station.code}")  # the first one counts
    for name, code in (("Tom", bakery.code), ("Zama", "zzzzzz"), ("Grace", "<b>&"), ("Ayesha", "")):
        person = await _scans(town, code, name)
        person.sees("Welcome to Riverbend")

    await naledi.says(f"/start p_{bakery.code}")  # a resident is at home already
    naledi.sees("My week")
    await naledi.says("posters")
    await naledi.taps("Posters")
    naledi.sees("1. Station: signed up: 1 · came: 1\n2. Bakery door: signed up: 0 · came: 2")
    await naledi.taps("As a table")
    assert any(one.document == "posters-2026-11-24.csv" for one in naledi.shown)
    async with town.app.database.reading() as unit:
        table = posting.csv_of(await posting.listed(unit, who=await town.who(naledi)), ZoneInfo("UTC"))
    assert table.splitlines()[1] == f"Station,Join in!,en,{station.code},2026-11-24 07:30,,1,1"

    await naledi.taps("Posters")
    await naledi.taps("2. Bakery")
    await naledi.taps("Take it down")
    naledi.sees("Is the poster at “Bakery door” gone?")
    await naledi.taps("Take it down")
    naledi.sees("Bakery door: signed up: 0 · came: 2 · taken down")
    await naledi.forges(f"round:down:{bakery.id}:0:0:sure")
    naledi.sees("This poster was taken down.")
    await naledi.forges(f"round:paper:{bakery.id}:0:0:")
    naledi.sees("This poster was taken down.")
    late = await _scans(town, bakery.code, "Willem")
    late.sees("Welcome to Riverbend")
    async with town.app.database.reading() as unit:
        assert [(one.visits, one.joined) for one in await posters.listed(unit)] == [(1, 1), (2, 0)]
        visits = table_of(PosterVisit)
        assert len(await unit.rows(visits.select())) == 3

    campaign = await _begun(town, naledi)
    await _signs_up(thandi)
    await naledi.says("hello")
    await naledi.forges(f"round:one:{campaign}:0:0:")
    naledi.sees("1 person has joined by a poster since it began.")


@once
async def test_a_poster_goes_with_the_code_to_join_with(wide_town: Town) -> None:
    town = wide_town
    naledi = await town.mayor()
    poster = await _poster(town, naledi, "Bakery door")
    async with town.app.database.unit() as unit:
        await town_queries.keep(unit, replace(await town.settings(), join_policy="code", join_code="FLOUR8"))
    line = town._browser("en")
    async with line.http.get(f"{line.base}/?start=FLOUR8") as page:
        assert 'value="FLOUR8"' in await page.text()
    async with line.http.get(f"{line.base}/join?poster={poster.code}") as page:
        assert 'value="FLOUR8"' in await page.text(), "a code that came before stays"
    await line.open("FLOUR8")
    person = Person(town, "Thandi", line)
    await person.looks()
    person.sees("Welcome to Riverbend")
    await person.taps("English")
    person.sees("What is your name?")  # not the code again
    async with town.app.database.reading() as unit:
        assert (await posters.listed(unit))[0].visits == 1


@once
async def test_a_poster_is_made_in_the_chat(town: Town) -> None:
    naledi = await town.mayor()
    town.app.links.web_url = "https://riverbend.example"
    await _begun(town, naledi, 3)
    await naledi.says("/campaigns")
    await naledi.taps("Posters")
    naledi.sees("There is no poster yet.")
    await naledi.taps("New poster")
    await naledi.says("x" * 61)
    naledi.sees("Where will it hang?")
    await naledi.says("Bakery <door>")
    await naledi.says("in any")
    naledi.sees("In which language?")
    await naledi.taps("English")
    naledi.sees("Riverbend invites you")
    await naledi.taps("Take these")
    await naledi.says("Come in\nLook around\nStay\nas long as you like")
    naledi.sees("The poster for “Bakery <door>” is made.")
    await naledi.taps("The poster")
    naledi.sees("Come in\nLook around\nStay as long as you like")
    async with town.app.database.reading() as unit:
        [one] = await posters.listed(unit)
    naledi.sees(f"https://riverbend.example/join?poster={one.code}")
    await naledi.taps("Print it")
    assert any(shown.document == f"poster-{one.code}.pdf" for shown in naledi.shown)
    naledi.sees("you are not counted")
    town.app.links.web_url = None
    who = await town.who(naledi)
    assert posting.paper_of(one, "Riverbend", Links()) is None
    anna = await town.who(await town.resident("Anna"))
    async with town.app.database.reading() as unit:
        with pytest.raises(NotAllowed):
            await posting.get(unit, who=anna, poster_id=one.id)
    both = posting.paper_of(one, who.town.name, Links("riverbend_bot", "https://riverbend.example"))
    assert both is not None
    assert both.code == f"https://t.me/riverbend_bot?start=p_{one.code}"
    assert both.links == [f"t.me/riverbend_bot?start=p_{one.code}", f"riverbend.example/join?poster={one.code}"]


RECT = re.compile(rb"([0-9.]+) ([0-9.]+) ([0-9.]+) (-?[0-9.]+) re f")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_poster_on_paper_says_all_and_its_code_is_right(language: str) -> None:
    """What is drawn is the very matrix of the link's QR code, with the white around it that scanners need."""
    words = {
        "en": "Join in, neighbours!",
        "es": "¡Únete, señora Ñandú!",
        "af": "Kom saam, liewe mense!",
        "zu": "Ngena!",
    }
    link = "https://t.me/riverbend_bot?start=p_k7m2qx"
    of = placard.Placard(
        words[language], ["Ñ ü ê š", "two " * 17, "three"], link, ["t.me/x?start=p_k7m2qx"], "Riverbend", language
    )
    [again] = thaw(freeze([SendDocument(chat_id=1, document=Printed(of, "poster.pdf"), caption="x")]))
    assert isinstance(again, SendDocument)
    assert isinstance(again.document, Printed)
    pdf = await again.document.content()
    assert [piece async for piece in again.document.read(Bot("1:x"))] == [pdf]
    pieces = " ".join(text_of(pdf))
    for said in (*words[language].split(), "Ñ ü ê š", "three", "t.me/x?start=p_k7m2qx", "Riverbend"):
        assert said in pieces, pieces
    assert pdf.count(b"/Type /Page\n") == 1

    streams = [_plain(found) for found in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)]
    rects = [tuple(map(float, found)) for found in RECT.findall(b"".join(streams))]
    side = min(abs(high) for _x, _y, _wide, high in rects)
    left, top = min(x for x, *_ in rects), max(y for _x, y, *_ in rects)
    wanted = placard.matrix(link)
    drawn = [[False] * len(wanted) for _ in wanted]
    for x, y, wide, _high in rects:
        for at in range(round(wide / side)):
            drawn[round((top - y) / side)][round((x - left) / side) + at] = True
    assert drawn == wanted
    assert side * len(wanted) > 80 / 25.4 * 72, "eight centimetres at least"
    a4 = 210 / 25.4 * 72
    assert min(left, a4 - left - side * len(wanted)) >= placard.QUIET * side


def _plain(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


async def test_a_poster_with_long_words_stays_on_its_page() -> None:
    long = placard.Placard(
        "W" * 50, ["M" * 210], "https://x.example/join?poster=k7m2qx", ["www.example.org/" + "y" * 60] * 2, "N" * 40
    )
    pdf = await placard.drawn(long)
    assert pdf.count(b"/Type /Page\n") == 1
