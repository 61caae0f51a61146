from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.facts import BadSetting
from town.settings import SPECS, Kind, TownSettings, changed, dump, lacks_join_code, parse

SPEC = {spec.key: spec for spec in SPECS}
OPEN = TownSettings(join_policy="open")
MINUTES_OF_DAY = st.builds(time, st.integers(0, 23), st.integers(0, 59))
NUMBERS = {
    spec.key: st.integers(spec.low or 0, spec.high) for spec in SPECS if spec.kind in ("minutes", "days", "count")
}
SETTINGS = st.builds(
    TownSettings,
    name=st.sampled_from(["Riverbend", "Ciudad Ñandú", "🏡 Home"]),
    zone=st.sampled_from(["UTC", "Africa/Johannesburg", "America/New_York"]),
    language=st.sampled_from(SPEC["language"].choices),
    join_policy=st.sampled_from(SPEC["join_policy"].choices),
    join_code=st.sampled_from(["", "river 7"]),
    quiet_from=MINUTES_OF_DAY,
    quiet_until=MINUTES_OF_DAY,
    **NUMBERS,
)


@given(SETTINGS)
def test_what_is_kept_comes_back(settings: TownSettings) -> None:
    assert parse(dump(settings)) == settings


def test_the_defaults_are_the_policies_of_the_town() -> None:
    settings = parse("")
    assert settings == parse("{}") == TownSettings()
    assert (settings.required_minutes, settings.carry_cap_minutes) == (180, 720)
    assert (settings.quiet_from, settings.quiet_until) == (time(21), time(7))
    assert (settings.reminder_early_minutes, settings.reminder_late_minutes) == (24 * 60, 2 * 60)
    assert (settings.confirm_remind_days, settings.confirm_tell_mayor_days) == (3, 7)


def test_the_same_text_gives_the_same_object() -> None:
    text = dump(TownSettings(name="Riverbend"))
    assert parse(text) is parse(text)


def test_unknown_and_missing_keys_are_tolerated() -> None:
    assert parse('{"name": "Riverbend", "bells": 7}') == TownSettings(name="Riverbend")


@pytest.mark.parametrize(
    "kept",
    [{"required_minutes": "180"}, {"required_minutes": True}, {"required_minutes": -1}, {"zone": "Nowhere/Else"}],
)
def test_a_kept_value_out_of_its_bounds_is_told(kept: dict[str, object]) -> None:
    with pytest.raises(BadSetting):
        parse(json.dumps(kept))


@pytest.mark.parametrize("text", ["[]", "{", "7"])
def test_no_json_object(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # json's own words, or ours
        parse(text)


def test_every_setting_has_its_spec_in_order() -> None:
    assert [spec.key for spec in SPECS] == [field.name for field in fields(TownSettings)]


@given(SETTINGS)
def test_typing_a_value_changes_that_one_and_nothing_else(settings: TownSettings) -> None:
    for key in SPEC:
        value = getattr(settings, key)
        typed = f" {value:%H:%M} " if isinstance(value, time) else f" {value} "
        assert changed(OPEN, key, typed) == replace(OPEN, **{key: value})


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("name", "  River   bend ", "River bend"),
        ("zone", "Africa/Johannesburg", "Africa/Johannesburg"),
        ("language", "ZU", "zu"),
        ("join_policy", "Open", "open"),
        ("join_code", "   ", ""),
        ("quiet_from", "22h30", time(22, 30)),
        ("quiet_until", "6", time(6)),
        ("required_minutes", "0", 0),
        ("most_places", "100000", 100_000),
    ],
)
def test_typed_values(key: str, typed: str, value: object) -> None:
    assert getattr(changed(OPEN, key, typed), key) == value


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("name", ""),
        ("name", "\u200b\u200b"),
        ("name", "x" * 61),
        ("zone", "Africa"),
        ("zone", "../../etc/passwd"),
        ("zone", ""),
        ("zone", "\x00"),
        ("zone", "Not/AZone"),
        ("language", "tlh"),
        ("join_policy", "nobody"),
        ("quiet_from", "25:00"),
        ("quiet_from", "late"),
        ("required_minutes", "-5"),
        ("required_minutes", "3.5"),
        ("required_minutes", "10081"),
        ("required_minutes", "9" * 5000),
        ("confirm_remind_days", "0"),
        ("most_places", "many"),
        ("no_such_setting", "1"),
    ],
)
def test_refused_values(key: str, typed: str) -> None:
    with pytest.raises(BadSetting) as refused:
        changed(TownSettings(), key, typed)
    spec = SPEC.get(key)
    assert refused.value.fields == {"key": key, "low": spec and spec.low, "high": spec and spec.high}


@pytest.mark.parametrize(("policy", "typed"), [("code", ""), ("code", "abc"), ("open", "abc")])
def test_a_join_code_that_nobody_could_use_is_refused(policy: str, typed: str) -> None:
    with pytest.raises(BadSetting) as refused:
        changed(TownSettings(join_policy=policy, join_code="river 7"), "join_code", typed)
    assert refused.value.fields == {"key": "join_code", "low": 4, "high": 40}


@pytest.mark.parametrize(("policy", "code", "lacks"), [("code", "", True), ("code", "abc", False), ("open", "", False)])
def test_joining_that_lacks_its_code(policy: str, code: str, lacks: bool) -> None:
    kept = parse(json.dumps({"join_policy": policy, "join_code": code}))  # a short one from before stays good
    assert lacks_join_code(kept) is lacks


def test_the_zone_is_a_zone() -> None:
    assert TownSettings(zone="Africa/Johannesburg").tz == ZoneInfo("Africa/Johannesburg")
    assert SPEC["zone"].kind is Kind.ZONE
