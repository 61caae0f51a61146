"""What the mayor sees of the update that is being written."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import home
from handlers.kit.news_taps import BoardTap, NewsTap
from handlers.kit.screens import Choice, Row, Screen, cut, in_rows
from handlers.kit.shift_words import bold, paragraphs
from handlers.news import words
from handlers.news.actions import Seen
from locales import LANGUAGES, N_, _, a_moment, listed, number
from storage.queries.updates import OPEN, READY, SENT, SKIPPED, UpdateRow
from storage.tables import Role
from town.news import MOST_PHOTOS, MOST_WORDS
from town.text import utf16_units

COMMANDS = (
    Command("news", N_("The mayor's weekly update"), N_("news|weekly news|updates|newsletter")),
    Command("update", N_("Write the weekly update"), N_("update|weekly update|write update"), role=Role.MAYOR),
)

EXCERPT = 300
"""Characters of the words that the draft's page shows."""


def to(do: str, update_id: int = 0, *, page: int = 0, key: str = "") -> str:
    return NewsTap(do=do, id=update_id, page=page, key=key).pack()


def past() -> Choice:
    """The way to the updates of before."""
    return Choice(_("Past updates"), to("list"))


def boards() -> Choice:
    """The way to the groups and channels that it is posted in."""
    return Choice(_("Where it is posted"), BoardTap(do="list").pack())


def back_to(update: UpdateRow) -> tuple[Choice, ...]:
    return (Choice(_("To the update"), to("draft", update.id)), home())


# -- the draft ---------------------------------------------------------------------------------------------------------


def draft(seen: Seen, now: datetime, zone: ZoneInfo) -> Screen:
    """An update that is being written: how far it is, and all that can be done with it."""
    update = seen.update
    head = Markup("{}\n{}").format(bold(words.headline(update.week)), _state(update, now, zone))
    if update.state not in OPEN:
        return _over(head, update)
    text = paragraphs(head, _words(update), Markup("\n").join(_parts(seen)), words.hours_line(update.counted))
    return Screen(text, _ways(update))


def _state(update: UpdateRow, now: datetime, zone: ZoneInfo) -> Markup:
    when = a_moment(update.due_at, zone)
    if update.state == SENT:
        return _("It went out on {when}.", when=a_moment(update.sent_at or update.due_at, zone))
    if update.state == SKIPPED:
        return _("It is left out this time.")
    if update.state == READY:
        return _("Ready: it goes out in a moment.") if update.due_at <= now else _("Ready: out on {when}.", when=when)
    if update.due_at <= now:
        return _("Its time was {when}. It goes out as soon as you say that it is ready.", when=when)
    return _("It goes out on {when}, when you have said that it is ready.", when=when)


def _words(update: UpdateRow) -> Markup:
    if not update.text:
        return _("There are no words of yours in it yet, only the week in numbers.")
    count = _(
        "Your words, {n} of {most} characters, in {language}:",
        n=number(utf16_units(update.text)),
        most=number(MOST_WORDS),
        language=LANGUAGES[update.language],
    )
    return Markup("{}\n<i>{}</i>").format(count, cut(update.text, EXCERPT))


def _parts(seen: Seen) -> list[Markup]:
    update = seen.update
    others = [LANGUAGES[code] for code in LANGUAGES if code in update.others]
    lines = [_("Photos: {n} of {most}", n=number(len(seen.photos)), most=number(MOST_PHOTOS))]
    lines += [_("Video: {link}", link=update.video)] if update.video else []
    lines += [_("Also in: {languages}", languages=listed(others))] if others else []
    lines += [_("Last changed by {name}.", name=update.editor)] if update.editor else []
    return lines


def _ways(update: UpdateRow) -> tuple[Row, ...]:
    is_ready = update.state == READY
    choices = [
        Choice(_("The words"), to("words", update.id)),
        Choice(_("Photos"), to("photos", update.id)),
        Choice(_("A video link"), to("video", update.id)),
        Choice(_("Languages"), to("language", update.id)),
        Choice(_("The numbers"), to("numbers", update.id)),
    ]
    ends = [Choice(_("Send it now"), to("now", update.id)), Choice(_("Not yet"), to("wait", update.id))]
    skip = [Choice(_("Leave it out"), to("skip", update.id)), boards()]
    preview = Choice(_("See it as it comes"), to("preview", update.id))
    return ((preview,), *in_rows(choices, 2), *in_rows(ends if is_ready else skip, 2), (past(), home()))


def _over(head: Markup, update: UpdateRow) -> Screen:
    if update.state == SKIPPED:
        way = Choice(_("Write it after all"), to("wake", update.id))
    else:
        way = Choice(_("Read it"), to("one", update.id))
    return Screen(head, ((way, boards()), (past(), home())))


def numbers(update: UpdateRow, zone: ZoneInfo) -> Screen:
    """The week, as it was just counted."""
    text = paragraphs(
        bold(words.headline(update.week)),
        Markup("\n").join(words.number_lines(update.counted, zone)),
        _("I count once more when you say that it is ready, and right before it goes out."),
    )
    return Screen(text, (back_to(update),))


def photos(seen: Seen) -> Screen:
    """The photos of an update: more of them, and taking some out."""
    update, there = seen.update, len(seen.photos)
    text = paragraphs(
        bold(_("Photos: {n} of {most}", n=number(there), most=number(MOST_PHOTOS))),
        _("They stand side by side above the picture of the week's hours."),
    )
    more = [Choice(_("Add photos"), to("photo", update.id))] if there < MOST_PHOTOS else []
    out = [
        Choice(_("Take out photo {n}", n=number(at)), to("unphoto", update.id, key=str(picture_id)))
        for at, picture_id in enumerate(seen.photos, 1)
    ]
    return Screen(text, (*in_rows([*more, *out]), back_to(update)))


def languages(update: UpdateRow) -> Screen:
    """In which languages it is said."""
    own, others = LANGUAGES[update.language], update.others
    if not update.text:
        text = _("Write the words first. Then you can add them in other languages too.")
        return Screen(text, ((Choice(_("The words"), to("words", update.id)),), back_to(update)))
    text = paragraphs(
        _("Your words are in <b>{language}</b>.", language=own),
        _(
            "Everybody reads the words of their own language. Where there are none, they get yours, marked as being in "
            "{language}. The numbers come in everybody's language by themselves.",
            language=own,
        ),
    )
    choices = [
        Choice(f"✓ {name}" if code in others else name, to("other", update.id, key=code))
        for code, name in LANGUAGES.items()
        if code != update.language
    ]
    own_way = Choice(_("It is not {language}", language=own), to("original", update.id))
    return Screen(text, (*in_rows(choices), (own_way,), back_to(update)))


def original(update: UpdateRow) -> Screen:
    """Which language the words are really in."""
    choices = [Choice(name, to("original", update.id, key=code)) for code, name in LANGUAGES.items()]
    return Screen(_("Which language are your words in?"), (*in_rows(choices, 2), back_to(update)))


def sure_to_skip(update: UpdateRow) -> Screen:
    text = _("Leave this week's update out? What you wrote is kept, and you can take it up again until the next one.")
    yes = Choice(_("Yes, leave it out"), to("skip", update.id, key="sure"))
    return Screen(text, ((yes,), back_to(update)))


def sure_to_go(update: UpdateRow) -> Screen:
    text = _("Send it to everybody now, before its time? It cannot be taken back then.")
    yes = Choice(_("Yes, send it now"), to("now", update.id, key="sure"))
    return Screen(text, ((yes,), back_to(update)))


# -- the preview -------------------------------------------------------------------------------------------------------


def below_preview(seen: Seen, shown: str, *, whole: bool, changed: bool) -> Screen:
    """What can be done with what stands above, in the language `shown`; `changed`: since they looked at it last."""
    update = seen.update
    text = paragraphs(
        _("It was changed since you looked at it. This is how it is now.") if changed else "",
        _("This is how it comes to those who read {language}.", language=LANGUAGES[shown]),
        ""
        if whole
        else _("Not all of it has room below the picture: “Read on” leads to the rest, and nothing is lost."),
        _("Right before it goes out, the numbers are counted anew."),
    )
    others = [
        Choice(_("In {language}", language=name), to("preview", update.id, key=code))
        for code, name in LANGUAGES.items()
        if code != shown
    ]
    return Screen(text, (*_verdict(seen), *in_rows(others, 3), back_to(update)))


def _verdict(seen: Seen) -> tuple[Row, ...]:
    update = seen.update
    if update.state == READY:
        return ((Choice(_("Not yet"), to("wait", update.id)),),)
    return ((Choice(_("It is ready"), to("ready", update.id, key=seen.stamp)),),)
