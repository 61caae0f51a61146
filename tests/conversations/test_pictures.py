"""Photos of items: sent in by those who make them, seen by everybody."""

from __future__ import annotations

import logging
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func

from bot.channels.photos import TRIES
from bot.intake import pictures as fitting
from handlers.stock import item_actions
from storage.queries import items
from storage.sql import select
from storage.tables import Picture, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import NotAllowed

BREAD, CRUST = (180, 120, 60), (90, 50, 20)
ON_WEB = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "web")], indirect=True)
ON_TELEGRAM = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "telegram")], indirect=True)
WAITING = "Send me a photo of Bread"


def photo(colour: tuple[int, int, int] = BREAD, size: tuple[int, int] = (1280, 960), **given: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, given.pop("format", "JPEG"), **given)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that would unpack to 1.2 GB."""
    head = (20_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(4_000_000), 9)), (b"IEND", b"")]
    chunks = [
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


async def at_item(town: Town) -> Person:
    """The baker, who has made Bread, at its page."""
    pieter = await town.coordinator("Bakery")
    who = await town.who(pieter)
    async with town.app.database.unit() as unit:
        await item_actions.make(unit, who=who, given={"name": "Bread", "unit": "loaf"}, now=town.clock.now())
    await opens_item(pieter)
    return pieter


async def opens_item(person: Person) -> None:
    await person.says("/stock")
    await person.taps("Items")
    await person.taps("Bread")


async def is_asked(town: Town) -> Person:
    pieter = await at_item(town)
    await pieter.taps("Picture")
    pieter.sees(WAITING)
    return pieter


async def kept(town: Town) -> int:
    """How many pictures the town keeps."""
    async with town.app.database.reading() as unit:
        return int(await unit.value(select(func.count()).select_from(table_of(Picture))))


async def shown(town: Town) -> int | None:
    """The id of Bread's picture."""
    async with town.app.database.reading() as unit:
        return next(one.picture_id for one in await items.listed(unit) if one.name == "Bread")


def downloads(town: Town) -> int:
    """How often the town asked its channel for a photo."""
    if town.wa is not None:
        own_number = f"/{town.wa.phone_number_id}"
        return len([call for call in town.wa.calls if call.method == "GET" and call.path != own_number])
    assert town.tg is not None
    return len(town.tg.called("getFile")) + len(town.tg.called("download"))


@crosswise
async def test_a_photo_becomes_the_picture_of_an_item(town: Town) -> None:
    pieter = await is_asked(town)
    await pieter.sends_photo(photo())
    pieter.sees("Everybody can see the picture now.")
    pieter.sees("Counted in: loaves")
    await town.batch("Bread")
    [anna] = await town.neighbours(1)
    await anna.says("/goods")
    await anna.taps("1. Bread")
    await anna.taps("What it looks like")
    seen = Image.open(BytesIO(await anna.line.picture()))
    assert (seen.format, seen.size) == ("JPEG", (1024, 768))
    assert all(abs(a - b) < 4 for a, b in zip(seen.getpixel((500, 300)), BREAD, strict=True))  # type: ignore[arg-type]

    await opens_item(pieter)
    await pieter.taps("Picture")
    pieter.sees("This is how people see Bread.")
    assert await pieter.line.picture()
    old = pieter.last
    await pieter.taps("Take the picture away")
    assert (await shown(town), await kept(town)) == (None, 0)
    await pieter.taps("Take the picture away", on=old)
    pieter.sees("Counted in: loaves")
    await anna.forges("goods:pic:1:0:0")
    anna.sees("That picture is no longer there.")


@crosswise
async def test_words_where_a_photo_is_waited_for(town: Town) -> None:
    pieter = await is_asked(town)
    await pieter.says("brown, with a crust")
    pieter.sees("I am waiting for a photo. Please send one, or choose one of these.")
    pieter.sees(WAITING)
    await pieter.says("/week")
    await opens_item(pieter)
    await pieter.taps("Picture")
    await pieter.says("1")  # the way out
    await pieter.sends_photo(photo())
    pieter.sees("I can read words and buttons, but not that")
    assert await shown(town) is None


@crosswise
@pytest.mark.parametrize(
    "content",
    [b"dear town, this is a letter", bomb(), photo(format="GIF"), photo()[:2000], b"\x89PNG\r\n\x1a\n" + bytes(90)],
    ids=["text", "bomb", "gif", "cut off", "a head alone"],
)
async def test_what_is_no_photo(town: Town, content: bytes) -> None:
    pieter = await is_asked(town)
    await pieter.sends_photo(content)
    pieter.sees("I can't show that as a picture. Please send a photo (JPEG or PNG) of at most 5 MB.")
    pieter.sees(WAITING)
    assert await kept(town) == 0
    await pieter.sends_photo(photo())
    pieter.sees("Everybody can see the picture now.")


@crosswise
async def test_a_photo_that_nobody_asked_for(town: Town) -> None:
    pieter = await at_item(town)
    await pieter.sends_photo(photo())
    pieter.sees("I can read words and buttons, but not that")
    await pieter.taps("Change it")
    await pieter.taps("The name")
    await pieter.sends_photo(photo())
    pieter.sees("Please write it in words.")
    assert await kept(town) == 0
    if town.channel != "web":
        assert downloads(town) == 0
    else:
        found = (await history(pieter))["messages"]
        assert [one["text"] for one in found if one["from"] == "me"][-1] == "Photo"
        assert not any(one["photo"] for one in found), "it is not kept in the chat either"


@crosswise
async def test_the_same_photo_twice_is_kept_once(town: Town) -> None:
    pieter = await is_asked(town)
    await pieter.sends_photo(photo())
    first = await shown(town)
    for at, colour in enumerate((BREAD, CRUST)):
        await pieter.taps("Picture")
        await pieter.taps("Another picture")
        await pieter.sends_photo(photo(colour))
        pieter.sees("Everybody can see the picture now.")
        assert (await shown(town) == first) is (at == 0)
        assert await kept(town) == 1, "the one before is forgotten"


@crosswise
async def test_a_picture_that_two_items_share_stays_for_the_other(town: Town) -> None:
    pieter = await is_asked(town)
    await pieter.sends_photo(photo())
    who = await town.who(pieter)
    async with town.app.database.unit() as unit:
        rolls = await item_actions.make(unit, who=who, given={"name": "Rolls", "unit": "piece"}, now=town.clock.now())
        await item_actions.set_picture(unit, who=who, item_id=rolls, picture_id=await shown(town))
    await pieter.taps("Picture")
    await pieter.taps("Take the picture away")
    assert (await shown(town), await kept(town)) == (None, 1)


@once
async def test_only_those_who_may_change_an_item_give_it_a_picture(town: Town) -> None:
    pieter = await is_asked(town)
    sipho = await town.coordinator("Dairy", "Sipho Dlamini")
    anna = await town.resident("Anna")
    bread = 1
    for person in (sipho, anna):
        for do in ("edit_picture", "picture", "unpicture"):
            await person.forges(f"stock:{do}:{bread}:0:0:")
        await person.sends_photo(photo())
        who = await town.who(person)
        async with town.app.database.unit() as unit:
            with pytest.raises(NotAllowed):
                await item_actions.keep_picture(unit, who=who, item_id=bread, content=b"", now=town.clock.now())
            with pytest.raises(NotAllowed):
                await item_actions.set_picture(unit, who=who, item_id=bread, picture_id=None)
    assert (await shown(town), await kept(town)) == (None, 0)
    await pieter.sends_photo(photo())
    assert await kept(town) == 1


# -- the channels ------------------------------------------------------------------------------------------------------


@ON_TELEGRAM
async def test_the_size_that_fits_is_fetched(town: Town) -> None:
    pieter = await is_asked(town)
    line: Any = pieter.line
    line.person.sends_photo(photo(CRUST), smaller={2560: photo(BREAD, (2560, 1920)), 320: photo(BREAD, (320, 240))})
    await line.tg.settled(10)
    await pieter.looks()
    pieter.sees("Everybody can see the picture now.")
    [file] = line.tg.called("getFile")
    [fetched] = line.tg.called("download")
    assert len(line.tg.state.at_path(fetched.params["path"]).data) == len(photo(CRUST)), file


@ON_TELEGRAM
async def test_one_photo_of_an_album(town: Town) -> None:
    pieter = await is_asked(town)
    line: Any = pieter.line
    for colour in (BREAD, CRUST, BREAD):
        line.person.sends_photo(photo(colour), album="13")
    await line.tg.settled(10)
    await pieter.looks()
    pieter.sees("Everybody can see the picture now.")
    pieter.has_not_seen("but not that")
    assert (await kept(town), downloads(town)) == (1, 2)


@ON_TELEGRAM
async def test_an_album_after_a_wrong_photo(town: Town) -> None:
    """The first that is a photo counts."""
    pieter = await is_asked(town)
    line: Any = pieter.line
    for content in (b"GIF89a", photo(), photo(CRUST)):
        line.person.sends_photo(content, album="13")
    await line.tg.settled(10)
    await pieter.looks()
    pieter.has_seen("I can't show that as a picture", times=1)
    pieter.sees("Everybody can see the picture now.")
    assert await kept(town) == 1


@ON_TELEGRAM
async def test_redelivery_counts_once(town: Town) -> None:
    pieter = await is_asked(town)
    line: Any = pieter.line
    sent = line.person.sends_photo(photo(), album="13")
    await line.tg.settled(10)
    first, before = await shown(town), downloads(town)
    await opens_item(pieter)
    await pieter.taps("Picture")
    await pieter.taps("Another picture")
    pieter.sees(WAITING)
    line.tg.redeliver(sent.update_id)
    await line.tg.settled(10)
    await pieter.looks()
    assert (await shown(town), await kept(town), downloads(town)) == (first, 1, before)
    await pieter.sends_photo(photo(CRUST))
    assert await shown(town) != first, "the question is still open"


@ON_TELEGRAM
@pytest.mark.parametrize(("method", "kind"), [("getFile", "500"), ("download", "502"), ("download", "reset")])
async def test_a_photo_that_comes_at_the_second_try(town: Town, method: str, kind: Any) -> None:
    pieter = await is_asked(town)
    assert town.tg is not None
    town.tg.fail_next(method, kind=kind)
    await pieter.sends_photo(photo())
    pieter.sees("Everybody can see the picture now.")


@ON_TELEGRAM
async def test_a_photo_that_cannot_be_fetched(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieter = await is_asked(town)
    assert town.tg is not None
    assert town.app.telegram is not None
    monkeypatch.setattr(town.app.telegram._taker, "first_pause", 0.01)
    town.tg.fail_next("download", times=TRIES, kind="500")
    with caplog.at_level(logging.DEBUG):
        await pieter.sends_photo(photo())
    pieter.sees("I could not fetch that photo. Please send it again.")
    pieter.sees(WAITING)
    assert len(town.tg.called("download")) == TRIES
    assert town.tg.token not in caplog.text
    town.tg.fail_next("getFile", kind="400")
    await pieter.sends_photo(photo())
    pieter.sees("I could not fetch that photo. Please send it again.")
    await pieter.sends_photo(photo())
    pieter.sees("Everybody can see the picture now.")


@ON_TELEGRAM
async def test_a_file_without_an_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram says how large a photo is; what comes is counted all the same."""
    pieter = await is_asked(town)
    monkeypatch.setattr(fitting, "MOST_BYTES", 1000)
    await pieter.sends_photo(photo())
    assert downloads(town) == 0, "it says that it is too large"
    pieter.sees("I can't show that as a picture")
    line: Any = pieter.line
    line.person.sends_photo(b"x")
    newest = list(line.tg.state.uploads)[-1]
    line.tg.state.uploads[newest] = line.tg.state.keep("", photo(), "image/jpeg")
    await line.tg.settled(10)
    await pieter.looks()
    pieter.has_seen("I can't show that as a picture", times=2)


@crosswise
async def test_a_restart_between(town: Town) -> None:
    pieter = await is_asked(town)
    await town.restarts()
    await pieter.sends_photo(photo())
    pieter.sees("Everybody can see the picture now.")


# -- in the browser ----------------------------------------------------------------------------------------------------


async def post(person: Person, content: bytes, **changed: str) -> tuple[int, Any]:
    line: Any = person.line
    headers = {"X-Townbell": "1", "Origin": line.base, "Content-Type": "image/jpeg"} | changed
    key = headers.pop("id", "7a0c6f62-6a39-4bd0-9d0f-3a7cf6d5e9a1")
    answer = await line.http.post(f"{line.base}/chat/me/pictures?id={key}", data=content, headers=headers)
    return answer.status, await answer.json()


async def history(person: Person) -> dict[str, Any]:
    line: Any = person.line
    async with line.http.get(f"{line.base}/chat/me/messages") as answer:
        found: dict[str, Any] = await answer.json()
    return found


@ON_WEB
async def test_the_page_knows_when_a_photo_is_waited_for(town: Town) -> None:
    pieter = await at_item(town)
    assert (await history(pieter))["expects"] is None
    line: Any = pieter.line
    before = (await history(pieter))["rev"]
    async with line.http.ws_connect(f"{line.base}/chat/me/live?after={before}") as live:
        await pieter.taps("Picture")
        assert (await history(pieter))["expects"] == "photo"
        frame = await live.receive_json(timeout=10)
        while frame["expects"] is None:
            frame = await live.receive_json(timeout=10)
        await pieter.sends_photo(photo())
        while frame["expects"] == "photo":
            frame = await live.receive_json(timeout=10)
    assert (await history(pieter))["expects"] is None


@ON_WEB
async def test_a_photo_stands_in_its_senders_chat(town: Town) -> None:
    pieter = await is_asked(town)
    assert await post(pieter, photo(exif=gps())) == (200, {"toast": None, "asides": []})
    assert await post(pieter, photo(CRUST)) == (200, {"toast": None, "asides": []}), "the same id counts once"
    mine = [message for message in (await history(pieter))["messages"] if message["photo"]]
    [sent] = mine
    assert (sent["from"], sent["text"], sent["photo"]["alt"]) == ("me", "", "Photo")
    line: Any = pieter.line
    async with line.http.get(line.base + sent["photo"]["url"]) as answer:
        content = await answer.read()
    assert not Image.open(BytesIO(content)).getexif()
    assert await kept(town) == 1
    await pieter.looks()
    pieter.has_seen("Everybody can see the picture now.", times=1)


@ON_WEB
async def test_who_may_post_a_photo_and_how_large(town: Town) -> None:
    pieter = await is_asked(town)
    line: Any = pieter.line
    assert (await post(pieter, photo(), Origin="https://elsewhere.example"))[0] == 403
    assert (await post(pieter, photo(), **{"X-Townbell": "0"}))[0] == 403
    assert (await post(pieter, photo(), **{"Content-Type": "text/plain"}))[0] == 400
    assert (await post(pieter, photo(), id="1"))[0] == 400
    assert (await post(pieter, bytes(2 * 2**20 + 1)))[0] == 413
    line.http.cookie_jar.clear()
    assert (await post(pieter, photo()))[0] == 401
    assert await kept(town) == 0


def gps() -> Image.Exif:
    """What a phone writes about where a photo was taken, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Riverbend Phones"
    exif.get_ifd(0x8825)[2] = (33.0, 55.0, 12.0)
    return exif
