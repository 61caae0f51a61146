"""Somebody who presses, types and forges at random, and what must hold whatever they do."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func

from handlers.kit.nav import ANEW
from handlers.kit.taps import MeTap
from storage.sql import select
from storage.tables import (
    Account,
    BatchSeries,
    BatchSeriesException,
    Broadcast,
    BroadcastAnswer,
    BroadcastEvent,
    Campaign,
    CampaignStep,
    Contest,
    HoursEntry,
    HoursReport,
    Inbox,
    Meeting,
    MoneyAccount,
    MoneyEntry,
    Poll,
    Poster,
    PosterVisit,
    Project,
    Recall,
    RecallPerson,
    Receipt,
    Resident,
    ResidentTopic,
    RoleGrant,
    SavedAudience,
    Series,
    SeriesException,
    SeriesSkill,
    SetupCode,
    Shift,
    ShiftSkill,
    Signup,
    StandingSignup,
    Topic,
    table_of,
)
from storage.tables import Town as TownRow
from tests.people import Person, Town

NASTY = (
    "<b>bold",
    "</b></i>",
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; &#39; &nbsp; &copy",
    '" onmouseover="x" \'',
    "{name} {0} {} %s %(n)s",
    "مرحبا بالعالم",
    "\u202eevil\u202c \u2066x\u2069",
    "a\u200bb\u200dc\ufeffd",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "👨‍👩‍👧‍👦🏳️‍🌈👍🏽",
    "👍" * 30,
    "ﷺﷺﷺ",
    "İıſßﬁ ŉ",
    "e\u0301" * 30,
    "Back",
    "Leave it",
    "✓ Done",
    "None of these",
    "…",
    "(2)",
    "'; DROP TABLE residents; --",
    "\\x00\\u0000",
    "12",
    "-1",
    "99999999999999999999",
    "1e9",
    "٣",
    "²",
    "9:99",
    "31/02",
    "31/12/9999 23:59",
    "tomorrow 25:61",
    "Thu 9",
    "3 h",
    "10000000 h",
    "home",
    "@back",
    "@resume",
)
"""What people type, or might."""

TAPS = {
    prefix: tuple(words.split())
    for prefix, words in {
        "shift": "open join leave release coming cant share",
        "list": "day project suits mine",
        "hours": "list open all here people person came missed typed later",
        "cover": "mine which take no ask short",
        "desk": "home more labour speak project past newproject particulars rename move interest new shift roster "
        "title when length place places skills cancel cancelled",
        "town": "home roles role end ended appoint waiting applicant letin turnaway settings setting topics topic "
        "retire addtopic",
        "plan": "open make town all see shift drop send",
        "me": "open privacy data reminders name street skills interests free_times language reminder_early "
        "reminder_late born",
        "skill": "mine signoff desk skill find person sign unsign appoint end",
        "swap": "open hand name swap people sure ask mine one accept decline withdraw",
        "ics": "shift all feed on renew off",
        "report": "new mine list open withdraw yes no",
        "contest": "open list see uphold keep",
        "ledger": "week contest correct",
        "stand": "why ask new end ended exempts open approve shorter decline",
        "series": "project new open changes title start length place places skills last out without again end ended "
        "mine every hold skip skipped stop keep leave",
        "check": "in join code here tick untick",
        "labour": "open chart",
        "proxy": "mine vote give one ended decline",
        "teller": "home file people name drop enter tick mark sure put waiting one confirm strike papers paper good "
        "bad object objected",
        "vote": "take anew mark less cast check",
        "cast": "new urgent list names page history see approve decline cancel now pause resume stop look name forget",
        "need": "open change withdraw withdrawn list item chart file",
        "goods": "open coming mine one pic get got order wait waitpay change changed back gaveback unwait when",
        "stock": "home new over batch change times left claims ledger claimsfile ledgerfile correct spoil away off "
        "place time addtime again items retired item edit names newitem edit_name edit_step edit_price edit_sharing "
        "edit_picture picture unpicture call retire bring",
        "claim": "code helper name nohelper wrong tell desk found card part hand undo list print csv",
        "order": "mine receipt paid refund refundall sell correct takings day entry file",
        "power": "home register join meter leave left open file adjust files get homes one out takeout",
        "draw": "list about one file",
        "recall": "list open again clear cleared people person told customers file one read",
        "repeat": "mine which project new open changes quantity start length place sharing last days leave left again "
        "end ended",
        "poll": "open over page share new remind close closed later off result chart file roll votes",
        "minutes": "read pdf object write general gnote item note decide publish published correct propose put "
        "approval approved list find one strike struck mine all of todo follow followd done cant shift give when drop "
        "dropped",
        "meet": "coming past page yes maybe no people many ics in new desk change set off begin end ended code here "
        "tick untick find",
        "news": "list one find draft words video language other original photos photo unphoto numbers preview ready "
        "wait now skip wake correct",
        "board": "list one on off sure drop",
        "round": "list past mine plan start one steps add stop press word step done skip reopen owner due text title "
        "ours posters new table poster paper down",
        "task": "which ask come no",
        "hear": "open on off back",
        "reach": "card list file again undelivered person row retry drop",
        "motion": "list page propose second unsecond withdraw take decline up down title about vote closevote",
        "chat": "open chat prefer any go gone code yes no share twice ask look one notme find theirs drop dropped "
        "vouch",
        "phone": "open speak add new has off drop dropped ask",
        "aid": "list new person done deeds take pass has code end ended",
        "merge": "list open sure undo",
        "mail": "1 2 7",
    }.items()
}
WIZARDS = {
    "signup": ("language", "code", "name", "street", "skills", "interests", "free_times", "adult", "born", "consent"),
    "me": (
        *("language", "name", "street", "skills", "interests", "free_times", "born"),
        *("reminder_early", "reminder_late"),
    ),
    "newshift": ("project", "title", "day", "start", "length", "place", "places", "skills", "kinds", "preview"),
    "changeshift": ("title", "day", "start", "length", "place", "places", "skills", "kinds", "sure"),
    "project": ("name", "place", "interest"),
    "appoint": ("person", "role", "project", "sure"),
    "setting": ("value",),
    "topic": ("name",),
    "hours": ("minutes",),
    "report": ("project", "day", "minutes", "what", "witness", "check"),
    "rejectreport": ("reason",),
    "contest": ("minutes", "note", "sure"),
    "decide": ("reason",),
    "correct": ("minutes", "reason", "sure"),
    "pickup": ("code", "part"),
    "pickuphelper": ("person",),
    "meter": ("meter",),
    "homecode": ("code",),
    "newseries": (
        *("title", "weekdays", "weeks", "first", "last", "start", "length", "place", "places", "skills", "kinds"),
        "preview",
    ),
    "changeseries": ("since", "title", "start", "length", "place", "places", "skills", "kinds", "last", "sure"),
    "leaveout": ("day", "sure"),
    "swap": ("person",),
    "chatof": ("person",),
    "newathome": ("name", "code", "street", "adult", "born", "consent"),
    "nophone": ("name", "street", "skills", "adult", "born", "consent", "day"),
    "aidtake": ("consent", "day"),
    "aidpass": ("to",),
    "skillperson": ("person",),
    "checkin": ("code",),
    "exempt": ("kind", "first", "last", "sure"),
    "shorter": ("last",),
    "newbatch": ("item", "amount", "project", "day", "time", "place", "sharing", "best", "change", "card"),
    "changebatch": ("amount", "place", "day", "time", "reason", "sure"),
    "item": ("name", "unit", "step", "allowance", "home_allowance", "price", "sharing", "translated", "picture"),
    "refund": ("reason", "sure"),
    "putright": ("reason", "sure"),
    "sell": ("amount", "name", "sure"),
    "recall": ("reason", "sure"),
    "newrepeat": (
        *("item", "quantity", "weekdays", "weeks", "first", "last", "start", "length", "place", "sharing"),
        "preview",
    ),
    "changerepeat": ("quantity", "start", "length", "place", "sharing", "last", "sure"),
    "howmuch": ("amount",),
    "needs": ("people", "items", "amount", "rest"),
    "poll": ("question", "options", "points", "audience", "quorum", "closes", "words", "preview"),
    "polllater": ("later",),
    "update": ("words", "other", "video", "photo", "correct"),
    "newsfind": ("words",),
    "proxy": ("poll", "holder", "sure"),
    "teller": ("person",),
    "papername": ("person",),
    "polloff": ("reason", "sure"),
    "newmeeting": (
        *("title", "about", "when", "length", "place", "link", "whom", "benefits", "quorum", "secretary"),
        "look",
    ),
    "changemeeting": ("title", "about", "when", "length", "place", "link", "quorum", "secretary", "sure"),
    "offmeeting": ("reason", "sure"),
    "meetingpeople": ("people",),
    "roomcode": ("code",),
    "tickmeeting": ("person",),
    "propose": ("kind", "title", "about"),
    "changeitem": ("title", "about"),
    "declineitem": ("reason",),
    "minutesnote": ("note",),
    "minutesobject": ("words",),
    "minutescorrect": ("words",),
    "minutesdecide": ("words", "passed"),
    "decisionsfind": ("words",),
    "followup": ("what", "owner", "due"),
    "followgive": ("owner",),
    "followwhen": ("due",),
    "followdone": ("note",),
    "followcant": ("why",),
    "followshift": ("project", "title", "day", "start", "length", "place", "places", "skills", "kinds", "preview"),
    "campaign": ("day",),
    "campaignwords": ("words",),
    "campaigntitle": ("title",),
    "campaignowner": ("owner",),
    "campaigndue": ("due",),
    "campaignstep": ("what", "words", "due"),
    "poster": ("place", "language", "headline", "lines"),
    "press": ("heading", "lead", "quote", "contact"),
    "call": ("hands", "whom", "which", "keep", "audience", "line", "look"),
    "cast": ("topic", "words", "photo", "languages", "tongue", "when", "whom", "which", "keep", "audience", "preview"),
    "urgent": ("words", "languages", "tongue", "whom", "which", "keep", "audience", "preview"),
    "putvote": ("how", "kind", "options", "quorum", "majority", "closes"),
}
VALUES: tuple[str, ...] = (
    "@back",
    "@resume",
    "@afresh",
    "done",
    "yes",
    "none",
    "usual",
    "publish",
    "mayor",
    "town",
    "project",
    "p1",
)
VALUES += ("p-1", "p99999", "page1", "pageX", "weekmorning", "en", "xx", "open", "approval", "0", "1", "7", "-7", "60")
VALUES += ("2026-11-25", "9999-12-31", "0001-01-01", "09:00", "25:00", "½", "x" * 40, "", ":", "::", "\u202e")
NUMBERS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "-1", "2147483647", "2147483648", "9" * 30, "", "x", "٣", " 1")
KEYS: tuple[str, ...] = (
    "",
    "skill",
    "interest",
    "name",
    "join_policy",
    "required_minutes",
    "zone",
    "nothing",
    "x",
    "é",
)
KEYS += ("sure", "es", "shift", "report", "2026-11-23", "2026-11-25", "report-1", "report-x")
COMMANDS: tuple[str, ...] = (
    "/start",
    "/week",
    "/shifts",
    "/me",
    "/desk",
    "/town",
    "/rosters",
    "/report",
    "/week 2",
    "/regular",
    "/help",
    "/cancel",
    "/setup",
    "/nothing",
)
COMMANDS += ("/Week", "/start shift_1", "/start shift_99999999999", "/start KKKK-3333", "/start <b>", "/", "//", "/ ")
COMMANDS += ("/start in_1_BCDFGH", "/start in_1_<b>", "/start in_99999999999_KKKKKK", "BCDFGH", "k4m p7t")
COMMANDS += ("/orders", "/takings", "receipts", "the books")
COMMANDS += ("/pickup", "/start get_KMP4R7X", "/start get_<b>", "kmp-4r7x", "0,5")
COMMANDS += ("/needs", "/production", "bread 3, milk 1,5")
COMMANDS += ("/goods", "free goods", "0,5 kg")
COMMANDS += ("/recall", "/repeats", "comes again")
COMMANDS += ("/meetings", "/meeting", "/start meet_1", "/start at_1_BCDFGH", "/start at_1_<b>", "1/12 18:00")
COMMANDS += ("/campaigns", "posters", "/start p_k7m2qx", "/start p_<b>", "/start BREAD7 p_k7m2qx")
COMMANDS += ("/motions", "the agenda")
COMMANDS += ("/receipt", "/receipt 2B3X-4C3M-PE8K", "2B3X-4C3M-PE8K-0000 1", "2B3X-4C3M-PE8K")
COMMANDS += ("/decisions", "/decisions well", "/followups", "register", "to do")
COMMANDS += ("/proxies", "my proxy")
COMMANDS += ("/broadcast", "/broadcast The river is high", "/broadcasts", "/emergency", "/emergency Go up the hill")
COMMANDS += ("/polls", "/poll", "/start vote_1", "/start vote_<b>", "votes", "50 %")
COMMANDS += ("/call", "call for hands")
COMMANDS += ("/link", "/link CDFH-2345", "CDFH-2345", "link", "/chats", "/phone", "/helping", "/merged")
COMMANDS += ("/news", "/news bread", "/update", "newsletter", "https://v.example/1")
COMMANDS += ("/my week", "/setup KKKK-3333", "/me@riverbend_bot", "week", "my week", "help", "cancel", "town", "desk")


def forged(chance: random.Random) -> str:
    """Callback data that no screen offered, at most 64 bytes."""
    kind = chance.random()
    if kind < 0.6:
        prefix = chance.choice(list(TAPS))
        parts = [prefix, chance.choice((*TAPS[prefix], "nothing", ""))]
        parts += [chance.choice(NUMBERS) if chance.random() < 0.7 else str(chance.randint(1, 12)) for _ in range(
            {"shift": 1, "list": 0, "hours": 4, "desk": 2, "town": 2, "me": 1, "skill": 3, "swap": 4, "ics": 1,
             "series": 2, "report": 2, "contest": 0, "ledger": 0, "stand": 0, "check": 3, "labour": 0, "plan": 4,
             "power": 0, "order": 3, "goods": 3, "stock": 3, "claim": 3, "cover": 2, "draw": 2,
             "recall": 3, "repeat": 2, "need": 2, "meet": 3, "poll": 3, "motion": 3, "minutes": 3, "round": 3,
             "vote": 1, "proxy": 3, "cast": 2, "news": 2, "board": 2, "hear": 0, "reach": 2, "task": 2,
             "teller": 3, "chat": 3, "phone": 1, "aid": 1, "merge": 2, "mail": 0}[prefix]
        )]  # fmt: skip
        if prefix == "teller":
            parts.append(chance.choice(("-", "1", "21", "0406", *KEYS)))
        if prefix == "vote":
            parts += [chance.choice(("", "0" * 16, *KEYS)), chance.choice(("", "1", "21", "102", *NUMBERS))]
            parts += [chance.choice(NUMBERS), chance.choice(("0", "0", *NUMBERS))]
        if prefix in ("list", "labour"):
            parts += [chance.choice((*KEYS, *NUMBERS)), chance.choice(NUMBERS)]
        if prefix in ("contest", "ledger", "stand", "power"):
            parts += [chance.choice((*KEYS, *NUMBERS)), chance.choice(NUMBERS), chance.choice(NUMBERS)]
        if prefix in (
            "town",
            "series",
            "order",
            "stock",
            "repeat",
            "poll",
            "minutes",
            "cast",
            "news",
            "round",
            "hear",
            "reach",
            "task",
        ):
            parts.append(chance.choice(KEYS))
        data = ":".join(parts[: len(parts) - (chance.random() < 0.05)])
    elif kind < 0.9:
        wizard = chance.choice(list(WIZARDS))
        data = f"w:{wizard}:{chance.choice((*WIZARDS[wizard], '-', ''))}:{chance.choice(VALUES)}"
    else:
        loose = (
            *("as:1:home", "as:2:me:open", "as:999999:home", "as::home", "~1:home", "~zz:shift:join:1"),
            "home",
            "leave",
            "typed",
            "w:",
            "w:me",
            "w:me:",
            "w:me:name",
            "shift:",
            "join:again",
            "\u202e" * 20,
        )
        data = chance.choice((*loose, "".join(chr(chance.randint(1, 0x2FFF)) for _ in range(20))))
    return data.encode()[:64].decode(errors="ignore") or "x"


def typed(chance: random.Random) -> str:
    """Words, numbers, signs."""
    kind = chance.random()
    if kind < 0.25:
        return chance.choice(COMMANDS)
    if kind < 0.85:
        return chance.choice(NASTY)
    if kind < 0.9:
        return chance.choice(("x", "<", "é", "👍", "\u0645")) * chance.choice((61, 500, 2000))
    return "".join(chr(chance.choice((chance.randint(32, 126), chance.randint(0xA0, 0xD7FF)))) for _ in range(30))


async def dump(town: Town, *models: Any, but: Sequence[str] = ()) -> dict[str, list[Any]]:
    """All rows of some tables, to be compared; columns in `but` ("table.column") are left out."""
    found = {}
    async with town.app.database.reading() as unit:
        for model in models:
            table = table_of(model)
            columns = [column for column in table.c if f"{table.name}.{column.name}" not in but]
            found[table.name] = sorted(map(repr, await unit.rows(select(*columns))))
    return found


EVERYTHING = (
    *(Broadcast, BroadcastAnswer, BroadcastEvent, SavedAudience),
    *(Campaign, CampaignStep, Poster, PosterVisit),
    Poll,
    Meeting,
    MoneyAccount,
    MoneyEntry,
    Receipt,
    Recall,
    RecallPerson,
    BatchSeries,
    BatchSeriesException,
    HoursReport,
    Contest,
    RoleGrant,
    Project,
    Series,
    SeriesSkill,
    SeriesException,
    StandingSignup,
    Shift,
    ShiftSkill,
    Signup,
    HoursEntry,
    Topic,
    TownRow,
    SetupCode,
    Resident,
    ResidentTopic,
)
NOT_A_RESIDENTS = (
    *(Broadcast, BroadcastEvent, SavedAudience, Campaign, CampaignStep, Poster),
    Poll,
    Meeting,
    *(MoneyAccount, MoneyEntry, Receipt),
    *(Recall, BatchSeries, BatchSeriesException),
    *(RoleGrant, Project, Series, SeriesSkill, SeriesException, Shift, ShiftSkill, HoursEntry, Topic, TownRow),
    SetupCode,
)
"""What nobody without a role may change, apart from how many places are taken."""


class Watch:
    """Looks over somebody's shoulder: each thing they do is answered, and nothing fails inside."""

    def __init__(self, town: Town, person: Person, caplog: pytest.LogCaptureFixture) -> None:
        self.town = town
        self.person = person
        self.caplog = caplog
        self.done: list[str] = []
        self.account = person.account_id
        self._seen = datetime.min.replace(tzinfo=UTC)
        self._message = next(one.id for one in reversed(person.shown) if not one.document)

    async def taps(self, data: str) -> None:
        self.done.append(f"tap {data!r}")
        await self.person.line.tap(self._message, data)
        await self._check(data)

    async def says(self, text: str) -> None:
        self.done.append(f"say {text[:70]!r}")
        if text.strip():
            await self.person.line.say(text)
            await self._check()

    async def _check(self, tapped: str = "") -> None:
        failed = [record for record in self.caplog.records if record.levelno >= logging.ERROR]
        assert not failed, self._story(failed[0].getMessage() + "\n" + str(failed[0].exc_text))
        inbox, accounts = table_of(Inbox), table_of(Account)
        async with self.town.app.database.reading() as unit:
            if not self.account:  # a stranger's, who came last
                newest = select(func.max(accounts.c.id)).where(accounts.c.channel == self.town.channel)
                self.account = int(await unit.value(newest))
            new = select(inbox.c.at, inbox.c.replies).where(inbox.c.account_id == self.account, inbox.c.at > self._seen)
            taken = await unit.rows(new)
        leaves_no_trace = tapped.removeprefix(ANEW).startswith(("vote:mark:", "vote:less:", "vote:full:"))
        assert taken or leaves_no_trace, self._story("it was not taken in")
        assert all(replies != "[]" for _, replies in taken), self._story("it was not answered")
        self._seen = max((at for at, _ in taken), default=self._seen)

    def _story(self, what: str) -> str:
        return "\n".join([what, *self.done[-12:]])

    async def goes_on(self) -> None:
        """The conversation can go on: /week is answered with the card, or with a question of the sign-up."""
        await self.says("/week")
        await self.person.looks()
        if self.person.resident_id:
            ways = [data for _, data in self.person.last.buttons]
            assert MeTap(do="open").pack() in ways, self._story(self.person.last.text)


class Walker(Watch):
    """Does so many things at random."""

    async def walks(self, steps: int, chance: random.Random) -> None:
        for step in range(steps):
            kind = chance.random()
            if kind < 0.4:
                await self._presses(chance)
            elif kind < 0.7:
                await self.taps(forged(chance))
            else:
                await self.says(typed(chance))
            if step % 15 == 14:
                await self.goes_on()
        await self.goes_on()

    async def _presses(self, chance: random.Random) -> None:
        shown = [message for message in (await self.person.looks())[-3:] if message.buttons]
        if not shown:
            return
        message = chance.choice(shown)
        _label, data = chance.choice(message.buttons)
        if "://" in data:
            return
        self.done.append(f"press {data!r}")
        await self.person.line.tap(message.id, data)
        if chance.random() < 0.2:
            await self.person.line.tap(message.id, data)  # twice, as people do
        await self._check(data)
