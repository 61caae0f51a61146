"""What the room of messages says unasked. Fields: those of `telling`."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers import catalogue
from handlers.broadcasts import telling
from handlers.kit.audience_words import audience_words
from handlers.kit.capability import Fields, Notice
from handlers.kit.facts import moment
from handlers.kit.nav import anew, home
from handlers.kit.news_taps import CastTap, ChoiceTap, ReachTap
from handlers.kit.screens import MOST_TEXT, Choice, Row, Screen, cut
from handlers.kit.shift_words import paragraphs
from locales import LANGUAGES, _, a_moment, language, ngettext, number
from storage.queries.broadcasts import NOTICES as OF_KIND
from storage.tables import BroadcastKind
from town.audience import parse_chosen
from town.settings import TownSettings

MOST_NAME = 40
MOST_WHOM = 600
ROOM_FOR_HEAD = 900
"""Characters that the lines around a message take when it is put before an approver."""


# -- what everybody gets -----------------------------------------------------------------------------------------------


def message(fields: Fields, town: TownSettings) -> Screen:
    less = Choice(_("Less of this"), ChoiceTap(do="open").pack())
    return Screen(paragraphs(_from(fields, town), *_text(fields)), ((anew(less), anew(home())),))


def emergency(fields: Fields, town: TownSettings) -> Screen:
    head = _("🔴 <b>Urgent from the town</b>")
    by = _("From {name}, for {town}", name=cut(fields["name"], MOST_NAME), town=cut(town.name, MOST_NAME))
    return Screen(paragraphs(head, *_text(fields), Markup("<i>{}</i>").format(by)), ((anew(home()),),))


def _from(fields: Fields, town: TownSettings) -> Markup:
    name, project = cut(fields["name"], MOST_NAME), cut(fields["project"], MOST_NAME)
    if project:
        return _("<b>{name}</b>, {project}, writes:", name=name, project=project)
    return _("<b>{name}</b> writes for {town}:", name=name, town=cut(town.name, MOST_NAME))


def _text(fields: Fields) -> tuple[str, ...]:
    """The words in the reader's language; or else as they were written, and in which language that is."""
    texts = {fields["language"]: fields["text"]} | fields["texts"]
    if language() in texts:
        return (texts[language()],)
    written = LANGUAGES.get(fields["language"], fields["language"])
    return _("(This is in {language}, as it was written.)", language=written), fields["text"]


async def picture(fields: Fields, town: TownSettings) -> bytes | None:
    found: bytes | None = fields["photo"]
    return found


# -- what approvers get ------------------------------------------------------------------------------------------------


def approve(fields: Fields, town: TownSettings) -> Screen:
    """What is to go out, put before somebody whose yes it needs."""
    tap = fields["broadcast"]
    ways: tuple[Row, ...] = (
        tuple(anew(choice) for choice in yes_or_no(tap)),
        (anew(Choice(_("See it"), CastTap(do="see", id=tap).pack())), anew(home())),
    )
    return Screen(approve_words(fields, town), ways)


def approve_words(fields: Fields, town: TownSettings) -> Markup:
    urgent = fields["kind"] == BroadcastKind.EMERGENCY
    whom = audience_words(parse_chosen(fields["audience"]), fields["names"])
    head = (
        _("🔴 <b>{name} wants to warn people at once. Do you say yes?</b>", name=cut(fields["name"], MOST_NAME))
        if urgent
        else _("<b>{name} wants to send this to many people. Do you say yes?</b>", name=cut(fields["name"], MOST_NAME))
    )
    people = ngettext("{n} person", "{n} people", fields["people"])
    to = _("To: {people} ({whom})", people=people, whom=cut(whom.unescape(), MOST_WHOM))
    due = _("Goes out: at once") if fields["at_once"] else _("Goes out: {when}", when=_when(fields, town))
    inner: str = catalogue.notices()[OF_KIND[BroadcastKind(fields["kind"])]].render(fields["message"], town).html
    if len(inner) > MOST_TEXT - ROOM_FOR_HEAD:
        inner = _("(It is long: tap “See it” to read it.)")
    return paragraphs(head, Markup("{}\n{}").format(to, due), _("This is what they get:"), inner)


def _when(fields: Fields, town: TownSettings) -> str:
    return a_moment(fields["due_at"], town.tz)


def yes_or_no(broadcast_id: int) -> Sequence[Choice]:
    return (
        Choice(_("Yes, send it"), CastTap(do="approve", id=broadcast_id).pack()),
        Choice(_("No"), CastTap(do="decline", id=broadcast_id).pack()),
    )


# -- what its author gets ----------------------------------------------------------------------------------------------


def approved(fields: Fields, town: TownSettings) -> Screen:
    """Besides: the `name` of who said yes, `goes_at` "" where it goes out at once."""
    when = _("It goes out now.")
    if fields["goes_at"]:
        when = _("It goes out {when}.", when=a_moment(moment(fields["goes_at"]), town.tz))
    return _to_author(fields, _("<b>{name} said yes to your message.</b>", name=fields["name"]), when)


def declined(fields: Fields, town: TownSettings) -> Screen:
    return _to_author(
        fields,
        _("<b>{name} said no to your message, so it does not go out.</b>", name=fields["name"]),
        _("Talk with them; you can write another one at any time."),
    )


def lapsed(fields: Fields, town: TownSettings) -> Screen:
    return _to_author(
        fields,
        _("<b>Nobody said yes to your message in time, so it does not go out.</b>"),
        _("If it still matters, write it again, and ask somebody in person to look at it."),
    )


def ended(fields: Fields, town: TownSettings) -> Screen:
    """Besides: how many it was `sent` to, of how many `people`."""
    said = ngettext(
        "<b>Your message has reached {reached} of {n} person.</b>",
        "<b>Your message has reached {reached} of {n} people.</b>",
        fields["people"],
        reached=number(fields["sent"]),
    )
    report = Choice(_("Whom it reached"), ReachTap(do="card", id=fields["broadcast"]).pack())
    return _to_author(fields, said, "", report)


def _to_author(fields: Fields, head: Markup, then: str, *ways: Choice) -> Screen:
    page = Choice(_("Open the message"), CastTap(do="page", id=fields["broadcast"]).pack())
    quoted = Markup("“{}”").format(fields["text"]) if fields["text"] else ""
    return Screen(paragraphs(head, quoted, then), (*((anew(way),) for way in ways), (anew(page), anew(home()))))


def _topic(fields: Fields) -> str:
    return str(fields["topic"])


NOTICES = (
    Notice(key="broadcast.message", render=message, picture=picture, gather=telling.gather, topic=_topic),
    Notice(key="broadcast.emergency", render=emergency, quiet=False, picture=picture, gather=telling.gather),
    Notice(key="broadcast.approve", render=approve, gather=telling.gather_asking),
    Notice(key="broadcast.approved", render=approved),
    Notice(key="broadcast.declined", render=declined),
    Notice(key="broadcast.lapsed", render=lapsed),
    Notice(key="broadcast.ended", render=ended),
)
