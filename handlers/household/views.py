"""The words of a phone that a home shares."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.household.actions import MOST, Newcomer, Phone
from handlers.household.taps import PhoneTap
from handlers.kit.nav import HOME, back, home, menu
from handlers.kit.screens import Choice, Screen, distinct, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.speaking import MEANT, choice_as
from handlers.kit.taps import MeTap
from locales import _, listed, ngettext
from storage.queries.speakers import Voice
from storage.tables import ResidentState


def to(do: str, id: int = 0) -> str:
    return PhoneTap(do=do, id=id).pack()


def to_phone() -> Choice:
    return Choice(_("Our phone"), to("open"))


def all_see() -> Markup:
    """Said once, when a phone becomes shared: a chat cannot hide from one what another read there."""
    return _(
        "Whoever holds the phone can read what was written here before: notices, votes and receipts too. The town "
        "counts each of you for themself, and asks who is speaking."
    )


def page(here: Phone) -> Screen:
    """Who shares a phone, and what one can do about it."""
    if len(here.people) == 1:
        text = paragraphs(
            _("<b>This phone is yours alone.</b>"),
            _("Somebody of your home can speak through it too: with their own hours, goods and votes."),
        )
        return Screen(text, in_rows([_add(), back(MeTap(do="more").pack()), home()]))
    text = paragraphs(
        _("<b>On this phone:</b> {names}", names=listed([_name(one) for one in here.people])),
        _("You are {name} now.", name=here.of(here.me).name),
    )
    choices = [Choice(_("Somebody else speaks"), to("speak"))]
    if not here.is_full:
        choices.append(_add())
    choices.append(Choice(_("Take somebody off"), to("off")))
    return Screen(text, in_rows([*choices, back(MeTap(do="more").pack()), home()]))


def _add() -> Choice:
    return Choice(_("Add somebody of the home"), to("add"))


def _name(one: Voice) -> Markup:
    if one.state == ResidentState.APPLICANT:
        return _("{name} (waits to be let in)", name=one.name)
    return Markup("{}").format(one.name)


def who_speaks(here: Phone) -> Screen:
    """The names, for whoever takes the phone over."""
    others = [one for one in here.people if one.resident_id != here.me]
    labels = distinct([one.name for one in others], besides=[back(HOME).label])
    rows = tuple((choice_as(label, one.resident_id, MEANT),) for label, one in zip(labels, others, strict=True))
    return Screen(_("Who is speaking now?"), (*rows, (back(to("open")),)))


def add(*, is_full: bool) -> Screen:
    if is_full:
        text = ngettext("At most {n} person can share one phone.", "At most {n} people can share one phone.", MOST)
        return Screen(text, ((back(to("open")), home()),))
    text = _(
        "Who comes to this phone: somebody new to the town, or somebody who speaks with it in a chat of their own?"
    )
    choices = [
        Choice(_("New to the town"), to("new")),
        Choice(_("Has their own chat"), to("has")),
        back(to("open")),
        home(),
    ]
    return Screen(text, in_rows(choices))


def has_a_chat() -> Screen:
    """How somebody with a chat of their own joins this one."""
    text = _(
        "Then they ask for a code in <b>their own</b> chat, with /link, and send it from this phone within a quarter "
        "of an hour. I ask what it is for: choose “We share this phone”."
    )
    return Screen(text, ((back(to("add")), home()),))


def ask_name(alone: bool) -> Markup:
    """`alone`: nobody shares the phone yet."""
    head = _("Please hand them the phone: these questions are for them. What is their name?")
    return paragraphs(all_see(), head) if alone else head


def ask_street(name: str, street: str) -> Markup:
    return _(
        "Good to meet you, {name}. Do you live in {street} too? If not, write your street or neighbourhood.",
        name=name,
        street=street,
    )


def same_street() -> str:
    return _("The same street").unescape()


def welcome(new: Newcomer, town: str) -> Screen:
    """What is so once somebody has signed up on the phone of their home."""
    if new.state is ResidentState.APPLICANT:
        text = _(
            "Thank you, {name}. A coordinator of {town} lets people in; they have been asked. I write to you here.",
            name=new.name,
            town=town,
        )
    else:
        text = _(
            "<b>Welcome, {name}!</b> You are a resident of {town} now, with hours, goods and a vote of your own. When "
            "it is not clear who speaks, I ask.",
            name=new.name,
            town=town,
        )
    go_on = choice_as(distinct([_("Go on as {name}", name=new.name).unescape()])[0], new.resident_id, HOME)
    return Screen(text, in_rows([go_on, to_phone()]))


def whom_off(here: Phone) -> Screen:
    """Whom somebody may take off: themself, or as the phone's own resident anybody."""
    mine = [one for one in here.people if here.may_take_off(one.resident_id)]
    entries = [(_myself() if one.resident_id == here.me else one.name, to("drop", one.resident_id)) for one in mine]
    text = _("Who does not speak through this phone any more?")
    return Screen(text, menu(entries, then=[back(to("open"))]))


def _myself() -> str:
    return _("Myself").unescape()


def sure(one: Voice, *, mine: bool, owner: bool) -> Screen:
    """`mine`: it is about themself; `owner`: and the phone is theirs."""
    if owner:
        text = _(
            "Shall this phone be the others’ alone? You go on in your other chat; what you hold and did stays yours."
        )
    elif mine:
        text = _("Shall I take you off this phone? You go on in your other chat; what you hold and did stays yours.")
    else:
        text = _("Shall I take {name} off this phone? What they hold and did stays theirs.", name=one.name)
    yes = Choice(_("Yes, take me off") if mine else _("Yes, take them off"), to("dropped", one.resident_id))
    return Screen(text, in_rows([yes, back(to("off"))]))


def only_phone(one: Voice) -> Screen:
    """Somebody cannot be taken off by another: nothing else reaches them."""
    text = _(
        "{name} has no other phone: I could not reach them any more. A coordinator can find another way with them.",
        name=one.name,
    )
    ask = Choice(_("Ask a coordinator"), to("ask", one.resident_id))
    return Screen(text, in_rows([ask, back(to("off")), home()]))


def asked_coordinators(one: Voice) -> Screen:
    text = _("I have asked the coordinators to speak with {name}. Until then everything stays as it is.", name=one.name)
    return Screen(text, in_rows([to_phone(), home()]))


def taken_off(one: Voice, *, left: Sequence[Voice], mine: bool) -> Screen:
    """`left` are those who still speak through the phone."""
    head = _("You are off this phone.") if mine else _("{name} is off this phone.", name=one.name)
    if not mine:
        return Screen(head, in_rows([to_phone(), home()]))
    labels = distinct([other.name for other in left])
    rows = tuple((choice_as(label, other.resident_id, HOME),) for label, other in zip(labels, left, strict=True))
    text = paragraphs(head, _("Whoever takes it now: say who you are."))
    return Screen(text, rows)
