"""The words of the questions about an audience."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from handlers.kit.audience_words import hearing_words, muted_words
from handlers.kit.shift_words import paragraphs
from locales import _, a_length, short_day
from storage.queries.audiences import Look
from town.audience import How

PROJECT, SKILL, INTEREST, ROLE, HOURS = "project", "skill", "interest", "role", "hours"
LANGUAGE, PLACE, THERE, TOWN, FOUND = "language", "place", "there", "town", "found"


def whom(how: How | None, so_far: Markup | None) -> Markup:
    """`how` it goes on from what was chosen before (`so_far`); None: nothing was."""
    return paragraphs(_("So far it is for: {people}.", people=so_far) if so_far else "", _whom(how))


def _whom(how: How | None) -> Markup:
    if how is How.ALSO:
        return _("Who else? Choose, or write a name: a project, a street, something they can do.")
    if how is How.ONLY:
        return _("What has to be so of them, besides? Choose, or write a name: a street, something they can do.")
    if how is How.NOT:
        return _("Who of them shall not get it? Choose, or write a name: a project, a street, a role.")
    return _("Who is it for? Choose, or write a name: a project, a street, something they can do.")


def kinds() -> dict[str, str]:
    labels = {
        TOWN: _("Everyone"),
        PROJECT: _("A project's people"),
        SKILL: _("Who can do …"),
        INTEREST: _("Who likes …"),
        PLACE: _("A street, or a name"),
        THERE: _("Who was there"),
        HOURS: _("By their hours"),
        ROLE: _("By role"),
        LANGUAGE: _("By language"),
    }
    return {kind: label.unescape() for kind, label in labels.items()}


def which(kind: str) -> Markup:
    return {
        PROJECT: _("Which project's people? Those who work there, and its coordinators."),
        SKILL: _("What can they do? Choose, or write it."),
        INTEREST: _("What do they like? Choose, or write it."),
        PLACE: _("Where do they live? Choose a street or a name that was kept, or write the street."),
        THERE: _("Which shift or meeting were they at? Choose, or write what it is called."),
        HOURS: _(
            "How do they stand with their hours? Choose, or write how much they still owe this week at least: “2 h”."
        ),
        ROLE: _("Which role do they have?"),
        LANGUAGE: _("Which language do they read?"),
    }.get(kind) or _("Whom do you mean?")


def none_there(kind: str) -> Markup:
    if kind == THERE:
        return _("There was no shift and no meeting lately that you could choose.")
    if kind == PLACE:
        return _("Nobody has written their street yet.")
    return _("There is nothing to choose from yet.")


def not_found(typed: str) -> str:
    return _("I find nothing called “{typed}”. Choose one of these, or write it another way.", typed=typed[:60])


def roles() -> dict[str, str]:
    labels = {
        "council": _("The council"),
        "coordinator": _("All coordinators"),
        "treasurer": _("The treasurers"),
        "mayor": _("The mayor"),
    }
    return {role: label.unescape() for role, label in labels.items()}


def standings() -> dict[str, str]:
    labels = {
        "short": _("Fell short last week"),
        "participating": _("Gave enough last week"),
        "exempt": _("Excused from hours"),
        "welcome": _("New here"),
    }
    return {standing: label.unescape() for standing, label in labels.items()}


def owes(minutes: int, whole: int) -> str:
    if minutes == whole:
        return _("Still owe all of it").unescape()
    return _("Owe {length} or more", length=a_length(minutes)).unescape()


def occasion(title: str, day: date) -> str:
    return f"{short_day(day)} {title}"


# -- the audience so far -----------------------------------------------------------------------------------------------


def so_far(words: Markup, seen: Look, *, full: bool, kept: str) -> Markup:
    """`full`: no step more fits. `kept`: the name that it was kept under just now."""
    if seen.hearing:
        people = paragraphs(hearing_words(seen), muted_words(seen))
    elif seen.muted:
        people = _("All of them have turned such messages off, so nobody would get it. Add others, or begin again.")
    else:
        people = _("Nobody in town is like that at the moment. Add others, or begin again.")
    return paragraphs(
        _("Kept under the name “{name}”.", name=kept) if kept else "",
        _("It is for: {people}.", people=words),
        people,
        _("That is as many steps as one can follow.") if full else "",
    )


def ways(*, full: bool, somebody: bool) -> dict[str, str]:
    labels = {
        "go": _("Go on"),
        How.ALSO.name.lower(): _("Also…"),
        How.ONLY.name.lower(): _("Only those who also…"),
        How.NOT.name.lower(): _("But not…"),
        "again": _("Begin again"),
        "keep": _("Keep under a name"),
    }
    left_out = ({"also", "only", "not"} if full else set()) | (set() if somebody else {"go", "keep", "only", "not"})
    return {do: label.unescape() for do, label in labels.items() if do not in left_out}


def name_it(words: Markup) -> Markup:
    return paragraphs(
        _("What shall I call it? For example “Riverside”. Every coordinator can choose it by that name."),
        Markup("<i>{}</i>").format(words),
    )
