"""The questions about an exemption: why, from when, until when, a check; and for an approval, until when instead."""

from __future__ import annotations

from datetime import date, timedelta

from markupsafe import Markup

from handlers.kit.choosing import pick
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.standing import actions, views
from handlers.standing.words import kind_name, span_words
from locales import LANGUAGES, N_, _, a_day, language, ngettext, speaking
from locales.words import vocabulary
from town.dates import parse_day
from town.exemptions import ExemptionKind, read_weeks
from town.facts import BadDate, BadSpan, NotFound
from town.week import local, monday_of, week_of

WEEK = timedelta(days=7)
LENGTHS = (1, 2, 4, 8, 12, 26)
WEEK_WORDS = N_("week|weeks|wk|wks|w|for")
"""What may stand beside a number of weeks."""


def _monday(scene: Scene) -> date:
    return week_of(scene.now, scene.who.zone)


def _day(scene: Scene, text: str) -> date:
    """The day that somebody wrote; days that are over are read too, as far as they are written out."""
    now = local(scene.now, scene.who.zone).replace(tzinfo=None)
    return parse_day(text, vocabulary=vocabulary(language()), now_local=now)


def _most(scene: Scene) -> int:
    return scene.who.town.longest_exemption_weeks


async def _ask_kind(scene: Scene) -> Screen:
    text = _("Why is it? One word is all I keep: no paper, no story.")
    kinds = [pick(scene, kind.value, _begun(kind_name(kind))) for kind in ExemptionKind]
    return Screen(text, in_rows(kinds))


def _begun(name: Markup) -> str:
    plain = name.unescape()
    return plain[:1].upper() + plain[1:]


async def _take_kind(scene: Scene, value: str) -> str:
    if value not in list(ExemptionKind):
        raise NotFound(what="anything")
    return value


async def _type_kind(scene: Scene, text: str) -> str:
    for kind in ExemptionKind:
        if text.strip().casefold() in (kind.value, kind_name(kind).unescape().casefold()):
            return kind.value
    raise BadDate(given=text.strip()[:40])


async def _ask_first(scene: Scene) -> Screen:
    text = _("From which week on? Choose one, or write a day of it: “1 December”, “Monday”.")
    monday = _monday(scene)
    choices = [
        pick(scene, monday.isoformat(), _("From this week on")),
        pick(scene, (monday + WEEK).isoformat(), _("From next week on")),
        pick(scene, (monday - WEEK).isoformat(), _("From last week on")),
    ]
    return Screen(text, in_rows(choices))


async def _checked_first(scene: Scene, first: date) -> str:
    last = max(first, _monday(scene))
    await actions.check_request(scene.unit, who=scene.who, first=first, last=last, now=scene.now)
    return first.isoformat()


async def _type_first(scene: Scene, text: str) -> str:
    return await _checked_first(scene, monday_of(_day(scene, text)))


async def _tap_first(scene: Scene, value: str) -> str:
    return await _checked_first(scene, _iso(value))


def _iso(value: str) -> date:
    try:
        return monday_of(date.fromisoformat(value))
    except (ValueError, OverflowError):
        raise BadDate(given=value[:40]) from None


async def _ask_last(scene: Scene) -> Screen:
    first = date.fromisoformat(scene.draft["first"])
    most = min(_most(scene), scene.draft.get("@most", _most(scene)))
    text = _(
        "For how long, from {day} on? Choose, or write it: “3 weeks”, “until 24 December”.",
        day=a_day(first),
    )
    lengths = [weeks for weeks in LENGTHS if weeks <= most and first + weeks * WEEK > _monday(scene)]
    return Screen(
        text, in_rows([pick(scene, str(weeks), ngettext("{n} week", "{n} weeks", weeks)) for weeks in lengths], 2)
    )


def _weeks_typed(text: str) -> int | None:
    words: set[str] = set()
    for code in LANGUAGES:
        with speaking(code):
            words.update(_(WEEK_WORDS).unescape().split("|"))
    return read_weeks(text, words)


def _until(scene: Scene, text: str) -> date:
    """The last week that is meant by "4 weeks" or by a day, perhaps with a word such as "until" before it."""
    weeks = _weeks_typed(text)
    if weeks is not None:
        return _after(scene, weeks)
    try:
        return monday_of(_day(scene, text))
    except BadDate:
        first, _space, rest = text.strip().partition(" ")
        if not rest or first.isdecimal():
            raise
        return monday_of(_day(scene, rest))


def _after(scene: Scene, weeks: int) -> date:
    if not 1 <= weeks <= _most(scene):
        raise BadSpan(most=_most(scene))
    return date.fromisoformat(scene.draft["first"]) + (weeks - 1) * WEEK


async def _checked_last(scene: Scene, last: date) -> str:
    first = date.fromisoformat(scene.draft["first"])
    await actions.check_request(scene.unit, who=scene.who, first=first, last=last, now=scene.now)
    return last.isoformat()


async def _type_last(scene: Scene, text: str) -> str:
    return await _checked_last(scene, _until(scene, text))


async def _tap_last(scene: Scene, value: str) -> str:
    return await _checked_last(scene, _after(scene, _number(value)))


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else 0


async def _sure(scene: Scene) -> Screen:
    first, last = (date.fromisoformat(scene.draft[name]) for name in ("first", "last"))
    text = _(
        "You would be exempt {span}. The reason: {kind}. Shall I send it?",
        span=span_words(first, last),
        kind=kind_name(scene.draft["kind"]),
    )
    return Screen(text, in_rows([pick(scene, "yes", _("Send it"))]))


async def _yes(scene: Scene, value: str) -> bool:
    return True


async def _send(scene: Scene) -> Screen:
    first, last = (date.fromisoformat(scene.draft[name]) for name in ("first", "last"))
    asked = await actions.ask(
        scene.unit, who=scene.who, kind=scene.draft["kind"], first=first, last=last, now=scene.now
    )
    return views.sent(asked)


ASK = Wizard(
    "exempt",
    [
        Step("kind", _ask_kind, typed=_type_kind, tapped=_take_kind, free=False),
        Step("first", _ask_first, typed=_type_first, tapped=_tap_first),
        Step("last", _ask_last, typed=_type_last, tapped=_tap_last),
        Step("sure", _sure, tapped=_yes),
    ],
    _send,
)


# -- approving for fewer weeks than were asked for -------------------------------------------------------------------


async def _checked_shorter(scene: Scene, last: date) -> str:
    span = await actions.to_decide(scene.unit, who=scene.who, exemption_id=scene.draft["@id"])
    if not span.from_week <= last <= span.until_week:
        raise BadSpan(most=span.weeks)
    return last.isoformat()


async def _type_shorter(scene: Scene, text: str) -> str:
    return await _checked_shorter(scene, _until(scene, text))


async def _tap_shorter(scene: Scene, value: str) -> str:
    return await _checked_shorter(scene, _after(scene, _number(value)))


async def _approve(scene: Scene) -> Screen:
    span = await actions.approve(
        scene.unit,
        who=scene.who,
        exemption_id=scene.draft["@id"],
        last=date.fromisoformat(scene.draft["last"]),
        now=scene.now,
    )
    return views.approved(span)


SHORTER = Wizard("shorter", [Step("last", _ask_last, typed=_type_shorter, tapped=_tap_shorter)], _approve)
