"""The words of linking and merging where one of the two has no phone: their steward is asked, and answers for them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.helping.actions import SPOKEN, WRITTEN
from handlers.kit.nav import home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.speaking import choice_as
from handlers.kit.who import Who
from handlers.linking import views
from handlers.linking.actions import NewCode
from handlers.linking.desk_views import to_send
from handlers.linking.meeting import Answered, Question
from handlers.linking.taps import ChatTap, ForThemTap
from locales import _

CONSENTS = (SPOKEN, WRITTEN)
"""How somebody agreed."""


# -- where the code came -----------------------------------------------------------------------------------------------


def would_ask(question: Question, what: Markup) -> Screen:
    """What making two residents one would do (`what`, of the merging room), before it is asked for."""
    if question.nobody:
        return nobody(question.asked.name)
    if question.steward is None:
        return views.would_be(question.asked, what)
    ask = _(
        "{name} has no chat yet, and {steward} speaks for them. Shall I ask {steward}? With a yes there the two become "
        "one, and this chat is theirs: go on only if it is you.",
        name=question.asked.name,
        steward=question.steward,
    )
    choices = [
        Choice(_("Yes, ask them"), ChatTap(do="ask").pack()),
        Choice(_("Leave it as it is"), ChatTap(do="no").pack()),
    ]
    return Screen(paragraphs(what, ask), in_rows(choices))


def have_asked(question: Question) -> Screen:
    if question.nobody:
        return nobody(question.asked.name)
    if question.steward is None:
        return views.asked_there(question.asked)
    text = _(
        "I have asked {steward}, who speaks for {name}. Tell them that it is you, within a day: with their yes the two "
        "become one. Until then everything stays as it is.",
        name=question.asked.name,
        steward=question.steward,
    )
    return Screen(text, ((home(),),))


def nobody(name: str) -> Screen:
    """There is nobody who could say yes on the other side."""
    text = _(
        "{name} has no chat that I can reach, and nobody speaks for them, so I have nobody to ask. Please talk to a "
        "coordinator: they can speak for {name} first, and ask for a new code.",
        name=name,
    )
    return Screen(text, ((home(),),))


# -- the steward's side ------------------------------------------------------------------------------------------------


def code(name: str, new: NewCode, zone: ZoneInfo) -> Screen:
    """A code for the phone that somebody has now, for their steward to read out."""
    already = _("If they have signed up there already, they say “I am both”, and I ask you once more.")
    return Screen(paragraphs(*to_send(name, new, zone), already), ((home(),),))


def have_they_agreed(who: Who, other: str, what: Markup, *, account_id: int, other_id: int) -> Screen:
    """Asked in the steward's chat, with what would become of the two. `who` is whom they speak for.

    Saying yes is the steward's own, so its choices are theirs; saying no is said for the other.
    """
    ask = _(
        "Is {other} in the other chat <b>{name}</b> too? Ask {name} themself, face to face or by voice. With your yes "
        "the two become one, and whoever has that chat has all of this. How did {name} agree?",
        name=who.name,
        other=other,
    )
    ids = {"helped": who.me, "id": account_id, "other": other_id}
    spoken, written = (
        (label, ForThemTap(do=consent, **ids).pack())
        for consent, label in zip(CONSENTS, (_("They said yes"), _("They signed it")), strict=True)
    )
    steward_id = who.steward_id or who.me
    choices = [
        choice_as(spoken[0], steward_id, spoken[1]),
        choice_as(written[0], steward_id, written[1]),
        Choice(_("They are two people"), ChatTap(do="notme", id=account_id, other=other_id).pack()),
        home(),
    ]
    return Screen(paragraphs(what, ask), in_rows(choices))


def made_one(done: Answered) -> Screen:
    text = _("Done: {name} is one resident now, with everything of both.", name=done.name)
    then = _("They have a chat of their own, and speak for themself. Thank you!")
    if done.still_helped:
        then = _("You go on speaking for them.")
    return Screen(paragraphs(text, then, _("It is written down that they agreed.")), ((home(),),))


def not_one() -> Screen:
    return Screen(_("Good that I asked. Nothing was changed, and I tell the other chat."), ((home(),),))
