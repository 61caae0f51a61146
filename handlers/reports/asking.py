"""The questions of a report: which project, which day, how long, what, and who saw it; a check; then it is sent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.lengths import read_length
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.screens import Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from handlers.reports import actions, views
from handlers.reports.words import beside_lines
from locales import _, a_day, a_length, language, short_day
from locales.past_words import past_vocabulary
from storage.queries import projects, roles
from town.dates import parse_past_day
from town.facts import BadDate, NotFound
from town.hours import LONGEST_REPORT, REPORT_DAYS, check_report_minutes
from town.text import clean
from town.week import local

FROM = "@project"
"""Of a draft: the project, where there is one alone."""

SEND, NOBODY = "send", 0
LENGTHS = (30, 60, 90, 120, 180, 240)


def _project_id(scene: Scene) -> int:
    return int(scene.draft.get("project") or scene.draft.get(FROM) or 0)


async def _ask_project(scene: Scene) -> Screen:
    known = await projects.listed(scene.unit)
    text = _("Which project did you work for, outside a shift?")
    return Screen(text, pages(scene, [(one.name, str(one.id)) for one in known]))


async def _take_project(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    chosen = id_in(value, "project")
    if await projects.get(scene.unit, chosen) is None:
        raise NotFound(what="project")
    return chosen


async def _ask_day(scene: Scene) -> Screen:
    today = local(scene.now, scene.who.zone).date()
    past = [today - timedelta(days=back) for back in range(REPORT_DAYS + 1)]
    text = _("Which day was it? Choose one, or write it: “yesterday”, “Thu”, “24/11”.")
    return Screen(text, pages(scene, [(_day_label(day, today), day.isoformat()) for day in past]))


def _day_label(day: date, today: date) -> str:
    if day == today:
        return _("Today").unescape()
    return _("Yesterday").unescape() if (today - day).days == 1 else short_day(day)


async def _type_day(scene: Scene, text: str) -> str:
    today = local(scene.now, scene.who.zone).date()
    day = parse_past_day(text, vocabulary=past_vocabulary(language()), today=today)
    return (await actions.check_day(scene.unit, who=scene.who, day=day, now=scene.now)).isoformat()


async def _tap_day(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadDate(given=value) from None
    return (await actions.check_day(scene.unit, who=scene.who, day=day, now=scene.now)).isoformat()


async def _ask_minutes(scene: Scene) -> Screen:
    choices = [pick(scene, str(minutes), a_length(minutes).unescape()) for minutes in LENGTHS]
    text = _("How long was it? Choose, or write it: “3 h”, “90 min”. At most {most}.", most=a_length(LONGEST_REPORT))
    return Screen(text, in_rows(choices, 3))


async def _type_minutes(scene: Scene, text: str) -> int:
    return check_report_minutes(read_length(text), given=text)


async def _tap_minutes(scene: Scene, value: str) -> int:
    return await _type_minutes(scene, f"{value} min")


async def _ask_what(scene: Scene) -> Screen:
    return Screen(_("What did you do? A few words, for example “Fetched flour from the mill”."))


async def _type_what(scene: Scene, text: str) -> str:
    return clean(text, actions.MOST_WHAT)


async def _ask_witness(scene: Scene) -> Screen:
    nobody = pick(scene, str(NOBODY), _("Nobody saw it").unescape())
    if scene.draft.get(TYPED) is None:
        text = _("Who saw it? Write a name: they are asked whether it was so.")
        return Screen(text, ((nobody,),))
    people = await those_found(scene, but=(scene.who.me,))
    return Screen(found_line(scene.draft[TYPED], people), pages(scene, told_apart(people), also=(nobody,)))


async def _type_witness(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


async def _tap_witness(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    chosen = id_in(value, "resident")
    if chosen == NOBODY:
        return NOBODY
    return await actions.check_witness(scene.unit, who=scene.who, resident_id=chosen)


def _changes() -> dict[str, str]:
    labels = {
        "project": _("Another project"),
        "day": _("Another day"),
        "minutes": _("Another length"),
        "what": _("Change the words"),
        "witness": _("Who saw it"),
    }
    return {step: label.unescape() for step, label in labels.items()}


async def _check(scene: Scene) -> Screen:
    draft, project = scene.draft, await projects.get(scene.unit, _project_id(scene))
    witness = await roles.resident(scene.unit, draft["witness"]) if draft["witness"] else None
    day = date.fromisoformat(draft["day"])
    lines = [
        _("<b>Shall I send this?</b>"),
        Markup(""),
        _("Project: {name}", name=project.name) if project else _("The project is no longer there: choose another."),
        _("Day: {day}", day=a_day(day)),
        _("Length: {length}", length=a_length(draft["minutes"])),
        _("What: {what}", what=draft["what"]),
        _("Who saw it: {name}", name=witness.name) if witness else _("Who saw it: nobody"),
    ]
    also = await actions.beside(scene.unit, resident_id=scene.who.me, day=day, town=scene.who.town)
    text = paragraphs(Markup("\n").join(lines), beside_lines(also, scene.who.zone))
    changes = [pick(scene, step, label) for step, label in _changes().items()]
    return Screen(text, ((pick(scene, SEND, _("Send it").unescape()),), *in_rows(changes, 2)))


async def _checked(scene: Scene, value: str) -> Any:
    if value == SEND:
        return True
    if value not in _changes():
        raise NotFound(what="question")
    return GoTo(value)


async def _send(scene: Scene) -> Screen:
    draft = scene.draft
    done = await actions.send(
        scene.unit,
        who=scene.who,
        project_id=_project_id(scene),
        day=date.fromisoformat(draft["day"]),
        minutes=draft["minutes"],
        what=draft["what"],
        witness_id=draft["witness"] or None,
        now=scene.now,
    )
    return views.sent(done)


REPORT = Wizard(
    "report",
    [
        Step(
            "project",
            _ask_project,
            tapped=_take_project,
            free=False,
            when=lambda scene: FROM not in scene.draft,
        ),
        Step("day", _ask_day, typed=_type_day, tapped=_tap_day),
        Step("minutes", _ask_minutes, typed=_type_minutes, tapped=_tap_minutes),
        Step("what", _ask_what, typed=_type_what),
        Step("witness", _ask_witness, typed=_type_witness, tapped=_tap_witness, counted=True),
        Step("check", _check, tapped=_checked, free=False),
    ],
    _send,
)
