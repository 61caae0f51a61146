"""The words of /me: a resident's own answers, and what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.household.taps import PhoneTap
from handlers.kit.goods_taps import NeedTap
from handlers.kit.hearing_words import what_reaches_me
from handlers.kit.nav import back, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import CalendarTap, MeTap, PowerTap, ReportTap, SeriesTap, SkillTap, StandingTap, SwapTap
from handlers.kit.topics import named
from handlers.linking.taps import ChatTap
from handlers.signup.consent import privacy
from handlers.signup.views import span_label
from locales import LANGUAGES, _, a_date, a_date_stamp, a_day, a_length, listed, number
from storage.queries.residents import Profile
from town.shifts import ALWAYS_FREE, DAYS, Part, bit


def me(
    profile: Profile, skills: Sequence[str], interests: Sequence[str], language: str, zone: ZoneInfo, *, adult_age: int
) -> Screen:
    """Somebody's answers. `adult_age`: the age up to which they count as young, 0 when they do not."""
    lines = [
        _("<b>{name}</b>, {street}", name=profile.name, street=profile.street),
        _("Language: {language}", language=LANGUAGES[language]),
        _("Skills: {names}", names=named(skills) if skills else _("none yet")),
        _("Interests: {names}", names=named(interests) if interests else _("none yet")),
        _("Free: {times}", times=listed(_free(profile.free_times)) or _("not said")),
        _("Reminders: {leads}", leads=_leads(profile)),
        *([_young(profile.born, adult_age)] if profile.born is not None and adult_age else ()),
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
        what_reaches_me(),
        Choice(_("Privacy"), MeTap(do="privacy").pack()),
        Choice(_("More about me"), MeTap(do="more").pack()),
        home(),
    ]
    return Screen(Markup("\n").join(lines), in_rows(choices, 2))


def more_about_me() -> Screen:
    choices = [
        Choice(_("My skills and learning"), SkillTap(do="mine").pack()),
        Choice(_("My shifts and hours"), MeTap(do="work").pack()),
        Choice(_("My home and its meter"), PowerTap(do="home").pack()),
        Choice(_("What my home needs"), NeedTap(do="open").pack()),
        Choice(_("My chats"), ChatTap(do="open").pack()),
        Choice(_("Others on this phone"), PhoneTap(do="open").pack()),
        back_to_me(),
        home(),
    ]
    return Screen(_("<b>More about you</b>"), in_rows(choices))


def my_work() -> Screen:
    """What somebody has arranged about their shifts and hours."""
    choices = [
        Choice(_("My standing sign-ups"), SeriesTap(do="mine").pack()),
        Choice(_("My swap requests"), SwapTap(do="mine").pack()),
        Choice(_("My reported hours"), ReportTap(do="mine").pack()),
        Choice(_("My calendar"), CalendarTap(do="feed").pack()),
        Choice(_("Being exempt"), StandingTap(do="ask").pack()),
        back(MeTap(do="more").pack()),
        home(),
    ]
    return Screen(_("<b>Your shifts and hours</b>"), in_rows(choices))


def _young(born: date, age: int) -> Markup:
    return _(
        "Born on {date}: until you are {age}, the limits for young people hold.",
        date=a_date(born),
        age=number(age),
    )


def privacy_screen(town: str, adult_age: int) -> Screen:
    under_age = [Choice(_("I am under {age}", age=number(adult_age)), MeTap(do="born").pack())] if adult_age else []
    return Screen(
        Markup("\n\n").join([_("<b>Your data</b>"), *privacy(town)]),
        in_rows([Choice(_("Send me my data"), MeTap(do="data").pack()), *under_age, back_to_me(), home()]),
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
