"""The words of the questions about a poll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.poll_words import option_names
from handlers.kit.shift_words import paragraphs
from handlers.polls import words
from handlers.polls.opening import NewPoll
from locales import LANGUAGES, _, a_length, a_moment, listed, ngettext, number, percent
from town.audience import ROLE, Audience, parse
from town.polls import MOST_OPTIONS, MOST_POINTS, Kind

DAY = 1440


def question() -> Markup:
    return _("What do you want to ask? One sentence, for example “Shall we build a well?”.")


def about() -> Markup:
    return _("What should people know before they vote? Write a few sentences, or leave it out.")


def kind() -> Markup:
    return _("What kind of question is it?")


def kinds() -> dict[str, str]:
    labels = {
        Kind.YESNO: _("Yes or no"),
        Kind.SINGLE: _("One of several"),
        Kind.APPROVAL: _("Several of them"),
        Kind.RANKED: _("In order of preference"),
        Kind.POINTS: _("Share out points"),
    }
    return {kind.value: label.unescape() for kind, label in labels.items()}


def options(so_far: Sequence[str]) -> Markup:
    if not so_far:
        return _("What can be chosen? Write the options, each on a line of its own, or one after the other.")
    lines = [Markup("{}. {}").format(place, name) for place, name in enumerate(so_far, 1)]
    if len(so_far) == MOST_OPTIONS:
        on = _("There is no room for more.")
    elif len(so_far) == 1:
        on = _("Write at least one more.")
    else:
        on = _("Write more of them, or go on.")
    return paragraphs(Markup("\n").join(lines), on)


def points() -> Markup:
    return _("How many points has everybody to share out? Choose, or write a number up to {most}.", most=MOST_POINTS)


def most(options: int) -> Markup:
    return ngettext(
        "How many of the {n} options may one person choose?",
        "How many of the {n} options may one person choose?",
        options,
    )


def audience() -> Markup:
    return _("Whom do you ask?")


def audience_label(audience: Audience, name: str) -> str:
    if audience.kind == ROLE:
        return (_("The council") if audience.word == "council" else _("All coordinators")).unescape()
    return name or _("The whole town").unescape()


def benefits(everybody: int, with_them: int) -> Markup:
    """How many they are altogether, and how many of them have the benefits this week."""
    return _(
        "May everybody vote ({n}), or only those who have the benefits this week ({some})?",
        n=number(everybody),
        some=number(with_them),
    )


def benefits_labels() -> dict[str, str]:
    return {"no": _("All of them").unescape(), "yes": _("Only with benefits").unescape()}


def secret() -> Markup:
    return paragraphs(
        _(
            "<b>Open:</b> each vote is kept with its name, and can be looked up after the close. People can change it "
            "from any of their chats."
        ),
        _(
            "<b>Secret:</b> from all that the town keeps, nobody can find out who voted what. A vote can be changed "
            "only with the ballot paper that it was cast with. Nothing of the count is shown before the close."
        ),
    )


def secret_labels() -> dict[str, str]:
    return {"no": _("Open ballot").unescape(), "yes": _("Secret ballot").unescape()}


def hidden() -> Markup:
    return _("Before the close, may those who are asked see how the votes stand?")


def hidden_labels() -> dict[str, str]:
    return {"no": _("Yes, they may see it").unescape(), "yes": _("No, not before").unescape()}


def quorum() -> Markup:
    return _(
        "How many have to vote, so that it decides something? Choose, or write a percentage or a number of people: "
        "“40 %”, “25 people”."
    )


def quorum_label(share: int) -> str:
    return (_("{share} of them", share=percent(share)) if share else _("However many vote")).unescape()


def takes() -> Markup:
    return _("What does it take to pass, or to be chosen?")


def takes_labels(kind: str) -> dict[str, str]:
    """By threshold; with "_all": of all who may vote, not only of those who do."""
    labels = {
        "simple": _("More yes than no") if kind == Kind.YESNO else _("The most votes"),
        "two_thirds": _("2/3 of the votes"),
        "absolute": _("Over half of the votes"),
        "absolute_all": _("Over half of all who may vote"),
        "two_thirds_all": _("2/3 of all who may vote"),
    }
    return {value: label.unescape() for value, label in labels.items()}


def proxies() -> Markup:
    return _("May somebody who cannot vote themself let another resident vote for them?")


def proxies_labels() -> dict[str, str]:
    return {"yes": _("Yes, by proxy too").unescape(), "no": _("No, only themselves").unescape()}


def opens() -> Markup:
    return _("When does it open? Now, or write a day and time: “tomorrow 8:00”, “Mon 18:00”.")


def now_label() -> str:
    return _("Now").unescape()


def closes() -> Markup:
    return _("How long is it open? Choose, or write when it closes: “Sat 18:00”, “24/11 20:00”.")


def later(until: datetime, zone: ZoneInfo) -> Markup:
    return _(
        "It is open until {when}. How much longer? Choose, or write when it closes: “Sat 18:00”.",
        when=a_moment(until, zone),
    )


def long_label(minutes: int) -> str:
    """ "3 days", "1 week", "90 min" """
    days, rest = divmod(minutes, DAY)
    if rest or not days:
        return a_length(minutes).unescape()
    if days % 7 == 0:
        return ngettext("{n} week", "{n} weeks", days // 7).unescape()
    return ngettext("{n} day", "{n} days", days).unescape()


def longer_label(minutes: int) -> str:
    return _("{length} longer", length=long_label(minutes)).unescape()


def translated(part: str, code: str, original: str) -> Markup:
    """`part` is "question", "about" or "options"; `original` is how it reads."""
    said = {
        "question": _("How does the question read in <b>{language}</b>?", language=LANGUAGES[code]),
        "about": _("How does the explanation read in <b>{language}</b>?", language=LANGUAGES[code]),
        "options": _(
            "How are the options called in <b>{language}</b>? Each on a line of its own, in the same order.",
            language=LANGUAGES[code],
        ),
    }
    return paragraphs(said[part], Markup("<i>{}</i>").format(original))


def without(code: str) -> str:
    return _("Not in {language}", language=LANGUAGES[code]).unescape()


def enough() -> str:
    return _("That is enough").unescape()


def done() -> str:
    return _("Done").unescape()


def again() -> str:
    return _("Write them anew").unescape()


def leave_out() -> str:
    return _("Leave it out").unescape()


def any_number() -> str:
    return _("As many as they like").unescape()


# -- the last look -----------------------------------------------------------------------------------------------------


def preview(new: NewPoll, name: str, people: int, languages: Sequence[str], zone: ZoneInfo) -> Markup:
    """`name` is that of the project it asks, `languages` are those that it has other words for."""
    options = [] if new.kind == Kind.YESNO else option_names(new.kind, new.options)
    listed_options = [Markup("{}. {}").format(place, option) for place, option in enumerate(options, 1)]
    lines = [words.kind_line(new.kind, points=new.points, most=new.most), *listed_options]
    rules = [
        words.who_line(parse(new.audience), name, people, benefits_only=new.benefits_only),
        words.secret_line(new),
        words.quorum_line(new, people),
        words.threshold_line(new),
        words.opens_line(new.opens_at, zone),
        words.closes_line(new.closes_at, zone),
        _("Also in: {languages}", languages=listed([LANGUAGES[code] for code in languages])) if languages else "",
    ]
    return paragraphs(
        _("<b>Shall I put this to the vote?</b>"),
        Markup("<b>{}</b>").format(new.question),
        new.about,
        Markup("\n").join(line for line in lines if line),
        Markup("\n").join(line for line in rules if line),
    )


def ask_it() -> str:
    return _("Yes, ask it").unescape()


def preview_choices() -> dict[str, str]:
    """What can be changed from the last look, by step."""
    labels = {
        "audience": _("Whom to ask"),
        "secret": _("Open or secret"),
        "closes": _("When it closes"),
        "quorum": _("How many must vote"),
        "takes": _("What it takes"),
        "question": _("The question"),
        "about": _("The explanation"),
        "kind": _("Another kind"),
        "options": _("The options"),
        "points": _("How many points"),
        "most": _("How many at most"),
        "hidden": _("Show the counts?"),
        "benefits": _("Only with benefits?"),
        "opens": _("When it opens"),
        "proxies": _("Proxies or not"),
        "words": _("In other languages"),
    }
    return {step: label.unescape() for step, label in labels.items()}


# -- calling one off ---------------------------------------------------------------------------------------------------


def why_off(question: str) -> Markup:
    return _("Why is “{question}” called off? Whoever was asked is told. Choose, or write it.", question=question)


def sure_off(question: str, reason: str, *, opened: bool) -> Markup:
    return paragraphs(
        _("Call off “{question}”?", question=question),
        _("Why: {reason}", reason=reason),
        _("What was voted so far is not counted, and it cannot be opened again.") if opened else "",
    )


def off_label() -> str:
    return _("Yes, call it off").unescape()
