"""The words of the questions about a message, and of the last look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.broadcasts.actions import MOST_WITH_PHOTO, MOST_WORDS, Preview
from handlers.kit.audience_words import audience_words, hearing_words, muted_words
from handlers.kit.shift_words import paragraphs
from locales import LANGUAGES, _, a_moment, listed, ngettext, number
from town.audience import Chosen
from town.topics import APPEALS, GOODS, MEETINGS, SHIFTS, UPDATES


def topics() -> dict[str, str]:
    """The topics on their buttons."""
    labels = {
        SHIFTS: _("Shifts and work"),
        GOODS: _("Goods"),
        MEETINGS: _("Meetings and votes"),
        UPDATES: _("News of the town"),
        APPEALS: _("Appeals and the rest"),
    }
    return {topic: label.unescape() for topic, label in labels.items()}


def topic() -> Markup:
    return paragraphs(
        _("What is it about? Everybody can turn off what they do not want to hear of, so choose what fits best."),
        _(
            "<b>Shifts and work</b>: hands that are needed, work that changes.\n"
            "<b>Goods</b>: what there is to collect.\n"
            "<b>Meetings and votes</b>: what is decided, and when.\n"
            "<b>News of the town</b>: what happened, what comes.\n"
            "<b>Appeals and the rest</b>: requests, and what fits nowhere else."
        ),
    )


def words(*, photo: bool) -> Markup:
    if photo:
        return _("What do you want to say? With the photo there is room for {n} characters.", n=number(MOST_WITH_PHOTO))
    return _("What do you want to say? There is room for {n} characters.", n=number(MOST_WORDS))


def urgent_words() -> Markup:
    return paragraphs(
        _("🔴 <b>This reaches people at once, also at night, and whatever they have turned off.</b>"),
        _(
            "Write what has happened, what they should do now, and where they hear more. There is room for {n} "
            "characters.",
            n=number(MOST_WORDS),
        ),
    )


def photo(units: int) -> Markup:
    """`units`: how long the words are."""
    if units <= MOST_WITH_PHOTO:
        return _(
            "Does a photo go with it? Send me one, with the camera or the paper clip beside the box you write in, or "
            "leave it out."
        )
    return _(
        "With a photo there is room for {most} characters only, and your words have {units}. Leave the photo out, or "
        "make the words shorter.",
        most=number(MOST_WITH_PHOTO),
        units=number(units),
    )


def photo_choices(*, fits: bool, has: bool) -> dict[str, str]:
    labels = {"none": _("Without a photo")}
    if has and fits:
        labels = {"keep": _("Keep the photo")} | labels
    if not fits:
        labels["words"] = _("Shorten the words")
    return {do: label.unescape() for do, label in labels.items()}


def languages(original: str, given: Mapping[str, str]) -> Markup:
    """`original` is the language it was written in, `given` what it says in others."""
    missing = [LANGUAGES[code] for code in LANGUAGES if code != original and code not in given]
    have = [LANGUAGES[code] for code in LANGUAGES if code in given]
    return paragraphs(
        _("Your words are in {language}. Do you have them in other languages too?", language=LANGUAGES[original]),
        _("Written so far: {languages}.", languages=listed(have)) if have else "",
        _(
            "Readers of {languages} get your own words, with a line that says which language they are in.",
            languages=listed(missing),
        )
        if missing
        else "",
    )


def language_label(code: str, *, given: bool) -> str:
    return f"✓ {LANGUAGES[code]}" if given else LANGUAGES[code]


def done() -> str:
    return _("Go on").unescape()


def in_language(code: str, original: str) -> Markup:
    return paragraphs(
        _("How does it read in <b>{language}</b>?", language=LANGUAGES[code]), Markup("<i>{}</i>").format(original)
    )


def without(code: str) -> str:
    return _("Not in {language}", language=LANGUAGES[code]).unescape()


def when(quiet_from: time, quiet_until: time) -> Markup:
    return _(
        "When does it go out? Choose, or write a day and time: “tomorrow 8:00”, “Mon 18:00”. From {start} to {end} "
        "nobody is disturbed: what is on its way then waits for the morning.",
        start=clock(quiet_from),
        end=clock(quiet_until),
    )


def clock(at: time) -> str:
    return f"{at.hour:02}:{at.minute:02}"


def when_label(do: str, at: time | None) -> str:
    if at is None:
        return _("Now").unescape()
    said = _("Today {time}", time=clock(at)) if do == "today" else _("Tomorrow {time}", time=clock(at))
    return said.unescape()


# -- the last look -----------------------------------------------------------------------------------------------------


def confirm(
    made: Preview,
    chosen: Chosen,
    *,
    topic: str,
    due_at: datetime | None,
    held_until: datetime | None,
    languages: Sequence[str],
    zone: ZoneInfo,
) -> Markup:
    """`held_until`: it begins in the quiet hours, which end then. No `topic`: it cannot wait."""
    people = audience_words(chosen, made.names)
    return paragraphs(
        _("Above is just what they get. <b>Shall I send it?</b>"),
        Markup("{}\n{}").format(_("It is for: {people}.", people=people), hearing_words(made.seen)),
        muted_words(made.seen),
        Markup("\n").join(
            line
            for line in (
                _("About: {topic}", topic=topics()[topic]) if topic else "",
                _when_line(due_at, held_until, zone),
                _("Also in: {languages}", languages=listed([LANGUAGES[code] for code in languages]))
                if languages
                else "",
            )
            if line
        ),
        yes_line(made.needed - 1),
    )


def _when_line(due_at: datetime | None, held_until: datetime | None, zone: ZoneInfo) -> Markup:
    said = _("Goes out: at once") if due_at is None else _("Goes out: {when}", when=a_moment(due_at, zone))
    if held_until is None:
        return said
    return _("{when}. It is quiet then, so people get it from {start} on.", when=said, start=a_moment(held_until, zone))


def yes_line(others: int) -> Markup:
    """How many others have to say yes before it goes out."""
    if others <= 0:
        return Markup("")
    return ngettext(
        "Before it goes out, {n} other person has to say yes: the mayor, the council or a coordinator. I ask them.",
        "Before it goes out, {n} other people have to say yes: the mayor, the council or a coordinator. I ask them.",
        others,
    )


def send_it(*, asks: bool) -> str:
    return (_("Yes, ask for the yes") if asks else _("Yes, send it")).unescape()


def changes(*, urgent: bool) -> dict[str, str]:
    """What can be changed from the last look, by step."""
    labels = {
        "words": _("The words"),
        "photo": _("The photo"),
        "languages": _("Other languages"),
        "when": _("When"),
        "audience": _("Who gets it"),
        "topic": _("What it is about"),
    }
    left_out = {"photo", "when", "topic"} if urgent else set()
    return {step: label.unescape() for step, label in labels.items() if step not in left_out}
