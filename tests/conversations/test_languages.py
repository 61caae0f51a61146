"""Four languages, in one conversation if need be: nothing is lost between them, and every word is rendered."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.web.limits import check_text
from handlers import catalogue
from handlers.kit.facts import known, sentence
from handlers.kit.screens import Screen
from locales import LANGUAGES, _, speaking
from tests.channels.telegram_town import until
from tests.emulators.telegram_html import parse
from tests.people import OPENING, Town
from town import facts
from town.facts import Fact
from town.settings import SPECS, TownSettings

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
ROSTER = {**SHIFT, "open": 3, "names": ["Anna <b>", "Ben"]}
FIELDS: dict[str, tuple[dict[str, Any], ...]] = {
    "shift.reminder": ({**SHIFT, "lead": 1440, "joined": False}, {**SHIFT, "lead": 120, "joined": True}),
    "shift.changed": (
        {**OLD, **SHIFT},
        {**OLD, **SHIFT, **CLASH},
        {**SHIFT, **{f"old_{name}": value for name, value in SHIFT.items()}},
    ),
    "shift.cancelled": (SHIFT,),
    "signup.released": ({**SHIFT, "name": "Anna <b>", "free": 1}, {**SHIFT, "name": "Anna", "free": 5}),
    "hours.roster": (ROSTER, {**ROSTER, "open": 1}),
    "hours.reminder": (ROSTER, {**ROSTER, "open": 1}),
    "hours.overdue": (ROSTER, {**ROSTER, "open": 1, "names": []}),
    "hours.own": ({**SHIFT, "resident": 3, "name": "Pieter <b>"},),
    "hours.confirmed": ({**SHIFT, "week": "2026-11-23"},),
    "hours.missed": ({**SHIFT, "coordinator": "Pieter <b>"},),
    "role.given": (
        {"role": "mayor", "project": "", "by": "<b>"},
        {"role": "coordinator", "project": "<", "by": "x"},
        {"role": "coordinator", "project": "", "by": "&"},
    ),
    "role.ended": ({"role": "mayor", "project": "", "by": "<b>"}, {"role": "coordinator", "project": "<", "by": "x"}),
    "join.asked": ({"name": "Anna <b>", "applicant": 5},),
    "join.accepted": ({"town": "Riverbend & Sons"},),
    "join.declined": ({"town": "Riverbend & Sons"},),
}
"""For every notice, what its fields may be."""


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
EXAMPLES |= {"key": "most_places", "minutes": 120}


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
    "town:settings:0:1:", "town:settings:0:2:", "nothing",
]  # fmt: skip
SCREENS += [f"town:setting:0:0:{spec.key}" for spec in SPECS]


@on_sqlite
@on_web
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_in_every_language(town: Town, language: str, caplog: pytest.LogCaptureFixture) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await anna.joins(await town.shift(day=0, at="10:00", minutes=60))
    await town.shift(day=3)
    await town.moves(hours=3)
    await mayor.looks()
    await mayor.speaks(language)
    for data in SCREENS:
        await mayor.forges(data)
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
        wanted = [_(command.about).unescape() for command in catalogue.commands() if command.role != "mayor"]

    def menu() -> list[str]:
        return [entry["description"] for entry in tg.commands(f"chat:{pieter.line.address}", "")]

    await until(lambda: bool(menu()))
    assert menu() == wanted
