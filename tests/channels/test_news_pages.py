"""The public pages: what everybody may read of the town's news, in which language, and as a feed."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as xml

import pytest
from PIL import Image

from bot.channels.web.buckets import Pace, Paces
from bot.channels.web.prose import paragraphs
from handlers.news import chart
from storage.queries import pictures
from storage.tables import Resident, TownUpdate, UpdatePicture
from tests.channels.web_town import OPENING, Answers, WebTown, a_web_town, only_room

WEEK = date(2026, 11, 16)
A = "{http://www.w3.org/2005/Atom}"
ROUTE = "https://town.example/river?a=1&b=2"
WORDS = f"Dear all,\nthe river is <b>high</b> & wide.\n\nSee {ROUTE}, please. 1 < 2"
NUMBERS: dict[str, Any] = {
    "week": "2026-11-16",
    "since": "2026-11-16T00:00:00+02:00",
    "until": "2026-11-20T09:00:00+02:00",
    "ahead": "2026-11-23",
    "asked": 900_000,
    "residents": 5000,
    "newcomers": 12,
    "people": 1234,
    "hours": [["2026-11-09", 600_000], ["2026-11-16", 740_400]],
    "goods": [{"name": "Bread", "names": '{"es": "Pan"}', "unit": "loaf", "amount": 420_000}],
    "kinds": 3,
    "decided": [{"title": "A <new> well", "passed": True}, {"title": "A toll", "passed": False}],
    "decisions": 2,
    "needed": [
        {
            "shift": 7,
            "title": "Greenhouse",
            "project": "Farm",
            "starts_at": "2026-11-28T06:00:00+00:00",
            "open": 6,
        }
    ],
    "shifts": 1,
    "places": 6,
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    with only_room(monkeypatch) as found:
        yield found


@pytest.fixture
async def town(tmp_path: Path, answers: Answers) -> AsyncIterator[WebTown]:
    """A town that is closed to strangers: its news are not."""
    url = f"sqlite+aiosqlite:///{tmp_path}/townbell.db"
    public = {"web_public_url": "https://riverbend.example"}
    async with a_web_town(url, tmp_path, answers, settings=public, join_policy="code", join_code="Corn-42") as found:
        yield found


async def an_update(town: WebTown, *, week: date = WEEK, photos: int = 0, **columns: Any) -> int:
    """An update that went out on its Sunday at 17:00; its id."""
    there = datetime(week.year, week.month, week.day, 15, tzinfo=UTC) + timedelta(days=6)
    given: dict[str, Any] = {
        "state": "sent",
        "language": "en",
        "text": WORDS,
        "numbers": json.dumps(NUMBERS),
        "numbers_at": there,
        "made_at": there,
        "due_at": there,
        "sent_at": there,
    }
    async with town.database.unit() as unit:
        update_id: int = (await unit.add(TownUpdate(week=week, **(given | columns)))).id
        mayor = Resident(name="Naledi Mokoena", joined_at=OPENING, consent_at=OPENING, consent_version=1)
        by = (await unit.add(mayor)).id if photos else 0
        for number in range(1, photos + 1):
            kept = await pictures.keep(unit, a_photo(number), media_type="image/jpeg", by=by, now=OPENING)
            await unit.add(UpdatePicture(update_id=update_id, picture_id=kept, position=photos - number))
    return update_id


def a_photo(number: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (80, 60), (40 * number, 90, 60)).save(out, "JPEG")
    return out.getvalue()


async def text_of(town: WebTown, path: str, language: str = "en") -> str:
    answer = await town.browser().get(path, headers={"Accept-Language": language})
    assert answer.status == 200, path
    return await answer.text()


# -- pages -------------------------------------------------------------------------------------------------------------


async def test_a_stranger_reads_what_has_gone_out(town: WebTown) -> None:
    one = await an_update(town)
    page = await text_of(town, f"/news/{one}")
    assert "News of the week from Monday 16 November" in page
    assert "Sunday, 22 November 2026, 17:00" in page
    assert "<p>Dear all,<br>the river is &lt;b&gt;high&lt;/b&gt; &amp; wide.</p>" in page
    assert f'<a href="{ROUTE.replace("&", "&amp;")}" rel="nofollow noopener">' in page
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>', page)
    assert rows == [
        ("Hours given", "12,340 h of 15,000 h (82%)"),
        ("People who took part", "1,234 of 5,000"),
        ("New residents", "12"),
        ("Given out for free", "Bread: 420 loaves<br>2 more"),
        ("Decided", "A &lt;new&gt; well: agreed<br>A toll: not agreed"),
        ("Needed next week", "Greenhouse (Farm), Saturday 28 November, 08:00: 6 places free"),
    ]


@pytest.mark.parametrize("state", ["draft", "ready", "skipped"])
async def test_what_has_not_gone_out_is_nowhere(town: WebTown, state: str) -> None:
    one = await an_update(town, state=state, sent_at=None, photos=1, text="Not yet")
    for path in (f"/news/{one}", f"/news/{one}/picture-1", f"/news/{one}/chart.png", "/news/999", "/news/9999999999"):
        assert (await town.browser().get(path)).status == 404, path
    assert "Not yet" not in await text_of(town, "/news")
    assert "There is no news yet" in await text_of(town, "/news")
    assert "Not yet" not in await text_of(town, "/news/feed.atom")


async def test_each_reads_in_their_language_and_the_original_is_marked(town: WebTown) -> None:
    one = await an_update(town, texts='{"es": "Queridos vecinos"}')
    spanish = await text_of(town, f"/news/{one}", "es-MX,es;q=0.9")
    assert '<html lang="es"' in spanish
    assert "Queridos vecinos" in spanish
    assert "Pan:" in spanish
    assert "Dear all" not in spanish
    assert 'class="mark"' not in spanish
    zulu = await text_of(town, f"/news/{one}?lang=zu", "es")
    assert '<html lang="zu"' in zulu
    assert '<div class="words" lang="en">' in zulu
    assert "English" in zulu.partition('class="mark"')[2].partition("</p>")[0]
    assert 'href="/news?lang=zu"' in zulu, "a chosen language is kept on the way"
    assert '<html lang="en"' in await text_of(town, f"/news/{one}?lang=xx")


async def test_pages_turn_and_lead_from_week_to_week(town: WebTown) -> None:
    ids = [await an_update(town, week=WEEK - timedelta(weeks=back), text=f"Week {back}.") for back in range(12)]
    first, second = await text_of(town, "/news"), await text_of(town, "/news?page=2")
    assert re.findall(r"Week \d+\.", first) == [f"Week {back}." for back in range(10)]
    assert re.findall(r"Week \d+\.", second) == ["Week 10.", "Week 11."]
    assert 'href="/news?page=2"' in first
    assert 'href="/news?page=1"' in second
    for odd in ("0", "-1", "x", "99999999", "3"):
        assert (await town.browser().get(f"/news?page={odd}")).status == 200
    middle = await text_of(town, f"/news/{ids[5]}")
    assert f'rel="next" href="/news/{ids[4]}"' in middle
    assert f'rel="prev" href="/news/{ids[6]}"' in middle


async def test_a_page_can_be_passed_on(town: WebTown) -> None:
    one = await an_update(town, photos=1)
    page = await text_of(town, f"/news/{one}")
    address = f"https://riverbend.example/news/{one}"
    links = [urlsplit(link.replace("&amp;", "&")) for link in re.findall(r'href="(https://(?:t|wa)\.me/[^"]*)"', page)]
    telegram, whatsapp = links
    assert (telegram.netloc, telegram.path) == ("t.me", "/share/url")
    assert parse_qs(telegram.query)["url"] == [address]
    assert (whatsapp.netloc, whatsapp.path) == ("wa.me", "/")
    assert parse_qs(whatsapp.query)["text"][0].endswith(f"Monday 16 November {address}")
    assert f'value="{address}" readonly' in page
    heads = dict(re.findall(r'<meta property="(og:[a-z:_]+)" content="([^"]*)"', page))
    assert heads["og:title"] == "Riverbend: News of the week from Monday 16 November"
    assert heads["og:url"] == address
    assert heads["og:image"] == f"{address}/picture-1"
    assert heads["og:description"].startswith("Dear all, the river is &lt;b&gt;high")


async def test_a_video_is_a_link_and_nothing_comes_from_elsewhere(town: WebTown) -> None:
    one = await an_update(town, video="https://video.example/week?v=1&t=2")
    answer = await town.browser().get(f"/news/{one}")
    page = await answer.text()
    assert '<a href="https://video.example/week?v=1&amp;t=2" rel="nofollow noopener">' in page
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.findall(r'<(?:iframe|video|script|img|link)[^>]* (?:src|data)="(?:https?:)?//', page)
    assert set(re.findall(r"<script[^>]*>", page)) == {'<script type="module" src="/static/share.js">'}


async def test_what_was_put_right_stands_below_without_a_name(town: WebTown) -> None:
    note = {"text": "It was Tuesday.", "language": "en", "name": "Naledi Mokoena", "at": "2026-11-23T09:00:00+00:00"}
    one = await an_update(town, corrections=json.dumps([note]))
    page = await text_of(town, f"/news/{one}")
    assert "It was Tuesday." in page
    assert "Monday, 23 November 2026" in page
    assert "Naledi" not in page
    assert 'class="mark"' not in page
    zulu = await text_of(town, f"/news/{one}", "zu")
    assert zulu.count('class="mark"') == 2, "of the words, and of what was put right"
    assert "<updated>2026-11-23T09:00:00Z</updated>" in await text_of(town, "/news/feed.atom")


async def test_the_way_in_leads_to_the_news(town: WebTown) -> None:
    form = await text_of(town, "/join")
    assert 'href="/news"' in form
    assert 'type="application/atom+xml" title="Riverbend" href="/news/feed.atom"' in form


# -- pictures ----------------------------------------------------------------------------------------------------------


async def test_photos_are_given_in_their_order_and_kept_by_readers(town: WebTown) -> None:
    one = await an_update(town, photos=2)
    browser = town.browser()
    first = await browser.get(f"/news/{one}/picture-1")
    assert (first.status, first.content_type) == (200, "image/jpeg")
    assert await first.read() == a_photo(2), "the later one was put before"
    assert "max-age" in first.headers["Cache-Control"]
    again = await browser.get(f"/news/{one}/picture-1", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    for missing in ("picture-3", "picture-99"):
        assert (await browser.get(f"/news/{one}/{missing}")).status == 404
    assert await (await browser.get(f"/news/{one}/picture-0")).read() == a_photo(2)
    page = await text_of(town, f"/news/{one}")
    assert 'alt="Photo 2 of 2"' in page


async def test_a_chart_is_drawn_once(town: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
    one, drawn, draw = await an_update(town), [], chart.drawn

    async def counted(*given: Any) -> bytes:
        drawn.append(given)
        return await draw(*given)

    monkeypatch.setattr(chart, "drawn", counted)
    browser = town.browser()
    first = await browser.get(f"/news/{one}/chart.png")
    assert (await first.read()).startswith(b"\x89PNG")
    for language in ("", "?lang=en", "?lang=nonsense"):
        same = await browser.get(f"/news/{one}/chart.png{language}")
        assert same.headers["ETag"] == first.headers["ETag"]
    known = await browser.get(f"/news/{one}/chart.png?lang=es", headers={"If-None-Match": "*"})
    assert known.status == 304
    assert len(drawn) == 1
    assert "12,340 of the 15,000" in await text_of(town, f"/news/{one}"), "in words, for who cannot see it"


# -- the feed ----------------------------------------------------------------------------------------------------------


async def test_the_feed_is_atom(town: WebTown) -> None:
    older, newer = await an_update(town, week=WEEK - timedelta(weeks=1)), await an_update(town, photos=1)
    answer = await town.browser().get("/news/feed.atom", headers={"Accept-Language": "es"})
    assert answer.content_type == "application/atom+xml"
    root = xml.fromstring(await answer.read())
    assert root.tag == f"{A}feed"
    assert [root.findtext(f"{A}{name}") for name in ("id", "updated")] == [
        "https://riverbend.example/news",
        "2026-11-22T15:00:00Z",
    ]
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{A}link")}
    assert links == {
        "self": "https://riverbend.example/news/feed.atom",
        "alternate": "https://riverbend.example/news",
    }
    first, second = root.findall(f"{A}entry")
    for entry, update_id, day in ((first, newer, "2026-11-22"), (second, older, "2026-11-15")):
        assert entry.findtext(f"{A}id") == f"tag:riverbend.example,{day}:news/{update_id}"
        assert entry.findtext(f"{A}updated") == f"{day}T15:00:00Z"
        assert entry.findtext(f"{A}author/{A}name") == "Riverbend"
        [link] = entry.findall(f"{A}link")
        assert (link.get("rel"), link.get("href")) == ("alternate", f"https://riverbend.example/news/{update_id}")
        content = entry.find(f"{A}content")
        assert content is not None
        assert content.get("type") == "html"
        assert "<p>Dear all,<br>the river is &lt;b&gt;high&lt;/b&gt; &amp; wide.</p>" in (content.text or "")
        assert not re.findall(r'(?:src|href)="/', content.text or ""), "addresses in a feed are whole"
    assert f'src="https://riverbend.example/news/{newer}/picture-1"' in (first.findtext(f"{A}content") or "")


async def test_a_feed_that_has_not_changed_is_not_sent_again(town: WebTown) -> None:
    await an_update(town, text="a form feed\x0c and a bell\x07 are no XML")
    browser = town.browser()
    answer = await browser.get("/news/feed.atom")
    xml.fromstring(await answer.read())
    etag, changed = answer.headers["ETag"], answer.headers["Last-Modified"]
    for given, status in (
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": f'W/{etag}, "other"'}, 304),
        ({"If-Modified-Since": changed}, 304),
        ({"If-Modified-Since": "Sat, 21 Nov 2026 00:00:00 GMT"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": changed}, 200),
    ):
        assert (await browser.get("/news/feed.atom", headers=given)).status == status, given
    await an_update(town, week=WEEK + timedelta(weeks=1))
    assert (await browser.get("/news/feed.atom", headers={"If-None-Match": etag})).status == 200
    page = await browser.get("/news")
    assert (await browser.get("/news", headers={"If-None-Match": page.headers["ETag"]})).status == 304


async def test_the_feed_speaks_another_language_when_asked_with_the_same_ids(town: WebTown) -> None:
    await an_update(town, texts='{"es": "Queridos vecinos"}')
    english, spanish = [
        xml.fromstring(await text_of(town, f"/news/feed.atom{query}", "zu")) for query in ("", "?lang=es")
    ]
    assert "Queridos vecinos" in (spanish.findtext(f"{A}entry/{A}content") or "")
    assert spanish.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    assert spanish.findtext(f"{A}entry/{A}id") == english.findtext(f"{A}entry/{A}id")
    assert spanish.findtext(f"{A}id") != english.findtext(f"{A}id")


# -- bounds ------------------------------------------------------------------------------------------------------------


async def test_who_looks_too_often_waits(tmp_path: Path, answers: Answers) -> None:
    url, slow = f"sqlite+aiosqlite:///{tmp_path}/townbell.db", Paces(looks=Pace(2, 0.1))
    async with a_web_town(url, tmp_path, answers, paces=slow) as town:
        browser = town.browser()
        assert [(await browser.get("/news")).status for _time in range(3)] == [200, 200, 429]
        assert (await browser.get("/news/feed.atom")).headers["Retry-After"] == "10"


async def test_a_forged_host_is_no_address_of_ours(tmp_path: Path, answers: Answers) -> None:
    async with a_web_town(f"sqlite+aiosqlite:///{tmp_path}/townbell.db", tmp_path, answers) as town:
        bad = await town.browser().get("/news", headers={"Host": 'x"><script>'})
        assert bad.status == 400


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one\ntwo\n\n \nthree", ["one<br>two", "three"]),
        ("(see https://a.example/x_(y))", [("(see {}https://a.example/x_(y){})", "https://a.example/x_(y)")]),
        ("https://a.example.", [("{}https://a.example{}.", "https://a.example")]),
        ("javascript:alert(1) <i>", ["javascript:alert(1) &lt;i&gt;"]),
        ("", []),
    ],
)
def test_plain_text_becomes_paragraphs_with_links(text: str, found: list[Any]) -> None:
    wanted = [
        one if isinstance(one, str) else one[0].format(f'<a href="{one[1]}" rel="nofollow noopener">', "</a>")
        for one in found
    ]
    assert [str(one) for one in paragraphs(text)] == wanted
