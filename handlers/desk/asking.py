"""The words of the desk's questions: about a shift, and about a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.topics import named
from locales import _, a_day, a_length, a_span, ngettext, number, short_day
from town.skills import Wanted


def project() -> Markup:
    return _("Which project is the shift for?")


def title() -> Markup:
    return _("What is to be done? A short title, for example “Bake bread for Saturday”.")


def day() -> Markup:
    return _("Which day? Choose one, or write it: “tomorrow”, “Thu”, “24/11”, or with the time: “Thu 9:00”.")


def day_label(day: date, today: date) -> str:
    if day == today:
        return _("Today").unescape()
    return _("Tomorrow").unescape() if (day - today).days == 1 else short_day(day)


def start(day: date) -> Markup:
    return _("{day}: when does it start? Choose, or write it: “9”, “14:30”.", day=a_day(day))


def length(longest: int) -> Markup:
    return _("How long is it? Choose, or write it: “3 h”, “90 min”. At most {most}.", most=a_length(longest))


def length_label(minutes: int) -> str:
    return a_length(minutes).unescape()


def place(usual: str) -> Markup:
    if usual:
        return _("Where do people meet? Choose the project's place, or write another.")
    return _("Where do people meet?")


def places(taken: int = 0) -> Markup:
    if taken:
        return _("How many people are needed? Choose or write a number; {taken} are taken already.", taken=taken)
    return _("How many people are needed? Choose or write a number.")


def places_label(count: int) -> str:
    return number(count)


def skills(chosen: Sequence[str]) -> Markup:
    question = _("Which skills does it need? Choose what is really needed: others are not shown this shift first.")
    if not chosen:
        return question
    return Markup("{}\n\n{}").format(question, _("Chosen: {names}", names=named(chosen)))


def skills_done(count: int) -> str:
    return (_("Done") if count else _("None is needed")).unescape()


def kind_places(name: str, places: int, left: int, now: Wanted | None) -> Markup:
    question = _(
        "<b>{skill}</b>: how many of the {places} places are only for people who know it? Choose, or write a number. "
        "“Only a wish” keeps none.",
        skill=name,
        places=number(places),
    )
    return _with_left(question, places, left, now.places if now is not None else None)


def kind_learners(name: str, places: int, left: int, now: Wanted | None) -> Markup:
    question = _(
        "<b>{skill}</b>: and how many places are for people who learn it? They can join once a master of it has a "
        "place.",
        skill=name,
    )
    return _with_left(question, places, left, now.learners if now is not None else None)


def _with_left(question: Markup, places: int, left: int, now: int | None) -> Markup:
    lines = [question]
    if now is not None:
        lines.append(_("Now: {n}", n=number(now)))
    if left < places:
        lines.append(ngettext("{n} place is left to keep.", "{n} places are left to keep.", left))
    return Markup("\n").join(lines)


def kind_label(count: int, left: int, *, learners: bool) -> str:
    if count == 0:
        return (_("None") if learners else _("Only a wish")).unescape()
    return number(count) if learners or count < max(left, 2) else _("All {n}", n=number(count)).unescape()


def kind(name: str, wanted: Wanted) -> Markup:
    """A skill with what is kept for it: "Baking (2 places, 1 for learners)"."""
    parts = []
    if wanted.places:
        parts.append(ngettext("{n} place", "{n} places", wanted.places))
    if wanted.learners:
        parts.append(ngettext("{n} for a learner", "{n} for learners", wanted.learners))
    return Markup("{} ({})").format(name, Markup(", ").join(parts)) if parts else Markup.escape(name)


def preview(draft: dict[str, Any], project: str | None, skills: Sequence[str], span: str) -> Markup:
    lines = [
        _("<b>Shall I put this up?</b>"),
        Markup(""),
        _("Project: {name}", name=project) if project else _("The project is no longer there: choose another."),
        _("Title: {title}", title=draft["title"]),
        _("When: {span}", span=span),
        _("Where: {place}", place=draft["place"]),
        _("Places: {n}", n=number(draft["places"])),
        _("Skills needed: {skills}", skills=named(skills)) if skills else _("Skills needed: none"),
    ]
    return Markup("\n").join(lines)


def preview_choices() -> dict[str, str]:
    """What can be changed from the preview, by step."""
    labels = {
        "title": _("Change the title"),
        "day": _("Another time"),
        "length": _("Another length"),
        "place": _("Another place"),
        "places": _("How many people"),
        "skills": _("Which skills"),
        "project": _("Another project"),
    }
    return {step: label.unescape() for step, label in labels.items()}


def publish() -> str:
    return _("Publish").unescape()


def sure(title: str, old: str, new: str, told: Markup, clashing: int) -> Markup:
    """`old` and `new` are one line of the shift each; `told` says who hears of it."""
    lines = [_("Change “{title}”?", title=title), _("From: {old}", old=old), _("To: {new}", new=new), told]
    if clashing:
        lines.append(clash(clashing))
    return Markup("\n").join(lines)


def clash(people: int) -> Markup:
    """How many on a shift hold another one at its new time."""
    return ngettext(
        "{n} person on it has another shift at that time.", "{n} people on it have another shift at that time.", people
    )


def sure_label() -> str:
    return _("Change it").unescape()


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    return a_span(starts_at, ends_at, zone)


def project_name() -> Markup:
    return _("What is the project called? For example “Bakery”.")


def project_place() -> Markup:
    return _("Where is it? The place where people meet, for example “Mill Lane 3”.")


def project_interest() -> Markup:
    return _("Which interest does it answer to? People who like that see its shifts first.")


def no_interest() -> str:
    return _("None of these").unescape()
