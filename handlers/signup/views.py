"""The words of the sign-up and of /me."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import HOME, anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import ListTap, MeTap, ShiftTap
from handlers.kit.topics import named
from handlers.kit.who import Who
from handlers.signup.consent import privacy
from locales import LANGUAGES, N_, _, a_date_stamp, a_day, a_length, listed
from storage.queries.residents import Profile
from storage.queries.topics import SKILL
from storage.tables import ResidentState
from town.shifts import ALWAYS_FREE, DAYS, Part, bit

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


def ask_topics(kind: str, chosen: Sequence[str]) -> Markup:
    if kind == SKILL:
        question = _("What can you do? Choose as many as you like; learning is welcome too.")
    else:
        question = _("What do you like? I will show you shifts that suit you first.")
    if not chosen:
        return question
    return Markup("{}\n\n{}").format(question, _("Chosen: {names}", names=named(chosen)))


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


def ask_consent(town: str) -> Markup:
    return Markup("{}\n\n{}\n\n{}").format(
        _("<b>Your data</b>"), Markup("\n\n").join(privacy(town)), _("Do you agree?")
    )


def agree_label() -> str:
    return _("I agree")


def joined(name: str, town: str, minutes: int, *, mayor: bool, shift: int | None) -> Screen:
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
    return Screen(text, in_rows([*_came_for(shift), suits, home()]))


def _came_for(shift: int | None) -> list[Choice]:
    """The way to the shift whose link brought somebody here."""
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


def waiting(name: str, town: str, *, asked: bool, shift: int | None) -> Screen:
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
    return Screen(text, in_rows([*map(anew, _came_for(shift)), _look_again()]))


def still_waiting() -> Screen:
    return Screen(
        _("A coordinator still has to let you in. I will write to you as soon as they have answered."),
        ((_look_again(),),),
    )


def _look_again() -> Choice:
    """For somebody who waits: the way to their week, once they are in."""
    return Choice(_("Am I in?"), HOME)


def me(profile: Profile, skills: Sequence[str], interests: Sequence[str], language: str, zone: ZoneInfo) -> Screen:
    lines = [
        _("<b>{name}</b>, {street}", name=profile.name, street=profile.street),
        _("Language: {language}", language=LANGUAGES[language]),
        _("Skills: {names}", names=named(skills) if skills else _("none yet")),
        _("Interests: {names}", names=named(interests) if interests else _("none yet")),
        _("Free: {times}", times=listed(_free(profile.free_times)) or _("not said")),
        _("Reminders: {leads}", leads=_leads(profile)),
        _(
            "Resident since {date}; you agreed to the privacy notice on {consent}.",
            date=_day(profile.joined_at, zone),
            consent=a_date_stamp(profile.consent_at, zone),
        ),
    ]
    choices = [
        Choice(_("Name"), MeTap(do="name").pack()),
        Choice(_("Street"), MeTap(do="street").pack()),
        Choice(_("Skills"), MeTap(do="skills").pack()),
        Choice(_("Interests"), MeTap(do="interests").pack()),
        Choice(_("Free times"), MeTap(do="free_times").pack()),
        Choice(_("Language"), MeTap(do="language").pack()),
        Choice(_("Reminders"), MeTap(do="reminders").pack()),
        Choice(_("Privacy"), MeTap(do="privacy").pack()),
    ]
    return Screen(Markup("\n").join(lines), (*in_rows(choices, 2), (home(),)))


def privacy_screen(town: str) -> Screen:
    return Screen(
        Markup("\n\n").join([_("<b>Your data</b>"), *privacy(town)]),
        in_rows([Choice(_("Send me my data"), MeTap(do="data").pack()), back_to_me(), home()]),
    )


def my_data_caption() -> Markup:
    return _("This is everything the town keeps about you.")


def back_to_me() -> Choice:
    return Choice(_("Back"), MeTap(do="open").pack())


def reminders(profile: Profile) -> Screen:
    text = _(
        "I remind you of a shift: {leads}.\n\nNothing comes in the quiet hours, and nothing comes late. Which one "
        "shall we change?",
        leads=_leads(profile),
    )
    choices = [
        Choice(_("The early reminder"), MeTap(do="reminder_early").pack()),
        Choice(_("The late reminder"), MeTap(do="reminder_late").pack()),
        back_to_me(),
        home(),
    ]
    return Screen(text, in_rows(choices))


def ask_lead(which: str) -> Markup:
    if which == "reminder_early":
        return _("How long before a shift shall the early reminder come? You can also write it, for example “36 h”.")
    return _("How long before a shift shall the late reminder come? You can also write it, for example “90 min”.")


def off_label() -> str:
    return _("No reminder")


def lead_label(minutes: int) -> str:
    return _("{length} before", length=a_length(minutes)).unescape()


def kept() -> str:
    return _("Kept.")


def _leads(profile: Profile) -> Markup:
    leads = [lead for lead in (profile.reminder_early, profile.reminder_late) if lead]
    return listed([lead_label(lead) for lead in leads]) if leads else _("none")


def _free(mask: int) -> list[str]:
    if mask == ALWAYS_FREE:
        return [_("at any time")]
    found: list[str] = []
    for name, days in (("week", DAYS[:5]), ("end", DAYS[5:])):
        for part in Part:
            if all(mask & bit(day, part) for day in days):
                found.append(span_label(name, part))
    return found


def _day(instant: datetime, zone: ZoneInfo) -> str:
    return a_day(instant.astimezone(zone).date())


def state_screen(state: ResidentState, *, name: str, who: Who, mayor: bool, asked: bool, shift: int | None) -> Screen:
    """What is so after the sign-up; `asked`: somebody was asked to let them in, `shift`: what they came for."""
    if state is ResidentState.APPLICANT:
        return waiting(name, who.town.name, asked=asked, shift=shift)
    return joined(name, who.town.name, who.town.required_minutes, mayor=mayor, shift=shift)
