"""The words of the sign-up; those of /me are in `me_views`."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.links import MEETING, SHIFT, VOTE, id_in
from handlers.kit.nav import HOME, anew, home
from handlers.kit.poll_taps import MeetTap, PollTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import ListTap, ShiftTap
from handlers.kit.topics import named
from handlers.kit.who import Who
from handlers.signup.consent import privacy
from locales import N_, _, a_length, number
from storage.queries.topics import SKILL
from storage.tables import ResidentState
from town.shifts import Part

AGAIN = "join:again"

COMMANDS = (
    Command("start", N_("Begin, or see your week"), N_("start|hello|hi|good day")),
    Command("me", N_("Your answers: name, skills, times, reminders"), N_("my answers|me|profile|about me")),
)


def ask_language(who: Who) -> Markup:
    return _(
        "<b>Welcome to {town}!</b>\n\nI help the town run itself: you give a few hours a week to its projects, and "
        "take part in what they make.\n\nFirst, which language shall we speak?",
        town=who.town.name,
    )


def ask_code(who: Who, *, has_mayor: bool) -> Markup:
    question = _(
        "What is the join code of {town}? You find it on the notice board in the town hall, or ask a neighbour who "
        "takes part.",
        town=who.town.name,
    )
    if has_mayor:
        return question
    return Markup("{}\n\n{}").format(
        question, _("The town has no mayor yet. If you were given the setup code, send me that one instead.")
    )


def ask_name() -> Markup:
    return _("What is your name? Write it as your neighbours know it.")


def ask_street(name: str) -> Markup:
    if name:
        return _("Good to meet you, {name}. Which street or neighbourhood do you live in?", name=name)
    return _("Which street or neighbourhood do you live in?")


def ask_topics(kind: str, chosen: Sequence[str], to_lose: Sequence[str] = ()) -> Markup:
    """`to_lose` are skills that somebody else found they know: they are not chosen now."""
    if kind == SKILL:
        question = _("What can you do? Choose as many as you like; learning is welcome too.")
    else:
        question = _("What do you like? I will show you shifts that suit you first.")
    said = [question]
    if chosen:
        said.append(_("Chosen: {names}", names=named(chosen)))
    if to_lose:
        said.append(
            _(
                "A master signed off {names}. Taken off your list, that is lost and has to be done anew.",
                names=named(to_lose),
            )
        )
    return Markup("\n\n").join(said)


def done_label(count: int) -> str:
    return _("Done") if count else _("None of these")


def span_label(days: str, part: Part) -> str:
    labels = {
        ("week", Part.MORNING): _("Weekday mornings"),
        ("week", Part.AFTERNOON): _("Weekday afternoons"),
        ("week", Part.EVENING): _("Weekday evenings"),
        ("end", Part.MORNING): _("Weekend mornings"),
        ("end", Part.AFTERNOON): _("Weekend afternoons"),
        ("end", Part.EVENING): _("Weekend evenings"),
    }
    return labels[days, part].unescape()


def ask_free_times() -> Markup:
    return _("When are you usually free? Choose as many as you like. It decides nothing: it helps me suggest shifts.")


def yes_or_no() -> dict[str, str]:
    return {"yes": _("Yes").unescape(), "no": _("No").unescape()}


def ask_adult(age: int) -> Markup:
    return _("Are you {age} or older? Young people are welcome too; they work less, and not at night.", age=number(age))


def ask_born(age: int) -> Markup:
    return _(
        "When were you born? For example “3 May 2012” or “3/5/2012”. It is kept only of those under {age}, for the "
        "limits that protect them.",
        age=number(age),
    )


def ask_consent(town: str) -> Markup:
    return Markup("{}\n\n{}\n\n{}").format(
        _("<b>Your data</b>"), Markup("\n\n").join(privacy(town)), _("Do you agree?")
    )


def agree_label() -> str:
    return _("I agree")


def joined(name: str, town: str, minutes: int, *, mayor: bool, came_for: str | None) -> Screen:
    text = _(
        "<b>Welcome, {name}!</b> You are a resident of {town} now.\n\nThe town asks for {length} a week, of the 168 "
        "hours a week has. In return: free electricity, and whatever the projects make. Look around first: from Monday "
        "on, the benefits are yours for two weeks, whatever you do.",
        name=name,
        town=town,
        length=a_length(minutes),
    )
    if mayor:
        text = Markup("{}\n\n{}").format(
            text, _("You are the <b>mayor</b>: send /town for the town's affairs and /desk for its projects.")
        )
    suits = Choice(_("Shifts that suit me"), ListTap(by="suits").pack())
    return Screen(text, in_rows([*_came_for(came_for), suits, home()]))


def _came_for(page: str | None) -> list[Choice]:
    """The way to the page whose link brought somebody here (`handlers.kit.links.parted`)."""
    if page is None:
        return []
    if (poll := id_in(page, VOTE)) is not None:
        return [Choice(_("See the poll"), PollTap(do="page", id=poll).pack())]
    if (meeting := id_in(page, MEETING)) is not None:
        return [Choice(_("See the meeting"), MeetTap(do="page", id=meeting).pack())]
    shift = id_in(page, SHIFT)
    return [] if shift is None else [Choice(_("See the shift"), ShiftTap(do="open", shift=shift).pack())]


def about(town: str) -> Screen:
    """What this is, for somebody who has not signed up yet."""
    text = _(
        "I am the town of {town} in a chat. Residents find work that suits them here, take a place on it, are "
        "reminded, and have their hours confirmed.\n\nI ask a few questions first; /cancel leaves them, and what you "
        "have written stays.",
        town=town,
    )
    return Screen(text, ((Choice(_("Go on"), HOME),),))


def turned_away(town: str) -> Screen:
    """For somebody whose application was declined."""
    text = _(
        "Last time, {town} could not let you in. Things change: would you like to ask again? I put the questions to "
        "you once more.",
        town=town,
    )
    return Screen(text, ((Choice(_("Ask again"), AGAIN),),))


def code_gone(sentence: Markup) -> str:
    """Said when a setup code was used by somebody else before the sign-up was finished."""
    return _("{why} You can still join as a resident.", why=sentence).unescape()


def code_kept() -> str:
    """Said when somebody sent a setup code before they have signed up."""
    return _("That code makes you the mayor as soon as these questions are answered.").unescape()


def left() -> Screen:
    return Screen(
        _("We leave it there. I keep what you wrote: send me anything, and we go on where you were."),
        ((Choice(_("Go on"), HOME),),),
    )


def waiting(name: str, town: str, *, asked: bool, came_for: str | None) -> Screen:
    """`asked`: the town has somebody who lets people in."""
    if asked:
        text = _(
            "Thank you, {name}. A coordinator of {town} lets people in; they have been asked. I will write to you as "
            "soon as they have answered.",
            name=name,
            town=town,
        )
    else:
        text = _(
            "Thank you, {name}. {town} has nobody yet who lets people in. I keep your answers until it has, and write "
            "to you as soon as you are in.",
            name=name,
            town=town,
        )
    return Screen(text, in_rows([*map(anew, _came_for(came_for)), _look_again()]))


def still_waiting() -> Screen:
    return Screen(
        _("A coordinator still has to let you in. I will write to you as soon as they have answered."),
        ((_look_again(),),),
    )


def _look_again() -> Choice:
    """For somebody who waits: the way to their week, once they are in."""
    return Choice(_("Am I in?"), HOME)


def state_screen(
    state: ResidentState, *, name: str, who: Who, mayor: bool, asked: bool, came_for: str | None
) -> Screen:
    """What is so after the sign-up; `asked`: somebody was asked to let them in, `came_for`: a page, by a link."""
    if state is ResidentState.APPLICANT:
        return waiting(name, who.town.name, asked=asked, came_for=came_for)
    return joined(name, who.town.name, who.town.required_minutes, mayor=mayor, came_for=came_for)
