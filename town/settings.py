"""What a town may decide for itself, its defaults (`town.md`, policies), and how a typed value is taken.

The settings live in one row as JSON; the mayor changes one at a time in chat.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import time
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from town.dates import parse_time
from town.facts import BadDate, BadSetting, TextEmpty, TextTooLong
from town.text import clean

LANGUAGES = ("en", "es", "af", "zu")
JOIN_POLICIES = ("open", "code", "approval")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST_JOIN_CODE = 4
"""Characters of a join code that is typed; an older, shorter one stays good."""


@dataclass(frozen=True, slots=True)
class TownSettings:
    """One town's settings. Minutes and days are whole; times of day are local to `zone`, an IANA name.

    `join_policy`: anyone ("open"), whoever knows `join_code` ("code"), or whom a coordinator lets in ("approval").
    `rest_minutes` lie between the work of one day and that of the next; `most_day_minutes` and `most_week_minutes` are
    of shifts held. Who is younger than `adult_age` (in years) has the `minor_…` limits, and works until `minor_until`.
    `skill_proof`: a place for a skill is for who says they have it ("told"), or whom a master signed it off
    ("signed_off"). An offer stands for `offer_minutes`, or until `offer_stop_minutes` before the start; one of a plan
    for `plan_offer_minutes`. A cover call asks `cover_group` people at a time, `cover_gap_minutes` apart.
    `household_rule`: a home has its electricity free when "all" of its adults have the benefits, or when "any" has.

    `currency` is an ISO 4217 code. Who has not come for their goods is reminded `goods_remind_minutes` before the
    pick-up ends (0: never); what is not collected can be had for `goods_late_minutes` more. Batches that come again are
    put up `goods_ahead_days` ahead; `goods_check_minutes` before their pick-up, or their draw, their coordinators are
    asked whether there is as much (0: never). A draw is made `draw_lead_minutes` before the pick-up; whoever lost the
    one before comes first where `draw_precedence` is "kept". `production_goal`: how many percent of its needs a town is
    to make.

    A poll is open for `poll_minutes` unless it says otherwise; who has not voted is reminded `poll_remind_minutes`
    before it closes (0: never). Somebody may vote for `proxies_most` others (0: there are no proxies), in secret polls
    only where `secret_proxies` is "yes". A proposal is on the agenda when `agenda_seconders` others second it. Of a
    meeting people are reminded `meeting_early_minutes` and `meeting_late_minutes` before (0: never).

    A broadcast needs somebody else's approval when it goes to `wide_percent` of the residents or more
    (`second_approver` "wide"), "always", or "never"; an emergency that of `emergency_approvers` people, who wrote it
    among them. What could not be delivered in `broadcast_days` is not sent any more. The mayor is given the draft of
    the weekly update on `update_draft_day` at `update_draft_at`; it goes out on `update_day` at `update_at`.

    Where a home shares a chat it is asked who speaks after `shared_silence_minutes` of silence. Two residents who were
    made one can be made two again for `merge_undo_days`.
    """

    name: str = "Our town"
    zone: str = "UTC"
    language: str = "en"
    join_policy: str = "code"
    join_code: str = ""
    required_minutes: int = 180
    carry_cap_minutes: int = 720
    quiet_from: time = time(21, 0)
    quiet_until: time = time(7, 0)
    reminder_early_minutes: int = 1440
    reminder_late_minutes: int = 120
    confirm_remind_days: int = 3
    confirm_tell_mayor_days: int = 7
    longest_shift_minutes: int = 720
    most_places: int = 500
    rest_minutes: int = 660
    most_day_minutes: int = 720
    most_week_minutes: int = 2400
    adult_age: int = 18
    least_age: int = 14
    minor_day_minutes: int = 240
    minor_week_minutes: int = 720
    minor_until: time = time(20, 0)
    skill_proof: str = "told"
    offer_minutes: int = 120
    offer_stop_minutes: int = 60
    plan_offer_minutes: int = 1440
    swap_minutes: int = 1440
    cover_group: int = 5
    cover_gap_minutes: int = 15
    cover_ahead_days: int = 14
    understaffed_at: time = time(17, 0)
    series_weeks: int = 4
    contest_days: int = 14
    contest_answer_days: int = 7
    note_day: str = "thursday"
    note_at: time = time(17, 0)
    longest_exemption_weeks: int = 26
    household_rule: str = "all"
    currency: str = "USD"
    goods_remind_minutes: int = 60
    goods_late_minutes: int = 60
    goods_ahead_days: int = 7
    goods_check_minutes: int = 240
    draw_lead_minutes: int = 120
    draw_precedence: str = "kept"
    production_goal: int = 300
    poll_minutes: int = 4320
    poll_remind_minutes: int = 1440
    proxies_most: int = 2
    secret_proxies: str = "no"
    agenda_seconders: int = 3
    meeting_early_minutes: int = 1440
    meeting_late_minutes: int = 120
    second_approver: str = "wide"
    wide_percent: int = 50
    emergency_approvers: int = 2
    broadcast_days: int = 3
    update_draft_day: str = "friday"
    update_draft_at: time = time(9, 0)
    update_day: str = "sunday"
    update_at: time = time(17, 0)
    shared_silence_minutes: int = 60
    merge_undo_days: int = 30

    @property
    def tz(self) -> ZoneInfo:
        """The zone itself (zoneinfo keeps it)."""
        return ZoneInfo(self.zone)


class Kind(StrEnum):
    """What sort of value a setting takes."""

    TEXT = "text"
    ZONE = "zone"
    CHOICE = "choice"
    TIME = "time"
    MINUTES = "minutes"
    DAYS = "days"
    COUNT = "count"
    PERCENT = "percent"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Spec:
    """How the setting `key` is typed: bounds for numbers (for texts, of the length), choices for a choice."""

    key: str
    kind: Kind
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()


SPECS: tuple[Spec, ...] = (
    Spec("name", Kind.TEXT, 1, 60),
    Spec("zone", Kind.ZONE),
    Spec("language", Kind.CHOICE, choices=LANGUAGES),
    Spec("join_policy", Kind.CHOICE, choices=JOIN_POLICIES),
    Spec("join_code", Kind.TEXT, 0, 40),
    Spec("required_minutes", Kind.MINUTES, 0, 168 * 60),
    Spec("carry_cap_minutes", Kind.MINUTES, 0, 52 * 168 * 60),
    Spec("quiet_from", Kind.TIME),
    Spec("quiet_until", Kind.TIME),
    Spec("reminder_early_minutes", Kind.MINUTES, 0, 14 * 1440),
    Spec("reminder_late_minutes", Kind.MINUTES, 0, 14 * 1440),
    Spec("confirm_remind_days", Kind.DAYS, 1, 60),
    Spec("confirm_tell_mayor_days", Kind.DAYS, 1, 60),
    Spec("longest_shift_minutes", Kind.MINUTES, 15, 1440),
    Spec("most_places", Kind.COUNT, 1, 100_000),
    Spec("rest_minutes", Kind.MINUTES, 0, 1440),
    Spec("most_day_minutes", Kind.MINUTES, 15, 1440),
    Spec("most_week_minutes", Kind.MINUTES, 15, 168 * 60),
    Spec("adult_age", Kind.COUNT, 0, 30),
    Spec("least_age", Kind.COUNT, 0, 30),
    Spec("minor_day_minutes", Kind.MINUTES, 15, 1440),
    Spec("minor_week_minutes", Kind.MINUTES, 15, 168 * 60),
    Spec("minor_until", Kind.TIME),
    Spec("skill_proof", Kind.CHOICE, choices=("told", "signed_off")),
    Spec("offer_minutes", Kind.MINUTES, 15, 7 * 1440),
    Spec("offer_stop_minutes", Kind.MINUTES, 0, 1440),
    Spec("plan_offer_minutes", Kind.MINUTES, 60, 7 * 1440),
    Spec("swap_minutes", Kind.MINUTES, 60, 14 * 1440),
    Spec("cover_group", Kind.COUNT, 1, 50),
    Spec("cover_gap_minutes", Kind.MINUTES, 5, 1440),
    Spec("cover_ahead_days", Kind.DAYS, 0, 60),
    Spec("understaffed_at", Kind.TIME),
    Spec("series_weeks", Kind.COUNT, 1, 12),
    Spec("contest_days", Kind.DAYS, 1, 60),
    Spec("contest_answer_days", Kind.DAYS, 1, 60),
    Spec("note_day", Kind.CHOICE, choices=WEEKDAYS),
    Spec("note_at", Kind.TIME),
    Spec("longest_exemption_weeks", Kind.COUNT, 1, 104),
    Spec("household_rule", Kind.CHOICE, choices=("all", "any")),
    Spec("currency", Kind.CURRENCY),
    Spec("goods_remind_minutes", Kind.MINUTES, 0, 1440),
    Spec("goods_late_minutes", Kind.MINUTES, 0, 1440),
    Spec("goods_ahead_days", Kind.DAYS, 1, 60),
    Spec("goods_check_minutes", Kind.MINUTES, 0, 2880),
    Spec("draw_lead_minutes", Kind.MINUTES, 0, 7 * 1440),
    Spec("draw_precedence", Kind.CHOICE, choices=("kept", "none")),
    Spec("production_goal", Kind.PERCENT, 0, 2000),
    Spec("poll_minutes", Kind.MINUTES, 5, 60 * 1440),
    Spec("poll_remind_minutes", Kind.MINUTES, 0, 14 * 1440),
    Spec("proxies_most", Kind.COUNT, 0, 10),
    Spec("secret_proxies", Kind.CHOICE, choices=("no", "yes")),
    Spec("agenda_seconders", Kind.COUNT, 0, 1000),
    Spec("meeting_early_minutes", Kind.MINUTES, 0, 14 * 1440),
    Spec("meeting_late_minutes", Kind.MINUTES, 0, 14 * 1440),
    Spec("second_approver", Kind.CHOICE, choices=("wide", "always", "never")),
    Spec("wide_percent", Kind.PERCENT, 1, 100),
    Spec("emergency_approvers", Kind.COUNT, 2, 5),
    Spec("broadcast_days", Kind.DAYS, 1, 14),
    Spec("update_draft_day", Kind.CHOICE, choices=WEEKDAYS),
    Spec("update_draft_at", Kind.TIME),
    Spec("update_day", Kind.CHOICE, choices=WEEKDAYS),
    Spec("update_at", Kind.TIME),
    Spec("shared_silence_minutes", Kind.MINUTES, low=10, high=1440),
    Spec("merge_undo_days", Kind.DAYS, low=1, high=365),
)

_BY_KEY = {spec.key: spec for spec in SPECS}


@lru_cache(maxsize=64)
def parse(json_text: str) -> TownSettings:
    """The settings kept as `json_text`; the same text gives the same object.

    Keys that are missing (also when the text is blank) take their defaults; unknown ones, from an older or newer
    version, are left aside. Raises BadSetting for a value that the setting does not take, ValueError when the text is
    no JSON object.
    """
    kept = json.loads(json_text) if json_text.strip() else {}
    if not isinstance(kept, dict):
        raise ValueError("the settings of a town are a JSON object")
    values: dict[str, Any] = {key: _restored(_BY_KEY[key], kept[key]) for key in _BY_KEY if key in kept}
    return TownSettings(**values)


def dump(settings: TownSettings) -> str:
    """`settings` as JSON that `parse` reads back: times as "HH:MM", every key in it, in a fixed order."""
    kept = {key: f"{value:%H:%M}" if isinstance(value, time) else value for key, value in asdict(settings).items()}
    return json.dumps(kept, ensure_ascii=False)


def changed(settings: TownSettings, key: str, typed_text: str) -> TownSettings:
    """`settings` with the setting `key` as somebody typed it. Raises BadSetting: no such key, or no such value."""
    spec = _BY_KEY.get(key)
    if spec is None:
        raise BadSetting(key=key, low=None, high=None)
    value: dict[str, Any] = {key: _taken(spec, typed_text)}
    new = replace(settings, **value)
    if key == "join_code" and (lacks_join_code(new) or 0 < len(new.join_code) < LEAST_JOIN_CODE):
        raise BadSetting(key=key, low=LEAST_JOIN_CODE, high=spec.high)
    return new


def lacks_join_code(settings: TownSettings) -> bool:
    """Whether joining needs a code that the town does not have, so that nobody could join."""
    return settings.join_policy == "code" and not settings.join_code


def _taken(spec: Spec, typed: str) -> str | int | time:
    typed = typed.strip()
    if spec.kind is Kind.TEXT:
        return _text(spec, typed)
    if spec.kind is Kind.CURRENCY:
        return _currency(spec, typed)
    if spec.kind is Kind.ZONE:
        return _zone(spec, typed)
    if spec.kind is Kind.TIME:
        try:
            return parse_time(typed)
        except BadDate as bad:
            raise _bad(spec) from bad
    if spec.kind is Kind.CHOICE:
        if typed.casefold() not in spec.choices:
            raise _bad(spec)
        return typed.casefold()
    return _number(spec, typed)


def _restored(spec: Spec, value: object) -> str | int | time:
    # JSON keeps numbers as numbers; a bool is an int to Python but no number of minutes.
    is_number = spec.kind in (Kind.MINUTES, Kind.DAYS, Kind.COUNT, Kind.PERCENT)
    if isinstance(value, bool) or not isinstance(value, int if is_number else str):
        raise _bad(spec)
    return _taken(spec, str(value))


def _text(spec: Spec, typed: str) -> str:
    try:
        return clean(typed, spec.high or 0)
    except TextEmpty as bad:
        if spec.low:
            raise _bad(spec) from bad
        return ""
    except TextTooLong as bad:
        raise _bad(spec) from bad


def _currency(spec: Spec, typed: str) -> str:
    if not (len(typed) == 3 and typed.isascii() and typed.isalpha()):
        raise _bad(spec)
    return typed.upper()


def _zone(spec: Spec, typed: str) -> str:
    try:
        return ZoneInfo(typed).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as bad:  # OSError: the name of a folder such as "Africa"
        raise _bad(spec) from bad


def _number(spec: Spec, typed: str) -> int:
    if not (typed.isdecimal() and len(typed) <= 9):
        raise _bad(spec)
    number = int(typed)
    if not (spec.low or 0) <= number <= (number if spec.high is None else spec.high):
        raise _bad(spec)
    return number


def _bad(spec: Spec) -> BadSetting:
    return BadSetting(key=spec.key, low=spec.low, high=spec.high)


if {field.name for field in fields(TownSettings)} != _BY_KEY.keys():
    raise RuntimeError("each setting of a town needs its spec")
