"""The words of people without a phone, and of who speaks for them."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.helping.actions import SPOKEN, WRITTEN, Page
from handlers.helping.deed_words import in_words
from handlers.helping.taps import AidTap
from handlers.kit.nav import HOME, back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.speaking import choice_as
from handlers.kit.taps import DeskTap
from handlers.kit.topics import named
from handlers.signup.consent import privacy
from locales import _, a_date_stamp, a_day, a_time, number
from storage.queries.helping import Did, Helped
from town.week import local

PEOPLE_PAGE = 4  # with two to page, two more of ours and two to leave: ten choices
DEEDS_PAGE = 12


def to(do: str, id: int = 0, page: int = 0) -> str:
    return AidTap(do=do, id=id, page=page).pack()


def _lines(parts: Sequence[Markup]) -> Markup:
    return Markup("\n").join(parts)


def person_choice(resident_id: int) -> Choice:
    return Choice(_("Their page"), to("person", resident_id))


def take_choice(resident_id: int) -> Choice:
    return Choice(_("They agree: I speak"), to("take", resident_id))


# -- all of them -------------------------------------------------------------------------------------------------------


def people(listed: Sequence[Helped], page: int, me: int, *, mayor: bool) -> Screen:
    """Everybody without a phone; the names of who speaks for each."""
    shown, page = page_of(listed, page, PEOPLE_PAGE)
    lines = [_("<b>People without a phone</b>")]
    if not listed:
        lines.append(_("Nobody yet. You can register somebody who has no phone, and speak for them, as they agree."))
    lines += [_line(one, me) for one in shown]
    then = [Choice(_("Register somebody"), to("new"))]
    if mayor:
        then.append(Choice(_("What was done"), to("deeds")))
    rows = menu(
        [(one.name, to("person", one.resident_id)) for one in shown],
        pages=pager(len(listed), page, lambda other: to("list", page=other), PEOPLE_PAGE),
        then=[*then, back(DeskTap(do="more").pack()), home()],
    )
    return Screen(_lines(lines), rows)


def _line(one: Helped, me: int) -> Markup:
    given = {"name": one.name, "street": one.street}
    if one.steward is None:
        return _("{name}, {street}: nobody speaks for them now", **given)
    if one.steward_id == me:
        return _("{name}, {street}: you speak for them", **given)
    return _("{name}, {street}: {steward} speaks for them", steward=one.steward, **given)


# -- one of them -------------------------------------------------------------------------------------------------------


def person(seen: Page, zone: ZoneInfo) -> Screen:
    one = seen.one
    lines = [_("<b>{name}</b>, {street}", name=one.name, street=one.street), _who_speaks(seen, zone)]
    choices: list[Choice] = []
    if seen.mine:
        choices += [
            speak_for(one.resident_id),
            _done(one),
            Choice(_("They have a phone now"), to("has", one.resident_id)),
            Choice(_("Pass on to another"), to("pass", one.resident_id)),
        ]
    elif not seen.has_own:
        choices.append(take_choice(one.resident_id))
    if seen.sees and not seen.mine:
        choices.append(_done(one))
    if seen.sees and one.steward is not None:
        choices.append(Choice(_("End it"), to("end", one.resident_id)))
    return Screen(_lines(lines), in_rows([*choices, back(to("list")), home()]))


def _done(one: Helped) -> Choice:
    return Choice(_("What was done"), to("done", one.resident_id))


def _who_speaks(seen: Page, zone: ZoneInfo) -> Markup:
    one = seen.one
    if one.steward is None:
        return _("Nobody speaks for them now.")
    day = a_date_stamp(one.consent_at, zone)
    if seen.mine and one.consent == WRITTEN:
        return _("You speak for them. They agreed in writing on {date}.", date=day)
    if seen.mine:
        return _("You speak for them. They agreed in speech on {date}.", date=day)
    if one.consent == WRITTEN:
        return _("{steward} speaks for them. They agreed in writing on {date}.", steward=one.steward, date=day)
    return _("{steward} speaks for them. They agreed in speech on {date}.", steward=one.steward, date=day)


def speak_for(resident_id: int) -> Choice:
    return choice_as(_("Speak for them"), resident_id, HOME)


def has_phone(one: Helped) -> Screen:
    """How somebody comes to speak for themself."""
    text = paragraphs(
        _("Good news! Then {name} speaks for themself, and keeps everything they have.", name=one.name),
        _(
            "They open the chat with the town on their phone. Ask me for a code when they are with you: they send it "
            "there within a quarter of an hour."
        ),
        _("If they have signed up there already, they say “I am both”, and I ask you once more."),
    )
    ask = Choice(_("A code for them"), to("code", one.resident_id))
    return Screen(text, in_rows([ask, back(to("person", one.resident_id)), home()]))


def code(one: Helped, code: str) -> Screen:
    text = _(
        "The code for {name}: <b>{code}</b>\n\nThey send it to the town from their own phone within a quarter of an "
        "hour. From then on they speak for themself.",
        name=one.name,
        code=code,
    )
    return Screen(text, in_rows([person_choice(one.resident_id), home()]))


def nobody_else(one: Helped) -> Screen:
    text = _("There is no other coordinator who could speak for {name}.", name=one.name)
    return Screen(text, in_rows([back(to("person", one.resident_id)), home()]))


def ask_whom(one: Helped) -> Markup:
    return _("Who could speak for {name} in your place? They ask {name} again.", name=one.name)


def passed(one: Helped, name: str) -> Screen:
    text = _(
        "I have asked {name}. As soon as {other} agrees with them, they speak for {other}; until then you do.",
        name=name,
        other=one.name,
    )
    return Screen(text, in_rows([person_choice(one.resident_id), home()]))


def sure_to_end(one: Helped) -> Screen:
    text = _(
        "Does {name} not want it any more? Then nobody speaks for them, and they get no notices. What they hold and "
        "did stays theirs.",
        name=one.name,
    )
    yes = Choice(_("Yes, end it"), to("ended", one.resident_id))
    return Screen(text, in_rows([yes, back(to("person", one.resident_id))]))


def ended(one: Helped) -> Screen:
    text = _("Nobody speaks for {name} now.", name=one.name)
    return Screen(text, in_rows([back(to("list")), home()]))


def taken(resident_id: int, name: str) -> Screen:
    text = _("You speak for {name} now. Their notices come to you, and say for whom they are.", name=name)
    return Screen(text, in_rows([speak_for(resident_id), person_choice(resident_id), home()]))


def registered(resident_id: int, name: str) -> Screen:
    text = _(
        "{name} is a resident now, and you speak for them. Their notices come to you, and say for whom they are.\n\n"
        "You can do for them what they ask you to: shifts, hours, goods, needs, meetings, their page. Votes are theirs "
        "alone, on paper. Whatever you do for them is written down, and others confirm their hours.",
        name=name,
    )
    return Screen(text, in_rows([speak_for(resident_id), person_choice(resident_id), home()]))


# -- what was done -----------------------------------------------------------------------------------------------------


def done_for(one: Helped, deeds: Sequence[Did], page: int, zone: ZoneInfo) -> Screen:
    """What was done for one resident in the last weeks."""
    shown, page = page_of(deeds, page, DEEDS_PAGE)
    lines = [_("<b>What was done for {name}</b>", name=one.name)]
    lines += [
        _("{when}: {steward} {what}", when=_when(did, zone), steward=did.steward, what=in_words(did.what))
        for did in shown
    ] or [_("Nothing in the last weeks.")]
    turn = pager(len(deeds), page, lambda other: to("done", one.resident_id, other), DEEDS_PAGE)
    return Screen(_lines(lines), (*turn, (back(to("person", one.resident_id)), home())))


def all_done(deeds: Sequence[Did], page: int, zone: ZoneInfo) -> Screen:
    """What all stewards did in the last weeks."""
    shown, page = page_of(deeds, page, DEEDS_PAGE)
    lines = [_("<b>What was done for people without a phone</b>")]
    lines += [
        _(
            "{when}: {steward} for {name}: {what}",
            when=_when(did, zone),
            steward=did.steward,
            name=did.name,
            what=in_words(did.what),
        )
        for did in shown
    ] or [_("Nothing in the last weeks.")]
    turn = pager(len(deeds), page, lambda other: to("deeds", page=other), DEEDS_PAGE)
    return Screen(_lines(lines), (*turn, (back(to("list")), home())))


def _when(did: Did, zone: ZoneInfo) -> str:
    return f"{a_day(local(did.at, zone).date())}, {a_time(did.at, zone)}"


# -- questions ---------------------------------------------------------------------------------------------------------


def ask_name() -> Markup:
    return _("What is their name? Write it as their neighbours know them.")


def ask_street(name: str) -> Markup:
    return _("Which street or neighbourhood does {name} live in?", name=name)


def ask_skills(chosen: Sequence[str]) -> Markup:
    question = _("What can they do? Choose as many as they like.")
    return paragraphs(question, _("Chosen: {names}", names=named(chosen)) if chosen else Markup(""))


def yes_or_no() -> dict[str, str]:
    return {"yes": _("Yes").unescape(), "no": _("No").unescape()}


def ask_adult(name: str, age: int) -> Markup:
    return _("Is {name} {age} or older?", name=name, age=number(age))


def ask_born(name: str, age: int) -> Markup:
    return _(
        "When was {name} born? For example “3 May 2012”. It is kept only of those under {age}, for the limits that "
        "protect them.",
        name=name,
        age=number(age),
    )


def ask_consent(name: str, town: str, *, before: str | None) -> Markup:
    """The privacy notice, to be read to somebody; `before` speaks for them until now."""
    now = _("{steward} speaks for them until now, and is told.", steward=before) if before else Markup("")
    ask = _(
        "Do they agree to this, and that you speak for them in the town: shifts, hours, goods, needs and meetings? "
        "They can end it at any time, by telling you or any coordinator.",
    )
    return paragraphs(_("<b>Please read this to {name}.</b>", name=name), *privacy(town), now, ask)


def consents() -> dict[str, str]:
    return {SPOKEN: _("They said yes").unescape(), WRITTEN: _("They signed it").unescape()}


def ask_day(name: str) -> Markup:
    return _("When did {name} agree? Tap, or write the day, for example “yesterday” or “3 May”.", name=name)


def today() -> str:
    return _("Today").unescape()
