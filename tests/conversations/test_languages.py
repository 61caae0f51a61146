"""Four languages, in one conversation if need be: nothing is lost between them, and every word is rendered."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from bot.channels.web.limits import check_text
from handlers import catalogue
from handlers.kit.audience_words import Called, audience_words
from handlers.kit.facts import known, sentence
from handlers.kit.goods_words import RECALL
from handlers.kit.reasons import DECLINE, MISTAKE, POLL_OFF, REFUND, REJECT
from handlers.kit.screens import Screen
from handlers.series.reasons import kept
from locales import LANGUAGES, _, speaking
from storage.queries.boards import BoardRow
from storage.queries.skills import KindRow
from storage.queries.tasks import CardRow
from storage.queries.topics import Named
from tests.channels.telegram_town import until
from tests.emulators.telegram_html import parse
from tests.people import OPENING, Town
from town import facts
from town.audience import Chosen, How
from town.audience import parse as parse_audience
from town.counting import count, decide
from town.facts import Fact
from town.poll_file import result_of
from town.polls import Kind, Question, Threshold
from town.series import Pattern
from town.settings import SPECS, TownSettings
from town.swaps import Rule

RIVERBEND = TownSettings(name="Riverbend & <Sons>", zone="Africa/Johannesburg")

on_web = pytest.mark.parametrize("channel", ["web"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHIFT: dict[str, Any] = {
    "shift": 7,
    "title": "Bread & <butter>",
    "project": "Bakery <3",
    "place": "Mill Lane “2”",
    "starts_at": "2026-11-25T07:00:00+00:00",
    "ends_at": "2026-11-25T09:00:00+00:00",
    "minutes": 120,
}
OLD = {f"old_{name}": value for name, value in SHIFT.items()} | {"old_title": "Bread", "old_place": "Hall"}
CLASH = {"other": 8, "other_title": "Weeding & <hoeing>"}
CLASH |= {f"other_{name}": SHIFT[name] for name in ("starts_at", "ends_at")}
OF_THE_TOWN = ("message", "emergency")
CHANNELS = ("telegram", "whatsapp", "web")
SAID: dict[str, Any] = {"broadcast": 4, "text": "The <river> is high.\nStay & wait", "language": "en", "texts": {}}
SAID |= {"name": "Anna <b>", "project": "Bakery <3", "photo": None, "topic": "appeals"}
WHOM = [
    *("town", "project:1", "skill:1", "interest:2", "role:mayor", "role:council", "role:treasurer", "role:coordinator"),
    *("standing:short", "standing:participating", "standing:exempt", "standing:welcome", "owes:15", "language:zu"),
    *("street:mill lane", "shift:7", "meeting:3", "saved:1", "can:7"),
]
NAMES = {parse_audience(one): Called("Mill <b>", date(2026, 11, 24)) for one in WHOM}
PROPOSED = {"broadcast": 4, "message": SAID, "names": NAMES, "people": 1200, "name": "Anna <b>", "due_at": OPENING}
PROPOSED |= {"audience": "town\n+saved:1\n&skill:1\n-street:mill lane"}
WRITTEN = {"broadcast": 4, "text": "The <river> is high."}
GIVEN = {"swap": 4, "name": "Anna <b>", "until": "2026-11-25T06:00:00+00:00"}
GIVEN |= {f"give_{name}": value for name, value in SHIFT.items()} | {"give_shift": 7}
SWAPPED = GIVEN | {f"take_{name}": value for name, value in SHIFT.items()} | {"take_shift": 8, "take_place": ""}
SWAP_OVER = (
    *({**GIVEN, "mine": mine, "why": why} for mine in (True, False) for why in ("withdrawn", "settled", "expired")),
    *(
        {**SWAPPED, "mine": mine, "why": why, "rule": rule.value, "title": "Bread & <b>", "person": person}
        for rule in Rule
        for why, mine, person in (("refused", True, "Ben <b>"), ("lapsed", True, ""), ("lapsed", False, "Ben <b>"))
    ),
)
REASONS = [
    kept(fact)
    for fact in (
        facts.ShiftClash(title="<b>", other="Cake & <b>", starts_at=OPENING, ends_at=OPENING),
        facts.NeedsSkill(title="<b>", skills=(1, 2), proof=True),
        facts.TooMuchInAWeek(title="<b>", most=600, minor=True),
        *[facts.ShiftFull(title="Bread " * 10)] * 20,
    )
]
ROSTER = {**SHIFT, "open": 3, "names": ["Anna <b>", "Ben"]}
REPORT = {"report": 4, "name": "Anna <b>", "project": "Bakery <3", "witness": "Ben <b>", "day": "2026-11-23"}
REPORT |= {"minutes": 90, "what": "Fetched <flour>"}
BESIDE = [{"title": "<i>", "starts_at": SHIFT["starts_at"], "ends_at": SHIFT["ends_at"], "minutes": 0}]
BESIDE += [{"title": "Swept & <b>", "starts_at": None, "ends_at": None, "minutes": 30}]
CONTEST = {"contest": 4, "name": "Anna <b>", "title": "Bread & <b>", "project": "<", "minutes": 90, "note": "I <was>"}
CONTEST |= {"starts_at": SHIFT["starts_at"], "ends_at": SHIFT["ends_at"], "day": None, "first": "Pieter <b>"}
CONTEST |= {"checked_in_at": SHIFT["starts_at"]}
OF_REPORT = {"starts_at": None, "ends_at": None, "day": "2026-11-23", "checked_in_at": None}
CORRECTED = {**CONTEST, "kind": "shift", "of": 7, "resident": 3, "week": "2026-11-23", "old": 120, "new": 0}
CORRECTED |= {"reason": "I <mistook> it", "by": "Thandi <b>"}
STANDING = {"week": "2026-11-23", "required": 180, "minutes": 30, "carried": 0, "missing": 150}
NOTE = {**STANDING, "promised": 0, "kept": True, "shifts": [SHIFT, {**SHIFT, "shift": 8}]}
EXEMPT = {"exemption": 4, "name": "Anna <b>", "by": "Naledi <b>", "kind": "care", "state": "approved"}
EXEMPT |= {"first": "2026-11-23", "last": "2026-12-06"}
PLAN = {"plan": 3, "project_id": 1, "project": "Bakery <3", "week": "2026-11-30", "placed": 18, "places": 20}
COVER = {**SHIFT, "call": 3, "gives": 0, "later": 0}
SHORT = {**SHIFT, "free": 2, "asking": False}
GOODS: dict[str, Any] = {"batch": 7, "claim": 9, "item": "Bread & <b>", "names": '{"es": "Pan <i>"}', "unit": "loaf"}
GOODS |= {"project": "Bakery <3", "place": "", "amount": 2000, "price": None}
PAID: dict[str, Any] = {"number": 12, "total": 2500, "currency": "ZAR"}
BACK: dict[str, Any] = {"first": 11, "by": "Pieter <b>", "back": True}
HANDED = {"to": "Ben <b>", "at": SHIFT["starts_at"]}
PICKED_UP = {name: SHIFT[name] for name in ("starts_at", "ends_at")}
DRAW: dict[str, Any] = {"number": 7, "position": 3}
RECALLED = {"made_on": "2026-11-24"}
ASKED: dict[str, Any] = {"poll": 7, "question": "A well & <a pump>?", "about": "It <costs> " * 80, "points": 12}
ASKED |= {"words": '{"en": {}, "es": {"question": "¿Un <pozo>?", "about": "x"}}', "kind": "yesno", "secret": False}
ASKED |= {"options": '[{"name": "Yes"}, {"name": "No"}]', "closes_at": SHIFT["ends_at"], "electorate": 94}
OF_SEVERAL = {"options": '[{"name": "Bread & <b>", "names": {"es": "Pan <i>"}}, {"name": "Milk"}]'}
PROXY = {"proxy": 3, "giver": "Anna <b>", "holder": "Ben <b>", "poll": 2, "question": "A <well>?"}
PROXY |= {"words": '{"es": {"question": "¿Un <pozo>?", "about": ""}}'}
PROXY_NOTICES = ("given", "declined", "ended")
ON_PAPER = {"poll": 2, "question": "A <well>?", "words": PROXY["words"], "secret": False, "entered": "Anna <b>"}
ON_PAPER |= {"confirmed": "Ben <b>", "closes_at": "2026-11-25T06:00:00+00:00"}
BALLOTS = {
    Kind.YESNO: {"1": 61, "2": 30, "": 3},
    Kind.SINGLE: {"1": 61, "2": 30},
    Kind.APPROVAL: {"1": 40, "1,3": 20, "": 1},
    Kind.RANKED: {"1>2": 30, "2>1": 31, "3>1": 20, "3": 2},
    Kind.POINTS: {"1:4,3:6": 20, "2:10": 1},
}


def came(kind: Kind, ballots: dict[str, int], **asked: Any) -> dict[str, Any]:
    """The fields of a result."""
    options = [{"name": "Bread & <b>", "names": {"es": "Pan <i>"}}, {"name": "Milk $1"}, {"name": "Eggs $2"}]
    question = Question(kind, 2 if kind is Kind.YESNO else 3, points=10, **asked)
    tally = count(question, ballots.items())
    decided = decide(question, tally, 94)
    return {
        **ASKED,
        "kind": kind.value,
        "options": json.dumps(options[: question.options]),
        "outcome": decided.result.value,
        "winners": list(decided.winners),
        "tally": result_of(tally, decided) | {"voted": tally.ballots},
        "threshold": question.threshold.value,
        "of_electorate": question.of_electorate,
        "secret": kind is Kind.RANKED,
        "digest": "ab" * 32 if kind is Kind.RANKED else "",
    }


MOTION = {"item": 3, "kind": "motion", "title": "A <well>?", "about": "It <is> dry.\nSo.", "name": "Anna <b>", "by": 4}
MOTION |= {"meeting": 2, "of": "Spring & <b>", "starts_at": SHIFT["starts_at"]}
UNDATED = {**MOTION, "kind": "topic", "about": "", "starts_at": None}
MINUTES = {"meeting": 2, "title": "Spring & <b>", "starts_at": SHIFT["starts_at"]}
FOLLOW = {"follow": 4, "text": "Ask <three> firms", "meeting": 2, "title": "Spring & <b>", "due": "2026-11-27"}
CALLED: dict[str, Any] = {"meeting": 2, "title": "Spring & <b>", "about": "The <well>.\nAnd more.", "length": 90}
CALLED |= {"starts_at": SHIFT["starts_at"], "place": "Hall <1>", "link": "https://meet.example/?a=1&b=2"}
BARE = {**CALLED, "about": "", "place": "", "link": ""}
WEEKLY: dict[str, Any] = {"update": 3, "week": "2026-11-23", "language": "en", "text": "A <well> & bread."}
WEEKLY |= {
    "texts": {"es": "Un <pozo>."},
    "video": "https://v.example/?a=1&b=2",
    "web": "https://riverbend.example/news/3",
}
WEEKLY |= {"photos": [], "corrections": [{"text": "<b>", "language": "en", "name": "<", "at": SHIFT["starts_at"]}]}
WEEKLY["numbers"] = {
    "week": "2026-11-23", "since": SHIFT["starts_at"], "until": SHIFT["ends_at"], "ahead": "2026-11-30",
    "asked": 900_000, "residents": 5000, "newcomers": 1, "people": 2, "hours": [["2026-11-23", 744_000]],
    "goods": [{"name": "Bread & <b>", "names": "{}", "unit": "loaf", "amount": 9000}], "kinds": 4,
    "decided": [{"title": "A <well>", "passed": passed} for passed in (True, False)], "decisions": 2, "votes": 1,
    "needed": [{**SHIFT, "open": 8}], "shifts": 9, "places": 40, "gatherings": 1,
    "meetings": [{"meeting": 2, "title": "Spring & <b>", "starts_at": SHIFT["starts_at"], "place": "Hall"}],
}  # fmt: skip
BOARD = BoardRow(3, "Neighbours & <b>", "group", False, OPENING, None, None, True)
BY_WHOM = (("Ben <b>", "group"), ("", "channel"))
ROUND = {"step": 3, "key": "1.radio", "title": "On <air>", "round": 1, "due": "2026-11-25", "owner": "Anna <b>"}
ROUND |= {"by": "Ben <b>"}
SKILLED = KindRow(Named(1, "skill", "Baking"), 2, 1, 1, 0, None, False)
WISHED = KindRow(Named(2, "skill", "Weir <keeping>"), 0, 0, 0, 0, None, False)
HANDS: dict[str, Any] = {**SHIFT, "broadcast": 4, "free": 6, "kinds": (SKILLED, WISHED), "line": "Bring <gloves>"}
HANDS |= {"language": "es", "name": "Pieter <b>"}
CARDS = tuple(
    {"broadcast": 4, "card": CardRow._make((4, kind, state, why, "The <river>\n", 600, *shift, 188, 398, failed, 4))}
    for kind, shift in (
        ("message", (None, "", None, None, None, None, None)),
        ("emergency", (None, "", None, None, None, None, None)),
        ("update", (None, "", None, None, None, None, None)),
        ("task", (7, "", "Bread & <b>", OPENING, OPENING, 2, None)),
        ("task", (7, "", "Bread & <b>", OPENING, OPENING, 0, None)),
    )
    for state, why in (("sending", ""), ("paused", ""), ("sent", ""), *(("stopped", w) for w in ("full", "gone", "")))
    for failed in (0, 1)
)
RESULTS = [
    came(kind, ballots, **asked)
    for kind in Kind
    for ballots in ({}, {"": 2}, BALLOTS[kind], dict.fromkeys(BALLOTS[kind], 1))
    for asked in ({}, {"quorum": 50, "threshold": Threshold.TWO_THIRDS}, {"of_electorate": True})
]
FIELDS: dict[str, tuple[dict[str, Any], ...]] = {
    "task.call": (HANDS, {**HANDS, "free": 1, "kinds": (), "line": "", "place": ""}, {"broadcast": 4}),
    "task.stopped": tuple({**SHIFT, "why": why, "free": free} for why in ("moved", "full", "gone") for free in (0, 3)),
    "broadcast.card": CARDS,
    "meeting.invited": (CALLED, BARE),
    "meeting.dated": tuple({**fields, "noted": noted} for fields in (CALLED, BARE) for noted in (0, 1)),
    "meeting.changed": tuple(
        {**CALLED, "what": what} for what in (["starts_at"], ["length"], ["place"], ["link"], ["starts_at", "place"])
    ),
    "meeting.off": tuple(
        {**CALLED, "starts_at": starts, "reason": "Rain & <wind>"} for starts in (None, CALLED["starts_at"])
    ),
    "meeting.reminder": ({**CALLED, "noted": 1}, BARE),
    "meeting.undated": ({"meeting": 2, "title": "Spring & <b>"},),
    "minutes.published": (MINUTES, {**MINUTES, "starts_at": None}),
    "minutes.approved": (MINUTES,),
    "minutes.objection": ({"meeting": 2, "title": "Spring & <b>", "name": "Anna <b>", "text": "Not <so>.\nNo."},),
    "followup.given": ({**FOLLOW, "by": "Ben <b>"}, {**FOLLOW, "due": None, "by": "Ben <b>"}),
    "followup.reminder": (FOLLOW,),
    "followup.overdue": (FOLLOW,),
    "followup.cannot": ({**FOLLOW, "name": "Anna <b>", "why": "No <time>"},),
    "followup.off": ({**FOLLOW, "by": "Ben <b>"},),
    "motion.on": (MOTION, UNDATED),
    "motion.proposed": ({**MOTION, "on": False}, {**UNDATED, "on": True}),
    "motion.declined": tuple(
        {**one, "reason": reason, "was_on": was_on, "decliner": "Ben <b>"}
        for one in (MOTION, UNDATED)
        for reason in (*DECLINE, "<no>")
        for was_on in (True, False)
    ),
    "motion.changed": ({**MOTION, "changer": "Ben <b>"}, {**UNDATED, "changer": "Ben <b>"}),
    "shift.reminder": ({**SHIFT, "lead": 1440, "joined": False}, {**SHIFT, "lead": 120, "joined": True}),
    "shift.changed": (
        {**OLD, **SHIFT},
        {**OLD, **SHIFT, **CLASH},
        {**SHIFT, **{f"old_{name}": value for name, value in SHIFT.items()}},
    ),
    "shift.cancelled": (SHIFT,),
    "signup.released": (
        {**SHIFT, "name": "Anna <b>", "free": 1, "called": True, "passed_on": False},
        {**SHIFT, "name": "Anna", "free": 5, "called": False, "passed_on": True},
        {**SHIFT, "name": "Anna", "free": 5, "called": False, "passed_on": False, "unled": [["Baking", 1], ["<b>", 2]]},
    ),
    "waiting.offer": ({**SHIFT, "until": SHIFT["starts_at"]},),
    "waiting.changed": (SHIFT | {"offered": True}, SHIFT | {"offered": False}),
    "waiting.lapsed": (SHIFT,),
    "waiting.ended": (SHIFT,),
    "hours.roster": (ROSTER, {**ROSTER, "open": 1}),
    "hours.reminder": (ROSTER, {**ROSTER, "open": 1}),
    "hours.overdue": (ROSTER, {**ROSTER, "open": 1, "names": []}),
    "hours.own": ({**SHIFT, "resident": 3, "name": "Pieter <b>"},),
    "hours.confirmed": ({**SHIFT, "week": "2026-11-23"},),
    "cover.ask": (
        {**COVER, "likes": "Bread and food", "skills": ["Baking", "Weir <keeping>"], "is_free": True, "gives": 120},
        {**COVER, "place": "", "likes": "", "skills": [], "is_free": False, "later": 60},
        {**COVER, "likes": "", "skills": [], "is_free": False},
    ),
    "cover.came": ({**SHIFT, "name": "Ben <b>", "free": 0}, {**SHIFT, "name": "Ben", "free": 2}),
    "cover.nobody": tuple({**SHIFT, "asked": asked, "declined": 0, "free": 1} for asked in (0, 1, 9)),
    "cover.short": (
        {"day": "2026-11-25", "shifts": [SHORT], "more": 0},
        {"day": "2026-11-25", "shifts": [SHORT, {**SHORT, "shift": 8, "asking": True}], "more": 0},
        {"day": "2026-11-25", "shifts": [{**SHORT, "shift": number} for number in range(20)], "more": 40},
    ),
    "hours.missed": ({**SHIFT, "coordinator": "Pieter <b>"},),
    **{
        f"report.{what}": (
            {**REPORT, "seen": True, "beside": BESIDE, "names": ["Ben <b>"]},
            {**REPORT, "seen": False, "witness": "", "beside": [], "names": []},
        )
        for what in ("asked", "reminder", "overdue")
    },
    "report.confirmed": ({**REPORT, "by": "Pieter <b>"},),
    "report.rejected": tuple(
        {**REPORT, "by": "Pieter <b>", "reason": reason, "until": OPENING.isoformat()}
        for reason in (*REJECT, "Quite <another>")
    ),
    **{
        f"contest.{what}": tuple(
            {**CONTEST, **about, "written": written, "reason_then": reason, "names": names}
            for about in ({}, OF_REPORT)
            for written, reason, names in ((0, "", []), (60, "Nobody saw them there", ["Ben <b>"]), (60, "", ["x"]))
        )
        for what in ("asked", "overdue")
    },
    "contest.passed_on": tuple(
        {**CONTEST, "names": ["Ben <b>"], "late": late, "again": again}
        for late, again in ((True, False), (True, True), (False, False))
    ),
    "contest.decided": tuple(
        {**CONTEST, "upheld": upheld, "by": "Ben <b>", "reason": "So <it> was", "written": written}
        for upheld, written in ((True, 90), (False, 60), (False, 0))
    ),
    "ledger.corrected": (
        {**CORRECTED, "until": OPENING.isoformat()},
        {**CORRECTED, "kind": "report", "starts_at": None, "ends_at": None, "day": "2026-11-23", "until": None},
    ),
    "standing.note": (
        NOTE,
        {**NOTE, "kept": False, "carried": 60, "promised": 60, "shifts": []},
        *({**NOTE, "promised": 180, "kept": kept} for kept in (True, False)),
    ),
    "standing.ended": (STANDING, {**STANDING, "carried": 30, "corrected": True}),
    "standing.spared": (STANDING,),
    "standing.back": ({**STANDING, "current": 180}, STANDING),
    "exempt.asked": (EXEMPT, {**EXEMPT, "kind": "age"}),
    "exempt.approved": (EXEMPT,),
    "exempt.declined": (EXEMPT,),
    "exempt.ended": (EXEMPT, {**EXEMPT, "state": "withdrawn"}),
    "swap.asked": (GIVEN, SWAPPED),
    "swap.done": (GIVEN, SWAPPED),
    "swap.told": ({**GIVEN, "giver": "Ben <b>"}, {**SWAPPED, "giver": "Ben <b>"}),
    "swap.declined": (GIVEN, SWAPPED),
    "swap.over": SWAP_OVER,
    **{
        f"skill.{what}": ({"skill": "Baking", "by": "<b>"}, {"skill": "Our <own>", "by": "Ben"})
        for what in ("signed_off", "taken_back", "master", "master_ended")
    },
    "series.missed": (
        {"series": 3, "title": "Bread & <b>", "weeks": [{**SHIFT, "position": 2}]},
        {"series": 3, "title": "Bread", "weeks": [{**SHIFT, "reason": reason} for reason in REASONS]},
    ),
    "series.stopped": tuple(
        {
            "series": 3,
            "title": "Bread & <b>",
            "name": "Anna <b>",
            "called": called,
            "weeks": [{**SHIFT, "free": 1, "passed_on": True}, *[{**SHIFT, "free": 2, "passed_on": False}] * more],
        }
        for called, more in ((True, 0), (False, 20))
    ),
    "series.cancelled": tuple(
        {"title": "Bread & <b>", "project": "Bakery &", "weeks": [SHIFT] * count} for count in (2, 30)
    ),
    "series.ended": ({"title": "Bread <b>", "project": "Bakery &", "pattern": Pattern((1, 3), 2).rule},),
    "order.receipt": ({**GOODS, **PAID}, {**GOODS, **PAID, "unit": "kg", "amount": 1500, "currency": "JPY"}),
    "order.refunded": tuple({**GOODS, **PAID, **BACK, "reason": reason} for reason in (*REFUND, "Gone <bad>")),
    "order.corrected": tuple(
        {**GOODS, **PAID, **BACK, "back": sale, "reason": reason}
        for sale in (True, False)
        for reason in (*MISTAKE, "<")
    ),
    "role.given": (
        {"role": "mayor", "project": "", "by": "<b>"},
        {"role": "treasurer", "project": "", "by": "<b>"},
        {"role": "coordinator", "project": "<", "by": "x"},
        {"role": "coordinator", "project": "", "by": "&"},
    ),
    "role.ended": (
        {"role": "mayor", "project": "", "by": "<b>"},
        {"role": "treasurer", "project": "", "by": "<b>"},
        {"role": "coordinator", "project": "<", "by": "x"},
    ),
    "join.asked": ({"name": "Anna <b>", "applicant": 5},),
    "join.accepted": ({"town": "Riverbend & Sons"},),
    "join.declined": ({"town": "Riverbend & Sons"},),
    "plan.ready": ({**PLAN, "placed": 0}, {**PLAN, "placed": 1, "places": 1}, PLAN),
    "plan.again": ({**PLAN, "placed": 0}, {**PLAN, "placed": 1, "places": 1}, PLAN),
    "plan.failed": (PLAN,),
    "goods.yours": (
        {**GOODS, **PICKED_UP, "wanted": 2000, "code": "KMP4R7X"},
        {**GOODS, **PICKED_UP, "unit": "kg", "amount": 500, "wanted": 2000, "code": "KMP4R7X", "price": 1250},
    ),
    "draw.won": tuple(
        {**GOODS, **PICKED_UP, "wanted": wanted, "code": "KMP4R7X", "number": 1204} for wanted in (2000, 3000)
    ),
    "draw.lost": tuple(
        {**GOODS, **DRAW, "entered": entered, "sharing": sharing, "precedence": precedence, "full": full}
        for entered, sharing, precedence in ((1, "draw", True), (5000, "draw", False), (20, "least", False))
        for full in (False, True)
    ),
    "draw.off": ({**GOODS, "number": 7},),
    "pickup.reminder": (
        {**GOODS, **PICKED_UP, "price": 0},
        {**GOODS, **PICKED_UP, "unit": "kg", "amount": 500, "price": 1250},
    ),
    "pickup.remindhelper": ({**GOODS, **PICKED_UP, "price": 0},),
    "pickup.handed": (
        {**GOODS, **HANDED, "left": 0, "code": "", "mine": False},
        *({**GOODS, **HANDED, "left": 1000, "code": "KMP4R7X", "mine": mine} for mine in (True, False)),
    ),
    "pickup.undone": ({**GOODS, **PICKED_UP, "left": 2000, "code": "KMP4R7X"},),
    "pickup.helper": ({**GOODS, **PICKED_UP, "name": "Anna <b>"}, {**GOODS, "name": "Anna <b>"}),
    "pickup.nohelper": ({**GOODS, "name": "Anna <b>"},),
    "pickup.notright": tuple({**GOODS, **HANDED, "name": "Anna <b>", "to": to} for to in ("Ben <b>", "")),
    "goods.lapsed": (GOODS, {**GOODS, "price": 1250}),
    "goods.ended": tuple({**GOODS, "wanted": 1000, "lost": lost} for lost in (0, 2)),
    "repeat.check": tuple({**GOODS, **PICKED_UP, "quantity": 60_000, "asked": asked} for asked in (0, 12)),
    "stock.rest": (GOODS, {**GOODS, "unit": "kg", "amount": 500}),
    "goods.fewer": tuple(
        {**GOODS, "less": 1000, "amount": left, "waits": not left, "reason": reason}
        for left, reason in ((1000, "Burnt <b>"), (0, "It was counted wrong"))
    ),
    "goods.changed": tuple(
        {**GOODS, **PICKED_UP, "what": what, "was": was, "amount": amount, "wanted": 2000 - amount}
        for what, was in (("place", "Hall <b>"), ("time", list(PICKED_UP.values())))
        for amount in (2000, 0)
    ),
    "goods.off": tuple({**GOODS, "amount": amount, "reason": "The oven is <cold>"} for amount in (2000, 0)),
    "recall.urgent": tuple(
        {**GOODS, **RECALLED, "reason": reason, "handed": handed, "carried": carried, "paid": paid}
        for reason in (*RECALL, "Glass in the <flour>")
        for handed, carried, paid in ((2000, 0, 1), (500, 1000, 0), (0, 1000, 0), (0, 0, 0))
    ),
    "recall.clear": tuple({**GOODS, **RECALLED, "handed": had, "carried": 0, "paid": 0} for had in (0, 2000)),
    "recall.off": (GOODS,),
    **{
        f"poll.{what}": (
            ASKED,
            {**ASKED, "closes_at": None, "words": "{}", "about": ""},
            *({**ASKED, **OF_SEVERAL, "kind": kind} for kind in ("single", "approval", "ranked", "points")),
            {**ASKED, **OF_SEVERAL, "kind": "single", "secret": True},
        )
        for what in ("opened", "reminder")
    },
    "poll.result": tuple(RESULTS),
    "poll.cancelled": tuple({**ASKED, "reason": reason} for reason in (*POLL_OFF, "The <river>")),
    **{f"proxy.{what}": (PROXY, {**PROXY, "poll": None, "question": None, "words": None}) for what in PROXY_NOTICES},
    "proxy.asked": ({**ASKED, "many": 1}, {**ASKED, "many": 2, "closes_at": None}),
    "proxy.voted": (
        {**ASKED, "holder": "Ben <b>", "choice": "1"},
        {**ASKED, "holder": "Ben <b>", "choice": ""},
        {**ASKED, **OF_SEVERAL, "kind": "ranked", "holder": "Ben <b>", "choice": "2>1"},
        {**ASKED, **OF_SEVERAL, "kind": "single", "holder": "Ben <b>", "secret": True},
    ),
    "teller.named": ({**ON_PAPER, "by": "Ben <b>"},),
    "teller.dropped": ({**ON_PAPER, "by": "Ben <b>"},),
    "teller.waiting": tuple({**ON_PAPER, "secret": one, "names": 1, "papers": 2} for one in (True, False)),
    "paper.confirmed": (ON_PAPER,),
    "paper.objected": tuple(
        {**ON_PAPER, "name": "Carl <b>", "secret": one, "out": out}
        for one, out in ((False, True), (False, False), (True, False))
    ),
    **{f"campaign.{what}": (ROUND, {**ROUND, "title": "", "owner": ""}) for what in ("given", "off", "due", "overdue")},
    "campaign.nobodys": tuple(
        {**ROUND, "owner": "", "key": f"{of_round}.paper", "title": ""} for of_round in (1, 2, 3)
    ),
    "plan.offer": tuple({**SHIFT, "until": SHIFT["starts_at"], "learner": learner} for learner in (True, False)),
    **{f"broadcast.{kind}": (SAID, {**SAID, "texts": {"es": "Hola"}, "project": ""}) for kind in OF_THE_TOWN},
    "broadcast.approve": tuple(
        {**PROPOSED, "kind": kind, "at_once": at_once}
        for kind, at_once in (("message", True), ("message", False), ("emergency", True))
    ),
    "broadcast.approved": tuple({**WRITTEN, "name": "Ben <b>", "goes_at": at} for at in ("", SHIFT["starts_at"])),
    "broadcast.declined": ({**WRITTEN, "name": "Ben <b>"},),
    "broadcast.lapsed": (WRITTEN,),
    "broadcast.ended": tuple({**WRITTEN, "sent": sent, "people": 2000} for sent in (0, 1, 1999)),
    "news.update": (WEEKLY, {**WEEKLY, "text": "", "video": "", "web": None}, {**WEEKLY, "text": "A <well>. " * 150}),
    "news.post": (
        {**WEEKLY, "page": "https://riverbend.example/news/3", "join": "https://t.me/riverbend_bot"},
        {**WEEKLY, "text": "A <well>. " * 150, "page": "https://riverbend.example/news/3", "join": None},
        {**WEEKLY, "text": "A <well>. " * 150, "page": None, "join": None},
    ),
    "board.new": tuple({"board": 3, "by": by, "row": BOARD._replace(kind=kind)} for by, kind in BY_WHOM),
    "news.draft": ({"update": 3, "week": "2026-11-23", "due": SHIFT["starts_at"], "late": False},),
    "news.remind": tuple(
        {"update": 3, "week": "2026-11-23", "due": SHIFT["starts_at"], "late": late} for late in (True, False)
    ),
    **{
        f"helping.{what}": ({"name": "Gogo <b>", "by": "Ben & Co", "resident": 7},)
        for what in ("begun", "passed", "taken", "ended", "own", "alone")
    },
    "household.joined": ({"owner": "Anna <b>", "account": 7},),
    "household.shared": tuple({"name": "Ben <b>", "first": first} for first in (True, False)),
    "household.off": ({"name": "Ben <b>"},),
    "household.asked": ({"name": "Ben <b>", "other": "Anna & Co", "resident": 7},),
    "linking.linked": tuple({"channel": kind, "account": 7, "town": "Mill <b>"} for kind in CHANNELS),
    "linking.let_go": tuple({"channel": kind, "by": by} for kind in CHANNELS for by in ("", "Ben <b>")),
    "linking.gone": ({"town": "Mill <b>"},),
    "linking.vouched": ({"by": "Ben <b>"},),
    "linking.vouched_for": (
        {"by": "Ben <b>", "name": "Anna <b>"},
        {"by": "Ben <b>", "name": "Anna <b>", "other": "A. <b>"},
    ),
    "linking.same": ({"name": "Anna <b>", "channel": "whatsapp", "account": 7, "other": 8},),
    "linking.not_same": ({"name": "Anna <b>"},),
    "merging.done": tuple({"name": "Anna <b>", "other": "Ben & Co", "days": days} for days in (1, 30)),
    "merging.undone": ({"name": "Anna <b>", "other": "Ben & Co"},),
    "news.sent": tuple(
        {"update": 3, "week": "2026-11-23", "broadcast": cast, "boards": boards} for cast, boards in ((7, 2), (0, 0))
    ),
}
"""For every notice, what its fields may be."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_audience_in_every_language(language: str) -> None:
    with speaking(language):
        for one in map(parse_audience, WHOM):
            chosen = Chosen(one, tuple((how, one) for how in How))
            check_text(str(audience_words(chosen, NAMES)))
            assert "Mill <b>" not in audience_words(chosen, NAMES), "escaped"
            check_text(str(audience_words(chosen, {})))


def check(screen: Screen) -> None:
    """Every channel can show it."""
    check_text(str(screen.html))
    assert parse(str(screen.html)).text.strip()


def test_every_notice_has_an_example_here() -> None:
    assert set(FIELDS) == set(catalogue.notices())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(FIELDS))
def test_every_notice_in_every_language(key: str, language: str) -> None:
    with speaking(language):
        for fields in FIELDS[key]:
            check(catalogue.render(key, fields, RIVERBEND))


def every_fact() -> list[type[Fact]]:
    kinds = [kind for kind in vars(facts).values() if isinstance(kind, type) and issubclass(kind, Fact)]
    return [kind for kind in kinds if kind is not Fact]


def test_every_fact_has_a_sentence() -> None:
    assert set(every_fact()) == known()


EXAMPLES = {"most": 60, "taken": 3, "starts_at": OPENING, "ends_at": OPENING, "low": 1, "high": 500}
EXAMPLES |= {"kept": 4, "fewest": 6, "age": 18}
EXAMPLES |= {"first": date(2026, 11, 10), "last": date(2026, 11, 24), "days": 14}
EXAMPLES |= {"opens_at": OPENING, "since": OPENING, "rest": 660, "skills": (1, 2), "proof": True, "minor": True}
EXAMPLES |= {"key": "most_places", "minutes": 120, "rule": Rule.CLASH.value}
EXAMPLES |= {"step": 100, "free": 500, "left": 500, "handed": 1000, "unit": "kg", "home": True, "price": 1250}
EXAMPLES |= {"number": 12, "waiting": 2, "least": 2, "longest": 60}
EXAMPLES |= {"kind": "points", "options": 3, "points": 10}
EXAMPLES |= {"ticked": 2, "state": "sent", "units": 900, "needed": 2, "there": 1}
EXAMPLES |= {"currency": "ZAR", "draw_at": OPENING, "day": date(2026, 11, 24)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_in_every_language(language: str) -> None:
    with speaking(language):
        for kind in every_fact():
            fact = kind(**{name: EXAMPLES.get(name, "</b><&>") for name in kind.names})
            said = sentence(fact, RIVERBEND.tz)
            check_text(str(said))
        for key in (spec.key for spec in SPECS):
            check_text(str(sentence(facts.BadSetting(key=key, low=0, high=9), RIVERBEND.tz)))
            check_text(str(sentence(facts.BadSetting(key=key, low=None, high=None), RIVERBEND.tz)))
        for needed in ("mayor", "coordinator", "a coordinator", "town coordinator", "resident", "new account"):
            check_text(str(sentence(facts.NotAllowed(needed=needed), RIVERBEND.tz)))
        for needed in ("treasurer", "takings", "caller", "teller"):
            check_text(str(sentence(facts.NotAllowed(needed=needed), RIVERBEND.tz)))
        for what in ("shift", "project", "resident", "role", "applicant", "topic", "language", "time", "anything"):
            check_text(str(sentence(facts.NotFound(what=what), RIVERBEND.tz)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_can_be_typed_in_every_language(language: str) -> None:
    """No word stands for two commands, whatever language it is in; the words of each are found."""
    with speaking(language):
        for command in catalogue.commands():
            assert str(_(command.about))
            for word in _(command.words).unescape().split("|"):
                assert catalogue.command_for(word) is not None
            assert catalogue.command_for(command.name) == command.name


SCREENS = [
    "home", "list:::0", "list:day::0", "list:project::0", "list:suits::0", "list:mine::0", "me:open:0",
    "me:privacy:0", "me:reminders:0", "me:name:0", "me:street:0", "me:skills:0", "me:interests:0",
    "me:free_times:0", "me:language:0", "me:reminder_early:0", "me:reminder_late:0", "desk:home:0:0",
    "desk:project:1:0", "desk:past:1:0", "desk:particulars:1:0", "desk:rename:1:0", "desk:move:1:0",
    "desk:interest:1:0", "desk:newproject:0:0", "desk:new:1:0", "desk:shift:1:0", "desk:shift:2:0",
    "desk:roster:1:0", "desk:title:2:0", "desk:when:2:0", "desk:length:2:0", "desk:place:2:0", "desk:places:2:0",
    "desk:skills:2:0", "desk:cancel:2:0", "shift:open:1", "shift:open:2", "shift:join:2", "shift:share:2",
    "shift:coming:2", "shift:leave:2", "shift:release:2", "hours:list:0:0:0:0", "hours:open:1:0:0:0",
    "hours:people:1:0:0:0", "hours:later:1:0:0:0", "hours:all:1:0:0:0", "town:home:0:0:", "town:roles:0:0:",
    "town:role:1:0:", "town:end:1:0:", "town:appoint:0:0:", "town:waiting:0:0:", "town:topics:0:0:skill",
    "town:topics:0:1:interest", "town:topic:1:0:skill", "town:addtopic:0:0:skill", "town:settings:0:0:",
    "town:settings:0:1:", "town:settings:0:2:", "stand:why::0:0",
    "stand:why:2026-11-16:0:0", "stand:ask::0:0", "stand:new::0:0",
    "w:exempt:kind:care", "w:exempt:first:2026-11-23", "w:exempt:last:4", "w:exempt:sure:yes", "stand:ask::0:0",
    "stand:exempts::0:0", "stand:open::1:0", "stand:end::1:0", "stand:ended::1:0",
    "cover:mine:0:0", "cover:which:2:0",
    "cover:short:0:0", "cover:ask:2:0", "cover:take:1:0", "cover:no:1:0", "nothing",
]  # fmt: skip
SCREENS += [
    "shift:join:2", "swap:open:2:0:0:0", "swap:hand:2:0:0:0", "swap:swap:2:0:0:0", "swap:people:2:1:0:0",
    "swap:name:2:0:0:0", "swap:sure:2:0:0:2", "swap:ask:2:0:0:2", "swap:mine:0:0:0:0", "swap:one:0:1:0:0",
    "swap:withdraw:0:1:0:0", "swap:one:0:1:0:0", "swap:mine:0:0:0:0", "ics:feed:0", "ics:on:0", "ics:shift:2",
    "ics:all:0", "shift:release:2",
]  # fmt: skip
SCREENS += [
    "desk:skills:2:0", "w:changeshift:skills:1", "w:changeshift:skills:done",
    "w:changeshift:kinds:1p2", "w:changeshift:kinds:1l1", "shift:open:2", "desk:shift:2:0", "me:born:0",
    "skill:mine:0:0:0", "skill:signoff:0:0:0", "skill:desk:0:0:0", "skill:desk:0:0:1", "skill:skill:1:0:0",
    "skill:find:1:0:0", "skill:person:1:2:0", "skill:appoint:1:2:0", "skill:skill:1:0:0", "skill:end:1:2:0",
    "skill:unsign:1:2:0",
]  # fmt: skip
SCREENS += [
    "hours:missed:1:2:0:0", "hours:person:1:2:0:0", "ledger:correct:1:2:0", "w:correct:minutes:60",
    "w:correct:reason:0", "w:correct:sure:yes", "ledger:week:2026-11-23:0:0", "ledger:contest:2026-11-23:0:0",
    "report:new:0:0", "w:report:day:2026-11-24", "w:report:minutes:60", "report:mine:0:0", "report:list:0:0",
    "contest:open:shift:1:0", "contest:list::0:0",
    "power:home::0:0", "power:register::0:0", "power:join::0:0", "power:open::0:0",
    "power:homes::0:0", "power:files::0:0",
]  # fmt: skip
SCREENS += [
    "check:in:1:0:0", "check:in:2:0:0", "check:join:2:0:0", "check:code:2:0:0", "check:here:1:0:0", "check:here:2:0:0",
    "check:tick:1:2:0", "hours:here:1:0:0:0", "labour:open::0", "labour:open:2026-11-16:0", "labour:chart::0",
]  # fmt: skip
SCREENS += ["plan:open:1:0:0:0", "plan:make:1:1:0:0", "plan:make:1:0:0:0", "plan:town:0:0:0:0", "plan:all:0:0:0:0"]
SCREENS += [
    "order:mine:0:0:0:", "order:takings:0:0:0:", "order:sell:1:0:0:", "w:sell:amount:2000", "w:sell:name:none",
    "w:sell:sure:yes", "order:receipt:1:0:0:", "order:paid:1:0:0:", "order:entry:1:0:0:", "order:refundall:1:0:0:",
    "order:refund:1:0:0:", "w:refund:reason:0", "w:refund:sure:yes", "order:correct:2:0:0:", "w:putright:reason:0",
    "w:putright:sure:yes", "order:entry:2:0:0:", "order:day:1:0:0:2026-11-24", "order:takings:0:0:0:",
    "order:file:0:0:0:",
]  # fmt: skip
SCREENS += ["vote:take:1:::0:0", "vote:check:0:::0:0"]
SCREENS += [f"town:setting:0:0:{spec.key}" for spec in SPECS]
SCREENS += [
    "need:open:0:0", "w:needs:people:4", "w:needs:items:i1", "w:needs:amount:2000", "w:needs:amount:done",
    "w:needs:rest:none", "need:open:0:0", "need:change:0:0", "w:needs:items:people", "w:needs:people:@back",
    "w:needs:items:done", "need:list:0:0", "need:item:1:0", "need:chart:1:0", "need:file:0:0", "need:withdraw:0:0",
    "need:withdrawn:0:0",
]  # fmt: skip
SCREENS += [
    "goods:open:0:0:0", "goods:coming:0:0:0", "goods:mine:0:0:0", "goods:one:1:0:0", "goods:got:1:2000:0",
    "goods:order:1:2000:0", "goods:one:1:0:0", "goods:change:1:0:0", "goods:changed:1:1000:0", "goods:get:1:0:0",
    "goods:mine:0:0:0", "goods:got:1:9000:0", "goods:back:1:0:0", "goods:gaveback:1:0:0", "goods:got:2:1000:0",
    "goods:one:2:0:0", "goods:change:2:0:0", "goods:mine:0:0:0", "goods:unwait:2:0:0", "goods:wait:1:1000:0",
    "goods:got:3:1000:0", "goods:one:3:0:0",
]  # fmt: skip
SCREENS += [
    "goods:order:1:2000:0", "claim:code:1:0:0", "claim:helper:1:0:0", "claim:name:1:0:0", "w:pickuphelper:person:2",
    "claim:helper:1:0:0", "claim:nohelper:1:0:0", "claim:desk:0:0:0", "claim:desk:1:0:0", "claim:card:1:0:0",
    "claim:hand:1:1:0", "claim:part:1:0:0", "w:pickup:part:1000", "claim:list:1:0:0", "claim:print:1:0:0",
    "claim:csv:1:0:0", "claim:undo:1:1:0", "claim:wrong:1:0:0", "claim:found:0:0:0",
]  # fmt: skip


SCREENS += [
    "proxy:mine:0:0:0", "proxy:give:0:0:0", "w:proxy:poll:1", "typed:Anna", "w:proxy:holder:2", "w:proxy:sure:yes",
    "proxy:mine:0:0:0", "proxy:one:1:0:0", "proxy:vote:1:0:0", "proxy:ended:1:0:0", "proxy:give:1:0:0",
    "teller:home:1:0:0:", "teller:people:1:0:0:", "teller:name:1:0:0:", "typed:Anna", "w:teller:person:2",
    "teller:people:1:0:0:", "teller:enter:1:0:0:", "typed:Anna", "w:papername:person:2", "typed:?",
    "teller:sure:1:2:0:1", "teller:put:1:2:0:1", "teller:home:1:0:0:", "teller:waiting:1:0:0:", "teller:one:1:2:0:",
    "teller:confirm:1:2:0:", "teller:file:1:0:0:", "teller:strike:1:2:0:", "teller:drop:1:2:0:",
]  # fmt: skip


SCREENS += [
    "news:list:0:0:", "news:draft:0:0:", "news:language:1:0:", "news:words:1:0:", "typed:Bread & <b>",
    "news:words:1:0:", "w:update:words:@back", "news:video:1:0:", "typed:https://v.example/1", "news:video:1:0:",
    "news:photos:1:0:", "news:photo:1:0:", "typed:Here", "news:language:1:0:", "news:other:1:0:af", "typed:Brood",
    "news:original:1:0:", "news:original:1:0:es", "news:numbers:1:0:", "news:preview:1:0:zu", "news:ready:1:0:",
    "news:skip:1:0:", "news:skip:1:0:sure", "news:wake:1:0:", "news:now:1:0:", "news:now:1:0:sure", "news:one:1:0:",
    "news:find:0:0:", "typed:bread", "news:list:0:0:bread", "news:correct:1:0:",
]  # fmt: skip
SCREENS += [
    "poll:open:0:0:0:", "poll:over:0:0:0:", "poll:page:1:0:0:", "poll:share:1:0:0:", "poll:close:1:0:0:",
    "poll:remind:1:0:0:", "poll:later:1:0:0:", "w:polllater:later:1440", "poll:off:1:0:0:", "w:polloff:reason:0",
    "poll:new:0:0:0:", "typed:Where?", "w:poll:about:none", "w:poll:kind:approval", "typed:Here\nThere",
    "w:poll:options:done", "w:poll:audience:town", "w:poll:preview:most", "w:poll:most:1", "w:poll:preview:benefits",
    "w:poll:benefits:no", "w:poll:preview:secret", "w:poll:secret:no", "w:poll:preview:hidden", "w:poll:hidden:yes",
    "w:poll:preview:quorum", "w:poll:quorum:50", "w:poll:preview:takes", "w:poll:takes:two_thirds_all",
    "w:poll:preview:proxies", "w:poll:proxies:no", "w:poll:preview:opens", "w:poll:opens:now", "w:poll:preview:closes",
    "w:poll:closes:1440", "w:poll:preview:words", "w:poll:words:without", "w:poll:words:enough", "w:poll:preview:kind",
    "w:poll:kind:points", "w:poll:points:10", "w:poll:preview:p1", "w:poll:preview:p2", "w:poll:preview:ask",
    "poll:page:2:0:0:", "poll:closed:2:0:0:", "poll:page:2:0:0:", "poll:over:0:0:0:", "poll:result:1:0:0:",
    "poll:result:2:0:0:", "poll:chart:2:0:0:", "poll:votes:2:0:0:", "poll:file:2:0:0:", "poll:roll:2:0:0:",
]  # fmt: skip
SCREENS += [
    "meet:coming:0:0:0", "meet:past:0:0:0", "meet:page:1:0:0", "meet:page:2:0:0", "meet:yes:2:0:0", "meet:people:2:3:0",
    "meet:many:2:0:0", "w:meetingpeople:people:4", "meet:maybe:2:0:0", "meet:page:2:0:0", "meet:no:2:0:0",
    "meet:ics:2:0:0", "meet:desk:2:0:0", "meet:change:2:0:0", "meet:set:2:1:0", "typed:Later", "meet:set:2:2:0",
    "w:changemeeting:about:none", "meet:set:2:3:0", "typed:1/12 18:00", "w:changemeeting:sure:yes", "meet:set:2:4:0",
    "w:changemeeting:length:60", "meet:set:2:5:0", "w:changemeeting:place:none", "meet:set:2:6:0", "typed:https://a.b/",
    "w:changemeeting:sure:yes", "meet:set:2:7:0", "typed:40 %", "meet:set:2:8:0", "typed:Nobody", "typed:Anna",
    "w:changemeeting:secretary:2", "meet:code:2:0:0", "meet:desk:1:0:0", "meet:code:1:0:0", "meet:in:1:0:0", "typed:x",
    "leave", "meet:here:1:0:0", "meet:tick:1:2:0", "meet:untick:1:2:0", "meet:find:1:0:0", "typed:Anna",
    "w:tickmeeting:person:2", "meet:begin:1:0:0", "meet:page:1:0:0", "meet:end:1:0:0", "meet:ended:1:0:0",
    "meet:desk:1:0:0", "meet:page:1:0:0", "meet:past:0:0:0", "meet:new:0:0:0", "typed:Spring",
    "w:newmeeting:about:none", "typed:some day", "typed:1/12 18:00\n2/12 18:00", "w:newmeeting:length:60", "typed:Hall",
    "w:newmeeting:link:none",
    "w:newmeeting:whom:town", "w:newmeeting:benefits:all", "w:newmeeting:quorum:25", "w:newmeeting:secretary:me",
    "w:newmeeting:look:quorum", "typed:3 x", "w:newmeeting:look:yes", "meet:page:3:0:0", "meet:desk:3:0:0",
    "meet:off:3:0:0", "typed:Rain", "w:offmeeting:sure:yes", "meet:page:3:0:0",
]  # fmt: skip
SCREENS += [
    "minutes:follow:1:0:0:", "typed:Dig", "w:followup:owner:2", "w:followup:due:2026-11-30", "minutes:todo:1:0:0:",
    "minutes:of:1:0:0:", "minutes:give:1:0:0:", "w:followgive:owner:me", "minutes:done:1:0:0:", "minutes:cant:1:0:0:",
    "minutes:shift:1:0:0:", "minutes:drop:1:0:0:", "minutes:mine:0:0:0:", "minutes:all:0:0:0:",
    "minutes:gnote:1:0:0:", "typed:It rained.", "w:minutesnote:note:done", "minutes:write:1:0:0:",
    "minutes:publish:1:0:0:", "minutes:published:1:0:0:", "minutes:read:1:0:0:", "minutes:propose:1:0:0:",
    "minutes:find:0:0:0:", "typed:well", "minutes:list:0:0:0:well",
]  # fmt: skip


@on_sqlite
@on_web
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_in_every_language(town: Town, language: str, caplog: pytest.LogCaptureFixture) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await anna.joins(await town.shift(day=0, at="10:00", minutes=60))
    await town.shift(day=3)
    await town.batch("Bread", 10, allowance=3000, home_allowance=6000, price=1250, day=1)
    await town.batch("Honey", 6, unit="jar", sharing="draw", price=1250, day=1)
    await town.batch("Milk", 6, unit="litre", sharing="least", day=2)
    await town.poll("A well?", by=mayor)
    await town.meeting(by=mayor)
    await town.moves(hours=3)
    await mayor.looks()
    await mayor.speaks(language)
    for data in SCREENS:
        await (mayor.says(data.removeprefix("typed:")) if data.startswith("typed:") else mayor.forges(data))
        assert not [record for record in caplog.records if record.levelname == "ERROR"], data
    for command in catalogue.commands():
        await mayor.says(f"/{command.name}")
        assert not [record for record in caplog.records if record.levelname == "ERROR"], command.name


@on_sqlite
async def test_a_language_changed_in_the_middle_keeps_the_state(town: Town) -> None:
    pieter = await town.coordinator()
    await pieter.forges("desk:new:1:0")
    await pieter.says("Bake bread")
    await pieter.says("tomorrow 14:30")
    pieter.sees("How long is it?")
    await pieter.speaks("es")
    await pieter.forges("desk:new:1:0")
    await pieter.forges("w:newshift:-:@resume")
    await pieter.says("2 horas")
    await pieter.says("Casa")
    await pieter.says("4")
    await pieter.forges("w:newshift:skills:done")
    pieter.sees("Bake bread")
    pieter.sees("14:30–16:30")
    await pieter.forges("w:newshift:preview:publish")
    await pieter.speaks("en")
    await pieter.says("/shifts")
    await pieter.forges("shift:open:1")
    pieter.sees("Casa")


@on_sqlite
async def test_a_sign_up_that_changes_its_language_keeps_its_answers(town: Town) -> None:
    person = await town.stranger(language="es")
    first = person.last
    await person.forges("w:signup:language:af", on=first)
    await person.says("Thandi")
    await person.says("Mill Lane")
    for step in ("skills", "street", "name"):
        await person.forges(f"w:signup:{step}:@back")
    await person.forges("w:signup:language:en")
    person.sees("What is your name?")
    await person.says("Thandi Nkosi")
    person.sees("Good to meet you, Thandi Nkosi")


@on_sqlite
@on_web
async def test_notices_come_in_each_persons_own_language(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await ben.speaks("es")
    shift = await town.shift(day=2)
    for person in (anna, ben):
        await person.joins(shift)
    await town.moves(hours=28)
    assert "Bread baking" in (await anna.looks())[-1].text
    assert "Bread baking" in (await ben.looks())[-1].text
    assert anna.last.text != ben.last.text
    assert [data for _, data in anna.last.buttons] == [data for _, data in ben.last.buttons]


@on_sqlite
@pytest.mark.parametrize("channel", ["telegram"], indirect=True)
async def test_the_menu_follows_the_language(town: Town) -> None:
    pieter = await town.coordinator()
    tg = town.tg
    assert tg is not None
    await pieter.speaks("es")
    with speaking("es"):
        of_theirs = [command for command in catalogue.commands() if command.role in ("", "coordinator")]
        wanted = [_(command.about).unescape() for command in of_theirs]

    def menu() -> list[str]:
        return [entry["description"] for entry in tg.commands(f"chat:{pieter.line.address}", "")]

    await until(lambda: menu() == wanted)  # it may have been another before
